//! Texts that a spreadsheet must not run.
//!
//! A text that a spreadsheet would run as a formula gets a `'` before it, and so does text that begins with one already, so that
//! taking one `'` away gives the text back.

use std::borrow::Cow;

/// A text as it may stand in a file that people open in a spreadsheet.
///
/// ```
/// use seatshift::saved::{neutralised, restored};
///
/// assert_eq!(neutralised("Contoso"), "Contoso");
/// assert_eq!(neutralised("=1+1"), "'=1+1");
/// assert_eq!(restored(&neutralised("'quoted'")), "'quoted'");
/// ```
pub fn neutralised(text: &str) -> Cow<'_, str> {
    match text.starts_with('\'') || runs(text) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// The text that [`neutralised`] was given.
pub fn restored(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// The same of a text's bytes.
pub(super) fn restored_bytes(cell: &[u8]) -> &[u8] {
    cell.strip_prefix(b"'").unwrap_or(cell)
}

/// Whether a spreadsheet may take a text for a formula, also after the blanks and quotes that it drops.
fn runs(text: &str) -> bool {
    for character in text.chars() {
        match character {
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠' => return true,
            '"' | '\'' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            blank if blank.is_whitespace() => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_neutralised_and_comes_back() {
        for text in [
            "=1+1",
            "+49 30 123",
            "-5",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\0=1",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            "  =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\"=1\"",
            " '=1",
            "'",
            "''x",
            "'=1",
        ] {
            let cell = neutralised(text);
            assert!(cell.starts_with('\''), "{text:?}");
            assert_eq!(restored(&cell), text, "{text:?}");
            assert_eq!(restored_bytes(cell.as_bytes()), text.as_bytes(), "{text:?}");
        }
        for text in ["", " ", "Contoso", "a=b", "5-3", "Žluťoučký kůň", "\"Contoso\"", "ООО"] {
            assert_eq!(neutralised(text), text);
            assert_eq!(restored(&neutralised(text)), text);
        }
    }
}
