//! One row of a table of ours, its cells by heading.
//!
//! In: a row and what its table has decided. Out: values; a cell that cannot be read, or is missing where it must not be,
//! becomes a [`TableProblem`] and no value.

use std::str::FromStr;

use chrono::NaiveDate;

use super::{Subject, TableProblem, nearest};
use crate::{
    config::DateOrder,
    finding::Place,
    read::{Cell, Epoch, Row},
    recognise::{
        dates::{read_date_since, resolve},
        values::{self, DamagedId, Unreadable},
        vocabulary::Vocabulary,
    },
    terms::*,
};

pub(super) struct Record<'a> {
    pub(super) row: Row<'a>,
    pub(super) place: Place,
    pub(super) columns: &'a [Option<&'static str>],
    pub(super) dates: &'a [Option<DateOrder>],
    pub(super) vocabulary: &'a Vocabulary,
    /// From which day its file counts days.
    pub(super) epoch: Epoch,
    pub(super) problems: &'a mut Vec<TableProblem>,
}

impl<'a> Record<'a> {
    /// The row's number.
    pub(super) fn number(&self) -> u32 {
        self.row.number
    }

    /// Filled cells that stand under no heading.
    pub(super) fn check_width(&mut self) {
        for (index, cell) in self.row.cells().enumerate() {
            let headed = self.columns.get(index).is_some_and(Option::is_some);
            // A column with a wrong heading has its problem already; one without any has none yet.
            let beyond = index >= self.columns.len();
            if cell != Cell::Empty && !headed && beyond {
                let place = self.place.at_column(u32::try_from(index).unwrap_or(u32::MAX));
                let problem = TableProblem::new(
                    place,
                    format!("`{}` stands under no heading", shown(cell)),
                    "give the column a heading, or quote the cell before it if a comma has split it",
                );
                self.problems.push(problem);
            }
        }
    }

    fn column(&self, heading: &str) -> Option<usize> {
        self.columns.iter().position(|column| *column == Some(heading))
    }

    fn cell(&self, heading: &str) -> Cell<'a> {
        self.column(heading).map_or(Cell::Empty, |column| self.row.cell(column))
    }

    /// Tells of a cell.
    pub(super) fn problem(&mut self, heading: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        let place = match self.column(heading) {
            Some(column) => self.place.at_column(u32::try_from(column).unwrap_or(u32::MAX)),
            None => self.place.clone(),
        };
        let mut problem = TableProblem::new(place, message, hint);
        problem.heading = self.column(heading).map(|_| heading.into());
        self.problems.push(problem);
    }

    /// What a cell says, by one of the readers of cells.
    pub(super) fn value<T>(
        &mut self,
        heading: &'static str,
        read: fn(Cell<'_>, &Vocabulary) -> Result<Option<T>, Unreadable>,
        hint: &str,
    ) -> Option<T> {
        let cell = self.cell(heading);
        match read(cell, self.vocabulary) {
            Ok(value) => value,
            Err(Unreadable { why }) => {
                self.problem(heading, format!("`{}` {why}", shown(cell)), hint);
                None
            }
        }
    }

    /// One of our own fixed words, in any case.
    pub(super) fn word<T: FromStr<Err = UnknownWord>>(&mut self, heading: &'static str) -> Option<T> {
        let text = self.text(heading)?;
        match text.to_lowercase().replace(['_', ' '], "-").parse() {
            Ok(value) => Some(value),
            Err(UnknownWord { known, word }) => {
                let near = nearest(&word, known.iter().copied());
                let hint = format!("did you mean `{near}`; the words are {}", known.join(", "));
                self.problem(
                    heading,
                    format!("`{text}` is none of the words that may stand here"),
                    hint,
                );
                None
            }
        }
    }

    /// A cell's text, blanks around it removed; none where it is empty.
    pub(super) fn text(&mut self, heading: &'static str) -> Option<Text> {
        match self.cell(heading) {
            Cell::Empty => None,
            cell @ (Cell::Error(_) | Cell::DateTime(_)) => {
                self.problem(heading, format!("`{}` is no text", shown(cell)), "correct the cell");
                None
            }
            cell => Some(shown(cell).trim().into()),
        }
    }

    /// A value that must be there.
    pub(super) fn required<T>(&mut self, heading: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && self.cell(heading) == Cell::Empty && self.column(heading).is_some() {
            self.problem(heading, "is empty", "fill the cell");
        }
        value
    }

    /// A date; the outer `None` where the cell is unreadable, the inner one where it says that there is none.
    pub(super) fn date(&mut self, heading: &'static str) -> Option<Option<NaiveDate>> {
        let cell = self.cell(heading);
        let order = self
            .column(heading)
            .and_then(|column| self.dates.get(column).copied().flatten());
        let reading = read_date_since(self.epoch, cell, self.vocabulary);
        match resolve(reading, order) {
            Ok(date) => Some(date),
            // That the column's order is open was said once, of the column.
            Err(_) if reading.is_numeric() && order.is_none() => None,
            Err(_) => {
                self.problem(
                    heading,
                    format!("`{}` is no date", shown(cell)),
                    "write the date as YYYY-MM-DD",
                );
                None
            }
        }
    }

    /// A date that may be missing.
    pub(super) fn date_or_none(&mut self, heading: &'static str) -> Option<NaiveDate> {
        self.date(heading).flatten()
    }

    /// A date that must be there.
    pub(super) fn required_date(&mut self, heading: &'static str) -> Option<NaiveDate> {
        let date = self.date(heading)?;
        if date.is_none() && self.cell(heading) != Cell::Empty {
            let message = format!("`{}` names no day", shown(self.cell(heading)));
            self.problem(heading, message, "write the date as YYYY-MM-DD");
        }
        self.required(heading, date)
    }

    /// An identifier.
    pub(super) fn id(&mut self, heading: &'static str) -> Option<Id> {
        let cell = self.cell(heading);
        match values::id(cell) {
            Ok(id) => id,
            Err(DamagedId { why }) => {
                let hint = "copy it again, into a cell formatted as text";
                self.problem(heading, format!("`{}` {why}", shown(cell)), hint);
                None
            }
        }
    }

    /// A customer's tenant id.
    pub(super) fn customer_id(&mut self, heading: &'static str) -> Option<CustomerId> {
        match self.id(heading)? {
            Id::Guid(guid) => Some(CustomerId(guid)),
            Id::Text(text) => {
                let hint = "write it as Partner Center shows it: 8-4-4-4-12 hexadecimal digits";
                self.problem(heading, format!("`{text}` is no tenant id"), hint);
                None
            }
        }
    }

    /// What the row is about: exactly one of the two ids.
    pub(super) fn subject(&mut self) -> Option<Subject> {
        let filled = |heading| self.cell(heading) != Cell::Empty;
        match (filled("subscription_id"), filled("customer_id")) {
            (true, false) => self.id("subscription_id").map(Subject::Subscription),
            (false, true) => self.customer_id("customer_id").map(Subject::Customer),
            (both, _) => {
                let message = if both {
                    "names a subscription and a customer"
                } else {
                    "names neither subscription nor customer"
                };
                self.problem(
                    "subscription_id",
                    message,
                    "fill one of `subscription_id` and `customer_id`",
                );
                None
            }
        }
    }

    /// Yes or no, where a date may stand too; none where it is neither.
    pub(super) fn yes_or_no(&self, heading: &str) -> Option<bool> {
        values::boolean(self.cell(heading), self.vocabulary).ok().flatten()
    }
}

/// A cell as a message shows it.
fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Error(text) => text.to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::DateTime(at) => at.to_string(),
        Cell::Bool(truth) => truth.to_string(),
    }
}
