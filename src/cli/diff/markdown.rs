//! Changes as a short text to send by mail.
//!
//! Losses that are due soon come first, then counts. Names no customer and no file: a subscription's id leads to its row.

use std::fmt::Write;

use seatshift::{
    compare::{Changed, Changes, Loss},
    saved::{Columns, PlanColumn},
};

use super::super::{
    changes::{by_cause, causes, counted, counts, groups, meaning, since},
    shown::{grouped, tame},
};

/// Subscriptions that are listed.
const SHOWN: usize = 20;

pub(super) fn summary(changes: &Changes) -> String {
    let mut text = String::new();
    let to = changes
        .runs
        .to
        .map_or_else(|| "The plan".to_owned(), |day| format!("The plan for {day}"));
    let _ = writeln!(text, "# {to}: what changed since {}\n", since(changes));
    let soon = changes.losses(Loss::DueSoon);
    let _ = match soon {
        0 => writeln!(text, "Nothing that is due soon is gone or changed for the worse."),
        _ => writeln!(text, "**{} due soon: gone or changed for the worse.**", grouped(soon)),
    };
    let _ = writeln!(text, "\n{}.", sentence(&counts(changes)));
    let losses: Vec<&Changed> = changes
        .changed
        .iter()
        .filter(|changed| changed.loss.is_some())
        .collect();
    if !losses.is_empty() {
        let _ = writeln!(text, "\n## Gone or changed for the worse\n");
        let _ = writeln!(text, "| due | subscription | offer | licences | what | why |");
        let _ = writeln!(text, "|---|---|---|---|---|---|");
        for changed in losses.iter().take(SHOWN) {
            row(&mut text, changed);
        }
        if losses.len() > SHOWN {
            let _ = writeln!(text, "\nand {} more", grouped((losses.len() - SHOWN) as u64));
        }
    }
    if !changes.is_empty() {
        let _ = writeln!(text, "\n## How many\n");
        for group in groups(changes) {
            let _ = writeln!(text, "- {}: {}", group.title, grouped(group.changed.len() as u64));
        }
        let _ = writeln!(text, "\n## Why\n");
        for (cause, count) in causes(changes) {
            let count = grouped(count);
            let _ = writeln!(
                text,
                "- {cause}: {count} {}, {}",
                if count == "1" { "change" } else { "changes" },
                meaning(cause)
            );
        }
    }
    let counted = counted(changes);
    if !counted.is_empty() {
        let _ = writeln!(text, "\n## Not listed\n");
        for line in counted {
            let _ = writeln!(text, "- {line}");
        }
    }
    text
}

fn row(text: &mut String, changed: &Changed) {
    let day = changed.due.map_or_else(String::new, |day| day.to_string());
    let mut what: Vec<String> = Vec::new();
    let mut why: Vec<&str> = Vec::new();
    for (cause, _, words) in by_cause(changed) {
        what.extend(words);
        if !why.contains(&cause.as_str()) {
            why.push(cause.as_str());
        }
    }
    let _ = writeln!(
        text,
        "| {day} | `{}` | {} | {} | {} | {} |",
        cell(changed.get(PlanColumn::SubscriptionId)),
        cell(changed.get(PlanColumn::SourceOffer)),
        cell(changed.get(PlanColumn::Seats)),
        cell(&told(&what, changed)),
        why.join(", ")
    );
}

/// The first few columns: what made it a loss, then those that say most.
fn told(words: &[String], changed: &Changed) -> String {
    let worse: Vec<String> = changed
        .worse
        .iter()
        .map(|column| format!("{}:", column.as_str()))
        .collect();
    let telling = ["action:", "urgency:", "reasons:", "term_end:", "move_date:", "seats:"];
    let rank = |word: &String| {
        let found = telling.iter().position(|begin| word.starts_with(begin));
        let is_worse = worse.iter().any(|begin| word.starts_with(begin));
        (!is_worse, found.unwrap_or(telling.len()))
    };
    let mut words: Vec<&String> = words.iter().collect();
    words.sort_by_key(|word| rank(word));
    let shown: Vec<&str> = words.iter().take(3).map(|word| word.as_str()).collect();
    match words.len() {
        0..=3 => shown.join("; "),
        more => format!("{}; {} more columns", shown.join("; "), more - 3),
    }
}

/// A text that may stand in a cell of a table and is nothing but text.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for character in tame(text).chars() {
        match character {
            '`' => cell.push('\''),
            '|' | '*' | '[' | ']' | '<' | '\\' => {
                cell.push('\\');
                cell.push(character);
            }
            _ => cell.push(character),
        }
    }
    cell
}

fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
