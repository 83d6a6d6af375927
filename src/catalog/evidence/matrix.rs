//! The new commerce offer matrix: which product and SKU provisions which SKU id, for how many seats, where.
//!
//! In: the matrix, market-agnostic, with offers whose sale has ended. Out: [`Matrix`], asked by item and by provisioned SKU id. What
//! is sold today stands in the price list as well. Two rows of one item that disagree are both left out. Refuses a row without
//! product and SKU. The rows' order never matters.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    file::{Column, Kind, Record, guid},
    newest::Newest,
};
use crate::{catalog::spelling::IdText, finding::Finding, terms::*};

pub(super) const KIND: Kind = Kind {
    setting: "offer_matrix",
    what: "new commerce offer matrix",
    sheet: None,
    columns: &[
        Column {
            name: "product",
            headings: &["ProductId"],
            required: true,
        },
        Column {
            name: "sku",
            headings: &["SkuId"],
            required: true,
        },
        Column {
            name: "product_title",
            headings: &["ProductTitle"],
            required: false,
        },
        Column {
            name: "title",
            headings: &["SkuTitle"],
            required: false,
        },
        Column {
            name: "provisions",
            headings: &["ProvisioningId"],
            required: true,
        },
        Column {
            name: "part_number",
            headings: &["ProvisioningString"],
            required: false,
        },
        Column {
            name: "least",
            headings: &["MinLicenses"],
            required: false,
        },
        Column {
            name: "most",
            headings: &["MaxLicenses"],
            required: false,
        },
        Column {
            name: "bases",
            headings: &["ProductSkuPreRequisites"],
            required: false,
        },
        Column {
            name: "countries",
            headings: &["AllowedCountries"],
            required: false,
        },
    ],
};

/// One offer of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) title: Text,
    pub(super) provisions: Option<Uuid>,
    pub(super) part_number: Option<Text>,
    pub(super) least: Option<Seats>,
    pub(super) most: Option<Seats>,
    pub(super) bases: BTreeSet<String>,
    /// Empty: everywhere.
    pub(super) countries: BTreeSet<Country>,
}

impl Row {
    pub(super) fn is_sold_in(&self, country: Option<Country>) -> bool {
        self.countries.is_empty() || country.is_none_or(|country| self.countries.contains(&country))
    }

    /// Whether its title says that it is a trial: nothing to keep.
    pub(super) fn is_trial(&self) -> bool {
        self.title
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word.eq_ignore_ascii_case("trial"))
    }
}

/// Rows of one item, each with its file and where it stands in it.
type Rows = BTreeMap<Row, (usize, u32)>;

/// All offer matrices.
#[derive(Debug, Clone, Default)]
pub(super) struct Matrix {
    /// The rows of each item, with where each stands first: file and row.
    by_item: BTreeMap<String, Newest<Rows>>,
    by_sku: BTreeMap<Uuid, BTreeSet<String>>,
}

impl Matrix {
    pub(super) fn add(
        &mut self,
        record: &Record<'_>,
        file: usize,
        date: Option<NaiveDate>,
        findings: &mut Vec<Finding>,
    ) {
        let (product, sku) = (record.text("product"), record.text("sku"));
        let Some(item) = item_of(&product, &sku) else {
            findings.push(record.damaged("ProductId", &format!("{product}:{sku}"), "is no product and SKU"));
            return;
        };
        let provisions = record.text("provisions");
        let id = guid(&provisions);
        if id.is_none() && !provisions.is_empty() {
            findings.push(record.damaged("ProvisioningId", &provisions, "is no SKU id"));
            return;
        }
        let title = record.text("title");
        let part_number = record.text("part_number");
        let number = |name: &str| record.text(name).parse().ok().map(Seats);
        let row = Row {
            title: if title.is_empty() {
                record.text("product_title")
            } else {
                title
            }
            .into(),
            provisions: id,
            part_number: (!part_number.is_empty()).then(|| part_number.into()),
            least: number("least"),
            most: number("most").filter(|most| most.0 > 0),
            bases: record
                .text("bases")
                .split([',', ';'])
                .filter_map(|base| match IdText::read(base) {
                    Some(IdText::Item(item)) => Some(item),
                    _ => None,
                })
                .collect(),
            countries: record
                .text("countries")
                .split([';', ','])
                .filter_map(|code| code.parse().ok())
                .collect(),
        };
        if let Some(rows) = Newest::of(&mut self.by_item, item, record.from(file, date)) {
            let at = (file, record.row_number());
            let first = rows.entry(row).or_insert(at);
            *first = at.min(*first);
        }
    }

    /// Once all files are read: items whose rows agree can be found by what they provision. Gives those that do not agree.
    pub(super) fn settle(&mut self) -> Vec<(String, usize, u32)> {
        let mut torn = Vec::new();
        for (item, newest) in &self.by_item {
            let provisions: BTreeSet<Option<Uuid>> = newest.said.keys().map(|row| row.provisions).collect();
            match provisions.len() {
                1 => {
                    for sku in provisions.into_iter().flatten() {
                        self.by_sku.entry(sku).or_default().insert(item.clone());
                    }
                }
                _ => {
                    let (file, row) = newest.said.values().copied().max().unwrap_or_default();
                    torn.push((item.clone(), file, row));
                }
            }
        }
        for (item, ..) in &torn {
            self.by_item.remove(item);
        }
        torn
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_item.is_empty()
    }

    /// The row of an item, with the number of its file and its row there.
    pub(super) fn row(&self, item: &str) -> Option<(&Row, usize, u32)> {
        let newest = self.by_item.get(item)?;
        newest
            .said
            .iter()
            .next()
            .map(|(row, (file, number))| (row, *file, *number))
    }

    /// The items that provision a SKU id, sorted.
    pub(super) fn items_of(&self, sku: Uuid) -> impl Iterator<Item = &str> {
        self.by_sku.get(&sku).into_iter().flatten().map(String::as_str)
    }
}

/// `CFQ7TTC0LH18:0001` of its two cells, whatever a spreadsheet did to the second.
pub(super) fn item_of(product: &str, sku: &str) -> Option<String> {
    match IdText::read(&format!("{product}:{sku}")) {
        Some(IdText::Item(item)) => Some(item),
        _ => None,
    }
}
