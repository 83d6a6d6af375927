//! Sheets as a workbook, XLSX or ODS.
//!
//! A cell of the source that is an ISO date becomes a date cell, one that is a plain number a number cell, everything else
//! text; a leading apostrophe forces text and is dropped. The file's own dates are fixed, so that its bytes are.

use std::{
    error::Error,
    io::{Cursor, Write},
};

use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{Entry, Sheet};

enum Cell<'a> {
    Empty,
    Date(NaiveDate),
    Number(f64),
    Text(&'a str),
}

fn typed(cell: &str) -> Cell<'_> {
    if cell.is_empty() {
        return Cell::Empty;
    }
    if let Some(text) = cell.strip_prefix('\'') {
        return Cell::Text(text);
    }
    if cell.len() == 10
        && let Ok(date) = NaiveDate::parse_from_str(cell, "%Y-%m-%d")
    {
        return Cell::Date(date);
    }
    let plain = cell.bytes().all(|b| b.is_ascii_digit() || b == b'.') && (cell.len() == 1 || !cell.starts_with('0'));
    match cell.parse() {
        Ok(number) if plain => Cell::Number(number),
        _ => Cell::Text(cell),
    }
}

/// The bytes of the XLSX workbook.
pub(super) fn xlsx(sheets: &[(Entry, Sheet)]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 11, 20)?.and_hms(16, 5, 0)?),
    );
    let date_format = Format::new().set_num_format("yyyy.mm.dd");
    for (entry, sheet) in sheets {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&entry.sheet)?.set_hidden(entry.visible == "hidden");
        for (row, cells) in (0u32..).zip(sheet) {
            for (column, cell) in (0u16..).zip(cells) {
                match typed(cell) {
                    Cell::Empty => {}
                    Cell::Date(date) => {
                        worksheet.write_datetime_with_format(row, column, date, &date_format)?;
                    }
                    Cell::Number(number) => {
                        worksheet.write_number(row, column, number)?;
                    }
                    Cell::Text(text) => {
                        worksheet.write_string(row, column, text)?;
                    }
                }
            }
        }
    }
    Ok(workbook.save_to_buffer()?)
}

const MIMETYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";

/// The bytes of the OpenDocument spreadsheet: the three parts that every reader needs, stored.
pub(super) fn ods(sheets: &[(Entry, Sheet)]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut content = String::from(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body><office:spreadsheet>"#,
    );
    for (entry, sheet) in sheets {
        content += &format!("<table:table table:name=\"{}\">", escaped(&entry.sheet));
        for cells in sheet {
            content += "<table:table-row>";
            for cell in cells {
                content += &ods_cell(cell);
            }
            content += "</table:table-row>";
        }
        content += "</table:table>";
    }
    content += "</office:spreadsheet></office:body></office:document-content>";
    let manifest = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:media-type="{MIMETYPE}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"#
    );
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in [
        ("mimetype", MIMETYPE),
        ("content.xml", content.as_str()),
        ("META-INF/manifest.xml", manifest.as_str()),
    ] {
        zip.start_file(name, options)?;
        zip.write_all(part.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn ods_cell(cell: &str) -> String {
    match typed(cell) {
        Cell::Empty => "<table:table-cell/>".to_owned(),
        Cell::Date(date) => format!(
            "<table:table-cell office:value-type=\"date\" office:date-value=\"{date}\"><text:p>{date}</text:p></table:table-cell>"
        ),
        Cell::Number(number) => format!(
            "<table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}</text:p></table:table-cell>"
        ),
        Cell::Text(text) => {
            format!(
                "<table:table-cell office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>",
                escaped(text)
            )
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
