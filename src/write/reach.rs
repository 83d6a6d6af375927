//! What can still be done, so that what cannot be helped any more never stands before it.
//!
//! In: a row of a plan, a day; the plan, for its steps. Out: a [`Reach`]. The page's script has the same rule in `data.js`.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::{
    saved::{PlanColumn, Row, SavedPlan, StepColumn},
    terms::{Action, Urgency},
};

/// How much can still be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Reach {
    /// What is to be done can be done.
    #[default]
    InTime,
    /// For a person to decide, and the day until which that would have changed the move has passed.
    Past,
    /// Nothing is left to save.
    Lost,
}

impl Reach {
    /// Of a subscription, as seen on a day.
    pub(super) fn of(row: &Row<PlanColumn>, as_of: NaiveDate) -> Reach {
        if row.get(PlanColumn::Urgency) == Urgency::Lost.as_str() {
            return Reach::Lost;
        }
        let last = || row.date(PlanColumn::WindowCloses).or(row.date(PlanColumn::TermEnd));
        let is_review = row.get(PlanColumn::Action) == Action::Review.as_str();
        match is_review && last().is_some_and(|last| last < as_of) {
            true => Reach::Past,
            false => Reach::InTime,
        }
    }
}

/// What can still be done of each subscription of a plan for which that is not all.
pub(super) struct Reaches<'a>(HashMap<&'a str, Reach>);

impl<'a> Reaches<'a> {
    pub(super) fn new(plan: &'a SavedPlan, as_of: NaiveDate) -> Reaches<'a> {
        let rows = plan.rows.iter().rev();
        let reaches = rows.map(|row| (row.get(PlanColumn::SubscriptionId), Reach::of(row, as_of)));
        Reaches(reaches.filter(|(_, reach)| *reach != Reach::InTime).collect())
    }

    /// Of a step; one for a customer as a whole has subscriptions that move.
    pub(super) fn of(&self, step: &Row<StepColumn>) -> Reach {
        let id = step.get(StepColumn::SubscriptionId);
        self.0.get(id).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::Columns;

    #[test]
    fn what_is_past_its_last_day_or_lost_cannot_be_helped() {
        let reach = |cells: &[(PlanColumn, &str)]| {
            let mut texts = vec![""; PlanColumn::ALL.len()];
            cells.iter().for_each(|(column, text)| texts[column.index()] = text);
            Reach::of(&Row::new(texts), "2026-11-21".parse().unwrap())
        };
        let review = (PlanColumn::Action, "review");
        let end = |day| (PlanColumn::TermEnd, day);
        let closes = |day| (PlanColumn::WindowCloses, day);
        assert_eq!(reach(&[review]), Reach::InTime, "nothing says until when");
        assert_eq!(reach(&[review, end("2026-11-21")]), Reach::InTime);
        assert_eq!(reach(&[review, end("2026-11-20")]), Reach::Past);
        assert_eq!(reach(&[review, end("2026-11-20"), closes("2026-12-20")]), Reach::InTime);
        assert_eq!(reach(&[(PlanColumn::Action, "move"), end("2026-11-20")]), Reach::InTime);
        assert_eq!(reach(&[review, (PlanColumn::Urgency, "lost")]), Reach::Lost);
    }
}
