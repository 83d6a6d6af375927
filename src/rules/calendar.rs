//! Business days.
//!
//! A business day is a weekday that is no holiday of ours; for moves it must be no blackout either. `prev` and `next` are the
//! nearest business day on or before, on or after a day ("preceding" and "following" in the words of financial calendars).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};

use super::day::shift;
use crate::{
    recognise::tables::{CalendarDay, CalendarKind},
    terms::Country,
};

/// How far `prev` and `next` look before they give the day itself: a calendar that closes every day of two years is no calendar.
const REACH: i64 = 731;

/// The partner's calendar, and that of each country whose customers have holidays of their own.
#[derive(Debug, Clone, Default)]
pub struct Calendars {
    ours: Calendar,
    theirs: BTreeMap<Country, Calendar>,
}

impl Calendars {
    /// The calendars that the days of a table make: ours are those without a country, and those of our home. Where customers'
    /// holidays count, their calendar has the days of their country as well as ours.
    pub fn new(days: &[CalendarDay], home: Option<Country>, customer_holidays: bool) -> Calendars {
        let countries: BTreeSet<Country> = days
            .iter()
            .filter_map(|day| day.country)
            .filter(|country| customer_holidays && Some(*country) != home)
            .collect();
        let theirs = countries.into_iter().map(|country| {
            let counts = |own: Country| Some(own) == home || own == country;
            (country, Calendar::of(days, counts))
        });
        Calendars {
            ours: Calendar::new(days, home),
            theirs: theirs.collect(),
        }
    }

    /// The partner's.
    pub fn ours(&self) -> &Calendar {
        &self.ours
    }

    /// The one by which the own steps of a country's customers go.
    pub fn of(&self, country: Option<Country>) -> &Calendar {
        country
            .and_then(|country| self.theirs.get(&country))
            .unwrap_or(&self.ours)
    }

    /// Whose calendar has no holiday in a year although it has others: none for ours.
    pub fn missing(&self, year: i32) -> Vec<Option<Country>> {
        let ours = self.ours.misses_year(year).then_some(None);
        let theirs = self
            .theirs
            .iter()
            .filter(|(_, calendar)| calendar.misses_year(year))
            .map(|(&country, _)| Some(country));
        ours.into_iter().chain(theirs).collect()
    }
}

/// One calendar.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    holidays: BTreeSet<NaiveDate>,
    /// Those of the holidays that come back every year by a rule.
    yearly: BTreeSet<NaiveDate>,
    blackouts: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// The days of a calendar table that count for us: those without a country, and those of our home.
    pub fn new(days: &[CalendarDay], home: Option<Country>) -> Calendar {
        Calendar::of(days, |country| Some(country) == home)
    }

    fn of(days: &[CalendarDay], counts: impl Fn(Country) -> bool) -> Calendar {
        let mut calendar = Calendar::default();
        for day in days.iter().filter(|day| day.country.is_none_or(&counts)) {
            match (day.kind, day.yearly) {
                (CalendarKind::Holiday, false) => calendar.holidays.insert(day.date),
                (CalendarKind::Holiday, true) => calendar.yearly.insert(day.date),
                (CalendarKind::Blackout, _) => calendar.blackouts.insert(day.date),
            };
        }
        calendar
    }

    /// Whether people work on a day.
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            && !self.holidays.contains(&day)
            && !self.yearly.contains(&day)
    }

    /// Whether something may move on a day.
    pub fn is_move_day(&self, day: NaiveDate) -> bool {
        self.is_business_day(day) && !self.blackouts.contains(&day)
    }

    /// The nearest business day on or before a day.
    pub fn prev(&self, day: NaiveDate) -> NaiveDate {
        seek(day, -1, REACH, |d| self.is_business_day(d)).unwrap_or(day)
    }

    /// The nearest business day on or after a day.
    pub fn next(&self, day: NaiveDate) -> NaiveDate {
        seek(day, 1, REACH, |d| self.is_business_day(d)).unwrap_or(day)
    }

    /// The nearest day on or before a day on which something may move, looking back at most so many days.
    pub fn prev_move_within(&self, day: NaiveDate, reach: i64) -> Option<NaiveDate> {
        seek(day, -1, reach, |d| self.is_move_day(d))
    }

    /// The nearest day on or before a day on which something may move.
    pub fn prev_move(&self, day: NaiveDate) -> NaiveDate {
        self.prev_move_within(day, REACH).unwrap_or(day)
    }

    /// The nearest day on or after a day on which something may move.
    pub fn next_move(&self, day: NaiveDate) -> NaiveDate {
        seek(day, 1, REACH, |d| self.is_move_day(d)).unwrap_or(day)
    }

    /// Whether it has any holiday.
    pub fn has_holidays(&self) -> bool {
        !self.holidays.is_empty() || !self.yearly.is_empty()
    }

    /// Whether it has holidays, and none in a year. Days that come back every year do not show that a year was looked after,
    /// unless there are no others.
    pub fn misses_year(&self, year: i32) -> bool {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN);
        let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
        let days = match self.holidays.is_empty() {
            true => &self.yearly,
            false => &self.holidays,
        };
        !days.is_empty() && days.range(first..=last).next().is_none()
    }
}

fn seek(from: NaiveDate, step: i64, reach: i64, good: impl Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
    (0..=reach).map(|days| shift(from, days * step)).find(|&day| good(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn entry(date: &str, country: Option<&str>, kind: CalendarKind) -> CalendarDay {
        CalendarDay {
            date: day(date),
            country: country.map(|c| c.parse().unwrap()),
            kind,
            name: "".into(),
            yearly: false,
        }
    }

    #[test]
    fn holidays_count_for_all_blackouts_for_moves() {
        let calendar = Calendar::new(
            &[
                entry("2026-12-24", Some("HU"), CalendarKind::Holiday),
                entry("2026-12-25", None, CalendarKind::Holiday),
                entry("2026-12-23", None, CalendarKind::Blackout),
                entry("2026-12-22", Some("SE"), CalendarKind::Holiday),
            ],
            Some("HU".parse().unwrap()),
        );
        assert_eq!(calendar.prev(day("2026-12-27")), day("2026-12-23"));
        assert_eq!(calendar.prev_move(day("2026-12-27")), day("2026-12-22"));
        assert_eq!(calendar.next(day("2026-12-24")), day("2026-12-28"));
        assert_eq!(calendar.prev_move_within(day("2026-12-27"), 3), None);
        assert!(!calendar.misses_year(2026));
        assert!(calendar.misses_year(2027));
        assert!(!Calendar::default().misses_year(2027));
    }

    #[test]
    fn days_of_every_year_do_not_show_that_a_year_was_looked_after() {
        let yearly = |date: &str| CalendarDay {
            yearly: true,
            ..entry(date, None, CalendarKind::Holiday)
        };
        let only = Calendar::new(&[yearly("2026-12-25"), yearly("2027-12-25")], None);
        assert!(!only.misses_year(2027) && only.misses_year(2028));
        let both = [yearly("2027-12-25"), entry("2026-04-03", None, CalendarKind::Holiday)];
        assert!(Calendar::new(&both, None).misses_year(2027));
        assert!(!Calendar::new(&both, None).is_business_day(day("2027-12-25")));
    }

    #[test]
    fn customers_have_their_holidays_and_ours_where_they_count() {
        let country = |code: &str| Some(code.parse::<Country>().unwrap());
        let days = [
            entry("2026-12-24", Some("HU"), CalendarKind::Holiday),
            entry("2026-06-19", Some("SE"), CalendarKind::Holiday),
            entry("2026-12-25", None, CalendarKind::Holiday),
        ];
        let calendars = Calendars::new(&days, country("HU"), true);
        let swedish = calendars.of(country("SE"));
        for date in ["2026-12-24", "2026-06-19", "2026-12-25"] {
            assert!(!swedish.is_business_day(day(date)), "{date}");
        }
        assert!(calendars.ours().is_business_day(day("2026-06-19")));
        assert!(calendars.of(country("PL")).is_business_day(day("2026-06-19")));
        assert_eq!(calendars.missing(2027), [None, country("SE")]);
        let alone = Calendars::new(&days, country("HU"), false);
        assert!(alone.of(country("SE")).is_business_day(day("2026-06-19")));
    }
}
