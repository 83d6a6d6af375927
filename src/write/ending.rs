//! What a run leaves that is ended from outside.
//!
//! In: the run record of such an end, told as soon as a run holds the lock of its plan, and again when it knows more. Out: once all else is
//! given up, `plan.stopped.run.json` beside the plan, as every run that was stopped leaves it. The lock is held until that is
//! written. Writes nothing where the run has written all it wanted, has given up its lock, or its folder is another one by now.

use std::time::Duration;

use super::{Lock, StoppedRecord, Target, WriteStop, under_way, write_stopped};
use crate::config::OutputSettings;

/// What a run leaves.
#[derive(Debug)]
pub(super) struct Ending {
    lock: Lock,
    target: Target,
    settings: OutputSettings,
    record: StoppedRecord,
}

impl Lock {
    /// From now on a run that is ended leaves this record beside its plan ([`write_ended`]), with why and when.
    pub fn leave_if_ended(&self, target: &Target, settings: OutputSettings, record: StoppedRecord) {
        // Without a second hold of the lock nothing is left: another run could be at work by then.
        if let Ok(lock) = self.again() {
            under_way::begin(Ending {
                lock,
                target: target.clone(),
                settings,
                record,
            });
        }
    }
}

/// Writes the record of a run that was ended from outside, after all else was given up ([`super::abandon`]).
///
/// # Errors
/// Where it cannot be written.
pub fn write_ended(why: &str, exit_code: u8, elapsed: Duration) -> Result<(), WriteStop> {
    let Some(ending) = under_way::end() else { return Ok(()) };
    let Ending {
        lock,
        target,
        settings,
        mut record,
    } = *ending;
    lock.check()?;
    record.stopped = why.to_owned();
    record.exit_code = exit_code;
    record.timing = elapsed.into();
    under_way::at_last(|| write_stopped(&target, settings, &[], &record))
}
