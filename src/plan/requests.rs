//! Transfer requests: a request takes only so many subscriptions.
//!
//! In: the steps of a plan and the subscriptions of its rows. Out: each step that sends a request says which of the customer's requests it belongs to.
//! A request goes to one source partner for one customer; the subscriptions that are due first are in the first. Keeps the order
//! independent of the order of inputs.

use std::collections::BTreeMap;

use super::{StepRef, TransferRequest};
use crate::{recognise::Subscription, terms::*};

/// Numbers the requests of each customer and source partner; `of_row` gives the subscription of a row.
pub(super) fn number<'a>(steps: &mut [StepRef], of_row: impl Fn(u32) -> &'a Subscription, most: u32) {
    let most = most.max(1) as usize;
    let mut together: BTreeMap<(Option<CustomerId>, Option<&Id>), Vec<usize>> = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        if step.kind != StepKind::RequestTransfer {
            continue;
        }
        let subscription = of_row(step.row);
        let key = (subscription.customer_id, subscription.seller_id.as_ref());
        together.entry(key).or_default().push(index);
    }
    for mut indices in together.into_values() {
        indices.sort_by_key(|&index| {
            let step = steps.get(index);
            let id = step.map(|step| &of_row(step.row).id);
            (step.and_then(|step| step.due), id)
        });
        let of = u32::try_from(indices.chunks(most).len()).unwrap_or(u32::MAX);
        for (number, request) in (1..).zip(indices.chunks(most)) {
            let items = u32::try_from(request.len()).unwrap_or(u32::MAX);
            for &index in request {
                if let Some(step) = steps.get_mut(index) {
                    step.request = Some(TransferRequest { number, of, items });
                }
            }
        }
    }
}
