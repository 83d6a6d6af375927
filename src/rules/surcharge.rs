//! What the term costs that follows a missed window.

use super::table::Fields;
use crate::terms::*;

worded! {
    /// What follows a term that nobody ended.
    Follows {
        /// The paid extended service term, month by month.
        ExtendedTerm = "extended-term",
        /// Another term of the same length.
        Renewal = "renewal",
    }
}

/// How much more than its list price a term costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surcharge {
    /// Channel.
    pub channel: Channel,
    /// What follows.
    pub follows: Follows,
    /// Only for offers that are sold by the month, or only for those that are not; none: for both.
    pub monthly: Option<bool>,
    /// Per cent on top.
    pub percent: u32,
}

impl Surcharge {
    pub(super) fn parse(row: &Fields<'_>) -> Result<Surcharge, String> {
        let percent = row.number("percent")?.ok_or("`percent` is empty")?;
        Ok(Surcharge {
            channel: row.word("channel")?,
            follows: row.word("follows")?,
            monthly: match row.text("monthly")? {
                "" | "any" => None,
                _ => Some(row.yes("monthly")?),
            },
            percent: u32::try_from(percent).map_err(|_| format!("`percent`: `{percent}` is no surcharge"))?,
        })
    }

    pub(super) fn fits(&self, channel: Channel, follows: Follows, has_monthly: bool) -> bool {
        self.channel == channel && self.follows == follows && self.monthly.is_none_or(|monthly| monthly == has_monthly)
    }
}
