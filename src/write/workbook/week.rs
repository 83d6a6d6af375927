//! The sheet *This week*: what is due from as-of to six days after it, and what is overdue, by who does it; what can still be
//! done before what cannot be helped any more, what is due today and tomorrow before what has been overdue for long.

use chrono::{Days, NaiveDate};

use super::{rows::Cells, sheet::Column};
use crate::{
    saved::{Holds, Row, SavedPlan, StepColumn},
    terms::Owner,
    write::reach::{Reach, Reaches, Turn},
};

pub(super) const COLUMNS: [Column; 10] = [
    Column::new(
        "owner",
        Holds::Text,
        18,
        "who: partner, customer, source-partner, licensing-partner or microsoft-support",
    ),
    Column::new(
        "when",
        Holds::Text,
        12,
        "today: due, or it cannot wait for any day; overdue; this week: within six days; first thing: nothing says by when; lost: nothing is left to save",
    ),
    Column::new("due", Holds::Date, 12, "by this day"),
    Column::new("step", Holds::Text, 24, "what"),
    Column::new("customer_name", Holds::Text, 28, "the customer"),
    Column::new("offer", Holds::Text, 34, "the offer"),
    Column::new("seats", Holds::Number, 10, "licences"),
    Column::new("detail", Holds::Text, 70, "what to do, in one sentence"),
    Column::new("customer_id", Holds::Text, 38, "the customer's tenant id"),
    Column::new(
        "subscription_id",
        Holds::Text,
        38,
        "the subscription; empty: the step is for the customer as a whole",
    ),
];

/// A step that presses.
pub(super) struct Due<'a> {
    step: &'a Row<StepColumn>,
    due: Option<NaiveDate>,
    order: (Reach, Turn, i64),
    when: &'static str,
}

/// The steps of the week, by owner and in the order in which they are to be done.
pub(super) fn rows<'a>(plan: &'a SavedPlan, reaches: &Reaches<'_>, as_of: NaiveDate) -> Vec<Due<'a>> {
    let last = as_of.checked_add_days(Days::new(6)).unwrap_or(as_of);
    let mut rows: Vec<Due<'_>> = plan
        .steps
        .iter()
        .filter_map(|step| {
            let due = step.date(StepColumn::Due);
            let when = match due {
                None if reaches.turn(step) == Turn::Now => "today",
                None => "first thing",
                Some(due) if due < as_of => "overdue",
                Some(due) if due == as_of => "today",
                Some(due) if due <= last => "this week",
                Some(_) => return None,
            };
            let order = reaches.order(step);
            let when = if order.0 == Reach::Lost { "lost" } else { when };
            Some(Due { step, due, order, when })
        })
        .collect();
    let owner = |row: &Due<'_>| {
        let owner = row.step.get(StepColumn::Owner);
        Owner::ALL.iter().position(|known| known.as_str() == owner)
    };
    // Steps of one owner and day stay in the plan's order.
    rows.sort_by_key(|row| (owner(row).unwrap_or(usize::MAX), row.order));
    rows
}

pub(super) fn fill(row: &Due<'_>, cells: &mut Cells<'_>) {
    let step = row.step;
    cells.text(step.get(StepColumn::Owner));
    cells.text(row.when);
    cells.date(row.due);
    cells.text(step.get(StepColumn::Step));
    cells.text(step.get(StepColumn::CustomerName));
    cells.text(step.get(StepColumn::Offer));
    cells.saved(StepColumn::Seats, step.get(StepColumn::Seats));
    cells.text(step.get(StepColumn::Detail));
    cells.text(step.get(StepColumn::CustomerId));
    cells.text(step.get(StepColumn::SubscriptionId));
}
