//! What a person reads after a run: findings first, then the plan at a glance, then where the files are.
//!
//! Customers are not named here: a subscription's id is what leads to its row.

use std::{collections::BTreeMap, fmt::Write};

use seatshift::{
    config::ConfigStop,
    finding::{Accounting, Code, Finding, Place, Severity},
    pipeline::{Outcome, Reported, Stop, Verdict},
    plan::{Counts, Reason},
    terms::Action,
    write::{Reports, Target},
};

use super::{
    changes,
    lines::wrapped,
    shown::{BAD, FAINT, In, STRONG, WARN, grouped, many, tame},
    withheld::withheld,
};

mod pressing;
mod weeks;

pub(super) use weeks::Bars;

/// Findings of one code that are shown; all of them are in the findings file.
const FINDINGS_SHOWN: usize = 3;
/// Rows of one kind that are shown.
const ROWS_SHOWN: usize = 5;

/// The summary of a run that is done; with what holds for this run alone.
pub(super) fn of_run(outcome: &Outcome, what_if: &str, verbose: bool, bars: Bars) -> String {
    let mut text = findings(&outcome.findings, verbose);
    heading(&mut text, STRONG, &format!("Plan for {}", outcome.plan.as_of));
    told_what_if(&mut text, what_if);
    equations(&mut text, &outcome.accounting, outcome);
    pressing::lists(&mut text, &outcome.plan);
    weeks::chart(&mut text, &outcome.plan, bars);
    costs(&mut text, &outcome.counts);
    reasons(&mut text, &outcome.counts, Action::Review, "For a person to decide");
    reasons(&mut text, &outcome.counts, Action::Keep, "Kept");
    if let Some(changes) = &outcome.changes {
        heading(
            &mut text,
            STRONG,
            &format!("What changed since {}", changes::since(changes)),
        );
        changes::section(&mut text, changes, ROWS_SHOWN);
    }
    tally(&mut text, &outcome.findings);
    if let Some(target) = &outcome.target {
        files(&mut text, target, outcome);
    }
    if outcome.verdict == Verdict::Look {
        let _ = writeln!(text, "\n{}", In(BAD, look(outcome)));
    }
    text
}

/// Why a run was stopped.
pub(super) fn of_stop(stop: &Stop, verbose: bool) -> String {
    let mut text = findings(stop.findings(), verbose);
    let problems = match stop {
        Stop::Settings {
            cause: ConfigStop::Wrong { problems, .. },
        } => problems.len(),
        Stop::Tables { problems } => problems.len(),
        _ => 0,
    };
    match problems {
        0 => drop(writeln!(text, "{} {stop}", In(BAD, "stopped:"))),
        _ => {
            let problems = many(problems as u64, "problem", "problems");
            let _ = writeln!(text, "{stop}");
            let _ = writeln!(
                text,
                "{} {problems} in settings and tables: nothing was read or written",
                In(BAD, "stopped:")
            );
        }
    }
    if let Some(record) = stop.record() {
        let _ = writeln!(text, "  see {}", record.display());
    }
    text
}

fn told_what_if(text: &mut String, what_if: &str) {
    if !what_if.is_empty() {
        text.push_str(&wrapped("  ", 4, what_if));
    }
}

fn heading(text: &mut String, style: anstyle::Style, words: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "{}", In(style, words));
}

fn equations(text: &mut String, accounting: &Accounting, outcome: &Outcome) {
    let Accounting {
        rows_read,
        subscriptions,
        merged,
        customers,
        reference,
        rejected,
        ignored,
    } = *accounting;
    let terms = [
        (subscriptions, "subscriptions"),
        (merged, "merged"),
        (customers, "customers"),
        (reference, "reference"),
        (rejected, "rejected"),
        (ignored, "ignored"),
    ];
    let sum: Vec<String> = terms
        .iter()
        .map(|(number, word)| format!("{} {word}", grouped(*number)))
        .collect();
    let _ = writeln!(text, "  {} read = {}", many(rows_read, "row", "rows"), sum.join(" + "));
    let of = |action| grouped(outcome.counts.actions.get(&action).copied().unwrap_or_default());
    let _ = writeln!(
        text,
        "  {} = {} move + {} keep + {} review",
        many(subscriptions, "subscription", "subscriptions"),
        of(Action::Move),
        of(Action::Keep),
        of(Action::Review)
    );
}

fn rest(text: &mut String, all: usize, shown: usize) {
    if all > shown {
        let _ = writeln!(
            text,
            "  {}",
            In(FAINT, format!("and {} more", grouped((all - shown) as u64)))
        );
    }
}

/// What the price list makes of overlaps and missed windows.
fn costs(text: &mut String, counts: &Counts) {
    if counts.costs.is_empty() {
        return;
    }
    heading(text, STRONG, "Costs, at list price");
    for (currency, sum) in &counts.costs {
        let rows = many(sum.rows, "move", "moves");
        let _ = writeln!(
            text,
            "  {:>12} {currency}  days paid twice, {rows}",
            sum.overlap.to_string()
        );
        let _ = writeln!(
            text,
            "  {:>12} {currency}  if every window were missed",
            sum.missed.to_string()
        );
    }
}

/// The rows of an action by the reasons that led to it, most rows first.
fn reasons(text: &mut String, counts: &Counts, action: Action, words: &str) {
    let rows = counts.actions.get(&action).copied().unwrap_or_default();
    if rows == 0 {
        return;
    }
    heading(text, STRONG, &format!("{words}: {}", grouped(rows)));
    let led_to_it =
        |&(of, reason): &(Action, Reason)| of == action && (reason.kind() == action || reason == Reason::OnHold);
    let counts = counts.by_action.iter().filter(|(about, _)| led_to_it(about));
    let mut counts: Vec<(Reason, u64)> = counts.map(|(&(_, reason), &count)| (reason, count)).collect();
    counts.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
    for (reason, count) in &counts {
        let _ = writeln!(
            text,
            "  {:>7}  {:24}  {}",
            grouped(*count),
            reason.as_str(),
            In(FAINT, reason.meaning())
        );
    }
    if counts.iter().map(|(_, count)| count).sum::<u64>() > rows {
        let _ = writeln!(text, "  {}", In(FAINT, "a row may have several reasons"));
    }
}

fn tally(text: &mut String, findings: &[Finding]) {
    let of = |severity| findings.iter().filter(|finding| finding.severity() == severity).count() as u64;
    let words = [
        many(of(Severity::Error), "error", "errors"),
        many(of(Severity::Warning), "warning", "warnings"),
        many(of(Severity::Note), "note", "notes"),
    ];
    heading(text, STRONG, &format!("Findings: {}", words.join(", ")));
}

/// Where reports of a plan are.
pub(super) fn of_report(reports: &Reports, reported: &Reported, what_if: &str, verbose: bool) -> String {
    let mut text = findings(&reported.findings, verbose);
    for path in &reported.changed {
        let words = "is not as its run wrote it; it was taken as it stands";
        let _ = writeln!(text, "{} {path}: {words}", In(WARN, "note:"));
    }
    heading(&mut text, STRONG, &format!("Plan as seen on {}", reported.as_of));
    told_what_if(&mut text, what_if);
    reports_made(&mut text, reports);
    text
}

fn reports_made(text: &mut String, reports: &Reports) {
    for (path, what) in reports.paths() {
        let _ = writeln!(text, "  {}  {}", path.display(), In(FAINT, what));
    }
}

fn files(text: &mut String, target: &Target, outcome: &Outcome) {
    heading(text, STRONG, "Files");
    let compared = outcome.changes.is_some();
    let changes = compared.then(|| (target.changes(), "what changed since the plan before, and why"));
    let others = [
        (target.plan().to_owned(), "what to do with each subscription, and when"),
        (target.steps(), "who does what by when"),
        (target.findings(), "what was found in the exports"),
        (target.run(), "what was read, by which rules"),
    ];
    for (path, what) in others.into_iter().chain(changes) {
        let _ = writeln!(text, "  {}  {}", path.display(), In(FAINT, what));
    }
    reports_made(text, &outcome.reports);
    for path in &outcome.older {
        let words = "of an earlier run, since it was not asked for";
        let _ = writeln!(text, "  {}  {}", path.display(), In(WARN, words));
    }
}

fn look(outcome: &Outcome) -> String {
    let errors = outcome
        .findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Error)
        .count() as u64;
    match errors {
        0 => "A person must look: rows for review are pressing (--strict)".to_owned(),
        _ => format!(
            "A person must look: {}, {} rejected",
            many(errors, "error", "errors"),
            many(outcome.accounting.rejected, "row", "rows")
        ),
    }
}

/// Findings by code, errors before warnings, the first three of each; notes are counted only, unless all is to be told. This is
/// for standard error: without `verbose` what may tell of a person is left out.
pub(super) fn findings(findings: &[Finding], verbose: bool) -> String {
    listed(findings, verbose, !verbose, |place| place.to_string())
}

/// The same, with places as the caller shows them, and everything in it: for standard output.
pub(super) fn findings_at(findings: &[Finding], verbose: bool, shown: impl Fn(&Place) -> String) -> String {
    listed(findings, verbose, false, shown)
}

fn listed(findings: &[Finding], verbose: bool, discreet: bool, shown: impl Fn(&Place) -> String) -> String {
    let mut text = String::new();
    let mut has_left_out = false;
    let told = |finding: &&Finding| verbose || finding.severity() != Severity::Note;
    let mut by_code: BTreeMap<(Severity, Code), Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(told) {
        by_code
            .entry((finding.severity(), finding.code))
            .or_default()
            .push(finding);
    }
    for ((severity, code), group) in by_code {
        let style = match severity {
            Severity::Error => BAD,
            Severity::Warning => WARN,
            Severity::Note => FAINT,
        };
        let _ = writeln!(
            text,
            "{} {} ({}): {}",
            In(style, severity),
            In(STRONG, code),
            grouped(group.len() as u64),
            code.meaning()
        );
        for finding in group.iter().take(FINDINGS_SHOWN) {
            let heading = finding
                .heading
                .as_ref()
                .map_or_else(String::new, |heading| format!(" ({heading})"));
            let (message, hint) = match discreet {
                true => {
                    let withheld = withheld(finding);
                    has_left_out |= withheld.any;
                    (withheld.message, withheld.hint)
                }
                false => (finding.told().into_owned(), finding.hint.to_string()),
            };
            let _ = writeln!(
                text,
                "  {}",
                tame(&format!("{}{heading}: {message}", shown(&finding.place)))
            );
            if !hint.is_empty() {
                let _ = writeln!(text, "    {}", In(FAINT, format!("hint: {}", tame(&hint))));
            }
        }
        rest(&mut text, group.len(), FINDINGS_SHOWN);
    }
    if has_left_out {
        let words = "`…` stands for a value that may tell of a person: see the findings file, or use --verbose";
        let _ = writeln!(text, "{}", In(FAINT, words));
    }
    text
}

#[cfg(test)]
mod tests;
