//! Settings of the command line: `--set rules.lead.relationship=21`.
//!
//! In: texts of a dotted key, `=` and a value, as one would write them in `seatshift.toml`; a text without quotes where nothing else
//! can be meant. Out: each laid over the settings' file, taking the place of what that says under the key. Refuses what the file
//! would refuse, and two values for one key. Nothing of it is remembered.

use toml::de::{DeTable, DeValue};

use super::{Problem, keys};

/// A setting of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Its dotted key.
    pub key: String,
    /// The whole of it, as it was given.
    pub text: String,
}

/// A setting as a line of TOML.
pub(super) struct Line {
    pub(super) set: Set,
    path: Vec<String>,
    toml: String,
}

/// The settings as lines of TOML, or what is wrong with them.
pub(super) fn lines(given: &[String]) -> Result<Vec<Line>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    for text in given {
        match line(text) {
            Ok(line) => {
                let others = lines.iter().find(|other| overlap(&other.path, &line.path));
                if let Some(other) = others {
                    let message = format!("`{}` is set already by `--set {}`", line.set.key, other.set.text);
                    problems.push(problem(text, message, "give each key once"));
                }
                lines.push(line);
            }
            Err(problem) => problems.push(problem),
        }
    }
    for line in &lines {
        let (_, wrong, _) = keys::read(&line.toml, &shown(&line.set.text), &[]);
        problems.extend(wrong.into_iter().map(|problem| Problem { line: 0, ..problem }));
    }
    match problems.is_empty() {
        true => Ok(lines),
        false => Err(problems),
    }
}

/// Lays a setting over a file's.
pub(super) fn lay_over<'t>(table: &mut DeTable<'t>, line: &'t Line) {
    if let Ok(over) = DeTable::parse(&line.toml) {
        lay(table, over.into_inner(), line.path.len());
    }
}

fn lay<'t>(base: &mut DeTable<'t>, over: DeTable<'t>, depth: usize) {
    for (key, value) in over {
        match (base.get_mut(&key).map(|own| own.get_mut()), value.get_ref()) {
            (Some(DeValue::Table(own)), DeValue::Table(_)) if depth > 1 => {
                if let DeValue::Table(inner) = value.into_inner() {
                    lay(own, inner, depth - 1);
                }
            }
            // What the file has there is no section: that is told of the file.
            (Some(_), _) if depth > 1 => {}
            _ => {
                base.insert(key, value);
            }
        }
    }
}

fn line(text: &str) -> Result<Line, Problem> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(problem(text, "has no value".to_owned(), WRITE));
    };
    let (key, value) = (key.trim(), value.trim());
    let path = path_of(key).ok_or_else(|| problem(text, format!("`{key}` is no key"), WRITE))?;
    if value.is_empty() || value.contains(['\n', '\r']) {
        return Err(problem(text, format!("`{key}` has no value on one line"), WRITE));
    }
    let as_given = Some(value.to_owned());
    // Without quotes only where it can be nothing but a text.
    let as_text = (!value.starts_with(['[', '{', '"', '\''])).then(|| quoted(value));
    let mut written = [as_given, as_text]
        .into_iter()
        .flatten()
        .map(|value| format!("{key} = {value}"));
    let Some(toml) = written.find(|line| DeTable::parse(line).is_ok()) else {
        let hint = "write a list as `[\"HU\", \"SE\"]`, and put the whole in quotes that your shell takes away";
        return Err(problem(text, format!("`{value}` is no value of TOML"), hint));
    };
    Ok(Line {
        set: Set {
            key: path.join("."),
            text: format!("{key}={value}"),
        },
        path,
        toml,
    })
}

const WRITE: &str = "write a key of seatshift.toml and its value, such as `rules.lead.relationship=21`";

/// The names of a dotted key.
fn path_of(key: &str) -> Option<Vec<String>> {
    let line = format!("{key} = 0");
    let mut table = DeTable::parse(&line).ok()?.into_inner();
    let mut path = Vec::new();
    loop {
        let mut entries = table.into_iter();
        let (name, value) = entries.next()?;
        path.push(name.into_inner().into_owned());
        match value.into_inner() {
            DeValue::Table(inner) if entries.next().is_none() => table = inner,
            DeValue::Integer(_) => return Some(path),
            _ => return None,
        }
    }
}

/// A text as TOML writes it.
fn quoted(value: &str) -> String {
    let mut quoted = String::from("\"");
    for character in value.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            other if other.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(other))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn overlap(one: &[String], other: &[String]) -> bool {
    one.iter().zip(other).all(|(a, b)| a == b)
}

fn shown(text: &str) -> std::path::PathBuf {
    format!("--set {text}").into()
}

fn problem(text: &str, message: String, hint: &str) -> Problem {
    Problem {
        path: shown(text),
        line: 0,
        message,
        hint: hint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Config, ConfigStop, StatedBy};

    fn set(file: &str, sets: &[&str]) -> Result<Config, String> {
        let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
        Config::parse_with(file, Path::new("seatshift.toml"), &sets).map_err(|stop| match stop {
            ConfigStop::Wrong { problems, .. } => {
                problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
            other => other.to_string(),
        })
    }

    #[test]
    fn a_set_value_takes_the_place_of_the_files() {
        let file = "[rules]\nundo_days = 5\n[rules.lead]\nagreement = 9\nrelationship = 10\n";
        let config = set(
            file,
            &[
                "rules.lead.relationship=21",
                "rules.mosa=asap",
                "partner.countries=[\"hu\", 'SE']",
                "tables.holds = my holds.csv",
            ],
        )
        .unwrap();
        assert_eq!((config.rules.lead.relationship, config.rules.lead.agreement), (21, 9));
        assert!(config.rules.mosa_asap && config.rules.undo_days == 5);
        assert_eq!(config.partner.countries.len(), 2);
        assert_eq!(config.tables.holds.as_deref(), Some(Path::new("my holds.csv")));
        assert_eq!(config.stated_by("rules.lead.relationship"), StatedBy::CommandLine);
        assert_eq!(config.stated_by("rules.lead.agreement"), StatedBy::File);
        assert_eq!(config.stated_by("rules.lead.vetting"), StatedBy::Default);
        let plain = Config::parse(file, Path::new("seatshift.toml")).unwrap();
        assert_eq!(config.digest, plain.digest, "the digest is the file's");
        assert_eq!(config.set.len(), 4);
        assert_eq!(config.set[0].text, "rules.lead.relationship=21");
    }

    #[test]
    fn what_the_file_would_refuse_is_refused() {
        for (sets, expected) in [
            (
                &["rules.laed.relationship=21"][..],
                "--set rules.laed.relationship=21: unknown key `rules.laed`\n  hint: nearest is `lead`",
            ),
            (
                &["rules.lead.relationship=soon"],
                "--set rules.lead.relationship=soon: `rules.lead.relationship`: expected a whole number, found the text `soon`\n  hint: a whole number from 0 to 3650",
            ),
            (
                &["partner.countries=HU"],
                "--set partner.countries=HU: `partner.countries`: expected a list, found the text `HU`\n  hint: write `[\"...\", \"...\"]`",
            ),
            (
                &["partner.countries=[HU]"],
                "--set partner.countries=[HU]: `[HU]` is no value of TOML\n  hint: write a list as `[\"HU\", \"SE\"]`, and put the whole in quotes that your shell takes away",
            ),
            (
                &["rules.undo_days=3", "rules.undo_days=4"],
                "--set rules.undo_days=4: `rules.undo_days` is set already by `--set rules.undo_days=3`\n  hint: give each key once",
            ),
            (
                &["rules.undo_days"],
                "--set rules.undo_days: has no value\n  hint: write a key of seatshift.toml and its value, such as `rules.lead.relationship=21`",
            ),
            (
                &["rules.undo_days="],
                "--set rules.undo_days=: `rules.undo_days` has no value on one line\n  hint: write a key of seatshift.toml and its value, such as `rules.lead.relationship=21`",
            ),
            (
                &["[rules]=1"],
                "--set [rules]=1: `[rules]` is no key\n  hint: write a key of seatshift.toml and its value, such as `rules.lead.relationship=21`",
            ),
        ] {
            assert_eq!(set("", sets).unwrap_err(), expected);
        }
        let twice = set("", &["rules.lead={ agreement = 3 }", "rules.lead.vetting=4"]).unwrap_err();
        assert!(twice.contains("is set already"), "{twice}");
    }

    #[test]
    fn problems_of_file_and_command_line_are_told_together() {
        let told = set("[partner]\nroll = \"direct\"\n", &["rules.mosa=now"]).unwrap_err();
        assert!(
            told.contains("seatshift.toml, line 2") && told.contains("--set rules.mosa=now"),
            "{told}"
        );
    }
}
