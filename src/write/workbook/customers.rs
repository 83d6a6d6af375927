//! The sheet *Customers*: one row for each.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{rows::Cells, sheet::Column};
use crate::{
    saved::{Holds, PlanColumn, Row, SavedPlan},
    terms::{Action, Urgency},
    write::reach::{Reach, Reaches, cannot_wait},
};

pub(super) const COLUMNS: [Column; 15] = [
    Column::new("customer_name", Holds::Text, 34, "the customer"),
    Column::new(
        "status",
        Holds::Text,
        12,
        "the most pressing of its subscriptions: lapsed, late, open, planned; lost: all there is to do is lost; review: something is to be decided; kept: nothing to do",
    ),
    Column::new(
        "next_step_by",
        Holds::Date,
        15,
        "the earliest day of a step that is not done; of one that can still be done, where there is any; empty beside a step: it cannot wait for any day",
    ),
    Column::new("next_step", Holds::Text, 24, "that step"),
    Column::new(
        "next_move",
        Holds::Date,
        12,
        "the earliest day on which one of its subscriptions moves",
    ),
    Column::new("subscriptions", Holds::Number, 16, "how many it has"),
    Column::new("seats", Holds::Number, 10, "licences of all its subscriptions"),
    Column::new("move", Holds::Number, 10, "subscriptions that move"),
    Column::new("keep", Holds::Number, 10, "subscriptions with nothing to do"),
    Column::new(
        "review",
        Holds::Number,
        10,
        "subscriptions that a person must decide on",
    ),
    Column::new("first_term_end", Holds::Date, 17, "the earliest term end"),
    Column::new("last_term_end", Holds::Date, 16, "the latest term end"),
    Column::new("customer_country", Holds::Text, 20, "the tenant's country"),
    Column::new("customer_domain", Holds::Text, 28, "its domain"),
    Column::new("customer_id", Holds::Text, 38, "its tenant id; empty: unknown"),
];

/// What presses least first: of what is lost nothing is left to save.
const PRESSING: [Urgency; Urgency::ALL.len()] = [
    Urgency::Lost,
    Urgency::Planned,
    Urgency::Open,
    Urgency::Late,
    Urgency::Lapsed,
];

/// A customer and its figures.
#[derive(Debug, Default)]
pub(super) struct Customer<'a> {
    id: &'a str,
    name: &'a str,
    domain: &'a str,
    country: &'a str,
    pressing: Option<usize>,
    actions: [u32; 3],
    seats: f64,
    /// What can still be done, the day by which it is ordered, its day, the step.
    next_step: Option<(Reach, NaiveDate, Option<NaiveDate>, &'a str)>,
    next_move: Option<NaiveDate>,
    first_term_end: Option<NaiveDate>,
    last_term_end: Option<NaiveDate>,
}

/// The customers, by what can still be done, the day of their next step, name and id.
pub(super) fn rows<'a>(plan: &'a SavedPlan, reaches: &Reaches<'_>, as_of: NaiveDate) -> Vec<Customer<'a>> {
    let mut customers: BTreeMap<[&str; 3], Customer<'_>> = BTreeMap::new();
    for row in &plan.rows {
        customers
            .entry(key(row))
            .or_default()
            .add(row, reaches.of_row(row), as_of);
    }
    let mut customers: Vec<Customer<'_>> = customers.into_values().collect();
    customers.sort_by_key(|customer| {
        let next = customer.next_step.map(|(reach, by, ..)| (reach, by));
        (next.is_none(), next, customer.name, customer.id)
    });
    customers
}

/// A customer is known by its id; without one, by name and domain.
fn key(row: &Row<PlanColumn>) -> [&str; 3] {
    match row.get(PlanColumn::CustomerId) {
        "" => [
            "",
            row.get(PlanColumn::CustomerName),
            row.get(PlanColumn::CustomerDomain),
        ],
        id => [id, "", ""],
    }
}

impl<'a> Customer<'a> {
    fn add(&mut self, row: &'a Row<PlanColumn>, reach: Reach, as_of: NaiveDate) {
        for (own, column) in [
            (&mut self.id, PlanColumn::CustomerId),
            (&mut self.name, PlanColumn::CustomerName),
            (&mut self.domain, PlanColumn::CustomerDomain),
            (&mut self.country, PlanColumn::CustomerCountry),
        ] {
            if own.is_empty() {
                *own = row.get(column);
            }
        }
        let action = row.get(PlanColumn::Action);
        for (count, known) in self.actions.iter_mut().zip(Action::ALL) {
            *count += u32::from(known.as_str() == action);
        }
        let urgency = row.get(PlanColumn::Urgency);
        let urgency = PRESSING.iter().position(|known| known.as_str() == urgency);
        self.pressing = self.pressing.max(urgency);
        self.seats += row.number(PlanColumn::Seats).unwrap_or_default();
        // What cannot wait for any day is due on this one.
        let by = row.date(PlanColumn::NextStepBy);
        let ordered = by.or(cannot_wait(row).then_some(as_of));
        let step = ordered.map(|ordered| (reach, ordered, by, row.get(PlanColumn::NextStep)));
        self.next_step = least(self.next_step, step);
        if action == Action::Move.as_str() {
            self.next_move = least(self.next_move, row.date(PlanColumn::MoveDate));
        }
        let end = row.date(PlanColumn::TermEnd);
        self.first_term_end = least(self.first_term_end, end);
        self.last_term_end = self.last_term_end.max(end);
    }

    fn status(&self) -> &'static str {
        let [_, _, review] = self.actions;
        match self.pressing.and_then(|index| PRESSING.get(index)) {
            Some(Urgency::Planned) | None if review > 0 => "review",
            Some(urgency) => urgency.as_str(),
            None => "kept",
        }
    }
}

fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

pub(super) fn fill(customer: &Customer<'_>, cells: &mut Cells<'_>) {
    let [moves, keeps, reviews] = customer.actions;
    cells.text(customer.name);
    cells.text(customer.status());
    cells.date(customer.next_step.and_then(|(_, _, by, _)| by));
    cells.text(customer.next_step.map_or("", |(.., step)| step));
    cells.date(customer.next_move);
    cells.count(moves + keeps + reviews);
    cells.number(Some(customer.seats));
    cells.count(moves);
    cells.count(keeps);
    cells.count(reviews);
    cells.date(customer.first_term_end);
    cells.date(customer.last_term_end);
    cells.text(customer.country);
    cells.text(customer.domain);
    cells.text(customer.id);
}
