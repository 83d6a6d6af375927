//! What is half written in this process, so that it can be given up from outside.
//!
//! In: the names of temporary files as they are made. Out: once [`abandon`] is called, none of them is left and no further one is
//! made, but by whoever writes how the run ended. Files that are being put in their places are waited for: they are all new or all old when it returns. This is the one
//! place that knows of more than its arguments: a signal comes to a process, not to a run.

use std::{
    cell::Cell,
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, TryLockError},
    thread,
    time::Duration,
};

use super::ending::Ending;

/// Temporary files of this process.
#[derive(Debug)]
pub(super) struct UnderWay {
    is_abandoned: bool,
    /// What a run leaves if it is ended now.
    ending: Option<Box<Ending>>,
    temporary: BTreeSet<PathBuf>,
}

static UNDER_WAY: Mutex<UnderWay> = Mutex::new(UnderWay {
    is_abandoned: false,
    ending: None,
    temporary: BTreeSet::new(),
});

thread_local! {
    /// Whether this thread writes what is still to be written once all else is given up.
    static IS_LAST: Cell<bool> = const { Cell::new(false) };
}

/// How long to wait at a time for files that are being put in their places.
const PAUSE: Duration = Duration::from_millis(5);

/// Removes every temporary file, and lets no further one be made: the process is about to end. Waits no longer than `patience`
/// for files that are being put in their places; a disk that hangs must not keep the process. Says whether all was in order.
pub fn abandon(patience: Duration) -> bool {
    let mut left = patience;
    let mut under_way = loop {
        match UNDER_WAY.try_lock() {
            Ok(under_way) => break under_way,
            Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
            Err(TryLockError::WouldBlock) if left.is_zero() => return false,
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
        left = left.saturating_sub(PAUSE);
    };
    under_way.is_abandoned = true;
    for path in std::mem::take(&mut under_way.temporary) {
        // It may be gone already, and it may be a folder.
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
    }
    true
}

/// From now on a run that is ended leaves this.
pub(super) fn begin(ending: Ending) {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).ending = Some(Box::new(ending));
}

/// What a run leaves that is ended now; from now on, nothing.
pub(super) fn end() -> Option<Box<Ending>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).ending.take()
}

/// Does work whose files are made even after [`abandon`].
pub(super) fn at_last<T>(work: impl FnOnce() -> T) -> T {
    IS_LAST.set(true);
    let done = work();
    IS_LAST.set(false);
    done
}

/// Keeps [`abandon`] waiting for as long as the answer is held; an error where it was called before.
pub(super) fn hold() -> io::Result<MutexGuard<'static, UnderWay>> {
    let under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
    match under_way.is_abandoned && !IS_LAST.get() {
        true => Err(io::Error::new(io::ErrorKind::Interrupted, "the run was ended")),
        false => Ok(under_way),
    }
}

/// Forgets temporary files that are no longer there.
pub(super) fn forget<'p>(paths: impl IntoIterator<Item = &'p Path>) {
    let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
    for path in paths {
        under_way.temporary.remove(path);
    }
}

impl UnderWay {
    /// All that the run wanted to write is in its place: whoever ends it now leaves that.
    pub(super) fn is_done(&mut self) {
        self.ending = None;
    }

    /// Notes a temporary file.
    pub(super) fn note(&mut self, path: &Path) {
        self.temporary.insert(path.to_owned());
    }
}
