//! One cell to a date reading.
//!
//! In: a cell, the vocabulary's month names and words. Out: a [`DateReading`]. Refuses what is left over when a date, a time and
//! a time zone are taken off: a cell is a date as a whole or not at all.

use chrono::{Datelike, Days, NaiveDate};

use super::{DateReading, Separator, full_year};
use crate::{
    config::DateOrder,
    read::Cell,
    recognise::{
        values::{is_error, is_nothing},
        vocabulary::{Kind, Vocabulary},
    },
};

/// Serial numbers that can be meant as dates where a column holds dates: 2000-01-01 to 2099-12-31.
const SERIALS: std::ops::RangeInclusive<f64> = 36_526.0..=73_050.0;
/// Years that a date of a subscription can have; outside them it stands for "none", or is damaged.
const YEARS: std::ops::Range<i32> = 1990..2100;
/// Years of the Buddhist calendar; not "far in the future".
const BUDDHIST: std::ops::RangeInclusive<i32> = 2400..=2700;
/// A cell with more than this is prose.
const LONGEST: usize = 80;
/// Minutes of a day.
const DAY: i32 = 24 * 60;

/// What a cell of a date column says.
pub fn read_date(cell: Cell<'_>, v: &Vocabulary) -> DateReading {
    match cell {
        Cell::Empty => DateReading::Empty,
        Cell::DateTime(at) => dated(at.date(), DateReading::Typed, v),
        Cell::Number(number) => serial(number)
            .or_else(|| compact(&format!("{number}"), v))
            .unwrap_or(DateReading::Unreadable),
        Cell::Bool(_) | Cell::Error(_) => DateReading::Unreadable,
        Cell::Text(text) => read_text(text, v).unwrap_or(DateReading::Unreadable),
    }
}

fn read_text(text: &str, v: &Vocabulary) -> Option<DateReading> {
    let text =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '\u{200b}'..='\u{200f}' | '\u{feff}'));
    if let Some(date) = plain_iso(text) {
        return Some(dated(date, DateReading::YearFirst, v));
    }
    if text.is_empty() {
        return Some(DateReading::Empty);
    }
    if text.len() > LONGEST || is_error(text) {
        return None;
    }
    if text.chars().any(|c| matches!(c, '０'..='９' | '：' | '／')) {
        use unicode_normalization::UnicodeNormalization;
        return read_text(&text.nfkc().collect::<String>(), v);
    }
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        let none = is_nothing(text, v) || v.word(Kind::Never, text).is_some();
        return none.then_some(DateReading::NoEnd);
    }
    if let Some(reading) = compact(text, v) {
        return Some(reading);
    }
    let tokens = tokens(text)?;
    let (date, time) = tokens.split_at(time_start(&tokens, v));
    let shift = match time {
        [] => None,
        time => read_time(time, v)?,
    };
    // No spreadsheet writes a `T` or a time zone: where one stands, a program wrote the date.
    let by_program = shift.is_some() || matches!(time, [Token::Word("T" | "t"), ..]);
    let whole = if by_program {
        DateReading::Certain
    } else {
        DateReading::YearFirst
    };
    read_day(date, shift.unwrap_or(0), whole, v)
}

/// `2026-05-03` alone, the most frequent form by far.
fn plain_iso(text: &str) -> Option<NaiveDate> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let number = |range: std::ops::Range<usize>| {
        bytes
            .get(range)?
            .iter()
            .try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(number(0..4)? as i32, number(5..7)?, number(8..10)?)
}

/// A number without marks: a serial number (`44319`, `44319,75`), or `20260503`.
fn compact(text: &str, v: &Vocabulary) -> Option<DateReading> {
    let (whole, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let decimals = rest.strip_prefix(['.', ',']).unwrap_or("");
    let is_number = rest.is_empty() || (!decimals.is_empty() && decimals.bytes().all(|b| b.is_ascii_digit()));
    match whole.len() {
        5 if is_number => serial(whole.parse().ok()?),
        8 if is_number && decimals.bytes().all(|b| b == b'0') => {
            let number: u32 = whole.parse().ok()?;
            let date = NaiveDate::from_ymd_opt((number / 10_000) as i32, number / 100 % 100, number % 100)?;
            YEARS
                .contains(&date.year())
                .then(|| dated(date, DateReading::YearFirst, v))
        }
        _ => None,
    }
}

/// A spreadsheet's number of a day, counted from 1900 (which it believes to be a leap year).
fn serial(number: f64) -> Option<DateReading> {
    if !SERIALS.contains(&number) {
        return None;
    }
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    zero.checked_add_days(Days::new(number as u64)).map(DateReading::Typed)
}

/// A date, unless its year says that there is none, or that it is no date of ours.
fn dated(date: NaiveDate, reading: fn(NaiveDate) -> DateReading, v: &Vocabulary) -> DateReading {
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
    let far = year >= YEARS.end && !BUDDHIST.contains(&year);
    let sentinel = far || v.word(Kind::SentinelYear, &year.to_string()).is_some();
    Some(if sentinel {
        DateReading::NoEnd
    } else {
        DateReading::Unreadable
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// A number and how many digits it was written with.
    Number(u32, usize),
    /// Letters.
    Word(&'a str),
    /// Any other character; blanks are one ` `.
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::with_capacity(16);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| match first {
            '0'..='9' => c.is_ascii_digit(),
            first if is_blank(first) => is_blank(c),
            first if first.is_alphabetic() => c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c),
            _ => false,
        };
        let length = rest.find(|c| !same(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (run, after) = rest.split_at(length);
        tokens.push(match first {
            '0'..='9' => Token::Number(run.parse().ok()?, run.len()),
            first if is_blank(first) => Token::Mark(' '),
            first if first.is_alphabetic() => Token::Word(run),
            mark => Token::Mark(mark),
        });
        rest = after;
    }
    Some(tokens)
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// Where the time begins: at the number before the first colon, with the words before it (`kl.`, `du.`, `T`); at the end where
/// there is no time.
fn time_start(tokens: &[Token<'_>], v: &Vocabulary) -> usize {
    let is_instant =
        |pair: &[Token<'_>]| matches!(pair, [Token::Number(..), Token::Word("T" | "t"), Token::Number(..)]);
    if let Some(at) = tokens.windows(3).position(is_instant) {
        return at + 1;
    }
    let announces = |token: &Token<'_>| match token {
        Token::Word(word) => v.word(Kind::TimeNoise, word).is_some() || v.word(Kind::HalfDay, word).is_some(),
        _ => false,
    };
    let Some(colon) = tokens.iter().position(|token| *token == Token::Mark(':')) else {
        let is_time_word =
            |token: &Token<'_>| matches!(token, Token::Word(word) if v.word(Kind::TimeNoise, word).is_some());
        return tokens.iter().position(is_time_word).unwrap_or(tokens.len());
    };
    let before = tokens.get(..colon).unwrap_or_default();
    let hour = before
        .iter()
        .rposition(|token| matches!(token, Token::Number(..)))
        .unwrap_or(0);
    let mut start = hour;
    while let Some((last, earlier)) = tokens.get(..start).and_then(<[_]>::split_last) {
        let behind_word = || {
            earlier
                .iter()
                .rev()
                .find(|token| **token != Token::Mark(' '))
                .is_some_and(announces)
        };
        match last {
            Token::Mark(' ') => {}
            Token::Mark('.') if behind_word() => {}
            word if announces(word) => {}
            _ => break,
        }
        start -= 1;
    }
    start
}

/// The days by which a time's zone moves the date to UTC, if it has a zone; none where it is no time.
fn read_time(tokens: &[Token<'_>], v: &Vocabulary) -> Option<Option<i8>> {
    let mut rest = tokens
        .iter()
        .copied()
        .filter(|token| !matches!(token, Token::Mark(' ' | '(' | ')')))
        .peekable();
    let mut afternoon = None;
    let mut numbers: Vec<(u32, usize)> = Vec::new();
    let mut offset: Option<i32> = None;
    while let Some(token) = rest.next() {
        match token {
            Token::Number(number, length) if offset.is_none() => numbers.push((number, length)),
            Token::Word("T" | "t") if numbers.is_empty() => {}
            Token::Mark(':' | '.' | ',') if offset.is_none() => {}
            Token::Word(word) if matches!(v.word(Kind::HalfDay, word), Some("am" | "pm")) => {
                afternoon = Some(v.word(Kind::HalfDay, word) == Some("pm"));
            }
            Token::Word(word) if v.word(Kind::TimeNoise, word).is_some() => {}
            Token::Word(word) if ["z", "utc", "gmt"].contains(&word.to_ascii_lowercase().as_str()) => offset = Some(0),
            Token::Mark(sign @ ('+' | '-' | '−')) if !numbers.is_empty() => {
                let minutes = match (rest.next()?, rest.peek()) {
                    (Token::Number(hours, ..=2), Some(Token::Mark(':'))) => {
                        rest.next();
                        match rest.next()? {
                            Token::Number(minutes, 2) if minutes < 60 => hours * 60 + minutes,
                            _ => return None,
                        }
                    }
                    (Token::Number(hours, ..=2), None) => hours * 60,
                    (Token::Number(both, 4), None) if both % 100 < 60 => both / 100 * 60 + both % 100,
                    _ => return None,
                };
                let minutes = i32::try_from(minutes).ok().filter(|&minutes| minutes <= 14 * 60)?;
                offset = Some(if sign == '+' { minutes } else { -minutes });
            }
            _ => return None,
        }
    }
    let minutes = minutes_of_day(&numbers, afternoon)?;
    // The last paid day is the UTC date of the instant.
    Some(offset.and_then(|offset| i8::try_from((minutes - offset).div_euclid(DAY)).ok()))
}

/// Minutes since midnight; 24:00 is the end of its day.
fn minutes_of_day(numbers: &[(u32, usize)], afternoon: Option<bool>) -> Option<i32> {
    let (hour, minute, second) = match *numbers {
        [(both, 4)] => (both / 100, both % 100, 0),
        [(all, 6)] => (all / 10_000, all / 100 % 100, all % 100),
        [(hour, ..=2)] => (hour, 0, 0),
        [(hour, ..=2), (minute, 2)] => (hour, minute, 0),
        [(hour, ..=2), (minute, 2), (second, 2)] | [(hour, ..=2), (minute, 2), (second, 2), (_, ..=9)] => {
            (hour, minute, second)
        }
        _ => return None,
    };
    let hour = match afternoon {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    match (hour, minute, second) {
        (24, 0, 0) => Some(DAY - 1),
        (..=23, ..=59, ..=60) => i32::try_from(hour * 60 + minute).ok(),
        _ => None,
    }
}

/// The parts of a date: its numbers, each with the mark before it, and what the words among them say.
#[derive(Default)]
struct Parts {
    numbers: Vec<(u32, usize, Option<char>)>,
    /// The month, where a word names it.
    month: Option<u32>,
    /// What Japanese, Chinese and Korean say of each number: year, month, day.
    marks: Vec<&'static str>,
}

fn parts(tokens: &[Token<'_>], v: &Vocabulary) -> Option<Parts> {
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
                    if parts.month.is_some() {
                        return None;
                    }
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
fn read_day(
    tokens: &[Token<'_>],
    shift: i8,
    whole: fn(NaiveDate) -> DateReading,
    v: &Vocabulary,
) -> Option<DateReading> {
    let zoned = |date: NaiveDate| {
        let days = Days::new(u64::from(shift.unsigned_abs()));
        if shift < 0 {
            date.checked_sub_days(days)
        } else {
            date.checked_add_days(days)
        }
    };
    let certain = |date: Option<NaiveDate>| Some(dated(zoned(date?)?, DateReading::Certain, v));
    let parts = parts(tokens, v)?;
    match (&parts.numbers[..], parts.month, &parts.marks[..]) {
        // The short form of an instant: `20260503T000000Z`.
        (&[(whole_day, 8, _)], None, []) => Some(dated(
            zoned(ymd(whole_day / 10_000, whole_day / 100 % 100, whole_day % 100)?)?,
            whole,
            v,
        )),
        (&[(year, 4, _), (month, ..=2, _), (day, ..=2, _)], None, ["year", "month", "day"] | ["year", "month"]) => {
            certain(ymd(year, month, day))
        }
        (&[(year, 4, _), (day, ..=2, _)] | &[(day, ..=2, _), (year, 4, _)], Some(month), []) => {
            certain(ymd(year, month, day))
        }
        (&[(day, ..=2, _), (year, 2, _)], Some(month), []) => match (day, month, year) {
            (31, 12, 99) => Some(DateReading::NoEnd),
            _ => certain(ymd(full_year(u8::try_from(year).ok()?) as u32, month, day)),
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
                (4, ..=2) => Some(dated(zoned(ymd(a, b, c)?)?, whole, v)),
                (..=2, 4) => numeric(a, b, c, separator, shift, v),
                (..=2, 2) | (2, ..=2) => short((a, b, c), separator, (long, last), shift),
                _ => None,
            }
        }
        _ => None,
    }
}

fn ymd(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Day and month in either order before a year; at least one order must be a date.
fn numeric(a: u32, b: u32, year: u32, separator: Separator, shift: i8, v: &Vocabulary) -> Option<DateReading> {
    ymd(year, a, b).or_else(|| ymd(year, b, a))?;
    if let Some(other) = by_year(i32::try_from(year).ok()?, v) {
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
    DateOrder::ALL
        .iter()
        .any(|&order| reading.in_order(order).is_some())
        .then_some(reading)
}
