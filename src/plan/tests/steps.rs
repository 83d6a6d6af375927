//! What the steps of a plan say.

use super::*;

#[test]
fn a_request_takes_only_so_many_subscriptions() {
    let plan = plan_with(|w| {
        transferable(w);
        for number in 2..=52 {
            w.add(number, |s| {
                s.channel = Some(Channel::Csp);
                s.seller_id = Some(id(80).into());
                s.seats = Some(Seats(1));
            });
        }
        w.add(53, |s| {
            s.channel = Some(Channel::Csp);
            s.seller_id = Some(id(81).into());
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
