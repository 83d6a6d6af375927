//! The sheet *Review*: what a person must decide, rows of one kind together, with what to do about it; the kind with the most
//! pressing row first, kinds of which nothing is left to save last.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    advice::{Advice, meaning},
    rows::Cells,
    sheet::Column,
};
use crate::{
    plan::Reason,
    saved::{Holds, PlanColumn, Row, SavedPlan},
    terms::{Action, Urgency},
    write::reach::{Reach, Reaches, cannot_wait},
};

pub(super) const COLUMNS: [Column; 16] = [
    Column::new(
        "decide",
        Holds::Text,
        24,
        "what is to be decided: the first reason for review",
    ),
    Column::new("because", Holds::Text, 60, "what the reason means"),
    Column::new("what_to_do", Holds::Text, 60, "what a person can do about it"),
    Column::new(
        "urgency",
        Holds::Text,
        12,
        "open: the term end is near or unknown; lapsed: past it, recoverable; lost; planned",
    ),
    Column::new("decide_by", Holds::Date, 13, "decide by this day"),
    Column::new("customer_name", Holds::Text, 28, "the customer"),
    Column::new("source_offer", Holds::Text, 34, "what the customer has"),
    Column::new("seats", Holds::Number, 10, "licences bought"),
    Column::new("term_end", Holds::Date, 12, "the last paid day, inclusive, UTC"),
    Column::new(
        "target_offer",
        Holds::Text,
        34,
        "what would be ordered, or the candidates",
    ),
    Column::new("other_reasons", Holds::List, 30, "what else is to be decided"),
    Column::new("customer_id", Holds::Text, 38, "the customer's tenant id"),
    Column::new("subscription_id", Holds::Text, 38, "the subscription"),
    Column::new("source_file", Holds::Text, 36, "where the row comes from"),
    Column::new("source_sheet", Holds::Text, 16, "its sheet"),
    Column::new("source_row", Holds::Number, 13, "its row or line"),
];

/// What can still be done, and how urgent it is, as a place in [`PRESSING`]; the least presses most.
type Presses = (Reach, usize);

/// Past the term end and recoverable comes before what is near it.
const PRESSING: [Urgency; Urgency::ALL.len()] = [
    Urgency::Lapsed,
    Urgency::Late,
    Urgency::Open,
    Urgency::Planned,
    Urgency::Lost,
];

/// A row that a person must decide on.
pub(super) struct ToDecide<'a> {
    row: &'a Row<PlanColumn>,
    /// How pressing the row is, and the most pressing of its reason.
    presses: Presses,
    most: Presses,
    /// Where its reason stands among all; those of a later version last.
    rank: usize,
    reason: &'a str,
}

/// Rows for review: reasons by their most pressing row, rows of one by how pressing they are and by day.
pub(super) fn rows<'a>(plan: &'a SavedPlan, reaches: &Reaches<'_>, as_of: NaiveDate) -> Vec<ToDecide<'a>> {
    let mut rows: Vec<ToDecide<'_>> = plan
        .rows
        .iter()
        .filter(|row| row.get(PlanColumn::Action) == Action::Review.as_str())
        .map(|row| {
            let reason = decisive(row);
            let rank = Reason::ALL.iter().position(|known| known.as_str() == reason);
            let urgency = row.get(PlanColumn::Urgency);
            let urgency = PRESSING.iter().position(|known| known.as_str() == urgency);
            let presses = (reaches.of_row(row), urgency.unwrap_or(PRESSING.len()));
            ToDecide {
                row,
                presses,
                most: presses,
                rank: rank.unwrap_or(usize::MAX),
                reason,
            }
        })
        .collect();
    let mut most: BTreeMap<&str, Presses> = BTreeMap::new();
    for row in &rows {
        let most = most.entry(row.reason).or_insert(row.presses);
        *most = row.presses.min(*most);
    }
    for row in &mut rows {
        row.most = most.get(row.reason).copied().unwrap_or(row.presses);
    }
    rows.sort_by_key(|to_decide| {
        let row = to_decide.row;
        let by = row.date(PlanColumn::NextStepBy).or(cannot_wait(row).then_some(as_of));
        (to_decide.most, to_decide.rank, to_decide.presses, by.is_none(), by)
    });
    rows
}

/// The first reason that is one for review; else the first.
fn decisive(row: &Row<PlanColumn>) -> &str {
    let is_review = |code: &&str| {
        code.parse::<Reason>()
            .is_ok_and(|reason| reason.kind() == Action::Review)
    };
    let found = row.list(PlanColumn::Reasons).find(is_review);
    found
        .or_else(|| row.list(PlanColumn::Reasons).next())
        .unwrap_or_default()
}

/// How rows for review are shown.
pub(super) struct Review(Advice);

impl Review {
    pub(super) fn new() -> Review {
        Review(Advice::embedded())
    }

    pub(super) fn fill(&self, to_decide: &ToDecide<'_>, cells: &mut Cells<'_>) {
        let ToDecide { row, reason, .. } = to_decide;
        let others: Vec<&str> = row.list(PlanColumn::Reasons).filter(|other| other != reason).collect();
        cells.text(reason);
        cells.text(meaning(reason));
        cells.text(self.0.of(reason));
        cells.text(row.get(PlanColumn::Urgency));
        cells.date(row.date(PlanColumn::NextStepBy));
        cells.text(row.get(PlanColumn::CustomerName));
        cells.text(row.get(PlanColumn::SourceOffer));
        cells.saved(PlanColumn::Seats, row.get(PlanColumn::Seats));
        cells.date(row.date(PlanColumn::TermEnd));
        cells.text(row.get(PlanColumn::TargetOffer));
        cells.text(&others.join(";"));
        cells.text(row.get(PlanColumn::CustomerId));
        cells.text(row.get(PlanColumn::SubscriptionId));
        cells.text(row.get(PlanColumn::SourceFile));
        cells.text(row.get(PlanColumn::SourceSheet));
        cells.saved(PlanColumn::SourceRow, row.get(PlanColumn::SourceRow));
    }
}
