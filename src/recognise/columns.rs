//! Headings to fields.
//!
//! In: a table's head, its source, the vocabulary. Out: [`Columns`]: the kind of the table, its language, and for each field the
//! columns that hold it, best first. What a kind of export says of a heading goes before the vocabulary; a heading known as a
//! whole goes before one known in parts, and a specific one (`Subscription status`) before a general one (`Status`),
//! an end before a day of renewal. Two columns
//! of one meaning are a finding, and the first that has a value is used; a column that the kind of export calls spare counts where
//! the others are empty, and is none. A heading that names two fields (`Product ID/SKU ID`) is bound to neither.

use std::collections::BTreeMap;

use super::{
    Field, KindCertainty, LanguageCertainty,
    dates::means_renewal,
    kinds::{Kind, Role, Use, kind_of},
    source::Source,
    vocabulary::{Vocabulary, fold, language},
};
use crate::{
    finding::{Code, Finding, Place},
    read::TableHead,
    terms::Text,
};

/// The date fields, in the order of a table's date columns.
pub(super) const DATE_FIELDS: [Field; 8] = [
    Field::TermEnd,
    Field::NextLifecycleDate,
    Field::TermStart,
    Field::CreatedDate,
    Field::ChargeStart,
    Field::ChargeEnd,
    Field::RowDate,
    Field::AgreementAccepted,
];

/// Fields that mean something in lists of customers only.
const CUSTOMERS_ONLY: [Field; 4] = [
    Field::Relationship,
    Field::AgreementAccepted,
    Field::DelegatedRights,
    Field::Language,
];

/// Fields of which a table may well have several columns.
const MANY: [Field; 3] = [Field::SubscriptionAlias, Field::Note, Field::FriendlyName];

/// How well a column is known to hold a field; less is better. The kind of export says so.
const STATED: u8 = 0;
/// The heading is known as a whole.
const WHOLE: u8 = 1;
/// Every part of the heading is known.
const IN_PARTS: u8 = 2;
/// The kind of export says so, of a column that counts where a better one is empty.
const SPARE: u8 = 3;

/// A field, how well its column is known to hold it, how general its heading is, the column: the best comes first.
type Candidate = (Field, u8, std::cmp::Reverse<usize>, u32);

/// A table's columns.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) kind: &'static Kind,
    pub(super) certainty: KindCertainty,
    /// The language most of its headings are in.
    pub(super) language: Option<Text>,
    /// How sure that is.
    pub(super) language_certainty: LanguageCertainty,
    /// Each heading and what it is used for.
    pub(super) headings: Vec<(Text, Option<Field>)>,
    /// By [`Field`]: its columns, best first.
    by_field: Vec<Vec<u32>>,
    /// Columns that count where a better one of their field is empty.
    spare: Vec<u32>,
    /// The column of what was charged.
    pub(super) amount: Option<u32>,
    /// The columns that hold dates we use, and their fields.
    pub(super) dates: Vec<(u32, Field)>,
    /// How many columns there are up to the last heading.
    pub(super) width: usize,
}

impl Columns {
    /// The columns of a table; none where it is not a table of ours.
    pub(super) fn of(head: &TableHead, source: &Source, vocabulary: &Vocabulary) -> Option<Columns> {
        let folded: Vec<String> = head.headings.iter().map(|heading| fold(heading)).collect();
        let matches: Vec<_> = head
            .headings
            .iter()
            .map(|heading| vocabulary.heading(heading))
            .collect();
        let fields: Vec<Option<Field>> = matches.iter().map(|found| found.map(|found| found.field)).collect();
        let kind = kind_of(&folded, &fields, source.has_customer() || head.is_apart)?;

        let mut headings = Vec::new();
        let mut amount = None;
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut push = |field: Field, certainty: u8, column: u32| {
            let heading = folded.get(column as usize).map_or("", String::as_str);
            candidates.push((field, certainty, general(field, heading, &folded, &fields), column));
        };
        for (column, heading) in (0u32..).zip(&head.headings) {
            let at = column as usize;
            let found = matches.get(at).copied().flatten();
            let stated = folded
                .get(at)
                .filter(|folded| !folded.is_empty())
                .and_then(|folded| kind.meaning(folded));
            let field = match stated {
                Some(Use::Unused) => None,
                Some(Use::Amount) => {
                    amount = amount.or(Some(column));
                    None
                }
                Some(Use::Field(field)) => {
                    push(field, STATED, column);
                    Some(field)
                }
                Some(Use::Spare(field)) => {
                    push(field, SPARE, column);
                    Some(field)
                }
                None => found.map(|found| {
                    push(found.field, if found.exact { WHOLE } else { IN_PARTS }, column);
                    found.field
                }),
            };
            headings.push((heading.clone(), field));
        }
        candidates.sort_unstable();

        let mut by_field: Vec<Vec<u32>> = vec![Vec::new(); Field::ALL.len()];
        let mut best: BTreeMap<Field, u8> = BTreeMap::new();
        let mut spare = Vec::new();
        let is_renewal = |field: Field, column: u32| {
            let heading = head.headings.get(column as usize);
            field == Field::TermEnd && heading.is_some_and(|heading| means_renewal(heading))
        };
        for (field, certainty, _, column) in candidates {
            // a heading known in parts only is of no use beside one known as a whole; a day of renewal makes no end useless
            let first = match is_renewal(field, column) && certainty != SPARE {
                true => certainty,
                false => *best.entry(field).or_insert(certainty),
            };
            let used = first == certainty || certainty == SPARE || MANY.contains(&field);
            if first != certainty && certainty == SPARE {
                spare.push(column);
            }
            if let (true, Some(columns)) = (used, by_field.get_mut(field as usize)) {
                columns.push(column);
            } else if let Some((_, field)) = headings.get_mut(column as usize) {
                *field = None;
            }
        }
        if let Some(ends) = by_field.get_mut(Field::TermEnd as usize) {
            ends.sort_by_key(|&column| is_renewal(Field::TermEnd, column));
        }
        if kind.role != Role::Customers {
            // What is agreed with a customer is read from lists of customers only; elsewhere it could be another partner's.
            for field in CUSTOMERS_ONLY {
                headings
                    .iter_mut()
                    .filter(|(_, of)| *of == Some(field))
                    .for_each(|(_, of)| *of = None);
                if let Some(columns) = by_field.get_mut(field as usize) {
                    columns.clear();
                }
            }
        }
        let wanted = |field: &Field| match kind.role {
            Role::Charges => *field != Field::AgreementAccepted && *field != Field::NextLifecycleDate,
            Role::Subscriptions => !matches!(field, Field::CreatedDate | Field::ChargeStart | Field::ChargeEnd),
            Role::Customers => *field == Field::AgreementAccepted,
            Role::Reference | Role::Refused => false,
        };
        let dates = DATE_FIELDS.iter().filter(|field| wanted(field)).flat_map(|&field| {
            let columns = by_field.get(field as usize).cloned().unwrap_or_default();
            columns.into_iter().map(move |column| (column, field))
        });
        let used: Vec<Option<Field>> = headings.iter().map(|&(_, field)| field).collect();
        let languages = || {
            let found = matches.iter().flatten().map(|found| found.languages);
            found.filter(|languages| languages.iter().any(|language| !language.is_empty()))
        };
        let language = source.language.clone().or_else(|| majority(languages()));
        Some(Columns {
            kind,
            language_certainty: LanguageCertainty {
                by_setting: source.language.is_some(),
                headings: language.as_ref().map_or(0, |of| votes(languages(), of)),
                known: languages().count() as u32,
            },
            certainty: KindCertainty::of(kind, &head.headings, &folded, &used, vocabulary),
            language,
            dates: dates.collect(),
            headings,
            by_field,
            spare,
            amount,
            width: head
                .headings
                .iter()
                .rposition(|heading| !heading.is_empty())
                .map_or(0, |last| last + 1),
        })
    }

    /// The columns of a field, best first.
    pub(super) fn of_field(&self, field: Field) -> &[u32] {
        self.by_field.get(field as usize).map_or(&[], Vec::as_slice)
    }

    /// The heading of a column.
    pub(super) fn heading(&self, column: u32) -> Option<&Text> {
        self.headings.get(column as usize).map(|(heading, _)| heading)
    }

    /// The columns of a field that count alike, where there are several.
    pub(super) fn rivals(&self, field: Field) -> impl Iterator<Item = u32> {
        let columns = self.of_field(field).iter().copied();
        columns.filter(|column| !self.spare.contains(column))
    }

    /// A finding for each field that several columns hold.
    pub(super) fn repeated(&self, place: &Place) -> Vec<Finding> {
        let mut findings = Vec::new();
        for &field in Field::ALL {
            let (true, [first, others @ ..]) = (!MANY.contains(&field), self.of_field(field)) else {
                continue;
            };
            let name = |column: u32| self.heading(column).cloned().unwrap_or_default();
            for &other in others.iter().filter(|other| !self.spare.contains(*other)) {
                let message = format!(
                    "`{}` means the same as `{}`; where only one is filled, it was used, else `{}`",
                    name(other),
                    name(*first),
                    name(*first)
                );
                let hint = "remove one of the two columns, or say in the headings table which one counts";
                let place = place.at_column(other);
                findings.push(Finding::new(Code::HeadingRepeated, place, message, hint).heading(name(other)));
            }
        }
        findings
    }
}

/// How many headings are in a language.
fn votes<'a>(languages: impl Iterator<Item = &'a [Text]>, language: &Text) -> u32 {
    languages.filter(|of| of.contains(language)).count() as u32
}

/// How many other headings of its field a heading holds within it; more is more specific: `Subscription status` counts before
/// `Status`, in any language.
fn general(field: Field, heading: &str, folded: &[String], fields: &[Option<Field>]) -> std::cmp::Reverse<usize> {
    let same_field = folded.iter().zip(fields).filter(|(_, of)| **of == Some(field));
    let within =
        same_field.filter(|(other, _)| !other.is_empty() && *other != heading && heading.contains(other.as_str()));
    std::cmp::Reverse(within.count())
}

/// The language that most headings are in. A heading in several languages counts for each. Of equally frequent ones the
/// first, where they write dates alike; else none.
fn majority<'a>(languages: impl Iterator<Item = &'a [Text]>) -> Option<Text> {
    let mut votes: BTreeMap<&Text, usize> = BTreeMap::new();
    for language in languages.flatten().filter(|language| !language.is_empty()) {
        *votes.entry(language).or_default() += 1;
    }
    let most = votes.values().max().copied()?;
    let mut tied = votes
        .into_iter()
        .filter(|&(_, count)| count == most)
        .map(|(code, _)| code);
    let first = tied.next()?;
    let order = |code: &str| language(code).and_then(|language| language.date_order);
    tied.all(|other| order(other) == order(first)).then(|| first.clone())
}
