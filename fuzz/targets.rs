//! What must hold whatever bytes come.
//!
//! In: any bytes. Out: nothing; a panic is a find. Shared by the fuzz targets, which look for bytes that break it, and by the
//! test that replays the saved corpus (`tests/fuzz_corpus.rs`).

use std::io::{Cursor, Write};

use chrono::{Datelike, NaiveDate};
use seatshift::{
    config::Config,
    finding::Severity,
    read::{Cell, FileReport, Input, Limits, ReadOptions, Rows, TableHead, all_ways_of_xlsx, read_whole},
    recognise::{
        dates::{DateColumnEvidence, Decision, read_date, resolve},
        vocabulary::{Vocabulary, fold},
    },
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Small limits, so that a find is a find and not a wait.
fn limits() -> Limits {
    Limits {
        file_bytes: 4 << 20,
        text_bytes: 4 << 20,
        unpacked_bytes: 32 << 20,
        part_bytes: 16 << 20,
        cells: 200_000,
        rows: 100_000,
        ..Limits::default()
    }
}

fn read(bytes: &[u8]) -> (FileReport, Vec<(TableHead, Rows)>) {
    read_with(bytes, &ReadOptions::default(), &limits())
}

pub(crate) fn read_with(bytes: &[u8], options: &ReadOptions, limits: &Limits) -> (FileReport, Vec<(TableHead, Rows)>) {
    let input = Input::Bytes {
        name: "-".into(),
        bytes: bytes.into(),
    };
    read_whole(&input, options, limits, &Vocabulary::embedded())
}

/// A report that adds up: what is refused says why, what is read has its rows in order.
pub(crate) fn judge(report: &FileReport, tables: &[(TableHead, Rows)]) {
    if report.refused {
        assert!(
            report
                .findings
                .iter()
                .any(|finding| finding.severity() == Severity::Error),
            "refused without an error: {report:?}"
        );
        return;
    }
    let rows: usize = tables.iter().map(|(_, rows)| rows.len()).sum();
    assert_eq!(report.rows, rows as u64, "rows read and rows handed on");
    for (head, rows) in tables {
        let mut last = head.header_row;
        for row in rows.iter() {
            assert!(row.number > last, "row {} after {last}", row.number);
            last = row.number;
            assert!(row.cells().any(|cell| cell != Cell::Empty), "a blank row was handed on");
            assert!(row.cells().all(|cell| cell != Cell::Text("")), "an empty text");
        }
    }
}

/// Any bytes as an export.
pub(crate) fn text(bytes: &[u8]) {
    let (report, tables) = read(bytes);
    judge(&report, &tables);
    let again = read(bytes);
    assert_eq!(again.0, report, "the same bytes, read twice");
    assert_eq!(
        format!("{:?}", again.1),
        format!("{tables:?}"),
        "the same bytes, read twice"
    );
}

/// A table written in a dialect that the first bytes choose: it comes back cell by cell. Cells end with 0x1f, rows with 0x1e.
pub(crate) fn dialect(bytes: &[u8]) {
    let [delimiter, ending, rest @ ..] = bytes else { return };
    let Ok(rest) = std::str::from_utf8(rest) else { return };
    let delimiter = [',', ';', '\t', '|'][usize::from(delimiter % 4)];
    let ending = ["\n", "\r\n"][usize::from(ending % 2)];
    let headings = ["Subscription ID", "Customer name", "Quantity", "End date"];
    let quote = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let mut file = String::new();
    let mut line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| quote(cell)).collect();
        file.push_str(&cells.join(&delimiter.to_string()));
        file.push_str(ending);
    };
    line(&headings.map(String::from));
    let is_plain = |c: char| c == ' ' || c.is_alphanumeric() || ".,;:|'\"-+/_\t".contains(c);
    let mut expected: Vec<Vec<String>> = Vec::new();
    for (row, text) in (1..).zip(rest.split('\x1e').take(200)) {
        let mut cells = vec![format!("id-{row}")];
        cells.extend(
            text.split('\x1f')
                .take(3)
                .map(|cell| cell.chars().filter(|&c| is_plain(c)).collect::<String>()),
        );
        cells.resize(4, "x".into());
        line(&cells);
        expected.push(cells.iter().map(|cell| cell.trim().to_owned()).collect());
    }
    let (report, tables) = read(file.as_bytes());
    assert!(!report.refused, "{:?}\n{file}", report.findings);
    assert_eq!(report.delimiter, Some(delimiter), "{file}");
    let cells = tables.iter().flat_map(|(_, rows)| rows.iter()).map(|row| {
        let text = |column| match row.cell(column) {
            Cell::Text(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        (0..4).map(text).collect::<Vec<_>>()
    });
    assert_eq!(cells.collect::<Vec<_>>(), expected, "{file}");
}

/// The lines of a text as a column of dates: however they come, the column is decided alike, and a date stands in its cell.
pub(crate) fn dates(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let vocabulary = Vocabulary::embedded();
    let readings: Vec<_> = text
        .lines()
        .take(300)
        .map(|line| {
            read_date(
                if line.is_empty() { Cell::Empty } else { Cell::Text(line) },
                &vocabulary,
            )
        })
        .collect();
    let mut forward = DateColumnEvidence::default();
    let mut backward = DateColumnEvidence::default();
    let numbered = || (1u32..).zip(readings.iter().copied());
    numbered().for_each(|(row, reading)| forward.add(reading, row));
    for (row, reading) in numbered().collect::<Vec<_>>().into_iter().rev() {
        let mut one = DateColumnEvidence::default();
        one.add(reading, row);
        backward.merge(&one);
    }
    let decided = forward.decide(None, None);
    assert_eq!(decided, backward.decide(None, None), "the order of cells and batches");
    let order = match decided.0 {
        Decision::Order(order) => Some(order),
        _ => None,
    };
    for (line, reading) in text.lines().zip(&readings) {
        if let Ok(Some(date)) = resolve(*reading, order) {
            assert!(stands_in(date, line), "{date} read from {line:?}");
        }
    }
}

/// Whether a cell has the number that a date's year can come from: the year, its last two digits, the year that a time zone
/// moves it from, the Buddhist year, or a number of days or seconds.
fn stands_in(date: NaiveDate, line: &str) -> bool {
    let digits: String = line
        .chars()
        .map(|c| {
            c.to_digit(10)
                .and_then(|digit| char::from_digit(digit, 10))
                .unwrap_or(if c.is_numeric() { '#' } else { ' ' })
        })
        .collect();
    let year = i64::from(date.year());
    digits.contains('#')
        || digits
            .split(' ')
            .filter_map(|number| number.parse::<i64>().ok())
            .any(|number| {
                (number - year).abs() <= 1
                    || (number - year.rem_euclid(100)).abs() <= 1
                    || number == 99 && year % 100 == 0
                    || number == year + 543
                    || (10_000..).contains(&number)
            })
}

/// A text as a heading: what it means does not hang on case, blanks or marks.
pub(crate) fn headings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let vocabulary = Vocabulary::embedded();
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folding is done once");
    let exact = |text: &str| {
        vocabulary
            .heading(text)
            .filter(|found| found.exact)
            .map(|found| found.field)
    };
    if let Some(field) = exact(text) {
        assert_eq!(exact(&folded), Some(field), "{text:?}");
        assert_eq!(exact(&format!(" *{text}\u{a0}\r\n")), Some(field), "{text:?}");
    }
}

/// A text as settings: what is wrong is told, with its place.
pub(crate) fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(stop) = Config::parse(text, "seatshift.toml".as_ref()) {
        assert!(stop.to_string().starts_with("seatshift.toml"), "{stop}");
    }
}

/// What stands between the parts of a workbook in an input.
pub(crate) const BETWEEN: &[u8] = b"\xffPART\xff";

pub(crate) const XLSX_PARTS: [&str; 7] = [
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
];

pub(crate) const XLSB_PARTS: [&str; 7] = [
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.bin",
    "xl/_rels/workbook.bin.rels",
    "xl/sharedStrings.bin",
    "xl/styles.bin",
    "xl/worksheets/sheet1.bin",
];

pub(crate) const ODS_PARTS: [&str; 3] = ["mimetype", "META-INF/manifest.xml", "content.xml"];

/// An archive of the parts that an input holds, so that the fuzzer changes parts and not what packs them.
pub(crate) fn archive(names: &[&str], input: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut rest = input;
    for name in names {
        let end = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        let (part, after) = match end {
            Some(end) => (&rest[..end], &rest[end + BETWEEN.len()..]),
            None => (rest, &[][..]),
        };
        rest = after;
        if !part.is_empty() {
            zip.start_file(*name, plain).expect("a part is begun");
            zip.write_all(part).expect("a part is written");
        }
    }
    zip.finish().expect("an archive is ended").into_inner()
}

/// The parts of an XLSX workbook: all ways of reading them tell the same.
pub(crate) fn xlsx(bytes: &[u8]) {
    let bytes = archive(&XLSX_PARTS, bytes);
    text(&bytes);
    let [helped, narrow, plain] = all_ways_of_xlsx(&bytes, &limits());
    assert!(
        narrow == plain && helped == plain,
        "the narrow reader tells something else"
    );
}

/// The parts of an XLSB workbook.
pub(crate) fn xlsb(bytes: &[u8]) {
    text(&archive(&XLSB_PARTS, bytes));
}

/// The parts of an ODS workbook.
pub(crate) fn ods(bytes: &[u8]) {
    text(&archive(&ODS_PARTS, bytes));
}

/// A whole XLS workbook.
pub(crate) fn xls(bytes: &[u8]) {
    text(bytes);
}
