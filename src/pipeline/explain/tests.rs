//! Explanations of all samples are what the plan says.

use std::{collections::BTreeMap, path::Path};

use super::{
    super::{Exports, Night, References},
    *,
};
use crate::{
    config::Config,
    plan::{Answer as Tried, Part as RulePart, Plan},
    read::Input,
    recognise::{self, Context, Recognised},
    rules::{Calendars, shift},
    write::Reports,
};

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Every subscription of the samples with its row and its trail; and the plan without them.
fn samples(as_of: NaiveDate, check: impl FnOnce(&Plan, &Plan, Vec<Trail>, &References, &Calendars, Vec<Subscription>)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let config = Config::load(Some(&folder.join("seatshift.toml")), Path::new("")).unwrap();
    let exports = [folder.join("exports").to_str().unwrap().to_owned()];
    let request = Request {
        exports: &exports,
        config: &config,
        as_of,
        target: None,
        strict: false,
        previous: Default::default(),
        reports: Reports::none(),
        night: Night::default(),
    };
    let references = References::load(&config, as_of).unwrap();
    let exports = Exports::of(&request).unwrap();
    let (recognised, ()) = references.recognise(&request, exports, &(), plainly);
    let calendars = references.calendars(&config);
    let context = planning(&request, &references, &calendars);
    let plain = plan::plan(recognised.subscriptions.clone(), &recognised.customers, &context);
    let subscriptions = recognised.subscriptions.clone();
    let (planned, trails) = plan::plan_and_tell(recognised.subscriptions, &recognised.customers, &context, &|_| true);
    check(&plain, &planned, trails, &references, &calendars, subscriptions);
}

fn plainly(inputs: &[Input], context: &Context<'_>) -> (Recognised, ()) {
    (recognise::recognise(inputs, context), ())
}

/// The value of a sum over days that have names already.
fn value(sum: &str, days: &BTreeMap<&str, NaiveDate>, calendar: &Calendar, for_moves: bool) -> NaiveDate {
    let sum = sum.trim();
    let of = |sum: &str| value(sum, days, calendar, for_moves);
    if let Some(inner) = sum.strip_prefix("prev(").and_then(|rest| rest.strip_suffix(')')) {
        return if for_moves {
            calendar.prev_move(of(inner))
        } else {
            calendar.prev(of(inner))
        };
    }
    if let Some(inner) = sum.strip_prefix("next(").and_then(|rest| rest.strip_suffix(')')) {
        return if for_moves {
            calendar.next_move(of(inner))
        } else {
            calendar.next(of(inner))
        };
    }
    if let Some((one, other)) = sum.strip_prefix("later of ").and_then(|rest| rest.split_once(" and ")) {
        return of(one).max(of(other));
    }
    if let Some(day) = days.get(sum) {
        return *day;
    }
    let at = sum.rfind(['+', '-']).unwrap_or_else(|| panic!("`{sum}` is no sum"));
    let (rest, number) = sum.split_at(at);
    let number: i64 = number
        .replace(' ', "")
        .parse()
        .unwrap_or_else(|_| panic!("`{sum}` is no sum"));
    shift(of(rest), number)
}

#[test]
fn explaining_changes_nothing_and_every_reason_has_its_rule() {
    for as_of in ["2026-11-21", "2026-12-24", "2027-02-15"] {
        samples(on(as_of), |plain, planned, trails, _, _, _| {
            assert!(planned.rows.len() > 150);
            assert_eq!(trails.len(), planned.rows.len());
            for (a, b) in plain.rows.iter().zip(&planned.rows) {
                assert_eq!((&a.subscription.id, &a.decision), (&b.subscription.id, &b.decision));
            }
            let trails: BTreeMap<&Id, &Trail> = trails.iter().map(|trail| (&trail.id, trail)).collect();
            for row in &planned.rows {
                let (id, decision) = (&row.subscription.id, &row.decision);
                let tried = &trails[id].tried;
                for reason in decision.reasons.iter() {
                    let rule = tried.iter().find(|tried| tried.rule == reason.as_str()).unwrap();
                    assert!(
                        rule.answer == Tried::Matched && rule.on_the_row,
                        "{id} {reason}: {rule:?}"
                    );
                    assert!(!rule.why.is_empty(), "{id} {reason}");
                }
                for rule in tried.iter().filter(|tried| tried.on_the_row) {
                    assert!(
                        decision.reasons.iter().any(|reason| reason.as_str() == rule.rule),
                        "{id} {rule:?}"
                    );
                }
                // What matched and is not on the row is weaker than the action.
                let stronger = tried.iter().filter(|rule| {
                    let reason = rule.rule.parse::<crate::plan::Reason>().ok();
                    rule.part == RulePart::Eligibility
                        && rule.answer == Tried::Matched
                        && !rule.on_the_row
                        && reason.is_some_and(|reason| reason.kind() == Action::Review)
                });
                if decision.action == Action::Review {
                    assert_eq!(stronger.count(), 0, "{id}");
                }
                let mapping = trails[id].mapping.as_ref();
                if decision.mapping.is_some() {
                    assert_eq!(decision.mapping, mapping.map(|mapping| mapping.kind), "{id}");
                    let mapping = mapping.unwrap();
                    assert!(!mapping.evidence.is_empty(), "{id}");
                    let orders = decision.route == Some(Route::NewSubscription) && !decision.targets.is_empty();
                    assert!(
                        !orders || mapping.considered.iter().any(|one| one.taken),
                        "{id} {mapping:?}"
                    );
                }
                let gates = tried.iter().filter(|tried| tried.part == RulePart::Gate).count();
                assert!(gates == 4 || decision.route.is_none(), "{id}");
            }
        });
    }
}

#[test]
fn the_sums_give_the_columns_of_the_plan() {
    for as_of in ["2026-11-21", "2026-12-24", "2027-02-15"] {
        samples(on(as_of), |_, planned, trails, _, calendar, _| {
            let trails: BTreeMap<&Id, &Trail> = trails.iter().map(|trail| (&trail.id, trail)).collect();
            for row in &planned.rows {
                let (id, decision) = (&row.subscription.id, &row.decision);
                let lines = trails[id]
                    .dates
                    .as_ref()
                    .map(|dates| dates.lines.as_slice())
                    .unwrap_or_default();
                let mut days: BTreeMap<&str, NaiveDate> = BTreeMap::new();
                for line in lines {
                    if let Some(sum) = &line.sum
                        && !sum.contains("base's")
                        && !sum.contains("reported")
                    {
                        let for_moves = ["recommended", "move_date"].contains(&line.name);
                        assert_eq!(
                            value(sum, &days, calendar.ours(), for_moves),
                            line.day,
                            "{id} {}: {sum}",
                            line.name
                        );
                    }
                    let given = ["A", "E", "start"].contains(&line.name);
                    assert!(
                        given || line.sum.is_some(),
                        "{id} {}: no sum gives {}",
                        line.name,
                        line.day
                    );
                    days.insert(line.name, line.day);
                }
                for (name, column) in [
                    ("window_opens", decision.window_opens),
                    ("window_closes", decision.window_closes),
                    ("move_date", decision.move_date),
                    ("relationship_by", decision.relationship_by),
                    ("agreement_by", decision.agreement_by),
                    ("request_by", decision.request_by),
                    ("reassign_by", decision.reassign_by),
                    ("end_source_by", decision.end_source_by),
                ] {
                    let told = days.get(name).copied();
                    let sent = name == "request_by" && column.is_none();
                    assert!(told == column || sent, "{id} {name}: {told:?} told, {column:?} planned");
                }
            }
        });
    }
}

#[test]
fn what_hangs_together_is_planned_as_in_the_whole_estate() {
    let as_of = on("2026-11-21");
    samples(as_of, |plain, _, _, references, calendar, subscriptions| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let config = Config::load(Some(&folder.join("seatshift.toml")), Path::new("")).unwrap();
        let request = Request {
            exports: &[],
            config: &config,
            as_of,
            target: None,
            strict: false,
            previous: Default::default(),
            reports: Reports::none(),
            night: Night::default(),
        };
        let customers = {
            let exports = [folder.join("exports").to_str().unwrap().to_owned()];
            let request = Request {
                exports: &exports,
                ..request.clone()
            };
            {
                let exports = Exports::of(&request).unwrap();
                references.recognise(&request, exports, &(), plainly).0.customers
            }
        };
        let context = planning(&request, references, calendar);
        let mut changes = 0;
        for row in plain.rows.iter() {
            let id = &row.subscription.id;
            let alone = plan::decision_alone(id, &subscriptions, &customers, &context).unwrap();
            assert_eq!(alone, row.decision, "{id}");
        }
        // The day that is named is the first on which the whole plan says otherwise.
        for row in plain.rows.iter().step_by(23) {
            let id = &row.subscription.id;
            let what_ifs = plan::what_if(id, &subscriptions, &customers, &context).unwrap();
            let Some((day, then)) = what_ifs.next else { continue };
            let planned_on = |as_of: NaiveDate| {
                let context = plan::Context { as_of, ..context };
                let plan = plan::plan(subscriptions.clone(), &customers, &context);
                let row = plan.rows.into_iter().find(|row| row.subscription.id == *id).unwrap();
                row.decision
            };
            assert_eq!(planned_on(day), *then, "{id} on {day}");
            let before = planned_on(shift(day, -1));
            assert_eq!(
                (before.action, &before.reasons),
                (row.decision.action, &row.decision.reasons),
                "{id}"
            );
            changes += 1;
        }
        assert!(changes > 3);
    });
}
