//! No row is lost, whatever happens to an export on its way.
//!
//! In: the sample exports, each damaged by a seeded generator as people, programs and disks damage files: cut short, bytes and
//! bits changed, cells blanked, doubled, moved, columns dropped, totals and headings put in between, quotes opened. Each is
//! planned by the library, over an old plan. Whatever comes: no panic; all went well, a person must look, or the run was stopped
//! and the old plan is as it was; every row read went somewhere; every rejected row is told with its place; every subscription
//! is a row of the plan. Some go through the program, which must print the same equations.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use seatshift::{
    config::Config,
    finding::{Accounting, Severity},
    pipeline::{self, Night, Outcome, Request},
    terms::Action,
    write::{Reports, Target},
};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{Random, Table, code, repository, said};

/// Variants that the library plans.
const VARIANTS: usize = 360;
/// Variants that go through the program.
const PROGRAM_VARIANTS: usize = 24;

const OLD_PLAN: &str = "action,subscription_id,customer_id\r\n";

/// A sample export: its path below `samples`, its bytes.
struct Sample {
    below: PathBuf,
    bytes: Vec<u8>,
}

fn samples() -> Vec<Sample> {
    let root = repository().join("samples");
    let mut folders = vec![root.join("exports")];
    let mut samples = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => samples.push(Sample {
                    below: path.strip_prefix(&root).unwrap().to_owned(),
                    bytes: fs::read(&path).unwrap(),
                }),
            }
        }
    }
    samples.sort_by(|a, b| a.below.cmp(&b.below));
    assert!(samples.len() > 15);
    samples
}

/// Something that can happen, with its name.
type Damage<T> = (&'static str, fn(&mut T, &mut Random));

/// What can happen to bytes.
const TO_BYTES: [Damage<Vec<u8>>; 6] = [
    ("cut short", |bytes, random| bytes.truncate(random.below(bytes.len()))),
    ("a piece cut out", |bytes, random| {
        let from = random.below(bytes.len());
        let to = from + random.below((bytes.len() - from).min(200));
        bytes.drain(from..to);
    }),
    ("bits flipped", |bytes, random| {
        for _ in 0..1 + random.below(8) {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
    }),
    ("bytes written over", |bytes, random| {
        for _ in 0..1 + random.below(20) {
            let at = random.below(bytes.len());
            bytes[at] = [
                0,
                b'"',
                b'\n',
                b';',
                b',',
                0xff,
                0x80,
                b'\'',
                b'\t',
                random.below(256) as u8,
            ][random.below(10)];
        }
    }),
    ("a piece doubled", |bytes, random| {
        let from = random.below(bytes.len());
        let to = from + random.below((bytes.len() - from).min(300));
        let piece = bytes[from..to].to_vec();
        bytes.splice(to..to, piece);
    }),
    ("zeros at the end", |bytes, random| {
        bytes.resize(bytes.len() + random.below(600), 0)
    }),
];

/// A delimited text taken apart, quotes aside: what can happen to it need not respect them.
struct Grid {
    delimiter: u8,
    rows: Vec<Vec<Vec<u8>>>,
}

impl Grid {
    fn apart(bytes: &[u8]) -> Grid {
        let count = |byte: u8| bytes.iter().filter(|own| **own == byte).count();
        let delimiter = if count(b';') > count(b',') { b';' } else { b',' };
        let rows = bytes
            .split(|byte| *byte == b'\n')
            .map(|line| line.split(|byte| *byte == delimiter).map(<[u8]>::to_vec).collect())
            .collect();
        Grid { delimiter, rows }
    }

    fn together(&self) -> Vec<u8> {
        let lines: Vec<Vec<u8>> = self.rows.iter().map(|row| row.join(&self.delimiter)).collect();
        lines.join(&b'\n')
    }

    fn row(&self, random: &mut Random) -> usize {
        random.below(self.rows.len())
    }

    fn cell(&mut self, random: &mut Random) -> &mut Vec<u8> {
        let row = self.row(random);
        let column = random.below(self.rows[row].len());
        &mut self.rows[row][column]
    }
}

const ODD_CELLS: [&str; 14] = [
    "",
    "-",
    "#N/A",
    "31.02.2027",
    "5.66890604832738E+17",
    "99999999999999999999",
    "-3",
    "=1+1",
    "\"",
    "Total",
    "Összesen",
    "0001-01-01",
    "\u{feff}",
    "???",
];

/// What can happen to rows, columns and cells.
const TO_GRID: [Damage<Grid>; 10] = [
    ("cells blanked", |grid, random| {
        for _ in 0..1 + random.below(12) {
            grid.cell(random).clear();
        }
    }),
    ("odd cells", |grid, random| {
        for _ in 0..1 + random.below(12) {
            *grid.cell(random) = ODD_CELLS[random.below(ODD_CELLS.len())].as_bytes().to_vec();
        }
    }),
    ("a column dropped", |grid, random| {
        let column = random.below(grid.rows[0].len().max(6));
        for row in grid.rows.iter_mut().filter(|row| column < row.len()) {
            row.remove(column);
        }
    }),
    ("a column doubled", |grid, random| {
        let column = random.below(grid.rows[0].len().max(6));
        for row in grid.rows.iter_mut().filter(|row| column < row.len()) {
            row.insert(column, row[column].clone());
        }
    }),
    ("cells doubled and deleted", |grid, random| {
        for _ in 0..1 + random.below(5) {
            let row = grid.row(random);
            let column = random.below(grid.rows[row].len());
            match random.below(2) {
                0 => drop(grid.rows[row].remove(column)),
                _ => {
                    let cell = grid.rows[row][column].clone();
                    grid.rows[row].insert(column, cell);
                }
            }
            if grid.rows[row].is_empty() {
                grid.rows[row].push(Vec::new());
            }
        }
    }),
    ("rows doubled", |grid, random| {
        for _ in 0..1 + random.below(4) {
            let (from, to) = (grid.row(random), grid.row(random));
            let row = grid.rows[from].clone();
            grid.rows.insert(to, row);
        }
    }),
    ("rows deleted", |grid, random| {
        for _ in 0..1 + random.below(4) {
            if grid.rows.len() > 1 {
                let row = grid.row(random);
                grid.rows.remove(row);
            }
        }
    }),
    ("totals in between", |grid, random| {
        for word in ["Total", "Summe", "Razem", "Итого", ""] {
            let at = grid.row(random);
            let mut row = vec![Vec::new(); grid.rows[0].len()];
            row[0] = word.as_bytes().to_vec();
            *row.last_mut().unwrap() = b"1 234".to_vec();
            grid.rows.insert(at, row);
        }
    }),
    ("headings again", |grid, random| {
        let headings = grid.rows[random.below(3).min(grid.rows.len() - 1)].clone();
        for _ in 0..1 + random.below(3) {
            let at = grid.row(random);
            grid.rows.insert(at, headings.clone());
        }
    }),
    ("rows shuffled", |grid, random| random.shuffle(&mut grid.rows)),
];

/// A variant of a sample: its bytes, and what happened to it.
fn variant(samples: &[Sample], number: usize) -> (&Path, Vec<u8>, String) {
    let sample = &samples[number % samples.len()];
    let mut random = Random::new(number as u64);
    let mut bytes = sample.bytes.clone();
    let is_text = sample.below.extension().is_some_and(|extension| extension == "csv");
    let mut happened = Vec::new();
    for _ in 0..1 + random.below(3) {
        if bytes.is_empty() {
            break;
        }
        if is_text && random.below(3) > 0 {
            let (what, change) = TO_GRID[random.below(TO_GRID.len())];
            let mut grid = Grid::apart(&bytes);
            change(&mut grid, &mut random);
            bytes = grid.together();
            happened.push(what);
        } else {
            let (what, change) = TO_BYTES[random.below(TO_BYTES.len())];
            change(&mut bytes, &mut random);
            happened.push(what);
        }
    }
    let told = format!("variant {number}: {}: {}", sample.below.display(), happened.join(", "));
    (&sample.below, bytes, told)
}

/// A folder with a damaged export at its usual place, so that its settings apply, and an old plan.
fn set_up(below: &Path, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join(below);
    fs::create_dir_all(export.parent().unwrap()).unwrap();
    fs::write(export, bytes).unwrap();
    fs::write(folder.path().join("plan.csv"), OLD_PLAN).unwrap();
    folder
}

fn config() -> Config {
    Config::load(Some(&repository().join("samples/seatshift.toml")), Path::new("")).unwrap()
}

/// What a good run must keep; says what it does not.
fn check_outcome(outcome: &Outcome, folder: &Path) -> Result<(), String> {
    let accounting = outcome.accounting;
    let must = |holds: bool, what: &str| {
        if holds {
            Ok(())
        } else {
            Err(format!("{what}: {accounting:?}"))
        }
    };
    must(accounting.balances(), "rows do not add up")?;
    let actions: u64 = Action::ALL.iter().map(|action| outcome.counts.actions[action]).sum();
    must(actions == accounting.subscriptions, "actions do not add up")?;
    let plan = Table::read(&folder.join("plan.csv"));
    must(plan.rows.len() as u64 == accounting.subscriptions, "rows of the plan")?;
    must(
        plan.column("action")
            .iter()
            .all(|action| ["move", "keep", "review"].contains(action)),
        "an action",
    )?;
    must(
        plan.column("source_row").iter().all(|row| row.parse::<u32>().is_ok()),
        "a row's place",
    )?;

    let findings = Table::read(&folder.join("plan.findings.csv"));
    must(findings.rows.len() == outcome.findings.len(), "findings")?;
    let told: BTreeSet<_> = outcome
        .findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Error)
        .filter_map(|finding| Some((&finding.place.file, &finding.place.sheet, finding.place.row?)))
        .collect();
    must(told.len() as u64 >= accounting.rejected, "a rejected row is not told")?;
    let errors = outcome
        .findings
        .iter()
        .any(|finding| finding.severity() == Severity::Error);
    must(errors == (outcome.verdict.exit_code() == 1), "the verdict")?;

    let run: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("plan.run.json")).unwrap()).unwrap();
    let recorded = serde_json::to_value(accounting).unwrap();
    must(run["accounting"] == recorded, "the run record")?;
    let tables = run["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|input| input["tables"].as_array().unwrap());
    let read: u64 = tables
        .map(|table| table["accounting"]["rows_read"].as_u64().unwrap())
        .sum();
    must(read == accounting.rows_read, "the rows of the inputs")
}

/// Plans one variant with the library; gives how many rows there were, or what is wrong.
fn check_variant(samples: &[Sample], number: usize, config: &Config) -> Result<Accounting, String> {
    let (below, bytes, told) = variant(samples, number);
    let folder = set_up(below, &bytes);
    let exports = [folder.path().join("exports").to_str().unwrap().to_owned()];
    let request = Request {
        exports: &exports,
        config,
        as_of: running::AS_OF.parse().unwrap(),
        target: Some(Target::new(&folder.path().join("plan.csv")).unwrap()),
        reports: Reports::none(),
        strict: false,
        previous: Default::default(),
        night: Night::default(),
    };
    match catch_unwind(AssertUnwindSafe(|| pipeline::run(&request, &()))) {
        Err(_) => Err(format!("{told}: panics")),
        Ok(Ok(outcome)) => {
            check_outcome(&outcome, folder.path()).map_err(|what| format!("{told}: {what}"))?;
            Ok(outcome.accounting)
        }
        Ok(Err(stop)) => {
            let untouched = fs::read_to_string(folder.path().join("plan.csv")).unwrap() == OLD_PLAN;
            let told_why = folder.path().join("plan.stopped.run.json").is_file();
            let alone = ["plan.steps.csv", "plan.findings.csv", "plan.run.json"]
                .iter()
                .all(|name| !folder.path().join(name).exists());
            match matches!(stop, pipeline::Stop::NothingRead { .. }) && untouched && told_why && alone {
                true => Ok(Accounting::default()),
                false => Err(format!(
                    "{told}: stopped ({stop}); plan untouched: {untouched}, told: {told_why}"
                )),
            }
        }
    }
}

#[test]
fn rows_add_up_in_damaged_exports() {
    let (samples, config) = (samples(), config());
    let results: Vec<Result<Accounting, String>> = (0..VARIANTS)
        .into_par_iter()
        .map(|number| check_variant(&samples, number, &config))
        .collect();
    let problems: Vec<&String> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(problems.is_empty(), "{} of {VARIANTS}:\n{problems:#?}", problems.len());
    let mut all = Accounting::default();
    results.iter().flatten().for_each(|accounting| all += *accounting);
    let stopped = results
        .iter()
        .flatten()
        .filter(|accounting| accounting.rows_read == 0)
        .count();
    println!("{all:?}, {stopped} stopped");
    for rows in [all.subscriptions, all.merged, all.customers, all.rejected, all.ignored] {
        assert!(rows > 20, "the variants do not show much: {all:?}");
    }
    assert!((10..VARIANTS / 2).contains(&stopped), "{stopped} stopped");
}

/// The numbers of a printed equation `12 rows read = 7 subscriptions + ...`.
fn numbers(line: &str) -> Vec<u64> {
    line.split_whitespace()
        .filter_map(|word| word.replace(',', "").parse().ok())
        .collect()
}

#[test]
fn the_program_prints_what_it_did() {
    let samples = samples();
    let settings = repository().join("samples/seatshift.toml");
    let mut good = 0;
    for number in (0..PROGRAM_VARIANTS).map(|index| index * 7 + 1) {
        let (below, bytes, told) = variant(&samples, number);
        let folder = set_up(below, &bytes);
        let mut command = running::program(folder.path());
        command
            .args(["plan", "exports", "--as-of", running::AS_OF, "--config"])
            .arg(&settings);
        let output = command.output().unwrap();
        let text = said(&output);
        assert!(
            !text.contains("panic") && !text.contains("mistake in seatshift"),
            "{told}: {text}"
        );
        let plan = fs::read_to_string(folder.path().join("plan.csv")).unwrap();
        match code(&output) {
            3 => assert_eq!(plan, OLD_PLAN, "{told}"),
            0 | 1 => {
                good += 1;
                let equation = |word: &str| {
                    let line = text.lines().find(|line| line.starts_with("  ") && line.contains(word));
                    numbers(line.unwrap_or_else(|| panic!("{told}: no equation with `{word}` in {text}")))
                };
                for word in [" read = ", " move + "] {
                    let numbers = equation(word);
                    assert_eq!(numbers[0], numbers[1..].iter().sum::<u64>(), "{told}: {text}");
                }
                let rows = Table::parse(plan.as_bytes()).rows.len() as u64;
                assert_eq!(equation(" move + ")[0], rows, "{told}");
                assert_eq!(equation(" read = ")[1], rows, "{told}");
            }
            other => panic!("{told}: exit code {other}: {text}"),
        }
    }
    assert!(good > PROGRAM_VARIANTS / 2, "only {good} were planned");
}
