//! Why a row differs.
//!
//! In: a row before and after, what differs between the runs. Out: for each column the one cause that it can have, or `several`
//! with all of them named. A fact never changes with a date. What is decided is first compared with the later inputs decided for
//! the earlier date, where somebody did that: what differs there already no date has changed, and what differs only afterwards
//! nothing else has. Otherwise a date can be it where the row has one between the two days. A table is ruled out where nothing
//! that it acts through has changed; exports never are, if any differs: `plan.csv` does not show every fact.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{
    Cause, ChangeKind, Changed, Context, Fate, Field, Loss, Pair, Recalled, Runs, crossed,
    influence::{decides, is_fact, names_nobody, reaches, reaches_rows},
    traces::{Trace, is_ours},
    weight::{due_of, loss, worse},
};
use crate::{
    saved::{PlanColumn, Row},
    terms::Text,
};

/// Exports that are named in one sentence.
const EXPORTS_NAMED: usize = 2;

/// Finds causes.
pub(super) struct Causes<'a> {
    context: Context<'a>,
    exports: String,
    /// What is back, by its subscription, and since when it was gone.
    back: HashMap<String, NaiveDate>,
}

/// What may have changed something.
#[derive(Default)]
struct Candidates {
    export: Option<String>,
    tables: Vec<String>,
    date: Option<String>,
}

impl<'a> Causes<'a> {
    pub(super) fn new(context: &Context<'a>, recalled: &[Recalled]) -> Causes<'a> {
        let exports = &context.runs.exports;
        let mut named: Vec<&str> = exports.iter().take(EXPORTS_NAMED).map(String::as_str).collect();
        let more = format!("{} more", exports.len().saturating_sub(EXPORTS_NAMED));
        if exports.len() > EXPORTS_NAMED {
            named.push(&more);
        }
        Causes {
            context: *context,
            exports: named.join(", "),
            back: recalled
                .iter()
                .filter(|known| known.fate == Fate::Back)
                .filter_map(|known| Some((known.row.get(PlanColumn::SubscriptionId).to_owned(), known.since?)))
                .collect(),
        }
    }

    fn runs(&self) -> &Runs {
        self.context.runs
    }

    /// What became of a subscription, and why.
    pub(super) fn changed(&self, pair: Pair, trace: Option<Trace>, missing: &[PlanColumn]) -> Changed {
        let ours_now = |pair: &Pair| match (&pair.old, &pair.new) {
            (Some(old), Some(new)) => !is_ours(old) && is_ours(new),
            _ => false,
        };
        let kind = match (&pair.old, &pair.new, &trace) {
            (None, _, _) => ChangeKind::New,
            (_, None, Some(Trace::Ours(_))) => ChangeKind::Moved,
            (_, None, _) => ChangeKind::Gone,
            _ if ours_now(&pair) => ChangeKind::Moved,
            _ => ChangeKind::Changed,
        };
        let fields = match kind {
            ChangeKind::Changed => self.fields(&pair, missing),
            _ => vec![self.whole(&pair, kind, trace.as_ref())],
        };
        let day = due_of(&pair);
        Changed {
            kind,
            loss: loss(&pair, kind, day, self.runs().to, self.context.attention_days).map(|loss| match trace {
                // Perhaps it is no loss at all.
                Some(_) => Loss::Later,
                None => loss,
            }),
            due: day,
            fields,
            worse: match (kind, &pair.old, &pair.new) {
                (ChangeKind::Changed, Some(old), Some(new)) => worse(old, new),
                _ => Vec::new(),
            },
            successor: trace.map(|(Trace::Ours(id) | Trace::Successor(id))| id),
            old: pair.old,
            new: pair.new,
        }
    }

    /// Why a subscription is new, gone or moved.
    fn whole(&self, pair: &Pair, kind: ChangeKind, trace: Option<&Trace>) -> Field {
        let runs = self.runs();
        let mut candidates = Candidates {
            export: (!runs.exports.is_empty()).then(|| self.place(pair)),
            ..Candidates::default()
        };
        candidates.tables = named(runs, |table| {
            reaches_rows(table) || (kind == ChangeKind::Moved && pair.new.is_some())
        });
        let (cause, why) = self.settle(candidates);
        let what = match (kind, trace) {
            (_, Some(Trace::Ours(id))) => format!("in no export any more; ours is {id}"),
            (_, Some(Trace::Successor(id))) => format!("in no export any more; perhaps {id} now"),
            (ChangeKind::Moved, None) => "it shows as ours".to_owned(),
            (ChangeKind::Gone, None) => "in no export any more, and none of ours has taken its place".to_owned(),
            (ChangeKind::New, None) => {
                let row = pair.new.as_ref();
                let since = row.and_then(|row| self.back.get(row.get(PlanColumn::SubscriptionId)));
                since.map_or_else(String::new, |since| {
                    format!("in an export again, after it was in none since the plan for {since}")
                })
            }
            (ChangeKind::Changed, None) => String::new(),
        };
        let detail = [what, why]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>();
        Field {
            column: None,
            cause,
            detail: detail.join("; ").into(),
        }
    }

    fn fields(&self, pair: &Pair, missing: &[PlanColumn]) -> Vec<Field> {
        let columns = pair.columns.iter().filter(|column| !missing.contains(column));
        let mut told: Vec<(Text, Text)> = Vec::new();
        let field = |&column: &PlanColumn| {
            let (cause, detail) = self.settle(self.candidates(column, pair));
            // The columns of a row mostly share what is said of them.
            let detail = match told.iter().find(|(own, _)| **own == *detail) {
                Some((_, kept)) => kept.clone(),
                None => {
                    let kept: Text = detail.into();
                    told.push((kept.clone(), kept.clone()));
                    kept
                }
            };
            Field {
                column: Some(column),
                cause,
                detail,
            }
        };
        columns.map(field).collect()
    }

    /// What may have changed a column.
    fn candidates(&self, column: PlanColumn, pair: &Pair) -> Candidates {
        let runs = self.runs();
        let has_exports = !runs.exports.is_empty();
        if is_fact(column) {
            return Candidates {
                export: has_exports.then(|| self.place(pair)),
                tables: named(runs, |table| reaches(table, column, pair)),
                date: None,
            };
        }
        let follows_seats = column == PlanColumn::TargetSeats
            && pair.columns.contains(&PlanColumn::Seats)
            && !pair.columns.contains(&PlanColumn::TargetOfferId);
        if follows_seats {
            let mut candidates = self.candidates(PlanColumn::Seats, pair);
            candidates.export = candidates.export.map(|_| shown_facts(pair, &[PlanColumn::Seats]));
            return candidates;
        }
        let (undated, dated) = self.when(column, pair);
        let mut candidates = Candidates::default();
        if undated {
            candidates.export = has_exports.then(|| self.facts(pair));
            candidates.tables = named(runs, |table| reaches(table, column, pair));
        }
        if let Some((from, to)) = runs.dates().filter(|_| dated) {
            let words = crossed::crossed(pair, from, to, self.context.attention_days);
            candidates.date = Some(match words.is_empty() {
                true => format!("a date between {from} and {to} that plan.csv does not show"),
                false => words.join("; "),
            });
        }
        candidates
    }

    /// Whether something else than a date, and whether a date can have changed a decided column.
    fn when(&self, column: PlanColumn, pair: &Pair) -> (bool, bool) {
        let runs = self.runs();
        let Some((from, to)) = runs.dates() else {
            return (true, false);
        };
        if runs.exports.is_empty() && runs.tables.is_empty() {
            return (false, true);
        }
        let (Some(old), Some(new)) = (&pair.old, &pair.new) else {
            return (true, false);
        };
        let id = new.get(PlanColumn::SubscriptionId);
        if let Some(between) = self.context.redecided.and_then(|rows| rows.get(id)) {
            let then = between.get(column);
            return (then != old.get(column), then != new.get(column));
        }
        if !crossed::possible(pair, from, to, self.context.attention_days) {
            return (true, false);
        }
        (!is_enough(pair, runs), true)
    }

    /// One cause, or several with all of them named.
    fn settle(&self, candidates: Candidates) -> (Cause, String) {
        if !self.runs().known {
            let why = "nothing that fits it is recorded of the earlier run";
            return (Cause::Unknown, why.to_owned());
        }
        let Candidates { export, tables, date } = candidates;
        let tables = (!tables.is_empty()).then(|| tables.join(" or "));
        match (export, tables, date) {
            (Some(export), None, None) => (Cause::Export, export),
            (None, Some(tables), None) => (Cause::Table, tables),
            (None, None, Some(date)) => (Cause::Date, date),
            (None, None, None) => (
                Cause::Unknown,
                "nothing differs between the runs that could have changed it".to_owned(),
            ),
            (export, tables, date) => {
                let export = export.map(|words| format!("an export ({words})"));
                let tables = tables.map(|words| format!("a table ({words})"));
                let date = date.map(|words| format!("a date ({words})"));
                let all: Vec<String> = [export, tables, date].into_iter().flatten().collect();
                (Cause::Several, all.join(", or "))
            }
        }
    }

    /// The export that a row stands in, where it differs; else those that differ.
    fn place(&self, pair: &Pair) -> String {
        let own = self.own(pair);
        own.first()
            .map_or_else(|| self.exports.clone(), |own| (*own).to_owned())
    }

    /// The exports that a row stands in and stood in, where they differ.
    fn own<'p>(&self, pair: &'p Pair) -> Vec<&'p str> {
        let rows = [&pair.new, &pair.old].into_iter().flatten();
        let mut own: Vec<&str> = rows.map(|row| row.get(PlanColumn::SourceFile)).collect();
        own.retain(|file| self.runs().exports.contains(*file));
        own.dedup();
        own
    }

    /// The facts of a row that changed, or that none does which `plan.csv` shows.
    fn facts(&self, pair: &Pair) -> String {
        let facts: Vec<PlanColumn> = pair.columns.iter().copied().filter(|column| decides(*column)).collect();
        match facts.is_empty() {
            true => match self.own(pair).join(", ") {
                own if own.is_empty() => {
                    "a fact that plan.csv does not show, of an export that it does not name".to_owned()
                }
                own => format!("a fact that plan.csv does not show; {own}"),
            },
            false => shown_facts(pair, &facts),
        }
    }
}

/// Whether a date alone explains all that changed: a row's urgency hangs on nothing but its date and columns that are as they
/// were; a hold that is gone while the table of holds is the same has ended.
fn is_enough(pair: &Pair, runs: &Runs) -> bool {
    let only = |columns: &[PlanColumn]| pair.columns.iter().all(|column| columns.contains(column));
    let held = crossed::hold_ended(pair) && runs.tables.is_empty();
    let facts = pair.columns.iter().any(|column| decides(*column));
    only(&[PlanColumn::Urgency]) || (held && !facts)
}

fn named(runs: &Runs, reaches: impl Fn(&super::runs::Altered) -> bool) -> Vec<String> {
    let tables = runs.tables.iter().filter(|table| reaches(table));
    tables.map(ToString::to_string).collect()
}

/// What facts were and are; of a customer only which.
fn shown_facts(pair: &Pair, facts: &[PlanColumn]) -> String {
    use crate::saved::Columns;
    let cell = |row: &Option<Row<PlanColumn>>, column| match row.as_ref().map_or("", |row| row.get(column)) {
        "" => "nothing".to_owned(),
        text => text.to_owned(),
    };
    let shown = facts.iter().map(|&column| match names_nobody(column) {
        true => format!(
            "{}: {} -> {}",
            column.as_str(),
            cell(&pair.old, column),
            cell(&pair.new, column)
        ),
        false => column.as_str().to_owned(),
    });
    shown.collect::<Vec<_>>().join(", ")
}
