//! What the tables say, a second time on purpose: a changed cell is changed here too, by somebody who has read its source.
//!
//! In: the embedded tables, their columns that decide. Out: each row, compared with what the facts have. Windows and lifecycles are
//! not here: the second implementation of the dates has their days, for every channel. Steps' sentences are read, not counted with.

use std::collections::{BTreeMap, BTreeSet};

use super::{TABLE_NAMES, embedded_text};

/// The rows of a table, by the columns that decide.
fn said(name: &str, columns: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(embedded_text(name).as_bytes());
    let headings = reader.headers().unwrap().clone();
    let place = |column: &str| headings.iter().position(|heading| heading == column).unwrap();
    let places: Vec<usize> = columns.split(' ').map(place).collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let cells: Vec<&str> = places
            .iter()
            .map(|&place| &record[place])
            .filter(|cell| !cell.is_empty())
            .collect();
        cells.join(" ")
    });
    rows.collect()
}

/// Tables by their columns that decide, and what stands in them.
const SAID: &[(&str, &str, &[&str])] = &[
    ("addon_minimums", "offer percent", &["multi-geo 5"]),
    ("agreements", "agreement accepted_from", &["customer 2023-04-01"]),
    (
        "billing",
        "term offer billing_plan allowed",
        &[
            "P1M any annual no",
            "P1M any monthly yes",
            "P1M any triennial no",
            "P1Y any annual yes",
            "P1Y any monthly yes",
            "P1Y any triennial no",
            "P3Y any annual yes",
            "P3Y any monthly yes",
            "P3Y any triennial yes",
            "P3Y defender-suite monthly no",
            "P3Y m365-e3-no-teams monthly no",
            "P3Y m365-e5-compliance monthly no",
            "P3Y m365-e5-no-teams monthly no",
            "P3Y teams-enterprise monthly no",
        ],
    ),
    (
        "channels",
        "channel credit lead",
        &[
            "csp no relationship",
            "csp-legacy no relationship",
            "ea no relationship_ea",
            "mca-e no relationship",
            "mpsa no relationship",
            "open-value no relationship",
            "web-direct yes relationship",
            "web-direct-mosa yes relationship",
        ],
    ),
    (
        "clouds",
        "domain_suffix cloud",
        &[
            "onmicrosoft.us gcc-high",
            "partner.onmschina.cn china",
            "onmicrosoft.de germany",
        ],
    ),
    (
        "extended_terms",
        "channel began_from ends_from",
        &[
            "csp 2025-04-01 2026-05-04",
            "mca-e 2025-04-01 2026-05-04",
            "web-direct 2025-04-01 2026-05-04",
        ],
    ),
    ("leftovers", "channel", &["csp-legacy"]),
    (
        "market_data",
        "country data",
        &[
            "AM registration-number",
            "AZ registration-number",
            "BY registration-number",
            "HU registration-number",
            "IN registration-number",
            "KG registration-number",
            "KZ registration-number",
            "MD registration-number",
            "RU registration-number",
            "TJ registration-number",
            "UZ registration-number",
        ],
    ),
    (
        "numbers",
        "name value unit",
        &[
            "attention_days 30 days",
            "credit_days 7 days",
            "decide_days 21 days",
            "doubled_subscriptions 150 subscriptions",
            "early_days 31 days",
            "least.agreement 1 days",
            "least.approval 3 days",
            "least.delegated_rights 1 days",
            "least.relationship 1 days",
            "least.relationship_ea 1 days",
            "least.vetting 10 days",
            "lead.agreement 7 days",
            "lead.delegated_rights 7 days",
            "lead.relationship 14 days",
            "lead.relationship_ea 90 days",
            "lead.vetting 30 days",
            "request_days 30 days",
            "self_service_licences 25 licences",
            "tenant_subscriptions 300 subscriptions",
            "transfer_items 25 subscriptions",
            "verify_days 7 days",
        ],
    ),
    (
        "routes",
        "channel state least_term offer route",
        &[
            "csp active P1Y any transfer",
            "csp any any new-subscription",
            "csp-legacy any any new-subscription",
            "ea any not-sold channel-transfer",
            "ea any any new-subscription",
            "mca-e any any new-subscription",
            "mpsa any any new-subscription",
            "open-value any any new-subscription",
            "web-direct any any new-subscription",
            "web-direct-mosa any any new-subscription",
        ],
    ),
    (
        "segments",
        "qualification segment allowed",
        &[
            "commercial commercial yes",
            "commercial education no",
            "commercial government no",
            "commercial nonprofit no",
            "education commercial yes",
            "education education yes",
            "education government no",
            "education nonprofit no",
            "education+state-owned commercial yes",
            "education+state-owned education yes",
            "education+state-owned government no",
            "education+state-owned nonprofit no",
            "government commercial no",
            "government education no",
            "government government yes",
            "government nonprofit no",
            "government+state-owned commercial no",
            "government+state-owned education no",
            "government+state-owned government yes",
            "government+state-owned nonprofit no",
            "nonprofit commercial yes",
            "nonprofit education no",
            "nonprofit government no",
            "nonprofit nonprofit yes",
            "state-owned commercial yes",
            "state-owned education no",
            "state-owned government no",
            "state-owned nonprofit no",
        ],
    ),
    ("short_grace", "channel offer", &["ea m365-copilot"]),
    (
        "surcharges",
        "channel follows monthly percent",
        &[
            "csp extended-term yes 3",
            "csp extended-term no 23",
            "csp renewal any 0",
            "mca-e extended-term yes 3",
            "mca-e extended-term no 23",
            "mca-e renewal any 0",
            "web-direct extended-term yes 3",
            "web-direct extended-term no 23",
            "web-direct renewal any 0",
        ],
    ),
    (
        "undo_windows",
        "channel country days",
        &[
            "csp any 7",
            "mca-e any 7",
            "mca-e CL 10",
            "web-direct any 7",
            "web-direct CL 10",
        ],
    ),
    (
        "vetting",
        "segment vetting",
        &["commercial no", "education yes", "government yes", "nonprofit yes"],
    ),
];

/// Countries of each region, as of the newest list.
const REGIONS: &[(&str, &str)] = &[
    (
        "AFR",
        "AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GQ GW KE KM LR MG ML MU MW NA NC NE NG PF RE RW SC SH SL SN SO SS ST TD TG TZ UG YT ZM",
    ),
    ("APAC", "BD BN BT HK ID KH LA LK MM MO MV MY NP PH SG TH TL VN"),
    ("AUS", "AU CC CK CX FJ FM HM KI MH NF NR NU PG PN PW SB TF TK TO TV WF"),
    ("BRA", "BR"),
    ("CAN", "CA PM"),
    ("CHN", "CN"),
    (
        "EUR",
        "AD AT AX BE BG BV CH CY CZ DE DK EE ES FI FO FR GB GG GI GL GR HR HU IE IM IS IT JE LI LT LU LV MC MT NL NO PL PT RO SE SI SJ SK SM VA",
    ),
    ("IND", "IN"),
    ("JPN", "JP"),
    ("KOR", "KR"),
    (
        "LATAM",
        "AG AI AQ AR AW BB BL BM BO BQ BS BZ CL CO CR CW DM DO EC FK GD GF GP GS GT GY HN HT JM KN KY LC MF MQ MS MX NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI",
    ),
    (
        "MECEE",
        "AE AF AL AM AZ BA BH DZ EG GE IL IO IQ JO KG KW KZ LB LS LY MA MD ME MK MN MR MZ OM PK PS QA RS SA SZ TJ TM TN TR UA UZ XK YE ZA ZW",
    ),
    ("NZL", "NZ VU WS"),
    ("TWN", "TW"),
    ("USA", "AS GU MP UM US"),
];

#[test]
fn each_row_says_what_its_source_says() {
    let differs = SAID
        .iter()
        .filter(|(name, columns, expected)| said(name, columns) != *expected);
    let differs: Vec<(&str, Vec<String>)> = differs.map(|(name, columns, _)| (*name, said(name, columns))).collect();
    assert!(differs.is_empty(), "{differs:#?}");
    // Every table is told here, or elsewhere.
    let here: BTreeSet<&str> = SAID.iter().map(|(name, ..)| *name).collect();
    let elsewhere = BTreeSet::from(["lifecycles", "regions", "step_notes", "steps", "windows"]);
    assert!(here.is_disjoint(&elsewhere));
    assert_eq!(here.union(&elsewhere).copied().collect::<Vec<_>>(), TABLE_NAMES);
}

#[test]
fn each_country_is_in_the_region_of_the_list() {
    let mut regions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut former = Vec::new();
    for row in said("regions", "country region valid_from valid_until") {
        let cells: Vec<&str> = row.split(' ').collect();
        match cells.as_slice() {
            [country, region, _] => drop(regions.entry((*region).into()).or_default().insert((*country).into())),
            [country, region, _, until] => former.push(format!("{country} {region} {until}")),
            _ => panic!("{row}"),
        }
    }
    let told: Vec<(String, String)> = regions
        .into_iter()
        .map(|(region, countries)| (region, countries.into_iter().collect::<Vec<_>>().join(" ")))
        .collect();
    let expected: Vec<(String, String)> = REGIONS
        .iter()
        .map(|(region, all)| ((*region).into(), (*all).into()))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(
        former,
        [
            "AS NZL 2023-08-16",
            "BY MECEE 2023-08-16",
            "GU AUS 2023-08-16",
            "MP AUS 2023-08-16",
            "RU RUS 2023-08-16",
        ]
    );
}
