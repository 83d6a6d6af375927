//! What is gone without a trace is told night after night, until it is back, shows as ours or a person says so; and a night of a
//! history is a plan that `diff` reads.

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

use running::{Table, code, run, said};

const HEAD: &str =
    "Customer ID,Customer,Subscription ID,Channel,Country,Offer name,Seats,Term,Term start,Term end,Auto renew\n";

/// A subscription whose term ends on 2027-02-28.
fn row(id: &str, channel: &str) -> String {
    format!(
        "c0000000-0000-4000-8000-000000000001,Contoso,{id},{channel},HU,Visio Plan 2,5,P1Y,2026-03-01,2027-02-28,yes\n"
    )
}

/// One night; gives the exit code.
fn night(folder: &Path, rows: &[String], as_of: &str, more: &[&str]) -> i32 {
    fs::write(folder.join("list.csv"), HEAD.to_owned() + &rows.concat()).unwrap();
    if !folder.join("seatshift.toml").exists() {
        fs::write(folder.join("seatshift.toml"), "[partner]\ncountries = [\"HU\"]\n").unwrap();
    }
    let usual = ["plan", "list.csv", "--as-of", as_of, "-o", "out/plan.csv", "-q"];
    let ran = run(folder, usual.iter().chain(more));
    assert!(code(&ran) <= 1, "{as_of}: {}", said(&ran));
    code(&ran)
}

/// Codes and messages of what is told about a subscription.
fn told(folder: &Path, id: &str) -> Vec<(String, String)> {
    let table = Table::read(&folder.join("out/plan.findings.csv"));
    let cell = |row: &Vec<String>, column: &str| row[table.index(column)].clone();
    let of = table.rows.iter().filter(|row| cell(row, "subscription_id") == id);
    of.map(|row| (cell(row, "code"), cell(row, "message")))
        .filter(|(code, _)| code.starts_with("subscription-"))
        .collect()
}

fn code_of(folder: &Path, id: &str) -> String {
    let told = told(folder, id);
    assert!(told.len() <= 1, "{told:?}");
    told.into_iter().next().map(|(code, _)| code).unwrap_or_default()
}

fn all_codes(folder: &Path) -> Vec<String> {
    let table = Table::read(&folder.join("out/plan.findings.csv"));
    table.column("code").into_iter().map(str::to_owned).collect()
}

fn both() -> [String; 2] {
    [row("a", "web-direct"), row("b", "web-direct")]
}

#[test]
fn it_is_told_every_night_and_ever_more_so_and_a_quiet_night_stays_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(night(folder, &both(), "2026-11-20", &[]), 0);
    for (as_of, expected, exit) in [
        ("2026-11-21", "subscription-gone", 0),
        ("2026-11-22", "subscription-gone", 0),
        ("2026-12-01", "subscription-gone-soon", 0),
        ("2027-01-28", "subscription-gone-soon", 0),
        ("2027-01-29", "subscription-gone-due", 1),
        ("2027-02-01", "subscription-gone-due", 1),
    ] {
        assert_eq!(night(folder, &both()[..1], as_of, &[]), exit, "{as_of}");
        assert_eq!(code_of(folder, "b"), expected, "{as_of}");
        // A second run for the same day has nothing new to say of the plan, and says the same of what is gone.
        let plan = fs::read(folder.join("out/plan.csv")).unwrap();
        let findings = told(folder, "b");
        assert_eq!(night(folder, &both()[..1], as_of, &[]), exit, "{as_of}");
        assert_eq!(fs::read(folder.join("out/plan.csv")).unwrap(), plan);
        let changes = fs::read_to_string(folder.join("out/plan.changes.csv")).unwrap();
        assert_eq!(changes.lines().count(), 1, "{changes}");
        assert_eq!(code_of(folder, "b"), expected);
        assert!(as_of == "2026-11-21" || told(folder, "b") == findings);
    }
    // A comparison with another plan, or with none, forgets nothing.
    fs::copy(folder.join("out/plan.csv"), folder.join("other.csv")).unwrap();
    for previous in ["none", "other.csv"] {
        night(folder, &both()[..1], "2027-02-02", &["--previous", previous]);
        assert_eq!(code_of(folder, "b"), "subscription-gone-due", "{previous}");
    }
    // Nor does a plan that cannot be read, whose record can be.
    fs::write(folder.join("out/plan.csv"), "broken").unwrap();
    night(folder, &both()[..1], "2027-02-03", &[]);
    assert_eq!(code_of(folder, "b"), "subscription-gone-due");
    // It is back.
    assert_eq!(night(folder, &both(), "2027-02-04", &[]), 0);
    assert_eq!(code_of(folder, "b"), "subscription-back");
    let changes = fs::read_to_string(folder.join("out/plan.changes.csv")).unwrap();
    assert!(changes.contains("in none since the plan for 2026-11-21"), "{changes}");
    assert_eq!(night(folder, &both(), "2027-02-05", &[]), 0);
    assert_eq!(code_of(folder, "b"), "");
}

#[test]
fn it_stops_once_ours_has_taken_its_place_or_nothing_of_it_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(night(folder, &both(), "2026-11-20", &[]), 0);
    night(folder, &both()[..1], "2026-11-21", &[]);
    fs::create_dir(folder.join("kept")).unwrap();
    for name in ["plan.csv", "plan.run.json"] {
        fs::copy(folder.join("out").join(name), folder.join("kept").join(name)).unwrap();
    }
    night(folder, &[both()[0].clone(), row("ours", "own")], "2026-11-22", &[]);
    let (code, message) = told(folder, "b").remove(0);
    assert_eq!(code, "subscription-back");
    assert!(message.contains("`ours` has taken its place"), "{message}");
    night(folder, &[both()[0].clone(), row("ours", "own")], "2026-11-23", &[]);
    assert_eq!(code_of(folder, "b"), "");
    // 120 days after its term end it is told for the last time.
    for name in ["plan.csv", "plan.run.json"] {
        fs::copy(folder.join("kept").join(name), folder.join("out").join(name)).unwrap();
    }
    for (as_of, expected) in [
        ("2027-06-28", "subscription-gone-soon"),
        ("2027-07-10", "subscription-gone-soon"),
        ("2027-07-11", ""),
    ] {
        night(folder, &both()[..1], as_of, &[]);
        assert_eq!(code_of(folder, "b"), expected, "{as_of}");
    }
}

#[test]
fn a_hold_says_that_a_person_knows() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(night(folder, &both(), "2027-02-01", &[]), 0);
    assert_eq!(night(folder, &both()[..1], "2027-02-02", &[]), 1);
    assert_eq!(code_of(folder, "b"), "subscription-gone-due");
    fs::write(
        folder.join("holds.csv"),
        "subscription_id,customer_id,action,until,owner,reason\nb,,keep,2027-02-10,Anna,cancelled by the customer\n",
    )
    .unwrap();
    fs::write(
        folder.join("progress.csv"),
        "subscription_id,customer_id,step,state,date,note\nb,,order,done,2027-02-01,\n",
    )
    .unwrap();
    let settings = "[partner]\ncountries = [\"HU\"]\n[tables]\nholds = \"holds.csv\"\nprogress = \"progress.csv\"\n";
    fs::write(folder.join("seatshift.toml"), settings).unwrap();
    for as_of in ["2027-02-03", "2027-02-10"] {
        assert_eq!(night(folder, &both()[..1], as_of, &[]), 0, "{as_of}");
        let (code, message) = told(folder, "b").remove(0);
        assert_eq!(code, "subscription-gone");
        assert!(message.contains("a hold says until 2027-02-10"), "{message}");
        // Nor do the rows of the tables fit nothing.
        let codes = all_codes(folder);
        assert!(
            !codes
                .iter()
                .any(|code| ["hold-unused", "progress-unused"].contains(&code.as_str())),
            "{codes:?}"
        );
    }
    assert_eq!(night(folder, &both()[..1], "2027-02-11", &[]), 1, "the hold has ended");
    assert_eq!(code_of(folder, "b"), "subscription-gone-due");
}

#[test]
fn a_record_that_is_lost_is_told_of() {
    for damage in ["", "{", "[1]"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(night(folder, &both(), "2027-02-01", &[]), 0);
        assert_eq!(night(folder, &both()[..1], "2027-02-02", &[]), 1);
        let record = folder.join("out/plan.run.json");
        match damage {
            "" => fs::remove_file(record).unwrap(),
            text => fs::write(record, text).unwrap(),
        }
        night(folder, &both()[..1], "2027-02-03", &[]);
        let table = Table::read(&folder.join("out/plan.findings.csv"));
        let blind = table
            .rows
            .iter()
            .find(|row| row[table.index("code")] == "guards-blind")
            .unwrap();
        let message = &blind[table.index("message")];
        assert!(message.contains("what was gone before is forgotten"), "{message}");
    }
    // A spreadsheet that saves the plan again makes nothing forgotten.
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(night(folder, &both(), "2027-02-01", &[]), 0);
    assert_eq!(night(folder, &both()[..1], "2027-02-02", &[]), 1);
    let plan = fs::read_to_string(folder.join("out/plan.csv")).unwrap();
    fs::write(folder.join("out/plan.csv"), format!("\u{feff}{plan}")).unwrap();
    assert_eq!(night(folder, &both()[..1], "2027-02-03", &[]), 1);
    assert_eq!(code_of(folder, "b"), "subscription-gone-due");
    assert!(all_codes(folder).contains(&"last-set-mixed".to_owned()));
}

#[test]
fn diff_reads_nights_of_a_history_as_the_plans_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let keep = ["--history", "nights"];
    night(folder, &both(), "2026-11-20", &keep);
    fs::copy(folder.join("out/plan.csv"), folder.join("first.csv")).unwrap();
    fs::copy(folder.join("out/plan.run.json"), folder.join("first.run.json")).unwrap();
    fs::write(
        folder.join("first.run.json"),
        fs::read_to_string(folder.join("first.run.json"))
            .unwrap()
            .replace("\"plan.csv\"", "\"first.csv\""),
    )
    .unwrap();
    night(folder, &[both()[0].replace(",5,", ",7,")], "2026-11-21", &keep);
    let diff = |old: &str, new: &str| {
        let ran = run(folder, ["diff", old, new, "--format", "csv"]);
        assert_eq!(code(&ran), 0, "{}", said(&ran));
        assert!(!said(&ran).contains("last-set-mixed"), "{}", said(&ran));
        String::from_utf8(ran.stdout).unwrap()
    };
    let (old, new) = ("nights/2026-11-20.plan.csv.gz", "nights/2026-11-21.plan.csv.gz");
    let packed = diff(old, new);
    assert!(
        packed.contains(",seats,5,7,export,") && packed.contains("gone"),
        "{packed}"
    );
    assert_eq!(packed, diff("first.csv", new));
    assert_eq!(packed, diff("first.csv", "out/plan.csv"));
    assert_eq!(diff(old, old).lines().count(), 1);
    // A night is a plan to compare with as well.
    night(folder, &both(), "2026-11-21", &["--previous", old]);
    // One that is damaged is refused by name.
    let bytes = fs::read(folder.join(new)).unwrap();
    fs::write(folder.join(new), &bytes[..bytes.len() / 2]).unwrap();
    let ran = run(folder, ["diff", old, new]);
    assert_eq!(code(&ran), 2);
    assert!(said(&ran).contains("2026-11-21.plan.csv.gz: "), "{}", said(&ran));
}
