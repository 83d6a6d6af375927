//! Guards that cannot look.
//!
//! In: what is known of the last run and of its plan. Out: a finding that names the guards which had nothing to look at, where there
//! was a last run. Without one nothing is missing.

use std::path::Path;

use super::{Guard, Last, LastPlan, last::shown};
use crate::finding::{Code, Finding};

/// Guards that go by the record of the last run.
const BY_RECORD: [Guard; 5] = [
    Guard::SourceEmpty,
    Guard::ExportWorse,
    Guard::ColumnLost,
    Guard::ExportRepeated,
    Guard::AsOfBefore,
];

/// The guards that could not look, if there was a last run. `plan` and `record` are where its files are.
pub fn blind(last: Option<&Last>, last_plan: Option<&LastPlan>, plan: &Path, record: &Path) -> Option<Finding> {
    let has_plan = plan.symlink_metadata().is_ok();
    if last.is_none() && !has_plan {
        return None;
    }
    let known = last.and_then(|last| last.record.as_ref());
    let why_record = match (last, known) {
        (_, Some(known)) if !known.inputs.is_empty() => None,
        (_, Some(_)) => Some("tells of no export".to_owned()),
        (Some(last), None) => Some(match &last.unreadable {
            Some(why) => format!("cannot be read ({why})"),
            None => "cannot be read".to_owned(),
        }),
        (None, None) => Some("is not there".to_owned()),
    };
    let why_plan = match (last_plan, has_plan) {
        (Some(_), _) => None,
        (None, true) => Some("cannot be read"),
        (None, false) => Some("is not there"),
    };
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut said = Vec::new();
    if let Some(why) = &why_record {
        let guards: Vec<String> = BY_RECORD.iter().map(|guard| format!("`{guard}`")).collect();
        said.push(format!(
            "`{}` {why}, so the guards {} and, of rows read, `{}` could not look, and what was gone before is forgotten",
            name(record),
            guards.join(", "),
            Guard::Shrink
        ));
    }
    if let Some(why) = why_plan {
        said.push(format!(
            "`{}` {why}, so the guards `{}` and, of subscriptions and customers, `{}` could not look",
            name(plan),
            Guard::CustomerGone,
            Guard::Shrink
        ));
    }
    let path = if why_record.is_some() { record } else { plan };
    let hint = "hold this plan against the last one yourself; the next run has both files again";
    (!said.is_empty()).then(|| Finding::new(Code::GuardsBlind, shown(path), said.join("; "), hint))
}
