//! A row of the offers table, proposed for an offer of a list.
//!
//! In: a listed offer, what the catalogue, the user's rows and Microsoft's own files make of it. Out: a [`Proposal`] in the headings
//! of the offers table, ready to be corrected and fed back. Refuses to fill in a target that a person must choose: it stays
//! empty, the candidates stand in the reason, and a table with an empty target stops a run.

use chrono::NaiveDate;

use super::{Catalog, ListedOffer, MapQuery, Mapping, Resolution, RuleBook, evidence::Evidence};
use crate::terms::*;

/// What a row of the offers table would say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The offer as the list has it.
    pub source_offer: Text,
    /// What to order; empty where a person must choose. Several are joined with `;`.
    pub target_offer: String,
    /// The term to order, where the listed one is not sold.
    pub target_term: Option<Term>,
    /// What becomes of users' licences.
    pub licences: Option<Licences>,
    /// How the target was found and what that rests on; or the candidates.
    pub reason: String,
    /// How the target was found.
    pub kind: MappingKind,
}

impl Catalog {
    /// What to order for a listed offer; none where the list names none.
    pub fn propose(
        &self,
        evidence: &Evidence,
        listed: &ListedOffer,
        rules: &RuleBook<'_>,
        on: NaiveDate,
    ) -> Option<Proposal> {
        let source_offer = listed.text()?.clone();
        let resolution = self.resolve(&listed.offer, on);
        let query = MapQuery {
            source: &listed.offer,
            resolution: &resolution,
            qualification: None,
            country: None,
            route: Route::NewSubscription,
            term: listed.term,
            seats: None,
            on,
        };
        let mapping = self.map_by(&query, rules);
        let mapping = evidence.judge(self, &query, None, mapping);
        let settled = matches!(
            mapping.kind,
            MappingKind::Same | MappingKind::Equivalent | MappingKind::Replacement
        ) && !mapping.end_of_sale;
        let ids: Vec<&str> = mapping.targets.iter().map(|target| &*target.offer_id).collect();
        let changed = mapping.targets.first().filter(|_| settled && mapping.term_changed);
        Some(Proposal {
            source_offer,
            target_offer: if settled { ids.join(";") } else { String::new() },
            target_term: changed.and_then(|target| target.term),
            licences: mapping.licences.filter(|_| settled),
            reason: reason(&mapping, &resolution, settled),
            kind: mapping.kind,
        })
    }
}

fn reason(mapping: &Mapping, resolution: &Resolution, settled: bool) -> String {
    let mut parts = vec![mapping.kind.as_str().to_owned()];
    if !settled && !mapping.targets.is_empty() {
        let shown: Vec<String> = mapping
            .targets
            .iter()
            .map(|target| format!("{} ({})", target.offer_id, target.name))
            .collect();
        parts.push(format!("choose: {}", shown.join(" or ")));
    }
    if mapping.end_of_sale {
        parts.push("may no longer be bought".to_owned());
    }
    if let Resolution::Known {
        disagrees: Some(other), ..
    } = resolution
    {
        parts.push(format!("the name is {}; the id counts", other.name));
    }
    for (words, items) in [("loses", &mapping.loses), ("gains", &mapping.gains)] {
        if !items.is_empty() {
            parts.push(format!("{words} {}", items.join(", ")));
        }
    }
    parts.extend(mapping.contradicts.iter().map(ToString::to_string));
    if !mapping.evidence.is_empty() {
        parts.push(mapping.evidence.to_string());
    }
    if mapping.certainty == Certainty::Unsure && settled {
        parts.push("unsure: check it".to_owned());
    }
    parts.join("; ")
}
