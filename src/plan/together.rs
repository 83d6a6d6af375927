//! What one subscription means for another.
//!
//! In: the estate and its decisions, each made by itself. Out: decisions made again where others impose something: a target that
//! is there already, an add-on's base, a tenant that is full.

use std::ops::Range;

use chrono::NaiveDate;
use hashbrown::{HashMap, HashSet};

use super::{
    Reason,
    at_once::{Tally, target_from},
    decide::Decided,
    estate::Estate,
};
use crate::{
    catalog::Resolution,
    rules::{NumberName, SourceTerm},
    runs::gathered,
    terms::*,
};

/// How a target came to be ours.
enum Found {
    /// It was ordered, and began on this day.
    Ordered(NaiveDate),
    /// The source was transferred.
    Transferred,
    /// The source is stopped, and ours began before the days on which it would have been replaced.
    Perhaps,
}

impl Estate<'_> {
    /// A target that an export of ours already has is neither ordered nor asked for again.
    pub(super) fn recognise_targets(&self, decided: &mut [Decided]) {
        if self.ours.is_empty() {
            return;
        }
        let mut taken = HashSet::new();
        for index in 0..decided.len() {
            let Some((own, found)) = self.target_of(index, &decided[index], &taken) else {
                continue;
            };
            if !matches!(found, Found::Perhaps) {
                taken.insert(own);
            }
            self.decide_again(decided, index, |imposed| match found {
                Found::Ordered(began) => imposed.ordered = Some(began),
                Found::Transferred => imposed.transferred = true,
                Found::Perhaps => imposed.reason = Some(Reason::PossibleDuplicate),
            });
        }
    }

    /// Our subscription that a move has made already: the same offer with at least its licences.
    fn target_of(&self, index: usize, decided: &Decided, taken: &HashSet<usize>) -> Option<(usize, Found)> {
        let decision = &decided.decision;
        let [target] = &*decision.targets else {
            return None;
        };
        // What waits only for its end to be known may have moved as well.
        if decision.action != Action::Move && decision.reasons != [Reason::EndUnknown] {
            return None;
        }
        let source = &self.subscriptions[index];
        let candidates = self.ours.get(&source.customer_id?)?.iter().copied();
        let early = self.context.rules.days(NumberName::Early, self.context.as_of);
        let term = SourceTerm {
            window_opens: decision.window_opens,
            starts: source.term_start,
            ends: source.term_end.map(|end| end.0),
        };
        let earliest = term.earliest_target(early, self.context.as_of);
        // What is stopped may be replaced on any day; what began before its usual window may as well be another subscription.
        let known = self.known(index, &decided.imposed);
        let is_ordered = known.standing.done.contains(StepKind::Order);
        let usual = known.usual_opening().filter(|_| known.is_stopped() && !is_ordered);
        let sure = SourceTerm {
            window_opens: decision.window_opens.or(usual),
            ..term
        };
        let sure = sure.earliest_target(early, self.context.as_of);
        candidates.filter(|own| !taken.contains(own)).find_map(|own| {
            let subscription = &self.subscriptions[own];
            let is_it = matches!(self.resolution(own), Resolution::Known { offer, .. } if offer.item.as_ref() == Some(&target.offer_id));
            if !is_it || subscription.seats < decision.target_seats {
                return None;
            }
            // A transfer keeps the term, so that its copy began when the source did.
            let kept = decision.route == Some(Route::Transfer)
                && subscription.term_end.is_some()
                && subscription.term_end == source.term_end;
            let began = subscription.term_start.filter(|&start| start >= earliest);
            match kept {
                true => Some((own, Found::Transferred)),
                false => began.map(|began| match began < sure {
                    true => (own, Found::Perhaps),
                    false => (own, Found::Ordered(began)),
                }),
            }
        })
    }

    /// Whether a subscription needs a base: the source says so, or the catalogue does.
    pub(super) fn is_addon(&self, index: usize) -> bool {
        let subscription = &self.subscriptions[index];
        let by_catalogue = matches!(self.resolution(index), Resolution::Known { offer, .. } if offer.addon_of.as_ref().is_some_and(|bases| !bases.is_empty()));
        subscription.base_id.is_some() || subscription.addon == Some(true) || by_catalogue
    }

    /// Each add-on takes the later of its own and its base's move date; without a base that moves or stays it is for review.
    pub(super) fn place_addons(&self, decided: &mut [Decided]) {
        let waits = |&index: &usize| decided[index].decision.action == Action::Move && self.is_addon(index);
        let mut waiting: Vec<usize> = gathered(decided.len(), |run| run.filter(waits).collect());
        if waiting.is_empty() {
            return;
        }
        let by_id = self.by_id();
        // An add-on of an add-on waits until its base is placed; what is left at the end is a circle.
        while !waiting.is_empty() {
            let unplaced: HashSet<usize> = waiting.iter().copied().collect();
            let (later, now): (Vec<usize>, Vec<usize>) = waiting
                .into_iter()
                .partition(|&index| self.bases(index, &by_id).iter().any(|base| unplaced.contains(base)));
            let stuck = now.is_empty();
            for &index in if stuck { &later } else { &now } {
                let bases = if stuck { Vec::new() } else { self.bases(index, &by_id) };
                self.place_addon(decided, index, &bases);
            }
            waiting = if stuck { Vec::new() } else { later };
        }
    }

    /// Whether an add-on has fewer licences than the part of its base's that must be bought.
    fn is_below_its_part(&self, index: usize, bases: &[usize]) -> bool {
        let Resolution::Known { offer, .. } = self.resolution(index) else {
            return false;
        };
        let Some(rule) = self.context.rules.addon_minimum(&offer.key, self.context.as_of) else {
            return false;
        };
        let seats = |index: usize| self.subscriptions[index].seats.map_or(0, |seats| u64::from(seats.0));
        let of_bases: u64 = bases.iter().map(|&base| seats(base)).sum();
        seats(index) * 100 < of_bases * u64::from(rule.row.percent)
    }

    /// The subscriptions that can serve as a base: the one that is named, else those whose offer can.
    fn bases(&self, index: usize, by_id: &HashMap<&Id, usize>) -> Vec<usize> {
        let subscription = &self.subscriptions[index];
        if let Some(base_id) = subscription.base_id.as_deref() {
            let base = by_id.get(&base_id).copied();
            return base.into_iter().filter(|&base| base != index).collect();
        }
        let Resolution::Known { offer, .. } = self.resolution(index) else {
            return Vec::new();
        };
        let keys = offer.addon_of.as_deref().unwrap_or_default();
        let serves = |&base: &usize| {
            base != index
                && matches!(self.resolution(base), Resolution::Known { offer, .. } if keys.contains(&offer.key))
        };
        self.of_its_customer(index).filter(serves).collect()
    }

    /// The same, of one subscription.
    pub(super) fn bases_of(&self, index: usize) -> Vec<usize> {
        self.bases(index, &self.by_id())
    }

    /// Where subscriptions stand.
    fn by_id(&self) -> HashMap<&Id, usize> {
        let all = self.subscriptions.iter().enumerate();
        all.map(|(index, subscription)| (&subscription.id, index)).collect()
    }

    fn place_addon(&self, decided: &mut [Decided], index: usize, bases: &[usize]) {
        decided[index].imposed.add_on = true;
        for &base in bases {
            decided[base].imposed.base = true;
        }
        if self.is_below_its_part(index, bases) {
            self.decide_again(decided, index, |imposed| imposed.reason = Some(Reason::SeatMinimum));
            return;
        }
        let stays = |base: &Decided| {
            let reasons = &base.decision.reasons;
            base.decision.action == Action::Keep
                && !reasons.has(Reason::SourceDeleted)
                && !reasons.has(Reason::SourceCancelled)
                && (reasons.has(Reason::AlreadyOurs) || reasons.has(Reason::OnHold))
        };
        if bases.iter().any(|&base| stays(&decided[base])) {
            return;
        }
        let earliest = bases
            .iter()
            .filter_map(|&base| Some((decided[base].decision.move_date?, base)))
            .min();
        match earliest {
            None => self.decide_again(decided, index, |imposed| {
                imposed.reason = Some(Reason::AddonWithoutBase)
            }),
            Some((day, base)) if decided[index].decision.move_date < Some(day) => {
                let follows = decided[base].decision.reasons.has(Reason::AsSoonAsReady);
                let in_wave = decided[base].imposed.wave.is_some();
                self.decide_again(decided, index, |imposed| match in_wave {
                    true => imposed.wave = imposed.wave.max(Some(day)),
                    false => imposed.not_before = Some(day),
                });
                let decision = &mut decided[index].decision;
                if follows && decision.action == Action::Move {
                    decision.reasons.add(Reason::AsSoonAsReady);
                }
            }
            Some(_) => {}
        }
    }

    /// A tenant takes only so many subscriptions, and while both copies of one run each counts.
    pub(super) fn limit_tenants(&self, decided: &mut [Decided]) {
        let limit = u64::from(self.context.rules.number(NumberName::Tenant, self.context.as_of));
        let crowded = self.by_customer(&|_, rows, crowded| {
            let tenant = self.tenant(decided, rows.clone());
            if (tenant.live + tenant.targets) as u64 <= limit {
                return;
            }
            let standing = self.standing(decided, rows.clone());
            crowded.extend(rows.filter_map(|index| {
                let day = target_from(&decided[index])?;
                let standing = standing.on(day);
                (standing > limit).then_some((index, day, standing))
            }));
        });
        for (index, day, standing) in crowded {
            self.decide_again(decided, index, |imposed| {
                imposed.reason = Some(Reason::TooManySubscriptions);
                imposed.crowd = Some((day, standing));
            });
        }
    }

    /// How many of a tenant's subscriptions stand in it on each day, sources and targets.
    pub(super) fn standing(&self, decided: &[Decided], rows: Range<usize>) -> Tally {
        let mut tally = Tally::default();
        for index in rows {
            if self.subscriptions[index].state != Some(State::Deleted) {
                tally.add(1, None, self.source_until(index, &decided[index]));
            }
            if let Some(from) = target_from(&decided[index]) {
                tally.add(decided[index].decision.targets.len() as u64, Some(from), None);
            }
        }
        tally.done()
    }
}
