//! Decides one subscription.
//!
//! In: its facts, its customer, what people report, the rules. Out: a [`Decision`], its dates and the findings on the way. Pure:
//! same arguments, same answer. Mapping, route and window are worked out first, once more if a transfer is missed; then
//! eligibility decides the action.

use chrono::{Months, NaiveDate};

use super::{
    CreditEnquiry, Decision, PlanTarget, Reason,
    dates::{DateQuery, Dates, Gates, Outcome, dates},
    eligibility::{is_withdrawn, judge},
    estate::Imposed,
    standing::Standing,
};
use crate::{
    catalog::{Catalog, MapQuery, Mapping, Offer, Resolution, RuleBook},
    config::Config,
    recognise::{
        Customer, SourceOffer, Subscription,
        tables::{Hold, RouteNote, Tables},
    },
    rules::{Calendar, ChannelRule, Dated, OfferSale, Rules, shift},
    terms::*,
};

/// What every decision is judged by.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// A, the date the plan is made for.
    pub as_of: NaiveDate,
    /// Settings.
    pub config: &'a Config,
    /// The user's tables.
    pub tables: &'a Tables,
    /// Microsoft's program.
    pub rules: &'a Rules,
    /// The partner's calendar.
    pub calendar: &'a Calendar,
    /// Offers.
    pub catalog: &'a Catalog,
}

/// Everything known of one subscription before it is decided.
pub(super) struct Known<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) subscription: &'a Subscription,
    pub(super) customer: Option<&'a Customer>,
    pub(super) resolution: &'a Resolution,
    pub(super) offer_rules: &'a RuleBook<'a>,
    pub(super) hold: Option<&'a Hold>,
    pub(super) standing: Standing,
    /// Whether the customer has a live subscription of ours: then the relationship is there.
    pub(super) has_ours: bool,
    /// For an add-on: the day its base moves.
    pub(super) not_before: Option<NaiveDate>,
    /// A reason that other subscriptions impose on this one.
    pub(super) imposed: Option<Reason>,
}

/// Mapping, route and dates.
pub(super) struct Planned {
    pub(super) route: Route,
    pub(super) mapping: Option<Mapping>,
    pub(super) dates: Option<Dates>,
    pub(super) transfer_missed: bool,
    pub(super) gates: Gates,
}

impl<'a> Known<'a> {
    /// The catalogue's offer, where it knows which it is.
    pub(super) fn offer(&self) -> Option<&Offer> {
        match self.resolution {
            Resolution::Known { offer, .. } => Some(offer),
            Resolution::Ambiguous(_) | Resolution::Unknown => None,
        }
    }

    /// Whether it is in our CSP already.
    pub(super) fn is_ours(&self) -> bool {
        let subscription = self.subscription;
        let sold_by_us = |seller: &Id| self.context.config.partner.ids.contains(seller);
        subscription.channel == Some(Channel::Own) || subscription.seller_id.as_ref().is_some_and(sold_by_us)
    }

    /// The tenant's country.
    pub(super) fn country(&self) -> Option<Country> {
        self.customer.and_then(|customer| customer.country)
    }

    /// The tenant's national cloud: as stated, else as its domain gives it away, else the global one.
    pub(super) fn cloud(&self) -> Cloud {
        let stated = self.customer.and_then(|customer| customer.cloud);
        let domain = self.subscription.customer_domain.as_deref();
        stated
            .or_else(|| domain.and_then(|domain| self.context.rules.cloud_of_domain(domain, self.context.as_of)))
            .unwrap_or(Cloud::Global)
    }

    /// The day on which an order would be placed, near enough to choose among dated offers.
    fn order_day(&self) -> NaiveDate {
        self.subscription
            .term_end
            .map_or(self.context.as_of, |end| shift(end.0, -3).max(self.context.as_of))
    }

    /// The route: the user's table before the rules.
    fn route(&self, channel: Channel) -> Option<Route> {
        let subscription = self.subscription;
        let fits = |note: &&RouteNote| {
            note.channel.is_none_or(|wanted| wanted == channel)
                && note
                    .customer_id
                    .is_none_or(|wanted| Some(wanted) == subscription.customer_id)
                && note
                    .seller_id
                    .as_ref()
                    .is_none_or(|wanted| Some(wanted) == subscription.seller_id.as_ref())
        };
        if let Some(note) = self.context.tables.routes.iter().find(fits) {
            return Some(note.route);
        }
        let replaced = || self.mapping(Route::NewSubscription).from_table;
        let sale = match is_withdrawn(self.resolution, self.order_day()) && !replaced() {
            true => OfferSale::NotSold,
            false => OfferSale::Sold,
        };
        let (rules, as_of) = (self.context.rules, self.context.as_of);
        rules
            .route(channel, subscription.state, subscription.term, sale, as_of)
            .map(|rule| rule.row.route)
    }

    fn mapping(&self, route: Route) -> Mapping {
        let query = MapQuery {
            source: &self.subscription.offer,
            resolution: self.resolution,
            qualification: self.customer.and_then(|customer| customer.qualification),
            route,
            term: self.subscription.term,
            seats: self.subscription.seats,
            on: self.order_day(),
        };
        self.context.catalog.map_by(&query, self.offer_rules)
    }

    /// What is missing before a move; nothing once the order is placed.
    fn gates(&self, mapping: &Mapping) -> Gates {
        let (partner, rules, as_of) = (&self.context.config.partner, self.context.rules, self.context.as_of);
        let done = self.standing.done;
        if done.contains(StepKind::Order) {
            return Gates::default();
        }
        let customer = self.customer;
        let relationship = customer
            .and_then(|customer| customer.relationship)
            .unwrap_or(partner.assume_relationship)
            || self.has_ours
            || done.contains(StepKind::RequestRelationship);
        let agreement = match customer.and_then(|customer| customer.agreement_accepted) {
            _ if done.contains(StepKind::AcceptAgreement) => self
                .standing
                .agreement_accepted
                .is_none_or(|accepted| rules.agreement_counts(accepted, as_of)),
            Some(Some(accepted)) => rules.agreement_counts(accepted, as_of),
            Some(None) => false,
            None => partner.assume_agreement,
        };
        let rights = customer.and_then(|customer| customer.delegated_rights).unwrap_or(false)
            || done.contains(StepKind::RequestDelegatedRights);
        Gates {
            relationship: !relationship,
            agreement: !agreement,
            delegated_rights: !rights,
            vetting: self.vetting_matters(mapping) && !done.contains(StepKind::VetSegment),
        }
    }

    /// Whether a target is for a segment that customers are vetted for.
    pub(super) fn vetting_matters(&self, mapping: &Mapping) -> bool {
        let offers = mapping.targets.iter().filter_map(|target| target.offer.as_deref());
        offers
            .into_iter()
            .any(|offer| self.context.rules.needs_vetting(offer.segment, self.context.as_of))
    }

    /// Mapping, gates and dates for one route.
    fn along(&self, channel: Channel, route: Route, transfer_missed: bool) -> Planned {
        let mapping = self.mapping(route);
        let gates = self.gates(&mapping);
        let subscription = self.subscription;
        let dates = subscription.term_end.map(|term_end| {
            let query = DateQuery {
                as_of: self.context.as_of,
                channel,
                route,
                state: subscription.state,
                term_start: term_start_of(subscription),
                term_end: term_end.0,
                auto_renew: subscription.auto_renew,
                end_instruction: subscription.end_instruction,
                reassign: mapping.licences == Some(Licences::Reassign),
                missing: gates,
                transfer_requested: self.standing.transfer_requested,
                done: self.standing.done,
                requested: self.standing.requested,
                not_before: self.not_before,
            };
            dates(
                &query,
                self.context.rules,
                self.context.calendar,
                &self.context.config.rules,
            )
        });
        Planned {
            route,
            mapping: Some(mapping),
            dates,
            transfer_missed,
            gates,
        }
    }

    /// Mapping, route and dates; once more as a new subscription if a transfer is missed.
    fn planned(&self) -> Option<Planned> {
        let channel = self.subscription.channel.filter(|_| !self.is_ours())?;
        let route = self.route(channel)?;
        let planned = self.along(channel, route, false);
        let missed = planned
            .dates
            .as_ref()
            .is_some_and(|dates| dates.outcome == Outcome::TransferMissed);
        Some(if missed {
            self.along(channel, Route::NewSubscription, true)
        } else {
            planned
        })
    }
}

/// A decision with what the steps and the estate need of it.
pub(super) struct Decided {
    pub(super) decision: Decision,
    pub(super) dates: Option<Dates>,
    pub(super) gates: Gates,
    /// What other subscriptions impose on it.
    pub(super) imposed: Imposed,
    /// The row of the user's offers table that was used.
    pub(super) offer_row: Option<u32>,
    /// Rows of it that tie.
    pub(super) tied_rows: Vec<u32>,
}

/// Decides one subscription.
pub(super) fn decide(known: &Known<'_>) -> Decided {
    let planned = known.planned().unwrap_or(Planned {
        route: Route::NewSubscription,
        mapping: None,
        dates: None,
        transfer_missed: false,
        gates: Gates::default(),
    });
    let (action, reasons) = judge(known, &planned);
    let decision = match action {
        Action::Keep => keep(reasons),
        Action::Review => review(known, &planned, reasons),
        Action::Move => moves(known, &planned, reasons),
    };
    let (offer_row, tied_rows) = planned
        .mapping
        .map_or_else(Default::default, |mapping| (mapping.used, mapping.tied));
    let dates = planned.dates.filter(|_| action != Action::Keep);
    Decided {
        decision,
        dates,
        gates: planned.gates,
        imposed: Imposed::default(),
        offer_row,
        tied_rows,
    }
}

/// A row that says nothing but its action and why.
fn keep(reasons: Vec<Reason>) -> Decision {
    Decision {
        action: Action::Keep,
        reasons,
        move_date: None,
        next_step: None,
        next_step_by: None,
        urgency: None,
        route: None,
        mapping: None,
        targets: Vec::new(),
        licences: None,
        loses: Vec::new(),
        gains: Vec::new(),
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
    }
}

/// A row for a person: route, mapping and window as far as they go, one step.
fn review(known: &Known<'_>, planned: &Planned, reasons: Vec<Reason>) -> Decision {
    let dates = planned.dates.as_ref();
    let window_opens = dates.and_then(|dates| dates.window_opens);
    let decide_days = i64::from(known.context.config.rules.decide_days);
    let lost = reasons.contains(&Reason::SourceDeleted);
    let urgency = review_urgency(known, lost);
    let mapping = planned.mapping.as_ref();
    Decision {
        action: Action::Review,
        route: mapping.map(|_| planned.route),
        mapping: mapping.map(|mapping| mapping.kind),
        targets: mapping.map(|mapping| targets(known, mapping)).unwrap_or_default(),
        licences: mapping.and_then(|mapping| mapping.licences),
        loses: mapping.map(|mapping| mapping.loses.clone()).unwrap_or_default(),
        gains: mapping.map(|mapping| mapping.gains.clone()).unwrap_or_default(),
        window_opens,
        window_closes: dates.and_then(|dates| dates.window_closes),
        next_step: Some(StepKind::Decide),
        next_step_by: window_opens.map(|opens| known.context.calendar.prev(shift(opens, -decide_days))),
        urgency: Some(urgency),
        ..keep(reasons)
    }
}

fn review_urgency(known: &Known<'_>, lost: bool) -> Urgency {
    let as_of = known.context.as_of;
    let attention_days = i64::from(known.context.config.rules.attention_days);
    match known.subscription.term_end {
        _ if lost => Urgency::Lost,
        None => Urgency::Open,
        Some(end) if as_of > end.0 => Urgency::Lapsed,
        Some(end) if as_of >= shift(end.0, -attention_days) => Urgency::Open,
        Some(_) => Urgency::Planned,
    }
}

fn moves(known: &Known<'_>, planned: &Planned, reasons: Vec<Reason>) -> Decision {
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
        licences: mapping.licences,
        loses: mapping.loses.clone(),
        gains: mapping.gains.clone(),
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
        ..keep(reasons)
    }
}

fn targets(known: &Known<'_>, mapping: &Mapping) -> Vec<PlanTarget> {
    let target = |target: &crate::catalog::Target| PlanTarget {
        offer_id: target.offer_id.clone(),
        offer: target.name.clone(),
        seats: known.subscription.seats,
        term: target.term.or(known.subscription.term),
    };
    mapping.targets.iter().map(target).collect()
}

/// The first day of the current term, where the stated one can be it: lists often keep the day of the first purchase. A month
/// is allowed for terms that end with the calendar's month.
pub(super) fn term_start_of(subscription: &Subscription) -> Option<NaiveDate> {
    let (start, end) = (subscription.term_start?, subscription.term_end?.0);
    let months = subscription.term.unwrap_or(Term::THREE_YEARS).0;
    let earliest = end.checked_sub_months(Months::new(u32::from(months) + 1))?;
    (earliest <= start && start <= end).then_some(start)
}

/// The source offer with the segment that the customer's qualification implies, where the row states none.
pub(super) fn offer_of(subscription: &Subscription, customer: Option<&Customer>) -> SourceOffer {
    let mut offer = subscription.offer.clone();
    if offer.segment.is_none() {
        offer.segment = customer
            .and_then(|customer| customer.qualification)
            .map(|qualification| match qualification {
                Qualification::Commercial | Qualification::StateOwned => Segment::Commercial,
                Qualification::Nonprofit => Segment::Nonprofit,
                Qualification::Education | Qualification::EducationStateOwned => Segment::Education,
                Qualification::Government | Qualification::GovernmentStateOwned => Segment::Government,
            });
    }
    offer
}
