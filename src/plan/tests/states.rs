//! States in the export, inside the term and after it.

use super::*;

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
        assert!(decision.reasons.has(Reason::AsSoonAsReady), "{state}");
        let down = state != State::Expired;
        assert_eq!(decision.reasons.has(Reason::ServiceDown), down, "{state}");
        // What is best today is asked for today, and is not late.
        assert_ne!(decision.urgency, Some(Urgency::Late), "{state}");
    }
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
    assert!(decision.reasons.has(Reason::SourceDeleted), "{:?}", decision.reasons);
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
        assert!(last.reasons.has(Reason::NoBusinessDay), "{:?}", last.reasons);
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
    assert!(decision.reasons.has(Reason::ServiceDown), "{:?}", decision.reasons);
    assert_eq!(decision.window_closes, Some(day("2027-02-08")));
}

/// Without notice an agreement may go on by the month, lapse or be renewed: a person asks which, before anything is promised.
#[test]
fn nobody_guesses_what_followed_an_agreement_of_which_no_notice_is_reported() {
    let on = |as_of: &'static str, change: fn(&mut World)| {
        let plan = plan_with(|w| {
            w.as_of = day(as_of);
            let first = w.first();
            (first.channel, first.auto_renew) = (Some(Channel::Ea), Some(false));
            first.term_start = Some(day("2025-12-01"));
            first.term_end = Some(TermEnd(day("2026-11-30")));
            change(w);
        });
        let end_source = plan.steps().find(|step| step.kind == StepKind::EndSource);
        (decision_of(&plan, 1).clone(), end_source)
    };
    let (last_day, _) = on("2026-11-30", |_| {});
    assert_eq!(last_day.action, Action::Move, "{:?}", last_day.reasons);
    // If it lapsed, its service goes on for 90 days, and its data are kept for 150.
    for (as_of, kept_until) in [
        ("2026-12-01", Some("2027-02-28")),
        ("2027-02-28", Some("2027-02-28")),
        ("2027-04-29", Some("2027-04-29")),
        ("2027-04-30", None),
        ("2028-01-15", None),
    ] {
        let (unknown, _) = on(as_of, |_| {});
        assert_eq!(unknown.reasons, [Reason::EndUnknown], "{as_of}");
        assert_eq!(
            (unknown.window_closes, unknown.urgency),
            (kept_until.map(day), Some(Urgency::Lapsed)),
            "{as_of}"
        );
    }
    // Whose target is there is not asked about, however that is known: only the notice is.
    let moved: [fn(&mut World); 2] = [
        |w| {
            w.report(StepKind::Order, Progress::Done, "2026-11-27");
            w.tables.progress[0].date = None;
        },
        |w| {
            w.add(2, |ours| {
                ours.channel = Some(Channel::Own);
                ours.term_start = Some(day("2026-11-27"));
                ours.term_end = Some(TermEnd(day("2027-11-26")));
            });
        },
    ];
    for change in moved {
        let (there, end_source) = on("2026-12-01", change);
        assert_eq!(there.action, Action::Move, "{:?}", there.reasons);
        assert_ne!(there.next_step, Some(StepKind::Order));
        assert!(end_source.is_some());
    }
    // An agreement does not renew by itself, whatever an export says of that, or does not say.
    let otherwise: [fn(&mut World); 2] = [|w| w.first().auto_renew = None, |w| w.first().auto_renew = Some(true)];
    for change in otherwise {
        assert_eq!(on("2026-12-01", change).0.reasons, [Reason::EndUnknown]);
    }
    // That it is set to cancel is no notice of an agreement either.
    let (set, _) = on("2026-12-01", |w| {
        w.first().end_instruction = Some(EndInstruction::Cancel)
    });
    assert_eq!(set.reasons, [Reason::EndUnknown]);
    // With notice, or seen in its grace, it has lapsed.
    let known: [fn(&mut World); 2] = [
        |w| w.report(StepKind::EndSource, Progress::Done, "2026-10-30"),
        |w| w.first().state = Some(State::Expired),
    ];
    for change in known {
        let (lapsed, _) = on("2026-12-01", change);
        assert_eq!(
            (lapsed.action, lapsed.move_date, lapsed.window_closes),
            (Action::Move, Some(day("2026-12-01")), Some(day("2027-02-28"))),
            "{:?}",
            lapsed.reasons
        );
    }
    // What is ordered is still paid for twice until the notice is given.
    let (ordered, end_source) = on("2026-12-01", |w| {
        w.report(StepKind::Order, Progress::Done, "2026-11-26")
    });
    assert_eq!(
        (ordered.action, ordered.end_source, ordered.urgency),
        (Action::Move, Some(EndSource::DoNotRenew), Some(Urgency::Late))
    );
    assert!(end_source.is_some_and(|step| step.detail.contains("give notice")));
    // What nobody can give notice of has its grace as before.
    let (value, _) = on("2026-12-01", |w| w.first().channel = Some(Channel::OpenValue));
    assert_eq!(value.action, Action::Move);
}
