//! A workbook's cell as ours.
//!
//! In: what the workbook reader says a cell holds. Out: a [`Cell`]. Dates count as dates where the calendar of spreadsheets and
//! ours agree, from 1 March 1900 on; what is formatted as a date outside that stays a number, and so do durations, in days.

use calamine::{CellErrorType, DataType, ExcelDateTime};
use chrono::{DateTime, NaiveDate, NaiveDateTime};

use crate::read::Cell;

/// The value of a cell.
pub(super) fn cell<'a, T: DataType>(value: &'a T) -> Cell<'a> {
    if let Some(text) = value.get_string() {
        return if text.is_empty() { Cell::Empty } else { Cell::Text(text) };
    }
    if let Some(number) = value.get_float() {
        return Cell::Number(number);
    }
    if let Some(number) = value.get_int() {
        return Cell::Number(number as f64);
    }
    if let Some(at) = value.get_datetime() {
        return date_cell(at);
    }
    if let Some(truth) = value.get_bool() {
        return Cell::Bool(truth);
    }
    if let Some(error) = value.get_error() {
        return Cell::Error(error_text(error));
    }
    if let Some(text) = value.get_datetime_iso() {
        return iso(text).map_or(Cell::Text(text), Cell::DateTime);
    }
    match value.get_duration_iso() {
        Some(text) => days(text).map_or(Cell::Text(text), Cell::Number),
        None => Cell::Empty,
    }
}

/// A number that is formatted as a date.
pub(super) fn date_cell(at: ExcelDateTime) -> Cell<'static> {
    let serial = at.as_f64();
    // Far numbers cannot be turned into a time at all.
    let near = serial.is_finite() && (0.0..3_000_000.0).contains(&serial);
    let date = if at.is_datetime() && near {
        at.as_datetime()
    } else {
        None
    };
    let first = NaiveDate::from_ymd_opt(1900, 3, 1);
    match date {
        Some(date) if first.is_some_and(|first| date.date() >= first) => Cell::DateTime(date),
        _ => Cell::Number(serial),
    }
}

/// `2026-05-03`, with or without a time, of a zone or none; an instant is told in UTC.
pub(super) fn iso(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.naive_utc());
    }
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let timed = formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    timed.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
}

/// `PT12H30M00S` in days.
pub(super) fn days(text: &str) -> Option<f64> {
    let rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    let mut number = String::new();
    for c in rest.chars() {
        let unit = match c {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            c => {
                number.push(c);
                continue;
            }
        };
        seconds += number.replace(',', ".").parse::<f64>().ok()? * unit;
        number.clear();
    }
    number.is_empty().then_some(seconds / 86_400.0)
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

#[cfg(test)]
mod tests {
    use calamine::{Data, ExcelDateTimeType};

    use super::*;

    fn at(year: i32, month: u32, day: u32) -> Cell<'static> {
        Cell::DateTime(
            NaiveDate::from_ymd_opt(year, month, day)
                .unwrap()
                .and_hms_opt(0, 0, 0)
                .unwrap(),
        )
    }

    #[test]
    fn dates_of_both_epochs_and_what_is_none() {
        let serial = |value, kind, mac| Data::DateTime(ExcelDateTime::new(value, kind, mac));
        let date = ExcelDateTimeType::DateTime;
        for (value, expected) in [
            (serial(44319.0, date, false), at(2021, 5, 3)),
            (serial(42857.0, date, true), at(2021, 5, 3)),
            (serial(61.0, date, false), at(1900, 3, 1)),
            (serial(60.0, date, false), Cell::Number(60.0)),
            (serial(-5.0, date, false), Cell::Number(-5.0)),
            (serial(1e300, date, false), Cell::Number(1e300)),
            (serial(1.5, ExcelDateTimeType::TimeDelta, false), Cell::Number(1.5)),
            (Data::DateTimeIso("2021-05-03".into()), at(2021, 5, 3)),
            (Data::DateTimeIso("2021-05-03T02:00:00+02:00".into()), at(2021, 5, 3)),
            (Data::DateTimeIso("soon".into()), Cell::Text("soon")),
            (Data::DurationIso("PT12H00M00S".into()), Cell::Number(0.5)),
            (Data::Int(7), Cell::Number(7.0)),
            (Data::Bool(true), Cell::Bool(true)),
            (Data::Error(CellErrorType::NA), Cell::Error("#N/A")),
            (Data::String(String::new()), Cell::Empty),
            (Data::Empty, Cell::Empty),
        ] {
            assert_eq!(cell(&value), expected, "{value:?}");
        }
    }
}
