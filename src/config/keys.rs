//! The keys of `seatshift.toml`: which there are, and what each may hold.
//!
//! In: the file's text. Out: a [`Config`], or every problem at once. The sections follow the order of the template.

use std::{collections::BTreeSet, fs, io, ops::Range, path::Path, str::FromStr};

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::{
    CalendarFile, CatalogSettings, Config, ConfigStop, FILE_NAME, IcsSettings, LetterSettings, Nightly, OutputSettings,
    Partner, Problem, RuleSettings, SourceRule, TablePaths,
    section::{Checked, Reading, Section, Value, Wrong, text, truth, whole},
    sets::{self, Line},
};
use crate::{
    read::{Limits, Workbooks, known_encoding},
    terms::{Country, CustomerId, Id, Text, UnknownWord},
};

/// Ten years: more days than any rule means, few enough for dates to stay dates.
const MOST_DAYS: u64 = 3650;

/// What a `[[source]]` pattern may take out of a path.
const CAPTURES: [&str; 7] = [
    "customer_id",
    "customer_name",
    "customer_domain",
    "country",
    "channel",
    "segment",
    "language",
];

impl Config {
    /// The settings of a run: from the file named, else from `seatshift.toml` in the working folder if there is one, else the
    /// defaults.
    pub fn load(explicit: Option<&Path>, working_folder: &Path) -> Result<Config, ConfigStop> {
        Config::load_with(explicit, working_folder, &[])
    }

    /// As [`Config::load`], with settings of the command line, each `key=value`, laid over the file's.
    pub fn load_with(explicit: Option<&Path>, working_folder: &Path, sets: &[String]) -> Result<Config, ConfigStop> {
        let found = working_folder.join(FILE_NAME);
        let path = explicit.unwrap_or(&found);
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(cause) if explicit.is_none() && cause.kind() == io::ErrorKind::NotFound => {
                let config = Config::parse_with("", path, sets)?;
                return Ok(Config {
                    path: None,
                    digest: None,
                    ..config
                });
            }
            Err(cause) => {
                return Err(ConfigStop::Unreadable {
                    path: path.to_owned(),
                    cause,
                });
            }
        };
        let text = str::from_utf8(&bytes).map_err(|error| ConfigStop::NotUtf8 {
            path: path.to_owned(),
            line: 1 + bytes
                .iter()
                .take(error.valid_up_to())
                .filter(|&&byte| byte == b'\n')
                .count(),
        })?;
        Config::parse_with(text, path, sets)
    }

    /// Reads settings. Paths in them are relative to the folder of `path`, which need not exist.
    ///
    /// ```
    /// use seatshift::config::Config;
    ///
    /// let config = Config::parse("[partner]\ncountries = [\"HU\"]", "seatshift.toml".as_ref()).unwrap();
    /// assert_eq!(config.partner.countries[0].as_str(), "HU");
    ///
    /// let stop = Config::parse("[partner]\ncountry = [\"HU\"]", "seatshift.toml".as_ref()).unwrap_err();
    /// assert_eq!(
    ///     stop.to_string(),
    ///     "seatshift.toml, line 2: unknown key `partner.country`\n  hint: nearest is `countries`"
    /// );
    /// ```
    pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigStop> {
        Config::parse_with(text, path, &[])
    }

    /// As [`Config::parse`], with settings of the command line laid over the text's.
    pub fn parse_with(text: &str, path: &Path, sets: &[String]) -> Result<Config, ConfigStop> {
        let (lines, of_sets) = match sets::lines(sets) {
            Ok(lines) => (lines, Vec::new()),
            Err(problems) => (Vec::new(), problems),
        };
        let (config, mut problems, _) = read(text, path, &lines);
        problems.extend(of_sets);
        match problems.is_empty() {
            true => Ok(config),
            false => Err(ConfigStop::Wrong {
                problems,
                config: Box::new(config),
            }),
        }
    }
}

/// The full names of all keys, sorted: `partner.countries`, `rules.lead.agreement`...
pub fn known_keys() -> BTreeSet<String> {
    read("[[source]]\nmatch = \"*\"", Path::new(FILE_NAME), &[]).2
}

pub(super) fn read(text: &str, path: &Path, sets: &[Line]) -> (Config, Vec<Problem>, BTreeSet<String>) {
    let digest = sha256(text.as_bytes());
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reading = Reading::new(path, text);
    let (mut table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reading.broken(error.span().unwrap_or(0..0), error.message().replace('\n', ", "));
    }
    for set in sets {
        sets::lay_over(table.get_mut(), set);
    }
    let root = reading.whole(table.get_ref());
    let config = Config {
        path: Some(path.to_owned()),
        digest: Some(digest),
        partner: partner(root.section("partner")),
        sources: root.sections("source").into_iter().filter_map(source).collect(),
        tables: tables(root.section("tables")),
        rules: rules(root.section("rules")),
        output: output(root.section("output")),
        limits: limits(root.section("limits")),
        workbooks: Workbooks::default(),
        catalog: catalog(root.section("catalog")),
        ics: ics(root.section("ics")),
        letters: letters(root.section("letters")),
        nightly: nightly(root.section("nightly")),
        set: sets.iter().map(|line| line.set.clone()).collect(),
        stated: BTreeSet::new(),
    };
    root.close();
    let stated = reading.stated();
    let (problems, known) = reading.finish();
    (Config { stated, ..config }, problems, known)
}

/// The SHA-256 of bytes, lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn partner(section: Section<'_, '_>) -> Partner {
    let mut partner = Partner {
        countries: section.list("countries", country),
        ids: section.list("ids", |value| {
            Id::parse(text(value)?).ok_or_else(|| Wrong::new("is no id", "write the tenant id or partner number"))
        }),
        partner_agreement: section.get("partner_agreement", truth),
        cloud: section.get("cloud", word),
        home: section.get("home", country),
        name: section.get("name", words),
        contact: section.get("contact", words),
        provider: section.get("provider", |value| {
            Id::parse(text(value)?).ok_or_else(|| Wrong::new("is no id", "write the provider's tenant id"))
        }),
        relationship_link: section.get("relationship_link", link),
        ..Partner::default()
    };
    section.set("role", &mut partner.role, word);
    section.set("assume_relationship", &mut partner.assume_relationship, truth);
    section.set("assume_agreement", &mut partner.assume_agreement, truth);
    section.close();
    partner
}

fn source((section, place): (Section<'_, '_>, Range<usize>)) -> Option<SourceRule> {
    let pattern = section.required("match", place, "write `match = \"exports/*.csv\"`", pattern);
    let rule = SourceRule {
        pattern: String::new(),
        channel: section.get("channel", word),
        customer_id: section.get("customer_id", tenant),
        customer_name: section.get("customer_name", |value| Ok(text(value)?.into())),
        country: section.get("country", country),
        segment: section.get("segment", word),
        language: section.get("language", language),
        encoding: section.get("encoding", encoding),
        delimiter: section.get("delimiter", input_delimiter),
        sheet: section.get("sheet", |value| Ok(text(value)?.to_owned())),
        date_order: section.get("date_order", word),
    };
    section.close();
    Some(SourceRule {
        pattern: pattern?,
        ..rule
    })
}

fn tables(section: Section<'_, '_>) -> TablePaths {
    let paths = TablePaths {
        offers: section.path("offers"),
        calendar: section
            .paths_by("calendar", country)
            .into_iter()
            .map(|(country, path)| CalendarFile { country, path })
            .collect(),
        holds: section.path("holds"),
        progress: section.path("progress"),
        customers: section.path("customers"),
        headings: section.path("headings"),
        words: section.path("words"),
        routes: section.path("routes"),
    };
    section.close();
    paths
}

fn rules(section: Section<'_, '_>) -> RuleSettings {
    let mut rules = RuleSettings::default();
    let lead = section.section("lead");
    let least = section.section("least");
    for (within, key, name) in [
        (&lead, "relationship", "lead.relationship"),
        (&lead, "relationship_ea", "lead.relationship_ea"),
        (&lead, "agreement", "lead.agreement"),
        (&lead, "delegated_rights", "lead.delegated_rights"),
        (&lead, "vetting", "lead.vetting"),
        (&least, "relationship", "least.relationship"),
        (&least, "relationship_ea", "least.relationship_ea"),
        (&least, "agreement", "least.agreement"),
        (&least, "delegated_rights", "least.delegated_rights"),
        (&least, "vetting", "least.vetting"),
        (&least, "approval", "least.approval"),
    ] {
        rules.numbers.extend(
            within
                .get(key, |value| whole(value, 0..=MOST_DAYS))
                .map(|days| (name, small(days))),
        );
    }
    lead.close();
    least.close();
    for key in [
        "decide_days",
        "attention_days",
        "credit_days",
        "early_days",
        "request_days",
        "undo_days",
        "verify_days",
    ] {
        rules.numbers.extend(
            section
                .get(key, |value| whole(value, 0..=MOST_DAYS))
                .map(|days| (key, small(days))),
        );
    }
    for key in [
        "tenant_subscriptions",
        "doubled_subscriptions",
        "transfer_items",
        "self_service_licences",
    ] {
        let number = section.get(key, |value| whole(value, 1..=1_000_000));
        rules.numbers.extend(number.map(|number| (key, small(number))));
    }
    section.set("customer_holidays", &mut rules.customer_holidays, truth);
    section.set("mosa", &mut rules.mosa_asap, |value| match text(value)? {
        "term-end" => Ok(false),
        "asap" => Ok(true),
        other => Err(Wrong::new(
            format!("`{other}` is not a word we know here"),
            "one of `term-end`, `asap`",
        )),
    });
    rules.replace = section.paths("replace").into_iter().collect();
    rules.extend = section.paths("extend").into_iter().collect();
    section.close();
    rules
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn catalog(section: Section<'_, '_>) -> CatalogSettings {
    let mut catalog = CatalogSettings {
        service_plans: section.path_or_paths("service_plans"),
        price_list: section.path_or_paths("price_list"),
        offer_matrix: section.path_or_paths("offer_matrix"),
        nce_mapping: section.path_or_paths("nce_mapping"),
        overrides: section.path_or_paths("overrides"),
        subscribed_skus: section.path_or_paths("subscribed_skus"),
        market: section.get("market", country),
        currency: section.get("currency", currency),
        ..CatalogSettings::default()
    };
    section.set("max_age_days", &mut catalog.max_age_days, days);
    section.close();
    catalog
}

fn output(section: Section<'_, '_>) -> OutputSettings {
    let mut output = OutputSettings::default();
    section.set("delimiter", &mut output.delimiter, |value| match text(value)? {
        "," => Ok(','),
        ";" => Ok(';'),
        other => Err(Wrong::new(format!("`{other}` is no delimiter we write"), "`,` or `;`")),
    });
    section.set("bom", &mut output.bom, truth);
    section.close();
    output
}

fn ics(section: Section<'_, '_>) -> IcsSettings {
    let mut ics = IcsSettings {
        alarm_days: section.list("alarm_days", days),
        ..IcsSettings::default()
    };
    section.set("alarm_hour", &mut ics.alarm_hour, |value| {
        // The range fits.
        Ok(u8::try_from(whole(value, 0..=23)?).unwrap_or_default())
    });
    section.close();
    ics
}

fn letters(section: Section<'_, '_>) -> LetterSettings {
    let letters = LetterSettings {
        templates: section.path("templates"),
    };
    section.close();
    letters
}

/// Words that stand in a letter, on one line.
fn words(value: &Value<'_>) -> Checked<Text> {
    match text(value)?.trim() {
        "" => Err(Wrong::new("is empty", "leave the key out, or say something")),
        words if words.contains(char::is_control) => Err(Wrong::new("is more than one line", "write it on one line")),
        words => Ok(words.into()),
    }
}

/// A link that people follow.
fn link(value: &Value<'_>) -> Checked<Text> {
    let link = words(value)?;
    match link.starts_with("https://") && !link.contains([' ', '<', '>', '"', '(', ')']) {
        true => Ok(link),
        false => Err(Wrong::new(
            "is no link",
            "write it as Partner Center gives it, `https://...`",
        )),
    }
}

fn limits(section: Section<'_, '_>) -> Limits {
    let mut limits = Limits::default();
    let number = |value: &Value<'_>| whole(value, 1..=1 << 50);
    let seconds = |value: &Value<'_>| whole(value, 1..=86_400);
    section.set("file_bytes", &mut limits.file_bytes, number);
    section.set("text_bytes", &mut limits.text_bytes, number);
    section.set("part_bytes", &mut limits.part_bytes, number);
    section.set("unpacked_bytes", &mut limits.unpacked_bytes, number);
    section.set("parts", &mut limits.parts, number);
    section.set("ratio", &mut limits.ratio, number);
    section.set("sheets", &mut limits.sheets, number);
    section.set("cells", &mut limits.cells, number);
    section.set("columns", &mut limits.columns, number);
    section.set("rows", &mut limits.rows, number);
    section.set("record_bytes", &mut limits.record_bytes, number);
    section.set("cell_bytes", &mut limits.cell_bytes, number);
    section.set("workbook_text_bytes", &mut limits.workbook_text_bytes, number);
    section.set("memory_bytes", &mut limits.memory_bytes, number);
    section.set("cpu_seconds", &mut limits.cpu_seconds, seconds);
    section.set("wall_seconds", &mut limits.wall_seconds, seconds);
    section.close();
    limits
}

fn nightly(section: Section<'_, '_>) -> Nightly {
    let mut nightly = Nightly {
        history: section.path("history"),
        ..Nightly::default()
    };
    let percent = |value: &Value<'_>| Ok(u8::try_from(whole(value, 0..=100)?).unwrap_or(u8::MAX));
    let count = |value: &Value<'_>| whole(value, 0..=1 << 32);
    section.set("shrink_percent", &mut nightly.shrink_percent, percent);
    section.set("shrink_from", &mut nightly.shrink_from, count);
    section.set("gone_subscriptions", &mut nightly.gone_subscriptions, count);
    section.set("gone_customer", &mut nightly.gone_customer, count);
    section.set("lost_rows", &mut nightly.lost_rows, count);
    section.set("max_age_days", &mut nightly.max_age_days, days);
    section.set("settle_seconds", &mut nightly.settle_seconds, |value| {
        whole(value, 0..=86_400)
    });
    section.set("allow_empty_source", &mut nightly.allow_empty_source, truth);
    section.set("allow_lost_columns", &mut nightly.allow_lost_columns, truth);
    section.set("allow_same_content", &mut nightly.allow_same_content, truth);
    section.set("history_nights", &mut nightly.history_nights, |value| {
        Ok(u16::try_from(whole(value, 1..=MOST_DAYS)?).unwrap_or(u16::MAX))
    });
    section.close();
    nightly
}

fn word<T: FromStr<Err = UnknownWord>>(value: &Value<'_>) -> Checked<T> {
    text(value)?.parse().map_err(|unknown: UnknownWord| {
        let known: Vec<String> = unknown.known.iter().map(|word| format!("`{word}`")).collect();
        Wrong::new(
            format!("`{}` is not a word we know here", unknown.word),
            format!("one of {}", known.join(", ")),
        )
    })
}

fn days(value: &Value<'_>) -> Checked<u16> {
    Ok(u16::try_from(whole(value, 0..=MOST_DAYS)?).unwrap_or(u16::MAX))
}

fn country(value: &Value<'_>) -> Checked<Country> {
    let code = text(value)?;
    code.parse()
        .map_err(|()| Wrong::new(format!("`{code}` is no country code"), "two letters, such as `HU`"))
}

fn currency(value: &Value<'_>) -> Checked<Text> {
    let code = text(value)?;
    match code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        true => Ok(code.to_ascii_uppercase().into()),
        false => Err(Wrong::new(
            format!("`{code}` is no currency code"),
            "three letters, such as `EUR`",
        )),
    }
}

fn tenant(value: &Value<'_>) -> Checked<CustomerId> {
    let id = text(value)?;
    Id::parse(id)
        .and_then(|id| id.guid())
        .map(CustomerId)
        .ok_or_else(|| Wrong::new(format!("`{id}` is no tenant id"), "32 hexadecimal digits with hyphens"))
}

fn language(value: &Value<'_>) -> Checked<Text> {
    let code = text(value)?;
    match (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        true => Ok(code.to_ascii_lowercase().into()),
        false => Err(Wrong::new(
            format!("`{code}` is no language code"),
            "two letters, such as `hu`",
        )),
    }
}

fn encoding(value: &Value<'_>) -> Checked<String> {
    let label = text(value)?;
    match known_encoding(label) {
        Ok(()) => Ok(label.to_owned()),
        Err(nearest) => Err(Wrong::new(
            format!("`{label}` is no encoding we know"),
            format!("nearest are {}", nearest.map(|label| format!("`{label}`")).join(", ")),
        )),
    }
}

fn input_delimiter(value: &Value<'_>) -> Checked<char> {
    let hint = "one character, such as `;`, or `\\t` for the tab";
    let delimiter = value.as_str().ok_or_else(|| Wrong::new("expected a text", hint))?;
    let mut characters = delimiter.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) if one == '\t' || (one.is_ascii_punctuation() && one != '"') => Ok(one),
        _ => Err(Wrong::new(format!("`{delimiter}` is no delimiter"), hint)),
    }
}

/// A path pattern whose captures we know.
fn pattern(value: &Value<'_>) -> Checked<String> {
    let pattern = text(value)?;
    let captures = pattern
        .split('{')
        .skip(1)
        .map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name));
    match captures.into_iter().find(|name| !CAPTURES.contains(name)) {
        Some(name) => Err(Wrong::new(
            format!("`{{{name}}}` is nothing we can take from a path"),
            format!("one of {}", CAPTURES.map(|name| format!("`{{{name}}}`")).join(", ")),
        )),
        None => Ok(pattern.to_owned()),
    }
}

#[cfg(test)]
mod tests;
