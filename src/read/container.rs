//! What a file is, by its first bytes.
//!
//! In: the head of a file, or the member names of a zip archive. Out: how to read it, or the name of what it is and cannot be
//! read. The file's own name never counts: exports are often called `.xls` and are something else.

use encoding_rs::{UTF_16BE, UTF_16LE};

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Gzip,
    Zip,
    /// An OLE compound file: an Excel 97 to 2003 workbook, an encrypted workbook, or something else.
    Ole,
    Refused(Refused),
}

/// Something that is named and not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    /// What it is, with its article.
    pub(super) what: &'static str,
    /// What to do.
    pub(super) hint: &'static str,
}

const SAVE_AS: &str = "open it in Excel and save it as .xlsx or CSV UTF-8";
const EXPORT_AGAIN: &str = "export the list again as a spreadsheet (.xlsx) or CSV";
const UNPACK: &str = "unpack it and give the files in it";

/// First bytes, what they say the file is, and what to do.
const SIGNATURES: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "a PDF", EXPORT_AGAIN),
    (b"\x89PNG", "a PNG image", EXPORT_AGAIN),
    (b"\xff\xd8\xff", "a JPEG image", EXPORT_AGAIN),
    (b"GIF8", "a GIF image", EXPORT_AGAIN),
    (b"{\\rtf", "a rich text document", EXPORT_AGAIN),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ", "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive", UNPACK),
    (b"SQLite format 3", "a database", EXPORT_AGAIN),
    (b"PAR1", "a Parquet file", EXPORT_AGAIN),
    (b"MIME-Version:", "a web archive", SAVE_AS),
];

/// An encrypted workbook, in any container.
pub(super) const ENCRYPTED: Refused = Refused {
    what: "a password protected workbook",
    hint: "open it with its password and save it without one",
};

/// Bytes of no kind that we know.
const BINARY: Refused = Refused {
    what: "no spreadsheet and no text",
    hint: EXPORT_AGAIN,
};

/// Judges the first bytes of a file.
pub(super) fn kind(head: &[u8]) -> Kind {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Kind::Zip;
    }
    if head.starts_with(b"\x1f\x8b") {
        return Kind::Gzip;
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Kind::Ole;
    }
    if let Some((_, what, hint)) = SIGNATURES.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Kind::Refused(Refused { what, hint });
    }
    match markup(&opening(head)).or_else(|| is_binary(head).then_some(BINARY)) {
        Some(refused) => Kind::Refused(refused),
        None => Kind::Text,
    }
}

/// The first characters, lower case, blanks before them removed.
fn opening(head: &[u8]) -> String {
    let head = head.get(..8192).unwrap_or(head);
    let text = match utf16(head) {
        Some(encoding) => encoding.decode(head).0,
        None => String::from_utf8_lossy(head),
    };
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .to_ascii_lowercase()
}

fn markup(opening: &str) -> Option<Refused> {
    let refused = |what, hint| Some(Refused { what, hint });
    if opening.starts_with('<') {
        if opening.contains("urn:schemas-microsoft-com:office:spreadsheet") {
            return refused("an XML Spreadsheet 2003", SAVE_AS);
        }
        let html = [
            "<html",
            "<!doctype html",
            "<table",
            "<head",
            "<body",
            "<meta",
            "<div",
            "<style",
        ];
        // `<table:table` is a tag of another kind.
        let ends_tag = [' ', '>', '\r', '\n', '\t'];
        let has = |tag: &&str| opening.split(*tag).skip(1).any(|rest| rest.starts_with(ends_tag));
        if html.iter().any(has) {
            return refused("a web page (HTML)", SAVE_AS);
        }
        if opening.contains("opendocument") {
            return refused("a flat OpenDocument spreadsheet", "save it as .ods or .xlsx");
        }
        if opening.starts_with("<?xml") || opening.contains("xmlns") {
            return refused("an XML file", EXPORT_AGAIN);
        }
    }
    let after = |open: char| opening.strip_prefix(open).map(|rest| rest.trim_start().chars().next());
    let json = matches!(after('{'), Some(Some('"' | '}'))) || matches!(after('['), Some(Some('{' | '[' | '"' | ']')));
    if json {
        refused("a JSON file", "export the list as CSV, for example with `Export-Csv`")
    } else {
        None
    }
}

/// UTF-16 by its byte order mark, or by the NUL bytes that plain letters have there.
pub(super) fn utf16(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    if head.starts_with(b"\xff\xfe") {
        return Some(UTF_16LE);
    }
    if head.starts_with(b"\xfe\xff") {
        return Some(UTF_16BE);
    }
    let (mut even, mut odd) = (0usize, 0usize);
    for pair in head.chunks_exact(2) {
        even += usize::from(pair.first() == Some(&0));
        odd += usize::from(pair.last() == Some(&0));
    }
    // Delimiters, digits and line ends alone make a tenth of any export.
    let enough = head.len() / 20;
    match (even, odd) {
        (_, odd) if odd > enough && even * 10 < odd => Some(UTF_16LE),
        (even, _) if even > enough && odd * 10 < even => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether control characters that no text has make up more than a twentieth.
fn is_binary(head: &[u8]) -> bool {
    if utf16(head).is_some() {
        return false;
    }
    let control = |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1a | 0x1b);
    head.iter().filter(control).count() * 20 > head.len()
}

/// What a zip archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Archive {
    Xlsx,
    Xlsb,
    Ods,
    /// An archive of files, perhaps of texts.
    Files,
    Refused(Refused),
}

/// Judges an archive by its members and by what its `mimetype` member says.
pub(super) fn archive(names: &[String], mimetype: &str) -> Archive {
    let has = |start: &str, end: &str| {
        names.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            name.starts_with(start) && name.ends_with(end)
        })
    };
    let refused = |what, hint| Archive::Refused(Refused { what, hint });
    if has("encryptedpackage", "") {
        return Archive::Refused(ENCRYPTED);
    }
    if has("xl/", ".bin") && has("xl/workbook", ".bin") {
        return Archive::Xlsb;
    }
    if has("xl/", ".xml") {
        return Archive::Xlsx;
    }
    if mimetype.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
        return Archive::Ods;
    }
    if mimetype.starts_with("application/vnd.oasis.opendocument") {
        return refused("an OpenDocument file, but no spreadsheet", EXPORT_AGAIN);
    }
    if has("word/", "") || has("ppt/", "") {
        return refused("a Word or PowerPoint document", EXPORT_AGAIN);
    }
    if has("index/", ".iwa") || has("index.zip", "") {
        return refused("an Apple Numbers document", "export it from Numbers as Excel or CSV");
    }
    Archive::Files
}

/// What an OLE compound file is, by the names in its directory: none, where it is an Excel workbook.
pub(super) fn ole(bytes: &[u8]) -> Option<Refused> {
    let names = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // Directory entries are 128 bytes long and begin with the name.
        bytes.chunks(128).any(|entry| {
            let after = entry.get(wide.len()..wide.len() + 2);
            entry.starts_with(&wide) && matches!(after, Some([0, 0]) | None)
        })
    };
    if names("EncryptedPackage") {
        return Some(ENCRYPTED);
    }
    if names("Workbook") || names("Book") || names("WORKBOOK") || names("BOOK") {
        return None;
    }
    Some(Refused {
        what: "an Office document, but no workbook",
        hint: EXPORT_AGAIN,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_it_is() {
        for (head, what) in [
            (&b"%PDF-1.7"[..], "a PDF"),
            (b"\x89PNG\r\n\x1a\n", "a PNG image"),
            (b"\xff\xd8\xff\xe0", "a JPEG image"),
            (b"GIF89a", "a GIF image"),
            (b"{\\rtf1", "a rich text document"),
            (b"\r\n<!DOCTYPE html><html>", "a web page (HTML)"),
            (b"\xef\xbb\xbf<table><tr>", "a web page (HTML)"),
            (b"<\0t\0a\0b\0l\0e\0>\0", "a web page (HTML)"),
            (
                b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                "an XML Spreadsheet 2003",
            ),
            (b"<?xml version=\"1.0\"?><feed/>", "an XML file"),
            (
                b"<?xml?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"><table:table/>",
                "a flat OpenDocument spreadsheet",
            ),
            (b"{ \"value\": [", "a JSON file"),
            (b"[\n {", "a JSON file"),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "no spreadsheet and no text"),
        ] {
            match kind(head) {
                Kind::Refused(refused) => assert_eq!(refused.what, what, "{head:?}"),
                other => panic!("{head:?} is {other:?}"),
            }
        }
        for text in [
            &b""[..],
            b"id;name\n",
            b"<5 users,>5 users\n1,2\n",
            b"{3b555118-da6a-4418-894f-7df1e2096870},x\n",
            b"i\0d\0;\0n\0a\0m\0e\0\n\0",
            b"\0i\0d\0;\0n\0a\0m\0e\0\n",
        ] {
            assert_eq!(kind(text), Kind::Text, "{text:?}");
        }
    }

    #[test]
    fn archives_are_told_by_their_members() {
        let names = |list: &[&str]| list.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let ods = "application/vnd.oasis.opendocument.spreadsheet";
        for (list, mimetype, expected) in [
            (&["[Content_Types].xml", "xl/workbook.xml"][..], "", Archive::Xlsx),
            (&["xl/workbook.bin", "xl/theme/theme1.xml"], "", Archive::Xlsb),
            (&["mimetype", "content.xml"], ods, Archive::Ods),
            (&["a.csv", "b/c.csv"], "", Archive::Files),
        ] {
            assert_eq!(archive(&names(list), mimetype), expected);
        }
        assert!(matches!(
            archive(&names(&["word/document.xml"]), ""),
            Archive::Refused(_)
        ));
    }
}
