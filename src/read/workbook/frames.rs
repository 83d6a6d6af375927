//! Events over a pipe.
//!
//! In: events and how parsing ended, or bytes that should be that. Out: the one as the other: a head that names the program's
//! version, a frame for each event (a letter, then numbers in little-endian order and texts with their length), one for each row
//! before the first of its cells, and a closing frame with the counts. Columns and lengths, which are small, take as many bytes
//! as they need, seven bits each. What is read is not trusted: each length has a bound, texts must be UTF-8, cells must stand
//! where a cell can, the counts must agree, and nothing may follow.

use std::io::{self, ErrorKind, Read, Write};

use chrono::{DateTime, Datelike, NaiveDate};

use super::{
    event::{Event, Failure, Next, counted},
    telling::ROWS,
};
use crate::read::{Cell, Epoch, Limits};

/// What a stream begins with.
const HEAD: &str = concat!("seatshift workbook ", env!("CARGO_PKG_VERSION"), "\n");

/// Longest text that is no cell's.
const LONGEST: u64 = 1 << 16;

/// Bytes that are written, or read, at a time.
const PIECE: usize = 1 << 16;

/// What was told so far.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    sheets: u64,
    cells: u64,
    text: u64,
}

/// Writes events.
pub(super) struct Writer<W> {
    out: W,
    /// What is not yet written.
    bytes: Vec<u8>,
    /// The row that was told last in this sheet.
    row: Option<u32>,
    counts: Counts,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Writer<W> {
        Writer {
            out,
            bytes: HEAD.into(),
            row: None,
            counts: Counts::default(),
        }
    }

    /// Hands on what was told so far.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        self.out.flush()
    }

    pub(super) fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match *event {
            Event::Epoch(epoch) => {
                self.bytes.push(b'Y');
                self.bytes.extend(epoch.day().num_days_from_ce().to_le_bytes());
            }
            Event::Sheet { name, hidden } => {
                self.counts.sheets += 1;
                self.row = None;
                self.bytes.extend([b'S', u8::from(hidden)]);
                self.text(name);
            }
            Event::Cell { row, column, cell } => {
                if cell != Cell::Empty && self.row != Some(row) {
                    self.row = Some(row);
                    self.bytes.push(b'R');
                    self.bytes.extend(row.to_le_bytes());
                }
                self.cell(column, cell);
            }
            Event::HiddenRows(rows) => {
                self.bytes.push(b'H');
                self.bytes.extend(rows.to_le_bytes());
            }
            Event::End => self.bytes.push(b'E'),
            Event::Broken(why) => {
                self.bytes.push(b'B');
                self.text(shortened(why));
            }
        }
        if self.bytes.len() < PIECE {
            return Ok(());
        }
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    fn cell(&mut self, column: u32, cell: Cell<'_>) {
        let kind = match cell {
            Cell::Empty => return,
            Cell::Text(_) => b't',
            Cell::Number(_) => b'n',
            Cell::DateTime(_) => b'd',
            Cell::Bool(false) => b'0',
            Cell::Bool(true) => b'1',
            Cell::Error(_) => b'e',
        };
        self.counts.cells += 1;
        self.bytes.push(kind);
        self.small(u64::from(column));
        match cell {
            Cell::Text(text) | Cell::Error(text) => self.text(text),
            Cell::Number(number) => self.bytes.extend(number.to_bits().to_le_bytes()),
            Cell::DateTime(at) => {
                let at = at.and_utc();
                self.bytes.extend(at.timestamp().to_le_bytes());
                self.bytes.extend(at.timestamp_subsec_nanos().to_le_bytes());
            }
            Cell::Empty | Cell::Bool(_) => {}
        }
    }

    /// A number in as many bytes as it needs, the lowest seven bits first.
    fn small(&mut self, mut number: u64) {
        while number > 0x7f {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn text(&mut self, text: &str) {
        self.counts.text += text.len() as u64;
        self.small(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// The closing frame.
    pub(super) fn close(mut self, ended: &Result<(), Failure>) -> io::Result<()> {
        match ended {
            Ok(()) => {}
            Err(Failure::Encrypted) => self.bytes.push(b'P'),
            Err(Failure::Damaged(why)) => {
                self.bytes.push(b'D');
                self.text(shortened(why));
            }
            Err(Failure::SheetMissing { wanted, names }) => {
                self.bytes.push(b'M');
                self.text(shortened(wanted));
                self.text(shortened(&names.join(", ")));
            }
            Err(Failure::Over(limit)) => {
                self.bytes.push(b'L');
                self.text(limit);
            }
        }
        self.bytes.push(b'Z');
        for count in [self.counts.sheets, self.counts.cells, self.counts.text] {
            self.bytes.extend(count.to_le_bytes());
        }
        self.flush()
    }
}

fn shortened(text: &str) -> &str {
    let mut end = text.len().min(LONGEST as usize);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Why a stream cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// It broke off, or could not be read.
    Read(io::Error),
    /// It is not what was agreed.
    Garbled(&'static str),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Unusable {
        Unusable::Read(error)
    }
}

/// Reads a whole stream of events; answers how parsing ended. What `take` was told before an error must be forgotten.
pub(super) fn read(
    input: impl Read,
    limits: &Limits,
    take: &mut dyn FnMut(Event<'_>) -> Next,
) -> Result<Result<(), Failure>, Unusable> {
    let mut frames = Frames {
        input,
        limits,
        counts: Counts::default(),
        row: None,
        bytes: vec![0; PIECE],
        start: 0,
        end: 0,
    };
    frames.head()?;
    frames.all(take)
}

struct Frames<'a, R> {
    input: R,
    limits: &'a Limits,
    counts: Counts,
    /// The row under way in this sheet.
    row: Option<u32>,
    /// What is at hand, and where it begins and ends.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

/// Where in the stream a frame may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Between,
    Sheet,
    /// In a sheet whose cells are not wanted any more.
    Passed,
}

impl<R: Read> Frames<'_, R> {
    fn head(&mut self) -> Result<(), Unusable> {
        match self.next(HEAD.len())? == HEAD.as_bytes() {
            true => Ok(()),
            false => Err(Unusable::Garbled("it does not begin as one of ours")),
        }
    }

    fn all(&mut self, take: &mut dyn FnMut(Event<'_>) -> Next) -> Result<Result<(), Failure>, Unusable> {
        let mut within = Within::Between;
        loop {
            within = match (self.byte()?, within) {
                (b'Y', Within::Between) => {
                    let day = NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(self.bytes()?));
                    let day = day.ok_or(Unusable::Garbled("it counts from a day that is none"))?;
                    take(Event::Epoch(Epoch::from_day(day)));
                    within
                }
                (b'S', Within::Between) => {
                    let hidden = self.byte()? != 0;
                    self.counts.sheets += 1;
                    if self.counts.sheets > self.limits.sheets {
                        return Err(Unusable::Garbled("it has too many sheets"));
                    }
                    self.row = None;
                    let name = self.text(self.limits.cell_bytes)?;
                    take(Event::Sheet { name, hidden });
                    Within::Sheet
                }
                (b'R', Within::Sheet | Within::Passed) => {
                    self.row = Some(u32::from_le_bytes(self.bytes()?));
                    within
                }
                (kind @ (b't' | b'n' | b'd' | b'0' | b'1' | b'e'), Within::Sheet | Within::Passed) => {
                    self.cell(kind, within, take)?
                }
                (b'H', Within::Sheet | Within::Passed) => {
                    let rows = u32::from_le_bytes(self.bytes()?);
                    take(Event::HiddenRows(rows));
                    within
                }
                (b'E', Within::Sheet) | (b'E', Within::Passed) => {
                    take(Event::End);
                    Within::Between
                }
                (b'B', Within::Sheet) => {
                    take(Event::Broken(self.text(LONGEST)?));
                    Within::Between
                }
                // What is broken in cells that nobody wants does not matter.
                (b'B', Within::Passed) => {
                    self.text(LONGEST)?;
                    take(Event::End);
                    Within::Between
                }
                (b'Z', Within::Between) => return self.closed().map(Ok),
                (letter @ (b'P' | b'D' | b'M' | b'L'), _) => {
                    let failure = self.failure(letter)?;
                    if self.byte()? != b'Z' {
                        return Err(Unusable::Garbled("it does not close"));
                    }
                    return self.closed().map(|()| Err(failure));
                }
                _ => return Err(Unusable::Garbled("it has a frame that cannot stand there")),
            };
        }
    }

    fn cell(&mut self, kind: u8, within: Within, take: &mut dyn FnMut(Event<'_>) -> Next) -> Result<Within, Unusable> {
        let column = self.small()?;
        self.counts.cells += 1;
        let row = self.row.filter(|row| *row < ROWS);
        let column = u32::try_from(column).ok().filter(|_| column < self.limits.columns);
        let (Some(row), Some(column), true) = (row, column, self.counts.cells <= self.limits.cells) else {
            return Err(Unusable::Garbled("it has a cell where none can stand"));
        };
        let cell = match kind {
            b't' => Cell::Text(self.text(self.limits.cell_bytes)?),
            b'n' => Cell::Number(f64::from_bits(u64::from_le_bytes(self.bytes()?))),
            b'd' => {
                let (seconds, nanos) = (i64::from_le_bytes(self.bytes()?), u32::from_le_bytes(self.bytes()?));
                let at = DateTime::from_timestamp(seconds, nanos).ok_or(Unusable::Garbled("it has no date for one"))?;
                Cell::DateTime(at.naive_utc())
            }
            b'0' => Cell::Bool(false),
            b'1' => Cell::Bool(true),
            _ => Cell::Error(self.text(self.limits.cell_bytes)?),
        };
        if within == Within::Passed {
            return Ok(within);
        }
        Ok(match take(Event::Cell { row, column, cell }) {
            Next::Go => Within::Sheet,
            Next::SkipSheet => Within::Passed,
            Next::Break(_) => return Err(Unusable::Garbled("its cells are not in order")),
        })
    }

    fn failure(&mut self, letter: u8) -> Result<Failure, Unusable> {
        Ok(match letter {
            b'P' => Failure::Encrypted,
            b'D' => Failure::Damaged(self.text(LONGEST)?.to_owned()),
            b'M' => {
                let wanted = self.text(LONGEST)?.to_owned();
                let names = vec![self.text(LONGEST)?.to_owned()];
                Failure::SheetMissing { wanted, names }
            }
            _ => {
                let limit = counted(self.text(LONGEST)?);
                let (limit, ..) = limit.ok_or(Unusable::Garbled("it names no limit of ours"))?;
                Failure::Over(limit)
            }
        })
    }

    /// Checks the counts, and that nothing follows.
    fn closed(&mut self) -> Result<(), Unusable> {
        let told = Counts {
            sheets: u64::from_le_bytes(self.bytes()?),
            cells: u64::from_le_bytes(self.bytes()?),
            text: u64::from_le_bytes(self.bytes()?),
        };
        if told != self.counts {
            return Err(Unusable::Garbled("its counts are not those of what it told"));
        }
        match self.byte() {
            Err(Unusable::Read(error)) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
            Err(other) => Err(other),
            Ok(_) => Err(Unusable::Garbled("it goes on after its end")),
        }
    }

    fn byte(&mut self) -> Result<u8, Unusable> {
        self.bytes().map(|[byte]: [u8; 1]| byte)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Unusable> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.next(N)?);
        Ok(bytes)
    }

    /// A number of as many bytes as it needs.
    fn small(&mut self) -> Result<u64, Unusable> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Unusable::Garbled("it has a number without end"))
    }

    /// A text of at most so many bytes.
    fn text(&mut self, most: u64) -> Result<&str, Unusable> {
        let length = self.small()?;
        if length > most {
            return Err(Unusable::Garbled("it has a text that is too long"));
        }
        self.counts.text += length;
        std::str::from_utf8(self.next(length as usize)?).map_err(|_| Unusable::Garbled("it has a text that is none"))
    }

    /// The next so many bytes.
    fn next(&mut self, length: usize) -> Result<&[u8], Unusable> {
        if self.end - self.start < length {
            self.fill(length)?;
        }
        let bytes = self.bytes.get(self.start..self.start + length).unwrap_or_default();
        self.start += length;
        Ok(bytes)
    }

    /// Brings so many bytes to hand.
    fn fill(&mut self, length: usize) -> io::Result<()> {
        self.bytes.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.bytes.len() < length {
            self.bytes.resize(length, 0);
        }
        while self.end < length {
            let room = self.bytes.get_mut(self.end..).unwrap_or_default();
            match self.input.read(room) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.end += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
