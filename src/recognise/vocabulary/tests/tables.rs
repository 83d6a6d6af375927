//! That the tables of words are canonical and complete.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{
    embedded::{COUNTRIES, HEADINGS, LANGUAGES, MONTHS, WORDS, records},
    folding::spellings,
    *,
};
use crate::terms::*;

/// The languages that the vocabulary promises.
const PROMISED: [&str; 18] = [
    "cs", "da", "de", "en", "es", "fi", "fr", "hu", "it", "ja", "nb", "nl", "pl", "pt", "ru", "sv", "tr", "zh",
];

#[test]
fn every_language_names_every_field_of_a_list() {
    let named: BTreeSet<(&str, &str)> = records::<4>(HEADINGS).map(|record| (record[2], record[0])).collect();
    let mut missing = Vec::new();
    for language in PROMISED {
        for field in [
            Field::SubscriptionId,
            Field::CustomerId,
            Field::CustomerName,
            Field::CustomerDomain,
            Field::CustomerCountry,
            Field::OfferName,
            Field::Seats,
            Field::AssignedSeats,
            Field::TermStart,
            Field::TermEnd,
            Field::Term,
            Field::BillingPlan,
            Field::AutoRenew,
            Field::EndInstruction,
            Field::State,
            Field::Channel,
            Field::SellerId,
            Field::SellerName,
            Field::Segment,
            Field::Trial,
            Field::Addon,
            Field::Relationship,
            Field::AgreementAccepted,
            Field::DelegatedRights,
            Field::Note,
        ] {
            if !named.contains(&(language, field.as_str())) {
                missing.push(format!("{language}: {field}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_language_has_a_word_for_every_value() {
    let said: BTreeSet<(&str, &str, &str)> = records::<5>(WORDS)
        .map(|record| (record[3], record[0], record[1]))
        .chain(records::<4>(MONTHS).map(|record| (record[2], "month", record[0])))
        .collect();
    let any = |kind: Kind, value: &str| {
        let words = records::<5>(WORDS).filter(|record| record[0] == kind.as_str() && record[1] == value);
        words.count() > 0
    };
    let mut missing = Vec::new();
    for kind in [
        Kind::Addon,
        Kind::Billing,
        Kind::Boolean,
        Kind::Channel,
        Kind::EndInstruction,
        Kind::Progress,
        Kind::Qualification,
        Kind::Relationship,
        Kind::State,
        Kind::Term,
        Kind::TermUnit,
        Kind::Trial,
        Kind::Empty,
        Kind::Never,
        Kind::Total,
        Kind::Unit,
        Kind::Month,
    ] {
        for value in values(kind) {
            // Names of Microsoft's programs, which are not translated, and joined values.
            let everywhere = matches!(value, "mpsa" | "open-value" | "mca-e" | "web-direct-mosa" | "none");
            for language in PROMISED {
                let of_language = said.contains(&(language, kind.as_str(), value));
                let numbered = kind == Kind::Month && language == "ja";
                let joined = value.contains('+');
                if !(of_language || numbered || joined || everywhere && any(kind, value)) {
                    missing.push(format!("{language}: {kind} {value}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn tables_are_sorted_and_plain() {
    for (name, table, columns) in [
        ("headings.csv", HEADINGS, 4),
        ("words.csv", WORDS, 5),
        ("countries.csv", COUNTRIES, 4),
        ("months.csv", MONTHS, 4),
        ("languages.csv", LANGUAGES, 4),
    ] {
        let lines: Vec<&str> = table.lines().skip(1).collect();
        for pair in lines.windows(2) {
            assert!(pair[0] < pair[1], "{name}: `{}` stands before `{}`", pair[0], pair[1]);
        }
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), columns, "{name}: `{line}`");
            assert!(
                cells.iter().all(|cell| cell.trim() == *cell && !cell.contains('"')),
                "{name}: `{line}`"
            );
            assert!(!cells[columns - 1].is_empty(), "{name}: `{line}` names no source");
        }
    }
}

#[test]
fn a_heading_means_one_thing() {
    let codes: BTreeSet<&str> = records::<4>(LANGUAGES).map(|record| record[0]).collect();
    let mut fields = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for record in records::<4>(HEADINGS) {
        let (field, heading, language) = (record[0], record[1], record[2]);
        assert!(field == "-" || field.parse::<Field>().is_ok(), "`{field}` is no field");
        assert!(
            language.is_empty() || codes.contains(language),
            "`{language}` is no language"
        );
        let folded = fold(heading);
        assert!(!folded.is_empty(), "`{heading}`");
        for spelling in spellings(heading, language) {
            assert_eq!(
                *fields.entry(spelling).or_insert(field),
                field,
                "`{heading}` has two fields"
            );
        }
        assert!(
            seen.insert((folded, language)),
            "`{heading}` stands twice in `{language}`"
        );
    }
}

/// Whether a word's value is one that its kind's readers take.
fn value_is_valid(kind: Kind, value: &str) -> bool {
    match kind {
        Kind::Action => value.parse::<Action>().is_ok(),
        Kind::Addon | Kind::Boolean | Kind::ProductType | Kind::Relationship | Kind::Trial => {
            value.parse::<bool>().is_ok()
        }
        Kind::Billing => value.parse::<BillingPlan>().is_ok(),
        Kind::Channel => value.parse::<Channel>().is_ok(),
        Kind::Cloud => value.parse::<Cloud>().is_ok(),
        Kind::Country => value.parse::<Country>().is_ok() && value.len() == 2,
        Kind::DateMark => matches!(value, "year" | "month" | "day"),
        Kind::EndInstruction => value.parse::<EndInstruction>().is_ok(),
        Kind::HalfDay => matches!(value, "am" | "pm"),
        Kind::Month => value.parse().is_ok_and(|month: u32| (1..=12).contains(&month)),
        Kind::Progress => value.parse::<Progress>().is_ok(),
        Kind::Qualification => value.parse::<Qualification>().is_ok(),
        Kind::State => value.parse::<State>().is_ok(),
        Kind::Step => value.parse::<StepKind>().is_ok(),
        Kind::Term => value.parse::<Term>().is_ok(),
        Kind::TermUnit => matches!(value, "month" | "year"),
        Kind::DateNoise
        | Kind::Empty
        | Kind::HeadingNoise
        | Kind::Never
        | Kind::SentinelYear
        | Kind::TimeNoise
        | Kind::Total
        | Kind::Unit => value.is_empty(),
    }
}

#[test]
fn a_word_of_a_kind_means_one_thing() {
    let mut values: BTreeMap<(Kind, String), &str> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let words = records::<5>(WORDS).map(|record| (record[0].parse().unwrap(), record[1], record[2], record[3]));
    let countries = records::<4>(COUNTRIES).map(|record| (Kind::Country, record[0], record[1], record[2]));
    let months = records::<4>(MONTHS).map(|record| (Kind::Month, record[0], record[1], record[2]));
    assert!(records::<5>(WORDS).all(|record| !matches!(record[0], "country" | "month")));
    for (kind, value, word, language) in words.chain(countries).chain(months) {
        assert!(value_is_valid(kind, value), "{kind}: `{value}`");
        let folded = fold(word);
        assert!(!folded.is_empty(), "{kind}: `{word}`");
        assert!(
            language.is_empty() || matches!(language, "ko" | "uk") || embedded::language(language).is_some(),
            "`{language}` is no language"
        );
        for spelling in spellings(word, language) {
            let first = *values.entry((kind, spelling)).or_insert(value);
            assert_eq!(first, value, "{kind}: `{word}` means two things");
        }
        assert!(
            seen.insert((kind, folded, language)),
            "{kind}: `{word}` stands twice in `{language}`"
        );
    }
}

#[test]
fn every_word_of_ours_is_a_word_of_its_kind() {
    let v = Vocabulary::embedded();
    fn check<T: std::fmt::Display>(v: &Vocabulary, kind: Kind, all: &[T]) {
        for value in all {
            assert_eq!(v.word(kind, &value.to_string()), Some(&*value.to_string()), "{kind}");
        }
    }
    check(&v, Kind::Action, Action::ALL);
    check(&v, Kind::Billing, BillingPlan::ALL);
    check(&v, Kind::Channel, Channel::ALL);
    check(&v, Kind::Cloud, Cloud::ALL);
    check(&v, Kind::EndInstruction, EndInstruction::ALL);
    check(&v, Kind::Progress, Progress::ALL);
    check(&v, Kind::Qualification, Qualification::ALL);
    check(&v, Kind::State, State::ALL);
    check(&v, Kind::Step, StepKind::ALL);
}
