//! The rows that press, by what presses: how many, and the first few by the day of what must be done.

use std::{cmp::Ordering, fmt::Write};

use chrono::NaiveDate;
use seatshift::{
    plan::{Plan, PlanRow, Reason},
    terms::{Action, EndSource, Id, StepKind, Urgency},
};

use super::{ROWS_SHOWN, heading, rest};
use crate::cli::{
    shown::{BAD, WARN, grouped, tame},
    withheld::is_id,
};

/// What presses, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pressing {
    Stops,
    Renews,
    Late,
    Lapsed,
    ToDecide,
    Lost,
}

impl Pressing {
    const ALL: [Pressing; 6] = [
        Pressing::Stops,
        Pressing::Renews,
        Pressing::Late,
        Pressing::Lapsed,
        Pressing::ToDecide,
        Pressing::Lost,
    ];

    fn of(row: &PlanRow) -> Option<Pressing> {
        let decision = &row.decision;
        if decision.reasons.has(Reason::ServiceStops) {
            return Some(Pressing::Stops);
        }
        if decision.reasons.has(Reason::AutoRenewRisk) {
            return Some(Pressing::Renews);
        }
        match decision.urgency? {
            Urgency::Late => Some(Pressing::Late),
            Urgency::Lapsed => Some(Pressing::Lapsed),
            Urgency::Lost => Some(Pressing::Lost),
            Urgency::Open => (decision.action == Action::Review).then_some(Pressing::ToDecide),
            Urgency::Planned => None,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Pressing::Stops => "Service stops at the term end, before the move, unless this is done by then",
            Pressing::Renews => "Renews for another term, before the move, unless this is done by then",
            Pressing::Late => "Late: a deadline has passed, service is still safe",
            Pressing::Lapsed => "Past the term end or cancelled, recoverable",
            Pressing::ToDecide => "To decide now: near the term end, or none is known",
            Pressing::Lost => "Lost: past the end of data retention",
        }
    }

    const fn style(self) -> anstyle::Style {
        match self {
            Pressing::Stops | Pressing::Renews | Pressing::Lapsed | Pressing::Lost => BAD,
            Pressing::Late | Pressing::ToDecide => WARN,
        }
    }

    /// The day of what must be done for a row.
    fn day(self, row: &PlanRow) -> Option<NaiveDate> {
        match self {
            Pressing::Stops | Pressing::Renews => choice(row).map(|(_, by)| by).or(next_day(row)),
            _ => next_day(row),
        }
    }

    /// What must be done for a row, and how long things stay as they are.
    fn due(self, row: &PlanRow, as_of: NaiveDate) -> (String, String) {
        let next = || row.decision.next_step.map_or_else(String::new, |step| step.to_string());
        match self {
            Pressing::Stops | Pressing::Renews => match choice(row) {
                Some((end, by)) => (format!("{} {end}", StepKind::EndSource), still_possible(row, by, as_of)),
                None => (next(), String::new()),
            },
            Pressing::Lapsed => (next(), while_it_lasts(row)),
            Pressing::Late | Pressing::ToDecide | Pressing::Lost => (next(), String::new()),
        }
    }
}

/// The day of the next step.
fn next_day(row: &PlanRow) -> Option<NaiveDate> {
    row.decision.next_step_by.or(row.decision.move_date)
}

/// What keeps a source from stopping, or renewing, before its move: another choice for its term end, and the day for it.
fn choice(row: &PlanRow) -> Option<(EndSource, NaiveDate)> {
    row.decision.end_source.zip(row.decision.end_source_by)
}

/// Where the day for a choice has passed, until when it may still help: the last day of the window is left, and at worst the term
/// end itself.
fn still_possible(row: &PlanRow, by: NaiveDate, as_of: NaiveDate) -> String {
    let term_end = row.subscription.term_end.map(|end| end.0);
    let days = [row.decision.window_closes, term_end];
    let left = days.into_iter().flatten().find(|day| *day >= as_of);
    match left.filter(|_| by < as_of) {
        Some(day) => format!("  still possible until {day}"),
        None => String::new(),
    }
}

/// Until when users of a row past its term end work, or its data is kept.
fn while_it_lasts(row: &PlanRow) -> String {
    let decision = &row.decision;
    let what = match decision.reasons.has(Reason::ServiceDown) {
        true => "data is kept",
        false => "users work",
    };
    let closes = decision.window_closes.filter(|_| decision.action == Action::Move);
    closes.map_or_else(String::new, |day| format!("  {what} until {day}"))
}

/// Rows of one kind: how many, and the first few.
#[derive(Default)]
struct Few<'a> {
    all: u64,
    first: Vec<(Option<NaiveDate>, &'a PlanRow)>,
}

impl<'a> Few<'a> {
    fn add(&mut self, day: Option<NaiveDate>, row: &'a PlanRow) {
        self.all += 1;
        let comes_before = |(other, than): &(Option<NaiveDate>, &PlanRow)| {
            let key = |day: Option<NaiveDate>| (day.is_none(), day);
            let order = key(*other).cmp(&key(day));
            order.then_with(|| by_text(&than.subscription.id, &row.subscription.id)) == Ordering::Less
        };
        let place = self.first.partition_point(comes_before);
        if place < ROWS_SHOWN {
            self.first.truncate(ROWS_SHOWN - 1);
            self.first.insert(place, (day, row));
        }
    }
}

/// The order of ids as they are shown; that of GUIDs is the order of their texts.
fn by_text(a: &Id, b: &Id) -> Ordering {
    match (a, b) {
        (Id::Guid(a), Id::Guid(b)) => a.cmp(b),
        _ => a.to_string().cmp(&b.to_string()),
    }
}

/// The first few rows of each kind.
pub(super) fn lists(text: &mut String, plan: &Plan) {
    let mut kinds = Pressing::ALL.map(|kind| (kind, Few::default()));
    for row in &plan.rows {
        let Some(kind) = Pressing::of(row) else { continue };
        if let Some((_, few)) = kinds.get_mut(kind as usize) {
            few.add(kind.day(row), row);
        }
    }
    for (kind, few) in kinds.iter().filter(|(_, few)| few.all > 0) {
        list(text, *kind, few, plan.as_of);
    }
}

fn list(text: &mut String, kind: Pressing, few: &Few<'_>, as_of: NaiveDate) {
    heading(text, kind.style(), &format!("{}: {}", kind.words(), grouped(few.all)));
    for (day, row) in &few.first {
        // What is cut short is to be decided first thing.
        let no_day = match row.decision.reasons.has(Reason::SourceCancelled) {
            true => "now",
            false => "no day",
        };
        let day = day.map_or_else(|| no_day.to_owned(), |day| day.to_string());
        // What stands in a column of ids may be anything; then its place leads to the row.
        let id = row.subscription.id.to_string();
        let which = match is_id(&id) {
            true => id,
            false => row.subscription.place.to_string(),
        };
        let (what, until) = kind.due(row, as_of);
        let _ = writeln!(text, "  {day:10}  {what:24}  {}{until}", tame(&which));
    }
    rest(text, few.all as usize, ROWS_SHOWN);
}
