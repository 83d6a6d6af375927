//! `[[source]]` settings: what an export's path says.
//!
//! In: the settings and a path as given. Out: the [`Source`] of that file: the first rule whose pattern fits, with the captures
//! of the pattern filled in. `*` stands for any text within a folder or file name, `{name}` for one as well (and keeps it), `**`
//! for any number of folders. A pattern fits the whole path or its end, from a folder on. One with `#` fits a sheet of a workbook
//! or a member of an archive, `file.xlsx#{customer_name}`; what it says goes before what the rule of the file says. A capture that
//! is not what its name says is kept as a [`Misfit`], to be told of; a customer id that is none is taken for a domain or a name.

use std::collections::BTreeMap;

use super::vocabulary::language;
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
    pub(super) misfits: Vec<Misfit>,
}

/// What a pattern took out of a path and is not what its name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    /// The capture's name.
    pub(super) capture: Text,
    /// What it took.
    pub(super) value: Text,
    /// What was done instead.
    pub(super) instead: &'static str,
}

/// What stands between a file and its sheet in a pattern.
const SHEET: char = '#';

impl Source {
    /// What the settings say of a path.
    pub(super) fn of(path: &str, config: &Config) -> Source {
        let rules = config.sources.iter().filter(|rule| !rule.pattern.contains(SHEET));
        Source::first(rules, path).unwrap_or_default()
    }

    /// What the settings say of a sheet of a workbook, or of a member of an archive, whose file has this source; none where they
    /// say nothing of it.
    pub(super) fn of_sheet(&self, path: &str, sheet: &str, config: &Config) -> Option<Source> {
        let rules = config.sources.iter().filter(|rule| rule.pattern.contains(SHEET));
        let own = Source::first(rules, &with_sheet(path, sheet))?;
        let names_nobody = !own.has_customer();
        let of_file = |text: &Option<Text>| text.clone().filter(|_| names_nobody);
        Some(Source {
            channel: own.channel.or(self.channel),
            customer_id: own.customer_id.or(self.customer_id.filter(|_| names_nobody)),
            customer_name: own.customer_name.or_else(|| of_file(&self.customer_name)),
            customer_domain: own.customer_domain.or_else(|| of_file(&self.customer_domain)),
            country: own.country.or(self.country),
            segment: own.segment.or(self.segment),
            language: own.language.or_else(|| self.language.clone()),
            date_order: own.date_order.or(self.date_order),
            options: self.options.clone(),
            misfits: own.misfits,
        })
    }

    fn first<'r>(mut rules: impl Iterator<Item = &'r SourceRule>, path: &str) -> Option<Source> {
        let path = path.replace('\\', "/");
        rules.find_map(|rule| captures(&rule.pattern, &path).map(|captured| Source::filled(rule, &captured)))
    }

    /// The pattern of the rule that says something of a sheet, or of its file.
    pub(super) fn pattern<'c>(
        path: &str,
        sheet: Option<&str>,
        config: &'c Config,
        says: impl Fn(&Source) -> bool,
    ) -> Option<&'c str> {
        let of_sheet = sheet.map(|sheet| with_sheet(path, sheet).replace('\\', "/"));
        let path = path.replace('\\', "/");
        let mut rules = config.sources.iter();
        let rule = rules.find(|rule| {
            let fitting = match (rule.pattern.contains(SHEET), &of_sheet) {
                (true, Some(sheet)) => captures(&rule.pattern, sheet),
                (true, None) => None,
                (false, _) => captures(&rule.pattern, &path),
            };
            fitting.is_some_and(|captured| says(&Source::filled(rule, &captured)))
        });
        rule.map(|rule| rule.pattern.as_str())
    }

    /// The patterns of the settings that fit none of these files, each with its sheets.
    pub(super) fn unused<'c>(files: &[(Text, Vec<Text>)], config: &'c Config) -> Vec<&'c str> {
        let fits_path = |pattern: &str, path: &str| captures(pattern, &path.replace('\\', "/")).is_some();
        let fits = |pattern: &str| {
            files.iter().any(|(path, sheets)| match pattern.contains(SHEET) {
                true => sheets.iter().any(|sheet| fits_path(pattern, &with_sheet(path, sheet))),
                false => fits_path(pattern, path),
            })
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
                ..ReadOptions::default()
            },
            misfits: Vec::new(),
        };
        for (&name, &value) in captured {
            source.take(name, value.trim());
        }
        source
    }

    /// Takes a capture; a key of the rule itself goes before it.
    fn take(&mut self, name: &str, value: &str) {
        const LEFT_OUT: &str = "it was left out";
        let lower = || Text::from(value.to_lowercase());
        let instead = match name {
            "customer_id" => match Id::parse(value).and_then(|id| id.guid()) {
                Some(id) if !id.is_nil() => {
                    self.customer_id = self.customer_id.or(Some(CustomerId(id)));
                    return;
                }
                _ if value.contains('.') && !value.contains(char::is_whitespace) => {
                    self.customer_domain = Some(lower());
                    "it was taken for the customer's domain"
                }
                _ => {
                    self.customer_name = self.customer_name.take().or(Some(value.into()));
                    "it was taken for the customer's name"
                }
            },
            "customer_name" => {
                self.customer_name = self.customer_name.take().or(Some(value.into()));
                return;
            }
            "customer_domain" => {
                self.customer_domain = Some(lower());
                match value.contains('.') && !value.contains(char::is_whitespace) {
                    true => return,
                    false => "it is looked for as it is",
                }
            }
            "country" => match value.parse() {
                Ok(country) => {
                    self.country = self.country.or(Some(country));
                    return;
                }
                Err(()) => LEFT_OUT,
            },
            "channel" => match value.to_lowercase().parse() {
                Ok(channel) => {
                    self.channel = self.channel.or(Some(channel));
                    return;
                }
                Err(_) => LEFT_OUT,
            },
            "segment" => match value.to_lowercase().parse() {
                Ok(segment) => {
                    self.segment = self.segment.or(Some(segment));
                    return;
                }
                Err(_) => LEFT_OUT,
            },
            "language" => {
                self.language = self.language.take().or(Some(lower()));
                match language(&value.to_lowercase()) {
                    Some(_) => return,
                    None => "we know no such language",
                }
            }
            _ => return,
        };
        self.misfits.push(Misfit {
            capture: name.into(),
            value: value.into(),
            instead,
        });
    }

    /// Whether it says whose the subscriptions are.
    pub(super) fn has_customer(&self) -> bool {
        self.customer_id.is_some() || self.customer_name.is_some() || self.customer_domain.is_some()
    }
}

/// A sheet as patterns see it.
fn with_sheet(path: &str, sheet: &str) -> String {
    // A sheet's name may hold a slash, but is one name; an archive's member has folders of its own.
    let sheet = if path.to_ascii_lowercase().ends_with(".zip") {
        sheet.to_owned()
    } else {
        sheet.replace(['/', '\\'], "_")
    };
    format!("{path}{SHEET}{sheet}")
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
/// Whether the pattern of a `[[source]]` fits a file; one with a `#` fits the file whose sheet it names.
pub(crate) fn fits_source(pattern: &str, path: &str) -> bool {
    let of_file = pattern.split(SHEET).next().unwrap_or(pattern);
    captures(of_file, &path.replace('\\', "/")).is_some()
}

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

    #[test]
    fn captures_are_read_for_what_their_name_says() {
        let rule = SourceRule {
            pattern: "{country}/{channel}/{segment}/{language}/{customer_id}/*".into(),
            ..SourceRule::default()
        };
        let config = Config {
            sources: vec![rule],
            ..Config::default()
        };
        let source = Source::of(
            "C:\\in\\hu\\Web-Direct\\education\\HU\\{3B555118-DA6A-4418-894F-7DF1E2096870}\\x.csv",
            &config,
        );
        assert_eq!(source.misfits, []);
        assert_eq!(source.country.map(|country| country.to_string()).as_deref(), Some("HU"));
        assert_eq!(source.channel, Some(Channel::WebDirect));
        assert_eq!(source.segment, Some(Qualification::Education));
        assert_eq!(source.language.as_deref(), Some("hu"));
        assert!(source.customer_id.is_some());
        let source = Source::of("Hungary/shop/schools/tlh/Contoso Kft/x.csv", &config);
        let misfits: Vec<&str> = source.misfits.iter().map(|misfit| &*misfit.capture).collect();
        assert_eq!(misfits, ["channel", "country", "customer_id", "language", "segment"]);
        assert_eq!(source.customer_name.as_deref(), Some("Contoso Kft"));
        assert_eq!((source.channel, source.country, source.segment), (None, None, None));
    }

    #[test]
    fn a_sheet_can_be_a_customers() {
        let rule = |pattern: &str, channel, name: Option<&str>| SourceRule {
            pattern: pattern.into(),
            channel,
            customer_name: name.map(Text::from),
            ..SourceRule::default()
        };
        let config = Config {
            sources: vec![
                rule("*.xlsx", Some(Channel::Ea), Some("All")),
                rule("book.xlsx#{customer_name}", None, None),
                rule("pack.zip#{customer_domain}/*.csv", None, None),
                rule("none.xlsx#*", None, None),
            ],
            ..Config::default()
        };
        let file = Source::of("in/book.xlsx", &config);
        assert_eq!(file.customer_name.as_deref(), Some("All"));
        let sheet = file.of_sheet("in/book.xlsx", "Kék/Zöld Kft", &config).unwrap();
        assert_eq!(sheet.customer_name.as_deref(), Some("Kék_Zöld Kft"));
        assert_eq!(sheet.channel, Some(Channel::Ea));
        assert_eq!(file.of_sheet("in/other.xlsx", "x", &config), None);
        let archive = Source::of("pack.zip", &config);
        let member = archive
            .of_sheet("pack.zip", "contoso.example/list.csv", &config)
            .unwrap();
        assert_eq!(member.customer_domain.as_deref(), Some("contoso.example"));
        let files = [
            ("in/book.xlsx".into(), vec!["a".into()]),
            ("pack.zip".into(), vec!["contoso.example/list.csv".into()]),
        ];
        assert_eq!(Source::unused(&files, &config), ["none.xlsx#*"]);
    }
}
