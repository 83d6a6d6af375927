//! What is made of a plan for people: a workbook, a page, a calendar, letters.
//!
//! In: a [`SavedPlan`], new or read back, and a [`View`]. Out: files under way in a stage, with their digests. A report is a
//! function of these two and of nothing else, so that the plan is the same with and without it, and a plan read back gives the
//! same bytes as the run that made it. Decides nothing.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Target, View, WriteStop, calendar,
    letters::{self, Templates},
    name, page,
    stage::Stage,
    workbook,
};
use crate::{config::Config, finding::Finding, saved::SavedPlan};

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

    /// Where they go, each with the argument that asks for it.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        [
            ("--html", &self.html),
            ("--xlsx", &self.xlsx),
            ("--ics", &self.ics),
            ("--letters", &self.letters),
        ]
        .into_iter()
        .filter_map(|(flag, path)| Some((flag, path.as_deref()?)))
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
    let Some((first, _)) = reports.paths().next() else {
        return Ok(BTreeMap::new());
    };
    let mut stage = Stage::open(first.parent().unwrap_or(Path::new("")))?;
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
    for (path, _) in reports.paths() {
        stage.reach(path.parent().unwrap_or(Path::new("")))?;
    }
    if let Some(path) = &reports.html {
        let digest = stage.add(path, |out| page::write_page(plan, view, out))?;
        digests.insert(name(path), digest);
    }
    if let Some(path) = &reports.xlsx {
        let digest = stage.add(path, |out| workbook::write_workbook(plan, view, out))?;
        digests.insert(name(path), digest);
    }
    if let Some(path) = &reports.ics {
        let previous = fs::read_to_string(path).ok();
        let digest = stage.add(path, |out| {
            calendar::write_calendar(plan, view, previous.as_deref(), out)
        })?;
        digests.insert(name(path), digest);
    }
    if let Some(path) = &reports.letters {
        let templates = Templates::load(view.config.letters.templates.as_deref());
        let digest = stage.add_folder(path, letters::is_ours, |folder| {
            let templates = templates.map_err(|problems| io::Error::other(problems.join("\n")))?;
            letters::write_letters(plan, view, &templates, folder)
        })?;
        digests.insert(name(path), digest);
    }
    Ok(digests)
}

/// What a person should know of reports that are to be made.
pub fn report_findings(reports: &Reports, plan: &SavedPlan, view: &View<'_>) -> Vec<Finding> {
    match (
        &reports.letters,
        Templates::load(view.config.letters.templates.as_deref()),
    ) {
        (Some(_), Ok(templates)) => letters::findings(plan, view, &templates),
        _ => Vec::new(),
    }
}

/// What is wrong with the templates that the settings name.
pub fn template_problems(config: &Config) -> Vec<String> {
    match &config.letters.templates {
        Some(folder) => Templates::load(Some(folder)).err().unwrap_or_default(),
        None => Vec::new(),
    }
}
