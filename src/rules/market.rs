//! Where and to whom may be sold: regions, national clouds, segments.

use super::table::Fields;
use crate::terms::{Country, Qualification, Segment, Text};

/// A country in its CSP region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    /// Country.
    pub country: Country,
    /// Region code.
    pub region: Text,
    /// Microsoft's name of the market.
    pub name: Text,
}

impl Market {
    pub(super) fn parse(row: &Fields<'_>) -> Result<Market, String> {
        let country = row.text("country")?;
        Ok(Market {
            country: country
                .parse()
                .map_err(|()| format!("`country`: `{country}` is not a two-letter code"))?,
            region: row.text("region")?.into(),
            name: row.text("name")?.into(),
        })
    }
}

/// The national cloud that a domain's ending gives away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// Ending of a tenant's first domain.
    pub domain_suffix: Text,
    /// The cloud.
    pub cloud: crate::terms::Cloud,
}

impl Cloud {
    pub(super) fn parse(row: &Fields<'_>) -> Result<Cloud, String> {
        Ok(Cloud {
            domain_suffix: row.text("domain_suffix")?.into(),
            cloud: row.word("cloud")?,
        })
    }

    pub(super) fn fits(&self, domain: &str) -> bool {
        // Most end in another letter.
        let last = |text: &str| text.as_bytes().last().copied();
        if last(domain) != last(&self.domain_suffix) {
            return false;
        }
        domain
            .strip_suffix(&*self.domain_suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

/// Whether a customer so qualified may buy a segment's offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRule {
    /// The customer.
    pub qualification: Qualification,
    /// The offer.
    pub segment: Segment,
    /// The answer.
    pub allowed: bool,
}

impl SegmentRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<SegmentRule, String> {
        Ok(SegmentRule {
            qualification: row.word("qualification")?,
            segment: row.word("segment")?,
            allowed: row.yes("allowed")?,
        })
    }
}

/// Whether a segment's offers need a customer that was vetted for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VettingRule {
    /// The offer's segment.
    pub segment: Segment,
    /// The answer.
    pub vetting: bool,
}

impl VettingRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<VettingRule, String> {
        Ok(VettingRule {
            segment: row.word("segment")?,
            vetting: row.yes("vetting")?,
        })
    }
}
