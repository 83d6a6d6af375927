//! What may stand behind `seatshift rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{About, TEMPLATE};

pub(super) const EXAMPLES: &str = "\
Examples:
  seatshift rules
  seatshift rules windows --as-of 2026-03-01
  seatshift rules --json --config seatshift.toml
  seatshift rules export rules
";

pub(super) const NOTES: &str = "\
Without --as-of every row is shown, with it those that are true on that day.

Exit codes: 0 shown, 2 there is no such table, or settings or tables are wrong.
";

pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  seatshift rules export rules
";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) command: Option<RulesCommand>,
    /// A table, to see its rows; otherwise all tables are listed
    #[arg(value_name = "TABLE")]
    pub(crate) table: Option<String>,
    /// Write JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) about: About,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Write the built-in tables to edit, and how to name them in seatshift.toml; overwrite nothing
    #[command(before_help = EXPORT_EXAMPLES, help_template = TEMPLATE)]
    Export(ExportRules),
}

#[derive(Debug, Args)]
pub(crate) struct ExportRules {
    /// Folder, made if it is missing
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
