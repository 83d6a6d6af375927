//! Reading dated tables.
//!
//! In: CSV text with the columns `valid_from`, `valid_until`, `source`, `certainty` beside a table's own. Out: [`Dated`] rows.
//! Refuses a row that does not parse, naming the table, its line and the column.

use std::{
    collections::BTreeMap,
    fmt::Display,
    path::Path,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::NaiveDate;

use super::DayRef;
use crate::terms::*;

/// A table row with its validity, source and certainty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// What the row says.
    pub row: T,
    /// First day it is true.
    pub valid_from: NaiveDate,
    /// Last day it is true; none: until further notice.
    pub valid_until: Option<NaiveDate>,
    /// Where it was read.
    pub source: Text,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where it stands.
    pub at: RowAt,
}

/// Where a row stands: in the embedded table, or in a file of the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowAt {
    /// The table.
    pub table: &'static str,
    /// Which of the texts that make up the table, in their order.
    pub(super) file: u16,
    /// 1-based line in it.
    pub line: u32,
}

/// Remembers which rows were asked for, while somebody wants to know; a nightly run does not.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Option<Arc<Mutex<Vec<Used>>>>);

/// A row that answered a question; none: the table has none for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Used {
    /// The table that was asked.
    pub table: &'static str,
    /// The row.
    pub row: Option<RowAt>,
}

impl Heard {
    pub(super) fn listening() -> Heard {
        Heard(Some(Arc::default()))
    }

    /// Hands on what a table answered.
    pub(super) fn note<'a, T>(&self, table: &'static str, found: Option<&'a Dated<T>>) -> Option<&'a Dated<T>> {
        if let Some(heard) = &self.0 {
            let row = found.map(|row| row.at);
            heard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Used { table, row });
        }
        found
    }

    /// What was asked so far, each row once, in the order of the first time.
    pub(super) fn take(&self) -> Vec<Used> {
        let mut used: Vec<Used> = Vec::new();
        if let Some(heard) = &self.0 {
            for one in heard.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                if !used.contains(&one) {
                    used.push(one);
                }
            }
        }
        used
    }
}

impl<T> Dated<T> {
    /// Whether the row is true on a day.
    pub fn is_valid(&self, on: NaiveDate) -> bool {
        self.valid_from <= on && self.valid_until.is_none_or(|until| on <= until)
    }
}

/// The first row that is valid on a day.
pub(super) fn valid<'a, T: 'a>(rows: impl Iterator<Item = &'a Dated<T>>, on: NaiveDate) -> Option<&'a Dated<T>> {
    let mut rows = rows;
    rows.find(|row| row.is_valid(on))
}

/// The first row that is valid on a day; else the one whose validity begins next after it.
pub(super) fn nearest<'a, T: 'a>(rows: impl Iterator<Item = &'a Dated<T>>, on: NaiveDate) -> Option<&'a Dated<T>> {
    let mut next: Option<&Dated<T>> = None;
    for row in rows {
        if row.is_valid(on) {
            return Some(row);
        }
        if row.valid_from > on && next.is_none_or(|next| row.valid_from < next.valid_from) {
            next = Some(row);
        }
    }
    next
}

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        /// The tables there are.
        pub const TABLE_NAMES: &[&str] = &[$($name),+];

        /// An embedded table's text; empty for a name that is none of [`TABLE_NAMES`].
        pub fn embedded_text(name: &str) -> &'static str {
            match name {
                $($name => include_str!(concat!($name, ".csv")),)+
                _ => "",
            }
        }
    };
}

embedded!(
    "agreements",
    "channels",
    "clouds",
    "extended_terms",
    "lifecycles",
    "regions",
    "routes",
    "segments",
    "steps",
    "surcharges",
    "vetting",
    "windows",
);

/// A rule table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}\n  hint: {hint}")]
pub struct RuleProblem {
    /// Table or file, and line.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl RuleProblem {
    pub(super) fn unknown_table(name: &str) -> RuleProblem {
        let nearest = TABLE_NAMES
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
            .copied()
            .unwrap_or_default();
        RuleProblem {
            place: "settings, [rules]".into(),
            message: format!("there is no rule table `{name}`"),
            hint: format!("the nearest is `{nearest}`; all are {}", TABLE_NAMES.join(", ")),
        }
    }

    pub(super) fn unreadable(path: &Path, error: &dyn Display) -> RuleProblem {
        RuleProblem {
            place: path.display().to_string(),
            message: format!("cannot be read: {error}"),
            hint: "check the path in [rules.replace] or [rules.extend], and that it is UTF-8 text".into(),
        }
    }
}

/// All tables' texts, and the problems met so far.
pub(super) struct Rows<'a> {
    pub(super) texts: &'a BTreeMap<&'a str, Vec<(String, String)>>,
    pub(super) problems: Vec<RuleProblem>,
}

/// One row under way of being parsed.
pub(super) struct Fields<'a> {
    headings: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl Fields<'_> {
    /// A cell's text, trimmed.
    pub(super) fn text(&self, column: &str) -> Result<&str, String> {
        let index = self.headings.iter().position(|heading| heading.trim() == column);
        index
            .and_then(|index| self.record.get(index))
            .map(str::trim)
            .ok_or_else(|| format!("the column `{column}` is missing"))
    }

    /// A cell's text, none where it is empty.
    pub(super) fn filled(&self, column: &str) -> Result<Option<&str>, String> {
        Ok(Some(self.text(column)?).filter(|text| !text.is_empty()))
    }

    /// A cell as one of a type's words.
    pub(super) fn word<T: FromStr<Err = UnknownWord>>(&self, column: &str) -> Result<T, String> {
        self.text(column)?
            .parse()
            .map_err(|error| format!("`{column}`: {error}"))
    }

    /// A cell as one of a type's words; `any` or empty: none.
    pub(super) fn word_or_any<T: FromStr<Err = UnknownWord>>(&self, column: &str) -> Result<Option<T>, String> {
        match self.text(column)? {
            "" | "any" => Ok(None),
            text => text.parse().map(Some).map_err(|error| format!("`{column}`: {error}")),
        }
    }

    /// A cell as yes or no.
    pub(super) fn yes(&self, column: &str) -> Result<bool, String> {
        match self.text(column)? {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(format!("`{column}`: `{other}` is neither `yes` nor `no`")),
        }
    }

    /// A cell as a whole number.
    pub(super) fn number(&self, column: &str) -> Result<Option<i64>, String> {
        let parse = |text: &str| {
            text.parse()
                .map_err(|_| format!("`{column}`: `{text}` is not a whole number"))
        };
        self.filled(column)?.map(parse).transpose()
    }

    /// A cell as a date.
    pub(super) fn date(&self, column: &str) -> Result<Option<NaiveDate>, String> {
        let parse = |text: &str| {
            text.parse()
                .map_err(|_| format!("`{column}`: `{text}` is not a date like 2026-05-04"))
        };
        self.filled(column)?.map(parse).transpose()
    }

    /// A cell as a date that must be there.
    pub(super) fn needed_date(&self, column: &str) -> Result<NaiveDate, String> {
        self.date(column)?.ok_or_else(|| format!("`{column}` is empty"))
    }

    /// A cell as a day that hangs on the term end or on as-of.
    pub(super) fn day(&self, column: &str) -> Result<Option<DayRef>, String> {
        let parse = |text: &str| text.parse().map_err(|error| format!("`{column}`: {error}"));
        self.filled(column)?.map(parse).transpose()
    }
}

/// Reads one table; what does not parse becomes a problem.
pub(super) fn read<T>(
    rows: &mut Rows<'_>,
    name: &'static str,
    parse: impl Fn(&Fields<'_>) -> Result<T, String>,
) -> Vec<Dated<T>> {
    let mut table = Vec::new();
    for (number, (file, text)) in rows.texts.get(name).into_iter().flatten().enumerate() {
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let problem = |line: u64, message: String| RuleProblem {
            place: format!("{file}, line {line}"),
            message,
            hint: format!("correct the row; the embedded table `{name}` shows the columns"),
        };
        let headings = match reader.headers() {
            Ok(headings) => headings.clone(),
            Err(error) => {
                rows.problems.push(problem(1, error.to_string()));
                continue;
            }
        };
        for record in reader.records() {
            let line = |record: &csv::StringRecord| record.position().map_or(0, csv::Position::line);
            match record {
                Err(error) => rows.problems.push(problem(
                    error.position().map_or(0, csv::Position::line),
                    error.to_string(),
                )),
                Ok(record) => match dated(
                    &Fields {
                        headings: &headings,
                        record: &record,
                    },
                    &parse,
                    RowAt {
                        table: name,
                        file: u16::try_from(number).unwrap_or(u16::MAX),
                        line: u32::try_from(line(&record)).unwrap_or(u32::MAX),
                    },
                ) {
                    Ok(row) => table.push(row),
                    Err(message) => rows.problems.push(problem(line(&record), message)),
                },
            }
        }
    }
    table
}

fn dated<T>(
    fields: &Fields<'_>,
    parse: impl Fn(&Fields<'_>) -> Result<T, String>,
    at: RowAt,
) -> Result<Dated<T>, String> {
    Ok(Dated {
        row: parse(fields)?,
        valid_from: fields.needed_date("valid_from")?,
        valid_until: fields.date("valid_until")?,
        source: fields.filled("source")?.ok_or("`source` is empty")?.into(),
        certainty: fields.word("certainty")?,
        at,
    })
}
