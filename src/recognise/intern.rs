//! Values that repeat, kept once.
//!
//! In: texts, offers and customers, row by row, from many threads. Out: shared ones, equal values sharing one allocation. An
//! estate of a million rows has some hundred offers and some thousand customers; so a row costs a pointer for each. Nothing
//! here depends on the order of arrival: interned values are compared by content, never by address.

use std::{
    hash::{BuildHasher, Hash},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::terms::Text;

const SHARDS: usize = 64;

/// A set of shared values that many threads may ask at once.
#[derive(Debug)]
pub(super) struct Interner<S> {
    hasher: DefaultHashBuilder,
    shards: Vec<Mutex<HashTable<S>>>,
}

impl<S: Clone + Eq + Hash> Interner<S> {
    pub(super) fn new() -> Interner<S> {
        Interner {
            hasher: DefaultHashBuilder::default(),
            shards: (0..SHARDS).map(|_| Mutex::new(HashTable::new())).collect(),
        }
    }

    /// The values that a hash may be among.
    fn shard(&self, hash: u64) -> Option<MutexGuard<'_, HashTable<S>>> {
        // A table goes by a hash's lowest bits and its highest seven; these are neither.
        let shard = self.shards.get((hash >> 40) as usize % SHARDS)?;
        Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, shard: &mut HashTable<S>, hash: u64, made: S) -> S {
        // What is shared hashes as what it holds.
        shard.insert_unique(hash, made.clone(), |known| self.hasher.hash_one(known));
        made
    }
}

impl Interner<Text> {
    /// The one shared text that equals `text`.
    pub(super) fn keep_text(&self, text: &str) -> Text {
        let hash = self.hasher.hash_one(text);
        let Some(mut shard) = self.shard(hash) else {
            return Text::from(text);
        };
        match shard.find(hash, |known| **known == *text) {
            Some(known) => known.clone(),
            None => self.add(&mut shard, hash, Text::from(text)),
        }
    }
}

impl<T: Eq + Hash> Interner<Arc<T>> {
    /// The one shared value that `is_it`; `like` hashes as it does. It is made where there is none yet.
    pub(super) fn keep_like(&self, like: &impl Hash, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> Arc<T> {
        let hash = self.hasher.hash_one(like);
        let Some(mut shard) = self.shard(hash) else {
            return Arc::new(make());
        };
        match shard.find(hash, |known| is_it(known)) {
            Some(known) => Arc::clone(known),
            None => self.add(&mut shard, hash, Arc::new(make())),
        }
    }

    /// The one shared value that equals `value`.
    pub(super) fn keep(&self, value: T) -> Arc<T> {
        let hash = self.hasher.hash_one(&value);
        let Some(mut shard) = self.shard(hash) else {
            return Arc::new(value);
        };
        match shard.find(hash, |known| **known == value) {
            Some(known) => Arc::clone(known),
            None => self.add(&mut shard, hash, Arc::new(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_one_allocation() {
        let texts: Interner<Text> = Interner::new();
        let first = texts.keep_text("Contoso");
        assert!(Text::ptr_eq(&first, &texts.keep_text("Contoso")));
        assert!(!Text::ptr_eq(&first, &texts.keep_text("Fabrikam")));
        let numbers: Interner<Arc<u32>> = Interner::new();
        assert!(Arc::ptr_eq(&numbers.keep(7), &numbers.keep(7)));
    }
}
