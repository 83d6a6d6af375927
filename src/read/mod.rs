//! Bytes to tables.
//!
//! In: a file (or standard input), what its columns may be called, limits. Out: a [`FileReport`], and through a [`Sink`]
//! every table found in it, row by row in batches, each cell with its place. Knows nothing of subscriptions: which words are
//! headings is asked of [`Words`]. Refuses, by name: containers we do not read, files over a limit. Never holds a whole file's
//! rows: a batch is handed on and forgotten.

use chrono::NaiveDateTime;
use serde::Serialize;

use crate::{
    finding::Finding,
    terms::{Text, worded},
};

/// A cell as its container had it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing, or blanks only.
    Empty,
    /// Text, as it stood; never empty.
    Text(&'a str),
    /// A number that is not formatted as a date.
    Number(f64),
    /// A real date cell, whatever the workbook's epoch.
    DateTime(NaiveDateTime),
    /// A boolean cell.
    Bool(bool),
    /// A spreadsheet error such as `#N/A`.
    Error(&'a str),
}

/// What a word is good for while the reader looks for encoding, delimiter and header row.
pub trait Words: Sync {
    /// How many of these cells are headings we know, each counted once.
    fn headings(&self, cells: &[&str]) -> usize;
}

/// Takes the tables of one file, in order: `table`, then its `rows` in batches, then perhaps the next `table`.
pub trait Sink {
    /// A table begins. Answers whether its rows are wanted.
    fn table(&mut self, head: &TableHead) -> Interest;
    /// The next rows of the current table, blank rows left out.
    fn rows(&mut self, rows: Rows);
}

/// Whether a sink wants a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Send the rows.
    Read,
    /// Go on to the next table.
    Skip,
}

/// What stands above a table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableHead {
    /// Sheet name, in a workbook.
    pub sheet: Option<Text>,
    /// Whether the sheet is hidden.
    pub hidden: bool,
    /// 1-based row of the headings (of the last one, where they take two rows), or line in a text file.
    pub header_row: u32,
    /// The headings by column, blanks around them removed; empty where a column has none.
    pub headings: Vec<Text>,
    /// The filled cells of the rows above the headings: titles, filters.
    pub above: Vec<(u32, Vec<String>)>,
}

/// A batch of rows of one table. Texts share one buffer, so that a row costs no allocation of its own.
#[derive(Debug, Default, Clone)]
pub struct Rows {
    text: String,
    slots: Vec<Slot>,
    ends: Vec<(u32, u32)>,
}

#[derive(Debug, Clone, Copy)]
enum Slot {
    Empty,
    Text { start: u32, end: u32 },
    Number(f64),
    DateTime(NaiveDateTime),
    Bool(bool),
    Error { start: u32, end: u32 },
}

impl Rows {
    /// Adds a cell to the row under way. Text of blanks only counts as empty.
    pub fn push(&mut self, cell: Cell<'_>) {
        let slot = match cell {
            Cell::Text(text) if text.trim().is_empty() => Slot::Empty,
            Cell::Empty => Slot::Empty,
            Cell::Text(text) => {
                let (start, end) = self.keep(text);
                Slot::Text { start, end }
            }
            Cell::Error(text) => {
                let (start, end) = self.keep(text);
                Slot::Error { start, end }
            }
            Cell::Number(number) => Slot::Number(number),
            Cell::DateTime(at) => Slot::DateTime(at),
            Cell::Bool(truth) => Slot::Bool(truth),
        };
        self.slots.push(slot);
    }

    fn keep(&mut self, text: &str) -> (u32, u32) {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        (start, self.text.len() as u32)
    }

    /// Ends the row under way. A row without a filled cell is dropped; says whether it was kept.
    pub fn end_row(&mut self, number: u32) -> bool {
        let start = self.ends.last().map_or(0, |&(_, end)| end as usize);
        if self.slots[start..].iter().all(|slot| matches!(slot, Slot::Empty)) {
            self.slots.truncate(start);
            return false;
        }
        self.ends.push((number, self.slots.len() as u32));
        true
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of text held: what bounds a batch.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.ends.len()).map(move |index| {
            let (number, end) = self.ends[index];
            let start = if index == 0 { 0 } else { self.ends[index - 1].1 };
            Row {
                number,
                text: &self.text,
                slots: &self.slots[start as usize..end as usize],
            }
        })
    }
}

/// One row of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// 1-based row of the sheet, or line of the text file on which the record begins.
    pub number: u32,
    text: &'a str,
    slots: &'a [Slot],
}

impl<'a> Row<'a> {
    /// Number of cells, trailing empty ones included.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The cell of a 0-based column; past the last one it is empty.
    pub fn cell(&self, column: usize) -> Cell<'a> {
        match self.slots.get(column) {
            None | Some(Slot::Empty) => Cell::Empty,
            Some(&Slot::Text { start, end }) => Cell::Text(&self.text[start as usize..end as usize]),
            Some(&Slot::Error { start, end }) => Cell::Error(&self.text[start as usize..end as usize]),
            Some(&Slot::Number(number)) => Cell::Number(number),
            Some(&Slot::DateTime(at)) => Cell::DateTime(at),
            Some(&Slot::Bool(truth)) => Cell::Bool(truth),
        }
    }

    /// All cells in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'a>> {
        let row = *self;
        (0..row.len()).map(move |column| row.cell(column))
    }
}

/// One input as it was named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A file; the path is shown as given.
    File(std::path::PathBuf),
    /// Standard input (`-`), read whole before anything else.
    Bytes {
        /// What to call it: `-`.
        name: Text,
        /// Its content.
        bytes: std::sync::Arc<[u8]>,
    },
}

/// What a person may know better than the file says; all optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// An encoding label, such as `windows-1250`.
    pub encoding: Option<String>,
    /// The delimiter.
    pub delimiter: Option<char>,
    /// The only sheet to read; one that is missing refuses the file.
    pub sheet: Option<String>,
}

/// What a file may cost. Over one, the file is refused by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Bytes of a workbook file, or of a text file inside an archive.
    pub file_bytes: u64,
    /// Bytes of a delimited text file, which is read as a stream.
    pub text_bytes: u64,
    /// Bytes of one unpacked part of a workbook.
    pub part_bytes: u64,
    /// Bytes of all unpacked parts of a workbook.
    pub unpacked_bytes: u64,
    /// Parts of a workbook.
    pub parts: u64,
    /// Unpacked bytes over packed bytes, once past 16 MiB.
    pub ratio: u64,
    /// Sheets of a workbook.
    pub sheets: u64,
    /// Filled cells of a workbook.
    pub cells: u64,
    /// Columns of a table.
    pub columns: u64,
    /// Rows of a file.
    pub rows: u64,
    /// Bytes of one record of a text file.
    pub record_bytes: u64,
    /// Bytes of one cell.
    pub cell_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 256 << 20,
            text_bytes: 16 << 30,
            part_bytes: 1 << 30,
            unpacked_bytes: 2 << 30,
            parts: 4096,
            ratio: 200,
            sheets: 1024,
            cells: 20_000_000,
            columns: 16_384,
            rows: 50_000_000,
            record_bytes: 2 << 20,
            cell_bytes: 1 << 20,
        }
    }
}

worded! {
    /// What a file is, by its content.
    Container {
        /// Delimited text.
        Text = "text",
        /// Office Open XML workbook (`.xlsx`, `.xlsm`).
        Xlsx = "xlsx",
        /// Binary Office Open XML workbook.
        Xlsb = "xlsb",
        /// Excel 97 to 2003 workbook.
        Xls = "xls",
        /// OpenDocument spreadsheet.
        Ods = "ods",
        /// Delimited text, gzip-compressed.
        Gzip = "gzip",
        /// Delimited texts in a zip archive.
        Zip = "zip",
    }
}

/// What became of reading one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Path as given.
    pub path: Text,
    /// Bytes as stored.
    pub bytes: u64,
    /// Digest of the bytes as stored, lower-case hexadecimal; absent where the file could not be read.
    pub sha256: Option<String>,
    /// What it is; absent where it was refused before that was known.
    pub container: Option<Container>,
    /// Encoding of a text, as the Encoding Standard names it.
    pub encoding: Option<Text>,
    /// Whether the encoding is certain (BOM, valid multi-byte UTF-8, plain ASCII, setting) rather than chosen by evidence.
    pub encoding_certain: bool,
    /// Delimiter of a text.
    pub delimiter: Option<char>,
    /// Sheets of a workbook that were looked at.
    pub sheets: u32,
    /// Rows handed on.
    pub rows: u64,
    /// Whether the file was refused or could not be read at all: none of its rows may be used.
    pub refused: bool,
    /// What to tell about it.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

impl FileReport {
    /// A report of a file about which nothing is known yet.
    pub fn new(path: impl Into<Text>) -> FileReport {
        FileReport {
            path: path.into(),
            bytes: 0,
            sha256: None,
            container: None,
            encoding: None,
            encoding_certain: false,
            delimiter: None,
            sheets: 0,
            rows: 0,
            refused: false,
            findings: Vec::new(),
        }
    }
}
