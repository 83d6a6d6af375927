//! Subscriptions that are gone, as `plan.run.json` remembers them from night to night.
//!
//! In: the last row of each. Out: what is needed of it to tell that it is gone and to see where it went; no name and no domain.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};

use super::{Columns, PlanColumn, Row, record::date};

/// What is remembered of a row.
const KEPT: [PlanColumn; 18] = [
    PlanColumn::Action,
    PlanColumn::MoveDate,
    PlanColumn::CustomerId,
    PlanColumn::SubscriptionId,
    PlanColumn::SourceChannel,
    PlanColumn::SourceOfferId,
    PlanColumn::SourceOffer,
    PlanColumn::Seats,
    PlanColumn::Term,
    PlanColumn::TermEnd,
    PlanColumn::Route,
    PlanColumn::TargetOfferId,
    PlanColumn::TargetOffer,
    PlanColumn::WindowOpens,
    PlanColumn::Reasons,
    PlanColumn::SourceFile,
    PlanColumn::SourceSheet,
    PlanColumn::SourceRow,
];

/// A subscription that is gone without a trace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SavedGone {
    /// The date of the first plan that had it no more.
    #[serde(serialize_with = "iso", deserialize_with = "date", default)]
    pub since: Option<NaiveDate>,
    /// Its last row: cells that are not empty, by their columns.
    #[serde(flatten)]
    cells: BTreeMap<String, String>,
}

impl SavedGone {
    /// What to remember of a row.
    pub fn new(since: Option<NaiveDate>, row: &Row<PlanColumn>) -> SavedGone {
        let cells = KEPT.iter().map(|&column| (column, row.get(column)));
        let cells = cells.filter(|(_, cell)| !cell.is_empty());
        SavedGone {
            since,
            cells: cells
                .map(|(column, cell)| (column.as_str().to_owned(), cell.to_owned()))
                .collect(),
        }
    }

    /// Its subscription.
    pub fn id(&self) -> &str {
        self.cell(PlanColumn::SubscriptionId)
    }

    /// Its last row, as far as it is remembered.
    pub fn row(&self) -> Row<PlanColumn> {
        Row::new(PlanColumn::ALL.iter().map(|&column| self.cell(column)))
    }

    fn cell(&self, column: PlanColumn) -> &str {
        self.cells.get(column.as_str()).map_or("", String::as_str)
    }
}

fn iso<S: Serializer>(date: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_back_and_names_nobody() {
        let cells = PlanColumn::ALL.iter().map(|column| match column {
            PlanColumn::TermEnd => "2027-01-31",
            PlanColumn::TargetOffer => "",
            column => column.as_str(),
        });
        let row: Row<PlanColumn> = Row::new(cells);
        let gone = SavedGone::new(NaiveDate::from_ymd_opt(2026, 11, 21), &row);
        let text = serde_json::to_string(&gone).unwrap();
        assert!(
            text.starts_with("{\"since\":\"2026-11-21\",\"action\":\"action\""),
            "{text}"
        );
        assert!(
            !text.contains("customer_name") && !text.contains("customer_domain") && !text.contains("target_offer\"")
        );
        let read: SavedGone = serde_json::from_str(&text).unwrap();
        assert_eq!(read, gone);
        assert_eq!(read.id(), "subscription_id");
        for column in KEPT {
            assert_eq!(read.row().get(column), row.get(column));
        }
        assert_eq!(read.row().get(PlanColumn::CustomerName), "");
    }
}
