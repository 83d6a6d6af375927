//! The user's own offers table, ready to be asked.
//!
//! In: the rows that `[tables] offers` names. Out: for one source, the row that decides, or the rows that tie. The most specific
//! wins: the offer's own id, then the SKU id, then the string id, then any other id of the same offer, then the name as it
//! stands, then another name of the same offer. Rows that tie are told and none is used. The rows' order never decides.

use hashbrown::HashMap;

use super::{Catalog, MapQuery, Resolution, spelling::IdText};
use crate::recognise::{SourceOffer, tables::OfferRule, vocabulary::fold};

/// The rows of the user's table by what they are about.
#[derive(Debug)]
pub struct RuleBook<'r> {
    rules: &'r [OfferRule],
    by_id: HashMap<IdText, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// By an id of the offer, by catalogue entry.
    by_offer_id: HashMap<usize, Vec<usize>>,
    /// By a name of the offer, by catalogue entry.
    by_offer_name: HashMap<usize, Vec<usize>>,
}

/// What the table says of a source.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice<'r> {
    Used(&'r OfferRule),
    Tied(Vec<u32>),
    Nothing,
}

impl Catalog {
    /// Prepares the user's rows for many questions.
    pub fn rule_book<'r>(&self, rules: &'r [OfferRule]) -> RuleBook<'r> {
        let mut book = RuleBook {
            rules,
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            by_offer_id: HashMap::new(),
            by_offer_name: HashMap::new(),
        };
        for (index, rule) in rules.iter().enumerate() {
            let text = &rule.source_offer;
            book.by_name.entry(fold(text)).or_default().push(index);
            let Some(id) = IdText::read(text) else { continue };
            let found = match &id {
                // A product alone does not say which of its SKUs.
                IdText::Product(_) => Vec::new(),
                id => self.of_segment(self.find_id(id), None),
            };
            for entry in &found {
                book.by_offer_id.entry(*entry).or_default().push(index);
            }
            if found.is_empty() {
                let mut entries: Vec<usize> = self
                    .name_rows(text)
                    .into_iter()
                    .flat_map(|(rows, _)| rows.iter().map(|row| row.entry))
                    .flat_map(|entry| [Some(entry), self.entry(entry).and_then(|entry| entry.twin)])
                    .flatten()
                    .collect();
                entries.sort_unstable();
                entries.dedup();
                for entry in entries {
                    book.by_offer_name.entry(entry).or_default().push(index);
                }
            }
            book.by_id.entry(id).or_default().push(index);
        }
        book
    }
}

impl<'r> RuleBook<'r> {
    /// The row that decides for a source on the day of the order.
    pub(super) fn choose(&self, catalog: &Catalog, query: &MapQuery<'_>) -> Choice<'r> {
        if self.rules.is_empty() {
            return Choice::Nothing;
        }
        let source = query.source;
        let literal = |text: &Option<crate::terms::Text>| {
            text.as_deref()
                .and_then(IdText::read)
                .and_then(|id| self.by_id.get(&id))
        };
        let offer = match query.resolution {
            Resolution::Known { offer, .. } => catalog.by_key.get(&offer.key).copied(),
            _ => None,
        };
        let levels: [Option<&Vec<usize>>; 6] = [
            literal(&source.offer_id),
            literal(&source.sku_id),
            literal(&source.sku_part_number),
            offer.and_then(|offer| self.by_offer_id.get(&offer)),
            source.name.as_deref().and_then(|name| self.by_name.get(&fold(name))),
            offer.and_then(|offer| self.by_offer_name.get(&offer)),
        ];
        for (level, rows) in levels.into_iter().enumerate() {
            let fits = |rule: &OfferRule| {
                let in_time = rule.valid_from.is_none_or(|from| from <= query.on)
                    && rule.valid_until.is_none_or(|until| query.on <= until);
                in_time && (level + 1 < levels.len() || stands_for(catalog, rule, query))
            };
            let rows: Vec<&'r OfferRule> = rows
                .into_iter()
                .flatten()
                .filter_map(|&index| self.rules.get(index))
                .filter(|rule| fits(rule))
                .collect();
            match rows.as_slice() {
                [] => {}
                [rule] => return Choice::Used(rule),
                several => {
                    let mut tied: Vec<u32> = several.iter().map(|rule| rule.row).collect();
                    tied.sort_unstable();
                    return Choice::Tied(tied);
                }
            }
        }
        Choice::Nothing
    }
}

/// Whether a row's name stands, on the day, for the very offer of the question.
fn stands_for(catalog: &Catalog, rule: &OfferRule, query: &MapQuery<'_>) -> bool {
    let Resolution::Known { offer, .. } = query.resolution else {
        return false;
    };
    let named = SourceOffer {
        name: Some(rule.source_offer.clone()),
        ..SourceOffer::default()
    };
    matches!(catalog.resolve(&named, query.on), Resolution::Known { offer: meant, .. } if meant.key == offer.key)
}
