//! The day from which a workbook counts its days.
//!
//! In: what the workbook says of it. Out: the day of a number. Workbooks count from 1900, those of old Macs from 1904,
//! OpenDocument from any day that the file names; a text says nothing of it.

use std::fmt;

use chrono::{Days, NaiveDate};

/// The day that the number 0 stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(NaiveDate);

impl Epoch {
    /// The epoch of most workbooks. They believe 1900 to be a leap year, so that from March 1900 on their day 0 is this.
    pub const SINCE_1900: Epoch = Epoch(day(1899, 12, 30));
    /// The epoch that Excel for the Mac once had.
    pub const SINCE_1904: Epoch = Epoch(day(1904, 1, 1));

    /// Counting from this day.
    pub(super) fn from_day(day: NaiveDate) -> Epoch {
        Epoch(day)
    }

    /// The epoch of a Microsoft workbook.
    pub(super) fn since_1904(is_1904: bool) -> Epoch {
        match is_1904 {
            true => Epoch::SINCE_1904,
            false => Epoch::SINCE_1900,
        }
    }

    /// The day that the number 0 stands for.
    pub(super) fn day(self) -> NaiveDate {
        self.0
    }

    /// The day that a number stands for; its time is left out.
    pub fn date(self, number: f64) -> Option<NaiveDate> {
        let whole = number.floor();
        let known = (0.0..3_000_000.0).contains(&whole);
        known
            .then(|| self.0.checked_add_days(Days::new(whole as u64)))
            .flatten()
    }
}

/// As people call it: `1900`, `1904`, else the day.
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Epoch::SINCE_1900 => f.write_str("1900"),
            Epoch::SINCE_1904 => f.write_str("1904"),
            Epoch(day) => write!(f, "{day}"),
        }
    }
}

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_day_has_two_numbers() {
        let expected = NaiveDate::from_ymd_opt(2021, 5, 3);
        assert_eq!(Epoch::SINCE_1900.date(44_319.75), expected);
        assert_eq!(Epoch::SINCE_1904.date(42_857.0), expected);
        assert_eq!(Epoch::SINCE_1900.date(-1.0), None);
        assert_eq!(Epoch::SINCE_1900.date(f64::NAN), None);
        assert_eq!(Epoch::from_day(day(1900, 1, 1)).to_string(), "1900-01-01");
    }
}
