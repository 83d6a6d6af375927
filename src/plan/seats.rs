//! How many seats of one offer a tenant may have, over all its subscriptions.
//!
//! In: the estate and its decisions. Out: decisions made again where a cap would be exceeded. The cap counts every live
//! subscription of the offer in the tenant, whoever sold it, and while both copies of one run it counts both: such an order fails.
//! Offers of one family share a policy on what remains once everything has moved: that is only said. Seats that are not known
//! count as none; they are for review by themselves.

use std::collections::BTreeMap;

use super::{Reason, decide::Decided, estate::Estate};
use crate::{
    catalog::{Offer, Resolution},
    terms::*,
};

/// What counts together: one tenant, and one SKU or one family.
type Pool = (CustomerId, Text);

/// Seats of a pool.
#[derive(Debug, Default)]
struct Count {
    cap: u64,
    /// Of live subscriptions, as they are today.
    running: u64,
    /// Of orders to come.
    ordered: u64,
    /// Of live subscriptions that such an order or another replaces.
    replaced: u64,
    /// The rows with an order.
    rows: Vec<usize>,
}

impl Estate<'_> {
    /// Orders that would exceed a cap together with what runs in the tenant.
    pub(super) fn limit_seats(&self, decided: &mut [Decided]) {
        let skus = self.count(decided, |offer| offer.seat_cap.map(|_| sku_of(offer)));
        for count in skus.values() {
            // One subscription over the cap by itself is told as such.
            if count.running + count.ordered > count.cap {
                self.impose(decided, &count.rows, Reason::SeatCapTogether);
            }
        }
        let families = self.count(decided, |offer| offer.cap_family.clone());
        for count in families.values() {
            if (count.running + count.ordered).saturating_sub(count.replaced) > count.cap {
                self.impose(decided, &count.rows, Reason::SeatCapFamily);
            }
        }
    }

    fn count(&self, decided: &[Decided], key: impl Fn(&Offer) -> Option<Text>) -> BTreeMap<Pool, Count> {
        let mut pools: BTreeMap<Pool, Count> = BTreeMap::new();
        for (index, decided) in decided.iter().enumerate() {
            let subscription = &self.subscriptions[index];
            let Some(customer_id) = subscription.customer_id else {
                continue;
            };
            let seats = subscription.seats.map_or(0, |seats| u64::from(seats.0));
            let orders = decided.decision.action == Action::Move
                && decided.decision.route == Some(Route::NewSubscription)
                && decided.imposed.ordered.is_none();
            let source = match self.resolution(index) {
                Resolution::Known { offer, .. } if subscription.state != Some(State::Deleted) => key(offer),
                _ => None,
            };
            if let Some(name) = source {
                let count = pools.entry((customer_id, name)).or_default();
                count.running += seats;
                count.replaced += if orders { seats } else { 0 };
            }
            let targets = decided.decision.targets.iter().filter(|_| orders);
            for offer in targets.filter_map(|target| self.context.catalog.by_order_id(&target.offer_id)) {
                let (Some(name), Some(cap)) = (key(offer), offer.seat_cap) else {
                    continue;
                };
                let count = pools.entry((customer_id, name)).or_default();
                count.cap = u64::from(cap.0);
                count.ordered += seats;
                count.rows.push(index);
            }
        }
        pools.retain(|_, count| !count.rows.is_empty());
        pools
    }

    fn impose(&self, decided: &mut [Decided], rows: &[usize], reason: Reason) {
        for &index in rows {
            if decided[index].imposed.reason.is_none() {
                self.decide_again(decided, index, |imposed| imposed.reason = Some(reason));
            }
        }
    }
}

/// What the cap counts by: the SKU id, which several offers may provision.
fn sku_of(offer: &Offer) -> Text {
    let sku_id = offer.sku_id.map(|id| Text::from(id.as_hyphenated().to_string()));
    sku_id.unwrap_or_else(|| offer.key.clone())
}
