//! Rows to facts.
//!
//! In: a batch of rows of one table. Out: a [`Batch`]: for each row a fact of a subscription or a customer, or why there is
//! none. Every row is counted once: as fact, customer, reference, rejected (with an error), ignored (with a note), or loose until
//! the end of the table is known. Refuses a row that names neither a subscription nor a customer with an offer, and one with
//! more values than headings. Dates stay readings until their column is decided.

mod charge;
mod left_out;
mod rivals;

use std::sync::Arc;

use charge::charge_of;
pub(super) use left_out::unidentified;
use left_out::{ignore, is_loose, is_prose, is_repeated_heading, is_total, loose_or_rejected};
use rivals::tell_of_rivals;

use super::{
    Field, Flaw,
    cells::{Cells, shown},
    customer_cells::customer_of,
    dates::{DateColumnEvidence, DateReading, Remark, means_renewal, read_month, remark, why_unreadable},
    facts::{Charge, CustomerFacts, CustomerRow, CustomerSaid, Effect, Fact},
    intern::Interner,
    kinds::Role,
    memory::{Memory, RowWords},
    offer_cells::offer_of,
    samples,
    settle::name_of,
    strangers,
    table::{Batch, PendingDate, PendingSeats, Table},
    values::{self, Marks, OpenCount},
    vocabulary::Vocabulary,
};
use crate::{
    finding::{Code, Finding},
    read::{Cell, Rows},
    terms::*,
};

/// What all rows of a run share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) texts: Interner<Text>,
    pub(super) ids: Interner<Arc<Id>>,
    pub(super) offers: Interner<Arc<super::SourceOffer>>,
    pub(super) customers: Interner<Arc<CustomerFacts>>,
    /// Whether to keep what stands in the columns.
    samples: bool,
}

impl Shared {
    pub(super) fn new() -> Shared {
        Shared {
            texts: Interner::new(),
            ids: Interner::new(),
            offers: Interner::new(),
            customers: Interner::new(),
            samples: false,
        }
    }

    /// Keeps what stands in the columns, too.
    pub(super) fn with_samples() -> Shared {
        Shared {
            samples: true,
            ..Shared::new()
        }
    }
}

/// Recognises a batch of rows.
pub(super) fn recognise_rows(rows: &Rows, table: &Table, vocabulary: &Vocabulary, shared: &Shared) -> Batch {
    let mut batch: Batch = Batch {
        evidence: vec![DateColumnEvidence::default(); table.columns.dates.len()],
        ..Batch::default()
    };
    let mut memory = Memory::new(shared, table);
    if !matches!(table.columns.kind.role, Role::Customers | Role::Reference) {
        batch.facts.reserve(rows.len());
    }
    for row in rows.iter() {
        batch.accounting.rows_read += 1;
        let before = batch.left_out();
        if table.columns.kind.role == Role::Reference {
            batch.accounting.reference += 1;
        } else {
            let mut cells = Cells::new(row, table, vocabulary);
            recognise_row(&mut cells, &mut batch, &mut memory);
            batch.findings.append(&mut cells.findings);
        }
        if !table.strangers.is_empty() && batch.left_out() == before {
            strangers::look_at(&mut batch, row, table, vocabulary);
        }
        if shared.samples && batch.left_out() == before {
            samples::add(&mut batch.samples, row, table);
        }
    }
    batch
}

fn recognise_row(cells: &mut Cells<'_>, batch: &mut Batch, memory: &mut Memory<'_>) {
    let (row, table) = (cells.row, cells.table);
    if is_repeated_heading(row, table) {
        return ignore(
            cells,
            batch,
            Code::HeadingRowIgnored,
            "the headings stand here again; the row was left out",
        );
    }
    let filled = |&(_, cell): &(u32, Cell<'_>)| cell != Cell::Empty;
    if let Some((column, cell)) = (0u32..).zip(row.cells()).skip(table.columns.width).find(filled) {
        // Where the id stands in its place, the subscription is known, if not what it says.
        if row_has_guid(cells) {
            let message = format!(
                "`{}` stands beyond the last heading; the row is for review",
                shown(cell)
            );
            let hint =
                "a remark beside the table: give it a heading; a delimiter inside a text: correct it in the export";
            cells.tell(Code::CellBeyondHeadings, column, cell, message, hint);
            cells.flaws.add(Flaw::ValueUnreadable);
            return subscription_row(cells, batch, memory);
        }
        batch.accounting.rejected += 1;
        let message = format!("`{}` stands beyond the last heading; the row was rejected", shown(cell));
        let hint = "the row has too many cells, perhaps for a delimiter inside a text: correct it in the export";
        return cells.tell(Code::RowTooLong, column, cell, message, hint);
    }
    match table.columns.kind.role {
        Role::Customers => customer_row(cells, batch, memory),
        _ => subscription_row(cells, batch, memory),
    }
}

/// Whether the column of the subscription's id holds one.
fn row_has_guid(cells: &Cells<'_>) -> bool {
    let columns = cells.table.columns.of_field(Field::SubscriptionId);
    let is_guid = |&column: &u32| {
        values::id(cells.row.cell(column as usize)).is_ok_and(|id| id.is_some_and(|id| id.guid().is_some()))
    };
    cells.table.columns.kind.role != Role::Customers && columns.iter().any(is_guid)
}

fn customer_row(cells: &mut Cells<'_>, batch: &mut Batch, memory: &mut Memory<'_>) {
    let facts = customer_of(cells, memory);
    if !facts.names_somebody() {
        return loose_or_rejected(cells, batch);
    }
    if facts.id.is_none() && is_total(cells) {
        return ignore(
            cells,
            batch,
            Code::TotalRowIgnored,
            "the row sums up others; it was left out",
        );
    }
    batch.accounting.customers += 1;
    batch.last_row = batch.last_row.max(cells.row.number);
    let item = batch.customers.len() as u32;
    read_dates(cells, batch, item, None);
    batch.customers.push(CustomerRow {
        table: cells.table.number,
        row: cells.row.number,
        facts: facts.into_facts(),
    });
}

fn subscription_row(cells: &mut Cells<'_>, batch: &mut Batch, memory: &mut Memory<'_>) {
    if cells.take(Field::Duplicate, values::boolean) == Some(true) {
        let message = "the source marks the row as a copy of another; it was left out";
        return ignore(cells, batch, Code::RowIgnored, message);
    }
    let id = cells.id(Field::SubscriptionId).filter(|id| !is_prose(id, cells));
    let mut aliases = cells.ids(Field::SubscriptionAlias);
    aliases.retain(|alias| !is_prose(alias, cells));
    // a row that only an alias names is named by it
    let id = match id {
        None if !aliases.is_empty() => Some(aliases.remove(0)),
        id => id,
    };
    cells.subscription = id.clone();
    let customer = customer_of(cells, memory);
    let offer = offer_of(cells, memory);
    let has_offer = *offer != super::SourceOffer::default();
    if id.is_none() && (!customer.names_somebody() || !has_offer || is_loose(cells) || is_total(cells)) {
        if customer.names_somebody() && !has_offer && !is_loose(cells) && !is_total(cells) {
            let name = name_of(&customer.into_facts());
            batch.customers_alone.extend(name.map(|name| (cells.row.number, name)));
        }
        return loose_or_rejected(cells, batch);
    }
    tell_of_rivals(cells);
    let charge = charge_of(cells, memory.shared);
    read_marks(cells, batch, &charge);
    let predecessor = cells
        .id(Field::MigratedFromId)
        .filter(|former| Some(former) != id.as_ref());
    aliases.extend(predecessor.clone());
    let mut fact = fact_of(cells, memory, id, aliases, customer, offer, charge);
    fact.predecessor = predecessor.map(Box::new);
    batch.last_row = batch.last_row.max(cells.row.number);
    match read_dates(cells, batch, batch.facts.len() as u32, fact.state) {
        Some(Remark::AtEnd(instruction)) => fact.end_instruction = fact.end_instruction.or(Some(instruction)),
        Some(Remark::State(state)) => fact.state = fact.state.or(Some(state)),
        None => {}
    }
    tell_if_uneven(cells);
    batch.facts.push(Fact {
        flaws: cells.flaws,
        ..fact
    });
}

fn fact_of(
    cells: &mut Cells<'_>,
    memory: &mut Memory<'_>,
    id: Option<Id>,
    aliases: Vec<Id>,
    customer: CustomerSaid<'_>,
    offer: Arc<super::SourceOffer>,
    charge: Option<Charge>,
) -> Fact {
    let (table, shared) = (cells.table, memory.shared);
    let states_level = charge.as_ref().is_none_or(|charge| charge.effect == Effect::Level);
    let mut seats = if states_level && !cells.has_open_seats {
        cells.take(Field::Seats, values::seats)
    } else {
        None
    };
    let expired = cells.take(Field::ExpiredSeats, values::seats);
    let words = memory.words.recall(cells, RowWords::of);
    let mut state = words.state;
    if let (Some(Seats(0)), Some(Seats(1..))) = (seats, expired) {
        // all its licences are past their term end and listed apart
        (seats, state) = (expired, state.or(Some(State::Expired)));
    }
    // a tenant's own id says nothing; another's is the partner that sold the subscription
    let own_tenant = customer.id.map(|CustomerId(id)| Id::Guid(id));
    let owner = cells
        .id(Field::OwnerTenantId)
        .filter(|owner| Some(owner) != own_tenant.as_ref());
    let stated = words
        .channel
        .or(owner.as_ref().map(|_| Channel::Csp))
        .or(table.source.channel);
    let implied = table.columns.kind.channel;
    let channel_unread = cells.flaws.has(Flaw::ChannelUnreadable);
    Fact {
        table: table.number,
        row: cells.row.number,
        aliases: aliases.into(),
        base_id: cells
            .id(Field::BaseId)
            .filter(|base| Some(base) != id.as_ref())
            .map(Box::new),
        id,
        predecessor: None,
        seller: cells.id(Field::SellerId).or(owner).map(|id| shared.ids.keep(id)),
        target_customer: cells.id(Field::TargetCustomerId).map(|id| shared.ids.keep(id)),
        customer: {
            let is_it = |known: &CustomerFacts| customer.is(known);
            shared
                .customers
                .keep_like(&customer, is_it, || customer.clone().into_facts())
        },
        offer,
        charge: charge.map(Box::new),
        channel: stated.or(implied.filter(|_| !channel_unread)),
        channel_stated: stated.is_some(),
        seats,
        assigned_seats: cells.take(Field::AssignedSeats, values::seats),
        term: words.term,
        billing_plan: words.billing_plan,
        term_start: None,
        term_end: None,
        is_end_of_renewal: false,
        auto_renew: words.auto_renew,
        end_instruction: words.end_instruction,
        state,
        seat_based: words.seat_based,
        trial: words.trial,
        addon: words.addon,
        freshness: table.freshness,
        flaws: cells.flaws,
    }
}

/// The channel that a column says; where its cell cannot be read, the one that a setting says of the whole export.
pub(super) fn stated_channel(cells: &mut Cells<'_>) -> Option<Channel> {
    let before = cells.findings.len();
    let read = cells.take(Field::Channel, values::channel);
    if let (Some(set), true) = (cells.table.source.channel, cells.flaws.has(Flaw::ChannelUnreadable)) {
        cells.flaws.remove(Flaw::ChannelUnreadable);
        for finding in cells.findings.iter_mut().skip(before) {
            if let Some(start) = finding.message.strip_suffix("it was left out") {
                finding.message =
                    format!("{start}`{set}`, which a [[source]] setting says of the file, was taken").into();
            }
        }
        return Some(set);
    }
    read
}

/// Takes the mark in a number of licences into account; a number that it leaves open waits for its column.
fn read_marks(cells: &mut Cells<'_>, batch: &mut Batch, charge: &Option<Charge>) {
    let Some((column, Cell::Text(text))) = cells.cell(Field::Seats) else {
        return;
    };
    if !text.contains(['.', ',']) {
        return;
    }
    let marks = batch.marks.entry(column).or_default();
    *marks = marks.and(Marks::of(text, cells.vocabulary));
    let states_level = charge.as_ref().is_none_or(|charge| charge.effect == Effect::Level);
    if let Some(count) = OpenCount::of(text, cells.vocabulary).filter(|_| states_level) {
        cells.has_open_seats = true;
        batch.seats.push(PendingSeats {
            item: batch.facts.len() as u32,
            column,
            count,
            value: text.trim().into(),
        });
    }
}

/// Reads the date columns: every cell is evidence for its column, the first filled one of a field is the row's date; of a term
/// end and a renewal the term end. Gives the words beside the term end.
fn read_dates(cells: &mut Cells<'_>, batch: &mut Batch, item: u32, state: Option<State>) -> Option<Remark> {
    let table = cells.table;
    let mut done: Option<Field> = None;
    let mut remarked = None;
    for (slot, &(column, field)) in table.columns.dates.iter().enumerate() {
        let cell = cells.row.cell(column as usize);
        if cell == Cell::Empty {
            continue;
        }
        let mut reading = table.read_date(cell, cells.vocabulary);
        // which of two rows is newer is known from their months too
        if (field, reading) == (Field::RowDate, DateReading::Unreadable)
            && let Some(first) = read_month(cell, cells.vocabulary)
        {
            reading = DateReading::Certain(first);
        }
        if let Some(evidence) = batch.evidence.get_mut(slot) {
            evidence.add(reading, cells.row.number);
        }
        if reading == DateReading::Empty || done == Some(field) {
            continue;
        }
        // where another column of the field may hold the date, a `-` leaves it to that one
        if table.columns.of_field(field).len() > 1 && cells.is_nothing(cell)
            || field == Field::TermEnd && is_outdone(cells, column)
        {
            continue;
        }
        // the next change of state is the term end only while the subscription is active
        if field == Field::NextLifecycleDate && state != Some(State::Active) {
            continue;
        }
        done = Some(field);
        if reading == DateReading::Unreadable {
            cells.take(field, |cell, vocabulary| {
                let why = why_unreadable(cell, vocabulary);
                Err::<Option<()>, _>(values::Unreadable { why })
            });
            continue;
        }
        if field == Field::TermEnd {
            remarked = remark(cell, cells.vocabulary);
        }
        batch.pending.push(PendingDate {
            item,
            slot: slot as u16,
            field,
            reading,
        });
    }
    remarked
}

/// Whether a column of term ends holds days of renewal, and another of the row's columns holds an end.
fn is_outdone(cells: &Cells<'_>, column: u32) -> bool {
    let columns = &cells.table.columns;
    let ends = columns.of_field(Field::TermEnd);
    let is_renewal = |column: u32| columns.heading(column).is_some_and(|heading| means_renewal(heading));
    let is_filled = |column: u32| {
        let reading = cells.read_date(cells.row.cell(column as usize));
        !matches!(reading, DateReading::Empty | DateReading::Unreadable)
    };
    ends.len() > 1
        && is_renewal(column)
        && ends
            .iter()
            .any(|&other| other != column && !is_renewal(other) && is_filled(other))
}

/// Tells of a record with fewer cells than headings; a workbook says nothing of the empty cells at a row's end.
fn tell_if_uneven(cells: &mut Cells<'_>) {
    let (table, found) = (cells.table, cells.row.len());
    let Some(usual) = table.cells else { return };
    let expected = table.columns.width;
    let is_told = cells
        .findings
        .iter()
        .any(|finding| finding.code == Code::CellBeyondHeadings);
    let (code, message, hint) = if found < expected {
        (
            Code::RowTooShort,
            format!("{found} cells under {expected} headings; the missing ones count as empty"),
            "compare the row with its neighbours: if a delimiter is missing, its values stand under the wrong headings",
        )
    } else if found > usual as usize && !is_told {
        cells.flaws.add(Flaw::ValueUnreadable);
        (
            Code::CellsTooMany,
            format!("{found} cells, where the other rows have {usual}; the row is for review"),
            "compare the row with its neighbours: if there is a delimiter too many, its values stand under the wrong headings",
        )
    } else {
        return;
    };
    let mut finding = Finding::new(code, table.place.at_row(cells.row.number), message, hint);
    finding.subscription_id = cells.subscription_text();
    cells.findings.push(finding);
}
