//! Which offer a source's texts mean.
//!
//! In: a [`SourceOffer`] and the day its texts were valid. Out: a [`Resolution`]. Ids win over names, and of the ids the offer's
//! own over the SKU id over the string id; a name that stands for another offer is told, not followed. Where several offers
//! provision one SKU id, the segment decides: the source's, else commercial. A name counts with the dates it was valid at;
//! what follows it (term, billing, segment) is taken off. Nothing is matched by likeness: with Teams and without, Plan 1 and
//! Plan 2, E3 and E5 never meet. An id that the catalogue does not know but ought to, given the name, is `Unknown`.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    Catalog, Offer, Resolution, When,
    offers::{Entry, NameRow, Tail},
    spelling::IdText,
};
use crate::{
    recognise::{SourceOffer, vocabulary::fold},
    terms::*,
};

/// Most words that a known tail has.
const TAIL_WORDS: usize = 10;

/// What a name stands for.
#[derive(Debug, Default)]
struct Named {
    /// On the day.
    now: Vec<usize>,
    /// On any day.
    ever: Vec<usize>,
    /// The segment that the name itself states.
    segment: Option<Segment>,
}

/// What one of the ids stands for.
struct Identified {
    by: &'static str,
    id: IdText,
    found: Vec<usize>,
}

impl Catalog {
    /// Which offer the texts mean; `on` is the day on which they were valid, since names change.
    pub fn resolve(&self, source: &SourceOffer, on: NaiveDate) -> Resolution {
        let when = When {
            began: None,
            written: Some(on),
        };
        self.resolve_at(source, when)
    }

    /// Which offer the texts mean. A name of Microsoft's own counts as of the day the subscription began, else of the day it was
    /// written, else of any; what people write themselves as of either.
    pub fn resolve_at(&self, source: &SourceOffer, when: When) -> Resolution {
        let ids = self.identify(source);
        let mut named = source
            .name
            .as_deref()
            .map(|name| self.named(name, when))
            .unwrap_or_default();
        if named.ever.is_empty() && source.name.is_none() && ids.iter().all(|id| id.found.is_empty()) {
            let cells = [&source.offer_id, &source.sku_part_number];
            let named_by_id = cells.into_iter().flatten().map(|text| self.named(text, when));
            named = named_by_id
                .into_iter()
                .find(|named| !named.ever.is_empty())
                .unwrap_or_default();
        }
        let segment = named.segment.or(source.segment);
        match ids.iter().position(|id| !id.found.is_empty()) {
            Some(first) => self.by_id(ids.get(first..).unwrap_or_default(), &named, segment),
            None if !named.now.is_empty() => self.by_name_alone(&ids, &named, segment),
            None => match source
                .name
                .as_deref()
                .and_then(IdText::read)
                .map(|id| self.find_id(&id))
            {
                Some(found) => self.answer(self.of_segment(found, segment), "name", None),
                None => Resolution::Unknown,
            },
        }
    }

    fn identify(&self, source: &SourceOffer) -> Vec<Identified> {
        [
            ("offer id", &source.offer_id),
            ("SKU id", &source.sku_id),
            ("SKU part number", &source.sku_part_number),
        ]
        .into_iter()
        .filter_map(|(by, text)| {
            let id = IdText::read(text.as_deref()?)?;
            let found = self.find_id(&id);
            Some(Identified { by, id, found })
        })
        .collect()
    }

    /// All offers that an id may stand for.
    pub(super) fn find_id(&self, id: &IdText) -> Vec<usize> {
        let found = match id {
            IdText::Guid(guid) => self.by_guid.get(guid),
            IdText::Item(item) => self.by_item.get(item),
            IdText::Product(product) => self.by_product.get(product),
            // `contoso:SPE_E3` is how older cmdlets write it.
            IdText::PartNumber(text) => self.by_part_number.get(text).or_else(|| {
                text.rsplit_once(':')
                    .and_then(|(_, text)| self.by_part_number.get(text))
            }),
        };
        found.cloned().unwrap_or_default()
    }

    fn by_id(&self, ids: &[Identified], named: &Named, segment: Option<Segment>) -> Resolution {
        let Some((first, others)) = ids.split_first() else {
            return Resolution::Unknown;
        };
        let mut found = first.found.clone();
        let mut other = None;
        for id in others.iter().filter(|id| !id.found.is_empty()) {
            let both = common(&found, &id.found);
            if both.is_empty() {
                other = other.or_else(|| self.of_segment(id.found.clone(), segment).first().copied());
            } else {
                found = both;
            }
        }
        let mut chosen = self.of_segment(found, segment);
        for names in [&named.now, &named.ever] {
            if chosen.len() > 1 {
                chosen = Some(common(&chosen, names))
                    .filter(|both| !both.is_empty())
                    .unwrap_or(chosen);
            }
        }
        if matches!(first.id, IdText::Product(_)) && others.iter().all(|id| id.found.is_empty()) {
            chosen = match common(&chosen, &named.now) {
                both if !both.is_empty() => both,
                // The product alone does not say which of its SKUs: one that we know need not be the one.
                _ => return self.ambiguous(&union(&chosen, &named.now)),
            };
        }
        let disagrees = other.or_else(|| self.disagreeing(&chosen, named));
        self.answer(chosen, first.by, disagrees)
    }

    /// The offer that the name stands for, if that is none of those chosen by id on any day.
    fn disagreeing(&self, chosen: &[usize], named: &Named) -> Option<usize> {
        let agrees = chosen.iter().any(|index| named.ever.contains(index));
        let same_product = |index: &usize| {
            let sku = |index: usize| self.entry(index).and_then(|entry| entry.offer.sku_id);
            named.segment.is_none() && sku(*index).is_some() && chosen.iter().any(|one| sku(*one) == sku(*index))
        };
        if agrees || named.ever.iter().any(same_product) {
            return None;
        }
        named.now.first().copied()
    }

    fn by_name_alone(&self, ids: &[Identified], named: &Named, segment: Option<Segment>) -> Resolution {
        let chosen = self.of_segment(named.now.clone(), segment);
        // An unknown id beside a known name: it must not be one that the name's offer contradicts.
        let fits = |entry: &Entry| ids.iter().all(|id| may_be(&entry.offer, id));
        let known = chosen.iter().filter_map(|&index| self.entry(index)).any(fits);
        if known {
            self.answer(chosen, "name", None)
        } else {
            Resolution::Unknown
        }
    }

    /// Whether a commercial offer is only one of several that its SKU id provisions, for customers of other segments.
    pub fn has_other_segments(&self, offer: &Offer) -> bool {
        let of_sku = offer.sku_id.and_then(|sku| self.by_guid.get(&sku));
        let mut others = of_sku.into_iter().flatten().filter_map(|&index| self.entry(index));
        offer.segment == Segment::Commercial && others.any(|other| other.offer.segment != offer.segment)
    }

    /// Of offers that share an id or a name, those of the segment; else the commercial ones; else all.
    pub(super) fn of_segment(&self, found: Vec<usize>, segment: Option<Segment>) -> Vec<usize> {
        let of = |wanted: Segment| -> Vec<usize> {
            let is = |index: &usize| self.entry(*index).is_some_and(|entry| entry.offer.segment == wanted);
            found.iter().copied().filter(is).collect()
        };
        if found.len() < 2 {
            return found;
        }
        let wanted = of(segment.unwrap_or(Segment::Commercial));
        let commercial = if wanted.is_empty() {
            of(Segment::Commercial)
        } else {
            wanted
        };
        if commercial.is_empty() { found } else { commercial }
    }

    /// What a name stands for on a day, and ever, nonprofit twins included.
    fn named(&self, name: &str, when: When) -> Named {
        let Some((rows, stated)) = self.name_rows(name) else {
            return Named::default();
        };
        let select = |of: &dyn Fn(&NameRow) -> bool| -> Vec<usize> {
            let mut found: Vec<usize> = rows.iter().filter(|row| of(row)).map(|row| row.entry).collect();
            let twins: Vec<usize> = found
                .iter()
                .filter_map(|&index| self.entry(index).and_then(|entry| entry.twin))
                .collect();
            found.extend(twins);
            found.retain(|&index| self.entry(index).is_some_and(|entry| is_stated(entry, stated)));
            found.sort_unstable();
            found.dedup();
            found
        };
        let ever = select(&|_| true);
        let now = select(&|row| is_meant(row, when));
        let now = if now.is_empty() { ever.clone() } else { now };
        let segment = match stated {
            Some(Tail::Segment(segment, _)) => Some(*segment),
            _ => None,
        };
        Named { now, ever, segment }
    }

    /// The rows of a name, after taking off as few of the words around it as it needs, and the segment those stated.
    pub(super) fn name_rows(&self, name: &str) -> Option<(&[NameRow], Option<&Tail>)> {
        let words: Vec<&str> = name.split_whitespace().collect();
        let mut words = words.as_slice();
        let mut stated = None;
        loop {
            if let Some(rows) = self.by_name.get(&fold(&words.join(" "))) {
                return Some((rows, stated));
            }
            let (rest, tail) = self.without_tail(words).or_else(|| self.without_head(words))?;
            words = rest;
            if matches!(tail, Tail::Segment(..)) {
                if stated.is_some_and(|other| other != tail) {
                    return None;
                }
                stated = Some(tail);
            }
        }
    }

    /// The row's offer where it is for those whom the name states, else its twin that is.
    pub(super) fn stated_of(&self, row: &NameRow, stated: Option<&Tail>) -> Option<usize> {
        let twin = self.entry(row.entry).and_then(|entry| entry.twin);
        [Some(row.entry), twin]
            .into_iter()
            .flatten()
            .find(|&index| self.entry(index).is_some_and(|entry| is_stated(entry, stated)))
    }

    fn without_tail<'w>(&self, words: &'w [&'w str]) -> Option<(&'w [&'w str], &Tail)> {
        (1..words.len().min(TAIL_WORDS + 1)).rev().find_map(|count| {
            let (rest, tail) = words.split_at(words.len() - count);
            self.tails.get(&fold(&tail.join(" "))).map(|tail| (rest, tail))
        })
    }

    fn without_head<'w>(&self, words: &'w [&'w str]) -> Option<(&'w [&'w str], &Tail)> {
        (1..words.len().min(TAIL_WORDS + 1)).rev().find_map(|count| {
            let (head, rest) = words.split_at(count);
            let tail = self.tails.get(&fold(&head.join(" ")))?;
            (*tail == Tail::Term).then_some((rest, tail))
        })
    }

    fn answer(&self, chosen: Vec<usize>, by: &'static str, disagrees: Option<usize>) -> Resolution {
        let offer = |index: usize| self.entry(index).map(|entry| Arc::clone(&entry.offer));
        match chosen.as_slice() {
            [] => Resolution::Unknown,
            [one] => match offer(*one) {
                Some(found) => Resolution::Known {
                    offer: found,
                    by,
                    disagrees: disagrees.and_then(offer),
                },
                None => Resolution::Unknown,
            },
            several => self.ambiguous(several),
        }
    }

    fn ambiguous(&self, readings: &[usize]) -> Resolution {
        Resolution::Ambiguous(
            readings
                .iter()
                .filter_map(|&index| self.entry(index))
                .map(|entry| Arc::clone(&entry.offer))
                .collect(),
        )
    }
}

/// Whether a name stood for the row's offer when it was used.
fn is_meant(row: &NameRow, when: When) -> bool {
    match (when.began, when.written) {
        (Some(began), Some(written)) if row.loose => row.days.contain(began) || row.days.contain(written),
        (Some(day), _) | (None, Some(day)) => row.days.contain(day),
        (None, None) => true,
    }
}

/// Whether an offer is for those whom a name's tail states.
fn is_stated(entry: &Entry, stated: Option<&Tail>) -> bool {
    match stated {
        Some(Tail::Segment(segment, licenses)) => {
            entry.offer.segment == *segment && licenses.as_ref().is_none_or(|licenses| *licenses == entry.licenses)
        }
        _ => true,
    }
}

/// Whether an id that the catalogue does not know may be one more of this offer's.
fn may_be(offer: &Offer, id: &Identified) -> bool {
    match (&id.id, id.by) {
        (IdText::Item(_) | IdText::Product(_), _) => offer.item.is_none(),
        (IdText::Guid(_), "SKU id") => offer.sku_id.is_none(),
        (IdText::PartNumber(_), "SKU part number") => offer.sku_part_number.is_none(),
        _ => true,
    }
}

fn common(a: &[usize], b: &[usize]) -> Vec<usize> {
    a.iter().copied().filter(|index| b.contains(index)).collect()
}

fn union(a: &[usize], b: &[usize]) -> Vec<usize> {
    let mut all: Vec<usize> = a.iter().chain(b).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}
