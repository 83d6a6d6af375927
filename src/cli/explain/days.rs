//! A line of days, drawn in plain characters.
//!
//! In: days that matter with their names, a window, which days are closed. Out: a column a day around each of them, what lies between
//! left out with its number of days; broken into lines where it is long. Every mark is named below with its date, so that nothing hangs
//! on colour; characters beyond ASCII only where the terminal shows them.

use std::{collections::BTreeSet, fmt::Write};

use chrono::{Datelike, NaiveDate, Weekday};
use seatshift::{
    pipeline::{Days, Told},
    plan::dates::Closed,
};

use super::{
    super::{
        lines::wrapped,
        shown::{FAINT, In, STRONG, tame},
    },
    decision::day,
};

/// Days shown on either side of one that matters, and before the term end.
const AROUND: u64 = 2;
const BEFORE_END: u64 = 10;
/// A gap of at most so many days is shown.
const GAP: i64 = 6;
/// Columns of a line.
const COLUMNS: usize = 94;

/// The characters that days are drawn with.
struct Drawn {
    work: char,
    weekend: char,
}

/// A day that matters: its letter and what it is.
struct Mark {
    letter: char,
    day: NaiveDate,
    names: Vec<&'static str>,
}

/// A column or a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Day(NaiveDate),
    Gap(i64),
}

impl Cell {
    fn width(self) -> usize {
        match self {
            Cell::Day(_) => 1,
            Cell::Gap(days) => days.to_string().len() + 4,
        }
    }
}

/// The line of days of a subscription; nothing without a term end.
pub(super) fn days(text: &mut String, told: &Told, days: &Days, utf8: bool) {
    let Some(sums) = &told.trail.dates else { return };
    let decision = &told.row.decision;
    let mut marks = marks(sums.lines.iter().map(|line| (line.name, line.day)));
    letter(&mut marks);
    let _ = writeln!(text, "\n{}", In(STRONG, "Days"));
    let window = (decision.window_opens, decision.window_closes);
    text.push_str(&drawing(
        &marks,
        window,
        &|day| days.closed(day).map(|(closed, _)| closed),
        utf8,
    ));
    for mark in &marks {
        let closed = match days.closed(mark.day) {
            None | Some((Closed::Weekend, _)) => String::new(),
            Some((closed, None)) => format!(", a {closed}"),
            Some((closed, Some(name))) => format!(", a {closed} ({})", tame(name)),
        };
        let names: Vec<&str> = mark.names.iter().map(|name| spoken(name)).collect();
        let said = format!("{}  {}{closed}", day(mark.day), names.join(", "));
        text.push_str(&wrapped(&format!("  {}  ", mark.letter), 5, &said));
    }
    let drawn = Drawn::with(utf8);
    let legend = format!(
        "{} weekday, {} weekend, h holiday, b blackout (for moves alone), [==] window, (n) days left out",
        drawn.work, drawn.weekend
    );
    text.push_str(&wrapped("  ", 2, &In(FAINT, legend).to_string()));
}

impl Drawn {
    fn with(utf8: bool) -> Drawn {
        match utf8 {
            true => Drawn {
                work: '─',
                weekend: '·',
            },
            false => Drawn {
                work: '-',
                weekend: '.',
            },
        }
    }

    fn of(&self, closed: Option<Closed>) -> char {
        match closed {
            None => self.work,
            Some(Closed::Weekend) => self.weekend,
            Some(Closed::Holiday) => 'h',
            Some(Closed::Blackout) => 'b',
        }
    }
}

/// A mark's name in words where the plan has no column of that name.
fn spoken(name: &str) -> &str {
    match name {
        "A" => "as-of",
        "E" => "term end",
        name => name,
    }
}

/// The days that matter, each once, with all that it is; without those that only others hang on.
fn marks(lines: impl Iterator<Item = (&'static str, NaiveDate)>) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (name, day) in lines {
        if !["start", "ready", "window_opens", "window_closes"].contains(&name) {
            add(&mut marks, name, Some(day));
        }
    }
    marks
}

fn add(marks: &mut Vec<Mark>, name: &'static str, day: Option<NaiveDate>) {
    let Some(day) = day else { return };
    match marks.iter_mut().find(|mark| mark.day == day) {
        Some(mark) => mark.names.push(name),
        None => marks.push(Mark {
            letter: ' ',
            day,
            names: vec![name],
        }),
    }
}

/// Sorts the marks and gives each its letter: A, M and E for as-of, the move and the term end, small ones for the others.
fn letter(marks: &mut [Mark]) {
    marks.sort_by_key(|mark| mark.day);
    let mut small = 'a'..='z';
    for mark in marks {
        let named = [("move_date", 'M'), ("E", 'E'), ("A", 'A')];
        let own = named.iter().find(|(name, _)| mark.names.contains(name));
        mark.letter = match own {
            Some(&(_, letter)) => letter,
            None => small.next().unwrap_or('*'),
        };
    }
}

/// The drawing alone.
fn drawing(
    marks: &[Mark],
    (opens, closes): (Option<NaiveDate>, Option<NaiveDate>),
    closed: &dyn Fn(NaiveDate) -> Option<Closed>,
    utf8: bool,
) -> String {
    let drawn = Drawn::with(utf8);
    let cells = cells(&shown(marks, opens, closes));
    let mut text = String::new();
    for cells in broken(&cells) {
        let mut labels = String::new();
        let mut letters = String::new();
        let mut line = String::new();
        let mut window = String::new();
        let mut column = 0;
        let mut after_gap = true;
        let mut last = None;
        for &cell in cells {
            match cell {
                Cell::Gap(days) => {
                    line.push_str(&format!(" ({days}) "));
                    // A gap is in the window where the day before it is, and is not its last.
                    let within = last.is_some_and(|day| matches!(of_window(day, opens, closes), '[' | '='));
                    window.push_str(&if within { "=" } else { " " }.repeat(cell.width()));
                    letters.push_str(&" ".repeat(cell.width()));
                    after_gap = true;
                }
                Cell::Day(day) => {
                    last = Some(day);
                    line.push(drawn.of(closed(day)));
                    let own = marks.iter().find(|mark| mark.day == day);
                    letters.push(own.map_or(' ', |mark| mark.letter));
                    window.push(of_window(day, opens, closes));
                    let starts = after_gap || day.weekday() == Weekday::Mon;
                    let used = labels.chars().count();
                    if starts && used <= column {
                        labels.push_str(&" ".repeat(column - used));
                        let _ = write!(labels, "{} ", day.format("%-d %b"));
                    }
                    after_gap = false;
                }
            }
            column += cell.width();
        }
        if !text.is_empty() {
            text.push('\n');
        }
        for row in [labels, letters, line, window] {
            if !row.trim().is_empty() {
                let _ = writeln!(text, "  {}", row.trim_end());
            }
        }
    }
    text
}

fn of_window(day: NaiveDate, opens: Option<NaiveDate>, closes: Option<NaiveDate>) -> char {
    match (opens, closes) {
        (None, None) => ' ',
        (opens, closes) if opens == Some(day) && closes == Some(day) => '|',
        (opens, _) if opens == Some(day) => '[',
        (_, closes) if closes == Some(day) => ']',
        (opens, closes) => {
            let within = opens.is_none_or(|opens| opens < day) && closes.is_none_or(|closes| day < closes);
            if within { '=' } else { ' ' }
        }
    }
}

/// The days to show: around each that matters, and those before the term end.
fn shown(marks: &[Mark], opens: Option<NaiveDate>, closes: Option<NaiveDate>) -> BTreeSet<NaiveDate> {
    let mut shown = BTreeSet::new();
    for day in marks.iter().map(|mark| mark.day).chain(opens).chain(closes) {
        shown.extend(around(day, AROUND, AROUND));
    }
    if let Some(end) = marks.iter().find(|mark| mark.names.contains(&"E")) {
        shown.extend(around(end.day, BEFORE_END, AROUND));
    }
    shown
}

fn around(day: NaiveDate, before: u64, after: u64) -> impl Iterator<Item = NaiveDate> {
    let first = day.checked_sub_days(chrono::Days::new(before)).unwrap_or(day);
    first.iter_days().take((before + after + 1) as usize)
}

/// Columns and gaps.
fn cells(shown: &BTreeSet<NaiveDate>) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut last: Option<NaiveDate> = None;
    for &day in shown {
        if let Some(last) = last {
            match day.signed_duration_since(last).num_days() - 1 {
                0 => {}
                gap if gap <= GAP => {
                    let between = last.iter_days().skip(1).take(usize::try_from(gap).unwrap_or(0));
                    cells.extend(between.map(Cell::Day));
                }
                gap => cells.push(Cell::Gap(gap)),
            }
        }
        cells.push(Cell::Day(day));
        last = Some(day);
    }
    cells
}

/// Lines of cells that fit, broken at gaps where there are some.
fn broken(cells: &[Cell]) -> Vec<&[Cell]> {
    let mut lines = Vec::new();
    let mut rest = cells;
    while !rest.is_empty() {
        let mut width = 0;
        let fits = rest
            .iter()
            .take_while(|cell| {
                width += cell.width();
                width <= COLUMNS
            })
            .count()
            .max(1);
        let at = match fits < rest.len() {
            false => rest.len(),
            true => {
                let gap = rest.iter().take(fits).rposition(|cell| matches!(cell, Cell::Gap(_)));
                gap.map_or(fits, |gap| gap + 1)
            }
        };
        let (line, after) = rest.split_at(at);
        lines.push(line);
        rest = after;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn drawn(days: &[(&'static str, &str)], window: (Option<&str>, Option<&str>), utf8: bool) -> String {
        let mut marks = marks(days.iter().map(|&(name, day)| (name, on(day))));
        letter(&mut marks);
        let closed = |day: NaiveDate| match day {
            day if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) => Some(Closed::Weekend),
            day if day == on("2027-01-01") => Some(Closed::Holiday),
            day if day == on("2027-01-26") => Some(Closed::Blackout),
            _ => None,
        };
        drawing(&marks, (window.0.map(on), window.1.map(on)), &closed, utf8)
    }

    #[test]
    fn a_long_span_leaves_out_what_lies_between() {
        let days = [
            ("A", "2026-11-21"),
            ("E", "2027-01-31"),
            ("move_date", "2027-01-28"),
            ("agreement_by", "2027-01-01"),
        ];
        let expected = [
            "  19 Nov     30 Dec     21 Jan     1 Feb",
            "    A          a               M  E",
            "  --..- (36) --h.. (17) --..-b---..--",
            "                           [=====]",
            "",
        ];
        let drawing = drawn(&days, (Some("2027-01-24"), Some("2027-01-30")), false);
        assert_eq!(drawing.split('\n').collect::<Vec<_>>(), expected);
    }

    #[test]
    fn days_that_fall_together_share_a_mark() {
        let days = [
            ("A", "2027-01-25"),
            ("E", "2027-01-31"),
            ("move_date", "2027-01-25"),
            ("order", "2027-01-25"),
        ];
        let text = drawn(&days, (None, Some("2027-01-30")), true);
        assert_eq!(text.matches('M').count(), 1, "{text}");
        assert!(
            !text.contains('A') && text.contains('─') && text.contains('·') && !text.contains('('),
            "{text}"
        );
    }

    #[test]
    fn every_span_is_drawn_within_its_columns() {
        let end = on("2028-02-29");
        for before in 0..800 {
            let first = end.checked_sub_days(chrono::Days::new(before)).unwrap();
            let between: Vec<NaiveDate> = first.iter_days().step_by(37).take_while(|day| *day < end).collect();
            let mut marks = marks(between.iter().map(|&day| ("agreement_by", day)).chain([("E", end)]));
            letter(&mut marks);
            let text = drawing(&marks, (Some(first), Some(end)), &|_| None, false);
            assert!(text.lines().all(|line| line.chars().count() <= COLUMNS + 8), "{text}");
            let letters = text.chars().filter(|&c| c == 'E').count();
            assert_eq!(letters, 1, "{text}");
            assert!(text.contains('[') || text.contains('|'), "{text}");
        }
    }
}
