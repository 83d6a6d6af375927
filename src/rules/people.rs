//! Who does which step, with which portal role, and in which words.
//!
//! In: the tables `steps` and `step_notes`. Out: for a step in its case the best row, and the notes of what holds. A row for the
//! case goes before one for any, then one for the channel, then one for the partner's role; of two alike the user's.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;

use super::{
    Wording,
    table::{Dated, Fields},
};
use crate::{config::Role, terms::*};

worded! {
    /// What is special about a step.
    StepCase {
        /// It was asked for already.
        Requested = "requested",
        CancelAtTermEnd = "cancel-at-term-end",
        AutoRenewOff = "auto-renew-off",
        /// The same where the move falls after the last day for it, into the grace.
        BeforeTheMove = "before-the-move",
        ExtendedTerm = "extended-term",
        Cancel = "cancel",
        DoNotRenew = "do-not-renew",
        /// Old and new licences may exclude each other.
        AtOnce = "at-once",
        /// We have delegated rights.
        WithRights = "with-rights",
        /// The subscription is transferred.
        Transfer = "transfer",
        /// It is done for the second time, after the term end.
        Again = "again",
        /// It is done for the last time.
        Last = "last",
        Nonprofit = "nonprofit",
        Education = "education",
        Government = "government",
    }
}

worded! {
    /// What may hold for a step besides.
    Condition {
        /// The subscription needs a base.
        AddOn = "add-on",
        /// Others need this subscription.
        Base = "base",
        /// More licences than a customer can cancel by itself.
        ManyLicences = "many-licences",
        /// The customer's country wants a company's registration number.
        RegistrationNumber = "registration-number",
        /// The customer has no subscription with us.
        FirstPurchase = "first-purchase",
        /// The customer has one.
        LaterPurchase = "later-purchase",
        /// The source's billing plan is not sold for the target's term.
        BillingChanged = "billing-changed",
    }
}

/// A set of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conditions(u16);

impl Conditions {
    /// Adds one where it holds.
    pub fn insert(&mut self, condition: Condition, holds: bool) {
        self.0 |= u16::from(holds) << condition as u16;
    }

    /// Whether one is in it.
    pub fn contains(self, condition: Condition) -> bool {
        self.0 & (1 << condition as u16) != 0
    }
}

/// Who does a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRule {
    /// The step.
    pub step: StepKind,
    /// For sources of this channel; none: any other.
    pub channel: Option<Channel>,
    /// For partners in this role; none: any other.
    pub partner: Option<Role>,
    /// In this case; none: any other.
    pub case: Option<StepCase>,
    /// Who.
    pub owner: Owner,
    /// The role needed in the portal.
    pub role: Text,
    /// What to do, with placeholders in braces.
    pub sentence: Wording,
}

impl StepRule {
    pub(super) fn parse(row: &Fields<'_>) -> Result<StepRule, String> {
        Ok(StepRule {
            step: row.word("step")?,
            channel: row.word_or_any("channel")?,
            partner: row.word_or_any("partner")?,
            case: row.word_or_any("case")?,
            owner: row.word("owner")?,
            role: row.text("role")?.into(),
            sentence: sentence(row)?,
        })
    }
}

/// What to add to a step's sentence where something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepNote {
    /// The step.
    pub step: StepKind,
    /// For sources of this channel; none: any.
    pub channel: Option<Channel>,
    /// What must hold.
    pub condition: Condition,
    /// What to add, with placeholders in braces.
    pub sentence: Wording,
}

impl StepNote {
    pub(super) fn parse(row: &Fields<'_>) -> Result<StepNote, String> {
        Ok(StepNote {
            step: row.word("step")?,
            channel: row.word_or_any("channel")?,
            condition: row.word("condition")?,
            sentence: sentence(row)?,
        })
    }
}

fn sentence(row: &Fields<'_>) -> Result<Wording, String> {
    Wording::parse(row.filled("sentence")?.ok_or("`sentence` is empty")?)
}

/// The rows of the steps and of their notes; cheap to keep, for whoever writes the sentences.
#[derive(Debug, Clone, Default)]
pub struct StepTexts {
    steps: Arc<[Dated<StepRule>]>,
    notes: Arc<[Dated<StepNote>]>,
    /// The numbers of each step's rows, in their order.
    of_step: Arc<BTreeMap<StepKind, Vec<u16>>>,
}

impl StepTexts {
    pub(super) fn new(steps: Vec<Dated<StepRule>>, notes: Vec<Dated<StepNote>>) -> StepTexts {
        let mut of_step: BTreeMap<StepKind, Vec<u16>> = BTreeMap::new();
        for (number, rule) in (0..=u16::MAX).zip(&steps) {
            of_step.entry(rule.row.step).or_default().push(number);
        }
        StepTexts {
            steps: steps.into(),
            notes: notes.into(),
            of_step: of_step.into(),
        }
    }

    /// One row, for tests of what writes sentences.
    #[cfg(test)]
    pub(crate) fn one(step: StepKind, sentence: &str) -> StepTexts {
        let rule = StepRule {
            step,
            channel: None,
            partner: None,
            case: None,
            owner: Owner::Partner,
            role: "Account admin".into(),
            sentence: Wording::parse(sentence).unwrap(),
        };
        StepTexts::new(vec![super::number::set(rule)], Vec::new())
    }

    /// The row for a step: its number, for [`StepTexts::step`], and the row itself. Cases come most special first.
    pub fn find(
        &self,
        step: StepKind,
        cases: &[StepCase],
        channel: Option<Channel>,
        partner: Role,
        on: NaiveDate,
    ) -> Option<(u16, &Dated<StepRule>)> {
        let rank = |row: &StepRule| {
            let case = match row.case {
                Some(own) => cases.iter().position(|&case| case == own)?,
                None => cases.len(),
            };
            let is_for_us =
                row.channel.is_none_or(|own| Some(own) == channel) && row.partner.is_none_or(|own| own == partner);
            is_for_us.then_some((case, row.channel.is_none(), row.partner.is_none()))
        };
        // Of rows for the same the one that is valid, else the next that will be.
        let standing = |&number: &u16| {
            let rule = self.steps.get(usize::from(number))?;
            let rank = rank(&rule.row)?;
            let comes = match rule.is_valid(on) {
                true => None,
                false => Some(Some(rule.valid_from).filter(|&from| from > on)?),
            };
            Some(((rank, comes), number, rule))
        };
        let best = self.of_step.get(&step)?.iter().filter_map(standing);
        let (_, number, rule) = best.min_by_key(|(place, ..)| *place)?;
        Some((number, rule))
    }

    /// The row of a number that [`StepTexts::find`] gave.
    pub fn step(&self, number: u16) -> Option<&Dated<StepRule>> {
        self.steps.get(usize::from(number))
    }

    /// What to add to a step's sentence: for each condition that holds its first row, the channel's before that for any.
    pub fn notes(
        &self,
        step: StepKind,
        channel: Option<Channel>,
        conditions: Conditions,
        on: NaiveDate,
    ) -> impl Iterator<Item = &Dated<StepNote>> {
        let holding = Condition::ALL
            .iter()
            .copied()
            .filter(move |&condition| conditions.contains(condition));
        holding.filter_map(move |condition| {
            let of = |wanted: Option<Channel>| {
                let fits = move |note: &&Dated<StepNote>| {
                    (note.row.step, note.row.channel, note.row.condition) == (step, wanted, condition)
                        && note.is_valid(on)
                };
                self.notes.iter().find(fits)
            };
            channel.and_then(|channel| of(Some(channel))).or_else(|| of(None))
        })
    }

    /// All rows of the steps.
    pub fn all(&self) -> &[Dated<StepRule>] {
        &self.steps
    }

    /// All rows of the notes.
    pub fn all_notes(&self) -> &[Dated<StepNote>] {
        &self.notes
    }
}
