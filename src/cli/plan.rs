//! `seatshift plan`: the nightly job.

mod metrics;

use std::{
    io,
    path::Path,
    time::{Duration, SystemTime},
};

use seatshift::{
    config::Config,
    pipeline::{self, Night, Observer, Outcome, Previous, Request, Stop},
    write::{Reports, Target, write_metrics, write_plan},
};

use super::{
    arguments::Plan, as_of, on_threads, progress::Progress, screen::Screen, settings, shown::what_if_set, signals,
    stopped, summary,
};

/// How long the program may take to see that it is being ended, where a run came to nothing.
const SIGNALS: Duration = Duration::from_millis(20);

pub(super) fn run(command: &Plan, screen: &Screen) -> u8 {
    signals::listen();
    let progress = Progress::new(screen.quiet() || screen.is_log());
    let planned = settings(&command.reading).and_then(|config| {
        let outcome = planned(command, &config, &progress)?;
        Ok((config, outcome))
    });
    progress.done();
    if planned.is_err() {
        // What failed may have failed because all was given up.
        std::thread::sleep(SIGNALS);
    }
    signals::give_way();
    // Figures that would take the place of something else are not written.
    let is_misplaced = matches!(&planned, Err(Stop::NotApart { flag: "--metrics", .. }));
    let path = command.metrics.as_ref().filter(|_| !is_misplaced);
    let (exit_code, figures) = match planned {
        Err(stop) => {
            let exit_code = stopped(&stop, screen);
            (exit_code, path.map(|_| metrics::of_stop(&stop)))
        }
        Ok((config, outcome)) => {
            let exit_code = conclude(command, &config, &outcome, screen);
            let figures = path.map(|_| metrics::of_run(&outcome));
            // The process ends here, and a large plan is millions of texts: to give each back takes a while, and serves nobody.
            std::mem::forget(outcome);
            (exit_code, figures)
        }
    };
    let Some((path, mut figures)) = path.zip(figures) else {
        return exit_code;
    };
    figures.exit_code = exit_code;
    figures.ended = metrics::now();
    figures.seconds = progress.elapsed().as_secs_f64();
    match write_metrics(path, &figures) {
        Ok(()) => exit_code,
        Err(stop) => {
            screen.tell(&format!("{stop}\n"));
            // The plan is there, but whoever watches the figures does not see it.
            exit_code.max(1)
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
        reports: reports(command, target.as_ref())?,
        target,
        strict: command.strict,
        previous: match &command.previous {
            None => Previous::Replaced,
            Some(path) if path == Path::new("none") => Previous::Nothing,
            Some(path) => Previous::Named(path.clone()),
        },
        night: Night {
            accept: command.accept.iter().copied().collect(),
            history: command.history.as_deref(),
            metrics: command.metrics.as_deref(),
            now: Some(SystemTime::now()),
        },
    };
    request.stand_apart()?;
    if let Some(path) = &command.metrics {
        signals::write_figures_to(path, progress.began());
    }
    on_threads(&command.reading, || pipeline::run(&request, progress))
}

/// What else is made of the plan.
fn reports(command: &Plan, target: Option<&Target>) -> Result<Reports, Stop> {
    match target {
        Some(target) => Ok(command.wanted.beside(target)),
        None if command.wanted.any() => Err(Stop::NowhereBeside),
        None => Ok(Reports::none()),
    }
}

fn conclude(command: &Plan, config: &Config, outcome: &Outcome, screen: &Screen) -> u8 {
    if outcome.target.is_none()
        && let Err(error) = write_plan(&outcome.plan, config.output, &mut io::stdout())
    {
        if error.kind() != io::ErrorKind::BrokenPipe {
            screen.tell(&format!("standard output: the plan cannot be written: {error}\n"));
        }
        return 3;
    }
    if !screen.is_log() {
        let what_if = what_if_set(command.reading.as_of, &config.set);
        screen.mention(&summary::of_run(outcome, &what_if, screen.verbose(), screen.bars()));
    }
    if outcome.target.is_none() && command.history.is_some() {
        screen.tell("no night is kept: `--history` keeps what is written to a file, and `-o -` writes none\n");
    }
    if let Some(unkept) = &outcome.unkept {
        screen.tell(&format!(
            "the plan is written, but this night is not in the history: {unkept}\n"
        ));
    }
    outcome.verdict.exit_code()
}
