//! What is shown in place of a panic: one line with its place in the code, and nothing of what was read.

use std::sync::Mutex;

static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics off the screen, and their first place in mind.
pub(super) fn keep_quiet() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map(|location| format!("{}:{}", location.file(), location.line()));
        if let Ok(mut first) = PLACE.lock() {
            *first = first.take().or(place);
        }
    }));
}

/// The line to show.
pub(super) fn told() -> String {
    let place = PLACE
        .lock()
        .ok()
        .and_then(|place| place.clone())
        .unwrap_or_else(|| "an unknown place".to_owned());
    format!(
        "stopped by a mistake in seatshift, at {place}; the files of the last run are as they were\n  hint: please report it\n"
    )
}
