//! Reports of plans: with the plan, and of a plan that stands in files.
//!
//! In: the samples, and small exports whose names a spreadsheet or a browser would run. A report made with the plan and one made
//! of it later are the same bytes; what stands in a name is text in every one; a report is never read as an export; wrong
//! arguments write nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{collections::BTreeMap, fs, path::Path};

use calamine::{Reader, Xlsx};
use sha2::{Digest, Sha256};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{AS_OF, Table, code, planning, repository, run, said};

/// What a folder holds, by path below it, hidden files as well.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut contents = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => contents.extend(
                self::contents(&entry.path())
                    .into_iter()
                    .map(|(below, bytes)| (format!("{name}/{below}"), bytes)),
            ),
            false => drop(contents.insert(name, fs::read(entry.path()).unwrap())),
        }
    }
    contents
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Plans the samples with every report.
fn planned(folder: &Path) {
    let mut arguments = planning(["samples/exports"], folder);
    arguments.extend(["--xlsx", "--ics", "--letters"].map(str::to_owned));
    let ran = run(&repository(), &arguments);
    assert_eq!(code(&ran), 0, "{}", said(&ran));
}

#[test]
fn a_report_of_a_plan_is_the_one_made_with_it() {
    let folder = tempfile::tempdir().unwrap();
    planned(folder.path());
    let with = contents(folder.path());
    assert!(
        with.keys().filter(|name| name.starts_with("plan.letters/")).count() > 20,
        "{:?}",
        with.keys()
    );
    assert!(
        with.keys()
            .all(|name| !name.starts_with('.') || name == ".plan.csv.lock"),
        "nothing is left behind: {:?}",
        with.keys()
    );
    let plan = folder.path().join("plan.csv");
    let report = [
        "report",
        plan.to_str().unwrap(),
        "--config",
        "samples/seatshift.toml",
        "--xlsx",
        "--ics",
        "--letters",
    ];
    let ran = run(&repository(), report);
    assert_eq!(code(&ran), 0, "{}", said(&ran));
    assert!(contents(folder.path()) == with, "of the plan as it stands");
    // Without the calendar of the last time, and somewhere else.
    let other = tempfile::tempdir().unwrap();
    let named = |option: &str, name: &str| format!("--{option}={}", other.path().join(name).display());
    let (xlsx, ics, letters) = (named("xlsx", "a.xlsx"), named("ics", "b.ics"), named("letters", "c"));
    let elsewhere = ["report", report[1], report[2], report[3], &xlsx, &ics, &letters];
    let ran = run(&repository(), elsewhere);
    assert_eq!(code(&ran), 0, "{}", said(&ran));
    let came = contents(other.path());
    assert!(came["a.xlsx"] == with["plan.xlsx"] && came["b.ics"] == with["plan.ics"]);
    let list = "plan.letters/letters.csv";
    assert_eq!(came["c/letters.csv"], with[list]);
    // The record has the digest of each.
    let record: serde_json::Value = serde_json::from_slice(&with["plan.run.json"]).unwrap();
    for name in ["plan.xlsx", "plan.ics"] {
        assert_eq!(record["outputs"][name], sha256(&with[name]));
    }
    let letters = with
        .iter()
        .filter_map(|(name, bytes)| Some((name.strip_prefix("plan.letters/")?, bytes)));
    let listing: String = letters
        .map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes)))
        .collect();
    assert_eq!(record["outputs"]["plan.letters"], sha256(listing.as_bytes()));
}

#[test]
fn the_plan_is_the_same_with_reports_and_without() {
    let (with, without) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    planned(with.path());
    assert_eq!(
        code(&run(&repository(), planning(["samples/exports"], without.path()))),
        0
    );
    for name in ["plan.csv", "plan.steps.csv"] {
        assert!(fs::read(with.path().join(name)).unwrap() == fs::read(without.path().join(name)).unwrap());
    }
}

/// A list of two customers whose names do harm where they are not text.
const HARM: &str = "Customer;Tenant ID;Country;Subscription ID;Channel;Product;Licenses;Term;Start date;End date;Auto-renew;Status\n\
    <script>alert(1)</script>;11111111-1111-4222-8333-444455556666;HU;aaaaaaaa-0000-4bbb-8ccc-000000000001;web-direct;Microsoft 365 Business Standard;5;1 year;2026-03-01;2027-02-28;yes;Active\n\
    =cmd|' /C calc'!A0;22222222-1111-4222-8333-444455556666;HU;aaaaaaaa-0000-4bbb-8ccc-000000000002;web-direct;Microsoft 365 Business Standard;5;1 year;2026-03-01;2027-02-28;yes;Active\n";

#[test]
fn names_that_do_harm_are_text_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), HARM).unwrap();
    fs::write(
        folder.path().join("seatshift.toml"),
        "[partner]\ncountries = [\"HU\"]\n",
    )
    .unwrap();
    let ran = run(
        folder.path(),
        [
            "plan",
            "list.csv",
            "--as-of",
            AS_OF,
            "-o",
            "out/plan.csv",
            "--html",
            "--xlsx",
            "--ics",
            "--letters",
        ],
    );
    assert_eq!(code(&ran), 0, "{}", said(&ran));
    let out = folder.path().join("out");
    let mut book: Xlsx<_> = calamine::open_workbook(out.join("plan.xlsx")).unwrap();
    let names = book.sheet_names();
    let mut cells = Vec::new();
    for sheet in names {
        cells.extend(
            book.worksheet_range(&sheet)
                .unwrap()
                .rows()
                .flatten()
                .map(ToString::to_string),
        );
        assert!(
            book.worksheet_formula(&sheet)
                .unwrap()
                .cells()
                .all(|(_, _, formula)| formula.is_empty())
        );
    }
    assert!(cells.iter().any(|cell| cell == "<script>alert(1)</script>"));
    assert!(cells.iter().any(|cell| cell == "'=cmd|' /C calc'!A0"));
    assert!(cells.iter().all(|cell| !cell.starts_with('=')));
    let html = fs::read_to_string(out.join("plan.html")).unwrap();
    assert!(!html.contains("<script>alert(1)") && html.contains("alert(1)"));
    // In a calendar nothing runs: it is the name, escaped as the standard demands.
    let ics = fs::read_to_string(out.join("plan.ics")).unwrap().replace("\r\n ", "");
    assert!(ics.contains("<script>alert(1)</script>") && ics.contains("=cmd|' /C calc'!A0"));
    for (name, bytes) in contents(&out.join("plan.letters")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("<script>") || name == "letters.csv", "{name}");
    }
    let list = Table::read(&out.join("plan.letters/letters.csv"));
    assert_eq!(
        list.column("customer_name"),
        ["<script>alert(1)</script>", "'=cmd|' /C calc'!A0"]
    );
}

#[test]
fn reports_are_not_read_as_exports() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), HARM).unwrap();
    let plan = ["plan", ".", "--as-of", AS_OF, "--xlsx", "--ics", "--letters", "-v"];
    let first = run(folder.path(), plan);
    let before = fs::read(folder.path().join("plan.csv")).unwrap();
    let second = run(folder.path(), plan);
    assert_eq!((code(&first), code(&second)), (0, 0), "{}", said(&second));
    assert!(fs::read(folder.path().join("plan.csv")).unwrap() == before);
    // A workbook of ours under another name is known by its headings.
    fs::rename(folder.path().join("plan.xlsx"), folder.path().join("copy.xlsx")).unwrap();
    let third = run(folder.path(), plan);
    assert_eq!(code(&third), 1, "{}", said(&third));
    assert!(said(&third).contains("copy.xlsx"), "{}", said(&third));
    assert!(fs::read(folder.path().join("plan.csv")).unwrap() == before);
}

#[test]
fn what_cannot_be_reported_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), HARM).unwrap();
    let plan = ["plan", "list.csv", "--as-of", AS_OF, "-o", "out/plan.csv", "--letters"];
    assert_eq!(code(&run(folder.path(), plan)), 0);
    let letters = folder.path().join("out/plan.letters");
    fs::write(letters.join("draft of Anna.docx"), "hers").unwrap();
    let before = contents(&folder.path().join("out"));
    for (arguments, wanted, words) in [
        (&["plan", "list.csv", "-o", "-", "--xlsx"][..], 2, "standard output"),
        (&["report", "out/plan.csv"], 2, "required"),
        (&["report", "list.csv", "--xlsx"], 3, "list.csv: is no plan"),
        (&["report", "none.csv", "--xlsx"], 3, "none.csv: cannot be read"),
        (&["report", "out/plan.csv", "--letters"], 3, "draft of Anna.docx"),
        (&["report", "out/plan.csv", "--xlsx=out/plan.letters"], 3, "is a folder"),
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!(code(&ran), wanted, "{arguments:?}: {}", said(&ran));
        assert!(said(&ran).contains(words), "{arguments:?}: {}", said(&ran));
    }
    assert!(contents(&folder.path().join("out")) == before);
    // A plan whose run nobody recorded needs a day.
    fs::remove_file(folder.path().join("out/plan.run.json")).unwrap();
    let ran = run(folder.path(), ["report", "out/plan.csv", "--xlsx"]);
    assert_eq!(code(&ran), 2, "{}", said(&ran));
    assert!(said(&ran).contains("--as-of"), "{}", said(&ran));
    let ran = run(folder.path(), ["report", "out/plan.csv", "--xlsx", "--as-of", AS_OF]);
    assert_eq!(code(&ran), 0, "{}", said(&ran));
}

#[test]
fn a_report_that_was_not_asked_for_is_told_to_be_older() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), HARM).unwrap();
    let plan = |more: &[&str]| {
        let base = ["plan", "list.csv", "--as-of", AS_OF, "-o", "out/plan.csv"];
        said(&run(folder.path(), base.iter().chain(more)))
    };
    assert!(!plan(&["--ics"]).contains("of an earlier run"));
    assert!(plan(&[]).contains("plan.ics  of an earlier run"));
}

#[test]
fn a_plan_that_a_person_changed_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), HARM).unwrap();
    assert_eq!(code(&run(folder.path(), ["plan", "list.csv", "--as-of", AS_OF])), 0);
    let path = folder.path().join("plan.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("Business Standard", "Business Premium")).unwrap();
    let ran = run(folder.path(), ["report", "plan.csv", "--ics"]);
    assert_eq!(code(&ran), 0);
    assert!(
        said(&ran).contains("plan.csv: is not as its run wrote it"),
        "{}",
        said(&ran)
    );
}
