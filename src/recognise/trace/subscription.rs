//! Where the facts of a subscription come from.
//!
//! In: a group of rows, what is known. Out: every fact of the subscription and of its customer with its origin, as the merge's
//! trail has it; a fact that the merge turned into another says so.

use std::{cmp::Reverse, collections::BTreeSet};

use super::{
    Giver, Origin, SubscriptionTrace, TracedFact, TracedRow,
    again::Again,
    customer::{self, CustomerTrail},
    origin::{self, other},
};
use crate::{
    finding::Place,
    recognise::{
        Field, Subscription,
        facts::Fact,
        run::Known,
        trail::{Said, Spoken, Standing, Trail},
    },
    terms::*,
};

/// The facts of a subscription, in the order in which they are shown; the customer's other facts follow its domain.
const FIELDS: [Field; 22] = [
    Field::SubscriptionId,
    Field::OfferId,
    Field::SkuId,
    Field::SkuPartNumber,
    Field::OfferName,
    Field::ProductType,
    Field::Trial,
    Field::Addon,
    Field::BaseId,
    Field::Channel,
    Field::SellerId,
    Field::TargetCustomerId,
    Field::Seats,
    Field::AssignedSeats,
    Field::Term,
    Field::BillingPlan,
    Field::TermStart,
    Field::TermEnd,
    Field::AutoRenew,
    Field::EndInstruction,
    Field::State,
    Field::CustomerId,
];

/// A subscription, and where its facts come from, before any cell is read again.
pub(in crate::recognise) struct SubscriptionTrail {
    subscription: Subscription,
    rows: Vec<TracedRow>,
    places: BTreeSet<(u32, u32)>,
    ids: Vec<Said>,
    trail: Trail,
    customer: Option<CustomerTrail>,
}

impl SubscriptionTrail {
    /// Of a group of rows.
    pub(super) fn of(group: usize, known: &Known<'_>) -> Option<SubscriptionTrail> {
        let merging = known.merging;
        let members = known.groups.members.get(group)?;
        let (_, trail) = merging.trace(members)?;
        let merged = known.merged.get(group)?.as_ref()?;
        let subscription = merged.subscription.clone();
        let mut facts: Vec<&Fact> = members
            .iter()
            .filter_map(|&index| merging.facts.get(index as usize))
            .collect();
        facts.sort_by_key(|fact| {
            (
                Reverse(merging.rank(fact)),
                Reverse(fact.freshness),
                fact.table,
                fact.row,
            )
        });
        let begun = merging.facts.get(merged.begun_by as usize)?;
        let id = |fact: &&Fact| {
            let is_begun = (fact.table, fact.row) == (begun.table, begun.row);
            Some(Said {
                table: fact.table,
                row: fact.row,
                value: fact.id.as_ref()?.spoken(),
                standing: if is_begun { Standing::Counts } else { Standing::Equal },
            })
        };
        let mut ids: Vec<Said> = facts.iter().filter_map(id).collect();
        ids.sort_by_key(|said| said.standing);
        let customer = merging
            .customers
            .iter()
            .find(|customer| Some(customer.id) == subscription.customer_id);
        Some(SubscriptionTrail {
            rows: facts.iter().filter_map(|fact| row_of(fact, known)).collect(),
            places: facts.iter().map(|fact| (fact.table, fact.row)).collect(),
            ids,
            trail,
            customer: customer.map(|customer| CustomerTrail::of(customer.clone(), known)),
            subscription,
        })
    }

    /// The rows to read again.
    pub(super) fn wanted(&self) -> BTreeSet<(u32, u32)> {
        let mut wanted = self.places.clone();
        wanted.extend(self.customer.iter().flat_map(CustomerTrail::wanted));
        wanted
    }

    /// Every fact with its origin.
    pub(super) fn facts(self, again: &Again<'_>) -> SubscriptionTrace {
        let mut facts: Vec<TracedFact> = FIELDS.iter().map(|&field| self.fact(field, again)).collect();
        for &field in customer::FIELDS.iter().filter(|field| **field != Field::CustomerId) {
            let stranger = || self.fact(field, again);
            facts.push(self.customer.as_ref().map_or_else(stranger, |customer| {
                let known = customer.fact(field, again);
                if known.value.is_some() { known } else { stranger() }
            }));
        }
        SubscriptionTrace {
            customer: self.customer.map(|trail| trail.customer),
            subscription: self.subscription,
            rows: self.rows,
            facts,
        }
    }

    fn fact(&self, field: Field, again: &Again<'_>) -> TracedFact {
        let said = match field {
            Field::SubscriptionId => &self.ids,
            field => self.trail.said(field),
        };
        let value = value(field, &self.subscription);
        let mut said = said.iter();
        // Where the merge took none, all that is said stands beside it.
        let first = if value.is_some() { said.next() } else { None };
        let mut origin = first.map(|said| {
            let mut origin = origin::of(field, said, again);
            if origin.note.is_none() {
                origin.note = self.turned(field, said, value.as_deref());
            }
            origin
        });
        if let (Field::CustomerId, None, Some(_)) = (field, &origin, &value) {
            origin = self.found_customer(again);
        }
        TracedFact {
            field,
            origin,
            others: said
                .map(|said| other(said.clone(), origin::of(field, said, again)))
                .collect(),
            value,
        }
    }

    /// What became of a row's value on its way into the subscription.
    fn turned(&self, field: Field, said: &Said, value: Option<&str>) -> Option<String> {
        if value == Some(said.value.as_str()) {
            return None;
        }
        match field {
            Field::Channel => Some(format!("`{}` by the shape of the offer's id", value?)),
            Field::BaseId => Some(format!("`{}` is another id of that subscription", said.value)),
            _ => None,
        }
    }

    /// How the customer of rows without a tenant id was found.
    fn found_customer(&self, again: &Again<'_>) -> Option<Origin> {
        let (table, row, word) = self.trail.found_by.clone()?;
        let by = |field| {
            let said = Said {
                table,
                row,
                value: word.to_string(),
                standing: Standing::Counts,
            };
            let origin = origin::of(field, &said, again);
            (!origin.cells.is_empty() || origin.giver == Giver::Setting).then_some(origin)
        };
        let mut origin = by(Field::CustomerDomain).or_else(|| by(Field::CustomerName))?;
        let known = self.customer.as_ref()?.fact(Field::CustomerId, again).origin;
        let place = known.map(|known| {
            known
                .cells
                .first()
                .map_or(known.place.clone(), |cell| cell.place.clone())
        });
        origin.note = Some(match place {
            Some(place) => format!("the only customer of that name or domain: {place}"),
            None => "the only customer of that name or domain".to_owned(),
        });
        Some(origin)
    }
}

fn row_of(fact: &Fact, known: &Known<'_>) -> Option<TracedRow> {
    let table = known.merging.tables.get(fact.table as usize)?;
    Some(TracedRow {
        place: Place {
            column: None,
            ..table.place.at_row(fact.row)
        },
        kind: table.columns.kind.word.into(),
        rank: table.columns.kind.rank,
        as_of: fact.freshness,
        charge: fact.charge.as_ref().map(|charge| charge.word.clone()),
    })
}

/// A fact of a subscription as it is shown.
fn value(field: Field, subscription: &Subscription) -> Option<String> {
    let offer = &subscription.offer;
    match field {
        Field::SubscriptionId => Some(subscription.id.spoken()),
        Field::CustomerId => Some(subscription.customer_id?.spoken()),
        Field::CustomerName => Some(subscription.customer_name.as_ref()?.spoken()),
        Field::CustomerDomain => Some(subscription.customer_domain.as_ref()?.spoken()),
        Field::TargetCustomerId => Some(subscription.target_customer_id.as_ref()?.spoken()),
        Field::Channel => Some(subscription.channel?.spoken()),
        Field::SellerId => Some(subscription.seller_id.as_ref()?.spoken()),
        Field::OfferId => Some(offer.offer_id.as_ref()?.spoken()),
        Field::SkuId => Some(offer.sku_id.as_ref()?.spoken()),
        Field::SkuPartNumber => Some(offer.sku_part_number.as_ref()?.spoken()),
        Field::OfferName => Some(offer.name.as_ref()?.spoken()),
        Field::ProductType => Some(subscription.seat_based?.spoken()),
        Field::Trial => Some(subscription.trial?.spoken()),
        Field::Addon => Some(subscription.addon?.spoken()),
        Field::BaseId => Some(subscription.base_id.as_ref()?.spoken()),
        Field::Seats => Some(subscription.seats?.spoken()),
        Field::AssignedSeats => Some(subscription.assigned_seats?.spoken()),
        Field::Term => Some(subscription.term?.spoken()),
        Field::BillingPlan => Some(subscription.billing_plan?.spoken()),
        Field::TermStart => Some(subscription.term_start?.spoken()),
        Field::TermEnd => subscription.term_end.map(|TermEnd(date)| date.spoken()),
        Field::AutoRenew => Some(subscription.auto_renew?.spoken()),
        Field::EndInstruction => Some(subscription.end_instruction?.spoken()),
        Field::State => Some(subscription.state?.spoken()),
        _ => None,
    }
}
