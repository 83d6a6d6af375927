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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{config::sha256, saved::SavedPlan};

    const PLAN: &str = "\u{feff}action;subscription_id;customer_id\r\nmove;a;c\r\nkeep;'=b;\"x;y\"\r\n";

    #[test]
    fn rows_come_one_by_one_as_they_do_together_with_the_digest_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.csv");
        fs::write(&path, PLAN).unwrap();
        let mut file = PlanFile::open(&path).unwrap();
        assert!(file.record().is_none());
        assert!(file.missing().contains(&PlanColumn::MoveDate));
        let mut rows = Vec::new();
        while let Some(row) = file.next_row().unwrap() {
            rows.push(row);
        }
        assert_eq!(rows[1].get(PlanColumn::SubscriptionId), "=b");
        assert_eq!(rows, SavedPlan::read(&path).unwrap().rows);
        assert_eq!(file.finish().unwrap(), sha256(PLAN.as_bytes()));
        // The digest is that of the whole file, however far it was read.
        let file = PlanFile::open(&path).unwrap();
        assert_eq!(file.finish().unwrap(), sha256(PLAN.as_bytes()));
    }

    #[test]
    fn what_is_no_plan_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(matches!(
            PlanFile::open(&at("none.csv")),
            Err(SavedStop::Unreadable { .. })
        ));
        assert!(matches!(
            PlanFile::open(folder.path()),
            Err(SavedStop::Unreadable { .. })
        ));
        fs::write(at("other.csv"), "a,b\n1,2\n").unwrap();
        assert!(matches!(
            PlanFile::open(&at("other.csv")),
            Err(SavedStop::NotAPlan { .. })
        ));
        fs::write(at("plan.csv"), PLAN.replace("keep;'=b;", "keep;")).unwrap();
        let mut file = PlanFile::open(&at("plan.csv")).unwrap();
        assert!(file.next_row().unwrap().is_some());
        assert!(matches!(file.next_row(), Err(SavedStop::NotAPlan { .. })));
        fs::write(at("plan.run.json"), "[1]").unwrap();
        assert!(matches!(
            PlanFile::open(&at("plan.csv")),
            Err(SavedStop::NotARecord { .. })
        ));
    }
}
