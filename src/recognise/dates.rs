//! Dates, decided for a whole column.
//!
//! In: the cells of a column, one by one, on any number of threads. Out: for each a [`DateReading`] of a few bytes, and for the
//! column a [`Decision`] with the cell that decided. Refuses a column whose numbers can be read in two orders, unless a person
//! or the file's language says which; and one that a spreadsheet has half converted. A date is never invented: its day, month
//! and year stand in the cell, but for years of the Buddhist calendar (543 less), serial numbers (days from the workbook's epoch) and instants
//! (their date in UTC), each of which is told of. Invariant: the evidence does not depend on the order in which cells are added
//! or parts merged.

mod convention;
mod evidence;
mod javascript;
mod month;
mod number;
mod parse;
mod remark;
mod renewal;
mod time;
mod token;
mod why;

pub use convention::Convention;
pub use evidence::{DateColumnEvidence, Decision};
pub use month::{means_month, order_of_months, read_month};
pub use parse::{read_date, read_date_since};
pub use remark::{Remark, remark};
pub use renewal::means_renewal;
pub use why::why_unreadable;

use chrono::{Datelike, Days, NaiveDate};

use super::values::Unreadable;
use crate::config::DateOrder;

/// Years that a date of a subscription may have where two digits leave its century and its place open.
const LIKELY_YEARS: std::ops::Range<i32> = 2005..2050;
/// How far the years of the Buddhist calendar are ahead.
const BUDDHIST_AHEAD: i32 = 543;
/// Years that only the Buddhist calendar has: the likely ones, 543 ahead.
const BUDDHIST_YEARS: std::ops::Range<i32> = LIKELY_YEARS.start + BUDDHIST_AHEAD..LIKELY_YEARS.end + BUDDHIST_AHEAD;
/// The minute of an instant that stands at no whole one.
const NO_MINUTE: u16 = u16::MAX;

/// What stands between the numbers of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Separator {
    /// `3.5.2026`: not the month first, where this is written.
    Dot,
    /// `3/5/2026`: says nothing.
    Slash,
    /// `3-5-2026`.
    Dash,
    /// `3 5 2026`.
    Blank,
}

impl std::fmt::Display for Separator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write;
        f.write_char(self.as_char())
    }
}

impl Separator {
    const fn as_char(self) -> char {
        match self {
            Separator::Dot => '.',
            Separator::Slash => '/',
            Separator::Dash => '-',
            Separator::Blank => ' ',
        }
    }
}

/// What one cell says, before its column is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateReading {
    /// Nothing stands here.
    Empty,
    /// It says that there is no end: `Never expires`, the year 9999.
    NoEnd,
    /// A real date cell.
    Typed(NaiveDate),
    /// The number behind a date cell: a spreadsheet's count of days, taken from 1900.
    Serial(NaiveDate),
    /// Plain numbers with the year first: `2026-05-03`, `2026. 05. 03.`
    YearFirst(NaiveDate),
    /// A date that nothing else can change: the month as a word, or a program's own form.
    Certain(NaiveDate),
    /// An instant, reduced to its date in UTC.
    Instant {
        /// The date in UTC.
        date: NaiveDate,
        /// Minutes since midnight in UTC; none of a day's where it has seconds.
        minute: u16,
    },
    /// A date certain as it stood, whose year was one of the Buddhist calendar.
    Buddhist(NaiveDate),
    /// Day and month in either order, then the year.
    Numeric {
        /// First number.
        a: u8,
        /// Second number.
        b: u8,
        /// The year as it stood, in four digits.
        year: i16,
        /// What stands between them.
        separator: Separator,
        /// Days to add for the time zone: an instant's UTC date may be the day before or after.
        shift: i8,
    },
    /// Three numbers of at most two digits, in any order.
    Short {
        /// First number.
        a: u8,
        /// Second number.
        b: u8,
        /// Third number.
        c: u8,
        /// What stands between them.
        separator: Separator,
        /// Whether the first number has two digits, as a year must.
        a_wide: bool,
        /// Whether the third number has two digits.
        c_wide: bool,
        /// Days to add for the time zone.
        shift: i8,
    },
    /// It holds no date we can read.
    Unreadable,
}

impl DateReading {
    /// The date in one order; none where that is no date.
    pub fn in_order(self, order: DateOrder) -> Option<NaiveDate> {
        let (year, month, day, shift) = match (self, order) {
            (
                DateReading::Typed(date)
                | DateReading::Serial(date)
                | DateReading::YearFirst(date)
                | DateReading::Certain(date)
                | DateReading::Buddhist(date)
                | DateReading::Instant { date, .. },
                _,
            ) => return Some(date),
            (DateReading::Numeric { a, b, year, shift, .. }, DateOrder::Dmy) => (year, b, a, shift),
            (DateReading::Numeric { a, b, year, shift, .. }, DateOrder::Mdy) => (year, a, b, shift),
            (
                DateReading::Short {
                    a,
                    b,
                    c,
                    shift,
                    c_wide: true,
                    ..
                },
                DateOrder::Dmy,
            ) => (full_year(c), b, a, shift),
            (
                DateReading::Short {
                    a,
                    b,
                    c,
                    shift,
                    c_wide: true,
                    ..
                },
                DateOrder::Mdy,
            ) => (full_year(c), a, b, shift),
            (
                DateReading::Short {
                    a,
                    b,
                    c,
                    shift,
                    a_wide: true,
                    ..
                },
                DateOrder::Ymd,
            ) => (full_year(a), b, c, shift),
            _ => return None,
        };
        let date = NaiveDate::from_ymd_opt(common_year(i32::from(year)), u32::from(month), u32::from(day))?;
        match shift {
            0 => Some(date),
            1.. => date.checked_add_days(Days::new(1)),
            _ => date.checked_sub_days(Days::new(1)),
        }
    }

    /// The orders in which it is a date. Two-digit years count only where they are likely, if any of them is: the days of a
    /// column's dates soon leave the range that years keep to.
    fn orders(self) -> Vec<DateOrder> {
        let year = |order: &DateOrder| self.in_order(*order).map(|date| date.year());
        let is_likely = |order: &DateOrder| year(order).is_some_and(|year| LIKELY_YEARS.contains(&year));
        let all = DateOrder::ALL.iter().copied();
        match DateOrder::ALL.iter().any(is_likely) {
            true => all.filter(is_likely).collect(),
            false => all.filter(|order| year(order).is_some()).collect(),
        }
    }

    /// Whether several of its numbers may be the year, or it is another date in another order, though its year has two digits.
    fn has_several_years(self) -> bool {
        if !matches!(self, DateReading::Short { .. }) {
            return false;
        }
        let mut dates = self.orders().into_iter().filter_map(|order| self.in_order(order));
        let first = dates.next();
        dates.any(|date| Some(date) != first)
    }

    /// Whether the column's order matters to it.
    pub fn is_numeric(self) -> bool {
        matches!(self, DateReading::Numeric { .. } | DateReading::Short { .. })
    }

    /// Whether its year is one of the Buddhist calendar.
    pub fn is_buddhist(self) -> bool {
        match self {
            DateReading::Buddhist(_) => true,
            DateReading::Numeric { year, .. } => BUDDHIST_YEARS.contains(&i32::from(year)),
            _ => false,
        }
    }

    /// Its separator, where the column's order matters to it.
    fn separator(self) -> Option<Separator> {
        match self {
            DateReading::Numeric { separator, .. } | DateReading::Short { separator, .. } => Some(separator),
            _ => None,
        }
    }
}

/// A year of the common calendar; those of the Buddhist one are 543 ahead.
fn common_year(year: i32) -> i32 {
    if BUDDHIST_YEARS.contains(&year) {
        year - BUDDHIST_AHEAD
    } else {
        year
    }
}

/// Two digits of a year: 00 to 69 are of this century, 70 to 99 of the last.
fn full_year(two: u8) -> i16 {
    i16::from(two) + if two < 70 { 2000 } else { 1900 }
}

/// The date of a reading in its column's order; `None` where it says that there is none. Without an order only what reads the
/// same in every order is a date.
pub fn resolve(reading: DateReading, order: Option<DateOrder>) -> Result<Option<NaiveDate>, Unreadable> {
    let because = |why| Err(Unreadable { why });
    match (reading, order) {
        (DateReading::Empty | DateReading::NoEnd, _) => Ok(None),
        (DateReading::Unreadable, _) => because("is no date we can read"),
        (_, Some(order)) => match reading.in_order(order) {
            None => because("is no date in the order of its column"),
            Some(date) if matches!(reading, DateReading::Short { .. }) && !LIKELY_YEARS.contains(&date.year()) => {
                because("has a year that two digits do not tell")
            }
            Some(date) => Ok(Some(date)),
        },
        // It is the same in every order.
        (_, None) if !reading.is_numeric() => Ok(reading.in_order(DateOrder::Ymd)),
        (_, None) => {
            let orders = reading.orders();
            let dates: Vec<NaiveDate> = orders.into_iter().filter_map(|order| reading.in_order(order)).collect();
            match dates[..] {
                [first, second, ..] if dates.iter().all(|date| *date == first) && first == second => Ok(Some(first)),
                _ => because("is a date in an order that nothing decides"),
            }
        }
    }
}

/// What becomes of a reading once its column is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InColumn {
    /// A date, or the word that there is none.
    Date(Option<NaiveDate>),
    /// Left out with its column, which is told of as a whole.
    LeftOut,
    /// No date in this column.
    Unreadable(Unreadable),
}

/// Ways of writing years that stand beside each other in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mixed {
    /// Years of two calendars: those of the Buddhist one are not certain.
    pub calendars: bool,
    /// Dates with a year of four digits first, beside years of two digits: which of the numbers is the year is not certain.
    pub year_first: bool,
}

/// The date of a reading in a decided column; `mixed`: how its years are written.
pub fn in_column(reading: DateReading, decision: Decision, mixed: Mixed) -> InColumn {
    let from = |read: Result<Option<NaiveDate>, Unreadable>| match read {
        Ok(date) => InColumn::Date(date),
        Err(unreadable) => InColumn::Unreadable(unreadable),
    };
    if mixed.year_first && decision != Decision::Order(DateOrder::Ymd) && reading.has_several_years() {
        return InColumn::Unreadable(Unreadable {
            why: "has two digits for its year, in a column that also has dates with the year first: two of its numbers may be the year",
        });
    }
    if mixed.calendars && reading.is_buddhist() {
        return InColumn::Unreadable(Unreadable {
            why: "has a year of the Buddhist calendar, in a column with years of the common one",
        });
    }
    let is_fixed = matches!(
        reading,
        DateReading::Empty
            | DateReading::NoEnd
            | DateReading::Unreadable
            | DateReading::Certain(_)
            | DateReading::Instant { .. }
    );
    match decision {
        Decision::HalfConverted if !is_fixed => InColumn::LeftOut,
        Decision::Unknown => match resolve(reading, None) {
            Err(_) if reading.is_numeric() => InColumn::LeftOut,
            read => from(read),
        },
        Decision::Order(order) => from(resolve(reading, Some(order))),
        Decision::HalfConverted | Decision::Unneeded => from(resolve(reading, None)),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
