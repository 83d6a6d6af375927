//! A thread that unpacks for the one that parses.
//!
//! In: a part, named before it is read. Out: its bytes, as if the parser had unpacked them itself. The thread is begun once, while our
//! own process may still start one; where there is none, the parser does without. It has one part at a time; what broke off never looks
//! as if it had ended.

use std::{
    io::{self, Read},
    marker::PhantomData,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, Scope},
};

use super::parts::Parts;
use crate::read::quiet::quietly;

/// Bytes of a part that are handed over at a time.
const PIECE: usize = 1 << 17;

/// Pieces that may wait to be read.
const WAITING: usize = 4;

/// What unpacking needs of a stack.
const STACK: usize = 1 << 18;

/// The thread, where there is one.
#[derive(Default)]
pub(super) struct Helper<'w>(Option<Arc<Wish<'w>>>);

/// What the thread is to do next.
struct Wish<'w> {
    next: Mutex<Next<'w>>,
    has_changed: Condvar,
}

enum Next<'w> {
    Nothing,
    Unpack(Parts<'w>, String, SyncSender<Vec<u8>>),
    End,
}

impl<'w> Helper<'w> {
    /// Begins the thread, which ends soon after this goes; or does without, where it cannot be had.
    pub(super) fn begin<'scope>(scope: &'scope Scope<'scope, '_>) -> Helper<'w>
    where
        'w: 'scope,
    {
        let wish = Arc::new(Wish {
            next: Mutex::new(Next::Nothing),
            has_changed: Condvar::new(),
        });
        let own = Arc::clone(&wish);
        let begun = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, move || own.fulfil());
        Helper(begun.is_ok().then_some(wish))
    }

    /// Has a part unpacked while it is read; none, where there is no thread. What is left of the part before is forgotten.
    pub(super) fn unpack(&mut self, parts: &Parts<'w>, name: &str) -> Option<Unpacked<'_>> {
        let wish = self.0.as_ref()?;
        let (sender, pieces) = sync_channel(WAITING);
        wish.set(Next::Unpack(parts.clone(), name.to_owned(), sender));
        Some(Unpacked {
            pieces,
            piece: Vec::new(),
            read: 0,
            has_ended: false,
            one_at_a_time: PhantomData,
        })
    }
}

impl Drop for Helper<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|wish| wish.set(Next::End));
    }
}

impl<'w> Wish<'w> {
    fn lock(&self) -> MutexGuard<'_, Next<'w>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, next: Next<'w>) {
        *self.lock() = next;
        self.has_changed.notify_one();
    }

    /// Does what is wished, until there will be no more.
    fn fulfil(&self) {
        loop {
            let waiting = self
                .has_changed
                .wait_while(self.lock(), |next| matches!(next, Next::Nothing));
            let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
            let next = std::mem::replace(&mut *waiting, Next::Nothing);
            drop(waiting);
            match next {
                // A part that makes the reader of archives stumble has no end.
                Next::Unpack(mut parts, name, pieces) => drop(quietly(|| hand_over(&mut parts, &name, &pieces).ok())),
                Next::Nothing => {}
                Next::End => return,
            }
        }
    }
}

/// Hands over all of a part in pieces, of which only the last is short, until nobody wants more.
fn hand_over(parts: &mut Parts<'_>, name: &str, pieces: &SyncSender<Vec<u8>>) -> io::Result<()> {
    let opened = parts.open(name).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut part = opened.ok_or(io::ErrorKind::NotFound)?;
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        part.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        let is_last = piece.len() < PIECE;
        if pieces.send(piece).is_err() || is_last {
            return Ok(());
        }
    }
}

/// A part that is unpacked while it is read.
pub(super) struct Unpacked<'h> {
    pieces: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    read: usize,
    has_ended: bool,
    one_at_a_time: PhantomData<&'h mut ()>,
}

impl Read for Unpacked<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() && !self.has_ended {
            // Without a short piece the part is not at its end, whatever became of it.
            self.piece = self.pieces.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
            self.has_ended = self.piece.len() < PIECE;
            self.read = 0;
        }
        let mut rest = self.piece.get(self.read..).unwrap_or_default();
        let read = rest.read(room)?;
        self.read += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    /// An archive with a part of each of these.
    fn archive(all: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in all {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    /// What is read of parts of an archive, one after the other.
    fn unpacked(archive: &[u8], names: &[&str]) -> Vec<io::Result<Vec<u8>>> {
        let parts = Parts::of(archive).unwrap();
        thread::scope(|scope| {
            let mut helper = Helper::begin(scope);
            let mut read = |name: &&str| {
                // One that nobody goes on to read is in nobody's way.
                let mut first = [0];
                let _ = helper.unpack(&parts, names[0]).unwrap().read(&mut first);
                let mut bytes = Vec::new();
                let mut part = helper.unpack(&parts, name).unwrap();
                part.read_to_end(&mut bytes).map(|_| bytes)
            };
            names.iter().map(&mut read).collect()
        })
    }

    #[test]
    fn a_part_is_read_as_it_is_packed() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 7 * PIECE] {
            let bytes: Vec<u8> = (0..length).map(|at| (at / 3) as u8).collect();
            let archive = archive(&[("a", &bytes), ("b", b"b")]);
            let read: Vec<Vec<u8>> = unpacked(&archive, &["a", "b", "a"])
                .into_iter()
                .map(Result::unwrap)
                .collect();
            assert!(read == [bytes.clone(), b"b".to_vec(), bytes], "{length}");
        }
    }

    #[test]
    fn a_part_that_breaks_off_has_no_end() {
        // A whole number of pieces, so that no short one says where it ends.
        let bytes: Vec<u8> = (0..2 * PIECE as u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let mut packed = archive(&[("a", &bytes), ("b", b"b")]);
        let middle = packed.len() / 2;
        packed[middle..middle + 64].fill(0xff);
        let read = unpacked(&packed, &["a", "none", "b"]);
        assert!(read[0].is_err() && read[1].is_err());
        assert_eq!(read[2].as_ref().unwrap(), b"b");
    }

    #[test]
    fn without_a_thread_the_parser_does_without() {
        let archive = archive(&[("a", b"a")]);
        let parts = Parts::of(&archive).unwrap();
        assert!(Helper::default().unpack(&parts, "a").is_none());
    }
}
