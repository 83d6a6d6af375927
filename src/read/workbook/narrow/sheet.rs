//! A worksheet of the common shape.
//!
//! In: the part of a worksheet, twice; shared texts, formats. Out: first, the regions that are merged, which stand behind the
//! cells; then the cells as they come. What is not of that shape stops the reading where it stands: whoever called must read
//! the sheet in another way. What is of that shape comes to the same as if it were.

use std::io::Read;

use calamine::{ExcelDateTime, ExcelDateTimeType};
use memchr::memmem;

use super::{
    Unusual,
    book::Format,
    strings::Strings,
    tags::{Opened, Tags, has_whole_entities, local},
    text,
    window::Window,
};
use crate::read::{
    Cell,
    workbook::{
        cells::{date_cell, iso},
        event::{Failure, Next},
        flaws::MOST,
        parts::place,
        telling::{Merge, SheetTelling},
        xlsx::{ERRORS, merge, trouble},
    },
};

/// Where the cells end.
const END: &str = "</sheetData>";

/// Looks for merged regions behind the cells, and whether all that stands there is as usual.
pub(super) fn merges(part: &mut dyn Read) -> Result<Vec<Merge>, Unusual> {
    let mut window = Window::new(part);
    if head(&mut window)? == Opened::Full {
        let finder = memmem::Finder::new(END);
        loop {
            if let Some(at) = finder.find(window.bytes()) {
                window.done(at + END.len());
                break;
            }
            // It may stand across the end of what is at hand.
            window.done((window.bytes().len() + 1).saturating_sub(END.len()));
            if !window.more()? {
                return Err(Unusual);
            }
        }
    }
    let mut around = Around {
        depth: 1,
        ..Around::default()
    };
    loop {
        let whole = memchr::memrchr(b'>', window.bytes()).map_or(0, |at| at + 1);
        let mut tags = Tags::new(window.text(whole)?);
        while !tags.is_done() {
            if around.next(&mut tags)?.is_some() {
                return Err(Unusual);
            }
        }
        window.done(whole);
        if !window.more()? {
            break;
        }
    }
    let is_blank = window.bytes().iter().all(u8::is_ascii_whitespace);
    if around.depth == 0 && is_blank {
        Ok(around.merges)
    } else {
        Err(Unusual)
    }
}

/// Passes over what stands before the cells; says whether there are any.
fn head(window: &mut Window<'_>) -> Result<Opened, Unusual> {
    let length = loop {
        let begun = memmem::find(window.bytes(), b"<sheetData");
        let tag = begun.and_then(|at| Some((at, window.bytes().get(at..)?)));
        if let Some((at, end)) = tag.and_then(|(at, tag)| Some((at, memchr::memchr(b'>', tag)?))) {
            break at + end + 1;
        }
        if !window.more()? {
            return Err(Unusual);
        }
    };
    let mut tags = Tags::new(window.text(length)?);
    tags.prolog()?;
    let mut around = Around::default();
    let opened = loop {
        if let Some(opened) = around.next(&mut tags)? {
            break opened;
        }
    };
    if !tags.is_done() || !around.merges.is_empty() {
        return Err(Unusual);
    }
    window.done(length);
    Ok(opened)
}

/// What stands around the cells.
#[derive(Default)]
struct Around {
    depth: u32,
    merges: Vec<Merge>,
}

impl Around {
    /// The next tag and the text before it; where it is that of the cells, says whether there are any.
    fn next(&mut self, tags: &mut Tags<'_>) -> Result<Option<Opened>, Unusual> {
        let text = tags.text()?;
        // What holds a `>` may be the end of something else.
        let is_text = self.depth > 1 && !text.contains('>') && has_whole_entities(text);
        if !is_text && !text.bytes().all(|byte| byte.is_ascii_whitespace()) {
            return Err(Unusual);
        }
        if tags.eat("</") {
            tags.name()?;
            tags.expect(">")?;
            self.depth = self.depth.checked_sub(1).ok_or(Unusual)?;
            return Ok(None);
        }
        tags.expect("<")?;
        let name = tags.name()?;
        let opened = match local(name) {
            "sheetData" if self.depth == 1 && name == "sheetData" => return tags.skip_attributes().map(Some),
            "sheetData" => return Err(Unusual),
            "worksheet" if self.depth > 0 => return Err(Unusual),
            _ if self.depth == 0 && name != "worksheet" => return Err(Unusual),
            "dimension" => dimension(name, tags)?,
            "mergeCell" => self.merge(name, tags)?,
            _ => tags.skip_attributes()?,
        };
        if opened == Opened::Full {
            self.depth += 1;
        }
        Ok(None)
    }

    fn merge(&mut self, name: &str, tags: &mut Tags<'_>) -> Result<Opened, Unusual> {
        let (region, opened) = region(name, "mergeCell", tags)?;
        self.merges.extend(merge(region));
        Ok(opened)
    }
}

/// Which cells a tag is about.
fn region<'x>(name: &str, expected: &str, tags: &mut Tags<'x>) -> Result<(&'x str, Opened), Unusual> {
    let mut region = None;
    loop {
        match tags.attribute()? {
            Ok(("ref", value)) if region.is_none() && !value.contains('&') => region = Some(value),
            Ok((name, _)) if local(name) == "ref" => return Err(Unusual),
            Ok(_) => {}
            Err(opened) if name == expected => return Ok((region.ok_or(Unusual)?, opened)),
            Err(_) => return Err(Unusual),
        }
    }
}

/// The region that a sheet says to fill; the other reader stumbles where it is none.
fn dimension(name: &str, tags: &mut Tags<'_>) -> Result<Opened, Unusual> {
    let (region, opened) = region(name, "dimension", tags)?;
    let (first, last) = region.split_once(':').unwrap_or((region, region));
    let (first, last) = (short_place(first)?, short_place(last)?);
    let is_region = first.0 <= last.0 && first.1 <= last.1;
    if is_region { Ok(opened) } else { Err(Unusual) }
}

/// A place that no way of reading finds too long.
fn short_place(text: &str) -> Result<(u32, u32), Unusual> {
    place(text).filter(|_| text.len() <= 10).ok_or(Unusual)
}

/// Why a sheet is not read to its end.
pub(super) enum Stop {
    /// It is not of the common shape.
    Unusual,
    /// Its cells are not in order, or stand where none can.
    Break(&'static str),
    Failure(Failure),
}

impl From<Unusual> for Stop {
    fn from(_: Unusual) -> Stop {
        Stop::Unusual
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failure(failure)
    }
}

/// Tells the cells of a sheet; gives the number of rows that hold something and are hidden.
pub(super) fn cells(part: &mut dyn Read, values: Values<'_>, told: &mut SheetTelling<'_, '_>) -> Result<u32, Stop> {
    let mut window = Window::new(part);
    if head(&mut window)? == Opened::Empty {
        return Ok(0);
    }
    let mut rows = Reading {
        values,
        told,
        wanted: true,
        next_row: 0,
        flaws: 0,
        hidden_rows: 0,
        rich: String::new(),
        resolved: String::new(),
    };
    loop {
        let whole = memmem::rfind(window.bytes(), b"</row>").map(|at| at + "</row>".len());
        let whole = whole.or_else(|| memmem::find(window.bytes(), END.as_bytes()).map(|at| at + END.len()));
        if let Some(whole) = whole {
            if rows.all(&mut Tags::new(window.text(whole)?))? {
                return Ok(rows.hidden_rows);
            }
            window.done(whole);
        } else if !window.more()? {
            return Err(Stop::Unusual);
        }
    }
}

/// The row under way.
#[derive(Default)]
struct Row<'x> {
    /// Its number from 0, and how it is written, where it is.
    number: u32,
    written: Option<&'x str>,
    /// Where the next cell stands that does not say it.
    column: u32,
    is_hidden: Option<bool>,
    is_filled: bool,
    /// Whether the other reader has lost count of its cells.
    is_lost: bool,
}

/// Rows and cells on the way through.
struct Reading<'r, 't, 'a> {
    values: Values<'r>,
    told: &'r mut SheetTelling<'t, 'a>,
    /// Whether anybody listens.
    wanted: bool,
    /// Number of the row that does not say its own.
    next_row: u32,
    /// Cells that the other way of reading has to be told of.
    flaws: usize,
    hidden_rows: u32,
    /// Texts that are not there as they are meant.
    rich: String,
    resolved: String,
}

impl Reading<'_, '_, '_> {
    /// Takes rows to the end of what is at hand; says whether that is the end of all.
    fn all(&mut self, tags: &mut Tags<'_>) -> Result<bool, Stop> {
        loop {
            tags.blanks();
            if tags.eat("<row") {
                self.row(tags)?;
            } else if tags.is_done() {
                return Ok(false);
            } else {
                tags.expect(END)?;
                return Ok(true);
            }
        }
    }

    fn row(&mut self, tags: &mut Tags<'_>) -> Result<(), Stop> {
        let mut row = Row {
            number: self.next_row,
            ..Row::default()
        };
        let opened = loop {
            match tags.attribute()? {
                Ok(("r", value)) if row.written.is_none() => {
                    row.number = row_number(value)?;
                    row.written = Some(value);
                }
                Ok(("hidden", value)) if row.is_hidden.is_none() && !value.contains('&') => {
                    row.is_hidden = Some(value == "1" || value == "true");
                }
                Ok((name, _)) if matches!(local(name), "r" | "hidden") => return Err(Stop::Unusual),
                Ok(_) => {}
                Err(opened) => break opened,
            }
        };
        if opened == Opened::Full {
            loop {
                tags.blanks();
                if !tags.eat("<c") {
                    tags.expect("</row>")?;
                    break;
                }
                self.cell(tags, &mut row)?;
            }
        }
        self.hidden_rows += u32::from(row.is_hidden == Some(true) && row.is_filled);
        self.next_row = row.number.saturating_add(1);
        Ok(())
    }

    fn cell<'x>(&mut self, tags: &mut Tags<'x>, row: &mut Row<'x>) -> Result<(), Stop> {
        let raw = Raw::of(tags, &mut self.rich)?;
        if let Some(place) = raw.place {
            row.column = column(place, row)?;
        }
        let at = (row.number, row.column);
        row.column = row.column.saturating_add(1);
        let mut trouble = None;
        let cell = match self.values.of(&raw, &self.rich, &mut self.resolved)? {
            Some(cell) => cell,
            None => {
                trouble = self.values.trouble(&raw)?;
                trouble.as_deref().map_or(Cell::Empty, Cell::Error)
            }
        };
        row.is_filled |= trouble.is_some() || raw.has_text() || has_letters(raw.value);
        row.is_lost &= raw.place.is_none();
        self.flaws += usize::from(row.is_lost || trouble.is_some());
        row.is_lost |= trouble.is_some();
        if self.flaws > MOST {
            return Err(Stop::Unusual);
        }
        if self.wanted {
            match self.told.cell(at, cell)? {
                Next::Go => {}
                // Its hidden rows count all the same.
                Next::SkipSheet => self.wanted = false,
                Next::Break(why) => return Err(Stop::Break(why)),
            }
        }
        Ok(())
    }
}

/// A row's number from 0, as it is written.
fn row_number(written: &str) -> Result<u32, Unusual> {
    let is_plain = written.len() <= 7 && !written.starts_with('0') && written.bytes().all(|byte| byte.is_ascii_digit());
    let number = written.parse::<u32>().ok().filter(|_| is_plain);
    number.and_then(|number| number.checked_sub(1)).ok_or(Unusual)
}

/// The column of a place in this row.
fn column(place: &str, row: &Row<'_>) -> Result<u32, Unusual> {
    let mut column = 0;
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    let length = letters.take(4).fold(0, |length, letter| {
        column = column * 26 + u32::from(letter - b'A') + 1;
        length + 1
    });
    let digits = place.get(length..).ok_or(Unusual)?;
    let is_here = row.written == Some(digits) || row_number(digits)? == row.number;
    match column.checked_sub(1) {
        Some(column) if is_here && length <= 3 => Ok(column),
        _ => Err(Unusual),
    }
}

/// Whether a value holds anything but entities.
fn has_letters(value: &str) -> bool {
    let mut pieces = value.split('&');
    let first = pieces.next().is_some_and(|first| !first.is_empty());
    first
        || pieces.any(|piece| !piece.ends_with(';') || piece.split_once(';').is_some_and(|(_, rest)| !rest.is_empty()))
}

/// A cell as its tags have it.
#[derive(Default)]
struct Raw<'x> {
    place: Option<&'x str>,
    format: Option<&'x str>,
    kind: Option<&'x str>,
    value: &'x str,
    has_formula: bool,
    inline: Inline<'x>,
}

/// A text of a cell's own.
#[derive(Default)]
enum Inline<'x> {
    #[default]
    None,
    /// It is there as it is meant.
    Plain(&'x str),
    /// It was put together; whether there was anything to put together.
    Rich(bool),
}

impl<'x> Raw<'x> {
    /// From behind its tag's name through its end tag. Rich text goes apart.
    fn of(tags: &mut Tags<'x>, rich: &mut String) -> Result<Raw<'x>, Unusual> {
        // As most programs write them.
        let mut raw = Raw {
            place: tags.quoted(" r=\""),
            format: tags.quoted(" s=\""),
            kind: tags.quoted(" t=\""),
            ..Raw::default()
        };
        let opened = loop {
            match tags.attribute()? {
                Ok(("r", value)) if raw.place.is_none() => raw.place = Some(value),
                Ok(("s", value)) if raw.format.is_none() => raw.format = Some(value),
                Ok(("t", value)) if raw.kind.is_none() && !value.contains('&') => raw.kind = Some(value),
                Ok(("cm" | "vm" | "ph", _)) => {}
                Ok(_) => return Err(Unusual),
                Err(opened) => break opened,
            }
        };
        if opened == Opened::Full {
            raw.inside(tags, rich)?;
        }
        Ok(raw)
    }

    fn inside(&mut self, tags: &mut Tags<'x>, rich: &mut String) -> Result<(), Unusual> {
        tags.blanks();
        if tags.eat("<f") {
            self.has_formula = true;
            if tags.skip_attributes()? == Opened::Full {
                tags.skip_text()?;
                tags.expect("</f>")?;
            }
            tags.blanks();
        }
        if self.is_inline() {
            if tags.eat("<is>") {
                self.inline = inline(tags, rich)?;
            }
        } else if tags.eat("<v>") {
            self.value = tags.text()?;
            tags.expect("</v>")?;
        } else {
            tags.eat("<v/>");
        }
        tags.blanks();
        tags.expect("</c>")
    }

    fn is_inline(&self) -> bool {
        matches!(self.kind, Some("inlineStr" | "is"))
    }

    fn has_text(&self) -> bool {
        matches!(self.inline, Inline::Plain(_) | Inline::Rich(true))
    }
}

/// A cell's own text, from behind its start tag through its end tag.
fn inline<'x>(tags: &mut Tags<'x>, rich: &mut String) -> Result<Inline<'x>, Unusual> {
    if let Some(plain) = text::plain(tags, "</t></is>") {
        return Ok(Inline::Plain(plain));
    }
    rich.clear();
    text::rich(tags, "</is>", rich).map(Inline::Rich)
}

/// What gives values to cells.
#[derive(Clone, Copy)]
pub(super) struct Values<'r> {
    pub(super) strings: &'r Strings,
    pub(super) formats: &'r [Format],
    pub(super) is_1904: bool,
}

impl<'r> Values<'r> {
    /// The value of a cell; none, where there is none, or trouble.
    fn of<'v>(&self, raw: &Raw<'v>, rich: &'v str, resolved: &'v mut String) -> Result<Option<Cell<'v>>, Unusual>
    where
        'r: 'v,
    {
        let value = raw.value;
        Ok(match raw.kind {
            None | Some("n") => match number(value) {
                Some(number) => Some(self.formatted(number, raw.format)?),
                None => None,
            },
            Some("s") => shared(value).and_then(|at| self.strings.get(at)).map(Cell::Text),
            Some("inlineStr" | "is") => Some(match raw.inline {
                Inline::None => Cell::Empty,
                Inline::Plain(text) => Cell::Text(text),
                Inline::Rich(_) => Cell::Text(rich),
            }),
            Some("b") => truth(value).map(Cell::Bool),
            Some("e") => ERRORS.contains(&value).then_some(Cell::Error(value)),
            Some("str") => {
                resolved.clear();
                text::add(value, true, resolved)?;
                Some(Cell::Text(resolved))
            }
            Some("d") => {
                resolved.clear();
                text::resolve(value, resolved)?;
                Some(iso(resolved).map_or(Cell::Text(resolved), Cell::DateTime))
            }
            Some(_) => None,
        })
    }

    /// What a cell without a value tells in its place, if it should have had one.
    fn trouble(&self, raw: &Raw<'_>) -> Result<Option<String>, Unusual> {
        if raw.value.contains('&') {
            return Err(Unusual);
        }
        let trouble = trouble(raw.kind.unwrap_or("n"), raw.value, raw.has_formula, self.strings.len());
        if trouble.is_none() && !raw.value.is_empty() {
            return Err(Unusual);
        }
        Ok(trouble)
    }

    fn formatted(&self, number: f64, format: Option<&str>) -> Result<Cell<'static>, Unusual> {
        let Some(format) = format else {
            return Ok(Cell::Number(number));
        };
        let is_plain = format.len() <= 9 && format.bytes().all(|byte| byte.is_ascii_digit());
        let format = format.parse::<usize>().ok().filter(|_| is_plain).ok_or(Unusual)?;
        Ok(match self.formats.get(format) {
            Some(Format::Date) => date_cell(ExcelDateTime::new(number, ExcelDateTimeType::DateTime, self.is_1904)),
            _ => Cell::Number(number),
        })
    }
}

/// A number that every way of reading reads alike.
fn number(value: &str) -> Option<f64> {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    if digits == value.len() && (1..=15).contains(&digits) {
        let number = value
            .bytes()
            .fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        return Some(number as f64);
    }
    let number = value.parse::<f64>().ok().filter(|number| number.is_finite())?;
    is_plain_number(value).then_some(number)
}

/// Digits, with a fraction and an exponent perhaps.
fn is_plain_number(value: &str) -> bool {
    let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let value = value.strip_prefix('-').unwrap_or(value);
    let (value, exponent) = value.split_once(['e', 'E']).unwrap_or((value, "0"));
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    [whole, fraction, exponent].into_iter().all(is_digits)
}

fn shared(value: &str) -> Option<u64> {
    let is_plain = (1..=9).contains(&value.len()) && value.bytes().all(|digit| digit.is_ascii_digit());
    is_plain.then(|| {
        value
            .bytes()
            .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    })
}

fn truth(value: &str) -> Option<bool> {
    let value = value.trim();
    let is = |number: &str, word: &str| value == number || value.eq_ignore_ascii_case(word);
    if is("1", "true") {
        Some(true)
    } else {
        is("0", "false").then_some(false)
    }
}
