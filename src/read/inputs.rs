//! Arguments to inputs.
//!
//! In: files, folders, patterns and `-`. Out: every file they name, once, sorted by path, whatever the order of arguments; and
//! findings for what was left alone or is not there. A file named by itself is read whatever it is called; in folders and
//! patterns, lock files, hidden files, unfinished downloads and files that are no exports are skipped with a note.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{Input, Limits, Refusal, refuse};
use crate::finding::{Code, Finding, Place, put_in_order};

/// Expands arguments; `-` reads standard input whole. Both answers are sorted.
pub fn expand(args: &[String]) -> (Vec<Input>, Vec<Finding>) {
    expand_with(args, io::stdin(), &Limits::default())
}

/// Expands arguments, with another standard input and limits.
pub fn expand_with(args: &[String], stdin: impl Read, limits: &Limits) -> (Vec<Input>, Vec<Finding>) {
    let mut found = Expansion::default();
    let (dashes, paths): (Vec<&String>, Vec<&String>) = args.iter().partition(|arg| *arg == "-");
    for path in paths {
        found.argument(path);
    }
    let mut inputs: Vec<Input> = found.files.into_values().map(Input::File).collect();
    if !dashes.is_empty() {
        match standard_input(stdin, limits) {
            Ok(input) => inputs.push(input),
            Err(finding) => found.findings.push(*finding),
        }
    }
    inputs.sort();
    put_in_order(&mut found.findings);
    found.findings.dedup();
    (inputs, found.findings)
}

/// Reads a stream whole, as the input `-`.
fn standard_input(stdin: impl Read, limits: &Limits) -> Result<Input, Refusal> {
    let mut bytes = Vec::new();
    let read = stdin.take(limits.file_bytes.saturating_add(1)).read_to_end(&mut bytes);
    let place = Place::file("-");
    if let Err(error) = read {
        let message = format!("standard input cannot be read: {error}");
        return Err(refuse(
            Code::FileUnreadable,
            place,
            message,
            "give the export as a file",
        ));
    }
    if bytes.len() as u64 > limits.file_bytes {
        let message = format!(
            "standard input is over the limit of {} bytes; none of it was used",
            limits.file_bytes
        );
        return Err(refuse(Code::LimitExceeded, place, message, "give the export as a file"));
    }
    Ok(Input::Bytes {
        name: "-".into(),
        bytes: bytes.into(),
    })
}

#[derive(Default)]
struct Expansion {
    /// By the path that all names of a file share; the value is the least of the names given.
    files: BTreeMap<PathBuf, PathBuf>,
    /// Folders that were entered, so that links cannot lead in circles.
    folders: BTreeSet<PathBuf>,
    /// Exports met so far, those named twice counted twice.
    seen: usize,
    findings: Vec<Finding>,
}

impl Expansion {
    fn argument(&mut self, argument: &str) {
        let path = Path::new(argument);
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => {
                let before = self.seen;
                let entered = self.folders.contains(&canonical(path));
                self.folder(path);
                if !entered
                    && self.seen == before
                    && self.findings.iter().all(|finding| finding.code == Code::FileSkipped)
                {
                    let hint = "check the folder as it was given, and that its exports end in .csv, .xlsx or the like";
                    self.tell(Code::FileUnreadable, path, "holds no export", hint);
                }
            }
            Ok(_) => self.add(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound && argument.contains(['*', '?', '[']) => {
                self.pattern(argument);
            }
            Err(error) => {
                let message = match error.kind() {
                    io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
                    _ => format!("cannot be read: {error}"),
                };
                self.tell(Code::FileUnreadable, path, message, "check the path as it was given");
            }
        }
    }

    fn pattern(&mut self, pattern: &str) {
        let paths = match glob::glob(pattern) {
            Ok(paths) => paths,
            Err(error) => {
                let message = format!("is no pattern we understand: {error}");
                return self.tell(
                    Code::FileUnreadable,
                    Path::new(pattern),
                    message,
                    "check the pattern as it was given",
                );
            }
        };
        let mut any = false;
        for path in paths {
            any = true;
            match path {
                Ok(path) if path.is_dir() => self.folder(&path),
                Ok(path) => self.among_others(&path, false),
                Err(error) => {
                    let message = format!("cannot be read: {}", error.error());
                    self.tell(
                        Code::FileUnreadable,
                        error.path(),
                        message,
                        "check the rights of the folder",
                    );
                }
            }
        }
        if !any {
            let message = "no file fits this pattern";
            self.tell(
                Code::FileUnreadable,
                Path::new(pattern),
                message,
                "check the pattern as it was given",
            );
        }
    }

    fn folder(&mut self, folder: &Path) {
        if !self.folders.insert(canonical(folder)) {
            return;
        }
        let entries = std::fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let mut paths: Vec<PathBuf> = match entries {
            Ok(entries) => entries.into_iter().map(|entry| entry.path()).collect(),
            Err(error) => {
                let message = format!("cannot be read: {error}");
                return self.tell(Code::FileUnreadable, folder, message, "check the rights of the folder");
            }
        };
        paths.sort();
        for path in paths {
            match std::fs::metadata(&path) {
                Ok(meta) if meta.is_dir() && is_hidden(&path) => self.skip(&path, "a hidden folder"),
                Ok(meta) if meta.is_dir() => self.folder(&path),
                Ok(_) => self.among_others(&path, true),
                Err(error) => {
                    let message = format!("cannot be read: {error}");
                    self.tell(Code::FileUnreadable, &path, message, "check the rights of the file");
                }
            }
        }
    }

    /// A file that was not named by itself.
    fn among_others(&mut self, path: &Path, in_folder: bool) {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            _ if is_lock(path) => self.skip(path, "a lock file"),
            _ if is_hidden(path) => self.skip(path, "a hidden file"),
            Some("part" | "tmp" | "crdownload" | "partial") => self.skip(path, "an unfinished file"),
            Some(other) if in_folder && !is_export(other) => self.skip(path, "no export by its name"),
            _ => self.add(path),
        }
    }

    fn add(&mut self, path: &Path) {
        self.seen += 1;
        let least = self.files.entry(canonical(path)).or_insert_with(|| path.to_owned());
        if path < least.as_path() {
            *least = path.to_owned();
        }
    }

    fn skip(&mut self, path: &Path, what: &str) {
        self.tell(
            Code::FileSkipped,
            path,
            format!("{what}; left alone"),
            "name the file itself to have it read",
        );
    }

    fn tell(&mut self, code: Code, path: &Path, message: impl Into<Cow<'static, str>>, hint: &'static str) {
        let place = Place::file(Input::File(path.to_owned()).name());
        self.findings.push(Finding::new(code, place, message, hint));
    }
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// What Excel and LibreOffice leave beside a workbook that is open.
fn is_lock(path: &Path) -> bool {
    let name = file_name(path);
    name.starts_with("~$") || name.starts_with(".~lock.")
}

fn is_hidden(path: &Path) -> bool {
    file_name(path).starts_with('.')
}

fn is_export(extension: &str) -> bool {
    let known = ["csv", "tsv", "tab", "txt", "psv", "ods", "gz", "zip"];
    extension.starts_with("xls") || known.contains(&extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(inputs: &[Input], base: &Path) -> Vec<String> {
        let base = format!("{}/", base.display());
        inputs.iter().map(|input| input.name().replace(&base, "")).collect()
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("b/.git")).unwrap();
        for file in [
            "z.csv",
            "b/a.XLSX",
            "b/noext",
            "~$z.xlsx",
            ".hidden.csv",
            "c.csv.part",
            "notes.md",
            "b/.git/x.csv",
            "[1].csv",
        ] {
            std::fs::write(folder.path().join(file), "x").unwrap();
        }
        folder
    }

    #[test]
    fn folders_are_read_through_and_sorted() {
        let folder = folder();
        let (inputs, findings) = expand_with(&[folder.path().display().to_string()], io::empty(), &Limits::default());
        assert_eq!(
            names(&inputs, folder.path()),
            ["[1].csv", "b/a.XLSX", "b/noext", "z.csv"]
        );
        let skipped: Vec<&str> = findings.iter().map(|finding| &*finding.message).collect();
        assert!(findings.iter().all(|finding| finding.code == Code::FileSkipped));
        for what in [
            "a hidden file",
            "an unfinished file",
            "a hidden folder",
            "no export by its name",
            "a lock file",
        ] {
            assert_eq!(
                skipped.iter().filter(|message| message.starts_with(what)).count(),
                1,
                "{what}"
            );
        }
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        let folder = folder();
        let at = |path: &str| folder.path().join(path).display().to_string();
        let args = [
            at("*.csv"),
            at("b/noext"),
            at("z.csv"),
            at("./z.csv"),
            at("[1].csv"),
            at("notes.md"),
            at("b"),
        ];
        let expected = ["[1].csv", "b/a.XLSX", "b/noext", "notes.md", "z.csv"];
        let (inputs, findings) = expand_with(&args, io::empty(), &Limits::default());
        assert_eq!(names(&inputs, folder.path()), expected);
        let mut turned = args.clone();
        turned.reverse();
        assert_eq!(
            expand_with(&turned, io::empty(), &Limits::default()),
            (inputs, findings)
        );
    }

    #[test]
    fn what_is_not_there_is_told() {
        let folder = folder();
        let at = |path: &str| folder.path().join(path).display().to_string();
        let (inputs, findings) = expand_with(&[at("gone.csv"), at("*.ods")], io::empty(), &Limits::default());
        assert!(inputs.is_empty());
        let messages: Vec<&str> = findings.iter().map(|finding| &*finding.message).collect();
        assert_eq!(
            messages,
            ["no file fits this pattern", "there is no such file or folder"]
        );
    }

    #[test]
    fn a_dash_is_standard_input() {
        let (inputs, _) = expand_with(&["-".into(), "-".into()], &b"id\n1\n"[..], &Limits::default());
        assert_eq!(inputs.len(), 1);
        assert_eq!(&*inputs[0].name(), "-");
        let limits = Limits {
            file_bytes: 3,
            ..Limits::default()
        };
        let (inputs, findings) = expand_with(&["-".into()], &b"id\n1\n"[..], &limits);
        assert_eq!((inputs.len(), findings[0].code), (0, Code::LimitExceeded));
    }
}
