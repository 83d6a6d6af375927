//! Dates, decided for a whole column.
//!
//! In: the cells of a column, one by one, on any number of threads. Out: for each a [`DateReading`] of a few bytes, and for the
//! column a [`Decision`] with the cell that decided. Refuses a column whose numbers can be read in two orders, unless a person
//! or the file's language says which; and one that a spreadsheet has half converted. Invariant: the evidence does not depend on
//! the order in which cells are added or parts merged.

mod evidence;
mod parse;
mod time;
mod token;

pub use evidence::{DateColumnEvidence, Decision};
pub use parse::read_date;

use chrono::{Datelike, Days, NaiveDate};

use super::values::Unreadable;
use crate::config::DateOrder;

/// Years that a date of a subscription may have where two digits leave its century and its place open.
const LIKELY_YEARS: std::ops::Range<i32> = 2005..2050;

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
    /// A real date cell, or the number behind one.
    Typed(NaiveDate),
    /// Plain numbers with the year first: `2026-05-03`, `2026. 05. 03.`
    YearFirst(NaiveDate),
    /// A date that nothing else can change: the month as a word, an instant (reduced to its UTC date).
    Certain(NaiveDate),
    /// Day and month in either order, then the year.
    Numeric {
        /// First number.
        a: u8,
        /// Second number.
        b: u8,
        /// The year, in four digits.
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
            (DateReading::Typed(date) | DateReading::YearFirst(date) | DateReading::Certain(date), _) => {
                return Some(date);
            }
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
        let date = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))?;
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

    /// Whether the column's order matters to it.
    pub fn is_numeric(self) -> bool {
        matches!(self, DateReading::Numeric { .. } | DateReading::Short { .. })
    }

    /// Its separator, where the column's order matters to it.
    fn separator(self) -> Option<Separator> {
        match self {
            DateReading::Numeric { separator, .. } | DateReading::Short { separator, .. } => Some(separator),
            _ => None,
        }
    }
}

/// Two digits of a year: 00 to 69 are of this century, 70 to 99 of the last.
fn full_year(two: u8) -> i16 {
    i16::from(two) + if two < 70 { 2000 } else { 1900 }
}

/// The date of a reading in its column's order; `None` where it says that there is none. Without an order only what reads the
/// same in every order is a date.
pub fn resolve(reading: DateReading, order: Option<DateOrder>) -> Result<Option<NaiveDate>, Unreadable> {
    const NO_DATE: Unreadable = Unreadable {
        why: "is no date we can read",
    };
    match (reading, order) {
        (DateReading::Empty | DateReading::NoEnd, _) => Ok(None),
        (DateReading::Unreadable, _) => Err(NO_DATE),
        (_, Some(order)) => reading.in_order(order).map(Some).ok_or(Unreadable {
            why: "is no date in the order of its column",
        }),
        (_, None) => {
            let orders = reading.orders();
            let dates: Vec<NaiveDate> = orders.into_iter().filter_map(|order| reading.in_order(order)).collect();
            match dates[..] {
                [first, second, ..] if dates.iter().all(|date| *date == first) && first == second => Ok(Some(first)),
                _ => Err(Unreadable {
                    why: "is a date in an order that nothing decides",
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests;
