//! What becomes of a subscription after its term end.

use chrono::NaiveDate;

use super::table::Fields;
use crate::terms::*;

worded! {
    /// What a subscription's lifecycle hangs on.
    LifecycleCase {
        /// The extended service term does not apply.
        Exempt = "exempt",
        /// The extended service term applies and nobody set it to cancel.
        Extended = "extended",
        /// It was set to cancel at the term end where the extended service term applies, or was ended inside its term.
        Cancelled = "cancelled",
        /// The extended service term applies, and yet an export shows it as expired.
        Lapsed = "lapsed",
        /// It was ended in the days in which its purchase or renewal can be undone.
        Undone = "undone",
        /// It was suspended at the term end.
        Suspended = "suspended",
        /// Its offer is kept for a shorter time than others.
        ShortGrace = "short-grace",
        /// Nobody reports the notice that ends it, and no export shows it as ended: it may go on by the month.
        NoNotice = "no-notice",
    }
}

/// One state after the term end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleState {
    /// Channel.
    pub channel: Channel,
    /// Case.
    pub case: LifecycleCase,
    /// The state.
    pub state: State,
    /// First day after E.
    pub from_day: i64,
    /// Last day after E; none: until somebody ends it.
    pub until_day: Option<i64>,
    /// Whether users have service.
    pub service: bool,
    /// Whether it is paid for.
    pub billed: bool,
}

impl LifecycleState {
    pub(super) fn parse(row: &Fields<'_>) -> Result<LifecycleState, String> {
        Ok(LifecycleState {
            channel: row.word("channel")?,
            case: row.word("case")?,
            state: row.word("state")?,
            from_day: row.number("from_day")?.ok_or("`from_day` is empty")?,
            until_day: row.number("until_day")?,
            service: row.yes("service")?,
            billed: row.yes("billed")?,
        })
    }

    pub(super) fn fits(&self, channel: Channel, case: LifecycleCase, day: i64) -> bool {
        self.channel == channel
            && self.case == case
            && self.from_day <= day
            && self.until_day.is_none_or(|until| day <= until)
    }
}

/// To which terms the paid extended service term applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedTerm {
    /// Channel.
    pub channel: Channel,
    /// Terms that began on or after this day...
    pub began_from: NaiveDate,
    /// ...and end on or after this one.
    pub ends_from: NaiveDate,
}

impl ExtendedTerm {
    pub(super) fn parse(row: &Fields<'_>) -> Result<ExtendedTerm, String> {
        Ok(ExtendedTerm {
            channel: row.word("channel")?,
            began_from: row.needed_date("began_from")?,
            ends_from: row.needed_date("ends_from")?,
        })
    }

    pub(super) fn applies(&self, began: Option<NaiveDate>, ends: NaiveDate) -> bool {
        began.is_none_or(|began| began >= self.began_from) && ends >= self.ends_from
    }
}

/// From when on an acceptance of the customer agreement counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementRule {
    /// Acceptances before this day count as missing.
    pub accepted_from: NaiveDate,
}

impl AgreementRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<AgreementRule, String> {
        Ok(AgreementRule {
            accepted_from: row.needed_date("accepted_from")?,
        })
    }
}
