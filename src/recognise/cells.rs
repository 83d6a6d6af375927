//! The cells of one row, read as fields.
//!
//! In: a row, its table's columns, the vocabulary. Out: typed values, `None` where nothing stands there. A cell that is filled
//! and cannot be read gives a finding with its place, heading and value, and the flaw that goes with its field; its fact is
//! absent, never guessed. Of several columns of one field the first that is filled counts.

use std::borrow::Cow;

use super::{
    Field, Flaw, Flaws,
    dates::DateReading,
    table::Table,
    values::{self, DamagedId, Unreadable},
    vocabulary::Vocabulary,
};
use crate::{
    finding::{Code, Finding},
    read::{Cell, Row},
    terms::*,
};

/// Longest part of a value that a finding shows.
const SHOWN: usize = 120;

/// A row being read.
pub(super) struct Cells<'a> {
    pub(super) row: Row<'a>,
    pub(super) table: &'a Table,
    pub(super) vocabulary: &'a Vocabulary,
    /// The subscription, once its id is known.
    pub(super) subscription: Option<Id>,
    pub(super) flaws: Flaws,
    pub(super) findings: Vec<Finding>,
    /// Whether the number of licences waits for its column.
    pub(super) has_open_seats: bool,
}

impl<'a> Cells<'a> {
    pub(super) fn new(row: Row<'a>, table: &'a Table, vocabulary: &'a Vocabulary) -> Cells<'a> {
        Cells {
            row,
            table,
            vocabulary,
            subscription: None,
            flaws: Flaws::default(),
            findings: Vec::new(),
            has_open_seats: false,
        }
    }

    /// The first filled cell of a field, with its column; of several columns one that says more than `-`, where there is one.
    pub(super) fn cell(&self, field: Field) -> Option<(u32, Cell<'a>)> {
        let columns = self.table.columns.of_field(field);
        let filled = || {
            let cells = columns.iter().map(|&column| (column, self.row.cell(column as usize)));
            cells.filter(|(_, cell)| *cell != Cell::Empty)
        };
        let first = filled().next()?;
        match columns {
            [_] => Some(first),
            _ => filled().find(|(_, cell)| !self.is_nothing(*cell)).or(Some(first)),
        }
    }

    /// What a cell of a date column says.
    pub(super) fn read_date(&self, cell: Cell<'_>) -> DateReading {
        self.table.read_date(cell, self.vocabulary)
    }

    /// Whether a cell says that nothing stands there.
    pub(super) fn is_nothing(&self, cell: Cell<'_>) -> bool {
        matches!(cell, Cell::Text(text) if text.len() < 32 && values::is_nothing(text, self.vocabulary))
    }

    /// A finding about a cell of this row.
    pub(super) fn tell(&mut self, code: Code, column: u32, cell: Cell<'_>, message: String, hint: &'static str) {
        let place = self.table.place.at_row(self.row.number).at_column(column);
        let mut finding = Finding::new(code, place, message, hint).value(shown(cell));
        finding.heading = self.table.columns.heading(column).cloned();
        finding.subscription_id = self.subscription_text();
        self.findings.push(finding);
    }

    /// The subscription as findings name it.
    pub(super) fn subscription_text(&self) -> Option<Text> {
        self.subscription.as_ref().map(|id| id.to_string().into())
    }

    /// Reads a field's cell; what cannot be read is told of and absent.
    pub(super) fn take<T>(
        &mut self,
        field: Field,
        parse: impl FnOnce(Cell<'a>, &'a Vocabulary) -> Result<Option<T>, Unreadable>,
    ) -> Option<T> {
        let (column, cell) = self.sound(field)?;
        match parse(cell, self.vocabulary) {
            Ok(value) => value,
            Err(Unreadable { why }) => {
                let (code, flaw) = consequence(field);
                self.flaw(flaw);
                let message = format!("`{}` {why}; it was left out", shown(cell));
                self.tell(code, column, cell, message, hint_for(code));
                None
            }
        }
    }

    /// Reads an identifier.
    pub(super) fn id(&mut self, field: Field) -> Option<Id> {
        let (column, cell) = self.sound(field)?;
        self.id_in(column, cell)
    }

    /// Reads every filled cell of a field as an identifier.
    pub(super) fn ids(&mut self, field: Field) -> Vec<Id> {
        let table = self.table;
        let columns = table.columns.of_field(field).iter();
        columns
            .filter_map(|&column| self.id_in(column, self.row.cell(column as usize)))
            .collect()
    }

    fn id_in(&mut self, column: u32, cell: Cell<'_>) -> Option<Id> {
        if let Cell::Text(text) = cell
            && text.len() < 16
            && values::is_nothing(text, self.vocabulary)
        {
            return None;
        }
        match values::id(cell) {
            Ok(Some(Id::Guid(guid))) if guid.is_nil() => None,
            Ok(id) => id,
            Err(DamagedId { why }) => {
                self.flaws.add(Flaw::IdDamaged);
                let message = format!("`{}` {why}; it was not used", shown(cell));
                self.tell(Code::IdDamaged, column, cell, message, hint_for(Code::IdDamaged));
                None
            }
        }
    }

    /// Reads a text: blanks around it removed, `-` and the like count as nothing.
    pub(super) fn text(&mut self, field: Field) -> Option<Cow<'a, str>> {
        match self.sound(field)?.1 {
            Cell::Text(text) => {
                let text =
                    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}'));
                let nothing = text.is_empty() || text.len() < 16 && values::is_nothing(text, self.vocabulary);
                (!nothing).then_some(Cow::Borrowed(text))
            }
            cell @ (Cell::Number(_) | Cell::Bool(_) | Cell::DateTime(_)) => Some(Cow::Owned(shown(cell))),
            Cell::Empty | Cell::Error(_) => None,
        }
    }

    /// The first filled cell of a field, unless it is a spreadsheet error.
    pub(super) fn sound(&mut self, field: Field) -> Option<(u32, Cell<'a>)> {
        let (column, cell) = self.cell(field)?;
        let is_error = match cell {
            Cell::Error(_) => true,
            Cell::Text(text) => text.trim_start().starts_with('#') && values::is_error(text),
            _ => false,
        };
        if !is_error {
            return Some((column, cell));
        }
        self.flaw(consequence(field).1);
        let message = format!(
            "`{}` is a spreadsheet error in place of a value; it was left out",
            shown(cell)
        );
        self.tell(Code::CellError, column, cell, message, hint_for(Code::CellError));
        None
    }

    fn flaw(&mut self, flaw: Option<Flaw>) {
        if let Some(flaw) = flaw {
            self.flaws.add(flaw);
        }
    }
}

/// What follows when a field's cell cannot be read.
pub(super) fn consequence(field: Field) -> (Code, Option<Flaw>) {
    match field {
        Field::SubscriptionId | Field::CustomerId | Field::OfferId | Field::ProductId | Field::SkuId => {
            (Code::IdDamaged, Some(Flaw::IdDamaged))
        }
        Field::TermEnd | Field::NextLifecycleDate => (Code::DateUnreadable, Some(Flaw::TermEndUnreadable)),
        Field::Seats => (Code::SeatsUnreadable, Some(Flaw::SeatsUnreadable)),
        Field::AssignedSeats | Field::ExpiredSeats => (Code::SeatsUnreadable, None),
        Field::Channel => (Code::ValueUnknown, Some(Flaw::ChannelUnreadable)),
        Field::State | Field::MicrosoftState => (Code::ValueUnknown, Some(Flaw::StateUnreadable)),
        Field::AutoRenew | Field::EndInstruction | Field::Term | Field::TermAndBilling => {
            (Code::ValueUnknown, Some(Flaw::ValueUnreadable))
        }
        Field::CustomerCountry => (Code::CountryUnknown, None),
        Field::TermStart
        | Field::CreatedDate
        | Field::ChargeStart
        | Field::ChargeEnd
        | Field::RowDate
        | Field::AgreementAccepted => (Code::DateUnreadable, None),
        _ => (Code::ValueUnknown, None),
    }
}

/// What a person can do about a cell.
pub(super) fn hint_for(code: Code) -> &'static str {
    match code {
        Code::IdDamaged => "export the file again and do not save it in a spreadsheet program",
        Code::DateUnreadable => "correct the cell, or list the subscription in the holds table",
        Code::SeatsUnreadable => "correct the cell: a whole number of licences",
        Code::CellError => "open the workbook, repair the formula and save it",
        Code::CountryUnknown => "write the country's two-letter code",
        _ => "correct the cell, or add the word to the words table",
    }
}

/// A cell as a finding shows it.
pub(super) fn shown(cell: Cell<'_>) -> String {
    let text = match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Error(text) => text.trim().to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::DateTime(at) => at.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
