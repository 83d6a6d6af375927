//! Files that appear all at once or not at all.
//!
//! In: contents and the paths they are for, in one folder. Each is written to a temporary file in that folder and flushed to
//! the disk; when all are complete, they are renamed one after the other into their places. If a rename fails, those done are
//! undone. Temporary files vanish with the stage; those that a killed run left are swept by the next one. Refuses to replace
//! anything but a regular file, and never follows a link.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile, TempPath};

use super::{
    Digesting,
    under_way::{self, UnderWay},
};

/// Why outputs could not be written; those of the last run are as they were.
#[derive(Debug, thiserror::Error)]
pub enum WriteStop {
    /// The path ends in no file name.
    #[error("{}: is no file name to write to\n  hint: name the plan itself, such as `-o out/plan.csv`", path.display())]
    NoFileName {
        /// The path.
        path: PathBuf,
    },
    /// The path's ending names a format that no plan has.
    #[error("{}: a plan is CSV, and `.{ending}` names another format\n  hint: name it {}; spreadsheets open CSV", path.display(), path.with_extension("csv").display())]
    NotCsv {
        /// The path.
        path: PathBuf,
        /// Its ending.
        ending: String,
    },
    /// Something else than a file stands where an output should go.
    #[error("{}: is {what}, so it was not replaced\n  hint: remove it, or name another file with `-o`", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The folder is not there and cannot be made.
    #[error("{}: the folder cannot be made: {cause}\n  hint: make it, or let this user write in the folder above", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Another run holds the lock.
    #[error("{}: another run is at work on this plan: {holder}; nothing was read or written\n  hint: wait until it is done, or end it; a lock never outlives its run", path.display())]
    Locked {
        /// The plan.
        path: PathBuf,
        /// Who holds it.
        holder: String,
    },
    /// The folder of the outputs is gone, or another one.
    #[error("{}: the folder is no longer the one that the run began with, so nothing was written\n  hint: look whether the disk is mounted, and run again", path.display())]
    Vanished {
        /// The folder.
        path: PathBuf,
    },
    /// The lock cannot be taken, for another reason than that somebody holds it.
    #[error("{}: cannot be locked: {cause}\n  hint: {}", path.display(), advice(cause))]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Writing failed.
    #[error("{}: cannot be written: {cause}\n  hint: {}", path.display(), advice(cause))]
    File {
        /// The output.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

fn advice(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room, or name another folder with `-o`",
        io::ErrorKind::PermissionDenied => "close it where it is open, and let this user write in its folder",
        io::ErrorKind::ReadOnlyFilesystem => "name a folder that can be written to with `-o`",
        _ => "check the folder and the disk it is on; the files of the last run are as they were",
    }
}

/// Outputs under way.
pub(super) struct Stage {
    folder: PathBuf,
    staged: Vec<(NamedTempFile, PathBuf)>,
}

impl Stage {
    /// Begins in a folder, which is made if it is missing.
    pub(super) fn open(folder: &Path) -> Result<Stage, WriteStop> {
        let folder = or_here(folder);
        make_folder(folder).map_err(|cause| WriteStop::Folder {
            path: folder.to_owned(),
            cause,
        })?;
        Ok(Stage {
            folder: folder.to_owned(),
            staged: Vec::new(),
        })
    }

    /// The same, for every user to read.
    pub(super) fn add_for_all(
        &mut self,
        path: &Path,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<String, WriteStop> {
        let digest = self.add(path, fill)?;
        if let Some((file, _)) = self.staged.last() {
            let opened = open_to_all(file.as_file());
            opened.map_err(|cause| WriteStop::File {
                path: path.to_owned(),
                cause,
            })?;
        }
        Ok(digest)
    }

    /// Writes what is to stand at `path`, down to the disk. Gives its SHA-256 in hexadecimal.
    pub(super) fn add(
        &mut self,
        path: &Path,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<String, WriteStop> {
        check_target(path)?;
        let failed = |cause| WriteStop::File {
            path: path.to_owned(),
            cause,
        };
        let file = temporary(path).map_err(failed)?;
        // Noted before it is filled, so that it goes with the stage whatever happens.
        self.staged.push((file, path.to_owned()));
        let Some((file, _)) = self.staged.last() else {
            return Ok(String::new());
        };
        write_through(file.as_file(), fill).map_err(failed)
    }

    /// What is staged for a path, from its start.
    pub(super) fn staged(&self, path: &Path) -> io::Result<File> {
        let found = self.staged.iter().find(|(_, own)| own == path);
        found.map_or_else(|| Err(io::ErrorKind::NotFound.into()), |(file, _)| file.reopen())
    }

    /// Puts all files in their places, in the order in which they were added. Whoever ends the process waits for that.
    pub(super) fn publish(mut self) -> Result<(), WriteStop> {
        let staged = std::mem::take(&mut self.staged);
        let names: Vec<PathBuf> = staged.iter().map(|(file, _)| file.path().to_owned()).collect();
        let mut done = Vec::new();
        let published = put_in_place(staged, &mut done);
        let seconds = done.iter().filter_map(|(_, before)| before.as_deref());
        under_way::forget(names.iter().map(PathBuf::as_path).chain(seconds));
        // The renames are in effect; that the folder's entry is on the disk as well is all that may fail now.
        let _ = sync_folder(&self.folder);
        published
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let staged = std::mem::take(&mut self.staged);
        let names: Vec<PathBuf> = staged.iter().map(|(file, _)| file.path().to_owned()).collect();
        drop(staged);
        under_way::forget(names.iter().map(PathBuf::as_path));
    }
}

/// A path, and a second name of what stood there before.
type Replaced = (PathBuf, Option<TempPath>);

fn put_in_place(staged: Vec<(NamedTempFile, PathBuf)>, done: &mut Vec<Replaced>) -> Result<(), WriteStop> {
    let mut held = under_way::hold();
    for (file, path) in staged {
        let replaced = match &mut held {
            Ok(held) => replace(file, &path, held),
            Err(error) => Err(error.kind().into()),
        };
        match replaced {
            Ok(before) => done.push((path, before)),
            Err(cause) => {
                undo(done);
                return Err(WriteStop::File { path, cause });
            }
        }
    }
    Ok(())
}

/// A file for what is to stand at `path`, noted as under way.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let mut under_way = under_way::hold()?;
    let file = beside(path, |name, folder| name.tempfile_in(folder))?;
    under_way.note(file.path());
    Ok(file)
}

fn write_through(file: &File, fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> io::Result<String> {
    let mut out = Digesting::new(BufWriter::with_capacity(1 << 18, file));
    fill(&mut out)?;
    out.flush()?;
    let (_, digest) = out.finish();
    file.sync_all()?;
    Ok(digest)
}

/// Renames a file over what stands at `path`. Gives a second name of what stood there.
fn replace(file: NamedTempFile, path: &Path, held: &mut UnderWay) -> io::Result<Option<TempPath>> {
    let before = match fs::symlink_metadata(path) {
        Ok(_) => Some(second_name(path)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    before.iter().for_each(|before| held.note(before));
    file.persist(path).map_err(|error| error.error)?;
    Ok(before)
}

/// A hard link to a file, or a copy where the file system has none.
fn second_name(path: &Path) -> io::Result<TempPath> {
    let linked = beside(path, |name, folder| {
        name.make_in(folder, |second| fs::hard_link(path, second))
    });
    let kept = linked.or_else(|_| {
        beside(path, |name, folder| {
            name.make_in(folder, |second| fs::copy(path, second).map(|_| ()))
        })
    });
    Ok(kept?.into_temp_path())
}

/// Puts back what stood there, as far as that goes: the run fails either way, and the run record tells a mixed set.
fn undo(done: &mut Vec<Replaced>) {
    while let Some((path, before)) = done.pop() {
        let _ = match before {
            Some(before) => before.persist(&path).map_err(|error| error.error),
            None => fs::remove_file(&path),
        };
    }
}

/// Removes the temporary files that a killed run of ours left for these paths. Only while nobody else writes them.
pub(super) fn sweep(folder: &Path, paths: &[PathBuf]) {
    let names: Vec<_> = paths.iter().filter_map(|path| path.file_name()).collect();
    let entries = fs::read_dir(or_here(folder)).into_iter().flatten().flatten();
    for entry in entries {
        let own = entry.file_name();
        let is_ours = names
            .iter()
            .any(|name| is_temporary(&own.to_string_lossy(), &name.to_string_lossy()));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a name is one that [`beside`] gives for a file of another name: `.plan.csv.x7Qp2a.tmp`.
fn is_temporary(own: &str, name: &str) -> bool {
    let middle = own
        .strip_prefix('.')
        .and_then(|rest| rest.strip_prefix(name))
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(".tmp"));
    middle.is_some_and(|middle| middle.len() == 6 && middle.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A folder, the working folder where none is named.
pub(super) fn or_here(folder: &Path) -> &Path {
    match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    }
}

/// Removes what a stopped run left beside the plan. A good run does not fail for it.
pub(super) fn remove_stale(paths: &[PathBuf]) {
    for path in paths {
        let _ = fs::remove_file(path);
    }
}

fn check_target(path: &Path) -> Result<(), WriteStop> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(metadata) => Err(WriteStop::NotAFile {
            path: path.to_owned(),
            what: what_it_is(&metadata),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(WriteStop::File {
            path: path.to_owned(),
            cause,
        }),
    }
}

fn what_it_is(metadata: &Metadata) -> &'static str {
    match metadata.file_type() {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_symlink() => "a symbolic link",
        _ => "a device, pipe or socket",
    }
}

/// Makes a file in the folder of `path` under a name that is hidden and tells whose it is: `.plan.csv.x7Qp2a.tmp`. Readable by
/// owner and group only, since names of customers are personal data.
fn beside<T>(path: &Path, make: impl FnOnce(&Builder<'_, '_>, &Path) -> io::Result<T>) -> io::Result<T> {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    let folder = or_here(path.parent().unwrap_or(Path::new("")));
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o640));
    make(&builder, folder)
}

#[cfg(unix)]
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)
}

#[cfg(not(unix))]
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn open_to_all(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_all(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
