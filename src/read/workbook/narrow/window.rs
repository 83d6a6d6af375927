//! A part of a workbook through a window.
//!
//! In: a stream of bytes. Out: the bytes at hand, of which those that were read are given back. The window is as large as the
//! longest piece that must be seen whole, which has a bound.

use std::io::Read;

use super::Unusual;

/// Bytes of a window that are read at a time.
const ROOM: usize = 1 << 18;

/// Longest piece that may have to be seen whole.
const MOST: usize = 1 << 24;

pub(super) struct Window<'r> {
    source: &'r mut dyn Read,
    bytes: Vec<u8>,
    /// Where what is at hand begins and ends.
    start: usize,
    end: usize,
    ended: bool,
}

impl<'r> Window<'r> {
    pub(super) fn new(source: &'r mut dyn Read) -> Window<'r> {
        Window {
            source,
            bytes: vec![0; ROOM],
            start: 0,
            end: 0,
            ended: false,
        }
    }

    /// What is at hand.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// The first bytes at hand, as text.
    pub(super) fn text(&self, length: usize) -> Result<&str, Unusual> {
        let bytes = self.bytes().get(..length).ok_or(Unusual)?;
        std::str::from_utf8(bytes).map_err(|_| Unusual)
    }

    /// Gives back the first bytes.
    pub(super) fn done(&mut self, length: usize) {
        self.start = (self.start + length).min(self.end);
    }

    /// Brings more bytes to hand; says whether there were any. A stream that fails is none of ours.
    pub(super) fn more(&mut self) -> Result<bool, Unusual> {
        if self.ended {
            return Ok(false);
        }
        self.bytes.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.bytes.len() < self.end + ROOM / 2 {
            if self.end >= MOST {
                return Err(Unusual);
            }
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
        let before = self.end;
        while let Some(room) = self.bytes.get_mut(self.end..)
            && !room.is_empty()
        {
            let read = self.source.read(room).map_err(|_| Unusual)?;
            self.end += read;
            if read == 0 {
                self.ended = true;
                break;
            }
        }
        Ok(self.end > before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_given_back_stays_at_hand() {
        let text: String = (0..200_000).map(|number| format!("{number},")).collect();
        let mut bytes = text.as_bytes();
        let mut window = Window::new(&mut bytes);
        let mut seen = String::new();
        while window.more().unwrap() {
            let end = window.bytes().iter().rposition(|byte| *byte == b',').unwrap() + 1;
            seen.push_str(window.text(end).unwrap());
            window.done(end);
        }
        assert!(seen == text && window.bytes().is_empty());
    }

    #[test]
    fn a_piece_without_end_is_unusual() {
        let mut endless = std::io::repeat(b'x');
        let mut window = Window::new(&mut endless);
        let mut times = 0;
        while window.more().is_ok() {
            times += 1;
        }
        assert!(times < 100 && window.bytes().len() <= 2 * MOST);
    }
}
