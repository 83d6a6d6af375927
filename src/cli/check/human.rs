//! What exports hold, for people.
//!
//! In: what was read. Out: lines of at most 100 columns where the words allow it: a block a file, in it a block a table with each
//! heading, what it is used for and what stands below it; then the findings of the file. Quiet, only findings are left; verbose,
//! notes are told as well, and more of what stands in a column.

use std::{collections::BTreeMap, fmt::Write};

use seatshift::{
    finding::{Accounting, Code, Finding, Place, Severity, column_name},
    pipeline::{Checked, Verdict},
    read::Container,
    recognise::{DateColumn, InputRecord, KindCertainty, RecognisedBy, Sample, TableRecord},
};

use super::super::{
    lines::{LINE, moved, padded, shortened, width, wrapped},
    shown::{FAINT, In, STRONG, many, tame},
    summary,
};

/// Columns that a heading takes at most.
const HEADING: usize = 34;
/// Values of a column that are shown, and how many more to those who want to know more.
const VALUES: usize = 2;
/// Headings that a table is told to rest on, or to lack, at most.
const NAMED: usize = 6;

/// Each file with its tables and findings, then all of them together; with what holds for this run alone.
pub(super) fn report(checked: &Checked, what_if: &str, quiet: bool, verbose: bool) -> String {
    let mut text = String::new();
    let mut by_file: BTreeMap<&str, Vec<Finding>> = BTreeMap::new();
    for finding in &checked.findings {
        by_file.entry(&finding.place.file).or_default().push(finding.clone());
    }
    for input in &checked.inputs {
        let findings = by_file.remove(input.file.path.as_str()).unwrap_or_default();
        let findings = summary::findings_at(&findings, verbose, within_file);
        if quiet && findings.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", In(STRONG, tame(&input.file.path)));
        if !quiet {
            of_file(&mut text, input, verbose);
        }
        text.push_str(&moved(&findings, 2));
        text.push('\n');
    }
    let (unused, others): (Vec<Finding>, Vec<Finding>) = by_file
        .into_values()
        .flatten()
        .partition(|finding| finding.code == Code::SourceUnused && !verbose);
    if !quiet && !unused.is_empty() {
        // Where one of many exports is looked at, it is no wonder that settings for the others fit none.
        let settings = many(
            unused.len() as u64,
            "[[source]] setting fits",
            "[[source]] settings fit",
        );
        let _ = writeln!(text, "{settings} none of these files; --verbose names them\n");
    }
    let mut by_file: BTreeMap<&str, Vec<Finding>> = BTreeMap::new();
    for finding in &others {
        by_file.entry(&finding.place.file).or_default().push(finding.clone());
    }
    for findings in by_file.values() {
        text.push_str(&moved(&summary::findings(findings, verbose), 0));
    }
    if !quiet {
        let _ = writeln!(text, "{}", In(STRONG, "Together"));
        if !what_if.is_empty() {
            text.push_str(&wrapped("  ", 4, what_if));
        }
        let files = many(checked.inputs.len() as u64, "file", "files");
        let _ = writeln!(text, "  {files}: {}", sum(&checked.accounting));
        let told = match checked.verdict {
            Verdict::Done => "",
            Verdict::Look => "  a row was rejected or a file not read: see the errors above\n",
            Verdict::Nothing => {
                "  no export could be read: see above; check the paths, and whether these are lists of subscriptions\n"
            }
        };
        text.push_str(told);
        let notes = checked.findings.iter();
        let notes = notes.filter(|finding| finding.severity() == Severity::Note && finding.code != Code::SourceUnused);
        match notes.count() as u64 {
            0 => {}
            _ if verbose => {}
            more => {
                let _ = writeln!(text, "  {} more; --verbose tells", many(more, "note", "notes"));
            }
        }
    }
    text
}

/// A place under the name of its file.
fn within_file(place: &Place) -> String {
    let whole = place.to_string();
    let within = whole
        .strip_prefix(&*place.file)
        .and_then(|rest| rest.strip_prefix(", "));
    within.unwrap_or("the file").to_owned()
}

fn of_file(text: &mut String, input: &InputRecord, verbose: bool) {
    let file = &input.file;
    let mut facts = vec![match file.container {
        Some(container) => container.to_string(),
        None => "unknown container".to_owned(),
    }];
    facts.push(many(file.bytes, "byte", "bytes"));
    if let Some(encoding) = &file.encoding {
        let how = match file.encoding_certain {
            true => "certain",
            false => "chosen by evidence",
        };
        facts.push(format!("{encoding} ({how})"));
    }
    match file.delimiter {
        Some('\t') => facts.push("delimiter tab".to_owned()),
        Some(delimiter) => facts.push(format!("delimiter `{delimiter}`")),
        None => {}
    }
    if file.sheets > 0 {
        facts.push(many(u64::from(file.sheets), "sheet", "sheets"));
    }
    if file.refused {
        facts.push("not read".to_owned());
    }
    let _ = writeln!(text, "  {}", facts.join(", "));
    for table in &input.tables {
        of_table(text, table, file.container == Some(Container::Zip), verbose);
    }
}

fn of_table(text: &mut String, table: &TableRecord, in_archive: bool, verbose: bool) {
    let sheet = table.sheet.as_ref().map_or_else(String::new, |sheet| {
        let hidden = if table.hidden { " (hidden)" } else { "" };
        let what = if in_archive { "file" } else { "sheet" };
        format!("{what} \"{}\"{hidden}: ", tame(sheet))
    });
    let is_used = table.columns.iter().any(|(_, field)| field.is_some());
    let name = match (&*table.certainty.name, is_used) {
        ("", _) => "not a table of ours, left alone".to_owned(),
        (name, true) => name.to_owned(),
        (name, false) => format!("{name}, of no use here"),
    };
    let row = match table.sheet.is_some() && !in_archive {
        true => "row",
        false => "line",
    };
    let head = format!("{name}; headings in {row} {}{}", table.header_row, language(table));
    text.push_str(&wrapped(&format!("  {sheet}"), 4, &head));
    if table.certainty.by != RecognisedBy::Nothing {
        text.push_str(&wrapped("    ", 6, &sureness(&table.certainty)));
    }
    columns(text, table, verbose);
    for (headings, order) in dates(&table.dates) {
        let line = format!("dates of {}: {order}", headings.join(", "));
        text.push_str(&wrapped("    ", 6, &line));
    }
    if table.accounting != Accounting::default() {
        let _ = writeln!(text, "    {}", sum(&table.accounting));
    }
}

fn language(table: &TableRecord) -> String {
    let Some(language) = &table.language else {
        return String::new();
    };
    let sure = table.language_certainty;
    match sure.by_setting {
        true => format!(", language {language} (a setting says so)"),
        false => format!(", language {language} by {} of {} headings", sure.headings, sure.known),
    }
}

/// How sure it is what a table is, and what that rests on.
fn sureness(certainty: &KindCertainty) -> String {
    let known = format!("{} of {} headings known", certainty.known, certainty.headings);
    let list = |words: &[seatshift::terms::Text]| {
        let shown: Vec<String> = words
            .iter()
            .take(NAMED)
            .map(|word| format!("`{}`", tame(word)))
            .collect();
        match words.len() {
            0..=NAMED => shown.join(", "),
            more => format!("{} and {} more", shown.join(", "), more - NAMED),
        }
    };
    let on = list(&certainty.rests_on);
    match (certainty.by, certainty.missing.is_empty()) {
        (RecognisedBy::Signature, true) => format!("sure: only these have {on} together; {known}"),
        (RecognisedBy::Signature, false) => {
            format!(
                "sure: only these have {on} together; {known}; lacks {}",
                list(&certainty.missing)
            )
        }
        (_, true) => format!("likely, by the words of {on}; no export we know by name; {known}"),
        (_, false) => format!(
            "likely, by the words of {on}; no export we know by name; {known}; no column for {}",
            list(&certainty.missing)
        ),
    }
}

/// The date columns by what was decided for them and why, in their order.
fn dates(dates: &[DateColumn]) -> Vec<(Vec<String>, String)> {
    let mut alike: Vec<(Vec<String>, String)> = Vec::new();
    for date in dates {
        let because = tame(&date.because);
        let order = match &*date.order {
            "typed" => "real dates".to_owned(),
            "any" => "each reads the same in any order".to_owned(),
            "dmy" => format!("day, month, year, because {because}"),
            "mdy" => format!("month, day, year, because {because}"),
            "ymd" if !because.contains('`') => "year, month, day in every cell".to_owned(),
            "ymd" => format!("year, month, day, because {because}"),
            other => format!("{other}, because {because}"),
        };
        let heading = tame(&date.heading);
        match alike.iter_mut().find(|(_, known)| *known == order) {
            Some((headings, _)) => headings.push(heading),
            None => alike.push((vec![heading], order)),
        }
    }
    alike
}

/// Each heading with its use and what stands below it.
fn columns(text: &mut String, table: &TableRecord, verbose: bool) {
    let headings: Vec<String> = table
        .columns
        .iter()
        .map(|(heading, _)| shortened(&tame(heading), HEADING))
        .collect();
    let widest = headings.iter().map(|heading| width(heading)).max().unwrap_or(0);
    let fields = table
        .columns
        .iter()
        .map(|(_, field)| field.as_deref().unwrap_or("not used"));
    let field_width = fields.clone().map(width).max().unwrap_or(0);
    // A table that stands beside another, or away from the edge, has no columns before its first heading.
    let first = headings.iter().position(|heading| !heading.is_empty()).unwrap_or(0);
    for (column, (heading, field)) in headings.iter().zip(fields).enumerate().skip(first) {
        let letter = column_name(u32::try_from(column).unwrap_or(u32::MAX));
        let heading = padded(heading, widest);
        let is_used = table.columns.get(column).is_some_and(|(_, field)| field.is_some());
        if !is_used {
            let _ = writeln!(text, "    {letter:>3}  {heading}  {}", In(FAINT, field));
            continue;
        }
        let start = format!("    {letter:>3}  {heading}  {}", padded(field, field_width));
        let room = LINE.saturating_sub(width(&start) + 2);
        let samples = table.samples.get(column).map_or(&[][..], Vec::as_slice);
        let _ = match values(samples, &letter, room, if verbose { samples.len() } else { VALUES }) {
            None if table.samples.is_empty() => writeln!(text, "{}", start.trim_end()),
            None => writeln!(text, "{start}  {}", In(FAINT, "empty")),
            Some(values) => writeln!(text, "{start}  {}", In(FAINT, values)),
        };
    }
}

/// The first values of a column, with the address of the first, as many as there is room for.
fn values(samples: &[Sample], letter: &str, room: usize, most: usize) -> Option<String> {
    let mut shown = String::new();
    for (index, sample) in samples.iter().take(most).enumerate() {
        let value = tame(&sample.value);
        let next = match index {
            0 => format!("{letter}{} `{value}`", sample.row),
            _ => format!(", `{value}`"),
        };
        if width(&shown) + width(&next) <= room {
            shown.push_str(&next);
        } else if index == 0 {
            let address = format!("{letter}{} ``", sample.row);
            let value = shortened(&value, room.saturating_sub(width(&address)));
            return Some(format!("{letter}{} `{value}`", sample.row));
        } else {
            break;
        }
    }
    (!shown.is_empty()).then_some(shown)
}

/// The equation of the rows, without the terms that are zero.
fn sum(accounting: &Accounting) -> String {
    let terms = [
        (accounting.subscriptions, "subscription", "subscriptions"),
        (accounting.merged, "merged", "merged"),
        (accounting.customers, "customer", "customers"),
        (accounting.reference, "reference", "reference"),
        (accounting.rejected, "rejected", "rejected"),
        (accounting.ignored, "ignored", "ignored"),
    ];
    let terms: Vec<String> = terms
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|&(number, one, more)| many(number, one, more))
        .collect();
    let rows = many(accounting.rows_read, "row", "rows");
    match terms.is_empty() {
        true => rows,
        false => format!("{rows} = {}", terms.join(" + ")),
    }
}

#[cfg(test)]
mod tests;
