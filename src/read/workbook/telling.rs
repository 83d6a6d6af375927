//! Cells as events, row by row.
//!
//! In: the cells of a sheet as its reader comes to them, merged regions, limits. Out: [`Event`]s in the order of rows and columns.
//! A value that a vertical merge spans is given to each row of it that holds anything; a place that is filled twice holds an
//! error. Counts all sheets together against the limits.

use std::{collections::BTreeSet, ops::Range};

use calamine::{Sheet, SheetType, SheetVisible};
use chrono::NaiveDateTime;

use super::{
    event::{Event, Failure, Next},
    flaws::quoted,
};
use crate::read::{Cell, Epoch, Limits};

/// Rows that a sheet has in every spreadsheet program.
pub(super) const ROWS: u32 = 1 << 20;

/// A cell that outlives what it was read from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    Text(String),
    Number(f64),
    DateTime(NaiveDateTime),
    Bool(bool),
    Error(String),
}

impl Held {
    /// None, where the cell is empty. A number that is none is an error.
    pub(super) fn of(cell: Cell<'_>) -> Option<Held> {
        Some(match cell {
            Cell::Empty | Cell::Text("") => return None,
            Cell::Text(text) => Held::Text(text.to_owned()),
            Cell::Number(number) if !number.is_finite() => Held::Error(number.to_string()),
            Cell::Number(number) => Held::Number(number),
            Cell::DateTime(at) => Held::DateTime(at),
            Cell::Bool(truth) => Held::Bool(truth),
            Cell::Error(text) => Held::Error(text.to_owned()),
        })
    }

    pub(super) fn cell(&self) -> Cell<'_> {
        match self {
            Held::Text(text) => Cell::Text(text),
            Held::Error(text) => Cell::Error(text),
            Held::Number(number) => Cell::Number(*number),
            Held::DateTime(at) => Cell::DateTime(*at),
            Held::Bool(truth) => Cell::Bool(*truth),
        }
    }
}

/// The cells of a row, in the order they came, until it is whole. Their texts share one buffer.
#[derive(Default)]
struct Row {
    cells: Vec<(u32, Slot)>,
    text: String,
}

enum Slot {
    Text(Range<usize>),
    Number(f64),
    DateTime(NaiveDateTime),
    Bool(bool),
    Error(Range<usize>),
    GivenTwice,
}

impl Row {
    fn slot(&mut self, cell: Cell<'_>) -> Slot {
        match cell {
            Cell::Text(text) => Slot::Text(self.keep(text)),
            Cell::Error(text) => Slot::Error(self.keep(text)),
            Cell::Number(number) => Slot::Number(number),
            Cell::DateTime(at) => Slot::DateTime(at),
            Cell::Bool(truth) => Slot::Bool(truth),
            Cell::Empty => Slot::Text(0..0),
        }
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn cell(&self, slot: &Slot) -> Cell<'_> {
        let text = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        match slot {
            Slot::Text(range) => Cell::Text(text(range)),
            Slot::Error(range) => Cell::Error(text(range)),
            Slot::Number(number) => Cell::Number(*number),
            Slot::DateTime(at) => Cell::DateTime(*at),
            Slot::Bool(truth) => Cell::Bool(*truth),
            Slot::GivenTwice => Cell::Error("given twice"),
        }
    }

    /// Where a column's cell is, or would be; the cells are in order.
    fn find(&self, column: u32) -> Result<usize, usize> {
        self.cells.binary_search_by_key(&column, |(column, _)| *column)
    }

    /// Brings the cells in order; what is given twice is an error.
    fn sort(&mut self) {
        if self.cells.is_sorted_by(|a, b| a.0 < b.0) {
            return;
        }
        self.cells.sort_by_key(|(column, _)| *column);
        self.cells.dedup_by(|later, earlier| {
            let twice = later.0 == earlier.0;
            if twice {
                earlier.1 = Slot::GivenTwice;
            }
            twice
        });
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.text.clear();
    }
}

fn text_len(cell: Cell<'_>) -> u64 {
    match cell {
        Cell::Text(text) | Cell::Error(text) => text.len() as u64,
        _ => 0,
    }
}

/// A region of merged cells: its value stands in its first row and column, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Merge {
    pub(super) first: u32,
    pub(super) column: u32,
    pub(super) last: u32,
}

/// Tells all sheets, and counts against the limits.
pub(super) struct Telling<'a> {
    emit: &'a mut dyn FnMut(Event<'_>) -> Next,
    limits: &'a Limits,
    counts: Counts,
    /// Events so far; so many of them have been told before, and what the taker said to the last of these.
    told: u64,
    known: u64,
    said: Next,
}

/// What counts against the limits.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    sheets: u64,
    cells: u64,
    rows: u64,
    text: u64,
}

/// A point in what is told, to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    counts: Counts,
    told: u64,
}

impl<'a> Telling<'a> {
    pub(super) fn new(limits: &'a Limits, emit: &'a mut dyn FnMut(Event<'_>) -> Next) -> Telling<'a> {
        Telling {
            emit,
            limits,
            counts: Counts::default(),
            told: 0,
            known: 0,
            said: Next::Go,
        }
    }

    /// Where we are; between sheets.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            counts: self.counts,
            told: self.told,
        }
    }

    /// Goes back. What was told since the mark will be told once more, by somebody else, and is not handed on again.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.known = self.known.max(self.told);
        self.counts = mark.counts;
        self.told = mark.told;
    }

    fn tell(&mut self, event: Event<'_>) -> Next {
        self.told += 1;
        if self.told > self.known {
            self.said = (self.emit)(event);
        } else if self.told < self.known {
            return Next::Go;
        }
        self.said
    }

    fn count(&mut self, text: u64) -> Result<(), Failure> {
        self.counts.cells += 1;
        self.counts.text += text;
        if self.counts.cells > self.limits.cells {
            return Err(Failure::Over("cells"));
        }
        if self.counts.text > self.limits.workbook_text_bytes {
            return Err(Failure::Over("workbook_text_bytes"));
        }
        Ok(())
    }

    /// Tells from which day the workbook counts; before its first sheet.
    pub(super) fn counts_from(&mut self, epoch: Epoch) {
        self.tell(Event::Epoch(epoch));
    }

    /// The sheets to read, with their number among all. Refuses two of one name.
    pub(super) fn choose(&mut self, all: &[Sheet], wanted: Option<&str>) -> Result<Vec<(usize, Sheet)>, Failure> {
        if all.len() as u64 > self.limits.sheets {
            return Err(Failure::Over("sheets"));
        }
        let mut seen = BTreeSet::new();
        let mut sheets = Vec::new();
        for (number, sheet) in all.iter().enumerate() {
            if sheet.typ != SheetType::WorkSheet || wanted.is_some_and(|wanted| wanted != sheet.name) {
                continue;
            }
            if !seen.insert(sheet.name.as_str()) {
                return Err(repeated(&sheet.name));
            }
            sheets.push((number, sheet.clone()));
        }
        match wanted {
            Some(wanted) if sheets.is_empty() => Err(missing(wanted, all.iter().map(|sheet| sheet.name.as_str()))),
            _ => Ok(sheets),
        }
    }

    /// Begins a sheet.
    pub(super) fn sheet<'t>(&'t mut self, sheet: &Sheet) -> Result<SheetTelling<'t, 'a>, Failure> {
        self.named(&sheet.name, sheet.visible != SheetVisible::Visible)
    }

    /// Begins a sheet of this name.
    pub(super) fn named<'t>(&'t mut self, name: &str, hidden: bool) -> Result<SheetTelling<'t, 'a>, Failure> {
        self.counts.sheets += 1;
        if self.counts.sheets > self.limits.sheets {
            return Err(Failure::Over("sheets"));
        }
        if name.len() as u64 > self.limits.cell_bytes {
            return Err(Failure::Over("cell_bytes"));
        }
        self.tell(Event::Sheet { name, hidden });
        Ok(SheetTelling {
            all: self,
            row: None,
            cells: Row::default(),
            merges: Vec::new(),
            spanning: Vec::new(),
            next: Next::Go,
        })
    }
}

/// Two sheets of one name: nobody could say which of them a place is in.
pub(super) fn repeated(name: &str) -> Failure {
    Failure::Damaged(format!("two of its sheets are called `{}`", quoted(name)))
}

/// A sheet that was asked for and is not there.
pub(super) fn missing<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Failure {
    Failure::SheetMissing {
        wanted: wanted.to_owned(),
        names: names.map(|name| format!("`{name}`")).collect(),
    }
}

/// Tells one sheet.
pub(super) struct SheetTelling<'t, 'a> {
    all: &'t mut Telling<'a>,
    /// The row under way and its cells.
    row: Option<u32>,
    cells: Row,
    /// Vertical merges, the first ones last; those that have begun, with their value.
    merges: Vec<Merge>,
    spanning: Vec<(Merge, Held)>,
    /// What the taker last wanted.
    next: Next,
}

impl SheetTelling<'_, '_> {
    /// Regions whose value counts for each of their rows; before the first cell.
    pub(super) fn merges(&mut self, mut merges: Vec<Merge>) {
        merges.retain(|merge| merge.last > merge.first);
        merges.sort_unstable_by(|a, b| b.cmp(a));
        self.merges = merges;
    }

    /// A region that begins in the row under way.
    pub(super) fn merge(&mut self, merge: Merge) {
        if merge.last > merge.first {
            let at = self.merges.partition_point(|other| *other > merge);
            self.merges.insert(at, merge);
        }
    }

    /// The next cell; rows come in order. A number that is none is an error.
    pub(super) fn cell(&mut self, at: (u32, u32), cell: Cell<'_>) -> Result<Next, Failure> {
        match cell {
            Cell::Empty | Cell::Text("") => Ok(Next::Go),
            Cell::Number(number) if !number.is_finite() => self.filled(at, Cell::Error(&number.to_string())),
            filled => self.filled(at, filled),
        }
    }

    fn filled(&mut self, (row, column): (u32, u32), cell: Cell<'_>) -> Result<Next, Failure> {
        if row >= ROWS {
            return Ok(Next::Break("a cell stands below the last row that a sheet has"));
        }
        if u64::from(column) >= self.all.limits.columns {
            return Err(Failure::Over("columns"));
        }
        if text_len(cell) > self.all.limits.cell_bytes {
            return Err(Failure::Over("cell_bytes"));
        }
        match self.row {
            Some(current) if row < current => return Ok(Next::Break("its cells are not in order")),
            Some(current) if row > current => self.flush()?,
            _ => {}
        }
        if self.next != Next::Go {
            return Ok(self.next);
        }
        if self.row != Some(row) {
            self.row = Some(row);
            self.all.counts.rows += 1;
            if self.all.counts.rows > self.all.limits.rows {
                return Err(Failure::Over("rows"));
            }
        }
        self.all.count(text_len(cell))?;
        let slot = self.cells.slot(cell);
        self.cells.cells.push((column, slot));
        Ok(Next::Go)
    }

    /// Tells the row under way.
    fn flush(&mut self) -> Result<(), Failure> {
        let Some(row) = self.row.take() else { return Ok(()) };
        self.cells.sort();
        if !self.merges.is_empty() || !self.spanning.is_empty() {
            self.span(row)?;
        }
        for (column, slot) in &self.cells.cells {
            if self.next != Next::Go {
                break;
            }
            let cell = self.cells.cell(slot);
            self.next = self.all.tell(Event::Cell {
                row,
                column: *column,
                cell,
            });
        }
        self.cells.clear();
        Ok(())
    }

    /// Gives the row what spans it from above, and begins the merges that start here.
    fn span(&mut self, row: u32) -> Result<(), Failure> {
        self.spanning.retain(|(merge, _)| merge.last >= row);
        for (merge, held) in &self.spanning {
            if let Err(place) = self.cells.find(merge.column) {
                self.all.count(text_len(held.cell()))?;
                let slot = self.cells.slot(held.cell());
                self.cells.cells.insert(place, (merge.column, slot));
            }
        }
        while let Some(merge) = self.merges.last().copied()
            && merge.first <= row
        {
            self.merges.pop();
            let found = self.cells.find(merge.column).ok();
            let found = found.and_then(|at| self.cells.cells.get(at));
            if merge.first == row
                && let Some((_, slot)) = found
                && let Some(held) = Held::of(self.cells.cell(slot))
            {
                self.spanning.push((merge, held));
            }
        }
        Ok(())
    }

    /// Ends the sheet.
    pub(super) fn end(mut self, hidden_rows: u32) -> Result<(), Failure> {
        self.flush()?;
        if hidden_rows > 0 {
            self.all.tell(Event::HiddenRows(hidden_rows));
        }
        self.all.tell(Event::End);
        Ok(())
    }

    /// Ends the sheet in the middle of a row.
    pub(super) fn broken(mut self, why: &str) -> Result<(), Failure> {
        // A row that was whole when the next one began has been told; this one may not be.
        match self.next {
            Next::SkipSheet => self.all.tell(Event::End),
            _ => {
                self.partial();
                self.all.tell(Event::Broken(why))
            }
        };
        Ok(())
    }

    /// Says where the row under way is, though it will be forgotten.
    fn partial(&mut self) {
        if let (Some(row), Some((column, slot)), Next::Go) = (self.row, self.cells.cells.first(), self.next) {
            let cell = self.cells.cell(slot);
            self.all.tell(Event::Cell {
                row,
                column: *column,
                cell,
            });
        }
    }
}
