//! One file.
//!
//! In: an input. Out: [`FileResult`]: how it was read, its settled tables, its findings. Batches of rows are recognised in
//! parallel while the file is being read; when many are in flight, the reading thread does one itself, so that memory stays
//! bounded. Refuses, by name, files that tell of something else, and files without any table of ours. Of a file that the reader
//! refuses nothing is used.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rayon::Scope;

use super::{
    Context, KindCertainty, LanguageCertainty, TableRecord,
    columns::Columns,
    freshness::freshness_of,
    kinds::Role,
    rows::{Shared, recognise_rows},
    settle::{Settled, leave_out, settle},
    source::{Misfit, Source},
    strangers::strangers,
    table::{Gathered, Table},
};
use crate::{
    finding::{Accounting, Code, Finding, Place},
    read::{FileReport, Input, Interest, ReadOptions, Rows, Sink, TableHead},
    terms::Text,
};

/// Batches in flight for each thread, over all files.
const IN_FLIGHT: usize = 4;

/// What a file came to.
#[derive(Debug)]
pub(super) struct FileResult {
    pub(super) report: FileReport,
    pub(super) tables: Vec<Settled>,
    /// Tables that are none of ours, or refused.
    pub(super) others: Vec<TableRecord>,
    pub(super) findings: Vec<Finding>,
}

/// What the tables of a file need while it is read.
struct Reading<'a> {
    context: &'a Context<'a>,
    shared: &'a Shared,
    in_flight: &'a AtomicUsize,
    path: Text,
    source: Arc<Source>,
}

/// A table under way.
struct Stream {
    table: Table,
    /// Batches that nobody has begun with, each with its number.
    waiting: Mutex<VecDeque<(usize, Rows)>>,
    gathered: Mutex<Gathered>,
}

impl Stream {
    /// Recognises the batch that has waited longest, whoever asks: so they come nearly in their order.
    fn recognise_next(&self, reading: &Reading<'_>) {
        let next = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((number, rows)) = next else { return };
        let batch = recognise_rows(&rows, &self.table, reading.context.vocabulary, reading.shared);
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.add(number, batch);
    }
}

struct TableSink<'s, 'scope> {
    scope: &'s Scope<'scope>,
    reading: &'scope Reading<'scope>,
    streams: Vec<Arc<Stream>>,
    /// Batches of the last of them so far.
    batches: usize,
    others: Vec<TableRecord>,
    findings: Vec<Finding>,
    has_refused: bool,
}

/// How the tables of an input come: reads it and hands them to the sink.
pub(super) type Reader<'a> = &'a (dyn Fn(&Input, &ReadOptions, &mut dyn Sink) -> FileReport + Sync);

/// Reads and recognises a file.
pub(super) fn recognise_file(
    input: &Input,
    reader: Reader<'_>,
    context: &Context<'_>,
    shared: &Shared,
    in_flight: &AtomicUsize,
) -> FileResult {
    let path = path_of(input);
    let source = Arc::new(Source::of(&path, context.config));
    let reading = Reading {
        context,
        shared,
        in_flight,
        path,
        source: Arc::clone(&source),
    };
    collect(&reading, |sink| reader(input, &source.options, sink))
}

/// Recognises what `deliver` hands on.
fn collect(reading: &Reading<'_>, deliver: impl FnOnce(&mut dyn Sink) -> FileReport + Send) -> FileResult {
    let mut result = None;
    rayon::scope(|scope| {
        let mut sink = TableSink {
            scope,
            reading,
            streams: Vec::new(),
            batches: 0,
            others: Vec::new(),
            findings: Vec::new(),
            has_refused: false,
        };
        let report = deliver(&mut sink);
        result = Some((report, sink.streams, sink.others, sink.findings, sink.has_refused));
    });
    let (mut report, streams, others, mut findings, has_refused) = result.unwrap_or_else(|| {
        (
            FileReport::new(reading.path.clone()),
            Vec::new(),
            Vec::new(),
            Vec::new(),
            false,
        )
    });
    findings.append(&mut report.findings);
    findings.extend(misfits(&reading.source, &Place::file(reading.path.clone())));
    if report.refused {
        return FileResult {
            report,
            tables: Vec::new(),
            others: Vec::new(),
            findings,
        };
    }
    let streams = streams.into_iter().filter_map(Arc::into_inner);
    let tables: Vec<Settled> = streams
        .map(|stream| {
            let gathered = stream.gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
            let mut settled = settle(stream.table, gathered);
            leave_out(&mut settled, &findings);
            settled
        })
        .collect();
    findings.extend(unused(&others, tables.is_empty() && !has_refused, &reading.path));
    FileResult {
        report,
        tables,
        others,
        findings,
    }
}

pub(super) fn path_of(input: &Input) -> Text {
    match input {
        Input::File(path) => path.to_string_lossy().into(),
        Input::Bytes { name, .. } => name.clone(),
    }
}

/// The findings for tables that are none of ours: notes beside one that is, an error where the file has no other.
fn unused(others: &[TableRecord], nothing_else: bool, path: &Text) -> Vec<Finding> {
    let strangers = others.iter().filter(|table| table.kind.is_empty());
    let finding = |table: &TableRecord| {
        let place = Place {
            file: path.clone(),
            sheet: table.sheet.clone(),
            row: Some(table.header_row),
            column: None,
        };
        let headings: Vec<&str> = table
            .columns
            .iter()
            .map(|(heading, _)| &**heading)
            .filter(|text| !text.is_empty())
            .collect();
        let shown = headings
            .iter()
            .take(6)
            .map(|heading| format!("`{heading}`"))
            .collect::<Vec<_>>()
            .join(", ");
        if nothing_else {
            let message =
                format!("{shown} are not the headings of a list of subscriptions or customers; nothing was read");
            let hint = "a list needs an id or a customer (in a column or a [[source]] setting), an offer, and a number of licences or a date; name further headings in the headings table";
            Finding::new(Code::NoHeadings, place, message, hint)
        } else {
            let message = format!("{shown} are not the headings of a table of ours; the table was left alone");
            Finding::new(Code::SheetIgnored, place, message, "")
        }
    };
    strangers.map(finding).collect()
}

/// A finding for each capture of a path that is not what its name says.
fn misfits(source: &Source, place: &Place) -> Vec<Finding> {
    let finding = |misfit: &Misfit| {
        let message = format!(
            "`{}` stands where the settings expect `{{{}}}`; {}",
            misfit.value, misfit.capture, misfit.instead
        );
        let hint = "rename the folder, file or sheet, or correct the pattern of the [[source]]";
        Finding::new(Code::SourceCapture, place.clone(), message, hint).value(misfit.value.clone())
    };
    source.misfits.iter().map(finding).collect()
}

/// Where the headings of a table begin.
fn beginning(place: &Place, head: &TableHead) -> Place {
    let first = head.headings.iter().position(|heading| !heading.is_empty());
    Place {
        column: first.map(|column| column as u32),
        ..place.at_row(head.header_row)
    }
}

impl<'scope> TableSink<'_, 'scope> {
    /// Whether the sheet, or the text, had a table above this one.
    fn is_below_another(&self, head: &TableHead) -> bool {
        let read = self.streams.iter().map(|stream| &stream.table.place.sheet);
        let others = self.others.iter().map(|table| &table.sheet);
        read.chain(others).any(|sheet| *sheet == head.sheet)
    }

    /// Whether it has its row of headings with another table.
    fn is_beside_another(&self, head: &TableHead) -> bool {
        let read = self
            .streams
            .iter()
            .map(|stream| (&stream.table.place.sheet, stream.table.header_row));
        let others = self.others.iter().map(|table| (&table.sheet, table.header_row));
        read.chain(others).any(|place| place == (&head.sheet, head.header_row))
    }

    fn other(&mut self, head: &TableHead, kind: &str, certainty: KindCertainty) -> Interest {
        self.others.push(TableRecord {
            sheet: head.sheet.clone(),
            header_row: head.header_row,
            kind: kind.into(),
            certainty,
            language: None,
            language_certainty: LanguageCertainty::default(),
            hidden: head.hidden,
            as_of: None,
            samples: Vec::new(),
            columns: head.headings.iter().map(|heading| (heading.clone(), None)).collect(),
            dates: Vec::new(),
            accounting: Accounting::default(),
        });
        Interest::Skip
    }
}

impl Sink for TableSink<'_, '_> {
    fn table(&mut self, head: &TableHead) -> Interest {
        let reading = self.reading;
        let place = Place {
            file: reading.path.clone(),
            sheet: head.sheet.clone(),
            row: None,
            column: None,
        };
        let is_below = self.is_below_another(head);
        let is_beside = self.is_beside_another(head);
        let of_sheet = head
            .sheet
            .as_deref()
            .and_then(|sheet| reading.source.of_sheet(&reading.path, sheet, reading.context.config));
        let source = of_sheet.map_or_else(|| Arc::clone(&reading.source), Arc::new);
        if is_beside && head.is_apart {
            let message = "two tables stand side by side that have nothing to do with each other; the rows of each were read by themselves";
            let hint = "if the columns are of one table, remove the empty one between them; else give each table a sheet or a file of its own, and the list of subscriptions a column that says whose they are";
            let place = beginning(&place, head);
            self.findings
                .push(Finding::new(Code::TablesApart, place, message, hint));
        }
        let Some(columns) = Columns::of(head, &source, reading.context.vocabulary) else {
            let certainty = KindCertainty::of_stranger(&head.headings, reading.context.vocabulary);
            return self.other(head, "", certainty);
        };
        if is_below && !(is_beside && head.is_apart) {
            let message = match is_beside {
                true => "another table stands beside the first; its rows were read under its own headings",
                false => "another table begins here; its rows were read under its own headings",
            };
            let hint = "if these are not headings, or files were put together by mistake, correct the export";
            let place = match is_beside {
                true => beginning(&place, head),
                false => place.at_row(head.header_row),
            };
            self.findings
                .push(Finding::new(Code::TableBegins, place, message, hint));
        }
        let kind = columns.kind;
        if kind.role == Role::Refused {
            self.has_refused = true;
            let message = format!(
                "this is {}, which tells of no subscription we could plan; it was left out",
                kind.name
            );
            let place = if is_below { place.at_row(head.header_row) } else { place };
            self.findings
                .push(Finding::new(Code::KindRefused, place, message, kind.hint));
            return self.other(head, kind.word, columns.certainty);
        }
        let above = head
            .above
            .iter()
            .flat_map(|(_, cells)| cells.iter().map(String::as_str));
        let table = Table {
            number: self.streams.len() as u32,
            freshness: freshness_of(above, &reading.path),
            place,
            hidden: head.hidden,
            header_row: head.header_row,
            cells: head.cells,
            epoch: head.epoch,
            strangers: strangers(&columns, reading.context.vocabulary),
            columns,
            source,
            dated: Vec::new(),
        };
        if !Arc::ptr_eq(&table.source, &reading.source) {
            self.findings.extend(misfits(&table.source, &table.place));
        }
        self.streams.push(Arc::new(Stream {
            table,
            waiting: Mutex::default(),
            gathered: Mutex::default(),
        }));
        self.batches = 0;
        Interest::Read
    }

    fn rows(&mut self, rows: Rows) {
        let reading = self.reading;
        (reading.context.progress)(rows.len() as u64);
        let Some(stream) = self.streams.last().map(Arc::clone) else {
            return;
        };
        let mut waiting = stream.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back((self.batches, rows));
        drop(waiting);
        self.batches += 1;
        // For each batch that waits somebody will ask.
        let most = IN_FLIGHT * rayon::current_num_threads();
        if reading.in_flight.fetch_add(1, Ordering::Relaxed) >= most {
            stream.recognise_next(reading);
            reading.in_flight.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        self.scope.spawn(move |_| {
            stream.recognise_next(reading);
            reading.in_flight.fetch_sub(1, Ordering::Relaxed);
        });
    }
}
