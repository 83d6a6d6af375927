//! An empty column within one table, where it looks as if it parted two.
//!
//! In: two parts of a row of headings, one of which lists customers and nothing else, and the rows below them. Out: whether they are
//! one table after all: every row has cells in both parts, and a customer stands in several of them. A list of customers names
//! nobody twice, and two lists hardly end in the same row.

use std::{collections::BTreeSet, ops::Range};

use super::{Row, Rows, Words, headings::heading};
use crate::terms::Text;

/// Whether the rows speak for one table.
pub(super) fn is_one_table(
    headings: &[Text],
    (left, right): (Range<usize>, Range<usize>),
    rows: &Rows,
    after: usize,
    words: &dyn Words,
) -> bool {
    let lists_customers = |part: &Range<usize>| {
        let cells = headings.iter().take(part.end).skip(part.start);
        let filled: Vec<&str> = cells.map(|text| &**text).filter(|text| !text.is_empty()).collect();
        words.lists_customers(&filled)
    };
    let Some(customers) = [&left, &right].into_iter().find(|part| lists_customers(part)) else {
        return false;
    };
    let rows = || rows.iter().skip(after);
    let is_whole = |row: Row<'_>| !texts(row, &left).is_empty() && !texts(row, &right).is_empty();
    let mut seen: BTreeSet<Vec<String>> = BTreeSet::new();
    rows().all(is_whole) && !rows().all(|row| seen.insert(texts(row, customers)))
}

/// The filled cells of a part of a row.
fn texts(row: Row<'_>, part: &Range<usize>) -> Vec<String> {
    let cells = row.cells().enumerate().filter(|(column, _)| part.contains(column));
    cells
        .map(|(_, cell)| heading(cell))
        .filter(|text| !text.is_empty())
        .collect()
}
