//! One target: the id to order, the term, whether it is the source's like.
//!
//! In: an offer and the question. Out: what a [`Target`](super::Target) is made of, and the two tests on which every mapping
//! rests: of one kind, of one SKU. Refuses a term that is not sold for so many seats.

use super::{MapQuery, Offer, offers::Entry, spelling::fold_part_number};
use crate::terms::*;

/// What became of the source's term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TermChange {
    Kept,
    Changed,
    NotSold,
}

/// The source's term where it is sold for so many seats, else the nearest that is; the shorter of two as near.
pub(super) fn choose_term(offer: &Offer, query: &MapQuery<'_>) -> (Option<Term>, TermChange) {
    let Some(wanted) = query.term.filter(|_| !offer.terms.is_empty()) else {
        return (query.term, TermChange::Kept);
    };
    let sold = offer
        .terms
        .iter()
        .filter(|(_, least)| query.seats.is_none_or(|seats| seats >= *least));
    match sold
        .map(|(term, _)| *term)
        .min_by_key(|term| (term.0.abs_diff(wanted.0), term.0))
    {
        Some(term) if term == wanted => (Some(term), TermChange::Kept),
        Some(term) => (Some(term), TermChange::Changed),
        None => (None, TermChange::NotSold),
    }
}

/// Whether it may be bought on the day of the order, where the customer is.
pub(super) fn is_on_sale(offer: &Offer, query: &MapQuery<'_>) -> bool {
    offer.is_on_sale_in(query.country, query.on)
}

/// Whether one offer may stand in for the other at all.
pub(super) fn same_kind(a: &Entry, b: &Entry) -> bool {
    a.offer.segment == b.offer.segment
        && a.offer.cloud == b.offer.cloud
        && a.licenses == b.licenses
        && a.offer.addon_of.is_some() == b.offer.addon_of.is_some()
}

/// Whether both provision the same SKU, so that assignments stay.
pub(super) fn same_sku(a: &Offer, b: &Offer) -> bool {
    match (a.sku_id, b.sku_id) {
        (Some(a), Some(b)) => a == b,
        _ => match (&a.sku_part_number, &b.sku_part_number) {
            (Some(a), Some(b)) => fold_part_number(a) == fold_part_number(b),
            _ => a.key == b.key,
        },
    }
}

/// The id to order by; where the catalogue does not know it, the best there is to tell the offer by.
pub(super) fn order_id(offer: &Offer) -> Text {
    let sku_id = || offer.sku_id.map(|id| Text::from(id.as_hyphenated().to_string()));
    offer
        .item
        .clone()
        .or_else(|| offer.sku_part_number.clone())
        .or_else(sku_id)
        .unwrap_or_else(|| offer.key.clone())
}

pub(super) fn offer_row(offer: &Offer) -> String {
    format!("offers `{}` ({})", offer.key, offer.source)
}
