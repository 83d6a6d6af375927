//! Values that repeat, kept once.
//!
//! In: texts, offers and customers, row by row, from many threads. Out: shared ones, equal values sharing one allocation. An
//! estate of a million rows has some hundred offers and some thousand customers; so a row costs a pointer for each. Nothing
//! here depends on the order of arrival: interned values are compared by content, never by address.

use std::{
    collections::HashSet,
    hash::{BuildHasher, Hash},
    sync::{Arc, Mutex, PoisonError},
};

const SHARDS: usize = 64;

/// A set of shared values that many threads may ask at once.
#[derive(Debug)]
pub(super) struct Interner<T: ?Sized> {
    hasher: std::hash::RandomState,
    shards: Vec<Mutex<HashSet<Arc<T>>>>,
}

impl<T: ?Sized + Eq + Hash> Interner<T> {
    pub(super) fn new() -> Interner<T> {
        Interner {
            hasher: std::hash::RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::new(HashSet::new())).collect(),
        }
    }

    fn shard<Q: Hash + ?Sized>(&self, value: &Q) -> Option<&Mutex<HashSet<Arc<T>>>> {
        self.shards.get(self.hasher.hash_one(value) as usize % SHARDS)
    }
}

impl Interner<str> {
    /// The one shared text that equals `text`.
    pub(super) fn keep_text(&self, text: &str) -> Arc<str> {
        let Some(shard) = self.shard(text) else {
            return Arc::from(text);
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shard.get(text) {
            return Arc::clone(known);
        }
        let made: Arc<str> = Arc::from(text);
        shard.insert(Arc::clone(&made));
        made
    }
}

impl<T: Eq + Hash> Interner<T> {
    /// The one shared value that equals `value`.
    pub(super) fn keep(&self, value: T) -> Arc<T> {
        let Some(shard) = self.shard(&value) else {
            return Arc::new(value);
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shard.get(&value) {
            return Arc::clone(known);
        }
        let made = Arc::new(value);
        shard.insert(Arc::clone(&made));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_one_allocation() {
        let texts: Interner<str> = Interner::new();
        let first = texts.keep_text("Contoso");
        assert!(Arc::ptr_eq(&first, &texts.keep_text("Contoso")));
        assert!(!Arc::ptr_eq(&first, &texts.keep_text("Fabrikam")));
        let numbers: Interner<u32> = Interner::new();
        assert!(Arc::ptr_eq(&numbers.keep(7), &numbers.keep(7)));
    }
}
