//! One line of CSV, cell by cell.
//!
//! In: typed values. Out: RFC 4180 bytes, quoted where they must be. Text that a spreadsheet would run as a formula gets a `'`
//! before it, and so does text that begins with one already, so that taking one `'` away gives the text back. Numbers, dates
//! and our own words are written as they are.

use std::{fmt::Display, io::Write};

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use crate::saved::neutralised;

/// The cells of a line under way.
pub(super) struct Line<'b> {
    buffer: &'b mut Vec<u8>,
    delimiter: char,
    first: bool,
}

impl<'b> Line<'b> {
    pub(super) fn begin(buffer: &'b mut Vec<u8>, delimiter: char) -> Line<'b> {
        Line {
            buffer,
            delimiter,
            first: true,
        }
    }

    fn next_cell(&mut self) {
        if !self.first {
            self.buffer.push(self.delimiter as u8);
        }
        self.first = false;
    }

    /// A cell that does not apply.
    pub(super) fn empty(&mut self) {
        self.next_cell();
    }

    /// A text that came from somewhere else.
    pub(super) fn text(&mut self, text: &str) {
        self.next_cell();
        self.quoted(&neutralised(text));
    }

    /// The same, or an empty cell.
    pub(super) fn maybe_text<T: AsRef<str>>(&mut self, text: Option<T>) {
        match text {
            Some(text) => self.text(text.as_ref()),
            None => self.empty(),
        }
    }

    /// One of our own words: needs neither quotes nor neutralising.
    pub(super) fn word(&mut self, word: Option<&str>) {
        self.next_cell();
        self.buffer.extend_from_slice(word.unwrap_or_default().as_bytes());
    }

    /// A number, an identifier or another value whose text is plain.
    pub(super) fn plain(&mut self, value: Option<impl Display>) {
        self.next_cell();
        if let Some(value) = value {
            // Writing to a `Vec` does not fail.
            let _ = write!(self.buffer, "{value}");
        }
    }

    /// A GUID in lower case with hyphens, or an empty cell.
    pub(super) fn guid(&mut self, guid: Option<Uuid>) {
        self.next_cell();
        if let Some(guid) = guid {
            let mut text = Uuid::encode_buffer();
            self.buffer
                .extend_from_slice(guid.as_hyphenated().encode_lower(&mut text).as_bytes());
        }
    }

    /// `YYYY-MM-DD`, or an empty cell.
    pub(super) fn date(&mut self, date: Option<NaiveDate>) {
        self.next_cell();
        let Some(date) = date else { return };
        let Ok(year @ 0..=9999) = u32::try_from(date.year()) else {
            let _ = write!(self.buffer, "{date}");
            return;
        };
        let digit = |number: u32| b'0' + (number % 10) as u8;
        let (month, day) = (date.month(), date.day());
        self.buffer.extend_from_slice(&[
            digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ]);
    }

    /// Texts joined with `;`. An empty item keeps its place, so that lists side by side stay aligned; a list of empty items
    /// only is an empty cell. A `;` inside an item becomes a comma.
    pub(super) fn list<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        self.next_cell();
        let mut joined = String::new();
        let mut filled = false;
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                joined.push(';');
            }
            filled |= !item.as_ref().is_empty();
            let item = item.as_ref();
            match item.contains(';') {
                true => joined.push_str(&item.replace(';', ",")),
                false => joined.push_str(item),
            }
        }
        if filled {
            self.quoted(&neutralised(&joined));
        }
    }

    /// Ends the line.
    pub(super) fn end(self) {
        self.buffer.extend_from_slice(b"\r\n");
    }

    fn quoted(&mut self, text: &str) {
        let delimiter = self.delimiter as u8;
        let special = |byte: u8| byte == delimiter || matches!(byte, b'"' | b'\r' | b'\n');
        if !text.bytes().any(special) {
            self.buffer.extend_from_slice(text.as_bytes());
            return;
        }
        self.buffer.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                self.buffer.push(b'"');
            }
            self.buffer.push(byte);
        }
        self.buffer.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::restored;

    fn line(delimiter: char, fill: impl FnOnce(&mut Line<'_>)) -> String {
        let mut buffer = Vec::new();
        let mut line = Line::begin(&mut buffer, delimiter);
        fill(&mut line);
        line.end();
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn a_line_is_rfc_4180() {
        let written = line(',', |line| {
            line.text("a,b");
            line.text("say \"hi\"");
            line.text("two\nlines");
            line.text("=cmd,1");
            line.empty();
            line.word(Some("move"));
            line.plain(Some(-5));
            line.plain(None::<u32>);
        });
        assert_eq!(
            written,
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"'=cmd,1\",,move,-5,\r\n"
        );
        let semicolons = line(';', |line| {
            line.text("a,b");
            line.text("a;b");
        });
        assert_eq!(semicolons, "a,b;\"a;b\"\r\n");
    }

    #[test]
    fn a_line_is_read_back_as_it_was() {
        let cells = ["a,b", "\"", "x\r\ny", "", "'", "=\"a\",b", "ö;ü", " lead"];
        for delimiter in [',', ';'] {
            let written = line(delimiter, |line| cells.iter().for_each(|cell| line.text(cell)));
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .delimiter(delimiter as u8)
                .from_reader(written.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!(record.iter().map(restored).collect::<Vec<_>>(), cells);
        }
    }

    #[test]
    fn dates_are_iso() {
        for text in ["2026-11-21", "2028-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(line(',', |line| line.date(text.parse().ok())), format!("{text}\r\n"));
        }
        let every_day = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap().iter_days().take(3000);
        for date in every_day {
            assert_eq!(line(',', |line| line.date(Some(date))), format!("{date}\r\n"));
        }
    }

    #[test]
    fn lists_keep_their_places() {
        assert_eq!(line(',', |line| line.list(["a", "", "c;d"])), "\"a;;c,d\"\r\n");
        assert_eq!(line(',', |line| line.list(["", ""])), "\r\n");
        assert_eq!(line(',', |line| line.list(Vec::<String>::new())), "\r\n");
        assert_eq!(line(';', |line| line.list(["a", "b"])), "\"a;b\"\r\n");
        assert_eq!(line(',', |line| line.list(["-a", "b"])), "'-a;b\r\n");
    }
}
