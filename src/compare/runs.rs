//! What differs between two runs.
//!
//! In: both run records. Out: [`Runs`]: the exports, tables and dates that are not the same, by their digests. A record that is
//! not there, or that tells of another plan than the one beside it, says nothing: then nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::saved::SavedRecord;

/// What differs between two runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Runs {
    /// Whether both runs are recorded.
    pub known: bool,
    /// The date of the earlier plan.
    pub from: Option<NaiveDate>,
    /// The date of the later plan.
    pub to: Option<NaiveDate>,
    /// Exports that are new, gone, or hold something else, by their paths; also those that only have another name.
    pub exports: BTreeSet<String>,
    /// Tables that differ.
    pub tables: Vec<Altered>,
}

/// A table, or what else decides besides exports and dates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Altered {
    /// The program.
    Program(String, String),
    /// The settings.
    Settings,
    /// A table that the settings name, rule tables included, by its setting's name.
    Table(String),
    /// A file of Microsoft's, by its setting and path.
    Catalog(String, String),
}

impl std::fmt::Display for Altered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Altered::Program(old, new) => write!(f, "seatshift {old}, then {new}"),
            Altered::Settings => f.write_str("the settings"),
            Altered::Table(name) if name.starts_with("rules.") => write!(f, "the rule table `{name}`"),
            Altered::Table(name) => write!(f, "the table `{name}`"),
            Altered::Catalog(setting, path) => write!(f, "the file {path} (`catalog.{setting}`)"),
        }
    }
}

impl Runs {
    /// Compares two records.
    pub fn new(old: Option<&SavedRecord>, new: Option<&SavedRecord>) -> Runs {
        let from = old.and_then(|record| record.as_of);
        let to = new.and_then(|record| record.as_of);
        let (Some(old), Some(new), true) = (old, new, from.is_some() && to.is_some()) else {
            return Runs {
                from,
                to,
                ..Runs::default()
            };
        };
        Runs {
            known: true,
            from,
            to,
            exports: exports(old, new),
            tables: tables(old, new),
        }
    }

    /// Both dates, where they differ.
    pub fn dates(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.from.zip(self.to).filter(|(from, to)| from != to)
    }
}

/// Exports that are not in both runs under the same name with the same content.
fn exports(old: &SavedRecord, new: &SavedRecord) -> BTreeSet<String> {
    let count = |record: &SavedRecord, which: &str| {
        let mut count: BTreeMap<(String, String), i64> = BTreeMap::new();
        for (place, input) in record.inputs.iter().enumerate() {
            // What nobody digested is like nothing else.
            let digest = input.sha256.clone();
            let digest = digest.unwrap_or_else(|| format!("{place} of the {which}"));
            *count.entry((input.path.clone(), digest)).or_default() += 1;
        }
        count
    };
    let mut differences = count(old, "earlier");
    for (input, number) in count(new, "later") {
        *differences.entry(input).or_default() -= number;
    }
    let differ = differences.into_iter().filter(|(_, number)| *number != 0);
    differ.map(|((path, _), _)| path).collect()
}

fn tables(old: &SavedRecord, new: &SavedRecord) -> Vec<Altered> {
    let mut altered = Vec::new();
    if old.version != new.version {
        altered.push(Altered::Program(old.version.clone(), new.version.clone()));
    }
    let settings = |record: &SavedRecord| {
        let settings = record.settings.clone();
        settings.map(|settings| (settings.sha256, settings.set))
    };
    if settings(old) != settings(new) {
        altered.push(Altered::Settings);
    }
    let names: BTreeSet<&String> = old.tables.keys().chain(new.tables.keys()).collect();
    let differs = |name: &&String| old.tables.get(*name) != new.tables.get(*name);
    altered.extend(
        names
            .into_iter()
            .filter(differs)
            .map(|name| Altered::Table(name.clone())),
    );
    let files = |record: &SavedRecord| -> BTreeSet<(String, String, String)> {
        let file =
            |file: &crate::saved::SavedCatalogFile| (file.setting.clone(), file.path.clone(), file.sha256.clone());
        record.catalog.iter().map(file).collect()
    };
    let differ: BTreeSet<(String, String)> = files(old)
        .symmetric_difference(&files(new))
        .map(|(setting, path, _)| (setting.clone(), path.clone()))
        .collect();
    altered.extend(
        differ
            .into_iter()
            .map(|(setting, path)| Altered::Catalog(setting, path)),
    );
    altered
}
