//! The last part of a run.
//!
//! In: what was read, and the plan. Out: an [`Outcome`], its files written; or a [`Stop`], its record written as far as that
//! goes. Holds the two equations: every row read went somewhere, and every subscription has an action.

use std::{collections::BTreeMap, path::PathBuf};

use super::{Observer, Outcome, Part, Request, Stop, Verdict};
use crate::{
    catalog::evidence::EvidenceFile,
    finding::{Accounting, Code, Finding, Severity},
    plan::{Counts, MappedOffer, Plan},
    recognise::InputRecord,
    rules::Override,
    terms::{Action, Urgency},
    write::{RunRecord, SettingsRecord, StoppedRecord, View, write_all, write_stopped},
};

/// What has been read when deciding is done.
pub(super) struct Read {
    pub(super) tables: BTreeMap<String, String>,
    pub(super) rules: Vec<Override>,
    pub(super) catalog: Vec<EvidenceFile>,
    pub(super) inputs: Vec<InputRecord>,
    pub(super) accounting: Accounting,
    pub(super) findings: Vec<Finding>,
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
    } = read;
    findings.append(&mut plan.findings);
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    let records = Records {
        request,
        tables,
        rules,
        catalog,
        inputs,
        accounting,
        observer,
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
    let verdict = judge(request.strict, &plan, &findings);
    if let Some(target) = &request.target {
        let mut record = records.good(&counts, &plan.mappings, &findings, verdict);
        let reports = Some((&request.reports, view));
        if let Err(cause) = write_all(target, request.config.output, &plan, &findings, reports, &mut record) {
            let record = records.stopped(&cause.to_string(), &findings, 3);
            return Err(Stop::Output { cause, record });
        }
    }
    Ok(Outcome {
        plan,
        findings,
        accounting,
        counts,
        verdict,
        target: request.target.clone(),
        reports: request.reports.clone(),
    })
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
            outputs: BTreeMap::new(),
            timing: self.observer.elapsed().into(),
        }
    }

    /// Writes why the run was stopped beside the plan. Gives where, unless that fails as well: the stop is told in any case.
    fn stopped(&self, stopped: &str, findings: &[Finding], exit_code: u8) -> Option<PathBuf> {
        let target = self.request.target.as_ref()?;
        let record = StoppedRecord {
            version: env!("CARGO_PKG_VERSION"),
            exit_code,
            as_of: self.request.as_of,
            stopped: stopped.to_owned(),
            settings: self.settings(),
            tables: self.tables.clone(),
            rules: self.rules.clone(),
            catalog: self.catalog.clone(),
            inputs: self.inputs.clone(),
            accounting: self.accounting,
            findings: by_code(findings),
            limits: self.request.config.limits,
            timing: self.observer.elapsed().into(),
        };
        write_stopped(target, self.request.config.output, findings, &record).ok()?;
        Some(target.stopped_run())
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
