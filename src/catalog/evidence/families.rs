//! What changes between two sets of service plans, as far as it matters.
//!
//! In: `plan_families.csv`: plans that are tiers of one thing, and plans that mean nothing to users (family `-`); two sets of plan
//! ids. Out: a [`PlanDifference`], exact but for those. Explains and vetoes; never chooses. A plan that has no row stands for
//! itself. A row of Microsoft's table that lacks everything recent looks old, and is told from one that truly lacks it.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    catalog::row::{Row, rows},
    terms::Text,
};

const TABLE: &str = include_str!("plan_families.csv");
/// The family of plans that mean nothing to users.
const NOISE: &str = "-";
/// The family without which a SKU need not have what suites get over the years.
const SUITE: &str = "mailbox";
/// How many recent plans the other side must have before a row without any looks old.
const RECENT: usize = 2;

/// A plan as a tier of something.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tier {
    family: Text,
    rank: u32,
    critical: bool,
    recent: bool,
}

/// Plans that are more than a name.
#[derive(Debug, Clone, Default)]
pub(super) struct Families(BTreeMap<Uuid, Tier>);

/// What users lose and gain, by plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PlanDifference {
    /// Those that touch data first.
    pub(super) loses: Vec<Uuid>,
    pub(super) gains: Vec<Uuid>,
    /// A loss touches mail, files, identity or telephony.
    pub(super) critical: bool,
}

impl Families {
    pub(super) fn embedded() -> Families {
        Families::load(TABLE).0
    }

    fn load(text: &str) -> (Families, Vec<String>) {
        let mut problems = Vec::new();
        let mut families = BTreeMap::new();
        for row in rows("plan_families.csv", text, &mut problems) {
            let id = row.parse("plan_id", &mut problems, |text| Uuid::try_parse(text).ok());
            let family = row.required("family", &mut problems);
            if row.required("plan", &mut problems).is_none() || row.required("source", &mut problems).is_none() {
                continue;
            }
            let (Some(id), Some(family)) = (id, family) else {
                continue;
            };
            let tier = tier(&row, family, &mut problems);
            if families.insert(id, tier).is_some() {
                problems.push(format!("plan_families.csv: `{id}` stands twice"));
            }
        }
        (Families(families), problems)
    }

    fn is_noise(&self, plan: &Uuid) -> bool {
        self.0.get(plan).is_some_and(|tier| &*tier.family == NOISE)
    }

    /// Whether a set has a plan that does at least the same.
    fn covers(&self, set: &BTreeSet<Uuid>, plan: &Uuid) -> bool {
        set.contains(plan)
            || self.0.get(plan).is_some_and(|wanted| {
                set.iter()
                    .filter_map(|other| self.0.get(other))
                    .any(|tier| tier.family == wanted.family && tier.rank >= wanted.rank)
            })
    }

    /// What users of one set lose and gain with the other.
    pub(super) fn compare(&self, before: &BTreeSet<Uuid>, after: &BTreeSet<Uuid>) -> PlanDifference {
        let missing = |of: &BTreeSet<Uuid>, from: &BTreeSet<Uuid>| -> Vec<Uuid> {
            let lost = of
                .iter()
                .filter(|plan| !self.is_noise(plan) && !self.covers(from, plan));
            lost.copied().collect()
        };
        let is_critical = |plan: &Uuid| self.0.get(plan).is_some_and(|tier| tier.critical);
        let mut loses = missing(before, after);
        loses.sort_by_key(|plan| (!is_critical(plan), *plan));
        PlanDifference {
            critical: loses.iter().any(is_critical),
            loses,
            gains: missing(after, before),
        }
    }

    pub(super) fn is_critical(&self, plan: Uuid) -> bool {
        self.0.get(&plan).is_some_and(|tier| tier.critical)
    }

    /// Whether a suite's row lacks all that every suite got of late, and the other has it.
    pub(super) fn looks_old(&self, plans: &BTreeSet<Uuid>, other: &BTreeSet<Uuid>) -> bool {
        let recent = |set: &BTreeSet<Uuid>| {
            set.iter()
                .filter(|plan| self.0.get(plan).is_some_and(|tier| tier.recent))
                .count()
        };
        let is_suite = plans
            .iter()
            .any(|plan| self.0.get(plan).is_some_and(|tier| &*tier.family == SUITE));
        is_suite && recent(plans) == 0 && recent(other) >= RECENT
    }
}

fn tier(row: &Row, family: Text, problems: &mut Vec<String>) -> Tier {
    let is_noise = &*family == NOISE;
    let rank = row.parse("rank", problems, |text| text.parse().ok());
    if rank.is_none() != is_noise {
        row.problem("rank", problems, &"a tier has a rank, and what means nothing has none");
    }
    Tier {
        family,
        rank: rank.unwrap_or(0),
        critical: row.yes("critical", false, problems),
        recent: row.yes("recent", false, problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        let (families, problems) = Families::load(TABLE);
        assert_eq!(problems, Vec::<String>::new());
        assert!(families.0.len() > 40);
        let ids: Vec<&str> = TABLE
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').next())
            .collect();
        assert!(ids.is_sorted(), "sorted by plan id");
        let mut ranks: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for tier in families.0.values().filter(|tier| &*tier.family != NOISE) {
            assert!(ranks.entry(&tier.family).or_default().insert(tier.rank), "{tier:?}");
        }
        for (family, ranks) in ranks {
            assert!(ranks.iter().copied().eq(1..=ranks.len() as u32), "{family}: {ranks:?}");
        }
    }

    #[test]
    fn a_higher_tier_is_no_loss_and_noise_is_nothing() {
        let families = Families::embedded();
        let of = |texts: &[&str]| -> BTreeSet<Uuid> { texts.iter().map(|text| text.parse().unwrap()).collect() };
        let (standard, enterprise) = (
            "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
            "efb87545-963c-4e0d-99df-69c6916d9eb0",
        );
        let foundation = "113feb6c-3fe4-4440-bddc-54d774bf0318";
        let planner = "b737dad2-2f6c-4c65-90e3-ca563267e8b9";
        let up = families.compare(&of(&[standard, foundation]), &of(&[enterprise]));
        assert_eq!((up.loses.len(), up.gains.len(), up.critical), (0, 1, false));
        let down = families.compare(&of(&[enterprise, planner]), &of(&[standard, foundation]));
        assert_eq!(down.loses, [enterprise, planner].map(|id| id.parse::<Uuid>().unwrap()));
        assert!(down.gains.is_empty() && down.critical);
    }
}
