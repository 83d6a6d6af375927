//! Mappings that are asked for again and again.
//!
//! In: a question, and which offer of the estate it is about. Out: its [`Mapping`], worked out once on each thread for all
//! subscriptions that ask the same, and kept once for all questions about an offer that it answers; and what is ordered by a mapping,
//! kept once for all that have it ordered alike. What may not be remembered is
//! not: Microsoft's own files can say something else for each customer and number of licences, so with them every question is a
//! question of its own. Keeps the invariant that the answer is the one that the catalogue gives, whoever asked before.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{PlanTarget, Targets};
use crate::{
    catalog::{MapQuery, Mapping, Phase, Phases, Target},
    runs::PerThread,
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
    /// Those of each thread: threads that count who shares one answer wait for each other at every row.
    of_threads: PerThread<Answers>,
}

/// Those of one thread.
#[derive(Default)]
struct Answers {
    all: HashMap<Question, Arc<Mapping>>,
    /// For each offer those that differ: most questions about one have the same answer.
    of_offers: HashMap<u32, Vec<Arc<Mapping>>>,
    /// For each mapping, by its address, what is ordered by it: it differs in terms and in how it is billed.
    ordered: HashMap<usize, Vec<Targets>>,
}

/// For which term a target is ordered, and how it is billed.
type Ordered = (Option<Term>, Option<BillingPlan>);

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

    fn ordered(&mut self, mapping: &Arc<Mapping>, ordered: &[Ordered]) -> Targets {
        let known = self.ordered.entry(Arc::as_ptr(mapping).addr()).or_default();
        // An address may have been that of another mapping before, but texts that are kept stay where they are.
        let is_it = |(planned, (target, ordered)): (&PlanTarget, (&Target, &Ordered))| {
            Text::ptr_eq(&planned.offer_id, &target.offer_id)
                && Text::ptr_eq(&planned.offer, &target.name)
                && (planned.term, planned.billing) == *ordered
        };
        let wanted = || mapping.targets.iter().zip(ordered);
        let same = known
            .iter()
            .find(|targets| targets.len() == mapping.targets.len() && targets.iter().zip(wanted()).all(is_it));
        same.cloned().unwrap_or_else(|| {
            let new = planned(wanted());
            known.push(new.clone());
            new
        })
    }
}

/// What is ordered, from targets and how they are.
fn planned<'a>(targets: impl Iterator<Item = (&'a Target, &'a Ordered)>) -> Targets {
    let target = |(target, &(term, billing)): (&Target, &Ordered)| PlanTarget {
        offer_id: target.offer_id.clone(),
        offer: target.name.clone(),
        term,
        billing,
    };
    targets.map(target).collect()
}

impl Mappings {
    pub(super) fn new(phases: Option<Phases>) -> Mappings {
        Mappings {
            phases,
            of_threads: PerThread::new(),
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
        match self.of_threads.own() {
            Some(mut answers) => answers.of(question, answer),
            None => Arc::new(answer()),
        }
    }

    /// What is ordered by a mapping, where each target is ordered so.
    pub(super) fn targets(&self, mapping: &Arc<Mapping>, ordered: impl Fn(&Target) -> Ordered) -> Targets {
        let ordered: Vec<Ordered> = mapping.targets.iter().map(ordered).collect();
        match self.phases.as_ref().and_then(|_| self.of_threads.own()) {
            Some(mut answers) => answers.ordered(mapping, &ordered),
            None => planned(mapping.targets.iter().zip(&ordered)),
        }
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

    #[test]
    fn what_is_ordered_alike_is_kept_once() {
        let target = |id: &str| Target {
            offer_id: id.into(),
            name: "Suite".into(),
            offer: None,
            term: None,
        };
        let mapping = |ids: &[&str]| {
            let catalog = Catalog::default();
            let query = MapQuery {
                source: &SourceOffer::default(),
                resolution: &Resolution::Unknown,
                qualification: None,
                country: None,
                route: Route::NewSubscription,
                term: None,
                seats: None,
                on: chrono::NaiveDate::MIN,
            };
            let unmapped = catalog.map_by(&query, &catalog.rule_book(&[]));
            Arc::new(Mapping {
                targets: ids.iter().map(|id| target(id)).collect(),
                ..unmapped
            })
        };
        let mappings = Mappings::new(Some(Catalog::default().phases(&[])));
        let (one, two) = (mapping(&["a"]), mapping(&["a", "b"]));
        let yearly = |_: &Target| (Some(Term::YEAR), None);
        // Of two targets only the second is ordered otherwise.
        let mixed = |target: &Target| (Some(Term::YEAR).filter(|_| *target.offer_id == *"a"), None);
        let of_both: Vec<[Targets; 4]> = (0..2)
            .map(|_| {
                [
                    mappings.targets(&one, yearly),
                    mappings.targets(&one, |_| (Some(Term::YEAR), Some(BillingPlan::Monthly))),
                    mappings.targets(&two, yearly),
                    mappings.targets(&two, mixed),
                ]
            })
            .collect();
        let [first, again] = of_both.as_slice() else { panic!() };
        for (first, again) in first.iter().zip(again) {
            assert!(std::ptr::eq::<[PlanTarget]>(&**first, &**again), "{first:?}");
        }
        let said = |targets: &Targets| -> Vec<(String, Option<Term>, Option<BillingPlan>)> {
            let said = targets.iter();
            said.map(|target| (target.offer_id.to_string(), target.term, target.billing))
                .collect()
        };
        let ordered = |id: &str, term, billing| (id.to_owned(), term, billing);
        let year = Some(Term::YEAR);
        assert_eq!(said(&first[0]), [ordered("a", year, None)]);
        assert_eq!(said(&first[1]), [ordered("a", year, Some(BillingPlan::Monthly))]);
        assert_eq!(said(&first[2]), [ordered("a", year, None), ordered("b", year, None)]);
        assert_eq!(said(&first[3]), [ordered("a", year, None), ordered("b", None, None)]);
        // Where a mapping is let go, another may come to stand at its address.
        for number in 0..100 {
            let id = number.to_string();
            let mapping = mapping(&[&id]);
            assert_eq!(said(&mappings.targets(&mapping, yearly)), [ordered(&id, year, None)]);
        }
        assert!(mappings.targets(&mapping(&[]), yearly).is_empty());
    }
}
