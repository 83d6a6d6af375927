//! What is made of a plan for people: a workbook, a page, a calendar, letters.
//!
//! In: a [`SavedPlan`], new or read back, and a [`View`]. Out: files under way in a stage, with their digests. A report is a
//! function of these two and of nothing else, so that the plan is the same with and without it, and a plan read back gives the
//! same bytes as the run that made it. Decides nothing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Target, View, WriteStop, name, page, stage::Stage};
use crate::saved::SavedPlan;

/// Which reports are made, and where they go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reports {
    /// The page.
    pub html: Option<PathBuf>,
    /// The workbook.
    pub xlsx: Option<PathBuf>,
    /// The calendar.
    pub ics: Option<PathBuf>,
    /// The folder of letters.
    pub letters: Option<PathBuf>,
}

impl Reports {
    /// None at all.
    pub fn none() -> Reports {
        Reports::default()
    }

    /// Every report, in its usual place beside a plan.
    pub fn beside(target: &Target) -> Reports {
        Reports {
            html: Some(target.html()),
            xlsx: Some(target.xlsx()),
            ics: Some(target.ics()),
            letters: Some(target.letters()),
        }
    }

    /// Where they go, each with what it is.
    pub fn paths(&self) -> impl Iterator<Item = (&Path, &'static str)> {
        [
            (&self.html, "the plan as a page"),
            (&self.xlsx, "the plan as a workbook"),
            (&self.ics, "the steps as a calendar"),
            (&self.letters, "messages to customers"),
        ]
        .into_iter()
        .filter_map(|(path, what)| Some((path.as_deref()?, what)))
    }

    /// Whether there is any.
    pub fn any(&self) -> bool {
        self.paths().next().is_some()
    }
}

/// Writes reports, all of them or none. Gives the SHA-256 of each.
///
/// # Errors
/// Where one cannot be written; what was there is as it was.
pub fn write_reports(
    reports: &Reports,
    plan: &SavedPlan,
    view: &View<'_>,
) -> Result<BTreeMap<String, String>, WriteStop> {
    let folders: Vec<&Path> = reports.paths().filter_map(|(path, _)| path.parent()).collect();
    let mut stage = Stage::open(folders.first().copied().unwrap_or(Path::new("")))?;
    let digests = add(reports, plan, view, &mut stage)?;
    stage.publish()?;
    Ok(digests)
}

/// Renders reports into a stage. Gives the SHA-256 of each.
pub(super) fn add(
    reports: &Reports,
    plan: &SavedPlan,
    view: &View<'_>,
    stage: &mut Stage,
) -> Result<BTreeMap<String, String>, WriteStop> {
    let mut digests = BTreeMap::new();
    if let Some(path) = &reports.html {
        let digest = stage.add(path, |out| page::write_page(plan, view, out))?;
        digests.insert(name(path), digest);
    }
    Ok(digests)
}
