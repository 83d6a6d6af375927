//! What unattended runs are held to: the numbers of the guards, and what is kept.

use std::path::PathBuf;

use serde::Serialize;

/// The guards' numbers, and where nights are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nightly {
    /// Percent by which rows, subscriptions or customers may shrink; 0: not looked at.
    pub shrink_percent: u8,
    /// Where there were fewer than this many, shrinking is not looked at.
    pub shrink_from: u64,
    /// From this many subscriptions gone on the run is held; 0: not looked at.
    pub gone_subscriptions: u64,
    /// A customer with more subscriptions than this may not vanish; 0: not looked at.
    pub gone_customer: u64,
    /// Rows that an export may lose over last time.
    pub lost_rows: u64,
    /// Whether an export may lose a column that a plan rests on.
    pub allow_lost_columns: bool,
    /// Days after which an export is old; 0: not looked at.
    pub max_age_days: u16,
    /// Seconds for which an export must not have changed; 0: not looked at.
    pub settle_seconds: u64,
    /// Whether a source that gave rows may give none.
    pub allow_empty_source: bool,
    /// Whether an export may have another's content of last time.
    pub allow_same_content: bool,
    /// The folder that keeps each night, as an absolute path or relative to the working folder.
    pub history: Option<PathBuf>,
    /// How many nights are kept.
    pub history_nights: u16,
}

impl Default for Nightly {
    fn default() -> Nightly {
        Nightly {
            shrink_percent: 20,
            shrink_from: 100,
            gone_subscriptions: 500,
            gone_customer: 20,
            lost_rows: 0,
            allow_lost_columns: false,
            max_age_days: 0,
            settle_seconds: 0,
            allow_empty_source: false,
            allow_same_content: false,
            history: None,
            history_nights: 400,
        }
    }
}
