//! What a row says of its offer.
//!
//! In: the cells of a row. Out: the [`SourceOffer`] as it stood. Product and SKU of a new-commerce offer become one id,
//! `product:sku` with the availability where it is there. A SKU of one to three digits is one that a spreadsheet took for a
//! number: its zeros are put back, which loses nothing, with a note. A SKU that is a GUID is the provisioned one. Refuses ids that a
//! spreadsheet has damaged.

use std::{borrow::Cow, sync::Arc};

use super::{
    Field, Flaw, SourceOffer,
    cells::{Cells, hint_for, shown},
    memory::Memory,
    rows::Shared,
    values,
};
use crate::{finding::Code, read::Cell, terms::*};

/// Reads a row's offer: there are few, and most rows say what another has said.
pub(super) fn offer_of(cells: &mut Cells<'_>, memory: &mut Memory<'_>) -> Arc<SourceOffer> {
    let shared = memory.shared;
    memory
        .offers
        .recall(cells, |cells| shared.offers.keep(read_offer(cells, shared)))
}

fn read_offer(cells: &mut Cells<'_>, shared: &Shared) -> SourceOffer {
    let offer_id = id_text(cells, Field::OfferId);
    let product = id_text(cells, Field::ProductId);
    let sku = id_text(cells, Field::SkuId);
    let availability = id_text(cells, Field::AvailabilityId);
    let is_guid = |text: &String| Id::parse(text).is_some_and(|id| id.guid().is_some());
    let (sku_guid, sku) = match sku {
        Some(sku) if is_guid(&sku) => (Some(sku.to_lowercase()), None),
        sku => (None, sku),
    };
    let part_number = cells.text(Field::SkuPartNumber).map(Cow::into_owned);
    let (part_number, sku) = match (part_number, sku) {
        // a SKU beside no product is the SKU's string id
        (None, Some(sku)) if product.is_none() && !is_short_number(&sku) => (Some(sku), None),
        (part_number, sku) => (part_number, sku),
    };
    if let (Some(sku), Some(_)) = (&sku, &product)
        && sku.len() < 4
        && is_short_number(sku)
    {
        repaired(cells, Field::SkuId, &format!("{sku:0>4}"));
    }
    let product = product.map(|product| with_zeros(cells, Field::ProductId, product));
    let offer_id = offer_id.map(|offer| with_zeros(cells, Field::OfferId, offer));
    let composed = product.map(|product| compose(&product, sku.as_deref(), availability.as_deref()));
    let name = cells
        .text(Field::OfferName)
        .or_else(|| cells.text(Field::FriendlyName))
        .map(Cow::into_owned);
    let keep = |text: Option<String>| text.map(|text| shared.texts.keep_text(&text));
    SourceOffer {
        offer_id: keep(offer_id.or(composed)),
        sku_id: keep(sku_guid),
        sku_part_number: keep(part_number),
        name: keep(name),
        segment: None,
    }
}

/// Reads a part of an offer's id as it stood; one that a spreadsheet has damaged is told of and left out.
fn id_text(cells: &mut Cells<'_>, field: Field) -> Option<String> {
    let (column, cell) = cells.sound(field)?;
    let damage = match cell {
        Cell::Text(_) | Cell::Number(_) => values::id(cell).err(),
        _ => None,
    };
    let Some(damage) = damage else {
        return cells.text(field).map(Cow::into_owned);
    };
    cells.flaws.add(Flaw::IdDamaged);
    let message = format!("`{}` {}; it was not used", shown(cell), damage.why);
    cells.tell(Code::IdDamaged, column, cell, message, hint_for(Code::IdDamaged));
    None
}

/// `CFQ7TTC0LH18:1`: the zeros of the SKU put back.
pub(super) fn with_zeros(cells: &mut Cells<'_>, field: Field, id: String) -> String {
    let Some(at) = id.find([':', '/']) else {
        return id;
    };
    let (product, rest) = id.split_at(at + 1);
    let end = rest.find([':', '/', '-']).unwrap_or(rest.len());
    let (sku, rest) = rest.split_at(end);
    let is_product = product.len() == 13 && product.bytes().take(12).all(|b| b.is_ascii_alphanumeric());
    if !is_product || sku.len() > 3 || !is_short_number(sku) {
        return id;
    }
    let whole = format!("{product}{sku:0>4}{rest}");
    repaired(cells, field, &whole);
    whole
}

/// Tells of zeros that were put back.
fn repaired(cells: &mut Cells<'_>, field: Field, whole: &str) {
    let Some((column, cell)) = cells.cell(field) else {
        return;
    };
    let message = format!(
        "`{}` has lost zeros to a spreadsheet; it was taken for `{whole}`",
        shown(cell)
    );
    cells.tell(Code::IdRepaired, column, cell, message, "");
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
