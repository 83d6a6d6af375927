//! A finding as a line of `plan.findings.csv`.

use super::cell::Line;
use crate::finding::Finding;

pub(super) fn fill(finding: &Finding, line: &mut Line<'_>) {
    line.word(Some(finding.severity().as_str()));
    line.word(Some(finding.code.as_str()));
    line.text(&finding.place.file);
    line.maybe_text(finding.place.sheet.as_ref());
    line.number(finding.place.row);
    line.maybe_text(finding.heading.as_ref());
    line.maybe_text(finding.value.as_ref());
    line.text(&finding.told());
    line.text(&finding.hint);
    line.maybe_text(finding.subscription_id.as_ref());
}
