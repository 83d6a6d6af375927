//! Identifiers, and how spreadsheets damage them.
//!
//! In: a cell. Out: an [`Id`]. Refuses digits that a spreadsheet may have rounded: it keeps 15 of them.

use super::{Content, DamagedId, content, is_error};
use crate::{read::Cell, terms::Id};

/// The smallest whole number of 16 digits: a spreadsheet keeps 15 of them.
const ROUNDED: f64 = 1e15;
/// Characters of a GUID with hyphens and nothing around it.
const USUAL_GUID: usize = 36;

/// An identifier. A number becomes its digits while it can be trusted; a GUID that is cut short, digits in scientific notation
/// and `#######` are damaged.
pub fn id(cell: Cell<'_>) -> Result<Option<Id>, DamagedId> {
    // Nothing below says otherwise of a GUID in its usual form, which most identifiers are.
    if let Cell::Text(text) = cell
        && text.len() == USUAL_GUID
        && let Ok(guid) = uuid::Uuid::try_parse(text)
        && !guid.is_nil()
    {
        return Ok(Some(Id::Guid(guid)));
    }
    id_in_full(cell)
}

fn id_in_full(cell: Cell<'_>) -> Result<Option<Id>, DamagedId> {
    let damaged = |why| Err(DamagedId { why });
    match content(cell) {
        Content::Nothing => Ok(None),
        Content::Number(number) if number.fract() != 0.0 || number < 0.0 || !number.is_finite() => {
            damaged("is a number with a fraction, a sign or an exponent, which no identifier is")
        }
        Content::Number(number) if number >= ROUNDED => {
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
            let whole = whole_guid(text);
            let text = whole.as_deref().unwrap_or_else(|| plain(text));
            match text.chars().all(|c| matches!(c, '-' | '–' | '—')) || is_placeholder(text) {
                true => Ok(None),
                false if is_scientific(text) => damaged("is a number in scientific notation: its last digits are lost"),
                false if is_rounded(text) => {
                    damaged("is a number of more than 15 digits that ends in zeros, as a spreadsheet rounds it")
                }
                false if is_cut_guid(text) => damaged("is a GUID with a digit missing or changed"),
                false => Ok(Id::parse(without_decimals(text))),
            }
        }
    }
}

/// A GUID with characters in it that nobody sees, dashes of print or brackets around it, as plain text; none where it is no
/// GUID, or plain already.
fn whole_guid(text: &str) -> Option<String> {
    let is_odd = |c: char| !c.is_ascii() || c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']');
    if !(32..=128).contains(&text.len()) || !text.contains(is_odd) {
        return None;
    }
    let seen = |c: &char| super::is_visible(*c) && !matches!(c, '\u{ad}' | '\u{200e}' | '\u{200f}' | '\u{2060}');
    let hyphen = |c: char| {
        if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') {
            '-'
        } else {
            c
        }
    };
    let plain: String = text.chars().filter(seen).map(hyphen).collect();
    let plain = plain.trim_matches(['(', ')', '[', ']', '\'', '’']);
    uuid::Uuid::try_parse(plain).ok().map(|guid| guid.to_string())
}

/// `1234567.0`: a program took the digits of an identifier for a number.
fn without_decimals(text: &str) -> &str {
    let Some((whole, decimals)) = text.split_once(['.', ',']) else {
        return text;
    };
    let is_number = !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit());
    let is_zero = (1..=2).contains(&decimals.len()) && decimals.bytes().all(|b| b == b'0');
    if is_number && is_zero { whole } else { text }
}

/// More digits than a spreadsheet keeps, and zeros where it keeps none.
fn is_rounded(text: &str) -> bool {
    let (kept, lost) = without_decimals(text).split_at_checked(15).unwrap_or((text, ""));
    let is_number = kept.bytes().chain(lost.bytes()).all(|b| b.is_ascii_digit());
    is_number && !lost.is_empty() && lost.bytes().all(|b| b == b'0')
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
            (Cell::Text("4321567.0"), "4321567"),
            (Cell::Text("4321567,00"), "4321567"),
            (Cell::Text("'4321567"), "4321567"),
            (Cell::Text("123456789012345"), "123456789012345"),
            (Cell::Text("569142413664018751"), "569142413664018751"),
            (Cell::Text("1.2"), "1.2"),
            (
                Cell::Text("3b555118\u{200b}-da6a-4418-894f-7df1e2096870"),
                "3b555118-da6a-4418-894f-7df1e2096870",
            ),
            (
                Cell::Text("3b555118-da6a-4418-\u{a0}894f-7df1e2096870\u{ad}"),
                "3b555118-da6a-4418-894f-7df1e2096870",
            ),
            (
                Cell::Text("(3b555118‑da6a‑4418–894f-7df1e2096870)"),
                "3b555118-da6a-4418-894f-7df1e2096870",
            ),
            (
                Cell::Text("URN:UUID:3b555118-da6a-4418-894f-7df1e2096870"),
                "3b555118-da6a-4418-894f-7df1e2096870",
            ),
            (
                Cell::Text("3B555118DA6A4418894F7DF1E2096870"),
                "3b555118-da6a-4418-894f-7df1e2096870",
            ),
        ] {
            assert_eq!(
                id(cell).unwrap().map(|id| id.to_string()).as_deref(),
                Some(expected),
                "{cell:?}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_reads_what_the_long_one_does(
            text in "[0-9a-fA-FeE]{7,8}[-e][0-9a-f]{4}-[0-9a-fE]{4}-[0-9a-f]{4}-[0-9a-fA-Fg]{12}|[0-9a-f-]{36}|[{(]?[0-9a-f]{32}[})]?|0{8}-0{4}-0{4}-0{4}-0{11}[0-9]",
        ) {
            let cell = Cell::Text(&text);
            proptest::prop_assert_eq!(id(cell), id_in_full(cell));
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
            Cell::Number(1_234_567_890_123_450.0),
            Cell::Text("569142413664018000"),
            Cell::Text("'569142413664018000"),
            Cell::Text("569142413664018000.0"),
            Cell::Text("1234567890123450"),
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
