//! What an unattended run does besides: it takes the lock, looks whether exports are at rest, and asks the guards.
//!
//! In: a request. Out: the lock; findings about exports that were written to just now; which guards hold the plan back. Asks no
//! clock: `now` is told.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Request, Stop, apart::Outputs};
use crate::{
    finding::{Code, Finding, Place},
    guard::Guard,
    read::Input,
    write::{Keep, Lock, WriteStop},
};

/// What an unattended run is told besides.
#[derive(Debug, Clone, Default)]
pub struct Night<'a> {
    /// Guards that may trip, this once.
    pub accept: BTreeSet<Guard>,
    /// The folder that keeps each night; none: the settings say.
    pub history: Option<&'a Path>,
    /// The file that gets the figures of the run, written by the caller.
    pub metrics: Option<&'a Path>,
    /// When the run began; none: nobody says, and exports are taken to be at rest.
    pub now: Option<SystemTime>,
}

impl Request<'_> {
    /// The lock of the target, where its file is there already; makes nothing.
    pub(super) fn lock_if_there(&self) -> Result<Option<Lock>, Stop> {
        let Some(target) = &self.target else { return Ok(None) };
        Lock::take_if_there(target, &self.since()).map_err(stopped)
    }

    /// The lock of the target, and what killed runs left there removed.
    pub(super) fn lock(&self, early: Option<Lock>) -> Result<Option<Lock>, Stop> {
        let Some(target) = &self.target else { return Ok(None) };
        let lock = match early {
            Some(lock) => lock,
            None => Lock::take(target, &self.since()).map_err(stopped)?,
        };
        target.sweep(&lock);
        Ok(Some(lock))
    }

    fn since(&self) -> String {
        since(self.night.now)
    }

    /// Looks whether each output has a place of its own; [`super::run`] does so first.
    ///
    /// # Errors
    /// Where one would take the place of another file.
    pub fn stand_apart(&self) -> Result<(), Stop> {
        self.outputs().stand_apart()
    }

    /// Where everything goes that the run writes.
    pub(super) fn outputs(&self) -> Outputs<'_> {
        Outputs {
            config: self.config,
            target: self.target.as_ref(),
            reports: &self.reports,
            history: self.keep().map(|keep| keep.folder),
            metrics: self.night.metrics,
        }
    }

    /// Where and for how long the night is kept, if it is.
    pub(super) fn keep(&self) -> Option<Keep<'_>> {
        let nightly = &self.config.nightly;
        Some(Keep {
            folder: self.night.history.or(nightly.history.as_deref())?,
            night: self.as_of,
            nights: usize::from(nightly.history_nights),
        })
    }

    /// A finding for each export that was written to within the settings' time.
    pub(super) fn restless(&self, inputs: &[Input]) -> Vec<Finding> {
        let settle = self.config.nightly.settle_seconds;
        let Some(now) = self.night.now.filter(|_| settle > 0) else {
            return Vec::new();
        };
        let restless = |input: &Input| {
            let Input::File(path) = input else { return None };
            let written = fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
            // A clock that is ahead by more than that tells nothing.
            let ago = match now.duration_since(written) {
                Ok(ago) => ago,
                Err(ahead) if ahead.duration() < Duration::from_secs(settle) => Duration::ZERO,
                Err(_) => return None,
            };
            (ago.as_secs() < settle).then(|| {
                let message = format!("the file was written to less than {settle} s ago (`settle_seconds`)");
                let hint = "run again later, or when whoever writes it is done";
                Finding::new(Code::ExportGrowing, Place::file(input.name()), message, hint)
            })
        };
        inputs.iter().filter_map(restless).collect()
    }
}

/// When a run began, for others to read.
pub(super) fn since(now: Option<SystemTime>) -> String {
    match now {
        Some(now) => DateTime::<Utc>::from(now).to_rfc3339_opts(SecondsFormat::Secs, true),
        None => "an unknown time".to_owned(),
    }
}

/// A lock that cannot be had stops a run; its record would be another run's to write.
pub(super) fn stopped(cause: WriteStop) -> Stop {
    Stop::Output { cause, record: None }
}
