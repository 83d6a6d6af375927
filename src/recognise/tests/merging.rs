//! Rows that tell of one subscription, and customers that are found or not.

use super::*;
use crate::{
    finding::Severity,
    recognise::{Flaw, tables::CustomerNote},
};

const LIST: &str = "Subscription ID,Customer tenant ID,Customer name,Offer name,Quantity,End date,Auto renew";

fn list(rows: &[&str]) -> String {
    format!("{LIST}\n{}\n", rows.join("\n"))
}

#[test]
fn copies_merge_and_are_counted() {
    let row = format!("{SUB_A},{CONTOSO},Contoso,Microsoft 365 E3,25,2027-05-13,yes");
    let upper = row.replace(SUB_A, &format!("{{{}}}", SUB_A.to_uppercase()));
    let recognised = Estate::default()
        .file("a.csv", &list(&[&row, &upper]))
        .file("b.csv", &list(&[&row]))
        .recognise();
    let subscription = only(&recognised);
    assert!(subscription.flaws.is_empty(), "{}", told(&recognised));
    assert_eq!(
        (subscription.place.file.as_ref(), subscription.place.row),
        ("a.csv", Some(2))
    );
    assert_eq!(
        (recognised.accounting.subscriptions, recognised.accounting.merged),
        (1, 2)
    );
    assert_eq!(recognised.inputs[1].tables[0].accounting.merged, 1);
    assert_eq!(codes(&recognised), [Code::RowsMerged, Code::RowsMerged]);
}

#[test]
fn every_row_is_accounted_for_however_many_there_are() {
    let rows: Vec<String> = (0..17_000)
        .map(|number| {
            format!("50000000-0000-4000-8000-{number:012},{CONTOSO},Contoso,Microsoft 365 E3,25,2027-05-13,yes")
        })
        .collect();
    let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut estate = Estate::default();
    for file in ["a.csv", "b.csv"] {
        estate = estate.file(file, &list(&rows));
    }
    let other = rows[15_000].replace(",25,", ",30,");
    rows[15_000] = &other;
    let recognised = estate.file("c.csv", &list(&rows)).recognise();
    let of = |input: usize| recognised.inputs[input].tables[0].accounting;
    assert_eq!((of(0).subscriptions, of(0).merged), (17_000, 0));
    for input in [1, 2] {
        assert_eq!((of(input).subscriptions, of(input).merged), (0, 17_000));
    }
    assert_eq!(recognised.subscriptions.len(), 17_000);
    assert!(recognised.accounting.balances());
    let seats = finding(&recognised, Code::Contradiction);
    assert_eq!(
        seats.subscription_id.as_deref(),
        Some("50000000-0000-4000-8000-000000015000")
    );
}

#[test]
fn equal_standing_contradicts_and_newer_or_higher_wins_in_silence() {
    let old = format!("{SUB_A},{CONTOSO},Contoso,Microsoft 365 E3,25,2026-05-13,yes");
    let new = format!("{SUB_A},{CONTOSO},Contoso,Microsoft 365 E3,30,2027-05-13,yes");
    let recognised = Estate::default()
        .file("a.csv", &list(&[&old]))
        .file("b.csv", &list(&[&new]))
        .recognise();
    assert!(only(&recognised).flaws.has(Flaw::Contradiction));
    let contradictions: Vec<String> = recognised
        .findings
        .iter()
        .filter(|finding| finding.code == Code::Contradiction)
        .map(ToString::to_string)
        .collect();
    assert_eq!(contradictions.len(), 2, "{contradictions:?}");
    assert!(contradictions[0].contains("a.csv, line 2") && contradictions[0].contains("b.csv, line 2"));

    let recognised = Estate::default()
        .file("a-2026-11-20.csv", &list(&[&new]))
        .file("b-2026-10-20.csv", &list(&[&old]))
        .recognise();
    assert_eq!(
        (only(&recognised).seats, only(&recognised).flaws.iter().count()),
        (Some(Seats(30)), 0)
    );
    // one of them does not say how new it is
    let recognised = Estate::default()
        .file("a-2026-11-20.csv", &list(&[&new]))
        .file("b.csv", &list(&[&old]))
        .recognise();
    assert!(only(&recognised).flaws.has(Flaw::Contradiction));
    // another kind of export
    let portal =
        format!("Subscription ID,Subscription,Quantity,Status,Reseller\n{SUB_A},Microsoft 365 E3,40,Active,1\n");
    let recognised = Estate::default()
        .file("a.csv", &list(&[&old]))
        .file("b.csv", &portal)
        .recognise();
    let subscription = only(&recognised);
    assert_eq!(
        (subscription.seats, subscription.flaws.iter().count()),
        (Some(Seats(40)), 0)
    );
    assert_eq!(subscription.term_end, Some(TermEnd(date(2026, 5, 13))));
    assert_eq!(subscription.place.file.as_str(), "b.csv");
}

#[test]
fn aliases_link_rows_however_indirectly() {
    let graph = "CommerceSubscriptionId,Id,NextLifecycleDateTime,OcpSubscriptionId,SkuPartNumber,Status,TotalLicenses";
    let text = format!("{graph}\n{SUB_A},dir-1,2027-05-13T00:00:00Z,{SUB_B},SPE_E3,Enabled,25\n");
    let other = format!("{SUB_B},{CONTOSO},Contoso,Microsoft 365 E3,,,no");
    let recognised = Estate::default()
        .file("graph.csv", &text)
        .file("list.csv", &list(&[&other]))
        .recognise();
    let subscription = only(&recognised);
    assert_eq!(Some(&subscription.id), Id::parse(SUB_A).as_ref());
    assert_eq!(subscription.auto_renew, Some(false));
    assert!(subscription.customer_id.is_some());
}

#[test]
fn a_flaw_counts_unless_a_row_of_more_standing_knows() {
    let bad = format!("{SUB_A},{CONTOSO},Contoso,Microsoft 365 E3,many,soon,perhaps");
    let recognised = Estate::default().file("a.csv", &list(&[&bad])).recognise();
    let flaws: Vec<Flaw> = only(&recognised).flaws.iter().collect();
    assert_eq!(
        flaws,
        [Flaw::TermEndUnreadable, Flaw::SeatsUnreadable, Flaw::ValueUnreadable]
    );
    let told_of = finding(&recognised, Code::SeatsUnreadable);
    assert_eq!(told_of.place.column, Some(4));
    assert_eq!(
        (told_of.heading.as_deref(), told_of.value.as_deref()),
        (Some("Quantity"), Some("many"))
    );
    assert_eq!(told_of.subscription_id.as_deref(), Some(SUB_A));
    let portal =
        format!("Subscription ID,Subscription,Quantity,Status,Reseller\n{SUB_A},Microsoft 365 E3,40,Active,1\n");
    let recognised = Estate::default()
        .file("a.csv", &list(&[&bad]))
        .file("b.csv", &portal)
        .recognise();
    assert!(!only(&recognised).flaws.has(Flaw::SeatsUnreadable));
    assert!(only(&recognised).flaws.has(Flaw::TermEndUnreadable));
}

#[test]
fn dates_without_an_order_are_told_of_once_and_left_out() {
    let rows: Vec<String> = (1..=3)
        .map(|n| format!("sub-{n},{CONTOSO},Contoso,Microsoft 365 E3,{n},0{n}/05/2027,yes"))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut estate = Estate::default().file("a.csv", &list(&rows));
    let recognised = estate.recognise();
    assert!(
        recognised
            .subscriptions
            .iter()
            .all(|s| s.term_end.is_none() && s.flaws.has(Flaw::DateOrderUnknown))
    );
    assert_eq!(codes(&recognised), [Code::DateOrderUnknown]);
    assert_eq!(recognised.inputs[0].tables[0].dates[0].order.as_str(), "unknown");
    estate = estate.source(SourceRule {
        pattern: "*.csv".into(),
        date_order: Some(crate::config::DateOrder::Dmy),
        ..SourceRule::default()
    });
    let recognised = estate.recognise();
    assert_eq!(recognised.subscriptions[2].term_end, Some(TermEnd(date(2027, 5, 3))));
    assert_eq!(codes(&recognised), []);
    assert_eq!(recognised.inputs[0].tables[0].dates[0].order.as_str(), "dmy");
}

#[test]
fn customers_are_found_by_domain_or_name_when_exactly_one_fits() {
    let text = "Subscription ID,Customer name,Offer name,Quantity\n\
                s-1,CONTOSO  kft.,Microsoft 365 E3,5\ns-2,Twin,Microsoft 365 E3,5\ns-3,Nobody,Microsoft 365 E3,5\n";
    let mut estate = Estate::default().file("a.csv", text);
    let note = |id: &str, name: &str, row| CustomerNote {
        id: Id::parse(id).and_then(|id| id.guid()).map(CustomerId),
        name: Some(name.into()),
        row,
        ..CustomerNote::default()
    };
    estate.tables.customers = vec![
        note(CONTOSO, "Contoso Kft", 2),
        note(FABRIKAM, "Twin", 3),
        note(PARTNER, "Twin", 4),
    ];
    let recognised = estate.recognise();
    // Whose customer nobody knows comes first.
    let [twin, nobody, found] = &recognised.subscriptions[..] else {
        panic!()
    };
    assert_eq!(found.customer_id.map(|id| id.to_string()).as_deref(), Some(CONTOSO));
    assert_eq!(found.customer_name.as_deref(), Some("Contoso Kft"));
    assert!(twin.customer_id.is_none() && twin.flaws.has(Flaw::CustomerAmbiguous));
    assert!(nobody.customer_id.is_none() && nobody.flaws.is_empty());
    assert_eq!(
        codes(&recognised),
        [
            Code::CustomerAmbiguous,
            Code::CustomerUnknown,
            Code::ColumnMissing,
            Code::CustomerResolved
        ]
    );
}

#[test]
fn a_name_is_no_customer_where_the_domain_is_anothers() {
    let note = |id: Option<&str>, name: Option<&str>, domain: Option<&str>, row| CustomerNote {
        id: id.and_then(Id::parse).and_then(|id| id.guid()).map(CustomerId),
        name: name.map(Into::into),
        domain: domain.map(Into::into),
        row,
        ..CustomerNote::default()
    };
    let told_of = |rows: &str, customers: Vec<CustomerNote>| {
        let text = format!("Subscription ID,Customer name,Customer domain,Offer name,Quantity\n{rows}");
        let mut estate = Estate::default().file("a.csv", &text);
        estate.tables.customers = customers;
        let recognised = estate.recognise();
        let told: Vec<(Code, String)> = recognised
            .findings
            .iter()
            .filter(|finding| finding.subscription_id.is_some())
            .map(|finding| (finding.code, finding.told().into_owned()))
            .collect();
        told
    };
    // By the domain that it is known under.
    let known = vec![note(Some(CONTOSO), Some("Contoso"), Some("contoso.example"), 2)];
    let told = told_of("s-1,Contoso,other.example,Microsoft 365 E3,5\n", known.clone());
    assert_eq!(told[0].0, Code::CustomerAmbiguous, "{told:?}");
    assert!(told[0].1.contains("but under `contoso.example`"), "{told:?}");
    let told = told_of("s-1,Contoso,contoso.example,Microsoft 365 E3,5\n", known);
    assert_eq!(told[0].0, Code::CustomerResolved, "{told:?}");
    // By the domains that go with the name elsewhere.
    let nameless = vec![note(Some(CONTOSO), Some("Contoso"), None, 2)];
    let two = "s-1,Contoso,a.example,Microsoft 365 E3,5\ns-2,Contoso,b.example,Microsoft 365 E3,5\n";
    let told = told_of(two, nameless.clone());
    assert!(
        told.iter().all(|(code, _)| *code == Code::CustomerAmbiguous),
        "{told:?}"
    );
    assert!(told[0].1.contains("but under `b.example`"), "{told:?}");
    let told = told_of("s-1,Contoso,a.example,Microsoft 365 E3,5\n", nameless.clone());
    assert_eq!(told[0].0, Code::CustomerResolved, "{told:?}");
    // What is only taken to be a customer's makes nobody known.
    let adopted = [nameless, vec![note(None, Some("Contoso"), Some("contoso.example"), 3)]].concat();
    let told = told_of("s-1,,contoso.example,Microsoft 365 E3,5\n", adopted);
    assert_eq!(told[0].0, Code::CustomerUnknown, "{told:?}");
}

#[test]
fn two_tenants_on_one_subscription_are_a_flaw() {
    let rows = [
        format!("{SUB_A},{CONTOSO},Contoso,Microsoft 365 E3,25,2027-05-13,yes"),
        format!("{SUB_A},{FABRIKAM},Fabrikam,Microsoft 365 E3,25,2027-05-13,yes"),
    ];
    let recognised = Estate::default()
        .file("a.csv", &list(&[&rows[0], &rows[1]]))
        .recognise();
    assert!(only(&recognised).flaws.has(Flaw::CustomerAmbiguous));
    assert!(codes(&recognised).contains(&Code::CustomerAmbiguous));
}

#[test]
fn the_customers_table_goes_before_lists_and_rows() {
    let mut estate = Estate::default().file(
        "a.csv",
        &format!("Subscription ID,Customer tenant ID,Country,Offer name,Quantity\ns-1,{CONTOSO},Sweden,E3,5\n"),
    );
    let country = |recognised: &Recognised| recognised.customers[0].country.map(|country| country.to_string());
    assert_eq!(country(&estate.recognise()).as_deref(), Some("SE"));
    estate.tables.customers = vec![CustomerNote {
        id: Id::parse(CONTOSO).and_then(|id| id.guid()).map(CustomerId),
        country: "HU".parse().ok(),
        relationship: Some(true),
        row: 2,
        ..CustomerNote::default()
    }];
    let recognised = estate.recognise();
    assert_eq!(country(&recognised).as_deref(), Some("HU"));
    assert_eq!(recognised.customers[0].relationship, Some(true));
}

#[test]
fn two_countries_of_one_customer_are_told_of() {
    let text = format!(
        "Subscription ID,Customer tenant ID,Country,Offer name,Quantity\ns-1,{CONTOSO},Sweden,E3,5\ns-2,{CONTOSO},HU,E3,5\n"
    );
    let recognised = Estate::default().file("a.csv", &text).recognise();
    assert_eq!(codes(&recognised), [Code::Contradiction, Code::ColumnMissing]);
    let message = &finding(&recognised, Code::Contradiction).message;
    assert!(message.contains("`HU` here, but `SE` in a.csv, line 2"), "{message}");
}

#[test]
fn nameless_rows_keep_their_names_from_night_to_night() {
    let head = "Customer name,Offer name,Quantity,End date";
    let tonight = Estate::default()
        .file(
            "a.csv",
            &format!("{head}\nContoso,Microsoft 365 E3,25,2027-05-13\nContoso,Microsoft 365 E5,5,2027-05-13\n"),
        )
        .recognise();
    let ids: Vec<String> = tonight.subscriptions.iter().map(|s| s.id.to_string()).collect();
    assert_eq!(ids, ["no-id:2da781c580cd", "no-id:ac0370d9085f"]);
    // other order, other file, other numbers
    let later = Estate::default()
        .file(
            "b.csv",
            &format!("{head}\nContoso,Microsoft 365 E5,7,2027-05-13\nCONTOSO,microsoft 365 e3,26,2027-06-13\n"),
        )
        .recognise();
    assert_eq!(
        later.subscriptions.iter().map(|s| s.id.to_string()).collect::<Vec<_>>(),
        ids
    );
    // the same rows in two files are the same subscriptions
    let row = "Contoso,Microsoft 365 E3,25,2027-05-13";
    let both = Estate::default()
        .file("a.csv", &format!("{head}\n{row}\n"))
        .file("b.csv", &format!("{head}\n{row}\n"))
        .recognise();
    assert_eq!(both.subscriptions.len(), 1);
    // two rows alike in everything are left to a person
    let twins = Estate::default()
        .file("a.csv", &format!("{head}\n{row}\n{row}\n"))
        .recognise();
    assert_eq!(twins.subscriptions.len(), 2);
    assert!(
        twins.subscriptions.iter().all(|s| s.flaws.has(Flaw::Contradiction)),
        "{}",
        told(&twins)
    );
    assert!(codes(&twins).contains(&Code::Contradiction));
}

#[test]
fn a_damaged_id_leaves_a_row_for_review_while_it_names_customer_and_offer() {
    let rows = [
        format!("5.66890604832738E+17,{CONTOSO},Contoso,Microsoft 365 E3,25,2027-05-13,yes"),
        "5.66890604832738E+17,,,,25,2027-05-13,yes".to_owned(),
    ];
    let recognised = Estate::default()
        .file("a.csv", &list(&[&rows[0], &rows[1]]))
        .recognise();
    assert!(only(&recognised).flaws.has(Flaw::IdDamaged));
    assert_eq!(recognised.accounting.rejected, 1);
    let damaged = finding(&recognised, Code::IdDamaged);
    assert_eq!(
        damaged.subscription_id.as_deref(),
        Some(only(&recognised).id.to_string().as_str())
    );
}

#[test]
fn two_states_or_two_offers_by_name_contradict() {
    let heading = "Subscription ID,Customer tenant ID,Customer name,Offer name,Quantity,Status";
    let file = |offer: &str, state: &str| format!("{heading}\n{SUB_A},{CONTOSO},Contoso,{offer},25,{state}\n");
    let contradictions = |offer: &str, state: &str| {
        let recognised = Estate::default()
            .file("a.csv", &file("Microsoft 365 E3", "Active"))
            .file("b.csv", &file(offer, state))
            .recognise();
        let told = codes(&recognised)
            .into_iter()
            .filter(|code| *code == Code::Contradiction)
            .count();
        assert_eq!(only(&recognised).flaws.has(Flaw::Contradiction), told > 0);
        told
    };
    assert_eq!(contradictions("MICROSOFT 365 E3", "active"), 0);
    assert_eq!(contradictions("Microsoft 365 E5", "Active"), 1);
    assert_eq!(contradictions("Microsoft 365 E3", "Deleted"), 1);
}

/// A list without term ends beside exports that say some, or all, of them.
#[test]
fn what_a_list_lacks_is_only_told_where_nothing_else_says_it() {
    let without = format!(
        "Subscription ID,Customer tenant ID,Offer name,Quantity\n{SUB_A},{CONTOSO},Microsoft 365 E3,25\n{SUB_B},{CONTOSO},Microsoft 365 E5,5\n{SUB_B},{CONTOSO},Microsoft 365 E5,5\n"
    );
    let row = |id: &str, offer: &str, seats: u32| format!("{id},{CONTOSO},Contoso,{offer},{seats},2027-05-13,yes");
    let (first, second) = (row(SUB_A, "Microsoft 365 E3", 25), row(SUB_B, "Microsoft 365 E5", 5));
    let beside = |rows: &[&str]| {
        let estate = Estate::default().file("a.csv", &without).file("b.csv", &list(rows));
        let recognised = estate.recognise();
        let of = |finding: &&Finding| matches!(finding.code, Code::ColumnMissing | Code::ColumnElsewhere);
        let found = recognised.findings.iter().find(of).unwrap().clone();
        assert_eq!(found.place.file.as_str(), "a.csv");
        (found.code, found.severity(), found.told().into_owned())
    };
    let lacks = "no column that we know holds the term's end";
    assert_eq!(
        beside(&[&first, &second]),
        (
            Code::ColumnElsewhere,
            Severity::Note,
            format!("{lacks}; other rows say it of all its 2 subscriptions")
        )
    );
    assert_eq!(
        beside(&[&first]),
        (
            Code::ColumnMissing,
            Severity::Warning,
            format!("{lacks}; nothing else says it of 1 of its 2 subscriptions")
        )
    );
    let stranger = row("0b4b8b0e-0000-4000-8000-000000000009", "Visio Plan 2", 3);
    assert_eq!(
        beside(&[&stranger]),
        (Code::ColumnMissing, Severity::Warning, lacks.to_owned())
    );
    // A date that cannot be read says no term end.
    let unread = first.replace("2027-05-13", "31.06.2027");
    assert_eq!(beside(&[&unread, &second]).0, Code::ColumnMissing);
}
