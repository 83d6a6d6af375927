//! How many seats of one offer a tenant may have, over all its subscriptions.
//!
//! In: the estate and its decisions. Out: decisions made again where a cap would be exceeded, each with its sum. The cap counts on the
//! day of an order every subscription of the offer that stands in the tenant on that day, whoever sold it, and while both copies of one
//! run it counts both: such an order fails. Offers of one family share a policy on what remains once everything has moved: that is only
//! said. Seats that are not known count as none; they are for review by themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    ops::Range,
    sync::Arc,
};

use chrono::NaiveDate;
use hashbrown::{HashMap, HashSet};

use super::{
    PlanTarget, Reason,
    at_once::{Tally, target_from},
    decide::Decided,
    estate::{Estate, Imposed},
};
use crate::{
    catalog::{Offer, Resolution},
    terms::*,
};

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
        let counting = self.counting(key);
        let over = self.by_customer(&|_, rows, over| {
            for pool in self.pools(decided, rows, &counting) {
                over.extend(self.over(pool, reason));
            }
        });
        // An order that is over the cap in several pools is told of by the first, in the order of their names.
        let mut told: HashSet<usize> = HashSet::new();
        let mut imposed = Vec::new();
        for Over { index, sum } in over {
            let own: &Imposed = &decided[index].imposed;
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

    /// What counts together in a tenant, where all of it together exceeds the cap; hardly any tenant comes near one.
    fn pools(&self, decided: &[Decided], rows: Range<usize>, counting: &Counting) -> Vec<Together> {
        let is_capped = |target: &PlanTarget| counting.targets.contains_key(&target.offer_id);
        let orders_capped = |index: usize| {
            target_from(&decided[index]).is_some() && decided[index].decision.targets.iter().any(is_capped)
        };
        if !rows.clone().any(orders_capped) {
            return Vec::new();
        }
        let parts = self.parts(decided, rows, counting);
        let pools = parts.chunk_by(|one, next| one.pool == next.pool);
        let exceeds = |pool: &&[Pooled<'_>]| {
            let seats: u64 = pool.iter().map(|one| one.part.seats).sum();
            let cap = pool.iter().filter_map(|one| one.cap).map(|cap| cap.seats).max();
            cap.is_some_and(|cap| seats > cap)
        };
        pools.filter(exceeds).map(|pool| self.together(decided, pool)).collect()
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
        let counting = self.counting(key);
        let parts = self.parts(decided, self.of_its_customer(index), &counting);
        parts.chunk_by(|one, next| one.pool == next.pool).find_map(|pool| {
            let together = self.together(decided, pool).in_order(self);
            let mut orders = together.entries.iter().filter(|entry| entry.is_order());
            let day = day_of(reason, orders.find(|entry| entry.index == index)?);
            together.sum(self, day, &together.tallies())
        })
    }

    fn together(&self, decided: &[Decided], pool: &[Pooled<'_>]) -> Together {
        let mut together = Together::default();
        for one in pool {
            together.add(self.entry(decided, one.part), one.cap);
        }
        together
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

    /// By what offers count, those of the estate and those that may be ordered: names are numbered in their order. What no offer to
    /// order counts with has no cap.
    fn counting(&self, key: Key) -> Counting {
        let mut capped = Vec::new();
        for (id, offer) in self.context.catalog.to_order() {
            if let (Some(Seats(cap)), Some(name)) = (offer.seat_cap, key(offer)) {
                let cap = Cap {
                    seats: u64::from(cap),
                    key: offer.key.clone(),
                    source: offer.source.clone(),
                    certainty: offer.certainty,
                };
                capped.push((Text::from(id), name, cap));
            }
        }
        let names: BTreeSet<Text> = capped.iter().map(|(_, name, _)| name.clone()).collect();
        let numbers: HashMap<Text, u32> = names.into_iter().zip(0..).collect();
        let number = |name: Text| numbers.get(&name).copied();
        let of_source = |resolution: &Resolution| match resolution {
            Resolution::Known { offer, .. } => number(key(offer)?),
            Resolution::Ambiguous(_) | Resolution::Unknown => None,
        };
        let targets = capped.into_iter();
        Counting {
            sources: self.resolutions().iter().map(of_source).collect(),
            targets: targets
                .filter_map(|(id, name, cap)| Some((id, (number(name)?, cap))))
                .collect(),
        }
    }

    /// The parts of all pools of a tenant, pool by pool, those of one in the order of rows and targets.
    fn parts<'c>(&self, decided: &[Decided], rows: Range<usize>, counting: &'c Counting) -> Vec<Pooled<'c>> {
        let mut parts = Vec::new();
        rows.for_each(|index| self.add_parts(index, &decided[index], counting, &mut parts));
        parts.sort_by_key(|part| part.pool);
        parts
    }

    /// Adds a row's source and targets with what they count with, and of a target its cap.
    fn add_parts<'c>(&self, index: usize, decided: &Decided, counting: &'c Counting, parts: &mut Vec<Pooled<'c>>) {
        let subscription = &self.subscriptions[index];
        let seats = subscription.seats.map_or(0, |seats| u64::from(seats.0));
        let mut count = |pool, from, cap| {
            parts.push(Pooled {
                pool,
                part: Part { index, seats, from },
                cap,
            });
        };
        let source = counting.sources[self.offer_number(index) as usize];
        if let Some(number) = source.filter(|_| subscription.state != Some(State::Deleted)) {
            count(number, None, None);
        }
        let from = target_from(decided);
        for target in decided.decision.targets.iter().filter(|_| from.is_some()) {
            if let Some((number, cap)) = counting.targets.get(&target.offer_id) {
                count(*number, from, Some(cap));
            }
        }
    }
}

/// By what offers count, by numbers.
struct Counting {
    /// Of each offer of the estate.
    sources: Vec<Option<u32>>,
    /// Of each offer to order that has a cap, by its id.
    targets: HashMap<Text, (u32, Cap)>,
}

/// A part of what counts together in a tenant: one SKU or one family.
struct Pooled<'a> {
    pool: u32,
    part: Part,
    /// Of a target.
    cap: Option<&'a Cap>,
}

/// The day on which an order counts: its own, or that on which everything has moved.
fn day_of(reason: Reason, order: &Entry) -> Option<NaiveDate> {
    order.from.filter(|_| reason != Reason::SeatCapFamily)
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
