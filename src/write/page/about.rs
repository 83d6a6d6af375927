//! What the page says about the plan as a whole, and the words for its codes.
//!
//! In: a [`SavedPlan`] and a [`View`]. Out: JSON: as-of, the calendar, the row accounting, each column's and code's meaning from
//! the tables that have them, and what is safe to name in a command line. Everything counted is counted in the browser.

use std::{
    io::{self, Write},
    path::Path,
};

use serde_json::{Map, Value, json};

use super::{cells, markup};
use crate::{
    finding::Code,
    plan::Reason,
    saved::{Columns, FindingColumn, Holds, PlanColumn, SavedPlan, StepColumn},
    write::View,
};

/// Writes the JSON.
pub(super) fn write(plan: &SavedPlan, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let calendar: Vec<Value> = view
        .calendar
        .iter()
        .map(|day| json!([day.date.to_string(), day.kind.as_str(), &*day.name]))
        .collect();
    let record = &plan.record;
    let about = json!({
        "as_of": view.as_of.to_string(),
        "planned_for": record.as_of.map(|day| day.to_string()),
        "version": record.version,
        "exit_code": record.exit_code,
        "accounting": record.accounting,
        "inputs": record.inputs.iter().map(|input| json!([input.path, input.bytes])).collect::<Vec<Value>>(),
        "exports": exports(plan),
        "settings": record.settings.as_ref().map(|settings| &settings.path),
        "calendar": calendar,
        "columns": {
            "plan": columns::<PlanColumn>(),
            "steps": columns::<StepColumn>(),
            "findings": columns::<FindingColumn>(),
        },
        "missing": plan.missing.iter().map(|column| column.as_str()).collect::<Vec<&str>>(),
        "reasons": reasons(),
        "codes": codes(),
        "signs": cells::signs(),
    });
    markup::write_json(&about, out)
}

fn columns<C: Columns>() -> Vec<Value> {
    let holds = |column: C| match column.holds() {
        Holds::Text => "text",
        Holds::Date => "date",
        Holds::Number => "number",
        Holds::List => "list",
    };
    let all = C::ALL.iter();
    all.map(|&column| json!([column.as_str(), holds(column), column.meaning()]))
        .collect()
}

fn reasons() -> Value {
    let all = Reason::ALL.iter();
    let map: Map<String, Value> = all
        .map(|reason| {
            (
                reason.as_str().to_owned(),
                json!([reason.kind().as_str(), reason.meaning()]),
            )
        })
        .collect();
    Value::Object(map)
}

fn codes() -> Value {
    let all = Code::ALL.iter();
    let map: Map<String, Value> = all
        .map(|code| (code.as_str().to_owned(), json!(code.meaning())))
        .collect();
    Value::Object(map)
}

/// What to name as the exports of the run: the one input, or the folder that all of them are in; none where there is no such folder.
fn exports(plan: &SavedPlan) -> Option<String> {
    let mut paths = plan.record.inputs.iter().map(|input| input.path.as_str());
    let first = paths.next()?;
    let Some(second) = paths.next() else {
        return Some(first.to_owned());
    };
    let mut folder = Path::new(first).parent()?;
    for path in [second].into_iter().chain(paths) {
        while !Path::new(path).starts_with(folder) {
            folder = folder.parent()?;
        }
    }
    folder.to_str().filter(|folder| !folder.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::SavedInput;

    #[test]
    fn the_exports_are_the_one_input_or_the_folder_of_all() {
        let named = |paths: &[&str]| {
            let mut plan = SavedPlan::default();
            let input = |path: &&str| SavedInput {
                path: (*path).to_owned(),
                ..SavedInput::default()
            };
            plan.record.inputs = paths.iter().map(input).collect();
            exports(&plan)
        };
        assert_eq!(named(&[]), None);
        assert_eq!(named(&["in/a.csv"]).as_deref(), Some("in/a.csv"));
        assert_eq!(named(&["in/a/1.csv", "in/b/2.csv", "in/3.csv"]).as_deref(), Some("in"));
        assert_eq!(named(&["a.csv", "b.csv"]), None);
        assert_eq!(named(&["in/a.csv", "other/b.csv"]), None);
    }
}
