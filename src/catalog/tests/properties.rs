//! What holds of every offer, whatever the question.

use proptest::prelude::*;

use super::*;

/// Read once for all cases.
static CATALOG: std::sync::LazyLock<Catalog> = std::sync::LazyLock::new(Catalog::embedded);

/// The question for one offer of the catalogue, by its key.
fn ask(catalog: &Catalog, key: &str, on: &str, rules: &[OfferRule]) -> Mapping {
    let offer = Arc::clone(catalog.offer(key).unwrap());
    let source = SourceOffer {
        name: Some(offer.name.clone()),
        ..SourceOffer::default()
    };
    let resolution = Resolution::Known {
        offer,
        by: "SKU id",
        disagrees: None,
    };
    let query = MapQuery {
        source: &source,
        resolution: &resolution,
        qualification: None,
        country: None,
        route: Route::NewSubscription,
        term: Some(Term::YEAR),
        seats: Some(Seats(10)),
        on: day(on),
    };
    catalog.map(&query, rules)
}

#[test]
fn no_mapping_of_the_catalogue_crosses_segments_or_loses_in_silence() {
    let catalog = Catalog::embedded();
    for offer in catalog.offers() {
        let source = &catalog.entries[catalog.by_key[&offer.key]];
        for on in [
            "2014-01-01",
            "2018-12-31",
            "2023-10-01",
            "2025-06-01",
            "2025-11-01",
            TODAY,
        ] {
            let mapping = ask(&catalog, &offer.key, on, &[]);
            let targets: Vec<_> = mapping
                .targets
                .iter()
                .map(|target| &catalog.entries[catalog.by_key[&target.offer.as_ref().unwrap().key]])
                .collect();
            for target in &targets {
                assert_eq!(target.offer.segment, offer.segment, "{} on {on}", offer.key);
                assert_eq!(target.offer.cloud, offer.cloud, "{} on {on}", offer.key);
                assert!(
                    !target.offer.free || target.offer.key == offer.key,
                    "{} on {on}",
                    offer.key
                );
            }
            let lost: Vec<Text> = catalog
                .families
                .changes(
                    &source.capabilities,
                    &targets.iter().map(|target| &target.capabilities).collect::<Vec<_>>(),
                )
                .into_iter()
                .filter(|change| change.effect == Effect::Loses)
                .filter_map(|change| change.before)
                .collect();
            match mapping.kind {
                MappingKind::Same | MappingKind::Equivalent => {
                    // Device or user, capacity, department, EEA, faculty or student, add-on or base: never one for the other.
                    assert!(
                        targets.iter().all(|target| target::same_kind(target, source)),
                        "{} on {on}",
                        offer.key
                    );
                    let capacity = &*source.licenses == "capacity" && mapping.kind == MappingKind::Equivalent;
                    assert!(!capacity, "{} on {on}", offer.key);
                    assert_eq!(lost, Vec::<Text>::new(), "{} on {on}", offer.key);
                    assert_eq!(targets.len(), 1);
                }
                MappingKind::Replacement => assert_eq!(mapping.loses, lost),
                MappingKind::Unmapped => assert!(targets.is_empty()),
                MappingKind::Suggested => assert!((1..=3).contains(&targets.len())),
                MappingKind::Ambiguous => assert!(targets.len() > 1),
            }
            assert_eq!(
                mapping.licences == Some(Licences::Keep),
                mapping.kind == MappingKind::Same
            );
            assert_eq!(ask(&catalog, &offer.key, on, &[]), mapping);
        }
    }
}

/// A table with its rows the other way round.
fn turned(text: &str) -> String {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let mut records: Vec<_> = reader.records().map(Result::unwrap).collect();
    records.reverse();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headings).unwrap();
    records.iter().for_each(|record| writer.write_record(record).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn the_order_of_the_embedded_rows_does_not_matter() {
    use crate::catalog::offers::{EMBEDDED, Sources};
    let catalog = Catalog::embedded();
    let texts = [
        EMBEDDED.offers,
        EMBEDDED.offer_ids,
        EMBEDDED.names,
        EMBEDDED.suffixes,
        EMBEDDED.retirements,
        EMBEDDED.conflicts,
        EMBEDDED.pauses,
    ]
    .map(turned);
    let [offers, offer_ids, names, suffixes, retirements, conflicts, pauses] = &texts;
    // The tiers of a family stand from low to high: their order is what the table says.
    let (other, problems) = Catalog::load(&Sources {
        offers,
        offer_ids,
        names,
        suffixes,
        retirements,
        conflicts,
        pauses,
        ..EMBEDDED
    });
    assert_eq!(problems, Vec::<String>::new());
    for offer in catalog.offers() {
        for on in ["2018-12-31", "2024-06-01", TODAY] {
            let (one, two) = (ask(&catalog, &offer.key, on, &[]), ask(&other, &offer.key, on, &[]));
            assert_eq!(one, two, "{} on {on}", offer.key);
        }
    }
    for rows in catalog.by_name.values() {
        for row in rows {
            let source = named(&row.text);
            for on in ["2016-02-23", "2020-04-10", TODAY] {
                assert_eq!(
                    catalog.resolve(&source, day(on)),
                    other.resolve(&source, day(on)),
                    "{}",
                    row.text
                );
            }
        }
    }
}

#[test]
fn what_looks_alike_is_never_of_another_tier() {
    let catalog = Catalog::embedded();
    let names: Vec<(Text, usize)> = catalog
        .by_name
        .values()
        .flatten()
        .map(|row| (row.text.clone(), row.entry))
        .collect();
    let mut found = 0;
    for (name, entry) in &names {
        assert!(catalog.alike(name).is_empty(), "{name}");
        // A letter left out, at each place.
        for (at, letter) in name
            .char_indices()
            .filter(|(_, letter)| letter.is_alphabetic())
            .step_by(5)
        {
            let slip = format!("{}{}", &name[..at], &name[at + letter.len_utf8()..]);
            for like in catalog.alike(&slip) {
                found += 1;
                let like = &catalog.entries[catalog.by_key[&like.key]];
                assert_eq!(
                    like.capabilities, catalog.entries[*entry].capabilities,
                    "`{slip}` is read as {}",
                    like.offer.key
                );
            }
        }
    }
    assert!(found > 50, "{found}");
}

#[test]
fn every_offer_is_found_by_its_own_texts() {
    let catalog = Catalog::embedded();
    for entry in catalog.entries.iter().filter(|entry| entry.twin_of.is_none()) {
        let offer = &entry.offer;
        let on = day(TODAY);
        let name = SourceOffer {
            segment: Some(offer.segment),
            ..named(&offer.name)
        };
        assert!(
            keys(&catalog.resolve(&name, on))
                .split(';')
                .any(|key| key == &*offer.key),
            "{}",
            offer.key
        );
        // A string id may stand for several SKUs; then all of them are its readings.
        let of_part_number = |entry: &&crate::catalog::offers::Entry| {
            entry.twin_of.is_none()
                && offer.sku_part_number.is_some()
                && entry.offer.sku_part_number == offer.sku_part_number
        };
        let mut sharing: Vec<&str> = catalog
            .entries
            .iter()
            .filter(of_part_number)
            .map(|entry| &*entry.offer.key)
            .collect();
        sharing.sort_unstable();
        for (id, expected) in [
            (offer.item.clone(), offer.key.to_string()),
            (offer.sku_part_number.clone(), sharing.join(";")),
            (offer.sku_id.map(|id| id.to_string().into()), offer.key.to_string()),
        ] {
            let Some(id) = id else { continue };
            assert_eq!(keys(&catalog.resolve(&with_offer_id(&id), on)), expected, "{id}");
            assert_eq!(
                keys(&catalog.resolve(&with_offer_id(&id.to_lowercase()), on)),
                expected,
                "{id}"
            );
        }
    }
}

/// Texts that could stand in a row of the user's table.
fn texts() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "SPB",
        "spb",
        "CFQ7TTC0LCHC:0002",
        "CFQ7TTC0LCHC/2",
        "Microsoft 365 Business Premium",
        "Business Premium",
        "Office 365 Business Premium",
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        "ENTERPRISEPACK",
        "Office 365 E3 (Nonprofit Staff Pricing)",
        "CFQ7TTC0LFLX:0021;teams-enterprise",
        "LITEPACK",
        "nothing we know",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_users_rows_does_not_matter(
        rows in prop::collection::vec((texts(), texts()), 0..8),
        source in texts(),
        turn in 0_usize..8,
    ) {
        let catalog = &*CATALOG;
        let rules: Vec<OfferRule> = rows.iter().zip(2..).map(|((a, b), row)| rule(row, a, b)).collect();
        let mut turned = rules.clone();
        turned.reverse();
        let by = turn.min(turned.len());
        turned.rotate_left(by);
        let one = Ask { rules: &rules, ..Ask::of(named(source)) }.map(catalog);
        let other = Ask { rules: &turned, ..Ask::of(named(source)) }.map(catalog);
        prop_assert_eq!(&one, &other);
        let resolution = catalog.resolve(&named(source), day(TODAY));
        if let Resolution::Known { offer, .. } = resolution
            && matches!(one.kind, MappingKind::Same | MappingKind::Equivalent)
        {
            prop_assert!(one.loses.is_empty());
            for target in &one.targets {
                prop_assert_eq!(target.offer.as_ref().map(|target| target.segment), Some(offer.segment));
            }
        }
    }

    #[test]
    fn any_text_is_resolved_without_failing(id in "\\PC{0,60}", name in "\\PC{0,60}") {
        let catalog = &*CATALOG;
        let source = SourceOffer { offer_id: Some(id.as_str().into()), name: Some(name.as_str().into()), ..SourceOffer::default() };
        let first = catalog.resolve(&source, day(TODAY));
        prop_assert_eq!(catalog.resolve(&source, day(TODAY)), first);
        prop_assert!(catalog.alike(&name).len() <= 3);
    }
}
