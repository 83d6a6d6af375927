//! The tables that `[tables]` of the settings names: offers, calendar, holds, progress, customers, headings, words,
//! routes.
//!
//! In: spreadsheets of ours, read like any export. Out: [`Tables`], every row checked. Refuses an unknown heading (naming the
//! nearest right one), a missing one, a cell that cannot be read: all problems of all tables at once, before any export is
//! read.

mod ics;
mod record;
mod rows;
mod sheet;

use std::{collections::BTreeMap, fmt, path::PathBuf};

use chrono::NaiveDate;

pub(crate) use self::rows::is_address;
use self::sheet::Reading;
use super::vocabulary::{OwnWord, Vocabulary};
use crate::{
    config::{CalendarFile, TablePaths},
    finding::{Finding, Place},
    read::{Limits, Words, Workbooks},
    terms::*,
};

/// The headings of each table, by its setting's name.
pub const TABLE_HEADINGS: [(&str, &[&str]); 8] = [
    (
        "offers",
        &[
            "source_offer",
            "target_offer",
            "target_term",
            "licences",
            "valid_from",
            "valid_until",
            "reason",
        ],
    ),
    ("calendar", &["date", "country", "kind", "name"]),
    (
        "holds",
        &["subscription_id", "customer_id", "action", "until", "owner", "reason"],
    ),
    (
        "progress",
        &[
            "subscription_id",
            "customer_id",
            "step",
            "state",
            "date",
            "note",
            "end_source",
        ],
    ),
    (
        "customers",
        &[
            "customer_id",
            "name",
            "domain",
            "country",
            "segment",
            "cloud",
            "relationship",
            "agreement_accepted",
            "delegated_rights",
            "language",
            "email",
        ],
    ),
    ("headings", &["field", "heading", "language"]),
    ("words", &["kind", "value", "word", "language"]),
    ("routes", &["channel", "customer_id", "seller_id", "route"]),
];

/// Something wrong with a table: the run stops before any export is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableProblem {
    /// Where.
    pub place: Place,
    /// The heading of the column.
    pub heading: Option<Text>,
    /// What is wrong, with the value: lower case, no full stop.
    pub message: String,
    /// What the person can do.
    pub hint: String,
}

impl TableProblem {
    fn new(place: Place, message: impl Into<String>, hint: impl Into<String>) -> TableProblem {
        TableProblem {
            place,
            heading: None,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

impl From<&Finding> for TableProblem {
    fn from(finding: &Finding) -> TableProblem {
        TableProblem {
            place: finding.place.clone(),
            heading: finding.heading.clone(),
            message: finding.told().into_owned(),
            hint: finding.hint.to_string(),
        }
    }
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(heading) = &self.heading {
            write!(f, " ({heading})")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

/// Reads and checks every table that the settings name. Answers with all that is wrong in any of them, by file and place.
pub fn read_tables(paths: &TablePaths, limits: &Limits, workbooks: &Workbooks) -> Result<Tables, Vec<TableProblem>> {
    let mut reading = Reading::new(limits, workbooks);
    let mut tables = Tables {
        offers: reading.table("offers", paths.offers.as_deref(), rows::offer),
        calendar: calendars(&mut reading, &paths.calendar),
        holds: reading.table("holds", paths.holds.as_deref(), rows::hold),
        progress: reading.table("progress", paths.progress.as_deref(), rows::progress_note),
        customers: reading.table("customers", paths.customers.as_deref(), rows::customer),
        headings: reading.table("headings", paths.headings.as_deref(), rows::heading),
        words: reading.table("words", paths.words.as_deref(), rows::word),
        routes: reading.table("routes", paths.routes.as_deref(), rows::route),
        digests: BTreeMap::new(),
    };
    reading
        .problems
        .extend(repeated_customers(&tables.customers, paths.customers.as_ref()));
    if let (Some(path), Err(messages)) = (&paths.headings, Vocabulary::embedded().extend(&tables.headings)) {
        let place = Place::file(&*path.to_string_lossy());
        let hint = "give the heading one field";
        reading.problems.extend(
            messages
                .iter()
                .map(|message| TableProblem::new(place.clone(), message, hint)),
        );
    }
    if let (Some(path), Err(messages)) = (&paths.words, Vocabulary::embedded().extend_words(&tables.words)) {
        let place = Place::file(&*path.to_string_lossy());
        let hint = "give the word one value of its kind";
        reading.problems.extend(
            messages
                .iter()
                .map(|message| TableProblem::new(place.clone(), message, hint)),
        );
    }
    tables.digests = reading.digests;
    match reading.problems.is_empty() {
        true => Ok(tables),
        false => {
            reading.problems.sort();
            Err(reading.problems)
        }
    }
}

/// The days of every calendar, tables and iCalendar files alike; a file's country is that of the days that say none.
fn calendars(reading: &mut Reading<'_>, files: &[CalendarFile]) -> Vec<CalendarDay> {
    let mut all = Vec::new();
    let mut digests = BTreeMap::new();
    for (number, CalendarFile { country, path }) in (1..).zip(files) {
        let days = match ics::read(path, reading.limits()) {
            Some(Ok((days, digest))) => {
                reading.digests.insert("calendar".to_owned(), digest);
                days
            }
            Some(Err(problems)) => {
                reading.problems.extend(problems);
                continue;
            }
            None => reading.table("calendar", Some(path), rows::calendar_day),
        };
        all.extend(days.into_iter().map(|day| CalendarDay {
            country: day.country.or(*country),
            ..day
        }));
        let name = match (number, country) {
            (1, None) => "calendar".to_owned(),
            (_, None) => format!("calendar {number}"),
            (_, Some(country)) => format!("calendar {number} {country}"),
        };
        digests.extend(reading.digests.remove("calendar").map(|digest| (name, digest)));
    }
    reading.digests.extend(digests);
    all
}

/// The headings of one of our tables, as what a reader goes by.
pub(super) fn words_of(table: &str) -> impl Words + use<> {
    sheet::headings_of(table)
}

/// Customers that have two rows: which of them counts would be a guess.
fn repeated_customers(customers: &[CustomerNote], path: Option<&PathBuf>) -> Vec<TableProblem> {
    let mut first: BTreeMap<CustomerId, u32> = BTreeMap::new();
    let mut problems = Vec::new();
    for customer in customers {
        let (Some(id), Some(path)) = (customer.id, path) else {
            continue;
        };
        let row = *first.entry(id).or_insert(customer.row);
        if row != customer.row {
            let place = Place::file(&*path.to_string_lossy()).at_row(customer.row);
            problems.push(TableProblem::new(
                place,
                format!("`{id}` stands in row {row} already"),
                "keep one row a customer",
            ));
        }
    }
    problems
}

/// The known word that is most like another.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> &'a str {
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map_or("", |(_, candidate)| candidate)
}

/// One row of the user's offers table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRule {
    /// The source offer: an id in any spelling, or a name.
    pub source_offer: Text,
    /// The target offer: an id or name the catalogue knows, or any `CFQ7...:0001`; several joined with `;`.
    pub target_offer: Text,
    /// The term to order.
    pub target_term: Option<Term>,
    /// Says that licences are kept or must be reassigned, against what the catalogue thinks.
    pub licences: Option<Licences>,
    /// First day (of the order) it counts.
    pub valid_from: Option<NaiveDate>,
    /// Last day (of the order) it counts.
    pub valid_until: Option<NaiveDate>,
    /// Why.
    pub reason: Text,
    /// Its row in the table.
    pub row: u32,
}

/// The rows of the tables that `[tables]` names, read and checked (by `recognise::tables`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// Which offer to order for which.
    pub offers: Vec<OfferRule>,
    /// Holidays and blackouts.
    pub calendar: Vec<CalendarDay>,
    /// Exceptions.
    pub holds: Vec<Hold>,
    /// What is requested or done.
    pub progress: Vec<ProgressNote>,
    /// Customers.
    pub customers: Vec<CustomerNote>,
    /// Further headings: field, heading, language.
    pub headings: Vec<(Text, Text, Option<Text>)>,
    /// Further words of cells.
    pub words: Vec<OwnWord>,
    /// Other routes.
    pub routes: Vec<RouteNote>,
    /// Digest of each table file, by its setting's name.
    pub digests: BTreeMap<String, String>,
}

/// A day on which nobody works, or nothing may move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay {
    /// The day.
    pub date: NaiveDate,
    /// Where; none: everywhere.
    pub country: Option<Country>,
    /// What kind of day.
    pub kind: CalendarKind,
    /// What it is called.
    pub name: Text,
    /// Whether it is there because a rule brings it back every year.
    pub yearly: bool,
}

worded! {
    /// Why a weekday is no business day.
    CalendarKind {
        /// Nobody works: counts for moves and deadlines.
        Holiday = "holiday",
        /// Nothing may move: counts for moves only.
        Blackout = "blackout",
    }
}

/// What a row of a table is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// One subscription.
    Subscription(Id),
    /// All subscriptions of a customer.
    Customer(CustomerId),
}

/// A person's exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What is held.
    pub subject: Subject,
    /// `keep` or `review`.
    pub action: Action,
    /// Last day it holds.
    pub until: NaiveDate,
    /// Who asked for it.
    pub owner: Text,
    /// Why.
    pub reason: Text,
    /// Its row in the table.
    pub row: u32,
}

/// What people report as requested or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressNote {
    /// What it is about.
    pub subject: Subject,
    /// The step.
    pub step: StepKind,
    /// How far it is.
    pub state: Progress,
    /// Since when.
    pub date: Option<NaiveDate>,
    /// Of `end-source`: how the source was set to end, where that is told.
    pub end_source: Option<EndSource>,
    /// Anything else.
    pub note: Text,
    /// Its row in the table.
    pub row: u32,
}

/// A row of the customers table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomerNote {
    /// Tenant id.
    pub id: Option<CustomerId>,
    /// Name.
    pub name: Option<Text>,
    /// Domain, lower case.
    pub domain: Option<Text>,
    /// The tenant's country.
    pub country: Option<Country>,
    /// What it is qualified as.
    pub qualification: Option<Qualification>,
    /// The national cloud.
    pub cloud: Option<Cloud>,
    /// Whether it has a relationship with us.
    pub relationship: Option<bool>,
    /// When it accepted the customer agreement; `Some(None)`: known not to have.
    pub agreement_accepted: Option<Option<NaiveDate>>,
    /// Whether we have delegated rights.
    pub delegated_rights: Option<bool>,
    /// Preferred language.
    pub language: Option<Text>,
    /// Address that letters go to.
    pub email: Option<Text>,
    /// What is written for it.
    pub email_cell: Option<Text>,
    /// Its row in the table.
    pub row: u32,
}

/// Another route than the rules', for some subscriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteNote {
    /// Only for this channel.
    pub channel: Option<Channel>,
    /// Only for this customer.
    pub customer_id: Option<CustomerId>,
    /// Only where this partner sold it.
    pub seller_id: Option<Id>,
    /// The route to take.
    pub route: Route,
    /// Its row in the table.
    pub row: u32,
}

#[cfg(test)]
mod tests;
