//! What would change the answer for one subscription.
//!
//! In: its customer's subscriptions, and what they are judged by. Out: for each thing that could be otherwise the decision that would
//! come of it, and the next day on which the answer changes by itself. Each is planned by [`super::plan`] itself, over all that hangs
//! together: nothing here says what a change leads to. Microsoft's own files count as of the day for which they were read.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use self::changes::{Change, STAND_IN};
use super::{Context, Decision, Plan, Reason, Targets, plan};
use crate::{
    config::Config,
    recognise::{
        Customer, Subscription,
        tables::{Subject, Tables},
    },
    rules::shift,
    terms::*,
};

mod changes;

/// How many days are looked at for the next change.
const DAYS: i64 = 366;

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
    let follows = decision.reasons.has(Reason::AsSoonAsReady);
    (
        (decision.action, decision.reasons, decision.urgency),
        (decision.route, decision.mapping, decision.end_source),
        decision.move_date.filter(|_| !follows),
        decision.next_step,
    )
}

/// What somebody would have to do otherwise.
fn turned(decision: &Decision) -> impl PartialEq + use<> {
    let stops = [Reason::ServiceDown, Reason::ServiceStops].map(|reason| decision.reasons.has(reason));
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
            let bases: Vec<&Id> = bases.filter_map(|other| other.base_id.as_deref()).collect();
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
        let mut decision = row.decision;
        if decision.targets.iter().any(|target| *target.offer_id == *STAND_IN) {
            // Only its row will say what is ordered, and of which class that is.
            (decision.targets, decision.target_seats) = (Targets::default(), None);
            decision.mapping = None;
        }
        Some(decision)
    }
}
