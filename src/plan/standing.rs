//! What people report: holds and progress, found by subscription or customer.
//!
//! In: the holds and progress tables. Out: for one subscription its hold and its [`Standing`]. Says at the end which rows fitted
//! nothing, so that exceptions do not rot.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use hashbrown::HashMap;

use super::{dates::Steps, known::term_start_of};
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
    /// The row of the progress table by which a transfer of this very subscription is asked for, and may complete, or approved.
    pub(super) own_transfer: Option<u32>,
    /// When it was sent, as reported.
    pub(super) request_sent: Option<NaiveDate>,
    /// When the target was ordered, as reported.
    pub(super) ordered_on: Option<NaiveDate>,
    /// When the transfer was approved, as reported: then it is complete.
    pub(super) approved_on: Option<NaiveDate>,
    /// When somebody last checked the move, as reported.
    pub(super) verified_on: Option<NaiveDate>,
    /// When a renewal was undone, as reported.
    pub(super) undone_on: Option<NaiveDate>,
    /// When the end of the source was seen to, as reported.
    pub(super) ended_on: Option<NaiveDate>,
    /// How it was set to end, where that is reported with its end.
    pub(super) set_to: Option<EndSource>,
    /// When the agreement was accepted, as reported.
    pub(super) agreement_accepted: Option<NaiveDate>,
}

impl Standing {
    fn add_done(&mut self, step: StepKind, date: Option<NaiveDate>) {
        self.done.insert(step);
        match step {
            StepKind::Order => self.ordered_on = self.ordered_on.max(date),
            StepKind::ApproveTransfer => self.approved_on = self.approved_on.max(date),
            StepKind::Verify => self.verified_on = self.verified_on.max(date),
            StepKind::UndoRenewal => self.undone_on = self.undone_on.max(date),
            StepKind::AcceptAgreement => self.agreement_accepted = self.agreement_accepted.max(date),
            _ => {}
        }
    }

    /// Takes what was reported last of the end of the source. What only keeps it from renewing itself does not end it where the
    /// extended term follows, so that the step is judged by what it is set to.
    fn end(&mut self, date: Option<NaiveDate>, set_to: Option<EndSource>) {
        self.set_to = set_to;
        if !matches!(set_to, Some(EndSource::AutoRenewOff | EndSource::ExtendedTerm)) {
            self.done.insert(StepKind::EndSource);
            self.ended_on = date;
        }
    }
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

    /// What is requested and done; a transfer request lapses after so many days. What is to be done on a day to come is not done:
    /// it counts as asked for, and a request that is still to be sent as nothing.
    pub(super) fn standing(&self, subscription: &Subscription, request_days: i64) -> Standing {
        let mut standing = Standing::default();
        if self.progress.is_empty() {
            return standing;
        }
        let mut asked_for_transfer: Option<Option<NaiveDate>> = None;
        let mut own_transfer = None;
        let mut ended: Option<((Option<NaiveDate>, bool), &ProgressNote)> = None;
        let began = term_start_of(subscription);
        let open = |sent: Option<NaiveDate>| sent.is_none_or(|day| self.as_of <= shift(day, request_days));
        for subject in subjects(subscription).into_iter().flatten() {
            let is_own = matches!(subject, Subject::Subscription(_));
            for (note, used) in self.progress.get(&subject).into_iter().flatten() {
                used.store(true, Ordering::Relaxed);
                match (note.step, note.state, self.is_to_come(note)) {
                    (StepKind::RequestTransfer, _, true) => {}
                    (StepKind::RequestTransfer, _, false) => {
                        asked_for_transfer = asked_for_transfer.max(Some(note.date));
                        own_transfer = own_transfer.or(Some(note.row).filter(|_| is_own && open(note.date)));
                    }
                    // How a former term was to end says nothing of this one.
                    (StepKind::EndSource, Progress::Done, false) if note.date < began && note.date.is_some() => {}
                    (StepKind::EndSource, Progress::Done, false) => {
                        // Of one day its own row counts before that of its customer, and a later row before an earlier one.
                        if ended.is_none_or(|(other, _)| other <= (note.date, is_own)) {
                            ended = Some(((note.date, is_own), note));
                        }
                    }
                    (step, Progress::Done, false) => {
                        standing.add_done(step, note.date);
                        if step == StepKind::ApproveTransfer && is_own {
                            standing.own_transfer = Some(note.row);
                        }
                    }
                    (step, Progress::Requested, _) | (step, Progress::Done, true) => standing.requested.insert(step),
                }
            }
        }
        if let Some((_, note)) = ended {
            standing.end(note.date, note.end_source);
        }
        standing.own_transfer = standing.own_transfer.or(own_transfer);
        standing.transfer_requested =
            asked_for_transfer.is_some_and(open) && !standing.done.contains(StepKind::ApproveTransfer);
        standing.request_sent = asked_for_transfer.flatten().filter(|_| standing.transfer_requested);
        standing
    }

    fn is_to_come(&self, note: &ProgressNote) -> bool {
        note.date.is_some_and(|day| day > self.as_of)
    }

    /// Findings for rows that ended, fitted nothing, tell of days to come or of none.
    pub(super) fn told(&self, holds_file: &str, progress_file: &str) -> Vec<Finding> {
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
            if let Some(day) = note.date.filter(|_| self.is_to_come(note)) {
                let place = Place::file(progress_file).at_row(note.row);
                let counts = match note.step {
                    StepKind::RequestTransfer => "not at all",
                    _ => "as requested",
                };
                let message = format!(
                    "`{}` is reported as {} on {day}, which is still to come on {}; it counts {counts}",
                    note.step, note.state, self.as_of
                );
                let hint = "report it when it is done, or correct the date";
                findings.push(Finding::new(Code::ProgressToCome, place, message, hint));
            }
            let is_target = matches!(note.step, StepKind::Order | StepKind::ApproveTransfer);
            if is_target && note.state == Progress::Done && note.date.is_none() && used.load(Ordering::Relaxed) {
                let place = Place::file(progress_file).at_row(note.row);
                let message = format!(
                    "`{}` is reported as done without a date; it is planned as if the target began on the best day",
                    note.step
                );
                let hint = "give the day on which it began, by which the checks and the end of the source are planned";
                findings.push(Finding::new(Code::ProgressUndated, place, message, hint));
            }
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
