//! What findings may show on standard error, which ends up in mails and logs.
//!
//! In: a finding's message, with values in backticks. Out: the same, where `…` stands for each value that may tell of a person:
//! whatever is no date, number or id, no word of our own, no offer that the catalogue knows and no heading. The findings file has
//! all of them, and so has the screen with `--verbose`.

use std::{collections::BTreeSet, sync::OnceLock};

use seatshift::{
    catalog::{Catalog, Lookup},
    config::known_keys,
    finding::{Code, Finding},
    guard::Guard,
    recognise::{
        Field,
        tables::TABLE_HEADINGS,
        vocabulary::{Kind, values},
    },
    terms::Id,
};

/// What stands for a value.
pub(super) const LEFT_OUT: &str = "…";

/// A message and its hint, and whether anything was left out of them.
pub(super) struct Withheld {
    pub(super) message: String,
    pub(super) hint: String,
    pub(super) any: bool,
}

/// Leaves out what may tell of a person.
pub(super) fn withheld(finding: &Finding) -> Withheld {
    let may_show = |value: &str| {
        let is_heading = finding.heading.as_deref() == Some(value);
        is_heading
            || tells_of_nobody(finding.code)
            || is_figure(value)
            || is_id(value)
            || is_ours(value)
            || is_offer(value)
    };
    let message = finding.told();
    let hidden: BTreeSet<&str> = quoted(&message).filter(|value| !may_show(value)).collect();
    let in_hint = |value: &str| hidden.contains(value) || finding.value.as_deref() == Some(value) && !may_show(value);
    Withheld {
        message: without(&message, &|value| hidden.contains(value)),
        hint: without(&finding.hint, &in_hint),
        any: !hidden.is_empty(),
    }
}

/// Findings about headings, settings and our own table of offers, in which no value of an export stands.
fn tells_of_nobody(code: Code) -> bool {
    matches!(
        code,
        Code::ColumnMissing
            | Code::ColumnElsewhere
            | Code::HeadingRepeated
            | Code::SourceUnused
            | Code::SourceCapture
            | Code::OfferTargetUnknown
            | Code::OfferRowTied
            | Code::OfferRowUnused
            | Code::PartnerCountriesUnset
            | Code::CalendarYearMissing
            | Code::LastSetMixed
            | Code::GuardsBlind
    )
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A text without some of what stands in backticks.
fn without(text: &str, hidden: &dyn Fn(&str) -> bool) -> String {
    let parts = text
        .split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 == 1 && hidden(part) {
            true => LEFT_OUT,
            false => part,
        });
    parts.collect::<Vec<_>>().join("`")
}

/// A date, a number or a spreadsheet's error, as exports have them.
fn is_figure(value: &str) -> bool {
    let has_digit = value.chars().any(|character| character.is_numeric());
    let is_part = |character: char| character.is_numeric() || " .,:;/-+%".contains(character);
    let is_power = |value: &str| {
        value
            .split_once("E+")
            .is_some_and(|(a, b)| a.chars().chain(b.chars()).all(is_part))
    };
    let is_week = |value: &str| {
        value
            .split_once("-W")
            .is_some_and(|(a, b)| a.chars().chain(b.chars()).all(is_part))
    };
    let is_error = |value: &str| {
        let word = value.strip_prefix('#').unwrap_or_default();
        !word.is_empty()
            && word.len() <= 16
            && word
                .chars()
                .all(|character| character.is_ascii_uppercase() || "/!?0_".contains(character))
    };
    is_error(value)
        || has_digit && value.len() <= 40 && (value.chars().all(is_part) || is_power(value) || is_week(value))
        || value.chars().all(|character| character.is_ascii_punctuation())
}

/// Whether a text is an id of a subscription or a customer, and can be nothing else.
pub(super) fn is_id(value: &str) -> bool {
    let is_hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    Id::parse(value).is_some_and(|id| id.guid().is_some())
        || value.strip_prefix("no-id:").is_some_and(is_hexadecimal)
        || (value.contains('-') && value.len() > 20 && is_hexadecimal(value))
}

/// A word of settings, tables, codes and cells that we gave its meaning.
fn is_ours(value: &str) -> bool {
    static WORDS: OnceLock<BTreeSet<String>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let mut words: BTreeSet<String> = known_keys();
        let last = |name: &String| name.rsplit('.').next().map(str::to_owned);
        words.extend(words.iter().filter_map(last).collect::<Vec<_>>());
        words.extend(Code::ALL.iter().map(|code| code.as_str().to_owned()));
        words.extend(Field::ALL.iter().map(|field| field.as_str().to_owned()));
        words.extend(Kind::ALL.iter().flat_map(|kind| values(*kind)).map(str::to_owned));
        words.extend(
            TABLE_HEADINGS
                .iter()
                .flat_map(|(_, headings)| headings.iter().map(|word| (*word).to_owned())),
        );
        words.extend(Guard::ALL.iter().map(|guard| format!("--accept {guard}")));
        let others = [
            "[[source]]",
            "dmy",
            "mdy",
            "ymd",
            "true",
            "false",
            "yes",
            "no",
            "formula without a value",
            "plan.changes.csv",
            "plan.held.csv",
            "plan.run.json",
        ];
        words.extend(others.map(str::to_owned));
        words
    });
    words.contains(value)
}

/// An offer that the catalogue knows: Microsoft's word, and nobody's name.
fn is_offer(value: &str) -> bool {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    matches!(CATALOG.get_or_init(Catalog::embedded).find(value), Lookup::Found(_))
}

#[cfg(test)]
mod tests {
    use seatshift::finding::Place;

    use super::*;

    fn told(message: &str) -> String {
        let finding = Finding::new(
            Code::ValueUnknown,
            Place::file("a.csv"),
            message.to_owned(),
            "correct `Anna`",
        )
        .heading("State")
        .value("Anna");
        let withheld = withheld(&finding);
        assert_eq!(withheld.any, withheld.message.contains(LEFT_OUT), "{message}");
        assert_eq!(withheld.hint, "correct `…`");
        withheld.message
    }

    #[test]
    fn dates_numbers_ids_and_our_words_are_shown() {
        for message in [
            "`31.06.2027` is no day",
            "`5.66890604832738E+17` was rounded",
            "`1 234,50`",
            "`2027-W08-7`",
            "`3b555118-da6a-4418-894f-7df1e2096870`",
            "set `date_order` to `dmy`",
            "`rules.lead.agreement`",
            "column `State`",
            "`Visio Plan 2`",
            "`;`",
            "`#REF!`",
        ] {
            assert_eq!(told(message), message);
        }
    }

    #[test]
    fn names_domains_addresses_and_unknown_words_are_not() {
        for value in [
            "Anna",
            "Contoso Kft.",
            "contoso.example",
            "anna@contoso.example",
            "canary-17",
            "17 canaries",
            "Ő",
        ] {
            assert_eq!(told(&format!("`{value}` is odd")), "`…` is odd", "{value}");
        }
    }
}
