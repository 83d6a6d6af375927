//! What `plan.run.json` says of the run that wrote a plan.
//!
//! In: the record's bytes, of this or an earlier version. Out: what later runs and reports need of it; what is not there is
//! empty, since earlier versions said less.

use std::{collections::BTreeMap, path::Path};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

use super::{SavedGone, nights::night_of};

/// The record of the run that wrote a plan.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct SavedRecord {
    /// Version of the program that wrote it.
    pub version: String,
    /// What the program returned.
    pub exit_code: u8,
    /// The date the plan was made for.
    #[serde(deserialize_with = "date")]
    pub as_of: Option<NaiveDate>,
    /// The settings it was made with; none: the defaults.
    pub settings: Option<SavedSettings>,
    /// SHA-256 of each table, by its setting's name.
    pub tables: BTreeMap<String, String>,
    /// Microsoft's own files.
    pub catalog: Vec<SavedCatalogFile>,
    /// Each input.
    pub inputs: Vec<SavedInput>,
    /// Where the rows went, by name.
    pub accounting: BTreeMap<String, u64>,
    /// Findings by code.
    pub findings: BTreeMap<String, u64>,
    /// SHA-256 of each output, by its name.
    pub outputs: BTreeMap<String, String>,
    /// The plan it was compared with.
    pub previous: Option<SavedPrevious>,
    /// Subscriptions that are gone without a trace.
    pub gone: Vec<SavedGone>,
}

/// The plan that a run's plan was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct SavedPrevious {
    /// Path as given.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// The settings of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct SavedSettings {
    /// Path as given; none: the defaults.
    pub path: Option<String>,
    /// SHA-256 of the file; none: the defaults.
    pub sha256: Option<String>,
    /// Settings for one run.
    pub set: Vec<String>,
}

/// One of Microsoft's own files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct SavedCatalogFile {
    /// The setting that names it.
    pub setting: String,
    /// Path as given.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// One input of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct SavedInput {
    /// Path as given.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// Rows that were read of it.
    pub rows: u64,
    /// Whether none of it was used.
    pub refused: bool,
    /// Its tables.
    pub tables: Vec<SavedInputTable>,
}

/// One table of an input.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct SavedInputTable {
    /// Its sheet, in a workbook.
    pub sheet: Option<String>,
    /// Each heading and what it told; none: not used.
    pub columns: Vec<(String, Option<String>)>,
    /// Where its rows went, by name.
    pub accounting: BTreeMap<String, u64>,
}

impl SavedInput {
    /// Rows that were used.
    pub fn rows_used(&self) -> u64 {
        if self.refused { 0 } else { self.rows }
    }

    /// Rows that were rejected.
    pub fn rows_rejected(&self) -> u64 {
        let rejected = self.tables.iter().filter_map(|table| table.accounting.get("rejected"));
        rejected.sum()
    }
}

impl SavedRecord {
    /// Whether it names this plan among its outputs; a night of a history has another name than its run gave it.
    pub(super) fn names(&self, plan: &Path) -> bool {
        night_of(plan).is_some() || self.outputs.contains_key(&name(plan))
    }

    /// Whether it tells of this plan, by the SHA-256 of it.
    pub fn tells_of(&self, plan: &Path, sha256: &str) -> bool {
        match night_of(plan) {
            Some(_) => self.outputs.values().any(|digest| digest == sha256),
            None => self.outputs.get(&name(plan)).is_some_and(|digest| digest == sha256),
        }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// What is wrong with it, where it is no record of ours.
    pub fn parse(bytes: &[u8]) -> Result<SavedRecord, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(super) fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom))
        .transpose()
}
