//! The narrow reader tells what the other way of reading tells, byte for byte.

use std::{fs, io::Read, path::Path};

use super::*;
use crate::read::{
    Limits,
    tests::workbook_tests::workbooks::{Sheet, Value, changed, replaced, xlsx as written},
    workbook::{all_ways_of_xlsx, event::Next},
};

/// All ways tell the same of a workbook; answers what that is.
fn alike(content: &[u8], limits: &Limits, about: &str) -> Vec<u8> {
    let [helped, narrow, plain] = all_ways_of_xlsx(content, limits);
    let shown = |told: &[u8]| String::from_utf8_lossy(told).chars().take(2000).collect::<String>();
    assert!(narrow == plain, "{about}\n{}\n{}", shown(&narrow), shown(&plain));
    assert!(helped == plain, "{about}\n{}\n{}", shown(&helped), shown(&plain));
    narrow
}

/// Whether all sheets of a workbook are read narrowly, to their end.
fn is_usual(content: &[u8]) -> bool {
    let limits = Limits::default();
    let Ok(mut parts) = Parts::of(content) else {
        return false;
    };
    let Ok(raw) = xlsx::book(&mut parts) else { return false };
    let mut nobody = Helper::default();
    let Ok(mut narrow) = Narrow::of(&mut parts, &raw, &mut nobody) else {
        return false;
    };
    let mut emit = |_: crate::read::workbook::event::Event<'_>| Next::Go;
    let mut telling = Telling::new(&limits, &mut emit);
    let sheets = narrow.sheets().to_vec();
    let mut sheets = sheets.iter().zip(&raw.sheets);
    sheets.all(|(sheet, path)| narrow.tell(&mut parts, path, sheet, &mut telling) == Ok(true))
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A workbook with texts, dates and times, of which the sheet is replaced.
fn with(sheet: &str) -> Vec<u8> {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 5, 3).unwrap();
    let list = [vec!["id".into(), "na<me".into(), day.into()], vec![" blank ".into()]];
    replaced(&written(&[Sheet::new("Lista", &list)]), SHEET, |_| sheet.to_owned())
}

fn with_rows(rows: &str) -> Vec<u8> {
    with(&format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"))
}

/// What a row may hold as its second cell; whether that is usual.
const CELLS: &[(&str, bool)] = &[
    (r#"<c r="B2"><v>1</v></c>"#, true),
    (r#"<c r="B2" t="n"><v>-1.50</v></c>"#, true),
    (r#"<c r="B2"><v>1.7976931348623157E308</v></c>"#, true),
    (r#"<c r="B2"><v>2.2250738585072011e-308</v></c>"#, true),
    (r#"<c r="B2"><v>0.1</v></c>"#, true),
    (r#"<c r="B2"><v>123456789012345678901234567890</v></c>"#, true),
    (r#"<c r="B2"><v>1e999</v></c>"#, true),
    (r#"<c r="B2"><v>12abc</v></c>"#, true),
    (r#"<c r="B2"><v>NaN</v></c>"#, true),
    (r#"<c r="B2"><v> 1</v></c>"#, true),
    (r#"<c r="B2"><v>.5</v></c>"#, false),
    (r#"<c r="B2"><v>5.</v></c>"#, false),
    (r#"<c r="B2"><v>+5</v></c>"#, false),
    (r#"<c r="B2" s="1"><v>46145</v></c>"#, true),
    (r#"<c r="B2" s="1"><v>46145.75</v></c>"#, true),
    (r#"<c r="B2" s="1"><v>59</v></c>"#, true),
    (r#"<c r="B2" s="1"><v>-1</v></c>"#, true),
    (r#"<c r="B2" s="0"><v>46145</v></c>"#, true),
    (r#"<c r="B2" s="99"><v>46145</v></c>"#, true),
    (r#"<c r="B2" s="x"><v>46145</v></c>"#, false),
    (r#"<c r="B2" s="-1"><v>46145</v></c>"#, false),
    (r#"<c r="B2" s="1"/>"#, true),
    (r#"<c r="B2" s="1"></c>"#, true),
    (r#"<c r="B2"><v/></c>"#, true),
    (r#"<c r="B2"><v></v></c>"#, true),
    (r#"<c r="B2" t="s"><v>0</v></c>"#, true),
    (r#"<c r="B2" t="s"><v>1</v></c>"#, true),
    (r#"<c r="B2" t="s"><v>2</v></c>"#, true),
    (r#"<c r="B2" t="s"><v>99</v></c>"#, true),
    (r#"<c r="B2" t="s"><v>-1</v></c>"#, true),
    (r#"<c r="B2" t="s"><v>abc</v></c>"#, true),
    (r#"<c r="B2" t="s"><v></v></c>"#, true),
    (r#"<c r="B2" t="s"/>"#, true),
    (r#"<c r="B2" t="s"><v>0000000000000000000000001</v></c>"#, false),
    (r#"<c r="B2" t="b"><v>1</v></c>"#, true),
    (r#"<c r="B2" t="b"><v> FALSE </v></c>"#, true),
    (r#"<c r="B2" t="b"><v>2</v></c>"#, true),
    (r#"<c r="B2" t="b"><v> </v></c>"#, true),
    (r#"<c r="B2" t="e"><v>#N/A</v></c>"#, true),
    (r#"<c r="B2" t="e"><v>#DIV/0!</v></c>"#, true),
    (r#"<c r="B2" t="e"><f>A()</f><v>#CALC!</v></c>"#, true),
    (r#"<c t="e"><v>#SPILL!</v></c>"#, true),
    (r#"<c r="B2" t="e"/>"#, true),
    (r#"<c r="B2" t="z"><v>1</v></c>"#, true),
    (r#"<c r="B2" t="z"/>"#, true),
    (r#"<c r="B2" t=""><v>1</v></c>"#, true),
    (r#"<c r="B2" t="str"><v>a &amp; b&#x21;</v></c>"#, true),
    (r#"<c r="B2" t="str"><v> a_x000D_b </v></c>"#, true),
    (r#"<c r="B2" t="str"><f>""</f><v></v></c>"#, true),
    (r#"<c r="B2" t="str"><f>""</f></c>"#, true),
    (r#"<c r="B2" t="str"><v>a&own;b</v></c>"#, false),
    (r#"<c r="B2" t="str"><v>a & b</v></c>"#, false),
    (r#"<c r="B2" t="d"><v>2026-05-03T10:00:00</v></c>"#, true),
    (r#"<c r="B2" t="d"><v>soon</v></c>"#, true),
    (r#"<c r="B2" t="d"/>"#, true),
    (r#"<c r="B2"><f>1+1</f><v>2</v></c>"#, true),
    (
        r#"<c r="B2"><f t="shared" ref="B2:B9" si="0">A2&gt;1</f><v>2</v></c>"#,
        true,
    ),
    (r#"<c r="B2"><f t="shared" si="0"/><v>2</v></c>"#, true),
    (r#"<c r="B2"><f>1+1</f></c>"#, true),
    (r#"<c r="B2"><f>1+1</f><v/></c>"#, true),
    (r#"<c r="B2" t="s"><f>1+1</f><v></v></c>"#, true),
    (r#"<c r="B2"><f>A2 & "x"</f><v>2</v></c>"#, false),
    (r#"<c r="B2"><v>2</v><f>1+1</f></c>"#, false),
    (r#"<c r="B2" t="inlineStr"><is><t>own</t></is></c>"#, true),
    (r#"<c r="B2" t="inlineStr"><is><t> own </t></is></c>"#, true),
    (
        r#"<c r="B2" t="inlineStr"><is><t xml:space="preserve"> own </t></is></c>"#,
        true,
    ),
    (
        r#"<c r="B2" t="inlineStr"><is><t>&#10;a &lt;b&gt; _x0041_ </t></is></c>"#,
        true,
    ),
    (
        r#"<c r="B2" t="inlineStr"><is><r><t>Con</t></r><r><rPr><b/></rPr><t>toso</t></r></is></c>"#,
        true,
    ),
    (
        r#"<c r="B2" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>とう</t></rPh></is></c>"#,
        true,
    ),
    (r#"<c r="B2" t="inlineStr"><is><t/></is></c>"#, true),
    (r#"<c r="B2" t="inlineStr"><is></is></c>"#, true),
    (r#"<c r="B2" t="inlineStr"></c>"#, true),
    (r#"<c r="B2" t="inlineStr"><v>1</v></c>"#, false),
    (r#"<c r="B2" t="inlineStr"><is/></c>"#, false),
    (r#"<c r="B2" t="inlineStr"><is><t><![CDATA[own]]></t></is></c>"#, false),
    (r#"<c r="B2" t="inlineStr"><is><x>a</x></is></c>"#, false),
    (r#"<c r="B2"><is><t>own</t></is></c>"#, false),
    (r#"<c r="B2"><v>1<!-- 2 -->3</v></c>"#, false),
    (r#"<c r="B2"><v><![CDATA[12]]></v></c>"#, false),
    (r#"<c r="B2"><v>1</v><extLst/></c>"#, false),
    (r#"<c r="B2"><v>1</v></c><c r="B2"><v>2</v></c>"#, true),
    (r#"<c><v>1</v></c>"#, true),
    (r#"<c r="D2"><v>1</v></c><c r="B2"><v>2</v></c>"#, true),
    (r#"<c r="b2"><v>1</v></c>"#, false),
    (r#"<c r="B3"><v>1</v></c>"#, false),
    (r#"<c r="B02"><v>1</v></c>"#, false),
    (r#"<c r="$B$2"><v>1</v></c>"#, false),
    // Over the limit of columns.
    (r#"<c r="XFE2"><v>1</v></c>"#, false),
    (r#"<c r="XFE2"/>"#, true),
    (r#"<c r="AAAA2"><v>1</v></c>"#, false),
    (r#"<c r="B2" r="C2"><v>1</v></c>"#, false),
    (r#"<c x:r="C2" r="B2"><v>1</v></c>"#, false),
    (r#"<c r="B2" cm="1" vm="2"><v>1</v></c>"#, true),
    (r#"<c r='B2' ><v>1</v></c>"#, true),
    (r#"<c r = "B2"><v>1</v></c>"#, false),
    (r#"<c r="B2"> <v>1</v> </c>"#, true),
    (r#"<c r="B2">x<v>1</v></c>"#, false),
    (r#"<x:c r="B2"><v>1</v></x:c>"#, false),
    (r#"<x:v>1</x:v>"#, false),
    (r#"<c r="B2"><v>1</v></c >"#, false),
    ("<c r=\"B2\" t=\"str\"><v>a\u{0}\u{1}b</v></c>", true),
    ("<c r=\"B2\" t=\"str\"><v>a\r\nb\rc</v></c>", true),
];

#[test]
fn every_kind_of_cell() {
    for (cell, usual) in CELLS {
        let rows = format!(
            r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>
            <row r="2" hidden="1"><c r="A2"><v>1</v></c>{cell}<c><v>3</v></c></row>
            <row><c><v>4</v></c><c/><c><v>5</v></c></row><row hidden="true">{cell}</row>"#
        );
        let content = with_rows(&rows);
        alike(&content, &Limits::default(), cell);
        let alone = with_rows(&format!(r#"<row r="2" hidden="1">{cell}</row>"#));
        alike(&alone, &Limits::default(), cell);
        assert_eq!(is_usual(&alone), *usual, "{cell}");
    }
}

#[test]
fn what_stands_around_rows_and_cells() {
    let row = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;
    let whole = |around: &str| around.replace("ROWS", &format!("<sheetData>{row}</sheetData>"));
    for (around, usual) in [
        ("<worksheet>ROWS</worksheet>", true),
        (
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"x\" xmlns:r='y'>ROWS</worksheet>\n",
            true,
        ),
        (
            "<?xml version=\"1.0\" encoding=\"utf-16\"?><worksheet>ROWS</worksheet>",
            false,
        ),
        ("<!-- a --><worksheet>ROWS</worksheet>", false),
        ("<!DOCTYPE x><worksheet>ROWS</worksheet>", false),
        ("<worksheet><?pi?>ROWS</worksheet>", false),
        ("<x:worksheet>ROWS</x:worksheet>", false),
        ("<chartsheet>ROWS</chartsheet>", false),
        (
            "<worksheet><dimension ref=\"A1:C9\"/><cols><col min=\"1\"/></cols>ROWS</worksheet>",
            true,
        ),
        ("<worksheet><dimension ref=\"A1\"/>ROWS</worksheet>", true),
        ("<worksheet><dimension ref=\"C9:A1\"/>ROWS</worksheet>", false),
        ("<worksheet><dimension/>ROWS</worksheet>", false),
        ("<worksheet><dimension ref=\"A\"/>ROWS</worksheet>", false),
        ("<worksheet><mergeCell ref=\"A1:A2\"/>ROWS</worksheet>", false),
        (
            "<worksheet>ROWS<mergeCells count=\"1\"><mergeCell ref=\"A1:A2\"/></mergeCells></worksheet>",
            true,
        ),
        (
            "<worksheet>ROWS<mergeCells><mergeCell ref=\"A1\"/><mergeCell ref=\"x\"/></mergeCells></worksheet>",
            true,
        ),
        (
            "<worksheet>ROWS<mergeCells><x:mergeCell ref=\"A1:A2\"/></mergeCells></worksheet>",
            false,
        ),
        (
            "<worksheet>ROWS<mergeCells><mergeCell/></mergeCells></worksheet>",
            false,
        ),
        (
            "<worksheet>ROWS<headerFooter><oddHeader>&amp;L a\"b</oddHeader></headerFooter></worksheet>",
            true,
        ),
        (
            "<worksheet>ROWS<headerFooter><oddHeader>& a</oddHeader></headerFooter></worksheet>",
            false,
        ),
        (
            "<worksheet>ROWS<headerFooter><oddHeader>a > b</oddHeader></headerFooter></worksheet>",
            false,
        ),
        (
            "<worksheet>ROWS<x14:ext uri='{1}'><x14:y a=\"b\"/></x14:ext></worksheet>",
            true,
        ),
        (
            "<worksheet>ROWS<mc:AlternateContent><mc:Choice/></mc:AlternateContent></worksheet>",
            true,
        ),
        ("<worksheet>ROWS<sheetData/></worksheet>", false),
        ("<worksheet>ROWSROWS</worksheet>", false),
        ("<worksheet>ROWS<x:sheetData/></worksheet>", false),
        ("<worksheet>ROWS<!-- b --></worksheet>", false),
        ("<worksheet>ROWS", false),
        ("<worksheet>ROWS</worksheet></worksheet>", false),
        ("<worksheet>ROWS</worksheet>text", false),
        ("<worksheet>ROWS</worksheet><worksheet>ROWS</worksheet>", false),
        ("<worksheet><a>ROWS</a></worksheet>", false),
        (
            "<worksheet><sheetData/><mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells></worksheet>",
            true,
        ),
        ("<worksheet><sheetData></sheetData></worksheet>", true),
        ("<worksheet><sheetData a=\"b\"/></worksheet>", true),
        ("<worksheet></worksheet>", false),
        (
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v><![CDATA[</sheetData><b>]]></v></c></row></sheetData></worksheet>",
            false,
        ),
    ] {
        let content = with(&whole(around));
        alike(&content, &Limits::default(), around);
        assert_eq!(is_usual(&content), usual, "{around}");
    }
    for (rows, usual) in [
        (
            r#"<row r="1" spans="1:2" x14ac:dyDescent="0.25" ht="15"/><row r="3"></row>"#,
            true,
        ),
        (
            r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>"#,
            true,
        ),
        (
            r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>"#,
            true,
        ),
        (r#"<row r="1048577"><c r="A1048577"><v>1</v></c></row>"#, true),
        (r#"<row r="0"><c r="A0"><v>1</v></c></row>"#, false),
        (r#"<row r="01"><c><v>1</v></c></row>"#, false),
        (r#"<row r="A1"><c><v>1</v></c></row>"#, false),
        (r#"<row r="99999999"><c><v>1</v></c></row>"#, false),
        (r#"<row r="1" r="2"><c><v>1</v></c></row>"#, false),
        (r#"<row r="1" x:hidden="1"><c><v>1</v></c></row>"#, false),
        (r#"<row r="1"><d/></row>"#, false),
        (r#"<row r="1"><c><v>1</v></c>"#, false),
        (r#"<rows r="1"/>"#, false),
        (r#"text<row r="1"/>"#, false),
        ("", true),
    ] {
        let content = with_rows(rows);
        alike(&content, &Limits::default(), rows);
        assert_eq!(is_usual(&content), usual, "{rows}");
    }
}

#[test]
fn shared_texts() {
    let rows: String = (0..5)
        .map(|at| format!(r#"<row><c t="s"><v>{at}</v></c></row>"#))
        .collect();
    for (texts, usual) in [
        ("<sst><si><t>a</t></si><si><t> b </t></si></sst>", true),
        (
            "<sst count=\"1\" uniqueCount=\"1\"><si/><si></si><si><t/></si></sst>rest",
            true,
        ),
        ("<sst uniqueCount=\"70000\"><si><t>a</t></si></sst>", false),
        ("<sst uniqueCount=\"x\"><si><t>a</t></si></sst>", false),
        (
            "<sst><si><r><t>a</t></r><r><t xml:space=\"preserve\"> b</t></r></si><si><t>_x0041_&#x42;</t></si></sst>",
            true,
        ),
        ("<sst><si><t>a</t><rPh><t>b</t></rPh></si></sst>", true),
        ("<sst><si><t>a<!-- b --></t></si></sst>", false),
        ("<sst><si><t>&own;</t></si></sst>", false),
        ("<sst><si><t>a</t></si>", false),
        ("<sst/>", false),
        ("<x:sst><x:si><x:t>a</x:t></x:si></x:sst>", false),
        ("", false),
    ] {
        let content = replaced(&with_rows(&rows), "xl/sharedStrings.xml", |_| texts.to_owned());
        alike(&content, &Limits::default(), texts);
        assert_eq!(is_usual(&content), usual, "{texts}");
    }
    let bytes = b"<sst><si><t>a\xff</t></si></sst>";
    let content = changed(&with_rows(&rows), "xl/sharedStrings.xml", |_| bytes.to_vec());
    alike(&content, &Limits::default(), "no text");
    assert!(!is_usual(&content));
}

#[test]
fn limits_hold_in_both_ways() {
    let rows: String = (1..50)
        .map(|row| format!(r#"<row r="{row}"><c r="A{row}"><v>1</v></c><c r="F{row}" t="s"><v>1</v></c></row>"#))
        .collect();
    let content = with_rows(&rows);
    for (number, change) in [
        (|limits: &mut Limits| limits.cells = 31) as fn(&mut Limits),
        |limits| limits.columns = 5,
        |limits| limits.rows = 17,
        |limits| limits.cell_bytes = 2,
        |limits| limits.workbook_text_bytes = 20,
        |limits| limits.sheets = 0,
    ]
    .into_iter()
    .enumerate()
    {
        let mut limits = Limits::default();
        change(&mut limits);
        let told = alike(&content, &limits, &number.to_string());
        assert!(
            told.ends_with(b"\0\0\0") && told.windows(2).any(|pair| pair[0] == b'L'),
            "{number}"
        );
    }
}

/// Sheets of all kinds of cells, merges and hidden rows.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for usual in [true, false] {
        let cells = CELLS.iter().filter(|(_, is_usual)| *is_usual == usual);
        let rows = cells.enumerate().map(|(row, (cell, _))| {
            let row = row + 2;
            let cell = cell.replace("2\"", &format!("{row}\""));
            format!(
                "<row r=\"{row}\" hidden=\"{}\"><c r=\"A{row}\" t=\"s\"><v>1</v></c>{cell}</row>\n",
                row % 3
            )
        });
        let rows: String = rows.collect();
        seeds.push(with(&format!(
            "<?xml version=\"1.0\"?>\n<worksheet xmlns=\"x\"><dimension ref=\"A1:B99\"/><sheetData>{rows}</sheetData>\
             <mergeCells count=\"2\"><mergeCell ref=\"B3:B7\"/><mergeCell ref=\"A1:B1\"/></mergeCells></worksheet>"
        )));
    }
    let list: Vec<Vec<Value>> = (0..40)
        .map(|row| {
            vec![
                f64::from(row).into(),
                "a & b".into(),
                (row % 2 == 0).into(),
                Value::NotAvailable,
            ]
        })
        .collect();
    seeds.push(written(&[
        Sheet::new("Lista", &list)
            .merged(&[(1, 1, 4)])
            .hidden_rows(&[3, 5])
            .since_1904(),
        Sheet::new("Empty", &[]),
        Sheet::new("Hidden", &list).hidden(),
    ]));
    seeds
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }
}

/// The same bytes with some of them changed, taken away, or doubled.
fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        let end = (at + random.below(40)).min(bytes.len());
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = b"<>/\"'&; 0\xff!?="[random.below(13)],
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            4 => {
                let pieces = [
                    "<!--",
                    "-->",
                    "<![CDATA[",
                    "]]>",
                    "<row>",
                    "</row>",
                    "</c>",
                    "<c>",
                    "&amp;",
                    "</sheetData>",
                ];
                let piece = pieces[random.below(pieces.len())].bytes();
                bytes.splice(at..at, piece);
            }
            _ if random.below(8) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

#[test]
fn whatever_is_damaged_is_told_alike() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let shared = std::cell::RefCell::new(Random(0x2545_f491_4f6c_dd1d));
    let (mut usual, mut other) = (0, 0);
    let parts = [
        SHEET,
        SHEET,
        SHEET,
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
    ];
    for number in 0..900 {
        for seed in seeds() {
            let part = parts[random.below(parts.len())];
            let content = changed(&seed, part, |bytes| mutated(bytes, &mut shared.borrow_mut()));
            alike(&content, &Limits::default(), &format!("mutation {number} of {part}"));
            *(if is_usual(&content) { &mut usual } else { &mut other }) += 1;
        }
    }
    assert!(usual > 100 && other > 100, "{usual} {other}");
    // The archive itself: streams that break off, or whose sums are wrong.
    for seed in seeds() {
        for _ in 0..60 {
            let content = mutated(&seed, &mut random);
            alike(&content, &Limits::default(), "an archive");
        }
    }
}

#[test]
fn a_sheet_that_turns_out_unusual_is_told_once() {
    let row =
        |row: u32| format!(r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}" t="s"><v>0</v></c></row>"#);
    let rows: String = (1..30_000).map(row).collect();
    for end in [
        "<!-- a -->",
        "<row r=\"7\"><c r=\"A7\"><v>1</v></c></row>",
        "<row r=\"30000\"><c><v>.5</v></c></row>",
    ] {
        let content = with(&format!(
            "<worksheet><sheetData>{rows}{end}</sheetData><mergeCell ref=\"B3:B7000\"/></worksheet>"
        ));
        let told = alike(&content, &Limits::default(), end);
        assert!(told.len() > 200_000);
    }
}

/// Every workbook of the repository.
#[test]
fn samples_and_cases() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")];
    folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"));
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|name| name == "xlsx") {
                let mut content = Vec::new();
                fs::File::open(&path).unwrap().read_to_end(&mut content).unwrap();
                alike(&content, &Limits::default(), &path.display().to_string());
                seen += 1;
            }
        }
    }
    assert!(seen > 0);
}
