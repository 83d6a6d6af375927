//! The order of a plan's rows.
//!
//! In: subscriptions and their decisions. Out: an [`Order`]: by move date (none last), customer, id. Of a million rows every
//! comparison counts, so that each goes by one number.

use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;

use super::decide::Decided;
use crate::{recognise::Subscription, terms::*};

/// The rows in the order of the plan.
pub(super) struct Order {
    /// By place: the row's index before.
    pub(super) indices: Vec<u32>,
    /// By place: where the row stands among all in the order of customers and ids.
    pub(super) ranks: Vec<u32>,
}

/// Puts rows in order.
pub(super) fn order_of(subscriptions: &[Subscription], decided: &[Decided]) -> Order {
    let mut by_id: Vec<u32> = (0..subscriptions.len() as u32).collect();
    let id = |index: u32| &subscriptions[index as usize].id;
    by_id.sort_unstable_by(|&a, &b| id(a).cmp(id(b)).then(a.cmp(&b)));
    let customer = |index: u32| {
        subscriptions[index as usize]
            .customer_id
            .map(|CustomerId(id)| id.as_u128())
    };
    let mut customers: Vec<u128> = by_id.iter().filter_map(|&index| customer(index)).collect();
    customers.par_sort_unstable();
    customers.dedup();
    // Whose it is, none first, and the rank of its id.
    let of_customer = |(rank, &index): (usize, &u32)| {
        let customer = customer(index).map_or(0, |id| customers.partition_point(|&other| other < id) + 1);
        (customer as u128) << u32::BITS | rank as u128
    };
    let mut by_customer: Vec<u128> = by_id.par_iter().enumerate().map(of_customer).collect();
    by_customer.par_sort_unstable();
    let by_customer: Vec<u32> = by_customer.into_iter().map(|key| key as u32).collect();
    let key = |(&index, &by_customer): (&u32, &u32)| {
        let day = day_number(decided[index as usize].decision.move_date);
        let day = u128::from(day.checked_sub(1).unwrap_or(u64::MAX));
        (day << u32::BITS | u128::from(by_customer)) << u32::BITS | u128::from(index)
    };
    let mut order: Vec<u128> = by_id.iter().zip(&inverse(&by_customer)).map(key).collect();
    order.par_sort_unstable();
    Order {
        ranks: order.iter().map(|key| (key >> u32::BITS) as u32).collect(),
        indices: order.into_iter().map(|key| key as u32).collect(),
    }
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
