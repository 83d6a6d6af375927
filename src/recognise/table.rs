//! One table while its rows stream by.
//!
//! In: a table's head and its source. Out: [`Table`], what every batch of its rows needs to know, and [`Batch`], what a batch of
//! rows came to. A batch is made on any thread; its parts are put together by row, so that the result is the same as if one
//! thread had read them in order.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;

use super::{
    Field,
    columns::Columns,
    dates::{DateColumnEvidence, DateReading, Decision, Mixed, read_date_since},
    facts::{CustomerRow, Fact},
    samples::Samples,
    source::Source,
    strangers::Said,
    values::{Marks, OpenCount},
    vocabulary::Vocabulary,
};
use crate::{
    finding::{Accounting, Finding, Place},
    read::{Cell, Epoch},
    runs::InTurn,
    terms::Text,
};

/// What every row of a table needs to know.
#[derive(Debug)]
pub(super) struct Table {
    /// Its number within its file, from 0.
    pub(super) number: u32,
    /// File and sheet.
    pub(super) place: Place,
    pub(super) hidden: bool,
    pub(super) header_row: u32,
    /// How many cells the rows of a text have.
    pub(super) cells: Option<u32>,
    /// From which day its workbook counts days, where that is known.
    pub(super) epoch: Option<Epoch>,
    pub(super) columns: Columns,
    /// Columns that nobody knows, where one that we know is missing.
    pub(super) strangers: Vec<u32>,
    pub(super) source: Arc<Source>,
    /// A date in the title or the file's name.
    pub(super) freshness: Option<NaiveDate>,
    /// What was decided for each of [`Columns::dates`], once it is.
    pub(super) dated: Vec<Dated>,
}

impl Table {
    /// What a cell of a date column says.
    pub(super) fn read_date(&self, cell: Cell<'_>, vocabulary: &Vocabulary) -> DateReading {
        read_date_since(self.epoch.unwrap_or(Epoch::SINCE_1900), cell, vocabulary)
    }
}

/// How the dates of a column are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated {
    pub(super) decision: Decision,
    pub(super) mixed: Mixed,
    /// They are those of a renewal: the term ends the day before.
    pub(super) is_renewal: bool,
}

/// A date that waits for its column to be decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct PendingDate {
    /// Index of the fact (or customer row) in its batch.
    pub(super) item: u32,
    /// Index into [`Columns::dates`].
    pub(super) slot: u16,
    pub(super) field: Field,
    pub(super) reading: DateReading,
}

/// A number of licences that waits for the other cells of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PendingSeats {
    /// Index of the fact in its batch.
    pub(super) item: u32,
    pub(super) column: u32,
    pub(super) count: OpenCount,
    /// As it stood.
    pub(super) value: Text,
}

/// A row that is a note or an unlabelled sum if it stands below the table, and names nobody if it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loose {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) value: Text,
    pub(super) is_number: bool,
}

/// What a batch of rows came to.
#[derive(Debug, Default)]
pub(super) struct Batch<F = Vec<Fact>, D = Vec<PendingDate>> {
    pub(super) facts: F,
    pub(super) customers: Vec<CustomerRow>,
    pub(super) pending: D,
    pub(super) seats: Vec<PendingSeats>,
    /// What stands in the numbers of licences, by column.
    pub(super) marks: BTreeMap<u32, Marks>,
    pub(super) loose: Vec<Loose>,
    /// Rows that name a customer and tell of no subscription, and whom they name.
    pub(super) customers_alone: Vec<(u32, Text)>,
    pub(super) findings: Vec<Finding>,
    /// By date column.
    pub(super) evidence: Vec<DateColumnEvidence>,
    /// Subscriptions and merged rows are not told apart yet.
    pub(super) accounting: Accounting,
    /// The last row that told of something.
    pub(super) last_row: u32,
    /// What stands in the columns that nobody knows, where one is missing.
    pub(super) strangers: Vec<Said>,
    /// What stands in its columns; empty unless asked for.
    pub(super) samples: Samples,
}

/// The same, its facts and dates standing among those of the whole table.
pub(super) type Part<'a> = Batch<&'a mut [Fact], &'a [PendingDate]>;

impl<F, D> Batch<F, D> {
    /// Rows that tell of nothing.
    pub(super) fn left_out(&self) -> u64 {
        self.accounting.ignored + self.accounting.rejected + self.loose.len() as u64
    }

    /// The same with its facts and dates somewhere else.
    fn moved<G, E>(self, facts_to: impl FnOnce(F) -> G, dates_to: impl FnOnce(D) -> E) -> Batch<G, E> {
        Batch {
            facts: facts_to(self.facts),
            customers: self.customers,
            pending: dates_to(self.pending),
            seats: self.seats,
            marks: self.marks,
            loose: self.loose,
            customers_alone: self.customers_alone,
            findings: self.findings,
            evidence: self.evidence,
            accounting: self.accounting,
            last_row: self.last_row,
            strangers: self.strangers,
            samples: self.samples,
        }
    }
}

/// What the batches of a table came to, in the order of its rows. Facts and dates are by far the most of it: they are put where they stay
/// as they come, since small pieces that are let go later leave holes in memory.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) facts: Vec<Fact>,
    pending: Vec<PendingDate>,
    /// Each with the number of its facts, and of its dates.
    batches: Vec<Batch<usize, usize>>,
    turn: InTurn<Batch>,
}

impl Gathered {
    /// Adds a batch; `number` is its place among those of the table.
    pub(super) fn add(&mut self, number: usize, batch: Batch) {
        let Gathered {
            facts,
            pending,
            batches,
            turn,
        } = self;
        turn.add(number, batch, |batch| {
            batches.push(batch.moved(|own| kept(facts, own), |own| kept(pending, own)));
        });
    }

    /// The batches, each with its facts and dates.
    pub(super) fn parts(&mut self) -> Vec<Part<'_>> {
        debug_assert!(self.turn.is_empty(), "a batch is missing");
        let mut facts = self.facts.as_mut_slice();
        let mut facts_of = |count: usize| facts.split_off_mut(..count).unwrap_or_default();
        let mut dates = self.pending.as_slice();
        let mut dates_of = |count: usize| dates.split_off(..count).unwrap_or_default();
        let batches = std::mem::take(&mut self.batches).into_iter();
        batches.map(|batch| batch.moved(&mut facts_of, &mut dates_of)).collect()
    }
}

/// Puts all of `own` where all are kept; says how many they are.
fn kept<T>(all: &mut Vec<T>, mut own: Vec<T>) -> usize {
    let count = own.len();
    all.append(&mut own);
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_in_the_order_of_rows_and_each_batch_has_its_own() {
        // Each row has two dates.
        let date = |item: u32| PendingDate {
            item,
            slot: 0,
            field: Field::TermEnd,
            reading: DateReading::Empty,
        };
        let batch = |rows: std::ops::Range<u32>| Batch {
            pending: rows.clone().flat_map(|row| [date(row), date(row)]).collect(),
            facts: rows.map(|row| Fact::of_ids(row, None, Vec::new(), None)).collect(),
            last_row: 7,
            ..Batch::default()
        };
        let mut gathered = Gathered::default();
        for (number, rows) in [(1, 3..3), (3, 8..9), (0, 1..3), (2, 3..8)] {
            gathered.add(number, batch(rows));
        }
        let rows = |facts: &[Fact]| facts.iter().map(|fact| fact.row).collect::<Vec<u32>>();
        let parts = gathered.parts();
        assert!(parts.iter().all(|part| part.last_row == 7));
        let of_parts: Vec<Vec<u32>> = parts.iter().map(|part| rows(part.facts)).collect();
        assert_eq!(of_parts, [vec![1, 2], vec![], vec![3, 4, 5, 6, 7], vec![8]]);
        for (part, rows) in parts.iter().zip(of_parts) {
            let dates = part.pending.iter().map(|date| date.item);
            assert!(dates.eq(rows.into_iter().flat_map(|row| [row, row])));
        }
        drop(parts);
        assert_eq!(rows(&gathered.facts), [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
