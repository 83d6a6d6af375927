//! Whole recognition, from tables in memory.

mod accounting;
mod context;
mod doubles;
mod kinds;
mod languages;
mod merging;
mod mistakes;
mod months;
mod order;
mod recalled;
mod trace;
mod whole;

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    Recognised, Subscription,
    run::{Context, recognise_with},
    tables::Tables,
    vocabulary::Vocabulary,
};
use crate::{
    config::{Config, SourceRule},
    finding::{Code, Finding},
    read::{Cell, FileReport, Input, Interest, Rows, Sink, TableHead},
    terms::*,
};
use chrono::NaiveDate;

/// A sheet's name, in a workbook, and its rows.
type Sheet = (Option<String>, Vec<Vec<String>>);

/// Exports in memory, and what a run knows.
#[derive(Default, Clone)]
pub(super) struct Estate {
    files: BTreeMap<String, Vec<Sheet>>,
    pub(super) config: Config,
    pub(super) tables: Tables,
    /// Rows handed on at a time.
    pub(super) batch: Option<usize>,
    pub(super) inputs: Vec<String>,
}

impl Estate {
    /// With a delimited file, its first line the headings.
    pub(super) fn file(mut self, path: &str, text: &str) -> Estate {
        self.push(path, None, text);
        self
    }

    /// With a sheet of a workbook.
    pub(super) fn sheet(mut self, path: &str, sheet: &str, text: &str) -> Estate {
        self.push(path, Some(sheet.to_owned()), text);
        self
    }

    fn push(&mut self, path: &str, sheet: Option<String>, text: &str) {
        let delimiter = if text.lines().next().is_some_and(|line| line.contains(';')) {
            b';'
        } else {
            b','
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let records = reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        if !self.inputs.iter().any(|known| known == path) {
            self.inputs.push(path.to_owned());
        }
        self.files.entry(path.to_owned()).or_default().push((sheet, records));
    }

    /// With a `[[source]]` setting.
    pub(super) fn source(mut self, rule: SourceRule) -> Estate {
        self.config.sources.push(rule);
        self
    }

    pub(super) fn rows(&mut self, path: &str) -> &mut Vec<Vec<String>> {
        &mut self.files.get_mut(path).unwrap()[0].1
    }

    fn deliver(&self, input: &Input, sink: &mut dyn Sink) -> FileReport {
        let Input::File(path) = input else { panic!("{input:?}") };
        let path = path.to_string_lossy().into_owned();
        let mut report = FileReport::new(path.as_str());
        for (sheet, records) in &self.files[&path] {
            let head = TableHead {
                epoch: None,
                sheet: sheet.as_deref().map(Text::from),
                hidden: false,
                header_row: 1,
                headings: records[0].iter().map(|heading| Text::from(heading.as_str())).collect(),
                cells: records
                    .iter()
                    .map(|record| record.len() as u32)
                    .max()
                    .filter(|_| sheet.is_none()),
                above: Vec::new(),
                is_apart: false,
            };
            if sink.table(&head) == Interest::Skip {
                continue;
            }
            let numbered: Vec<(u32, &Vec<String>)> = (2..).zip(&records[1..]).collect();
            for batch in numbered.chunks(self.batch.unwrap_or(1000)) {
                let mut rows = Rows::default();
                for (number, record) in batch {
                    for cell in *record {
                        rows.push(Cell::Text(cell));
                    }
                    report.rows += u64::from(rows.end_row(*number));
                }
                sink.rows(rows);
            }
        }
        report
    }

    /// Does something with all inputs, in the estate's context.
    pub(super) fn with_inputs<T>(&self, work: impl FnOnce(&[Input], &Context<'_>) -> T) -> T {
        let inputs: Vec<Input> = self
            .inputs
            .iter()
            .map(|path| Input::File(PathBuf::from(path)))
            .collect();
        let vocabulary = Vocabulary::embedded();
        let context = Context {
            config: &self.config,
            tables: &self.tables,
            vocabulary: &vocabulary,
            as_of: date(2026, 11, 21),
            progress: &|_| {},
        };
        work(&inputs, &context)
    }

    /// Recognises everything; the accounting must balance.
    pub(super) fn recognise(&self) -> Recognised {
        let recognised = self.with_inputs(|inputs, context| {
            recognise_with(inputs, context, &|input, _, sink| self.deliver(input, sink))
        });
        assert!(recognised.accounting.balances(), "{:?}", recognised.accounting);
        assert_eq!(
            recognised.accounting.subscriptions,
            recognised.subscriptions.len() as u64
        );
        let read: u64 = recognised.inputs.iter().map(|input| input.file.rows).sum();
        assert_eq!(recognised.accounting.rows_read, read);
        recognised
    }
}

pub(super) fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Everything that must not depend on threads, files or rows.
pub(super) fn told(recognised: &Recognised) -> String {
    format!(
        "{:#?}\n{:#?}\n{:#?}\n{:#?}",
        recognised.subscriptions, recognised.customers, recognised.accounting, recognised.findings
    )
}

pub(super) fn codes(recognised: &Recognised) -> Vec<Code> {
    recognised.findings.iter().map(|finding| finding.code).collect()
}

pub(super) fn only(recognised: &Recognised) -> &Subscription {
    assert_eq!(recognised.subscriptions.len(), 1, "{}", told(recognised));
    &recognised.subscriptions[0]
}

pub(super) fn finding(recognised: &Recognised, code: Code) -> &Finding {
    recognised
        .findings
        .iter()
        .find(|finding| finding.code == code)
        .unwrap_or_else(|| panic!("{}", told(recognised)))
}

pub(super) const CONTOSO: &str = "3b555118-da6a-4418-894f-7df1e2096870";
pub(super) const FABRIKAM: &str = "41d1f5a5-9ac8-4b0c-9a33-5f4e2a6d0001";
pub(super) const SUB_A: &str = "a0000000-0000-4000-8000-000000000001";
pub(super) const SUB_B: &str = "a0000000-0000-4000-8000-000000000002";
pub(super) const PARTNER: &str = "c0000000-0000-4000-8000-00000000000c";
