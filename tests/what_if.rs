//! What holds for one run alone, by its command line, is said by it.
//!
//! In: a small export, and every command that takes `--set`. Each says the setting where a person reads, and in its document where it
//! writes one; without `--set` nothing is said. A command that comes to take `--set` and is not here fails the test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{collections::BTreeSet, fs, path::Path};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{code, run, said};

const ID: &str = "50000000-0000-4000-8000-000000000001";
const CUSTOMER: &str = "c0000000-0000-4000-8000-000000000001";
const SET: &str = "partner.assume_agreement=true";

/// Each command that takes `--set`, with what it is asked; the file of its arguments that people or programs read is on standard
/// output or, where that is data of another kind, on standard error.
const COMMANDS: &[(&str, &[&str])] = &[
    (
        "plan",
        &["plan", "list.csv", "--as-of", "2026-11-21", "-o", "out/plan.csv"],
    ),
    ("check", &["check", "list.csv"]),
    ("check", &["check", "list.csv", "--as-of", "2026-11-21"]),
    ("check", &["check", "list.csv", "--subscription", ID]),
    ("check", &["check", "list.csv", "--json"]),
    ("explain", &["explain", ID, "list.csv", "--as-of", "2026-11-21"]),
    ("explain", &["explain", CUSTOMER, "list.csv", "--as-of", "2026-11-21"]),
    ("explain", &["explain", ID, "list.csv", "--json"]),
    ("report", &["report", "out/plan.csv", "--html"]),
    ("rules", &["rules"]),
    ("rules", &["rules", "windows", "--as-of", "2026-11-21"]),
    ("rules", &["rules", "windows", "--json"]),
    ("offers find", &["offers", "find", "Visio Plan 1"]),
    ("offers find", &["offers", "find", "Visio Plan 1", "--json"]),
    ("offers compare", &["offers", "compare", "Visio Plan 1", "Visio Plan 2"]),
    (
        "offers compare",
        &["offers", "compare", "Visio Plan 1", "Visio Plan 2", "--json"],
    ),
    ("offers map", &["offers", "map", "--from", "list.csv"]),
    ("offers check", &["offers", "check"]),
    ("offers check", &["offers", "check", "--json"]),
];

fn prepare(folder: &Path) {
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    let list = format!(
        "Subscription ID,Customer tenant ID,Channel,Offer name,Seats,Term,Term start,Term end,Auto renew,State\n\
         {ID},{CUSTOMER},web-direct,Visio Plan 1,12,P1Y,2026-03-01,2027-02-28,yes,active\n"
    );
    write("list.csv", &list);
    write("offers.csv", "source_offer,target_offer\nVisio Plan 1,Visio Plan 2\n");
    write(
        "seatshift.toml",
        "[partner]\ncountries = [\"HU\"]\n[tables]\noffers = \"offers.csv\"\n",
    );
    fs::create_dir_all(folder.join("out")).unwrap();
}

/// What a command tells people, and programs.
fn told(folder: &Path, arguments: &[&str]) -> String {
    let ran = run(folder, arguments);
    assert!(code(&ran) < 2, "{arguments:?}: {}", said(&ran));
    format!(
        "{}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    )
}

#[test]
fn every_command_says_what_is_set_for_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    for (command, arguments) in COMMANDS {
        let usual = told(folder.path(), arguments);
        assert!(!usual.contains("--set"), "{command} {arguments:?}: {usual}");
        let with = [arguments, &["--set", SET][..]].concat();
        let what_if = told(folder.path(), &with);
        if arguments.contains(&"--json") {
            let start = what_if.find('{').unwrap();
            let document: serde_json::Value = serde_json::Deserializer::from_str(&what_if[start..])
                .into_iter()
                .next()
                .unwrap()
                .unwrap();
            assert_eq!(document["set"], serde_json::json!([SET]), "{arguments:?}: {what_if}");
        } else {
            let line = what_if
                .lines()
                .find(|line| line.contains("what if"))
                .unwrap_or_default();
            assert!(line.contains(&format!("--set {SET}")), "{arguments:?}: {what_if}");
        }
    }
    // The next run knows nothing of it.
    let record = fs::read_to_string(folder.path().join("out/plan.run.json")).unwrap();
    assert!(record.contains(SET));
    told(folder.path(), COMMANDS[0].1);
    let record = fs::read_to_string(folder.path().join("out/plan.run.json")).unwrap();
    assert!(!record.contains(SET));
}

#[test]
fn a_day_of_the_command_line_is_said_where_no_other_line_names_it() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let told = told(folder.path(), &["check", "list.csv", "--as-of", "2026-11-21"]);
    assert!(told.contains("  what if: --as-of 2026-11-21\n"), "{told}");
}

#[test]
fn each_command_that_takes_a_setting_is_asked() {
    let help = |arguments: &[&str]| {
        let ran = run(
            Path::new(env!("CARGO_MANIFEST_DIR")),
            arguments.iter().chain(&["--help"]),
        );
        String::from_utf8_lossy(&ran.stdout).into_owned()
    };
    let commands_in = |help: &str| -> Vec<String> {
        let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let lines = lines.take_while(|line| line.starts_with("  "));
        // What is indented further goes on with the line before.
        let names = lines.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
        let named = names.filter_map(|rest| rest.split_whitespace().next());
        named.filter(|name| *name != "help").map(str::to_owned).collect()
    };
    let mut taking = BTreeSet::new();
    for command in commands_in(&help(&[])) {
        let own = help(&[&command]);
        for inner in commands_in(&own) {
            if help(&[&command, &inner]).contains("--set <") {
                taking.insert(format!("{command} {inner}"));
            }
        }
        if own.contains("--set <") {
            taking.insert(command);
        }
    }
    let asked: BTreeSet<String> = COMMANDS.iter().map(|(command, _)| (*command).to_owned()).collect();
    assert_eq!(taking, asked);
}
