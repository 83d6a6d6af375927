//! `[[source]]` settings: what an export's path says.
//!
//! In: the settings and a path as given. Out: the [`Source`] of that file: the first rule whose pattern fits, with the captures
//! of the pattern filled in. `*` stands for any text within a folder or file name, `{name}` for one as well (and keeps it), `**`
//! for any number of folders. A pattern fits the whole path or its end, from a folder on. Refuses nothing: a capture that is no
//! id is taken for a domain or a name.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{
    config::{Config, DateOrder, SourceRule},
    read::ReadOptions,
    terms::*,
};

/// What is known of a file's subscriptions without looking into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) channel: Option<Channel>,
    pub(super) customer_id: Option<CustomerId>,
    pub(super) customer_name: Option<Text>,
    pub(super) customer_domain: Option<Text>,
    pub(super) country: Option<Country>,
    pub(super) segment: Option<Qualification>,
    pub(super) language: Option<Text>,
    pub(super) date_order: Option<DateOrder>,
    pub(super) options: ReadOptions,
}

impl Source {
    /// What the settings say of a path.
    pub(super) fn of(path: &str, config: &Config) -> Source {
        let path = path.replace('\\', "/");
        config
            .sources
            .iter()
            .find_map(|rule| captures(&rule.pattern, &path).map(|captured| Source::filled(rule, &captured)))
            .unwrap_or_default()
    }

    /// The pattern of the rule that counts for a path.
    pub(super) fn pattern<'c>(path: &str, config: &'c Config) -> Option<&'c str> {
        let path = path.replace('\\', "/");
        let mut rules = config.sources.iter();
        rules
            .find(|rule| captures(&rule.pattern, &path).is_some())
            .map(|rule| rule.pattern.as_str())
    }

    /// The patterns of the settings that fit none of these paths.
    pub(super) fn unused<'c>(paths: &[Text], config: &'c Config) -> Vec<&'c str> {
        let fits = |pattern: &str| {
            paths
                .iter()
                .any(|path| captures(pattern, &path.replace('\\', "/")).is_some())
        };
        config
            .sources
            .iter()
            .map(|rule| rule.pattern.as_str())
            .filter(|pattern| !fits(pattern))
            .collect()
    }

    fn filled(rule: &SourceRule, captured: &BTreeMap<&str, &str>) -> Source {
        let mut source = Source {
            channel: rule.channel,
            customer_id: rule.customer_id,
            customer_name: rule.customer_name.clone(),
            customer_domain: None,
            country: rule.country,
            segment: rule.segment,
            language: rule.language.clone(),
            date_order: rule.date_order,
            options: ReadOptions {
                encoding: rule.encoding.clone(),
                delimiter: rule.delimiter,
                sheet: rule.sheet.clone(),
            },
        };
        for (&name, &value) in captured {
            match name {
                "customer_id" => match Uuid::try_parse(value) {
                    Ok(id) => source.customer_id = source.customer_id.or(Some(CustomerId(id))),
                    Err(_) if value.contains('.') => source.customer_domain = Some(value.to_lowercase().into()),
                    Err(_) => source.customer_name = source.customer_name.or(Some(value.into())),
                },
                "customer_name" => source.customer_name = source.customer_name.or(Some(value.into())),
                "customer_domain" => source.customer_domain = Some(value.to_lowercase().into()),
                "country" => source.country = source.country.or(value.parse().ok()),
                "channel" => source.channel = source.channel.or(value.parse().ok()),
                "segment" => source.segment = source.segment.or(value.parse().ok()),
                "language" => source.language = source.language.or(Some(value.to_lowercase().into())),
                _ => {}
            }
        }
        source
    }

    /// Whether it says whose the subscriptions are.
    pub(super) fn has_customer(&self) -> bool {
        self.customer_id.is_some() || self.customer_name.is_some() || self.customer_domain.is_some()
    }
}

/// One part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'p> {
    Literal(&'p str),
    /// Within one name; kept under a name where it has one.
    Any(Option<&'p str>),
    /// Across folders.
    Deep,
}

/// The captures of a pattern that fits a path or its end; none where it does not fit.
fn captures<'a>(pattern: &'a str, path: &'a str) -> Option<BTreeMap<&'a str, &'a str>> {
    let parts = parts(pattern.strip_prefix("./").unwrap_or(pattern));
    let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
    for start in starts {
        let mut captured = BTreeMap::new();
        if fits(&parts, path.get(start..).unwrap_or(""), &mut captured) {
            return Some(captured);
        }
    }
    None
}

fn parts(mut pattern: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    while !pattern.is_empty() {
        if let Some(rest) = pattern.strip_prefix("**") {
            // `**/` also stands for no folder at all
            pattern = rest.strip_prefix('/').unwrap_or(rest);
            parts.push(Part::Deep);
        } else if let Some(rest) = pattern.strip_prefix('*') {
            pattern = rest;
            parts.push(Part::Any(None));
        } else if let Some((name, rest)) = pattern.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            pattern = rest;
            parts.push(Part::Any(Some(name)));
        } else {
            let skip = usize::from(pattern.starts_with('{'));
            let end = pattern
                .get(skip..)
                .and_then(|rest| rest.find(['*', '{']))
                .map_or(pattern.len(), |at| at + skip);
            let (literal, rest) = pattern.split_at(end);
            pattern = rest;
            parts.push(Part::Literal(literal));
        }
    }
    parts
}

fn fits<'a>(parts: &[Part<'a>], path: &'a str, captured: &mut BTreeMap<&'a str, &'a str>) -> bool {
    let Some((first, rest)) = parts.split_first() else {
        return path.is_empty();
    };
    match *first {
        Part::Literal(literal) => match path.strip_prefix(literal) {
            Some(remaining) => fits(rest, remaining, captured),
            None => false,
        },
        Part::Any(name) => {
            let name_ends = path.find('/').unwrap_or(path.len());
            let least = usize::from(name.is_some());
            let mut ends = (0..=name_ends).filter(|&end| path.is_char_boundary(end) && end >= least);
            ends.any(|end| {
                let (value, remaining) = path.split_at(end);
                let fit = fits(rest, remaining, captured);
                if let (true, Some(name)) = (fit, name) {
                    captured.insert(name, value);
                }
                fit
            })
        }
        Part::Deep => {
            let mut starts = std::iter::once(0)
                .chain(path.match_indices('/').map(|(at, _)| at + 1))
                .chain([path.len()]);
            starts.any(|start| fits(rest, path.get(start..).unwrap_or(""), captured))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_paths_and_their_ends() {
        for (pattern, path, expected) in [
            (
                "exports/{customer_id}/*.csv",
                "exports/abc/list.csv",
                Some(vec![("customer_id", "abc")]),
            ),
            (
                "exports/{customer_id}/*.csv",
                "/data/in/exports/abc/list.csv",
                Some(vec![("customer_id", "abc")]),
            ),
            ("exports/{customer_id}/*.csv", "exports/abc/deep/list.csv", None),
            ("exports/{customer_id}/*.csv", "otherexports/abc/list.csv", None),
            ("*.csv", "a/b/list.csv", Some(vec![])),
            ("*.csv", "a/b/list.xlsx", None),
            (
                "web/**/{customer_name}.csv",
                "web/hu/2026/Kék Kft.csv",
                Some(vec![("customer_name", "Kék Kft")]),
            ),
            ("web/**/*.csv", "web/list.csv", Some(vec![])),
            ("**", "anything/at/all", Some(vec![])),
            (
                "{country}-{customer_domain}.xlsx",
                "HU-contoso.example.xlsx",
                Some(vec![("country", "HU"), ("customer_domain", "contoso.example")]),
            ),
            ("a{b", "a{b", Some(vec![])),
            ("list.csv", "list.csv.gz", None),
        ] {
            let found = captures(pattern, path).map(|captured| captured.into_iter().collect::<Vec<_>>());
            assert_eq!(found, expected, "{pattern} {path}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_counts_and_captures_fill_gaps() {
        let rule = |pattern: &str, channel| SourceRule {
            pattern: pattern.into(),
            channel: Some(channel),
            ..SourceRule::default()
        };
        let config = Config {
            sources: vec![rule("ea/{customer_id}/*", Channel::Ea), rule("**", Channel::WebDirect)],
            ..Config::default()
        };
        let source = Source::of("ea\\3B555118-da6a-4418-894f-7df1e2096870\\x.csv", &config);
        assert_eq!(source.channel, Some(Channel::Ea));
        assert!(source.customer_id.is_some());
        let source = Source::of("ea/contoso.example/x.csv", &config);
        assert_eq!(source.customer_domain.as_deref(), Some("contoso.example"));
        assert_eq!(Source::of("other.csv", &config).channel, Some(Channel::WebDirect));
    }
}
