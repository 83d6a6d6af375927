//! The run record, `plan.run.json`: what a run read, by which rules, what it wrote.
//!
//! The same arguments give the same record but for `timing`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use crate::{
    catalog::evidence::EvidenceFile,
    compare::{Cause, ChangeKind, Changes, Counted, Loss},
    config::Nightly,
    finding::{Accounting, Code},
    guard::Tripped,
    plan::{Counts, MappedOffer},
    read::Limits,
    recognise::InputRecord,
    rules::Override,
    saved::{Columns, SavedGone, SavedRecord},
};

/// What a run that wrote a plan has to say about itself.
#[derive(Debug, Clone, Serialize)]
pub struct RunRecord {
    /// Version of seatshift.
    pub version: &'static str,
    /// What the program returns.
    pub exit_code: u8,
    /// The date the plan is made for.
    #[serde(serialize_with = "iso")]
    pub as_of: NaiveDate,
    /// The settings; none: the defaults.
    pub settings: Option<SettingsRecord>,
    /// SHA-256 of each table, by its setting's name.
    pub tables: BTreeMap<String, String>,
    /// What the settings put in the place of the built-in rules.
    pub rules: Vec<Override>,
    /// Microsoft's own files, sorted by setting and path.
    pub catalog: Vec<EvidenceFile>,
    /// Each input, sorted by path.
    pub inputs: Vec<InputRecord>,
    /// Where every row went.
    pub accounting: Accounting,
    /// Rows of the plan by action, reason and urgency.
    pub counts: Counts,
    /// How each offer is mapped, and by which evidence.
    pub mappings: Vec<MappedOffer>,
    /// Findings by code.
    pub findings: BTreeMap<Code, u64>,
    /// What an input might cost.
    pub limits: Limits,
    /// The guards' numbers.
    pub nightly: Nightly,
    /// The plan it was compared with; none: with no plan.
    pub previous: Option<ComparedRecord>,
    /// Subscriptions that are gone without a trace: the next run goes on looking for them.
    pub gone: Vec<SavedGone>,
    /// Guards that tripped and that the command line let through.
    pub accepted: Vec<Tripped>,
    /// SHA-256 of each output, by its name; the record itself is written last.
    pub outputs: BTreeMap<String, String>,
    /// The one part that differs from run to run.
    pub timing: Timing,
}

/// Which plan a run's plan was compared with, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedRecord {
    /// Path as given.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Whether a run record beside it tells of it; otherwise causes are unknown.
    pub recorded: bool,
    /// Version of seatshift that wrote it.
    pub version: Option<String>,
    /// The date it was made for.
    pub as_of: Option<String>,
    /// Subscriptions by what became of them.
    pub subscriptions: BTreeMap<ChangeKind, u64>,
    /// Those that are a loss.
    pub losses: BTreeMap<Loss, u64>,
    /// Changes by their cause.
    pub causes: BTreeMap<Cause, u64>,
    /// What is counted and not listed.
    pub counted: Counted,
    /// Columns that it does not have, which were not compared.
    pub columns_missing: Vec<&'static str>,
}

impl ComparedRecord {
    /// What to record of a comparison.
    pub fn new(path: String, sha256: String, record: Option<&SavedRecord>, changes: &Changes) -> ComparedRecord {
        let mut causes = BTreeMap::new();
        for (_, field) in changes.lines() {
            *causes.entry(field.cause).or_default() += 1;
        }
        let kinds = ChangeKind::ALL.iter().map(|&kind| (kind, changes.count(kind)));
        let losses = Loss::ALL.iter().map(|&loss| (loss, changes.losses(loss)));
        ComparedRecord {
            path,
            sha256,
            recorded: record.is_some(),
            version: record.map(|record| record.version.clone()),
            as_of: record.and_then(|record| record.as_of).map(|day| day.to_string()),
            subscriptions: kinds.collect(),
            losses: losses.collect(),
            causes,
            counted: changes.counted,
            columns_missing: changes.missing.iter().map(|column| column.as_str()).collect(),
        }
    }
}

impl RunRecord {
    /// The record as it is read back. One of ours always is.
    pub(super) fn saved(&self) -> SavedRecord {
        let written = serde_json::to_vec(self).unwrap_or_default();
        SavedRecord::parse(&written).unwrap_or_default()
    }
}

/// Which settings a run had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingsRecord {
    /// Path as given; none: there is no file.
    pub path: Option<String>,
    /// SHA-256 of the file.
    pub sha256: Option<String>,
    /// What the command line set for this run alone, as it was given.
    pub set: Vec<String>,
}

/// What a run that was stopped has to say about itself.
#[derive(Debug, Clone, Serialize)]
pub struct StoppedRecord {
    /// Version of seatshift.
    pub version: &'static str,
    /// What the program returns.
    pub exit_code: u8,
    /// The date the plan would have been made for.
    #[serde(serialize_with = "iso")]
    pub as_of: NaiveDate,
    /// Why it was stopped, with a hint.
    pub stopped: String,
    /// The guards' numbers.
    pub nightly: Nightly,
    /// Guards that tripped and hold the plan back.
    pub tripped: Vec<Tripped>,
    /// Guards that tripped and that the command line let through.
    pub accepted: Vec<Tripped>,
    /// The settings; none: the defaults.
    pub settings: Option<SettingsRecord>,
    /// SHA-256 of each table, by its setting's name.
    pub tables: BTreeMap<String, String>,
    /// What the settings put in the place of the built-in rules.
    pub rules: Vec<Override>,
    /// Microsoft's own files, sorted by setting and path.
    pub catalog: Vec<EvidenceFile>,
    /// Each input, sorted by path.
    pub inputs: Vec<InputRecord>,
    /// Where every row went.
    pub accounting: Accounting,
    /// Findings by code.
    pub findings: BTreeMap<Code, u64>,
    /// What an input might cost.
    pub limits: Limits,
    /// The one part that differs from run to run.
    pub timing: Timing,
}

/// How long a run took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Timing {
    /// Seconds from start until the record was written, to the millisecond.
    pub seconds: f64,
}

impl From<Duration> for Timing {
    fn from(elapsed: Duration) -> Timing {
        let milliseconds = u32::try_from(elapsed.as_millis()).unwrap_or(u32::MAX);
        Timing {
            seconds: f64::from(milliseconds) / 1000.0,
        }
    }
}

fn iso<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

pub(super) fn write(record: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, record)?;
    out.write_all(b"\n")
}
