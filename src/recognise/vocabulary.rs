//! The words of headings and cells, in every language we know.
//!
//! In: the embedded tables beside this file (`headings.csv`, `words.csv`, `countries.csv`, `months.csv`, `languages.csv`) and
//! the user's `headings` table. Out: the [`Field`] of a heading with the languages that call it so, and the meaning of a
//! cell's word. Refuses to choose: a heading stands for one field or for none, a word of a kind has one meaning in all
//! languages or is left out. Words are compared as [`fold`] leaves them.

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Field;
use crate::{
    config::DateOrder,
    terms::{Text, worded},
};

/// What a heading is known as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadingMatch<'a> {
    /// Its meaning.
    pub field: Field,
    /// The languages in which it is called so; an empty one stands for any (names of programs' own columns).
    pub languages: &'a [Text],
    /// Whether the whole heading is known, rather than every part of it (`Lejárat / Expiry (UTC)`).
    pub exact: bool,
}

worded! {
    /// What a word of a cell can be about; a word is looked for only among those of the kind its column asks for.
    Kind {
        Action = "action",
        Addon = "addon",
        Billing = "billing",
        Boolean = "boolean",
        Channel = "channel",
        Cloud = "cloud",
        Country = "country",
        /// `year`, `month`, `day`: the marks that Japanese and Chinese write after the numbers of a date.
        DateMark = "date_mark",
        /// Words in a date that say nothing: `de`, `г.`, weekdays.
        DateNoise = "date_noise",
        /// Words for "nothing stands here".
        Empty = "empty",
        EndInstruction = "end_instruction",
        /// `am`, `pm`.
        HalfDay = "half_day",
        Month = "month",
        /// Words for "it does not end".
        Never = "never",
        /// Products that are not licensed by seat.
        ProductType = "product_type",
        Progress = "progress",
        Qualification = "qualification",
        Relationship = "relationship",
        /// Years by which programs say that there is no date.
        SentinelYear = "sentinel_year",
        State = "state",
        Step = "step",
        Term = "term",
        /// `month`, `year`: what a number before it counts.
        TermUnit = "term_unit",
        /// Words that announce a time: `kl.`, `Uhr`.
        TimeNoise = "time_noise",
        /// The first cell of a row that sums up.
        Total = "total",
        Trial = "trial",
        /// What stands behind a number of licences: `db`, `szt.`
        Unit = "unit",
        /// What may stand beside a heading without changing it: `UTC`.
        HeadingNoise = "heading_noise",
    }
}

/// A language of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// ISO 639-1.
    pub code: &'static str,
    /// The order in which it writes dates in numbers; none where its countries differ.
    pub date_order: Option<DateOrder>,
}

/// A heading's meaning; none: known, and of no use to us.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    field: Option<Field>,
    languages: Vec<Text>,
}

struct Embedded {
    headings: HashMap<String, Known>,
    words: HashMap<Kind, HashMap<String, &'static str>>,
    languages: Vec<Language>,
}

static EMBEDDED: LazyLock<Embedded> = LazyLock::new(Embedded::load);

const HEADINGS: &str = include_str!("headings.csv");
const WORDS: &str = include_str!("words.csv");
const COUNTRIES: &str = include_str!("countries.csv");
const MONTHS: &str = include_str!("months.csv");
const LANGUAGES: &str = include_str!("languages.csv");

/// The records of an embedded table without its heading line. No cell of them holds a comma or a quote; a test sees to that.
fn records(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split(',').collect())
}

impl Embedded {
    fn load() -> Embedded {
        let mut headings: HashMap<String, Known> = HashMap::new();
        for record in records(HEADINGS) {
            if let [field, heading, language, ..] = record[..] {
                let known = headings.entry(fold(heading)).or_insert_with(|| Known {
                    field: field.parse().ok(),
                    languages: Vec::new(),
                });
                if !known.languages.iter().any(|l| **l == *language) {
                    known.languages.push(language.into());
                }
            }
        }
        let mut words: HashMap<Kind, HashMap<String, &'static str>> = HashMap::new();
        for record in records(WORDS) {
            if let [kind, value, word, ..] = record[..]
                && let Ok(kind) = kind.parse()
            {
                words.entry(kind).or_default().insert(fold(word), value);
            }
        }
        for (table, kind) in [(COUNTRIES, Kind::Country), (MONTHS, Kind::Month)] {
            for record in records(table) {
                if let [value, word, ..] = record[..] {
                    words.entry(kind).or_default().insert(fold(word), value);
                }
            }
        }
        let languages = records(LANGUAGES)
            .filter_map(|record| match record[..] {
                [code, order, ..] => Some(Language {
                    code,
                    date_order: order.parse().ok(),
                }),
                _ => None,
            })
            .collect();
        Embedded {
            headings,
            words,
            languages,
        }
    }
}

/// The words we know: the embedded tables, and the user's headings over them.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    own: HashMap<String, Known>,
}

impl Vocabulary {
    /// The embedded tables alone; they are read once a process.
    pub fn embedded() -> Vocabulary {
        Vocabulary::default()
    }

    /// Adds the user's headings (field, heading, language), which win over the embedded ones. The field `-` leaves a column
    /// unused. All that is wrong is said at once, one message each, and then nothing is added.
    pub fn extend(&mut self, headings: &[(Text, Text, Option<Text>)]) -> Result<(), Vec<String>> {
        let mut own = self.own.clone();
        let mut problems = Vec::new();
        for (field, heading, language) in headings {
            let field = match (&**field, field.parse::<Field>()) {
                ("-", _) => None,
                (_, Ok(field)) => Some(field),
                (word, Err(unknown)) => {
                    let nearest = super::tables::nearest(word, unknown.known.iter().copied());
                    problems.push(format!("`{word}` is no field; did you mean `{nearest}`"));
                    continue;
                }
            };
            let key = fold(heading);
            if key.is_empty() {
                problems.push(format!("`{heading}` is no heading: it has neither letter nor digit"));
                continue;
            }
            let known = own.entry(key).or_insert_with(|| Known {
                field,
                languages: Vec::new(),
            });
            if known.field != field {
                problems.push(format!("`{heading}` stands for two fields"));
                continue;
            }
            let language = language.clone().unwrap_or_else(|| "".into());
            if !known.languages.contains(&language) {
                known.languages.push(language);
            }
        }
        if problems.is_empty() {
            self.own = own;
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn known(&self, folded: &str) -> Option<&Known> {
        self.own.get(folded).or_else(|| EMBEDDED.headings.get(folded))
    }

    /// The meaning of a heading; none where we do not know it or have no use for it.
    pub fn heading(&self, text: &str) -> Option<HeadingMatch<'_>> {
        if let Some(known) = self.known(&fold(text)) {
            return Some(HeadingMatch {
                field: known.field?,
                languages: &known.languages,
                exact: true,
            });
        }
        self.heading_by_parts(text)
    }

    /// Whether we know a heading, be it one that we have no use for.
    pub(super) fn knows(&self, text: &str) -> bool {
        self.known(&fold(text)).is_some() || self.heading_by_parts(text).is_some()
    }

    /// A heading in two languages or with a remark: every part must be known, all for one field.
    fn heading_by_parts(&self, text: &str) -> Option<HeadingMatch<'_>> {
        let mut found: Option<&Known> = None;
        let parts = text.split(['/', '|', '(', ')', '[', ']', '\n', '\r', ';', '–', ':']);
        for folded in parts.map(fold).filter(|part| !part.is_empty()) {
            if self.folded_word(Kind::HeadingNoise, &folded).is_some() {
                continue;
            }
            let known = self.known(&folded)?;
            if found.is_some_and(|found| found.field != known.field) {
                return None;
            }
            found = found.or(Some(known));
        }
        let known = found?;
        Some(HeadingMatch {
            field: known.field?,
            languages: &known.languages,
            exact: false,
        })
    }

    /// Whether a row's first word says that the row sums up others.
    pub fn is_total(&self, text: &str) -> bool {
        self.word(Kind::Total, text).is_some()
    }

    /// The meaning of a cell's word among those of a kind, as `words.csv` writes it.
    pub fn word(&self, kind: Kind, text: &str) -> Option<&'static str> {
        self.folded_word(kind, &fold(text))
    }

    pub(super) fn folded_word(&self, kind: Kind, folded: &str) -> Option<&'static str> {
        EMBEDDED.words.get(&kind)?.get(folded).copied()
    }
}

/// A language by its code.
pub fn language(code: &str) -> Option<Language> {
    EMBEDDED
        .languages
        .iter()
        .find(|language| language.code == code)
        .copied()
}

impl crate::read::Words for Vocabulary {
    fn headings(&self, cells: &[&str]) -> usize {
        let mut seen: Vec<String> = Vec::new();
        for cell in cells {
            let folded = fold(cell);
            if self.knows(cell) && !seen.contains(&folded) {
                seen.push(folded);
            }
        }
        seen.len()
    }
}

/// A text as words are compared: compatibility forms made plain, case and diacritics dropped (`İ`, `I`, `ı`, `i` all become
/// `i`, whatever the machine's language), everything but letters and digits removed.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|b| b.to_ascii_lowercase() as char)
            .collect();
    }
    let mut folded = String::with_capacity(text.len());
    let letters = text.chars().filter(|c| !is_mark_of_footnote(*c));
    for c in letters
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        match c {
            'ı' => folded.push('i'),
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            c if c.is_alphanumeric() && !is_combining_mark(c) => folded.push(c),
            _ => {}
        }
    }
    folded
}

/// Superscript digits and trade marks, which normalisation would turn into letters and digits.
fn is_mark_of_footnote(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹' | '™' | '℠')
}

#[cfg(test)]
mod tests;
