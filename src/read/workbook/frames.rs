//! Events over a pipe.
//!
//! In: events and how parsing ended, or bytes that should be that. Out: the one as the other: a head that names the program's
//! version, a frame for each event (a letter, then numbers in little-endian order and texts with their length), and a closing
//! frame with the counts. What is read is not trusted: each length has a bound, texts must be UTF-8, cells must stand where a
//! cell can, the counts must agree, and nothing may follow.

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
    counts: Counts,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(mut out: W) -> io::Result<Writer<W>> {
        out.write_all(HEAD.as_bytes())?;
        let counts = Counts::default();
        Ok(Writer { out, counts })
    }

    /// Hands on what was written so far.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    pub(super) fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match *event {
            Event::Epoch(epoch) => {
                self.out.write_all(b"Y")?;
                self.out.write_all(&epoch.day().num_days_from_ce().to_le_bytes())
            }
            Event::Sheet { name, hidden } => {
                self.counts.sheets += 1;
                self.out.write_all(&[b'S', u8::from(hidden)])?;
                self.text(name)
            }
            Event::Cell { row, column, cell } => self.cell(row, column, cell),
            Event::HiddenRows(rows) => {
                self.out.write_all(b"H")?;
                self.out.write_all(&rows.to_le_bytes())
            }
            Event::End => self.out.write_all(b"E"),
            Event::Broken(why) => {
                self.out.write_all(b"B")?;
                self.text(shortened(why))
            }
        }
    }

    fn cell(&mut self, row: u32, column: u32, cell: Cell<'_>) -> io::Result<()> {
        let kind = match cell {
            Cell::Empty => return Ok(()),
            Cell::Text(_) => b't',
            Cell::Number(_) => b'n',
            Cell::DateTime(_) => b'd',
            Cell::Bool(false) => b'0',
            Cell::Bool(true) => b'1',
            Cell::Error(_) => b'e',
        };
        self.counts.cells += 1;
        self.out.write_all(&[b'C', kind])?;
        self.out.write_all(&row.to_le_bytes())?;
        self.out.write_all(&column.to_le_bytes())?;
        match cell {
            Cell::Text(text) | Cell::Error(text) => self.text(text),
            Cell::Number(number) => self.out.write_all(&number.to_bits().to_le_bytes()),
            Cell::DateTime(at) => {
                let at = at.and_utc();
                self.out.write_all(&at.timestamp().to_le_bytes())?;
                self.out.write_all(&at.timestamp_subsec_nanos().to_le_bytes())
            }
            Cell::Empty | Cell::Bool(_) => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.counts.text += text.len() as u64;
        self.out.write_all(&(text.len() as u64).to_le_bytes())?;
        self.out.write_all(text.as_bytes())
    }

    /// The closing frame.
    pub(super) fn close(mut self, ended: &Result<(), Failure>) -> io::Result<()> {
        match ended {
            Ok(()) => {}
            Err(Failure::Encrypted) => self.out.write_all(b"P")?,
            Err(Failure::Damaged(why)) => {
                self.out.write_all(b"D")?;
                self.text(shortened(why))?;
            }
            Err(Failure::SheetMissing { wanted, names }) => {
                self.out.write_all(b"M")?;
                self.text(shortened(wanted))?;
                self.text(shortened(&names.join(", ")))?;
            }
            Err(Failure::Over(limit)) => {
                self.out.write_all(b"L")?;
                self.text(limit)?;
            }
        }
        self.out.write_all(b"Z")?;
        for count in [self.counts.sheets, self.counts.cells, self.counts.text] {
            self.out.write_all(&count.to_le_bytes())?;
        }
        self.out.flush()
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
        text: Vec::new(),
    };
    frames.head()?;
    frames.all(take)
}

struct Frames<'a, R> {
    input: R,
    limits: &'a Limits,
    counts: Counts,
    text: Vec<u8>,
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
        let mut head = [0; HEAD.len()];
        self.input.read_exact(&mut head)?;
        match head == HEAD.as_bytes() {
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
                    let name = self.text(self.limits.cell_bytes)?;
                    take(Event::Sheet { name, hidden });
                    Within::Sheet
                }
                (b'C', Within::Sheet | Within::Passed) => self.cell(within, take)?,
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

    fn cell(&mut self, within: Within, take: &mut dyn FnMut(Event<'_>) -> Next) -> Result<Within, Unusable> {
        let kind = self.byte()?;
        let row = u32::from_le_bytes(self.bytes()?);
        let column = u32::from_le_bytes(self.bytes()?);
        self.counts.cells += 1;
        if row >= ROWS || u64::from(column) >= self.limits.columns || self.counts.cells > self.limits.cells {
            return Err(Unusable::Garbled("it has a cell where none can stand"));
        }
        let cell = match kind {
            b't' => Cell::Text(self.text(self.limits.cell_bytes)?),
            b'e' => Cell::Error(self.text(self.limits.cell_bytes)?),
            b'n' => Cell::Number(f64::from_bits(u64::from_le_bytes(self.bytes()?))),
            b'd' => {
                let (seconds, nanos) = (i64::from_le_bytes(self.bytes()?), u32::from_le_bytes(self.bytes()?));
                let at = DateTime::from_timestamp(seconds, nanos).ok_or(Unusable::Garbled("it has no date for one"))?;
                Cell::DateTime(at.naive_utc())
            }
            b'0' => Cell::Bool(false),
            b'1' => Cell::Bool(true),
            _ => return Err(Unusable::Garbled("it has a cell of no kind")),
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
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// A text of at most so many bytes, valid until the next one.
    fn text(&mut self, most: u64) -> Result<&str, Unusable> {
        let length = u64::from_le_bytes(self.bytes()?);
        if length > most {
            return Err(Unusable::Garbled("it has a text that is too long"));
        }
        self.text.resize(length as usize, 0);
        self.input.read_exact(&mut self.text)?;
        self.counts.text += length;
        std::str::from_utf8(&self.text).map_err(|_| Unusable::Garbled("it has a text that is none"))
    }
}
