//! The embedded tables, read and indexed.
//!
//! In: the CSV files beside this one. Out: [`Catalog`]: entries sorted by key and what finds them: SKU ids, legacy offer ids,
//! items, string ids, names of their time. A cell that cannot be read is a problem of ours, named by table and line; the tests
//! allow none, and [`Catalog::embedded`] leaves such a row out rather than fail. Each product that is sold to companies has a
//! nonprofit twin (`KEY@nonprofit`): it provisions the same SKU id, under an item that the table does not know.
//! Invariant: entries are sorted, indices never point outside, and nothing is found by walking a hash map.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    Offer,
    assign::Conflict,
    compare::{Capabilities, Families},
};
use crate::terms::*;

/// What the keys of nonprofit twins end in.
pub(super) const TWIN: &str = "@nonprofit";

/// An offer with what only the catalogue itself needs.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) offer: Arc<Offer>,
    /// `user`, or another kind that never stands in for one: device, capacity, faculty, student, eea.
    pub(super) licenses: Text,
    pub(super) capabilities: Capabilities,
    /// The entry this is the nonprofit twin of.
    pub(super) twin_of: Option<usize>,
    /// The nonprofit twin of this.
    pub(super) twin: Option<usize>,
}

/// A name, and the days on which it stood for an offer.
#[derive(Debug, Clone)]
pub(super) struct NameRow {
    /// As it stands in the table.
    pub(super) text: Text,
    pub(super) entry: usize,
    pub(super) days: Days,
    pub(super) english: bool,
    /// Not Microsoft's own, but what people write.
    pub(super) loose: bool,
    pub(super) source: Text,
}

/// What a name's tail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tail {
    /// Term or billing: says nothing of the offer.
    Term,
    /// Whom the offer is for; the kind of user where it says so.
    Segment(Segment, Option<Text>),
}

/// What Microsoft names as an offer's successors.
#[derive(Debug, Clone)]
pub(super) struct Retirement {
    /// Where; everywhere if empty.
    pub(super) countries: Vec<Country>,
    pub(super) days: Days,
    /// Alternatives, each of one or several offers.
    pub(super) successors: Vec<Vec<usize>>,
    pub(super) source: Text,
    pub(super) certainty: Certainty,
}

/// First and last day of something; open where unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Days {
    pub(super) from: Option<NaiveDate>,
    pub(super) until: Option<NaiveDate>,
}

impl Days {
    pub(super) fn contain(self, on: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= on) && self.until.is_none_or(|until| on <= until)
    }
}

/// Offers and what is known of them; built once a run, cheap to ask.
#[derive(Debug, Default)]
pub struct Catalog {
    pub(super) entries: Vec<Entry>,
    pub(super) families: Families,
    pub(super) by_key: HashMap<Text, usize>,
    pub(super) by_guid: HashMap<Uuid, Vec<usize>>,
    pub(super) by_item: HashMap<String, Vec<usize>>,
    pub(super) by_product: HashMap<String, Vec<usize>>,
    pub(super) by_part_number: HashMap<String, Vec<usize>>,
    pub(super) by_name: HashMap<String, Vec<NameRow>>,
    /// The words of every name, and whose it is, sorted.
    pub(super) named_words: Vec<(Vec<String>, usize)>,
    /// Every word of every name.
    pub(super) words: HashSet<String>,
    /// The first days on which names came to mean something else, sorted.
    pub(super) eras: Vec<NaiveDate>,
    pub(super) tails: HashMap<String, Tail>,
    pub(super) retirements: HashMap<usize, Vec<Retirement>>,
    pub(super) conflicts: Vec<Conflict>,
}

/// The texts of the tables.
pub(super) struct Sources<'a> {
    pub(super) offers: &'a str,
    pub(super) offer_ids: &'a str,
    pub(super) names: &'a str,
    pub(super) suffixes: &'a str,
    pub(super) retirements: &'a str,
    pub(super) capabilities: &'a str,
    pub(super) conflicts: &'a str,
    pub(super) pauses: &'a str,
}

pub(super) const EMBEDDED: Sources<'static> = Sources {
    offers: include_str!("offers.csv"),
    offer_ids: include_str!("offer_ids.csv"),
    names: include_str!("names.csv"),
    suffixes: include_str!("suffixes.csv"),
    retirements: include_str!("retirements.csv"),
    capabilities: include_str!("capabilities.csv"),
    conflicts: include_str!("conflicts.csv"),
    pauses: include_str!("sale_pauses.csv"),
};

impl Catalog {
    /// The catalogue that comes with the program.
    pub fn embedded() -> Catalog {
        Catalog::load(&EMBEDDED).0
    }

    /// The offer of a key of the catalogue's own tables.
    pub fn offer(&self, key: &str) -> Option<&Arc<Offer>> {
        self.by_key
            .get(key)
            .and_then(|&index| self.entry(index))
            .map(|entry| &entry.offer)
    }

    /// The offers that are ordered by an id of new commerce, with that id, as a plan's target has it.
    pub fn to_order(&self) -> impl Iterator<Item = (&str, &Arc<Offer>)> {
        let offer = |index: &usize| self.entry(*index).map(|entry| &entry.offer);
        let by_item = self.by_item.iter();
        by_item.filter_map(move |(id, indices)| Some((&**id, indices.first().and_then(offer)?)))
    }

    /// All offers, sorted by key.
    pub fn offers(&self) -> impl Iterator<Item = &Arc<Offer>> {
        self.entries.iter().map(|entry| &entry.offer)
    }

    /// The day from which names mean what they mean on a day: two days of one era give one answer.
    pub fn era(&self, day: NaiveDate) -> NaiveDate {
        let past = self.eras.partition_point(|first| *first <= day);
        past.checked_sub(1)
            .and_then(|last| self.eras.get(last))
            .copied()
            .unwrap_or(NaiveDate::MIN)
    }

    pub(super) fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }
}
