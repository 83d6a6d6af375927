//! Money in exact decimals.
//!
//! In: a cell's text. Out: an [`Amount`], a whole number of billionths, so that sums and products are exact. What is divided is
//! rounded once, at the end, to hundredths, halves away from zero. Refuses a comma before three digits, which is thousands to
//! some and decimals to others, and more than nine decimals.

use std::fmt;

use serde::{Serialize, Serializer};

/// Parts of one unit of a currency.
const UNIT: i128 = 1_000_000_000;
const DECIMALS: usize = 9;
/// Hundredths that a written amount has.
const CENT: i128 = UNIT / 100;

/// An amount of some currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i128);

impl Amount {
    /// Reads `115.2`, `1,234.50`, `115,20`; quotes around it do not matter.
    pub(crate) fn read(text: &str) -> Option<Amount> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '“' | '”' | '’'));
        let last = text.rfind(['.', ',']);
        let (whole, decimals) = match last {
            Some(at) => (text.get(..at)?, text.get(at + 1..)?),
            None => (text, ""),
        };
        let mark = last.and_then(|at| text.get(at..at + 1));
        let other_mark = whole.contains(if mark == Some(",") { '.' } else { ',' });
        let digits: String = whole
            .chars()
            .filter(|c| !matches!(c, '.' | ',' | ' ' | '\u{a0}'))
            .collect();
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let marks = whole.matches(['.', ',']).count();
        let grouped = marks == 0 || whole.split(['.', ',']).skip(1).all(|group| group.len() == 3);
        let doubtful = mark == Some(",") && decimals.len() == 3 && !other_mark;
        let repeated = mark.is_some_and(|mark| whole.contains(mark));
        if digits.is_empty() || !is_number(&digits) || !is_number(decimals) || !grouped || doubtful || repeated {
            return None;
        }
        if decimals.len() > DECIMALS || digits.len() > 15 {
            return None;
        }
        let units: i128 = digits.parse().ok()?;
        let parts: i128 = format!("{decimals:0<DECIMALS$}").parse().ok()?;
        Some(Amount(units * UNIT + parts))
    }

    /// So many times the amount, of which `share` parts in `whole`, rounded to hundredths; none where `whole` is zero.
    pub fn share(self, times: u64, share: u64, whole: u64) -> Option<Amount> {
        let product = self.0.checked_mul(i128::from(times))?.checked_mul(i128::from(share))?;
        let divisor = i128::from(whole).checked_mul(CENT)?;
        (divisor > 0).then(|| {
            let doubled = product * 2 + divisor * product.signum();
            Amount(doubled / (divisor * 2) * CENT)
        })
    }

    /// The sum, at most the largest there is.
    pub fn plus(self, other: Amount) -> Amount {
        Amount(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Amount {
    /// `1234.50`: at least two decimals, more where it has them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, parts) = (
            self.0.unsigned_abs() / UNIT.unsigned_abs(),
            self.0.unsigned_abs() % UNIT.unsigned_abs(),
        );
        let parts = format!("{parts:0DECIMALS$}");
        let kept = parts.trim_end_matches('0').len().max(2);
        write!(f, "{sign}{units}.{}", parts.get(..kept).unwrap_or("00"))
    }
}

impl Serialize for Amount {
    /// As a text: a number would be rounded by whoever reads it.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("115.2", Some("115.20")),
            ("144”", Some("144.00")),
            ("1,234.50", Some("1234.50")),
            ("1.234,5", Some("1234.50")),
            ("115,20", Some("115.20")),
            ("5.8333", Some("5.8333")),
            ("0", Some("0.00")),
            ("1.234", Some("1.234")),
            ("1,234", None),
            ("", None),
            ("free", None),
            ("-1", None),
            ("1.2.3", None),
            ("1,23,4.5", None),
            ("0.1234567891", None),
        ] {
            let read = Amount::read(text).map(|amount| amount.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn shares_round_once_halves_away_from_zero() {
        let price = Amount::read("115.2").unwrap();
        for (times, share, whole, expected) in [
            (10, 4, 365, "12.62"),
            (1, 1, 1, "115.20"),
            (1, 365, 365, "115.20"),
            (3, 0, 365, "0.00"),
        ] {
            assert_eq!(price.share(times, share, whole).unwrap().to_string(), expected);
        }
        assert_eq!(
            Amount::read("0.01").unwrap().share(1, 1, 2).unwrap().to_string(),
            "0.01"
        );
        assert_eq!(
            Amount::read("0.01").unwrap().share(1, 1, 3).unwrap().to_string(),
            "0.00"
        );
        assert_eq!(price.share(1, 1, 0), None);
    }
}
