//! Cells and columns that name months.
//!
//! In: a cell of a column that says which month a row tells of, such as `2026-09` or `Sep 2026`; all dates of a column of months.
//! Out: the month's first day; the order in which every date is the first of its month. Used only to tell which of two rows
//! is newer, and how a program writes dates, never as a date of a subscription: no day stands in the cell.

use std::{collections::HashSet, sync::LazyLock};

use chrono::{Datelike, NaiveDate};

use super::{DateReading, LIKELY_YEARS, common_year, parse::parts, token::tokens};
use crate::{
    config::DateOrder,
    read::Cell,
    recognise::vocabulary::{Vocabulary, fold},
};

const MONTH_HEADINGS: &str = include_str!("month_headings.csv");

static HEADINGS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let headings = MONTH_HEADINGS.lines().skip(1);
    headings.filter_map(|line| line.split(',').next().map(fold)).collect()
});

/// Whether a row's date under this heading says of which month the row tells.
pub fn means_month(heading: &str) -> bool {
    HEADINGS.contains(&fold(heading))
}

/// The only order in which every date of a column of months is the first of one, and the first date, by its row, that is none
/// in the other order.
pub fn order_of_months(dates: impl Iterator<Item = (u32, DateReading)>) -> Option<(DateOrder, u32)> {
    let mut other: [Option<u32>; 2] = [None; 2];
    let orders = [DateOrder::Dmy, DateOrder::Mdy];
    for (row, reading) in dates.filter(|(_, reading)| reading.is_numeric()) {
        for (order, none) in orders.iter().zip(&mut other) {
            if reading.in_order(*order).is_none_or(|date| date.day() != 1) {
                *none = Some(none.map_or(row, |first| first.min(row)));
            }
        }
    }
    match other {
        [None, Some(row)] => Some((DateOrder::Dmy, row)),
        [Some(row), None] => Some((DateOrder::Mdy, row)),
        _ => None,
    }
}

/// The first day of the month that a cell names.
pub fn read_month(cell: Cell<'_>, v: &Vocabulary) -> Option<NaiveDate> {
    let Cell::Text(text) = cell else { return None };
    let tokens = tokens(text.trim())?;
    let parts = parts(&tokens, v)?;
    let (year, month) = match (&parts.numbers[..], parts.month) {
        (&[(year, 4, _)], Some(month)) => (year, month),
        (&[(year, 4, _), (month, ..=2, _)] | &[(month, ..=2, _), (year, 4, _)], None) => (year, month),
        (&[(both, 6, _)], None) => (both / 100, both % 100),
        _ => return None,
    };
    let first = NaiveDate::from_ymd_opt(common_year(i32::try_from(year).ok()?), month, 1)?;
    LIKELY_YEARS.contains(&first.year()).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_show_the_order_in_which_each_is_a_first() {
        let v = Vocabulary::embedded();
        let order = |cells: &[&str]| {
            let read = |text: &&str| crate::recognise::dates::read_date(Cell::Text(text), &v);
            order_of_months((2..).zip(cells.iter().map(read)))
        };
        assert_eq!(order(&["1/1/2026", "2/1/2026", "3/1/2026"]), Some((DateOrder::Mdy, 3)));
        assert_eq!(order(&["1/3/2026", "1/1/2026"]), Some((DateOrder::Dmy, 2)));
        assert_eq!(order(&["1/1/2026", "1/1/2027"]), None, "the same in both");
        assert_eq!(order(&["1/2/2026", "2/1/2026"]), None, "in neither");
        assert!(means_month("Month") && means_month("hónap") && !means_month("Report date"));
    }

    #[test]
    fn every_heading_of_months_is_one_of_a_rows_date() {
        let v = Vocabulary::embedded();
        for line in MONTH_HEADINGS.lines().skip(1) {
            let heading = line.split(',').next().unwrap_or_default();
            let found = v.heading(heading).map(|found| found.field);
            assert_eq!(found, Some(crate::recognise::Field::RowDate), "{line}");
        }
    }

    #[test]
    fn months_are_read_without_a_day() {
        let v = Vocabulary::embedded();
        for text in [
            "2026-09",
            "2026/9",
            "09/2026",
            "Sep 2026",
            "September 2026",
            "202609",
            "2026. szept.",
        ] {
            assert_eq!(
                read_month(Cell::Text(text), &v),
                NaiveDate::from_ymd_opt(2026, 9, 1),
                "{text}"
            );
        }
        for text in ["2026-13", "2026", "Sep 26", "2026-09-01", "1026-09", "soon", ""] {
            assert_eq!(read_month(Cell::Text(text), &v), None, "{text}");
        }
    }
}
