//! A look at the raw parts of XLSX workbooks.
//!
//! In: the parts of a workbook. Out: where its sheets are, and a [`Scan`] of each: cells of unknown types, errors newer than the
//! reader, shared strings that are not there, formulas without a value, numbers that are none; vertical merges, hidden rows.
//! A part that cannot be followed is left to the reader, which stumbles at the same place.

use std::io::BufRead;

use quick_xml::{Reader, events::Event};

use super::{
    event::Failure,
    flaws::{NO_VALUE, Scan, What, quoted},
    parts::{Parts, attribute, damaged, place},
    telling::Merge,
};
use crate::read::Epoch;

/// Errors that the reader knows.
pub(super) const ERRORS: &[&str] = &[
    "#DIV/0!",
    "#N/A",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#REF!",
    "#VALUE!",
    "#GETTING_DATA",
];

/// Where a workbook keeps its sheets and strings.
pub(super) struct Book {
    /// Parts of the sheets, in the order of the workbook.
    pub(super) sheets: Vec<String>,
    pub(super) epoch: Epoch,
    /// The main part, and the folder it is in.
    folder: String,
    file: String,
}

impl Book {
    /// The part that holds the shared strings.
    pub(super) fn strings(&self) -> String {
        format!("{}sharedStrings.xml", self.folder)
    }

    /// The parts that say what the workbook is, but for its strings and cells.
    pub(super) fn about(&self) -> [String; 5] {
        let Book { folder, file, .. } = self;
        [
            "_rels/.rels".to_owned(),
            format!("{folder}theme/theme1.xml"),
            format!("{folder}styles.xml"),
            format!("{folder}_rels/{file}.rels"),
            format!("{folder}{file}"),
        ]
    }
}

/// Finds the sheets.
pub(super) fn book(parts: &mut Parts<'_>) -> Result<Book, Failure> {
    let root = parts.relationships("_rels/.rels")?;
    let main = root
        .into_values()
        .find(|(_, kind)| kind.ends_with("/officeDocument"))
        .map_or_else(|| "xl/workbook.xml".to_owned(), |(target, _)| target);
    let main = main.trim_start_matches('/');
    let (folder, file) = main
        .rsplit_once('/')
        .map_or(("", main), |(folder, file)| (folder, file));
    let folder = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    let targets = parts.relationships(&format!("{folder}_rels/{file}.rels"))?;
    let mut sheets = Vec::new();
    let mut is_1904 = false;
    if let Some(mut xml) = parts.xml(main)? {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(damaged)? {
                Event::Start(tag) if tag.local_name().as_ref() == "sheet" => {
                    let target = attribute(&tag, "id").and_then(|id| targets.get(&id));
                    let target = target.map_or("", |(target, _)| target.as_str());
                    sheets.push(match target.strip_prefix('/') {
                        Some(whole) => whole.to_owned(),
                        None => format!("{folder}{target}"),
                    });
                }
                Event::Start(tag) if tag.local_name().as_ref() == "workbookPr" => {
                    is_1904 = attribute(&tag, "date1904").is_some_and(|value| value == "1" || value == "true");
                }
                Event::End(tag) if tag.local_name().as_ref() == "workbook" => break,
                Event::Eof => break,
                _ => {}
            }
        }
    }
    Ok(Book {
        sheets,
        epoch: Epoch::since_1904(is_1904),
        file: file.to_owned(),
        folder,
    })
}

/// Counts the shared strings. Refuses a table that claims more of them than its part could hold, for which the reader would
/// set aside that much memory.
pub(super) fn strings(parts: &mut Parts<'_>, name: &str) -> Result<u64, Failure> {
    let size = parts.size(name)?.unwrap_or(0);
    let Some(mut xml) = parts.xml(name)? else { return Ok(0) };
    let mut buffer = Vec::new();
    let mut count = 0;
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "si" => count += 1,
                "sst" => {
                    let claimed = attribute(&tag, "uniqueCount").and_then(|count| count.parse::<u64>().ok());
                    // The shortest of them is `<si/>`; small tables may be wrong about themselves.
                    if claimed.is_some_and(|claimed| claimed > (size / 5).max(1 << 16)) {
                        return Err(damaged("it claims more shared texts than it holds"));
                    }
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "sst" => return Ok(count),
            Event::Eof => return Ok(count),
            _ => {}
        }
    }
}

/// Looks through a sheet.
pub(super) fn scan(parts: &mut Parts<'_>, path: &str, strings: u64) -> Result<Scan, Failure> {
    let mut scanning = Scanning {
        scan: Scan::default(),
        strings,
        ordinal: 0,
        row: 0,
        column: 0,
        lost: false,
        hidden: false,
        filled: false,
        raw: Raw::default(),
    };
    if let Some(xml) = parts.xml(path)? {
        scanning.sheet(xml);
    }
    Ok(scanning.scan)
}

struct Scanning {
    scan: Scan,
    strings: u64,
    /// Cells so far.
    ordinal: u64,
    /// Where the next cell stands that does not say it.
    row: u32,
    column: u32,
    /// Whether the reader has stumbled in this row, and so lost count.
    lost: bool,
    /// Whether the row under way is hidden, and whether it holds anything.
    hidden: bool,
    filled: bool,
    /// The cell under way.
    raw: Raw,
}

/// A cell as its tags have it.
#[derive(Default)]
struct Raw {
    kind: Option<String>,
    value: String,
    has_value: bool,
    has_formula: bool,
    has_text: bool,
    /// Whether the value is in one piece of plain text.
    plain: bool,
}

impl Scanning {
    /// Follows the part to its end, or to where it cannot be followed.
    fn sheet<R: BufRead>(&mut self, mut xml: Reader<R>) {
        let (mut buffer, mut inside) = (Vec::new(), Vec::new());
        let mut within = false;
        loop {
            buffer.clear();
            let Ok(event) = xml.read_event_into(&mut buffer) else {
                return;
            };
            match event {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "sheetData" => within = true,
                    "row" if within => {
                        if let Some(number) = attribute(&tag, "r") {
                            let Some(row) = number.parse::<u32>().ok().and_then(|row| row.checked_sub(1)) else {
                                return;
                            };
                            self.row = row;
                        }
                        self.hidden = attribute(&tag, "hidden").is_some_and(|value| value == "1" || value == "true");
                        self.filled = false;
                    }
                    "c" if within => {
                        let explicit = attribute(&tag, "r");
                        let at = match &explicit {
                            Some(text) => {
                                let Some(at) = place(text) else { return };
                                self.column = at.1;
                                at
                            }
                            None => (self.row, self.column),
                        };
                        self.raw.begin(attribute(&tag, "t"));
                        if cell(&mut xml, &mut inside, &mut self.raw).is_none() {
                            return;
                        }
                        self.cell(at, explicit.is_some());
                    }
                    "mergeCell" => self
                        .scan
                        .merges
                        .extend(attribute(&tag, "ref").as_deref().and_then(merge)),
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "row" if within => {
                        self.scan.hidden_rows += u32::from(self.hidden && self.filled);
                        self.row = self.row.saturating_add(1);
                        self.column = 0;
                        self.lost = false;
                        self.hidden = false;
                    }
                    "sheetData" => within = false,
                    _ => {}
                },
                Event::Eof => return,
                _ => {}
            }
        }
    }

    fn cell(&mut self, at: (u32, u32), explicit: bool) {
        let raw = &self.raw;
        let trouble = raw.trouble(self.strings);
        self.filled |= trouble.is_some() || raw.has_text || !raw.value.is_empty();
        let stumbles = trouble.is_some();
        self.lost &= !explicit;
        let what = match trouble {
            Some(text) => Some(What::Error(text)),
            None if self.lost => Some(What::Place),
            None => None,
        };
        if let Some(what) = what {
            self.scan.flaw(self.ordinal, at, what);
        }
        // The reader does not count a cell that it stumbles over.
        self.lost |= stumbles;
        self.ordinal += 1;
        self.column = self.column.saturating_add(1);
    }
}

/// The inside of a cell, up to its end tag; none where that is not there.
fn cell<R: BufRead>(xml: &mut Reader<R>, buffer: &mut Vec<u8>, raw: &mut Raw) -> Option<()> {
    let mut in_value = false;
    loop {
        buffer.clear();
        match xml.read_event_into(buffer).ok()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "v" => {
                    raw.has_value = true;
                    in_value = true;
                }
                "f" => raw.has_formula = true,
                "t" => raw.has_text = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "v" => in_value = false,
                "c" => return Some(()),
                _ => {}
            },
            Event::Text(text) if in_value => {
                raw.plain &= raw.value.is_empty();
                raw.value.push_str(&text);
            }
            Event::CData(_) | Event::GeneralRef(_) | Event::Comment(_) if in_value => raw.plain = false,
            Event::Eof => return None,
            _ => {}
        }
    }
}

impl Raw {
    /// Forgets the cell before; the room of its value stays.
    fn begin(&mut self, kind: Option<String>) {
        let mut value = std::mem::take(&mut self.value);
        value.clear();
        *self = Raw {
            kind,
            value,
            plain: true,
            ..Raw::default()
        };
    }

    /// What is wrong with it, if anything is.
    fn trouble(&self, strings: u64) -> Option<String> {
        let kind = self.kind.as_deref().unwrap_or("n");
        if !self.plain && matches!(kind, "n" | "s" | "b" | "e") {
            return Some(match quoted(&self.value) {
                empty if empty.is_empty() => "a value that is not written plainly".to_owned(),
                value => value,
            });
        }
        trouble(kind, &self.value, self.has_formula && !self.has_text, strings)
    }
}

/// What is wrong with a value that is written plainly, if anything is.
pub(super) fn trouble(kind: &str, value: &str, has_formula: bool, strings: u64) -> Option<String> {
    match kind {
        "inlineStr" | "is" => return None,
        // Text and dates may hold anything, and a formula may come to no text.
        "str" | "d" => return None,
        "n" | "s" | "b" | "e" => {}
        unknown => return Some(format!("a cell of the unknown kind {}", quoted(unknown))),
    }
    if value.is_empty() {
        return has_formula.then(|| NO_VALUE.to_owned());
    }
    let sound = match kind {
        "n" => value.parse::<f64>().is_ok_and(f64::is_finite),
        "s" => value.bytes().all(|byte| byte.is_ascii_digit()) && value.parse::<u64>().is_ok_and(|at| at < strings),
        "b" => ["0", "1", "true", "false"].contains(&value.trim().to_ascii_lowercase().as_str()),
        _ => ERRORS.contains(&value),
    };
    if sound {
        return None;
    }
    Some(match kind {
        "s" => format!("shared text {}, which is not there", quoted(value)),
        _ => quoted(value),
    })
}

/// The vertical side of a region such as `A2:B5`.
pub(super) fn merge(region: &str) -> Option<Merge> {
    let (first, last) = region.split_once(':')?;
    let ((first, column), (last, _)) = (place(first)?, place(last)?);
    Some(Merge { first, column, last })
}
