//! What a letter says of a subscription besides what happens to it.
//!
//! In: the rows of one customer's letter, the day it is seen on. Out: how to tell subscriptions of one name apart, whether users
//! can work with what the customer still has, and until when it is paid twice. Nothing here is a rule: the plan has decided.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::{Running, Service};
use crate::{
    plan::Reason,
    saved::{PlanColumn, Row},
    terms::{EndSource, Urgency},
};

/// Letters and digits of an id that are shown, where they tell it from the others of its name.
const SHORT: usize = 8;

/// What a line says of a subscription: its name, and what else is said where another goes by that.
pub(super) type Key<'a> = (&'a str, Option<[&'a str; 3]>);

/// The subscriptions of a customer by what they are called.
pub(super) struct Names<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> Names<'a> {
    pub(super) fn new(rows: impl Iterator<Item = &'a Row<PlanColumn>>) -> Names<'a> {
        let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in rows {
            names.entry(offer(row)).or_default().push(subscription(row));
        }
        Names(names)
    }

    fn ids(&self, row: &Row<PlanColumn>) -> &[&'a str] {
        self.0.get(offer(row)).map_or(&[], Vec::as_slice)
    }

    /// Whether another of the customer's goes by the same name.
    pub(super) fn has_twin(&self, row: &Row<PlanColumn>) -> bool {
        self.ids(row).len() > 1
    }

    /// As much of its id as tells it from the others of its name; none where there is no other, or it has no id.
    pub(super) fn id(&self, row: &Row<PlanColumn>) -> Option<String> {
        let own = subscription(row);
        if !self.has_twin(row) || own.is_empty() || own.starts_with("no-id:") {
            return None;
        }
        let short = own.get(..SHORT).filter(|_| own.len() > SHORT);
        let alone = |short: &&str| self.ids(row).iter().filter(|id| id.starts_with(*short)).count() == 1;
        Some(
            short
                .filter(alone)
                .map_or_else(|| own.to_owned(), |short| format!("{short}…")),
        )
    }

    /// What a line about it says.
    pub(super) fn key<'r>(&self, row: &'r Row<PlanColumn>) -> Key<'r> {
        let more = self.has_twin(row).then(|| {
            let id = self.id(row).map_or("", |_| subscription(row));
            [row.get(PlanColumn::Seats), row.get(PlanColumn::TermEnd), id]
        });
        (offer(row), more)
    }
}

/// What a subscription is called.
pub(super) fn offer(row: &Row<PlanColumn>) -> &str {
    let names = [
        PlanColumn::SourceOffer,
        PlanColumn::SourceOfferId,
        PlanColumn::SubscriptionId,
    ];
    let mut names = names.into_iter().map(|column| row.get(column));
    names.find(|name| !name.is_empty()).unwrap_or_default()
}

fn subscription(row: &Row<PlanColumn>) -> &str {
    row.get(PlanColumn::SubscriptionId)
}

/// Whether users can work with what the customer still has.
pub(super) fn service(row: &Row<PlanColumn>, as_of: NaiveDate) -> Service {
    let has = |reason: Reason| row.list(PlanColumn::Reasons).any(|code| code == reason.as_str());
    let ended = row.date(PlanColumn::TermEnd).is_some_and(|end| end < as_of);
    if has(Reason::ServiceDown) {
        Service::Down
    } else if ended || row.get(PlanColumn::Urgency) == Urgency::Lapsed.as_str() {
        // What is paid on after its term end goes on month by month; of what ends by notice nobody knows.
        let is_told = row.get(PlanColumn::EndSource) != EndSource::DoNotRenew.as_str();
        match both_until(row).filter(|_| is_told) {
            Some(_) => Service::Extended,
            None => Service::Ended,
        }
    } else if has(Reason::ServiceStops) {
        Service::Stops
    } else {
        Service::Runs
    }
}

/// The last day on which what has ended still works, where the plan knows one that has not passed: its window closes with it.
pub(super) fn until(row: &Row<PlanColumn>, as_of: NaiveDate) -> Option<NaiveDate> {
    let is_lapsed = row.get(PlanColumn::Urgency) == Urgency::Lapsed.as_str();
    row.date(PlanColumn::WindowCloses)
        .filter(|&closes| is_lapsed && closes >= as_of)
}

/// The last day on which source and target are both paid; none where nothing is paid twice.
pub(super) fn both_until(row: &Row<PlanColumn>) -> Option<NaiveDate> {
    let days: u64 = row.get(PlanColumn::OverlapDays).parse().ok()?;
    // On the move date both are paid already.
    row.date(PlanColumn::MoveDate)?
        .checked_add_days(Days::new(days.checked_sub(1)?))
}

/// Which of the subscriptions go on until the days that are named.
pub(super) fn running<'a>(rows: impl Iterator<Item = &'a Row<PlanColumn>>, as_of: NaiveDate) -> Running {
    let (mut runs, mut does_not) = (false, false);
    for row in rows {
        match service(row, as_of) {
            Service::Runs | Service::Stops | Service::Extended => runs = true,
            Service::Ended | Service::Down => does_not = true,
        }
    }
    match (runs, does_not) {
        (true, false) => Running::All,
        (true, true) => Running::Some,
        (false, _) => Running::None,
    }
}
