//! Whether a source is set to stop at its term end.
//!
//! In: what it is set to, and whether its end is reported as seen to. Out: one answer for dates, waves and costs.

use chrono::NaiveDate;

use super::DateQuery;
use crate::{
    rules::{Rules, WindowCase},
    terms::*,
};

/// What says how a source ends.
pub(in crate::plan) struct EndSetting {
    pub(in crate::plan) channel: Channel,
    pub(in crate::plan) term_start: Option<NaiveDate>,
    pub(in crate::plan) term_end: NaiveDate,
    pub(in crate::plan) end_instruction: Option<EndInstruction>,
    /// Whether `end-source` is reported as done.
    pub(in crate::plan) end_is_done: bool,
}

impl EndSetting {
    pub(super) fn of(q: &DateQuery) -> EndSetting {
        EndSetting {
            channel: q.channel,
            term_start: q.term_start,
            term_end: q.term_end,
            end_instruction: q.end_instruction,
            end_is_done: q.done.contains(StepKind::EndSource),
        }
    }

    /// Whether it stops at its term end: so it is set; or its end is reported as seen to where that is to cancel it then. What an
    /// export shows as set to the extended term is set so, whatever was reported.
    pub(in crate::plan) fn is_cancel(&self, rules: &Rules, as_of: NaiveDate) -> bool {
        match self.end_instruction {
            Some(EndInstruction::Cancel) => return true,
            Some(EndInstruction::Extended) => return false,
            Some(EndInstruction::Renew) | None => {}
        }
        if !self.end_is_done || !rules.extended_term_applies(self.channel, self.term_start, self.term_end) {
            return false;
        }
        let on = as_of.max(self.term_end);
        let window = rules.window(self.channel, Route::NewSubscription, WindowCase::Extended, on);
        window.is_some_and(|window| window.row.end_source == EndSource::CancelAtTermEnd)
    }
}
