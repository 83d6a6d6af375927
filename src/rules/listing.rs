//! The rule tables as people read them.
//!
//! In: the settings. Out: each [`RuleTable`] with its rows as they stand, the embedded ones and the user's, in the order in which they
//! are asked. Tables that do not parse are refused by [`super::Rules::load`], which reads the same texts.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{RowAt, RuleProblem, TABLE_NAMES, texts_of};
use crate::config::RuleSettings;

/// The columns that every table has.
const COMMON: [&str; 4] = ["valid_from", "valid_until", "source", "certainty"];

/// A rule table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTable {
    /// Its name, as `[rules.replace]` and `[rules.extend]` use it.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub about: &'static str,
    /// The files that rows of the user's come from, in order; with `replaced` none of the rows is embedded.
    pub files: Vec<String>,
    /// Whether the user's file took the embedded table's place.
    pub replaced: bool,
    /// Its headings.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<RuleRow>,
}

/// A row of a rule table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// Where it stands.
    pub at: RowAt,
    /// The user's file; none: the row is embedded.
    pub file: Option<String>,
    /// Cells that say something, each with its heading; without those that every table has.
    pub cells: Vec<(String, String)>,
    /// First day it is true.
    pub valid_from: String,
    /// Last day it is true; empty: until further notice.
    pub valid_until: String,
    /// Where it was read.
    pub source: String,
    /// How sure it is.
    pub certainty: String,
}

impl RuleRow {
    /// Whether the row is true on a day.
    pub fn is_valid(&self, on: NaiveDate) -> bool {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        day(&self.valid_from).is_some_and(|from| from <= on) && day(&self.valid_until).is_none_or(|until| on <= until)
    }

    /// Its cells in one line: `channel csp, route transfer`.
    pub fn said(&self) -> String {
        let cells: Vec<String> = self
            .cells
            .iter()
            .map(|(heading, cell)| format!("{heading} {cell}"))
            .collect();
        cells.join(", ")
    }
}

/// All rule tables under these settings, by name.
///
/// # Errors
/// Every table of the settings that is not known or cannot be read.
pub fn tables(settings: &RuleSettings) -> Result<Vec<RuleTable>, Vec<RuleProblem>> {
    let (texts, problems) = texts_of(settings);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(TABLE_NAMES.iter().map(|&name| table(name, &texts, settings)).collect())
}

fn table(name: &'static str, texts: &BTreeMap<&str, Vec<(String, String)>>, settings: &RuleSettings) -> RuleTable {
    let replaced = settings.replace.contains_key(name);
    let mut table = RuleTable {
        name,
        about: about(name),
        files: Vec::new(),
        replaced,
        columns: Vec::new(),
        rows: Vec::new(),
    };
    for (number, (file, text)) in texts.get(name).into_iter().flatten().enumerate() {
        let file = (replaced || number > 0).then(|| file.replace('\\', "/"));
        table.files.extend(file.clone());
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headings: Vec<String> = match reader.headers() {
            Ok(headings) => headings.iter().map(|heading| heading.trim().to_owned()).collect(),
            Err(_) => continue,
        };
        for record in reader.records().filter_map(Result::ok) {
            let cell = |wanted: &str| {
                let index = headings.iter().position(|heading| heading == wanted);
                index
                    .and_then(|index| record.get(index))
                    .unwrap_or_default()
                    .trim()
                    .to_owned()
            };
            let cells = headings
                .iter()
                .zip(&record)
                .filter(|(heading, cell)| !COMMON.contains(&heading.as_str()) && !cell.trim().is_empty());
            table.rows.push(RuleRow {
                at: RowAt {
                    table: name,
                    file: u16::try_from(number).unwrap_or(u16::MAX),
                    line: record
                        .position()
                        .map_or(0, |at| u32::try_from(at.line()).unwrap_or(u32::MAX)),
                },
                file: file.clone(),
                cells: cells
                    .map(|(heading, cell)| (heading.clone(), cell.trim().to_owned()))
                    .collect(),
                valid_from: cell("valid_from"),
                valid_until: cell("valid_until"),
                source: cell("source"),
                certainty: cell("certainty"),
            });
        }
        if table.columns.is_empty() {
            table.columns = headings;
        }
    }
    table
}

/// What a table says.
fn about(name: &str) -> &'static str {
    match name {
        "agreements" => "from when on an acceptance of the customer agreement counts",
        "channels" => "what is special about where a subscription was bought: undoing, credit, lead",
        "clouds" => "the national cloud that the ending of a domain gives away",
        "extended_terms" => "to which terms the paid extended service term applies",
        "lifecycles" => "what becomes of a subscription after its term end, day by day",
        "regions" => "the CSP region of each country",
        "routes" => "how a subscription moves, by channel, state, term and offer",
        "segments" => "which customers may buy offers of which segment",
        "steps" => "who does a step, with which role in the portal",
        "surcharges" => "what a term costs that nobody wanted",
        "vetting" => "which segments a customer must be vetted for",
        "windows" => "the days on which a move is safe, and how the source ends",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    #[test]
    fn every_table_is_listed_with_all_its_rows() {
        let tables = tables(&RuleSettings::default()).unwrap();
        assert_eq!(tables.len(), TABLE_NAMES.len());
        for table in &tables {
            assert!(!table.about.is_empty(), "{}: say in `about` what it says", table.name);
            assert!(
                !table.rows.is_empty() && !table.replaced && table.files.is_empty(),
                "{}",
                table.name
            );
            for row in &table.rows {
                assert!(!row.cells.is_empty() && !row.source.is_empty() && !row.certainty.is_empty());
                assert!(row.is_valid(row.valid_from.parse().unwrap()), "{row:?}");
            }
        }
    }

    #[test]
    fn rows_that_answer_are_found_where_they_are_listed() {
        let rules = Rules::embedded().unwrap().listening();
        let on = "2026-11-21".parse().unwrap();
        let market = rules.region("HU".parse().unwrap(), on).unwrap().clone();
        assert!(rules.region("RU".parse().unwrap(), on).is_none());
        let heard = rules.heard();
        assert_eq!(heard.len(), 2);
        assert_eq!((heard[0].row, heard[1].row), (Some(market.at), None));
        assert!(rules.heard().is_empty() && Rules::embedded().unwrap().heard().is_empty());
        let tables = tables(&RuleSettings::default()).unwrap();
        let regions = tables.iter().find(|table| table.name == "regions").unwrap();
        let row = regions.rows.iter().find(|row| row.at == market.at).unwrap();
        assert_eq!(row.said(), "country HU, region EUR, name Hungary");
    }
}
