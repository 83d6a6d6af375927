//! Between which days, and between which numbers of licences, no mapping changes.
//!
//! In: the catalogue and the user's rows. Out: [`Phases`]: every day on which something of them begins or has ended, every number of
//! licences from which a term is sold. Two questions that differ only in day and licences, and lie in one phase, have one
//! [`super::Mapping`]; so a plan asks once for many subscriptions. Knows nothing of Microsoft's own files.

use chrono::NaiveDate;

use super::{Catalog, offers::Days};
use crate::{recognise::tables::OfferRule, terms::Seats};

/// The days and numbers of licences from which mappings may differ, each sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phases {
    days: Vec<NaiveDate>,
    seats: Vec<Seats>,
}

impl Phases {
    /// The phase that a day and a number of licences lie in.
    pub fn of(&self, on: NaiveDate, seats: Option<Seats>) -> (usize, Option<usize>) {
        let of_seats = |seats: Seats| self.seats.partition_point(|least| *least <= seats);
        (self.days.partition_point(|day| *day <= on), seats.map(of_seats))
    }
}

impl Catalog {
    /// The phases of the catalogue together with some rows of the user's table.
    pub fn phases(&self, rules: &[OfferRule]) -> Phases {
        let offers = || self.entries.iter().map(|entry| &entry.offer);
        let sold = offers().map(|offer| (offer.sold_from, offer.sold_until));
        let pauses = offers().flat_map(|offer| offer.pauses.iter().map(|pause| (pause.from, pause.until)));
        let retirements = self.retirements.values().flatten().map(|row| &row.days);
        let names = self.by_name.values().flatten().map(|name| &name.days);
        let dated = retirements.chain(names).map(|&Days { from, until }| (from, until));
        let rules = rules.iter().map(|rule| (rule.valid_from, rule.valid_until));
        let spans = sold.chain(pauses).chain(dated).chain(rules);
        let turns = spans.flat_map(|(from, until)| [from, until.and_then(|until| until.succ_opt())]);
        let mut phases = Phases {
            days: turns.flatten().chain(self.eras.iter().copied()).collect(),
            seats: offers()
                .flat_map(|offer| offer.terms.iter().map(|&(_, least)| least))
                .collect(),
        };
        phases.days.sort_unstable();
        phases.days.dedup();
        phases.seats.sort_unstable();
        phases.seats.dedup();
        phases
    }
}
