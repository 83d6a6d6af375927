//! The words of headings and cells, in every language we know.
//!
//! In: the embedded tables beside this file (`headings.csv`, `words.csv`, `countries.csv`, `months.csv`, `languages.csv`) and
//! the user's `headings` and `words` tables. Out: the [`Field`] of a heading with the languages that call it so, and the
//! meaning of a cell's word. Refuses to choose: a heading stands for one field or for none, a word of a kind has one meaning
//! in all languages or is left out. Words are compared as [`fold`] leaves them.

mod embedded;
mod folding;

use hashbrown::HashMap;

use self::folding::with_folded;
pub use self::{
    embedded::language,
    folding::{fold, folds_alike},
};
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

/// A row of the user's `words` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnWord {
    /// Which columns' cells it may stand in.
    pub kind: Kind,
    /// What it stands for, as `words.csv` writes it; empty for kinds that need no more than the word.
    pub value: &'static str,
    /// As people write it.
    pub word: Text,
}

/// The words we know: the embedded tables, and the user's over them.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    own: HashMap<String, Known>,
    own_words: HashMap<(Kind, String), &'static str>,
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

    /// Adds the user's words, which win over the embedded ones. All that is wrong is said at once, one message each, and then
    /// nothing is added.
    pub fn extend_words(&mut self, words: &[OwnWord]) -> Result<(), Vec<String>> {
        let mut own = self.own_words.clone();
        let mut problems = Vec::new();
        for OwnWord { kind, value, word } in words {
            let key = fold(word);
            if key.is_empty() {
                problems.push(format!("`{word}` is no word: it has neither letter nor digit"));
            } else if *own.entry((*kind, key)).or_insert(value) != *value {
                problems.push(format!("`{word}` stands for two values of `{kind}`"));
            }
        }
        if problems.is_empty() {
            self.own_words = own;
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn known(&self, folded: &str) -> Option<&Known> {
        self.own.get(folded).or_else(|| embedded::heading(folded))
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
        let parts = text.split(" - ").flat_map(|part| part.split(PART_MARKS));
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
        with_folded(text, |folded| self.folded_word(kind, folded))
    }

    pub(super) fn folded_word(&self, kind: Kind, folded: &str) -> Option<&'static str> {
        if !self.own_words.is_empty()
            && let Some(value) = self.own_words.get(&(kind, folded.to_owned()))
        {
            return Some(value);
        }
        embedded::word(kind, folded)
    }
}

/// What a word of a kind may stand for, sorted.
pub fn values(kind: Kind) -> Vec<&'static str> {
    let mut values: Vec<_> = embedded::values(kind).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// What parts a heading: in two languages, with a unit, with a remark; the wide marks of Japanese and Chinese too.
const PART_MARKS: [char; 22] = [
    '/', '|', '(', ')', '[', ']', '\n', '\r', ';', '–', '—', ':', '／', '｜', '（', '）', '［', '］', '【', '】', '；',
    '：',
];

impl crate::read::Words for Vocabulary {
    fn headings(&self, cells: &[&str]) -> usize {
        let mut seen: Vec<String> = Vec::new();
        for cell in cells {
            let folded = fold(cell);
            if (self.knows(cell) || super::kinds::is_heading(&folded)) && !seen.contains(&folded) {
                seen.push(folded);
            }
        }
        seen.len()
    }

    fn telling(&self, cells: &[&str]) -> usize {
        let fields = cells.iter().filter_map(|cell| Some(self.heading(cell)?.field));
        fields.collect::<std::collections::BTreeSet<_>>().len()
    }

    fn are_apart(&self, left: &[&str], right: &[&str]) -> bool {
        let half = |cells: &[&str]| -> (Vec<String>, Vec<Option<Field>>) {
            let field = |cell: &&str| self.heading(cell).map(|found| found.field);
            (
                cells.iter().map(|cell| fold(cell)).collect(),
                cells.iter().map(field).collect(),
            )
        };
        super::kinds::are_apart(&half(left), &half(right))
    }

    fn lists_customers(&self, cells: &[&str]) -> bool {
        let fields: Vec<Option<Field>> = cells.iter().map(|cell| Some(self.heading(cell)?.field)).collect();
        super::kinds::lists_customers(&fields)
    }
}

#[cfg(test)]
mod tests;
