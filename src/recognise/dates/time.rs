//! The time of day behind a date.
//!
//! In: the pieces of a text. Out: where the time begins, and the days by which its zone moves the date to UTC. Refuses what is no
//! time as a whole.

use super::{NO_MINUTE, token::Token};
use crate::recognise::vocabulary::{Kind, Vocabulary};

/// Minutes of a day.
const DAY: i32 = 24 * 60;

/// Where the time begins: at the number before the first colon, with the words before it (`kl.`, `du.`, `T`); at the end where
/// there is no time.
pub(super) fn time_start(tokens: &[Token<'_>], v: &Vocabulary) -> usize {
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

/// What a zone makes of a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zoned {
    /// The days by which it moves the date to UTC.
    pub(super) days: i8,
    /// Minutes since midnight in UTC, where there are no seconds.
    pub(super) minute: u16,
}

/// What a time's zone makes of it, if it has a zone; none where it is no time.
pub(super) fn read_time(tokens: &[Token<'_>], v: &Vocabulary) -> Option<Option<Zoned>> {
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
    let is_whole = numbers.iter().skip(2).all(|(number, _)| *number == 0) && !matches!(numbers[..], [(_, 6)]);
    let zoned = |offset: i32| {
        let utc = minutes - offset;
        let minute = u16::try_from(utc.rem_euclid(DAY)).ok().filter(|_| is_whole);
        Some(Zoned {
            days: i8::try_from(utc.div_euclid(DAY)).ok()?,
            minute: minute.unwrap_or(NO_MINUTE),
        })
    };
    Some(offset.and_then(zoned))
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
