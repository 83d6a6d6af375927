//! `seatshift offers check`: what is wrong with the user's offers table.

use std::fmt::Write;

use seatshift::{
    catalog::{RuleFault, RuleNote},
    config::Config,
    finding::Code,
    guard::Guard,
    pipeline::{self, Night, Offers, Request, Stop},
    write::Reports,
};
use serde_json::json;

use super::{
    super::{
        arguments::CheckRules,
        day_or_today,
        screen::Screen,
        shown::{FAINT, In, STRONG, WARN, many, tame},
        stopped,
    },
    give, with,
};

pub(super) fn run(command: &CheckRules, screen: &Screen) -> u8 {
    with(&command.about, screen, |config, offers| {
        let Some(table) = &config.tables.offers else {
            screen
                .tell("no offers table is set\n  hint: name it in the settings: `[tables] offers = \"offers.csv\"`\n");
            return 2;
        };
        let table = table.to_string_lossy().replace('\\', "/");
        let notes = match notes(command, &config, &offers) {
            Ok(notes) => notes,
            Err(stop) => return stopped(&stop, screen),
        };
        let shown = match command.json {
            true => super::json(
                json!({ "table": table, "rows": offers.rules.len(), "notes": as_json(&notes) }),
                &config,
            ),
            false => report(&table, &offers, &notes),
        };
        give(&shown, u8::from(!notes.is_empty()), screen)
    })
}

/// What the catalogue says of the rows; and, with exports, which fit nothing.
fn notes(command: &CheckRules, config: &Config, offers: &Offers) -> Result<Vec<RuleNote>, Stop> {
    let as_of = day_or_today(command.about.as_of);
    let mut notes = offers.catalog.check_rules(&offers.rules, as_of);
    if !command.exports.is_empty() {
        let request = Request {
            exports: &command.exports,
            config,
            as_of,
            target: None,
            reports: Reports::none(),
            strict: false,
            previous: Default::default(),
            // No plan is replaced here, so that there is nothing to guard.
            night: Night {
                accept: Guard::ALL.iter().copied().collect(),
                ..Night::default()
            },
        };
        let outcome = pipeline::run(&request, &())?;
        let unused = outcome
            .findings
            .iter()
            .filter(|finding| finding.code == Code::OfferRowUnused);
        let unused = unused.map(|finding| RuleNote {
            row: finding.place.row.unwrap_or(0),
            fault: RuleFault::Unused,
            message: finding.told().into_owned(),
            hint: "remove the row, if its subscriptions are gone",
        });
        // That a row has ended is why it fits nothing, and was said.
        let ended = |row: u32| {
            notes
                .iter()
                .any(|note| note.row == row && note.fault == RuleFault::Expired)
        };
        let unused: Vec<RuleNote> = unused.filter(|note| !ended(note.row)).collect();
        notes.extend(unused);
        notes.sort();
    }
    Ok(notes)
}

fn report(table: &str, offers: &Offers, notes: &[RuleNote]) -> String {
    let mut report = String::new();
    let rows = many(offers.rules.len() as u64, "row", "rows");
    if notes.is_empty() {
        let _ = writeln!(report, "{}: {rows}, nothing is wrong", tame(table));
        return report;
    }
    let told = many(notes.len() as u64, "thing to look at", "things to look at");
    let _ = writeln!(report, "{}: {rows}, {told}", In(STRONG, tame(table)));
    for note in notes {
        let (fault, message) = (In(WARN, note.fault), tame(&note.message));
        let _ = writeln!(report, "  row {}: {fault}: {message}", note.row);
        let _ = writeln!(report, "    {}", In(FAINT, format!("hint: {}", note.hint)));
    }
    report
}

fn as_json(notes: &[RuleNote]) -> Vec<serde_json::Value> {
    notes
        .iter()
        .map(
            |note| json!({ "row": note.row, "fault": note.fault.as_str(), "message": note.message, "hint": note.hint }),
        )
        .collect()
}
