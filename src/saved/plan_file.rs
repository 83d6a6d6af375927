//! A plan read row by row, for plans of any size.
//!
//! In: the path of a `plan.csv`. Out: its run record and its rows one at a time, so that no more than one is held; at the end the
//! SHA-256 of what was read, which tells whether the record belongs to this plan. Refuses what [`super::SavedPlan`] refuses;
//! looks at no other companion.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{PlanColumn, REQUIRED, Row, RowReader, SavedRecord, SavedStop, record_of};

/// A plan under way.
pub struct PlanFile {
    path: PathBuf,
    record: Option<SavedRecord>,
    rows: RowReader<BufReader<Digested>, PlanColumn>,
}

impl PlanFile {
    /// Opens a plan.
    ///
    /// # Errors
    /// Where it or its run record cannot be read, or is none of ours.
    pub fn open(plan: &Path) -> Result<PlanFile, SavedStop> {
        let file = File::open(plan).map_err(|cause| unreadable(plan, cause))?;
        // A folder opens as a file does, and fails only when it is read.
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(unreadable(plan, io::ErrorKind::IsADirectory.into()));
        }
        let from = BufReader::with_capacity(
            1 << 18,
            Digested {
                file,
                hasher: Sha256::new(),
            },
        );
        let rows = RowReader::open(from, REQUIRED).map_err(|cause| SavedStop::NotAPlan {
            path: plan.to_owned(),
            cause,
        })?;
        Ok(PlanFile {
            path: plan.to_owned(),
            record: record_of(plan)?,
            rows,
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its run recorded, if that is there.
    pub fn record(&self) -> Option<&SavedRecord> {
        self.record.as_ref()
    }

    /// Columns that an earlier version did not write.
    pub fn missing(&self) -> Vec<PlanColumn> {
        self.rows.missing()
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// Where the rest cannot be read, or is none of ours.
    pub fn next_row(&mut self) -> Result<Option<Row<PlanColumn>>, SavedStop> {
        self.rows.next_row().map_err(|cause| SavedStop::NotAPlan {
            path: self.path.clone(),
            cause,
        })
    }

    /// At the end of the rows: the SHA-256 of the file, in hexadecimal.
    ///
    /// # Errors
    /// Where the rest cannot be read.
    pub fn finish(self) -> Result<String, SavedStop> {
        let mut rest = self.rows.into_inner();
        io::copy(&mut rest, &mut io::sink()).map_err(|cause| unreadable(&self.path, cause))?;
        let digest = rest.into_inner().hasher.finalize();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn unreadable(path: &Path, cause: io::Error) -> SavedStop {
    SavedStop::Unreadable {
        path: path.to_owned(),
        cause,
    }
}

/// A file whose bytes are digested as they are read.
struct Digested {
    file: File,
    hasher: Sha256,
}

impl Read for Digested {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
