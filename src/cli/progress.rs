//! A bar on a terminal, when the work is long.
//!
//! In: what a run says of its progress. Out: a line on standard error that vanishes at the end; nothing within the first two
//! seconds, nothing where no terminal is.

use std::{
    io::{self, IsTerminal},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use seatshift::pipeline::{Observer, Part};

/// From when on work counts as long.
const LONG: Duration = Duration::from_secs(2);

/// Knows when the program started, and what it is at.
pub(super) struct Progress {
    started: Instant,
    bar: ProgressBar,
    rows: AtomicU64,
    /// Whether a bar is still to be shown: nobody sees it without a terminal, and it is begun once, since a thread draws it.
    to_show: AtomicBool,
}

impl Progress {
    pub(super) fn new(quiet: bool) -> Progress {
        Progress::begun(Instant::now(), !quiet && io::stderr().is_terminal())
    }

    fn begun(started: Instant, has_watcher: bool) -> Progress {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} {msg}, {human_pos} rows, {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Progress {
            started,
            bar,
            rows: AtomicU64::new(0),
            to_show: AtomicBool::new(has_watcher),
        }
    }

    /// When the program started.
    pub(super) fn began(&self) -> Instant {
        self.started
    }

    /// Shows itself once the work has become long.
    fn show(&self) {
        if self.is_due() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
    }

    /// Whether the bar is to be begun now; says so once.
    fn is_due(&self) -> bool {
        let is_due = self.to_show.load(Ordering::Relaxed) && self.started.elapsed() >= LONG;
        is_due && self.to_show.swap(false, Ordering::Relaxed)
    }

    /// Clears the line.
    pub(super) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn part(&self, part: Part) {
        self.bar.set_message(match part {
            Part::Reading => "reading",
            Part::Deciding => "deciding",
            Part::Writing => "writing",
        });
        self.show();
    }

    fn rows(&self, more: u64) {
        let rows = self.rows.fetch_add(more, Ordering::Relaxed) + more;
        self.bar.set_position(rows);
        self.show();
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_begun_once_where_somebody_watches_long_work() {
        let now = Instant::now();
        let before = now.checked_sub(LONG).unwrap_or(now);
        let begins = |progress: Progress| [progress.is_due(), progress.is_due()];
        assert_eq!(begins(Progress::begun(before, true)), [true, false]);
        assert_eq!(begins(Progress::begun(before, false)), [false, false]);
        assert_eq!(begins(Progress::begun(now, true)), [false, false]);
    }
}
