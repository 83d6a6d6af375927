//! What the parser of workbooks tells, and why it gives up.
//!
//! In: nothing. Out: the words between the parser and whoever takes the cells, in one process or in two. Within a sheet, rows
//! come in order, and within a row columns do; no place comes twice.

use crate::read::{Cell, Epoch, Limits};

/// What a workbook tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event<'a> {
    /// From which day numbers of days count; before the first sheet.
    Epoch(Epoch),
    /// A sheet begins.
    Sheet { name: &'a str, hidden: bool },
    /// A cell that is filled; row and column count from 0.
    Cell { row: u32, column: u32, cell: Cell<'a> },
    /// So many rows with filled cells are hidden in this sheet.
    HiddenRows(u32),
    /// The sheet ends.
    End,
    /// The sheet breaks off; the row under way is not whole.
    Broken(&'a str),
}

/// What the taker wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Go,
    /// No more cells of this sheet.
    SkipSheet,
    /// The sheet cannot be used from here on.
    Break(&'static str),
}

/// Why a workbook is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Encrypted,
    Damaged(String),
    SheetMissing {
        wanted: String,
        names: Vec<String>,
    },
    /// Over the limit of this name.
    Over(&'static str),
}

/// A limit: its name in the settings, its value, what it counts.
type Limit = (&'static str, fn(&Limits) -> u64, &'static str);

/// Limits that the parser keeps to.
const COUNTED: &[Limit] = &[
    ("sheets", |limits| limits.sheets, "sheets"),
    ("cells", |limits| limits.cells, "filled cells"),
    ("columns", |limits| limits.columns, "columns"),
    ("rows", |limits| limits.rows, "rows"),
    ("cell_bytes", |limits| limits.cell_bytes, "bytes in one cell"),
    (
        "workbook_text_bytes",
        |limits| limits.workbook_text_bytes,
        "bytes of text in all cells",
    ),
];

/// A limit of the parser by its name.
pub(super) fn counted(name: &str) -> Option<Limit> {
    COUNTED.iter().find(|(known, ..)| *known == name).copied()
}
