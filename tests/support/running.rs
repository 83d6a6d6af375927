//! Runs of the whole program and what they write, for tests.
//!
//! In: arguments, or a library's request. Out: exit codes, bytes, tables by their columns' names. Everything happens in folders
//! of its own; the samples are only read.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The day for which the samples are planned.
pub(crate) const AS_OF: &str = "2026-11-21";

/// The files of a run, by their endings, `timing` in the last one left out of comparisons.
pub(crate) const FILES: [&str; 4] = ["plan.csv", "plan.steps.csv", "plan.findings.csv", "plan.run.json"];

/// The folder of the package.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The program, in a folder.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatshift"));
    command
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8");
    command
}

/// Runs the program in a folder.
pub(crate) fn run<T: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = T>) -> Output {
    program(folder).args(arguments).output().unwrap()
}

/// The arguments that plan exports with the samples' settings, written to a folder.
pub(crate) fn planning<'a>(exports: impl IntoIterator<Item = &'a str>, to: &Path) -> Vec<String> {
    let settings = ["--config", "samples/seatshift.toml", "--as-of", AS_OF, "-o"];
    let mut arguments: Vec<String> = ["plan"]
        .into_iter()
        .chain(exports)
        .chain(settings)
        .map(str::to_owned)
        .collect();
    arguments.push(to.join("plan.csv").to_str().unwrap().to_owned());
    arguments
}

/// The exit code, with what was said where there is none.
pub(crate) fn code(output: &Output) -> i32 {
    let said = String::from_utf8_lossy(&output.stderr);
    output
        .status
        .code()
        .unwrap_or_else(|| panic!("{}: {said}", output.status))
}

/// What was said on standard error.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a run wrote, file by file, without `timing`.
pub(crate) fn written(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    FILES
        .into_iter()
        .map(|name| {
            let bytes = fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            match name.ends_with(".json") {
                true => (name, untimed(&bytes)),
                false => (name, bytes),
            }
        })
        .collect()
}

/// A run record without its `timing`.
fn untimed(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    let (before, _) = text.split_once("\"timing\"").expect("a run record tells its timing");
    before.as_bytes().to_vec()
}

/// A table with headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a file that the program wrote.
    pub(crate) fn read(path: &Path) -> Table {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Table::parse(&bytes)
    }

    /// Reads the bytes of such a file.
    pub(crate) fn parse(bytes: &[u8]) -> Table {
        let mut records = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(bytes)
            .into_records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<String>>());
        Table {
            columns: records.next().expect("a row of headings"),
            rows: records.collect(),
        }
    }

    /// The index of a column.
    pub(crate) fn index(&self, column: &str) -> usize {
        self.columns
            .iter()
            .position(|own| own == column)
            .unwrap_or_else(|| panic!("no column {column}"))
    }

    /// The cells of a column.
    pub(crate) fn column(&self, column: &str) -> Vec<&str> {
        let index = self.index(column);
        self.rows.iter().map(|row| row[index].as_str()).collect()
    }

    /// The same without some columns.
    pub(crate) fn without(&self, columns: &[&str]) -> Table {
        let left: Vec<usize> = (0..self.columns.len())
            .filter(|index| !columns.contains(&self.columns[*index].as_str()))
            .collect();
        let pick = |row: &Vec<String>| left.iter().map(|index| row[*index].clone()).collect();
        Table {
            columns: pick(&self.columns),
            rows: self.rows.iter().map(pick).collect(),
        }
    }
}

/// A sequence of numbers that is the same for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another; 0 below 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// Puts items in another order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
