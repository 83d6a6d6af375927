//! The last run, as its record tells it.
//!
//! In: `plan.run.json` and the files that it names. Out: [`Last`]: what the guards need of it, and whether the files belong together.
//! A record of an earlier version lacks what it lacks; one that cannot be read is no record. Needs no customer's name.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::{
    finding::{Code, Finding, Place},
    runs::of_each,
    saved::SavedRecord,
};

/// The last run.
#[derive(Debug, Clone, Default)]
pub struct Last {
    /// What it says of itself; none where it cannot be read.
    pub record: Option<SavedRecord>,
    /// Why it cannot.
    pub unreadable: Option<String>,
    /// That its files do not belong together.
    pub mixed: Option<Finding>,
    /// The SHA-256 of each of its outputs that is there, by its name.
    pub digests: BTreeMap<String, String>,
}

impl Last {
    /// The last run by its record's path; none where there is no record.
    pub fn read(record: &Path) -> Option<Last> {
        let bytes = match fs::read(record) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return Some(Last::unreadable(error.to_string())),
        };
        match SavedRecord::parse(&bytes) {
            Ok(read) => {
                let digests = digests(record, &read);
                Some(Last {
                    mixed: mixed(record, &read, &digests),
                    digests,
                    unreadable: None,
                    record: Some(read),
                })
            }
            Err(error) => Some(Last::unreadable(error)),
        }
    }

    fn unreadable(why: String) -> Last {
        Last {
            unreadable: Some(why),
            ..Last::default()
        }
    }
}

pub(super) fn shown(path: &Path) -> Place {
    Place::file(path.to_string_lossy().replace('\\', "/"))
}

/// A name is a name: a record leads to no other folder.
fn is_name(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|own| own == name)
}

/// The SHA-256 of each output that the record tells of and that is there.
fn digests(path: &Path, record: &SavedRecord) -> BTreeMap<String, String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let names: Vec<&String> = record.outputs.keys().filter(|name| is_name(name)).collect();
    let own = of_each(&names, |name| Some(((*name).clone(), digest(&folder.join(name))?)));
    own.into_iter().flatten().collect()
}

/// A finding where an output is not the one that the record tells of.
fn mixed(path: &Path, record: &SavedRecord, digests: &BTreeMap<String, String>) -> Option<Finding> {
    let differs = |(name, expected): (&String, &String)| match digests.get(name) {
        Some(own) => own != expected,
        // A report may stand in another folder.
        None => is_name(name) && name.ends_with(".csv"),
    };
    let differing = record.outputs.iter().filter(|output| differs(*output));
    let names: Vec<String> = differing.map(|(name, _)| format!("`{name}`")).collect();
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
    let mut file = File::open(path).ok()?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece).ok()? {
            0 => break,
            read => hasher.update(piece.get(..read)?),
        }
    }
    Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
