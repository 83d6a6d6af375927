//! Mappings that are asked for again and again.
//!
//! In: a question, and which offer of the estate it is about. Out: its [`Mapping`], worked out once on each thread for all
//! subscriptions that ask the same, and kept once for all questions about an offer that it answers. What may not be remembered is
//! not: Microsoft's own files can say something else for each customer and number of licences, so with them every question is a
//! question of its own. Keeps the invariant that the answer is the one that the catalogue gives, whoever asked before.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;

use crate::{
    catalog::{MapQuery, Mapping, Phase, Phases},
    terms::*,
};

/// All that an answer hangs on besides the tables.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    /// Which source offer, by its number in the estate: its texts, and what they resolved to.
    offer: u32,
    /// The segment that the row itself states.
    segment: Option<Segment>,
    qualification: Option<Qualification>,
    route: Route,
    term: Option<Term>,
    phase: Phase,
}

/// The answers so far.
pub(super) struct Mappings {
    /// None: nothing may be remembered.
    phases: Option<Phases>,
    /// Those of each thread, the first for whoever is none of ours: threads that count who shares one answer wait for each other at
    /// every row.
    of_threads: Vec<Mutex<Answers>>,
}

/// Those of one thread.
#[derive(Default)]
struct Answers {
    all: HashMap<Question, Arc<Mapping>>,
    /// For each offer those that differ: most questions about one have the same answer.
    of_offers: HashMap<u32, Vec<Arc<Mapping>>>,
}

impl Answers {
    fn of(&mut self, question: Question, answer: impl FnOnce() -> Mapping) -> Arc<Mapping> {
        let offer = question.offer;
        let answer = || {
            let answer = answer();
            let known = self.of_offers.entry(offer).or_default();
            let same = known.iter().find(|known| ***known == answer).cloned();
            same.unwrap_or_else(|| {
                let new = Arc::new(with_own_texts(answer));
                known.push(Arc::clone(&new));
                new
            })
        };
        Arc::clone(self.all.entry(question).or_insert_with(answer))
    }
}

impl Mappings {
    pub(super) fn new(phases: Option<Phases>) -> Mappings {
        Mappings {
            phases,
            of_threads: (0..=rayon::current_num_threads()).map(|_| Mutex::default()).collect(),
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
            route: query.route,
            term: query.term,
            phase: phases.of(query.on, query.seats, query.country),
        };
        let thread = rayon::current_thread_index().map_or(0, |thread| thread + 1);
        let Some(answers) = self.of_threads.get(thread) else {
            return Arc::new(answer());
        };
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.of(question, answer)
    }
}

/// The same with texts that no other mapping has: rows share them, and threads would wait for each other to count by how many.
fn with_own_texts(mut mapping: Mapping) -> Mapping {
    let own = |text: &mut Text| *text = Text::from(&**text);
    for target in &mut mapping.targets {
        own(&mut target.offer_id);
        own(&mut target.name);
    }
    mapping.loses.iter_mut().for_each(own);
    mapping.gains.iter_mut().for_each(own);
    mapping
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{Catalog, Resolution},
        recognise::SourceOffer,
    };

    #[test]
    fn questions_with_one_answer_share_it() {
        let catalog = Catalog::default();
        let book = catalog.rule_book(&[]);
        let source = SourceOffer::default();
        let query = |term: Option<Term>| MapQuery {
            source: &source,
            resolution: &Resolution::Unknown,
            qualification: None,
            country: None,
            route: Route::NewSubscription,
            term,
            seats: None,
            on: chrono::NaiveDate::MIN,
        };
        let mappings = Mappings::new(Some(catalog.phases(&[])));
        let answer = |evidence: &str| Mapping {
            evidence: evidence.into(),
            ..catalog.map_by(&query(None), &book)
        };
        let first = mappings.of(7, &query(None), || answer("a"));
        let again = mappings.of(7, &query(None), || panic!("it was asked before"));
        let other_term = mappings.of(7, &query(Some(Term::YEAR)), || answer("a"));
        let other_answer = mappings.of(7, &query(Some(Term::MONTH)), || answer("b"));
        let other_offer = mappings.of(8, &query(None), || answer("a"));
        assert!(Arc::ptr_eq(&first, &again) && Arc::ptr_eq(&first, &other_term));
        assert!(!Arc::ptr_eq(&first, &other_answer) && !Arc::ptr_eq(&first, &other_offer));
        assert_eq!((&*other_answer.evidence, &*other_offer.evidence), ("b", "a"));
        // With Microsoft's own files nothing is remembered.
        let fresh = Mappings::new(None);
        fresh.of(7, &query(None), || answer("a"));
        assert_eq!(&*fresh.of(7, &query(None), || answer("b")).evidence, "b");
    }
}
