//! Countries of the settings that nobody knows.
//!
//! In: settings, rules, words. Out: a problem for each country that no table has, with the usual code where a word of ours tells
//! it. A mistyped country would not fail anywhere: every customer there would count as outside our region.

use std::collections::BTreeSet;

use crate::{
    config::Config,
    recognise::vocabulary::{Kind, Vocabulary, values},
    rules::Rules,
    terms::Country,
};

/// Where the settings name a country, and what it must be for that.
struct Named {
    key: &'static str,
    country: Country,
    /// Whether it must have a region: we sell there.
    needs_region: bool,
}

/// Every country of the settings that no table has, in the settings' order.
pub(super) fn unknown_countries(config: &Config, rules: &Rules, vocabulary: &Vocabulary) -> Vec<String> {
    let with_region: BTreeSet<Country> = rules.countries().map(|(country, _)| country).collect();
    let mut told = BTreeSet::new();
    let mut problems = Vec::new();
    for named in named(config) {
        if with_region.contains(&named.country) || !told.insert((named.key, named.country)) {
            continue;
        }
        let code = named.country;
        let is_country = values(Kind::Country).contains(&code.as_str());
        let (what, hint) = match (is_country, named.needs_region) {
            (true, false) => continue,
            (true, true) => (
                "is in no region of the program, so nothing can be sold there",
                "remove it, or give its region in a table of `[rules.extend]`, `regions`".to_owned(),
            ),
            (false, _) => (
                "is no country code we know",
                match vocabulary.word(Kind::Country, code.as_str()) {
                    Some(meant) => format!("did you mean `{meant}`"),
                    None => "two letters of ISO 3166, such as `HU`".to_owned(),
                },
            ),
        };
        let path = config.shown_path();
        problems.push(format!("{path}, {}: `{code}` {what}\n  hint: {hint}", named.key));
    }
    problems
}

fn named(config: &Config) -> impl Iterator<Item = Named> {
    let with = |key, needs_region| {
        move |country| Named {
            key,
            country,
            needs_region,
        }
    };
    let partner = &config.partner;
    let countries = partner
        .countries
        .iter()
        .copied()
        .map(with("[partner] `countries`", true));
    let home = partner.home.into_iter().map(with("[partner] `home`", false));
    let sources = config.sources.iter().filter_map(|source| source.country);
    let sources = sources.map(with("[[source]] `country`", false));
    let market = config.catalog.market.into_iter().map(with("[catalog] `market`", false));
    countries.chain(home).chain(sources).chain(market)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(settings: &str) -> Vec<String> {
        let config = Config::parse(settings, "seatshift.toml".as_ref()).unwrap();
        let rules = Rules::load(&config.rules).unwrap();
        unknown_countries(&config, &rules, &Vocabulary::embedded())
    }

    #[test]
    fn a_country_that_no_table_has_is_told_with_the_usual_code() {
        assert_eq!(
            problems("[partner]\ncountries = [\"UK\", \"DE\", \"UK\"]\nhome = \"XX\""),
            [
                "seatshift.toml, [partner] `countries`: `UK` is no country code we know\n  hint: did you mean `GB`",
                "seatshift.toml, [partner] `home`: `XX` is no country code we know\n  hint: two letters of ISO 3166, such as `HU`",
            ]
        );
        assert_eq!(
            problems("[[source]]\nmatch = \"*\"\ncountry = \"UK\""),
            ["seatshift.toml, [[source]] `country`: `UK` is no country code we know\n  hint: did you mean `GB`"]
        );
    }

    #[test]
    fn a_country_without_a_region_may_have_customers_but_no_partner() {
        assert!(problems("[partner]\ncountries = [\"GB\"]\n[[source]]\nmatch = \"*\"\ncountry = \"AC\"").is_empty());
        let told = problems("[partner]\ncountries = [\"AC\"]");
        assert!(
            told.iter().all(|problem| problem.contains("`AC` is in no region")),
            "{told:?}"
        );
        assert_eq!(told.len(), 1);
    }
}
