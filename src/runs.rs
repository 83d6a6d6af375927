//! Rows in runs, on all threads.
//!
//! In: how many rows there are, and what to make of a run of them. Out: what was made of each run, in their order. What is parallel
//! in that is the same code for all that is made: iterators of every kind over every type would be code of their own at each use,
//! and the program has an upper limit for its size. A slot is filled by one thread, so that nobody waits for another at its lock;
//! who has something to put in its turn waits while others put theirs. Knows nothing of what rows are.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rayon::prelude::*;

/// Rows that one thread takes at a time.
pub(crate) const RUN: usize = 1 << 12;

/// What is made of each run of so many rows.
pub(crate) fn of_runs<T: Send>(count: usize, make: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    on_all_threads(count.div_ceil(RUN), |run| {
        let first = run * RUN;
        make(first..count.min(first + RUN))
    })
}

/// The same, as one list.
pub(crate) fn gathered<T: Send>(count: usize, make: impl Fn(Range<usize>) -> Vec<T> + Sync) -> Vec<T> {
    let mut all = Vec::new();
    in_turn(count, RUN, make, |mut made| all.append(&mut made));
    all
}

/// The same, where the rows are at hand and change as well.
pub(crate) fn gathered_from<R: Send, T: Send>(
    rows: &mut [R],
    make: impl Fn(Range<usize>, &mut [R]) -> Vec<T> + Sync,
) -> Vec<T> {
    let count = rows.len();
    let runs: Vec<Mutex<&mut [R]>> = rows.chunks_mut(RUN).map(Mutex::new).collect();
    gathered(count, |range| {
        let Some(run) = runs.get(range.start / RUN) else {
            return Vec::new();
        };
        make(range, &mut run.lock().unwrap_or_else(PoisonError::into_inner))
    })
}

/// Takes what is made of each run of so many rows, in their order. Runs are begun in that order too, so that what is made of one is soon
/// put where it stays: small pieces that are let go later would leave holes in memory.
pub(crate) fn in_turn<T: Send>(
    count: usize,
    length: usize,
    make: impl Fn(Range<usize>) -> T + Sync,
    take: impl FnMut(T) + Send,
) {
    let next = AtomicUsize::new(0);
    let taking = Mutex::new((InTurn::default(), take));
    spread(rayon::current_num_threads(), &|_| {
        loop {
            let run = next.fetch_add(1, Ordering::Relaxed);
            let first = run * length;
            if first >= count {
                return;
            }
            let made = make(first..count.min(first + length));
            let mut taking = taking.lock().unwrap_or_else(PoisonError::into_inner);
            let (turn, take) = &mut *taking;
            turn.add(run, made, take);
        }
    });
}

/// One of something for each thread, so that they do not wait for each other; the first for whoever is none of ours.
pub(crate) struct PerThread<T>(Vec<Mutex<T>>);

impl<T: Default> PerThread<T> {
    /// An empty one for each thread of this pool.
    pub(crate) fn new() -> PerThread<T> {
        PerThread((0..=rayon::current_num_threads()).map(|_| Mutex::default()).collect())
    }
}

impl<T> PerThread<T> {
    /// That of this thread; a thread of another pool may have to wait.
    pub(crate) fn own(&self) -> Option<MutexGuard<'_, T>> {
        let thread = rayon::current_thread_index().map_or(0, |thread| thread + 1);
        let own = self.0.get(thread).or(self.0.first())?;
        Some(own.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All of them.
    pub(crate) fn into_all(self) -> impl Iterator<Item = T> {
        let all = self.0.into_iter();
        all.map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What comes from several threads, in its order: what comes before its turn waits.
#[derive(Debug)]
pub(crate) struct InTurn<T> {
    next: usize,
    waiting: BTreeMap<usize, T>,
}

impl<T> Default for InTurn<T> {
    fn default() -> InTurn<T> {
        InTurn {
            next: 0,
            waiting: BTreeMap::new(),
        }
    }
}

impl<T> InTurn<T> {
    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds the one of this number, counted from 0, and takes all whose turn it is.
    pub(crate) fn add(&mut self, number: usize, one: T, mut take: impl FnMut(T)) {
        self.waiting.insert(number, one);
        while let Some(one) = self.waiting.remove(&self.next) {
            self.next += 1;
            take(one);
        }
    }
}

/// One thing for each of so many rows, made where it is kept.
pub(crate) fn one_each<T: Clone + Send>(count: usize, empty: T, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut all = vec![empty; count];
    let runs: Vec<Mutex<&mut [T]>> = all.chunks_mut(RUN).map(Mutex::new).collect();
    spread(runs.len(), &|number| {
        let Some(run) = runs.get(number) else { return };
        let mut run = run.lock().unwrap_or_else(PoisonError::into_inner);
        for (row, slot) in (number * RUN..).zip(run.iter_mut()) {
            *slot = make(row);
        }
    });
    drop(runs);
    all
}

/// What is made of each of a few things, of which each is worth a thread.
pub(crate) fn of_each<I: Sync, T: Send>(items: &[I], make: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let made = on_all_threads(items.len(), |number| items.get(number).map(&make));
    made.into_iter().flatten().collect()
}

/// The same, where each changes as well.
pub(crate) fn of_each_mut<I: Send, T: Send>(items: &mut [I], make: impl Fn(&mut I) -> T + Sync) -> Vec<T> {
    let items: Vec<Mutex<&mut I>> = items.iter_mut().map(Mutex::new).collect();
    of_each(&items, |item| {
        make(&mut item.lock().unwrap_or_else(PoisonError::into_inner))
    })
}

fn on_all_threads<T: Send>(count: usize, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let made: Vec<Mutex<Option<T>>> = (0..count).map(|_| Mutex::default()).collect();
    spread(count, &|number| {
        let one = make(number);
        if let Some(slot) = made.get(number) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(one);
        }
    });
    let made = made.into_iter();
    made.filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

fn spread(count: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(work);
}

/// The items that are wanted, by their numbers.
pub(crate) fn indices_of<T: Sync>(items: &[T], is_wanted: impl Fn(&T) -> bool + Sync) -> Vec<u32> {
    let of_run = |run: Range<usize>| -> Vec<u32> {
        let numbered = run.filter(|&index| items.get(index).is_some_and(&is_wanted));
        numbered.map(|index| index as u32).collect()
    };
    gathered(items.len(), of_run)
}

/// The numbers of the items that begin something new: those that are not of one with the item before.
pub(crate) fn firsts_of<T: Sync>(items: &[T], are_of_one: impl Fn(&T, &T) -> bool + Sync) -> Vec<u32> {
    let of_run = |run: Range<usize>| -> Vec<u32> {
        let begins = |&index: &usize| {
            let before = index.checked_sub(1).and_then(|before| items.get(before));
            let pair = before.zip(items.get(index));
            pair.is_none_or(|(before, item)| !are_of_one(before, item))
        };
        run.filter(begins).map(|index| index as u32).collect()
    };
    gathered(items.len(), of_run)
}

/// Whether each item may stand before the next.
pub(crate) fn are_in_order<T: Sync>(items: &[T], may_follow: impl Fn(&T, &T) -> bool + Sync) -> bool {
    // Each run looks at the first of the next.
    let of_run = |run: Range<usize>| {
        let run = items.get(run.start..items.len().min(run.end + 1));
        run.is_none_or(|run| run.is_sorted_by(&may_follow))
    };
    of_runs(items.len(), of_run).into_iter().all(|is_in_order| is_in_order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_of_one_run_and_they_stay_in_order() {
        for count in [0, 1, RUN - 1, RUN, RUN + 1, 3 * RUN + 5] {
            let runs: Vec<Vec<usize>> = of_runs(count, Iterator::collect);
            assert!(runs.iter().all(|run| (1..=RUN).contains(&run.len())), "{count}");
            assert!(runs.concat().into_iter().eq(0..count), "{count}");
            assert_eq!(gathered(count, Iterator::collect), runs.concat());
            assert!(one_each(count, 0, |row| row + 1).into_iter().eq(1..=count), "{count}");
        }
    }

    #[test]
    fn what_is_wanted_is_found_in_every_run() {
        let numbers: Vec<usize> = (0..3 * RUN).collect();
        let found = indices_of(&numbers, |number| number.is_multiple_of(RUN - 1));
        let expected: Vec<u32> = (0..=3).map(|times| times * (RUN as u32 - 1)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_begins_is_found_once_wherever_runs_end() {
        for width in [1, 3, RUN - 1, RUN, RUN + 1] {
            let numbers: Vec<usize> = (0..3 * RUN + 2).collect();
            let firsts = firsts_of(&numbers, |a, b| a / width == b / width);
            let expected = (0..numbers.len() as u32).step_by(width);
            assert!(firsts.into_iter().eq(expected), "{width}");
        }
        assert!(firsts_of(&[] as &[u8], |_, _| true).is_empty());
    }

    #[test]
    fn disorder_is_seen_at_the_border_of_runs_too() {
        let mut numbers: Vec<usize> = (0..3 * RUN).collect();
        let in_order = |numbers: &[usize]| are_in_order(numbers, |a, b| a <= b);
        assert!(in_order(&numbers) && in_order(&[]) && in_order(&[1, 1]) && !in_order(&[2, 1]));
        for at in [1, RUN, 2 * RUN - 1, 2 * RUN, 3 * RUN - 1] {
            numbers.swap(at - 1, at);
            assert!(!in_order(&numbers), "{at}");
            numbers.swap(at - 1, at);
        }
    }

    #[test]
    fn what_comes_before_its_turn_waits() {
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 0, 3, 1]] {
            let (mut turn, mut taken) = (InTurn::default(), Vec::new());
            for (count, number) in order.into_iter().enumerate() {
                turn.add(number, number, |one| taken.push(one));
                let missing = (0..4).find(|wanted| !order[..=count].contains(wanted));
                assert!(taken.iter().copied().eq(0..missing.unwrap_or(4)), "{order:?}");
            }
        }
    }

    #[test]
    fn rows_of_each_run_are_changed_once() {
        for count in [0, 1, RUN, RUN + 1, 3 * RUN + 5] {
            let mut numbers: Vec<usize> = (0..count).collect();
            let made = gathered_from(&mut numbers, |run, own| {
                assert!(run.clone().eq(own.iter().copied()));
                own.iter_mut().for_each(|number| *number += 1);
                // Some runs give nothing, others more than they have.
                run.filter(|row| row / RUN != 1).flat_map(|row| [row, row]).collect()
            });
            assert!(numbers.into_iter().eq(1..=count), "{count}");
            let expected = (0..count).filter(|row| row / RUN != 1).flat_map(|row| [row, row]);
            assert!(made.into_iter().eq(expected), "{count}");
        }
    }

    #[test]
    fn each_is_changed_once_and_what_is_made_of_it_stands_in_its_place() {
        let mut numbers: Vec<u32> = (0..1000).collect();
        let made = of_each_mut(&mut numbers, |number| {
            *number += 1;
            *number * 2
        });
        assert!(numbers.iter().copied().eq(1..=1000));
        assert!(made.into_iter().eq((1..=1000).map(|number| number * 2)));
    }
}
