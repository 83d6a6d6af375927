//! The last run, as its record tells it.
//!
//! In: `plan.run.json` and the files that it names. Out: [`Last`]: what the guards need of it, and whether the files belong together.
//! A record of an earlier version lacks what it lacks; one that cannot be read is no record, and told. Needs no customer's name.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::Path,
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::finding::{Code, Finding, Place};

/// The last run.
#[derive(Debug, Clone, Default)]
pub struct Last {
    /// What it says of itself; none where it cannot be read.
    pub record: Option<LastRecord>,
    /// That its files do not belong together.
    pub mixed: Option<Finding>,
}

/// What a run record says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LastRecord {
    /// The version of seatshift that wrote it.
    pub version: String,
    /// The date that the plan is made for.
    pub as_of: String,
    /// What was read.
    pub inputs: Vec<LastInput>,
    /// Where every row went.
    pub accounting: LastAccounting,
    /// Findings by code.
    pub findings: BTreeMap<String, u64>,
    /// SHA-256 of each output, by its name.
    pub outputs: BTreeMap<String, String>,
}

/// What it says of an input.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LastInput {
    /// Path as given.
    pub path: String,
    /// Digest of the content.
    pub sha256: Option<String>,
    /// Rows read.
    pub rows: u64,
    /// Whether none of it was used.
    pub refused: bool,
    /// Its tables.
    pub tables: Vec<LastTable>,
}

/// What it says of a table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LastTable {
    /// Where its rows went.
    pub accounting: LastAccounting,
}

/// Where rows went.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct LastAccounting {
    /// Rows read.
    pub rows_read: u64,
    /// Rows rejected.
    pub rejected: u64,
}

impl LastInput {
    /// Rows that were rejected.
    pub fn rejected(&self) -> u64 {
        self.tables.iter().map(|table| table.accounting.rejected).sum()
    }
}

impl Last {
    /// The last run by its record's path; none where there is no record.
    pub fn read(record: &Path) -> Option<Last> {
        let bytes = match fs::read(record) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return Some(Last::unreadable(record, &error.to_string())),
        };
        match serde_json::from_slice::<LastRecord>(&bytes) {
            Ok(read) => Some(Last {
                mixed: mixed(record, &read),
                record: Some(read),
            }),
            Err(error) => Some(Last::unreadable(record, &error.to_string())),
        }
    }

    fn unreadable(path: &Path, why: &str) -> Last {
        let message = format!("the last run's record cannot be read ({why}), so its inputs were not compared; it is written anew");
        Last {
            record: None,
            mixed: Some(Finding::new(Code::LastSetMixed, shown(path), message, "")),
        }
    }
}

fn shown(path: &Path) -> Place {
    Place::file(path.to_string_lossy().replace('\\', "/"))
}

/// A finding where an output is not the one that the record tells of.
fn mixed(path: &Path, record: &LastRecord) -> Option<Finding> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let differs = |(name, expected): &(&String, &String)| {
        // A name is a name: a record leads to no other folder.
        let is_name = Path::new(name).file_name().is_some_and(|own| own == name.as_str());
        is_name && digest(&folder.join(name)).is_none_or(|digest| digest != **expected)
    };
    let names: Vec<String> = record.outputs.iter().filter(differs).map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() {
        return None;
    }
    let is = if names.len() == 1 { "is" } else { "are" };
    let message = format!(
        "{} {is} not as the last run's record says: that run was cut short, or somebody changed the file; all are written anew",
        names.join(", ")
    );
    let hint = "keep changes in the tables (holds, progress, offers), which the plan heeds, not in the plan";
    Some(Finding::new(Code::LastSetMixed, shown(path), message, hint))
}

fn digest(path: &Path) -> Option<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path).ok()?, &mut hasher).ok()?;
    Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
