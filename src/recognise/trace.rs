//! Which cell each fact came from.
//!
//! In: the inputs, and a word for a subscription or a customer: an id in any spelling, an alias, a domain, a name. Out: an
//! [`Answer`]: the facts of what the word fits, each with the cells it was read from, their text as it stands there, and what
//! other rows say; or what is near. The merge itself says which row gives a fact ([`super::trail`]); the cells of those rows are
//! then read a second time, so that a nightly run keeps no text. Refuses to choose between several that fit.

mod again;
mod customer;
mod found;
mod origin;
mod subscription;

use chrono::NaiveDate;

pub(super) use self::origin::as_it_stands;
use self::{again::Again, found::Found};
use super::{
    Context, Customer, Field, Recognised, Subscription,
    file::Reader,
    rows::Shared,
    run::{reader, recognise_and},
    trail::Standing,
};
use crate::{finding::Place, read::Input, terms::*};

/// What fits a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// One subscription.
    Subscription(Box<SubscriptionTrace>),
    /// One customer, with no subscription or several.
    Customer(Box<CustomerTrace>),
    /// Several customers, or several rows that name one and are not known to be the same.
    Several(Vec<Match>),
    /// Nothing; what is most like the word, the nearest first.
    Nothing(Vec<Match>),
}

/// A subscription or a customer in a list of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The customer's name.
    pub customer_name: Option<Text>,
    /// The customer's domain.
    pub customer_domain: Option<Text>,
    /// The customer's tenant id.
    pub customer_id: Option<CustomerId>,
    /// The subscription; none: a customer is meant.
    pub subscription_id: Option<Id>,
    /// What it is called.
    pub offer_name: Option<Text>,
    /// Its licences.
    pub seats: Option<Seats>,
    /// Its term end.
    pub term_end: Option<TermEnd>,
}

/// A subscription, and where each of its facts comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionTrace {
    /// The subscription.
    pub subscription: Subscription,
    /// Its customer, where that is known.
    pub customer: Option<Customer>,
    /// Every row that tells of it, most standing first.
    pub rows: Vec<TracedRow>,
    /// Its facts and its customer's.
    pub facts: Vec<TracedFact>,
}

/// A customer, and where each of its facts comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerTrace {
    /// The customer; none where no tenant id is known for it.
    pub customer: Option<Customer>,
    /// Its facts.
    pub facts: Vec<TracedFact>,
    /// Its subscriptions, by id.
    pub subscriptions: Vec<Match>,
}

/// A row that tells of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedRow {
    /// Where it stands.
    pub place: Place,
    /// The kind of export.
    pub kind: Text,
    /// How far that kind is trusted: more is better.
    pub rank: u8,
    /// How new it is, where a date in the row, the title or the file's name says so.
    pub as_of: Option<NaiveDate>,
    /// The type of charge, where the row is one.
    pub charge: Option<Text>,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedFact {
    /// Which one.
    pub field: Field,
    /// What it was understood to be; none where nothing says it, or where what rows say was not taken.
    pub value: Option<String>,
    /// Where that comes from.
    pub origin: Option<Origin>,
    /// What other rows say of it.
    pub others: Vec<Other>,
}

/// What a row says of a fact that another one gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// What it says.
    pub value: String,
    /// Why it gave way; [`Standing::Counts`] where nothing was taken, not even this.
    pub standing: Standing,
    /// Where it says it.
    pub origin: Origin,
}

worded! {
    /// What kind of thing gives a fact.
    Giver {
        /// Cells of an export or of a table of ours.
        Cell = "cell",
        /// What a `[[source]]` setting says of the file, or its path under that setting.
        Setting = "setting",
        /// The kind of export.
        Kind = "kind",
        /// Made from other facts.
        Made = "made",
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// What gives it.
    pub giver: Giver,
    /// The row that says it, or the file whose setting or kind does.
    pub place: Place,
    /// The cells it was read from.
    pub cells: Vec<SourceCell>,
    /// What else there is to say, such as which setting: lower case, no full stop.
    pub note: Option<String>,
}

/// The note of what comes from the customers table of the settings.
pub const OUR_TABLE: &str = "the customers table";

/// A cell, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCell {
    /// Where.
    pub place: Place,
    /// The heading above it.
    pub heading: Text,
    /// Its text.
    pub text: String,
}

/// Recognises all inputs and tells where the facts come from of what a word fits.
pub fn trace(inputs: &[Input], context: &Context<'_>, word: &str) -> (Recognised, Answer) {
    trace_with(inputs, context, word, &reader(context))
}

/// Traces what a reader hands on, twice.
pub(super) fn trace_with(
    inputs: &[Input],
    context: &Context<'_>,
    word: &str,
    reader: Reader<'_>,
) -> (Recognised, Answer) {
    let (recognised, found, tables) =
        recognise_and(inputs, context, reader, &Shared::new(), |known| Found::of(word, known));
    let answer = {
        let again = Again::read(&found.wanted(), &tables, inputs, &recognised.inputs, context, reader);
        found.answer(&again)
    };
    (recognised, answer)
}

#[cfg(test)]
mod tests;
