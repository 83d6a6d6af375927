//! Reading workbooks: the same rows from every format, and what is wrong with them.

use chrono::NaiveDate;

use super::*;

#[path = "../../tests/support/workbooks.rs"]
pub(in crate::read) mod workbooks;

use workbooks::{Sheet, Value, all, changed, compound, ods, replaced, xls, xlsb, xlsx};

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
        (tight(|limits| limits.part_bytes = 100), "part_bytes"),
        (tight(|limits| limits.unpacked_bytes = 1000), "unpacked_bytes"),
        (tight(|limits| limits.workbook_text_bytes = 20), "workbook_text_bytes"),
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

/// An XLSX file with the content of its one sheet replaced.
fn with_sheet(data: &str) -> Vec<u8> {
    let whole = xlsx(&[Sheet::new("Lista", &[vec!["x".into()]])]);
    replaced(&whole, "xl/worksheets/sheet1.xml", |_| {
        format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{data}\
             </sheetData></worksheet>"
        )
    })
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
                .all(|finding| finding.place.file.as_str() == "in"),
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
        (
            r#"<c r="B2" t="s"><v>abc</v></c>"#,
            "shared text abc, which is not there",
        ),
        (r#"<c r="B2" t="s"><v>-1</v></c>"#, "shared text -1, which is not there"),
        (r#"<c r="B2" t="s"><v>99</v></c>"#, "shared text 99, which is not there"),
        (r#"<c r="B2"><f>1+1</f><v></v></c>"#, "formula without a value"),
        (r#"<c r="B2"><f>1+1</f></c>"#, "formula without a value"),
        (r#"<c r="B2"><f>1+1</f><v/></c>"#, "formula without a value"),
        (r#"<c r="B2"><v>NaN</v></c>"#, "NaN"),
        (r#"<c r="B2" t="n"><v>1e999</v></c>"#, "1e999"),
        (r#"<c r="B2"><v>12abc</v></c>"#, "12abc"),
        (
            r#"<c r="B2"><v><![CDATA[12]]></v></c>"#,
            "a value that is not written plainly",
        ),
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
    assert_eq!(
        Got::of(with_rows(empty)).rows(),
        rows(&[(2, "1")]),
        "a formula may come to no text"
    );
}

#[test]
fn cells_of_a_row_may_come_in_any_order() {
    let mixed = r#"<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>"#;
    assert_eq!(Got::of(with_rows(mixed)).rows(), rows(&[(2, "1|2")]));
}

#[test]
fn far_and_many_columns_and_rows_of_nothing_cost_nothing() {
    let blanks: String = (3..3000)
        .map(|row| format!(r#"<row r="{row}"><c r="XFD{row}" s="0"/></row>"#))
        .collect();
    let got = Got::of(with_rows(&format!(
        r#"<row r="2"><c r="A2"><v>1</v></c></row>{blanks}"#
    )));
    assert_eq!(got.rows(), rows(&[(2, "1")]));
}

#[test]
fn rich_text_is_one_text_and_how_it_is_said_is_none() {
    let rich = r#"<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><r><t>Con</t></r><r><rPr><b/></rPr><t>toso</t></r></is></c></row>
        <row r="3"><c r="A3"><v>2</v></c><c r="B3" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c></row>"#;
    assert_eq!(
        Got::of(with_rows(rich)).rows(),
        rows(&[(2, "1|Contoso"), (3, "2|東京")])
    );
}

#[test]
fn both_epochs_and_errors_are_alike_in_every_format() {
    let mut list = list();
    list.push(vec![
        "x".into(),
        Value::NotAvailable,
        "B".into(),
        1.5.into(),
        Value::NotAvailable,
    ]);
    let rows_of = |sheet: &Sheet| {
        let of = |(format, content): &(&str, Vec<u8>)| {
            let got = Got::of(content);
            assert_eq!(got.codes(), [""; 0], "{format}: {:?}", got.report.findings);
            got.rows()
        };
        all(std::slice::from_ref(sheet)).iter().map(of).collect::<Vec<_>>()
    };
    let sheet = Sheet::new("Lista", &list);
    let expected = rows_of(&sheet).remove(0);
    assert_eq!(
        expected.last().map(|(_, text)| text.as_str()),
        Some("x|#N/A|B|1.5|#N/A")
    );
    for all in [rows_of(&sheet), rows_of(&sheet.clone().since_1904())] {
        all.iter().for_each(|rows| assert_eq!(*rows, expected));
    }
}

#[test]
fn a_merged_value_counts_for_each_of_its_rows_that_holds_anything() {
    let row = |id: &str, name: &str| vec![id.into(), name.into(), 1.0.into()];
    let list = [
        row("id", "name"),
        row("1", "Acme"),
        row("2", ""),
        vec![],
        row("4", ""),
        row("5", ""),
        row("6", "Own"),
    ];
    // Rows 2 to 5 of the names; row 6 is blank and not merged; the last merge has nothing to give.
    let sheet = Sheet::new("Lista", &list).merged(&[(1, 1, 4), (5, 0, 6)]);
    for (format, content) in all(&[sheet]) {
        let got = Got::of(&content);
        assert_eq!(
            got.rows(),
            rows(&[
                (2, "1|Acme|1"),
                (3, "2|Acme|1"),
                (5, "4|Acme|1"),
                (6, "5||1"),
                (7, "6|Own|1")
            ]),
            "{format}"
        );
        assert_eq!(got.codes(), [""; 0], "{format}");
    }
}

#[test]
fn hidden_rows_are_read_and_counted() {
    let list: Vec<Vec<Value>> = (0..6)
        .map(|row| match row {
            0 => vec!["id".into(), "name".into()],
            4 => vec![],
            row => vec![f64::from(row).into(), "x".into()],
        })
        .collect();
    let sheet = Sheet::new("Lista", &list).hidden_rows(&[1, 3, 4]);
    for (format, content) in all(&[sheet]) {
        let got = Got::of(&content);
        assert_eq!(got.rows().len(), 4, "{format}");
        assert_eq!(got.codes(), ["rows-hidden"], "{format}");
        let finding = &got.report.findings[0];
        assert!(
            finding.message.starts_with("2 rows are hidden"),
            "{format}: {}",
            finding.message
        );
        assert_eq!(finding.place.sheet.as_deref(), Some("Lista"));
    }
}

/// An ODS file whose one table has this inside, below a row of headings.
fn with_table(rows: &str) -> Vec<u8> {
    let whole = ods(&[Sheet::new("Lista", &[vec!["id".into(), "name".into()]])]);
    replaced(&whole, "content.xml", |text| {
        text.replace("</table:table>", &format!("{rows}</table:table>"))
    })
}

#[test]
fn tables_of_ods_are_read_however_they_are_written() {
    let number = r#"<table:table-cell office:value-type="float" office:value="1"/>"#;
    for (cell, shown) in [
        (
            r#"<table:table-cell office:value-type="string"><text:p>A  <text:span>B</text:span>
             C</text:p><text:p>D<text:s text:c="2"/>E</text:p></table:table-cell>"#,
            "A B C D E",
        ),
        (
            r#"<table:table-cell><text:p>A &amp; B&#10;</text:p></table:table-cell>"#,
            "A & B",
        ),
        (
            r#"<table:table-cell office:value-type="string"><office:annotation><text:p>no</text:p></office:annotation><text:p>yes</text:p></table:table-cell>"#,
            "yes",
        ),
        (
            r#"<table:table-cell office:value-type="string"><text:p><text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>トウ</text:ruby-text></text:ruby></text:p></table:table-cell>"#,
            "東京",
        ),
        (
            r#"<table:table-cell table:formula="of:=1+1" office:value-type="float"/>"#,
            "formula without a value",
        ),
        (
            r#"<table:table-cell table:formula="of:=1+1"/>"#,
            "formula without a value",
        ),
        (
            r#"<table:table-cell table:formula="of:=X" office:value-type="float" office:value="0"><text:p>Err:508</text:p></table:table-cell>"#,
            "Err:508",
        ),
        (
            r#"<table:table-cell office:value-type="float" office:value="12abc"/>"#,
            "12abc",
        ),
        (
            r#"<table:table-cell office:value-type="float" office:value="NaN"/>"#,
            "NaN",
        ),
        (
            r#"<table:table-cell office:value-type="boolean" office:boolean-value="2"/>"#,
            "2",
        ),
        (
            r#"<table:table-cell office:value-type="percentage" office:value="0.5"/>"#,
            "0.5",
        ),
        (
            r#"<table:table-cell office:value-type="date" office:date-value="2026-05-03"/>"#,
            "2026-05-03",
        ),
    ] {
        let pretty = format!("\n<!-- a --><table:table-row>\n {number}\n <!-- b -->{cell}\n</table:table-row>");
        let repeated = format!(
            r#"<table:table-row table:number-rows-repeated="2">{number}<table:table-cell table:number-columns-repeated="16383"/></table:table-row>
               <table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#
        );
        let got = Got::of(with_table(&format!("{pretty}{repeated}")));
        let expected = format!("1|{shown}");
        assert_eq!(got.rows(), rows(&[(2, &expected), (3, "1"), (4, "1")]), "{cell}");
    }
}

#[test]
fn an_entity_that_nobody_knows_is_no_text() {
    let cell = r#"<table:table-row><table:table-cell office:value-type="string"><text:p>a&b;c</text:p></table:table-cell></table:table-row>"#;
    let got = Got::of(with_table(cell));
    assert_eq!((got.codes(), got.report.refused), (vec!["file-unreadable"], true));
}

#[test]
fn what_is_repeated_counts_as_often_as_it_is_repeated() {
    let limits = Limits {
        cells: 1000,
        rows: 100,
        ..Limits::default()
    };
    let cell = |times: u32| {
        format!(
            r#"<table:table-cell table:number-columns-repeated="{times}" office:value-type="float" office:value="1"/>"#
        )
    };
    for (row, name) in [
        (format!("<table:table-row>{}</table:table-row>", cell(16_000)), "cells"),
        (
            format!("<table:table-row>{}</table:table-row>", cell(u32::MAX)),
            "cells",
        ),
        (
            format!(
                r#"<table:table-row table:number-rows-repeated="1000000">{}</table:table-row>"#,
                cell(1)
            ),
            "rows",
        ),
    ] {
        let got = Got::with(with_table(&row), &ReadOptions::default(), &limits);
        assert_eq!((got.codes(), got.report.refused), (vec!["limit-exceeded"], true));
        assert!(got.report.findings[0].hint.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn parts_of_one_name_refuse_the_file() {
    let whole = zip(&[("a.csv", b"id,name\n1,x\n"), ("b.csv", b"id,name\n2,y\n")]);
    // The last of both stands in the directory.
    let mut twice = whole.clone();
    let at = twice.windows(5).rposition(|window| window == b"b.csv").unwrap();
    twice[at] = b'a';
    let got = Got::of(&twice);
    assert_eq!((got.codes(), got.report.refused), (vec!["file-unreadable"], true));
    assert!(got.report.findings[0].message.contains("two parts of the name `a.csv`"));
}

/// The same bytes with one run of them replaced by another of its length.
fn patched(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    bytes[at..at + from.len()].copy_from_slice(to);
    bytes
}

#[test]
fn records_of_xlsb_that_lie_are_errors_where_they_stand() {
    let list = [
        vec!["id".into(), "name".into()],
        vec![1.0.into(), 7.25.into()],
        vec![2.0.into(), "x".into()],
    ];
    let whole = xlsb(&[Sheet::new("Lista", &list)]);
    let sheet = "xl/worksheets/sheet1.bin";
    // A number record: kind, length, column, style, value.
    let number = [&[5u8, 16, 1, 0, 0, 0, 0, 0, 0, 0][..], &7.25f64.to_le_bytes()].concat();
    for (record, shown) in [
        (
            [&[7u8, 16, 1, 0, 0, 0, 0, 0, 0, 0][..], &99u64.to_le_bytes()].concat(),
            "shared text 99, which is not there",
        ),
        (
            [&[3u8, 16, 1, 0, 0, 0, 0, 0, 0, 0][..], &0x2du64.to_le_bytes()].concat(),
            "error 45 of a formula",
        ),
        (
            [&[11u8, 16, 1, 0, 0, 0, 0, 0, 0, 0][..], &7u64.to_le_bytes()].concat(),
            "#DIV/0!",
        ),
        (
            [&[4u8, 16, 1, 0, 0, 0, 0, 0, 0, 0][..], &2u64.to_le_bytes()].concat(),
            "the truth value 2",
        ),
        (
            [&[6u8, 16, 1, 0, 0, 0, 0, 0, 0, 0][..], &9u64.to_le_bytes()].concat(),
            "a value that is cut short",
        ),
        (
            [&[5u8, 16, 1, 0, 0, 0, 0, 0, 0, 0][..], &f64::NAN.to_le_bytes()].concat(),
            "NaN",
        ),
    ] {
        let got = Got::of(changed(&whole, sheet, |bytes| patched(bytes, &number, &record)));
        assert_eq!(
            got.rows(),
            rows(&[(2, &format!("1|{shown}")), (3, "2|x")]),
            "{record:?}"
        );
    }
}

#[test]
fn records_of_xls_that_lie_are_errors_where_they_stand() {
    let list = [
        vec!["id".into(), "name".into()],
        vec![1.0.into(), 7.25.into()],
        vec![2.0.into(), "x".into(), Value::NotAvailable],
    ];
    let whole = xls(&[Sheet::new("Lista", &list)]);
    // A number record: kind, length, row, column, style, value.
    let record = |kind: u16, value: &[u8]| {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend((6 + value.len() as u16).to_le_bytes());
        bytes.extend([1, 0, 1, 0, 0, 0]);
        bytes.extend(value);
        bytes
    };
    let number = record(0x0203, &7.25f64.to_le_bytes());
    for (instead, shown) in [
        (
            [record(0x00fd, &99u32.to_le_bytes()), vec![0x99, 0, 0, 0]].concat(),
            "1|shared text 99, which is not there",
        ),
        (
            [record(0x027e, &30u32.to_le_bytes()), vec![0x99, 0, 0, 0]].concat(),
            "1|7",
        ),
    ] {
        let got = Got::of(patched(&whole, &number, &instead));
        assert_eq!(got.rows(), rows(&[(2, shown), (3, "2|x|#N/A")]), "{shown}");
    }
    // The place of the name in row 2, said of the id in row 3.
    let id = [&[3u8, 2, 14, 0, 2, 0, 0, 0, 0, 0][..], &2.0f64.to_le_bytes()].concat();
    let mut again = id.clone();
    again[4..8].copy_from_slice(&[1, 0, 1, 0]);
    let got = Got::of(patched(&whole, &id, &again));
    assert_eq!(got.rows(), rows(&[(2, "1|given twice"), (3, "|x|#N/A")]));
    // The formula's text is to come, and does not.
    let (error, text) = ([2u8, 0, 0x2a, 0, 0, 0, 0xff, 0xff], [0u8, 0, 0, 0, 0, 0, 0xff, 0xff]);
    let got = Got::of(patched(&whole, &error, &text));
    assert_eq!(got.rows(), rows(&[(2, "1|7.25"), (3, "2|x|formula without a value")]));
    // The only formula of the sheet was never worked out.
    let blank = [3u8, 0, 0, 0, 0, 0, 0xff, 0xff];
    let got = Got::of(patched(&whole, &error, &blank));
    assert_eq!(got.rows(), rows(&[(2, "1|7.25"), (3, "2|x|formula without a value")]));
}

#[test]
fn two_sheets_of_one_name_refuse_the_file() {
    let list = [vec!["id".into(), "name".into()], vec![1.0.into(), "x".into()]];
    let wide: Vec<u8> = "Lista".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let other: Vec<u8> = "Listb".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (format, content) in all(&[Sheet::new("Lista", &list), Sheet::new("Listb", &list)]) {
        let twice = match format {
            "xlsx" => replaced(&content, "xl/workbook.xml", |text| text.replace("Listb", "Lista")),
            "ods" => replaced(&content, "content.xml", |text| text.replace("Listb", "Lista")),
            "xlsb" => changed(&content, "xl/workbook.bin", |bytes| patched(bytes, &other, &wide)),
            _ => patched(&content, &other, &wide),
        };
        let got = Got::of(twice);
        assert_eq!(
            (got.codes(), got.report.refused),
            (vec!["file-unreadable"], true),
            "{format}"
        );
        assert!(
            got.report.findings[0]
                .message
                .contains("two of its sheets are called `Lista`")
        );
    }
}
