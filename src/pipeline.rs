//! The whole way from exports to files, in one call.
//!
//! In: a [`Request`]. Out: an [`Outcome`], its files written; or a [`Stop`], the files of the last run untouched. The order is:
//! tables and rules (all problems at once, before any export is read), exports, recognising, deciding, writing. Holds the two
//! equations of a run: every row read went somewhere, and every subscription has an action. Prints nothing, asks no clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::NaiveDate;

mod apart;
mod conclude;
mod countries;
mod diff;
mod explain;
mod foreign;
mod night;
mod offers;
mod previous;
mod report;
mod stop;
mod told;

pub use diff::{Diffed, diff};
pub use explain::{Days, Explained, Told, explain, facts};
pub use night::Night;
pub use offers::Offers;
pub use previous::{Previous, fitting};
pub use report::{ReportRequest, Reported, report};
pub use stop::Stop;

use crate::{
    catalog::{
        Catalog,
        evidence::{Evidence, EvidenceFile},
    },
    compare::Changes,
    config::{Config, RuleSettings, TablePaths, sha256},
    finding::{Accounting, Code, Finding, Place, put_in_order},
    guard::Last,
    plan::{self, Counts, Plan},
    read::{self, Input},
    recognise::{
        self, Context, InputRecord, Recognised,
        tables::{self, Tables},
        vocabulary::Vocabulary,
    },
    rules::{Calendars, Rules},
    saved::{SavedCatalogFile, SavedInput, SavedRecord, SavedSettings},
    write::{Lock, Reports, Target, View, WriteStop, template_problems},
};
use conclude::{Read, conclude, has_errors, leave_if_ended};
use countries::unknown_countries;
use foreign::is_output;

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
    /// What else is made of the plan; nothing without a target.
    pub reports: Reports,
    /// Whether pressing rows for review need a person before the run counts as done.
    pub strict: bool,
    /// Which plan to compare with.
    pub previous: Previous,
    /// What an unattended run is told besides.
    pub night: Night<'a>,
}

/// Is told how far a run has come, and asked how long it has taken.
pub trait Observer: Sync {
    /// Another part begins.
    fn part(&self, _part: Part) {}
    /// More rows have been read; comes from many threads.
    fn rows(&self, _more: u64) {}
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
    /// What changed since the plan before; none: with nothing was it compared.
    pub changes: Option<Changes>,
    /// Why the night could not be kept in the history, where all else was done.
    pub unkept: Option<WriteStop>,
    /// What else was made of the plan, and where it is.
    pub reports: Reports,
    /// Reports of an earlier run that stand beside the plan still, since they were not asked for.
    pub older: Vec<PathBuf>,
}

/// How a run ended that was not stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every input was read, no row rejected.
    Done,
    /// A row was rejected or a file not read; or, if the run is strict, a row for review is pressing.
    Look,
    /// No export could be read.
    Nothing,
}

impl Verdict {
    /// What the program returns.
    pub const fn exit_code(self) -> u8 {
        match self {
            Verdict::Done => 0,
            Verdict::Look => 1,
            Verdict::Nothing => 3,
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
    request.stand_apart()?;
    let early = request.lock_if_there()?;
    leave_if_ended(request, early.as_ref(), Read::default(), &[], observer);
    let named = previous::named(request)?;
    let references = References::load(request.config, request.as_of)?;
    let exports = Exports::of(request)?;
    let lock = request.lock(early)?;
    let (digests, catalog) = (
        digests(&references.tables, &request.config.rules),
        references.evidence.files(),
    );
    let known = |recognised: Option<&Recognised>| Read {
        compared: previous::Compared::default(),
        last: None,
        tables: digests.clone(),
        rules: references.rules.overrides.clone(),
        catalog: catalog.clone(),
        inputs: recognised
            .map(|recognised| recognised.inputs.clone())
            .unwrap_or_default(),
        accounting: recognised.map(|recognised| recognised.accounting).unwrap_or_default(),
        findings: Vec::new(),
    };
    leave_if_ended(request, lock.as_ref(), known(None), &[], observer);
    let plainly = |inputs: &[Input], context: &Context<'_>| (recognise::recognise(inputs, context), ());
    let (recognised, ()) = references.recognise(request, exports, observer, plainly);
    told::inputs(&recognised.inputs);
    let knows = known(Some(&recognised));
    leave_if_ended(request, lock.as_ref(), knows, &recognised.findings, observer);
    observer.part(Part::Deciding);
    let calendars = references.calendars(request.config);
    let context = planning(request, &references, &calendars);
    // What the last run left is looked through meanwhile: its files are large.
    let last = || request.target.as_ref().and_then(|target| Last::read(&target.run()));
    let planned = || plan::plan(recognised.subscriptions, &recognised.customers, &context);
    let (plan, last) = rayon::join(planned, last);
    let tonight = previous::Tonight {
        plan: &plan,
        customers: &recognised.customers,
        context,
        record: saved_record(request, &digests, &catalog, &recognised.inputs),
    };
    // A run that read nothing is stopped, and has nothing to compare.
    let compared = match recognised.accounting.rows_read {
        0 => previous::Compared::default(),
        _ => previous::compared(request, named, last.as_ref(), &tonight)?,
    };
    let read = Read {
        compared,
        last,
        tables: digests,
        rules: references.rules.overrides.clone(),
        catalog,
        inputs: recognised.inputs,
        accounting: recognised.accounting,
        findings: recognised.findings,
    };
    lock.as_ref().map_or(Ok(()), Lock::check).map_err(night::stopped)?;
    let view = View::new(request.as_of, request.config, &references.tables);
    let outcome = conclude(request, read, plan, &view, observer);
    drop(lock);
    outcome
}

/// What decisions are judged by.
fn planning<'a>(request: &Request<'a>, references: &'a References, calendars: &'a Calendars) -> plan::Context<'a> {
    plan::Context {
        as_of: request.as_of,
        config: request.config,
        tables: &references.tables,
        rules: &references.rules,
        calendars,
        catalog: &references.catalog,
        evidence: &references.evidence,
    }
}

/// Reads and recognises exports; plans nothing, writes nothing. Says how each was read, also where none could be.
///
/// # Errors
/// Where the tables are wrong.
pub fn check(request: &Request<'_>, observer: &dyn Observer) -> Result<Checked, Stop> {
    let references = References::load(request.config, request.as_of)?;
    let exports = Exports::of(request)?;
    let (recognised, ()) = references.recognise(request, exports, observer, |inputs, context| {
        (recognise::recognise_with_samples(inputs, context), ())
    });
    told::inputs(&recognised.inputs);
    Ok(checked(recognised))
}

fn checked(recognised: Recognised) -> Checked {
    let Recognised {
        accounting,
        mut findings,
        inputs,
        ..
    } = recognised;
    put_in_order(&mut findings);
    let verdict = if inputs.iter().all(|input| input.file.refused) {
        Verdict::Nothing
    } else if has_errors(&findings) {
        Verdict::Look
    } else {
        Verdict::Done
    };
    Checked {
        inputs,
        accounting,
        findings,
        verdict,
    }
}

/// What is wrong with the tables and rules that settings name.
pub fn problems(config: &Config) -> Vec<String> {
    match References::load(config, NaiveDate::MIN) {
        Err(Stop::Tables { problems }) => problems,
        _ => Vec::new(),
    }
}

/// What a run rests on besides the exports.
struct References {
    tables: Tables,
    vocabulary: Vocabulary,
    rules: Rules,
    catalog: Catalog,
    evidence: Evidence,
}

impl References {
    /// Loads all of them, or tells every problem of all of them at once.
    fn load(config: &Config, as_of: NaiveDate) -> Result<References, Stop> {
        let mut vocabulary = Vocabulary::embedded();
        let tables = tables::read_tables(&config.tables, &config.limits, &config.workbooks);
        let extended = tables.as_ref().map_or(Ok(()), |tables| {
            vocabulary
                .extend(&tables.headings)
                .and_then(|()| vocabulary.extend_words(&tables.words))
        });
        let rules = Rules::load(&config.rules);
        let evidence = Evidence::load(&config.catalog, &config.limits, &config.workbooks, as_of);
        let countries = rules
            .as_ref()
            .map_or_else(|_| Vec::new(), |rules| unknown_countries(config, rules, &vocabulary));
        let templates = template_problems(config);
        match (tables, extended, rules, evidence) {
            (Ok(tables), Ok(()), Ok(rules), Ok(evidence)) if countries.is_empty() && templates.is_empty() => {
                Ok(References {
                    tables,
                    vocabulary,
                    rules,
                    catalog: Catalog::embedded(),
                    evidence,
                })
            }
            (tables, extended, rules, evidence) => {
                let mut problems: Vec<String> = countries;
                problems.extend(templates);
                problems.extend(tables.err().into_iter().flatten().map(|problem| problem.to_string()));
                problems.extend(extended.err().into_iter().flatten());
                problems.extend(rules.err().into_iter().flatten().map(|problem| problem.to_string()));
                problems.extend(evidence.err().into_iter().flatten());
                Err(Stop::Tables { problems })
            }
        }
    }

    /// The partner's calendar, and those of customers' countries.
    fn calendars(&self, config: &Config) -> Calendars {
        let partner = &config.partner;
        let home = partner.home.or(partner.countries.first().copied());
        Calendars::new(&self.tables.calendar, home, config.rules.customer_holidays)
    }

    /// Everything that the exports say, by a way of recognising that may answer something more.
    fn recognise<T>(
        &self,
        request: &Request<'_>,
        exports: Exports,
        observer: &dyn Observer,
        way: impl FnOnce(&[Input], &Context<'_>) -> (Recognised, T),
    ) -> (Recognised, T) {
        observer.part(Part::Reading);
        let Exports { inputs, findings } = exports;
        let context = Context {
            config: request.config,
            tables: &self.tables,
            vocabulary: &self.vocabulary,
            as_of: request.as_of,
            progress: &|rows| observer.rows(rows),
        };
        let (mut recognised, answer) = way(&inputs, &context);
        recognised.findings.extend(findings);
        recognised.findings.extend_from_slice(self.evidence.findings());
        (recognised, answer)
    }
}

/// The exports of a run, and what there is to tell of them before they are read.
struct Exports {
    inputs: Vec<Input>,
    findings: Vec<Finding>,
}

impl Exports {
    /// Every export that the arguments name.
    ///
    /// # Errors
    /// Where an output would overwrite what is read.
    fn of(request: &Request<'_>) -> Result<Exports, Stop> {
        let config = request.config;
        let (inputs, mut findings) = read::expand_with(request.exports, io::stdin(), &config.limits);
        overwrites_nothing(request, &inputs)?;
        request.outputs().replace_ours_only(true)?;
        request.outputs().hold_no_export(&inputs)?;
        let mut ours = ours(config, request.target.as_ref(), &request.reports);
        if let Previous::Named(path) = &request.previous {
            ours.extend(path.canonicalize().ok());
        }
        let history = request.keep().and_then(|keep| keep.folder.canonicalize().ok());
        ours.extend(history);
        let (inputs, own) = without_ours(inputs, &ours);
        findings.extend(own);
        findings.extend(request.restless(&inputs));
        Ok(Exports { inputs, findings })
    }
}

/// What this run will record of itself, as far as a comparison needs it.
fn saved_record(
    request: &Request<'_>,
    tables: &BTreeMap<String, String>,
    catalog: &[EvidenceFile],
    inputs: &[InputRecord],
) -> SavedRecord {
    let config = request.config;
    let is_default = config.path.is_none() && config.set.is_empty();
    let file = |file: &EvidenceFile| SavedCatalogFile {
        setting: file.setting.to_owned(),
        path: file.path.to_string(),
        sha256: file.sha256.clone(),
    };
    let input = |input: &InputRecord| SavedInput {
        path: input.file.path.to_string(),
        sha256: input.file.sha256.clone(),
        bytes: input.file.bytes,
        ..SavedInput::default()
    };
    SavedRecord {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        as_of: Some(request.as_of),
        settings: (!is_default).then(|| SavedSettings {
            path: config.path.as_ref().map(|path| path.display().to_string()),
            sha256: config.digest.clone(),
            set: config.set.iter().map(|set| set.text.clone()).collect(),
        }),
        tables: tables.clone(),
        catalog: catalog.iter().map(file).collect(),
        inputs: inputs.iter().map(input).collect(),
        ..SavedRecord::default()
    }
}

/// SHA-256 of each table of ours, rule tables included, by its setting's name.
fn digests(tables: &Tables, rules: &RuleSettings) -> BTreeMap<String, String> {
    let mut digests = tables.digests.clone();
    for (section, files) in [("rules.replace", &rules.replace), ("rules.extend", &rules.extend)] {
        for (name, path) in files {
            if let Ok(bytes) = fs::read(path) {
                digests.insert(format!("{section}.{name}"), sha256(&bytes));
            }
        }
    }
    digests
}

/// What lies about that is ours and no export: the settings, the tables they name, what a run writes.
fn ours(config: &Config, target: Option<&Target>, reports: &Reports) -> BTreeSet<PathBuf> {
    let TablePaths {
        offers,
        calendar,
        holds,
        progress,
        customers,
        headings,
        words,
        routes,
    } = &config.tables;
    let tables = [offers, holds, progress, customers, headings, words, routes]
        .into_iter()
        .flatten()
        .chain(calendar.iter().map(|file| &file.path));
    let rules = config.rules.replace.values().chain(config.rules.extend.values());
    let outputs = target.iter().flat_map(|target| target.all());
    let outputs = outputs.chain(reports.paths().map(|(path, _)| path.to_owned()));
    let files = config.catalog.files();
    let files = files.iter().flat_map(|(_, paths)| paths.iter());
    let named = config.path.iter().chain(tables).chain(rules).chain(files);
    let paths = named.cloned().chain(outputs);
    paths.filter_map(|path| path.canonicalize().ok()).collect()
}

/// No output may take the place of a setting, a table or an export; a plan of ours may be replaced.
fn overwrites_nothing(request: &Request<'_>, inputs: &[Input]) -> Result<(), Stop> {
    let settings = ours(request.config, None, &Reports::none());
    let canonical = |path: &Path| path.canonicalize().ok();
    let is_input = |path: &PathBuf| {
        let same = |input: &Input| matches!(input, Input::File(file) if canonical(file).as_ref() == Some(path));
        inputs.iter().any(same)
    };
    let reports = request.reports.paths().map(|(path, _)| path.to_owned());
    for target in request.target.iter().flat_map(Target::all).chain(reports) {
        let Some(path) = canonical(&target) else { continue };
        let what = if settings.contains(&path) {
            "one of our settings or tables"
        } else if is_input(&path) && !is_output(&path) {
            "an export of this run"
        } else {
            continue;
        };
        return Err(Stop::OutputIsInput { path: target, what });
    }
    Ok(())
}

/// The exports, and a finding for each input that is none because it is ours.
fn without_ours(inputs: Vec<Input>, ours: &BTreeSet<PathBuf>) -> (Vec<Input>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut exports = Vec::new();
    // A file is ours, or stands in a folder of ours.
    let is_ours = |path: &Path| path.ancestors().any(|path| ours.contains(path));
    for input in inputs {
        match &input {
            Input::File(path) if path.canonicalize().is_ok_and(|path| is_ours(&path)) => {
                let message = "is a setting, table or output of ours and was not read as an export";
                findings.push(Finding::new(Code::FileSkipped, Place::file(input.name()), message, ""));
            }
            _ => exports.push(input),
        }
    }
    (exports, findings)
}

#[cfg(test)]
mod tests;
