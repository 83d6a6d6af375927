//! Thirty nights over the samples, with exports and tables that change as an estate's do.
//!
//! In: the samples, and a list of what happens before each night. Each night plans in place of the night before and writes what
//! changed. Nothing is taken on trust: whatever has a single cause is planned again with only that changed (the new date alone,
//! the new exports alone, the new tables alone), and must come out as it did tonight. Whatever differs is listed or counted. A
//! quiet night gives an empty `plan.changes.csv` and the same `plan.csv`, byte for byte. `diff` of the same two plans says the same;
//! without the changes beside the plan it can tell fewer causes apart, and what it says then stands the same test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use chrono::{Days, NaiveDate};
use rayon::prelude::*;

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{Random, Table, code, program, repository, said};

/// What happens between two nights.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// In a file of exports the line with one text gets another text in place of a third.
    Line(&'static str, &'static str, &'static str, &'static str),
    /// A line comes to a file.
    Added(&'static str, &'static str),
    /// The line with a text leaves a file.
    Removed(&'static str, &'static str),
    /// The rows below a file's headings (so many lines) are put in another order.
    Shuffled(&'static str, usize),
    /// A file has another name.
    Renamed(&'static str, &'static str),
    /// A rule table is replaced by one with another text in place of a text.
    Rules(&'static str, &'static str, &'static str),
    /// The settings say something else.
    Settings(&'static str, &'static str),
}

use Event::*;

const MCA_E: &str = "exports/mca-e/renewals.csv";
const UMOWY: &str = "exports/umowy/umowy.csv";
const AVTAL: &str = "exports/volymavtal/avtal.csv";
const TERMINY: &str = "exports/bursztyn/terminy.csv";
const OWN: &str = "exports/partner-center/api-subscriptions.csv";
const BURSZTYN: &str = "exports/bursztyn/c72bbf41-b12b-5e57-9c3b-14fe3d6a6fc0/subscriptions.csv";
const KLIENCI: &str = "exports/partner-center/klienci.csv";
const PROGRESS: &str = "tables/progress.csv";
const HOLDS: &str = "tables/holds.csv";
const CUSTOMERS: &str = "tables/customers.csv";
const OFFERS: &str = "tables/offers.csv";
const CALENDAR: &str = "tables/calendar.csv";

/// Days that pass, and what happens before the night.
const NIGHTS: [(u64, &[Event]); 30] = [
    (1, &[]),
    // Seats go up; a rerun of the same night; a subscription comes, one goes.
    (1, &[Line(MCA_E, "19de1310", ",60,57,", ",64,57,")]),
    (0, &[]),
    (
        1,
        &[Added(
            MCA_E,
            "Pennine Wool Company Ltd,penninewool.example,aaaaaaaa-0000-4000-8000-000000000001,,Visio Plan 2,5,5,1 year,12/15/2025,12/14/2026,Yes,,Active",
        )],
    ),
    (1, &[Removed(MCA_E, "84c78bb8")]),
    // People report what they did; a customer accepts; a monthly term renews.
    (
        1,
        &[Added(
            PROGRESS,
            "19de1310-b32b-5378-a93f-f3a9b3dd7eb3,,enquire-credit,done,2026-11-25,",
        )],
    ),
    (
        1,
        &[Line(
            CUSTOMERS,
            "6c0d7452",
            ",commercial,,,,,hu",
            ",commercial,,yes,2026-11-20,,hu",
        )],
    ),
    (
        1,
        &[Line(
            TERMINY,
            "04017c61",
            "29.10.2026;28.11.2026",
            "29.11.2026;28.12.2026",
        )],
    ),
    (1, &[]),
    (0, &[]),
    (
        1,
        &[Added(
            KLIENCI,
            "3b37a742-bb28-5552-83d4-0bf08a6eb8e8;;baltykstocznia.example;Cloud Reseller",
        )],
    ),
    // An offer is chosen; rows come in another order; a customer asks to wait; a rule table is replaced.
    (
        1,
        &[Added(
            OFFERS,
            "Office 365 E1,Microsoft 365 Business Basic,P1Y,reassign,2026-01-01,,small offices",
        )],
    ),
    (1, &[Shuffled(MCA_E, 2)]),
    (
        1,
        &[Added(
            HOLDS,
            "c830ae3f-3cfb-5330-b3fb-d06571048e95,,keep,2026-12-08,Sári,asked to wait",
        )],
    ),
    (
        1,
        &[Rules(
            "windows",
            "mca-e,new-subscription,extended,E-7,E-1,E-3",
            "mca-e,new-subscription,extended,E-7,E-1,E-4",
        )],
    ),
    // A move is done: the source is gone, ours has begun. Another shows as ours under its own id.
    (
        1,
        &[
            Removed(MCA_E, "ac0b8803"),
            Added(
                OWN,
                "35e09378-cc36-528d-88b9-d2e42e049797,Thames Lantern Ltd,aaaaaaaa-0000-4000-8000-000000000002,CFQ7TTC0LH18:0001:CFQ7TTC03C82,Microsoft 365 Business Basic,Microsoft 365 Business Basic,14,Licenses,,2026-12-01T09:41:07.4786844Z,2026-12-01T00:00:00Z,2027-11-30T00:00:00Z,active,true,license,annual,false,true,Microsoft Corporation,6543210,subscription,P1Y,P1Y,",
            ),
        ],
    ),
    (
        1,
        &[
            Removed(TERMINY, "079782d9"),
            Removed(BURSZTYN, "079782d9"),
            Added(
                OWN,
                "c72bbf41-b12b-5e57-9c3b-14fe3d6a6fc0,Żubr Meble S.A.,079782d9-c37d-5822-a128-665e49e802fb,CFQ7TTC0HD32:0002:CFQ7TTC0FB2C,Visio Plan 2,Visio Plan 2,8,Licenses,,2025-12-25T09:41:07.4786844Z,2025-12-25T00:00:00Z,2026-12-24T00:00:00Z,active,true,license,annual,false,true,Microsoft Corporation,6543210,subscription,P1Y,P1Y,",
            ),
        ],
    ),
    // Exports and a table on one night; a setting; a file under another name; auto-renew goes off.
    (
        1,
        &[
            Line(AVTAL, "540c277c", ";33;30;", ";28;28;"),
            Added(
                PROGRESS,
                "b2264c7d-0c5b-5832-a8eb-1226118a7e62,,enquire-credit,done,2026-12-06,",
            ),
        ],
    ),
    (1, &[Settings("assume_agreement = false", "assume_agreement = true")]),
    (1, &[Renamed(UMOWY, "exports/umowy/umowy-2.csv")]),
    (1, &[Line(AVTAL, "090ae6b5", ";Ja;", ";Nej;")]),
    // Nobody worked for three days; two runs for one date.
    (3, &[]),
    (0, &[Line(MCA_E, "b2264c7d", ",80,71,", ",90,71,")]),
    (0, &[]),
    (1, &[Added(CALENDAR, "2026-12-21,,blackout,inventory")]),
    // A fact that the plan does not show; a report is taken back; a week; a source moves to another list.
    (1, &[Line(MCA_E, "b78b5a54", "Cancels at end of term", "")]),
    (1, &[Removed(PROGRESS, "fc7e1da0")]),
    (7, &[]),
    (
        1,
        &[
            Removed(AVTAL, "61ff2c7d"),
            Line(OWN, "7929e953", ",9,Licenses", ",11,Licenses"),
            Line(HOLDS, "0846cf17", "2026-12-31", "2026-12-20"),
        ],
    ),
    (1, &[Line(MCA_E, "c830ae3f", "Renews to extended service term", "")]),
];

impl Event {
    fn happen(self, folder: &Path) {
        match self {
            Line(file, with, from, to) => edit(&folder.join(file), |lines| {
                let line = the_one(lines, with);
                lines[line] = replaced(&lines[line], from, to);
            }),
            Added(file, line) => edit(&folder.join(file), |lines| lines.push(line.as_bytes().to_vec())),
            Removed(file, with) => edit(&folder.join(file), |lines| {
                let line = the_one(lines, with);
                lines.remove(line);
            }),
            Shuffled(file, headings) => edit(&folder.join(file), |lines| {
                Random::new(7).shuffle(&mut lines[headings..]);
            }),
            Renamed(from, to) => fs::rename(folder.join(from), folder.join(to)).unwrap(),
            Rules(name, from, to) => {
                let text = fs::read_to_string(repository().join(format!("src/rules/{name}.csv"))).unwrap();
                assert!(text.contains(from), "{name}: no `{from}`");
                let file = format!("tables/{name}.csv");
                fs::write(folder.join(&file), text.replacen(from, to, 1)).unwrap();
                let settings = folder.join("seatshift.toml");
                let text = fs::read_to_string(&settings).unwrap();
                let line = format!("\n[rules]\nreplace = {{ {name} = \"{file}\" }}\n");
                fs::write(settings, text + &line).unwrap();
            }
            Settings(from, to) => {
                let settings = folder.join("seatshift.toml");
                let text = fs::read_to_string(&settings).unwrap();
                assert!(text.contains(from), "no `{from}`");
                fs::write(settings, text.replacen(from, to, 1)).unwrap();
            }
        }
    }

    fn is_of_exports(self) -> bool {
        match self {
            Line(file, ..) | Added(file, _) | Removed(file, _) | Shuffled(file, _) | Renamed(file, _) => {
                file.starts_with("exports/")
            }
            Rules(..) | Settings(..) => false,
        }
    }
}

/// Lets a function change a file's lines, whatever its encoding.
fn edit(file: &Path, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let bytes = fs::read(file).unwrap();
    let text = bytes.split(|&byte| byte == b'\n');
    let mut lines: Vec<Vec<u8>> = text
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec())
        .collect();
    assert_eq!(lines.pop(), Some(Vec::new()), "{} ends in no line end", file.display());
    change(&mut lines);
    let ended = lines.into_iter().flat_map(|line| [line, b"\r\n".to_vec()].concat());
    fs::write(file, ended.collect::<Vec<u8>>()).unwrap();
}

fn find(line: &[u8], text: &str) -> Option<usize> {
    line.windows(text.len())
        .position(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

fn the_one(lines: &[Vec<u8>], with: &str) -> usize {
    let fits: Vec<usize> = (0..lines.len())
        .filter(|line| find(&lines[*line], with).is_some())
        .collect();
    assert_eq!(fits.len(), 1, "lines with `{with}`");
    fits[0]
}

fn replaced(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = find(line, from).unwrap_or_else(|| panic!("no `{from}`"));
    [&line[..at], to.as_bytes(), &line[at + from.len()..]].concat()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        match entry.is_dir() {
            true => copy(&entry, &target),
            false => drop(fs::copy(&entry, &target).unwrap()),
        }
    }
}

/// What is read on a night, copied from the exports of one folder and the tables and settings of another.
fn inputs(exports: &Path, tables: &Path, to: &Path) {
    copy(&exports.join("exports"), &to.join("exports"));
    copy(&tables.join("tables"), &to.join("tables"));
    fs::copy(tables.join("seatshift.toml"), to.join("seatshift.toml")).unwrap();
}

/// Plans in a folder. Gives the plan's bytes.
fn plan(folder: &Path, as_of: NaiveDate, to: &str, previous: &[&str]) -> Vec<u8> {
    let day = as_of.to_string();
    let arguments = [
        "plan",
        "exports",
        "--config",
        "seatshift.toml",
        "--as-of",
        &day,
        "-o",
        to,
        "-q",
        // A file under a new name is meant.
        "--accept",
        "export-repeated",
    ];
    let ran = program(folder).args(arguments).args(previous).output().unwrap();
    assert!([0, 1].contains(&code(&ran)), "{day}: {}", said(&ran));
    fs::read(folder.join(to)).unwrap()
}

/// Rows by subscription, each cell by its column.
type Rows = BTreeMap<String, BTreeMap<String, String>>;

fn rows(bytes: &[u8]) -> Rows {
    let table = Table::parse(bytes);
    let id = table.index("subscription_id");
    let cells = |row: &Vec<String>| table.columns.iter().cloned().zip(row.iter().cloned()).collect();
    table.rows.iter().map(|row| (row[id].clone(), cells(row))).collect()
}

/// One night: the plan before, tonight's, and what tonight's would be if only one thing had changed.
struct Night {
    number: usize,
    date_differs: bool,
    old: Rows,
    new: Rows,
    /// By cause.
    alone: BTreeMap<&'static str, Rows>,
    listed: Table,
    diffed: Table,
    counted: (u64, u64),
}

const PLACE: [&str; 3] = ["source_file", "source_sheet", "source_row"];

impl Night {
    /// Whether a change is as tonight where only its cause changed. Gives its cause.
    fn check(&self, table: &Table, line: &[String], problems: &mut Vec<String>) -> String {
        let cell = |column: &str| line[table.index(column)].as_str();
        let (id, field, cause, change) = (cell("subscription_id"), cell("field"), cell("cause"), cell("change"));
        let value = |rows: &Rows, field: &str| rows.get(id).map(|row| row[field].clone());
        let told = format!("night {}: {}", self.number, line.join(","));
        if !field.is_empty() {
            let values = (value(&self.old, field), value(&self.new, field));
            if values != (Some(cell("old").to_owned()), Some(cell("new").to_owned())) {
                problems.push(format!("{told}: the plans have {values:?}"));
            }
        }
        match (cause, self.alone.get(cause)) {
            ("several", _) if self.alone.len() > 1 => {}
            (_, Some(alone)) => {
                let as_tonight = match (change, field) {
                    ("changed", field) => value(alone, field) == value(&self.new, field),
                    _ => alone.contains_key(id) == self.new.contains_key(id),
                };
                if !as_tonight {
                    problems.push(format!("{told}: is otherwise where only that changed"));
                }
            }
            _ => problems.push(format!("{told}: no such cause tonight")),
        }
        cause.to_owned()
    }

    /// Whatever differs is listed or counted.
    fn check_complete(&self, problems: &mut Vec<String>) {
        let listed: BTreeSet<(&str, &str)> = self
            .listed
            .column("subscription_id")
            .into_iter()
            .zip(self.listed.column("field"))
            .collect();
        let (mut following, mut elsewhere) = (0, 0);
        for id in self.old.keys().chain(self.new.keys()).collect::<BTreeSet<_>>() {
            let (Some(old), Some(new)) = (self.old.get(id), self.new.get(id)) else {
                if !listed.contains(&(id, "")) {
                    problems.push(format!("night {}: {id} is not listed", self.number));
                }
                continue;
            };
            let differ: Vec<&str> = old
                .keys()
                .filter(|column| old[*column] != new[*column])
                .map(String::as_str)
                .collect();
            let plain: Vec<&str> = differ
                .iter()
                .copied()
                .filter(|column| !PLACE.contains(column))
                .collect();
            let waits = |row: &BTreeMap<String, String>| row["reasons"].contains("as-soon-as-ready");
            let is_listed = listed.iter().any(|(own, _)| own == id);
            if differ.is_empty() || is_listed {
                let missing = plain
                    .iter()
                    .find(|column| !listed.contains(&(id, **column)) && !listed.contains(&(id, "")));
                if is_listed && let Some(column) = missing {
                    problems.push(format!("night {}: {column} of {id} is not listed", self.number));
                }
            } else if plain.is_empty() {
                elsewhere += 1;
            } else if self.date_differs && waits(old) && waits(new) {
                following += 1;
                let days = ["urgency", "action", "seats", "next_step", "target_offer_id", "term_end"];
                if let Some(column) = plain.iter().find(|column| days.contains(column)) {
                    problems.push(format!("night {}: {column} of {id} is not listed", self.number));
                }
            } else {
                problems.push(format!(
                    "night {}: {id} differs in {plain:?} and is not listed",
                    self.number
                ));
            }
        }
        if (following, elsewhere) != self.counted {
            let counted = self.counted;
            problems.push(format!(
                "night {}: counted {counted:?}, differ {following}, {elsewhere}",
                self.number
            ));
        }
    }
}

/// A night's number, the dates of the one before and of itself, their folders and their plans.
type Planned = (usize, NaiveDate, NaiveDate, PathBuf, PathBuf, Vec<u8>, Vec<u8>);

/// Plans all nights, one after the other.
fn simulate(folder: &Path) -> Vec<Night> {
    let mut as_of: NaiveDate = running::AS_OF.parse().unwrap();
    let first = folder.join("night-0");
    inputs(&repository().join("samples"), &repository().join("samples"), &first);
    let mut before = plan(&first, as_of, "out/plan.csv", &[]);
    assert!(
        !first.join("out/plan.changes.csv").exists(),
        "the first night compares with nothing"
    );
    let mut last = first;
    let mut planned: Vec<Planned> = Vec::new();
    for (number, (days, events)) in NIGHTS.iter().enumerate() {
        let number = number + 1;
        let tonight = folder.join(format!("night-{number}"));
        copy(&last, &tonight);
        events.iter().for_each(|event| event.happen(&tonight));
        let date = as_of.checked_add_days(Days::new(*days)).unwrap();
        let after = plan(&tonight, date, "out/plan.csv", &[]);
        if *days == 0 && events.is_empty() {
            assert_eq!(before, after, "night {number} is quiet");
            let changes = fs::read_to_string(tonight.join("out/plan.changes.csv")).unwrap();
            assert_eq!(changes.lines().count(), 1, "night {number} is quiet: {changes}");
        }
        planned.push((number, as_of, date, last, tonight.clone(), before, after.clone()));
        (last, before, as_of) = (tonight, after, date);
    }
    planned
        .into_par_iter()
        .map(|(number, from, to, last, tonight, before, after)| {
            let (_, events) = NIGHTS[number - 1];
            let mut alone = BTreeMap::new();
            let none: &[&str] = &["--previous", "none"];
            let mixed = |name: &str, exports: &Path, tables: &Path, date| {
                let mix = folder.join(format!("{name}-{number}"));
                inputs(exports, tables, &mix);
                rows(&plan(&mix, date, "out/plan.csv", none))
            };
            if from != to {
                alone.insert("date", mixed("date", &last, &last, to));
            }
            if events.iter().any(|event| event.is_of_exports()) {
                alone.insert("export", mixed("exports", &tonight, &last, from));
            }
            if events.iter().any(|event| !event.is_of_exports()) {
                alone.insert("table", mixed("tables", &last, &tonight, from));
            }
            let diff = |new: &Path| {
                let plans = [last.join("out/plan.csv"), new.join("plan.csv")];
                let arguments = ["diff", "--format", "csv"];
                let ran = program(&tonight).args(arguments).args(plans).output().unwrap();
                assert_eq!(code(&ran), 0, "{}", said(&ran));
                ran.stdout
            };
            // With what the run wrote beside its plan, `diff` knows as much as the run did.
            let written = fs::read(tonight.join("out/plan.changes.csv")).unwrap();
            assert_eq!(
                String::from_utf8(diff(&tonight.join("out"))),
                String::from_utf8(written),
                "night {number}"
            );
            let bare = folder.join(format!("bare-{number}"));
            fs::create_dir_all(&bare).unwrap();
            for name in ["plan.csv", "plan.run.json"] {
                fs::copy(tonight.join("out").join(name), bare.join(name)).unwrap();
            }
            let run = fs::read(tonight.join("out/plan.run.json")).unwrap();
            let run: serde_json::Value = serde_json::from_slice(&run).unwrap();
            let counted = |name: &str| run["previous"]["counted"][name].as_u64().unwrap();
            Night {
                number,
                date_differs: from != to,
                old: rows(&before),
                new: rows(&after),
                alone,
                listed: Table::read(&tonight.join("out/plan.changes.csv")),
                diffed: Table::parse(&diff(&bare)),
                counted: (counted("following"), counted("elsewhere")),
            }
        })
        .collect()
}

#[test]
fn every_difference_of_thirty_nights_has_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let nights = simulate(folder.path());
    let (mut problems, mut causes, mut by_diff) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for night in &nights {
        night.check_complete(&mut problems);
        for line in &night.listed.rows {
            *causes
                .entry(night.check(&night.listed, line, &mut problems))
                .or_insert(0_u64) += 1;
        }
        for line in &night.diffed.rows {
            *by_diff
                .entry(night.check(&night.diffed, line, &mut problems))
                .or_insert(0_u64) += 1;
        }
        night
            .listed
            .column("change")
            .into_iter()
            .for_each(|kind| *kinds.entry(kind).or_default() += 1);
        let told = |table: &Table| -> Vec<(String, String)> {
            let ids = table.column("subscription_id").into_iter().map(str::to_owned);
            ids.zip(table.column("field").into_iter().map(str::to_owned)).collect()
        };
        assert_eq!(told(&night.listed), told(&night.diffed), "night {}", night.number);
    }
    println!("causes: {causes:?}; by diff: {by_diff:?}; {kinds:?}");
    assert!(
        problems.is_empty(),
        "{} wrong:\n{}",
        problems.len(),
        problems.join("\n")
    );
    for cause in ["export", "table", "date"] {
        assert!(causes.contains_key(cause), "{cause} explains nothing: {causes:?}");
    }
    for kind in ["new", "gone", "moved", "changed"] {
        assert!(kinds.contains_key(kind), "nothing is {kind}: {kinds:?}");
    }
    // Most can be told apart, the more so where the exports are still there.
    let all: u64 = causes.values().sum();
    let several = |causes: &BTreeMap<String, u64>| causes.get("several").copied().unwrap_or_default();
    assert!(several(&causes) * 10 <= all, "{causes:?}");
    assert!(several(&causes) <= several(&by_diff), "{causes:?}, {by_diff:?}");
}
