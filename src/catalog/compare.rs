//! Families of capabilities, their tiers, and how far two sides are apart.
//!
//! In: `capabilities.csv` (families, each with its tiers from low to high) and the capabilities of two sides. Out: a [`Change`]
//! for each family, in words that a customer understands, or a [`Distance`] to rank by. Several offers on one side count
//! together, tier by tier the best. Equal capabilities are necessary for two offers to be interchangeable and never
//! sufficient: segment, kind of licence and cap are asked elsewhere.

use super::{
    comparison::{Change, Effect},
    row::Row,
};
use crate::terms::Text;

/// The families of capabilities, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Families(Vec<Family>);

#[derive(Debug)]
struct Family {
    name: Text,
    /// What it is called.
    title: Text,
    /// From low to high.
    tiers: Vec<Tier>,
}

#[derive(Debug)]
struct Tier {
    name: Text,
    words: Text,
    /// What happens without it.
    loss: Text,
    /// Whether that only matters where the tier below stays.
    if_lower_stays: bool,
    /// What to do before it goes, where data is at stake.
    before: Option<Text>,
    critical: bool,
    data: bool,
}

/// The tier of each family that an offer has: family's index and rank, sorted; rank 0 never stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Capabilities(Vec<(usize, usize)>);

/// How much users lose and gain, to rank by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Distance {
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
            let (Some(name), Some(title), Some(tier)) = (
                row.required("family", problems),
                row.required("title", problems),
                read_tier(row, problems),
            ) else {
                continue;
            };
            if families.last().is_none_or(|family| family.name != name) {
                families.push(Family {
                    name,
                    title: title.clone(),
                    tiers: Vec::new(),
                });
            }
            if let Some(family) = families.last_mut() {
                family.tiers.push(tier);
                if row.text("rank").parse() != Ok(family.tiers.len()) {
                    row.problem("rank", problems, &"does not follow the one before");
                }
                if family.title != title {
                    row.problem("title", problems, &"is another than in the row before");
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
                Some((index, self.rank(index, tier)?))
            });
            capabilities.push(found.ok_or_else(|| format!("`{part}` has no row in capabilities.csv"))?);
        }
        capabilities.sort_unstable();
        Ok(Capabilities(capabilities))
    }

    /// The rank of a tier by its name.
    pub(super) fn rank(&self, family: usize, tier: &str) -> Option<usize> {
        let tiers = &self.0.get(family)?.tiers;
        tiers.iter().position(|known| &*known.name == tier).map(|at| at + 1)
    }

    fn tier(&self, family: usize, rank: usize) -> Option<&Tier> {
        self.0.get(family)?.tiers.get(rank.checked_sub(1)?)
    }

    /// How far users of `source` are from where all of `targets` together bring them.
    pub(super) fn distance(&self, source: &Capabilities, targets: &[&Capabilities]) -> Distance {
        let mut distance = Distance::default();
        for family in 0..self.0.len() {
            let (before, after) = (source.tier(family), best(targets, family));
            let lost = (after + 1..=before).filter_map(|rank| self.tier(family, rank));
            distance.loss += lost.map(|tier| if tier.critical { 3 } else { 1 }).sum::<usize>();
            distance.gain += after.saturating_sub(before);
        }
        distance
    }

    /// What becomes of each family that users of `source` have, or have with all of `targets` together.
    pub(super) fn changes(&self, source: &Capabilities, targets: &[&Capabilities]) -> Vec<Change> {
        let families = self.0.iter().enumerate();
        families
            .filter_map(|(index, family)| {
                let (before, after) = (source.tier(index), best(targets, index));
                (before.max(after) > 0).then(|| family.change(before, after))
            })
            .collect()
    }
}

impl Family {
    fn change(&self, before: usize, after: usize) -> Change {
        let words = |rank: usize| Some(self.tiers.get(rank.checked_sub(1)?)?.words.clone());
        let lost = self.tiers.get(after..before).unwrap_or_default();
        Change {
            family: self.name.clone(),
            title: self.title.clone(),
            before: words(before),
            after: words(after),
            effect: match before.cmp(&after) {
                std::cmp::Ordering::Less => Effect::Gains,
                std::cmp::Ordering::Equal => Effect::Keeps,
                std::cmp::Ordering::Greater => Effect::Loses,
            },
            means: lost
                .iter()
                .enumerate()
                .filter(|(at, tier)| *at == 0 || !tier.if_lower_stays)
                .map(|(_, tier)| tier.loss.clone())
                .collect(),
            // What saves the data of the lowest tier saves that of those above.
            precaution: lost.iter().find_map(|tier| tier.before.clone()),
            data: lost.iter().any(|tier| tier.data),
            critical: lost.iter().any(|tier| tier.critical),
        }
    }
}

fn best(targets: &[&Capabilities], family: usize) -> usize {
    targets.iter().map(|target| target.tier(family)).max().unwrap_or(0)
}

fn read_tier(row: &Row, problems: &mut Vec<String>) -> Option<Tier> {
    Some(Tier {
        name: row.required("tier", problems)?,
        words: row.required("words", problems)?,
        loss: row.required("loss", problems)?,
        if_lower_stays: row.yes("if_lower_stays", false, problems),
        before: row.optional("before"),
        critical: row.yes("critical", false, problems),
        data: row.yes("data", false, problems),
    })
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
