//! The order of a plan's rows.
//!
//! In: decisions, in the order of customers and ids. Out: the indices of the rows by move date (none last), then in the order in which
//! they are. Of a million rows every comparison counts, so that each goes by one number.

use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;

use super::decide::Decided;
use crate::runs::one_each;

/// By place in the plan: the row's index.
pub(super) fn order_of(decided: &[Decided]) -> Vec<u32> {
    let key = |index: usize| {
        let day = decided
            .get(index)
            .map_or(0, |decided| day_number(decided.decision.move_date));
        day.checked_sub(1).unwrap_or(u64::from(u32::MAX)) << u32::BITS | index as u64
    };
    let mut order = one_each(decided.len(), 0, key);
    order.par_sort_unstable();
    order.into_iter().map(|key| key as u32).collect()
}

/// Where each number stands among numbers of which each stands there once.
pub(super) fn inverse(numbers: &[u32]) -> Vec<u32> {
    let mut places = vec![0; numbers.len()];
    for (place, &number) in (0..).zip(numbers) {
        places[number as usize] = place;
    }
    places
}

/// A number in the order of days, below 2^32: none is 0.
pub(super) fn day_number(day: Option<NaiveDate>) -> u64 {
    day.map_or(0, |day| {
        let years = u64::from((day.year() - NaiveDate::MIN.year()) as u32);
        years * 366 + u64::from(day.ordinal())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_in_their_order() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let days = [
            None,
            Some(NaiveDate::MIN),
            day("0001-01-01"),
            day("2027-12-30"),
            day("2027-12-31"),
            day("2028-01-01"),
            day("2028-12-31"),
            day("2029-01-01"),
            day("9999-12-31"),
            Some(NaiveDate::MAX),
        ];
        let numbers = days.map(day_number);
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        assert_eq!(numbers[0], 0);
        assert!(numbers[days.len() - 1] < 1 << u32::BITS);
    }

    #[test]
    fn numbers_are_inverted() {
        assert_eq!(inverse(&[2, 0, 3, 1]), [1, 3, 0, 2]);
        assert_eq!(inverse(&[]), [] as [u32; 0]);
    }
}
