//! The numbers that the rules stand on, a second time on purpose: those of Microsoft's program and ours.
//!
//! In: nothing. Out: the defaults as literals, and the settings that say the same numbers to the product.

use seatshift::{
    config::RuleSettings,
    plan::dates::DateQuery,
    terms::{Channel, Country},
};

/// Days that each gate takes.
#[derive(Clone, Copy)]
pub(crate) struct GateDays {
    pub(crate) relationship: u16,
    pub(crate) relationship_ea: u16,
    pub(crate) agreement: u16,
    pub(crate) delegated_rights: u16,
    pub(crate) vetting: u16,
    pub(crate) approval: u16,
}

#[derive(Clone)]
pub(crate) struct Numbers {
    pub(crate) lead: GateDays,
    pub(crate) least: GateDays,
    pub(crate) credit_days: u16,
    pub(crate) early_days: u16,
    pub(crate) request_days: u16,
    pub(crate) verify_days: u16,
    /// Only where the settings say so; else it is the channel's and the country's.
    pub(crate) undo_days: Option<u16>,
    pub(crate) mosa_asap: bool,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers {
            lead: GateDays {
                relationship: 14,
                relationship_ea: 90,
                agreement: 7,
                delegated_rights: 7,
                vetting: 30,
                approval: 0,
            },
            least: GateDays {
                relationship: 1,
                relationship_ea: 1,
                agreement: 1,
                delegated_rights: 1,
                vetting: 10,
                approval: 3,
            },
            credit_days: 7,
            early_days: 31,
            request_days: 30,
            verify_days: 7,
            undo_days: None,
            mosa_asap: false,
        }
    }
}

impl Numbers {
    /// What `[rules]` has to say for these numbers; where they are the defaults it says nothing, and the tables must know them.
    pub(crate) fn settings(&self) -> RuleSettings {
        let usual = Numbers::default();
        let mut settings = RuleSettings {
            mosa_asap: self.mosa_asap,
            ..RuleSettings::default()
        };
        for (name, days, default) in [
            ("lead.relationship", self.lead.relationship, usual.lead.relationship),
            (
                "lead.relationship_ea",
                self.lead.relationship_ea,
                usual.lead.relationship_ea,
            ),
            ("lead.agreement", self.lead.agreement, usual.lead.agreement),
            (
                "lead.delegated_rights",
                self.lead.delegated_rights,
                usual.lead.delegated_rights,
            ),
            ("lead.vetting", self.lead.vetting, usual.lead.vetting),
            ("least.relationship", self.least.relationship, usual.least.relationship),
            (
                "least.relationship_ea",
                self.least.relationship_ea,
                usual.least.relationship_ea,
            ),
            ("least.agreement", self.least.agreement, usual.least.agreement),
            (
                "least.delegated_rights",
                self.least.delegated_rights,
                usual.least.delegated_rights,
            ),
            ("least.vetting", self.least.vetting, usual.least.vetting),
            ("least.approval", self.least.approval, usual.least.approval),
            ("credit_days", self.credit_days, usual.credit_days),
            ("early_days", self.early_days, usual.early_days),
            ("request_days", self.request_days, usual.request_days),
            ("verify_days", self.verify_days, usual.verify_days),
        ] {
            if days != default {
                settings.numbers.insert(name, days.into());
            }
        }
        settings
            .numbers
            .extend(self.undo_days.map(|days| ("undo_days", days.into())));
        settings
    }

    /// Days, the first included, in which a renewal can be undone; none: not at all.
    pub(crate) fn undo(&self, query: &DateQuery) -> Option<i64> {
        let chile: Country = "CL".parse().ok()?;
        let days = match query.channel {
            Channel::Csp => 7,
            Channel::WebDirect | Channel::McaE if query.country == Some(chile) => 10,
            Channel::WebDirect | Channel::McaE => 7,
            _ => return None,
        };
        Some(self.undo_days.map_or(days, i64::from))
    }
}
