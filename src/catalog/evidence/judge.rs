//! A mapping, judged by Microsoft's own files.
//!
//! In: the catalogue's mapping for an order, what was asked, whose subscription it is. Out: the mapping, resting on the files as far
//! as they go: which item provisions the same SKU id, whether it is sold today and for which term, what users lose and gain by
//! service plan. The files win over the catalogue, and where they contradict it that is told. The user's own offers table is
//! never overruled. Plans explain and veto: they turn an `equivalent` that loses something into a suggestion, and choose nothing.

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use super::{Evidence, matrix, prices::Sale};
use crate::{
    catalog::{
        Catalog, MapQuery, Mapping, Offer, Resolution, Target,
        offers::Tail,
        spelling::IdText,
        target::{TermChange, choose_term},
    },
    recognise::vocabulary::fold,
    terms::*,
};

/// Most words of a title's tail that say whom an offer is for.
const TAIL_WORDS: usize = 10;

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

/// What is known of the source from the files and the catalogue together.
struct Source {
    sku: Option<Uuid>,
    segment: Segment,
    /// The item it was bought as.
    item: Option<String>,
    legacy: Option<Uuid>,
}

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
            Some(live) => (&live.plans, live.file),
            None => self.plans.of(source).map(|sku| (&sku.plans, sku.file))?,
        };
        let mut files = BTreeSet::from([file]);
        let mut after = BTreeSet::new();
        for target in targets {
            let sku = self.plans.of((*target)?)?;
            files.insert(sku.file);
            after.extend(sku.plans.iter().copied());
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

    fn source(&self, catalog: &Catalog, query: &MapQuery<'_>) -> Source {
        let read = |text: &Option<Text>| text.as_deref().and_then(IdText::read);
        let (item, guid) = match read(&query.source.offer_id) {
            Some(IdText::Item(item)) => (Some(item), None),
            Some(IdText::Guid(guid)) => (None, Some(guid)),
            _ => (None, None),
        };
        let known = match query.resolution {
            Resolution::Known { offer, .. } => Some(offer),
            Resolution::Ambiguous(_) | Resolution::Unknown => None,
        };
        let stated = match read(&query.source.sku_id) {
            Some(IdText::Guid(sku)) => Some(sku),
            _ => None,
        };
        let of_item = || item.as_deref().and_then(|item| self.matrix.row(item)?.0.provisions);
        let of_part_number = || {
            query
                .source
                .sku_part_number
                .as_deref()
                .and_then(|text| self.plans.sku_of(text))
        };
        let is_sku = |guid: &Uuid| self.plans.of(*guid).is_some() || self.matrix.items_of(*guid).next().is_some();
        let sku = stated
            .or_else(of_item)
            .or_else(|| known.and_then(|offer| offer.sku_id))
            .or_else(|| guid.and_then(|guid| self.sheet.sku(guid)))
            .or_else(|| guid.filter(is_sku))
            .or_else(of_part_number);
        let qualified = query.qualification.map(|qualification| match qualification {
            Qualification::Commercial | Qualification::StateOwned => Segment::Commercial,
            Qualification::Nonprofit => Segment::Nonprofit,
            Qualification::Education | Qualification::EducationStateOwned => Segment::Education,
            Qualification::Government | Qualification::GovernmentStateOwned => Segment::Government,
        });
        let named = query
            .source
            .name
            .as_deref()
            .and_then(|name| stated_segment(catalog, name));
        let segment = known
            .map(|offer| offer.segment)
            .or(named)
            .or(query.source.segment)
            .or(qualified)
            .unwrap_or(Segment::Commercial);
        Source {
            sku,
            segment,
            item,
            legacy: guid,
        }
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
            let sold = match self.sale(item) {
                Sale::Sold => true,
                Sale::NotSold => false,
                Sale::Unknown => self.segment_of(item, row) == self.source.segment,
            };
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
        (mapping.critical_loss, mapping.end_of_sale) = (false, false);
        (mapping.term_changed, mapping.term_not_sold) = (false, false);
    }

    fn name_of(&self, item: &str) -> Text {
        let of_catalog = self.of_catalog(item).map(|offer| offer.name.clone());
        let of_matrix = || self.evidence.matrix.row(item).map(|(row, ..)| row.title.clone());
        of_catalog.or_else(of_matrix).unwrap_or_else(|| item.into())
    }

    /// Seats, sale and terms of what is to be ordered.
    fn judge_targets(&mut self) {
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

    /// What users lose and gain by service plan, in the place of what the catalogue says.
    fn judge_plans(&mut self) {
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

/// The segment that a title's last words state: `(Education Faculty Pricing)`.
fn stated_segment(catalog: &Catalog, title: &str) -> Option<Segment> {
    let words: Vec<&str> = title.split_whitespace().collect();
    (1..=words.len().min(TAIL_WORDS)).rev().find_map(|count| {
        let tail = words.get(words.len() - count..)?.join(" ");
        match catalog.tails.get(&fold(&tail)) {
            Some(Tail::Segment(segment, _)) => Some(*segment),
            _ => None,
        }
    })
}
