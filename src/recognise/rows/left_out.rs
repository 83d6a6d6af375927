//! Rows that are no subscription and no customer.
//!
//! In: the cells of a row. Out: whether it says the headings again, sums up others, or is a note; and what follows: ignored with a
//! note, rejected with an error, or loose until the last row of the table is known.

use super::super::{
    cells::{Cells, shown},
    kinds::Role,
    table::{Batch, Loose, Table},
    vocabulary::folds_alike,
};
use crate::{
    finding::{Code, Finding},
    read::{Cell, Row},
    terms::*,
};

pub(super) fn ignore(cells: &mut Cells<'_>, batch: &mut Batch, code: Code, message: &'static str) {
    batch.accounting.ignored += 1;
    let place = cells.table.place.at_row(cells.row.number);
    let mut finding = Finding::new(code, place, message, "");
    finding.value = first_filled(cells.row).map(|(_, cell)| shown(cell).into());
    cells.findings = vec![finding];
}

pub(super) fn loose_or_rejected(cells: &mut Cells<'_>, batch: &mut Batch) {
    if is_total(cells) {
        return ignore(
            cells,
            batch,
            Code::TotalRowIgnored,
            "the row sums up others; it was left out",
        );
    }
    if let (true, Some((column, cell))) = (is_loose(cells), first_filled(cells.row)) {
        batch.loose.push(Loose {
            row: cells.row.number,
            column,
            value: shown(cell).into(),
            is_number: is_number(cell),
        });
        cells.findings.clear();
        return;
    }
    batch.accounting.rejected += 1;
    let finding = unidentified(
        cells.table,
        cells.row.number,
        first_filled(cells.row).map(|(_, cell)| shown(cell).into()),
    );
    cells.findings.push(finding);
}

/// The finding for a row that names nobody.
pub(in crate::recognise) fn unidentified(table: &Table, row: u32, value: Option<Text>) -> Finding {
    let (message, hint) = match table.columns.kind.role {
        Role::Customers => (
            "the row names no customer; it was rejected",
            "give the customer's tenant id",
        ),
        _ => (
            "the row names neither a subscription nor a customer with an offer; it was rejected",
            "give the subscription's id, or the customer and the offer; `customer_id` of a [[source]] setting says whose a file without customers is",
        ),
    };
    let mut finding = Finding::new(Code::RowUnidentified, table.place.at_row(row), message, hint);
    finding.value = value;
    finding
}

/// Whether what stands in an id's column is a word for a total, or the one text of a row and several words.
pub(super) fn is_prose(id: &Id, cells: &Cells<'_>) -> bool {
    match id {
        Id::Guid(_) => false,
        Id::Text(text) => is_total(cells) || text.contains(char::is_whitespace) && is_loose(cells),
    }
}

fn first_filled(row: Row<'_>) -> Option<(u32, Cell<'_>)> {
    (0u32..).zip(row.cells()).find(|(_, cell)| *cell != Cell::Empty)
}

/// Whether the row is one text alone, or numbers alone.
pub(super) fn is_loose(cells: &Cells<'_>) -> bool {
    let mut filled = cells.row.cells().filter(|cell| *cell != Cell::Empty);
    match filled.next() {
        Some(cell) if is_number(cell) => filled.all(is_number),
        Some(Cell::Text(_)) => filled.next().is_none(),
        Some(_) => false,
        None => true,
    }
}

/// Whether a cell is a number, or a text of digits and their marks.
fn is_number(cell: Cell<'_>) -> bool {
    let mark = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ',' | '-' | '\'');
    match cell {
        Cell::Number(_) => true,
        Cell::Text(text) => text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(mark),
        _ => false,
    }
}

pub(super) fn is_total(cells: &Cells<'_>) -> bool {
    let first = cells.row.cells().find_map(|cell| match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    });
    first.is_some_and(|text| text.len() < 64 && cells.vocabulary.is_total(text))
}

/// Whether the row says the headings again: its first filled cell does, and every other filled one.
pub(super) fn is_repeated_heading(row: Row<'_>, table: &Table) -> bool {
    let repeats = |(column, cell): (u32, Cell<'_>)| match (cell, table.columns.heading(column)) {
        (Cell::Text(text), Some(heading)) => {
            let (text, heading) = (text.trim(), heading.trim());
            text == heading || text.len() < 128 && !heading.is_empty() && folds_alike(text, heading)
        }
        _ => false,
    };
    let mut filled = (0u32..).zip(row.cells()).filter(|(_, cell)| *cell != Cell::Empty);
    filled.next().is_some_and(repeats) && filled.all(repeats)
}
