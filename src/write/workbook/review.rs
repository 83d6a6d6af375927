//! The sheet *Review*: what a person must decide, rows of one kind together, with what to do about it; kinds of which nothing is
//! left to save come last.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_xlsxwriter::XlsxError;

use super::{
    advice::{Advice, meaning},
    sheet::{Cells, Column},
};
use crate::{
    plan::Reason,
    saved::{Holds, PlanColumn, Row, SavedPlan},
    terms::Action,
    write::reach::Reach,
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

/// A row that a person must decide on.
pub(super) struct ToDecide<'a> {
    row: &'a Row<PlanColumn>,
    /// What can still be done of the row, and of all of its reason.
    reach: Reach,
    best: Reach,
    /// Where its reason stands among all; those of a later version last.
    rank: usize,
    reason: &'a str,
}

/// Rows for review, by reason, by what can still be done and by day.
pub(super) fn rows(plan: &SavedPlan, as_of: NaiveDate) -> Vec<ToDecide<'_>> {
    let mut rows: Vec<ToDecide<'_>> = plan
        .rows
        .iter()
        .filter(|row| row.get(PlanColumn::Action) == Action::Review.as_str())
        .map(|row| {
            let reason = decisive(row);
            let rank = Reason::ALL.iter().position(|known| known.as_str() == reason);
            let reach = Reach::of(row, as_of);
            ToDecide {
                row,
                reach,
                best: reach,
                rank: rank.unwrap_or(usize::MAX),
                reason,
            }
        })
        .collect();
    let mut best: BTreeMap<&str, Reach> = BTreeMap::new();
    for row in &rows {
        let best = best.entry(row.reason).or_insert(row.reach);
        *best = row.reach.min(*best);
    }
    for row in &mut rows {
        row.best = best.get(row.reason).copied().unwrap_or_default();
    }
    rows.sort_by_key(|to_decide| {
        let by = to_decide.row.date(PlanColumn::NextStepBy);
        let is_lost = to_decide.best == Reach::Lost;
        (is_lost, to_decide.rank, to_decide.reach, by.is_none(), by)
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

    pub(super) fn fill(&self, to_decide: &ToDecide<'_>, cells: &mut Cells<'_>) -> Result<(), XlsxError> {
        let ToDecide { row, reason, .. } = to_decide;
        let others: Vec<&str> = row.list(PlanColumn::Reasons).filter(|other| other != reason).collect();
        cells.text(reason)?;
        cells.text(meaning(reason))?;
        cells.text(self.0.of(reason))?;
        cells.text(row.get(PlanColumn::Urgency))?;
        cells.date(row.date(PlanColumn::NextStepBy))?;
        cells.text(row.get(PlanColumn::CustomerName))?;
        cells.text(row.get(PlanColumn::SourceOffer))?;
        cells.saved(PlanColumn::Seats, row.get(PlanColumn::Seats))?;
        cells.date(row.date(PlanColumn::TermEnd))?;
        cells.text(row.get(PlanColumn::TargetOffer))?;
        cells.text(&others.join(";"))?;
        cells.text(row.get(PlanColumn::CustomerId))?;
        cells.text(row.get(PlanColumn::SubscriptionId))?;
        cells.text(row.get(PlanColumn::SourceFile))?;
        cells.text(row.get(PlanColumn::SourceSheet))?;
        cells.saved(PlanColumn::SourceRow, row.get(PlanColumn::SourceRow))
    }
}
