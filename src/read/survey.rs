//! What all bytes of a text say, before any row is used.
//!
//! In: one pass over the bytes. Out: how many there are, whether they are UTF-8, lines that are not (by which a code page is
//! chosen), and whether every quote is closed. Holds a few kilobytes, whatever the size of the text.

use std::io::{self, Read};

use super::{coding::Coding, decode::Decoding, quotes::Quotes};

/// Bytes of lines that are kept for choosing a code page.
const SAMPLE: usize = 1 << 16;
/// Longest part of one line that is kept.
const LINE: usize = 1 << 11;

/// The findings of a survey.
pub(super) struct Survey {
    pub(super) bytes: u64,
    /// UTF-8 sequences of several bytes.
    pub(super) multibyte: u64,
    /// Places that are not UTF-8.
    pub(super) invalid: u64,
    /// Lines around such places.
    pub(super) sample: Vec<u8>,
    pub(super) quotes: Quotes,
    /// Whether the text is UTF-8 and ends within a character.
    pub(super) is_cut: bool,
    /// Whether the survey stopped since the text is over its limit.
    pub(super) over_limit: bool,
    limit: u64,
}

impl Survey {
    pub(super) fn new(delimiter: u8, record_limit: u64, limit: u64) -> Survey {
        Survey {
            bytes: 0,
            multibyte: 0,
            invalid: 0,
            sample: Vec::new(),
            quotes: Quotes::new(delimiter, record_limit),
            is_cut: false,
            over_limit: false,
            limit,
        }
    }

    /// Whether the text is UTF-8; a few broken places in much that is UTF-8 are damage, not another encoding.
    pub(super) fn is_utf8(&self) -> bool {
        self.invalid == 0 || self.multibyte >= 4 * self.invalid
    }

    /// Passes over all bytes; those of an encoding that does not keep ASCII (`wide`) are decoded first.
    pub(super) fn read(&mut self, reader: &mut dyn Read, wide: Option<Coding>) -> io::Result<()> {
        let mut decoding = decoding(reader, wide)?;
        let mut piece = vec![0; 1 << 17];
        let mut kept = 0;
        loop {
            let room = piece.get_mut(kept..).unwrap_or_default();
            let read = decoding.read(room)?;
            let fresh = piece.get(kept..kept + read).unwrap_or_default();
            self.bytes += read as u64;
            self.quotes.piece(fresh);
            if self.bytes > self.limit {
                self.over_limit = true;
                return Ok(());
            }
            let held = piece.get(..kept + read).unwrap_or_default();
            let done = self.utf8(held, read == 0);
            if read == 0 {
                return Ok(());
            }
            let end = kept + read;
            kept = end - done;
            piece.copy_within(done..end, 0);
        }
    }

    /// Counts sequences; answers how many bytes were judged, all but a sequence cut off at the end.
    fn utf8(&mut self, bytes: &[u8], last: bool) -> usize {
        // A code page shows itself soon: what is not UTF-8 in thousands of places need not be counted to the end.
        let settled = self.invalid > 4096 && !self.is_utf8();
        if settled || bytes.is_ascii() {
            return bytes.len();
        }
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (valid, broken) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            let leads = rest
                .get(..valid)
                .unwrap_or_default()
                .iter()
                .filter(|byte| **byte >= 0xc0)
                .count();
            self.multibyte += leads as u64;
            at += valid;
            match broken {
                None => {}
                Some(None) if !last => break,
                // Half a character at the very end of much that is UTF-8: the file was cut there.
                Some(None) if self.invalid == 0 && self.multibyte > 0 => {
                    self.is_cut = true;
                    return bytes.len();
                }
                Some(length) => {
                    self.invalid += 1;
                    self.keep_line(bytes, at);
                    at += length.unwrap_or(bytes.len() - at);
                }
            }
        }
        at
    }

    /// Keeps the line around a place for the sample, once.
    fn keep_line(&mut self, bytes: &[u8], at: usize) {
        if self.sample.len() >= SAMPLE {
            return;
        }
        let is_end = |byte: &u8| *byte == b'\n' || *byte == b'\r';
        let before = bytes.get(..at).unwrap_or_default();
        let start = before
            .iter()
            .rposition(is_end)
            .map_or(0, |end| end + 1)
            .max(at.saturating_sub(LINE));
        let after = bytes.get(at..).unwrap_or_default();
        let end = at + after.iter().position(is_end).unwrap_or(after.len()).min(LINE);
        let line = bytes.get(start..end).unwrap_or_default();
        if !self.sample.ends_with(line) {
            self.sample.push(b'\n');
            self.sample.extend_from_slice(line);
        }
    }
}

fn decoding<'a>(reader: &'a mut dyn Read, wide: Option<Coding>) -> io::Result<Decoding<'a>> {
    match wide {
        Some(coding) => Ok(Decoding::new(reader, coding)),
        None => Decoding::plain(reader),
    }
}

/// The line on which the byte at an offset stands, as the survey counts offsets.
pub(super) fn line_at(reader: &mut dyn Read, wide: Option<Coding>, at: u64) -> io::Result<u32> {
    let mut decoding = decoding(reader, wide)?;
    let mut piece = vec![0; 1 << 16];
    let (mut left, mut line, mut after_return) = (at, 1u32, false);
    while left > 0 {
        let read = decoding.read(&mut piece)?;
        if read == 0 {
            break;
        }
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(read);
        for byte in piece.get(..wanted).unwrap_or_default() {
            let pair = after_return && *byte == b'\n';
            line = line.saturating_add(u32::from(matches!(byte, b'\n' | b'\r') && !pair));
            after_return = *byte == b'\r';
        }
        left -= wanted as u64;
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surveyed(mut bytes: &[u8]) -> Survey {
        let mut survey = Survey::new(b',', 1 << 20, 1 << 30);
        survey.read(&mut bytes, None).unwrap();
        survey
    }

    #[test]
    fn utf8_is_told_across_pieces() {
        let text = "né,ő\r\n".repeat(100_000);
        let survey = surveyed(text.as_bytes());
        assert_eq!(
            (survey.invalid, survey.multibyte, survey.bytes),
            (0, 200_000, text.len() as u64)
        );
        let broken = surveyed(b"plain\na,\xe9l\nplain\nb,\xe9 \n");
        assert_eq!((broken.invalid, broken.is_utf8()), (2, false));
        assert_eq!(broken.sample, b"\na,\xe9l\nb,\xe9 ");
        assert!(surveyed("ééééé\n\u{e9}".as_bytes()).is_utf8());
        let cut = surveyed(b"n\xc3\xa9\nT\xc5");
        assert_eq!((cut.is_utf8(), cut.is_cut, cut.invalid), (true, true, 0));
        let other = surveyed(b"n\nT\xc5");
        assert_eq!((other.is_utf8(), other.is_cut, other.invalid), (false, false, 1));
    }

    #[test]
    fn lines_are_counted_to_an_offset() {
        let text = b"\xef\xbb\xbfa\r\nb\rc\nd";
        for (at, line) in [(0, 1), (3, 2), (5, 3), (7, 4)] {
            assert_eq!(line_at(&mut &text[..], None, at).unwrap(), line, "{at}");
        }
    }

    #[test]
    fn a_text_over_its_limit_stops_the_survey() {
        let mut survey = Survey::new(b',', 1 << 20, 10);
        survey.read(&mut &b"a,b,c,d,e,f,g"[..], None).unwrap();
        assert!(survey.over_limit);
    }
}
