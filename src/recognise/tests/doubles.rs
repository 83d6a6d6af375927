//! The same licences in two exports: without an id, under a former id, with other dates.

use super::*;
use crate::recognise::Flaw;

const LIST: &str = "Subscription ID,Customer tenant ID,Channel,Offer name,Quantity,Term start,End date,State";

fn full(rows: &[&str]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(n, row)| format!("a0000000-0000-4000-8000-00000000000{n},{CONTOSO},{row}"))
        .collect();
    format!("{LIST}\n{}\n", rows.join("\n"))
}

/// The admin center's licences beside a list with ids.
fn beside(rows: &[&str], licences: &str) -> Recognised {
    let admin = format!("Product Title,Total Licenses,Expired Licenses,Assigned licenses\n{licences}\n");
    Estate::default()
        .file("full.csv", &full(rows))
        .file("licences.csv", &admin)
        .source(SourceRule {
            pattern: "licences.csv".into(),
            customer_id: Id::parse(CONTOSO).and_then(|id| id.guid()).map(CustomerId),
            ..SourceRule::default()
        })
        .recognise()
}

fn doubtful(recognised: &Recognised) -> Vec<&Subscription> {
    let flawed = |s: &&Subscription| s.flaws.has(Flaw::PossibleDuplicate);
    recognised.subscriptions.iter().filter(flawed).collect()
}

#[test]
fn licences_without_an_id_add_to_the_one_subscription_they_fit() {
    let recognised = beside(
        &["web-direct,Microsoft 365 E3,25,,2027-05-13,active"],
        "MICROSOFT 365 E3,25,0,19",
    );
    let subscription = only(&recognised);
    assert_eq!(subscription.assigned_seats, Some(Seats(19)));
    assert_eq!(subscription.term_end, Some(TermEnd(date(2027, 5, 13))));
    assert!(subscription.flaws.is_empty());
    assert_eq!(
        (recognised.accounting.subscriptions, recognised.accounting.merged),
        (1, 1)
    );
    let note = recognised
        .findings
        .iter()
        .find(|finding| finding.code == Code::RowsMerged && finding.place.row.is_some())
        .unwrap();
    assert!(
        note.message.contains("customer, offer and licences are those of"),
        "{note}"
    );
}

#[test]
fn licences_that_may_be_another_subscriptions_are_for_review() {
    let e3 = "web-direct,Microsoft 365 E3,25,,2027-05-13,active";
    for (rows, licences, is_doubtful, count) in [
        // other numbers
        (&[e3][..], "Microsoft 365 E3,40,0,19", true, 2),
        // several fit
        (
            &[e3, "web-direct,Microsoft 365 E3,25,,2027-06-13,active"],
            "Microsoft 365 E3,25,0,19",
            true,
            3,
        ),
        // twice in the export without ids
        (&[e3], "Microsoft 365 E3,25,0,19\nMicrosoft 365 E3,25,0,18", true, 3),
        // nothing else of this offer
        (&[e3], "Microsoft 365 E5,25,0,19", false, 2),
        // the other one is gone
        (
            &["web-direct,Microsoft 365 E3,25,,2025-05-13,deleted"],
            "Microsoft 365 E3,25,0,19",
            false,
            2,
        ),
    ] {
        let recognised = beside(rows, licences);
        assert_eq!(recognised.subscriptions.len(), count, "{}", told(&recognised));
        let doubtful = doubtful(&recognised);
        assert_eq!(!doubtful.is_empty(), is_doubtful, "{rows:?} {licences}");
        assert!(doubtful.iter().all(|s| s.id.to_string().starts_with("no-id:")));
        let told_of = codes(&recognised)
            .into_iter()
            .filter(|code| *code == Code::PossibleDuplicate)
            .count();
        assert_eq!(told_of, doubtful.len());
    }
}

#[test]
fn rows_of_one_list_with_other_ends_or_channels_are_other_subscriptions() {
    let text = format!(
        "{LIST}\n{SUB_A},{CONTOSO},ea,Microsoft 365 E3,25,,2027-05-13,active\n,{CONTOSO},ea,Microsoft 365 E3,25,,2027-09-13,active\n,{CONTOSO},csp,Microsoft 365 E3,25,,,active\n"
    );
    let recognised = Estate::default().file("a.csv", &text).recognise();
    assert_eq!(recognised.subscriptions.len(), 3);
    assert!(doubtful(&recognised).is_empty(), "{}", told(&recognised));
}

#[test]
fn what_a_subscription_took_the_place_of_is_not_planned_beside_it() {
    let api = "id,offerId,quantity,commitmentEndDate,status,autoRenewEnabled,migratedFromSubscriptionId";
    let text = format!(
        "{api}\n{SUB_A},031c9e47-4802-4248-838e-778fb1d2cc05,99,2026-12-01T00:00:00Z,active,true,\n{SUB_B},CFQ7TTC0LFLX:0001:CFQ7TTC0K971,25,2027-05-13T00:00:00Z,active,true,{}\n",
        SUB_A.to_uppercase()
    );
    let recognised = Estate::default().file("api.csv", &text).recognise();
    let subscription = only(&recognised);
    assert_eq!(Some(&subscription.id), Id::parse(SUB_B).as_ref());
    assert_eq!(subscription.seats, Some(Seats(25)));
    assert_eq!(subscription.term_end, Some(TermEnd(date(2027, 5, 13))));
    assert!(subscription.flaws.is_empty(), "{}", told(&recognised));
    assert_eq!(recognised.accounting.merged, 1);
}

#[test]
fn of_two_starts_that_contradict_each_other_neither_counts() {
    let read = |a: &str, b: &str| {
        Estate::default()
            .file(
                "a.csv",
                &full(&[&format!("ea,Microsoft 365 E3,25,{a},2027-05-13,active")]),
            )
            .file(
                "b.csv",
                &full(&[&format!("ea,Microsoft 365 E3,25,{b},2027-05-13,active")]),
            )
            .recognise()
    };
    let recognised = read("2024-05-14", "2026-05-14");
    assert_eq!(only(&recognised).term_start, None);
    assert!(only(&recognised).flaws.is_empty());
    let message = &finding(&recognised, Code::Contradiction).message;
    assert!(
        message.starts_with("`2024-05-14` here, but `2026-05-14` in b.csv, line 2, column 6; neither"),
        "{message}"
    );
    assert_eq!(
        only(&read("2026-05-14", "2026-05-14")).term_start,
        Some(date(2026, 5, 14))
    );
    assert_eq!(only(&read("", "2026-05-14")).term_start, Some(date(2026, 5, 14)));
}

#[test]
fn a_renewal_is_taken_for_the_day_after_the_last_paid_one() {
    let row = |heading: &str, day: &str| {
        format!("Subscription ID,Customer tenant ID,Offer name,Quantity,{heading}\n{SUB_A},{CONTOSO},E3,5,{day}\n")
    };
    let renewal = Estate::default().file("r.csv", &row("Renewal Date", "2027-05-14"));
    let recognised = renewal.recognise();
    assert_eq!(only(&recognised).term_end, Some(TermEnd(date(2027, 5, 13))));
    assert_eq!(finding(&recognised, Code::DateOfRenewal).place.row, Some(2));
    let column = &recognised.inputs[0].tables[0].dates[0];
    assert!(
        column
            .because
            .ends_with("; days of renewal, of which the day before was taken")
    );
    // another list states the end, the renewal's day or the day before: no contradiction, what is stated counts
    for (end, day) in [("2027-05-13", 13), ("2027-05-14", 14)] {
        for name in ["a.csv", "z.csv"] {
            let both = renewal.clone().file(name, &row("End date", end)).recognise();
            assert!(only(&both).flaws.is_empty(), "{}", told(&both));
            assert_eq!(only(&both).term_end, Some(TermEnd(date(2027, 5, day))), "{name}");
        }
    }
    let other = renewal
        .clone()
        .file("e.csv", &row("End date", "2027-05-12"))
        .recognise();
    assert!(only(&other).flaws.has(Flaw::Contradiction));
    // of both in one row the end counts; they contradict each other unless they are one day, or the one after the other
    for (renewal, end, contradict) in [
        ("2027-05-20", "2027-05-14", true),
        ("2027-05-15", "2027-05-14", false),
        ("2027-05-14", "2027-05-14", false),
        ("2027-05-13", "2027-05-14", true),
        ("01.06.2027", "31.05.2027", false),
    ] {
        let text = format!(
            "Subscription ID,Customer tenant ID,Offer name,Quantity,Renewal date,End date\n{SUB_A},{CONTOSO},E3,5,{renewal},{end}\n"
        );
        let recognised = Estate::default().file("a.csv", &text).recognise();
        let ends = date(2027, 5, if end.starts_with("31") { 31 } else { 14 });
        assert_eq!(only(&recognised).term_end, Some(TermEnd(ends)), "{renewal}");
        let flawed = only(&recognised).flaws.has(Flaw::Contradiction);
        assert_eq!(flawed, contradict, "{renewal} {end}: {}", told(&recognised));
    }
    // whatever is known of the two headings
    let text = format!(
        "Subscription ID,Customer tenant ID,Offer name,Quantity,Renewal date,End date / Enddatum\n{SUB_A},{CONTOSO},E3,5,2027-05-14,2027-05-14\n"
    );
    let recognised = Estate::default().file("a.csv", &text).recognise();
    assert_eq!(only(&recognised).term_end, Some(TermEnd(date(2027, 5, 14))));
    assert!(
        finding(&recognised, Code::HeadingRepeated)
            .message
            .ends_with("else `End date / Enddatum`")
    );
}

#[test]
fn a_date_with_a_status_says_both() {
    let text = format!(
        "Subscription ID,Customer tenant ID,Offer name,Quantity,Renewal Date\n{SUB_A},{CONTOSO},E3,5,2027-05-14 (No Renewal)\n{SUB_B},{CONTOSO},E5,5,2027-05-14\n"
    );
    let recognised = Estate::default().file("cloudmore.csv", &text).recognise();
    let [ends, renews] = &recognised.subscriptions[..] else {
        panic!("{}", told(&recognised))
    };
    assert_eq!(ends.end_instruction, Some(EndInstruction::Cancel));
    assert_eq!(renews.end_instruction, None);
    assert_eq!(ends.term_end, renews.term_end);
}

#[test]
fn ids_and_skus_that_a_spreadsheet_changed() {
    let head = "SubscriptionId,Customer tenant ID,Product Id,Sku Id,Offer name,Quantity,Term end";
    let text = format!(
        "{head}\n{SUB_A},{CONTOSO},CFQ7TTC0LH18,1,Microsoft 365 Business Basic,5,2027-05-14\n{SUB_B},{CONTOSO},CFQ7TTC0LH18:2,,x,5,2027-05-14\n569142413664018000,{CONTOSO},CFQ7TTC0LH18,0001,x,5,2027-05-14\n"
    );
    let recognised = Estate::default().file("a.csv", &text).recognise();
    let offer = |id: &str| {
        let named = recognised
            .subscriptions
            .iter()
            .find(|s| Some(&s.id) == Id::parse(id).as_ref());
        named.unwrap().offer.offer_id.clone().unwrap().to_string()
    };
    assert_eq!(offer(SUB_A), "CFQ7TTC0LH18:0001");
    assert_eq!(offer(SUB_B), "CFQ7TTC0LH18:0002");
    let damaged = recognised
        .subscriptions
        .iter()
        .find(|s| s.flaws.has(Flaw::IdDamaged))
        .unwrap();
    assert!(damaged.id.to_string().starts_with("no-id:"));
    let repaired = codes(&recognised)
        .into_iter()
        .filter(|code| *code == Code::IdRepaired)
        .count();
    assert_eq!(repaired, 2);
}

#[test]
fn numbers_of_licences_are_read_by_their_column() {
    let head = "Subscription ID,Customer tenant ID,Offer name,Quantity";
    let read = |counts: &[&str]| {
        let rows = counts.iter().enumerate();
        let rows: Vec<String> = rows
            .map(|(n, count)| format!("s-{n},{CONTOSO},E3,\"{count}\""))
            .collect();
        let mut estate = Estate::default().file("a.csv", &format!("{head}\n{}\n", rows.join("\n")));
        estate.batch = Some(1);
        let recognised = estate.recognise();
        let seats = recognised.subscriptions.iter().map(|s| s.seats.map(|seats| seats.0));
        let flaws = recognised
            .subscriptions
            .iter()
            .map(|s| s.flaws.has(Flaw::SeatsUnreadable));
        let told_of = codes(&recognised)
            .iter()
            .filter(|code| **code == Code::SeatsUnreadable)
            .count();
        assert_eq!(flaws.filter(|flawed| *flawed).count(), told_of, "{}", told(&recognised));
        seats.collect::<Vec<_>>()
    };
    assert_eq!(read(&["1.234", "5"]), [Some(1234), Some(5)]);
    assert_eq!(read(&["1.234", "5.0"]), [None, Some(5)]);
    assert_eq!(read(&["25.000", "5"]), [None, Some(5)]);
    assert_eq!(read(&["25.000", "5.00"]), [Some(25), Some(5)]);
    assert_eq!(read(&["25.000", "1.234.567"]), [Some(25_000), Some(1_234_567)]);
}

#[test]
fn the_kind_of_contract_is_no_channel() {
    let text = format!(
        "SubscriptionId,OfferId,OfferName,CommitmentEndDate,Quantity,UnitType,Status,ContractType\n{SUB_A},CFQ7TTC0LCHC:0001:CFQ7TTC0X,E3,2027-05-13,5,Licenses,Active,subscription\n"
    );
    let recognised = Estate::default().file("ps.csv", &text).recognise();
    assert_eq!(only(&recognised).channel, Some(Channel::Csp), "{}", told(&recognised));
    assert!(
        !codes(&recognised).contains(&Code::ValueUnknown),
        "{}",
        told(&recognised)
    );
}
