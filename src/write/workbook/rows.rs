//! Rows of a sheet, as XML.
//!
//! In: the values of each cell, one after the other. Out: `<row>` elements with texts in their cells, as `rust_xlsxwriter` writes
//! them (a test holds the two together), in a fraction of its time: a plan has millions of cells. Keeps two invariants: no cell is a
//! formula, and no text is over Excel's limit.

use std::{borrow::Cow, io::Write};

use chrono::NaiveDate;
use memchr::memchr;
use rust_xlsxwriter::column_number_to_name;

use super::sheet::Column;
use crate::{
    saved::{Columns, Holds, PlanColumn, neutralised},
    terms::date_of,
};

/// Characters of a text, counted as Excel does: in UTF-16.
const TEXT: usize = 32_767;

/// Lines of text that a row shows at most.
const LINES: u32 = 10;
/// Points that a line of text is high.
pub(super) const POINTS: u32 = 15;

/// The cells of one column, as they begin.
#[derive(Debug, Clone)]
struct Place {
    /// All before the number of the row.
    before: Vec<u8>,
    /// What tells of the format, after the number of the row.
    format: Vec<u8>,
    /// Characters in a line; none: texts take one line.
    line: Option<usize>,
}

/// Rows under way of one sheet.
#[derive(Debug)]
pub(super) struct Rows {
    places: Vec<Place>,
    /// Whether long texts take several lines.
    wraps: bool,
    /// Rows that are done.
    out: Vec<u8>,
    /// Cells of the row under way.
    cells: Vec<u8>,
    /// Texts that were cut.
    cut: u64,
}

impl Rows {
    /// Rows of a sheet with the numbers that its columns' formats have in the workbook.
    pub(super) fn new(columns: &[Column], formats: &[u32], wraps: bool) -> Rows {
        let place = |(index, column): (u16, &Column)| {
            let format = formats.get(usize::from(index)).copied().unwrap_or_default();
            Place {
                before: format!("<c r=\"{}", column_number_to_name(index)).into_bytes(),
                format: match format {
                    0 => Vec::new(),
                    format => format!(" s=\"{format}\"").into_bytes(),
                },
                line: column.line(),
            }
        };
        Rows {
            places: (0..).zip(columns).map(place).collect(),
            wraps,
            out: Vec::new(),
            cells: Vec::new(),
            cut: 0,
        }
    }

    /// Adds a row; `number` counts from 1, as spreadsheets do. Gives how many lines it is high.
    pub(super) fn row(&mut self, number: usize, fill: impl FnOnce(&mut Cells<'_>)) -> u32 {
        self.cells.clear();
        let mut digits = itoa::Buffer::new();
        let number = digits.format(number).as_bytes();
        let mut cells = Cells {
            places: self.places.iter(),
            row: number,
            out: &mut self.cells,
            lines: 1,
            cut: &mut self.cut,
        };
        fill(&mut cells);
        let lines = if self.wraps { cells.lines } else { 1 };
        put(&mut self.out, &[b"<row r=\"", number, b"\""]);
        if lines > 1 {
            // Writing to a `Vec` does not fail.
            let _ = write!(self.out, " ht=\"{}\" customHeight=\"1\"", POINTS * lines);
        }
        match self.cells.is_empty() {
            true => put(&mut self.out, &[b"/>"]),
            false => put(&mut self.out, &[b">", &self.cells, b"</row>"]),
        }
        lines
    }

    /// The rows added since they were last taken.
    pub(super) fn take(&mut self, written: &mut Vec<u8>) {
        written.clear();
        std::mem::swap(&mut self.out, written);
    }

    /// How many texts were cut.
    pub(super) fn cut(&self) -> u64 {
        self.cut
    }
}

/// The cells of a row under way.
pub(super) struct Cells<'r> {
    places: std::slice::Iter<'r, Place>,
    row: &'r [u8],
    out: &'r mut Vec<u8>,
    lines: u32,
    cut: &'r mut u64,
}

impl Cells<'_> {
    /// A text; one that a spreadsheet would run is neutralised as in CSV.
    pub(super) fn text(&mut self, text: &str) {
        let Some(place) = self.places.next() else { return };
        if text.is_empty() {
            return;
        }
        let text = neutralised(text);
        let shown = fitting(&text);
        *self.cut += u64::from(shown.ends_with('…') && shown.len() != text.len());
        if let Some(line) = place.line.filter(|&line| shown.len() > line) {
            let lines = shown.chars().count().div_ceil(line);
            self.lines = self.lines.max(u32::try_from(lines).unwrap_or(LINES).min(LINES));
        }
        let blanks = ['\t', '\n', ' '];
        let keeps = match shown.starts_with(blanks) || shown.ends_with(blanks) {
            true => b" xml:space=\"preserve\"".as_slice(),
            false => b"",
        };
        put(self.out, &[&place.before, self.row, b"\"", &place.format]);
        put(self.out, &[b" t=\"inlineStr\"><is><t", keeps, b">"]);
        escaped(self.out, &shown);
        put(self.out, &[b"</t></is></c>"]);
    }

    /// A number, or an empty cell.
    pub(super) fn number(&mut self, number: Option<f64>) {
        if let Some(odd) = number.filter(|number| !number.is_finite()) {
            return self.text(&odd.to_string().to_uppercase());
        }
        let (Some(place), Some(number)) = (self.places.next(), number) else {
            return;
        };
        put(self.out, &[&place.before, self.row, b"\"", &place.format, b"><v>"]);
        // Most are whole and small.
        match number as u32 {
            whole if f64::from(whole) == number && !number.is_sign_negative() => {
                put(self.out, &[itoa::Buffer::new().format(whole).as_bytes()]);
            }
            // Writing to a `Vec` does not fail.
            _ => drop(write!(self.out, "{number}")),
        }
        put(self.out, &[b"</v></c>"]);
    }

    /// A count.
    pub(super) fn count(&mut self, count: u32) {
        self.number(Some(f64::from(count)));
    }

    /// A date, or an empty cell; as text where no spreadsheet knows the day.
    pub(super) fn date(&mut self, date: Option<NaiveDate>) {
        match date.map(|date| (date, serial(date))) {
            Some((_, Some(serial))) => self.number(Some(serial)),
            Some((date, None)) => self.text(&date.to_string()),
            None => self.text(""),
        }
    }

    /// A cell of one of our files, as what its column holds; as text where it holds something else.
    pub(super) fn saved<C: Columns>(&mut self, column: C, text: &str) {
        let number = || text.parse().ok().filter(|number: &f64| number.is_finite());
        let one_number = [PlanColumn::TargetSeats.as_str(), PlanColumn::UnitPrice.as_str()];
        let value = match column.holds() {
            Holds::Date => date_of(text).and_then(serial),
            Holds::Number => number(),
            // A list of one number is a number.
            Holds::List if one_number.contains(&column.as_str()) => number(),
            Holds::Text | Holds::List => None,
        };
        match value {
            Some(number) => self.number(Some(number)),
            None => self.text(text),
        }
    }
}

fn put(out: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// Adds a text as Excel writes it in XML: control characters as `_x0001_`, and what looks like that with its `_` so.
fn escaped(out: &mut Vec<u8>, text: &str) {
    // Without an early end the comparison goes many bytes at a time.
    let asks =
        |found, &byte: &u8| found | (byte < b' ') | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'_');
    if !text.as_bytes().iter().fold(false, asks) {
        return out.extend_from_slice(text.as_bytes());
    }
    for (at, character) in text.char_indices() {
        match character {
            '&' => put(out, &[b"&amp;"]),
            '<' => put(out, &[b"&lt;"]),
            '>' => put(out, &[b"&gt;"]),
            '_' if is_escape(text.as_bytes().get(at..).unwrap_or_default()) => put(out, &[b"_x005F_"]),
            '\t' | '\n' => out.push(character as u8),
            // Writing to a `Vec` does not fail.
            '\0'..' ' => drop(write!(out, "_x{:04X}_", u32::from(character))),
            _ => put(out, &[character.encode_utf8(&mut [0; 4]).as_bytes()]),
        }
    }
}

/// Whether a text begins like `_x0001_`.
fn is_escape(text: &[u8]) -> bool {
    let [b'_', b'x', digits @ .., b'_'] = text.get(..7).unwrap_or_default() else {
        return false;
    };
    digits.iter().all(u8::is_ascii_hexdigit)
}

/// A day as a spreadsheet counts it; none before March 1900, where spreadsheets disagree, and after 9999.
fn serial(date: NaiveDate) -> Option<f64> {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let days = i32::try_from(date.signed_duration_since(epoch).num_days()).ok()?;
    (61..=2_958_465).contains(&days).then(|| f64::from(days))
}

/// A text that fits into a cell, and that XML can hold.
fn fitting(text: &str) -> Cow<'_, str> {
    // Both begin with this byte, which few texts have.
    let may_hold = memchr(b'\xef', text.as_bytes()).is_some();
    let text = match may_hold && text.contains(['\u{fffe}', '\u{ffff}']) {
        true => Cow::Owned(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")),
        false => Cow::Borrowed(text),
    };
    // No character has more units than bytes.
    if text.len() <= TEXT || text.encode_utf16().count() <= TEXT {
        return text;
    }
    let mut units = 0;
    let within = |character: &char| {
        units += character.len_utf16();
        units < TEXT
    };
    let mut cut: String = text.chars().take_while(within).collect();
    cut.push('…');
    Cow::Owned(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_into_cells() {
        assert_eq!(fitting("Contoso"), "Contoso");
        assert_eq!(fitting("a\u{ffff}b"), "a\u{fffd}b");
        let exact = "x".repeat(TEXT);
        assert_eq!(fitting(&exact), exact.as_str());
        for long in ["x".repeat(TEXT + 1), "😀".repeat(TEXT / 2 + 1), "ű".repeat(40_000)] {
            let cut = fitting(&long);
            let units = cut.encode_utf16().count();
            assert!((TEXT - 1..=TEXT).contains(&units), "{units}");
            assert!(cut.ends_with('…'));
        }
    }

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(serial(day("1900-03-01")), Some(61.0));
        assert_eq!(serial(day("2026-11-21")), Some(46347.0));
        assert_eq!(serial(day("9999-12-31")), Some(2_958_465.0));
        assert_eq!(serial(day("1900-02-28")), None);
        assert_eq!(serial(NaiveDate::MAX), None);
    }

    /// The rows that the library writes of a sheet, and ours.
    fn beside_the_library(
        count: u32,
        fill: impl Fn(&mut rust_xlsxwriter::Worksheet, u32),
        own: impl Fn(&mut Cells<'_>, u32),
    ) -> [String; 2] {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory().unwrap();
        let bold = rust_xlsxwriter::Format::new().set_bold();
        sheet.set_column_format(0, &bold).unwrap();
        let mut rows = Rows::new(&[Column::new("heading", Holds::Text, 70, "meaning")], &[1], true);
        for row in 0..count {
            fill(sheet, row);
            rows.row(row as usize + 1, |cells| own(cells, row));
        }
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book.save_to_buffer().unwrap())).unwrap();
        let mut sheet = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
        let (_, theirs) = sheet.split_once("<sheetData>").unwrap();
        let (theirs, _) = theirs.split_once("</sheetData>").unwrap();
        let mut ours = Vec::new();
        rows.take(&mut ours);
        [String::from_utf8(ours).unwrap(), theirs.to_owned()]
    }

    #[test]
    fn texts_are_written_as_by_the_library() {
        let texts = [
            "Contoso",
            "a & b < c > d \" e '",
            " around ",
            "\ttab",
            "two\nlines",
            "end\n",
            "\r\n",
            "control \u{1} \u{1f} \u{7f} \u{0}",
            "_x0001_",
            "_x0001_x000A_",
            "__x00ff_ _x00fg_ _x00ff _X0001_ _x0001",
            "_xűx00_ _x000ű_",
            "ő 😀 \u{2028}",
            "_",
        ];
        let text = |row: u32| texts[row as usize];
        let [ours, theirs] = beside_the_library(
            texts.len() as u32,
            |sheet, row| {
                sheet.write_string(row, 0, neutralised(text(row)).as_ref()).unwrap();
            },
            |cells, row| cells.text(text(row)),
        );
        assert_eq!(ours, theirs);
    }

    #[test]
    fn numbers_are_written_as_by_the_library() {
        let numbers = [
            0.0,
            1.0,
            -1.0,
            0.5,
            46347.0,
            4_294_967_295.0,
            4_294_967_296.0,
            1e15,
            1.1e21,
            123.456,
            -0.25,
            1e-7,
        ];
        let number = |row: u32| numbers[row as usize];
        let [ours, theirs] = beside_the_library(
            numbers.len() as u32,
            |sheet, row| {
                sheet.write_number(row, 0, number(row)).unwrap();
            },
            |cells, row| cells.number(Some(number(row))),
        );
        assert_eq!(ours, theirs);
    }

    #[test]
    fn what_is_no_number_is_a_text() {
        let mut rows = Rows::new(&[Column::new("seats", Holds::Number, 9, "meaning")], &[1], false);
        rows.row(2, |cells| cells.number(Some(f64::INFINITY)));
        rows.row(3, |cells| cells.number(None));
        let mut ours = Vec::new();
        rows.take(&mut ours);
        let cell = "<c r=\"A2\" s=\"1\" t=\"inlineStr\"><is><t>INF</t></is></c>";
        assert_eq!(
            String::from_utf8(ours).unwrap(),
            format!("<row r=\"2\">{cell}</row><row r=\"3\"/>")
        );
    }

    #[test]
    fn long_texts_make_rows_higher_where_they_may() {
        let column = Column::new("detail", Holds::Text, 70, "meaning");
        for (wraps, height) in [(true, " ht=\"45\" customHeight=\"1\""), (false, "")] {
            let mut rows = Rows::new(std::slice::from_ref(&column), &[0], wraps);
            let lines = rows.row(2, |cells| cells.text(&"x".repeat(141)));
            assert_eq!(lines, if wraps { 3 } else { 1 });
            let mut ours = Vec::new();
            rows.take(&mut ours);
            let ours = String::from_utf8(ours).unwrap();
            assert!(ours.starts_with(&format!("<row r=\"2\"{height}>")), "{ours}");
        }
    }
}
