//! The move date: phase, window, recommended day, what is ready, what is missed.

use chrono::NaiveDate;

use super::{DateQuery, Dates, EndSetting, Outcome};
use crate::{
    plan::{Reason, Reasons},
    rules::{Calendar, Dated, DayRef, LifecycleCase, LifecycleState, NumberName, Rules, Window, WindowCase, shift},
    terms::*,
};

/// One query with what it is judged by, and what follows from it at once.
pub(super) struct Case<'a> {
    pub(super) q: &'a DateQuery,
    pub(super) rules: &'a Rules,
    /// The partner's calendar.
    pub(super) calendar: &'a Calendar,
    /// The one by which the customer's own steps go.
    pub(super) theirs: &'a Calendar,
    /// The day by which rules are chosen.
    pub(super) on: NaiveDate,
    /// A, or the day on which the move was settled.
    pub(super) today: NaiveDate,
    /// Whether the term end has passed.
    pub(super) past: bool,
    /// Whether the extended service term follows this term.
    pub(super) extended_applies: bool,
    /// Whether the subscription is in it.
    pub(super) in_extended: bool,
    /// Whether it stops at its term end: it is set to cancel then.
    pub(super) is_set_to_cancel: bool,
    /// Whether it was ended inside its term: its data are kept for so many days from then.
    pub(super) ended_early: bool,
    /// Whether it is best moved today: so the rule says, or it no longer runs although its term does.
    pub(super) at_once: bool,
    pub(super) window: Option<&'a Window>,
    pub(super) opens: Option<NaiveDate>,
    pub(super) closes: Option<NaiveDate>,
}

/// What a gate takes, as the numbers have it.
pub(super) struct GateNumbers {
    relationship: NumberName,
    relationship_ea: NumberName,
    agreement: NumberName,
    delegated_rights: NumberName,
    vetting: NumberName,
}

/// Days that deadlines allow.
pub(super) const LEAD: GateNumbers = GateNumbers {
    relationship: NumberName::LeadRelationship,
    relationship_ea: NumberName::LeadRelationshipEa,
    agreement: NumberName::LeadAgreement,
    delegated_rights: NumberName::LeadDelegatedRights,
    vetting: NumberName::LeadVetting,
};

/// Days it takes at the very least.
pub(super) const LEAST: GateNumbers = GateNumbers {
    relationship: NumberName::LeastRelationship,
    relationship_ea: NumberName::LeastRelationshipEa,
    agreement: NumberName::LeastAgreement,
    delegated_rights: NumberName::LeastDelegatedRights,
    vetting: NumberName::LeastVetting,
};

impl<'a> Case<'a> {
    pub(super) fn new(q: &'a DateQuery, rules: &'a Rules, calendar: &'a Calendar, theirs: &'a Calendar) -> Case<'a> {
        let on = q.as_of.max(q.term_end);
        let past = q.as_of > q.term_end;
        let extended_applies = rules.extended_term_applies(q.channel, q.term_start, q.term_end);
        let is_set_to_cancel = EndSetting::of(q).is_cancel(rules, q.as_of);
        let rolled_over = q.end_instruction == Some(EndInstruction::Extended)
            || (q.auto_renew == Some(false) && q.end_instruction.is_none() && !is_set_to_cancel);
        // What a state shows as ended does not run on, whatever it was set to.
        let runs = !no_longer_runs(q.state) && q.state != Some(State::Deleted);
        let in_extended = q.state == Some(State::Extended) || (past && extended_applies && rolled_over && runs);
        let asap = (rules.mosa_asap && !in_extended)
            .then(|| rules.window(q.channel, q.route, WindowCase::Asap, on))
            .flatten();
        let window_case = match (in_extended && q.route != Route::Transfer, extended_applies) {
            (true, _) => WindowCase::InExtended,
            (false, true) => WindowCase::Extended,
            (false, false) => WindowCase::Exempt,
        };
        let window = asap
            .or_else(|| rules.window(q.channel, q.route, window_case, on))
            .map(|dated| &dated.row);
        // What is settled was best on its day, and stays so.
        let today = q.settled_on.unwrap_or(q.as_of);
        let day = |day: DayRef| day.on(today, q.term_end);
        let stopped = !past && !in_extended && q.route != Route::Transfer && no_longer_runs(q.state);
        let ended_early = stopped
            && q.settled_on.is_none()
            && q.state != Some(State::Suspended)
            && q.done.contains(StepKind::EndSource);
        let mut case = Case {
            q,
            rules,
            calendar,
            theirs,
            on,
            today,
            past,
            extended_applies,
            in_extended,
            is_set_to_cancel,
            ended_early,
            at_once: stopped || window.is_some_and(|window| matches!(window.recommended, DayRef::AsOf)),
            opens: window.and_then(|window| window.opens).map(day).filter(|_| !stopped),
            closes: window.and_then(|window| window.closes).map(day),
            window,
        };
        if ended_early {
            case.closes = case.kept_until();
        }
        // A request that is on its way has days of its own: from the one on which it was sent until it lapses.
        if let (Some(sent), Some(lapses)) = (case.sent(), case.lapses()) {
            case.opens = case.opens.map(|opens| opens.min(sent));
            case.closes = case.closes.map(|closes| closes.min(lapses));
        }
        case
    }

    /// The last day on which the data of what was ended inside its term are kept: shorter where its term had just begun. None: nobody
    /// says when it was ended, or how long they are kept.
    fn kept_until(&self) -> Option<NaiveDate> {
        let (q, ended) = (self.q, self.q.ended_on?);
        let could_be_undone = q
            .term_start
            .and_then(|start| self.undo_by(start))
            .is_some_and(|by| ended <= by);
        let case = match could_be_undone {
            true => LifecycleCase::Undone,
            false => LifecycleCase::Cancelled,
        };
        let kept = self.rules.lifecycle(q.channel, case, 1, self.on)?;
        kept.row.until_day.map(|days| shift(ended, days))
    }

    fn sent(&self) -> Option<NaiveDate> {
        let open = self.q.route == Route::Transfer && self.q.transfer_requested;
        self.q.request_sent.filter(|_| open)
    }

    /// The last day on which a request that is on its way can be approved.
    pub(super) fn lapses(&self) -> Option<NaiveDate> {
        Some(shift(self.sent()?, self.days(NumberName::Request)))
    }

    /// A number of the rules, in days.
    pub(super) fn days(&self, number: NumberName) -> i64 {
        self.rules.days(number, self.q.as_of)
    }

    pub(super) fn decide(&self) -> Dates {
        if self.q.state == Some(State::Deleted) {
            let gone = self.without_move(Outcome::Review(Reason::SourceDeleted));
            return Dates {
                window_closes: None,
                ..gone
            };
        }
        if self.renewal_undone() && !self.is_acquired() {
            // It stops at once then, so that its term end says nothing any more.
            return Dates {
                window_opens: None,
                window_closes: None,
                ..self.without_move(Outcome::Review(Reason::RenewalUndone))
            };
        }
        let Some(window) = self.window else {
            return self.without_move(Outcome::Review(Reason::RuleUnsure));
        };
        let transferred = self.q.settled_on.filter(|_| self.q.route == Route::Transfer);
        if let Some(day) = transferred {
            let (recommended, _) = self.recommended(window);
            return self.with_move(
                window,
                Some(window.end_source),
                recommended,
                day,
                day,
                Reasons::default(),
            );
        }
        if self.past && !self.in_extended && self.renewed() {
            // The new term began on the day after.
            let undo_renewal_by = self.undo_by(shift(self.q.term_end, 1)).filter(|&by| self.q.as_of <= by);
            return Dates {
                undo_renewal_by,
                ..self.without_move(Outcome::Review(Reason::RenewedSinceExport))
            };
        }
        let (recommended, mut reasons) = self.recommended(window);
        let ready = self.ready();
        if self.q.route == Route::Transfer {
            let too_late = self.past || self.in_extended || no_longer_runs(self.q.state);
            return match self.in_window(recommended, ready, &mut reasons).filter(|_| !too_late) {
                Some(move_date) => {
                    self.with_move(window, Some(window.end_source), recommended, ready, move_date, reasons)
                }
                // Asked for or approved: it may still complete, so nothing else is bought meanwhile.
                None if self.q.transfer_requested || self.is_done(StepKind::ApproveTransfer) => {
                    self.without_move(Outcome::Review(Reason::TransferPending))
                }
                None => self.without_move(Outcome::TransferMissed),
            };
        }
        if self.contradicts_its_end() {
            // If the state is wrong, the usual window holds.
            return Dates {
                window_opens: window.opens.map(|opens| opens.on(self.today, self.q.term_end)),
                ..self.without_move(Outcome::Review(Reason::StateAgainstEnd))
            };
        }
        if self.past && !self.in_extended {
            return self.past_the_term_end(window, recommended, ready);
        }
        if self.at_once && self.q.settled_on.is_none() {
            reasons.add(Reason::AsSoonAsReady);
        }
        let found = self.in_window(recommended, ready, &mut reasons);
        if self.ended_early && found.is_none() {
            return Dates {
                window_closes: None,
                ..self.without_move(Outcome::Review(Reason::SourceDeleted))
            };
        }
        let mut dates = match found.filter(|_| !self.waits_past_its_window()) {
            Some(move_date) => self.with_move(window, Some(window.end_source), recommended, ready, move_date, reasons),
            None => self.missed(window, recommended, ready),
        };
        let down = matches!(self.q.state, Some(State::Suspended | State::Disabled));
        if down && dates.outcome == Outcome::Move && self.q.settled_on.is_none() && !self.in_extended {
            dates.reasons.add(Reason::ServiceDown);
        }
        dates
    }

    /// Whether the subscription has renewed itself since it was exported: a state that shows it as ended says that it has not,
    /// whatever it was set to.
    fn renewed(&self) -> bool {
        if self.is_done(StepKind::EndSource) || self.renewal_undone() || no_longer_runs(self.q.state) {
            return false;
        }
        match (self.q.end_instruction, self.q.auto_renew) {
            (Some(EndInstruction::Renew), _) => true,
            (Some(EndInstruction::Cancel), _) => false,
            // Where notice is asked for nothing renews by itself, whatever an export calls it.
            (None | Some(EndInstruction::Extended), auto_renew) => auto_renew != Some(false) && !self.asks_for_notice(),
        }
    }

    /// Whether its channel goes on perhaps where nobody gives notice.
    fn asks_for_notice(&self) -> bool {
        self.rules.has_lifecycle(self.q.channel, LifecycleCase::NoNotice)
    }

    /// Whether the renewal that began this term, or the one after it, is reported as undone; an earlier one is history.
    pub(super) fn renewal_undone(&self) -> bool {
        let began = self.q.term_start;
        let of_this_term = |day: NaiveDate| began.is_none_or(|began| began <= day);
        self.is_done(StepKind::UndoRenewal) && self.q.undone_on.is_none_or(of_this_term)
    }

    /// Whether the target is there, or on its way, as reported.
    fn is_acquired(&self) -> bool {
        self.q.settled_on.is_some() || self.is_done(StepKind::Order) || self.is_done(StepKind::ApproveTransfer)
    }

    /// Whether its state shows it as ended while its term runs on, and nobody reports that it was ended early. What is suspended
    /// is stopped inside its term, and contradicts nothing.
    fn contradicts_its_end(&self) -> bool {
        let ended = matches!(self.q.state, Some(State::Expired | State::Disabled));
        ended && !self.past && !self.is_acquired() && !self.is_done(StepKind::EndSource)
    }

    /// The best day, whatever is ready, with the reason where it is not a business day of the window.
    fn recommended(&self, window: &Window) -> (NaiveDate, Reasons) {
        let day = match self.at_once {
            true => DayRef::AsOf,
            false => window.recommended,
        };
        let wanted = day.on(self.today, self.q.term_end);
        // What was sent early lapses before the day that would be best otherwise.
        let wanted = self.lapses().map_or(wanted, |lapses| wanted.min(lapses));
        // A window that is open already is open from A on: the past cannot be recommended.
        let opens = self.opens.unwrap_or(self.today);
        let inside = |day: &NaiveDate| opens <= *day && self.closes.is_none_or(|closes| *day <= closes);
        let nearest = Some(self.calendar.prev_move(wanted))
            .filter(inside)
            .or_else(|| Some(self.calendar.next_move(wanted)).filter(inside));
        if let Some(day) = nearest {
            return (day, Reasons::default());
        }
        let reach = self.days(NumberName::Early) - 1;
        match self
            .opens
            .and_then(|opens| self.calendar.prev_move_within(shift(opens, -1), reach))
        {
            Some(day) => (day, [Reason::Early].into()),
            None => (wanted, [Reason::NoBusinessDay].into()),
        }
    }

    /// The first day on which everything can be there: the gates run side by side, a transfer's approval comes after them.
    pub(super) fn ready(&self) -> NaiveDate {
        if let Some(day) = self.q.settled_on {
            return day;
        }
        let gates = self
            .gate_days(&LEAST)
            .into_iter()
            .filter(|&(missing, _)| missing)
            .map(|(_, days)| days)
            .max();
        let approval = match self.q.route == Route::Transfer && !self.q.done.contains(StepKind::ApproveTransfer) {
            true => self.days(NumberName::LeastApproval),
            false => 0,
        };
        shift(self.q.as_of, gates.unwrap_or(0) + approval)
    }

    /// Each gate: whether it is missing and matters, and its days.
    pub(super) fn gate_days(&self, numbers: &GateNumbers) -> [(bool, i64); 4] {
        let missing = &self.q.missing;
        let relationship = if self.long_lead() {
            numbers.relationship_ea
        } else {
            numbers.relationship
        };
        [
            (missing.relationship, self.days(relationship)),
            (missing.agreement, self.days(numbers.agreement)),
            (
                missing.delegated_rights && self.q.reassign,
                self.days(numbers.delegated_rights),
            ),
            (missing.vetting, self.days(numbers.vetting)),
        ]
    }

    pub(super) fn long_lead(&self) -> bool {
        self.rules
            .channel(self.q.channel, self.on)
            .is_some_and(|channel| channel.row.long_lead)
    }

    /// The move date by the recommended day and the day on which everything is ready; none: the window is missed.
    fn in_window(&self, recommended: NaiveDate, ready: NaiveDate, reasons: &mut Reasons) -> Option<NaiveDate> {
        let open = |day: NaiveDate| self.closes.is_none_or(|closes| day <= closes);
        if let Some(day) = self.q.settled_on {
            *reasons = Reasons::default();
            return Some(day).filter(|&day| open(day));
        }
        if recommended >= ready && open(recommended) {
            return Some(recommended);
        }
        let next = self.calendar.next_move(ready);
        let (day, no_business_day) = match (open(next), open(ready)) {
            (true, _) => (next, false),
            (false, true) => (ready, true),
            (false, false) => return None,
        };
        // What was said of the recommended day does not hold for this one.
        *reasons = Reasons::default();
        if no_business_day {
            reasons.add(Reason::NoBusinessDay);
        }
        reasons.add(Reason::AsSoonAsReady);
        Some(day)
    }

    /// The day for which it waits until its tenant has room.
    pub(super) fn waits_for_room(&self) -> Option<NaiveDate> {
        let orders = self.q.route == Route::NewSubscription && self.q.settled_on.is_none();
        // What nobody pays for any more does not run twice.
        let runs = (!self.past || self.in_extended) && !self.ended_early;
        self.q.wave.filter(|_| orders && runs)
    }

    fn waits_past_its_window(&self) -> bool {
        let wave = self.waits_for_room();
        wave.is_some_and(|wave| self.closes.is_some_and(|closes| wave > closes))
    }

    fn missed(&self, window: &Window, recommended: NaiveDate, ready: NaiveDate) -> Dates {
        let mut reasons = Reasons::default();
        let mut move_date = self.q.settled_on.unwrap_or_else(|| self.calendar.next_move(ready));
        // What waits for room misses its window on purpose.
        let waits = self.waits_past_its_window() && self.waits_for_room() >= Some(move_date);
        match (self.waits_for_room(), self.q.settled_on) {
            (Some(wave), _) if waits => {
                move_date = wave;
                reasons.add(Reason::Wave);
                // What is best today is asked for from today on, whenever there is room.
                if self.at_once {
                    reasons.add(Reason::AsSoonAsReady);
                }
            }
            (_, None) => reasons.add(Reason::AsSoonAsReady),
            (_, Some(_)) => {}
        }
        let end_source = match window.end_source {
            EndSource::CancelAtTermEnd => EndSource::ExtendedTerm,
            other => other,
        };
        if self.service_stops(end_source, move_date) {
            reasons.add(Reason::ServiceStops);
        }
        // A source that is cancelled after the move has no window to miss: it is only later, and refunded.
        if window.end_source == EndSource::Cancel {
            return self.with_move(window, Some(EndSource::Cancel), recommended, ready, move_date, reasons);
        }
        // What waits for room may pass its window where the extended term bridges the time.
        if !waits || end_source != EndSource::ExtendedTerm {
            reasons.add(Reason::WindowMissed);
        }
        self.with_move(window, Some(end_source), recommended, ready, move_date, reasons)
    }

    /// Whether users are without service before a move that misses its window: the source is set to cancel instead of going on in
    /// the extended term, or ends, and its grace is over by then.
    fn service_stops(&self, end_source: EndSource, move_date: NaiveDate) -> bool {
        let ends = match end_source {
            EndSource::ExtendedTerm => return self.is_set_to_cancel,
            EndSource::Cancel => self.ends_by_itself(),
            _ => true,
        };
        let day = move_date.signed_duration_since(self.q.term_end).num_days();
        let waits =
            ends && day > 0 && !self.in_extended && self.q.settled_on.is_none() && !no_longer_runs(self.q.state);
        waits && self.lifecycle_on(day).is_none_or(|state| !state.row.service)
    }

    /// The state so many days after the term end; none: its data are gone.
    fn lifecycle_on(&self, day: i64) -> Option<&'a Dated<LifecycleState>> {
        self.rules
            .lifecycle(self.q.channel, self.lifecycle_case(), day, self.on)
    }

    /// Past the term end and not renewed: as soon as ready, while the lifecycle still keeps service or data.
    fn past_the_term_end(&self, window: &Window, recommended: NaiveDate, ready: NaiveDate) -> Dates {
        // It may be billed by the month until the notice is given.
        let notice = self.is_unnoticed().then_some(window.end_source);
        if let Some(day) = self.q.settled_on {
            return self.with_move(window, notice, recommended, ready, day, Reasons::default());
        }
        if self.lifecycle_case() == LifecycleCase::NoNotice {
            return Dates {
                window_closes: self.kept_if_lapsed(),
                ..self.without_move(Outcome::Review(Reason::EndUnknown))
            };
        }
        let state_on = |day: NaiveDate| self.lifecycle_on(day.signed_duration_since(self.q.term_end).num_days());
        let is_sure = |state: &&Dated<LifecycleState>| state.certainty != Certainty::Unsure;
        let mut reasons = Reasons::from([Reason::AsSoonAsReady]);
        let mut move_date = self.calendar.next_move(ready);
        // On the last days of its data no business day is waited for.
        if state_on(move_date).filter(is_sure).is_none() && state_on(ready).filter(is_sure).is_some() {
            move_date = ready;
            reasons.add(Reason::NoBusinessDay);
        }
        let Some(state) = state_on(move_date) else {
            return Dates {
                window_closes: None,
                ..self.without_move(Outcome::Review(Reason::SourceDeleted))
            };
        };
        if state.certainty == Certainty::Unsure {
            // Until the day before, its data are sure to be there.
            return Dates {
                window_closes: Some(shift(self.q.term_end, state.row.from_day - 1)),
                ..self.without_move(Outcome::Review(Reason::RuleUnsure))
            };
        }
        let closes = state.row.until_day.map(|until| shift(self.q.term_end, until));
        if !state.row.service || matches!(self.q.state, Some(State::Disabled | State::Suspended)) {
            reasons.add(Reason::ServiceDown);
        }
        let case = Case { closes, ..*self };
        let end_source = notice.or(state.row.billed.then_some(EndSource::Cancel));
        case.with_move(window, end_source, recommended, ready, move_date, reasons)
    }

    /// The last day on which the data of what may have lapsed are sure to be there; none: past that.
    fn kept_if_lapsed(&self) -> Option<NaiveDate> {
        let day = self.q.as_of.signed_duration_since(self.q.term_end).num_days();
        let state = self
            .rules
            .lifecycle(self.q.channel, self.case_of_the_lapsed(), day, self.on)?;
        let last = match state.certainty {
            Certainty::Unsure => state.row.from_day - 1,
            _ => state.row.until_day?,
        };
        Some(shift(self.q.term_end, last))
    }

    /// Past a term end that asks for notice, none is reported, and no export shows that it ended.
    fn is_unnoticed(&self) -> bool {
        let told_or_seen = self.is_done(StepKind::EndSource) || self.renewal_undone() || no_longer_runs(self.q.state);
        self.past && !told_or_seen && self.asks_for_notice()
    }

    pub(super) fn is_done(&self, step: StepKind) -> bool {
        self.q.done.contains(step)
    }

    fn lifecycle_case(&self) -> LifecycleCase {
        // Whose target is there has nothing to find out before it moves.
        match self.is_unnoticed() && !self.is_acquired() {
            true => LifecycleCase::NoNotice,
            false => self.case_of_the_lapsed(),
        }
    }

    /// The lifecycle of what did not go on.
    fn case_of_the_lapsed(&self) -> LifecycleCase {
        let suspended = self.q.state == Some(State::Suspended);
        // What is seen in its grace has not gone as it was set, as far as anybody knows.
        let seen_lapsed =
            self.q.state == Some(State::Expired) && self.rules.has_lifecycle(self.q.channel, LifecycleCase::Lapsed);
        let told_to_end = self.is_done(StepKind::EndSource) || self.is_set_to_cancel;
        let stopped = (told_to_end && !seen_lapsed)
            || self.renewal_undone()
            || suspended
            || self.q.state == Some(State::Disabled);
        if suspended && self.rules.has_lifecycle(self.q.channel, LifecycleCase::Suspended) {
            LifecycleCase::Suspended
        } else if self.extended_applies && stopped {
            LifecycleCase::Cancelled
        } else if self.extended_applies && self.rules.has_lifecycle(self.q.channel, LifecycleCase::Lapsed) {
            LifecycleCase::Lapsed
        } else if self.q.short_grace && self.rules.has_lifecycle(self.q.channel, LifecycleCase::ShortGrace) {
            LifecycleCase::ShortGrace
        } else {
            LifecycleCase::Exempt
        }
    }

    pub(super) fn without_move(&self, outcome: Outcome) -> Dates {
        Dates {
            outcome,
            reasons: Reasons::default(),
            recommended: None,
            move_date: None,
            window_opens: self.opens,
            window_closes: self.closes,
            relationship_by: None,
            agreement_by: None,
            delegated_rights_by: None,
            vetting_by: None,
            credit_by: None,
            request_by: None,
            approve_by: None,
            reassign_by: None,
            end_source: None,
            end_source_by: None,
            cancel_extended_by: None,
            verify_again: None,
            verify_last: None,
            undo_renewal_by: None,
            overlap_days: 0,
            urgency: Urgency::Planned,
        }
    }
}

/// Whether a state says that the subscription no longer runs as one that is paid for does.
pub(in crate::plan) fn no_longer_runs(state: Option<State>) -> bool {
    matches!(state, Some(State::Expired | State::Suspended | State::Disabled))
}
