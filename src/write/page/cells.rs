//! Every cell of the plan, its steps and its findings, for the page's script.
//!
//! In: a [`SavedPlan`]. Out: `{"pools": {name: [text, ...]}, "plan" | "steps" | "findings": {"rows": n, "columns": [{"name",
//! "pool", "width", "digits"}, ...]}}`; see [`super::pools`]. A step's or finding's sentence that repeats what its row or its own
//! cells say has a sign in that place, so that sentences of one kind are one text: U+0001 and a letter, the letter's place in
//! `SIGNS` or `FINDING_SIGNS` being the cell's; U+0001 twice is the character itself.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    io::{self, Write},
};

use serde_json::{Map, Value, json};

use super::{
    markup,
    pools::{Pool, digits},
};
use crate::saved::{Columns, FindingColumn, Holds, PlanColumn, Row, SavedPlan, StepColumn};

/// Cells of its plan row that a step's sentence may repeat.
const SIGNS: [PlanColumn; 8] = [
    PlanColumn::SubscriptionId,
    PlanColumn::TargetOfferId,
    PlanColumn::TargetOffer,
    PlanColumn::SourceOffer,
    PlanColumn::TermEnd,
    PlanColumn::MoveDate,
    PlanColumn::EndSourceBy,
    PlanColumn::TargetSeats,
];

/// Cells that a finding's sentence may repeat; besides, what it names first in backticks, a column of its own.
const FINDING_SIGNS: [FindingColumn; 4] = [
    FindingColumn::SubscriptionId,
    FindingColumn::Value,
    FindingColumn::Heading,
    FindingColumn::File,
];
const NAMED: &str = "named";

const SIGN: char = '\u{1}';

struct Column {
    name: &'static str,
    pool: &'static str,
    numbers: Vec<u32>,
}

type Pools<'a> = BTreeMap<&'static str, Pool<'a>>;

/// Writes the JSON.
pub(super) fn write(plan: &SavedPlan, out: &mut dyn Write) -> io::Result<()> {
    let mut pools = Pools::new();
    let plan_columns = columns(&plan.rows, &mut pools, |row, column| row.get(column).into());
    let rows: HashMap<&str, &Row<PlanColumn>> = plan
        .rows
        .iter()
        .map(|row| (row.get(PlanColumn::SubscriptionId), row))
        .collect();
    let steps = columns(&plan.steps, &mut pools, |row, column| match column {
        StepColumn::Detail => {
            let of = rows.get(row.get(StepColumn::SubscriptionId));
            signed(
                row.get(column),
                SIGNS.map(|repeats| of.map_or("", |of| of.get(repeats))),
            )
        }
        _ => row.get(column).into(),
    });
    let mut findings = columns(&plan.findings, &mut pools, |row, column| match column {
        FindingColumn::Message | FindingColumn::Hint => {
            let [id, value, heading, file] = FINDING_SIGNS.map(|own| row.get(own));
            signed(row.get(column), [id, value, heading, file, named(row)])
        }
        _ => row.get(column).into(),
    });
    findings.push(column(NAMED, NAMED, &plan.findings, &mut pools, |row| {
        named(row).into()
    }));
    out.write_all(b"{\"pools\":{")?;
    for (index, (name, pool)) in pools.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}\"{name}\":")?;
        markup::write_json(&pool.texts(), out)?;
    }
    out.write_all(b"}")?;
    for (name, rows, columns) in [
        ("plan", plan.rows.len(), plan_columns),
        ("steps", plan.steps.len(), steps),
        ("findings", plan.findings.len(), findings),
    ] {
        write!(out, ",\"{name}\":{{\"rows\":{rows},\"columns\":[")?;
        for (index, column) in columns.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let width = pools.get(column.pool).map_or(0, Pool::width);
            write!(
                out,
                "{comma}{{\"name\":\"{}\",\"pool\":\"{}\",\"width\":{width},\"digits\":\"{}\"}}",
                column.name,
                column.pool,
                digits(&column.numbers, width)
            )?;
        }
        out.write_all(b"]}")?;
    }
    out.write_all(b"}")
}

fn columns<'a, C: Columns>(
    rows: &'a [Row<C>],
    pools: &mut Pools<'a>,
    cell: impl Fn(&'a Row<C>, C) -> Cow<'a, str>,
) -> Vec<Column> {
    let all = C::ALL.iter();
    all.map(|&own| {
        let name = own.as_str();
        column(name, pool_of(name, own.holds()), rows, pools, |row| cell(row, own))
    })
    .collect()
}

fn column<'a, C>(
    name: &'static str,
    pool_name: &'static str,
    rows: &'a [Row<C>],
    pools: &mut Pools<'a>,
    cell: impl Fn(&'a Row<C>) -> Cow<'a, str>,
) -> Column {
    let pool = pools.entry(pool_name).or_default();
    Column {
        name,
        pool: pool_name,
        numbers: rows.iter().map(|row| pool.number(cell(row))).collect(),
    }
}

/// What a finding's message names first, in backticks.
fn named(row: &Row<FindingColumn>) -> &str {
    let mut parts = row.get(FindingColumn::Message).split('`');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(named), Some(_)) => named,
        _ => "",
    }
}

/// Columns that say the same kind of thing share a pool.
fn pool_of(name: &'static str, holds: Holds) -> &'static str {
    match (name, holds) {
        (_, Holds::Date) => "date",
        ("source_row" | "row", _) => "row",
        (_, Holds::Number) => "number",
        ("step", _) => "next_step",
        ("offer" | "target_offer", _) => "source_offer",
        ("target_offer_id", _) => "source_offer_id",
        ("target_term", _) => "term",
        ("target_seats", _) => "number",
        ("file", _) => "source_file",
        ("sheet", _) => "source_sheet",
        _ => name,
    }
}

/// A sentence with signs in place of what it repeats.
fn signed<'a, const N: usize>(sentence: &'a str, repeats: [&str; N]) -> Cow<'a, str> {
    let mut pieces: Vec<Result<&str, usize>> = vec![Ok(sentence)];
    for (sign, text) in repeats.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        let split = |piece: Result<&'a str, usize>| -> Vec<Result<&'a str, usize>> {
            let Ok(words) = piece else { return vec![piece] };
            let mut found = Vec::new();
            for (index, words) in words.split(text).enumerate() {
                if index > 0 {
                    found.push(Err(sign));
                }
                found.push(Ok(words));
            }
            found
        };
        pieces = pieces.into_iter().flat_map(split).collect();
    }
    if pieces.len() == 1 && !sentence.contains(SIGN) {
        return sentence.into();
    }
    let mut signed = String::with_capacity(sentence.len());
    for piece in pieces {
        match piece {
            Ok(words) => signed.push_str(&words.replace(SIGN, "\u{1}\u{1}")),
            Err(sign) => signed.extend([SIGN, letter(sign)]),
        }
    }
    signed.into()
}

fn letter(sign: usize) -> char {
    u8::try_from(sign).map_or('?', |sign| char::from(b'a' + sign))
}

/// Which columns the signs stand for, for the page's script.
pub(super) fn signs() -> Value {
    let mut signs = Map::new();
    signs.insert("step".into(), json!(SIGNS.map(Columns::as_str)));
    let [id, value, heading, file] = FINDING_SIGNS.map(Columns::as_str);
    signs.insert("finding".into(), json!([id, value, heading, file, NAMED]));
    Value::Object(signs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_repeats_becomes_a_sign() {
        assert_eq!(
            signed("order 5 x Visio (id)", ["id", "", "Visio"]),
            "order 5 x \u{1}c (\u{1}a)"
        );
        assert_eq!(signed("nothing", ["id", "", "Visio"]), "nothing");
        // A sign is never taken for a text to replace, nor a character of the text for a sign.
        assert_eq!(signed("a b \u{1}a", ["b", "a"]), "\u{1}b \u{1}a \u{1}\u{1}\u{1}b");
    }
}
