//! The same result whatever the order of files and rows, the batches and the threads.

use super::*;

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

#[test]
fn the_order_of_rows_changes_their_places_only() {
    let facts = |recognised: &Recognised| -> Vec<String> {
        let of = |s: &Subscription| {
            format!(
                "{:?} {:?} {:?} {:?} {:?} {:?}",
                s.id, s.customer_id, s.offer.name, s.flaws, s.channel, s.state
            )
        };
        recognised.subscriptions.iter().map(of).collect()
    };
    let expected = estate().recognise();
    for seed in 1..6 {
        let mut estate = estate();
        for path in ["list.csv", "portal.csv", "portal-2026-11-01.csv", "customers.csv"] {
            shuffle(&mut estate.rows(path)[1..], seed);
        }
        let found = estate.recognise();
        assert_eq!(found.accounting, expected.accounting);
        assert_eq!(found.customers, expected.customers);
        assert_eq!(facts(&found).len(), facts(&expected).len());
        let ids = |recognised: &Recognised| {
            recognised
                .subscriptions
                .iter()
                .map(|s| s.id.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&found), ids(&expected));
        let flaws = |recognised: &Recognised| {
            recognised
                .subscriptions
                .iter()
                .map(|s| s.flaws.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(flaws(&found), flaws(&expected));
    }
}
