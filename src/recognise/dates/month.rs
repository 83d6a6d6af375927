//! A cell that names a month.
//!
//! In: a cell of a column that says which month a row tells of, such as `2026-09` or `Sep 2026`. Out: the month's first day. Used
//! only to tell which of two rows is newer, never as a date of a subscription: no day stands in the cell.

use chrono::{Datelike, NaiveDate};

use super::{LIKELY_YEARS, common_year, parse::parts, token::tokens};
use crate::{read::Cell, recognise::vocabulary::Vocabulary};

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
