//! Files that appear all at once or not at all.
//!
//! In: contents and the paths they are for. Each is written to a temporary file in the folder of its path and flushed to
//! the disk; when all are complete, they are renamed one after the other into their places. If a rename fails, those done are
//! undone. Temporary files vanish with the stage; those that a killed run left are swept by the next one. Refuses to replace
//! anything but a regular file, and never follows a link. A folder of files is treated as one file is (see `folder`).

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File, Metadata},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile, TempDir, TempPath};

use super::{
    APART, Digesting,
    folder::{self, Folder},
    settling::{Settled, Settling, wait_for},
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
    /// Something else than figures of ours stands where they should go.
    #[error("{}: holds no figures of ours, so `--metrics` did not replace it\n  hint: give `--metrics` a file of its own", path.display())]
    NotMetrics {
        /// The path.
        path: PathBuf,
    },
    /// A folder of ours holds something that is not.
    #[error("{}: holds `{entry}`, which is not of ours, so the folder was not replaced\n  hint: move it elsewhere, or name another folder", path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// What it holds.
        entry: String,
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
    folders: BTreeSet<PathBuf>,
    staged: Vec<(Staged, PathBuf)>,
    /// Files on their way down to the disk, while the next is made.
    flushing: Vec<(PathBuf, Settled)>,
}

/// What is ready to take its place.
pub(super) enum Staged {
    File(NamedTempFile),
    Folder(TempDir),
}

/// What stood in a place before.
pub(super) enum Before {
    Nothing,
    File(TempPath),
    /// The folder, under another name.
    Folder(TempDir),
}

impl Staged {
    fn path(&self) -> &Path {
        match self {
            Staged::File(file) => file.path(),
            Staged::Folder(folder) => folder.path(),
        }
    }

    fn file(&self) -> Option<&NamedTempFile> {
        match self {
            Staged::File(file) => Some(file),
            Staged::Folder(_) => None,
        }
    }
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
            folders: [folder.to_owned()].into(),
            staged: Vec::new(),
            flushing: Vec::new(),
        })
    }

    /// Makes another folder that outputs are to stand in, if it is missing.
    pub(super) fn reach(&mut self, folder: &Path) -> Result<(), WriteStop> {
        let folder = or_here(folder);
        if !self.folders.contains(folder) {
            make_folder(folder).map_err(|cause| WriteStop::Folder {
                path: folder.to_owned(),
                cause,
            })?;
            self.folders.insert(folder.to_owned());
        }
        Ok(())
    }

    /// The same, for every user to read.
    pub(super) fn add_for_all(
        &mut self,
        path: &Path,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<String, WriteStop> {
        let digest = self.add(path, |out| fill(out))?;
        if let Some(file) = self.staged.last().and_then(|(staged, _)| staged.file()) {
            let opened = open_to_all(file.as_file());
            opened.map_err(|cause| WriteStop::File {
                path: path.to_owned(),
                cause,
            })?;
        }
        Ok(digest)
    }

    /// Writes what is to stand at `path`; [`Stage::publish`] waits until it is down on the disk. Gives its SHA-256 in hexadecimal.
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
        self.staged.push((Staged::File(file), path.to_owned()));
        let Some(file) = self.staged.last().and_then(|(staged, _)| staged.file()) else {
            return Ok(String::new());
        };
        let (digest, settled) = write_out(file.as_file(), fill).map_err(failed)?;
        self.flushing.extend(settled.map(|settled| (path.to_owned(), settled)));
        Ok(digest)
    }

    /// Waits until all files are down on the disk.
    fn settle(&mut self) -> Result<(), WriteStop> {
        let flushed = self
            .flushing
            .drain(..)
            .map(|(path, settled)| wait_for(Some(settled)).map_err(|cause| WriteStop::File { path, cause }));
        flushed.collect()
    }

    /// Writes a folder that is to stand at `path`, where nothing stands or a folder in which every name `is_ours`. Gives the
    /// SHA-256 of the list of its files.
    pub(super) fn add_folder(
        &mut self,
        path: &Path,
        is_ours: impl Fn(&str) -> bool,
        fill: impl FnOnce(&mut Folder) -> io::Result<()>,
    ) -> Result<String, WriteStop> {
        folder::check(path, is_ours)?;
        let failed = |cause| WriteStop::File {
            path: path.to_owned(),
            cause,
        };
        let place = {
            let mut under_way = under_way::hold().map_err(failed)?;
            let place = folder::beside(path).map_err(failed)?;
            under_way.note(place.path());
            place
        };
        let mut folder = Folder::new(place.path());
        self.staged.push((Staged::Folder(place), path.to_owned()));
        fill(&mut folder).map_err(failed)?;
        Ok(folder.digest())
    }

    /// What is staged for a path, from its start.
    pub(super) fn staged(&self, path: &Path) -> io::Result<File> {
        let found = self.staged.iter().find(|(_, own)| own == path);
        let file = found.and_then(|(staged, _)| staged.file());
        file.map_or_else(|| Err(io::ErrorKind::NotFound.into()), NamedTempFile::reopen)
    }

    /// What is staged for a path takes its place after all that is staged by now.
    pub(super) fn put_last(&mut self, path: &Path) {
        self.staged.sort_by_key(|(_, own)| own == path);
    }

    /// Puts all files in their places, in the order in which they are staged. Whoever ends the process waits for that.
    pub(super) fn publish(mut self) -> Result<(), WriteStop> {
        self.settle()?;
        let staged = std::mem::take(&mut self.staged);
        let names: Vec<PathBuf> = staged.iter().map(|(staged, _)| staged.path().to_owned()).collect();
        let mut done = Vec::new();
        let published = put_in_place(staged, &mut done);
        let seconds = done.iter().filter_map(|done| match &done.before {
            Before::File(second) => Some(second.to_path_buf()),
            Before::Nothing | Before::Folder(_) => None,
        });
        let names: Vec<PathBuf> = names.into_iter().chain(seconds).collect();
        // Second names are forgotten once they are gone: a signal that comes meanwhile takes what is left of them.
        drop(done);
        under_way::forget(names.iter().map(PathBuf::as_path));
        // The renames are in effect; that the folder's entry is on the disk as well is all that may fail now.
        for folder in &self.folders {
            let _ = sync_folder(folder);
        }
        published
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let staged = std::mem::take(&mut self.staged);
        let names: Vec<PathBuf> = staged.iter().map(|(staged, _)| staged.path().to_owned()).collect();
        drop(staged);
        under_way::forget(names.iter().map(PathBuf::as_path));
    }
}

/// What has taken its place.
struct Done {
    path: PathBuf,
    is_folder: bool,
    before: Before,
}

fn put_in_place(staged: Vec<(Staged, PathBuf)>, done: &mut Vec<Done>) -> Result<(), WriteStop> {
    let mut held = under_way::hold();
    for (staged, path) in staged {
        let is_folder = staged.file().is_none();
        let replaced = match (&mut held, staged) {
            (Ok(held), Staged::File(file)) => replace(file, &path, held),
            (Ok(_), Staged::Folder(new)) => folder::replace(new, &path),
            (Err(error), _) => Err(error.kind().into()),
        };
        match replaced {
            Ok(before) => done.push(Done {
                path,
                is_folder,
                before,
            }),
            Err(cause) => {
                undo(done);
                return Err(WriteStop::File { path, cause });
            }
        }
    }
    if let Ok(held) = &mut held {
        held.is_done();
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

/// Gives the SHA-256 of what was written, and what to wait for until it is down on the disk.
fn write_out(
    file: &File,
    fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<(String, Option<Settled>)> {
    // What is digested apart goes by the buffer.
    let mut out = Digesting::new(BufWriter::with_capacity(APART, Settling::new(file)));
    fill(&mut out)?;
    out.flush()?;
    let (out, digest) = out.finish();
    let settling = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok((digest, settling.finish()?))
}

/// Renames a file over what stands at `path`. Gives a second name of what stood there.
fn replace(file: NamedTempFile, path: &Path, held: &mut UnderWay) -> io::Result<Before> {
    let before = match fs::symlink_metadata(path) {
        Ok(_) => {
            let second = second_name(path)?;
            held.note(&second);
            Before::File(second)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Before::Nothing,
        Err(error) => return Err(error),
    };
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
fn undo(done: &mut Vec<Done>) {
    while let Some(Done {
        path,
        is_folder,
        before,
    }) = done.pop()
    {
        // It is the folder that was put there a moment ago.
        if is_folder {
            let _ = fs::remove_dir_all(&path);
        }
        let _ = match before {
            Before::File(before) => before.persist(&path).map_err(|error| error.error),
            Before::Folder(before) => fs::rename(before.path(), &path),
            Before::Nothing if is_folder => Ok(()),
            Before::Nothing => fs::remove_file(&path),
        };
    }
}

/// Removes the temporary files that a killed run of ours left for these paths. Only while nobody else writes them: not once the run
/// is being ended, since what it leaves is being written then.
pub(super) fn sweep(folder: &Path, paths: &[PathBuf]) {
    let Ok(_held) = under_way::hold() else { return };
    let names: Vec<_> = paths.iter().filter_map(|path| path.file_name()).collect();
    let entries = fs::read_dir(or_here(folder)).into_iter().flatten().flatten();
    for entry in entries {
        let own = entry.file_name();
        let is_ours = names
            .iter()
            .any(|name| is_temporary(&own.to_string_lossy(), &name.to_string_lossy()));
        let kind = entry.file_type();
        if is_ours && kind.as_ref().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        } else if is_ours && kind.is_ok_and(|kind| kind.is_dir()) {
            let _ = fs::remove_dir_all(entry.path());
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

pub(super) fn what_it_is(metadata: &Metadata) -> &'static str {
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
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
