//! Signals that end a run.
//!
//! In: SIGTERM, SIGINT, SIGHUP (on Windows Ctrl-C and the like). Out: temporary files removed, files that are just being put in
//! their places finished, the figures of such an end where they are asked for, `plan.stopped.run.json` beside the plan, one line, the
//! exit code that it has: 128 and the signal's number. Ctrl-C leaves no such record: whoever gives it is there and sees it. Our own
//! processes for workbooks end with this one.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use chrono::Utc;
use seatshift::write::{Metrics, WriteStop, abandon, write_ended, write_last_metrics};

/// How long files may take to be put in their places before the process ends all the same.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What a person gives by Ctrl-C: SIGINT.
const INTERRUPT: u8 = 2;

/// When listening began, which is when the run did.
static BEGAN: OnceLock<Instant> = OnceLock::new();

static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// Where the figures of the run go, and when it began.
static FIGURES: Mutex<Option<(PathBuf, Instant)>> = Mutex::new(None);

/// From now on a signal writes figures there. The place must have been looked at.
pub(super) fn write_figures_to(path: &Path, began: Instant) {
    *FIGURES.lock().unwrap_or_else(PoisonError::into_inner) = Some((path.to_owned(), began));
}

/// Writes the figures of a run that a signal ended.
fn figures(exit_code: u8) {
    let wanted = FIGURES.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some((path, began)) = wanted else { return };
    patiently(move || {
        let figures = Metrics {
            exit_code,
            ended: Utc::now().timestamp(),
            seconds: began.elapsed().as_secs_f64(),
            ..Metrics::default()
        };
        write_last_metrics(&path, &figures)
    });
}

/// Writes something at the end; a disk that hangs must not keep the process.
fn patiently(write: impl FnOnce() -> Result<(), WriteStop> + Send + 'static) {
    let (done, wait) = mpsc::channel();
    let write = move || {
        let _ = done.send(write());
    };
    let _ = thread::Builder::new().name("last words".to_owned()).spawn(write);
    if let Ok(Err(stop)) = wait.recv_timeout(PATIENCE) {
        super::screen::last_words(&format!("{stop}\n"));
    }
}

/// Ends the process as a signal asks.
fn end(name: &'static str, number: u8) -> ! {
    IS_ENDING.store(true, Ordering::SeqCst);
    let exit_code = 128 + number;
    if abandon(PATIENCE) {
        figures(exit_code);
        if number != INTERRUPT {
            let elapsed = BEGAN.get().map(Instant::elapsed).unwrap_or_default();
            patiently(move || write_ended(&format!("ended by {name}"), exit_code, elapsed));
        }
    }
    tracing::error!(signal = name, "ended by a signal");
    super::screen::last_words(&format!(
        "ended by {name}; the files of the last run are as they were, or all new\n"
    ));
    std::process::exit(exit_code.into())
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
    let _ = BEGAN.set(Instant::now());
    let listening = move || match signals.forever().next() {
        Some(SIGHUP) => end("SIGHUP", 1),
        Some(SIGINT) => end("SIGINT", INTERRUPT),
        Some(_) => end("SIGTERM", 15),
        None => {}
    };
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(listening);
}

/// Listens from now on.
#[cfg(windows)]
pub(super) fn listen() {
    let _ = ctrlc::set_handler(|| end("Ctrl-C", INTERRUPT));
}

/// Nothing to listen to.
#[cfg(not(any(unix, windows)))]
pub(super) fn listen() {}
