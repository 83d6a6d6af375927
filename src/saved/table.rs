//! A table of ours, read back.
//!
//! In: the bytes of a CSV file that this program wrote, with `,` or `;`, perhaps saved again by a spreadsheet. Out: its rows, each
//! cell the text that was meant (what was neutralised is restored). Columns are found by their headings, so that an earlier
//! version's file is understood; a heading that no version of ours has, or a required one that is missing, refuses the file.

use std::{
    io::{self, BufRead},
    marker::PhantomData,
    sync::Arc,
};

use chrono::NaiveDate;
use csv::{ByteRecord, ReaderBuilder};

use super::{Columns, neutral::restored_bytes, restored};
use crate::terms::date_of;

/// Bytes that most rows fit into.
const ROW: usize = 512;

/// The cells of a row, one after the other, in a place that is used again for the next.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    /// An empty place for the next row: its bytes, and where its cells end.
    pub(crate) fn next(&mut self) -> (&mut Vec<u8>, &mut Vec<usize>) {
        self.bytes.clear();
        self.ends.clear();
        (&mut self.bytes, &mut self.ends)
    }

    /// Each cell, in UTF-8.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let cell = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            cell
        })
    }
}

/// A row of a file of ours: one text for each column, kept together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<C> {
    text: Box<str>,
    ends: Box<[u32]>,
    columns: PhantomData<C>,
}

impl<C: Columns> Row<C> {
    /// A row from a text for each column, in their order; missing ones are empty.
    pub fn new<'a>(cells: impl IntoIterator<Item = &'a str>) -> Row<C> {
        let mut text = String::with_capacity(ROW);
        let mut ends = Vec::with_capacity(C::ALL.len());
        for cell in cells.into_iter().take(C::ALL.len()) {
            text.push_str(cell);
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        ends.resize(C::ALL.len(), u32::try_from(text.len()).unwrap_or(u32::MAX));
        Row {
            text: text.into(),
            ends: ends.into(),
            columns: PhantomData,
        }
    }

    /// A row from the cells of one.
    pub fn of(cells: &Cells) -> Row<C> {
        // Cells are UTF-8: they are made of texts.
        Row::new(cells.iter().map(|cell| std::str::from_utf8(cell).unwrap_or_default()))
    }

    /// The text of a cell; empty where it does not apply.
    pub fn get(&self, column: C) -> &str {
        let end = |index: usize| self.ends.get(index).map_or(0, |&end| end as usize);
        let start = column.index().checked_sub(1).map_or(0, end);
        self.text.get(start..end(column.index())).unwrap_or_default()
    }

    /// A date; none where the cell is empty or holds something else.
    pub fn date(&self, column: C) -> Option<NaiveDate> {
        date_of(self.get(column))
    }

    /// A number; none where the cell is empty or holds something else.
    pub fn number(&self, column: C) -> Option<f64> {
        self.get(column).parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The items of a list; an empty cell has none.
    pub fn list(&self, column: C) -> impl Iterator<Item = &str> {
        let cell = self.get(column);
        cell.split(';').filter(move |_| !cell.is_empty())
    }

    /// Every column with its text.
    pub fn cells(&self) -> impl Iterator<Item = (C, &str)> {
        C::ALL.iter().map(|&column| (column, self.get(column)))
    }
}

/// What is wrong with a file that should be one of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unlike {
    /// It has no headings of ours.
    #[error("it has no column `{0}`, so it is no file of ours")]
    Missing(&'static str),
    /// A later version wrote it, or a person added a column.
    #[error("it has the column `{0}`, which this version does not know")]
    Unknown(String),
    /// A column stands twice.
    #[error("it has the column `{0}` twice")]
    Twice(String),
    /// A line does not have as many cells as there are headings.
    #[error("line {line} has {cells} cells under {headings} headings")]
    Ragged {
        /// 1-based.
        line: u64,
        /// How many the line has.
        cells: usize,
        /// How many there are headings.
        headings: usize,
    },
    /// A cell is no UTF-8.
    #[error("line {0} is not UTF-8")]
    Encoding(u64),
    /// Its dates are not as we write them, and can be read in two ways.
    #[error("a spreadsheet has saved its dates in a way of its own that can be read in two: {0}")]
    Dates(String),
    /// A date is none.
    #[error("line {line}, `{column}`: `{value}` is no date we can read")]
    Date {
        /// 1-based.
        line: u64,
        /// The column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// It is no CSV.
    #[error("it cannot be read as CSV: {0}")]
    Csv(String),
}

/// The rows of a file of ours, and the columns of ours that it lacks because an earlier version wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<C> {
    /// In the file's order.
    pub rows: Vec<Row<C>>,
    /// Columns that the file does not have; their cells are empty.
    pub missing: Vec<C>,
}

impl<C: Columns> Rows<C> {
    /// Reads a file of ours. `required` columns must be there.
    pub fn parse(bytes: &[u8], required: &[C]) -> Result<Rows<C>, Unlike> {
        Rows::read(bytes, required)
    }

    /// The same, from anywhere; no more of it is kept than the rows.
    pub fn read(from: impl BufRead, required: &[C]) -> Result<Rows<C>, Unlike> {
        let mut reader = RowReader::open(from, required)?;
        let missing = reader.missing();
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row()? {
            rows.push(row);
        }
        Ok(Rows { rows, missing })
    }
}

/// How a file has its columns.
#[derive(Debug)]
struct Layout<C> {
    headings: usize,
    /// Where each column of ours stands.
    places: Vec<Option<usize>>,
    columns: PhantomData<C>,
}

/// A row as it stands in a file of ours: its cells are looked at where they are.
#[derive(Debug)]
pub struct RawRow<C> {
    record: ByteRecord,
    layout: Arc<Layout<C>>,
}

impl<C: Columns> RawRow<C> {
    fn new(layout: &Arc<Layout<C>>) -> RawRow<C> {
        RawRow {
            record: ByteRecord::new(),
            layout: Arc::clone(layout),
        }
    }

    fn cell(&self, place: Option<usize>) -> &[u8] {
        place.and_then(|place| self.record.get(place)).unwrap_or_default()
    }

    /// The text of a cell, as it was meant; empty where it does not apply, or is no text.
    pub fn get(&self, column: C) -> &str {
        let place = self.layout.places.get(column.index()).copied().flatten();
        std::str::from_utf8(self.cell(place)).map_or("", restored)
    }

    /// Whether each cell is the one of a row.
    pub fn is(&self, cells: &Cells) -> bool {
        let own = self.layout.places.iter().map(|place| restored_bytes(self.cell(*place)));
        own.eq(cells.iter())
    }

    /// The row, taken out of the file.
    ///
    /// # Errors
    /// Where it is no text.
    pub fn row(&self) -> Result<Row<C>, Unlike> {
        let mut cells = Vec::with_capacity(C::ALL.len());
        for place in &self.layout.places {
            let text = std::str::from_utf8(self.cell(*place)).map_err(|_| Unlike::Encoding(self.line()))?;
            cells.push(restored(text));
        }
        Ok(Row::new(cells))
    }

    /// Its line in the file.
    pub(super) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }
}

/// A file of ours, read row by row.
pub struct RowReader<R, C> {
    reader: csv::Reader<R>,
    current: RawRow<C>,
    is_marked: bool,
}

impl<R: BufRead, C: Columns> RowReader<R, C> {
    /// Reads the headings. `required` columns must be there.
    ///
    /// # Errors
    /// Where it is no file of ours.
    pub fn open(mut from: R, required: &[C]) -> Result<RowReader<R, C>, Unlike> {
        let failed = |error: io::Error| Unlike::Csv(error.to_string());
        let mark = from.fill_buf().map_err(failed)?.starts_with(b"\xef\xbb\xbf");
        from.consume(if mark { 3 } else { 0 });
        let begins = from.fill_buf().map_err(failed)?;
        let head = begins.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let delimiter = if head.contains(&b';') && !head.contains(&b',') {
            b';'
        } else {
            b','
        };
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(from);
        let mut record = ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(not_csv)?;
        let headings: Vec<String> = record
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
            .collect();
        let layout = Layout {
            headings: headings.len(),
            places: places(&headings, required)?,
            columns: PhantomData,
        };
        Ok(RowReader {
            reader,
            current: RawRow::new(&Arc::new(layout)),
            is_marked: mark || delimiter == b';',
        })
    }

    /// Whether it has a byte order mark or `;` between its cells, as spreadsheets save a file; settings may ask for that, too.
    pub(super) fn is_marked(&self) -> bool {
        self.is_marked
    }

    /// Columns that the file does not have; their cells are empty.
    pub fn missing(&self) -> Vec<C> {
        let columns = C::ALL.iter().zip(&self.current.layout.places);
        let missing = columns.filter(|(_, place)| place.is_none());
        missing.map(|(&column, _)| column).collect()
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// Where the rest cannot be read, or is none of ours.
    pub fn next_row(&mut self) -> Result<Option<Row<C>>, Unlike> {
        let is_there = read(&mut self.reader, &mut self.current)?;
        is_there.then(|| self.current.row()).transpose()
    }

    /// A place for a row of this file.
    pub fn place(&self) -> RawRow<C> {
        RawRow::new(&self.current.layout)
    }

    /// Reads the next row into its place; false at the end.
    ///
    /// # Errors
    /// Where the rest cannot be read, or is none of ours.
    pub fn read(&mut self, row: &mut RawRow<C>) -> Result<bool, Unlike> {
        read(&mut self.reader, row)
    }

    /// The line of the row that came last.
    pub(super) fn line(&self) -> u64 {
        self.current.line()
    }

    /// What the rows came from.
    pub(super) fn into_inner(self) -> R {
        self.reader.into_inner()
    }
}

fn read<C>(reader: &mut csv::Reader<impl io::Read>, row: &mut RawRow<C>) -> Result<bool, Unlike> {
    if !reader.read_byte_record(&mut row.record).map_err(not_csv)? {
        return Ok(false);
    }
    let (cells, headings) = (row.record.len(), row.layout.headings);
    match cells == headings {
        true => Ok(true),
        false => Err(Unlike::Ragged {
            line: row.record.position().map_or(0, csv::Position::line),
            cells,
            headings,
        }),
    }
}

fn not_csv(error: csv::Error) -> Unlike {
    Unlike::Csv(error.to_string())
}

/// Where each column of ours stands in the file.
fn places<C: Columns>(headings: &[String], required: &[C]) -> Result<Vec<Option<usize>>, Unlike> {
    let mut places = vec![None; C::ALL.len()];
    let lacks = |heading: &str| !headings.iter().any(|found| found == heading);
    if let Some(column) = required.iter().find(|column| lacks(column.as_str())) {
        return Err(Unlike::Missing(column.as_str()));
    }
    for (place, heading) in headings.iter().enumerate() {
        let column = C::ALL.iter().find(|column| column.as_str() == heading);
        let slot = column.and_then(|column| places.get_mut(column.index()));
        match slot {
            None => return Err(Unlike::Unknown(heading.clone())),
            Some(Some(_)) => return Err(Unlike::Twice(heading.clone())),
            Some(slot) => *slot = Some(place),
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::StepColumn;

    const HEAD: &str = "due,step,owner,customer_id,customer_name,subscription_id,offer,seats,detail";

    fn parse(text: &str) -> Result<Rows<StepColumn>, Unlike> {
        Rows::parse(text.as_bytes(), &[StepColumn::Step, StepColumn::Due])
    }

    #[test]
    fn cells_are_found_by_their_headings_and_restored() {
        let text =
            format!("\u{feff}{HEAD}\r\n2027-01-29,order,partner,c,\"'=A, B\",s,o,25,\"two\nlines\"\r\n,,,,,,,,\r\n");
        let rows = parse(&text).unwrap();
        assert!(rows.missing.is_empty());
        let [first, empty] = rows.rows.as_slice() else {
            panic!("{rows:?}")
        };
        assert_eq!(first.date(StepColumn::Due), NaiveDate::from_ymd_opt(2027, 1, 29));
        assert_eq!(first.get(StepColumn::CustomerName), "=A, B");
        assert_eq!(first.number(StepColumn::Seats), Some(25.0));
        assert_eq!(first.get(StepColumn::Detail), "two\nlines");
        assert!(empty.cells().all(|(_, text)| text.is_empty()));
        assert_eq!(empty.list(StepColumn::Detail).count(), 0);
    }

    #[test]
    fn another_order_delimiter_and_an_earlier_version_are_understood() {
        let rows = parse("step;due\r\norder;2027-01-29\r\n").unwrap();
        assert_eq!(rows.rows[0].get(StepColumn::Step), "order");
        assert_eq!(rows.rows[0].get(StepColumn::Detail), "");
        assert_eq!(rows.missing.len(), StepColumn::ALL.len() - 2);
    }

    #[test]
    fn what_is_not_ours_is_refused_by_name() {
        assert_eq!(parse(""), Err(Unlike::Missing("step")));
        assert_eq!(parse("a,b\n1,2\n"), Err(Unlike::Missing("step")));
        assert_eq!(
            parse(&format!("{HEAD},mood\n")),
            Err(Unlike::Unknown("mood".to_owned()))
        );
        assert_eq!(parse("step,due,step\n"), Err(Unlike::Twice("step".to_owned())));
        let ragged = Unlike::Ragged {
            line: 3,
            cells: 1,
            headings: 2,
        };
        assert_eq!(parse("step,due\norder,\norder\n"), Err(ragged));
        let bytes = b"step,due\norder,\xff\n";
        let read = Rows::<StepColumn>::parse(bytes, &[]);
        assert_eq!(read, Err(Unlike::Encoding(2)));
    }
}
