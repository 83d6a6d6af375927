//! What looks too odd to take the last plan's place.
//!
//! In: what tonight's run read and planned, what the last run's record and plan say, settings. Out: a [`Tripped`] for each guard
//! that trips, with figures and the flag that lets it through once. Refuses nothing itself: the pipeline holds the new plan back.
//! Without a last run only those guards look that need none. The same arguments give the same answer.

mod blind;
mod columns;
mod gone;
mod inputs;
mod last;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    config::{Config, Nightly},
    finding::{Accounting, Code, Finding, Place},
    plan::Plan,
    recognise::InputRecord,
    saved::SavedRecord,
    terms::{Text, worded},
};

pub use blind::blind;
pub use gone::{Counting, LastPlan};
pub use last::Last;

worded! {
    /// One thing that is looked at before the last plan is replaced.
    Guard {
        Shrink = "shrink",
        CustomerGone = "customer-gone",
        SourceEmpty = "source-empty",
        ExportWorse = "export-worse",
        ColumnLost = "column-lost",
        ExportRepeated = "export-repeated",
        AsOfBefore = "as-of-before",
        ExportOld = "export-old",
        ExportGrowing = "export-growing",
    }
}

impl Guard {
    /// The code of its findings.
    pub const fn code(self) -> Code {
        match self {
            Guard::Shrink => Code::Shrink,
            Guard::CustomerGone => Code::CustomerGone,
            Guard::SourceEmpty => Code::SourceEmpty,
            Guard::ExportWorse => Code::ExportWorse,
            Guard::ColumnLost => Code::ColumnLost,
            Guard::ExportRepeated => Code::ExportRepeated,
            Guard::AsOfBefore => Code::AsOfBefore,
            Guard::ExportOld => Code::ExportOld,
            Guard::ExportGrowing => Code::ExportGrowing,
        }
    }
}

/// A guard that has tripped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tripped {
    /// Which.
    pub guard: Guard,
    /// The file it is about.
    pub file: Text,
    /// Figures of last time and of tonight.
    pub message: String,
}

impl Tripped {
    fn new(guard: Guard, file: impl Into<Text>, message: impl Into<String>) -> Tripped {
        Tripped {
            guard,
            file: file.into(),
            message: message.into(),
        }
    }

    /// It as a finding: an error where it holds the plan back, a note where somebody let it through. Where nothing was read there is
    /// nothing to let through.
    pub fn finding(&self, accepted: bool, rows_read: u64) -> Finding {
        let place = Place::file(self.file.clone());
        let guard = self.guard;
        match accepted {
            true => {
                let message = format!("`--accept {guard}` let this through: {}", self.message);
                Finding::new(Code::GuardAccepted, place, message, "").value(guard.as_str())
            }
            false => {
                let hint = match rows_read {
                    0 => "no export gave a row tonight, so there is no plan to let through: see why in the other findings, and whether the exports arrived".to_owned(),
                    _ => format!("look whether this is meant; `--accept {guard}` lets it through once"),
                };
                Finding::new(guard.code(), place, self.message.clone(), hint)
            }
        }
    }
}

/// What tonight's run came to.
#[derive(Debug, Clone, Copy)]
pub struct Tonight<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The date the plan is made for.
    pub as_of: NaiveDate,
    /// What was read.
    pub inputs: &'a [InputRecord],
    /// Where every row went.
    pub accounting: Accounting,
    /// What was found while reading.
    pub findings: &'a [Finding],
    /// What to do with each subscription.
    pub plan: &'a Plan,
    /// The plan's path, as it is shown.
    pub shown_plan: &'a str,
}

impl Tonight<'_> {
    fn nightly(&self) -> &Nightly {
        &self.config.nightly
    }
}

/// Every guard that trips, by guard and file; as far as something is known of the last run and its plan.
pub fn tripped(tonight: &Tonight<'_>, last: Option<&Last>, plan: Option<&LastPlan>) -> Vec<Tripped> {
    let mut tripped = inputs::old(tonight);
    tripped.extend(inputs::growing(tonight));
    if let Some(record) = last.and_then(|last| last.record.as_ref()) {
        tripped.extend(before(tonight, record));
        tripped.extend(inputs::empty(tonight, record));
        tripped.extend(inputs::worse(tonight, record));
        tripped.extend(inputs::shrunk(tonight, record));
        tripped.extend(columns::lost(tonight, record));
        tripped.extend(inputs::repeated(tonight, record));
        tripped.extend(shrunk(
            tonight,
            tonight.shown_plan,
            "rows read",
            record.accounting.get("rows_read").copied().unwrap_or_default(),
            tonight.accounting.rows_read,
        ));
    }
    if let Some(plan) = plan {
        tripped.extend(gone::gone(tonight, plan));
    }
    tripped.sort_by(|a, b| (a.guard, &a.file, &a.message).cmp(&(b.guard, &b.file, &b.message)));
    tripped
}

fn before(tonight: &Tonight<'_>, record: &SavedRecord) -> Option<Tripped> {
    let last = record.as_of?;
    (tonight.as_of < last).then(|| {
        let message = format!(
            "the plan would be for {}, and the last one is for {last}",
            tonight.as_of
        );
        Tripped::new(Guard::AsOfBefore, tonight.shown_plan, message)
    })
}

/// Whether fewer are there than the settings allow.
fn shrunk(tonight: &Tonight<'_>, file: &str, what: &str, before: u64, now: u64) -> Option<Tripped> {
    let Nightly {
        shrink_percent,
        shrink_from,
        ..
    } = *tonight.nightly();
    let lost = before.saturating_sub(now);
    let is_watched = shrink_percent > 0 && before >= shrink_from;
    let is_over = u128::from(lost) * 100 > u128::from(before) * u128::from(shrink_percent);
    (is_watched && is_over).then(|| {
        let percent = lost * 100 / before.max(1);
        let message =
            format!("{what}: {now} tonight, {before} last time, {percent} % fewer; up to {shrink_percent} % pass");
        Tripped::new(Guard::Shrink, file, message)
    })
}

/// Guards that tripped and were let through, and those that hold the plan back.
pub fn sorted_out(tripped: Vec<Tripped>, accept: &BTreeSet<Guard>) -> (Vec<Tripped>, Vec<Tripped>) {
    tripped.into_iter().partition(|tripped| accept.contains(&tripped.guard))
}

/// The guards' names, each once, in order.
pub fn names(tripped: &[Tripped]) -> Vec<&'static str> {
    let by_guard: BTreeMap<Guard, ()> = tripped.iter().map(|tripped| (tripped.guard, ())).collect();
    by_guard.into_keys().map(Guard::as_str).collect()
}

#[cfg(test)]
mod tests;
