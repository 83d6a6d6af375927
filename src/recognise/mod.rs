//! Tables to subscriptions and customers.
//!
//! In: the tables of all exports (through `read`), the vocabulary, settings. Out: [`Recognised`]: one [`Subscription`] for each
//! subscription that any row tells of, the customers, the row accounting and the findings. Keeps two promises: no row is lost
//! (the accounting balances), and nothing is guessed in silence (a fact that cannot be read for certain is absent, with a
//! [`Flaw`] and a finding). Rows become compact facts as they stream by; memory grows with subscriptions, not with bytes.
//! The result does not depend on the order of files or rows, nor on threads.

mod cells;
mod certainty;
mod charges;
mod columns;
mod customer_cells;
mod customers;
pub mod dates;
mod elsewhere;
mod everybody;
mod facts;
mod field;
mod file;
mod flaws;
pub(crate) mod freshness;
mod identity;
mod intern;
mod kinds;
mod memory;
mod merge;
mod nameless;
mod offer_cells;
mod rows;
mod run;
mod samples;
mod settle;
mod source;
mod strangers;
mod table;
pub mod tables;
pub mod trace;
mod trail;
pub mod values;
pub mod vocabulary;

pub use certainty::{KindCertainty, RecognisedBy};
pub use field::Field;
pub use flaws::{Flaw, Flaws};
pub use run::{Context, recognise, recognise_with_samples};
pub(crate) use source::fits_source;
pub use trail::Standing;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::{
    finding::{Accounting, Finding, Place},
    runs::are_in_order,
    terms::*,
};

/// What a source says of the offer that the customer has; everything as it stood, blanks trimmed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SourceOffer {
    /// The offer's id as exported: legacy offer GUID, `CFQ7...:0001`, with availability, `-P1Y`, and so on.
    pub offer_id: Option<Text>,
    /// The provisioned SKU id (Graph `skuId`, a GUID).
    pub sku_id: Option<Text>,
    /// The SKU's string id (Graph `skuPartNumber`), such as `O365_BUSINESS_PREMIUM`.
    pub sku_part_number: Option<Text>,
    /// Product or offer name, in any language, of any time.
    pub name: Option<Text>,
    /// A segment that the source states for the offer.
    pub segment: Option<Segment>,
}

/// The facts of one subscription, merged from every row that tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The id, or `no-id:` and a short digest of customer, offer and ordinal by content.
    pub id: Id,
    /// The customer's tenant id, where it is known.
    pub customer_id: Option<CustomerId>,
    /// The customer's name, from the row or the customer list.
    pub customer_name: Option<Text>,
    /// The customer's domain, lower case.
    pub customer_domain: Option<Text>,
    /// The tenant that the subscription should go to, where a source names another than the customer's own.
    pub target_customer_id: Option<Arc<Id>>,
    /// Where it was bought.
    pub channel: Option<Channel>,
    /// The partner that sold it: tenant id or partner number.
    pub seller_id: Option<Arc<Id>>,
    /// The offer; most rows share one with others.
    pub offer: Arc<SourceOffer>,
    /// Whether it is licensed by seat, where the source says that it is not.
    pub seat_based: Option<bool>,
    /// Whether it is a trial.
    pub trial: Option<bool>,
    /// Whether the source calls it an add-on.
    pub addon: Option<bool>,
    /// The base that an add-on names.
    pub base_id: Option<Box<Id>>,
    /// Licences bought.
    pub seats: Option<Seats>,
    /// Licences assigned to users.
    pub assigned_seats: Option<Seats>,
    /// Length of the term.
    pub term: Option<Term>,
    /// How it is billed.
    pub billing_plan: Option<BillingPlan>,
    /// First day of the current term.
    pub term_start: Option<NaiveDate>,
    /// Last paid day, inclusive.
    pub term_end: Option<TermEnd>,
    /// Whether it renews itself.
    pub auto_renew: Option<bool>,
    /// What a person set it to do at the term end.
    pub end_instruction: Option<EndInstruction>,
    /// The state the export shows.
    pub state: Option<State>,
    /// What could not be read or trusted.
    pub flaws: Flaws,
    /// The row that began it: the highest in rank, then by file, sheet, row.
    pub place: Place,
}

impl Subscription {
    /// By what subscriptions stand in order: those of one customer together, then by id.
    pub fn order(&self) -> (Option<CustomerId>, &Id) {
        (self.customer_id, &self.id)
    }
}

/// Puts subscriptions in order. Most often they stand so already, but where rows of one have several ids or customers.
pub(crate) fn stand_together(subscriptions: &mut [Subscription]) {
    if !are_in_order(subscriptions, |a, b| a.order() <= b.order()) {
        subscriptions.par_sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    }
}

#[cfg(test)]
impl Subscription {
    /// The offer, to be changed.
    pub(crate) fn offer_mut(&mut self) -> &mut SourceOffer {
        Arc::make_mut(&mut self.offer)
    }
}

/// What is known of a customer, from customer lists, the customers table, and its subscriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Tenant id.
    pub id: CustomerId,
    /// Name.
    pub name: Option<Text>,
    /// Domain, lower case.
    pub domain: Option<Text>,
    /// The tenant's country.
    pub country: Option<Country>,
    /// What it is qualified as.
    pub qualification: Option<Qualification>,
    /// The national cloud; unknown counts as global unless the domain says otherwise.
    pub cloud: Option<Cloud>,
    /// Whether it has a reseller relationship with us.
    pub relationship: Option<bool>,
    /// When it accepted the customer agreement; `Some(None)`: it is known not to have.
    pub agreement_accepted: Option<Option<NaiveDate>>,
    /// Whether we have delegated rights.
    pub delegated_rights: Option<bool>,
    /// Preferred language.
    pub language: Option<Text>,
}

/// What all inputs together say.
#[derive(Debug, Default)]
pub struct Recognised {
    /// Sorted by [`Subscription::order`].
    pub subscriptions: Vec<Subscription>,
    /// Sorted by id.
    pub customers: Vec<Customer>,
    /// Where every row went.
    pub accounting: Accounting,
    /// Sorted by [`Finding::order`].
    pub findings: Vec<Finding>,
    /// One record an input file, sorted by path.
    pub inputs: Vec<InputRecord>,
}

/// What one input file was recognised as; part of the run record and of what `check` shows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InputRecord {
    /// How it was read.
    #[serde(flatten)]
    pub file: crate::read::FileReport,
    /// Its tables.
    pub tables: Vec<TableRecord>,
}

/// What one table was recognised as.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TableRecord {
    /// Sheet, in a workbook.
    pub sheet: Option<Text>,
    /// 1-based row of the headings.
    pub header_row: u32,
    /// The kind of export, such as `partner-center-subscriptions`; `vocabulary` where nobody described it.
    pub kind: Text,
    /// How sure that is.
    pub certainty: KindCertainty,
    /// The language of its headings.
    pub language: Option<Text>,
    /// How sure that is.
    pub language_certainty: LanguageCertainty,
    /// Whether its sheet is hidden.
    pub hidden: bool,
    /// The day it says it was made: in a title, else in the file's name.
    #[serde(serialize_with = "iso")]
    pub as_of: Option<NaiveDate>,
    /// Each heading and the field it became; none: not used.
    pub columns: Vec<(Text, Option<Text>)>,
    /// For each column that is used the first values that differ, as they stand; empty unless they were asked for, and never
    /// part of a run record, since they may be somebody's name.
    #[serde(skip)]
    pub samples: Vec<Vec<Sample>>,
    /// Each date column: heading, the order decided, and why.
    pub dates: Vec<DateColumn>,
    /// Rows of the table.
    pub accounting: Accounting,
}

fn iso<S: serde::Serializer>(date: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

/// How sure it is what language the headings of a table are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct LanguageCertainty {
    /// Whether a setting says it.
    pub by_setting: bool,
    /// Headings that are in it.
    pub headings: u32,
    /// Headings that are known and of some language: technical names such as `CustomerId` are of none.
    pub known: u32,
}

/// A value as it stands in an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The value, shortened where it is very long.
    pub value: Text,
    /// The row that it stands in first.
    pub row: u32,
}

/// How the dates of one column were read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DateColumn {
    /// The column's heading.
    pub heading: Text,
    /// `dmy`, `mdy`, `ymd`, `typed` (real dates), `serial` (numbers of days), `any` (no date of the column depends on it), `unknown`.
    pub order: Text,
    /// Which cell or setting decided.
    pub because: String,
}
