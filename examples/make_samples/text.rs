//! A sheet as delimited text in the dialect and encoding that the manifest names.

use std::error::Error;

use super::{Entry, Sheet};

/// The bytes of the text file.
pub(super) fn write(entry: &Entry, sheet: &Sheet) -> Result<Vec<u8>, Box<dyn Error>> {
    let delimiter = if entry.delimiter == "tab" {
        "\t"
    } else {
        entry.delimiter.as_str()
    };
    let newline = if entry.newline == "lf" { "\n" } else { "\r\n" };
    let mut text = String::new();
    for row in sheet {
        match row.as_slice() {
            [raw] if raw.is_empty() || raw.starts_with("sep=") || raw.starts_with("#TYPE") => text.push_str(raw),
            cells => {
                let cells: Vec<String> = cells.iter().map(|cell| quoted(cell, delimiter, &entry.quote)).collect();
                text.push_str(&cells.join(delimiter));
            }
        }
        text.push_str(newline);
    }
    encode(&text, &entry.encoding).map_err(|error| format!("{}: {error}", entry.source).into())
}

fn quoted(cell: &str, delimiter: &str, rule: &str) -> String {
    if rule == "always" || cell.contains(['"', '\r', '\n']) || cell.contains(delimiter) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn encode(text: &str, encoding: &str) -> Result<Vec<u8>, String> {
    match encoding {
        "utf-8" => Ok(text.as_bytes().to_vec()),
        "utf-8-bom" => Ok([b"\xef\xbb\xbf", text.as_bytes()].concat()),
        "utf-16le-bom" => Ok("\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect()),
        label => {
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes())
                .ok_or_else(|| format!("`{label}` is no encoding we know"))?;
            match encoding.encode(text) {
                (bytes, _, false) => Ok(bytes.into_owned()),
                _ => Err(format!("a letter of it is not in {label}")),
            }
        }
    }
}
