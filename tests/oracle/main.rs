//! Windows and dates, decided twice: the product against a second implementation that is slow and plain, and against days
//! worked out by hand. Every term end over eight years, every channel by every route, every distance of as-of at which a rule
//! turns; and fourteen nights on end over unchanged facts.

#![allow(
    clippy::unwrap_used,
    reason = "what a test is made of must be there, or the test fails"
)]

mod calendar;
mod examples;
mod moved;
mod nights;
mod numbers;
mod plain;
mod program;
mod queries;

use std::{collections::BTreeMap, fmt::Write};

use rayon::prelude::*;
use seatshift::{
    plan::dates::{DateQuery, Dates, Outcome, dates},
    rules::{Calendars, Rules},
    terms::{Channel, Country, EndInstruction, Route, State, StepKind, Urgency},
};

use calendar::PlainCalendars;
use numbers::Numbers;
use queries::{CalendarTable, OFFSETS, Random, WAYS, calendars, query, settings, term_ends};

/// What both implementations decide with: one calendar, one set of numbers.
struct World {
    rules: Rules,
    calendars: Calendars,
    plain: PlainCalendars,
    /// Where the customer is whose holidays count for its own steps.
    customers: Option<Country>,
    settings: Numbers,
}

impl World {
    fn new(table: &CalendarTable, customers: Option<Country>, settings: Numbers) -> World {
        World {
            rules: Rules::load(&settings.settings()).unwrap(),
            calendars: Calendars::new(&table.days, table.home, customers.is_some()),
            plain: PlainCalendars::new(&table.days, table.home, customers),
            customers,
            settings,
        }
    }

    /// What the product answers.
    fn dates(&self, query: &DateQuery) -> Dates {
        let theirs = self.calendars.of(self.customers);
        dates(query, &self.rules, self.calendars.ours(), theirs)
    }

    fn all() -> Vec<World> {
        let mut worlds = Vec::new();
        let sweden = Some("SE".parse().unwrap());
        for table in calendars() {
            for settings in settings() {
                worlds.push(World::new(&table, None, settings));
            }
            worlds.push(World::new(&table, sweden, Numbers::default()));
        }
        worlds
    }
}

/// The answers less what nobody asks of a row that does not move: how pressing it is (decided elsewhere) and its best day.
fn comparable(mut dates: Dates) -> Dates {
    if dates.outcome != Outcome::Move {
        dates.urgency = Urgency::Planned;
        dates.recommended = None;
    }
    dates
}

/// The names of the fields in which two answers differ.
fn differing(left: &Dates, right: &Dates) -> Vec<&'static str> {
    let mut names = Vec::new();
    macro_rules! compare {
        ($($field:ident),+ $(,)?) => {
            // Taken apart whole, so that a new field cannot be forgotten here.
            let Dates { $($field: _),+ } = left;
            $(if left.$field != right.$field { names.push(stringify!($field)); })+
        };
    }
    compare!(
        outcome,
        reasons,
        recommended,
        move_date,
        window_opens,
        window_closes,
        relationship_by,
        agreement_by,
        delegated_rights_by,
        vetting_by,
        credit_by,
        request_by,
        approve_by,
        reassign_by,
        end_source,
        end_source_by,
        cancel_extended_by,
        verify_again,
        verify_last,
        undo_renewal_by,
        overlap_days,
        urgency,
    );
    names
}

/// A question or an answer on one line, less what is none.
fn shown(facts: &impl std::fmt::Debug) -> String {
    let text = format!("{facts:?}");
    let fields: Vec<_> = text
        .split(", ")
        .filter(|field| !field.ends_with(": None") && !field.ends_with(": false"))
        .collect();
    fields.join(", ")
}

/// What a run of questions came to.
#[derive(Default)]
struct Tally {
    asked: u64,
    /// Outcomes, reasons, ends of the source and urgencies that were answered, so that the test is known to reach them.
    answers: BTreeMap<String, u64>,
    /// By channel, route and the fields that differ: how often, and the first of them.
    mismatches: BTreeMap<(Channel, Route, String), (u64, String)>,
}

impl Tally {
    fn add(&mut self, query: &DateQuery, product: Dates, plain: Dates) {
        self.asked += 1;
        let mut saw = |what: &str| match self.answers.get_mut(what) {
            Some(times) => *times += 1,
            None => drop(self.answers.insert(what.to_owned(), 1)),
        };
        match plain.outcome {
            Outcome::Move => {
                saw("move");
                saw(plain.urgency.as_str());
                plain.reasons.iter().for_each(|reason| saw(reason.as_str()));
                saw(plain.end_source.map_or("no end of the source", |end| end.as_str()));
            }
            Outcome::TransferMissed => saw("transfer-missed"),
            Outcome::Review(reason) => saw(reason.as_str()),
        }
        let (product, plain) = (comparable(product), comparable(plain));
        if product != plain {
            let what = if product.outcome == plain.outcome {
                differing(&product, &plain).join(", ")
            } else {
                format!("outcome is {:?}, not {:?}", product.outcome, plain.outcome)
            };
            let facts = shown(query);
            let entry = self.mismatches.entry((query.channel, query.route, what)).or_default();
            entry.0 += 1;
            // The plainest question shows best what is wrong.
            if entry.1.is_empty() || facts.len() < entry.1.lines().next().map_or(0, str::len) {
                entry.1 = format!("{facts}\n  product: {}\n  plain:   {}", shown(&product), shown(&plain));
            }
        }
    }

    fn merge(mut self, other: Tally) -> Tally {
        self.asked += other.asked;
        for (what, times) in other.answers {
            *self.answers.entry(what).or_default() += times;
        }
        for (key, (times, text)) in other.mismatches {
            let entry = self.mismatches.entry(key).or_default();
            entry.0 += times;
            let length = |text: &str| text.lines().next().map_or(0, str::len);
            if entry.1.is_empty() || length(&text) < length(&entry.1) {
                entry.1 = text;
            }
        }
        self
    }

    fn report(&self) -> String {
        let mut report = String::new();
        let mut worst: Vec<_> = self.mismatches.iter().collect();
        worst.sort_by_key(|(_, (times, _))| std::cmp::Reverse(*times));
        for ((channel, route, what), (times, _)) in &worst {
            let _ = writeln!(report, "{times:8} x {channel} by {route}: {what}");
        }
        for ((channel, route, what), (_, text)) in worst.iter().take(200) {
            let _ = writeln!(report, "\n{channel} by {route}: {what}\n{text}");
        }
        report
    }
}

#[test]
fn the_product_and_the_plain_implementation_agree() {
    let worlds = World::all();
    let tally = term_ends()
        .par_iter()
        .map(|term_end| {
            let mut tally = Tally::default();
            let mut random = Random::new(u64::from(term_end.to_epoch_days().unsigned_abs()));
            for way in WAYS {
                for offset in OFFSETS {
                    let query = query(&mut random, way, *term_end, offset);
                    // The ordinary calendar with the defaults half the time.
                    let index = random.below(2 * worlds.len() as i64) as usize;
                    let world = worlds.get(index).unwrap_or(&worlds[0]);
                    let product = world.dates(&query);
                    let plain = plain::plain_dates(&query, &world.plain, &world.settings);
                    tally.add(&query, product, plain);
                }
            }
            tally
        })
        .reduce(Tally::default, Tally::merge);

    assert_eq!(tally.asked, 2922 * WAYS.len() as u64 * OFFSETS.len() as u64);
    for answer in [
        "move",
        "transfer-missed",
        "state-against-end",
        "renewed-since-export",
        "end-unknown",
        "renewal-undone",
        "transfer-pending",
        "source-deleted",
        "addon-without-base",
        "rule-unsure",
        "planned",
        "open",
        "late",
        "lapsed",
        "renewed-lately",
        "early",
        "no-business-day",
        "as-soon-as-ready",
        "window-missed",
        "notice-missed",
        "auto-renew-risk",
        "service-stops",
        "service-down",
        "cancel-at-term-end",
        "auto-renew-off",
        "extended-term",
        "cancel",
        "do-not-renew",
        "transfer",
        "no end of the source",
    ] {
        let times = tally.answers.get(answer).copied().unwrap_or(0);
        assert!(
            times >= 300,
            "`{answer}` was reached {times} times only: the questions do not test it"
        );
    }
    assert!(
        tally.mismatches.is_empty(),
        "of {} answers these differ:\n{}",
        tally.asked,
        tally.report()
    );
}

/// Days from long before a term's end to long after it.
const AROUND: std::ops::RangeInclusive<i64> = -120..=200;

/// An ordinary world with the defaults.
fn ordinary() -> World {
    World::new(&calendars()[0], None, Numbers::default())
}

/// A question of which nothing is known but where it was bought, by which route it goes, and its days.
fn plainest(way: (Channel, Route), term_end: chrono::NaiveDate, offset: i64) -> DateQuery {
    DateQuery {
        state: None,
        country: None,
        short_grace: false,
        term_start: None,
        auto_renew: None,
        end_instruction: None,
        reassign: false,
        missing: Default::default(),
        transfer_requested: false,
        request_sent: None,
        settled_on: None,
        verified_on: None,
        undone_on: None,
        ended_on: None,
        done: Default::default(),
        requested: Default::default(),
        not_before: None,
        wave: None,
        ..query(&mut Random::new(1), way, term_end, offset)
    }
}

/// Asks both the questions that come of each term end and way.
fn agree_on(ends: &[&str], questions: impl Fn((Channel, Route), chrono::NaiveDate) -> Vec<DateQuery> + Sync) -> u64 {
    let world = ordinary();
    let ways: Vec<(&str, (Channel, Route))> = ends
        .iter()
        .flat_map(|end| WAYS.iter().map(|way| (*end, *way)))
        .collect();
    let tally = ways
        .par_iter()
        .map(|(end, way)| {
            let mut tally = Tally::default();
            for query in questions(*way, end.parse().unwrap()) {
                let plain = plain::plain_dates(&query, &world.plain, &world.settings);
                tally.add(&query, world.dates(&query), plain);
            }
            tally
        })
        .reduce(Tally::default, Tally::merge);
    assert!(
        tally.mismatches.is_empty(),
        "of {} answers these differ:\n{}",
        tally.asked,
        tally.report()
    );
    tally.asked
}

/// Every day on which a plan may be made: by term ends around which the program changed or a calendar turns, channels and routes,
/// auto-renew, and terms that began around the day that counts.
#[test]
fn the_two_agree_on_every_day_around_a_term_end() {
    let ends = [
        "2024-02-29",
        "2025-12-31",
        "2026-05-01",
        "2026-05-03",
        "2026-05-04",
        "2026-05-05",
        "2026-11-21",
        "2026-12-24",
        "2027-01-31",
        "2027-02-28",
        "2027-03-14",
        "2027-08-08",
        "2028-02-29",
        "2028-03-30",
    ];
    let asked = agree_on(&ends, |way, term_end| {
        let starts = [
            None,
            Some(queries::date(2025, 3, 31)),
            Some(queries::date(2025, 4, 1)),
            Some(calendar::plus(term_end, -364)),
        ];
        let mut questions = Vec::new();
        for offset in AROUND {
            for auto_renew in [None, Some(true), Some(false)] {
                questions.extend(starts.map(|start| DateQuery {
                    term_start: start.map(|start| start.min(term_end)),
                    auto_renew,
                    ..plainest(way, term_end, offset)
                }));
            }
        }
        questions
    });
    assert_eq!(asked, (ends.len() * WAYS.len() * 321 * 3 * 4) as u64);
}

/// The same by what an export shows and people report: every state, every end that was chosen, reported or not.
#[test]
fn the_two_agree_on_every_state_and_end_around_a_term_end() {
    let ends = ["2026-05-03", "2027-01-31"];
    let states: Vec<Option<State>> = [None].into_iter().chain(State::ALL.iter().copied().map(Some)).collect();
    let chosen: Vec<Option<EndInstruction>> = [None]
        .into_iter()
        .chain(EndInstruction::ALL.iter().copied().map(Some))
        .collect();
    let (states, chosen) = (&states, &chosen);
    let asked = agree_on(&ends, |way, term_end| {
        let mut questions = Vec::new();
        for offset in AROUND {
            for state in states {
                for end_instruction in chosen {
                    for auto_renew in [None, Some(true), Some(false)] {
                        for done in [None, Some(StepKind::EndSource)] {
                            questions.push(DateQuery {
                                state: *state,
                                end_instruction: *end_instruction,
                                auto_renew,
                                done: done.into_iter().collect(),
                                ..plainest(way, term_end, offset)
                            });
                        }
                    }
                }
            }
        }
        questions
    });
    let each = 321 * states.len() * chosen.len() * 3 * 2;
    assert_eq!(asked, (ends.len() * WAYS.len() * each) as u64);
}
