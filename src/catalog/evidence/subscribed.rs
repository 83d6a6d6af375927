//! A tenant's `subscribedSkus`: the plans that a customer's SKU really has today.
//!
//! In: Graph's list, with the ids of plans in a cell or one plan a row, and the tenant's id in a column or in the file's name.
//! Out: [`Subscribed`]. Refuses a list in which objects became the names of their types: it says nothing, and that is told with
//! what to do instead. Two files of one tenant: the newer counts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    file::{Column, Kind, Record, guid, guids},
    newest::Newest,
};
use crate::{finding::Finding, terms::CustomerId};

pub(super) const KIND: Kind = Kind {
    setting: "subscribed_skus",
    what: "list of a tenant's subscribed SKUs",
    sheet: None,
    columns: &[
        Column {
            name: "sku",
            headings: &["SkuId"],
            required: true,
        },
        Column {
            name: "tenant",
            headings: &["AccountId", "TenantId", "CustomerId"],
            required: false,
        },
        Column {
            name: "plans",
            headings: &["ServicePlans", "ServicePlanIds", "Service_Plan_Id"],
            required: true,
        },
    ],
};

/// The plans of a SKU in a tenant.
pub(super) type Live = Newest<BTreeSet<Uuid>>;

/// What tenants have.
#[derive(Debug, Clone, Default)]
pub(super) struct Subscribed(BTreeMap<(CustomerId, Uuid), Live>);

impl Subscribed {
    pub(super) fn add(
        &mut self,
        record: &Record<'_>,
        file: usize,
        date: Option<NaiveDate>,
        findings: &mut Vec<Finding>,
    ) {
        let (sku, tenant, plans) = (record.text("sku"), record.text("tenant"), record.text("plans"));
        let Some(id) = guid(&sku) else {
            findings.push(record.damaged("SkuId", &sku, "is no SKU id"));
            return;
        };
        let tenant = match tenant.is_empty() {
            true => tenant_in(&record.place().file),
            false => guid(&tenant).map(CustomerId),
        };
        let Some(tenant) = tenant else {
            let why = "is of no tenant that the row or the file's name states";
            findings.push(record.damaged("AccountId", &sku, why));
            return;
        };
        let ids = guids(&plans);
        if ids.is_empty() {
            let why = match plans.contains('.') || plans.contains("[]") {
                true => "is the name of a type where the plans should stand: export the plans' ids, joined with `;`",
                false => "holds no service plan id",
            };
            findings.push(record.damaged("ServicePlans", &plans, why));
            return;
        }
        if let Some(live) = Newest::of(&mut self.0, (tenant, id), record.from(file, date)) {
            live.extend(ids);
        }
    }

    pub(super) fn of(&self, tenant: CustomerId, sku: Uuid) -> Option<&Live> {
        self.0.get(&(tenant, sku))
    }
}

/// The tenant whose id stands in a path.
fn tenant_in(path: &str) -> Option<CustomerId> {
    let windows = path.char_indices().filter_map(|(at, _)| path.get(at..at + 36));
    let mut found = windows.filter_map(|text| Uuid::try_parse(text).ok());
    found.next().map(CustomerId)
}
