//! How many seats of one offer a tenant may have, over all its subscriptions.
//!
//! In: the estate and its decisions. Out: decisions made again where a cap would be exceeded, each with its sum. The cap counts on the
//! day of an order every subscription of the offer that stands in the tenant on that day, whoever sold it, and while both copies of one
//! run it counts both: such an order fails. Offers of one family share a policy on what remains once everything has moved: that is only
//! said. Seats that are not known count as none; they are for review by themselves.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use chrono::NaiveDate;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::{
    Reason,
    at_once::{Tally, target_from},
    decide::Decided,
    estate::{Estate, Imposed},
};
use crate::{
    catalog::{Offer, Resolution},
    terms::*,
};

/// What counts together: one tenant, and one SKU or one family.
type Pool = (CustomerId, u32);
/// By what offers count together.
type Key = fn(&Offer) -> Option<Text>;

/// How many parts of a sum are named one by one.
const PARTS: usize = 12;

/// Seats of one source, or of what is ordered for it.
#[derive(Debug, Clone, Copy)]
struct Part {
    index: usize,
    seats: u64,
    /// The day of the order; none: it is the source, which stands already.
    from: Option<NaiveDate>,
}

/// The same with the days on which they stand.
#[derive(Debug, Clone, Copy)]
struct Entry {
    index: usize,
    seats: u64,
    /// From this day; none: they stand already.
    from: Option<NaiveDate>,
    /// Until this day; none: no end is planned.
    until: Option<NaiveDate>,
}

impl Entry {
    fn is_order(&self) -> bool {
        self.from.is_some()
    }

    /// Whether it stands on a day; none: once everything has moved.
    fn stands(&self, day: Option<NaiveDate>) -> bool {
        match day {
            Some(day) => self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until),
            None => self.until.is_none(),
        }
    }
}

/// The cap of a target, by the row of the catalogue's table of offers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cap {
    seats: u64,
    key: Text,
    source: Text,
    certainty: Certainty,
}

/// What counts together, with the cap.
#[derive(Debug, Default)]
struct Together {
    entries: Vec<Entry>,
    cap: Option<Cap>,
}

impl Together {
    fn add(&mut self, entry: Entry, cap: Option<&Cap>) {
        self.entries.push(entry);
        if let Some(cap) = cap {
            self.cap = Some(cap.clone());
        }
    }

    /// How many seats stand on each day, and of how many sources and targets.
    fn tallies(&self) -> (Tally, Tally) {
        let (mut seats, mut count) = (Tally::default(), Tally::default());
        for entry in &self.entries {
            seats.add(entry.seats, entry.from, entry.until);
            count.add(1, entry.from, entry.until);
        }
        (seats.done(), count.done())
    }

    /// The sum of a day; the entries stand in the order of their ids.
    fn sum(&self, estate: &Estate<'_>, day: Option<NaiveDate>, tallies: &(Tally, Tally)) -> Option<SeatSum> {
        let on = day.unwrap_or(NaiveDate::MAX);
        let total = tallies.0.on(on);
        let standing = self.entries.iter().filter(|entry| entry.stands(day)).take(PARTS);
        let parts: Vec<(Id, bool, u64)> = standing
            .map(|entry| {
                let id = estate.subscriptions[entry.index].id.clone();
                (id, entry.is_order(), entry.seats)
            })
            .collect();
        let named: u64 = parts.iter().map(|(.., seats)| seats).sum();
        Some(SeatSum {
            day,
            more: (
                tallies.1.on(on).saturating_sub(parts.len() as u64),
                total.saturating_sub(named),
            ),
            parts,
            total,
            cap: self.cap.clone()?,
        })
    }

    fn in_order(mut self, estate: &Estate<'_>) -> Together {
        self.entries
            .sort_by_key(|entry| (&estate.subscriptions[entry.index].id, entry.is_order()));
        self
    }
}

/// An order that would exceed the cap.
struct Over {
    index: usize,
    sum: Arc<SeatSum>,
}

/// Seats that count together beside their cap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeatSum {
    /// The day of the order; none: once everything has moved.
    day: Option<NaiveDate>,
    /// The first few of them: whose, whether to be ordered for it, how many.
    parts: Vec<(Id, bool, u64)>,
    /// How many more there are, and their seats.
    more: (u64, u64),
    total: u64,
    cap: Cap,
}

impl SeatSum {
    /// The sum in words, for one of its subscriptions: `on 2027-01-28, the day of the order: 200 (this one) + 200 (its target) = 400
    /// licences, at most 300`.
    pub(super) fn said(&self, own: &Id) -> String {
        let mut said = match self.day {
            Some(day) => format!("on {day}, the day of the order: "),
            None => "once everything has moved: ".to_owned(),
        };
        for (number, (id, ordered, seats)) in self.parts.iter().enumerate() {
            let plus = if number > 0 { " + " } else { "" };
            let _ = match (id == own, *ordered) {
                (true, false) => write!(said, "{plus}{seats} (this one)"),
                (true, true) => write!(said, "{plus}{seats} (its target)"),
                (false, false) => write!(said, "{plus}{seats} ({id})"),
                (false, true) => write!(said, "{plus}{seats} (the target of {id})"),
            };
        }
        if self.more.0 > 0 {
            let _ = write!(said, " + {} ({} more)", self.more.1, self.more.0);
        }
        let Cap {
            seats,
            key,
            source,
            certainty,
        } = &self.cap;
        let _ = write!(
            said,
            " = {} licences, at most {seats} by the row `{key}` of the offers ({certainty}: {source})",
            self.total
        );
        said
    }
}

impl Estate<'_> {
    /// Orders that would exceed a cap together with what stands in the tenant on their day.
    pub(super) fn limit_seats(&self, decided: &mut [Decided]) {
        // One subscription over the cap by itself is told as such.
        self.limit_by(decided, sku, Reason::SeatCapTogether);
        self.limit_by(decided, family, Reason::SeatCapFamily);
    }

    fn limit_by(&self, decided: &mut [Decided], key: Key, reason: Reason) {
        // Hardly any tenant comes near a cap: their parts are only looked at where all of them together exceed it.
        let mut totals: HashMap<Pool, (u64, u64)> = HashMap::new();
        self.each(decided, key, |pool, part, cap| {
            let total = totals.entry(pool).or_default();
            total.0 += part.seats;
            total.1 = total.1.max(cap.map_or(0, |cap| cap.seats));
        });
        let near: HashSet<Pool> = totals
            .into_iter()
            .filter(|(_, (seats, cap))| *cap > 0 && seats > cap)
            .map(|(pool, _)| pool)
            .collect();
        if near.is_empty() {
            return;
        }
        let mut pools: HashMap<Pool, Together> = HashMap::with_capacity(near.len());
        self.each(decided, key, |pool, part, cap| {
            if near.contains(&pool) {
                let entry = self.entry(decided, part);
                pools.entry(pool).or_default().add(entry, cap);
            }
        });
        let mut pools: Vec<(Pool, Together)> = pools.into_iter().collect();
        pools.par_sort_unstable_by_key(|(pool, _)| *pool);
        let over = pools.into_par_iter().map(|(_, together)| self.over(together, reason));
        let over: Vec<Vec<Over>> = over.collect();
        // An order that is over the cap in several pools is told of by the first.
        let mut told: HashSet<usize> = HashSet::new();
        let mut imposed = Vec::new();
        for Over { index, sum } in over.into_iter().flatten() {
            let own = &decided[index].imposed;
            if own.reason.is_none() && told.insert(index) {
                let more = Imposed {
                    reason: Some(reason),
                    seats: Some(sum),
                    ..own.clone()
                };
                imposed.push((index, more));
            }
        }
        self.decide_all_again(decided, imposed);
    }

    /// The orders of a pool on whose day its cap is exceeded.
    fn over(&self, together: Together, reason: Reason) -> Vec<Over> {
        let together = together.in_order(self);
        let Some(cap) = &together.cap else {
            return Vec::new();
        };
        let tallies = together.tallies();
        let mut sums: BTreeMap<Option<NaiveDate>, Option<Arc<SeatSum>>> = BTreeMap::new();
        let mut over = Vec::new();
        for order in together.entries.iter().filter(|entry| entry.is_order()) {
            let day = day_of(reason, order);
            if tallies.0.on(day.unwrap_or(NaiveDate::MAX)) <= cap.seats {
                continue;
            }
            let sum = sums.entry(day);
            let sum = sum.or_insert_with(|| together.sum(self, day, &tallies).map(Arc::new));
            over.extend(sum.clone().map(|sum| Over {
                index: order.index,
                sum,
            }));
        }
        over
    }

    /// What counts together with a row's order by one of the reasons, as planned; none where nothing is ordered or nothing capped.
    pub(super) fn seat_sum(&self, decided: &[Decided], index: usize, reason: Reason) -> Option<SeatSum> {
        let key: Key = match reason {
            Reason::SeatCapFamily => family,
            _ => sku,
        };
        let mut pools: BTreeMap<Pool, Together> = BTreeMap::new();
        self.each(decided, key, |pool, part, cap| {
            if Some(pool.0) == self.subscriptions[index].customer_id {
                let entry = self.entry(decided, part);
                pools.entry(pool).or_default().add(entry, cap);
            }
        });
        pools.into_values().find_map(|together| {
            let together = together.in_order(self);
            let mut orders = together.entries.iter().filter(|entry| entry.is_order());
            let day = day_of(reason, orders.find(|entry| entry.index == index)?);
            together.sum(self, day, &together.tallies())
        })
    }

    /// The days of a part.
    fn entry(&self, decided: &[Decided], Part { index, seats, from }: Part) -> Entry {
        let until = match from {
            Some(_) => None,
            None => self.source_until(index, &decided[index]),
        };
        Entry {
            index,
            seats,
            from,
            until,
        }
    }

    /// Tells of every source and target what it counts with, and of a target its cap.
    fn each(&self, decided: &[Decided], key: Key, mut tell: impl FnMut(Pool, Part, Option<&Cap>)) {
        let mut names = Names::default();
        // Of each offer of the estate what it counts with, and of each target that and its cap: there are few.
        let mut sources: HashMap<u32, Option<u32>> = HashMap::new();
        let mut targets: HashMap<Text, Option<(u32, Cap)>> = HashMap::new();
        for (index, decided) in decided.iter().enumerate() {
            let subscription = &self.subscriptions[index];
            let Some(customer_id) = subscription.customer_id else {
                continue;
            };
            let seats = subscription.seats.map_or(0, |seats| u64::from(seats.0));
            let source = match self.resolution(index) {
                Resolution::Known { offer, .. } if subscription.state != Some(State::Deleted) => *sources
                    .entry(self.offer_number(index))
                    .or_insert_with(|| names.of(key(offer)?)),
                _ => None,
            };
            if let Some(name) = source {
                let from = None;
                tell((customer_id, name), Part { index, seats, from }, None);
            }
            let from = target_from(decided);
            if from.is_none() {
                continue;
            }
            for target in &decided.decision.targets {
                let mut of_target = || {
                    let offer = self.context.catalog.by_order_id(&target.offer_id)?;
                    let cap = Cap {
                        seats: u64::from(offer.seat_cap?.0),
                        key: offer.key.clone(),
                        source: offer.source.clone(),
                        certainty: offer.certainty,
                    };
                    Some((names.of(key(offer)?)?, cap))
                };
                if !targets.contains_key(&target.offer_id) {
                    let known = of_target();
                    targets.insert(target.offer_id.clone(), known);
                }
                let Some(Some((name, cap))) = targets.get(&target.offer_id) else {
                    continue;
                };
                tell((customer_id, *name), Part { index, seats, from }, Some(cap));
            }
        }
    }
}

/// The day on which an order counts: its own, or that on which everything has moved.
fn day_of(reason: Reason, order: &Entry) -> Option<NaiveDate> {
    order.from.filter(|_| reason != Reason::SeatCapFamily)
}

/// The names that offers count by, each with a number.
#[derive(Default)]
struct Names {
    numbers: HashMap<Text, u32>,
}

impl Names {
    fn of(&mut self, name: Text) -> Option<u32> {
        let next = self.numbers.len() as u32;
        Some(*self.numbers.entry(name).or_insert(next))
    }
}

/// What the cap of an offer counts by: the SKU id, which several offers may provision.
fn sku(offer: &Offer) -> Option<Text> {
    offer.seat_cap?;
    let sku_id = offer.sku_id.map(|id| Text::from(id.as_hyphenated().to_string()));
    Some(sku_id.unwrap_or_else(|| offer.key.clone()))
}

fn family(offer: &Offer) -> Option<Text> {
    offer.cap_family.clone()
}
