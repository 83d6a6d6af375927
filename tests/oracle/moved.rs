//! What hangs on a move date once it is found: deadlines, the end of the source, what else is to be said.
//!
//! In: a question and the move date, with the best day and the window it came from. Out: the whole answer, or a review where the
//! base of an add-on moves too late for it.

use chrono::NaiveDate;
use seatshift::{
    plan::{
        Reason,
        dates::{DateQuery, Dates, Outcome},
    },
    terms::{Channel, EndInstruction, EndSource, Route, State, StepKind, Urgency},
};

use crate::{
    calendar::{PlainCalendar, PlainCalendars, plus},
    numbers::Numbers,
    plain::nothing,
    program::{Window, ended_early, in_extended_term, set_to_cancel, today, undone},
};

/// A move date, and what it was found from.
pub(crate) struct Found {
    pub(crate) window: Window,
    pub(crate) best: NaiveDate,
    pub(crate) ready: NaiveDate,
    pub(crate) move_date: NaiveDate,
    pub(crate) end_source: Option<EndSource>,
    pub(crate) reasons: Vec<Reason>,
    /// The day from which its tenant has room for it to run twice.
    pub(crate) room: Option<NaiveDate>,
}

/// Everything that hangs on a move date.
pub(crate) fn moved(query: &DateQuery, calendar: &PlainCalendars, settings: &Numbers, mut found: Found) -> Dates {
    let window = found.window;
    if let Some(base) = query.not_before
        && base > found.move_date
        && query.settled_on.is_none()
    {
        if window.closes.is_some_and(|closes| base > closes) {
            let mut dates = nothing(Outcome::Review(Reason::AddonWithoutBase));
            dates.window_opens = window.opens;
            dates.window_closes = window.closes;
            return dates;
        }
        found.move_date = base;
    }
    // Before the tenant has room nothing of it moves.
    if let Some(room) = found.room
        && room > found.move_date
    {
        found.move_date = room;
        found.reasons.push(Reason::Wave);
    }
    let mut dates = nothing(Outcome::Move);
    dates.recommended = Some(found.best);
    dates.move_date = Some(found.move_date);
    dates.window_opens = window.opens;
    dates.window_closes = window.closes;
    dates.end_source = found.end_source;
    before_the_move(query, calendar, settings, &found, &mut dates);
    after_the_move(query, calendar, settings, found.move_date, &mut dates);
    undo_renewal(query, settings, &mut found.reasons, &mut dates);
    risks(query, calendar, &mut found.reasons, &dates);
    dates.reasons = found.reasons.into_iter().collect();

    let a = query.as_of;
    let settled = query.settled_on.is_some();
    dates.urgency = if (a > query.term_end || ended_early(query)) && !settled {
        Urgency::Lapsed
    } else if (found.ready > found.best && !settled && !window.from_as_of) || some_day_passed(query, &dates) {
        Urgency::Late
    } else if window.opens.is_none_or(|opens| opens <= a) && window.closes.is_none_or(|closes| a <= closes) {
        Urgency::Open
    } else {
        Urgency::Planned
    };
    dates
}

/// By when to ask for what is missing and not asked for yet.
fn before_the_move(query: &DateQuery, calendar: &PlainCalendars, settings: &Numbers, found: &Found, dates: &mut Dates) {
    let asked = |step| query.done.contains(step) || query.requested.contains(step);
    let e = query.term_end;
    let lead = &settings.lead;
    let base = if query.route == Route::Transfer {
        calendar.ours.prev(plus(e, -38))
    } else {
        found.best
    };
    // What is best today is asked for today.
    let at_once = found.window.from_as_of;
    let before = |whose: &PlainCalendar, days: u16| match at_once {
        true => Some(whose.next(today(query))),
        false => Some(whose.prev(plus(base, -i64::from(days)))),
    };
    let by = |days: u16| before(&calendar.ours, days);
    if query.missing.relationship && !asked(StepKind::RequestRelationship) {
        dates.relationship_by = match query.channel {
            Channel::Ea => by(lead.relationship_ea),
            _ => by(lead.relationship),
        };
    }
    if query.missing.agreement && !asked(StepKind::AcceptAgreement) {
        dates.agreement_by = before(&calendar.theirs, lead.agreement);
    }
    if query.missing.delegated_rights && query.reassign && !asked(StepKind::RequestDelegatedRights) {
        dates.delegated_rights_by = by(lead.delegated_rights);
    }
    if query.missing.vetting && !asked(StepKind::VetSegment) {
        dates.vetting_by = by(lead.vetting);
    }
    // What is no longer paid for has no unused days.
    let paid = dates.end_source.is_some();
    if matches!(query.channel, Channel::WebDirect | Channel::WebDirectMosa) && paid && !asked(StepKind::EnquireCredit) {
        dates.credit_by = before(&calendar.theirs, settings.credit_days);
    }
    if query.route == Route::Transfer && !query.done.contains(StepKind::ApproveTransfer) {
        dates.approve_by = Some(plus(e, -8));
        if let (true, Some(sent)) = (query.transfer_requested, query.request_sent) {
            let lapses = plus(sent, i64::from(settings.request_days));
            dates.approve_by = Some(plus(e, -8).min(lapses));
        }
        if !asked(StepKind::RequestTransfer) && !query.transfer_requested {
            dates.request_by = Some(calendar.ours.prev(plus(e, -38)));
        }
    }
}

/// Licences, then the end of the source, then another look; and the days paid twice.
fn after_the_move(
    query: &DateQuery,
    calendar: &PlainCalendars,
    settings: &Numbers,
    move_date: NaiveDate,
    dates: &mut Dates,
) {
    let e = query.term_end;
    let mut after = move_date;
    // Whether it is cancelled inside a term that ends, not in the extended one, which does not.
    let ends = dates.end_source == Some(EndSource::Cancel) && query.as_of <= e && !in_extended_term(query);
    if query.reassign {
        let next_day = calendar.theirs.next(plus(move_date, 1));
        after = match dates.end_source {
            Some(EndSource::Cancel) if !ends || next_day <= e => next_day,
            _ => calendar.theirs.prev(e).max(move_date),
        };
        if !query.done.contains(StepKind::Reassign) {
            dates.reassign_by = Some(after);
        }
    }
    let enders = enders(query, calendar);
    dates.end_source_by = end_source_by(query, enders, dates.end_source, move_date, after);
    if ends && enders.next(plus(after, 1)) > e {
        let stops = match query.end_instruction {
            Some(instruction) => instruction == EndInstruction::Cancel,
            None => query.auto_renew == Some(false),
        };
        let last_chance = enders.prev(plus(e, -1)).max(after);
        if stops {
            // There is nothing left to cancel, and nothing to be credited.
            (dates.end_source, dates.end_source_by, dates.credit_by) = (None, None, None);
        } else if dates.end_source_by.is_some() && last_chance <= e {
            dates.end_source_by = Some(last_chance);
        }
    }
    if undone(query) && query.route != Route::Transfer {
        // It has ended with that.
        (dates.end_source, dates.end_source_by, dates.credit_by) = (None, None, None);
    }
    if dates.end_source == Some(EndSource::ExtendedTerm) && !query.done.contains(StepKind::CancelExtendedTerm) {
        dates.cancel_extended_by = Some(enders.next(plus(after, 1)));
    }
    if query.route == Route::Transfer {
        return;
    }
    // What was undone has ended on that day.
    let source_ends = match (undone(query), query.undone_on) {
        (true, Some(day)) => day,
        (true, None) => move_date,
        (false, _) => e,
    };
    let again = calendar.ours.next(plus(source_ends, 1));
    let looked_since = query.verified_on.is_some_and(|looked| looked > source_ends);
    if again > move_date && !looked_since {
        dates.verify_again = Some(again);
    }
    // Another look a week after the end, sooner where offices are closed: later nothing can be undone.
    let week = calendar.ours.prev(plus(source_ends, i64::from(settings.verify_days)));
    let looked_then = query.verified_on.is_some_and(|looked| looked >= week);
    if week > again && week > move_date && !looked_then {
        dates.verify_last = Some(week);
    }
    let last_paid = match (dates.end_source, dates.end_source_by) {
        (Some(EndSource::Cancel), Some(day)) => day,
        _ => source_ends,
    };
    // Told to end, and seen to have ended before its last day: nobody pays for it any more.
    let seen_ended = query.state == Some(State::Expired) || query.state == Some(State::Disabled);
    if seen_ended && query.as_of <= e && query.done.contains(StepKind::EndSource) {
        return;
    }
    let mut day = move_date;
    while day <= last_paid {
        dates.overlap_days += 1;
        day = plus(day, 1);
    }
}

/// Customers end what they bought online or from Microsoft themselves.
pub(crate) fn enders<'c>(query: &DateQuery, calendar: &'c PlainCalendars) -> &'c PlainCalendar {
    match query.channel {
        Channel::WebDirect | Channel::WebDirectMosa | Channel::McaE => &calendar.theirs,
        _ => &calendar.ours,
    }
}

/// A renewal of the last days can still be undone.
fn undo_renewal(query: &DateQuery, settings: &Numbers, reasons: &mut Vec<Reason>, dates: &mut Dates) {
    let (Some(start), Some(days)) = (query.term_start, settings.undo(query)) else {
        return;
    };
    let last = plus(start, days - 1);
    if start <= query.as_of && query.as_of <= last && !undone(query) {
        reasons.push(Reason::RenewedLately);
        dates.undo_renewal_by = Some(last);
    }
}

/// What may go wrong with the end of the source.
fn risks(query: &DateQuery, calendar: &PlainCalendars, reasons: &mut Vec<Reason>, dates: &Dates) {
    let e = query.term_end;
    let told = match query.end_instruction {
        Some(instruction) => instruction != EndInstruction::Renew,
        None => query.auto_renew == Some(false),
    };
    let ended = query.done.contains(StepKind::EndSource);
    // The last day on which somebody works and it still helps.
    let last = enders(query, calendar).prev(plus(e, -1));
    if last <= query.as_of && query.as_of <= e && !told && !ended {
        let renews = matches!(
            dates.end_source,
            Some(EndSource::CancelAtTermEnd | EndSource::ExtendedTerm | EndSource::AutoRenewOff)
        );
        if renews {
            reasons.push(Reason::AutoRenewRisk);
        }
    }
    // Only a notice is a notice.
    if dates.end_source == Some(EndSource::DoNotRenew) && query.as_of > plus(e, -30) && !ended {
        reasons.push(Reason::NoticeMissed);
    }
}

/// Whether a step that is not done has its day behind it; the end of the source by its day before business days were looked for.
fn some_day_passed(query: &DateQuery, dates: &Dates) -> bool {
    let e = query.term_end;
    let end_source = match (dates.end_source_by, dates.end_source) {
        (None, _) | (_, None) => None,
        (Some(_), Some(EndSource::CancelAtTermEnd | EndSource::AutoRenewOff | EndSource::ExtendedTerm)) => {
            Some(plus(e, -1))
        }
        (Some(_), Some(EndSource::DoNotRenew)) => Some(plus(e, -30)),
        (Some(day), Some(EndSource::Cancel | EndSource::Transfer)) => Some(day),
    };
    let look = match query.done.contains(StepKind::Verify) {
        true => None,
        false => dates.move_date,
    };
    let days = [
        end_source,
        look,
        dates.verify_again,
        dates.verify_last,
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
    ];
    days.into_iter().flatten().any(|day| day < query.as_of)
}

/// By when the source must be told to end; none where it is told already.
fn end_source_by(
    query: &DateQuery,
    calendar: &PlainCalendar,
    end_source: Option<EndSource>,
    move_date: NaiveDate,
    after: NaiveDate,
) -> Option<NaiveDate> {
    let e = query.term_end;
    let eve = plus(e, -1);
    // Told to cancel is not told to go on.
    let goes_on_instead = end_source == Some(EndSource::ExtendedTerm) && set_to_cancel(query);
    if query.done.contains(StepKind::EndSource) && !goes_on_instead {
        return None;
    }
    match end_source? {
        EndSource::Transfer => None,
        EndSource::CancelAtTermEnd => match query.end_instruction {
            Some(EndInstruction::Cancel) => None,
            _ => Some(calendar.prev(eve).max(move_date)),
        },
        EndSource::AutoRenewOff => {
            let renews = query.end_instruction == Some(EndInstruction::Renew);
            if (query.auto_renew == Some(false) && !renews) || query.end_instruction == Some(EndInstruction::Cancel) {
                None
            } else if calendar.prev(eve) < move_date && move_date <= eve {
                Some(move_date)
            } else {
                Some(calendar.prev(eve))
            }
        }
        EndSource::ExtendedTerm => match query.end_instruction {
            Some(EndInstruction::Extended) => None,
            _ => Some(calendar.prev(eve)),
        },
        EndSource::DoNotRenew => Some(calendar.prev(plus(e, -30))),
        EndSource::Cancel => Some(calendar.next(plus(after, 1))),
    }
}
