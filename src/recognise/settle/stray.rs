//! A date typed in another way than the rest, which alone would decide its column.
//!
//! In: the decided columns of a table and its batches. Out: the order of a column of term ends is unknown where the cells that
//! decide it are likely to be the wrong ones: in that order the rows' terms, from their starts, are none that is sold, and in the
//! other nearly all are; or one cell decides, and the starts beside it leave the order open. A single cell against which nothing
//! speaks decides, and is named. What a setting says is not doubted.

use chrono::{Months, NaiveDate};

use super::date_columns::Decided;
use crate::{
    config::DateOrder,
    recognise::{
        Field,
        dates::{DateReading, Decision},
        table::{Part, Table},
    },
    runs::of_each,
};

/// How many cells are named.
const NAMED: usize = 3;

/// The months of terms that are sold.
const TERMS: [u32; 3] = [1, 12, 36];

/// Terms that are whole.
#[derive(Default)]
struct Terms {
    /// Rows whose term end is another day in the other order.
    open: u64,
    /// Of these, those whose term is whole in the decided order, and in the other.
    as_decided: u64,
    otherwise: u64,
    /// The first row whose term is whole in the other order alone.
    first: Option<u32>,
}

impl Terms {
    fn and(self, other: Terms) -> Terms {
        Terms {
            open: self.open + other.open,
            as_decided: self.as_decided + other.as_decided,
            otherwise: self.otherwise + other.otherwise,
            first: [self.first, other.first].into_iter().flatten().min(),
        }
    }

    fn speak_against(&self) -> bool {
        self.otherwise > 0 && self.otherwise * 10 >= self.open * 9 && self.as_decided * 2 < self.open
    }
}

/// Takes back what a stray cell decided.
pub(super) fn doubt(table: &Table, batches: &[Part<'_>], columns: &mut [Decided]) {
    if table.source.date_order.is_some() {
        return;
    }
    let slot_of = |wanted: Field| table.columns.dates.iter().position(|(_, field)| *field == wanted);
    let Some(ends) = slot_of(Field::TermEnd) else { return };
    let starts = slot_of(Field::TermStart);
    let Some(Decision::Order(order)) = columns.get(ends).map(|column| column.decision) else {
        return;
    };
    let rival = match order {
        DateOrder::Dmy => DateOrder::Mdy,
        DateOrder::Mdy => DateOrder::Dmy,
        DateOrder::Ymd => return,
    };
    let Some(deciding) = deciding(batches, ends, rival) else {
        return;
    };
    let (cells, count, numeric) = (deciding.named(), deciding.count, deciding.numeric);
    let start_order = starts.and_then(|slot| columns.get(slot)).map(|column| column.decision);
    let terms = starts.map(|starts| terms(batches, (starts, start_order), ends, order, rival));
    let against = terms.as_ref().filter(|terms| terms.speak_against());
    let is_borne_out = terms.as_ref().is_some_and(|terms| terms.as_decided > terms.otherwise);
    let heading = |slot: usize| {
        let column = table.columns.dates.get(slot).map_or(0, |&(column, _)| column);
        table.columns.heading(column).cloned().unwrap_or_default()
    };
    let start_heading = starts.map(heading).unwrap_or_default();
    let is_lonely = table.columns.kind.is_vocabulary() && count == 1 && start_order == Some(Decision::Unknown);
    let Some(column) = columns.get_mut(ends) else { return };
    let why = if let Some(terms) = against {
        let row = terms.first.unwrap_or_default();
        format!("the terms that begin in `{start_heading}` are whole only in `{rival}`, as in row {row}")
    } else if is_lonely && !is_borne_out && numeric > 1 {
        format!("no other cell says so, and `{start_heading}` beside it leaves the order open")
    } else {
        if count == 1 && numeric > 1 {
            column.because.push_str(", the only cell that decides");
        }
        return;
    };
    column.decision = Decision::Unknown;
    column.because = format!("only `{order}` fits {cells}, but {why}");
    column.stray = Some(cells);
}

/// Cells that do not fit the other order: the first of them, how many they are, and how many cells there are.
#[derive(Default)]
struct Deciding {
    first: Vec<(u32, DateReading)>,
    count: u64,
    numeric: u64,
}

impl Deciding {
    /// The cells in words.
    fn named(&self) -> String {
        let named = self.first.iter();
        let named: Vec<String> = named
            .map(|(row, reading)| format!("row {row} `{}`", super::written(*reading)))
            .collect();
        let more = if self.count > NAMED as u64 { " and others" } else { "" };
        format!("{}{more}", named.join(", "))
    }

    fn and(mut self, other: Deciding) -> Deciding {
        self.first.extend(other.first);
        Deciding {
            first: Deciding::first_of(self.first),
            count: self.count + other.count,
            numeric: self.numeric + other.numeric,
        }
    }

    fn first_of(mut rows: Vec<(u32, DateReading)>) -> Vec<(u32, DateReading)> {
        let written = |(_, reading): &(u32, DateReading)| super::written(*reading);
        rows.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| written(a).cmp(&written(b))));
        rows.truncate(NAMED);
        rows
    }
}

/// The cells of a column that do not fit the other order; none where all do.
fn deciding(batches: &[Part<'_>], slot: usize, rival: DateOrder) -> Option<Deciding> {
    let of_batch = |batch: &Part<'_>| {
        let of_slot = batch.pending.iter().filter(|date| usize::from(date.slot) == slot);
        let numeric: Vec<_> = of_slot.filter(|date| date.reading.is_numeric()).collect();
        let unfit = numeric.iter().filter(|date| date.reading.in_order(rival).is_none());
        let row = |item: u32| batch.facts.get(item as usize).map_or(0, |fact| fact.row);
        let rows: Vec<(u32, DateReading)> = unfit.map(|date| (row(date.item), date.reading)).collect();
        Deciding {
            count: rows.len() as u64,
            numeric: numeric.len() as u64,
            first: Deciding::first_of(rows),
        }
    };
    let all = of_each(batches, of_batch).into_iter();
    let all = all.fold(Deciding::default(), Deciding::and);
    (all.count > 0).then_some(all)
}

/// How the rows' terms speak for the two orders.
fn terms(
    batches: &[Part<'_>],
    (starts, start_order): (usize, Option<Decision>),
    ends: usize,
    order: DateOrder,
    rival: DateOrder,
) -> Terms {
    let of_batch = |batch: &Part<'_>| {
        let mut terms = Terms::default();
        let mut begun: Vec<Option<DateReading>> = vec![None; batch.facts.len()];
        let of_slot = |slot: usize| batch.pending.iter().filter(move |date| usize::from(date.slot) == slot);
        for date in of_slot(starts) {
            if let Some(begun) = begun.get_mut(date.item as usize) {
                *begun = Some(date.reading);
            }
        }
        for date in of_slot(ends) {
            let Some(start) = begun.get(date.item as usize).copied().flatten() else {
                continue;
            };
            let (Some(as_decided), Some(otherwise)) = (date.reading.in_order(order), date.reading.in_order(rival))
            else {
                continue;
            };
            if as_decided == otherwise {
                continue;
            }
            let begins = |order: DateOrder| match start_order {
                Some(Decision::Order(known)) => start.in_order(known),
                _ => start.in_order(order),
            };
            let is_whole = |order: DateOrder, end: NaiveDate| begins(order).is_some_and(|start| is_whole(start, end));
            let (fits, fits_otherwise) = (is_whole(order, as_decided), is_whole(rival, otherwise));
            terms.open += 1;
            terms.as_decided += u64::from(fits);
            terms.otherwise += u64::from(fits_otherwise);
            if fits_otherwise && !fits {
                let row = batch.facts.get(date.item as usize).map(|fact| fact.row);
                terms.first = [terms.first, row].into_iter().flatten().min();
            }
        }
        terms
    };
    let all = of_each(batches, of_batch).into_iter();
    all.fold(Terms::default(), Terms::and)
}

/// Whether a term that is sold runs from one day to another; whether its last day or the one after is named differs.
fn is_whole(start: NaiveDate, end: NaiveDate) -> bool {
    TERMS.iter().any(|&months| {
        let after = start.checked_add_months(Months::new(months));
        after.is_some_and(|after| (-2..=1).contains(&(end - after).num_days()))
    })
}
