//! A plan read row by row, for plans of any size.
//!
//! In: the path of a `plan.csv`, or of a night of a history, which is compressed. Out: its run record and its rows, some thousands at
//! a time, in places that are used again, so that no more than these are held; at the end the SHA-256 of what was read, which tells whether the record belongs to this plan. Where
//! a spreadsheet has saved the plan again, its dates are read from all of them together. Refuses what [`super::SavedPlan`] refuses; looks at no other companion.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::{
    Cells, PlanColumn, REQUIRED, RawRow, Row, RowReader, SavedRecord, SavedStop, Unlike, record_of,
    spelling::{Dates, Spelling, is_foreign},
};

/// Rows that come together.
const TOGETHER: usize = 8192;

/// A plan under way.
pub struct PlanFile {
    whole: Arc<Whole>,
    record: Option<SavedRecord>,
    rows: RowReader<BufReader<Digested>, PlanColumn>,
    /// The first row, read already.
    first: Option<RawRow<PlanColumn>>,
    /// Why no further row can be read, to be told once those before are judged.
    stop: Option<SavedStop>,
    /// A place that is used again.
    spare: Option<PlanFileRow>,
    /// Whether it is not as a run wrote it, as far as that can be told.
    is_changed: bool,
}

/// What is to be known of a plan to understand a row of it.
struct Whole {
    path: PathBuf,
    /// How its dates are written, or why that cannot be told, where they are not as we write them. It is found out once: that takes
    /// a pass over the whole file.
    spelling: Mutex<Option<Result<Arc<Spelling>, Unlike>>>,
}

/// A row of a plan, as it stands there.
pub struct PlanFileRow {
    raw: RawRow<PlanColumn>,
    whole: Arc<Whole>,
}

impl PlanFileRow {
    /// The text of a cell; empty where it does not apply, or is no text.
    pub fn get(&self, column: PlanColumn) -> &str {
        self.raw.get(column)
    }

    /// Whether each cell is the one of a row as we write it; dates are not respelt for that.
    pub fn is(&self, cells: &Cells) -> bool {
        self.raw.is(cells)
    }

    /// The row with its dates as we write them.
    ///
    /// # Errors
    /// Where it cannot be understood.
    pub fn row(&self) -> Result<Row<PlanColumn>, SavedStop> {
        self.whole.row(&self.raw)
    }
}

impl Whole {
    fn not_a_plan(&self, cause: Unlike) -> SavedStop {
        SavedStop::NotAPlan {
            path: self.path.clone(),
            cause,
        }
    }

    fn row(&self, raw: &RawRow<PlanColumn>) -> Result<Row<PlanColumn>, SavedStop> {
        let row = raw.row().map_err(|cause| self.not_a_plan(cause))?;
        if !is_foreign(&row) {
            return Ok(row);
        }
        let ours = self.spelling().and_then(|spelling| spelling.ours(&row, raw.line()));
        ours.map_err(|cause| self.not_a_plan(cause))
    }

    fn spelling(&self) -> Result<Arc<Spelling>, Unlike> {
        let mut known = self.spelling.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get_or_insert_with(|| self.spelling_of_all().map(Arc::new))
            .clone()
    }

    /// How dates are written in the whole file, which is read once more for that.
    fn spelling_of_all(&self) -> Result<Spelling, Unlike> {
        let file = opened(&self.path).map_err(|error| Unlike::Csv(error.to_string()))?;
        let mut rows = RowReader::open(file, REQUIRED)?;
        let mut dates = Dates::new();
        while let Some(row) = rows.next_row()? {
            dates.add(&row, rows.line());
        }
        dates.spelling()
    }
}

impl PlanFile {
    /// Opens a plan.
    ///
    /// # Errors
    /// Where it or its run record cannot be read, or is none of ours.
    pub fn open(plan: &Path) -> Result<PlanFile, SavedStop> {
        PlanFile::open_known(plan, None)
    }

    /// The same; `digest` is the SHA-256 of its bytes, where that is known already. Where it is the one of the run record the file need not
    /// be read once more for that.
    ///
    /// # Errors
    /// Where it or its run record cannot be read, or is none of ours.
    pub fn open_known(plan: &Path, digest: Option<&str>) -> Result<PlanFile, SavedStop> {
        let file = opened(plan)?;
        let whole = Whole {
            path: plan.to_owned(),
            spelling: Mutex::new(None),
        };
        let not_a_plan = |cause| whole.not_a_plan(cause);
        let mut rows = RowReader::open(file, REQUIRED).map_err(not_a_plan)?;
        let mut first = rows.place();
        let has_rows = rows.read(&mut first).map_err(not_a_plan)?;
        if has_rows {
            first.row().map_err(not_a_plan)?;
        }
        let mut opened = PlanFile {
            record: record_of(plan)?,
            rows,
            first: None,
            stop: None,
            spare: None,
            is_changed: false,
            whole: Arc::new(whole),
        };
        opened.is_changed = opened.is_changed(digest)?;
        if has_rows {
            opened.whole.row(&first)?;
            opened.first = Some(first);
        }
        Ok(opened)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.whole.path
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
        let spelling = self.whole.spelling.lock().unwrap_or_else(PoisonError::into_inner);
        spelling.is_some() || self.is_changed
    }

    /// Whether it is another file than its record tells of; without one, whether it looks as spreadsheets save a file.
    fn is_changed(&self, digest: Option<&str>) -> Result<bool, SavedStop> {
        let path = self.path();
        let record = self.record.as_ref().filter(|record| record.names(path));
        let Some(record) = record else {
            return Ok(self.rows.is_marked());
        };
        if digest.is_some_and(|known| record.tells_of(path, known)) {
            return Ok(false);
        }
        let digest = digest_of(opened(path)?).map_err(|cause| unreadable(path, cause))?;
        Ok(!record.tells_of(path, &digest))
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// Where the rest cannot be read, or is none of ours.
    pub fn next_row(&mut self) -> Result<Option<Row<PlanColumn>>, SavedStop> {
        let mut next = self.spare.take().unwrap_or_else(|| self.place());
        let is_there = self.read(&mut next)?;
        let row = is_there.then(|| next.row()).transpose();
        self.spare = Some(next);
        row
    }

    /// Puts the next rows into places that are used again, and makes such as are missing. Gives how many rows there are; none at
    /// the end.
    ///
    /// # Errors
    /// Where the rest cannot be read, or is none of ours; what is before that comes first.
    pub fn fill(&mut self, places: &mut Vec<PlanFileRow>) -> Result<usize, SavedStop> {
        if let Some(stop) = self.stop.take() {
            return Err(stop);
        }
        for count in 0..TOGETHER {
            if places.len() == count {
                places.push(self.place());
            }
            let place = places.get_mut(count);
            match place.map_or(Ok(false), |place| self.read(place)) {
                Ok(true) => {}
                Ok(false) => return Ok(count),
                Err(stop) if count == 0 => return Err(stop),
                Err(stop) => {
                    self.stop = Some(stop);
                    return Ok(count);
                }
            }
        }
        Ok(TOGETHER)
    }

    fn place(&self) -> PlanFileRow {
        PlanFileRow {
            raw: self.rows.place(),
            whole: Arc::clone(&self.whole),
        }
    }

    fn read(&mut self, next: &mut PlanFileRow) -> Result<bool, SavedStop> {
        if let Some(first) = self.first.take() {
            next.raw = first;
            return Ok(true);
        }
        let read = self.rows.read(&mut next.raw);
        read.map_err(|cause| self.whole.not_a_plan(cause))
    }

    /// At the end of the rows: the SHA-256 of the file, in hexadecimal.
    ///
    /// # Errors
    /// Where the rest cannot be read.
    pub fn finish(self) -> Result<String, SavedStop> {
        digest_of(self.rows.into_inner()).map_err(|cause| unreadable(&self.whole.path, cause))
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
    let mut file = BufReader::new(File::open(path)?);
    // A folder opens as a file does, and fails only when it is read.
    let is_packed = file.fill_buf()?.starts_with(&GZIP);
    Ok(match is_packed {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
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
    fn a_digest_that_is_known_spares_a_pass_and_a_wrong_one_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.csv");
        fs::write(&path, PLAN).unwrap();
        let digest = sha256(PLAN.as_bytes());
        let record = format!("{{\"outputs\": {{\"plan.csv\": \"{digest}\"}}}}");
        fs::write(folder.path().join("plan.run.json"), record).unwrap();
        let is_respelt = |known: Option<&str>| PlanFile::open_known(&path, known).unwrap().is_respelt();
        for known in [None, Some(digest.as_str()), Some("0"), Some("")] {
            assert!(!is_respelt(known), "{known:?}");
        }
        fs::write(&path, PLAN.replace("move", "keep")).unwrap();
        let other = sha256(PLAN.replace("move", "keep").as_bytes());
        for known in [None, Some(other.as_str()), Some("0")] {
            assert!(is_respelt(known), "{known:?}");
        }
    }

    #[test]
    fn what_stands_first_is_told_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.csv");
        let text = b"action;subscription_id;customer_id\nmove;a;c\nmove;\xff;c\nmove;a\n";
        fs::write(&path, text).unwrap();
        let mut file = PlanFile::open(&path).unwrap();
        let mut rows = Vec::new();
        assert_eq!(file.fill(&mut rows).unwrap(), 2);
        assert_eq!(rows[0].row().unwrap().get(PlanColumn::SubscriptionId), "a");
        assert!(rows[1].row().unwrap_err().to_string().contains("line 3 is not UTF-8"));
        assert!(
            file.fill(&mut rows)
                .unwrap_err()
                .to_string()
                .contains("line 4 has 2 cells")
        );
        // What is wrong with the first row goes before what is wrong with the record.
        fs::write(&path, b"action;subscription_id;customer_id\nmove;\xff;c\n").unwrap();
        fs::write(folder.path().join("plan.run.json"), "[1]").unwrap();
        let stop = PlanFile::open(&path).map(|_| ()).unwrap_err();
        assert!(stop.to_string().contains("line 2 is not UTF-8"), "{stop}");
    }

    #[test]
    fn that_dates_cannot_be_told_is_found_out_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.csv");
        let mut text = "action,subscription_id,customer_id,move_date\r\nkeep,a,c,\r\n".to_owned();
        (0..300).for_each(|row| text.push_str(&format!("move,{row},c,01/02/2027\r\n")));
        fs::write(&path, text).unwrap();
        let mut file = PlanFile::open(&path).unwrap();
        let mut rows = Vec::new();
        assert_eq!(file.fill(&mut rows).unwrap(), 301);
        assert!(rows[0].row().is_ok());
        let told = rows[1].row().unwrap_err().to_string();
        assert!(told.contains("can be read in two"), "{told}");
        // Nobody looks at the file again.
        fs::remove_file(&path).unwrap();
        assert!(
            rows[2..301]
                .iter()
                .all(|row| row.row().unwrap_err().to_string() == told)
        );
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
