//! Days worked out by hand from the rules, for each row of the windows, each way of missing one, and each end of a term.
//!
//! In: a question, and the answer in words with literal days. Both implementations must give it. Where nothing else is said A is
//! Saturday 2026-11-21, nothing is missing or done, and the term began a year before E.

use chrono::NaiveDate;
use seatshift::{
    plan::dates::{DateQuery, Dates, Gates, Outcome, Steps},
    recognise::tables::{CalendarDay, CalendarKind},
    terms::{Channel, EndInstruction, Route, State, StepKind},
};

use crate::{
    World,
    calendar::plus,
    comparable,
    numbers::Numbers,
    plain,
    queries::{CalendarTable, days},
};

const CSP: Channel = Channel::Csp;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An active subscription that renews itself, bought there and ending then.
fn new(channel: Channel, term_end: &str) -> DateQuery {
    DateQuery {
        as_of: day("2026-11-21"),
        channel,
        country: None,
        short_grace: false,
        route: Route::NewSubscription,
        state: Some(State::Active),
        term_start: Some(plus(day(term_end), -364)),
        term_end: day(term_end),
        auto_renew: Some(true),
        end_instruction: None,
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
    }
}

fn transfer(term_end: &str) -> DateQuery {
    DateQuery {
        route: Route::Transfer,
        ..new(CSP, term_end)
    }
}

/// The same on another day.
fn on(as_of: &str, query: DateQuery) -> DateQuery {
    DateQuery {
        as_of: day(as_of),
        ..query
    }
}

/// The same for a term of three years that began before the extended service term was invented.
fn exempt(query: DateQuery) -> DateQuery {
    DateQuery {
        term_start: Some(day("2024-03-02")),
        ..query
    }
}

/// The same with auto-renew off.
fn off(query: DateQuery) -> DateQuery {
    DateQuery {
        auto_renew: Some(false),
        ..query
    }
}

fn state(state: State, query: DateQuery) -> DateQuery {
    DateQuery {
        state: Some(state),
        ..query
    }
}

fn told_to(instruction: EndInstruction, query: DateQuery) -> DateQuery {
    DateQuery {
        end_instruction: Some(instruction),
        ..query
    }
}

fn reassign(query: DateQuery) -> DateQuery {
    DateQuery {
        reassign: true,
        ..query
    }
}

fn not_before(base: &str, query: DateQuery) -> DateQuery {
    DateQuery {
        not_before: Some(day(base)),
        ..query
    }
}

fn wave(room: &str, query: DateQuery) -> DateQuery {
    DateQuery {
        wave: Some(day(room)),
        ..query
    }
}

fn done(steps: &[StepKind], query: DateQuery) -> DateQuery {
    DateQuery {
        done: steps.iter().copied().collect(),
        ..query
    }
}

fn vetting(query: DateQuery) -> DateQuery {
    DateQuery {
        missing: Gates {
            vetting: true,
            ..Gates::default()
        },
        ..query
    }
}

fn all_gates(query: DateQuery) -> DateQuery {
    let missing = Gates {
        relationship: true,
        agreement: true,
        delegated_rights: true,
        vetting: true,
    };
    DateQuery { missing, ..query }
}

/// What an answer says, field by field, less what is none.
fn told(dates: &Dates) -> String {
    let mut words = vec![match dates.outcome {
        Outcome::Move => dates.urgency.to_string(),
        Outcome::TransferMissed => "missed".to_owned(),
        Outcome::Review(reason) => reason.to_string(),
    }];
    let mut say = |name: &str, day: Option<NaiveDate>| {
        if let Some(day) = day {
            words.push(format!("{name} {day}"));
        }
    };
    say("recommended", dates.recommended);
    say("move", dates.move_date);
    say("opens", dates.window_opens);
    say("closes", dates.window_closes);
    say("relationship", dates.relationship_by);
    say("agreement", dates.agreement_by);
    say("rights", dates.delegated_rights_by);
    say("vetting", dates.vetting_by);
    say("credit", dates.credit_by);
    say("request", dates.request_by);
    say("approve", dates.approve_by);
    say("reassign", dates.reassign_by);
    if let Some(end) = dates.end_source {
        say(end.as_str(), dates.end_source_by.or(Some(NaiveDate::MAX)));
    }
    say("cancel-extended", dates.cancel_extended_by);
    say("verify", dates.verify_again);
    say("undo", dates.undo_renewal_by);
    if dates.outcome == Outcome::Move {
        words.push(format!("overlap {}", dates.overlap_days));
    }
    words.extend(dates.reasons.iter().map(|reason| reason.to_string()));
    words.join(", ").replace(&format!(" {}", NaiveDate::MAX), "")
}

/// A calendar with holidays and a stretch in which nothing may move.
fn world(blackout: Option<(&str, &str)>, settings: Numbers) -> World {
    let row = |date, kind| CalendarDay {
        date,
        country: None,
        kind,
        name: "".into(),
        yearly: false,
    };
    let holidays = ["2026-12-24", "2026-12-25", "2026-12-26", "2027-01-01"];
    let mut table: Vec<_> = holidays.map(|date| row(day(date), CalendarKind::Holiday)).into();
    if let Some((first, last)) = blackout {
        table.extend(
            days(day(first), day(last))
                .into_iter()
                .map(|date| row(date, CalendarKind::Blackout)),
        );
    }
    World::new(
        &CalendarTable {
            days: table,
            home: None,
        },
        None,
        settings,
    )
}

/// Both implementations must tell each of these.
fn hold(world: &World, examples: &[(&str, DateQuery, &str)]) {
    let mut wrong = Vec::new();
    for (what, query, expected) in examples {
        let product = world.dates(query);
        let plain = plain::plain_dates(query, &world.plain, &world.settings);
        for (who, answer) in [("product", product), ("plain", plain)] {
            let told = told(&comparable(answer));
            if told != *expected {
                wrong.push(format!("{what}\n  by hand: {expected}\n  {who}: {told}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_row_of_the_windows() {
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "a transfer: the last day is Saturday 23 January, the request goes before Christmas",
                transfer("2027-01-31"),
                "planned, recommended 2027-01-22, move 2027-01-22, opens 2026-12-24, closes 2027-01-23, request 2026-12-23, \
             approve 2027-01-23, transfer, overlap 0",
            ),
            (
                "the extended term applies: three days before the end is a Saturday",
                new(CSP, "2026-12-15"),
                "planned, recommended 2026-12-11, move 2026-12-11, opens 2026-12-08, closes 2026-12-14, \
             cancel-at-term-end 2026-12-14, verify 2026-12-16, overlap 5",
            ),
            (
                "exempt from it: the eve of the end is a Sunday",
                exempt(new(CSP, "2027-03-01")),
                "planned, recommended 2027-02-26, move 2027-02-26, opens 2027-02-22, closes 2027-03-31, \
             auto-renew-off 2027-02-26, verify 2027-03-02, overlap 4",
            ),
            (
                "before new commerce: as if exempt",
                new(Channel::CspLegacy, "2027-03-01"),
                "planned, recommended 2027-02-26, move 2027-02-26, opens 2027-02-22, closes 2027-03-31, \
             auto-renew-off 2027-02-26, verify 2027-03-02, overlap 4",
            ),
            (
                "the older online agreement: cancelled the day after the move, for a credit",
                new(Channel::WebDirectMosa, "2026-12-31"),
                "planned, recommended 2026-12-28, move 2026-12-28, opens 2026-12-24, closes 2026-12-30, credit 2026-12-21, \
             cancel 2026-12-29, verify 2027-01-04, overlap 2",
            ),
            (
                "the same with licences to reassign first",
                reassign(new(Channel::WebDirectMosa, "2026-12-31")),
                "planned, recommended 2026-12-28, move 2026-12-28, opens 2026-12-24, closes 2026-12-30, credit 2026-12-21, \
             reassign 2026-12-29, cancel 2026-12-30, verify 2027-01-04, overlap 3",
            ),
            (
                "an Enterprise Agreement: three days before the end is a Sunday",
                new(Channel::Ea, "2027-06-30"),
                "planned, recommended 2027-06-25, move 2027-06-25, opens 2027-06-23, closes 2027-06-30, \
             do-not-renew 2027-05-31, verify 2027-07-01, overlap 6",
            ),
            (
                "a channel transfer: alike",
                DateQuery {
                    route: Route::ChannelTransfer,
                    ..new(Channel::Ea, "2027-06-30")
                },
                "planned, recommended 2027-06-25, move 2027-06-25, opens 2027-06-23, closes 2027-06-30, \
             do-not-renew 2027-05-31, verify 2027-07-01, overlap 6",
            ),
            (
                "in the extended term already: on the next business day",
                state(State::Extended, new(CSP, "2026-10-31")),
                "lapsed, recommended 2026-11-23, move 2026-11-23, cancel 2026-11-24, overlap 2, as-soon-as-ready",
            ),
            (
                "in it because the export is older than that",
                off(new(CSP, "2026-10-31")),
                "lapsed, recommended 2026-11-23, move 2026-11-23, cancel 2026-11-24, overlap 2, as-soon-as-ready",
            ),
        ],
    );
}

#[test]
fn the_extended_term_applies_from_its_days_on() {
    let from = |start: &str, end: &str| {
        on(
            "2026-03-02",
            DateQuery {
                term_start: Some(day(start)),
                ..new(CSP, end)
            },
        )
    };
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "ends a day before it",
                from("2025-05-04", "2026-05-03"),
                "planned, recommended 2026-04-30, move 2026-04-30, opens 2026-04-26, closes 2026-06-02, \
             auto-renew-off 2026-05-01, verify 2026-05-04, overlap 4",
            ),
            (
                "ends on its first day",
                from("2025-05-05", "2026-05-04"),
                "planned, recommended 2026-05-01, move 2026-05-01, opens 2026-04-27, closes 2026-05-03, \
             cancel-at-term-end 2026-05-01, verify 2026-05-05, overlap 4",
            ),
            (
                "began a day too early",
                from("2025-03-31", "2026-05-04"),
                "planned, recommended 2026-05-01, move 2026-05-01, opens 2026-04-27, closes 2026-06-03, \
             auto-renew-off 2026-05-01, verify 2026-05-05, overlap 4",
            ),
            (
                "began on the first day",
                from("2025-04-01", "2026-05-04"),
                "planned, recommended 2026-05-01, move 2026-05-01, opens 2026-04-27, closes 2026-05-03, \
             cancel-at-term-end 2026-05-01, verify 2026-05-05, overlap 4",
            ),
            (
                "nobody knows when it began",
                DateQuery {
                    term_start: None,
                    ..from("2025-04-01", "2026-05-04")
                },
                "planned, recommended 2026-05-01, move 2026-05-01, opens 2026-04-27, closes 2026-05-03, \
             cancel-at-term-end 2026-05-01, verify 2026-05-05, overlap 4",
            ),
        ],
    );
}

#[test]
fn the_best_day_gives_way() {
    let christmas = new(CSP, "2026-12-29");
    let settings = Numbers::default;
    hold(
        &world(Some(("2026-12-15", "2026-12-26")), settings()),
        &[(
            "to a later one in the window",
            christmas,
            "planned, recommended 2026-12-28, move 2026-12-28, opens 2026-12-22, closes 2026-12-28, \
         cancel-at-term-end 2026-12-28, verify 2026-12-30, overlap 2",
        )],
    );
    hold(
        &world(Some(("2026-12-15", "2026-12-31")), settings()),
        &[(
            "to the last one before the window; people work, so the source's end does not give way",
            christmas,
            "planned, recommended 2026-12-14, move 2026-12-14, opens 2026-12-22, closes 2026-12-28, \
         cancel-at-term-end 2026-12-28, verify 2026-12-30, overlap 16, early",
        )],
    );
    hold(
        &world(Some(("2026-11-21", "2026-12-31")), settings()),
        &[(
            "to none of 31 days before the window",
            christmas,
            "planned, recommended 2026-12-26, move 2026-12-26, opens 2026-12-22, closes 2026-12-28, \
         cancel-at-term-end 2026-12-28, verify 2026-12-30, overlap 4, no-business-day",
        )],
    );
    hold(
        &world(Some(("2026-11-22", "2026-12-31")), settings()),
        &[(
            "to none but a Saturday",
            christmas,
            "planned, recommended 2026-12-26, move 2026-12-26, opens 2026-12-22, closes 2026-12-28, \
         cancel-at-term-end 2026-12-28, verify 2026-12-30, overlap 4, no-business-day",
        )],
    );
    hold(
        &world(Some(("2026-11-24", "2026-12-31")), settings()),
        &[(
            "to one 29 days before the window",
            christmas,
            "planned, recommended 2026-11-23, move 2026-11-23, opens 2026-12-22, closes 2026-12-28, \
         cancel-at-term-end 2026-12-28, verify 2026-12-30, overlap 37, early",
        )],
    );
}

#[test]
fn what_is_missing_sets_deadlines_and_delays() {
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "every gate, for an Enterprise Agreement; March 27 is a Saturday",
                all_gates(reassign(new(Channel::Ea, "2027-06-30"))),
                "planned, recommended 2027-06-25, move 2027-06-25, opens 2027-06-23, closes 2027-06-30, \
             relationship 2027-03-26, agreement 2027-06-18, rights 2027-06-18, vetting 2027-05-26, reassign 2027-06-30, \
             do-not-renew 2027-05-31, verify 2027-07-01, overlap 6",
            ),
            (
                "every gate, for a transfer: before the request, not before the move",
                all_gates(transfer("2027-01-31")),
                "planned, recommended 2027-01-22, move 2027-01-22, opens 2026-12-24, closes 2027-01-23, \
             relationship 2026-12-09, agreement 2026-12-16, vetting 2026-11-23, request 2026-12-23, approve 2027-01-23, \
             transfer, overlap 0",
            ),
            (
                "licences by the end, a Sunday",
                DateQuery {
                    missing: Gates {
                        delegated_rights: true,
                        ..Gates::default()
                    },
                    ..reassign(new(CSP, "2026-12-13"))
                },
                "planned, recommended 2026-12-10, move 2026-12-10, opens 2026-12-06, closes 2026-12-12, rights 2026-12-03, \
             reassign 2026-12-11, cancel-at-term-end 2026-12-11, verify 2026-12-14, overlap 4",
            ),
            (
                "the best day was yesterday: the next business day in the window",
                on("2026-12-01", new(CSP, "2026-12-03")),
                "late, recommended 2026-11-30, move 2026-12-01, opens 2026-11-26, closes 2026-12-02, \
             cancel-at-term-end 2026-12-02, verify 2026-12-04, overlap 3, as-soon-as-ready",
            ),
            (
                "only a week-end is left of the window",
                on("2026-11-28", new(CSP, "2026-11-30")),
                "late, recommended 2026-11-27, move 2026-11-28, opens 2026-11-23, closes 2026-11-29, \
             cancel-at-term-end 2026-11-28, verify 2026-12-01, overlap 3, no-business-day, as-soon-as-ready, \
             auto-renew-risk",
            ),
            (
                "exempt: it slips past the end, auto-renew goes off before",
                on("2026-11-28", exempt(new(CSP, "2026-11-30"))),
                "late, recommended 2026-11-27, move 2026-11-30, opens 2026-11-23, closes 2026-12-30, \
             auto-renew-off 2026-11-27, verify 2026-12-01, overlap 1, as-soon-as-ready, auto-renew-risk",
            ),
        ],
    );
}

#[test]
fn what_is_done_has_no_day() {
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "set to cancel at the term end already",
                told_to(EndInstruction::Cancel, new(CSP, "2026-12-15")),
                "planned, recommended 2026-12-11, move 2026-12-11, opens 2026-12-08, closes 2026-12-14, \
             cancel-at-term-end, verify 2026-12-16, overlap 5",
            ),
            (
                "auto-renew off is no cancellation where the extended term applies",
                off(new(CSP, "2026-12-15")),
                "planned, recommended 2026-12-11, move 2026-12-11, opens 2026-12-08, closes 2026-12-14, \
             cancel-at-term-end 2026-12-14, verify 2026-12-16, overlap 5",
            ),
            (
                "auto-renew off already, exempt",
                off(exempt(new(CSP, "2027-03-01"))),
                "planned, recommended 2027-02-26, move 2027-02-26, opens 2027-02-22, closes 2027-03-31, auto-renew-off, \
             verify 2027-03-02, overlap 4",
            ),
            (
                "the transfer is requested",
                DateQuery {
                    transfer_requested: true,
                    ..transfer("2027-01-31")
                },
                "planned, recommended 2027-01-22, move 2027-01-22, opens 2026-12-24, closes 2027-01-23, approve 2027-01-23, \
             transfer, overlap 0",
            ),
            (
                "and approved",
                done(
                    &[StepKind::RequestTransfer, StepKind::ApproveTransfer],
                    transfer("2027-01-31"),
                ),
                "planned, recommended 2027-01-22, move 2027-01-22, opens 2026-12-24, closes 2027-01-23, transfer, overlap 0",
            ),
            (
                "the source is cancelled, the credit asked for: paid to the end",
                done(
                    &[StepKind::EndSource, StepKind::EnquireCredit],
                    new(Channel::WebDirectMosa, "2026-12-31"),
                ),
                "planned, recommended 2026-12-28, move 2026-12-28, opens 2026-12-24, closes 2026-12-30, cancel, \
             verify 2027-01-04, overlap 4",
            ),
            (
                "the relationship is asked for: no day to ask by, but it is not there yet either",
                DateQuery {
                    missing: Gates {
                        relationship: true,
                        ..Gates::default()
                    },
                    requested: [StepKind::RequestRelationship].into_iter().collect(),
                    ..on("2026-12-01", new(CSP, "2026-12-03"))
                },
                "late, recommended 2026-11-30, move 2026-12-02, opens 2026-11-26, closes 2026-12-02, \
             cancel-at-term-end 2026-12-02, verify 2026-12-04, overlap 2, as-soon-as-ready",
            ),
        ],
    );
}

#[test]
fn a_window_missed() {
    let saturday = new(CSP, "2026-11-21");
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "the extended term: a paid month is cheaper than a year",
                vetting(new(CSP, "2026-11-23")),
                "late, recommended 2026-11-20, move 2026-12-01, opens 2026-11-16, closes 2026-11-22, vetting 2026-10-21, \
             extended-term 2026-11-20, cancel-extended 2026-12-02, overlap 0, as-soon-as-ready, window-missed, \
             auto-renew-risk",
            ),
            (
                "the same, and it stops at the end",
                told_to(EndInstruction::Cancel, vetting(new(CSP, "2026-11-23"))),
                "late, recommended 2026-11-20, move 2026-12-01, opens 2026-11-16, closes 2026-11-22, vetting 2026-10-21, \
             extended-term 2026-11-20, cancel-extended 2026-12-02, overlap 0, as-soon-as-ready, window-missed, \
             service-stops",
            ),
            (
                "the last day, and it renews itself",
                saturday,
                "late, recommended 2026-11-18, move 2026-11-23, opens 2026-11-14, closes 2026-11-20, \
             extended-term 2026-11-20, cancel-extended 2026-11-24, overlap 0, as-soon-as-ready, window-missed, \
             auto-renew-risk",
            ),
            (
                "the last day, set to the extended term, with licences to reassign",
                reassign(told_to(EndInstruction::Extended, saturday)),
                "late, recommended 2026-11-18, move 2026-11-23, opens 2026-11-14, closes 2026-11-20, reassign 2026-11-23, \
             extended-term, cancel-extended 2026-11-24, overlap 0, as-soon-as-ready, window-missed",
            ),
            (
                "an Enterprise Agreement: its grace",
                vetting(new(Channel::Ea, "2026-11-21")),
                "late, recommended 2026-11-18, move 2026-12-01, opens 2026-11-14, closes 2026-11-21, vetting 2026-10-19, \
             do-not-renew 2026-10-22, overlap 0, as-soon-as-ready, window-missed, notice-missed",
            ),
            (
                "only the notice is missed",
                new(Channel::OpenValue, "2026-12-15"),
                "late, recommended 2026-12-11, move 2026-12-11, opens 2026-12-08, closes 2026-12-15, \
             do-not-renew 2026-11-13, verify 2026-12-16, overlap 5, notice-missed",
            ),
            (
                "Sunday's notice is not missed on that Sunday although it was due on Friday",
                on("2026-11-15", new(Channel::OpenValue, "2026-12-15")),
                "planned, recommended 2026-12-11, move 2026-12-11, opens 2026-12-08, closes 2026-12-15, \
             do-not-renew 2026-11-13, verify 2026-12-16, overlap 5",
            ),
            (
                "the older online agreement misses nothing",
                done(&[StepKind::EnquireCredit], new(Channel::WebDirectMosa, "2026-11-21")),
                "late, recommended 2026-11-18, move 2026-11-23, opens 2026-11-14, closes 2026-11-20, cancel 2026-11-24, \
             overlap 2, as-soon-as-ready",
            ),
            (
                "a transfer",
                transfer("2026-11-27"),
                "missed, opens 2026-10-20, closes 2026-11-19",
            ),
            (
                "a transfer by its three days of approval",
                transfer("2026-12-01"),
                "missed, opens 2026-10-24, closes 2026-11-23",
            ),
            (
                "a transfer that is on its way",
                DateQuery {
                    transfer_requested: true,
                    ..transfer("2026-11-27")
                },
                "transfer-pending, opens 2026-10-20, closes 2026-11-19",
            ),
        ],
    );
}

#[test]
fn the_older_online_agreement_at_once() {
    let settings = Numbers {
        mosa_asap: true,
        ..Numbers::default()
    };
    let mosa = |end| done(&[StepKind::EnquireCredit], new(Channel::WebDirectMosa, end));
    hold(
        &world(None, settings),
        &[
            (
                "on the next business day",
                mosa("2026-12-31"),
                "open, recommended 2026-11-23, move 2026-11-23, closes 2026-12-30, cancel 2026-11-24, verify 2027-01-04, \
             overlap 2, as-soon-as-ready",
            ),
            (
                "only a week-end is left",
                mosa("2026-11-23"),
                "open, recommended 2026-11-21, move 2026-11-21, closes 2026-11-22, cancel 2026-11-23, verify 2026-11-24, \
             overlap 3, no-business-day, as-soon-as-ready",
            ),
            (
                "its last day: never missed",
                mosa("2026-11-21"),
                "planned, recommended 2026-11-21, move 2026-11-23, closes 2026-11-20, cancel 2026-11-24, overlap 2, \
             as-soon-as-ready",
            ),
        ],
    );
}

#[test]
fn past_the_end() {
    let credit = |query| done(&[StepKind::EnquireCredit], query);
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "renewed: two days are left to undo it",
                new(CSP, "2026-11-16"),
                "renewed-since-export, opens 2026-11-09, closes 2026-11-15, undo 2026-11-23",
            ),
            (
                "renewed: the last day to undo it",
                new(CSP, "2026-11-14"),
                "renewed-since-export, opens 2026-11-07, closes 2026-11-13, undo 2026-11-21",
            ),
            (
                "renewed: too late to undo it",
                new(CSP, "2026-11-13"),
                "renewed-since-export, opens 2026-11-06, closes 2026-11-12",
            ),
            (
                "a transfer that renewed",
                DateQuery {
                    auto_renew: None,
                    ..transfer("2026-11-13")
                },
                "renewed-since-export, opens 2026-10-06, closes 2026-11-05",
            ),
            (
                "lapsed, service runs for thirty days",
                off(exempt(new(CSP, "2026-11-16"))),
                "lapsed, recommended 2026-11-13, move 2026-11-23, opens 2026-11-09, closes 2026-12-16, overlap 0, \
             as-soon-as-ready",
            ),
            (
                "an Enterprise Agreement after ninety",
                done(&[StepKind::EndSource], off(new(Channel::Ea, "2026-08-15"))),
                "lapsed, recommended 2026-08-12, move 2026-11-23, opens 2026-08-08, closes 2027-01-12, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "an Enterprise Agreement of which no notice is reported: it may go on by the month",
                off(new(Channel::Ea, "2026-08-15")),
                "end-unknown, opens 2026-08-08, closes 2027-01-12",
            ),
            (
                "also where nothing says whether it renews itself",
                new(Channel::Ea, "2026-08-15"),
                "end-unknown, opens 2026-08-08, closes 2027-01-12",
            ),
            (
                "from its first day on",
                off(new(Channel::Ea, "2026-11-20")),
                "end-unknown, opens 2026-11-13, closes 2027-02-18",
            ),
            (
                "unless it is seen in its grace",
                state(State::Expired, off(new(Channel::Ea, "2026-08-15"))),
                "lapsed, recommended 2026-08-12, move 2026-11-23, opens 2026-08-08, closes 2027-01-12, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "Open Value: the last day of service is today, the next business day is after it",
                off(new(Channel::OpenValue, "2026-10-22")),
                "lapsed, recommended 2026-10-19, move 2026-11-23, opens 2026-10-15, closes 2027-02-19, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "suspended",
                DateQuery {
                    auto_renew: None,
                    ..state(State::Suspended, new(CSP, "2026-11-01"))
                },
                "lapsed, recommended 2026-10-29, move 2026-11-23, opens 2026-10-25, closes 2027-03-01, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "cancelled at the term end",
                credit(told_to(EndInstruction::Cancel, new(Channel::WebDirect, "2026-11-01"))),
                "lapsed, recommended 2026-10-29, move 2026-11-23, opens 2026-10-25, closes 2027-01-30, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "cancelled at the term end, and the data go on Sunday: not on the next business day, but today",
                credit(told_to(EndInstruction::Cancel, new(Channel::WebDirect, "2026-08-24"))),
                "lapsed, recommended 2026-08-21, move 2026-11-21, opens 2026-08-17, closes 2026-11-22, overlap 0, \
             no-business-day, as-soon-as-ready, service-down",
            ),
            (
                "cancelled at the term end, and the data went yesterday",
                credit(told_to(EndInstruction::Cancel, new(Channel::WebDirect, "2026-08-22"))),
                "source-deleted, opens 2026-08-15",
            ),
            (
                "nobody is sure how long MPSA keeps data",
                off(new(Channel::Mpsa, "2026-08-13")),
                "rule-unsure, opens 2026-08-06, closes 2026-11-11",
            ),
            (
                "but not so long",
                off(new(Channel::Mpsa, "2026-07-25")),
                "source-deleted, opens 2026-07-18",
            ),
            (
                "deleted before its end",
                state(State::Deleted, new(CSP, "2026-12-15")),
                "source-deleted, opens 2026-12-08",
            ),
        ],
    );
}

#[test]
fn renewed_lately_and_waiting_for_the_base() {
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "renewed on Wednesday: near the end as usual, three days to undo it",
                DateQuery {
                    term_start: Some(day("2026-11-18")),
                    ..new(Channel::WebDirect, "2027-11-17")
                },
                "planned, recommended 2027-11-12, move 2027-11-12, opens 2027-11-10, closes 2027-11-16, credit 2027-11-05, \
             cancel-at-term-end 2027-11-16, verify 2027-11-18, undo 2026-11-24, overlap 6, renewed-lately",
            ),
            (
                "the last day to undo it",
                DateQuery {
                    term_start: Some(day("2026-11-15")),
                    ..new(Channel::McaE, "2027-11-17")
                },
                "planned, recommended 2027-11-12, move 2027-11-12, opens 2027-11-10, closes 2027-11-16, \
             cancel-at-term-end 2027-11-16, verify 2027-11-18, undo 2026-11-21, overlap 6, renewed-lately",
            ),
            (
                "a day later",
                DateQuery {
                    term_start: Some(day("2026-11-14")),
                    ..new(Channel::McaE, "2027-11-17")
                },
                "planned, recommended 2027-11-12, move 2027-11-12, opens 2027-11-10, closes 2027-11-16, \
             cancel-at-term-end 2027-11-16, verify 2027-11-18, overlap 6",
            ),
            (
                "an add-on waits for its base",
                not_before("2026-12-14", new(CSP, "2026-12-15")),
                "planned, recommended 2026-12-11, move 2026-12-14, opens 2026-12-08, closes 2026-12-14, \
             cancel-at-term-end 2026-12-14, verify 2026-12-16, overlap 2",
            ),
            (
                "but not beyond its window",
                not_before("2026-12-15", new(CSP, "2026-12-15")),
                "addon-without-base, opens 2026-12-08, closes 2026-12-14",
            ),
            (
                "its tenant has room for it within its window",
                wave("2026-12-14", new(CSP, "2026-12-15")),
                "planned, recommended 2026-12-11, move 2026-12-14, opens 2026-12-08, closes 2026-12-14, \
             cancel-at-term-end 2026-12-14, verify 2026-12-16, overlap 2, wave",
            ),
            (
                "only after it: the source goes on in the extended term until then",
                wave("2026-12-16", new(CSP, "2026-12-15")),
                "planned, recommended 2026-12-11, move 2026-12-16, opens 2026-12-08, closes 2026-12-14, \
             extended-term 2026-12-14, cancel-extended 2026-12-17, overlap 0, wave",
            ),
        ],
    );
}

/// A new subscription that was ordered on a day.
fn ordered(on: &str, and: &[StepKind], query: DateQuery) -> DateQuery {
    let steps = and.iter().copied().chain([StepKind::Order]);
    DateQuery {
        settled_on: Some(day(on)),
        done: steps.collect(),
        ..query
    }
}

#[test]
fn the_state_that_was_seen_counts_before_what_was_set() {
    let expired = |end| state(State::Expired, off(new(CSP, end)));
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "seen as ended, and not in the extended term that would follow: nobody promises service, or data after 90 days",
                expired("2026-11-16"),
                "lapsed, recommended 2026-11-13, move 2026-11-23, opens 2026-11-09, closes 2027-02-14, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "later: the same",
                expired("2026-10-01"),
                "lapsed, recommended 2026-09-28, move 2026-11-23, opens 2026-09-24, closes 2026-12-30, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "after that nobody knows",
                expired("2026-08-20"),
                "rule-unsure, opens 2026-08-13, closes 2026-11-18",
            ),
            (
                "nor what it was set to: the export does not show it as that would leave it",
                told_to(EndInstruction::Cancel, expired("2026-08-20")),
                "rule-unsure, opens 2026-08-13, closes 2026-11-18",
            ),
            (
                "the same, reported as set to cancel",
                done(&[StepKind::EndSource], expired("2026-08-20")),
                "rule-unsure, opens 2026-08-13, closes 2026-11-18",
            ),
            ("gone", expired("2026-07-20"), "source-deleted, opens 2026-07-13"),
            (
                "disabled, so that it has not renewed; with the last day of its data",
                state(State::Disabled, new(CSP, "2026-11-01")),
                "lapsed, recommended 2026-10-29, move 2026-11-23, opens 2026-10-25, closes 2027-01-30, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "the same, set to renew",
                told_to(EndInstruction::Renew, state(State::Disabled, new(CSP, "2026-11-01"))),
                "lapsed, recommended 2026-10-29, move 2026-11-23, opens 2026-10-25, closes 2027-01-30, overlap 0, \
             as-soon-as-ready, service-down",
            ),
            (
                "expired inside its term: one of the two is wrong",
                state(State::Expired, new(CSP, "2027-01-31")),
                "state-against-end, opens 2027-01-24, closes 2027-01-30",
            ),
            (
                "disabled inside its term: alike",
                state(State::Disabled, new(CSP, "2027-01-31")),
                "state-against-end, opens 2027-01-24, closes 2027-01-30",
            ),
            (
                "disabled inside its term because it was ended early",
                done(&[StepKind::EndSource], state(State::Disabled, new(CSP, "2027-01-31"))),
                "lapsed, recommended 2026-11-23, move 2026-11-23, cancel-at-term-end, \
             verify 2027-02-01, overlap 0, as-soon-as-ready, service-down",
            ),
            (
                "disabled because it was ended on 11 November: 90 days from then",
                DateQuery {
                    ended_on: Some(day("2026-11-11")),
                    ..done(&[StepKind::EndSource], state(State::Disabled, new(CSP, "2027-01-31")))
                },
                "lapsed, recommended 2026-11-23, move 2026-11-23, closes 2027-02-09, cancel-at-term-end, \
             verify 2027-02-01, overlap 0, as-soon-as-ready, service-down",
            ),
            (
                "ended in the first week of its term: seven days from then, the last of them a Saturday",
                DateQuery {
                    ended_on: Some(day("2026-11-14")),
                    ..done(&[StepKind::EndSource], state(State::Disabled, new(CSP, "2027-11-09")))
                },
                "lapsed, recommended 2026-11-21, move 2026-11-21, closes 2026-11-21, cancel-at-term-end, \
             verify 2027-11-10, overlap 0, no-business-day, as-soon-as-ready, service-down",
            ),
            (
                "the same on the day after",
                DateQuery {
                    ended_on: Some(day("2026-11-13")),
                    ..done(&[StepKind::EndSource], state(State::Disabled, new(CSP, "2027-11-09")))
                },
                "source-deleted",
            ),
            (
                "reported as set to cancel, and too late for its window: service stops unless that is changed",
                DateQuery {
                    missing: Gates {
                        relationship: true,
                        ..Gates::default()
                    },
                    ..on("2026-12-14", done(&[StepKind::EndSource], new(CSP, "2026-12-15")))
                },
                "late, recommended 2026-12-11, move 2026-12-15, opens 2026-12-08, closes 2026-12-14, \
             relationship 2026-11-27, extended-term 2026-12-14, cancel-extended 2026-12-16, verify 2026-12-16, \
             overlap 1, as-soon-as-ready, window-missed, service-stops",
            ),
            (
                "the same after its end: it does not run on, whatever auto-renew says",
                on("2026-12-16", done(&[StepKind::EndSource], off(new(CSP, "2026-12-15")))),
                "lapsed, recommended 2026-12-11, move 2026-12-16, opens 2026-12-08, closes 2027-03-15, \
             overlap 0, as-soon-as-ready, service-down",
            ),
            (
                "the last day of its data is a Saturday",
                state(State::Disabled, new(Channel::WebDirectMosa, "2026-07-24")),
                "lapsed, recommended 2026-07-21, move 2026-11-21, opens 2026-07-17, closes 2026-11-21, \
             overlap 0, no-business-day, as-soon-as-ready, service-down",
            ),
            (
                "its last sure day was yesterday",
                on(
                    "2026-11-22",
                    state(State::Expired, new(Channel::WebDirect, "2026-08-23")),
                ),
                "rule-unsure, opens 2026-08-16, closes 2026-11-21",
            ),
            (
                "the last business day before a week-end on which it renews",
                on("2027-01-29", new(CSP, "2027-01-31")),
                "late, recommended 2027-01-28, move 2027-01-29, opens 2027-01-24, closes 2027-01-30, \
             cancel-at-term-end 2027-01-29, verify 2027-02-01, overlap 3, as-soon-as-ready, auto-renew-risk",
            ),
            (
                "suspended inside its term, on a Monday: what is best every day is not late",
                DateQuery {
                    missing: Gates {
                        relationship: true,
                        ..Gates::default()
                    },
                    ..on("2026-11-23", state(State::Suspended, new(CSP, "2027-01-31")))
                },
                "open, recommended 2026-11-23, move 2026-11-24, closes 2027-01-30, relationship 2026-11-23, \
             cancel-at-term-end 2027-01-29, verify 2027-02-01, overlap 69, as-soon-as-ready, service-down",
            ),
        ],
    );
}

#[test]
fn what_is_ordered_is_verified_on_its_day_and_after_the_end() {
    let moved = ", recommended 2026-11-27, move 2026-11-20, opens 2026-11-23, closes 2026-11-29";
    let source = || new(CSP, "2026-11-30");
    let verified = |on: &str, query| DateQuery {
        verified_on: Some(day(on)),
        ..query
    };
    let both = [StepKind::Verify, StepKind::EndSource];
    let after = |query| DateQuery {
        as_of: day("2026-12-02"),
        ..query
    };
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "yesterday, and nobody has looked",
                ordered("2026-11-20", &[], source()),
                &format!("late{moved}, cancel-at-term-end 2026-11-27, verify 2026-12-01, overlap 11"),
            ),
            (
                "somebody has, which says nothing of the days after the end",
                verified("2026-11-20", ordered("2026-11-20", &[StepKind::Verify], source())),
                &format!("planned{moved}, cancel-at-term-end 2026-11-27, verify 2026-12-01, overlap 11"),
            ),
            (
                "the day after the end has passed",
                after(verified("2026-11-20", ordered("2026-11-20", &both, source()))),
                &format!("late{moved}, verify 2026-12-01, overlap 11"),
            ),
            (
                "nobody says when somebody looked",
                after(ordered("2026-11-20", &both, source())),
                &format!("late{moved}, verify 2026-12-01, overlap 11"),
            ),
            (
                "somebody has looked after the end",
                after(verified("2026-12-01", ordered("2026-11-20", &both, source()))),
                &format!("planned{moved}, overlap 11"),
            ),
        ],
    );
}

#[test]
fn the_older_online_agreement_is_not_cancelled_after_its_end() {
    let mosa = |end| done(&[StepKind::EnquireCredit], new(Channel::WebDirectMosa, end));
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "moved after its end, when it has ended by itself",
                off(mosa("2026-11-21")),
                "late, recommended 2026-11-18, move 2026-11-23, opens 2026-11-14, closes 2026-11-20, overlap 0, \
             as-soon-as-ready",
            ),
            (
                "moved on the eve of its end, a Friday",
                on("2026-11-20", off(mosa("2026-11-21"))),
                "late, recommended 2026-11-18, move 2026-11-20, opens 2026-11-14, closes 2026-11-20, \
             verify 2026-11-23, overlap 2, as-soon-as-ready",
            ),
            (
                "the same, and it renews itself: cancelled on that Friday",
                on("2026-11-20", mosa("2026-11-21")),
                "late, recommended 2026-11-18, move 2026-11-20, opens 2026-11-14, closes 2026-11-20, cancel 2026-11-20, \
             verify 2026-11-23, overlap 1, as-soon-as-ready",
            ),
            (
                "licences on Friday, the end on Sunday",
                reassign(mosa("2026-11-29")),
                "planned, recommended 2026-11-26, move 2026-11-26, opens 2026-11-22, closes 2026-11-28, \
             reassign 2026-11-27, cancel 2026-11-27, verify 2026-11-30, overlap 2",
            ),
        ],
    );
}

#[test]
fn auto_renew_of_an_agreement_is_no_notice() {
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "it is to be given all the same",
                off(new(Channel::Ea, "2027-06-30")),
                "planned, recommended 2027-06-25, move 2027-06-25, opens 2027-06-23, closes 2027-06-30, \
             do-not-renew 2027-05-31, verify 2027-07-01, overlap 6",
            ),
            (
                "and is missed",
                off(new(Channel::OpenValue, "2026-12-15")),
                "late, recommended 2026-12-11, move 2026-12-11, opens 2026-12-08, closes 2026-12-15, \
             do-not-renew 2026-11-13, verify 2026-12-16, overlap 5, notice-missed",
            ),
            (
                "until it is given",
                done(&[StepKind::EndSource], new(Channel::OpenValue, "2026-12-15")),
                "planned, recommended 2026-12-11, move 2026-12-11, opens 2026-12-08, closes 2026-12-15, do-not-renew, \
             verify 2026-12-16, overlap 5",
            ),
        ],
    );
}

#[test]
fn a_renewal_that_was_undone() {
    let undone = |on: Option<&str>, query: DateQuery| {
        let mut steps = query.done;
        steps.insert(StepKind::UndoRenewal);
        DateQuery {
            undone_on: on.map(day),
            done: steps,
            ..query
        }
    };
    let renewed = DateQuery {
        term_start: Some(day("2026-11-18")),
        ..new(CSP, "2027-11-17")
    };
    hold(
        &world(None, Numbers::default()),
        &[
            (
                "its term end says nothing any more",
                undone(None, renewed),
                "renewal-undone",
            ),
            (
                "the export is older than the renewal",
                undone(Some("2026-11-18"), new(CSP, "2026-11-16")),
                "renewal-undone",
            ),
            (
                "that of a year ago is history",
                undone(Some("2025-11-20"), renewed),
                "planned, recommended 2027-11-12, move 2027-11-12, opens 2027-11-10, closes 2027-11-16, \
             cancel-at-term-end 2027-11-16, verify 2027-11-18, undo 2026-11-24, overlap 6, renewed-lately",
            ),
            (
                "once the target was there: the source has ended, which is looked at on Monday",
                undone(Some("2026-11-20"), ordered("2026-11-19", &[StepKind::Verify], renewed)),
                "planned, recommended 2027-11-12, move 2026-11-19, opens 2027-11-10, closes 2027-11-16, \
             verify 2026-11-23, overlap 2",
            ),
        ],
    );
}

#[test]
fn a_last_look_a_week_after_the_end() {
    let usual = world(None, Numbers::default());
    let few = Numbers {
        verify_days: 1,
        ..Numbers::default()
    };
    let few = world(None, few);
    for (what, world, query, last) in [
        ("a Tuesday", &usual, new(CSP, "2026-12-15"), Some("2026-12-22")),
        (
            "a Sunday: the Friday before",
            &usual,
            new(CSP, "2027-01-31"),
            Some("2027-02-05"),
        ),
        (
            "Christmas Day, after its eve: the day before both",
            &usual,
            new(CSP, "2026-12-18"),
            Some("2026-12-23"),
        ),
        (
            "by whichever channel",
            &usual,
            new(Channel::Ea, "2027-06-30"),
            Some("2027-07-07"),
        ),
        (
            "a transfer takes its source along",
            &usual,
            transfer("2027-01-31"),
            None,
        ),
        ("no later than the other look", &few, new(CSP, "2026-12-15"), None),
    ] {
        let last = last.map(day);
        let answer = plain::plain_dates(&query, &world.plain, &world.settings);
        assert_eq!(answer.verify_last, last, "{what}, worked out a second time");
        assert_eq!(world.dates(&query).verify_last, last, "{what}");
    }
}
