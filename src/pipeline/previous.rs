//! Last night's plan against tonight's.
//!
//! In: which plan to compare with, tonight's plan and what it was made from. Out: [`Compared`]: the changes, findings for what is
//! gone, and what the run record says of it. What changed is decided once more for the earlier date, customer by customer, where
//! both the date and something else differ: so a crossed date is told from the rest by what it does, not by guess. A plan that
//! was named and cannot be read is a [`Stop`]; one that is merely to be replaced is a finding.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::{Request, Stop};
use crate::{
    compare::{self, Changes, Ground, Latest, Pairs, Runs},
    finding::{Code, Finding, Place},
    guard::{Counting, LastPlan},
    plan::{self, Plan},
    recognise::Customer,
    rules::NumberName,
    saved::{PlanColumn, PlanFile, Row, SavedRecord, SavedStop},
    write::{ComparedRecord, PlanRows},
};

/// Which plan to compare with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Previous {
    /// The one that is being replaced, if there is one.
    #[default]
    Replaced,
    /// This one.
    Named(PathBuf),
    /// None.
    Nothing,
}

/// What comparing gave.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) changes: Option<Changes>,
    pub(super) record: Option<ComparedRecord>,
    pub(super) findings: Vec<Finding>,
    /// What the guards need of the plan that is being replaced, where it was that which was compared.
    pub(super) last_plan: Option<LastPlan>,
}

/// Tonight's plan and what it was made from.
pub(super) struct Tonight<'a> {
    pub(super) plan: &'a Plan,
    pub(super) customers: &'a [Customer],
    pub(super) context: plan::Context<'a>,
    pub(super) record: SavedRecord,
}

/// The plan that was named, opened before anything is read: if that fails, nothing is.
pub(super) fn named(request: &Request<'_>) -> Result<Option<PlanFile>, Stop> {
    match &request.previous {
        Previous::Named(path) => Ok(Some(PlanFile::open(path).map_err(|cause| Stop::Previous { cause })?)),
        Previous::Replaced | Previous::Nothing => Ok(None),
    }
}

/// Compares.
///
/// # Errors
/// Where a plan that was named cannot be read to its end.
pub(super) fn compared(
    request: &Request<'_>,
    named: Option<PlanFile>,
    tonight: &Tonight<'_>,
) -> Result<Compared, Stop> {
    if let Some(file) = named {
        return with(file, request, tonight).map_err(|cause| Stop::Previous { cause });
    }
    let replaced = request.target.as_ref().map(|target| target.plan());
    let wanted = request.previous == Previous::Replaced;
    let Some(path) = replaced.filter(|path| wanted && path.symlink_metadata().is_ok()) else {
        return Ok(Compared::default());
    };
    let compared = PlanFile::open(path).and_then(|file| with(file, request, tonight));
    // That the files of the last run do not belong together is told already (`last-set-mixed`).
    let told = |mut compared: Compared| {
        compared.findings.retain(|finding| finding.code != Code::LastSetMixed);
        compared
    };
    Ok(compared.map(told).unwrap_or_else(|cause| Compared {
        findings: vec![unreadable(path, &cause)],
        ..Compared::default()
    }))
}

fn with(mut file: PlanFile, request: &Request<'_>, tonight: &Tonight<'_>) -> Result<Compared, SavedStop> {
    let path = file.path().to_owned();
    let latest = PlanRows(tonight.plan);
    let old = file.record().cloned();
    let ground = Ground {
        dated: old
            .as_ref()
            .and_then(|record| record.as_of)
            .is_some_and(|day| day != request.as_of),
        missing: file.missing(),
        all: false,
        respelt: file.is_respelt(),
    };
    let mut counting = Counting::against(tonight.plan);
    let next = || {
        let row = file.next_row()?;
        if let Some(row) = &row {
            counting.add(row.get(PlanColumn::SubscriptionId), row.get(PlanColumn::CustomerId));
        }
        Ok(row)
    };
    let found = compare::find(next, &latest, ground)?;
    let is_replaced = request.target.as_ref().is_some_and(|target| target.plan() == path);
    let sha256 = file.finish()?;
    let (fitting, finding) = fitting(&path, old, &sha256);
    let runs = Runs::new(fitting.as_ref(), Some(&tonight.record));
    let redecided = redecided(&found, &runs, tonight);
    let days = |name| u16::try_from(tonight.context.rules.number(name, request.as_of)).unwrap_or(u16::MAX);
    let attention_days = days(NumberName::Attention);
    let context = compare::Context {
        runs: &runs,
        attention_days,
        early_days: days(NumberName::Early),
        redecided: redecided.as_ref(),
    };
    let changes = compare::explain(found, &latest, &context);
    let mut findings = changes.findings(attention_days, &shown(&path));
    findings.extend(finding);
    let record = ComparedRecord::new(shown(&path), sha256, fitting.as_ref(), &changes);
    Ok(Compared {
        changes: Some(changes),
        record: Some(record),
        findings,
        last_plan: is_replaced.then(|| counting.counted()),
    })
}

/// The record, if it tells of this plan; a finding, if there is one that does not.
pub fn fitting(path: &Path, record: Option<SavedRecord>, sha256: &str) -> (Option<SavedRecord>, Option<Finding>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(record) = record else {
        return (None, None);
    };
    match record.outputs.get(&*name).is_some_and(|digest| digest == sha256) {
        true => (Some(record), None),
        false => {
            let message = "is not as the run record beside it tells: its rows were compared as they stand, and why they differ is not known";
            let hint =
                "a run was cut short, or the plan was changed or renamed after it; the next comparison is whole again";
            let finding = Finding::new(Code::LastSetMixed, Place::file(shown(path)), message, hint);
            (None, Some(finding))
        }
    }
}

/// Tonight's inputs decided for the earlier date: for the customers of rows that changed, since a subscription's decision hangs on
/// nobody else's. None where it would tell nothing: the date is the same, or it is all that differs.
fn redecided(found: &Pairs, runs: &Runs, tonight: &Tonight<'_>) -> Option<HashMap<String, Row<PlanColumn>>> {
    let (from, _) = runs.dates()?;
    if !found.has_changed_rows() || (runs.exports.is_empty() && runs.tables.is_empty()) {
        return None;
    }
    let (customers, subscriptions) = found.touched();
    let rows = tonight.plan.rows.iter().map(|row| &row.subscription);
    let touched = rows.filter(|subscription| match subscription.customer_id {
        Some(customer) => customers.contains(customer.to_string().as_str()),
        None => subscriptions.contains(subscription.id.to_string().as_str()),
    });
    let context = plan::Context {
        as_of: from,
        ..tonight.context
    };
    let then = plan::plan(touched.cloned().collect(), tonight.customers, &context);
    let then = PlanRows(&then);
    let rows = (0..then.count()).map(|place| (then.id(place).into_owned(), then.row(place).into_owned()));
    Some(rows.collect())
}

fn unreadable(path: &Path, cause: &SavedStop) -> Finding {
    let why = match cause {
        SavedStop::Unreadable { cause, .. } => format!("it cannot be read: {cause}"),
        SavedStop::NotAPlan { cause, .. } => cause.to_string(),
        SavedStop::NotARecord { path, cause } => format!("{} beside it is no run record: {cause}", shown(path)),
    };
    let message = format!("the plan that was replaced could not be compared: {why}; no changes were written");
    let hint =
        "the next run compares with the plan written now; `--previous FILE` names another, `--previous none` none";
    Finding::new(Code::PreviousUnreadable, Place::file(shown(path)), message, hint)
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
