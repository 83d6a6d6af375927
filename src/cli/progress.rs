//! A bar on a terminal, when the work is long.
//!
//! In: what a run says of its progress. Out: a line on standard error that vanishes at the end; nothing within the first two
//! seconds, nothing where no terminal is.

use std::{
    sync::atomic::{AtomicU64, Ordering},
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
    quiet: bool,
}

impl Progress {
    pub(super) fn new(quiet: bool) -> Progress {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} {msg}, {human_pos} rows, {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Progress {
            started: Instant::now(),
            bar,
            rows: AtomicU64::new(0),
            quiet,
        }
    }

    /// When the program started.
    pub(super) fn began(&self) -> Instant {
        self.started
    }

    /// Shows itself once the work has become long.
    fn show(&self) {
        if !self.quiet && self.bar.is_hidden() && self.started.elapsed() >= LONG {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
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
