//! The plan as a workbook.
//!
//! In: a [`SavedPlan`] and a [`View`]. Out: an XLSX file with the sheets *This week*, *Plan*, *Review*, *Customers*, *Steps*, *Findings*,
//! *Summary* and *About*. Dates and numbers are real ones, everything else is text, never a formula; a text that a spreadsheet
//! would run has the `'` before it that it has in the CSV files. Rows are packed as they are made, since a plan may have a million of
//! them; what is over Excel's limits goes to a further sheet (rows) or is cut (texts), and *About* says so. The same arguments give
//! the same bytes.

use std::io::{self, Write};

use chrono::Datelike;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

mod about;
mod advice;
mod customers;
mod package;
mod review;
mod rows;
mod sheet;
mod styles;
mod summary;
mod week;

use super::{View, reach::Reaches};
use crate::saved::{Columns, FindingColumn, PlanColumn, Row, SavedPlan, StepColumn};
use package::Packed;
use rows::Cells;
use sheet::{Column, Sheets};
use summary::Summary;

/// How hard the file is packed, from 0 to 9: more takes longer and saves little, since rows are much alike.
const COMPRESSION: u8 = 2;

/// Steps that the sheet of all steps shows, in the order of their days: a plan of a hundred thousand subscriptions has half a million,
/// which would double the time and the size of the file.
const STEPS: usize = 120_000;

/// Writes the workbook.
///
/// # Errors
/// Where it cannot be written.
pub fn write_workbook(plan: &SavedPlan, view: &View<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    workbook(plan, view)
        .and_then(|(mut book, sheets)| package::write(&mut book, sheets, out))
        .map_err(|error| match error {
            XlsxError::IoError(error) => error,
            error => io::Error::other(error),
        })
}

/// The workbook, and those of its sheets that are tables.
fn workbook(plan: &SavedPlan, view: &View<'_>) -> Result<(Workbook, Vec<Packed>), XlsxError> {
    let reaches = Reaches::new(plan, view.as_of);
    let ((week, review), (customers, summary)) = rayon::join(
        || {
            (
                week::rows(plan, &reaches, view.as_of),
                review::rows(plan, &reaches, view.as_of),
            )
        },
        || (customers::rows(plan, &reaches, view.as_of), Summary::of(plan)),
    );
    let advice = review::Review::new();
    let advised = |row: &review::ToDecide<'_>, cells: &mut Cells<'_>| advice.fill(row, cells);
    let (columns, finding_columns) = (saved_columns::<PlanColumn>(), saved_columns::<FindingColumn>());
    let step_columns = saved_columns::<StepColumn>();
    let steps = plan.steps.get(..STEPS).unwrap_or(&plan.steps);
    let mut book = Workbook::new();
    book.set_zip_compression_level(COMPRESSION);
    let mut sheets = Sheets::new(&mut book, view.as_of);
    sheets.table("This week", &week::COLUMNS, 8, &week, week::fill)?;
    sheets.table("Plan", &columns, columns.len(), &plan.rows, saved_cells)?;
    sheets.table("Review", &review::COLUMNS, 10, &review, advised)?;
    sheets.table("Customers", &customers::COLUMNS, 13, &customers, customers::fill)?;
    sheets.table("Steps", &step_columns, step_columns.len(), steps, saved_cells)?;
    let printed = finding_columns.len();
    sheets.table("Findings", &finding_columns, printed, &plan.findings, saved_cells)?;
    let (packed, limits) = sheets.finish()?;
    summary.add(&mut book, view)?;
    about::add(&mut book, plan, view, &limits)?;
    // A workbook says when it was made; ours is as old as the day it is seen on.
    let made = ExcelDateTime::from_ymd(
        u16::try_from(view.as_of.year()).unwrap_or(1900),
        u8::try_from(view.as_of.month()).unwrap_or(1),
        u8::try_from(view.as_of.day()).unwrap_or(1),
    )?;
    let properties = DocProperties::new()
        .set_title(format!("Plan for {}", view.as_of))
        .set_author("seatshift")
        .set_creation_datetime(&made);
    book.set_properties(&properties);
    Ok((book, packed))
}

/// The columns of one of our files.
fn saved_columns<C: Columns>() -> Vec<Column> {
    C::ALL.iter().map(|&column| Column::saved(column)).collect()
}

/// A row of one of our files, cell by cell.
fn saved_cells<C: Columns>(row: &Row<C>, cells: &mut Cells<'_>) {
    row.cells().for_each(|(column, text)| cells.saved(column, text))
}

#[cfg(test)]
mod tests;
