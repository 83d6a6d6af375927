//! What a row says of its customer.
//!
//! In: the cells of a row. Out: [`CustomerFacts`], filled up with what the settings say of the file where the row says nothing.
//! A customer id that is no tenant id but a domain counts as the domain; a distributor's own customer number counts as nothing.

use super::{Field, cells::Cells, facts::CustomerFacts, kinds::Role, values};
use crate::terms::*;

/// Reads a row's customer.
pub(super) fn customer_of(cells: &mut Cells<'_>) -> CustomerFacts {
    let source = &cells.table.source;
    let id = cells.id(Field::CustomerId);
    let domain = cells.text(Field::CustomerDomain);
    let domain = domain.or_else(|| match &id {
        Some(Id::Text(text)) if text.contains('.') && !text.contains(char::is_whitespace) => Some(text.to_string()),
        _ => None,
    });
    let mut facts = CustomerFacts {
        id: id.and_then(|id| id.guid()).map(CustomerId),
        name: cells.text(Field::CustomerName).map(Text::from),
        domain: domain.map(|domain| domain_of(&domain)),
        country: cells.take(Field::CustomerCountry, values::country),
        qualification: cells.take(Field::Segment, values::qualification),
        cloud: cells.take(Field::Cloud, values::cloud),
        ..CustomerFacts::default()
    };
    if !is_customer_damaged(cells) {
        if !facts.names_somebody() {
            facts.name = source.customer_name.clone();
            facts.domain = source.customer_domain.clone();
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

/// Whether the row has a customer id that could not be read: then nobody else is put in its place.
fn is_customer_damaged(cells: &Cells<'_>) -> bool {
    let columns = cells.table.columns.of_field(Field::CustomerId);
    cells
        .findings
        .iter()
        .any(|finding| finding.place.column.is_some_and(|column| columns.contains(&column)))
}

/// A domain in lower case, without what an address or a link has around it.
pub(super) fn domain_of(text: &str) -> Text {
    let text = text.trim().to_lowercase();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    text.trim_end_matches('/').trim_end_matches('.').into()
}
