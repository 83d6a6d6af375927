//! `seatshift completions`: completions for a shell.

use clap::CommandFactory;

use super::{
    arguments::{Arguments, Completions},
    screen::Screen,
};

pub(super) fn run(command: &Completions, screen: &Screen) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Arguments::command(), "seatshift", &mut script);
    screen.give_or_tell(&String::from_utf8_lossy(&script))
}
