//! Why a row is as it is: each reason by the fact it follows from, and the days on which it turns.

use super::*;

/// Every reason that other facts give a subscription, each from one change.
#[test]
fn each_reason_follows_from_its_fact() {
    type Change = fn(&mut World);
    let cases: &[(Reason, Action, Change)] = &[
        (Reason::AlreadyOurs, Action::Keep, |w| {
            w.first().channel = Some(Channel::Own)
        }),
        (Reason::AlreadyOurs, Action::Keep, |w| {
            w.first().seller_id = Some(id(77).into())
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
            w.first().flaws.add(Flaw::TermEndUnreadable);
        }),
        (Reason::DateOrderUnknown, Action::Review, |w| {
            w.first().term_end = None;
            w.first().flaws.add(Flaw::DateOrderUnknown);
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
        (Reason::EndUnknown, Action::Review, |w| {
            w.first().channel = Some(Channel::Ea);
            w.first().term_end = Some(TermEnd(day("2026-11-10")));
            w.first().auto_renew = Some(false);
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
            w.first().target_customer_id = Some(id(91).into())
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
            w.first().base_id = Some(id(5).into())
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
            decision.reasons.has(*reason),
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
fn a_term_that_begins_after_its_end_is_told() {
    let plan = plan_with(|w| w.first().term_start = Some(day("2027-02-01")));
    assert_eq!(decision_of(&plan, 1).reasons, [Reason::TermStartAfterEnd]);
    assert_eq!(findings_of(&plan, Code::TermStartAfterEnd).len(), 1);
    let plan = plan_with(|w| w.first().term_start = Some(day("2027-01-31")));
    assert!(findings_of(&plan, Code::TermStartAfterEnd).is_empty());
}

#[test]
fn an_old_agreement_counts_as_missing() {
    let plan = plan_with(|w| w.customer.agreement_accepted = Some(Some(day("2023-03-31"))));
    assert!(decision_of(&plan, 1).agreement_by.is_some());
    let plan = plan_with(|w| w.customer.agreement_accepted = Some(Some(day("2023-04-01"))));
    assert!(decision_of(&plan, 1).agreement_by.is_none());
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
    assert!(decision_of(&plan, 1).reasons.has(Reason::AutoRenewRisk));
}

#[test]
fn the_risk_of_a_renewal_is_told_on_the_last_business_day_before_it() {
    let on = |as_of: &'static str, end: &'static str| {
        let plan = plan_with(move |w| {
            w.as_of = day(as_of);
            w.first().term_end = Some(TermEnd(day(end)));
        });
        decision_of(&plan, 1).reasons.has(Reason::AutoRenewRisk)
    };
    for end in ["2027-01-30", "2027-01-31"] {
        assert!(on("2027-01-29", end), "{end}");
        assert!(!on("2027-01-28", end), "{end}");
    }
    assert!(on("2027-01-29", "2027-02-01"), "its eve is a Sunday");
    assert!(!on("2027-01-29", "2027-02-02"), "Monday is left");
}
