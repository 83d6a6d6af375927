//! What a row says of its customer.
//!
//! In: the cells of a row. Out: [`CustomerSaid`], filled up with what the settings say of the file where the row says nothing.
//! A customer id that is no tenant id but a domain counts as the domain; a distributor's own customer number counts as nothing.
//! Where row and settings name two customers, the row's counts and a person must look.

use std::borrow::Cow;

use super::{Field, Flaw, cells::Cells, facts::CustomerSaid, kinds::Role, memory::Memory, values, vocabulary::fold};
use crate::{finding::Code, terms::*};

/// Reads a row's customer.
pub(super) fn customer_of<'a>(cells: &mut Cells<'a>, memory: &mut Memory<'_>) -> CustomerSaid<'a> {
    let source = &cells.table.source;
    let id = cells.id(Field::CustomerId);
    let domain = cells.text(Field::CustomerDomain);
    let domain = domain.or_else(|| match &id {
        Some(Id::Text(text)) if text.contains('.') && !text.contains(char::is_whitespace) => {
            Some(Cow::Owned(text.to_string()))
        }
        _ => None,
    });
    let (country, qualification, cloud) = whereabouts(cells, memory);
    let mut facts = CustomerSaid {
        id: id.and_then(|id| id.guid()).map(CustomerId),
        name: cells.text(Field::CustomerName),
        domain: domain.map(|domain| match domain {
            Cow::Borrowed(domain) => domain_of(domain),
            Cow::Owned(domain) => Cow::Owned(domain_of(&domain).into_owned()),
        }),
        country,
        qualification,
        cloud,
        ..CustomerSaid::default()
    };
    tell_of_rivals(cells, &facts);
    if !is_customer_damaged(cells) {
        if !facts.names_somebody() {
            facts.name = source.customer_name.as_deref().map(Cow::Borrowed);
            facts.domain = source.customer_domain.as_deref().map(Cow::Borrowed);
        }
        facts.id = facts.id.or(source.customer_id);
    }
    facts.country = facts.country.or(source.country);
    facts.qualification = facts.qualification.or(source.segment);
    if cells.table.columns.kind.role == Role::Customers {
        // a list from another partner's portal speaks of that partner's relationships
        let foreign = source.channel.is_some_and(|channel| channel != Channel::Own);
        let relationship = cells.take(Field::Relationship, values::relationship);
        facts.relationship = relationship.filter(|_| !foreign);
        facts.delegated_rights = cells.take(Field::DelegatedRights, values::boolean);
        facts.language = cells
            .text(Field::Language)
            .map(|language| language.to_lowercase().into());
    }
    facts
}

/// Where a customer is and what it is: these words repeat.
fn whereabouts(
    cells: &mut Cells<'_>,
    memory: &mut Memory<'_>,
) -> (Option<Country>, Option<Qualification>, Option<Cloud>) {
    memory.whereabouts.recall(cells, |cells| {
        (
            cells.take(Field::CustomerCountry, values::country),
            cells.take(Field::Segment, values::qualification),
            cells.take(Field::Cloud, values::cloud),
        )
    })
}

/// Tells of a row that names another customer than the settings do for its file.
fn tell_of_rivals(cells: &mut Cells<'_>, facts: &CustomerSaid<'_>) {
    let source = &cells.table.source;
    let differs = |row: &Option<Cow<'_, str>>, setting: &Option<Text>| match (row, setting) {
        (Some(row), Some(setting)) => {
            let (row, setting) = (fold(row), fold(setting));
            !row.contains(&setting) && !setting.contains(&row)
        }
        _ => false,
    };
    let (field, stated) = match (facts.id, source.customer_id) {
        (Some(id), Some(stated)) if id != stated => (Field::CustomerId, stated.to_string()),
        (Some(_), Some(_)) => return,
        _ if differs(&facts.domain, &source.customer_domain) => (
            Field::CustomerDomain,
            source.customer_domain.as_deref().unwrap_or("").to_owned(),
        ),
        // a folder's name is often a short form; what has nothing in common with the row's is another customer's
        _ if facts.domain.is_none() && source.customer_id.is_none() && differs(&facts.name, &source.customer_name) => (
            Field::CustomerName,
            source.customer_name.as_deref().unwrap_or("").to_owned(),
        ),
        _ => return,
    };
    let Some((column, cell)) = cells.cell(field) else {
        return;
    };
    let message = format!(
        "`{}` here, but the settings say `{stated}` for the file; the row counts",
        super::cells::shown(cell)
    );
    let hint = "correct the [[source]] setting or the folder the file stands in, or move the row to another file";
    cells.flaws.add(Flaw::CustomerAmbiguous);
    cells.tell(Code::CustomerAmbiguous, column, cell, message, hint);
}

/// Whether the row has a customer id that could not be read: then nobody else is put in its place.
fn is_customer_damaged(cells: &Cells<'_>) -> bool {
    let columns = cells.table.columns.of_field(Field::CustomerId);
    cells
        .findings
        .iter()
        .any(|finding| finding.place.column.is_some_and(|column| columns.contains(&column)))
}

/// A domain in lower case, without what an address or a link has around it.
pub(super) fn domain_of(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let is_bare = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    if text.bytes().all(is_bare) {
        return Cow::Borrowed(text.trim_end_matches('.'));
    }
    match text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(bare(text)),
        false => Cow::Owned(bare(&text.to_lowercase()).to_owned()),
    }
}

fn bare(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    text.trim_end_matches('/').trim_end_matches('.')
}
