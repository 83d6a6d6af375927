//! The last cell of a text that ends without a line end, where it is shorter than all above it.
//!
//! In: a settled table, and the findings of its text. Out: the fact that stands in that cell is absent, with what follows where it
//! cannot be read: half a number of licences, or half a day, is a wrong one.

use super::Settled;
use crate::{
    finding::{Code, Finding},
    recognise::{Field, cells::consequence},
};

/// Takes away what the cell says, if one is told of.
pub(in crate::recognise) fn leave_out(settled: &mut Settled, findings: &[Finding]) {
    let of_table = |finding: &&Finding| {
        finding.code == Code::LastCellShort
            && finding.place.sheet == settled.table.place.sheet
            && finding.place.row > Some(settled.table.header_row)
    };
    let Some(row) = findings.iter().find(of_table).and_then(|finding| finding.place.row) else {
        return;
    };
    let headings = settled.table.columns.headings.iter();
    let Some(field) = headings
        .rev()
        .find(|(text, _)| !text.is_empty())
        .and_then(|(_, field)| *field)
    else {
        return;
    };
    for fact in settled.facts.iter_mut().filter(|fact| fact.row == row) {
        match field {
            Field::Seats => fact.seats = None,
            Field::AssignedSeats => fact.assigned_seats = None,
            Field::TermEnd | Field::NextLifecycleDate => fact.term_end = None,
            Field::TermStart => fact.term_start = None,
            _ => {}
        }
        if let Some(flaw) = consequence(field).1 {
            fact.flaws.add(flaw);
        }
    }
}
