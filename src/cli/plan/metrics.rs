//! What a run counted, for `--metrics`.

use std::collections::BTreeMap;

use chrono::Utc;
use seatshift::{
    finding::{Code, Finding},
    pipeline::{Outcome, Stop},
    write::Metrics,
};

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    Utc::now().timestamp()
}

/// The figures of a run that wrote a plan.
pub(super) fn of_run(outcome: &Outcome) -> Metrics {
    let mut subscriptions = BTreeMap::new();
    for row in &outcome.plan.rows {
        *subscriptions
            .entry((row.decision.action, row.decision.urgency))
            .or_default() += 1;
    }
    Metrics {
        accounting: Some(outcome.accounting),
        subscriptions,
        findings: by_code(&outcome.findings),
        ..Metrics::default()
    }
}

/// The figures of a run that was stopped.
pub(super) fn of_stop(stop: &Stop) -> Metrics {
    let tripped = match stop {
        Stop::Held { guards, .. } => guards.iter().filter_map(|guard| guard.parse().ok()).collect(),
        _ => Vec::new(),
    };
    Metrics {
        findings: by_code(stop.findings()),
        tripped,
        ..Metrics::default()
    }
}

fn by_code(findings: &[Finding]) -> BTreeMap<Code, u64> {
    let mut codes = BTreeMap::new();
    for finding in findings {
        *codes.entry(finding.code).or_default() += 1;
    }
    codes
}
