//! Arguments of reports: which are made, and where they go.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use seatshift::write::{Reports, Target};

use super::as_of;

pub(super) const EXAMPLES: &str = "\
Examples:
  seatshift report out/plan.csv --xlsx
  seatshift report out/plan.csv --html --ics=/srv/calendars/moves.ics
  seatshift report out/plan.csv --letters --config seatshift.toml
";

pub(super) const NOTES: &str = "\
Reads out/plan.csv with what stands beside it, and no export; plans nothing.
Without a path, a report stands beside the plan: out/plan.xlsx and so on.

Exit codes:
  0  done
  2  not run: arguments, settings or tables are wrong; nothing was written
  3  not run: the plan could not be read, or the output failed
";

/// Which reports are made of a plan.
#[derive(Debug, Args)]
#[group(id = "reports", multiple = true)]
pub(crate) struct Wanted {
    /// Make a page of the plan, to look at in a browser
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) html: Option<Option<PathBuf>>,
    /// Make a workbook of the plan
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) xlsx: Option<Option<PathBuf>>,
    /// Make a calendar of the steps
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) ics: Option<Option<PathBuf>>,
    /// Write messages to the customers who must do something, as a folder; nothing is sent
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    pub(crate) letters: Option<Option<PathBuf>>,
}

impl Wanted {
    /// Whether there is any.
    pub(crate) fn any(&self) -> bool {
        self.html.is_some() || self.xlsx.is_some() || self.ics.is_some() || self.letters.is_some()
    }

    /// Where they go; those without a path stand beside the plan.
    pub(crate) fn beside(&self, target: &Target) -> Reports {
        let place = |wanted: &Option<Option<PathBuf>>, usual: PathBuf| {
            wanted.as_ref().map(|path| path.clone().unwrap_or(usual))
        };
        Reports {
            html: place(&self.html, target.html()),
            xlsx: place(&self.xlsx, target.xlsx()),
            ics: place(&self.ics, target.ics()),
            letters: place(&self.letters, target.letters()),
        }
    }
}

#[derive(Debug, Args)]
#[command(mut_group("reports", |group| group.required(true)))]
pub(crate) struct Report {
    /// The plan of an earlier run
    #[arg(value_name = "PLAN")]
    pub(crate) plan: PathBuf,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    /// Settings; otherwise seatshift.toml of the working folder, if there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A setting for this run alone, such as tables.customers=other.csv; may stand several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// The date that counts as today, such as 2026-11-21; otherwise the plan's own
    #[arg(long, value_name = "DATE", value_parser = as_of)]
    pub(crate) as_of: Option<NaiveDate>,
}
