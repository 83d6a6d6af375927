//! Standard output and standard error.
//!
//! Styled text is stripped where colour is not wanted or not understood. What goes wrong on standard error is ignored; on
//! standard output it is the caller's to judge, since data may be lost.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};

use super::arguments::{Colour, Shown};

/// Whether the terminal shows more than ASCII, as its locale says; Windows always does.
pub(super) fn shows_utf8() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

/// Where a command says things.
pub(super) struct Screen {
    colour: ColorChoice,
    quiet: bool,
    verbose: bool,
    /// Whether all is told as events of a log, one a line.
    log: bool,
}

impl Screen {
    pub(super) fn new(shown: &Shown) -> Screen {
        let colour = match shown.color {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        Screen {
            colour,
            quiet: shown.quiet,
            verbose: shown.verbose,
            log: shown.log.is_some(),
        }
    }

    pub(super) fn plain() -> Screen {
        Screen {
            colour: ColorChoice::Never,
            quiet: false,
            verbose: false,
            log: false,
        }
    }

    /// Says nothing but what matters, for tests.
    #[cfg(test)]
    pub(super) fn silent() -> Screen {
        Screen {
            quiet: true,
            ..Screen::plain()
        }
    }

    pub(super) fn verbose(&self) -> bool {
        self.verbose
    }

    pub(super) fn quiet(&self) -> bool {
        self.quiet
    }

    /// Whether all is told as events of a log.
    pub(super) fn is_log(&self) -> bool {
        self.log
    }

    /// Says something that matters even when quiet.
    pub(super) fn tell(&self, text: &str) {
        if self.log {
            tracing::error!("{}", in_one_line(text));
            return;
        }
        let mut stream = AutoStream::new(io::stderr(), self.colour).lock();
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.flush();
    }

    /// Says something, unless quiet.
    pub(super) fn mention(&self, text: &str) {
        if self.log {
            tracing::info!("{}", in_one_line(text));
        } else if !self.quiet {
            self.tell(text);
        }
    }

    /// Gives data.
    pub(super) fn give(&self, text: &str) -> io::Result<()> {
        let mut stream = AutoStream::new(io::stdout(), self.colour).lock();
        stream.write_all(text.as_bytes())?;
        stream.flush()
    }

    /// Gives data on standard output; a reader that has gone away is no failure of ours.
    pub(super) fn give_or_tell(&self, text: &str) -> u8 {
        match self.give(text) {
            Ok(()) => 0,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Err(error) => {
                self.tell(&format!("standard output: cannot be written: {error}\n"));
                3
            }
        }
    }
}

/// The lines of a text in one, without styles.
fn in_one_line(text: &str) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    let lines: Vec<&str> = plain.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ")
}

/// The last words of a process that ends without its screen. Whether they are heard is nobody's concern.
pub(super) fn last_words(text: &str) {
    if !tracing::enabled!(tracing::Level::ERROR) {
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
