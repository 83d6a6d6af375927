//! Rows into the workbook that `rust_xlsxwriter` makes without them.
//!
//! In: a workbook whose sheets have a table with headings, formats and all else but rows; for each the XML of its rows, piece by piece.
//! Out: the file: each sheet packed by itself, so that this goes on all threads, its table as long as its rows, all else as the library
//! packed it. The same arguments give the same bytes.

use std::io::{self, Cursor, Read, Write};

use quick_xml::{Reader, events::Event};
use rust_xlsxwriter::{Workbook, XlsxError, cell_range};
use tempfile::SpooledTempFile;
use zip::{CompressionMethod, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::COMPRESSION;

/// Bytes of a packed sheet that are held in memory; a larger one goes to a temporary file.
const IN_MEMORY: usize = 1 << 20;

/// Where the rows of a sheet end.
const END_OF_ROWS: &str = "</sheetData>";
/// What tells how far a sheet goes.
const EXTENT: &str = "<dimension ref=\"";
/// Rows of a table of the frame: the headings and one, since none has less.
const ROWS_OF_FRAME: usize = 2;

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
    archive: SpooledTempFile,
}

impl Frame {
    /// The sheets that a workbook has so far.
    pub(super) fn of(book: &mut Workbook) -> Result<Frame, XlsxError> {
        let mut archive = ZipArchive::new(Cursor::new(book.save_to_buffer()?)).map_err(unpacked)?;
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
        let (head, tail) = self
            .xml
            .split_at(self.xml.find(END_OF_ROWS).ok_or_else(|| odd("no rows"))?);
        let (before, told) = head.split_once(EXTENT).ok_or_else(|| odd("no extent"))?;
        let (_, after) = told.split_once('"').ok_or_else(|| odd("no extent"))?;
        let extent = extent(rows + 1, columns)?;
        let mut archive = ZipWriter::new(SpooledTempFile::new(IN_MEMORY)).set_auto_large_file();
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
        Ok(Packed {
            number: self.number,
            columns,
            rows,
            archive: archive.finish().map_err(unpacked)?,
        })
    }
}

impl Packed {
    /// Where the sheet stands, from 1.
    pub(super) fn number(&self) -> usize {
        self.number
    }
}

/// Writes a workbook with sheets that are packed already in the place of those that it has.
pub(super) fn write(book: &mut Workbook, packed: Vec<Packed>, out: &mut (dyn Write + Send)) -> Result<(), XlsxError> {
    let mut frame = ZipArchive::new(Cursor::new(book.save_to_buffer()?)).map_err(unpacked)?;
    let mut archive = ZipWriter::new_stream(out);
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
        let mut sheet = ZipArchive::new(sheet.archive).map_err(unpacked)?;
        archive
            .raw_copy_file(sheet.by_index_raw(0).map_err(unpacked)?)
            .map_err(unpacked)?;
    }
    archive.finish().map_err(unpacked)?;
    Ok(())
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
                formats.extend((first..=last).map(|_| format));
            }
            Event::Start(start) if start.name().as_ref() == "sheetData" => return Ok(formats),
            Event::Eof => return Ok(formats),
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
