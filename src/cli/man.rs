//! `seatshift man`: the manual page, one for all commands.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::{arguments::Arguments, screen::Screen};

pub(super) fn run(screen: &Screen) -> u8 {
    // Writing to a `Vec` does not fail.
    let page = page().unwrap_or_default();
    screen.give_or_tell(&String::from_utf8_lossy(&page))
}

fn page() -> io::Result<Vec<u8>> {
    let mut root = Arguments::command();
    root.build();
    let mut page = Vec::new();
    let man = Man::new(root.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for sub in root.get_subcommands().filter(|sub| sub.get_name() != "help") {
        page.extend(section(sub)?);
    }
    Ok(page)
}

/// A command as a section, what would be its sections one level down.
fn section(sub: &Command) -> io::Result<Vec<u8>> {
    let man = Man::new(sub.clone());
    let mut inner = Vec::new();
    man.render_synopsis_section(&mut inner)?;
    man.render_description_section(&mut inner)?;
    man.render_options_section(&mut inner)?;
    if sub.get_after_help().is_some() {
        man.render_extra_section(&mut inner)?;
    }
    let inner = String::from_utf8_lossy(&inner)
        .replace("\n.SH ", "\n.SS ")
        .replace("\n.SS EXTRA", "\n.SS NOTES");
    let inner = inner
        .strip_prefix(".SH ")
        .map(|rest| format!(".SS {rest}"))
        .unwrap_or(inner);
    Ok(format!(".SH \"SEATSHIFT {}\"\n{inner}", sub.get_name().to_uppercase()).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_command_once() {
        let page = String::from_utf8(page().unwrap()).unwrap();
        assert_eq!(
            page.matches("\n.TH ").count() + usize::from(page.starts_with(".TH ")),
            1,
            "{page}"
        );
        for name in ["PLAN", "CHECK", "INIT", "COMPLETIONS", "MAN"] {
            assert_eq!(page.matches(&format!(".SH \"SEATSHIFT {name}\"")).count(), 1, "{page}");
        }
        assert!(page.contains("Exit codes"));
    }
}
