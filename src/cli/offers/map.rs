//! `seatshift offers map`: a list of offers in, the offers table out.

use std::io;

use seatshift::{catalog::Proposal, config::Config, pipeline::Offers, write::write_proposals};

use super::{
    super::{arguments::Map, day_or_today, screen::Screen, shown::many},
    with,
};

pub(super) fn run(command: &Map, screen: &Screen) -> u8 {
    with(&command.about, screen, |config, offers| {
        mapped(command, &config, &offers, screen)
    })
}

fn mapped(command: &Map, config: &Config, offers: &Offers, screen: &Screen) -> u8 {
    let as_of = day_or_today(command.about.as_of);
    let list = match offers.list(&command.from, config, as_of) {
        Ok(list) => list,
        Err(problem) => {
            screen.tell(&format!("{problem}\n"));
            return 3;
        }
    };
    let proposals = offers.propose(&list, as_of);
    if let Err(error) = write_proposals(&proposals, config.output, &mut io::stdout())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        screen.tell(&format!("standard output: cannot be written: {error}\n"));
        return 3;
    }
    let open = |proposal: &&Proposal| proposal.target_offer.is_empty();
    let open = proposals.iter().filter(open).count() as u64;
    let all = many(proposals.len() as u64, "offer", "offers");
    screen.mention(&match open {
        0 => format!("{all}, each with a target\n"),
        open => format!("{all}, {open} without a target: choose from the candidates in `reason`, or remove the row\n"),
    });
    u8::from(open > 0)
}
