//! Customers that stand beside subscriptions and have nothing to do with them.
//!
//! In: the batches of a table whose rows tell of subscriptions. Out: the same without customers, and a finding, where the columns
//! of the customers are a list of their own: it ends before or after that of the subscriptions, and names nobody twice, so that a
//! row would give its customer to whatever stands beside it. Refuses to pair them; keeps every row. Two lists of one length cannot
//! be told from one table, and an export that names each of its customers once and then nobody is taken for two lists.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    finding::{Code, Finding},
    read::Cell,
    recognise::{
        Field,
        facts::{CustomerFacts, Fact},
        kinds::Role,
        table::{Loose, Part, Table},
        values,
    },
    runs::of_each,
    terms::Text,
};

/// The columns that say whose a subscription is.
const WHOSE: [Field; 3] = [Field::CustomerId, Field::CustomerDomain, Field::CustomerName];

/// Customers in so many rows are a list, where several rows lie beyond the end of the shorter list.
const LEAST: usize = 2;
/// The same, where only one does: an export may well lack the last customer.
const LEAST_FOR_ONE: usize = 3;

/// Subscriptions beyond the last customer must be such a part of those beside customers, and two at least.
const LEAST_PART: usize = 4;

/// Takes the customers away, if they are a list of their own.
pub(super) fn part_customers(table: &Table, batches: &mut [Part<'_>]) -> Option<Finding> {
    let role = table.columns.kind.role;
    if !matches!(role, Role::Subscriptions | Role::Charges) || table.source.has_customer() {
        return None;
    }
    let pairs = of_each(batches, |batch| Pairs::of(batch.facts)).into_iter();
    let Pairs {
        last_paired,
        paired,
        first_nobodys,
        nobodys,
    } = pairs.fold(Pairs::default(), Pairs::and);
    let last_paired = last_paired?;
    if first_nobodys.is_some_and(|row| row < last_paired) {
        return None;
    }
    let alone = alone(table, batches, last_paired);
    let beyond = nobodys + alone.len();
    let is_mixed = first_nobodys.is_some() && !alone.is_empty();
    if beyond == 0 || is_mixed || alone.iter().any(|(row, _)| *row < last_paired) {
        return None;
    }
    // A few rows that lack their customers at the end of a table: only they have none.
    if first_nobodys.is_some() && beyond < (paired / LEAST_PART).max(2) {
        return None;
    }
    if paired < if beyond > 1 { LEAST } else { LEAST_FOR_ONE } {
        return None;
    }
    let mut seen: BTreeSet<Text> = BTreeSet::new();
    let facts = batches.iter().flat_map(|batch| batch.facts.iter());
    let paired = facts.filter(|fact| fact.customer.names_somebody());
    let named = paired.filter_map(|fact| name_of(&fact.customer));
    if !named
        .chain(alone.into_iter().map(|(_, name)| name))
        .all(|name| seen.insert(name))
    {
        return None;
    }
    let nobody = Arc::new(CustomerFacts::default());
    for fact in batches.iter_mut().flat_map(|batch| batch.facts.iter_mut()) {
        fact.customer = Arc::clone(&nobody);
    }
    Some(told(table, last_paired, first_nobodys.is_some()))
}

/// Which rows say whose a subscription is, and which do not.
#[derive(Default)]
struct Pairs {
    last_paired: Option<u32>,
    paired: usize,
    first_nobodys: Option<u32>,
    nobodys: usize,
}

impl Pairs {
    fn of(facts: &[Fact]) -> Pairs {
        let mut pairs = Pairs::default();
        for fact in facts {
            let row = Some(fact.row);
            if fact.customer.names_somebody() {
                pairs.last_paired = pairs.last_paired.max(row);
                pairs.paired += 1;
            } else {
                pairs.first_nobodys = pairs.first_nobodys.or(row).min(row);
                pairs.nobodys += 1;
            }
        }
        pairs
    }

    /// Both together.
    fn and(self, other: Pairs) -> Pairs {
        let earlier = self.first_nobodys.into_iter().chain(other.first_nobodys).min();
        Pairs {
            last_paired: self.last_paired.max(other.last_paired),
            paired: self.paired + other.paired,
            first_nobodys: earlier,
            nobodys: self.nobodys + other.nobodys,
        }
    }
}

fn told(table: &Table, last_paired: u32, ends_first: bool) -> Finding {
    let how = match ends_first {
        true => format!("name each customer once, and nobody below row {last_paired}"),
        false => format!("name each customer once, and go on below the last subscription, in row {last_paired}"),
    };
    let message = format!(
        "the columns of the customers {how}: they are a list of their own, so no subscription was given a customer"
    );
    let hint = "give the list of customers a sheet or a file of its own, and the list of subscriptions a column that says whose they are; if it is one table, say in each row whose the subscription is";
    let column = WHOSE.iter().find_map(|&field| table.columns.of_field(field).first());
    let mut place = table.place.at_row(table.header_row);
    place.column = column.copied();
    let mut finding = Finding::new(Code::TablesApart, place, message, hint);
    finding.heading = column.and_then(|&column| table.columns.heading(column).cloned());
    finding
}

/// Rows that name a customer and tell of no subscription, and whom they name.
fn alone(table: &Table, batches: &[Part<'_>], last_paired: u32) -> Vec<(u32, Text)> {
    let rejected = batches.iter().flat_map(|batch| &batch.customers_alone).cloned();
    let mut alone: Vec<(u32, Text)> = rejected.collect();
    // A single text below the table is a note, unless it follows at once, and others follow it.
    let mut loose: Vec<&Loose> = batches.iter().flat_map(|batch| &batch.loose).collect();
    loose.sort_unstable_by_key(|loose| loose.row);
    let is_whose = |loose: &&&Loose| {
        let holds = |field: &Field| table.columns.of_field(*field).contains(&loose.column);
        !loose.is_number && WHOSE.iter().any(holds)
    };
    let following = (last_paired + 1..).zip(
        loose
            .iter()
            .filter(is_whose)
            .skip_while(|loose| loose.row <= last_paired),
    );
    let names: Vec<(u32, Text)> = following
        .take_while(|(row, loose)| *row == loose.row)
        .map(|(row, loose)| (row, loose.value.clone()))
        .collect();
    let is_id = |name: &Text| values::id(Cell::Text(name)).is_ok_and(|id| id.is_some_and(|id| id.guid().is_some()));
    if names.len() > 1 || names.iter().any(|(_, name)| is_id(name)) {
        alone.extend(names);
    }
    alone
}

/// What tells a customer from others.
pub(in crate::recognise) fn name_of(customer: &CustomerFacts) -> Option<Text> {
    let id = customer.id.map(|id| Text::from(id.to_string()));
    id.or_else(|| customer.domain.clone()).or_else(|| customer.name.clone())
}
