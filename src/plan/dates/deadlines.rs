//! What hangs on the move date and on the recommended day: deadlines, the end of the source, urgency.

use chrono::NaiveDate;

use super::{
    Dates, Outcome,
    case::{Case, LEAD},
};
use crate::{
    config::Role,
    plan::{Reason, Reasons},
    rules::{Calendar, DayRef, NumberName, StepCase, Window, shift},
    terms::*,
};

impl Case<'_> {
    /// Everything that hangs on the move date and the recommended day.
    pub(super) fn with_move(
        &self,
        window: &Window,
        end_source: Option<EndSource>,
        recommended: NaiveDate,
        ready: NaiveDate,
        found: NaiveDate,
        mut reasons: Reasons,
    ) -> Dates {
        // What is settled no longer waits for a base.
        let waits_for = self.q.not_before.filter(|_| self.q.settled_on.is_none());
        let move_date = found.max(waits_for.unwrap_or(found));
        if move_date > found && self.closes.is_some_and(|closes| move_date > closes) {
            return self.without_move(Outcome::Review(Reason::AddonWithoutBase));
        }
        let wave = self.waits_for_room().filter(|&wave| wave > move_date);
        let move_date = wave.unwrap_or(move_date);
        reasons.extend(wave.map(|_| Reason::Wave));
        let ending = self.ending(window, end_source, move_date);
        reasons.extend(ending.reason);
        let deadlines = self.deadlines(window, recommended);
        let end_source = ending.end_source;
        let undoable = self.undo_renewal_by().filter(|_| !self.renewal_undone());
        if undoable.is_some() {
            reasons.add(Reason::RenewedLately);
        }
        let ordered = self.q.route != Route::Transfer;
        let mut dates = Dates {
            outcome: Outcome::Move,
            reasons,
            recommended: Some(recommended),
            move_date: Some(move_date),
            end_source,
            end_source_by: ending.by,
            reassign_by: ending.reassign_by,
            cancel_extended_by: ending.cancel_extended_by,
            verify_again: self.verify_again(move_date).filter(|_| ordered),
            verify_last: ordered.then(|| self.verify_last(move_date)).flatten(),
            undo_renewal_by: undoable,
            // A source that is no longer paid for has no unused days.
            credit_by: deadlines.credit_by.filter(|_| end_source.is_some()),
            overlap_days: self.overlap_days(end_source, ending.by, move_date),
            ..deadlines
        };
        // What is best today is best tomorrow too: it waits for what is missing, and is not late by that.
        let slipped = self.q.settled_on.is_none() && !self.at_once && ready > recommended;
        dates.urgency = self.urgency(&dates, ending.missed, slipped);
        dates
    }

    /// The day on which the source ends: that of its term, unless its renewal was undone.
    fn last_day_of_source(&self, move_date: NaiveDate) -> NaiveDate {
        match self.renewal_undone() {
            true => self.q.undone_on.unwrap_or(move_date),
            false => self.q.term_end,
        }
    }

    /// The day on which to check again that the source has ended; none where that was done after its end.
    fn verify_again(&self, move_date: NaiveDate) -> Option<NaiveDate> {
        let ended = self.last_day_of_source(move_date);
        let again = self.calendar.next(shift(ended, 1));
        let seen_since = self.q.verified_on.is_some_and(|day| day > ended);
        (again > move_date && !seen_since).then_some(again)
    }

    /// The day of the last check, rather a day earlier than when it is too late to undo anything; none where it was done.
    fn verify_last(&self, move_date: NaiveDate) -> Option<NaiveDate> {
        let ended = self.last_day_of_source(move_date);
        let again = self.calendar.next(shift(ended, 1));
        let last = self.calendar.prev(shift(ended, self.days(NumberName::Verify)));
        let seen_since = self.q.verified_on.is_some_and(|day| day >= last);
        (last > again.max(move_date) && !seen_since).then_some(last)
    }

    /// The last day on which a purchase or renewal of the last days can be undone.
    fn undo_renewal_by(&self) -> Option<NaiveDate> {
        let start = self.q.term_start?;
        let last = self.undo_by(start)?;
        (start <= self.q.as_of && self.q.as_of <= last).then_some(last)
    }

    /// The last day on which a term that began on a day can be undone; none: it cannot.
    pub(super) fn undo_by(&self, began: NaiveDate) -> Option<NaiveDate> {
        let window = self.rules.undo_window(self.q.channel, self.q.country, began)?;
        Some(shift(began, i64::from(window.row.days) - 1))
    }

    /// The days by which to have asked for things: they hang on the recommended day, never on a slipped one; where that is today,
    /// so are they.
    fn deadlines(&self, window: &Window, recommended: NaiveDate) -> Dates {
        let (q, calendar) = (self.q, self.calendar);
        let day = |day: DayRef| day.on(q.as_of, q.term_end);
        let sent = q.transfer_requested || self.asked(StepKind::RequestTransfer);
        let approved = q.done.contains(StepKind::ApproveTransfer);
        let request_by = window.request_by.map(|by| calendar.prev(day(by)));
        let base = request_by.unwrap_or(recommended);
        let [relationship, agreement, rights, vetting] = self.gate_days(&LEAD);
        let before = |days: i64, step: StepKind| match self.at_once {
            true => self.calendar_of(step, None).next(self.today),
            false => self.calendar_of(step, None).prev(shift(base, -days)),
        };
        let ask =
            |(missing, lead): (bool, i64), step: StepKind| (missing && !self.asked(step)).then(|| before(lead, step));
        let credit = self
            .rules
            .channel(q.channel, self.on)
            .is_some_and(|channel| channel.row.credit);
        let credit_by = before(self.days(NumberName::Credit), StepKind::EnquireCredit);
        Dates {
            relationship_by: ask(relationship, StepKind::RequestRelationship),
            agreement_by: ask(agreement, StepKind::AcceptAgreement),
            delegated_rights_by: ask(rights, StepKind::RequestDelegatedRights),
            vetting_by: ask(vetting, StepKind::VetSegment),
            credit_by: (credit && !self.asked(StepKind::EnquireCredit)).then_some(credit_by),
            request_by: request_by.filter(|_| !sent && !approved),
            approve_by: window
                .approve_by
                .map(day)
                .map(|by| self.lapses().map_or(by, |lapses| by.min(lapses)))
                .filter(|_| !approved),
            ..self.without_move(Outcome::Move)
        }
    }

    /// The calendar by which a step goes: the customer's for its own steps.
    fn calendar_of(&self, step: StepKind, case: Option<StepCase>) -> &Calendar {
        if std::ptr::eq(self.calendar, self.theirs) {
            return self.calendar;
        }
        let cases = case.as_slice();
        let rule = self
            .rules
            .step(step, cases, Some(self.q.channel), Role::Direct, self.on);
        match rule {
            Some((_, rule)) if rule.row.owner == Owner::Customer => self.theirs,
            _ => self.calendar,
        }
    }

    /// Whether a step was asked for already, done or not.
    fn asked(&self, step: StepKind) -> bool {
        self.q.done.contains(step) || self.q.requested.contains(step)
    }

    /// How and by when the source ends.
    fn ending(&self, window: &Window, end_source: Option<EndSource>, move_date: NaiveDate) -> Ending {
        let q = self.q;
        let calendar = self.calendar_of(StepKind::EndSource, end_source.and_then(case_of));
        let assigning = self.calendar_of(StepKind::Reassign, None);
        let reassigns = q.reassign && !q.done.contains(StepKind::Reassign);
        // What has a term end before it is cancelled by then; what runs on in the extended term has none.
        let has_end = end_source == Some(EndSource::Cancel) && !self.past && !self.in_extended;
        let in_time = |day: NaiveDate| !has_end || day <= q.term_end;
        let by_the_end = assigning.prev(q.term_end).max(move_date);
        let reassign_day = match end_source {
            Some(EndSource::Cancel) => Some(assigning.next(shift(move_date, 1)))
                .filter(|&day| in_time(day))
                .unwrap_or(by_the_end),
            _ => by_the_end,
        };
        let moved = if q.reassign { reassign_day } else { move_date };
        let once_moved = calendar.next(shift(moved, 1));
        let last_day = window.end_by.map(|by| by.on(q.as_of, q.term_end));
        let ends_itself = has_end && !in_time(once_moved) && self.ends_by_itself();
        let is_over = ends_itself || self.renewal_undone();
        let end_source = end_source.filter(|&end| end == EndSource::Transfer || !is_over);
        let by = match end_source {
            None | Some(EndSource::Transfer) => None,
            Some(EndSource::Cancel) if in_time(once_moved) => Some(once_moved),
            // Cancelled after its end it would have renewed: where a day is left it is cancelled before.
            Some(EndSource::Cancel) => {
                let before_the_end = calendar.prev(last_day.unwrap_or(q.term_end)).max(moved);
                Some(before_the_end).filter(|&day| in_time(day)).or(Some(once_moved))
            }
            Some(EndSource::ExtendedTerm | EndSource::DoNotRenew) => last_day.map(|last| calendar.prev(last)),
            // Verified first where the day allows it, but never later than the last day: after it the source renews.
            Some(EndSource::CancelAtTermEnd | EndSource::AutoRenewOff) => last_day.map(|last| {
                if move_date <= last {
                    calendar.prev(last).max(move_date)
                } else {
                    calendar.prev(last)
                }
            }),
        };
        let done = end_source.is_some_and(|end| self.is_ended(end));
        let missed = !done && last_day.is_some_and(|last| q.as_of > last);
        let renews = match q.end_instruction {
            Some(instruction) => instruction == EndInstruction::Renew,
            None => q.auto_renew != Some(false),
        };
        // On the last business day that helps, and after it.
        let is_due = !done && last_day.is_some_and(|last| q.as_of >= calendar.prev(last));
        let reason = match end_source {
            Some(EndSource::DoNotRenew) if missed => Some(Reason::NoticeMissed),
            Some(EndSource::CancelAtTermEnd | EndSource::ExtendedTerm | EndSource::AutoRenewOff)
                if is_due && renews && !self.is_set_to_cancel && !self.past =>
            {
                Some(Reason::AutoRenewRisk)
            }
            _ => None,
        };
        Ending {
            end_source,
            by: by.filter(|_| !done),
            reassign_by: reassigns.then_some(reassign_day),
            cancel_extended_by: (end_source == Some(EndSource::ExtendedTerm)
                && !self.is_done(StepKind::CancelExtendedTerm))
            .then_some(once_moved),
            missed: missed && !matches!(end_source, Some(EndSource::Cancel | EndSource::Transfer) | None),
            reason,
        }
    }

    /// Whether the source ends with its term unless somebody does something.
    pub(super) fn ends_by_itself(&self) -> bool {
        match self.q.end_instruction {
            Some(instruction) => instruction == EndInstruction::Cancel,
            None => self.q.auto_renew == Some(false),
        }
    }

    /// Whether the end of the source is seen to.
    fn is_ended(&self, end_source: EndSource) -> bool {
        let q = self.q;
        let cancels = q.end_instruction == Some(EndInstruction::Cancel);
        let renews = q.end_instruction == Some(EndInstruction::Renew);
        // What is set to cancel is not set to go on.
        if end_source == EndSource::ExtendedTerm && self.is_set_to_cancel {
            return false;
        }
        q.done.contains(StepKind::EndSource)
            || match end_source {
                EndSource::CancelAtTermEnd => cancels,
                EndSource::AutoRenewOff => cancels || (q.auto_renew == Some(false) && !renews),
                EndSource::ExtendedTerm => q.end_instruction == Some(EndInstruction::Extended),
                // An agreement's auto-renew is no notice, and switches no extended term off.
                EndSource::DoNotRenew | EndSource::Cancel | EndSource::Transfer => false,
            }
    }

    fn overlap_days(&self, end: Option<EndSource>, end_by: Option<NaiveDate>, move_date: NaiveDate) -> u32 {
        // What is seen to have ended early is not paid any more.
        let ended_early = matches!(self.q.state, Some(State::Expired | State::Disabled))
            && !self.past
            && self.is_done(StepKind::EndSource);
        if self.q.route == Route::Transfer || ended_early {
            return 0;
        }
        let last_paid = match end {
            Some(EndSource::Cancel) => end_by.unwrap_or(self.q.term_end),
            _ => self.last_day_of_source(move_date),
        };
        u32::try_from(last_paid.signed_duration_since(move_date).num_days() + 1).unwrap_or(0)
    }

    fn urgency(&self, dates: &Dates, end_missed: bool, slipped: bool) -> Urgency {
        let asked_by = [
            dates.relationship_by,
            dates.agreement_by,
            dates.delegated_rights_by,
            dates.vetting_by,
            dates.credit_by,
            dates.request_by,
            dates.approve_by,
            dates.reassign_by,
            dates.cancel_extended_by,
            dates.undo_renewal_by,
            dates.move_date.filter(|_| !self.is_done(StepKind::Verify)),
            dates.verify_again,
            dates.verify_last,
            // Other ends are judged by their raw day.
            dates
                .end_source_by
                .filter(|_| dates.end_source == Some(EndSource::Cancel)),
        ];
        let overdue = asked_by.into_iter().flatten().any(|by| by < self.q.as_of);
        let open = dates.window_opens.is_none_or(|opens| opens <= self.q.as_of)
            && dates.window_closes.is_none_or(|closes| self.q.as_of <= closes);
        if (self.past || self.ended_early) && self.q.settled_on.is_none() {
            Urgency::Lapsed
        } else if overdue || end_missed || slipped {
            Urgency::Late
        } else if open {
            Urgency::Open
        } else {
            Urgency::Planned
        }
    }
}

/// How and by when the source ends, and what hangs on that.
struct Ending {
    /// None where it ends by itself before anybody could end it, or its renewal was undone.
    end_source: Option<EndSource>,
    by: Option<NaiveDate>,
    reassign_by: Option<NaiveDate>,
    cancel_extended_by: Option<NaiveDate>,
    missed: bool,
    reason: Option<Reason>,
}

/// The case of a step that ends the source so.
pub(crate) fn case_of(end_source: EndSource) -> Option<StepCase> {
    Some(match end_source {
        EndSource::CancelAtTermEnd => StepCase::CancelAtTermEnd,
        EndSource::AutoRenewOff => StepCase::AutoRenewOff,
        EndSource::ExtendedTerm => StepCase::ExtendedTerm,
        EndSource::Cancel => StepCase::Cancel,
        EndSource::DoNotRenew => StepCase::DoNotRenew,
        EndSource::Transfer => return None,
    })
}
