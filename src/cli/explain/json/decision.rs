//! The decision and why, as parts of the JSON document.

use chrono::NaiveDate;
use seatshift::{
    config::Config,
    pipeline::{Explained, Told},
    plan::{
        Decision, MappingTrail, Step, Tried, WhatIfs,
        dates::{DateLine, Number, NumberFrom},
    },
    rules::{RuleTable, Used},
};
use serde_json::{Value, json};

use super::super::rules::row_of;

/// One of the plan's rows, and why it is so.
pub(super) fn of_told(told: &Told, explained: &Explained, config: &Config) -> Value {
    let trail = &told.trail;
    let tables = &explained.tables;
    let sums = trail.dates.iter().flat_map(|dates| &dates.lines);
    json!({
        "subscription_id": trail.id,
        "decision": of_decision(&told.row.decision),
        "steps": told.steps.iter().map(of_step).collect::<Vec<_>>(),
        "dates": sums.map(|line| of_line(line, explained, config)).collect::<Vec<_>>(),
        "rules": trail.tried.iter().map(|tried| of_tried(tried, tables)).collect::<Vec<_>>(),
        "rule_rows": trail.used.iter().map(|used| of_used(used, tables)).collect::<Vec<_>>(),
        "mapping": trail.mapping.as_ref().map(of_mapping),
        "what_if": told.what_ifs.as_ref().map(of_what_ifs),
    })
}

fn iso(day: Option<NaiveDate>) -> Option<String> {
    day.map(|day| day.to_string())
}

/// A decision, by the names of the plan's columns.
fn of_decision(decision: &Decision) -> Value {
    let targets = decision.targets.iter().map(|target| {
        json!({
            "target_offer_id": target.offer_id,
            "target_offer": target.offer,
            "target_seats": decision.target_seats,
            "target_term": target.term,
        })
    });
    json!({
        "action": decision.action,
        "reasons": decision.reasons,
        "move_date": iso(decision.move_date),
        "next_step": decision.next_step,
        "next_step_by": iso(decision.next_step_by),
        "urgency": decision.urgency,
        "route": decision.route,
        "mapping": decision.mapping,
        "targets": targets.collect::<Vec<_>>(),
        "licences": decision.licences,
        "loses": decision.loses(),
        "gains": decision.gains(),
        "window_opens": iso(decision.window_opens),
        "window_closes": iso(decision.window_closes),
        "relationship_by": iso(decision.relationship_by),
        "agreement_by": iso(decision.agreement_by),
        "request_by": iso(decision.request_by),
        "reassign_by": iso(decision.reassign_by),
        "end_source": decision.end_source,
        "end_source_by": iso(decision.end_source_by),
        "credit_enquiry": decision.credit_enquiry,
        "overlap_days": decision.overlap_days,
    })
}

/// A step, by the names of the columns of the steps.
pub(super) fn of_step(step: &Step) -> Value {
    json!({
        "due": iso(step.due),
        "step": step.kind,
        "owner": step.owner,
        "detail": step.detail,
    })
}

fn of_line(line: &DateLine, explained: &Explained, config: &Config) -> Value {
    let numbers = line.numbers.iter().map(|number| of_number(number, config));
    let skipped = line.skipped.iter().map(|skipped| {
        let name = explained.days.closed(skipped.day).and_then(|(_, name)| name);
        json!({ "day": skipped.day.to_string(), "why": skipped.why, "name": name })
    });
    json!({
        "name": line.name,
        "day": line.day.to_string(),
        "sum": line.sum,
        "numbers": numbers.collect::<Vec<_>>(),
        "passed_over": skipped.collect::<Vec<_>>(),
    })
}

fn of_number(number: &Number, config: &Config) -> Value {
    let (table, setting) = match number.from {
        NumberFrom::Table(table) => (Some(table), None),
        NumberFrom::Setting(key) => (None, Some(key)),
    };
    json!({
        "days": number.days,
        "table": table,
        "setting": setting,
        "stated_by": setting.map(|key| config.stated_by(key)),
    })
}

fn of_tried(tried: &Tried, tables: &[RuleTable]) -> Value {
    json!({
        "part": tried.part,
        "rule": tried.rule,
        "answer": tried.answer,
        "in_reasons": tried.on_the_row,
        "why": tried.why,
        "rule_rows": tried.rows.iter().map(|used| of_used(used, tables)).collect::<Vec<_>>(),
    })
}

/// A row that answered; without cells where the table has none that fits.
fn of_used(used: &Used, tables: &[RuleTable]) -> Value {
    let row = row_of(used, tables);
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    json!({
        "table": used.table,
        "file": row.and_then(|row| row.file.as_ref()),
        "line": row.map(|row| row.at.line),
        "says": row.map(|row| row.said()),
        "valid_from": row.map(|row| row.valid_from.as_str()),
        "valid_until": row.and_then(|row| filled(&row.valid_until)),
        "source": row.map(|row| row.source.as_str()),
        "certainty": row.map(|row| row.certainty.as_str()),
    })
}

fn of_mapping(mapping: &MappingTrail) -> Value {
    let considered = mapping
        .considered
        .iter()
        .map(|one| json!({ "offer_id": one.offer_id, "name": one.name, "taken": one.taken, "why": one.why }));
    json!({
        "kind": mapping.kind,
        "certainty": mapping.certainty,
        "source_offer": mapping.source,
        "evidence": mapping.evidence,
        "contradicts": mapping.contradicts,
        "considered": considered.collect::<Vec<_>>(),
    })
}

fn of_what_ifs(what_ifs: &WhatIfs) -> Value {
    let differs = what_ifs
        .differs
        .iter()
        .map(|one| json!({ "what": one.what, "decision": of_decision(&one.decision) }));
    let next = what_ifs
        .next
        .as_ref()
        .map(|(day, decision)| json!({ "day": day.to_string(), "decision": of_decision(decision) }));
    json!({
        "differs": differs.collect::<Vec<_>>(),
        "same": what_ifs.same,
        "next": next,
        "turn": what_ifs
            .turn
            .as_ref()
            .map(|(day, decision)| json!({ "day": day.to_string(), "decision": of_decision(decision) })),
        "looked_until": what_ifs.looked_until.to_string(),
    })
}
