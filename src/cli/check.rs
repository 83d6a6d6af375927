//! `seatshift check`: what exports hold and how they are read, on standard output.

use std::{collections::BTreeMap, fmt::Write};

use seatshift::{
    config::Config,
    finding::{Accounting, Finding, column_name},
    pipeline::{self, Checked, Request, Stop, Verdict},
    recognise::{InputRecord, TableRecord},
};

use super::{
    arguments::Check,
    as_of, on_threads,
    progress::Progress,
    screen::Screen,
    settings,
    shown::{FAINT, In, STRONG, grouped, many, tame},
    stopped, summary,
};

pub(super) fn run(command: &Check, screen: &Screen) -> u8 {
    let progress = Progress::new(screen.quiet());
    let checked = settings(&command.reading).and_then(|config| checked(command, &config, &progress));
    progress.done();
    match checked {
        Err(stop) => stopped(&stop, screen),
        Ok(checked) => match screen.give_or_tell(&report(&checked, screen.verbose())) {
            0 => checked.verdict.exit_code(),
            failed => failed,
        },
    }
}

fn checked(command: &Check, config: &Config, progress: &Progress) -> Result<Checked, Stop> {
    let request = Request {
        exports: &command.reading.exports,
        config,
        as_of: as_of(&command.reading),
        target: None,
        strict: false,
    };
    on_threads(&command.reading, || pipeline::check(&request, progress))
}

/// Each file with its tables and findings, then all of them together.
fn report(checked: &Checked, verbose: bool) -> String {
    let mut text = String::new();
    let mut by_file: BTreeMap<&str, Vec<Finding>> = BTreeMap::new();
    for finding in &checked.findings {
        by_file.entry(&finding.place.file).or_default().push(finding.clone());
    }
    for input in &checked.inputs {
        of_file(&mut text, input);
        let findings = by_file.remove(input.file.path.as_ref()).unwrap_or_default();
        text.push_str(&indented(&summary::findings(&findings, verbose)));
        text.push('\n');
    }
    for findings in by_file.values() {
        text.push_str(&summary::findings(findings, verbose));
    }
    let _ = writeln!(text, "{}", In(STRONG, "Together"));
    let _ = writeln!(text, "  {}", sum(&checked.accounting));
    if checked.verdict == Verdict::Look {
        let _ = writeln!(text, "  a row was rejected or a file not read: see the errors above");
    }
    text
}

fn of_file(text: &mut String, input: &InputRecord) {
    let file = &input.file;
    let _ = writeln!(text, "{}", In(STRONG, tame(&file.path)));
    let mut facts = vec![match file.container {
        Some(container) => container.to_string(),
        None => "unknown container".to_owned(),
    }];
    facts.push(many(file.bytes, "byte", "bytes"));
    if let Some(encoding) = &file.encoding {
        let how = if file.encoding_certain {
            "certain"
        } else {
            "chosen by evidence"
        };
        facts.push(format!("{encoding} ({how})"));
    }
    if let Some(delimiter) = file.delimiter {
        facts.push(format!(
            "delimiter {}",
            if delimiter == '\t' {
                "tab".to_owned()
            } else {
                format!("`{delimiter}`")
            }
        ));
    }
    if file.sheets > 0 {
        facts.push(many(u64::from(file.sheets), "sheet", "sheets"));
    }
    if file.refused {
        facts.push("not read".to_owned());
    }
    let _ = writeln!(text, "  {}", facts.join(", "));
    input.tables.iter().for_each(|table| of_table(text, table));
}

fn of_table(text: &mut String, table: &TableRecord) {
    let sheet = table
        .sheet
        .as_ref()
        .map_or_else(String::new, |sheet| format!("sheet \"{}\": ", tame(sheet)));
    let language = table
        .language
        .as_ref()
        .map_or_else(String::new, |language| format!(", language {language}"));
    let kind = match &*table.kind {
        "vocabulary" => "no kind of export we know, so read by the words of its headings",
        known => known,
    };
    let _ = writeln!(text, "  {sheet}{kind}; headings in row {}{language}", table.header_row);
    let width = table
        .columns
        .iter()
        .map(|(heading, _)| tame(heading).chars().count())
        .max()
        .unwrap_or(0)
        .min(40);
    for (column, (heading, field)) in (0u32..).zip(&table.columns) {
        let (name, heading) = (column_name(column), tame(heading));
        let _ = match field {
            Some(field) => writeln!(text, "    {name:>3}  {heading:width$}  {field}"),
            None => writeln!(text, "    {name:>3}  {heading:width$}  {}", In(FAINT, "not used")),
        };
    }
    for date in &table.dates {
        let _ = writeln!(
            text,
            "    dates of {}: {}, because {}",
            tame(&date.heading),
            date.order,
            tame(&date.because)
        );
    }
    let _ = writeln!(text, "    {}", sum(&table.accounting));
}

/// The equation of the rows, without the terms that are zero.
fn sum(accounting: &Accounting) -> String {
    let terms = [
        (accounting.subscriptions, "subscriptions"),
        (accounting.merged, "merged"),
        (accounting.customers, "customers"),
        (accounting.reference, "reference"),
        (accounting.rejected, "rejected"),
        (accounting.ignored, "ignored"),
    ];
    let terms: Vec<String> = terms
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", grouped(*number)))
        .collect();
    let rows = many(accounting.rows_read, "row", "rows");
    if terms.is_empty() {
        rows
    } else {
        format!("{rows} = {}", terms.join(" + "))
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests;
