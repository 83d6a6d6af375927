//! What changed, in lines for people.
//!
//! Customers are not named here: a subscription's id is what leads to its row, and of what tells of the customer only the
//! column is named.

use std::{collections::BTreeMap, fmt::Write};

use chrono::NaiveDate;
use seatshift::{
    compare::{Cause, ChangeKind, Changed, Changes, Field, Loss},
    saved::{Columns, PlanColumn},
};

use super::shown::{BAD, FAINT, In, STRONG, WARN, grouped, many, tame};

/// Columns that tell who the customer is.
const PERSONAL: [PlanColumn; 3] = [
    PlanColumn::CustomerId,
    PlanColumn::CustomerName,
    PlanColumn::CustomerDomain,
];

/// Longest value that is shown in a line.
const LONGEST: usize = 60;

/// A group of changes that belong together.
pub(super) struct Group<'a> {
    pub(super) title: &'static str,
    pub(super) style: anstyle::Style,
    pub(super) changed: Vec<&'a Changed>,
}

/// All changes, in groups; what matters most first. Empty groups are left out.
pub(super) fn groups(changes: &Changes) -> Vec<Group<'_>> {
    let of = |title, style, fits: &dyn Fn(&Changed) -> bool| Group {
        title,
        style,
        changed: changes.changed.iter().filter(|changed| fits(changed)).collect(),
    };
    let rest = |kind| move |changed: &Changed| changed.loss.is_none() && changed.kind == kind;
    let all = [
        of("Gone or changed for the worse, and due soon", BAD, &|changed| {
            changed.loss == Some(Loss::DueSoon)
        }),
        of("Gone or changed for the worse", WARN, &|changed| {
            changed.loss == Some(Loss::Later)
        }),
        of("Changed", STRONG, &rest(ChangeKind::Changed)),
        of("Gone, with nothing to be done", STRONG, &rest(ChangeKind::Gone)),
        of("New", STRONG, &rest(ChangeKind::New)),
        of("Moved: it shows as ours", STRONG, &rest(ChangeKind::Moved)),
    ];
    all.into_iter().filter(|group| !group.changed.is_empty()).collect()
}

/// How much changed, in one sentence.
pub(super) fn counts(changes: &Changes) -> String {
    if changes.is_empty() {
        return "nothing changed".to_owned();
    }
    let kinds = [
        ChangeKind::Gone,
        ChangeKind::Changed,
        ChangeKind::New,
        ChangeKind::Moved,
    ];
    let counts = kinds.map(|kind| format!("{} {kind}", grouped(changes.count(kind))));
    format!(
        "{}: {}",
        many(changes.changed.len() as u64, "subscription", "subscriptions"),
        counts.join(", ")
    )
}

/// What is counted and not listed, in sentences.
pub(super) fn counted(changes: &Changes) -> Vec<String> {
    let mut told = Vec::new();
    if changes.counted.following > 0 {
        let rows = many(changes.counted.following, "move", "moves");
        told.push(format!(
            "{rows} as soon as all is ready: their days went on with the date"
        ));
    }
    if changes.counted.elsewhere > 0 {
        let rows = many(changes.counted.elsewhere, "row stands", "rows stand");
        told.push(format!(
            "{rows} elsewhere in the exports, and nothing else of them differs"
        ));
    }
    if !changes.missing.is_empty() {
        let columns: Vec<&str> = changes.missing.iter().map(|column| column.as_str()).collect();
        told.push(format!("not in both plans, so not compared: {}", columns.join(", ")));
    }
    told
}

/// How many changes each cause has.
pub(super) fn causes(changes: &Changes) -> BTreeMap<Cause, u64> {
    let mut causes = BTreeMap::new();
    for (_, field) in changes.lines() {
        *causes.entry(field.cause).or_default() += 1;
    }
    causes
}

/// What a cause means.
pub(super) fn meaning(cause: Cause) -> &'static str {
    match cause {
        Cause::Export => "an export says otherwise",
        Cause::Table => "a table, rule table, setting or the program is another",
        Cause::Date => "a date was crossed",
        Cause::Several => "several of these, and the files do not tell which",
        Cause::Unknown => "nothing is recorded of the earlier run",
    }
}

/// The dates of both plans, in words.
pub(super) fn since(changes: &Changes) -> String {
    let day = |day: Option<NaiveDate>| day.map_or_else(|| "an unknown day".to_owned(), |day| day.to_string());
    format!("the plan for {}", day(changes.runs.from))
}

/// A change of a column in words: `urgency: planned -> late`.
pub(super) fn words(changed: &Changed, field: &Field) -> String {
    let Some(column) = field.column else {
        return match changed.kind {
            ChangeKind::New => new_words(changed),
            _ => changed.kind.to_string(),
        };
    };
    if PERSONAL.contains(&column) {
        return format!("{}: another", column.as_str());
    }
    let (old, new) = changed.values(Some(column));
    let shown = |text: &str| match text {
        "" => "nothing".to_owned(),
        text => super::lines::shortened(&tame(text), LONGEST),
    };
    format!("{}: {} -> {}", column.as_str(), shown(old), shown(new))
}

fn new_words(changed: &Changed) -> String {
    let action = changed.get(PlanColumn::Action);
    match changed.get(PlanColumn::MoveDate) {
        "" => format!("new: {action}"),
        day => format!("new: {action} on {day}"),
    }
}

/// The causes of a change of a subscription, each once, with the columns that it explains; what made it a loss first.
pub(super) fn by_cause(changed: &Changed) -> Vec<(Cause, &str, Vec<String>)> {
    let mut groups: Vec<(Cause, &str, Vec<String>)> = Vec::new();
    let is_worse = |field: &&Field| field.column.is_some_and(|column| changed.worse.contains(&column));
    let (worse, other): (Vec<&Field>, Vec<&Field>) = changed.fields.iter().partition(is_worse);
    for field in worse.into_iter().chain(other) {
        let words = words(changed, field);
        match groups
            .iter_mut()
            .find(|(cause, detail, _)| *cause == field.cause && **detail == *field.detail)
        {
            Some((_, _, fields)) => fields.push(words),
            None => groups.push((field.cause, &field.detail, vec![words])),
        }
    }
    groups
}

/// The short section of a run's summary: how much, and the losses that are due soon.
pub(super) fn section(text: &mut String, changes: &Changes, shown: usize) {
    let _ = writeln!(text, "  {}", counts(changes));
    for line in counted(changes) {
        let _ = writeln!(text, "  {}", In(FAINT, line));
    }
    let soon: Vec<&Changed> = changes
        .changed
        .iter()
        .filter(|changed| changed.loss == Some(Loss::DueSoon))
        .collect();
    if soon.is_empty() {
        return;
    }
    let title = format!(
        "Due soon, and gone or changed for the worse: {}",
        grouped(soon.len() as u64)
    );
    let _ = writeln!(text, "  {}", In(BAD, title));
    for changed in soon.iter().take(shown) {
        line(text, changed);
    }
    if soon.len() > shown {
        let more = grouped((soon.len() - shown) as u64);
        let _ = writeln!(text, "    {}", In(FAINT, format!("and {more} more")));
    }
}

/// A subscription in one line: day, id, and what tells most of it. This goes to logs, so that no value of an export stands in it.
fn line(text: &mut String, changed: &Changed) {
    let day = changed.due.map_or_else(|| "no day".to_owned(), |day| day.to_string());
    let telling = [
        PlanColumn::Action,
        PlanColumn::Urgency,
        PlanColumn::Reasons,
        PlanColumn::TermEnd,
    ];
    let words = changed
        .worse
        .iter()
        .chain(&telling)
        .find_map(|column| changed.fields.iter().find(|field| field.column == Some(*column)))
        .or_else(|| changed.fields.iter().find(|field| field.column.is_none()))
        .map(|field| format!("{} ({})", words(changed, field), field.cause));
    let columns = || {
        let columns = changed.fields.iter().filter_map(|field| field.column);
        let columns: Vec<&str> = columns.map(Columns::as_str).collect();
        columns.join(", ")
    };
    let _ = writeln!(
        text,
        "    {day:10}  {}  {}",
        tame(changed.get(PlanColumn::SubscriptionId)),
        words.unwrap_or_else(columns)
    );
}
