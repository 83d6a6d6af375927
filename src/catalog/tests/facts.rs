//! Every row that was found in a source, against the catalogue: ids, names, renames, translations, retirements.

use super::*;

fn rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn is_among(found: &str, key: &str) -> bool {
    found.split(';').any(|one| one == key)
}

#[test]
fn every_item_of_the_price_tables() {
    let catalog = Catalog::embedded();
    let rows = rows(include_str!("facts/items.csv"));
    assert_eq!(rows.len(), 66);
    for row in rows {
        let (item, expected) = (&row["item"], &row["keys"]);
        let found = |id: &str| keys(&catalog.resolve(&with_offer_id(id), day(TODAY)));
        assert_eq!(&found(item), expected, "{row:?}");
        let segment: Segment = row["segment"].parse().unwrap();
        let title = SourceOffer {
            segment: Some(segment),
            ..named(&row["title"])
        };
        let by_name = keys(&catalog.resolve(&title, day(TODAY)));
        for key in expected.split(';') {
            assert!(is_among(&by_name, key), "{row:?}: {by_name}");
            assert_eq!(catalog.offer(key).unwrap().segment, segment, "{row:?}");
        }
        let Some((product, sku)) = item.split_once(':') else {
            continue;
        };
        for spelling in [
            format!("{product}/{sku}"),
            format!("{product}-{sku}-P1Y-12M"),
            format!("{product}:{sku}:CFQ7TTC0KSVV"),
            format!("MSCSP_{product}-{sku}_FR_EUR_1_720_8640"),
            item.to_lowercase(),
        ] {
            assert_eq!(&found(&spelling), expected, "{spelling}");
        }
        if let Some(short) = sku
            .strip_prefix("000")
            .filter(|short| *short != "0" && short.bytes().all(|b| b.is_ascii_digit()))
        {
            assert_eq!(&found(&format!("{product}:{short}")), expected);
        }
    }
}

#[test]
fn every_legacy_offer() {
    let catalog = Catalog::embedded();
    let rows = rows(include_str!("facts/legacy_offers.csv"));
    assert_eq!(rows.len(), 78);
    for row in rows {
        let key = &row["key"];
        let found = |source: SourceOffer, on: &str| keys(&catalog.resolve(&source, day(on)));
        let sku_id = SourceOffer {
            sku_id: Some(row["sku_id"].as_str().into()),
            ..SourceOffer::default()
        };
        assert_eq!(&found(sku_id, TODAY), key, "{row:?}");
        assert_eq!(&found(with_offer_id(&row["legacy_offer_id"]), TODAY), key, "{row:?}");
        if !row["string_id"].is_empty() {
            assert_eq!(&found(with_part_number(&row["string_id"]), TODAY), key, "{row:?}");
        }
        for (name, on) in [("name_2026", TODAY), ("name_2016", "2016-02-23")] {
            let name = &row[name];
            assert!(name.is_empty() || is_among(&found(named(name), on), key), "{row:?}");
        }
    }
}

#[test]
fn every_rename() {
    let catalog = Catalog::embedded();
    let rows = rows(include_str!("facts/renames.csv"));
    assert_eq!(rows.len(), 30);
    for row in rows {
        let found = |name: &str, on: NaiveDate| keys(&catalog.resolve(&named(name), on));
        let effective: Option<NaiveDate> = row["effective"].parse().ok();
        let before = effective.map_or(day("2019-12-31"), |day| day.pred_opt().unwrap());
        for former in row["former_names"].split(';').filter(|name| !name.is_empty()) {
            assert_eq!(found(former, before), row["former_key"], "{row:?}: {former}");
        }
        let current = found(&row["current_name"], effective.unwrap_or(day(TODAY)));
        assert!(is_among(&current, &row["key"]), "{row:?}: {current}");
        for id in ["string_id", "sku_id"] {
            assert_eq!(
                keys(&catalog.resolve(&with_offer_id(&row[id]), day(TODAY))),
                row["key"],
                "{row:?}"
            );
        }
    }
}

#[test]
fn every_localised_name() {
    let catalog = Catalog::embedded();
    let rows = rows(include_str!("facts/localised_names.csv"));
    assert_eq!(rows.len(), 39);
    for row in rows {
        let (name, means) = (&row["name"], &row["means"]);
        if row["string_id"] != "suffix" {
            assert_eq!(&keys(&catalog.resolve(&named(name), day(TODAY))), means, "{row:?}");
            continue;
        }
        let offer = match means.as_str() {
            "education" => "Office 365 A3",
            "government" => "Office 365 G3",
            _ => "Microsoft 365 E3",
        };
        match catalog.resolve(&named(&format!("{offer} ({name})")), day(TODAY)) {
            Resolution::Known { offer, .. } => assert_eq!(offer.segment.as_str(), means, "{row:?}"),
            Resolution::Ambiguous(offers) => {
                assert!(offers.iter().all(|offer| offer.segment.as_str() == means), "{row:?}")
            }
            Resolution::Unknown => panic!("{row:?}"),
        }
    }
}

#[test]
fn every_retirement_before_on_and_after_its_day() {
    let catalog = Catalog::embedded();
    let rows = rows(include_str!("facts/retired.csv"));
    let mut wrong = Vec::new();
    for row in rows {
        let source = match row["field"].as_str() {
            "key" => {
                let offer = catalog.offer(&row["text"]).unwrap();
                SourceOffer {
                    segment: Some(offer.segment),
                    ..named(&offer.name)
                }
            }
            "part" => with_part_number(&row["text"]),
            _ => named(&row["text"]),
        };
        let ask = Ask {
            on: &row["on"],
            ..Ask::of(source)
        };
        let mapping = ask.map(&catalog);
        let targets: Vec<&str> = mapping
            .targets
            .iter()
            .map(|target| &*target.offer.as_ref().unwrap().key)
            .collect();
        let found = format!("{} {}", mapping.kind, targets.join(";"));
        if found.trim() != row["mapping"] {
            wrong.push(format!(
                "{} on {}: {found}, not {}",
                row["text"], row["on"], row["mapping"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The traps met in public mappings.
#[test]
fn every_trap() {
    let catalog = Catalog::embedded();
    for (text, on, expected) in [
        // Microsoft's own sample calls it E3; price tables say E5.
        ("CFQ7TTC0LF8S:0002", TODAY, "office-365-e5"),
        ("ENTERPRISEPACK", TODAY, "office-365-e3"),
        // One SKU, two legacy offers.
        ("5392a891-cf7a-47c2-abf2-e9d131cad575", TODAY, "m365-business-basic"),
        ("bd938f12-058f-4927-bba3-ae36b1d2501c", TODAY, "m365-business-basic"),
        // Plan 3 for departments, called Plan 5 in a list.
        (
            "46102f44-d912-47e7-b0ca-1bd7b70ada3b",
            TODAY,
            "project-plan-3-department",
        ),
        // The string id says Premium, the offer is Standard.
        ("O365_BUSINESS_PREMIUM", TODAY, "m365-business-standard"),
        ("Office 365 Business Premium", "2020-04-20", "m365-business-standard"),
        ("Office 365 Business Premium", TODAY, "m365-business-standard"),
        ("Microsoft 365 Business Premium", TODAY, "m365-business-premium"),
        ("Microsoft 365 Business", "2020-04-20", "m365-business-premium"),
        ("Microsoft 365 F1", "2020-03-31", "m365-f3"),
        ("Microsoft 365 F1", "2020-06-14", "m365-f1-first"),
        ("Microsoft 365 F1", TODAY, "m365-f1"),
        ("MCOPSTN_5", TODAY, "calling-plan-domestic-120"),
        // One string id, two SKUs; their ids tell them apart.
        (
            "MCOPSTN5",
            TODAY,
            "calling-plan-domestic-120-sfb;calling-plan-domestic-small-sfb",
        ),
        (
            "d43177b5-475b-4880-92d4-d54c27b5efbd",
            TODAY,
            "calling-plan-domestic-small-sfb",
        ),
        // As people write them: what CSP sells, or a prepaid key.
        (
            "Business Standard",
            TODAY,
            "m365-business-standard;smb-business-premium",
        ),
        ("Business Basic", TODAY, "m365-business-basic;smb-business-essentials"),
        ("Apps for business", TODAY, "m365-apps-business;smb-business"),
        ("Microsoft 365 Business Standard", TODAY, "m365-business-standard"),
        (
            "MICROSOFT 365-ALKALMAZÁSOK VÁLLALATOKNAK",
            TODAY,
            "m365-apps-business;m365-apps-enterprise",
        ),
        (
            "MICROSOFT 365-APPAR FÖR FÖRETAG",
            TODAY,
            "m365-apps-business;m365-apps-enterprise",
        ),
        (
            "Business Premium",
            TODAY,
            "m365-business-premium;m365-business-standard",
        ),
        (
            "Microsoft_365_ Business_ Premium_(no Teams)",
            TODAY,
            "m365-business-premium-no-teams",
        ),
        ("O365_w/o\u{a0}Teams\u{a0}Bundle_M3", TODAY, "m365-e3-eea-no-teams"),
    ] {
        assert_eq!(
            keys(&catalog.resolve(&with_offer_id(text), day(on))),
            expected,
            "{text} on {on}"
        );
    }
}

#[test]
fn a_name_counts_as_of_the_day_the_subscription_began() {
    let catalog = Catalog::embedded();
    let read = |name: &str, began: Option<&str>, written: Option<&str>| {
        let when = When {
            began: began.map(day),
            written: written.map(day),
        };
        keys(&catalog.resolve_at(&named(name), when))
    };
    assert_eq!(read("Microsoft 365 F1", Some("2019-11-01"), Some(TODAY)), "m365-f3");
    assert_eq!(read("Microsoft 365 F1", Some("2022-11-01"), Some(TODAY)), "m365-f1");
    assert_eq!(read("Microsoft 365 F1", None, Some("2020-03-01")), "m365-f3");
    assert_eq!(read("Microsoft 365 F1", None, None), "m365-f1;m365-f1-first;m365-f3");
    // What people write is of the day they wrote it as well.
    let both = "m365-business-premium;m365-business-standard";
    assert_eq!(read("Business Premium", Some("2019-11-01"), Some(TODAY)), both);
    assert_eq!(
        read("Business Premium", Some("2019-11-01"), Some("2019-12-01")),
        "m365-business-standard"
    );
    // A name that is younger than the subscription is the name it has now.
    assert_eq!(
        read("Microsoft 365 Apps for business", Some("2019-11-01"), Some(TODAY)),
        "m365-apps-business"
    );
    // What began in one era is read alike.
    for (a, b) in [("2019-11-01", "2019-12-24"), ("2021-01-01", TODAY)] {
        assert_eq!(catalog.era(day(a)), catalog.era(day(b)));
    }
    assert_ne!(catalog.era(day("2020-04-20")), catalog.era(day("2020-04-21")));
}
