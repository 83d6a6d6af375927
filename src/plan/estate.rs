//! The estate: all subscriptions together.
//!
//! In: subscriptions, customers, what decisions are judged by. Out: the [`Plan`]. Each subscription is decided by itself, in
//! parallel; then what one means for another: an add-on waits for its base, a target that an export of ours already has is not
//! ordered again, a tenant takes only so many subscriptions. Keeps the order of rows, steps and findings independent of
//! threads and of the order of inputs. Left for later: gathering a customer's moves on few days, the team's capacity.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::{
    Plan, PlanRow, Reason, StepRef, Texts,
    decide::{Decided, decide},
    known::{Context, Known, offer_of},
    mapped::mapped,
    notes, requests,
    standing::{Reports, Standing},
    steps::{SHARED, steps_of},
    trail::{Trail, trail_of},
};
use crate::{
    catalog::{Resolution, RuleBook, When},
    recognise::{Customer, SourceOffer, Subscription},
    rules::NumberName,
    terms::*,
};

/// Plans an estate.
pub fn plan(subscriptions: Vec<Subscription>, customers: &[Customer], context: &Context<'_>) -> Plan {
    plan_and_tell(subscriptions, customers, context, &|_| false).0
}

/// Plans an estate, and tells of each subscription that is wanted why it is decided so.
pub fn plan_and_tell(
    subscriptions: Vec<Subscription>,
    customers: &[Customer],
    context: &Context<'_>,
    wanted: &dyn Fn(&Subscription) -> bool,
) -> (Plan, Vec<Trail>) {
    let count = subscriptions.len();
    let estate = Estate::new(&subscriptions, customers, context);
    let mut decided: Vec<Decided> = (0..count)
        .into_par_iter()
        .map(|index| estate.decide(index, &Imposed::default()))
        .collect();
    estate.recognise_targets(&mut decided);
    estate.limit_seats(&mut decided);
    estate.place_addons(&mut decided);
    estate.limit_tenants(&mut decided);
    let mut findings = notes::of_rows(&estate, &decided);
    let steps: Vec<Vec<StepRef>> = (0..count)
        .into_par_iter()
        .map(|index| steps_of(&estate.known(index, &decided[index].imposed), &decided[index]))
        .collect();
    let shown: Vec<(Option<Text>, Option<Text>, Option<Country>)> =
        (0..count).into_par_iter().map(|index| estate.shown(index)).collect();
    findings.extend(notes::of_tables(&estate, &decided, &steps));
    let is_wanted = |index: &usize| subscriptions.get(*index).is_some_and(wanted);
    let trails: Vec<Trail> = (0..count)
        .filter(is_wanted)
        .filter_map(|index| trail_of(&estate, index, decided.get(index)?))
        .collect();
    let mappings = mapped(&estate, &decided);
    drop(estate);
    let mut plan = assemble(context, subscriptions, decided, steps, shown);
    findings.par_sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    (plan.findings, plan.mappings) = (findings, mappings);
    let counts = plan.counts();
    assert_eq!(
        counts.actions.values().sum::<u64>(),
        count as u64,
        "subscriptions = move + keep + review"
    );
    (plan, trails)
}

/// What other subscriptions impose on one.
#[derive(Debug, Clone, Default)]
pub(super) struct Imposed {
    pub(super) not_before: Option<chrono::NaiveDate>,
    pub(super) reason: Option<Reason>,
    /// The day on which our subscription began that is its target already.
    pub(super) ordered: Option<NaiveDate>,
    /// Whether it needs a base.
    pub(super) add_on: bool,
    /// Whether others that move need it.
    pub(super) base: bool,
}

/// All subscriptions with what is looked up for each.
pub(super) struct Estate<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) subscriptions: &'a [Subscription],
    customers: HashMap<CustomerId, &'a Customer>,
    pub(super) reports: Reports<'a>,
    offer_rules: RuleBook<'a>,
    resolutions: Vec<Resolution>,
    /// For each resolution the name that an unknown one looks like.
    alike: Vec<Option<Text>>,
    /// For each subscription the index of its resolution.
    resolved: Vec<u32>,
    /// Live subscriptions of ours, by customer.
    pub(super) ours: HashMap<CustomerId, Vec<usize>>,
    /// What mappings rest on.
    evidence: Mutex<HashSet<Text>>,
}

impl<'a> Estate<'a> {
    fn new(subscriptions: &'a [Subscription], customers: &'a [Customer], context: &'a Context<'a>) -> Estate<'a> {
        let customers: HashMap<CustomerId, &Customer> =
            customers.iter().map(|customer| (customer.id, customer)).collect();
        let mut distinct: HashMap<(SourceOffer, Option<NaiveDate>), u32> = HashMap::new();
        let mut offers = Vec::new();
        let mut resolved = Vec::with_capacity(subscriptions.len());
        let mut ours: HashMap<CustomerId, Vec<usize>> = HashMap::new();
        for (index, subscription) in subscriptions.iter().enumerate() {
            let customer = subscription.customer_id.and_then(|id| customers.get(&id).copied());
            let offer = offer_of(subscription, customer);
            // Names are of the time at which the subscription began; what began in one era is asked once.
            let began = subscription.term_start.map(|day| context.catalog.era(day));
            let number = *distinct.entry((offer, began)).or_insert_with_key(|question| {
                offers.push(question.clone());
                offers.len() as u32 - 1
            });
            resolved.push(number);
            let live = matches!(subscription.state, None | Some(State::Active));
            if let Some(id) = subscription
                .customer_id
                .filter(|_| live && subscription.channel == Some(Channel::Own))
            {
                ours.entry(id).or_default().push(index);
            }
        }
        let resolutions: Vec<Resolution> = offers
            .par_iter()
            .map(|(offer, began)| {
                let when = When {
                    began: *began,
                    written: Some(context.as_of),
                };
                context.catalog.resolve_at(offer, when)
            })
            .collect();
        let alike = offers
            .par_iter()
            .zip(&resolutions)
            .map(|((offer, _), resolution)| match (resolution, &offer.name) {
                (Resolution::Unknown, Some(name)) => Some(context.catalog.alike(name).first()?.name.clone()),
                _ => None,
            })
            .collect();
        let reports = Reports::new(context.tables, context.as_of);
        let offer_rules = context.catalog.rule_book(&context.tables.offers);
        Estate {
            context,
            subscriptions,
            customers,
            reports,
            offer_rules,
            resolutions,
            alike,
            resolved,
            ours,
            evidence: Mutex::default(),
        }
    }

    pub(super) fn customer(&self, index: usize) -> Option<&'a Customer> {
        self.subscriptions[index]
            .customer_id
            .and_then(|id| self.customers.get(&id).copied())
    }

    pub(super) fn resolution(&self, index: usize) -> &Resolution {
        &self.resolutions[self.resolved[index] as usize]
    }

    /// The name that an offer nobody knows looks like.
    pub(super) fn alike(&self, index: usize) -> Option<&Text> {
        self.alike[self.resolved[index] as usize].as_ref()
    }

    pub(super) fn known<'b>(&'b self, index: usize, imposed: &Imposed) -> Known<'b> {
        let subscription = &self.subscriptions[index];
        let request_days = self.context.rules.days(NumberName::Request, self.context.as_of);
        let mut standing: Standing = self.reports.standing(subscription, request_days);
        if let Some(day) = imposed.ordered {
            standing.done.insert(StepKind::Order);
            standing.ordered_on = standing.ordered_on.or(Some(day));
        }
        Known {
            context: self.context,
            subscription,
            customer: self.customer(index),
            resolution: self.resolution(index),
            offer_rules: &self.offer_rules,
            hold: self.reports.hold(subscription),
            standing,
            has_ours: subscription.customer_id.is_some_and(|id| self.ours.contains_key(&id)),
            not_before: imposed.not_before,
            imposed: imposed.reason,
        }
    }

    fn decide(&self, index: usize, imposed: &Imposed) -> Decided {
        let decided = decide(&self.known(index, imposed));
        Decided {
            imposed: imposed.clone(),
            evidence: decided.evidence.as_ref().map(|evidence| self.once(evidence)),
            ..decided
        }
    }

    /// The same text, kept once: many subscriptions rest on the same evidence.
    fn once(&self, evidence: &Text) -> Text {
        let mut kept = self.evidence.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.get(evidence) {
            return kept.clone();
        }
        kept.insert(evidence.clone());
        evidence.clone()
    }

    /// Decides again with one more thing imposed.
    pub(super) fn decide_again(&self, decided: &mut [Decided], index: usize, change: impl FnOnce(&mut Imposed)) {
        let mut imposed = decided[index].imposed.clone();
        change(&mut imposed);
        decided[index] = self.decide(index, &imposed);
    }

    /// The source offer's id and name to show, and the country.
    fn shown(&self, index: usize) -> (Option<Text>, Option<Text>, Option<Country>) {
        let (id, name) = self.shown_offer(index);
        (id, name, self.customer(index).and_then(|customer| customer.country))
    }

    /// The source offer's id and name to show, as exported or from the catalogue.
    pub(super) fn shown_offer(&self, index: usize) -> (Option<Text>, Option<Text>) {
        let offer = &self.subscriptions[index].offer;
        let known = match self.resolution(index) {
            Resolution::Known { offer, .. } => Some(offer),
            Resolution::Ambiguous(_) | Resolution::Unknown => None,
        };
        let id = [&offer.offer_id, &offer.sku_id, &offer.sku_part_number]
            .into_iter()
            .flatten()
            .next()
            .cloned();
        (
            id.or_else(|| known.and_then(|offer| offer.item.clone())),
            offer.name.clone().or_else(|| known.map(|offer| offer.name.clone())),
        )
    }
}

fn assemble(
    context: &Context<'_>,
    subscriptions: Vec<Subscription>,
    decided: Vec<Decided>,
    steps: Vec<Vec<StepRef>>,
    shown: Vec<(Option<Text>, Option<Text>, Option<Country>)>,
) -> Plan {
    let mut rows: Vec<(PlanRow, Vec<StepRef>)> = subscriptions
        .into_iter()
        .zip(decided)
        .zip(steps)
        .zip(shown)
        .map(
            |(((subscription, decided), steps), (source_offer_id, source_offer, country))| {
                let mut decision = decided.decision;
                if let (Action::Move, Some(first)) = (decision.action, steps.first()) {
                    (decision.next_step, decision.next_step_by) = (Some(first.kind), first.due);
                }
                (
                    PlanRow {
                        subscription,
                        country,
                        source_offer_id,
                        source_offer,
                        decision,
                    },
                    steps,
                )
            },
        )
        .collect();
    rows.par_sort_unstable_by(|(a, _), (b, _)| {
        let key = |row: &PlanRow| {
            (
                row.decision.move_date.is_none(),
                row.decision.move_date,
                row.subscription.customer_id,
            )
        };
        key(a)
            .cmp(&key(b))
            .then_with(|| a.subscription.id.cmp(&b.subscription.id))
    });
    let mut step_refs = Vec::new();
    let mut shared: BTreeMap<(CustomerId, StepKind), StepRef> = BTreeMap::new();
    let mut plan_rows = Vec::with_capacity(rows.len());
    for (number, (row, steps)) in rows.into_iter().enumerate() {
        let number = number as u32;
        for step in steps {
            let step = StepRef { row: number, ..step };
            match row.subscription.customer_id.filter(|_| SHARED.contains(&step.kind)) {
                None => step_refs.push(step),
                Some(customer) => share(&mut shared, customer, step),
            }
        }
        plan_rows.push(row);
    }
    step_refs.extend(shared.into_values());
    requests::number(
        &mut step_refs,
        &plan_rows,
        context.rules.number(NumberName::TransferItems, context.as_of),
    );
    step_refs.par_sort_unstable_by(|a, b| {
        let key = |step: &StepRef| {
            let subscription = &plan_rows[step.row as usize].subscription;
            (step.due, step.kind, subscription.customer_id, &subscription.id)
        };
        key(a).cmp(&key(b))
    });
    Plan {
        as_of: context.as_of,
        rows: plan_rows,
        step_refs,
        texts: Texts {
            steps: context.rules.step_texts.clone(),
            self_service_licences: context.rules.number(NumberName::SelfService, context.as_of),
            transfer_items: context.rules.number(NumberName::TransferItems, context.as_of),
        },
        mappings: Vec::new(),
        findings: Vec::new(),
    }
}

/// One step for all of a customer's subscriptions: the earliest day, and how many wait for it.
fn share(shared: &mut BTreeMap<(CustomerId, StepKind), StepRef>, customer: CustomerId, step: StepRef) {
    shared
        .entry((customer, step.kind))
        .and_modify(|first| {
            first.due = first.due.min(step.due);
            first.shared = first.shared.map(|count| count + 1);
        })
        .or_insert(StepRef {
            shared: Some(1),
            ..step
        });
}
