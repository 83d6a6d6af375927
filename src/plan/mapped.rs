//! What each mapping of a plan rests on.
//!
//! In: the estate and its decisions. Out: [`MappedOffer`]s, one for each way in which an offer is mapped, for the run record: a
//! plan has as many rows as subscriptions, and few offers. Holds that the order depends on neither threads nor inputs.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use serde::Serialize;

use super::{decide::Decided, estate::Estate};
use crate::terms::*;

/// One offer as it is mapped, and by which evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MappedOffer {
    /// The source offer's id, as the plan shows it.
    pub source_offer_id: Option<Text>,
    /// Its name.
    pub source_offer: Option<Text>,
    /// How the targets were found.
    pub mapping: MappingKind,
    /// The ids to order.
    pub target_offer_ids: Vec<Text>,
    /// What becomes of users' licences.
    pub licences: Option<Licences>,
    /// The rows of the catalogue and the files that the mapping rests on, each with its source and date.
    pub evidence: Text,
    /// How many subscriptions are mapped so.
    pub subscriptions: u64,
}

fn evidence_of(decided: &Decided) -> Option<&Text> {
    decided.mapping.as_ref().map(|mapping| &mapping.evidence)
}

/// What the mappings of an estate rest on, sorted.
pub(super) fn mapped(estate: &Estate<'_>, decided: &[Decided]) -> Vec<MappedOffer> {
    // Rows of one offer share their evidence, so most are counted without a look at any text.
    let mut alike: HashMap<(u32, usize, MappingKind), (usize, u64)> = HashMap::new();
    for (index, decided) in decided.iter().enumerate() {
        let decision = &decided.decision;
        let (Some(mapping), Some(evidence)) = (decision.mapping, evidence_of(decided)) else {
            continue;
        };
        let key = (estate.offer_number(index), evidence.as_ptr().addr(), mapping);
        alike.entry(key).or_insert((index, 0)).1 += 1;
    }
    let mut counts: BTreeMap<MappedOffer, u64> = BTreeMap::new();
    for (index, count) in alike.into_values() {
        let decision = &decided[index].decision;
        let (Some(mapping), Some(evidence)) = (decision.mapping, evidence_of(&decided[index])) else {
            continue;
        };
        let source = estate.shown_offer(index);
        let offer = MappedOffer {
            source_offer_id: source.id.clone(),
            source_offer: source.name.clone(),
            mapping,
            target_offer_ids: decision.targets.iter().map(|target| target.offer_id.clone()).collect(),
            licences: decision.licences,
            evidence: evidence.clone(),
            subscriptions: 0,
        };
        *counts.entry(offer).or_default() += count;
    }
    counts
        .into_iter()
        .map(|(offer, subscriptions)| MappedOffer { subscriptions, ..offer })
        .collect()
}
