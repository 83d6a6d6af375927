//! The log: events on standard error, one a line, as text or JSON.
//!
//! In: what `--log`, `--verbose`, `--quiet` and the environment ask for. Out: a subscriber that writes what the library and the
//! commands tell. It names files, codes, guards and numbers, never what stands in a cell.

use std::io;

use tracing::level_filters::LevelFilter;

use super::arguments::{Log, Shown};

/// The variable that says which events are told, whatever the arguments say.
const LEVEL: &str = "SEATSHIFT_LOG";

/// Tells events from now on, if they were asked for. A level that nobody knows is told.
pub(super) fn begin(shown: &Shown) -> Result<(), String> {
    let Some(format) = shown.log else { return Ok(()) };
    let asked = std::env::var(LEVEL).ok().filter(|level| !level.is_empty());
    let level = match asked {
        Some(level) => level.parse::<LevelFilter>().map_err(|_| {
            format!("{LEVEL}: `{level}` is no level; one of `error`, `warn`, `info`, `debug`, `trace`, `off`\n")
        })?,
        None if shown.quiet => LevelFilter::ERROR,
        None if shown.verbose => LevelFilter::DEBUG,
        None => LevelFilter::INFO,
    };
    let builder = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_max_level(level)
        .with_ansi(false)
        .with_target(false)
        .log_internal_errors(false);
    // There is one subscriber to a process, and this is where it is made.
    let _ = match format {
        Log::Text => builder.try_init(),
        Log::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
