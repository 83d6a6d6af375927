//! Transfer requests: a request takes only so many subscriptions.
//!
//! In: the steps of a plan and the subscriptions of its rows. Out: each step that sends a request says which of the customer's requests it belongs to.
//! A request goes to one source partner for one customer; the subscriptions that are due first are in the first. Keeps the order
//! independent of the order of inputs.

use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::{StepRef, TransferRequest};
use crate::{recognise::Subscription, terms::*};

/// Numbers the requests of each customer and source partner, which are the answer; `of_row` gives the subscription of a row.
pub(super) fn number<'a>(
    steps: &mut [StepRef],
    of_row: impl Fn(u32) -> &'a Subscription,
    most: u32,
) -> Vec<TransferRequest> {
    let most = most.max(1) as usize;
    // Their customer, the source partner, the day, the id, the step.
    type Key<'a> = (Option<CustomerId>, Option<&'a Id>, Option<NaiveDate>, &'a Id, usize);
    let key = |(index, step): (usize, &StepRef)| -> Option<Key<'a>> {
        let subscription = (step.kind == StepKind::RequestTransfer).then(|| of_row(step.row))?;
        let seller = subscription.seller_id.as_deref();
        Some((subscription.customer_id, seller, step.due, &subscription.id, index))
    };
    let mut sent: Vec<Key<'a>> = steps.iter().enumerate().filter_map(key).collect();
    sent.sort_unstable();
    let mut requests = Vec::new();
    let together = |a: &Key<'_>, b: &Key<'_>| (a.0, a.1) == (b.0, b.1);
    for sent in sent.chunk_by(together) {
        let of = u32::try_from(sent.chunks(most).len()).unwrap_or(u32::MAX);
        for (number, request) in (1..).zip(sent.chunks(most)) {
            let items = u32::try_from(request.len()).unwrap_or(u32::MAX);
            requests.push(TransferRequest { number, of, items });
            let place = u32::try_from(requests.len()).ok().and_then(NonZeroU32::new);
            for &(.., index) in request {
                if let Some(step) = steps.get_mut(index) {
                    step.request = place;
                }
            }
        }
    }
    requests
}
