//! Exports with a mistake in them: what is right stays, and what may be wrong is told and not used.

use super::{whole::bytes, *};
use crate::recognise::{Flaw, recognise};

/// Reads the text of a file.
fn read(text: &str) -> Recognised {
    Estate::default().with_inputs(|_, context| recognise(&[bytes("list.csv", text.as_bytes())], context))
}

fn id(number: u32) -> String {
    format!("50000000-0000-4000-8000-{number:012}")
}

/// A list of terms, each a start and an end.
fn terms(rows: &[(&str, &str)]) -> Recognised {
    let mut text = "Customer ID,Subscription ID,Offer name,Quantity,Start date,End date,Status\n".to_owned();
    for (number, (start, end)) in (1..).zip(rows) {
        text += &format!("{CONTOSO},{},Visio Plan 2,5,{start},{end},Active\n", id(number));
    }
    read(&text)
}

#[test]
fn one_stray_row_decides_no_column_against_its_terms() {
    let american = [
        ("05/02/2026", "05/01/2027"),
        ("11/11/2026", "11/10/2027"),
        ("07/12/2026", "07/11/2027"),
        ("12/02/2026", "12/01/2027"),
    ];
    let mut rows = american.to_vec();
    rows.push(("01/01/2026", "31/12/2026"));
    let recognised = terms(&rows);
    assert!(
        recognised.subscriptions.iter().all(|s| s.term_end.is_none()),
        "{}",
        told(&recognised)
    );
    assert!(
        recognised
            .subscriptions
            .iter()
            .all(|s| s.flaws.has(Flaw::DateOrderUnknown))
    );
    let ends = recognised
        .findings
        .iter()
        .find(|finding| finding.heading.as_deref() == Some("End date"));
    let told_of = ends.unwrap();
    assert_eq!(told_of.code, Code::DateOrderUnknown);
    assert!(
        told_of.message.contains("row 6 `31/12/2026`") && told_of.message.contains("whole only in `mdy`"),
        "{told_of}"
    );
    assert!(told_of.hint.contains("row 6 `31/12/2026`"), "{told_of}");

    // Terms of no whole length, and a start that leaves the order open: one cell is not enough.
    let recognised = terms(&[
        ("05/02/2026", "07/01/2027"),
        ("11/11/2026", "03/10/2027"),
        ("01/01/2026", "31/12/2026"),
    ]);
    assert!(
        recognised.subscriptions.iter().all(|s| s.term_end.is_none()),
        "{}",
        told(&recognised)
    );
}

#[test]
fn the_first_stray_rows_are_named_wherever_they_stand() {
    // More rows than are handed on at once.
    let mut rows = vec![("05/02/2026", "05/01/2027"); 9000];
    for at in [100, 4500, 8500, 8900] {
        rows[at] = ("01/01/2026", "31/12/2026");
    }
    let recognised = terms(&rows);
    let ends = recognised
        .findings
        .iter()
        .find(|finding| finding.heading.as_deref() == Some("End date"));
    let message = &ends.unwrap().message;
    for part in [
        "row 102 `31/12/2026`, row 4502 `31/12/2026`, row 8502 `31/12/2026` and others",
        "whole only in `mdy`, as in row 2",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_single_cell_against_which_nothing_speaks_decides() {
    let recognised = terms(&[
        ("02/05/2026", "01/05/2027"),
        ("12/07/2026", "11/07/2027"),
        ("01/01/2026", "31/12/2026"),
    ]);
    let ends: Vec<_> = recognised.subscriptions.iter().filter_map(|s| s.term_end).collect();
    assert_eq!(
        ends,
        [
            TermEnd(date(2027, 5, 1)),
            TermEnd(date(2027, 7, 11)),
            TermEnd(date(2026, 12, 31))
        ],
        "{}",
        told(&recognised)
    );
    let because = &recognised.inputs[0].tables[0].dates;
    assert!(
        because
            .iter()
            .any(|column| column.because.contains("the only cell that decides")),
        "{because:?}"
    );
}

#[test]
fn the_last_cell_of_a_text_that_may_be_cut_is_not_used() {
    let list = |field: &str, cells: [&str; 3]| {
        let other = if field == "Quantity" { "End date" } else { "Quantity" };
        let value = if field == "Quantity" { "2027-12-15" } else { "5" };
        let mut text = format!("Customer ID,Subscription ID,Offer name,{other},{field}\n");
        for (number, cell) in (1..).zip(cells) {
            text += &format!("{CONTOSO},{},Visio Plan 2,{value},{cell}\n", id(number));
        }
        read(text.trim_end())
    };
    let cut = list("Quantity", ["125", "1250", "12"]);
    let last = &cut.subscriptions[2];
    assert!(
        last.seats.is_none() && last.flaws.has(Flaw::SeatsUnreadable),
        "{}",
        told(&cut)
    );
    assert_eq!(finding(&cut, Code::LastCellShort).place.row, Some(4));
    let cut = list("End date", ["2027.12.15", "2027.11.30", "2027.12.1"]);
    let last = &cut.subscriptions[2];
    assert!(
        last.term_end.is_none() && last.flaws.has(Flaw::TermEndUnreadable),
        "{}",
        told(&cut)
    );
    for whole in [
        list("Quantity", ["125", "12", "25"]),
        list("End date", ["2027.12.15", "2027.11.30", "2027.12.31"]),
        list("End date", ["2027.12.15", "2027.11.5", "2027.12.1"]),
    ] {
        assert_eq!(whole.subscriptions.len(), 3);
        let flawed = whole.subscriptions.iter().any(|s| !s.flaws.is_empty());
        assert!(
            !flawed && !codes(&whole).contains(&Code::LastCellShort),
            "{}",
            told(&whole)
        );
    }
}

/// How many subscriptions have a customer.
fn with_customer(recognised: &Recognised) -> usize {
    let subscriptions = recognised.subscriptions.iter();
    subscriptions
        .filter(|subscription| subscription.customer_id.is_some())
        .count()
}

#[test]
fn one_row_without_a_customer_takes_nobody_elses_away() {
    let customer = |number: u32| format!("c0000000-0000-4000-8000-{number:012}");
    let mut text = "Customer ID,Customer name,Subscription ID,Offer name,Quantity,End date\n".to_owned();
    for number in 1..4 {
        text += &format!(
            "{},Customer {number},{},Visio Plan 2,12,2027-01-31\n",
            customer(number),
            id(number)
        );
    }
    text += &format!(",,{},Visio Plan 2,12,2027-01-31\n", id(4));
    let recognised = read(&text);
    assert_eq!(with_customer(&recognised), 3, "{}", told(&recognised));
    assert!(!codes(&recognised).contains(&Code::TablesApart));
}

#[test]
fn an_empty_column_parts_no_table_that_names_customers_again() {
    let list = |customers: [u32; 4]| {
        let mut text = "Customer ID,Customer name,,Subscription ID,Offer name,Quantity,End date\n".to_owned();
        for (number, customer) in (1..).zip(customers) {
            let guid = format!("c0000000-0000-4000-8000-{customer:012}");
            text += &format!(
                "{guid},Customer {customer},,{},Visio Plan 2,12,2027-01-31\n",
                id(number)
            );
        }
        read(&text)
    };
    let one = list([1, 2, 2, 3]);
    assert_eq!(with_customer(&one), 4, "{}", told(&one));
    assert!(!codes(&one).contains(&Code::TablesApart));
    let two = list([1, 2, 3, 4]);
    assert_eq!(with_customer(&two), 0, "{}", told(&two));
    assert!(codes(&two).contains(&Code::TablesApart));
}

#[test]
fn more_licences_assigned_than_bought_is_for_review() {
    let list = |assigned: u32| {
        read(&format!(
            "Customer ID,Subscription ID,Offer name,Licenses purchased,Assigned,End date\n{CONTOSO},{},Visio Plan 2,10,{assigned},2027-01-31\n",
            id(1)
        ))
    };
    let over = list(25);
    assert_eq!(only(&over).seats, Some(Seats(10)), "the heading is known");
    assert!(only(&over).flaws.has(Flaw::Contradiction), "{}", told(&over));
    assert_eq!(finding(&over, Code::Contradiction).value.as_deref(), Some("25"));
    assert!(only(&list(10)).flaws.is_empty());
}

#[test]
fn a_list_without_licences_or_term_ends_is_told_of() {
    for (heading, value, message) in [
        (
            "End date",
            "2027-01-31",
            "no column that we know holds the number of licences",
        ),
        ("Quantity", "12", "no column that we know holds the term's end"),
    ] {
        let list = format!(
            "Customer ID,Subscription ID,Offer name,{heading}\n{CONTOSO},{},Visio Plan 2,{value}\n",
            id(1)
        );
        let recognised = read(&list);
        assert_eq!(
            finding(&recognised, Code::ColumnMissing).message,
            message,
            "{}",
            told(&recognised)
        );
    }
    let stranger = read(&format!(
        "Customer ID,Subscription ID,Offer name,Zahl der Dinge,End date\n{CONTOSO},{},Visio Plan 2,12,2027-01-31\n",
        id(1)
    ));
    assert!(
        finding(&stranger, Code::ColumnMissing)
            .message
            .contains("`Zahl der Dinge`"),
        "{}",
        told(&stranger)
    );
}
