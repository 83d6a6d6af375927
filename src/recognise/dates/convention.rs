//! Conventions by which dates of a column are read, other than the order of their numbers.
//!
//! In: readings with their rows, in any order, from any number of parts. Out: a note for each convention: what it is, the first
//! cell that follows it, what to check. Changes no date: a column whose instants all stand at a local midnight keeps its dates
//! in UTC, a day early at most, which is the side on which nothing is missed.

use super::{DateReading, NO_MINUTE};
use crate::read::Epoch;

/// Instants from this minute of the day on may be a midnight east of Greenwich, which belongs to the next day there.
const EVENING: u16 = 13 * 60;
/// Summer time moves a midnight by so much.
const SUMMER_TIME: u16 = 60;

/// What to check where a text has numbers of days, since it does not say from when they count.
const FROM_A_MAC: &str = "if the workbook counts from 1904 (a setting of old ones from a Mac), its dates are four years later: give the cells a date format and export again";

/// The first cell of a kind.
type First = Option<u32>;

fn keep(first: &mut First, other: First) {
    *first = match (*first, other) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

/// What the cells of a column have said of conventions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Conventions {
    /// A number of days.
    serial: First,
    /// A year of the Buddhist calendar.
    buddhist: First,
    /// A written date with a year of the common calendar.
    common: First,
    /// An instant that may be a midnight east of Greenwich.
    midnight: First,
    /// The earliest and the latest of those, by minute of the day.
    minutes: Option<(u16, u16)>,
    /// An instant that is none.
    other_instant: First,
}

/// A convention that a column's dates follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Convention {
    /// The row of the first cell that follows it.
    pub row: u32,
    /// In a few words.
    pub brief: String,
    /// What it is: lower case, no full stop.
    pub what: String,
    /// What a person can check.
    pub hint: &'static str,
}

impl Conventions {
    pub(super) fn add(&mut self, reading: DateReading, row: u32) {
        let cell = Some(row);
        match reading {
            _ if reading.is_buddhist() => keep(&mut self.buddhist, cell),
            DateReading::Serial(_) => keep(&mut self.serial, cell),
            DateReading::Numeric { .. } | DateReading::YearFirst(_) | DateReading::Certain(_) => {
                keep(&mut self.common, cell);
            }
            DateReading::Instant { minute, .. } => {
                if (EVENING..NO_MINUTE).contains(&minute) && minute.is_multiple_of(30) {
                    keep(&mut self.midnight, cell);
                    self.widen(Some((minute, minute)));
                } else {
                    keep(&mut self.other_instant, cell);
                }
            }
            _ => {}
        }
    }

    fn widen(&mut self, other: Option<(u16, u16)>) {
        self.minutes = match (self.minutes, other) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }

    pub(super) fn merge(&mut self, other: &Conventions) {
        keep(&mut self.serial, other.serial);
        keep(&mut self.buddhist, other.buddhist);
        keep(&mut self.common, other.common);
        keep(&mut self.midnight, other.midnight);
        self.widen(other.minutes);
        keep(&mut self.other_instant, other.other_instant);
    }

    /// Whether the column has years of two calendars.
    pub(super) fn mixes_calendars(&self) -> bool {
        self.buddhist.is_some() && self.common.is_some()
    }

    /// The conventions that the column's dates follow; `epoch`: the one that the workbook states, if it is one.
    pub(super) fn all(&self, epoch: Option<Epoch>) -> Vec<Convention> {
        let mut found = Vec::new();
        if let (Some(row), false) = (self.buddhist, self.mixes_calendars()) {
            found.push(Convention {
                row,
                brief: "years of the Buddhist calendar".into(),
                what:
                    "the years of this column are those of the Buddhist calendar, 543 ahead; the common year was taken"
                        .into(),
                hint: "",
            });
        }
        if let Some(row) = self.serial {
            let (since, who, hint) = match epoch {
                Some(epoch) => (epoch, "its workbook says", ""),
                None => (Epoch::SINCE_1900, "spreadsheets do", FROM_A_MAC),
            };
            found.push(Convention {
                row,
                brief: format!("days counted from {since}"),
                what: format!("numbers of days stand here in place of dates; they were counted from {since}, as {who}"),
                hint,
            });
        }
        if let (Some(row), None, Some((earliest, latest))) = (self.midnight, self.other_instant, self.minutes)
            && latest - earliest <= SUMMER_TIME
        {
            found.push(Convention {
                row,
                brief: "instants of a midnight ahead of UTC".into(),
                what: "every instant of this column stands where midnight is in a zone ahead of UTC, so the days may have been meant there; the date in UTC was taken, which is then the day before".into(),
                hint: "compare a date with the portal; if it is a day early, export the dates without times",
            });
        }
        found
    }
}
