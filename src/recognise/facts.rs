//! What a row says, kept small.
//!
//! In: cells already read. Out: [`Fact`] for a row that tells of a subscription, [`CustomerFacts`] for what it says of its
//! customer, [`Charge`] where the row is one charge of many. A fact is some 200 bytes whatever the width of its row; texts,
//! offers and customers are shared. Nothing refers to the row's bytes, so a batch can be forgotten once it is recognised.

use std::{
    borrow::Cow,
    cmp::{Ordering, Reverse},
    sync::Arc,
};

use chrono::NaiveDate;

use super::{Flaws, SourceOffer};
use crate::terms::*;

/// What one row, or the settings for its file, say of a customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct CustomerFacts {
    pub(super) id: Option<CustomerId>,
    pub(super) name: Option<Text>,
    pub(super) domain: Option<Text>,
    pub(super) country: Option<Country>,
    pub(super) qualification: Option<Qualification>,
    pub(super) cloud: Option<Cloud>,
    pub(super) relationship: Option<bool>,
    pub(super) agreement_accepted: Option<Option<NaiveDate>>,
    pub(super) delegated_rights: Option<bool>,
    pub(super) language: Option<Text>,
}

impl CustomerFacts {
    /// Whether it says who the customer is.
    pub(super) fn names_somebody(&self) -> bool {
        self.id.is_some() || self.name.is_some() || self.domain.is_some()
    }
}

/// The same while its row is being read. It hashes as [`CustomerFacts`] do, so that those that are kept are found by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct CustomerSaid<'a> {
    pub(super) id: Option<CustomerId>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) domain: Option<Cow<'a, str>>,
    pub(super) country: Option<Country>,
    pub(super) qualification: Option<Qualification>,
    pub(super) cloud: Option<Cloud>,
    pub(super) relationship: Option<bool>,
    pub(super) agreement_accepted: Option<Option<NaiveDate>>,
    pub(super) delegated_rights: Option<bool>,
    pub(super) language: Option<Text>,
}

impl CustomerSaid<'_> {
    /// Whether it says who the customer is.
    pub(super) fn names_somebody(&self) -> bool {
        self.id.is_some() || self.name.is_some() || self.domain.is_some()
    }

    /// Whether it is what these facts say.
    pub(super) fn is(&self, facts: &CustomerFacts) -> bool {
        let CustomerFacts {
            id,
            name,
            domain,
            country,
            qualification,
            cloud,
            relationship,
            agreement_accepted,
            delegated_rights,
            language,
        } = facts;
        self.id == *id
            && self.name.as_deref() == name.as_deref()
            && self.domain.as_deref() == domain.as_deref()
            && self.country == *country
            && self.qualification == *qualification
            && self.cloud == *cloud
            && self.relationship == *relationship
            && self.agreement_accepted == *agreement_accepted
            && self.delegated_rights == *delegated_rights
            && self.language == *language
    }

    /// As facts of their own.
    pub(super) fn into_facts(self) -> CustomerFacts {
        CustomerFacts {
            id: self.id,
            name: self.name.map(Text::from),
            domain: self.domain.map(Text::from),
            country: self.country,
            qualification: self.qualification,
            cloud: self.cloud,
            relationship: self.relationship,
            agreement_accepted: self.agreement_accepted,
            delegated_rights: self.delegated_rights,
            language: self.language,
        }
    }
}

/// What a charge says of the number of licences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Its quantity is the number of licences from its start on.
    Level,
    /// It tells of a change; what the number is afterwards does not follow from it.
    Change,
    /// It gives money back or moves it; it says nothing of the licences.
    Credit,
    /// The subscription was cancelled.
    End,
}

impl Effect {
    /// The effect as the table of charge types writes it.
    pub(super) fn parse(word: &str) -> Option<Effect> {
        match word {
            "level" => Some(Effect::Level),
            "change" => Some(Effect::Change),
            "credit" => Some(Effect::Credit),
            "end" => Some(Effect::End),
            _ => None,
        }
    }
}

/// One charge of a reconciliation file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Charge {
    pub(super) effect: Effect,
    /// The word of its column, for messages.
    pub(super) word: Text,
    /// The quantity of a change, less than zero where licences went.
    pub(super) change: Option<i64>,
    pub(super) start: Option<NaiveDate>,
    pub(super) end: Option<NaiveDate>,
    pub(super) ordered: Option<NaiveDate>,
}

/// What one row says of a subscription.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    /// Its table, by the order of paths and of tables within a file.
    pub(super) table: u32,
    pub(super) row: u32,
    pub(super) id: Option<Id>,
    /// Other ids of the same subscription.
    pub(super) aliases: Box<[Id]>,
    pub(super) base_id: Option<Box<Id>>,
    /// The subscription that this one took the place of; it is among the aliases too.
    pub(super) predecessor: Option<Box<Id>>,
    pub(super) seller: Option<Arc<Id>>,
    pub(super) target_customer: Option<Arc<Id>>,
    pub(super) customer: Arc<CustomerFacts>,
    pub(super) offer: Arc<SourceOffer>,
    pub(super) charge: Option<Box<Charge>>,
    pub(super) channel: Option<Channel>,
    /// Whether a column or a setting says the channel, rather than the kind of export.
    pub(super) channel_stated: bool,
    pub(super) seats: Option<Seats>,
    pub(super) assigned_seats: Option<Seats>,
    pub(super) term: Option<Term>,
    pub(super) billing_plan: Option<BillingPlan>,
    pub(super) term_start: Option<NaiveDate>,
    pub(super) term_end: Option<NaiveDate>,
    /// Whether the term end is the day before a renewal, which may itself be the last paid day.
    pub(super) is_end_of_renewal: bool,
    pub(super) auto_renew: Option<bool>,
    pub(super) end_instruction: Option<EndInstruction>,
    pub(super) state: Option<State>,
    pub(super) seat_based: Option<bool>,
    pub(super) trial: Option<bool>,
    pub(super) addon: Option<bool>,
    /// How new it is: a date in the row, else the one in the file's title or name.
    pub(super) freshness: Option<NaiveDate>,
    pub(super) flaws: Flaws,
}

impl Fact {
    /// The order of what two rows say, wherever they stand: more licences first, then the nearer term end, then all else.
    pub(super) fn content_order(&self, other: &Fact) -> Ordering {
        let first_of_all = |fact: &Fact| (Reverse(fact.seats), fact.term_end.is_none(), fact.term_end);
        first_of_all(self)
            .cmp(&first_of_all(other))
            .then_with(|| self.else_said().cmp(&other.else_said()))
    }

    /// All that it says but for licences, term end and place.
    fn else_said(&self) -> impl Ord + '_ {
        let facts = (
            self.state,
            self.auto_renew,
            self.end_instruction,
            self.term,
            self.term_start,
            self.billing_plan,
            self.channel,
            self.channel_stated,
            self.assigned_seats,
            self.is_end_of_renewal,
            self.flaws,
        );
        let ids = (
            &self.id,
            &self.aliases,
            &self.base_id,
            &self.predecessor,
            &self.seller,
            &self.target_customer,
        );
        let kind = (self.seat_based, self.trial, self.addon, self.freshness);
        (facts, &self.offer, &self.customer, ids, kind, &self.charge)
    }
}

#[cfg(test)]
impl Fact {
    /// A row that says nothing but these ids.
    pub(super) fn of_ids(row: u32, id: Option<Id>, aliases: Vec<Id>, base_id: Option<Id>) -> Fact {
        Fact {
            table: 0,
            row,
            id,
            aliases: aliases.into(),
            base_id: base_id.map(Box::new),
            predecessor: None,
            seller: None,
            target_customer: None,
            customer: Arc::default(),
            offer: Arc::default(),
            charge: None,
            channel: None,
            channel_stated: false,
            seats: None,
            assigned_seats: None,
            term: None,
            billing_plan: None,
            term_start: None,
            term_end: None,
            is_end_of_renewal: false,
            auto_renew: None,
            end_instruction: None,
            state: None,
            seat_based: None,
            trial: None,
            addon: None,
            freshness: None,
            flaws: Flaws::default(),
        }
    }
}

/// A row of a customer list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CustomerRow {
    pub(super) table: u32,
    pub(super) row: u32,
    pub(super) facts: CustomerFacts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_stays_small() {
        assert!(size_of::<Fact>() <= 208, "{}", size_of::<Fact>());
    }

    #[test]
    fn what_a_row_says_of_its_customer_is_found_among_what_is_kept() {
        let said = || CustomerSaid {
            id: Some(CustomerId(uuid::Uuid::from_u128(7))),
            name: Some("Contoso".into()),
            domain: Some("contoso.example".into()),
            country: "HU".parse().ok(),
            language: Some("hu".into()),
            ..CustomerSaid::default()
        };
        let kept = crate::recognise::intern::Interner::new();
        let first = kept.keep(said().into_facts());
        assert!(said().is(&first));
        let again = kept.keep_like(&said(), |facts| said().is(facts), || panic!("it is there already"));
        assert!(Arc::ptr_eq(&first, &again));
        let other = CustomerSaid { domain: None, ..said() };
        assert!(!other.is(&first));
    }
}
