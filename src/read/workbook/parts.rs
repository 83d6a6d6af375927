//! The parts of a workbook, looked at beside the reader that we did not write.
//!
//! In: the bytes of a zip archive. Out: its parts by name, as XML or as they are, and small things that stand in them: attributes,
//! relationships, places such as `B7`. Reads XML as leniently as that reader does, so that both see the same.

use std::{
    collections::BTreeMap,
    io::{BufReader, Cursor},
    sync::Arc,
};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use zip::{ZipArchive, read::ZipFile};

use super::event::Failure;

/// Bytes of a part that are unpacked at a time.
const ROOM: usize = 1 << 16;

/// An archive in memory.
#[derive(Clone)]
pub(super) struct Parts<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Names in the archive by how they are asked for: case does not count, nor the kind of slash.
    names: Arc<BTreeMap<String, String>>,
}

/// A part, unpacked as it is read.
pub(super) type Part<'p, 'a> = BufReader<ZipFile<'p, Cursor<&'a [u8]>>>;

impl<'a> Parts<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Result<Parts<'a>, Failure> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        let mut names = BTreeMap::new();
        for name in archive.file_names() {
            let name = name.map_err(damaged)?;
            names.insert(asked(&name), name.to_string());
        }
        Ok(Parts {
            archive,
            names: Arc::new(names),
        })
    }

    /// How large a part says it is, unpacked; none, where there is no such part.
    pub(super) fn size(&mut self, name: &str) -> Result<Option<u64>, Failure> {
        let part = self.open(name)?;
        Ok(part.map(|part| part.get_ref().size()))
    }

    /// A part's bytes; none, where there is no such part.
    pub(super) fn open(&mut self, name: &str) -> Result<Option<Part<'_, 'a>>, Failure> {
        let Some(stored) = self.names.get(&asked(name)) else {
            return Ok(None);
        };
        let part = self.archive.by_name(stored).map_err(damaged)?;
        Ok(Some(BufReader::with_capacity(ROOM, part)))
    }

    /// A part as XML.
    pub(super) fn xml(&mut self, name: &str) -> Result<Option<Reader<Part<'_, 'a>>>, Failure> {
        let Some(part) = self.open(name)? else { return Ok(None) };
        let mut reader = Reader::from_reader(part);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.check_comments = false;
        config.expand_empty_elements = true;
        Ok(Some(reader))
    }

    /// Targets of a relationships part, each with its type, by id.
    pub(super) fn relationships(&mut self, name: &str) -> Result<BTreeMap<String, (String, String)>, Failure> {
        let mut all = BTreeMap::new();
        let Some(mut xml) = self.xml(name)? else { return Ok(all) };
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(damaged)? {
                Event::Start(tag) if tag.local_name().as_ref() == "Relationship" => {
                    let of = |name| attribute(&tag, name).unwrap_or_default();
                    all.insert(of("Id"), (of("Target"), of("Type")));
                }
                Event::Eof => return Ok(all),
                _ => {}
            }
        }
    }
}

fn asked(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

pub(super) fn damaged(error: impl ToString) -> Failure {
    Failure::Damaged(error.to_string())
}

/// An attribute's value, whatever its prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, local: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == local)?;
    if !found.value.contains('&') {
        return Some(found.value.to_string());
    }
    let value =
        quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), |text| text.to_string());
    Some(value)
}

/// Row and column, from 0, of a place such as `B7`.
pub(super) fn place(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at_checked(digits)?;
    let row: u32 = digits.parse().ok()?;
    let mut column: u32 = 0;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        let value = letter.is_ascii_uppercase().then(|| u32::from(letter - b'A') + 1)?;
        column = column.checked_mul(26)?.checked_add(value)?;
    }
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_nought() {
        for (text, expected) in [
            ("A1", Some((0, 0))),
            ("b7", Some((6, 1))),
            ("XFD1048576", Some((1_048_575, 16_383))),
            ("A0", None),
            ("7", None),
            ("B", None),
            ("", None),
            ("AAAAAAAAAAAAAAA1", None),
            ("A99999999999", None),
            ("$A$1", None),
        ] {
            assert_eq!(place(text), expected, "{text}");
        }
    }
}
