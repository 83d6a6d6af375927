//! Microsoft's dates, products, countries and numbers stand in tables, never in code.
//!
//! Reads the whole source for dates, products and countries, and what decides, rules and plan, for numbers too. Comments, tests and
//! examples that help shows may name what they like.

#![allow(
    clippy::unwrap_used,
    reason = "what a test is made of must be there, or the test fails"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use seatshift::{catalog::Catalog, rules::Rules};

/// Numbers that are nobody's rule: signs, halves, per cent, the calendar's own, limits of what a table may say.
const OF_NOBODY: [&str; 9] = ["0", "1", "2", "12", "31", "100", "366", "731", "1_000_000"];

fn code_below(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            code_below(&path, into);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            into.push((path, lines.collect::<Vec<_>>().join("\n")));
        }
    }
}

/// The code of what decides.
fn deciding() -> Vec<(PathBuf, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for room in ["rules", "plan"] {
        code_below(&source.join(room), &mut files);
    }
    assert!(files.len() > 25, "the rooms are there");
    files
}

/// What shows how something is written: help, what tests are made of, a sample letter, the hint of a file's name.
const SHOWING: [&str; 7] = [
    "catalog/evidence/mod.rs",
    "cli/arguments.rs",
    "cli/arguments/offers.rs",
    "cli/arguments/rules.rs",
    "recognise/dates/properties.rs",
    "write/fixtures.rs",
    "write/letters/mod.rs",
];

/// Days that are nobody's rule: the first of a workbook's epochs, the one that is no day, the stamp of a calendar.
const DAYS_OF_NOBODY: [&str; 3] = ["1899, 12, 30)", "1900, 3, 1)", "2020, 1, 1)"];

/// Words of formats that are spelled as countries are: weekdays of iCalendar, the mark of a length of time.
const WORDS_OF_NOBODY: [&str; 5] = ["FR", "MO", "PT", "SA", "TH"];

/// All code, but what only shows how something is written.
fn code() -> Vec<(PathBuf, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    code_below(&source, &mut files);
    assert!(files.len() > 250, "the rooms are there");
    let all = files.len();
    files.retain(|(path, _)| !SHOWING.iter().any(|own| path.ends_with(own)));
    assert_eq!(files.len() + SHOWING.len(), all, "what shows is there");
    files
}

/// The texts in quotes of a piece of code.
fn quoted(code: &str) -> Vec<&str> {
    let texts = code.split('"').collect::<Vec<_>>();
    texts.into_iter().skip(1).step_by(2).collect()
}

#[test]
fn no_date_stands_in_code() {
    for (path, code) in code() {
        let bytes = code.as_bytes();
        let is_date = |window: &[u8]| {
            window.iter().enumerate().all(|(place, byte)| match place {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
        };
        let found = bytes.windows(10).find(|window| is_date(window));
        assert!(
            found.is_none(),
            "{}: {:?}",
            path.display(),
            found.map(String::from_utf8_lossy)
        );
        let built: Vec<&str> = code.split("from_ymd_opt(").skip(1).collect();
        let literal = built
            .iter()
            .filter(|rest| !DAYS_OF_NOBODY.iter().any(|day| rest.starts_with(day)))
            .find(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
        assert!(literal.is_none(), "{}: {literal:?}", path.display());
    }
}

#[test]
fn no_product_stands_in_code() {
    let catalog = Catalog::embedded();
    let names: Vec<&str> = catalog
        .offers()
        .map(|offer| &*offer.name)
        .filter(|name| name.contains(' '))
        .chain([
            "Microsoft 365",
            "Office 365",
            "Teams",
            "Copilot",
            "Exchange",
            "SharePoint",
            "Multi-Geo",
        ])
        .collect();
    assert!(names.len() > 100);
    for (path, code) in code() {
        for text in quoted(&code) {
            let found = names.iter().find(|name| text.contains(**name));
            assert!(found.is_none(), "{}: {found:?} in `{text}`", path.display());
        }
    }
}

#[test]
fn no_country_stands_in_code() {
    let rules = Rules::embedded().unwrap();
    let countries: Vec<String> = rules.countries().map(|(country, _)| country.to_string()).collect();
    assert!(countries.len() > 200);
    for (path, code) in code() {
        for text in quoted(&code) {
            assert!(
                WORDS_OF_NOBODY.contains(&text) || !countries.iter().any(|country| country == text),
                "{}: `{text}`",
                path.display()
            );
        }
    }
}

/// Code without the lengths of its arrays: `; 4]`.
fn without_lengths(code: &str) -> String {
    let mut parts = code.split("; ");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        kept.push_str("; ");
        kept.push_str(if rest.starts_with(']') { rest } else { part });
    }
    kept
}

/// A number without the type behind it: `0u64`, `1_i64`.
fn without_type(number: &str) -> &str {
    let digits = number.find(['u', 'i', 'f']).map_or(number, |at| &number[..at]);
    digits
        .trim_end_matches('_')
        .trim_end_matches(|c: char| c.is_ascii_lowercase())
}

#[test]
fn no_number_stands_in_code() {
    let mut found = Vec::new();
    for (path, code) in deciding() {
        let quotes = code.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let quotes = without_lengths(&quotes);
        let words = quotes.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let numbers = words.filter(|word| word.starts_with(|first: char| first.is_ascii_digit()));
        let strange = numbers.filter(|number| !OF_NOBODY.contains(&without_type(number)));
        found.extend(strange.map(|number| format!("{}: `{number}`", path.display())));
    }
    assert!(found.is_empty(), "{found:#?}");
}
