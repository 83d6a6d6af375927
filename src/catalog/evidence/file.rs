//! One of Microsoft's files to its rows.
//!
//! In: a path and which headings tell the kind of file. Out: each row as a [`Record`], its cells by our own names of the columns,
//! and what to remember of the file ([`Source`]). Read like any export: any container, any encoding. Refuses a file that cannot
//! be read, is damaged, or has no table with the headings it needs: that is a wrong setting. A single row that makes no sense
//! is a finding and left out.

use std::path::Path;

use chrono::NaiveDate;
use uuid::Uuid;

use super::newest::RowFrom;
use crate::{
    finding::{Code, Finding, Place, Severity},
    read::{Cell, Epoch, Input, Interest, Limits, ReadOptions, Row, Rows, Sink, TableHead, Words, read},
    recognise::{
        dates::{DateReading, read_date, read_date_since},
        freshness::freshness_of,
        vocabulary::{Vocabulary, fold},
    },
    terms::Text,
};

/// A column of a kind of file: our name for it, and the headings it may stand under.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) headings: &'static [&'static str],
    pub(super) required: bool,
}

/// A kind of file.
pub(super) struct Kind {
    /// The setting that names such files.
    pub(super) setting: &'static str,
    /// What to call one.
    pub(super) what: &'static str,
    pub(super) columns: &'static [Column],
    /// The only sheet of a workbook that counts, folded; none: every sheet with the headings.
    pub(super) sheet: Option<&'static str>,
}

/// What to remember of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub(super) setting: &'static str,
    pub(super) path: Text,
    pub(super) sha256: String,
    pub(super) rows: u64,
    /// What the file says of its own age, in its name.
    pub(super) date: Option<NaiveDate>,
}

/// A file that cannot be used.
pub(super) struct Unusable {
    pub(super) path: Text,
    pub(super) message: String,
    pub(super) hint: String,
}

/// One row, its cells by our names of the columns.
pub(super) struct Record<'a> {
    row: Row<'a>,
    columns: &'a [Option<usize>],
    kind: &'static Kind,
    place: Place,
    epoch: Epoch,
    vocabulary: &'a Vocabulary,
}

impl Record<'_> {
    fn cell(&self, name: &str) -> Cell<'_> {
        let index = self.kind.columns.iter().position(|column| column.name == name);
        index
            .and_then(|index| self.columns.get(index).copied().flatten())
            .map_or(Cell::Empty, |column| self.row.cell(column))
    }

    /// A cell of a column by its place.
    pub(super) fn cell_at(&self, column: usize) -> String {
        plain(self.row.cell(column))
    }

    /// A cell's text, blanks of all kinds in it made one blank; empty where there is none.
    pub(super) fn text(&self, name: &str) -> String {
        plain(self.cell(name))
    }

    /// A cell's date as it stands, before its column is decided.
    pub(super) fn date(&self, name: &str) -> DateReading {
        read_date_since(self.epoch, self.cell(name), self.vocabulary)
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn row_number(&self) -> u32 {
        self.row.number
    }

    /// Where it stands, for telling which of two files is newer.
    pub(super) fn from(&self, file: usize, date: Option<NaiveDate>) -> RowFrom {
        RowFrom {
            date,
            file,
            row: self.row.number,
        }
    }

    /// That the row was left out.
    pub(super) fn damaged(&self, heading: &str, value: &str, why: &str) -> Finding {
        let hint = "get the file again; the other rows were used";
        Finding::new(
            Code::CatalogRowDamaged,
            self.place.clone(),
            format!("`{value}` {why}; the row was left out"),
            hint,
        )
        .heading(heading)
        .value(value)
    }
}

/// A cell as text: blanks, tabs and no-break spaces are one blank, invisible characters are gone.
fn plain(cell: Cell<'_>) -> String {
    let text = match cell {
        Cell::Empty | Cell::Error(_) => return String::new(),
        Cell::Text(text) => text.to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::DateTime(at) => at.to_string(),
        Cell::Bool(truth) => truth.to_string(),
    };
    let visible: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}'))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A GUID whatever blanks stand around or inside it.
pub(super) fn guid(text: &str) -> Option<Uuid> {
    let joined: String = text.split_whitespace().collect();
    Uuid::try_parse(&joined).ok()
}

/// All GUIDs of a cell, whatever stands between them.
pub(super) fn guids(text: &str) -> Vec<Uuid> {
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .filter_map(|part| Uuid::try_parse(part).ok())
        .collect()
}

impl Column {
    /// Where it stands among headings, folded.
    fn place(&self, folded: &[String]) -> Option<usize> {
        let own: Vec<String> = self.headings.iter().map(|heading| fold(heading)).collect();
        folded.iter().position(|heading| own.contains(heading))
    }
}

impl Words for &'static Kind {
    fn headings(&self, cells: &[&str]) -> usize {
        let cells: Vec<String> = cells.iter().map(|cell| fold(cell)).collect();
        self.columns
            .iter()
            .filter(|column| column.place(&cells).is_some())
            .count()
    }
}

/// What reading a file takes.
pub(super) struct Means<'a> {
    pub(super) limits: &'a Limits,
    pub(super) options: ReadOptions,
    pub(super) vocabulary: &'a Vocabulary,
}

/// Reads a file; every row of its tables goes to `each`, with what to tell about it.
pub(super) fn read_file(
    path: &Path,
    kind: &'static Kind,
    means: &Means<'_>,
    findings: &mut Vec<Finding>,
    each: &mut dyn FnMut(&Record<'_>, &mut Vec<Finding>),
) -> Result<Source, Unusable> {
    let input = Input::File(path.to_owned());
    let mut reading = Reading {
        epoch: Epoch::SINCE_1900,
        kind,
        vocabulary: means.vocabulary,
        place: Place::file(input.name()),
        columns: Vec::new(),
        tables: 0,
        rows: 0,
        missing: None,
        found: Vec::new(),
        each,
    };
    let report = read(&input, &means.options, means.limits, &kind, &mut reading);
    let unusable = |message: String, hint: String| Unusable {
        path: input.name(),
        message,
        hint,
    };
    let is_harmful = |finding: &&Finding| finding.severity() == Severity::Error;
    let no_headings = |finding: &&Finding| matches!(finding.code, Code::NoHeadings | Code::FileEmpty);
    if let Some(finding) = report
        .findings
        .iter()
        .filter(is_harmful)
        .find(|finding| !no_headings(finding))
    {
        return Err(unusable(finding.told().into_owned(), finding.hint.to_string()));
    }
    if reading.tables == 0 {
        let needed: Vec<&str> = kind
            .columns
            .iter()
            .filter(|column| column.required)
            .filter_map(|column| column.headings.first().copied())
            .collect();
        let why = match &reading.missing {
            Some(column) => format!("is no {}: it has no column `{column}`", kind.what),
            None => format!("is no {}: no row has its headings", kind.what),
        };
        let hint = format!("`{}` takes files with the columns {}", kind.setting, needed.join(", "));
        return Err(unusable(why, hint));
    }
    findings.append(&mut reading.found);
    let told = [Code::SheetIgnored, Code::SheetHidden, Code::NoHeadings];
    findings.extend(
        report
            .findings
            .into_iter()
            .filter(|finding| !told.contains(&finding.code)),
    );
    Ok(Source {
        setting: kind.setting,
        date: name_date(&input.name(), means.vocabulary),
        path: input.name(),
        sha256: report.sha256.unwrap_or_default(),
        rows: reading.rows,
    })
}

struct Reading<'a> {
    epoch: Epoch,
    kind: &'static Kind,
    vocabulary: &'a Vocabulary,
    place: Place,
    columns: Vec<Option<usize>>,
    tables: usize,
    rows: u64,
    /// The first column that a table lacked.
    missing: Option<&'static str>,
    found: Vec<Finding>,
    each: &'a mut dyn FnMut(&Record<'_>, &mut Vec<Finding>),
}

impl Sink for Reading<'_> {
    fn table(&mut self, head: &TableHead) -> Interest {
        let headings: Vec<String> = head.headings.iter().map(|heading| fold(heading)).collect();
        self.columns = self.kind.columns.iter().map(|column| column.place(&headings)).collect();
        let of_another_sheet = match (&head.sheet, self.kind.sheet) {
            (Some(sheet), Some(wanted)) => fold(sheet) != wanted,
            _ => false,
        };
        let missing = self.kind.columns.iter().zip(&self.columns);
        let missing = missing
            .filter(|(column, place)| column.required && place.is_none())
            .find_map(|(column, _)| column.headings.first().copied());
        if of_another_sheet || missing.is_some() {
            self.missing = self.missing.or(missing);
            return Interest::Skip;
        }
        self.tables += 1;
        self.place.sheet = head.sheet.clone();
        self.epoch = head.epoch.unwrap_or(Epoch::SINCE_1900);
        Interest::Read
    }

    fn rows(&mut self, rows: Rows) {
        self.rows += rows.len() as u64;
        for row in rows.iter() {
            let record = Record {
                row,
                columns: &self.columns,
                kind: self.kind,
                place: self.place.at_row(row.number),
                epoch: self.epoch,
                vocabulary: self.vocabulary,
            };
            (self.each)(&record, &mut self.found);
        }
    }
}

/// What a file's name says of its age: a date in figures, else a month's name and a year (`HU-July-2026-pricelist.zip`).
pub(super) fn name_date(path: &str, vocabulary: &Vocabulary) -> Option<NaiveDate> {
    freshness_of(std::iter::empty(), path).or_else(|| {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        let dates = words.windows(2).filter_map(|pair| match pair {
            [month, year] if year.len() == 4 && month.chars().all(char::is_alphabetic) => {
                match read_date(Cell::Text(&format!("1 {month} {year}")), vocabulary) {
                    DateReading::Certain(date) => Some(date),
                    _ => None,
                }
            }
            _ => None,
        });
        dates.max()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_month() {
        let vocabulary = Vocabulary::embedded();
        for (name, expected) in [
            ("x/AX-July-2026-Newcommerce-Pricelist.zip", Some("2026-07-01")),
            ("service-plans-2026-06-24.csv", Some("2026-06-24")),
            ("All_202611_legacy.xlsx", Some("2026-11-01")),
            ("pricelist.csv", None),
        ] {
            let date = name_date(name, &vocabulary).map(|date| date.to_string());
            assert_eq!(date.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn guids_are_found_whatever_stands_around_them() {
        let id = "420c7602-7f70-4895-9394-d3d679ea36fb";
        assert_eq!(guid(&format!("{id}\u{a0}")), Uuid::try_parse(id).ok());
        assert_eq!(guids(&format!("[{{\"servicePlanId\":\"{id}\"}},{id};x]")).len(), 2);
        assert!(guids("Microsoft.Graph.PowerShell.Models.MicrosoftGraphServicePlanInfo[]").is_empty());
    }
}
