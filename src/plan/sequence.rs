//! The order of a plan's steps.
//!
//! In: the steps of rows, in the order of rows. Out: [`StepRefs`]: by day (none first), step, customer, subscription, each with the
//! place of its row in the plan; those of a customer as a whole once. There are few days and fewer steps of different kinds: they are
//! counted, and each goes at once to where it belongs. Steps themselves stay where they are, and only their numbers are put in order.

use std::{collections::BTreeMap, num::NonZeroU32};

use hashbrown::HashMap;

use super::{StepRef, order::day_number, steps::SHARED};
use crate::{recognise::Subscription, terms::*};

/// The steps of a plan, in their order.
#[derive(Debug, Clone, Default)]
pub struct StepRefs {
    /// In the order of customers and their subscriptions; those of customers as a whole come after all others.
    kept: Vec<StepRef>,
    /// Their numbers.
    order: Vec<u32>,
}

impl StepRefs {
    /// The steps.
    pub fn iter(&self) -> impl Iterator<Item = &StepRef> + Clone {
        self.order.iter().filter_map(|&number| self.get(number))
    }

    /// The numbers of the steps, in their order.
    pub fn numbers(&self) -> &[u32] {
        &self.order
    }

    /// A step by its number.
    pub fn get(&self, number: u32) -> Option<&StepRef> {
        self.kept.get(number as usize)
    }
}

impl PartialEq for StepRefs {
    fn eq(&self, other: &StepRefs) -> bool {
        self.iter().eq(other.iter())
    }
}

impl FromIterator<StepRef> for StepRefs {
    /// Steps that are in order.
    fn from_iter<I: IntoIterator<Item = StepRef>>(steps: I) -> StepRefs {
        let kept: Vec<StepRef> = steps.into_iter().collect();
        let order = (0..kept.len() as u32).collect();
        StepRefs { kept, order }
    }
}

/// Takes out the steps of customers as a whole, and adds them once each at the end, in the order of customers.
pub(super) fn share(steps: &mut Vec<StepRef>, subscriptions: &[Subscription], places: &[u32]) {
    let mut shared: BTreeMap<(CustomerId, StepKind), StepRef> = BTreeMap::new();
    steps.retain(|step| {
        let customer = || subscriptions[step.row as usize].customer_id;
        let customer = SHARED.contains(&step.kind).then(customer).flatten();
        customer
            .into_iter()
            .for_each(|customer| merge(&mut shared, customer, step, places));
        customer.is_none()
    });
    steps.extend(shared.into_values());
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
pub(super) fn in_order(mut steps: Vec<StepRef>, places: &[u32]) -> StepRefs {
    let key = |step: &StepRef| day_number(step.due) << u8::BITS | step.kind as u64;
    let mut begins: HashMap<u64, usize> = HashMap::new();
    for step in &steps {
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
    let mut order = vec![0; total];
    for (number, step) in (0..).zip(&mut steps) {
        if let Some(slot) = begins.get_mut(&key(step)) {
            order[*slot] = number;
            *slot += 1;
            step.row = places[step.row as usize];
        }
    }
    StepRefs { kept: steps, order }
}
