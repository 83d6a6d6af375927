//! Subscriptions and customers of the last plan that tonight's has not.
//!
//! In: the last `plan.csv`, read row by row; tonight's plan. Out: guards that trip. Columns are found by their headings, so that a
//! plan of an earlier version does; one without an id column tells nothing.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use hashbrown::{HashMap, HashSet};

use super::{Guard, Tonight, Tripped, shrunk};
use crate::{
    saved::restored,
    terms::{CustomerId, Id},
};

/// What of the last plan is gone.
#[derive(Debug, Default)]
struct Gone {
    subscriptions: u64,
    gone: u64,
    /// Subscriptions of each customer.
    customers: HashMap<String, u64>,
}

/// The guards of subscriptions and customers.
pub(super) fn gone(tonight: &Tonight<'_>, plan: &Path) -> Vec<Tripped> {
    let rows = &tonight.plan.rows;
    let Ok(file) = File::open(plan) else {
        return Vec::new();
    };
    let ids: HashSet<&Id> = rows.iter().map(|row| &row.subscription.id).collect();
    let Some(last) = compared(file, &ids) else {
        return Vec::new();
    };
    let customers: HashSet<CustomerId> = rows.iter().filter_map(|row| row.subscription.customer_id).collect();
    let customers: HashSet<String> = customers.iter().map(CustomerId::to_string).collect();
    let mut tripped = Vec::new();
    tripped.extend(shrunk(tonight, "subscriptions", last.subscriptions, rows.len() as u64));
    let were = last.customers.len() as u64;
    tripped.extend(shrunk(tonight, "customers", were, customers.len() as u64));
    let most = tonight.nightly().gone_subscriptions;
    if most > 0 && last.gone >= most {
        let message = format!(
            "{} of the last plan's {} subscriptions are gone; fewer than {most} pass",
            last.gone, last.subscriptions
        );
        tripped.push(Tripped::new(Guard::Shrink, tonight.shown_plan, message));
    }
    let most = tonight.nightly().gone_customer;
    let vanished: BTreeMap<&String, u64> = last
        .customers
        .iter()
        .filter(|(id, count)| most > 0 && **count > most && !customers.contains(*id))
        .map(|(id, count)| (id, *count))
        .collect();
    for (id, count) in vanished {
        let message =
            format!("customer {id} had {count} subscriptions in the last plan and has none tonight; up to {most} pass");
        tripped.push(Tripped::new(Guard::CustomerGone, tonight.shown_plan, message));
    }
    tripped
}

/// Reads a plan against the ids of another one; none where it is no plan.
fn compared(plan: impl Read, ids: &HashSet<&Id>) -> Option<Gone> {
    let mut plan = BufReader::with_capacity(1 << 16, plan);
    let head = plan.fill_buf().ok()?;
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if line.contains(&b';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(plan);
    let headings = reader.headers().ok()?;
    let index = |name: &str| {
        headings
            .iter()
            .position(|heading| heading.trim_start_matches('\u{feff}') == name)
    };
    let (subscription, customer) = (index("subscription_id")?, index("customer_id"));
    let mut gone = Gone::default();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).ok()? {
        gone.subscriptions += 1;
        let id = Id::parse(restored(record.get(subscription).unwrap_or_default()));
        gone.gone += u64::from(id.is_none_or(|id| !ids.contains(&id)));
        let customer = customer.and_then(|customer| record.get(customer)).unwrap_or_default();
        if !customer.is_empty() {
            *gone.customers.entry(restored(customer).to_owned()).or_default() += 1;
        }
    }
    Some(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_by_its_headings_in_any_delimiter() {
        let known = ["a", "-5"].map(|id| Id::parse(id).unwrap());
        let ids: HashSet<&Id> = known.iter().collect();
        for plan in [
            "action,customer_id,subscription_id\r\nmove,c,a\r\nmove,c,'-5\r\nkeep,,b\r\n",
            "\u{feff}subscription_id;x;customer_id\na;;c\n'-5;;c\nb;;\n",
        ] {
            let gone = compared(plan.as_bytes(), &ids).unwrap();
            assert_eq!((gone.subscriptions, gone.gone), (3, 1), "{plan}");
            assert_eq!(gone.customers, [("c".to_owned(), 2)].into(), "{plan}");
        }
        assert!(compared("the plan of last night\n".as_bytes(), &ids).is_none());
        assert!(compared("".as_bytes(), &ids).is_none());
    }
}
