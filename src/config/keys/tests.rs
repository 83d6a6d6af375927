use std::path::PathBuf;

use super::*;
use crate::{
    config::{DateOrder, Role, TEMPLATE},
    terms::{Channel, Cloud, Qualification},
};

fn parse(text: &str) -> Result<Config, ConfigStop> {
    Config::parse(text, Path::new("night/seatshift.toml"))
}

fn told(text: &str) -> String {
    parse(text).expect_err("settings with a mistake").to_string()
}

/// The template with every setting switched on.
fn template_in_full() -> String {
    let lines = TEMPLATE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.is_empty() && !setting.starts_with(' ') => setting,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn names(prefix: &str, table: &toml::Table, into: &mut BTreeSet<String>) {
    for (key, value) in table {
        let name = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        into.insert(name.clone());
        match value {
            toml::Value::Table(inner) => names(&name, inner, into),
            toml::Value::Array(items) => {
                items
                    .iter()
                    .filter_map(toml::Value::as_table)
                    .for_each(|inner| names(&name, inner, into));
            }
            _ => {}
        }
    }
}

#[test]
fn the_template_has_every_key_and_no_other() {
    let text = template_in_full();
    assert!(parse(&text).is_ok(), "{}", told(&text));
    let mut written = BTreeSet::new();
    names("", &toml::from_str(&text).unwrap(), &mut written);
    assert_eq!(written, known_keys());
}

#[test]
fn the_template_as_written_sets_nothing_but_tables() {
    let config = parse(TEMPLATE).unwrap();
    let expected = Config {
        path: config.path.clone(),
        digest: config.digest.clone(),
        tables: config.tables.clone(),
        stated: config.stated.clone(),
        ..Config::default()
    };
    assert_eq!(config, expected);
    assert_eq!(config.tables.holds, Some(PathBuf::from("night/holds.csv")));
}

#[test]
fn the_defaults_of_the_template_are_those_of_the_code() {
    let config = parse(&template_in_full()).unwrap();
    // The numbers are compared with the table that has them, beside that.
    let rules = RuleSettings {
        numbers: Default::default(),
        ..config.rules
    };
    assert_eq!(rules, RuleSettings::default());
    assert_eq!(config.output, OutputSettings::default());
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.partner.role, Role::default());
    assert!(!config.partner.assume_relationship && !config.partner.assume_agreement);
}

#[test]
fn every_key_arrives_where_it_belongs() {
    let config = parse(
        r#"
        [partner]
        countries = ["hu", "SE"]
        ids = ["3B555118-da6a-4418-894f-7df1e2096870", "4567890"]
        role = "indirect-reseller"
        partner_agreement = false
        cloud = "gcc-high"
        home = "SE"
        assume_relationship = true
        assume_agreement = true
        [[source]]
        match = "exports/{customer_id}/*.csv"
        channel = "ea"
        customer_id = "3b555118-da6a-4418-894f-7df1e2096870"
        customer_name = "Contoso"
        country = "PL"
        segment = "education"
        language = "PL"
        encoding = "windows-1250"
        delimiter = "\t"
        sheet = "Lista"
        date_order = "dmy"
        [[source]]
        match = "*"
        [tables]
        offers = "tables/offers.xlsx"
        routes = "/srv/routes.csv"
        [rules]
        lead = { relationship = 21, vetting = 0 }
        least = { approval = 5, relationship_ea = 2 }
        decide_days = 1
        attention_days = 2
        credit_days = 3
        early_days = 4
        request_days = 5
        undo_days = 6
        tenant_subscriptions = 7
        mosa = "asap"
        replace = { regions = "regions.csv" }
        extend = { lifecycle = "more.csv" }
        [output]
        delimiter = ";"
        bom = true
        [limits]
        rows = 1_000
        cell_bytes = 0x10
        "#,
    )
    .unwrap();
    let partner = &config.partner;
    assert_eq!(
        partner
            .countries
            .iter()
            .map(|country| country.as_str())
            .collect::<Vec<_>>(),
        ["HU", "SE"]
    );
    assert_eq!(
        partner.ids.iter().map(Id::to_string).collect::<Vec<_>>(),
        ["3b555118-da6a-4418-894f-7df1e2096870", "4567890"]
    );
    assert_eq!(
        (partner.role, partner.partner_agreement),
        (Role::IndirectReseller, Some(false))
    );
    assert_eq!(
        (partner.cloud, partner.home.map(|home| home.to_string())),
        (Some(Cloud::Gcch), Some("SE".to_owned()))
    );
    assert!(partner.assume_relationship && partner.assume_agreement);

    let expected = SourceRule {
        pattern: "exports/{customer_id}/*.csv".to_owned(),
        channel: Some(Channel::Ea),
        customer_id: Id::parse("3b555118-da6a-4418-894f-7df1e2096870")
            .and_then(|id| id.guid())
            .map(CustomerId),
        customer_name: Some("Contoso".into()),
        country: "PL".parse().ok(),
        segment: Some(Qualification::Education),
        language: Some("pl".into()),
        encoding: Some("windows-1250".to_owned()),
        delimiter: Some('\t'),
        sheet: Some("Lista".to_owned()),
        date_order: Some(DateOrder::Dmy),
    };
    assert_eq!(
        config.sources,
        [
            expected,
            SourceRule {
                pattern: "*".to_owned(),
                ..SourceRule::default()
            }
        ]
    );

    assert_eq!(config.tables.offers, Some(PathBuf::from("night/tables/offers.xlsx")));
    assert_eq!(config.tables.routes, Some(PathBuf::from("/srv/routes.csv")));
    let rules = &config.rules;
    let numbers: Vec<(&str, u32)> = rules.numbers.iter().map(|(name, value)| (*name, *value)).collect();
    assert_eq!(
        numbers,
        [
            ("attention_days", 2),
            ("credit_days", 3),
            ("decide_days", 1),
            ("early_days", 4),
            ("lead.relationship", 21),
            ("lead.vetting", 0),
            ("least.approval", 5),
            ("least.relationship_ea", 2),
            ("request_days", 5),
            ("tenant_subscriptions", 7),
            ("undo_days", 6),
        ]
    );
    assert!(rules.mosa_asap && !rules.customer_holidays);
    assert_eq!(rules.replace.get("regions"), Some(&PathBuf::from("night/regions.csv")));
    assert_eq!(rules.extend.get("lifecycle"), Some(&PathBuf::from("night/more.csv")));
    assert_eq!(
        config.output,
        OutputSettings {
            delimiter: ';',
            bom: true
        }
    );
    assert_eq!(
        config.limits,
        Limits {
            rows: 1000,
            cell_bytes: 16,
            ..Limits::default()
        }
    );
}

#[test]
fn all_problems_are_told_at_once_by_line() {
    let text = "countries = [\"HU\"]\n[partner]\nrole = \"distributor\"\ncountries = [\"HU\", \"Sweden\"]\n[rules]\n\
                lead = { relatonship = 3, agreement = -1 }\nmosa = 1\n[nightly]\nguard = true\n[[source]]\nchannel = \"csp\"\n";
    assert_eq!(
        told(text),
        "night/seatshift.toml, line 1: unknown key `countries`\n  hint: `countries` belongs to `[partner]`\n\
         night/seatshift.toml, line 3: `partner.role`: `distributor` is not a word we know here\n  \
         hint: one of `direct`, `indirect-provider`, `indirect-reseller`\n\
         night/seatshift.toml, line 4: `partner.countries`: `Sweden` is no country code\n  hint: two letters, such as `HU`\n\
         night/seatshift.toml, line 6: `rules.lead.agreement`: `-1` is out of range\n  hint: a whole number from 0 to 3650\n\
         night/seatshift.toml, line 6: unknown key `rules.lead.relatonship`\n  hint: nearest is `relationship`\n\
         night/seatshift.toml, line 7: `rules.mosa`: expected a text, found the number `1`\n  hint: write it in quotes\n\
         night/seatshift.toml, line 9: unknown key `nightly.guard`\n  hint: known here: allow_empty_source, allow_lost_columns, allow_same_content, gone_customer, gone_subscriptions, history, history_nights, lost_rows, max_age_days, settle_seconds, shrink_from, shrink_percent\n\
         night/seatshift.toml, line 10: `source.match`: is missing\n  hint: write `match = \"exports/*.csv\"`"
    );
}

#[test]
fn every_key_refuses_a_wrong_value() {
    for (section, key, value) in [
        ("partner", "countries", "\"HU\""),
        ("partner", "ids", "[1]"),
        ("partner", "ids", "[\" \"]"),
        ("partner", "role", "\"Direct\""),
        ("partner", "partner_agreement", "\"yes\""),
        ("partner", "cloud", "\"mars\""),
        ("partner", "home", "\"HUN\""),
        ("partner", "assume_relationship", "1"),
        ("partner", "assume_agreement", "\"true\""),
        ("[source]", "match", "\"{customer}/x.csv\""),
        ("[source]", "channel", "\"retail\""),
        ("[source]", "customer_id", "\"contoso\""),
        ("[source]", "customer_name", "5"),
        ("[source]", "country", "\"Poland\""),
        ("[source]", "segment", "\"charity\""),
        ("[source]", "language", "\"Polish\""),
        ("[source]", "encoding", "\"cp-9999\""),
        ("[source]", "delimiter", "\"ab\""),
        ("[source]", "delimiter", "\"x\""),
        ("[source]", "sheet", "2"),
        ("[source]", "date_order", "\"dd/mm\""),
        ("tables", "offers", "1"),
        ("tables", "calendar", "\"\""),
        ("tables", "holds", "[]"),
        ("tables", "progress", "{}"),
        ("tables", "customers", "true"),
        ("tables", "headings", "1.5"),
        ("tables", "routes", "2026-01-01"),
        ("rules.lead", "relationship", "99999"),
        ("rules.lead", "relationship_ea", "\"3\""),
        ("rules.lead", "agreement", "1.0"),
        ("rules.lead", "delegated_rights", "-3"),
        ("rules.lead", "vetting", "3651"),
        ("rules.least", "approval", "true"),
        ("rules", "lead", "14"),
        ("rules", "decide_days", "-1"),
        ("rules", "attention_days", "\"\""),
        ("rules", "credit_days", "[]"),
        ("rules", "early_days", "1.5"),
        ("rules", "request_days", "1000000000000000000000"),
        ("rules", "undo_days", "{}"),
        ("rules", "tenant_subscriptions", "0"),
        ("rules", "mosa", "\"now\""),
        ("rules.replace", "regions", "1"),
        ("rules", "extend", "\"regions.csv\""),
        ("output", "delimiter", "\"|\""),
        ("output", "bom", "\"no\""),
        ("limits", "file_bytes", "0"),
        ("limits", "ratio", "\"200\""),
    ] {
        let filler = if section == "[source]" && key != "match" {
            "match = \"*\"\n"
        } else {
            ""
        };
        let text = format!("[{section}]\n{filler}{key} = {value}\n");
        let line = text.lines().count();
        let told = told(&text);
        let place = format!("night/seatshift.toml, line {line}: `");
        assert!(
            told.starts_with(&place) && told.contains(key) && told.contains("\n  hint: "),
            "{text}{told}"
        );
        assert_eq!(told.matches("night/").count(), 1, "{text}{told}");
    }
}

#[test]
fn a_key_that_deadlines_do_not_have_is_unknown() {
    assert!(told("[rules.lead]\napproval = 3").contains("unknown key `rules.lead.approval`"));
}

#[test]
fn broken_toml_is_told_with_its_line_and_the_rest_as_well() {
    let told = told("[partner]\nrole = direct\n[tables]\noffers = \"C:\\exports\\offers.csv\"\n[output]\nbon = true\n");
    assert!(told.contains("line 2: "), "{told}");
    assert!(told.contains("line 4: ") && told.contains("single quotes"), "{told}");
    assert!(
        told.contains("line 6: unknown key `output.bon`\n  hint: nearest is `bom`"),
        "{told}"
    );
    assert_eq!(told.matches("line ").count(), 3, "{told}");
}

#[test]
fn a_byte_order_mark_does_not_matter() {
    assert!(parse("\u{feff}[output]\nbom = true").unwrap().output.bom);
}

#[test]
fn the_file_is_looked_for_in_the_working_folder() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Config::load(None, folder.path()).unwrap(), Config::default());

    let found = folder.path().join(FILE_NAME);
    fs::write(&found, "[tables]\nholds = \"holds.csv\"\n").unwrap();
    let config = Config::load(None, folder.path()).unwrap();
    assert_eq!(config.tables.holds, Some(folder.path().join("holds.csv")));
    assert_eq!(config.path, Some(found));
    assert_eq!(config.digest.map(|digest| digest.len()), Some(64));

    let named = folder.path().join("other.toml");
    let stop = Config::load(Some(&named), folder.path()).unwrap_err();
    assert!(matches!(stop, ConfigStop::Unreadable { .. }), "{stop}");

    fs::write(&named, b"[partner]\n# \xe1rv\xedz\n").unwrap();
    let stop = Config::load(Some(&named), folder.path()).unwrap_err();
    assert!(matches!(stop, ConfigStop::NotUtf8 { line: 2, .. }), "{stop}");
}
