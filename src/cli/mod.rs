//! The command line.
//!
//! In: arguments. Out: an exit code; data on standard output or in files, everything else on standard error. The only place that
//! prints, and the only one that asks the clock. A panic anywhere ends in one line and the code of a stopped run.

use std::{
    ffi::OsString,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
};

use chrono::{NaiveDate, Utc};
use clap::Parser;
use seatshift::{
    config::{Config, ConfigStop},
    pipeline::{self, Stop},
    read::{ChildCommand, Workbooks},
};

mod arguments;
mod changes;
mod check;
mod completions;
mod diff;
mod explain;
mod history;
mod init;
mod lines;
mod log;
mod man;
mod memory;
mod offers;
mod panic;
mod plan;
mod progress;
mod report;
mod rules;
mod screen;
mod shown;
mod signals;
mod summary;
mod withheld;

use arguments::{Arguments, Command, Reading};
use screen::Screen;

/// Runs the command that the arguments name.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    memory::give_back_large_lists();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    panic::keep_quiet();
    match catch_unwind(AssertUnwindSafe(|| dispatch(&arguments))) {
        Ok(code) => ExitCode::from(code),
        Err(_) => {
            Screen::plain().tell(&panic::told());
            ExitCode::from(3)
        }
    }
}

/// The command of our own processes for workbooks. Nobody else calls it, so that no help names it.
pub(crate) const PARSE_WORKBOOK: &str = "parse-workbook";

/// Each workbook in a process of its own: ourselves once more.
fn workbooks() -> Workbooks {
    // This is the running program itself, even if another version has taken its place on disk.
    let running = Path::new("/proc/self/exe");
    let program = match running.exists() {
        true => Ok(running.to_owned()),
        false => std::env::current_exe(),
    };
    Workbooks::Child(ChildCommand {
        // A program that does not know where it is gets no workbook read, and says so.
        program: program.unwrap_or_default(),
        arguments: vec![PARSE_WORKBOOK.into()],
    })
}

fn dispatch(arguments: &[OsString]) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output; that nobody reads them is no failure.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let screen = Screen::new(&arguments.shown);
    if let Err(wrong) = log::begin(&arguments.shown) {
        screen.tell(&wrong);
        return 2;
    }
    match &arguments.command {
        Command::Plan(command) => plan::run(command, &screen),
        Command::Report(command) => report::run(command, &screen),
        Command::Check(command) => check::run(command, &screen),
        Command::Explain(command) => explain::run(command, &screen),
        Command::Diff(command) => diff::run(command, &screen),
        Command::History(command) => history::run(command, &screen),
        Command::Offers(command) => offers::run(command, &screen),
        Command::Rules(command) => rules::run(command, &screen),
        Command::Init(command) => init::run(command, &screen),
        Command::Completions(command) => completions::run(command, &screen),
        Command::Man => man::run(&screen),
    }
}

/// Settings from `--config`, else from the working folder, with those of the command line laid over them.
fn settings(reading: &Reading) -> Result<Config, Stop> {
    settings_at(reading.config.as_deref(), &reading.set)
}

fn settings_at(path: Option<&Path>, set: &[String]) -> Result<Config, Stop> {
    let loaded = Config::load_with(path, Path::new(""), set);
    let in_children = |config| Config {
        workbooks: workbooks(),
        ..config
    };
    loaded.map(in_children).map_err(|cause| match cause {
        // The tables are looked at too, so that every problem is told at once.
        ConfigStop::Wrong { problems, config } => {
            let config = in_children(*config);
            let of_settings = problems.iter().map(ToString::to_string);
            let of_tables = pipeline::problems(&config);
            Stop::Tables {
                problems: of_settings.chain(of_tables).collect(),
            }
        }
        cause => Stop::Settings { cause },
    })
}

/// The date that counts as today.
fn as_of(reading: &Reading) -> NaiveDate {
    day_or_today(reading.as_of)
}

fn day_or_today(day: Option<NaiveDate>) -> NaiveDate {
    day.unwrap_or_else(|| Utc::now().date_naive())
}

/// Does the work on as many threads as were asked for.
fn on_threads<T: Send>(reading: &Reading, work: impl FnOnce() -> T + Send) -> T {
    let mut builder = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = reading.threads {
        builder = builder.num_threads(usize::from(threads));
    }
    match builder.build() {
        Ok(pool) => pool.install(work),
        // The system gives us no more threads: do without.
        Err(_) => work(),
    }
}

/// Tells why a run was stopped.
fn stopped(stop: &Stop, screen: &Screen) -> u8 {
    let text = match screen.is_log() {
        // Findings are in the log by their codes.
        true => stop.to_string(),
        false => summary::of_stop(stop, screen.verbose()),
    };
    screen.tell(&text);
    stop.exit_code()
}
