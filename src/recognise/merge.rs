//! The rows of one subscription to one [`Subscription`].
//!
//! In: the facts that [`super::identity`] put together, the tables they stand in, the directory of customers. Out: the
//! subscription and its findings.
//!
//! The rank, for each fact on its own, so that a date can come from one file and the licences from another:
//!
//! 1. The kind of export (column `rank` of `kinds.csv`): what a program says of the subscription itself goes before what is derived
//!    from it: API and PowerShell dumps, the batch migration tool, Graph, the portal's list, analytics, reconciliation files,
//!    distributors' reports, Insights, lists that people keep, the admin center's licences.
//! 2. Freshness, among rows of one kind: a date in the row, else in the title or the file's name; never the file's own time.
//! 3. What they say, so that the answer does not hang on the order of rows or files: more licences first, the nearer term end,
//!    then all else in a fixed order. Rows of one rank that are equally new, or of which one does not say how new it is, and that
//!    differ are a contradiction, a finding that names both cells and a flaw; what is shown of it is the larger number of
//!    licences, the nearest term end. Place (file, sheet, row) only chooses which of two cells that say the same is named.
//!
//! A row of a lower rank or an older one gives way in silence. A flaw of a row counts unless a row of more standing gives the
//! fact. Of two term starts that contradict each other neither is taken. A term end that is the day before a renewal does not
//! contradict one on the renewal's day, which then counts. A subscription that another one took the place of gives no facts beside it.

mod customer;

use std::{
    cmp::{Ordering, Reverse},
    collections::BTreeSet,
    sync::Arc,
};

use chrono::NaiveDate;

use super::{
    Customer, Field, Flaw, Flaws, SourceOffer, Subscription,
    charges::collapse,
    customers::Directory,
    facts::{Effect, Fact},
    table::Table,
    trail::{Spoken, Trail},
    vocabulary::fold,
};
use crate::{
    finding::{Code, Finding, Place},
    terms::*,
};

/// What all groups need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merging<'a> {
    pub(super) facts: &'a [Fact],
    pub(super) tables: &'a [Table],
    pub(super) directory: &'a Directory,
    /// Sorted by id.
    pub(super) customers: &'a [Customer],
    /// Our own ids.
    pub(super) partner: &'a [Id],
}

/// One subscription, merged.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) subscription: Subscription,
    pub(super) findings: Vec<Finding>,
    /// The index of the fact that began it.
    pub(super) begun_by: u32,
    /// The table that this fact stands in.
    pub(super) begun_in: u32,
}

/// The rows of a subscription, most standing first.
struct Group<'a> {
    merging: Merging<'a>,
    rows: Vec<(u8, &'a Fact)>,
    id: Id,
    flaws: Flaws,
    findings: Vec<Finding>,
    trail: Option<Trail>,
}

impl<'a> Merging<'a> {
    /// Asks for a fact that is about to be merged, so that it is at hand by then; has no other effect.
    pub(super) fn look_at(&self, index: u32) {
        let fact = self.facts.get(index as usize);
        std::hint::black_box(fact.map(|fact| (fact.table, fact.seats, fact.state, fact.aliases.len())));
    }

    /// Merges one group; none only where it is empty.
    pub(super) fn merge(&self, members: &[u32]) -> Option<Merged> {
        self.merge_along(members, false).map(|(merged, _)| merged)
    }

    /// Merges one group, with the trail of where its facts come from.
    pub(super) fn trace(&self, members: &[u32]) -> Option<(Merged, Trail)> {
        let (merged, trail) = self.merge_along(members, true)?;
        Some((merged, trail?))
    }

    fn merge_along(&self, members: &[u32], traced: bool) -> Option<(Merged, Option<Trail>)> {
        // Most subscriptions stand in one row.
        if let [index] = members
            && let Some(fact) = self.facts.get(*index as usize)
            && fact.charge.is_none()
        {
            let only = vec![(self.rank(fact), fact)];
            let begun = (*index, fact);
            return self.merge_rows(only, begun, members, traced.then(Trail::default), None);
        }
        let all = members
            .iter()
            .filter_map(|&index| Some((index, self.facts.get(index as usize)?)));
        let former: BTreeSet<&Id> = all
            .clone()
            .filter_map(|(_, fact)| fact.predecessor.as_deref())
            .collect();
        let is_former = |fact: &Fact| fact.id.as_ref().is_some_and(|id| former.contains(id));
        let has_current = all.clone().any(|(_, fact)| !is_former(fact));
        let said = all.filter(|(_, fact)| !has_current || !is_former(fact));
        let begun = said
            .clone()
            .min_by_key(|(_, fact)| (Reverse(self.rank(fact)), &fact.id, fact.table, fact.row))?;
        let (charges, plain): (Vec<&Fact>, Vec<&Fact>) =
            said.map(|(_, fact)| fact).partition(|fact| fact.charge.is_some());
        let collapsed = collapse(&charges);
        let rows = plain
            .iter()
            .copied()
            .chain(collapsed.as_ref().map(|collapsed| &collapsed.fact));
        let mut rows: Vec<(u8, &Fact)> = rows.map(|fact| (self.rank(fact), fact)).collect();
        rows.sort_by(|(rank, fact), (other_rank, other)| by_standing((*rank, fact), (*other_rank, other)));
        let trail = traced.then(|| Trail::new(&charges, collapsed.as_ref()));
        let doubt = collapsed.as_ref().and_then(|collapsed| collapsed.doubt.as_ref());
        self.merge_rows(rows, begun, members, trail, doubt)
    }

    /// Merges rows, most standing first; the fact that began them gives the id and the place.
    fn merge_rows(
        &self,
        rows: Vec<(u8, &Fact)>,
        (begun_by, first): (u32, &Fact),
        members: &[u32],
        trail: Option<Trail>,
        doubt: Option<&Fact>,
    ) -> Option<(Merged, Option<Trail>)> {
        let id = first.id.clone()?;
        let mut group = Group {
            merging: *self,
            rows,
            id: id.clone(),
            flaws: Flaws::default(),
            findings: Vec::new(),
            trail,
        };
        let mut subscription = group.subscription(id, self.place(first));
        if let Some(doubt) = doubt {
            group.doubt(doubt);
        }
        group.customer(&mut subscription, members);
        subscription.flaws = group.flaws;
        let merged = Merged {
            subscription,
            findings: group.findings,
            begun_by,
            begun_in: first.table,
        };
        Some((merged, group.trail))
    }

    pub(super) fn rank(&self, fact: &Fact) -> u8 {
        self.tables
            .get(fact.table as usize)
            .map_or(0, |table| table.columns.kind.rank)
    }

    fn place(&self, fact: &Fact) -> Place {
        self.tables
            .get(fact.table as usize)
            .map(|table| table.place.at_row(fact.row))
            .unwrap_or_default()
    }

    /// The cell of a row that holds one of these fields, with its heading.
    fn cell(&self, fact: &Fact, fields: &[Field]) -> (Place, Option<Text>) {
        let place = self.place(fact);
        let columns = self.tables.get(fact.table as usize).map(|table| &table.columns);
        let column = columns.and_then(|columns| {
            fields
                .iter()
                .find_map(|&field| columns.of_field(field).first().copied())
        });
        match (columns, column) {
            (Some(columns), Some(column)) => (place.at_column(column), columns.heading(column).cloned()),
            _ => (place, None),
        }
    }
}

/// The order of rows, most standing first: by rank, freshness, what they say, place.
fn by_standing((rank_a, a): (u8, &Fact), (rank_b, b): (u8, &Fact)) -> Ordering {
    let standing = |rank: u8, fact: &Fact| (Reverse(rank), Reverse(fact.freshness));
    standing(rank_a, a)
        .cmp(&standing(rank_b, b))
        .then_with(|| a.content_order(b))
        .then_with(|| (a.table, a.row).cmp(&(b.table, b.row)))
}

/// Whether two rows have the same standing: one rank, and neither known to be newer.
fn tied((rank_a, a): &(u8, &Fact), (rank_b, b): &(u8, &Fact)) -> bool {
    rank_a == rank_b && (a.freshness == b.freshness || a.freshness.is_none() || b.freshness.is_none())
}

impl Group<'_> {
    fn subscription(&mut self, id: Id, place: Place) -> Subscription {
        use Field as F;
        let offer = self.offer();
        let partner = self.merging.partner;
        let is_ours = |fact: &Fact| fact.seller.as_ref().is_some_and(|id| partner.contains(id));
        let own = self.rows.iter().any(|(_, fact)| is_ours(fact));
        let stated = self.pick(&[F::Channel], Some(Flaw::ChannelUnreadable), |fact| {
            fact.channel.filter(|_| fact.channel_stated)
        });
        let channel = stated.or_else(|| Some(by_offer(self.first(F::Channel, |fact| fact.channel)?, &offer)));
        let channel = if own { Some(Channel::Own) } else { channel };
        if own {
            self.flaws.remove(Flaw::ChannelUnreadable);
            let ours = self.rows.iter().position(|(_, fact)| is_ours(fact)).unwrap_or_default();
            self.tell_trail(F::Channel, ours, |fact| match is_ours(fact) {
                true => Some(Channel::Own),
                false => fact.channel,
            });
        }
        let ends = [F::TermEnd, F::NextLifecycleDate];
        // Of ends that contradict each other the nearest sets how pressing it is, until a person has decided.
        self.pick_unless(&ends, Some(Flaw::TermEndUnreadable), End::of, End::agrees);
        let term_end = self.term_end();
        self.flaw_unless_outranked(Flaw::DateOrderUnknown, |fact| fact.term_end.is_some());
        for flaw in [
            Flaw::IdDamaged,
            Flaw::ValueUnreadable,
            Flaw::Contradiction,
            Flaw::CustomerAmbiguous,
            Flaw::PossibleDuplicate,
        ] {
            if self.rows.iter().any(|(_, fact)| fact.flaws.has(flaw)) {
                self.flaws.add(flaw);
            }
        }
        Subscription {
            id,
            customer_id: None,
            customer_name: None,
            customer_domain: None,
            target_customer_id: self.first(F::TargetCustomerId, |fact| fact.target_customer.clone()),
            channel,
            seller_id: self.first(F::SellerId, |fact| fact.seller.clone()),
            offer,
            seat_based: self.first(F::ProductType, |fact| fact.seat_based),
            trial: self.first(F::Trial, |fact| fact.trial),
            addon: self.first(F::Addon, |fact| fact.addon),
            base_id: self.first(F::BaseId, |fact| fact.base_id.clone()),
            seats: self.seats(),
            assigned_seats: self.first(F::AssignedSeats, |fact| fact.assigned_seats),
            term: self.pick(&[F::Term, F::TermAndBilling], None, |fact| fact.term),
            billing_plan: self.first(F::BillingPlan, |fact| fact.billing_plan),
            term_start: self.term_start(),
            term_end: term_end.map(TermEnd),
            auto_renew: self.pick(&[F::AutoRenew], None, |fact| fact.auto_renew),
            end_instruction: self.pick(&[F::EndInstruction], None, |fact| fact.end_instruction),
            state: self.pick(&[F::State], Some(Flaw::StateUnreadable), |fact| fact.state),
            flaws: Flaws::default(),
            place,
        }
    }

    /// The row of most standing that says a fact, by its index, and what it says. Every fact but the customer's is chosen here, and
    /// the trail told of it.
    fn choose<T: Spoken>(&mut self, field: Field, get: impl Fn(&Fact) -> Option<T>) -> Option<(usize, T)> {
        let mut rows = self.rows.iter().enumerate();
        let (at, value) = rows.find_map(|(at, (_, fact))| Some((at, get(fact)?)))?;
        self.tell_trail(field, at, get);
        Some((at, value))
    }

    /// Tells the trail, if there is one, that a row gives a fact.
    fn tell_trail<T: Spoken>(&mut self, field: Field, at: usize, get: impl Fn(&Fact) -> Option<T>) {
        if let Some(trail) = &mut self.trail {
            trail.chosen(field, &self.rows, at, |fact| Some(get(fact)?.spoken()));
        }
    }

    /// The fact of the row of most standing.
    fn first<T: Spoken>(&mut self, field: Field, get: impl Fn(&Fact) -> Option<T>) -> Option<T> {
        self.choose(field, get).map(|(_, value)| value)
    }

    /// The fact of the row of most standing; tells of the first row of the same standing that says otherwise.
    fn pick<T>(&mut self, fields: &[Field], flaw: Option<Flaw>, get: impl Fn(&Fact) -> Option<T>) -> Option<T>
    where
        T: PartialEq + Spoken,
    {
        self.pick_unless(fields, flaw, get, |a, b| a == b)
    }

    fn pick_unless<T>(
        &mut self,
        fields: &[Field],
        flaw: Option<Flaw>,
        get: impl Fn(&Fact) -> Option<T>,
        alike: impl Fn(&T, &T) -> bool,
    ) -> Option<T>
    where
        T: Spoken,
    {
        if let Some(flaw) = flaw {
            self.flaw_unless_outranked(flaw, |fact| get(fact).is_some());
        }
        let (at, value) = self.choose(fields.first().copied()?, &get)?;
        self.tell_rival(at, &value, fields, get, alike);
        Some(value)
    }

    /// Tells of the first row of the same standing that says otherwise.
    fn tell_rival<T: Spoken>(
        &mut self,
        at: usize,
        value: &T,
        fields: &[Field],
        get: impl Fn(&Fact) -> Option<T>,
        alike: impl Fn(&T, &T) -> bool,
    ) {
        let Some(chosen) = self.rows.get(at) else { return };
        let mut others = (0..)
            .zip(&self.rows)
            .filter(|(other, row)| *other != at && tied(chosen, row));
        let rival = others.find_map(|(_, row)| {
            let other = get(row.1)?;
            (!alike(value, &other)).then_some((row, other))
        });
        if let Some((row, other)) = rival {
            let finding = self.contradiction((chosen, value), (row, &other), fields, "");
            self.findings.push(finding);
            self.flaws.add(Flaw::Contradiction);
        }
    }

    /// The licences; of two numbers that contradict each other the larger, so that nobody is left without one.
    fn seats(&mut self) -> Option<Seats> {
        self.flaw_unless_outranked(Flaw::SeatsUnreadable, |fact| fact.seats.is_some());
        let first = self.rows.iter().find(|(_, fact)| fact.seats.is_some())?;
        let tied = self.rows.iter().enumerate().filter(|(_, row)| tied(first, row));
        let (seats, Reverse(at)) = tied
            .filter_map(|(at, (_, fact))| Some((fact.seats?, Reverse(at))))
            .max()?;
        self.tell_trail(Field::Seats, at, |fact| fact.seats);
        let fields = [Field::Seats, Field::ExpiredSeats];
        self.tell_rival(at, &seats, &fields, |fact| fact.seats, |a, b| a == b);
        Some(seats)
    }

    /// The finding for two rows of the same standing that say different things.
    fn contradiction<T: Spoken>(
        &self,
        (chosen, value): (&(u8, &Fact), &T),
        (row, other): (&(u8, &Fact), &T),
        fields: &[Field],
        instead: &str,
    ) -> Finding {
        let (place, heading) = self.merging.cell(chosen.1, fields);
        let (elsewhere, _) = self.merging.cell(row.1, fields);
        let message = format!(
            "`{}` here, but `{}` in {elsewhere}{instead}",
            value.spoken(),
            other.spoken()
        );
        let hint = "find out which is right and correct the other, or leave the older export out";
        let mut finding = Finding::new(Code::Contradiction, place, message, hint);
        finding.heading = heading;
        finding.value(value.spoken()).subscription(self.id.to_string())
    }

    /// The start of the term; of two that contradict each other neither, since what follows from an unknown one is safe: the
    /// extended service term is taken to apply.
    fn term_start(&mut self) -> Option<NaiveDate> {
        let (at, start) = self.choose(Field::TermStart, |fact| fact.term_start)?;
        let chosen = self.rows.get(at)?;
        let rival = self.rows.iter().filter(|row| tied(chosen, row)).find_map(|row| {
            let other = row.1.term_start.filter(|other| *other != start)?;
            Some((row, other))
        });
        let Some((row, other)) = rival else {
            return Some(start);
        };
        let instead = "; neither start was taken";
        let finding = self.contradiction((chosen, &start), (row, &other), &[Field::TermStart], instead);
        self.findings.push(finding);
        None
    }

    /// The nearest end among the rows of the same standing as the first that says one. The day before a renewal gives way to an
    /// end that another row states and that may be the same.
    fn term_end(&mut self) -> Option<NaiveDate> {
        let first = self.rows.iter().find(|(_, fact)| fact.term_end.is_some())?;
        let rows = self.rows.iter().enumerate().filter(|(_, row)| tied(first, row));
        let said: Vec<(End, usize)> = rows.filter_map(|(at, (_, fact))| Some((End::of(fact)?, at))).collect();
        let gives_way = |end: &End| {
            let states_it = |(other, _): &(End, usize)| !other.is_of_renewal && other.agrees(end);
            end.is_of_renewal && said.iter().any(states_it)
        };
        let counting = said.iter().filter(|(end, _)| !gives_way(end));
        let (date, at) = counting.map(|(end, at)| (end.date, *at)).min()?;
        self.tell_trail(Field::TermEnd, at, |fact| fact.term_end);
        Some(date)
    }

    /// A flaw of some row, unless a row of more standing knows the fact.
    fn flaw_unless_outranked(&mut self, flaw: Flaw, knows: impl Fn(&Fact) -> bool) {
        let Some(flawed) = self.rows.iter().find(|(_, fact)| fact.flaws.has(flaw)) else {
            return;
        };
        let knowing = self.rows.iter().find(|(_, fact)| knows(fact));
        let before = |a: &(u8, &Fact), b: &(u8, &Fact)| {
            !tied(a, b) && (Reverse(a.0), Reverse(a.1.freshness)) < (Reverse(b.0), Reverse(b.1.freshness))
        };
        if !knowing.is_some_and(|knowing| before(knowing, flawed)) {
            self.flaws.add(flaw);
        }
    }

    fn offer(&mut self) -> Arc<SourceOffer> {
        // Most subscriptions stand in one row, whose offer it is.
        if let ([(_, only)], None) = (self.rows.as_slice(), &self.trail) {
            return Arc::clone(&only.offer);
        }
        // Names have many spellings; where no row has an id, they are all there is to go by.
        let has_id =
            |offer: &SourceOffer| offer.offer_id.is_some() || offer.sku_id.is_some() || offer.sku_part_number.is_some();
        if !self.rows.iter().any(|(_, fact)| has_id(&fact.offer)) {
            let alike = |a: &Text, b: &Text| fold(a) == fold(b);
            self.pick_unless(&[Field::OfferName], None, |fact| fact.offer.name.clone(), alike);
        }
        let fields = [Field::OfferId, Field::ProductId];
        Arc::new(SourceOffer {
            offer_id: self.pick_unless(
                &fields,
                None,
                |fact| fact.offer.offer_id.clone(),
                |a, b| same_offer(a, b),
            ),
            sku_id: self.first(Field::SkuId, |fact| fact.offer.sku_id.clone()),
            sku_part_number: self.first(Field::SkuPartNumber, |fact| fact.offer.sku_part_number.clone()),
            name: self.first(Field::OfferName, |fact| fact.offer.name.clone()),
            segment: self.rows.iter().find_map(|(_, fact)| fact.offer.segment),
        })
    }

    /// What the charges leave open about the licences, unless a row of more standing says how many there are.
    fn doubt(&mut self, doubt: &Fact) {
        let rank = self.merging.rank(doubt);
        if self
            .rows
            .iter()
            .any(|(known, fact)| *known > rank && fact.seats.is_some())
        {
            return;
        }
        let word = doubt
            .charge
            .as_ref()
            .map(|charge| charge.word.clone())
            .unwrap_or_default();
        let is_level = doubt
            .charge
            .as_ref()
            .is_some_and(|charge| charge.effect == Effect::Level);
        let (place, heading) = self.merging.cell(doubt, &[Field::Seats]);
        let hint = "give an export that states the licences, such as the portal's list of subscriptions";
        let (code, flaw, message) = if is_level {
            let message =
                "another charge of the same dates says another number of licences; it was left out".to_owned();
            (Code::Contradiction, Flaw::Contradiction, message)
        } else {
            let message = format!(
                "the charge `{word}` changed the number of licences, and no later one says what it is now; it was left out"
            );
            (Code::SeatsUnreadable, Flaw::SeatsUnreadable, message)
        };
        self.flaws.add(flaw);
        let mut finding = Finding::new(code, place, message, hint).value(word);
        finding.heading = heading;
        self.findings.push(finding.subscription(self.id.to_string()));
    }
}

/// Whether two offer ids may be the same: alike but for case, or one the other with more parts (`product:sku`, then the
/// availability).
fn same_offer(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let continues = |long: &str, short: &str| {
        long.strip_prefix(short)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    };
    continues(&a, &b) || continues(&b, &a)
}

/// A channel that only the kind of export implies, corrected by the shape of the offer's id: a GUID is a legacy offer, one in
/// parts is new commerce.
fn by_offer(implied: Channel, offer: &SourceOffer) -> Channel {
    match (implied, offer.offer_id.as_deref()) {
        (Channel::Csp | Channel::CspLegacy, Some(id)) if Id::parse(id).is_some_and(|id| id.guid().is_some()) => {
            Channel::CspLegacy
        }
        (Channel::CspLegacy, Some(id)) if id.contains([':', '/']) => Channel::Csp,
        (implied, _) => implied,
    }
}

/// A term end, and whether it is the day before a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End {
    date: NaiveDate,
    is_of_renewal: bool,
}

impl End {
    fn of(fact: &Fact) -> Option<End> {
        let date = fact.term_end?;
        let is_of_renewal = fact.is_end_of_renewal;
        Some(End { date, is_of_renewal })
    }

    /// Whether two rows may mean the same end: where one says the day before a renewal, the renewal's day is the same.
    fn agrees(&self, other: &End) -> bool {
        let is_before = |renewal: &End, end: &End| {
            renewal.is_of_renewal && !end.is_of_renewal && renewal.date.succ_opt() == Some(end.date)
        };
        self.date == other.date || is_before(self, other) || is_before(other, self)
    }
}

impl Spoken for End {
    fn spoken(&self) -> String {
        self.date.to_string()
    }
}
