//! The same rows as a workbook of each format, for tests.
//!
//! In: rows of values, or whole sheets. Out: the bytes of an XLSX, XLSB, XLS or ODS file, as small as its readers allow. XLSX
//! is written by a library, the others here, record by record.

use std::io::{Cursor, Write};

use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{Format, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Empty,
    Text(String),
    Number(f64),
    Date(NaiveDateTime),
    Bool(bool),
    /// A formula that comes to `#N/A`.
    NotAvailable,
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        if text.is_empty() {
            Value::Empty
        } else {
            Value::Text(text.to_owned())
        }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl From<NaiveDate> for Value {
    fn from(date: NaiveDate) -> Value {
        Value::Date(date.and_time(chrono::NaiveTime::MIN))
    }
}

/// A sheet; its first row is row 1, its first cell column A.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) rows: Vec<Vec<Value>>,
    /// Merged cells: first row, column, last row, from 0.
    pub(crate) merged: Vec<(u32, u32, u32)>,
    /// Hidden rows, from 0.
    pub(crate) hidden_rows: Vec<u32>,
    /// Whether the workbook counts its days from 1904.
    pub(crate) since_1904: bool,
}

impl Sheet {
    pub(crate) fn new(name: &str, rows: &[Vec<Value>]) -> Sheet {
        Sheet {
            name: name.to_owned(),
            hidden: false,
            rows: rows.to_vec(),
            merged: Vec::new(),
            hidden_rows: Vec::new(),
            since_1904: false,
        }
    }

    pub(crate) fn merged(mut self, merged: &[(u32, u32, u32)]) -> Sheet {
        self.merged = merged.to_vec();
        self
    }

    pub(crate) fn hidden_rows(mut self, rows: &[u32]) -> Sheet {
        self.hidden_rows = rows.to_vec();
        self
    }

    pub(crate) fn hidden(mut self) -> Sheet {
        self.hidden = true;
        self
    }

    pub(crate) fn since_1904(mut self) -> Sheet {
        self.since_1904 = true;
        self
    }

    /// The serial number of a date in the workbook's epoch.
    fn serial(&self, date: &NaiveDateTime) -> f64 {
        let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)
            .unwrap()
            .and_time(chrono::NaiveTime::MIN);
        let days = (*date - epoch).num_seconds() as f64 / 86_400.0;
        if self.since_1904 { days - 1462.0 } else { days }
    }

    /// Row, column and value of each filled cell, row by row.
    fn cells(&self) -> impl Iterator<Item = (u32, Vec<(u32, &Value)>)> {
        (0u32..).zip(&self.rows).map(|(row, values)| {
            let filled = (0u32..).zip(values).filter(|(_, value)| **value != Value::Empty);
            (row, filled.collect())
        })
    }
}

fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An XLSX workbook.
pub(crate) fn xlsx(sheets: &[Sheet]) -> Vec<u8> {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(&sheet.name).unwrap().set_hidden(sheet.hidden);
        for row in &sheet.hidden_rows {
            page.set_row_hidden(*row).unwrap();
        }
        // Merging writes the cells too: blanks first, their values below.
        for &(first, column, last) in &sheet.merged {
            page.merge_range(first, column as u16, last, column as u16, "", &Format::new())
                .unwrap();
        }
        for (row, cells) in sheet.cells() {
            for (column, value) in cells {
                let column = column as u16;
                match value {
                    Value::Empty => {}
                    Value::Text(text) => drop(page.write_string(row, column, text).unwrap()),
                    Value::Number(number) => drop(page.write_number(row, column, *number).unwrap()),
                    Value::Date(at) => {
                        let serial = sheet.serial(at);
                        page.write_number_with_format(row, column, serial, &date).unwrap();
                    }
                    Value::Bool(truth) => drop(page.write_boolean(row, column, *truth).unwrap()),
                    Value::NotAvailable => {
                        let formula = rust_xlsxwriter::Formula::new("NA()").set_result("#N/A");
                        page.write_formula(row, column, formula).unwrap();
                    }
                }
            }
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    match sheets.iter().any(|sheet| sheet.since_1904) {
        true => replaced(&bytes, "xl/workbook.xml", |text| {
            text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
        }),
        false => bytes,
    }
}

/// A zip archive with the text of one part changed.
pub(crate) fn replaced(archive: &[u8], name: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    changed(archive, name, |bytes| {
        change(std::str::from_utf8(bytes).unwrap()).into_bytes()
    })
}

/// A zip archive with the bytes of one part changed.
pub(crate) fn changed(archive: &[u8], name: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).unwrap();
        let part = member.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut member, &mut bytes).unwrap();
        if part == name {
            bytes = change(&bytes);
        }
        parts.push((part, bytes));
    }
    let parts: Vec<(&str, Vec<u8>)> = parts
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    zipped(&parts)
}

/// An OpenDocument spreadsheet.
pub(crate) fn ods(sheets: &[Sheet]) -> Vec<u8> {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut tables = String::new();
    for sheet in sheets {
        let style = if sheet.hidden {
            " table:style-name=\"hidden\""
        } else {
            ""
        };
        tables += &format!("<table:table table:name=\"{}\"{style}>", escape(&sheet.name));
        for (number, row) in (0u32..).zip(&sheet.rows) {
            let shown = match sheet.hidden_rows.contains(&number) {
                true => " table:visibility=\"filter\"",
                false => "",
            };
            tables += &format!("<table:table-row{shown}>");
            for (column, value) in (0u32..).zip(row) {
                let begins = |merge: &&(u32, u32, u32)| (merge.0, merge.1) == (number, column);
                let span = sheet.merged.iter().find(begins).map_or_else(String::new, |merge| {
                    format!(" table:number-rows-spanned=\"{}\" ", merge.2 - merge.0 + 1)
                });
                let cell = match value {
                    Value::Empty => "<table:table-cell/>".to_owned(),
                    Value::Text(text) => format!(
                        "<table:table-cell office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>",
                        escape(text)
                    ),
                    Value::Number(number) => {
                        format!("<table:table-cell office:value-type=\"float\" office:value=\"{number}\"/>")
                    }
                    Value::Date(at) => format!(
                        "<table:table-cell office:value-type=\"date\" office:date-value=\"{}\"/>",
                        at.format("%Y-%m-%dT%H:%M:%S")
                    ),
                    Value::Bool(truth) => {
                        format!("<table:table-cell office:value-type=\"boolean\" office:boolean-value=\"{truth}\"/>")
                    }
                    Value::NotAvailable => "<table:table-cell table:formula=\"of:=NA()\" office:value-type=\"string\" \
                                            office:string-value=\"\" calcext:value-type=\"error\"><text:p>#N/A</text:p>\
                                            </table:table-cell>"
                        .to_owned(),
                };
                let covered = |merge: &&(u32, u32, u32)| merge.1 == column && merge.0 < number && number <= merge.2;
                tables += &match sheet.merged.iter().find(covered) {
                    Some(_) => cell.replace("table:table-cell", "table:covered-table-cell"),
                    None => cell.replacen("<table:table-cell", &format!("<table:table-cell{span}"), 1),
                };
            }
            tables += "</table:table-row>";
        }
        tables += "</table:table>";
    }
    let since = match sheets.iter().any(|sheet| sheet.since_1904) {
        true => {
            "<table:calculation-settings><table:null-date table:date-value=\"1904-01-01\"/>\
                 </table:calculation-settings>"
        }
        false => "",
    };
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\" \
         xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:automatic-styles>\
         <style:style style:name=\"hidden\" style:family=\"table\"><style:table-properties table:display=\"false\"/>\
         </style:style></office:automatic-styles><office:body><office:spreadsheet>{since}{tables}\
         </office:spreadsheet></office:body></office:document-content>"
    );
    let manifest = "<?xml version=\"1.0\"?><manifest:manifest \
                    xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("META-INF/manifest.xml", manifest.into()),
        ("content.xml", content.into_bytes()),
    ])
}

/// An Excel 97 to 2003 workbook (BIFF8 in a compound file).
pub(crate) fn xls(sheets: &[Sheet]) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend((data.len() as u16).to_le_bytes());
        bytes.extend(data);
        bytes
    };
    let begin = |kind: u16| {
        let words = [0x0600, kind, 0x0dbb, 0x07cc, 0, 0, 6, 0];
        record(
            0x0809,
            &words
                .iter()
                .flat_map(|word: &u16| word.to_le_bytes())
                .collect::<Vec<u8>>(),
        )
    };
    let style = |format: u16| {
        let mut data = vec![0; 20];
        data[2..4].copy_from_slice(&format.to_le_bytes());
        record(0x00e0, &data)
    };
    let end = record(0x000a, &[]);
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();

    let bodies: Vec<Vec<u8>> = sheets
        .iter()
        .map(|sheet| {
            let mut body = begin(0x0010);
            for row in &sheet.hidden_rows {
                let mut data = (*row as u16).to_le_bytes().to_vec();
                data.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 1, 0, 0]);
                body.extend(record(0x0208, &data));
            }
            for (row, cells) in sheet.cells() {
                for (column, value) in cells {
                    let mut data = (row as u16).to_le_bytes().to_vec();
                    data.extend((column as u16).to_le_bytes());
                    let dated = matches!(value, Value::Date(_));
                    data.extend(u16::from(dated).to_le_bytes());
                    let kind = match value {
                        Value::Empty => continue,
                        Value::Text(text) => {
                            data.extend((text.encode_utf16().count() as u16).to_le_bytes());
                            data.push(1);
                            data.extend(wide(text));
                            0x0204
                        }
                        Value::Number(number) => {
                            data.extend(number.to_le_bytes());
                            0x0203
                        }
                        Value::Date(at) => {
                            data.extend(sheet.serial(at).to_le_bytes());
                            0x0203
                        }
                        Value::Bool(truth) => {
                            data.extend([u8::from(*truth), 0]);
                            0x0205
                        }
                        Value::NotAvailable => {
                            data.extend([2, 0, 0x2a, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
                            0x0006
                        }
                    };
                    body.extend(record(kind, &data));
                }
            }
            let mut merged = (sheet.merged.len() as u16).to_le_bytes().to_vec();
            for &(first, column, last) in &sheet.merged {
                for number in [first, last, column, column] {
                    merged.extend((number as u16).to_le_bytes());
                }
            }
            body.extend(record(0x00e5, &merged));
            body.extend(&end);
            body
        })
        .collect();

    let bound = |sheet: &Sheet, position: u32| {
        let mut data = position.to_le_bytes().to_vec();
        data.extend([u8::from(sheet.hidden), 0, sheet.name.encode_utf16().count() as u8, 1]);
        data.extend(wide(&sheet.name));
        record(0x0085, &data)
    };
    let mut globals = begin(0x0005);
    globals.extend(record(0x0042, &1200u16.to_le_bytes()));
    globals.extend(record(
        0x0022,
        &u16::from(sheets.iter().any(|sheet| sheet.since_1904)).to_le_bytes(),
    ));
    // 0 is a plain number, 22 a built-in format of date and time.
    globals.extend(style(0));
    globals.extend(style(22));
    let length = globals.len() + sheets.iter().map(|sheet| bound(sheet, 0).len()).sum::<usize>() + end.len();
    let mut position = length as u32;
    for (sheet, body) in sheets.iter().zip(&bodies) {
        globals.extend(bound(sheet, position));
        position += body.len() as u32;
    }
    globals.extend(&end);
    bodies.iter().for_each(|body| globals.extend(body));
    compound("Workbook", &globals)
}

/// A compound file with one stream.
pub(crate) fn compound(stream: &str, bytes: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    file.create_stream(format!("/{stream}"))
        .unwrap()
        .write_all(bytes)
        .unwrap();
    file.into_inner().into_inner()
}

/// A binary Office Open XML workbook (BIFF12 in a zip archive).
pub(crate) fn xlsb(sheets: &[Sheet]) -> Vec<u8> {
    let mut properties = [0; 12];
    properties[0] = u8::from(sheets.iter().any(|sheet| sheet.since_1904));
    let mut book = [
        record12(0x0083, &[]),
        record12(0x0099, &properties),
        record12(0x008f, &[]),
    ]
    .concat();
    let mut relations = String::from(
        "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    );
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for (number, sheet) in (1u32..).zip(sheets) {
        let mut data = u32::from(sheet.hidden).to_le_bytes().to_vec();
        data.extend(number.to_le_bytes());
        data.extend(wide12(&format!("rId{number}")));
        data.extend(wide12(&sheet.name));
        book.extend(record12(0x009c, &data));
        relations += &format!(
            "<Relationship Id=\"rId{number}\" Target=\"worksheets/sheet{number}.bin\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/>"
        );
        parts.push((format!("xl/worksheets/sheet{number}.bin"), sheet12(sheet)));
    }
    book.extend(record12(0x0090, &[]));
    book.extend(record12(0x0084, &[]));
    relations += "</Relationships>";
    let style = |format: u16| {
        let mut data = vec![0; 16];
        data[2..4].copy_from_slice(&format.to_le_bytes());
        record12(0x002f, &data)
    };
    let styles = [record12(0x0269, &2u32.to_le_bytes()), style(0), style(22)].concat();
    let types =
        "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    let mut all: Vec<(&str, Vec<u8>)> = vec![
        ("[Content_Types].xml", types.into()),
        ("xl/workbook.bin", book),
        ("xl/_rels/workbook.bin.rels", relations.into_bytes()),
        ("xl/styles.bin", styles),
    ];
    all.extend(parts.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())));
    zipped(&all)
}

fn sheet12(sheet: &Sheet) -> Vec<u8> {
    let mut body = [record12(0x0081, &[]), record12(0x0094, &[0; 16]), record12(0x0091, &[])].concat();
    for (row, cells) in sheet.cells() {
        let mut head = row.to_le_bytes().to_vec();
        head.extend([0; 21]);
        if sheet.hidden_rows.contains(&row) {
            head[11] = 0x10;
        }
        body.extend(record12(0x0000, &head));
        for (column, value) in cells {
            let mut data = column.to_le_bytes().to_vec();
            data.extend(u32::from(matches!(value, Value::Date(_))).to_le_bytes());
            let kind = match value {
                Value::Empty => continue,
                Value::Text(text) => {
                    data.extend(wide12(text));
                    0x0006
                }
                Value::Number(number) => {
                    data.extend(number.to_le_bytes());
                    0x0005
                }
                Value::Date(at) => {
                    data.extend(sheet.serial(at).to_le_bytes());
                    0x0005
                }
                Value::Bool(truth) => {
                    data.push(u8::from(*truth));
                    0x0004
                }
                Value::NotAvailable => {
                    data.extend([0x2a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
                    0x000b
                }
            };
            body.extend(record12(kind, &data));
        }
    }
    body.extend(record12(0x0092, &[]));
    for &(first, column, last) in &sheet.merged {
        let region: Vec<u8> = [first, last, column, column]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        body.extend(record12(0x00b0, &region));
    }
    body.extend(record12(0x0082, &[]));
    body
}

/// A record: its number and length in groups of seven bits, low ones first.
fn record12(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [u32::from(kind), data.len() as u32] {
        let mut rest = number;
        while rest >= 0x80 {
            bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    bytes.extend(data);
    bytes
}

/// A text with its length before it.
fn wide12(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = (units.len() as u32).to_le_bytes().to_vec();
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

/// A workbook of each format, with its usual extension.
pub(crate) fn all(sheets: &[Sheet]) -> [(&'static str, Vec<u8>); 4] {
    [
        ("xlsx", xlsx(sheets)),
        ("xlsb", xlsb(sheets)),
        ("xls", xls(sheets)),
        ("ods", ods(sheets)),
    ]
}
