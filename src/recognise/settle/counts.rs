//! Numbers of licences that waited for their columns, and repairs told of once.
//!
//! In: the batches of a table. Out: the licences of rows whose number has a mark that stands for thousands to some and for decimals
//! to others, decided by all cells of the column; one note a column for identifiers that were repaired.

use std::collections::BTreeMap;

use crate::{
    finding::{Code, Finding},
    recognise::{
        Field,
        cells::{consequence, hint_for},
        table::{Part, Table},
        values::Marks,
    },
};

/// Reads the numbers of licences that waited for their columns.
pub(super) fn settle_seats(table: &Table, batches: &mut [Part<'_>]) {
    let mut marks: BTreeMap<u32, Marks> = BTreeMap::new();
    for (&column, &part) in batches.iter().flat_map(|batch| &batch.marks) {
        let whole = marks.entry(column).or_default();
        *whole = whole.and(part);
    }
    for batch in batches {
        for pending in std::mem::take(&mut batch.seats) {
            let Some(fact) = batch.facts.get_mut(pending.item as usize) else {
                continue;
            };
            let marks = marks.get(&pending.column).copied().unwrap_or_default();
            let unreadable = match pending.count.read(marks) {
                Ok(seats) => {
                    fact.seats = Some(seats);
                    continue;
                }
                Err(unreadable) => unreadable,
            };
            let (code, flaw) = consequence(Field::Seats);
            flaw.into_iter().for_each(|flaw| fact.flaws.add(flaw));
            let message = format!("`{}` {}; it was left out", pending.value, unreadable.why);
            let place = table.place.at_row(fact.row).at_column(pending.column);
            let mut finding = Finding::new(code, place, message, hint_for(code)).value(pending.value);
            finding.heading = table.columns.heading(pending.column).cloned();
            finding.subscription_id = fact.id.as_ref().map(|id| id.to_string().into());
            batch.findings.push(finding);
        }
    }
}

/// One note for each column whose identifiers were repaired: the first, and how many there are.
pub(super) fn fold_repairs(findings: &mut Vec<Finding>) {
    let mut repairs: BTreeMap<Option<u32>, Vec<Finding>> = BTreeMap::new();
    for finding in findings.extract_if(.., |finding| finding.code == Code::IdRepaired) {
        repairs.entry(finding.place.column).or_default().push(finding);
    }
    for rows in repairs.into_values() {
        let count = rows.len();
        let Some(mut first) = rows.into_iter().min_by_key(|finding| finding.place.row) else {
            continue;
        };
        if count > 1 {
            first
                .message
                .to_mut()
                .push_str(&format!("; {count} rows of this column"));
            first.subscription_id = None;
        }
        findings.push(first);
    }
}
