//! Dates as JavaScript writes them.
//!
//! In: a text such as `Sun Jan 31 2027 00:00:00 GMT+0100 (Central European Standard Time)`. Out: the date that stands in it, which
//! is the one that the page showed: where the clock of its zone stands at midnight, UTC is still on the day before. Refuses a
//! weekday that is not the date's, and anything else beside the date than such a time.

use chrono::NaiveDate;

/// Letters of the date: weekday, month, day, year.
const DATE: usize = "Sun Jan 31 2027".len();

/// The date of a text that JavaScript wrote.
pub(super) fn javascript(text: &str) -> Option<NaiveDate> {
    let (date, time) = text.split_at_checked(DATE)?;
    let date = NaiveDate::parse_from_str(date, "%a %b %d %Y").ok()?;
    if time.is_empty() {
        return Some(date);
    }
    let (time, zone) = time.strip_prefix(' ')?.split_once(" GMT")?;
    let is_time = chrono::NaiveTime::parse_from_str(time, "%H:%M:%S").is_ok();
    let (offset, name) = zone.split_once(' ').unwrap_or((zone, "()"));
    let digits = offset.strip_prefix(['+', '-'])?;
    let is_offset = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_name = name.starts_with('(') && name.ends_with(')');
    (is_time && is_offset && is_name).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_stands_as_it_is_written() {
        let date = NaiveDate::from_ymd_opt(2027, 1, 31);
        for text in [
            "Sun Jan 31 2027",
            "Sun Jan 31 2027 00:00:00 GMT+0100",
            "Sun Jan 31 2027 19:00:00 GMT-0500 (Eastern Standard Time)",
            "Sun Jan 31 2027 00:00:00 GMT+0100 (közép-európai téli idő)",
        ] {
            assert_eq!(javascript(text), date, "{text}");
        }
        for text in [
            "Sat Jan 31 2027",
            "Sun Jan 32 2027",
            "Sun Jan 31 2027 soon",
            "Sun Jan 31 2027 25:00:00 GMT+0100",
            "Sun Jan 31 2027 00:00:00 GMT+01:00",
            "Sun Jan 31 2027 00:00:00 GMT",
            "Sun Jan 31 2027 00:00:00 GMT+0100 CET",
            "Jan 31 2027",
            "",
        ] {
            assert_eq!(javascript(text), None, "{text}");
        }
    }
}
