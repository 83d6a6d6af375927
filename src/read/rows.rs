//! Rows in batches.
//!
//! In: cells, one after the other, and the end of each row. Out: [`Rows`], which share one text buffer, so that a row costs no
//! allocation of its own. Blank rows vanish here and nowhere else.

use chrono::NaiveDateTime;

use super::Cell;

/// A batch of rows of one table. Texts share one buffer, so that a row costs no allocation of its own.
#[derive(Debug, Default, Clone)]
pub struct Rows {
    text: String,
    slots: Vec<Slot>,
    ends: Vec<(u32, u32)>,
}

#[derive(Debug, Clone, Copy)]
enum Slot {
    Empty,
    Text { start: u32, end: u32 },
    Number(f64),
    DateTime(NaiveDateTime),
    Bool(bool),
    Error { start: u32, end: u32 },
}

impl Rows {
    /// Adds a cell to the row under way. Text of blanks only counts as empty.
    pub fn push(&mut self, cell: Cell<'_>) {
        let slot = match cell {
            Cell::Text(text) if text.trim().is_empty() => Slot::Empty,
            Cell::Empty => Slot::Empty,
            Cell::Text(text) => {
                let (start, end) = self.keep(text);
                Slot::Text { start, end }
            }
            Cell::Error(text) => {
                let (start, end) = self.keep(text);
                Slot::Error { start, end }
            }
            Cell::Number(number) => Slot::Number(number),
            Cell::DateTime(at) => Slot::DateTime(at),
            Cell::Bool(truth) => Slot::Bool(truth),
        };
        self.slots.push(slot);
    }

    fn keep(&mut self, text: &str) -> (u32, u32) {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        (start, self.text.len() as u32)
    }

    /// Ends the row under way. A row without a filled cell is dropped; says whether it was kept.
    pub fn end_row(&mut self, number: u32) -> bool {
        let start = self.ends.last().map_or(0, |&(_, end)| end as usize);
        if self.slots[start..].iter().all(|slot| matches!(slot, Slot::Empty)) {
            self.slots.truncate(start);
            return false;
        }
        self.ends.push((number, self.slots.len() as u32));
        true
    }

    /// Forgets the row under way.
    pub(super) fn drop_row(&mut self) {
        self.slots
            .truncate(self.ends.last().map_or(0, |&(_, end)| end as usize));
    }

    /// Adds copies of all rows of another batch.
    pub fn append(&mut self, other: &Rows) {
        for row in other.iter() {
            row.cells().for_each(|cell| self.push(cell));
            self.end_row(row.number);
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of text held: what bounds a batch.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.ends.len()).map(move |index| {
            let (number, end) = self.ends[index];
            let start = if index == 0 { 0 } else { self.ends[index - 1].1 };
            Row {
                number,
                text: &self.text,
                slots: &self.slots[start as usize..end as usize],
            }
        })
    }
}

/// One row of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// 1-based row of the sheet, or line of the text file on which the record begins.
    pub number: u32,
    text: &'a str,
    slots: &'a [Slot],
}

impl<'a> Row<'a> {
    /// Number of cells, trailing empty ones included.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The cell of a 0-based column; past the last one it is empty.
    pub fn cell(&self, column: usize) -> Cell<'a> {
        match self.slots.get(column) {
            None | Some(Slot::Empty) => Cell::Empty,
            Some(&Slot::Text { start, end }) => Cell::Text(&self.text[start as usize..end as usize]),
            Some(&Slot::Error { start, end }) => Cell::Error(&self.text[start as usize..end as usize]),
            Some(&Slot::Number(number)) => Cell::Number(number),
            Some(&Slot::DateTime(at)) => Cell::DateTime(at),
            Some(&Slot::Bool(truth)) => Cell::Bool(truth),
        }
    }

    /// All cells in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'a>> {
        let row = *self;
        (0..row.len()).map(move |column| row.cell(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_rows_are_dropped_and_batches_join() {
        let mut rows = Rows::default();
        rows.push(Cell::Text("a"));
        rows.push(Cell::Text(" \u{a0}"));
        assert!(rows.end_row(3));
        rows.push(Cell::Text(" "));
        rows.push(Cell::Empty);
        assert!(!rows.end_row(4));
        rows.push(Cell::Number(2.0));
        assert!(rows.end_row(5));
        let mut joined = rows.clone();
        joined.append(&rows);
        let seen: Vec<(u32, Vec<Cell<'_>>)> = joined.iter().map(|row| (row.number, row.cells().collect())).collect();
        let first = (3, vec![Cell::Text("a"), Cell::Empty]);
        let second = (5, vec![Cell::Number(2.0)]);
        assert_eq!(seen, [first.clone(), second.clone(), first, second]);
    }
}
