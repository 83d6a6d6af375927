//! The user's offers table against the catalogue.
//!
//! In: the rows, the day. Out: [`RuleNote`]s: rows that have ended, that tie, that a more specific row takes the place of, whose
//! source or target nobody knows, whose target may no longer be bought or cannot keep licences. Whether a row fits any subscription is for a plan to say.
//! Sorted by row.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Catalog, Lookup, spelling::IdText, target::same_sku};
use crate::{
    recognise::{tables::OfferRule, vocabulary::fold},
    terms::*,
};

worded! {
    /// What is wrong with a row of the offers table.
    RuleFault {
        /// Two rows say different things of one offer, so neither is used.
        Tied = "tied",
        /// Its target is nothing that could be ordered.
        TargetUnknown = "target-unknown",
        /// Its target may not be bought on the day.
        TargetEnded = "target-ended",
        /// Its last day has passed.
        Expired = "expired",
        /// It says that licences are kept, but source and target are two SKUs.
        NotKept = "not-kept",
        /// A more specific row decides wherever the source's id is known.
        Shadowed = "shadowed",
        /// The catalogue does not know its source: it fits by its letters only.
        SourceUnknown = "source-unknown",
        /// It fits no subscription of the exports.
        Unused = "unused",
    }
}

/// One thing to say of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleNote {
    /// The row.
    pub row: u32,
    /// What it is about.
    pub fault: RuleFault,
    /// In words.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

/// What a row is about.
struct About<'r> {
    rule: &'r OfferRule,
    id: Option<IdText>,
    folded: String,
    /// Entries of the catalogue, sorted.
    entries: BTreeSet<usize>,
    is_id: bool,
}

impl Catalog {
    /// What is wrong with the user's rows, by row.
    pub fn check_rules(&self, rules: &[OfferRule], on: NaiveDate) -> Vec<RuleNote> {
        let about: Vec<About<'_>> = rules.iter().map(|rule| self.about(rule)).collect();
        let mut notes = Vec::new();
        for (index, row) in about.iter().enumerate() {
            self.check_alone(row, on, &mut notes);
            for (other_index, other) in about.iter().enumerate() {
                if index != other_index && overlap(row.rule, other.rule) {
                    notes.extend(against(row, other));
                }
            }
        }
        notes.sort();
        notes.dedup();
        notes
    }

    fn about<'r>(&self, rule: &'r OfferRule) -> About<'r> {
        let id = IdText::read(&rule.source_offer);
        let by_id = match &id {
            Some(IdText::Product(_)) | None => Vec::new(),
            Some(id) => self.of_segment(self.find_id(id), None),
        };
        let is_id = !by_id.is_empty() || matches!(id, Some(IdText::Guid(_) | IdText::Item(_)));
        let entries = match by_id.is_empty() {
            false => by_id.into_iter().collect(),
            true => self
                .name_rows(&rule.source_offer)
                .into_iter()
                .flat_map(|(rows, stated)| rows.iter().filter_map(move |row| self.stated_of(row, stated)))
                .collect(),
        };
        About {
            folded: fold(&rule.source_offer),
            rule,
            id,
            entries,
            is_id,
        }
    }

    fn check_alone(&self, row: &About<'_>, on: NaiveDate, notes: &mut Vec<RuleNote>) {
        let rule = row.rule;
        let mut note = |fault, message: String, hint| {
            notes.push(RuleNote {
                row: rule.row,
                fault,
                message,
                hint,
            });
        };
        if let Some(until) = rule.valid_until.filter(|until| *until < on) {
            let message = format!("`{}` ended on {until}", rule.source_offer);
            note(RuleFault::Expired, message, "remove the row, or give it a later end");
        }
        if row.entries.is_empty() {
            let message = format!("the catalogue knows no `{}`", rule.source_offer);
            note(
                RuleFault::SourceUnknown,
                message,
                "check its spelling; it fits only what is written alike",
            );
        }
        if let Some(message) = self.not_kept_by(row) {
            note(RuleFault::NotKept, message, NOT_KEPT);
        }
        for target in rule
            .target_offer
            .split(';')
            .map(str::trim)
            .filter(|text| !text.is_empty())
        {
            let ends = |offer: &super::Offer| !offer.is_on_sale(on);
            match (self.find(target), IdText::read(target)) {
                (Lookup::Found(readings), _) => {
                    if readings.iter().all(|reading| ends(&reading.offer)) {
                        let message = format!("the target `{target}` may no longer be bought");
                        note(RuleFault::TargetEnded, message, "name what takes its place");
                    }
                }
                (_, Some(IdText::Item(_))) => {
                    let message =
                        format!("the catalogue does not know the target `{target}`, so nothing is said of losses");
                    note(RuleFault::TargetUnknown, message, "check the id in Partner Center");
                }
                _ => {
                    let message = format!("the target `{target}` is nothing that can be ordered");
                    note(
                        RuleFault::TargetUnknown,
                        message,
                        "write its id, such as `CFQ7...:0001`, or its name",
                    );
                }
            }
        }
    }
}

/// What to do where licences cannot be kept.
pub const NOT_KEPT: &str = "write `reassign`, or leave the cell empty";

impl Catalog {
    /// What is wrong with a row that keeps licences between two SKUs.
    pub fn not_kept(&self, rule: &OfferRule) -> Option<String> {
        (rule.licences == Some(Licences::Keep)).then(|| self.not_kept_by(&self.about(rule)))?
    }

    fn not_kept_by(&self, row: &About<'_>) -> Option<String> {
        let rule = row.rule;
        (rule.licences == Some(Licences::Keep) && self.is_another_sku(row)).then(|| {
            format!(
                "`keep`, but `{}` and `{}` are two SKUs: users have nothing until the new licences are assigned",
                rule.source_offer, rule.target_offer
            )
        })
    }

    /// Whether all that is known of a row's source is of another SKU than all that is known of its target.
    fn is_another_sku(&self, row: &About<'_>) -> bool {
        let Lookup::Found(targets) = self.find(&row.rule.target_offer) else {
            return false;
        };
        let mut sources = row.entries.iter().filter_map(|&index| self.entry(index));
        !row.entries.is_empty()
            && sources.all(|source| targets.iter().all(|target| !same_sku(&source.offer, &target.offer)))
    }
}

fn overlap(a: &OfferRule, b: &OfferRule) -> bool {
    let before =
        |until: Option<NaiveDate>, from: Option<NaiveDate>| until.zip(from).is_some_and(|(until, from)| until < from);
    !before(a.valid_until, b.valid_from) && !before(b.valid_until, a.valid_from)
}

/// What another row means for this one.
fn against(row: &About<'_>, other: &About<'_>) -> Option<RuleNote> {
    let same_text = (row.id.is_some() && row.id == other.id) || row.folded == other.folded;
    let shared = row.entries.intersection(&other.entries).next().is_some();
    let tied = same_text || (shared && row.is_id == other.is_id);
    let (first, second) = (&row.rule.source_offer, &other.rule.source_offer);
    if tied {
        let one = match same_text {
            true => "say different things of one offer",
            false => "are ids of one offer: where an export gives neither, nothing says which counts",
        };
        return Some(RuleNote {
            row: row.rule.row,
            fault: RuleFault::Tied,
            message: format!("`{first}` and `{second}` of row {} {one}", other.rule.row),
            hint: "keep one of the rows, or give them days that do not overlap",
        });
    }
    (shared && !row.is_id && other.is_id).then(|| RuleNote {
        row: row.rule.row,
        fault: RuleFault::Shadowed,
        message: format!(
            "`{first}`: row {} has the offer's id, `{second}`, and decides where exports give it",
            other.rule.row
        ),
        hint: "keep one of the rows",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(row: u32, source: &str, target: &str, until: Option<&str>) -> OfferRule {
        OfferRule {
            source_offer: source.into(),
            target_offer: target.into(),
            target_term: None,
            licences: None,
            valid_from: None,
            valid_until: until.map(|text| text.parse().unwrap()),
            reason: "".into(),
            row,
        }
    }

    fn kept(row: u32, source: &str, target: &str) -> OfferRule {
        OfferRule {
            licences: Some(Licences::Keep),
            ..rule(row, source, target, None)
        }
    }

    #[test]
    fn each_fault_is_found_and_a_good_row_has_none() {
        let catalog = Catalog::embedded();
        let on = "2026-11-21".parse().unwrap();
        let rules = [
            rule(2, "O365_BUSINESS_PREMIUM", "SPB", None),
            rule(3, "Microsoft 365 Business Standard", "SPB", None),
            rule(4, "CFQ7TTC0LDPB:0001", "CFQ7TTC0LCHC:0002", None),
            rule(5, "STANDARDPACK", "Ofice 365 E11", None),
            rule(6, "SPE_E3", "SPE_E5", Some("2026-01-31")),
            rule(7, "xyzzy", "CFQ7TTC0QQQQ:0001", None),
            rule(8, "SPE_E5", "SPE_E5", None),
            rule(9, "Office 365 E3", "Office 365 E3", None),
            rule(10, "Office 365 E3 (Nonprofit Staff Pricing)", "Office 365 E3", None),
            kept(11, "VISIOCLIENT", "VISIOONLINE_PLAN1"),
            kept(12, "CFQ7TTC0LF8S:0002", "ENTERPRISEPREMIUM"),
        ];
        let notes = catalog.check_rules(&rules, on);
        let of = |row: u32| -> Vec<RuleFault> {
            notes
                .iter()
                .filter(|note| note.row == row)
                .map(|note| note.fault)
                .collect()
        };
        assert_eq!(of(2), [RuleFault::Tied]);
        assert_eq!(of(3), [RuleFault::Shadowed, RuleFault::Shadowed]);
        assert_eq!(of(4), [RuleFault::Tied]);
        assert_eq!(of(5), [RuleFault::TargetUnknown]);
        assert_eq!(of(6), [RuleFault::Expired]);
        assert_eq!(of(7), [RuleFault::TargetUnknown, RuleFault::SourceUnknown]);
        assert_eq!(of(8), []);
        assert_eq!(
            (of(9), of(10)),
            (Vec::new(), Vec::new()),
            "another segment is another offer"
        );
        assert_eq!((of(11), of(12)), (vec![RuleFault::NotKept], Vec::new()));
    }
}
