//! On which days a source and its targets stand in their tenant, as planned.
//!
//! In: a row's decision and its dates. Out: [`Stay`]. What limits count at once, they count by this: a source that ends before the next
//! target is ordered makes room for it, and so does one that has expired, since nobody pays for it any more.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::{decide::Decided, estate::Estate};
use crate::terms::*;

/// The days of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stay {
    /// The last day on which the source stands; none: no end of it is planned.
    pub(super) source_until: Option<NaiveDate>,
    /// The day from which what is ordered stands beside it; none: nothing is ordered.
    pub(super) target_from: Option<NaiveDate>,
}

impl Stay {
    /// The days on which both run.
    pub(super) fn both(self) -> Option<(NaiveDate, NaiveDate)> {
        let (from, until) = (self.target_from?, self.source_until?);
        (from <= until).then_some((from, until))
    }
}

/// How much stands on each day.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    changes: BTreeMap<NaiveDate, i64>,
    always: i64,
    /// From each of these days on, so much.
    sums: Vec<(NaiveDate, i64)>,
}

impl Tally {
    /// Counts what stands from one day to another.
    pub(super) fn add(&mut self, weight: u64, from: Option<NaiveDate>, until: Option<NaiveDate>) {
        let weight = i64::try_from(weight).unwrap_or(i64::MAX);
        match from {
            Some(from) => *self.changes.entry(from).or_default() += weight,
            None => self.always += weight,
        }
        if let Some(after) = until.and_then(|until| until.checked_add_days(Days::new(1))) {
            *self.changes.entry(after).or_default() -= weight;
        }
    }

    /// Sums up; to be done once all is counted.
    pub(super) fn done(mut self) -> Tally {
        let mut sum = self.always;
        let days = std::mem::take(&mut self.changes).into_iter();
        self.sums = days
            .map(|(day, change)| {
                sum += change;
                (day, sum)
            })
            .collect();
        self
    }

    /// How much stands on a day.
    pub(super) fn on(&self, day: NaiveDate) -> u64 {
        let before = self.sums.partition_point(|(from, _)| *from <= day);
        let last = before.checked_sub(1).and_then(|last| self.sums.get(last));
        let sum = last.map_or(self.always, |(_, sum)| *sum);
        u64::try_from(sum).unwrap_or(0)
    }

    /// The most that stands on one day, and the first such day.
    pub(super) fn most(&self) -> Option<(u64, NaiveDate)> {
        let most = self
            .sums
            .iter()
            .max_by_key(|&&(day, sum)| (sum, std::cmp::Reverse(day)));
        most.map(|&(day, sum)| (u64::try_from(sum).unwrap_or(0), day))
    }
}

impl Estate<'_> {
    /// When the source of a row ends, and from when its targets are there.
    pub(super) fn stay(&self, index: usize, decided: &Decided) -> Stay {
        let (subscription, decision) = (&self.subscriptions[index], &decided.decision);
        let term_end = subscription.term_end.map(|end| end.0);
        let moves = decision.action == Action::Move && decision.route == Some(Route::NewSubscription);
        let source_until = match (moves, decision.end_source) {
            (true, Some(EndSource::Cancel)) => decision.end_source_by.or(Some(self.context.as_of)),
            (true, Some(EndSource::ExtendedTerm)) => {
                let cancelled = decided.dates.as_ref().and_then(|dates| dates.cancel_extended_by);
                cancelled.or(term_end)
            }
            (true, _) => term_end,
            (false, _) => term_end.filter(|_| self.is_set_to_cancel(index, decided)),
        };
        let ordered = moves && decided.imposed.ordered.is_none();
        Stay {
            source_until,
            target_from: decision.move_date.filter(|_| ordered),
        }
    }
}
