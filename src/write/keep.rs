//! A night of the history.
//!
//! In: what is staged for a plan and its record. Out: the same in a folder of nights, compressed: `2026-11-21.plan.csv.gz` and
//! `2026-11-21.run.json.gz`, so that a second run for the same day takes the first one's place. Nights over the number that is
//! kept are removed, oldest first; files of other names are left alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use flate2::{Compression, write::GzEncoder};

use super::{Stage, Target, WriteStop, stage};
use crate::saved::night_of;

/// What follows the day in the names of a night's files.
const PLAN: &str = "plan.csv.gz";
const RECORD: &str = "run.json.gz";

/// Where and for how long a night is kept.
#[derive(Debug, Clone, Copy)]
pub struct Keep<'a> {
    /// The folder of nights.
    pub folder: &'a Path,
    /// The date that the plan is made for.
    pub night: NaiveDate,
    /// How many nights are kept.
    pub nights: usize,
}

impl Keep<'_> {
    /// Stages a night from what is staged for a target.
    pub(super) fn stage(&self, staged: &Stage, target: &Target) -> Result<Stage, WriteStop> {
        let mut night = Stage::open(self.folder)?;
        for (from, name) in [(target.plan().to_owned(), PLAN), (target.run(), RECORD)] {
            night.add(&self.folder.join(format!("{}.{name}", self.night)), |out| {
                let mut packed = GzEncoder::new(out, Compression::default());
                io::copy(&mut staged.staged(&from)?, &mut packed)?;
                packed.finish()?.flush()
            })?;
        }
        Ok(night)
    }

    /// Removes nights that are over the number kept, and what a killed run left of this one. A good run does not fail for it.
    pub(super) fn forget_old(&self) {
        let own = [PLAN, RECORD].map(|name| self.folder.join(format!("{}.{name}", self.night)));
        stage::sweep(self.folder, &own);
        let entries = fs::read_dir(self.folder).into_iter().flatten().flatten();
        let files: Vec<(NaiveDate, PathBuf)> = entries
            .filter_map(|entry| Some((night_of(&entry.path())?, entry.path())))
            .collect();
        let mut nights: Vec<NaiveDate> = files.iter().map(|(night, _)| *night).collect();
        nights.sort_unstable();
        nights.dedup();
        let Some(oldest) = nights.iter().rev().nth(self.nights.saturating_sub(1)) else {
            return;
        };
        let old: Vec<PathBuf> = files
            .iter()
            .filter(|(night, _)| night < oldest)
            .map(|(_, path)| path.clone())
            .collect();
        stage::remove_stale(&old);
    }
}
