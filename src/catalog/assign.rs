//! In which order users' licences change hands, and what else is not alike.
//!
//! In: a comparison's offers and changes, `conflicts.csv` (plans of one family that exclude each other on one user). Out: the
//! steps in order, in sentences. New before old, wherever both may stand on one user; where that is not certain, both in one
//! change. Refuses to name a step for offers that share a SKU id: there is nothing to reassign.

use super::{Catalog, Offer, compare::Capabilities, comparison::Comparison, row::Row};
use crate::terms::{Licences, Text};

/// Plans of one family that two offers bring to one user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Conflict {
    family: Text,
    /// Ranks of the two tiers, the lower first; equal for the same plan twice.
    tiers: (usize, usize),
    /// Whether both may stand on one user.
    together: bool,
    words: Text,
}

impl Catalog {
    pub(super) fn load_conflicts(&mut self, rows: &[Row], problems: &mut Vec<String>) {
        for row in rows {
            let (Some(family), Some(words), Some(_)) = (
                row.required("family", problems),
                row.required("words", problems),
                row.required("source", problems),
            ) else {
                continue;
            };
            let rank = |heading: &str| self.families.rank(self.families.index(&family)?, row.text(heading));
            let (Some(tier), Some(other)) = (rank("tier"), rank("other")) else {
                row.problem("tier", problems, &"is no tier of the family");
                continue;
            };
            self.conflicts.push(Conflict {
                tiers: (tier.min(other), tier.max(other)),
                together: row.yes("together", false, problems),
                family,
                words,
            });
        }
    }

    /// What to do with licences, in order.
    pub(super) fn assignments(&self, comparison: &Comparison) -> Vec<Text> {
        let source = &comparison.source.name;
        let names: Vec<&str> = comparison.targets.iter().map(|target| &*target.name).collect();
        let target = names.join(" and ");
        if comparison.targets.is_empty() {
            return Vec::new();
        }
        if comparison.licences == Licences::Keep {
            return vec![
                "nothing is reassigned: both provision the same SKU, and users keep what is assigned to them".into(),
                "hold at least as many seats as are assigned until the source has ended".into(),
            ];
        }
        let mut order: Vec<String> = Vec::new();
        for change in &comparison.changes {
            let why = if change.data { ", since data is at stake" } else { "" };
            order.extend(change.precaution.as_ref().map(|words| format!("first{why}: {words}")));
        }
        order.push(format!(
            "list every user and every group that has {source}, and which plans are switched off for them: they are switched off again in {target}"
        ));
        order.push(format!(
            "have a free seat of {target} for each of them, and a usage location for each user, before the first change"
        ));
        let conflicts: Vec<&Conflict> = self.conflicts_of(comparison);
        order.extend(conflicts.iter().map(|conflict| conflict.words.to_string()));
        if conflicts.iter().all(|conflict| conflict.together) {
            order.push(format!(
                "where a group assigns {source}, add {target} to the same group, with its add-ons beside it, and wait until no member shows an error"
            ));
            order.push(format!(
                "assign {target} to users and groups first, check that it works, and only then take {source} away"
            ));
        } else {
            order.push(format!(
                "assign {target} and take {source} away in one change for each user or group, with its add-ons beside it; never take {source} away first"
            ));
        }
        if comparison.source.addon_of.is_none() {
            order.push(format!(
                "take {source} away from nobody whose add-ons still need it: they need {target} first"
            ));
        }
        order.into_iter().map(Text::from).collect()
    }

    fn conflicts_of(&self, comparison: &Comparison) -> Vec<&Conflict> {
        let capabilities = |offer: &Offer| {
            let entry = self.by_key.get(&offer.key).and_then(|&index| self.entry(index));
            entry.map(|entry| &entry.capabilities)
        };
        let targets: Vec<_> = comparison
            .targets
            .iter()
            .filter_map(|target| capabilities(target))
            .collect();
        capabilities(&comparison.source)
            .map(|source| self.conflicts_between(source, &targets).collect())
            .unwrap_or_default()
    }

    /// Whether old and new may exclude each other on one user, so that both change at once.
    pub(super) fn change_at_once(&self, source: &Capabilities, targets: &[&Capabilities]) -> bool {
        self.conflicts_between(source, targets)
            .any(|conflict| !conflict.together)
    }

    fn conflicts_between(&self, source: &Capabilities, targets: &[&Capabilities]) -> impl Iterator<Item = &Conflict> {
        let meets = move |conflict: &&Conflict| {
            let Some(family) = self.families.index(&conflict.family) else {
                return false;
            };
            let before = source.tier(family);
            targets.iter().any(|target| {
                let after = target.tier(family);
                before.min(after) > 0 && (before.min(after), before.max(after)) == conflict.tiers
            })
        };
        self.conflicts.iter().filter(meets)
    }
}

/// What else is not alike between what is and what would be, in sentences.
pub(super) fn conditions(source: &Offer, target: &Offer, kinds: Option<(&str, &str)>) -> Vec<Text> {
    let name = &target.name;
    let mut conditions: Vec<String> = Vec::new();
    if source.segment != target.segment {
        conditions.push(format!(
            "{name} is sold to {} customers, {} to {} customers",
            target.segment, source.name, source.segment
        ));
    }
    if source.cloud != target.cloud {
        conditions.push(format!(
            "{name} is for the cloud `{}`, {} for `{}`",
            target.cloud, source.name, source.cloud
        ));
    }
    if let Some((before, after)) = kinds.filter(|(before, after)| before != after) {
        conditions.push(format!(
            "{name} is licensed for `{after}`, {} for `{before}`",
            source.name
        ));
    }
    if let (Some(cap), true) = (target.seat_cap, source.seat_cap != target.seat_cap) {
        conditions.push(format!("{name} takes at most {} seats", cap.0));
    }
    if let Some(minimum) = target.seat_minimum.filter(|minimum| minimum.0 > 1) {
        conditions.push(format!("{name} takes at least {} seats", minimum.0));
    }
    if target.addon_of.is_some() && source.addon_of.is_none() {
        conditions.push(format!("{name} is an add-on and needs a base"));
    }
    if target.addon_of.is_none() && source.addon_of.is_some() {
        conditions.push(format!("{name} is no add-on and needs no base"));
    }
    if target.item.is_none() {
        conditions.push(format!("how to order {name} is not known here"));
    }
    conditions.into_iter().map(Text::from).collect()
}
