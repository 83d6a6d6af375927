//! Whether a subscription moves at all: design 5.1 as a list of tests.
//!
//! In: everything known of one subscription, its mapping and dates. Out: every reason that matches, in the order in which the
//! rules are tried, and the action that follows from the first. Pure.

use super::{
    Reason, Reasons,
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
pub(super) fn judge(known: &Known<'_>, planned: &Planned) -> (Action, Reasons) {
    let action_of = |reason: Reason| match (reason, known.hold) {
        (Reason::OnHold, Some(hold)) => hold.action,
        (reason, _) => reason.kind(),
    };
    let reasons = all_matches(known, planned);
    // Reasons that only explain a move stand last in the order, so the first match decides.
    let action = reasons
        .iter()
        .map(action_of)
        .find(|&action| action != Action::Move)
        .unwrap_or(Action::Move);
    let strong = |reason: &Reason| strength(action_of(*reason)) >= strength(action);
    (action, reasons.iter().filter(strong).collect())
}

fn strength(action: Action) -> u8 {
    match action {
        Action::Move => 0,
        Action::Keep => 1,
        Action::Review => 2,
    }
}

/// Every reason that matches, whatever its strength.
pub(super) fn all_matches(known: &Known<'_>, planned: &Planned) -> Reasons {
    let mut reasons = Reasons::default();
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
        reasons.add(Reason::TransferPending);
    }
    reasons.extend(known.imposed);
    if planned.transfer_missed {
        reasons.add(Reason::TransferMissed);
    }
    if known.is_cut_short() {
        reasons.remove(Reason::SourceDeleted);
        reasons.add(Reason::SourceCancelled);
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

fn of_the_source(known: &Known<'_>, reasons: &mut Reasons) {
    let subscription = known.subscription;
    if known.is_ours() {
        reasons.add(Reason::AlreadyOurs);
    }
    if subscription.trial == Some(true) {
        reasons.add(Reason::Trial);
    }
    if known.offer().is_some_and(|offer| offer.free) {
        reasons.add(Reason::Free);
    }
    if subscription.seat_based == Some(false) || known.offer().is_some_and(|offer| !offer.seat_based) {
        reasons.add(Reason::NotSeatBased);
    }
    if known.hold.is_some() {
        reasons.add(Reason::OnHold);
    }
    if subscription.state == Some(State::Deleted) {
        reasons.add(Reason::SourceDeleted);
    }
}

fn of_the_facts(known: &Known<'_>, reasons: &mut Reasons) {
    let subscription = known.subscription;
    for flaw in subscription.flaws.iter() {
        reasons.add(match flaw {
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
        reasons.add(Reason::TermEndMissing);
    }
    if is_before_its_start(subscription) {
        reasons.add(Reason::TermStartAfterEnd);
    }
    if subscription.seats.is_none_or(|seats| seats.0 == 0) {
        reasons.add(Reason::SeatsMissing);
    }
    if subscription.channel.is_none() {
        reasons.add(Reason::ChannelUnknown);
    }
}

/// Whether a term ends before it begins.
pub(super) fn is_before_its_start(subscription: &Subscription) -> bool {
    let days = subscription.term_end.zip(subscription.term_start);
    days.is_some_and(|(end, start)| end.0 < start)
}

fn of_the_customer(known: &Known<'_>, reasons: &mut Reasons) {
    let (config, rules, on) = (known.context.config, known.context.rules, known.order_day());
    let subscription = known.subscription;
    let Some(id) = subscription.customer_id else {
        reasons.add(Reason::CustomerUnknown);
        return;
    };
    match known.country() {
        None => reasons.add(Reason::CountryMissing),
        Some(country) => match rules.region(country, on) {
            None => reasons.add(Reason::RegionNone),
            Some(market) => {
                let ours = config.partner.countries.iter().filter_map(|&own| rules.region(own, on));
                if !ours
                    .map(|own| &own.row.region)
                    .any(|region| *region == market.row.region)
                {
                    reasons.add(Reason::RegionMismatch);
                }
            }
        },
    }
    if known.cloud() != config.partner.cloud.unwrap_or(Cloud::Global) {
        reasons.add(Reason::CloudMismatch);
    }
    if config.partner.ids.iter().any(|own| own.guid() == Some(id.0)) {
        reasons.add(Reason::OwnTenant);
    }
    if subscription
        .target_customer_id
        .as_ref()
        .is_some_and(|target| target.guid() != Some(id.0))
    {
        reasons.add(Reason::TenantChange);
    }
    if config.partner.role == Role::IndirectReseller && config.partner.partner_agreement == Some(false) {
        reasons.add(Reason::ResellerAgreement);
    }
}

fn of_the_offer(known: &Known<'_>, route: Route, mapping: &Mapping, reasons: &mut Reasons) {
    let orders = route == Route::NewSubscription;
    reasons.extend(match mapping.kind {
        MappingKind::Unmapped => Some(Reason::OfferUnmapped),
        MappingKind::Ambiguous => Some(Reason::OfferAmbiguous),
        MappingKind::Suggested => Some(Reason::OfferSuggested),
        MappingKind::Same | MappingKind::Equivalent | MappingKind::Replacement => None,
    });
    if mapping.kind == MappingKind::Replacement && mapping.critical_loss && !mapping.from_table {
        reasons.add(Reason::OfferLoss);
    }
    if route == Route::ChannelTransfer {
        reasons.add(Reason::ChannelTransferCheck);
    }
    if mapping.from_table {
        reasons.add(Reason::OfferFromTable);
    }
    let settled = matches!(
        mapping.kind,
        MappingKind::Same | MappingKind::Equivalent | MappingKind::Replacement
    );
    if !settled {
        return;
    }
    if mapping.certainty == Certainty::Unsure {
        reasons.add(Reason::OfferUnsure);
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
            reasons.add(reason);
        }
    }
}

fn of_the_target(known: &Known<'_>, orders: bool, offer: &Offer, reasons: &mut Reasons) {
    let (rules, on) = (known.context.rules, known.order_day());
    let allowed = match known.customer.and_then(|customer| customer.qualification) {
        Some(qualification) => rules
            .may_buy(qualification, offer.segment, on)
            .is_some_and(|rule| rule.row.allowed),
        // Everybody whose segment nobody states may buy what is for everybody; for the rest the gate of vetting asks.
        None => true,
    };
    if !allowed {
        reasons.add(Reason::SegmentMismatch);
    }
    if offer.cloud != known.context.config.partner.cloud.unwrap_or(Cloud::Global) {
        reasons.add(Reason::CloudMismatch);
    }
    let Some(seats) = known.subscription.seats.filter(|_| orders) else {
        return;
    };
    if offer.seat_cap.is_some_and(|cap| seats > cap) {
        reasons.add(Reason::SeatCap);
    }
    if offer.seat_minimum.is_some_and(|minimum| seats < minimum) {
        reasons.add(Reason::SeatMinimum);
    }
}

fn of_the_dates(dates: &Dates, reasons: &mut Reasons) {
    match dates.outcome {
        Outcome::Review(reason) => reasons.add(reason),
        Outcome::Move | Outcome::TransferMissed => reasons.extend(dates.reasons.iter()),
    }
}
