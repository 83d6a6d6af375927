//! A mapping, judged by Microsoft's own files.
//!
//! In: the catalogue's mapping for an order, what was asked, whose subscription it is. Out: the mapping, resting on the files as far
//! as they go: which item provisions the same SKU id, whether it is sold today and for which term, what users lose and gain by
//! service plan. The files win over the catalogue, and where they contradict it that is told. The user's own offers table is
//! never overruled. Plans explain and veto: they turn an `equivalent` that loses something into a suggestion, and choose nothing.

mod plans;
mod source;
mod targets;

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

pub use plans::PlanComparison;

use self::source::{Source, stated_segment};
use super::{Evidence, matrix, prices::Sale};
use crate::{
    catalog::{Catalog, MapQuery, Mapping, Offer, Target, spelling::IdText},
    terms::*,
};

/// What the matrix has for a SKU.
enum Found {
    /// Nothing is known of the SKU.
    Nothing,
    /// It is known, and not sold to such a customer today.
    NotSold,
    /// Sold as these.
    Sold(Vec<String>),
}

/// A mapping under way.
struct Judging<'a> {
    evidence: &'a Evidence,
    catalog: &'a Catalog,
    query: &'a MapQuery<'a>,
    customer: Option<CustomerId>,
    source: Source,
    mapping: Mapping,
    rests_on: Vec<String>,
}

impl Evidence {
    /// The mapping as Microsoft's files have it. A transfer takes the subscription as it is, so nothing is asked of them.
    pub fn judge(
        &self,
        catalog: &Catalog,
        query: &MapQuery<'_>,
        customer: Option<CustomerId>,
        mapping: Mapping,
    ) -> Mapping {
        if self.is_empty() || query.route != Route::NewSubscription {
            return mapping;
        }
        let mut judging = Judging {
            source: self.source(catalog, query),
            evidence: self,
            catalog,
            query,
            customer,
            mapping,
            rests_on: Vec::new(),
        };
        if !judging.mapping.from_table && !judging.by_overrides() {
            judging.by_matrix();
            judging.by_sheet();
        }
        judging.judge_targets();
        judging.judge_plans();
        judging.done()
    }
}

impl Judging<'_> {
    fn market(&self) -> Option<Country> {
        self.evidence.market(self.query.country)
    }

    fn sale(&self, item: &str) -> Sale {
        let (evidence, segment) = (self.evidence, self.source.segment);
        // Without prices of the customer's market the list says nothing of what may be bought there.
        match (self.market(), evidence.has_prices()) {
            (Some(market), true) => evidence.prices.sale(item, Some(market), segment, evidence.today),
            _ => Sale::Unknown,
        }
    }

    fn contradicts(&mut self, message: String) {
        self.mapping.contradicts.push(message.into());
    }

    /// The user's own list of legacy offers: it goes before the files, as the offers table does. Says whether it decided.
    fn by_overrides(&mut self) -> bool {
        let found = self
            .source
            .legacy
            .and_then(|legacy| self.evidence.overrides.item(legacy));
        let Some((item, file)) = found else { return false };
        self.rests_on.push(format!("overrides ({})", self.evidence.shown(file)));
        let item = item.to_owned();
        let kind = match self.provisions_source(&item) {
            Some(true) => MappingKind::Same,
            _ => MappingKind::Replacement,
        };
        self.map_to(kind, &[item], Certainty::Sure);
        self.mapping.from_table = true;
        true
    }

    /// What Microsoft's sheet says takes a legacy offer's place, where nothing else found a target. That it provisions the same
    /// SKU must be known from elsewhere: else it is a suggestion.
    fn by_sheet(&mut self) {
        if !matches!(
            self.mapping.kind,
            MappingKind::Unmapped | MappingKind::Ambiguous | MappingKind::Suggested
        ) {
            return;
        }
        let found = self.source.legacy.and_then(|legacy| self.evidence.sheet.item(legacy));
        let Some((item, file)) = found else { return };
        self.rests_on
            .push(format!("NCE Mapping ({})", self.evidence.shown(file)));
        let item = item.to_owned();
        match self.provisions_source(&item) {
            Some(true) => self.map_to(MappingKind::Same, &[item], Certainty::Sure),
            _ => self.map_to(MappingKind::Suggested, &[item], Certainty::Likely),
        }
    }

    /// Whether an item provisions the source's SKU, where both are known.
    fn provisions_source(&self, item: &str) -> Option<bool> {
        let sku = self.source.sku?;
        let by_matrix = self.evidence.matrix.row(item).and_then(|(row, ..)| row.provisions);
        let of_catalog = || self.of_catalog(item).and_then(|offer| offer.sku_id);
        by_matrix.or_else(of_catalog).map(|provisions| provisions == sku)
    }

    fn of_catalog(&self, item: &str) -> Option<&Arc<Offer>> {
        let found = self.catalog.by_item.get(item)?;
        found
            .first()
            .and_then(|&index| self.catalog.entry(index))
            .map(|entry| &entry.offer)
    }

    /// What the matrix and the price list have for the source's SKU.
    fn found(&self, sku: Uuid) -> Found {
        let matrix = &self.evidence.matrix;
        let items: Vec<&str> = matrix.items_of(sku).collect();
        if items.is_empty() {
            return Found::Nothing;
        }
        let fits = |item: &&str| {
            let Some((row, ..)) = matrix.row(item) else {
                return false;
            };
            let stated = self.evidence.prices.is_for(item, self.source.segment);
            let is_for = stated.unwrap_or_else(|| self.segment_of(item, row) == self.source.segment);
            let sold = is_for && self.sale(item) != Sale::NotSold;
            sold && !row.is_trial() && row.is_sold_in(self.query.country)
        };
        let sold: Vec<String> = items.into_iter().filter(fits).map(str::to_owned).collect();
        match sold.is_empty() {
            true => Found::NotSold,
            false => Found::Sold(sold),
        }
    }

    /// Whom an item is for: as the catalogue has it, else as its title says.
    fn segment_of(&self, item: &str, row: &matrix::Row) -> Segment {
        let of_catalog = self.of_catalog(item).map(|offer| offer.segment);
        of_catalog
            .or_else(|| stated_segment(self.catalog, &row.title))
            .unwrap_or(Segment::Commercial)
    }

    /// The key that decides `same`: which items provision the very SKU id that the customer has.
    fn by_matrix(&mut self) {
        let (Some(sku), false) = (self.source.sku, self.evidence.matrix.is_empty()) else {
            return;
        };
        let by_catalog = self.mapping.targets.first().map(|target| target.offer_id.to_string());
        let was_same = self.mapping.kind == MappingKind::Same;
        match self.found(sku) {
            Found::Sold(items) => {
                let bridged = self.source.legacy.and_then(|legacy| self.evidence.sheet.item(legacy));
                let preferred = [
                    self.source.item.clone(),
                    bridged.map(|(item, _)| item.to_owned()),
                    by_catalog.clone().filter(|_| was_same),
                ];
                let chosen = preferred.into_iter().flatten().find(|item| items.contains(item));
                let chosen = chosen.map_or(items, |item| vec![item]);
                self.rest_on_matrix(&chosen);
                match chosen.as_slice() {
                    [item] => {
                        if was_same && by_catalog.as_deref() != Some(item) {
                            let by_catalog = by_catalog.unwrap_or_default();
                            if matches!(IdText::read(&by_catalog), Some(IdText::Item(_))) {
                                self.contradicts(format!(
                                    "the catalogue orders `{by_catalog}` for SKU `{sku}`, the offer matrix `{item}`"
                                ));
                            }
                        }
                        let certainty = match self.sale(item) {
                            Sale::Sold => Certainty::Sure,
                            Sale::NotSold | Sale::Unknown => Certainty::Likely,
                        };
                        self.map_to(MappingKind::Same, &chosen, certainty);
                    }
                    several => self.map_to(MappingKind::Ambiguous, several, Certainty::Unsure),
                }
            }
            Found::NotSold if was_same => {
                self.rest_on_matrix(&[]);
                self.contradicts(format!(
                    "the catalogue has SKU `{sku}` as sold, the offer matrix and price list have nothing on sale that provisions it"
                ));
                self.mapping.end_of_sale = true;
            }
            Found::Nothing if was_same => self.not_of_the_matrix(sku, by_catalog),
            Found::NotSold | Found::Nothing => {}
        }
    }

    /// The catalogue's item, where the matrix has none for the SKU.
    fn not_of_the_matrix(&mut self, sku: Uuid, by_catalog: Option<String>) {
        let Some(item) = by_catalog else { return };
        let other = self.evidence.matrix.row(&item).and_then(|(row, ..)| row.provisions);
        if let Some(other) = other.filter(|other| *other != sku) {
            self.rest_on_matrix(std::slice::from_ref(&item));
            self.contradicts(format!(
                "the catalogue has `{item}` for SKU `{sku}`, but by the offer matrix it provisions `{other}`"
            ));
            self.mapping.kind = MappingKind::Suggested;
            self.mapping.licences = Some(Licences::Reassign);
        }
    }

    fn rest_on_matrix(&mut self, items: &[String]) {
        let evidence = self.evidence;
        let rows = items.iter().filter_map(|item| evidence.matrix.row(item));
        let files: BTreeSet<usize> = rows.map(|(_, file, _)| file).collect();
        for file in files {
            self.rests_on.push(format!("offer matrix ({})", evidence.shown(file)));
        }
    }

    /// Makes these items the targets.
    fn map_to(&mut self, kind: MappingKind, items: &[String], certainty: Certainty) {
        let targets = items.iter().map(|item| Target {
            offer_id: item.as_str().into(),
            name: self.name_of(item),
            offer: self.of_catalog(item).cloned(),
            term: self.query.term,
        });
        let targets = targets.collect();
        let mapping = &mut self.mapping;
        mapping.targets = targets;
        mapping.kind = kind;
        mapping.certainty = certainty;
        mapping.licences = match kind {
            MappingKind::Same => Some(Licences::Keep),
            MappingKind::Ambiguous | MappingKind::Unmapped => None,
            MappingKind::Equivalent | MappingKind::Replacement | MappingKind::Suggested => Some(Licences::Reassign),
        };
        mapping.loses.clear();
        mapping.gains.clear();
        (mapping.critical_loss, mapping.at_once, mapping.end_of_sale) = (false, false, false);
        (mapping.term_changed, mapping.term_not_sold) = (false, false);
        if mapping.licences == Some(Licences::Reassign) {
            let known = items
                .iter()
                .map(|item| self.catalog.by_item.get(item.as_str())?.first().copied());
            if let Some(targets) = known.collect::<Option<Vec<usize>>>() {
                self.catalog.add_difference(self.query, &targets, mapping);
            }
        }
    }

    fn name_of(&self, item: &str) -> Text {
        let of_catalog = self.of_catalog(item).map(|offer| offer.name.clone());
        let of_matrix = || self.evidence.matrix.row(item).map(|(row, ..)| row.title.clone());
        of_catalog.or_else(of_matrix).unwrap_or_else(|| item.into())
    }

    fn done(self) -> Mapping {
        let mut mapping = self.mapping;
        mapping.contradicts.sort();
        mapping.contradicts.dedup();
        let mut parts: Vec<String> = Vec::new();
        if !mapping.evidence.is_empty() {
            parts.push(mapping.evidence.to_string());
        }
        for part in self.rests_on {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        mapping.evidence = parts.join("; ").into();
        mapping
    }
}
