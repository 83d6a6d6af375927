//! A list of offers in any layout.
//!
//! In: a file, read like any export. Out: [`ListedOffer`]s, each once, sorted. Headings that the vocabulary knows say which column
//! is what; the headings of our own offers table do too; a file without any is taken for one offer a row, in its first filled
//! cell. Refuses a file that cannot be read, and one in which no column names an offer.

use std::path::Path;

use super::spelling::IdText;
use crate::{
    finding::Severity,
    read::{Cell, Input, Limits, ReadOptions, Row, Rows, TableHead, Words, Workbooks, read_whole},
    recognise::{
        Field, SourceOffer, values,
        vocabulary::{Vocabulary, fold},
    },
    terms::*,
};

/// One offer of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedOffer {
    /// What the list says of it.
    pub offer: SourceOffer,
    /// The term it stands there with.
    pub term: Option<Term>,
}

impl ListedOffer {
    /// The text that tells it best: an id before a name.
    pub fn text(&self) -> Option<&Text> {
        let offer = &self.offer;
        [&offer.offer_id, &offer.sku_id, &offer.sku_part_number, &offer.name]
            .into_iter()
            .flatten()
            .next()
    }
}

/// Any row may be the first: a list without headings.
struct Anything;

impl Words for Anything {
    fn headings(&self, cells: &[&str]) -> usize {
        cells.len()
    }
}

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Field(Field),
    /// Of our own offers table: an id or a name.
    Either,
}

/// Headings of exports, and our own.
struct Headings<'v>(&'v Vocabulary);

impl Headings<'_> {
    fn find(&self, heading: &str) -> Option<Use> {
        if ["sourceoffer", "offer"].contains(&fold(heading).as_str()) {
            return Some(Use::Either);
        }
        let field = self.0.heading(heading)?.field;
        Some(Use::Field(field))
    }

    /// Whether a column says which offer, or for which term.
    fn is_of_offers(column: Use) -> bool {
        let offers = [
            Field::OfferId,
            Field::ProductId,
            Field::SkuId,
            Field::SkuPartNumber,
            Field::OfferName,
            Field::FriendlyName,
        ];
        match column {
            Use::Either => true,
            Use::Field(field) => offers.contains(&field),
        }
    }
}

impl Words for Headings<'_> {
    fn headings(&self, cells: &[&str]) -> usize {
        cells.iter().filter(|cell| self.find(cell).is_some()).count()
    }
}

/// Reads a list.
///
/// # Errors
/// Why it cannot be read, with a hint.
pub fn read_list(path: &Path, limits: &Limits, workbooks: &Workbooks) -> Result<Vec<ListedOffer>, String> {
    let vocabulary = Vocabulary::embedded();
    let headings = Headings(&vocabulary);
    let input = Input::File(path.to_owned());
    let options = ReadOptions {
        workbooks: workbooks.clone(),
        ..ReadOptions::default()
    };
    let (report, mut tables) = read_whole(&input, &options, limits, &headings);
    let headed = !tables.is_empty();
    let error = report
        .findings
        .iter()
        .find(|finding| finding.severity() == Severity::Error);
    if let Some(finding) = error.filter(|finding| finding.code != crate::finding::Code::NoHeadings) {
        return Err(finding.to_string());
    }
    let names_offers = |head: &TableHead| {
        let columns = head.headings.iter().filter_map(|heading| headings.find(heading));
        columns.into_iter().any(Headings::is_of_offers)
    };
    if headed && !tables.iter().any(|(head, _)| names_offers(head)) {
        let place = input.name();
        return Err(format!(
            "{place}: has no column that names an offer\n  hint: give the column a heading, such as `offer_id` or `offer_name`"
        ));
    }
    if !headed {
        tables = read_whole(&input, &options, limits, &Anything).1;
    }
    let mut offers = Vec::new();
    for (head, rows) in &tables {
        match headed {
            true => offers.extend(with_headings(&headings, head, rows, &vocabulary)),
            false => offers.extend(without_headings(head, rows)),
        }
    }
    offers.sort();
    offers.dedup();
    Ok(offers)
}

fn with_headings(headings: &Headings<'_>, head: &TableHead, rows: &Rows, v: &Vocabulary) -> Vec<ListedOffer> {
    let columns: Vec<Option<Use>> = head.headings.iter().map(|heading| headings.find(heading)).collect();
    let listed = rows.iter().filter_map(|row| {
        let cell = |wanted: Use| -> Option<String> {
            let places = columns
                .iter()
                .enumerate()
                .filter(|(_, column)| **column == Some(wanted));
            places.map(|(index, _)| text(row, index)).find(|text| !text.is_empty())
        };
        let field = |field| cell(Use::Field(field));
        let term = columns
            .iter()
            .position(|column| *column == Some(Use::Field(Field::Term)));
        let term = term.and_then(|index| values::term(row.cell(index), v).ok().flatten());
        let (product, sku) = (field(Field::ProductId), field(Field::SkuId));
        let is_guid = |text: &String| matches!(IdText::read(text), Some(IdText::Guid(_)));
        let (sku_id, sku) = match sku {
            Some(sku) if is_guid(&sku) => (Some(sku), None),
            sku => (None, sku),
        };
        let composed = match (product, sku) {
            (Some(product), Some(sku)) if !product.contains([':', '/']) => Some(format!("{product}:{sku}")),
            (product, sku) => product.or(sku),
        };
        let mut offer = SourceOffer {
            offer_id: field(Field::OfferId).or(composed).map(Text::from),
            sku_id: sku_id.map(Text::from),
            sku_part_number: field(Field::SkuPartNumber).map(Text::from),
            name: field(Field::OfferName)
                .or_else(|| field(Field::FriendlyName))
                .map(Text::from),
            segment: None,
        };
        if let Some(either) = cell(Use::Either) {
            place(&mut offer, either);
        }
        let listed = ListedOffer { offer, term };
        listed.text().is_some().then_some(listed)
    });
    listed.collect()
}

fn without_headings(head: &TableHead, rows: &Rows) -> Vec<ListedOffer> {
    let above = head.above.iter().filter_map(|(_, cells)| cells.first().cloned());
    let first = head
        .headings
        .iter()
        .find(|heading| !heading.is_empty())
        .map(ToString::to_string);
    let rest = rows.iter().filter_map(|row| {
        (0..row.len())
            .map(|index| text(row, index))
            .find(|text| !text.is_empty())
    });
    let texts = above.chain(first).chain(rest);
    texts
        .map(|text| {
            let mut offer = SourceOffer::default();
            place(&mut offer, text);
            ListedOffer { offer, term: None }
        })
        .collect()
}

/// Puts a text where it belongs: what looks like an id with the ids, all else with the names.
fn place(offer: &mut SourceOffer, text: String) {
    let is_part_number = !text.contains(' ') && text.contains('_');
    match IdText::read(&text) {
        Some(IdText::Guid(_) | IdText::Item(_) | IdText::Product(_)) => offer.offer_id = Some(text.into()),
        _ if is_part_number => offer.sku_part_number = Some(text.into()),
        _ => offer.name = Some(text.into()),
    }
}

fn text(row: Row<'_>, index: usize) -> String {
    match row.cell(index) {
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Empty | Cell::DateTime(_) | Cell::Bool(_) | Cell::Error(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(content: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, content).unwrap();
        let list = read_list(&path, &Limits::default(), &Workbooks::default()).unwrap();
        list.iter()
            .filter_map(|listed| listed.text())
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn any_layout_is_a_list() {
        let expected = ["CFQ7TTC0LDPB:1", "SPE_E3", "Office 365 E1"];
        for content in [
            "Office 365 E1\nCFQ7TTC0LDPB:1\nSPE_E3\nSPE_E3\n",
            "source_offer,target_offer\nOffice 365 E1,\nCFQ7TTC0LDPB:1,x\nSPE_E3,\n",
            "Kund;OfferName;SkuPartNumber;ProductId;SkuId\nA;Office 365 E1;;;\nB;;;CFQ7TTC0LDPB;1\nC;;SPE_E3;;\n",
        ] {
            let mut found = texts(content);
            found.sort();
            let mut expected = expected.map(str::to_owned);
            expected.sort();
            assert_eq!(found, expected, "{content}");
        }
    }
}
