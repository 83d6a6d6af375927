//! From what a row says to the cells it says it in.
//!
//! In: a fact's field, the row and the value that the merge was given, the row's cells read again. Out: the [`Origin`]. The cells
//! of the field's columns are read once more, in the order and by the functions by which the row was recognised; the first that
//! gives the value is where it came from. Where no cell does, the settings for the file or the kind of export gave it.

use std::borrow::Cow;

use super::{Giver, Origin, Other, SourceCell, again::Again};
use crate::{
    finding::Place,
    read::{Cell, Row},
    recognise::{
        Context, Field,
        cells::Cells,
        customer_cells::domain_of,
        dates::{InColumn, Remark, in_column, remark},
        nameless::NO_ID,
        offer_cells::{compose, with_zeros},
        source::Source,
        table::Table,
        trail::{Said, Spoken},
        values,
        vocabulary::Vocabulary,
    },
    terms::*,
};

/// What a row says that gave way.
pub(super) fn other(said: Said, origin: Origin) -> Other {
    Other {
        value: said.value,
        standing: said.standing,
        origin,
    }
}

/// Where a row's value comes from.
pub(super) fn of(field: Field, said: &Said, again: &Again<'_>) -> Origin {
    let Some(table) = again.tables.get(said.table as usize) else {
        return nowhere(Place::default());
    };
    let place = table.place.at_row(said.row);
    let Some((table, row)) = again.row(said.table, said.row) else {
        let note = "the file has changed since it was read".to_owned();
        return Origin {
            note: Some(note),
            ..nowhere(place)
        };
    };
    let columns = columns_giving(field, &said.value, row, table, again.context);
    if !columns.is_empty() {
        let cell = |&column: &u32| SourceCell {
            place: place.at_column(column),
            heading: table.columns.heading(column).cloned().unwrap_or_default(),
            text: as_it_stands(row.cell(column as usize)),
        };
        return Origin {
            giver: Giver::Cell,
            place: place.clone(),
            cells: columns.iter().map(cell).collect(),
            note: note_of(field, &said.value, &columns, table),
        };
    }
    by_setting_or_kind(field, &said.value, table, again).unwrap_or_else(|| nowhere(place))
}

fn nowhere(place: Place) -> Origin {
    Origin {
        giver: Giver::Cell,
        place,
        cells: Vec::new(),
        note: None,
    }
}

/// What a column means beside what its heading says.
fn note_of(field: Field, value: &str, columns: &[u32], table: &Table) -> Option<String> {
    let is_of = |of: Field| columns.iter().any(|column| table.columns.of_field(of).contains(column));
    match field {
        Field::Channel if value == Channel::Own.as_str() && !is_of(Field::Channel) => {
            Some("the seller is one of `ids` under [partner]".to_owned())
        }
        Field::Channel if is_of(Field::OwnerTenantId) => {
            Some("another tenant created it: a partner sold it".to_owned())
        }
        Field::State if is_of(Field::ChargeType) => Some("a charge ends it".to_owned()),
        Field::State | Field::Seats if is_of(Field::ExpiredSeats) => {
            Some("all its licences are past their term end".to_owned())
        }
        Field::TermEnd if is_renewal(columns, table) => Some("the day before it renews".to_owned()),
        Field::State | Field::EndInstruction if is_of(Field::TermEnd) => Some("beside the term end".to_owned()),
        Field::OfferId if columns.len() > 1 => Some("put together from its parts".to_owned()),
        _ => None,
    }
}

/// Whether one of the columns holds days of renewal.
fn is_renewal(columns: &[u32], table: &Table) -> bool {
    let mut dated = table.columns.dates.iter().zip(&table.dated);
    dated.any(|((column, _), dated)| dated.is_renewal && columns.contains(column))
}

/// What the settings say of the file, or the kind of export of all its rows; or that there is no id.
fn by_setting_or_kind(field: Field, value: &str, table: &Table, again: &Again<'_>) -> Option<Origin> {
    let file = Place {
        row: None,
        column: None,
        ..table.place.clone()
    };
    let config = again.context.config;
    let origin = |giver, note| Origin {
        giver,
        place: file.clone(),
        cells: Vec::new(),
        note: Some(note),
    };
    if field == Field::SubscriptionId {
        let note = match value.starts_with(NO_ID) {
            true => "the row has no id: a digest of its customer, its offer and its ordinal",
            false => "the row has no id: its customer, offer and licences are those of this one",
        };
        return Some(origin(Giver::Made, note.to_owned()));
    }
    if setting(field, &table.source).as_deref() == Some(value) {
        let says = |source: &Source| setting(field, source).as_deref() == Some(value);
        let pattern = Source::pattern(&table.place.file, table.place.sheet.as_deref(), config, says);
        let pattern = pattern.unwrap_or_default();
        let note = format!("[[source]] `{pattern}` in {}", config.shown_path());
        return Some(origin(Giver::Setting, note));
    }
    let kind = table.columns.kind;
    if field == Field::Channel && kind.channel.map(|channel| channel.spoken()).as_deref() == Some(value) {
        return Some(origin(Giver::Kind, format!("the kind of export, {}", kind.word)));
    }
    None
}

/// What the settings for a file say of a field.
fn setting(field: Field, source: &Source) -> Option<String> {
    match field {
        Field::CustomerId => Some(source.customer_id?.spoken()),
        Field::CustomerName => Some(source.customer_name.as_ref()?.spoken()),
        Field::CustomerDomain => Some(source.customer_domain.as_ref()?.spoken()),
        Field::CustomerCountry => Some(source.country?.spoken()),
        Field::Segment => Some(source.segment?.spoken()),
        Field::Channel => Some(source.channel?.spoken()),
        _ => None,
    }
}

/// The columns in which a row says a value of a field; none where no column does.
fn columns_giving(field: Field, value: &str, row: Row<'_>, table: &Table, context: &Context<'_>) -> Vec<u32> {
    let (vocabulary, partner) = (context.vocabulary, &context.config.partner.ids);
    let mut cells = Cells::new(row, table, vocabulary);
    let fields: &[Field] = match field {
        Field::SubscriptionId => &[Field::SubscriptionId, Field::SubscriptionAlias],
        Field::CustomerDomain => &[Field::CustomerDomain, Field::CustomerId],
        Field::Channel => &[Field::Channel, Field::SellerId, Field::OwnerTenantId],
        Field::SellerId => &[Field::SellerId, Field::OwnerTenantId],
        Field::SkuPartNumber => &[Field::SkuPartNumber, Field::SkuId],
        Field::OfferName => &[Field::OfferName, Field::FriendlyName],
        Field::Seats => &[Field::Seats, Field::ExpiredSeats],
        Field::State => &[
            Field::MicrosoftState,
            Field::State,
            Field::ExpiredSeats,
            Field::ChargeType,
        ],
        Field::Trial => &[Field::Trial, Field::MicrosoftState, Field::State],
        Field::Term => &[Field::Term, Field::TermAndBilling],
        Field::BillingPlan => &[Field::BillingPlan, Field::TermAndBilling],
        Field::TermEnd | Field::TermStart | Field::AgreementAccepted => {
            return date_column(field, value, row, table, vocabulary).into_iter().collect();
        }
        Field::OfferId => return offer_columns(value, &mut cells),
        _ => &[field],
    };
    let says = |&of: &Field| {
        let columns = table.columns.of_field(of).iter();
        let filled = columns
            .copied()
            .find(|&column| row.cell(column as usize) != Cell::Empty)?;
        match of {
            Field::SubscriptionAlias => {
                let mut aliases = table.columns.of_field(of).iter().copied();
                aliases.find(|&column| id_in(row.cell(column as usize)).as_deref() == Some(value))
            }
            Field::SellerId | Field::OwnerTenantId if field == Field::Channel => {
                channel_by_seller(of, value, partner, &mut cells).then_some(filled)
            }
            _ => (reads(field, of, &mut cells).as_deref() == Some(value)).then_some(filled),
        }
    };
    let said = fields.iter().find_map(says);
    let said = said.or_else(|| remarked(field, value, row, table, vocabulary));
    said.into_iter().collect()
}

/// What the cell of a field comes to, where it is read for a fact.
fn reads(fact: Field, of: Field, cells: &mut Cells<'_>) -> Option<String> {
    match of {
        Field::CustomerDomain | Field::CustomerId if fact == Field::CustomerDomain => {
            Some(Text::from(domain_of(&cells.text(of)?)).spoken())
        }
        Field::CustomerId => Some(cells.id(of)?.guid().map(CustomerId)?.spoken()),
        Field::SubscriptionId | Field::BaseId | Field::TargetCustomerId | Field::SellerId | Field::OwnerTenantId => {
            Some(cells.id(of)?.spoken())
        }
        Field::CustomerCountry => Some(cells.take(of, values::country)?.spoken()),
        Field::Segment => Some(cells.take(of, values::qualification)?.spoken()),
        Field::Cloud => Some(cells.take(of, values::cloud)?.spoken()),
        Field::Relationship => Some(cells.take(of, values::relationship)?.spoken()),
        Field::AutoRenew | Field::DelegatedRights => Some(cells.take(of, values::boolean)?.spoken()),
        Field::Language => Some(cells.text(of)?.to_lowercase()),
        Field::Channel => Some(cells.take(of, values::channel)?.spoken()),
        Field::Seats | Field::AssignedSeats => Some(cells.take(of, values::seats)?.spoken()),
        Field::ExpiredSeats => {
            let expired = cells.take(of, values::seats).filter(|seats| *seats > Seats(0))?;
            Some(if fact == Field::State {
                State::Expired.spoken()
            } else {
                expired.spoken()
            })
        }
        Field::Term => Some(cells.take(of, values::term)?.spoken()),
        Field::BillingPlan => Some(cells.take(of, values::billing_plan)?.spoken()),
        Field::TermAndBilling => {
            let (term, plan) = cells.take(of, values::term_and_billing)?;
            let term = (fact == Field::Term).then(|| Some(term?.spoken()));
            term.unwrap_or_else(|| Some(plan?.spoken()))
        }
        Field::EndInstruction => Some(cells.take(of, values::end_instruction)?.spoken()),
        Field::MicrosoftState | Field::State if fact == Field::Trial => {
            Some(cells.take(of, values::trial_state)?.spoken())
        }
        Field::MicrosoftState | Field::State => Some(cells.take(of, values::state)?.spoken()),
        // a charge that says a state ends the subscription
        Field::ChargeType => Some(State::Deleted.spoken()),
        Field::ProductType => Some(cells.take(of, values::seat_based)?.spoken()),
        Field::Trial => Some(cells.take(of, values::trial)?.spoken()),
        Field::Addon => Some(cells.take(of, values::addon)?.spoken()),
        Field::SkuId if fact == Field::SkuId => Some(cells.text(of)?.to_lowercase()),
        _ => cells.text(of).map(Cow::into_owned),
    }
}

/// Whether a channel follows from who sold the subscription: ours where we did, else a partner's where another tenant created it.
fn channel_by_seller(of: Field, channel: &str, partner: &[Id], cells: &mut Cells<'_>) -> bool {
    let Some(seller) = cells.id(of) else { return false };
    if channel == Channel::Own.as_str() {
        return partner.contains(&seller);
    }
    let tenant = cells.id(Field::CustomerId);
    let tenant = tenant.or_else(|| cells.table.source.customer_id.map(|CustomerId(id)| Id::Guid(id)));
    of == Field::OwnerTenantId && channel == Channel::Csp.as_str() && tenant.as_ref() != Some(&seller)
}

fn id_in(cell: Cell<'_>) -> Option<String> {
    Some(values::id(cell).ok()??.spoken())
}

/// The column of the first date of a fact, in the order decided for it.
fn date_column(field: Field, value: &str, row: Row<'_>, table: &Table, vocabulary: &Vocabulary) -> Option<u32> {
    let is_of = |of: Field| of == field || (field, of) == (Field::TermEnd, Field::NextLifecycleDate);
    let slots = table.columns.dates.iter().zip(&table.dated);
    let mut wanted = slots.filter(|((_, of), _)| is_of(*of));
    wanted.find_map(|(&(column, _), dated)| {
        let reading = table.read_date(row.cell(column as usize), vocabulary);
        let InColumn::Date(Some(date)) = in_column(reading, dated.decision, dated.mixed) else {
            return None;
        };
        let date = if dated.is_renewal { date.pred_opt()? } else { date };
        (date.spoken() == value).then_some(column)
    })
}

/// The column of a term end whose words say a value of another field.
fn remarked(field: Field, value: &str, row: Row<'_>, table: &Table, vocabulary: &Vocabulary) -> Option<u32> {
    let mut columns = table.columns.of_field(Field::TermEnd).iter().copied();
    columns.find(|&column| match (field, remark(row.cell(column as usize), vocabulary)) {
        (Field::EndInstruction, Some(Remark::AtEnd(instruction))) => instruction.spoken() == value,
        (Field::State, Some(Remark::State(state))) => state.spoken() == value,
        _ => false,
    })
}

/// The columns of an offer's id: one, or those of its parts.
fn offer_columns(value: &str, cells: &mut Cells<'_>) -> Vec<u32> {
    let whole = cells.text(Field::OfferId).map(Cow::into_owned);
    if let (Some(text), Some((column, _))) = (whole, cells.cell(Field::OfferId))
        && with_zeros(cells, Field::OfferId, text) == value
    {
        return vec![column];
    }
    let parts = [Field::ProductId, Field::SkuId, Field::AvailabilityId];
    let texts = parts.map(|part| cells.text(part).map(Cow::into_owned));
    let [Some(product), sku, availability] = &texts else {
        return Vec::new();
    };
    let is_guid = |text: &&String| Id::parse(text).is_some_and(|id| id.guid().is_some());
    let sku = sku.as_ref().filter(|sku| !is_guid(sku));
    let product = &with_zeros(cells, Field::ProductId, product.clone());
    let composed = compose(product, sku.map(String::as_str), availability.as_deref());
    if composed != value {
        return Vec::new();
    }
    let used = |part: &Field| match part {
        Field::ProductId => true,
        Field::SkuId => sku.is_some() && composed != *product,
        _ => sku.is_some() && availability.is_some() && composed != *product,
    };
    let filled = parts.iter().filter(|part| used(part));
    filled
        .filter_map(|&part| cells.cell(part).map(|(column, _)| column))
        .collect()
}

/// A cell's text as it stands; a real date without a time of day as a date.
pub(in crate::recognise) fn as_it_stands(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Error(text) => text.to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::DateTime(at) if at.time() == chrono::NaiveTime::MIN => at.date().to_string(),
        Cell::DateTime(at) => at.to_string(),
    }
}
