//! What a row of a table of charges charges for.
//!
//! In: the cells of a row. Out: its [`Charge`], the dates still missing.

use std::borrow::Cow;

use super::{
    super::{
        Field,
        cells::Cells,
        charges::effect_of,
        facts::{Charge, Effect},
        kinds::Role,
        values,
        vocabulary::Vocabulary,
    },
    Shared,
};
use crate::{finding::Code, read::Cell, terms::Seats};

/// What kind of charge the row is, in a table of charges. A level with a negative amount or quantity is a credit; a type we do
/// not know counts as a change.
pub(super) fn charge_of(cells: &mut Cells<'_>, shared: &Shared) -> Option<Charge> {
    let columns = &cells.table.columns;
    if columns.kind.role != Role::Charges {
        return None;
    }
    let amount = columns.amount.map(|column| cells.row.cell(column as usize));
    let quantity = cells.cell(Field::Seats).map(|(_, cell)| cell);
    let is_credit = amount.into_iter().chain(quantity).any(is_negative);
    let word = cells.text(Field::ChargeType).map(Cow::into_owned);
    let effect = word.as_deref().and_then(effect_of);
    if let (Some(word), None, Some((column, cell))) = (&word, effect, cells.cell(Field::ChargeType)) {
        let message = format!("`{word}` is no type of charge we know; it counts as a change of the number of licences");
        cells.tell(
            Code::ValueUnknown,
            column,
            cell,
            message,
            "report the word so that it can be added",
        );
    }
    let effect = match effect {
        Some(Effect::Level) if is_credit => Effect::Credit,
        effect => effect.unwrap_or(Effect::Change),
    };
    Some(Charge {
        effect,
        change: quantity
            .filter(|_| effect == Effect::Change)
            .and_then(|cell| signed(cell, cells.vocabulary)),
        word: shared.texts.keep_text(word.as_deref().unwrap_or("")),
        start: None,
        end: None,
        ordered: None,
    })
}

/// A quantity with its sign.
fn signed(cell: Cell<'_>, vocabulary: &Vocabulary) -> Option<i64> {
    let sign = if is_negative(cell) { -1 } else { 1 };
    let size = match cell {
        Cell::Number(number) => Cell::Number(number.abs()),
        Cell::Text(text) => Cell::Text(text.trim().trim_start_matches('\'').trim_start_matches(['-', '−'])),
        cell => cell,
    };
    let Seats(size) = values::seats(size, vocabulary).ok()??;
    Some(sign * i64::from(size))
}

fn is_negative(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Number(number) => number < 0.0,
        Cell::Text(text) => {
            let text = text.trim().trim_start_matches('\'');
            text.starts_with(['-', '−', '(']) && text.contains(|c: char| ('1'..='9').contains(&c))
        }
        _ => false,
    }
}
