//! Texts that repeat, kept once.
//!
//! In: the cells of columns. Out: pools of distinct texts, in the order in which they were first seen, and for each cell the
//! number of its text, written with as few letters as the pool needs. Columns that say the same kind of thing share a pool. A
//! column is one JSON string, which a browser reads at once, however many rows there are.

use std::{borrow::Cow, hash::BuildHasher};

use hashbrown::{DefaultHashBuilder, HashTable};

/// The digits of a number in a column.
const DIGITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/// Distinct texts by number.
#[derive(Debug, Default)]
pub(super) struct Pool<'a> {
    texts: Vec<Cow<'a, str>>,
    /// The number of each text, by its hash.
    numbers: HashTable<(u64, u32)>,
    hasher: DefaultHashBuilder,
}

impl<'a> Pool<'a> {
    /// The number of a text.
    pub(super) fn number(&mut self, text: impl Into<Cow<'a, str>>) -> u32 {
        let text = text.into();
        let hash = self.hasher.hash_one(&*text);
        let is_text = |(own, number): &(u64, u32)| *own == hash && self.texts.get(*number as usize) == Some(&text);
        if let Some((_, number)) = self.numbers.find(hash, is_text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text);
        self.numbers.insert_unique(hash, (hash, number), |(hash, _)| *hash);
        number
    }

    /// All texts, by number.
    pub(super) fn texts(&self) -> &[Cow<'a, str>] {
        &self.texts
    }

    /// How many digits its numbers need; none where all cells are the same.
    pub(super) fn width(&self) -> u32 {
        let mut width = 0;
        while 64_usize.saturating_pow(width) < self.texts.len() {
            width += 1;
        }
        width
    }
}

/// Numbers with so many digits each, one after the other.
pub(super) fn digits(numbers: &[u32], width: u32) -> String {
    let mut text = String::with_capacity(numbers.len() * width as usize);
    for number in numbers {
        for place in (0..width).rev() {
            let digit = number >> (6 * place) & 63;
            text.push(char::from(DIGITS.get(digit as usize).copied().unwrap_or(b'0')));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_numbers_of_their_texts() {
        let mut pool = Pool::default();
        let numbers: Vec<u32> = ["b", "a", "b"].into_iter().map(|text| pool.number(text)).collect();
        assert_eq!(numbers, [0, 1, 0]);
        assert_eq!(pool.texts(), ["b", "a"]);
        assert_eq!((pool.width(), digits(&numbers, pool.width())), (1, "010".to_owned()));
        assert_eq!(digits(&[0, 63, 64, 4095], 2), "000_10__");
    }

    #[test]
    fn a_pool_of_one_text_needs_no_digits() {
        let mut pool = Pool::default();
        assert_eq!(pool.width(), 0);
        pool.number("");
        assert_eq!((pool.width(), digits(&[0, 0], 0)), (0, String::new()));
        (1..64).for_each(|number| assert_eq!(pool.number(number.to_string()), number));
        assert_eq!(pool.width(), 1);
        pool.number("one more");
        assert_eq!(pool.width(), 2);
    }
}
