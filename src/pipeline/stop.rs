//! Why a run was stopped, and what the program returns then.

use std::path::PathBuf;

use crate::{
    config::ConfigStop,
    finding::{Accounting, Finding},
    saved::SavedStop,
    write::WriteStop,
};

/// Why a run was stopped. The files of the last run are as they were.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The settings are wrong.
    #[error("{cause}")]
    Settings {
        /// All that is wrong with them.
        #[from]
        cause: ConfigStop,
    },
    /// Tables that the settings name are wrong.
    #[error("{}", problems.join("\n"))]
    Tables {
        /// Each with its place and a hint.
        problems: Vec<String>,
    },
    /// An output would overwrite what the run reads.
    #[error("{}: is {what}, and would be overwritten by an output\n  hint: give `-o` a file of its own, in a folder without exports", path.display())]
    OutputIsInput {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// An output would take the place of something else.
    #[error("{}: {what}\n  hint: {hint}", path.display())]
    NotApart {
        /// The argument that names it.
        flag: &'static str,
        /// The output.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// The plan to compare with cannot be read.
    #[error("{cause}")]
    Previous {
        /// Which and why.
        cause: SavedStop,
    },
    /// The plan to report on could not be read.
    #[error("{cause}")]
    Saved {
        /// Which and why.
        #[from]
        cause: SavedStop,
    },
    /// Nothing says for which day the plan to report on was made.
    #[error("{}: nothing says for which day it was made, since its run record is not beside it\n  hint: put `plan.run.json` beside it, or say the day with `--as-of`", path.display())]
    AsOfUnknown {
        /// The plan.
        path: PathBuf,
    },
    /// Reports stand beside the plan, and the plan goes to standard output.
    #[error(
        "reports stand beside the plan, which goes to standard output\n  hint: name the plan with `-o out/plan.csv`"
    )]
    NowhereBeside,
    /// No export gave a row.
    #[error(
        "no export could be read: there is nothing to plan, so the last plan was left as it is\n  hint: see the findings; check the paths, and whether these are lists of subscriptions"
    )]
    NothingRead {
        /// Why, for each.
        findings: Vec<Finding>,
        /// Where the run record of the stop is, if it could be written.
        record: Option<PathBuf>,
    },
    /// Rows or subscriptions do not add up: a mistake of this program.
    #[error(
        "rows do not add up ({accounting:?}, {subscriptions} subscriptions, {planned} planned), so nothing was written\n  hint: this is a mistake in seatshift; please report it"
    )]
    Unaccounted {
        /// Where the rows went.
        accounting: Accounting,
        /// Subscriptions recognised.
        subscriptions: u64,
        /// Rows of the plan.
        planned: u64,
        /// Where the run record of the stop is, if it could be written.
        record: Option<PathBuf>,
    },
    /// A guard holds the new plan back.
    #[error("held back by {}: the last plan stays{}\n  hint: look at the findings; `{}` lets the new plan through once", guards.join(", "), beside(held.as_ref()), accepting(guards))]
    Held {
        /// The guards that tripped, each once.
        guards: Vec<&'static str>,
        /// What was found, the guards' findings among it.
        findings: Vec<Finding>,
        /// Where the new plan is, if it could be written.
        held: Option<PathBuf>,
        /// Where the run record of the stop is, if it could be written.
        record: Option<PathBuf>,
    },
    /// The outputs could not be written.
    #[error("{cause}")]
    Output {
        /// Which and why.
        cause: WriteStop,
        /// Where the run record of the stop is, if it could be written.
        record: Option<PathBuf>,
    },
}

impl Stop {
    /// What the program returns.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Stop::Settings { .. }
            | Stop::Tables { .. }
            | Stop::OutputIsInput { .. }
            | Stop::NotApart { .. }
            | Stop::Previous { .. }
            | Stop::AsOfUnknown { .. }
            | Stop::NowhereBeside => 2,
            Stop::Output {
                cause: WriteStop::NoFileName { .. } | WriteStop::NotCsv { .. },
                ..
            } => 2,
            Stop::Saved { .. }
            | Stop::NothingRead { .. }
            | Stop::Unaccounted { .. }
            | Stop::Held { .. }
            | Stop::Output { .. } => 3,
        }
    }

    /// What else to tell: findings of a run that read nothing.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Stop::NothingRead { findings, .. } | Stop::Held { findings, .. } => findings,
            _ => &[],
        }
    }

    /// Where the run record of the stop is, if there is one.
    pub fn record(&self) -> Option<&PathBuf> {
        match self {
            Stop::Settings { .. }
            | Stop::Tables { .. }
            | Stop::OutputIsInput { .. }
            | Stop::NotApart { .. }
            | Stop::Previous { .. }
            | Stop::Saved { .. }
            | Stop::AsOfUnknown { .. }
            | Stop::NowhereBeside => None,
            Stop::NothingRead { record, .. }
            | Stop::Unaccounted { record, .. }
            | Stop::Held { record, .. }
            | Stop::Output { record, .. } => record.as_ref(),
        }
    }
}

fn beside(held: Option<&PathBuf>) -> String {
    held.map_or_else(String::new, |held| format!(", and the new one is {}", held.display()))
}

/// The arguments that let guards through.
fn accepting(guards: &[&str]) -> String {
    let flags: Vec<String> = guards.iter().map(|guard| format!("--accept {guard}")).collect();
    flags.join(" ")
}
