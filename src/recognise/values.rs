//! Cells to values: one function a kind of value.
//!
//! In: a [`Cell`] and the vocabulary. Out: the value; `None` where the cell is empty or says that nothing stands here (`-`,
//! `n/a`); [`Unreadable`] or [`DamagedId`] where something stands there that we cannot read for certain. Refuses to guess:
//! `25.5` licences, `1,000` (one, or a thousand), a word with two meanings. Languages need not be known here, since a word of a
//! kind means the same in all of them.

mod count;
mod ids;
mod words;

pub use count::{Marks, OpenCount, seats};
pub use ids::id;
pub use words::{
    TermAndBilling, action, addon, billing_plan, boolean, channel, cloud, country, end_instruction, progress,
    qualification, relationship, seat_based, segment, state, step, term, term_and_billing, trial, trial_state,
};

use super::vocabulary::{Kind, Vocabulary};
use crate::read::Cell;

/// A cell that is filled and cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// What is the matter with it, to stand behind the value: "is no number of licences".
    pub why: &'static str,
}

/// An identifier that a spreadsheet has damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DamagedId {
    /// What is the matter with it, to stand behind the value: "is a number rounded to 15 digits".
    pub why: &'static str,
}

/// What a cell comes to when it is one word of a kind or none.
enum Content<'a> {
    Nothing,
    Text(&'a str),
    Number(f64),
    Bool(bool),
    /// A date, or a spreadsheet error: no value of ours.
    Other,
}

/// A cell's content; the words for "nothing stands here" are left to [`is_nothing`], since `none` is a billing plan.
fn content(cell: Cell<'_>) -> Content<'_> {
    match cell {
        Cell::Empty => Content::Nothing,
        Cell::Text(text) if is_error(text) => Content::Other,
        Cell::Text(text) if !text.chars().any(is_visible) => Content::Nothing,
        Cell::Text(text) => Content::Text(text),
        Cell::Number(number) => Content::Number(number),
        Cell::Bool(truth) => Content::Bool(truth),
        Cell::DateTime(_) | Cell::Error(_) => Content::Other,
    }
}

fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}')
}

/// Whether a text is what a spreadsheet shows in place of a value: `#N/A`, `#HIÁNYZIK`, `#######`.
pub fn is_error(text: &str) -> bool {
    text.trim_start()
        .strip_prefix('#')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase() || c == '#'))
}

/// Whether a text says that nothing stands here: `-`, `n/a`, `nincs`.
pub fn is_nothing(text: &str, v: &Vocabulary) -> bool {
    let dashes = |c: char| matches!(c, '-' | '–' | '—' | '−' | '.' | '?' | '_') || !is_visible(c);
    (!is_error(text) && v.word(Kind::Empty, text).is_some()) || text.chars().all(dashes)
}
