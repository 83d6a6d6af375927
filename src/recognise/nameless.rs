//! Rows without an id beside subscriptions that have one.
//!
//! In: the facts of all rows, those without an id already named by [`super::identity`]; the directory of customers. Out: for a row
//! without an id that can only tell of a subscription with one an alias that joins them; for one that may, a flaw and a finding.
//! The admin center's licence export beside a full export of the tenant is the usual case. Refuses to plan the same licences
//! twice in silence, and to join what only looks alike: customer, offer and licences must agree, and nothing else may fit.

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{
    Field, Flaw,
    customers::{Directory, Found},
    facts::Fact,
    identity::Groups,
    table::Table,
    vocabulary::fold,
};
use crate::{
    finding::{Code, Finding, Place},
    runs::gathered,
    terms::*,
};

/// What begins the ids of our own making.
pub(super) const NO_ID: &str = "no-id:";

/// A customer and a word by which its offer is known.
type Key = (CustomerId, String);

/// A subscription that has an id, as rows without one see it.
#[derive(Default)]
struct Named {
    id: Option<Id>,
    seats: BTreeSet<Seats>,
    ends: BTreeSet<NaiveDate>,
    channels: BTreeSet<Channel>,
    /// Whether some row does not say that it is deleted.
    lives: bool,
}

/// Joins rows without an id to the subscriptions they tell of, or flags them; gives the findings, and whether any was joined.
pub(super) fn join_nameless(
    facts: &mut [Fact],
    groups: &Groups,
    tables: &[Table],
    directory: &Directory,
) -> (Vec<Finding>, bool) {
    let nameless = gathered(facts.len(), |run| -> Vec<(usize, CustomerId)> {
        let facts = run.filter_map(|index| Some((index, facts.get(index)?)));
        let nameless = facts.filter(|(_, fact)| is_nameless(fact));
        nameless
            .filter_map(|(index, fact)| Some((index, customer_of(fact, directory)?)))
            .collect()
    });
    if nameless.is_empty() {
        return (Vec::new(), false);
    }
    let wanted: HashSet<CustomerId> = nameless.iter().map(|(_, customer)| *customer).collect();
    let (named, by_key) = named(facts, groups, directory, &wanted);
    // The same row in two exports has one id of our making; two with other ids want the same licences.
    let mut claims: HashMap<u32, BTreeSet<Id>> = HashMap::new();
    let candidates: Vec<(usize, Vec<u32>)> = nameless
        .into_iter()
        .filter_map(|(index, customer)| {
            let fact = facts.get(index)?;
            let fitting = candidates(fact, customer, &named, &by_key);
            for &group in &fitting {
                claims.entry(group).or_default().extend(fact.id.clone());
            }
            (!fitting.is_empty()).then_some((index, fitting))
        })
        .collect();
    let mut findings = Vec::new();
    let mut has_joined = false;
    for (index, fitting) in candidates {
        let Some(fact) = facts.get_mut(index) else {
            continue;
        };
        let place = |fact: &Fact| {
            tables
                .get(fact.table as usize)
                .map(|table| table.place.at_row(fact.row))
        };
        let place = place(fact).unwrap_or_default();
        let mut ids: Vec<Id> = fitting
            .iter()
            .filter_map(|&group| named.get(group as usize)?.id.clone())
            .collect();
        ids.sort_unstable();
        let only = match fitting[..] {
            [group] if claims.get(&group).is_some_and(|claims| claims.len() == 1) => named.get(group as usize),
            _ => None,
        };
        let fits = only.filter(|named| is_same(fact, named));
        if let Some(id) = fits.and_then(|named| named.id.clone()) {
            let message =
                format!("without an id; customer, offer and licences are those of `{id}`: it was merged into it");
            findings.push(Finding::new(Code::RowsMerged, place, message, "").subscription(id.to_string()));
            let mut aliases = fact.aliases.to_vec();
            aliases.extend(fact.id.replace(id));
            fact.aliases = aliases.into();
            has_joined = true;
        } else {
            fact.flaws.add(Flaw::PossibleDuplicate);
            findings.push(possible_duplicate(fact, tables, place, &ids));
        }
    }
    (findings, has_joined)
}

fn possible_duplicate(fact: &Fact, tables: &[Table], place: Place, ids: &[Id]) -> Finding {
    let shown: Vec<String> = ids.iter().take(3).map(|id| format!("`{id}`")).collect();
    let (has, are) = match ids.len() {
        1 => ("has the same offer", "it may be the same licences"),
        _ => ("have the same offer", "they may be the same licences"),
    };
    let message = format!(
        "without an id, and {} of the same customer {has}: {are}",
        shown.join(" and ")
    );
    let hint =
        "give the row its subscription id, or leave it out if the other export has all of the customer's subscriptions";
    let id = fact.id.as_ref().map(|id| id.to_string()).unwrap_or_default();
    let columns = tables.get(fact.table as usize).map(|table| &table.columns);
    let cell = columns.and_then(|columns| {
        let column = columns.of_field(Field::OfferName).first()?;
        Some((*column, columns.heading(*column).cloned()))
    });
    let mut finding = Finding::new(Code::PossibleDuplicate, place, message, hint).subscription(id);
    if let Some((column, heading)) = cell {
        finding.place.column = Some(column);
        finding.heading = heading;
        finding.value = fact.offer.name.clone();
    }
    finding
}

fn is_nameless(fact: &Fact) -> bool {
    fact.id.as_ref().is_some_and(is_of_our_making)
}

/// Whether no export has such an id.
pub(super) fn is_of_our_making(id: &Id) -> bool {
    matches!(id, Id::Text(text) if text.starts_with(NO_ID))
}

/// Whose a row is: as it says, else as the directory knows its domain or name.
pub(super) fn customer_of(fact: &Fact, directory: &Directory) -> Option<CustomerId> {
    fact.customer.id.or_else(|| match directory.find(&fact.customer) {
        Found::One(id, _) => Some(id),
        _ => None,
    })
}

/// The words by which a row's offer is known: its ids, and its name.
fn words(fact: &Fact) -> impl Iterator<Item = String> + '_ {
    let offer = &fact.offer;
    let product = offer.offer_id.as_deref().map(|id| {
        let id = id.to_lowercase();
        id.splitn(3, [':', '/']).take(2).collect::<Vec<_>>().join(":")
    });
    let ids = [&offer.sku_id, &offer.sku_part_number]
        .into_iter()
        .flatten()
        .map(|id| id.to_lowercase());
    let name = offer.name.as_deref().map(fold).filter(|name| !name.is_empty());
    product.into_iter().chain(ids).chain(name)
}

/// The subscriptions of some customers that have ids, and by which customer and offer they are found.
fn named(
    facts: &[Fact],
    groups: &Groups,
    directory: &Directory,
    wanted: &HashSet<CustomerId>,
) -> (Vec<Named>, HashMap<Key, BTreeSet<u32>>) {
    let mut named = Vec::with_capacity(groups.members.len());
    let mut by_key: HashMap<Key, BTreeSet<u32>> = HashMap::new();
    for (group, members) in (0u32..).zip(groups.members.iter()) {
        let mut subscription = Named::default();
        let rows = || members.iter().filter_map(|&index| facts.get(index as usize));
        let with_id = || rows().filter(|fact| !is_nameless(fact));
        let customers: BTreeSet<CustomerId> = with_id()
            .filter_map(|fact| customer_of(fact, directory))
            .filter(|customer| wanted.contains(customer))
            .collect();
        if !customers.is_empty() {
            for fact in with_id() {
                let other = subscription.id.take();
                subscription.id = fact.id.iter().chain(&other).min().cloned();
                subscription.seats.extend(fact.seats);
                subscription.ends.extend(fact.term_end);
                subscription
                    .channels
                    .extend(fact.channel.filter(|_| fact.channel_stated));
                subscription.lives |= fact.state != Some(State::Deleted);
                for word in words(fact) {
                    for &customer in &customers {
                        by_key.entry((customer, word.clone())).or_default().insert(group);
                    }
                }
            }
        }
        named.push(subscription);
    }
    (named, by_key)
}

/// The subscriptions that a row without an id may tell of: of the same customer and offer, alive, and neither of another channel
/// nor of another term end.
fn candidates(fact: &Fact, customer: CustomerId, named: &[Named], by_key: &HashMap<Key, BTreeSet<u32>>) -> Vec<u32> {
    let of_offer: BTreeSet<u32> = words(fact)
        .filter_map(|word| by_key.get(&(customer, word)))
        .flatten()
        .copied()
        .collect();
    let may_be = |named: &Named| {
        let stated = fact.channel.filter(|_| fact.channel_stated);
        let other_channel = stated.is_some_and(|own| !named.channels.is_empty() && !named.channels.contains(&own));
        let other_end = fact
            .term_end
            .is_some_and(|own| !named.ends.is_empty() && !named.ends.contains(&own));
        named.lives && !other_channel && !other_end
    };
    of_offer
        .into_iter()
        .filter(|&group| named.get(group as usize).is_some_and(may_be))
        .collect()
}

/// Whether a row says nothing against being the only subscription that fits: its licences are as many, its id was not damaged.
fn is_same(fact: &Fact, named: &Named) -> bool {
    let seats = fact
        .seats
        .is_none_or(|seats| named.seats.len() == 1 && named.seats.contains(&seats));
    seats && !fact.flaws.has(Flaw::IdDamaged) && !fact.flaws.has(Flaw::Contradiction)
}
