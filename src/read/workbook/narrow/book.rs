//! What the other reader says of a workbook, but for its texts and cells.
//!
//! In: the parts of a workbook. Out: its sheets, and which of its formats make a date of a number. Both are asked of the other
//! reader, by a small workbook that has the parts that say so and one sheet of our own, with a cell of each format.

use std::io::{Cursor, Read, Write};

use calamine::{DataRef, Reader, Sheet, SheetType, Xlsx};
use memchr::memmem;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::Unusual;
use crate::read::{
    source::WriteSeek,
    workbook::{parts::Parts, xlsx},
};

/// Most bytes of a part that is copied.
const PART: u64 = 1 << 23;

/// Most formats.
const FORMATS: usize = 1 << 16;

/// Most sheets.
const SHEETS: usize = 1 << 10;

/// What a format makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Number,
    Date,
}

/// What is known of a workbook.
pub(super) struct Book {
    pub(super) sheets: Vec<Sheet>,
    /// By the number that cells have for them; those beyond are of numbers.
    pub(super) formats: Vec<Format>,
    pub(super) is_1904: bool,
}

impl Book {
    pub(super) fn of(parts: &mut Parts<'_>, raw: &xlsx::Book) -> Result<Book, Unusual> {
        let mut packed = Cursor::new(Vec::new());
        let mut small: ZipWriter<&mut dyn WriteSeek> = ZipWriter::new(&mut packed);
        let mut formats = 0;
        for name in raw.about() {
            let Some(bytes) = copy(parts, &name)? else { continue };
            if name.ends_with("/styles.xml") || name == "styles.xml" {
                // Not all of them are formats of cells, but no other ones are.
                formats = memmem::find_iter(&bytes, "xf").count();
            }
            put(&mut small, &name, &bytes)?;
        }
        if formats > FORMATS || raw.sheets.len() > SHEETS {
            return Err(Unusual);
        }
        for (number, path) in raw.sheets.iter().enumerate() {
            put(&mut small, path, probe(number, formats).as_bytes())?;
        }
        small.finish().map_err(|_| Unusual)?;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(packed.get_ref().as_slice())).map_err(|_| Unusual)?;
        let sheets = book.sheets_metadata().to_vec();
        let mut said_of = Vec::new();
        for (number, sheet) in sheets.iter().enumerate() {
            if sheet.typ == SheetType::WorkSheet {
                said_of = said(&mut book, &sheet.name, number, formats)?;
            }
        }
        Ok(Book {
            formats: said_of,
            is_1904: book.has_1904_epoch(),
            sheets,
        })
    }
}

/// A part, where it is there.
fn copy(parts: &mut Parts<'_>, name: &str) -> Result<Option<Vec<u8>>, Unusual> {
    let Some(part) = parts.open(name).map_err(|_| Unusual)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    part.take(PART + 1).read_to_end(&mut bytes).map_err(|_| Unusual)?;
    if bytes.len() as u64 > PART {
        Err(Unusual)
    } else {
        Ok(Some(bytes))
    }
}

fn put(small: &mut ZipWriter<&mut dyn WriteSeek>, name: &str, bytes: &[u8]) -> Result<(), Unusual> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    small.start_file(name, stored).map_err(|_| Unusual)?;
    small.write_all(bytes).map_err(|_| Unusual)
}

/// A sheet with its own number, and a number in each format.
fn probe(number: usize, formats: usize) -> String {
    let cells = (0..formats).map(|format| format!("<c s=\"{format}\"><v>1</v></c>"));
    format!(
        "<worksheet><sheetData><row><c><v>{number}</v></c>{}</row></sheetData></worksheet>",
        cells.collect::<String>()
    )
}

/// What became of the numbers of a sheet, which must be the one of this number.
fn said(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str, number: usize, formats: usize) -> Result<Vec<Format>, Unusual> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|_| Unusual)?;
    match cells.next_cell() {
        Ok(Some(cell)) if *cell.get_value() == DataRef::Float(number as f64) => {}
        _ => return Err(Unusual),
    }
    let mut said = Vec::with_capacity(formats);
    while let Some(cell) = cells.next_cell().map_err(|_| Unusual)? {
        said.push(match cell.get_value() {
            DataRef::DateTime(at) if at.is_datetime() => Format::Date,
            DataRef::DateTime(_) | DataRef::Float(_) => Format::Number,
            _ => return Err(Unusual),
        });
    }
    if said.len() == formats { Ok(said) } else { Err(Unusual) }
}
