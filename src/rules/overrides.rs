//! What the settings put in the place of our rules.
//!
//! In: the settings' rule tables and numbers. Out: for each what it replaced, for the run record. Holds that nothing of ours is
//! overridden in silence.

use std::collections::BTreeMap;

use serde::Serialize;

use super::table::{Dated, RuleFile, columns, key_columns, reader};
use super::{NumberRule, embedded_text};
use crate::config::sha256;

/// One table, or one number, that the settings override.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Override {
    /// The rule table.
    pub table: String,
    /// Where in the settings: `rules.replace`, `rules.extend`, or the number's own key, such as `rules.lead.relationship`.
    pub setting: String,
    /// The file; none for a number.
    pub file: Option<String>,
    /// SHA-256 of the file.
    pub sha256: Option<String>,
    /// Rows of the file that ours does not have just so: what differs.
    pub rows: Vec<String>,
    /// Rows of ours that no longer count, or only where the file has none that fits.
    pub instead_of: Vec<String>,
}

/// What a file changes: for a replacement all that differs, for an extension the rows of ours about the same.
pub(super) fn of_file(table: &str, replaces: bool, file: &RuleFile) -> Override {
    let (ours, theirs) = (rows(table, embedded_text(table)), rows(table, &file.text));
    let new: Vec<&Vec<String>> = theirs.iter().filter(|row| !ours.contains(row)).collect();
    let keys = key_columns(table).len();
    let gone = ours.iter().filter(|row| match replaces {
        true => !theirs.contains(row),
        false => new.iter().any(|new| new.get(..keys) == row.get(..keys)),
    });
    Override {
        table: table.to_owned(),
        setting: if replaces { "rules.replace" } else { "rules.extend" }.to_owned(),
        file: Some(file.name.clone()),
        sha256: Some(sha256(file.text.as_bytes())),
        instead_of: gone.map(|row| shown(row)).collect(),
        rows: new.into_iter().map(|row| shown(row)).collect(),
    }
}

/// The numbers that the settings give otherwise than the table.
pub(super) fn of_numbers<'a>(
    settings: &BTreeMap<&'static str, u32>,
    rows: impl Iterator<Item = &'a Dated<NumberRule>> + Clone,
) -> Vec<Override> {
    let changed = settings.iter().filter_map(|(name, value)| {
        let mut ours = rows.clone().filter(|row| row.row.name.as_str() == *name);
        ours.clone().any(|row| row.row.value != *value).then(|| Override {
            table: "numbers".to_owned(),
            setting: format!("rules.{name}"),
            file: None,
            sha256: None,
            rows: vec![value.to_string()],
            instead_of: ours.by_ref().map(|row| row.row.value.to_string()).collect(),
        })
    });
    changed.collect()
}

/// The rows of a table's text, the columns that they are about first.
fn rows(table: &str, text: &str) -> Vec<Vec<String>> {
    let keys = key_columns(table);
    let mut order: Vec<&str> = keys.to_vec();
    order.extend(columns(table).into_iter().filter(|column| !keys.contains(column)));
    let mut reader = reader(text);
    let Ok(headings) = reader.headers().cloned() else {
        return Vec::new();
    };
    let places: Vec<Option<usize>> = order
        .iter()
        .map(|column| headings.iter().position(|heading| heading.trim() == *column))
        .collect();
    let cells = |record: &csv::StringRecord| {
        let cell = |place: &Option<usize>| place.and_then(|place| record.get(place)).unwrap_or_default();
        places.iter().map(|place| cell(place).trim().to_owned()).collect()
    };
    reader
        .records()
        .filter_map(Result::ok)
        .map(|record| cells(&record))
        .collect()
}

fn shown(row: &[String]) -> String {
    row.join(",")
}
