//! Mappings that the user's own rows decide.

use super::*;

#[test]
fn the_users_row_wins_and_is_classed_by_comparing() {
    let catalog = Catalog::embedded();
    let source = with_part_number("SPB");
    for (target, kind, licences, loses) in [
        ("CFQ7TTC0LCHC/2", MappingKind::Same, Licences::Keep, 0),
        ("Microsoft 365 Business Premium", MappingKind::Same, Licences::Keep, 0),
        ("SPE_E3", MappingKind::Replacement, Licences::Reassign, 2),
        ("SPE_E5", MappingKind::Equivalent, Licences::Reassign, 0),
        ("CFQ7TTC0NEW0:0001", MappingKind::Replacement, Licences::Reassign, 0),
        ("M365EDU_A5_STUDENT", MappingKind::Replacement, Licences::Reassign, 0),
        ("CFQ7TTC0LDPB:0001", MappingKind::Replacement, Licences::Reassign, 7),
    ] {
        let rules = [rule(7, "CFQ7TTC0LCHC:0002", target)];
        let mapping = Ask {
            rules: &rules,
            ..Ask::of(source.clone())
        }
        .map(&catalog);
        assert_eq!((mapping.kind, mapping.licences), (kind, Some(licences)), "{target}");
        assert_eq!(mapping.loses.len(), loses, "{target}: {:?}", mapping.loses);
        assert!(mapping.from_table && mapping.used == Some(7) && mapping.certainty == Certainty::Sure);
        assert!(mapping.evidence.contains("row 7 (agreed with the customer)"));
    }
}

#[test]
fn one_source_may_go_to_several_targets() {
    let catalog = Catalog::embedded();
    let rules = [rule(3, "SPE_E3", "CFQ7TTC0LFLX:0021; CFQ7TTC0TEAM:0001")];
    let mapping = Ask {
        rules: &rules,
        ..Ask::of(with_part_number("SPE_E3"))
    }
    .map(&catalog);
    assert_eq!(target_ids(&mapping), ["CFQ7TTC0LFLX:0021", "CFQ7TTC0TEAM:0001"]);
    assert_eq!(
        (mapping.kind, mapping.licences),
        (MappingKind::Replacement, Some(Licences::Reassign))
    );

    let rules = [rule(3, "SPE_E3", "CFQ7TTC0LFLX:0021;Microsoft Teams Enterprise")];
    let mapping = Ask {
        rules: &rules,
        ..Ask::of(with_part_number("SPE_E3"))
    }
    .map(&catalog);
    assert_eq!((mapping.kind, mapping.loses.len()), (MappingKind::Equivalent, 0));

    let rules = [rule(3, "SPE_E3", "CFQ7TTC0LFLX:0021")];
    let mapping = Ask {
        rules: &rules,
        ..Ask::of(with_part_number("SPE_E3"))
    }
    .map(&catalog);
    assert_eq!(
        (mapping.kind, words(&mapping.loses)),
        (MappingKind::Replacement, vec!["Teams chats and meetings"])
    );
    assert!(mapping.critical_loss);
}

#[test]
fn a_rows_term_and_licences_stand() {
    let catalog = Catalog::embedded();
    let rules = [OfferRule {
        target_term: Some(Term::THREE_YEARS),
        licences: Some(Licences::Keep),
        ..rule(4, "Kiosk plan", "EXCHANGESTANDARD")
    }];
    let mapping = Ask {
        rules: &rules,
        ..Ask::of(named("kiosk PLAN"))
    }
    .map(&catalog);
    assert_eq!(
        (mapping.targets[0].term, mapping.licences),
        (Some(Term::THREE_YEARS), Some(Licences::Keep))
    );
    assert!(mapping.term_not_sold && !mapping.term_changed);
}

#[test]
fn a_rows_target_with_two_readings_is_not_chosen_from() {
    let catalog = Catalog::embedded();
    let rules = [rule(4, "SPB", "Business Premium")];
    let mapping = Ask {
        rules: &rules,
        ..Ask::of(with_part_number("SPB"))
    }
    .map(&catalog);
    assert_eq!(
        (mapping.kind, mapping.targets.len(), mapping.used),
        (MappingKind::Ambiguous, 2, Some(4))
    );
}

#[test]
fn the_most_specific_row_decides() {
    let catalog = Catalog::embedded();
    let source = SourceOffer {
        sku_id: Some("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46".into()),
        sku_part_number: Some("SPB".into()),
        ..with_offer_id("CFQ7TTC0LCHC:0002:CFQ7TTC0WXYZ")
    };
    let source = SourceOffer {
        name: Some("Microsoft 365 Business Premium".into()),
        ..source
    };
    let all = [
        rule(2, "cfq7ttc0lchc-0002", "CFQ7TTC0AAAA:0001"),
        rule(3, "{CBDC14AB-D96C-4C30-B9F4-6ADA7CDC1D46}", "CFQ7TTC0BBBB:0001"),
        rule(4, "spb ", "CFQ7TTC0CCCC:0001"),
        rule(5, "61795cab-2abd-43f6-88e9-c9adae5746e0", "CFQ7TTC0DDDD:0001"),
        rule(6, "microsoft 365 BUSINESS premium", "CFQ7TTC0EEEE:0001"),
        rule(7, "Microsoft 365 Business Premium (Annual)", "CFQ7TTC0FFFF:0001"),
    ];
    for from in 0..all.len() {
        let mapping = Ask {
            rules: &all[from..],
            ..Ask::of(source.clone())
        }
        .map(&catalog);
        assert_eq!(mapping.used, Some(all[from].row));
    }
    // Another offer's row never counts.
    let other = [
        rule(8, "Microsoft 365 Business Standard", "CFQ7TTC0AAAA:0001"),
        rule(9, "CFQ7TTC0LCHC", "X"),
    ];
    assert_eq!(
        Ask {
            rules: &other,
            ..Ask::of(source)
        }
        .map(&catalog)
        .used,
        None
    );
}

#[test]
fn rows_that_tie_are_told_and_not_used() {
    let catalog = Catalog::embedded();
    let rules = [rule(9, "SPB", "SPE_E3"), rule(2, " spb", "SPE_E5")];
    let mapping = Ask {
        rules: &rules,
        ..Ask::of(with_part_number("SPB"))
    }
    .map(&catalog);
    assert_eq!(
        (mapping.tied, mapping.used, mapping.from_table),
        (vec![2, 9], None, false)
    );
    assert_eq!(mapping.kind, MappingKind::Same);
}

#[test]
fn rows_count_on_their_days() {
    let catalog = Catalog::embedded();
    let rules = [OfferRule {
        valid_from: Some(day("2026-11-01")),
        valid_until: Some(day("2026-11-30")),
        ..rule(2, "SPB", "SPE_E5")
    }];
    for (on, used) in [
        ("2026-10-31", None),
        ("2026-11-01", Some(2)),
        ("2026-11-30", Some(2)),
        ("2026-12-01", None),
    ] {
        assert_eq!(
            Ask {
                on,
                rules: &rules,
                ..Ask::of(with_part_number("SPB"))
            }
            .map(&catalog)
            .used,
            used,
            "{on}"
        );
    }
}

#[test]
fn a_row_may_say_that_an_unknown_offer_stays_what_it_is() {
    let catalog = Catalog::embedded();
    let rules = [rule(2, "CFQ7TTC0NEW0:0001", "CFQ7TTC0NEW0/1")];
    let mapping = Ask {
        rules: &rules,
        ..Ask::of(with_offer_id("CFQ7TTC0NEW0:0001:CFQ7TTC0WXYZ"))
    }
    .map(&catalog);
    assert_eq!(
        (mapping.kind, mapping.licences),
        (MappingKind::Same, Some(Licences::Keep))
    );
    assert_eq!(target_ids(&mapping), ["CFQ7TTC0NEW0:0001"]);
}
