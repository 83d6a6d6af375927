//! Whether a file that is there is an output of ours.
//!
//! In: its path, and which output would take its place. Out: yes or no, by its beginning, a mark of ours in it, or the run record
//! beside the plan. An empty file, one that cannot be read, a link and what is no file are not judged: whoever writes says what hinders it.

use std::{
    fs::{self, File},
    io::{BufReader, Read as _},
    path::Path,
};

use crate::{read::ReadSeek, saved::SavedRecord};

/// How much of a file is looked at.
const HEAD: u64 = 4096;

/// What an output begins with or contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The plan, of any version, perhaps saved again by a spreadsheet.
    Plan,
    /// A table beside it, with these first headings.
    Table(&'static str),
    /// The page.
    Page,
    /// The workbook.
    Workbook,
    /// The calendar.
    Calendar,
}

impl Form {
    /// Whether this output may take the place of what is there. `record` is that of the last run.
    pub(super) fn may_replace(self, path: &Path, record: Option<&SavedRecord>) -> bool {
        if !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0) {
            return true;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_recorded = || record.is_some_and(|record| record.outputs.contains_key(&*name));
        let Some(head) = head(path) else { return true };
        self.is_ours(path, &head) || is_recorded()
    }

    fn is_ours(self, path: &Path, head: &str) -> bool {
        match self {
            Form::Plan => {
                let headings: Vec<&str> = headings(head).collect();
                headings.contains(&"action") && headings.contains(&"subscription_id")
            }
            Form::Table(first) => headings(head).collect::<Vec<_>>().join(",").starts_with(first),
            Form::Page => head.contains("<meta name=\"generator\" content=\"seatshift\">"),
            Form::Workbook => is_workbook_of_ours(path) == Some(true),
            Form::Calendar => head.contains("PRODID:-//seatshift//"),
        }
    }
}

/// The beginning of a file, of whatever encoding a spreadsheet gave it; none where it cannot be read.
fn head(path: &Path) -> Option<String> {
    let mut head = Vec::new();
    File::open(path).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
    head.retain(|byte| *byte != 0);
    let text = String::from_utf8_lossy(&head);
    Some(
        text.trim_start_matches(['\u{feff}', char::REPLACEMENT_CHARACTER])
            .to_owned(),
    )
}

fn headings(head: &str) -> impl Iterator<Item = &str> {
    let line = head.lines().next().unwrap_or_default();
    line.split([',', ';', '\t'])
        .map(|heading| heading.trim_matches(['"', ' ']))
}

/// Whether a file begins as one of our outputs does.
pub(super) fn is_output(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{feff}').replace(';', ",");
    let heads = [
        "action,move_date,",
        "severity,code,file,",
        "due,step,owner,",
        "change,loss,due,",
        "{",
    ];
    let begins = read.is_ok() && heads.iter().any(|head| text.starts_with(head));
    begins || is_workbook_of_ours(path).is_some_and(|is| is)
}

/// Whether a workbook says that we made it.
fn is_workbook_of_ours(path: &Path) -> Option<bool> {
    let reader: Box<dyn ReadSeek> = Box::new(BufReader::new(File::open(path).ok()?));
    let mut archive = zip::ZipArchive::new(reader).ok()?;
    let mut properties = Vec::new();
    let part = archive.by_name("docProps/core.xml").ok()?;
    part.take(4096).read_to_end(&mut properties).ok()?;
    Some(String::from_utf8_lossy(&properties).contains("<dc:creator>seatshift</dc:creator>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_known_by_their_beginnings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let page = include_str!("../write/page/page.html");
        let utf16: String = "\u{feff}action\0;subscription_id\0".to_owned();
        for (form, text, is_ours) in [
            (Form::Plan, "", true),
            (Form::Plan, "action,move_date,subscription_id\r\n", true),
            (
                Form::Plan,
                "\u{feff}\"customer_id\";\"action\";\"subscription_id\"\n",
                true,
            ),
            (Form::Plan, utf16.as_str(), true),
            (Form::Plan, "buy milk\naction,subscription_id\n", false),
            (Form::Plan, "severity,code,file,\n", false),
            (Form::Table("severity,code,"), "severity,code,file,\n", true),
            (Form::Table("severity,code,"), "severity,text\n", false),
            (Form::Page, page, true),
            (Form::Page, "<!doctype html><title>Plan for 2026</title>", false),
            (
                Form::Calendar,
                "BEGIN:VCALENDAR\r\nPRODID:-//seatshift//seatshift//EN\r\n",
                true,
            ),
            (Form::Calendar, "BEGIN:VCALENDAR\r\nPRODID:-//Other//EN\r\n", false),
            (Form::Workbook, "PK", false),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(form.may_replace(&path, None), is_ours, "{form:?} {text:.60}");
        }
        assert!(Form::Plan.may_replace(&folder.path().join("none"), None));
        let record = SavedRecord {
            outputs: [("file".to_owned(), String::new())].into(),
            ..SavedRecord::default()
        };
        assert!(Form::Plan.may_replace(&path, Some(&record)), "the last run wrote it");
    }
}
