//! Reports of a plan that stands in files.
//!
//! In: a [`ReportRequest`]. Out: the reports, written; or a [`Stop`], with nothing changed. Reads the plan with its companions and
//! the tables that the settings name, never an export; plans nothing.

use std::{path::Path, time::SystemTime};

use chrono::NaiveDate;

use super::{
    Observer, Part, References, Stop,
    apart::Outputs,
    night::{since, stopped},
};
use crate::{
    config::Config,
    finding::Finding,
    saved::SavedPlan,
    write::{Lock, Reports, Target, View, digest_of, report_findings, write_reports},
};

/// What to make of which plan.
#[derive(Debug, Clone)]
pub struct ReportRequest<'a> {
    /// The plan.
    pub plan: &'a Path,
    /// The settings.
    pub config: &'a Config,
    /// The date that counts as today; none: the day the plan was made for.
    pub as_of: Option<NaiveDate>,
    /// What is made of it.
    pub reports: Reports,
    /// When it began, for whoever waits for the lock.
    pub now: Option<SystemTime>,
}

/// Reports that are written.
#[derive(Debug)]
pub struct Reported {
    /// The plan.
    pub plan: SavedPlan,
    /// The date that counted as today.
    pub as_of: NaiveDate,
    /// What a person should know of the reports.
    pub findings: Vec<Finding>,
    /// Files of the plan that are not as their run wrote them.
    pub changed: Vec<String>,
}

/// Writes reports of a plan. What goes beside the plan is written under its lock.
///
/// # Errors
/// Where a run is at work on the plan, a report would overwrite the plan or a companion, the plan cannot be read, the settings' tables are wrong, or a report cannot be written.
pub fn report(request: &ReportRequest<'_>, observer: &dyn Observer) -> Result<Reported, Stop> {
    if let Ok(target) = Target::new(request.plan) {
        let outputs = Outputs {
            config: request.config,
            target: Some(&target),
            reports: &request.reports,
            history: None,
            metrics: None,
        };
        outputs.stand_apart()?;
        outputs.replace_ours_only(false)?;
    }
    let _lock = lock(request)?;
    observer.part(Part::Reading);
    let plan = SavedPlan::read(request.plan)?;
    let Some(as_of) = request.as_of.or(plan.record.as_of) else {
        return Err(Stop::AsOfUnknown {
            path: request.plan.to_owned(),
        });
    };
    let References { tables, .. } = References::load(request.config, as_of)?;
    observer.part(Part::Writing);
    let view = View::new(as_of, request.config, &tables);
    write_reports(&request.reports, &plan, &view).map_err(|cause| Stop::Output { cause, record: None })?;
    Ok(Reported {
        findings: report_findings(&request.reports, &plan, &view),
        changed: changed(request.plan, &plan),
        plan,
        as_of,
    })
}

/// The lock of the plan, where a report goes beside it: a run that replaces both must not meet it half way.
fn lock(request: &ReportRequest<'_>) -> Result<Option<Lock>, Stop> {
    let Ok(target) = Target::new(request.plan) else {
        return Ok(None);
    };
    let folder = |path: &Path| folder_of(path).canonicalize().ok();
    let beside = folder(request.plan);
    // What is no plan is told of, and gets no lock beside it.
    let is_beside = request.reports.paths().any(|(path, _)| folder(path) == beside);
    match is_beside && request.plan.is_file() {
        true => Lock::take(&target, &since(request.now)).map(Some).map_err(stopped),
        false => Ok(None),
    }
}

/// The folder of a file, the working folder where none is named.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Which of a plan's files differ from what its run record says of them.
fn changed(path: &Path, plan: &SavedPlan) -> Vec<String> {
    let Ok(target) = Target::new(path) else {
        return Vec::new();
    };
    let mut changed = Vec::new();
    for path in [target.plan().to_owned(), target.steps(), target.findings()] {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(digest) = plan.record.outputs.get(&name) else {
            continue;
        };
        if digest_of(&path).is_ok_and(|own| own != *digest) {
            changed.push(path.display().to_string());
        }
    }
    changed
}
