//! The plan as one page.
//!
//! In: a plan and a [`View`]. Out: one HTML file that needs nothing else. All data is escaped.

use std::io::{self, Write};

use super::View;
use crate::saved::{Columns, PlanColumn, SavedPlan};

/// Writes the page.
///
/// # Errors
/// Where it cannot be written.
pub fn write_page(plan: &SavedPlan, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let as_of = view.as_of;
    writeln!(
        out,
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Plan for {as_of}</title>"
    )?;
    writeln!(out, "<h1>Plan for {as_of}</h1>\n<table>\n<tr>")?;
    for column in PlanColumn::ALL {
        writeln!(out, "<th>{}</th>", escaped(column.as_str()))?;
    }
    for row in &plan.rows {
        writeln!(out, "<tr>")?;
        for (_, cell) in row.cells() {
            writeln!(out, "<td>{}</td>", escaped(cell))?;
        }
    }
    writeln!(out, "</table>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
