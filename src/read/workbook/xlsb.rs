//! A look at the raw parts of XLSB workbooks.
//!
//! In: the parts of a workbook. Out: where its sheets are, and a [`Scan`] of each: formulas that came to an error, which the
//! reader passes over, records that are cut short, shared strings that are not there; vertical merges, hidden rows. Numbers of
//! records are those of [MS-XLSB] 2.3.

use std::io::{BufRead, Read};

use super::{
    event::Failure,
    flaws::{Scan, What},
    parts::{Parts, damaged},
    telling::{Merge, ROWS},
};
use crate::read::Epoch;

/// Where a workbook keeps its sheets and strings.
pub(super) struct Book {
    /// Parts of the sheets, in the order of the workbook.
    pub(super) sheets: Vec<String>,
    pub(super) epoch: Epoch,
    /// How many shared strings there are.
    strings: u64,
}

/// Finds the sheets and counts the strings.
pub(super) fn book(parts: &mut Parts<'_>) -> Result<Book, Failure> {
    let targets = parts.relationships("xl/_rels/workbook.bin.rels")?;
    let mut sheets = Vec::new();
    let mut is_1904 = false;
    if let Some(part) = parts.open("xl/workbook.bin")? {
        let mut records = Records::of(part);
        while let Some((kind, data)) = records.next()? {
            match kind {
                // BrtWbProp: flags, the first of which is the epoch.
                0x0099 => is_1904 = data.first().is_some_and(|flags| flags & 1 != 0),
                // BrtBundleSh: state, id, relationship, name.
                0x009c => {
                    let id = (number(data, 8) != Some(u32::MAX)).then(|| wide(data, 8));
                    match id {
                        // A sheet of the workbook's own that has no part.
                        None => continue,
                        Some(None) => return Err(damaged("its list of sheets is cut short")),
                        Some(Some(id)) => {
                            let target = targets.get(&id).map(|(target, _)| target.as_str());
                            let target = target.ok_or_else(|| damaged("a sheet of its list is not there"))?;
                            let name = number(data, 8).and_then(|units| wide(data, 12 + 2 * units as usize));
                            name.ok_or_else(|| damaged("its list of sheets is cut short"))?;
                            sheets.push(format!("xl/{target}"));
                        }
                    }
                }
                // BrtEndBundleShs.
                0x0090 => break,
                _ => {}
            }
        }
    }
    let mut strings = 0;
    if let Some(part) = parts.open("xl/sharedStrings.bin")? {
        let mut records = Records::of(part);
        while let Some((kind, data)) = records.next()? {
            // BrtBeginSst: uses, texts.
            if kind == 0x009f {
                strings = u64::from(number(data, 4).unwrap_or(0));
                break;
            }
        }
    }
    Ok(Book {
        sheets,
        epoch: Epoch::since_1904(is_1904),
        strings,
    })
}

/// Looks through a sheet.
pub(super) fn scan(parts: &mut Parts<'_>, path: &str, book: &Book) -> Result<Scan, Failure> {
    let mut scan = Scan::default();
    if let Some(part) = parts.open(path)? {
        // A part that cannot be followed further is left to the reader.
        let _ = follow(Records::of(part), book.strings, &mut scan);
    }
    Ok(scan)
}

fn follow<R: BufRead>(mut records: Records<R>, strings: u64, scan: &mut Scan) -> Result<(), Failure> {
    let mut within = false;
    let mut ordinal = 0;
    let mut row = 0;
    let (mut hidden, mut filled) = (false, false);
    while let Some((kind, data)) = records.next()? {
        match kind {
            // BrtBeginSheetData, BrtEndSheetData, BrtEndSheet.
            0x0091 => within = true,
            0x0092 => {
                within = false;
                scan.hidden_rows += u32::from(hidden && filled);
            }
            0x0082 => break,
            // BrtMergeCell: rows, columns.
            0x00b0 => {
                if let (Some(first), Some(last), Some(column)) = (number(data, 0), number(data, 4), number(data, 8)) {
                    scan.merges.push(Merge { first, column, last });
                }
            }
            // BrtRowHdr: row, style, height, flags.
            0x0000 if within => {
                scan.hidden_rows += u32::from(hidden && filled);
                match number(data, 0) {
                    Some(number) if number < ROWS => row = number,
                    _ => {
                        scan.breaks = Some((ordinal, "a row stands below the last one that a sheet has"));
                        return Ok(());
                    }
                }
                hidden = data.get(11).is_some_and(|flags| flags & 0x10 != 0);
                filled = false;
            }
            0x0002..=0x000b if within => {
                let Some(column) = number(data, 0) else {
                    scan.breaks = Some((ordinal, "a cell of it is cut short"));
                    return Ok(());
                };
                filled = true;
                if kind == 0x000b {
                    // BrtFmlaError, which the reader passes over.
                    let text = data.get(8).map_or_else(|| CUT.to_owned(), |code| error(*code));
                    scan.flaw(ordinal, (row, column), What::Unseen(text));
                    continue;
                }
                if let Some(text) = trouble(kind, data, strings) {
                    scan.flaw(ordinal, (row, column), What::Error(text));
                }
                ordinal += 1;
            }
            _ => {}
        }
    }
    Ok(())
}

const CUT: &str = "a value that is cut short";

/// What is wrong with a cell, if anything is.
fn trouble(kind: u16, data: &[u8], strings: u64) -> Option<String> {
    let cut = Some(CUT.to_owned());
    match kind {
        // BrtCellRk, BrtCellIsst: four bytes after place and style.
        0x0002 | 0x0007 => match number(data, 8) {
            None => cut,
            Some(at) if kind == 0x0007 && u64::from(at) >= strings => {
                Some(format!("shared text {at}, which is not there"))
            }
            Some(_) => None,
        },
        // BrtCellError; BrtCellBool and BrtFmlaBool.
        0x0003 => match data.get(8) {
            None => cut,
            Some(code) if KNOWN.iter().any(|(known, _)| known == code) => None,
            Some(code) => Some(error(*code)),
        },
        0x0004 | 0x000a => match data.get(8) {
            None => cut,
            Some(0 | 1) => None,
            Some(other) => Some(format!("the truth value {other}")),
        },
        // BrtCellReal, BrtFmlaNum.
        0x0005 | 0x0009 => data.get(8..16).is_none().then(|| CUT.to_owned()),
        // BrtCellSt, BrtFmlaString.
        _ => {
            let Some(units) = number(data, 8) else { return cut };
            let short = data.get(12..).is_none_or(|rest| rest.len() / 2 < units as usize);
            if short { cut } else { None }
        }
    }
}

/// Errors that the reader knows.
const KNOWN: &[(u8, &str)] = &[
    (0x00, "#NULL!"),
    (0x07, "#DIV/0!"),
    (0x0f, "#VALUE!"),
    (0x17, "#REF!"),
    (0x1d, "#NAME?"),
    (0x24, "#NUM!"),
    (0x2a, "#N/A"),
    (0x2b, "#GETTING_DATA"),
];

fn error(code: u8) -> String {
    let known = KNOWN.iter().find(|(known, _)| *known == code);
    known.map_or_else(|| format!("error {code} of a formula"), |(_, text)| (*text).to_owned())
}

fn number(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    bytes.try_into().ok().map(u32::from_le_bytes)
}

/// A text with its length before it.
fn wide(data: &[u8], at: usize) -> Option<String> {
    let units = number(data, at)? as usize;
    let from = at.checked_add(4)?;
    let bytes = data.get(from..from.checked_add(units.checked_mul(2)?)?)?;
    Some(encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned())
}

/// Records, one after the other.
struct Records<R> {
    part: R,
    data: Vec<u8>,
}

impl<R: BufRead> Records<R> {
    fn of(part: R) -> Records<R> {
        Records { part, data: Vec::new() }
    }

    /// Number and content of the next record.
    fn next(&mut self) -> Result<Option<(u16, &[u8])>, Failure> {
        let Some(low) = self.byte()? else { return Ok(None) };
        let mut kind = u16::from(low);
        if low & 0x80 != 0 {
            let high = self.needed()?;
            kind = u16::from(low & 0x7f) | u16::from(high & 0x7f) << 7;
        }
        let mut length = 0u64;
        for group in 0..4 {
            let byte = self.needed()?;
            length |= u64::from(byte & 0x7f) << (7 * group);
            if byte & 0x80 == 0 {
                break;
            }
        }
        self.data.clear();
        let read = self
            .part
            .by_ref()
            .take(length)
            .read_to_end(&mut self.data)
            .map_err(damaged)?;
        if (read as u64) < length {
            return Err(damaged("a part of it is cut off"));
        }
        Ok(Some((kind, &self.data)))
    }

    fn byte(&mut self) -> Result<Option<u8>, Failure> {
        let mut byte = [0];
        let read = self.part.read(&mut byte).map_err(damaged)?;
        Ok((read == 1).then_some(byte[0]))
    }

    fn needed(&mut self) -> Result<u8, Failure> {
        self.byte()?.ok_or_else(|| damaged("a part of it is cut off"))
    }
}
