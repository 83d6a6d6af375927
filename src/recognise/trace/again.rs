//! Some rows, read a second time.
//!
//! In: the rows that are wanted, the tables they stand in, the inputs. Out: [`Again`], their cells, and the rows of the customers
//! table. Only files that hold a wanted row are read, and only wanted rows are kept. A file that has changed since it was read
//! the first time gives nothing: its cells are not those that were recognised.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use crate::{
    finding::Place,
    read::{Input, Interest, Row, Rows, Sink, TableHead, read_whole},
    recognise::{
        Context, InputRecord,
        file::{Reader, path_of},
        table::Table,
        tables::words_of,
        vocabulary::fold,
    },
    terms::Text,
};

/// Rows by table and row.
type Found = HashMap<(u32, u32), Rows>;

/// Rows that were read a second time.
pub(in crate::recognise) struct Again<'a> {
    pub(super) tables: &'a [Table],
    pub(super) context: &'a Context<'a>,
    rows: Found,
    ours: Option<Ours>,
}

/// The customers table of the settings.
struct Ours {
    place: Place,
    tables: Vec<(TableHead, Rows)>,
}

impl<'a> Again<'a> {
    /// Reads the wanted rows again.
    pub(in crate::recognise) fn read(
        wanted: &BTreeSet<(u32, u32)>,
        tables: &'a [Table],
        inputs: &[Input],
        records: &[InputRecord],
        context: &'a Context<'a>,
        reader: Reader<'_>,
    ) -> Again<'a> {
        let mut by_file: BTreeMap<&Text, BTreeMap<u32, BTreeSet<u32>>> = BTreeMap::new();
        for &(number, row) in wanted {
            if let Some(table) = tables.get(number as usize) {
                let rows = by_file.entry(&table.place.file).or_default();
                rows.entry(number).or_default().insert(row);
            }
        }
        let mut rows = Found::new();
        for (path, wanted) in by_file {
            let digest = records.iter().find(|record| record.file.path == *path);
            let digest = digest.and_then(|record| record.file.sha256.clone());
            let Some(input) = inputs.iter().find(|input| path_of(input) == *path) else {
                continue;
            };
            let options = wanted.keys().find_map(|number| tables.get(*number as usize));
            let options = options.map(|table| table.source.options.clone()).unwrap_or_default();
            let mut sink = Picker {
                tables,
                wanted,
                current: None,
                found: Found::new(),
            };
            let report = reader(input, &options, &mut sink);
            if report.sha256 == digest {
                rows.extend(sink.found);
            }
        }
        Again {
            tables,
            context,
            rows,
            ours: ours(context),
        }
    }

    /// A row, if it was wanted and is still there.
    pub(super) fn row(&self, table: u32, row: u32) -> Option<(&'a Table, Row<'_>)> {
        let rows = self.rows.get(&(table, row))?;
        Some((self.tables.get(table as usize)?, rows.iter().next()?))
    }

    /// The cell of the customers table under a heading, with its place, and the heading as it stands.
    pub(super) fn ours(&self, row: u32, heading: &str) -> Option<(Place, Text, Row<'_>, usize)> {
        let ours = self.ours.as_ref()?;
        ours.tables.iter().find_map(|(head, rows)| {
            let at = head.headings.iter().position(|text| fold(text) == fold(heading))?;
            let found = rows.iter().find(|found| found.number == row)?;
            let place = Place {
                sheet: head.sheet.clone(),
                ..ours.place.at_row(row).at_column(at as u32)
            };
            Some((place, head.headings.get(at)?.clone(), found, at))
        })
    }

    /// The row of the customers table, as a place.
    pub(super) fn our_place(&self, row: u32) -> Place {
        self.ours
            .as_ref()
            .map_or_else(Place::default, |ours| ours.place.at_row(row))
    }
}

fn ours(context: &Context<'_>) -> Option<Ours> {
    let path = context.config.tables.customers.as_ref()?;
    let input = Input::File(path.clone());
    let words = words_of("customers");
    let (_, tables) = read_whole(&input, &Default::default(), &context.config.limits, &words);
    Some(Ours {
        place: Place::file(input.name()),
        tables,
    })
}

/// Keeps wanted rows.
struct Picker<'a> {
    tables: &'a [Table],
    wanted: BTreeMap<u32, BTreeSet<u32>>,
    current: Option<u32>,
    found: Found,
}

impl Sink for Picker<'_> {
    fn table(&mut self, head: &TableHead) -> Interest {
        let is_it = |number: &u32| {
            let table = self.tables.get(*number as usize);
            table.is_some_and(|table| {
                let headings = table.columns.headings.iter().map(|(heading, _)| heading);
                let is_there = table.place.sheet == head.sheet && table.header_row == head.header_row;
                is_there && headings.eq(&head.headings)
            })
        };
        self.current = self.wanted.keys().copied().find(is_it);
        match self.current {
            Some(_) => Interest::Read,
            None => Interest::Skip,
        }
    }

    fn rows(&mut self, rows: Rows) {
        let Some((number, wanted)) = self
            .current
            .and_then(|number| Some((number, self.wanted.get(&number)?)))
        else {
            return;
        };
        for row in rows.iter().filter(|row| wanted.contains(&row.number)) {
            let mut one = Rows::default();
            row.cells().for_each(|cell| one.push(cell));
            one.end_row(row.number);
            self.found.insert((number, row.number), one);
        }
    }
}
