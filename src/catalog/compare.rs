//! What users can do with an offer, and what changes when it is replaced.
//!
//! In: `capabilities.csv` (families, each with its tiers from low to high) and the capabilities of two sides. Out: a
//! [`Difference`] in words that a customer understands. Several offers on one side count together, tier by tier the best.
//! Equal capabilities are necessary for two offers to be interchangeable and never sufficient: segment, kind of licence and
//! cap are asked elsewhere.

use super::row::Row;
use crate::terms::Text;

/// The families of capabilities, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Families(Vec<Family>);

#[derive(Debug)]
struct Family {
    name: Text,
    /// From low to high.
    tiers: Vec<Tier>,
}

#[derive(Debug)]
struct Tier {
    name: Text,
    words: Text,
    critical: bool,
}

/// The tier of each family that an offer has: family's index and rank, sorted; rank 0 never stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Capabilities(Vec<(usize, usize)>);

/// What users lose and gain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// In words, sorted by family.
    pub(super) loses: Vec<Text>,
    /// In words, sorted by family.
    pub(super) gains: Vec<Text>,
    /// A loss touches mail, files, identity or telephony.
    pub(super) critical: bool,
    /// Tiers lost, the critical ones three times.
    pub(super) loss: usize,
    /// Tiers gained.
    pub(super) gain: usize,
}

impl Families {
    /// The table's rows stand sorted by family and rank, without gaps.
    pub(super) fn load(rows: &[Row], problems: &mut Vec<String>) -> Families {
        let mut families: Vec<Family> = Vec::new();
        for row in rows {
            let (Some(name), Some(tier), Some(words)) = (
                row.required("family", problems),
                row.required("tier", problems),
                row.required("words", problems),
            ) else {
                continue;
            };
            if families.last().is_none_or(|family| family.name != name) {
                families.push(Family {
                    name,
                    tiers: Vec::new(),
                });
            }
            if let Some(family) = families.last_mut() {
                family.tiers.push(Tier {
                    name: tier,
                    words,
                    critical: row.yes("critical", false, problems),
                });
                if row.text("rank").parse() != Ok(family.tiers.len()) {
                    row.problem("rank", problems, &"does not follow the one before");
                }
            }
        }
        Families(families)
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|family| &*family.name == name)
    }

    /// Reads `family=tier;family=tier`; the error is the part that has no row.
    pub(super) fn read(&self, text: &str) -> Result<Capabilities, String> {
        let mut capabilities = Vec::new();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let found = part.split_once('=').and_then(|(family, tier)| {
                let index = self.index(family)?;
                let rank = self.0.get(index)?.tiers.iter().position(|known| &*known.name == tier)?;
                Some((index, rank + 1))
            });
            capabilities.push(found.ok_or_else(|| format!("`{part}` has no row in capabilities.csv"))?);
        }
        capabilities.sort_unstable();
        Ok(Capabilities(capabilities))
    }

    fn tier(&self, family: usize, rank: usize) -> Option<&Tier> {
        self.0.get(family)?.tiers.get(rank.checked_sub(1)?)
    }

    /// What users of `source` lose and gain with all of `targets`.
    pub(super) fn compare(&self, source: &Capabilities, targets: &[&Capabilities]) -> Difference {
        let mut difference = Difference::default();
        for family in 0..self.0.len() {
            let before = source.tier(family);
            let after = targets.iter().map(|target| target.tier(family)).max().unwrap_or(0);
            if before > after
                && let Some(tier) = self.tier(family, before)
            {
                difference.loses.push(tier.words.clone());
                for lost in (after + 1..=before).filter_map(|rank| self.tier(family, rank)) {
                    difference.critical |= lost.critical;
                    difference.loss += if lost.critical { 3 } else { 1 };
                }
            } else if let Some(tier) = self.tier(family, after)
                && after > before
            {
                difference.gains.push(tier.words.clone());
                difference.gain += after - before;
            }
        }
        difference
    }
}

impl Capabilities {
    /// The rank of the tier in a family; 0 where it has none.
    pub(super) fn tier(&self, family: usize) -> usize {
        self.0
            .iter()
            .find(|(index, _)| *index == family)
            .map_or(0, |(_, rank)| *rank)
    }

    /// Whether nothing is known of what the offer does.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both do something of one family.
    pub(super) fn overlaps(&self, other: &Capabilities) -> bool {
        self.0.iter().any(|(family, _)| other.tier(*family) > 0)
    }
}
