//! How sure it is what a table is.
//!
//! In: a table's headings, its kind, the field of each column. Out: [`KindCertainty`]: whether the kind was told by headings
//! that only such an export has, or by the vocabulary alone, on which headings that rests, how many are known, and what is
//! missing. Decides nothing; it is for people who look at how their exports are read, and for the run record.

use super::{
    Field,
    kinds::{Kind, Role},
    vocabulary::Vocabulary,
};
use crate::terms::{Text, worded};

worded! {
    /// By what it was told what a table is.
    RecognisedBy {
        /// By headings that only exports of this kind have together.
        Signature = "signature",
        /// Nobody described it: by what its headings mean in some language.
        Vocabulary = "vocabulary",
        /// It is no table of ours.
        Nothing = "nothing",
    }
}

/// How sure it is what a table is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KindCertainty {
    /// By what it was told.
    pub by: RecognisedBy,
    /// What to call its kind: `a new commerce reconciliation file`; empty where it is none of ours.
    pub name: Text,
    /// Its headings that are not empty.
    pub headings: u32,
    /// Those of them that the kind's description or the vocabulary knows, whether we use them or not.
    pub known: u32,
    /// The headings by which it was told: those of the signature, or those that make it a list of subscriptions.
    pub rests_on: Vec<Text>,
    /// Where told by a signature: headings of the kind that the table lacks and nothing takes the place of. Where told by the
    /// vocabulary: words of fields that no column holds, among those a list of subscriptions should have.
    pub missing: Vec<Text>,
}

/// What a list of subscriptions should have, and what does as well.
const WANTED: &[&[Field]] = &[
    &[Field::SubscriptionId],
    &[Field::CustomerId, Field::CustomerDomain, Field::CustomerName],
    &[
        Field::OfferName,
        Field::OfferId,
        Field::ProductId,
        Field::SkuId,
        Field::SkuPartNumber,
        Field::FriendlyName,
    ],
    &[Field::Seats],
    &[Field::TermEnd, Field::NextLifecycleDate],
];

/// What a list of customers should have.
const WANTED_OF_CUSTOMERS: &[&[Field]] = &[
    &[Field::CustomerId],
    &[Field::CustomerName],
    &[Field::CustomerDomain],
    &[Field::CustomerCountry],
    &[Field::Relationship],
    &[Field::AgreementAccepted],
];

impl KindCertainty {
    /// Of a table of a kind; `fields` is what each heading is used for.
    pub(super) fn of(
        kind: &Kind,
        headings: &[Text],
        folded: &[String],
        fields: &[Option<Field>],
        vocabulary: &Vocabulary,
    ) -> KindCertainty {
        let has = |field: Field| fields.contains(&Some(field));
        let (by, rests_on, missing) = if kind.is_described() {
            let told = kind.told_by(folded, fields);
            (
                RecognisedBy::Signature,
                told.iter().filter_map(|&at| headings.get(at).cloned()).collect(),
                kind.lacking(has).into_iter().map(Text::from).collect(),
            )
        } else {
            let fields_wanted = match kind.role {
                Role::Customers => WANTED_OF_CUSTOMERS,
                _ => WANTED,
            };
            let wanted = |field: &Field| fields_wanted.iter().any(|alternatives| alternatives.contains(field));
            let on = headings.iter().zip(fields);
            (
                RecognisedBy::Vocabulary,
                on.filter(|(_, field)| field.as_ref().is_some_and(wanted))
                    .map(|(heading, _)| heading.clone())
                    .collect(),
                fields_wanted
                    .iter()
                    .filter(|alternatives| !alternatives.iter().copied().any(has))
                    .filter_map(|alternatives| alternatives.first())
                    .map(|field| Text::from(field.as_str()))
                    .collect(),
            )
        };
        let knows = |at: usize, heading: &Text| {
            let described = folded.get(at).is_some_and(|folded| kind.meaning(folded).is_some());
            described || vocabulary.knows(heading)
        };
        KindCertainty {
            by,
            name: kind.name.into(),
            headings: filled(headings),
            known: count(headings, knows),
            rests_on,
            missing,
        }
    }

    /// Of a table that is none of ours.
    pub(super) fn of_stranger(headings: &[Text], vocabulary: &Vocabulary) -> KindCertainty {
        KindCertainty {
            by: RecognisedBy::Nothing,
            name: "".into(),
            headings: filled(headings),
            known: count(headings, |_, heading| vocabulary.knows(heading)),
            rests_on: Vec::new(),
            missing: Vec::new(),
        }
    }
}

fn filled(headings: &[Text]) -> u32 {
    count(headings, |_, _| true)
}

fn count(headings: &[Text], wanted: impl Fn(usize, &Text) -> bool) -> u32 {
    let such = headings.iter().enumerate();
    let such = such.filter(|(at, heading)| !heading.trim().is_empty() && wanted(*at, heading));
    such.count().try_into().unwrap_or(u32::MAX)
}
