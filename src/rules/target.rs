//! Since when a subscription of ours may be the target of a move.
//!
//! In: what is known of the source. Out: the first day on which its target may have begun: what we had before is another
//! subscription. The plan goes by it, and so does whoever compares plans: one answer for both.

use chrono::NaiveDate;

use super::shift;

/// What is known of a source.
#[derive(Debug, Clone, Copy)]
pub struct SourceTerm {
    /// The first day of its window; none: it is open whatever the day.
    pub window_opens: Option<NaiveDate>,
    /// The first day of its term.
    pub starts: Option<NaiveDate>,
    /// The last paid day.
    pub ends: Option<NaiveDate>,
}

impl SourceTerm {
    /// The first day on which its target may have begun. A move may be early, by as much as a business day is looked for
    /// (`early_days`); where the window is open whatever the day, it may be of any day of the source's term.
    pub fn earliest_target(&self, early_days: i64, as_of: NaiveDate) -> NaiveDate {
        let end = self.ends.map_or(as_of, |end| end.min(as_of));
        match (self.window_opens, self.starts) {
            (Some(opens), _) => shift(opens, -early_days),
            (None, Some(start)) => start.min(shift(end, -early_days)),
            (None, None) => shift(end, -early_days),
        }
    }
}
