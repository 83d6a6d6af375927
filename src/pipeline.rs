//! The whole way from exports to files, in one call.
//!
//! In: a [`Request`]. Out: an [`Outcome`], its files written; or a [`Stop`], the files of the last run untouched. The order is:
//! tables and rules (all problems at once, before any export is read), exports, recognising, deciding, writing. Holds the two
//! equations of a run: every row read went somewhere, and every subscription has an action. Prints nothing, asks no clock.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use chrono::NaiveDate;

mod conclude;
mod stop;

pub use stop::Stop;

use crate::{
    catalog::Catalog,
    config::{Config, TablePaths},
    finding::{Accounting, Code, Finding, Place},
    plan::{self, Counts, Plan},
    read::{self, Input},
    recognise::{
        self, Context, InputRecord, Recognised,
        tables::{self, Tables},
    },
    rules::Rules,
    write::Target,
};
use conclude::{Read, conclude, has_errors};

/// What to do.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Files, folders, globs, or `-` for standard input.
    pub exports: &'a [String],
    /// The settings.
    pub config: &'a Config,
    /// The date the plan is made for.
    pub as_of: NaiveDate,
    /// Where the plan goes; none: the caller writes it.
    pub target: Option<Target>,
    /// Whether pressing rows for review need a person before the run counts as done.
    pub strict: bool,
}

/// Is told how far a run has come, and asked how long it has taken.
pub trait Observer: Sync {
    /// Another part begins.
    fn part(&self, _part: Part) {}
    /// Time since the program started; goes into the run record's `timing`.
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// Looks the other way.
impl Observer for () {}

/// The parts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Exports are read and recognised.
    Reading,
    /// It is worked out what to do with each subscription.
    Deciding,
    /// Files are written.
    Writing,
}

/// A run that is done.
#[derive(Debug)]
pub struct Outcome {
    /// What to do with each subscription.
    pub plan: Plan,
    /// All findings, in their order.
    pub findings: Vec<Finding>,
    /// Where every row went.
    pub accounting: Accounting,
    /// Rows of the plan by action, reason and urgency.
    pub counts: Counts,
    /// Whether a person must look.
    pub verdict: Verdict,
    /// Where the files are; none: the plan has not been written.
    pub target: Option<Target>,
}

/// How a run ended that was not stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every input was read, no row rejected.
    Done,
    /// A row was rejected or a file not read; or, if the run is strict, a row for review is pressing.
    Look,
}

impl Verdict {
    /// What the program returns.
    pub const fn exit_code(self) -> u8 {
        match self {
            Verdict::Done => 0,
            Verdict::Look => 1,
        }
    }
}

/// What exports hold and how they were read.
#[derive(Debug)]
pub struct Checked {
    /// One record an input file, sorted by path.
    pub inputs: Vec<InputRecord>,
    /// Where every row went.
    pub accounting: Accounting,
    /// All findings, in their order.
    pub findings: Vec<Finding>,
    /// Whether a person must look.
    pub verdict: Verdict,
}

/// Plans, and writes the plan and its companions.
///
/// # Errors
/// Where nothing could be planned or written: the files of the last run are as they were.
pub fn run(request: &Request<'_>, observer: &dyn Observer) -> Result<Outcome, Stop> {
    let config = request.config;
    let (tables, rules, catalog) = references(config)?;
    observer.part(Part::Reading);
    let ours = ours(config, request.target.as_ref());
    let recognised = recognise_all(request.exports, config, &tables, &ours);
    observer.part(Part::Deciding);
    let plan = plan::plan(&recognised, &catalog, &rules, config, &tables, request.as_of);
    let read = Read {
        tables: tables.digests,
        inputs: recognised.inputs,
        accounting: recognised.accounting,
        findings: recognised.findings,
    };
    conclude(request, read, plan, observer)
}

/// Reads and recognises exports; plans nothing, writes nothing.
///
/// # Errors
/// Where the tables are wrong, or no export gave a row.
pub fn check(exports: &[String], config: &Config, observer: &dyn Observer) -> Result<Checked, Stop> {
    let (tables, ..) = references(config)?;
    observer.part(Part::Reading);
    let recognised = recognise_all(exports, config, &tables, &ours(config, None));
    let Recognised {
        accounting,
        mut findings,
        inputs,
        ..
    } = recognised;
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    if inputs.iter().all(|input| input.file.refused) {
        return Err(Stop::NothingRead { findings, record: None });
    }
    let verdict = if has_errors(&findings) {
        Verdict::Look
    } else {
        Verdict::Done
    };
    Ok(Checked {
        inputs,
        accounting,
        findings,
        verdict,
    })
}

/// The tables, rules and offers that a run rests on; every problem of all of them at once.
fn references(config: &Config) -> Result<(Tables, Rules, Catalog), Stop> {
    let tables = tables::read_tables(config);
    let rules = Rules::load(&config.rules);
    let mut problems = Vec::new();
    if let Err(wrong) = &tables {
        problems.extend(wrong.iter().map(ToString::to_string));
    }
    if let Err(wrong) = &rules {
        problems.extend(wrong.iter().map(ToString::to_string));
    }
    match (tables, rules) {
        (Ok(tables), Ok(rules)) => Ok((tables, rules, Catalog::embedded())),
        _ => Err(Stop::Tables { problems }),
    }
}

/// What lies about that is ours and no export: the settings, the tables they name, what a run writes.
fn ours(config: &Config, target: Option<&Target>) -> BTreeSet<PathBuf> {
    let TablePaths {
        offers,
        calendar,
        holds,
        progress,
        customers,
        headings,
        routes,
    } = &config.tables;
    let tables = [offers, calendar, holds, progress, customers, headings, routes]
        .into_iter()
        .flatten();
    let rules = config.rules.replace.values().chain(config.rules.extend.values());
    let outputs = target.iter().flat_map(|target| target.all());
    let paths = config.path.iter().chain(tables).chain(rules).cloned().chain(outputs);
    paths.filter_map(|path| path.canonicalize().ok()).collect()
}

fn recognise_all(exports: &[String], config: &Config, tables: &Tables, ours: &BTreeSet<PathBuf>) -> Recognised {
    let (inputs, mut findings) = read::expand(exports);
    let (own, inputs): (Vec<Input>, Vec<Input>) = inputs.into_iter().partition(|input| match input {
        Input::File(path) => path.canonicalize().is_ok_and(|path| ours.contains(&path)),
        Input::Bytes { .. } => false,
    });
    let mut recognised = recognise::recognise(&inputs, &Context { config, tables });
    findings.extend(own.iter().filter_map(|input| match input {
        Input::File(path) => Some(Finding::new(
            Code::FileSkipped,
            Place::file(path.display().to_string()),
            "is a table, setting or output of ours and was not read as an export",
            "",
        )),
        Input::Bytes { .. } => None,
    }));
    recognised.findings.append(&mut findings);
    recognised
}

#[cfg(test)]
mod tests;
