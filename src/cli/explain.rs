//! `seatshift explain`: why the plan says what it says of a subscription or a customer, on standard output.
//!
//! In: a word for one of them, exports. Out: the decision, the rules that were tried, the dates as sums, what would change it, and
//! the facts with their cells, for people or as one JSON document; a list where several fit; the nearest where nothing does, and the
//! exit code 2. `check --subscription` tells the facts alone.

mod days;
mod decision;
mod human;
mod json;
mod rules;

use seatshift::{
    config::Config,
    pipeline::{self, Explained, Night, Request, Stop, Verdict},
    recognise::trace::Answer,
    write::Reports,
};

use super::{
    arguments::{Explain, Reading},
    as_of, on_threads,
    progress::Progress,
    screen::{self, Screen},
    settings, stopped,
};

pub(super) fn run(command: &Explain, screen: &Screen) -> u8 {
    tell(&command.id, command.json, &command.reading, screen, true)
}

/// Tells where the facts come from of what a word fits; with the plan, why it is decided so.
pub(super) fn tell(word: &str, json: bool, reading: &Reading, screen: &Screen, with_plan: bool) -> u8 {
    let progress = Progress::new(screen.quiet());
    let explained = settings(reading).and_then(|config| {
        let explained = explained(word, reading, &config, &progress, with_plan)?;
        Ok((config, explained))
    });
    progress.done();
    let (config, explained) = match explained {
        Err(stop) => return stopped(&stop, screen),
        Ok(explained) => explained,
    };
    let is_found = !matches!(explained.answer, Answer::Nothing(_));
    if !is_found {
        screen.tell(&human::not_found(word, &explained.answer, screen.verbose()));
    } else if explained.verdict == Verdict::Look {
        screen.mention("a row was rejected or a file not read, which may say more: see `seatshift check`\n");
    }
    let text = match json {
        true => json::document(&explained, &config),
        false => human::report(&explained, &config, screen::shows_utf8()),
    };
    match screen.give_or_tell(&text) {
        0 if !is_found => 2,
        0 => explained.verdict.exit_code(),
        failed => failed,
    }
}

fn explained(
    word: &str,
    reading: &Reading,
    config: &Config,
    progress: &Progress,
    with_plan: bool,
) -> Result<Explained, Stop> {
    let request = Request {
        exports: &reading.exports,
        config,
        as_of: as_of(reading),
        target: None,
        reports: Reports::none(),
        strict: false,
        previous: Default::default(),
        night: Night::default(),
    };
    on_threads(reading, || match with_plan {
        true => pipeline::explain(&request, word, progress),
        false => pipeline::facts(&request, word, progress),
    })
}
