//! Which offers a mapping looked at, and why it did not take them.
//!
//! In: the question, the user's rows, the mapping that came of it. Out: [`Considered`] offers in the order of the mapping's steps: the
//! user's rows, the same SKU id, Microsoft's successors, what comes near. Asks the very steps that the mapping asked; decides nothing.

use super::{Catalog, MapQuery, Mapping, Resolution, RuleBook, rulebook::Choice, target::order_id};
use crate::terms::*;

/// Most offers that are told.
const MOST: usize = 8;

/// An offer that a mapping looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered {
    /// The id to order; none for rows of the user's table.
    pub offer_id: Option<Text>,
    /// The offer, or the row of the user's table.
    pub name: Text,
    /// Whether it is among the targets.
    pub taken: bool,
    /// Why, in a few words.
    pub why: String,
}

impl Catalog {
    /// What a mapping looked at; nothing for a transfer, which takes the subscription as it is.
    pub fn considered(&self, query: &MapQuery<'_>, rules: &RuleBook<'_>, mapping: &Mapping) -> Vec<Considered> {
        if query.route != Route::NewSubscription {
            return Vec::new();
        }
        let mut all = of_rules(rules.choose(self, query));
        let known = match query.resolution {
            Resolution::Known { offer, .. } => self.by_key.get(&offer.key).copied(),
            Resolution::Ambiguous(_) | Resolution::Unknown => None,
        };
        let source = known.and_then(|index| Some((index, self.entry(index)?)));
        if let Some((index, source)) = source {
            for same in self.same(source, index) {
                let what = "provisions the same SKU id";
                self.consider(query, mapping, same, what, &mut all);
            }
            for row in self.retirements(index, query) {
                for successor in self.successors(source, row).into_iter().flatten() {
                    let what = format!("Microsoft names it as a successor ({})", row.source);
                    self.consider(query, mapping, successor, &what, &mut all);
                }
            }
            if !matches!(mapping.kind, MappingKind::Same | MappingKind::Equivalent) && !mapping.from_table {
                for near in self.nearest(source, index, query) {
                    self.consider(query, mapping, near, "comes near in what it does", &mut all);
                }
            }
        }
        for target in &mapping.targets {
            if !all.iter().any(|one| one.offer_id.as_ref() == Some(&target.offer_id)) {
                all.push(Considered {
                    offer_id: Some(target.offer_id.clone()),
                    name: target.name.clone(),
                    taken: true,
                    why: match mapping.kind {
                        MappingKind::Ambiguous => "a reading of the name".to_owned(),
                        kind => format!("{kind}, by the evidence above"),
                    },
                });
            }
        }
        all.truncate(MOST);
        all
    }

    fn consider(&self, query: &MapQuery<'_>, mapping: &Mapping, index: usize, what: &str, all: &mut Vec<Considered>) {
        let Some(offer) = self.entry(index).map(|entry| &entry.offer) else {
            return;
        };
        let offer_id = order_id(offer);
        if all.iter().any(|one| one.offer_id.as_ref() == Some(&offer_id)) {
            return;
        }
        let taken = mapping.targets.iter().any(|target| target.offer_id == offer_id);
        let lacks = match (&offer.item, offer.sold_until) {
            _ if self.is_sold(index, query) => None,
            (None, _) => Some("nobody knows what to order".to_owned()),
            (Some(_), Some(until)) if until < query.on => Some(format!("it was sold until {until} only")),
            (Some(_), _) => Some(format!("it is not sold on {} to such a customer", query.on)),
        };
        let why = match (taken, lacks) {
            (_, Some(lacks)) => format!("{what}, but {lacks}"),
            (true, None) => what.to_owned(),
            (false, None) if mapping.from_table => format!("{what}, but the offers table decides"),
            (false, None) => format!("{what}, but `{}` goes before", mapping.kind),
        };
        all.push(Considered {
            offer_id: Some(offer_id),
            name: offer.name.clone(),
            taken,
            why,
        });
    }
}

fn of_rules(choice: Choice<'_>) -> Vec<Considered> {
    match choice {
        Choice::Used(rule) => vec![Considered {
            offer_id: None,
            name: format!("the offers table, row {}", rule.row).into(),
            taken: true,
            why: format!("it orders `{}`: {}", rule.target_offer, rule.reason),
        }],
        Choice::Tied(rows) => rows
            .iter()
            .map(|row| Considered {
                offer_id: None,
                name: format!("the offers table, row {row}").into(),
                taken: false,
                why: "another row fits equally well, so that none is used".to_owned(),
            })
            .collect(),
        Choice::Nothing => Vec::new(),
    }
}
