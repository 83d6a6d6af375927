//! An iCalendar file as days of the calendar.
//!
//! In: a file that begins as one. Out: a day for each day of its whole-day events: holidays, or blackouts where a category says so.
//! The end of an event is the day after its last. Events that come back every year are written out for a lifetime. Refuses what is
//! not of whole days and every other rule of coming back, naming the event: a holiday left out in silence would be a wrong date.

use std::{fs::File, io::Read, path::Path};

use chrono::{Datelike, Months, NaiveDate, Weekday};
use icalendar::parser::{Component, read_components, unfold};

use super::{CalendarDay, CalendarKind, TableProblem};
use crate::{config::sha256, finding::Place, read::Limits, terms::Text};

/// So many years a rule is followed.
const YEARS: i32 = 60;
/// The longest an event may be, in days: longer than any company closes.
const LONGEST: i64 = 366;
/// How a file begins that is one.
const BEGINS: &str = "BEGIN:VCALENDAR";

type Reading = Result<(Vec<CalendarDay>, String), Vec<TableProblem>>;

/// The days of a file with its digest; none where it is no iCalendar file, or cannot be read at all, which a table tells better.
pub(super) fn read(path: &Path, limits: &Limits) -> Option<Reading> {
    let mut bytes = Vec::new();
    let most = limits.file_bytes.saturating_add(1);
    File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    let head = bytes.get(..256.min(bytes.len())).unwrap_or_default();
    let head = String::from_utf8_lossy(head).to_uppercase();
    if !head
        .trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t'])
        .starts_with(BEGINS)
    {
        return None;
    }
    let place = Place::file(path.to_string_lossy().replace('\\', "/"));
    let problem = |message: String, hint: &str| TableProblem::new(place.clone(), message, hint);
    if bytes.len() as u64 > limits.file_bytes {
        let message = format!("has more than the {} bytes that `file_bytes` allows", limits.file_bytes);
        return Some(Err(vec![problem(
            message,
            "raise `file_bytes` in [limits], or give a smaller file",
        )]));
    }
    let digest = sha256(&bytes);
    let Ok(text) = String::from_utf8(bytes) else {
        let message = "is an iCalendar file that is not UTF-8".to_owned();
        return Some(Err(vec![problem(
            message,
            "export it again: iCalendar files are UTF-8",
        )]));
    };
    let text = unfold(text.trim_start_matches('\u{feff}').trim());
    let whole = text.trim_end().to_uppercase().ends_with("END:VCALENDAR");
    let components = match read_components(&text) {
        Ok(components) if whole => components,
        _ => {
            let message = "is an iCalendar file that is cut or broken".to_owned();
            return Some(Err(vec![problem(message, "export it again")]));
        }
    };
    let mut days = Vec::new();
    let mut problems = Vec::new();
    let events = components.iter().flat_map(|calendar| &calendar.components);
    for event in events.filter(|component| component.name == "VEVENT") {
        match days_of(event) {
            Ok(more) => days.extend(more),
            Err((what, hint)) => {
                let name = value(event, "SUMMARY").unwrap_or("an event without a name");
                problems.push(problem(format!("`{name}`: {what}"), hint));
            }
        }
    }
    Some(match problems.is_empty() {
        true => Ok((days, digest)),
        false => Err(problems),
    })
}

/// What is wrong with an event, and what to do.
type Wrong = (String, &'static str);

fn value<'c>(event: &'c Component<'_>, name: &str) -> Option<&'c str> {
    event.find_prop(name).map(|property| property.val.as_str().trim())
}

fn days_of(event: &Component<'_>) -> Result<Vec<CalendarDay>, Wrong> {
    if value(event, "STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
        return Ok(Vec::new());
    }
    for unknown in ["RDATE", "EXRULE", "RECURRENCE-ID"] {
        if let Some(value) = value(event, unknown) {
            let what = format!("`{unknown}:{value}` is nothing we can follow");
            return Err((what, "write its days as events of their own"));
        }
    }
    let start = whole_day(value(event, "DTSTART").unwrap_or_default())?;
    let length = length(event, start)?;
    let starts = match value(event, "RRULE") {
        None => vec![start],
        Some(rule) => every_year(rule, start)?,
    };
    let excepted = excepted(event)?;
    let categories = value(event, "CATEGORIES").unwrap_or_default().to_lowercase();
    let kind = match categories
        .split(',')
        .any(|category| category.trim() == CalendarKind::Blackout.as_str())
    {
        true => CalendarKind::Blackout,
        false => CalendarKind::Holiday,
    };
    let name: Text = value(event, "SUMMARY").unwrap_or_default().into();
    let yearly = value(event, "RRULE").is_some();
    let kept = starts.into_iter().filter(|start| !excepted.contains(start));
    let days = kept
        .flat_map(|start| start.iter_days().take(length))
        .map(|date| CalendarDay {
            date,
            country: None,
            kind,
            name: name.clone(),
            yearly,
        });
    Ok(days.collect())
}

/// `20261224`, or the midnight with which it begins: some programs write whole days so.
fn whole_day(text: &str) -> Result<NaiveDate, Wrong> {
    let (day, time) = text.split_once('T').unwrap_or((text, "000000"));
    match NaiveDate::parse_from_str(day, "%Y%m%d") {
        Ok(date) if time.trim_end_matches('Z') == "000000" => Ok(date),
        Ok(_) => Err((
            format!("`{text}` is no whole day"),
            "make it an event of whole days, or take it out: meetings are no holidays",
        )),
        Err(_) => Err((format!("`{text}` is no date"), "export the file again")),
    }
}

/// Days that an event lasts.
fn length(event: &Component<'_>, start: NaiveDate) -> Result<usize, Wrong> {
    let days = match (value(event, "DTEND"), value(event, "DURATION")) {
        (Some(end), _) => whole_day(end)?.signed_duration_since(start).num_days(),
        (None, Some(duration)) => {
            let count = |text: &str| text.parse::<i64>().ok();
            let rest = duration.strip_prefix('P').unwrap_or_default();
            let days = rest.strip_suffix('D').and_then(count);
            let weeks = || {
                rest.strip_suffix('W')
                    .and_then(count)
                    .map(|weeks| weeks.saturating_mul(7))
            };
            let wrong = || (format!("`{duration}` is no number of whole days"), "give it an end");
            days.or_else(weeks).ok_or_else(wrong)?
        }
        (None, None) => 1,
    };
    // An end on the day of the start is meant as that day.
    match usize::try_from(days.max(1)) {
        Ok(length) if (0..=LONGEST).contains(&days) => Ok(length),
        _ => Err((
            format!("lasts {days} days"),
            "correct its end, or write it as several events",
        )),
    }
}

fn excepted(event: &Component<'_>) -> Result<Vec<NaiveDate>, Wrong> {
    let properties = event.properties.iter().filter(|property| property.name == "EXDATE");
    properties
        .flat_map(|property| property.val.as_str().split(','))
        .map(|text| whole_day(text.trim()))
        .collect()
}

/// The days of a rule that brings an event back every year: on its day, or on such a weekday of a month.
fn every_year(rule: &str, start: NaiveDate) -> Result<Vec<NaiveDate>, Wrong> {
    let wrong = || {
        let what = format!("`RRULE:{rule}` is no rule that we can follow: only days that come back every year are");
        (what, "write its days as events of their own")
    };
    let mut interval = 1;
    let mut count = None;
    let mut until = None;
    let (mut month, mut weekday) = (start.month(), None);
    let mut yearly = false;
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').ok_or_else(wrong)?;
        match (key.trim(), value.trim()) {
            ("FREQ", "YEARLY") => yearly = true,
            ("INTERVAL", value) => interval = value.parse::<i32>().ok().filter(|&years| years > 0).ok_or_else(wrong)?,
            ("COUNT", value) => count = Some(value.parse::<usize>().map_err(|_| wrong())?),
            ("UNTIL", value) => {
                let day = value.get(..8).unwrap_or_default();
                until = Some(NaiveDate::parse_from_str(day, "%Y%m%d").map_err(|_| wrong())?);
            }
            ("BYMONTH", value) => {
                month = value
                    .parse::<u32>()
                    .ok()
                    .filter(|&month| month == start.month())
                    .ok_or_else(wrong)?
            }
            ("BYMONTHDAY", value) if value.parse() == Ok(start.day()) => {}
            ("BYDAY", value) => weekday = Some(nth_weekday(value).ok_or_else(wrong)?),
            ("WKST", _) => {}
            _ => return Err(wrong()),
        }
    }
    if !yearly {
        return Err(wrong());
    }
    let in_year = |year: i32| match weekday {
        None => NaiveDate::from_ymd_opt(year, month, start.day()),
        Some((weekday, nth)) => weekday_of(year, month, weekday, nth),
    };
    let years = (start.year()..start.year().saturating_add(YEARS)).step_by(usize::try_from(interval).unwrap_or(1));
    let days = years
        .filter_map(in_year)
        .filter(|day| *day >= start && until.is_none_or(|until| *day <= until));
    Ok(days.take(count.unwrap_or(usize::MAX)).collect())
}

/// `4TH`: the fourth Thursday; `-1MO`: the last Monday.
fn nth_weekday(text: &str) -> Option<(Weekday, i8)> {
    let split = text.len().checked_sub(2)?;
    let (number, day) = (text.get(..split)?, text.get(split..)?);
    let weekday = match day {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    };
    let nth: i8 = number.parse().ok()?;
    ((-5..=5).contains(&nth) && nth != 0).then_some((weekday, nth))
}

fn weekday_of(year: i32, month: u32, weekday: Weekday, nth: i8) -> Option<NaiveDate> {
    if let Ok(nth) = u8::try_from(nth) {
        return NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth);
    }
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
    let back = (7 + last.weekday().num_days_from_monday() - weekday.num_days_from_monday()) % 7;
    let weeks = u32::from(nth.unsigned_abs()) - 1;
    let day = last.day().checked_sub(back + 7 * weeks)?;
    NaiveDate::from_ymd_opt(year, month, day)
}
