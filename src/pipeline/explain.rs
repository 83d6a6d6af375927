//! Why the plan says what it says of a subscription or a customer.
//!
//! In: exports, a word for one of them. Out: [`Explained`]: where its facts come from, and for each subscription that is meant its row of
//! the very plan that a run would make, over the whole estate, with its trail, its steps and what would change it. Writes nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Exports, Observer, Part, Request, Stop, Verdict, checked, planning, told::inputs as inputs_told};
use crate::{
    finding::{Accounting, Finding},
    plan::{self, PlanRow, Step, Trail, WhatIfs, dates::Closed},
    recognise::{
        Subscription,
        tables::CalendarKind,
        trace::{Answer, trace},
    },
    rules::{self, Calendar, RuleTable},
    terms::*,
};

/// What a word fits, where its facts come from, and why it is decided as it is.
#[derive(Debug)]
pub struct Explained {
    /// What the word fits, and where the facts come from.
    pub answer: Answer,
    /// The plan's rows of the subscriptions that are meant, in the order of the plan; empty where only facts were asked for.
    pub told: Vec<Told>,
    /// The steps of the customer as a whole.
    pub shared_steps: Vec<Step>,
    /// The rule tables that answered.
    pub tables: Vec<RuleTable>,
    /// Days on which nothing moves, by the calendar, without weekends; for drawing days.
    pub days: Days,
    /// The date the plan is made for.
    pub as_of: NaiveDate,
    /// Where every row went.
    pub accounting: Accounting,
    /// All findings, in their order.
    pub findings: Vec<Finding>,
    /// Whether a person must look.
    pub verdict: Verdict,
}

/// What the plan says of one subscription, and why.
#[derive(Debug)]
pub struct Told {
    /// Its row.
    pub row: PlanRow,
    /// Its steps that are not done.
    pub steps: Vec<Step>,
    /// Why.
    pub trail: Trail,
    /// What would change it; none for one of several.
    pub what_ifs: Option<WhatIfs>,
}

/// The partner's calendar, with the names of its days.
#[derive(Debug, Default)]
pub struct Days {
    calendar: Calendar,
    names: BTreeMap<(NaiveDate, Closed), Text>,
}

impl Days {
    /// Why nothing moves on a day, and what the calendar calls it; none: something may.
    pub fn closed(&self, day: NaiveDate) -> Option<(Closed, Option<&Text>)> {
        let closed = plan::dates::closed(&self.calendar, day)?;
        Some((closed, self.names.get(&(day, closed)).filter(|name| !name.is_empty())))
    }
}

/// Reads and recognises exports, and tells where the facts come from of the subscription or customer that a word fits: an id in
/// any spelling, a domain, a name. Plans nothing, writes nothing.
///
/// # Errors
/// Where the tables are wrong, or no export could be read.
pub fn facts(request: &Request<'_>, word: &str, observer: &dyn Observer) -> Result<Explained, Stop> {
    explained(request, word, observer, false)
}

/// As [`facts`], and plans the whole estate to tell why the plan says what it says of it.
///
/// # Errors
/// Where the tables are wrong, or no export could be read.
pub fn explain(request: &Request<'_>, word: &str, observer: &dyn Observer) -> Result<Explained, Stop> {
    explained(request, word, observer, true)
}

fn explained(request: &Request<'_>, word: &str, observer: &dyn Observer, with_plan: bool) -> Result<Explained, Stop> {
    let references = super::References::load(request.config, request.as_of)?;
    let exports = Exports::of(request)?;
    let (mut recognised, answer) = references.recognise(request, exports, observer, |inputs, context| {
        trace(inputs, context, word)
    });
    inputs_told(&recognised.inputs);
    let ids = meant(&answer, &recognised.subscriptions);
    let mut told = Vec::new();
    let mut shared_steps = Vec::new();
    let mut days = Days::default();
    if with_plan && !ids.is_empty() {
        observer.part(Part::Deciding);
        let calendars = references.calendars(request.config);
        let context = planning(request, &references, &calendars);
        let subscriptions = std::mem::take(&mut recognised.subscriptions);
        let what_ifs = match ids.as_slice() {
            [one] => plan::what_if(one, &subscriptions, &recognised.customers, &context),
            _ => None,
        };
        let is_meant = |subscription: &Subscription| ids.binary_search(&subscription.id).is_ok();
        let (mut planned, trails) = plan::plan_and_tell(subscriptions, &recognised.customers, &context, &is_meant);
        recognised.findings.append(&mut planned.findings);
        (told, shared_steps) = told_of(&planned, trails, what_ifs);
        days = Days {
            names: names(&references, calendars.ours()),
            calendar: calendars.ours().clone(),
        };
    }
    let super::Checked {
        accounting,
        findings,
        verdict,
        ..
    } = checked(recognised);
    if verdict == Verdict::Nothing {
        return Err(Stop::NothingRead { findings, record: None });
    }
    Ok(Explained {
        answer,
        tables: match told.is_empty() {
            true => Vec::new(),
            false => rules::tables(&request.config.rules).unwrap_or_default(),
        },
        told,
        shared_steps,
        days,
        as_of: request.as_of,
        accounting,
        findings,
        verdict,
    })
}

/// The subscriptions that a word means, sorted.
fn meant(answer: &Answer, subscriptions: &[Subscription]) -> Vec<Id> {
    let mut ids: Vec<Id> = match answer {
        Answer::Subscription(trace) => vec![trace.subscription.id.clone()],
        Answer::Customer(trace) => {
            let own = trace.customer.as_ref().map(|customer| customer.id);
            let of_customer = subscriptions
                .iter()
                .filter(|one| own.is_some() && one.customer_id == own)
                .map(|one| one.id.clone());
            let listed = trace.subscriptions.iter().filter_map(|one| one.subscription_id.clone());
            of_customer.chain(listed).collect()
        }
        Answer::Several(_) | Answer::Nothing(_) => Vec::new(),
    };
    ids.sort();
    ids.dedup();
    ids
}

/// The rows that are meant with their trails and steps, and the steps of their customers as a whole.
fn told_of(planned: &plan::Plan, trails: Vec<Trail>, what_ifs: Option<WhatIfs>) -> (Vec<Told>, Vec<Step>) {
    let mut trails: BTreeMap<Id, Trail> = trails.into_iter().map(|trail| (trail.id.clone(), trail)).collect();
    let mut what_ifs = what_ifs;
    let mut told = Vec::new();
    let mut customers = Vec::new();
    for (number, row) in planned.rows.iter().enumerate() {
        let Some(trail) = trails.remove(&row.subscription.id) else {
            continue;
        };
        customers.extend(row.subscription.customer_id);
        let own = planned
            .step_refs
            .iter()
            .filter(|step| step.row as usize == number && step.shared().is_none());
        told.push(Told {
            row: row.clone(),
            steps: own.filter_map(|step| planned.step(step)).collect(),
            trail,
            what_ifs: what_ifs.take(),
        });
    }
    let shared = planned.step_refs.iter().filter(|step| step.shared().is_some());
    let shared = shared.filter_map(|step| planned.step(step));
    let theirs = shared.filter(|step| step.customer_id.is_some_and(|id| customers.contains(&id)));
    (told, theirs.collect())
}

/// What the calendar calls its days, where they count for us.
fn names(references: &super::References, calendar: &Calendar) -> BTreeMap<(NaiveDate, Closed), Text> {
    let mut names: BTreeMap<(NaiveDate, Closed), Text> = BTreeMap::new();
    for day in &references.tables.calendar {
        let (closed, counts) = match day.kind {
            CalendarKind::Holiday => (Closed::Holiday, !calendar.is_business_day(day.date)),
            CalendarKind::Blackout => (Closed::Blackout, !calendar.is_move_day(day.date)),
        };
        if counts {
            names.entry((day.date, closed)).or_insert_with(|| day.name.clone());
        }
    }
    names
}

#[cfg(test)]
mod tests;
