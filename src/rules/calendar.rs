//! Business days.
//!
//! A business day is a weekday that is no holiday of ours; for moves it must be no blackout either. `prev` and `next` are the
//! nearest business day on or before, on or after a day ("preceding" and "following" in the words of financial calendars).

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};

use super::day::shift;
use crate::{
    recognise::tables::{CalendarDay, CalendarKind},
    terms::Country,
};

/// How far `prev` and `next` look before they give the day itself: a calendar that closes every day of two years is no calendar.
const REACH: i64 = 731;

/// The partner's calendar.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    holidays: BTreeSet<NaiveDate>,
    blackouts: BTreeSet<NaiveDate>,
    given: bool,
}

impl Calendar {
    /// The days of a calendar table that count for us: those without a country, and those of our home.
    pub fn new(days: &[CalendarDay], home: Option<Country>) -> Calendar {
        let mut calendar = Calendar {
            given: !days.is_empty(),
            ..Calendar::default()
        };
        for day in days.iter().filter(|day| day.country.is_none() || day.country == home) {
            match day.kind {
                CalendarKind::Holiday => calendar.holidays.insert(day.date),
                CalendarKind::Blackout => calendar.blackouts.insert(day.date),
            };
        }
        calendar
    }

    /// Whether people work on a day.
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains(&day)
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

    /// Whether a calendar was given that has no holiday in a year.
    pub fn misses_year(&self, year: i32) -> bool {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN);
        let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
        self.given && self.holidays.range(first..=last).next().is_none()
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
}
