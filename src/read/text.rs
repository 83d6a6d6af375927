//! Delimited text, as a stream.
//!
//! In: the [`Content`] of a text. Out: its table, through [`Tabling`]. The bytes are passed over three times, never held: the
//! head, for encoding and delimiter; a survey of all bytes, which decides whether the text may be used at all; then the rows.
//! Refuses, before any row is handed on: a quote that is never closed, a text over a limit. A text that breaks off gives the rows
//! before the break, and says so.

use std::io;

use encoding_rs::{Encoding, UTF_8};

use super::{
    Cell, Interest, Job, Refusal, Sink,
    damage::Damage,
    decode::Decoding,
    dialect::{Dialect, dialect, headings, wrapped},
    encoding::{self, Choice},
    record::{Field, Splitter, plain},
    records::{Next, Records},
    refuse,
    source::Content,
    survey::{Survey, line_at},
    table::{Found, Tabling},
};
use crate::{
    finding::{Code, Finding, Place},
    terms::Text,
};

/// Bytes of the head, by which encoding and delimiter are chosen.
const HEAD: u64 = 1 << 18;
/// Bytes of it that are decoded once for each code page.
const SAMPLE: usize = 1 << 16;

/// One text of a file.
pub(super) struct TextJob<'j, 'a> {
    pub(super) job: &'j mut Job<'a>,
    pub(super) content: Content<'j>,
    /// Its name in an archive.
    pub(super) member: Option<Text>,
    /// Most bytes it may have, and which limit says so.
    pub(super) limit: (&'static str, u64),
}

/// How a text is to be read.
struct Reading {
    choice: Choice,
    dialect: Dialect,
    /// Whether bytes are valid UTF-8 as they stand.
    plain: bool,
    /// Whether the text breaks off.
    cut: bool,
}

impl TextJob<'_, '_> {
    /// Reads it. An error refuses the file.
    pub(super) fn read(mut self, sink: &mut dyn Sink) -> Result<Found, Refusal> {
        let head = self.content.head(HEAD).map_err(|error| self.unreadable(&error))?;
        let reading = self.prepare(&head)?;
        self.job.report.encoding = Some(reading.choice.encoding.name().into());
        self.job.report.encoding_certain = reading.choice.evidence.is_none();
        self.job.report.delimiter = Some(char::from(reading.dialect.delimiter));
        if let Some(evidence) = &reading.choice.evidence {
            let message = format!("read as `{}`: {evidence}", reading.choice.encoding.name());
            let hint = "set `encoding` for this source if letters look wrong, or export as CSV UTF-8";
            self.tell(Finding::new(Code::EncodingGuessed, self.place(), message, hint));
        }
        self.rows(&reading, sink)
    }

    fn place(&self) -> Place {
        Place {
            sheet: self.member.clone(),
            ..self.job.place()
        }
    }

    fn tell(&mut self, finding: Finding) {
        self.job.report.findings.push(finding);
    }

    fn unreadable(&self, error: &io::Error) -> Refusal {
        let hint = "check that the file is whole and may be read, and run again";
        refuse(
            Code::FileUnreadable,
            self.place(),
            format!("cannot be read: {error}"),
            hint,
        )
    }

    /// Decides encoding and delimiter, and surveys all bytes.
    fn prepare(&mut self, head: &[u8]) -> Result<Reading, Refusal> {
        let whole = (head.len() as u64) < HEAD;
        let words = self.job.words;
        let known = |text: &str| headings(text, words);
        let delimiter = self.set_delimiter()?;
        let set = self.set_encoding()?;
        let marked = encoding::marked(head).or(set);
        let early = match marked {
            Some(encoding) => Choice::certain(encoding),
            None if encoding::is_utf8(head) => Choice::certain(UTF_8),
            None => encoding::guess(head.get(..SAMPLE).unwrap_or(head), known),
        };
        // Delimiters, quotes and line ends are the same bytes in every encoding but UTF-16, so this holds for any later choice.
        let dialect = dialect(&early.encoding.decode_with_bom_removal(head).0, whole, delimiter, words);
        let mut survey = Survey::new(dialect.delimiter, self.job.limits.record_bytes, self.limit.1);
        let wide = marked.filter(|encoding| !encoding.is_ascii_compatible());
        let surveyed = self.content.pass(|reader| survey.read(reader, wide));
        let cut = match surveyed.and_then(|read| read) {
            Ok(()) => false,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && survey.bytes > 0 => true,
            Err(error) => return Err(self.unreadable(&error)),
        };
        if survey.over_limit {
            return Err(self.job.over(self.place(), self.limit.0, self.limit.1, "bytes of text"));
        }
        if let Some(at) = survey.quotes.unclosed()
            && !cut
        {
            return Err(self.unclosed(at, wide));
        }
        let choice = match marked {
            Some(_) => early,
            None if survey.is_utf8() => Choice::certain(UTF_8),
            None if early.evidence.is_some() => early,
            // The head is ASCII or UTF-8, and what follows is not.
            None => encoding::guess(&survey.sample, known),
        };
        Ok(Reading {
            plain: choice.encoding == UTF_8 && survey.invalid == 0,
            dialect,
            choice,
            cut,
        })
    }

    fn set_encoding(&self) -> Result<Option<&'static Encoding>, Refusal> {
        let Some(label) = &self.job.options.encoding else {
            return Ok(None);
        };
        Encoding::for_label(label.as_bytes()).map(Some).ok_or_else(|| {
            let message = format!("`{label}` is no encoding we know; the file was not read");
            refuse(
                Code::FileRefused,
                self.place(),
                message,
                "write a label such as `windows-1250` or `utf-8`",
            )
        })
    }

    fn set_delimiter(&self) -> Result<Option<u8>, Refusal> {
        let Some(delimiter) = self.job.options.delimiter else {
            return Ok(None);
        };
        match u8::try_from(delimiter) {
            Ok(byte) if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(Some(byte)),
            _ => {
                let message = format!("`{delimiter}` cannot be a delimiter; the file was not read");
                Err(refuse(
                    Code::FileRefused,
                    self.place(),
                    message,
                    "set one of `,` `;` `|` or a tab",
                ))
            }
        }
    }

    fn unclosed(&self, at: u64, wide: Option<&'static Encoding>) -> Refusal {
        let line = self.content.pass(|reader| line_at(reader, wide, at));
        let place = match line.and_then(|line| line) {
            Ok(line) => self.place().at_row(line),
            Err(_) => self.place(),
        };
        let message = "a quote is opened here and never closed; no row of the file was used";
        refuse(
            Code::QuoteUnclosed,
            place,
            message,
            "remove the stray quote, or double it, and run again",
        )
    }

    fn rows(&mut self, reading: &Reading, sink: &mut dyn Sink) -> Result<Found, Refusal> {
        let mut damage = Damage::default();
        let mut tabling = Tabling::new(self.job.words, self.member.clone(), false);
        let content = self.content;
        let result = content.pass(|reader| {
            let decoding = match reading.plain {
                true => Decoding::plain(reader),
                false => Ok(Decoding::new(reader, reading.choice.encoding)),
            };
            let decoding = decoding.map_err(|error| self.unreadable(&error))?;
            self.stream(decoding, reading, &mut tabling, &mut damage, sink)
        });
        result.map_err(|error| self.unreadable(&error)).flatten()?;
        let found = tabling.finish(sink);
        self.job.report.rows += tabling.rows;
        let place = self.place();
        self.job.report.findings.extend(damage.findings(&place));
        Ok(found)
    }

    fn stream(
        &mut self,
        mut decoding: Decoding<'_>,
        reading: &Reading,
        tabling: &mut Tabling<'_>,
        damage: &mut Damage,
        sink: &mut dyn Sink,
    ) -> Result<(), Refusal> {
        let mut records = Records::new(reading.dialect.delimiter, self.job.limits.record_bytes);
        let mut inner = Splitter::new(reading.dialect.delimiter);
        let mut before = 0;
        let mut rows: u64 = 0;
        loop {
            let line = records.line;
            match records.next(&mut decoding) {
                Ok(Next::Record { ended }) => {
                    let text = records.text();
                    let fields = records.splitter.fields.len();
                    if line <= reading.dialect.preamble {
                        continue;
                    }
                    if !ended && self.is_cut(reading, fields, before, tabling, sink) {
                        self.tell_cut(line, text);
                        return Ok(());
                    }
                    damage.look(text, line);
                    self.check(&records.splitter, line)?;
                    before = if text.is_empty() { 0 } else { fields };
                    rows += u64::from(!text.is_empty());
                    if rows > self.job.limits.rows {
                        return Err(self
                            .job
                            .over(self.place().at_row(line), "rows", self.job.limits.rows, "rows"));
                    }
                    let unwrapped = wrapped(text, &records.splitter, &mut inner)
                        .filter(|_| inner.fields.len() == reading.dialect.width);
                    match &unwrapped {
                        Some(text) => row(text, &inner, tabling),
                        None => row(text, &records.splitter, tabling),
                    }
                    if tabling.end_row(line, sink) == Interest::Skip {
                        return Ok(());
                    }
                }
                Ok(Next::End) => return Ok(()),
                Ok(Next::Unclosed(_)) if reading.cut => {
                    self.tell_cut(line, records.text());
                    return Ok(());
                }
                Ok(Next::Unclosed(lines)) => {
                    let place = self.place().at_row(line.saturating_add(lines));
                    let message = "a quote is opened here and never closed; no row of the file was used";
                    return Err(refuse(Code::QuoteUnclosed, place, message, "remove the stray quote"));
                }
                Ok(Next::TooLong) => {
                    let limit = self.job.limits.record_bytes;
                    return Err(self
                        .job
                        .over(self.place().at_row(line), "record_bytes", limit, "bytes of one record"));
                }
                Err(error) if reading.cut && error.kind() == io::ErrorKind::UnexpectedEof => {
                    self.tell_cut(line, records.text());
                    return Ok(());
                }
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
    }

    /// Whether the last record, which no line end closes, was cut off: it is narrower than the headings and the row before it.
    fn is_cut(
        &self,
        reading: &Reading,
        fields: usize,
        before: usize,
        tabling: &mut Tabling<'_>,
        sink: &mut dyn Sink,
    ) -> bool {
        if reading.cut {
            return true;
        }
        if before > fields {
            tabling.settle(sink);
        }
        fields < before && fields < tabling.width && before >= tabling.width
    }

    fn tell_cut(&mut self, line: u32, text: &str) {
        let shown: String = text.chars().take(60).collect();
        let message = "the file ends in the middle of this row; the rows before it were read";
        let hint = "fetch the file again, and check that it is written completely before the run";
        let mut finding = Finding::new(Code::FileDamaged, self.place().at_row(line), message, hint);
        if !shown.is_empty() {
            finding = finding.value(shown);
        }
        self.tell(finding);
    }

    fn check(&self, splitter: &Splitter, line: u32) -> Result<(), Refusal> {
        let limits = self.job.limits;
        let place = || self.place().at_row(line);
        if splitter.fields.len() as u64 > limits.columns {
            return Err(self.job.over(place(), "columns", limits.columns, "columns"));
        }
        let long = |field: &Field| (field.end - field.start) as u64 > limits.cell_bytes;
        if splitter.fields.iter().any(long) {
            return Err(self
                .job
                .over(place(), "cell_bytes", limits.cell_bytes, "bytes in one cell"));
        }
        Ok(())
    }
}

fn row(record: &str, splitter: &Splitter, tabling: &mut Tabling<'_>) {
    for field in &splitter.fields {
        tabling.cell(Cell::Text(&plain(record, field)));
    }
}
