//! Rows to a table: the search for the headings, then batches.
//!
//! In: the rows of a sheet or a text, cell by cell. Out: through the [`Sink`], the table's head, then its rows in batches of
//! at most [`BATCH_ROWS`] or [`BATCH_TEXT`]. The headings are the row, among the first [`SEARCHED`] that are not blank, in
//! which most cells are headings we know; no row is handed on before they are found.

use std::borrow::Cow;

use super::{Cell, Interest, Row, Rows, Sink, TableHead, Words};
use crate::terms::Text;

/// Rows in which headings are looked for.
pub(super) const SEARCHED: usize = 30;
const BATCH_ROWS: usize = 4096;
const BATCH_TEXT: usize = 1 << 20;

/// What the rows so far came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// No row that is not blank.
    Nothing,
    /// Rows, but none of headings; the first of them, shortened.
    NoHeadings { row: u32, text: String },
    /// A table, whose rows the sink did not want.
    Unwanted,
    /// A table.
    Table,
}

impl Found {
    /// What two parts of a file came to: the better of both, the earlier where they are alike.
    pub(super) fn or(self, other: Found) -> Found {
        let rank = |found: &Found| match found {
            Found::Nothing => 0,
            Found::NoHeadings { .. } => 1,
            Found::Unwanted => 2,
            Found::Table => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// A table under way.
pub(super) struct Tabling<'a> {
    words: &'a dyn Words,
    sheet: Option<Text>,
    hidden: bool,
    held: Rows,
    state: State,
    /// Rows handed on.
    pub(super) rows: u64,
    /// Number of headings, once they are known; 0 before.
    pub(super) width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Searching,
    Reading,
    /// No more rows are wanted, or no headings were found.
    Done(bool),
}

impl<'a> Tabling<'a> {
    pub(super) fn new(words: &'a dyn Words, sheet: Option<Text>, hidden: bool) -> Tabling<'a> {
        Tabling {
            words,
            sheet,
            hidden,
            held: Rows::default(),
            state: State::Searching,
            rows: 0,
            width: 0,
        }
    }

    /// The next cell of the row under way.
    pub(super) fn cell(&mut self, cell: Cell<'_>) {
        self.held.push(cell);
    }

    /// Ends the row under way. Answers whether more rows are wanted.
    pub(super) fn end_row(&mut self, number: u32, sink: &mut dyn Sink) -> Interest {
        self.held.end_row(number);
        match self.state {
            State::Searching if self.held.len() >= SEARCHED => self.settle(sink),
            State::Reading if self.held.len() >= BATCH_ROWS || self.held.text_len() >= BATCH_TEXT => self.hand_on(sink),
            _ => {}
        }
        match self.state {
            State::Done(_) => Interest::Skip,
            State::Searching | State::Reading => Interest::Read,
        }
    }

    /// Forgets the row under way.
    pub(super) fn drop_row(&mut self) {
        self.held.drop_row();
    }

    /// Decides on the headings with the rows at hand. Between rows only.
    pub(super) fn settle(&mut self, sink: &mut dyn Sink) {
        if self.state != State::Searching {
            return;
        }
        let Some(index) = heading_row(&self.held, self.words) else {
            self.state = State::Done(false);
            return;
        };
        let head = head_of(&self.held, index, self.sheet.clone(), self.hidden);
        self.width = head.headings.len();
        self.state = match sink.table(&head) {
            Interest::Read => State::Reading,
            Interest::Skip => State::Done(true),
        };
        let mut rest = Rows::default();
        for row in self.held.iter().skip(index + 1) {
            row.cells().for_each(|cell| rest.push(cell));
            rest.end_row(row.number);
        }
        if self.state == State::Reading {
            self.held = rest;
        }
    }

    fn hand_on(&mut self, sink: &mut dyn Sink) {
        if !self.held.is_empty() {
            self.rows += self.held.len() as u64;
            sink.rows(std::mem::take(&mut self.held));
        }
    }

    /// Hands on what is left.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Found {
        self.settle(sink);
        if self.state == State::Reading {
            self.hand_on(sink);
        }
        match (self.state, self.held.iter().next()) {
            (State::Done(false), Some(row)) => Found::NoHeadings {
                row: row.number,
                text: shown(row),
            },
            (State::Done(false), None) => Found::Nothing,
            (State::Done(true), _) => Found::Unwanted,
            _ => Found::Table,
        }
    }
}

/// The index of the row of headings: the most known ones, at least two, or one in a row of at most two cells.
fn heading_row(rows: &Rows, words: &dyn Words) -> Option<usize> {
    let mut best: Option<(usize, usize)> = None;
    for (index, row) in rows.iter().take(SEARCHED).enumerate() {
        let cells: Vec<String> = row.cells().map(heading).filter(|text| !text.is_empty()).collect();
        let known = known(&cells, words);
        if known > best.map_or(0, |(most, _)| most) {
            best = Some((known, index));
        }
    }
    best.map(|(_, index)| index)
}

/// How many headings a row has; none, where that is too few to believe.
pub(super) fn known(cells: &[String], words: &dyn Words) -> usize {
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let known = words.headings(&cells);
    let enough = if cells.len() <= 2 { 1 } else { 2 };
    if known >= enough { known } else { 0 }
}

fn head_of(rows: &Rows, index: usize, sheet: Option<Text>, hidden: bool) -> TableHead {
    let mut above = Vec::new();
    for row in rows.iter().take(index) {
        above.push((
            row.number,
            row.cells().map(heading).filter(|text| !text.is_empty()).collect(),
        ));
    }
    let row = rows.iter().nth(index);
    let mut headings: Vec<Text> = row
        .iter()
        .flat_map(|row| row.cells())
        .map(|cell| heading(cell).into())
        .collect();
    while headings.last().is_some_and(|last| last.is_empty()) {
        headings.pop();
    }
    TableHead {
        sheet,
        hidden,
        header_row: row.map_or(0, |row| row.number),
        headings,
        above,
    }
}

/// A cell's text as a heading: blanks of all kinds are one blank, invisible characters are gone.
pub(super) fn heading(cell: Cell<'_>) -> String {
    let text = match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) | Cell::Error(text) => Cow::Borrowed(text),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::DateTime(at) => Cow::Owned(at.format("%Y-%m-%d").to_string()),
        Cell::Bool(truth) => Cow::Borrowed(if truth { "TRUE" } else { "FALSE" }),
    };
    let visible: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A row as a message quotes it: some eighty characters.
fn shown(row: Row<'_>) -> String {
    let cells: Vec<String> = row.cells().map(heading).filter(|text| !text.is_empty()).collect();
    let text = cells.join(" | ");
    match text.char_indices().nth(80) {
        None => text,
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Knows these headings.
    pub(in crate::read) struct Known(pub(in crate::read) &'static [&'static str]);

    impl Words for Known {
        fn headings(&self, cells: &[&str]) -> usize {
            self.0.iter().filter(|word| cells.contains(word)).count()
        }
    }

    /// Keeps everything.
    #[derive(Default)]
    pub(in crate::read) struct Kept {
        pub(in crate::read) heads: Vec<TableHead>,
        pub(in crate::read) batches: Vec<Rows>,
        pub(in crate::read) unwanted: bool,
    }

    impl Sink for Kept {
        fn table(&mut self, head: &TableHead) -> Interest {
            self.heads.push(head.clone());
            if self.unwanted { Interest::Skip } else { Interest::Read }
        }

        fn rows(&mut self, rows: Rows) {
            self.batches.push(rows);
        }
    }

    fn table(rows: &[&[&str]], kept: &mut Kept) -> Found {
        let mut tabling = Tabling::new(&Known(&["id", "name", "end"]), None, false);
        for (number, row) in (1..).zip(rows) {
            row.iter().for_each(|text| tabling.cell(Cell::Text(text)));
            if tabling.end_row(number, kept) == Interest::Skip {
                break;
            }
        }
        tabling.finish(kept)
    }

    #[test]
    fn headings_are_found_below_titles() {
        let mut kept = Kept::default();
        let rows: &[&[&str]] = &[
            &["Report", "", ""],
            &["", ""],
            &["name", "of", "all"],
            &["\u{feff} id\u{a0}", "na\u{200b}me", "end", "", ""],
            &["1", "Acme", "x"],
            &["id", "name", "end"],
        ];
        assert_eq!(table(rows, &mut kept), Found::Table);
        let head = &kept.heads[0];
        assert_eq!(head.header_row, 4, "the earliest of two that tie");
        assert_eq!(
            head.headings.iter().map(|text| &**text).collect::<Vec<_>>(),
            ["id", "name", "end"]
        );
        assert_eq!(
            head.above,
            [
                (1, vec!["Report".to_owned()]),
                (3, vec!["name".into(), "of".into(), "all".into()])
            ]
        );
        let numbers: Vec<u32> = kept.batches[0].iter().map(|row| row.number).collect();
        assert_eq!(numbers, [5, 6]);
    }

    #[test]
    fn few_words_are_no_headings() {
        let mut kept = Kept::default();
        let found = table(&[&["id", "x", "y"], &["1", "2", "3"]], &mut kept);
        assert_eq!(
            found,
            Found::NoHeadings {
                row: 1,
                text: "id | x | y".into()
            }
        );
        assert_eq!(
            table(&[&["id", "x"], &["1", "2"]], &mut kept),
            Found::Table,
            "one of two is enough"
        );
        assert_eq!(table(&[&[""]], &mut kept), Found::Nothing);
    }

    #[test]
    fn batches_are_bounded_and_refused_tables_stop() {
        let mut kept = Kept::default();
        let row: &[&str] = &["1", "x", "y"];
        let mut rows: Vec<&[&str]> = vec![&["id", "name", "end"]];
        rows.resize(9001, row);
        table(&rows, &mut kept);
        assert_eq!(
            kept.batches.iter().map(Rows::len).collect::<Vec<_>>(),
            [4096, 4096, 808]
        );
        let mut kept = Kept {
            unwanted: true,
            ..Kept::default()
        };
        assert_eq!(table(&rows, &mut kept), Found::Unwanted);
        assert!(kept.batches.is_empty());
    }
}
