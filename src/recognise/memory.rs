//! What the rows of a batch have said already.
//!
//! In: the cells of a few columns of a row. Out: what they were read as when they last stood so in this batch, else what they are
//! read as now. Words and offers repeat from row to row, so most are read once a batch. Keeps the invariant that a row gives the
//! same facts and the same findings with and without it: what gave a finding or a flaw is read anew every time, and so are cells
//! that are no texts. Knows one table only, since the same text may be read otherwise in another.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{
    Field, SourceOffer,
    cells::Cells,
    rows::{Shared, stated_channel},
    table::Table,
    values,
};
use crate::{read::Cell, terms::*};

/// Different texts that are remembered for each purpose: prose must not fill the memory.
const MOST: usize = 4096;

/// What is remembered while the rows of a batch are read.
pub(super) struct Memory<'s> {
    /// What all rows of a run share.
    pub(super) shared: &'s Shared,
    pub(super) offers: Recall<Arc<SourceOffer>>,
    pub(super) whereabouts: Recall<(Option<Country>, Option<Qualification>, Option<Cloud>)>,
    pub(super) words: Recall<RowWords>,
}

impl<'s> Memory<'s> {
    pub(super) fn new(shared: &'s Shared, table: &Table) -> Memory<'s> {
        use Field as F;
        let offer = [
            F::OfferId,
            F::ProductId,
            F::SkuId,
            F::AvailabilityId,
            F::SkuPartNumber,
            F::OfferName,
            F::FriendlyName,
        ];
        Memory {
            shared,
            offers: Recall::new(table, &offer),
            whereabouts: Recall::new(table, &[F::CustomerCountry, F::Segment, F::Cloud]),
            words: Recall::new(table, &RowWords::FIELDS),
        }
    }
}

/// What some columns were read as, by their texts.
pub(super) struct Recall<T> {
    columns: Vec<u32>,
    key: Vec<u8>,
    known: HashMap<Box<[u8]>, T>,
}

impl<T: Clone> Recall<T> {
    fn new(table: &Table, fields: &[Field]) -> Recall<T> {
        let columns = fields.iter().flat_map(|&field| table.columns.of_field(field));
        Recall {
            columns: columns.copied().collect(),
            key: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// What `read` makes of a row's cells: of the columns of these fields, and nothing else.
    pub(super) fn recall<'a>(&mut self, cells: &mut Cells<'a>, read: impl FnOnce(&mut Cells<'a>) -> T) -> T {
        if !self.has_texts(cells) {
            return read(cells);
        }
        if let Some(known) = self.known.get(&*self.key) {
            return known.clone();
        }
        let before = (cells.findings.len(), cells.flaws);
        let made = read(cells);
        if before == (cells.findings.len(), cells.flaws) && self.known.len() < MOST {
            self.known.insert(self.key.as_slice().into(), made.clone());
        }
        made
    }

    /// Makes the key of a row's texts: each with its length before it, so that no two rows share one. Says whether they are texts.
    fn has_texts(&mut self, cells: &Cells<'_>) -> bool {
        self.key.clear();
        for &column in &self.columns {
            let text = match cells.row.cell(column as usize) {
                Cell::Text(text) => text,
                Cell::Empty => "",
                _ => return false,
            };
            self.key.extend_from_slice(&(text.len() as u32).to_le_bytes());
            self.key.extend_from_slice(text.as_bytes());
        }
        true
    }
}

/// The words of a row that tells of a subscription.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowWords {
    pub(super) state: Option<State>,
    pub(super) channel: Option<Channel>,
    pub(super) term: Option<Term>,
    pub(super) billing_plan: Option<BillingPlan>,
    pub(super) auto_renew: Option<bool>,
    pub(super) end_instruction: Option<EndInstruction>,
    pub(super) seat_based: Option<bool>,
    pub(super) trial: Option<bool>,
    pub(super) addon: Option<bool>,
}

impl RowWords {
    const FIELDS: [Field; 11] = [
        Field::MicrosoftState,
        Field::State,
        Field::TermAndBilling,
        Field::Channel,
        Field::Term,
        Field::BillingPlan,
        Field::AutoRenew,
        Field::EndInstruction,
        Field::ProductType,
        Field::Trial,
        Field::Addon,
    ];

    /// Reads them; of one of [`RowWords::FIELDS`] each.
    pub(super) fn of(cells: &mut Cells<'_>) -> RowWords {
        let state = cells
            .take(Field::MicrosoftState, values::state)
            .or_else(|| cells.take(Field::State, values::state));
        let trial_by_state = cells
            .take(Field::MicrosoftState, values::trial_state)
            .or_else(|| cells.take(Field::State, values::trial_state));
        let both = cells.take(Field::TermAndBilling, values::term_and_billing);
        RowWords {
            state,
            channel: stated_channel(cells),
            term: cells
                .take(Field::Term, values::term)
                .or(both.and_then(|(term, _)| term)),
            billing_plan: cells
                .take(Field::BillingPlan, values::billing_plan)
                .or(both.and_then(|(_, plan)| plan)),
            auto_renew: cells.take(Field::AutoRenew, values::boolean),
            end_instruction: cells.take(Field::EndInstruction, values::end_instruction),
            seat_based: cells.take(Field::ProductType, values::seat_based),
            trial: cells.take(Field::Trial, values::trial).or(trial_by_state),
            addon: cells.take(Field::Addon, values::addon),
        }
    }
}
