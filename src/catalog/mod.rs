//! Offers: what the customer has, and what we would provision.
//!
//! In: the embedded tables (`*.csv` beside this file), the user's offers table, a [`SourceOffer`]. Out: a [`Resolution`] (which
//! offer it is) and a [`Mapping`] (which offer to order). Refuses to guess: a name with two readings is `ambiguous`, a name or
//! id it does not know is `unmapped`. Holds the invariant that no mapping crosses segments but where the user's own row says
//! so, and that `same` and `equivalent` never lose a capability.

mod assign;
mod by_rule;
mod compare;
mod comparison;
mod considered;
pub mod evidence;
mod find;
mod likeness;
mod list;
mod load;
mod map;
mod offers;
mod phases;
mod proposal;
mod resolve;
mod row;
mod rule_check;
mod rulebook;
mod sale;
mod spelling;
mod steps;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use comparison::{Change, Comparison, Effect};
pub use considered::Considered;
pub use find::{Lookup, Reading, Retired};
pub use list::{ListedOffer, read_list};
pub use offers::Catalog;
pub use phases::{Phase, Phases};
pub use proposal::Proposal;
pub use rule_check::{NOT_KEPT, RuleFault, RuleNote};
pub use rulebook::RuleBook;
pub use sale::Pause;

use chrono::NaiveDate;

use crate::{recognise::SourceOffer, terms::*};

/// An offer of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Key of the catalogue's own tables: stable, readable, unique.
    pub key: Text,
    /// Name today.
    pub name: Text,
    /// Provisioned SKU id; several offers may share it.
    pub sku_id: Option<uuid::Uuid>,
    /// SKU part number (string id).
    pub sku_part_number: Option<Text>,
    /// What is ordered in new commerce: `CFQ7TTC0LH18:0001`.
    pub item: Option<Text>,
    /// Whom it is sold to.
    pub segment: Segment,
    /// Which national cloud it is for.
    pub cloud: Cloud,
    /// Whether it needs a base offer, and which keys serve as one.
    pub addon_of: Option<Vec<Text>>,
    /// Whether it has Teams, or is the edition without; none for what has nothing to do with it.
    pub teams: Option<bool>,
    /// Trial or viral offer, or one without a price.
    pub free: bool,
    /// Whether it is licensed by seat; Azure, software and SaaS are not.
    pub seat_based: bool,
    /// Most seats a customer may have.
    pub seat_cap: Option<Seats>,
    /// The offers that share one policy on the number of seats, by a name of the catalogue's own.
    pub cap_family: Option<Text>,
    /// Fewest seats that may be ordered.
    pub seat_minimum: Option<Seats>,
    /// Terms sold, each with the fewest seats it takes.
    pub terms: Vec<(Term, Seats)>,
    /// First day it could be bought in CSP.
    pub sold_from: Option<NaiveDate>,
    /// Last day it may be bought in CSP.
    pub sold_until: Option<NaiveDate>,
    /// Days in between on which it was not sold.
    pub pauses: Vec<Pause>,
    /// How sure the row is.
    pub certainty: Certainty,
    /// Where the row comes from.
    pub source: Text,
}

impl Offer {
    /// Whether it may be ordered on a day, in a country where nothing particular holds.
    pub fn is_sold(&self, on: NaiveDate) -> bool {
        self.item.is_some() && self.is_on_sale(on)
    }

    /// Whether a day is within the days of its sale, whatever is known of how to order it.
    pub fn is_on_sale(&self, on: NaiveDate) -> bool {
        self.is_on_sale_in(None, on)
    }

    /// As [`Offer::is_on_sale`], for a customer in a country.
    pub fn is_on_sale_in(&self, country: Option<Country>, on: NaiveDate) -> bool {
        self.sold_from.is_none_or(|from| from <= on)
            && self.sold_until.is_none_or(|until| on <= until)
            && !self.pauses.iter().any(|pause| pause.holds(country, on))
    }
}

/// The days that a source's texts may be of; names are told apart by them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct When {
    /// The day on which the subscription began: the name is of that day, or of one after it.
    pub began: Option<NaiveDate>,
    /// The day on which the texts were exported or typed.
    pub written: Option<NaiveDate>,
}

/// Which offer a source's texts mean.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// One offer.
    Known {
        /// The offer.
        offer: Arc<Offer>,
        /// Which of the texts decided: `offer id`, `SKU id`, `SKU part number`, `name`.
        by: &'static str,
        /// A name that stands for another offer than the id, if any: that other offer.
        disagrees: Option<Arc<Offer>>,
    },
    /// Several offers fit equally well; or one, where only the product of its id is known.
    Ambiguous(Vec<Arc<Offer>>),
    /// None fits.
    Unknown,
}

/// What is asked of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct MapQuery<'a> {
    /// What the customer has.
    pub source: &'a SourceOffer,
    /// What that resolved to.
    pub resolution: &'a Resolution,
    /// What the customer is qualified as, where known.
    pub qualification: Option<Qualification>,
    /// Where the customer is, where known: not everything is sold everywhere.
    pub country: Option<Country>,
    /// How the subscription moves: a transfer takes it as it is.
    pub route: Route,
    /// Its term.
    pub term: Option<Term>,
    /// Its seats.
    pub seats: Option<Seats>,
    /// The day on which the order would be placed.
    pub on: NaiveDate,
}

/// One offer to provision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The id to order: `CFQ7TTC0LH18:0001`.
    pub offer_id: Text,
    /// Its name.
    pub name: Text,
    /// The catalogue's offer, where it has one.
    pub offer: Option<Arc<Offer>>,
    /// The term to order; for a transfer, the source's.
    pub term: Option<Term>,
}

/// How a source offer is to be provisioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// How the targets were found.
    pub kind: MappingKind,
    /// What to order; empty where nothing was found. For `suggested` and `ambiguous` the candidates, best first, at most three
    /// and all readings respectively.
    pub targets: Vec<Target>,
    /// Whether users' licences are kept or must be reassigned; none where there is no target to order.
    pub licences: Option<Licences>,
    /// Capabilities users lose, in words, sorted by family.
    pub loses: Vec<Text>,
    /// Capabilities users gain.
    pub gains: Vec<Text>,
    /// Whether a loss touches mail, files, identity or telephony.
    pub critical_loss: bool,
    /// Whether old and new may exclude each other on one user: then both change at once, not new first.
    pub at_once: bool,
    /// Whether the user's own table decided.
    pub from_table: bool,
    /// Whether a target may not be bought on the day of the order.
    pub end_of_sale: bool,
    /// Whether the term had to be changed, since the source's is not sold.
    pub term_changed: bool,
    /// Whether the term is not sold for this number of seats and no other fits.
    pub term_not_sold: bool,
    /// What the answer rests on, in words: table, its row's source and date.
    pub evidence: Text,
    /// How sure that is.
    pub certainty: Certainty,
    /// Rows of the user's table that tie, so that neither was used.
    pub tied: Vec<u32>,
    /// The row of the user's table that was used.
    pub used: Option<u32>,
    /// Where Microsoft's own files contradict the catalogue, in words; the files count.
    pub contradicts: Vec<Text>,
}

impl Mapping {
    /// No target at all.
    fn nothing() -> Mapping {
        Mapping {
            kind: MappingKind::Unmapped,
            targets: Vec::new(),
            licences: None,
            loses: Vec::new(),
            gains: Vec::new(),
            critical_loss: false,
            at_once: false,
            from_table: false,
            end_of_sale: false,
            term_changed: false,
            term_not_sold: false,
            evidence: "".into(),
            certainty: Certainty::Unsure,
            tied: Vec::new(),
            used: None,
            contradicts: Vec::new(),
        }
    }
}
