//! One run at a time for each plan.
//!
//! In: a target. Out: a [`Lock`] for as long as it is held, on `.plan.csv.lock` beside the plan. It is the system's advisory lock
//! on an open file: it ends with the process, however that ends, so that no lock is ever left behind. The file stays, and tells
//! who holds the lock. Refuses, by naming the holder, where another run has it.

use std::{
    ffi::OsString,
    fs::{File, Metadata, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::{Target, WriteStop, stage, under_way};

/// Most bytes that are read of what a holder says of itself.
const LONGEST: u64 = 512;

/// The right to write a plan and its companions.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    /// Whether it is held elsewhere in this process as well, and given up there.
    is_second: bool,
}

impl Lock {
    /// Whether the folder is still the one that was locked: it may have been replaced, or what was mounted there is gone.
    pub fn check(&self) -> Result<(), WriteStop> {
        let is_there =
            std::fs::metadata(&self.path).is_ok_and(|now| self.file.metadata().is_ok_and(|own| is_same(&now, &own)));
        match is_there {
            true => Ok(()),
            false => Err(WriteStop::Vanished {
                path: self
                    .path
                    .parent()
                    .map(stage::or_here)
                    .unwrap_or(Path::new("."))
                    .to_owned(),
            }),
        }
    }

    /// Holds the lock once more, for as long as the answer is there.
    pub(super) fn again(&self) -> io::Result<Lock> {
        Ok(Lock {
            file: self.file.try_clone()?,
            path: self.path.clone(),
            is_second: true,
        })
    }

    /// Takes the lock of a target if its file is there: where it is not, nobody holds it. Makes nothing.
    pub fn take_if_there(target: &Target, since: &str) -> Result<Option<Lock>, WriteStop> {
        let path = path_of(target);
        match File::options().read(true).write(true).open(&path) {
            Ok(file) => take(file, target, &path, since).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(WriteStop::Lock { path, cause }),
        }
    }

    /// Takes the lock of a target, whose folder is made if it is missing. `since` is when the run began, for others to read.
    pub fn take(target: &Target, since: &str) -> Result<Lock, WriteStop> {
        stage::make_folder(stage::or_here(&target.folder)).map_err(|cause| WriteStop::Folder {
            path: target.folder.clone(),
            cause,
        })?;
        let path = path_of(target);
        match options().open(&path) {
            Ok(file) => take(file, target, &path, since),
            Err(cause) => Err(WriteStop::Lock { path, cause }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.is_second {
            return;
        }
        drop(under_way::end());
        // Whoever reads it now is told nothing that is no longer so; the lock itself ends with the file.
        let _ = self.file.set_len(0);
    }
}

pub(super) fn path_of(target: &Target) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.plan.file_name().unwrap_or_default());
    name.push(".lock");
    target.folder.join(name)
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Where files have no number that can be asked for, that there is one must do.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.read(true).write(true).create(true).mode(0o640);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create(true);
    options
}

fn take(mut file: File, target: &Target, path: &Path, since: &str) -> Result<Lock, WriteStop> {
    match file.try_lock() {
        Ok(()) => {
            // Who we are is for people; a lock without it is a lock all the same.
            let _ = say_who(&mut file, since);
            Ok(Lock {
                file,
                path: path.to_owned(),
                is_second: false,
            })
        }
        Err(TryLockError::WouldBlock) => Err(WriteStop::Locked {
            path: target.plan.clone(),
            holder: who(&mut file),
        }),
        Err(TryLockError::Error(cause)) => Err(WriteStop::Lock {
            path: path.to_owned(),
            cause,
        }),
    }
}

fn say_who(file: &mut File, since: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    let (version, process) = (env!("CARGO_PKG_VERSION"), std::process::id());
    let host = host();
    writeln!(file, "process {process} on {host}, since {since}, seatshift {version}")
}

/// What the holder says of itself. Some systems let nobody read a locked file.
fn who(file: &mut File) -> String {
    let mut text = String::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(LONGEST).read_to_string(&mut text));
    let line = text.lines().next().unwrap_or_default();
    let is_plain = !line.is_empty() && !line.chars().any(char::is_control);
    match read.is_ok() && is_plain {
        true => line.to_owned(),
        false => "it does not say which".to_owned(),
    }
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "this machine".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_names_its_holder_and_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::new(&folder.path().join("out/plan.csv")).unwrap();
        assert!(Lock::take_if_there(&target, "noon").unwrap().is_none());
        assert!(!folder.path().join("out").exists(), "nothing is made");
        let lock = Lock::take(&target, "noon").unwrap();
        for again in [
            Lock::take(&target, "later").map(Some),
            Lock::take_if_there(&target, "later"),
        ] {
            let told = again.unwrap_err().to_string();
            assert!(
                told.contains(&format!("process {} on ", std::process::id())) && told.contains("since noon"),
                "{told}"
            );
        }
        // Another plan in the same folder is another matter.
        let other = Target::new(&folder.path().join("out/other.csv")).unwrap();
        assert!(Lock::take(&other, "noon").is_ok());
        drop(lock);
        assert!(Lock::take_if_there(&target, "later").unwrap().is_some());
    }
}
