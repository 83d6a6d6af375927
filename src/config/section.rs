//! A section of the settings file whose keys are asked for one by one.
//!
//! In: a parsed TOML table with the place of each key. Out: checked values. What is asked for is known, so the unknown keys are
//! those that nobody asked for; they are named at the end, when all keys of all sections have been asked. Never stops at the
//! first problem.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    ops::{Range, RangeInclusive},
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Problem;

/// The file being read: gathers problems and the names of all keys that were asked for.
pub(super) struct Reading<'t> {
    path: &'t Path,
    text: &'t str,
    problems: RefCell<Vec<Problem>>,
    broken: RefCell<BTreeSet<usize>>,
    known: RefCell<BTreeSet<String>>,
    stated: RefCell<BTreeSet<String>>,
    unknown: RefCell<Vec<Unknown>>,
}

struct Unknown {
    section: String,
    key: String,
    span: Range<usize>,
}

/// From more lines than this that are no TOML, a file is something else than settings with mistakes in them.
const MOST_BROKEN: usize = 5;
/// How many of those lines are told.
const BROKEN_TOLD: usize = 3;

/// Why a value cannot be used.
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) hint: String,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Wrong {
        Wrong {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// A value, checked or why not.
pub(super) type Checked<T> = Result<T, Wrong>;

/// A value as the file has it.
pub(super) type Value<'t> = DeValue<'t>;

impl<'t> Reading<'t> {
    pub(super) fn new(path: &'t Path, text: &'t str) -> Reading<'t> {
        Reading {
            path,
            text,
            problems: RefCell::default(),
            broken: RefCell::default(),
            known: RefCell::default(),
            stated: RefCell::default(),
            unknown: RefCell::default(),
        }
    }

    /// The section that the whole file is.
    pub(super) fn whole<'r>(&'r self, table: &'r DeTable<'t>) -> Section<'r, 't> {
        Section {
            reading: self,
            table: Some(table),
            name: String::new(),
            asked: RefCell::default(),
        }
    }

    /// The folder that paths in the file are relative to.
    pub(super) fn folder(&self) -> &'t Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The full names of the keys that were asked for and are there.
    pub(super) fn stated(&self) -> BTreeSet<String> {
        self.stated.take()
    }

    fn line(&self, place: usize) -> usize {
        1 + self.text.bytes().take(place).filter(|&byte| byte == b'\n').count()
    }

    fn problem(&self, span: Range<usize>, message: String, hint: String) {
        let line = self.line(span.start);
        self.problems.borrow_mut().push(Problem {
            path: self.path.to_owned(),
            line,
            message,
            hint,
        });
    }

    /// The file is no TOML here. What else is wrong with the line may come of that, so it is not told.
    pub(super) fn broken(&self, span: Range<usize>, message: String) {
        let line = self.line(span.start);
        if !self.broken.borrow_mut().insert(line) {
            return;
        }
        let hint = match self.text.lines().nth(line - 1).is_some_and(|line| line.contains('\\')) {
            true => "in double quotes a backslash begins an escape; write the path in single quotes",
            false => "the settings are TOML: `key = value`, with texts in quotes",
        };
        self.problem(span, message, hint.to_owned());
    }

    /// Names the unknown keys; gives all problems in the order of lines, and the names of all keys that were asked for.
    pub(super) fn finish(self) -> (Vec<Problem>, BTreeSet<String>) {
        for unknown in self.unknown.take() {
            let full = joined(&unknown.section, &unknown.key);
            let hint = self.hint_for(&unknown);
            self.problem(unknown.span, format!("unknown key `{full}`"), hint);
        }
        let mut problems = self.problems.into_inner();
        let mut told = BTreeSet::new();
        let broken = self.broken.into_inner();
        problems.retain(|problem| !broken.contains(&problem.line) || told.insert(problem.line));
        problems.sort_by(|a, b| (a.line, &a.message).cmp(&(b.line, &b.message)));
        if broken.len() > MOST_BROKEN {
            // It is something else than settings: what else is wrong with it says nothing.
            problems.retain(|problem| broken.contains(&problem.line));
            let rest = problems.split_off(BROKEN_TOLD.min(problems.len()));
            problems.extend(rest.first().map(|first| Problem {
                message: format!("this line and {} more are no TOML either", rest.len() - 1),
                hint: "this is no settings file; check the path given to --config".to_owned(),
                ..first.clone()
            }));
        }
        (problems, self.known.into_inner())
    }

    fn hint_for(&self, unknown: &Unknown) -> String {
        let known = self.known.borrow();
        let here: BTreeSet<&str> = known.iter().filter_map(|key| child(key, &unknown.section)).collect();
        let nearest = here
            .iter()
            .map(|key| (strsim::damerau_levenshtein(key, &unknown.key), *key))
            .min()
            .filter(|&(distance, key)| distance <= 1 + key.len() / 3);
        if let Some((_, key)) = nearest {
            return format!("nearest is `{key}`");
        }
        let elsewhere = known
            .iter()
            .find_map(|full| full.rsplit_once('.').filter(|&(_, key)| key == unknown.key));
        if let Some((section, key)) = elsewhere {
            return match section {
                "source" => format!("`{key}` belongs to `[[source]]`"),
                _ => format!("`{key}` belongs to `[{section}]`"),
            };
        }
        format!("known here: {}", here.into_iter().collect::<Vec<_>>().join(", "))
    }
}

/// The part of a full name that stands directly in a section.
fn child<'k>(full: &'k str, section: &str) -> Option<&'k str> {
    let rest = match section {
        "" => full,
        _ => full.strip_prefix(section)?.strip_prefix('.')?,
    };
    rest.split('.').next()
}

fn joined(section: &str, key: &str) -> String {
    match section {
        "" => key.to_owned(),
        _ => format!("{section}.{key}"),
    }
}

/// One table of the file; without a table, every key is absent.
pub(super) struct Section<'r, 't> {
    reading: &'r Reading<'t>,
    table: Option<&'r DeTable<'t>>,
    name: String,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'r, 't> Section<'r, 't> {
    fn find(&self, key: &'static str) -> Option<&'r Spanned<Value<'t>>> {
        self.asked.borrow_mut().insert(key);
        let full = joined(&self.name, key);
        self.reading.known.borrow_mut().insert(full.clone());
        let value = self.table?.get(key)?;
        self.reading.stated.borrow_mut().insert(full);
        Some(value)
    }

    fn wrong(&self, key: &str, span: Range<usize>, wrong: Wrong) {
        let message = format!("`{}`: {}", joined(&self.name, key), wrong.message);
        self.reading.problem(span, message, wrong.hint);
    }

    /// The value of a key, where it is there and right.
    pub(super) fn get<T>(&self, key: &'static str, check: impl FnOnce(&Value<'t>) -> Checked<T>) -> Option<T> {
        let value = self.find(key)?;
        check(value.get_ref())
            .map_err(|wrong| self.wrong(key, value.span(), wrong))
            .ok()
    }

    /// The value of a key that must be there; `place` is told of where it is not.
    pub(super) fn required<T>(
        &self,
        key: &'static str,
        place: Range<usize>,
        hint: &str,
        check: impl FnOnce(&Value<'t>) -> Checked<T>,
    ) -> Option<T> {
        if self.find(key).is_none() {
            self.wrong(key, place, Wrong::new("is missing", hint));
        }
        self.get(key, check)
    }

    /// Puts the value of a key where the default stands.
    pub(super) fn set<T>(&self, key: &'static str, place: &mut T, check: impl FnOnce(&Value<'t>) -> Checked<T>) {
        if let Some(value) = self.get(key, check) {
            *place = value;
        }
    }

    /// The right values of a list.
    pub(super) fn list<T>(&self, key: &'static str, check: impl Fn(&Value<'t>) -> Checked<T>) -> Vec<T> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(
                key,
                value.span(),
                expected("a list", value.get_ref(), "write `[\"...\", \"...\"]`"),
            );
            return Vec::new();
        };
        let checked = items
            .iter()
            .map(|item| check(item.get_ref()).map_err(|wrong| (item.span(), wrong)));
        checked
            .filter_map(|item| item.map_err(|(span, wrong)| self.wrong(key, span, wrong)).ok())
            .collect()
    }

    /// A path, relative to the file's folder.
    pub(super) fn path(&self, key: &'static str) -> Option<PathBuf> {
        let folder = self.reading.folder();
        self.get(key, |value| Ok(folder.join(text(value)?)))
    }

    /// A path, or a list of paths, relative to the file's folder.
    pub(super) fn path_or_paths(&self, key: &'static str) -> Vec<PathBuf> {
        let is_list = self
            .table
            .and_then(|table| table.get(key))
            .is_some_and(|value| value.get_ref().is_array());
        match is_list {
            true => {
                let folder = self.reading.folder();
                self.list(key, |value| Ok(folder.join(text(value)?)))
            }
            false => self.path(key).into_iter().collect(),
        }
    }

    /// Keys that people choose, with a path each.
    pub(super) fn paths(&self, key: &'static str) -> Vec<(String, PathBuf)> {
        let inner = self.section(key);
        let folder = self.reading.folder();
        let mut paths = Vec::new();
        for (name, value) in inner.table.into_iter().flat_map(DeTable::iter) {
            match text(value.get_ref()) {
                Ok(path) => paths.push((name.get_ref().clone().into_owned(), folder.join(path))),
                Err(wrong) => inner.wrong(name.get_ref(), value.span(), wrong),
            }
        }
        paths
    }

    /// A table in this one.
    pub(super) fn section(&self, key: &'static str) -> Section<'r, 't> {
        let table = self.find(key).and_then(|value| {
            let table = value.get_ref().as_table();
            if table.is_none() {
                let hint = format!("write it as a section, `[{}]`", joined(&self.name, key));
                self.wrong(key, value.span(), expected("a section", value.get_ref(), hint));
            }
            table
        });
        self.within(key, table)
    }

    /// The tables of a list of tables, each with its place.
    pub(super) fn sections(&self, key: &'static str) -> Vec<(Section<'r, 't>, Range<usize>)> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let hint = format!("write each as a section, `[[{}]]`", joined(&self.name, key));
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value.span(), expected("a list of sections", value.get_ref(), hint));
            return Vec::new();
        };
        let tables = items.iter().filter_map(|item| match item.get_ref().as_table() {
            Some(table) => Some((self.within(key, Some(table)), item.span())),
            None => {
                self.wrong(key, item.span(), expected("a section", item.get_ref(), hint.clone()));
                None
            }
        });
        tables.collect()
    }

    fn within(&self, key: &str, table: Option<&'r DeTable<'t>>) -> Section<'r, 't> {
        Section {
            reading: self.reading,
            table,
            name: joined(&self.name, key),
            asked: RefCell::default(),
        }
    }

    /// Notes the keys that nobody asked for.
    pub(super) fn close(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.into_iter().flat_map(DeTable::iter) {
            if !asked.contains(key.get_ref().as_ref()) {
                self.reading.unknown.borrow_mut().push(Unknown {
                    section: self.name.clone(),
                    key: key.get_ref().clone().into_owned(),
                    span: key.span(),
                });
            }
        }
    }
}

fn expected(what: &str, value: &Value<'_>, hint: impl Into<String>) -> Wrong {
    Wrong::new(format!("expected {what}, found {}", shown(value)), hint)
}

fn shown(value: &Value<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text `{text}`"),
        DeValue::Integer(number) => format!("the number `{number}`"),
        DeValue::Float(number) => format!("the number `{number}`"),
        DeValue::Boolean(truth) => format!("`{truth}`"),
        DeValue::Datetime(date) => format!("the date `{date}`"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a section".to_owned(),
    }
}

/// A text that is not blank.
pub(super) fn text<'v>(value: &'v Value<'_>) -> Checked<&'v str> {
    match value.as_str() {
        None => Err(expected("a text", value, "write it in quotes")),
        Some(text) if text.trim().is_empty() => Err(Wrong::new("is empty", "remove the line to leave it out")),
        Some(text) => Ok(text.trim()),
    }
}

/// `true` or `false`.
pub(super) fn truth(value: &Value<'_>) -> Checked<bool> {
    value
        .as_bool()
        .ok_or_else(|| expected("`true` or `false`", value, "write it without quotes"))
}

/// A whole number in a range.
pub(super) fn whole(value: &Value<'_>, range: RangeInclusive<u64>) -> Checked<u64> {
    let hint = format!("a whole number from {} to {}", range.start(), range.end());
    let number = value
        .as_integer()
        .ok_or_else(|| expected("a whole number", value, hint.clone()))?;
    u64::from_str_radix(number.as_str(), number.radix())
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| Wrong::new(format!("`{number}` is out of range"), hint))
}
