//! The moves of the next twelve weeks as bars.
//!
//! One line a week, beginning with the Monday of the week of as-of; a week without moves has an empty one, since a gap says
//! something as well. What is late stands first in a bar: in another colour, or as `!` where there is none.

use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate};
use seatshift::{
    plan::Plan,
    terms::{Action, Urgency},
};

use super::heading;
use crate::cli::shown::{In, STRONG, WARN, grouped};

/// Weeks that have a line of their own.
const WEEKS: usize = 12;
/// Characters of the longest bar.
const LONGEST: u64 = 40;

/// What bars are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bars {
    /// `#`, which everything shows.
    Plain,
    /// Blocks and colours.
    Blocks,
}

#[derive(Debug, Clone, Copy, Default)]
struct Week {
    moves: u64,
    late: u64,
}

pub(super) fn chart(text: &mut String, plan: &Plan, bars: Bars) {
    let monday = plan
        .as_of
        .checked_sub_days(Days::new(plan.as_of.weekday().num_days_from_monday().into()))
        .unwrap_or(plan.as_of);
    let (weeks, later) = counted(plan, monday);
    let most = weeks.iter().map(|week| week.moves).max().unwrap_or_default();
    if most == 0 && later == 0 {
        return;
    }
    let late = weeks.iter().any(|week| week.late > 0);
    let legend = if late && bars == Bars::Plain { " (!: late)" } else { "" };
    heading(text, STRONG, &format!("Moves by week{legend}"));
    let mut first = monday;
    for week in weeks.iter().filter(|_| most > 0) {
        let line = format!("  {first}  {:>7}  {}", grouped(week.moves), bar(*week, most, bars));
        let _ = writeln!(text, "{}", line.trim_end());
        first = first.checked_add_days(Days::new(7)).unwrap_or(first);
    }
    if later > 0 {
        let _ = writeln!(text, "  later       {:>7}", grouped(later));
    }
}

/// The moves of each week, and how many come after them. A day before the first week counts with it.
fn counted(plan: &Plan, monday: NaiveDate) -> ([Week; WEEKS], u64) {
    let mut weeks = [Week::default(); WEEKS];
    let mut later = 0;
    for row in plan.rows.iter().filter(|row| row.decision.action == Action::Move) {
        let Some(day) = row.decision.move_date else { continue };
        let days = day.signed_duration_since(monday).num_days().max(0);
        match usize::try_from(days / 7).ok().and_then(|index| weeks.get_mut(index)) {
            Some(week) => {
                week.moves += 1;
                week.late += u64::from(matches!(
                    row.decision.urgency,
                    Some(Urgency::Late | Urgency::Lapsed | Urgency::Lost)
                ));
            }
            None => later += 1,
        }
    }
    (weeks, later)
}

/// As long as the week has moves; where one has more than fit, all are drawn to its scale.
fn bar(week: Week, most: u64, bars: Bars) -> String {
    let long = (week.moves * LONGEST).div_ceil(most.max(LONGEST));
    let late = (week.late * long).div_ceil(week.moves.max(1));
    let of = |sign: &str, count: u64| sign.repeat(usize::try_from(count).unwrap_or_default());
    match bars {
        Bars::Plain => format!("{}{}", of("!", late), of("#", long - late)),
        Bars::Blocks if late > 0 => format!("{}{}", In(WARN, of("█", late)), of("█", long - late)),
        Bars::Blocks => of("█", long),
    }
}
