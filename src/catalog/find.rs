//! All offers that a text may mean, for people who look one up.
//!
//! In: a name or id in any spelling. Out: [`Reading`]s: every offer that has that id, or had that name on some day, with how it was
//! found; and where nothing has it, names that hold all its words. Unlike resolving it never chooses: it shows all there is. What
//! is merely alike is named as such and is no reading.

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Catalog, Offer, offers::Days, spelling::IdText};
use crate::{recognise::vocabulary::fold, terms::*};

/// Most offers that are shown for words of a name.
const MOST_ALIKE: usize = 20;

/// One offer that a text may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The offer.
    pub offer: Arc<Offer>,
    /// How it was found: `SKU id`, `name from 2020-04-21`.
    pub by: String,
    /// Legacy offer ids that stand for it, sorted.
    pub legacy_ids: Vec<Uuid>,
    /// What Microsoft says of its end, if anything.
    pub retirement: Option<Retired>,
}

/// How an offer ends, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// First day it is retired, where known.
    pub from: Option<NaiveDate>,
    /// Last day, where it was taken back.
    pub until: Option<NaiveDate>,
    /// Alternatives, each of one or several offers.
    pub successors: Vec<Vec<Arc<Offer>>>,
    /// Where that is said.
    pub source: Text,
    /// How sure it is.
    pub certainty: Certainty,
}

/// What looking up a text came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// These offers have that id or name.
    Found(Vec<Reading>),
    /// None has; these have all its words in their name.
    Alike(Vec<Reading>),
    /// None, nor anything with its words; names that differ from it by slips of the pen.
    Nothing(Vec<Text>),
}

impl Catalog {
    /// Every offer that a name or id may mean, sorted by key.
    pub fn find(&self, text: &str) -> Lookup {
        let mut found: Vec<(usize, String)> = Vec::new();
        let mut add = |index: usize, by: String| {
            if found.iter().all(|(known, _)| *known != index) {
                found.push((index, by));
            }
        };
        if let Some(id) = IdText::read(text) {
            for index in self.find_id(&id) {
                let by = match &id {
                    IdText::Guid(guid) => match self.entry(index).and_then(|entry| entry.offer.sku_id) == Some(*guid) {
                        true => "SKU id",
                        false => "legacy offer id",
                    },
                    IdText::Item(_) => "product and SKU",
                    IdText::Product(_) => "product",
                    IdText::PartNumber(_) => "SKU part number",
                };
                add(index, by.to_owned());
            }
        }
        if let Some(&index) = self.by_key.get(text.trim()) {
            add(index, "key of the catalogue".to_owned());
        }
        if let Some((rows, stated)) = self.name_rows(text) {
            for row in rows {
                if let Some(index) = self.stated_of(row, stated) {
                    add(index, format!("name{}", words_of(row.days)));
                }
            }
        }
        if !found.is_empty() {
            return Lookup::Found(self.readings(found));
        }
        match self.with_words(text) {
            none if none.is_empty() => {
                Lookup::Nothing(self.alike(text).iter().map(|offer| offer.name.clone()).collect())
            }
            alike => Lookup::Alike(self.readings(alike)),
        }
    }

    fn readings(&self, mut found: Vec<(usize, String)>) -> Vec<Reading> {
        found.sort();
        let readings = found.into_iter().filter_map(|(index, by)| {
            let offer = Arc::clone(&self.entry(index)?.offer);
            let mut legacy_ids: Vec<Uuid> = self
                .by_guid
                .iter()
                .filter(|(guid, entries)| entries.contains(&index) && offer.sku_id != Some(**guid))
                .map(|(guid, _)| *guid)
                .collect();
            legacy_ids.sort_unstable();
            Some(Reading {
                retirement: self.retired(index),
                offer,
                by,
                legacy_ids,
            })
        });
        readings.collect()
    }

    fn retired(&self, index: usize) -> Option<Retired> {
        let entry = self.entry(index)?;
        let rows = self.retirements.get(&entry.twin_of.unwrap_or(index))?;
        // What holds everywhere says more than what holds in some country.
        let row = rows.iter().find(|row| row.countries.is_empty()).or(rows.first())?;
        let offers = |keys: Vec<usize>| -> Vec<Arc<Offer>> {
            let offers = keys.into_iter().filter_map(|index| self.entry(index));
            offers.map(|entry| Arc::clone(&entry.offer)).collect()
        };
        Some(Retired {
            from: row.days.from,
            until: row.days.until,
            successors: self.successors(entry, row).into_iter().map(offers).collect(),
            source: row.source.clone(),
            certainty: row.certainty,
        })
    }

    /// Offers whose name today holds all words of a text.
    fn with_words(&self, text: &str) -> Vec<(usize, String)> {
        let words: Vec<String> = text
            .split_whitespace()
            .map(fold)
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() {
            return Vec::new();
        }
        let holds = |name: &str| {
            let name: Vec<String> = name.split_whitespace().map(fold).collect();
            words
                .iter()
                .all(|word| name.iter().any(|own| own.starts_with(word.as_str())))
        };
        let entries = self.entries.iter().enumerate();
        entries
            .filter(|(_, entry)| entry.twin_of.is_none() && holds(&entry.offer.name))
            .map(|(index, _)| (index, "words of its name".to_owned()))
            .take(MOST_ALIKE)
            .collect()
    }
}

fn words_of(days: Days) -> String {
    match (days.from, days.until) {
        (None, None) => String::new(),
        (Some(from), None) => format!(" from {from}"),
        (None, Some(until)) => format!(" until {until}"),
        (Some(from), Some(until)) => format!(" from {from} to {until}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(lookup: &Lookup) -> Vec<&str> {
        match lookup {
            Lookup::Found(readings) | Lookup::Alike(readings) => readings.iter().map(|r| &*r.offer.key).collect(),
            Lookup::Nothing(_) => Vec::new(),
        }
    }

    #[test]
    fn every_spelling_finds_all_readings() {
        let catalog = Catalog::embedded();
        for text in [
            "CFQ7TTC0LDPB/1",
            "O365_BUSINESS_PREMIUM",
            "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
            "m365-business-standard",
        ] {
            let found = catalog.find(text);
            assert!(matches!(found, Lookup::Found(_)), "{text}");
            assert!(
                keys(&found).contains(&"m365-business-standard"),
                "{text}: {:?}",
                keys(&found)
            );
        }
        let two = catalog.find("Microsoft 365 F1");
        assert!(keys(&two).len() >= 2, "{:?}", keys(&two));
    }

    #[test]
    fn a_name_that_states_for_whom_finds_the_offer_for_them() {
        let catalog = Catalog::embedded();
        for (text, key) in [
            ("Microsoft 365 E3 (Nonprofit Staff Pricing)", "m365-e3@nonprofit"),
            (
                "Microsoft 365 E3 (tarif pour le personnel d’organisations à but non lucratif)",
                "m365-e3@nonprofit",
            ),
            ("Microsoft 365 E3", "m365-e3"),
            ("Power BI Pro for faculty", "power-bi-pro-faculty"),
        ] {
            assert_eq!(keys(&catalog.find(text)), [key], "{text}");
        }
    }

    #[test]
    fn what_is_only_alike_is_no_reading() {
        let catalog = Catalog::embedded();
        assert!(matches!(catalog.find("business premium microsoft"), Lookup::Alike(_)));
        assert_eq!(catalog.find("xyzzy"), Lookup::Nothing(Vec::new()));
        assert!(matches!(
            catalog.find("Microsft 365 Business Premum"),
            Lookup::Nothing(near) if !near.is_empty()
        ));
    }
}
