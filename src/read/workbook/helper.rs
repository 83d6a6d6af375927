//! A thread that helps the one that parses.
//!
//! In: work whose result the parser will need, and parts that it will read. Out: what came of it, as if the parser had done it in its
//! turn. The thread is begun once, while our own process may still start one; where there is none, the parser does everything itself.

use std::{
    io::{self, Read},
    sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    thread,
};

use super::parts::Parts;
use crate::read::quiet::quietly;

/// Bytes of a part that are unpacked at a time.
const PIECE: usize = 1 << 17;

/// Pieces that may wait to be read.
const WAITING: usize = 4;

type Work<'w> = Box<dyn FnOnce() + Send + 'w>;

/// The thread, where there is one.
#[derive(Default)]
pub(super) struct Helper<'w>(Option<Sender<Work<'w>>>);

impl Helper<'static> {
    /// Begins the thread, which ends with this; or does without, where it cannot be had.
    pub(super) fn begin() -> Helper<'static> {
        let (sender, works) = channel::<Work<'static>>();
        let all = move || {
            works.into_iter().for_each(|work| {
                quietly(work);
            });
        };
        let begun = thread::Builder::new().spawn(all);
        Helper(begun.is_ok().then_some(sender))
    }
}

impl<'w> Helper<'w> {
    /// Has something made meanwhile; none, where there is no thread.
    pub(super) fn make<T: Send + 'w>(&self, make: impl FnOnce() -> T + Send + 'w) -> Option<Made<T>> {
        let (sender, made) = sync_channel(1);
        // Nobody may want it any more.
        let work = move || drop(sender.send(make()));
        self.0.as_ref()?.send(Box::new(work)).ok()?;
        Some(Made(made))
    }

    /// Has a part unpacked while it is read; none, where there is no thread.
    pub(super) fn unpack(&self, parts: &Parts<'w>, name: &str) -> Option<Unpacked> {
        let (mut parts, name) = (parts.clone(), name.to_owned());
        let (pieces, unpacked) = sync_channel(WAITING);
        let (back, empty) = channel();
        let work = move || {
            if let Ok(Some(part)) = parts.open(&name) {
                hand_over(part, &pieces, &empty);
            }
        };
        self.0.as_ref()?.send(Box::new(work)).ok()?;
        Some(Unpacked {
            pieces: unpacked,
            back,
            piece: Vec::new(),
            read: 0,
            has_ended: false,
        })
    }
}

/// What is being made.
pub(super) struct Made<T>(Receiver<T>);

impl<T> Made<T> {
    /// Waits for it; none, where making it failed.
    pub(super) fn take(self) -> Option<T> {
        self.0.recv().ok()
    }
}

/// Hands over all of a part in pieces, of which only the last is short, until nobody wants more.
fn hand_over(mut part: impl Read, pieces: &SyncSender<io::Result<Vec<u8>>>, empty: &Receiver<Vec<u8>>) {
    loop {
        let mut piece: Vec<u8> = empty.try_recv().unwrap_or_default();
        piece.clear();
        piece.reserve(PIECE);
        let unpacked = part.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        let is_last = !matches!(unpacked, Ok(PIECE));
        if pieces.send(unpacked.map(|_| piece)).is_err() || is_last {
            return;
        }
    }
}

/// A part that is unpacked while it is read.
pub(super) struct Unpacked {
    pieces: Receiver<io::Result<Vec<u8>>>,
    /// Takes pieces that were read, to be filled again.
    back: Sender<Vec<u8>>,
    piece: Vec<u8>,
    read: usize,
    has_ended: bool,
}

impl Read for Unpacked {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() && !self.has_ended {
            // Where the thread failed, the part is not at its end.
            let next = self.pieces.recv().map_err(|_| io::ErrorKind::BrokenPipe)??;
            self.has_ended = next.len() < PIECE;
            self.read = 0;
            // There may be no more to be filled.
            let _ = self.back.send(std::mem::replace(&mut self.piece, next));
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
    fn parts(all: &[(&str, &[u8])]) -> Parts<'static> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in all {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        Parts::of(archive.finish().unwrap().into_inner().leak()).unwrap()
    }

    #[test]
    fn a_part_is_read_as_it_is_packed() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 7 * PIECE] {
            let bytes: Vec<u8> = (0..length).map(|at| (at / 3) as u8).collect();
            let parts = parts(&[("a", &bytes), ("b", b"b")]);
            let thread = Helper::begin();
            let mut read = Vec::new();
            thread.unpack(&parts, "a").unwrap().read_to_end(&mut read).unwrap();
            assert!(read == bytes, "{length}");
            // The thread goes on after one that nobody wanted.
            drop(thread.unpack(&parts, "a"));
            let mut read = String::new();
            thread.unpack(&parts, "b").unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, "b");
        }
    }

    #[test]
    fn a_part_that_cannot_be_unpacked_has_no_end() {
        let bytes: Vec<u8> = (0..3 * PIECE as u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("a", SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
        let mut archive = archive.finish().unwrap().into_inner();
        let middle = archive.len() / 2;
        archive[middle..middle + 64].fill(0xff);
        let parts = Parts::of(archive.leak()).unwrap();
        let thread = Helper::begin();
        for name in ["a", "none"] {
            let read = thread.unpack(&parts, name).unwrap().read_to_end(&mut Vec::new());
            assert!(read.is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_made_is_there_unless_making_it_failed() {
        let thread = Helper::begin();
        let made = [1, 0].map(|by| thread.make(move || 6 / by).unwrap());
        assert_eq!(made.map(Made::take), [Some(6), None]);
        assert_eq!(thread.make(|| 7).unwrap().take(), Some(7));
        assert!(Helper::default().make(|| 7).is_none());
    }
}
