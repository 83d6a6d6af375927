//! What other facts do to one plain subscription, and subscriptions to each other.

use std::{collections::BTreeSet, sync::LazyLock};

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
        flaws: BTreeSet::new(),
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
        self.first().flaws.insert(flaw);
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
    assert_eq!(
        (decision.action, decision.reasons.as_slice()),
        (Action::Move, [].as_slice())
    );
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
        decision.targets,
        [PlanTarget {
            offer_id: BASIC.into(),
            offer: "Microsoft 365 Business Basic".into(),
            seats: Some(Seats(25)),
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

/// Every reason that other facts give a subscription, each from one change.
#[test]
fn each_reason_follows_from_its_fact() {
    type Change = fn(&mut World);
    let cases: &[(Reason, Action, Change)] = &[
        (Reason::AlreadyOurs, Action::Keep, |w| {
            w.first().channel = Some(Channel::Own)
        }),
        (Reason::AlreadyOurs, Action::Keep, |w| {
            w.first().seller_id = Some(id(77))
        }),
        (Reason::Trial, Action::Keep, |w| w.first().trial = Some(true)),
        (Reason::Free, Action::Keep, |w| {
            w.first().offer_mut().offer_id = Some("CFQ7TTC0LHZ0:0001".into())
        }),
        (Reason::NotSeatBased, Action::Keep, |w| {
            w.first().seat_based = Some(false);
        }),
        (Reason::OnHold, Action::Keep, |w| {
            let subject = Subject::Customer(customer_id(90));
            let hold = Hold {
                subject,
                action: Action::Keep,
                until: w.as_of,
                owner: "".into(),
                reason: "".into(),
                row: 2,
            };
            w.tables.holds.push(hold);
        }),
        (Reason::OnHold, Action::Review, |w| {
            let subject = Subject::Subscription(id(1));
            let hold = Hold {
                subject,
                action: Action::Review,
                until: w.as_of,
                owner: "".into(),
                reason: "".into(),
                row: 2,
            };
            w.tables.holds.push(hold);
        }),
        (Reason::SourceDeleted, Action::Review, |w| {
            w.first().state = Some(State::Deleted);
            w.first().term_end = Some(TermEnd(day("2026-11-20")));
        }),
        (Reason::SourceCancelled, Action::Review, |w| {
            w.first().state = Some(State::Deleted);
        }),
        (Reason::SourceDeleted, Action::Review, |w| {
            w.first().term_end = Some(TermEnd(day("2026-03-01")));
            w.first().auto_renew = Some(false);
        }),
        (Reason::TermEndMissing, Action::Review, |w| w.first().term_end = None),
        (Reason::TermEndUnreadable, Action::Review, |w| {
            w.first().term_end = None;
            w.first().flaws.insert(Flaw::TermEndUnreadable);
        }),
        (Reason::DateOrderUnknown, Action::Review, |w| {
            w.first().term_end = None;
            w.first().flaws.insert(Flaw::DateOrderUnknown);
        }),
        (Reason::IdDamaged, Action::Review, |w| w.flaw(Flaw::IdDamaged)),
        (Reason::SeatsMissing, Action::Review, |w| w.first().seats = None),
        (Reason::SeatsMissing, Action::Review, |w| {
            w.first().seats = Some(Seats(0))
        }),
        (Reason::ChannelUnknown, Action::Review, |w| w.first().channel = None),
        (Reason::StateUnknown, Action::Review, |w| w.flaw(Flaw::StateUnreadable)),
        (Reason::ValueUnknown, Action::Review, |w| w.flaw(Flaw::ValueUnreadable)),
        (Reason::Contradiction, Action::Review, |w| w.flaw(Flaw::Contradiction)),
        (Reason::PossibleDuplicate, Action::Review, |w| {
            w.flaw(Flaw::PossibleDuplicate)
        }),
        (Reason::StateAgainstEnd, Action::Review, |w| {
            w.first().state = Some(State::Expired)
        }),
        (Reason::StateAgainstEnd, Action::Review, |w| {
            w.first().state = Some(State::Disabled)
        }),
        (Reason::TermStartAfterEnd, Action::Review, |w| {
            w.first().term_start = Some(day("2027-02-01"))
        }),
        (Reason::RenewalUndone, Action::Review, |w| {
            w.first().term_start = Some(day("2026-11-15"));
            w.report(StepKind::UndoRenewal, Progress::Done, "2026-11-20");
        }),
        (Reason::RenewalUndone, Action::Review, |w| {
            w.first().term_end = Some(TermEnd(day("2026-11-18")));
            w.report(StepKind::UndoRenewal, Progress::Done, "2026-11-20");
        }),
        (Reason::RuleUnsure, Action::Review, |w| {
            w.first().term_end = Some(TermEnd(day("2026-08-20")));
            w.first().term_start = Some(day("2025-08-21"));
            w.first().auto_renew = Some(false);
            w.first().state = Some(State::Expired);
        }),
        (Reason::SourceDeleted, Action::Review, |w| {
            w.first().term_end = Some(TermEnd(day("2026-07-20")));
            w.first().term_start = Some(day("2025-07-21"));
            w.first().auto_renew = Some(false);
            w.first().state = Some(State::Expired);
        }),
        (Reason::RenewedSinceExport, Action::Review, |w| {
            w.first().term_end = Some(TermEnd(day("2026-11-20")))
        }),
        (Reason::TransferPending, Action::Review, |w| {
            w.first().channel = Some(Channel::Csp);
            w.first().term_end = Some(TermEnd(day("2026-11-30")));
            w.report(StepKind::RequestTransfer, Progress::Requested, "2026-11-01");
        }),
        (Reason::TransferMissed, Action::Move, |w| {
            w.first().channel = Some(Channel::Csp);
            w.first().term_end = Some(TermEnd(day("2026-11-30")));
            w.report(StepKind::RequestTransfer, Progress::Requested, "2026-10-01");
        }),
        (Reason::CustomerUnknown, Action::Review, |w| {
            w.first().customer_id = None
        }),
        (Reason::CustomerUnknown, Action::Review, |w| {
            w.flaw(Flaw::CustomerAmbiguous)
        }),
        (Reason::CountryMissing, Action::Review, |w| w.customer.country = None),
        (Reason::RegionNone, Action::Review, |w| {
            w.customer.country = "RU".parse().ok()
        }),
        (Reason::RegionMismatch, Action::Review, |w| {
            w.customer.country = "US".parse().ok()
        }),
        (Reason::RegionMismatch, Action::Review, |w| {
            w.config.partner.countries.clear()
        }),
        (Reason::CloudMismatch, Action::Review, |w| {
            w.customer.cloud = Some(Cloud::China)
        }),
        (Reason::CloudMismatch, Action::Review, |w| {
            w.first().customer_domain = Some("x.onmicrosoft.us".into())
        }),
        (Reason::SegmentMismatch, Action::Review, |w| {
            w.customer.qualification = Some(Qualification::Government);
            w.first().offer_mut().segment = Some(Segment::Commercial);
        }),
        (Reason::OfferUnmapped, Action::Review, |w| {
            w.first().offer_mut().offer_id = Some("CFQ7TTC0XXXX:0001".into())
        }),
        (Reason::SeatCap, Action::Review, |w| w.first().seats = Some(Seats(301))),
        (Reason::OwnTenant, Action::Review, |w| {
            w.config.partner.ids = vec![id(90)]
        }),
        (Reason::TenantChange, Action::Review, |w| {
            w.first().target_customer_id = Some(id(91))
        }),
        (Reason::ResellerAgreement, Action::Review, |w| {
            w.config.partner.role = Role::IndirectReseller;
            w.config.partner.partner_agreement = Some(false);
        }),
        (Reason::ChannelTransferCheck, Action::Review, |w| {
            let route = RouteNote {
                channel: Some(Channel::Ea),
                customer_id: None,
                seller_id: None,
                route: Route::ChannelTransfer,
                row: 2,
            };
            w.tables.routes.push(route);
            w.first().channel = Some(Channel::Ea);
        }),
        (Reason::TooManySubscriptions, Action::Review, |w| {
            w.config.rules.numbers.insert("tenant_subscriptions", 1);
        }),
        (Reason::AddonWithoutBase, Action::Review, |w| {
            w.first().base_id = Some(id(5))
        }),
        (Reason::OfferFromTable, Action::Move, |w| {
            w.tables.offers.push(OfferRule {
                source_offer: BASIC.into(),
                target_offer: "CFQ7TTC0LDPB:0001".into(),
                target_term: None,
                licences: None,
                valid_from: None,
                valid_until: None,
                reason: "bundle".into(),
                row: 2,
            });
        }),
        (Reason::RenewedLately, Action::Move, |w| {
            w.first().term_start = Some(day("2026-11-15"))
        }),
        (Reason::AsSoonAsReady, Action::Move, |w| {
            w.first().term_end = Some(TermEnd(day("2026-11-25")));
            w.customer.relationship = None;
        }),
        (Reason::WindowMissed, Action::Move, |w| {
            w.first().term_end = Some(TermEnd(w.as_of))
        }),
        (Reason::AutoRenewRisk, Action::Move, |w| {
            w.first().term_end = Some(TermEnd(w.as_of))
        }),
        (Reason::ServiceStops, Action::Move, |w| {
            w.first().term_end = Some(TermEnd(w.as_of));
            w.first().end_instruction = Some(EndInstruction::Cancel);
        }),
        (Reason::ServiceDown, Action::Move, |w| {
            w.first().term_end = Some(TermEnd(day("2026-11-10")));
            w.first().end_instruction = Some(EndInstruction::Cancel);
        }),
        (Reason::NoticeMissed, Action::Move, |w| {
            w.first().channel = Some(Channel::Ea);
            w.first().term_end = Some(TermEnd(day("2026-12-11")));
        }),
        (Reason::NoticeMissed, Action::Move, |w| {
            w.first().channel = Some(Channel::Ea);
            w.first().term_end = Some(TermEnd(day("2026-12-11")));
            w.first().auto_renew = Some(false);
        }),
        (Reason::ServiceDown, Action::Move, |w| {
            w.first().term_end = Some(TermEnd(day("2026-11-10")));
            w.first().state = Some(State::Disabled);
        }),
    ];
    for (index, (reason, action, change)) in cases.iter().enumerate() {
        let plan = plan_with(change);
        let decision = decision_of(&plan, 1);
        assert!(
            decision.reasons.contains(reason),
            "case {index}, {reason}: {:?}",
            decision.reasons
        );
        assert_eq!(
            decision.action, *action,
            "case {index}, {reason}: {:?}",
            decision.reasons
        );
        if *action == Action::Review {
            assert!(
                decision.reasons.iter().all(|r| r.kind() == Action::Review),
                "case {index}: {:?}",
                decision.reasons
            );
            assert_eq!(
                (decision.move_date, decision.next_step),
                (None, Some(StepKind::Decide)),
                "case {index}"
            );
        }
    }
}

/// What stops a move, and what must be there before one, two at a time: neither hides the other.
#[test]
fn blockers_and_gates_in_pairs() {
    type Change = fn(&mut World);
    let blockers: &[(Reason, Change)] = &[
        (Reason::RegionMismatch, |w| w.customer.country = "US".parse().ok()),
        (Reason::CloudMismatch, |w| w.customer.cloud = Some(Cloud::China)),
        (Reason::OwnTenant, |w| w.config.partner.ids.push(id(90))),
        (Reason::TenantChange, |w| w.first().target_customer_id = Some(id(91))),
        (Reason::SegmentMismatch, |w| {
            w.customer.qualification = Some(Qualification::Government);
            w.first().offer_mut().segment = Some(Segment::Commercial);
        }),
        (Reason::SourceCancelled, |w| w.first().state = Some(State::Deleted)),
        (Reason::SeatCap, |w| w.first().seats = Some(Seats(301))),
        (Reason::TooManySubscriptions, |w| {
            w.config.rules.numbers.insert("tenant_subscriptions", 1);
        }),
        (Reason::AddonWithoutBase, |w| w.first().base_id = Some(id(5))),
        (Reason::ResellerAgreement, |w| {
            w.config.partner.role = Role::IndirectReseller;
            w.config.partner.partner_agreement = Some(false);
        }),
        (Reason::TermEndMissing, |w| w.first().term_end = None),
        (Reason::ChannelUnknown, |w| w.first().channel = None),
        (Reason::Contradiction, |w| w.flaw(Flaw::Contradiction)),
        (Reason::IdDamaged, |w| w.flaw(Flaw::IdDamaged)),
    ];
    // What other subscriptions impose is asked of moves only; without channel or term end there is no mapping or window.
    let asked_of_moves = [Reason::TooManySubscriptions, Reason::AddonWithoutBase];
    let of_the_mapping = [Reason::SegmentMismatch, Reason::SeatCap];
    for (first, change) in blockers {
        for (second, other) in blockers {
            let plan = plan_with(|w| {
                change(w);
                other(w);
            });
            let decision = decision_of(&plan, 1);
            assert_eq!(decision.action, Action::Review, "{first} and {second}");
            for reason in [first, second] {
                let alone = first == second;
                let skipped = !alone
                    && (asked_of_moves.contains(reason)
                        || (of_the_mapping.contains(reason) && [first, second].contains(&&Reason::ChannelUnknown))
                        // Without a term end nobody can say that it is cut short: it is deleted.
                        || (*reason == Reason::SourceCancelled && [first, second].contains(&&Reason::TermEndMissing)));
                assert!(
                    skipped || decision.reasons.contains(reason),
                    "{first} and {second}: {:?}",
                    decision.reasons
                );
            }
        }
    }
    // Customers are vetted for other segments; here for all of them, so that nothing else changes.
    static VETTED: LazyLock<(tempfile::TempDir, std::path::PathBuf)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vetting.csv");
        let row = "segment,vetting,valid_from,valid_until,source,certainty\ncommercial,yes,2014-01-01,,a test,sure\n";
        std::fs::write(&path, row).unwrap();
        (folder, path)
    });
    let gates: &[(StepKind, Change)] = &[
        (StepKind::VetSegment, |w| {
            w.config.rules.extend.insert("vetting".into(), VETTED.1.clone());
        }),
        (StepKind::RequestRelationship, |w| w.customer.relationship = Some(false)),
        (StepKind::AcceptAgreement, |w| {
            w.customer.agreement_accepted = Some(Some(day("2023-03-31")))
        }),
        (StepKind::RequestDelegatedRights, |w| {
            w.customer.delegated_rights = Some(false);
            w.tables.offers.push(ordered_instead(BASIC, "CFQ7TTC0LDPB:0001"));
        }),
    ];
    for (first, change) in gates {
        for (second, other) in gates {
            let both = |w: &mut World| {
                change(w);
                if first != second {
                    other(w);
                }
            };
            let plan = plan_with(both);
            assert_eq!(decision_of(&plan, 1).action, Action::Move, "{first} and {second}");
            for gate in [first, second] {
                assert!(
                    plan.steps().any(|step| step.kind == *gate),
                    "{first} and {second}: {gate}"
                );
            }
            // A gate takes nothing away from what blocks.
            for (reason, blocks) in blockers {
                let plan = plan_with(|w| {
                    both(w);
                    blocks(w);
                });
                let decision = decision_of(&plan, 1);
                assert!(
                    decision.reasons.contains(reason),
                    "{first}, {second} and {reason}: {:?}",
                    decision.reasons
                );
            }
        }
    }
}

#[test]
fn keep_comes_before_review_and_lists_both() {
    let plan = plan_with(|w| {
        w.first().channel = Some(Channel::Own);
        w.first().term_end = None;
    });
    let decision = decision_of(&plan, 1);
    assert_eq!((decision.action, decision.urgency), (Action::Keep, None));
    assert_eq!(decision.reasons, [Reason::AlreadyOurs, Reason::TermEndMissing]);
}

#[test]
fn a_hold_that_ended_no_longer_counts_and_is_named() {
    let plan = plan_with(|w| {
        let until = day("2026-11-20");
        let subject = Subject::Subscription(id(1));
        w.tables.holds.push(Hold {
            subject,
            action: Action::Keep,
            until,
            owner: "".into(),
            reason: "".into(),
            row: 2,
        });
    });
    assert_eq!(decision_of(&plan, 1).action, Action::Move);
    assert!(plan.findings.iter().any(|finding| finding.code == Code::HoldExpired));
}

#[test]
fn an_addon_waits_for_its_base() {
    let plan = plan_with(|w| {
        w.first().offer_mut().offer_id = Some(E3.into());
        w.first().term_end = Some(TermEnd(day("2027-02-02")));
        w.add(2, |addon| addon.offer_mut().offer_id = Some(COPILOT.into()));
    });
    let (base, addon) = (decision_of(&plan, 1), decision_of(&plan, 2));
    assert_eq!(base.move_date, Some(day("2027-01-29")));
    assert_eq!(
        (addon.action, addon.move_date),
        (Action::Move, Some(day("2027-01-29"))),
        "{:?}",
        addon.reasons
    );
    let plan = plan_with(|w| {
        w.first().offer_mut().offer_id = Some(E3.into());
        w.first().term_end = Some(TermEnd(day("2027-03-02")));
        w.add(2, |addon| addon.offer_mut().offer_id = Some(COPILOT.into()));
    });
    assert_eq!(decision_of(&plan, 2).reasons, [Reason::AddonWithoutBase]);
    let plan = plan_with(|w| {
        w.first().offer_mut().offer_id = Some(E3.into());
        w.first().channel = Some(Channel::Own);
        w.add(2, |addon| addon.offer_mut().offer_id = Some(COPILOT.into()));
    });
    assert_eq!(
        decision_of(&plan, 2).move_date,
        Some(day("2027-01-28")),
        "a base that stays is a base"
    );
}

#[test]
fn two_addons_that_name_each_other_are_for_review() {
    let plan = plan_with(|w| {
        w.first().base_id = Some(id(2));
        w.add(2, |other| other.base_id = Some(id(1)));
    });
    for number in [1, 2] {
        assert_eq!(decision_of(&plan, number).reasons, [Reason::AddonWithoutBase]);
    }
}

#[test]
fn a_target_that_is_there_is_not_ordered_again() {
    let plan = plan_with(|w| {
        w.as_of = day("2027-01-26");
        w.add(2, |own| {
            own.channel = Some(Channel::Own);
            own.term_start = Some(day("2027-01-25"));
        });
    });
    assert_eq!(decision_of(&plan, 1).action, Action::Move);
    assert!(
        plan.steps().all(|step| step.kind != StepKind::Order),
        "{:?}",
        plan.step_refs
    );
    assert!(plan.findings.iter().any(|finding| finding.code == Code::TargetFound));
    let plan = plan_with(|w| {
        w.as_of = day("2027-01-26");
        w.add(2, |own| {
            own.channel = Some(Channel::Own);
            own.term_start = Some(day("2025-01-25"));
        });
    });
    assert!(
        plan.steps().any(|step| step.kind == StepKind::Order),
        "an older one of ours is another subscription"
    );
}

#[test]
fn nothing_is_acquired_twice_whichever_way_it_came() {
    let ours = |w: &mut World, began: &str, ends: &str| {
        let (began, ends) = (day(began), TermEnd(day(ends)));
        w.add(2, |own| {
            own.channel = Some(Channel::Own);
            own.term_start = Some(began);
            own.term_end = Some(ends);
        });
    };
    let acquires = |plan: &Plan| {
        let acquired = [StepKind::Order, StepKind::RequestTransfer, StepKind::ApproveTransfer];
        plan.steps().any(|step| acquired.contains(&step.kind))
    };
    let suspended = |w: &mut World| {
        w.as_of = day("2026-11-26");
        w.first().state = Some(State::Suspended);
    };
    assert!(acquires(&plan_with(suspended)));
    let there = plan_with(|w| {
        suspended(w);
        ours(w, "2026-11-25", "2027-11-24");
    });
    assert!(!acquires(&there), "{:?}", there.step_refs);
    let early = plan_with(|w| {
        w.as_of = day("2027-01-20");
        ours(w, "2027-01-15", "2028-01-14");
    });
    assert!(!acquires(&early), "a move may be early: {:?}", early.step_refs);
    let csp = |w: &mut World| {
        w.as_of = day("2026-11-25");
        w.first().channel = Some(Channel::Csp);
    };
    assert!(acquires(&plan_with(csp)));
    let transferred = plan_with(|w| {
        csp(w);
        ours(w, "2026-02-01", "2027-01-31");
    });
    assert!(!acquires(&transferred), "{:?}", transferred.step_refs);
    let bought = plan_with(|w| {
        csp(w);
        ours(w, "2026-12-24", "2027-12-23");
    });
    assert!(!acquires(&bought), "{:?}", bought.step_refs);
}

#[test]
fn nothing_is_ordered_while_a_transfer_is_asked_for() {
    for state in [State::Suspended, State::Expired] {
        let plan = plan_with(|w| {
            w.as_of = day("2026-11-25");
            w.first().channel = Some(Channel::Csp);
            w.first().state = Some(state);
            w.report(StepKind::RequestTransfer, Progress::Requested, "2026-11-20");
        });
        let decision = decision_of(&plan, 1);
        assert_eq!(decision.action, Action::Review, "{state}");
        assert!(
            decision.reasons.contains(&Reason::TransferPending),
            "{state}: {:?}",
            decision.reasons
        );
    }
}

#[test]
fn a_transfer_that_is_reported_of_what_cannot_be_transferred_is_told_and_nothing_is_bought_beside_it() {
    let elsewhere = [Channel::WebDirect, Channel::WebDirectMosa, Channel::Ea, Channel::McaE];
    for channel in elsewhere {
        for (step, state) in [
            (StepKind::RequestTransfer, Progress::Requested),
            (StepKind::ApproveTransfer, Progress::Done),
        ] {
            let plan = plan_with(|w| {
                w.first().channel = Some(channel);
                w.report(step, state, "2026-11-12");
            });
            let decision = decision_of(&plan, 1);
            assert_eq!(decision.action, Action::Review, "{channel} {step}");
            assert!(
                decision.reasons.contains(&Reason::TransferPending),
                "{channel} {step}: {:?}",
                decision.reasons
            );
            let told: Vec<_> = plan.findings.iter().filter(|f| f.code == Code::ProgressUnfit).collect();
            assert_eq!(told.len(), 1, "{channel} {step}");
            assert!(told[0].message.contains(channel.as_str()), "{}", told[0].message);
        }
    }
    // What is reported of a customer is not of what cannot be transferred: it moves, and that is said.
    let of_customer = |w: &mut World| {
        w.report(StepKind::RequestTransfer, Progress::Requested, "2026-11-12");
        w.tables.progress[0].subject = Subject::Customer(customer_id(90));
    };
    let plan = plan_with(of_customer);
    assert_eq!(decision_of(&plan, 1).action, Action::Move);
    assert!(plan.findings.iter().any(|f| f.code == Code::ProgressUnfit));
    // With one that can, there is nothing to say; and a request that has lapsed holds nothing up.
    let plan = plan_with(|w| w.report(StepKind::RequestTransfer, Progress::Requested, "2026-10-01"));
    assert_eq!(decision_of(&plan, 1).action, Action::Move);
    let plan = plan_with(|w| {
        of_customer(w);
        w.add(2, |other| other.channel = Some(Channel::Csp));
    });
    assert!(plan.findings.iter().all(|f| f.code != Code::ProgressUnfit));
    assert_eq!(decision_of(&plan, 1).action, Action::Move);
}

#[test]
fn what_is_requested_is_waited_for_and_what_is_done_is_gone() {
    let unknown = |w: &mut World| {
        w.customer.relationship = None;
        w.customer.agreement_accepted = None;
    };
    let plan = plan_with(unknown);
    let decision = decision_of(&plan, 1);
    assert_eq!(
        (decision.relationship_by, decision.agreement_by),
        (Some(day("2027-01-14")), Some(day("2027-01-21")))
    );
    assert_eq!(
        (decision.next_step, decision.next_step_by),
        (Some(StepKind::RequestRelationship), decision.relationship_by)
    );
    let plan = plan_with(|w| {
        unknown(w);
        w.report(StepKind::RequestRelationship, Progress::Requested, "2026-11-20");
        w.report(StepKind::AcceptAgreement, Progress::Done, "2026-11-20");
    });
    let decision = decision_of(&plan, 1);
    assert_eq!((decision.relationship_by, decision.agreement_by), (None, None));
    let waited: Vec<(StepKind, Owner)> = plan
        .steps()
        .filter(|s| s.due <= Some(day("2027-01-27")) || s.kind == StepKind::RequestRelationship)
        .map(|s| (s.kind, s.owner))
        .collect();
    assert!(
        waited.contains(&(StepKind::RequestRelationship, Owner::Customer)),
        "{waited:?}"
    );
    assert!(waited.iter().all(|(kind, _)| *kind != StepKind::AcceptAgreement));
}

#[test]
fn the_agreement_must_count_on_the_day_of_the_order() {
    let asked = |as_of: &str, end: &str| {
        let plan = plan_with(|w| {
            w.as_of = day(as_of);
            w.first().term_start = None;
            w.first().term_end = Some(TermEnd(day(end)));
            w.customer.agreement_accepted = Some(Some(day("2022-05-05")));
        });
        decision_of(&plan, 1).agreement_by.is_some()
    };
    assert!(
        !asked("2025-09-01", "2025-10-09"),
        "ordered on 6 October, when it still counted"
    );
    assert!(
        asked("2025-09-01", "2025-10-10"),
        "ordered on 7 October, when it no longer did"
    );
    assert!(asked("2025-10-07", "2025-10-10"));
}

#[test]
fn what_is_to_be_done_on_a_day_to_come_is_not_done() {
    let plan = plan_with(|w| {
        w.customer.relationship = None;
        w.report(StepKind::RequestRelationship, Progress::Done, "2026-11-22");
    });
    let steps: Vec<Step> = plan
        .steps()
        .filter(|step| step.kind == StepKind::RequestRelationship)
        .collect();
    assert!(steps.len() == 1 && steps[0].owner == Owner::Customer, "{steps:?}");
    assert!(plan.findings.iter().any(|finding| finding.code == Code::ProgressToCome));
    let plan = plan_with(|w| {
        w.customer.relationship = None;
        w.report(StepKind::RequestRelationship, Progress::Done, "2026-11-21");
    });
    assert!(plan.steps().all(|step| step.kind != StepKind::RequestRelationship));
    assert!(plan.findings.iter().all(|finding| finding.code != Code::ProgressToCome));
    // A request that is only to be sent is not on its way.
    let plan = plan_with(|w| {
        transferable(w);
        w.report(StepKind::RequestTransfer, Progress::Done, "2026-12-30");
    });
    assert_eq!(decision_of(&plan, 1).request_by, Some(day("2026-12-24")));
}

pub(super) fn transferable(w: &mut World) {
    w.first().channel = Some(Channel::Csp);
    w.first().seller_id = Some(id(80));
}

#[test]
fn a_request_that_is_on_its_way_is_approved_before_it_lapses() {
    let of = |as_of: &str, sent: &str| {
        let plan = plan_with(|w| {
            transferable(w);
            w.as_of = day(as_of);
            w.report(StepKind::RequestTransfer, Progress::Requested, sent);
        });
        let due = plan
            .steps()
            .find(|step| step.kind == StepKind::ApproveTransfer)
            .and_then(|step| step.due);
        let decision = decision_of(&plan, 1).clone();
        (due, decision.move_date, decision.window_closes, decision.request_by)
    };
    let on = |text: &str| Some(day(text));
    // Sent on 20 November it lapses on 20 December, a Sunday.
    assert_eq!(
        of("2026-11-21", "2026-11-20"),
        (on("2026-12-18"), on("2026-12-18"), on("2026-12-20"), None)
    );
    // On the day after it has lapsed it is to be sent again.
    assert_eq!(of("2026-12-21", "2026-11-20").3, on("2026-12-24"));
    assert_eq!(
        of("2026-12-28", "2026-12-24"),
        (on("2027-01-22"), on("2027-01-22"), on("2027-01-23"), None)
    );
}

#[test]
fn what_is_approved_or_ordered_is_the_move() {
    let plan = plan_with(|w| {
        transferable(w);
        w.customer.relationship = None;
        w.report(StepKind::ApproveTransfer, Progress::Done, "2026-11-18");
    });
    let decision = decision_of(&plan, 1);
    assert_eq!(
        (decision.action, decision.move_date),
        (Action::Move, Some(day("2026-11-18")))
    );
    assert_eq!(
        (decision.reasons.as_slice(), decision.relationship_by),
        ([].as_slice(), None)
    );
    let kinds: Vec<StepKind> = plan.steps().map(|step| step.kind).collect();
    assert_eq!(kinds, [StepKind::Verify]);
    // Ordered inside the window, on the eve of the end: it is not missed afterwards.
    let plan = plan_with(|w| {
        w.as_of = day("2027-01-31");
        w.report(StepKind::Order, Progress::Done, "2027-01-28");
        w.report(StepKind::EndSource, Progress::Done, "2027-01-29");
    });
    let decision = decision_of(&plan, 1);
    assert_eq!(
        (decision.move_date, decision.end_source),
        (Some(day("2027-01-28")), Some(EndSource::CancelAtTermEnd))
    );
    assert!(
        !decision.reasons.contains(&Reason::WindowMissed),
        "{:?}",
        decision.reasons
    );
}

#[test]
fn what_stands_still_inside_its_term_moves_at_once() {
    for state in [State::Suspended, State::Disabled, State::Expired] {
        let plan = plan_with(|w| {
            w.first().state = Some(state);
            if state != State::Suspended {
                w.report(StepKind::EndSource, Progress::Done, "2026-11-20");
            }
        });
        let decision = decision_of(&plan, 1);
        assert_eq!(
            decision.move_date,
            Some(day("2026-11-23")),
            "{state}: the next business day"
        );
        assert!(decision.reasons.contains(&Reason::AsSoonAsReady), "{state}");
        let down = state != State::Expired;
        assert_eq!(decision.reasons.contains(&Reason::ServiceDown), down, "{state}");
        // What is best today is asked for today, and is not late.
        assert_ne!(decision.urgency, Some(Urgency::Late), "{state}");
    }
}

fn findings_of(plan: &Plan, code: Code) -> Vec<&str> {
    let findings = plan.findings.iter().filter(|finding| finding.code == code);
    findings.map(|finding| finding.message.as_str()).collect()
}

#[test]
fn what_was_cancelled_inside_its_term_is_not_called_lost() {
    let plan = plan_with(|w| w.first().state = Some(State::Deleted));
    let decision = decision_of(&plan, 1);
    assert_eq!(decision.urgency, Some(Urgency::Lapsed));
    assert_eq!(decision.reasons, [Reason::SourceCancelled]);
    assert!(!Reason::SourceCancelled.meaning().contains("nothing is left"));
    // It cannot wait for a window, since data is kept for days: what is to be decided is to be decided first thing.
    assert_eq!((decision.window_opens, decision.window_closes), (None, None));
    assert_eq!(
        (decision.next_step, decision.next_step_by),
        (Some(StepKind::Decide), None)
    );
    // On the last day of its term as well; past it the data of what is deleted is gone.
    let on_its_last_day = plan_with(|w| {
        w.first().state = Some(State::Deleted);
        w.first().term_end = Some(TermEnd(w.as_of));
    });
    assert_eq!(decision_of(&on_its_last_day, 1).reasons, [Reason::SourceCancelled]);
    let plan = plan_with(|w| {
        w.first().state = Some(State::Deleted);
        w.first().term_end = Some(TermEnd(day("2026-11-20")));
    });
    let decision = decision_of(&plan, 1);
    assert_eq!(decision.urgency, Some(Urgency::Lost));
    assert!(
        decision.reasons.contains(&Reason::SourceDeleted),
        "{:?}",
        decision.reasons
    );
}

#[test]
fn a_state_that_contradicts_the_term_end_is_told_and_decided_first() {
    for state in [State::Expired, State::Disabled] {
        let plan = plan_with(|w| w.first().state = Some(state));
        let decision = decision_of(&plan, 1);
        assert_eq!(
            (decision.urgency, decision.next_step_by),
            (Some(Urgency::Open), None),
            "{state}"
        );
        assert_eq!(
            decision.window_opens,
            Some(day("2027-01-24")),
            "if it is the state that is wrong"
        );
        let told = findings_of(&plan, Code::StateAgainstEnd);
        assert_eq!(told.len(), 1, "{state}");
        assert!(
            told[0].starts_with(&format!("`{state}`")) && told[0].contains("2027-01-31"),
            "{told:?}"
        );
    }
    // What is suspended is stopped inside its term, as it may be.
    let plan = plan_with(|w| w.first().state = Some(State::Suspended));
    assert_eq!(decision_of(&plan, 1).action, Action::Move);
    assert!(findings_of(&plan, Code::StateAgainstEnd).is_empty());
}

#[test]
fn a_state_counts_before_what_was_to_happen_at_the_term_end() {
    let past = |change: fn(&mut Subscription)| {
        plan_with(|w| {
            w.first().term_start = Some(day("2025-11-11"));
            w.first().term_end = Some(TermEnd(day("2026-11-10")));
            change(w.first());
        })
    };
    for (change, closes, told) in [
        (
            (|s| (s.state, s.auto_renew) = (Some(State::Expired), Some(false))) as fn(&mut Subscription),
            "2027-02-08",
            "would run on in the extended service term",
        ),
        (
            |s| (s.state, s.end_instruction) = (Some(State::Expired), Some(EndInstruction::Extended)),
            "2027-02-08",
            "was to run on in the extended service term",
        ),
        (|s| s.state = Some(State::Expired), "2027-02-08", "was to renew"),
        (|s| s.state = Some(State::Disabled), "2027-02-08", "was to renew"),
        (|s| s.state = Some(State::Suspended), "2027-02-08", "was to renew"),
    ] {
        let plan = past(change);
        let decision = decision_of(&plan, 1);
        assert_eq!(
            (decision.action, decision.urgency, decision.move_date),
            (Action::Move, Some(Urgency::Lapsed), Some(day("2026-11-23")))
        );
        assert_eq!(decision.window_closes, Some(day(closes)), "{told}");
        assert_eq!(decision.end_source, None, "nothing is billed");
        assert!(plan.steps().all(|step| step.kind != StepKind::UndoRenewal));
        let findings = findings_of(&plan, Code::StateAgainstEnd);
        assert!(findings.len() == 1 && findings[0].contains(told), "{findings:?}");
    }
    let plan = past(|s| (s.state, s.end_instruction) = (Some(State::Disabled), Some(EndInstruction::Cancel)));
    assert!(
        findings_of(&plan, Code::StateAgainstEnd).is_empty(),
        "it went as it was set"
    );
}

#[test]
fn a_term_that_begins_after_its_end_is_told() {
    let plan = plan_with(|w| w.first().term_start = Some(day("2027-02-01")));
    assert_eq!(decision_of(&plan, 1).reasons, [Reason::TermStartAfterEnd]);
    assert_eq!(findings_of(&plan, Code::TermStartAfterEnd).len(), 1);
    let plan = plan_with(|w| w.first().term_start = Some(day("2027-01-31")));
    assert!(findings_of(&plan, Code::TermStartAfterEnd).is_empty());
}

/// Days on which somebody is to verify.
fn verified_by(plan: &Plan) -> Vec<Option<NaiveDate>> {
    let steps = plan.steps().filter(|step| step.kind == StepKind::Verify);
    steps.map(|step| step.due).collect()
}

#[test]
fn verifying_before_the_end_leaves_the_check_after_it() {
    let of = |as_of: &str, verified: Option<&str>| {
        plan_with(|w| {
            w.as_of = day(as_of);
            w.report(StepKind::EnquireCredit, Progress::Done, "2027-01-20");
            w.report(StepKind::Order, Progress::Done, "2027-01-27");
            w.report(StepKind::EndSource, Progress::Done, "2027-01-28");
            verified
                .iter()
                .for_each(|date| w.report(StepKind::Verify, Progress::Done, date));
        })
    };
    let [first, again, last] = ["2027-01-27", "2027-02-01", "2027-02-05"].map(|text| Some(day(text)));
    let plan = of("2027-01-28", None);
    assert_eq!(verified_by(&plan), [first, again, last]);
    assert_eq!(decision_of(&plan, 1).urgency, Some(Urgency::Late), "a day late");
    let plan = of("2027-01-28", Some("2027-01-28"));
    assert_eq!(verified_by(&plan), [again, last]);
    assert_eq!(decision_of(&plan, 1).urgency, Some(Urgency::Open));
    let plan = of("2027-02-02", Some("2027-01-28"));
    assert_eq!(verified_by(&plan), [again, last]);
    assert_eq!(decision_of(&plan, 1).urgency, Some(Urgency::Late));
    let plan = of("2027-02-02", Some("2027-02-01"));
    assert_eq!(verified_by(&plan), [last]);
    assert_ne!(decision_of(&plan, 1).urgency, Some(Urgency::Late));
    let plan = of("2027-02-05", Some("2027-02-05"));
    assert!(verified_by(&plan).is_empty(), "{:?}", plan.step_refs);
    assert_ne!(decision_of(&plan, 1).urgency, Some(Urgency::Late));
    let plan = of("2027-02-06", Some("2027-02-04"));
    assert_eq!(verified_by(&plan), [last]);
    assert_eq!(decision_of(&plan, 1).urgency, Some(Urgency::Late));
}

#[test]
fn auto_renew_goes_off_before_a_move_in_the_grace_and_the_step_says_why() {
    let plan = plan_with(|w| {
        w.as_of = day("2027-01-30");
        w.first().term = Some(Term::THREE_YEARS);
        w.first().term_start = Some(day("2024-02-01"));
    });
    let decision = decision_of(&plan, 1);
    assert_eq!(
        (decision.move_date, decision.end_source_by),
        (Some(day("2027-02-01")), Some(day("2027-01-29")))
    );
    let step = plan.steps().find(|step| step.kind == StepKind::EndSource).unwrap();
    for part in [
        "although users move after that, on 2027-02-01",
        "in its grace until 2027-03-02",
    ] {
        assert!(step.detail.contains(part), "{}", step.detail);
    }
    assert!(!step.detail.contains("once the target is verified"), "{}", step.detail);
}

#[test]
fn what_ends_by_itself_is_not_cancelled_afterwards() {
    let of = |auto_renew| {
        plan_with(|w| {
            w.as_of = day("2027-01-31");
            w.first().channel = Some(Channel::WebDirectMosa);
            w.first().auto_renew = Some(auto_renew);
        })
    };
    // Both move on Monday, the day after the end.
    let plan = of(false);
    let decision = decision_of(&plan, 1);
    assert_eq!(decision.move_date, Some(day("2027-02-01")));
    assert_eq!(
        (decision.end_source, decision.end_source_by, decision.credit_enquiry),
        (None, None, None)
    );
    assert!(plan.steps().all(|step| step.kind != StepKind::EndSource));
    // It has renewed by then, and is cancelled with a credit.
    assert_eq!(decision_of(&of(true), 1).end_source_by, Some(day("2027-02-02")));
}

#[test]
fn a_renewal_that_was_undone_leaves_no_plan_as_it_was() {
    let undone = |w: &mut World| {
        w.first().term_start = Some(day("2026-11-17"));
        w.first().term_end = Some(TermEnd(day("2027-11-16")));
        w.report(StepKind::UndoRenewal, Progress::Done, "2026-11-20");
    };
    let plan = plan_with(undone);
    let decision = decision_of(&plan, 1);
    assert_eq!(decision.reasons, [Reason::RenewalUndone]);
    assert_eq!(
        (decision.urgency, decision.next_step_by, decision.window_closes),
        (Some(Urgency::Open), None, None)
    );
    let step = plan.steps().next().unwrap();
    assert!(step.detail.contains("see what is left of it"), "{}", step.detail);
    // With the target there its source has ended: what is left is to look.
    let plan = plan_with(|w| {
        undone(w);
        w.report(StepKind::Order, Progress::Done, "2026-11-19");
    });
    let steps: Vec<(StepKind, Option<NaiveDate>)> = plan.steps().map(|step| (step.kind, step.due)).collect();
    assert_eq!(
        steps
            .iter()
            .filter(|(kind, _)| *kind != StepKind::EnquireCredit)
            .collect::<Vec<_>>(),
        [
            &(StepKind::Verify, Some(day("2026-11-19"))),
            &(StepKind::Verify, Some(day("2026-11-23"))),
            &(StepKind::Verify, Some(day("2026-11-27")))
        ]
    );
}

#[test]
fn what_is_best_every_day_is_not_late_on_weekdays() {
    for as_of in ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"] {
        let plan = plan_with(|w| {
            w.as_of = day(as_of);
            w.first().state = Some(State::Suspended);
            w.customer.relationship = Some(false);
        });
        assert_eq!(decision_of(&plan, 1).urgency, Some(Urgency::Open), "{as_of}");
    }
}

#[test]
fn a_request_takes_only_so_many_subscriptions() {
    let plan = plan_with(|w| {
        transferable(w);
        for number in 2..=52 {
            w.add(number, |s| {
                s.channel = Some(Channel::Csp);
                s.seller_id = Some(id(80));
                s.seats = Some(Seats(1));
            });
        }
        w.add(53, |s| {
            s.channel = Some(Channel::Csp);
            s.seller_id = Some(id(81));
        });
    });
    let mut of: std::collections::BTreeMap<String, usize> = Default::default();
    for step in plan.steps().filter(|step| step.kind == StepKind::RequestTransfer) {
        let words = step.detail.split(", ").nth(1).unwrap_or_default().to_owned();
        *of.entry(words).or_default() += 1;
    }
    let told: Vec<(&str, usize)> = of.iter().map(|(words, count)| (words.as_str(), *count)).collect();
    assert_eq!(
        told,
        [
            ("in a request of its own; the whole subscription comes over", 1),
            ("in request 1 of 3 for this customer", 25),
            ("in request 2 of 3 for this customer", 25),
            ("in request 3 of 3 for this customer", 2),
        ]
    );
}

#[test]
fn an_order_is_billed_as_the_source_where_the_term_is_sold_so() {
    let order = |offer: &str, term, plan, seats| {
        let plan = plan_with(|w| {
            let first = w.first();
            first.offer_mut().offer_id = Some(offer.into());
            (first.term, first.billing_plan, first.seats) = (Some(term), Some(plan), Some(Seats(seats)));
            first.term_start = None;
        });
        let step = plan.steps().find(|step| step.kind == StepKind::Order).unwrap();
        step.detail
    };
    let yearly = order(BASIC, Term::YEAR, BillingPlan::Monthly, 25);
    assert!(
        yearly.contains("term P1Y, billing monthly, to start on 2027-01-28"),
        "{yearly}"
    );
    assert!(
        yearly.contains("full term, 2028-01-27, or that of a month, 2027-12-31 at the latest"),
        "{yearly}"
    );
    let monthly = order(BASIC, Term::MONTH, BillingPlan::Annual, 25);
    assert!(
        monthly.contains("term P1M, billing monthly") && monthly.contains("billing plan is not sold"),
        "{monthly}"
    );
    // Three years of this offer are not sold by the month.
    let three = order("CFQ7TTC0LFLX:0021", Term::THREE_YEARS, BillingPlan::Monthly, 150);
    assert!(
        three.contains("term P3Y, billing annual") && three.contains("billing plan is not sold"),
        "{three}"
    );
}

#[test]
fn an_addon_has_at_least_its_part_of_the_bases_licences() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("addon_minimums.csv");
    let row = "offer,percent,valid_from,valid_until,source,certainty\nm365-copilot,5,2022-01-10,,a test,sure\n";
    std::fs::write(&path, row).unwrap();
    let with = |seats: u32| {
        let plan = plan_with(|w| {
            w.config.rules.extend.insert("addon_minimums".into(), path.clone());
            w.first().offer_mut().offer_id = Some(E3.into());
            w.first().seats = Some(Seats(100));
            w.add(2, |addon| {
                addon.offer_mut().offer_id = Some(COPILOT.into());
                addon.seats = Some(Seats(seats));
            });
        });
        decision_of(&plan, 2).reasons.contains(&Reason::SeatMinimum)
    };
    assert!(with(4) && !with(5));
}

#[test]
fn an_old_agreement_counts_as_missing() {
    let plan = plan_with(|w| w.customer.agreement_accepted = Some(Some(day("2023-03-31"))));
    assert!(decision_of(&plan, 1).agreement_by.is_some());
    let plan = plan_with(|w| w.customer.agreement_accepted = Some(Some(day("2023-04-01"))));
    assert!(decision_of(&plan, 1).agreement_by.is_none());
}

/// The days on which both run, by the rules and not by what the plan counts with.
fn runs_twice(plan: &Plan, number: u8) -> Option<(NaiveDate, NaiveDate)> {
    let decision = decision_of(plan, number);
    let row = plan.rows.iter().find(|row| row.subscription.id == id(number)).unwrap();
    let cancelled = plan
        .steps()
        .find(|step| step.kind == StepKind::CancelExtendedTerm && step.subscription_id == Some(id(number)));
    let until = match decision.end_source {
        Some(EndSource::Cancel) => decision.end_source_by,
        Some(EndSource::ExtendedTerm) => cancelled.and_then(|step| step.due),
        _ => row.subscription.term_end.map(|end| end.0),
    };
    let (from, until) = (decision.move_date?, until?);
    (from <= until).then_some((from, until))
}

#[test]
fn a_crowded_tenant_moves_in_waves() {
    let crowd = |channel: Channel, safe: u32, begins: &'static str| {
        plan_with(move |w| {
            w.config.rules.numbers.insert("doubled_subscriptions", safe);
            w.subscriptions.clear();
            for number in 1..=9 {
                w.add(number, |one| {
                    one.seats = Some(Seats(2));
                    one.channel = Some(channel);
                    one.term_start = Some(day(begins));
                    one.term = Some(if begins < "2025" { Term::THREE_YEARS } else { Term::YEAR });
                    // The last one stops at its term end unless it is in the first wave.
                    one.end_instruction = (number == 9).then_some(EndInstruction::Cancel);
                });
            }
        })
    };
    for (channel, begins) in [
        (Channel::WebDirect, "2026-02-01"),
        (Channel::WebDirect, "2024-02-01"),
        (Channel::McaE, "2026-02-01"),
        (Channel::WebDirectMosa, "2026-02-01"),
        (Channel::Ea, "2026-02-01"),
        (Channel::OpenValue, "2026-02-01"),
    ] {
        for safe in [2, 3, 8, 9] {
            let plan = crowd(channel, safe, begins);
            let about = format!("{channel} from {begins}, {safe} at once");
            let days = day("2026-11-21").iter_days().take(200);
            let most = days.map(|day| {
                let twice = (1..=9).filter_map(|number| runs_twice(&plan, number));
                twice.filter(|(from, until)| *from <= day && day <= *until).count()
            });
            assert!(most.max() <= Some(safe as usize), "{about}");
            let waits = |number: &u8| decision_of(&plan, *number).reasons.contains(&Reason::Wave);
            let waiting: Vec<u8> = (1..=9).filter(waits).collect();
            assert_eq!(waiting.len() as u32, 9 - safe, "{about}: {waiting:?}");
            assert!(!waiting.contains(&9), "{about}: what stops is in the first wave");
            for number in 1..=9 {
                let decision = decision_of(&plan, number);
                assert_eq!(decision.action, Action::Move, "{about}: {:?}", decision.reasons);
                // What nothing bridges is told to miss its window.
                let missed = matches!(channel, Channel::Ea | Channel::OpenValue) && waits(&number);
                assert_eq!(decision.reasons.contains(&Reason::WindowMissed), missed, "{about}");
                assert!(!decision.reasons.contains(&Reason::ServiceStops), "{about}");
            }
            let told: Vec<_> = plan
                .findings
                .iter()
                .filter(|f| f.code == Code::SubscriptionsDoubled)
                .collect();
            assert_eq!(told.len(), usize::from(safe < 9), "{about}");
        }
    }
    // Where the extended term would follow, it bridges the time to a later wave.
    let plan = crowd(Channel::WebDirect, 4, "2026-02-01");
    let waits = decision_of(&plan, 8);
    assert_eq!(waits.end_source, Some(EndSource::ExtendedTerm));
    assert!(waits.move_date > Some(day("2027-01-31")), "{:?}", waits.move_date);
    assert_eq!(decision_of(&plan, 1).end_source, Some(EndSource::CancelAtTermEnd));
    // Subscriptions that end on other days make room for each other.
    let plan = plan_with(|w| {
        w.config.rules.numbers.insert("doubled_subscriptions", 1);
        w.add(2, |later| {
            later.term_start = Some(day("2026-05-01"));
            later.term_end = Some(TermEnd(day("2027-04-30")));
        });
    });
    assert!(plan.findings.iter().all(|f| f.code != Code::SubscriptionsDoubled));
    assert!((1..=2).all(|number| !decision_of(&plan, number).reasons.contains(&Reason::Wave)));
}

#[test]
fn an_addon_follows_its_base_into_a_later_wave() {
    let plan = plan_with(|w| {
        w.config.rules.numbers.insert("doubled_subscriptions", 2);
        w.add(2, |_| {});
        w.add(3, |_| {});
        w.add(4, |addon| {
            addon.offer_mut().offer_id = Some(COPILOT.into());
            addon.base_id = Some(id(3));
        });
    });
    let (base, addon) = (decision_of(&plan, 3), decision_of(&plan, 4));
    assert!(base.reasons.contains(&Reason::Wave), "{:?}", base.reasons);
    assert_eq!(addon.action, Action::Move, "{:?}", addon.reasons);
    assert!(addon.move_date >= base.move_date);
}

#[test]
fn a_tenant_counts_what_stands_in_it_on_the_day_of_an_order() {
    // Two copies of one at a time are four: never more, since the first source has ended before the others are ordered.
    let far = |number: u8, limit: u32| {
        plan_with(move |w| {
            w.config.rules.numbers.insert("tenant_subscriptions", limit);
            for other in 2..=number {
                w.add(other, |one| {
                    one.term_start = one.term_start.map(|day| day + chrono::Months::new(u32::from(other)));
                    one.term_end = one
                        .term_end
                        .map(|end| TermEnd(end.0 + chrono::Months::new(u32::from(other))));
                });
            }
        })
    };
    let plan = far(3, 4);
    for number in 1..=3 {
        assert_eq!(decision_of(&plan, number).action, Action::Move, "{number}");
    }
    let full = far(3, 3);
    for number in 1..=3 {
        assert_eq!(
            decision_of(&full, number).reasons,
            [Reason::TooManySubscriptions],
            "{number}"
        );
    }
}

#[test]
fn a_cap_counts_what_stands_in_the_tenant_on_the_day_of_the_order() {
    let seats = |first: u32, second: u32, months: u32| {
        plan_with(move |w| {
            w.first().seats = Some(Seats(first));
            w.add(2, |one| {
                one.seats = Some(Seats(second));
                one.term_start = one.term_start.map(|day| day + chrono::Months::new(months));
                one.term_end = one.term_end.map(|end| TermEnd(end.0 + chrono::Months::new(months)));
            });
        })
    };
    let together = |plan: &Plan, number: u8| decision_of(plan, number).reasons.contains(&Reason::SeatCapTogether);
    // 2 x 100 + 60 fit on the first day, 100 + 2 x 60 on the second; 2 x 100 + 2 x 60 would not.
    let apart = seats(100, 60, 3);
    assert!(!together(&apart, 1) && !together(&apart, 2));
    let at_once = seats(100, 60, 0);
    assert!(together(&at_once, 1) && together(&at_once, 2));
    // On the first day 2 x 140 and 30 are too many, on the second 140 and 2 x 30 are not.
    let first_only = seats(140, 30, 3);
    assert!(together(&first_only, 1) && !together(&first_only, 2));
}

#[test]
fn a_customers_steps_stand_once() {
    let plan = plan_with(|w| {
        w.customer.relationship = Some(false);
        w.add(2, |second| second.term_end = Some(TermEnd(day("2026-12-31"))));
    });
    let shared: Vec<Step> = plan
        .steps()
        .filter(|step| step.kind == StepKind::RequestRelationship)
        .collect();
    let [step] = shared.as_slice() else {
        panic!("{shared:?}")
    };
    assert_eq!(
        (step.due, step.subscription_id.as_ref()),
        (Some(day("2026-12-14")), None)
    );
    assert!(step.detail.contains("2 subscriptions"), "{}", step.detail);
}

#[test]
fn no_step_destroys_data() {
    let plan = plan_with(|w| {
        for (number, &channel) in Channel::ALL.iter().enumerate() {
            w.add(number as u8 + 2, |s| {
                s.channel = Some(channel);
                s.offer_mut().offer_id = Some("031c9e47-4802-4248-838e-778fb1d2cc05".into());
            });
        }
    });
    for step in plan.steps() {
        assert_harmless(&step.detail);
    }
}

/// A text may warn of what destroys data, and must never ask for it.
fn assert_harmless(text: &str) {
    let told = text.to_lowercase().replace("do not delete the subscription", "");
    assert!(!told.contains("delete") && !told.contains("remove"), "{text}");
}

#[test]
fn no_sentence_of_the_tables_destroys_data_and_those_of_customers_warn_of_it() {
    let rules = Rules::embedded().unwrap();
    for rule in rules.step_texts.all() {
        assert_harmless(rule.row.sentence.as_str());
        let ends = matches!(
            rule.row.step,
            StepKind::EndSource | StepKind::CancelExtendedTerm | StepKind::UndoRenewal
        );
        // What only goes on in the extended term ends nothing.
        let goes_on = rule.row.case == Some(crate::rules::StepCase::ExtendedTerm);
        if ends && rule.row.owner == Owner::Customer && !goes_on {
            assert!(
                rule.row.sentence.as_str().contains("do not delete the subscription"),
                "{}",
                rule.at
            );
            assert!(rule.row.sentence.as_str().contains("leave the domain"), "{}", rule.at);
        }
    }
    for note in rules.step_texts.all_notes() {
        assert_harmless(note.row.sentence.as_str());
    }
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

#[test]
fn the_day_of_the_first_purchase_is_not_the_start_of_the_term() {
    for (start, term, told) in [
        ("2021-02-01", Some(Term::YEAR), 1),
        ("2021-02-01", None, 1),
        ("2025-03-01", Some(Term::YEAR), 1),
        ("2026-01-15", Some(Term::YEAR), 0),
    ] {
        let plan = plan_with(|w| (w.first().term_start, w.first().term) = (Some(day(start)), term));
        let decision = decision_of(&plan, 1);
        assert_eq!(decision.end_source, Some(EndSource::CancelAtTermEnd), "{start}");
        assert_eq!(decision.window_closes, Some(day("2027-01-30")), "{start}");
        let findings = plan
            .findings
            .iter()
            .filter(|finding| finding.code == Code::TermStartUnknown);
        assert_eq!(findings.count(), told, "{start}");
    }
    let plan = plan_with(|w| {
        (w.first().term_start, w.first().term) = (Some(day("2024-02-01")), Some(Term::THREE_YEARS));
    });
    assert_eq!(decision_of(&plan, 1).end_source, Some(EndSource::AutoRenewOff));
}

#[test]
fn what_is_set_to_renew_is_a_risk_when_nothing_was_done() {
    let plan = plan_with(|w| {
        w.as_of = day("2027-01-31");
        w.first().channel = Some(Channel::CspLegacy);
        w.first().end_instruction = Some(EndInstruction::Renew);
    });
    assert!(decision_of(&plan, 1).reasons.contains(&Reason::AutoRenewRisk));
}

#[test]
fn a_base_of_ours_that_is_deleted_holds_no_addon() {
    let with_base = |state: State| {
        let plan = plan_with(|w| {
            w.first().base_id = Some(id(2));
            w.add(2, |base| {
                (base.channel, base.state) = (Some(Channel::Own), Some(state));
            });
        });
        decision_of(&plan, 1).action
    };
    assert_eq!(with_base(State::Active), Action::Move);
    assert_eq!(with_base(State::Deleted), Action::Review);
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

/// Kiosk and office plans may exclude each other on one user; plans of one tier do not.
#[test]
fn licences_that_exclude_each_other_change_at_once() {
    let of = |source: &str, target: &str| -> String {
        let plan = plan_with(|w| {
            w.first().offer_mut().offer_id = Some(source.into());
            w.tables.offers.push(ordered_instead(source, target));
        });
        let mut steps = plan.steps();
        let step = steps.find(|step| step.kind == StepKind::Reassign).expect("a step");
        step.detail
    };
    assert!(of(BASIC, "CFQ7TTC0LDPB:0001").contains("then take the old ones away"));
    let at_once = of("CFQ7TTC0LGZW:0001", BASIC);
    assert!(at_once.contains("in one change") && at_once.contains("never take the old ones away first"));
}

#[test]
fn each_mapping_says_once_what_it_rests_on() {
    let plan = plan_with(|w| {
        w.add(2, |_| ());
        w.add(3, |s| s.offer_mut().offer_id = Some("CFQ7TTC0HD32:0002".into()));
        w.add(4, |s| s.channel = Some(Channel::Own));
    });
    let rests: Vec<(Option<&str>, u64)> = plan
        .mappings
        .iter()
        .map(|mapped| (mapped.source_offer_id.as_deref(), mapped.subscriptions))
        .collect();
    assert_eq!(rests, [(Some("CFQ7TTC0HD32:0002"), 1), (Some(BASIC), 2)]);
    let basic = &plan.mappings[1];
    assert_eq!(
        (basic.mapping, &*basic.target_offer_ids),
        (MappingKind::Same, [BASIC.into()].as_slice())
    );
    assert!(
        basic.evidence.contains("found by offer id") && basic.evidence.contains("2023-10-18"),
        "{}",
        basic.evidence
    );
}

#[test]
fn an_offer_without_a_mapping_is_told_what_a_row_for_it_would_lead_to() {
    let unmapped = |w: &mut World| w.first().offer_mut().offer_id = Some("CFQ7TTC0XXXX:0001".into());
    let mut unknown = world();
    unmapped(&mut unknown);
    let what_ifs = unknown.what_ifs();
    let of = |words: &str| {
        let mut found = what_ifs.differs.iter().filter(|one| one.what.contains(words));
        let one = found.next().unwrap();
        assert!(found.next().is_none(), "{words}");
        assert!(one.what.contains("source_offer `CFQ7TTC0XXXX:0001`"), "{}", one.what);
        &one.decision
    };
    // The dates are those of a plan that has such a row.
    for (words, licences) in [
        ("keeps users' licences", Licences::Keep),
        ("licences must be reassigned", Licences::Reassign),
    ] {
        let told = of(words);
        let plan = plan_with(|w| {
            unmapped(w);
            w.tables.offers = vec![OfferRule {
                source_offer: "CFQ7TTC0XXXX:0001".into(),
                target_offer: "CFQ7TTC0YYYY:0001".into(),
                target_term: None,
                licences: Some(licences),
                valid_from: None,
                valid_until: None,
                reason: "asked for".into(),
                row: 2,
            }];
        });
        let planned = decision_of(&plan, 1);
        assert_eq!(told.action, Action::Move);
        assert_eq!(told.licences, Some(licences));
        assert_eq!(
            (&told.reasons, told.route, told.move_date, told.end_source_by),
            (
                &planned.reasons,
                planned.route,
                planned.move_date,
                planned.end_source_by
            )
        );
        assert_eq!(told.reassign_by, planned.reassign_by);
        // Nobody has said what would be ordered.
        assert!(told.targets.is_empty() && told.mapping.is_none());
    }
    // What is mapped is not asked about.
    let mapped = world().what_ifs();
    let all = mapped.differs.iter().map(|one| &one.what).chain(&mapped.same);
    assert_eq!(all.filter(|what| what.contains("offers.csv")).count(), 0);
}

#[test]
fn a_source_is_looked_at_twice_after_its_end() {
    fn checks_of(plan: Plan) -> Vec<String> {
        let steps = plan.steps().filter(|step| step.kind == StepKind::Verify);
        steps
            .map(|step| {
                let first = step.detail.split([':', '(']).next().unwrap_or_default().trim();
                let about = if first.starts_with("check that") {
                    "check"
                } else {
                    first
                };
                format!("{} {about}", step.due.unwrap())
            })
            .collect()
    }
    let checks = |change: fn(&mut World)| checks_of(plan_with(change));
    // E is Sunday 31 January: E+7 is a Sunday as well, on which nobody looks, and on Monday it is too late.
    assert_eq!(
        checks(|_| {}),
        [
            "2027-01-28 check",
            "2027-02-01 check again",
            "2027-02-05 check a last time"
        ]
    );
    // As many days after the end as the settings say; none where that is no later than the other look.
    assert_eq!(
        checks(|w| w.config.rules.numbers.extend([("verify_days", 10)])),
        [
            "2027-01-28 check",
            "2027-02-01 check again",
            "2027-02-10 check a last time"
        ]
    );
    assert_eq!(
        checks(|w| w.config.rules.numbers.extend([("verify_days", 1)])),
        ["2027-01-28 check", "2027-02-01 check again"]
    );
}

#[test]
fn a_request_lapses_after_as_many_days_as_the_numbers_say() {
    for (days, said) in [
        (None, "lapses after 30 days"),
        (Some(12), "lapses after 12 days"),
        (Some(1), "lapses after 1 day "),
    ] {
        let plan = plan_with(|w| {
            transferable(w);
            w.config.rules.numbers.extend(days.map(|days| ("request_days", days)));
        });
        let mut steps = plan.steps();
        let approve = steps.find(|step| step.kind == StepKind::ApproveTransfer).unwrap();
        assert!(approve.detail.contains(said), "{}", approve.detail);
    }
}

#[test]
fn what_is_reported_as_set_to_cancel_does_not_go_on() {
    for auto_renew in [Some(true), Some(false), None] {
        let set = |as_of: &'static str| {
            plan_with(move |w| {
                w.as_of = day(as_of);
                w.customer.relationship = Some(false);
                w.first().auto_renew = auto_renew;
                w.report(StepKind::EndSource, Progress::Done, "2027-01-20");
            })
        };
        // Too late for its window: service stops, unless it is set to go on.
        let plan = set("2027-01-30");
        let decision = decision_of(&plan, 1);
        assert!(
            decision.reasons.contains(&Reason::ServiceStops),
            "{:?}",
            decision.reasons
        );
        assert!(
            !decision.reasons.contains(&Reason::AutoRenewRisk),
            "{:?}",
            decision.reasons
        );
        assert_eq!(
            (decision.end_source, decision.end_source_by),
            (Some(EndSource::ExtendedTerm), Some(day("2027-01-29")))
        );
        let mut steps = plan.steps().filter(|step| step.kind == StepKind::EndSource);
        let step = steps.next().unwrap();
        assert!(step.detail.contains("extended"), "{}", step.detail);
        assert_eq!((step.due, steps.next().is_none()), (Some(day("2027-01-29")), true));
        // Past its end users wait, and its data are kept for so long.
        let plan = set("2027-02-01");
        let decision = decision_of(&plan, 1);
        assert!(
            decision.reasons.contains(&Reason::ServiceDown),
            "{:?}",
            decision.reasons
        );
        assert_eq!(decision.window_closes, Some(day("2027-05-01")), "{auto_renew:?}");
        assert_eq!(decision.end_source, None);
    }
}

#[test]
fn nothing_is_bought_once_a_customers_transfer_is_approved() {
    let plan = plan_with(|w| {
        let first = w.first();
        first.channel = Some(Channel::Csp);
        first.term = Some(Term::MONTH);
        first.term_start = Some(day("2026-11-11"));
        first.term_end = Some(TermEnd(day("2026-12-10")));
        w.report(StepKind::RequestTransfer, Progress::Done, "2026-11-15");
        w.report(StepKind::ApproveTransfer, Progress::Done, "2026-11-19");
        for note in &mut w.tables.progress {
            note.subject = Subject::Customer(customer_id(90));
        }
    });
    assert_eq!(decision_of(&plan, 1).reasons, [Reason::TransferPending]);
    assert!(plan.steps().all(|step| step.kind != StepKind::Order));
}

#[test]
fn what_nothing_bridges_is_placed_before_what_can_wait() {
    let of = |change: fn(&mut Subscription)| {
        plan_with(move |w| {
            w.config.rules.numbers.insert("doubled_subscriptions", 2);
            for number in 2..=6 {
                w.add(number, |_| {});
            }
            // It ends a day later, and would be placed last by its day.
            w.add(7, |last| {
                last.term_start = Some(day("2026-02-02"));
                last.term_end = Some(TermEnd(day("2027-02-01")));
                change(last);
            });
        })
    };
    let changes: [fn(&mut Subscription); 3] = [
        |last| last.end_instruction = Some(EndInstruction::Cancel),
        |last| last.channel = Some(Channel::Ea),
        |last| last.channel = Some(Channel::WebDirectMosa),
    ];
    for change in changes {
        let plan = of(change);
        let decision = decision_of(&plan, 7);
        assert!(!decision.reasons.contains(&Reason::Wave), "{:?}", decision.reasons);
        assert!(decision_of(&plan, 6).reasons.contains(&Reason::Wave));
    }
    assert!(decision_of(&of(|_| {}), 7).reasons.contains(&Reason::Wave));
}

#[test]
fn a_weekend_does_not_lose_the_last_day_of_data() {
    let on = |as_of: &'static str, channel: Channel, state: State, end: &'static str| {
        let plan = plan_with(move |w| {
            w.as_of = day(as_of);
            let first = w.first();
            (first.channel, first.state, first.auto_renew) = (Some(channel), Some(state), Some(false));
            first.term_end = Some(TermEnd(day(end)));
            first.term_start = Some(day(end) - chrono::Days::new(364));
        });
        decision_of(&plan, 1).clone()
    };
    // Saturday is its 120th day, and the 90th of what lapsed.
    for (channel, state, end) in [
        (Channel::WebDirectMosa, State::Disabled, "2026-07-24"),
        (Channel::WebDirect, State::Disabled, "2026-08-23"),
        (Channel::WebDirect, State::Expired, "2026-08-23"),
    ] {
        let last = on("2026-11-21", channel, state, end);
        assert_eq!(last.move_date, Some(day("2026-11-21")), "{channel} {state}");
        assert!(last.reasons.contains(&Reason::NoBusinessDay), "{:?}", last.reasons);
    }
    let unsure = on("2026-11-22", Channel::WebDirect, State::Expired, "2026-08-23");
    assert_eq!(unsure.reasons, [Reason::RuleUnsure]);
    assert_eq!(unsure.window_closes, Some(day("2026-11-21")));
}

#[test]
fn no_service_is_promised_after_a_lapse() {
    let plan = plan_with(|w| {
        let first = w.first();
        (first.state, first.auto_renew) = (Some(State::Expired), Some(false));
        first.term_start = Some(day("2025-11-11"));
        first.term_end = Some(TermEnd(day("2026-11-10")));
    });
    let decision = decision_of(&plan, 1);
    assert!(
        decision.reasons.contains(&Reason::ServiceDown),
        "{:?}",
        decision.reasons
    );
    assert_eq!(decision.window_closes, Some(day("2027-02-08")));
}

#[test]
fn what_was_ended_early_is_kept_from_that_day() {
    let ended = |channel: Channel, begins: &'static str, on: &'static str| {
        let plan = plan_with(move |w| {
            let first = w.first();
            (first.channel, first.state) = (Some(channel), Some(State::Disabled));
            first.term_start = Some(day(begins));
            first.term_end = Some(TermEnd(day(begins) + chrono::Months::new(12) - chrono::Days::new(1)));
            w.report(StepKind::EndSource, Progress::Done, on);
        });
        decision_of(&plan, 1).clone()
    };
    let lately = ended(Channel::WebDirect, "2026-11-12", "2026-11-18");
    assert_eq!(lately.window_closes, Some(day("2026-11-25")));
    assert_eq!(lately.urgency, Some(Urgency::Lapsed));
    let later = ended(Channel::WebDirectMosa, "2026-02-01", "2026-09-18");
    assert_eq!(later.window_closes, Some(day("2026-12-17")));
    assert_eq!(later.urgency, Some(Urgency::Lapsed));
    let gone = ended(Channel::WebDirectMosa, "2026-02-01", "2026-08-18");
    assert_eq!(gone.reasons, [Reason::SourceDeleted]);
}

#[test]
fn an_older_subscription_of_ours_is_not_silently_the_target_of_what_is_stopped() {
    let with = |order: bool| {
        plan_with(move |w| {
            w.first().state = Some(State::Suspended);
            w.add(2, |own| {
                own.channel = Some(Channel::Own);
                own.term_start = Some(day("2026-05-01"));
                own.term_end = Some(TermEnd(day("2027-04-30")));
            });
            if order {
                w.report(StepKind::Order, Progress::Done, "2026-11-19");
            }
        })
    };
    assert_eq!(decision_of(&with(false), 1).reasons, [Reason::PossibleDuplicate]);
    assert_eq!(decision_of(&with(true), 1).action, Action::Move);
}

#[test]
fn the_risk_of_a_renewal_is_told_on_the_last_business_day_before_it() {
    let on = |as_of: &'static str, end: &'static str| {
        let plan = plan_with(move |w| {
            w.as_of = day(as_of);
            w.first().term_end = Some(TermEnd(day(end)));
        });
        decision_of(&plan, 1).reasons.contains(&Reason::AutoRenewRisk)
    };
    for end in ["2027-01-30", "2027-01-31"] {
        assert!(on("2027-01-29", end), "{end}");
        assert!(!on("2027-01-28", end), "{end}");
    }
    assert!(on("2027-01-29", "2027-02-01"), "its eve is a Sunday");
    assert!(!on("2027-01-29", "2027-02-02"), "Monday is left");
}
