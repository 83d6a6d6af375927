//! Which rows tell of one subscription.
//!
//! In: the facts of all rows. Out: groups of them, one a subscription. Rows belong together when they share an id or an alias,
//! however indirectly. A row without an id gets one of its own making: `no-id:` and twelve digits of the SHA-256 of its customer,
//! its offer and its ordinal among the rows of its table with both, counted by content, so that it is the same every night
//! and in every order. Two such rows alike in everything may be one listed twice: both are kept, told of and left to a person.

use hashbrown::HashMap;
use rayon::prelude::*;

use sha2::{Digest, Sha256};

use super::{Flaw, facts::Fact, nameless::NO_ID, table::Table, vocabulary::fold};
use crate::{
    finding::{Code, Finding},
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

/// The members of each group, in the order of facts; the groups in the order of their first members' customers and ids, so that what
/// is merged of them is nearly in order. Kept side by side, since most groups have one.
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

/// Puts facts together by their ids and aliases.
pub(super) fn group(facts: &[Fact]) -> Groups {
    let mut nodes: HashMap<&Id, u32> = HashMap::with_capacity(facts.len());
    let mut parents: Vec<u32> = Vec::with_capacity(facts.len());
    // The node of each fact's own id.
    let mut own: Vec<Option<u32>> = Vec::with_capacity(facts.len());
    for fact in facts {
        let mut first: Option<u32> = None;
        let mut of_id = None;
        for id in fact.id.iter().chain(&fact.aliases) {
            let node = *nodes.entry(id).or_insert_with(|| {
                parents.push(parents.len() as u32);
                parents.len() as u32 - 1
            });
            if fact.id.is_some() {
                of_id = of_id.or(Some(node));
            }
            let root = root(&mut parents, node);
            match first {
                None => first = Some(root),
                Some(first) if first != root => {
                    if let Some(parent) = parents.get_mut(root as usize) {
                        *parent = first;
                    }
                }
                Some(_) => {}
            }
        }
        own.push(of_id);
    }
    let mut numbers: Vec<Option<u32>> = vec![None; parents.len()];
    let mut firsts: Vec<u32> = Vec::with_capacity(facts.len());
    for (index, node) in (0..).zip(&mut own) {
        let Some(of_id) = *node else { continue };
        let root = root(&mut parents, of_id) as usize;
        *node = numbers.get_mut(root).map(|slot| {
            *slot.get_or_insert_with(|| {
                firsts.push(index);
                firsts.len() as u32 - 1
            })
        });
    }
    let count = firsts.len();
    let places = places_of(&firsts, facts);
    let place = |number: u32| places.get(number as usize).copied().unwrap_or(number);
    for number in own.iter_mut().chain(&mut numbers).flatten() {
        *number = place(*number);
    }
    let members = Members::of(&own, count);
    let mut of_bases = HashMap::new();
    for base in facts.iter().filter_map(|fact| fact.base_id.as_deref()) {
        let root = nodes.get(base).map(|&node| root(&mut parents, node) as usize);
        if let Some(&Some(number)) = root.and_then(|root| numbers.get(root)) {
            of_bases.insert(base.clone(), number);
        }
    }
    Groups { members, of_bases }
}

/// For each group its place among all of them, in the order of the customers and ids that their first rows say.
fn places_of(firsts: &[u32], facts: &[Fact]) -> Vec<u32> {
    let numbered = firsts.par_iter().zip(0..firsts.len() as u32);
    let mut groups: Vec<(Option<CustomerId>, Option<&Id>, u32)> = numbered
        .map(|(&first, number)| {
            let fact = facts.get(first as usize);
            let customer = fact.and_then(|fact| fact.customer.id);
            (customer, fact.and_then(|fact| fact.id.as_ref()), number)
        })
        .collect();
    groups.par_sort_unstable();
    let mut places = vec![0; groups.len()];
    for (place, &(.., number)) in (0..).zip(&groups) {
        places
            .get_mut(number as usize)
            .into_iter()
            .for_each(|slot| *slot = place);
    }
    places
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
