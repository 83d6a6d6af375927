//! The estate: all subscriptions together.
//!
//! In: subscriptions, customers, what decisions are judged by. Out: the [`Plan`]. Each subscription is decided by itself, in
//! parallel; then what one means for another: an add-on waits for its base, a target that an export of ours already has is not
//! ordered again, a tenant takes only so many subscriptions. Keeps the order of rows, steps and findings independent of
//! threads and of the order of inputs. Left for later: gathering a customer's moves on few days, the team's capacity.

use std::{
    ops::{Deref, DerefMut, Range},
    sync::Arc,
};

use hashbrown::{HashMap, HashSet};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::{
    Decision, Plan, PlanRow, Reason, ShownOffer, StepRef, Texts,
    decide::{Decided, decide},
    known::{Context, Known, offer_of},
    mapped::mapped,
    mappings::Mappings,
    notes,
    order::{inverse, order_of},
    requests,
    seats::SeatSum,
    sequence::{in_order, share},
    standing::{Reports, Standing},
    steps::steps_of,
    trail::{Trail, trail_of},
};
use crate::{
    catalog::{Resolution, RuleBook, When},
    finding::put_in_order,
    recognise::{Customer, SourceOffer, Subscription, stand_together},
    rules::NumberName,
    runs::{RUN, firsts_of, gathered, gathered_from, in_turn, indices_of, of_each, one_each},
    terms::*,
};

/// Subscriptions whose customers are looked up together: their texts lie about in memory, and come sooner when they are asked for at once.
const AT_A_GLANCE: usize = 12;

/// Customers that one thread takes at a time.
const TENANTS: usize = 100;

/// Plans an estate.
pub fn plan(subscriptions: Vec<Subscription>, customers: &[Customer], context: &Context<'_>) -> Plan {
    plan_and_tell(subscriptions, customers, context, &|_| false).0
}

/// Plans an estate, and tells of each subscription that is wanted why it is decided so.
pub fn plan_and_tell(
    mut subscriptions: Vec<Subscription>,
    customers: &[Customer],
    context: &Context<'_>,
    wanted: &dyn Fn(&Subscription) -> bool,
) -> (Plan, Vec<Trail>) {
    let count = subscriptions.len();
    stand_together(&mut subscriptions);
    let estate = Estate::new(&subscriptions, customers, context);
    let mut decided: Vec<Decided> = (0..count)
        .into_par_iter()
        // Whoever comes late finds something to do still.
        .with_max_len(RUN)
        .map(|index| {
            if index.is_multiple_of(AT_A_GLANCE) {
                (index..index + AT_A_GLANCE).for_each(|index| estate.look_at(index));
            }
            estate.decide(index, &Imposed::default())
        })
        .collect();
    estate.recognise_targets(&mut decided);
    estate.in_waves(&mut decided);
    estate.limit_seats(&mut decided);
    estate.place_addons(&mut decided);
    estate.limit_tenants(&mut decided);
    let (mut findings, offer_rows) = notes::of_rows(&estate, &decided);
    let steps = estate.steps(&mut decided);
    let (shown, mappings) = rayon::join(|| estate.shown(), || mapped(&estate, &decided));
    findings.extend(notes::of_tables(&estate, &decided, &offer_rows, &steps));
    let is_wanted = |index: &usize| subscriptions.get(*index).is_some_and(wanted);
    let trails: Vec<Trail> = (0..count)
        .filter(is_wanted)
        .filter_map(|index| trail_of(&estate, index, &decided))
        .collect();
    drop(estate);
    let (mut plan, ()) = rayon::join(
        || assemble(context, subscriptions, decided, steps, shown),
        || put_in_order(&mut findings),
    );
    (plan.findings, plan.mappings) = (findings, mappings);
    // Each row has one action.
    assert_eq!(plan.rows.len(), count, "subscriptions = move + keep + review");
    (plan, trails)
}

/// Where an offer that rows share is, what its customer is, and the era that it is of.
type SharedOffer = (usize, Option<Qualification>, Option<NaiveDate>);

/// What other subscriptions impose on one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Imposed {
    pub(super) not_before: Option<chrono::NaiveDate>,
    pub(super) reason: Option<Reason>,
    /// The first day on which its tenant has room for it to run twice.
    pub(super) wave: Option<NaiveDate>,
    /// The seats that are too many together.
    pub(super) seats: Option<Arc<SeatSum>>,
    /// On which day there are too many subscriptions in its tenant, and how many.
    pub(super) crowd: Option<(NaiveDate, u64)>,
    /// The day on which our subscription began that is its target already.
    pub(super) ordered: Option<NaiveDate>,
    /// Whether it stands among ours already, by a transfer.
    pub(super) transferred: bool,
    /// Whether it needs a base.
    pub(super) add_on: bool,
    /// Whether others that move need it.
    pub(super) base: bool,
}

/// The same as every decision keeps it: on most nothing is imposed.
#[derive(Debug, Clone, Default)]
pub(super) struct Imposing(Option<Box<Imposed>>);

impl From<&Imposed> for Imposing {
    fn from(imposed: &Imposed) -> Imposing {
        Imposing((*imposed != NOTHING).then(|| Box::new(imposed.clone())))
    }
}

impl Deref for Imposing {
    type Target = Imposed;

    fn deref(&self) -> &Imposed {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Imposing {
    fn deref_mut(&mut self) -> &mut Imposed {
        self.0.get_or_insert_default()
    }
}

/// Nothing is imposed.
static NOTHING: Imposed = Imposed {
    not_before: None,
    reason: None,
    wave: None,
    seats: None,
    crowd: None,
    ordered: None,
    transferred: false,
    add_on: false,
    base: false,
};

/// Adds what the rows of a customer give rise to.
pub(super) type Tell<'t, T> = dyn Fn(CustomerId, Range<usize>, &mut Vec<T>) + Sync + 't;

/// All subscriptions with what is looked up for each. Those of one customer stand together.
pub(super) struct Estate<'a> {
    pub(super) context: &'a Context<'a>,
    /// Sorted by [`Subscription::order`].
    pub(super) subscriptions: &'a [Subscription],
    /// The rows of each customer that has an id.
    tenants: Vec<(CustomerId, Range<usize>)>,
    /// For each subscription its customer.
    customers: Vec<Option<&'a Customer>>,
    pub(super) reports: Reports<'a>,
    offer_rules: RuleBook<'a>,
    resolutions: Vec<Resolution>,
    /// For each resolution the name that an unknown one looks like.
    alike: Vec<Option<Text>>,
    /// For each subscription the index of its resolution.
    resolved: Vec<u32>,
    /// For each resolution the source offer to show.
    offers: Vec<Arc<ShownOffer>>,
    /// Live subscriptions of ours, by customer.
    pub(super) ours: HashMap<CustomerId, Vec<usize>>,
    mappings: Mappings,
}

impl<'a> Estate<'a> {
    fn new(subscriptions: &'a [Subscription], customers: &'a [Customer], context: &'a Context<'a>) -> Estate<'a> {
        debug_assert!(subscriptions.is_sorted_by(|a, b| a.order() <= b.order()));
        let by_id: HashMap<CustomerId, &Customer> = customers.iter().map(|customer| (customer.id, customer)).collect();
        let customer = |index: usize| by_id.get(&subscriptions[index].customer_id?).copied();
        let customers: Vec<Option<&Customer>> = one_each(subscriptions.len(), None, customer);
        let firsts = firsts_of(subscriptions, |a, b| a.customer_id == b.customer_id);
        let ends = firsts
            .iter()
            .skip(1)
            .map(|&end| end as usize)
            .chain([subscriptions.len()]);
        let tenants = firsts.iter().map(|&first| first as usize).zip(ends);
        let tenants: Vec<(CustomerId, Range<usize>)> = tenants
            .filter_map(|(first, end)| Some((subscriptions.get(first)?.customer_id?, first..end)))
            .collect();
        let mut distinct: HashMap<(SourceOffer, Option<NaiveDate>), u32> = HashMap::new();
        // Most rows have the very offer of another: no need to look at its texts.
        let mut shared: HashMap<SharedOffer, u32> = HashMap::new();
        let mut offers = Vec::new();
        // Names are of the time at which the subscription began; what began in one era is asked once.
        let began = |index: usize| subscriptions[index].term_start.map(|day| context.catalog.era(day));
        let key = |index: usize| -> SharedOffer {
            let qualification = customers[index].and_then(|customer| customer.qualification);
            (
                Arc::as_ptr(&subscriptions[index].offer).addr(),
                qualification,
                began(index),
            )
        };
        let firsts = gathered(subscriptions.len(), |run| -> Vec<usize> {
            let mut known: HashSet<SharedOffer> = HashSet::new();
            run.filter(|&index| known.insert(key(index))).collect()
        });
        for index in firsts {
            shared.entry(key(index)).or_insert_with(|| {
                let offer = (offer_of(&subscriptions[index], customers[index]), began(index));
                *distinct.entry(offer).or_insert_with_key(|question| {
                    offers.push(question.clone());
                    offers.len() as u32 - 1
                })
            });
        }
        let number = |index: usize| shared.get(&key(index)).copied().unwrap_or_default();
        let resolved = one_each(subscriptions.len(), 0, number);
        let is_ours = |subscription: &Subscription| {
            let is_live = matches!(subscription.state, None | Some(State::Active));
            is_live && subscription.channel == Some(Channel::Own)
        };
        let mut ours: HashMap<CustomerId, Vec<usize>> = HashMap::new();
        for index in indices_of(subscriptions, is_ours) {
            let index = index as usize;
            let customer = subscriptions[index].customer_id.into_iter();
            customer.for_each(|id| ours.entry(id).or_default().push(index));
        }
        let resolutions: Vec<Resolution> = of_each(&offers, |(offer, began)| {
            let when = When {
                began: *began,
                written: Some(context.as_of),
            };
            context.catalog.resolve_at(offer, when)
        });
        let resolved_offers: Vec<_> = offers.iter().zip(&resolutions).collect();
        let alike = of_each(&resolved_offers, |((offer, _), resolution)| {
            match (resolution, &offer.name) {
                (Resolution::Unknown, Some(name)) => Some(context.catalog.alike(name).first()?.name.clone()),
                _ => None,
            }
        });
        let shown = resolved_offers.into_iter();
        let shown = shown.map(|((offer, _), resolution)| Arc::new(shown_offer(offer, resolution)));
        let offers = shown.collect();
        let reports = Reports::new(context.tables, context.as_of);
        let offer_rules = context.catalog.rule_book(&context.tables.offers);
        let phases = || context.catalog.phases(&context.tables.offers);
        let mappings = Mappings::new(context.evidence.is_empty().then(phases));
        Estate {
            context,
            subscriptions,
            tenants,
            customers,
            reports,
            offer_rules,
            resolutions,
            alike,
            resolved,
            offers,
            ours,
            mappings,
        }
    }

    pub(super) fn customer(&self, index: usize) -> Option<&'a Customer> {
        self.customers[index]
    }

    pub(super) fn resolution(&self, index: usize) -> &Resolution {
        &self.resolutions[self.resolved[index] as usize]
    }

    /// Those of all offers of the estate, by their numbers.
    pub(super) fn resolutions(&self) -> &[Resolution] {
        &self.resolutions
    }

    /// The number of a subscription's offer among those of the estate.
    pub(super) fn offer_number(&self, index: usize) -> u32 {
        self.resolved[index]
    }

    /// The name that an offer nobody knows looks like.
    pub(super) fn alike(&self, index: usize) -> Option<&Text> {
        self.alike[self.resolved[index] as usize].as_ref()
    }

    /// What is requested and done for a subscription, as reported.
    pub(super) fn standing_of(&self, subscription: &Subscription) -> Standing {
        let request_days = self.context.rules.days(NumberName::Request, self.context.as_of);
        self.reports.standing(subscription, request_days)
    }

    /// What the rows of each customer give rise to, in the order of customers.
    pub(super) fn by_customer<T: Send>(&self, tell: &Tell<'_, T>) -> Vec<T> {
        let of_run = |run: Range<usize>| {
            let mut told = Vec::new();
            for (customer, rows) in self.tenants.get(run).unwrap_or_default() {
                tell(*customer, rows.clone(), &mut told);
            }
            told
        };
        let mut all = Vec::new();
        in_turn(self.tenants.len(), TENANTS, of_run, |mut told| all.append(&mut told));
        all
    }

    /// The rows of a row's customer; none where it has none.
    pub(super) fn of_its_customer(&self, index: usize) -> Range<usize> {
        let after = self.tenants.partition_point(|(_, rows)| rows.end <= index);
        let tenant = self.tenants.get(after).filter(|(_, rows)| rows.contains(&index));
        tenant.map_or(0..0, |(_, rows)| rows.clone())
    }

    /// Asks for what a subscription is about to be decided by, so that it is at hand by then; has no other effect.
    fn look_at(&self, index: usize) {
        let domain = self
            .subscriptions
            .get(index)
            .and_then(|subscription| subscription.customer_domain.as_ref());
        let customer = self.customers.get(index).copied().flatten();
        let last = domain.and_then(|domain| domain.as_bytes().last().copied());
        std::hint::black_box((last, customer.map(|customer| (customer.country, customer.relationship))));
    }

    pub(super) fn known<'b>(&'b self, index: usize, imposed: &Imposed) -> Known<'b> {
        let subscription = &self.subscriptions[index];
        let mut standing = self.standing_of(subscription);
        if let Some(day) = imposed.ordered {
            standing.done.insert(StepKind::Order);
            standing.ordered_on = standing.ordered_on.or(Some(day));
        }
        if imposed.transferred {
            standing.done.insert(StepKind::ApproveTransfer);
            standing.transfer_requested = false;
        }
        Known {
            context: self.context,
            subscription,
            customer: self.customer(index),
            resolution: self.resolution(index),
            offer_number: self.resolved[index],
            mappings: &self.mappings,
            offer_rules: &self.offer_rules,
            hold: self.reports.hold(subscription),
            standing,
            has_ours: subscription.customer_id.is_some_and(|id| self.ours.contains_key(&id)),
            not_before: imposed.not_before,
            wave: imposed.wave,
            imposed: imposed.reason,
        }
    }

    fn decide(&self, index: usize, imposed: &Imposed) -> Decided {
        Decided {
            imposed: imposed.into(),
            ..decide(&self.known(index, imposed))
        }
    }

    /// The steps of all rows, in their order, each with the index of its row; the first of a move is its next.
    fn steps(&self, decided: &mut [Decided]) -> Vec<StepRef> {
        gathered_from(decided, |run, decided| {
            let mut all = Vec::new();
            for (index, decided) in run.zip(decided) {
                let before = all.len();
                steps_of(&self.known(index, &decided.imposed), decided, &mut all);
                let steps = all.get_mut(before..).unwrap_or_default();
                let decision = &mut decided.decision;
                if let (Action::Move, Some(first)) = (decision.action, steps.first()) {
                    (decision.next_step, decision.next_step_by) = (Some(first.kind), first.due);
                }
                steps.iter_mut().for_each(|step| step.row = index as u32);
            }
            all
        })
    }

    /// Decides again with one more thing imposed.
    pub(super) fn decide_again(&self, decided: &mut [Decided], index: usize, change: impl FnOnce(&mut Imposed)) {
        let mut imposed = Imposed::clone(&decided[index].imposed);
        change(&mut imposed);
        decided[index] = self.decide(index, &imposed);
    }

    /// Decides several again, each with what is imposed on it now.
    pub(super) fn decide_all_again(&self, decided: &mut [Decided], imposed: Vec<(usize, Imposed)>) {
        let made = of_each(&imposed, |(index, imposed)| self.decide(*index, imposed));
        for ((index, _), again) in imposed.into_iter().zip(made) {
            decided[index] = again;
        }
    }

    /// The source offer to show for a row.
    pub(super) fn shown_offer(&self, index: usize) -> &Arc<ShownOffer> {
        &self.offers[self.resolved[index] as usize]
    }

    /// What is shown besides facts and decisions, of which rows are then to be made.
    fn shown(&self) -> Shown {
        let of_row = |index: usize| {
            let country = self.customer(index).and_then(|customer| customer.country);
            (country, self.resolved[index])
        };
        Shown {
            of_rows: one_each(self.subscriptions.len(), Default::default(), of_row),
            offers: self.offers.clone(),
        }
    }
}

/// The source offer's id and name, as exported or from the catalogue.
fn shown_offer(offer: &SourceOffer, resolution: &Resolution) -> ShownOffer {
    let known = match resolution {
        Resolution::Known { offer, .. } => Some(offer),
        Resolution::Ambiguous(_) | Resolution::Unknown => None,
    };
    let mut ids = [&offer.offer_id, &offer.sku_id, &offer.sku_part_number].into_iter();
    let id = ids.find_map(Option::clone);
    ShownOffer {
        id: id.or_else(|| known.and_then(|offer| offer.item.clone())),
        name: offer.name.clone().or_else(|| known.map(|offer| offer.name.clone())),
    }
}

/// What is shown besides facts and decisions.
struct Shown {
    /// For each row the country, and the number of its offer.
    of_rows: Vec<(Option<Country>, u32)>,
    offers: Vec<Arc<ShownOffer>>,
}

fn assemble(
    context: &Context<'_>,
    subscriptions: Vec<Subscription>,
    decided: Vec<Decided>,
    mut steps: Vec<StepRef>,
    shown: Shown,
) -> Plan {
    let number = |name: NumberName| context.rules.number(name, context.as_of);
    let (places, requests) = rayon::join(
        || inverse(&order_of(&decided)),
        || requests::number(&mut steps, &subscriptions, number(NumberName::TransferItems)),
    );
    share(&mut steps, &subscriptions, &places);
    let parts = Parts::from_the_end(subscriptions, decided, shown, &places);
    let (rows, step_refs) = rayon::join(|| parts.rows(), || in_order(steps, &places));
    Plan {
        as_of: context.as_of,
        rows,
        step_refs,
        texts: Texts {
            steps: context.rules.step_texts.clone(),
            self_service_licences: number(NumberName::SelfService),
            transfer_items: number(NumberName::TransferItems),
            request_days: number(NumberName::Request),
            requests,
        },
        mappings: Vec::new(),
        findings: Vec::new(),
    }
}

/// What rows are made of, in the order of the plan from its end: they are put in order where they are and let go as rows are made of
/// them, since there is no room for all of both at once.
struct Parts {
    subscriptions: Vec<Subscription>,
    decisions: Vec<Decision>,
    shown: Shown,
}

impl Parts {
    fn from_the_end(
        mut subscriptions: Vec<Subscription>,
        decided: Vec<Decided>,
        mut shown: Shown,
        places: &[u32],
    ) -> Parts {
        let decisions = || {
            // What the decisions rest on has had its day: it is let go before the rows are made.
            let mut decisions: Vec<Decision> = decided.into_iter().map(|decided| decided.decision).collect();
            decisions.shrink_to_fit();
            turn_round(&mut decisions, places);
            decisions
        };
        let others = || {
            turn_round(&mut subscriptions, places);
            turn_round(&mut shown.of_rows, places);
        };
        let (decisions, ()) = rayon::join(decisions, others);
        Parts {
            subscriptions,
            decisions,
            shown,
        }
    }

    fn rows(mut self) -> Vec<PlanRow> {
        /// Rows that are made before the room of their parts is given back.
        const LET_GO: usize = u16::MAX as usize;
        let Shown { mut of_rows, offers } = self.shown;
        let mut rows = Vec::with_capacity(self.subscriptions.len());
        while !self.subscriptions.is_empty() {
            let rest = self.subscriptions.len().saturating_sub(LET_GO);
            let decided = self.decisions.par_drain(rest..).zip(of_rows.par_drain(rest..));
            let parts = self.subscriptions.par_drain(rest..).zip(decided).rev();
            rows.par_extend(parts.map(|(subscription, (decision, shown))| {
                let (country, offer) = shown;
                PlanRow {
                    subscription,
                    country,
                    source_offer: Arc::clone(&offers[offer as usize]),
                    decision,
                }
            }));
            self.subscriptions.shrink_to_fit();
            self.decisions.shrink_to_fit();
            of_rows.shrink_to_fit();
        }
        rows
    }
}

/// Brings each to its place, where it is; the first place is the last, since they are taken from the end.
fn turn_round<T>(items: &mut [T], places: &[u32]) {
    let last = places.len().saturating_sub(1);
    let mut to: Vec<u32> = places.iter().map(|place| last as u32 - place).collect();
    for index in 0..to.len() {
        // Each swap brings one to where it belongs.
        while to[index] as usize != index {
            let place = to[index] as usize;
            items.swap(index, place);
            to.swap(index, place);
        }
    }
}
