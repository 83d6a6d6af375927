//! Cells as events, row by row.
//!
//! In: the cells of a sheet as its reader comes to them, merged regions, limits. Out: [`Event`]s in the order of rows and columns.
//! A value that a vertical merge spans is given to each row of it that holds anything; a place that is filled twice holds an
//! error. Counts all sheets together against the limits.

use std::{borrow::Cow, collections::BTreeSet};

use calamine::{Sheet, SheetType, SheetVisible};
use chrono::NaiveDateTime;

use super::{
    event::{Event, Failure, Next},
    flaws::quoted,
};
use crate::read::{Cell, Epoch, Limits};

/// Rows that a sheet has in every spreadsheet program.
pub(super) const ROWS: u32 = 1 << 20;

/// A cell that is kept until its row is whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held<'b> {
    Text(Cow<'b, str>),
    Number(f64),
    DateTime(NaiveDateTime),
    Bool(bool),
    Error(Cow<'b, str>),
}

impl<'b> Held<'b> {
    /// None, where the cell is empty. A number that is none is an error.
    pub(super) fn of(cell: Cell<'b>) -> Option<Held<'b>> {
        Some(match cell {
            Cell::Empty => return None,
            Cell::Text("") => return None,
            Cell::Text(text) => Held::Text(Cow::Borrowed(text)),
            Cell::Number(number) if !number.is_finite() => Held::Error(Cow::Owned(number.to_string())),
            Cell::Number(number) => Held::Number(number),
            Cell::DateTime(at) => Held::DateTime(at),
            Cell::Bool(truth) => Held::Bool(truth),
            Cell::Error(text) => Held::Error(Cow::Borrowed(text)),
        })
    }

    pub(super) fn into_owned(self) -> Held<'static> {
        match self {
            Held::Text(text) => Held::Text(Cow::Owned(text.into_owned())),
            Held::Error(text) => Held::Error(Cow::Owned(text.into_owned())),
            Held::Number(number) => Held::Number(number),
            Held::DateTime(at) => Held::DateTime(at),
            Held::Bool(truth) => Held::Bool(truth),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Held::Text(text) => Cell::Text(text),
            Held::Error(text) => Cell::Error(text),
            Held::Number(number) => Cell::Number(*number),
            Held::DateTime(at) => Cell::DateTime(*at),
            Held::Bool(truth) => Cell::Bool(*truth),
        }
    }

    fn text_len(&self) -> u64 {
        match self {
            Held::Text(text) | Held::Error(text) => text.len() as u64,
            _ => 0,
        }
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
    sheets: u64,
    cells: u64,
    rows: u64,
    text: u64,
}

impl<'a> Telling<'a> {
    pub(super) fn new(limits: &'a Limits, emit: &'a mut dyn FnMut(Event<'_>) -> Next) -> Telling<'a> {
        Telling {
            emit,
            limits,
            sheets: 0,
            cells: 0,
            rows: 0,
            text: 0,
        }
    }

    /// Tells from which day the workbook counts; before its first sheet.
    pub(super) fn counts_from(&mut self, epoch: Epoch) {
        (self.emit)(Event::Epoch(epoch));
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
    pub(super) fn sheet<'t, 'b>(&'t mut self, sheet: &Sheet) -> Result<SheetTelling<'t, 'a, 'b>, Failure> {
        self.named(&sheet.name, sheet.visible != SheetVisible::Visible)
    }

    /// Begins a sheet of this name.
    pub(super) fn named<'t, 'b>(&'t mut self, name: &str, hidden: bool) -> Result<SheetTelling<'t, 'a, 'b>, Failure> {
        self.sheets += 1;
        if self.sheets > self.limits.sheets {
            return Err(Failure::Over("sheets"));
        }
        if name.len() as u64 > self.limits.cell_bytes {
            return Err(Failure::Over("cell_bytes"));
        }
        (self.emit)(Event::Sheet { name, hidden });
        Ok(SheetTelling {
            all: self,
            row: None,
            cells: Vec::new(),
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
pub(super) struct SheetTelling<'t, 'a, 'b> {
    all: &'t mut Telling<'a>,
    /// The row under way and its cells, in the order they came.
    row: Option<u32>,
    cells: Vec<(u32, Held<'b>)>,
    /// Vertical merges, the first ones last; those that have begun, with their value.
    merges: Vec<Merge>,
    spanning: Vec<(Merge, Held<'b>)>,
    /// What the taker last wanted.
    next: Next,
}

impl<'b> SheetTelling<'_, '_, 'b> {
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

    /// The next cell; rows come in order.
    pub(super) fn cell(&mut self, (row, column): (u32, u32), held: Option<Held<'b>>) -> Result<Next, Failure> {
        let Some(held) = held else { return Ok(Next::Go) };
        if row >= ROWS {
            return Ok(Next::Break("a cell stands below the last row that a sheet has"));
        }
        if u64::from(column) >= self.all.limits.columns {
            return Err(Failure::Over("columns"));
        }
        if held.text_len() > self.all.limits.cell_bytes {
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
            self.all.rows += 1;
            if self.all.rows > self.all.limits.rows {
                return Err(Failure::Over("rows"));
            }
        }
        self.count(&held)?;
        self.cells.push((column, held));
        Ok(Next::Go)
    }

    fn count(&mut self, held: &Held<'_>) -> Result<(), Failure> {
        self.all.cells += 1;
        self.all.text += held.text_len();
        if self.all.cells > self.all.limits.cells {
            return Err(Failure::Over("cells"));
        }
        if self.all.text > self.all.limits.workbook_text_bytes {
            return Err(Failure::Over("workbook_text_bytes"));
        }
        Ok(())
    }

    /// Tells the row under way.
    fn flush(&mut self) -> Result<(), Failure> {
        let Some(row) = self.row.take() else { return Ok(()) };
        if !self.cells.is_sorted_by(|a, b| a.0 < b.0) {
            self.cells.sort_by_key(|(column, _)| *column);
            self.cells.dedup_by(|later, earlier| {
                let twice = later.0 == earlier.0;
                if twice {
                    earlier.1 = Held::Error(Cow::Borrowed("given twice"));
                }
                twice
            });
        }
        self.span(row)?;
        for (column, held) in self.cells.drain(..) {
            if self.next == Next::Go {
                let cell = held.cell();
                self.next = (self.all.emit)(Event::Cell { row, column, cell });
            }
        }
        Ok(())
    }

    /// Gives the row what spans it from above, and begins the merges that start here.
    fn span(&mut self, row: u32) -> Result<(), Failure> {
        self.spanning.retain(|(merge, _)| merge.last >= row);
        for at in 0..self.spanning.len() {
            let Some((merge, held)) = self.spanning.get(at) else {
                break;
            };
            if let Err(place) = self.cells.binary_search_by_key(&merge.column, |(column, _)| *column) {
                let filled = (merge.column, held.clone());
                self.count(&filled.1)?;
                self.cells.insert(place, filled);
            }
        }
        while let Some(merge) = self.merges.last().copied()
            && merge.first <= row
        {
            self.merges.pop();
            let found = self.cells.binary_search_by_key(&merge.column, |(column, _)| *column);
            if merge.first == row
                && let Some((_, held)) = found.ok().and_then(|at| self.cells.get(at))
            {
                self.spanning.push((merge, held.clone()));
            }
        }
        Ok(())
    }

    /// Ends the sheet.
    pub(super) fn end(mut self, hidden_rows: u32) -> Result<(), Failure> {
        self.flush()?;
        if hidden_rows > 0 {
            (self.all.emit)(Event::HiddenRows(hidden_rows));
        }
        (self.all.emit)(Event::End);
        Ok(())
    }

    /// Ends the sheet in the middle of a row.
    pub(super) fn broken(mut self, why: &str) -> Result<(), Failure> {
        // A row that was whole when the next one began has been told; this one may not be.
        match self.next {
            Next::SkipSheet => (self.all.emit)(Event::End),
            _ => {
                self.partial();
                (self.all.emit)(Event::Broken(why))
            }
        };
        Ok(())
    }

    /// Says where the row under way is, though it will be forgotten.
    fn partial(&mut self) {
        if let (Some(row), Some((column, held)), Next::Go) = (self.row, self.cells.first(), self.next) {
            let (column, cell) = (*column, held.cell());
            (self.all.emit)(Event::Cell { row, column, cell });
        }
    }
}
