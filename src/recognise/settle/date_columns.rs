//! The date columns of a table, decided.
//!
//! In: what all cells of each column say together. Out: for each what was [`Decided`], with the cell that decided; the findings
//! about a column as a whole. Refuses to decide between orders that fit: neither cells, nor a person, nor the language, nor the
//! other columns of a program's table say which.

use crate::{
    config::DateOrder,
    finding::{Code, Finding},
    recognise::{
        Field,
        dates::{DateColumnEvidence, DateReading, Decision, means_month, means_renewal, order_of_months},
        table::{Part, Table},
    },
    runs::of_each,
};

/// What was decided for a date column.
pub(super) struct Decided {
    pub(super) decision: Decision,
    pub(super) because: String,
    /// Rows whose date was left out for it.
    pub(super) left_out: u64,
    pub(super) first: Option<u32>,
    pub(super) has_year_first: bool,
    pub(super) has_typed: bool,
    pub(super) has_serial: bool,
    pub(super) evidence: DateColumnEvidence,
    /// The order that only its months show, and a row that shows it.
    by_months: Option<(DateOrder, u32)>,
    /// The cells that alone speak for its order, where they are likely to be wrong.
    pub(super) stray: Option<String>,
    /// Whether its heading speaks of a renewal, and the first row that says when.
    pub(super) renewal: Option<First>,
}

/// The first row of a kind.
type First = Option<u32>;

/// Decides each date column from all its cells.
pub(super) fn decide(table: &Table, batches: &[Part<'_>]) -> Vec<Decided> {
    let setting = table.source.date_order;
    let language = table.columns.language.as_deref();
    let slots = 0..table.columns.dates.len();
    slots
        .map(|slot| {
            let (column, field) = table.columns.dates.get(slot).copied().unwrap_or((0, Field::Note));
            let heading = table.columns.heading(column);
            let mut evidence = DateColumnEvidence::default();
            for batch in batches {
                if let Some(part) = batch.evidence.get(slot) {
                    evidence.merge(part);
                }
            }
            let (mut decision, mut because) = evidence.decide(setting, language);
            let by_months = match decision {
                Decision::Unknown if field == Field::RowDate => heading
                    .filter(|heading| means_month(heading))
                    .and_then(|_| order_of_months(rows_of(batches, slot))),
                _ => None,
            };
            if let Some((order, row)) = by_months {
                decision = Decision::Order(order);
                because = format!("each is the first of a month only in this order, as in row {row}");
            }
            let has = |is_it: fn(&DateReading) -> bool| {
                let has = |batch: &Part<'_>| {
                    let mut of_slot = batch.pending.iter().filter(|date| usize::from(date.slot) == slot);
                    of_slot.any(|date| is_it(&date.reading))
                };
                of_each(batches, has).into_iter().any(|has| has)
            };
            Decided {
                decision,
                because,
                left_out: 0,
                first: None,
                has_year_first: has(|reading| matches!(reading, DateReading::YearFirst(_))),
                has_typed: has(|reading| matches!(reading, DateReading::Typed(_))),
                has_serial: has(|reading| matches!(reading, DateReading::Serial(_))),
                renewal: (field == Field::TermEnd && heading.is_some_and(|heading| means_renewal(heading)))
                    .then_some(None),
                by_months,
                stray: None,
                evidence,
            }
        })
        .collect()
}

/// The dates of a column as its rows have them.
fn rows_of(batches: &[Part<'_>], slot: usize) -> impl Iterator<Item = (u32, DateReading)> {
    batches.iter().flat_map(move |batch| {
        let of_slot = batch.pending.iter().filter(move |date| usize::from(date.slot) == slot);
        of_slot.filter_map(|date| Some((batch.facts.get(date.item as usize)?.row, date.reading)))
    })
}

/// A program writes all dates of a table alike: where a column leaves the order open, the others that do not decide it, if all of
/// them agree. People do not, so that this holds for described kinds of exports only.
pub(super) fn decide_by_others(table: &Table, columns: &mut [Decided]) {
    let is_sound = |decided: &Decided| {
        decided.decision != Decision::HalfConverted && !decided.evidence.is_mixed() && decided.stray.is_none()
    };
    if table.columns.kind.is_vocabulary() || !columns.iter().all(is_sound) {
        return;
    }
    let shown = |open: &Decided| {
        let all = columns.iter().zip(&table.columns.dates);
        let mut shown = all.filter_map(|(other, (column, _))| {
            let by_months = || {
                let (order, row) = other.by_months?;
                let may_follow = open.evidence.may_follow(&other.evidence, order);
                may_follow.then(|| (order, format!("the month in row {row}")))
            };
            let (order, cell) = open.evidence.shown_by(&other.evidence).or_else(by_months)?;
            Some((order, cell, *column))
        });
        let (order, cell, column) = shown.next()?;
        let heading = table.columns.heading(column).cloned().unwrap_or_default();
        shown
            .all(|(other, ..)| other == order)
            .then(|| (order, format!("`{heading}` beside it is written so, by {cell}")))
    };
    let decided: Vec<Option<(DateOrder, String)>> = columns
        .iter()
        .map(|column| (column.decision == Decision::Unknown).then(|| shown(column)).flatten())
        .collect();
    for (column, decided) in columns.iter_mut().zip(decided) {
        if let Some((order, because)) = decided {
            (column.decision, column.because) = (Decision::Order(order), because);
        }
    }
}

/// Why a column was read as it was: what decided its order, and by which conventions.
pub(super) fn because(table: &Table, decided: &Decided) -> String {
    let mut because = decided.because.clone();
    for convention in decided.evidence.conventions(table.epoch) {
        because.push_str(&format!("; {}, as in row {}", convention.brief, convention.row));
    }
    if let Some(Some(_)) = decided.renewal {
        because.push_str("; days of renewal, of which the day before was taken");
    }
    because
}

/// A finding for each convention, other than the order of their numbers, by which the dates of a column were read; a warning
/// where it moved term ends.
pub(super) fn conventions(table: &Table, column: u32, decided: &Decided) -> Vec<Finding> {
    let heading = table.columns.heading(column);
    let note = |code: Code, row: u32, what: String, hint: &'static str| {
        let place = table.place.at_row(row).at_column(column);
        let mut finding = Finding::new(code, place, what, hint);
        finding.heading = heading.cloned();
        finding
    };
    let conventions = decided.evidence.conventions(table.epoch).into_iter();
    let mut notes: Vec<Finding> = conventions
        .map(|convention| note(Code::DateConvention, convention.row, convention.what, convention.hint))
        .collect();
    if let Some(Some(row)) = decided.renewal {
        let heading = heading.cloned().unwrap_or_default();
        let what = format!(
            "`{heading}` may be the last paid day or the first of the next term; the day before it was taken for the last paid one"
        );
        let hint = "where it is the last paid day, name the column `Term end`, or give an export that states the end";
        notes.push(note(Code::DateOfRenewal, row, what, hint));
    }
    notes
}

/// The finding for a date column that could not be decided.
pub(super) fn undecided(table: &Table, column: u32, decided: &Decided) -> Option<Finding> {
    let (code, what) = match decided.decision {
        Decision::HalfConverted => (
            Code::DateHalfConverted,
            "a spreadsheet has converted some dates of this column and not others",
        ),
        Decision::Unknown => (
            Code::DateOrderUnknown,
            "day and month cannot be told apart in this column",
        ),
        Decision::Order(_) | Decision::Unneeded => return None,
    };
    if decided.left_out == 0 {
        return None;
    }
    let dates = if decided.left_out == 1 {
        "date was"
    } else {
        "dates were"
    };
    let message = format!("{what}: {}; {} {dates} left out", decided.because, decided.left_out);
    let hint = match code {
        Code::DateHalfConverted => "export the file again and do not save it in a spreadsheet program".to_owned(),
        _ => match &decided.stray {
            Some(cells) => format!(
                "correct {cells} if it is written otherwise than the rest, or say `date_order` in a [[source]] setting for the file"
            ),
            None => decided.evidence.remedy(table.source.date_order),
        },
    };
    let place = match decided.first {
        Some(row) => table.place.at_row(row).at_column(column),
        None => table.place.at_column(column),
    };
    let mut finding = Finding::new(code, place, message, hint);
    finding.heading = table.columns.heading(column).cloned();
    Some(finding)
}

pub(super) fn order_word(decided: &Decided) -> &'static str {
    match decided.decision {
        Decision::Order(DateOrder::Dmy) => "dmy",
        Decision::Order(DateOrder::Mdy) => "mdy",
        Decision::Order(DateOrder::Ymd) => "ymd",
        Decision::Unknown | Decision::HalfConverted => "unknown",
        Decision::Unneeded if decided.has_typed => "typed",
        Decision::Unneeded if decided.has_serial => "serial",
        Decision::Unneeded if decided.has_year_first => "ymd",
        Decision::Unneeded => "any",
    }
}
