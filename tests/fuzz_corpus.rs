//! The saved corpus of the fuzz targets holds: what once broke, and what reaches far into the code.
//!
//! In: `fuzz/corpus/TARGET/*`. What must hold of each file stands in `fuzz/targets.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{fs, path::Path};

#[path = "../fuzz/targets.rs"]
mod targets;

fn replay(target: &str, hold: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if let Err(why) = std::panic::catch_unwind(|| hold(&bytes)) {
            let said = why.downcast_ref::<String>().map_or("", String::as_str);
            panic!("{}: {said}", path.display());
        }
        files += 1;
    }
    assert!(files > 0, "{} is empty", folder.display());
}

#[test]
fn texts() {
    replay("text", targets::text);
}

#[test]
fn dialects() {
    replay("dialect", targets::dialect);
}

#[test]
fn columns_of_dates() {
    replay("dates", targets::dates);
}

#[test]
fn headings() {
    replay("headings", targets::headings);
}

#[test]
fn settings() {
    replay("settings", targets::settings);
}

#[test]
fn xlsx_parts() {
    replay("xlsx", targets::xlsx);
}

#[test]
fn xlsb_parts() {
    replay("xlsb", targets::xlsb);
}

#[test]
fn xls_workbooks() {
    replay("xls", targets::xls);
}

#[test]
fn ods_parts() {
    replay("ods", targets::ods);
}
