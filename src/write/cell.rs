//! One line of CSV, cell by cell.
//!
//! In: typed values. Out: RFC 4180 bytes, quoted where they must be. Text that a spreadsheet would run as a formula gets a `'`
//! before it, and so does text that begins with one already, so that taking one `'` away gives the text back. Numbers, dates
//! and our own words are written as they are.

use std::{fmt::Display, io::Write};

use chrono::NaiveDate;
use memchr::memchr;
use uuid::Uuid;

use crate::{
    saved::neutralised,
    terms::{Term, push_date, push_term},
};

/// The cells of a line under way.
pub(super) struct Line<'b> {
    buffer: &'b mut Vec<u8>,
    /// Where cells end, in a line that is kept as it is meant; none: it is written with delimiters and quotes.
    ends: Option<&'b mut Vec<usize>>,
    delimiter: char,
    first: bool,
}

impl<'b> Line<'b> {
    pub(super) fn begin(buffer: &'b mut Vec<u8>, delimiter: char) -> Line<'b> {
        Line {
            buffer,
            ends: None,
            delimiter,
            first: true,
        }
    }

    /// A line whose cells are kept as they are meant: what would be read back if it were written.
    pub(super) fn meant(buffer: &'b mut Vec<u8>, ends: &'b mut Vec<usize>) -> Line<'b> {
        Line {
            ends: Some(ends),
            ..Line::begin(buffer, ',')
        }
    }

    fn next_cell(&mut self) {
        match &mut self.ends {
            _ if self.first => {}
            Some(ends) => ends.push(self.buffer.len()),
            None => self.buffer.push(self.delimiter as u8),
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
        match self.ends.is_some() || self.is_plain(text.as_bytes()) {
            true => self.buffer.extend_from_slice(text.as_bytes()),
            false => self.quoted(&neutralised(text)),
        }
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

    /// Another value whose text is plain.
    pub(super) fn plain(&mut self, value: Option<impl Display>) {
        self.next_cell();
        if let Some(value) = value {
            // Writing to a `Vec` does not fail.
            let _ = write!(self.buffer, "{value}");
        }
    }

    /// A whole number, or an empty cell.
    pub(super) fn number(&mut self, number: Option<u32>) {
        self.next_cell();
        if let Some(number) = number {
            let mut digits = itoa::Buffer::new();
            self.buffer.extend_from_slice(digits.format(number).as_bytes());
        }
    }

    /// A length of a term, or an empty cell.
    pub(super) fn term(&mut self, term: Option<Term>) {
        self.next_cell();
        term.into_iter().for_each(|term| push_term(self.buffer, term));
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
        date.into_iter().for_each(|date| push_date(self.buffer, date));
    }

    /// Texts joined with `;`. An empty item keeps its place, so that lists side by side stay aligned; a list of empty items
    /// only is an empty cell. A `;` inside an item becomes a comma.
    pub(super) fn list<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        self.written(|out| {
            let start = out.len();
            let mut filled = false;
            for (index, item) in items.into_iter().enumerate() {
                if index > 0 {
                    out.push(b';');
                }
                let item = item.as_ref().as_bytes();
                filled |= !item.is_empty();
                match item.contains(&b';') {
                    true => out.extend(item.iter().map(|&byte| if byte == b';' { b',' } else { byte })),
                    false => out.extend_from_slice(item),
                }
            }
            if !filled {
                out.truncate(start);
            }
        });
    }

    /// A text from several parts that `write` adds to the line, with what came from somewhere else among them. Nothing of the line
    /// before it may be touched.
    pub(super) fn written(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.next_cell();
        let start = self.buffer.len();
        write(self.buffer);
        let text = self.buffer.get(start..).unwrap_or_default();
        if self.ends.is_some() || self.is_plain(text) {
            return;
        }
        if begins_well(text) && memchr(b'"', text).is_none() {
            // Only the quotes around it are missing.
            self.buffer.insert(start, b'"');
            self.buffer.push(b'"');
            return;
        }
        let text = self.buffer.split_off(start);
        self.quoted(&neutralised(&String::from_utf8_lossy(&text)));
    }

    /// Whether a text can stand as it is; one of which that is not plain to see is looked at again.
    fn is_plain(&self, text: &[u8]) -> bool {
        begins_well(text) && !self.has_special(text)
    }

    /// Whether a text holds a byte that asks for quotes.
    fn has_special(&self, text: &[u8]) -> bool {
        // Without an early end many bytes are compared at a time, and most texts are short.
        let delimiter = self.delimiter as u8;
        let asks = |found, &byte: &u8| found | (byte == delimiter) | (byte == b'"') | (byte == b'\n') | (byte == b'\r');
        text.iter().fold(false, asks)
    }

    /// Ends the line.
    pub(super) fn end(self) {
        match self.ends {
            Some(ends) => ends.push(self.buffer.len()),
            None => self.buffer.extend_from_slice(b"\r\n"),
        }
    }

    fn quoted(&mut self, text: &str) {
        if !self.has_special(text.as_bytes()) {
            self.buffer.extend_from_slice(text.as_bytes());
            return;
        }
        self.buffer.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(quote) = memchr(b'"', rest) {
            let (before, after) = rest.split_at(quote + 1);
            self.buffer.extend_from_slice(before);
            self.buffer.push(b'"');
            rest = after;
        }
        self.buffer.extend_from_slice(rest);
        self.buffer.push(b'"');
    }
}

/// Whether a text begins as no formula does.
fn begins_well(text: &[u8]) -> bool {
    text.first().is_none_or(u8::is_ascii_alphanumeric)
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
