//! Delimited text, split into records and fields.
//!
//! In: bytes in an encoding that keeps ASCII, from the start of a record on. Out: the places of its fields, and how many bytes
//! and lines it took. The dialect is RFC 4180 as leniently as spreadsheets read it: a quote counts only as the first byte of a
//! field, `""` inside is one quote, text after a closing quote is kept. Lines end with LF, CR LF or CR. Unlike the csv crate it
//! knows the line on which a record starts (after CR LF and blank lines too), and a quote that is never closed is an answer
//! of its own rather than the rest of the file in one field.

use std::borrow::Cow;

use memchr::memchr3;

/// Where one field stands in the bytes given; the quotes around it left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it began with a quote.
    pub(super) quoted: bool,
    /// Whether quotes inside must be taken out by [`plain`].
    quotes_inside: bool,
}

/// What the bytes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// A record; its fields are in [`Splitter::fields`].
    Record {
        /// Bytes up to the next record.
        used: usize,
        /// Line ends passed.
        lines: u32,
        /// Whether a line end closes it, rather than the end of the bytes.
        ended: bool,
    },
    /// The record goes on after these bytes.
    More,
    /// A quote is opened, so many line ends after the start of the record, and not closed.
    Unclosed(u32),
    /// No byte is left.
    End,
}

/// Splits records at one delimiter.
#[derive(Debug)]
pub(super) struct Splitter {
    pub(super) delimiter: u8,
    /// The fields of the record last found.
    pub(super) fields: Vec<Field>,
    /// Whether text follows a closing quote of that record: a quote stands where none belongs.
    pub(super) is_loose: bool,
}

impl Splitter {
    pub(super) fn new(delimiter: u8) -> Splitter {
        Splitter {
            delimiter,
            fields: Vec::new(),
            is_loose: false,
        }
    }

    /// Finds the record at the start of `bytes`; `last` says that nothing follows them.
    pub(super) fn split(&mut self, bytes: &[u8], last: bool) -> Split {
        self.fields.clear();
        self.is_loose = false;
        if bytes.is_empty() {
            return if last { Split::End } else { Split::More };
        }
        let mut at = 0;
        let mut lines = 0;
        loop {
            let (field, stop) = if bytes.get(at) == Some(&b'"') {
                let opened = lines;
                match self.quoted(bytes, at, &mut lines) {
                    Some(Some((field, stop, is_loose))) => {
                        self.is_loose |= is_loose;
                        (field, stop)
                    }
                    Some(None) => return Split::Unclosed(opened),
                    None if last => return Split::Unclosed(opened),
                    None => return Split::More,
                }
            } else {
                let stop = self.stop(bytes, at);
                let field = Field {
                    start: at,
                    end: stop,
                    quoted: false,
                    quotes_inside: false,
                };
                (field, stop)
            };
            self.fields.push(field);
            match bytes.get(stop) {
                None if last => {
                    return Split::Record {
                        used: stop,
                        lines,
                        ended: false,
                    };
                }
                None => return Split::More,
                Some(&byte) if byte == self.delimiter => at = stop + 1,
                Some(b'\r') if stop + 1 == bytes.len() && !last => return Split::More,
                Some(&byte) => {
                    let pair = byte == b'\r' && bytes.get(stop + 1) == Some(&b'\n');
                    return Split::Record {
                        used: stop + 1 + usize::from(pair),
                        lines: lines + 1,
                        ended: true,
                    };
                }
            }
        }
    }

    /// The next delimiter or line end from `at` on, or the end of the bytes.
    fn stop(&self, bytes: &[u8], at: usize) -> usize {
        let rest = bytes.get(at..).unwrap_or_default();
        at + memchr3(self.delimiter, b'\r', b'\n', rest).unwrap_or(rest.len())
    }

    /// The field whose opening quote stands at `open`, where it stops, and whether text follows its closing quote. None: it goes on after the bytes. `Some(None)`: its quote is stray,
    /// since it runs over a line end and what closes it is no closing quote either.
    fn quoted(&self, bytes: &[u8], open: usize, lines: &mut u32) -> Option<Option<(Field, usize, bool)>> {
        let first = *lines;
        let mut quotes_inside = false;
        let mut at = open + 1;
        let close = loop {
            match (bytes.get(at)?, bytes.get(at + 1)) {
                (b'"', Some(b'"')) => {
                    quotes_inside = true;
                    at += 2;
                }
                (b'"', _) => break at,
                (b'\n', _) => {
                    *lines += 1;
                    at += 1;
                }
                (b'\r', next) => {
                    *lines += u32::from(next != Some(&b'\n'));
                    at += 1;
                }
                _ => at += 1,
            }
        };
        let stop = self.stop(bytes, close + 1);
        let loose = stop > close + 1;
        if loose && *lines > first {
            return Some(None);
        }
        let field = Field {
            start: open + 1,
            end: if loose { stop } else { close },
            quoted: true,
            quotes_inside: quotes_inside || loose,
        };
        let after = bytes.get(close + 1..stop).unwrap_or_default();
        Some(Some((field, stop, !after.trim_ascii().is_empty())))
    }
}

/// The text of a field of this record.
pub(super) fn plain<'a>(record: &'a str, field: &Field) -> Cow<'a, str> {
    let raw = record.get(field.start..field.end).unwrap_or_default();
    if field.quotes_inside {
        Cow::Owned(without_quotes(raw))
    } else {
        Cow::Borrowed(raw)
    }
}

/// Up to the closing quote `""` is one quote; after it everything stands for itself.
fn without_quotes(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('"') {
        text.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            None => {
                text.push_str(after);
                return text;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(text: &str, delimiter: u8) -> Result<Vec<(u32, Vec<String>)>, u32> {
        let mut splitter = Splitter::new(delimiter);
        let (mut rest, mut line, mut all) = (text, 1, Vec::new());
        loop {
            match splitter.split(rest.as_bytes(), true) {
                Split::Record { used, lines, .. } => {
                    let fields = splitter.fields.iter().map(|field| plain(rest, field).into_owned());
                    all.push((line, fields.collect()));
                    line += lines;
                    rest = &rest[used..];
                }
                Split::Unclosed(lines) => return Err(line + lines),
                Split::End => return Ok(all),
                Split::More => panic!("asked for more at the end"),
            }
        }
    }

    #[test]
    fn fields_and_lines() {
        let text = "a,\"b \"\"x\"\"\",c\r\n\r\n1,\"two\nlines\",\r\nlast,\"loose\" end,z";
        let found = records(text, b',').unwrap();
        let expected: [(u32, &[&str]); 4] = [
            (1, &["a", "b \"x\"", "c"]),
            (2, &[""]),
            (3, &["1", "two\nlines", ""]),
            (5, &["last", "loose end", "z"]),
        ];
        for ((line, fields), (expected_line, expected_fields)) in found.iter().zip(expected) {
            assert_eq!(
                (*line, fields.as_slice()),
                (expected_line, expected_fields.map_strings().as_slice())
            );
        }
        assert_eq!(found.len(), 4);
        assert_eq!(records("a\rb\rc", b',').unwrap()[2].0, 3, "CR alone ends a line");
    }

    trait MapStrings {
        fn map_strings(&self) -> Vec<String>;
    }

    impl MapStrings for &[&str] {
        fn map_strings(&self) -> Vec<String> {
            self.iter().map(|text| text.to_string()).collect()
        }
    }

    #[test]
    fn text_after_a_closing_quote_is_told() {
        for (text, expected) in [
            ("a,\"b\" c,d", true),
            ("a,\"b\" ,d", false),
            ("\"a\"\"b\",c\"d\"", false),
            ("\"1,\"x,y", true),
        ] {
            let mut splitter = Splitter::new(b',');
            splitter.split(text.as_bytes(), true);
            assert_eq!(splitter.is_loose, expected, "{text}");
            splitter.split(b"a,b", true);
            assert!(!splitter.is_loose);
        }
    }

    #[test]
    fn a_stray_quote_names_its_line() {
        assert_eq!(records("a,b\n1,\"2\n3,4\n", b','), Err(2));
        assert_eq!(
            records("\"a\",\"b\"\n\"1\",\"2\n\"3\",\"4\"\n", b','),
            Err(2),
            "closed by the next row's opening quote"
        );
        assert_eq!(
            records("a\n\"x\ny\",\"z\n", b','),
            Err(3),
            "opened after another line end of the record"
        );
    }

    #[test]
    fn pieces_ask_for_more() {
        let mut splitter = Splitter::new(b';');
        for piece in ["a;b", "a;\"b", "a;b\r", "a;\"b\"", ""] {
            assert_eq!(splitter.split(piece.as_bytes(), false), Split::More, "{piece:?}");
        }
    }

    proptest! {
        /// The csv crate is the oracle where no quote is stray: it skips empty lines, we see them as one empty field.
        #[test]
        fn agrees_with_the_csv_crate(text in "[ab,;\"\n\r]{0,40}") {
            let Ok(ours) = records(&text, b',') else { return Ok(()) };
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            let filled = |fields: &Vec<String>| fields.iter().any(|field| !field.is_empty());
            let ours: Vec<Vec<String>> = ours.into_iter().map(|(_, fields)| fields).filter(filled).collect();
            let theirs: Vec<Vec<String>> = theirs.into_iter().filter(filled).collect();
            prop_assert_eq!(ours, theirs);
        }
    }
}
