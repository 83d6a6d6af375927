//! Why a cell is no date.
//!
//! In: a cell that [`super::read_date`] could not read. Out: what is the matter with it, to stand behind its value. Says only
//! what is certain: a day that no calendar has is named as such, and so are weeks, months without a day, other scripts.

use super::{
    time::time_start,
    token::{Token, tokens},
};
use crate::{
    read::Cell,
    recognise::vocabulary::{Kind, Vocabulary},
};

/// What is the matter with a cell that is no date: "is no day of the calendar".
pub fn why_unreadable(cell: Cell<'_>, v: &Vocabulary) -> &'static str {
    const NO_DATE: &str = "is no date we can read";
    let Cell::Text(text) = cell else {
        return NO_DATE;
    };
    if text
        .chars()
        .any(|c| c.is_numeric() && !c.is_ascii() && !('０'..='９').contains(&c))
    {
        return "is written in digits of another script, perhaps of another calendar";
    }
    let Some(tokens) = tokens(text.trim()).filter(|tokens| tokens.len() <= 40) else {
        return NO_DATE;
    };
    let is_week = |pair: &[Token<'_>]| matches!(pair, [Token::Word("W" | "w"), Token::Number(..)]);
    if matches!(tokens.first(), Some(Token::Number(_, 4))) && tokens.windows(2).any(is_week) {
        return "is a week, not a day";
    }
    let tokens = tokens.get(..time_start(&tokens, v)).unwrap_or_default();
    let numbers: Vec<(u32, usize)> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Number(number, length) => Some((*number, *length)),
            _ => None,
        })
        .collect();
    let words = || {
        tokens.iter().filter_map(|token| match token {
            Token::Word(word) => Some(*word),
            _ => None,
        })
    };
    let has_month = words().any(|word| v.word(Kind::Month, word).is_some());
    let is_other = |word: &str| {
        let of_dates = [Kind::Month, Kind::DateMark, Kind::DateNoise];
        of_dates.iter().all(|kind| v.word(*kind, word).is_none())
    };
    if words().any(is_other) {
        return NO_DATE;
    }
    match (&numbers[..], has_month) {
        (&[(_, ..=2), (_, ..=2), (year, 4)] | &[(year, 4), (_, ..=2), (_, ..=2)], false)
        | (&[(_, ..=2), (year, 4)] | &[(year, 4), (_, ..=2)], true) => match year {
            1990..=2100 => "is no day of the calendar",
            1300..=1500 | 2400..=2700 => "has a year of another calendar",
            _ => NO_DATE,
        },
        (&[(1..=12, ..=2), (1990..=2100, 4)] | &[(1990..=2100, 4), (1..=12, ..=2)], false)
        | (&[(1990..=2100, 4)], true) => "is a month without a day",
        (&[(_, ..=2), (_, ..=2), (_, 2)], false) | (&[(_, ..=2), (_, 2)], true) => {
            "is no day of the calendar near our years"
        }
        _ => NO_DATE,
    }
}
