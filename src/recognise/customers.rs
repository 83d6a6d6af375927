//! Customers.
//!
//! In: the customers table, customer lists, what rows of subscriptions say of their customers. Out: the [`Directory`], which
//! finds a customer by its domain or name when exactly one fits, and the list of [`Customer`]s. Of two facts about a customer
//! the one from the customers table counts, then the one from a list, then the one from the row of the highest rank and newest
//! export; of rows that count alike, what comes first in the order of their words. Refuses to choose between two customers of one name, and to take a name for a customer that is known under another domain
//! than the row's.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use hashbrown::HashMap;

use super::{Customer, facts::CustomerFacts, tables::CustomerNote, vocabulary::fold};
use crate::terms::*;

/// Where a fact about a customer comes from; smaller counts more.
pub(super) type Standing = (
    u8,
    std::cmp::Reverse<u8>,
    std::cmp::Reverse<Option<chrono::NaiveDate>>,
    u32,
    u32,
);

/// All that is known of customers.
#[derive(Debug, Default)]
pub(super) struct Directory {
    known: BTreeMap<CustomerId, Vec<(Standing, CustomerFacts)>>,
    /// Names with the domains that go with them in sources without tenant ids.
    claimed: Vec<(Text, Text)>,
    /// Made when somebody is first looked for: where every row has a tenant id, nobody is.
    index: OnceLock<Index>,
}

/// What customers are found by.
#[derive(Debug, Default)]
struct Index {
    by_domain: HashMap<Text, BTreeSet<CustomerId>>,
    by_name: HashMap<String, BTreeSet<CustomerId>>,
    /// The domains of each customer, as sources that know its tenant id say.
    domains: HashMap<CustomerId, BTreeSet<Text>>,
    /// The domains that go with a name in sources without tenant ids.
    claims: HashMap<String, BTreeSet<Text>>,
}

/// Who fits a name or a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Exactly one customer, by this word.
    One(CustomerId, Text),
    /// Several, by this word.
    Several(BTreeSet<CustomerId>, Text),
    /// One by this name, whose domains are others.
    Doubtful(CustomerId, Text, BTreeSet<Text>),
    /// Nobody.
    Nobody,
}

impl Directory {
    /// Adds what a source says of a customer. Without a tenant id it is kept for [`Directory::adopt`].
    pub(super) fn add(&mut self, standing: Standing, facts: &CustomerFacts) {
        self.index.take();
        let Some(id) = facts.id else {
            if let (Some(name), Some(domain)) = (&facts.name, &facts.domain) {
                self.claimed.push((name.clone(), domain.clone()));
            }
            return;
        };
        self.note(id, standing, facts);
    }

    fn note(&mut self, id: CustomerId, standing: Standing, facts: &CustomerFacts) {
        // Of most customers all rows say the same.
        let said = self.known.entry(id).or_insert_with(|| Vec::with_capacity(1));
        said.push((standing, facts.clone()));
    }

    /// What customers are found by: what sources say that know their tenant ids, and what those claim that do not.
    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            for (&id, said) in &self.known {
                for (_, facts) in said.iter().filter(|(_, facts)| facts.id.is_some()) {
                    if let Some(domain) = &facts.domain {
                        index.domains.entry(id).or_default().insert(domain.clone());
                        index.by_domain.entry(domain.clone()).or_default().insert(id);
                    }
                    if let Some(name) = &facts.name {
                        index.by_name.entry(fold(name)).or_default().insert(id);
                    }
                }
            }
            for (name, domain) in &self.claimed {
                index.claims.entry(fold(name)).or_default().insert(domain.clone());
            }
            index
        })
    }

    /// Adds facts that a source gives by domain or name alone, once everybody with a tenant id is known.
    pub(super) fn adopt(&mut self, standing: Standing, facts: &CustomerFacts) -> Found {
        let found = self.find(facts);
        if let Found::One(id, _) = found {
            self.note(id, standing, facts);
        }
        found
    }

    /// The customer that fits a domain or name. A domain that is known goes before a name, unless they disagree.
    pub(super) fn find(&self, facts: &CustomerFacts) -> Found {
        let by_domain = facts
            .domain
            .as_ref()
            .and_then(|domain| Some((self.index().by_domain.get(domain)?, domain.clone())));
        let by_name = facts
            .name
            .as_ref()
            .and_then(|name| Some((self.index().by_name.get(&fold(name))?, name.clone())));
        let (fitting, word) = match (by_domain, by_name) {
            (Some((domain, word)), Some((name, _))) => {
                let both: BTreeSet<CustomerId> = domain.intersection(name).copied().collect();
                let fitting = if both.is_empty() {
                    domain.union(name).copied().collect()
                } else {
                    both
                };
                (fitting, word)
            }
            (Some((fitting, word)), None) | (None, Some((fitting, word))) => (fitting.clone(), word),
            (None, None) => return Found::Nobody,
        };
        match fitting.first() {
            Some(&id) if fitting.len() == 1 => match self.other_domains(id, facts) {
                Some(others) => Found::Doubtful(id, word, others),
                None => Found::One(id, word),
            },
            _ => Found::Several(fitting, word),
        }
    }

    /// The domains that speak against a customer found by name: its own, or where none is known those that go with the name
    /// elsewhere; none where the row's is among them, or names none.
    fn other_domains(&self, id: CustomerId, facts: &CustomerFacts) -> Option<BTreeSet<Text>> {
        let domain = facts.domain.as_ref()?;
        let known = self.index().domains.get(&id);
        let claimed = || self.index().claims.get(&fold(facts.name.as_deref()?));
        let others = match known {
            Some(known) if known.contains(domain) => return None,
            Some(known) => known.clone(),
            None => claimed()?.iter().filter(|other| *other != domain).cloned().collect(),
        };
        (!others.is_empty()).then_some(others)
    }

    /// Facts of one standing about one customer that differ, with where they stand: they decide where a customer may be sold to.
    pub(super) fn contradictions(&self) -> Vec<(CustomerId, [(Standing, String); 2])> {
        let mut found = Vec::new();
        for (&id, said) in &self.known {
            let mut said: Vec<&(Standing, CustomerFacts)> = said.iter().collect();
            said.sort_by(by_standing);
            let words: [fn(&CustomerFacts) -> Option<String>; 2] = [
                |facts| facts.country.map(|country| country.to_string()),
                |facts| facts.qualification.map(|qualification| qualification.to_string()),
            ];
            for word in words {
                let mut stated = said
                    .iter()
                    .filter_map(|(standing, facts)| Some((*standing, word(facts)?)));
                let Some((first, counts)) = stated.next() else {
                    continue;
                };
                let alike = |a: Standing, b: Standing| (a.0, a.1, a.2) == (b.0, b.1, b.2);
                if let Some(rival) = stated.find(|(standing, word)| alike(first, *standing) && *word != counts) {
                    found.push((id, [(first, counts), rival]));
                }
            }
        }
        found
    }

    /// What is said of a customer, what counts most first.
    pub(super) fn said(&self, id: CustomerId) -> Vec<&(Standing, CustomerFacts)> {
        let mut said: Vec<&(Standing, CustomerFacts)> = self.known.get(&id).into_iter().flatten().collect();
        said.sort_by(by_standing);
        said
    }

    /// The customers, sorted by id, each with the facts that count: of each the first that is said.
    pub(super) fn customers(&self) -> Vec<Customer> {
        let customer = |&id: &CustomerId| {
            let said = self.said(id);
            let facts = said.iter().map(|(_, facts)| facts);
            Customer {
                id,
                name: facts.clone().find_map(|facts| facts.name.clone()),
                domain: facts.clone().find_map(|facts| facts.domain.clone()),
                country: facts.clone().find_map(|facts| facts.country),
                qualification: facts.clone().find_map(|facts| facts.qualification),
                cloud: facts.clone().find_map(|facts| facts.cloud),
                relationship: facts.clone().find_map(|facts| facts.relationship),
                agreement_accepted: facts.clone().find_map(|facts| facts.agreement_accepted),
                delegated_rights: facts.clone().find_map(|facts| facts.delegated_rights),
                language: facts.clone().find_map(|facts| facts.language.clone()),
            }
        };
        self.known.keys().map(customer).collect()
    }
}

/// What counts more first: by where it comes from, then by what it says, so that the order of rows does not matter.
fn by_standing(a: &&(Standing, CustomerFacts), b: &&(Standing, CustomerFacts)) -> std::cmp::Ordering {
    let source = |of: &Standing| (of.0, of.1, of.2);
    let place = |of: &Standing| (of.3, of.4);
    source(&a.0)
        .cmp(&source(&b.0))
        .then_with(|| a.1.cmp(&b.1))
        .then_with(|| place(&a.0).cmp(&place(&b.0)))
}

/// A row of the customers table as facts.
pub(super) fn facts_of(note: &CustomerNote) -> CustomerFacts {
    CustomerFacts {
        id: note.id,
        name: note.name.clone(),
        domain: note.domain.clone(),
        country: note.country,
        qualification: note.qualification,
        cloud: note.cloud,
        relationship: note.relationship,
        agreement_accepted: note.agreement_accepted,
        delegated_rights: note.delegated_rights,
        language: note.language.clone(),
    }
}
