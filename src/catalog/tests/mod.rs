//! What holds of the embedded tables, of resolving and of mapping.

mod comparing;
mod facts;
mod mapping;
mod phases;
mod properties;
mod resolving;
mod rows_of_users;
mod tables;

use chrono::NaiveDate;

use super::*;
use crate::recognise::{SourceOffer, tables::OfferRule};

/// The day on which most tests ask.
const TODAY: &str = "2026-11-21";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn named(name: &str) -> SourceOffer {
    SourceOffer {
        name: Some(name.into()),
        ..SourceOffer::default()
    }
}

fn with_offer_id(id: &str) -> SourceOffer {
    SourceOffer {
        offer_id: Some(id.into()),
        ..SourceOffer::default()
    }
}

fn with_part_number(part_number: &str) -> SourceOffer {
    SourceOffer {
        sku_part_number: Some(part_number.into()),
        ..SourceOffer::default()
    }
}

/// The keys of all readings, joined; nothing where there is none.
fn keys(resolution: &Resolution) -> String {
    match resolution {
        Resolution::Known { offer, .. } => offer.key.to_string(),
        Resolution::Ambiguous(readings) => readings.iter().map(|offer| &*offer.key).collect::<Vec<_>>().join(";"),
        Resolution::Unknown => String::new(),
    }
}

/// A question on an order, its answer.
#[derive(Clone)]
struct Ask<'a> {
    source: SourceOffer,
    route: Route,
    term: Option<Term>,
    seats: Option<Seats>,
    on: &'a str,
    rules: &'a [OfferRule],
}

impl<'a> Ask<'a> {
    fn of(source: SourceOffer) -> Ask<'a> {
        let (route, term, seats) = (Route::NewSubscription, Some(Term::YEAR), Some(Seats(25)));
        Ask {
            source,
            route,
            term,
            seats,
            on: TODAY,
            rules: &[],
        }
    }

    fn map(&self, catalog: &Catalog) -> Mapping {
        let on = day(self.on);
        let resolution = catalog.resolve(&self.source, on);
        let query = MapQuery {
            source: &self.source,
            resolution: &resolution,
            qualification: None,
            country: None,
            route: self.route,
            term: self.term,
            seats: self.seats,
            on,
        };
        catalog.map(&query, self.rules)
    }
}

fn target_ids(mapping: &Mapping) -> Vec<&str> {
    mapping.targets.iter().map(|target| &*target.offer_id).collect()
}

fn words(texts: &[Text]) -> Vec<&str> {
    texts.iter().map(|text| &**text).collect()
}

fn rule(row: u32, source: &str, target: &str) -> OfferRule {
    OfferRule {
        source_offer: source.into(),
        target_offer: target.into(),
        target_term: None,
        licences: None,
        valid_from: None,
        valid_until: None,
        reason: "agreed with the customer".into(),
        row,
    }
}
