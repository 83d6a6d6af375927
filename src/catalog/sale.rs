//! Days on which an offer that is sold was not.
//!
//! In: `sale_pauses.csv`: an offer, the countries (none: everywhere; or everywhere else), the days. Out: the pauses of each offer. Sold again means
//! a pause with an end; an end of sale for good stands in `offers.csv`.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Catalog, offers::Days, row::Row};
use crate::terms::Country;

/// Days on which an offer was not sold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pause {
    /// Where; everywhere if empty.
    pub countries: Vec<Country>,
    /// Whether it is in all other countries instead.
    pub elsewhere: bool,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
}

impl Pause {
    /// Whether it holds for a customer in a country on a day; where the country is unknown, only what holds everywhere does.
    pub fn holds(&self, country: Option<Country>, on: NaiveDate) -> bool {
        let days = Days {
            from: self.from,
            until: self.until,
        };
        let here = match self.elsewhere {
            true => country.is_some_and(|country| !self.countries.contains(&country)),
            false => is_of(&self.countries, country),
        };
        here && days.contain(on)
    }
}

/// Whether a row for these countries is about a customer in this one.
pub(super) fn is_of(countries: &[Country], country: Option<Country>) -> bool {
    countries.is_empty() || country.is_some_and(|country| countries.contains(&country))
}

/// Reads `AT BE BG`.
pub(super) fn read_countries(text: &str) -> Option<Vec<Country>> {
    text.split(' ').map(|code| code.parse().ok()).collect()
}

impl Catalog {
    pub(super) fn load_pauses(&mut self, rows: &[Row], problems: &mut Vec<String>) {
        for row in rows {
            let (Some(index), Some(_)) = (self.key_of(row, problems), row.required("source", problems)) else {
                continue;
            };
            let days = row.days(problems);
            let pause = Pause {
                countries: row.parse("countries", problems, read_countries).unwrap_or_default(),
                elsewhere: row.yes("elsewhere", false, problems),
                from: days.from,
                until: days.until,
            };
            let twin = self.entry(index).and_then(|entry| entry.twin);
            for index in [Some(index), twin].into_iter().flatten() {
                if let Some(entry) = self.entries.get_mut(index) {
                    Arc::make_mut(&mut entry.offer).pauses.push(pause.clone());
                }
            }
        }
    }
}
