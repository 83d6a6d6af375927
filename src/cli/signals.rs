//! Signals that end a run.
//!
//! In: SIGTERM, SIGINT, SIGHUP (on Windows Ctrl-C and the like). Out: temporary files removed, files that are just being put in
//! their places finished, the figures of such an end where they are asked for, one line, the exit code that it has: 128 and the
//! signal's number. Our own processes for workbooks end with this one.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use chrono::Utc;
use seatshift::write::{Metrics, abandon, write_last_metrics};

/// How long files may take to be put in their places before the process ends all the same.
const PATIENCE: Duration = Duration::from_millis(1500);

static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// Where the figures of the run go, and when it began.
static FIGURES: Mutex<Option<(PathBuf, Instant)>> = Mutex::new(None);

/// From now on a signal writes figures there. The place must have been looked at.
pub(super) fn write_figures_to(path: &Path, began: Instant) {
    *FIGURES.lock().unwrap_or_else(PoisonError::into_inner) = Some((path.to_owned(), began));
}

/// Writes the figures of a run that a signal ended; a disk that hangs must not keep the process.
fn figures(exit_code: i32) {
    let wanted = FIGURES.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some((path, began)) = wanted else { return };
    let (done, wait) = mpsc::channel();
    let write = move || {
        let figures = Metrics {
            exit_code: u8::try_from(exit_code).unwrap_or(u8::MAX),
            ended: Utc::now().timestamp(),
            seconds: began.elapsed().as_secs_f64(),
            ..Metrics::default()
        };
        let written = write_last_metrics(&path, &figures);
        let _ = done.send(written);
    };
    let _ = thread::Builder::new().name("figures".to_owned()).spawn(write);
    if let Ok(Err(stop)) = wait.recv_timeout(PATIENCE) {
        super::screen::last_words(&format!("{stop}\n"));
    }
}

/// Ends the process as a signal asks.
fn end(name: &str, number: i32) -> ! {
    IS_ENDING.store(true, Ordering::SeqCst);
    if abandon(PATIENCE) {
        figures(128 + number);
    }
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
