//! Dates as numbers without marks.
//!
//! In: the digits of a cell. Out: the date of a spreadsheet's serial number, of `20260503`, of Unix time. Refuses numbers outside
//! the years of this century, which are counts or identifiers.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};

use super::{
    DateReading, NO_MINUTE,
    parse::{YEARS, dated},
};
use crate::{read::Epoch, recognise::vocabulary::Vocabulary};

/// Seconds of Unix time by which programs say that there is no end: the year 9999.
const EPOCH_NEVER: std::ops::RangeInclusive<i64> = 253_370_764_800..=253_402_300_799;
/// Seconds of Unix time that can be meant as dates: the years 2000 to 2099.
const EPOCH: std::ops::Range<i64> = 946_684_800..4_102_444_800;
/// Years of serial numbers that can be meant as dates where a column holds dates.
const SERIALS: std::ops::Range<i32> = 2000..2100;

/// A number without marks: a serial number (`44319`, `44319,75`), `20260503`, or Unix time in seconds or thousandths.
pub(super) fn compact(text: &str, epoch: Epoch, v: &Vocabulary) -> Option<DateReading> {
    let (whole, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let decimals = rest.strip_prefix(['.', ',']).unwrap_or("");
    let is_number = rest.is_empty() || (!decimals.is_empty() && decimals.bytes().all(|b| b.is_ascii_digit()));
    match whole.len() {
        5 if is_number => serial(whole.parse().ok()?, epoch),
        8 if is_number && decimals.bytes().all(|b| b == b'0') => {
            let number: u32 = whole.parse().ok()?;
            let date = NaiveDate::from_ymd_opt((number / 10_000) as i32, number / 100 % 100, number % 100)?;
            YEARS
                .contains(&date.year())
                .then(|| dated(date, DateReading::YearFirst, v))
        }
        10 | 12 if is_number && decimals.bytes().all(|b| b == b'0') => unix_time(whole.parse().ok()?),
        13 | 15 if rest.is_empty() => unix_time(whole.parse::<i64>().ok()?.div_euclid(1000)),
        // The first second of the year 1.
        0 if text == "-62135596800" => Some(DateReading::NoEnd),
        _ => None,
    }
}

/// Seconds since 1970, reduced to their date in UTC.
fn unix_time(seconds: i64) -> Option<DateReading> {
    if EPOCH_NEVER.contains(&seconds) {
        return Some(DateReading::NoEnd);
    }
    let at = DateTime::from_timestamp(seconds, 0).filter(|_| EPOCH.contains(&seconds))?;
    let minute = u16::try_from(at.num_seconds_from_midnight() / 60)
        .ok()
        .filter(|_| at.second() == 0);
    Some(DateReading::Instant {
        date: at.date_naive(),
        minute: minute.unwrap_or(NO_MINUTE),
    })
}

/// A spreadsheet's number of a day.
pub(super) fn serial(number: f64, epoch: Epoch) -> Option<DateReading> {
    let date = epoch.date(number)?;
    SERIALS.contains(&date.year()).then_some(DateReading::Serial(date))
}
