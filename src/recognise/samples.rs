//! What stands in the columns of a table.
//!
//! In: the rows of a table, where that is asked for. Out: for each column that is used the first few values that differ, each with
//! its row. The result does not depend on batches or threads: of every batch the first few are kept, then of all of them.

use super::{Sample, table::Table, trace::as_it_stands};
use crate::read::{Cell, Row};

/// How many values of a column are kept.
const KEPT: usize = 3;
/// Characters of a value that are kept.
const LONGEST: usize = 120;

/// Values by column.
pub(super) type Samples = Vec<Vec<Sample>>;

/// Adds what is new in a row.
pub(super) fn add(samples: &mut Samples, row: Row<'_>, table: &Table) {
    let headings = &table.columns.headings;
    samples.resize_with(headings.len(), Vec::new);
    let columns = samples.iter_mut().zip(headings).enumerate();
    for (column, (kept, _)) in columns.filter(|(_, (kept, (_, field)))| field.is_some() && kept.len() < KEPT) {
        let cell = row.cell(column);
        if cell == Cell::Empty {
            continue;
        }
        let text = as_it_stands(cell);
        let text = text.trim();
        let value = match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text.to_owned(),
        };
        if kept.iter().all(|sample| *sample.value != value) {
            kept.push(Sample {
                value: value.into(),
                row: row.number,
            });
        }
    }
}

/// The first values of all batches.
pub(super) fn first(batches: impl Iterator<Item = Samples>) -> Samples {
    let mut all = Samples::new();
    for samples in batches {
        all.resize_with(all.len().max(samples.len()), Vec::new);
        for (column, samples) in all.iter_mut().zip(samples) {
            column.extend(samples);
        }
    }
    for column in &mut all {
        column.sort_by_key(|sample| sample.row);
        let mut seen = Vec::new();
        column.retain(|sample| {
            let is_new = !seen.contains(&sample.value);
            seen.push(sample.value.clone());
            is_new
        });
        column.truncate(KEPT);
    }
    all
}
