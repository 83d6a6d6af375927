//! `seatshift diff`: what changed from one plan to another, for people, scripts and mail.
//!
//! In: two plans as they stand in files. Out: the changes on standard output; notes on standard error. Changes never change the
//! exit code unless `--exit-code` asks for it.

mod human;
mod json;
mod markdown;

use std::io::{self, Write as _};

use seatshift::{
    config::OutputSettings,
    pipeline::{Diffed, diff},
    write::write_changes,
};

use super::{
    arguments::{Diff, DiffFormat},
    screen::Screen,
    shown::{BAD, In},
    summary,
};

pub(super) fn run(command: &Diff, screen: &Screen) -> u8 {
    let Diffed { changes, findings } = match diff(&command.old, &command.new, command.all) {
        Ok(diffed) => diffed,
        Err(stop) => {
            screen.tell(&format!("{} {stop}\n", In(BAD, "stopped:")));
            return 2;
        }
    };
    // What a comparison rests on is worth knowing, even where notes are not told otherwise.
    screen.mention(&summary::findings(&findings, true));
    let given = match command.format {
        DiffFormat::Human => screen.give_or_tell(&human::report(&changes, screen.verbose())),
        DiffFormat::Json => screen.give_or_tell(&json::document(&changes)),
        DiffFormat::Markdown => screen.give_or_tell(&markdown::summary(&changes)),
        DiffFormat::Csv => {
            let mut out = io::stdout();
            let written = write_changes(&changes, OutputSettings::default(), &mut out).and_then(|()| out.flush());
            match written {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    screen.tell(&format!("standard output: cannot be written: {error}\n"));
                    3
                }
                _ => 0,
            }
        }
    };
    match given {
        0 if command.exit_code && !changes.is_empty() => 1,
        given => given,
    }
}
