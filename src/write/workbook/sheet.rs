//! Sheets that are tables.
//!
//! In: columns, rows, and how a row fills its cells. Out: a sheet with one Excel table: filters,
//! frozen headings with a note that says what each means, widths, print set-up; as many sheets as the rows need. `rust_xlsxwriter`
//! makes all of a sheet but its rows, which are packed beside it, on all threads.

use std::{borrow::Cow, cmp::Reverse, ops::Range};

use chrono::NaiveDate;
use rayon::prelude::*;
use rust_xlsxwriter::{Format, IgnoreError, Note, Table, TableColumn, TableStyle, Workbook, Worksheet, XlsxError};

use super::{
    package::{Frame, Packed},
    rows::{Cells, POINTS, Rows},
    styles,
};
use crate::saved::{Columns, Holds};

/// Rows of a sheet below the headings.
const ROWS: usize = 1_048_575;

/// Rows of a sheet in which long texts take several lines; in a longer one every row has one, so that it can be looked through.
const ROWS_THAT_WRAP: usize = 10_000;
/// Rows that the note of a heading may lie over.
const ROWS_BELOW_NOTES: usize = 8;
/// Rows that are made before they are packed.
const AT_ONCE: usize = 256;

/// A column of a sheet.
#[derive(Debug, Clone)]
pub(super) struct Column {
    heading: &'static str,
    meaning: &'static str,
    holds: Holds,
    width: u16,
}

impl Column {
    pub(super) const fn new(heading: &'static str, holds: Holds, width: u16, meaning: &'static str) -> Column {
        Column {
            heading,
            meaning,
            holds,
            width,
        }
    }

    /// A column of one of our files.
    pub(super) fn saved<C: Columns>(column: C) -> Column {
        let heading = column.as_str();
        let least = match (column.holds(), heading) {
            (Holds::Date, _) => 12,
            (_, "detail" | "message" | "hint") => 70,
            (_, "customer_id" | "subscription_id" | "source_offer_id" | "target_offer_id") => 38,
            (_, "source_offer" | "target_offer" | "offer" | "source_file" | "file" | "reasons") => 36,
            (_, "customer_name" | "loses" | "gains" | "customer_domain") => 28,
            (_, "next_step" | "step" | "code" | "value") => 22,
            _ => 8,
        };
        // Beside a heading stands the button of its filter.
        let heading_width = u16::try_from(heading.len()).unwrap_or(u16::MAX).saturating_add(4);
        Column::new(heading, column.holds(), heading_width.max(least), column.meaning())
    }

    /// Whether its words say how pressing a row is.
    fn presses(&self) -> bool {
        matches!(self.heading, "urgency" | "when" | "status" | "severity")
    }

    /// Characters in a line; none: its texts take one line.
    pub(super) fn line(&self) -> Option<usize> {
        (self.width >= 60).then_some(usize::from(self.width))
    }

    fn format(&self, may_wrap: bool) -> Format {
        match self.holds {
            Holds::Date => styles::date(),
            Holds::Number if self.heading.ends_with("_cost") => styles::amount(),
            Holds::Number => styles::number(),
            _ if may_wrap && self.line().is_some() => styles::text().set_text_wrap(),
            _ => styles::text(),
        }
    }
}

/// What was over Excel's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Limits {
    /// Texts that were cut.
    pub(super) cut: u64,
    /// Sheets that continue another.
    pub(super) further_sheets: u64,
}

/// What adds a sheet's rows from one to another, counted from 0.
type Fill<'a> = Box<dyn Fn(Range<usize>, &mut Rows) + Send + Sync + 'a>;

/// The rows of a sheet that is begun.
struct Body<'a> {
    columns: &'a [Column],
    rows: usize,
    fill: Fill<'a>,
}

/// Sheets under way of a workbook.
pub(super) struct Sheets<'b, 'a> {
    book: &'b mut Workbook,
    as_of: NaiveDate,
    limits: Limits,
    rows: usize,
    bodies: Vec<Body<'a>>,
}

impl<'b, 'a> Sheets<'b, 'a> {
    pub(super) fn new(book: &'b mut Workbook, as_of: NaiveDate) -> Sheets<'b, 'a> {
        Sheets {
            book,
            as_of,
            limits: Limits::default(),
            rows: ROWS,
            bodies: Vec::new(),
        }
    }

    /// With another limit of rows.
    #[cfg(test)]
    pub(super) fn of_rows(self, rows: usize) -> Sheets<'b, 'a> {
        Sheets { rows, ..self }
    }

    /// Packs the sheets with their rows, on all threads. Gives the largest first, and what was over the limits.
    pub(super) fn finish(self) -> Result<(Vec<Packed>, Limits), XlsxError> {
        let frame = Frame::of(self.book)?;
        // The largest first, so that the others are done beside it.
        let mut bodies: Vec<(usize, Body<'_>)> = self.bodies.into_iter().enumerate().collect();
        bodies.sort_unstable_by_key(|(index, body)| (Reverse(body.rows * body.columns.len()), *index));
        let packed = bodies.par_iter().map(|&(index, ref body)| {
            let sheet = frame.sheet(index)?;
            let mut rows = Rows::new(body.columns, sheet.formats(), body.rows <= ROWS_THAT_WRAP);
            let mut from = 0;
            let packed = sheet.pack(body.columns.len(), body.rows, |written| {
                let to = (from + AT_ONCE).min(body.rows);
                (body.fill)(from..to, &mut rows);
                rows.take(written);
                from = to;
            })?;
            Ok((packed, rows.cut()))
        });
        let packed: Result<Vec<(Packed, u64)>, XlsxError> = packed.collect();
        let (packed, cut): (Vec<Packed>, Vec<u64>) = packed?.into_iter().unzip();
        let limits = Limits {
            cut: cut.iter().sum(),
            ..self.limits
        };
        Ok((packed, limits))
    }

    /// Adds a table, on as many sheets as it needs; its first columns are printed.
    pub(super) fn table<T: Sync>(
        &mut self,
        name: &str,
        columns: &'a [Column],
        printed: usize,
        rows: &'a [T],
        fill: impl Fn(&T, &mut Cells<'_>) + Copy + Send + Sync + 'a,
    ) -> Result<(), XlsxError> {
        let mut parts: Vec<&[T]> = rows.chunks(self.rows).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        for (part, rows) in (1..).zip(parts) {
            let name = match part {
                1 => Cow::Borrowed(name),
                _ => Cow::Owned(format!("{name} {part}")),
            };
            self.limits.further_sheets += u64::from(part > 1);
            let sheet = self.book.add_worksheet();
            sheet.set_name(name.as_ref())?;
            begin(sheet, &name, columns, printed, rows.len(), self.as_of)?;
            let fill_rows = move |run: Range<usize>, out: &mut Rows| {
                // The first row has the headings, and spreadsheets count from 1.
                let numbers = run.start + 2..;
                for (number, item) in numbers.zip(rows.get(run).unwrap_or_default()) {
                    out.row(number, |cells| fill(item, cells));
                }
            };
            if rows.len() <= ROWS_THAT_WRAP {
                // Notes of headings lie over the first rows: how large they are drawn depends on how high those are.
                let mut first = Rows::new(columns, &[], true);
                for (row, item) in (1..).zip(rows.iter().take(ROWS_BELOW_NOTES)) {
                    let lines = first.row(1, |cells| fill(item, cells));
                    if lines > 1 {
                        sheet.set_row_height(row, POINTS * lines)?;
                    }
                }
            }
            self.bodies.push(Body {
                columns,
                rows: rows.len(),
                fill: Box::new(fill_rows),
            });
        }
        Ok(())
    }
}

/// All of a table but its rows.
fn begin(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[Column],
    printed: usize,
    rows: usize,
    as_of: NaiveDate,
) -> Result<(), XlsxError> {
    let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    // A table has at least one row, be it an empty one.
    let last_row = u32::try_from(rows.max(1)).unwrap_or(u32::MAX);
    for (index, column) in (0..).zip(columns) {
        sheet.set_column_width(index, column.width)?;
        sheet.set_column_format(index, &column.format(rows <= ROWS_THAT_WRAP))?;
    }
    let headings = columns.iter().map(|column| {
        TableColumn::new()
            .set_header(column.heading)
            .set_header_format(styles::heading())
    });
    let table = Table::new()
        .set_name(name.to_lowercase().replace(' ', "_"))
        .set_style(TableStyle::Light1)
        .set_columns(&headings.collect::<Vec<_>>());
    // It gets as long as it is when its rows are packed: the library would remember each of its cells.
    sheet.add_table(0, 0, 1, last_column, &table)?;
    for (index, column) in (0..).zip(columns) {
        let lines = u32::try_from(column.meaning.len() / 30).unwrap_or(1) + 2;
        let note = Note::new(column.meaning)
            .set_author("seatshift")
            .add_author_prefix(false)
            .set_width(220)
            .set_height(lines * 18);
        sheet.insert_note(0, index, &note)?;
        if column.presses() {
            for rule in styles::pressing() {
                sheet.add_conditional_format(1, index, last_row, index, &rule)?;
            }
        }
    }
    sheet.ignore_error_range(1, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
    sheet.set_freeze_panes(1, 0)?;
    let is_wide = printed > 20;
    sheet
        .set_landscape()
        // A4, or A3 for what has many columns.
        .set_paper_size(if is_wide { 8 } else { 9 })
        .set_print_fit_to_pages(if is_wide { 3 } else { 1 }, 0)
        .set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3)
        .set_header(format!("&L&A&RPlan for {as_of}"))
        .set_footer("&L&F&R&P / &N");
    sheet.set_repeat_rows(0, 0)?;
    let last_printed = u16::try_from(printed.saturating_sub(1)).unwrap_or(last_column);
    if last_printed < last_column {
        sheet.set_print_area(0, 0, last_row, last_printed)?;
    }
    if is_wide {
        sheet.set_repeat_columns(0, 1)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::workbook::package;

    #[test]
    fn more_rows_than_a_sheet_has_go_to_a_further_one() {
        let mut book = Workbook::new();
        let columns = [Column::new("number", Holds::Number, 9, "counts")];
        let rows: Vec<u32> = (0..7).collect();
        let mut sheets = Sheets::new(&mut book, "2026-11-21".parse().unwrap()).of_rows(3);
        sheets
            .table("Plan", &columns, 1, &rows, |row, cells| cells.count(*row))
            .unwrap();
        assert_eq!(sheets.finish().unwrap().1.further_sheets, 2);
        let names: Vec<String> = book.worksheets().iter().map(Worksheet::name).collect();
        assert_eq!(names, ["Plan", "Plan 2", "Plan 3"]);
    }

    #[test]
    fn a_table_is_as_long_as_its_rows() {
        let columns = [Column::new("number", Holds::Number, 9, "counts")];
        for (count, sheet_extent, table_extent) in [(7, "A1:A8", "A1:A8"), (1, "A1:A2", "A1:A2"), (0, "A1", "A1:A2")] {
            let rows: Vec<u32> = (0..count).collect();
            let mut book = Workbook::new();
            let mut sheets = Sheets::new(&mut book, "2026-11-21".parse().unwrap());
            sheets
                .table("Plan", &columns, 1, &rows, |row, cells| cells.count(*row))
                .unwrap();
            let (packed, _) = sheets.finish().unwrap();
            let mut bytes = Vec::new();
            package::write(&mut book, packed, &mut bytes).unwrap();
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            let mut part = |name: &str| {
                let mut text = String::new();
                std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut text).unwrap();
                text
            };
            let table = part("xl/tables/table1.xml");
            assert_eq!(table.matches(&format!(" ref=\"{table_extent}\"")).count(), 2, "{table}");
            let sheet = part("xl/worksheets/sheet1.xml");
            assert!(sheet.contains("state=\"frozen\""), "headings stay in sight");
            assert!(
                sheet.contains(&format!("<dimension ref=\"{sheet_extent}\"/>")),
                "{sheet}"
            );
            if count == 7 {
                let last = "<row r=\"8\"><c r=\"A8\" s=\"1\"><v>6</v></c></row></sheetData>";
                assert!(sheet.contains(last), "{sheet}");
            }
        }
    }
}
