//! What people report, and what exports show of our own: nothing is asked for or bought twice, and what is done moves no more.

use super::*;

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
            decision.reasons.has(Reason::TransferPending),
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
                decision.reasons.has(Reason::TransferPending),
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
fn an_end_that_an_export_contradicts_and_a_target_without_its_day_are_told() {
    let told = |plan: &Plan, code: Code| plan.findings.iter().filter(|f| f.code == code).count();
    for (set_to, shown, expected) in [
        (EndSource::ExtendedTerm, Some(EndInstruction::Cancel), 1),
        (EndSource::CancelAtTermEnd, Some(EndInstruction::Extended), 1),
        (EndSource::ExtendedTerm, Some(EndInstruction::Extended), 0),
        (EndSource::ExtendedTerm, Some(EndInstruction::Renew), 0),
        (EndSource::ExtendedTerm, None, 0),
    ] {
        let plan = plan_with(|w| {
            w.first().end_instruction = shown;
            w.report(StepKind::EndSource, Progress::Done, "2026-11-20");
            w.tables.progress[0].end_source = Some(set_to);
        });
        assert_eq!(told(&plan, Code::ProgressContradicted), expected, "{set_to} {shown:?}");
    }
    for (date, expected) in [(None, 1), (Some(day("2026-11-20")), 0)] {
        let plan = plan_with(|w| {
            w.report(StepKind::Order, Progress::Done, "2026-11-20");
            w.tables.progress[0].date = date;
        });
        assert_eq!(told(&plan, Code::ProgressUndated), expected, "{date:?}");
    }
}

#[test]
fn how_a_former_term_was_to_end_says_nothing_of_this_one() {
    let end_on = |reported: &'static str| {
        let plan = plan_with(move |w| {
            w.first().term_start = Some(day("2026-02-01"));
            w.first().term_end = Some(TermEnd(day("2027-01-31")));
            w.report(StepKind::EndSource, Progress::Done, reported);
            w.tables.progress[0].end_source = Some(EndSource::CancelAtTermEnd);
        });
        plan.steps().any(|step| step.kind == StepKind::EndSource)
    };
    assert!(end_on("2026-01-20"), "it renewed, and is still to be ended");
    assert!(!end_on("2026-11-20"));
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
    assert_eq!((decision.reasons, decision.relationship_by), (Reasons::default(), None));
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
    assert!(!decision.reasons.has(Reason::WindowMissed), "{:?}", decision.reasons);
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
        assert!(decision.reasons.has(Reason::ServiceStops), "{:?}", decision.reasons);
        assert!(!decision.reasons.has(Reason::AutoRenewRisk), "{:?}", decision.reasons);
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
        assert!(decision.reasons.has(Reason::ServiceDown), "{:?}", decision.reasons);
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

/// The end of the source as reported: to what it was set, or nothing of that.
fn report_end(w: &mut World, end: Option<EndSource>, date: &str) {
    w.report(StepKind::EndSource, Progress::Done, date);
    w.tables.progress.last_mut().unwrap().end_source = end;
}

#[test]
fn the_progress_table_may_say_to_what_a_source_was_set() {
    let ended = |as_of: &'static str, end: Option<EndSource>| {
        let plan = plan_with(|w| {
            w.as_of = day(as_of);
            w.customer.relationship = Some(as_of < "2027-01-30");
            report_end(w, end, "2027-01-20");
        });
        decision_of(&plan, 1).clone()
    };
    let by = |decision: &Decision| (decision.end_source, decision.end_source_by);
    let cancels = Some(EndSource::CancelAtTermEnd);
    let goes_on = [Some(EndSource::ExtendedTerm), Some(EndSource::AutoRenewOff)];
    // Inside its window: nothing is told of it, or that it ends; then it is seen to.
    for end in [None, cancels] {
        assert_eq!(by(&ended("2027-01-25", end)), (cancels, None), "{end:?}");
    }
    // What is only kept from renewing would be paid on: it is still to be set to cancel, and is no risk.
    for end in goes_on {
        let decision = ended("2027-01-29", end);
        assert_eq!(by(&decision), (cancels, Some(day("2027-01-29"))), "{end:?}");
        assert!(!decision.reasons.has(Reason::AutoRenewRisk), "{:?}", decision.reasons);
    }
    // Too late for its window: what ends stops, what goes on does not.
    let extended = Some(EndSource::ExtendedTerm);
    for (end, stops, due) in [
        (None, true, Some(day("2027-01-29"))),
        (cancels, true, Some(day("2027-01-29"))),
        (extended, false, None),
    ] {
        let decision = ended("2027-01-30", end);
        assert_eq!(by(&decision), (extended, due), "{end:?}");
        assert_eq!(decision.reasons.has(Reason::ServiceStops), stops, "{end:?}");
    }
    // Past its end.
    for end in [None, cancels] {
        let decision = ended("2027-02-03", end);
        assert_eq!(decision.end_source, None, "{end:?}");
        assert!(decision.reasons.has(Reason::ServiceDown), "{:?}", decision.reasons);
    }
    for end in goes_on {
        let decision = ended("2027-02-03", end);
        assert_eq!(decision.end_source, Some(EndSource::Cancel), "{end:?}");
        assert!(!decision.reasons.has(Reason::ServiceDown), "{:?}", decision.reasons);
    }
}

#[test]
fn the_last_report_of_an_end_counts_and_what_an_export_shows_before_it() {
    let (cancels, extended) = (Some(EndSource::CancelAtTermEnd), Some(EndSource::ExtendedTerm));
    let due = |ends: &[(Option<EndSource>, &str)], shown: Option<EndInstruction>| {
        let plan = plan_with(|w| {
            w.as_of = day("2027-01-28");
            w.first().end_instruction = shown;
            for (end, date) in ends {
                report_end(w, *end, date);
            }
        });
        decision_of(&plan, 1).end_source_by
    };
    let open = Some(day("2027-01-29"));
    let (earlier, later) = ("2027-01-20", "2027-01-25");
    assert_eq!(due(&[(extended, earlier), (cancels, later)], None), None);
    assert_eq!(due(&[(cancels, later), (extended, earlier)], None), None);
    assert_eq!(due(&[(extended, later), (cancels, earlier)], None), open);
    // Of one day the later row counts.
    assert_eq!(due(&[(extended, later), (cancels, later)], None), None);
    assert_eq!(due(&[(cancels, later), (extended, later)], None), open);
    assert_eq!(due(&[(extended, earlier)], Some(EndInstruction::Cancel)), None);
    assert_eq!(due(&[(extended, earlier)], Some(EndInstruction::Renew)), open);
    assert_eq!(due(&[(cancels, earlier)], Some(EndInstruction::Renew)), None);
}
