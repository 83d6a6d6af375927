//! A file that goes down to the disk while it is still being written.
//!
//! In: bytes. Out: the same in a file, of which what has been written some time ago is on the disk by then, so that at the end little
//! is left to wait for. A failure of the disk is told once, by whichever call waits for it next: it is never lost, since the system
//! tells it once only.

use std::{
    fs::File,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

/// Bytes after which the disk is set to work.
const EVERY: u64 = 64 << 20;

/// What waits for the disk.
pub(super) type Settled = JoinHandle<io::Result<()>>;

/// A file being written.
pub(super) struct Settling<'f> {
    file: &'f File,
    every: u64,
    /// Bytes since the disk was set to work.
    since: u64,
    under_way: Option<Settled>,
}

impl<'f> Settling<'f> {
    pub(super) fn new(file: &'f File) -> Settling<'f> {
        Settling {
            file,
            every: EVERY,
            since: 0,
            under_way: None,
        }
    }

    /// Sets the disk to work, unless it is at work on this file still.
    fn settle(&mut self) -> io::Result<()> {
        if self.under_way.as_ref().is_some_and(|settled| !settled.is_finished()) {
            return Ok(());
        }
        wait_for(self.under_way.take())?;
        let file = self.file.try_clone()?;
        // Where no thread is to be had the end waits for all of it.
        self.under_way = thread::Builder::new().spawn(move || file.sync_data()).ok();
        self.since = 0;
        Ok(())
    }

    /// Has all of it go down to the disk, and gives what to wait for.
    ///
    /// # Errors
    /// Where the disk has failed already.
    pub(super) fn finish(mut self) -> io::Result<Option<Settled>> {
        let file = self.file.try_clone()?;
        let before = Arc::new(Mutex::new(self.under_way.take()));
        let wait = |before: &Mutex<Option<Settled>>| {
            let before = before.lock().unwrap_or_else(PoisonError::into_inner).take();
            wait_for(before)
        };
        let shared = Arc::clone(&before);
        let settled = thread::Builder::new().spawn(move || {
            wait(&shared)?;
            file.sync_all()
        });
        match settled {
            Ok(settled) => Ok(Some(settled)),
            Err(_) => {
                wait(&before)?;
                self.file.sync_all()?;
                Ok(None)
            }
        }
    }
}

impl Write for Settling<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.since += written as u64;
        if self.since >= self.every {
            self.settle()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Waits until the disk is done.
pub(super) fn wait_for(settled: Option<Settled>) -> io::Result<()> {
    settled.map_or(Ok(()), |settled| {
        settled.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = File::create(&path).unwrap();
        let mut settling = Settling {
            every: 1000,
            ..Settling::new(&file)
        };
        let pieces: Vec<Vec<u8>> = (0..200_u8).map(|piece| vec![piece; 333]).collect();
        for piece in &pieces {
            settling.write_all(piece).unwrap();
            assert!(settling.since < 1000 || settling.under_way.is_some());
        }
        wait_for(settling.finish().unwrap()).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), pieces.concat());
    }

    #[test]
    #[cfg(unix)]
    fn a_disk_that_fails_is_told() {
        // What has no disk cannot be settled on one.
        let (_reader, writer) = io::pipe().unwrap();
        let file = File::from(std::os::fd::OwnedFd::from(writer));
        let settling = || Settling {
            every: 10,
            ..Settling::new(&file)
        };
        let mut at_the_end = settling();
        at_the_end.write_all(b"short").unwrap();
        assert!(wait_for(at_the_end.finish().unwrap()).is_err());
        let mut meanwhile = settling();
        meanwhile.write_all(b"longer than that").unwrap();
        assert!(meanwhile.under_way.is_some());
        while meanwhile
            .under_way
            .as_ref()
            .is_some_and(|settled| !settled.is_finished())
        {
            thread::yield_now();
        }
        assert!(meanwhile.write_all(b"and more than that").is_err());
        let mut before_the_end = settling();
        before_the_end.write_all(b"longer than that").unwrap();
        assert!(wait_for(before_the_end.finish().unwrap()).is_err());
    }
}
