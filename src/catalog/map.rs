//! Which offer to order for what the customer has.
//!
//! In: a [`MapQuery`] and the user's rows. Out: a [`Mapping`]. A transfer takes the subscription as it is. For an order: the
//! user's row; the same SKU id, sold; another with exactly the same capabilities; the one successor that Microsoft names; the
//! same SKU id although its sale has ended; suggestions; nothing. Refuses to cross segments, clouds, kinds of licence, or from
//! add-on to base, by itself. Holds that `same` and `equivalent` lose no capability. What is chosen without a person gains
//! nothing either: a dearer offer is at most suggested.

use std::sync::Arc;

use super::{
    Catalog, MapQuery, Mapping, Offer, Resolution, Target,
    compare::Capabilities,
    comparison::Effect,
    offers::Retirement,
    rulebook::{Choice, RuleBook},
    target::{TermChange, choose_term, is_on_sale, offer_row, order_id},
};
use crate::{recognise::tables::OfferRule, terms::*};

/// What was found, before it is written up.
pub(super) struct Found {
    pub(super) kind: MappingKind,
    pub(super) entries: Vec<usize>,
    pub(super) certainty: Certainty,
    pub(super) evidence: Vec<String>,
}

impl Catalog {
    /// How a source offer is to be provisioned. For many questions prepare the rows once: [`Catalog::rule_book`].
    pub fn map(&self, query: &MapQuery<'_>, rules: &[OfferRule]) -> Mapping {
        self.map_by(query, &self.rule_book(rules))
    }

    /// As [`Catalog::map`], with the user's rows prepared.
    pub fn map_by(&self, query: &MapQuery<'_>, rules: &RuleBook<'_>) -> Mapping {
        if let (Route::Transfer | Route::ChannelTransfer, Resolution::Known { offer, by, .. }) =
            (query.route, query.resolution)
        {
            return self.as_it_is(query, offer, by);
        }
        let tied = match rules.choose(self, query) {
            Choice::Used(rule) if query.route != Route::NewSubscription => return as_it_stands(query, rule),
            Choice::Used(rule) => return self.by_rule(query, rule),
            Choice::Tied(rows) => rows,
            Choice::Nothing => Vec::new(),
        };
        let found = match query.resolution {
            Resolution::Known { offer, by, .. } => match self.by_key.get(&offer.key) {
                Some(&index) => self.by_catalogue(query, index, by),
                None => unmapped(format!("the catalogue does not know `{}`", offer.key)),
            },
            Resolution::Ambiguous(readings) => Found {
                kind: MappingKind::Ambiguous,
                entries: readings
                    .iter()
                    .filter_map(|offer| self.by_key.get(&offer.key).copied())
                    .collect(),
                certainty: Certainty::Unsure,
                evidence: vec!["names and offer ids of the catalogue: several readings".to_owned()],
            },
            Resolution::Unknown => unmapped("the catalogue has no offer of these ids and this name".to_owned()),
        };
        Mapping {
            tied,
            ..self.write_up(query, found)
        }
    }

    /// A transfer: what the customer has, as it is.
    fn as_it_is(&self, query: &MapQuery<'_>, offer: &Arc<Offer>, by: &str) -> Mapping {
        let source = query.source;
        let mut evidence = Vec::new();
        let certainty = self.evidence_of(query, offer, by, &mut evidence);
        let target = Target {
            offer_id: source.offer_id.clone().unwrap_or_else(|| order_id(offer)),
            name: source.name.clone().unwrap_or_else(|| offer.name.clone()),
            offer: Some(Arc::clone(offer)),
            term: query.term,
        };
        Mapping {
            kind: MappingKind::Same,
            targets: vec![target],
            licences: Some(Licences::Keep),
            evidence: evidence.join("; ").into(),
            certainty,
            ..Mapping::nothing()
        }
    }

    fn by_catalogue(&self, query: &MapQuery<'_>, index: usize, by: &str) -> Found {
        let Some(source) = self.entry(index) else {
            return unmapped("the catalogue has no such offer".to_owned());
        };
        let mut evidence = Vec::new();
        let certainty = self.evidence_of(query, &source.offer, by, &mut evidence);
        let base = Found {
            kind: MappingKind::Unmapped,
            entries: Vec::new(),
            certainty,
            evidence,
        };
        let same = self.same(source, index);
        let retirements = self.retirements(index, query);
        let found = self
            .sold(&same, query)
            .or_else(|| self.equivalent(source, index, query))
            .or_else(|| self.replacement(source, &retirements, query))
            .or_else(|| (!same.is_empty()).then(|| (MappingKind::Same, same.clone(), None)))
            .or_else(|| self.suggested(source, index, &retirements, query));
        match found {
            Some((kind, entries, retirement)) => self.add_rows(base, kind, entries, retirement),
            None => {
                let mut base = base;
                let known = match &source.offer.item {
                    Some(_) => "the catalogue has nothing to order for it".to_owned(),
                    None => format!("the catalogue does not know what to order for `{}`", source.offer.key),
                };
                base.evidence.push(known);
                base
            }
        }
    }

    fn add_rows(&self, base: Found, kind: MappingKind, entries: Vec<usize>, row: Option<&Retirement>) -> Found {
        let Found {
            mut certainty,
            mut evidence,
            ..
        } = base;
        for entry in entries.iter().filter_map(|&index| self.entry(index)) {
            certainty = certainty.max(entry.offer.certainty);
            let line = offer_row(&entry.offer);
            if !evidence.contains(&line) {
                evidence.push(line);
            }
        }
        if let Some(row) = row {
            certainty = certainty.max(row.certainty);
            let since = row
                .days
                .from
                .map_or_else(|| "date unknown".to_owned(), |from| format!("since {from}"));
            evidence.push(format!(
                "retirements ({since}: {}){}",
                row.source,
                self.alternatives(row)
            ));
        }
        Found {
            kind,
            entries,
            certainty,
            evidence,
        }
    }

    /// What a row names, in words: `: office-365-e5 or office-365-e3 + teams-phone-standard`.
    fn alternatives(&self, row: &Retirement) -> String {
        let together = |entries: &Vec<usize>| {
            let keys = entries
                .iter()
                .filter_map(|&index| self.entry(index))
                .map(|entry| &*entry.offer.key);
            keys.collect::<Vec<_>>().join(" + ")
        };
        match row.successors.as_slice() {
            [] => ": no successor".to_owned(),
            successors => format!(": {}", successors.iter().map(together).collect::<Vec<_>>().join(" or ")),
        }
    }

    /// Adds the rows that say which offer the source is; how sure they are.
    fn evidence_of(&self, query: &MapQuery<'_>, offer: &Offer, by: &str, evidence: &mut Vec<String>) -> Certainty {
        evidence.push(format!("found by {by}"));
        let mut certainty = offer.certainty;
        if let Some(name) = query.source.name.as_deref().filter(|_| by == "name") {
            let rows = self.name_rows(name).map(|(rows, _)| rows).unwrap_or_default();
            let index = self
                .by_key
                .get(&offer.key)
                .and_then(|&index| self.entry(index)?.twin_of.or(Some(index)));
            if let Some(row) = rows.iter().find(|row| Some(row.entry) == index) {
                evidence.push(format!("names `{name}` ({})", row.source));
                // A translated name is no better than its translation.
                certainty = if row.english {
                    certainty
                } else {
                    certainty.max(Certainty::Likely)
                };
            }
        }
        evidence.push(offer_row(offer));
        certainty
    }

    /// What was found as a mapping: targets with their terms, what users lose and gain.
    pub(super) fn write_up(&self, query: &MapQuery<'_>, found: Found) -> Mapping {
        let mut mapping = Mapping {
            kind: found.kind,
            certainty: found.certainty,
            ..Mapping::nothing()
        };
        for entry in found.entries.iter().filter_map(|&index| self.entry(index)) {
            let (term, change) = choose_term(&entry.offer, query);
            mapping.term_changed |= change == TermChange::Changed;
            mapping.term_not_sold |= change == TermChange::NotSold;
            mapping.end_of_sale |= !is_on_sale(&entry.offer, query);
            mapping.targets.push(Target {
                offer_id: order_id(&entry.offer),
                name: entry.offer.name.clone(),
                offer: Some(Arc::clone(&entry.offer)),
                term,
            });
        }
        mapping.licences = match found.kind {
            MappingKind::Same => Some(Licences::Keep),
            MappingKind::Equivalent | MappingKind::Replacement | MappingKind::Suggested => Some(Licences::Reassign),
            MappingKind::Ambiguous | MappingKind::Unmapped => None,
        };
        // Suggestions stand side by side: what is said of losses is said of the first.
        let together = match found.kind {
            MappingKind::Suggested => found.entries.get(..1).unwrap_or_default(),
            MappingKind::Replacement | MappingKind::Equivalent => &found.entries,
            _ => &[],
        };
        self.add_difference(query, together, &mut mapping);
        mapping.evidence = found.evidence.join("; ").into();
        mapping
    }

    /// What changes for users with all of these targets together; nothing where one side's capabilities are unknown.
    pub(super) fn add_difference(&self, query: &MapQuery<'_>, targets: &[usize], mapping: &mut Mapping) {
        let Resolution::Known { offer, .. } = query.resolution else {
            return;
        };
        let source = self.by_key.get(&offer.key).and_then(|&index| self.entry(index));
        let targets: Vec<&Capabilities> = targets
            .iter()
            .filter_map(|&index| self.entry(index))
            .map(|entry| &entry.capabilities)
            .collect();
        let Some(source) = source.filter(|source| !source.capabilities.is_empty() && !targets.is_empty()) else {
            return;
        };
        mapping.at_once |= self.change_at_once(&source.capabilities, &targets);
        for change in self.families.changes(&source.capabilities, &targets) {
            mapping.critical_loss |= change.critical;
            match change.effect {
                Effect::Loses => mapping.loses.extend(change.before),
                Effect::Gains => mapping.gains.extend(change.after),
                Effect::Keeps => {}
            }
        }
    }
}

/// A transfer of what only the user's table knows: it takes the subscription as it is, whatever the table would order.
fn as_it_stands(query: &MapQuery<'_>, rule: &OfferRule) -> Mapping {
    let source = query.source;
    let ids = [&source.offer_id, &source.sku_id, &source.sku_part_number];
    // Where only a name is known, the row is what says which offer it is.
    let named = || rule.target_offer.split(';').next().unwrap_or_default().trim().into();
    let id: Text = ids.into_iter().flatten().next().cloned().unwrap_or_else(named);
    let target = Target {
        name: source.name.clone().unwrap_or_else(|| id.clone()),
        offer_id: id,
        offer: None,
        term: query.term,
    };
    let row = rule.row;
    Mapping {
        kind: MappingKind::Same,
        targets: vec![target],
        licences: Some(Licences::Keep),
        from_table: true,
        used: Some(row),
        certainty: Certainty::Sure,
        evidence: format!(
            "the offers table, row {row} ({}); a transfer takes it as it is",
            rule.reason
        )
        .into(),
        ..Mapping::nothing()
    }
}

fn unmapped(why: String) -> Found {
    Found {
        kind: MappingKind::Unmapped,
        entries: Vec::new(),
        certainty: Certainty::Unsure,
        evidence: vec![why],
    }
}
