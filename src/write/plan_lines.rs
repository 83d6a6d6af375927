//! A row of the plan as a line of `plan.csv`.

use super::cell::Line;
use crate::{
    plan::{Costs, PlanRow},
    terms::{Country, CustomerId, Id, Seats, Text},
};

/// Asks for what a row is about to be written from, so that it is at hand by then; has no other effect.
pub(super) fn look_at(row: &PlanRow) {
    let first = |text: &Option<Text>| text.as_ref().and_then(|text| text.as_bytes().first().copied());
    let subscription = &row.subscription;
    let names = (first(&subscription.customer_name), first(&subscription.customer_domain));
    let target = row.decision.targets.first().map(|target| target.term);
    std::hint::black_box((names, target));
}

pub(super) fn fill(row: &PlanRow, line: &mut Line<'_>) {
    what_to_do(row, line);
    what_there_is(row, line);
    what_to_order(row, line);
    by_when(row, line);
    what_it_costs(row, line);
    why(row, line);
}

fn what_to_do(row: &PlanRow, line: &mut Line<'_>) {
    let decision = &row.decision;
    line.word(Some(decision.action.as_str()));
    line.date(decision.move_date);
    line.word(decision.next_step.map(|step| step.as_str()));
    line.date(decision.next_step_by);
    line.word(decision.urgency.map(|urgency| urgency.as_str()));
}

fn what_there_is(row: &PlanRow, line: &mut Line<'_>) {
    let subscription = &row.subscription;
    line.guid(subscription.customer_id.map(|CustomerId(guid)| guid));
    line.maybe_text(subscription.customer_name.as_ref());
    line.maybe_text(subscription.customer_domain.as_ref());
    line.word(row.country.as_ref().map(Country::as_str));
    identifier(&subscription.id, line);
    line.word(subscription.channel.map(|channel| channel.as_str()));
    line.maybe_text(row.source_offer.id.as_ref());
    line.maybe_text(row.source_offer.name.as_ref());
    line.number(subscription.seats.map(|Seats(seats)| seats));
    line.number(subscription.assigned_seats.map(|Seats(seats)| seats));
    line.term(subscription.term);
    line.word(subscription.billing_plan.map(|plan| plan.as_str()));
    line.date(subscription.term_end.map(|end| end.0));
    line.word(subscription.auto_renew.map(|renews| if renews { "yes" } else { "no" }));
}

/// A GUID is plain; any other identifier came from somebody's file.
pub(super) fn identifier(id: &Id, line: &mut Line<'_>) {
    match id {
        Id::Guid(guid) => line.guid(Some(*guid)),
        Id::Text(text) => line.text(text),
    }
}

fn what_to_order(row: &PlanRow, line: &mut Line<'_>) {
    let decision = &row.decision;
    let targets = &decision.targets;
    line.word(decision.route.map(|route| route.as_str()));
    line.word(decision.mapping.map(|mapping| mapping.as_str()));
    line.list(targets.iter().map(|target| &target.offer_id));
    line.list(targets.iter().map(|target| &target.offer));
    let seats = decision.target_seats.map(|Seats(seats)| seats);
    match &**targets {
        [only] => {
            line.number(seats);
            line.term(only.term);
        }
        _ => {
            line.list(
                targets
                    .iter()
                    .map(|_| seats.map_or_else(String::new, |seats| seats.to_string())),
            );
            line.list(
                targets
                    .iter()
                    .map(|target| target.term.map_or_else(String::new, |term| term.to_string())),
            );
        }
    }
    line.word(decision.licences.map(|licences| licences.as_str()));
    line.list(decision.loses());
    line.list(decision.gains());
}

fn by_when(row: &PlanRow, line: &mut Line<'_>) {
    let decision = &row.decision;
    line.date(decision.window_opens);
    line.date(decision.window_closes);
    line.date(decision.relationship_by);
    line.date(decision.agreement_by);
    line.date(decision.request_by);
    line.date(decision.reassign_by);
    line.word(decision.end_source.map(|end| end.as_str()));
    line.date(decision.end_source_by);
    line.word(decision.credit_enquiry.map(|who| who.as_str()));
    line.number(decision.overlap_days);
}

fn what_it_costs(row: &PlanRow, line: &mut Line<'_>) {
    let none = Costs::default();
    let costs = row.decision.costs.as_deref().unwrap_or(&none);
    line.word(costs.currency.as_deref());
    line.list(
        costs
            .unit_prices
            .iter()
            .map(|price| price.map_or_else(String::new, |price| price.to_string())),
    );
    line.plain(costs.overlap);
    line.plain(costs.missed);
}

fn why(row: &PlanRow, line: &mut Line<'_>) {
    let place = &row.subscription.place;
    line.list(row.decision.reasons.iter().map(|reason| reason.as_str()));
    line.text(&place.file);
    line.maybe_text(place.sheet.as_ref());
    line.number(place.row);
}
