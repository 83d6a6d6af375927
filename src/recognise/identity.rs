//! Which rows tell of one subscription.
//!
//! In: the facts of all rows. Out: groups of them, one a subscription. Rows belong together when they share an id or an alias,
//! however indirectly. A row without an id gets one of its own making: `no-id:` and twelve digits of the SHA-256 of its customer,
//! its offer and its ordinal among the rows of its table with both, counted by content, so that it is the same every night
//! and in every order. Two such rows alike in everything may be one listed twice: both are kept, told of and left to a person.

use std::{hash::BuildHasher, ops::Range};

use hashbrown::{DefaultHashBuilder, HashMap, HashSet};
use rayon::prelude::*;

use sha2::{Digest, Sha256};

use super::{Flaw, facts::Fact, nameless::NO_ID, table::Table, vocabulary::fold};
use crate::{
    finding::{Code, Finding},
    runs::{gathered, indices_of, one_each},
    terms::*,
};

/// Gives rows without an id one.
pub(super) fn name_the_nameless(facts: &mut [Fact], tables: &[Table]) -> Vec<Finding> {
    let mut nameless: HashMap<(u32, String), Vec<&mut Fact>> = HashMap::new();
    for fact in facts.iter_mut().filter(|fact| fact.id.is_none()) {
        nameless.entry((fact.table, words(fact))).or_default().push(fact);
    }
    let mut findings = Vec::new();
    for ((table, words), mut rows) in nameless {
        rows.sort_by(|a, b| content(a).cmp(&content(b)).then(a.row.cmp(&b.row)));
        let mut last: Option<(u32, String)> = None;
        let mut twins: Vec<usize> = Vec::new();
        for (ordinal, fact) in rows.iter_mut().enumerate() {
            let id: Text = format!("{NO_ID}{}", digest(&words, ordinal)).into();
            let said = content(fact);
            if let (Some((row, before)), Some(table)) = (&last, tables.get(table as usize))
                && *before == said
            {
                twins.extend([ordinal - 1, ordinal]);
                let message = format!(
                    "without an id, the row is alike in everything to row {row}: two subscriptions, or one listed twice"
                );
                let hint = "give the rows their subscription ids, or remove the copy";
                let place = table.place.at_row(fact.row);
                findings.push(Finding::new(Code::Contradiction, place, message, hint).subscription(id.clone()));
            }
            fact.id = Some(Id::Text(id));
            last = Some((fact.row, said));
        }
        for twin in twins {
            if let Some(fact) = rows.get_mut(twin) {
                fact.flaws.add(Flaw::Contradiction);
            }
        }
    }
    findings
}

/// What a row without an id is known by: its customer's id, domain or name, and its offer's id, SKU or name, in the row's own
/// words.
fn words(fact: &Fact) -> String {
    let (customer, offer) = (&fact.customer, &fact.offer);
    let customer = match (customer.id, &customer.domain, &customer.name) {
        (Some(id), _, _) => id.to_string(),
        (None, Some(domain), _) => domain.to_string(),
        (None, None, name) => name.as_deref().map(fold).unwrap_or_default(),
    };
    let ids = [&offer.offer_id, &offer.sku_id, &offer.sku_part_number];
    let offer = match ids.into_iter().flatten().next() {
        Some(id) => id.to_lowercase(),
        None => offer.name.as_deref().map(fold).unwrap_or_default(),
    };
    format!("{customer}\n{offer}")
}

fn digest(words: &str, ordinal: usize) -> String {
    let hash = Sha256::digest(format!("{words}\n{ordinal}"));
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Everything that a row says but for where it says it.
fn content(fact: &Fact) -> String {
    let place_free = Fact {
        table: 0,
        row: 0,
        id: None,
        freshness: None,
        ..fact.clone()
    };
    format!("{:?} {:?} {place_free:?}", fact.term_end, fact.seats)
}

/// The groups of facts that tell of one subscription, as indices.
pub(super) struct Groups {
    pub(super) members: Members,
    /// For each id that some add-on names as its base: the group of the base, where there is one.
    pub(super) of_bases: HashMap<Id, u32>,
}

/// What groups are put in order by: the customer, what leads the id of the first row, that id, the group's number.
type Rank<'f> = (Option<u128>, Option<(bool, u64)>, Option<&'f Id>, u32);

impl Groups {
    /// The same in the order of the customers and ids of their first rows, so that what is merged of them is nearly in order.
    pub(super) fn in_order(self, facts: &[Fact], customer_of: impl Fn(&Fact) -> Option<CustomerId> + Sync) -> Groups {
        // By far the most are told apart by numbers, without a look at where the ids are.
        let rank = |group: usize| -> Rank<'_> {
            let first = self.members.get(group).and_then(|members| members.first().copied());
            let fact = first.and_then(|first| facts.get(first as usize));
            let customer = fact.and_then(&customer_of).map(|CustomerId(id)| id.as_u128());
            let id = fact.and_then(|fact| fact.id.as_ref());
            (customer, id.map(leading), id, group as u32)
        };
        let mut order: Vec<Rank<'_>> = one_each(self.members.len(), Rank::default(), rank);
        order.par_sort_unstable();
        let mut members = Members {
            indices: Vec::with_capacity(self.members.indices.len()),
            ends: Vec::with_capacity(order.len()),
        };
        let mut of_bases = self.of_bases;
        let wanted: HashSet<u32> = of_bases.values().copied().collect();
        let mut places: HashMap<u32, u32> = HashMap::with_capacity(wanted.len());
        for (place, &(.., group)) in (0..).zip(&order) {
            members.add(self.members.get(group as usize).unwrap_or_default());
            if !wanted.is_empty() && wanted.contains(&group) {
                places.insert(group, place);
            }
        }
        for group in of_bases.values_mut() {
            *group = places.get(group).copied().unwrap_or(*group);
        }
        Groups { members, of_bases }
    }
}

/// The members of each group, in the order of facts. Kept side by side, since most groups have one.
#[derive(Default)]
pub(super) struct Members {
    indices: Vec<u32>,
    /// Where each group ends in them.
    ends: Vec<u32>,
}

impl Members {
    /// Of the group of each fact, where it has one.
    fn of(groups: &[Option<u32>], count: usize) -> Members {
        let mut ends = vec![0u32; count];
        for &group in groups.iter().flatten() {
            ends.get_mut(group as usize).into_iter().for_each(|size| *size += 1);
        }
        let mut total = 0;
        // First where each begins; as its members come in, that becomes where it ends.
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let mut indices = vec![0u32; total as usize];
        for (index, group) in (0u32..).zip(groups) {
            let Some(at) = group.and_then(|group| ends.get_mut(group as usize)) else {
                continue;
            };
            if let Some(slot) = indices.get_mut(*at as usize) {
                *slot = index;
            }
            *at += 1;
        }
        Members { indices, ends }
    }

    fn add(&mut self, members: &[u32]) {
        self.indices.extend_from_slice(members);
        self.ends.push(self.indices.len() as u32);
    }

    /// Number of groups.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The members of a group.
    pub(super) fn get(&self, group: usize) -> Option<&[u32]> {
        let end = *self.ends.get(group)?;
        let start = group.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        self.indices.get(start.unwrap_or(0) as usize..end as usize)
    }

    /// The members of every group.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len()).filter_map(|group| self.get(group))
    }
}

/// An id or alias of a fact, by its hash. Sorted, those that are equal stand together.
struct Key<'f> {
    hash: u64,
    id: &'f Id,
    fact: u32,
}

/// The ids and aliases of all facts, sorted.
struct Keys<'f> {
    hasher: DefaultHashBuilder,
    sorted: Vec<Key<'f>>,
}

impl<'f> Keys<'f> {
    fn of(facts: &'f [Fact]) -> Keys<'f> {
        let hasher = DefaultHashBuilder::default();
        let of_run = |run: Range<usize>| -> Vec<Key<'_>> {
            let keys = run.filter_map(|index| Some((index as u32, facts.get(index)?)));
            keys.flat_map(|(fact, said)| {
                let hasher = &hasher;
                said.id.iter().chain(&said.aliases).map(move |id| Key {
                    hash: hasher.hash_one(id),
                    id,
                    fact,
                })
            })
            .collect()
        };
        let mut sorted = gathered(facts.len(), of_run);
        sorted.par_sort_unstable_by(|a, b| a.hash.cmp(&b.hash).then_with(|| a.id.cmp(b.id)));
        Keys { hasher, sorted }
    }

    /// Facts that share an id, as pairs of neighbours.
    fn shared(&self) -> Vec<(u32, u32)> {
        let of_run = |run: Range<usize>| -> Vec<(u32, u32)> {
            let next = self.sorted.get(run.start + 1..).unwrap_or_default();
            let pairs = self.sorted.get(run).unwrap_or_default().iter().zip(next);
            let shared = pairs.filter(|(a, b)| a.hash == b.hash && a.id == b.id);
            shared.map(|(a, b)| (a.fact, b.fact)).collect()
        };
        gathered(self.sorted.len(), of_run)
    }

    /// A fact that has an id.
    fn fact(&self, id: &Id) -> Option<u32> {
        let hash = self.hasher.hash_one(id);
        let at = self
            .sorted
            .partition_point(|key| key.hash.cmp(&hash).then_with(|| key.id.cmp(id)).is_lt());
        let key = self.sorted.get(at)?;
        (key.hash == hash && key.id == id).then_some(key.fact)
    }
}

/// Puts facts together by their ids and aliases. The groups come in the order of their first members.
pub(super) fn group(facts: &[Fact]) -> Groups {
    let keys = Keys::of(facts);
    let mut parents: Vec<u32> = (0..facts.len() as u32).collect();
    for (a, b) in keys.shared() {
        let (a, b) = (root(&mut parents, a), root(&mut parents, b));
        if let Some(parent) = parents.get_mut(b as usize) {
            *parent = a;
        }
    }
    let has_id = one_each(facts.len(), false, |index| {
        facts.get(index).is_some_and(|fact| fact.id.is_some())
    });
    let mut numbers: Vec<Option<u32>> = vec![None; facts.len()];
    let mut count = 0;
    let mut own: Vec<Option<u32>> = Vec::with_capacity(facts.len());
    for (index, has_id) in (0..).zip(has_id) {
        let root = root(&mut parents, index) as usize;
        let slot = numbers.get_mut(root).filter(|_| has_id);
        own.push(slot.map(|slot| {
            *slot.get_or_insert_with(|| {
                count += 1;
                count - 1
            })
        }));
    }
    let members = Members::of(&own, count as usize);
    let bases = indices_of(facts, |fact| fact.base_id.is_some()).into_iter();
    let mut of_bases = HashMap::new();
    for base in bases.filter_map(|index| facts.get(index as usize)?.base_id.as_deref()) {
        let root = keys.fact(base).map(|fact| root(&mut parents, fact) as usize);
        if let Some(&Some(number)) = root.and_then(|root| numbers.get(root)) {
            of_bases.insert(base.clone(), number);
        }
    }
    Groups { members, of_bases }
}

/// What comes in the order of ids, as far as it tells them apart: whether one is a text, and its first bytes.
fn leading(id: &Id) -> (bool, u64) {
    let (is_text, bytes) = match id {
        Id::Guid(guid) => (false, guid.as_bytes().as_slice()),
        Id::Text(text) => (true, text.as_bytes()),
    };
    let mut first = [0; size_of::<u64>()];
    first.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
    (is_text, u64::from_be_bytes(first))
}

fn root(parents: &mut [u32], node: u32) -> u32 {
    let mut at = node;
    loop {
        let Some(&parent) = parents.get(at as usize) else {
            return at;
        };
        if parent == at {
            return at;
        }
        // halve the path, so that long chains of aliases stay cheap
        let grandparent = parents.get(parent as usize).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(at as usize) {
            *slot = grandparent;
        }
        at = grandparent;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Ids of which some are GUIDs, and of which many are the same.
    fn some_id() -> impl Strategy<Value = Id> {
        (0..30_u32).prop_map(|number| match number % 2 {
            // Some are told apart by their first bytes, some later.
            0 => Id::Guid(uuid::Uuid::from_u128(u128::from(number) << (number % 3 * 35))),
            _ => Id::Text(format!("{}text {number}", "-".repeat(number as usize % 3 * 4)).into()),
        })
    }

    fn some_fact() -> impl Strategy<Value = (Option<Id>, Vec<Id>, Option<Id>)> {
        let ids = proptest::collection::vec(some_id(), 0..3);
        (
            proptest::option::weighted(0.9, some_id()),
            ids,
            proptest::option::of(some_id()),
        )
    }

    proptest! {
        /// Facts are of one group if, and only if, one leads to the other by ids that they share.
        #[test]
        fn facts_that_share_ids_are_one_group(said in proptest::collection::vec(some_fact(), 0..40)) {
            let facts: Vec<Fact> = (0..)
                .zip(said)
                .map(|(row, (id, aliases, base))| Fact::of_ids(row, id, aliases, base))
                .collect();
            let ids_of = |fact: &Fact| -> BTreeSet<Id> { fact.id.iter().chain(&fact.aliases).cloned().collect() };
            let reach = |from: BTreeSet<Id>| {
                let mut ids = from;
                loop {
                    let near = facts.iter().map(ids_of).filter(|own| !own.is_disjoint(&ids));
                    let wider: BTreeSet<Id> = near.flatten().chain(ids.iter().cloned()).collect();
                    if wider == ids {
                        return ids;
                    }
                    ids = wider;
                }
            };
            let mut expected: Vec<Vec<u32>> = Vec::new();
            for fact in facts.iter().filter(|fact| fact.id.is_some()) {
                let ids = reach(ids_of(fact));
                let members = facts.iter().filter(|other| other.id.is_some() && !ids_of(other).is_disjoint(&ids));
                let members: Vec<u32> = members.map(|fact| fact.row).collect();
                if members.first() == Some(&fact.row) {
                    expected.push(members);
                }
            }
            let groups = group(&facts);
            let members: Vec<Vec<u32>> = groups.members.iter().map(<[u32]>::to_vec).collect();
            prop_assert_eq!(&members, &expected);
            let bases = |groups: &Groups| -> BTreeSet<(Id, Vec<u32>)> {
                let members = |group: u32| groups.members.get(group as usize).unwrap().to_vec();
                groups.of_bases.iter().map(|(base, group)| (base.clone(), members(*group))).collect()
            };
            let expected_bases: BTreeSet<(Id, Vec<u32>)> = facts
                .iter()
                .filter_map(|fact| fact.base_id.as_deref())
                .filter_map(|base| {
                    let ids = reach([base.clone()].into());
                    let is_it = |members: &&Vec<u32>| !ids_of(&facts[members[0] as usize]).is_disjoint(&ids);
                    Some((base.clone(), expected.iter().find(is_it)?.clone()))
                })
                .collect();
            prop_assert_eq!(bases(&groups), expected_bases.clone());
            // In order they are the same, by the ids of their first rows.
            let ordered = groups.in_order(&facts, |_| None);
            let firsts: Vec<Option<&Id>> = ordered.members.iter().map(|group| facts[group[0] as usize].id.as_ref()).collect();
            prop_assert!(firsts.is_sorted(), "{firsts:?}");
            let mut again: Vec<Vec<u32>> = ordered.members.iter().map(<[u32]>::to_vec).collect();
            again.sort();
            expected.sort();
            prop_assert_eq!(again, expected);
            prop_assert_eq!(bases(&ordered), expected_bases);
        }
    }

    #[test]
    fn what_leads_an_id_is_in_the_order_of_ids() {
        let mut ids: Vec<Id> = ["", "a", "ab", "ab\0", "abcdefgh", "abcdefghi", "abcdefgi", "é", "zz"]
            .map(|text| Id::Text(text.into()))
            .into();
        ids.extend([0, 1, 1 << 64, u128::MAX].map(|number| Id::Guid(uuid::Uuid::from_u128(number))));
        ids.sort();
        assert!(ids.is_sorted_by_key(leading));
        assert_ne!(leading(&Id::Text("a".into())), leading(&Id::Text("b".into())));
        assert_ne!(
            leading(&Id::Guid(uuid::Uuid::from_u128(0))),
            leading(&Id::Guid(uuid::Uuid::from_u128(1 << 64)))
        );
    }
}
