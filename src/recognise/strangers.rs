//! Columns that nobody knows, in a list that lacks one it should have.
//!
//! In: the columns of a table, then its rows. Out: a finding for the subscription's id, the number of licences and the term's end each, where no column that we
//! know holds it and one that we do not know may; for the last two also where none may. A column that repeats what a known one says, says one thing of many rows where an
//! id is looked for, or no day where a day is, is not named: it cannot be the one. The result does not depend on batches or threads.

use hashbrown::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::{
    Field,
    columns::Columns,
    dates::DateReading,
    elsewhere::Lacking,
    kinds::Role,
    table::{Batch, Part, Table},
    trace::as_it_stands,
    vocabulary::Vocabulary,
};
use crate::{
    finding::{Code, Finding},
    read::{Cell, Row},
};

/// How many such columns are looked at, and how many of them are named.
const LOOKED_AT: usize = 12;
const NAMED: usize = 6;
/// Digits of a number of licences; a longer number is none.
const COUNT_DIGITS: usize = 6;
/// How many lines of a table are looked at.
const LINES: u32 = 10_000;

/// What a list may lack only because we do not know its heading, and what to call it.
const WANTED: [(Field, &str); 3] = [
    (Field::SubscriptionId, "subscription's id"),
    (Field::Seats, "number of licences"),
    (Field::TermEnd, "term's end"),
];

/// Whether a table has no column for a field, nor one that says the same.
fn lacks(columns: &Columns, field: Field) -> bool {
    let instead = (field == Field::TermEnd).then_some(Field::NextLifecycleDate);
    columns.of_field(field).is_empty() && instead.is_none_or(|instead| columns.of_field(instead).is_empty())
}

/// What the rows of a batch say in a column that nobody knows.
#[derive(Debug, Default)]
pub(super) struct Said {
    filled: u64,
    /// How many say the same as a known column of their row.
    repeated: u64,
    /// How many can be read as a day, and how many of these are no plain number.
    days: u64,
    days_alone: u64,
    /// How many are whole numbers.
    counts: u64,
    /// Values that differ, by their hashes.
    values: HashSet<u64, BuildHasherDefault<DefaultHasher>>,
}

impl Said {
    fn add(&mut self, other: Said) {
        self.filled += other.filled;
        self.repeated += other.repeated;
        self.days += other.days;
        self.days_alone += other.days_alone;
        self.counts += other.counts;
        self.values.extend(other.values);
    }

    /// Whether it may be what is looked for.
    fn may_be(&self, field: Field) -> bool {
        let says_something = self.filled > 0 && self.repeated < self.filled;
        says_something
            && match field {
                // Ids are of one row each, or of a few charges, and are no days.
                Field::SubscriptionId => self.values.len() as u64 * 2 > self.filled && self.days_alone < self.filled,
                Field::Seats => self.counts * 2 > self.filled,
                _ => self.days * 2 > self.filled,
            }
    }
}

/// The columns to look at; none where the list lacks nothing, or somebody described it.
pub(super) fn strangers(columns: &Columns, vocabulary: &Vocabulary) -> Vec<u32> {
    let lacks = WANTED.iter().any(|(field, _)| lacks(columns, *field));
    if !lacks || !columns.kind.is_vocabulary() {
        return Vec::new();
    }
    let headings = (0u32..).zip(&columns.headings);
    let unknown = headings.filter(|(_, (text, field))| field.is_none() && !text.is_empty() && !vocabulary.knows(text));
    unknown.map(|(column, _)| column).take(LOOKED_AT).collect()
}

/// Looks at a row.
pub(super) fn look_at(batch: &mut Batch, row: Row<'_>, table: &Table, vocabulary: &Vocabulary) {
    if row.number > table.header_row.saturating_add(LINES) {
        return;
    }
    batch.strangers.resize_with(table.strangers.len(), Said::default);
    let headings = &table.columns.headings;
    let used = headings.iter().enumerate().filter(|(_, (_, field))| field.is_some());
    let mut known: Vec<String> = used.map(|(column, _)| plain(row.cell(column))).collect();
    known.extend(table.source.customer_id.map(|id| id.to_string()));
    for (said, &column) in batch.strangers.iter_mut().zip(&table.strangers) {
        let value = plain(row.cell(column as usize));
        if value.is_empty() {
            continue;
        }
        said.filled += 1;
        said.repeated += u64::from(known.contains(&value));
        let cell = row.cell(column as usize);
        let is_day = !matches!(
            table.read_date(cell, vocabulary),
            DateReading::Empty | DateReading::NoEnd | DateReading::Unreadable
        );
        said.days += u64::from(is_day);
        said.days_alone += u64::from(is_day && !value.chars().all(char::is_numeric));
        said.counts += u64::from(value.len() <= COUNT_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit()));
        let hash = said.values.hasher().hash_one(&value);
        said.values.insert(hash);
    }
}

/// A value as ids and names are compared.
fn plain(cell: Cell<'_>) -> String {
    as_it_stands(cell).trim().trim_matches(['{', '}']).to_lowercase()
}

/// What the list lacks, and which columns may hold it.
pub(super) fn lacking(table: &Table, batches: &mut [Part<'_>]) -> Vec<Lacking> {
    let batches_hold_facts = batches.iter().any(|batch| !batch.facts.is_empty());
    let mut all: Vec<Said> = Vec::new();
    all.resize_with(table.strangers.len(), Said::default);
    for batch in batches {
        for (all, said) in all.iter_mut().zip(std::mem::take(&mut batch.strangers)) {
            all.add(said);
        }
    }
    let wanted = WANTED.iter().filter(|(field, _)| lacks(&table.columns, *field));
    let is_list =
        batches_hold_facts && table.columns.kind.is_vocabulary() && table.columns.kind.role == Role::Subscriptions;
    let told = wanted.filter_map(|&(field, what)| {
        let may_be = table.strangers.iter().zip(&all).filter(|(_, said)| said.may_be(field));
        let list: Vec<String> = may_be
            .filter_map(|(&column, _)| table.columns.heading(column))
            .take(NAMED)
            .map(|heading| format!("`{heading}`"))
            .collect();
        let place = table.place.at_row(table.header_row);
        if list.is_empty() {
            // An id may be absent, and others tell the subscriptions apart; without these two nothing can be planned.
            let is_needed = is_list && field != Field::SubscriptionId;
            let message = format!("no column that we know holds the {what}");
            let hint = "add the column, or give another export that says it of the same subscriptions";
            let finding = is_needed.then(|| Finding::new(Code::ColumnMissing, place, message, hint));
            return finding.map(|finding| Lacking { field, finding });
        }
        let message = format!("no column that we know holds the {what}; not used: {}", list.join(", "));
        let hint = format!(
            "only if one of them does, give the headings table the line `{field},HEADING,` with that column's heading in place of HEADING"
        );
        let finding = Finding::new(Code::ColumnMissing, place, message, hint);
        Some(Lacking { field, finding })
    });
    told.collect()
}
