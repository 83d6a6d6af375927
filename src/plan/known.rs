//! What is known of one subscription, and what mapping, route and dates follow from it.
//!
//! In: its facts, its customer, what people report, the rules. Out: [`Planned`]: mapping, route and window, worked out once more
//! if a transfer is missed. Pure: same arguments, same answer.

use std::sync::Arc;

use chrono::{Months, NaiveDate};

use super::{
    Reason,
    dates::{DateQuery, Dates, EndSetting, Gates, Outcome, dates, no_longer_runs},
    mappings::Mappings,
    standing::Standing,
};
use crate::{
    catalog::{Catalog, MapQuery, Mapping, Offer, Resolution, RuleBook, evidence::Evidence},
    config::Config,
    recognise::{
        Customer, SourceOffer, Subscription,
        tables::{Hold, RouteNote, Tables},
    },
    rules::{Calendars, OfferSale, Rules, WindowCase, shift},
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
    /// The partner's calendar, and those of customers' countries.
    pub calendars: &'a Calendars,
    /// Offers.
    pub catalog: &'a Catalog,
    /// Microsoft's own files about them.
    pub evidence: &'a Evidence,
}

/// Everything known of one subscription before it is decided.
pub(super) struct Known<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) subscription: &'a Subscription,
    pub(super) customer: Option<&'a Customer>,
    pub(super) resolution: &'a Resolution,
    /// The number of its offer in the estate.
    pub(super) offer_number: u32,
    pub(super) mappings: &'a Mappings,
    pub(super) offer_rules: &'a RuleBook<'a>,
    pub(super) hold: Option<&'a Hold>,
    pub(super) standing: Standing,
    /// Whether the customer has a live subscription of ours: then the relationship is there.
    pub(super) has_ours: bool,
    /// For an add-on: the day its base moves.
    pub(super) not_before: Option<NaiveDate>,
    /// The first day on which its tenant has room for it to run twice.
    pub(super) wave: Option<NaiveDate>,
    /// A reason that other subscriptions impose on this one.
    pub(super) imposed: Option<Reason>,
}

/// Mapping, route and dates.
pub(super) struct Planned {
    pub(super) route: Route,
    pub(super) mapping: Option<Arc<Mapping>>,
    pub(super) dates: Option<Dates>,
    pub(super) transfer_missed: bool,
    pub(super) gates: Gates,
}

impl Planned {
    /// Where there is no route.
    pub(super) fn nothing() -> Planned {
        Planned {
            route: Route::NewSubscription,
            mapping: None,
            dates: None,
            transfer_missed: false,
            gates: Gates::default(),
        }
    }
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
        subscription.channel == Some(Channel::Own) || subscription.seller_id.as_deref().is_some_and(sold_by_us)
    }

    /// Whether it was cancelled or deleted before its term end: no source says how long such data is kept, only that it is for a
    /// time, and exports call by the same word what runs on to its term end.
    pub(super) fn is_cut_short(&self) -> bool {
        let subscription = self.subscription;
        subscription.state == Some(State::Deleted)
            && subscription.term_end.is_some_and(|end| self.context.as_of <= end.0)
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
            .or_else(|| {
                let rule = self.context.rules.cloud_of_domain(domain?, self.context.as_of)?;
                Some(rule.row.cloud)
            })
            .unwrap_or(Cloud::Global)
    }

    /// The day on which an order would be placed, near enough to choose among dated offers and rules: the one that is best for an
    /// order, or as-of where that has passed.
    pub(super) fn order_day(&self) -> NaiveDate {
        let (as_of, rules) = (self.context.as_of, self.context.rules);
        let (Some(channel), Some(end)) = (self.subscription.channel, self.subscription.term_end) else {
            return as_of;
        };
        rules.best_order_day(channel, as_of, end.0).max(as_of)
    }

    /// The day before which a person must have decided, and what it is: the window opens, or notice is due before that. Where no window
    /// can be computed, the term end itself is what must not be missed. None where it cannot wait for any.
    pub(super) fn decide_from(&self, planned: &Planned) -> Option<(String, NaiveDate)> {
        let term_end = self.subscription.term_end.filter(|_| !self.is_cut_short())?.0;
        // Nobody knows what is left of it: that is found out first.
        let unknown = [Reason::StateAgainstEnd, Reason::RenewalUndone].map(Outcome::Review);
        if planned
            .dates
            .as_ref()
            .is_some_and(|dates| unknown.contains(&dates.outcome))
        {
            return None;
        }
        let opens = planned.dates.as_ref().and_then(|dates| dates.window_opens);
        let base = opens.map_or(("E".to_owned(), term_end), |opens| ("window_opens".to_owned(), opens));
        let as_of = self.context.as_of;
        let channel = self.subscription.channel;
        let notice = channel.and_then(|channel| self.context.rules.notice_by(channel, planned.route, as_of, term_end));
        Some(match notice {
            Some(notice) if notice < base.1 => {
                let days = term_end.signed_duration_since(notice).num_days();
                (format!("E-{days}"), notice)
            }
            _ => base,
        })
    }

    /// What it is set to do at its term end: as an export shows it, else as is reported with `end-source`. That it is to renew is
    /// what it was set to before.
    pub(super) fn end_instruction(&self) -> Option<EndInstruction> {
        let shown = self.subscription.end_instruction;
        if matches!(shown, Some(EndInstruction::Cancel | EndInstruction::Extended)) {
            return shown;
        }
        match self.standing.set_to {
            Some(EndSource::CancelAtTermEnd) => Some(EndInstruction::Cancel),
            Some(EndSource::ExtendedTerm) => Some(EndInstruction::Extended),
            Some(EndSource::AutoRenewOff) => None,
            Some(EndSource::Cancel | EndSource::DoNotRenew | EndSource::Transfer) | None => shown,
        }
    }

    /// Whether it renews itself, as is reported with `end-source`, else as an export shows it.
    pub(super) fn auto_renew(&self) -> Option<bool> {
        match self.standing.set_to {
            Some(EndSource::CancelAtTermEnd | EndSource::ExtendedTerm | EndSource::AutoRenewOff) => Some(false),
            Some(EndSource::Cancel | EndSource::DoNotRenew | EndSource::Transfer) | None => {
                self.subscription.auto_renew
            }
        }
    }

    /// Whether the source stops at its term end, as it is set or reported.
    pub(super) fn is_set_to_cancel(&self) -> bool {
        let subscription = self.subscription;
        let (Some(channel), Some(end)) = (subscription.channel, subscription.term_end) else {
            return self.end_instruction() == Some(EndInstruction::Cancel);
        };
        let setting = EndSetting {
            channel,
            term_start: term_start_of(subscription),
            term_end: end.0,
            end_instruction: self.end_instruction(),
            end_is_done: self.standing.done.contains(StepKind::EndSource),
        };
        setting.is_cancel(self.context.rules, self.context.as_of)
    }

    /// The first day of its window, as it would be if the subscription ran.
    pub(super) fn usual_opening(&self) -> Option<NaiveDate> {
        let (rules, as_of) = (self.context.rules, self.context.as_of);
        let (channel, end) = (self.subscription.channel?, self.subscription.term_end?.0);
        let case = match rules.extended_term_applies(channel, term_start_of(self.subscription), end) {
            true => WindowCase::Extended,
            false => WindowCase::Exempt,
        };
        let window = rules.window(channel, Route::NewSubscription, case, as_of.max(end))?;
        window.row.opens.map(|opens| opens.on(as_of, end))
    }

    /// Whether it is stopped inside its term.
    pub(super) fn is_stopped(&self) -> bool {
        let subscription = self.subscription;
        let ends = subscription.term_end.map(|end| end.0);
        no_longer_runs(subscription.state) && ends.is_some_and(|end| self.context.as_of <= end)
    }

    /// The term: as stated, else as its first and last day say, where they are a whole term of new commerce apart.
    pub(super) fn term(&self) -> Option<Term> {
        let between = || {
            let (start, end) = (self.subscription.term_start?, self.subscription.term_end?.0);
            let ends = |term: &Term| {
                let next = start.checked_add_months(Months::new(u32::from(term.0)));
                next.is_some_and(|next| next == end || shift(next, -1) == end)
            };
            [Term::MONTH, Term::YEAR, Term::THREE_YEARS].into_iter().find(ends)
        };
        self.subscription.term.or_else(between)
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
                    .is_none_or(|wanted| Some(wanted) == subscription.seller_id.as_deref())
        };
        if let Some(note) = self.context.tables.routes.iter().find(fits) {
            return Some(note.route);
        }
        let replaced = || self.mapping(Route::NewSubscription).from_table;
        let sale = match is_withdrawn(self.resolution, self.order_day()) && !replaced() {
            true => OfferSale::NotSold,
            false => OfferSale::Sold,
        };
        self.context
            .rules
            .route(channel, subscription.state, self.term(), sale, self.order_day())
            .map(|rule| rule.row.route)
    }

    /// What the catalogue is asked.
    pub(super) fn map_query(&self, route: Route) -> MapQuery<'_> {
        MapQuery {
            source: &self.subscription.offer,
            resolution: self.resolution,
            qualification: self.customer.and_then(|customer| customer.qualification),
            country: self.country(),
            route,
            term: self.term(),
            seats: self.subscription.seats,
            on: self.order_day(),
        }
    }

    fn mapping(&self, route: Route) -> Arc<Mapping> {
        let query = self.map_query(route);
        let catalog = self.context.catalog;
        let customer = self.subscription.customer_id;
        self.mappings.of(self.offer_number, &query, || {
            let mapping = catalog.map_by(&query, self.offer_rules);
            self.context.evidence.judge(catalog, &query, customer, mapping)
        })
    }

    /// What is missing before a move; nothing once the order is placed, or the transfer approved. The agreement must count on the
    /// day of the order.
    fn gates(&self, mapping: &Mapping, route: Route) -> Gates {
        let (partner, rules) = (&self.context.config.partner, self.context.rules);
        let on = self.order_day();
        let done = self.standing.done;
        let is_approved = route == Route::Transfer && done.contains(StepKind::ApproveTransfer);
        if done.contains(StepKind::Order) || is_approved {
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
                .is_none_or(|accepted| rules.agreement_counts(accepted, on)),
            Some(Some(accepted)) => rules.agreement_counts(accepted, on),
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
        self.vetted_segment(mapping).is_some()
    }

    /// The segment of a target that customers are vetted for.
    pub(super) fn vetted_segment(&self, mapping: &Mapping) -> Option<Segment> {
        let on = self.order_day();
        let segments = mapping
            .targets
            .iter()
            .filter_map(|target| Some(target.offer.as_ref()?.segment));
        let mut vetted = segments.filter(|&segment| {
            let rule = self.context.rules.vetting(segment, on);
            rule.is_some_and(|rule| rule.row.vetting)
        });
        vetted.next()
    }

    /// Whether the channel keeps the offer for a shorter time than others.
    fn short_grace(&self, channel: Channel) -> bool {
        let on = self.subscription.term_end.map_or(self.context.as_of, |end| end.0);
        self.offer()
            .is_some_and(|offer| self.context.rules.short_grace(channel, &offer.key, on).is_some())
    }

    /// Mapping, gates and dates for one route.
    fn along(&self, channel: Channel, route: Route, transfer_missed: bool) -> Planned {
        let mapping = self.mapping(route);
        let gates = self.gates(&mapping, route);
        let dates = self.date_query(channel, route, &mapping, gates).map(|query| {
            let context = self.context;
            let theirs = context.calendars.of(self.country());
            dates(&query, context.rules, context.calendars.ours(), theirs)
        });
        Planned {
            route,
            mapping: Some(mapping),
            dates,
            transfer_missed,
            gates,
        }
    }

    /// What the dates hang on; none without a term end.
    pub(super) fn date_query(
        &self,
        channel: Channel,
        route: Route,
        mapping: &Mapping,
        missing: Gates,
    ) -> Option<DateQuery> {
        let subscription = self.subscription;
        Some(DateQuery {
            as_of: self.context.as_of,
            channel,
            country: self.country(),
            short_grace: self.short_grace(channel),
            route,
            state: subscription.state,
            term_start: term_start_of(subscription),
            term_end: subscription.term_end?.0,
            auto_renew: self.auto_renew(),
            end_instruction: self.end_instruction(),
            reassign: mapping.licences == Some(Licences::Reassign),
            missing,
            transfer_requested: self.standing.transfer_requested,
            request_sent: self.standing.request_sent,
            settled_on: match route {
                Route::Transfer => self.standing.approved_on,
                Route::NewSubscription | Route::ChannelTransfer => self.standing.ordered_on,
            },
            verified_on: self.standing.verified_on,
            undone_on: self.standing.undone_on,
            ended_on: self.standing.ended_on,
            done: self.standing.done,
            requested: self.standing.requested,
            not_before: self.not_before,
            wave: self.wave.filter(|_| route == Route::NewSubscription),
        })
    }

    /// Mapping, route and dates; once more as a new subscription if a transfer is missed.
    pub(super) fn planned(&self) -> Option<Planned> {
        let channel = self.subscription.channel.filter(|_| !self.is_ours())?;
        let route = match self.route(channel)? {
            // What was ordered is not asked of the source partner as well.
            Route::Transfer if self.standing.done.contains(StepKind::Order) => Route::NewSubscription,
            route => route,
        };
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
    let mut offer = SourceOffer::clone(&subscription.offer);
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

/// Whether the offer a source has may be bought in CSP; an offer that nobody knows is not known to be withdrawn.
fn is_withdrawn(resolution: &Resolution, on: NaiveDate) -> bool {
    matches!(resolution, Resolution::Known { offer, .. } if !offer.is_sold(on))
}
