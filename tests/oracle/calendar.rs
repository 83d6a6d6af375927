//! The calendar once more: which days are business days, found by asking one day after the other.
//!
//! In: rows of the calendar table and the partner's home. Out: the nearest business day on or before, on or after a day. Rows of
//! other countries than home do not count; without a home only the rows for everywhere do.

use std::collections::BTreeSet;

use chrono::{Datelike, Duration, NaiveDate, Weekday};
use seatshift::{
    recognise::tables::{CalendarDay, CalendarKind},
    terms::Country,
};

/// `day` and so many days more, or fewer.
pub(crate) fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    day + Duration::days(days)
}

/// Ours, and the one by which the customer's own steps go.
pub(crate) struct PlainCalendars {
    pub(crate) ours: PlainCalendar,
    pub(crate) theirs: PlainCalendar,
}

impl PlainCalendars {
    /// Where a customer's country is given, its holidays count for its own steps, and ours as well.
    pub(crate) fn new(days: &[CalendarDay], home: Option<Country>, customers: Option<Country>) -> PlainCalendars {
        let mut theirs = PlainCalendar::new(days, home);
        if let Some(country) = customers {
            let own = PlainCalendar::new(days, Some(country));
            theirs.holidays.extend(own.holidays);
        }
        PlainCalendars {
            ours: PlainCalendar::new(days, home),
            theirs,
        }
    }
}

/// Holidays and blackouts that count for us.
pub(crate) struct PlainCalendar {
    holidays: BTreeSet<NaiveDate>,
    blackouts: BTreeSet<NaiveDate>,
}

impl PlainCalendar {
    pub(crate) fn new(days: &[CalendarDay], home: Option<Country>) -> PlainCalendar {
        let mut calendar = PlainCalendar {
            holidays: BTreeSet::new(),
            blackouts: BTreeSet::new(),
        };
        for day in days {
            let counts = match (day.country, home) {
                (None, _) => true,
                (Some(country), Some(home)) => country == home,
                (Some(_), None) => false,
            };
            if counts {
                match day.kind {
                    CalendarKind::Holiday => calendar.holidays.insert(day.date),
                    CalendarKind::Blackout => calendar.blackouts.insert(day.date),
                };
            }
        }
        calendar
    }

    /// Whether people work on that day: deadlines fall on such days.
    pub(crate) fn works(&self, day: NaiveDate) -> bool {
        match day.weekday() {
            Weekday::Sat | Weekday::Sun => false,
            _ => !self.holidays.contains(&day),
        }
    }

    /// Whether something may move on that day.
    pub(crate) fn moves(&self, day: NaiveDate) -> bool {
        self.works(day) && !self.blackouts.contains(&day)
    }

    /// The nearest business day on or before, for deadlines.
    pub(crate) fn prev(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.works(day) {
            day = plus(day, -1);
        }
        day
    }

    /// The nearest business day on or after, for deadlines.
    pub(crate) fn next(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.works(day) {
            day = plus(day, 1);
        }
        day
    }

    /// The nearest business day on or before, for moves.
    pub(crate) fn prev_move(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.moves(day) {
            day = plus(day, -1);
        }
        day
    }

    /// The nearest business day on or after, for moves.
    pub(crate) fn next_move(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.moves(day) {
            day = plus(day, 1);
        }
        day
    }
}
