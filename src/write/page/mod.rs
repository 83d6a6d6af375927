//! The plan as one page for people.
//!
//! In: a [`SavedPlan`] and a [`View`]. Out: one HTML file that needs no network, no other file and no server. The page's own
//! markup, style and script are fixed texts; what comes from a plan goes in as JSON in a block that is not run, or escaped into
//! the part for browsers without scripts, and the page's policy admits no script but ours, by its digest. Refuses nothing: any
//! plan is shown. Keeps two invariants: every cell of the plan is in the page, and the same plan and view give the same bytes.

use std::io::{self, Write};

mod about;
mod cells;
mod markup;
mod pools;
mod still;

use super::View;
use crate::saved::SavedPlan;

/// The page, with marks where its parts go.
const SHELL: &str = include_str!("page.html");

const STYLE: &[&str] = &[include_str!("page.css"), include_str!("print.css")];

/// What runs in the browser, in the order of use.
const SCRIPT: &[&str] = &[
    include_str!("browser/dom.js"),
    include_str!("browser/dates.js"),
    include_str!("browser/data.js"),
    include_str!("browser/address.js"),
    include_str!("browser/match.js"),
    include_str!("browser/words.js"),
    include_str!("browser/copy.js"),
    include_str!("browser/list.js"),
    include_str!("browser/facets.js"),
    include_str!("browser/track.js"),
    include_str!("browser/explain.js"),
    include_str!("browser/lists.js"),
    include_str!("browser/week.js"),
    include_str!("browser/timeline.js"),
    include_str!("browser/ends.js"),
    include_str!("browser/customers.js"),
    include_str!("browser/about.js"),
    include_str!("browser/print.js"),
    include_str!("browser/main.js"),
];

/// Writes the page.
///
/// # Errors
/// Where it cannot be written.
pub fn write_page(plan: &SavedPlan, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let style = joined(STYLE);
    let script = format!("\"use strict\";\n(() => {{\n{}}})();\n", joined(SCRIPT));
    for (text, mark) in markup::parts(&SHELL.replace("\r\n", "\n")) {
        out.write_all(text.as_bytes())?;
        match mark {
            "" => {}
            "policy" => out.write_all(markup::policy(&style, &script).as_bytes())?,
            "as-of" => write!(out, "{}", view.as_of)?,
            "style" => out.write_all(style.as_bytes())?,
            "script" => out.write_all(script.as_bytes())?,
            "about" => about::write(plan, view, out)?,
            "cells" => cells::write(plan, out)?,
            "still" => still::write(plan, view, out)?,
            unknown => return Err(io::Error::other(format!("the page has no part `{unknown}`"))),
        }
    }
    Ok(())
}

/// The parts of a text, with line ends that a browser keeps as they are: the digest is of what it sees.
fn joined(parts: &[&str]) -> String {
    parts.concat().replace("\r\n", "\n")
}
