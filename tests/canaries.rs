//! What stands in a cell stays off standard error.
//!
//! In: exports in which fifty values that would be known anywhere stand in every column, one column at a time, and in every way in
//! which a run can go wrong. Out: nothing of them on standard error, as summary or as log; the findings file has them, and so has
//! the screen with `--verbose`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{fs, path::Path};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{AS_OF, code, run, said};

/// What every canary has in it.
const MARK: &str = "kanarek";

/// Fifty values: names, addresses, domains, words, numbers with a name in them.
fn canaries() -> Vec<String> {
    let shapes: [&dyn Fn(usize) -> String; 10] = [
        &|n| format!("{MARK}{n}"),
        &|n| format!("Kanarek Kft. {n}"),
        &|n| format!("{n}@{MARK}.example"),
        &|n| format!("{MARK}{n}.example"),
        &|n| format!("KANAREK-{n}"),
        &|n| format!("Žofie Kanarek {n}, \"Zsófi\""),
        &|n| format!("{n} kanarek 31.12.2026"),
        &|n| format!("=KANAREK({n})"),
        &|n| format!("kanarek_{n}"),
        &|n| format!("+36 30 {n} kanarek"),
    ];
    (0..50).map(|number| shapes[number % shapes.len()](number)).collect()
}

const HEADINGS: [&str; 24] = [
    "Customer ID",
    "Customer name",
    "Customer domain",
    "Country",
    "Segment",
    "Subscription ID",
    "Channel",
    "Offer ID",
    "SKU ID",
    "Offer name",
    "Seats",
    "Assigned seats",
    "Term",
    "Billing plan",
    "Term start",
    "Term end",
    "Auto renew",
    "State",
    "Reseller ID",
    "Trial",
    "Relationship",
    "Agreement accepted",
    "Delegated rights",
    "Language",
];

fn record(number: usize) -> Vec<String> {
    let cells = [
        &format!("c0000000-0000-4000-8000-{:012}", number % 30),
        "Contoso",
        "contoso.example",
        "HU",
        "commercial",
        &format!("50000000-0000-4000-8000-{number:012}"),
        "web-direct",
        "",
        "",
        "Visio Plan 2",
        "5",
        "4",
        "P1Y",
        "monthly",
        "2026-03-01",
        "2027-02-28",
        "yes",
        "active",
        "",
        "no",
        "yes",
        "2025-01-01",
        "yes",
        "hu",
    ];
    cells.map(str::to_owned).to_vec()
}

/// Every canary in every column, a row for each.
fn planted() -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for column in 0..HEADINGS.len() {
        for canary in canaries() {
            let mut row = record(rows.len());
            row[column] = canary;
            rows.push(row);
        }
    }
    rows
}

fn csv(rows: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn headed(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let head: Vec<String> = HEADINGS.map(str::to_owned).to_vec();
    std::iter::once(head).chain(rows.iter().cloned()).collect()
}

fn workbook(path: &Path, rows: &[Vec<String>]) {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet
                .write_string(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), cell)
                .unwrap();
        }
    }
    workbook.save(path).unwrap();
}

/// The exports of each way in which a run can go, by name.
fn exports(folder: &Path) -> Vec<&'static str> {
    let rows = planted();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let text = csv(&headed(&rows));
    write("all/list.csv", text.as_bytes());
    // Each column by itself, since of many findings of one code only a few are shown.
    for column in 0..HEADINGS.len() {
        let own = &rows[column * 50..column * 50 + 50];
        write(&format!("column-{column:02}/list.csv"), csv(&headed(own)).as_bytes());
    }
    // Cells that speak against those of the other list.
    let mut others = rows.clone();
    for (number, row) in others.iter_mut().enumerate() {
        *row = record(number);
        let column = number / 50;
        row[column] = format!("kanarek other {number}");
        row[15] = "2027-03-31".to_owned();
        row[10] = "7".to_owned();
    }
    write("contradicting/list.csv", text.as_bytes());
    write("contradicting/other.csv", csv(&headed(&others)).as_bytes());
    // Rows that are too long, too short, and name nobody.
    let mut uneven = rows.clone();
    for (number, row) in uneven.iter_mut().enumerate() {
        match number % 3 {
            0 => row.extend(canaries()),
            1 => row.truncate(7),
            _ => (row[0], row[5], row[9]) = (String::new(), String::new(), String::new()),
        }
    }
    write("uneven/list.csv", csv(&headed(&uneven)).as_bytes());
    // No headings at all, and headings nobody knows.
    write("headless/list.csv", csv(&rows[50..150]).as_bytes());
    let strange: Vec<Vec<String>> = std::iter::once(canaries())
        .chain(std::iter::repeat_n(canaries(), 5))
        .collect();
    write("strange/list.csv", csv(&strange).as_bytes());
    // A quote that never closes, stray quotes, damaged letters, another code page, a cut.
    write(
        "unclosed/list.csv",
        (text.clone() + "\"kanarek 1,kanarek 2\nkanarek 3").as_bytes(),
    );
    write(
        "stray/list.csv",
        text.replace("kanarek4", "kana\"rek\"4 kanarek").as_bytes(),
    );
    write(
        "damaged/list.csv",
        text.replace("Žofie", "\u{fffd}ofie ?of?e").as_bytes(),
    );
    let (page, ..) = encoding_rs::WINDOWS_1250.encode(&text);
    write("page/list.csv", &page);
    write("cut/list.csv", &text.as_bytes()[..text.len() / 2]);
    write("empty/list.csv", csv(&headed(&[])).as_bytes());
    write("pdf/list.csv", b"%PDF-1.7 kanarek");
    fs::create_dir_all(folder.join("workbook")).unwrap();
    workbook(&folder.join("workbook/list.xlsx"), &headed(&rows));
    fs::create_dir_all(folder.join("headless-workbook")).unwrap();
    workbook(&folder.join("headless-workbook/list.xlsx"), &rows[50..150]);
    vec![
        "all",
        "contradicting",
        "uneven",
        "headless",
        "strange",
        "unclosed",
        "stray",
        "damaged",
        "page",
        "cut",
        "empty",
        "pdf",
        "workbook",
        "headless-workbook",
    ]
}

fn is_free(told: &str, what: &str) {
    let low = told.to_lowercase();
    if let Some(at) = low.find(MARK) {
        let line = low[..at].lines().count().saturating_sub(1);
        panic!("{what}: {}", low.lines().nth(line).unwrap_or_default());
    }
}

#[test]
fn no_canary_reaches_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("seatshift.toml"),
        "[partner]\ncountries = [\"HU\"]\n",
    )
    .unwrap();
    let exports = exports(folder.path());
    let mut codes = Vec::new();
    for name in &exports {
        let plan = format!("out-{name}/plan.csv");
        for more in [&[][..], &["--log", "json", "--verbose"], &["--quiet"]] {
            let arguments = ["plan", name, "--as-of", AS_OF, "-o", &plan];
            let ran = run(folder.path(), arguments.iter().chain(more));
            is_free(&said(&ran), &format!("{name} {more:?}"));
            assert!(ran.stdout.is_empty());
            codes.push(code(&ran));
        }
    }
    for (column, heading) in HEADINGS.into_iter().enumerate() {
        let name = format!("column-{column:02}");
        let ran = run(
            folder.path(),
            ["plan", &name, "--as-of", AS_OF, "-o", "out-columns/plan.csv"],
        );
        is_free(&said(&ran), heading);
    }
    // One that is held back: another export in the place of the first.
    for name in &exports {
        let ran = run(
            folder.path(),
            ["plan", name, "--as-of", AS_OF, "-o", "out-all/plan.csv"],
        );
        is_free(&said(&ran), &format!("{name} after all"));
        codes.push(code(&ran));
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes, [0, 1, 3], "all of these ways were gone");
    // They were there to be seen: in the findings, and on a screen that was asked for all.
    let findings = fs::read_to_string(folder.path().join("out-all/plan.findings.csv")).unwrap();
    let seen = canaries()
        .iter()
        .filter(|canary| findings.contains(canary.trim_start_matches('=')))
        .count();
    assert!(seen > 40, "{seen}");
    let ran = run(
        folder.path(),
        ["plan", "all", "--as-of", AS_OF, "-o", "out-new/plan.csv", "--verbose"],
    );
    assert!(said(&ran).to_lowercase().contains(MARK));
}
