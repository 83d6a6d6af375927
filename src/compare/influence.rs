//! Which table can have changed what.
//!
//! In: a table that differs, a column that changed, the row's other changes. Out: whether the one can have caused the other. In
//! doubt it can: a table is ruled out only where nothing that it acts through has changed.

use super::{Pair, runs::Altered};
use crate::saved::{PlanColumn, Row};

use PlanColumn::*;

/// What exports, customers and settings say; the rest is decided.
pub(super) const FACTS: [PlanColumn; 13] = [
    CustomerId,
    CustomerName,
    CustomerDomain,
    CustomerCountry,
    SourceChannel,
    SourceOfferId,
    SourceOffer,
    Seats,
    AssignedSeats,
    Term,
    BillingPlan,
    TermEnd,
    AutoRenew,
];

/// Facts that nothing is decided by.
const SHOWN_ONLY: [PlanColumn; 3] = [CustomerName, AssignedSeats, BillingPlan];

/// What tells of the customer.
const OF_THE_CUSTOMER: [PlanColumn; 4] = [CustomerId, CustomerName, CustomerDomain, CustomerCountry];

/// What a mapping gives.
const MAPPED: [PlanColumn; 8] = [
    PlanColumn::Mapping,
    TargetOfferId,
    TargetOffer,
    TargetTerm,
    PlanColumn::Licences,
    Loses,
    Gains,
    PlanColumn::Route,
];

/// What is worked out from the price list.
const PRICED: [PlanColumn; 4] = [Currency, UnitPrice, OverlapCost, MissedCost];

/// Days that are business days.
const DAYS: [PlanColumn; 7] = [
    MoveDate,
    NextStepBy,
    RelationshipBy,
    AgreementBy,
    RequestBy,
    ReassignBy,
    EndSourceBy,
];

/// What is done or asked for shows in these.
const STEPS: [PlanColumn; 10] = [
    MoveDate,
    NextStep,
    NextStepBy,
    RelationshipBy,
    AgreementBy,
    RequestBy,
    ReassignBy,
    PlanColumn::EndSource,
    EndSourceBy,
    PlanColumn::CreditEnquiry,
];

/// Whether a column is a fact, or where the fact stands.
pub(super) fn is_fact(column: PlanColumn) -> bool {
    FACTS.contains(&column) || super::pairs::PLACE.contains(&column)
}

/// Whether something is decided by a fact.
pub(super) fn decides(column: PlanColumn) -> bool {
    FACTS.contains(&column) && !SHOWN_ONLY.contains(&column)
}

/// Whether a column may show to anybody: no name of a customer.
pub(super) fn names_nobody(column: PlanColumn) -> bool {
    !OF_THE_CUSTOMER.contains(&column) || column == CustomerCountry
}

/// Whether a table can have changed a column of a row.
pub(super) fn reaches(table: &Altered, column: PlanColumn, pair: &Pair) -> bool {
    let any = |columns: &[PlanColumn]| columns.iter().any(|column| pair.columns.contains(column));
    let decided = !is_fact(column);
    match table {
        Altered::Program(..) | Altered::Settings => true,
        Altered::Catalog(..) => decided && (any(&MAPPED) || any(&PRICED) || any(&[Reasons])),
        Altered::Table(name) => match name.as_str() {
            "customers" => decided || OF_THE_CUSTOMER.contains(&column),
            "holds" => decided && either_has(pair, "on-hold"),
            "progress" => decided && (any(&STEPS) || either_has(pair, "transfer-pending")),
            "calendar" => decided && (any(&DAYS) || any(&[Reasons])),
            "routes" => decided && any(&[PlanColumn::Route]),
            "offers" => decided && (any(&MAPPED) || any(&[Reasons])),
            name if name.starts_with("rules.") => decided,
            // Headings and words: what they name is read in another way.
            _ => true,
        },
    }
}

/// Whether a table can have brought a subscription into a plan, or taken it out.
pub(super) fn reaches_rows(table: &Altered) -> bool {
    match table {
        Altered::Program(..) | Altered::Settings => true,
        Altered::Table(name) => ["customers", "headings", "words"].contains(&name.as_str()),
        Altered::Catalog(..) => false,
    }
}

/// Whether a row has a reason, before or after.
pub(super) fn either_has(pair: &Pair, reason: &str) -> bool {
    [&pair.old, &pair.new].into_iter().flatten().any(|row| has(row, reason))
}

/// Whether a row has a reason.
pub(super) fn has(row: &Row<PlanColumn>, reason: &str) -> bool {
    row.list(Reasons).any(|own| own == reason)
}
