//! What may stand behind `seatshift offers`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{TEMPLATE, as_of};

pub(super) const EXAMPLES: &str = "\
Examples:
  seatshift offers find SPE_E3
  seatshift offers compare O365_BUSINESS_PREMIUM SPB
  seatshift offers map --from list.xlsx > offers.csv
  seatshift offers check exports/
";

pub(super) const FIND_EXAMPLES: &str = "\
Examples:
  seatshift offers find CFQ7TTC0LDPB/1
  seatshift offers find Microsoft 365 F1
  seatshift offers find f245ecc8-75af-4f8e-b61f-27d8114de5f3 --json
";

const FIND_NOTES: &str = "\
Exit codes: 0 found, 1 nothing has that name or id, 2 settings or tables are wrong.
";

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  seatshift offers compare ENTERPRISEPACK STANDARDPACK
  seatshift offers compare SPE_E3 SPE_E3_NO_TEAMS TEAMS_ENTERPRISE
";

const COMPARE_NOTES: &str = "\
Several targets count together. By service plan as well, where [catalog] names
Microsoft's table of product names and service plan identifiers.

Exit codes: 0 compared, 1 one of the offers is unknown or means several,
2 settings or tables are wrong.
";

pub(super) const MAP_EXAMPLES: &str = "\
Examples:
  seatshift offers map --from list.xlsx > offers.csv
  seatshift offers map --from exports/recon.csv --config seatshift.toml
";

const MAP_NOTES: &str = "\
The list may have any layout that exports may have, or one offer a line. What
comes out is the offers table: correct it, and name it in [tables] offers. A
target that a person must choose stays empty, with the candidates in `reason`.

Exit codes: 0 every offer has a target, 1 a person must choose some,
2 settings or tables are wrong, 3 the list cannot be read.
";

pub(super) const RULES_EXAMPLES: &str = "\
Examples:
  seatshift offers check
  seatshift offers check exports/ --config seatshift.toml
";

const RULES_NOTES: &str = "\
With exports, rows that fit no subscription are told as well.

Exit codes: 0 nothing is wrong, 1 something is, 2 settings or tables are wrong,
3 no export could be read.
";

#[derive(Debug, Args)]
pub(crate) struct Offers {
    #[command(subcommand)]
    pub(crate) command: OffersCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OffersCommand {
    /// Every offer that a name or id may mean
    #[command(before_help = FIND_EXAMPLES, after_help = FIND_NOTES, help_template = TEMPLATE)]
    Find(Find),
    /// What users keep, lose and gain when one offer takes another's place
    #[command(before_help = COMPARE_EXAMPLES, after_help = COMPARE_NOTES, help_template = TEMPLATE)]
    Compare(Compare),
    /// A list of offers in, the offers table out, ready to correct and feed back
    #[command(before_help = MAP_EXAMPLES, after_help = MAP_NOTES, help_template = TEMPLATE)]
    Map(Map),
    /// What is wrong with the offers table: unused, shadowed, expired, tied rows, unknown targets
    #[command(before_help = RULES_EXAMPLES, after_help = RULES_NOTES, help_template = TEMPLATE)]
    Check(CheckRules),
}

/// What all commands about offers take.
#[derive(Debug, Args)]
pub(crate) struct About {
    /// Settings; otherwise seatshift.toml of the working folder, if there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A setting for this run alone, such as tables.offers=other.csv; may stand several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// The date that counts as today, such as 2026-11-21; otherwise today in UTC
    #[arg(long, value_name = "DATE", value_parser = as_of)]
    pub(crate) as_of: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub(crate) struct Find {
    /// A name or id in any spelling; several words are one name
    #[arg(required = true, value_name = "TEXT")]
    pub(crate) text: Vec<String>,
    /// Write JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) about: About,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// What users have: a name or id
    #[arg(value_name = "FROM")]
    pub(crate) source: String,
    /// What they would have: a name or id, or several together
    #[arg(required = true, value_name = "TO")]
    pub(crate) targets: Vec<String>,
    /// Write JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) about: About,
}

#[derive(Debug, Args)]
pub(crate) struct Map {
    /// The list of offers
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    #[command(flatten)]
    pub(crate) about: About,
}

#[derive(Debug, Args)]
pub(crate) struct CheckRules {
    /// Exports that the rows should fit: files, folders, globs
    #[arg(value_name = "EXPORT")]
    pub(crate) exports: Vec<String>,
    /// Write JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) about: About,
}
