//! What is known of the source of a mapping, from Microsoft's own files and the catalogue together.
//!
//! In: what was asked. Out: a [`Source`]: the SKU id that the customer's offer provisions, whom the offer is for, its item, its legacy
//! id. What the export states goes before what the files say, and those before the catalogue.

use uuid::Uuid;

use super::super::Evidence;
use crate::{
    catalog::{Catalog, MapQuery, Resolution, offers::Tail, spelling::IdText},
    recognise::vocabulary::fold,
    terms::*,
};

/// Most words of a title's tail that say whom an offer is for.
const TAIL_WORDS: usize = 10;

/// What is known of the source from the files and the catalogue together.
pub(super) struct Source {
    pub(super) sku: Option<Uuid>,
    pub(super) segment: Segment,
    /// The item it was bought as.
    pub(super) item: Option<String>,
    pub(super) legacy: Option<Uuid>,
}

impl Evidence {
    pub(super) fn source(&self, catalog: &Catalog, query: &MapQuery<'_>) -> Source {
        let read = |text: &Option<Text>| text.as_deref().and_then(IdText::read);
        let (item, guid) = match read(&query.source.offer_id) {
            Some(IdText::Item(item)) => (Some(item), None),
            Some(IdText::Guid(guid)) => (None, Some(guid)),
            _ => (None, None),
        };
        let known = match query.resolution {
            Resolution::Known { offer, .. } => Some(offer),
            Resolution::Ambiguous(_) | Resolution::Unknown => None,
        };
        let stated = match read(&query.source.sku_id) {
            Some(IdText::Guid(sku)) => Some(sku),
            _ => None,
        };
        let of_item = || item.as_deref().and_then(|item| self.matrix.row(item)?.0.provisions);
        let of_part_number = || {
            query
                .source
                .sku_part_number
                .as_deref()
                .and_then(|text| self.plans.sku_of(text))
        };
        let is_sku = |guid: &Uuid| self.plans.of(*guid).is_some() || self.matrix.items_of(*guid).next().is_some();
        let sku = stated
            .or_else(of_item)
            .or_else(|| known.and_then(|offer| offer.sku_id))
            .or_else(|| guid.and_then(|guid| self.sheet.sku(guid)))
            .or_else(|| guid.filter(is_sku))
            .or_else(of_part_number);
        let qualified = query.qualification.map(|qualification| match qualification {
            Qualification::Commercial | Qualification::StateOwned => Segment::Commercial,
            Qualification::Nonprofit => Segment::Nonprofit,
            Qualification::Education | Qualification::EducationStateOwned => Segment::Education,
            Qualification::Government | Qualification::GovernmentStateOwned => Segment::Government,
        });
        let named = query
            .source
            .name
            .as_deref()
            .and_then(|name| stated_segment(catalog, name));
        let segment = known
            .map(|offer| offer.segment)
            .or(named)
            .or(query.source.segment)
            .or(qualified)
            .unwrap_or(Segment::Commercial);
        Source {
            sku,
            segment,
            item,
            legacy: guid,
        }
    }
}

/// The segment that a title's last words state: `(Education Faculty Pricing)`.
pub(super) fn stated_segment(catalog: &Catalog, title: &str) -> Option<Segment> {
    let words: Vec<&str> = title.split_whitespace().collect();
    (1..=words.len().min(TAIL_WORDS)).rev().find_map(|count| {
        let tail = words.get(words.len() - count..)?.join(" ");
        match catalog.tails.get(&fold(&tail)) {
            Some(Tail::Segment(segment, _)) => Some(*segment),
            _ => None,
        }
    })
}
