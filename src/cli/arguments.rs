//! What may stand on the command line.

use std::path::PathBuf;

use chrono::{Datelike, NaiveDate};
use clap::{Args, Parser, Subcommand, ValueEnum};
use seatshift::{guard::Guard, terms::UnknownWord};

mod offers;
mod reports;
mod rules;

pub(crate) use offers::{About, CheckRules, Compare, Find, Map, Offers, OffersCommand};
pub(crate) use reports::{Report, Wanted};
pub(crate) use rules::{ExportRules, Rules, RulesCommand};

const TEMPLATE: &str = "{before-help}{about-with-newline}\n{usage-heading} {usage}\n\n{all-args}{after-help}";

const EXAMPLES: &str = "\
Examples:
  seatshift init                           write seatshift.toml and the tables to edit
  seatshift check exports/                 what is in these files, and how it is read
  seatshift plan exports/ -o out/plan.csv  the plan, with findings, steps and run record beside it
  seatshift report out/plan.csv --xlsx     the same as a workbook
  seatshift explain contoso.com exports/   why the plan says what it says of a subscription or customer
  seatshift diff old/plan.csv plan.csv     what changed from one plan to another, and why
  seatshift offers compare SPE_E3 SPB      what users keep, lose and gain
  seatshift rules windows                  the rules that plans follow, with their sources
";

const PLAN_EXAMPLES: &str = "\
Examples:
  seatshift plan exports/
  seatshift plan exports/ 'more/*.xlsx' -o out/plan.csv --as-of 2026-11-21
  seatshift plan exports/ -o out/plan.csv --xlsx --html --ics
  seatshift plan - -o - < list.csv > plan.csv
  seatshift plan exports/ -o out/plan.csv --previous lastweek/plan.csv
  seatshift plan exports/ -o what-if.csv --set rules.lead.relationship=21
  seatshift plan exports/ --history history --metrics seatshift.prom --log json
  seatshift plan exports/ --accept shrink
";

const PLAN_NOTES: &str = "\
Beside out/plan.csv stand out/plan.findings.csv, out/plan.steps.csv,
out/plan.run.json and, where there was a plan before, out/plan.changes.csv: what
changed, and why; out/plan.xlsx and the like where they are asked for. They are
replaced together at the end, or not at all.

Exit codes:
  0  done: every input read, no row rejected
  1  done, but look: a row was rejected or a file not read;
     with --strict also when a row for review is pressing
  2  not run: arguments, settings or tables are wrong; nothing was written
  3  not run: no export could be read, the output failed, another run is at
     work on this plan, or a guard holds the new plan back;
     the last plan is as it was
  129, 130, 143  ended by SIGHUP, SIGINT, SIGTERM; the last plan is as it was

Guards compare with the last run: shrink, customer-gone, source-empty,
export-worse, column-lost, export-repeated, as-of-before; and export-old,
export-growing.
A plan that one holds back is out/plan.held.csv.
";

const CHECK_EXAMPLES: &str = "\
Examples:
  seatshift check exports/
  seatshift check contoso.xlsx --config seatshift.toml
  seatshift check exports/ --json > check.json
  seatshift check exports/ --subscription 1af027d8-606b-504b-89bd-c7fa64788597
";

const CHECK_NOTES: &str = "\
Values of the exports are shown: names of customers are among them.

Exit codes:
  0  done: every input read, no row rejected
  1  done, but look: a row was rejected or a file not read
  2  not run: arguments, settings or tables are wrong; or nothing fits
     --subscription
  3  not run: no export could be read
";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  seatshift explain 1af027d8-606b-504b-89bd-c7fa64788597 exports/
  seatshift explain contoso.com exports/ --json
  seatshift explain 'Contoso Kft.' exports/ --config seatshift.toml
  seatshift explain contoso.com exports/ --as-of 2027-01-15 --set partner.assume_agreement=true
";

const EXPLAIN_NOTES: &str = "\
Exit codes:
  0  found: what fits is shown, or listed where several do
  1  found, but look: a row was rejected or a file not read
  2  not found: the nearest are named; or arguments, settings or tables are
     wrong
  3  not run: no export could be read
";

const DIFF_EXAMPLES: &str = "\
Examples:
  seatshift diff lastweek/plan.csv plan.csv
  seatshift diff old.csv new.csv --format markdown | mail -s Plan team@example.com
  seatshift diff old.csv new.csv --format csv --exit-code > changes.csv
";

const DIFF_NOTES: &str = "\
What stands beside each plan as run.json tells why something changed: an export,
a table, a date. Without it the cause is unknown. `plan` itself tells more causes
apart, since it still has the exports: see plan.changes.csv.

Markdown and lines for people name no customer, only subscriptions and offers;
csv and json have the customer's id and name, as plan.csv does.

Exit codes:
  0  compared; with --exit-code: nothing to list changed
  1  only with --exit-code: something changed
  2  not run: a plan cannot be read, or is none that this version knows
  3  the output failed
";

const HISTORY_EXAMPLES: &str = "\
Examples:
  seatshift history history/
  seatshift history history/ --by night
  seatshift history history/ --subscription 1af027d8-606b-504b-89bd-c7fa64788597
  seatshift history history/ --json > trend.json
";

const HISTORY_NOTES: &str = "\
Exit codes:
  0  done
  1  done, but look: a night cannot be read and was left out
  2  not done: no night in the folder, or none that has the subscription
  3  not done: the folder cannot be read, or no night in it
";

const INIT_EXAMPLES: &str = "\
Examples:
  seatshift init          in this folder
  seatshift init nightly  in another one
";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  seatshift completions bash > ~/.local/share/bash-completion/completions/seatshift
  seatshift completions powershell >> $PROFILE
";

const MAN_EXAMPLES: &str = "\
Examples:
  seatshift man > seatshift.1
";

/// Plans the move of customers' seat-based Microsoft subscriptions into a partner's own CSP
#[derive(Debug, Parser)]
#[command(name = "seatshift", version, before_help = EXAMPLES, help_template = TEMPLATE, infer_subcommands = false)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) shown: Shown,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is shown, and how.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// Say only why a run was stopped; check still tells findings
    #[arg(long, short, global = true, conflicts_with = "verbose", display_order = 100)]
    pub(crate) quiet: bool,
    /// Tell notes as well
    #[arg(long, short, global = true, display_order = 101)]
    pub(crate) verbose: bool,
    /// Use colour; auto: on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        display_order = 102
    )]
    pub(crate) color: Colour,
    /// Tell events on standard error, one a line, in place of the summary
    #[arg(long, global = true, value_name = "FORMAT", display_order = 103)]
    pub(crate) log: Option<Log>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Log {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Plan what to do with each subscription, and when
    #[command(before_help = PLAN_EXAMPLES, after_help = PLAN_NOTES, help_template = TEMPLATE)]
    Plan(Plan),
    /// Make a workbook, a page, a calendar or letters of a plan
    #[command(before_help = reports::EXAMPLES, after_help = reports::NOTES, help_template = TEMPLATE)]
    Report(Report),
    /// Tell what exports hold and how they are read; plan nothing
    #[command(before_help = CHECK_EXAMPLES, after_help = CHECK_NOTES, help_template = TEMPLATE)]
    Check(Check),
    /// Tell why the plan says what it says of a subscription or a customer, cell by cell and rule by rule
    #[command(before_help = EXPLAIN_EXAMPLES, after_help = EXPLAIN_NOTES, help_template = TEMPLATE)]
    Explain(Explain),
    /// Tell what changed from one plan to another, and why
    #[command(before_help = DIFF_EXAMPLES, after_help = DIFF_NOTES, help_template = TEMPLATE)]
    Diff(Diff),
    /// Tell how plans went from night to night, or what each said of one subscription
    #[command(before_help = HISTORY_EXAMPLES, after_help = HISTORY_NOTES, help_template = TEMPLATE)]
    History(History),
    /// Look up, compare, map and check offers
    #[command(before_help = offers::EXAMPLES, help_template = TEMPLATE)]
    Offers(Offers),
    /// Show the rules that plans follow, with validity, source and certainty; write them to edit
    #[command(before_help = rules::EXAMPLES, after_help = rules::NOTES, help_template = TEMPLATE)]
    Rules(Rules),
    /// Write a commented seatshift.toml and the tables to edit; overwrite nothing
    #[command(before_help = INIT_EXAMPLES, help_template = TEMPLATE)]
    Init(Init),
    /// Write completions for a shell to standard output
    #[command(before_help = COMPLETIONS_EXAMPLES, help_template = TEMPLATE)]
    Completions(Completions),
    /// Write the manual page to standard output
    #[command(before_help = MAN_EXAMPLES, help_template = TEMPLATE)]
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// Exports: files, folders, globs; `-` is standard input
    #[arg(required = true, value_name = "EXPORT")]
    pub(crate) exports: Vec<String>,
    /// Settings; otherwise seatshift.toml of the working folder, if there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A setting for this run alone, such as rules.lead.relationship=21; may stand several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// The date that counts as today, such as 2026-11-21; otherwise today in UTC
    #[arg(long, value_name = "DATE", value_parser = as_of)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Threads to use; otherwise one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Where the plan goes; `-` writes it alone to standard output
    #[arg(long, short, value_name = "FILE", default_value = "plan.csv")]
    pub(crate) output: PathBuf,
    /// Exit with 1 also when a row for review is pressing
    #[arg(long)]
    pub(crate) strict: bool,
    /// The plan to compare with; otherwise the one being replaced; `none`: no plan
    #[arg(long, value_name = "FILE")]
    pub(crate) previous: Option<PathBuf>,
    /// Let this guard through once, where it would hold the new plan back; may be given several times
    #[arg(long, value_name = "GUARD", value_parser = guard)]
    pub(crate) accept: Vec<Guard>,
    /// Keep the plan and its run record of this night in a folder
    #[arg(long, value_name = "DIR")]
    pub(crate) history: Option<PathBuf>,
    /// Write figures of the run for Prometheus' node_exporter, whatever becomes of it
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Write one JSON document instead of lines
    #[arg(long)]
    pub(crate) json: bool,
    /// Tell only where the facts of this subscription come from: its id, or what `explain` takes
    #[arg(long, value_name = "ID")]
    pub(crate) subscription: Option<String>,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A subscription's id in any spelling, or a customer's tenant id, domain or name
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Write one JSON document instead of lines
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The earlier plan.csv, or a night of a history (2026-11-20.plan.csv.gz)
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The later plan.csv, or a night of a history
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// How to write the changes
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: DiffFormat,
    /// Exit with 1 when something changed
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// List also what is only counted otherwise: days that follow as-of, other places in the exports
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Lines for a terminal
    Human,
    /// The columns of plan.changes.csv
    Csv,
    /// One document
    Json,
    /// A short text for mail
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct History {
    /// The folder that `plan --history` fills
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Tell only of this subscription: when it appeared, when it was first late, what each night said
    #[arg(long, value_name = "ID")]
    pub(crate) subscription: Option<String>,
    /// A line for each week or for each night
    #[arg(long, value_name = "SPAN", default_value = "week")]
    pub(crate) by: Span,
    /// Write one JSON document instead of lines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Span {
    Week,
    Night,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Folder, made if it is missing
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

fn guard(word: &str) -> Result<Guard, String> {
    word.parse()
        .map_err(|unknown: UnknownWord| format!("no guard of this name; one of {}", unknown.known.join(", ")))
}

fn as_of(text: &str) -> Result<NaiveDate, String> {
    let is_shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    match date {
        None if is_shaped => Err("it is no day of the calendar".to_owned()),
        Some(date) if is_shaped && (2000..=2100).contains(&date.year()) => Ok(date),
        _ => Err("write it as YYYY-MM-DD, between 2000 and 2100".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_help_begins_with_examples() {
        let mut command = Arguments::command();
        assert!(command.render_long_help().to_string().starts_with("Examples:\n"));
        for sub in Arguments::command().get_subcommands_mut() {
            let help = sub.render_long_help().to_string();
            assert!(help.starts_with("Examples:\n  seatshift "), "{help}");
        }
    }

    #[test]
    fn the_examples_parse() {
        for line in [
            EXAMPLES,
            PLAN_EXAMPLES,
            reports::EXAMPLES,
            CHECK_EXAMPLES,
            EXPLAIN_EXAMPLES,
            DIFF_EXAMPLES,
            offers::EXAMPLES,
            offers::FIND_EXAMPLES,
            offers::COMPARE_EXAMPLES,
            offers::MAP_EXAMPLES,
            offers::RULES_EXAMPLES,
            rules::EXAMPLES,
            rules::EXPORT_EXAMPLES,
            INIT_EXAMPLES,
            COMPLETIONS_EXAMPLES,
            MAN_EXAMPLES,
        ]
        .iter()
        .flat_map(|text| text.lines().skip(1))
        {
            let command = line.trim().split("  ").next().unwrap_or_default();
            let command = command.split(['<', '>', '|']).next().unwrap_or_default();
            let command = command.replace("'Contoso Kft.'", "Contoso");
            let parsed = Arguments::try_parse_from(command.split_whitespace());
            assert!(parsed.is_ok(), "{command}: {parsed:?}");
        }
    }

    #[test]
    fn dates_are_iso_and_of_our_time() {
        assert_eq!(as_of("2026-11-21"), Ok(NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()));
        for text in [
            "",
            "21.11.2026",
            "2026-11-31",
            "2026-1-1",
            "1999-12-31",
            "2101-01-01",
            "+2026-1-01",
            "today",
        ] {
            assert!(as_of(text).is_err(), "{text}");
        }
        assert_eq!(as_of("2026-11-31"), Err("it is no day of the calendar".to_owned()));
    }

    #[test]
    fn threads_and_loudness_are_checked() {
        for arguments in [
            &["seatshift", "plan"][..],
            &["seatshift", "plan", "a.csv", "--threads", "0"],
            &["seatshift", "plan", "a.csv", "--quiet", "--verbose"],
            &["seatshift", "plan", "a.csv", "--color", "sometimes"],
            &["seatshift"],
            &["seatshift", "move"],
        ] {
            let error = Arguments::try_parse_from(arguments).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{arguments:?}");
        }
    }
}
