//! A narrow reader of XLSX: of workbooks as the programs of offices and exports write them, and of nothing else.
//!
//! In: the parts of a workbook. Out: the cells of its sheets, several times as fast as the reader that reads everything, which
//! stays the judge: what this one tells is what that one and our look at the raw parts would have told, event for event. It asks
//! that reader for all that a workbook says of itself, and reads only shared texts and cells by itself, each as a stream. Where
//! anything is unusual (tags that are not of the common shape, comments, other encodings, streams that fail), it gives up, and
//! the sheet is read in the other way from its beginning.

mod book;
mod sheet;
mod strings;
mod tags;
mod text;
mod window;

use std::io::Read;

use calamine::Sheet;

use self::{
    book::Book,
    sheet::{Stop, Values},
    strings::Strings,
};
use super::{event::Failure, helper::Helper, parts::Parts, telling::Telling, xlsx};

/// Something is not of the common shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unusual;

/// A workbook of the common shape.
pub(super) struct Narrow<'n, 'b> {
    book: Book,
    strings: Strings,
    helper: &'n mut Helper<'b>,
}

impl<'n, 'b> Narrow<'n, 'b> {
    pub(super) fn of(
        parts: &mut Parts<'b>,
        raw: &xlsx::Book,
        helper: &'n mut Helper<'b>,
    ) -> Result<Narrow<'n, 'b>, Unusual> {
        let book = Book::of(parts, raw)?;
        let name = raw.strings();
        let size = parts.size(&name).map_err(|_| Unusual)?;
        let strings = match size {
            Some(size) => with_part(parts, &name, helper, |part| Strings::of(part, size))?,
            None => Strings::default(),
        };
        Ok(Narrow { book, strings, helper })
    }

    /// All sheets, in the order of the workbook.
    pub(super) fn sheets(&self) -> &[Sheet] {
        &self.book.sheets
    }

    /// How many shared texts there are.
    pub(super) fn strings(&self) -> u64 {
        self.strings.len()
    }

    /// Tells a sheet; or says that it is unusual, when part of it may have been told.
    pub(super) fn tell(
        &mut self,
        parts: &mut Parts<'b>,
        path: &str,
        sheet: &Sheet,
        telling: &mut Telling<'_>,
    ) -> Result<bool, Failure> {
        let Ok(merges) = with_part(parts, path, self.helper, sheet::merges) else {
            return Ok(false);
        };
        let values = Values {
            strings: &self.strings,
            formats: &self.book.formats,
            is_1904: self.book.is_1904,
        };
        let mut told = telling.sheet(sheet)?;
        told.merges(merges);
        match with_part(parts, path, self.helper, |part| sheet::cells(part, values, &mut told)) {
            Ok(hidden_rows) => told.end(hidden_rows)?,
            Err(Stop::Break(why)) => told.broken(why)?,
            Err(Stop::Failure(failure)) => return Err(failure),
            Err(Stop::Unusual) => return Ok(false),
        }
        Ok(true)
    }
}

/// Reads a part, which the helper unpacks meanwhile where there is one.
fn with_part<'b, T, E: From<Unusual>>(
    parts: &mut Parts<'b>,
    name: &str,
    helper: &mut Helper<'b>,
    read: impl FnOnce(&mut dyn Read) -> Result<T, E>,
) -> Result<T, E> {
    if let Some(mut unpacked) = helper.unpack(parts, name) {
        return read(&mut unpacked);
    }
    match parts.open(name) {
        Ok(Some(mut part)) => read(&mut part),
        _ => Err(Unusual.into()),
    }
}

#[cfg(test)]
mod judge_tests;
