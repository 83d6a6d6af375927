//! `seatshift rules export DIR`: the embedded rule tables as files to edit, and how to name them in the settings.
//!
//! Overwrites nothing: what is there already is named and left.

use std::{fs, path::Path};

use seatshift::rules::{TABLE_NAMES, embedded_text};

use super::super::{arguments::ExportRules, init::write_new, screen::Screen};

/// The file that says how to name the others.
const HOW: &str = "rules.toml";

pub(super) fn run(command: &ExportRules, screen: &Screen) -> u8 {
    let folder = &command.folder;
    if let Err(error) = fs::create_dir_all(folder) {
        screen.tell(&format!("{}: the folder cannot be made: {error}\n", folder.display()));
        return 3;
    }
    let tables = TABLE_NAMES
        .iter()
        .map(|name| (format!("{name}.csv"), embedded_text(name).to_owned()));
    for (name, content) in tables.chain([(HOW.to_owned(), how(folder))]) {
        let path = folder.join(&name);
        match write_new(&path, &content) {
            Ok(true) => screen.mention(&format!("written: {}\n", path.display())),
            Ok(false) => screen.mention(&format!("left as it was: {}\n", path.display())),
            Err(error) => {
                screen.tell(&format!("{}: cannot be written: {error}\n", path.display()));
                return 3;
            }
        }
    }
    screen.mention(&format!(
        "  hint: nothing of it counts until seatshift.toml names it: see {}\n",
        folder.join(HOW).display()
    ));
    0
}

/// Lines for `seatshift.toml`, each to be uncommented.
fn how(folder: &Path) -> String {
    let folder = folder.to_string_lossy().replace('\\', "/");
    let lines: String = TABLE_NAMES
        .iter()
        .map(|name| format!("#{name} = '{folder}/{name}.csv'\n"))
        .collect();
    format!(
        "\
# How to name these rule tables in seatshift.toml. Copy the lines that you need there and remove their `#`; paths are relative
# to seatshift.toml. A table that is named nowhere does not count. `seatshift rules TABLE` shows a table as a run then has it, and
# plan.run.json says which tables a run had in place of its own.
#
# In every table: valid_from and valid_until are the first and the last day on which the row is true (empty: until further
# notice); source says where it was read; certainty is sure, likely or unsure, and what is unsure leads to a review. Among rows
# for the same case the first that is true on the day counts.

# Your file in the place of the built-in table: it must hold every row that is to count. What a later version of seatshift
# brings for this table does not count then.
[rules.replace]
{lines}
# Rows of yours after those of the built-in table: keep the headings and your own rows only. A built-in row for the same
# case that is true on the day goes before yours; to change it, replace the table.
[rules.extend]
{lines}"
    )
}

#[cfg(test)]
mod tests {
    use seatshift::{
        config::Config,
        rules::{Rules, tables},
    };

    use super::*;

    #[test]
    fn what_is_written_can_be_named_as_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let export = ExportRules {
            folder: folder.path().join("rules"),
        };
        assert_eq!(run(&export, &Screen::silent()), 0);
        let how = fs::read_to_string(export.folder.join(HOW)).unwrap();
        let (replace, extend) = how.split_once("[rules.extend]").unwrap();
        let named: String = replace
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(line) if !line.starts_with(' ') => format!("{line}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        assert_eq!(
            extend.lines().filter(|line| line.starts_with('#')).count(),
            TABLE_NAMES.len()
        );
        let config = Config::parse(&named, Path::new("seatshift.toml")).unwrap();
        assert_eq!(config.rules.replace.len(), TABLE_NAMES.len());
        Rules::load(&config.rules).unwrap();
        assert!(tables(&config.rules).unwrap().iter().all(|table| table.replaced));
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("windows.csv");
        fs::write(&path, "mine").unwrap();
        let export = ExportRules {
            folder: folder.path().to_owned(),
        };
        assert_eq!(run(&export, &Screen::silent()), 0);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert!(folder.path().join("routes.csv").exists());
    }
}
