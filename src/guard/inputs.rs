//! Guards that look at exports, each by itself.
//!
//! In: tonight's inputs and those of the last run's record. Out: guards that trip. Names with another date or number in them count
//! as the same export: `sales-2026-11-20.csv` is followed by `sales-2026-11-21.csv`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Guard, Tonight, Tripped};
use crate::{
    finding::Code,
    recognise::{InputRecord, fits_source},
    saved::{SavedInput, SavedRecord},
};

/// A path with its numbers left out: what the same export is called every night.
pub(super) fn series(path: &str) -> String {
    let mut series = String::with_capacity(path.len());
    for character in path.chars() {
        match character.is_ascii_digit() {
            true if series.ends_with('#') => {}
            true => series.push('#'),
            false => series.push(character),
        }
    }
    series
}

/// The inputs of a run by what they are called every night.
pub(super) fn by_series<T>(inputs: &[T], path: impl Fn(&T) -> &str) -> BTreeMap<String, Vec<&T>> {
    let mut by_series: BTreeMap<String, Vec<&T>> = BTreeMap::new();
    for input in inputs {
        by_series.entry(series(path(input))).or_default().push(input);
    }
    by_series
}

fn rows_of(input: &InputRecord) -> u64 {
    if input.file.refused { 0 } else { input.file.rows }
}

fn rows_of_them(rows: u64) -> String {
    match rows {
        1 => "1 row".to_owned(),
        _ => format!("{rows} rows"),
    }
}

fn rejected_of(input: &InputRecord) -> u64 {
    input.tables.iter().map(|table| table.accounting.rejected).sum()
}

/// Exports and sources that gave rows and give none.
pub(super) fn empty(tonight: &Tonight<'_>, record: &SavedRecord) -> Vec<Tripped> {
    if tonight.nightly().allow_empty_source {
        return Vec::new();
    }
    let now = by_series(tonight.inputs, |input| &input.file.path);
    let contents: BTreeSet<&str> = tonight
        .inputs
        .iter()
        .filter_map(|input| input.file.sha256.as_deref())
        .collect();
    // What is there under another name has not run dry; that is another guard's concern.
    let is_elsewhere = |input: &SavedInput| input.sha256.as_deref().is_some_and(|digest| contents.contains(digest));
    let mut tripped = Vec::new();
    for (series, before) in by_series(&record.inputs, |input| &input.path) {
        let of_last = before.iter().filter(|input| !is_elsewhere(input));
        let rows: u64 = of_last.map(|input| input.rows_used()).sum();
        let tonights = now.get(&series);
        let rows_now: u64 = tonights
            .iter()
            .flat_map(|inputs| inputs.iter())
            .map(|input| rows_of(input))
            .sum();
        if rows > 0 && rows_now == 0 {
            let name = before.iter().map(|input| input.path.as_str()).max().unwrap_or_default();
            let how = match tonights {
                None => "it is not among tonight's exports",
                Some(_) => "it gives none tonight",
            };
            let message = format!("the export gave {} last time, and {how}", rows_of_them(rows));
            tripped.push(Tripped::new(Guard::SourceEmpty, name, message));
        }
    }
    for rule in &tonight.config.sources {
        let pattern = rule.pattern.as_str();
        let of_last = record.inputs.iter().filter(|input| fits_source(pattern, &input.path));
        let rows: u64 = of_last.map(SavedInput::rows_used).sum();
        let of_now = tonight
            .inputs
            .iter()
            .filter(|input| fits_source(pattern, &input.file.path));
        let rows_now: u64 = of_now.map(rows_of).sum();
        if rows > 0 && rows_now == 0 {
            let gave = rows_of_them(rows);
            let message =
                format!("the exports of the [[source]] `{pattern}` gave {gave} last time, and give none tonight");
            tripped.push(Tripped::new(Guard::SourceEmpty, tonight.config.shown_path(), message));
        }
    }
    tripped
}

/// Of several exports those that give far fewer rows, however many the others give. What gives none is another guard's concern, and
/// what a single export loses shows in the plan.
pub(super) fn shrunk(tonight: &Tonight<'_>, record: &SavedRecord) -> Vec<Tripped> {
    let now = by_series(tonight.inputs, |input| &input.file.path);
    let last = by_series(&record.inputs, |input| &input.path);
    let mut tripped = Vec::new();
    if last.len() < 2 {
        return tripped;
    }
    for (series, before) in last {
        let Some(now) = now.get(&series) else { continue };
        let were: u64 = before.iter().map(|input| input.rows_used()).sum();
        let are: u64 = now.iter().map(|input| rows_of(input)).sum();
        let name = now.iter().map(|input| &*input.file.path).max().unwrap_or_default();
        tripped.extend(super::shrunk(tonight, name, "rows of the export", were, are).filter(|_| are > 0));
    }
    tripped
}

/// Findings that say that rows of a file are lost without saying how many.
const LOSING: [Code; 3] = [Code::FileDamaged, Code::QuoteUnclosed, Code::LimitExceeded];

/// Exports that were fine, and are refused, damaged, or lose rows.
pub(super) fn worse(tonight: &Tonight<'_>, record: &SavedRecord) -> Vec<Tripped> {
    let before = by_series(&record.inputs, |input| &input.path);
    let damaged = damaged(tonight, record);
    let mut tripped = Vec::new();
    for (series, now) in by_series(tonight.inputs, |input| &input.file.path) {
        let Some(before) = before.get(&series) else { continue };
        if before.iter().any(|input| input.refused) {
            continue;
        }
        for input in &now {
            if input.file.refused {
                let message = "the export was read last time, and cannot be read tonight";
                tripped.push(Tripped::new(Guard::ExportWorse, input.file.path.clone(), message));
            } else if let Some(code) = damaged.get(&*input.file.path) {
                let message =
                    format!("the export was whole last time, and tonight it is `{code}`: rows may be missing");
                tripped.push(Tripped::new(Guard::ExportWorse, input.file.path.clone(), message));
            }
        }
        let lost: u64 = now.iter().map(|input| rejected_of(input)).sum();
        let were: u64 = before.iter().map(|input| input.rows_rejected()).sum();
        let pass = tonight.nightly().lost_rows;
        if lost > were.saturating_add(pass) {
            let name = now
                .iter()
                .max_by_key(|input| rejected_of(input))
                .map(|input| input.file.path.clone());
            let message = format!(
                "rejected of the export: {}, and {were} last time; up to {pass} more pass",
                rows_of_them(lost)
            );
            tripped.push(Tripped::new(Guard::ExportWorse, name.unwrap_or_default(), message));
        }
    }
    tripped
}

/// Files that lose rows tonight by a code that no file had last time.
fn damaged(tonight: &Tonight<'_>, record: &SavedRecord) -> BTreeMap<String, Code> {
    let is_new = |code: Code| !record.findings.contains_key(code.as_str());
    let losing = tonight
        .findings
        .iter()
        .filter(|finding| LOSING.contains(&finding.code) && is_new(finding.code));
    losing
        .map(|finding| (finding.place.file.to_string(), finding.code))
        .collect()
}

/// Exports under a new name whose content is that of one of last time.
pub(super) fn repeated(tonight: &Tonight<'_>, record: &SavedRecord) -> Vec<Tripped> {
    if tonight.nightly().allow_same_content {
        return Vec::new();
    }
    let known: BTreeSet<&str> = record.inputs.iter().map(|input| input.path.as_str()).collect();
    let contents: BTreeMap<&str, &str> = record
        .inputs
        .iter()
        .filter(|input| input.rows_used() > 0)
        .filter_map(|input| Some((input.sha256.as_deref()?, input.path.as_str())))
        .collect();
    let new = tonight.inputs.iter().filter(|input| !known.contains(&*input.file.path));
    new.filter_map(|input| {
        let before = contents.get(input.file.sha256.as_deref()?)?;
        let message = format!("the export has the very content that {before} had last time");
        Some(Tripped::new(Guard::ExportRepeated, input.file.path.clone(), message))
    })
    .collect()
}

/// Exports that say themselves that they are old.
pub(super) fn old(tonight: &Tonight<'_>) -> Vec<Tripped> {
    let most = tonight.nightly().max_age_days;
    let too_old = |input: &InputRecord| {
        let made = input.tables.iter().filter_map(|table| table.as_of).max()?;
        let days = (tonight.as_of - made).num_days();
        (days > i64::from(most)).then(|| {
            let message = format!("the export is of {made}, {days} days old; up to {most} pass");
            Tripped::new(Guard::ExportOld, input.file.path.clone(), message)
        })
    };
    match most {
        0 => Vec::new(),
        _ => tonight
            .inputs
            .iter()
            .filter(|input| !input.file.refused)
            .filter_map(too_old)
            .collect(),
    }
}

/// Exports that somebody is still writing.
pub(super) fn growing(tonight: &Tonight<'_>) -> Vec<Tripped> {
    let growing = tonight
        .findings
        .iter()
        .filter(|finding| finding.code == Code::ExportGrowing);
    growing
        .map(|finding| {
            Tripped::new(
                Guard::ExportGrowing,
                finding.place.file.clone(),
                finding.told().into_owned(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_date_or_number_is_the_same_series() {
        for (path, same) in [
            ("in/sales-2026-11-20.csv", "in/sales-2026-11-21.csv"),
            ("in/20261120_web.xlsx", "in/20261121_web.xlsx"),
            ("2026/11/list 9.csv", "2026/12/list 10.csv"),
        ] {
            assert_eq!(series(path), series(same), "{path}");
        }
        assert_ne!(series("in/sales.csv"), series("in/prices.csv"));
        assert_ne!(series("a/list.csv"), series("b/list.csv"));
    }
}
