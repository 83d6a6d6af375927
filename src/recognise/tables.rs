//! The tables that `[tables]` of the settings names: offers, calendar, holds, progress, customers, headings, routes.
//!
//! In: spreadsheets of ours, read like any export. Out: [`Tables`], every row checked. Refuses an unknown heading (naming the
//! nearest right one), a missing one, a cell that cannot be read: all problems of all tables at once, before any export is
//! read.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::terms::*;

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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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

/// The nearest of the known words.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> &'a str {
    known
        .max_by(|a, b| strsim::jaro_winkler(word, a).total_cmp(&strsim::jaro_winkler(word, b)))
        .unwrap_or_default()
}
