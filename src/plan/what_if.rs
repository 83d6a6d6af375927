//! What would change the answer for one subscription.
//!
//! In: its customer's subscriptions, and what they are judged by. Out: for each thing that could be otherwise the decision that would
//! come of it, and the next day on which the answer changes by itself. Each is planned by [`super::plan`] itself, over all that hangs
//! together: nothing here says what a change leads to. Microsoft's own files count as of the day for which they were read.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Context, Decision, Plan, Reason, plan};
use crate::{
    config::Config,
    recognise::{
        Customer, Flaw, Subscription,
        tables::{OfferRule, RouteNote, Subject, Tables},
    },
    rules::shift,
    terms::*,
};

/// How many days are looked at for the next change.
const DAYS: i64 = 366;
/// How far away a term end is taken to be, where none is known.
const SOME_TERM: i64 = 100;

/// What would change the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIfs {
    /// What would, and what would come of it.
    pub differs: Vec<WhatIf>,
    /// What would not.
    pub same: Vec<String>,
    /// The next day on which the answer changes by itself, with nothing done.
    pub next: Option<(NaiveDate, Box<Decision>)>,
    /// The first later day on which something else would have to be done: another action, route or end of the source; or service stops.
    pub turn: Option<(NaiveDate, Box<Decision>)>,
    /// The last day that was looked at for that.
    pub looked_until: NaiveDate,
}

/// Something that could be otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    /// What: `if the customer agreement were accepted today`.
    pub what: String,
    /// What the plan would say.
    pub decision: Decision,
}

/// What hangs together with one subscription.
struct Together<'a> {
    id: &'a Id,
    subscriptions: Vec<Subscription>,
    customers: Vec<Customer>,
    tables: Tables,
    context: Context<'a>,
}

/// Something that could be otherwise, and what it changes.
struct Change {
    what: String,
    /// Whether it takes away a reason for review, so that several of them may lead to a move together.
    mends: bool,
    make: Box<dyn Fn(&mut Otherwise)>,
}

/// The facts and settings that may be otherwise.
struct Otherwise {
    own: Subscription,
    customer: Option<Customer>,
    tables: Tables,
    config: Config,
}

/// Tells what would change the answer for a subscription; none where there is no such subscription.
pub fn what_if(
    id: &Id,
    subscriptions: &[Subscription],
    customers: &[Customer],
    context: &Context<'_>,
) -> Option<WhatIfs> {
    let together = Together::of(id, subscriptions, customers, context)?;
    let now = together.decided(context.as_of, |_| {})?;
    let mut differs: Vec<WhatIf> = Vec::new();
    let mut same = Vec::new();
    let changes = together.changes(&now);
    for change in &changes {
        let Some(decision) = together.decided(context.as_of, &change.make) else {
            continue;
        };
        match decision == now {
            true => same.push(change.what.clone()),
            false => differs.push(WhatIf {
                what: change.what.clone(),
                decision,
            }),
        }
    }
    let mending: Vec<&Change> = changes.iter().filter(|change| change.mends).collect();
    let is_stuck = differs.iter().all(|one| one.decision.action == now.action);
    if now.action == Action::Review && mending.len() > 1 && is_stuck {
        let all = together.decided(context.as_of, |other| {
            mending.iter().for_each(|change| (change.make)(other))
        });
        differs.extend(all.filter(|decision| *decision != now).map(|decision| WhatIf {
            what: "if all that stands in the way were settled".to_owned(),
            decision,
        }));
    }
    let looked_until = shift(context.as_of, DAYS);
    let mut nights = (1..=DAYS)
        .map(|days| shift(context.as_of, days))
        .filter_map(|day| Some((day, together.decided(day, |_| {})?)));
    let next = nights
        .find(|(_, decision)| answer(decision) != answer(&now))
        .map(|(day, decision)| (day, Box::new(decision)));
    // Where the next change is such a turn, it is told as it is.
    let may_turn = next
        .as_ref()
        .is_some_and(|(_, decision)| turned(decision) == turned(&now));
    let turn = nights
        .find(|(_, decision)| !may_turn || turned(decision) != turned(&now))
        .filter(|_| may_turn)
        .map(|(day, decision)| (day, Box::new(decision)));
    Some(WhatIfs {
        differs,
        same,
        next,
        turn,
        looked_until,
    })
}

/// What the plan says of one subscription where only what hangs together with it is planned.
#[cfg(test)]
pub(crate) fn decision_alone(
    id: &Id,
    subscriptions: &[Subscription],
    customers: &[Customer],
    context: &Context<'_>,
) -> Option<Decision> {
    Together::of(id, subscriptions, customers, context)?.decided(context.as_of, |_| {})
}

/// What counts as an answer: a move as soon as all is ready follows the day by itself.
fn answer(decision: &Decision) -> impl PartialEq + use<> {
    let follows = decision.reasons.contains(&Reason::AsSoonAsReady);
    (
        (decision.action, decision.reasons.clone(), decision.urgency),
        (decision.route, decision.mapping, decision.end_source),
        decision.move_date.filter(|_| !follows),
        decision.next_step,
    )
}

/// What somebody would have to do otherwise.
fn turned(decision: &Decision) -> impl PartialEq + use<> {
    let stops = [Reason::ServiceDown, Reason::ServiceStops].map(|reason| decision.reasons.contains(&reason));
    (decision.action, decision.route, decision.end_source, stops)
}

impl<'a> Together<'a> {
    /// The customer's subscriptions, and those that are named as bases: nothing else bears on the one.
    fn of(
        id: &'a Id,
        subscriptions: &[Subscription],
        customers: &[Customer],
        context: &Context<'a>,
    ) -> Option<Together<'a>> {
        let own = subscriptions.iter().find(|subscription| subscription.id == *id)?;
        let of_customer = |other: &&Subscription| {
            other.id == *id || (own.customer_id.is_some() && other.customer_id == own.customer_id)
        };
        let mut ids: BTreeSet<&Id> = subscriptions
            .iter()
            .filter(of_customer)
            .map(|other| &other.id)
            .collect();
        loop {
            let bases = subscriptions.iter().filter(|other| ids.contains(&other.id));
            let bases: Vec<&Id> = bases.filter_map(|other| other.base_id.as_ref()).collect();
            let known = ids.len();
            ids.extend(bases);
            if ids.len() == known {
                break;
            }
        }
        let mine: Vec<Subscription> = subscriptions
            .iter()
            .filter(|other| ids.contains(&other.id))
            .cloned()
            .collect();
        let customer_ids: BTreeSet<CustomerId> = mine.iter().filter_map(|other| other.customer_id).collect();
        let is_about = |subject: &Subject| match subject {
            Subject::Subscription(id) => ids.contains(id),
            Subject::Customer(id) => customer_ids.contains(id),
        };
        let tables = context.tables;
        Some(Together {
            id,
            customers: customers
                .iter()
                .filter(|customer| customer_ids.contains(&customer.id))
                .cloned()
                .collect(),
            tables: Tables {
                offers: tables.offers.clone(),
                holds: tables
                    .holds
                    .iter()
                    .filter(|hold| is_about(&hold.subject))
                    .cloned()
                    .collect(),
                progress: tables
                    .progress
                    .iter()
                    .filter(|note| is_about(&note.subject))
                    .cloned()
                    .collect(),
                routes: tables.routes.clone(),
                ..Tables::default()
            },
            subscriptions: mine,
            context: *context,
        })
    }

    /// What the plan says of the one for a day, with something changed.
    fn decided(&self, as_of: NaiveDate, change: impl Fn(&mut Otherwise)) -> Option<Decision> {
        let mut subscriptions = self.subscriptions.clone();
        let mut customers = self.customers.clone();
        let own = subscriptions.iter_mut().find(|own| own.id == *self.id)?;
        let customer = customers
            .iter_mut()
            .find(|customer| Some(customer.id) == own.customer_id);
        let mut other = Otherwise {
            own: own.clone(),
            customer: customer.as_deref().cloned(),
            tables: self.tables.clone(),
            config: self.context.config.clone(),
        };
        change(&mut other);
        let Otherwise {
            own: changed,
            customer: changed_customer,
            tables,
            config,
        } = other;
        *own = changed;
        if let (Some(customer), Some(changed)) = (customer, changed_customer) {
            *customer = changed;
        }
        let context = Context {
            as_of,
            tables: &tables,
            config: &config,
            ..self.context
        };
        let Plan { rows, .. } = plan(subscriptions, &customers, &context);
        let row = rows.into_iter().find(|row| row.subscription.id == *self.id)?;
        Some(row.decision)
    }

    /// What could be otherwise, by what the facts and the decision are.
    fn changes(&self, now: &Decision) -> Vec<Change> {
        let mut changes = Vec::new();
        let Some(own) = self.subscriptions.iter().find(|own| own.id == *self.id) else {
            return changes;
        };
        if now.action == Action::Keep && !now.reasons.contains(&Reason::OnHold) {
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
            && now.reasons.iter().any(|reason| abroad.contains(reason))
        {
            let make = move |other: &mut Otherwise| {
                other
                    .customer
                    .iter_mut()
                    .for_each(|customer| customer.country = Some(home));
            };
            changes.push(Change::new(&format!("if the customer were in {home}"), true, make));
        } else if let Some(country) = customer.country
            && now.reasons.contains(&Reason::RegionMismatch)
        {
            let what = format!("if `countries` of [partner] had {country}");
            let make = move |other: &mut Otherwise| other.config.partner.countries.push(country);
            changes.push(Change::new(&what, true, make));
        }
    }

    fn of_the_facts(&self, own: &Subscription, now: &Decision, changes: &mut Vec<Change>) {
        let has = |reason: Reason| now.reasons.contains(&reason);
        let some_end = shift(self.context.as_of, SOME_TERM);
        if own.term_end.is_none() {
            let what = format!("if its term end were known, and were {some_end}");
            changes.push(Change::of_fact(&what, move |own| {
                own.term_end = Some(TermEnd(some_end));
                own.flaws
                    .retain(|flaw| !matches!(flaw, Flaw::TermEndUnreadable | Flaw::DateOrderUnknown));
            }));
        }
        if own.channel.is_none() {
            let year = own.term.unwrap_or(Term::YEAR);
            for channel in [Channel::Csp, Channel::WebDirect, Channel::WebDirectMosa, Channel::Ea] {
                let what = format!("if it was bought as {channel}");
                let make = move |own: &mut Subscription| {
                    own.channel = Some(channel);
                    own.term = own.term.or(Some(year));
                    own.flaws.retain(|flaw| *flaw != Flaw::ChannelUnreadable);
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
                    own.flaws.retain(|flaw| *flaw != Flaw::SeatsUnreadable);
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
            if own.flaws.contains(&flaw) {
                changes.push(Change::of_fact(what, move |own| {
                    own.flaws.retain(|other| *other != flaw)
                }));
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
        if now.reasons.contains(&Reason::OnHold) {
            changes.push(Change::new("if the hold had ended", true, |other| {
                other.tables.holds.clear()
            }));
        }
        if now.reasons.contains(&Reason::ChannelTransferCheck) {
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
        let offer = &own.offer;
        let source = [&offer.offer_id, &offer.sku_id, &offer.sku_part_number, &offer.name];
        let source = source.into_iter().flatten().next().cloned();
        let open = [
            Reason::OfferSuggested,
            Reason::OfferAmbiguous,
            Reason::OfferLoss,
            Reason::OfferUnsure,
        ];
        if let Some((source, target)) = source.zip(now.targets.first())
            && now.reasons.iter().any(|reason| open.contains(reason))
        {
            let (id, what) = (
                target.offer_id.clone(),
                format!(
                    "if offers.csv named {} ({}) as its target",
                    target.offer, target.offer_id
                ),
            );
            changes.push(Change::new(&what, true, move |other| {
                other.tables.offers = vec![OfferRule {
                    source_offer: source.clone(),
                    target_offer: id.clone(),
                    target_term: None,
                    licences: None,
                    valid_from: None,
                    valid_until: None,
                    reason: "what if".into(),
                    row: 1,
                }];
            }));
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
}
