//! A plan read row by row, for plans of any size.
//!
//! In: the path of a `plan.csv`, or of a night of a history, which is compressed. Out: its run record and its rows one at a time, so that no more than one is held; at the end the
//! SHA-256 of what was read, which tells whether the record belongs to this plan. Where a spreadsheet has saved the plan again, its
//! dates are read from all of them together. Refuses what [`super::SavedPlan`] refuses; looks at no other companion.

use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::{
    PlanColumn, REQUIRED, Row, RowReader, SavedRecord, SavedStop, Unlike, record_of,
    spelling::{Dates, Spelling, is_foreign},
};

/// A plan under way.
pub struct PlanFile {
    path: PathBuf,
    record: Option<SavedRecord>,
    rows: RowReader<BufReader<Digested>, PlanColumn>,
    /// The first row, read already.
    first: Option<Row<PlanColumn>>,
    /// How its dates are written, where they are not as we write them.
    spelling: Option<Spelling>,
    /// Whether it is not as a run wrote it, as far as that can be told.
    is_changed: bool,
}

impl PlanFile {
    /// Opens a plan.
    ///
    /// # Errors
    /// Where it or its run record cannot be read, or is none of ours.
    pub fn open(plan: &Path) -> Result<PlanFile, SavedStop> {
        let file = opened(plan)?;
        let not_a_plan = |cause| SavedStop::NotAPlan {
            path: plan.to_owned(),
            cause,
        };
        let mut rows = RowReader::open(file, REQUIRED).map_err(not_a_plan)?;
        let first = rows.next_row().map_err(not_a_plan)?;
        let mut opened = PlanFile {
            path: plan.to_owned(),
            record: record_of(plan)?,
            rows,
            first: None,
            spelling: None,
            is_changed: false,
        };
        opened.is_changed = opened.is_changed()?;
        opened.first = first.map(|row| opened.as_ours(row)).transpose()?;
        Ok(opened)
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

    /// Whether a spreadsheet may have saved it again.
    pub fn is_respelt(&self) -> bool {
        self.spelling.is_some() || self.is_changed
    }

    /// Whether it is another file than its record tells of; without one, whether it looks as spreadsheets save a file.
    fn is_changed(&self) -> Result<bool, SavedStop> {
        let record = self.record.as_ref().filter(|record| record.names(&self.path));
        let Some(record) = record else {
            return Ok(self.rows.is_marked());
        };
        let digest = digest_of(opened(&self.path)?).map_err(|cause| unreadable(&self.path, cause))?;
        Ok(!record.tells_of(&self.path, &digest))
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// Where the rest cannot be read, or is none of ours.
    pub fn next_row(&mut self) -> Result<Option<Row<PlanColumn>>, SavedStop> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        match self.rows.next_row() {
            Ok(row) => row.map(|row| self.as_ours(row)).transpose(),
            Err(cause) => Err(self.not_a_plan(cause)),
        }
    }

    fn not_a_plan(&self, cause: Unlike) -> SavedStop {
        SavedStop::NotAPlan {
            path: self.path.clone(),
            cause,
        }
    }

    /// A row just read, with its dates as we write them.
    fn as_ours(&mut self, row: Row<PlanColumn>) -> Result<Row<PlanColumn>, SavedStop> {
        if !is_foreign(&row) {
            return Ok(row);
        }
        let spelling = match self.spelling.take() {
            Some(spelling) => spelling,
            None => self.spelling_of_all()?,
        };
        let ours = spelling.ours(&row, self.rows.line());
        self.spelling = Some(spelling);
        ours.map_err(|cause| self.not_a_plan(cause))
    }

    /// How dates are written in the whole file, which is read once more for that.
    fn spelling_of_all(&self) -> Result<Spelling, SavedStop> {
        let mut rows = RowReader::open(opened(&self.path)?, REQUIRED).map_err(|cause| self.not_a_plan(cause))?;
        let mut dates = Dates::new();
        while let Some(row) = rows.next_row().map_err(|cause| self.not_a_plan(cause))? {
            dates.add(&row, rows.line());
        }
        dates.spelling().map_err(|cause| self.not_a_plan(cause))
    }

    /// At the end of the rows: the SHA-256 of the file, in hexadecimal.
    ///
    /// # Errors
    /// Where the rest cannot be read.
    pub fn finish(self) -> Result<String, SavedStop> {
        digest_of(self.rows.into_inner()).map_err(|cause| unreadable(&self.path, cause))
    }
}

fn unreadable(path: &Path, cause: io::Error) -> SavedStop {
    SavedStop::Unreadable {
        path: path.to_owned(),
        cause,
    }
}

/// The SHA-256 of a file that has been read to some place, in hexadecimal.
fn digest_of(mut file: BufReader<Digested>) -> io::Result<String> {
    io::copy(&mut file, &mut io::sink())?;
    let digest = file.into_inner().hasher.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A plan's bytes from their start, unpacked where they are compressed.
fn opened(path: &Path) -> Result<BufReader<Digested>, SavedStop> {
    let file = unpacked(path).map_err(|cause| unreadable(path, cause))?;
    let hasher = Sha256::new();
    Ok(BufReader::with_capacity(1 << 18, Digested { file, hasher }))
}

/// How what gzip made begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Nothing is sought in the file: it may be a pipe.
fn unpacked(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    // A folder opens as a file does, and fails only when it is read.
    Read::by_ref(&mut file).take(GZIP.len() as u64).read_to_end(&mut head)?;
    let is_packed = head == GZIP;
    let whole = Cursor::new(head).chain(file);
    Ok(match is_packed {
        true => Box::new(MultiGzDecoder::new(BufReader::new(whole))),
        false => Box::new(whole),
    })
}

/// A file whose bytes are digested as they are read.
struct Digested {
    file: Box<dyn Read + Send>,
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
