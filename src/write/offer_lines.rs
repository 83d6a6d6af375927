//! A proposal as a line of the offers table.

use super::cell::Line;
use crate::catalog::Proposal;

/// The columns of the offers table, in their order.
pub(super) const COLUMNS: [&str; 7] = [
    "source_offer",
    "target_offer",
    "target_term",
    "licences",
    "valid_from",
    "valid_until",
    "reason",
];

pub(super) fn fill(proposal: &Proposal, line: &mut Line<'_>) {
    line.text(&proposal.source_offer);
    line.text(&proposal.target_offer);
    line.plain(proposal.target_term);
    line.word(proposal.licences.map(|licences| licences.as_str()));
    line.empty();
    line.empty();
    line.text(&proposal.reason);
}
