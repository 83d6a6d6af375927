//! `seatshift init`: a commented `seatshift.toml` and the tables to edit.
//!
//! Overwrites nothing: what is there already is named and left.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use seatshift::config::{FILE_NAME, TEMPLATE};

use super::{arguments::Init, screen::Screen};

/// The tables, each with its headings.
const TABLES: [(&str, &str); 7] = [
    (
        "offers.csv",
        "source_offer,target_offer,target_term,licences,valid_from,valid_until,reason",
    ),
    ("calendar.csv", "date,country,kind,name"),
    ("holds.csv", "subscription_id,customer_id,action,until,owner,reason"),
    ("progress.csv", "subscription_id,customer_id,step,state,date,note"),
    (
        "customers.csv",
        "customer_id,name,domain,country,segment,cloud,relationship,agreement_accepted,delegated_rights,language",
    ),
    ("headings.csv", "field,heading,language"),
    ("routes.csv", "channel,customer_id,seller_id,route"),
];

pub(super) fn run(command: &Init, screen: &Screen) -> u8 {
    let folder = &command.folder;
    if let Err(error) = fs::create_dir_all(folder) {
        screen.tell(&format!("{}: the folder cannot be made: {error}\n", folder.display()));
        return 3;
    }
    let tables = TABLES.map(|(name, headings)| (name, format!("{headings}\r\n")));
    let mut files = vec![(FILE_NAME, TEMPLATE.to_owned())];
    files.extend(tables);
    for (name, content) in files {
        let path = folder.join(name);
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
fn write_new(path: &Path, content: &str) -> io::Result<bool> {
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

    use seatshift::config::Config;

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
        let tables = Config::load(None, &nightly).unwrap().tables;
        let named: BTreeSet<_> = [
            tables.offers,
            tables.calendar,
            tables.holds,
            tables.progress,
            tables.customers,
            tables.headings,
            tables.routes,
        ]
        .into_iter()
        .flatten()
        .collect();
        let written = TABLES.map(|(name, _)| nightly.join(name)).into();
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
