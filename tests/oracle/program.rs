//! What the rules say of one channel: its window before the end, whether the extended term applies, its states after the end.
//!
//! In: a question. Out: the row of the windows, or the state on a day. The numbers of Microsoft's program stand here as literals,
//! a second time on purpose.

use chrono::NaiveDate;
use seatshift::{
    plan::dates::DateQuery,
    terms::{Channel, EndInstruction, EndSource, Route, State, StepKind},
};

use crate::{calendar::plus, numbers::Numbers};

/// What the table of windows says.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) opens: Option<NaiveDate>,
    pub(crate) closes: Option<NaiveDate>,
    pub(crate) best: NaiveDate,
    /// Whether the window opens on A, and `best` is A.
    pub(crate) from_as_of: bool,
    pub(crate) end_source: EndSource,
}

/// Service and data after the term end, on one day.
pub(crate) enum Lifecycle {
    Runs {
        until: NaiveDate,
    },
    Down {
        until: NaiveDate,
    },
    /// Nobody knows, but of the days until then.
    Unsure {
        sure: NaiveDate,
    },
    Gone,
}

/// The table of windows.
pub(crate) fn window_of(query: &DateQuery, settings: &Numbers) -> Window {
    let e = query.term_end;
    let window = |opens, closes, end_source| Window {
        opens: Some(plus(e, opens)),
        closes: Some(plus(e, closes)),
        best: plus(e, -3),
        from_as_of: false,
        end_source,
    };
    let usual = usual_window(query, settings, window);
    // A request that is on its way can be approved until it lapses, and not after E-8.
    if let (Route::Transfer, true, Some(sent)) = (query.route, query.transfer_requested, query.request_sent) {
        let last = plus(sent, i64::from(settings.request_days)).min(plus(e, -8));
        return Window {
            opens: Some(plus(e, -38).min(sent)),
            closes: Some(last),
            best: last,
            ..usual
        };
    }
    // What stands still inside its term is moved as soon as it goes; what only seems to has its usual days.
    if query.route != Route::Transfer && query.as_of <= e && stands_still(query) && !contradicts_its_end(query) {
        let closes = match ended_early(query) {
            true => kept_until(query, settings),
            false => usual.closes,
        };
        return Window {
            opens: None,
            closes,
            best: today(query),
            from_as_of: true,
            ..usual
        };
    }
    usual
}

/// A; or, where the move is settled, the day on which it was: that no longer follows A.
pub(crate) fn today(query: &DateQuery) -> NaiveDate {
    query.settled_on.unwrap_or(query.as_of)
}

/// Whether the export shows it as one that is no longer paid for, or stopped.
pub(crate) fn stands_still(query: &DateQuery) -> bool {
    query.state == Some(State::Expired) || query.state == Some(State::Suspended) || query.state == Some(State::Disabled)
}

/// Whether the export calls it ended although its last day is still to come, and nobody has said that it was ended, or replaced.
pub(crate) fn contradicts_its_end(query: &DateQuery) -> bool {
    let called_ended = query.state == Some(State::Expired) || query.state == Some(State::Disabled);
    called_ended && query.as_of <= query.term_end && !replaced(query) && !query.done.contains(StepKind::EndSource)
}

/// Whether it was told to end inside its term and has, and nothing has taken its place.
pub(crate) fn ended_early(query: &DateQuery) -> bool {
    let has_ended = query.state == Some(State::Expired) || query.state == Some(State::Disabled);
    let told = query.done.contains(StepKind::EndSource) && query.settled_on.is_none();
    has_ended && told && query.as_of <= query.term_end && query.route != Route::Transfer
}

/// How long the data of what was ended inside its term are there: a week where it was bought or renewed in the days before.
fn kept_until(query: &DateQuery, settings: &Numbers) -> Option<NaiveDate> {
    let ended = query.ended_on?;
    if let (Some(start), Some(days)) = (query.term_start, settings.undo(query))
        && ended < plus(start, days)
    {
        return Some(plus(ended, 7));
    }
    match query.channel {
        Channel::Csp | Channel::WebDirect | Channel::McaE | Channel::WebDirectMosa => Some(plus(ended, 90)),
        _ => None,
    }
}

/// Whether its target was ordered, or its transfer approved.
pub(crate) fn replaced(query: &DateQuery) -> bool {
    query.settled_on.is_some() || query.done.contains(StepKind::Order) || query.done.contains(StepKind::ApproveTransfer)
}

/// Whether somebody has undone the renewal of this term, or of the one after it. Before this term began it was another one.
pub(crate) fn undone(query: &DateQuery) -> bool {
    if !query.done.contains(StepKind::UndoRenewal) {
        return false;
    }
    match (query.undone_on, query.term_start) {
        (Some(undone), Some(start)) => undone >= start,
        _ => true,
    }
}

fn usual_window(query: &DateQuery, settings: &Numbers, window: impl Fn(i64, i64, EndSource) -> Window) -> Window {
    let e = query.term_end;
    match query.route {
        Route::Transfer => Window {
            best: plus(e, -8),
            ..window(-38, -8, EndSource::Transfer)
        },
        Route::ChannelTransfer => window(-7, 0, EndSource::DoNotRenew),
        Route::NewSubscription => match query.channel {
            Channel::Csp | Channel::WebDirect | Channel::McaE => {
                if extended_term_applies(query) {
                    window(-7, -1, EndSource::CancelAtTermEnd)
                } else {
                    window(-7, 30, EndSource::AutoRenewOff)
                }
            }
            Channel::CspLegacy => window(-7, 30, EndSource::AutoRenewOff),
            Channel::WebDirectMosa => {
                if settings.mosa_asap {
                    Window {
                        opens: None,
                        best: today(query),
                        from_as_of: true,
                        ..window(-7, -1, EndSource::Cancel)
                    }
                } else {
                    window(-7, -1, EndSource::Cancel)
                }
            }
            Channel::Ea | Channel::Mpsa | Channel::OpenValue => window(-7, 0, EndSource::DoNotRenew),
            Channel::Own => unreachable!("what is ours already does not move"),
        },
    }
}

/// Whether the source would run on in the paid extended term: by its term, whatever it is set to.
fn extended_term_applies(query: &DateQuery) -> bool {
    let april_2025 = NaiveDate::from_ymd_opt(2025, 4, 1);
    let may_2026 = NaiveDate::from_ymd_opt(2026, 5, 4);
    let channel = match query.channel {
        Channel::Csp | Channel::WebDirect | Channel::McaE => true,
        Channel::CspLegacy | Channel::WebDirectMosa => false,
        Channel::Ea | Channel::Mpsa | Channel::OpenValue | Channel::Own => false,
    };
    let began = match query.term_start {
        None => true,
        Some(start) => Some(start) >= april_2025,
    };
    channel && began && Some(query.term_end) >= may_2026
}

/// Whether service stops with its last paid day. Told to end, it is told to cancel, where the extended term would follow: only
/// that the export shows it in its choice of the extended term is newer.
pub(crate) fn set_to_cancel(query: &DateQuery) -> bool {
    let told = query.done.contains(StepKind::EndSource) && extended_term_applies(query);
    match query.end_instruction {
        Some(EndInstruction::Cancel) => true,
        Some(EndInstruction::Extended) => false,
        Some(EndInstruction::Renew) | None => told,
    }
}

/// Whether it runs on in the extended term now.
pub(crate) fn in_extended_term(query: &DateQuery) -> bool {
    if query.state == Some(State::Extended) {
        return true;
    }
    if query.as_of <= query.term_end || !extended_term_applies(query) {
        return false;
    }
    // What is stopped or in its grace does not run on, whatever it was set to.
    if stands_still(query) {
        return false;
    }
    match query.end_instruction {
        Some(EndInstruction::Extended) => true,
        Some(EndInstruction::Cancel | EndInstruction::Renew) => false,
        None => query.auto_renew == Some(false) && !set_to_cancel(query),
    }
}

/// Whether it has renewed itself since the export was made (asked after the extended term).
pub(crate) fn renewed(query: &DateQuery) -> bool {
    if query.as_of <= query.term_end || query.done.contains(StepKind::EndSource) || undone(query) {
        return false;
    }
    // The state was seen, what it is set to was only intended.
    if stands_still(query) {
        return false;
    }
    match (query.end_instruction, query.auto_renew) {
        (Some(EndInstruction::Cancel), _) => false,
        (Some(EndInstruction::Renew), _) => true,
        // An enterprise agreement does not renew by itself.
        (_, auto_renew) => query.channel != Channel::Ea && auto_renew.unwrap_or(true),
    }
}

/// What becomes of service and data after E where it has not renewed itself.
pub(crate) fn lifecycle(query: &DateQuery, day: NaiveDate) -> Lifecycle {
    let e = query.term_end;
    let past = (day - e).num_days();
    if query.channel == Channel::Csp && query.state == Some(State::Suspended) {
        return match past {
            ..=120 => Lifecycle::Down { until: plus(e, 120) },
            _ => Lifecycle::Gone,
        };
    }
    if query.channel == Channel::CspLegacy && query.state == Some(State::Suspended) {
        return match past {
            ..=90 => Lifecycle::Down { until: plus(e, 90) },
            _ => Lifecycle::Gone,
        };
    }
    if query.channel == Channel::Ea && query.short_grace {
        return match past {
            ..=30 => Lifecycle::Runs { until: plus(e, 30) },
            31..=90 => Lifecycle::Unsure { sure: plus(e, 30) },
            _ => Lifecycle::Gone,
        };
    }
    // It neither renewed nor runs on: where the extended term applies it was cancelled at its end, set so or not. Only an export
    // that shows it in its grace knows better, whatever it was set to.
    let cancelled = query.state != Some(State::Expired) || undone(query);
    if extended_term_applies(query) && cancelled {
        return match past {
            ..=90 => Lifecycle::Down { until: plus(e, 90) },
            _ => Lifecycle::Gone,
        };
    }
    // In its grace, against the rule: nobody promises service, and its data are there for 90 days at least, and for 120 at most.
    if extended_term_applies(query) {
        return match past {
            ..=90 => Lifecycle::Down { until: plus(e, 90) },
            91..=120 => Lifecycle::Unsure { sure: plus(e, 90) },
            _ => Lifecycle::Gone,
        };
    }
    match query.channel {
        Channel::Csp | Channel::WebDirect | Channel::McaE => match past {
            ..=30 => Lifecycle::Runs { until: plus(e, 30) },
            31..=120 => Lifecycle::Down { until: plus(e, 120) },
            _ => Lifecycle::Gone,
        },
        Channel::CspLegacy | Channel::WebDirectMosa | Channel::OpenValue => match past {
            ..=30 => Lifecycle::Runs { until: plus(e, 30) },
            31..=120 => Lifecycle::Down { until: plus(e, 120) },
            _ => Lifecycle::Gone,
        },
        Channel::Ea => match past {
            ..=90 => Lifecycle::Runs { until: plus(e, 90) },
            91..=150 => Lifecycle::Down { until: plus(e, 150) },
            _ => Lifecycle::Gone,
        },
        Channel::Mpsa => match past {
            ..=90 => Lifecycle::Runs { until: plus(e, 90) },
            91..=120 => Lifecycle::Unsure { sure: plus(e, 90) },
            _ => Lifecycle::Gone,
        },
        Channel::Own => unreachable!("what is ours already does not move"),
    }
}
