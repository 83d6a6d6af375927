//! On which days a source and its targets stand in their tenant, as planned.
//!
//! In: a row's decision and the days of its steps. Out: the days. What limits count at once, they count by this: a source that ends before the next
//! target is ordered makes room for it, and so does one that has expired, since nobody pays for it any more.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::{decide::Decided, estate::Estate};
use crate::terms::*;

/// The day from which what is ordered for a row stands beside its source; none: nothing is ordered.
pub(super) fn target_from(decided: &Decided) -> Option<NaiveDate> {
    let ordered = orders(decided) && decided.imposed.ordered.is_none();
    decided.decision.move_date.filter(|_| ordered)
}

fn orders(decided: &Decided) -> bool {
    let decision = &decided.decision;
    decision.action == Action::Move && decision.route == Some(Route::NewSubscription)
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
    /// The last day on which the source of a row stands; none: no end of it is planned.
    pub(super) fn source_until(&self, index: usize, decided: &Decided) -> Option<NaiveDate> {
        let decision = &decided.decision;
        let term_end = self.subscriptions[index].term_end.map(|end| end.0);
        match (orders(decided), decision.end_source) {
            (true, Some(EndSource::Cancel)) => decision.end_source_by.or(Some(self.context.as_of)),
            (true, Some(EndSource::ExtendedTerm)) => decided.days.cancel_extended_by.or(term_end),
            (true, _) => term_end,
            (false, _) => term_end.filter(|_| self.is_set_to_cancel(index, decided)),
        }
    }

    /// The days on which source and target of a row both run.
    pub(super) fn both(&self, index: usize, decided: &Decided) -> Option<(NaiveDate, NaiveDate)> {
        let from = target_from(decided)?;
        let until = self.source_until(index, decided)?;
        (from <= until).then_some((from, until))
    }
}
