//! Fourteen nights on end over unchanged facts: a plan may change overnight only for a reason.
//!
//! In: questions that differ in A alone. Between two nights a field may differ where the move follows as-of (`as-soon-as-ready`,
//! before or after) or where a date was crossed; what does not hang on the move date may not differ even then.

use chrono::NaiveDate;
use rayon::prelude::*;
use seatshift::plan::{
    Reason,
    dates::{DateQuery, Dates, Outcome},
};

use crate::{
    World,
    calendar::plus,
    comparable, differing,
    moved::enders,
    plain,
    queries::{Random, WAYS, query, term_ends},
    shown,
};

/// First nights, less E: fourteen nights from here cross every number of the rules.
const STARTS: [i64; 17] = [
    -120, -52, -46, -40, -35, -25, -19, -13, -9, -6, -1, 4, 18, 25, 80, 110, 140,
];

#[test]
fn nothing_changes_overnight_without_a_reason() {
    let worlds = World::all();
    let ends: Vec<NaiveDate> = term_ends().into_iter().step_by(3).collect();
    let (nights, changes, problems) = ends
        .par_iter()
        .map(|term_end| {
            let (mut nights, mut changes, mut problems) = (0_u64, 0_u64, Vec::new());
            let mut random = Random::new(u64::from(term_end.to_epoch_days().unsigned_abs()) << 20);
            for way in WAYS {
                for start in STARTS {
                    let first = query(&mut random, way, *term_end, start);
                    let world = &worlds[random.below(worlds.len() as i64) as usize];
                    let answer = |night: i64| {
                        let query = DateQuery {
                            as_of: plus(first.as_of, night),
                            ..first
                        };
                        let dates = comparable(world.dates(&query));
                        (query, dates)
                    };
                    let mut before = answer(0);
                    for night in 1..14 {
                        let after = answer(night);
                        nights += 1;
                        changes += u64::from(before.1 != after.1);
                        let unexplained = unexplained(world, &before, &after);
                        if !unexplained.is_empty() {
                            problems.push(format!(
                                "{}\n  before: {}\n  after:  {}\n  {}\n",
                                shown(&after.0),
                                shown(&before.1),
                                shown(&after.1),
                                unexplained.join(", ")
                            ));
                        }
                        before = after;
                    }
                }
            }
            (nights, changes, problems)
        })
        .reduce(
            || (0, 0, Vec::new()),
            |mut left, right| {
                left.2.extend(right.2);
                (left.0 + right.0, left.1 + right.1, left.2)
            },
        );
    problems.iter().take(10).for_each(|problem| println!("{problem}"));
    assert_eq!(
        problems.len(),
        0,
        "of {nights} nights, {changes} of which changed something"
    );
    assert!(
        changes > nights / 20 && changes < nights / 2,
        "{changes} changes in {nights} nights do not test much"
    );
}

/// The fields that differ between two nights without a reason.
fn unexplained(world: &World, before: &(DateQuery, Dates), after: &(DateQuery, Dates)) -> Vec<&'static str> {
    let names = differing(&before.1, &after.1);
    if names.is_empty() {
        return names;
    }
    let follows = |dates: &Dates| dates.reasons.has(Reason::AsSoonAsReady);
    let explained = follows(&before.1) || follows(&after.1) || crossed(world, before, after);
    let moves = before.1.outcome == Outcome::Move && after.1.outcome == Outcome::Move;
    let past_end = before.0.as_of == before.0.term_end;
    // Where the move is best on A itself, its deadlines follow A.
    let from_as_of = before.1.window_opens.is_none() && after.1.window_opens.is_none();
    names
        .into_iter()
        .filter(|name| {
            // What has passed its last day to be cancelled on ends by itself.
            let ends_itself = after.1.end_source.is_none();
            let steady = match *name {
                "credit_by" if ends_itself => false,
                "window_opens"
                | "recommended"
                | "relationship_by"
                | "agreement_by"
                | "delegated_rights_by"
                | "vetting_by"
                | "credit_by"
                | "request_by"
                | "approve_by" => moves && !past_end && !from_as_of,
                // After E the window closes with the state; before, nothing moves it.
                "window_closes" => moves && !past_end && before.0.as_of < before.0.term_end,
                _ => false,
            };
            // Before E the source's end changes by a missed window only.
            let end_source = *name == "end_source"
                && moves
                && !past_end
                && !ends_itself
                && !after.1.reasons.has(Reason::WindowMissed);
            steady || end_source || !explained
        })
        .collect()
}

/// Whether the night lies on a date that a rule asks for.
fn crossed(world: &World, before: &(DateQuery, Dates), after: &(DateQuery, Dates)) -> bool {
    let (query, _) = before;
    let (a, b) = (before.0.as_of, after.0.as_of);
    let e = query.term_end;
    let undo = world.settings.undo(query).unwrap_or(0);

    // Days that A itself is compared with.
    let mut days = vec![e, plus(e, -1), plus(e, -30), plus(e, undo)];
    // Until when the data of what may have lapsed are there.
    days.extend([30, 90, 150].map(|days| plus(e, days)));
    // From the last business day before the end on, what renews itself is a risk.
    days.push(enders(query, &world.plain).prev(plus(e, -1)));
    days.extend(query.not_before);
    days.extend(query.wave);
    days.extend(query.term_start);
    days.extend(query.term_start.map(|start| plus(start, undo - 1)));
    for dates in [&before.1, &after.1] {
        days.extend(
            [
                dates.window_opens,
                dates.window_closes,
                dates.relationship_by,
                dates.agreement_by,
                dates.delegated_rights_by,
                dates.vetting_by,
                dates.credit_by,
                dates.request_by,
                dates.approve_by,
                dates.reassign_by,
                dates.end_source_by,
                dates.cancel_extended_by,
                dates.undo_renewal_by,
                dates.move_date,
                dates.verify_again,
                dates.verify_last,
            ]
            .into_iter()
            .flatten(),
        );
    }
    if days.contains(&a) || days.contains(&b) {
        return true;
    }

    // Days that the first possible day is compared with, it or the next business day.
    let mut limits: Vec<NaiveDate> = [30, 90, 120, 150].map(|days| plus(e, days)).into();
    limits.extend(query.not_before);
    limits.extend(query.wave);
    for dates in [&before.1, &after.1] {
        limits.extend([dates.recommended, dates.window_closes].into_iter().flatten());
    }
    let ready = [&before.0, &after.0].map(|query| plain::ready(query, &world.settings));
    let later = ready.map(|day| world.plain.ours.next_move(day));
    limits
        .iter()
        .any(|limit| [ready, later].iter().any(|[a, b]| a <= limit && limit < b))
}
