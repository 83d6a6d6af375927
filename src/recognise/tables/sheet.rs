//! A table's file to its records.
//!
//! In: a path and the headings that the table may have. Out: each row as a [`Record`], handed to the function that knows the
//! table. Refuses headings that are missing, unknown or repeated, and dates whose order nothing decides.

use std::{collections::BTreeMap, path::Path};

use super::{TABLE_HEADINGS, TableProblem, nearest, record::Record};
use crate::{
    config::DateOrder,
    finding::{Code, Place, Severity, column_name},
    read::{Cell, Epoch, Input, Limits, ReadOptions, Rows, TableHead, Words, Workbooks, read_whole},
    recognise::{
        dates::{DateColumnEvidence, Decision, read_date_since},
        vocabulary::{Vocabulary, fold},
    },
};

/// The headings without which a table says nothing.
fn required(table: &str) -> &'static [&'static str] {
    match table {
        "offers" => &["source_offer", "target_offer"],
        "calendar" => &["date", "kind"],
        "holds" => &["action", "until", "reason"],
        "progress" => &["step", "state"],
        "headings" => &["field", "heading"],
        "words" => &["kind", "word"],
        "routes" => &["route"],
        _ => &[],
    }
}

/// The headings of dates, in any table.
const DATES: [&str; 5] = ["valid_from", "valid_until", "date", "until", "agreement_accepted"];

/// The tables under way: what is wrong with them so far, and their digests.
pub(super) struct Reading<'a> {
    limits: &'a Limits,
    options: ReadOptions,
    vocabulary: Vocabulary,
    pub(super) problems: Vec<TableProblem>,
    pub(super) digests: BTreeMap<String, String>,
}

/// The headings of one of our tables.
struct Headings(&'static [&'static str]);

/// The headings of a table; none where there is no such table.
pub(super) fn headings_of(table: &str) -> impl Words + use<> {
    let known = TABLE_HEADINGS.iter().find(|(name, _)| *name == table);
    Headings(known.map_or(&[], |(_, headings)| headings))
}

impl Headings {
    fn find(&self, text: &str) -> Option<&'static str> {
        let folded = fold(text);
        self.0.iter().copied().find(|heading| fold(heading) == folded)
    }
}

impl Words for Headings {
    fn headings(&self, cells: &[&str]) -> usize {
        let mut found: Vec<&str> = cells.iter().filter_map(|cell| self.find(cell)).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    }
}

impl<'a> Reading<'a> {
    pub(super) fn new(limits: &'a Limits, workbooks: &Workbooks) -> Reading<'a> {
        Reading {
            limits,
            options: ReadOptions {
                workbooks: workbooks.clone(),
                ..ReadOptions::default()
            },
            vocabulary: Vocabulary::embedded(),
            problems: Vec::new(),
            digests: BTreeMap::new(),
        }
    }

    /// The rows of one table; none where the settings do not name it.
    pub(super) fn table<T>(
        &mut self,
        name: &str,
        path: Option<&Path>,
        read_row: fn(&mut Record<'_>) -> Option<T>,
    ) -> Vec<T> {
        let (Some(path), Some((_, headings))) = (path, TABLE_HEADINGS.iter().find(|(table, _)| *table == name)) else {
            return Vec::new();
        };
        let headings = Headings(headings);
        let input = Input::File(path.to_owned());
        let (report, tables) = read_whole(&input, &self.options, self.limits, &headings);
        let harmful = |code: Code| code.severity() == Severity::Error || code == Code::TextDamaged;
        self.problems.extend(
            report
                .findings
                .iter()
                .filter(|finding| harmful(finding.code))
                .map(|finding| {
                    let mut problem = TableProblem::from(finding);
                    if problem.place.row.is_none() && problem.heading.is_none() {
                        problem.message = format!("named by `[tables] {name}`: {}", problem.message);
                    }
                    problem
                }),
        );
        if let Some(digest) = report.sha256 {
            self.digests.insert(name.to_owned(), digest);
        }
        let place = Place::file(input.name());
        if tables.is_empty() && !report.findings.iter().any(|finding| harmful(finding.code)) {
            let hint = format!("its first row should be {}", headings.0.join(","));
            self.problems.push(TableProblem::new(
                place.clone(),
                format!("named by `[tables] {name}`: has no headings of ours"),
                hint,
            ));
        }
        let mut read = Vec::new();
        for (head, rows) in &tables {
            let place = Place {
                sheet: head.sheet.clone(),
                ..place.clone()
            };
            let columns = self.columns(name, &headings, head, &place);
            let epoch = head.epoch.unwrap_or(Epoch::SINCE_1900);
            let dates = self.dates(&columns, rows, &place, epoch);
            for row in rows.iter() {
                let mut record = Record {
                    row,
                    place: place.at_row(row.number),
                    columns: &columns,
                    dates: &dates,
                    vocabulary: &self.vocabulary,
                    epoch,
                    problems: &mut self.problems,
                };
                record.check_width();
                read.extend(read_row(&mut record));
            }
        }
        read
    }

    /// The heading of each column; none where it is empty or wrong.
    fn columns(
        &mut self,
        name: &str,
        headings: &Headings,
        head: &TableHead,
        place: &Place,
    ) -> Vec<Option<&'static str>> {
        let place = place.at_row(head.header_row);
        let mut columns: Vec<Option<&'static str>> = Vec::new();
        for (index, text) in head.headings.iter().enumerate() {
            let place = place.at_column(u32::try_from(index).unwrap_or(u32::MAX));
            let known = headings.find(text);
            if text.is_empty() {
            } else if known.is_none() {
                let near = nearest(text, headings.0.iter().copied());
                let hint = format!("did you mean `{near}`; the headings are {}", headings.0.join(", "));
                self.problems.push(TableProblem::new(
                    place,
                    format!("`{text}` is no heading of the {name} table"),
                    hint,
                ));
            } else if let Some(first) = columns.iter().position(|column| *column == known) {
                let first = column_name(u32::try_from(first).unwrap_or(u32::MAX));
                let message = format!("`{text}` stands over column {first} already");
                self.problems
                    .push(TableProblem::new(place, message, "keep one of the columns"));
                columns.push(None);
                continue;
            }
            columns.push(known);
        }
        for heading in required(name) {
            if !columns.contains(&Some(heading)) {
                let hint = format!("the headings are {}", headings.0.join(", "));
                self.problems.push(TableProblem::new(
                    place.clone(),
                    format!("has no column `{heading}`"),
                    hint,
                ));
            }
        }
        columns
    }

    /// The order of each column of dates, decided from all its cells.
    fn dates(
        &mut self,
        columns: &[Option<&'static str>],
        rows: &Rows,
        place: &Place,
        epoch: Epoch,
    ) -> Vec<Option<DateOrder>> {
        let mut orders = Vec::new();
        for (index, heading) in columns.iter().enumerate() {
            let mut evidence = DateColumnEvidence::default();
            let mut first = None;
            if heading.is_some_and(|heading| DATES.contains(&heading)) {
                for row in rows.iter() {
                    let reading = match row.cell(index) {
                        Cell::Bool(_) => continue,
                        cell => read_date_since(epoch, cell, &self.vocabulary),
                    };
                    first = first.or(reading.is_numeric().then_some(row.number));
                    evidence.add(reading, row.number);
                }
            }
            orders.push(match evidence.decide(None, None) {
                (Decision::Order(order), _) => Some(order),
                (Decision::Unneeded, _) => None,
                (Decision::Unknown | Decision::HalfConverted, why) => {
                    let column = u32::try_from(index).unwrap_or(u32::MAX);
                    let place = place.at_row(first.unwrap_or(0)).at_column(column);
                    let message = format!("day and month cannot be told apart: {why}");
                    let mut problem = TableProblem::new(place, message, "write the dates as YYYY-MM-DD");
                    problem.heading = heading.map(Into::into);
                    self.problems.push(problem);
                    None
                }
            });
        }
        orders
    }
}
