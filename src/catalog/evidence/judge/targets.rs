//! What is to be ordered, judged: whether it is sold, for which term, for how many seats.
//!
//! In: a mapping's targets. Out: the same with the offers as the matrix and the price list have them. What the files do not know stays
//! as the catalogue has it.

use std::sync::Arc;

use super::{
    super::{matrix, prices::Sale},
    Judging,
};
use crate::{
    catalog::{
        Offer,
        spelling::IdText,
        target::{TermChange, choose_term},
    },
    terms::*,
};

impl Judging<'_> {
    /// Seats, sale and terms of what is to be ordered.
    pub(super) fn judge_targets(&mut self) {
        if matches!(self.mapping.kind, MappingKind::Ambiguous | MappingKind::Unmapped) {
            return;
        }
        let stated_terms = self.mapping.used.is_some();
        let mut terms_known = !stated_terms && !self.mapping.targets.is_empty();
        let mut changes = Vec::new();
        for number in 0..self.mapping.targets.len() {
            let Some(target) = self.mapping.targets.get(number) else {
                break;
            };
            let Some(IdText::Item(item)) = IdText::read(&target.offer_id) else {
                terms_known = false;
                continue;
            };
            let name = target.name.clone();
            let sale = self.sale(&item);
            self.judge_sale(&item, &name, sale);
            let offer = self.amended(&item, number);
            let Some(offer) = offer else {
                terms_known = false;
                continue;
            };
            if sale == Sale::Sold && !stated_terms {
                let (term, change) = choose_term(&offer, self.query);
                changes.push(change);
                if let Some(target) = self.mapping.targets.get_mut(number) {
                    target.term = term;
                }
            } else {
                terms_known = false;
            }
            if let Some(target) = self.mapping.targets.get_mut(number) {
                target.offer = Some(Arc::new(offer));
            }
        }
        if terms_known {
            self.mapping.term_changed = changes.contains(&TermChange::Changed);
            self.mapping.term_not_sold = changes.contains(&TermChange::NotSold);
        }
    }

    fn judge_sale(&mut self, item: &str, name: &Text, sale: Sale) {
        let evidence = self.evidence;
        let (market, segment) = (self.market(), self.source.segment);
        let here = market.map_or_else(String::new, |market| format!(" in {market}"));
        let barred = evidence
            .matrix
            .row(item)
            .is_some_and(|(row, ..)| !row.is_sold_in(self.query.country));
        match sale {
            Sale::Sold if !barred => {
                if let Some(file) = evidence.prices.file(item, market, segment, evidence.today) {
                    self.rests_on.push(format!("price list ({})", evidence.shown(file)));
                }
                if self.mapping.end_of_sale {
                    self.contradicts(format!(
                        "by the catalogue the sale of {name} has ended, the price list has it{here}"
                    ));
                    self.mapping.end_of_sale = false;
                }
            }
            Sale::NotSold => {
                if !self.mapping.end_of_sale {
                    self.contradicts(format!(
                        "by the catalogue {name} is sold, the price list does not have it{here}"
                    ));
                }
                self.mapping.end_of_sale = true;
            }
            _ if barred => self.mapping.end_of_sale = true,
            Sale::Sold | Sale::Unknown => {}
        }
    }

    /// The target's offer with what the files say of it.
    fn amended(&self, item: &str, number: usize) -> Option<Offer> {
        let evidence = self.evidence;
        let known = self
            .mapping
            .targets
            .get(number)
            .and_then(|target| target.offer.as_deref());
        let row = evidence.matrix.row(item);
        let market = self.market();
        let terms = market.map(|market| {
            evidence
                .prices
                .terms(item, Some(market), self.source.segment, evidence.today)
        });
        let terms = terms.filter(|terms| !terms.is_empty());
        if row.is_none() && terms.is_none() {
            return known.cloned();
        }
        let mut offer = match known {
            Some(known) => known.clone(),
            None => self.unknown_offer(item, row?.0, row.map_or(0, |(_, file, _)| file)),
        };
        if let Some((row, ..)) = row {
            offer.sku_id = row.provisions.or(offer.sku_id);
            offer.sku_part_number = row.part_number.clone().or(offer.sku_part_number);
            offer.seat_cap = row.most.or(offer.seat_cap);
            offer.seat_minimum = row.least.or(offer.seat_minimum);
        }
        if let Some(terms) = terms {
            let least = |term: Term| {
                offer
                    .terms
                    .iter()
                    .find(|(own, _)| *own == term)
                    .map_or(Seats(1), |(_, least)| *least)
            };
            offer.terms = terms.into_iter().map(|term| (term, least(term))).collect();
        }
        Some(offer)
    }

    /// An offer that only the matrix knows.
    fn unknown_offer(&self, item: &str, row: &matrix::Row, file: usize) -> Offer {
        let bases: Vec<Text> = row
            .bases
            .iter()
            .map(|base| {
                self.of_catalog(base)
                    .map_or_else(|| base.as_str().into(), |offer| offer.key.clone())
            })
            .collect();
        Offer {
            key: item.into(),
            name: row.title.clone(),
            sku_id: row.provisions,
            sku_part_number: row.part_number.clone(),
            item: Some(item.into()),
            segment: self.source.segment,
            cloud: Cloud::Global,
            addon_of: (!bases.is_empty()).then_some(bases),
            teams: None,
            cap_family: None,
            pauses: Vec::new(),
            free: false,
            seat_based: true,
            seat_cap: None,
            seat_minimum: None,
            terms: Vec::new(),
            sold_from: None,
            sold_until: None,
            certainty: Certainty::Sure,
            source: format!("offer matrix ({})", self.evidence.shown(file)).into(),
        }
    }
}
