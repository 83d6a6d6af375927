//! Bytes of any encoding as UTF-8 bytes, in a stream.
//!
//! In: a reader and its encoding. Out: a reader of UTF-8 without a byte order mark, line ends as they were. What cannot be
//! decoded becomes U+FFFD, which the damage report finds again. Valid UTF-8 passes through untouched.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

use super::coding::{Coding, DosPage};

const PIECE: usize = 1 << 16;

/// How bytes become UTF-8.
enum Way {
    /// As they are.
    Plain,
    Standard(Decoder),
    Dos(&'static DosPage),
}

/// Decodes what it reads.
pub(super) struct Decoding<'a> {
    inner: &'a mut dyn Read,
    way: Way,
    raw: Vec<u8>,
    at: usize,
    end: usize,
    finished: bool,
}

impl<'a> Decoding<'a> {
    /// Decodes, with replacement.
    pub(super) fn new(inner: &'a mut dyn Read, coding: Coding) -> Decoding<'a> {
        Decoding {
            inner,
            way: match coding {
                Coding::Standard(encoding) => Way::Standard(encoding.new_decoder_with_bom_removal()),
                Coding::Dos(page) => Way::Dos(page),
            },
            raw: vec![0; PIECE],
            at: 0,
            end: 0,
            finished: false,
        }
    }

    /// Passes bytes through but for a UTF-8 byte order mark.
    pub(super) fn plain(inner: &'a mut dyn Read) -> io::Result<Decoding<'a>> {
        let mut first = vec![0; 3];
        let mut end = 0;
        while let Some(room) = first.get_mut(end..).filter(|room| !room.is_empty()) {
            match inner.read(room)? {
                0 => break,
                read => end += read,
            }
        }
        let at = if first == b"\xef\xbb\xbf" { 3 } else { 0 };
        Ok(Decoding {
            inner,
            way: Way::Plain,
            raw: first,
            at,
            end,
            finished: false,
        })
    }

    fn pass_through(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let held = self.raw.get(self.at..self.end).unwrap_or_default();
        if held.is_empty() {
            return self.inner.read(into);
        }
        let length = held.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..length), held.get(..length)) {
            to.copy_from_slice(from);
        }
        self.at += length;
        Ok(length)
    }
}

impl Read for Decoding<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if matches!(self.way, Way::Plain) {
            return self.pass_through(into);
        }
        if into.len() < 16 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "too little room to decode into",
            ));
        }
        loop {
            if self.at == self.end && !self.finished {
                self.at = 0;
                self.end = self.inner.read(&mut self.raw)?;
                self.finished = self.end == 0;
            }
            let raw = self.raw.get(self.at..self.end).unwrap_or_default();
            let (read, written, ended) = match &mut self.way {
                Way::Plain => return Ok(0),
                Way::Dos(page) => {
                    let (read, written) = decode_dos(page, raw, into);
                    (read, written, self.finished && read == raw.len())
                }
                Way::Standard(decoder) => {
                    let (result, read, written, _) = decoder.decode_to_utf8(raw, into, self.finished);
                    (read, written, self.finished && result == CoderResult::InputEmpty)
                }
            };
            self.at += read;
            if ended {
                // A decoder that has finished, perhaps with half a character, may not be asked again.
                self.way = Way::Plain;
                return Ok(written);
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

/// Decodes as many bytes as there is room for; answers how many were read and written.
fn decode_dos(page: &DosPage, raw: &[u8], into: &mut [u8]) -> (usize, usize) {
    let mut written = 0;
    for (read, byte) in raw.iter().enumerate() {
        let c = page.character(*byte);
        match into.get_mut(written..written + c.len_utf8()) {
            Some(room) => written += c.encode_utf8(room).len(),
            None => return (read, written),
        }
    }
    (raw.len(), written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], label: &str) -> String {
        let mut reader = bytes;
        let mut text = Vec::new();
        let mut decoding = Decoding::new(&mut reader, Coding::named(label).unwrap());
        let mut piece = [0; 16];
        loop {
            match decoding.read(&mut piece).unwrap() {
                0 => return String::from_utf8(text).unwrap(),
                read => text.extend_from_slice(&piece[..read]),
            }
        }
    }

    #[test]
    fn streams_decode_in_pieces() {
        let text = "név;ország\r\nTűzőgép Kft.;HU\r\n".repeat(9000);
        let bytes = encoding_rs::WINDOWS_1250.encode(&text).0.into_owned();
        assert_eq!(decoded(&bytes, "windows-1250"), text);
        let wide: Vec<u8> = "\u{feff}"
            .chars()
            .chain(text.chars())
            .flat_map(|c| (c as u16).to_le_bytes())
            .collect();
        assert_eq!(decoded(&wide, "utf-16le"), text);
        assert_eq!(decoded(b"a\xff", "utf-8"), "a\u{fffd}");
        let dos = b"T\x81z\x8b;\r\n".repeat(20_000);
        assert_eq!(decoded(&dos, "cp852"), "Tüző;\r\n".repeat(20_000));
        let half = wide.get(..2 + 2 * 11 + 1).unwrap();
        assert_eq!(decoded(half, "utf-16le"), "név;ország\r\u{fffd}");
        assert_eq!(decoded(b"a\xc5", "utf-8"), "a\u{fffd}");
    }

    #[test]
    fn a_byte_order_mark_is_not_text() {
        for (bytes, expected) in [
            (&b"\xef\xbb\xbfid"[..], "id"),
            (b"id", "id"),
            (b"", ""),
            (b"longer than that", "longer than that"),
        ] {
            let mut reader = bytes;
            let mut text = String::new();
            Decoding::plain(&mut reader).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, expected);
        }
    }
}
