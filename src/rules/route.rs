//! By which route a subscription moves.

use super::table::Fields;
use crate::terms::*;

worded! {
    /// Whether the source offer may be bought in CSP.
    OfferSale { Sold = "sold", NotSold = "not-sold" }
}

/// The route of some subscriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRule {
    /// Of this channel.
    pub channel: Channel,
    /// In this state; none: in any. A state that the export does not give counts as active.
    pub state: Option<State>,
    /// Of a term at least this long; none: of any, an unknown one included.
    pub least_term: Option<Term>,
    /// Whose offer is sold in CSP or not; none: either.
    pub sale: Option<OfferSale>,
    /// The route.
    pub route: Route,
}

impl RouteRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<RouteRule, String> {
        let term = |text: &str| {
            text.parse()
                .map_err(|()| format!("`least_term`: `{text}` is not a term like P1Y"))
        };
        Ok(RouteRule {
            channel: row.word("channel")?,
            state: row.word_or_any("state")?,
            least_term: row.filled("least_term")?.map(term).transpose()?,
            sale: row.word_or_any("offer")?,
            route: row.word("route")?,
        })
    }

    pub(super) fn fits(&self, channel: Channel, state: Option<State>, term: Option<Term>, sale: OfferSale) -> bool {
        self.channel == channel
            && self.state.is_none_or(|needed| needed == state.unwrap_or(State::Active))
            && self
                .least_term
                .is_none_or(|least| term.is_some_and(|term| term >= least))
            && self.sale.is_none_or(|needed| needed == sale)
    }
}
