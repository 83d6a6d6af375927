//! What a mapping rests on, and what one would lead to.

use super::*;

#[test]
fn each_mapping_says_once_what_it_rests_on() {
    let plan = plan_with(|w| {
        w.add(2, |_| ());
        w.add(3, |s| s.offer_mut().offer_id = Some("CFQ7TTC0HD32:0002".into()));
        w.add(4, |s| s.channel = Some(Channel::Own));
    });
    let rests: Vec<(Option<&str>, u64)> = plan
        .mappings
        .iter()
        .map(|mapped| (mapped.source_offer_id.as_deref(), mapped.subscriptions))
        .collect();
    assert_eq!(rests, [(Some("CFQ7TTC0HD32:0002"), 1), (Some(BASIC), 2)]);
    let basic = &plan.mappings[1];
    assert_eq!(
        (basic.mapping, &*basic.target_offer_ids),
        (MappingKind::Same, [BASIC.into()].as_slice())
    );
    assert!(
        basic.evidence.contains("found by offer id") && basic.evidence.contains("2023-10-18"),
        "{}",
        basic.evidence
    );
}

#[test]
fn an_offer_without_a_mapping_is_told_what_a_row_for_it_would_lead_to() {
    let unmapped = |w: &mut World| w.first().offer_mut().offer_id = Some("CFQ7TTC0XXXX:0001".into());
    let mut unknown = world();
    unmapped(&mut unknown);
    let what_ifs = unknown.what_ifs();
    let of = |words: &str| {
        let mut found = what_ifs.differs.iter().filter(|one| one.what.contains(words));
        let one = found.next().unwrap();
        assert!(found.next().is_none(), "{words}");
        assert!(one.what.contains("source_offer `CFQ7TTC0XXXX:0001`"), "{}", one.what);
        &one.decision
    };
    // The dates are those of a plan that has such a row.
    for (words, licences) in [
        ("keeps users' licences", Licences::Keep),
        ("licences must be reassigned", Licences::Reassign),
    ] {
        let told = of(words);
        let plan = plan_with(|w| {
            unmapped(w);
            w.tables.offers = vec![OfferRule {
                source_offer: "CFQ7TTC0XXXX:0001".into(),
                target_offer: "CFQ7TTC0YYYY:0001".into(),
                target_term: None,
                licences: Some(licences),
                valid_from: None,
                valid_until: None,
                reason: "asked for".into(),
                row: 2,
            }];
        });
        let planned = decision_of(&plan, 1);
        assert_eq!(told.action, Action::Move);
        assert_eq!(told.licences, Some(licences));
        assert_eq!(
            (&told.reasons, told.route, told.move_date, told.end_source_by),
            (
                &planned.reasons,
                planned.route,
                planned.move_date,
                planned.end_source_by
            )
        );
        assert_eq!(told.reassign_by, planned.reassign_by);
        // Nobody has said what would be ordered.
        assert!(told.targets.is_empty() && told.mapping.is_none());
    }
    // What is mapped is not asked about.
    let mapped = world().what_ifs();
    let all = mapped.differs.iter().map(|one| &one.what).chain(&mapped.same);
    assert_eq!(all.filter(|what| what.contains("offers.csv")).count(), 0);
}
