//! `seatshift check`: what exports hold and how they are read, on standard output.
//!
//! In: what the pipeline read. Out: each file with its tables, what stands in their columns, and its findings, for people or as
//! one JSON document; or the facts of one subscription, as `explain` tells them. Values of the exports are shown here and nowhere
//! else: they go to standard output, never to a log.

mod human;
mod json;

pub(super) use json::{of_finding, of_set, pretty};

use seatshift::{
    config::Config,
    pipeline::{self, Checked, Night, Request, Stop},
    write::Reports,
};

use super::{
    arguments::Check, as_of, explain, on_threads, progress::Progress, screen::Screen, settings, shown::what_if, stopped,
};

pub(super) fn run(command: &Check, screen: &Screen) -> u8 {
    if let Some(id) = &command.subscription {
        return explain::tell(id, command.json, &command.reading, screen, false);
    }
    let progress = Progress::new(screen.quiet());
    let checked = settings(&command.reading).and_then(|config| {
        let checked = checked(command, &config, &progress)?;
        Ok((config, checked))
    });
    progress.done();
    let (config, checked) = match checked {
        Err(stop) => return stopped(&stop, screen),
        Ok(checked) => checked,
    };
    let as_of = command.reading.as_of;
    let text = match command.json {
        true => json::document(&checked, as_of, &config),
        false => human::report(&checked, &what_if(as_of, &config.set), screen.quiet(), screen.verbose()),
    };
    match screen.give_or_tell(&text) {
        0 => checked.verdict.exit_code(),
        failed => failed,
    }
}

fn checked(command: &Check, config: &Config, progress: &Progress) -> Result<Checked, Stop> {
    let request = Request {
        exports: &command.reading.exports,
        config,
        as_of: as_of(&command.reading),
        target: None,
        reports: Reports::none(),
        strict: false,
        previous: Default::default(),
        night: Night::default(),
    };
    on_threads(&command.reading, || pipeline::check(&request, progress))
}
