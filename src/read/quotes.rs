//! The audit of quotes: before a row is handed on, every quote of the file is known to be closed.
//!
//! In: all bytes of a text, piece by piece. Out: where a quote is opened that never closes, if there is one. Follows the same
//! rules as [`super::record`], but jumps from quote to quote and needs no memory.

use memchr::{memchr, memchr2};

/// State between two pieces.
#[derive(Debug)]
pub(super) struct Quotes {
    delimiter: u8,
    /// Longest quoted text that is believed.
    limit: u64,
    /// Bytes before the piece under way.
    passed: u64,
    /// The byte before the one under way; a line end before the first.
    before: u8,
    state: State,
    /// Whether a quote stands within an unquoted cell.
    pub(super) has_inner: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    /// `at`: where it was opened. `lines`: whether a line end was passed since.
    Inside {
        at: u64,
        lines: bool,
    },
    /// A quote inside was seen; the next byte says whether it closed.
    Closing {
        at: u64,
        lines: bool,
    },
    /// It was opened at this offset and never closed.
    Stray(u64),
}

impl Quotes {
    pub(super) fn new(delimiter: u8, limit: u64) -> Quotes {
        Quotes {
            delimiter,
            limit,
            passed: 0,
            before: b'\n',
            state: State::Outside,
            has_inner: false,
        }
    }

    /// Looks at the next bytes.
    pub(super) fn piece(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() && !matches!(self.state, State::Stray(_)) {
            let used = self.step(rest);
            self.passed += used as u64;
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// Takes the bytes up to and including the next quote, or the one byte that says whether a quote closed.
    fn step(&mut self, bytes: &[u8]) -> usize {
        if let State::Closing { at, lines } = self.state {
            let byte = bytes.first().copied().unwrap_or_default();
            self.state = match byte {
                b'"' => State::Inside { at, lines },
                byte if lines && !self.ends_field(byte) => State::Stray(at),
                _ => State::Outside,
            };
            self.before = byte;
            return 1;
        }
        let quote = memchr(b'"', bytes);
        let used = quote.map_or(bytes.len(), |at| at + 1);
        let skipped = bytes.get(..quote.unwrap_or(used)).unwrap_or_default();
        let before = skipped.last().copied().unwrap_or(self.before);
        self.before = if quote.is_some() { b'"' } else { before };
        match self.state {
            State::Outside if quote.is_some() && self.ends_field(before) => {
                let at = self.passed + used as u64 - 1;
                self.state = State::Inside { at, lines: false };
            }
            State::Outside => self.has_inner |= quote.is_some(),
            State::Inside { at, lines } => {
                let lines = lines || memchr2(b'\n', b'\r', skipped).is_some();
                self.state = match quote {
                    Some(_) => State::Closing { at, lines },
                    None if self.passed + used as u64 - at > self.limit => State::Stray(at),
                    None => State::Inside { at, lines },
                };
            }
            State::Closing { .. } | State::Stray(_) => {}
        }
        used
    }

    fn ends_field(&self, byte: u8) -> bool {
        byte == self.delimiter || byte == b'\n' || byte == b'\r'
    }

    /// After the last piece: the offset of a quote that is never closed.
    pub(super) fn unclosed(&self) -> Option<u64> {
        match self.state {
            State::Stray(at) | State::Inside { at, .. } => Some(at),
            State::Outside | State::Closing { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::record::{Split, Splitter},
        *,
    };

    /// What the splitter says of the same text.
    fn splits(text: &[u8]) -> bool {
        let mut splitter = Splitter::new(b',');
        let mut at = 0;
        loop {
            match splitter.split(&text[at..], true) {
                Split::Record { used, .. } => at += used,
                Split::End => return true,
                _ => return false,
            }
        }
    }

    #[test]
    fn the_opening_quote_is_named() {
        for (text, expected) in [
            ("a,\"b\"\n", None),
            ("a,\"b\n", Some(2)),
            ("\"a\",\"b\n\"c\",\"d\"\n", Some(4)),
            ("a \"b\n", None),
            ("\"a\nb\"", None),
        ] {
            let mut quotes = Quotes::new(b',', 1 << 20);
            quotes.piece(text.as_bytes());
            assert_eq!(quotes.unclosed(), expected, "{text:?}");
        }
        let mut quotes = Quotes::new(b',', 10);
        quotes.piece(b"\"123456789012345");
        quotes.piece(b"\",a\n");
        assert_eq!(quotes.unclosed(), Some(0), "over the limit");
    }

    proptest! {
        #[test]
        fn agrees_with_the_splitter_however_cut(text in "[ab,\"\n\r]{0,40}", cut in 1usize..7) {
            let mut quotes = Quotes::new(b',', 1 << 20);
            text.as_bytes().chunks(cut).for_each(|piece| quotes.piece(piece));
            prop_assert_eq!(quotes.unclosed().is_none(), splits(text.as_bytes()), "{:?}", text);
        }
    }
}
