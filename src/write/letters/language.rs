//! Which language a customer is written to, and how days and numbers read in it.
//!
//! In: a customer's language and country. Out: a [`Tongue`]: the language of the template, and days and numbers as the customer's
//! country writes them, by Unicode's locale data. A language without a template falls back to English, and says so.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use icu_calendar::{Date, Gregorian};
use icu_datetime::{FixedCalendarDateTimeFormatter, fieldsets::YMD};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::Locale;

const TABLE: &str = include_str!("country_languages.csv");
/// The language of letters to customers whose own has no template.
pub(super) const FALLBACK: &str = "en";

/// The language most used in business in a country, where the table says so.
fn language_of(country: &str) -> Option<String> {
    let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
    let rows = reader.records().filter_map(Result::ok);
    let mut found = rows.filter(|row| row.get(0) == Some(country));
    found.next()?.get(1).map(str::to_owned)
}

/// How a customer is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// The template's language.
    pub(super) language: String,
    /// The customer's country; empty: unknown.
    pub(super) country: String,
    /// Why the letter is in English though that was not asked for.
    pub(super) fallback: Option<String>,
}

/// Chooses among the languages that have a template: the customer's own, else that of its country, else English.
pub(super) fn choose(language: Option<&str>, country: &str, templates: &BTreeSet<String>) -> Choice {
    let asked = language.map(|language| {
        // Of `de-AT` the language counts; the country is known otherwise.
        let language = language.split(['-', '_']).next().unwrap_or_default();
        language.to_lowercase()
    });
    let wanted = asked.clone().or_else(|| language_of(country));
    let (language, fallback) = match wanted {
        Some(wanted) if templates.contains(&wanted) => (wanted, None),
        Some(wanted) => (
            FALLBACK.to_owned(),
            Some(format!("there is no template for `{wanted}`")),
        ),
        None if country.is_empty() => (
            FALLBACK.to_owned(),
            Some("its language and country are unknown".to_owned()),
        ),
        None => {
            let why = format!("nothing says which language is used in `{country}`");
            (FALLBACK.to_owned(), Some(why))
        }
    };
    Choice {
        language,
        country: country.to_owned(),
        fallback,
    }
}

/// Days and numbers in a language, as a country writes them.
pub(super) struct Tongue {
    date: Option<FixedCalendarDateTimeFormatter<Gregorian, YMD>>,
    number: Option<DecimalFormatter>,
}

impl Tongue {
    pub(super) fn new(choice: &Choice) -> Tongue {
        let tag = match choice.country.as_str() {
            "" => choice.language.clone(),
            country => format!("{}-{country}", choice.language),
        };
        let locale = tag.parse::<Locale>().or_else(|_| choice.language.parse());
        let locale = locale.unwrap_or(Locale::UNKNOWN);
        Tongue {
            date: FixedCalendarDateTimeFormatter::try_new(locale.clone().into(), YMD::long()).ok(),
            number: DecimalFormatter::try_new(locale.into(), Default::default()).ok(),
        }
    }

    /// A day, its month as a word.
    pub(super) fn date(&self, day: NaiveDate) -> String {
        let (Ok(month), Ok(day_of_month)) = (u8::try_from(day.month()), u8::try_from(day.day())) else {
            return day.to_string();
        };
        let date = Date::try_new_gregorian(day.year(), month, day_of_month).ok();
        let written = self.date.as_ref().zip(date);
        written.map_or_else(
            || day.to_string(),
            |(formatter, date)| formatter.format(&date).to_string(),
        )
    }

    /// A whole number; a text that is none stays as it is.
    pub(super) fn number(&self, text: &str) -> String {
        let number = text.parse::<u64>().ok().map(Decimal::from);
        let written = self.number.as_ref().zip(number);
        written.map_or_else(
            || text.to_owned(),
            |(formatter, number)| formatter.format(&number).to_string(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tongue(language: &str, country: &str) -> Tongue {
        Tongue::new(&Choice {
            language: language.to_owned(),
            country: country.to_owned(),
            fallback: None,
        })
    }

    #[test]
    fn days_and_numbers_read_as_in_the_customers_country() {
        let day = "2027-01-04".parse().unwrap();
        for (language, country, date, number) in [
            ("hu", "HU", "2027. január 4.", "12\u{a0}345"),
            ("pl", "PL", "4 stycznia 2027", "12\u{a0}345"),
            ("tr", "TR", "4 Ocak 2027", "12.345"),
            ("sv", "SE", "4 januari 2027", "12\u{a0}345"),
            ("ru", "KZ", "4 января 2027\u{202f}г.", "12\u{a0}345"),
            ("en", "GB", "4 January 2027", "12,345"),
            ("en", "US", "January 4, 2027", "12,345"),
            ("de", "DE", "4. Januar 2027", "12.345"),
            ("de", "AT", "4. Jänner 2027", "12\u{a0}345"),
            ("de", "CH", "4. Januar 2027", "12'345"),
            ("xx", "", "2027 M01 4", "12,345"),
        ] {
            let tongue = tongue(language, country);
            assert_eq!(tongue.date(day), date, "{language}-{country}");
            assert_eq!(tongue.number("12345"), number, "{language}-{country}");
        }
        assert_eq!(tongue("hu", "HU").number("25;24"), "25;24");
    }

    #[test]
    fn the_language_is_the_customers_else_its_countrys_else_english() {
        let templates: BTreeSet<String> = ["en", "hu", "de"].map(str::to_owned).into();
        let chosen = |language, country| {
            let choice = choose(language, country, &templates);
            (choice.language, choice.fallback.is_some())
        };
        let plain = |language: &str| (language.to_owned(), false);
        assert_eq!(chosen(Some("hu"), "RO"), plain("hu"));
        assert_eq!(chosen(Some("de-AT"), "AT"), plain("de"));
        assert_eq!(chosen(None, "HU"), plain("hu"));
        assert_eq!(chosen(None, "GB"), plain("en"));
        for (language, country) in [(Some("fr"), "FR"), (Some("pl"), "HU"), (None, "FR"), (None, "")] {
            assert_eq!(
                chosen(language, country),
                ("en".to_owned(), true),
                "{language:?} {country}"
            );
        }
    }

    #[test]
    fn the_table_is_sorted_and_names_each_country_once() {
        let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
        let countries: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        assert!(countries.is_sorted_by(|one, other| one < other));
    }
}
