//! Figures of a plan.
//!
//! In: a plan. Out: how many of its rows there are, by action, reason and urgency, and what they cost.

use std::{collections::BTreeMap, ops::Range};

use super::{CostSum, Plan, PlanRow, Reason};
use crate::{runs::of_runs, terms::*};

/// Figures of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Rows by action.
    pub actions: BTreeMap<Action, u64>,
    /// Rows by reason.
    pub reasons: BTreeMap<Reason, u64>,
    /// Rows by action and reason, for whoever tells what led to an action.
    #[serde(skip)]
    pub by_action: BTreeMap<(Action, Reason), u64>,
    /// Rows by urgency.
    pub urgencies: BTreeMap<Urgency, u64>,
    /// What overlaps and missed windows cost, by currency.
    pub costs: BTreeMap<Text, CostSum>,
}

impl Plan {
    /// Rows by action, reason and urgency.
    pub fn counts(&self) -> Counts {
        let of_run = |run: Range<usize>| Tally::of(self.rows.get(run).unwrap_or_default());
        let runs = of_runs(self.rows.len(), of_run).into_iter();
        runs.fold(Tally::default(), Tally::and).counts()
    }
}

/// Figures while they are counted.
#[derive(Default)]
struct Tally {
    actions: BTreeMap<Action, u64>,
    urgencies: BTreeMap<Urgency, u64>,
    by_action: BTreeMap<(Action, Reason), u64>,
    costs: BTreeMap<Text, CostSum>,
}

impl Tally {
    fn of(rows: &[PlanRow]) -> Tally {
        let mut actions = [0; Action::ALL.len()];
        let mut urgencies = [0; Urgency::ALL.len()];
        let mut reasons = [[0; Reason::ALL.len()]; Action::ALL.len()];
        let mut costs = BTreeMap::new();
        for row in rows {
            let decision = &row.decision;
            actions[decision.action as usize] += 1;
            for reason in decision.reasons.iter() {
                reasons[decision.action as usize][reason as usize] += 1;
            }
            if let Some(urgency) = decision.urgency {
                urgencies[urgency as usize] += 1;
            }
            if let Some(of_row) = &decision.costs {
                of_row.add_to(&mut costs);
            }
        }
        let by_action = Action::ALL.iter().zip(&reasons).flat_map(|(&action, reasons)| {
            let counted = counted(Reason::ALL, reasons);
            counted.map(move |(reason, count)| ((action, reason), count))
        });
        Tally {
            actions: counted(Action::ALL, &actions).collect(),
            urgencies: counted(Urgency::ALL, &urgencies).collect(),
            by_action: by_action.collect(),
            costs,
        }
    }

    /// Both together.
    fn and(mut self, other: Tally) -> Tally {
        add(&mut self.actions, other.actions);
        add(&mut self.urgencies, other.urgencies);
        add(&mut self.by_action, other.by_action);
        for (currency, sum) in other.costs {
            self.costs.entry(currency).or_default().add(&sum);
        }
        self
    }

    fn counts(self) -> Counts {
        let mut reasons = BTreeMap::new();
        let of_any = self.by_action.iter().map(|(&(_, reason), &count)| (reason, count));
        add(&mut reasons, of_any);
        Counts {
            actions: self.actions,
            reasons,
            by_action: self.by_action,
            urgencies: self.urgencies,
            costs: self.costs,
        }
    }
}

/// The words that are there, each with how often.
fn counted<T: Copy>(words: &'static [T], counts: &[u64]) -> impl Iterator<Item = (T, u64)> {
    let counted = words.iter().copied().zip(counts.iter().copied());
    counted.filter(|&(_, count)| count > 0)
}

fn add<T: Ord>(counts: &mut BTreeMap<T, u64>, others: impl IntoIterator<Item = (T, u64)>) {
    for (word, count) in others {
        *counts.entry(word).or_default() += count;
    }
}
