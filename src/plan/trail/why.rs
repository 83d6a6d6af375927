//! The words beside a rule's answer.
//!
//! In: what is known, what was worked out, a reason and whether it matched. Out: the facts that it was judged by, in a few words. A
//! reason without words here is told by its answer alone.

use std::path::Path;

use super::View;
use crate::{
    catalog::{Mapping, Offer},
    plan::{Reason, at_once::target_from},
    rules::NumberName,
    terms::*,
};

/// How many bases of an add-on are named.
const BASES: usize = 2;

/// The rule tables that a reason is judged by.
pub(super) fn tables_of(reason: Reason) -> &'static [&'static str] {
    match reason {
        Reason::RegionNone | Reason::RegionMismatch => &["regions"],
        Reason::CloudMismatch => &["clouds"],
        Reason::SegmentMismatch => &["segments"],
        Reason::RenewedLately => &["undo_windows"],
        Reason::ServiceDown | Reason::SourceDeleted | Reason::EndUnknown => &["lifecycles"],
        _ => &[],
    }
}

impl View<'_> {
    /// Why a reason could not be asked about; none: it could.
    pub(super) fn not_asked(&self, reason: Reason) -> Option<&'static str> {
        let known = self.known;
        let mapping = self.mapped();
        let route = self.planned.map(|planned| planned.route);
        let matched_by_itself = self.decided.decision.reasons.has(reason);
        match reason {
            Reason::CountryMissing
            | Reason::RegionNone
            | Reason::RegionMismatch
            | Reason::CloudMismatch
            | Reason::OwnTenant
            | Reason::TenantChange
            | Reason::ResellerAgreement
                if known.subscription.customer_id.is_none() =>
            {
                Some("the customer is unknown")
            }
            Reason::RegionNone | Reason::RegionMismatch if known.country().is_none() => Some("the country is unknown"),
            Reason::RegionMismatch if self.region_of_tenant().is_none() => Some("the country is in no region"),
            Reason::SegmentMismatch
            | Reason::OfferUnmapped
            | Reason::OfferAmbiguous
            | Reason::OfferSuggested
            | Reason::OfferUnsure
            | Reason::TargetEndOfSale
            | Reason::SeatCap
            | Reason::SeatMinimum
            | Reason::OfferLoss
            | Reason::TermNotSold
            | Reason::TermChanged
            | Reason::OfferFromTable
            | Reason::ChannelTransferCheck
                if mapping.is_none() =>
            {
                Some("nothing was mapped")
            }
            Reason::SegmentMismatch
            | Reason::OfferUnsure
            | Reason::OfferLoss
            | Reason::TargetEndOfSale
            | Reason::SeatCap
            | Reason::SeatMinimum
            | Reason::TermNotSold
            | Reason::TermChanged
                if mapping.is_some_and(|mapping| !is_settled(mapping.kind)) =>
            {
                Some("no target is settled")
            }
            Reason::TargetEndOfSale
            | Reason::SeatCap
            | Reason::SeatMinimum
            | Reason::TermNotSold
            | Reason::TermChanged
                if route != Some(Route::NewSubscription) =>
            {
                Some("nothing is ordered on this route")
            }
            Reason::SeatCapTogether | Reason::SeatCapFamily | Reason::TooManySubscriptions | Reason::Wave
                if self.decided.decision.action != Action::Move && self.decided.imposed.reason != Some(reason) =>
            {
                Some("only what moves counts")
            }
            Reason::AddonWithoutBase if !self.estate.is_addon(self.index) => Some("it is no add-on"),
            Reason::AddonWithoutBase if !matched_by_itself && self.decided.decision.action != Action::Move => {
                Some("only what moves counts")
            }
            Reason::TransferMissed if route != Some(Route::Transfer) => Some("no transfer was planned"),
            Reason::StateAgainstEnd
            | Reason::RenewedSinceExport
            | Reason::EndUnknown
            | Reason::RenewalUndone
            | Reason::TransferPending
            | Reason::RuleUnsure
            | Reason::RenewedLately
            | Reason::Early
            | Reason::NoBusinessDay
            | Reason::AsSoonAsReady
            | Reason::WindowMissed
            | Reason::NoticeMissed
            | Reason::AutoRenewRisk
            | Reason::ServiceStops
            | Reason::ServiceDown
                if self.planned.is_none_or(|planned| planned.dates.is_none()) =>
            {
                Some("there are no dates")
            }
            _ => None,
        }
    }

    /// The facts that a reason was judged by.
    pub(super) fn why(&self, reason: Reason, matched: bool) -> String {
        let words = self
            .of_the_source(reason)
            .or_else(|| self.of_the_facts(reason, matched))
            .or_else(|| self.of_the_customer(reason))
            .or_else(|| self.of_the_seats(reason))
            .or_else(|| self.of_the_offer(reason))
            .or_else(|| self.of_the_dates(reason, matched))
            .unwrap_or_default();
        match (matched, words.is_empty()) {
            (true, true) => reason.meaning().to_owned(),
            _ => words,
        }
    }

    fn of_the_source(&self, reason: Reason) -> Option<String> {
        let (known, subscription) = (self.known, self.known.subscription);
        Some(match reason {
            Reason::AlreadyOurs => {
                let seller = match &subscription.seller_id {
                    Some(seller) if known.context.config.partner.ids.contains(seller) => {
                        format!("sold by {seller}, which is us by [partner] ids")
                    }
                    Some(seller) => format!("sold by {seller}, which is not us by [partner] ids"),
                    None => "nothing says who sold it".to_owned(),
                };
                match subscription.channel {
                    Some(channel) => format!("channel {channel}, {seller}"),
                    None => seller,
                }
            }
            Reason::Trial => match subscription.trial {
                Some(true) => "an export says so".to_owned(),
                Some(false) => "an export says that it is none".to_owned(),
                None => "no export says so".to_owned(),
            },
            Reason::Free => match known.offer() {
                Some(offer) if offer.free => format!("{} has no price", offer.name),
                Some(offer) => format!("{} has a price", offer.name),
                None => "the offer is not known".to_owned(),
            },
            Reason::NotSeatBased => match (subscription.seat_based, known.offer()) {
                (Some(false), _) => "an export says so".to_owned(),
                (_, Some(offer)) if !offer.seat_based => format!("{} is not licensed by seat", offer.name),
                (Some(true), _) | (None, Some(_)) => "licensed by seat".to_owned(),
                (None, None) => "nothing says so".to_owned(),
            },
            Reason::OnHold => match known.hold {
                Some(hold) => {
                    let file = shown(known.context.config.tables.holds.as_deref(), "holds.csv");
                    format!("{file}, row {}: {} until {}", hold.row, hold.action, hold.until)
                }
                None => "no hold that has not ended".to_owned(),
            },
            Reason::SourceDeleted | Reason::SourceCancelled => match (subscription.state, subscription.term_end) {
                (Some(State::Deleted), Some(end)) => format!("state deleted, its term end is {}", end.0),
                (Some(state), _) => format!("state {state}"),
                (None, _) => "no export says its state".to_owned(),
            },
            _ => return None,
        })
    }

    fn of_the_facts(&self, reason: Reason, matched: bool) -> Option<String> {
        let subscription = self.known.subscription;
        Some(match reason {
            Reason::TermEndMissing => match subscription.term_end {
                Some(end) => format!("it ends on {}", end.0),
                None if matched => "no export says it".to_owned(),
                None => "what the export says cannot be used".to_owned(),
            },
            Reason::TermStartAfterEnd => match (subscription.term_start, subscription.term_end) {
                (Some(start), Some(end)) => format!("it begins on {start} and ends on {}", end.0),
                _ => "its start or its end is unknown".to_owned(),
            },
            Reason::SeatsMissing => match subscription.seats {
                Some(seats) => format!("{} licences", seats.0),
                None => "no export says it".to_owned(),
            },
            Reason::ChannelUnknown => match subscription.channel {
                Some(channel) => channel.to_string(),
                None => "neither a column, a [[source]] nor the kind of export says it".to_owned(),
            },
            _ => return None,
        })
    }

    fn of_the_customer(&self, reason: Reason) -> Option<String> {
        let known = self.known;
        let partner = &known.context.config.partner;
        Some(match reason {
            Reason::CustomerUnknown => match known.subscription.customer_id {
                Some(id) => format!("tenant {id}"),
                None => "no export says whose tenant it is".to_owned(),
            },
            Reason::CountryMissing => match known.country() {
                Some(country) => country.to_string(),
                None => "no export and no table says it".to_owned(),
            },
            Reason::RegionNone => match (known.country(), self.region_of_tenant()) {
                (Some(country), Some(region)) => format!("{country} is in {region}"),
                (Some(country), None) => format!("{country} is in none"),
                (None, _) => String::new(),
            },
            Reason::RegionMismatch => {
                let rules = self.estate.context.rules;
                let mut ours: Vec<&str> = partner
                    .countries
                    .iter()
                    .filter_map(|&country| rules.region(country, known.context.as_of))
                    .map(|market| &*market.row.region)
                    .collect();
                ours.sort_unstable();
                ours.dedup();
                let country = known.country().map(|country| country.to_string()).unwrap_or_default();
                let region = self.region_of_tenant().unwrap_or_default();
                match ours.as_slice() {
                    [] => format!("{country} is in {region}, [partner] countries names none of ours"),
                    ours => format!("{country} is in {region}, ours are {}", ours.join(", ")),
                }
            }
            Reason::CloudMismatch => {
                let ours = partner.cloud.unwrap_or(Cloud::Global);
                format!("the tenant is in {}, we sell in {ours}", known.cloud())
            }
            Reason::OwnTenant => match known.subscription.customer_id {
                Some(id) if partner.ids.iter().any(|own| own.guid() == Some(id.0)) => {
                    "the tenant is one of [partner] ids".to_owned()
                }
                _ => "the tenant is none of [partner] ids".to_owned(),
            },
            Reason::TenantChange => match &known.subscription.target_customer_id {
                Some(target) => format!("the export names the target tenant {target}"),
                None => "no other target tenant is named".to_owned(),
            },
            Reason::ResellerAgreement => match partner.partner_agreement {
                Some(signed) => format!("role {}, partner_agreement = {signed}", partner.role),
                None => format!("role {}", partner.role),
            },
            Reason::SegmentMismatch => {
                let segments = self.segments();
                match known.customer.and_then(|customer| customer.qualification) {
                    Some(qualification) => format!("the customer is {qualification}, the target for {segments}"),
                    None => format!("nothing says what the customer is qualified as; the target is for {segments}"),
                }
            }
            _ => return None,
        })
    }

    fn of_the_offer(&self, reason: Reason) -> Option<String> {
        let mapping = self.mapped()?;
        let seats = self.known.subscription.seats.map_or(0, |seats| seats.0);
        Some(match reason {
            Reason::OfferUnmapped | Reason::OfferAmbiguous | Reason::OfferSuggested => {
                format!("mapping {}", mapping.kind)
            }
            Reason::OfferUnsure => format!("what the mapping rests on is {}", mapping.certainty),
            Reason::OfferLoss => {
                let words: Vec<&str> = mapping.loses.iter().map(|word| &**word).collect();
                let lost = words.join(", ");
                match (words.is_empty(), mapping.critical_loss, mapping.from_table) {
                    (true, _, _) => "users lose nothing".to_owned(),
                    (false, true, true) => format!("users lose {lost}, but the offers table accepts it"),
                    (false, true, false) => format!("users lose {lost}"),
                    (false, false, _) => {
                        format!("users lose {lost}, none of it mail, files, identity or telephony")
                    }
                }
            }
            Reason::TargetEndOfSale => {
                let sold = if mapping.end_of_sale { "not sold" } else { "sold" };
                format!(
                    "{sold} on {}, the day by which offers are judged",
                    self.known.order_day()
                )
            }
            Reason::SeatCap => match self.targets().filter_map(|offer| offer.seat_cap).min() {
                Some(cap) => format!("{seats} licences, at most {}", cap.0),
                None => "the offer has no cap".to_owned(),
            },
            Reason::SeatMinimum => match self.targets().filter_map(|offer| offer.seat_minimum).max() {
                Some(least) => format!("{seats} licences, at least {}", least.0),
                None => "the offer has no minimum".to_owned(),
            },
            Reason::TermNotSold | Reason::TermChanged => {
                let word = |term: Option<Term>| term.map_or_else(|| "unknown".to_owned(), |term| term.to_string());
                let ordered: Vec<String> = mapping.targets.iter().map(|target| word(target.term)).collect();
                format!(
                    "the source's term is {}, the order's {}",
                    word(self.known.term()),
                    ordered.join(", ")
                )
            }
            Reason::ChannelTransferCheck => {
                let route = self.planned.map(|planned| planned.route.as_str());
                format!("route {}", route.unwrap_or_default())
            }
            Reason::OfferFromTable => match mapping.used {
                Some(row) => {
                    let file = shown(self.known.context.config.tables.offers.as_deref(), "offers.csv");
                    format!("{file}, row {row}")
                }
                None if mapping.from_table => "by the overrides of [catalog]".to_owned(),
                None => "no row of the offers table decides".to_owned(),
            },
            _ => return None,
        })
    }

    /// The seats that count together with its own.
    fn of_the_seats(&self, reason: Reason) -> Option<String> {
        if !matches!(reason, Reason::SeatCapTogether | Reason::SeatCapFamily) {
            return None;
        }
        let imposed = &self.decided.imposed;
        let own = imposed
            .seats
            .as_deref()
            .filter(|_| imposed.reason == Some(reason))
            .cloned();
        let sum = own.or_else(|| self.estate.seat_sum(self.all, self.index, reason));
        Some(sum.map_or_else(
            || "nothing is ordered that has a cap".to_owned(),
            |sum| sum.said(&self.known.subscription.id),
        ))
    }

    fn of_the_dates(&self, reason: Reason, matched: bool) -> Option<String> {
        let dates = self.planned.and_then(|planned| planned.dates.as_ref());
        let (known, subscription) = (self.known, self.known.subscription);
        let as_of = known.context.as_of;
        let ready = self.sums.map(|sums| sums.ready);
        Some(match reason {
            Reason::StateAgainstEnd => match (subscription.state, subscription.term_end) {
                (Some(state), Some(end)) => format!("state {state}, it ends on {}", end.0),
                _ => "no export says its state".to_owned(),
            },
            Reason::RenewedSinceExport => match (subscription.term_end, subscription.state) {
                (Some(end), _) if as_of <= end.0 => format!("{as_of} is not after {}", end.0),
                (_, Some(state)) if !matched => format!("{}, state {state}", self.renews()),
                _ => self.renews(),
            },
            Reason::EndUnknown => match (subscription.term_end, matched) {
                (Some(end), true) => format!("it ended on {}, {}, and no notice is reported", end.0, self.renews()),
                (Some(end), false) if as_of <= end.0 => format!("{as_of} is not after {}", end.0),
                _ => {
                    "its channel asks for no notice, it was given, its target is there, or an export shows how it ended"
                        .to_owned()
                }
            },
            Reason::RenewalUndone => {
                match (
                    known.standing.done.contains(StepKind::UndoRenewal),
                    known.standing.undone_on,
                ) {
                    (true, Some(day)) => format!("reported as undone on {day}"),
                    (true, None) => "reported as undone".to_owned(),
                    (false, _) => "nobody reports that it was undone".to_owned(),
                }
            }
            Reason::TransferPending => self.transfer_reported(),
            Reason::AddonWithoutBase => self.bases(matched),
            Reason::TooManySubscriptions => {
                let most = known.context.rules.number(NumberName::Tenant, as_of);
                let standing = self.decided.imposed.crowd.or_else(|| {
                    let day = target_from(self.decided)?;
                    let rows = self.estate.of_its_customer(self.index);
                    Some((day, self.estate.standing(self.all, rows).on(day)))
                });
                match standing {
                    Some((day, count)) => format!("{count} stand in the tenant on {day}, at most {most} may"),
                    None => "nothing is ordered that would add to the tenant".to_owned(),
                }
            }
            Reason::Wave => {
                let most = known.context.rules.number(NumberName::Doubled, as_of);
                match known.wave {
                    Some(day) => {
                        format!("at most {most} of a tenant may run twice at once: there is room from {day} on")
                    }
                    None => format!("no more than {most} of the tenant run twice at once"),
                }
            }
            Reason::RuleUnsure => "no lifecycle of uncertain source decides".to_owned(),
            Reason::TransferMissed => match (ready, dates.and_then(|dates| dates.window_closes)) {
                (Some(ready), Some(closes)) if !matched => format!("ready {ready}, the window closes {closes}"),
                _ => reason.meaning().to_owned(),
            },
            Reason::RenewedLately => match subscription.term_start {
                Some(start) => format!("the term began on {start}"),
                None => "when the term began is unknown".to_owned(),
            },
            Reason::Early | Reason::NoBusinessDay | Reason::AsSoonAsReady | Reason::WindowMissed => {
                let dates = dates?;
                match (dates.recommended, ready, dates.window_closes) {
                    (Some(recommended), Some(ready), Some(closes)) => {
                        format!("recommended {recommended}, ready {ready}, the window closes {closes}")
                    }
                    (Some(recommended), Some(ready), None) => format!("recommended {recommended}, ready {ready}"),
                    _ => "no day was looked for".to_owned(),
                }
            }
            Reason::NoticeMissed | Reason::AutoRenewRisk | Reason::ServiceStops => {
                match dates.and_then(|dates| dates.end_source) {
                    Some(end) => format!("{}, the source ends by {end}", self.renews()),
                    None => self.renews(),
                }
            }
            Reason::ServiceDown => match subscription.state {
                Some(state) => format!("state {state}"),
                None => "no export says its state".to_owned(),
            },
            _ => return None,
        })
    }

    /// What people report of a transfer, beside the route.
    fn transfer_reported(&self) -> String {
        let standing = &self.known.standing;
        let file = shown(self.known.context.config.tables.progress.as_deref(), "progress.csv");
        let route = self.planned.map(|planned| planned.route);
        let channel = self.known.subscription.channel.map(Channel::as_str).unwrap_or_default();
        let elsewhere = match route {
            Some(Route::Transfer) | None => String::new(),
            Some(route) => format!(", but it is {channel} and its route is {route}"),
        };
        match (standing.own_transfer, standing.transfer_requested) {
            (Some(row), _) if standing.done.contains(StepKind::ApproveTransfer) => {
                format!("{file}, row {row}: its transfer is approved{elsewhere}")
            }
            (Some(row), _) => format!("{file}, row {row}: its transfer is asked for{elsewhere}"),
            (None, true) => format!("{file}: a transfer is asked for with its customer's{elsewhere}"),
            (None, false) => "no transfer is reported as asked for".to_owned(),
        }
    }

    /// What becomes of the bases of an add-on.
    fn bases(&self, matched: bool) -> String {
        let bases = self.estate.bases_of(self.index);
        let told = bases.iter().take(BASES).filter_map(|&base| {
            let decision = &self.all.get(base)?.decision;
            let id = &self.estate.subscriptions.get(base)?.id;
            Some(match (decision.action, decision.move_date) {
                (Action::Move, Some(day)) => format!("its base {id} moves on {day}"),
                (action, _) => format!("its base {id} is for {action}"),
            })
        });
        let told: Vec<String> = told.collect();
        match (told.is_empty(), matched) {
            (true, true) => "no base of it is in these exports".to_owned(),
            (true, false) => "it needs no base to move".to_owned(),
            (false, true) => format!("{}, which is too late or never", told.join("; ")),
            (false, false) => told.join("; "),
        }
    }

    fn renews(&self) -> String {
        match (self.known.end_instruction(), self.known.auto_renew()) {
            (Some(instruction), _) => format!("set to {instruction} at its term end"),
            (None, Some(true)) => "auto-renew on".to_owned(),
            (None, Some(false)) => "auto-renew off".to_owned(),
            (None, None) => "auto-renew unknown".to_owned(),
        }
    }

    pub(super) fn relationship(&self) -> String {
        let known = self.known;
        match known.customer.and_then(|customer| customer.relationship) {
            _ if known.standing.done.contains(StepKind::Order) => "the order is placed",
            _ if known.standing.done.contains(StepKind::RequestRelationship) => "reported as done",
            Some(true) => "it is there",
            _ if known.has_ours => "a subscription of the customer is ours already",
            _ if known.standing.requested.contains(StepKind::RequestRelationship) => "requested, not there yet",
            Some(false) => "there is none",
            None if known.context.config.partner.assume_relationship => {
                "unknown, taken as there by [partner] assume_relationship"
            }
            None => "unknown, counts as missing",
        }
        .to_owned()
    }

    pub(super) fn agreement(&self) -> String {
        let known = self.known;
        match known.customer.and_then(|customer| customer.agreement_accepted) {
            _ if known.standing.done.contains(StepKind::Order) => "the order is placed".to_owned(),
            _ if known.standing.done.contains(StepKind::AcceptAgreement) => match known.standing.agreement_accepted {
                Some(day) => format!("reported as accepted on {day}"),
                None => "reported as done".to_owned(),
            },
            Some(Some(day)) if day > known.context.as_of => {
                format!("to be accepted on {day}, so it does not count yet")
            }
            Some(Some(day)) => {
                let on = known.order_day();
                match known.context.rules.agreement(on) {
                    Some(rule) if day < rule.row.accepted_from => {
                        let from = rule.row.accepted_from;
                        format!("accepted on {day}, which no longer counts: only from {from} on")
                    }
                    _ => format!("accepted on {day}"),
                }
            }
            _ if known.standing.requested.contains(StepKind::AcceptAgreement) => {
                "asked for, not accepted yet".to_owned()
            }
            Some(None) => "not accepted".to_owned(),
            None if known.context.config.partner.assume_agreement => {
                "unknown, taken as accepted by [partner] assume_agreement".to_owned()
            }
            None => "unknown, counts as missing".to_owned(),
        }
    }

    pub(super) fn vetting(&self, missing: bool) -> String {
        let segments = self.segments();
        match missing {
            true => format!("customers are vetted for {segments}"),
            false => format!("not needed, or done, for {segments}"),
        }
    }

    /// Whether there is a target that the catalogue knows.
    pub(super) fn has_target(&self) -> bool {
        self.targets().next().is_some()
    }

    fn mapped(&self) -> Option<&Mapping> {
        self.planned.and_then(|planned| planned.mapping.as_deref())
    }

    /// The targets that the catalogue knows.
    fn targets(&self) -> impl Iterator<Item = &Offer> {
        let targets = self.mapped().into_iter().flat_map(|mapping| &mapping.targets);
        targets.filter_map(|target| target.offer.as_deref())
    }

    fn segments(&self) -> String {
        let segments: Vec<&str> = self.targets().map(|offer| offer.segment.as_str()).collect();
        segments.join(", ")
    }

    fn region_of_tenant(&self) -> Option<&str> {
        let country = self.known.country()?;
        let market = self.estate.context.rules.region(country, self.known.context.as_of)?;
        Some(&market.row.region)
    }
}

fn shown(path: Option<&Path>, name: &str) -> String {
    path.map_or_else(|| name.to_owned(), |path| path.to_string_lossy().replace('\\', "/"))
}

fn is_settled(kind: MappingKind) -> bool {
    matches!(
        kind,
        MappingKind::Same | MappingKind::Equivalent | MappingKind::Replacement
    )
}
