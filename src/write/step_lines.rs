//! A step as a line of `plan.steps.csv`.

use super::{cell::Line, plan_lines::identifier};
use crate::{
    plan::ToldStep,
    terms::{CustomerId, Seats},
};

pub(super) fn fill(step: &ToldStep<'_>, line: &mut Line<'_>) {
    line.date(step.due);
    line.word(Some(step.kind.as_str()));
    line.word(Some(step.owner.as_str()));
    line.guid(step.customer_id.map(|CustomerId(guid)| guid));
    line.maybe_text(step.customer_name);
    match step.subscription_id {
        Some(id) => identifier(id, line),
        None => line.empty(),
    }
    line.maybe_text(step.offer.as_deref());
    line.number(step.seats.map(|Seats(seats)| seats));
    line.written(|out| step.write_detail(out));
}
