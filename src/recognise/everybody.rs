//! Everybody who is known.
//!
//! In: the customers table, the rows of customer lists, the rows of subscriptions. Out: the [`Directory`] and the findings: rows
//! without a tenant id that fit nobody or several, agreements of days to come, facts of one standing that contradict each other.

use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

use hashbrown::HashMap;

use chrono::NaiveDate;

use super::{
    Context,
    customers::{Directory, Found, Standing, Statement, facts_of},
    facts::{CustomerFacts, CustomerRow, Fact},
    table::Table,
};
use crate::{
    finding::{Code, Finding, Place},
    terms::Text,
};

/// Everybody who is known, from the customers table, the lists and the rows of subscriptions.
pub(super) fn everybody(
    tables: &[Table],
    facts: &[Fact],
    lists: &[CustomerRow],
    context: &Context<'_>,
) -> (Directory, Vec<Finding>) {
    let mut statements: Vec<Statement> = Vec::new();
    let mut unnamed: Vec<(Standing, Arc<CustomerFacts>, Option<Place>)> = Vec::new();
    let mut to_come = Vec::new();
    let mut add = |standing: Standing, facts: Arc<CustomerFacts>, place: Option<Place>| {
        let (facts, day) = without_day_to_come(facts, context.as_of);
        to_come.extend(day.map(|day| agreement_to_come(day, context.as_of, place.clone().unwrap_or_default())));
        match facts.id {
            Some(of) => statements.push(Statement { of, standing, facts }),
            None if facts.names_somebody() => unnamed.push((standing, facts, place)),
            None => {}
        }
    };
    let standing = |level: u8, table: u32, row: u32, freshness: Option<NaiveDate>| -> Standing {
        let rank = tables.get(table as usize).map_or(0, |table| table.columns.kind.rank);
        (level, Reverse(rank), Reverse(freshness), table, row)
    };
    for note in &context.tables.customers {
        let place = context
            .config
            .tables
            .customers
            .as_ref()
            .map(|path| Place::file(path.to_string_lossy()).at_row(note.row));
        add(standing(0, 0, note.row, None), Arc::new(facts_of(note)), place);
    }
    for row in lists {
        let table = tables.get(row.table as usize);
        let place = table.map(|table| table.place.at_row(row.row));
        add(
            standing(1, row.table, row.row, table.and_then(|table| table.freshness)),
            Arc::new(row.facts.clone()),
            place,
        );
    }
    let mut rows: HashMap<*const CustomerFacts, (Standing, &Arc<CustomerFacts>)> = HashMap::new();
    for fact in facts {
        let standing = standing(2, fact.table, fact.row, fact.freshness);
        let best = rows
            .entry(Arc::as_ptr(&fact.customer))
            .or_insert((standing, &fact.customer));
        best.0 = best.0.min(standing);
    }
    for (standing, facts) in rows.into_values() {
        add(standing, Arc::clone(facts), None);
    }
    unnamed.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let strangers: Vec<Arc<CustomerFacts>> = unnamed.iter().map(|(_, facts, _)| Arc::clone(facts)).collect();
    let mut directory = Directory::new(statements, &strangers);
    let mut adopted = Vec::new();
    let found = unnamed.into_iter().map(|(standing, facts, place)| {
        let found = directory.find(&facts);
        if let Found::One(of, _) = found {
            let facts = Arc::clone(&facts);
            adopted.push(Statement { of, standing, facts });
        }
        (found, place, facts)
    });
    let found: Vec<(Found, Option<Place>, Arc<CustomerFacts>)> = found.collect();
    directory.adopt(adopted);
    let mut findings = customer_contradictions(&directory, tables, context);
    findings.extend(to_come);
    let found = found.into_iter();
    findings.extend(found.filter_map(|(found, place, facts)| stranger(&found, place?, &facts)));
    (directory, findings)
}

/// Facts in which an agreement that is yet to be accepted is not, and the day that they say.
fn without_day_to_come(facts: Arc<CustomerFacts>, as_of: NaiveDate) -> (Arc<CustomerFacts>, Option<NaiveDate>) {
    match facts.agreement_accepted.flatten().filter(|day| *day > as_of) {
        None => (facts, None),
        Some(day) => {
            let mut facts = CustomerFacts::clone(&facts);
            facts.agreement_accepted = Some(None);
            (Arc::new(facts), Some(day))
        }
    }
}

fn agreement_to_come(day: NaiveDate, as_of: NaiveDate, place: Place) -> Finding {
    let message = format!(
        "the agreement is said to be accepted on {day}, which is still to come on {as_of}; it counts as not accepted"
    );
    let hint = "correct the date, or leave it empty until the customer has accepted";
    Finding::new(Code::AgreementToCome, place, message, hint).value(day.to_string())
}

/// The findings for facts about a customer that differ between rows of one standing.
fn customer_contradictions(directory: &Directory, tables: &[Table], context: &Context<'_>) -> Vec<Finding> {
    let place = |standing: &Standing| match (standing, &context.config.tables.customers) {
        ((0, _, _, _, row), Some(path)) => Place::file(path.to_string_lossy()).at_row(*row),
        ((0, ..), None) => Place::default(),
        ((_, _, _, table, row), _) => tables
            .get(*table as usize)
            .map(|table| table.place.at_row(*row))
            .unwrap_or_default(),
    };
    let contradictions = directory.contradictions().into_iter();
    contradictions
        .map(|(id, [(first, counts), (rival, other)])| {
            let message = format!(
                "the customer `{id}` is `{counts}` here, but `{other}` in {}",
                place(&rival)
            );
            let hint = "say which is right in the customers table";
            Finding::new(Code::Contradiction, place(&first), message, hint).value(counts)
        })
        .collect()
}

/// Words as a message lists them: the first three.
pub(super) fn listed(words: &BTreeSet<Text>) -> String {
    let words: Vec<String> = words.iter().take(3).map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// The finding for a row of a list whose customer has no tenant id and is not found by domain or name.
fn stranger(found: &Found, place: Place, facts: &CustomerFacts) -> Option<Finding> {
    let word = facts.domain.clone().or_else(|| facts.name.clone())?;
    let hint = "give the customer's tenant id";
    let finding = match found {
        Found::One(..) => return None,
        Found::Several(..) => {
            let message = format!("`{word}` fits several customers; the row was not used");
            Finding::new(Code::CustomerAmbiguous, place, message, hint)
        }
        Found::Doubtful(id, word, domains) => {
            let message = format!(
                "`{word}` is known as the customer `{id}`, but under {}; the row was not used",
                listed(domains)
            );
            Finding::new(Code::CustomerAmbiguous, place, message, hint)
        }
        Found::Nobody => {
            let message = format!("no customer with a tenant id is known as `{word}`; the row was not used");
            Finding::new(Code::CustomerUnknown, place, message, hint)
        }
    };
    Some(finding.value(word))
}
