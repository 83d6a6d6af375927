//! Subscriptions and customers of the last plan that tonight's has not.
//!
//! In: the last plan row by row, from whoever compares it ([`Counting`]), else from its file; tonight's plan. Out: guards that trip.
//! In a file columns are found by their headings, so that a plan of an earlier version does; one without an id column tells nothing.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    sync::OnceLock,
};

use hashbrown::{HashMap, HashSet};

use super::{Guard, Tonight, Tripped, shrunk};
use crate::{
    plan::Plan,
    runs::PerThread,
    saved::restored,
    terms::{CustomerId, Id},
};

/// What the guards need of the last plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LastPlan {
    subscriptions: u64,
    gone: u64,
    /// Subscriptions of each customer.
    customers: HashMap<Id, u64>,
}

/// The last plan, counted row by row against tonight's, from any thread.
pub struct Counting<'a> {
    tonight: &'a Plan,
    /// Tonight's subscriptions, where one has to be looked for.
    ids: OnceLock<HashSet<&'a Id>>,
    counted: PerThread<LastPlan>,
}

impl<'a> Counting<'a> {
    /// Against this plan.
    pub fn against(tonight: &'a Plan) -> Counting<'a> {
        Counting {
            tonight,
            ids: OnceLock::new(),
            counted: PerThread::new(),
        }
    }

    /// Takes a row into account: its subscription and customer, as they were meant.
    pub fn add(&self, subscription: &str, customer: &str) {
        let ids = || self.tonight.rows.iter().map(|row| &row.subscription.id).collect();
        let is_there = |id| self.ids.get_or_init(ids).contains(&id);
        self.count(customer, Id::parse(subscription).is_some_and(is_there));
    }

    /// The same for a row of which it is known whether its subscription is in tonight's plan.
    pub fn count(&self, customer: &str, is_there: bool) {
        let Some(mut counted) = self.counted.own() else { return };
        counted.subscriptions += 1;
        counted.gone += u64::from(!is_there);
        if let Some(customer) = Id::parse(customer) {
            *counted.customers.entry(customer).or_default() += 1;
        }
    }

    /// What came of it.
    pub fn counted(self) -> LastPlan {
        let mut all = LastPlan::default();
        for part in self.counted.into_all() {
            all.subscriptions += part.subscriptions;
            all.gone += part.gone;
            for (customer, count) in part.customers {
                *all.customers.entry(customer).or_default() += count;
            }
        }
        all
    }
}

impl LastPlan {
    /// The plan in a file, which may be of any version of ours; none where it is no plan.
    pub fn read(plan: &Path, tonight: &Plan) -> Option<LastPlan> {
        compared(File::open(plan).ok()?, Counting::against(tonight))
    }
}

/// The guards of subscriptions and customers.
pub(super) fn gone(tonight: &Tonight<'_>, last: &LastPlan) -> Vec<Tripped> {
    let rows = &tonight.plan.rows;
    let customers: HashSet<CustomerId> = rows.iter().filter_map(|row| row.subscription.customer_id).collect();
    let is_there = |customer: &Id| customer.guid().is_some_and(|id| customers.contains(&CustomerId(id)));
    let mut tripped = Vec::new();
    tripped.extend(shrunk(
        tonight,
        tonight.shown_plan,
        "subscriptions",
        last.subscriptions,
        rows.len() as u64,
    ));
    let were = last.customers.len() as u64;
    tripped.extend(shrunk(
        tonight,
        tonight.shown_plan,
        "customers",
        were,
        customers.len() as u64,
    ));
    let most = tonight.nightly().gone_subscriptions;
    if most > 0 && last.gone >= most {
        let message = format!(
            "{} of the last plan's {} subscriptions are gone; fewer than {most} pass",
            last.gone, last.subscriptions
        );
        tripped.push(Tripped::new(Guard::Shrink, tonight.shown_plan, message));
    }
    let most = tonight.nightly().gone_customer;
    let vanished: BTreeMap<&Id, u64> = last
        .customers
        .iter()
        .filter(|(id, count)| most > 0 && **count > most && !is_there(id))
        .map(|(id, count)| (id, *count))
        .collect();
    for (id, count) in vanished {
        let message =
            format!("customer {id} had {count} subscriptions in the last plan and has none tonight; up to {most} pass");
        tripped.push(Tripped::new(Guard::CustomerGone, tonight.shown_plan, message));
    }
    tripped
}

/// Counts the rows of a file; none where it is no plan.
fn compared(plan: impl Read, counting: Counting<'_>) -> Option<LastPlan> {
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
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).ok()? {
        let cell = |index: Option<usize>| index.and_then(|index| record.get(index)).unwrap_or_default();
        counting.add(restored(cell(Some(subscription))), restored(cell(customer)));
    }
    Some(counting.counted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_counts_once_on_whatever_thread_and_customers_in_whatever_spelling() {
        let guid = "3b555118-da6a-4418-894f-7df1e2096870";
        let spelt = [
            guid.to_owned(),
            guid.to_uppercase(),
            format!("{{{guid}}}"),
            " ".to_owned(),
            "Foo".to_owned(),
            "foo".to_owned(),
        ];
        let tonight = Plan::default();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let counted = pool.install(|| {
            let counting = Counting::against(&tonight);
            let numbers: Vec<usize> = (0..6000).collect();
            crate::runs::of_each(&numbers, |number| counting.count(&spelt[number % 6], number % 3 == 0));
            counting.counted()
        });
        assert_eq!((counted.subscriptions, counted.gone), (6000, 4000));
        let customers = [(guid, 3000), ("foo", 2000)];
        let customers = customers.map(|(id, count)| (Id::parse(id).unwrap(), count));
        assert_eq!(counted.customers, customers.into());
    }

    #[test]
    fn a_plan_is_read_by_its_headings_in_any_delimiter() {
        let known = ["a", "-5"].map(|id| Id::parse(id).unwrap());
        let tonight = Plan::default();
        let counting = || Counting {
            ids: OnceLock::from(known.iter().collect::<HashSet<&Id>>()),
            ..Counting::against(&tonight)
        };
        for plan in [
            "action,customer_id,subscription_id\r\nmove,c,a\r\nmove,c,'-5\r\nkeep,,b\r\n",
            "\u{feff}subscription_id;x;customer_id\na;;c\n'-5;;c\nb;;\n",
        ] {
            let gone = compared(plan.as_bytes(), counting()).unwrap();
            assert_eq!((gone.subscriptions, gone.gone), (3, 1), "{plan}");
            assert_eq!(gone.customers, [(Id::parse("c").unwrap(), 2)].into(), "{plan}");
        }
        assert!(compared("the plan of last night\n".as_bytes(), counting()).is_none());
        assert!(compared("".as_bytes(), counting()).is_none());
    }
}
