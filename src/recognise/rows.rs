//! Rows to facts.
//!
//! In: a batch of rows of one table. Out: a [`Batch`]: for each row a fact of a subscription or a customer, or why there is
//! none. Every row is counted once: as fact, customer, reference, rejected (with an error), ignored (with a note), or loose until
//! the end of the table is known. Refuses a row that names neither a subscription nor a customer with an offer, and one with
//! more values than headings. Dates stay readings until their column is decided.

use super::{
    Field, Flaw,
    cells::{Cells, shown},
    charges::effect_of,
    customer_cells::customer_of,
    dates::{DateColumnEvidence, DateReading, read_date},
    facts::{Charge, CustomerFacts, CustomerRow, Effect, Fact},
    intern::Interner,
    kinds::Role,
    offer_cells::offer_of,
    table::{Batch, Loose, PendingDate, Table},
    values,
    vocabulary::{Vocabulary, fold},
};
use crate::{
    finding::{Code, Finding},
    read::{Cell, Row, Rows},
    terms::*,
};

/// What all rows of a run share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) texts: Interner<str>,
    pub(super) ids: Interner<Id>,
    pub(super) offers: Interner<super::SourceOffer>,
    pub(super) customers: Interner<CustomerFacts>,
}

impl Shared {
    pub(super) fn new() -> Shared {
        Shared {
            texts: Interner::new(),
            ids: Interner::new(),
            offers: Interner::new(),
            customers: Interner::new(),
        }
    }
}

/// Recognises a batch of rows.
pub(super) fn recognise_rows(rows: &Rows, table: &Table, vocabulary: &Vocabulary, shared: &Shared) -> Batch {
    let mut batch = Batch {
        evidence: vec![DateColumnEvidence::default(); table.columns.dates.len()],
        ..Batch::default()
    };
    for row in rows.iter() {
        batch.accounting.rows_read += 1;
        if table.columns.kind.role == Role::Reference {
            batch.accounting.reference += 1;
            continue;
        }
        let mut cells = Cells::new(row, table, vocabulary);
        recognise_row(&mut cells, &mut batch, shared);
        batch.findings.append(&mut cells.findings);
    }
    batch
}

fn recognise_row(cells: &mut Cells<'_>, batch: &mut Batch, shared: &Shared) {
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
        batch.accounting.rejected += 1;
        let message = format!("`{}` stands beyond the last heading; the row was rejected", shown(cell));
        let hint = "the row has too many cells, perhaps for a delimiter inside a text: correct it in the export";
        return cells.tell(Code::RowTooLong, column, cell, message, hint);
    }
    match table.columns.kind.role {
        Role::Customers => customer_row(cells, batch),
        _ => subscription_row(cells, batch, shared),
    }
}

fn customer_row(cells: &mut Cells<'_>, batch: &mut Batch) {
    let facts = customer_of(cells);
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
        facts,
    });
}

fn subscription_row(cells: &mut Cells<'_>, batch: &mut Batch, shared: &Shared) {
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
    cells.subscription = id.as_ref().map(|id| shared.texts.keep_text(&id.to_string()));
    let customer = customer_of(cells);
    let offer = offer_of(cells, shared);
    let has_offer = offer != super::SourceOffer::default();
    if id.is_none() && (!customer.names_somebody() || !has_offer || is_loose(cells) || is_total(cells)) {
        return loose_or_rejected(cells, batch);
    }
    let charge = charge_of(cells, shared);
    let fact = fact_of(cells, shared, id, aliases, customer, offer, charge);
    batch.last_row = batch.last_row.max(cells.row.number);
    read_dates(cells, batch, batch.facts.len() as u32, fact.state);
    batch.facts.push(Fact {
        flaws: cells.flaws,
        ..fact
    });
}

fn fact_of(
    cells: &mut Cells<'_>,
    shared: &Shared,
    id: Option<Id>,
    aliases: Vec<Id>,
    customer: CustomerFacts,
    offer: super::SourceOffer,
    charge: Option<Charge>,
) -> Fact {
    let table = cells.table;
    let states_level = charge.as_ref().is_none_or(|charge| charge.effect == Effect::Level);
    let mut seats = if states_level {
        cells.take(Field::Seats, values::seats)
    } else {
        None
    };
    let expired = cells.take(Field::ExpiredSeats, values::seats);
    let mut state = cells
        .take(Field::MicrosoftState, values::state)
        .or_else(|| cells.take(Field::State, values::state));
    if let (Some(Seats(0)), Some(Seats(1..))) = (seats, expired) {
        // all its licences are past their term end and listed apart
        (seats, state) = (expired, state.or(Some(State::Expired)));
    }
    let both = cells.take(Field::TermAndBilling, values::term_and_billing);
    let owner = cells.id(Field::OwnerTenantId);
    let stated = cells.take(Field::Channel, values::channel).or(table.source.channel);
    let implied = owner.as_ref().map(|_| Channel::Csp).or(table.columns.kind.channel);
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
        seller: cells.id(Field::SellerId).or(owner).map(|id| shared.ids.keep(id)),
        target_customer: cells.id(Field::TargetCustomerId).map(|id| shared.ids.keep(id)),
        customer: shared.customers.keep(customer),
        offer: shared.offers.keep(offer),
        charge: charge.map(Box::new),
        channel: stated.or(implied.filter(|_| !channel_unread)),
        channel_stated: stated.is_some(),
        seats,
        assigned_seats: cells.take(Field::AssignedSeats, values::seats),
        term: cells
            .take(Field::Term, values::term)
            .or(both.and_then(|(term, _)| term)),
        billing_plan: cells
            .take(Field::BillingPlan, values::billing_plan)
            .or(both.and_then(|(_, plan)| plan)),
        term_start: None,
        term_end: None,
        auto_renew: cells.take(Field::AutoRenew, values::boolean),
        end_instruction: cells.take(Field::EndInstruction, values::end_instruction),
        state,
        trial: cells.take(Field::Trial, values::trial),
        addon: cells.take(Field::Addon, values::addon),
        freshness: table.freshness,
        flaws: cells.flaws,
    }
}

/// What kind of charge the row is, in a table of charges. Negative amounts and quantities are credits whatever their type says;
/// a type we do not know counts as a change.
fn charge_of(cells: &mut Cells<'_>, shared: &Shared) -> Option<Charge> {
    let columns = &cells.table.columns;
    if columns.kind.role != Role::Charges {
        return None;
    }
    let amount = columns.amount.map(|column| cells.row.cell(column as usize));
    let quantity = cells.cell(Field::Seats).map(|(_, cell)| cell);
    let is_credit = amount.into_iter().chain(quantity).any(is_negative);
    let word = cells.text(Field::ChargeType);
    let effect = word.as_deref().and_then(effect_of);
    if let (Some(word), None, Some((column, cell))) = (&word, effect, cells.cell(Field::ChargeType)) {
        let message = format!("`{word}` is no type of charge we know; it counts as a change of the number of licences");
        cells.tell(
            Code::ValueUnknown,
            column,
            cell,
            message,
            "report the word so that it can be added",
        );
    }
    Some(Charge {
        effect: match effect {
            Some(Effect::End) => Effect::End,
            _ if is_credit => Effect::Credit,
            effect => effect.unwrap_or(Effect::Change),
        },
        word: shared.texts.keep_text(word.as_deref().unwrap_or("")),
        start: None,
        end: None,
        ordered: None,
    })
}

fn is_negative(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Number(number) => number < 0.0,
        Cell::Text(text) => {
            let text = text.trim().trim_start_matches('\'');
            text.starts_with(['-', '−', '(']) && text.contains(|c: char| ('1'..='9').contains(&c))
        }
        _ => false,
    }
}

/// Reads the date columns: every cell is evidence for its column, the first filled one of a field is the row's date.
fn read_dates(cells: &mut Cells<'_>, batch: &mut Batch, item: u32, state: Option<State>) {
    let table = cells.table;
    let mut done: Option<Field> = None;
    for (slot, &(column, field)) in table.columns.dates.iter().enumerate() {
        let cell = cells.row.cell(column as usize);
        if cell == Cell::Empty {
            continue;
        }
        let reading = read_date(cell, cells.vocabulary);
        if let Some(evidence) = batch.evidence.get_mut(slot) {
            evidence.add(reading, cells.row.number);
        }
        if reading == DateReading::Empty || done == Some(field) {
            continue;
        }
        // the next change of state is the term end only while the subscription is active
        if field == Field::NextLifecycleDate && state != Some(State::Active) {
            continue;
        }
        done = Some(field);
        if reading == DateReading::Unreadable {
            cells.take(field, |_, _| {
                Err::<Option<()>, _>(values::Unreadable {
                    why: "is no date we can read",
                })
            });
            continue;
        }
        batch.pending.push(PendingDate {
            item,
            slot: slot as u16,
            field,
            reading,
        });
    }
}

fn ignore(cells: &mut Cells<'_>, batch: &mut Batch, code: Code, message: &str) {
    batch.accounting.ignored += 1;
    let place = cells.table.place.at_row(cells.row.number);
    let mut finding = Finding::new(code, place, message, "");
    finding.value = first_filled(cells.row).map(|(_, cell)| shown(cell).into());
    cells.findings = vec![finding];
}

fn loose_or_rejected(cells: &mut Cells<'_>, batch: &mut Batch) {
    if is_total(cells) {
        return ignore(
            cells,
            batch,
            Code::TotalRowIgnored,
            "the row sums up others; it was left out",
        );
    }
    if let (true, Some((column, cell))) = (is_loose(cells), first_filled(cells.row)) {
        batch.loose.push(Loose {
            row: cells.row.number,
            column,
            value: shown(cell).into(),
            is_number: is_number(cell),
        });
        cells.findings.clear();
        return;
    }
    batch.accounting.rejected += 1;
    let finding = unidentified(
        cells.table,
        cells.row.number,
        first_filled(cells.row).map(|(_, cell)| shown(cell).into()),
    );
    cells.findings.push(finding);
}

/// The finding for a row that names nobody.
pub(super) fn unidentified(table: &Table, row: u32, value: Option<Text>) -> Finding {
    let (message, hint) = match table.columns.kind.role {
        Role::Customers => (
            "the row names no customer; it was rejected",
            "give the customer's tenant id",
        ),
        _ => (
            "the row names neither a subscription nor a customer with an offer; it was rejected",
            "give the subscription's id, or the customer and the offer; for a file without customers, a [[source]] setting",
        ),
    };
    let mut finding = Finding::new(Code::RowUnidentified, table.place.at_row(row), message, hint);
    finding.value = value;
    finding
}

/// Whether what stands in an id's column is a word for a total, or the one text of a row and several words.
fn is_prose(id: &Id, cells: &Cells<'_>) -> bool {
    match id {
        Id::Guid(_) => false,
        Id::Text(text) => is_total(cells) || text.contains(char::is_whitespace) && is_loose(cells),
    }
}

fn first_filled(row: Row<'_>) -> Option<(u32, Cell<'_>)> {
    (0u32..).zip(row.cells()).find(|(_, cell)| *cell != Cell::Empty)
}

/// Whether the row is one text alone, or numbers alone.
fn is_loose(cells: &Cells<'_>) -> bool {
    let mut filled = cells.row.cells().filter(|cell| *cell != Cell::Empty);
    match filled.next() {
        Some(cell) if is_number(cell) => filled.all(is_number),
        Some(Cell::Text(_)) => filled.next().is_none(),
        Some(_) => false,
        None => true,
    }
}

/// Whether a cell is a number, or a text of digits and their marks.
fn is_number(cell: Cell<'_>) -> bool {
    let mark = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ',' | '-' | '\'');
    match cell {
        Cell::Number(_) => true,
        Cell::Text(text) => text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(mark),
        _ => false,
    }
}

fn is_total(cells: &Cells<'_>) -> bool {
    let first = cells.row.cells().find_map(|cell| match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    });
    first.is_some_and(|text| text.len() < 64 && cells.vocabulary.is_total(text))
}

/// Whether the row says the headings again: its first filled cell does, and every other filled one.
fn is_repeated_heading(row: Row<'_>, table: &Table) -> bool {
    let repeats = |(column, cell): (u32, Cell<'_>)| match (cell, table.columns.heading(column)) {
        (Cell::Text(text), Some(heading)) => {
            let (text, heading) = (text.trim(), heading.trim());
            text == heading || text.len() < 128 && !heading.is_empty() && fold(text) == fold(heading)
        }
        _ => false,
    };
    let mut filled = (0u32..).zip(row.cells()).filter(|(_, cell)| *cell != Cell::Empty);
    filled.next().is_some_and(repeats) && filled.all(repeats)
}
