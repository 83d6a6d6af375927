//! The tables of words that come with the program.
//!
//! In: the CSV files beside the vocabulary, part of the binary. Out: what a folded heading or word stands for in them. Each
//! table is read when it is first asked for, once a process: a run that meets no country's name never reads those. The tests
//! see to it that no folded text has two meanings, so the order of reading does not matter.

use std::{collections::HashMap, sync::LazyLock};

use super::{Kind, Known, Language, folding::spellings};
use crate::terms::Text;

pub(super) const HEADINGS: &str = include_str!("../headings.csv");
pub(super) const WORDS: &str = include_str!("../words.csv");
pub(super) const COUNTRIES: &str = include_str!("../countries.csv");
pub(super) const MONTHS: &str = include_str!("../months.csv");
pub(super) const LANGUAGES: &str = include_str!("../languages.csv");

/// Folded words of a kind, and what they stand for.
type Words = HashMap<String, &'static str>;

static KNOWN_HEADINGS: LazyLock<HashMap<String, Known>> = LazyLock::new(read_headings);
static KNOWN_WORDS: LazyLock<HashMap<Kind, Words>> = LazyLock::new(read_words);
static KNOWN_COUNTRIES: LazyLock<Words> = LazyLock::new(|| names(COUNTRIES));
static KNOWN_LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(read_languages);

/// The records of a table without its heading line. No cell of them holds a comma or a quote; a test sees to that.
pub(super) fn records(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split(',').collect())
}

fn read_headings() -> HashMap<String, Known> {
    let mut codes: HashMap<&str, Text> = HashMap::new();
    let mut headings: HashMap<String, Known> = HashMap::with_capacity(HEADINGS.lines().count());
    for record in records(HEADINGS) {
        let [field, heading, code, ..] = record[..] else {
            continue;
        };
        let language = codes.entry(code).or_insert_with(|| code.into());
        for key in spellings(heading, code) {
            let known = headings.entry(key).or_insert_with(|| Known {
                field: field.parse().ok(),
                languages: Vec::new(),
            });
            if !known.languages.contains(language) {
                known.languages.push(language.clone());
            }
        }
    }
    headings
}

fn read_words() -> HashMap<Kind, Words> {
    let mut words: HashMap<Kind, Words> = HashMap::new();
    for record in records(WORDS) {
        if let [kind, value, word, language, ..] = record[..]
            && let Ok(kind) = kind.parse()
        {
            let words = words.entry(kind).or_default();
            words.extend(spellings(word, language).map(|key| (key, value)));
        }
    }
    words.entry(Kind::Month).or_default().extend(names(MONTHS));
    words
}

/// A table of value, word and language.
fn names(table: &'static str) -> Words {
    let mut names = HashMap::with_capacity(table.lines().count());
    for record in records(table) {
        if let [value, word, language, ..] = record[..] {
            names.extend(spellings(word, language).map(|key| (key, value)));
        }
    }
    names
}

fn read_languages() -> Vec<Language> {
    let language = |record: Vec<&'static str>| match record[..] {
        [code, order, ..] => Some(Language {
            code,
            date_order: order.parse().ok(),
        }),
        _ => None,
    };
    records(LANGUAGES).filter_map(language).collect()
}

fn words_of(kind: Kind) -> Option<&'static Words> {
    match kind {
        Kind::Country => Some(&KNOWN_COUNTRIES),
        _ => KNOWN_WORDS.get(&kind),
    }
}

/// What a folded heading is known as.
pub(super) fn heading(folded: &str) -> Option<&'static Known> {
    KNOWN_HEADINGS.get(folded)
}

/// What a folded word of a kind stands for.
pub(super) fn word(kind: Kind, folded: &str) -> Option<&'static str> {
    words_of(kind)?.get(folded).copied()
}

/// All that words of a kind stand for, in no order.
pub(super) fn values(kind: Kind) -> impl Iterator<Item = &'static str> {
    words_of(kind).into_iter().flat_map(|words| words.values().copied())
}

/// A language by its code.
pub fn language(code: &str) -> Option<Language> {
    KNOWN_LANGUAGES.iter().find(|language| language.code == code).copied()
}
