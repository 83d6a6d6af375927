//! `seatshift explain`: which cell each fact of a subscription or a customer came from, on standard output.
//!
//! In: a word for one of them, exports. Out: its facts with their cells, for people or as one JSON document; a list where several
//! fit; the nearest where nothing does, and the exit code 2. `check --subscription` tells the same.

mod human;
mod json;

use seatshift::{
    pipeline::{self, Explained, Night, Request, Stop, Verdict},
    recognise::trace::Answer,
    write::Reports,
};

use super::{
    arguments::{Explain, Reading},
    as_of, on_threads,
    progress::Progress,
    screen::Screen,
    settings, stopped,
};

pub(super) fn run(command: &Explain, screen: &Screen) -> u8 {
    explain(&command.id, command.json, &command.reading, screen)
}

/// Tells where the facts come from of what a word fits.
pub(super) fn explain(word: &str, json: bool, reading: &Reading, screen: &Screen) -> u8 {
    let progress = Progress::new(screen.quiet());
    let explained = explained(word, reading, &progress);
    progress.done();
    let explained = match explained {
        Err(stop) => return stopped(&stop, screen),
        Ok(explained) => explained,
    };
    let is_found = !matches!(explained.answer, Answer::Nothing(_));
    if !is_found {
        screen.tell(&human::not_found(word, &explained.answer));
    } else if explained.verdict == Verdict::Look {
        screen.mention("a row was rejected or a file not read, which may say more: see `seatshift check`\n");
    }
    let text = match json {
        true => json::document(&explained),
        false => human::report(&explained),
    };
    match screen.give_or_tell(&text) {
        0 if !is_found => 2,
        0 => explained.verdict.exit_code(),
        failed => failed,
    }
}

fn explained(word: &str, reading: &Reading, progress: &Progress) -> Result<Explained, Stop> {
    let config = settings(reading)?;
    let request = Request {
        exports: &reading.exports,
        config: &config,
        as_of: as_of(reading),
        target: None,
        reports: Reports::none(),
        strict: false,
        previous: Default::default(),
        night: Night::default(),
    };
    on_threads(reading, || pipeline::explain(&request, word, progress))
}
