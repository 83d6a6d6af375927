//! The same result whatever the order of files and rows, the batches and the threads.

use super::*;
use crate::finding::Place;

/// Some of everything: joins, contradictions, nameless rows, charges, customers by name.
fn estate() -> Estate {
    let mut rows = String::from("Subscription ID,Customer name,Customer domain,Offer name,Quantity,End date,Country\n");
    let mut portal = String::from("Subscription ID,Subscription,Quantity,Status,Reseller\n");
    let mut customers = String::from("Microsoft ID,Company name,Primary domain name,Relationship\n");
    for n in 0..40u32 {
        let id = if n % 5 == 0 {
            String::new()
        } else {
            format!("sub-{}", n % 23)
        };
        rows += &format!(
            "{id},Customer {},c{}.example,Microsoft 365 E{},{},2027-0{}-1{},HU\n",
            n % 7,
            n % 7,
            n % 3,
            n % 4,
            n % 9 + 1,
            n % 8
        );
        portal += &format!("sub-{},Microsoft 365 E3,{},Active,{}\n", n % 29, n % 5, n % 2);
        if n < 6 {
            customers += &format!(
                "{:08}-0000-4000-8000-000000000000,Customer {},c{}.example,\n",
                n + 1,
                n % 5,
                n
            );
        }
    }
    Estate::default()
        .file("list.csv", &rows)
        .file("portal-2026-11-01.csv", &portal)
        .file("portal.csv", &portal)
        .file("customers.csv", &customers)
}

/// A small generator of numbers, the same every time.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for at in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        items.swap(at, (state >> 33) as usize % (at + 1));
    }
}

#[test]
fn threads_batches_and_arguments_do_not_matter() {
    let expected = told(&estate().recognise());
    assert!(expected.contains("Contradiction") && expected.contains("CustomerResolved") && expected.contains("no-id:"));
    for (threads, batch, seed) in [(1, 1, 1), (2, 3, 2), (8, 7, 3), (8, 1, 4)] {
        let mut estate = estate();
        estate.batch = Some(batch);
        shuffle(&mut estate.inputs, seed);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| told(&estate.recognise()));
        assert!(found == expected, "{threads} threads, batches of {batch}");
    }
}

/// Rows of one standing that contradict each other in everything they can.
fn contradictions() -> Estate {
    let head = "Subscription ID,Customer tenant ID,Customer name,Customer domain,Country,Offer ID,Offer name,Quantity,Assigned,\
                Start date,End date,Auto renew,Term,Billing plan,Status,Channel,Trial,Segment";
    let tenants = [CONTOSO, FABRIKAM, ""];
    let mut rows = format!("{head}\n");
    let mut named = String::from("Customer tenant ID,Company name,Domain,Country,Relationship\n");
    for n in 0..120usize {
        let of = |many: &[&str]| many[(n * 7 + n / 3 + n / 11) % many.len()].to_owned();
        rows += &[
            format!("sub-{}", n % 17),
            of(&tenants),
            of(&["Contoso", "Fabrikam", "", "Contoso Kft"]),
            of(&["contoso.example", "fabrikam.example", ""]),
            of(&["HU", "SE"]),
            of(&["CFQ7TTC0LF8Q:0001", "CFQ7TTC0LF8R:0001", ""]),
            of(&["Microsoft 365 E3", "Office 365 E1", "Microsoft 365 E5"]),
            (n % 5 + 1).to_string(),
            (n % 3).to_string(),
            of(&["2026-02-01", "2026-03-01", ""]),
            of(&["2027-01-31", "2027-02-28", ""]),
            of(&["yes", "no"]),
            of(&["P1Y", "P1M"]),
            of(&["monthly", "annual"]),
            of(&["Active", "Suspended"]),
            of(&["csp", "web-direct", ""]),
            of(&["no", "yes", ""]),
            of(&["Commercial", "Education", ""]),
        ]
        .join(",");
        rows += "\n";
        named += &format!(
            "{},{},{},{},{}\n",
            tenants[n % 2],
            of(&["Contoso", "Fabrikam", "Contoso Kft"]),
            of(&["contoso.example", "fabrikam.example"]),
            of(&["HU", "SE", ""]),
            of(&["Cloud Reseller", ""]),
        );
    }
    let shifted = rows.replace("sub-1,", "sub-2,").replace(",3,", ",4,");
    Estate::default()
        .file("list.csv", &rows)
        .file("other.csv", &shifted)
        .file("newer-2026-11-01.csv", &shifted)
        .file("customers.csv", &named)
}

/// A result without the places of rows.
fn placeless(recognised: &Recognised) -> Vec<String> {
    let without_place = |s: &Subscription| {
        let place = Place {
            row: None,
            ..s.place.clone()
        };
        format!("{:?}", Subscription { place, ..s.clone() })
    };
    let without_rows = without_rows();
    let findings = recognised.findings.iter().map(|finding| {
        let message = without_rows(&finding.told());
        format!(
            "{:?} {:?} {:?} {message}",
            finding.code, finding.subscription_id, finding.value
        )
    });
    let mut told: Vec<String> = recognised
        .subscriptions
        .iter()
        .map(without_place)
        .chain(findings)
        .collect();
    told.extend(recognised.customers.iter().map(|customer| format!("{customer:?}")));
    told.sort();
    told
}

/// A message without the numbers of lines and rows.
fn without_rows() -> impl Fn(&str) -> String {
    |message: &str| {
        let mut after_place = false;
        let words = message.split(' ').map(|word| {
            let is_number = word.starts_with(|c: char| c.is_ascii_digit());
            let shown = if after_place && is_number { "#" } else { word };
            after_place = word == "line" || word == "row";
            shown
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn the_order_of_rows_changes_their_places_only() {
    for of in [estate, contradictions] {
        let expected = of().recognise();
        assert!(codes(&expected).contains(&Code::Contradiction));
        for seed in 1..9 {
            let mut shuffled = of();
            for path in shuffled.inputs.clone() {
                shuffle(&mut shuffled.rows(&path)[1..], seed);
            }
            let found = shuffled.recognise();
            assert_eq!(found.accounting, expected.accounting);
            for (found, expected) in placeless(&found).iter().zip(&placeless(&expected)) {
                assert_eq!(found, expected, "{seed}");
            }
            assert_eq!(found.findings.len(), expected.findings.len());
        }
    }
}

#[test]
fn of_two_numbers_of_licences_the_larger_is_shown() {
    let head = "Subscription ID,Customer tenant ID,Offer name,Quantity,End date";
    let rows = [5, 9, 7].map(|seats| format!("{SUB_A},{CONTOSO},Microsoft 365 E3,{seats},2027-05-13"));
    for (first, file) in [(0, "a.csv"), (1, "a.csv"), (2, "a.csv"), (0, "a-2026-11-01.csv")] {
        let mut rows = rows.to_vec();
        rows.rotate_left(first);
        let last = rows.pop().unwrap();
        let recognised = Estate::default()
            .file(file, &format!("{head}\n{}\n", rows.join("\n")))
            .file("b.csv", &format!("{head}\n{last}\n"))
            .recognise();
        let subscription = only(&recognised);
        assert_eq!(subscription.seats, Some(Seats(9)));
        assert!(subscription.flaws.has(crate::recognise::Flaw::Contradiction));
        assert_eq!(finding(&recognised, Code::Contradiction).value.as_deref(), Some("9"));
    }
}
