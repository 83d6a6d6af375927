//! Two columns of one meaning that say different things.
//!
//! In: the cells of a row. Out: a finding and a flaw where two columns that mean the same to us hold different values of a field
//! that decides: whose subscription it is, how many licences, until when, in which state. Which of them is meant cannot be told
//! from the headings, so that the row is for review; what the first column says stands meanwhile.

use super::super::{
    Field, Flaw,
    cells::{Cells, shown},
    dates::{DateReading, means_renewal},
    values,
};
use crate::{config::DateOrder, finding::Code, read::Cell};

/// The fields that decide.
const DECIDING: [Field; 5] = [
    Field::SubscriptionId,
    Field::CustomerId,
    Field::Seats,
    Field::TermEnd,
    Field::State,
];

/// Tells of columns that contradict each other in this row.
pub(super) fn tell_of_rivals(cells: &mut Cells<'_>) {
    let columns = &cells.table.columns;
    // One column alone contradicts nobody.
    for field in DECIDING.into_iter().filter(|&field| columns.of_field(field).len() > 1) {
        let mut filled = columns.rivals(field).filter_map(|column| {
            let cell = cells.row.cell(column as usize);
            says_something(field, cell, cells).then_some((column, cell))
        });
        let Some((first, said)) = filled.next() else {
            continue;
        };
        let differing = filled.find(|&(column, cell)| {
            !is_same(field, said, cell, cells) && !is_day_after(field, (first, said), (column, cell), cells)
        });
        if let Some((column, cell)) = differing {
            let heading = |column: u32| columns.heading(column).cloned().unwrap_or_default();
            let message = format!(
                "`{}` stands under `{}` and `{}` under `{}`, which mean the same to us; the row is for review",
                shown(said),
                heading(first),
                shown(cell),
                heading(column)
            );
            let hint = "remove one of the two columns, or say in the headings table which one counts";
            cells.tell(Code::Contradiction, column, cell, message, hint);
            cells.flaws.add(Flaw::Contradiction);
        }
    }
}

/// Whether of two columns of term ends one holds days of renewal, and in this row the day after the other's: they say the same.
fn is_day_after(field: Field, one: (u32, Cell<'_>), other: (u32, Cell<'_>), cells: &Cells<'_>) -> bool {
    let is_renewal = |column: u32| {
        let heading = cells.table.columns.heading(column);
        heading.is_some_and(|heading| means_renewal(heading))
    };
    let (renewal, end) = match (is_renewal(one.0), is_renewal(other.0)) {
        (true, false) => (one.1, other.1),
        (false, true) => (other.1, one.1),
        _ => return false,
    };
    let (renewal, end) = (cells.read_date(renewal), cells.read_date(end));
    // The order of the column is not known yet; both columns of a table are written alike.
    let follows = |order: &DateOrder| match (renewal.in_order(*order), end.in_order(*order)) {
        (Some(renewal), Some(end)) => renewal.pred_opt() == Some(end),
        _ => false,
    };
    field == Field::TermEnd && DateOrder::ALL.iter().any(follows)
}

fn says_something(field: Field, cell: Cell<'_>, cells: &Cells<'_>) -> bool {
    match (field, cell) {
        (_, Cell::Empty) => false,
        (_, cell) if cells.is_nothing(cell) => false,
        (Field::TermEnd, cell) => cells.read_date(cell) != DateReading::Empty,
        _ => true,
    }
}

fn is_same(field: Field, one: Cell<'_>, other: Cell<'_>, cells: &Cells<'_>) -> bool {
    let words = cells.vocabulary;
    match field {
        Field::TermEnd => cells.read_date(one) == cells.read_date(other),
        Field::Seats => values::seats(one, words) == values::seats(other, words),
        Field::State => values::state(one, words) == values::state(other, words),
        _ => values::id(one) == values::id(other),
    }
}
