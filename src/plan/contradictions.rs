//! Findings of facts that cannot all be true: a term that ends before it begins, a state that says otherwise than the term end or
//! than what was to follow it.
//!
//! In: a subscription and its decision. Out: findings, which also say what was taken to be so. Whether the row is for review is
//! decided elsewhere.

use super::{
    Reason,
    decide::Decided,
    eligibility::is_before_its_start,
    known::{Context, term_start_of},
    notes::about,
};
use crate::{
    finding::{Code, Finding},
    recognise::Subscription,
    terms::*,
};

/// What contradicts what in one subscription.
pub(super) fn of_facts(context: &Context<'_>, subscription: &Subscription, decided: &Decided) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(TermEnd(end)) = subscription.term_end else {
        return findings;
    };
    if let Some(start) = subscription.term_start.filter(|_| is_before_its_start(subscription)) {
        let message = format!("`{start}` as the start of a term that ends on {end}; the row is for review");
        let hint = "correct the day that is wrong; a renewal that is still to come is no start of this term";
        findings.push(about(Code::TermStartAfterEnd, subscription, message, hint).value(start.to_string()));
    }
    let Some(state) = subscription.state else {
        return findings;
    };
    let told = if context.as_of <= end {
        inside_the_term(state, end, decided)
    } else {
        past_the_term(context, subscription, state)
            .map(|otherwise| (otherwise, "export again if the export is older than the renewal"))
    };
    let told = told.map(|(message, hint)| about(Code::StateAgainstEnd, subscription, message, hint));
    findings.extend(told.map(|finding| finding.value(state.to_string())));
    findings
}

/// A state of what has ended, although the term runs on.
fn inside_the_term(state: State, end: chrono::NaiveDate, decided: &Decided) -> Option<(String, &'static str)> {
    let reasons = &decided.decision.reasons;
    if state == State::Deleted {
        let message = format!("`{state}`, although its term runs until {end}; the row is for review");
        let hint = "look in the portal at once what is left of it: what was cancelled keeps data for a few days only";
        return Some((message, hint));
    }
    reasons.has(Reason::StateAgainstEnd).then(|| {
        let message = format!("`{state}`, although its term runs until {end}; the row is for review");
        let hint = "look in the portal whether it runs; if it was ended early, report `end-source` as done";
        (message, hint)
    })
}

/// A state of what has ended, although it was to renew, or to run on in the extended service term.
fn past_the_term(context: &Context<'_>, subscription: &Subscription, state: State) -> Option<String> {
    let ended = matches!(state, State::Expired | State::Disabled | State::Suspended);
    let end = subscription.term_end.filter(|_| ended)?.0;
    let extended = subscription.channel.is_some_and(|channel| {
        let began = term_start_of(subscription);
        context.rules.extended_term_applies(channel, began, end)
    });
    let otherwise = match (subscription.end_instruction, subscription.auto_renew) {
        (Some(EndInstruction::Renew), _) | (None, Some(true)) => "was to renew",
        (Some(EndInstruction::Extended), _) => "was to run on in the extended service term",
        // What is suspended was stopped before.
        (None, Some(false)) if extended && state != State::Suspended => "would run on in the extended service term",
        _ => return None,
    };
    Some(format!(
        "`{state}`, although it {otherwise} after {end}; the state counts"
    ))
}
