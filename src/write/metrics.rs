//! Figures of a run for node_exporter's textfile collector.
//!
//! In: how a run ended, and what it counted. Out: one file in the Prometheus text format, replaced whole. The last success is kept
//! from the file before where this run was none. There are no names in it, so that any user may read it.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use super::{WriteStop, stage, stage::Stage, under_way};
use crate::{
    finding::{Accounting, Code},
    guard::Guard,
    terms::{Action, Urgency},
};

/// What became of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metrics {
    /// What the program returns.
    pub exit_code: u8,
    /// When it ended, in seconds since 1970.
    pub ended: i64,
    /// How long it took.
    pub seconds: f64,
    /// Where every row went; none where no plan came about.
    pub accounting: Option<Accounting>,
    /// Rows of the plan by action and urgency; those without one under an empty word.
    pub subscriptions: BTreeMap<(Action, Option<Urgency>), u64>,
    /// Findings by code.
    pub findings: BTreeMap<Code, u64>,
    /// Guards that hold the plan back.
    pub tripped: Vec<Guard>,
}

const LAST_SUCCESS: &str = "seatshift_last_success_timestamp_seconds";

impl Metrics {
    /// Whether a plan was written.
    fn is_success(&self) -> bool {
        self.exit_code <= 1
    }

    /// The text, given that of the run before.
    fn text(&self, before: &str) -> String {
        let mut text = String::new();
        let none: [(&str, &str); 0] = [];
        let mut one = |name: &str, help: &str, value: &dyn Display| {
            head(&mut text, name, help);
            line(&mut text, name, &none, value);
        };
        one(
            "seatshift_exit_code",
            "What the last run returned: 0 done, 1 look, 2 and 3 not run, 128 and more ended by a signal.",
            &self.exit_code,
        );
        one(
            "seatshift_last_run_timestamp_seconds",
            "When the last run ended.",
            &self.ended,
        );
        one(
            "seatshift_duration_seconds",
            "How long the last run took.",
            &self.seconds,
        );
        let kept = match self.is_success() {
            true => Some(self.ended.to_string()),
            false => last_success(before),
        };
        if let Some(kept) = kept {
            one(LAST_SUCCESS, "When the last run ended that wrote a plan.", &kept);
        }
        head(&mut text, "seatshift_info", "The version that ran last.");
        line(
            &mut text,
            "seatshift_info",
            &[("version", env!("CARGO_PKG_VERSION"))],
            &1,
        );
        self.rows(&mut text);
        text
    }

    fn rows(&self, text: &mut String) {
        if let Some(accounting) = &self.accounting {
            let name = "seatshift_rows";
            head(text, name, "Rows read, by what became of them.");
            let fates = [
                ("subscription", accounting.subscriptions),
                ("merged", accounting.merged),
                ("customer", accounting.customers),
                ("reference", accounting.reference),
                ("rejected", accounting.rejected),
                ("ignored", accounting.ignored),
            ];
            for (fate, rows) in fates {
                line(text, name, &[("fate", fate)], &rows);
            }
            let name = "seatshift_subscriptions";
            head(text, name, "Subscriptions of the plan, by action and urgency.");
            for ((action, urgency), count) in &self.subscriptions {
                let urgency = urgency.map_or("", Urgency::as_str);
                line(text, name, &[("action", action.as_str()), ("urgency", urgency)], count);
            }
        }
        let name = "seatshift_findings";
        head(text, name, "Findings of the last run, by code.");
        for (code, count) in &self.findings {
            let labels = [("code", code.as_str()), ("severity", code.severity().as_str())];
            line(text, name, &labels, count);
        }
        let name = "seatshift_guard_tripped";
        head(text, name, "Whether a guard holds the new plan back.");
        for guard in Guard::ALL {
            line(
                text,
                name,
                &[("guard", guard.as_str())],
                &u8::from(self.tripped.contains(guard)),
            );
        }
    }
}

// Writing to a `String` does not fail.
fn head(text: &mut String, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
}

/// A sample. Labels are words of ours, so that nothing in them needs escaping.
fn line(text: &mut String, name: &str, labels: &[(&str, &str)], value: &dyn Display) {
    let labels: Vec<String> = labels
        .iter()
        .map(|(label, word)| format!("{label}=\"{word}\""))
        .collect();
    let labels = match labels.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", labels.join(",")),
    };
    let _ = writeln!(text, "{name}{labels} {value}");
}

/// The last success that a file tells of.
fn last_success(before: &str) -> Option<String> {
    let value = before
        .lines()
        .find_map(|line| line.strip_prefix(LAST_SUCCESS)?.strip_prefix(' '))?;
    value.parse::<i64>().ok().map(|seconds| seconds.to_string())
}

/// How a file of ours begins.
const BEGINNING: &[u8] = b"# HELP seatshift_";

/// Whether figures may be written to a path: no file is there, or one that begins as ours do.
pub fn may_hold_metrics(path: &Path) -> bool {
    // Nothing, and what is no file at all: whoever writes says what hinders it.
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return true;
    }
    match File::open(path) {
        Ok(file) => {
            let mut head = Vec::new();
            let read = file.take(BEGINNING.len() as u64).read_to_end(&mut head);
            read.is_ok() && head == BEGINNING
        }
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Writes the figures of a run, whatever became of it.
///
/// # Errors
/// Where the file cannot be written, or something else than figures of ours is there.
pub fn write_metrics(path: &Path, metrics: &Metrics) -> Result<(), WriteStop> {
    if !may_hold_metrics(path) {
        return Err(WriteStop::NotMetrics { path: path.to_owned() });
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        // What cannot be read is replaced.
        Err(_) => String::new(),
    };
    let mut stage = Stage::open(folder)?;
    stage::sweep(folder, &[path.to_owned()]);
    stage.add_for_all(path, |out| out.write_all(metrics.text(&before).as_bytes()))?;
    stage.publish()
}

/// The same for a run that was ended from outside, after all else was given up ([`super::abandon`]).
///
/// # Errors
/// As before.
pub fn write_last_metrics(path: &Path, metrics: &Metrics) -> Result<(), WriteStop> {
    under_way::at_last(|| write_metrics(path, metrics))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_success_is_kept_by_a_run_that_is_none() {
        let good = Metrics {
            ended: 1_790_000_000,
            ..Metrics::default()
        };
        let first = good.text("");
        assert!(
            first.contains("seatshift_last_success_timestamp_seconds 1790000000\n"),
            "{first}"
        );
        let bad = Metrics {
            exit_code: 3,
            ended: 1_790_086_400,
            ..Metrics::default()
        };
        let second = bad.text(&first);
        assert!(
            second.contains("seatshift_last_success_timestamp_seconds 1790000000\n"),
            "{second}"
        );
        assert!(
            second.contains("seatshift_last_run_timestamp_seconds 1790086400\n"),
            "{second}"
        );
        assert!(!bad.text("").contains(LAST_SUCCESS), "there was none yet");
        assert!(!bad.text(&format!("{LAST_SUCCESS} x\n")).contains(LAST_SUCCESS));
    }
}
