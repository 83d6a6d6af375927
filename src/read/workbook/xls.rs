//! A look at the records of XLS workbooks.
//!
//! In: the bytes of a workbook. Out: for each sheet, in the order of the workbook, a [`Scan`]: places that are given twice, shared
//! strings that are not there, formulas without a value, hidden rows. Numbers of records are those of [MS-XLS] 2.3; record
//! streams are those of [MS-CFB]. Follows a sheet as its reader does, and leaves to it what cannot be followed.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use super::{event::Failure, flaws::NO_VALUE, parts::damaged};

/// The records of a workbook.
pub(super) struct Book {
    stream: Vec<u8>,
    /// Where each sheet begins.
    sheets: Vec<usize>,
    /// How many shared strings there are.
    strings: u32,
}

/// What a look at a sheet found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// What stands in a place instead of what the reader says, or where it is silent.
    pub(super) errors: BTreeMap<(u32, u32), String>,
    /// Rows with filled cells that are hidden.
    pub(super) hidden_rows: u32,
}

/// Finds the sheets and counts the strings.
pub(super) fn book(bytes: &[u8]) -> Result<Book, Failure> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let found = ["Workbook", "Book"].iter().find_map(|name| file.open_stream(name).ok());
    let mut stream = Vec::new();
    let mut part = found.ok_or_else(|| damaged("it has no stream of records"))?;
    part.read_to_end(&mut stream).map_err(damaged)?;
    let (mut sheets, mut strings) = (Vec::new(), 0);
    for (kind, data) in records(&stream) {
        match kind {
            // BoundSheet8: position, state, kind, name.
            0x0085 => sheets.push(long(data, 0).unwrap_or(u32::MAX) as usize),
            // SST: uses, texts.
            0x00fc => strings = long(data, 4).unwrap_or(0),
            // EOF of the globals.
            0x000a => break,
            _ => {}
        }
    }
    Ok(Book {
        stream,
        sheets,
        strings,
    })
}

impl Book {
    /// How many sheets there are.
    pub(super) fn sheets(&self) -> usize {
        self.sheets.len()
    }

    /// Looks through a sheet.
    pub(super) fn scan(&self, number: usize) -> Scan {
        let position = self.sheets.get(number).copied().unwrap_or(usize::MAX);
        let mut scanning = Scanning::default();
        scanning.sheet(self.stream.get(position..).unwrap_or_default(), self.strings);
        scanning.scan()
    }
}

#[derive(Default)]
struct Scanning {
    /// Places of filled cells, in the order they came.
    places: Vec<(u16, u16)>,
    errors: BTreeMap<(u32, u32), String>,
    hidden: Vec<u16>,
    /// A formula whose text is in a record to come.
    awaiting: Option<(u16, u16)>,
    /// Formulas that came to no text, and whether any came to something.
    blank: Vec<(u16, u16)>,
    calculated: bool,
}

impl Scanning {
    fn sheet(&mut self, stream: &[u8], strings: u32) {
        // Charts within a sheet have cells of their own, which are none of the sheet's.
        let mut depth = 0u32;
        for (kind, data) in records(stream) {
            match (kind, depth) {
                (0x0809, _) => depth += 1,
                (0x000a, 0 | 1) => break,
                (0x000a, _) => depth -= 1,
                (_, 0 | 1) => self.record(kind, data, strings),
                _ => {}
            }
        }
        self.end_formula();
    }

    fn record(&mut self, kind: u16, data: &[u8], strings: u32) {
        let place = || Some((short(data, 0)?, short(data, 2)?));
        match kind {
            // Row: its number, columns, height, flags.
            0x0208 => {
                let is_hidden = data.get(12).is_some_and(|flags| flags & 0x20 != 0);
                self.hidden.extend(short(data, 0).filter(|_| is_hidden));
            }
            // MulRk: row, first column, numbers of six bytes, last column.
            0x00bd => {
                let last = data.len().checked_sub(2).and_then(|at| short(data, at));
                if let (Some((row, first)), Some(last)) = (place(), last) {
                    self.places.extend((first..=last).map(|column| (row, column)));
                }
            }
            // Label, RString, Number, Rk, BoolErr.
            0x0204 | 0x00d6 | 0x0203 | 0x027e | 0x0205 => self.places.extend(place()),
            // LabelSst.
            0x00fd => {
                if let (Some(at), Some(text)) = (place(), long(data, 6)) {
                    self.places.push(at);
                    if text >= strings {
                        self.error(at, format!("shared text {text}, which is not there"));
                    }
                }
            }
            // Formula: place, style, value.
            0x0006 => {
                self.end_formula();
                let Some(at) = place() else { return };
                self.places.push(at);
                match data.get(6..14) {
                    Some([0x00, .., 0xff, 0xff]) => self.awaiting = Some(at),
                    Some([0x03, .., 0xff, 0xff]) => self.blank.push(at),
                    _ => self.calculated = true,
                }
            }
            // String: the text that the formula before it came to.
            0x0207 => {
                self.calculated = true;
                self.awaiting = None;
            }
            _ => {}
        }
    }

    /// A formula whose text did not come has no value.
    fn end_formula(&mut self) {
        if let Some(at) = self.awaiting.take() {
            self.error(at, NO_VALUE.to_owned());
        }
    }

    fn error(&mut self, (row, column): (u16, u16), text: String) {
        self.errors.insert((row.into(), column.into()), text);
    }

    fn scan(mut self) -> Scan {
        // A formula may come to no text; where all of a sheet do, nobody has worked them out.
        if !self.calculated {
            for at in std::mem::take(&mut self.blank) {
                self.error(at, NO_VALUE.to_owned());
            }
        }
        self.places.sort_unstable();
        let twice: Vec<(u16, u16)> = self
            .places
            .windows(2)
            .filter_map(|pair| match pair {
                [one, other] if one == other => Some(*one),
                _ => None,
            })
            .collect();
        for at in twice {
            self.error(at, "given twice".to_owned());
        }
        self.hidden.sort_unstable();
        self.hidden.dedup();
        self.places.dedup_by_key(|(row, _)| *row);
        let is_filled = |row: &&u16| self.places.binary_search_by_key(*row, |(row, _)| *row).is_ok();
        Scan {
            hidden_rows: self.hidden.iter().filter(is_filled).count() as u32,
            errors: self.errors,
        }
    }
}

/// The records of a stream, up to where it breaks off.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, length) = (short(stream, 0)?, short(stream, 2)?);
        let (record, rest) = stream.split_at_checked(4 + usize::from(length))?;
        stream = rest;
        Some((kind, record.get(4..)?))
    })
}

fn short(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    bytes.try_into().ok().map(u16::from_le_bytes)
}

fn long(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    bytes.try_into().ok().map(u32::from_le_bytes)
}
