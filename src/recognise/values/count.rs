//! Numbers of licences.
//!
//! In: a cell, however its program and language write numbers. Out: [`Seats`]. Refuses fractions, negative numbers and what
//! has two readings: `1,000` is one to some and a thousand to others.

use super::{Content, Unreadable, content, is_nothing};
use crate::{
    read::Cell,
    recognise::vocabulary::{Kind, Vocabulary},
    terms::Seats,
};

const NO_NUMBER: Unreadable = Unreadable {
    why: "is no number of licences",
};
const NEGATIVE: Unreadable = Unreadable {
    why: "is negative, which no number of licences is",
};
const FRACTION: Unreadable = Unreadable {
    why: "has a fraction, which no number of licences has",
};
const TWO_READINGS: Unreadable = Unreadable {
    why: "can be read with the mark as thousands or as decimals",
};
const TOO_LARGE: Unreadable = Unreadable {
    why: "is too large for a number of licences",
};

/// A number of licences: `25`, `25,0`, `1 234`, `1'234`, `'25`, `25 db`, `5,00E+02`.
pub fn seats(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Seats>, Unreadable> {
    match content(cell) {
        Content::Nothing => Ok(None),
        Content::Number(number) if !number.is_finite() => Err(NO_NUMBER),
        Content::Number(number) if number < 0.0 => Err(NEGATIVE),
        Content::Number(number) if number.fract() != 0.0 => Err(FRACTION),
        Content::Number(number) if number > f64::from(u32::MAX) => Err(TOO_LARGE),
        Content::Number(number) => Ok(Some(Seats(number as u32))),
        Content::Bool(_) | Content::Other => Err(NO_NUMBER),
        Content::Text(text) if is_nothing(text, v) => Ok(None),
        Content::Text(text) => number(text, v).map(|number| Some(Seats(number))),
    }
}

fn number(text: &str, v: &Vocabulary) -> Result<u32, Unreadable> {
    // Digits alone are what they say.
    if (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| NO_NUMBER);
    }
    // The wide digits of Japanese and Chinese texts.
    if text.contains(|c: char| matches!(c, '０'..='９')) {
        use unicode_normalization::UnicodeNormalization;
        return number(&text.nfkc().collect::<String>(), v);
    }
    let written = written(text, v)?;
    let (whole, decimals) = split(written.mantissa, written.is_scientific)?;
    scaled(&whole, decimals, written.exponent)
}

/// A number as it is written, without sign and unit.
struct Written<'a> {
    mantissa: &'a str,
    exponent: i32,
    is_scientific: bool,
}

fn written<'a>(text: &'a str, v: &Vocabulary) -> Result<Written<'a>, Unreadable> {
    let visible = |c: char| !super::is_visible(c);
    let text = text.trim_matches(visible);
    let text = text
        .strip_prefix(['\'', '’'])
        .unwrap_or(text)
        .trim_start_matches(visible);
    let end = text.rfind(|c: char| c.is_ascii_digit()).ok_or(NO_NUMBER)? + 1;
    let (digits, unit) = text.split_at(end);
    let unit = unit.trim_matches(|c: char| visible(c) || c == '.');
    if !unit.is_empty() && v.word(Kind::Unit, unit).is_none() {
        return Err(NO_NUMBER);
    }
    if let Some(rest) = digits.strip_prefix(['-', '−', '–']) {
        return if rest.starts_with(|c: char| c.is_ascii_digit()) {
            Err(NEGATIVE)
        } else {
            Err(NO_NUMBER)
        };
    }
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NO_NUMBER)?),
        None => (digits, 0),
    };
    Ok(Written {
        mantissa,
        exponent,
        is_scientific: digits.len() != mantissa.len(),
    })
}

/// What the cells of a column show about its marks: which stand before decimals, which between thousands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    decimal: [bool; 2],
    thousands: [bool; 2],
}

impl Marks {
    /// What one cell shows.
    pub fn of(text: &str, v: &Vocabulary) -> Marks {
        let mut marks = Marks::default();
        let Ok(written) = written(text, v) else {
            return marks;
        };
        let all: Vec<char> = written.mantissa.chars().filter(|c| matches!(c, '.' | ',')).collect();
        let mut shows = |kind: fn(&mut Marks) -> &mut [bool; 2], mark: char| {
            if let Some(shown) = kind(&mut marks).get_mut(usize::from(mark == ',')) {
                *shown = true;
            }
        };
        match all[..] {
            [mark] => {
                let begins_with_zero = written.mantissa.starts_with('0');
                if written.is_scientific || begins_with_zero || !is_grouped(written.mantissa, |c| c == mark) {
                    shows(|marks| &mut marks.decimal, mark);
                }
            }
            [first, .., last] if first == last => shows(|marks| &mut marks.thousands, first),
            [first, .., last] => {
                shows(|marks| &mut marks.thousands, first);
                shows(|marks| &mut marks.decimal, last);
            }
            [] => {}
        }
        marks
    }

    /// What two parts of a column show together.
    pub fn and(self, other: Marks) -> Marks {
        let either = |a: [bool; 2], b: [bool; 2]| [a[0] || b[0], a[1] || b[1]];
        Marks {
            decimal: either(self.decimal, other.decimal),
            thousands: either(self.thousands, other.thousands),
        }
    }
}

/// A number of licences whose only mark stands before three digits: thousands to some, decimals to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenCount {
    is_comma: bool,
    /// With the mark between thousands.
    thousands: Seats,
    /// With the mark before decimals; none where that leaves a fraction.
    decimal: Option<Seats>,
}

impl OpenCount {
    /// The cell, where its mark leaves it open.
    pub fn of(text: &str, v: &Vocabulary) -> Option<OpenCount> {
        let written = written(text, v).ok().filter(|written| !written.is_scientific)?;
        let mark = written.mantissa.chars().find(|c| matches!(c, '.' | ','))?;
        let (whole, decimals) = written.mantissa.split_once(mark)?;
        if whole.starts_with('0') || decimals.len() != 3 || !is_grouped(written.mantissa, |c| c == mark) {
            return None;
        }
        let is_whole = decimals == "000";
        Some(OpenCount {
            is_comma: mark == ',',
            thousands: Seats(format!("{whole}{decimals}").parse().ok()?),
            decimal: is_whole.then(|| whole.parse().ok().map(Seats)).flatten(),
        })
    }

    /// The number, by what the other cells of its column show; where they show nothing, the only reading that is a whole number.
    pub fn read(self, marks: Marks) -> Result<Seats, Unreadable> {
        let shown = |kind: [bool; 2]| kind[usize::from(self.is_comma)];
        match (shown(marks.thousands), shown(marks.decimal), self.decimal) {
            (true, false, _) | (false, false, None) => Ok(self.thousands),
            (false, true, Some(decimal)) => Ok(decimal),
            (false, true, None) => Err(FRACTION),
            (true, true, _) | (false, false, Some(_)) => Err(TWO_READINGS),
        }
    }
}

/// The digits before and after the decimal mark. `scientific`: a mark can only be the decimal one.
fn split(mantissa: &str, scientific: bool) -> Result<(String, &str), Unreadable> {
    let is_group = |c: char| c.is_whitespace() || matches!(c, '\'' | '’');
    let mut marks = mantissa.match_indices(['.', ',']);
    let (whole, decimals) = match (marks.next(), marks.next_back()) {
        (None, _) => (mantissa, ""),
        (Some((at, _)), None) => {
            let (whole, decimals) = (&mantissa[..at], &mantissa[at + 1..]);
            let grouped = !scientific && is_grouped(mantissa, |c| matches!(c, '.' | ','));
            match (grouped, decimals.bytes().all(|b| b == b'0')) {
                (true, true) if whole != "0" => return Err(TWO_READINGS),
                // As decimals it would be a fraction, so it can only be thousands.
                (true, false) => (mantissa, ""),
                _ => (whole, decimals),
            }
        }
        (Some((_, first)), Some((at, last))) if first != last => (&mantissa[..at], &mantissa[at + 1..]),
        (Some(_), Some(_)) => (mantissa, ""),
    };
    let plain = whole.bytes().all(|b| b.is_ascii_digit()) && !whole.is_empty();
    let mark = whole.chars().find(|c| !c.is_ascii_digit());
    let grouped =
        mark.is_some_and(|mark| (is_group(mark) || matches!(mark, '.' | ',')) && is_grouped(whole, |c| c == mark));
    if !(plain || grouped) || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NO_NUMBER);
    }
    Ok((whole.chars().filter(char::is_ascii_digit).collect(), decimals))
}

/// Whether the marks stand before groups of three digits, with one to three in front.
fn is_grouped(text: &str, mark: impl Fn(char) -> bool) -> bool {
    text.split(mark).enumerate().all(|(place, group)| {
        let length = if place == 0 { 1..=3 } else { 3..=3 };
        length.contains(&group.len()) && group.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The whole number that digits, decimals and a power of ten come to.
fn scaled(whole: &str, decimals: &str, exponent: i32) -> Result<u32, Unreadable> {
    let digits = format!("{whole}{decimals}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    let significant = digits.trim_end_matches('0');
    let zeros = (digits.len() - significant.len()) as i64 - decimals.len() as i64 + i64::from(exponent);
    match zeros {
        i64::MIN..=-1 => Err(FRACTION),
        0..=9 => format!("{significant}{}", "0".repeat(zeros as usize))
            .parse()
            .map_err(|_| TOO_LARGE),
        _ => Err(TOO_LARGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_programs_write_them() {
        let v = Vocabulary::embedded();
        for (text, expected) in [
            ("25", 25),
            ("25.0", 25),
            ("25,0", 25),
            ("25.00", 25),
            ("1 234", 1234),
            ("1\u{a0}234", 1234),
            ("1\u{202f}234", 1234),
            ("1'234", 1234),
            ("1’234", 1234),
            ("1.234", 1234),
            ("1,234,567", 1_234_567),
            ("1.234,00", 1234),
            ("1,234.00", 1234),
            ("'25", 25),
            ("'22.000000000000000000", 22),
            ("'0E-20", 0),
            ("5,00E+02", 500),
            ("25 db", 25),
            ("25 szt.", 25),
            ("25 adet", 25),
            ("25 st", 25),
            ("25 шт.", 25),
            ("25 Stück", 25),
            ("25db", 25),
            (" 25\u{200b}", 25),
            ("0", 0),
            ("0.000", 0),
            ("0001", 1),
            ("4294967295", u32::MAX),
        ] {
            assert_eq!(seats(Cell::Text(text), &v), Ok(Some(Seats(expected))), "{text}");
        }
        assert_eq!(seats(Cell::Number(25.0), &v), Ok(Some(Seats(25))));
        assert_eq!(seats(Cell::Number(-0.0), &v), Ok(Some(Seats(0))));
    }

    #[test]
    fn the_marks_of_a_column_decide_together() {
        let v = Vocabulary::embedded();
        let read = |cell: &str, others: &[&str]| {
            let marks = others
                .iter()
                .fold(Marks::default(), |marks, other| marks.and(Marks::of(other, &v)));
            OpenCount::of(cell, &v).unwrap().read(marks)
        };
        for (cell, others, expected) in [
            ("1.234", &[][..], Ok(1234)),
            ("1.234", &["5", "1.500"], Ok(1234)),
            ("1.234", &["25.0"], Err(FRACTION)),
            ("1.234", &["12.5"], Err(FRACTION)),
            ("1.234", &["25,0"], Ok(1234)),
            ("25.000", &[], Err(TWO_READINGS)),
            ("25.000", &["1.234.567"], Ok(25_000)),
            ("25.000", &["1.234,00"], Ok(25_000)),
            ("25.000", &["7.50", "8.0"], Ok(25)),
            ("25.000 db", &["1000.000"], Ok(25)),
            ("1,000", &["1,234,567"], Ok(1000)),
            ("1,000", &["1,234,567", "2,5"], Err(TWO_READINGS)),
            ("'25,000", &["0,000"], Ok(25)),
            ("25,000", &["5,00E+02"], Ok(25)),
        ] {
            assert_eq!(read(cell, others), expected.map(Seats), "{cell} {others:?}");
        }
        for cell in [
            "25",
            "25.0",
            "0.000",
            "1.234.567",
            "1.234,0",
            "-1.234",
            "1.23",
            "x",
            "1.234 apples",
        ] {
            assert_eq!(OpenCount::of(cell, &v), None, "{cell}");
        }
    }

    #[test]
    fn nothing_is_no_number() {
        let v = Vocabulary::embedded();
        for cell in [
            Cell::Empty,
            Cell::Text("-"),
            Cell::Text("n/a"),
            Cell::Text("nincs"),
            Cell::Text(" "),
        ] {
            assert_eq!(seats(cell, &v), Ok(None), "{cell:?}");
        }
    }

    #[test]
    fn doubtful_numbers_are_refused() {
        let v = Vocabulary::embedded();
        for (cell, why) in [
            (Cell::Text("-5"), NEGATIVE),
            (Cell::Text("'-2.0000"), NEGATIVE),
            (Cell::Number(-1.0), NEGATIVE),
            (Cell::Text("25.5"), FRACTION),
            (Cell::Text("25,5"), FRACTION),
            (Cell::Number(25.5), FRACTION),
            (Cell::Text("5,555E+02"), FRACTION),
            (Cell::Text("1,000"), TWO_READINGS),
            (Cell::Text("25.000"), TWO_READINGS),
            (Cell::Number(f64::NAN), NO_NUMBER),
            (Cell::Number(f64::INFINITY), NO_NUMBER),
            (Cell::Number(1e300), TOO_LARGE),
            (Cell::Text("4294967296"), TOO_LARGE),
            (Cell::Text("1e999999999"), TOO_LARGE),
            (Cell::Text("1e99999999999"), NO_NUMBER),
            (Cell::Text("unlimited"), NO_NUMBER),
            (Cell::Text("25 / 30"), NO_NUMBER),
            (Cell::Text("25 apples"), NO_NUMBER),
            (Cell::Text("1 23"), NO_NUMBER),
            (Cell::Text("1,23,4"), NO_NUMBER),
            (Cell::Text("#N/A"), NO_NUMBER),
            (Cell::Error("#N/A"), NO_NUMBER),
            (Cell::Bool(true), NO_NUMBER),
        ] {
            assert_eq!(seats(cell, &v), Err(why), "{cell:?}");
        }
    }
}
