//! Where the facts of a customer come from.
//!
//! In: a customer and the directory. Out: for each fact what the customers table, customer lists and rows of subscriptions say of
//! it, in the order in which the directory lets them count.

use std::collections::BTreeSet;

use super::{
    Giver, OUR_TABLE, Origin, SourceCell, TracedFact,
    again::Again,
    origin::{self, as_it_stands},
};
use crate::recognise::{
    Customer, Field,
    customers::{Standing as Place, Statement},
    facts::CustomerFacts,
    run::Known,
    trail::{Said, Spoken, Standing},
};

/// The facts of a customer, in the order in which they are shown.
pub(super) const FIELDS: [Field; 10] = [
    Field::CustomerId,
    Field::CustomerName,
    Field::CustomerDomain,
    Field::CustomerCountry,
    Field::Segment,
    Field::Cloud,
    Field::Relationship,
    Field::AgreementAccepted,
    Field::DelegatedRights,
    Field::Language,
];

/// A customer, and all that is said of it.
#[derive(Debug)]
pub(in crate::recognise) struct CustomerTrail {
    pub(super) customer: Customer,
    /// What counts most first.
    said: Vec<Statement>,
}

impl CustomerTrail {
    pub(super) fn of(customer: Customer, known: &Known<'_>) -> CustomerTrail {
        CustomerTrail {
            said: known.merging.directory.said(customer.id).to_vec(),
            customer,
        }
    }

    /// The rows to read again.
    pub(super) fn wanted(&self) -> BTreeSet<(u32, u32)> {
        let places = self.said.iter().map(|said| said.standing);
        let rows = places.filter(|(level, ..)| *level > 0);
        rows.map(|(_, _, _, table, row)| (table, row)).collect()
    }

    /// A fact, where it comes from, and what else is said of it.
    pub(super) fn fact(&self, field: Field, again: &Again<'_>) -> TracedFact {
        let mut said = self
            .said
            .iter()
            .filter_map(|said| Some((&said.standing, value(field, &said.facts)?)));
        let first = said.next();
        let counting = first.as_ref().map(|(place, _)| **place);
        TracedFact {
            field,
            value: value(field, &facts_of(&self.customer)),
            origin: first.map(|(place, value)| said_at(field, place, value, Standing::Counts, again).1),
            others: said
                .map(|(place, value)| {
                    let (said, origin) = said_at(field, place, value, gave_way(counting, place), again);
                    origin::other(said, origin)
                })
                .collect(),
        }
    }
}

/// All facts of a customer that somebody says.
pub(super) fn customer_facts(trail: &CustomerTrail, again: &Again<'_>) -> Vec<TracedFact> {
    FIELDS.iter().map(|&field| trail.fact(field, again)).collect()
}

fn gave_way(counting: Option<Place>, place: &Place) -> Standing {
    match counting {
        Some((level, rank, fresh, ..)) if (level, rank, fresh) == (place.0, place.1, place.2) => Standing::Equal,
        Some((level, rank, ..)) if (level, rank) == (place.0, place.1) => Standing::Older,
        _ => Standing::LowerRank,
    }
}

fn said_at(field: Field, place: &Place, value: String, standing: Standing, again: &Again<'_>) -> (Said, Origin) {
    let &(level, _, _, table, row) = place;
    let said = Said {
        table,
        row,
        value,
        standing,
    };
    let origin = match level {
        0 => in_our_table(field, row, again),
        _ => origin::of(field, &said, again),
    };
    (said, origin)
}

/// A cell of the customers table.
fn in_our_table(field: Field, row: u32, again: &Again<'_>) -> Origin {
    let cell = again
        .ours(row, heading(field))
        .map(|(place, heading, row, at)| SourceCell {
            place,
            heading,
            text: as_it_stands(row.cell(at)),
        });
    Origin {
        giver: Giver::Cell,
        place: again.our_place(row),
        cells: cell.into_iter().collect(),
        note: Some(OUR_TABLE.to_owned()),
    }
}

/// The heading of the customers table for a field.
fn heading(field: Field) -> &'static str {
    match field {
        Field::CustomerName => "name",
        Field::CustomerDomain => "domain",
        Field::CustomerCountry => "country",
        field => field.as_str(),
    }
}

fn facts_of(customer: &Customer) -> CustomerFacts {
    CustomerFacts {
        id: Some(customer.id),
        name: customer.name.clone(),
        domain: customer.domain.clone(),
        country: customer.country,
        qualification: customer.qualification,
        cloud: customer.cloud,
        relationship: customer.relationship,
        agreement_accepted: customer.agreement_accepted,
        delegated_rights: customer.delegated_rights,
        language: customer.language.clone(),
    }
}

/// A fact of a customer as it is shown.
pub(super) fn value(field: Field, facts: &CustomerFacts) -> Option<String> {
    match field {
        Field::CustomerId => Some(facts.id?.spoken()),
        Field::CustomerName => Some(facts.name.as_ref()?.spoken()),
        Field::CustomerDomain => Some(facts.domain.as_ref()?.spoken()),
        Field::CustomerCountry => Some(facts.country?.spoken()),
        Field::Segment => Some(facts.qualification?.spoken()),
        Field::Cloud => Some(facts.cloud?.spoken()),
        Field::Relationship => Some(facts.relationship?.spoken()),
        Field::AgreementAccepted => Some(match facts.agreement_accepted? {
            Some(date) => date.spoken(),
            None => false.spoken(),
        }),
        Field::DelegatedRights => Some(facts.delegated_rights?.spoken()),
        Field::Language => Some(facts.language.as_ref()?.spoken()),
        _ => None,
    }
}
