//! What people report: holds and progress, found by subscription or customer.
//!
//! In: the holds and progress tables. Out: for one subscription its hold and its [`Standing`]. Says at the end which rows fitted
//! nothing, so that exceptions do not rot.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use hashbrown::HashMap;

use super::dates::Steps;
use crate::{
    finding::{Code, Finding, Place},
    recognise::{
        Subscription,
        tables::{Hold, ProgressNote, Subject, Tables},
    },
    rules::shift,
    terms::*,
};

/// Holds and progress by what they are about.
pub(super) struct Reports<'a> {
    as_of: NaiveDate,
    holds: HashMap<&'a Subject, Vec<(&'a Hold, AtomicBool)>>,
    progress: HashMap<&'a Subject, Vec<(&'a ProgressNote, AtomicBool)>>,
}

/// What is requested and done for one subscription.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    pub(super) done: Steps,
    pub(super) requested: Steps,
    /// A transfer request is on its way and has not lapsed.
    pub(super) transfer_requested: bool,
    /// When the target was ordered, as reported.
    pub(super) ordered_on: Option<NaiveDate>,
    /// When the agreement was accepted, as reported.
    pub(super) agreement_accepted: Option<NaiveDate>,
}

impl<'a> Reports<'a> {
    pub(super) fn new(tables: &'a Tables, as_of: NaiveDate) -> Reports<'a> {
        let mut holds: HashMap<_, Vec<_>> = HashMap::new();
        for hold in &tables.holds {
            holds
                .entry(&hold.subject)
                .or_default()
                .push((hold, AtomicBool::new(false)));
        }
        let mut progress: HashMap<_, Vec<_>> = HashMap::new();
        for note in &tables.progress {
            progress
                .entry(&note.subject)
                .or_default()
                .push((note, AtomicBool::new(false)));
        }
        Reports { as_of, holds, progress }
    }

    /// The hold that applies: the subscription's own before its customer's, a later row of the table before an earlier one.
    pub(super) fn hold(&self, subscription: &Subscription) -> Option<&'a Hold> {
        if self.holds.is_empty() {
            return None;
        }
        subjects(subscription).into_iter().flatten().find_map(|subject| {
            let holds = self.holds.get(&subject)?;
            holds.iter().for_each(|(_, used)| used.store(true, Ordering::Relaxed));
            holds
                .iter()
                .rev()
                .map(|(hold, _)| *hold)
                .find(|hold| self.as_of <= hold.until)
        })
    }

    /// What is requested and done; a transfer request lapses after so many days.
    pub(super) fn standing(&self, subscription: &Subscription, request_days: u16) -> Standing {
        let mut standing = Standing::default();
        if self.progress.is_empty() {
            return standing;
        }
        let mut asked_for_transfer = None;
        for subject in subjects(subscription).into_iter().flatten() {
            for (note, used) in self.progress.get(&subject).into_iter().flatten() {
                used.store(true, Ordering::Relaxed);
                match (note.step, note.state) {
                    (StepKind::RequestTransfer, _) => asked_for_transfer = asked_for_transfer.max(Some(note.date)),
                    (step, Progress::Done) => standing.done.insert(step),
                    (step, Progress::Requested) => standing.requested.insert(step),
                }
                if (note.step, note.state) == (StepKind::Order, Progress::Done) {
                    standing.ordered_on = standing.ordered_on.max(note.date);
                }
                if (note.step, note.state) == (StepKind::AcceptAgreement, Progress::Done) {
                    standing.agreement_accepted = standing.agreement_accepted.max(note.date);
                }
            }
        }
        let open = |sent: Option<NaiveDate>| sent.is_none_or(|day| self.as_of <= shift(day, request_days.into()));
        standing.transfer_requested =
            asked_for_transfer.is_some_and(open) && !standing.done.contains(StepKind::ApproveTransfer);
        standing
    }

    /// Findings for rows that ended or fitted nothing.
    pub(super) fn unused(&self, holds_file: &str, progress_file: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (hold, used) in self.holds.values().flatten() {
            let place = Place::file(holds_file).at_row(hold.row);
            if hold.until < self.as_of {
                let message = format!("the hold ended on {} and no longer counts", hold.until);
                findings.push(Finding::new(
                    Code::HoldExpired,
                    place,
                    message,
                    "delete the row, or give it a new `until`",
                ));
            } else if !used.load(Ordering::Relaxed) {
                let message = "the hold fits no subscription of this run";
                findings.push(Finding::new(
                    Code::HoldUnused,
                    place,
                    message,
                    "check the id, or delete the row",
                ));
            }
        }
        for (note, used) in self.progress.values().flatten() {
            if !used.load(Ordering::Relaxed) {
                let place = Place::file(progress_file).at_row(note.row);
                let message = format!("`{}` is reported for something that no export names", note.step);
                findings.push(Finding::new(
                    Code::ProgressUnused,
                    place,
                    message,
                    "check the id, or delete the row",
                ));
            }
        }
        findings
    }
}

fn subjects(subscription: &Subscription) -> [Option<Subject>; 2] {
    [
        Some(Subject::Subscription(subscription.id.clone())),
        subscription.customer_id.map(Subject::Customer),
    ]
}
