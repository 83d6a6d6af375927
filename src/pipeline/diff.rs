//! Any two plans, one against the other.
//!
//! In: the paths of two plans. Out: [`Diffed`]: what changed from the one to the other, and notes on what the comparison rests
//! on. Only the later plan is held in memory, row by row as text. Refuses what no version of ours wrote, and what a later one did.

use std::path::Path;

use chrono::NaiveDate;

use super::fitting;
use crate::{
    compare::{self, Changes, Ground, Runs},
    finding::Finding,
    rules::{NumberName, Rules},
    saved::{ChangeColumn, PlanColumn, PlanFile, Row, SavedRecord, SavedStop, changes_of},
};

/// What changed from one plan to another.
#[derive(Debug)]
pub struct Diffed {
    /// The changes.
    pub changes: Changes,
    /// What the comparison rests on.
    pub findings: Vec<Finding>,
}

/// Compares two plans. With `all`, what is counted otherwise is listed too.
///
/// # Errors
/// Where one of them cannot be read, or is none of ours.
pub fn diff(old: &Path, new: &Path, all: bool) -> Result<Diffed, SavedStop> {
    let mut earlier = PlanFile::open(old)?;
    let mut later = PlanFile::open(new)?;
    let records = (earlier.record().cloned(), later.record().cloned());
    let missing: Vec<PlanColumn> = [earlier.missing(), later.missing()].concat();
    let mut rows = Vec::new();
    while let Some(row) = later.next_row()? {
        rows.push(row);
    }
    let later_is_respelt = later.is_respelt();
    let (record, note) = fitting(new, records.1, &later.finish()?);
    let mut findings: Vec<Finding> = note.into_iter().collect();
    let dates = |record: &Option<SavedRecord>| record.as_ref().and_then(|record| record.as_of);
    let ground = Ground {
        dated: dates(&records.0)
            .zip(dates(&record))
            .is_some_and(|(from, to)| from != to),
        missing,
        all,
        respelt: earlier.is_respelt() || later_is_respelt,
    };
    let found = compare::find(|places| earlier.fill(places), |_, _| (), rows.as_slice(), ground)?;
    let earlier_digest = earlier.finish()?;
    let (old_record, note) = fitting(old, records.0, &earlier_digest);
    findings.extend(note);
    let runs = Runs::new(old_record.as_ref(), record.as_ref());
    let as_of = record.as_ref().and_then(|record| record.as_of);
    let context = compare::Context {
        runs: &runs,
        attention_days: days(NumberName::Attention, as_of),
        early_days: days(NumberName::Early, as_of),
        redecided: None,
        gone: old_record.as_ref().map_or(&[], |record| record.gone.as_slice()),
    };
    let mut changes = compare::explain(found, rows.as_slice(), &context);
    if let Some(written) = written(new, record.as_ref(), &earlier_digest)? {
        changes.know_better(&written);
    }
    Ok(Diffed { changes, findings })
}

/// What the later run itself wrote of these two plans. It still had the exports, and told more causes apart.
fn written(
    new: &Path,
    record: Option<&SavedRecord>,
    earlier: &str,
) -> Result<Option<Vec<Row<ChangeColumn>>>, SavedStop> {
    let compared = record.and_then(|record| Some((record, record.previous.as_ref()?)));
    let Some((record, _)) = compared.filter(|(_, previous)| previous.sha256 == earlier) else {
        return Ok(None);
    };
    let name = new.with_extension("changes.csv");
    let name = name.file_name().unwrap_or_default().to_string_lossy();
    match record.outputs.get(&*name) {
        Some(digest) => changes_of(new, digest),
        None => Ok(None),
    }
}

/// A number of days as the built-in rules have it: two plans bring no settings.
fn days(name: NumberName, as_of: Option<NaiveDate>) -> u16 {
    let rules = Rules::embedded().ok();
    let days = rules.map(|rules| rules.number(name, as_of.unwrap_or(NaiveDate::MIN)));
    days.and_then(|days| u16::try_from(days).ok()).unwrap_or_default()
}
