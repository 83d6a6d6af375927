//! `seatshift plan`: the nightly job.

use std::{io, path::Path};

use seatshift::{
    config::Config,
    pipeline::{self, Outcome, Request, Stop},
    write::{Target, write_plan},
};

use super::{arguments::Plan, as_of, on_threads, progress::Progress, screen::Screen, settings, stopped, summary};

pub(super) fn run(command: &Plan, screen: &Screen) -> u8 {
    let progress = Progress::new(screen.quiet());
    let planned = settings(&command.reading).and_then(|config| {
        let outcome = planned(command, &config, &progress)?;
        Ok((config, outcome))
    });
    progress.done();
    match planned {
        Err(stop) => stopped(&stop, screen),
        Ok((config, outcome)) => {
            let code = conclude(&config, &outcome, screen);
            // The process ends here, and a large plan is millions of texts: to give each back takes a while, and serves nobody.
            std::mem::forget(outcome);
            code
        }
    }
}

fn planned(command: &Plan, config: &Config, progress: &Progress) -> Result<Outcome, Stop> {
    let target = match command.output == Path::new("-") {
        true => None,
        false => Some(Target::new(&command.output).map_err(|cause| Stop::Output { cause, record: None })?),
    };
    let request = Request {
        exports: &command.reading.exports,
        config,
        as_of: as_of(&command.reading),
        target,
        strict: command.strict,
    };
    on_threads(&command.reading, || pipeline::run(&request, progress))
}

fn conclude(config: &Config, outcome: &Outcome, screen: &Screen) -> u8 {
    if outcome.target.is_none()
        && let Err(error) = write_plan(&outcome.plan, config.output, &mut io::stdout())
    {
        if error.kind() != io::ErrorKind::BrokenPipe {
            screen.tell(&format!("standard output: the plan cannot be written: {error}\n"));
        }
        return 3;
    }
    screen.mention(&summary::of_run(outcome, screen.verbose()));
    outcome.verdict.exit_code()
}
