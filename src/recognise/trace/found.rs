//! What a word fits.
//!
//! In: a word, everything that is known. Out: [`Found`]: one subscription with its trail, one customer, several, or what is
//! near. An id goes before a domain or a name, which fit without case, accents and punctuation, as everywhere: whole, or else a part of
//! them. A name as rows write it fits as well, even where the customer was found to be called otherwise.

use std::collections::BTreeSet;

use super::{
    Answer, CustomerTrace, Match,
    again::Again,
    customer::{CustomerTrail, customer_facts},
    subscription::SubscriptionTrail,
};
use crate::{
    recognise::{Customer, Subscription, merge::Merged, run::Known, vocabulary::fold},
    terms::*,
};

/// How many near ones are told.
const NEAR: usize = 5;
/// From how many letters on a word may be a part of a name.
const PART: usize = 3;
/// From which likeness on something is near.
const LIKE: f64 = 0.75;

/// What a word fits, before any cell is read again.
pub(in crate::recognise) enum Found {
    Subscription(Box<SubscriptionTrail>),
    Customer(Box<CustomerTrail>, Vec<Match>),
    /// No tenant id is known for it.
    Stranger(Vec<Match>),
    Several(Vec<Match>),
    Nothing(Vec<Match>),
}

impl Found {
    /// Looks for what a word fits.
    pub(in crate::recognise) fn of(word: &str, known: &Known<'_>) -> Found {
        if let Some(group) = subscription_of(word, known)
            && let Some(trail) = SubscriptionTrail::of(group, known)
        {
            return Found::Subscription(Box::new(trail));
        }
        let asked = Asked::new(word);
        let named = named_in_rows(&asked, known);
        let by_rows: BTreeSet<CustomerId> = named
            .iter()
            .filter_map(|&group| merged(known, group)?.customer_id)
            .collect();
        let all = known.merging.customers.iter();
        let customers: Vec<&Customer> = all.filter(|c| asked.is(c) || by_rows.contains(&c.id)).collect();
        let ids: BTreeSet<CustomerId> = customers.iter().map(|customer| customer.id).collect();
        let is_theirs = |subscription: &Subscription| match subscription.customer_id {
            Some(id) => ids.contains(&id),
            None => asked.fits(&subscription.customer_name, &subscription.customer_domain),
        };
        let theirs: Vec<usize> = (0..known.merged.len())
            .filter(|group| named.contains(group) || merged(known, *group).is_some_and(is_theirs))
            .collect();
        match (&customers[..], &theirs[..]) {
            ([], []) => Found::by_part(&asked, known),
            ([] | [_], &[group]) => match SubscriptionTrail::of(group, known) {
                Some(trail) => Found::Subscription(Box::new(trail)),
                None => Found::Nothing(Vec::new()),
            },
            ([], groups) => Found::Stranger(matches(groups, known)),
            ([customer], groups) => {
                let trail = CustomerTrail::of((*customer).clone(), known);
                Found::Customer(Box::new(trail), matches(groups, known))
            }
            (several, _) => Found::Several(several.iter().map(|customer| match_of(customer)).collect()),
        }
    }

    /// Looks for whose name or domain holds a word that nothing fits whole; else for what is like it.
    fn by_part(asked: &Asked, known: &Known<'_>) -> Found {
        let all = known.merging.customers.iter();
        let customers: Vec<&Customer> = all.filter(|c| asked.is_part_of(&c.name, &c.domain)).collect();
        let id = |subscription: &Subscription| subscription.customer_id;
        let is_theirs = |subscription: &Subscription| match customers[..] {
            [] => {
                id(subscription).is_none()
                    && asked.is_part_of(&subscription.customer_name, &subscription.customer_domain)
            }
            _ => customers.iter().any(|customer| id(subscription) == Some(customer.id)),
        };
        let theirs: Vec<usize> = (0..known.merged.len())
            .filter(|&group| merged(known, group).is_some_and(is_theirs))
            .collect();
        let mut names: Vec<_> = theirs
            .iter()
            .filter_map(|&group| merged(known, group))
            .map(|s| &s.customer_name)
            .collect();
        names.dedup();
        match (&customers[..], &names[..]) {
            ([], []) => Found::Nothing(nearest(asked, known)),
            ([], [_]) => Found::Stranger(matches(&theirs, known)),
            ([], _) => Found::Several(matches(&theirs, known)),
            ([customer], _) => {
                let trail = CustomerTrail::of((*customer).clone(), known);
                Found::Customer(Box::new(trail), matches(&theirs, known))
            }
            (several, _) => Found::Several(several.iter().map(|customer| match_of(customer)).collect()),
        }
    }

    /// The rows to read again.
    pub(in crate::recognise) fn wanted(&self) -> BTreeSet<(u32, u32)> {
        match self {
            Found::Subscription(trail) => trail.wanted(),
            Found::Customer(trail, _) => trail.wanted(),
            Found::Stranger(_) | Found::Several(_) | Found::Nothing(_) => BTreeSet::new(),
        }
    }

    /// The answer, now that those rows are here.
    pub(in crate::recognise) fn answer(self, again: &Again<'_>) -> Answer {
        match self {
            Found::Subscription(trail) => Answer::Subscription(Box::new(trail.facts(again))),
            Found::Customer(trail, subscriptions) => Answer::Customer(Box::new(CustomerTrace {
                facts: customer_facts(&trail, again),
                customer: Some(trail.customer),
                subscriptions,
            })),
            Found::Stranger(subscriptions) => Answer::Customer(Box::new(CustomerTrace {
                customer: None,
                facts: Vec::new(),
                subscriptions,
            })),
            Found::Several(several) => Answer::Several(several),
            Found::Nothing(near) => Answer::Nothing(near),
        }
    }
}

fn merged<'a>(known: &Known<'a>, group: usize) -> Option<&'a Subscription> {
    known
        .merged
        .get(group)?
        .as_ref()
        .map(|Merged { subscription, .. }| subscription)
}

/// The group of the subscription that has an id or an alias.
fn subscription_of(word: &str, known: &Known<'_>) -> Option<usize> {
    let id = Id::parse(word)?;
    let facts = known.merging.facts;
    let tells = |&index: &u32| {
        let fact = facts.get(index as usize);
        fact.is_some_and(|fact| fact.id.as_ref() == Some(&id) || fact.aliases.contains(&id))
    };
    known
        .groups
        .members
        .iter()
        .position(|members| members.iter().any(tells))
}

/// The groups of which a row names the customer so, whoever that was found to be.
fn named_in_rows(asked: &Asked, known: &Known<'_>) -> BTreeSet<usize> {
    let facts = known.merging.facts;
    let names = |&index: &u32| {
        let fact = facts.get(index as usize);
        fact.is_some_and(|fact| asked.fits(&fact.customer.name, &fact.customer.domain))
    };
    let groups = known.groups.members.iter().enumerate();
    groups
        .filter_map(|(group, members)| members.iter().any(names).then_some(group))
        .filter(|&group| merged(known, group).is_some())
        .collect()
}

/// A word that may be a customer's.
struct Asked {
    id: Option<CustomerId>,
    domain: String,
    name: String,
}

impl Asked {
    fn new(word: &str) -> Asked {
        Asked {
            id: Id::parse(word).and_then(|id| id.guid()).map(CustomerId),
            domain: word.trim().to_lowercase(),
            name: fold(word),
        }
    }

    fn is(&self, customer: &Customer) -> bool {
        self.id == Some(customer.id) || self.fits(&customer.name, &customer.domain)
    }

    fn fits(&self, name: &Option<Text>, domain: &Option<Text>) -> bool {
        let named = name
            .as_ref()
            .is_some_and(|name| !self.name.is_empty() && fold(name) == self.name);
        named || domain.as_ref().is_some_and(|domain| **domain == *self.domain)
    }

    /// Whether a name or a domain holds the word.
    fn is_part_of(&self, name: &Option<Text>, domain: &Option<Text>) -> bool {
        [name, domain].into_iter().flatten().any(|text| self.is_in(&fold(text)))
    }

    fn is_in(&self, folded: &str) -> bool {
        self.name.chars().count() >= PART && folded.contains(&self.name)
    }

    /// How much a text is like the word: 0 to 1, and more where it holds it.
    fn likeness(&self, text: &str) -> f64 {
        let text = fold(text);
        match self.is_in(&text) {
            true => 2.0,
            false => strsim::jaro_winkler(&text, &self.name),
        }
    }
}

/// The subscriptions and customers whose ids, names or domains are most like the word.
fn nearest(asked: &Asked, known: &Known<'_>) -> Vec<Match> {
    let of_customers = known.merging.customers.iter().map(|customer| {
        let words = [
            Some(customer.id.to_string()),
            customer.name.as_ref().map(ToString::to_string),
            customer.domain.as_ref().map(ToString::to_string),
        ];
        (words, match_of(customer))
    });
    let of_subscriptions = known.merged.iter().flatten().map(|Merged { subscription, .. }| {
        let stranger = subscription.customer_id.is_none();
        let name = subscription.customer_name.as_ref().filter(|_| stranger);
        let words = [Some(subscription.id.to_string()), name.map(ToString::to_string), None];
        (words, match_to(subscription))
    });
    let mut near: Vec<(f64, Match)> = of_customers
        .chain(of_subscriptions)
        .map(|(words, found)| {
            let likeness = words.iter().flatten().map(|word| asked.likeness(word));
            (likeness.fold(0.0, f64::max), found)
        })
        .filter(|(likeness, _)| *likeness >= LIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.into_iter().take(NEAR).map(|(_, found)| found).collect()
}

fn matches(groups: &[usize], known: &Known<'_>) -> Vec<Match> {
    let subscriptions = groups.iter().filter_map(|&group| merged(known, group));
    let mut matches: Vec<Match> = subscriptions.map(match_to).collect();
    matches.sort_by(|a, b| a.subscription_id.cmp(&b.subscription_id));
    matches
}

fn match_to(subscription: &Subscription) -> Match {
    Match {
        customer_name: subscription.customer_name.clone(),
        customer_domain: subscription.customer_domain.clone(),
        customer_id: subscription.customer_id,
        subscription_id: Some(subscription.id.clone()),
        offer_name: subscription.offer.name.clone(),
        seats: subscription.seats,
        term_end: subscription.term_end,
    }
}

fn match_of(customer: &Customer) -> Match {
    Match {
        customer_name: customer.name.clone(),
        customer_domain: customer.domain.clone(),
        customer_id: Some(customer.id),
        subscription_id: None,
        offer_name: None,
        seats: None,
        term_end: None,
    }
}
