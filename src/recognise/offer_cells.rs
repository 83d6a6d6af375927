//! What a row says of its offer.
//!
//! In: the cells of a row. Out: the [`SourceOffer`] as it stood. Product and SKU of a new-commerce offer become one id,
//! `product:sku` with the availability where it is there. A SKU of one to three digits is one that a spreadsheet took for a
//! number: its zeros are put back, which loses nothing. A SKU that is a GUID is the provisioned one.

use super::{Field, SourceOffer, cells::Cells, rows::Shared};
use crate::terms::*;

/// Reads a row's offer.
pub(super) fn offer_of(cells: &mut Cells<'_>, shared: &Shared) -> SourceOffer {
    let offer_id = cells.text(Field::OfferId);
    let product = cells.text(Field::ProductId);
    let sku = cells.text(Field::SkuId);
    let availability = cells.text(Field::AvailabilityId);
    let is_guid = |text: &String| Id::parse(text).is_some_and(|id| id.guid().is_some());
    let (sku_guid, sku) = match sku {
        Some(sku) if is_guid(&sku) => (Some(sku.to_lowercase()), None),
        sku => (None, sku),
    };
    let part_number = cells.text(Field::SkuPartNumber);
    let (part_number, sku) = match (part_number, sku) {
        // a SKU beside no product is the SKU's string id
        (None, Some(sku)) if product.is_none() && !is_short_number(&sku) => (Some(sku), None),
        (part_number, sku) => (part_number, sku),
    };
    let composed = product.map(|product| compose(&product, sku.as_deref(), availability.as_deref()));
    let name = cells.text(Field::OfferName).or_else(|| cells.text(Field::FriendlyName));
    let keep = |text: Option<String>| text.map(|text| shared.texts.keep_text(&text));
    SourceOffer {
        offer_id: keep(offer_id.or(composed)),
        sku_id: keep(sku_guid),
        sku_part_number: keep(part_number),
        name: keep(name),
        segment: None,
    }
}

fn is_short_number(sku: &str) -> bool {
    (1..=4).contains(&sku.len()) && sku.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn compose(product: &str, sku: Option<&str>, availability: Option<&str>) -> String {
    let Some(sku) = sku else {
        return product.to_owned();
    };
    let sku = if is_short_number(sku) {
        format!("{sku:0>4}")
    } else {
        sku.to_owned()
    };
    if product.contains([':', '/']) {
        return product.to_owned();
    }
    match availability {
        Some(availability) => format!("{product}:{sku}:{availability}"),
        None => format!("{product}:{sku}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_that_a_spreadsheet_dropped_are_put_back() {
        assert_eq!(compose("CFQ7TTC0LH18", Some("1"), None), "CFQ7TTC0LH18:0001");
        assert_eq!(
            compose("CFQ7TTC0LH18", Some("000Q"), Some("CFQ7TTC0K971")),
            "CFQ7TTC0LH18:000Q:CFQ7TTC0K971"
        );
        assert_eq!(compose("CFQ7TTC0LH18:0001", Some("1"), None), "CFQ7TTC0LH18:0001");
        assert_eq!(compose("CFQ7TTC0LH18", None, None), "CFQ7TTC0LH18");
    }
}
