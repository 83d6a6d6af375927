//! A table whose rows have all been seen.
//!
//! In: its batches. Out: [`Settled`]: the facts with their dates, now that each date column can be decided from
//! all its cells; the rows that were loose, now that the last row of the table is known; what is known of the table. Refuses
//! the dates of a column that can be read in two ways, or that a spreadsheet has half converted: one finding a column, and a
//! flaw on each of its rows whose term end it holds.

mod apart;
mod counts;
mod cut_cell;
mod date_columns;
mod over_assigned;
mod stray;

use chrono::NaiveDate;

use super::{
    DateColumn, Field, Flaw, TableRecord,
    cells::{consequence, hint_for},
    dates::{DateReading, InColumn, in_column},
    elsewhere::Lacking,
    facts::{CustomerRow, Fact},
    rows::unidentified,
    samples::{self, Samples},
    strangers::lacking,
    table::{Dated, Gathered, Loose, Part, PendingDate, Table},
};
pub(super) use apart::name_of;
use apart::part_customers;
use counts::{fold_repairs, settle_seats};
pub(super) use cut_cell::leave_out;
use date_columns::{Decided, because, conventions, decide, decide_by_others, order_word, undecided};

use crate::{
    finding::{Accounting, Code, Finding},
    runs::of_each_mut,
    terms::Text,
};

/// A table, settled.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) table: Table,
    pub(super) facts: Vec<Fact>,
    pub(super) customers: Vec<CustomerRow>,
    pub(super) findings: Vec<Finding>,
    /// What it lacks, to be judged when all is merged.
    pub(super) lacking: Vec<Lacking>,
    pub(super) accounting: Accounting,
    pub(super) dates: Vec<DateColumn>,
    pub(super) samples: Samples,
}

/// Settles a table.
pub(super) fn settle(mut table: Table, mut gathered: Gathered) -> Settled {
    let mut batches = gathered.parts();
    let mut columns = decide(&table, &batches);
    stray::doubt(&table, &batches, &mut columns);
    decide_by_others(&table, &mut columns);
    let dated = |decided: &Decided| Dated {
        decision: decided.decision,
        mixed: decided.evidence.mixed(table.source.date_order),
        is_renewal: decided.renewal.is_some(),
    };
    table.dated = columns.iter().map(dated).collect();
    let mut settled = Settled {
        facts: Vec::new(),
        customers: Vec::new(),
        findings: table.columns.repeated(&table.place),
        lacking: Vec::new(),
        accounting: Accounting::default(),
        dates: Vec::new(),
        samples: samples::first(batches.iter_mut().map(|batch| std::mem::take(&mut batch.samples))),
        table,
    };
    settled.lacking = lacking(&settled.table, &mut batches);
    let seen = of_each_mut(&mut batches, |batch| settle_dates(&settled.table, &columns, batch));
    for seen in seen {
        for (column, seen) in columns.iter_mut().zip(seen) {
            column.left_out += seen.left_out;
            column.first = column.first.into_iter().chain(seen.first).min();
            if let Some(first) = &mut column.renewal {
                *first = first.iter().copied().chain(seen.dated).min();
            }
        }
    }
    settle_seats(&settled.table, &mut batches);
    over_assigned::tell(&settled.table, &mut batches);
    settled.findings.extend(part_customers(&settled.table, &mut batches));
    let last_row = batches.iter().map(|batch| batch.last_row).max().unwrap_or(0);
    for batch in batches {
        settled.accounting += batch.accounting;
        settled.customers.extend(batch.customers);
        settled.findings.extend(batch.findings);
        for loose in batch.loose {
            let finding = settle_loose(&settled.table, loose, last_row, &mut settled.accounting);
            settled.findings.push(finding);
        }
    }
    settled.facts = gathered.facts;
    fold_repairs(&mut settled.findings);
    for (&(column, _), decided) in settled.table.columns.dates.iter().zip(&columns) {
        settled.findings.extend(undecided(&settled.table, column, decided));
        settled.findings.extend(conventions(&settled.table, column, decided));
        let heading = settled.table.columns.heading(column).cloned().unwrap_or_default();
        settled.dates.push(DateColumn {
            heading,
            order: order_word(decided).into(),
            because: because(&settled.table, decided),
        });
    }
    settled
}

/// What was seen of a date column in one batch.
#[derive(Default, Clone)]
struct Seen {
    /// Rows whose date was left out, and the first of them.
    left_out: u64,
    first: Option<u32>,
    /// The first row that has a date.
    dated: Option<u32>,
}

/// Settles the dates of a batch; says what was seen of each column.
fn settle_dates(table: &Table, columns: &[Decided], batch: &mut Part<'_>) -> Vec<Seen> {
    let mut seen = vec![Seen::default(); columns.len()];
    for &pending in batch.pending {
        let slot = usize::from(pending.slot);
        if let (Some(decided), Some(seen)) = (columns.get(slot), seen.get_mut(slot)) {
            settle_date(table, decided, seen, batch, pending);
        }
    }
    seen
}

fn settle_date(table: &Table, decided: &Decided, seen: &mut Seen, batch: &mut Part<'_>, pending: PendingDate) {
    let row = batch.facts.get(pending.item as usize).map(|fact| fact.row);
    let row = row
        .or_else(|| batch.customers.get(pending.item as usize).map(|customer| customer.row))
        .unwrap_or(0);
    let read = in_column(
        pending.reading,
        decided.decision,
        decided.evidence.mixed(table.source.date_order),
    );
    let first = |of: Option<u32>| of.into_iter().chain([row]).min();
    match read {
        InColumn::LeftOut => {
            seen.left_out += 1;
            seen.first = first(seen.first);
            fill(batch, pending, None, true, false);
        }
        InColumn::Date(date) => {
            if date.is_some() {
                seen.dated = first(seen.dated);
            }
            fill(batch, pending, date, false, decided.renewal.is_some());
        }
        InColumn::Unreadable(unreadable) => {
            let value = written(pending.reading);
            let message = format!("`{value}` {}; it was left out", unreadable.why);
            let (code, flaw) = consequence(pending.field);
            let column = table
                .columns
                .dates
                .get(usize::from(pending.slot))
                .map_or(0, |&(column, _)| column);
            let place = table.place.at_row(row).at_column(column);
            let mut finding = Finding::new(code, place, message, hint_for(code)).value(value);
            finding.heading = table.columns.heading(column).cloned();
            if let Some(fact) = batch.facts.get_mut(pending.item as usize) {
                finding.subscription_id = fact.id.as_ref().map(|id| id.to_string().into());
                if let Some(flaw) = flaw {
                    fact.flaws.add(flaw);
                }
            }
            batch.findings.push(finding);
        }
    }
}

fn fill(batch: &mut Part<'_>, pending: PendingDate, date: Option<NaiveDate>, is_left_out: bool, is_renewal: bool) {
    if pending.field == Field::AgreementAccepted {
        if let (Some(customer), Some(date)) = (batch.customers.get_mut(pending.item as usize), date) {
            customer.facts.agreement_accepted = Some(Some(date));
        }
        return;
    }
    let Some(fact) = batch.facts.get_mut(pending.item as usize) else {
        return;
    };
    match pending.field {
        Field::TermEnd | Field::NextLifecycleDate => {
            if let (None, Some(date)) = (fact.term_end, date) {
                fact.is_end_of_renewal = is_renewal;
                fact.term_end = if is_renewal { date.pred_opt() } else { Some(date) };
            }
            if is_left_out {
                fact.flaws.add(Flaw::DateOrderUnknown);
            }
        }
        Field::TermStart => fact.term_start = date,
        Field::RowDate => fact.freshness = date.or(fact.freshness),
        Field::CreatedDate => with_charge(fact, |charge| charge.ordered = date),
        Field::ChargeEnd => with_charge(fact, |charge| charge.end = date),
        Field::ChargeStart => {
            with_charge(fact, |charge| charge.start = date);
            fact.freshness = date.or(fact.freshness);
        }
        _ => {}
    }
}

fn with_charge(fact: &mut Fact, set: impl FnOnce(&mut super::facts::Charge)) {
    if let Some(charge) = &mut fact.charge {
        set(charge);
    }
}

/// The numbers of a reading, as they stood but for zeros.
fn written(reading: DateReading) -> Text {
    let text = match reading {
        DateReading::Typed(date)
        | DateReading::Serial(date)
        | DateReading::YearFirst(date)
        | DateReading::Certain(date)
        | DateReading::Buddhist(date)
        | DateReading::Instant { date, .. } => date.to_string(),
        DateReading::Numeric {
            a, b, year, separator, ..
        } => format!("{a:02}{separator}{b:02}{separator}{year}"),
        DateReading::Short { a, b, c, separator, .. } => format!("{a:02}{separator}{b:02}{separator}{c:02}"),
        DateReading::Empty | DateReading::NoEnd | DateReading::Unreadable => String::new(),
    };
    text.into()
}

/// A note or an unlabelled sum below the table is left out; in the middle of it, such a row is one that lost its cells.
fn settle_loose(table: &Table, loose: Loose, last_row: u32, accounting: &mut Accounting) -> Finding {
    let is_below = last_row > 0 && loose.row > last_row;
    if !is_below {
        accounting.rejected += 1;
        return unidentified(table, loose.row, Some(loose.value));
    }
    accounting.ignored += 1;
    let place = table.place.at_row(loose.row).at_column(loose.column);
    let finding = if loose.is_number {
        Finding::new(
            Code::TotalRowIgnored,
            place,
            "numbers alone below the table; the row was left out",
            "",
        )
    } else {
        Finding::new(
            Code::NoteRowIgnored,
            place,
            "a text alone below the table; the row was left out",
            "",
        )
    };
    finding.value(loose.value)
}

impl Settled {
    /// What the run record says of the table.
    pub(super) fn record(&self) -> TableRecord {
        let columns = &self.table.columns;
        let headings = columns.headings.iter().map(|(heading, field)| {
            let field = field.map(|field| Text::from(field.as_str()));
            (heading.clone(), field)
        });
        TableRecord {
            sheet: self.table.place.sheet.clone(),
            header_row: self.table.header_row,
            kind: columns.kind.word.into(),
            certainty: columns.certainty.clone(),
            language: columns.language.clone(),
            language_certainty: columns.language_certainty,
            hidden: self.table.hidden,
            as_of: self.table.freshness,
            samples: self.samples.clone(),
            columns: headings.collect(),
            dates: self.dates.clone(),
            accounting: self.accounting,
        }
    }
}
