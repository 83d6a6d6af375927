//! What the commands about offers rest on.
//!
//! In: the settings. Out: [`Offers`]: the catalogue, Microsoft's own files, the user's offers table; checked as for a run.

use std::{path::Path, sync::Arc};

use chrono::NaiveDate;

use super::{References, Stop};
use crate::{
    catalog::{Catalog, ListedOffer, Proposal, evidence::Evidence, read_list},
    config::Config,
    read::Input,
    recognise::{
        Context, recognise,
        tables::{OfferRule, Tables},
        vocabulary::Vocabulary,
    },
};

/// All that is known of offers.
#[derive(Debug)]
pub struct Offers {
    /// The catalogue.
    pub catalog: Catalog,
    /// Microsoft's own files.
    pub evidence: Evidence,
    /// The rows of the user's offers table.
    pub rules: Vec<OfferRule>,
    vocabulary: Vocabulary,
}

impl Offers {
    /// Reads the tables and files that the settings name.
    ///
    /// # Errors
    /// Every problem of them at once.
    pub fn load(config: &Config, as_of: NaiveDate) -> Result<Offers, Stop> {
        let References {
            catalog,
            evidence,
            tables,
            vocabulary,
            ..
        } = References::load(config, as_of)?;
        Ok(Offers {
            catalog,
            evidence,
            rules: tables.offers,
            vocabulary,
        })
    }

    /// The offers that a file names, each once, sorted: those of its subscriptions, where it is an export as others are; else a
    /// plain list.
    ///
    /// # Errors
    /// Why it cannot be read, with a hint.
    pub fn list(&self, path: &Path, config: &Config, as_of: NaiveDate) -> Result<Vec<ListedOffer>, String> {
        let context = Context {
            config,
            tables: &Tables::default(),
            vocabulary: &self.vocabulary,
            as_of,
            progress: &|_| {},
        };
        let recognised = recognise(&[Input::File(path.to_owned())], &context);
        let of_subscriptions = recognised.subscriptions.into_iter().map(|subscription| ListedOffer {
            offer: Arc::unwrap_or_clone(subscription.offer),
            term: subscription.term,
        });
        let mut offers: Vec<ListedOffer> = of_subscriptions.filter(|listed| listed.text().is_some()).collect();
        if offers.is_empty() {
            return read_list(path, &config.limits, &config.workbooks);
        }
        offers.sort();
        offers.dedup();
        Ok(offers)
    }

    /// A row of the offers table for each listed offer, sorted by source, each source once.
    pub fn propose(&self, list: &[ListedOffer], on: NaiveDate) -> Vec<Proposal> {
        let book = self.catalog.rule_book(&self.rules);
        let proposals = list
            .iter()
            .filter_map(|listed| self.catalog.propose(&self.evidence, listed, &book, on));
        let mut proposals: Vec<Proposal> = proposals.collect();
        proposals.sort_by(|a, b| (&a.source_offer, &a.target_offer).cmp(&(&b.source_offer, &b.target_offer)));
        proposals.dedup_by(|a, b| a.source_offer == b.source_offer && a.target_offer == b.target_offer);
        proposals
    }
}
