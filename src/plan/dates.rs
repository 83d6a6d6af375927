//! When one subscription moves, and by when each thing must be done.
//!
//! In: the facts that dates hang on ([`DateQuery`]), the rules, the calendar, as-of. Out: [`Dates`]. Pure arithmetic on UTC civil
//! dates; E is the term end (inclusive), A is as-of. Knows nothing of offers or customers. Refuses nothing: where no date can be
//! given it says why in `outcome`.

use chrono::NaiveDate;

mod arithmetic;
mod case;
mod deadlines;
mod setting;

pub use arithmetic::{Arithmetic, Closed, DateLine, Number, NumberFrom, Skipped, arithmetic, closed};
pub(super) use case::no_longer_runs;
pub(super) use deadlines::case_of;
pub(super) use setting::EndSetting;

use super::{Reason, Reasons};
use crate::{
    rules::{Calendar, Rules},
    terms::*,
};

/// The facts that the dates of one subscription hang on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateQuery {
    /// A, the date the plan is made for.
    pub as_of: NaiveDate,
    /// Where it was bought; never `own`.
    pub channel: Channel,
    /// The customer's country, where a rule asks for it.
    pub country: Option<Country>,
    /// Whether its channel keeps its offer for a shorter time than others after the term end.
    pub short_grace: bool,
    /// How it would move.
    pub route: Route,
    /// State in the export, where it says.
    pub state: Option<State>,
    /// First day of the current term.
    pub term_start: Option<NaiveDate>,
    /// E, the last paid day, inclusive.
    pub term_end: NaiveDate,
    /// Whether it renews itself; unknown counts as yes.
    pub auto_renew: Option<bool>,
    /// What a person set it to do at the term end.
    pub end_instruction: Option<EndInstruction>,
    /// Whether users' licences must be reassigned.
    pub reassign: bool,
    /// Gates that are still missing.
    pub missing: Gates,
    /// Whether a transfer request is on its way and has not lapsed.
    pub transfer_requested: bool,
    /// The day on which it was sent, where that is known.
    pub request_sent: Option<NaiveDate>,
    /// The day on which the target was ordered, or the transfer approved, where that is done: the move date, whatever is best.
    pub settled_on: Option<NaiveDate>,
    /// The last day on which somebody checked the move, where that is reported.
    pub verified_on: Option<NaiveDate>,
    /// The day on which a renewal was undone, where that is reported.
    pub undone_on: Option<NaiveDate>,
    /// The day on which the end of the source was seen to, where that is reported.
    pub ended_on: Option<NaiveDate>,
    /// Steps that are done.
    pub done: Steps,
    /// Steps that are requested, so that nobody asks again.
    pub requested: Steps,
    /// The move may not be before this day: an add-on waits for its base.
    pub not_before: Option<NaiveDate>,
    /// The first day on which its tenant has room for it to run twice: before that it may not move, even if that is past its window.
    pub wave: Option<NaiveDate>,
}

/// What must be there before a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gates {
    /// The reseller relationship.
    pub relationship: bool,
    /// The customer agreement.
    pub agreement: bool,
    /// Delegated rights; missing only matters where licences are reassigned.
    pub delegated_rights: bool,
    /// Vetting for the target's segment.
    pub vetting: bool,
}

/// A set of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Steps(u16);

impl Steps {
    /// Adds a step.
    pub fn insert(&mut self, step: StepKind) {
        self.0 |= 1 << step as u16;
    }

    /// Whether a step is in it.
    pub fn contains(self, step: StepKind) -> bool {
        self.0 & (1 << step as u16) != 0
    }
}

impl FromIterator<StepKind> for Steps {
    fn from_iter<I: IntoIterator<Item = StepKind>>(steps: I) -> Steps {
        let mut set = Steps::default();
        steps.into_iter().for_each(|step| set.insert(step));
        set
    }
}

/// What the dates come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It can move on `move_date`.
    Move,
    /// A transfer can no longer complete: plan it again as a new subscription.
    TransferMissed,
    /// Review, for this reason: `state-against-end`, `renewed-since-export`, `end-unknown`, `renewal-undone`, `transfer-pending`,
    /// `source-deleted`, `addon-without-base`, `rule-unsure`.
    Review(Reason),
}

/// The dates of one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// Whether there is a move date.
    pub outcome: Outcome,
    /// Reasons that explain a move, in the order of [`Reason`].
    pub reasons: Reasons,
    /// The day on which the move would be best, before it is asked what is ready.
    pub recommended: Option<NaiveDate>,
    /// The day the target starts, or the transfer completes.
    pub move_date: Option<NaiveDate>,
    /// First day of the window; none where it is open already whatever the day.
    pub window_opens: Option<NaiveDate>,
    /// Last day of the window; none where it does not close.
    pub window_closes: Option<NaiveDate>,
    /// Ask for the relationship by; none where it is there or requested.
    pub relationship_by: Option<NaiveDate>,
    /// Ask for the agreement by.
    pub agreement_by: Option<NaiveDate>,
    /// Ask for delegated rights by; only with reassignment.
    pub delegated_rights_by: Option<NaiveDate>,
    /// Ask for vetting by.
    pub vetting_by: Option<NaiveDate>,
    /// Enquire about a credit by (for channels that have one).
    pub credit_by: Option<NaiveDate>,
    /// Send the transfer request by.
    pub request_by: Option<NaiveDate>,
    /// The source partner approves by.
    pub approve_by: Option<NaiveDate>,
    /// Reassign licences by.
    pub reassign_by: Option<NaiveDate>,
    /// How the source ends.
    pub end_source: Option<EndSource>,
    /// See to it by; none where it is done.
    pub end_source_by: Option<NaiveDate>,
    /// Cancel the extended service term by.
    pub cancel_extended_by: Option<NaiveDate>,
    /// Check again after the term end.
    pub verify_again: Option<NaiveDate>,
    /// Check a last time, while what renewed can be undone.
    pub verify_last: Option<NaiveDate>,
    /// Undo the renewal by.
    pub undo_renewal_by: Option<NaiveDate>,
    /// Days paid twice.
    pub overlap_days: u32,
    /// How pressing a move is; for a review the caller asks [`super::urgency`].
    pub urgency: Urgency,
}

/// Works out the dates of one subscription.
///
/// Days are civil dates in UTC; every number comes from the rule tables. `ours` is the partner's calendar, `theirs` the one by which
/// the customer's own steps go.
pub fn dates(query: &DateQuery, rules: &Rules, ours: &Calendar, theirs: &Calendar) -> Dates {
    case::Case::new(query, rules, ours, theirs).decide()
}
