//! A mapping that the user's own table decides.
//!
//! In: the row that decides and the question. Out: a [`Mapping`] with the row's targets, in the class that comparing gives:
//! `same` where the target provisions the same SKU id for the same segment (or is the very id), `equivalent` where nothing is
//! lost, else `replacement`. The row's term and licences count as they stand. A target that the catalogue does not know is
//! ordered as written; a target's name with several readings is not chosen from.

use std::sync::Arc;

use super::{
    Catalog, MapQuery, Mapping, Offer, Resolution, Target,
    map::Found,
    spelling::IdText,
    target::{TermChange, choose_term, is_on_sale, offer_row, order_id, same_kind, same_sku},
};
use crate::{
    recognise::{SourceOffer, tables::OfferRule},
    terms::*,
};

/// One target of a row.
enum Wanted {
    /// An offer of the catalogue.
    Known(usize),
    /// What the catalogue does not know, as it is ordered.
    Unknown(Text),
    /// Several offers fit.
    Ambiguous(Vec<usize>),
    /// A name that no offer has: nothing is ordered by it.
    Misspelt,
}

impl Catalog {
    pub(super) fn by_rule(&self, query: &MapQuery<'_>, rule: &OfferRule) -> Mapping {
        let texts = rule
            .target_offer
            .split(';')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let wanted: Vec<Wanted> = texts.map(|text| self.wanted(query, text)).collect();
        let mut mapping = Mapping {
            from_table: true,
            used: Some(rule.row),
            certainty: Certainty::Sure,
            ..Mapping::nothing()
        };
        let mut evidence = vec![format!("the offers table, row {} ({})", rule.row, rule.reason)];
        let mut known = Vec::new();
        for one in &wanted {
            match one {
                Wanted::Known(index) => {
                    known.push(*index);
                    self.add_known(query, rule, *index, &mut mapping, &mut evidence);
                }
                Wanted::Unknown(id) => {
                    let term = rule.target_term.or(query.term);
                    mapping.targets.push(Target {
                        offer_id: id.clone(),
                        name: id.clone(),
                        offer: None,
                        term,
                    });
                }
                Wanted::Ambiguous(readings) => return self.several(query, rule, readings),
                Wanted::Misspelt => {
                    return Mapping {
                        targets: Vec::new(),
                        ..mapping
                    };
                }
            }
        }
        if known.len() == wanted.len() {
            self.add_difference(query, &known, &mut mapping);
        }
        mapping.kind = self.class(query, &wanted, &known, &mapping);
        let derived = if mapping.kind == MappingKind::Same {
            Licences::Keep
        } else {
            Licences::Reassign
        };
        mapping.licences = (!mapping.targets.is_empty()).then(|| rule.licences.unwrap_or(derived));
        mapping.evidence = evidence.join("; ").into();
        mapping
    }

    fn add_known(
        &self,
        query: &MapQuery<'_>,
        rule: &OfferRule,
        index: usize,
        mapping: &mut Mapping,
        evidence: &mut Vec<String>,
    ) {
        let Some(entry) = self.entry(index) else { return };
        let (term, change) = choose_term(
            &entry.offer,
            &MapQuery {
                term: rule.target_term.or(query.term),
                ..*query
            },
        );
        // A term that the row states stands; that it is not sold is told all the same.
        let stated = rule.target_term.is_some();
        mapping.term_changed |= change == TermChange::Changed && !stated;
        mapping.term_not_sold |= change == TermChange::NotSold || (change == TermChange::Changed && stated);
        mapping.end_of_sale |= !is_on_sale(&entry.offer, query);
        mapping.targets.push(Target {
            offer_id: order_id(&entry.offer),
            name: entry.offer.name.clone(),
            offer: Some(Arc::clone(&entry.offer)),
            term: if stated { rule.target_term } else { term },
        });
        evidence.push(offer_row(&entry.offer));
    }

    fn class(&self, query: &MapQuery<'_>, wanted: &[Wanted], known: &[usize], mapping: &Mapping) -> MappingKind {
        let source = match query.resolution {
            Resolution::Known { offer, .. } => self.by_key.get(&offer.key).and_then(|&index| self.entry(index)),
            _ => None,
        };
        match (wanted, source) {
            ([], _) => MappingKind::Unmapped,
            ([Wanted::Unknown(id)], _) if is_the_same_id(query, id) => MappingKind::Same,
            ([Wanted::Known(index)], Some(source))
                if self
                    .entry(*index)
                    .is_some_and(|entry| same_kind(entry, source) && same_sku(&entry.offer, &source.offer)) =>
            {
                MappingKind::Same
            }
            (_, Some(source))
                if known.len() == wanted.len()
                    && mapping.loses.is_empty()
                    && !source.capabilities.is_empty()
                    && known.iter().filter_map(|&index| self.entry(index)).all(|entry| {
                        entry.offer.segment == source.offer.segment && entry.offer.cloud == source.offer.cloud
                    }) =>
            {
                MappingKind::Equivalent
            }
            _ => MappingKind::Replacement,
        }
    }

    /// What a row's target means, in the segment that the customer has or buys.
    fn wanted(&self, query: &MapQuery<'_>, text: &str) -> Wanted {
        let segment = match (query.resolution, query.qualification) {
            (Resolution::Known { offer, .. }, _) => Some(offer.segment),
            (_, Some(Qualification::Nonprofit)) => Some(Segment::Nonprofit),
            (_, Some(Qualification::Education | Qualification::EducationStateOwned)) => Some(Segment::Education),
            (_, Some(Qualification::Government | Qualification::GovernmentStateOwned)) => Some(Segment::Government),
            _ => query.source.segment,
        };
        let id = IdText::read(text);
        let found = match &id {
            Some(IdText::Product(_)) | None => Vec::new(),
            Some(id) => self.of_segment(self.find_id(id), segment),
        };
        let named = SourceOffer {
            name: Some(text.into()),
            segment,
            ..SourceOffer::default()
        };
        match (found.as_slice(), id) {
            ([one], _) => Wanted::Known(*one),
            ([_, ..], _) => Wanted::Ambiguous(found),
            ([], Some(IdText::Item(item))) => Wanted::Unknown(item.into()),
            ([], Some(IdText::Guid(guid))) => Wanted::Unknown(guid.as_hyphenated().to_string().into()),
            _ => match self.resolve(&named, query.on) {
                Resolution::Known { offer, .. } => self
                    .by_key
                    .get(&offer.key)
                    .map_or_else(|| Wanted::Unknown(text.into()), |&index| Wanted::Known(index)),
                Resolution::Ambiguous(readings) => {
                    let of = |offer: &Arc<Offer>| self.by_key.get(&offer.key).copied();
                    let mut to_order = readings.iter().filter(|offer| offer.item.is_some());
                    match (to_order.next().and_then(of), to_order.next()) {
                        // A target is there to be ordered, and only one of them can be.
                        (Some(only), None) => Wanted::Known(only),
                        _ => Wanted::Ambiguous(readings.iter().filter_map(of).collect()),
                    }
                }
                Resolution::Unknown => Wanted::Misspelt,
            },
        }
    }

    /// A row whose target's name has several readings: all of them, for a person to choose.
    fn several(&self, query: &MapQuery<'_>, rule: &OfferRule, readings: &[usize]) -> Mapping {
        let found = Found {
            kind: MappingKind::Ambiguous,
            entries: readings.to_vec(),
            certainty: Certainty::Unsure,
            evidence: vec![format!(
                "the offers table, row {}: its target has several readings",
                rule.row
            )],
        };
        Mapping {
            from_table: true,
            used: Some(rule.row),
            ..self.write_up(query, found)
        }
    }
}

/// Whether the target is the very id that the source has.
fn is_the_same_id(query: &MapQuery<'_>, target: &str) -> bool {
    let target = IdText::read(target);
    let source = query.source;
    [&source.offer_id, &source.sku_id, &source.sku_part_number]
        .into_iter()
        .flatten()
        .any(|id| IdText::read(id) == target)
}
