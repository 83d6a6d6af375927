//! Customers.
//!
//! In: the customers table, customer lists, what rows of subscriptions say of their customers. Out: the [`Directory`], which
//! finds whom a stranger, that is facts without a tenant id, tells of: by domain or name, when exactly one customer fits; and the
//! list of [`Customer`]s. Of two facts about a customer the one from the customers table counts, then the one from a list, then the
//! one from the row of the highest rank and newest export; of rows that count alike, what comes first in the order of their words.
//! Refuses to choose between two customers of one name, and to take a name for a customer that is known under another domain than
//! the row's.

use std::{cmp::Ordering, collections::BTreeSet, ops::Range, sync::Arc};

use hashbrown::{HashMap, HashSet};

use super::{Customer, facts::CustomerFacts, tables::CustomerNote, vocabulary::fold};
use crate::{
    runs::{firsts_of, gathered, indices_of},
    terms::*,
};

/// Where a fact about a customer comes from; smaller counts more.
pub(super) type Standing = (
    u8,
    std::cmp::Reverse<u8>,
    std::cmp::Reverse<Option<chrono::NaiveDate>>,
    u32,
    u32,
);

/// What one source says of a customer.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    /// Whom it is about.
    pub(super) of: CustomerId,
    pub(super) standing: Standing,
    pub(super) facts: Arc<CustomerFacts>,
}

/// All that is known of customers.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Sorted by customer, of each what counts most first.
    statements: Vec<Statement>,
    index: Index,
}

/// What strangers are found by: the domains and names of those statements alone that have one of a stranger's.
#[derive(Debug, Default)]
struct Index {
    by_domain: HashMap<Text, BTreeSet<CustomerId>>,
    by_name: HashMap<String, BTreeSet<CustomerId>>,
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

impl Index {
    fn new(statements: &[Statement], strangers: &[Arc<CustomerFacts>]) -> Index {
        let mut index = Index::default();
        for facts in strangers {
            if let (Some(name), Some(domain)) = (&facts.name, &facts.domain) {
                index.claims.entry(fold(name)).or_default().insert(domain.clone());
            }
        }
        if strangers.is_empty() {
            return index;
        }
        let domains: HashSet<&Text> = strangers.iter().filter_map(|facts| facts.domain.as_ref()).collect();
        let names: HashSet<String> = strangers
            .iter()
            .filter_map(|facts| Some(fold(facts.name.as_ref()?)))
            .collect();
        let is_like = |said: &Statement| {
            let (domain, name) = (&said.facts.domain, &said.facts.name);
            domain.as_ref().is_some_and(|domain| domains.contains(domain))
                || !names.is_empty() && name.as_ref().is_some_and(|name| names.contains(&fold(name)))
        };
        let alike = indices_of(statements, is_like).into_iter();
        for Statement { of, facts, .. } in alike.filter_map(|at| statements.get(at as usize)) {
            if let Some(domain) = &facts.domain {
                index.by_domain.entry(domain.clone()).or_default().insert(*of);
            }
            if let Some(name) = &facts.name {
                index.by_name.entry(fold(name)).or_default().insert(*of);
            }
        }
        index
    }
}

impl Directory {
    /// What sources say of customers by their tenant ids, and the strangers to be looked for: facts without one.
    pub(super) fn new(mut statements: Vec<Statement>, strangers: &[Arc<CustomerFacts>]) -> Directory {
        statements.sort_by(Statement::order);
        Directory {
            index: Index::new(&statements, strangers),
            statements,
        }
    }

    /// Adds what sources say by domain or name alone, once it is known whom it is about. Nobody is found by it. The sort sees that
    /// the others are in order.
    pub(super) fn adopt(&mut self, statements: Vec<Statement>) {
        if !statements.is_empty() {
            self.statements.extend(statements);
            self.statements.sort_by(Statement::order);
        }
    }

    /// The customer that fits the domain or name of one of the strangers; others find nobody. A domain that is known goes before a
    /// name, unless they disagree.
    pub(super) fn find(&self, facts: &CustomerFacts) -> Found {
        let by_domain = facts
            .domain
            .as_ref()
            .and_then(|domain| Some((self.index.by_domain.get(domain)?, domain.clone())));
        let by_name = facts
            .name
            .as_ref()
            .and_then(|name| Some((self.index.by_name.get(&fold(name))?, name.clone())));
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
        // As sources that know its tenant id say.
        let said = self.said(id).iter().filter(|said| said.facts.id.is_some());
        let mut known = said.filter_map(|said| said.facts.domain.as_ref());
        if known.clone().any(|known| known == domain) {
            return None;
        }
        let claimed = || self.index.claims.get(&fold(facts.name.as_deref()?));
        let others: BTreeSet<Text> = match known.next() {
            Some(first) => known.chain([first]).cloned().collect(),
            None => claimed()?.iter().filter(|other| *other != domain).cloned().collect(),
        };
        (!others.is_empty()).then_some(others)
    }

    /// Facts of one standing about one customer that differ, with where they stand: they decide where a customer may be sold to.
    pub(super) fn contradictions(&self) -> Vec<(CustomerId, [(Standing, String); 2])> {
        let of_customer = |said: &[Statement]| {
            let words: [fn(&CustomerFacts) -> Option<String>; 2] = [
                |facts| facts.country.map(|country| country.to_string()),
                |facts| facts.qualification.map(|qualification| qualification.to_string()),
            ];
            let differing = words.map(|word| {
                let mut stated = said
                    .iter()
                    .filter_map(|said| Some((said.of, said.standing, word(&said.facts)?)));
                let (id, first, counts) = stated.next()?;
                let alike = |a: Standing, b: Standing| (a.0, a.1, a.2) == (b.0, b.1, b.2);
                let (_, rival, other) =
                    stated.find(|(_, standing, word)| alike(first, *standing) && *word != counts)?;
                Some((id, [(first, counts), (rival, other)]))
            });
            differing.into_iter().flatten()
        };
        // Of most customers all rows say the same.
        let of_one = self.statements.chunk_by(|a, b| a.of == b.of);
        of_one.filter(|said| said.len() > 1).flat_map(of_customer).collect()
    }

    /// What is said of a customer, what counts most first.
    pub(super) fn said(&self, id: CustomerId) -> &[Statement] {
        let first = self.statements.partition_point(|said| said.of < id);
        let from = self.statements.get(first..).unwrap_or_default();
        let count = from.iter().take_while(|said| said.of == id).count();
        from.get(..count).unwrap_or_default()
    }

    /// The customers, sorted by id, each with the facts that count: of each the first that is said.
    pub(super) fn customers(&self) -> Vec<Customer> {
        let customer = |first: &u32| {
            let from = self.statements.get(*first as usize..)?;
            let said = from.chunk_by(|a, b| a.of == b.of).next()?;
            let facts = said.iter().map(|said| &said.facts);
            Some(Customer {
                id: said.first()?.of,
                name: facts.clone().find_map(|facts| facts.name.clone()),
                domain: facts.clone().find_map(|facts| facts.domain.clone()),
                country: facts.clone().find_map(|facts| facts.country),
                qualification: facts.clone().find_map(|facts| facts.qualification),
                cloud: facts.clone().find_map(|facts| facts.cloud),
                relationship: facts.clone().find_map(|facts| facts.relationship),
                agreement_accepted: facts.clone().find_map(|facts| facts.agreement_accepted),
                delegated_rights: facts.clone().find_map(|facts| facts.delegated_rights),
                language: facts.clone().find_map(|facts| facts.language.clone()),
            })
        };
        let firsts = firsts_of(&self.statements, |a, b| a.of == b.of);
        let of_run = |run: Range<usize>| -> Vec<Customer> {
            firsts.get(run).into_iter().flatten().filter_map(customer).collect()
        };
        gathered(firsts.len(), of_run)
    }
}

impl Statement {
    /// By customer; then what counts more first: by where it comes from, then by what it says, so that the order of rows does not
    /// matter.
    fn order(&self, other: &Statement) -> Ordering {
        let source = |said: &Statement| {
            let (level, rank, freshness, ..) = said.standing;
            (said.of, level, rank, freshness)
        };
        let place = |said: &Statement| (said.standing.3, said.standing.4);
        source(self)
            .cmp(&source(other))
            .then_with(|| self.facts.cmp(&other.facts))
            .then_with(|| place(self).cmp(&place(other)))
    }
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
