//! The questions put to both implementations: every term end of eight years, every channel by every route it may take, A at all
//! distances from E at which a rule turns; the other facts vary at random, the same way each time.
//!
//! In: a seed. Out: queries, calendars and settings. Facts are those an export could hold: a term starts by its end, and a gate
//! whose step is done is not missing.

use chrono::NaiveDate;
use seatshift::{
    plan::dates::{DateQuery, Gates, Steps},
    recognise::tables::{CalendarDay, CalendarKind},
    terms::{Channel, Country, EndInstruction, Route, State, StepKind},
};

use crate::{calendar::plus, numbers::Numbers};

/// Each channel, by each route it may take; routes that only a table of ours can name among them.
pub(crate) const WAYS: [(Channel, Route); 11] = [
    (Channel::Csp, Route::Transfer),
    (Channel::Csp, Route::NewSubscription),
    (Channel::CspLegacy, Route::Transfer),
    (Channel::CspLegacy, Route::NewSubscription),
    (Channel::WebDirect, Route::NewSubscription),
    (Channel::WebDirectMosa, Route::NewSubscription),
    (Channel::McaE, Route::NewSubscription),
    (Channel::Ea, Route::NewSubscription),
    (Channel::Ea, Route::ChannelTransfer),
    (Channel::Mpsa, Route::NewSubscription),
    (Channel::OpenValue, Route::NewSubscription),
];

/// A less E: around every number of the rules, and between them.
pub(crate) const OFFSETS: [i64; 53] = [
    -120, -90, -60, -50, -45, -41, -40, -39, -38, -37, -36, -31, -30, -29, -20, -15, -12, -11, -10, -9, -8, -7, -6, -5,
    -4, -3, -2, -1, 0, 1, 2, 3, 6, 7, 8, 9, 15, 21, 29, 30, 31, 60, 80, 89, 90, 91, 111, 119, 120, 121, 149, 150, 151,
];

/// Small, fast and the same on every machine (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to but not with `end`.
    pub(crate) fn below(&mut self, end: i64) -> i64 {
        ((u128::from(self.draw()) * end.unsigned_abs() as u128) >> 64) as i64
    }

    /// True so many times in a hundred.
    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as i64) as usize]
    }

    /// None in so many of a hundred, else one of them.
    fn maybe<T: Copy>(&mut self, none: i64, of: &[T]) -> Option<T> {
        if self.chance(none) { None } else { Some(self.one(of)) }
    }
}

/// Every last day of a term.
pub(crate) fn term_ends() -> Vec<NaiveDate> {
    days(date(2024, 1, 1), date(2031, 12, 31))
}

pub(crate) fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(crate) fn days(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    first.iter_days().take_while(|day| *day <= last).collect()
}

/// A question about a subscription; the facts that are not given vary.
pub(crate) fn query(random: &mut Random, way: (Channel, Route), term_end: NaiveDate, offset: i64) -> DateQuery {
    let as_of = plus(term_end, offset);
    let (channel, route) = way;
    let starts = [
        date(2025, 3, 31),
        date(2025, 4, 1),
        date(2025, 4, 2),
        plus(as_of, 1 - random.below(10)),
        plus(as_of, 1 - random.below(10)),
        plus(term_end, -29),
        plus(term_end, -364),
        plus(term_end, -364),
        plus(term_end, -1095),
    ];
    let states = [
        State::Active,
        State::Active,
        State::Active,
        State::Pending,
        State::Expired,
        State::Expired,
        State::Suspended,
        State::Suspended,
        State::Disabled,
        State::Disabled,
        State::Extended,
        State::Deleted,
    ];
    let nothing_missing = random.chance(35);
    let countries: [Country; 3] = ["HU", "SE", "CL"].map(|code| code.parse().unwrap());
    let mut query = DateQuery {
        as_of,
        channel,
        country: random.maybe(20, &countries),
        short_grace: channel == Channel::Ea && random.chance(20),
        route,
        state: random.maybe(40, &states),
        term_start: random.maybe(25, &starts).map(|start| start.min(term_end)),
        term_end,
        auto_renew: random.one(&[None, Some(true), Some(false)]),
        end_instruction: random.maybe(55, EndInstruction::ALL),
        reassign: random.chance(50),
        missing: Gates {
            relationship: !nothing_missing && random.chance(40),
            agreement: !nothing_missing && random.chance(40),
            delegated_rights: !nothing_missing && random.chance(40),
            vetting: !nothing_missing && random.chance(30),
        },
        transfer_requested: random.chance(if route == Route::Transfer { 30 } else { 3 }),
        request_sent: None,
        settled_on: None,
        verified_on: None,
        undone_on: None,
        ended_on: None,
        done: steps(random),
        requested: steps(random),
        not_before: None,
        wave: None,
    };
    if query.transfer_requested {
        let lately = plus(as_of, -random.below(30));
        query.request_sent = random.maybe(30, &[as_of, plus(as_of, -30), lately]);
    }
    let last_step = match route {
        Route::Transfer => StepKind::ApproveTransfer,
        _ => StepKind::Order,
    };
    if query.done.contains(last_step) {
        let (lately, before_end) = (plus(as_of, -random.below(20)), plus(term_end, -random.below(40)));
        query.settled_on = random.maybe(30, &[as_of, lately, before_end]);
    }
    let lately = plus(as_of, -random.below(30));
    if query.done.contains(StepKind::Verify) {
        let near_end = plus(term_end, random.below(12) - 6).min(as_of);
        query.verified_on = random.maybe(30, &[as_of, lately, near_end]);
    }
    if query.done.contains(StepKind::UndoRenewal) {
        let near_start = query
            .term_start
            .map_or(lately, |start| plus(start, random.below(8) - 3));
        query.undone_on = random.maybe(30, &[lately, near_start.min(as_of), plus(as_of, -300)]);
    }
    if query.done.contains(StepKind::EndSource) {
        let since = query.term_start.map_or(lately, |start| plus(start, random.below(12)));
        query.ended_on = random.maybe(30, &[lately, since.min(as_of), plus(as_of, -89), plus(as_of, -91)]);
    }
    query.missing.relationship &= !query.done.contains(StepKind::RequestRelationship);
    query.missing.agreement &= !query.done.contains(StepKind::AcceptAgreement);
    query.missing.delegated_rights &= !query.done.contains(StepKind::RequestDelegatedRights);
    query.missing.vetting &= !query.done.contains(StepKind::VetSegment);
    let near_as_of = plus(as_of, random.below(50));
    let near_end = plus(term_end, random.below(20) - 14).max(as_of);
    query.not_before = random.maybe(85, &[near_as_of, near_end]);
    query.wave = random.maybe(85, &[near_as_of, near_end, plus(near_end, 9)]);
    query
}

fn steps(random: &mut Random) -> Steps {
    if random.chance(50) {
        return Steps::default();
    }
    StepKind::ALL.iter().copied().filter(|_| random.chance(15)).collect()
}

/// A calendar table and the partner's home.
pub(crate) struct CalendarTable {
    pub(crate) days: Vec<CalendarDay>,
    pub(crate) home: Option<Country>,
}

/// An ordinary one, one with shutdowns longer than any window, and one without home.
pub(crate) fn calendars() -> Vec<CalendarTable> {
    let home: Country = "HU".parse().unwrap();
    let other: Country = "SE".parse().unwrap();
    let mut ordinary = Vec::new();
    let mut shutdowns = Vec::new();
    for year in 2023..=2033 {
        let mut row = |from: NaiveDate, to: NaiveDate, country, kind| {
            for date in days(from, to) {
                ordinary.push(CalendarDay {
                    date,
                    country,
                    kind,
                    name: "".into(),
                    yearly: false,
                });
            }
        };
        for (month, day) in [(1, 1), (3, 15), (5, 1), (8, 20), (10, 23), (11, 1)] {
            row(
                date(year, month, day),
                date(year, month, day),
                Some(home),
                CalendarKind::Holiday,
            );
        }
        // Four days off around a week-end, everywhere; Midsummer elsewhere; the year-end freeze.
        row(date(year, 12, 24), date(year, 12, 27), None, CalendarKind::Holiday);
        row(date(year, 6, 20), date(year, 6, 26), Some(other), CalendarKind::Holiday);
        row(date(year, 9, 1), date(year, 9, 30), Some(other), CalendarKind::Blackout);
        row(date(year, 12, 15), date(year, 12, 31), None, CalendarKind::Blackout);
        row(date(year, 1, 1), date(year, 1, 6), Some(home), CalendarKind::Blackout);

        let mut row = |from: NaiveDate, length: i64, kind| {
            for date in days(from, plus(from, length - 1)) {
                shutdowns.push(CalendarDay {
                    date,
                    country: None,
                    kind,
                    name: "".into(),
                    yearly: false,
                });
            }
        };
        // Shorter and longer than a window, than a window and `early_days`, and one of holidays.
        row(date(year, 1, 10), 10, CalendarKind::Blackout);
        row(date(year, 2, 10), 16, CalendarKind::Blackout);
        row(date(year, 4, 1), 45, CalendarKind::Blackout);
        row(date(year, 6, 20), 12, CalendarKind::Holiday);
        row(date(year, 8, 1), 30, CalendarKind::Blackout);
        row(date(year, 10, 10), 6, CalendarKind::Holiday);
        row(date(year, 10, 16), 25, CalendarKind::Blackout);
        row(date(year, 12, 10), 29, CalendarKind::Blackout);
    }
    let homeless = ordinary.clone();
    vec![
        CalendarTable {
            days: ordinary,
            home: Some(home),
        },
        CalendarTable {
            days: shutdowns,
            home: Some(home),
        },
        CalendarTable {
            days: homeless,
            home: None,
        },
    ]
}

/// The defaults, moving at once under the older online agreement, and other numbers.
pub(crate) fn settings() -> Vec<Numbers> {
    let defaults = Numbers::default();
    let asap = Numbers {
        mosa_asap: true,
        ..Numbers::default()
    };
    let mut other = Numbers::default();
    other.lead.relationship = 21;
    other.lead.relationship_ea = 60;
    other.lead.agreement = 3;
    other.lead.delegated_rights = 10;
    other.lead.vetting = 45;
    other.least.relationship = 4;
    other.least.relationship_ea = 9;
    other.least.agreement = 2;
    other.least.delegated_rights = 3;
    other.least.vetting = 14;
    other.least.approval = 5;
    other.credit_days = 12;
    other.early_days = 3;
    other.undo_days = Some(10);
    other.request_days = 40;
    other.verify_days = 4;
    vec![defaults, asap, other]
}
