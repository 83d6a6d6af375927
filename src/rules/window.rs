//! The days on which a move is safe, and what is special about a channel.

use super::{DayRef, table::Fields};
use crate::terms::*;

worded! {
    /// What a window hangs on beside channel and route.
    WindowCase {
        /// The extended service term does not apply.
        Exempt = "exempt",
        /// The extended service term applies.
        Extended = "extended",
        /// The subscription is in its extended service term.
        InExtended = "in-extended",
        /// The settings want it moved at once.
        Asap = "asap",
    }
}

/// A window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Channel.
    pub channel: Channel,
    /// Route.
    pub route: Route,
    /// Case; none: any that has no row of its own.
    pub case: Option<WindowCase>,
    /// First day; none: open already.
    pub opens: Option<DayRef>,
    /// Last day; none: it does not close.
    pub closes: Option<DayRef>,
    /// R, the recommended day.
    pub recommended: DayRef,
    /// How the source ends.
    pub end_source: EndSource,
    /// The last day on which that can be seen to; none: it hangs on the move alone.
    pub end_by: Option<DayRef>,
    /// The last day to send a transfer request.
    pub request_by: Option<DayRef>,
    /// The last day to approve it.
    pub approve_by: Option<DayRef>,
}

impl Window {
    pub(super) fn parse(row: &Fields<'_>) -> Result<Window, String> {
        Ok(Window {
            channel: row.word("channel")?,
            route: row.word("route")?,
            case: row.word_or_any("case")?,
            opens: row.day("opens")?,
            closes: row.day("closes")?,
            recommended: row.day("recommended")?.ok_or("`recommended` is empty")?,
            end_source: row.word("end_source")?,
            end_by: row.day("end_by")?,
            request_by: row.day("request_by")?,
            approve_by: row.day("approve_by")?,
        })
    }

    pub(super) fn fits(&self, channel: Channel, route: Route, case: WindowCase) -> bool {
        let case_fits = match self.case {
            Some(own) => own == case,
            None => !matches!(case, WindowCase::InExtended | WindowCase::Asap),
        };
        self.channel == channel && self.route == route && case_fits
    }
}

/// What is special about a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRule {
    /// Channel.
    pub channel: Channel,
    /// Whether Microsoft may give a credit for unused time.
    pub credit: bool,
    /// Whether the lead of an Enterprise Agreement counts.
    pub long_lead: bool,
}

impl ChannelRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<ChannelRule, String> {
        Ok(ChannelRule {
            channel: row.word("channel")?,
            credit: row.yes("credit")?,
            long_lead: match row.text("lead")? {
                "relationship" => false,
                "relationship_ea" => true,
                other => {
                    return Err(format!(
                        "`lead`: `{other}` is neither `relationship` nor `relationship_ea`"
                    ));
                }
            },
        })
    }
}
