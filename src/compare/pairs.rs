//! Rows that differ.
//!
//! In: an earlier plan row by row, a later one by place. Out: [`Pairs`]: each row that is in one of them only, or differs, with
//! its partner. Rows that are equal are left at once, whatever the plans' size; so are those that differ only in what is counted.
//! Where a spreadsheet took zeros from ids, a later row is paired once: with the earlier one of its very id, else with the one it
//! differs from least. Keeps the order of the earlier plan, but for those; then that of the later one.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
};

use hashbrown::{DefaultHashBuilder, HashTable};
use rayon::prelude::*;

use super::{Counted, Earlier, Latest};
use crate::{
    runs::gathered,
    saved::{Cells, Columns, PlanColumn, Row, SavedStop, says_the_same},
};

/// Where a row stands in its export.
pub(super) const PLACE: [PlanColumn; 3] = [PlanColumn::SourceFile, PlanColumn::SourceSheet, PlanColumn::SourceRow];

/// What may follow the move date of a row that moves as soon as all is ready.
const FOLLOWS: [PlanColumn; 10] = [
    PlanColumn::MoveDate,
    PlanColumn::NextStepBy,
    PlanColumn::WindowOpens,
    PlanColumn::WindowCloses,
    PlanColumn::RelationshipBy,
    PlanColumn::AgreementBy,
    PlanColumn::ReassignBy,
    PlanColumn::EndSourceBy,
    PlanColumn::OverlapDays,
    PlanColumn::OverlapCost,
];

/// Reasons that come and go with the weekday of such a move.
const OF_THE_DAY: [&str; 2] = ["no-business-day", "early"];

/// What counts as a change.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// Whether as-of differs, so that a move as soon as all is ready goes on with it.
    pub dated: bool,
    /// Columns that the earlier plan does not have.
    pub missing: Vec<PlanColumn>,
    /// Whether what is counted otherwise is listed too.
    pub all: bool,
    /// Whether a spreadsheet has saved one of the plans again, so that zeros before and after numbers may be lost.
    pub respelt: bool,
}

/// A row and its partner; one of them may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// In the earlier plan.
    pub old: Option<Row<PlanColumn>>,
    /// In the later one.
    pub new: Option<Row<PlanColumn>>,
    /// Columns that differ and are listed.
    pub columns: Vec<PlanColumn>,
}

/// What differs between two plans.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairs {
    /// Rows that differ.
    pub pairs: Vec<Pair>,
    /// Rows that differ only in what is not listed.
    pub counted: Counted,
    /// Columns that were not compared.
    pub missing: Vec<PlanColumn>,
}

impl Pairs {
    /// The customers of all rows that changed, by their tenants' ids, and the subscriptions that have none.
    pub fn touched(&self) -> (HashSet<&str>, HashSet<&str>) {
        let mut touched = (HashSet::new(), HashSet::new());
        for row in self.pairs.iter().flat_map(|pair| [&pair.old, &pair.new]).flatten() {
            match row.get(PlanColumn::CustomerId) {
                "" => touched.1.insert(row.get(PlanColumn::SubscriptionId)),
                customer => touched.0.insert(customer),
            };
        }
        touched
    }

    /// Whether some row is in both plans and differs.
    pub fn has_changed_rows(&self) -> bool {
        self.pairs.iter().any(|pair| pair.old.is_some() && pair.new.is_some())
    }
}

/// Finds the rows that differ. `next` puts the earlier plan's into places, some at a time, and gives how many there are; `told` is told
/// of each, from many threads, and whether its subscription has a row in the later plan.
///
/// # Errors
/// Where the earlier plan cannot be read to its end.
pub fn find<E: Earlier>(
    mut next: impl FnMut(&mut Vec<E>) -> Result<usize, SavedStop> + Send,
    told: impl Fn(&E, bool) + Sync,
    latest: &(impl Latest + ?Sized),
    ground: Ground,
) -> Result<Pairs, SavedStop> {
    let index = Index::new(latest, ground.respelt);
    let mut seen = vec![false; latest.count()];
    let mut found = Pairs::default();
    let mut respelt: Vec<(usize, Row<PlanColumn>)> = Vec::new();
    let judge = |cells: &mut Cells, old: &E| judged(old, latest, &index, &ground, cells, &told);
    let (mut batch, mut following) = (Vec::new(), Vec::new());
    let mut count = next(&mut batch)?;
    while count > 0 {
        // While one batch is judged the next is read.
        let rows = batch.get(..count).unwrap_or_default();
        let (judged, further) = rayon::join(
            || -> Vec<Result<(Option<usize>, Judged), SavedStop>> {
                rows.par_iter().map_init(Cells::default, judge).collect()
            },
            || next(&mut following),
        );
        for judged in judged {
            let (partner, judged) = judged?;
            if let (Some(place), Judged::Respelt(old)) = (partner, &judged) {
                respelt.push((place, (**old).clone()));
                continue;
            }
            see(&mut seen, partner);
            found.take(judged);
        }
        count = further?;
        std::mem::swap(&mut batch, &mut following);
    }
    let mut cells = Cells::default();
    for (place, old) in once_each(respelt, latest, &seen) {
        see(&mut seen, place);
        found.take(match place {
            Some(place) => compared(&old, place, latest, &ground, &mut cells)?,
            None => Judged::gone(old),
        });
    }
    let unseen = seen.iter().enumerate().filter(|(_, seen)| !**seen);
    found.pairs.extend(unseen.map(|(place, _)| Pair {
        old: None,
        new: Some(latest.row(place).into_owned()),
        columns: Vec::new(),
    }));
    found.missing = ground.missing;
    Ok(found)
}

fn see(seen: &mut [bool], place: Option<usize>) {
    if let Some(seen) = place.and_then(|place| seen.get_mut(place)) {
        *seen = true;
    }
}

/// Of earlier rows whose ids a spreadsheet may have respelt, each with its partner: a later row is that of one of them at most.
fn once_each(
    respelt: Vec<(usize, Row<PlanColumn>)>,
    latest: &(impl Latest + ?Sized),
    seen: &[bool],
) -> Vec<(Option<usize>, Row<PlanColumn>)> {
    let mut nearest: HashMap<usize, (usize, usize)> = HashMap::new();
    for (number, (place, old)) in respelt.iter().enumerate() {
        let new = latest.row(*place);
        let differing = PlanColumn::ALL
            .iter()
            .filter(|column| !says_the_same(old.get(**column), new.get(**column)));
        let this = (differing.count(), number);
        let best = nearest.entry(*place).or_insert(this);
        *best = this.min(*best);
    }
    let is_free = |place: usize| seen.get(place) == Some(&false);
    let partner = |number, place| {
        let is_nearest = nearest.get(&place).is_some_and(|(_, best)| *best == number);
        (is_nearest && is_free(place)).then_some(place)
    };
    respelt
        .into_iter()
        .enumerate()
        .map(|(number, (place, old))| (partner(number, place), old))
        .collect()
}

impl Pairs {
    fn take(&mut self, judged: Judged) {
        match judged {
            Judged::Same => {}
            Judged::Following => self.counted.following += 1,
            Judged::Elsewhere => self.counted.elsewhere += 1,
            Judged::Differs(pair) => self.pairs.push(*pair),
            Judged::Respelt(old) => self.take(Judged::gone(*old)),
        }
    }
}

/// What is to be said of an earlier row.
enum Judged {
    /// Perhaps it is that of another id.
    Respelt(Box<Row<PlanColumn>>),
    Same,
    Following,
    Elsewhere,
    Differs(Box<Pair>),
}

fn judged<E: Earlier>(
    old: &E,
    latest: &(impl Latest + ?Sized),
    index: &Index,
    ground: &Ground,
    cells: &mut Cells,
    told: &(impl Fn(&E, bool) + Sync),
) -> Result<(Option<usize>, Judged), SavedStop> {
    let id = old.get(PlanColumn::SubscriptionId);
    let own = index.places(id).filter(|&place| latest.is_of(place, id)).min();
    told(old, own.is_some());
    if let Some(place) = own {
        return Ok((Some(place), compared(old, place, latest, ground, cells)?));
    }
    let old = old.row()?;
    Ok(match index.respelt(old.get(PlanColumn::SubscriptionId)) {
        Some(place) => (Some(place), Judged::Respelt(Box::new(old))),
        None => (None, Judged::gone(old)),
    })
}

impl Judged {
    fn gone(old: Row<PlanColumn>) -> Judged {
        Judged::Differs(Box::new(Pair {
            old: Some(old),
            new: None,
            columns: Vec::new(),
        }))
    }
}

/// An earlier row against its partner, whose cells are put into a place that is used again. Most rows are equal cell for cell, and
/// are not taken out of where they stand.
fn compared(
    old: &impl Earlier,
    place: usize,
    latest: &(impl Latest + ?Sized),
    ground: &Ground,
    cells: &mut Cells,
) -> Result<Judged, SavedStop> {
    latest.cells(place, cells);
    if old.is(cells) {
        return Ok(Judged::Same);
    }
    Ok(differing(old.row()?, Row::of(cells), ground))
}

/// What is to be said of an earlier row that is not equal to the later one as it stands.
fn differing(old: Row<PlanColumn>, new: Row<PlanColumn>, ground: &Ground) -> Judged {
    let mut columns: Vec<PlanColumn> = PlanColumn::ALL
        .iter()
        .copied()
        .filter(|column| !ground.missing.contains(column) && old.get(*column) != new.get(*column))
        .filter(|column| !ground.respelt || !says_the_same(old.get(*column), new.get(*column)))
        .collect();
    if columns.is_empty() {
        return Judged::Same;
    }
    if !ground.all {
        columns.retain(|column| !PLACE.contains(column));
        if columns.is_empty() {
            return Judged::Elsewhere;
        }
        if ground.dated && follows_as_of(&old, &new, &columns) {
            return Judged::Following;
        }
    }
    let pair = Pair {
        new: Some(new),
        old: Some(old),
        columns,
    };
    Judged::Differs(Box::new(pair))
}

/// Whether a row moves as soon as all is ready, before and after, and differs in nothing but what goes on with as-of.
fn follows_as_of(old: &Row<PlanColumn>, new: &Row<PlanColumn>, columns: &[PlanColumn]) -> bool {
    let has = |row: &Row<PlanColumn>| row.list(PlanColumn::Reasons).any(|reason| reason == "as-soon-as-ready");
    let lasting = |row: &Row<PlanColumn>| -> Vec<String> {
        let reasons = row.list(PlanColumn::Reasons);
        let lasting = reasons.filter(|reason| !OF_THE_DAY.contains(reason));
        lasting.map(str::to_owned).collect()
    };
    let follows = |column: &PlanColumn| FOLLOWS.contains(column) || *column == PlanColumn::Reasons;
    has(old) && has(new) && columns.iter().all(follows) && lasting(old) == lasting(new)
}

/// Places of the later plan's rows by their subscriptions.
struct Index {
    /// Each with the hash of its subscription.
    places: HashTable<(u64, u32)>,
    hasher: DefaultHashBuilder,
    /// Of ids that are digits, by what a spreadsheet makes of them; none where several are alike.
    numbers: HashMap<String, Option<usize>>,
}

impl Index {
    fn new(latest: &(impl Latest + ?Sized), respelt: bool) -> Index {
        let hasher = DefaultHashBuilder::default();
        let hash = |place: usize| Some((hasher.hash_one(&*latest.id(place)), u32::try_from(place).ok()?));
        let hashed: Vec<(u64, u32)> = gathered(latest.count(), |run| run.filter_map(hash).collect());
        let mut places = HashTable::with_capacity(hashed.len());
        for row in hashed {
            places.insert_unique(row.0, row, |(hash, _)| *hash);
        }
        let mut numbers = HashMap::new();
        for place in (0..latest.count()).filter(|_| respelt) {
            if let Some(number) = number(&latest.id(place)) {
                let of_one = |known: &mut Option<usize>| *known = None;
                numbers.entry(number).and_modify(of_one).or_insert(Some(place));
            }
        }
        Index {
            places,
            hasher,
            numbers,
        }
    }

    /// Where a subscription stands whose id has lost the zeros before it.
    fn respelt(&self, id: &str) -> Option<usize> {
        match self.numbers.is_empty() {
            true => None,
            false => self.numbers.get(&number(id)?).copied().flatten(),
        }
    }

    /// Where a subscription may stand, in no order.
    fn places(&self, id: &str) -> impl Iterator<Item = usize> {
        let wanted = self.hasher.hash_one(id);
        let near = self.places.iter_hash(wanted);
        let fits = near.filter(move |(hash, _)| *hash == wanted);
        fits.map(|(_, place)| *place as usize)
    }
}

/// An id of digits as a spreadsheet saves it.
fn number(id: &str) -> Option<String> {
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| id.trim_start_matches('0').to_owned())
}
