//! The bytes of a workbook as events.
//!
//! In: bytes, what they are, limits. Out: for each sheet its name, its cells in the order of the file, its end. Touches nothing
//! but its arguments, so that it can run in another process. XLSX and XLSB are streamed; XLS and ODS are held whole by the
//! reader behind it. Refuses what is over a limit, encrypted or damaged.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

use calamine::{
    Data, DataRef, DataType, Ods, OdsError, Range, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError, Xlsb,
    XlsbError, Xlsx, XlsxError,
};
use zip::ZipArchive;

use super::cells::cell;
use crate::read::{Cell, Container, Limits};

/// What a workbook tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event<'a> {
    /// A sheet begins.
    Sheet { name: &'a str, hidden: bool },
    /// A cell that is filled; row and column count from 0.
    Cell { row: u32, column: u32, cell: Cell<'a> },
    /// The sheet ends.
    End,
    /// The sheet breaks off; the row under way is not whole.
    Broken(String),
    /// A further sheet has the name of an earlier one.
    Repeated(&'a str),
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
    Over {
        limit: &'static str,
        value: u64,
        what: &'static str,
    },
}

/// Tells all sheets of a workbook, or the one `wanted`.
pub(super) fn parse(
    bytes: &[u8],
    container: Container,
    wanted: Option<&str>,
    limits: &Limits,
    emit: &mut dyn FnMut(Event<'_>) -> Next,
) -> Result<(), Failure> {
    let cursor = Cursor::new(bytes);
    let mut telling = Telling {
        emit,
        limits,
        cells: 0,
        rows: 0,
    };
    match container {
        Container::Xlsx => {
            let mut book: Xlsx<_> = Xlsx::new(cursor)?;
            for sheet in telling.sheets(book.sheets_metadata(), wanted)? {
                telling.begin(&sheet);
                match book.worksheet_cells_reader(&sheet.name) {
                    Ok(mut cells) => telling.stream(|| cells.next_cell().map_err(|error| error.to_string()))?,
                    Err(XlsxError::NotAWorksheet(_)) => telling.end(),
                    Err(error) => telling.broken(error.to_string()),
                }
            }
        }
        Container::Xlsb => {
            let mut book: Xlsb<_> = Xlsb::new(cursor)?;
            for sheet in telling.sheets(book.sheets_metadata(), wanted)? {
                telling.begin(&sheet);
                match book.worksheet_cells_reader(&sheet.name) {
                    Ok(mut cells) => telling.stream(|| cells.next_cell().map_err(|error| error.to_string()))?,
                    Err(error) => telling.broken(error.to_string()),
                }
            }
        }
        Container::Xls => {
            let mut book: Xls<_> = Xls::new(cursor)?;
            for sheet in telling.sheets(book.sheets_metadata(), wanted)? {
                telling.begin(&sheet);
                telling.range(book.worksheet_range(&sheet.name).map_err(|error| error.to_string()))?;
            }
        }
        Container::Ods => {
            is_whole_ods(bytes, limits)?;
            let mut book: Ods<_> = Ods::new(cursor)?;
            for sheet in telling.sheets(book.sheets_metadata(), wanted)? {
                telling.begin(&sheet);
                telling.range(book.worksheet_range(&sheet.name).map_err(|error| error.to_string()))?;
            }
        }
        Container::Text | Container::Gzip | Container::Zip => return Err(Failure::Damaged("it is none".into())),
    }
    Ok(())
}

impl From<XlsxError> for Failure {
    fn from(error: XlsxError) -> Failure {
        match error {
            XlsxError::Password => Failure::Encrypted,
            other => Failure::Damaged(other.to_string()),
        }
    }
}

impl From<XlsbError> for Failure {
    fn from(error: XlsbError) -> Failure {
        match error {
            XlsbError::Password => Failure::Encrypted,
            other => Failure::Damaged(other.to_string()),
        }
    }
}

impl From<XlsError> for Failure {
    fn from(error: XlsError) -> Failure {
        match error {
            XlsError::Password => Failure::Encrypted,
            other => Failure::Damaged(other.to_string()),
        }
    }
}

impl From<OdsError> for Failure {
    fn from(error: OdsError) -> Failure {
        match error {
            OdsError::Password => Failure::Encrypted,
            other => Failure::Damaged(other.to_string()),
        }
    }
}

/// The reader of ODS never ends where its content breaks off inside a table: whether it is whole is asked first.
fn is_whole_ods(bytes: &[u8], limits: &Limits) -> Result<(), Failure> {
    let cut = |_| Failure::Damaged("its content is cut off".into());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Failure::Damaged(error.to_string()))?;
    let Ok(content) = archive.by_name("content.xml") else {
        return Ok(());
    };
    let mut content = content.take(limits.part_bytes);
    let mut piece = vec![0; 1 << 16];
    let mut tail: Vec<u8> = Vec::new();
    loop {
        let read = content.read(&mut piece).map_err(cut)?;
        if read == 0 {
            break;
        }
        tail.extend_from_slice(piece.get(..read).unwrap_or_default());
        tail.drain(..tail.len().saturating_sub(1024));
    }
    let end = b"</office:document-content>";
    match tail.windows(end.len()).any(|window| window == end) {
        true => Ok(()),
        false => Err(Failure::Damaged("its content is cut off".into())),
    }
}

fn over(limit: &'static str, value: u64, what: &'static str) -> Failure {
    Failure::Over { limit, value, what }
}

/// Tells events, and counts against the limits.
struct Telling<'a> {
    emit: &'a mut dyn FnMut(Event<'_>) -> Next,
    limits: &'a Limits,
    cells: u64,
    rows: u64,
}

impl Telling<'_> {
    /// The sheets to read, each name once.
    fn sheets(&mut self, all: &[Sheet], wanted: Option<&str>) -> Result<Vec<Sheet>, Failure> {
        if all.len() as u64 > self.limits.sheets {
            return Err(over("sheets", self.limits.sheets, "sheets"));
        }
        let mut seen = BTreeSet::new();
        let mut sheets = Vec::new();
        for sheet in all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
            if wanted.is_some_and(|wanted| wanted != sheet.name) {
                continue;
            }
            if seen.insert(sheet.name.as_str()) {
                sheets.push(sheet.clone());
            } else {
                (self.emit)(Event::Repeated(&sheet.name));
            }
        }
        match wanted {
            Some(wanted) if sheets.is_empty() => Err(Failure::SheetMissing {
                wanted: wanted.to_owned(),
                names: all.iter().map(|sheet| format!("`{}`", sheet.name)).collect(),
            }),
            _ => Ok(sheets),
        }
    }

    fn begin(&mut self, sheet: &Sheet) {
        let hidden = sheet.visible != SheetVisible::Visible;
        (self.emit)(Event::Sheet {
            name: &sheet.name,
            hidden,
        });
    }

    fn end(&mut self) {
        (self.emit)(Event::End);
    }

    fn broken(&mut self, why: String) {
        (self.emit)(Event::Broken(why));
    }

    /// Tells cells as they come.
    fn stream<'b>(
        &mut self,
        mut next: impl FnMut() -> Result<Option<calamine::Cell<DataRef<'b>>>, String>,
    ) -> Result<(), Failure> {
        let mut row = None;
        loop {
            let at = match next() {
                Ok(Some(at)) => at,
                Ok(None) => break,
                Err(why) => {
                    self.broken(why);
                    return Ok(());
                }
            };
            match self.tell(at.get_position(), at.get_value(), &mut row)? {
                Next::Go => {}
                Next::SkipSheet => break,
                Next::Break(why) => {
                    self.broken(why.into());
                    return Ok(());
                }
            }
        }
        self.end();
        Ok(())
    }

    /// Tells the cells of a sheet that is held whole.
    fn range(&mut self, range: Result<Range<Data>, String>) -> Result<(), Failure> {
        let range = match range {
            Ok(range) => range,
            Err(why) => {
                self.broken(why);
                return Ok(());
            }
        };
        // A range begins with the first used cell, not with A1.
        let (first_row, first_column) = range.start().unwrap_or((0, 0));
        let mut last = None;
        for (row, column, value) in range.used_cells() {
            let at = (
                first_row.saturating_add(row as u32),
                first_column.saturating_add(column as u32),
            );
            if self.tell(at, value, &mut last)? != Next::Go {
                break;
            }
        }
        self.end();
        Ok(())
    }

    fn tell(
        &mut self,
        (row, column): (u32, u32),
        value: &impl DataType,
        last: &mut Option<u32>,
    ) -> Result<Next, Failure> {
        let cell = cell(value);
        if cell == Cell::Empty {
            return Ok(Next::Go);
        }
        if row >= ROWS {
            return Ok(Next::Break("a cell stands below the last row that a sheet has"));
        }
        if u64::from(column) >= self.limits.columns {
            return Err(over("columns", self.limits.columns, "columns"));
        }
        if let Cell::Text(text) = cell
            && text.len() as u64 > self.limits.cell_bytes
        {
            return Err(over("cell_bytes", self.limits.cell_bytes, "bytes in one cell"));
        }
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(over("cells", self.limits.cells, "filled cells"));
        }
        if *last != Some(row) {
            *last = Some(row);
            self.rows += 1;
            if self.rows > self.limits.rows {
                return Err(over("rows", self.limits.rows, "rows"));
            }
        }
        Ok((self.emit)(Event::Cell { row, column, cell }))
    }
}

/// Rows that a sheet has in every spreadsheet program.
const ROWS: u32 = 1 << 20;
