//! What the cells of a column say together about the order of day, month and year.
//!
//! In: readings with their rows, in any order, from any number of parts. Out: a [`Decision`] and the cell that decided.
//! Invariant: adding and merging are commutative and associative, since all that is kept of a kind of cell is its first row.

use std::fmt;

use chrono::Datelike;

use super::{
    DateReading, Mixed,
    convention::{Convention, Conventions},
};
use crate::{config::DateOrder, read::Epoch, recognise::vocabulary::language};

/// How the numbers of a column are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// In this order.
    Order(DateOrder),
    /// Nothing decides: no date in numbers may be used.
    Unknown,
    /// A spreadsheet has swapped day and month where it could and left the rest as text: no date of the column may be used.
    HalfConverted,
    /// No cell depends on an order.
    Unneeded,
}

/// The first cell of a kind.
type First = Option<(u32, DateReading)>;

fn keep(first: &mut First, other: First) {
    *first = match (*first, other) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

/// What the cells of a column have said so far. Of each kind of cell the first one is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateColumnEvidence {
    /// Fits an order, by order.
    fits: [First; 3],
    /// Depends on the order and does not fit this one, by order.
    misfits: [First; 3],
    /// Fits several orders.
    open: First,
    /// Stands for different dates in several orders.
    differs: First,
    /// Written with points and fits the day first.
    pointed: First,
    /// A real date.
    typed: First,
    /// Plain numbers with the year first.
    year_first: First,
    /// The same, after the twelfth of a month.
    year_first_late: First,
    /// How many cells depend on the order.
    numeric: u64,
    /// What stands between their numbers, a bit for each.
    separators: u8,
    /// Other conventions than the order.
    conventions: Conventions,
}

impl DateColumnEvidence {
    /// Takes one cell into account.
    pub fn add(&mut self, reading: DateReading, row: u32) {
        let cell = Some((row, reading));
        self.conventions.add(reading, row);
        match reading {
            DateReading::Typed(_) | DateReading::Serial(_) => keep(&mut self.typed, cell),
            DateReading::YearFirst(date) => {
                keep(&mut self.year_first, cell);
                if date.day() > 12 {
                    keep(&mut self.year_first_late, cell);
                }
            }
            DateReading::Numeric { .. } | DateReading::Short { .. } => self.add_numeric(reading, row),
            DateReading::Empty
            | DateReading::NoEnd
            | DateReading::Certain(_)
            | DateReading::Instant { .. }
            | DateReading::Buddhist(_)
            | DateReading::Unreadable => {}
        }
    }

    fn add_numeric(&mut self, reading: DateReading, row: u32) {
        let cell = Some((row, reading));
        self.numeric += 1;
        self.separators |= reading.separator().map_or(0, |separator| 1 << separator as u8);
        let fitting = reading.orders();
        for (place, order) in DateOrder::ALL.iter().enumerate() {
            let kind = if fitting.contains(order) {
                &mut self.fits
            } else {
                &mut self.misfits
            };
            if let Some(first) = kind.get_mut(place) {
                keep(first, cell);
            }
        }
        if fitting.len() > 1 {
            keep(&mut self.open, cell);
            let mut dates = fitting.iter().filter_map(|&order| reading.in_order(order));
            let first = dates.next();
            if dates.any(|date| Some(date) != first) {
                keep(&mut self.differs, cell);
            }
        }
        if reading.separator() == Some(super::Separator::Dot) && fitting.contains(&DateOrder::Dmy) {
            keep(&mut self.pointed, cell);
        }
    }

    /// Takes the cells of another part of the column into account.
    pub fn merge(&mut self, other: &DateColumnEvidence) {
        for (first, theirs) in self
            .fits
            .iter_mut()
            .zip(other.fits)
            .chain(self.misfits.iter_mut().zip(other.misfits))
        {
            keep(first, theirs);
        }
        keep(&mut self.open, other.open);
        keep(&mut self.differs, other.differs);
        keep(&mut self.pointed, other.pointed);
        keep(&mut self.typed, other.typed);
        keep(&mut self.year_first, other.year_first);
        keep(&mut self.year_first_late, other.year_first_late);
        self.numeric += other.numeric;
        self.separators |= other.separators;
        self.conventions.merge(&other.conventions);
    }

    /// How the years of the column are written; what the setting says of the order is believed.
    pub fn mixed(&self, setting: Option<DateOrder>) -> Mixed {
        Mixed {
            calendars: self.conventions.mixes_calendars(),
            year_first: self.year_first.is_some() && setting.is_none(),
        }
    }

    /// The conventions by which its dates are read, other than their order; `epoch`: the one that its workbook states.
    pub fn conventions(&self, epoch: Option<Epoch>) -> Vec<Convention> {
        self.conventions.all(epoch)
    }

    /// Whether no order fits every cell that depends on one.
    pub fn is_mixed(&self) -> bool {
        self.fits_every_cell().is_empty()
    }

    /// The order in which another column of the same table shows that its program writes dates: where this one's cells leave it
    /// open, the other's leave only one, and both write alike. Gives the cell that shows it.
    pub fn shown_by(&self, other: &DateColumnEvidence) -> Option<(DateOrder, String)> {
        let &[order] = other.fits_every_cell().as_slice() else {
            return None;
        };
        let (Decision::Order(decided), _) = other.decide(None, None) else {
            return None;
        };
        let open = self.fits_every_cell();
        let rival = open.iter().copied().find(|&rival| rival != order)?;
        let cell = other.misfit(rival)?;
        (decided == order && self.may_follow(other, order)).then(|| (order, Shown(cell).to_string()))
    }

    /// Whether it may be read in this order, and its dates look like those of another column.
    pub fn may_follow(&self, other: &DateColumnEvidence, order: DateOrder) -> bool {
        let is_alike = self.separators == other.separators && self.separators.count_ones() == 1;
        is_alike && self.fits_every_cell().contains(&order)
    }

    /// What would settle a column that is not: which cells, or which setting.
    pub fn remedy(&self, setting: Option<DateOrder>) -> String {
        let setting = match setting {
            None => "or say `date_order` in a [[source]] setting for the file",
            Some(_) => "or say another `date_order` in the [[source]] setting of the file",
        };
        let cells = if self.is_mixed() {
            "the column mixes two orders: correct the cells of one of them, give the rows of each as a file of their own"
        } else if self.pointed.is_some() && self.misfit(DateOrder::Dmy).is_some() {
            "correct the cell that is wrong"
        } else if self.misfit(DateOrder::Ymd).is_some() {
            "a date past the twelfth of its month would settle it: correct or add one"
        } else {
            "a year of four digits, or a date past the twelfth of its month that is no year, would settle it: correct or add one"
        };
        format!("{cells}, {setting}")
    }

    /// The orders in which every cell is a date.
    fn fits_every_cell(&self) -> Vec<DateOrder> {
        let all = DateOrder::ALL.iter().copied();
        all.filter(|&order| self.misfit(order).is_none()).collect()
    }

    fn fit(&self, order: DateOrder) -> First {
        of(&self.fits, order)
    }

    fn misfit(&self, order: DateOrder) -> First {
        of(&self.misfits, order)
    }

    /// How the column is to be read, and why: the cell, the setting or the language that decided. The one order that fits every
    /// cell; among several the person's, then the language's, then the one that points between the numbers speak for.
    pub fn decide(&self, setting: Option<DateOrder>, language: Option<&str>) -> (Decision, String) {
        let all = self.fits_every_cell();
        let Some(numeric) = self.fits.iter().flatten().min() else {
            return (Decision::Unneeded, "no date of the column depends on an order".into());
        };
        if let Some(converted) = self.half_converted() {
            return (
                Decision::HalfConverted,
                format!(
                    "row {} holds a real date and {} is text, as are only dates past the twelfth",
                    converted.0,
                    Shown(*numeric)
                ),
            );
        }
        match (&all[..], setting) {
            (&[order], _) => self.only(order, setting),
            (&[], Some(order)) if self.fit(order).is_some() => {
                let misfit = self
                    .misfit(order)
                    .map(|cell| format!(", though {} does not fit", Shown(cell)))
                    .unwrap_or_default();
                (
                    Decision::Order(order),
                    format!("the setting `date_order` says so{misfit}"),
                )
            }
            (&[], _) => (Decision::Unknown, self.contradiction()),
            _ if self.differs.is_none() => (
                Decision::Unneeded,
                "every date of the column reads the same in any order".into(),
            ),
            (orders, Some(order)) if orders.contains(&order) => {
                (Decision::Order(order), "the setting `date_order` says so".into())
            }
            (orders, setting) => self.among(orders, setting, language),
        }
    }

    /// A spreadsheet that reads dates in another order than the file converts what it can (and swaps it), and leaves the rest
    /// as text: every text is past the twelfth of a month. The first cell that is likely to be converted so.
    fn half_converted(&self) -> First {
        // A spreadsheet that takes the month first does not know dates with points: those with the day first were typed so.
        let of_people = self.separators == 1 << super::Separator::Dot as u8 && self.misfit(DateOrder::Dmy).is_none();
        let printed = if !of_people && self.year_first_late.is_none() {
            self.year_first
        } else {
            None
        };
        if self.open.is_none() {
            self.typed.or(printed)
        } else {
            None
        }
    }

    /// One order fits every cell.
    fn only(&self, order: DateOrder, setting: Option<DateOrder>) -> (Decision, String) {
        if let (DateOrder::Mdy, Some(pointed)) = (order, self.pointed)
            && setting != Some(DateOrder::Mdy)
            && let Some(other) = self.misfit(DateOrder::Dmy)
        {
            let why = format!(
                "the points in {} speak for the day first, and {} for the month",
                Shown(pointed),
                Shown(other)
            );
            return (Decision::Unknown, why);
        }
        let rival = match order {
            DateOrder::Dmy => DateOrder::Mdy,
            DateOrder::Mdy | DateOrder::Ymd => DateOrder::Dmy,
        };
        let deciding = self
            .misfit(rival)
            .or(self.fit(order))
            .map(|cell| Shown(cell).to_string())
            .unwrap_or_default();
        let against = match setting {
            Some(setting) if setting != order => format!("; the setting `{setting}` does not"),
            _ => String::new(),
        };
        (
            Decision::Order(order),
            format!("only `{order}` fits {deciding}{against}"),
        )
    }

    /// Several orders fit every cell.
    fn among(&self, orders: &[DateOrder], setting: Option<DateOrder>, spoken: Option<&str>) -> (Decision, String) {
        let by_language = spoken.and_then(language).and_then(|language| language.date_order);
        if let (None, Some(order), Some(spoken)) = (setting, by_language, spoken)
            && orders.contains(&order)
        {
            return (
                Decision::Order(order),
                format!("the file's language `{spoken}` writes dates so"),
            );
        }
        let without_month_first: Vec<DateOrder> = orders
            .iter()
            .copied()
            .filter(|&order| order != DateOrder::Mdy)
            .collect();
        if let (&[order], Some(pointed)) = (&without_month_first[..], self.pointed) {
            return (
                Decision::Order(order),
                format!("the points in {} speak for it", Shown(pointed)),
            );
        }
        let open = self.differs.map(|cell| Shown(cell).to_string()).unwrap_or_default();
        let words: Vec<String> = orders.iter().map(|order| format!("`{order}`")).collect();
        let words = words.join(" and ");
        let none = match self.misfit(DateOrder::Ymd) {
            Some(_) => "is past the twelfth of its month",
            None => "fits only one of them",
        };
        let why = match self.numeric {
            1 => format!("{words} fit {open}, its only date in numbers"),
            count => format!("{words} fit all its {count} dates in numbers, such as {open}, and none {none}"),
        };
        (Decision::Unknown, why)
    }

    /// No order fits every cell.
    fn contradiction(&self) -> String {
        let misfits: Vec<String> = [DateOrder::Dmy, DateOrder::Mdy]
            .iter()
            .filter_map(|&order| {
                self.misfit(order)
                    .map(|cell| format!("{} is not `{order}`", Shown(cell)))
            })
            .collect();
        format!("no order fits every cell: {}", misfits.join(", "))
    }
}

fn of(cells: &[First; 3], order: DateOrder) -> First {
    DateOrder::ALL
        .iter()
        .zip(cells)
        .find(|(known, _)| **known == order)
        .and_then(|(_, cell)| *cell)
}

/// A cell with its row, as findings name it: row 14 `13/05/2021`.
struct Shown((u32, DateReading));

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shown((row, reading)) = self;
        let mark = reading.separator().map_or(' ', super::Separator::as_char);
        match reading {
            DateReading::Numeric { a, b, year, .. } => write!(f, "row {row} `{a:02}{mark}{b:02}{mark}{year}`"),
            DateReading::Short { a, b, c, .. } => write!(f, "row {row} `{a:02}{mark}{b:02}{mark}{c:02}`"),
            _ => write!(f, "row {row}"),
        }
    }
}
