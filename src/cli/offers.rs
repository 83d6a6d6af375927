//! `seatshift offers`: what the catalogue and Microsoft's own files know of offers.

use seatshift::{
    config::Config,
    finding::Finding,
    pipeline::{Offers, Stop},
};

use super::{
    arguments::{self, About, OffersCommand},
    check::of_set,
    day_or_today,
    lines::wrapped,
    screen::Screen,
    settings_at,
    shown::what_if_set,
    stopped, summary,
};

mod check;
mod compare;
mod find;
mod map;

pub(super) fn run(command: &arguments::Offers, screen: &Screen) -> u8 {
    match &command.command {
        OffersCommand::Find(command) => find::run(command, screen),
        OffersCommand::Compare(command) => compare::run(command, screen),
        OffersCommand::Map(command) => map::run(command, screen),
        OffersCommand::Check(command) => check::run(command, screen),
    }
}

/// The settings, and what they say of offers; what is odd in Microsoft's own files is told at once.
fn offers(about: &About, screen: &Screen) -> Result<(Config, Offers), Stop> {
    let config = settings_at(about.config.as_deref(), &about.set)?;
    let offers = Offers::load(&config, day_or_today(about.as_of))?;
    let what_if = what_if_set(about.as_of, &config.set);
    if !what_if.is_empty() {
        screen.mention(&wrapped("", 2, &what_if));
    }
    let findings: Vec<Finding> = offers.evidence.findings().to_vec();
    screen.mention(&summary::findings(&findings, screen.verbose()));
    Ok((config, offers))
}

/// Does the work, or tells why it cannot be done.
fn with(about: &About, screen: &Screen, work: impl FnOnce(Config, Offers) -> u8) -> u8 {
    match offers(about, screen) {
        Ok((config, offers)) => work(config, offers),
        Err(stop) => stopped(&stop, screen),
    }
}

/// Gives data, and the code to end with unless that fails.
fn give(text: &str, code: u8, screen: &Screen) -> u8 {
    match screen.give_or_tell(text) {
        0 => code,
        failed => failed,
    }
}

/// A document, with the settings of the command line.
fn json(mut value: serde_json::Value, config: &Config) -> String {
    if let Some(document) = value.as_object_mut() {
        document.insert("set".to_owned(), serde_json::json!(of_set(&config.set)));
    }
    format!("{value:#}\n")
}
