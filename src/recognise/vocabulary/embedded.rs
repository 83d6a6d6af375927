//! The tables of words that come with the program.
//!
//! In: the CSV files beside the vocabulary, part of the binary. Out: what a folded heading or word stands for in them. The words
//! of a kind are read when they are first asked for, once a process: a run that meets no country's name never reads those. The
//! tests see to it that no folded text has two meanings, so the order of reading does not matter.

use std::sync::{LazyLock, OnceLock};

use hashbrown::HashMap;

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
/// By [`Kind`].
static KNOWN_WORDS: [OnceLock<Words>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
static KNOWN_LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(read_languages);

/// The records of a table without its heading line. No cell of them holds a comma or a quote; a test sees to that.
pub(super) fn records<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().skip(1).map(cells)
}

/// The first cells of a line.
fn cells<const N: usize>(line: &'static str) -> [&'static str; N] {
    let mut cells = line.split(',');
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

fn read_headings() -> HashMap<String, Known> {
    let mut codes: Vec<Text> = Vec::new();
    let mut headings: HashMap<String, Known> = HashMap::with_capacity(HEADINGS.lines().count());
    for [field, heading, code] in records(HEADINGS) {
        let language = match codes.iter().find(|known| ***known == *code) {
            Some(language) => language.clone(),
            None => {
                codes.push(code.into());
                code.into()
            }
        };
        for key in spellings(heading, code) {
            let known = headings.entry(key).or_insert_with(|| Known {
                field: field.parse().ok(),
                languages: Vec::new(),
            });
            if !known.languages.contains(&language) {
                known.languages.push(language.clone());
            }
        }
    }
    headings
}

fn read_words(kind: Kind) -> Words {
    match kind {
        Kind::Country => names(records(COUNTRIES)),
        Kind::Month => names(records(MONTHS)),
        _ => names(words_table(kind)),
    }
}

/// The lines of a kind in the table of words, which stand together: value, word, language.
fn words_table(kind: Kind) -> impl Iterator<Item = [&'static str; 3]> {
    let start = format!("\n{kind},");
    let first = WORDS.find(&start).map_or(WORDS.len(), |at| at + 1);
    let lines = WORDS.get(first..).unwrap_or_default().lines();
    lines
        .map(cells)
        .take_while(move |[of, ..]: &[&str; 4]| *of == kind.as_str())
        .map(|[_, value, word, language]| [value, word, language])
}

/// Values, words and their languages.
fn names(rows: impl Iterator<Item = [&'static str; 3]>) -> Words {
    rows.flat_map(|[value, word, language]| spellings(word, language).map(move |key| (key, value)))
        .collect()
}

fn read_languages() -> Vec<Language> {
    let languages = records(LANGUAGES).map(|[code, order]| Language {
        code,
        date_order: order.parse().ok(),
    });
    languages.collect()
}

fn words_of(kind: Kind) -> Option<&'static Words> {
    Some(KNOWN_WORDS.get(kind as usize)?.get_or_init(|| read_words(kind)))
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
