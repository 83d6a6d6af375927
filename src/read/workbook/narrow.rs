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

use calamine::{Sheet, SheetType};

use self::{
    book::Book,
    sheet::{Stop, Values},
    strings::Strings,
};
use super::{
    event::Failure,
    helper::{Helper, Made},
    parts::Parts,
    telling::{Merge, Telling},
    xlsx,
};

/// Something is not of the common shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unusual;

/// A workbook of the common shape.
pub(super) struct Narrow<'n, 'b> {
    book: Book,
    strings: Strings,
    helper: &'n Helper<'b>,
    /// The merged regions of the sheet that is told first, while they are looked for.
    merges: Option<Made<Result<Vec<Merge>, Unusual>>>,
}

impl<'n, 'b> Narrow<'n, 'b> {
    pub(super) fn of(
        parts: &mut Parts<'b>,
        raw: &xlsx::Book,
        wanted: Option<&str>,
        helper: &'n Helper<'b>,
    ) -> Result<Narrow<'n, 'b>, Unusual> {
        let book = Book::of(parts, raw)?;
        let is_told = |sheet: &Sheet| sheet.typ == SheetType::WorkSheet && wanted.is_none_or(|name| name == sheet.name);
        let first = book.sheets.iter().position(is_told).and_then(|at| raw.sheets.get(at));
        let merges = first.and_then(|path| {
            let (mut parts, path) = (parts.clone(), path.clone());
            helper.make(move || merges(&mut parts, &path))
        });
        Ok(Narrow {
            book,
            strings: Strings::of(parts, &raw.strings())?,
            helper,
            merges,
        })
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
        let merges = match self.merges.take() {
            Some(made) => made.take().unwrap_or(Err(Unusual)),
            None => merges(parts, path),
        };
        let Ok(merges) = merges else { return Ok(false) };
        let values = Values {
            strings: &self.strings,
            formats: &self.book.formats,
            is_1904: self.book.is_1904,
        };
        let mut told = telling.sheet(sheet)?;
        told.merges(merges);
        let told_of = match (self.helper.unpack(parts, path), parts.open(path)) {
            (Some(mut unpacked), _) => sheet::cells(&mut unpacked, values, &mut told),
            (None, Ok(Some(mut part))) => sheet::cells(&mut part, values, &mut told),
            (None, _) => Err(Stop::Unusual),
        };
        match told_of {
            Ok(hidden_rows) => told.end(hidden_rows)?,
            Err(Stop::Break(why)) => told.broken(why)?,
            Err(Stop::Failure(failure)) => return Err(failure),
            Err(Stop::Unusual) => return Ok(false),
        }
        Ok(true)
    }
}

fn merges(parts: &mut Parts<'_>, path: &str) -> Result<Vec<Merge>, Unusual> {
    match parts.open(path) {
        Ok(Some(mut part)) => sheet::merges(&mut part),
        _ => Err(Unusual),
    }
}

#[cfg(test)]
mod judge_tests;
