//! `seatshift rules`: the tables of Microsoft's program that plans follow, row by row; `rules export`: the same as files to edit.
//!
//! In: the settings, perhaps a table's name and a day. Out: tables with their rows' validity, source and certainty, for people or as one
//! JSON document. Tells the tables as a run has them: what settings replace or add is among them, and named.

mod export;

use std::{collections::BTreeMap, fmt::Write};

use chrono::NaiveDate;
use seatshift::{
    config::Config,
    pipeline::Stop,
    rules::{RuleRow, RuleTable, Rules, tables},
};
use serde_json::{Value, json};

use super::{
    arguments::{self, RulesCommand},
    check::{of_set, pretty},
    lines::{padded, wrapped},
    screen::Screen,
    settings_at,
    shown::{FAINT, In, STRONG, many, tame, what_if_set},
    stopped,
};

pub(super) fn run(command: &arguments::Rules, screen: &Screen) -> u8 {
    if let Some(RulesCommand::Export(export)) = &command.command {
        return export::run(export, screen);
    }
    let about = &command.about;
    let loaded = settings_at(about.config.as_deref(), &about.set).and_then(|config| {
        let tables = all(&config)?;
        Ok((config, tables))
    });
    let (config, tables) = match loaded {
        Err(stop) => return stopped(&stop, screen),
        Ok(tables) => tables,
    };
    let wanted = match &command.table {
        None => None,
        Some(name) => match tables.iter().find(|table| table.name == name) {
            Some(table) => Some(table),
            None => {
                screen.tell(&not_found(name, &tables));
                return 2;
            }
        },
    };
    let what_if = match what_if_set(about.as_of, &config.set) {
        said if said.is_empty() => said,
        said => wrapped("", 2, &said),
    };
    let text = match (command.json, wanted) {
        (true, wanted) => document(&tables, wanted, about.as_of, &config),
        (false, Some(table)) => what_if + &rows(table, about.as_of),
        (false, None) => what_if + &list(&tables, about.as_of),
    };
    screen.give_or_tell(&text)
}

/// All tables under these settings; none where one of them is wrong.
fn all(config: &Config) -> Result<Vec<RuleTable>, Stop> {
    let wrong = |problems: Vec<seatshift::rules::RuleProblem>| Stop::Tables {
        problems: problems.iter().map(ToString::to_string).collect(),
    };
    Rules::load(&config.rules).map_err(wrong)?;
    tables(&config.rules).map_err(wrong)
}

fn not_found(name: &str, tables: &[RuleTable]) -> String {
    let nearest = tables
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(a.name, name).total_cmp(&strsim::jaro_winkler(b.name, name)));
    let nearest = nearest.map(|table| table.name).unwrap_or_default();
    let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
    format!(
        "there is no rule table `{}`\n  hint: the nearest is `{nearest}`; all are {}\n",
        tame(name),
        names.join(", ")
    )
}

fn in_force(table: &RuleTable, on: Option<NaiveDate>) -> Vec<&RuleRow> {
    let is_in_force = |row: &&RuleRow| on.is_none_or(|on| row.is_valid(on));
    table.rows.iter().filter(is_in_force).collect()
}

/// Every table in a line or two.
fn list(tables: &[RuleTable], on: Option<NaiveDate>) -> String {
    let when = on.map(|on| format!(", rows in force on {on}")).unwrap_or_default();
    let mut text = format!("{}{when}\n", In(STRONG, "Rule tables"));
    for table in tables {
        let rows = in_force(table, on);
        let start = format!("  {}", padded(table.name, 18));
        let count = many(rows.len() as u64, "row", "rows");
        text.push_str(&wrapped(&start, 20, table.about));
        text.push_str(&wrapped(&" ".repeat(20), 20, &summed(&rows, &count)));
        if let Some(files) = of_files(table) {
            text.push_str(&wrapped(&" ".repeat(20), 20, &files));
        }
    }
    text.push_str(
        "  hint: `seatshift rules TABLE` shows the rows of one, `seatshift rules export DIR` writes them to edit\n",
    );
    text
}

/// How many rows, since when, how sure.
fn summed(rows: &[&RuleRow], count: &str) -> String {
    let mut sure: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *sure.entry(&row.certainty).or_default() += 1;
    }
    let order = ["sure", "likely", "unsure"];
    let sure: Vec<String> = order
        .iter()
        .filter_map(|word| sure.get(word).map(|count| format!("{count} {word}")))
        .collect();
    let dates = |least: bool| {
        let all = rows.iter().map(|row| row.valid_from.as_str());
        if least { all.min() } else { all.max() }
    };
    match (dates(true), dates(false)) {
        (Some(first), Some(last)) if first == last => format!("{count} from {first}, {}", sure.join(", ")),
        (Some(first), Some(last)) => format!("{count} from {first} to {last} on, {}", sure.join(", ")),
        _ => count.to_owned(),
    }
}

fn of_files(table: &RuleTable) -> Option<String> {
    let files: Vec<String> = table.files.iter().map(|file| tame(file)).collect();
    match (files.is_empty(), table.replaced) {
        (true, _) => None,
        (false, true) => Some(format!("replaced by {}", files.join(", with rows of "))),
        (false, false) => Some(format!("with rows of {}", files.join(", "))),
    }
}

/// A table's rows.
fn rows(table: &RuleTable, on: Option<NaiveDate>) -> String {
    let rows = in_force(table, on);
    let when = on.map(|on| format!(" in force on {on}")).unwrap_or_default();
    let count = many(rows.len() as u64, "row", "rows");
    let mut text = format!("{}: {}, {count}{when}\n", In(STRONG, table.name), table.about);
    if let Some(files) = of_files(table) {
        text.push_str(&wrapped("  ", 2, &files));
    }
    for row in rows {
        text.push_str(&wrapped("\n  ", 4, &tame(&row.said())));
        let _ = writeln!(
            text,
            "{}",
            In(FAINT, wrapped("    ", 4, &tame(&standing(row))).trim_end())
        );
    }
    text
}

/// A row's validity, certainty and source: `from 2026-05-04, likely: message centre MC1216259`.
pub(super) fn standing(row: &RuleRow) -> String {
    let until = match row.valid_until.as_str() {
        "" => String::new(),
        until => format!(" until {until}"),
    };
    let file = row.file.as_ref().map(|file| format!(" ({file}, line {})", row.at.line));
    format!(
        "from {}{until}, {}: {}{}",
        row.valid_from,
        row.certainty,
        row.source,
        file.unwrap_or_default()
    )
}

fn document(tables: &[RuleTable], wanted: Option<&RuleTable>, on: Option<NaiveDate>, config: &Config) -> String {
    let is_wanted = |table: &&RuleTable| wanted.is_none_or(|wanted| wanted.name == table.name);
    let tables: Vec<Value> = tables
        .iter()
        .filter(is_wanted)
        .map(|table| {
            json!({
                "table": table.name,
                "about": table.about,
                "replaced": table.replaced,
                "files": table.files,
                "columns": table.columns,
                "rows": in_force(table, on).into_iter().map(of_row).collect::<Vec<_>>(),
            })
        })
        .collect();
    pretty(&json!({ "as_of": on.map(|on| on.to_string()), "set": of_set(&config.set), "tables": tables }))
}

/// A row, as `explain` tells it too.
pub(super) fn of_row(row: &RuleRow) -> Value {
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let cells: serde_json::Map<String, Value> = row
        .cells
        .iter()
        .map(|(heading, cell)| (heading.clone(), json!(cell)))
        .collect();
    json!({
        "table": row.at.table,
        "file": row.file,
        "line": row.at.line,
        "cells": cells,
        "valid_from": row.valid_from,
        "valid_until": filled(&row.valid_until),
        "source": row.source,
        "certainty": row.certainty,
    })
}
