//! Decides one subscription.
//!
//! In: what is known of it. Out: a [`Decision`] and its dates. Pure: same arguments, same answer. Mapping, route and window are
//! worked out first; then eligibility decides the action.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    Capabilities, CreditEnquiry, Decision, Reason, Reasons, Targets,
    costs::{Unpriced, costs_of},
    dates::{Dates, Gates, Outcome},
    eligibility::judge,
    estate::Imposing,
    known::{Known, Planned},
};
use crate::{
    catalog::{Mapping, Offer},
    rules::{ChannelRule, Dated, NumberName, shift},
    terms::*,
};

/// A decision with what the steps and the estate need of it.
pub(super) struct Decided {
    pub(super) decision: Decision,
    pub(super) days: StepDays,
    /// Whether its dates are those of a move.
    pub(super) has_move_dates: bool,
    pub(super) gates: Gates,
    /// What other subscriptions impose on it.
    pub(super) imposed: Imposing,
    /// The segment that the customer must be vetted for.
    pub(super) vetted_segment: Option<Segment>,
    /// Whether the source's billing plan is not sold for the target's term.
    pub(super) billing_changed: bool,
    /// Its mapping: what that rests on, which rows of the user's offers table were used, what Microsoft's own files contradict.
    pub(super) mapping: Option<Arc<Mapping>>,
    /// Offers of which the price list has no price: which, for which term, why; none: no such offer.
    pub(super) unpriced: Option<Box<Unpriced>>,
}

/// What steps go by that the decision itself does not show.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StepDays {
    pub(super) delegated_rights_by: Option<NaiveDate>,
    pub(super) vetting_by: Option<NaiveDate>,
    pub(super) credit_by: Option<NaiveDate>,
    pub(super) approve_by: Option<NaiveDate>,
    pub(super) cancel_extended_by: Option<NaiveDate>,
    pub(super) verify_again: Option<NaiveDate>,
    pub(super) verify_last: Option<NaiveDate>,
    pub(super) undo_renewal_by: Option<NaiveDate>,
}

impl From<&Dates> for StepDays {
    fn from(dates: &Dates) -> StepDays {
        StepDays {
            delegated_rights_by: dates.delegated_rights_by,
            vetting_by: dates.vetting_by,
            credit_by: dates.credit_by,
            approve_by: dates.approve_by,
            cancel_extended_by: dates.cancel_extended_by,
            verify_again: dates.verify_again,
            verify_last: dates.verify_last,
            undo_renewal_by: dates.undo_renewal_by,
        }
    }
}

impl Decided {
    /// The row of the user's offers table that was used.
    pub(super) fn offer_row(&self) -> Option<u32> {
        self.mapping.as_ref().and_then(|mapping| mapping.used)
    }
}

/// What users lose and gain with a mapping.
fn capabilities(mapping: &Mapping) -> Option<Box<Capabilities>> {
    let any = !mapping.loses.is_empty() || !mapping.gains.is_empty();
    any.then(|| {
        Box::new(Capabilities {
            loses: mapping.loses.clone(),
            gains: mapping.gains.clone(),
        })
    })
}

/// Decides one subscription.
pub(super) fn decide(known: &Known<'_>) -> Decided {
    let planned = known.planned().unwrap_or_else(Planned::nothing);
    let (action, reasons) = judge(known, &planned);
    let mut decision = match action {
        Action::Keep => Decision::bare(Action::Keep, reasons),
        Action::Review => review(known, &planned, reasons),
        Action::Move => moves(known, &planned, reasons),
    };
    let mut unpriced = Unpriced::default();
    if let (Action::Move, Some(mapping)) = (action, &planned.mapping) {
        decision.costs = costs_of(known, &decision, mapping, &mut unpriced);
    }
    let vetted_segment = planned
        .mapping
        .as_ref()
        .and_then(|mapping| known.vetted_segment(mapping));
    let plan = known.subscription.billing_plan.filter(|plan| is_cycle(*plan));
    let billing_changed = plan.is_some()
        && decision
            .targets
            .iter()
            .any(|target| target.billing.is_some() && target.billing != plan);
    let dates = planned.dates.filter(|_| action != Action::Keep);
    Decided {
        decision,
        days: dates.as_ref().map(StepDays::from).unwrap_or_default(),
        has_move_dates: dates.is_some_and(|dates| dates.outcome == Outcome::Move),
        gates: planned.gates,
        imposed: Imposing::default(),
        vetted_segment,
        billing_changed,
        mapping: planned.mapping,
        unpriced: (!unpriced.offers.is_empty()).then(|| Box::new(unpriced)),
    }
}

/// A row for a person: route, mapping and window as far as they go, one step.
fn review(known: &Known<'_>, planned: &Planned, reasons: Reasons) -> Decision {
    // What is cut short has no window to wait for.
    let cut_short = known.is_cut_short();
    let dates = planned.dates.as_ref().filter(|_| !cut_short);
    let window_opens = dates.and_then(|dates| dates.window_opens);
    let decide_days = known.context.rules.days(NumberName::Decide, known.context.as_of);
    let lost = cut_short || reasons.has(Reason::SourceDeleted);
    // Nobody knows what is left of it: that is found out first, whatever its term end.
    let first = [Reason::StateAgainstEnd, Reason::RenewalUndone]
        .into_iter()
        .any(|reason| reasons.has(reason));
    let urgency = match review_urgency(known, lost) {
        Urgency::Planned if first => Urgency::Open,
        urgency => urgency,
    };
    let mapping = planned.mapping.as_ref();
    Decision {
        action: Action::Review,
        route: mapping.map(|_| planned.route),
        mapping: mapping.map(|mapping| mapping.kind),
        targets: mapping.map(|mapping| targets(known, mapping)).unwrap_or_default(),
        target_seats: mapping.and_then(|mapping| target_seats(known, mapping)),
        licences: mapping.and_then(|mapping| mapping.licences),
        at_once: mapping.is_some_and(|mapping| mapping.at_once),
        capabilities: mapping.and_then(|mapping| capabilities(mapping)),
        window_opens,
        window_closes: dates.and_then(|dates| dates.window_closes),
        next_step: Some(StepKind::Decide),
        next_step_by: known
            .decide_from(planned)
            .map(|(_, day)| known.context.calendars.ours().prev(shift(day, -decide_days))),
        urgency: Some(urgency),
        ..Decision::bare(Action::Keep, reasons)
    }
}

fn review_urgency(known: &Known<'_>, lost: bool) -> Urgency {
    let as_of = known.context.as_of;
    let attention_days = known.context.rules.days(NumberName::Attention, as_of);
    match known.subscription.term_end {
        // What was cancelled inside its term may still have its data.
        Some(end) if lost && as_of <= end.0 => Urgency::Lapsed,
        _ if lost => Urgency::Lost,
        None => Urgency::Open,
        Some(end) if as_of > end.0 => Urgency::Lapsed,
        Some(end) if as_of >= shift(end.0, -attention_days) => Urgency::Open,
        Some(_) => Urgency::Planned,
    }
}

fn moves(known: &Known<'_>, planned: &Planned, reasons: Reasons) -> Decision {
    // No reason for review means that there is a term end, hence dates, and a channel, hence a mapping.
    let (Some(dates), Some(mapping)) = (&planned.dates, &planned.mapping) else {
        return review(known, planned, reasons);
    };
    let has_rights = !planned.gates.delegated_rights;
    let channel = known
        .subscription
        .channel
        .and_then(|c| known.context.rules.channel(c, known.context.as_of));
    let credit = |channel: &&Dated<ChannelRule>| channel.row.credit && dates.end_source.is_some();
    let credit_enquiry = channel.filter(credit).map(|_| match has_rights {
        true => CreditEnquiry::Partner,
        false => CreditEnquiry::Customer,
    });
    Decision {
        action: Action::Move,
        move_date: dates.move_date,
        urgency: Some(dates.urgency),
        route: Some(planned.route),
        mapping: Some(mapping.kind),
        targets: targets(known, mapping),
        target_seats: target_seats(known, mapping),
        licences: mapping.licences,
        at_once: mapping.at_once,
        capabilities: capabilities(mapping),
        window_opens: dates.window_opens,
        window_closes: dates.window_closes,
        relationship_by: dates.relationship_by,
        agreement_by: dates.agreement_by,
        request_by: dates.request_by,
        reassign_by: dates.reassign_by,
        end_source: dates.end_source,
        end_source_by: dates.end_source_by,
        credit_enquiry,
        overlap_days: Some(dates.overlap_days),
        ..Decision::bare(Action::Keep, reasons)
    }
}

fn targets(known: &Known<'_>, mapping: &Arc<Mapping>) -> Targets {
    known.mappings.targets(mapping, |target| {
        let term = target.term.or(known.term());
        let billing = term.and_then(|term| billing(known, target.offer.as_deref(), term));
        (term, billing)
    })
}

/// As many licences of each target as the source has.
fn target_seats(known: &Known<'_>, mapping: &Mapping) -> Option<Seats> {
    known.subscription.seats.filter(|_| !mapping.targets.is_empty())
}

/// Whether a plan says how often is billed.
fn is_cycle(plan: BillingPlan) -> bool {
    matches!(
        plan,
        BillingPlan::Monthly | BillingPlan::Annual | BillingPlan::Triennial
    )
}

/// How to have a target billed: as the source where its term is sold so, else as it is; none where the source does not say.
fn billing(known: &Known<'_>, offer: Option<&Offer>, term: Term) -> Option<BillingPlan> {
    let wanted = known.subscription.billing_plan.filter(|plan| is_cycle(*plan))?;
    let (rules, on) = (known.context.rules, known.order_day());
    let key = offer.map_or("", |offer| &offer.key);
    let may = |plan: &BillingPlan| rules.billing(term, key, *plan, on).map(|rule| rule.row.allowed);
    match may(&wanted) {
        Some(false) => {
            let others = [BillingPlan::Annual, BillingPlan::Monthly, BillingPlan::Triennial];
            others.into_iter().find(|plan| may(plan) == Some(true))
        }
        // Of a term that no row speaks of nothing is known to be wrong.
        Some(true) | None => Some(wanted),
    }
}
