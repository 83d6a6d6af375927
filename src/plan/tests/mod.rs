//! What other facts do to one plain subscription, and subscriptions to each other.

mod estate;
mod many;
mod offers;
mod pairs;
mod reasons;
mod reported;
mod states;
mod steps;

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::*;
use crate::{
    catalog::{Catalog, evidence::Evidence},
    config::{Config, Role, RuleSettings},
    finding::{Code, Place},
    recognise::{
        Customer, Flaw, SourceOffer,
        tables::{Hold, OfferRule, ProgressNote, RouteNote, Subject, Tables},
    },
    rules::{Calendars, Rules},
};

const BASIC: &str = "CFQ7TTC0LH18:0001";
const E3: &str = "CFQ7TTC0LFLX:0001";
const COPILOT: &str = "CFQ7TTC0MM8R:0002";

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(number: u8) -> Id {
    Id::parse(&format!("00000000-0000-4000-8000-0000000000{number:02}")).unwrap()
}

fn customer_id(number: u8) -> CustomerId {
    CustomerId(id(number).guid().unwrap())
}

/// A subscription that moves on 2027-01-28 (a Thursday, three days before its end) with nothing in its way.
fn subscription(number: u8) -> Subscription {
    Subscription {
        id: id(number),
        customer_id: Some(customer_id(90)),
        customer_name: Some("Duna Fogaskerék Kft.".into()),
        customer_domain: Some("duna.example".into()),
        target_customer_id: None,
        channel: Some(Channel::WebDirect),
        seller_id: None,
        offer: SourceOffer {
            offer_id: Some(BASIC.into()),
            ..SourceOffer::default()
        }
        .into(),
        seat_based: None,
        trial: None,
        addon: None,
        base_id: None,
        seats: Some(Seats(25)),
        assigned_seats: Some(Seats(20)),
        term: Some(Term::YEAR),
        billing_plan: None,
        term_start: Some(day("2026-02-01")),
        term_end: Some(TermEnd(day("2027-01-31"))),
        auto_renew: Some(true),
        end_instruction: None,
        state: Some(State::Active),
        flaws: Default::default(),
        place: Place::file("list.csv").at_row(u32::from(number) + 1),
    }
}

/// The world in which it moves.
pub(super) struct World {
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) customer: Customer,
    pub(super) config: Config,
    pub(super) tables: Tables,
    pub(super) as_of: NaiveDate,
}

fn world() -> World {
    let mut config = Config::default();
    config.partner.countries = vec!["HU".parse().unwrap()];
    config.partner.ids = vec![id(77)];
    World {
        subscriptions: vec![subscription(1)],
        customer: Customer {
            id: customer_id(90),
            name: None,
            domain: None,
            country: Some("PL".parse().unwrap()),
            qualification: Some(Qualification::Commercial),
            cloud: None,
            relationship: Some(true),
            agreement_accepted: Some(Some(day("2025-05-05"))),
            delegated_rights: Some(true),
            language: None,
        },
        config,
        tables: Tables::default(),
        as_of: day("2026-11-21"),
    }
}

impl World {
    fn plan(&self) -> Plan {
        self.with_context(|context| {
            plan(
                self.subscriptions.clone(),
                std::slice::from_ref(&self.customer),
                context,
            )
        })
    }

    /// What would change the answer for the first subscription.
    fn what_ifs(&self) -> WhatIfs {
        let customers = std::slice::from_ref(&self.customer);
        self.with_context(|context| what_if(&id(1), &self.subscriptions, customers, context))
            .unwrap()
    }

    fn with_context<R>(&self, ask: impl FnOnce(&Context<'_>) -> R) -> R {
        static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);
        static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::embedded().unwrap());
        let own;
        let rules = match self.config.rules == RuleSettings::default() {
            true => &*RULES,
            false => {
                own = Rules::load(&self.config.rules).unwrap();
                &own
            }
        };
        ask(&Context {
            as_of: self.as_of,
            config: &self.config,
            tables: &self.tables,
            rules,
            calendars: &Calendars::default(),
            catalog: &CATALOG,
            evidence: &Evidence::none(self.as_of),
        })
    }

    pub(super) fn first(&mut self) -> &mut Subscription {
        &mut self.subscriptions[0]
    }

    fn flaw(&mut self, flaw: Flaw) {
        self.first().flaws.add(flaw);
    }

    fn add(&mut self, number: u8, change: impl FnOnce(&mut Subscription)) {
        let mut subscription = subscription(number);
        change(&mut subscription);
        self.subscriptions.push(subscription);
    }

    pub(super) fn report(&mut self, step: StepKind, state: Progress, date: &str) {
        let subject = Subject::Subscription(id(1));
        self.tables.progress.push(ProgressNote {
            subject,
            step,
            state,
            date: Some(day(date)),
            end_source: None,
            note: "".into(),
            row: 2,
        });
    }
}

fn decision_of(plan: &Plan, number: u8) -> &Decision {
    &plan
        .rows
        .iter()
        .find(|row| row.subscription.id == id(number))
        .unwrap()
        .decision
}

pub(super) fn plan_with(change: impl FnOnce(&mut World)) -> Plan {
    let mut world = world();
    change(&mut world);
    world.plan()
}

#[test]
fn a_plain_subscription_moves_three_days_before_its_end() {
    let plan = plan_with(|_| {});
    let decision = decision_of(&plan, 1);
    assert_eq!((decision.action, decision.reasons), (Action::Move, Reasons::default()));
    assert_eq!(decision.move_date, Some(day("2027-01-28")));
    assert_eq!(
        (decision.window_opens, decision.window_closes),
        (Some(day("2027-01-24")), Some(day("2027-01-30")))
    );
    assert_eq!(
        (decision.end_source, decision.end_source_by),
        (Some(EndSource::CancelAtTermEnd), Some(day("2027-01-29")))
    );
    assert_eq!(
        (decision.mapping, decision.licences),
        (Some(MappingKind::Same), Some(Licences::Keep))
    );
    assert_eq!(
        (decision.urgency, decision.overlap_days),
        (Some(Urgency::Planned), Some(4))
    );
    assert_eq!(decision.credit_enquiry, Some(CreditEnquiry::Partner));
    assert_eq!(
        *decision.targets,
        [PlanTarget {
            offer_id: BASIC.into(),
            offer: "Microsoft 365 Business Basic".into(),
            term: Some(Term::YEAR),
            billing: None,
        }]
    );
    assert_eq!(
        (decision.next_step, decision.next_step_by),
        (Some(StepKind::EnquireCredit), Some(day("2027-01-21")))
    );
    let kinds: Vec<(StepKind, Option<NaiveDate>)> = plan.steps().map(|step| (step.kind, step.due)).collect();
    let by = |text: &str| Some(day(text));
    assert_eq!(
        kinds,
        [
            (StepKind::EnquireCredit, by("2027-01-21")),
            (StepKind::Order, by("2027-01-28")),
            (StepKind::Verify, by("2027-01-28")),
            (StepKind::EndSource, by("2027-01-29")),
            (StepKind::Verify, by("2027-02-01")),
            (StepKind::Verify, by("2027-02-05")),
        ]
    );
}

pub(super) fn transferable(w: &mut World) {
    w.first().channel = Some(Channel::Csp);
    w.first().seller_id = Some(id(80).into());
}

fn findings_of(plan: &Plan, code: Code) -> Vec<String> {
    let findings = plan.findings.iter().filter(|finding| finding.code == code);
    findings.map(|finding| finding.told().into_owned()).collect()
}

#[test]
fn rows_come_in_the_order_of_the_plan_whatever_the_order_of_inputs() {
    let build = |backwards: bool| {
        plan_with(|w| {
            for number in 2..20 {
                w.add(number, |s| {
                    s.term_end = Some(TermEnd(day("2027-01-01") + chrono::Days::new(u64::from(number % 5))))
                });
            }
            if backwards {
                w.subscriptions.reverse();
            }
        })
    };
    let (one, other) = (build(false), build(true));
    let ids = |plan: &Plan| {
        plan.rows
            .iter()
            .map(|row| row.subscription.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&one), ids(&other));
    assert_eq!(one.step_refs, other.step_refs);
    assert_eq!(one.findings, other.findings);
    assert!(
        one.rows
            .windows(2)
            .all(|pair| pair[0].decision.move_date <= pair[1].decision.move_date)
    );
}

fn ordered_instead(source: &str, target: &str) -> OfferRule {
    OfferRule {
        source_offer: source.into(),
        target_offer: target.into(),
        target_term: None,
        licences: None,
        valid_from: None,
        valid_until: None,
        reason: "asked for".into(),
        row: 2,
    }
}
