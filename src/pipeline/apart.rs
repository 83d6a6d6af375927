//! Whether the outputs of a run stand apart: from one another, and from what it reads.
//!
//! In: where the plan, its reports, the history and the figures go. Out: nothing, or a [`Stop`] that names the argument at fault.
//! Looks at names, and at the beginning of a file of figures that is there; reads no export, writes nothing.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{
    Stop,
    foreign::{Form, is_output},
    ours,
};
use crate::{
    config::Config,
    read::Input,
    saved::{night_of, record_of},
    write::{Reports, Target, is_letter, may_hold_metrics},
};

/// Where the outputs of a run go.
pub(super) struct Outputs<'a> {
    pub(super) config: &'a Config,
    pub(super) target: Option<&'a Target>,
    pub(super) reports: &'a Reports,
    pub(super) history: Option<&'a Path>,
    pub(super) metrics: Option<&'a Path>,
}

/// A place that is taken: the file or folder, and what it is.
type Taken = (PathBuf, String);

impl Outputs<'_> {
    /// Each output has a place of its own, which is none of the settings' or tables'.
    ///
    /// # Errors
    /// Where one would take the place of another file.
    pub(super) fn stand_apart(&self) -> Result<(), Stop> {
        let settings = ours(self.config, None, &Reports::none());
        let mut taken: Vec<Taken> = self.target.iter().flat_map(|target| companions(target)).collect();
        let metrics = self.metrics.map(|path| ("--metrics", path));
        for (flag, path) in metrics.into_iter().chain(self.reports.named()) {
            let place = place_of(path);
            let clash = |what: String| Err(taken_by(flag, path, what));
            if settings.contains(&place) {
                return clash("is one of our settings or tables".to_owned());
            }
            // A folder of letters takes the place of all that is in it.
            let meets = |other: &PathBuf| place.starts_with(other) || other.starts_with(&place);
            if let Some((_, what)) = taken.iter().find(|(other, _)| meets(other)) {
                return clash(format!("is where {what} goes"));
            }
            taken.push((place, format!("the output of `{flag}`")));
        }
        if let Some(path) = self.metrics.filter(|path| !may_hold_metrics(path)) {
            return Err(taken_by("--metrics", path, "holds no figures of ours".to_owned()));
        }
        self.history.map_or(Ok(()), |folder| nights_stand_apart(folder, &taken))
    }

    /// Nothing of somebody else's is overwritten: by a plan and its companions, where `with_plan`, and by reports.
    ///
    /// # Errors
    /// Where a file is no output of ours.
    pub(super) fn replace_ours_only(&self, with_plan: bool) -> Result<(), Stop> {
        let last = self.target.and_then(|target| record_of(target.plan()).ok().flatten());
        let beside = self
            .target
            .iter()
            .filter(|_| with_plan)
            .flat_map(|target| written(target));
        let reports = [
            ("--html", &self.reports.html, Form::Page),
            ("--xlsx", &self.reports.xlsx, Form::Workbook),
            ("--ics", &self.reports.ics, Form::Calendar),
        ];
        let reports = reports
            .into_iter()
            .filter_map(|(flag, path, form)| Some((flag, path.clone()?, form)));
        for (flag, path, form) in beside.chain(reports) {
            if !form.may_replace(&path, last.as_ref()) {
                return Err(Stop::NotApart {
                    flag,
                    what: format!("is no output of ours, and would be overwritten by `{flag}`"),
                    path,
                    hint: "choose another name, or remove the file",
                });
            }
        }
        Ok(())
    }

    /// No folder of ours holds an export: all that is in it would be left out.
    ///
    /// # Errors
    /// Where one does.
    pub(super) fn hold_no_export(&self, inputs: &[Input]) -> Result<(), Stop> {
        let ours = ours(
            self.config,
            self.target,
            &Reports {
                letters: None,
                ..self.reports.clone()
            },
        );
        let folders = [
            ("--letters", self.reports.letters.as_deref()),
            ("--history", self.history),
        ];
        for (flag, folder) in folders {
            let Some(folder) = folder else { continue };
            let Ok(place) = folder.canonicalize() else { continue };
            if let Some(export) = inputs.iter().find_map(|input| export_in(input, &place, &ours)) {
                return Err(Stop::NotApart {
                    flag,
                    path: folder.to_owned(),
                    what: format!(
                        "holds the export {}, and `{flag}` needs a folder of its own",
                        export.display()
                    ),
                    hint: "name a folder without exports, which need not be there yet",
                });
            }
        }
        Ok(())
    }
}

/// Nights need a folder, and are never among what is replaced whole.
fn nights_stand_apart(folder: &Path, taken: &[Taken]) -> Result<(), Stop> {
    let place = place_of(folder);
    let what = match taken.iter().find(|(other, _)| place.starts_with(other)) {
        Some((_, what)) => format!("is where {what} goes"),
        None if folder.is_file() => "is a file".to_owned(),
        None => return Ok(()),
    };
    Err(Stop::NotApart {
        flag: "--history",
        path: folder.to_owned(),
        what: format!("{what}, and `--history` needs a folder of its own"),
        hint: "name a folder that is for the nights alone",
    })
}

fn taken_by(flag: &'static str, path: &Path, what: String) -> Stop {
    Stop::NotApart {
        flag,
        path: path.to_owned(),
        what: format!("{what}, and would be overwritten by `{flag}`"),
        hint: "give each output a file of its own",
    }
}

/// The tables that a run may write for a plan, each with the argument that asks for it and what it looks like. A run record is
/// healed, whatever became of it.
fn written(target: &Target) -> [(&'static str, PathBuf, Form); 6] {
    const FINDINGS: Form = Form::Table("severity,code,");
    [
        (target.plan().to_owned(), Form::Plan),
        (target.findings(), FINDINGS),
        (target.steps(), Form::Table("due,step,")),
        (target.changes(), Form::Table("change,")),
        (target.stopped_findings(), FINDINGS),
        (target.held(), Form::Plan),
    ]
    .map(|(path, form)| ("-o", path, form))
}

/// The plan and what stands beside it whatever is asked for.
fn companions(target: &Target) -> [Taken; 9] {
    [
        (target.plan().to_owned(), "the plan"),
        (target.findings(), "the plan's list of findings"),
        (target.steps(), "the plan's list of steps"),
        (target.changes(), "the plan's list of changes"),
        (target.run(), "the run record"),
        (target.stopped_run(), "the run record of a stopped run"),
        (target.stopped_findings(), "a stopped run's list of findings"),
        (target.held(), "a plan that is held back"),
        (target.lock_file(), "the lock of the plan"),
    ]
    .map(|(path, what)| (place_of(&path), what.to_owned()))
}

/// The one name of a file or folder, be it there or not.
fn place_of(path: &Path) -> PathBuf {
    let here = |parent: &Path| match parent.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => parent.to_owned(),
    };
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(place), ..) => place,
        (Err(_), Some(parent), Some(name)) => place_of(&here(parent)).join(name),
        _ => path.to_owned(),
    }
}

/// An input that is an export and stands in a folder.
fn export_in<'a>(input: &'a Input, folder: &Path, ours: &BTreeSet<PathBuf>) -> Option<&'a Path> {
    let Input::File(path) = input else { return None };
    let place = path.canonicalize().ok()?;
    let name = place.file_name()?.to_string_lossy().into_owned();
    let is_ours = ours.contains(&place) || is_letter(&name) || night_of(&place).is_some() || is_output(&place);
    (place.starts_with(folder) && !is_ours).then_some(path)
}
