//! The directory of a zip archive, entry by entry.
//!
//! In: an archive's bytes and where its directory begins. Out: the first name that two entries have. The reader of archives
//! keeps the last of them without a word; another program may show the first, so that nobody can say what the file holds.

use std::{
    collections::BTreeSet,
    io::{self, Read, Seek, SeekFrom},
};

/// What each entry of a directory begins with, and how long its fixed part is.
const ENTRY: &[u8] = b"PK\x01\x02";
const FIXED: usize = 46;

/// A name that two entries have, without regard to case; none, where each has its own.
pub(super) fn repeated_name<R: Read + Seek>(mut reader: R, start: u64) -> io::Result<Option<String>> {
    reader.seek(SeekFrom::Start(start))?;
    let mut names = BTreeSet::new();
    let mut fixed = [0; FIXED];
    while reader.read_exact(&mut fixed).is_ok() && fixed.starts_with(ENTRY) {
        let mut name = vec![0; length(&fixed, 28)];
        reader.read_exact(&mut name)?;
        let name = String::from_utf8_lossy(&name).replace('\\', "/");
        if !names.insert(name.to_ascii_lowercase()) {
            return Ok(Some(name));
        }
        let beside = length(&fixed, 30) + length(&fixed, 32);
        io::copy(&mut reader.by_ref().take(beside as u64), &mut io::sink())?;
    }
    Ok(None)
}

fn length(fixed: &[u8; FIXED], at: usize) -> usize {
    let bytes = fixed.get(at..at + 2).and_then(|bytes| bytes.try_into().ok());
    usize::from(bytes.map_or(0, u16::from_le_bytes))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

    use super::*;

    #[test]
    fn names_that_differ_in_case_only_are_one() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a.csv", "b/c.csv", "B.csv"] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"x").unwrap();
        }
        let mut bytes = zip.finish().unwrap().into_inner();
        let start = ZipArchive::new(Cursor::new(&bytes)).unwrap().central_directory_start();
        assert_eq!(repeated_name(Cursor::new(&bytes), start).unwrap(), None);
        let at = bytes.windows(5).rposition(|window| window == b"B.csv").unwrap();
        bytes[at] = b'A';
        assert_eq!(
            repeated_name(Cursor::new(&bytes), start).unwrap().as_deref(),
            Some("A.csv")
        );
    }
}
