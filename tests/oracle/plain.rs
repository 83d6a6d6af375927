//! The dates of one subscription, decided a second time: as plainly as they can be, one case after the other, without tables.
//!
//! In: what the product's `dates` gets. Out: what it must answer. Written from the rules and not from the product, so that a
//! mistake must be made twice to pass. A is as-of, E is the term end; numbers stand here as literals on purpose.

use chrono::NaiveDate;
use seatshift::{
    plan::{
        Reason, Reasons,
        dates::{DateQuery, Dates, Outcome},
    },
    terms::{Channel, EndInstruction, EndSource, Route, State, StepKind, Urgency},
};

use crate::{
    calendar::{PlainCalendars, plus},
    moved::{Found, moved},
    numbers::Numbers,
    program::{
        Lifecycle, Window, contradicts_its_end, ended_early, in_extended_term, lifecycle, renewed, replaced,
        set_to_cancel, stands_still, today, undone, window_of,
    },
};

/// The whole answer.
pub(crate) fn plain_dates(query: &DateQuery, calendar: &PlainCalendars, settings: &Numbers) -> Dates {
    let window = window_of(query, settings);
    // What nobody described: a transfer of what is not sold under new commerce, an extended term where there is none.
    let no_transfer = query.route == Route::Transfer && query.channel != Channel::Csp;
    if query.state == Some(State::Deleted) {
        return match no_transfer {
            true => nothing(Outcome::Review(Reason::SourceDeleted)),
            false => only_opening(Reason::SourceDeleted, window),
        };
    }
    if undone(query) && !replaced(query) {
        return nothing(Outcome::Review(Reason::RenewalUndone));
    }
    let new_commerce = matches!(query.channel, Channel::Csp | Channel::WebDirect | Channel::McaE);
    if no_transfer || (query.state == Some(State::Extended) && !new_commerce) {
        return nothing(Outcome::Review(Reason::RuleUnsure));
    }
    if query.route == Route::Transfer {
        return transfer(query, calendar, settings, window);
    }
    if in_extended_term(query) {
        let window = Window {
            opens: None,
            closes: None,
            best: today(query),
            from_as_of: true,
            end_source: EndSource::Cancel,
        };
        return before_term_end(query, calendar, settings, window);
    }
    if renewed(query) {
        return renewed_since_export(query, settings, window);
    }
    if query.as_of > query.term_end {
        return lapsed(query, calendar, settings, window);
    }
    if contradicts_its_end(query) {
        let mut dates = nothing(Outcome::Review(Reason::StateAgainstEnd));
        dates.window_opens = window.opens;
        dates.window_closes = window.closes;
        return dates;
    }
    before_term_end(query, calendar, settings, window)
}

/// A move to be approved by the partner who has the subscription now.
fn transfer(query: &DateQuery, calendar: &PlainCalendars, settings: &Numbers, window: Window) -> Dates {
    if let Some(day) = query.settled_on {
        // Approved, hence complete: nothing can be missed any more.
        let (best, _) = recommended(query, calendar, settings, window);
        return moved(
            query,
            calendar,
            settings,
            Found {
                window,
                best,
                ready: day,
                move_date: day,
                end_source: Some(EndSource::Transfer),
                reasons: Vec::new(),
                room: None,
            },
        );
    }
    if !in_extended_term(query) && renewed(query) {
        return renewed_since_export(query, settings, window);
    }
    if query.as_of > query.term_end || in_extended_term(query) || stands_still(query) {
        return transfer_missed(query, window);
    }
    before_term_end(query, calendar, settings, window)
}

fn transfer_missed(query: &DateQuery, window: Window) -> Dates {
    let mut dates = nothing(Outcome::TransferMissed);
    dates.window_opens = window.opens;
    dates.window_closes = window.closes;
    if query.transfer_requested || query.done.contains(StepKind::ApproveTransfer) {
        dates.outcome = Outcome::Review(Reason::TransferPending);
    }
    dates
}

/// The export is older than the renewal.
fn renewed_since_export(query: &DateQuery, settings: &Numbers, window: Window) -> Dates {
    let mut dates = nothing(Outcome::Review(Reason::RenewedSinceExport));
    dates.window_opens = window.opens;
    dates.window_closes = window.closes;
    if let Some(days) = settings.undo(query) {
        let last = plus(query.term_end, days);
        if query.as_of <= last {
            dates.undo_renewal_by = Some(last);
        }
    }
    dates
}

/// A is not after E, or the source runs on in the extended term.
fn before_term_end(query: &DateQuery, calendar: &PlainCalendars, settings: &Numbers, window: Window) -> Dates {
    let (best, why_best) = recommended(query, calendar, settings, window);
    let ready = ready(query, settings);
    let mut reasons = Vec::new();
    let mut end_source = window.end_source;
    let closes = window.closes.unwrap_or(NaiveDate::MAX);
    let over = query.as_of > closes;
    let later = query.settled_on.unwrap_or_else(|| calendar.ours.next_move(ready));
    let settled = query.settled_on.is_some();
    let twice = query.route == Route::NewSubscription && !ended_early(query);
    let room = query.wave.filter(|_| !settled && twice);
    // It lets its window pass on purpose, unless it would not be ready before that day anyway.
    let passes = room.is_some_and(|room| room > closes);
    let free = !settled && !passes;

    let move_date = if passes && room >= Some(later) {
        if window.from_as_of {
            reasons.push(Reason::AsSoonAsReady);
        }
        reasons.push(Reason::Wave);
        if window.end_source == EndSource::CancelAtTermEnd {
            end_source = EndSource::ExtendedTerm;
            if set_to_cancel(query) {
                reasons.push(Reason::ServiceStops);
            }
        } else {
            // Nothing bridges the time.
            if window.end_source != EndSource::Cancel {
                reasons.push(Reason::WindowMissed);
            }
            if out_of_service(query, window, room.unwrap_or(later)) {
                reasons.push(Reason::ServiceStops);
            }
        }
        room.unwrap_or(later)
    } else if settled && later <= closes {
        later
    } else if free && best >= ready && !(over && window.from_as_of) {
        reasons.extend(why_best);
        if window.from_as_of {
            reasons.push(Reason::AsSoonAsReady);
        }
        best
    } else if free && later <= closes {
        reasons.push(Reason::AsSoonAsReady);
        later
    } else if free && ready <= closes {
        reasons.push(Reason::NoBusinessDay);
        reasons.push(Reason::AsSoonAsReady);
        ready
    } else {
        if query.route == Route::Transfer {
            return transfer_missed(query, window);
        }
        if ended_early(query) {
            return nothing(Outcome::Review(Reason::SourceDeleted));
        }
        if !settled {
            reasons.push(Reason::AsSoonAsReady);
        }
        if window.end_source == EndSource::CancelAtTermEnd {
            end_source = EndSource::ExtendedTerm;
            reasons.push(Reason::WindowMissed);
            if set_to_cancel(query) {
                reasons.push(Reason::ServiceStops);
            }
        } else if !settled && out_of_service(query, window, later) {
            reasons.push(Reason::ServiceStops);
        }
        // Of these only what waits for room can find its window closed before the term end.
        if window.end_source == EndSource::DoNotRenew || (passes && window.end_source == EndSource::AutoRenewOff) {
            reasons.push(Reason::WindowMissed);
        }
        later
    };
    let end_source = Some(end_source);
    let room = room.filter(|_| !passes);
    // It is stopped inside its term: users wait for the move.
    let down = matches!(query.state, Some(State::Suspended | State::Disabled));
    if down && !settled && query.as_of <= query.term_end && query.route != Route::Transfer {
        reasons.push(Reason::ServiceDown);
    }
    moved(
        query,
        calendar,
        settings,
        Found {
            window,
            best,
            ready,
            move_date,
            end_source,
            reasons,
            room,
        },
    )
}

/// Whether users who have service today wait for the move without, after a term that ends and the grace that follows it.
fn out_of_service(query: &DateQuery, window: Window, move_date: NaiveDate) -> bool {
    if in_extended_term(query) || stands_still(query) || move_date <= query.term_end {
        return false;
    }
    let ends = match (window.end_source, query.end_instruction) {
        (EndSource::Cancel, Some(instruction)) => instruction == EndInstruction::Cancel,
        (EndSource::Cancel, None) => query.auto_renew == Some(false),
        _ => true,
    };
    ends && !matches!(lifecycle(query, move_date), Lifecycle::Runs { .. })
}

/// A is after E, and it has not renewed itself.
fn lapsed(query: &DateQuery, calendar: &PlainCalendars, settings: &Numbers, window: Window) -> Dates {
    let (best, _) = recommended(query, calendar, settings, window);
    if let Some(day) = query.settled_on {
        // The target is there since that day.
        return moved(
            query,
            calendar,
            settings,
            Found {
                window,
                best,
                ready: day,
                move_date: day,
                end_source: goes_on_perhaps(query).then_some(EndSource::DoNotRenew),
                reasons: Vec::new(),
                room: None,
            },
        );
    }
    // Of an enterprise agreement nobody knows what follows it, unless notice was given or it is seen to have ended.
    if goes_on_perhaps(query) && !is_bought(query) {
        let mut dates = only_opening(Reason::EndUnknown, window);
        dates.window_closes = match lifecycle(query, query.as_of) {
            Lifecycle::Runs { until } | Lifecycle::Down { until } => Some(until),
            Lifecycle::Unsure { sure } => Some(sure),
            Lifecycle::Gone => None,
        };
        return dates;
    }
    let ready = ready(query, settings);
    let mut move_date = calendar.ours.next_move(ready);
    let mut reasons = vec![Reason::AsSoonAsReady];
    // A day on which nobody works is better than none.
    let is_there = |day| matches!(lifecycle(query, day), Lifecycle::Runs { .. } | Lifecycle::Down { .. });
    if !is_there(move_date) && is_there(ready) {
        reasons.push(Reason::NoBusinessDay);
        move_date = ready;
    }
    let mut window = window;
    let mut down = query.state == Some(State::Disabled) || query.state == Some(State::Suspended);
    match lifecycle(query, move_date) {
        Lifecycle::Runs { until } => window.closes = Some(until),
        Lifecycle::Down { until } => {
            window.closes = Some(until);
            down = true;
        }
        Lifecycle::Unsure { sure } => {
            let mut dates = only_opening(Reason::RuleUnsure, window);
            dates.window_closes = Some(sure);
            return dates;
        }
        Lifecycle::Gone => return only_opening(Reason::SourceDeleted, window),
    }
    if down {
        reasons.push(Reason::ServiceDown);
    }
    moved(
        query,
        calendar,
        settings,
        Found {
            window,
            best,
            ready,
            move_date,
            end_source: goes_on_perhaps(query).then_some(EndSource::DoNotRenew),
            reasons,
            room: None,
        },
    )
}

/// Whether its target is there, as far as anybody reports.
fn is_bought(query: &DateQuery) -> bool {
    let steps = [StepKind::Order, StepKind::ApproveTransfer];
    query.settled_on.is_some() || steps.iter().any(|&step| query.done.contains(step))
}

/// Whether it may go on by the month after its end, since nobody has given notice and no export calls it ended.
fn goes_on_perhaps(query: &DateQuery) -> bool {
    let told = query.done.contains(StepKind::EndSource) || undone(query);
    query.channel == Channel::Ea && query.as_of > query.term_end && !told && !stands_still(query)
}

/// The best day before anybody asks what is ready, and what there is to say about it.
fn recommended(
    query: &DateQuery,
    calendar: &PlainCalendars,
    settings: &Numbers,
    window: Window,
) -> (NaiveDate, Option<Reason>) {
    let opens = if window.from_as_of {
        Some(today(query))
    } else {
        window.opens
    };
    let inside =
        |day: NaiveDate| opens.is_none_or(|opens| opens <= day) && window.closes.is_none_or(|closes| day <= closes);
    let before = calendar.ours.prev_move(window.best);
    if inside(before) {
        return (before, None);
    }
    let after = calendar.ours.next_move(window.best);
    if inside(after) {
        return (after, None);
    }
    if let Some(opens) = window.opens {
        for days in 1..=i64::from(settings.early_days) {
            let day = plus(opens, -days);
            if calendar.ours.moves(day) {
                return (day, Some(Reason::Early));
            }
        }
    }
    (window.best, Some(Reason::NoBusinessDay))
}

/// The first day on which everything can be there.
pub(crate) fn ready(query: &DateQuery, settings: &Numbers) -> NaiveDate {
    if let Some(day) = query.settled_on {
        return day;
    }
    let least = &settings.least;
    let mut days = 0;
    if query.missing.relationship {
        days = days.max(match query.channel {
            Channel::Ea => least.relationship_ea,
            _ => least.relationship,
        });
    }
    if query.missing.agreement {
        days = days.max(least.agreement);
    }
    if query.missing.delegated_rights && query.reassign {
        days = days.max(least.delegated_rights);
    }
    if query.missing.vetting {
        days = days.max(least.vetting);
    }
    if query.route == Route::Transfer && !query.done.contains(StepKind::ApproveTransfer) {
        days += least.approval;
    }
    plus(query.as_of, i64::from(days))
}

/// A review that says no more than when the window opened.
fn only_opening(reason: Reason, window: Window) -> Dates {
    let mut dates = nothing(Outcome::Review(reason));
    dates.window_opens = window.opens;
    dates
}

pub(crate) fn nothing(outcome: Outcome) -> Dates {
    Dates {
        outcome,
        reasons: Reasons::default(),
        recommended: None,
        move_date: None,
        window_opens: None,
        window_closes: None,
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
