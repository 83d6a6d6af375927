//! Dates of a file of ours that a spreadsheet has saved again.
//!
//! In: the rows of a file in which some date does not stand as we write it. Out: the [`Spelling`] of its dates, decided from all of
//! them as those of an export's column are, and rows with every date as we write it. One program has saved the file, so that all
//! its columns are written alike. Refuses a file whose dates can be read in two ways, by the cell.

use super::{Columns, Holds, Row, Unlike};
use crate::{
    read::Cell,
    recognise::{
        dates::{DateColumnEvidence, DateReading, Decision, InColumn, Mixed, in_column, read_date},
        vocabulary::Vocabulary,
    },
};

/// How the dates of a file are written.
pub(super) struct Spelling {
    vocabulary: Vocabulary,
    decision: Decision,
    mixed: Mixed,
}

/// What the dates of a file say together about how they are written.
pub(super) struct Dates {
    vocabulary: Vocabulary,
    evidence: DateColumnEvidence,
}

impl Dates {
    pub(super) fn new() -> Dates {
        Dates {
            vocabulary: Vocabulary::embedded(),
            evidence: DateColumnEvidence::default(),
        }
    }

    /// Takes a row into account.
    pub(super) fn add<C: Columns>(&mut self, row: &Row<C>, line: u64) {
        for (_, text) in dates(row).filter(|(_, text)| !is_ours(text)) {
            let reading = read_date(Cell::Text(text), &self.vocabulary);
            self.evidence.add(reading, u32::try_from(line).unwrap_or(u32::MAX));
        }
    }

    /// How they are written.
    ///
    /// # Errors
    /// Where that cannot be told.
    pub(super) fn spelling(self) -> Result<Spelling, Unlike> {
        let (decision, why) = self.evidence.decide(None, None);
        match decision {
            Decision::Unknown | Decision::HalfConverted => Err(Unlike::Dates(why)),
            Decision::Order(_) | Decision::Unneeded => Ok(Spelling {
                vocabulary: self.vocabulary,
                decision,
                mixed: self.evidence.mixed(None),
            }),
        }
    }
}

impl Spelling {
    /// The row with its dates as we write them.
    ///
    /// # Errors
    /// Where a cell holds no date.
    pub(super) fn ours<C: Columns>(&self, row: &Row<C>, line: u64) -> Result<Row<C>, Unlike> {
        let mut cells = Vec::with_capacity(C::ALL.len());
        for (column, text) in row.cells() {
            cells.push(match column.holds() {
                Holds::Date if !is_ours(text) => self.date(text).ok_or_else(|| Unlike::Date {
                    line,
                    column: column.as_str(),
                    value: shortened(text),
                })?,
                _ => text.to_owned(),
            });
        }
        Ok(Row::new(cells.iter().map(String::as_str)))
    }

    fn date(&self, text: &str) -> Option<String> {
        let reading = read_date(Cell::Text(text), &self.vocabulary);
        if matches!(reading, DateReading::Empty | DateReading::NoEnd) {
            return None;
        }
        match in_column(reading, self.decision, self.mixed) {
            InColumn::Date(Some(date)) => Some(date.to_string()),
            InColumn::Date(None) | InColumn::LeftOut | InColumn::Unreadable(_) => None,
        }
    }
}

/// Whether some date of a row does not stand as we write it.
pub(super) fn is_foreign<C: Columns>(row: &Row<C>) -> bool {
    dates(row).any(|(_, text)| !is_ours(text))
}

/// Every row with its dates as we write them.
///
/// # Errors
/// Where that cannot be told.
pub(super) fn in_our_spelling<C: Columns>(rows: Vec<Row<C>>) -> Result<Vec<Row<C>>, Unlike> {
    if !rows.iter().any(is_foreign) {
        return Ok(rows);
    }
    let mut dates = Dates::new();
    for (line, row) in (2..).zip(&rows) {
        dates.add(row, line);
    }
    let spelling = dates.spelling()?;
    (2..).zip(&rows).map(|(line, row)| spelling.ours(row, line)).collect()
}

fn dates<C: Columns>(row: &Row<C>) -> impl Iterator<Item = (C, &str)> {
    row.cells().filter(|(column, _)| column.holds() == Holds::Date)
}

/// Whether a date stands as we write it, or none does.
fn is_ours(text: &str) -> bool {
    let is_digit = |place: &usize| text.as_bytes().get(*place).is_some_and(u8::is_ascii_digit);
    text.is_empty()
        || text.len() == 10
            && [0, 1, 2, 3, 5, 6, 8, 9].iter().all(is_digit)
            && [4, 7].iter().all(|&place| text.as_bytes().get(place) == Some(&b'-'))
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Whether two cells say the same, one of them saved again by a spreadsheet: it drops the zeros before a number and after its
/// fraction, and may write a comma.
pub fn says_the_same(one: &str, other: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(one) && digits(other) {
        return one.trim_start_matches('0') == other.trim_start_matches('0');
    }
    let is_fraction = |text: &str| {
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
        digits(whole) && digits(fraction)
    };
    let parts = |text: &str| -> (String, String) {
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        (
            whole.trim_start_matches('0').to_owned(),
            fraction.trim_end_matches('0').to_owned(),
        )
    };
    one == other || is_fraction(one) && is_fraction(other) && parts(one) == parts(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::{PlanColumn, Rows};

    /// The move dates of a plan, or why it is refused.
    fn moves(cells: &[&str]) -> Result<Vec<String>, Unlike> {
        let mut text = "action;subscription_id;customer_id;move_date\r\n".to_owned();
        for cell in cells {
            text.push_str(&format!("move;a;c;{cell}\r\n"));
        }
        let rows = Rows::<PlanColumn>::parse(text.as_bytes(), &[])?.rows;
        let dates = in_our_spelling(rows)?;
        Ok(dates
            .iter()
            .map(|row| row.get(PlanColumn::MoveDate).to_owned())
            .collect())
    }

    #[test]
    fn dates_of_a_spreadsheet_are_read_where_they_can_be_read_in_one_way() {
        for cells in [
            ["2027-01-22", "", "2027-02-03"],
            ["2027. 01. 22.", "", "2027. 02. 03."],
            ["22.01.2027", "", "03.02.2027"],
            ["1/22/2027", "", "2/3/2027"],
            ["22/01/2027", "", "03/02/2027"],
            ["22.01.27", "", "3.2.27"],
            ["2027/01/22", "", "2027/02/03"],
            ["46409", "", "46421"],
        ] {
            assert_eq!(moves(&cells).unwrap(), ["2027-01-22", "", "2027-02-03"], "{cells:?}");
        }
    }

    #[test]
    fn dates_that_can_be_read_in_two_ways_refuse_the_file() {
        assert!(matches!(moves(&["2/3/2027", "4/5/2027"]), Err(Unlike::Dates(_))));
        assert!(matches!(moves(&["22/3/2027", "4/25/2027"]), Err(Unlike::Dates(_))));
        assert!(matches!(
            moves(&["22.01.2027", "soon"]),
            Err(Unlike::Date { line: 3, .. })
        ));
    }

    #[test]
    fn zeros_that_a_spreadsheet_drops_are_no_difference() {
        for (one, other) in [
            ("0001", "1"),
            ("12.50", "12,5"),
            ("12.50", "12.5"),
            ("7", "7.00"),
            ("a", "a"),
        ] {
            assert!(says_the_same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("001", "10"),
            ("12.5", "125"),
            ("", "0"),
            ("a1", "a01"),
            ("1.5", "1.25"),
        ] {
            assert!(!says_the_same(one, other), "{one} {other}");
        }
    }
}
