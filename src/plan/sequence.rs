//! The order of a plan's steps.
//!
//! In: the steps of runs of rows, in the order of rows. Out: by day (none first), step, customer, subscription, each with the place of
//! its row in the plan; those of a customer as a whole once. There are few days and fewer steps of different kinds: they are counted,
//! and each goes at once to where it belongs.

use std::{collections::BTreeMap, num::NonZeroU32};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::{StepRef, order::day_number, steps::SHARED};
use crate::{recognise::Subscription, terms::*};

/// Takes out the steps of customers as a whole, and adds them once each at the end, in the order of customers.
pub(super) fn share(steps: &mut Vec<Vec<StepRef>>, subscriptions: &[Subscription], places: &[u32]) {
    let taken = steps.par_iter_mut().map(|run| {
        let mut taken = Vec::new();
        run.retain(|step| {
            let customer = || subscriptions[step.row as usize].customer_id;
            let customer = SHARED.contains(&step.kind).then(customer).flatten();
            taken.extend(customer.map(|customer| (customer, step.clone())));
            customer.is_none()
        });
        taken
    });
    let mut shared: BTreeMap<(CustomerId, StepKind), StepRef> = BTreeMap::new();
    for (customer, step) in taken.collect::<Vec<_>>().iter().flatten() {
        merge(&mut shared, *customer, step, places);
    }
    steps.push(shared.into_values().collect());
}

/// One step for all of a customer's subscriptions: that of its first row, on the earliest day, with how many wait for it.
fn merge(shared: &mut BTreeMap<(CustomerId, StepKind), StepRef>, customer: CustomerId, step: &StepRef, places: &[u32]) {
    let place = |step: &StepRef| places[step.row as usize];
    shared
        .entry((customer, step.kind))
        .and_modify(|first| {
            let (due, count) = (
                first.due.min(step.due),
                first.number.map(|count| count.saturating_add(1)),
            );
            if place(step) < place(first) {
                *first = step.clone();
            }
            (first.due, first.number) = (due, count);
        })
        .or_insert_with(|| StepRef {
            number: Some(NonZeroU32::MIN),
            ..step.clone()
        });
}

/// Puts all steps in order. Within a day and a kind they come in the order of their customers: those that no customer shares have none
/// where others of their kind are shared, and none comes first.
pub(super) fn in_order(steps: Vec<Vec<StepRef>>, places: &[u32]) -> Vec<StepRef> {
    let key = |step: &StepRef| day_number(step.due) << u8::BITS | step.kind as u64;
    let mut begins: HashMap<u64, usize> = HashMap::new();
    for step in steps.iter().flatten() {
        *begins.entry(key(step)).or_default() += 1;
    }
    let mut keys: Vec<u64> = begins.keys().copied().collect();
    keys.sort_unstable();
    let mut total = 0;
    for key in keys {
        // First how many there are; then where they begin.
        if let Some(slot) = begins.get_mut(&key) {
            total += std::mem::replace(slot, total);
        }
    }
    let Some(any) = steps.iter().flatten().next() else {
        return Vec::new();
    };
    let mut ordered = vec![any.clone(); total];
    for run in steps {
        for step in run {
            if let Some(slot) = begins.get_mut(&key(&step)) {
                let row = places[step.row as usize];
                ordered[*slot] = StepRef { row, ..step };
                *slot += 1;
            }
        }
    }
    ordered
}
