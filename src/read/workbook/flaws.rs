//! Cells that the reader behind us is silent about, or stumbles over.
//!
//! In: what our own look at a sheet's raw part found, in the order of its cells. Out: for each cell that reader gives, whether
//! ours counts instead. Nothing that is told here becomes a value: a flawed cell is an error at its place.

use super::telling::Merge;

/// Most cells of one sheet that may be flawed.
pub(super) const MOST: usize = 1 << 20;

/// What a look at a sheet's raw part found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) flaws: Vec<Flaw>,
    pub(super) merges: Vec<Merge>,
    /// Rows with filled cells that are hidden.
    pub(super) hidden_rows: u32,
    /// The cell at which the sheet cannot be followed any more, and why.
    pub(super) breaks: Option<(u64, &'static str)>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flaw {
    /// The cell among those that the other reader gives, or, where it gives none for this, among whom it would stand.
    pub(super) ordinal: u64,
    pub(super) at: (u32, u32),
    pub(super) what: What,
}

/// What is to be told for a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// An error in place of what the other reader says.
    Error(String),
    /// An error for a cell that the other reader passes over.
    Unseen(String),
    /// Its value; the other reader has lost count of its place.
    Place,
}

impl Scan {
    /// Notes a flaw; says whether there is room for more.
    pub(super) fn flaw(&mut self, ordinal: u64, at: (u32, u32), what: What) {
        if self.flaws.len() < MOST {
            self.flaws.push(Flaw { ordinal, at, what });
        } else if self.breaks.is_none() {
            self.breaks = Some((ordinal, "too many of its cells cannot be read"));
        }
    }
}

/// Text of a cell as an error may quote it.
pub(super) fn quoted(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(60) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
    }
}

/// A formula that was never worked out, as programs write that do not calculate.
pub(super) const NO_VALUE: &str = "formula without a value";
