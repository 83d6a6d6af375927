//! What matters most.
//!
//! In: a row before and after. Out: whether it is a loss (gone, or changed for the worse), the day it hangs on, and the order of
//! all changes: losses whose day is near, other losses, changes, what is new, what moved; then by day, customer, subscription.

use chrono::{Days, NaiveDate};

use super::{ChangeKind, Changed, Loss, Pair, influence::has};
use crate::saved::{PlanColumn, Row};

/// Reasons that are bad news.
const BAD: [&str; 14] = [
    "service-stops",
    "service-down",
    "auto-renew-risk",
    "transfer-missed",
    "window-missed",
    "notice-missed",
    "renewed-since-export",
    "end-unknown",
    "source-deleted",
    "source-cancelled",
    "state-against-end",
    "renewal-undone",
    "as-soon-as-ready",
    "addon-without-base",
];

/// The day a subscription hangs on.
fn due(row: &Row<PlanColumn>) -> Option<NaiveDate> {
    [PlanColumn::NextStepBy, PlanColumn::MoveDate, PlanColumn::TermEnd]
        .into_iter()
        .filter_map(|column| row.date(column))
        .min()
}

/// The day a change hangs on. A row that is not kept and has no day of its own any more hangs on the one it had: that it is no
/// more told makes nothing less urgent.
pub(super) fn due_of(pair: &Pair) -> Option<NaiveDate> {
    let next = |row: &Row<PlanColumn>| {
        let days = [PlanColumn::NextStepBy, PlanColumn::MoveDate];
        days.into_iter().filter_map(|column| row.date(column)).min()
    };
    match (&pair.old, &pair.new) {
        (Some(old), Some(new)) if next(new).is_none() && new.get(PlanColumn::Action) != "keep" => {
            let days = [next(old), due(new)];
            days.into_iter().flatten().min().or_else(|| due(old))
        }
        (old, new) => new.as_ref().or(old.as_ref()).and_then(due),
    }
}

/// Whether it is a loss. `day` is the one it hangs on.
pub(super) fn loss(
    pair: &Pair,
    kind: ChangeKind,
    day: Option<NaiveDate>,
    to: Option<NaiveDate>,
    attention_days: u16,
) -> Option<Loss> {
    match (kind, &pair.old, &pair.new) {
        (ChangeKind::Gone, Some(old), _) if old.get(PlanColumn::Action) != "keep" => {}
        (ChangeKind::Changed, Some(old), Some(new)) if !worse(old, new).is_empty() => {}
        _ => return None,
    }
    let near = to.and_then(|to| to.checked_add_days(Days::new(attention_days.into())));
    match (day, near) {
        (Some(day), Some(near)) if day <= near => Some(Loss::DueSoon),
        // Without a date of the plan nothing is known to be far.
        (Some(_), None) => Some(Loss::DueSoon),
        _ => Some(Loss::Later),
    }
}

/// The columns in which a row is worse than it was, those first that say most.
pub(super) fn worse(old: &Row<PlanColumn>, new: &Row<PlanColumn>) -> Vec<PlanColumn> {
    let rank = |row: &Row<PlanColumn>| match row.get(PlanColumn::Urgency) {
        "late" => 1,
        "lapsed" => 2,
        "lost" => 3,
        _ => 0,
    };
    let action = |row: &Row<PlanColumn>| row.get(PlanColumn::Action) == "review";
    let end = |row: &Row<PlanColumn>| row.date(PlanColumn::TermEnd);
    let sooner = end(old).zip(end(new)).is_some_and(|(before, after)| after < before);
    let reassign = |row: &Row<PlanColumn>| row.get(PlanColumn::Licences) == "reassign";
    let loses = |row: &Row<PlanColumn>| row.list(PlanColumn::Loses).map(str::to_owned).collect::<Vec<_>>();
    let lost_before = loses(old);
    let columns = [
        (PlanColumn::Action, action(new) && !action(old)),
        (PlanColumn::Urgency, rank(new) > rank(old)),
        (
            PlanColumn::Reasons,
            BAD.iter().any(|reason| has(new, reason) && !has(old, reason)),
        ),
        (PlanColumn::TermEnd, sooner),
        (PlanColumn::Licences, reassign(new) && !reassign(old)),
        (
            PlanColumn::Loses,
            loses(new).iter().any(|loss| !lost_before.contains(loss)),
        ),
    ];
    columns
        .into_iter()
        .filter(|(_, is_worse)| *is_worse)
        .map(|(column, _)| column)
        .collect()
}

/// The order of changes; total, since a subscription stands once.
pub(super) fn order(changed: &Changed) -> impl Ord + '_ {
    let rank = match (changed.loss, changed.kind) {
        (Some(Loss::DueSoon), _) => 0,
        (Some(Loss::Later), _) => 1,
        (None, ChangeKind::Gone | ChangeKind::Changed) => 2,
        (None, ChangeKind::New) => 3,
        (None, ChangeKind::Moved) => 4,
    };
    (
        rank,
        changed.due.is_none(),
        changed.due,
        changed.get(PlanColumn::CustomerId),
        changed.get(PlanColumn::SubscriptionId),
        changed.kind,
    )
}
