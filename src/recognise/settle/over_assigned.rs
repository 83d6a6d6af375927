//! More licences assigned than there are.
//!
//! In: the rows of a table, once their numbers are read. Out: a finding and a flaw for each row that says of itself that more
//! licences are assigned than it has: one of the numbers is wrong, and as many as are assigned must be ordered at least.

use crate::{
    finding::{Code, Finding},
    recognise::{
        Field, Flaw,
        table::{Part, Table},
    },
    terms::Seats,
};

/// Tells of them.
pub(super) fn tell(table: &Table, batches: &mut [Part<'_>]) {
    let column = table.columns.of_field(Field::AssignedSeats).first().copied();
    for batch in batches {
        for fact in batch.facts.iter_mut() {
            let (Some(Seats(seats)), Some(Seats(assigned))) = (fact.seats, fact.assigned_seats) else {
                continue;
            };
            if seats == 0 || assigned <= seats {
                continue;
            }
            fact.flaws.add(Flaw::Contradiction);
            let message = format!(
                "{assigned} licences are assigned and there are only {seats}: one of the numbers is wrong; the row is for review"
            );
            let hint = "look in the admin centre; at least as many licences must be ordered as are assigned";
            let mut place = table.place.at_row(fact.row);
            place.column = column;
            let mut finding = Finding::new(Code::Contradiction, place, message, hint).value(assigned.to_string());
            finding.heading = column.and_then(|column| table.columns.heading(column).cloned());
            finding.subscription_id = fact.id.as_ref().map(|id| id.to_string().into());
            batch.findings.push(finding);
        }
    }
}
