//! What to do with each subscription, and when.
//!
//! In: subscriptions, customers, mappings, rules, the calendar, as-of. Out: a [`Plan`]. Deciding one subscription is pure: same
//! arguments, same answer, no input or output. Holds the invariant subscriptions = move + keep + review.

use std::{borrow::Cow, num::NonZeroU32, sync::Arc};

use chrono::NaiveDate;

use crate::{
    finding::Finding,
    recognise::Subscription,
    rules::{Conditions, StepTexts},
    terms::*,
};

mod at_once;
mod contradictions;
mod costs;
mod counts;
pub mod dates;
mod decide;
mod eligibility;
mod estate;
mod known;
mod mapped;
mod mappings;
mod notes;
mod of_many;
mod order;
#[cfg(test)]
mod progress_tests;
mod reason;
mod requests;
mod seats;
mod sequence;
mod standing;
mod steps;
#[cfg(test)]
mod steps_tests;
mod targets;
#[cfg(test)]
mod tests;
mod together;
mod trail;
mod waves;
mod what_if;

pub use costs::{CostSum, Costs};
pub use counts::Counts;
pub use estate::{plan, plan_and_tell};
pub use known::Context;
pub use mapped::MappedOffer;
pub use reason::{Reason, Reasons};
pub use sequence::StepRefs;
pub use targets::{PlanTarget, Targets};
pub use trail::{Answer, MappingTrail, Part, Trail, Tried};
#[cfg(test)]
pub(crate) use what_if::decision_alone;
pub use what_if::{WhatIf, WhatIfs, what_if};

/// A plan: one row for each subscription, and the steps.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The date it is made for.
    pub as_of: NaiveDate,
    /// Sorted by move date (none last), customer id, subscription id.
    pub rows: Vec<PlanRow>,
    /// Sorted by day (none first), step, customer, subscription; [`Plan::steps`] gives them with their particulars.
    pub step_refs: StepRefs,
    /// In which words the steps are told.
    pub texts: Texts,
    /// What the mappings rest on, sorted.
    pub mappings: Vec<MappedOffer>,
    /// Sorted by [`Finding::order`]; those of deciding only.
    pub findings: Vec<Finding>,
}

/// What sentences are made of besides a row.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// The tables of the steps.
    pub steps: StepTexts,
    /// The most licences with which a customer can cancel by itself.
    pub self_service_licences: u32,
    /// The most subscriptions in one transfer request.
    pub transfer_items: u32,
    /// After so many days an unanswered transfer request lapses.
    pub request_days: u32,
    /// The transfer requests.
    pub requests: Vec<TransferRequest>,
}

/// One subscription and what to do with it.
#[derive(Debug, Clone)]
pub struct PlanRow {
    /// The facts.
    pub subscription: Subscription,
    /// The tenant's country.
    pub country: Option<Country>,
    /// The source offer to show; most rows share it with others.
    pub source_offer: Arc<ShownOffer>,
    /// What to do.
    pub decision: Decision,
}

/// A source offer as it is shown: as exported, or from the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShownOffer {
    /// Its id.
    pub id: Option<Text>,
    /// Its name.
    pub name: Option<Text>,
}

/// What to do with one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Move, keep or review.
    pub action: Action,
    /// Why, in the order of the rules.
    pub reasons: Reasons,
    /// The day the target starts, or the transfer completes.
    pub move_date: Option<NaiveDate>,
    /// The earliest step not done.
    pub next_step: Option<StepKind>,
    /// Its day.
    pub next_step_by: Option<NaiveDate>,
    /// How pressing it is.
    pub urgency: Option<Urgency>,
    /// How it moves.
    pub route: Option<Route>,
    /// How the target was found.
    pub mapping: Option<MappingKind>,
    /// What to order.
    pub targets: Targets,
    /// Licences to order of each; none: not known, or nothing is to be ordered.
    pub target_seats: Option<Seats>,
    /// What becomes of users' licences.
    pub licences: Option<Licences>,
    /// Whether old and new licences may exclude each other on one user, so that both change at once.
    pub at_once: bool,
    /// What users lose and gain; none: nothing.
    pub capabilities: Option<Box<Capabilities>>,
    /// First day on which the move is safe.
    pub window_opens: Option<NaiveDate>,
    /// Last day on which the move is safe.
    pub window_closes: Option<NaiveDate>,
    /// Ask for the relationship by this day.
    pub relationship_by: Option<NaiveDate>,
    /// Ask for the agreement by this day.
    pub agreement_by: Option<NaiveDate>,
    /// Send the transfer request by this day.
    pub request_by: Option<NaiveDate>,
    /// Reassign licences by this day.
    pub reassign_by: Option<NaiveDate>,
    /// How the source ends.
    pub end_source: Option<EndSource>,
    /// See to it by this day.
    pub end_source_by: Option<NaiveDate>,
    /// Who asks about a credit.
    pub credit_enquiry: Option<CreditEnquiry>,
    /// Days paid twice.
    pub overlap_days: Option<u32>,
    /// What that and a missed window cost; none without a price list.
    pub costs: Option<Box<Costs>>,
}

/// What becomes of what users can do. Apart from the decision, since of most nothing changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// What users lose.
    pub loses: Vec<Text>,
    /// What users gain.
    pub gains: Vec<Text>,
}

impl Decision {
    /// Capabilities users lose.
    pub fn loses(&self) -> &[Text] {
        self.capabilities.as_ref().map_or(&[], |changed| &changed.loses)
    }

    /// Capabilities users gain.
    pub fn gains(&self) -> &[Text] {
        self.capabilities.as_ref().map_or(&[], |changed| &changed.gains)
    }

    /// A decision that says nothing but its action and why.
    pub fn bare(action: Action, reasons: Reasons) -> Decision {
        Decision {
            action,
            reasons,
            move_date: None,
            next_step: None,
            next_step_by: None,
            urgency: None,
            route: None,
            mapping: None,
            targets: Targets::default(),
            target_seats: None,
            licences: None,
            at_once: false,
            capabilities: None,
            window_opens: None,
            window_closes: None,
            relationship_by: None,
            agreement_by: None,
            request_by: None,
            reassign_by: None,
            end_source: None,
            end_source_by: None,
            credit_enquiry: None,
            overlap_days: None,
            costs: None,
        }
    }
}

/// A step as a plan keeps it: which, when, who, and the row that it belongs to. Sentences are made when it is written, since
/// there are several steps to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRef {
    /// By this day; none: nothing says by when, so first thing.
    pub due: Option<NaiveDate>,
    /// What.
    pub kind: StepKind,
    /// The row of the table of steps that says who and what, by its number there.
    pub rule: u16,
    /// What holds besides.
    pub conditions: Conditions,
    /// Whether it was asked for, and is waited for.
    pub requested: bool,
    /// Index of its row; for a step of the customer as a whole, of the first row that needs it.
    pub row: u32,
    /// What [`StepRef::shared`] or [`StepRef::request`] says, by what kind of step it is.
    pub number: Option<NonZeroU32>,
}

impl StepRef {
    /// For a step of the customer as a whole: how many subscriptions wait for it.
    pub fn shared(&self) -> Option<NonZeroU32> {
        self.number.filter(|_| steps::SHARED.contains(&self.kind))
    }

    /// For a transfer request: which of [`Texts::requests`] it belongs to, counted from 1.
    pub fn request(&self) -> Option<NonZeroU32> {
        self.number.filter(|_| self.kind == StepKind::RequestTransfer)
    }
}

/// Which request a subscription is transferred in: a request takes only so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferRequest {
    /// 1-based.
    pub number: u32,
    /// How many requests there are.
    pub of: u32,
    /// How many subscriptions are in this one.
    pub items: u32,
}

/// One thing somebody does by a date, with its particulars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// By this day; none: nothing says by when, so first thing.
    pub due: Option<NaiveDate>,
    /// What.
    pub kind: StepKind,
    /// Who.
    pub owner: Owner,
    /// The customer's tenant id.
    pub customer_id: Option<CustomerId>,
    /// The customer's name.
    pub customer_name: Option<Text>,
    /// The subscription; none for a step that is for the customer as a whole.
    pub subscription_id: Option<Id>,
    /// The offer.
    pub offer: Option<Text>,
    /// Seats.
    pub seats: Option<Seats>,
    /// One sentence with the particulars.
    pub detail: String,
}

/// A step as it is written: what it has of its row, and a sentence that is made when it is asked for.
#[derive(Debug, Clone)]
pub struct ToldStep<'a> {
    /// By this day; none: nothing says by when, so first thing.
    pub due: Option<NaiveDate>,
    /// What.
    pub kind: StepKind,
    /// Who.
    pub owner: Owner,
    /// The customer's tenant id.
    pub customer_id: Option<CustomerId>,
    /// The customer's name.
    pub customer_name: Option<&'a str>,
    /// The subscription; none for a step that is for the customer as a whole.
    pub subscription_id: Option<&'a Id>,
    /// The offer.
    pub offer: Option<Cow<'a, str>>,
    /// Seats.
    pub seats: Option<Seats>,
    sentence: steps::Sentence<'a>,
}

impl ToldStep<'_> {
    /// Adds one sentence with the particulars, in UTF-8.
    pub fn write_detail(&self, out: &mut Vec<u8>) {
        self.sentence.write(out);
    }
}

impl From<ToldStep<'_>> for Step {
    fn from(told: ToldStep<'_>) -> Step {
        let mut detail = Vec::new();
        told.write_detail(&mut detail);
        Step {
            due: told.due,
            kind: told.kind,
            owner: told.owner,
            customer_id: told.customer_id,
            customer_name: told.customer_name.map(Text::from),
            subscription_id: told.subscription_id.cloned(),
            offer: told.offer.map(Text::from),
            seats: told.seats,
            detail: String::from_utf8_lossy(&detail).into_owned(),
        }
    }
}

impl Plan {
    /// The steps in order, each with its particulars.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        self.step_refs.iter().filter_map(|step| self.step(step))
    }

    /// A step with its particulars; none for a step of another plan.
    pub fn step(&self, step: &StepRef) -> Option<Step> {
        self.told_step(step).map(Step::from)
    }

    /// A step as it is written; none for a step of another plan.
    pub fn told_step<'a>(&'a self, step: &'a StepRef) -> Option<ToldStep<'a>> {
        steps::describe(step, self.rows.get(step.row as usize)?, &self.texts, self.as_of)
    }

    /// Adds steps as they are written, by their numbers. They and their rows lie about in memory, and come sooner when all are asked for
    /// at once.
    pub fn told_steps<'a>(&'a self, numbers: &[u32], told: &mut Vec<ToldStep<'a>>) {
        let steps = || numbers.iter().filter_map(|&number| self.step_refs.get(number));
        let look_at = |step: &StepRef| {
            let row = self.rows.get(step.row as usize)?;
            // The texts themselves are asked for, not only where they are.
            let first = |text: &Text| text.as_bytes().first().copied();
            let name = row.subscription.customer_name.as_ref().and_then(first);
            let offer = row.decision.targets.first().and_then(|target| first(&target.offer));
            std::hint::black_box((row.subscription.seats, row.decision.move_date, offer, name));
            Some(())
        };
        steps().filter_map(look_at).for_each(drop);
        told.extend(steps().filter_map(|step| self.told_step(step)));
    }
}
