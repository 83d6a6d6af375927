//! Who does which step, with which portal role.

use super::table::Fields;
use crate::terms::*;

/// Who does a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRule {
    /// The step.
    pub step: StepKind,
    /// For sources of this channel; none: any other.
    pub channel: Option<Channel>,
    /// Who.
    pub owner: Owner,
    /// The role needed in the portal.
    pub role: Text,
}

impl StepRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<StepRule, String> {
        Ok(StepRule {
            step: row.word("step")?,
            channel: row.word_or_any("channel")?,
            owner: row.word("owner")?,
            role: row.text("role")?.into(),
        })
    }
}
