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
    ends: Vec<End>,
}

/// Where a row ends.
#[derive(Debug, Clone, Copy)]
struct End {
    number: u32,
    /// Its cells, empty ones after the last filled one included.
    cells: u32,
    /// Slots up to its end; it has none for the empty cells after its last filled one.
    slot: u32,
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

/// Whether a text has nothing to see; most show at their first byte that they have.
fn is_blank(text: &str) -> bool {
    !text.as_bytes().first().is_some_and(u8::is_ascii_graphic) && text.trim().is_empty()
}

impl Rows {
    /// An empty batch with room for as much as this one holds.
    pub(super) fn same_room(&self) -> Rows {
        Rows {
            text: String::with_capacity(self.text.len()),
            slots: Vec::with_capacity(self.slots.len()),
            ends: Vec::with_capacity(self.ends.len()),
        }
    }

    /// Adds a cell to the row under way. Text of blanks only counts as empty.
    pub fn push(&mut self, cell: Cell<'_>) {
        let slot = match cell {
            Cell::Text(text) if is_blank(text) => Slot::Empty,
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
        let start = self.start();
        let filled = |slot: &Slot| !matches!(slot, Slot::Empty);
        let Some(last) = self.slots[start..].iter().rposition(filled) else {
            self.slots.truncate(start);
            return false;
        };
        let cells = (self.slots.len() - start) as u32;
        // Empty columns come by the thousand: they are counted, not kept.
        self.slots.truncate(start + last + 1);
        self.ends.push(End {
            number,
            cells,
            slot: self.slots.len() as u32,
        });
        true
    }

    /// The first slot of the row under way.
    fn start(&self) -> usize {
        self.ends.last().map_or(0, |end| end.slot as usize)
    }

    /// Forgets the row under way.
    pub(super) fn drop_row(&mut self) {
        self.slots.truncate(self.start());
    }

    /// Takes the last row away, into a batch of its own.
    pub(super) fn take_last(&mut self) -> Rows {
        let mut taken = Rows::default();
        if let Some(row) = self.ends.len().checked_sub(1).map(|last| self.row(last)) {
            taken.copy(row);
            self.ends.pop();
            self.drop_row();
        }
        taken
    }

    /// Adds a copy of a row.
    pub(super) fn copy(&mut self, row: Row<'_>) {
        row.cells().for_each(|cell| self.push(cell));
        (row.slots.len()..row.len()).for_each(|_| self.push(Cell::Empty));
        self.end_row(row.number);
    }

    /// Adds a copy of the cells of a row in these columns, under their own columns; says whether any was filled.
    pub(super) fn copy_columns(&mut self, row: Row<'_>, columns: std::ops::Range<usize>) -> bool {
        (0..columns.start).for_each(|_| self.push(Cell::Empty));
        let end = columns.end.min(row.slots.len());
        (columns.start..end).for_each(|column| self.push(row.cell(column)));
        self.end_row(row.number)
    }

    /// Forgets all rows, and keeps the room they had.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.slots.clear();
        self.ends.clear();
    }

    /// Adds copies of all rows of another batch.
    pub fn append(&mut self, other: &Rows) {
        other.iter().for_each(|row| self.copy(row));
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

    /// Cells held: what bounds a batch of numbers.
    pub(super) fn cells_len(&self) -> usize {
        self.slots.len()
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.ends.len()).map(move |index| self.row(index))
    }

    /// The row ended last.
    pub(super) fn last(&self) -> Option<Row<'_>> {
        self.ends.len().checked_sub(1).map(|last| self.row(last))
    }

    fn row(&self, index: usize) -> Row<'_> {
        let End { number, cells, slot } = self.ends[index];
        let start = if index == 0 { 0 } else { self.ends[index - 1].slot };
        Row {
            number,
            text: &self.text,
            slots: &self.slots[start as usize..slot as usize],
            cells,
        }
    }
}

/// One row of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// 1-based row of the sheet, or line of the text file on which the record begins.
    pub number: u32,
    text: &'a str,
    slots: &'a [Slot],
    cells: u32,
}

impl<'a> Row<'a> {
    /// Number of cells, trailing empty ones included.
    pub fn len(&self) -> usize {
        self.cells as usize
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.cells == 0
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

    /// The cells in order, up to the last filled one.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'a>> {
        let row = *self;
        (0..row.slots.len()).map(move |column| row.cell(column))
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
        let first = (3, vec![Cell::Text("a")]);
        let second = (5, vec![Cell::Number(2.0)]);
        assert_eq!(seen, [first.clone(), second.clone(), first, second]);
        assert_eq!(rows.iter().map(|row| row.len()).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn empty_cells_at_the_end_of_a_row_cost_nothing() {
        let mut rows = Rows::default();
        for number in 1..=100 {
            rows.push(Cell::Bool(true));
            (0..16_000).for_each(|_| rows.push(Cell::Empty));
            rows.end_row(number);
        }
        assert_eq!((rows.cells_len(), rows.len()), (100, 100));
        assert_eq!(rows.last().map(|row| row.len()), Some(16_001));
        let taken = rows.take_last();
        assert_eq!((taken.len(), rows.len(), rows.cells_len()), (1, 99, 99));
        assert_eq!(taken.iter().next().map(|row| row.number), Some(100));
    }
}
