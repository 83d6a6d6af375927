//! Files that appear all at once or not at all.
//!
//! In: contents and the paths they are for, in one folder. Each is written to a temporary file in that folder and flushed to
//! the disk; when all are complete, they are renamed one after the other into their places. If a rename fails, those done are
//! undone. Temporary files vanish with the stage. Refuses to replace anything but a regular file, and never follows a link.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile, TempPath};

use super::Digesting;

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
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        make_folder(folder).map_err(|cause| WriteStop::Folder {
            path: folder.to_owned(),
            cause,
        })?;
        Ok(Stage {
            folder: folder.to_owned(),
            staged: Vec::new(),
        })
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
        let file = beside(path, |name, folder| name.tempfile_in(folder)).map_err(failed)?;
        let digest = write_through(file.as_file(), fill).map_err(failed)?;
        self.staged.push((file, path.to_owned()));
        Ok(digest)
    }

    /// Puts all files in their places, in the order in which they were added.
    pub(super) fn publish(self) -> Result<(), WriteStop> {
        let mut done = Vec::new();
        for (file, path) in self.staged {
            let replaced = replace(file, &path);
            match replaced {
                Ok(before) => done.push((path, before)),
                Err(cause) => {
                    undo(done);
                    return Err(WriteStop::File { path, cause });
                }
            }
        }
        // The renames are in effect; that the folder's entry is on the disk as well is all that may fail now.
        let _ = sync_folder(&self.folder);
        Ok(())
    }
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
fn replace(file: NamedTempFile, path: &Path) -> io::Result<Option<TempPath>> {
    let before = match fs::symlink_metadata(path) {
        Ok(_) => Some(second_name(path)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
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
fn undo(done: Vec<(PathBuf, Option<TempPath>)>) {
    for (path, before) in done.into_iter().rev() {
        let _ = match before {
            Some(before) => before.persist(&path).map_err(|error| error.error),
            None => fs::remove_file(&path),
        };
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
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o640));
    make(&builder, folder)
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
