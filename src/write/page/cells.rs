//! Every cell of the plan, its steps and its findings, for the page's script.
//!
//! In: a [`SavedPlan`]. Out: `{"pools": {name: [text, ...]}, "plan" | "steps" | "findings": {"rows": n, "columns": [{"name",
//! "pool", "width", "digits"}, ...]}}`; see [`super::pools`]. A step's or finding's sentence that repeats what its row or its own
//! cells say has a sign in that place, so that sentences of one kind are one text: U+0001 and a letter, the letter's place in
//! `SIGNS` or `FINDING_SIGNS` being the cell's; U+0001 twice is the character itself.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    io::{self, Write},
    ops::Range,
};

use hashbrown::HashMap;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    markup,
    pools::{Pool, digits},
};
use crate::{
    runs::gathered,
    saved::{Columns, FindingColumn, Holds, PlanColumn, Row, SavedPlan, StepColumn},
};

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

/// Cells that are made before they get their numbers.
const MADE_AT_ONCE: usize = 1 << 14;

/// A column under way: where its cells come from.
struct Column<'a> {
    name: &'static str,
    pool: &'static str,
    cells: Source<'a>,
}

/// The cells of a column, made when its pool is.
type Source<'a> = Box<dyn Fn(&mut dyn FnMut(Cow<'a, str>)) + Sync + 'a>;

/// A table of the page: its name, how many rows it has, its columns.
type Table<'a> = (&'static str, usize, Vec<Column<'a>>);

/// Writes the JSON.
pub(super) fn write(plan: &SavedPlan, out: &mut dyn Write) -> io::Result<()> {
    // The first of an id counts, here as in the browser.
    let mut rows: HashMap<&str, &Row<PlanColumn>> = HashMap::with_capacity(plan.rows.len());
    for row in &plan.rows {
        rows.entry(row.get(PlanColumn::SubscriptionId)).or_insert(row);
    }
    let plan_columns = columns(&plan.rows, |_| None);
    let steps = columns(&plan.steps, |column| match column {
        StepColumn::Detail => Some(made(&plan.steps, |row| detail(row, &rows))),
        _ => None,
    });
    let mut findings = columns(&plan.findings, |column| match column {
        FindingColumn::Message | FindingColumn::Hint => Some(made(&plan.findings, move |row| said(row, column))),
        _ => None,
    });
    findings.push(Column {
        name: NAMED,
        pool: NAMED,
        cells: of_rows(&plan.findings, |row| named(row)),
    });
    let tables: [Table<'_>; 3] = [
        ("plan", plan.rows.len(), plan_columns),
        ("steps", plan.steps.len(), steps),
        ("findings", plan.findings.len(), findings),
    ];
    let mut numbered = numbered(&tables);
    out.write_all(b"{\"pools\":{")?;
    for (index, (name, (pool, _))) in numbered.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}\"{name}\":")?;
        markup::write_json(&pool.texts(), out)?;
    }
    out.write_all(b"}")?;
    for (name, rows, columns) in &tables {
        write!(out, ",\"{name}\":{{\"rows\":{rows},\"columns\":[")?;
        for (index, Column { name, pool, .. }) in columns.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let of_pool = numbered.get_mut(pool);
            let numbers = of_pool.and_then(|(pool, numbers)| Some((pool.width(), numbers.pop_front()?)));
            let Some((width, numbers)) = numbers else {
                return Err(io::Error::other(format!(
                    "the page has no cells for its column `{name}`"
                )));
            };
            write!(
                out,
                "{comma}{{\"name\":\"{name}\",\"pool\":\"{pool}\",\"width\":{width},\"digits\":\"{}\"}}",
                digits(&numbers, width)
            )?;
        }
        out.write_all(b"]}")?;
    }
    out.write_all(b"}")
}

/// A step's sentence, with signs for what its row says.
fn detail<'a>(row: &'a Row<StepColumn>, rows: &HashMap<&str, &Row<PlanColumn>>) -> Cow<'a, str> {
    let of = rows.get(row.get(StepColumn::SubscriptionId));
    let repeats = SIGNS.map(|repeats| of.map_or("", |of| of.get(repeats)));
    signed(row.get(StepColumn::Detail), repeats)
}

/// A finding's sentence, with signs for what its other cells say.
fn said(row: &Row<FindingColumn>, column: FindingColumn) -> Cow<'_, str> {
    let [id, value, heading, file] = FINDING_SIGNS.map(|own| row.get(own));
    signed(row.get(column), [id, value, heading, file, named(row)])
}

/// Pools by name, each with the numbers of the cells of its columns, in their order.
type Numbered<'a> = BTreeMap<&'static str, (Pool<'a>, VecDeque<Vec<u32>>)>;

/// The pools of all columns, on all threads.
fn numbered<'a>(tables: &[Table<'a>]) -> Numbered<'a> {
    let mut of_pools: BTreeMap<&'static str, Vec<&Source<'a>>> = BTreeMap::new();
    for column in tables.iter().flat_map(|(.., columns)| columns) {
        of_pools.entry(column.pool).or_default().push(&column.cells);
    }
    let number = |(name, columns): (&'static str, Vec<&Source<'a>>)| {
        let mut pool = Pool::default();
        let mut numbers = VecDeque::new();
        for cells in columns {
            let mut of_column = Vec::new();
            cells(&mut |cell| of_column.push(pool.number(cell)));
            numbers.push_back(of_column);
        }
        (name, (pool, numbers))
    };
    of_pools.into_par_iter().map(number).collect()
}

/// The columns of a table; cells are as they stand unless they are made otherwise.
fn columns<'a, C: Columns + Sync>(rows: &'a [Row<C>], otherwise: impl Fn(C) -> Option<Source<'a>>) -> Vec<Column<'a>> {
    let all = C::ALL.iter();
    all.map(|&own| Column {
        name: own.as_str(),
        pool: pool_of(own.as_str(), own.holds()),
        cells: otherwise(own).unwrap_or_else(|| of_rows(rows, move |row| row.get(own))),
    })
    .collect()
}

/// Cells as they stand.
fn of_rows<'a, C: Sync>(rows: &'a [Row<C>], cell: impl Fn(&'a Row<C>) -> &'a str + Sync + 'a) -> Source<'a> {
    Box::new(move |tell| rows.iter().for_each(|row| tell(cell(row).into())))
}

/// Cells that are made, some thousands at a time on all threads.
fn made<'a, C: Sync>(rows: &'a [Row<C>], cell: impl Fn(&'a Row<C>) -> Cow<'a, str> + Sync + 'a) -> Source<'a> {
    Box::new(move |tell| {
        for rows in rows.chunks(MADE_AT_ONCE * rayon::current_num_threads()) {
            let of_run = |run: Range<usize>| rows.get(run).unwrap_or_default().iter().map(&cell).collect();
            let made: Vec<Cow<'a, str>> = gathered(rows.len(), of_run);
            made.into_iter().for_each(&mut *tell);
        }
    })
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
