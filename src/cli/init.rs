//! `seatshift init`: a commented `seatshift.toml` and the tables to edit.
//!
//! Overwrites nothing: what is there already is named and left.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use seatshift::{
    config::{FILE_NAME, TEMPLATE},
    recognise::tables::TABLE_HEADINGS,
};

use super::{arguments::Init, screen::Screen};

pub(super) fn run(command: &Init, screen: &Screen) -> u8 {
    let folder = &command.folder;
    if let Err(error) = fs::create_dir_all(folder) {
        screen.tell(&format!("{}: the folder cannot be made: {error}\n", folder.display()));
        return 3;
    }
    let settings = (FILE_NAME.to_owned(), TEMPLATE.to_owned());
    let tables = TABLE_HEADINGS.map(|(name, headings)| (format!("{name}.csv"), format!("{}\r\n", headings.join(","))));
    let files = std::iter::once(settings).chain(tables);
    for (name, content) in files {
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
    0
}

/// Says whether the file is new; one that was there is left alone.
pub(super) fn write_new(path: &Path, content: &str) -> io::Result<bool> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    };
    file.write_all(content.as_bytes())?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use seatshift::{config::Config, recognise::tables::read_tables};

    use super::*;

    fn init(folder: &Path) -> u8 {
        run(
            &Init {
                folder: folder.to_owned(),
            },
            &Screen::silent(),
        )
    }

    #[test]
    fn the_settings_written_name_the_tables_written() {
        let folder = tempfile::tempdir().unwrap();
        let nightly = folder.path().join("nightly");
        assert_eq!(init(&nightly), 0);
        let config = Config::load(None, &nightly).unwrap();
        assert!(read_tables(&config.tables, &config.limits, &config.workbooks).is_ok());
        let tables = config.tables;
        let named: BTreeSet<_> = [
            tables.offers,
            tables.calendar,
            tables.holds,
            tables.progress,
            tables.customers,
            tables.headings,
            tables.words,
            tables.routes,
        ]
        .into_iter()
        .flatten()
        .collect();
        let written = TABLE_HEADINGS
            .map(|(name, _)| nightly.join(format!("{name}.csv")))
            .into();
        assert_eq!(named, written);
        assert!(written.iter().all(|path| path.is_file()));
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("holds.csv"), "mine").unwrap();
        assert_eq!(init(folder.path()), 0);
        assert_eq!(init(folder.path()), 0);
        assert_eq!(fs::read_to_string(folder.path().join("holds.csv")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(folder.path().join(FILE_NAME)).unwrap(), TEMPLATE);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        assert_eq!(init(&folder.path().join("a/b")), 3);
    }
}
