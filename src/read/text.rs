//! Delimited text, as a stream.
//!
//! In: the [`Content`] of a text. Out: its table, through [`Tabling`]. The bytes are passed over three times, never held: the
//! head, for encoding and delimiter; a survey of all bytes, which decides whether the text may be used at all; then the rows.
//! Refuses, before any row is handed on: a quote that is never closed, a text over a limit. A text that breaks off gives the rows
//! before the break, and says so.

use std::io;

use super::{
    Interest, Job, Refusal, Sink,
    coding::{self, Coding, UTF8},
    damage::{Damage, Mixed},
    decode::Decoding,
    dialect::{Dialect, dialect, headings},
    encoding::{self, Choice},
    ending::{Ending, Verdict},
    lines::Lines,
    record::{Field, Splitter},
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
    /// Whether quotes stand within unquoted cells.
    inner_quotes: bool,
    /// Whether lines of two encodings stand in it.
    mixed: Option<Mixed>,
}

impl TextJob<'_, '_> {
    /// Reads it. An error refuses the file.
    pub(super) fn read(mut self, sink: &mut dyn Sink) -> Result<Found, Refusal> {
        let head = self.content.head(HEAD).map_err(|error| self.unreadable(&error))?;
        let reading = self.prepare(&head)?;
        self.job.report.encoding = Some(reading.choice.coding.name().into());
        self.job.report.encoding_certain = reading.choice.evidence.is_none();
        self.job.report.delimiter = Some(char::from(reading.dialect.inner));
        if let Some(evidence) = &reading.choice.evidence {
            let message = format!("read as `{}`: {evidence}", reading.choice.coding.name());
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
            Some(coding) => Choice::certain(coding),
            None if encoding::is_utf8(head) => Choice::certain(UTF8),
            None => encoding::guess(head.get(..SAMPLE).unwrap_or(head), known),
        };
        // Delimiters, quotes and line ends are the same bytes in every encoding but UTF-16, so this holds for any later choice.
        let dialect = dialect(&early.coding.decode(head), whole, delimiter, words);
        let mut survey = Survey::new(dialect.delimiter, self.job.limits.record_bytes, self.limit.1);
        let wide =
            marked.filter(|coding| matches!(coding, Coding::Standard(encoding) if !encoding.is_ascii_compatible()));
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
            None if survey.is_utf8() => Choice::certain(UTF8),
            None if early.evidence.is_some() => early,
            // The head is ASCII or UTF-8, and what follows is not.
            None => encoding::guess(&survey.sample, known),
        };
        let is_utf8 = choice.coding == UTF8;
        let mixed = match (survey.invalid > 0, survey.multibyte > 0) {
            (true, true) if is_utf8 => Some(Mixed::OtherInUtf8),
            (true, true) if choice.coding.is_single_byte() && set.is_none() => Some(Mixed::Utf8InOther),
            _ => None,
        };
        Ok(Reading {
            plain: is_utf8 && survey.invalid == 0 && !survey.is_cut,
            dialect,
            choice,
            cut,
            inner_quotes: survey.quotes.has_inner,
            mixed,
        })
    }

    fn set_encoding(&self) -> Result<Option<Coding>, Refusal> {
        let Some(label) = &self.job.options.encoding else {
            return Ok(None);
        };
        let refused = |nearest: [&str; 3]| {
            let message = format!("`{label}` is no encoding we know; the file was not read");
            let hint = format!("nearest are {}", nearest.map(|label| format!("`{label}`")).join(", "));
            refuse(Code::FileRefused, self.place(), message, hint)
        };
        coding::known_encoding(label).map_err(refused)?;
        Ok(Coding::named(label))
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

    fn unclosed(&self, at: u64, wide: Option<Coding>) -> Refusal {
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
        let mut damage = Damage::new(reading.mixed);
        let mut tabling = Tabling::new(self.job.words, self.member.clone(), false).counting_cells();
        let content = self.content;
        let result = content.pass(|reader| {
            let decoding = match reading.plain {
                true => Decoding::plain(reader),
                false => Ok(Decoding::new(reader, reading.choice.coding)),
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
        let mut ending = Ending::new(reading.cut);
        let mut lines = Lines::new(reading.dialect, reading.inner_quotes);
        loop {
            let line = records.line;
            match records.next(&mut decoding) {
                Ok(Next::Record { .. }) if line <= reading.dialect.preamble => {}
                Ok(Next::Record { ended }) => {
                    if !ended && ending.asks_for_width(&records.splitter) {
                        tabling.settle(sink);
                    }
                    let text = records.text();
                    match ending.judge(ended, &records.splitter, text, tabling.width) {
                        Verdict::Cut => {
                            self.tell_cut(line, text);
                            break;
                        }
                        Verdict::Open => self.tell_open(line),
                        Verdict::Short => self.tell_short(line),
                        Verdict::Whole => {}
                    }
                    damage.look(text, line);
                    self.check(&records.splitter, line)?;
                    let other = lines.take(line, text, &records.splitter, tabling, self.job.words);
                    if let Some(other) = other {
                        records.splitter = other;
                    }
                    if lines.rows > self.job.limits.rows {
                        let place = self.place().at_row(line);
                        return Err(self.job.over(place, "rows", self.job.limits.rows, "rows"));
                    }
                    if tabling.end_row(line, sink) == Interest::Skip {
                        break;
                    }
                    let most = self.job.limits.workbook_text_bytes;
                    if tabling.waiting > most {
                        let what = "bytes of text in a table beside another";
                        return Err(self
                            .job
                            .over(self.place().at_row(line), "workbook_text_bytes", most, what));
                    }
                }
                Ok(Next::End) => break,
                Ok(Next::Unclosed(_)) if reading.cut => {
                    self.tell_cut(line, records.text());
                    break;
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
                    break;
                }
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
        lines
            .findings(&self.place())
            .into_iter()
            .for_each(|finding| self.tell(finding));
        Ok(())
    }

    /// The last line has no line end, and all that it says may well be whole.
    fn tell_open(&mut self, line: u32) {
        let message =
            "the last row has no line end, so the file may have been cut within its last cell; the row was used";
        let hint = "compare the row with its source; a line end after it says that nothing is missing";
        self.tell(Finding::new(
            Code::LastRowOpen,
            self.place().at_row(line),
            message,
            hint,
        ));
    }

    /// The last line has no line end, and its last cell may be half of one.
    fn tell_short(&mut self, line: u32) {
        let message = "the last row has no line end, and its last cell is shorter than all above it, so it may have been cut; the cell was not used";
        let hint = "compare the cell with its source; a line end after it says that nothing is missing";
        let place = self.place().at_row(line);
        self.tell(Finding::new(Code::LastCellShort, place, message, hint));
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
