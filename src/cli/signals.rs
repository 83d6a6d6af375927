//! Signals that end a run.
//!
//! In: SIGTERM, SIGINT, SIGHUP (on Windows Ctrl-C and the like). Out: temporary files removed, files that are just being put in
//! their places finished, one line, the exit code that such an end has: 128 and the signal's number. Our own processes for
//! workbooks end with this one.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use seatshift::write::abandon;

/// How long files may take to be put in their places before the process ends all the same.
const PATIENCE: Duration = Duration::from_millis(1500);

static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// Ends the process as a signal asks.
fn end(name: &str, number: i32) -> ! {
    IS_ENDING.store(true, Ordering::SeqCst);
    abandon(PATIENCE);
    tracing::error!(signal = name, "ended by a signal");
    super::screen::last_words(&format!(
        "ended by {name}; the files of the last run are as they were, or all new\n"
    ));
    std::process::exit(128 + number)
}

/// Waits for the end where a signal has asked for it: whatever else went wrong since is only its consequence.
pub(super) fn give_way() {
    while IS_ENDING.load(Ordering::SeqCst) {
        thread::park();
    }
}

/// Listens from now on. Without a listener a signal ends the process as the system has it, and the next run tidies up.
#[cfg(unix)]
pub(super) fn listen() {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        iterator::Signals,
    };
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    let listening = move || match signals.forever().next() {
        Some(SIGHUP) => end("SIGHUP", SIGHUP),
        Some(SIGINT) => end("SIGINT", SIGINT),
        Some(_) => end("SIGTERM", SIGTERM),
        None => {}
    };
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(listening);
}

/// Listens from now on.
#[cfg(windows)]
pub(super) fn listen() {
    let _ = ctrlc::set_handler(|| end("Ctrl-C", 2));
}

/// Nothing to listen to.
#[cfg(not(any(unix, windows)))]
pub(super) fn listen() {}
