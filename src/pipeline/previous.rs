//! Last night's plan against tonight's.
//!
//! In: which plan to compare with, tonight's plan and what it was made from. Out: [`Compared`]: the changes, findings for what is
//! gone, and what the run record says of it. What changed is decided once more for the earlier date, customer by customer, where
//! both the date and something else differ: so a crossed date is told from the rest by what it does, not by guess. A plan that
//! was named and cannot be read is a [`Stop`]; one that is merely to be replaced is a finding.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use super::{Request, Stop};
use crate::{
    compare::{self, Changes, Ground, Latest, Pairs, Runs, Watch},
    finding::{Code, Finding, Place},
    guard::{Counting, Last, LastPlan},
    plan::{self, Plan},
    recognise::Customer,
    rules::NumberName,
    saved::{PlanColumn, PlanFile, PlanFileRow, Row, SavedGone, SavedRecord, SavedStop, record_of},
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
    /// What is gone without a trace, for the next night to remember.
    pub(super) gone: Vec<SavedGone>,
    /// Findings that are no more so, since what is gone is what they miss: each by its code and the row of the table.
    pub(super) explained: HashSet<(Code, u32)>,
    /// Rows of the holds table that held something in the earlier plan.
    pub(super) held: HashSet<u32>,
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
    last: Option<&Last>,
    tonight: &Tonight<'_>,
) -> Result<Compared, Stop> {
    let replaced = request.target.as_ref().map(|target| target.plan());
    let gone = replaced.map(gone_before).unwrap_or_default();
    if let Some(file) = named {
        return with(file, request, tonight, gone).map_err(|cause| Stop::Previous { cause });
    }
    let wanted = request.previous == Previous::Replaced;
    let Some(path) = replaced.filter(|path| wanted && path.symlink_metadata().is_ok()) else {
        return Ok(alone(request, tonight, &gone));
    };
    // The last run's files were looked at already.
    let name = path.file_name().map(|name| name.to_string_lossy());
    let digest = last.zip(name).and_then(|(last, name)| last.digests.get(&*name));
    let compared = PlanFile::open_known(path, digest.map(String::as_str))
        .and_then(|file| with(file, request, tonight, Vec::new()));
    // That the files of the last run do not belong together is told already (`last-set-mixed`), unless this one changed since.
    let is_told = last.is_none_or(|last| last.mixed.is_some());
    let told = |mut compared: Compared| {
        compared
            .findings
            .retain(|finding| finding.code != Code::LastSetMixed || !is_told);
        compared
    };
    Ok(compared.map(told).unwrap_or_else(|cause| {
        let mut compared = alone(request, tonight, &gone);
        compared.findings.push(unreadable(path, &cause));
        compared
    }))
}

/// What the record beside a plan remembers as gone. It does so whether or not the plan is still the one that the record tells of, since
/// each is looked for tonight; that a record cannot be read is told (`guards-blind`).
fn gone_before(plan: &Path) -> Vec<SavedGone> {
    let record = record_of(plan).ok().flatten();
    record.map(|record| record.gone).unwrap_or_default()
}

/// Looks for what was gone before, where no plan is compared.
fn alone(request: &Request<'_>, tonight: &Tonight<'_>, gone: &[SavedGone]) -> Compared {
    let runs = Runs::new(None, Some(&tonight.record));
    let context = compare::Context {
        gone,
        ..context(request, tonight, &runs)
    };
    let changes = compare::explain(Pairs::default(), &PlanRows(tonight.plan), &context);
    let mut compared = Compared::default();
    compared.watch(&changes, request, tonight, "");
    compared
}

/// What changes are judged by, but for what is known of the earlier plan.
fn context<'a>(request: &Request<'_>, tonight: &Tonight<'_>, runs: &'a Runs) -> compare::Context<'a> {
    let days = |name| u16::try_from(tonight.context.rules.number(name, request.as_of)).unwrap_or(u16::MAX);
    compare::Context {
        runs,
        attention_days: days(NumberName::Attention),
        early_days: days(NumberName::Early),
        redecided: None,
        gone: &[],
    }
}

impl Compared {
    /// Takes what there is to tell of what is gone. `plan` is where the earlier plan is.
    fn watch(&mut self, changes: &Changes, request: &Request<'_>, tonight: &Tonight<'_>, plan: &str) {
        let tables = tonight.context.tables;
        let attention = tonight.context.rules.number(NumberName::Attention, request.as_of);
        let watched = changes.watched(&Watch {
            as_of: request.as_of,
            attention_days: u16::try_from(attention).unwrap_or(u16::MAX),
            plan,
            rules: tonight.context.rules,
            holds: &tables.holds,
        });
        let holds = tables
            .holds
            .iter()
            .map(|hold| (Code::HoldUnused, &hold.subject, hold.row));
        let progress = tables.progress.iter();
        let progress = progress.map(|note| (Code::ProgressUnused, &note.subject, note.row));
        let fits = holds
            .chain(progress)
            .filter(|(_, subject, _)| watched.subjects.contains(*subject));
        self.explained = fits.map(|(code, _, row)| (code, row)).collect();
        let held = tables.holds.iter().filter(|hold| watched.held.contains(&hold.subject));
        self.held = held.map(|hold| hold.row).collect();
        self.findings.extend(watched.findings);
        self.gone = watched.gone;
    }
}

/// Compares with a plan. What its record remembers as gone comes to what is known to be gone otherwise.
fn with(
    mut file: PlanFile,
    request: &Request<'_>,
    tonight: &Tonight<'_>,
    mut gone: Vec<SavedGone>,
) -> Result<Compared, SavedStop> {
    let path = file.path().to_owned();
    let latest = PlanRows(tonight.plan);
    let old = file.record().cloned();
    gone.extend(old.iter().flat_map(|record| record.gone.iter().cloned()));
    let ground = Ground {
        dated: old
            .as_ref()
            .and_then(|record| record.as_of)
            .is_some_and(|day| day != request.as_of),
        missing: file.missing(),
        all: false,
        respelt: file.is_respelt(),
    };
    let counting = Counting::against(tonight.plan);
    let told = |row: &PlanFileRow, is_there: bool| {
        let customer = row.get(PlanColumn::CustomerId);
        match is_there {
            true => counting.count(customer, true),
            // It may be there in another spelling.
            false => counting.add(row.get(PlanColumn::SubscriptionId), customer),
        }
    };
    let found = compare::find(|rows| file.fill(rows), told, &latest, ground)?;
    let is_replaced = request.target.as_ref().is_some_and(|target| target.plan() == path);
    let sha256 = file.finish()?;
    let (fitting, finding) = fitting(&path, old, &sha256);
    let runs = Runs::new(fitting.as_ref(), Some(&tonight.record));
    let redecided = redecided(&found, &runs, tonight);
    let context = compare::Context {
        redecided: redecided.as_ref(),
        gone: &gone,
        ..context(request, tonight, &runs)
    };
    let changes = compare::explain(found, &latest, &context);
    let mut compared = Compared {
        record: Some(ComparedRecord::new(shown(&path), sha256, fitting.as_ref(), &changes)),
        findings: finding.into_iter().collect(),
        last_plan: is_replaced.then(|| counting.counted()),
        ..Compared::default()
    };
    compared.watch(&changes, request, tonight, &shown(&path));
    compared.changes = Some(changes);
    Ok(compared)
}

/// The record, if it tells of this plan; a finding, if there is one that does not.
pub fn fitting(path: &Path, record: Option<SavedRecord>, sha256: &str) -> (Option<SavedRecord>, Option<Finding>) {
    let Some(record) = record else {
        return (None, None);
    };
    match record.tells_of(path, sha256) {
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
