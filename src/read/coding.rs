//! The encodings we read, by name.
//!
//! In: labels as people and programs write them (`windows-1250`, `cp852`, `utf8`), and bytes. Out: a [`Coding`], and what the
//! bytes say in it. Those of the Encoding Standard are read by `encoding_rs`; the DOS code pages that it lacks, in which
//! spreadsheet programs save "CSV (MS-DOS)", stand in `code_pages.csv`: 128 characters each, from byte 80 on, where `_` is a
//! no-break space, `-` a soft hyphen, and `?` nothing. A label that names no encoding is answered by those most like it.

use std::{borrow::Cow, sync::LazyLock};

use encoding_rs::{Encoding, UTF_8};

/// A DOS code page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DosPage {
    name: &'static str,
    upper: Vec<char>,
}

impl DosPage {
    /// The character of a byte.
    pub(super) fn character(&self, byte: u8) -> char {
        match byte {
            0..0x80 => char::from(byte),
            _ => self.upper.get(usize::from(byte - 0x80)).copied().unwrap_or('\u{fffd}'),
        }
    }
}

/// How bytes stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// An encoding of the Encoding Standard.
    Standard(&'static Encoding),
    Dos(&'static DosPage),
}

pub(super) const UTF8: Coding = Coding::Standard(UTF_8);

struct Labelled {
    name: &'static str,
    labels: Vec<&'static str>,
    /// None: an encoding of the Encoding Standard by a label that the standard does not know.
    page: Option<DosPage>,
}

static TABLE: LazyLock<Vec<Labelled>> = LazyLock::new(|| {
    let lines = include_str!("code_pages.csv").lines().skip(1);
    let labelled = |line: &'static str| {
        let mut cells = line.split(',');
        let (name, labels, characters) = (cells.next()?, cells.next()?, cells.next()?);
        let character = |c| match c {
            '_' => '\u{a0}',
            '-' => '\u{ad}',
            '?' => '\u{fffd}',
            c => c,
        };
        Some(Labelled {
            name,
            labels: labels.split(' ').collect(),
            page: (!characters.is_empty()).then(|| DosPage {
                name,
                upper: characters.chars().map(character).collect(),
            }),
        })
    };
    lines.filter_map(labelled).collect()
});

impl Coding {
    /// The encoding of a label, in any case, blanks around it ignored.
    pub(super) fn named(label: &str) -> Option<Coding> {
        if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
            return Some(Coding::Standard(encoding));
        }
        let label = label.trim().to_ascii_lowercase();
        let found = TABLE
            .iter()
            .find(|row| row.name.eq_ignore_ascii_case(&label) || row.labels.contains(&label.as_str()))?;
        match &found.page {
            Some(page) => Some(Coding::Dos(page)),
            None => Encoding::for_label(found.name.as_bytes()).map(Coding::Standard),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Coding::Standard(encoding) => encoding.name(),
            Coding::Dos(page) => page.name,
        }
    }

    pub(super) fn is_single_byte(self) -> bool {
        match self {
            Coding::Standard(encoding) => encoding.is_single_byte(),
            Coding::Dos(_) => true,
        }
    }

    /// The text of the bytes, a byte order mark left out.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Coding::Standard(encoding) => encoding.decode_with_bom_removal(bytes).0,
            Coding::Dos(page) => bytes.iter().map(|byte| page.character(*byte)).collect(),
        }
    }
}

/// Labels that are offered where one names nothing.
const OFFERED: [&str; 22] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1257",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-9",
    "cp437",
    "cp850",
    "cp852",
    "cp857",
    "cp866",
    "cp932",
    "cp936",
    "shift_jis",
    "gbk",
    "koi8-r",
];

/// Whether a label names an encoding we read; if not, the three labels most like it.
pub fn known_encoding(label: &str) -> Result<(), [&'static str; 3]> {
    if Coding::named(label).is_some() {
        return Ok(());
    }
    let label = label.trim().to_ascii_lowercase();
    // Mostly a right number stands in a wrong name.
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let number = digits(&label);
    let likeness = |offered: &&'static str| {
        let same_number = !number.is_empty() && digits(offered) == number;
        strsim::jaro_winkler(&label, offered) + f64::from(u8::from(same_number))
    };
    let mut offered = OFFERED;
    offered.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    let [first, second, third, ..] = offered;
    Err([first, second, third])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_its_half_and_every_label_one_meaning() {
        let mut seen = std::collections::BTreeSet::new();
        for row in TABLE.iter() {
            assert!(
                row.page.as_ref().is_none_or(|page| page.upper.len() == 128),
                "{}",
                row.name
            );
            assert!(Coding::named(row.name).is_some(), "{}", row.name);
            for label in &row.labels {
                assert!(seen.insert(*label), "{label}");
                assert_eq!(Coding::named(label).map(Coding::name), Some(row.name), "{label}");
                assert_eq!(*label, label.to_ascii_lowercase());
            }
        }
        assert!(OFFERED.iter().all(|label| Coding::named(label).is_some()));
    }

    #[test]
    fn labels_and_bytes() {
        for (label, name, bytes, text) in [
            ("CP852", "IBM852", &b"T\x81z\x8bg\x82p \xfb\xff"[..], "Tüzőgép ű\u{a0}"),
            (" ibm850 ", "IBM850", b"\x8e\x94\xf0", "Äö\u{ad}"),
            ("857", "IBM857", b"\x8d\x9f\xa7\x98", "ışğİ"),
            ("cp437", "IBM437", b"\x81\xe1", "üß"),
            ("cp932", "Shift_JIS", b"\x93\xfa", "日"),
            ("latin1", "windows-1252", b"\xe9", "é"),
            ("cp65001", "UTF-8", b"\xef\xbb\xbf\xc3\xa9", "é"),
        ] {
            let coding = Coding::named(label).unwrap();
            assert_eq!((coding.name(), &*coding.decode(bytes)), (name, text), "{label}");
        }
    }

    #[test]
    fn a_wrong_label_is_answered_by_the_nearest() {
        for (label, first) in [
            ("cp-852", "cp852"),
            ("1250-windows", "windows-1250"),
            ("utf9", "utf-8"),
            ("latin-852", "cp852"),
        ] {
            assert_eq!(known_encoding(label).unwrap_err()[0], first, "{label}");
        }
        assert_eq!(known_encoding("ibm852"), Ok(()));
    }
}
