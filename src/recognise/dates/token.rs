//! A text to the pieces of a date.
//!
//! In: a cell's text. Out: its numbers, words and marks in order. Refuses numbers longer than any part of a date.

/// One piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A number and how many digits it was written with.
    Number(u32, usize),
    /// Letters.
    Word(&'a str),
    /// Any other character; blanks are one ` `.
    Mark(char),
}

pub(super) fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::with_capacity(16);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| match first {
            '0'..='9' => c.is_ascii_digit(),
            first if is_blank(first) => is_blank(c),
            first if first.is_alphabetic() => c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c),
            _ => false,
        };
        let length = match is_thai(first) {
            true => thai_word(rest),
            false => rest.find(|c| !same(c)).unwrap_or(rest.len()).max(first.len_utf8()),
        };
        let (run, after) = rest.split_at(length);
        tokens.push(match first {
            '0'..='9' => Token::Number(run.parse().ok()?, run.len()),
            first if is_blank(first) => Token::Mark(' '),
            first if first.is_alphabetic() || is_thai(first) => Token::Word(run),
            mark => Token::Mark(mark),
        });
        rest = after;
    }
    Some(tokens)
}

fn is_thai(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e4f}')
}

/// Where a Thai word ends: an abbreviation has points within (`พ.ค.`).
fn thai_word(text: &str) -> usize {
    let end = text.find(|c| !is_thai(c) && c != '.').unwrap_or(text.len());
    text.get(..end).map_or(end, |word| word.trim_end_matches('.').len())
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
}
