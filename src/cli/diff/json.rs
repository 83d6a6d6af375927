//! Changes as one JSON document. What is absent is `null`.

use seatshift::{
    compare::{Changed, Changes, Field},
    saved::{Columns, PlanColumn},
};
use serde_json::{Value, json};

use super::super::{changes::causes, check::pretty};

pub(super) fn document(changes: &Changes) -> String {
    let lines: Vec<Value> = changes.lines().map(|(changed, field)| line(changed, field)).collect();
    let kinds = seatshift::compare::ChangeKind::ALL.iter();
    let subscriptions: serde_json::Map<String, Value> = kinds
        .map(|&kind| (kind.to_string(), json!(changes.count(kind))))
        .collect();
    let losses = seatshift::compare::Loss::ALL.iter();
    let losses: serde_json::Map<String, Value> = losses
        .map(|&loss| (loss.to_string(), json!(changes.losses(loss))))
        .collect();
    pretty(&json!({
        "from": changes.runs.from.map(|day| day.to_string()),
        "to": changes.runs.to.map(|day| day.to_string()),
        "recorded": changes.runs.known,
        "exports": changes.runs.exports,
        "tables": changes.runs.tables.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "subscriptions": subscriptions,
        "losses": losses,
        "causes": causes(changes),
        "counted": changes.counted,
        "columns_missing": changes.missing.iter().map(|column| column.as_str()).collect::<Vec<_>>(),
        "changes": lines,
    }))
}

/// A line with the names of the columns of `plan.changes.csv`.
fn line(changed: &Changed, field: &Field) -> Value {
    let (old, new) = changed.values(field.column);
    let text = |text: &str| Some(text).filter(|text| !text.is_empty()).map(str::to_owned);
    json!({
        "change": changed.kind,
        "loss": changed.loss,
        "due": changed.due.map(|day| day.to_string()),
        "subscription_id": text(changed.get(PlanColumn::SubscriptionId)),
        "customer_id": text(changed.get(PlanColumn::CustomerId)),
        "customer_name": text(changed.get(PlanColumn::CustomerName)),
        "offer": text(changed.get(PlanColumn::SourceOffer)),
        "field": field.column.map(|column| column.as_str()),
        "old": text(old),
        "new": text(new),
        "cause": field.cause,
        "detail": text(&field.detail),
    })
}
