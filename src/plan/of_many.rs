//! Findings that are said once of many rows.
//!
//! In: rows and their decisions, one after the other, in parts. Out: for each file, each row of the user's offers table and each message
//! one finding, at the first row that it is said of; and which rows of that table are used.

use std::collections::{BTreeMap, BTreeSet};

use super::{Reason, decide::Decided, estate::Estate, notes::about};
use crate::{
    finding::{Code, Finding, Place},
    recognise::Subscription,
    terms::*,
};

/// What is said of many rows.
#[derive(Default)]
pub(super) struct OfMany<'a> {
    /// By file: rows that nothing gives a channel to.
    without_channel: BTreeMap<&'a Text, FromHere<'a>>,
    /// By file: subscriptions of which hardly any is left.
    left_over: BTreeMap<(&'a Text, Channel), FromHere<'a>>,
    /// What Microsoft's own files say against the catalogue, and what the price list lacks.
    evidence: BTreeMap<(Code, String), (&'a Subscription, u64)>,
    offers: OfferRows,
}

/// The first of many places, and how many they are.
type FromHere<'a> = (&'a Place, u64);

/// Rows of the user's offers table that decisions rest on, by their numbers.
#[derive(Default)]
pub(super) struct OfferRows {
    pub(super) used: BTreeSet<u32>,
    /// Those that fit an offer equally well.
    pub(super) tied: BTreeSet<Vec<u32>>,
    /// Those whose target nobody knows.
    pub(super) misspelt: BTreeSet<u32>,
}

impl<'a> OfMany<'a> {
    /// Adds what a row says.
    pub(super) fn add(&mut self, estate: &Estate<'a>, subscription: &'a Subscription, decided: &Decided) {
        let decision = &decided.decision;
        let place = &subscription.place;
        if decision.action == Action::Review && decision.reasons.has(Reason::ChannelUnknown) {
            from_here(&mut self.without_channel, &place.file, (place, 1));
        }
        if decision.action != Action::Keep {
            let (rules, as_of) = (estate.context.rules, estate.context.as_of);
            let of_old = |channel: &Channel| rules.leftover(*channel, as_of).is_some();
            if let Some(channel) = subscription.channel.filter(of_old) {
                from_here(&mut self.left_over, (&place.file, channel), (place, 1));
            }
            for message in decided.mapping.iter().flat_map(|mapping| &mapping.contradicts) {
                let told = (Code::CatalogFileDisagrees, format!("{message}; the file counts"));
                self.add_evidence(told, (subscription, 1));
            }
        }
        for offer in decided.unpriced.iter().flat_map(|unpriced| &unpriced.offers) {
            self.add_evidence((Code::PriceMissing, offer.to_string()), (subscription, 1));
        }
        let used = decided.offer_row();
        self.offers.used.extend(used);
        if decision.reasons.has(Reason::OfferUnmapped) {
            self.offers.misspelt.extend(used);
        }
        let tied = decided.mapping.as_ref().map(|mapping| &mapping.tied);
        if let Some(tied) = tied.filter(|tied| !tied.is_empty() && !self.offers.tied.contains(*tied)) {
            self.offers.tied.insert(tied.clone());
        }
    }

    /// The same with what other rows say.
    pub(super) fn and(mut self, other: OfMany<'a>) -> OfMany<'a> {
        for (file, more) in other.without_channel {
            from_here(&mut self.without_channel, file, more);
        }
        for (file, more) in other.left_over {
            from_here(&mut self.left_over, file, more);
        }
        for (told, more) in other.evidence {
            self.add_evidence(told, more);
        }
        let OfferRows { used, tied, misspelt } = other.offers;
        self.offers.used.extend(used);
        self.offers.tied.extend(tied);
        self.offers.misspelt.extend(misspelt);
        self
    }

    fn add_evidence(&mut self, told: (Code, String), (subscription, more): (&'a Subscription, u64)) {
        let (at, count) = self.evidence.entry(told).or_insert((subscription, 0));
        *count += more;
        if (&subscription.place, &subscription.id) < (&at.place, &at.id) {
            *at = subscription;
        }
    }

    /// Tells all of it; the answer is what is used of the offers table.
    pub(super) fn told(self, estate: &Estate<'_>, findings: &mut Vec<Finding>) -> OfferRows {
        findings.extend(self.without_channel.into_values().map(|(first, count)| {
            let message = format!("nothing says where {count} of its subscriptions were bought, from this row on");
            let hint = "say `channel` in a [[source]] setting for the file, or add a column with the channel";
            Finding::new(Code::ChannelUnknown, first.clone(), message, hint)
        }));
        let (rules, as_of) = (estate.context.rules, estate.context.as_of);
        findings.extend(self.left_over.into_iter().filter_map(|((_, channel), (first, count))| {
            let why = &rules.leftover(channel, as_of)?.row.why;
            let message = format!("{count} of its subscriptions, from this row on, are `{channel}`: {why}");
            let hint = "check that they are what the export says";
            Some(Finding::new(Code::ChannelLeftOver, first.clone(), message, hint))
        }));
        findings.extend(
            self.evidence
                .into_iter()
                .map(|((code, message), (subscription, count))| {
                    let message = match count {
                        1 => message,
                        count => format!("{message} ({count} subscriptions)"),
                    };
                    let hint = match code {
                        Code::PriceMissing => "add the price list of the market to [catalog], or leave the costs out",
                        _ => "if the file is wrong, name the target in the `offers` table of the settings",
                    };
                    about(code, subscription, message, hint)
                }),
        );
        self.offers
    }
}

/// Counts what begins at the first of its places.
fn from_here<'a, K: Ord>(all: &mut BTreeMap<K, FromHere<'a>>, what: K, (place, more): FromHere<'a>) {
    let (first, count) = all.entry(what).or_insert((place, 0));
    *first = (*first).min(place);
    *count += more;
}
