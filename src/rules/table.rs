//! Reading dated tables.
//!
//! In: CSV text with the columns `valid_from`, `valid_until`, `source`, `certainty` beside a table's own. Out: [`Dated`] rows, the
//! user's before ours, so that of two that fit the user's is found first. Refuses a heading that the table does not have, a row
//! that does not parse, and two rows of one file that say something of the same days: naming file, line and column.

use std::{
    collections::BTreeMap,
    fmt,
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
    /// Which of the texts that make up the table, in their order: the user's first.
    pub(super) file: u16,
    /// 1-based line in it; 0 for what the settings say themselves.
    pub line: u32,
}

impl fmt::Display for RowAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str("the settings, [rules]"),
            line => write!(f, "{}, line {line}", self.table),
        }
    }
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
    ($($name:literal: $($key:literal)+),+ $(,)?) => {
        /// The tables there are.
        pub const TABLE_NAMES: &[&str] = &[$($name),+];

        /// The columns that say what a row is about: two rows with the same cells there may not be valid on one day.
        pub fn key_columns(name: &str) -> &'static [&'static str] {
            match name {
                $($name => &[$($key),+],)+
                _ => &[],
            }
        }

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
    "addon_minimums": "offer",
    "agreements": "agreement",
    "billing": "term" "offer" "billing_plan",
    "channels": "channel",
    "clouds": "domain_suffix",
    "extended_terms": "channel",
    "leftovers": "channel",
    "lifecycles": "channel" "case" "from_day",
    "market_data": "country" "data",
    "numbers": "name",
    "regions": "country",
    "routes": "channel" "state" "least_term" "offer",
    "segments": "qualification" "segment",
    "short_grace": "channel" "offer",
    "step_notes": "step" "channel" "condition",
    "steps": "step" "channel" "partner" "case",
    "surcharges": "channel" "follows" "monthly",
    "undo_windows": "channel" "country",
    "vetting": "segment",
    "windows": "channel" "route" "case",
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

/// A file with rows of a table.
#[derive(Debug, Clone)]
pub(super) struct RuleFile {
    /// As problems and places name it.
    pub(super) name: String,
    pub(super) text: String,
    /// Whether it is the embedded one.
    pub(super) embedded: bool,
}

/// All tables' files, the user's first, and the problems met so far.
pub(super) struct Rows<'a> {
    pub(super) files: &'a BTreeMap<&'static str, Vec<RuleFile>>,
    pub(super) problems: Vec<RuleProblem>,
}

/// One row under way of being parsed.
pub(super) struct Fields<'a> {
    headings: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl Fields<'_> {
    /// The cells that say what the row is about.
    fn key(&self, table: &str) -> Vec<String> {
        let cell = |column: &&str| match self.text(column).unwrap_or_default() {
            "any" => String::new(),
            text => text.to_owned(),
        };
        key_columns(table).iter().map(cell).collect()
    }

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
                .map_err(|_| format!("`{column}`: `{text}` is not a date like YYYY-MM-DD"))
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
    for (number, file) in rows.files.get(name).into_iter().flatten().enumerate() {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        match read_file(name, (number, file), &parse) {
            Ok(read) => table.extend(read),
            Err(problems) => rows.problems.extend(problems),
        }
    }
    table
}

/// First and last day of a row, and its line.
type Validity = (NaiveDate, Option<NaiveDate>, u64);

fn read_file<T>(
    table: &'static str,
    (number, file): (u16, &RuleFile),
    parse: impl Fn(&Fields<'_>) -> Result<T, String>,
) -> Result<Vec<Dated<T>>, Vec<RuleProblem>> {
    let problem = |line: u64, message: String| RuleProblem {
        place: format!("{}, line {line}", file.name),
        message,
        hint: format!(
            "correct the row; the table `{table}` has the columns {}",
            columns(table).join(",")
        ),
    };
    let mut reader = reader(&file.text);
    let headings = match reader.headers() {
        Ok(headings) => headings.clone(),
        Err(error) => return Err(vec![problem(1, error.to_string())]),
    };
    let mut problems: Vec<RuleProblem> = wrong_headings(table, &headings)
        .into_iter()
        .map(|message| problem(1, message))
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut rows = Vec::new();
    let mut keys: BTreeMap<Vec<String>, Vec<Validity>> = BTreeMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(problem(line, error.to_string()));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let fields = Fields {
            headings: &headings,
            record: &record,
        };
        let at = RowAt {
            table,
            file: number,
            line: u32::try_from(line).unwrap_or(u32::MAX),
        };
        let row = match dated(&fields, at, &parse) {
            Ok(row) => row,
            Err(message) => {
                problems.push(problem(line, message));
                continue;
            }
        };
        let same = keys.entry(fields.key(table)).or_default();
        let overlaps = |&&(from, until, _): &&Validity| {
            row.valid_until.is_none_or(|last| from <= last) && until.is_none_or(|last| row.valid_from <= last)
        };
        if let Some((_, _, other)) = same.iter().find(overlaps) {
            let message = format!("says of the same days something else than line {other}");
            problems.push(problem(line, message));
        }
        same.push((row.valid_from, row.valid_until, line));
        rows.push(row);
    }
    match problems.is_empty() {
        true => Ok(rows),
        false => Err(problems),
    }
}

/// Reads a rule table as spreadsheets save it: with commas, or with semicolons.
pub(super) fn reader(text: &str) -> csv::Reader<&[u8]> {
    let text = text.trim_start_matches('\u{feff}');
    let heading = text.lines().next().unwrap_or_default();
    let semicolons = heading.matches(';').count() > heading.matches(',').count();
    let delimiter = if semicolons { b';' } else { b',' };
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
}

/// The columns of a table.
pub(super) fn columns(table: &str) -> Vec<&'static str> {
    let heading = embedded_text(table).lines().next().unwrap_or_default();
    heading.split(',').collect()
}

fn wrong_headings(table: &str, headings: &csv::StringRecord) -> Vec<String> {
    let known = columns(table);
    let there: Vec<&str> = headings.iter().map(str::trim).collect();
    let unknown = there
        .iter()
        .filter(|heading| !heading.is_empty() && !known.contains(heading))
        .map(|heading| format!("`{heading}` is no column of the table `{table}`"));
    let missing = known
        .iter()
        .filter(|column| !there.contains(column))
        .map(|column| format!("the column `{column}` is missing"));
    unknown.chain(missing).collect()
}

fn dated<T>(
    fields: &Fields<'_>,
    at: RowAt,
    parse: impl Fn(&Fields<'_>) -> Result<T, String>,
) -> Result<Dated<T>, String> {
    let (valid_from, valid_until) = (fields.needed_date("valid_from")?, fields.date("valid_until")?);
    if let Some(until) = valid_until.filter(|&until| until < valid_from) {
        return Err(format!("`valid_until`: `{until}` is before `{valid_from}`"));
    }
    Ok(Dated {
        row: parse(fields)?,
        valid_from,
        valid_until,
        source: fields.filled("source")?.ok_or("`source` is empty")?.into(),
        certainty: fields.word("certainty")?,
        at,
    })
}
