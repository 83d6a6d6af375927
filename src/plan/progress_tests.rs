//! What is reported of each step: what was asked for is not asked for again, what is done is gone, and nothing is bought twice.

use super::tests::{World, day, plan_with, transferable};
use super::*;
use crate::recognise::tables::OfferRule;

type Scene = fn(&mut World);

/// A world in which each step is to be done.
const SCENES: [(StepKind, Scene); 14] = [
    (StepKind::Decide, |w| w.first().seats = None),
    (StepKind::UndoRenewal, |w| {
        w.first().term_start = Some(day("2026-11-19"))
    }),
    (StepKind::RequestRelationship, |w| w.customer.relationship = None),
    (StepKind::AcceptAgreement, |w| w.customer.agreement_accepted = None),
    (StepKind::RequestDelegatedRights, |w| {
        w.customer.delegated_rights = None;
        another_offer(w);
    }),
    (StepKind::VetSegment, |w| {
        w.customer.qualification = Some(Qualification::Education);
        w.first().offer_mut().offer_id = Some("CFQ7TTC0LHPL:000W".into());
    }),
    (StepKind::EnquireCredit, |_| {}),
    (StepKind::RequestTransfer, transferable),
    (StepKind::ApproveTransfer, transferable),
    (StepKind::Order, |_| {}),
    (StepKind::Verify, |_| {}),
    (StepKind::Reassign, another_offer),
    (StepKind::EndSource, |_| {}),
    (StepKind::CancelExtendedTerm, |w| w.as_of = day("2027-01-31")),
];

fn another_offer(w: &mut World) {
    w.tables.offers.push(OfferRule {
        source_offer: "CFQ7TTC0LH18:0001".into(),
        target_offer: "CFQ7TTC0LDPB:0001".into(),
        target_term: None,
        licences: None,
        valid_from: None,
        valid_until: None,
        reason: "asked for".into(),
        row: 2,
    });
}

/// Days and sentences of a step, as a plan lists them.
fn told(plan: &Plan, kind: StepKind) -> Vec<(Option<NaiveDate>, String)> {
    let steps = plan.steps().filter(|step| step.kind == kind);
    steps.map(|step| (step.due, step.detail)).collect()
}

#[test]
fn what_was_asked_for_is_not_asked_for_again_and_what_is_done_is_gone() {
    for (kind, scene) in SCENES {
        let with = |state: Option<Progress>| {
            plan_with(|w| {
                scene(w);
                let today = w.as_of.to_string();
                if let Some(state) = state {
                    w.report(kind, state, &today);
                }
            })
        };
        let before = with(None);
        let asked = told(&before, kind);
        assert!(!asked.is_empty(), "{kind}");
        let requested = with(Some(Progress::Requested));
        let waited = told(&requested, kind);
        match kind {
            // A request that is on its way is waited for as its approval.
            StepKind::RequestTransfer => {
                assert!(waited.is_empty());
                assert!(!told(&requested, StepKind::ApproveTransfer).is_empty());
            }
            // Support was asked.
            StepKind::EnquireCredit => assert!(waited.is_empty()),
            _ => assert_eq!(waited.len(), asked.len(), "{kind}"),
        }
        for (_, sentence) in &waited {
            assert!(asked.iter().all(|(_, first)| first != sentence), "{kind}: {sentence}");
        }
        let after = with(Some(Progress::Done));
        let left = told(&after, kind);
        match kind {
            // What was decided is known from the tables, facts and settings that it went into; until then it is to be decided.
            StepKind::Decide => assert_eq!(left, asked),
            // The looks after the term end are still to come.
            StepKind::Verify => assert_eq!(left, asked[1..]),
            _ => assert_eq!(left, [], "{kind}"),
        }
        // Whatever is reported, nothing is bought more often than before.
        for plan in [&requested, &after] {
            let bought = |plan: &Plan| {
                let kinds = [StepKind::Order, StepKind::RequestTransfer];
                plan.steps().filter(|step| kinds.contains(&step.kind)).count()
            };
            assert!(bought(plan) <= bought(&before), "{kind}");
        }
    }
}
