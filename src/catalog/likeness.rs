//! Names that look like a text, to be shown to a person.
//!
//! In: a name that stands for no offer. Out: at most three offers whose name differs from it by slips of the pen. Nothing is
//! ever mapped by it. A word that some name has is what it is, and so is a word with a digit: `Basic` is no `Business`, `E3`
//! no `E5`, and what is suggested is never of another tier than what was written.

use std::{collections::BTreeSet, sync::Arc};

use super::{Catalog, Offer};
use crate::recognise::vocabulary::fold;

/// Most offers that are of use to a person.
const SUGGESTIONS: usize = 3;
/// Words shorter than this must be right.
const SHORT: usize = 5;
/// From this length on a word may have two slips.
const LONG: usize = 9;

impl Catalog {
    /// Offers whose name differs from a text by slips of the pen, sorted by key; none where the text is a name, or where the
    /// names that fit stand for offers that do different things.
    pub fn alike(&self, text: &str) -> Vec<Arc<Offer>> {
        if self.name_rows(text).is_some() {
            return Vec::new();
        }
        let written = words_of(text);
        let fits = |name: &[String]| {
            name.len() == written.len()
                && name
                    .iter()
                    .zip(&written)
                    .all(|(name, word)| name == word || (!self.words.contains(word) && is_slip(name, word)))
        };
        let found: BTreeSet<usize> = self
            .named_words
            .iter()
            .filter(|(name, _)| fits(name))
            .map(|(_, entry)| *entry)
            .collect();
        let entries: Vec<_> = found.iter().filter_map(|&index| self.entry(index)).collect();
        let same = entries
            .windows(2)
            .all(|two| matches!(two, [a, b] if a.capabilities == b.capabilities));
        let entries = if same { entries } else { Vec::new() };
        entries
            .into_iter()
            .take(SUGGESTIONS)
            .map(|entry| Arc::clone(&entry.offer))
            .collect()
    }

    pub(super) fn index_words(&mut self) {
        let rows = self.by_name.values().flatten();
        self.named_words = rows.map(|row| (words_of(&row.text), row.entry)).collect();
        self.named_words.sort_unstable();
        self.words = self.named_words.iter().flat_map(|(words, _)| words).cloned().collect();
    }
}

fn words_of(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(fold)
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whether one word is the other with a slip or two.
fn is_slip(name: &str, word: &str) -> bool {
    let digits = |text: &str| text.contains(|c: char| c.is_numeric());
    let letters = name.chars().count().min(word.chars().count());
    let most = match letters {
        LONG.. => 2,
        SHORT.. => 1,
        _ => 0,
    };
    !digits(name) && !digits(word) && strsim::damerau_levenshtein(name, word) <= most
}
