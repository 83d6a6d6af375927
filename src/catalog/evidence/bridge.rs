//! From legacy offers to new commerce: the sheet `NCE Mapping` of the legacy offer matrix, and lists of the user's own.
//!
//! In: rows of a legacy offer id and a product and SKU. Out: [`Bridge`]. The user's list goes before Microsoft's sheet; within
//! one, the newest file counts, and an id with two answers has none. Refuses a row without either id. The rows' order never
//! matters.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    file::{Column, Kind, Record, guid},
    newest::Newest,
};
use crate::{catalog::spelling::IdText, finding::Finding};

/// The column that has the product and SKU, where no heading says so.
const COLUMN_Q: usize = 16;

pub(super) const SHEET: Kind = Kind {
    setting: "nce_mapping",
    what: "legacy offer matrix with a sheet `NCE Mapping`",
    sheet: Some("ncemapping"),
    columns: &[
        Column {
            name: "offer",
            headings: &["Durable Offer ID", "Offer ID", "Legacy Offer ID", "CspOfferId"],
            required: true,
        },
        Column {
            name: "item",
            headings: &[
                "Modern Product ID/SKU ID",
                "Modern Product/SKU ID",
                "NceProductIdSkuId",
                "NCE Product/SKU ID",
                "Product ID/SKU ID",
                "Product/SKU ID",
                "Modern Commerce Product ID/SKU ID",
                "New Commerce Product ID/SKU ID",
            ],
            required: false,
        },
        Column {
            name: "name",
            headings: &["Offer Display Name"],
            required: false,
        },
        Column {
            name: "provisions",
            headings: &["ProvisioningId"],
            required: false,
        },
    ],
};

pub(super) const LIST: Kind = Kind {
    setting: "overrides",
    what: "list of legacy offers and what takes their place",
    sheet: None,
    columns: &[
        Column {
            name: "offer",
            headings: &["CspOfferId"],
            required: true,
        },
        Column {
            name: "item",
            headings: &["NceProductIdSkuId"],
            required: true,
        },
    ],
};

/// Legacy offers and their items.
#[derive(Debug, Clone, Default)]
pub(super) struct Bridge {
    /// What takes a legacy offer's place.
    by_offer: BTreeMap<Uuid, Newest<BTreeSet<String>>>,
    /// The SKU id that a legacy offer provisions.
    skus: BTreeMap<Uuid, BTreeSet<Uuid>>,
}

impl Bridge {
    pub(super) fn add(
        &mut self,
        record: &Record<'_>,
        file: usize,
        date: Option<NaiveDate>,
        findings: &mut Vec<Finding>,
    ) {
        let (offer, stated) = (record.text("offer"), record.text("item"));
        let Some(id) = guid(&offer) else {
            findings.push(record.damaged("offer id", &offer, "is no legacy offer id"));
            return;
        };
        if let Some(sku) = guid(&record.text("provisions")) {
            self.skus.entry(id).or_default().insert(sku);
        }
        let stated = if stated.is_empty() {
            record.cell_at(COLUMN_Q)
        } else {
            stated
        };
        // Microsoft's sheet lists offers that have nothing to take their place, too.
        if stated.is_empty() || ["-", "n/a", "na"].contains(&stated.to_lowercase().as_str()) {
            return;
        }
        let Some(IdText::Item(item)) = IdText::read(&stated) else {
            findings.push(record.damaged("product and SKU", &stated, "is no product and SKU"));
            return;
        };
        if let Some(items) = Newest::of(&mut self.by_offer, id, record.from(file, date)) {
            items.insert(item);
        }
    }

    /// The offers with two answers: offer, items, file, first row.
    pub(super) fn torn(&self) -> impl Iterator<Item = (Uuid, &BTreeSet<String>, usize, u32)> {
        let torn = self.by_offer.iter().filter(|(_, newest)| newest.said.len() > 1);
        torn.map(|(offer, newest)| (*offer, &newest.said, newest.file(), newest.row()))
    }

    /// What takes a legacy offer's place, and the number of the file that says so.
    pub(super) fn item(&self, offer: Uuid) -> Option<(&str, usize)> {
        let newest = self.by_offer.get(&offer)?;
        let item = newest.said.first().filter(|_| newest.said.len() == 1)?;
        Some((item, newest.file()))
    }

    /// The SKU id that a legacy offer provisions, where the sheet knows one.
    pub(super) fn sku(&self, offer: Uuid) -> Option<Uuid> {
        let skus = self.skus.get(&offer)?;
        skus.first().copied().filter(|_| skus.len() == 1)
    }
}
