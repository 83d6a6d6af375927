//! What somebody must do, by when, in sentences that can be worked from.
//!
//! In: a decision with its dates, and the tables of steps. Out: the steps that are not done, in dependency order; and, when they
//! are written, each with its particulars: the sentence of its row with the braces filled, then what holds besides, then the role
//! in the portal. No sentence asks to delete a subscription or to remove a domain: both destroy data.

use std::{borrow::Cow, io::Write};

use chrono::{Datelike, Days, Months, NaiveDate};
use uuid::Uuid;

use super::{PlanRow, StepRef, Texts, ToldStep, decide::Decided, known::Known};
use crate::{
    plan::dates::case_of,
    rules::{Condition, Conditions, MarketData, NumberName, Placeholder, StepCase, StepRule, Wording},
    terms::*,
};

/// Steps that are the customer's as a whole: one for all its subscriptions.
pub(super) const SHARED: [StepKind; 4] = [
    StepKind::RequestRelationship,
    StepKind::AcceptAgreement,
    StepKind::RequestDelegatedRights,
    StepKind::VetSegment,
];

/// Adds the steps of one row that are not done, with `row` still to be set.
pub(super) fn steps_of(known: &Known<'_>, decided: &Decided, steps: &mut Vec<StepRef>) {
    let context = known.context;
    let (rules, partner) = (context.rules, context.config.partner.role);
    let before = steps.len();
    let mut conditions = None;
    let mut add = |kind: StepKind, due: Option<NaiveDate>, requested: bool| {
        let conditions = *conditions.get_or_insert_with(|| conditions_of(known, decided));
        let (cases, count) = cases_of(kind, due, requested, decided);
        let cases = cases.get(..count).unwrap_or_default();
        // Who does a step and how is what holds on its day.
        let on = due.map_or(context.as_of, |due| due.max(context.as_of));
        let rule = rules.step(kind, cases, known.subscription.channel, partner, on);
        steps.extend(rule.map(|(number, _)| StepRef {
            due,
            kind,
            rule: number,
            conditions,
            requested,
            row: 0,
            number: None,
        }));
    };
    match decided.decision.action {
        Action::Keep => {}
        Action::Review => {
            let undo = decided.days.undo_renewal_by;
            let asked = |step| known.standing.requested.contains(step);
            let decide = StepKind::Decide;
            add(decide, decided.decision.next_step_by, asked(decide));
            if let Some(by) = undo {
                add(StepKind::UndoRenewal, Some(by), asked(StepKind::UndoRenewal));
            }
        }
        Action::Move => moving(known, decided, &mut add),
    }
    let added = steps.get_mut(before..).unwrap_or_default();
    added.sort_by_key(|step| (step.due, step.kind));
}

/// What is special about a step, most special first, and how much of it there is: every step of every row asks.
fn cases_of(kind: StepKind, due: Option<NaiveDate>, requested: bool, decided: &Decided) -> ([StepCase; 3], usize) {
    let decision = &decided.decision;
    let before_the_move = kind == StepKind::EndSource
        && decision.end_source == Some(EndSource::AutoRenewOff)
        && decision.end_source_by < decision.move_date;
    let special = match kind {
        StepKind::EndSource if before_the_move => Some(StepCase::BeforeTheMove),
        StepKind::EndSource => decision.end_source.and_then(case_of),
        StepKind::Reassign => decision.at_once.then_some(StepCase::AtOnce),
        StepKind::EnquireCredit => {
            (decision.credit_enquiry == Some(super::CreditEnquiry::Partner)).then_some(StepCase::WithRights)
        }
        StepKind::Verify if due > decision.move_date => Some(StepCase::Again),
        StepKind::Verify => (decision.route == Some(Route::Transfer)).then_some(StepCase::Transfer),
        StepKind::VetSegment => match decided.vetted_segment {
            Some(Segment::Nonprofit) => Some(StepCase::Nonprofit),
            Some(Segment::Education) => Some(StepCase::Education),
            Some(Segment::Government) => Some(StepCase::Government),
            Some(Segment::Commercial) | None => None,
        },
        _ => None,
    };
    let last_check = decided.days.verify_last;
    // Where a table of steps has no words for the last check, those for another one do.
    let last = (kind == StepKind::Verify && due.is_some() && due == last_check).then_some(StepCase::Last);
    let asked = requested.then_some(StepCase::Requested);
    let mut cases = [StepCase::Requested; 3];
    let mut count = 0;
    for (slot, case) in cases.iter_mut().zip([asked, last, special].into_iter().flatten()) {
        *slot = case;
        count += 1;
    }
    (cases, count)
}

/// What holds for the steps of a row besides.
fn conditions_of(known: &Known<'_>, decided: &Decided) -> Conditions {
    let (rules, as_of) = (known.context.rules, known.context.as_of);
    let seats = known.subscription.seats.map_or(0, |seats| seats.0);
    let wants_number = known.country().is_some_and(|country| {
        let mut data = rules.market_data(country, as_of);
        data.any(|rule| rule.row.data == MarketData::RegistrationNumber)
    });
    // On which days an order may end is known with its term.
    let term_known = decided
        .decision
        .targets
        .first()
        .is_some_and(|target| target.term.is_some());
    let mut conditions = Conditions::default();
    for (condition, holds) in [
        (Condition::AddOn, decided.imposed.add_on),
        (Condition::Base, decided.imposed.base),
        (
            Condition::ManyLicences,
            seats > rules.number(NumberName::SelfService, as_of),
        ),
        (Condition::RegistrationNumber, wants_number),
        (Condition::FirstPurchase, term_known && !known.has_ours),
        (Condition::LaterPurchase, term_known && known.has_ours),
        (Condition::BillingChanged, decided.billing_changed),
    ] {
        conditions.insert(condition, holds);
    }
    conditions
}

/// Adds kind, day and whether it is waited for, of every step of a move.
fn moving(known: &Known<'_>, decided: &Decided, add: &mut impl FnMut(StepKind, Option<NaiveDate>, bool)) {
    let (decision, days) = (&decided.decision, &decided.days);
    if !decided.has_move_dates {
        return;
    }
    let (done, requested) = (known.standing.done, known.standing.requested);
    let reassign = decision.licences == Some(Licences::Reassign);
    let gates = decided.gates;
    for (missing, kind, by) in [
        (
            gates.relationship,
            StepKind::RequestRelationship,
            decision.relationship_by,
        ),
        (gates.agreement, StepKind::AcceptAgreement, decision.agreement_by),
        (
            gates.delegated_rights && reassign,
            StepKind::RequestDelegatedRights,
            days.delegated_rights_by,
        ),
        (gates.vetting, StepKind::VetSegment, days.vetting_by),
    ] {
        if missing && !done.contains(kind) {
            // What was asked for must be there when the request or the order goes out.
            let needed = decision.request_by.or(decision.move_date);
            let asked = requested.contains(kind);
            add(kind, if asked { needed } else { by }, asked);
        }
    }
    let transfer = decision.route == Some(Route::Transfer);
    let ordered = (!transfer).then_some(decision.move_date).flatten();
    // A transfer completes when it is approved, so where the move comes before the last day, so does the approval.
    let approve_by = days
        .approve_by
        .map(|by| decision.move_date.map_or(by, |day| by.min(day)));
    for (kind, by) in [
        (StepKind::UndoRenewal, days.undo_renewal_by),
        (StepKind::EnquireCredit, days.credit_by),
        (StepKind::RequestTransfer, decision.request_by),
        (StepKind::ApproveTransfer, approve_by),
        (StepKind::Order, ordered),
        (StepKind::Verify, decision.move_date),
        (StepKind::Verify, days.verify_again),
        (StepKind::Verify, days.verify_last),
        (StepKind::Reassign, decision.reassign_by),
        (StepKind::EndSource, decision.end_source_by),
        (StepKind::CancelExtendedTerm, days.cancel_extended_by),
    ] {
        // The days of the checks after the end know themselves whether they are done. So does that of the source's end: what is
        // set to cancel may have to be set to go on.
        let is_again = kind == StepKind::Verify && [days.verify_again, days.verify_last].contains(&by);
        let knows_itself = is_again || kind == StepKind::EndSource;
        if by.is_some() && (knows_itself || !done.contains(kind)) {
            add(kind, by, requested.contains(kind));
        }
    }
}

/// A step with its particulars; none where its row is in no table.
pub(super) fn describe<'a>(
    step: &'a StepRef,
    row: &'a PlanRow,
    texts: &'a Texts,
    as_of: NaiveDate,
) -> Option<ToldStep<'a>> {
    let rule = &texts.steps.step(step.rule)?.row;
    let shared = step.shared().is_some();
    let subscription = &row.subscription;
    let targets = match row.decision.action {
        Action::Move => &*row.decision.targets,
        Action::Keep | Action::Review => &[],
    };
    let offer = || match targets {
        [] => row.source_offer.name.as_deref().map(Cow::Borrowed),
        [only] => Some(Cow::Borrowed(&*only.offer)),
        several => {
            let offers: Vec<&str> = several.iter().map(|target| &*target.offer).collect();
            Some(Cow::Owned(offers.join(";")))
        }
    };
    Some(ToldStep {
        due: step.due,
        kind: step.kind,
        owner: rule.owner,
        customer_id: subscription.customer_id,
        customer_name: subscription.customer_name.as_deref(),
        subscription_id: (!shared).then_some(&subscription.id),
        offer: if shared { None } else { offer() },
        seats: subscription.seats.filter(|_| !shared),
        sentence: Sentence {
            rule,
            words: Words { step, row, texts },
            on: step.due.map_or(as_of, |due| due.max(as_of)),
        },
    })
}

/// The sentence of a step, made as it is written: there are several to a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sentence<'a> {
    rule: &'a StepRule,
    words: Words<'a>,
    /// The day by which notes are chosen.
    on: NaiveDate,
}

impl Sentence<'_> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let Sentence { rule, words, on } = self;
        let Words { step, row, texts } = words;
        if step.requested && rule.case != Some(StepCase::Requested) {
            out.extend_from_slice(b"asked for already: ");
        }
        words.fill(&rule.sentence, out);
        let channel = row.subscription.channel;
        for note in texts.steps.notes(step.kind, channel, step.conditions, *on) {
            out.extend_from_slice(b"; ");
            words.fill(&note.row.sentence, out);
        }
        if !rule.role.is_empty() {
            put(out, &[" (", &rule.role, ")"]);
        }
    }
}

/// What braces are filled with.
#[derive(Debug, Clone, Copy)]
struct Words<'a> {
    step: &'a StepRef,
    row: &'a PlanRow,
    texts: &'a Texts,
}

/// Adds texts.
fn put(out: &mut Vec<u8>, texts: &[&str]) {
    texts.iter().for_each(|text| out.extend_from_slice(text.as_bytes()));
}

/// Adds a number.
fn number(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Adds a day.
fn day(out: &mut Vec<u8>, day: Option<NaiveDate>) {
    match day {
        Some(day) => push_date(out, day),
        None => put(out, &["a day that is not known"]),
    }
}

impl Words<'_> {
    /// Adds a sentence with its braces filled.
    fn fill(&self, wording: &Wording, out: &mut Vec<u8>) {
        for (text, placeholder) in wording.parts() {
            put(out, &[text]);
            if let Some(placeholder) = placeholder {
                self.word(placeholder, out);
            }
        }
    }

    fn word(&self, placeholder: Placeholder, out: &mut Vec<u8>) {
        let (row, texts) = (self.row, self.texts);
        match placeholder {
            Placeholder::Batch => self.batch(out),
            Placeholder::Due => day(out, self.step.due),
            Placeholder::FullTermEnd => day(out, self.full_term_end()),
            Placeholder::Id => match &row.subscription.id {
                Id::Guid(guid) => {
                    let mut text = Uuid::encode_buffer();
                    put(out, &[guid.as_hyphenated().encode_lower(&mut text)]);
                }
                Id::Text(text) => put(out, &[text]),
            },
            Placeholder::MonthEnd => day(out, self.month_end()),
            Placeholder::MoveDate => day(out, row.decision.move_date),
            Placeholder::Offer => {
                let source = &row.source_offer;
                let source = source.name.as_deref().or(source.id.as_deref());
                put(out, &[source.unwrap_or("the subscription")]);
            }
            Placeholder::Order => self.order(out),
            Placeholder::Reasons => {
                for (at, reason) in row.decision.reasons.iter().enumerate() {
                    put(out, &[if at > 0 { "; " } else { "" }, reason.meaning()]);
                }
            }
            Placeholder::RequestDays => {
                number(out, texts.request_days);
                put(out, &[if texts.request_days == 1 { " day" } else { " days" }]);
            }
            Placeholder::Seats => match row.subscription.seats {
                Some(Seats(1)) => put(out, &["1 licence"]),
                Some(Seats(seats)) => {
                    number(out, seats);
                    put(out, &[" licences"]);
                }
                None => put(out, &["licences"]),
            },
            Placeholder::SelfServiceLicences => number(out, texts.self_service_licences),
            Placeholder::TermEnd => day(out, row.subscription.term_end.map(|end| end.0)),
            Placeholder::TransferItems => number(out, texts.transfer_items),
            Placeholder::WindowCloses => day(out, row.decision.window_closes),
            Placeholder::Waits => match self.step.shared() {
                Some(count) if count.get() > 1 => {
                    number(out, count.get());
                    put(out, &[" subscriptions wait for it"]);
                }
                _ => put(out, &["one subscription waits for it"]),
            },
        }
    }

    fn batch(&self, out: &mut Vec<u8>) {
        // Writing to a `Vec` does not fail.
        let request = self.step.request().map(|place| place.get() as usize - 1);
        let _ = match request.and_then(|place| self.texts.requests.get(place)) {
            Some(request) if request.of > 1 => {
                let (number, of, most) = (request.number, request.of, self.texts.transfer_items);
                write!(
                    out,
                    "in request {number} of {of} for this customer, since one takes at most {most} subscriptions"
                )
            }
            Some(request) if request.items > 1 => {
                let items = request.items;
                write!(out, "in one request for the {items} subscriptions of this customer")
            }
            _ => out.write_all(b"in a request of its own"),
        };
    }

    fn order(&self, out: &mut Vec<u8>) {
        let decision = &self.row.decision;
        for (at, target) in decision.targets.iter().enumerate() {
            if at > 0 {
                put(out, &[" and "]);
            }
            if let Some(seats) = decision.target_seats {
                number(out, seats.0);
                put(out, &[" x "]);
            }
            put(out, &[&target.offer, " (", &target.offer_id, ")"]);
            match target.term {
                Some(term) => {
                    put(out, &[", term "]);
                    push_term(out, term);
                }
                None => put(out, &[", for a term to be chosen, since the source's is unknown"]),
            }
            if let Some(billing) = target.billing {
                put(out, &[", billing ", billing.as_str()]);
            }
        }
        if let Some(start) = decision.move_date {
            put(out, &[", to start on "]);
            push_date(out, start);
        }
    }

    /// The last day of the first target's term, if it begins on the move date.
    fn full_term_end(&self) -> Option<NaiveDate> {
        let decision = &self.row.decision;
        let term = decision.targets.first()?.term?;
        let next = decision.move_date?.checked_add_months(Months::new(u32::from(term.0)))?;
        next.checked_sub_days(Days::new(1))
    }

    /// The last end of a month in that term.
    fn month_end(&self) -> Option<NaiveDate> {
        let next = self.full_term_end()?.checked_add_days(Days::new(1))?;
        next.with_day(1)?.checked_sub_days(Days::new(1))
    }
}
