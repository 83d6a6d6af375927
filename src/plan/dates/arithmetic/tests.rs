//! Every date that is decided has a sum that gives it.

use super::*;
use crate::{
    config::RuleSettings,
    plan::dates::{Gates, Outcome, Steps, dates},
    recognise::tables::{CalendarDay, CalendarKind},
};

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    let day = |date: &str, kind| CalendarDay {
        date: on(date),
        country: None,
        kind,
        name: "".into(),
        yearly: false,
    };
    Calendar::new(
        &[
            day("2027-01-28", CalendarKind::Holiday),
            day("2027-01-26", CalendarKind::Blackout),
            day("2027-02-01", CalendarKind::Holiday),
        ],
        None,
    )
}

/// Every date of an answer that the sums must tell, by the name of its line.
fn decided(dates: &Dates) -> [(&'static str, Option<NaiveDate>); 16] {
    [
        ("window_opens", dates.window_opens),
        ("window_closes", dates.window_closes),
        ("recommended", dates.recommended),
        ("move_date", dates.move_date),
        ("relationship_by", dates.relationship_by),
        ("agreement_by", dates.agreement_by),
        ("delegated_rights_by", dates.delegated_rights_by),
        ("vetting_by", dates.vetting_by),
        ("credit_by", dates.credit_by),
        ("approve_by", dates.approve_by),
        ("reassign_by", dates.reassign_by),
        ("end_source_by", dates.end_source_by),
        ("cancel_extended_by", dates.cancel_extended_by),
        ("verify_again", dates.verify_again),
        ("verify_last", dates.verify_last),
        ("undo_renewal_by", dates.undo_renewal_by),
    ]
}

/// Queries over all channels, routes, states, settings and gates, around one term end.
fn queries() -> impl Iterator<Item = DateQuery> {
    let term_end = on("2027-01-31");
    let channels = Channel::ALL.iter().filter(|channel| **channel != Channel::Own);
    let routes = [Route::Transfer, Route::NewSubscription, Route::ChannelTransfer];
    let states = [
        None,
        Some(State::Expired),
        Some(State::Suspended),
        Some(State::Extended),
    ];
    let ends = [
        (None, None),
        (Some(true), None),
        (Some(false), None),
        (Some(true), Some(EndInstruction::Cancel)),
        (Some(false), Some(EndInstruction::Extended)),
    ];
    let all = channels.flat_map(move |&channel| {
        routes.into_iter().flat_map(move |route| {
            states.into_iter().flat_map(move |state| {
                ends.into_iter().flat_map(move |(auto_renew, end_instruction)| {
                    (-120_i64..=200).step_by(9).map(move |days| DateQuery {
                        as_of: shift(term_end, days),
                        channel,
                        country: None,
                        short_grace: false,
                        route,
                        state,
                        term_start: Some(shift(term_end, -364)),
                        term_end,
                        auto_renew,
                        end_instruction,
                        reassign: false,
                        missing: Gates::default(),
                        transfer_requested: false,
                        request_sent: None,
                        settled_on: None,
                        verified_on: None,
                        undone_on: None,
                        ended_on: None,
                        done: Steps::default(),
                        requested: Steps::default(),
                        not_before: None,
                        wave: None,
                    })
                })
            })
        })
    });
    all.flat_map(|query| {
        let gates = Gates {
            relationship: true,
            agreement: true,
            delegated_rights: true,
            vetting: query.reassign,
        };
        let lately = shift(query.as_of, -3);
        [
            query,
            DateQuery {
                missing: gates,
                reassign: true,
                ..query
            },
            DateQuery {
                missing: Gates { vetting: true, ..gates },
                term_start: None,
                not_before: Some(shift(query.term_end, -2)),
                ..query
            },
            DateQuery {
                term_start: Some(lately),
                transfer_requested: true,
                reassign: true,
                ..query
            },
            DateQuery {
                transfer_requested: true,
                request_sent: Some(shift(query.as_of, -20)),
                missing: gates,
                ..query
            },
            DateQuery {
                settled_on: Some(shift(query.as_of, -4)),
                undone_on: Some(shift(query.as_of, -2)),
                done: [StepKind::Order, StepKind::ApproveTransfer, StepKind::UndoRenewal]
                    .into_iter()
                    .collect(),
                ..query
            },
            DateQuery {
                settled_on: Some(shift(query.as_of, -4)),
                done: [StepKind::Order, StepKind::ApproveTransfer].into_iter().collect(),
                reassign: true,
                ..query
            },
        ]
    })
}

#[test]
fn every_date_has_a_sum_that_gives_it() {
    let calendar = calendar();
    let mut told = 0_u64;
    let mut moves = 0_u64;
    for asap in [false, true] {
        let settings = RuleSettings {
            mosa_asap: asap,
            ..RuleSettings::default()
        };
        let rules = Rules::load(&settings).unwrap();
        for query in queries() {
            let dates = dates(&query, &rules, &calendar, &calendar);
            let sums = arithmetic(&query, &dates, (&rules, &calendar, &calendar), &[]);
            moves += u64::from(dates.outcome == Outcome::Move);
            for (name, day) in decided(&dates) {
                let line = sums.lines.iter().find(|line| line.name == name);
                let Some(day) = day else {
                    assert!(line.is_none(), "{query:?}: {name} is told and was not decided");
                    continue;
                };
                let line = line.unwrap_or_else(|| panic!("{query:?}: {name} {day} is not told"));
                assert!(
                    line.day == day && line.sum.is_some(),
                    "{query:?}: {name} {day}: {line:?}"
                );
                told += 1;
                for skipped in &line.skipped {
                    assert_eq!(closed(&calendar, skipped.day), Some(skipped.why), "{query:?} {line:?}");
                }
            }
        }
    }
    assert!(moves > 10_000 && told > 100_000, "{moves} moves, {told} dates");
}

#[test]
fn sums_are_written_as_the_tables_write_them() {
    let (rules, calendar) = (Rules::embedded().unwrap(), calendar());
    let query = DateQuery {
        as_of: on("2026-11-21"),
        missing: Gates {
            relationship: true,
            vetting: true,
            ..Gates::default()
        },
        ..queries()
            .find(|query| query.channel == Channel::WebDirect && query.route == Route::NewSubscription)
            .unwrap()
    };
    let dates = dates(&query, &rules, &calendar, &calendar);
    let sums = arithmetic(&query, &dates, (&rules, &calendar, &calendar), &[]);
    let of = |name: &str| {
        let line = sums.lines.iter().find(|line| line.name == name).unwrap();
        (line.day.to_string(), line.sum.clone().unwrap_or_default())
    };
    for (name, day, sum) in [
        ("window_opens", "2027-01-24", "E-7"),
        ("recommended", "2027-01-27", "prev(E-3)"),
        ("ready", "2026-12-01", "A+10"),
        ("move_date", "2027-01-27", "recommended"),
        ("relationship_by", "2027-01-13", "prev(recommended - 14)"),
        ("vetting_by", "2026-12-28", "prev(recommended - 30)"),
        ("end_source_by", "2027-01-29", "prev(E-1)"),
        ("verify_again", "2027-02-02", "next(E+1)"),
        ("verify_last", "2027-02-05", "prev(E+7)"),
    ] {
        assert_eq!(of(name), (day.to_owned(), sum.to_owned()), "{name}");
    }
    let ready = sums.lines.iter().find(|line| line.name == "ready").unwrap();
    let keys: Vec<NumberFrom> = ready.numbers.iter().map(|number| number.from).collect();
    assert_eq!(
        keys,
        [
            NumberFrom::Setting("rules.least.relationship"),
            NumberFrom::Setting("rules.least.vetting")
        ]
    );
    let recommended = sums.lines.iter().find(|line| line.name == "recommended").unwrap();
    assert_eq!(
        recommended.skipped,
        [Skipped {
            day: on("2027-01-28"),
            why: Closed::Holiday
        }]
    );
}
