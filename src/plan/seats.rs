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
    RUN, Reason,
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
        let counting = self.counting(decided, key);
        let of_run = |(run, decided): (usize, &[Decided])| {
            let mut counted = Vec::new();
            for (index, decided) in (run * RUN..).zip(decided) {
                self.parts(index, decided, &counting, |part| counted.push(part));
            }
            counted
        };
        let mut counted: Vec<Pooled<'_>> = decided.par_chunks(RUN).enumerate().flat_map_iter(of_run).collect();
        // Parts of a pool stay in the order of rows and targets.
        counted.par_sort_by_key(|one| one.pool);
        let pools = counted.par_chunk_by(|one, next| one.pool == next.pool);
        let over = pools.map(|pool| {
            // Hardly any tenant comes near a cap: its parts are only looked at where all of them together exceed it.
            let seats: u64 = pool.iter().map(|one| one.part.seats).sum();
            let cap = pool.iter().filter_map(|one| one.cap).map(|cap| cap.seats).max();
            match cap.is_some_and(|cap| seats > cap) {
                true => self.over(self.together(decided, pool.iter()), reason),
                false => Vec::new(),
            }
        });
        let over: Vec<Vec<Over>> = over.collect();
        // An order that is over the cap in several pools is told of by the first.
        let mut told: HashSet<usize> = HashSet::new();
        let mut imposed = Vec::new();
        for Over { index, sum } in over.into_iter().flatten() {
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
        let counting = self.counting(decided, key);
        let customer_id = self.subscriptions[index].customer_id;
        let mut pools: BTreeMap<Pool, Vec<Pooled<'_>>> = BTreeMap::new();
        for (index, decided) in decided.iter().enumerate() {
            if self.subscriptions[index].customer_id == customer_id {
                self.parts(index, decided, &counting, |one| {
                    pools.entry(one.pool).or_default().push(one)
                });
            }
        }
        pools.into_values().find_map(|pool| {
            let together = self.together(decided, pool.iter()).in_order(self);
            let mut orders = together.entries.iter().filter(|entry| entry.is_order());
            let day = day_of(reason, orders.find(|entry| entry.index == index)?);
            together.sum(self, day, &together.tallies())
        })
    }

    fn together<'c>(&self, decided: &[Decided], pool: impl Iterator<Item = &'c Pooled<'c>>) -> Together {
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

    /// By what the offers and targets of the estate count. Names have their numbers in the order in which rows use them: of pools in
    /// which an order is too many the first tells of it.
    fn counting(&self, decided: &[Decided], key: Key) -> Counting {
        let used = decided.par_chunks(RUN).enumerate();
        let used = used.map(|(run, decided)| self.used(run * RUN, decided));
        let Used { sources, targets } = used.reduce(Used::default, Used::and);
        let of_source = |number: u32| match self.resolutions().get(number as usize)? {
            Resolution::Known { offer, .. } => key(offer),
            Resolution::Ambiguous(_) | Resolution::Unknown => None,
        };
        let of_target = |id: &Text| {
            let offer = self.context.catalog.by_order_id(id)?;
            let cap = Cap {
                seats: u64::from(offer.seat_cap?.0),
                key: offer.key.clone(),
                source: offer.source.clone(),
                certainty: offer.certainty,
            };
            Some((key(offer)?, cap))
        };
        let named = sources
            .iter()
            .filter_map(|(number, row)| Some(((*row, 0), of_source(*number)?)));
        let mut named: Vec<(Use, Text)> = named.collect();
        let mut capped = Vec::new();
        for (place, (used, id)) in targets {
            if let Some((name, cap)) = of_target(&id) {
                named.push((used, name.clone()));
                capped.push((place, name, cap));
            }
        }
        named.sort_unstable();
        let mut numbers: HashMap<Text, u32> = HashMap::new();
        for (_, name) in named {
            let next = numbers.len() as u32;
            numbers.entry(name).or_insert(next);
        }
        let number = |name: &Text| numbers.get(name).copied().unwrap_or_default();
        // What no target counts with has no cap.
        let has_cap: HashSet<&Text> = capped.iter().map(|(_, name, _)| name).collect();
        let sources = (0..self.resolutions().len() as u32).map(|offer| {
            let name = of_source(offer).filter(|name| has_cap.contains(name));
            name.as_ref().map(number)
        });
        Counting {
            sources: sources.collect(),
            targets: capped
                .iter()
                .map(|(place, name, cap)| (*place, (number(name), cap.clone())))
                .collect(),
        }
    }

    /// What some rows use, from the one with this index on.
    fn used(&self, first: usize, decided: &[Decided]) -> Used {
        let mut used = Used::default();
        for (row, decided) in (first..).zip(decided) {
            let subscription = &self.subscriptions[row];
            if subscription.customer_id.is_none() {
                continue;
            }
            if subscription.state != Some(State::Deleted) {
                used.sources.entry(self.offer_number(row)).or_insert(row);
            }
            let targets = decided.decision.targets.iter();
            let ordered = targets.filter(|_| target_from(decided).is_some());
            for (at, target) in (1..).zip(ordered) {
                let id = &target.offer_id;
                let by_place = used.targets.entry(place_of(id));
                by_place.or_insert_with(|| ((row, at), id.clone()));
            }
        }
        used
    }

    /// Tells of a row's source and targets what they count with, and of a target its cap.
    fn parts<'c>(&self, index: usize, decided: &Decided, counting: &'c Counting, mut tell: impl FnMut(Pooled<'c>)) {
        let subscription = &self.subscriptions[index];
        let Some(customer_id) = subscription.customer_id else {
            return;
        };
        let seats = subscription.seats.map_or(0, |seats| u64::from(seats.0));
        let mut count = |number, from, cap| {
            tell(Pooled {
                pool: (customer_id, number),
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
            if let Some((number, cap)) = counting.targets.get(&place_of(&target.offer_id)) {
                count(*number, from, Some(cap));
            }
        }
    }
}

/// Where something is used: the index of the row, and its place there; the source comes first.
type Use = (usize, usize);

/// The offers and the targets' ids that rows use, each with its first use.
#[derive(Default)]
struct Used {
    sources: HashMap<u32, usize>,
    /// By the places of the ids.
    targets: HashMap<usize, (Use, Text)>,
}

impl Used {
    /// The same with what later rows use.
    fn and(mut self, later: Used) -> Used {
        for (number, row) in later.sources {
            self.sources.entry(number).or_insert(row);
        }
        for (place, used) in later.targets {
            self.targets.entry(place).or_insert(used);
        }
        self
    }
}

/// By what the offers of an estate count: there are few, and rows share their texts. It holds for the decisions that it was made of,
/// whose texts it knows by where they are.
struct Counting {
    /// Of each offer of the estate.
    sources: Vec<Option<u32>>,
    /// Of each target with a cap, by the place of its id.
    targets: HashMap<usize, (u32, Cap)>,
}

/// A part of a pool.
struct Pooled<'a> {
    pool: Pool,
    part: Part,
    /// Of a target.
    cap: Option<&'a Cap>,
}

/// Where a text is kept, by which one that rows share is known without looking at it.
fn place_of(text: &Text) -> usize {
    text.as_ptr().addr()
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
