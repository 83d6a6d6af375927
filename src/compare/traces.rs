//! Where a subscription that is gone went.
//!
//! In: what is in the earlier plan only or was gone before it, the later plan. Out: for each the subscription of ours that has taken its place, or a new
//! one of the same source. Ours it is where the customer and the offer (the target, or the source's own) are the same, the licences
//! suffice, and it began when a target of the source may have begun ([`SourceTerm`]), or keeps the term end as a transfer does. One
//! subscription of ours stands for no more licences than it has. What begins nobody knows when counts only if it is new as well.
//! Where the source has no window, ours that was there before counts only for a target that the plan named. What was kept goes nowhere.
//! For what was gone before only that counts which is new tonight: the rest has been looked at, and may stand for another.

use std::collections::{HashMap, HashSet};

use chrono::{Months, NaiveDate};

use super::{Context, Fate, Latest, Pair, Recalled, influence::has};
use crate::{
    rules::SourceTerm,
    runs::gathered,
    saved::{PlanColumn, Row},
    terms::{Action, Term, Text},
};

/// Where a subscription went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trace {
    /// It is ours now, under this id.
    Ours(Text),
    /// The source has it under another id.
    Successor(Text),
}

/// A subscription of the later plan that may have taken another's place.
struct Heir {
    id: Text,
    is_ours: bool,
    is_new: bool,
    offers: Vec<String>,
    channel: String,
    /// Licences that stand for nothing yet.
    seats: u64,
    /// Those of them that the earlier plan did not have.
    fresh: u64,
    begins: Option<NaiveDate>,
    ends: Option<NaiveDate>,
}

/// For each pair where it went, if it is gone; then the same for what was gone before.
pub(super) fn traces(
    pairs: &[Pair],
    recalled: &[Recalled],
    latest: &(impl Latest + ?Sized),
    context: &Context<'_>,
) -> (Vec<Option<Trace>>, Vec<Option<Trace>>) {
    let mut traces = vec![None; pairs.len() + recalled.len()];
    let gone = pairs.iter().enumerate().filter(|(_, pair)| pair.new.is_none());
    let gone = gone.filter_map(|(place, pair)| Some((place, pair.old.as_ref()?)));
    // Of a customer of which nothing is new nobody has taken a place tonight.
    let touched = pairs.iter().filter_map(|pair| pair.new.as_ref());
    let touched: HashSet<&str> = touched.map(|row| row.get(PlanColumn::CustomerId)).collect();
    let before = recalled.iter().enumerate();
    let before = before.filter(|(_, known)| known.fate == Fate::Gone);
    let before = before.map(|(place, known)| (pairs.len() + place, &known.row));
    let before = before.filter(|(_, row)| touched.contains(row.get(PlanColumn::CustomerId)));
    let mut gone: Vec<(usize, &Row<PlanColumn>)> = gone.chain(before).collect();
    let customers: HashSet<&str> = gone
        .iter()
        .map(|(_, row)| row.get(PlanColumn::CustomerId))
        .filter(|customer| !customer.is_empty())
        .collect();
    if customers.is_empty() {
        let before = traces.split_off(pairs.len());
        return (traces, before);
    }
    let new: HashSet<&str> = pairs
        .iter()
        .filter(|pair| pair.old.is_none())
        .filter_map(|pair| Some(pair.new.as_ref()?.get(PlanColumn::SubscriptionId)))
        .collect();
    let grown: HashMap<&str, u64> = pairs
        .iter()
        .filter_map(|pair| pair.old.as_ref().zip(pair.new.as_ref()))
        .map(|(old, new)| {
            let more = number(new, PlanColumn::Seats).saturating_sub(number(old, PlanColumn::Seats));
            (new.get(PlanColumn::SubscriptionId), more)
        })
        .collect();
    // What has become ours under its own id stands for itself.
    let moved: HashSet<&str> = pairs
        .iter()
        .filter_map(|pair| pair.old.as_ref().zip(pair.new.as_ref()))
        .filter(|(old, new)| !is_ours(old) && is_ours(new))
        .map(|(old, _)| old.get(PlanColumn::SubscriptionId))
        .collect();
    let mut heirs: HashMap<String, Vec<Heir>> = HashMap::new();
    let of_row = |place: usize| {
        let row = latest.row(place);
        let customer = row.get(PlanColumn::CustomerId);
        let is_one = customers.contains(customer) && !moved.contains(row.get(PlanColumn::SubscriptionId));
        is_one.then(|| (customer.to_owned(), heir(&row, &new, &grown)))
    };
    let of_these: Vec<(String, Heir)> = gathered(latest.count(), |run| run.filter_map(of_row).collect());
    for (customer, heir) in of_these {
        heirs.entry(customer).or_default().push(heir);
    }
    heirs
        .values_mut()
        .for_each(|heirs| heirs.sort_by(|a, b| a.id.cmp(&b.id)));
    // Those that move first are served first, whatever the order of the plan.
    gone.sort_by_key(|(_, row)| {
        let id = row.get(PlanColumn::SubscriptionId);
        (row.date(PlanColumn::MoveDate), id.to_owned())
    });
    for (place, row) in gone {
        let of_customer = heirs.get_mut(row.get(PlanColumn::CustomerId));
        if let (Some(heirs), Some(slot)) = (of_customer, traces.get_mut(place)) {
            let wants = Wants {
                seats: number(row, PlanColumn::Seats),
                is_recalled: place >= pairs.len(),
                is_named: false,
            };
            *slot = trace(row, wants, heirs, context);
        }
    }
    let before = traces.split_off(pairs.len());
    (traces, before)
}

/// What something that is gone wants of an heir.
#[derive(Clone, Copy)]
struct Wants {
    seats: u64,
    /// Whether it was gone before: then what an heir had already has been looked at, and may stand for another.
    is_recalled: bool,
    /// Whether the plan named the offer as its target.
    is_named: bool,
}

impl Wants {
    fn fits(self, heir: &Heir) -> bool {
        match self.is_recalled {
            true => heir.fresh.min(heir.seats) >= self.seats.max(1),
            false => heir.seats >= self.seats,
        }
    }
}

fn trace(gone: &Row<PlanColumn>, wants: Wants, heirs: &mut [Heir], context: &Context<'_>) -> Option<Trace> {
    if !has(gone, "already-ours") && gone.get(PlanColumn::Action) != Action::Keep.as_str() {
        let earliest = earliest(gone, context);
        let ours = [PlanColumn::TargetOfferId, PlanColumn::SourceOfferId]
            .into_iter()
            .zip([PlanColumn::TargetOffer, PlanColumn::SourceOffer])
            .find_map(|(ids, names)| {
                let wants = Wants {
                    is_named: ids == PlanColumn::TargetOfferId,
                    ..wants
                };
                ours(gone, earliest, &wanted(gone, ids, names), wants, heirs)
            });
        if let Some(id) = ours {
            return Some(Trace::Ours(id));
        }
    }
    let source = keys(gone.get(PlanColumn::SourceOfferId), gone.get(PlanColumn::SourceOffer));
    let has_no_id = gone.get(PlanColumn::SubscriptionId).starts_with("no-id:");
    let follows = |heir: &&Heir| {
        let same = heir.channel == gone.get(PlanColumn::SourceChannel) && shares(&heir.offers, &source);
        same && (heir.is_new || (has_no_id && !wants.is_recalled)) && wants.fits(heir)
    };
    heirs.iter().find(follows).map(|heir| Trace::Successor(heir.id.clone()))
}

/// Ours that together have every offer that was wanted; each gives the licences.
fn ours(
    gone: &Row<PlanColumn>,
    earliest: Option<NaiveDate>,
    wanted: &[Vec<String>],
    wants: Wants,
    heirs: &mut [Heir],
) -> Option<Text> {
    let mut taken: Vec<usize> = Vec::new();
    for offer in wanted {
        let fits = |heir: &Heir| {
            let is_it = heir.is_ours && wants.fits(heir) && shares(&heir.offers, offer);
            is_it && in_time(gone, earliest, wants, heir)
        };
        let place = heirs
            .iter()
            .enumerate()
            .find(|(place, heir)| !taken.contains(place) && fits(heir))?;
        taken.push(place.0);
    }
    for place in &taken {
        if let Some(heir) = heirs.get_mut(*place) {
            heir.seats = heir.seats.saturating_sub(wants.seats);
            heir.fresh = heir.fresh.saturating_sub(wants.seats);
        }
    }
    taken
        .first()
        .and_then(|place| heirs.get(*place))
        .map(|heir| heir.id.clone())
}

/// The first day on which the target of what is gone may have begun; none where nothing is known of its days.
fn earliest(gone: &Row<PlanColumn>, context: &Context<'_>) -> Option<NaiveDate> {
    let ends = gone.date(PlanColumn::TermEnd);
    let term = SourceTerm {
        window_opens: gone.date(PlanColumn::WindowOpens),
        starts: begins(gone),
        ends,
    };
    let as_of = context.runs.to.or(gone.date(PlanColumn::MoveDate)).or(ends)?;
    Some(term.earliest_target(context.early_days.into(), as_of))
}

/// The first day of a row's term, counted back from its end.
fn begins(row: &Row<PlanColumn>) -> Option<NaiveDate> {
    let term: Term = row.get(PlanColumn::Term).parse().ok()?;
    let next = row.date(PlanColumn::TermEnd)?.succ_opt()?;
    next.checked_sub_months(Months::new(u32::from(term.0)))
}

/// Whether ours began late enough to be the target, or keeps the term.
fn in_time(gone: &Row<PlanColumn>, earliest: Option<NaiveDate>, wants: Wants, heir: &Heir) -> bool {
    let has_window = gone.date(PlanColumn::WindowOpens).is_some();
    if !has_window && !wants.is_named && !heir.is_new {
        return false;
    }
    let end = gone.date(PlanColumn::TermEnd);
    if end.is_some() && heir.ends == end {
        return true;
    }
    match (earliest, heir.begins) {
        (Some(earliest), Some(begins)) => begins >= earliest,
        _ => heir.is_new,
    }
}

fn heir(row: &Row<PlanColumn>, new: &HashSet<&str>, grown: &HashMap<&str, u64>) -> Heir {
    let id = row.get(PlanColumn::SubscriptionId);
    let seats = number(row, PlanColumn::Seats);
    let is_new = new.contains(id);
    Heir {
        id: id.into(),
        is_ours: is_ours(row),
        is_new,
        offers: keys(row.get(PlanColumn::SourceOfferId), row.get(PlanColumn::SourceOffer)),
        channel: row.get(PlanColumn::SourceChannel).to_owned(),
        seats,
        fresh: if is_new {
            seats
        } else {
            grown.get(id).copied().unwrap_or_default()
        },
        begins: begins(row),
        ends: row.date(PlanColumn::TermEnd),
    }
}

/// Whether a row is in our CSP.
pub(super) fn is_ours(row: &Row<PlanColumn>) -> bool {
    row.get(PlanColumn::SourceChannel) == "own" || has(row, "already-ours")
}

/// Each offer of two lists side by side, as what it may be known by.
fn wanted(row: &Row<PlanColumn>, ids: PlanColumn, names: PlanColumn) -> Vec<Vec<String>> {
    let mut names = row.list(names);
    let mut wanted: Vec<Vec<String>> = row
        .list(ids)
        .map(|id| keys(id, names.next().unwrap_or_default()))
        .collect();
    wanted.extend(names.map(|name| keys("", name)));
    wanted
}

/// What an offer may be known by: product and SKU of its id, its name.
fn keys(id: &str, name: &str) -> Vec<String> {
    let mut parts = id.split(|character: char| !character.is_ascii_alphanumeric() && character != '-');
    let product = parts.next().unwrap_or_default().to_uppercase();
    let sku = parts.next().unwrap_or_default().trim_start_matches('0').to_uppercase();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let id = if product.is_empty() {
        String::new()
    } else {
        format!("{product}:{sku}")
    };
    [id, name].into_iter().filter(|key| !key.is_empty()).collect()
}

fn shares(some: &[String], others: &[String]) -> bool {
    some.iter().any(|key| others.contains(key))
}

fn number(row: &Row<PlanColumn>, column: PlanColumn) -> u64 {
    row.get(column).parse().unwrap_or_default()
}
