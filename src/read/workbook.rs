//! Workbooks: XLSX, XLSB, XLS, ODS.
//!
//! In: a workbook. Out: the tables of all its sheets, hidden ones too, through [`Tabling`]. Parsing stands behind one function,
//! [`parse::parse`], which takes bytes and tells [`Event`]s, in this process or, as [`Workbooks`] has it, in one of its own; a
//! panic in it is a damaged workbook, and so is a process that dies. A sheet that breaks off gives the rows before the break,
//! and says so.

mod cells;
mod child;
mod event;
mod flaws;
mod frames;
mod helper;
mod narrow;
mod ods;
mod parse;
mod parts;
mod process;
mod telling;
mod xls;
mod xlsb;
mod xlsx;

pub use self::{
    child::{all_ways_of_xlsx, parse_workbook},
    process::{ChildCommand, Workbooks},
};

use self::{
    event::{Event, Failure, Next, counted},
    helper::Helper,
    parse::parse,
    process::Death,
};
use super::{
    Container, Epoch, Interest, Job, Refusal, Sink,
    container::{self, ENCRYPTED},
    quiet::quietly,
    refuse,
    source::Stored,
    table::{Found, Tabling},
};
use crate::{
    finding::{Code, Finding, Place},
    terms::Text,
};

/// Reads all sheets, or the one that was set.
pub(super) fn read(
    job: &mut Job<'_>,
    stored: &Stored<'_>,
    container: Container,
    sink: &mut dyn Sink,
) -> Result<Found, Refusal> {
    if job.report.bytes > job.limits.file_bytes {
        return Err(job.over(job.place(), "file_bytes", job.limits.file_bytes, "bytes"));
    }
    if container == Container::Xls
        && let Some(refused) = container::ole(&whole(job, stored)?)
    {
        return Err(job.refused(refused));
    }
    job.report.container = Some(container);
    let (options, limits) = (job.options, job.limits);
    let wanted = options.sheet.as_deref();
    let mut sheets = Sheets {
        job,
        sink,
        epoch: None,
        current: None,
        found: Found::Nothing,
        ignored: Vec::new(),
    };
    let parsed = match &options.workbooks {
        Workbooks::Child(command) => {
            let mut take = |event: Event<'_>| sheets.take(event);
            process::parse(command, stored, container, wanted, limits, &mut take)
        }
        Workbooks::InProcess => {
            let bytes = whole(sheets.job, stored)?;
            let parsed = quietly(|| {
                let mut nobody = Helper::default();
                parse(&bytes, container, wanted, limits, &mut nobody, &mut |event| {
                    sheets.take(event)
                })
            });
            Ok(parsed.unwrap_or_else(|| Err(Failure::Damaged("it cannot be made sense of".into()))))
        }
    };
    let (found, ignored) = (sheets.found, sheets.ignored);
    match parsed {
        Err(death) => Err(dead(job, death)),
        Ok(Err(failure)) => Err(refusal(job, failure)),
        Ok(Ok(())) => {
            if !matches!(found, Found::NoHeadings { .. }) {
                job.report.findings.extend(ignored);
            }
            Ok(found)
        }
    }
}

/// All bytes of a workbook.
fn whole(job: &Job<'_>, stored: &Stored<'_>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = stored
        .reader()
        .and_then(|mut reader| std::io::Read::read_to_end(&mut reader, &mut bytes));
    read.map_err(|error| job.unreadable(error))?;
    Ok(bytes)
}

/// What to say of a process that gave nothing that can be used.
fn dead(job: &Job<'_>, death: Death) -> Refusal {
    let limits = job.limits;
    let (message, limit) = match death {
        Death::Unstarted(error) => return job.unreadable(format!("no process for it could be started: {error}")),
        Death::Died(how) => return damaged(job, &format!("the process that read it came to nothing, {how}")),
        Death::Over("memory_bytes") => (
            format!(
                "reading it ran out of memory, over the limit of {} bytes",
                limits.memory_bytes
            ),
            "memory_bytes",
        ),
        Death::Over("cpu_seconds") => (
            format!("reading it took over {} s of computing", limits.cpu_seconds),
            "cpu_seconds",
        ),
        Death::Over(_) => (
            format!("reading it took over {} s", limits.wall_seconds),
            "wall_seconds",
        ),
    };
    let message = format!("{message}; no row of the file was used");
    let hint = format!(
        "save it again from Excel as .xlsx; if the file is right, raise `{limit}` under [limits] in the settings"
    );
    refuse(Code::LimitExceeded, job.place(), message, hint)
}

fn damaged(job: &Job<'_>, why: &str) -> Refusal {
    let message = format!("the workbook is damaged: {why}");
    let hint = "open it in Excel, save it as .xlsx, and run again";
    refuse(Code::FileUnreadable, job.place(), message, hint)
}

fn refusal(job: &Job<'_>, failure: Failure) -> Refusal {
    match failure {
        Failure::Encrypted => job.refused(ENCRYPTED),
        Failure::Damaged(why) => damaged(job, &why),
        Failure::SheetMissing { wanted, names } => {
            let message = format!("has no sheet `{wanted}`; the workbook was not read");
            let hint = format!("set `sheet` to one of {}", names.join(", "));
            refuse(Code::FileRefused, job.place(), message, hint)
        }
        Failure::Over(limit) => {
            let (value, what) = counted(limit).map_or((0, "of it"), |(_, value, what)| (value(job.limits), what));
            job.over(job.place(), limit, value, what)
        }
    }
}

/// Takes a workbook's events and makes tables of them.
struct Sheets<'s, 'j, 'a> {
    job: &'j mut Job<'a>,
    sink: &'s mut dyn Sink,
    epoch: Option<Epoch>,
    current: Option<Current<'a>>,
    found: Found,
    /// Sheets that are no table of ours; told where another one is.
    ignored: Vec<Finding>,
}

struct Current<'a> {
    name: Text,
    hidden: bool,
    tabling: Tabling<'a>,
    /// The row under way, 0-based, and its next column.
    row: Option<u32>,
    column: u32,
    hidden_rows: u32,
}

impl Sheets<'_, '_, '_> {
    fn take(&mut self, event: Event<'_>) -> Next {
        match event {
            Event::Epoch(epoch) => {
                self.epoch = Some(epoch);
                Next::Go
            }
            Event::Sheet { name, hidden } => {
                self.job.report.sheets += 1;
                let name: Text = name.into();
                self.current = Some(Current {
                    tabling: Tabling::new(self.job.words, Some(name.clone()), hidden).counting_from(self.epoch),
                    name,
                    hidden,
                    row: None,
                    column: 0,
                    hidden_rows: 0,
                });
                Next::Go
            }
            Event::Cell { row, column, cell } => match &mut self.current {
                Some(current) => current.cell(row, column, cell, self.sink),
                None => Next::SkipSheet,
            },
            Event::HiddenRows(rows) => {
                if let Some(current) = &mut self.current {
                    current.hidden_rows = rows;
                }
                Next::Go
            }
            Event::End => {
                self.end(None);
                Next::Go
            }
            Event::Broken(why) => {
                self.end(Some(why));
                Next::Go
            }
        }
    }

    fn place(&self, sheet: Text, row: Option<u32>) -> Place {
        Place {
            sheet: Some(sheet),
            row,
            ..self.job.place()
        }
    }

    fn end(&mut self, broken: Option<&str>) {
        let Some(mut current) = self.current.take() else { return };
        if let Some(why) = broken {
            current.tabling.drop_row();
            let place = self.place(current.name.clone(), current.row.map(|row| row + 1));
            let message =
                format!("the sheet breaks off in this row or right after it: {why}; the rows before it were read");
            let hint = "open the workbook in Excel, correct the cells of this row and the next, and save it";
            self.job
                .report
                .findings
                .push(Finding::new(Code::FileDamaged, place, message, hint));
        } else if let Some(row) = current.row {
            current.tabling.end_row(row + 1, self.sink);
        }
        let found = current.tabling.finish(self.sink);
        self.job.report.rows += current.tabling.rows;
        let place = self.place(current.name, None);
        if found == Found::Table && current.hidden_rows > 0 {
            let message = match current.hidden_rows {
                1 => "1 row is hidden or filtered out; it was read like the others".to_owned(),
                rows => format!("{rows} rows are hidden or filtered out; they were read like the others"),
            };
            let hint = "delete in the workbook what is not meant";
            let finding = Finding::new(Code::RowsHidden, place.clone(), message, hint);
            self.job.report.findings.push(finding);
        }
        match &found {
            Found::Table | Found::Unwanted if current.hidden => {
                let message = "the sheet is hidden; it was read like the others";
                let hint = "delete it, or set `sheet` for this source, if it is not meant";
                self.job
                    .report
                    .findings
                    .push(Finding::new(Code::SheetHidden, place, message, hint));
            }
            Found::NoHeadings { text, .. } => {
                let message = format!("the sheet holds no table of ours; it begins with `{text}` and was left out");
                self.ignored.push(Finding::new(Code::SheetIgnored, place, message, ""));
            }
            _ => {}
        }
        let earlier = std::mem::replace(&mut self.found, Found::Nothing);
        self.found = earlier.or(found);
    }
}

impl Current<'_> {
    fn cell(&mut self, row: u32, column: u32, cell: super::Cell<'_>, sink: &mut dyn Sink) -> Next {
        match self.row {
            Some(current) if row < current || (row == current && column < self.column) => {
                return Next::Break("its cells are not in order");
            }
            Some(current) if row > current => {
                if self.tabling.end_row(current + 1, sink) == Interest::Skip {
                    self.row = None;
                    return Next::SkipSheet;
                }
                self.column = 0;
            }
            _ => {}
        }
        self.row = Some(row);
        for _ in self.column..column {
            self.tabling.cell(super::Cell::Empty);
        }
        self.tabling.cell(cell);
        self.column = column + 1;
        Next::Go
    }
}
