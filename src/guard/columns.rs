//! Columns that an export had last time and has no more.
//!
//! In: tonight's inputs and those of the last run's record, by the headings that each has for what a plan rests on. Out: guards that
//! trip. An export is held against the one of its own path, else against what all of its series had; sheet by sheet. A heading that
//! is written otherwise and still understood is no loss.

use std::collections::{BTreeMap, HashMap};

use super::{
    Guard, Tonight, Tripped,
    inputs::{by_series, series},
};
use crate::{
    recognise::{Field, InputRecord},
    saved::{SavedInput, SavedRecord},
};

/// What must not be lost, each with the columns that tell it.
const WATCHED: [&[Field]; 9] = [
    &[Field::SubscriptionId],
    &[Field::CustomerId],
    &[Field::CustomerId, Field::CustomerName, Field::CustomerDomain],
    &[
        Field::OfferId,
        Field::ProductId,
        Field::SkuId,
        Field::SkuPartNumber,
        Field::OfferName,
        Field::FriendlyName,
    ],
    &[Field::Seats],
    &[Field::Term, Field::TermAndBilling],
    &[Field::TermEnd],
    &[Field::AutoRenew, Field::EndInstruction],
    &[Field::State, Field::MicrosoftState],
];

/// For each sheet its columns by what they tell, with their headings.
type Sheets<'a> = BTreeMap<String, BTreeMap<&'a str, &'a str>>;

fn add<'a>(sheets: &mut Sheets<'a>, sheet: Option<&str>, columns: impl Iterator<Item = (&'a str, Option<&'a str>)>) {
    let sheet = sheets.entry(series(sheet.unwrap_or_default())).or_default();
    sheet.extend(columns.filter_map(|(heading, field)| Some((field?, heading))));
}

fn saved(input: &SavedInput) -> Sheets<'_> {
    let mut sheets = Sheets::new();
    for table in &input.tables {
        let columns = table.columns.iter();
        let columns = columns.map(|(heading, field)| (heading.as_str(), field.as_deref()));
        add(&mut sheets, table.sheet.as_deref(), columns);
    }
    sheets
}

fn read(input: &InputRecord) -> Sheets<'_> {
    let mut sheets = Sheets::new();
    for table in &input.tables {
        let columns = table.columns.iter();
        let columns = columns.map(|(heading, field)| (&**heading, field.as_deref()));
        add(&mut sheets, table.sheet.as_deref(), columns);
    }
    sheets
}

/// Exports that have lost a column.
pub(super) fn lost(tonight: &Tonight<'_>, record: &SavedRecord) -> Vec<Tripped> {
    if tonight.nightly().allow_lost_columns {
        return Vec::new();
    }
    let used: Vec<&SavedInput> = record.inputs.iter().filter(|input| input.rows_used() > 0).collect();
    let by_path: HashMap<&str, &SavedInput> = used.iter().map(|input| (input.path.as_str(), *input)).collect();
    let by_series = by_series(&used, |input| &input.path);
    let mut tripped = Vec::new();
    for input in tonight.inputs.iter().filter(|input| !input.file.refused) {
        let path = &*input.file.path;
        let before: Vec<Sheets<'_>> = match by_path.get(path) {
            Some(own) => vec![saved(own)],
            None => {
                let all = by_series.get(&series(path)).into_iter().flatten();
                all.map(|input| saved(input)).collect()
            }
        };
        let now = read(input);
        let headings = losses(&before, &now);
        if !headings.is_empty() {
            let message = format!(
                "columns that the export had last time and has no more: {}",
                headings.join(", ")
            );
            tripped.push(Tripped::new(Guard::ColumnLost, path, message));
        }
    }
    tripped
}

/// What is lost, each by its old heading and what it told.
fn losses(before: &[Sheets<'_>], now: &Sheets<'_>) -> Vec<String> {
    let Some((first, others)) = before.split_first() else {
        return Vec::new();
    };
    let mut lost: Vec<String> = Vec::new();
    for (sheet, columns) in first {
        // A sheet that alone was there and alone is there is the same under another name.
        let only = now.values().next().filter(|_| now.len() == 1 && first.len() == 1);
        let Some(are) = now.get(sheet).or(only) else { continue };
        for fields in WATCHED {
            let told = |columns: &BTreeMap<&str, &str>| fields.iter().any(|field| columns.contains_key(field.as_str()));
            let all_had = others
                .iter()
                .all(|sheets| sheets.get(sheet).or(sheets.values().next()).is_some_and(told));
            if !all_had || told(are) {
                continue;
            }
            let had = fields
                .iter()
                .filter_map(|field| Some((columns.get(field.as_str())?, field)));
            let said = had.map(|(heading, field)| format!("`{heading}` ({field})"));
            lost.extend(said.filter(|said| !lost.contains(said)).collect::<Vec<_>>());
        }
    }
    lost
}
