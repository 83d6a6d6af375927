//! What limits an order, and what is special about sources: billing plans, add-ons, data of a market, leftovers.
//!
//! In: rows of small tables. Out: their facts. Which of them counts on a day is for [`super::Rules`] to say.

use super::table::Fields;
use crate::terms::*;

/// Whether a term may be billed so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingRule {
    /// The term.
    pub term: Term,
    /// Only for this offer, by the catalogue's key; none: any other.
    pub offer: Option<Text>,
    /// The billing plan.
    pub plan: BillingPlan,
    /// The answer.
    pub allowed: bool,
}

impl BillingRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<BillingRule, String> {
        let term = row.text("term")?;
        Ok(BillingRule {
            term: term
                .parse()
                .map_err(|()| format!("`term`: `{term}` is not a term like P1Y"))?,
            offer: row.filled("offer")?.filter(|key| *key != "any").map(Text::from),
            plan: row.word("billing_plan")?,
            allowed: row.yes("allowed")?,
        })
    }
}

/// The fewest licences of an add-on, as a part of its base's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddonMinimum {
    /// The add-on, by the catalogue's key.
    pub offer: Text,
    /// Per cent of the licences of its base.
    pub percent: u32,
}

impl AddonMinimum {
    pub(super) fn parse(row: &Fields<'_>) -> Result<AddonMinimum, String> {
        let percent = row.number("percent")?.ok_or("`percent` is empty")?;
        Ok(AddonMinimum {
            offer: row.filled("offer")?.ok_or("`offer` is empty")?.into(),
            percent: u32::try_from(percent).map_err(|_| format!("`percent`: `{percent}` is no part"))?,
        })
    }
}

/// An offer that a channel keeps for a shorter time than others after its term end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortGrace {
    /// The channel.
    pub channel: Channel,
    /// The offer, by the catalogue's key.
    pub offer: Text,
}

impl ShortGrace {
    pub(super) fn parse(row: &Fields<'_>) -> Result<ShortGrace, String> {
        Ok(ShortGrace {
            channel: row.word("channel")?,
            offer: row.filled("offer")?.ok_or("`offer` is empty")?.into(),
        })
    }
}

/// A channel of which hardly any subscription is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The channel.
    pub channel: Channel,
    /// Why one that is there is an exception.
    pub why: Text,
}

impl Leftover {
    pub(super) fn parse(row: &Fields<'_>) -> Result<Leftover, String> {
        Ok(Leftover {
            channel: row.word("channel")?,
            why: row.filled("why")?.ok_or("`why` is empty")?.into(),
        })
    }
}

worded! {
    /// What the portal wants to know of customers of some countries before anything can be ordered.
    MarketData { RegistrationNumber = "registration-number" }
}

/// What a country's customers must be known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketDataRule {
    /// The country.
    pub country: Country,
    /// What is wanted.
    pub data: MarketData,
}

impl MarketDataRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<MarketDataRule, String> {
        let country = row.text("country")?;
        Ok(MarketDataRule {
            country: country
                .parse()
                .map_err(|()| format!("`country`: `{country}` is not a two-letter code"))?,
            data: row.word("data")?,
        })
    }
}

/// In how many days a purchase or renewal can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoWindow {
    /// The channel.
    pub channel: Channel,
    /// Only for customers of this country; none: any other.
    pub country: Option<Country>,
    /// Days, the first included.
    pub days: u32,
}

impl UndoWindow {
    pub(super) fn parse(row: &Fields<'_>) -> Result<UndoWindow, String> {
        let country = |text: &str| {
            text.parse()
                .map_err(|()| format!("`country`: `{text}` is neither `any` nor a two-letter code"))
        };
        let days = row.number("days")?.ok_or("`days` is empty")?;
        Ok(UndoWindow {
            channel: row.word("channel")?,
            country: row
                .filled("country")?
                .filter(|text| *text != "any")
                .map(country)
                .transpose()?,
            days: u32::try_from(days)
                .ok()
                .filter(|days| (1..=366).contains(days))
                .ok_or_else(|| format!("`days`: `{days}` is no number of days"))?,
        })
    }
}
