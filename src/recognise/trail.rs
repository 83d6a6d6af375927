//! Which row each fact comes from.
//!
//! In: what the merge chose, field by field, as it chooses it. Out: a [`Trail`]: for each field the row that counts, then every
//! other row that says something of it, with why it gave way. The merge keeps none in a nightly run; where it keeps one, it
//! tells it in the same place in which it chooses, so that the two cannot disagree. Holds places and values, never cells: those
//! are read a second time, for the rows that are wanted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;

use super::{
    Field,
    charges::Collapsed,
    facts::{Effect, Fact},
};
use crate::terms::*;

worded! {
    /// Why what a row says of a fact counts, or gives way.
    Standing {
        /// It counts.
        Counts = "counts",
        /// Another row of the same standing counts: where they differ it is the one with more licences, of term ends the nearest, else the first in a fixed order of what rows say.
        Equal = "equal",
        /// The row that counts is from a newer export.
        Older = "older",
        /// The row that counts is from a kind of export that is trusted more.
        LowerRank = "lower-rank",
        /// Another charge of the subscription counts.
        OtherCharge = "other-charge",
    }
}

/// What a row says of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) table: u32,
    pub(super) row: u32,
    pub(super) value: String,
    pub(super) standing: Standing,
}

/// Where the facts of one subscription come from.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// The charges, of which the merge sees one.
    charges: Vec<Fact>,
    /// The charge that the merge sees, and the ones that give its licences and its state.
    seen: Option<Seen>,
    said: BTreeMap<Field, Vec<Said>>,
    /// The row whose domain or name led to the customer, and that word.
    pub(super) found_by: Option<(u32, u32, Text)>,
}

/// Table and row.
type At = (u32, u32);

#[derive(Debug)]
struct Seen {
    charge: At,
    seats: At,
    state: At,
}

impl Trail {
    pub(super) fn new(charges: &[&Fact], collapsed: Option<&Collapsed>) -> Trail {
        Trail {
            charges: charges.iter().map(|&fact| fact.clone()).collect(),
            seen: collapsed.map(|collapsed| Seen {
                charge: at(&collapsed.fact),
                seats: collapsed.seats_from,
                state: collapsed.state_from,
            }),
            ..Trail::default()
        }
    }

    /// Keeps that the row at an index gives a fact, and what all other rows say of it.
    pub(super) fn chosen(
        &mut self,
        field: Field,
        rows: &[(u8, &Fact)],
        chosen: usize,
        get: impl Fn(&Fact) -> Option<String>,
    ) {
        let Some((rank, fact)) = rows.get(chosen) else { return };
        let said = |(table, row): At, value: String, standing| Said {
            table,
            row,
            value,
            standing,
        };
        let mut all: Vec<Said> = Vec::new();
        for (index, (other_rank, other)) in rows.iter().enumerate() {
            let Some(value) = get(other) else { continue };
            let standing = match index == chosen {
                true => Standing::Counts,
                false if other_rank < rank => Standing::LowerRank,
                false if is_older(other.freshness, fact.freshness) => Standing::Older,
                false => Standing::Equal,
            };
            all.push(said(self.place_of(field, other), value, standing));
        }
        let told: BTreeSet<At> = all.iter().map(|said| (said.table, said.row)).collect();
        for charge in self.charges.iter().filter(|charge| !told.contains(&at(charge))) {
            let level = charge
                .charge
                .as_ref()
                .is_some_and(|charge| charge.effect == Effect::Level);
            if let (Some(value), true) = (get(charge), level || field != Field::Seats) {
                all.push(said(at(charge), value, Standing::OtherCharge));
            }
        }
        all.sort_by_key(|said| said.standing);
        self.said.insert(field, all);
    }

    /// The row that a fact of a row stands in: of the charges that are seen as one, the one that gives it.
    fn place_of(&self, field: Field, fact: &Fact) -> At {
        match (&self.seen, field) {
            (Some(seen), Field::Seats) if seen.charge == at(fact) && fact.charge.is_some() => seen.seats,
            (Some(seen), Field::State) if seen.charge == at(fact) && fact.charge.is_some() => seen.state,
            _ => at(fact),
        }
    }

    /// What rows say of a fact, the one that counts first; nothing where no row says it.
    pub(super) fn said(&self, field: Field) -> &[Said] {
        self.said.get(&field).map_or(&[], Vec::as_slice)
    }
}

fn at(fact: &Fact) -> At {
    (fact.table, fact.row)
}

fn is_older(a: Option<NaiveDate>, b: Option<NaiveDate>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a < b)
}

/// A fact as findings and traces show it.
pub(super) trait Spoken {
    fn spoken(&self) -> String;
}

impl Spoken for Seats {
    fn spoken(&self) -> String {
        self.0.to_string()
    }
}

impl Spoken for bool {
    fn spoken(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

macro_rules! spoken_as_displayed {
    ($($name:ty),+) => { $(impl Spoken for $name { fn spoken(&self) -> String { self.to_string() } })+ };
}
spoken_as_displayed!(
    Text,
    Id,
    Arc<Id>,
    Box<Id>,
    CustomerId,
    Channel,
    Term,
    BillingPlan,
    NaiveDate,
    EndInstruction,
    State,
    Country,
    Qualification,
    Cloud
);
