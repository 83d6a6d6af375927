//! A stream of text, record by record.
//!
//! In: a reader of UTF-8. Out: its records, each with the line on which it starts. Holds one record and a piece of the stream,
//! whatever the size of the text; a record over the limit is an answer, not memory.

use std::io::{self, Read};

use super::record::{Split, Splitter};

/// What comes next in a stream.
pub(super) enum Next {
    /// A record, to be asked for by [`Records::text`].
    Record {
        ended: bool,
    },
    End,
    Unclosed(u32),
    /// Over the limit for one record.
    TooLong,
}

/// Cuts a stream of UTF-8 into records. Holds one record, and a piece of the stream.
pub(super) struct Records {
    pub(super) splitter: Splitter,
    held: Vec<u8>,
    /// The record last found.
    record: (usize, usize),
    /// Where the next one starts.
    at: usize,
    /// Bytes held.
    end: usize,
    last: bool,
    /// What ended the stream, until the records before it are given.
    failed: Option<io::Error>,
    limit: usize,
    /// Line on which the next record starts.
    pub(super) line: u32,
}

impl Records {
    pub(super) fn new(delimiter: u8, limit: u64) -> Records {
        Records {
            splitter: Splitter::new(delimiter),
            held: vec![0; 1 << 17],
            record: (0, 0),
            at: 0,
            end: 0,
            last: false,
            failed: None,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            line: 1,
        }
    }

    /// The text of the record last found, or of the bytes left where none was found; without its line end.
    pub(super) fn text(&self) -> &str {
        let (start, end) = self.record;
        let bytes = self.held.get(start..end).unwrap_or_default();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => bytes
                .get(..error.valid_up_to())
                .and_then(|valid| std::str::from_utf8(valid).ok())
                .unwrap_or(""),
        };
        text.trim_end_matches(['\r', '\n'])
    }

    pub(super) fn next(&mut self, stream: &mut impl Read) -> io::Result<Next> {
        loop {
            let bytes = self.held.get(self.at..self.end).unwrap_or_default();
            match self.splitter.split(bytes, self.last) {
                Split::Record { used, lines, ended } => {
                    if used > self.limit {
                        return Ok(Next::TooLong);
                    }
                    self.record = (self.at, self.at + used);
                    self.at += used;
                    self.line = self.line.saturating_add(lines);
                    let bytes = self.held.get(self.record.0..self.record.1).unwrap_or_default();
                    // The survey found the whole text valid: what is not, was changed since.
                    if std::str::from_utf8(bytes).is_err() {
                        return Err(io::Error::new(
                            io::ErrorKind::InvalidData,
                            "the file was changed while it was read",
                        ));
                    }
                    return Ok(Next::Record { ended });
                }
                Split::Unclosed(lines) => {
                    self.record = (self.at, self.end);
                    return Ok(Next::Unclosed(lines));
                }
                Split::End => return Ok(Next::End),
                Split::More if bytes.len() > self.limit => return Ok(Next::TooLong),
                Split::More => self.fill(stream)?,
            }
        }
    }

    /// Reads on, keeping the record under way.
    fn fill(&mut self, stream: &mut impl Read) -> io::Result<()> {
        self.held.copy_within(self.at..self.end, 0);
        self.end -= self.at;
        self.at = 0;
        if self.held.len() - self.end < self.held.len() / 2 {
            self.held.resize(self.held.len() * 2, 0);
        }
        self.record = (0, self.end);
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        // To the brim, so that a long record is looked at few times, however small the pieces.
        while let Some(room) = self.held.get_mut(self.end..).filter(|room| room.len() > 16) {
            match stream.read(room) {
                Ok(0) => {
                    self.last = true;
                    break;
                }
                Ok(read) => self.end += read,
                // What came before the break is still good.
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        self.record = (0, self.end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(into.len()).min(3);
            into[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    #[test]
    fn records_come_whole_however_the_bytes_come() {
        let long = "x".repeat(300_000);
        let text = format!("a,b\r\n\r\n\"two\r\nlines\",{long}\r\nlast");
        let mut records = Records::new(b',', 1 << 20);
        let mut stream = Drops(text.as_bytes());
        let mut seen = Vec::new();
        loop {
            let line = records.line;
            match records.next(&mut stream).unwrap() {
                Next::Record { ended } => seen.push((line, records.text().len(), ended)),
                Next::End => break,
                _ => panic!("neither a record nor the end"),
            }
        }
        assert_eq!(
            seen,
            [(1, 3, true), (2, 0, true), (3, 13 + 300_000, true), (5, 4, false)]
        );
        let mut records = Records::new(b',', 1000);
        records.next(&mut Drops(text.as_bytes())).unwrap();
        let mut stream = Drops(long.as_bytes());
        assert!(matches!(Records::new(b',', 1000).next(&mut stream), Ok(Next::TooLong)));
    }
}
