//! Days that hang on the term end (`E-7`, `E`, `E+30`) or on as-of (`A`), as tables write them.

use std::{fmt, str::FromStr};

use chrono::{Days, NaiveDate};

/// A day relative to E or A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRef {
    /// A, the date the plan is made for.
    AsOf,
    /// So many days after E, the term end; negative: before it.
    End(i64),
}

impl DayRef {
    /// The civil date; saturates at the ends of the calendar.
    pub fn on(self, as_of: NaiveDate, term_end: NaiveDate) -> NaiveDate {
        match self {
            DayRef::AsOf => as_of,
            DayRef::End(days) => shift(term_end, days),
        }
    }
}

/// A date so many days later, or earlier; saturates at the ends of the calendar.
pub fn shift(date: NaiveDate, days: i64) -> NaiveDate {
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        date.checked_sub_days(distance).unwrap_or(NaiveDate::MIN)
    } else {
        date.checked_add_days(distance).unwrap_or(NaiveDate::MAX)
    }
}

impl FromStr for DayRef {
    type Err = String;

    fn from_str(text: &str) -> Result<DayRef, String> {
        let wrong = || format!("`{text}` is not a day like `E-7`, `E`, `E+30` or `A`");
        match text.strip_prefix('E') {
            None if text == "A" => Ok(DayRef::AsOf),
            None => Err(wrong()),
            Some("") => Ok(DayRef::End(0)),
            Some(offset) if offset.starts_with(['+', '-']) => offset.parse().map(DayRef::End).map_err(|_| wrong()),
            Some(_) => Err(wrong()),
        }
    }
}

impl fmt::Display for DayRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DayRef::AsOf => f.write_str("A"),
            DayRef::End(0) => f.write_str("E"),
            DayRef::End(days) => write!(f, "E{days:+}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written_alike() {
        for text in ["A", "E", "E-38", "E+30"] {
            assert_eq!(text.parse::<DayRef>().unwrap().to_string(), text);
        }
        for text in ["", "B", "E7", "E-", "e-7", "A+1"] {
            assert!(text.parse::<DayRef>().is_err(), "{text}");
        }
        let end = NaiveDate::from_ymd_opt(2027, 3, 1).unwrap();
        assert_eq!(
            DayRef::End(-1).on(end, end),
            NaiveDate::from_ymd_opt(2027, 2, 28).unwrap()
        );
        assert_eq!(DayRef::End(400).on(end, NaiveDate::MAX), NaiveDate::MAX);
    }
}
