//! Between which days, between which numbers of licences and in which countries no mapping changes.
//!
//! In: the catalogue and the user's rows. Out: [`Phases`]: every day on which something of them begins or has ended, every number of
//! licences from which a term is sold, the countries in which the same rows hold. Two questions that differ only in day, licences
//! and country, and lie in one phase, have one [`super::Mapping`]; so a plan asks once for many subscriptions. Knows nothing of
//! Microsoft's own files.

use chrono::NaiveDate;

use super::{Catalog, offers::Days};
use crate::{
    recognise::tables::OfferRule,
    terms::{Country, Seats},
};

/// The days and numbers of licences from which mappings may differ, each sorted, and the countries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phases {
    days: Vec<NaiveDate>,
    seats: Vec<Seats>,
    /// The market of each country that a row names, sorted; the others are all of the market 0.
    markets: Vec<(Country, usize)>,
}

/// Where no mapping changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phase {
    day: usize,
    seats: Option<usize>,
    market: Option<usize>,
}

impl Phases {
    /// The phase that a day, a number of licences and a country lie in.
    pub fn of(&self, on: NaiveDate, seats: Option<Seats>, country: Option<Country>) -> Phase {
        let of_seats = |seats: Seats| self.seats.partition_point(|least| *least <= seats);
        let market = |country: Country| {
            let at = self.markets.binary_search_by_key(&country, |(named, _)| *named);
            at.ok()
                .and_then(|at| self.markets.get(at))
                .map_or(0, |(_, market)| *market)
        };
        Phase {
            day: self.days.partition_point(|day| *day <= on),
            seats: seats.map(of_seats),
            market: country.map(market),
        }
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
            markets: self.markets(),
        };
        phases.days.sort_unstable();
        phases.days.dedup();
        phases.seats.sort_unstable();
        phases.seats.dedup();
        phases
    }

    /// Numbers the countries that rows name, those that the same rows name alike.
    fn markets(&self) -> Vec<(Country, usize)> {
        let pauses = self.entries.iter().flat_map(|entry| entry.offer.pauses.iter());
        let retirements = self.retirements.values().flatten();
        let lists: Vec<&Vec<Country>> = pauses
            .map(|pause| &pause.countries)
            .chain(retirements.map(|row| &row.countries))
            .collect();
        let mut countries: Vec<Country> = lists.iter().copied().flatten().copied().collect();
        countries.sort_unstable();
        countries.dedup();
        let mut markets: Vec<Vec<bool>> = Vec::new();
        let market = |country: Country| {
            let named: Vec<bool> = lists.iter().map(|list| list.contains(&country)).collect();
            let known = markets.iter().position(|market| *market == named);
            let market = known.unwrap_or_else(|| {
                markets.push(named);
                markets.len() - 1
            });
            (country, market + 1)
        };
        countries.into_iter().map(market).collect()
    }
}
