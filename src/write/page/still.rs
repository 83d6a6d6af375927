//! What the page shows where scripts do not run.
//!
//! In: a [`SavedPlan`] and a [`View`]. Out: HTML: the plan in figures, and a table of the steps that are overdue, have no day or
//! are due within a week. Long tables are cut, and say so.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use chrono::Days;

use super::markup::escaped;
use crate::{
    saved::{Columns, PlanColumn, Row, SavedPlan, StepColumn},
    write::{View, reach::Reaches},
};

/// Steps that the table shows.
const SHOWN: usize = 200;
/// Days from as-of that count as this week, itself included.
const WEEK: u64 = 7;

const COLUMNS: [StepColumn; 6] = [
    StepColumn::Due,
    StepColumn::Step,
    StepColumn::Owner,
    StepColumn::CustomerName,
    StepColumn::Offer,
    StepColumn::Detail,
];

/// Writes the HTML.
pub(super) fn write(plan: &SavedPlan, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let last = view.as_of.checked_add_days(Days::new(WEEK - 1)).unwrap_or(view.as_of);
    let due = |row: &&Row<StepColumn>| row.date(StepColumn::Due).is_none_or(|due| due <= last);
    let mut due: Vec<&Row<StepColumn>> = plan.steps.iter().filter(due).collect();
    // What cannot be helped any more comes last, what is due today and tomorrow first.
    let reaches = Reaches::new(plan, view.as_of);
    due.sort_by_key(|step| reaches.order(step));
    writeln!(out, "<h1>Plan for {} {}</h1>", view.as_of, view.as_of.format("%a"))?;
    writeln!(
        out,
        "<p>Lists, charts and search need JavaScript. Without it, this is the plan in figures and what is due this week.</p>\n<ul>"
    )?;
    for column in [PlanColumn::Action, PlanColumn::Urgency] {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &plan.rows {
            *counts.entry(row.get(column)).or_default() += 1;
        }
        for (word, count) in counts.into_iter().filter(|(word, _)| !word.is_empty()) {
            writeln!(out, "<li>{}: {count}</li>", escaped(word))?;
        }
    }
    writeln!(
        out,
        "</ul>\n<h2>Due until {last}: {}</h2>\n<table>\n<thead><tr>",
        due.len()
    )?;
    for column in COLUMNS {
        writeln!(out, "<th scope=\"col\">{}</th>", column.as_str())?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in due.iter().take(SHOWN) {
        write!(out, "<tr>")?;
        for column in COLUMNS {
            write!(out, "<td>{}</td>", escaped(row.get(column)))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>")?;
    if due.len() > SHOWN {
        writeln!(
            out,
            "<p>and {} more: see the file of steps beside the plan</p>",
            due.len() - SHOWN
        )?;
    }
    Ok(())
}
