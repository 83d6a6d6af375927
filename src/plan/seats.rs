//! How many seats of one offer a tenant may have, over all its subscriptions.
//!
//! In: the estate and its decisions. Out: decisions made again where a cap would be exceeded. The cap counts every live
//! subscription of the offer in the tenant, whoever sold it, and while both copies of one run it counts both: such an order fails.
//! Offers of one family share a policy on what remains once everything has moved: that is only said. Seats that are not known
//! count as none; they are for review by themselves.

use hashbrown::HashMap;

use super::{Reason, decide::Decided, estate::Estate};
use crate::{
    catalog::{Offer, Resolution},
    terms::*,
};

/// What counts together: one tenant, and one SKU or one family.
type Pool = (CustomerId, u32);

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

    fn count(&self, decided: &[Decided], key: impl Fn(&Offer) -> Option<Text>) -> HashMap<Pool, Count> {
        let mut names = Names::new(key);
        // Of each offer of the estate what it counts with, and of each target that and its cap: there are few.
        let mut sources: HashMap<u32, Option<u32>> = HashMap::new();
        let mut targets: HashMap<Text, Option<(u32, Seats)>> = HashMap::new();
        let mut pools: HashMap<Pool, Count> = HashMap::new();
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
                Resolution::Known { offer, .. } if subscription.state != Some(State::Deleted) => *sources
                    .entry(self.offer_number(index))
                    .or_insert_with(|| names.of(offer)),
                _ => None,
            };
            if let Some(name) = source {
                let count = pools.entry((customer_id, name)).or_default();
                count.running += seats;
                count.replaced += if orders { seats } else { 0 };
            }
            for target in decided.decision.targets.iter().filter(|_| orders) {
                let mut of_target = || {
                    let offer = self.context.catalog.by_order_id(&target.offer_id)?;
                    names.of(offer).zip(offer.seat_cap)
                };
                let known = match targets.get(&target.offer_id) {
                    Some(known) => *known,
                    None => *targets.entry(target.offer_id.clone()).insert(of_target()).get(),
                };
                let Some((name, cap)) = known else { continue };
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

/// The names that offers count by, each with a number.
struct Names<K> {
    key: K,
    numbers: HashMap<Text, u32>,
}

impl<K: Fn(&Offer) -> Option<Text>> Names<K> {
    fn new(key: K) -> Names<K> {
        Names {
            key,
            numbers: HashMap::new(),
        }
    }

    fn of(&mut self, offer: &Offer) -> Option<u32> {
        let next = self.numbers.len() as u32;
        Some(*self.numbers.entry((self.key)(offer)?).or_insert(next))
    }
}

/// What the cap counts by: the SKU id, which several offers may provision.
fn sku_of(offer: &Offer) -> Text {
    let sku_id = offer.sku_id.map(|id| Text::from(id.as_hyphenated().to_string()));
    sku_id.unwrap_or_else(|| offer.key.clone())
}
