//! Changes for a person at a terminal.

use std::fmt::Write;

use seatshift::{
    compare::{Changed, Changes},
    saved::PlanColumn,
};

use super::super::{
    changes::{by_cause, causes, counted, counts, groups, meaning, since},
    lines::wrapped,
    shown::{FAINT, In, STRONG, grouped, tame},
};

/// Subscriptions of a group that are shown, unless all are to be told.
const SHOWN: usize = 20;

pub(super) fn report(changes: &Changes, verbose: bool) -> String {
    let mut text = String::new();
    let to = changes
        .runs
        .to
        .map_or_else(String::new, |day| format!(" to that for {day}"));
    let _ = writeln!(text, "{}", In(STRONG, format!("From {}{to}", since(changes))));
    let _ = writeln!(text, "  {}", counts(changes));
    for line in counted(changes) {
        let _ = writeln!(text, "  {}", In(FAINT, line));
    }
    for group in groups(changes) {
        let title = format!("{}: {}", group.title, grouped(group.changed.len() as u64));
        let _ = writeln!(text, "\n{}", In(group.style, title));
        let shown = if verbose { usize::MAX } else { SHOWN };
        for changed in group.changed.iter().take(shown) {
            subscription(&mut text, changed);
        }
        if group.changed.len() > shown {
            let more = format!(
                "and {} more; --verbose tells all",
                grouped((group.changed.len() - shown) as u64)
            );
            let _ = writeln!(text, "  {}", In(FAINT, more));
        }
    }
    if !changes.is_empty() {
        let _ = writeln!(text, "\n{}", In(STRONG, "Why"));
        for (cause, count) in causes(changes) {
            let _ = writeln!(
                text,
                "  {:>7}  {cause:8}  {}",
                grouped(count),
                In(FAINT, meaning(cause))
            );
        }
    }
    text
}

fn subscription(text: &mut String, changed: &Changed) {
    let day = changed.due.map_or_else(|| "no day".to_owned(), |day| day.to_string());
    let seats = match changed.get(PlanColumn::Seats) {
        "" => String::new(),
        seats => format!(", {seats} licences"),
    };
    let offer = tame(changed.get(PlanColumn::SourceOffer));
    let _ = writeln!(
        text,
        "  {day:10}  {}  {}",
        tame(changed.get(PlanColumn::SubscriptionId)),
        In(FAINT, format!("{offer}{seats}"))
    );
    for (cause, detail, words) in by_cause(changed) {
        text.push_str(&wrapped("              ", 16, &words.join("; ")));
        let why = format!("{cause}: {}", tame(detail));
        text.push_str(&wrapped("                because ", 18, &why));
    }
}
