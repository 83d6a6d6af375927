//! The steps by which a target is found in the catalogue.
//!
//! In: the source's entry and the question. Out: a [`Step`], or none where the step has no answer; `map` asks them in order.
//! Each refuses what is of another segment, cloud or kind of licence, and an add-on for a base; what is free is never a target.

use super::{
    Catalog, MapQuery,
    compare::Distance,
    offers::{Entry, Retirement},
    sale::is_of,
    target::{is_on_sale, same_kind, same_sku},
};
use crate::terms::*;

/// Most suggestions that are of use to a person.
const SUGGESTIONS: usize = 3;
/// The kind of licence whose number of seats means something else in each offer.
const CAPACITY: &str = "capacity";

/// One step's answer: how it was found, which entries, by which row of successors.
pub(super) type Step<'r> = (MappingKind, Vec<usize>, Option<&'r Retirement>);

impl Catalog {
    /// All offers that provision the same SKU id for the same segment and have an item; the offer itself first.
    pub(super) fn same(&self, source: &Entry, index: usize) -> Vec<usize> {
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

    pub(super) fn sold<'r>(&self, same: &[usize], query: &MapQuery<'_>) -> Option<Step<'r>> {
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
    pub(super) fn equivalent<'r>(&self, source: &Entry, index: usize, query: &MapQuery<'_>) -> Option<Step<'r>> {
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

    pub(super) fn replacement<'r>(
        &self,
        source: &Entry,
        rows: &[&'r Retirement],
        query: &MapQuery<'_>,
    ) -> Option<Step<'r>> {
        let [row] = rows else { return None };
        let [successors] = self.successors(source, row).try_into().ok()?;
        let sold = successors.iter().all(|&index| self.is_sold(index, query));
        sold.then_some((MappingKind::Replacement, successors, Some(*row)))
    }

    /// Successors of which a person must choose; else the offers nearest in what they do, where the source is retired.
    pub(super) fn suggested<'r>(
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
    pub(super) fn nearest(&self, source: &Entry, index: usize, query: &MapQuery<'_>) -> Vec<usize> {
        let mut ranked: Vec<(Distance, usize)> = (0..self.entries.len())
            .filter(|&other| other != index && self.is_sold(other, query))
            .filter_map(|other| self.entry(other).map(|entry| (other, entry)))
            .filter(|(_, entry)| same_kind(entry, source) && entry.capabilities.overlaps(&source.capabilities))
            .map(|(other, entry)| {
                let distance = self.families.distance(&source.capabilities, &[&entry.capabilities]);
                (distance, other)
            })
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().take(SUGGESTIONS).map(|(_, other)| other).collect()
    }

    /// The rows that name successors on the day.
    pub(super) fn retirements(&self, index: usize, query: &MapQuery<'_>) -> Vec<&Retirement> {
        let of = self.entry(index).and_then(|entry| entry.twin_of).unwrap_or(index);
        let (here, everywhere): (Vec<_>, Vec<_>) = self
            .retirements
            .get(&of)
            .into_iter()
            .flatten()
            .filter(|row| row.days.contain(query.on) && is_of(&row.countries, query.country))
            .partition(|row| !row.countries.is_empty());
        // What holds for the country comes before what holds everywhere.
        if here.is_empty() { everywhere } else { here }
    }

    /// The alternatives of a row, for the source's own segment.
    pub(super) fn successors(&self, source: &Entry, row: &Retirement) -> Vec<Vec<usize>> {
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

    pub(super) fn is_sold(&self, index: usize, query: &MapQuery<'_>) -> bool {
        self.entry(index)
            .is_some_and(|entry| !entry.offer.free && entry.offer.item.is_some() && is_on_sale(&entry.offer, query))
    }
}
