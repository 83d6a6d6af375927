//! Bytes to tables.
//!
//! In: a file (or standard input), what its columns may be called, limits. Out: a [`FileReport`], and through a [`Sink`]
//! every table found in it, row by row in batches, each cell with its place. Knows nothing of subscriptions: which words are
//! headings is asked of [`Words`]. Refuses, by name: containers we do not read, files over a limit. Never holds a whole file's
//! rows: a batch is handed on and forgotten.

mod archive;
mod coding;
mod container;
mod damage;
mod decode;
mod dialect;
mod directory;
mod encoding;
mod ending;
mod epoch;
mod headings;
mod inputs;
mod lines;
mod one_table;
mod quiet;
mod quotes;
mod record;
mod records;
mod rows;
mod source;
mod survey;
mod table;
mod text;
mod workbook;

use std::{borrow::Cow, sync::OnceLock};

use chrono::NaiveDateTime;
use serde::Serialize;

pub(crate) use self::source::{ReadSeek, WriteSeek};
pub use self::{
    coding::known_encoding,
    epoch::Epoch,
    inputs::{expand, expand_with},
    rows::{Row, Rows},
    workbook::{ChildCommand, Workbooks, all_ways_of_xlsx, parse_workbook},
};
use self::{
    container::Kind,
    source::{Content, Stored},
    table::Found,
    text::TextJob,
};
use crate::{
    finding::{Code, Finding, Place, put_in_order},
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
    /// How many of them say by themselves what their column holds; `ID` does not.
    fn telling(&self, cells: &[&str]) -> usize {
        self.headings(cells)
    }
    /// Whether two rows of headings, with an empty column between them, are those of two tables that have nothing to do with
    /// each other.
    fn are_apart(&self, _left: &[&str], _right: &[&str]) -> bool {
        false
    }
    /// Whether headings are those of a list of customers and of nothing else.
    fn lists_customers(&self, _cells: &[&str]) -> bool {
        false
    }
}

/// Takes the tables of one file, in order: `table`, then its `rows` in batches, then perhaps the next `table`.
pub trait Sink {
    /// A table begins. Answers whether its rows are wanted.
    fn table(&mut self, head: &TableHead) -> Interest;
    /// The next rows of the current table, blank rows left out.
    fn rows(&mut self, rows: Rows);
    /// Whether a row of other headings begins another table. It does not in tables whose cells may be headings.
    fn splits(&self) -> bool {
        true
    }
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
    /// In a text, how many cells its rows have, empty ones at the end included: those of the headings' row or of most of the
    /// first rows below it, whichever are more. None, where the container has no such cells.
    pub cells: Option<u32>,
    /// From which day the workbook counts its days; none in a text, which does not say.
    pub epoch: Option<Epoch>,
    /// The filled cells of the rows above the headings: titles, filters.
    pub above: Vec<(u32, Vec<String>)>,
    /// Whether it was told from a table beside it by what the two are, not by headings that both have.
    pub is_apart: bool,
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

impl Input {
    /// What it is called in reports: the path as given, with forward slashes.
    pub fn name(&self) -> Text {
        match self {
            Input::Bytes { name, .. } => name.clone(),
            Input::File(path) => {
                let name = path.to_string_lossy();
                if std::path::MAIN_SEPARATOR == '/' {
                    name.into()
                } else {
                    name.replace('\\', "/").into()
                }
            }
        }
    }
}

/// What a person may know better than the file says, all optional; and how the caller wants it read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// An encoding label, such as `windows-1250`.
    pub encoding: Option<String>,
    /// The delimiter.
    pub delimiter: Option<char>,
    /// The only sheet to read; one that is missing refuses the file.
    pub sheet: Option<String>,
    /// Where workbooks are parsed.
    pub workbooks: Workbooks,
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
    /// Bytes of the texts of all cells of a workbook.
    pub workbook_text_bytes: u64,
    /// Bytes of memory that parsing one workbook may take.
    pub memory_bytes: u64,
    /// Seconds of computing that parsing one workbook may take.
    pub cpu_seconds: u64,
    /// Seconds to wait for the parsing of one workbook.
    pub wall_seconds: u64,
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
            workbook_text_bytes: 1 << 30,
            memory_bytes: 2 << 30,
            cpu_seconds: 60,
            wall_seconds: 60,
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

/// Reads one input: its tables go to the sink, what became of it is the answer. Where the report says `refused`, rows that
/// were already handed on must be forgotten.
pub fn read(
    input: &Input,
    options: &ReadOptions,
    limits: &Limits,
    words: &dyn Words,
    sink: &mut dyn Sink,
) -> FileReport {
    let mut job = Job {
        report: FileReport::new(input.name()),
        options,
        limits,
        words,
    };
    if let Err(finding) = job.run(input, sink) {
        job.report.refused = true;
        job.report.findings.push(*finding);
    }
    put_in_order(&mut job.report.findings);
    job.report
}

/// Most bytes of text that [`read_whole`] holds.
const WHOLE_TEXT: usize = 256 << 20;

/// Reads a small input, such as a table of the settings, into memory.
pub fn read_whole(
    input: &Input,
    options: &ReadOptions,
    limits: &Limits,
    words: &dyn Words,
) -> (FileReport, Vec<(TableHead, Rows)>) {
    let mut whole = Whole::default();
    let mut report = read(input, options, limits, words, &mut whole);
    if whole.over {
        let message = format!("holds over {WHOLE_TEXT} bytes of text; it was not read");
        let finding = Finding::new(
            Code::LimitExceeded,
            Place::file(report.path.clone()),
            message,
            "shorten the table",
        );
        report.refused = true;
        report.findings.push(finding);
    }
    if report.refused {
        whole.tables.clear();
    }
    (report, whole.tables)
}

#[derive(Default)]
struct Whole {
    tables: Vec<(TableHead, Rows)>,
    text: usize,
    over: bool,
}

impl Sink for Whole {
    fn table(&mut self, head: &TableHead) -> Interest {
        self.tables.push((head.clone(), Rows::default()));
        if self.over { Interest::Skip } else { Interest::Read }
    }

    fn rows(&mut self, rows: Rows) {
        self.text += rows.text_len();
        self.over |= self.text > WHOLE_TEXT;
        if let Some((_, all)) = self.tables.last_mut()
            && !self.over
        {
            all.append(&rows);
        }
    }

    fn splits(&self) -> bool {
        false
    }
}

/// Why a file is refused: an error of ours until it is reported.
type Refusal = Box<Finding>;

fn refuse(
    code: Code,
    place: Place,
    message: impl Into<Cow<'static, str>>,
    hint: impl Into<Cow<'static, str>>,
) -> Refusal {
    Box::new(Finding::new(code, place, message, hint))
}

/// One input being read.
struct Job<'a> {
    report: FileReport,
    options: &'a ReadOptions,
    limits: &'a Limits,
    words: &'a dyn Words,
}

impl Job<'_> {
    /// Reads it. An error refuses the file.
    fn run(&mut self, input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let stored = Stored::open(input).map_err(|error| self.unreadable(error.to_string()))?;
        self.report.bytes = stored.len().map_err(|error| self.unreadable(error.to_string()))?;
        if self.report.bytes > self.limits.text_bytes {
            return Err(self.over(self.place(), "text_bytes", self.limits.text_bytes, "bytes"));
        }
        let before = stored.state(input);
        let read = self.digested(&stored, sink);
        if stored.state(input) != before {
            // Whatever else was found may only be what was not yet there.
            self.report.findings.clear();
            let message = "the file changed while it was read; none of it was used";
            let hint = "run again when it is written; have it written under another name, and renamed when it is whole";
            return Err(refuse(Code::ExportGrowing, self.place(), message, hint));
        }
        read
    }

    /// Reads the content, and digests the bytes meanwhile.
    fn digested(&mut self, stored: &Stored<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let digest = OnceLock::new();
        let read = rayon::in_place_scope(|scope| {
            if Stored::READS_APART {
                scope.spawn(|_| drop(digest.set(stored.digest())));
            }
            self.content(stored, sink)
        });
        let digest = digest.into_inner().unwrap_or_else(|| stored.digest());
        let (bytes, digest) = digest.map_err(|error| self.unreadable(error.to_string()))?;
        self.report.bytes = bytes;
        self.report.sha256 = Some(digest);
        read
    }

    fn content(&mut self, stored: &Stored<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let head = Content::Plain(stored)
            .head(8192)
            .map_err(|error| self.unreadable(error.to_string()))?;
        let found = match container::kind(&head) {
            Kind::Refused(refused) => return Err(self.refused(refused)),
            Kind::Text => self.text(Container::Text, Content::Plain(stored), sink)?,
            Kind::Gzip => self.gzip(stored, sink)?,
            Kind::Zip => archive::read(self, stored, sink)?,
            Kind::Ole => workbook::read(self, stored, Container::Xls, sink)?,
        };
        self.judge(found)
    }

    fn gzip(&mut self, stored: &Stored<'_>, sink: &mut dyn Sink) -> Result<Found, Refusal> {
        let followed = std::cell::Cell::new(false);
        let found = self.text(Container::Gzip, Content::Gzip(stored, &followed), sink)?;
        if followed.get() {
            let message = "something that is no gzip follows the text; it was left out";
            let hint = "fetch the file again, and compare its size with that at its source";
            self.report
                .findings
                .push(Finding::new(Code::FileDamaged, self.place(), message, hint));
        }
        Ok(found)
    }

    fn text(&mut self, container: Container, content: Content<'_>, sink: &mut dyn Sink) -> Result<Found, Refusal> {
        self.report.container = Some(container);
        let mut limit = ("text_bytes", self.limits.text_bytes);
        if container == Container::Gzip {
            let head = content.head(8192).map_err(|error| self.unreadable(error.to_string()))?;
            match container::kind(&head) {
                Kind::Text => {}
                Kind::Refused(refused) => return Err(self.refused(refused)),
                _ => {
                    let message = "is a gzip file of something else than text; it was not read";
                    return Err(refuse(
                        Code::FileRefused,
                        self.place(),
                        message,
                        "unpack it and give the file in it",
                    ));
                }
            }
            let ratio = self.report.bytes.saturating_mul(self.limits.ratio).max(RATIO_FROM);
            limit = if ratio < self.limits.file_bytes {
                ("ratio", ratio)
            } else {
                ("file_bytes", self.limits.file_bytes)
            };
        }
        let member = None;
        TextJob {
            job: self,
            content,
            member,
            limit,
        }
        .read(sink)
    }

    /// What is left to say once all of it was read.
    fn judge(&mut self, found: Found) -> Result<(), Refusal> {
        let hint = "check the export; a list with nothing in it plans nothing";
        let message = match found {
            Found::Unwanted => return Ok(()),
            Found::Table if self.report.rows > 0 => return Ok(()),
            Found::Table => "has headings and no rows",
            Found::Nothing => {
                let message = "is empty: a list that had no rows would still have headings";
                let hint = "export it again; the download may have failed";
                return Err(refuse(Code::FileUnreadable, self.place(), message.to_owned(), hint));
            }
            Found::NoHeadings { row, text } => {
                let message = format!("no row looks like headings we know; the first row is `{text}`");
                let hint = "give the list with its headings, or add its headings to the `headings` table";
                return Err(refuse(Code::NoHeadings, self.place().at_row(row), message, hint));
            }
        };
        // A damage is the better answer where one was found.
        if self
            .report
            .findings
            .iter()
            .all(|finding| finding.code != Code::FileDamaged)
        {
            self.report
                .findings
                .push(Finding::new(Code::FileEmpty, self.place(), message, hint));
        }
        Ok(())
    }

    fn place(&self) -> Place {
        Place::file(self.report.path.clone())
    }

    fn unreadable(&self, why: impl std::fmt::Display) -> Refusal {
        let hint = "check that the file is there, whole and may be read";
        refuse(
            Code::FileUnreadable,
            self.place(),
            format!("cannot be read: {why}"),
            hint,
        )
    }

    fn refused(&self, refused: container::Refused) -> Refusal {
        let message = format!("is {}; it was not read", refused.what);
        refuse(Code::FileRefused, self.place(), message, refused.hint)
    }

    fn over(&self, place: Place, limit: &str, value: u64, what: &str) -> Refusal {
        let message = format!("is over the limit of {value} {what}; no row of the file was used");
        let hint = format!("if the file is right, raise `{limit}` under [limits] in the settings");
        refuse(Code::LimitExceeded, place, message, hint)
    }
}

/// Unpacked bytes from which on the ratio of packing counts: small files of blanks pack to nothing.
const RATIO_FROM: u64 = 16 << 20;

#[cfg(test)]
mod tests;
