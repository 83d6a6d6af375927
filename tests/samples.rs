//! The committed samples are what their sources say.

#![allow(
    clippy::unwrap_used,
    reason = "a file of the samples that cannot be read is a failed test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
    process::Command,
};

use seatshift::{
    plan::Reason,
    terms::{Action, Channel, MappingKind, Route, Urgency},
};

#[path = "../examples/make_samples/build.rs"]
mod build;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Every file below a folder, as paths relative to `samples`.
fn files(folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(samples().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    found
}

/// The parts of a zip archive: what a newer compressor would leave alone.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}

#[test]
fn exports_are_what_their_sources_give() {
    let made = build::exports(&samples()).unwrap();
    assert_eq!(
        files("exports"),
        made.keys().cloned().collect(),
        "samples/exports holds other files than the manifest names"
    );
    for (path, bytes) in made {
        let committed = fs::read(samples().join(&path)).unwrap();
        let same = match path.ends_with(".xlsx") {
            true => parts(&committed) == parts(&bytes),
            false => committed == bytes,
        };
        assert!(
            same,
            "{path} is not what its source gives: run `cargo run --example make_samples`"
        );
    }
}

#[test]
fn every_source_is_used() {
    let named: BTreeSet<String> = csv::Reader::from_path(samples().join("sources/manifest.csv"))
        .unwrap()
        .deserialize()
        .map(|entry: Result<build::Entry, _>| format!("sources/{}", entry.unwrap().source))
        .chain(["sources/manifest.csv".to_owned()])
        .collect();
    assert_eq!(files("sources"), named);
}

#[test]
fn nothing_in_the_samples_is_anyones() {
    let address = |text: &str| {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
            .filter(|word| {
                [".com", ".hu", ".pl", ".net", ".org", ".de", ".se", ".tr", ".ru", ".kz"]
                    .iter()
                    .any(|end| word.ends_with(end))
            })
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for path in files("sources").union(&files("tables")) {
        let text = fs::read_to_string(samples().join(path)).unwrap();
        assert_eq!(address(&text), Vec::<String>::new(), "{path}");
    }
}

/// The words of one column of the samples' plan, lists taken apart.
fn words(plan: &Path, column: &str) -> BTreeSet<String> {
    let mut reader = csv::Reader::from_path(plan).unwrap();
    let at = reader
        .headers()
        .unwrap()
        .iter()
        .position(|heading| heading == column)
        .unwrap();
    let cells: Vec<String> = reader.records().map(|row| row.unwrap()[at].to_owned()).collect();
    cells
        .iter()
        .flat_map(|cell| cell.split(';'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_samples_show_what_a_plan_can_say_and_reject_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.csv");
    let run = Command::new(env!("CARGO_BIN_EXE_seatshift"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "plan",
            "samples/exports",
            "--config",
            "samples/seatshift.toml",
            "--as-of",
            "2026-11-21",
            "-o",
        ])
        .arg(&plan)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));

    // Of facts that contradict each other or that nobody reports, of other settings, of a second export of one tenant, of a day in a
    // case of its own, or of estates too large to be readable.
    let elsewhere = [
        Reason::PossibleDuplicate,
        Reason::SourceCancelled,
        Reason::Wave,
        Reason::SeatCapFamily,
        Reason::SeatCapTogether,
        Reason::SeatMinimum,
        Reason::ResellerAgreement,
        Reason::TooManySubscriptions,
        Reason::StateAgainstEnd,
        Reason::TermStartAfterEnd,
        Reason::RenewalUndone,
        Reason::EndUnknown,
    ];
    let all = |words: &[&'static str]| words.iter().map(|&word| word.to_owned()).collect::<BTreeSet<_>>();
    for (column, expected) in [
        (
            "action",
            all(&Action::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        (
            "source_channel",
            all(&Channel::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        (
            "route",
            all(&Route::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        (
            "mapping",
            all(&MappingKind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        (
            "urgency",
            all(&Urgency::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        (
            "reasons",
            all(&Reason::ALL
                .iter()
                .filter(|reason| !elsewhere.contains(reason))
                .map(|word| word.as_str())
                .collect::<Vec<_>>()),
        ),
    ] {
        let shown = words(&plan, column);
        let missing: Vec<_> = expected.difference(&shown).collect();
        assert!(missing.is_empty(), "{column}: no sample shows {missing:?}");
    }
}
