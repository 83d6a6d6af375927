//! The decision and why, facts and their cells, as one JSON document.
//!
//! The names are an interface: the README lists them, and one that is there stays. Absent is `null`; lists may be empty.

mod decision;

use seatshift::{
    config::Config,
    finding::{Finding, Place, column_name},
    pipeline::Explained,
    recognise::trace::{Answer, Match, Origin, TracedFact, TracedRow},
};
use serde_json::{Value, json};

use super::super::check::{of_finding, of_set, pretty};

/// The document, with a line's end.
pub(super) fn document(explained: &Explained, config: &Config) -> String {
    let found = match &explained.answer {
        Answer::Subscription(_) => "subscription",
        Answer::Customer(_) => "customer",
        Answer::Several(_) => "several",
        Answer::Nothing(_) => "nothing",
    };
    let mut document = json!({
        "found": found,
        "as_of": explained.as_of.to_string(),
        "set": of_set(&config.set),
        "subscription_id": null,
        "customer_id": null,
        "rows": [],
        "facts": [],
        "matches": [],
        "plan": explained.told.iter().map(|told| decision::of_told(told, explained, config)).collect::<Vec<_>>(),
        "customer_steps": explained.shared_steps.iter().map(decision::of_step).collect::<Vec<_>>(),
        "findings": [],
    });
    let mut set = |name: &str, value: Value| {
        if let Some(slot) = document.get_mut(name) {
            *slot = value;
        }
    };
    match &explained.answer {
        Answer::Subscription(trace) => {
            let id = trace.subscription.id.to_string();
            let own = |finding: &&Finding| finding.subscription_id.as_deref() == Some(id.as_str());
            set(
                "findings",
                explained.findings.iter().filter(own).map(of_finding).collect(),
            );
            set("subscription_id", json!(id));
            set("customer_id", json!(trace.subscription.customer_id));
            set("rows", trace.rows.iter().map(of_row).collect());
            set("facts", trace.facts.iter().map(of_fact).collect());
        }
        Answer::Customer(trace) => {
            set(
                "customer_id",
                json!(trace.customer.as_ref().map(|customer| customer.id)),
            );
            set("facts", trace.facts.iter().map(of_fact).collect());
            set("matches", trace.subscriptions.iter().map(of_match).collect());
        }
        Answer::Several(list) | Answer::Nothing(list) => set("matches", list.iter().map(of_match).collect()),
    }
    pretty(&document)
}

fn of_row(row: &TracedRow) -> Value {
    json!({
        "file": row.place.file,
        "sheet": row.place.sheet,
        "row": row.place.row,
        "kind": row.kind,
        "rank": row.rank,
        "as_of": row.as_of.map(|date| date.to_string()),
        "charge": row.charge,
    })
}

fn of_fact(fact: &TracedFact) -> Value {
    let others = fact.others.iter().map(|other| {
        let mut said = json!({
            "value": other.value,
            "same": Some(&other.value) == fact.value.as_ref(),
            "standing": other.standing,
        });
        add_origin(&mut said, Some(&other.origin));
        said
    });
    let others: Vec<Value> = others.collect();
    let mut told = json!({ "fact": fact.field, "value": fact.value });
    add_origin(&mut told, fact.origin.as_ref());
    if let Some(object) = told.as_object_mut() {
        object.insert("others".to_owned(), Value::Array(others));
    }
    told
}

/// Adds where a value comes from.
fn add_origin(to: &mut Value, origin: Option<&Origin>) {
    let cells = origin.iter().flat_map(|origin| &origin.cells).map(|cell| {
        let mut told = of_place(&cell.place);
        if let Some(object) = told.as_object_mut() {
            object.insert("heading".to_owned(), json!(cell.heading));
            object.insert("text".to_owned(), json!(cell.text));
        }
        told
    });
    let cells: Vec<Value> = cells.collect();
    if let Some(object) = to.as_object_mut() {
        object.insert("from".to_owned(), json!(origin.map(|origin| origin.giver)));
        object.insert("place".to_owned(), json!(origin.map(|origin| of_place(&origin.place))));
        object.insert("cells".to_owned(), Value::Array(cells));
        object.insert("note".to_owned(), json!(origin.and_then(|origin| origin.note.as_ref())));
    }
}

fn of_place(place: &Place) -> Value {
    let address = place.column.zip(place.row);
    json!({
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "column": place.column.map(column_name),
        "cell": address.map(|(column, row)| format!("{}{row}", column_name(column))),
    })
}

fn of_match(found: &Match) -> Value {
    json!({
        "subscription_id": found.subscription_id,
        "offer_name": found.offer_name,
        "seats": found.seats,
        "term_end": found.term_end,
        "customer_id": found.customer_id,
        "customer_name": found.customer_name,
        "customer_domain": found.customer_domain,
    })
}
