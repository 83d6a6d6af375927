//! Which offer to order for what the customer has.
//!
//! In: a [`MapQuery`] and the user's rows. Out: a [`Mapping`]. A transfer takes the subscription as it is. For an order: the
//! user's row; the same SKU id, sold; another with exactly the same capabilities; the one successor that Microsoft names; the
//! same SKU id although its sale has ended; suggestions; nothing. Refuses to cross segments, clouds, kinds of licence, or from
//! add-on to base, by itself. Holds that `same` and `equivalent` lose no capability. What is chosen without a person gains
//! nothing either: a dearer offer is at most suggested.

use std::sync::Arc;

use super::{
    Catalog, MapQuery, Mapping, Offer, Resolution, Target,
    compare::Difference,
    offers::{Entry, Retirement},
    rulebook::{Choice, RuleBook},
    spelling::fold_part_number,
};
use crate::{recognise::tables::OfferRule, terms::*};

/// Most suggestions that are of use to a person.
const SUGGESTIONS: usize = 3;
/// The kind of licence whose number of seats means something else in each offer.
const CAPACITY: &str = "capacity";

/// What was found, before it is written up.
pub(super) struct Found {
    pub(super) kind: MappingKind,
    pub(super) entries: Vec<usize>,
    pub(super) certainty: Certainty,
    pub(super) evidence: Vec<String>,
}

impl Catalog {
    /// How a source offer is to be provisioned. For many questions prepare the rows once: [`Catalog::rule_book`].
    pub fn map(&self, query: &MapQuery<'_>, rules: &[OfferRule]) -> Mapping {
        self.map_by(query, &self.rule_book(rules))
    }

    /// As [`Catalog::map`], with the user's rows prepared.
    pub fn map_by(&self, query: &MapQuery<'_>, rules: &RuleBook<'_>) -> Mapping {
        if let (Route::Transfer | Route::ChannelTransfer, Resolution::Known { offer, by, .. }) =
            (query.route, query.resolution)
        {
            return self.as_it_is(query, offer, by);
        }
        let tied = match rules.choose(self, query) {
            Choice::Used(rule) => return self.by_rule(query, rule),
            Choice::Tied(rows) => rows,
            Choice::Nothing => Vec::new(),
        };
        let found = match query.resolution {
            Resolution::Known { offer, by, .. } => match self.by_key.get(&offer.key) {
                Some(&index) => self.by_catalogue(query, index, by),
                None => unmapped(format!("the catalogue does not know `{}`", offer.key)),
            },
            Resolution::Ambiguous(readings) => Found {
                kind: MappingKind::Ambiguous,
                entries: readings
                    .iter()
                    .filter_map(|offer| self.by_key.get(&offer.key).copied())
                    .collect(),
                certainty: Certainty::Unsure,
                evidence: vec!["names and offer ids of the catalogue: several readings".to_owned()],
            },
            Resolution::Unknown => unmapped("the catalogue has no offer of these ids and this name".to_owned()),
        };
        Mapping {
            tied,
            ..self.write_up(query, found)
        }
    }

    /// A transfer: what the customer has, as it is.
    fn as_it_is(&self, query: &MapQuery<'_>, offer: &Arc<Offer>, by: &str) -> Mapping {
        let source = query.source;
        let mut evidence = Vec::new();
        let certainty = self.evidence_of(query, offer, by, &mut evidence);
        let target = Target {
            offer_id: source.offer_id.clone().unwrap_or_else(|| order_id(offer)),
            name: source.name.clone().unwrap_or_else(|| offer.name.clone()),
            offer: Some(Arc::clone(offer)),
            term: query.term,
        };
        Mapping {
            kind: MappingKind::Same,
            targets: vec![target],
            licences: Some(Licences::Keep),
            evidence: evidence.join("; ").into(),
            certainty,
            ..Mapping::nothing()
        }
    }

    fn by_catalogue(&self, query: &MapQuery<'_>, index: usize, by: &str) -> Found {
        let Some(source) = self.entry(index) else {
            return unmapped("the catalogue has no such offer".to_owned());
        };
        let mut evidence = Vec::new();
        let certainty = self.evidence_of(query, &source.offer, by, &mut evidence);
        let base = Found {
            kind: MappingKind::Unmapped,
            entries: Vec::new(),
            certainty,
            evidence,
        };
        let same = self.same(source, index);
        let retirements = self.retirements(index, query);
        let found = self
            .sold(&same, query)
            .or_else(|| self.equivalent(source, index, query))
            .or_else(|| self.replacement(source, &retirements, query))
            .or_else(|| (!same.is_empty()).then(|| (MappingKind::Same, same.clone(), None)))
            .or_else(|| self.suggested(source, index, &retirements, query));
        match found {
            Some((kind, entries, retirement)) => self.add_rows(base, kind, entries, retirement),
            None => {
                let mut base = base;
                let known = match &source.offer.item {
                    Some(_) => "the catalogue has nothing to order for it".to_owned(),
                    None => format!("the catalogue does not know what to order for `{}`", source.offer.key),
                };
                base.evidence.push(known);
                base
            }
        }
    }

    /// All offers that provision the same SKU id for the same segment and have an item; the offer itself first.
    fn same(&self, source: &Entry, index: usize) -> Vec<usize> {
        let fits = |other: &usize| {
            self.entry(*other).is_some_and(|entry| {
                entry.offer.item.is_some() && same_kind(entry, source) && same_sku(&entry.offer, &source.offer)
            })
        };
        if fits(&index) {
            vec![index]
        } else {
            (0..self.entries.len()).filter(fits).collect()
        }
    }

    fn sold<'r>(&self, same: &[usize], query: &MapQuery<'_>) -> Option<Step<'r>> {
        let sold: Vec<usize> = same
            .iter()
            .copied()
            .filter(|&index| self.is_sold(index, query))
            .collect();
        match sold.len() {
            0 => None,
            1 => Some((MappingKind::Same, sold, None)),
            _ => Some((MappingKind::Ambiguous, sold, None)),
        }
    }

    /// The one offer that does exactly the same, under the same cap.
    fn equivalent<'r>(&self, source: &Entry, index: usize, query: &MapQuery<'_>) -> Option<Step<'r>> {
        if source.capabilities.is_empty() || &*source.licenses == CAPACITY {
            return None;
        }
        let fits = |other: &usize| {
            *other != index
                && self.is_sold(*other, query)
                && self.entry(*other).is_some_and(|entry| {
                    same_kind(entry, source)
                        && entry.offer.seat_cap == source.offer.seat_cap
                        && entry.capabilities == source.capabilities
                })
        };
        let found: Vec<usize> = (0..self.entries.len()).filter(fits).collect();
        (found.len() == 1).then_some((MappingKind::Equivalent, found, None))
    }

    fn replacement<'r>(&self, source: &Entry, rows: &[&'r Retirement], query: &MapQuery<'_>) -> Option<Step<'r>> {
        let [row] = rows else { return None };
        let [successors] = self.successors(source, row).try_into().ok()?;
        let sold = successors.iter().all(|&index| self.is_sold(index, query));
        sold.then_some((MappingKind::Replacement, successors, Some(*row)))
    }

    /// Successors of which a person must choose; else the offers nearest in what they do, where the source is retired.
    fn suggested<'r>(
        &self,
        source: &Entry,
        index: usize,
        rows: &[&'r Retirement],
        query: &MapQuery<'_>,
    ) -> Option<Step<'r>> {
        let mut named: Vec<usize> = Vec::new();
        for successor in rows.iter().flat_map(|row| self.successors(source, row)).flatten() {
            if !named.contains(&successor) && named.len() < SUGGESTIONS {
                named.push(successor);
            }
        }
        if !named.is_empty() {
            return Some((MappingKind::Suggested, named, rows.first().copied()));
        }
        let ended = source.offer.sold_until.is_some_and(|until| until < query.on);
        if rows.is_empty() && !ended {
            return None;
        }
        let near = self.nearest(source, index, query);
        (!near.is_empty()).then_some((MappingKind::Suggested, near, rows.first().copied()))
    }

    /// The offers sold that lose least, then gain least.
    fn nearest(&self, source: &Entry, index: usize, query: &MapQuery<'_>) -> Vec<usize> {
        let mut ranked: Vec<(usize, usize, usize)> = (0..self.entries.len())
            .filter(|&other| other != index && self.is_sold(other, query))
            .filter_map(|other| self.entry(other).map(|entry| (other, entry)))
            .filter(|(_, entry)| same_kind(entry, source) && entry.capabilities.overlaps(&source.capabilities))
            .map(|(other, entry)| {
                let difference = self.families.compare(&source.capabilities, &[&entry.capabilities]);
                (difference.loss, difference.gain, other)
            })
            .collect();
        ranked.sort_unstable();
        ranked
            .into_iter()
            .take(SUGGESTIONS)
            .map(|(_, _, other)| other)
            .collect()
    }

    /// The rows that name successors on the day.
    fn retirements(&self, index: usize, query: &MapQuery<'_>) -> Vec<&Retirement> {
        let of = self.entry(index).and_then(|entry| entry.twin_of).unwrap_or(index);
        self.retirements
            .get(&of)
            .into_iter()
            .flatten()
            .filter(|row| row.days.contain(query.on))
            .collect()
    }

    /// The alternatives of a row, for the source's own segment.
    fn successors(&self, source: &Entry, row: &Retirement) -> Vec<Vec<usize>> {
        let own = |&index: &usize| {
            let entry = self.entry(index)?;
            let of_segment = if entry.offer.segment == source.offer.segment {
                Some(index)
            } else {
                entry.twin
            };
            of_segment.filter(|&index| {
                self.entry(index)
                    .is_some_and(|e| e.offer.segment == source.offer.segment)
            })
        };
        row.successors
            .iter()
            .filter_map(|together| together.iter().map(own).collect())
            .collect()
    }

    fn is_sold(&self, index: usize, query: &MapQuery<'_>) -> bool {
        self.entry(index)
            .is_some_and(|entry| !entry.offer.free && entry.offer.is_sold(query.on))
    }

    fn add_rows(&self, base: Found, kind: MappingKind, entries: Vec<usize>, row: Option<&Retirement>) -> Found {
        let Found {
            mut certainty,
            mut evidence,
            ..
        } = base;
        for entry in entries.iter().filter_map(|&index| self.entry(index)) {
            certainty = certainty.max(entry.offer.certainty);
            let line = offer_row(&entry.offer);
            if !evidence.contains(&line) {
                evidence.push(line);
            }
        }
        if let Some(row) = row {
            certainty = certainty.max(row.certainty);
            let since = row
                .days
                .from
                .map_or_else(|| "date unknown".to_owned(), |from| format!("since {from}"));
            evidence.push(format!("retirements ({since}: {})", row.source));
        }
        Found {
            kind,
            entries,
            certainty,
            evidence,
        }
    }

    /// Adds the rows that say which offer the source is; how sure they are.
    fn evidence_of(&self, query: &MapQuery<'_>, offer: &Offer, by: &str, evidence: &mut Vec<String>) -> Certainty {
        evidence.push(format!("found by {by}"));
        let mut certainty = offer.certainty;
        if let Some(name) = query.source.name.as_deref().filter(|_| by == "name") {
            let rows = self.name_rows(name).map(|(rows, _)| rows).unwrap_or_default();
            let index = self
                .by_key
                .get(&offer.key)
                .and_then(|&index| self.entry(index)?.twin_of.or(Some(index)));
            if let Some(row) = rows.iter().find(|row| Some(row.entry) == index) {
                evidence.push(format!("names `{name}` ({})", row.source));
                // A translated name is no better than its translation.
                certainty = if row.english {
                    certainty
                } else {
                    certainty.max(Certainty::Likely)
                };
            }
        }
        evidence.push(offer_row(offer));
        certainty
    }

    /// What was found as a mapping: targets with their terms, what users lose and gain.
    pub(super) fn write_up(&self, query: &MapQuery<'_>, found: Found) -> Mapping {
        let mut mapping = Mapping {
            kind: found.kind,
            certainty: found.certainty,
            ..Mapping::nothing()
        };
        for entry in found.entries.iter().filter_map(|&index| self.entry(index)) {
            let (term, change) = choose_term(&entry.offer, query);
            mapping.term_changed |= change == TermChange::Changed;
            mapping.term_not_sold |= change == TermChange::NotSold;
            mapping.end_of_sale |= !entry.offer.is_on_sale(query.on);
            mapping.targets.push(Target {
                offer_id: order_id(&entry.offer),
                name: entry.offer.name.clone(),
                offer: Some(Arc::clone(&entry.offer)),
                term,
            });
        }
        mapping.licences = match found.kind {
            MappingKind::Same => Some(Licences::Keep),
            MappingKind::Equivalent | MappingKind::Replacement | MappingKind::Suggested => Some(Licences::Reassign),
            MappingKind::Ambiguous | MappingKind::Unmapped => None,
        };
        // Suggestions stand side by side: what is said of losses is said of the first.
        let together = match found.kind {
            MappingKind::Suggested => found.entries.get(..1).unwrap_or_default(),
            MappingKind::Replacement | MappingKind::Equivalent => &found.entries,
            _ => &[],
        };
        let difference = self.difference(query, together);
        mapping.critical_loss = difference.critical;
        mapping.loses = difference.loses;
        mapping.gains = difference.gains;
        mapping.evidence = found.evidence.join("; ").into();
        mapping
    }

    /// What changes for users with all of these targets together; nothing where one side's capabilities are unknown.
    pub(super) fn difference(&self, query: &MapQuery<'_>, targets: &[usize]) -> Difference {
        let source = match query.resolution {
            Resolution::Known { offer, .. } => self.by_key.get(&offer.key).and_then(|&index| self.entry(index)),
            _ => None,
        };
        let targets: Vec<_> = targets
            .iter()
            .filter_map(|&index| self.entry(index))
            .map(|e| &e.capabilities)
            .collect();
        match source {
            Some(source) if !source.capabilities.is_empty() && !targets.is_empty() => {
                self.families.compare(&source.capabilities, &targets)
            }
            _ => Difference::default(),
        }
    }
}

/// One step's answer: how it was found, which entries, by which row of successors.
type Step<'r> = (MappingKind, Vec<usize>, Option<&'r Retirement>);

/// What became of the source's term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TermChange {
    Kept,
    Changed,
    NotSold,
}

/// The source's term where it is sold for so many seats, else the nearest that is; the shorter of two as near.
pub(super) fn choose_term(offer: &Offer, query: &MapQuery<'_>) -> (Option<Term>, TermChange) {
    let Some(wanted) = query.term.filter(|_| !offer.terms.is_empty()) else {
        return (query.term, TermChange::Kept);
    };
    let sold = offer
        .terms
        .iter()
        .filter(|(_, least)| query.seats.is_none_or(|seats| seats >= *least));
    match sold
        .map(|(term, _)| *term)
        .min_by_key(|term| (term.0.abs_diff(wanted.0), term.0))
    {
        Some(term) if term == wanted => (Some(term), TermChange::Kept),
        Some(term) => (Some(term), TermChange::Changed),
        None => (None, TermChange::NotSold),
    }
}

/// Whether one offer may stand in for the other at all.
pub(super) fn same_kind(a: &Entry, b: &Entry) -> bool {
    a.offer.segment == b.offer.segment
        && a.offer.cloud == b.offer.cloud
        && a.licenses == b.licenses
        && a.offer.addon_of.is_some() == b.offer.addon_of.is_some()
}

/// Whether both provision the same SKU, so that assignments stay.
pub(super) fn same_sku(a: &Offer, b: &Offer) -> bool {
    match (a.sku_id, b.sku_id) {
        (Some(a), Some(b)) => a == b,
        _ => match (&a.sku_part_number, &b.sku_part_number) {
            (Some(a), Some(b)) => fold_part_number(a) == fold_part_number(b),
            _ => a.key == b.key,
        },
    }
}

/// The id to order by; where the catalogue does not know it, the best there is to tell the offer by.
pub(super) fn order_id(offer: &Offer) -> Text {
    let sku_id = || offer.sku_id.map(|id| Text::from(id.as_hyphenated().to_string()));
    offer
        .item
        .clone()
        .or_else(|| offer.sku_part_number.clone())
        .or_else(sku_id)
        .unwrap_or_else(|| offer.key.clone())
}

pub(super) fn offer_row(offer: &Offer) -> String {
    format!("offers `{}` ({})", offer.key, offer.source)
}

fn unmapped(why: String) -> Found {
    Found {
        kind: MappingKind::Unmapped,
        entries: Vec::new(),
        certainty: Certainty::Unsure,
        evidence: vec![why],
    }
}
