//! The same inputs give the same bytes, whatever else differs.
//!
//! In: the samples. They are planned with one, two and eight threads, twice, with odd values of TZ and LANG, from another
//! working folder, with the exports named in every way and order; all files must come out the same, but for `timing` in the run
//! record. Then the rows of the CSV exports change places: only what tells rows' places may differ.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{AS_OF, Random, Table, code, planning, program, repository, said, written};

/// What a run wrote.
type Files = Vec<(&'static str, Vec<u8>)>;

/// Plans the samples, the program's arguments and surroundings as given.
fn plan_with(exports: &[&str], more: &[&str], surroundings: &[(&str, &str)]) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(&repository());
    command
        .args(planning(exports.iter().copied(), folder.path()))
        .args(more);
    command.envs(surroundings.iter().copied());
    let output = command.output().unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));
    written(folder.path())
}

fn plan(exports: &[&str]) -> Files {
    plan_with(exports, &[], &[])
}

/// Says which file differs first, and where.
fn assert_same(what: &str, came: &Files, expected: &Files) {
    for ((name, came), (_, expected)) in came.iter().zip(expected) {
        if came == expected {
            continue;
        }
        let (came, expected) = (String::from_utf8_lossy(came), String::from_utf8_lossy(expected));
        let line = came.lines().zip(expected.lines()).find(|(a, b)| a != b);
        panic!("{what}: {name} differs: {line:#?}");
    }
}

/// Every file below a folder, sorted, as paths that begin with the folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    entries.into_iter().flat_map(below).collect()
}

#[test]
fn threads_do_not_matter() {
    let one = plan_with(&["samples/exports"], &["--threads", "1"], &[]);
    for threads in ["2", "8"] {
        let many = plan_with(&["samples/exports"], &["--threads", threads], &[]);
        assert_same(&format!("--threads {threads}"), &many, &one);
    }
}

#[test]
fn surroundings_do_not_matter() {
    let first = plan(&["samples/exports"]);
    assert_same("once more", &plan(&["samples/exports"]), &first);
    for surroundings in [
        [
            ("TZ", "Pacific/Kiritimati"),
            ("LANG", "tr_TR.ISO-8859-9"),
            ("LC_ALL", "tr_TR.ISO-8859-9"),
        ],
        [("TZ", "Etc/GMT+12"), ("LANG", "hu_HU.UTF-8"), ("LC_ALL", "ja_JP.eucJP")],
        [("TZ", ":/nowhere"), ("LANG", ""), ("LC_ALL", "no such thing")],
    ] {
        let other = plan_with(&["samples/exports"], &[], &surroundings);
        assert_same(&format!("{surroundings:?}"), &other, &first);
    }
}

#[test]
fn the_working_folder_does_not_matter() {
    let repository = repository();
    let at = |path: &str| repository.join(path).to_str().unwrap().to_owned();
    let plan_from = |folder: &Path| {
        let out = tempfile::tempdir().unwrap();
        let plan = out.path().join("plan.csv");
        let (exports, settings) = (at("samples/exports"), at("samples/seatshift.toml"));
        let arguments = [
            "plan",
            &exports,
            "--config",
            &settings,
            "--as-of",
            AS_OF,
            "-o",
            plan.to_str().unwrap(),
        ];
        let output = running::run(folder, arguments);
        assert_eq!(code(&output), 0, "{}", said(&output));
        written(out.path())
    };
    let elsewhere = tempfile::tempdir().unwrap();
    let first = plan_from(&repository);
    assert_same("an empty folder", &plan_from(elsewhere.path()), &first);
    assert_same("the root", &plan_from(Path::new("/")), &first);
    // Relative paths in place of absolute ones change what tells the path and nothing else.
    let relative = plan(&["samples/exports"]);
    let plain = |files: &Files| Table::parse(&files[0].1).without(&["source_file"]);
    assert_eq!(plain(&relative), plain(&first));
}

#[test]
fn how_exports_are_named_does_not_matter() {
    let folder = plan(&["samples/exports"]);
    assert_same("a slash after it", &plan(&["samples/exports/"]), &folder);
    assert_same("a pattern", &plan(&["samples/exports/**/*"]), &folder);
    assert_same(
        "patterns",
        &plan(&["samples/exports/*/*.[ctox]*", "samples/exports/*/*/*"]),
        &folder,
    );
    assert_same("twice", &plan(&["samples/exports", "samples/exports"]), &folder);

    let exports = files_below(&repository().join("samples/exports"));
    let mut exports: Vec<&str> = exports
        .iter()
        .map(|path| path.strip_prefix(repository()).unwrap().to_str().unwrap())
        .collect();
    assert!(exports.len() > 15);
    assert_same("one by one", &plan(&exports), &folder);
    exports.reverse();
    assert_same("backwards", &plan(&exports), &folder);
    let mut random = Random::new(4);
    for round in 0..4 {
        random.shuffle(&mut exports);
        assert_same(&format!("shuffled, {round}"), &plan(&exports), &folder);
    }
    exports.insert(3, "samples/exports/kezi");
    exports.push("samples/exports/*/*.csv");
    assert_same("mixed", &plan(&exports), &folder);
}

/// Lines that stand before the rows of a sample export.
fn lines_before_rows(lines: &[&[u8]]) -> usize {
    let prelude = |line: &&[u8]| {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start_matches('\u{feff}');
        text.starts_with("#TYPE") || text.starts_with("sep=") || !text.contains([',', ';'])
    };
    lines.iter().take_while(|line| prelude(line)).count() + 1
}

/// The samples in a folder of their own, the rows of their CSV exports in another order; gives how many files changed.
fn shuffled_samples(to: &Path, random: &mut Random) -> usize {
    let samples = repository().join("samples");
    let mut changed = 0;
    for path in files_below(&samples) {
        let below = path.strip_prefix(&samples).unwrap();
        let target = to.join("samples").join(below);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        let bytes = fs::read(&path).unwrap();
        let is_export = below.starts_with("exports") && path.extension().is_some_and(|extension| extension == "csv");
        if !is_export {
            fs::write(target, bytes).unwrap();
            continue;
        }
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let (before, rows) = lines.split_at(lines_before_rows(&lines));
        let mut rows = rows.to_vec();
        random.shuffle(&mut rows);
        changed += usize::from(rows != lines[before.len()..]);
        fs::write(target, [before, &rows].concat().concat()).unwrap();
    }
    changed
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let out = tempfile::tempdir().unwrap();
    let output = running::run(&repository(), planning(["samples/exports"], out.path()));
    assert_eq!(code(&output), 0);
    let comparable = |folder: &Path| {
        let findings = Table::read(&folder.join("plan.findings.csv"));
        let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        // The message may name a row, and so may tell another of several that say the same.
        for row in findings.without(&["row", "message"]).rows {
            *counts.entry(row).or_default() += 1;
        }
        let plan = Table::read(&folder.join("plan.csv")).without(&["source_row"]);
        (plan, Table::read(&folder.join("plan.steps.csv")), counts)
    };
    let expected = comparable(out.path());
    let mut random = Random::new(2);
    for round in 0..4 {
        let work = tempfile::tempdir().unwrap();
        let changed = shuffled_samples(work.path(), &mut random);
        assert!(changed > 12, "only {changed} files have rows to shuffle");
        let output = running::run(work.path(), planning(["samples/exports"], work.path()));
        assert_eq!(code(&output), 0, "{}", said(&output));
        let came = comparable(work.path());
        for (row, expected) in came.0.rows.iter().zip(&expected.0.rows) {
            assert_eq!(row, expected, "round {round}");
        }
        assert_eq!(came.0, expected.0, "round {round}");
        assert_eq!(came.1, expected.1, "round {round}");
        for (finding, count) in came.2.iter().chain(&expected.2) {
            let counts = (came.2.get(finding), expected.2.get(finding));
            assert_eq!(counts.0, counts.1, "round {round}: {finding:?}, {count} times");
        }
    }
}
