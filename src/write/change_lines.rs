//! A change as a line of `plan.changes.csv`.

use super::cell::Line;
use crate::{
    compare::{Changed, Field},
    saved::{Columns, PlanColumn},
};

pub(super) fn fill((changed, field): (&Changed, &Field), line: &mut Line<'_>) {
    let (old, new) = changed.values(field.column);
    line.word(Some(changed.kind.as_str()));
    line.word(changed.loss.map(|loss| loss.as_str()));
    line.date(changed.due);
    line.text(changed.get(PlanColumn::SubscriptionId));
    line.text(changed.get(PlanColumn::CustomerId));
    line.text(changed.get(PlanColumn::CustomerName));
    line.text(changed.get(PlanColumn::SourceOffer));
    line.word(field.column.map(Columns::as_str));
    line.text(old);
    line.text(new);
    line.word(Some(field.cause.as_str()));
    line.text(&field.detail);
}
