//! What somebody must do, by when, in sentences that can be worked from.
//!
//! In: a decision with its dates. Out: the steps that are not done, in dependency order; and, when they are written, each with
//! its particulars. No step ever asks to delete a subscription or to remove a domain: both destroy data.

use chrono::NaiveDate;

use super::{PlanRow, Step, StepRef, dates::Outcome, decide::Decided, known::Known};
use crate::terms::*;

/// Steps that are the customer's as a whole: one for all its subscriptions.
pub(super) const SHARED: [StepKind; 4] = [
    StepKind::RequestRelationship,
    StepKind::AcceptAgreement,
    StepKind::RequestDelegatedRights,
    StepKind::VetSegment,
];

/// The steps of one row that are not done, with `row` still to be set.
pub(super) fn steps_of(known: &Known<'_>, decided: &Decided) -> Vec<StepRef> {
    let mut steps = Vec::new();
    match decided.decision.action {
        Action::Keep => {}
        Action::Review => {
            let undo = decided.dates.as_ref().and_then(|dates| dates.undo_renewal_by);
            steps.push((StepKind::Decide, decided.decision.next_step_by, false));
            steps.extend(undo.map(|by| (StepKind::UndoRenewal, Some(by), false)));
        }
        Action::Move => steps = moving(known, decided),
    }
    let (rules, as_of) = (known.context.rules, known.context.as_of);
    let channel = known.subscription.channel;
    let mut steps: Vec<StepRef> = steps
        .into_iter()
        .filter_map(|(kind, due, requested)| {
            let rule = rules.step(kind, channel, as_of)?;
            let owner = match (kind, decided.decision.credit_enquiry) {
                (StepKind::EnquireCredit, Some(super::CreditEnquiry::Partner)) => Owner::Partner,
                // What was asked for waits for the customer.
                (StepKind::RequestRelationship | StepKind::RequestDelegatedRights, _) if requested => Owner::Customer,
                _ => rule.owner,
            };
            Some(StepRef {
                due,
                kind,
                owner,
                role: rule.role.clone(),
                requested,
                row: 0,
                shared: None,
            })
        })
        .collect();
    steps.sort_by_key(|step| (step.due, step.kind));
    steps
}

/// Kind, day and whether it is waited for, of every step of a move.
fn moving(known: &Known<'_>, decided: &Decided) -> Vec<(StepKind, Option<NaiveDate>, bool)> {
    let Some(dates) = decided.dates.as_ref().filter(|dates| dates.outcome == Outcome::Move) else {
        return Vec::new();
    };
    let (done, requested) = (known.standing.done, known.standing.requested);
    let mut steps = Vec::new();
    let reassign = decided.decision.licences == Some(Licences::Reassign);
    let gates = decided.gates;
    for (missing, kind, by) in [
        (gates.relationship, StepKind::RequestRelationship, dates.relationship_by),
        (gates.agreement, StepKind::AcceptAgreement, dates.agreement_by),
        (
            gates.delegated_rights && reassign,
            StepKind::RequestDelegatedRights,
            dates.delegated_rights_by,
        ),
        (gates.vetting, StepKind::VetSegment, dates.vetting_by),
    ] {
        if missing && !done.contains(kind) {
            // What was asked for must be there when the request or the order goes out.
            let needed = dates.request_by.or(dates.move_date);
            let asked = requested.contains(kind);
            steps.push((kind, if asked { needed } else { by }, asked));
        }
    }
    let transfer = decided.decision.route == Some(Route::Transfer);
    let ordered = (!transfer).then_some(dates.move_date).flatten();
    // A transfer completes when it is approved, so where the move comes before the last day, so does the approval.
    let approve_by = dates.approve_by.map(|by| dates.move_date.map_or(by, |day| by.min(day)));
    for (kind, by) in [
        (StepKind::UndoRenewal, dates.undo_renewal_by),
        (StepKind::EnquireCredit, dates.credit_by),
        (StepKind::RequestTransfer, dates.request_by),
        (StepKind::ApproveTransfer, approve_by),
        (StepKind::Order, ordered),
        (StepKind::Verify, dates.move_date),
        (StepKind::Verify, dates.verify_again),
        (StepKind::Reassign, dates.reassign_by),
        (StepKind::EndSource, dates.end_source_by),
        (StepKind::CancelExtendedTerm, dates.cancel_extended_by),
    ] {
        if by.is_some() && !done.contains(kind) {
            steps.push((kind, by, requested.contains(kind)));
        }
    }
    steps
}

/// A step with its particulars.
pub(super) fn describe(step: &StepRef, row: &PlanRow) -> Step {
    let shared = step.shared.is_some();
    let subscription = &row.subscription;
    let targets = match row.decision.action {
        Action::Move => row.decision.targets.as_slice(),
        Action::Keep | Action::Review => &[],
    };
    let offer = match targets {
        [] => row.source_offer.clone(),
        [only] => Some(only.offer.clone()),
        several => {
            let offers: Vec<&str> = several.iter().map(|target| &*target.offer).collect();
            Some(Text::from(offers.join(";")))
        }
    };
    Step {
        due: step.due,
        kind: step.kind,
        owner: step.owner,
        customer_id: subscription.customer_id,
        customer_name: subscription.customer_name.clone(),
        subscription_id: (!shared).then(|| subscription.id.clone()),
        offer: offer.filter(|_| !shared),
        seats: subscription.seats.filter(|_| !shared),
        detail: format!("{} ({})", sentence(step, row), step.role),
    }
}

fn sentence(step: &StepRef, row: &PlanRow) -> String {
    let decision = &row.decision;
    let source = row
        .source_offer
        .as_deref()
        .or(row.source_offer_id.as_deref())
        .unwrap_or("the subscription");
    let end = row
        .subscription
        .term_end
        .map_or_else(|| "unknown".to_owned(), |end| end.0.to_string());
    let waits = match step.shared {
        Some(count) if count > 1 => format!("{count} subscriptions wait for it"),
        _ => "one subscription waits for it".to_owned(),
    };
    match step.kind {
        StepKind::Decide => format!("decide: {}", reasons_in_words(row)),
        StepKind::UndoRenewal => {
            format!(
                "cancel or reduce the renewed term of {source} while that is still possible, or accept the new term"
            )
        }
        StepKind::RequestRelationship if step.requested => {
            format!("accept the reseller relationship that was requested; {waits}")
        }
        StepKind::RequestRelationship => format!("send the reseller relationship request to the customer; {waits}"),
        StepKind::AcceptAgreement => {
            format!("accept the Microsoft Customer Agreement in the Microsoft 365 admin centre; {waits}")
        }
        StepKind::RequestDelegatedRights if step.requested => {
            format!("approve the delegated admin rights that were requested; {waits}")
        }
        StepKind::RequestDelegatedRights => {
            format!("request delegated admin rights that allow to assign licences; {waits}")
        }
        StepKind::VetSegment => format!("have the customer vetted for the offer's segment; {waits}"),
        StepKind::EnquireCredit => {
            format!("ask Microsoft 365 billing support whether unused days of {source} are credited")
        }
        StepKind::RequestTransfer => {
            format!(
                "request the transfer of {source} ({}) from the source partner",
                row.subscription.id
            )
        }
        StepKind::ApproveTransfer => format!("approve the transfer of {source} ({})", row.subscription.id),
        StepKind::Order => format!("order {}", order_in_words(row)),
        StepKind::Verify if step.due > decision.move_date => {
            "check again: the target is active, the source has ended, licences are assigned, nothing is billed twice"
                .into()
        }
        StepKind::Verify => "check that the target is active and has at least as many seats as are assigned".into(),
        StepKind::Reassign if decision.at_once => format!(
            "assign the new licences and take the old ones of {source} away in one change for each user or group, since both together may be refused; never take the old ones away first; leave the domain as it is"
        ),
        StepKind::Reassign => format!(
            "assign the new licences to every user and group that has {source}, then take the old ones away; leave the domain as it is"
        ),
        StepKind::EndSource => end_in_words(decision.end_source, source, &end),
        StepKind::CancelExtendedTerm => {
            format!("cancel the extended service term of {source}; unused days are credited")
        }
    }
}

fn reasons_in_words(row: &PlanRow) -> String {
    let words: Vec<&str> = row.decision.reasons.iter().map(|reason| reason.meaning()).collect();
    words.join("; ")
}

fn order_in_words(row: &PlanRow) -> String {
    let orders: Vec<String> = row
        .decision
        .targets
        .iter()
        .map(|target| {
            let seats = target.seats.map(|seats| format!("{} x ", seats.0)).unwrap_or_default();
            let term = target.term.map_or_else(
                || ", for a term to be chosen, since the source's is unknown".to_owned(),
                |term| format!(", term {term}"),
            );
            format!("{seats}{} ({}){term}", target.offer, target.offer_id)
        })
        .collect();
    let on = row
        .decision
        .move_date
        .map(|day| format!(", to start on {day}"))
        .unwrap_or_default();
    format!("{}{on}", orders.join(" and "))
}

fn end_in_words(end_source: Option<EndSource>, source: &str, end: &str) -> String {
    match end_source {
        Some(EndSource::CancelAtTermEnd) => {
            format!(
                "set {source} to cancel at its term end ({end}), once the target is verified; turning auto-renew off is not enough"
            )
        }
        Some(EndSource::AutoRenewOff) => format!("turn auto-renew of {source} off before its term end ({end})"),
        Some(EndSource::ExtendedTerm) => {
            format!(
                "set {source} to renew to the extended service term at its term end ({end}), so that it neither stops nor renews for a full term"
            )
        }
        Some(EndSource::Cancel) => format!("cancel {source}, once the target is verified; unused days are credited"),
        Some(EndSource::DoNotRenew) => {
            format!(
                "give notice that {source} is not renewed at its term end ({end}) and is not extended automatically"
            )
        }
        Some(EndSource::Transfer) | None => format!("nothing: {source} ends with the transfer"),
    }
}
