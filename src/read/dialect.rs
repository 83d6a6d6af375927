//! Which delimiter a text has.
//!
//! In: the decoded head of a text. Out: the delimiter, by what a person or the file's `sep=` line says, else the one with which
//! most headings are words we know, else the one that gives most rows the same number of cells; and how many lines at the top
//! (`sep=;`, `#TYPE`) are no rows.

use super::{
    Words,
    headings::{SEARCHED, heading, known},
    record::{Split, Splitter, plain},
};
use crate::read::Cell;

/// Delimiters that are looked for; the first wins where nothing tells them apart.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How records are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// What stands between the cells, where the lines were opened under the wrong delimiter and saved again, each in one cell:
    /// then `delimiter` is what was put between that cell and empty ones.
    pub(super) inner: u8,
    /// Lines at the top that are no rows.
    pub(super) preamble: u32,
    /// Cells of the row with most headings; 0, where no row has any.
    pub(super) width: usize,
}

/// Decides by the head of a text. `whole` says that nothing follows it.
pub(super) fn dialect(head: &str, whole: bool, set: Option<u8>, words: &dyn Words) -> Dialect {
    let (separator, preamble) = preamble(head);
    let inner = set
        .or(separator)
        .unwrap_or_else(|| by_evidence(head, whole, preamble, words));
    let around = || {
        DELIMITERS
            .into_iter()
            .find(|outer| is_around(head, whole, preamble, *outer, inner))
    };
    let delimiter = match set.or(separator) {
        None => around().unwrap_or(inner),
        Some(_) => inner,
    };
    let rows = rows(head, whole, preamble, (delimiter, inner));
    let known = rows
        .iter()
        .map(|row| (filled_known(row, words), row.len()))
        .rev()
        .max_by_key(|(known, _)| *known);
    let width = known.filter(|(known, _)| *known > 0).map_or(0, |(_, width)| width);
    Dialect {
        delimiter,
        inner,
        preamble,
        width,
    }
}

/// Whether each line stands in one cell of another list: split at `outer`, all have the same number of cells, most of them
/// with nothing but the first filled, and that holds the delimiter.
fn is_around(head: &str, whole: bool, preamble: u32, outer: u8, inner: u8) -> bool {
    if outer == inner {
        return false;
    }
    let rows = rows(head, whole, preamble, (outer, outer));
    let width = rows.first().map_or(0, Vec::len);
    let holds = |row: &&Vec<String>| {
        let first = row.first().is_some_and(|first| first.contains(char::from(inner)));
        first && row.iter().skip(1).all(String::is_empty)
    };
    width > 1 && rows.iter().all(|row| row.len() == width) && rows.iter().filter(holds).count() * 2 > rows.len()
}

fn by_evidence(head: &str, whole: bool, preamble: u32, words: &dyn Words) -> u8 {
    let judge = |(order, delimiter): (usize, u8)| {
        let rows = rows(head, whole, preamble, (delimiter, delimiter));
        let known: Vec<usize> = rows.iter().map(|row| filled_known(row, words)).collect();
        let most = known.iter().max().copied().unwrap_or(0);
        // Of two files put together, the first.
        let first = known.iter().position(|known| *known == most);
        (
            most,
            std::cmp::Reverse(first.unwrap_or(0)),
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
        .map(|delimiter| most_known(&rows(head, false, preamble, (delimiter, delimiter)), words));
    known.max().unwrap_or(0)
}

fn most_known(rows: &[Vec<String>], words: &dyn Words) -> usize {
    rows.iter().map(|row| filled_known(row, words)).max().unwrap_or(0)
}

fn filled_known(row: &[String], words: &dyn Words) -> usize {
    let filled: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    known(&filled, words)
}

/// How many rows have the width, beyond one, that most rows have; then that width.
fn steadiness(rows: &[Vec<String>]) -> (usize, usize) {
    let count = |width: usize| rows.iter().filter(|row| row.len() == width).count();
    let widths = rows.iter().map(Vec::len).filter(|width| *width > 1);
    widths.map(|width| (count(width), width)).max().unwrap_or((0, 0))
}

/// The first rows that are not blank, by the delimiter and the one within its cells.
fn rows(head: &str, whole: bool, preamble: u32, (delimiter, inner): (u8, u8)) -> Vec<Vec<String>> {
    let mut splitter = Splitter::new(delimiter);
    let mut inner = Splitter::new(inner);
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
/// quoted cell (`"a,b,""c d"""`), or, where one of them holds that delimiter, in as few as it makes of it, with empty ones
/// behind them. Leaves its fields in `inner`.
pub(super) fn wrapped(record: &str, outer: &Splitter, inner: &mut Splitter) -> Option<String> {
    let text = match outer.fields.as_slice() {
        fields if outer.delimiter != inner.delimiter => {
            let cells: Vec<_> = fields.iter().map(|field| plain(record, field)).collect();
            let text = cells.join(char::from(outer.delimiter).encode_utf8(&mut [0; 4]));
            text.trim_end_matches(char::from(outer.delimiter)).to_owned()
        }
        [only] if only.quoted => plain(record, only).into_owned(),
        _ => return None,
    };
    match inner.split(text.as_bytes(), true) {
        Split::Record { used, .. } if used == text.len() && inner.fields.len() > 1 => Some(text),
        _ => None,
    }
}

/// The delimiter of a line that has too few cells under the file's own, as where two files were put together: the one that
/// gives it as many cells as the headings have, or makes headings of it (then the answer's second half is true).
pub(super) fn other_delimiter(record: &str, own: u8, width: usize, words: &dyn Words) -> Option<(u8, bool)> {
    DELIMITERS.into_iter().filter(|other| *other != own).find_map(|other| {
        let mut splitter = Splitter::new(other);
        let Split::Record { .. } = splitter.split(record.as_bytes(), true) else {
            return None;
        };
        let fields = splitter.fields.len();
        // A blank after each comma is prose.
        let prose = splitter
            .fields
            .iter()
            .skip(1)
            .any(|field| !field.quoted && record.get(field.start..).is_some_and(|rest| rest.starts_with(' ')));
        if fields < 3 || prose {
            return None;
        }
        let cells = cells(record, &splitter);
        let known = filled_known(&cells, words);
        let is_headings = known > 2 && known * 2 > cells.len();
        (is_headings || fields == width).then_some((other, is_headings))
    })
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
            ("id,name,end;\n1,2,3;\n\"4,\"\"5\";\" 6\"\",7\"\n", (';', 0)),
        ] {
            assert_eq!(found(head), expected, "{head:?}");
        }
    }

    #[test]
    fn a_setting_wins() {
        let dialect = dialect("sep=;\nid,name\n", true, Some(b'|'), &Known(&["id", "name"]));
        assert_eq!((dialect.delimiter, dialect.preamble, dialect.width), (b'|', 1, 0));
    }

    #[test]
    fn a_line_of_another_list_has_its_own_delimiter() {
        let words = Known(&["id", "name", "end"]);
        for (line, expected) in [
            ("1,2,\"3;\"", Some((b',', false))),
            ("id\tname\tend\tx", Some((b'\t', true))),
            ("1,2", None),
            ("Made for Contoso, Fabrikam, Tailspin", None),
        ] {
            assert_eq!(other_delimiter(line, b';', 3, &words), expected, "{line}");
        }
    }
}
