//! What a move costs: the days paid twice, and the window missed.
//!
//! In: a decided move, its mapping, the price list, the rules of what follows a term. Out: [`Costs`]; and what has no price.
//! Overlap: seats x price of the whole term x overlap days / days of the term that begins on the move date. Missed: one month of
//! the extended service term with its surcharge, or another term, of what the customer has, at the list's price, for all seats.
//! Exact until the end, then rounded to hundredths, halves away from zero. Refuses to reckon with a price that is not there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::Months;
use serde::Serialize;

use super::{
    Decision,
    known::{Known, term_start_of},
};
use crate::{
    catalog::{
        Mapping, Resolution,
        evidence::{Amount, UnitPrice},
    },
    rules::Follows,
    terms::*,
};

/// What a move costs, in the price list's currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Costs {
    /// The currency of the amounts.
    pub currency: Option<Text>,
    /// For each target, what one seat costs for the whole term.
    pub unit_prices: Vec<Option<Amount>>,
    /// What the days paid twice cost.
    pub overlap: Option<Amount>,
    /// What follows if the window is missed.
    pub missed: Option<Amount>,
}

/// What moves cost together, in one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CostSum {
    /// Rows with an amount.
    pub rows: u64,
    /// What all days paid twice cost.
    pub overlap: Amount,
    /// What follows if every window is missed.
    pub missed: Amount,
}

impl CostSum {
    pub(super) fn add(&mut self, other: &CostSum) {
        self.rows += other.rows;
        self.overlap = self.overlap.plus(other.overlap);
        self.missed = self.missed.plus(other.missed);
    }
}

impl Costs {
    pub(super) fn add_to(&self, sums: &mut BTreeMap<Text, CostSum>) {
        let Some(currency) = &self.currency else { return };
        sums.entry(currency.clone()).or_default().add(&CostSum {
            rows: 1,
            overlap: self.overlap.unwrap_or_default(),
            missed: self.missed.unwrap_or_default(),
        });
    }
}

/// The offers of a subscription's move that the price list has no price of.
#[derive(Debug, Default)]
pub(super) struct Unpriced {
    pub(super) offers: BTreeSet<UnpricedOffer>,
}

/// An offer that the price list has no price of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct UnpricedOffer {
    offer: Text,
    term: Option<Term>,
    why: &'static str,
}

impl fmt::Display for UnpricedOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let term = self.term.map_or_else(|| "no term".to_owned(), |term| term.to_string());
        write!(
            f,
            "`{}` for {term}: {}; what it costs was left out",
            self.offer, self.why
        )
    }
}

/// What a move costs; nothing without a price list.
pub(super) fn costs_of(
    known: &Known<'_>,
    decision: &Decision,
    mapping: &Mapping,
    unpriced: &mut Unpriced,
) -> Option<Box<Costs>> {
    if !known.context.evidence.has_prices() {
        return None;
    }
    let mut costs = Costs::default();
    let mut overlap = Some(Amount::default());
    for (target, mapped) in decision.targets.iter().zip(&mapping.targets) {
        let segment = mapped.offer.as_ref().map_or(Segment::Commercial, |offer| offer.segment);
        let price = price_of(known, &target.offer_id, segment, target.term);
        let price = match price {
            Ok(price) => Some(price),
            // A transfer orders nothing.
            Err(_) if decision.route == Some(Route::Transfer) => None,
            Err(why) => {
                unpriced.offers.insert(UnpricedOffer {
                    offer: target.offer_id.clone(),
                    term: target.term,
                    why,
                });
                None
            }
        };
        let price = price.filter(|price| {
            costs
                .currency
                .as_ref()
                .is_none_or(|currency| *currency == price.currency)
        });
        let part = price
            .as_ref()
            .and_then(|price| overlap_of(decision, price, target.term));
        overlap = overlap.zip(part).map(|(sum, part)| sum.plus(part));
        costs.unit_prices.push(price.as_ref().map(|price| price.amount));
        costs.currency = costs.currency.or(price.map(|price| price.currency));
    }
    costs.overlap = overlap.filter(|_| costs.currency.is_some());
    let missed = missed_of(known, decision, mapping);
    if let Some((amount, currency)) = missed
        && costs.currency.as_ref().is_none_or(|own| *own == currency)
    {
        costs.missed = Some(amount);
        costs.currency = Some(currency);
    }
    Some(Box::new(costs))
}

fn price_of(known: &Known<'_>, item: &str, segment: Segment, term: Option<Term>) -> Result<UnitPrice, &'static str> {
    let term = term.ok_or("the term to order is not known")?;
    known.context.evidence.unit_price(item, segment, term, known.country())
}

fn overlap_of(decision: &Decision, price: &UnitPrice, term: Option<Term>) -> Option<Amount> {
    let (starts, days) = (decision.move_date?, decision.overlap_days?);
    let ends = starts.checked_add_months(Months::new(u32::from(term?.0)))?;
    let term_days = u64::try_from(ends.signed_duration_since(starts).num_days()).ok()?;
    let seats = u64::from(decision.target_seats?.0);
    price.amount.share(seats, u64::from(days), term_days)
}

/// What follows if nobody acts in time: the extended service term for a month, or another term.
fn missed_of(known: &Known<'_>, decision: &Decision, mapping: &Mapping) -> Option<(Amount, Text)> {
    let subscription = known.subscription;
    let (rules, channel, end) = (known.context.rules, subscription.channel?, subscription.term_end?.0);
    if known.is_set_to_cancel() {
        return None;
    }
    let (item, segment) = source_item(known, decision, mapping)?;
    let seats = u64::from(subscription.seats?.0);
    let price = |term| price_of(known, &item, segment, Some(term)).ok();
    if rules.extended_term_applies(channel, term_start_of(subscription), end) {
        let monthly = price(Term::MONTH);
        let rule = rules.surcharge(channel, Follows::ExtendedTerm, monthly.is_some(), end)?;
        let (price, months) = match monthly {
            Some(price) => (price, 1),
            None => (price(Term::YEAR)?, u64::from(Term::YEAR.0)),
        };
        let amount = price
            .amount
            .share(seats, 100 + u64::from(rule.row.percent), 100 * months)?;
        return Some((amount, price.currency));
    }
    if known.auto_renew() == Some(false) {
        return None;
    }
    let price = price(known.term()?)?;
    let rule = rules.surcharge(channel, Follows::Renewal, true, end)?;
    let amount = price.amount.share(seats, 100 + u64::from(rule.row.percent), 100)?;
    Some((amount, price.currency))
}

/// What the customer's own offer is ordered as, and whom it is for.
fn source_item(known: &Known<'_>, decision: &Decision, mapping: &Mapping) -> Option<(Text, Segment)> {
    if mapping.kind == MappingKind::Same {
        let target = decision.targets.first()?;
        let offer = mapping.targets.first().and_then(|target| target.offer.as_ref());
        let segment = offer.map_or(Segment::Commercial, |offer| offer.segment);
        return Some((target.offer_id.clone(), segment));
    }
    match known.resolution {
        Resolution::Known { offer, .. } => Some((offer.item.clone()?, offer.segment)),
        Resolution::Ambiguous(_) | Resolution::Unknown => None,
    }
}
