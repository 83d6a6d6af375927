//! Sources to exports, in memory.
//!
//! In: `sources/manifest.csv` (one row a sheet, consecutive rows of one `output` are one workbook) and the sheets it names.
//! Out: the bytes of every export by its path. A record of one cell that begins with `#TYPE` or `sep=` is written as it is,
//! as programs do; blank records become blank lines.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use serde::Deserialize;

#[path = "text.rs"]
mod text;
#[path = "workbook.rs"]
mod workbook;

/// A row of the manifest: how one sheet is written.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    /// The export, relative to `samples`.
    pub(crate) output: String,
    /// The sheet, relative to `samples/sources`.
    pub(crate) source: String,
    /// `text`, `xlsx` or `ods`.
    pub(crate) container: String,
    /// For text: an encoding label, with `-bom` where a byte order mark comes first.
    pub(crate) encoding: String,
    /// For text: the delimiter, or `tab`.
    pub(crate) delimiter: String,
    /// For text: which cells are quoted, `necessary` or `always`.
    pub(crate) quote: String,
    /// For text: `crlf` or `lf`.
    pub(crate) newline: String,
    /// For workbooks: the sheet's name.
    pub(crate) sheet: String,
    /// For workbooks: `yes` or `hidden`.
    pub(crate) visible: String,
}

/// The cells of a source, row by row.
pub(crate) type Sheet = Vec<Vec<String>>;

/// Every export by its path relative to `samples`.
pub(crate) fn exports(samples: &Path) -> Result<BTreeMap<String, Vec<u8>>, Box<dyn Error>> {
    let sources = samples.join("sources");
    let mut workbooks: BTreeMap<String, Vec<(Entry, Sheet)>> = BTreeMap::new();
    for entry in csv::Reader::from_path(sources.join("manifest.csv"))?.deserialize() {
        let entry: Entry = entry?;
        let sheet = read(&sources.join(&entry.source))?;
        workbooks.entry(entry.output.clone()).or_default().push((entry, sheet));
    }
    let mut exports = BTreeMap::new();
    for (output, sheets) in workbooks {
        let container = sheets.first().map_or("", |(entry, _)| entry.container.as_str());
        let bytes = match (container, sheets.as_slice()) {
            ("text", [(entry, sheet)]) => text::write(entry, sheet)?,
            ("xlsx", sheets) => workbook::xlsx(sheets)?,
            ("ods", sheets) => workbook::ods(sheets)?,
            _ => {
                return Err(format!(
                    "{output}: `{container}` with {} sheets is not written here",
                    sheets.len()
                )
                .into());
            }
        };
        exports.insert(output, bytes);
    }
    Ok(exports)
}

fn read(path: &Path) -> Result<Sheet, Box<dyn Error>> {
    let content = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(content.as_slice());
    let mut sheet = Sheet::new();
    for record in reader.records() {
        sheet.push(record?.iter().map(str::to_owned).collect());
    }
    Ok(sheet)
}
