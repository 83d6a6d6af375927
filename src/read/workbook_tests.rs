//! Reading workbooks: the same rows from every format, and what is wrong with them.

use chrono::NaiveDate;

use super::*;

#[path = "../../tests/support/workbooks.rs"]
mod workbooks;

use workbooks::{Sheet, Value, all, compound, xls, xlsx};

fn list() -> Vec<Vec<Value>> {
    let day = NaiveDate::from_ymd_opt(2026, 5, 3).unwrap();
    let noon = Value::Date(day.and_hms_opt(12, 30, 0).unwrap());
    vec![
        vec!["Report".into()],
        vec![],
        vec!["".into(), "id".into(), "name".into(), "end".into(), "Lejárat".into()],
        vec![
            "".into(),
            "A-1".into(),
            "Tűzőgép & <Kft.>".into(),
            day.into(),
            25.0.into(),
        ],
        vec![],
        vec!["".into(), "A-2".into(), "".into(), noon, true.into()],
        vec!["".into(), 7.5.into(), false.into(), "text".into()],
    ]
}

#[test]
fn every_format_gives_the_same_rows() {
    let day = NaiveDate::from_ymd_opt(2026, 5, 3).unwrap();
    let at = |hour, minute| Cell::DateTime(day.and_hms_opt(hour, minute, 0).unwrap());
    let expected = vec![
        (
            4,
            vec![
                Cell::Empty,
                Cell::Text("A-1"),
                Cell::Text("Tűzőgép & <Kft.>"),
                at(0, 0),
                Cell::Number(25.0),
            ],
        ),
        (
            6,
            vec![
                Cell::Empty,
                Cell::Text("A-2"),
                Cell::Empty,
                at(12, 30),
                Cell::Bool(true),
            ],
        ),
        (
            7,
            vec![Cell::Empty, Cell::Number(7.5), Cell::Bool(false), Cell::Text("text")],
        ),
    ];
    for (format, content) in all(&[Sheet::new("Lista", &list())]) {
        let got = Got::of(&content);
        assert_eq!(got.codes(), [""; 0], "{format}: {:?}", got.report.findings);
        assert_eq!(got.report.container.map(Container::as_str), Some(format));
        let head = &got.kept.heads[0];
        assert_eq!(
            (head.sheet.as_deref(), head.header_row, head.hidden),
            (Some("Lista"), 3, false),
            "{format}"
        );
        assert_eq!(
            head.headings.iter().map(|text| &**text).collect::<Vec<_>>(),
            ["", "id", "name", "end", "Lejárat"]
        );
        assert_eq!(head.above, [(1, vec!["Report".to_owned()])], "{format}");
        let rows: Vec<(u32, Vec<Cell<'_>>)> = got
            .kept
            .batches
            .iter()
            .flat_map(Rows::iter)
            .map(|row| (row.number, row.cells().collect()))
            .collect();
        assert_eq!(rows, expected, "{format}");
    }
}

#[test]
fn all_sheets_are_looked_at() {
    let table = |id: &str| vec![vec!["id".into(), "name".into()], vec![id.into(), "x".into()]];
    let sheets = [
        Sheet::new("Cover", &[vec!["Welcome".into()]]),
        Sheet::new("Blank", &[]),
        Sheet::new("May", &table("1")),
        Sheet::new("Old", &table("2")).hidden(),
    ];
    for (format, content) in all(&sheets) {
        let got = Got::of(&content);
        assert_eq!(got.rows(), rows(&[(2, "1|x"), (2, "2|x")]), "{format}");
        assert_eq!(got.report.sheets, 4, "{format}");
        assert_eq!(got.codes(), ["sheet-hidden", "sheet-ignored"], "{format}");
        let places: Vec<_> = got
            .report
            .findings
            .iter()
            .map(|finding| finding.place.sheet.as_deref())
            .collect();
        assert_eq!(places, [Some("Old"), Some("Cover")], "{format}");
        assert_eq!(
            got.kept.heads.iter().map(|head| head.hidden).collect::<Vec<_>>(),
            [false, true],
            "{format}"
        );

        let mut options = ReadOptions {
            sheet: Some("May".into()),
            ..ReadOptions::default()
        };
        let got = Got::with(&content, &options, &Limits::default());
        assert_eq!((got.rows(), got.codes().len()), (rows(&[(2, "1|x")]), 0), "{format}");
        options.sheet = Some("June".into());
        let got = Got::with(&content, &options, &Limits::default());
        assert_eq!(
            (got.codes(), got.report.refused),
            (vec!["file-refused"], true),
            "{format}"
        );
    }
    for (format, content) in all(&sheets[..1]) {
        let got = Got::of(&content);
        assert_eq!(
            (got.codes(), got.report.refused),
            (vec!["no-headings"], true),
            "{format}"
        );
    }
}

#[test]
fn cut_workbooks_are_refused() {
    for (format, content) in all(&[Sheet::new("Lista", &list())]) {
        for tenths in 1..10 {
            let cut = &content[..content.len() * tenths / 10];
            let got = Got::of(cut);
            if format != "xls" {
                assert_eq!(
                    (got.codes(), got.report.refused),
                    (vec!["file-unreadable"], true),
                    "{format} {tenths}"
                );
            }
        }
    }
    let ods = workbooks::ods(&[Sheet::new("Lista", &list())]);
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(&ods)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("content.xml").unwrap(), &mut text).unwrap();
    let end = text.find("A-2").unwrap();
    let mimetype = b"application/vnd.oasis.opendocument.spreadsheet";
    let cut = zip(&[
        ("mimetype", mimetype),
        ("META-INF/manifest.xml", b"<x/>"),
        ("content.xml", &text.as_bytes()[..end]),
    ]);
    assert_eq!(Got::of(cut).codes(), ["file-unreadable"], "its reader would never end");
}

#[test]
fn encrypted_workbooks_are_refused_as_such() {
    let got = Got::of(compound("EncryptedPackage", &[7; 5000]));
    assert_eq!((got.codes(), got.report.refused), (vec!["file-refused"], true));
    assert!(got.report.findings[0].message.contains("password protected"));
    let got = Got::of(compound("WordDocument", &[7; 5000]));
    assert!(got.report.findings[0].message.contains("no workbook"));
}

#[test]
fn limits_of_workbooks() {
    let content = xlsx(&[Sheet::new("a", &list()), Sheet::new("b", &list())]);
    let tight = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    for (limits, name) in [
        (tight(|limits| limits.file_bytes = 100), "file_bytes"),
        (tight(|limits| limits.sheets = 1), "sheets"),
        (tight(|limits| limits.cells = 5), "cells"),
        (tight(|limits| limits.columns = 2), "columns"),
        (tight(|limits| limits.rows = 3), "rows"),
        (tight(|limits| limits.cell_bytes = 3), "cell_bytes"),
        (tight(|limits| limits.parts = 3), "parts"),
    ] {
        let got = Got::with(&content, &ReadOptions::default(), &limits);
        assert_eq!(
            (got.codes(), got.report.refused),
            (vec!["limit-exceeded"], true),
            "{name}"
        );
        assert!(got.report.findings[0].hint.contains(&format!("`{name}`")), "{name}");
    }
}

/// The parts of an XLSX file, with its one sheet replaced.
fn with_sheet(data: &str) -> Vec<u8> {
    let whole = xlsx(&[Sheet::new("Lista", &[vec!["x".into()]])]);
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(&whole)).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut member, &mut content).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            content = format!(
                "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{data}\
                 </sheetData></worksheet>"
            )
            .into_bytes();
        }
        parts.push((name, content));
    }
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, content)| (name.as_str(), content.as_slice()))
        .collect();
    zip(&parts)
}

#[test]
fn a_sheet_that_breaks_off_gives_the_rows_before() {
    let text = |cell: &str, text: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let head = format!("<row r=\"1\">{}{}</row>", text("A1", "id"), text("B1", "name"));
    let good = format!("<row r=\"2\">{}{}</row>", text("A2", "1"), text("B2", "a"));
    let next = format!("<row r=\"3\">{}</row>", text("A3", "2"));
    for bad in [
        format!("{next}<row r=\"2\">{}</row>", text("A2", "3")),
        format!("{next}<row r=\"2000000\"><c r=\"A2000000\"><v>1</v></c></row>"),
    ] {
        let got = Got::of(with_sheet(&format!("{head}{good}{bad}")));
        assert_eq!(got.rows(), rows(&[(2, "1|a")]), "{bad}");
        assert_eq!(got.codes(), ["file-damaged"]);
        let place = &got.report.findings[0].place;
        assert_eq!((place.sheet.as_deref(), place.row), (Some("Lista"), Some(3)));
        assert!(!got.report.refused);
    }
}

#[test]
fn a_far_cell_costs_nothing() {
    let far = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    assert_eq!(Got::of(with_sheet(far)).codes(), ["no-headings"]);
}

#[test]
fn a_workbook_that_panics_its_reader_is_damaged() {
    let whole = xls(&[Sheet::new("Lista", &list())]);
    for at in (512..whole.len()).step_by(7) {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        let got = Got::of(&broken);
        assert!(
            got.report
                .findings
                .iter()
                .all(|finding| finding.place.file.as_ref() == "in"),
            "answers, whatever it is"
        );
    }
}

/// A sheet with headings in row 1, then these rows.
fn with_rows(rows: &str) -> Vec<u8> {
    let text = |cell: &str, text: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let head = format!("<row r=\"1\">{}{}</row>", text("A1", "id"), text("B1", "name"));
    with_sheet(&format!("{head}{rows}"))
}

#[test]
fn a_bad_cell_of_xlsx_is_an_error_where_it_stands() {
    for (cell, shown) in [
        (r#"<c r="B2" t="e"><v>#N/A</v></c>"#, "#N/A"),
        (r#"<c r="B2" t="e"><v>#SPILL!</v></c>"#, "#SPILL!"),
        (r#"<c r="B2" t="e"><f>A()</f><v>#CALC!</v></c>"#, "#CALC!"),
        (r#"<c r="B2" t="z"><v>1</v></c>"#, "a cell of the unknown kind z"),
        (r#"<c r="B2" t="b"><v>2</v></c>"#, "2"),
        (r#"<c r="B2" t="s"><v>abc</v></c>"#, "shared text abc, which is not there"),
        (r#"<c r="B2" t="s"><v>-1</v></c>"#, "shared text -1, which is not there"),
        (r#"<c r="B2" t="s"><v>99</v></c>"#, "shared text 99, which is not there"),
        (r#"<c r="B2"><f>1+1</f><v></v></c>"#, "formula without a value"),
        (r#"<c r="B2"><f>1+1</f></c>"#, "formula without a value"),
        (r#"<c r="B2"><f>1+1</f><v/></c>"#, "formula without a value"),
        (r#"<c r="B2"><v>NaN</v></c>"#, "NaN"),
        (r#"<c r="B2" t="n"><v>1e999</v></c>"#, "1e999"),
        (r#"<c r="B2"><v>12abc</v></c>"#, "12abc"),
        (r#"<c r="B2"><v><![CDATA[12]]></v></c>"#, "a value that is not written plainly"),
        (r#"<c r="B2"><v>1</v></c><c r="B2"><v>2</v></c>"#, "given twice"),
        (r#"<c t="e"><v>#SPILL!</v></c>"#, "#SPILL!"),
    ] {
        let rows_of = format!(
            r#"<row r="2"><c r="A2"><v>1</v></c>{cell}<c><v>3</v></c></row><row r="3"><c><v>4</v></c><c><v>5</v></c></row>"#
        );
        let got = Got::of(with_rows(&rows_of));
        let expected = format!("1|{shown}|3");
        assert_eq!(got.rows(), rows(&[(2, &expected), (3, "4|5")]), "{cell}");
        assert_eq!(got.codes(), [""; 0], "{cell}: only a column that is used matters");
    }
    let empty = r#"<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>"#;
    assert_eq!(Got::of(with_rows(empty)).rows(), rows(&[(2, "1")]), "a formula may come to no text");
}

#[test]
fn cells_of_a_row_may_come_in_any_order() {
    let mixed = r#"<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>"#;
    assert_eq!(Got::of(with_rows(mixed)).rows(), rows(&[(2, "1|2")]));
}

#[test]
fn far_and_many_columns_and_rows_of_nothing_cost_nothing() {
    let blanks: String = (3..3000).map(|row| format!(r#"<row r="{row}"><c r="XFD{row}" s="0"/></row>"#)).collect();
    let got = Got::of(with_rows(&format!(r#"<row r="2"><c r="A2"><v>1</v></c></row>{blanks}"#)));
    assert_eq!(got.rows(), rows(&[(2, "1")]));
}

#[test]
fn rich_text_is_one_text_and_how_it_is_said_is_none() {
    let rich = r#"<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><r><t>Con</t></r><r><rPr><b/></rPr><t>toso</t></r></is></c></row>
        <row r="3"><c r="A3"><v>2</v></c><c r="B3" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c></row>"#;
    assert_eq!(Got::of(with_rows(rich)).rows(), rows(&[(2, "1|Contoso"), (3, "2|東京")]));
}
