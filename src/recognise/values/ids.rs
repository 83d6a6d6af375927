//! Identifiers, and how spreadsheets damage them.
//!
//! In: a cell. Out: an [`Id`]. Refuses digits that a spreadsheet may have rounded: it keeps 15 of them.

use super::{Content, DamagedId, content, is_error};
use crate::{read::Cell, terms::Id};

/// The largest whole number up to which every one has its own `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// An identifier. A number becomes its digits while it can be trusted; a GUID that is cut short, digits in scientific notation
/// and `#######` are damaged.
pub fn id(cell: Cell<'_>) -> Result<Option<Id>, DamagedId> {
    let damaged = |why| Err(DamagedId { why });
    match content(cell) {
        Content::Nothing => Ok(None),
        Content::Number(number) if number.fract() != 0.0 || number < 0.0 || !number.is_finite() => {
            damaged("is a number with a fraction, a sign or an exponent, which no identifier is")
        }
        Content::Number(number) if number >= EXACT => {
            damaged("is a number too long for a spreadsheet, which has rounded it")
        }
        Content::Number(number) => Ok(Id::parse(&format!("{number:.0}"))),
        Content::Bool(_) => damaged("is a truth value where an identifier should stand"),
        Content::Other => match cell {
            Cell::Text(text) if is_error(text) && text.contains("##") => {
                damaged("is what a spreadsheet shows where a column is too narrow")
            }
            Cell::DateTime(_) => damaged("is a date: a spreadsheet has taken the identifier for one"),
            _ => damaged("is a spreadsheet error"),
        },
        Content::Text(text) => {
            let text = plain(text);
            match text.chars().all(|c| matches!(c, '-' | '–' | '—')) || is_placeholder(text) {
                true => Ok(None),
                false if is_scientific(text) => damaged("is a number in scientific notation: its last digits are lost"),
                false if is_cut_guid(text) => damaged("is a GUID with a digit missing or changed"),
                false => Ok(Id::parse(text)),
            }
        }
    }
}

/// Without blanks, zero-width characters and the apostrophe by which a spreadsheet is kept from converting a cell.
fn plain(text: &str) -> &str {
    let blank = |c: char| !super::is_visible(c);
    let text = text.trim_matches(blank);
    let text = match text.strip_prefix(['\'', '’']) {
        Some(rest) if !rest.contains(['\'', '’']) => rest,
        _ => text,
    };
    text.trim_matches(blank)
}

/// `n/a` and its like; the nil GUID, which programs write for "none".
fn is_placeholder(text: &str) -> bool {
    let known = ["n/a", "none", "null", "nil", "00000000-0000-0000-0000-000000000000"];
    known.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// `5.66890604832738E+17`, `5,6E+17`: digits, a decimal mark, an exponent with its sign. Hexadecimal such as `6dc5c039750a` and
/// names such as `2e5` have no sign.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let marks = mantissa.matches(['.', ',']).count();
    match exponent.strip_prefix(['+', '-']) {
        Some(exponent) => marks <= 1 && digits(exponent) && digits(&mantissa.replace(['.', ','], "")),
        None => marks == 1 && digits(exponent) && digits(&mantissa.replace(['.', ','], "")),
    }
}

/// Something with a GUID's hyphens that is none.
fn is_cut_guid(text: &str) -> bool {
    let inner = text.trim_start_matches("urn:uuid:").trim_matches(['{', '}', '(', ')']);
    let mut parts = inner.split('-');
    let begins = [8, 4]
        .iter()
        .all(|&length| parts.next().is_some_and(|part| is_hex(part) && part.len() == length));
    let rest: Vec<&str> = parts.collect();
    let hexes = rest.iter().all(|part| is_hex(part.trim_end_matches(['.', '…'])));
    begins && !rest.is_empty() && hexes && uuid::Uuid::try_parse(inner).is_err()
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_identifiers_are_read() {
        for (cell, expected) in [
            (
                Cell::Text("3B555118-DA6A-4418-894F-7DF1E2096870"),
                "3b555118-da6a-4418-894f-7df1e2096870",
            ),
            (
                Cell::Text(" {3b555118-da6a-4418-894f-7df1e2096870}\u{a0}"),
                "3b555118-da6a-4418-894f-7df1e2096870",
            ),
            (Cell::Text("usCBMgAAAAAAAAIA"), "uscbmgaaaaaaaaia"),
            (Cell::Text("'569142413664018751"), "569142413664018751"),
            (Cell::Text("6dc5c039750a"), "6dc5c039750a"),
            (Cell::Text("2e5"), "2e5"),
            (Cell::Text("CFQ7TTC0LH18:0001"), "cfq7ttc0lh18:0001"),
            (Cell::Text("4321-beef-corp"), "4321-beef-corp"),
            (Cell::Number(4321.0), "4321"),
        ] {
            assert_eq!(
                id(cell).unwrap().map(|id| id.to_string()).as_deref(),
                Some(expected),
                "{cell:?}"
            );
        }
    }

    #[test]
    fn nothing_is_no_identifier() {
        for cell in [
            Cell::Empty,
            Cell::Text("\u{200b}"),
            Cell::Text("-"),
            Cell::Text("N/A"),
            Cell::Text("00000000-0000-0000-0000-000000000000"),
        ] {
            assert_eq!(id(cell), Ok(None), "{cell:?}");
        }
    }

    #[test]
    fn what_a_spreadsheet_damaged_is_refused() {
        for cell in [
            Cell::Number(5.669_142_413_664_018e17),
            Cell::Number(9_007_199_254_740_992.0),
            Cell::Number(0.5),
            Cell::Number(-3.0),
            Cell::Number(f64::NAN),
            Cell::Text("5.66890604832738E+17"),
            Cell::Text("5,66890604832738E+17"),
            Cell::Text("5,6E17"),
            Cell::Text("6E+12"),
            Cell::Text("#######"),
            Cell::Text("#N/A"),
            Cell::Error("#REF!"),
            Cell::Text("3b555118-da6a-4418-894f-7df1e209687"),
            Cell::Text("3b555118-da6a-4418-894f-7df1e2…"),
            Cell::Text("3b555118-da6a-44"),
            Cell::Bool(true),
        ] {
            assert!(id(cell).is_err(), "{cell:?}");
        }
    }
}
