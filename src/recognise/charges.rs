//! Many charges to one subscription.
//!
//! In: the rows of reconciliation files that tell of one subscription, one row a charge. Out: one fact, with the number of
//! licences from the right row, never their sum. The rule: the latest row (by term end, charge end, charge start, order date)
//! whose type states the level (`new`, `renew`, a cycle fee...) gives the licences. A row that changes the number and does not
//! begin before that one leaves them unknown, since files differ in whether it carries the change or the result, unless two
//! levels of the same dates agree with the changes between them. Credits never count. A cancellation at or after it makes the subscription deleted. Refuses to guess: see
//! [`Collapsed::doubt`].

use std::{cmp::Ordering, sync::LazyLock};

use hashbrown::HashMap;

use super::{
    facts::{Charge, Effect, Fact},
    vocabulary::fold,
};
use crate::terms::{Seats, State};

const CHARGE_TYPES: &str = include_str!("charge_types.csv");

static EFFECTS: LazyLock<HashMap<String, Effect>> = LazyLock::new(|| {
    let records = CHARGE_TYPES.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some((fold(cells.next()?), Effect::parse(cells.next()?)?))
    });
    records.collect()
});

/// What a charge type says of the licences; none: a type we do not know.
pub(super) fn effect_of(word: &str) -> Option<Effect> {
    EFFECTS.get(&fold(word)).copied()
}

/// The charges of one subscription, made one.
#[derive(Debug)]
pub(super) struct Collapsed {
    /// The row that counts, its licences left out where they are in doubt.
    pub(super) fact: Fact,
    /// Table and row of the charge that states its licences.
    pub(super) seats_from: (u32, u32),
    /// Table and row of the charge that says its state.
    pub(super) state_from: (u32, u32),
    /// The row that leaves the number of licences unknown.
    pub(super) doubt: Option<Fact>,
}

/// Makes one fact of all charges of a subscription; none where there are none. The order of the facts does not matter.
pub(super) fn collapse(charges: &[&Fact]) -> Option<Collapsed> {
    let latest_of = |effects: &[Effect]| {
        let of_effect = charges
            .iter()
            .filter(|fact| charge(fact).is_some_and(|charge| effects.contains(&charge.effect)));
        of_effect.max_by(|a, b| by_recency(a, b)).copied()
    };
    let level = latest_of(&[Effect::Level]);
    let chosen = level.or_else(|| latest_of(&[Effect::Level, Effect::Change, Effect::Credit, Effect::End]))?;
    let mut fact = chosen.clone();
    let at = |fact: &Fact| (fact.table, fact.row);
    let (mut seats_from, mut state_from) = (at(chosen), at(chosen));
    let mut doubt = None;
    if level.is_none() {
        fact.seats = None;
    }
    let since_level = |other: &Fact| match (level, charge(other)) {
        (Some(level), Some(other)) => match (charge(level).and_then(|charge| charge.start), other.start) {
            (Some(level), Some(start)) => start >= level,
            _ => true,
        },
        (None, _) => true,
        (_, None) => false,
    };
    let of = |effect: Effect| {
        let such = charges
            .iter()
            .filter(move |fact| charge(fact).is_some_and(|charge| charge.effect == effect));
        such.filter(|fact| since_level(fact)).max_by(|a, b| by_recency(a, b))
    };
    let same_time = |fact: &&&Fact| {
        recency(fact) == recency(chosen) && charge(fact).is_some_and(|charge| charge.effect == Effect::Level)
    };
    let levels: Vec<Option<Seats>> = charges.iter().filter(same_time).map(|fact| fact.seats).collect();
    let changes = charges
        .iter()
        .filter(|fact| since_level(fact))
        .filter_map(|fact| charge(fact));
    let changes: Option<i64> = changes
        .filter(|charge| charge.effect == Effect::Change)
        .map(|charge| charge.change)
        .sum();
    if let Some(agreed) = agreed_level(&levels, changes) {
        fact.seats = Some(agreed);
        let stating = charges
            .iter()
            .filter(same_time)
            .filter(|fact| fact.seats == Some(agreed));
        let stating = stating.max_by(|a, b| by_recency(a, b));
        seats_from = stating.map_or(seats_from, |fact| at(fact));
    } else {
        let rival = charges
            .iter()
            .filter(same_time)
            .filter(|fact| level.is_some() && fact.seats != chosen.seats)
            .max_by(|a, b| by_recency(a, b));
        doubt = of(Effect::Change).or(rival).map(|&fact| fact.clone());
        if doubt.is_some() {
            fact.seats = None;
        }
    }
    if let Some(end) = of(Effect::End) {
        fact.state = Some(State::Deleted);
        state_from = at(end);
    }
    Some(Collapsed {
        fact,
        seats_from,
        state_from,
        doubt,
    })
}

/// The number of licences where two charges of the same dates state two levels and the changes lead from one to the other.
fn agreed_level(levels: &[Option<Seats>], changes: Option<i64>) -> Option<Seats> {
    let (&[Some(Seats(a)), Some(Seats(b))], Some(changes)) = (levels, changes) else {
        return None;
    };
    let leads = |from: u32, to: u32| changes != 0 && i64::from(from) + changes == i64::from(to);
    match (leads(a, b), leads(b, a)) {
        (true, false) => Some(Seats(b)),
        (false, true) => Some(Seats(a)),
        _ => None,
    }
}

fn charge(fact: &Fact) -> Option<&Charge> {
    fact.charge.as_deref()
}

/// Later is greater, by the dates of the charge.
fn recency(fact: &Fact) -> impl Ord + use<> {
    let charge = charge(fact);
    (
        fact.term_end,
        charge.and_then(|charge| charge.end),
        charge.and_then(|charge| charge.start),
        charge.and_then(|charge| charge.ordered),
    )
}

/// Later is greater; of the same dates more licences are, then, for the same answer whatever the order of rows, all else that
/// is said, and of rows alike in everything the first.
fn by_recency(a: &Fact, b: &Fact) -> Ordering {
    let place = |fact: &Fact| (fact.table, fact.row);
    recency(a)
        .cmp(&recency(b))
        .then_with(|| b.content_order(a))
        .then_with(|| place(b).cmp(&place(a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_levels_agree_where_the_changes_lead_from_one_to_the_other() {
        let levels = |a, b| [Some(Seats(a)), Some(Seats(b))];
        assert_eq!(agreed_level(&levels(3, 2), Some(-1)), Some(Seats(2)));
        assert_eq!(agreed_level(&levels(2, 3), Some(-1)), Some(Seats(2)));
        assert_eq!(agreed_level(&levels(3, 2), Some(2)), None);
        assert_eq!(agreed_level(&levels(3, 3), Some(0)), None);
        assert_eq!(agreed_level(&levels(3, 2), None), None);
        assert_eq!(agreed_level(&levels(3, 2)[..1], Some(-1)), None);
    }

    #[test]
    fn every_charge_type_of_the_table_is_read() {
        assert_eq!(EFFECTS.len(), CHARGE_TYPES.lines().count() - 1);
        assert_eq!(effect_of("CYCLECHARGE"), Some(Effect::Level));
        assert_eq!(effect_of("Cycle fee"), Some(Effect::Level));
        assert_eq!(effect_of("somethingNew"), None);
    }
}
