//! Rows into the workbook that `rust_xlsxwriter` makes without them.
//!
//! In: a workbook whose sheets have a table with headings, formats and all else but rows; for each the XML of its rows, piece by piece.
//! Out: the file: each sheet packed by itself, so that this goes on all threads, its table as long as its rows, all else as the library
//! packed it. The same arguments give the same bytes.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, Write},
};

use quick_xml::{Reader, events::Event};
use rust_xlsxwriter::{Workbook, XlsxError, cell_range};
use zip::{CompressionMethod, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::COMPRESSION;
use crate::read::{ReadSeek, WriteSeek};

/// Where the row of headings ends.
const END_OF_HEADINGS: &str = "</row>";
/// Where the rows of a sheet end.
const END_OF_ROWS: &str = "</sheetData>";
/// What tells how far a sheet goes.
const EXTENT: &str = "<dimension ref=\"";
/// Rows of a table of the frame: the headings and one, since none has less.
const ROWS_OF_FRAME: usize = 2;

/// An archive to be read: of the kind that exports are read from, since each kind has the unpacking compiled for it.
type Archived = ZipArchive<Box<dyn ReadSeek>>;
/// An archive to be written: likewise.
type Archive<'f> = ZipWriter<&'f mut dyn WriteSeek>;

/// A workbook without rows.
pub(super) struct Frame(Vec<SheetFrame>);

/// A sheet without rows.
pub(super) struct SheetFrame {
    xml: String,
    /// Its number and its table's.
    number: usize,
    /// The numbers of its columns' formats.
    formats: Vec<u32>,
}

/// A sheet with its rows, packed by itself.
pub(super) struct Packed {
    number: usize,
    columns: usize,
    rows: usize,
    file: File,
}

impl Frame {
    /// The sheets that a workbook has so far.
    pub(super) fn of(book: &mut Workbook) -> Result<Frame, XlsxError> {
        let mut archive = saved(book)?;
        let sheets = (1..=book.worksheets().len()).map(|number| {
            let mut xml = String::new();
            let mut part = archive.by_name(&sheet_name(number)).map_err(unpacked)?;
            part.read_to_string(&mut xml)?;
            let formats = formats(&xml)?;
            Ok(SheetFrame { xml, number, formats })
        });
        sheets.collect::<Result<_, XlsxError>>().map(Frame)
    }

    /// One of the sheets, counted from 0.
    pub(super) fn sheet(&self, index: usize) -> Result<&SheetFrame, XlsxError> {
        self.0.get(index).ok_or_else(|| odd("a sheet is missing"))
    }
}

impl SheetFrame {
    /// The number of each column's format.
    pub(super) fn formats(&self) -> &[u32] {
        &self.formats
    }

    /// Packs the sheet with `rows` rows of so many columns, which `more` gives piece by piece: none left, an empty one.
    pub(super) fn pack(
        &self,
        columns: usize,
        rows: usize,
        mut more: impl FnMut(&mut Vec<u8>),
    ) -> Result<Packed, XlsxError> {
        let xml = self.xml.as_str();
        let headings = xml.find(END_OF_HEADINGS).ok_or_else(|| odd("no headings"))?;
        let head = xml.get(..headings + END_OF_HEADINGS.len()).unwrap_or_default();
        let tail = xml
            .get(xml.find(END_OF_ROWS).ok_or_else(|| odd("no rows"))?..)
            .unwrap_or_default();
        let (before, told) = head.split_once(EXTENT).ok_or_else(|| odd("no extent"))?;
        let (_, after) = told.split_once('"').ok_or_else(|| odd("no extent"))?;
        let extent = extent(rows + 1, columns)?;
        let mut file = tempfile::tempfile()?;
        let mut archive = Archive::new(&mut file).set_auto_large_file();
        archive
            .start_file(sheet_name(self.number), options())
            .map_err(unpacked)?;
        for part in [before, EXTENT, &extent, "\"", after] {
            archive.write_all(part.as_bytes())?;
        }
        let mut written = Vec::new();
        loop {
            more(&mut written);
            if written.is_empty() {
                break;
            }
            archive.write_all(&written)?;
        }
        archive.write_all(tail.as_bytes())?;
        archive.finish().map_err(unpacked)?;
        Ok(Packed {
            number: self.number,
            columns,
            rows,
            file,
        })
    }
}

/// Writes a workbook with sheets that are packed already in the place of those that it has.
pub(super) fn write(book: &mut Workbook, packed: Vec<Packed>, out: &mut dyn Write) -> Result<(), XlsxError> {
    let mut frame = saved(book)?;
    // What cannot be gone back in says the length of a part behind it, which not every reader of an archive looks for.
    let mut file = tempfile::tempfile()?;
    let mut archive = Archive::new(&mut file);
    for index in 0..frame.len() {
        let name = frame
            .by_index_raw(index)
            .map_err(unpacked)?
            .name()
            .map_err(unpacked)?
            .into_owned();
        if packed.iter().any(|sheet| sheet_name(sheet.number) == name) {
            continue;
        }
        let Some(sheet) = packed.iter().find(|sheet| table_name(sheet.number) == name) else {
            archive
                .raw_copy_file(frame.by_index_raw(index).map_err(unpacked)?)
                .map_err(unpacked)?;
            continue;
        };
        let mut table = String::new();
        frame.by_index(index).map_err(unpacked)?.read_to_string(&mut table)?;
        let reference = |rows| extent(rows, sheet.columns).map(|extent| format!(" ref=\"{extent}\""));
        let longer = table.replace(
            &reference(ROWS_OF_FRAME)?,
            &reference((sheet.rows + 1).max(ROWS_OF_FRAME))?,
        );
        archive.start_file(&name, options()).map_err(unpacked)?;
        archive.write_all(longer.as_bytes())?;
    }
    for sheet in packed {
        let mut sheet = archived(sheet.file)?;
        let part = sheet.by_index_raw(0).map_err(unpacked)?;
        archive.raw_copy_file(part).map_err(unpacked)?;
    }
    archive.finish().map_err(unpacked)?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(())
}

/// A workbook as the library packs it.
fn saved(book: &mut Workbook) -> Result<Archived, XlsxError> {
    let mut file = tempfile::tempfile()?;
    let out: &mut (dyn Write + Send) = &mut file;
    book.save_to_writer(out)?;
    archived(file)
}

/// A file as an archive.
fn archived(file: File) -> Result<Archived, XlsxError> {
    let reader: Box<dyn ReadSeek> = Box::new(BufReader::new(file));
    ZipArchive::new(reader).map_err(unpacked)
}

fn sheet_name(number: usize) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

fn table_name(number: usize) -> String {
    format!("xl/tables/table{number}.xml")
}

/// How parts are packed.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(COMPRESSION.into()))
        .unix_permissions(0o600)
        .last_modified_time(zip::DateTime::default())
}

/// So many rows and columns from the first cell on, such as `A1:C7`.
fn extent(rows: usize, columns: usize) -> Result<String, XlsxError> {
    let last_row = u32::try_from(rows.saturating_sub(1)).map_err(|_| odd("too many rows"))?;
    let last_column = u16::try_from(columns.saturating_sub(1)).map_err(|_| odd("too many columns"))?;
    Ok(cell_range(0, 0, last_row, last_column))
}

/// The numbers of the formats of a sheet's columns, in their order.
fn formats(xml: &str) -> Result<Vec<u32>, XlsxError> {
    let mut reader = Reader::from_str(xml);
    let mut formats = Vec::new();
    loop {
        match reader.read_event().map_err(io::Error::other)? {
            Event::Empty(column) if column.name().as_ref() == "col" => {
                let number = |name: &str| {
                    let attribute = column.try_get_attribute(name).ok()??;
                    attribute.value.parse::<u32>().ok()
                };
                let (first, last) = number("min")
                    .zip(number("max"))
                    .ok_or_else(|| odd("a column without a place"))?;
                let format = number("style").unwrap_or_default();
                if first as usize != formats.len() + 1 {
                    return Err(odd("a column without a format"));
                }
                formats.extend((first..=last).map(|_| format));
            }
            Event::Start(start) if start.name().as_ref() == "sheetData" => return Ok(formats),
            Event::Eof => return Err(odd("no rows")),
            _ => {}
        }
    }
}

fn unpacked(error: ZipError) -> XlsxError {
    XlsxError::IoError(error.into())
}

/// What the library does not do: that it writes a sheet in another form than every one before.
fn odd(what: &str) -> XlsxError {
    XlsxError::IoError(io::Error::other(format!(
        "a sheet of the workbook has another form than expected: {what}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        recognise::tables::Tables,
        write::{
            View,
            fixtures::{day, findings, plan, record},
            saved as saved_plan,
        },
    };

    /// A workbook without its rows, and those of its sheets that have them.
    fn made() -> (Workbook, Vec<Packed>) {
        let plan = saved_plan(&plan(), &findings(), record().saved());
        let (config, tables) = (Config::default(), Tables::default());
        super::super::workbook(&plan, &View::new(day("2026-11-21"), &config, &tables)).unwrap()
    }

    fn text(archive: &mut Archived, name: &str) -> String {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn rows_stand_in_the_frame_that_is_written_at_the_end() {
        let (mut book, packed) = made();
        let mut frame = saved(&mut book).unwrap();
        assert_eq!(packed.len(), 6);
        for sheet in packed {
            let name = sheet_name(sheet.number);
            let frame = text(&mut frame, &name);
            let whole = text(&mut archived(sheet.file).unwrap(), &name);
            let around = |xml: &str| {
                let (head, _) = xml.split_once(END_OF_HEADINGS).unwrap();
                let (before, told) = head.split_once(EXTENT).unwrap();
                let (_, after) = told.split_once('"').unwrap();
                let (_, tail) = xml.split_once(END_OF_ROWS).unwrap();
                format!("{before}{after}{tail}")
            };
            assert_eq!(around(&whole), around(&frame), "{name}");
        }
    }

    #[test]
    fn every_part_says_its_length_before_it() {
        let (mut book, packed) = made();
        let mut bytes = Vec::new();
        write(&mut book, packed, &mut bytes).unwrap();
        let number = |at: usize, length: usize| {
            let digits = bytes[at..at + length].iter().rev();
            digits.fold(0, |sum, &byte| sum << 8 | usize::from(byte))
        };
        let (mut at, mut parts) = (0, 0);
        while bytes[at..].starts_with(b"PK\x03\x04") {
            assert_eq!(number(at + 6, 2) & 8, 0, "part {parts} says its length behind it");
            at += 30 + number(at + 26, 2) + number(at + 28, 2) + number(at + 18, 4);
            parts += 1;
        }
        assert!(bytes[at..].starts_with(b"PK\x01\x02"), "the directory follows");
        assert!(parts > 20, "{parts}");
    }
}
