//! Words beside a date in one cell.
//!
//! In: a cell such as `2026-05-03 (No Renewal)`. Out: its date and its [`Remark`], so that neither is lost. Refuses words that we
//! do not know: a cell with them is no date.

use super::parse::{LONGEST, read_text};
use crate::{
    read::{Cell, Epoch},
    recognise::vocabulary::{Kind, Vocabulary},
    terms::{EndInstruction, State},
};

/// What the words beside a date say: `2026-05-03 (No Renewal)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// What happens at the term end.
    AtEnd(EndInstruction),
    /// A state.
    State(State),
}

/// The words beside a date, where we know them; a cell with others is no date.
pub fn remark(cell: Cell<'_>, v: &Vocabulary) -> Option<Remark> {
    let Cell::Text(text) = cell else {
        return None;
    };
    let (date, remark) = split_remark(text, v)?;
    let is_date = |text| read_text(text, Epoch::SINCE_1900, v).is_some();
    (!is_date(text) && is_date(date)).then_some(remark)
}

/// Takes the words after the last digit (and the time's own words) or before the first off a date.
pub(super) fn split_remark<'a>(text: &'a str, v: &Vocabulary) -> Option<(&'a str, Remark)> {
    if text.len() > LONGEST {
        return None;
    }
    let first = text.find(|c: char| c.is_ascii_digit())?;
    let after_last = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let bracket = text.rfind(['(', '[']).filter(|at| *at >= after_last);
    [bracket, Some(after_last), Some(first)]
        .into_iter()
        .flatten()
        .find_map(|at| {
            let (before, after) = text.split_at(at);
            let (date, words) = if at == first { (after, before) } else { (before, after) };
            let words = words.trim_matches(|c: char| !c.is_alphanumeric());
            if words.is_empty() {
                return None;
            }
            let word = |kind| v.word(kind, words);
            let at_end = || word(Kind::EndInstruction).and_then(|word| word.parse().ok());
            let state = || word(Kind::State).and_then(|word| word.parse().ok());
            let remark = at_end().map(Remark::AtEnd).or_else(|| state().map(Remark::State))?;
            let date =
                date.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ',' | ';' | ':' | '|'));
            Some((date, remark))
        })
}
