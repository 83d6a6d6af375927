//! Texts laid out in columns and lines.
//!
//! In: texts, perhaps styled. Out: the same, padded, shortened or broken into lines. Widths are those of a terminal: a Chinese or
//! Japanese character takes two columns, a combining mark none, a style none.

use anstream::adapter::strip_str;
use unicode_width::UnicodeWidthStr;

/// Columns of a line.
pub(super) const LINE: usize = 100;

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    strip_str(text).map(UnicodeWidthStr::width).sum()
}

/// A text with blanks behind it, up to a width.
pub(super) fn padded(text: &str, to: usize) -> String {
    let blanks = to.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// A plain text of at most a width; what is cut is an ellipsis.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        short.push(character);
        if width(&short) >= most {
            short.pop();
            break;
        }
    }
    format!("{}…", short.trim_end())
}

/// A text broken at blanks into lines of at most [`LINE`] columns: the first begins with `first`, the others with as many blanks
/// as `indent`. A word that is longer stays whole.
pub(super) fn wrapped(first: &str, indent: usize, text: &str) -> String {
    let mut lines = String::new();
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && width(&line) + 1 + width(word) > LINE {
            lines.push_str(line.trim_end());
            lines.push('\n');
            line = " ".repeat(indent);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push_str(line.trim_end());
    lines.push('\n');
    lines
}

/// Lines moved to the right, and broken where they are too long.
pub(super) fn moved(text: &str, by: usize) -> String {
    let line = |line: &str| {
        let own = line.len() - line.trim_start().len();
        wrapped(&" ".repeat(by + own), by + own + 4, line.trim_start())
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_a_terminal() {
        for (text, columns) in [
            ("Ügyfél", 6),
            ("U\u{308}gyfe\u{301}l", 6),
            ("顧客名", 6),
            ("\u{1b}[1mbold\u{1b}[0m", 4),
            ("", 0),
        ] {
            assert_eq!(width(text), columns, "{text}");
        }
        assert_eq!(padded("顧客", 6), "顧客  ");
        assert_eq!(padded("long", 2), "long");
    }

    #[test]
    fn texts_are_cut_and_broken() {
        assert_eq!(shortened("Microsoft 365", 13), "Microsoft 365");
        assert_eq!(shortened("Microsoft 365", 12), "Microsoft 3…");
        assert_eq!(shortened("顧客番号", 6), "顧客…");
        let words = "word ".repeat(30);
        let text = wrapped("  - ", 4, words.trim());
        assert!(text.lines().all(|line| width(line) <= LINE), "{text}");
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("    word")));
        assert_eq!(wrapped("", 0, &"x".repeat(200)), format!("{}\n", "x".repeat(200)));
    }
}
