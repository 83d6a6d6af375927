//! What users lose and gain, by service plan.
//!
//! In: SKU ids, and a customer whose tenant may have plans of its own. Out: a [`PlanComparison`]; and a mapping that says so. Refuses
//! to rely on a row that looks old.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{super::Evidence, Judging};
use crate::terms::*;

/// What two sides' service plans come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanComparison {
    /// Plans that users lose, by their friendly names, those that touch data first.
    pub loses: Vec<Text>,
    /// Plans that users gain.
    pub gains: Vec<Text>,
    /// Whether a loss touches mail, files, identity or telephony.
    pub critical: bool,
    /// The files it rests on, each with its date.
    pub rests_on: Vec<String>,
    /// Why it is not to be relied on, if so: a row of Microsoft's table that looks old.
    pub doubtful: Option<String>,
}

impl Evidence {
    /// What changes between SKUs by service plan; none where the table does not have one of them.
    pub fn compare_plans(
        &self,
        source: Option<Uuid>,
        targets: &[Option<Uuid>],
        customer: Option<CustomerId>,
    ) -> Option<PlanComparison> {
        let source = source?;
        let live = customer.and_then(|customer| self.subscribed.of(customer, source));
        let (before, file) = match live {
            Some(live) => (&live.said, live.file()),
            None => self.plans.of(source).map(|sku| (&sku.said, sku.file()))?,
        };
        let mut files = BTreeSet::from([file]);
        let mut after = BTreeSet::new();
        for target in targets {
            let sku = self.plans.of((*target)?)?;
            files.insert(sku.file());
            after.extend(sku.said.iter().copied());
        }
        if targets.is_empty() {
            return None;
        }
        let difference = self.families.compare(before, &after);
        let names = |plans: &[Uuid]| -> Vec<Text> {
            let mut named: Vec<(bool, Text)> = plans
                .iter()
                .map(|plan| (!self.families.is_critical(*plan), self.plans.name(*plan)))
                .collect();
            named.sort();
            named.dedup();
            named.into_iter().map(|(_, name)| name).collect()
        };
        let doubtful = if live.is_none() && self.families.looks_old(before, &after) {
            Some("what users have")
        } else if self.families.looks_old(&after, before) {
            Some("what they would get")
        } else {
            None
        };
        Some(PlanComparison {
            loses: names(&difference.loses),
            gains: names(&difference.gains),
            critical: difference.critical,
            rests_on: files
                .into_iter()
                .map(|file| format!("service plans ({})", self.shown(file)))
                .collect(),
            doubtful: doubtful.map(|whose| format!("the rows of {whose} lack all that every suite got of late")),
        })
    }
}

impl Judging<'_> {
    /// What users lose and gain by service plan, in the place of what the catalogue says.
    pub(super) fn judge_plans(&mut self) {
        let targets = match self.mapping.kind {
            MappingKind::Equivalent | MappingKind::Replacement => self.mapping.targets.as_slice(),
            MappingKind::Suggested => self.mapping.targets.get(..1).unwrap_or_default(),
            MappingKind::Same | MappingKind::Ambiguous | MappingKind::Unmapped => return,
        };
        let skus: Vec<Option<Uuid>> = targets
            .iter()
            .map(|target| target.offer.as_ref().and_then(|offer| offer.sku_id))
            .collect();
        let Some(plans) = self.evidence.compare_plans(self.source.sku, &skus, self.customer) else {
            return;
        };
        self.rests_on.extend(plans.rests_on);
        if let Some(why) = plans.doubtful {
            self.rests_on.push(format!("not used: {why}"));
            return;
        }
        let mapping = &mut self.mapping;
        mapping.loses = plans.loses;
        mapping.gains = plans.gains;
        mapping.critical_loss = plans.critical;
        if mapping.kind == MappingKind::Equivalent && !mapping.loses.is_empty() {
            mapping.kind = match mapping.from_table {
                true => MappingKind::Replacement,
                false => MappingKind::Suggested,
            };
            self.rests_on
                .push("its plans are not all there, so it is no equivalent".to_owned());
        }
    }
}
