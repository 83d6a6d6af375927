//! What could be otherwise for one subscription.
//!
//! In: what hangs together with it, and what was decided. Out: [`Change`]s, each of one fact, of what the customer has accepted, of
//! what the source does at its term end, or of a row in the user's tables. What the offer to order would be is not made up: for one
//! without a mapping an id stands in that no offer has.

use chrono::NaiveDate;

use super::{Otherwise, Together};
use crate::{
    plan::{Decision, Reason},
    recognise::{
        Customer, Flaw, Subscription,
        tables::{OfferRule, ProgressNote, RouteNote, Subject},
    },
    rules::shift,
    terms::*,
};

/// How far away a term end is taken to be, where none is known.
const SOME_TERM: i64 = 100;
/// Stands for an offer to order that nobody has named yet.
pub(super) const STAND_IN: &str = "00000000-0000-0000-0000-000000000000";

/// Something that could be otherwise, and what it changes.
pub(super) struct Change {
    pub(super) what: String,
    /// Whether it takes away a reason for review, so that several of them may lead to a move together.
    pub(super) mends: bool,
    pub(super) make: Box<dyn Fn(&mut Otherwise)>,
}

impl Together<'_> {
    /// What could be otherwise, by what the facts and the decision are.
    pub(super) fn changes(&self, now: &Decision) -> Vec<Change> {
        let mut changes = Vec::new();
        let Some(own) = self.subscriptions.iter().find(|own| own.id == *self.id) else {
            return changes;
        };
        if now.action == Action::Keep && !now.reasons.has(Reason::OnHold) {
            return changes;
        }
        self.of_the_customer(own, now, &mut changes);
        self.of_the_facts(own, now, &mut changes);
        self.of_the_end(own, &mut changes);
        self.of_the_tables(own, now, &mut changes);
        changes
    }

    fn of_the_customer(&self, own: &Subscription, now: &Decision, changes: &mut Vec<Change>) {
        let Some(customer) = self
            .customers
            .iter()
            .find(|customer| Some(customer.id) == own.customer_id)
        else {
            return;
        };
        let today = self.context.as_of;
        let ready = |change: fn(&mut Customer, NaiveDate)| {
            move |other: &mut Otherwise| {
                other.customer.iter_mut().for_each(|customer| change(customer, today));
            }
        };
        let relationship: fn(&mut Customer, NaiveDate) = |customer, _| customer.relationship = Some(true);
        let agreement: fn(&mut Customer, NaiveDate) = |customer, day| customer.agreement_accepted = Some(Some(day));
        let rights: fn(&mut Customer, NaiveDate) = |customer, _| customer.delegated_rights = Some(true);
        let all: fn(&mut Customer, NaiveDate) = |customer, day| {
            customer.relationship = Some(true);
            customer.agreement_accepted = Some(Some(day));
            customer.delegated_rights = Some(true);
        };
        let missing = [
            (
                customer.relationship != Some(true),
                "if the relationship were accepted",
                relationship,
            ),
            (
                !matches!(customer.agreement_accepted, Some(Some(_))) || now.agreement_by.is_some(),
                "if the customer agreement were accepted today",
                agreement,
            ),
            (
                customer.delegated_rights != Some(true),
                "if we had delegated rights",
                rights,
            ),
        ];
        let lacking = missing.iter().filter(|(lacks, ..)| *lacks).count();
        for (_, what, make) in missing.iter().filter(|(lacks, ..)| *lacks) {
            changes.push(Change::new(what, false, ready(*make)));
        }
        if lacking > 1 {
            changes.push(Change::new(
                "if relationship, agreement and rights were all there",
                false,
                ready(all),
            ));
        }
        let abroad = [Reason::CountryMissing, Reason::RegionNone, Reason::RegionMismatch];
        let partner = &self.context.config.partner;
        if let Some(home) = partner.home.or(partner.countries.first().copied())
            && now.reasons.iter().any(|reason| abroad.contains(&reason))
        {
            let make = move |other: &mut Otherwise| {
                other
                    .customer
                    .iter_mut()
                    .for_each(|customer| customer.country = Some(home));
            };
            changes.push(Change::new(&format!("if the customer were in {home}"), true, make));
        } else if let Some(country) = customer.country
            && now.reasons.has(Reason::RegionMismatch)
        {
            let what = format!("if `countries` of [partner] had {country}");
            let make = move |other: &mut Otherwise| other.config.partner.countries.push(country);
            changes.push(Change::new(&what, true, make));
        }
    }

    fn of_the_facts(&self, own: &Subscription, now: &Decision, changes: &mut Vec<Change>) {
        let has = |reason: Reason| now.reasons.has(reason);
        let some_end = shift(self.context.as_of, SOME_TERM);
        if own.term_end.is_none() {
            let what = format!("if its term end were known, and were {some_end}");
            changes.push(Change::of_fact(&what, move |own| {
                own.term_end = Some(TermEnd(some_end));
                own.flaws.remove(Flaw::TermEndUnreadable);
                own.flaws.remove(Flaw::DateOrderUnknown);
            }));
        }
        if own.channel.is_none() {
            let year = own.term.unwrap_or(Term::YEAR);
            for channel in [Channel::Csp, Channel::WebDirect, Channel::WebDirectMosa, Channel::Ea] {
                let what = format!("if it was bought as {channel}");
                let make = move |own: &mut Subscription| {
                    own.channel = Some(channel);
                    own.term = own.term.or(Some(year));
                    own.flaws.remove(Flaw::ChannelUnreadable);
                };
                // One channel at most can be settled on.
                changes.push(Change {
                    mends: channel == Channel::WebDirect,
                    ..Change::of_fact(&what, make)
                });
            }
        }
        if has(Reason::SeatsMissing) {
            let seats = own.assigned_seats.filter(|seats| seats.0 > 0).unwrap_or(Seats(12));
            changes.push(Change::of_fact(
                &format!("if it had {} licences", seats.0),
                move |own| {
                    own.seats = Some(seats);
                    own.flaws.remove(Flaw::SeatsUnreadable);
                },
            ));
        }
        if has(Reason::StateAgainstEnd) {
            changes.push(Change::of_fact("if its state were active", |own| {
                own.state = Some(State::Active);
            }));
        }
        if has(Reason::TermStartAfterEnd) {
            changes.push(Change::of_fact("if the start of its term were unknown", |own| {
                own.term_start = None;
            }));
        }
        let settled = [
            (
                Flaw::Contradiction,
                "if what was taken is right, and the other export wrong",
            ),
            (Flaw::PossibleDuplicate, "if it were known to be no duplicate"),
            (Flaw::IdDamaged, "if its id were intact"),
            (Flaw::StateUnreadable, "if its state were readable as the rest"),
            (Flaw::ValueUnreadable, "if the unreadable value did not matter"),
            (Flaw::CustomerAmbiguous, "if one customer claimed it"),
        ];
        for (flaw, what) in settled {
            if own.flaws.has(flaw) {
                changes.push(Change::of_fact(what, move |own| own.flaws.remove(flaw)));
            }
        }
    }

    /// What the source does at its term end.
    fn of_the_end(&self, own: &Subscription, changes: &mut Vec<Change>) {
        let neutral = |what: &str, make: fn(&mut Subscription)| Change {
            mends: false,
            ..Change::of_fact(what, make)
        };
        match own.auto_renew {
            Some(false) => changes.push(neutral("if auto-renew were on", |own| own.auto_renew = Some(true))),
            Some(true) => changes.push(neutral("if auto-renew were off", |own| own.auto_renew = Some(false))),
            None => changes.push(neutral("if auto-renew were known to be off", |own| {
                own.auto_renew = Some(false)
            })),
        }
        if own.end_instruction != Some(EndInstruction::Cancel) {
            changes.push(neutral("if it were set to cancel at its term end", |own| {
                own.end_instruction = Some(EndInstruction::Cancel);
            }));
        }
    }

    /// What the user's own tables say, or could.
    fn of_the_tables(&self, own: &Subscription, now: &Decision, changes: &mut Vec<Change>) {
        if now.reasons.has(Reason::OnHold) {
            changes.push(Change::new("if the hold had ended", true, |other| {
                other.tables.holds.clear()
            }));
        }
        if now.reasons.has(Reason::ChannelTransferCheck) {
            let route = RouteNote {
                channel: own.channel,
                customer_id: own.customer_id,
                seller_id: None,
                route: Route::NewSubscription,
                row: 1,
            };
            let what = format!("if routes.csv named {} as its route", route.route);
            changes.push(Change::new(&what, true, move |other| {
                other.tables.routes = vec![route.clone()];
            }));
        }
        if now.reasons.has(Reason::EndUnknown) {
            let note = ProgressNote {
                subject: Subject::Subscription(own.id.clone()),
                step: StepKind::EndSource,
                state: Progress::Done,
                date: None,
                end_source: None,
                note: Text::default(),
                row: 1,
            };
            let what = "if its end were reported: `end-source`, `done`";
            changes.push(Change::new(what, true, move |other| {
                other.tables.progress.push(note.clone());
            }));
        }
        let open = [
            Reason::OfferSuggested,
            Reason::OfferAmbiguous,
            Reason::OfferLoss,
            Reason::OfferUnsure,
        ];
        if let Some((source, target)) = source_of(own).zip(now.targets.first())
            && now.reasons.iter().any(|reason| open.contains(&reason))
        {
            let (id, what) = (
                target.offer_id.clone(),
                format!(
                    "if offers.csv named {} ({}) as its target",
                    target.offer, target.offer_id
                ),
            );
            changes.push(Change::of_offers(&what, true, source, id, None));
        } else if let Some(source) = source_of(own)
            && now.reasons.has(Reason::OfferUnmapped)
        {
            for (licences, which) in [
                (Licences::Keep, "that keeps users' licences"),
                (Licences::Reassign, "whose licences must be reassigned"),
            ] {
                let what = format!(
                    "if a row of offers.csv with the source_offer `{source}` named an offer to order {which}, and that offer's own \
                     caps, segment and terms fit"
                );
                // One row at most can be added.
                let mends = licences == Licences::Keep;
                let target = STAND_IN.into();
                changes.push(Change::of_offers(&what, mends, source.clone(), target, Some(licences)));
            }
        }
    }
}

impl Change {
    fn new(what: &str, mends: bool, make: impl Fn(&mut Otherwise) + 'static) -> Change {
        Change {
            what: what.to_owned(),
            mends,
            make: Box::new(make),
        }
    }

    /// Of a fact of the subscription, which mends a reason for review.
    fn of_fact(what: &str, make: impl Fn(&mut Subscription) + 'static) -> Change {
        Change::new(what, true, move |other| make(&mut other.own))
    }

    /// Of the offers table: this row alone.
    fn of_offers(what: &str, mends: bool, source: Text, target: Text, licences: Option<Licences>) -> Change {
        Change::new(what, mends, move |other| {
            other.tables.offers = vec![OfferRule {
                source_offer: source.clone(),
                target_offer: target.clone(),
                target_term: None,
                licences,
                valid_from: None,
                valid_until: None,
                reason: "what if".into(),
                row: 1,
            }];
        })
    }
}

/// By what a row of the offers table can name the offer.
fn source_of(own: &Subscription) -> Option<Text> {
    let offer = &own.offer;
    let named = [&offer.offer_id, &offer.sku_id, &offer.sku_part_number, &offer.name];
    named.into_iter().flatten().next().cloned()
}
