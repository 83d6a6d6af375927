//! One row of an embedded table.
//!
//! In: the table's text. Out: [`Row`]s whose cells are asked for by heading. A cell that cannot be read is a problem that names
//! table, line and heading; asking for a heading that is not there gives an empty cell.

use std::fmt::Display;

use hashbrown::HashMap;

use chrono::NaiveDate;

use super::offers::Days;
use crate::terms::{Certainty, Text};

/// A row, its cells by heading.
pub(super) struct Row {
    table: &'static str,
    line: u64,
    cells: HashMap<String, String>,
}

/// All rows of a table.
pub(super) fn rows(table: &'static str, text: &str, problems: &mut Vec<String>) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = match reader.headers() {
        Ok(headings) => headings.clone(),
        Err(error) => {
            problems.push(format!("{table}: {error}"));
            return Vec::new();
        }
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => rows.push(Row {
                table,
                line: record.position().map_or(0, csv::Position::line),
                cells: headings
                    .iter()
                    .zip(&record)
                    .map(|(heading, cell)| (heading.into(), cell.into()))
                    .collect(),
            }),
            Err(error) => problems.push(format!("{table}: {error}")),
        }
    }
    rows
}

impl Row {
    pub(super) fn text(&self, heading: &str) -> &str {
        self.cells.get(heading).map_or("", String::as_str)
    }

    pub(super) fn optional(&self, heading: &str) -> Option<Text> {
        Some(self.text(heading)).filter(|text| !text.is_empty()).map(Text::from)
    }

    pub(super) fn required(&self, heading: &str, problems: &mut Vec<String>) -> Option<Text> {
        let text = self.optional(heading);
        if text.is_none() {
            self.problem(heading, problems, &"is empty");
        }
        text
    }

    /// The cell's value; none where it is empty, or cannot be read.
    pub(super) fn parse<T>(
        &self,
        heading: &str,
        problems: &mut Vec<String>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(heading);
        if text.is_empty() {
            return None;
        }
        let value = read(text);
        if value.is_none() {
            self.problem(heading, problems, &format!("`{text}` cannot be read"));
        }
        value
    }

    pub(super) fn yes(&self, heading: &str, empty: bool, problems: &mut Vec<String>) -> bool {
        let read = |text: &str| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        self.parse(heading, problems, read).unwrap_or(empty)
    }

    pub(super) fn certainty(&self, problems: &mut Vec<String>) -> Certainty {
        self.parse("certainty", problems, |text| text.parse().ok())
            .unwrap_or(Certainty::Unsure)
    }

    pub(super) fn days(&self, problems: &mut Vec<String>) -> Days {
        let read = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        Days {
            from: self.parse("valid_from", problems, read),
            until: self.parse("valid_until", problems, read),
        }
    }

    pub(super) fn problem(&self, heading: &str, problems: &mut Vec<String>, what: &dyn Display) {
        problems.push(format!("{}, line {}, {heading}: {what}", self.table, self.line));
    }
}
