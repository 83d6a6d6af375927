//! What the newest file says.
//!
//! In: what rows of several files say of one thing, each with its [`RowFrom`], in any order. Out: [`Newest`]: what the files of the
//! latest date say together, and the first of their rows. A file without a date is older than any with one; files of one date
//! count alike. Holds that the order of files and rows never matters.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowFrom {
    /// What its file says of its own age.
    pub(super) date: Option<NaiveDate>,
    /// Number of the file.
    pub(super) file: usize,
    pub(super) row: u32,
}

/// What the newest files say of one thing.
#[derive(Debug, Clone)]
pub(super) struct Newest<T> {
    first: RowFrom,
    pub(super) said: T,
}

impl<T: Default> Newest<T> {
    /// What is said of a thing so far, for a row to add to; none where a newer file has spoken.
    pub(super) fn of<K: Ord>(all: &mut BTreeMap<K, Newest<T>>, thing: K, from: RowFrom) -> Option<&mut T> {
        let begun = || Newest {
            first: from,
            said: T::default(),
        };
        let newest = all.entry(thing).or_insert_with(begun);
        if from.date > newest.first.date {
            *newest = begun();
        }
        if from.date < newest.first.date {
            return None;
        }
        if (from.file, from.row) < (newest.first.file, newest.first.row) {
            newest.first = from;
        }
        Some(&mut newest.said)
    }
}

impl<T> Newest<T> {
    /// The number of the first file that says it.
    pub(super) fn file(&self) -> usize {
        self.first.file
    }

    /// The first row of that file that says it.
    pub(super) fn row(&self) -> u32 {
        self.first.row
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_order_of_files_and_rows_does_not_matter() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day);
        let rows = [
            (day(1), 2, 5, "old"),
            (day(2), 1, 9, "b"),
            (day(2), 1, 7, "a"),
            (day(2), 0, 8, "c"),
            (None, 3, 1, "undated"),
        ];
        for first in 0..rows.len() {
            let mut rows = rows;
            rows.rotate_left(first);
            let mut all: BTreeMap<&str, Newest<BTreeSet<&str>>> = BTreeMap::new();
            for (date, file, row, said) in rows {
                if let Some(known) = Newest::of(&mut all, "it", RowFrom { date, file, row }) {
                    known.insert(said);
                }
            }
            let newest = &all["it"];
            assert_eq!(newest.said, BTreeSet::from(["a", "b", "c"]));
            assert_eq!((newest.file(), newest.row()), (0, 8));
        }
    }
}
