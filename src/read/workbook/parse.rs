//! The bytes of a workbook as events.
//!
//! In: bytes, what they are, limits. Out: for each sheet its name, its cells in the order of rows and columns, its end. Touches
//! nothing but its arguments, so that it can run in another process. XLSX, XLSB and ODS are streamed; XLS is held whole by the
//! reader behind it. Where that reader is silent, our own look at the raw parts speaks. Refuses what is over a limit,
//! encrypted or damaged.

use std::io::Cursor;

use calamine::{Data, DataRef, Dimensions, Range, Reader, Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError};

use super::{
    cells::cell,
    event::{Event, Failure, Next},
    flaws::{Scan, What},
    helper::Helper,
    narrow::Narrow,
    ods,
    parts::Parts,
    telling::{Merge, SheetTelling, Telling},
    xls, xlsb, xlsx,
};
use crate::read::{Cell, Container, Epoch, Limits, quiet::quietly};

/// Tells all sheets of a workbook, or the one `wanted`.
pub(super) fn parse<'b>(
    bytes: &'b [u8],
    container: Container,
    wanted: Option<&str>,
    limits: &Limits,
    helper: &mut Helper<'b>,
    emit: &mut dyn FnMut(Event<'_>) -> Next,
) -> Result<(), Failure> {
    let mut telling = Telling::new(limits, emit);
    match container {
        Container::Xlsx => tell_xlsx(bytes, wanted, &mut telling, Some(helper))?,
        Container::Xlsb => {
            let mut parts = Parts::of(bytes)?;
            let raw = xlsb::book(&mut parts)?;
            telling.counts_from(raw.epoch);
            let mut book: Xlsb<_> = Xlsb::new(Cursor::new(bytes))?;
            agree(book.sheets_metadata().len(), &raw.sheets)?;
            for (number, sheet) in telling.choose(book.sheets_metadata(), wanted)? {
                let path = raw.sheets.get(number).map_or("", String::as_str);
                let mut scan = xlsb::scan(&mut parts, path, &raw)?;
                let told = telling.sheet(&sheet)?;
                match book.worksheet_cells_reader(&sheet.name) {
                    Ok(mut cells) => stream(told, &mut scan, || cells.next_cell().map_err(|error| error.to_string()))?,
                    Err(error) => told.broken(&error.to_string())?,
                }
            }
        }
        Container::Xls => {
            let mut book: Xls<_> = Xls::new(Cursor::new(bytes))?;
            telling.counts_from(Epoch::since_1904(book.has_1904_epoch()));
            let raw = xls::book(bytes)?;
            if raw.sheets() != book.sheets_metadata().len() {
                return Err(apart());
            }
            for (number, sheet) in telling.choose(book.sheets_metadata(), wanted)? {
                let merges = book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
                let told = telling.sheet(&sheet)?;
                match book.worksheet_range(&sheet.name) {
                    Ok(cells) => range(told, raw.scan(number), &cells, &merges)?,
                    Err(error) => told.broken(&error.to_string())?,
                }
            }
        }
        Container::Ods => ods::tell(&mut Parts::of(bytes)?, wanted, &mut telling)?,
        Container::Text | Container::Gzip | Container::Zip => return Err(Failure::Damaged("it is none".into())),
    }
    Ok(())
}

/// Tells an XLSX workbook: a sheet that is of the common shape narrowly, where somebody may help with that; else as its reader and our
/// own look at its parts have it.
pub(super) fn tell_xlsx<'b>(
    bytes: &'b [u8],
    wanted: Option<&str>,
    telling: &mut Telling<'_>,
    narrowly: Option<&mut Helper<'b>>,
) -> Result<(), Failure> {
    let mut parts = Parts::of(bytes)?;
    let raw = xlsx::book(&mut parts)?;
    // What the reader stumbles over here, it will stumble over again.
    let narrow = narrowly.and_then(|helper| quietly(|| Narrow::of(&mut parts, &raw, helper)));
    let mut narrow = narrow.and_then(Result::ok);
    let strings = match &narrow {
        Some(narrow) => narrow.strings(),
        None => xlsx::strings(&mut parts, &raw.strings())?,
    };
    telling.counts_from(raw.epoch);
    let open = || Xlsx::new(Cursor::new(bytes));
    let mut book = match &narrow {
        Some(_) => None,
        None => Some(open()?),
    };
    let sheets = match (&narrow, &book) {
        (Some(narrow), _) => narrow.sheets(),
        (None, Some(book)) => book.sheets_metadata(),
        (None, None) => &[],
    };
    agree(sheets.len(), &raw.sheets)?;
    for (number, sheet) in telling.choose(sheets, wanted)? {
        let path = raw.sheets.get(number).map_or("", String::as_str);
        if let Some(usual) = &mut narrow {
            let begun = telling.mark();
            if usual.tell(&mut parts, path, &sheet, telling)? {
                continue;
            }
            telling.back_to(begun);
            // Its texts and those of the reader need not both be held.
            narrow = None;
        }
        let book = match book.take() {
            Some(opened) => book.insert(opened),
            None => book.insert(open()?),
        };
        let mut scan = xlsx::scan(&mut parts, path, strings)?;
        let told = telling.sheet(&sheet)?;
        match book.worksheet_cells_reader(&sheet.name) {
            Ok(mut cells) => stream(told, &mut scan, || cells.next_cell().map_err(|error| error.to_string()))?,
            Err(XlsxError::NotAWorksheet(_)) => told.end(0)?,
            Err(error) => told.broken(&error.to_string())?,
        }
    }
    Ok(())
}

/// Both looks at a workbook must have found the same sheets.
fn agree(sheets: usize, raw: &[String]) -> Result<(), Failure> {
    match sheets == raw.len() {
        true => Ok(()),
        false => Err(apart()),
    }
}

fn apart() -> Failure {
    Failure::Damaged("its sheets cannot be told apart".into())
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

/// Tells cells as they come, with what the scan knows better.
fn stream<'b>(
    mut sheet: SheetTelling<'_, '_>,
    scan: &mut Scan,
    mut next: impl FnMut() -> Result<Option<calamine::Cell<DataRef<'b>>>, String>,
) -> Result<(), Failure> {
    sheet.merges(std::mem::take(&mut scan.merges));
    let mut flaws = scan.flaws.drain(..).peekable();
    for ordinal in 0u64.. {
        while let Some(flaw) = flaws.next_if(|flaw| flaw.ordinal == ordinal && matches!(flaw.what, What::Unseen(_))) {
            let What::Unseen(text) = flaw.what else { continue };
            match sheet.cell(flaw.at, Cell::Error(&text))? {
                Next::Go => {}
                Next::SkipSheet => return sheet.end(scan.hidden_rows),
                Next::Break(why) => return sheet.broken(why),
            }
        }
        if let Some((at, why)) = scan.breaks
            && at == ordinal
        {
            return sheet.broken(why);
        }
        let told = match flaws.next_if(|flaw| flaw.ordinal == ordinal) {
            // The reader may stumble here, and goes on behind it.
            Some(flaw) => {
                let read = quietly(&mut next);
                match (flaw.what, read) {
                    (What::Error(text) | What::Unseen(text), _) => sheet.cell(flaw.at, Cell::Error(&text)),
                    (What::Place, Some(Ok(Some(read)))) => sheet.cell(flaw.at, cell(read.get_value())),
                    (What::Place, Some(Ok(None))) => break,
                    (What::Place, Some(Err(why))) => return sheet.broken(&why),
                    (What::Place, None) => return sheet.broken("it cannot be made sense of"),
                }
            }
            None => match next() {
                Ok(Some(read)) => sheet.cell(read.get_position(), cell(read.get_value())),
                Ok(None) => break,
                Err(why) => return sheet.broken(&why),
            },
        };
        match told? {
            Next::Go => {}
            Next::SkipSheet => break,
            Next::Break(why) => return sheet.broken(why),
        }
    }
    sheet.end(scan.hidden_rows)
}

/// Tells the cells of a sheet that is held whole, and those that the scan knows better.
fn range(
    mut sheet: SheetTelling<'_, '_>,
    scan: xls::Scan,
    range: &Range<Data>,
    merges: &[Dimensions],
) -> Result<(), Failure> {
    let merges = merges.iter().map(|merge| Merge {
        first: merge.start.0,
        column: merge.start.1,
        last: merge.end.0,
    });
    sheet.merges(merges.collect());
    // A range begins with the first used cell, not with A1.
    let (first_row, first_column) = range.start().unwrap_or((0, 0));
    let mut errors = scan.errors.into_iter().peekable();
    let mut used = range.used_cells().peekable();
    loop {
        let next = used.peek().map(|(row, column, _)| {
            let (row, column) = (*row as u32, *column as u32);
            (first_row.saturating_add(row), first_column.saturating_add(column))
        });
        let told = match (errors.next_if(|(at, _)| next.is_none_or(|next| *at <= next)), next) {
            (Some((at, text)), next) => {
                // What the reader says of this place does not count.
                used.next_if(|_| next == Some(at));
                sheet.cell(at, Cell::Error(&text))
            }
            (None, Some(at)) => sheet.cell(at, used.next().map_or(Cell::Empty, |(_, _, value)| cell(value))),
            (None, None) => break,
        };
        match told? {
            Next::Go => {}
            Next::SkipSheet => break,
            Next::Break(why) => return sheet.broken(why),
        }
    }
    sheet.end(scan.hidden_rows)
}
