//! The nights that a history keeps.
//!
//! In: a folder of nights, as runs with `--history` fill it. Out: its nights in order, and each one's plan, row by row. Files of
//! other names are left alone. Refuses, by name, a folder that cannot be read or has no night, and a night that is damaged.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use flate2::read::MultiGzDecoder;

use super::{PlanColumn, REQUIRED, Row, RowReader, Rows, Unlike};

/// Why a history cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NightsStop {
    /// The folder cannot be read.
    #[error("{}: cannot be read: {cause}\n  hint: name the folder that `plan --history` fills", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// There is no night in the folder.
    #[error("{}: holds no night\n  hint: name the folder that `plan --history` fills", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A night's file cannot be unpacked.
    #[error("{}: cannot be read: {cause}\n  hint: remove that night, or put back the file as it was", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A night's plan is none of ours.
    #[error("{}: is no plan this version can read: {cause}\n  hint: remove that night, or put back the file as it was", path.display())]
    NotAPlan {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: Unlike,
    },
}

/// The nights of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nights {
    folder: PathBuf,
    nights: BTreeSet<NaiveDate>,
}

/// The day of a night's file: `2026-11-21.plan.csv.gz`.
pub(crate) fn night_of(path: &Path) -> Option<NaiveDate> {
    let name = path.file_name()?.to_str()?;
    let day = name
        .strip_suffix(".plan.csv.gz")
        .or_else(|| name.strip_suffix(".run.json.gz"))?;
    let day: NaiveDate = day.parse().ok()?;
    // `2026-1-5` is a date as well, and no name of ours.
    name.starts_with(&format!("{day}.")).then_some(day)
}

/// What a night's file holds.
pub(super) fn unpacked(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    MultiGzDecoder::new(packed).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Nights {
    /// Looks which nights there are.
    ///
    /// # Errors
    /// Where the folder cannot be read, or has no night.
    pub fn of(folder: &Path) -> Result<Nights, NightsStop> {
        let unreadable = |cause| NightsStop::Unreadable {
            path: folder.to_owned(),
            cause,
        };
        let mut nights = BTreeSet::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let is_plan = path.to_string_lossy().ends_with(".plan.csv.gz");
            nights.extend(night_of(&path).filter(|_| is_plan));
        }
        match nights.is_empty() {
            true => Err(NightsStop::Empty {
                path: folder.to_owned(),
            }),
            false => Ok(Nights {
                folder: folder.to_owned(),
                nights,
            }),
        }
    }

    /// The nights, oldest first.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.nights.iter().copied()
    }

    /// Whether the plan of a night can be read to its end; keeps nothing of it.
    ///
    /// # Errors
    /// Where it cannot, or is none of ours.
    pub fn check(&self, night: NaiveDate) -> Result<(), NightsStop> {
        let (path, bytes) = self.unpacked(night)?;
        let read = RowReader::<_, PlanColumn>::open(bytes.as_slice(), REQUIRED).and_then(|mut rows| {
            while rows.next_row()?.is_some() {}
            Ok(())
        });
        read.map_err(|cause| NightsStop::NotAPlan { path, cause })
    }

    /// The file of a night and the plan in it.
    fn unpacked(&self, night: NaiveDate) -> Result<(PathBuf, Vec<u8>), NightsStop> {
        let path = self.folder.join(format!("{night}.plan.csv.gz"));
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| MultiGzDecoder::new(BufReader::new(file)).read_to_end(&mut bytes));
        match read {
            Ok(_) => Ok((path, bytes)),
            Err(cause) => Err(NightsStop::Damaged { path, cause }),
        }
    }

    /// The plan of a night.
    ///
    /// # Errors
    /// Where it cannot be read, or is none of ours.
    pub fn plan(&self, night: NaiveDate) -> Result<Vec<Row<PlanColumn>>, NightsStop> {
        let (path, bytes) = self.unpacked(night)?;
        match Rows::parse(&bytes, REQUIRED) {
            Ok(plan) => Ok(plan.rows),
            Err(cause) => Err(NightsStop::NotAPlan { path, cause }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_nights() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21);
        for (name, expected) in [
            ("h/2026-11-21.plan.csv.gz", day),
            ("2026-11-21.run.json.gz", day),
            ("2026-11-21.plan.csv", None),
            (".2026-11-21.plan.csv.gz.x7Qp2a.tmp", None),
            ("x2026-11-21.plan.csv.gz", None),
            ("2026-13-21.plan.csv.gz", None),
        ] {
            assert_eq!(night_of(Path::new(name)), expected, "{name}");
        }
    }
}
