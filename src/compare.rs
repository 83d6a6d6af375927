//! What changed from one plan to another, and why.
//!
//! In: an earlier plan row by row, a later one by place ([`Latest`]), both run records. Out: [`Changes`]: subscriptions that are
//! new, gone, moved to us, or changed field by field, each with its cause; those to be lost soon first. Two steps: [`find`] holds
//! one earlier row at a time and keeps only what differs, [`explain`] says why. Refuses nothing: what a record does not tell is a
//! cause unknown. Invariants: a single cause is named only where no other can be it; the order is total; the same plans give the
//! same changes.

use std::{borrow::Cow, collections::HashMap};

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    saved::{Cells, ChangeColumn, Columns, PlanColumn, PlanFileRow, Row, SavedGone, SavedStop},
    terms::{Text, worded},
};

mod causes;
mod crossed;
mod gone;
mod influence;
mod pairs;
mod runs;
mod traces;
mod weight;

#[cfg(test)]
mod tests;

pub use gone::{Fate, Recalled, Watch, Watched};
pub use pairs::{Ground, Pair, Pairs, find};
pub use runs::{Altered, Runs};

use causes::Causes;

/// A row of an earlier plan, where it stands.
pub trait Earlier: Send + Sync {
    /// The text of a cell, as it was meant.
    fn get(&self, column: PlanColumn) -> &str;
    /// Whether each cell is the one of a row.
    fn is(&self, cells: &Cells) -> bool;
    /// The row, taken out of there.
    ///
    /// # Errors
    /// Where it cannot be understood.
    fn row(&self) -> Result<Row<PlanColumn>, SavedStop>;
}

impl Earlier for PlanFileRow {
    fn get(&self, column: PlanColumn) -> &str {
        self.get(column)
    }

    fn is(&self, cells: &Cells) -> bool {
        self.is(cells)
    }

    fn row(&self) -> Result<Row<PlanColumn>, SavedStop> {
        self.row()
    }
}

impl Earlier for Row<PlanColumn> {
    fn get(&self, column: PlanColumn) -> &str {
        self.get(column)
    }

    fn is(&self, cells: &Cells) -> bool {
        self.cells().map(|(_, cell)| cell.as_bytes()).eq(cells.iter())
    }

    fn row(&self) -> Result<Row<PlanColumn>, SavedStop> {
        Ok(self.clone())
    }
}

/// A later plan, whose rows are made when they are asked for.
pub trait Latest: Sync {
    /// How many rows it has.
    fn count(&self) -> usize;
    /// The subscription of a row.
    fn id(&self, index: usize) -> Cow<'_, str>;
    /// Whether a row is of a subscription.
    fn is_of(&self, index: usize, id: &str) -> bool {
        self.id(index) == id
    }
    /// Puts the cells of a row into their place.
    fn cells(&self, index: usize, cells: &mut Cells);
    /// A row.
    fn row(&self, index: usize) -> Cow<'_, Row<PlanColumn>> {
        let mut cells = Cells::default();
        self.cells(index, &mut cells);
        Cow::Owned(Row::of(&cells))
    }
}

impl Latest for [Row<PlanColumn>] {
    fn count(&self) -> usize {
        self.len()
    }

    fn id(&self, index: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.get(index).map_or("", |row| row.get(PlanColumn::SubscriptionId)))
    }

    fn cells(&self, index: usize, cells: &mut Cells) {
        let (bytes, ends) = cells.next();
        for (_, cell) in self.get(index).into_iter().flat_map(Row::cells) {
            bytes.extend_from_slice(cell.as_bytes());
            ends.push(bytes.len());
        }
    }

    fn row(&self, index: usize) -> Cow<'_, Row<PlanColumn>> {
        self.get(index).map_or_else(|| Cow::Owned(Row::new([])), Cow::Borrowed)
    }
}

/// Gives rows as [`find`] asks for them, all at once.
#[cfg(test)]
pub(crate) fn at_once(
    rows: impl IntoIterator<Item = Row<PlanColumn>>,
) -> impl FnMut(&mut Vec<Row<PlanColumn>>) -> Result<usize, SavedStop> {
    let mut rows: Vec<_> = rows.into_iter().collect();
    move |places| {
        *places = std::mem::take(&mut rows);
        Ok(places.len())
    }
}

worded! {
    /// What became of a subscription.
    ChangeKind {
        /// In the later plan only.
        New = "new",
        /// In no export any more.
        Gone = "gone",
        /// It shows as ours now.
        Moved = "moved",
        /// Its row differs.
        Changed = "changed",
    }
}

worded! {
    /// That a subscription is gone, or that its row changed for the worse.
    Loss {
        /// Its day is near.
        DueSoon = "due-soon",
        /// There is time.
        Later = "later",
    }
}

worded! {
    /// Why something changed.
    Cause {
        /// An export says otherwise.
        Export = "export",
        /// A table, a rule table, the settings, a file of Microsoft's or the program is another.
        Table = "table",
        /// A date was crossed.
        Date = "date",
        /// Several of these, and what is written does not tell which.
        Several = "several",
        /// Nothing is recorded of the earlier run.
        Unknown = "unknown",
    }
}

/// What the causes are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What differs between the two runs.
    pub runs: &'a Runs,
    /// Days before the term end from which a subscription is pressing.
    pub attention_days: u16,
    /// How many days before its window a move may have been made.
    pub early_days: u16,
    /// The later plan's inputs decided for the earlier plan's date, by subscription, where they were: what differs from the
    /// earlier plan already there no date has changed.
    pub redecided: Option<&'a HashMap<String, Row<PlanColumn>>>,
    /// What was gone before the earlier plan.
    pub gone: &'a [SavedGone],
}

/// What changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// What differs between the two runs.
    pub runs: Runs,
    /// Subscriptions that changed, those to be lost soon first.
    pub changed: Vec<Changed>,
    /// What was gone before the earlier plan, and what has become of it.
    pub recalled: Vec<Recalled>,
    /// What is counted and not listed.
    pub counted: Counted,
    /// Columns that the earlier plan does not have; they were not compared.
    pub missing: Vec<PlanColumn>,
}

/// One subscription that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// How.
    pub kind: ChangeKind,
    /// Whether it is a loss.
    pub loss: Option<Loss>,
    /// The day it hangs on.
    pub due: Option<NaiveDate>,
    /// Its row in the earlier plan.
    pub old: Option<Row<PlanColumn>>,
    /// Its row in the later plan.
    pub new: Option<Row<PlanColumn>>,
    /// Each column that changed, in their order; for a subscription that is new, gone or moved one without a column.
    pub fields: Vec<Field>,
    /// The columns that make it a loss, those first that say most.
    pub worse: Vec<PlanColumn>,
    /// Where a subscription that is gone went: one that has taken its place.
    pub successor: Option<Text>,
}

/// A column that changed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Which.
    pub column: Option<PlanColumn>,
    /// Why.
    pub cause: Cause,
    /// Which fact, table or date.
    pub detail: Text,
}

/// What is counted and not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    /// Rows that move as soon as all is ready, and whose dates went on with as-of.
    pub following: u64,
    /// Rows that differ in nothing but the place where the export has them.
    pub elsewhere: u64,
}

impl Changed {
    /// A cell of the later row; of the earlier one where there is no later.
    pub fn get(&self, column: PlanColumn) -> &str {
        self.new
            .as_ref()
            .or(self.old.as_ref())
            .map_or("", |row| row.get(column))
    }

    /// What stood in a column, and what stands there now.
    pub fn values(&self, column: Option<PlanColumn>) -> (&str, &str) {
        match column {
            Some(column) => (
                self.old.as_ref().map_or("", |row| row.get(column)),
                self.new.as_ref().map_or("", |row| row.get(column)),
            ),
            None => ("", ""),
        }
    }
}

impl Changes {
    /// Whether nothing is to be listed.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// Takes causes from where they are known better: from what the later run itself wrote of the same two plans.
    pub fn know_better(&mut self, written: &[Row<ChangeColumn>]) {
        let key = |row: &Row<ChangeColumn>| {
            let [id, field] =
                [ChangeColumn::SubscriptionId, ChangeColumn::Field].map(|column| row.get(column).to_owned());
            (id, field)
        };
        let written: HashMap<(String, String), &Row<ChangeColumn>> =
            written.iter().map(|row| (key(row), row)).collect();
        for changed in &mut self.changed {
            let id = changed.get(PlanColumn::SubscriptionId).to_owned();
            for field in &mut changed.fields {
                let column = field.column.map_or("", |column| column.as_str());
                let Some(row) = written.get(&(id.clone(), column.to_owned())) else {
                    continue;
                };
                if let Ok(cause) = row.get(ChangeColumn::Cause).parse() {
                    field.cause = cause;
                    field.detail = row.get(ChangeColumn::Detail).into();
                }
            }
        }
    }

    /// How many subscriptions changed in a way.
    pub fn count(&self, kind: ChangeKind) -> u64 {
        self.changed.iter().filter(|changed| changed.kind == kind).count() as u64
    }

    /// How many subscriptions are a loss of a kind.
    pub fn losses(&self, loss: Loss) -> u64 {
        self.changed.iter().filter(|changed| changed.loss == Some(loss)).count() as u64
    }

    /// Every change as a line.
    pub fn lines(&self) -> impl Iterator<Item = (&Changed, &Field)> {
        let fields = |changed| -> Vec<(&Changed, &Field)> {
            let changed: &Changed = changed;
            changed.fields.iter().map(|field| (changed, field)).collect()
        };
        self.changed.iter().flat_map(fields)
    }
}

/// Says of everything found what it is and why.
pub fn explain(found: Pairs, latest: &(impl Latest + ?Sized), context: &Context<'_>) -> Changes {
    let Pairs {
        pairs,
        counted,
        missing,
    } = found;
    let mut recalled = gone::recalled(context.gone, &pairs, latest);
    let (traces, before) = traces::traces(&pairs, &recalled, latest, context);
    for (known, trace) in recalled.iter_mut().zip(before) {
        known.settle(trace);
    }
    let causes = Causes::new(context, &recalled);
    let mut changed: Vec<Changed> = pairs
        .into_iter()
        .zip(traces)
        .map(|(pair, trace)| causes.changed(pair, trace, &missing))
        .collect();
    changed.sort_by(|a, b| weight::order(a).cmp(&weight::order(b)));
    Changes {
        runs: context.runs.clone(),
        changed,
        recalled,
        counted,
        missing,
    }
}
