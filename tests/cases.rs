//! The command line, case by case.
//!
//! Each folder of `tests/cases` is a case: `command` holds the arguments, the other files are its inputs, `expected` what must
//! come of it: `exit` (the code), `stderr`, `stdout`, and any file that the command writes, at its path. The command runs in a
//! copy of the folder. `BLESS=1 cargo test --test cases` writes what came instead of comparing: read the difference before you
//! commit it.

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rayon::prelude::*;
use seatshift::{finding::Code, plan::Reason};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn cases_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn sorted_entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Outcome<Vec<PathBuf>>>()?;
    entries.sort();
    Ok(entries)
}

fn copy(from: &Path, to: &Path, skip: &[&str]) -> Outcome<()> {
    fs::create_dir_all(to)?;
    for entry in sorted_entries(from)? {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if skip.contains(&name.as_str()) {
            continue;
        }
        if entry.is_dir() {
            copy(&entry, &to.join(&name), &[])?;
        } else {
            fs::copy(&entry, to.join(&name))?;
        }
    }
    Ok(())
}

fn files_below(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in sorted_entries(folder)? {
        if entry.is_dir() {
            files.extend(files_below(&entry)?);
        } else {
            files.push(entry);
        }
    }
    Ok(files)
}

/// Runs one case; says what differs.
fn run(case: &Path, bless: bool) -> Outcome<Vec<String>> {
    let work = tempfile::tempdir()?;
    copy(case, work.path(), &["expected", "command"])?;
    let command = fs::read_to_string(case.join("command"))?;
    let output = Command::new(env!("CARGO_BIN_EXE_seatshift"))
        .args(command.split_whitespace())
        .current_dir(work.path())
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .output()?;
    let expected = case.join("expected");
    let exit = output
        .status
        .code()
        .map_or_else(|| "signal".to_owned(), |code| code.to_string());
    fs::write(work.path().join("exit"), format!("{exit}\n"))?;
    fs::write(work.path().join("stdout"), &output.stdout)?;
    fs::write(work.path().join("stderr"), &output.stderr)?;
    if bless && !expected.exists() {
        fs::create_dir_all(&expected)?;
        for name in ["exit", "stderr"] {
            fs::write(expected.join(name), "")?;
        }
        for file in files_below(work.path())? {
            let below = file.strip_prefix(work.path())?;
            let written = !case.join(below).exists() && below.extension().is_some_and(|extension| extension == "csv");
            if written {
                fs::create_dir_all(expected.join(below).parent().unwrap_or(&expected))?;
                fs::write(expected.join(below), "")?;
            }
        }
    }
    let mut differences = Vec::new();
    for file in files_below(&expected)? {
        let below = file.strip_prefix(&expected)?;
        let came = fs::read(work.path().join(below)).unwrap_or_default();
        if came == fs::read(&file)? {
            continue;
        }
        if bless {
            fs::write(&file, &came)?;
        } else {
            differences.push(format!(
                "{}: {}\n--- came:\n{}",
                case.display(),
                below.display(),
                String::from_utf8_lossy(&came)
            ));
        }
    }
    Ok(differences)
}

#[test]
fn every_case_gives_what_is_expected() {
    let bless = std::env::var_os("BLESS").is_some();
    let cases: Vec<PathBuf> = sorted_entries(&cases_folder())
        .unwrap()
        .into_iter()
        .filter(|path| path.is_dir())
        .collect();
    assert!(!cases.is_empty());
    let differences: Vec<String> = cases
        .par_iter()
        .flat_map_iter(|case| run(case, bless).unwrap_or_else(|error| vec![format!("{}: {error}", case.display())]))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// The words that stand in a column of the expected files of one name.
fn words_of(name: &str, column: &str) -> Outcome<BTreeSet<String>> {
    let mut words = BTreeSet::new();
    for file in files_below(&cases_folder())? {
        let is_expected = file.components().any(|part| part.as_os_str() == "expected");
        if !is_expected
            || !file
                .file_name()
                .is_some_and(|own| own.to_string_lossy().ends_with(name))
        {
            continue;
        }
        let mut reader = csv::Reader::from_path(&file)?;
        let headings = reader.headers()?.clone();
        let Some(index) = headings.iter().position(|heading| heading == column) else {
            continue;
        };
        for record in reader.records() {
            words.extend(record?[index].split(';').map(str::to_owned));
        }
    }
    Ok(words)
}

#[test]
fn every_finding_code_has_a_case() {
    let words = words_of("findings.csv", "code").unwrap();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| !words.contains(*code))
        .collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

#[test]
fn every_reason_has_a_case() {
    let words = words_of("plan.csv", "reasons").unwrap();
    let missing: Vec<&str> = Reason::ALL
        .iter()
        .map(|reason| reason.as_str())
        .filter(|reason| !words.contains(*reason))
        .collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}
