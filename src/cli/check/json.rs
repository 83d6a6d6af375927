//! What exports hold, as one JSON document.
//!
//! The names are an interface: the README lists them, and one that is there stays. Absent is `null`; lists may be empty.

use chrono::NaiveDate;
use seatshift::{
    config::{Config, Set},
    finding::{Accounting, Finding, column_name},
    pipeline::Checked,
    recognise::{InputRecord, TableRecord},
};
use serde::Serialize;
use serde_json::{Value, json};

/// The document, with a line's end.
pub(super) fn document(checked: &Checked, as_of: Option<NaiveDate>, config: &Config) -> String {
    let files: Vec<Value> = checked
        .inputs
        .iter()
        .map(|input| of_file(input, &checked.findings))
        .collect();
    let read: Vec<&str> = checked.inputs.iter().map(|input| &*input.file.path).collect();
    let others = checked
        .findings
        .iter()
        .filter(|finding| !read.contains(&&*finding.place.file));
    let document = json!({
        "as_of": as_of.map(|day| day.to_string()),
        "set": of_set(&config.set),
        "files": files,
        "findings": others.map(of_finding).collect::<Vec<_>>(),
        "rows": of_rows(&checked.accounting),
        "exit_code": checked.verdict.exit_code(),
    });
    pretty(&document)
}

/// The settings of the command line, as they were given.
pub(in crate::cli) fn of_set(set: &[Set]) -> Vec<&str> {
    set.iter().map(|set| set.text.as_str()).collect()
}

/// A document as it is written.
pub(in crate::cli) fn pretty(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

fn of_file(input: &InputRecord, findings: &[Finding]) -> Value {
    let file = &input.file;
    let own = findings.iter().filter(|finding| finding.place.file == file.path);
    json!({
        "file": file.path,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "container": file.container,
        "encoding": file.encoding,
        "encoding_certain": file.encoding.as_ref().map(|_| file.encoding_certain),
        "delimiter": file.delimiter,
        "sheets": file.sheets,
        "refused": file.refused,
        "tables": input.tables.iter().map(of_table).collect::<Vec<_>>(),
        "findings": own.map(of_finding).collect::<Vec<_>>(),
    })
}

fn of_table(table: &TableRecord) -> Value {
    let columns = table.columns.iter().enumerate().map(|(index, (heading, field))| {
        let letter = column_name(u32::try_from(index).unwrap_or(u32::MAX));
        let samples = table.samples.get(index).map_or(&[][..], Vec::as_slice);
        let samples: Vec<Value> = samples
            .iter()
            .map(|sample| json!({ "cell": format!("{letter}{}", sample.row), "value": sample.value }))
            .collect();
        json!({ "column": letter, "heading": heading, "field": field, "samples": samples })
    });
    let dates = table.dates.iter();
    let certainty = &table.certainty;
    let language = &table.language_certainty;
    json!({
        "sheet": table.sheet,
        "hidden": table.hidden,
        "header_row": table.header_row,
        "used": table.columns.iter().any(|(_, field)| field.is_some()),
        "kind": (!table.kind.is_empty()).then_some(&table.kind),
        "kind_name": (!certainty.name.is_empty()).then_some(&certainty.name),
        "kind_by": certainty.by,
        "kind_rests_on": certainty.rests_on,
        "kind_lacks": certainty.missing,
        "headings": certainty.headings,
        "headings_known": certainty.known,
        "language": table.language,
        "language_by_setting": language.by_setting,
        "language_headings": language.headings,
        "language_of_headings": language.known,
        "columns": columns.collect::<Vec<_>>(),
        "dates": dates
            .map(|date| json!({ "heading": date.heading, "order": date.order, "because": date.because }))
            .collect::<Vec<_>>(),
        "rows": of_rows(&table.accounting),
    })
}

fn of_rows(rows: &Accounting) -> Value {
    json!({
        "read": rows.rows_read,
        "subscriptions": rows.subscriptions,
        "merged": rows.merged,
        "customers": rows.customers,
        "reference": rows.reference,
        "rejected": rows.rejected,
        "ignored": rows.ignored,
    })
}

/// A finding, by the names of the columns of the findings file.
pub(in crate::cli) fn of_finding(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity(),
        "code": finding.code,
        "file": finding.place.file,
        "sheet": finding.place.sheet,
        "row": finding.place.row,
        "column": finding.place.column.map(column_name),
        "heading": finding.heading,
        "value": finding.value,
        "message": finding.told(),
        "hint": finding.hint,
        "subscription_id": finding.subscription_id,
    })
}
