//! Moves of a crowded tenant in waves.
//!
//! In: the estate and its decisions. Out: decisions made again where more subscriptions of a tenant would run twice at once than is
//! safe: those that are due first move first, and each of the others waits for the first day on which enough of the sources before it
//! have ended. Where its own source would end before that, it goes on in the extended term, which is a paid month rather than a day
//! without service. What cannot go on so is placed before all others: what is set to cancel already, and what no extended term
//! follows. What needs a base is not before it.

use std::{collections::BTreeMap, ops::Range};

use chrono::NaiveDate;

use super::{at_once::target_from, decide::Decided, estate::Estate};
use crate::{rules::NumberName, terms::*};

/// How often a day is looked for before a row stays where it is.
const TRIES: usize = 100;
/// How many days ahead of a full one room is looked for.
const REACH: usize = 366;

/// What a tenant has and would have.
#[derive(Default)]
pub(super) struct Tenant {
    pub(super) live: usize,
    /// What is to be ordered for it.
    pub(super) targets: usize,
    /// Targets beyond one for each source.
    more_targets: usize,
    doubles: usize,
}

impl Tenant {
    /// How many may run twice at once: so many is safe, and all together must fit the tenant.
    fn room(&self, safe: usize, limit: usize) -> usize {
        limit.saturating_sub(self.live + self.more_targets).min(safe)
    }
}

impl Estate<'_> {
    /// Spreads the moves of tenants of which too much would run twice at once. What has no room for a single move is not for waves.
    pub(super) fn in_waves(&self, decided: &mut [Decided]) {
        let number = |name: NumberName| self.context.rules.number(name, self.context.as_of) as usize;
        let (safe, limit) = (number(NumberName::Doubled), number(NumberName::Tenant));
        let crowded = self.by_customer(&|_, rows, crowded| {
            let tenant = self.tenant(decided, rows.clone());
            let room = tenant.room(safe, limit);
            if (1..tenant.doubles).contains(&room) {
                crowded.push((rows, room));
            }
        });
        for (rows, room) in crowded {
            let doubles = |index: &usize| self.both(*index, &decided[*index]).is_some();
            let mut rows: Vec<usize> = rows.filter(doubles).collect();
            rows.sort_by_key(|&index| {
                let subscription = &self.subscriptions[index];
                let stops = self.is_set_to_cancel(index, &decided[index]);
                let goes_on = decided[index].decision.end_source.is_some_and(goes_on);
                let day = decided[index].decision.move_date;
                let bound = (subscription.term_end, self.is_addon(index));
                (goes_on && !stops, day, !stops, bound, &subscription.id)
            });
            self.place_in_waves(decided, &rows, room);
        }
    }

    /// What a tenant has and would have.
    pub(super) fn tenant(&self, decided: &[Decided], rows: Range<usize>) -> Tenant {
        let mut tenant = Tenant::default();
        for index in rows {
            let decided = &decided[index];
            let targets = decided.decision.targets.len();
            let doubles = usize::from(self.both(index, decided).is_some());
            tenant.live += usize::from(self.subscriptions[index].state != Some(State::Deleted));
            tenant.targets += target_from(decided).map_or(0, |_| targets);
            tenant.more_targets += doubles * targets.saturating_sub(1);
            tenant.doubles += doubles;
        }
        tenant
    }

    /// Whether a source stops at its term end, as it is set or reported.
    pub(super) fn is_set_to_cancel(&self, index: usize, decided: &Decided) -> bool {
        self.known(index, &decided.imposed).is_set_to_cancel()
    }

    fn place_in_waves(&self, decided: &mut [Decided], rows: &[usize], most: usize) {
        let mut running: BTreeMap<NaiveDate, usize> = BTreeMap::new();
        for &index in rows {
            for _ in 0..TRIES {
                let Some((from, until)) = self.both(index, &decided[index]) else {
                    break;
                };
                let is_full = |day: &NaiveDate| running.get(day).is_some_and(|&count| count >= most);
                let Some(full) = from.iter_days().take_while(|day| *day <= until).find(is_full) else {
                    break;
                };
                let calendar = self.context.calendars.ours();
                let later = full.iter_days().skip(1).take(REACH);
                let room = later.map(|day| calendar.next_move(day)).find(|day| !is_full(day));
                let Some(room) = room else { break };
                self.decide_again(decided, index, |imposed| imposed.wave = Some(room));
                if decided[index].decision.move_date == Some(from) {
                    break;
                }
            }
            if let Some((from, until)) = self.both(index, &decided[index]) {
                for day in from.iter_days().take_while(|day| *day <= until) {
                    *running.entry(day).or_default() += 1;
                }
            }
        }
    }
}

/// Whether a source that is to end so can go on in the extended term until a later wave.
fn goes_on(end_source: EndSource) -> bool {
    matches!(end_source, EndSource::CancelAtTermEnd | EndSource::ExtendedTerm)
}
