//! How words are compared.
//!
//! In: a heading or a cell's word, as a person or a program wrote it. Out: what is left of it when spelling no longer counts.
//! The machine's language plays no part: `İ`, `I`, `ı`, `i` all become `i`. What has no letter and no digit becomes nothing.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A text as words are compared: compatibility forms made plain (wide letters, narrow katakana), case and diacritics dropped,
/// letters of their own written as two (`æ`, `ß`), everything but letters and digits removed.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => folded.push(c),
            'A'..='Z' => folded.push(c.to_ascii_lowercase()),
            '\0'..='\x7f' => {}
            // Most of what is written in Chinese characters and Cyrillic letters is plain already.
            '\u{4e00}'..='\u{9fff}' | 'а'..='и' | 'к'..='я' => folded.push(c),
            c if is_mark_of_footnote(c) => {}
            c => decompose_compatible(c, |part| fold_part(part, &mut folded)),
        }
    }
    folded
}

/// What a text folds to, given to `ask`. Short plain texts, which most are, cost no allocation.
pub(super) fn with_folded<T>(text: &str, ask: impl FnOnce(&str) -> T) -> T {
    const MOST: usize = 64;
    if text.len() > MOST || !text.is_ascii() {
        return ask(&fold(text));
    }
    let mut room = [0; MOST];
    let mut length = 0;
    for (slot, byte) in room.iter_mut().zip(folded_bytes(text)) {
        *slot = byte;
        length += 1;
    }
    let folded = room.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    ask(folded.unwrap_or_default())
}

/// Whether two texts fold to the same.
pub fn folds_alike(a: &str, b: &str) -> bool {
    if !a.is_ascii() || !b.is_ascii() {
        return fold(a) == fold(b);
    }
    folded_bytes(a).eq(folded_bytes(b))
}

/// What a plain text folds to, byte by byte.
fn folded_bytes(text: &str) -> impl Iterator<Item = u8> {
    let bytes = text.bytes().filter(u8::is_ascii_alphanumeric);
    bytes.map(|byte| byte.to_ascii_lowercase())
}

/// A character that has no parts.
fn fold_part(part: char, folded: &mut String) {
    if is_combining_mark(part) {
        return;
    }
    for c in part.to_lowercase() {
        match c {
            'ı' => folded.push('i'),
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            c if c.is_alphanumeric() && !is_combining_mark(c) => folded.push(c),
            _ => {}
        }
    }
}

/// Superscript digits and trade marks, which normalisation would turn into letters and digits.
fn is_mark_of_footnote(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹' | '™' | '℠')
}

/// The ways a word of a language may be spelled, folded: as it stands, and where people write two letters for one that their
/// keyboard or their program lacks (`Verlaengerungsdatum`, `Udloebsdato`), so.
pub(super) fn spellings(word: &str, language: &str) -> impl Iterator<Item = String> {
    let spelled_out = matches!(language, "de" | "da" | "nb" | "sv" | "fi")
        .then(|| spell_out(word))
        .filter(|spelled| spelled != word);
    std::iter::once(fold(word)).chain(spelled_out.map(|spelled| fold(&spelled)))
}

fn spell_out(word: &str) -> String {
    let mut spelled = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            'ä' | 'Ä' => spelled.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => spelled.push_str("oe"),
            'ü' | 'Ü' => spelled.push_str("ue"),
            'å' | 'Å' => spelled.push_str("aa"),
            c => spelled.push(c),
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ways_fold_as_the_long_one_does() {
        let long = "Subscription end (UTC) ".repeat(4);
        let texts = [
            "",
            "-",
            "n/a",
            "Vége",
            "VEGE",
            "İd",
            "id",
            "Subscription ID",
            "subscription_id",
            "ßeta",
            "No. 1",
            "№1",
            &long,
        ];
        for one in texts {
            with_folded(one, |folded| assert_eq!(folded, fold(one), "{one}"));
            for other in texts {
                assert_eq!(folds_alike(one, other), fold(one) == fold(other), "{one} {other}");
            }
        }
    }
}
