//! What can still be done, and what of it first, so that what cannot be helped any more never stands before it.
//!
//! In: a plan, a day. Out: a [`Reach`] for each subscription, a [`Turn`] for each step. The page's script has the same rules in
//! `data.js`.

use chrono::{Days, NaiveDate};
use hashbrown::HashMap;

use crate::{
    plan::Reason,
    saved::{PlanColumn, Row, SavedPlan, StepColumn},
    terms::{Action, Urgency},
};

/// How much can still be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Reach {
    /// What is to be done can be done.
    #[default]
    InTime,
    /// It has renewed, and no step of it is still to come: the new term runs whatever is decided.
    Past,
    /// Nothing is left to save.
    Lost,
}

/// When a step's turn is, the first first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// Due on the day, or it cannot wait for any: nobody knows what is left of the subscription.
    Now,
    /// Due on the day after.
    Tomorrow,
    /// Nothing says by when.
    Undated,
    /// Its day has passed.
    Overdue,
    /// Due later.
    Later,
}

impl Turn {
    /// Of a day, as seen on another; `row` is the subscription, none for what is a customer's as a whole.
    pub(super) fn of(due: Option<NaiveDate>, row: Option<&Row<PlanColumn>>, as_of: NaiveDate) -> Turn {
        let Some(due) = due else {
            return match row.is_some_and(cannot_wait) {
                true => Turn::Now,
                false => Turn::Undated,
            };
        };
        match () {
            () if due < as_of => Turn::Overdue,
            () if due == as_of => Turn::Now,
            () if as_of.checked_add_days(Days::new(1)) == Some(due) => Turn::Tomorrow,
            () => Turn::Later,
        }
    }
}

/// Whether what is to be decided of a row has no day because it cannot wait for one: its term end would give it one.
pub(super) fn cannot_wait(row: &Row<PlanColumn>) -> bool {
    row.get(PlanColumn::Action) == Action::Review.as_str()
        && row.date(PlanColumn::NextStepBy).is_none()
        && row.date(PlanColumn::TermEnd).is_some()
}

/// The subscriptions of a plan, and what can still be done of each for which that is not all.
pub(super) struct Reaches<'a> {
    rows: HashMap<&'a str, &'a Row<PlanColumn>>,
    reaches: HashMap<&'a str, Reach>,
    as_of: NaiveDate,
}

impl<'a> Reaches<'a> {
    pub(super) fn new(plan: &'a SavedPlan, as_of: NaiveDate) -> Reaches<'a> {
        let mut rows = HashMap::with_capacity(plan.rows.len());
        let mut reaches = HashMap::new();
        for row in plan.rows.iter().rev() {
            let id = row.get(PlanColumn::SubscriptionId);
            rows.insert(id, row);
            // As if no step were to come: few rows ask whether one is.
            match reach(row, as_of) {
                Reach::InTime => drop(reaches.remove(id)),
                reach => drop(reaches.insert(id, reach)),
            }
        }
        let is_to_come = |step: &Row<StepColumn>| step.date(StepColumn::Due).is_some_and(|due| due >= as_of);
        let is_past = |id: &&str| reaches.get(id) == Some(&Reach::Past);
        let to_come = plan.steps.iter().filter_map(|step| {
            let id = Some(step.get(StepColumn::SubscriptionId)).filter(is_past);
            id.filter(|_| is_to_come(step))
        });
        let helped: Vec<&str> = to_come.collect();
        for id in helped {
            reaches.remove(id);
        }
        Reaches { rows, reaches, as_of }
    }

    /// Of a row of the plan.
    pub(super) fn of_row(&self, row: &Row<PlanColumn>) -> Reach {
        let id = row.get(PlanColumn::SubscriptionId);
        self.reaches.get(id).copied().unwrap_or_default()
    }

    /// Of a step; one for a customer as a whole has subscriptions that move.
    pub(super) fn of(&self, step: &Row<StepColumn>) -> Reach {
        self.row(step).map(|row| self.of_row(row)).unwrap_or_default()
    }

    /// When the turn of a step is.
    pub(super) fn turn(&self, step: &Row<StepColumn>) -> Turn {
        Turn::of(step.date(StepColumn::Due), self.row(step), self.as_of)
    }

    /// The order in which steps are shown: what can still be done, by its turn; of what is overdue the newest first.
    pub(super) fn order(&self, step: &Row<StepColumn>) -> (Reach, Turn, i64) {
        let turn = self.turn(step);
        let due = step.date(StepColumn::Due).unwrap_or(self.as_of);
        let days = due.signed_duration_since(self.as_of).num_days();
        (self.of(step), turn, days.abs())
    }

    /// The subscription of a step; none where it is a customer's as a whole.
    pub(super) fn row(&self, step: &Row<StepColumn>) -> Option<&'a Row<PlanColumn>> {
        let id = step.get(StepColumn::SubscriptionId);
        self.rows.get(id).copied().filter(|_| !id.is_empty())
    }
}

/// Of a subscription of which no step is still to come, as seen on a day.
fn reach(row: &Row<PlanColumn>, as_of: NaiveDate) -> Reach {
    if row.get(PlanColumn::Urgency) == Urgency::Lost.as_str() {
        return Reach::Lost;
    }
    let is_review = row.get(PlanColumn::Action) == Action::Review.as_str();
    let renewed = Reason::RenewedSinceExport.as_str();
    let has_renewed = || row.list(PlanColumn::Reasons).any(|reason| reason == renewed);
    let has_ended = || row.date(PlanColumn::TermEnd).is_some_and(|end| end < as_of);
    match is_review && has_renewed() && has_ended() {
        true => Reach::Past,
        false => Reach::InTime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::Columns;

    fn row(cells: &[(PlanColumn, &str)]) -> Row<PlanColumn> {
        let mut texts = vec![""; PlanColumn::ALL.len()];
        cells.iter().for_each(|(column, text)| texts[column.index()] = text);
        Row::new(texts)
    }

    #[test]
    fn only_what_has_renewed_for_good_or_is_lost_cannot_be_helped() {
        let as_of = "2026-11-21".parse().unwrap();
        let of = |cells: &[(PlanColumn, &str)], is_to_come: bool| {
            let mut cells = cells.to_vec();
            cells.push((PlanColumn::SubscriptionId, "a"));
            let due = if is_to_come { "2026-11-21" } else { "2026-11-20" };
            let step = |due: &'static str, id: &'static str| Row::new([due, "undo-renewal", "partner", "", "", id]);
            let plan = SavedPlan {
                rows: vec![row(&cells)],
                steps: vec![step("2026-11-30", "b"), step(due, "a"), step("", "a")],
                ..SavedPlan::default()
            };
            Reaches::new(&plan, as_of).of_row(&plan.rows[0])
        };
        let review = (PlanColumn::Action, "review");
        let end = |day| (PlanColumn::TermEnd, day);
        let because = |reasons| (PlanColumn::Reasons, reasons);
        assert_eq!(of(&[review], false), Reach::InTime, "nothing says until when");
        for reason in ["renewal-undone", "rule-unsure", "source-cancelled", "on-hold"] {
            let cells = [review, end("2026-11-20"), because(reason)];
            assert_eq!(of(&cells, false), Reach::InTime, "{reason}");
        }
        let renewed = [review, end("2026-11-20"), because("early;renewed-since-export")];
        assert_eq!(of(&renewed, true), Reach::InTime, "the renewal can be undone");
        assert_eq!(of(&renewed, false), Reach::Past);
        assert_eq!(of(&[review, (PlanColumn::Urgency, "lost")], true), Reach::Lost);
    }

    #[test]
    fn what_cannot_wait_is_done_on_the_day() {
        let as_of: NaiveDate = "2026-11-21".parse().unwrap();
        let undone = row(&[(PlanColumn::Action, "review"), (PlanColumn::TermEnd, "2027-01-31")]);
        let endless = row(&[(PlanColumn::Action, "review")]);
        assert_eq!(Turn::of(None, Some(&undone), as_of), Turn::Now);
        assert_eq!(Turn::of(None, Some(&endless), as_of), Turn::Undated);
        assert_eq!(Turn::of(None, None, as_of), Turn::Undated);
        for (due, turn) in [
            ("2026-11-20", Turn::Overdue),
            ("2026-11-21", Turn::Now),
            ("2026-11-22", Turn::Tomorrow),
            ("2026-11-23", Turn::Later),
        ] {
            assert_eq!(Turn::of(due.parse().ok(), Some(&undone), as_of), turn, "{due}");
        }
    }
}
