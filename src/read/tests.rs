//! Reading whole inputs: containers, encodings, damage, limits.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    table::tests::{Kept, Known},
    *,
};

#[path = "cut_tests.rs"]
mod cut_tests;
#[path = "language_tests.rs"]
mod language_tests;
#[path = "workbook_tests.rs"]
pub(super) mod workbook_tests;

pub(super) const WORDS: Known = Known(&[
    "id",
    "name",
    "end",
    "Ügyfél",
    "Előfizetés",
    "Клиент",
    "Подписка",
    "Müşteri",
    "Bitiş tarihi",
    "Lejárat",
]);

fn bytes(bytes: impl AsRef<[u8]>) -> Input {
    Input::Bytes {
        name: "in".into(),
        bytes: bytes.as_ref().into(),
    }
}

struct Got {
    report: FileReport,
    kept: Kept,
}

impl Got {
    fn of(content: impl AsRef<[u8]>) -> Got {
        Got::with(content, &ReadOptions::default(), &Limits::default())
    }

    fn with(content: impl AsRef<[u8]>, options: &ReadOptions, limits: &Limits) -> Got {
        let mut kept = Kept::default();
        let report = read(&bytes(content), options, limits, &WORDS, &mut kept);
        Got { report, kept }
    }

    fn codes(&self) -> Vec<&'static str> {
        self.report
            .findings
            .iter()
            .map(|finding| finding.code.as_str())
            .collect()
    }

    /// Rows with their numbers, cells joined by `|`.
    fn rows(&self) -> Vec<(u32, String)> {
        let rows = self.kept.batches.iter().flat_map(Rows::iter);
        rows.map(|row| {
            (
                row.number,
                row.cells().map(headings::heading).collect::<Vec<_>>().join("|"),
            )
        })
        .collect()
    }

    fn line(&self) -> Option<u32> {
        self.report.findings.first().and_then(|finding| finding.place.row)
    }
}

fn rows(list: &[(u32, &str)]) -> Vec<(u32, String)> {
    list.iter().map(|(number, text)| (*number, text.to_string())).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16()
        .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
        .collect()
}

#[test]
fn one_list_in_every_wrapping() {
    let text = "id;name;end\r\n1;\"Acme; \"\"A\"\"\";2026\r\n\r\n2;\"two\nlines\";\r\n3;Zéro;x\r\n";
    let expected = rows(&[(2, "1|Acme; \"A\"|2026"), (4, "2|two lines"), (6, "3|Zéro|x")]);
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    for (what, content, container, encoding) in [
        ("utf-8", text.as_bytes().to_vec(), Container::Text, "UTF-8"),
        ("bom", format!("\u{feff}{text}").into_bytes(), Container::Text, "UTF-8"),
        (
            "utf-16le, bom",
            utf16(&format!("\u{feff}{text}"), true),
            Container::Text,
            "UTF-16LE",
        ),
        (
            "utf-16be, bom",
            utf16(&format!("\u{feff}{text}"), false),
            Container::Text,
            "UTF-16BE",
        ),
        ("utf-16le", utf16(text, true), Container::Text, "UTF-16LE"),
        ("utf-16be", utf16(text, false), Container::Text, "UTF-16BE"),
        ("latin", latin, Container::Text, "windows-1252"),
        ("gzip", gzip(text.as_bytes()), Container::Gzip, "UTF-8"),
        ("zip", zip(&[("list.csv", text.as_bytes())]), Container::Zip, "UTF-8"),
    ] {
        let got = Got::of(&content);
        assert_eq!(got.rows(), expected, "{what}: {:?}", got.report);
        assert_eq!(got.report.container, Some(container), "{what}");
        assert_eq!(got.report.encoding.as_deref(), Some(encoding), "{what}");
        assert_eq!(got.report.delimiter, Some(';'), "{what}");
        assert_eq!(got.report.bytes, content.len() as u64, "{what}");
        assert_eq!(got.report.rows, 3, "{what}");
        assert!(!got.report.refused, "{what}");
        let guessed = encoding == "windows-1252";
        assert_eq!(
            got.codes(),
            if guessed { &["encoding-guessed"][..] } else { &[] },
            "{what}"
        );
        assert_eq!(got.report.encoding_certain, !guessed, "{what}");
    }
}

#[test]
fn code_pages_are_chosen_by_headings() {
    for (label, text) in [
        ("windows-1250", "Ügyfél;Előfizetés\nKis Bt.;x\n"),
        ("windows-1251", "Клиент;Подписка\nООО;x\n"),
        ("windows-1254", "Müşteri;Bitiş tarihi\nIşık;x\n"),
        ("IBM866", "Клиент;Подписка\nООО;x\n"),
    ] {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let got = Got::of(encoding.encode(text).0);
        assert_eq!(got.report.encoding.as_deref(), Some(encoding.name()));
        let finding = &got.report.findings[0];
        assert_eq!(finding.code, Code::EncodingGuessed);
        assert!(finding.message.contains("2 headings"), "{}", finding.message);
    }
}

#[test]
fn letters_far_below_the_head_still_decide() {
    let mut text = "id;name;end\n".to_owned();
    text.push_str(&"1;Acme;2026\n".repeat(40_000));
    text.push_str("2;Tűzőgép Kft.;2026\n");
    let got = Got::of(encoding_rs::WINDOWS_1250.encode(&text).0);
    assert_eq!(got.report.encoding.as_deref(), Some("windows-1250"));
    assert_eq!(got.rows().last(), Some(&(40_002, "2|Tűzőgép Kft.|2026".to_owned())));
}

#[test]
fn a_set_encoding_and_delimiter_win() {
    let options = ReadOptions {
        encoding: Some("windows-1250".into()),
        delimiter: Some('|'),
        sheet: None,
        ..ReadOptions::default()
    };
    let got = Got::with(b"id|name\n1|\xf5;\n", &options, &Limits::default());
    assert_eq!(got.rows(), rows(&[(2, "1|ő;")]));
    assert!(got.report.encoding_certain && got.codes().is_empty());
    let options = ReadOptions {
        encoding: Some("ebcdic".into()),
        ..ReadOptions::default()
    };
    let got = Got::with("id,name\n", &options, &Limits::default());
    assert_eq!((got.codes(), got.report.refused), (vec!["file-refused"], true));
}

#[test]
fn titles_separators_and_wrapped_lines() {
    let got = Got::of("sep=;\r\nReport of May\r\n\r\nid;name;end\r\n1;a;b\r\n");
    assert_eq!(got.kept.heads[0].header_row, 4);
    assert_eq!(got.kept.heads[0].above, [(2, vec!["Report of May".to_owned()])]);
    assert_eq!(got.rows(), rows(&[(5, "1|a|b")]));

    let got = Got::of("id,name,end\n\"1,\"\"a, b\"\",c\"\n2,x,y\n\"Note, of some kind\"\n");
    assert_eq!(
        got.rows(),
        rows(&[(2, "1|a, b|c"), (3, "2|x|y"), (4, "Note, of some kind")])
    );

    let got = Got::of("\u{feff}\" id \",\"na\r\nme\",end\r\n1,2,3\r\n");
    assert_eq!(
        got.kept.heads[0]
            .headings
            .iter()
            .map(|text| &**text)
            .collect::<Vec<_>>(),
        ["id", "na me", "end"]
    );
    assert_eq!(got.rows(), rows(&[(3, "1|2|3")]));
}

#[test]
fn an_unclosed_quote_refuses_the_file_and_names_its_line() {
    for line in [2usize, 500, 999] {
        let mut text = String::from("id,name,end\r\n");
        for row in 2..=1000 {
            let end = if row == line { "\"2026" } else { "2026" };
            text.push_str(&format!("{row},Acme,{end}\r\n"));
        }
        let got = Got::of(&text);
        assert_eq!(got.codes(), ["quote-unclosed"]);
        assert_eq!(got.line(), Some(line as u32));
        assert!(got.report.refused && got.kept.batches.is_empty());
        let wide = Got::of(utf16(&format!("\u{feff}{text}"), true));
        assert_eq!((wide.codes(), wide.line()), (vec!["quote-unclosed"], Some(line as u32)));
    }
}

#[test]
fn a_file_that_breaks_off_gives_the_rows_before() {
    let got = Got::of("id,name,end\n1,a,b\n2,c");
    assert_eq!((got.codes(), got.line()), (vec!["file-damaged"], Some(3)));
    assert_eq!(got.rows(), rows(&[(2, "1|a|b")]));
    assert!(!got.report.refused);

    for whole in [
        "id,name,end\n1,a,b\n2,c,d",
        "id,name,end\n1,a,b\n\nTotal",
        "id,name,end",
        "id,name,end\n1,a\n2,b",
    ] {
        assert!(!Got::of(whole).codes().contains(&"file-damaged"), "{whole}");
    }

    let text: String = (0..5000)
        .map(|row| format!("{row},Acme {},end\n", row * 7919 % 1000))
        .collect();
    let packed = gzip(format!("id,name,end\n{text}").as_bytes());
    let got = Got::of(&packed[..packed.len() / 2]);
    assert_eq!(got.codes(), ["file-damaged"]);
    assert!(
        !got.report.refused && got.report.rows > 1000 && got.report.rows < 5000,
        "{}",
        got.report.rows
    );
}

#[test]
fn no_headings_refuse_the_file_and_quote_its_first_row() {
    let got = Got::of("\n\nfoo,bar,baz\n1,2,3\n");
    assert_eq!(
        (got.codes(), got.line(), got.report.refused),
        (vec!["no-headings"], Some(3), true)
    );
    assert!(got.report.findings[0].message.contains("`foo | bar | baz`"));
    for (empty, code, refused) in [
        ("", "file-unreadable", true),
        ("\n\n", "file-unreadable", true),
        ("id,name\n", "file-empty", false),
    ] {
        let got = Got::of(empty);
        assert_eq!((got.codes(), got.report.refused), (vec![code], refused), "{empty:?}");
    }
}

#[test]
fn damaged_text_is_told_with_its_line() {
    let got = Got::of("id,name,end\n1,M?ller,x\n2,MÃ¼ller,y\n3,M\u{fffd}ller,z\n");
    let told: Vec<(Option<u32>, Option<&str>)> = got
        .report
        .findings
        .iter()
        .map(|finding| (finding.place.row, finding.value.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(2), Some("M?ller")),
            (Some(3), Some("MÃ¼ller")),
            (Some(4), Some("M\u{fffd}ller"))
        ]
    );
    let mut mostly = "id,name,end\n1,éééé éééé,x\n".repeat(3).into_bytes();
    mostly.extend(b"2,\xe9x,y\n");
    let got = Got::of(&mostly);
    assert_eq!(
        (got.report.encoding.as_deref(), got.codes()),
        (Some("UTF-8"), vec!["text-damaged"])
    );
}

#[test]
fn what_is_no_export_is_refused_by_name() {
    for (content, what) in [
        (&b"%PDF-1.7 x"[..], "a PDF"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "a web page"),
        (b"{\"value\": []}", "a JSON file"),
    ] {
        let got = Got::of(content);
        assert_eq!((got.codes(), got.report.refused), (vec!["file-refused"], true));
        assert!(got.report.findings[0].message.contains(what));
        let packed = Got::of(gzip(content));
        assert!(packed.report.findings[0].message.contains(what), "in gzip");
    }
}

#[test]
fn texts_in_an_archive_are_tables_of_their_own() {
    let content = zip(&[
        ("b.csv", b"id,name\n2,b\n"),
        ("a/x.csv", b"id;name\n1;a\n"),
        ("c.pdf", b"%PDF-1"),
        ("d.txt", b"no\n"),
    ]);
    let got = Got::of(&content);
    let sheets: Vec<_> = got
        .kept
        .heads
        .iter()
        .map(|head| head.sheet.as_deref().unwrap_or(""))
        .collect();
    assert_eq!(sheets, ["a/x.csv", "b.csv"]);
    assert_eq!(got.rows(), rows(&[(2, "1|a"), (2, "2|b")]));
    assert_eq!(got.codes(), ["file-refused", "sheet-ignored"]);
    assert!(!got.report.refused);
}

#[test]
fn archives_that_are_not_whole_or_not_clear() {
    let whole = [gzip(b"id,name,end\n1,a,b\n"), gzip(b"2,c,d\n")].concat();
    for (after, codes) in [(&b""[..], &[][..]), (&[0; 512], &[]), (b"<html>", &["file-damaged"])] {
        let got = Got::of([&whole, after].concat());
        assert_eq!((got.codes(), got.report.refused), (codes.to_vec(), false));
        assert_eq!(got.rows(), rows(&[(2, "1|a|b"), (3, "2|c|d")]));
    }
    let cut = Got::of(&whole[..whole.len() - 12]);
    assert_eq!((cut.codes(), cut.rows().len()), (vec!["file-damaged"], 1));

    let twice = zip(&[("a.csv", b"id,name\n1,a\n"), ("b.csv", b"id,name\n2,b\n")]);
    let mut same = twice;
    for at in 0..same.len() - 5 {
        if same[at..].starts_with(b"b.csv") {
            same[at] = b'a';
        }
    }
    let got = Got::of(&same);
    assert_eq!((got.codes(), got.report.refused), (vec!["file-unreadable"], true));
    assert!(got.report.findings[0].message.contains("two parts of the name `a.csv`"));

    let inner = zip(&[("xl/workbook.xml", b"<x/>")]);
    let got = Got::of(zip(&[("list.csv", b"id,name\n1,a\n"), ("book.xlsx", &inner)]));
    assert_eq!((got.codes(), got.report.rows), (vec!["file-refused"], 1));
    let got = Got::of(zip(&[("book.xlsx", &inner)]));
    assert_eq!(
        (got.codes(), got.report.refused),
        (vec!["file-refused"], true),
        "not called empty"
    );
}

#[test]
fn files_that_were_put_together() {
    let got = Got::of("id;name;end\n1;a;b\n2,c,d\nname,id,end\ne,3,f\n");
    let heads: Vec<(u32, String)> = got
        .kept
        .heads
        .iter()
        .map(|head| (head.header_row, head.headings.join("|")))
        .collect();
    assert_eq!(heads, [(1, "id|name|end".to_owned()), (4, "name|id|end".to_owned())]);
    assert_eq!(got.rows(), rows(&[(2, "1|a|b"), (3, "2|c|d"), (5, "e|3|f")]));
    assert_eq!((got.codes(), got.line()), (vec!["delimiter-mixed"], Some(3)));

    let got = Got::of("\u{feff}id,name,end\n1,a,b\n\u{feff}id,name,end\n2,c,d\n");
    assert_eq!(
        (got.kept.heads.len(), got.report.rows),
        (1, 3),
        "the same headings again are a row"
    );

    // Opened under `;` and saved: where a cell held one, the line became two cells.
    let got = Got::of("id,name,end;\n1,a,b;\n\"2,\"\"c\";\" d\"\",e\"\n\"3,\"\"f,g\"\",h\";\n");
    assert_eq!(got.rows(), rows(&[(2, "1|a|b"), (3, "2|c; d|e"), (4, "3|f,g|h")]));
    assert_eq!((got.report.delimiter, got.codes()), (Some(','), vec![]));
}

#[test]
fn lines_of_two_encodings_are_told() {
    let utf8 = "1,Müller,x\n2,Köln,y\n3,Łódź,z\n4,Größe,z\n";
    let latin = encoding_rs::WINDOWS_1252.encode("5,Björk,x\n").0.into_owned();
    let got = Got::of([b"id,name,end\n", utf8.as_bytes(), &latin].concat());
    assert_eq!((got.codes(), got.line()), (vec!["text-damaged"], Some(6)));
    assert!(got.report.findings[0].message.contains("two encodings are mixed"));
    let got = Got::of([b"id,name,end\n".to_vec(), latin.repeat(5), "6,Müller,x\n".into()].concat());
    assert_eq!(got.codes(), ["text-damaged", "encoding-guessed"]);
    assert_eq!(got.line(), Some(7));
}

#[test]
fn limits_are_told_by_name() {
    let text = "id,name\n1,abcdefghij\n2,b\n3,c\n";
    let tight = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let bomb = vec![b' '; 20 << 20];
    for (content, limits, name) in [
        (
            text.as_bytes().to_vec(),
            tight(|limits| limits.text_bytes = 10),
            "text_bytes",
        ),
        (text.as_bytes().to_vec(), tight(|limits| limits.rows = 2), "rows"),
        (text.as_bytes().to_vec(), tight(|limits| limits.columns = 1), "columns"),
        (
            text.as_bytes().to_vec(),
            tight(|limits| limits.cell_bytes = 5),
            "cell_bytes",
        ),
        (
            text.as_bytes().to_vec(),
            tight(|limits| limits.record_bytes = 5),
            "record_bytes",
        ),
        (
            gzip(text.as_bytes()),
            tight(|limits| limits.file_bytes = 12),
            "file_bytes",
        ),
        (gzip(&bomb), Limits::default(), "ratio"),
        (zip(&[("x.csv", &bomb)]), Limits::default(), "ratio"),
        (
            zip(&[("x.csv", b"123456789")]),
            tight(|limits| limits.part_bytes = 5),
            "part_bytes",
        ),
        (
            zip(&[("x.csv", b"1234"), ("y", b"5678")]),
            tight(|limits| limits.unpacked_bytes = 5),
            "unpacked_bytes",
        ),
        (
            zip(&[("x", b"1"), ("y", b"2")]),
            tight(|limits| limits.parts = 1),
            "parts",
        ),
    ] {
        let got = Got::with(&content, &ReadOptions::default(), &limits);
        assert_eq!(
            (got.codes(), got.report.refused),
            (vec!["limit-exceeded"], true),
            "{name}"
        );
        let hint = &got.report.findings[0].hint;
        assert!(hint.contains(&format!("`{name}`")), "{name}: {hint}");
    }
}

#[test]
fn files_are_read_as_bytes_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.xls");
    std::fs::write(&path, "id\tname\n1\ta\n").unwrap();
    let (report, tables) = read_whole(&Input::File(path), &ReadOptions::default(), &Limits::default(), &WORDS);
    assert_eq!(
        (report.container, report.delimiter, report.rows),
        (Some(Container::Text), Some('\t'), 1)
    );
    assert_eq!(report.sha256.as_deref().map(str::len), Some(64));
    assert_eq!((tables.len(), tables[0].1.len()), (1, 1));
    let gone = Input::File(folder.path().join("gone.csv"));
    let (report, tables) = read_whole(&gone, &ReadOptions::default(), &Limits::default(), &WORDS);
    assert_eq!(
        (report.findings[0].code, report.refused, tables.len()),
        (Code::FileUnreadable, true, 0)
    );
}
