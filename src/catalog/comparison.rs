//! What users keep, lose and gain when offers take the place of one, as it is shown to people.
//!
//! In: an offer and those that would replace it, all of the catalogue. Out: a [`Comparison`]: each family of capabilities before
//! and after, what a loss means, what to do first where data is at stake, whether licences must be reassigned and in which order.
//! Says nothing of what changes where the catalogue does not know what one of the offers does: `unknown` names those.

use std::sync::Arc;

use super::{Catalog, Offer, offers::Entry, target::same_kind, target::same_sku};
use crate::terms::{Licences, Text, worded};

worded! {
    /// Which way a capability goes.
    Effect { Loses = "loses", Keeps = "keeps", Gains = "gains" }
}

/// One family of capabilities, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The family's name in the tables: `mailbox`.
    pub family: Text,
    /// What it is called: `mail`.
    pub title: Text,
    /// What users have now; none where they have nothing of it.
    pub before: Option<Text>,
    /// What users have afterwards.
    pub after: Option<Text>,
    /// Which way it goes.
    pub effect: Effect,
    /// What a loss means, a sentence for each tier that goes and matters by itself, the lowest first.
    pub means: Vec<Text>,
    /// What to do before, where a loss touches data.
    pub precaution: Option<Text>,
    /// Whether a loss touches data: mail, files, archive, telephone numbers.
    pub data: bool,
    /// Whether a loss touches mail, files, identity or telephony.
    pub critical: bool,
}

/// One offer against those that would take its place, all of them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What users have.
    pub source: Arc<Offer>,
    /// What they would have instead.
    pub targets: Vec<Arc<Offer>>,
    /// Every family that either side has, sorted by family; empty where `unknown` is not.
    pub changes: Vec<Change>,
    /// Offers of which nothing is known of what they do.
    pub unknown: Vec<Arc<Offer>>,
    /// What else is not alike, in sentences: for whom, which cloud, base, number of seats.
    pub conditions: Vec<Text>,
    /// What becomes of users' licences.
    pub licences: Licences,
    /// What to do with licences, in order.
    pub order: Vec<Text>,
}

impl Comparison {
    /// The changes that go one way.
    pub fn of(&self, effect: Effect) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.effect == effect)
    }

    /// Whether a loss touches data.
    pub fn touches_data(&self) -> bool {
        self.changes.iter().any(|change| change.data)
    }

    /// Whether a loss touches mail, files, identity or telephony.
    pub fn is_critical(&self) -> bool {
        self.changes.iter().any(|change| change.critical)
    }

    /// The whole in sentences for a customer: what users lose and what that means, what they gain, what they keep.
    pub fn words_for_customer(&self) -> Vec<String> {
        let mut sentences: Vec<String> = self.unknown.iter().map(|offer| unknown(offer)).collect();
        for change in self.of(Effect::Loses) {
            sentences.push(loss(change));
        }
        for (effect, verb) in [(Effect::Gains, "gain"), (Effect::Keeps, "keep")] {
            let words: Vec<&str> = self.of(effect).filter_map(|change| change.after.as_deref()).collect();
            if !words.is_empty() {
                sentences.push(format!("Users {verb} {}.", words.join("; ")));
            }
        }
        sentences
    }
}

fn unknown(offer: &Offer) -> String {
    format!(
        "What {} does is not known here, so nothing is said of what changes.",
        offer.name
    )
}

/// `Users have a mailbox of 50 GB instead of a mailbox of 100 GB: mailboxes over 50 GB stop. Before: ...`.
fn loss(change: &Change) -> String {
    let before = change.before.as_deref().unwrap_or_default();
    let what = match &change.after {
        Some(after) => format!("Users have {after} instead of {before}"),
        None => format!("Users lose {before}"),
    };
    let means: Vec<&str> = change.means.iter().map(|means| &**means).collect();
    let precaution = change
        .precaution
        .as_ref()
        .map(|words| format!(" First {words}."))
        .unwrap_or_default();
    format!("{what}: {}.{precaution}", means.join("; "))
}

impl Catalog {
    /// What users of `source` keep, lose and gain with all of `targets` together.
    pub fn compare(&self, source: &Arc<Offer>, targets: &[Arc<Offer>]) -> Comparison {
        let entry = |offer: &Arc<Offer>| self.by_key.get(&offer.key).and_then(|&index| self.entry(index));
        let from = entry(source);
        let to: Vec<Option<&Entry>> = targets.iter().map(entry).collect();
        let is_known = |entry: &Option<&Entry>| entry.is_some_and(|entry| !entry.capabilities.is_empty());
        let mut unknown: Vec<Arc<Offer>> = std::iter::once((source, from))
            .chain(targets.iter().zip(to.iter().copied()))
            .filter(|(_, entry)| !is_known(entry))
            .map(|(offer, _)| Arc::clone(offer))
            .collect();
        unknown.dedup();
        let changes = match from {
            Some(from) if unknown.is_empty() && !targets.is_empty() => {
                let capabilities: Vec<_> = to.iter().flatten().map(|entry| &entry.capabilities).collect();
                self.families.changes(&from.capabilities, &capabilities)
            }
            _ => Vec::new(),
        };
        let licences = match (from, to.as_slice()) {
            (Some(from), [Some(to)]) if same_kind(from, to) && same_sku(&from.offer, &to.offer) => Licences::Keep,
            _ => Licences::Reassign,
        };
        let mut comparison = Comparison {
            source: Arc::clone(source),
            targets: targets.to_vec(),
            changes,
            unknown,
            conditions: Vec::new(),
            licences,
            order: Vec::new(),
        };
        for (offer, entry) in targets.iter().zip(&to) {
            let kinds = from.zip(*entry).map(|(from, to)| (&*from.licenses, &*to.licenses));
            comparison
                .conditions
                .extend(super::assign::conditions(source, offer, kinds));
        }
        comparison.order = self.assignments(&comparison);
        comparison
    }
}
