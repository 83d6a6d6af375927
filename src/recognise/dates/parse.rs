//! One cell to a date reading.
//!
//! In: a cell, the vocabulary's month names and words. Out: a [`DateReading`]. Refuses what is left over when a date, a time, a
//! time zone and a [`Remark`] of known words are taken off: a cell is a date as a whole or not at all.

use chrono::{Datelike, Days, NaiveDate};

use super::{
    BUDDHIST_YEARS, DateReading, LIKELY_YEARS, NO_MINUTE, Separator, common_year, full_year,
    javascript::javascript,
    number::{compact, serial},
    remark::split_remark,
    time::{Zoned, read_time, time_start},
    token::{Token, tokens},
};
use crate::{
    config::DateOrder,
    read::{Cell, Epoch},
    recognise::{
        values::{is_error, is_nothing},
        vocabulary::{Kind, Vocabulary},
    },
};

/// Years that a date of a subscription can have; outside them it stands for "none", or is damaged. `31.12.2099` means none as
/// much as `31.12.99` does.
pub(super) const YEARS: std::ops::Range<i32> = 1990..2099;
/// Years that may be of the Buddhist calendar; not "far in the future".
const NOT_FAR: std::ops::RangeInclusive<i32> = 2400..=2700;
/// A cell with more than this is prose.
pub(super) const LONGEST: usize = 80;

/// What a plain date becomes, by where it stood.
type Certainty = fn(NaiveDate) -> DateReading;

/// What a cell of a date column says; numbers of days count from 1900.
pub fn read_date(cell: Cell<'_>, v: &Vocabulary) -> DateReading {
    read_date_since(Epoch::SINCE_1900, cell, v)
}

/// What a cell of a date column says in a workbook that counts days from here.
pub fn read_date_since(epoch: Epoch, cell: Cell<'_>, v: &Vocabulary) -> DateReading {
    match cell {
        Cell::Empty => DateReading::Empty,
        Cell::DateTime(at) => dated(at.date(), DateReading::Typed, v),
        Cell::Number(number) => serial(number, epoch)
            .or_else(|| compact(&format!("{number}"), epoch, v))
            .unwrap_or(DateReading::Unreadable),
        Cell::Bool(_) | Cell::Error(_) => DateReading::Unreadable,
        Cell::Text(text) => {
            let without_remark = || read_text(split_remark(text, v)?.0, epoch, v);
            read_text(text, epoch, v)
                .or_else(without_remark)
                .unwrap_or(DateReading::Unreadable)
        }
    }
}

pub(super) fn read_text(text: &str, epoch: Epoch, v: &Vocabulary) -> Option<DateReading> {
    let text =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '\u{200b}'..='\u{200f}' | '\u{feff}'));
    if let Some(reading) = plain_iso(text) {
        return Some(kept(reading, v));
    }
    if text.is_empty() {
        return Some(DateReading::Empty);
    }
    if text.len() > LONGEST || is_error(text) {
        return None;
    }
    if text.chars().any(|c| matches!(c, '０'..='９' | '：' | '／')) {
        use unicode_normalization::UnicodeNormalization;
        return read_text(&text.nfkc().collect::<String>(), epoch, v);
    }
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        let none = is_nothing(text, v) || v.word(Kind::Never, text).is_some();
        return none.then_some(DateReading::NoEnd);
    }
    if let Some(date) = javascript(text) {
        return Some(dated(date, DateReading::Certain, v));
    }
    let number = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/"));
    if let Some(reading) = compact(number.unwrap_or(text), epoch, v) {
        return Some(reading);
    }
    let tokens = tokens(text)?;
    let (date, time) = tokens.split_at(time_start(&tokens, v));
    let zoned = match time {
        [] => None,
        time => read_time(time, v)?,
    };
    // No spreadsheet writes a `T` or a time zone: where one stands, a program wrote the date.
    let by_program = zoned.is_some() || matches!(time, [Token::Word("T" | "t"), ..]);
    let whole = if by_program {
        DateReading::Certain
    } else {
        DateReading::YearFirst
    };
    let Some(Zoned { days, minute }) = zoned else {
        return read_day(date, 0, whole, v);
    };
    read_day(date, days, whole, v).map(|reading| match reading {
        DateReading::Certain(date) => DateReading::Instant { date, minute },
        reading => reading,
    })
}

/// A reading, unless the year of its date says that there is none, or that it is no date of ours.
fn kept(reading: DateReading, v: &Vocabulary) -> DateReading {
    match reading
        .in_order(DateOrder::Ymd)
        .and_then(|date| by_year(date.year(), v))
    {
        None => reading,
        Some(other) => other,
    }
}

/// `2026-05-03` alone, or with a time in UTC: the most frequent forms by far.
fn plain_iso(text: &str) -> Option<DateReading> {
    let (date, time) = text.as_bytes().split_first_chunk::<10>()?;
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
        return None;
    };
    let year = number(&[y1, y2, y3, y4])?;
    if BUDDHIST_YEARS.contains(&i32::try_from(year).ok()?) {
        return None;
    }
    let date = ymd(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    match *time {
        [] => Some(DateReading::YearFirst(date)),
        [b'T', h1, h2, b':', m1, m2, b':', s1, s2, ref fraction @ .., b'Z'] => {
            let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
            let is_time = hour < 24 && minute < 60 && second < 60;
            let digits = fraction.strip_prefix(b".").unwrap_or(fraction);
            let is_fraction = digits.iter().all(u8::is_ascii_digit) && (digits.is_empty() == fraction.is_empty());
            let is_whole = second == 0 && digits.iter().all(|b| *b == b'0');
            let minute = u16::try_from(hour * 60 + minute).ok().filter(|_| is_whole);
            (is_time && is_fraction && digits.len() <= 9).then_some(DateReading::Instant {
                date,
                minute: minute.unwrap_or(NO_MINUTE),
            })
        }
        _ => None,
    }
}

/// A date, unless its year says that there is none, or that it is no date of ours.
pub(super) fn dated(date: NaiveDate, reading: Certainty, v: &Vocabulary) -> DateReading {
    match by_year(date.year(), v) {
        None => reading(date),
        Some(other) => other,
    }
}

/// What a year alone says; nothing where it is one of ours.
fn by_year(year: i32, v: &Vocabulary) -> Option<DateReading> {
    if YEARS.contains(&year) {
        return None;
    }
    let far = year >= YEARS.end && !NOT_FAR.contains(&year);
    let sentinel = far || v.word(Kind::SentinelYear, &year.to_string()).is_some();
    Some(if sentinel {
        DateReading::NoEnd
    } else {
        DateReading::Unreadable
    })
}

/// The parts of a date: its numbers, each with the mark before it, and what the words among them say.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) numbers: Vec<(u32, usize, Option<char>)>,
    /// The month, where a word names it.
    pub(super) month: Option<u32>,
    /// Whether the month's word is `mar` and stands before every number.
    is_first_word_mar: bool,
    /// What Japanese, Chinese and Korean say of each number: year, month, day.
    marks: Vec<&'static str>,
}

pub(super) fn parts(tokens: &[Token<'_>], v: &Vocabulary) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut between: Option<char> = None;
    for token in tokens {
        match *token {
            Token::Number(number, length) => {
                parts.numbers.push((number, length, between.take()));
            }
            Token::Mark(' ') => between = between.or(Some(' ')),
            // A sign.
            Token::Mark('-') if parts.numbers.is_empty() && parts.month.is_none() => return None,
            Token::Mark(mark @ ('.' | '/' | '-' | '‐' | '–' | ',')) if between.is_none_or(|before| before == ' ') =>
            {
                between = Some(if matches!(mark, '‐' | '–') { '-' } else { mark });
            }
            // The point of an abbreviation and the mark behind it: `13-máj.-21`, `5 г., `.
            Token::Mark('-' | ',') if between == Some('.') => {}
            Token::Mark(_) => return None,
            Token::Word(word) => {
                between = None;
                if let Some(mark) = v.word(Kind::DateMark, word) {
                    parts.marks.push(mark);
                } else if let Some(month) = v.word(Kind::Month, word) {
                    // `mar. 3 mai 2021`: Tuesday in French, Spanish and Italian, March in most languages.
                    let is_weekday = parts.is_first_word_mar && parts.numbers.len() <= 1;
                    if parts.month.is_some() && !is_weekday {
                        return None;
                    }
                    parts.is_first_word_mar =
                        parts.month.is_none() && parts.numbers.is_empty() && word.eq_ignore_ascii_case("mar");
                    parts.month = month.parse().ok();
                } else {
                    v.word(Kind::DateNoise, word)?;
                }
            }
        }
    }
    Some(parts)
}

/// A date without its time. `shift`: the days that its time zone moves it by; `whole`: what plain numbers with the year first
/// are.
fn read_day(tokens: &[Token<'_>], shift: i8, whole: Certainty, v: &Vocabulary) -> Option<DateReading> {
    let zoned = |date: NaiveDate| {
        let days = Days::new(u64::from(shift.unsigned_abs()));
        if shift < 0 {
            date.checked_sub_days(days)
        } else {
            date.checked_add_days(days)
        }
    };
    let certain = |date: Option<NaiveDate>| Some(dated(zoned(date?)?, DateReading::Certain, v));
    let of_year = |year: u32, date: Option<NaiveDate>| match is_buddhist(year) {
        true => Some(DateReading::Buddhist(zoned(date?)?)),
        false => certain(date),
    };
    let parts = parts(tokens, v)?;
    match (&parts.numbers[..], parts.month, &parts.marks[..]) {
        // The short form of an instant: `20260503T000000Z`.
        (&[(whole_day, 8, _)], None, []) if !is_buddhist(whole_day / 10_000) => Some(dated(
            zoned(ymd(whole_day / 10_000, whole_day / 100 % 100, whole_day % 100)?)?,
            whole,
            v,
        )),
        (&[(year, 4, _), (month, ..=2, _), (day, ..=2, _)], None, ["year", "month", "day"] | ["year", "month"]) => {
            of_year(year, ymd(year, month, day))
        }
        (&[(year, 4, _), (day, ..=2, _)] | &[(day, ..=2, _), (year, 4, _)], Some(month), []) => {
            of_year(year, ymd(year, month, day))
        }
        (&[(day, ..=2, _), (year, 2, _)], Some(month), []) => match (day, month, year) {
            (31, 12, 99) => Some(DateReading::NoEnd),
            _ => certain(ymd(
                u32::try_from(full_year(u8::try_from(year).ok()?)).ok()?,
                month,
                day,
            ))
            .filter(|reading| {
                reading
                    .in_order(DateOrder::Ymd)
                    .is_some_and(|date| LIKELY_YEARS.contains(&date.year()))
            }),
        },
        (&[(a, long, _), (b, ..=2, Some(first)), (c, last, Some(second))], None, []) if first == second => {
            let separator = match first {
                '.' => Separator::Dot,
                '/' => Separator::Slash,
                '-' => Separator::Dash,
                ' ' => Separator::Blank,
                _ => return None,
            };
            match (long, last) {
                (4, ..=2) => {
                    let of_year = if is_buddhist(a) { DateReading::Buddhist } else { whole };
                    Some(dated(zoned(ymd(a, b, c)?)?, of_year, v))
                }
                (..=2, 4) => numeric(a, b, c, separator, shift, v),
                (..=2, 2) | (2, ..=2) => short((a, b, c), separator, (long, last), shift),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_buddhist(year: u32) -> bool {
    i32::try_from(year).is_ok_and(|year| BUDDHIST_YEARS.contains(&year))
}

/// A date of the common calendar; the year may be one of the Buddhist one.
fn ymd(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(common_year(i32::try_from(year).ok()?), month, day)
}

/// Day and month in either order before a year; at least one order must be a date.
fn numeric(a: u32, b: u32, year: u32, separator: Separator, shift: i8, v: &Vocabulary) -> Option<DateReading> {
    ymd(year, a, b).or_else(|| ymd(year, b, a))?;
    if let Some(other) = by_year(common_year(i32::try_from(year).ok()?), v) {
        return Some(other);
    }
    Some(DateReading::Numeric {
        a: u8::try_from(a).ok()?,
        b: u8::try_from(b).ok()?,
        year: i16::try_from(year).ok()?,
        separator,
        shift,
    })
}

/// Three short numbers; a year among them has two digits.
fn short((a, b, c): (u32, u32, u32), separator: Separator, lengths: (usize, usize), shift: i8) -> Option<DateReading> {
    // The ends of the calendars of spreadsheets and programs, cut to two digits: 9999-12-31, 0001-01-01.
    if matches!((a, b, c), (31, 12, 99) | (12, 31, 99) | (99, 12, 31) | (1, 1, 1)) {
        return Some(DateReading::NoEnd);
    }
    let reading = DateReading::Short {
        a: u8::try_from(a).ok()?,
        b: u8::try_from(b).ok()?,
        c: u8::try_from(c).ok()?,
        separator,
        a_wide: lengths.0 == 2,
        c_wide: lengths.1 == 2,
        shift,
    };
    // Two digits of a year far from ours can be those of another calendar.
    let is_likely = |date: NaiveDate| LIKELY_YEARS.contains(&date.year());
    DateOrder::ALL
        .iter()
        .any(|&order| reading.in_order(order).is_some_and(is_likely))
        .then_some(reading)
}
