//! A plan as it stands in files.
//!
//! In: `plan.csv` and what stands beside it, written by this or an earlier version. Out: a [`SavedPlan`], cell by cell as people
//! see it; what was neutralised against formulas is restored. A plan just made has the same form (`write::saved`), so that what
//! is made from a plan is the same whether the plan is new or read back. Refuses a file that is none of ours, and a plan of a
//! later version, by name. Decides nothing.

mod column;
mod gone;
mod neutral;
mod nights;
mod plan_file;
mod record;
mod spelling;
mod table;

use std::{
    fs::{self, File},
    io::{self, BufReader},
    path::{Path, PathBuf},
};

pub use column::{ChangeColumn, Columns, FindingColumn, Holds, PlanColumn, StepColumn};
pub use gone::SavedGone;
pub use neutral::{neutralised, restored};
pub(crate) use nights::night_of;
pub use nights::{Nights, NightsStop};
pub use plan_file::{PlanFile, PlanFileRow};
pub use record::{SavedCatalogFile, SavedInput, SavedInputTable, SavedPrevious, SavedRecord, SavedSettings};
pub use spelling::says_the_same;
pub use table::{Cells, RawRow, Row, RowReader, Rows, Unlike};

/// A plan with its companions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SavedPlan {
    /// What its run recorded; without one, nothing is known of it.
    pub record: SavedRecord,
    /// One row for each subscription.
    pub rows: Vec<Row<PlanColumn>>,
    /// Columns that an earlier version did not write.
    pub missing: Vec<PlanColumn>,
    /// Who does what by when; empty where the file is not there.
    pub steps: Vec<Row<StepColumn>>,
    /// What was odd; empty where the file is not there.
    pub findings: Vec<Row<FindingColumn>>,
}

/// Why a saved plan could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SavedStop {
    /// It cannot be opened or read.
    #[error("{}: cannot be read: {cause}\n  hint: name the `plan.csv` of an earlier run", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It is none of ours.
    #[error("{}: is no plan this version can read: {cause}\n  hint: name the `plan.csv` of an earlier run, as it was written", path.display())]
    NotAPlan {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: Unlike,
    },
    /// Its run record is none of ours.
    #[error("{}: is no run record: {cause}\n  hint: remove it, or name another plan", path.display())]
    NotARecord {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
}

/// What every version's plan has.
const REQUIRED: &[PlanColumn] = &[PlanColumn::Action, PlanColumn::SubscriptionId, PlanColumn::CustomerId];

impl SavedPlan {
    /// Reads a plan and the companions that stand beside it.
    ///
    /// # Errors
    /// Where the plan cannot be read, or one of the files is none of ours.
    pub fn read(plan: &Path) -> Result<SavedPlan, SavedStop> {
        let Rows { rows, missing } = rows_of(plan, REQUIRED)?;
        let steps = plan.with_extension("steps.csv");
        let findings = plan.with_extension("findings.csv");
        Ok(SavedPlan {
            record: record_of(plan)?.unwrap_or_default(),
            rows,
            missing,
            steps: if_there(rows_of(&steps, &[StepColumn::Step, StepColumn::Due]))?
                .map(|table| table.rows)
                .unwrap_or_default(),
            findings: if_there(rows_of(&findings, &[FindingColumn::Severity, FindingColumn::Code]))?
                .map(|table| table.rows)
                .unwrap_or_default(),
        })
    }
}

/// What a run found that it changed, from the file beside its plan; none where that is not there, or is not the one with this
/// SHA-256.
///
/// # Errors
/// Where it is none of ours.
pub fn changes_of(plan: &Path, sha256: &str) -> Result<Option<Vec<Row<ChangeColumn>>>, SavedStop> {
    let path = plan.with_extension("changes.csv");
    let Some(bytes) = companion(&path)?.filter(|bytes| crate::config::sha256(bytes) == sha256) else {
        return Ok(None);
    };
    let required = [ChangeColumn::SubscriptionId, ChangeColumn::Field, ChangeColumn::Cause];
    Ok(Some(parsed(&path, &bytes, &required)?.rows))
}

/// The run record that stands beside a plan.
///
/// # Errors
/// Where it cannot be read, or is none of ours.
pub fn record_of(plan: &Path) -> Result<Option<SavedRecord>, SavedStop> {
    let night = nights::night_of(plan).map(|night| plan.with_file_name(format!("{night}.run.json.gz")));
    let is_packed = night.is_some();
    let path = night.unwrap_or_else(|| plan.with_extension("run.json"));
    let Some(bytes) = companion(&path)? else {
        return Ok(None);
    };
    let bytes = match is_packed {
        true => nights::unpacked(&bytes),
        false => Ok(bytes),
    };
    let record = bytes.map_err(|cause| cause.to_string());
    match record.and_then(|bytes| SavedRecord::parse(&bytes)) {
        Ok(record) => Ok(Some(record)),
        Err(cause) => Err(SavedStop::NotARecord { path, cause }),
    }
}

fn parsed<C: Columns>(path: &Path, bytes: &[u8], required: &[C]) -> Result<Rows<C>, SavedStop> {
    Rows::parse(bytes, required).map_err(|cause| SavedStop::NotAPlan {
        path: path.to_owned(),
        cause,
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>, SavedStop> {
    fs::read(path).map_err(|cause| SavedStop::Unreadable {
        path: path.to_owned(),
        cause,
    })
}

/// The rows of a file, read without keeping its bytes.
fn rows_of<C: Columns>(path: &Path, required: &[C]) -> Result<Rows<C>, SavedStop> {
    let file = File::open(path).map_err(|cause| SavedStop::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    let read = Rows::read(BufReader::with_capacity(1 << 16, file), required).and_then(|read| {
        Ok(Rows {
            rows: spelling::in_our_spelling(read.rows)?,
            ..read
        })
    });
    read.map_err(|cause| SavedStop::NotAPlan {
        path: path.to_owned(),
        cause,
    })
}

/// The bytes of a file that may be missing.
fn companion(path: &Path) -> Result<Option<Vec<u8>>, SavedStop> {
    if_there(bytes(path))
}

/// What was read of a file that may be missing.
fn if_there<T>(read: Result<T, SavedStop>) -> Result<Option<T>, SavedStop> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(SavedStop::Unreadable { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(stop) => Err(stop),
    }
}
