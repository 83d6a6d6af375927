//! Night after night over unchanged samples, a plan changes for a reason only.
//!
//! In: the samples, and an as-of that goes on by a day. Between two nights a row may differ where
//!
//! - it has the reason `as-soon-as-ready` on either night, and then only in what hangs on its move date;
//! - the first night was the last one before a date, or that date itself: one of the row's own dates (term end, move date, window,
//!   every `_by`, the days of its steps), the day before the term end, the day 30 days before it from which a review is pressing,
//!   the first day of the term, the last day on which a purchase or a renewal can be undone, the last day on which a transfer
//!   would still be approved inside its window, the days on which a lapsed source changes its state, the end of a hold, the day
//!   on which an unanswered transfer request lapses.
//!
//! Anything else is a plan that changes its mind, and fails here. The test tells how often each of these explained a change.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use chrono::{Days, NaiveDate};
use rayon::prelude::*;
use seatshift::{
    config::Config,
    pipeline::{self, Request},
    plan::{Plan, PlanRow},
    terms::Route,
    write::{Reports, write_plan},
};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{Table, repository};

/// Nights on end.
const NIGHTS: u64 = 14;

/// First nights: the day of the samples, Christmas, the turn of the year, a quarter later.
const STARTS: [&str; 4] = [running::AS_OF, "2026-12-12", "2026-12-25", "2027-03-20"];

/// Days that the source's partner takes at the very least to approve a transfer (the default of `least.approval`).
const APPROVAL: u64 = 3;

/// What may follow the move date of a row that moves as soon as it is ready.
const HANGS_ON_THE_MOVE: [&str; 10] = [
    "move_date",
    "next_step",
    "next_step_by",
    "urgency",
    "reassign_by",
    "end_source_by",
    "window_opens",
    "window_closes",
    "overlap_days",
    "overlap_cost",
];

/// Columns that hold a date of the row's own.
const DATES: [&str; 10] = [
    "move_date",
    "next_step_by",
    "term_end",
    "window_opens",
    "window_closes",
    "relationship_by",
    "agreement_by",
    "request_by",
    "reassign_by",
    "end_source_by",
];

fn later(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap()
}

fn earlier(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap()
}

/// One night's plan, as it is written and as the library has it.
struct Night {
    as_of: NaiveDate,
    columns: Vec<String>,
    rows: BTreeMap<String, Vec<String>>,
    /// Dates that the row hangs on, by subscription, each with what it is.
    dates: BTreeMap<String, Vec<(String, NaiveDate)>>,
}

/// Days of the holds and progress tables, by the id they are about.
fn reported() -> BTreeMap<String, Vec<(String, NaiveDate)>> {
    let mut reported: BTreeMap<String, Vec<(String, NaiveDate)>> = BTreeMap::new();
    for (name, column, days, what) in [
        ("holds", "until", 0, "end of the hold"),
        ("progress", "date", 30, "lapse of the request"),
    ] {
        let table = Table::read(&repository().join(format!("samples/tables/{name}.csv")));
        for row in &table.rows {
            let date = row[table.index(column)].parse().unwrap();
            for id in ["subscription_id", "customer_id"] {
                let id = &row[table.index(id)];
                reported
                    .entry(id.clone())
                    .or_default()
                    .push((what.to_owned(), later(date, days)));
            }
        }
    }
    reported.remove("");
    reported
}

/// The dates that one row hangs on besides its columns: from its term, and from the days of its steps.
fn own_dates(row: &PlanRow, plan: &Plan) -> Vec<(String, NaiveDate)> {
    let mut dates = Vec::new();
    let mut is = |what: &str, date: NaiveDate| dates.push((what.to_owned(), date));
    if let Some(end) = row.subscription.term_end {
        is("the day before the term end", earlier(end.0, 1));
        is("30 days before the term end", earlier(end.0, 30));
        is("last day to undo a renewal", later(end.0, 7));
        for days in [30, 90, 120, 150] {
            is("the source changes its state", later(end.0, days));
        }
    }
    if let (Some(Route::Transfer), Some(closes)) = (row.decision.route, row.decision.window_closes) {
        is(
            "last day for a transfer to be approved in time",
            earlier(closes, APPROVAL),
        );
    }
    if let Some(start) = row.subscription.term_start {
        is("first day of the term", start);
        is("last day to undo a purchase", later(start, 6));
    }
    for step in plan.step_refs.iter() {
        let of = &plan.rows[step.row as usize].subscription;
        let shared = step.shared().is_some() && of.customer_id == row.subscription.customer_id;
        if let Some(due) = step.due.filter(|_| shared || of.id == row.subscription.id) {
            is(&format!("step {}", step.kind), due);
        }
    }
    dates
}

fn night(as_of: NaiveDate, config: &Config, reported: &BTreeMap<String, Vec<(String, NaiveDate)>>) -> Night {
    let exports = [repository().join("samples/exports").to_str().unwrap().to_owned()];
    let request = Request {
        exports: &exports,
        config,
        as_of,
        target: None,
        reports: Reports::none(),
        strict: false,
        previous: Default::default(),
        night: pipeline::Night::default(),
    };
    let plan = pipeline::run(&request, &()).unwrap().plan;
    let mut bytes = Vec::new();
    write_plan(&plan, config.output, &mut bytes).unwrap();
    let table = Table::parse(&bytes);
    let id = table.index("subscription_id");
    let customer = table.index("customer_id");
    let mut dates: BTreeMap<String, Vec<(String, NaiveDate)>> = BTreeMap::new();
    for (row, cells) in plan.rows.iter().zip(&table.rows) {
        let mut own = own_dates(row, &plan);
        for column in DATES {
            own.extend(
                cells[table.index(column)]
                    .parse()
                    .ok()
                    .map(|date| (column.to_owned(), date)),
            );
        }
        for id in [id, customer] {
            own.extend(reported.get(&cells[id]).into_iter().flatten().cloned());
        }
        dates.insert(cells[id].clone(), own);
    }
    let rows: BTreeMap<String, Vec<String>> = table.rows.iter().map(|row| (row[id].clone(), row.clone())).collect();
    assert_eq!(rows.len(), table.rows.len(), "two rows with one subscription id");
    Night {
        as_of,
        columns: table.columns,
        rows,
        dates,
    }
}

/// Whether a row moves as soon as it is ready, on either night, and differs in nothing but what hangs on its move date.
fn follows_as_of(columns: &[String], old: &[String], new: &[String], changed: &[usize]) -> bool {
    let reasons = columns.iter().position(|column| column == "reasons").unwrap();
    let has = |row: &[String]| row[reasons].split(';').any(|reason| reason == "as-soon-as-ready");
    let others = |row: &[String]| -> Vec<String> {
        let moving = |reason: &&str| ["as-soon-as-ready", "no-business-day", "early"].contains(reason);
        row[reasons]
            .split(';')
            .filter(|reason| !reason.is_empty() && !moving(reason))
            .map(str::to_owned)
            .collect()
    };
    let hangs = |index: &usize| HANGS_ON_THE_MOVE.contains(&columns[*index].as_str()) || *index == reasons;
    (has(old) || has(new)) && changed.iter().all(hangs) && others(old) == others(new)
}

/// What explains that a row differs between two nights: dates crossed, or that it moves as soon as it is ready. Gives what no
/// reason explains otherwise.
fn explain(before: &Night, after: &Night, id: &str) -> Result<BTreeSet<String>, String> {
    let (Some(old), Some(new)) = (before.rows.get(id), after.rows.get(id)) else {
        return Err(format!("{}: {id} is in one of two plans only", after.as_of));
    };
    let changed: Vec<usize> = (0..old.len()).filter(|index| old[*index] != new[*index]).collect();
    if changed.is_empty() {
        return Ok(BTreeSet::new());
    }
    if follows_as_of(&before.columns, old, new, &changed) {
        return Ok(BTreeSet::from(["as-soon-as-ready".to_owned()]));
    }
    let explanations: BTreeSet<String> = [before, after]
        .iter()
        .flat_map(|night| &night.dates[id])
        .filter(|(_, date)| after.as_of == *date || before.as_of == *date)
        .map(|(what, _)| what.clone())
        .collect();
    if explanations.is_empty() {
        let cells: Vec<String> = changed
            .iter()
            .map(|index| format!("{}: `{}`, then `{}`", before.columns[*index], old[*index], new[*index]))
            .collect();
        return Err(format!("{}: {id}: {}", after.as_of, cells.join(", ")));
    }
    Ok(explanations)
}

fn config() -> Config {
    let path: PathBuf = repository().join("samples/seatshift.toml");
    Config::load(Some(&path), Path::new("")).unwrap()
}

fn nights(starts: &[&str], count: u64) -> Vec<Vec<Night>> {
    let (config, reported) = (config(), reported());
    starts
        .par_iter()
        .map(|start| {
            let first: NaiveDate = start.parse().unwrap();
            (0..count)
                .into_par_iter()
                .map(|days| night(later(first, days), &config, &reported))
                .collect()
        })
        .collect()
}

#[test]
fn nothing_changes_overnight_without_a_reason() {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let (mut changes, mut same, mut problems) = (0_u64, 0_u64, Vec::new());
    for nights in nights(&STARTS, NIGHTS) {
        for pair in nights.windows(2) {
            let ids: BTreeSet<&String> = pair.iter().flat_map(|night| night.rows.keys()).collect();
            for id in ids {
                match explain(&pair[0], &pair[1], id) {
                    Ok(explanations) if explanations.is_empty() => same += 1,
                    Ok(explanations) => {
                        changes += 1;
                        for what in explanations {
                            *counts.entry(what).or_default() += 1;
                        }
                    }
                    Err(problem) => problems.push(problem),
                }
            }
        }
    }
    println!("{changes} changes, {same} rows as they were; explained by {counts:#?}");
    assert!(
        problems.is_empty(),
        "{} unexplained:\n{}",
        problems.len(),
        problems.join("\n")
    );
    assert!(
        changes > 100 && same > changes,
        "{changes} changes, {same} rows as they were"
    );
    for what in [
        "as-soon-as-ready",
        "term_end",
        "window_opens",
        "end of the hold",
        "lapse of the request",
    ] {
        assert!(counts.contains_key(what), "{what} explains nothing: {counts:#?}");
    }
}

#[test]
fn an_unexplained_change_is_seen() {
    let mut nights = nights(&STARTS[..1], 2).remove(0);
    let (mut after, before) = (nights.pop().unwrap(), nights.pop().unwrap());
    let quiet: Vec<String> = before
        .rows
        .keys()
        .filter(|id| before.rows[*id] == after.rows[*id])
        .filter(|id| {
            before.dates[*id]
                .iter()
                .all(|(_, date)| ![before.as_of, after.as_of].contains(date))
        })
        .cloned()
        .collect();
    assert!(quiet.len() > 50);
    for id in &quiet {
        for (column, name) in before.columns.clone().iter().enumerate() {
            let follows = before.rows[id].iter().any(|cell| cell.contains("as-soon-as-ready"));
            if follows && HANGS_ON_THE_MOVE.contains(&name.as_str()) {
                continue;
            }
            let cell = std::mem::replace(
                &mut after.rows.get_mut(id).unwrap()[column],
                "something else".to_owned(),
            );
            assert!(explain(&before, &after, id).is_err(), "{id}: {name}");
            after.rows.get_mut(id).unwrap()[column] = cell;
        }
    }
    let gone = quiet[0].clone();
    after.rows.remove(&gone);
    assert!(explain(&before, &after, &gone).is_err());
}
