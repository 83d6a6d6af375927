use std::io::Cursor;

use calamine::{Data, DataType as _, Reader, Xlsx};
use chrono::NaiveDate;

use super::*;
use crate::{
    config::Config,
    recognise::tables::Tables,
    saved::{FindingColumn, Holds, PlanColumn, SavedRecord, StepColumn, neutralised},
    write::{
        fixtures::{day, findings, plan, record},
        saved,
    },
};

/// A plan with every kind of cell, names that spreadsheets and browsers would run among them.
fn saved_plan() -> SavedPlan {
    let mut plan = saved(&plan(), &findings(), record().saved());
    for (id, name) in [
        ("a", "<script>alert(1)</script>"),
        ("b", "=cmd|' /C calc'!A0"),
        ("c", "control \u{1} and _x0001_ and \u{ffff}"),
        ("d", "'quoted'"),
    ] {
        let mut cells = vec![""; PlanColumn::ALL.len()];
        for (column, text) in [
            (PlanColumn::Action, "review"),
            (PlanColumn::CustomerName, name),
            (PlanColumn::SubscriptionId, id),
            (PlanColumn::TermEnd, "1899-05-01"),
            (PlanColumn::Seats, "007"),
            (PlanColumn::Reasons, "offer-unmapped;seat-cap;of-a-later-version"),
        ] {
            cells[column.index()] = text;
        }
        plan.rows.push(Row::new(cells));
    }
    plan
}

fn written(plan: &SavedPlan) -> Vec<u8> {
    let config = Config::default();
    let tables = Tables::default();
    let view = View::new(day("2026-11-21"), &config, &tables);
    let mut out = Vec::new();
    write_workbook(plan, &view, &mut out).unwrap();
    out
}

fn opened(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// A cell of one of our files as a spreadsheet shows it.
fn shown(holds: Holds, cell: &Data) -> String {
    match (holds, cell) {
        (_, Data::Empty) => String::new(),
        (Holds::Date, Data::DateTime(date)) => date.as_datetime().unwrap().date().to_string(),
        (_, Data::Float(number)) => number.to_string(),
        (_, Data::String(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

/// What a cell of one of our files should be shown as.
fn meant(holds: Holds, text: &str) -> String {
    match holds {
        Holds::Number | Holds::List => text
            .parse()
            .map_or_else(|_| neutralised(text).into_owned(), |number: f64| number.to_string()),
        Holds::Date | Holds::Text => neutralised(&text.replace('\u{ffff}', "\u{fffd}")).into_owned(),
    }
}

fn same_as<C: Columns + std::fmt::Debug>(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str, rows: &[Row<C>]) {
    let range = book.worksheet_range(sheet).unwrap();
    let headings: Vec<&str> = range
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(|cell| cell.get_string().unwrap())
        .collect();
    let wanted: Vec<&str> = C::ALL.iter().map(|column| column.as_str()).collect();
    assert_eq!(headings, wanted);
    assert_eq!(range.height(), rows.len() + 1);
    for (row, cells) in rows.iter().zip(range.rows().skip(1)) {
        for ((column, text), cell) in row.cells().zip(cells) {
            assert_eq!(shown(column.holds(), cell), meant(column.holds(), text), "{column:?}");
        }
    }
}

#[test]
fn every_cell_of_the_plan_stands_in_the_workbook() {
    let plan = saved_plan();
    let bytes = written(&plan);
    let mut book = opened(&bytes);
    assert_eq!(
        book.sheet_names(),
        [
            "This week",
            "Plan",
            "Review",
            "Customers",
            "Steps",
            "Findings",
            "Summary",
            "About"
        ]
    );
    same_as::<PlanColumn>(&mut book, "Plan", &plan.rows);
    same_as::<StepColumn>(&mut book, "Steps", &plan.steps);
    same_as::<FindingColumn>(&mut book, "Findings", &plan.findings);
}

#[test]
fn dates_and_numbers_are_real_ones_and_ids_are_text() {
    let bytes = written(&saved_plan());
    let range = opened(&bytes).worksheet_range("Plan").unwrap();
    let cell = |row: usize, column: PlanColumn| range.get((row, column.index())).unwrap();
    let date = |text: &str| -> NaiveDate { text.parse().unwrap() };
    let move_date = cell(1, PlanColumn::MoveDate).as_date();
    assert_eq!(move_date, Some(date("2026-12-28")));
    assert_eq!(cell(1, PlanColumn::Seats), &Data::Float(25.0));
    assert!(matches!(cell(1, PlanColumn::SubscriptionId), Data::String(_)));
    assert!(matches!(cell(1, PlanColumn::TargetSeats), Data::String(_)));
    // A day that spreadsheets do not know stays a text.
    assert!(matches!(cell(3, PlanColumn::TermEnd), Data::String(_)));
}

#[test]
fn nothing_is_a_formula() {
    let bytes = written(&saved_plan());
    let mut book = opened(&bytes);
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).unwrap();
        assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "{sheet}");
    }
}

#[test]
fn the_week_has_what_is_due_by_owner() {
    let steps = [
        ("2026-11-20", "order", "partner"),
        ("2026-11-21", "verify", "partner"),
        ("2026-11-21", "end-source", "customer"),
        ("2026-11-27", "reassign", "customer"),
        ("2026-11-28", "verify", "partner"),
        ("", "decide", "partner"),
    ];
    let plan = SavedPlan {
        steps: steps.map(|(due, step, owner)| Row::new([due, step, owner])).to_vec(),
        ..saved_plan()
    };
    let bytes = written(&plan);
    let range = opened(&bytes).worksheet_range("This week").unwrap();
    let shown: Vec<[String; 3]> = range
        .rows()
        .skip(1)
        .map(|cells| [0, 1, 3].map(|index| cells[index].to_string()))
        .collect();
    assert_eq!(
        shown,
        [
            ["partner", "today", "verify"],
            ["partner", "first thing", "decide"],
            ["partner", "overdue", "order"],
            ["customer", "today", "end-source"],
            ["customer", "this week", "reassign"],
        ]
    );
    assert_eq!(StepColumn::HEADINGS.len(), 9);
}

#[test]
fn rows_for_review_stand_by_what_is_to_be_decided() {
    let bytes = written(&saved_plan());
    let range = opened(&bytes).worksheet_range("Review").unwrap();
    let decide: Vec<String> = range.rows().skip(1).map(|cells| cells[0].to_string()).collect();
    assert_eq!(&decide[..4], ["offer-unmapped"; 4]);
    let first = range.rows().nth(1).unwrap();
    assert_eq!(first[1], "no target offer is known");
    assert!(first[2].to_string().contains("offers table"));
    assert_eq!(first[10], "seat-cap;of-a-later-version");
}

#[test]
fn customers_have_one_row_each() {
    let mut plan = saved_plan();
    let row = |id: &'static str, action: &'static str, urgency: &'static str, by: &'static str| {
        let mut cells = vec![""; PlanColumn::ALL.len()];
        for (column, text) in [
            (PlanColumn::CustomerId, "11111111-2222-3333-4444-555555555555"),
            (PlanColumn::SubscriptionId, id),
            (PlanColumn::Action, action),
            (PlanColumn::Urgency, urgency),
            (PlanColumn::NextStep, "order"),
            (PlanColumn::NextStepBy, by),
            (PlanColumn::Seats, "5"),
        ] {
            cells[column.index()] = text;
        }
        Row::new(cells)
    };
    plan.rows.truncate(1);
    plan.rows.push(row("x", "review", "lapsed", "2026-12-01"));
    plan.rows.push(row("y", "keep", "", ""));
    let bytes = written(&plan);
    let range = opened(&bytes).worksheet_range("Customers").unwrap();
    assert_eq!(range.height(), 2);
    let cells: Vec<String> = range.rows().nth(1).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(cells[0], "'=Contoso, \"Kft.\"");
    assert_eq!(cells[1], "lapsed");
    assert_eq!(cells[3], "order");
    assert_eq!(cells[5..10], ["3", "35", "1", "1", "1"]);
}

#[test]
fn what_is_absent_is_said() {
    let bytes = written(&SavedPlan {
        record: SavedRecord::default(),
        ..SavedPlan::default()
    });
    let mut book = opened(&bytes);
    let about = book.worksheet_range("About").unwrap();
    let text: Vec<String> = about.rows().flatten().map(ToString::to_string).collect();
    assert!(text.iter().any(|text| text == "the run record was not beside the plan"));
    assert!(text.iter().any(|text| text.contains("another version made the plan")));
}

#[test]
fn texts_that_were_cut_are_counted() {
    let mut plan = saved_plan();
    let long = "x".repeat(40_000);
    let mut cells = vec![""; PlanColumn::ALL.len()];
    cells[PlanColumn::CustomerName.index()] = &long;
    plan.rows = vec![Row::new(cells)];
    let bytes = written(&plan);
    let about = opened(&bytes).worksheet_range("About").unwrap();
    let said = about
        .rows()
        .flatten()
        .any(|cell| cell.to_string().starts_with("2 texts are longer"));
    assert!(said, "on the sheets Plan and Customers");
}

#[test]
fn rows_stand_once_and_in_their_order() {
    let mut plan = saved_plan();
    let detail = "what is to be done ".repeat(20);
    let step = [
        "2026-11-21",
        "order",
        "partner",
        "",
        "Contoso",
        "a",
        "offer",
        "5",
        &detail,
    ];
    plan.steps.push(Row::new(step));
    let bytes = written(&plan);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for number in 1..=8 {
        let mut sheet = String::new();
        let mut part = archive.by_name(&format!("xl/worksheets/sheet{number}.xml")).unwrap();
        std::io::Read::read_to_string(&mut part, &mut sheet).unwrap();
        let rows = sheet.split("<row r=\"").skip(1);
        let rows: Vec<u32> = rows
            .map(|row| row.split_once('"').unwrap().0.parse().unwrap())
            .collect();
        assert!(
            rows.len() > 1 && rows.is_sorted_by(|a, b| a < b),
            "sheet {number}: {rows:?}"
        );
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert!(written(&saved_plan()) == written(&saved_plan()));
}

/// A row of the plan with what matters for its order.
fn ordered(id: &str, action: &str, urgency: &str, reasons: &str, by: &str, end: &str) -> Row<PlanColumn> {
    let mut cells = vec![""; PlanColumn::ALL.len()];
    for (column, text) in [
        (PlanColumn::SubscriptionId, id),
        (PlanColumn::CustomerName, id),
        (PlanColumn::CustomerId, id),
        (PlanColumn::Action, action),
        (PlanColumn::Urgency, urgency),
        (PlanColumn::Reasons, reasons),
        (PlanColumn::NextStep, "decide"),
        (PlanColumn::NextStepBy, by),
        (PlanColumn::TermEnd, end),
    ] {
        cells[column.index()] = text;
    }
    Row::new(cells)
}

/// Something lost, something past its day, something late and something due this week; in the order of their days.
fn of_every_reach() -> SavedPlan {
    let step = |due: &'static str, id: &'static str| Row::new([due, "decide", "partner", id, id, id]);
    SavedPlan {
        rows: vec![
            ordered(
                "lost",
                "review",
                "lost",
                "source-deleted;seats-missing",
                "2026-06-01",
                "2026-06-22",
            ),
            ordered(
                "past",
                "review",
                "lapsed",
                "renewed-since-export",
                "2026-06-02",
                "2026-06-23",
            ),
            ordered("late", "move", "late", "as-soon-as-ready", "2026-11-10", "2026-12-05"),
            ordered("due", "review", "open", "seats-missing", "2026-11-24", "2026-12-15"),
        ],
        steps: vec![
            step("2026-06-01", "lost"),
            step("2026-06-02", "past"),
            step("2026-11-10", "late"),
            step("2026-11-24", "due"),
        ],
        ..SavedPlan::default()
    }
}

#[test]
fn what_cannot_be_helped_any_more_stands_last() {
    let bytes = written(&of_every_reach());
    let mut book = opened(&bytes);
    let mut column = |sheet: &str, index: usize| -> Vec<String> {
        let range = book.worksheet_range(sheet).unwrap();
        range.rows().skip(1).map(|cells| cells[index].to_string()).collect()
    };
    assert_eq!(column("This week", 9), ["late", "due", "past", "lost"]);
    assert_eq!(column("This week", 1), ["overdue", "this week", "overdue", "lost"]);
    assert_eq!(column("Customers", 0), ["late", "due", "past", "lost"]);
    // Kinds by their most pressing row.
    assert_eq!(column("Review", 12), ["due", "past", "lost"]);
}

#[test]
fn what_presses_stands_before_what_does_not() {
    let on_hold = |id| ordered(id, "review", "planned", "on-hold", "2027-03-01", "2027-04-01");
    let step = |due: &'static str, id: &'static str| Row::new([due, "decide", "partner", id, id, id]);
    let plan = SavedPlan {
        rows: vec![
            on_hold("held"),
            ordered("ended", "review", "lapsed", "rule-unsure", "2026-08-01", "2026-09-01"),
            ordered("undone", "review", "lapsed", "renewal-undone", "", "2026-11-17"),
            ordered("today", "move", "late", "", "2026-11-21", "2026-12-01"),
            ordered("endless", "review", "open", "term-end-missing", "", ""),
        ],
        steps: vec![
            step("", "endless"),
            step("", "undone"),
            step("2026-08-01", "ended"),
            step("2026-11-20", "newer"),
            step("2026-11-21", "today"),
            step("2026-11-22", "tomorrow"),
            step("2026-11-23", "later"),
        ],
        ..SavedPlan::default()
    };
    let bytes = written(&plan);
    let mut book = opened(&bytes);
    let mut column = |sheet: &str, index: usize| -> Vec<String> {
        let range = book.worksheet_range(sheet).unwrap();
        range.rows().skip(1).map(|cells| cells[index].to_string()).collect()
    };
    let week = ["undone", "today", "tomorrow", "endless", "newer", "ended", "later"];
    assert_eq!(column("This week", 9), week);
    assert_eq!(column("This week", 1)[..2], ["today", "today"]);
    assert_eq!(column("Review", 12), ["undone", "ended", "endless", "held"]);
    let customers = column("Customers", 0);
    assert_eq!(customers[..3], ["ended", "today", "undone"]);
}

#[test]
fn a_customer_of_whom_all_is_lost_says_so() {
    let bytes = written(&of_every_reach());
    let range = opened(&bytes).worksheet_range("Customers").unwrap();
    let status = range
        .rows()
        .find(|cells| cells[0] == "lost")
        .map(|cells| cells[1].to_string());
    assert_eq!(status.as_deref(), Some("lost"));
}

#[test]
fn reasons_are_counted_as_everywhere_else() {
    let bytes = written(&of_every_reach());
    let range = opened(&bytes).worksheet_range("Summary").unwrap();
    let lines: Vec<(String, String)> = range
        .rows()
        .map(|cells| (cells[0].to_string(), cells[1].to_string()))
        .collect();
    let at = lines
        .iter()
        .position(|(label, _)| label == "For a person to decide: 3, by reason")
        .unwrap();
    let counted: Vec<(&str, &str)> = lines[at + 1..at + 4]
        .iter()
        .map(|(label, count)| (label.as_str(), count.as_str()))
        .collect();
    assert_eq!(
        counted,
        [
            ("seats-missing", "2"),
            ("source-deleted", "1"),
            ("renewed-since-export", "1")
        ]
    );
    let said = |text: &str| range.rows().flatten().any(|cell| cell.get_string() == Some(text));
    assert!(said("a subscription may have several reasons"));
}
