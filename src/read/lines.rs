//! Records to cells, where not all lines of a text are written alike.
//!
//! In: each record of a text. Out: its cells, to the table under way. A line that stands in one cell of another list is taken
//! out of it; a line that has too few cells, and as many as it should by another delimiter, is read by that, as where two files
//! were put together. Both, and quotes that stand where none belongs, are told once, with the first line. Quotes around a cell's
//! text are taken off where a blank stands before them, too.

use super::{
    Cell, Words,
    dialect::{Dialect, other_delimiter, wrapped},
    record::{Field, Splitter, plain},
    table::Tabling,
};
use crate::{
    finding::{Code, Finding, Place},
    terms::Text,
};

/// What is known of the lines so far.
pub(super) struct Lines {
    dialect: Dialect,
    /// Whether the text has quotes within unquoted cells.
    inner_quotes: bool,
    inner: Splitter,
    /// Cells of a row, before the table says how many headings it has.
    expected: usize,
    others: Others,
    stray: Stray,
    /// Records that are not blank.
    pub(super) rows: u64,
}

impl Lines {
    pub(super) fn new(dialect: Dialect, inner_quotes: bool) -> Lines {
        Lines {
            dialect,
            inner_quotes,
            inner: Splitter::new(dialect.inner),
            expected: dialect.width,
            others: Others::default(),
            stray: Stray::default(),
            rows: 0,
        }
    }

    /// Gives the cells of a record to the table. Answers what is to split those after it, where it is the headings of another file.
    pub(super) fn take(
        &mut self,
        line: u32,
        text: &str,
        splitter: &Splitter,
        tabling: &mut Tabling<'_>,
        words: &dyn Words,
    ) -> Option<Splitter> {
        self.rows += u64::from(!text.is_empty());
        if splitter.is_loose || self.inner_quotes && has_split_quotes(text, &splitter.fields) {
            self.stray.note(line, text);
        }
        let width = if tabling.width > 0 {
            tabling.width
        } else {
            self.expected
        };
        if splitter.fields.len() == 1 || self.dialect.inner != self.dialect.delimiter {
            let unwrapped = wrapped(text, splitter, &mut self.inner);
            let cells = self.inner.fields.len();
            if let Some(text) = unwrapped.filter(|_| cells == width || width == 0 && cells > 2) {
                self.row(&text, &self.inner, tabling);
                return None;
            }
        }
        let narrow = !text.is_empty() && splitter.fields.len() < width;
        let other = narrow
            .then(|| other_delimiter(text, splitter.delimiter, width, words))
            .flatten();
        let Some((delimiter, is_headings)) = other else {
            self.row(text, splitter, tabling);
            return None;
        };
        self.others.note(line, delimiter);
        let mut splitter = Splitter::new(delimiter);
        splitter.split(text.as_bytes(), true);
        self.row(text, &splitter, tabling);
        if is_headings {
            self.expected = splitter.fields.len();
        }
        is_headings.then_some(splitter)
    }

    fn row(&self, record: &str, splitter: &Splitter, tabling: &mut Tabling<'_>) {
        for field in &splitter.fields {
            let inside = self.inner_quotes.then(|| quoted_after_blank(record, field)).flatten();
            match inside {
                Some(inside) => tabling.cell(Cell::Text(inside)),
                None => tabling.cell(Cell::Text(&plain(record, field))),
            }
        }
    }

    /// What is to be told of them.
    pub(super) fn findings(&self, place: &Place) -> Vec<Finding> {
        let findings = [
            self.others.finding(place, self.dialect.inner),
            self.stray.finding(place),
        ];
        findings.into_iter().flatten().collect()
    }
}

/// What an unquoted field has in the quotes that follow a blank, as in `1, "x"`; none, where others stand in it.
fn quoted_after_blank<'a>(record: &'a str, field: &Field) -> Option<&'a str> {
    let text = record.get(field.start..field.end).filter(|_| !field.quoted)?;
    let inside = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    (!inside.contains('"')).then_some(inside)
}

/// Whether an unquoted cell opens a quote that another one closes, as where the delimiter before a quote is missing.
fn has_split_quotes(record: &str, fields: &[Field]) -> bool {
    let odd = |field: &&Field| {
        let text = record.get(field.start..field.end).unwrap_or_default();
        !field.quoted && text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
    };
    fields.iter().filter(odd).count() > 1
}

/// Rows in which a quote stands where none belongs.
#[derive(Default)]
struct Stray {
    first: Option<(u32, Text)>,
    rows: u64,
}

impl Stray {
    fn note(&mut self, line: u32, text: &str) {
        self.rows += 1;
        if self.first.is_none() {
            let short: String = text.chars().take(60).collect();
            self.first = Some((line, short.into()));
        }
    }

    fn finding(&self, place: &Place) -> Option<Finding> {
        let (line, text) = self.first.clone()?;
        let also = match self.rows {
            1 => String::new(),
            more => format!(", and in {} more rows", more - 1),
        };
        let message = format!(
            "a quote stands where none belongs{also}; the cells of the row may have been cut in the wrong places"
        );
        let hint = "remove the stray quote, or double it where it belongs to the text";
        Some(Finding::new(Code::QuoteStray, place.at_row(line), message, hint).value(text))
    }
}

/// Lines whose cells are told apart by another delimiter than the file's.
#[derive(Default)]
struct Others {
    first: Option<(u32, u8)>,
    lines: u64,
}

impl Others {
    fn note(&mut self, line: u32, delimiter: u8) {
        self.lines += 1;
        self.first = self.first.or(Some((line, delimiter)));
    }

    fn finding(&self, place: &Place, own: u8) -> Option<Finding> {
        let (line, other) = self.first?;
        let name = |byte: u8| {
            if byte == b'\t' {
                "tab".to_owned()
            } else {
                format!("`{}`", char::from(byte))
            }
        };
        let also = if self.lines == 1 { "" } else { ", and more that follow" };
        let message = format!(
            "the cells of this line{also} stand between {}, those of others between {}; each was read by its own",
            name(other),
            name(own)
        );
        let hint = "two files were put together: give them one by one";
        Some(Finding::new(Code::DelimiterMixed, place.at_row(line), message, hint))
    }
}
