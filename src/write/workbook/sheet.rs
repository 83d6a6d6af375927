//! Sheets that are tables.
//!
//! In: columns, rows, and how a row fills its cells. Out: a sheet with one Excel table (a very long one has filters alone): filters, frozen headings with a note that
//! says what each means, widths, print set-up; as many sheets as the rows need. Keeps two invariants: no cell is a formula, and no
//! text is over Excel's limit.

use std::borrow::Cow;

use chrono::NaiveDate;
use memchr::memchr;
use rayon::prelude::*;
use rust_xlsxwriter::{Format, IgnoreError, Note, Table, TableColumn, TableStyle, Workbook, Worksheet, XlsxError};

use super::styles;
use crate::{
    saved::{Columns, Holds, PlanColumn, neutralised},
    terms::date_of,
};

/// Rows of a sheet below the headings.
const ROWS: usize = 1_048_575;
/// Characters of a text, counted as Excel does: in UTF-16.
const TEXT: usize = 32_767;

/// Cells of a sheet that is a table of Excel's; a larger one has filters alone, since `rust_xlsxwriter` remembers each cell of a table.
const TABLE_CELLS: usize = 1_000_000;

/// Lines of text that a row shows at most.
const LINES: u32 = 10;
/// Rows of a sheet in which long texts take several lines; in a longer one every row has one, since heights cost memory.
const ROWS_THAT_WRAP: usize = 10_000;

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

    /// Whether its texts take several lines.
    fn wraps(&self) -> bool {
        self.width >= 60
    }

    fn format(&self, may_wrap: bool) -> Format {
        match self.holds {
            Holds::Date => styles::date(),
            Holds::Number if self.heading.ends_with("_cost") => styles::amount(),
            Holds::Number => styles::number(),
            _ if may_wrap && self.wraps() => styles::text().set_text_wrap(),
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
    /// Sheets that have filters and are no tables.
    pub(super) plain_sheets: u64,
}

/// What fills a sheet with its rows. Gives how many texts were cut.
type Fill<'a> = Box<dyn FnOnce(&mut Worksheet) -> Result<u64, XlsxError> + Send + 'a>;

/// Sheets under way of a workbook. Rows go to a file of each sheet, texts in their cells: a table of all texts would be held in
/// memory until the end.
pub(super) struct Sheets<'b, 'a> {
    book: &'b mut Workbook,
    as_of: NaiveDate,
    limits: Limits,
    rows: usize,
    table_cells: usize,
    sheets: Vec<(Worksheet, Fill<'a>)>,
}

impl<'b, 'a> Sheets<'b, 'a> {
    pub(super) fn new(book: &'b mut Workbook, as_of: NaiveDate) -> Sheets<'b, 'a> {
        Sheets {
            book,
            as_of,
            limits: Limits::default(),
            rows: ROWS,
            table_cells: TABLE_CELLS,
            sheets: Vec::new(),
        }
    }

    /// With another limit of rows.
    #[cfg(test)]
    pub(super) fn of_rows(self, rows: usize) -> Sheets<'b, 'a> {
        Sheets { rows, ..self }
    }

    /// With another limit of cells.
    #[cfg(test)]
    pub(super) fn of_cells(self, table_cells: usize) -> Sheets<'b, 'a> {
        Sheets { table_cells, ..self }
    }

    /// Fills the sheets, on all threads, and adds them to the workbook. Gives what was over the limits.
    pub(super) fn finish(self) -> Result<Limits, XlsxError> {
        let filled = self.sheets.into_par_iter().map(|(mut sheet, fill)| {
            let cut = fill(&mut sheet)?;
            Ok((sheet, cut))
        });
        let filled: Result<Vec<(Worksheet, u64)>, XlsxError> = filled.collect();
        let mut limits = self.limits;
        for (sheet, cut) in filled? {
            limits.cut += cut;
            self.book.push_worksheet(sheet);
        }
        Ok(limits)
    }

    /// Adds a table, on as many sheets as it needs; its first columns are printed.
    pub(super) fn table<T: Sync>(
        &mut self,
        name: &str,
        columns: &'a [Column],
        printed: usize,
        rows: &'a [T],
        fill: impl Fn(&T, &mut Cells<'_>) -> Result<(), XlsxError> + Copy + Send + 'a,
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
            let is_table = rows.len().saturating_mul(columns.len()) <= self.table_cells;
            self.limits.plain_sheets += u64::from(!is_table);
            let mut sheet = self.book.new_worksheet_with_constant_memory()?;
            sheet.set_name(name.as_ref())?;
            // Formats get their numbers here, so that these do not depend on which thread is first.
            begin(&mut sheet, &name, columns, printed, rows.len(), is_table, self.as_of)?;
            let fill_rows = move |sheet: &mut Worksheet| {
                let mut cut = 0;
                for (row, item) in (1..).zip(rows) {
                    let mut cells = Cells {
                        sheet: &mut *sheet,
                        columns,
                        row,
                        column: 0,
                        lines: 1,
                        cut: &mut cut,
                    };
                    fill(item, &mut cells)?;
                    let lines = cells.lines;
                    if lines > 1 && rows.len() <= ROWS_THAT_WRAP {
                        sheet.set_row_height(row, 15 * lines)?;
                    }
                }
                Ok(cut)
            };
            self.sheets.push((sheet, Box::new(fill_rows)));
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
    is_table: bool,
    as_of: NaiveDate,
) -> Result<(), XlsxError> {
    let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    // A table has at least one row, be it an empty one.
    let last_row = u32::try_from(rows.max(1)).unwrap_or(u32::MAX);
    for (index, column) in (0..).zip(columns) {
        sheet.set_column_width(index, column.width)?;
        sheet.set_column_format(index, &column.format(rows <= ROWS_THAT_WRAP))?;
    }
    if is_table {
        let headings = columns.iter().map(|column| {
            TableColumn::new()
                .set_header(column.heading)
                .set_header_format(styles::heading())
        });
        let table = Table::new()
            .set_name(name.to_lowercase().replace(' ', "_"))
            .set_style(TableStyle::Light1)
            .set_columns(&headings.collect::<Vec<_>>());
        sheet.add_table(0, 0, last_row, last_column, &table)?;
    } else {
        for (index, column) in (0..).zip(columns) {
            sheet.write_string_with_format(0, index, column.heading, &styles::heading())?;
        }
        sheet.autofilter(0, 0, last_row, last_column)?;
    }
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

/// The cells of a row under way.
pub(super) struct Cells<'s> {
    sheet: &'s mut Worksheet,
    columns: &'s [Column],
    row: u32,
    column: u16,
    lines: u32,
    cut: &'s mut u64,
}

impl Cells<'_> {
    /// A text; one that a spreadsheet would run is neutralised as in CSV.
    pub(super) fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        if !text.is_empty() {
            let text = neutralised(text);
            let shown = fitting(&text);
            *self.cut += u64::from(shown.ends_with('…') && shown.len() != text.len());
            let column = self.columns.get(usize::from(self.column));
            if let Some(column) = column.filter(|column| column.wraps() && shown.len() > usize::from(column.width)) {
                let lines = shown.chars().count().div_ceil(usize::from(column.width));
                self.lines = self.lines.max(u32::try_from(lines).unwrap_or(LINES).min(LINES));
            }
            self.sheet.write_string(self.row, self.column, shown.as_ref())?;
        }
        self.column += 1;
        Ok(())
    }

    /// A number, or an empty cell.
    pub(super) fn number(&mut self, number: Option<f64>) -> Result<(), XlsxError> {
        if let Some(number) = number {
            self.sheet.write_number(self.row, self.column, number)?;
        }
        self.column += 1;
        Ok(())
    }

    /// A count.
    pub(super) fn count(&mut self, count: u32) -> Result<(), XlsxError> {
        self.number(Some(f64::from(count)))
    }

    /// A date, or an empty cell; as text where no spreadsheet knows the day.
    pub(super) fn date(&mut self, date: Option<NaiveDate>) -> Result<(), XlsxError> {
        match date.map(|date| (date, serial(date))) {
            Some((_, Some(serial))) => self.number(Some(serial)),
            Some((date, None)) => self.text(&date.to_string()),
            None => self.text(""),
        }
    }

    /// A cell of one of our files, as what its column holds; as text where it holds something else.
    pub(super) fn saved<C: Columns>(&mut self, column: C, text: &str) -> Result<(), XlsxError> {
        let number = || text.parse().ok().filter(|number: &f64| number.is_finite());
        let one_number = [PlanColumn::TargetSeats.as_str(), PlanColumn::UnitPrice.as_str()];
        match column.holds() {
            Holds::Date => match date_of(text).and_then(serial) {
                Some(serial) => self.number(Some(serial)),
                None => self.text(text),
            },
            Holds::Number => match number() {
                Some(number) => self.number(Some(number)),
                None => self.text(text),
            },
            // A list of one number is a number.
            Holds::List if one_number.contains(&column.as_str()) => match number() {
                Some(number) => self.number(Some(number)),
                None => self.text(text),
            },
            Holds::Text | Holds::List => self.text(text),
        }
    }
}

/// A day as a spreadsheet counts it; none before March 1900, where spreadsheets disagree, and after 9999.
fn serial(date: NaiveDate) -> Option<f64> {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let days = i32::try_from(date.signed_duration_since(epoch).num_days()).ok()?;
    (61..=2_958_465).contains(&days).then(|| f64::from(days))
}

/// A text that fits into a cell, and that XML can hold.
fn fitting(text: &str) -> Cow<'_, str> {
    // Both begin with this byte, which few texts have.
    let may_hold = memchr(b'\xef', text.as_bytes()).is_some();
    let text = match may_hold && text.contains(['\u{fffe}', '\u{ffff}']) {
        true => Cow::Owned(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")),
        false => Cow::Borrowed(text),
    };
    // No character has more units than bytes.
    if text.len() <= TEXT || text.encode_utf16().count() <= TEXT {
        return text;
    }
    let mut units = 0;
    let within = |character: &char| {
        units += character.len_utf16();
        units < TEXT
    };
    let mut cut: String = text.chars().take_while(within).collect();
    cut.push('…');
    Cow::Owned(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_into_cells() {
        assert_eq!(fitting("Contoso"), "Contoso");
        assert_eq!(fitting("a\u{ffff}b"), "a\u{fffd}b");
        let exact = "x".repeat(TEXT);
        assert_eq!(fitting(&exact), exact.as_str());
        for long in ["x".repeat(TEXT + 1), "😀".repeat(TEXT / 2 + 1), "ű".repeat(40_000)] {
            let cut = fitting(&long);
            let units = cut.encode_utf16().count();
            assert!((TEXT - 1..=TEXT).contains(&units), "{units}");
            assert!(cut.ends_with('…'));
        }
    }

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(serial(day("1900-03-01")), Some(61.0));
        assert_eq!(serial(day("2026-11-21")), Some(46347.0));
        assert_eq!(serial(day("9999-12-31")), Some(2_958_465.0));
        assert_eq!(serial(day("1900-02-28")), None);
        assert_eq!(serial(NaiveDate::MAX), None);
    }

    #[test]
    fn more_rows_than_a_sheet_has_go_to_a_further_one() {
        let mut book = Workbook::new();
        let columns = [Column::new("number", Holds::Number, 9, "counts")];
        let rows: Vec<u32> = (0..7).collect();
        let mut sheets = Sheets::new(&mut book, "2026-11-21".parse().unwrap()).of_rows(3);
        sheets
            .table("Plan", &columns, 1, &rows, |row, cells| cells.count(*row))
            .unwrap();
        assert_eq!(sheets.finish().unwrap().further_sheets, 2);
        let names: Vec<String> = book.worksheets().iter().map(Worksheet::name).collect();
        assert_eq!(names, ["Plan", "Plan 2", "Plan 3"]);
    }

    #[test]
    fn a_very_long_list_has_filters_and_is_no_table() {
        let columns = [Column::new("number", Holds::Number, 9, "counts")];
        let rows: Vec<u32> = (0..7).collect();
        for (cells, plain) in [(7, 0), (6, 1)] {
            let mut book = Workbook::new();
            let mut sheets = Sheets::new(&mut book, "2026-11-21".parse().unwrap()).of_cells(cells);
            sheets
                .table("Plan", &columns, 1, &rows, |row, cells| cells.count(*row))
                .unwrap();
            assert_eq!(sheets.finish().unwrap().plain_sheets, plain);
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book.save_to_buffer().unwrap())).unwrap();
            let is_table = archive.by_name("xl/tables/table1.xml").is_ok();
            assert_eq!(is_table, plain == 0);
            let mut sheet = String::new();
            std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet)
                .unwrap();
            assert_eq!(sheet.contains("<autoFilter ref=\"A1:A8\""), plain == 1);
            assert!(sheet.contains("state=\"frozen\""), "headings stay in sight");
        }
    }
}
