//! The last part of a run.
//!
//! In: what was read, and the plan. Out: an [`Outcome`], its files written; or a [`Stop`], its record written as far as that
//! goes. Holds the two equations: every row read went somewhere, and every subscription has an action.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Observer, Outcome, Part, Request, Stop, Verdict, previous::Compared, told};
use crate::{
    catalog::evidence::EvidenceFile,
    finding::{Accounting, Code, Finding, Place, Severity, put_in_order},
    guard::{self, Guard, Last, LastPlan, Tonight, Tripped},
    plan::{Counts, MappedOffer, Plan},
    recognise::InputRecord,
    rules::Override,
    saved::SavedRecord,
    terms::{Action, Urgency},
    write::{
        self, Beside, Lock, Reports, RunRecord, SettingsRecord, StoppedRecord, Target, View, write_all, write_held,
        write_stopped,
    },
};

/// What has been read when deciding is done.
#[derive(Default)]
pub(super) struct Read {
    pub(super) tables: BTreeMap<String, String>,
    pub(super) rules: Vec<Override>,
    pub(super) catalog: Vec<EvidenceFile>,
    pub(super) inputs: Vec<InputRecord>,
    pub(super) accounting: Accounting,
    pub(super) findings: Vec<Finding>,
    pub(super) compared: Compared,
    /// What the last run left.
    pub(super) last: Option<Last>,
}

/// The last part of a run: checks that nothing was lost, writes, and says how it went.
pub(super) fn conclude(
    request: &Request<'_>,
    read: Read,
    mut plan: Plan,
    view: &View<'_>,
    observer: &dyn Observer,
) -> Result<Outcome, Stop> {
    observer.part(Part::Writing);
    let Read {
        tables,
        rules,
        catalog,
        inputs,
        accounting,
        mut findings,
        mut compared,
        last,
    } = read;
    // What a hold held may be acted on, where it fits nothing any more.
    for finding in &mut plan.findings {
        let is_lost = finding.place.row.is_some_and(|row| compared.held.contains(&row));
        if finding.code == Code::HoldUnused && is_lost {
            *finding = hold_lost(finding.place.clone());
        }
    }
    // A row of a table that is about what is gone is about something.
    let explained = |finding: &Finding| {
        let row = finding.place.row.map(|row| (finding.code, row));
        row.is_some_and(|row| compared.explained.contains(&row))
    };
    plan.findings.retain(|finding| !explained(finding));
    findings.extend(std::mem::take(&mut plan.findings));
    findings.append(&mut compared.findings);
    let guarded = guarded(
        request,
        &inputs,
        accounting,
        &findings,
        &plan,
        last,
        compared.last_plan.take(),
    );
    findings.extend(guarded.findings(accounting.rows_read));
    if request.reports.letters.is_some() {
        let saved = write::saved(&plan, &[], SavedRecord::default());
        findings.extend(write::report_findings(&request.reports, &saved, view));
    }
    put_in_order(&mut findings);
    told::findings(&by_code(&findings));
    let Guarded { accepted, holding, .. } = guarded;
    told::guards(&accepted, &holding);
    let records = Records {
        request,
        tables,
        rules,
        catalog,
        inputs,
        accounting,
        observer,
        accepted,
        holding,
    };
    if accounting.rows_read == 0 {
        let record = records.stopped("no export gave a row", &findings, 3);
        return Err(Stop::NothingRead { findings, record });
    }
    let mut counts = plan.counts();
    for action in Action::ALL {
        counts.actions.entry(*action).or_default();
    }
    let planned: u64 = counts.actions.values().sum();
    if !accounting.balances() || accounting.subscriptions != planned {
        let record = records.stopped("rows do not add up", &findings, 3);
        return Err(Stop::Unaccounted {
            accounting,
            subscriptions: accounting.subscriptions,
            planned,
            record,
        });
    }
    if !records.holding.is_empty() {
        return Err(records.held(&plan, findings));
    }
    let verdict = judge(request.strict, &plan, &findings);
    let mut unkept = None;
    if let Some(target) = &request.target {
        let mut record = records.good(&counts, &plan.mappings, &findings, verdict);
        record.previous = compared.record;
        record.gone = compared.gone;
        let keep = request.keep();
        let beside = Beside {
            changes: compared.changes.as_ref(),
            reports: Some((&request.reports, view)),
        };
        match write_all(
            target,
            request.config.output,
            &plan,
            &findings,
            beside,
            &mut record,
            keep.as_ref(),
        ) {
            Ok(stop) => unkept = stop,
            Err(cause) => {
                let record = records.stopped(&cause.to_string(), &findings, 3);
                return Err(Stop::Output { cause, record });
            }
        }
    }
    let verdict = if unkept.is_some() { Verdict::Look } else { verdict };
    told::plan(&counts, request.target.as_ref().map(Target::plan), verdict.exit_code());
    Ok(Outcome {
        plan,
        findings,
        accounting,
        counts,
        verdict,
        target: request.target.clone(),
        changes: compared.changes,
        unkept,
        reports: request.reports.clone(),
        older: older(request),
    })
}

/// From now on a run that is ended from outside leaves a record of what it knows by now.
pub(super) fn leave_if_ended(
    request: &Request<'_>,
    lock: Option<&Lock>,
    read: Read,
    findings: &[Finding],
    observer: &dyn Observer,
) {
    let Some((lock, target)) = lock.zip(request.target.as_ref()) else {
        return;
    };
    let records = Records {
        request,
        tables: read.tables,
        rules: read.rules,
        catalog: read.catalog,
        inputs: read.inputs,
        accounting: read.accounting,
        observer,
        accepted: Vec::new(),
        holding: Vec::new(),
    };
    let record = records.stopped_record("", findings, 0);
    lock.leave_if_ended(target, request.config.output, record);
}

fn hold_lost(place: Place) -> Finding {
    let message = "the hold held something in the earlier plan, and fits no subscription of this run";
    let hint = "look where it went: the plan acts on it if it is there under another id; give the hold that id, or delete the row";
    Finding::new(Code::HoldLost, place, message, hint)
}

/// Reports that stand beside the plan and were not made anew.
fn older(request: &Request<'_>) -> Vec<PathBuf> {
    let usual = request.target.as_ref().map(Reports::beside).unwrap_or_default();
    let made: Vec<&Path> = request.reports.paths().map(|(path, _)| path).collect();
    let usual = usual.paths().map(|(path, _)| path);
    usual
        .filter(|path| path.exists() && !made.contains(path))
        .map(Path::to_owned)
        .collect()
}

/// What the guards say.
#[derive(Default)]
struct Guarded {
    accepted: Vec<Tripped>,
    holding: Vec<Tripped>,
    mixed: Option<Finding>,
    blind: Option<Finding>,
}

impl Guarded {
    /// A finding for each; an export that was still being written has one already.
    fn findings(&self, rows_read: u64) -> Vec<Finding> {
        let holding = self
            .holding
            .iter()
            .filter(|tripped| tripped.guard != Guard::ExportGrowing);
        let held = holding.map(|tripped| tripped.finding(false, rows_read));
        let accepted = self.accepted.iter().map(|tripped| tripped.finding(true, rows_read));
        let told = self.mixed.iter().chain(&self.blind).cloned();
        held.chain(accepted).chain(told).collect()
    }
}

/// Asks the guards.
fn guarded(
    request: &Request<'_>,
    inputs: &[InputRecord],
    accounting: Accounting,
    findings: &[Finding],
    plan: &Plan,
    last: Option<Last>,
    compared: Option<LastPlan>,
) -> Guarded {
    let target = request.target.as_ref();
    let shown_plan = target.map_or_else(
        || "-".to_owned(),
        |target| target.plan().to_string_lossy().replace('\\', "/"),
    );
    let tonight = Tonight {
        config: request.config,
        as_of: request.as_of,
        inputs,
        accounting,
        findings,
        plan,
        shown_plan: &shown_plan,
    };
    // Where another plan was compared, or none, the one that is being replaced has not been read yet.
    let last_plan = compared.or_else(|| LastPlan::read(target?.plan(), plan));
    let tripped = guard::tripped(&tonight, last.as_ref(), last_plan.as_ref());
    // Where nothing was read there is no plan for guards to look at.
    let watched = target.filter(|_| accounting.rows_read > 0);
    let blind =
        watched.and_then(|target| guard::blind(last.as_ref(), last_plan.as_ref(), target.plan(), &target.run()));
    let (accepted, holding) = guard::sorted_out(tripped, &request.night.accept);
    Guarded {
        accepted,
        holding,
        mixed: last.and_then(|last| last.mixed),
        blind,
    }
}

/// What the run records of good and of stopped runs share.
struct Records<'a> {
    request: &'a Request<'a>,
    tables: BTreeMap<String, String>,
    rules: Vec<Override>,
    catalog: Vec<EvidenceFile>,
    inputs: Vec<InputRecord>,
    accounting: Accounting,
    observer: &'a dyn Observer,
    accepted: Vec<Tripped>,
    holding: Vec<Tripped>,
}

impl Records<'_> {
    fn settings(&self) -> Option<SettingsRecord> {
        let config = self.request.config;
        let is_default = config.path.is_none() && config.set.is_empty();
        (!is_default).then(|| SettingsRecord {
            path: config.path.as_ref().map(|path| path.display().to_string()),
            sha256: config.digest.clone(),
            set: config.set.iter().map(|set| set.text.clone()).collect(),
        })
    }

    fn good(&self, counts: &Counts, mappings: &[MappedOffer], findings: &[Finding], verdict: Verdict) -> RunRecord {
        RunRecord {
            version: env!("CARGO_PKG_VERSION"),
            exit_code: verdict.exit_code(),
            as_of: self.request.as_of,
            settings: self.settings(),
            tables: self.tables.clone(),
            rules: self.rules.clone(),
            catalog: self.catalog.clone(),
            inputs: self.inputs.clone(),
            accounting: self.accounting,
            counts: counts.clone(),
            mappings: mappings.to_vec(),
            findings: by_code(findings),
            limits: self.request.config.limits,
            nightly: self.request.config.nightly.clone(),
            previous: None,
            gone: Vec::new(),
            accepted: self.accepted.clone(),
            outputs: BTreeMap::new(),
            timing: self.observer.elapsed().into(),
        }
    }

    /// Writes why the run was stopped beside the plan. Gives where, unless that fails as well: the stop is told in any case.
    fn stopped(&self, stopped: &str, findings: &[Finding], exit_code: u8) -> Option<PathBuf> {
        let target = self.request.target.as_ref()?;
        let record = self.stopped_record(stopped, findings, exit_code);
        write_stopped(target, self.request.config.output, findings, &record).ok()?;
        Some(target.stopped_run())
    }

    /// Writes a plan that guards hold back, and why.
    fn held(&self, plan: &Plan, findings: Vec<Finding>) -> Stop {
        let guards = guard::names(&self.holding);
        let stopped = format!("held back by {}", guards.join(", "));
        let record = self.stopped_record(&stopped, &findings, 3);
        let target = self.request.target.as_ref();
        let write = |target: &Target| write_held(target, self.request.config.output, plan, &findings, &record);
        let written = target.is_some_and(|target| write(target).is_ok());
        let target = target.filter(|_| written);
        Stop::Held {
            guards,
            held: target.map(Target::held),
            record: target.map(Target::stopped_run),
            findings,
        }
    }

    fn stopped_record(&self, stopped: &str, findings: &[Finding], exit_code: u8) -> StoppedRecord {
        StoppedRecord {
            version: env!("CARGO_PKG_VERSION"),
            exit_code,
            as_of: self.request.as_of,
            stopped: stopped.to_owned(),
            nightly: self.request.config.nightly.clone(),
            tripped: self.holding.clone(),
            accepted: self.accepted.clone(),
            settings: self.settings(),
            tables: self.tables.clone(),
            rules: self.rules.clone(),
            catalog: self.catalog.clone(),
            inputs: self.inputs.clone(),
            accounting: self.accounting,
            findings: by_code(findings),
            limits: self.request.config.limits,
            timing: self.observer.elapsed().into(),
        }
    }
}

fn by_code(findings: &[Finding]) -> BTreeMap<Code, u64> {
    let mut codes = BTreeMap::new();
    for finding in findings {
        *codes.entry(finding.code).or_default() += 1;
    }
    codes
}

pub(super) fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity() == Severity::Error)
}

fn judge(strict: bool, plan: &Plan, findings: &[Finding]) -> Verdict {
    let pressing = |urgency| matches!(urgency, Some(Urgency::Open | Urgency::Lapsed | Urgency::Lost));
    let undecided = |plan: &Plan| {
        plan.rows
            .iter()
            .any(|row| row.decision.action == Action::Review && pressing(row.decision.urgency))
    };
    match has_errors(findings) || (strict && undecided(plan)) {
        true => Verdict::Look,
        false => Verdict::Done,
    }
}
