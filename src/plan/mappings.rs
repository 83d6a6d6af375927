//! Mappings that are asked for again and again.
//!
//! In: a question, and which offer of the estate it is about. Out: its [`Mapping`], worked out once for all subscriptions that ask
//! the same. What may not be remembered is not: Microsoft's own files can say something else for each customer and number of
//! licences, so with them every question is a question of its own. Keeps the invariant that the answer is the one that the
//! catalogue gives, whoever asked before.

use std::{
    hash::BuildHasher,
    sync::{Arc, Mutex, PoisonError},
};

use hashbrown::{DefaultHashBuilder, HashMap};

use crate::{
    catalog::{MapQuery, Mapping, Phases},
    terms::*,
};

const SHARDS: usize = 100;

/// All that an answer hangs on besides the tables.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    /// Which source offer, by its number in the estate: its texts, and what they resolved to.
    offer: u32,
    /// The segment that the row itself states.
    segment: Option<Segment>,
    qualification: Option<Qualification>,
    country: Option<Country>,
    route: Route,
    term: Option<Term>,
    phase: (usize, Option<usize>),
}

/// The answers so far.
pub(super) struct Mappings {
    /// None: nothing may be remembered.
    phases: Option<Phases>,
    hasher: DefaultHashBuilder,
    shards: Vec<Mutex<HashMap<Question, Arc<Mapping>>>>,
}

impl Mappings {
    pub(super) fn new(phases: Option<Phases>) -> Mappings {
        Mappings {
            phases,
            hasher: DefaultHashBuilder::default(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// The answer to a question about an offer, by the offer's number.
    pub(super) fn of(&self, offer: u32, query: &MapQuery<'_>, answer: impl FnOnce() -> Mapping) -> Arc<Mapping> {
        let Some(phases) = &self.phases else {
            return Arc::new(answer());
        };
        let question = Question {
            offer,
            segment: query.source.segment,
            qualification: query.qualification,
            country: query.country,
            route: query.route,
            term: query.term,
            phase: phases.of(query.on, query.seats),
        };
        // A map goes by a hash's lowest bits and its highest seven; these are neither.
        let hash = self.hasher.hash_one(&question) >> 31;
        let Some(shard) = self.shards.get(hash as usize % SHARDS) else {
            return Arc::new(answer());
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shard.entry(question).or_insert_with(|| Arc::new(answer())))
    }
}
