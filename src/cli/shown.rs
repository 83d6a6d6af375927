//! Texts for a screen: styles, and what must not reach a terminal as it is.

use std::fmt::{self, Display, Write};

use anstyle::{AnsiColor, Style};
use chrono::NaiveDate;
use seatshift::config::Set;

pub(super) const STRONG: Style = Style::new().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const FAINT: Style = Style::new().dimmed();

/// Most characters of a text that came from a file.
const LONGEST: usize = 400;
/// Most characters of a sentence of ours with texts from files in it: its end may be what matters most.
const LONGEST_SENTENCE: usize = 4000;

/// Something in a style.
pub(super) struct In<T>(pub(super) Style, pub(super) T);

impl<T: Display> Display for In<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.1.fmt(f)?;
        write!(f, "{:#}", self.0)
    }
}

/// A text from somebody's file, on one line: control characters and those that turn the direction of writing are spelled out,
/// and what is too long is cut.
pub(super) fn tame(text: &str) -> String {
    tamed(text, LONGEST)
}

/// The same of a sentence of ours.
pub(super) fn tame_sentence(text: &str) -> String {
    tamed(text, LONGEST_SENTENCE)
}

fn tamed(text: &str, longest: usize) -> String {
    let mut tamed = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        if index == longest {
            tamed.push('…');
            break;
        }
        let spelled = character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        match spelled {
            // Writing to a `String` does not fail.
            true => drop(write!(tamed, "{}", character.escape_unicode())),
            false => tamed.push(character),
        }
    }
    tamed
}

/// A number with its thousands apart: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// What holds for this run alone, by its command line: `what if: --as-of 2027-01-15, --set rules.undo_days=3`; nothing where nothing does.
pub(super) fn what_if(as_of: Option<NaiveDate>, set: &[Set]) -> String {
    let as_of = as_of.map(|day| format!("--as-of {day}"));
    let set = set.iter().map(|set| format!("--set {}", tame(&set.text)));
    let all: Vec<String> = as_of.into_iter().chain(set).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!("what if: {}", all.join(", ")),
    }
}

/// The same where the day is told already: nothing without a setting.
pub(super) fn what_if_set(as_of: Option<NaiveDate>, set: &[Set]) -> String {
    match set.is_empty() {
        true => String::new(),
        false => what_if(as_of, set),
    }
}

/// `1 row`, `2 rows`.
pub(super) fn many(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_file_steers_the_terminal() {
        assert_eq!(tame("Contoso Árvíztűrő"), "Contoso Árvíztűrő");
        assert_eq!(
            tame("a\u{1b}[31mb\nc\u{202e}d\u{9b}"),
            "a\\u{1b}[31mb\\u{a}c\\u{202e}d\\u{9b}"
        );
        assert_eq!(tame(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
