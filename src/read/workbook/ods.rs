//! OpenDocument spreadsheets, streamed.
//!
//! In: the parts of a workbook. Out: its tables as events. Everything a cell holds stands in its attributes or its paragraphs, so
//! that no table needs to be held whole; blanks and comments between tags mean nothing, and what is repeated counts against the
//! limits as often as it is repeated. Refuses content that breaks off.

use std::{collections::BTreeSet, io::BufRead};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    cells,
    event::{Failure, Next},
    flaws::{NO_VALUE, quoted},
    parts::{Parts, attribute, damaged},
    telling::{Held, Merge, ROWS, SheetTelling, Telling, missing, repeated as named_twice},
};
use crate::read::{Cell, Epoch};

/// Tells all tables, or the one `wanted`.
pub(super) fn tell(parts: &mut Parts<'_>, wanted: Option<&str>, telling: &mut Telling<'_>) -> Result<(), Failure> {
    if is_encrypted(parts)? {
        return Err(Failure::Encrypted);
    }
    let Some(xml) = parts.xml("content.xml")? else {
        return Err(damaged("it has no content"));
    };
    let mut content = Content {
        xml,
        buffer: Vec::new(),
        hidden_styles: BTreeSet::new(),
        names: Vec::new(),
        epoch: Epoch::SINCE_1900,
    };
    content.read(wanted, telling)?;
    match wanted {
        Some(wanted) if !content.names.iter().any(|name| name == wanted) => {
            Err(missing(wanted, content.names.iter().map(String::as_str)))
        }
        _ => Ok(()),
    }
}

fn is_encrypted(parts: &mut Parts<'_>) -> Result<bool, Failure> {
    let Some(mut xml) = parts.xml("META-INF/manifest.xml")? else {
        return Ok(false);
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Start(tag) if tag.local_name().as_ref() == "encryption-data" => return Ok(true),
            Event::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// `content.xml` on the way through.
struct Content<R> {
    xml: Reader<R>,
    buffer: Vec<u8>,
    /// Styles of tables that are not shown.
    hidden_styles: BTreeSet<String>,
    /// All tables so far.
    names: Vec<String>,
    epoch: Epoch,
}

/// What a table is at while it is read.
struct Position {
    row: u32,
    hidden_rows: u32,
}

/// A row as its tags have it: cells with the columns each fills, and merges that begin in it.
#[derive(Default)]
struct Row {
    cells: Vec<(u32, u32, Held)>,
    merges: Vec<(u32, u32)>,
}

impl<R: BufRead> Content<R> {
    fn read(&mut self, wanted: Option<&str>, telling: &mut Telling<'_>) -> Result<(), Failure> {
        let mut style = None;
        let mut whole = false;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(damaged)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "style" => style = attribute(&tag, "name"),
                    "table-properties" => {
                        if let Some(name) = style.clone()
                            && attribute(&tag, "display").is_some_and(|shown| shown == "false")
                        {
                            self.hidden_styles.insert(name);
                        }
                    }
                    // Said before the first table, if at all.
                    "null-date" if self.names.is_empty() => {
                        let day = attribute(&tag, "date-value").and_then(|day| cells::iso(&day));
                        self.epoch = day.map_or(self.epoch, |day| Epoch::from_day(day.date()));
                    }
                    "tracked-changes" | "named-expressions" | "database-ranges" => {
                        let end = tag.to_end().into_owned();
                        self.skip(&end)?;
                    }
                    "table" => {
                        let Some(name) = attribute(&tag, "name") else { continue };
                        if self.names.is_empty() {
                            telling.counts_from(self.epoch);
                        }
                        let hidden =
                            attribute(&tag, "style-name").is_some_and(|style| self.hidden_styles.contains(&style));
                        self.table(name, hidden, wanted, telling)?;
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == "document-content" => whole = true,
                Event::Eof if whole => return Ok(()),
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
    }

    fn table(
        &mut self,
        name: String,
        hidden: bool,
        wanted: Option<&str>,
        telling: &mut Telling<'_>,
    ) -> Result<(), Failure> {
        let again = self.names.contains(&name);
        self.names.push(name.clone());
        let left_out = wanted.is_some_and(|wanted| wanted != name);
        if again && !left_out {
            return Err(named_twice(&name));
        }
        if left_out {
            return self.rows(None, &mut Position { row: 0, hidden_rows: 0 }).map(drop);
        }
        let mut at = Position { row: 0, hidden_rows: 0 };
        let mut sheet = telling.named(&name, hidden)?;
        match self.rows(Some(&mut sheet), &mut at)? {
            Next::Break(why) => sheet.broken(why),
            _ => sheet.end(at.hidden_rows),
        }
    }

    /// Goes through a table to its end, and tells its rows where somebody listens.
    fn rows(&mut self, mut sheet: Option<&mut SheetTelling<'_, '_>>, at: &mut Position) -> Result<Next, Failure> {
        let mut next = Next::Go;
        // Tables may stand in tables: drawings, cells.
        let mut depth = 0u32;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(damaged)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "shapes" => {
                        let end = tag.to_end().into_owned();
                        self.skip(&end)?;
                    }
                    "table" => depth += 1,
                    "table-row" if depth == 0 => {
                        let times = repeated(&tag, "number-rows-repeated");
                        let shown = attribute(&tag, "visibility").is_none_or(|how| how == "visible");
                        let row = self.row()?;
                        if let Some(sheet) = &mut sheet
                            && next == Next::Go
                        {
                            if !row.cells.is_empty() && !shown {
                                at.hidden_rows = at.hidden_rows.saturating_add(times);
                            }
                            next = tell_row(sheet, at.row, times, row)?;
                        }
                        at.row = at.row.saturating_add(times);
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == "table" => match depth.checked_sub(1) {
                    None => return Ok(next),
                    Some(less) => depth = less,
                },
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
    }

    fn row(&mut self) -> Result<Row, Failure> {
        let mut row = Row::default();
        let mut column = 0u32;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(damaged)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "table-cell" | "covered-table-cell" => {
                        let times = repeated(&tag, "number-columns-repeated");
                        let rows = repeated(&tag, "number-rows-spanned");
                        let told = Told::of(&tag);
                        let end = tag.to_end().into_owned();
                        let text = self.text(&end)?;
                        if let Some(held) = told.value(text) {
                            if rows > 1 {
                                row.merges.push((column, rows));
                            }
                            row.cells.push((column, times, held));
                        }
                        column = column.saturating_add(times);
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == "table-row" => return Ok(row),
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
    }

    /// The paragraphs of a cell, to its end tag.
    fn text(&mut self, end: &quick_xml::events::BytesEnd<'_>) -> Result<String, Failure> {
        let mut text = Paragraphs::default();
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(damaged)? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "text:p" | "text:h" => text.begin(),
                    "text:s" => text.blanks(repeated(&tag, "c")),
                    "text:tab" => text.mark('\t'),
                    "text:line-break" => text.mark('\n'),
                    name if is_beside(name) => {
                        let end = tag.to_end().into_owned();
                        self.skip(&end)?;
                    }
                    _ => {}
                },
                Event::Text(piece) => text.add(&piece.xml10_content()),
                Event::CData(piece) => text.add(&piece.xml10_content()),
                Event::GeneralRef(entity) => text.add(&resolved(&entity)?),
                Event::End(tag) if tag.name() == end.name() => return Ok(text.done()),
                Event::End(tag) if matches!(tag.name().as_ref(), "text:p" | "text:h") => text.finish(),
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
    }

    /// Passes over the rest of an element.
    fn skip(&mut self, end: &quick_xml::events::BytesEnd<'_>) -> Result<(), Failure> {
        self.buffer.clear();
        let read = self.xml.read_to_end_into(end.name(), &mut self.buffer);
        read.map(drop).map_err(damaged)
    }
}

/// What stands in a cell and is not its text: remarks, drawings, how a word is said, tables.
fn is_beside(name: &str) -> bool {
    name.starts_with("draw:")
        || name.starts_with("table:")
        || matches!(name, "office:annotation" | "text:ruby-text" | "text:note")
}

fn cut() -> Failure {
    damaged("its content is cut off")
}

/// A count in an attribute; at least 1.
fn repeated(tag: &BytesStart<'_>, name: &str) -> u32 {
    let count = attribute(tag, name).and_then(|count| count.trim().parse::<u32>().ok());
    count.unwrap_or(1).max(1)
}

/// What an entity stands for. Those that the file defines itself are none of ours: they may grow without end.
fn resolved(entity: &quick_xml::events::BytesRef<'_>) -> Result<String, Failure> {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        return Ok(letter.to_string());
    }
    let name = entity.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| damaged(format!("it has the unknown entity `{}`", quoted(&name))))
}

fn tell_row(sheet: &mut SheetTelling<'_, '_>, first: u32, times: u32, row: Row) -> Result<Next, Failure> {
    if row.cells.is_empty() {
        return Ok(Next::Go);
    }
    for again in 0..times {
        let number = first.saturating_add(again);
        if number >= ROWS {
            return Ok(Next::Break("a row stands below the last one that a sheet has"));
        }
        for (column, columns, held) in &row.cells {
            for column in (*column..).take(*columns as usize) {
                let next = sheet.cell((number, column), held.cell())?;
                if next != Next::Go {
                    return Ok(next);
                }
            }
        }
        for &(column, rows) in &row.merges {
            let last = number.saturating_add(rows - 1);
            let merge = Merge {
                first: number,
                column,
                last,
            };
            sheet.merge(merge);
        }
    }
    Ok(Next::Go)
}

/// What a cell's attributes tell.
#[derive(Default)]
struct Told {
    kind: Option<String>,
    value: Option<String>,
    is_error: bool,
    has_formula: bool,
}

impl Told {
    fn of(tag: &BytesStart<'_>) -> Told {
        let mut told = Told::default();
        let mut attributes = tag.attributes();
        for attribute in attributes.with_checks(false).flatten() {
            let value = || {
                let raw = &attribute.value;
                quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_string(), |text| text.into_owned())
            };
            match attribute.key.as_ref() {
                "office:value-type" => told.kind = Some(value()),
                "office:value"
                | "office:date-value"
                | "office:time-value"
                | "office:boolean-value"
                | "office:string-value" => told.value = Some(value()),
                "calcext:value-type" => told.is_error |= value() == "error",
                "table:formula" => told.has_formula = true,
                _ => {}
            }
        }
        told
    }

    /// The value, with the text of the cell at hand.
    fn value(self, text: String) -> Option<Held> {
        let error = |text: &str| Some(Held::Error(quoted(text)));
        // A program that does not mark errors shows them in the text all the same.
        let shows_error = self.has_formula && (text.starts_with('#') || text.starts_with("Err:"));
        if (self.is_error || shows_error) && !text.is_empty() {
            return error(&text);
        }
        let kind = self.kind.as_deref().unwrap_or("string");
        let Some(value) = self.value else {
            return match kind {
                "string" if text.is_empty() && self.has_formula && self.kind.is_none() => error(NO_VALUE),
                "string" => Held::of(Cell::Text(&text)),
                _ if self.has_formula => error(NO_VALUE),
                _ => error(if text.is_empty() {
                    "a value that is missing"
                } else {
                    &text
                }),
            };
        };
        match kind {
            "float" | "percentage" | "currency" => match value.trim().parse::<f64>() {
                Ok(number) => Held::of(Cell::Number(number)),
                Err(_) => error(&value),
            },
            "date" => Held::of(cells::iso(&value).map_or(Cell::Text(&value), Cell::DateTime)),
            "time" => Held::of(cells::days(&value).map_or(Cell::Text(&value), Cell::Number)),
            "boolean" => match value.as_str() {
                "true" | "TRUE" => Some(Held::Bool(true)),
                "false" | "FALSE" => Some(Held::Bool(false)),
                other => error(other),
            },
            "string" => Held::of(Cell::Text(&value)),
            other => error(&format!("a cell of the unknown kind {other}")),
        }
    }
}

/// The text of paragraphs: blanks in a row are one, but for those that are told as such.
#[derive(Default)]
struct Paragraphs {
    text: String,
    within: bool,
    any: bool,
    /// Whether a blank waits for a letter to follow, and whether one would be the first of its paragraph.
    blank: bool,
    start: bool,
}

impl Paragraphs {
    fn begin(&mut self) {
        if self.any {
            self.text.push('\n');
        }
        self.any = true;
        self.within = true;
        self.blank = false;
        self.start = true;
    }

    fn finish(&mut self) {
        self.within = false;
        self.blank = false;
    }

    fn add(&mut self, piece: &str) {
        if !self.within {
            return;
        }
        for letter in piece.chars() {
            if matches!(letter, ' ' | '\t' | '\r' | '\n') {
                self.blank = !self.start;
                continue;
            }
            self.settle();
            self.text.push(letter);
        }
    }

    fn settle(&mut self) {
        if std::mem::take(&mut self.blank) {
            self.text.push(' ');
        }
        self.start = false;
    }

    /// Blanks that count; more than any cell may hold are as good as that many.
    fn blanks(&mut self, count: u32) {
        if self.within {
            self.settle();
            self.text.extend(std::iter::repeat_n(' ', count.min(1 << 21) as usize));
        }
    }

    fn mark(&mut self, mark: char) {
        if self.within {
            self.settle();
            self.text.push(mark);
        }
    }

    fn done(self) -> String {
        self.text
    }
}
