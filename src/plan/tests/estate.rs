//! Subscriptions to each other: add-ons and bases, waves, what a tenant may hold.

use super::*;

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
        w.first().base_id = Some(id(2).into());
        w.add(2, |other| other.base_id = Some(id(1).into()));
    });
    for number in [1, 2] {
        assert_eq!(decision_of(&plan, number).reasons, [Reason::AddonWithoutBase]);
    }
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
        decision_of(&plan, 2).reasons.has(Reason::SeatMinimum)
    };
    assert!(with(4) && !with(5));
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
            let waits = |number: &u8| decision_of(&plan, *number).reasons.has(Reason::Wave);
            let waiting: Vec<u8> = (1..=9).filter(waits).collect();
            assert_eq!(waiting.len() as u32, 9 - safe, "{about}: {waiting:?}");
            assert!(!waiting.contains(&9), "{about}: what stops is in the first wave");
            for number in 1..=9 {
                let decision = decision_of(&plan, number);
                assert_eq!(decision.action, Action::Move, "{about}: {:?}", decision.reasons);
                // What nothing bridges is told to miss its window.
                let missed = matches!(channel, Channel::Ea | Channel::OpenValue) && waits(&number);
                assert_eq!(decision.reasons.has(Reason::WindowMissed), missed, "{about}");
                assert!(!decision.reasons.has(Reason::ServiceStops), "{about}");
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
    assert!((1..=2).all(|number| !decision_of(&plan, number).reasons.has(Reason::Wave)));
}

#[test]
fn an_addon_follows_its_base_into_a_later_wave() {
    let plan = plan_with(|w| {
        w.config.rules.numbers.insert("doubled_subscriptions", 2);
        w.add(2, |_| {});
        w.add(3, |_| {});
        w.add(4, |addon| {
            addon.offer_mut().offer_id = Some(COPILOT.into());
            addon.base_id = Some(id(3).into());
        });
    });
    let (base, addon) = (decision_of(&plan, 3), decision_of(&plan, 4));
    assert!(base.reasons.has(Reason::Wave), "{:?}", base.reasons);
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
    let together = |plan: &Plan, number: u8| decision_of(plan, number).reasons.has(Reason::SeatCapTogether);
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
fn a_base_of_ours_that_is_deleted_holds_no_addon() {
    let with_base = |state: State| {
        let plan = plan_with(|w| {
            w.first().base_id = Some(id(2).into());
            w.add(2, |base| {
                (base.channel, base.state) = (Some(Channel::Own), Some(state));
            });
        });
        decision_of(&plan, 1).action
    };
    assert_eq!(with_base(State::Active), Action::Move);
    assert_eq!(with_base(State::Deleted), Action::Review);
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
        assert!(!decision.reasons.has(Reason::Wave), "{:?}", decision.reasons);
        assert!(decision_of(&plan, 6).reasons.has(Reason::Wave));
    }
    assert!(decision_of(&of(|_| {}), 7).reasons.has(Reason::Wave));
}
