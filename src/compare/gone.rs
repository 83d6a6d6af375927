//! Subscriptions that are gone without a trace, as findings.
//!
//! In: what changed. Out: a finding for each that is in no export any more and that none of ours has taken the place of. It
//! matters more the nearer its term end is: an error within `attention_days` before it, a warning within three times as many or
//! when it has passed, else a note; a note, too, where nothing was to be done, or where its source has a new one like it.

use chrono::NaiveDate;

use super::{ChangeKind, Changed, Changes};
use crate::{
    finding::{Code, Finding, Place},
    saved::{PlanColumn, Row},
};

/// How many times `attention_days` before the term end a person should look.
const EARLIER: i64 = 3;

impl Changes {
    /// A finding for each subscription that is gone without a trace.
    pub fn findings(&self, attention_days: u16) -> Vec<Finding> {
        let gone = self.changed.iter().filter(|changed| changed.kind == ChangeKind::Gone);
        gone.filter_map(|changed| finding(changed, self.runs.to, attention_days))
            .collect()
    }
}

fn finding(changed: &Changed, to: Option<NaiveDate>, attention_days: u16) -> Option<Finding> {
    let row = changed.old.as_ref()?;
    let end = row.date(PlanColumn::TermEnd);
    let left = end.zip(to).map(|(end, to)| (end - to).num_days());
    let code = code(row, left, attention_days, changed.successor.is_some());
    let id = row.get(PlanColumn::SubscriptionId);
    let ends = match (end, left) {
        (Some(end), Some(left)) if left >= 0 => format!("its term ends on {end}, in {left} days"),
        (Some(end), _) => format!("its term ended on {end}"),
        (None, _) => "its term end is not known".to_owned(),
    };
    let moves = row
        .date(PlanColumn::MoveDate)
        .map_or_else(String::new, |day| format!(", it was to move on {day}"));
    let message = match &changed.successor {
        Some(other) => {
            format!("is in no export any more; `{other}` has the same customer, offer and channel; {ends}{moves}")
        }
        None => format!("is in no export any more, and none of ours has taken its place; {ends}{moves}"),
    };
    let hint =
        "ask where it went, or give the export that has it; it is told once, since the next plan no longer knows it";
    let place = Place {
        file: row.get(PlanColumn::SourceFile).into(),
        sheet: Some(row.get(PlanColumn::SourceSheet))
            .filter(|sheet| !sheet.is_empty())
            .map(Into::into),
        row: row.get(PlanColumn::SourceRow).parse().ok(),
        column: None,
    };
    Some(Finding::new(code, place, format!("`{id}` {message}"), hint).subscription(id))
}

fn code(row: &Row<PlanColumn>, left: Option<i64>, attention_days: u16, has_successor: bool) -> Code {
    let attention = i64::from(attention_days);
    match left {
        _ if has_successor || row.get(PlanColumn::Action) == "keep" => Code::SubscriptionGone,
        Some(left) if (0..=attention).contains(&left) => Code::SubscriptionGoneDue,
        Some(left) if left <= EARLIER * attention => Code::SubscriptionGoneSoon,
        None => Code::SubscriptionGoneSoon,
        Some(_) => Code::SubscriptionGone,
    }
}
