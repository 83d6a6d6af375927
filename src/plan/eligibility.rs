//! Whether a subscription moves at all: design 5.1 as a list of tests.
//!
//! In: everything known of one subscription, its mapping and dates. Out: every reason that matches, in the order in which the
//! rules are tried, and the action that follows from the first. Pure.

use super::{
    Reason,
    dates::{Dates, Outcome},
    known::{Known, Planned},
};
use crate::{
    catalog::{Mapping, Offer},
    config::Role,
    recognise::{Flaw, Subscription},
    terms::*,
};

/// The action and the reasons of at least its strength (review over keep over move).
pub(super) fn judge(known: &Known<'_>, planned: &Planned) -> (Action, Vec<Reason>) {
    let action_of = |reason: Reason| match (reason, known.hold) {
        (Reason::OnHold, Some(hold)) => hold.action,
        (reason, _) => reason.kind(),
    };
    let mut reasons = all_matches(known, planned);
    reasons.sort_unstable();
    reasons.dedup();
    // Reasons that only explain a move stand last in the order, so the first match decides.
    let action = reasons
        .iter()
        .map(|&reason| action_of(reason))
        .find(|&action| action != Action::Move)
        .unwrap_or(Action::Move);
    reasons.retain(|&reason| strength(action_of(reason)) >= strength(action));
    (action, reasons)
}

fn strength(action: Action) -> u8 {
    match action {
        Action::Move => 0,
        Action::Keep => 1,
        Action::Review => 2,
    }
}

/// Every reason that matches, whatever its strength.
pub(super) fn all_matches(known: &Known<'_>, planned: &Planned) -> Vec<Reason> {
    let mut reasons = Vec::new();
    of_the_source(known, &mut reasons);
    of_the_facts(known, &mut reasons);
    of_the_customer(known, &mut reasons);
    if let Some(mapping) = &planned.mapping {
        of_the_offer(known, planned.route, mapping, &mut reasons);
    }
    if let Some(dates) = &planned.dates {
        of_the_dates(dates, &mut reasons);
    }
    if would_buy_what_is_asked_for(known, planned) {
        reasons.push(Reason::TransferPending);
    }
    reasons.extend(known.imposed);
    if planned.transfer_missed {
        reasons.push(Reason::TransferMissed);
    }
    if known.is_cut_short() {
        reasons.retain(|&reason| reason != Reason::SourceDeleted);
        reasons.push(Reason::SourceCancelled);
    }
    reasons
}

/// Whether a new subscription is planned while a transfer of the source is asked for, which may still complete, or is approved.
/// What is reported of a customer is not about what nobody can transfer; what is reported of the very subscription is, whatever
/// the export says of where it was bought: one of the two is wrong.
fn would_buy_what_is_asked_for(known: &Known<'_>, planned: &Planned) -> bool {
    let standing = &known.standing;
    let of_customer = standing.transfer_requested || standing.done.contains(StepKind::ApproveTransfer);
    let is_asked_for =
        standing.own_transfer.is_some() || (of_customer && known.subscription.channel == Some(Channel::Csp));
    is_asked_for
        && planned.route != Route::Transfer
        && planned.mapping.is_some()
        && !standing.done.contains(StepKind::Order)
}

fn of_the_source(known: &Known<'_>, reasons: &mut Vec<Reason>) {
    let subscription = known.subscription;
    if known.is_ours() {
        reasons.push(Reason::AlreadyOurs);
    }
    if subscription.trial == Some(true) {
        reasons.push(Reason::Trial);
    }
    if known.offer().is_some_and(|offer| offer.free) {
        reasons.push(Reason::Free);
    }
    if subscription.seat_based == Some(false) || known.offer().is_some_and(|offer| !offer.seat_based) {
        reasons.push(Reason::NotSeatBased);
    }
    if known.hold.is_some() {
        reasons.push(Reason::OnHold);
    }
    if subscription.state == Some(State::Deleted) {
        reasons.push(Reason::SourceDeleted);
    }
}

fn of_the_facts(known: &Known<'_>, reasons: &mut Vec<Reason>) {
    let subscription = known.subscription;
    for flaw in subscription.flaws.iter() {
        reasons.push(match flaw {
            Flaw::TermEndUnreadable => Reason::TermEndUnreadable,
            Flaw::DateOrderUnknown => Reason::DateOrderUnknown,
            Flaw::IdDamaged => Reason::IdDamaged,
            Flaw::SeatsUnreadable => Reason::SeatsMissing,
            Flaw::ChannelUnreadable => Reason::ChannelUnknown,
            Flaw::StateUnreadable => Reason::StateUnknown,
            Flaw::ValueUnreadable => Reason::ValueUnknown,
            Flaw::Contradiction => Reason::Contradiction,
            Flaw::CustomerAmbiguous => Reason::CustomerUnknown,
            Flaw::PossibleDuplicate => Reason::PossibleDuplicate,
        });
    }
    let unread = [Flaw::TermEndUnreadable, Flaw::DateOrderUnknown];
    if subscription.term_end.is_none() && !unread.iter().any(|&flaw| subscription.flaws.has(flaw)) {
        reasons.push(Reason::TermEndMissing);
    }
    if is_before_its_start(subscription) {
        reasons.push(Reason::TermStartAfterEnd);
    }
    if subscription.seats.is_none_or(|seats| seats.0 == 0) {
        reasons.push(Reason::SeatsMissing);
    }
    if subscription.channel.is_none() {
        reasons.push(Reason::ChannelUnknown);
    }
}

/// Whether a term ends before it begins.
pub(super) fn is_before_its_start(subscription: &Subscription) -> bool {
    let days = subscription.term_end.zip(subscription.term_start);
    days.is_some_and(|(end, start)| end.0 < start)
}

fn of_the_customer(known: &Known<'_>, reasons: &mut Vec<Reason>) {
    let (config, rules, on) = (known.context.config, known.context.rules, known.order_day());
    let subscription = known.subscription;
    let Some(id) = subscription.customer_id else {
        reasons.push(Reason::CustomerUnknown);
        return;
    };
    match known.country() {
        None => reasons.push(Reason::CountryMissing),
        Some(country) => match rules.region(country, on) {
            None => reasons.push(Reason::RegionNone),
            Some(market) => {
                let ours = config.partner.countries.iter().filter_map(|&own| rules.region(own, on));
                if !ours
                    .map(|own| &own.row.region)
                    .any(|region| *region == market.row.region)
                {
                    reasons.push(Reason::RegionMismatch);
                }
            }
        },
    }
    if known.cloud() != config.partner.cloud.unwrap_or(Cloud::Global) {
        reasons.push(Reason::CloudMismatch);
    }
    if config.partner.ids.iter().any(|own| own.guid() == Some(id.0)) {
        reasons.push(Reason::OwnTenant);
    }
    if subscription
        .target_customer_id
        .as_ref()
        .is_some_and(|target| target.guid() != Some(id.0))
    {
        reasons.push(Reason::TenantChange);
    }
    if config.partner.role == Role::IndirectReseller && config.partner.partner_agreement == Some(false) {
        reasons.push(Reason::ResellerAgreement);
    }
}

fn of_the_offer(known: &Known<'_>, route: Route, mapping: &Mapping, reasons: &mut Vec<Reason>) {
    let orders = route == Route::NewSubscription;
    reasons.extend(match mapping.kind {
        MappingKind::Unmapped => Some(Reason::OfferUnmapped),
        MappingKind::Ambiguous => Some(Reason::OfferAmbiguous),
        MappingKind::Suggested => Some(Reason::OfferSuggested),
        MappingKind::Same | MappingKind::Equivalent | MappingKind::Replacement => None,
    });
    if mapping.kind == MappingKind::Replacement && mapping.critical_loss && !mapping.from_table {
        reasons.push(Reason::OfferLoss);
    }
    if route == Route::ChannelTransfer {
        reasons.push(Reason::ChannelTransferCheck);
    }
    if mapping.from_table {
        reasons.push(Reason::OfferFromTable);
    }
    let settled = matches!(
        mapping.kind,
        MappingKind::Same | MappingKind::Equivalent | MappingKind::Replacement
    );
    if !settled {
        return;
    }
    if mapping.certainty == Certainty::Unsure {
        reasons.push(Reason::OfferUnsure);
    }
    for offer in mapping.targets.iter().filter_map(|target| target.offer.as_deref()) {
        of_the_target(known, orders, offer, reasons);
    }
    if !orders {
        return;
    }
    for (is_so, reason) in [
        (mapping.end_of_sale, Reason::TargetEndOfSale),
        (mapping.term_not_sold, Reason::TermNotSold),
        (mapping.term_changed, Reason::TermChanged),
    ] {
        if is_so {
            reasons.push(reason);
        }
    }
}

fn of_the_target(known: &Known<'_>, orders: bool, offer: &Offer, reasons: &mut Vec<Reason>) {
    let (rules, on) = (known.context.rules, known.order_day());
    let allowed = match known.customer.and_then(|customer| customer.qualification) {
        Some(qualification) => rules
            .may_buy(qualification, offer.segment, on)
            .is_some_and(|rule| rule.row.allowed),
        // Everybody whose segment nobody states may buy what is for everybody; for the rest the gate of vetting asks.
        None => true,
    };
    if !allowed {
        reasons.push(Reason::SegmentMismatch);
    }
    if offer.cloud != known.context.config.partner.cloud.unwrap_or(Cloud::Global) {
        reasons.push(Reason::CloudMismatch);
    }
    let Some(seats) = known.subscription.seats.filter(|_| orders) else {
        return;
    };
    if offer.seat_cap.is_some_and(|cap| seats > cap) {
        reasons.push(Reason::SeatCap);
    }
    if offer.seat_minimum.is_some_and(|minimum| seats < minimum) {
        reasons.push(Reason::SeatMinimum);
    }
}

fn of_the_dates(dates: &Dates, reasons: &mut Vec<Reason>) {
    match dates.outcome {
        Outcome::Review(reason) => reasons.push(reason),
        Outcome::Move | Outcome::TransferMissed => reasons.extend_from_slice(&dates.reasons),
    }
}
