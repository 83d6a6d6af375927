//! The embedded tables are canonical: sorted, unique, without orphans, every cell readable.

use super::*;
use crate::catalog::offers::{EMBEDDED, Entry};

fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn every_cell_can_be_read() {
    assert_eq!(Catalog::load(&EMBEDDED).1, Vec::<String>::new());
}

#[test]
fn rows_are_sorted_and_unique() {
    for (name, text, keys) in [
        ("offers", EMBEDDED.offers, vec![0]),
        ("offer_ids", EMBEDDED.offer_ids, vec![0, 1]),
        ("names", EMBEDDED.names, vec![0, 1, 4]),
        ("suffixes", EMBEDDED.suffixes, vec![0, 1]),
        ("retirements", EMBEDDED.retirements, vec![0, 2]),
        ("conflicts", EMBEDDED.conflicts, vec![0, 1, 2]),
        ("sale_pauses", EMBEDDED.pauses, vec![0, 1]),
    ] {
        let rows = records(text);
        let keyed: Vec<Vec<&String>> = rows
            .iter()
            .map(|row| keys.iter().map(|&at| &row[at]).collect())
            .collect();
        assert!(keyed.is_sorted(), "{name}");
        assert!(keyed.windows(2).all(|two| two[0] != two[1]), "{name}");
        assert!(!text.contains('\r') && !text.contains('\u{feff}'), "{name}");
        assert!(rows.iter().flatten().all(|cell| cell.trim() == cell), "{name}");
    }
}

#[test]
fn dates_are_in_order_and_every_row_has_a_source() {
    let tables = [
        EMBEDDED.offers,
        EMBEDDED.offer_ids,
        EMBEDDED.names,
        EMBEDDED.suffixes,
        EMBEDDED.retirements,
        EMBEDDED.capabilities,
        EMBEDDED.conflicts,
        EMBEDDED.pauses,
    ];
    for text in tables {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headings = reader.headers().unwrap().clone();
        let at = |heading: &str| headings.iter().position(|known| known == heading);
        let source = at("source").unwrap();
        for record in reader.records() {
            let record = record.unwrap();
            assert!(!record[source].is_empty(), "{record:?}");
            for (from, until) in [
                ("valid_from", "valid_until"),
                ("sold_from", "sold_until"),
                ("retired", "valid_until"),
            ] {
                if let (Some(from), Some(until)) = (at(from), at(until))
                    && !record[from].is_empty()
                    && !record[until].is_empty()
                {
                    assert!(day(&record[from]) <= day(&record[until]), "{record:?}");
                }
            }
        }
    }
}

#[test]
fn ids_belong_to_one_offer() {
    let catalog = Catalog::embedded();
    for entries in catalog.by_item.values() {
        assert_eq!(entries.len(), 1, "{entries:?}");
    }
    for (part_number, entries) in &catalog.by_part_number {
        let originals = entries
            .iter()
            .filter(|&&index| catalog.entries[index].twin_of.is_none())
            .count();
        // Microsoft gives this one to two SKUs.
        let expected = if part_number == "mcopstn5" { 2 } else { 1 };
        assert_eq!(originals, expected, "{part_number}");
    }
    for (guid, entries) in &catalog.by_guid {
        let skus = entries
            .iter()
            .filter(|&&index| catalog.entries[index].offer.sku_id == Some(*guid))
            .count();
        assert!(
            skus == entries.len() || (skus == 0 && entries.len() == 1),
            "{guid} is a SKU id and an offer id"
        );
    }
    for offer in catalog.offers() {
        if let Some(item) = &offer.item {
            let (product, sku) = item.split_once(':').unwrap();
            assert!(
                product.len() == 12 && product.starts_with("CFQ7") && sku.len() == 4,
                "{item}"
            );
        }
    }
}

#[test]
fn what_is_sold_can_be_ordered() {
    let catalog = Catalog::embedded();
    for entry in &catalog.entries {
        let offer = &entry.offer;
        assert!(
            offer.item.is_none() || offer.free || !offer.terms.is_empty(),
            "{}",
            offer.key
        );
        assert!(offer.terms.is_sorted(), "{}", offer.key);
        assert!(
            offer.addon_of.as_ref().is_none_or(|bases| !bases.is_empty()),
            "{}",
            offer.key
        );
        assert!(
            offer
                .addon_of
                .iter()
                .flatten()
                .all(|base| catalog.offer(base).is_some()),
            "{}",
            offer.key
        );
    }
    let commercial =
        |offer: &&Arc<Offer>| offer.segment == Segment::Commercial && !offer.free && offer.is_on_sale(day(TODAY));
    assert!(catalog.offers().filter(commercial).count() >= 60);
    assert!(
        catalog
            .offers()
            .filter(commercial)
            .filter(|offer| offer.item.is_some())
            .count()
            >= 45
    );
}

#[test]
fn successors_are_of_the_same_segment() {
    let catalog = Catalog::embedded();
    for (index, rows) in &catalog.retirements {
        let source = &catalog.entries[*index];
        for successor in rows.iter().flat_map(|row| row.successors.iter().flatten()) {
            let successor = &catalog.entries[*successor];
            assert_eq!(
                successor.offer.segment, source.offer.segment,
                "{} to {}",
                source.offer.key, successor.offer.key
            );
            assert_ne!(successor.offer.key, source.offer.key);
        }
    }
}

#[test]
fn no_row_is_an_orphan() {
    let catalog = Catalog::embedded();
    let named: std::collections::BTreeSet<usize> = catalog.by_name.values().flatten().map(|row| row.entry).collect();
    let originals = |(_, entry): &(usize, &Entry)| entry.twin_of.is_none();
    for (index, entry) in catalog.entries.iter().enumerate().filter(originals) {
        assert!(named.contains(&index), "{} has no name", entry.offer.key);
    }
    // Every tier is of some offer, or below one that is.
    for record in records(EMBEDDED.capabilities) {
        let family = catalog.families.index(&record[0]).unwrap();
        let rank = catalog.families.rank(family, &record[2]).unwrap();
        assert!(
            catalog
                .entries
                .iter()
                .any(|entry| entry.capabilities.tier(family) >= rank),
            "no offer has {}={}",
            &record[0],
            &record[2]
        );
    }
}

#[test]
fn the_column_on_teams_says_what_the_capabilities_say() {
    let catalog = Catalog::embedded();
    let teams = catalog.families.index("teams").unwrap();
    for entry in &catalog.entries {
        let offer = &entry.offer;
        assert_eq!(
            offer.teams == Some(true),
            entry.capabilities.tier(teams) > 0,
            "{}",
            offer.key
        );
        if offer.name.contains("no Teams") {
            assert_eq!(offer.teams, Some(false), "{}", offer.key);
        }
    }
}

#[test]
fn what_shares_a_policy_shares_its_cap() {
    let catalog = Catalog::embedded();
    let caps = |family: &str| -> std::collections::BTreeSet<Option<Seats>> {
        let of = |offer: &&Arc<Offer>| offer.cap_family.as_deref() == Some(family);
        catalog.offers().filter(of).map(|offer| offer.seat_cap).collect()
    };
    assert_eq!(caps("business"), [Some(Seats(300))].into());
    assert!(
        catalog
            .offers()
            .all(|offer| offer.cap_family.as_deref().is_none_or(|family| family == "business"))
    );
}

#[test]
fn every_segment_and_cloud_has_offers() {
    let catalog = Catalog::embedded();
    let count = |segment: Segment, cloud: Cloud| {
        let of =
            |entry: &&Entry| entry.twin_of.is_none() && entry.offer.segment == segment && entry.offer.cloud == cloud;
        catalog.entries.iter().filter(of).count()
    };
    assert!(catalog.entries.iter().filter(|entry| entry.twin_of.is_none()).count() >= 250);
    assert!(count(Segment::Education, Cloud::Global) >= 30);
    assert!(count(Segment::Government, Cloud::Global) >= 20);
    assert!(count(Segment::Nonprofit, Cloud::Global) >= 4);
    for cloud in [Cloud::Gcch, Cloud::Dod] {
        assert!(count(Segment::Government, cloud) >= 3, "{cloud}");
    }
    assert!(count(Segment::Commercial, Cloud::China) >= 3);
}

#[test]
fn tails_do_not_hide_names() {
    let catalog = Catalog::embedded();
    for tail in catalog.tails.keys() {
        assert!(!catalog.by_name.contains_key(tail), "{tail}");
    }
}

#[test]
fn words_for_customers_do_not_break_lists() {
    for record in records(EMBEDDED.capabilities) {
        for cell in &record[3..8] {
            assert!(!cell.contains(';') && !cell.ends_with('.'), "{record:?}");
        }
    }
}

#[test]
fn embedding_is_cheap() {
    let begun = std::time::Instant::now();
    let catalog = Catalog::embedded();
    assert!(catalog.offers().count() > 200);
    // A tenth of this in a release; the margin is for machines under load.
    assert!(begun.elapsed().as_millis() < 500);
}
