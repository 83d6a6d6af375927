//! Transfer requests: a request takes only so many subscriptions.
//!
//! In: the steps of rows, and their subscriptions. Out: each step that sends a request says which of the customer's requests it belongs to.
//! A request goes to one source partner for one customer; the subscriptions that are due first are in the first. Keeps the order
//! independent of the order of inputs.

use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::{StepRef, TransferRequest};
use crate::{recognise::Subscription, terms::*};

/// Numbers the requests of each customer and source partner, which are the answer; the steps have the index of their subscription.
pub(super) fn number(steps: &mut [StepRef], subscriptions: &[Subscription], most: u32) -> Vec<TransferRequest> {
    let most = most.max(1) as usize;
    // Their customer, the source partner, the day, the id.
    type Key<'a> = (Option<CustomerId>, Option<&'a Id>, Option<NaiveDate>, &'a Id);
    let key = |step: &StepRef| -> Key<'_> {
        let subscription = &subscriptions[step.row as usize];
        let seller = subscription.seller_id.as_deref();
        (subscription.customer_id, seller, step.due, &subscription.id)
    };
    let sends = |step: &&mut StepRef| step.kind == StepKind::RequestTransfer;
    let sent = steps.iter_mut().filter(sends);
    let mut sent: Vec<(Key<'_>, &mut StepRef)> = sent.map(|step| (key(step), step)).collect();
    sent.sort_by_key(|(key, _)| *key);
    let mut requests = Vec::new();
    for sent in sent.chunk_by_mut(|(a, _), (b, _)| (a.0, a.1) == (b.0, b.1)) {
        let of = u32::try_from(sent.len().div_ceil(most)).unwrap_or(u32::MAX);
        for (number, request) in (1..).zip(sent.chunks_mut(most)) {
            let items = u32::try_from(request.len()).unwrap_or(u32::MAX);
            requests.push(TransferRequest { number, of, items });
            let place = u32::try_from(requests.len()).ok().and_then(NonZeroU32::new);
            for (_, step) in request {
                step.number = place;
            }
        }
    }
    requests
}
