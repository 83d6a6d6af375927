//! What a run logs: one event for each file, code and result.
//!
//! In: records and counts. Out: events for whoever listens (`tracing`). They name files, codes, guards and numbers, never what
//! stands in a cell: no name, domain, id or date of a customer.

use std::{collections::BTreeMap, path::Path};

use tracing::{debug, error, info, warn};

use crate::{
    finding::{Code, Severity},
    guard::Tripped,
    plan::Counts,
    recognise::InputRecord,
    terms::Action,
};

/// An event for each export.
pub(super) fn inputs(inputs: &[InputRecord]) {
    for input in inputs {
        let file = &*input.file.path;
        let bytes = input.file.bytes;
        let container = input.file.container.map_or("", |container| container.as_str());
        let rows = input.file.rows;
        let rejected: u64 = input.tables.iter().map(|table| table.accounting.rejected).sum();
        match input.file.refused {
            true => error!(file, bytes, "export refused"),
            false if rejected > 0 => warn!(file, bytes, container, rows, rejected, "export read"),
            false => info!(file, bytes, container, rows, rejected, "export read"),
        }
    }
}

/// An event for each code that was found.
pub(super) fn findings(codes: &BTreeMap<Code, u64>) {
    for (code, &count) in codes {
        let code_word = code.as_str();
        match code.severity() {
            Severity::Error => error!(code = code_word, count, "findings"),
            Severity::Warning => warn!(code = code_word, count, "findings"),
            Severity::Note => debug!(code = code_word, count, "findings"),
        }
    }
}

/// An event for each guard that tripped.
pub(super) fn guards(accepted: &[Tripped], holding: &[Tripped]) {
    for tripped in accepted {
        warn!(
            guard = tripped.guard.as_str(),
            file = &*tripped.file,
            "guard let through"
        );
    }
    for tripped in holding {
        error!(guard = tripped.guard.as_str(), file = &*tripped.file, "guard tripped");
    }
}

/// The event of a plan that is done.
pub(super) fn plan(counts: &Counts, plan: Option<&Path>, exit_code: u8) {
    let of = |action| counts.actions.get(&action).copied().unwrap_or_default();
    let (moves, keeps, reviews) = (of(Action::Move), of(Action::Keep), of(Action::Review));
    let plan = plan.map_or_else(|| "-".to_owned(), |plan| plan.display().to_string());
    info!(plan = plan.as_str(), moves, keeps, reviews, exit_code, "plan written");
}
