//! Which delimiter a text has.
//!
//! In: the decoded head of a text. Out: the delimiter, by what a person or the file's `sep=` line says, else the one with which
//! most headings are words we know, else the one that gives most rows the same number of cells; and how many lines at the top
//! (`sep=;`, `#TYPE`) are no rows.

use super::{
    Words,
    record::{Split, Splitter, plain},
    table::{SEARCHED, heading, known},
};
use crate::read::Cell;

/// Delimiters that are looked for; the first wins where nothing tells them apart.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How records are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Lines at the top that are no rows.
    pub(super) preamble: u32,
    /// Cells of the row with most headings; 0, where no row has any.
    pub(super) width: usize,
}

/// Decides by the head of a text. `whole` says that nothing follows it.
pub(super) fn dialect(head: &str, whole: bool, set: Option<u8>, words: &dyn Words) -> Dialect {
    let (separator, preamble) = preamble(head);
    let delimiter = set
        .or(separator)
        .unwrap_or_else(|| by_evidence(head, whole, preamble, words));
    let rows = rows(head, whole, preamble, delimiter);
    let known = rows
        .iter()
        .map(|row| (filled_known(row, words), row.len()))
        .rev()
        .max_by_key(|(known, _)| *known);
    let width = known.filter(|(known, _)| *known > 0).map_or(0, |(_, width)| width);
    Dialect {
        delimiter,
        preamble,
        width,
    }
}

fn by_evidence(head: &str, whole: bool, preamble: u32, words: &dyn Words) -> u8 {
    let judge = |(order, delimiter): (usize, u8)| {
        let rows = rows(head, whole, preamble, delimiter);
        (
            most_known(&rows, words),
            steadiness(&rows),
            std::cmp::Reverse(order),
            delimiter,
        )
    };
    let best = DELIMITERS.into_iter().enumerate().map(judge).max();
    best.map_or(b',', |(.., delimiter)| delimiter)
}

/// How many headings the head of a text has in its best row, whatever its delimiter.
pub(super) fn headings(head: &str, words: &dyn Words) -> usize {
    let (separator, preamble) = preamble(head);
    let delimiters = separator.map_or(DELIMITERS.to_vec(), |separator| vec![separator]);
    let known = delimiters
        .into_iter()
        .map(|delimiter| most_known(&rows(head, false, preamble, delimiter), words));
    known.max().unwrap_or(0)
}

fn most_known(rows: &[Vec<String>], words: &dyn Words) -> usize {
    rows.iter().map(|row| filled_known(row, words)).max().unwrap_or(0)
}

fn filled_known(row: &[String], words: &dyn Words) -> usize {
    let filled: Vec<String> = row.iter().filter(|cell| !cell.is_empty()).cloned().collect();
    known(&filled, words)
}

/// How many rows have the width, beyond one, that most rows have; then that width.
fn steadiness(rows: &[Vec<String>]) -> (usize, usize) {
    let count = |width: usize| rows.iter().filter(|row| row.len() == width).count();
    let widths = rows.iter().map(Vec::len).filter(|width| *width > 1);
    widths.map(|width| (count(width), width)).max().unwrap_or((0, 0))
}

/// The first rows that are not blank.
fn rows(head: &str, whole: bool, preamble: u32, delimiter: u8) -> Vec<Vec<String>> {
    let mut splitter = Splitter::new(delimiter);
    let mut inner = Splitter::new(delimiter);
    let mut rows = Vec::new();
    let mut rest = head;
    let mut line = 0;
    while rows.len() < SEARCHED {
        let Split::Record { used, lines, .. } = splitter.split(rest.as_bytes(), whole) else {
            break;
        };
        let row = match wrapped(rest, &splitter, &mut inner) {
            Some(text) => cells(&text, &inner),
            None => cells(rest, &splitter),
        };
        if line >= preamble && row.iter().any(|cell| !cell.is_empty()) {
            rows.push(row);
        }
        line += lines;
        rest = rest.get(used..).unwrap_or_default();
    }
    rows
}

fn cells(record: &str, splitter: &Splitter) -> Vec<String> {
    splitter
        .fields
        .iter()
        .map(|field| heading(Cell::Text(&plain(record, field))))
        .collect()
}

/// The record inside a record: a list that was opened under the wrong delimiter and saved again has each of its lines in one
/// quoted cell (`"a,b,""c d"""`). Leaves its fields in `inner`.
pub(super) fn wrapped(record: &str, outer: &Splitter, inner: &mut Splitter) -> Option<String> {
    let [only] = outer.fields.as_slice() else { return None };
    if !only.quoted {
        return None;
    }
    let text = plain(record, only).into_owned();
    match inner.split(text.as_bytes(), true) {
        Split::Record { used, .. } if used == text.len() && inner.fields.len() > 1 => Some(text),
        _ => None,
    }
}

/// What `sep=` says, and how many lines at the top are no rows.
fn preamble(head: &str) -> (Option<u8>, u32) {
    let mut separator = None;
    let mut skipped = 0;
    for line in head.lines().take(2) {
        let line = line.trim_matches(|c: char| c == '\u{feff}' || c == ' ' || c == '\r');
        match separator_line(line) {
            Some(found) => separator = Some(found),
            None if line.trim_start_matches('"').starts_with("#TYPE") => {}
            None => break,
        }
        skipped += 1;
    }
    (separator, skipped)
}

fn separator_line(line: &str) -> Option<u8> {
    let line = line.strip_prefix('"').map_or(line, |line| line.trim_end_matches('"'));
    let (key, value) = line.split_at_checked(4)?;
    if !key.eq_ignore_ascii_case("sep=") {
        return None;
    }
    match value.as_bytes() {
        b"\\t" => Some(b'\t'),
        [byte] if byte.is_ascii_punctuation() || *byte == b'\t' => Some(*byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::table::tests::Known, *};

    fn found(head: &str) -> (char, u32) {
        let dialect = dialect(head, true, None, &Known(&["id", "name", "end, date"]));
        (char::from(dialect.delimiter), dialect.preamble)
    }

    #[test]
    fn delimiters_are_chosen_by_headings_then_by_width() {
        for (head, expected) in [
            ("id,name\n1;2;3,4\n5;6;7,8\n", (',', 0)),
            ("id;name\n1,5;2,5\n1,5;2,5\n", (';', 0)),
            ("id\tname\n", ('\t', 0)),
            ("Title, of it\n\nid|name\n1|2\n", ('|', 0)),
            ("x;y\n1,5;2\n3;4\n", (';', 0)),
            ("one\ntwo\n", (',', 0)),
            ("sep=;\nid;name\n", (';', 1)),
            ("\u{feff}\"sep=\t\"\r\nid\tname\n", ('\t', 1)),
            ("SEP=\\t\n#TYPE System.Object\nid\tname\n", ('\t', 2)),
            ("#TYPE System.Object\n\"id\",\"name\"\n", (',', 1)),
            ("\"id,name,\"\"end, date\"\"\"\n\"1,2,3\"\n", (',', 0)),
        ] {
            assert_eq!(found(head), expected, "{head:?}");
        }
    }

    #[test]
    fn a_setting_wins() {
        let dialect = dialect("sep=;\nid,name\n", true, Some(b'|'), &Known(&["id", "name"]));
        assert_eq!((dialect.delimiter, dialect.preamble, dialect.width), (b'|', 1, 0));
    }
}
