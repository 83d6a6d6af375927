//! What the plan says of a subscription, for people: the decision, its steps, its dates as sums, what would change it.
//!
//! In: what was told. Out: lines of at most 100 columns where the words allow it.

use std::fmt::Write;

use chrono::NaiveDate;
use seatshift::{
    config::Config,
    pipeline::{Days, Told},
    plan::{
        Decision, Reason, Reasons, Step, WhatIfs,
        dates::{DateLine, Number, NumberFrom},
    },
    terms::{Action, EndSource, Licences, StepKind},
};

use super::super::{
    lines::{padded, wrapped},
    shown::{FAINT, In, STRONG, many, tame, tame_sentence},
};

/// Columns of a name before what it says.
pub(super) const NAME: usize = 19;
/// How many days that were passed over are named one by one.
const PASSED: usize = 4;

/// A day as it is shown: `2027-01-31 (Sun)`.
pub(super) fn day(day: NaiveDate) -> String {
    day.format("%Y-%m-%d (%a)").to_string()
}

/// A line of a name and what it says.
pub(super) fn line(text: &mut String, name: &str, says: &str) {
    let start = format!("  {}", padded(name, NAME));
    text.push_str(&wrapped(&start, 2 + NAME, says));
}

/// The settings of the command line, which hold for this run alone.
pub(super) fn what_if_set(text: &mut String, config: &Config) {
    for set in &config.set {
        line(text, "what if", &format!("--set {}", tame(&set.text)));
    }
}

/// The decision, and what is left to do.
pub(super) fn decision(text: &mut String, told: &Told, as_of: NaiveDate, config: &Config, contested: &[String]) {
    let decision = &told.row.decision;
    let _ = writeln!(text, "\n{} for {}", In(STRONG, "What the plan says"), day(as_of));
    what_if_set(text, config);
    let urgency = decision
        .urgency
        .map(|urgency| format!(", {urgency}"))
        .unwrap_or_default();
    let date = decision
        .move_date
        .map(|date| format!(" on {}", day(date)))
        .unwrap_or_default();
    line(
        text,
        "action",
        &format!("{}{date}{urgency}", In(STRONG, decision.action)),
    );
    for reason in decision.reasons.iter() {
        let what = match reason {
            Reason::Contradiction if !contested.is_empty() => format!(": {}", contested.join("; ")),
            _ => String::new(),
        };
        line(text, "reason", &format!("{reason}: {}{what}", reason.meaning()));
    }
    if decision.reasons.is_empty() {
        line(text, "reason", "none: nothing stands in the way");
    }
    if let Some(route) = decision.route {
        line(text, "route", route.as_str());
    }
    if let Some(mapping) = decision.mapping {
        line(text, "mapping", mapping.as_str());
    }
    let ordered = decision.action == Action::Move;
    for target in &decision.targets {
        let seats = decision
            .target_seats
            .map(|seats| format!("{} x ", seats.0))
            .unwrap_or_default();
        let term = target.term.map(|term| format!(", term {term}")).unwrap_or_default();
        let offer = format!("{seats}{} ({}){term}", tame(&target.offer), tame(&target.offer_id));
        line(text, if ordered { "target" } else { "target, perhaps" }, &offer);
    }
    if let Some(licences) = decision.licences {
        let what = match licences {
            Licences::Keep => "nothing is to be assigned",
            Licences::Reassign => "users need the new ones assigned",
        };
        line(text, "licences", &format!("{licences}: {what}"));
    }
    for (name, list) in [("users lose", decision.loses()), ("users gain", decision.gains())] {
        if !list.is_empty() {
            line(text, name, &list.join("; "));
        }
    }
    match (decision.window_opens, decision.window_closes) {
        (None, None) => {}
        (opens, closes) => {
            let opens = opens.map_or_else(|| "open already".to_owned(), day);
            let closes = closes.map_or_else(|| "no end".to_owned(), day);
            line(text, "window", &format!("{opens} to {closes}"));
        }
    }
    let lapsed = told.row.subscription.term_end.is_some_and(|end| end.0 < as_of);
    if let Some(closes) = decision
        .window_closes
        .filter(|_| lapsed && decision.action == Action::Move)
    {
        let name = match decision.reasons.has(Reason::ServiceDown) {
            true => "data is kept until",
            false => "users work until",
        };
        line(text, name, &day(closes));
    }
    if let Some(end) = decision.end_source {
        let by = decision
            .end_source_by
            .map(|by| format!(" by {}", day(by)))
            .unwrap_or_default();
        let what = match end {
            EndSource::Transfer => ": it comes over whole, so there is nothing to end",
            _ => "",
        };
        line(text, "end of the source", &format!("{end}{by}{what}"));
    }
    if let Some(days) = decision.overlap_days.filter(|days| *days > 0) {
        line(text, "paid twice", &many(u64::from(days), "day", "days"));
    }
    costs(text, decision);
}

/// Something to do for a subscription.
pub(super) struct ToDo<'a> {
    pub(super) step: &'a Step,
    /// The day by which the subscription itself asks for it, where another of its customer needs it on another.
    pub(super) own_day: Option<NaiveDate>,
}

impl ToDo<'_> {
    /// What, and by when: `order by 2027-01-28`.
    pub(super) fn briefly(&self) -> String {
        match self.step.due {
            Some(due) => format!("{} by {due}", self.step.kind),
            None => format!("{} first thing", self.step.kind),
        }
    }
}

/// The first of the steps.
pub(super) fn next_step(text: &mut String, first: Option<&ToDo<'_>>) {
    let Some(ToDo { step, own_day }) = first else { return };
    let by = step
        .due
        .map_or_else(|| " first thing".to_owned(), |by| format!(" by {}", day(by)));
    let own = own_day.map_or_else(String::new, |own| {
        format!(
            ", the first day that one of its customer's subscriptions needs it; this one by {}",
            day(own)
        )
    });
    line(text, "next step", &format!("{}{by}{own}", step.kind));
}

/// The day by which a decision by itself asks for a step that is its customer's as a whole.
pub(super) fn day_of(decision: &Decision, kind: StepKind) -> Option<NaiveDate> {
    let stated = match kind {
        StepKind::RequestRelationship => decision.relationship_by,
        StepKind::AcceptAgreement => decision.agreement_by,
        _ => None,
    };
    stated.or_else(|| decision.next_step_by.filter(|_| decision.next_step == Some(kind)))
}

fn costs(text: &mut String, decision: &Decision) {
    let Some(costs) = &decision.costs else { return };
    let currency = costs.currency.as_deref().unwrap_or_default();
    for (name, amount) in [("costs of overlap", costs.overlap), ("if missed", costs.missed)] {
        if let Some(amount) = amount {
            line(text, name, &format!("{amount} {currency}"));
        }
    }
}

/// Steps in their order, each with its day, owner and sentence.
pub(super) fn steps(text: &mut String, heading: &str, steps: &[ToDo<'_>]) {
    if !steps.is_empty() {
        let _ = writeln!(text, "\n{}", In(STRONG, heading));
    }
    for ToDo { step, own_day } in steps {
        let due = step.due.map_or_else(|| "first thing".to_owned(), |due| due.to_string());
        let start = format!("  {}", padded(&due, 12));
        let own = own_day.map_or_else(String::new, |own| format!("; this subscription needs it by {own}"));
        text.push_str(&wrapped(
            &start,
            16,
            &format!("{}, {}: {}{own}", step.kind, step.owner, tame_sentence(&step.detail)),
        ));
    }
}

/// The dates as sums.
pub(super) fn sums(text: &mut String, told: &Told, days: &Days, config: &Config) {
    let Some(sums) = &told.trail.dates else { return };
    let _ = writeln!(text, "\n{}", In(STRONG, "Dates, and the sums that give them"));
    for one in &sums.lines {
        let said = sum(one, days, config, sums.lines.as_slice());
        let start = format!("  {}{}  ", padded(one.name, NAME), day(one.day));
        text.push_str(&wrapped(&start, 2 + NAME + 18, &said));
    }
    text.push_str(&wrapped(
        "  ",
        2,
        &In(
            FAINT,
            "prev and next: the nearest business day on or before, on or after",
        )
        .to_string(),
    ));
}

fn sum(one: &DateLine, days: &Days, config: &Config, all: &[DateLine]) -> String {
    let Some(sum) = &one.sum else {
        return match one.name {
            "A" => "as-of: the day the plan is made for".to_owned(),
            "E" => "the term end, the last paid day".to_owned(),
            "start" => "the first day of the term".to_owned(),
            _ => "by the rules".to_owned(),
        };
    };
    let mut said = format!("= {sum}");
    let business = ["recommended", "move_date"].contains(&one.name) && days.closed(one.day).is_none();
    if business && one.skipped.is_empty() {
        said.push_str(", a business day");
    }
    if one.name == "ready" && one.numbers.is_empty() {
        said.push_str(", since nothing is missing");
    }
    if one.name == "move_date"
        && sum == "recommended"
        && let Some(ready) = all.iter().find(|line| line.name == "ready")
    {
        let _ = write!(said, ", not before ready ({})", ready.day);
    }
    let of = |name: &str| all.iter().find(|line| line.name == name);
    if one.name == "move_date" && sum == "ready" && days.closed(one.day).is_some() {
        said.push_str(", since the next business day is after the window");
    }
    if one.name == "approve_by"
        && let Some(moved) = of("move_date").filter(|moved| moved.day < one.day)
    {
        let _ = write!(
            said,
            "; to be approved on the move date, {}: it is complete once it is approved",
            moved.day
        );
    }
    if !one.skipped.is_empty() {
        let named: Vec<String> = one
            .skipped
            .iter()
            .take(PASSED)
            .map(|skipped| {
                let name = days.closed(skipped.day).and_then(|(_, name)| name);
                let name = name.map_or_else(|| skipped.why.to_string(), |name| tame(name));
                format!("{} ({name})", skipped.day.format("%a %-d %b"))
            })
            .collect();
        let more = one.skipped.len().saturating_sub(PASSED);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let _ = write!(said, "; passed over: {}{more}", named.join(", "));
    }
    for number in &one.numbers {
        let _ = write!(said, "; {}", of_number(number, config));
    }
    said
}

/// Where a number of days comes from: `14 from rules.lead.relationship (default)`.
fn of_number(number: &Number, config: &Config) -> String {
    match number.from {
        NumberFrom::Table(table) => format!("{} from the table {table}", number.days),
        NumberFrom::Setting(key) => format!("{} from {key} ({})", number.days, config.stated_by(key)),
    }
}

/// What would change the answer.
pub(super) fn what_ifs(text: &mut String, told: &Told, as_of: NaiveDate) {
    let Some(what_ifs) = &told.what_ifs else { return };
    let WhatIfs {
        differs,
        same,
        next,
        turn,
        looked_until,
    } = what_ifs;
    let now = &told.row.decision;
    let _ = writeln!(text, "\n{}", In(STRONG, "What would change the answer"));
    for one in differs {
        text.push_str(&wrapped(
            "  - ",
            4,
            &format!("{}: {}", tame(&one.what), changed(now, &one.decision)),
        ));
    }
    for (date, decision) in next.iter().chain(turn) {
        let days = date.signed_duration_since(as_of).num_days();
        let days = many(u64::try_from(days).unwrap_or_default(), "day", "days");
        let said = format!(
            "on {}, in {days}, if nothing is done: {}",
            day(*date),
            changed(now, decision)
        );
        text.push_str(&wrapped("  - ", 4, &said));
    }
    match next {
        Some(_) => {}
        None => {
            let said = format!("no day up to {looked_until} does by itself");
            text.push_str(&wrapped("  - ", 4, &said));
        }
    }
    if !same.is_empty() {
        let same: Vec<String> = same.iter().map(|what| tame(what)).collect();
        text.push_str(&wrapped("  no difference: ", 4, &same.join("; ")));
    }
}

/// What is otherwise in another decision.
pub(super) fn changed(now: &Decision, then: &Decision) -> String {
    let date = |decision: &Decision| {
        decision
            .move_date
            .map(|date| format!(" on {}", day(date)))
            .unwrap_or_default()
    };
    let action = format!("{}{}", then.action, date(then));
    let mut said = match (now.action, now.move_date) == (then.action, then.move_date) {
        true => format!("still {action}"),
        false => action,
    };
    let without = |reasons: Reasons, others: Reasons| {
        let words = reasons.iter().filter(|reason| !others.has(*reason));
        words.map(Reason::as_str).collect::<Vec<_>>().join(", ")
    };
    let new = without(then.reasons, now.reasons);
    let gone = without(now.reasons, then.reasons);
    if !new.is_empty() {
        let _ = write!(said, "; {new}");
    }
    if !gone.is_empty() {
        let _ = write!(said, "; no longer {gone}");
    }
    if now.urgency != then.urgency
        && let Some(urgency) = then.urgency
    {
        let _ = write!(said, "; urgency {urgency}");
    }
    if now.route != then.route
        && let Some(route) = then.route
    {
        let _ = write!(said, "; route {route}");
    }
    if now.end_source != then.end_source {
        let _ = match then.end_source {
            Some(end) => write!(said, "; the source ends by {end}"),
            None => write!(said, "; nothing is said of the source's end"),
        };
    }
    if (now.next_step, now.next_step_by) != (then.next_step, then.next_step_by)
        && let Some(step) = then.next_step
    {
        let by = then.next_step_by.map(|by| format!(" by {by}")).unwrap_or_default();
        let _ = write!(said, "; next step {step}{by}");
    }
    for (name, now, then) in [
        ("window_opens", now.window_opens, then.window_opens),
        ("window_closes", now.window_closes, then.window_closes),
        ("relationship_by", now.relationship_by, then.relationship_by),
        ("agreement_by", now.agreement_by, then.agreement_by),
        ("request_by", now.request_by, then.request_by),
        ("reassign_by", now.reassign_by, then.reassign_by),
        ("end_source_by", now.end_source_by, then.end_source_by),
    ] {
        if now != then {
            let then = then.map_or_else(|| "empty".to_owned(), |then| then.to_string());
            let _ = write!(said, "; {name} {then}");
        }
    }
    if now.credit_enquiry != then.credit_enquiry
        && let Some(who) = then.credit_enquiry
    {
        let _ = write!(said, "; the {who} asks about a credit");
    }
    if now.overlap_days != then.overlap_days
        && let Some(days) = then.overlap_days
    {
        let _ = write!(said, "; {} paid twice", many(u64::from(days), "day", "days"));
    }
    said
}
