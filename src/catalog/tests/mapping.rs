//! Which offer is ordered for which, and what is said of it.

use super::*;

#[test]
fn what_is_sold_stays_what_it_is() {
    let catalog = Catalog::embedded();
    for (part_number, item) in [
        ("O365_BUSINESS_PREMIUM", "CFQ7TTC0LDPB:0001"),
        ("SPB", "CFQ7TTC0LCHC:0002"),
        ("SPE_F1", "CFQ7TTC0LH05:0001"),
        ("ENTERPRISEPREMIUM", "CFQ7TTC0LF8S:0002"),
        ("PROJECTPREMIUM", "CFQ7TTC0HD9Z:0002"),
        ("M365EDU_A3_STUDENT", "CFQ7TTC0LHPL:000X"),
    ] {
        let mapping = Ask::of(with_part_number(part_number)).map(&catalog);
        assert_eq!(
            (mapping.kind, target_ids(&mapping)),
            (MappingKind::Same, vec![item]),
            "{part_number}"
        );
        assert_eq!(mapping.licences, Some(Licences::Keep));
        assert!(!mapping.end_of_sale && !mapping.from_table && mapping.loses.is_empty() && mapping.gains.is_empty());
        assert!(mapping.evidence.contains("SKU part number"), "{}", mapping.evidence);
    }
}

#[test]
fn a_transfer_takes_the_source_as_it_is() {
    let catalog = Catalog::embedded();
    // No item, retired, monthly: none of it matters.
    let source = SourceOffer {
        offer_id: Some("CFQ7TTC0ABCD:0001:CFQ7TTC0WXYZ".into()),
        ..named("Microsoft 365 Audio Conferencing")
    };
    let ask = Ask {
        route: Route::Transfer,
        term: Some(Term::THREE_YEARS),
        seats: Some(Seats(1)),
        ..Ask::of(source)
    };
    let mapping = ask.map(&catalog);
    assert_eq!(
        (mapping.kind, mapping.licences),
        (MappingKind::Same, Some(Licences::Keep))
    );
    assert_eq!(target_ids(&mapping), ["CFQ7TTC0ABCD:0001:CFQ7TTC0WXYZ"]);
    assert_eq!(&*mapping.targets[0].name, "Microsoft 365 Audio Conferencing");
    assert_eq!(mapping.targets[0].term, Some(Term::THREE_YEARS));
    assert!(!mapping.end_of_sale && !mapping.term_changed && !mapping.term_not_sold);

    let channel = Ask {
        route: Route::ChannelTransfer,
        on: "2025-06-01",
        ..Ask::of(with_part_number("SPE_E3"))
    };
    let mapping = channel.map(&catalog);
    assert_eq!((mapping.kind, mapping.end_of_sale), (MappingKind::Same, false));
    assert_eq!(target_ids(&mapping), ["CFQ7TTC0LFLX:0001"]);

    let unknown = Ask {
        route: Route::Transfer,
        ..Ask::of(named("Contoso Cloud Plan"))
    };
    assert_eq!(unknown.map(&catalog).kind, MappingKind::Unmapped);
    let rules = [rule(2, "Contoso Cloud Plan", "CFQ7TTC0ZZZZ:0001")];
    let mapping = Ask {
        rules: &rules,
        ..unknown
    }
    .map(&catalog);
    assert_eq!(
        (target_ids(&mapping), mapping.used, mapping.kind, mapping.licences),
        (
            vec!["CFQ7TTC0ZZZZ:0001"],
            Some(2),
            MappingKind::Same,
            Some(Licences::Keep)
        )
    );
}

#[test]
fn a_transfer_takes_what_only_the_users_table_knows_as_it_is() {
    let catalog = Catalog::embedded();
    let source = SourceOffer {
        offer_id: Some("CFQ7TTC0QQQQ:0001".into()),
        name: Some("Contoso Cloud Plan".into()),
        ..SourceOffer::default()
    };
    let rules = [rule(2, "CFQ7TTC0QQQQ:0001", "Microsoft 365 Business Basic")];
    let by = |route| {
        let ask = Ask {
            route,
            rules: &rules,
            ..Ask::of(source.clone())
        };
        ask.map(&catalog)
    };
    let transferred = by(Route::Transfer);
    assert_eq!((transferred.kind, transferred.used), (MappingKind::Same, Some(2)));
    assert_eq!(target_ids(&transferred), ["CFQ7TTC0QQQQ:0001"]);
    assert_eq!(target_ids(&by(Route::NewSubscription)), ["CFQ7TTC0LH18:0001"]);
}

#[test]
fn a_text_with_two_readings_lists_both() {
    let catalog = Catalog::embedded();
    let mapping = Ask::of(named("MICROSOFT 365-ALKALMAZÁSOK VÁLLALATOKNAK")).map(&catalog);
    assert_eq!((mapping.kind, mapping.licences), (MappingKind::Ambiguous, None));
    assert_eq!(target_ids(&mapping), ["CFQ7TTC0LH1G:0001", "CFQ7TTC0LGZT:0001"]);
}

#[test]
fn a_translated_name_is_never_sure() {
    let catalog = Catalog::embedded();
    let english = Ask::of(named("Microsoft 365 Business Basic")).map(&catalog);
    let hungarian = Ask::of(named("MICROSOFT 365 ÜZLETI ALAPSZINTŰ")).map(&catalog);
    assert_eq!(
        (english.certainty, hungarian.certainty),
        (Certainty::Sure, Certainty::Likely)
    );
    assert_eq!(english.targets, hungarian.targets);
}

#[test]
fn suites_with_teams_are_sold_again() {
    let catalog = Catalog::embedded();
    for part_number in [
        "SPE_E3",
        "SPE_E5",
        "STANDARDPACK",
        "ENTERPRISEPACK",
        "ENTERPRISEPREMIUM",
    ] {
        for (on, end_of_sale) in [
            ("2024-04-01", true),
            ("2025-10-31", true),
            ("2025-11-01", false),
            (TODAY, false),
        ] {
            let mapping = Ask {
                on,
                ..Ask::of(with_part_number(part_number))
            }
            .map(&catalog);
            assert_eq!(
                (mapping.kind, mapping.end_of_sale),
                (MappingKind::Same, end_of_sale),
                "{part_number} on {on}"
            );
        }
    }
}

#[test]
fn a_suite_with_teams_was_not_sold_in_some_countries_earlier() {
    let catalog = Catalog::embedded();
    let end_of_sale = |country: Option<&str>, on: &str| {
        let source = with_part_number("SPE_E3");
        let resolution = catalog.resolve(&source, day(on));
        let query = MapQuery {
            source: &source,
            resolution: &resolution,
            qualification: None,
            country: country.map(|country| country.parse().unwrap()),
            route: Route::NewSubscription,
            term: Some(Term::YEAR),
            seats: Some(Seats(25)),
            on: day(on),
        };
        let mapping = catalog.map(&query, &[]);
        assert_eq!(mapping.kind, MappingKind::Same);
        mapping.end_of_sale
    };
    for (country, on, expected) in [
        (Some("HU"), "2023-09-30", false),
        (Some("HU"), "2023-10-01", true),
        (Some("CH"), "2024-03-31", true),
        (Some("US"), "2024-03-31", false),
        (None, "2024-03-31", false),
        (Some("US"), "2024-04-01", true),
        (Some("US"), "2025-10-31", true),
        (Some("HU"), "2025-10-31", true),
        (Some("HU"), "2025-11-01", false),
        (Some("US"), "2025-11-01", false),
    ] {
        assert_eq!(end_of_sale(country, on), expected, "{country:?} on {on}");
    }
}

#[test]
fn the_edition_of_some_countries_is_not_sold_in_others() {
    let catalog = Catalog::embedded();
    let rules = [rule(2, "SPE_E3", "c2fe850d-fbbb-4858-b67d-bd0c6e746da3")];
    let end_of_sale = |country: Option<&str>| {
        let source = with_part_number("SPE_E3");
        let resolution = catalog.resolve(&source, day(TODAY));
        let query = MapQuery {
            source: &source,
            resolution: &resolution,
            qualification: None,
            country: country.map(|country| country.parse().unwrap()),
            route: Route::NewSubscription,
            term: Some(Term::YEAR),
            seats: Some(Seats(25)),
            on: day(TODAY),
        };
        let mapping = catalog.map(&query, &rules);
        assert_eq!(
            mapping.targets[0].offer.as_ref().unwrap().key.as_str(),
            "m365-e3-eea-no-teams"
        );
        mapping.end_of_sale
    };
    assert!(end_of_sale(Some("US")));
    assert!(!end_of_sale(Some("SE")) && !end_of_sale(Some("CH")) && !end_of_sale(None));
}

#[test]
fn what_is_exactly_alike_is_equivalent_and_still_reassigned() {
    let catalog = Catalog::embedded();
    for (part_number, item) in [
        ("SMB_BUSINESS", "CFQ7TTC0LH1G:0001"),
        ("SMB_BUSINESS_ESSENTIALS", "CFQ7TTC0LH18:0001"),
        ("SMB_BUSINESS_PREMIUM", "CFQ7TTC0LDPB:0001"),
        ("M365_F1", "CFQ7TTC0MBMD:0002"),
    ] {
        let mapping = Ask::of(with_part_number(part_number)).map(&catalog);
        assert_eq!(
            (mapping.kind, target_ids(&mapping)),
            (MappingKind::Equivalent, vec![item]),
            "{part_number}"
        );
        assert_eq!(mapping.licences, Some(Licences::Reassign));
        assert!(mapping.loses.is_empty() && mapping.gains.is_empty());
    }
}

#[test]
fn false_twins_are_not_equivalent() {
    let catalog = Catalog::embedded();
    for part_number in [
        "INTUNE_A_D",
        "OFFICESUBSCRIPTION_STUDENT",
        "EXCHANGEARCHIVE",
        "EXCHANGEARCHIVE_ADDON",
        "E3_VDA_only",
        "PROJECTPROFESSIONAL_FACULTY",
        "Office_365_w/o_Teams_Bundle_Business_Premium",
        "EXCHANGEDESKLESS",
        "MCOMEETADV",
        "CRMSTORAGE",
    ] {
        let mapping = Ask::of(with_part_number(part_number)).map(&catalog);
        assert_eq!(
            (mapping.kind, mapping.targets.len()),
            (MappingKind::Unmapped, 0),
            "{part_number}"
        );
        assert_eq!(mapping.licences, None);
    }
}

#[test]
fn the_one_successor_replaces_what_is_retired() {
    let catalog = Catalog::embedded();
    let mapping = Ask::of(with_part_number("LITEPACK")).map(&catalog);
    assert_eq!(
        (mapping.kind, target_ids(&mapping)),
        (MappingKind::Replacement, vec!["CFQ7TTC0LH18:0001"])
    );
    assert_eq!(mapping.licences, Some(Licences::Reassign));
    assert_eq!(
        words(&mapping.gains),
        ["SharePoint sites (Plan 1)", "Teams chats and meetings"]
    );
    assert!(mapping.loses.is_empty() && !mapping.critical_loss);
    assert!(mapping.evidence.contains("since 2014-10-01"), "{}", mapping.evidence);
    // Before its day there is no successor.
    let before = Ask {
        on: "2014-09-30",
        ..Ask::of(with_part_number("LITEPACK"))
    }
    .map(&catalog);
    assert_eq!(before.kind, MappingKind::Unmapped);
}

#[test]
fn several_successors_are_for_a_person() {
    let catalog = Catalog::embedded();
    let mapping = Ask::of(with_part_number("ENTERPRISEWITHSCAL")).map(&catalog);
    assert_eq!(
        (mapping.kind, mapping.licences),
        (MappingKind::Suggested, Some(Licences::Reassign))
    );
    assert_eq!(
        target_ids(&mapping),
        ["CFQ7TTC0LF8S:0002", "CFQ7TTC0LF8R:0001", "CFQ7TTC0LH0T:0001"]
    );
    assert_eq!(
        words(&mapping.loses),
        ["telephone calls with Skype for Business Server"]
    );
    assert!(mapping.critical_loss);
    for part_number in [
        "MCOIMP",
        "MIDSIZEPACK",
        "PROJECTESSENTIALS",
        "BUSINESS_VOICE_MED2",
        "STANDARDWOFFPACK",
    ] {
        let mapping = Ask::of(with_part_number(part_number)).map(&catalog);
        assert_eq!(mapping.kind, MappingKind::Suggested, "{part_number}");
        assert!((1..=3).contains(&mapping.targets.len()), "{part_number}");
    }
}

#[test]
fn what_has_no_successor_in_csp_is_unmapped() {
    let catalog = Catalog::embedded();
    for name in [
        "Power BI Premium P1",
        "Azure MFA",
        "Microsoft Azure Multi-Factor Authentication",
        "Contoso Plan",
    ] {
        assert_eq!(Ask::of(named(name)).map(&catalog).kind, MappingKind::Unmapped, "{name}");
    }
}

#[test]
fn the_nonprofit_offer_is_not_ordered_as_the_commercial_one() {
    let catalog = Catalog::embedded();
    let ask = Ask::of(named("Microsoft 365 E3 (Nonprofit Staff Pricing)"));
    let mapping = ask.map(&catalog);
    assert_eq!((mapping.kind, mapping.targets.len()), (MappingKind::Unmapped, 0));
    assert!(
        mapping.evidence.contains("does not know what to order"),
        "{}",
        mapping.evidence
    );
    assert_eq!(
        Ask {
            route: Route::Transfer,
            ..ask
        }
        .map(&catalog)
        .kind,
        MappingKind::Same
    );
}

#[test]
fn terms_are_kept_where_they_are_sold() {
    let catalog = Catalog::embedded();
    let ask = |part_number: &str, term: Option<u16>, seats: u32| {
        let mapping = Ask {
            term: term.map(Term),
            seats: Some(Seats(seats)),
            ..Ask::of(with_part_number(part_number))
        }
        .map(&catalog);
        (
            mapping.targets[0].term.map(|term| term.to_string()),
            mapping.term_changed,
            mapping.term_not_sold,
        )
    };
    let term = |text: &str| Some(text.to_owned());
    assert_eq!(ask("SPB", Some(1), 5), (term("P1M"), false, false));
    assert_eq!(ask("SPB", Some(12), 5), (term("P1Y"), false, false));
    assert_eq!(ask("SPB", Some(36), 500), (term("P1Y"), true, false));
    assert_eq!(ask("SPB", Some(6), 5), (term("P1M"), true, false));
    assert_eq!(ask("SPB", None, 5), (None, false, false));
    let suite = "IDENTITY_THREAT_PROTECTION";
    assert_eq!(ask(suite, Some(36), 100), (term("P3Y"), false, false));
    assert_eq!(ask(suite, Some(36), 99), (term("P1Y"), true, false));
}

#[test]
fn a_term_that_takes_more_seats_is_not_sold() {
    let catalog = Catalog::embedded();
    let mut offer = (**catalog.offer("m365-e3").unwrap()).clone();
    offer.terms = vec![(Term::THREE_YEARS, Seats(100))];
    let source = with_part_number("SPE_E3");
    let resolution = Resolution::Unknown;
    let query = MapQuery {
        source: &source,
        resolution: &resolution,
        qualification: None,
        country: None,
        route: Route::NewSubscription,
        term: Some(Term::YEAR),
        seats: Some(Seats(99)),
        on: day(TODAY),
    };
    use crate::catalog::target::{TermChange, choose_term};
    assert_eq!(choose_term(&offer, &query), (None, TermChange::NotSold));
    assert_eq!(
        choose_term(&offer, &MapQuery { seats: None, ..query }),
        (Some(Term::THREE_YEARS), TermChange::Changed)
    );
}
