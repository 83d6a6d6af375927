//! The product names and service plan identifiers table: which plans a SKU has.
//!
//! In: Microsoft's table, one row a SKU and plan, in whatever state it is in: blanks inside keys, rows twice, one string id for two
//! SKUs, plan names that are two cells glued together. Out: [`PlanTable`]. Only ids are compared; plans' friendly names are for
//! people, the most frequent one. Refuses a row without a SKU id or plan id. The rows' order never matters.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    file::{Column, Kind, Record, guid, guids},
    newest::Newest,
};
use crate::{catalog::spelling::fold_part_number, finding::Finding, terms::Text};

pub(super) const KIND: Kind = Kind {
    setting: "service_plans",
    what: "table of product names and service plan identifiers",
    sheet: None,
    columns: &[
        Column {
            name: "name",
            headings: &["Product_Display_Name", "Product Name"],
            required: false,
        },
        Column {
            name: "string_id",
            headings: &["String_Id"],
            required: true,
        },
        Column {
            name: "guid",
            headings: &["GUID"],
            required: true,
        },
        Column {
            name: "plan_name",
            headings: &["Service_Plan_Name"],
            required: false,
        },
        Column {
            name: "plan_id",
            headings: &["Service_Plan_Id"],
            required: true,
        },
        Column {
            name: "friendly",
            headings: &["Service_Plans_Included_Friendly_Names", "Service plan friendly name"],
            required: false,
        },
    ],
};

/// The plans of one SKU.
pub(super) type SkuPlans = Newest<BTreeSet<Uuid>>;

/// SKUs and their plans.
#[derive(Debug, Clone, Default)]
pub(super) struct PlanTable {
    skus: BTreeMap<Uuid, SkuPlans>,
    by_part_number: BTreeMap<String, BTreeSet<Uuid>>,
    friendly: BTreeMap<Uuid, BTreeMap<Text, u32>>,
}

impl PlanTable {
    pub(super) fn add(
        &mut self,
        record: &Record<'_>,
        file: usize,
        date: Option<NaiveDate>,
        findings: &mut Vec<Finding>,
    ) {
        let (sku, plan) = (record.text("guid"), record.text("plan_id"));
        let Some(id) = guid(&sku) else {
            findings.push(record.damaged("GUID", &sku, "is no SKU id"));
            return;
        };
        let plans = match guid(&plan) {
            Some(plan) => vec![plan],
            None => guids(&plan),
        };
        if plans.is_empty() {
            findings.push(record.damaged("Service_Plan_Id", &plan, "is no service plan id"));
            return;
        }
        self.by_part_number
            .entry(fold_part_number(&record.text("string_id")))
            .or_default()
            .insert(id);
        let friendly = record.text("friendly");
        let friendly = if friendly.is_empty() {
            record.text("plan_name")
        } else {
            friendly
        };
        if let ([plan], false) = (plans.as_slice(), friendly.is_empty()) {
            let names = self.friendly.entry(*plan).or_default();
            *names.entry(friendly.into()).or_default() += 1;
        }
        if let Some(known) = Newest::of(&mut self.skus, id, record.from(file, date)) {
            known.extend(plans);
        }
    }

    /// The plans of a SKU.
    pub(super) fn of(&self, sku: Uuid) -> Option<&SkuPlans> {
        self.skus.get(&sku)
    }

    /// The SKU of a string id, where it is the id of one only.
    pub(super) fn sku_of(&self, part_number: &str) -> Option<Uuid> {
        let mut found = self.by_part_number.get(&fold_part_number(part_number))?.iter();
        found.next().copied().filter(|_| found.next().is_none())
    }

    /// What people call a plan: the name most rows give it, the first in the alphabet of those.
    pub(super) fn name(&self, plan: Uuid) -> Text {
        let most = self.friendly.get(&plan).and_then(|names| {
            let best = |a: &(&Text, &u32), b: &(&Text, &u32)| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0));
            names.iter().max_by(best)
        });
        most.map_or_else(|| plan.as_hyphenated().to_string().into(), |(name, _)| name.clone())
    }
}
