//! Numbers of the program, and of ours: how long things take, how many may be.
//!
//! In: the table `numbers`, and what `[rules]` of the settings says instead. Out: a number for a day. Holds that every number is
//! there on every day: a table that leaves one out is refused.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::table::{self, Dated, Fields, RowAt, RuleProblem};
use crate::terms::*;

worded! {
    /// What a number says; days unless another unit stands there.
    NumberName {
        /// From so many days before its term end a row for review is pressing.
        Attention = "attention_days",
        /// So many days before the move a credit is enquired about.
        Credit = "credit_days",
        /// So many days before its window opens a row for review should be decided.
        Decide = "decide_days",
        /// From more subscriptions than this, which run twice in one tenant, they should move in waves.
        Doubled = "doubled_subscriptions",
        /// How far before the window a business day is looked for.
        Early = "early_days",
        LeastAgreement = "least.agreement",
        LeastApproval = "least.approval",
        LeastDelegatedRights = "least.delegated_rights",
        LeastRelationship = "least.relationship",
        LeastRelationshipEa = "least.relationship_ea",
        LeastVetting = "least.vetting",
        LeadAgreement = "lead.agreement",
        LeadDelegatedRights = "lead.delegated_rights",
        LeadRelationship = "lead.relationship",
        LeadRelationshipEa = "lead.relationship_ea",
        LeadVetting = "lead.vetting",
        /// After so many days an unanswered transfer request lapses.
        Request = "request_days",
        /// The most licences with which a customer can cancel by itself.
        SelfService = "self_service_licences",
        /// The most subscriptions a tenant may have.
        Tenant = "tenant_subscriptions",
        /// The most subscriptions in one transfer request.
        TransferItems = "transfer_items",
        /// So many days after the term end is the last check.
        Verify = "verify_days",
    }
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRule {
    /// Which.
    pub name: NumberName,
    /// How many.
    pub value: u32,
    /// Of what.
    pub unit: Text,
}

impl NumberRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<NumberRule, String> {
        let value = row.number("value")?.ok_or("`value` is empty")?;
        Ok(NumberRule {
            name: row.word("name")?,
            value: u32::try_from(value)
                .ok()
                .filter(|&value| value <= MOST)
                .ok_or_else(|| format!("`value`: `{value}` is not from 0 to {MOST}"))?,
            unit: row.text("unit")?.into(),
        })
    }
}

/// More of nothing makes sense, and dates stay dates.
const MOST: u32 = 1_000_000;

/// The numbers, the settings' first.
#[derive(Debug, Clone)]
pub(super) struct Numbers(Vec<Vec<Dated<NumberRule>>>);

impl Numbers {
    /// Sorts the rows by what they say and puts the settings before them. A number that a table which could be read leaves out is a
    /// problem.
    pub(super) fn new(
        rows: Vec<Dated<NumberRule>>,
        settings: &BTreeMap<&'static str, u32>,
        readable: bool,
        problems: &mut Vec<RuleProblem>,
    ) -> Numbers {
        let mut numbers: Vec<Vec<Dated<NumberRule>>> = NumberName::ALL.iter().map(|_| Vec::new()).collect();
        let mut put = |row: Dated<NumberRule>| {
            if let Some(slot) = numbers.get_mut(row.row.name as usize) {
                slot.push(row);
            }
        };
        for name in NumberName::ALL {
            let unit = rows
                .iter()
                .find(|row| row.row.name == *name)
                .map(|row| row.row.unit.clone());
            if let (Some(&value), Some(unit)) = (settings.get(name.as_str()), unit) {
                put(set(NumberRule {
                    name: *name,
                    value,
                    unit,
                }));
            }
        }
        rows.into_iter().for_each(&mut put);
        for (name, rows) in NumberName::ALL.iter().zip(&numbers) {
            if rows.is_empty() && readable {
                problems.push(RuleProblem {
                    place: "settings, [rules.replace] `numbers`".into(),
                    message: format!("the table has no number `{name}`"),
                    hint: "add the row, or name the file in [rules.extend] instead".into(),
                });
            }
        }
        Numbers(numbers)
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Dated<NumberRule>> {
        self.0.iter().flatten()
    }

    pub(super) fn on(&self, name: NumberName, on: NaiveDate) -> Option<&Dated<NumberRule>> {
        let rows = self.0.get(name as usize)?;
        table::nearest(rows.iter(), on).or_else(|| rows.last())
    }
}

/// A row that the settings say themselves: true on every day.
pub(super) fn set<T>(row: T) -> Dated<T> {
    Dated {
        row,
        valid_from: NaiveDate::MIN,
        valid_until: None,
        source: "the settings".into(),
        certainty: Certainty::Sure,
        at: RowAt {
            table: "numbers",
            file: 0,
            line: 0,
        },
    }
}
