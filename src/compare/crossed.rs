//! Which date was crossed.
//!
//! In: a row before and after, both as-of dates. Out: the row's own dates between them, in words; and whether any can have been
//! crossed at all. Dates that `plan.csv` does not show (the end of a hold, the lapse of a request, the first day of a term) show
//! in the reasons and steps that come and go with them.

use chrono::{Days, NaiveDate};

use super::{Pair, influence::has};
use crate::saved::{PlanColumn, Row};

/// Days of the steps, and what passing one is called.
const DEADLINES: [(PlanColumn, &str); 9] = [
    (PlanColumn::TermEnd, "the term end"),
    (PlanColumn::WindowCloses, "the last day of the window"),
    (PlanColumn::MoveDate, "the move date"),
    (PlanColumn::NextStepBy, "the day of the next step"),
    (PlanColumn::RelationshipBy, "the day to ask for the relationship"),
    (PlanColumn::AgreementBy, "the day to ask for the agreement"),
    (PlanColumn::RequestBy, "the day to request the transfer"),
    (PlanColumn::ReassignBy, "the day to reassign licences"),
    (PlanColumn::EndSourceBy, "the day to end the source"),
];

/// Dates that are named in one sentence: the weightiest.
const NAMED: usize = 2;

/// Days after the term end on which a lapsed source changes its state, as the lifecycle tables have them, and around it.
const AROUND_THE_END: [i64; 6] = [-1, 7, 30, 90, 120, 150];

/// Days that a transfer's approval may take at the very least.
const APPROVAL: i64 = 31;

/// Reasons that come or go with a date that the row does not show.
const OF_HIDDEN_DATES: [&str; 18] = [
    "transfer-pending",
    "renewed-lately",
    "renewed-since-export",
    "end-unknown",
    "as-soon-as-ready",
    "transfer-missed",
    "window-missed",
    "notice-missed",
    "auto-renew-risk",
    "service-stops",
    "service-down",
    "source-deleted",
    "source-cancelled",
    "target-end-of-sale",
    "term-not-sold",
    "addon-without-base",
    "rule-unsure",
    "region-none",
];

/// The dates crossed between two days, in words.
pub(super) fn crossed(pair: &Pair, from: NaiveDate, to: NaiveDate, attention_days: u16) -> Vec<String> {
    let (Some(old), Some(new)) = (&pair.old, &pair.new) else {
        return Vec::new();
    };
    let mut words = Vec::new();
    if hold_ended(pair) {
        words.push("a hold ended".to_owned());
    }
    let is_met = |row: &Row<PlanColumn>| !has(row, "as-soon-as-ready");
    if let Some(day) = old.date(PlanColumn::MoveDate).filter(|_| is_met(old) && !is_met(new)) {
        words.push(format!("{day} can no longer be met"));
    }
    let missed = |reason| has(new, reason) && !has(old, reason);
    if let Some(day) = old.date(PlanColumn::WindowCloses)
        && (missed("window-missed") || missed("transfer-missed"))
    {
        words.push(format!("the window, to {day}, can no longer be met"));
    }
    let mut told: Vec<NaiveDate> = Vec::new();
    for (column, what) in DEADLINES {
        if let Some(day) = old.date(column).filter(|&day| from <= day && day < to)
            && !told.contains(&day)
        {
            told.push(day);
            words.push(format!("{what}, {day}, passed"));
        }
    }
    if let Some(opens) = new.date(PlanColumn::WindowOpens).filter(|&day| from < day && day <= to) {
        words.push(format!("the window opened on {opens}"));
    }
    let attention = |end: NaiveDate| end.checked_sub_days(Days::new(attention_days.into()));
    let is_review = old.get(PlanColumn::Action) == "review";
    let pressing = old.date(PlanColumn::TermEnd).filter(|_| is_review).and_then(attention);
    if pressing.is_some_and(|day| from < day && day <= to) {
        words.push(format!("the term end came within {attention_days} days"));
    }
    words.truncate(NAMED);
    words
}

/// Whether a date can have been crossed that the row hangs on.
pub(super) fn possible(pair: &Pair, from: NaiveDate, to: NaiveDate, attention_days: u16) -> bool {
    let (Some(old), Some(new)) = (&pair.old, &pair.new) else {
        return false;
    };
    let (first, last) = (from.min(to), from.max(to));
    let between = |day: NaiveDate| first <= day && day <= last;
    let shown = [old, new].into_iter().any(|row| {
        let days = DEADLINES.iter().filter_map(|(column, _)| row.date(*column));
        let days = days.chain(row.date(PlanColumn::WindowOpens));
        let ends = row.date(PlanColumn::TermEnd).into_iter();
        let around = [-i64::from(attention_days)].into_iter().chain(AROUND_THE_END);
        let around: Vec<i64> = around.collect();
        let mut ends = ends.flat_map(|end| {
            around
                .iter()
                .filter_map(move |days| shifted(end, *days))
                .collect::<Vec<_>>()
        });
        let closes = row.date(PlanColumn::WindowCloses);
        let is_transfer = row.get(PlanColumn::Route) == "transfer";
        let approval = closes
            .filter(|_| is_transfer)
            .is_some_and(|closes| closes >= first && shifted(closes, -APPROVAL).is_some_and(|begins| begins <= last));
        days.into_iter().any(between) || ends.any(between) || approval
    });
    shown || hidden(old, new)
}

/// Whether a reason or a step came or went that dates bring and take which the row does not show.
fn hidden(old: &Row<PlanColumn>, new: &Row<PlanColumn>) -> bool {
    let differs = |reason: &&str| has(old, reason) != has(new, reason);
    let ended = has(old, "on-hold") && !has(new, "on-hold");
    let waits = |row: &Row<PlanColumn>| has(row, "as-soon-as-ready");
    let offer = |row: &Row<PlanColumn>| -> Vec<String> {
        let reasons = row.list(PlanColumn::Reasons);
        let reasons = reasons.filter(|reason| reason.starts_with("offer-"));
        let mapping = [PlanColumn::Mapping, PlanColumn::TargetOfferId].map(|column| row.get(column));
        reasons.chain(mapping).map(str::to_owned).collect()
    };
    let steps = [
        "undo-renewal",
        "request-transfer",
        "cancel-extended-term",
        "enquire-credit",
    ];
    let next = |row: &Row<PlanColumn>| steps.contains(&row.get(PlanColumn::NextStep));
    let stepped = old.get(PlanColumn::NextStep) != new.get(PlanColumn::NextStep) && (next(old) || next(new));
    ended || (waits(old) && waits(new)) || OF_HIDDEN_DATES.iter().any(differs) || offer(old) != offer(new) || stepped
}

fn shifted(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    day.checked_add_signed(chrono::TimeDelta::days(days))
}

/// Whether a hold no longer holds.
pub(super) fn hold_ended(pair: &Pair) -> bool {
    match (&pair.old, &pair.new) {
        (Some(old), Some(new)) => has(old, "on-hold") && !has(new, "on-hold"),
        _ => false,
    }
}
