//! The dates of one subscription as sums: `E-3`, `prev(base - 14)`.
//!
//! In: the query and the [`Dates`] that were worked out from it. Out: for each of them the sum that gives it, with where its numbers
//! come from and which days it passed over. A sum is made as text and as day at once, and is told only where its day is the very one
//! that was decided: an explanation can be missing, it cannot be wrong.

use chrono::{Datelike, NaiveDate, Weekday};

use super::{
    DateQuery, Dates,
    case::{Case, LEAD, LEAST},
};
use crate::{
    rules::{Calendar, DayRef, NumberName, Rules, WindowCase, shift},
    terms::*,
};

/// How the dates of one subscription came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arithmetic {
    /// Each date in the order in which it is worked out.
    pub lines: Vec<DateLine>,
    /// The first day on which everything can be there.
    pub ready: NaiveDate,
    /// Whether the extended service term follows this term.
    pub extended_applies: bool,
    /// Whether the subscription is in it.
    pub in_extended: bool,
    /// The case of the window.
    pub window_case: Option<WindowCase>,
}

/// A date and the sum that gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateLine {
    /// What it is: a column of the plan, or `A`, `E`, `start`, `ready`, `recommended`, `base`.
    pub name: &'static str,
    /// The date.
    pub day: NaiveDate,
    /// The sum, over E, A, `start` and the names of other lines; none where it is given.
    pub sum: Option<String>,
    /// What was counted in it, and where that comes from.
    pub numbers: Vec<Number>,
    /// The days that were passed over on the way to a business day.
    pub skipped: Vec<Skipped>,
}

/// A number of days in a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Days.
    pub days: i64,
    /// Where it comes from.
    pub from: NumberFrom,
}

/// Where a number of days comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFrom {
    /// A row of this rule table.
    Table(&'static str),
    /// The setting of this key.
    Setting(&'static str),
}

/// A day that is no business day, or no day to move on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// The day.
    pub day: NaiveDate,
    /// Why.
    pub why: Closed,
}

worded! {
    /// Why a day is passed over.
    Closed { Weekend = "weekend", Holiday = "holiday", Blackout = "blackout" }
}

/// Why nothing moves on a day; none: something may.
pub fn closed(calendar: &Calendar, day: NaiveDate) -> Option<Closed> {
    if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        Some(Closed::Weekend)
    } else if !calendar.is_business_day(day) {
        Some(Closed::Holiday)
    } else if !calendar.is_move_day(day) {
        Some(Closed::Blackout)
    } else {
        None
    }
}

/// Tells how the dates came to be. `given` are days that people report, by what they are, such as the day of the order.
pub fn arithmetic(
    query: &DateQuery,
    dates: &Dates,
    (rules, ours, theirs): (&Rules, &Calendar, &Calendar),
    given: &[(&'static str, NaiveDate)],
) -> Arithmetic {
    let case = Case::new(query, rules, ours, theirs);
    let ready = ready(&case);
    Arithmetic {
        ready: ready.day,
        extended_applies: case.extended_applies,
        in_extended: case.in_extended,
        window_case: case.window.and_then(|window| window.case),
        lines: lines(&case, dates, ready, given),
    }
}

/// A day under way, as text and as day at once.
#[derive(Debug, Clone)]
struct Sum<'c> {
    calendar: &'c Calendar,
    day: NaiveDate,
    text: String,
    numbers: Vec<Number>,
    skipped: Vec<Skipped>,
}

impl<'c> Sum<'c> {
    fn of(text: &str, day: NaiveDate, calendar: &'c Calendar) -> Sum<'c> {
        Sum {
            calendar,
            day,
            text: text.to_owned(),
            numbers: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// So many days later, or earlier.
    fn shift(mut self, days: i64, from: Option<NumberFrom>) -> Sum<'c> {
        let sign = if days < 0 { '-' } else { '+' };
        // As the tables write it after E and A, with blanks after names.
        let is_short = !self.text.contains(|character: char| character.is_ascii_lowercase());
        let text = match is_short {
            true => format!("{}{sign}{}", self.text, days.abs()),
            false => format!("{} {sign} {}", self.text, days.abs()),
        };
        self.numbers.extend(from.map(|from| Number { days: days.abs(), from }));
        Sum {
            day: shift(self.day, days),
            text,
            ..self
        }
    }

    fn nearest(mut self, name: &str, step: i64, to: NaiveDate) -> Sum<'c> {
        let mut day = self.day;
        while day != to {
            // A day that counts for moves only is closed for them; one that is open is the end.
            let Some(why) = closed(self.calendar, day) else { break };
            self.skipped.push(Skipped { day, why });
            day = shift(day, step);
        }
        Sum {
            day: to,
            text: format!("{name}({})", self.text),
            ..self
        }
    }

    fn prev(self) -> Sum<'c> {
        let to = self.calendar.prev(self.day);
        self.nearest("prev", -1, to)
    }

    fn next(self) -> Sum<'c> {
        let to = self.calendar.next(self.day);
        self.nearest("next", 1, to)
    }

    fn prev_move(self) -> Sum<'c> {
        let to = self.calendar.prev_move(self.day);
        self.nearest("prev", -1, to)
    }

    fn next_move(self) -> Sum<'c> {
        let to = self.calendar.next_move(self.day);
        self.nearest("next", 1, to)
    }

    /// The later of two days.
    fn later(mut self, other: Sum<'c>) -> Sum<'c> {
        self.numbers.extend(other.numbers);
        self.skipped.extend(other.skipped);
        Sum {
            day: self.day.max(other.day),
            text: format!("later of {} and {}", self.text, other.text),
            ..self
        }
    }

    fn line(self, name: &'static str) -> DateLine {
        DateLine {
            name,
            day: self.day,
            sum: Some(self.text),
            numbers: self.numbers,
            skipped: self.skipped,
        }
    }
}

/// Everything that can be said of a case's days.
struct Lines<'a> {
    case: &'a Case<'a>,
    lines: Vec<DateLine>,
}

impl<'a> Lines<'a> {
    fn sum(&self, text: &str, day: NaiveDate) -> Sum<'a> {
        Sum::of(text, day, self.case.calendar)
    }

    /// The calendars by which steps go: ours, and the customer's for its own.
    fn calendars(&self) -> Vec<&'a Calendar> {
        match std::ptr::eq(self.case.calendar, self.case.theirs) {
            true => vec![self.case.calendar],
            false => vec![self.case.calendar, self.case.theirs],
        }
    }

    /// A, or the day that stands in its place once the order or the approval is reported.
    fn today(&self) -> Sum<'a> {
        match self.case.q.settled_on {
            Some(day) => self.sum("the day reported", day),
            None => self.sum("A", self.case.q.as_of),
        }
    }

    /// The last day on which a request that is on its way can be approved.
    fn lapses(&self) -> Option<Sum<'a>> {
        let (sent, lapses) = self.case.q.request_sent.zip(self.case.lapses())?;
        let days = lapses.signed_duration_since(sent).num_days();
        let from = Some(NumberFrom::Setting("rules.request_days"));
        Some(self.sum("the request, as reported,", sent).shift(days, from))
    }

    fn end(&self) -> Sum<'a> {
        self.sum("E", self.case.q.term_end)
    }

    /// A day as the windows table writes it.
    fn by_table(&self, day: DayRef) -> Sum<'a> {
        match day {
            DayRef::AsOf => self.today(),
            DayRef::End(0) => self.end(),
            DayRef::End(days) => self.end().shift(days, Some(NumberFrom::Table("windows"))),
        }
    }

    /// Adds a date with the first sum that gives it; without one where none does.
    fn add(&mut self, name: &'static str, decided: Option<NaiveDate>, sums: Vec<Sum<'a>>) {
        let Some(day) = decided else { return };
        let found = sums.into_iter().find(|sum| sum.day == day);
        self.lines
            .push(found.map_or_else(|| given(name, day), |sum| sum.line(name)));
    }
}

fn given(name: &'static str, day: NaiveDate) -> DateLine {
    DateLine {
        name,
        day,
        sum: None,
        numbers: Vec::new(),
        skipped: Vec::new(),
    }
}

fn lines(case: &Case<'_>, dates: &Dates, ready: Sum<'_>, reported: &[(&'static str, NaiveDate)]) -> Vec<DateLine> {
    let q = case.q;
    let mut all = Lines {
        case,
        lines: Vec::new(),
    };
    all.lines.push(given("A", q.as_of));
    all.lines.push(given("E", q.term_end));
    all.lines.extend(q.term_start.map(|start| given("start", start)));
    all.window(dates);
    let Some(move_date) = dates.move_date else {
        let undo = case.undo_by(shift(q.term_end, 1)).map(|last| {
            let days = last.signed_duration_since(q.term_end).num_days();
            all.end().shift(days, Some(NumberFrom::Table("undo_windows")))
        });
        all.add("undo_renewal_by", dates.undo_renewal_by, undo.into_iter().collect());
        return all.lines;
    };
    all.recommended(dates);
    all.lines.push(ready.line("ready"));
    all.moved(dates, reported);
    all.asked_by(dates);
    all.ended_by(dates, move_date);
    all.lines
}

impl<'a> Lines<'a> {
    fn window(&mut self, dates: &Dates) {
        let Some(window) = self.case.window else { return };
        let mut opens: Vec<Sum<'_>> = window.opens.map(|day| self.by_table(day)).into_iter().collect();
        let sent = self.case.q.request_sent;
        opens.extend(sent.map(|sent| self.sum("the request, as reported,", sent)));
        self.add("window_opens", dates.window_opens, opens);
        let mut closes: Vec<Sum<'_>> = window.closes.map(|day| self.by_table(day)).into_iter().collect();
        if let Some(ended) = self.case.q.ended_on.filter(|_| self.case.ended_early) {
            let days = dates
                .window_closes
                .map_or(0, |day| day.signed_duration_since(ended).num_days());
            closes.insert(
                0,
                self.sum("the end, as reported,", ended)
                    .shift(days, Some(NumberFrom::Table("lifecycles"))),
            );
        }
        closes.extend(self.lapses());
        // Past the term end the window closes with the state of the lifecycle.
        if let Some(day) = dates.window_closes {
            let after = day.signed_duration_since(self.case.q.term_end).num_days();
            closes.push(self.end().shift(after, Some(NumberFrom::Table("lifecycles"))));
        }
        self.add("window_closes", dates.window_closes, closes);
    }

    fn recommended(&mut self, dates: &Dates) {
        let Some(window) = self.case.window else { return };
        let mut wanted = match self.case.at_once {
            true => self.today(),
            false => self.by_table(window.recommended),
        };
        // What was sent early lapses before the day that would be best otherwise.
        if let Some(lapses) = self.lapses().filter(|lapses| lapses.day < wanted.day) {
            wanted = lapses;
        }
        let (opens, closes) = (self.case.opens.unwrap_or(self.case.today), self.case.closes);
        let inside = |sum: &Sum<'_>| opens <= sum.day && closes.is_none_or(|closes| sum.day <= closes);
        let nearest = [wanted.clone().prev_move(), wanted.clone().next_move()];
        let mut sums: Vec<Sum<'_>> = nearest.into_iter().filter(inside).collect();
        if self.case.calendar.is_move_day(wanted.day) {
            sums.insert(0, wanted.clone());
        }
        sums.extend(
            window
                .opens
                .map(|opens| self.by_table(opens).shift(-1, None).prev_move()),
        );
        sums.push(wanted);
        self.add("recommended", dates.recommended, sums);
    }

    fn moved(&mut self, dates: &Dates, reported: &[(&'static str, NaiveDate)]) {
        let ready = self.lines.last().map_or(self.case.q.as_of, |line| line.day);
        let mut sums: Vec<Sum<'_>> = reported.iter().map(|&(what, day)| self.sum(what, day)).collect();
        sums.extend(dates.recommended.map(|day| self.sum("recommended", day)));
        sums.push(self.sum("ready", ready).next_move());
        sums.push(self.sum("ready", ready));
        sums.extend(self.case.q.not_before.map(|day| self.sum("the base's move_date", day)));
        sums.extend(
            self.case
                .q
                .wave
                .map(|day| self.sum("the first day with room in the tenant", day)),
        );
        self.add("move_date", dates.move_date, sums);
    }

    /// The days by which to have asked for things.
    fn asked_by(&mut self, dates: &Dates) {
        let case = self.case;
        let Some((window, recommended)) = case.window.zip(dates.recommended) else {
            return;
        };
        let request = window.request_by.map(|by| self.by_table(by).prev());
        let (base, base_day) = match &request {
            Some(request) => ("request_by", request.day),
            None => ("recommended", recommended),
        };
        match (request, dates.request_by) {
            (Some(request), Some(_)) => self.add("request_by", dates.request_by, vec![request]),
            // Sent already: the other days hang on it all the same.
            (Some(request), None) => self.lines.push(request.line("request_by")),
            (None, _) => {}
        }
        let [relationship, agreement, rights, vetting] = case.gate_days(&LEAD);
        let relationship_key = match case.long_lead() {
            true => "rules.lead.relationship_ea",
            false => "rules.lead.relationship",
        };
        for (name, decided, (_, lead), key) in [
            ("relationship_by", dates.relationship_by, relationship, relationship_key),
            ("agreement_by", dates.agreement_by, agreement, "rules.lead.agreement"),
            (
                "delegated_rights_by",
                dates.delegated_rights_by,
                rights,
                "rules.lead.delegated_rights",
            ),
            ("vetting_by", dates.vetting_by, vetting, "rules.lead.vetting"),
        ] {
            let sums = self.asked(base, base_day, lead, key);
            self.add(name, decided, sums);
        }
        let credit = self.asked(base, base_day, case.days(NumberName::Credit), "rules.credit_days");
        self.add("credit_by", dates.credit_by, credit);
        let mut approve: Vec<Sum<'_>> = window.approve_by.map(|by| self.by_table(by)).into_iter().collect();
        approve.extend(self.lapses());
        self.add("approve_by", dates.approve_by, approve);
    }

    /// The day by which to have asked for something that takes so many days, by each calendar.
    fn asked(&self, base: &str, base_day: NaiveDate, lead: i64, key: &'static str) -> Vec<Sum<'a>> {
        let by = |calendar| match self.case.at_once {
            true => Sum {
                calendar,
                ..self.today()
            }
            .next(),
            false => {
                let before = self.sum(base, base_day).shift(-lead, Some(NumberFrom::Setting(key)));
                Sum { calendar, ..before }.prev()
            }
        };
        self.calendars().into_iter().map(by).collect()
    }

    fn ended_by(&mut self, dates: &Dates, move_date: NaiveDate) {
        let case = self.case;
        let moved = self.sum("move_date", move_date);
        let calendars = self.calendars();
        let by = |sum: Sum<'a>| {
            let sums = calendars.iter().map(move |&calendar| Sum {
                calendar,
                ..sum.clone()
            });
            sums.collect::<Vec<_>>()
        };
        let after_move: Vec<Sum<'a>> = by(moved.clone().shift(1, None)).into_iter().map(Sum::next).collect();
        let at_end: Vec<Sum<'a>> = by(self.end()).into_iter().map(Sum::prev).collect();
        let mut sums = at_end.clone();
        sums.push(moved.clone());
        sums.extend(at_end.into_iter().map(|end| end.later(moved.clone())));
        sums.extend(after_move.clone());
        self.add("reassign_by", dates.reassign_by, sums);
        let last = case.window.and_then(|window| window.end_by).map(|by| self.by_table(by));
        let mut ends: Vec<Sum<'_>> = Vec::new();
        for last in last.into_iter().flat_map(by) {
            let last = last.prev();
            ends.push(last.clone());
            ends.push(last.clone().later(moved.clone()));
            ends.extend(dates.reassign_by.map(|day| last.later(self.sum("reassign_by", day))));
        }
        // With licences to reassign the cancellation waits for that.
        let mut cancels: Vec<Sum<'a>> = Vec::new();
        if let Some(day) = dates.reassign_by {
            let after = by(self.sum("reassign_by", day).shift(1, None));
            cancels.extend(after.into_iter().map(Sum::next));
        }
        cancels.extend(after_move);
        ends.extend(cancels.clone());
        self.add("end_source_by", dates.end_source_by, ends);
        self.add("cancel_extended_by", dates.cancel_extended_by, cancels);
        let undone = case.q.undone_on.filter(|_| case.renewal_undone());
        let undone = undone.map(|day| self.sum("the undoing, as reported,", day));
        let ends: Vec<Sum<'_>> = [self.end()].into_iter().chain(undone).chain([moved]).collect();
        let again = ends.iter().cloned().map(|end| end.shift(1, None).next()).collect();
        self.add("verify_again", dates.verify_again, again);
        if dates.verify_last.is_some() {
            let from = Some(NumberFrom::Setting("rules.verify_days"));
            let days = case.days(NumberName::Verify);
            let last = ends.into_iter().map(|end| end.shift(days, from).prev()).collect();
            self.add("verify_last", dates.verify_last, last);
        }
        let undo = case.q.term_start.map(|start| {
            let last = case.undo_by(start).unwrap_or(start);
            let days = last.signed_duration_since(start).num_days();
            self.sum("start", start)
                .shift(days, Some(NumberFrom::Table("undo_windows")))
        });
        self.add("undo_renewal_by", dates.undo_renewal_by, undo.into_iter().collect());
    }
}

/// The first day on which everything can be there, as a sum.
fn ready<'a>(case: &Case<'a>) -> Sum<'a> {
    if let Some(day) = case.q.settled_on {
        return Sum::of("the day reported", day, case.calendar);
    }
    let keys = [
        match case.long_lead() {
            true => "rules.least.relationship_ea",
            false => "rules.least.relationship",
        },
        "rules.least.agreement",
        "rules.least.delegated_rights",
        "rules.least.vetting",
    ];
    let gates = case.gate_days(&LEAST).into_iter().zip(keys);
    let missing: Vec<(i64, &'static str)> = gates
        .filter(|((missing, _), _)| *missing)
        .map(|((_, days), key)| (days, key))
        .collect();
    let longest = missing.iter().map(|&(days, _)| days).max();
    let mut sum = Sum::of("A", case.q.as_of, case.calendar);
    if let Some(longest) = longest {
        sum = sum.shift(longest, None);
        // They run side by side, and the longest counts: all of them are told.
        sum.numbers.extend(missing.iter().map(|&(days, key)| Number {
            days,
            from: NumberFrom::Setting(key),
        }));
    }
    let rest = case.ready().signed_duration_since(sum.day).num_days();
    match rest {
        0 => sum,
        rest => sum.shift(rest, Some(NumberFrom::Setting("rules.least.approval"))),
    }
}

#[cfg(test)]
mod tests;
