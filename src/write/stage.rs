//! Files that appear all at once or not at all.
//!
//! In: contents and the paths they are for. Each is written to a temporary file in the folder of its path and flushed to
//! the disk; when all are complete, they are renamed one after the other into their places. If a rename fails, those done are
//! undone. Temporary files vanish with the stage. A folder is treated as one file is: made beside its place, then exchanged for
//! what stands there. Refuses to replace anything but a regular file, or a folder that holds nothing but what we wrote, and never
//! follows a link.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File, Metadata},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile, TempDir, TempPath};

use super::Digesting;
use crate::config::sha256;

/// What a folder that moved aside is called.
const ASIDE: &str = "aside";

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
}

/// What is ready to take its place.
enum Staged {
    File(NamedTempFile),
    Folder(TempDir),
}

/// What stood in a place before.
enum Before {
    Nothing,
    File(TempPath),
    /// A folder that holds the one that stood there.
    Folder(TempDir),
}

/// What has taken its place.
struct Done {
    path: PathBuf,
    is_folder: bool,
    before: Before,
}

/// A folder under way.
pub(super) struct Folder {
    place: TempDir,
    listing: Vec<(String, String)>,
}

impl Folder {
    /// Writes a file of the folder.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
        let mut file = options.open(self.place.path().join(name))?;
        file.write_all(bytes)?;
        file.sync_data()?;
        self.listing.push((name.to_owned(), sha256(bytes)));
        Ok(())
    }

    /// The SHA-256 of the list of its files, as `sha256sum *` writes it.
    fn digest(&mut self) -> String {
        self.listing.sort();
        let lines = self.listing.iter().map(|(name, digest)| format!("{digest}  {name}\n"));
        sha256(lines.collect::<String>().as_bytes())
    }
}

impl Stage {
    /// Begins in a folder, which is made if it is missing.
    pub(super) fn open(folder: &Path) -> Result<Stage, WriteStop> {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let mut stage = Stage {
            folders: BTreeSet::new(),
            staged: Vec::new(),
        };
        stage.reach(folder)?;
        Ok(stage)
    }

    /// Makes a folder that outputs stand in, if it is missing.
    fn reach(&mut self, folder: &Path) -> Result<(), WriteStop> {
        make_folder(folder).map_err(|cause| WriteStop::Folder {
            path: folder.to_owned(),
            cause,
        })?;
        self.folders.insert(folder.to_owned());
        Ok(())
    }

    /// Writes what is to stand at `path`, down to the disk. Gives its SHA-256 in hexadecimal.
    pub(super) fn add(
        &mut self,
        path: &Path,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<String, WriteStop> {
        check_target(path)?;
        self.reach(folder_of(path))?;
        let failed = |cause| WriteStop::File {
            path: path.to_owned(),
            cause,
        };
        let file = beside(path, |name, folder| name.tempfile_in(folder)).map_err(failed)?;
        let digest = write_through(file.as_file(), fill).map_err(failed)?;
        self.staged.push((Staged::File(file), path.to_owned()));
        Ok(digest)
    }

    /// Writes a folder that is to stand at `path`, where nothing stands or a folder in which every name `is_ours`. Gives the
    /// SHA-256 of the list of its files.
    pub(super) fn add_folder(
        &mut self,
        path: &Path,
        is_ours: impl Fn(&str) -> bool,
        fill: impl FnOnce(&mut Folder) -> io::Result<()>,
    ) -> Result<String, WriteStop> {
        check_folder(path, is_ours)?;
        self.reach(folder_of(path))?;
        let failed = |cause| WriteStop::File {
            path: path.to_owned(),
            cause,
        };
        let place = folder_beside(path).map_err(failed)?;
        let mut folder = Folder {
            place,
            listing: Vec::new(),
        };
        fill(&mut folder).map_err(failed)?;
        let digest = folder.digest();
        let _ = sync_folder(folder.place.path());
        self.staged.push((Staged::Folder(folder.place), path.to_owned()));
        Ok(digest)
    }

    /// Puts all files in their places, in the order in which they were added.
    pub(super) fn publish(self) -> Result<(), WriteStop> {
        let mut done = Vec::new();
        for (staged, path) in self.staged {
            let (is_folder, replaced) = match staged {
                Staged::File(file) => (false, replace(file, &path)),
                Staged::Folder(folder) => (true, replace_folder(folder, &path)),
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
        // The renames are in effect; that the folder's entry is on the disk as well is all that may fail now.
        for folder in &self.folders {
            let _ = sync_folder(folder);
        }
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

/// Puts a folder in the place of the one that stands at `path`, which moves aside.
fn replace_folder(folder: TempDir, path: &Path) -> io::Result<Before> {
    let before = match fs::symlink_metadata(path) {
        Ok(_) => {
            let aside = folder_beside(path)?;
            fs::rename(path, aside.path().join(ASIDE))?;
            Before::Folder(aside)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Before::Nothing,
        Err(error) => return Err(error),
    };
    match fs::rename(folder.path(), path) {
        Ok(()) => {
            // It is no longer where it would be removed from.
            let _ = folder.keep();
            Ok(before)
        }
        Err(error) => {
            if let Before::Folder(aside) = before {
                let _ = fs::rename(aside.path().join(ASIDE), path);
            }
            Err(error)
        }
    }
}

/// Renames a file over what stands at `path`. Gives a second name of what stood there.
fn replace(file: NamedTempFile, path: &Path) -> io::Result<Before> {
    let before = match fs::symlink_metadata(path) {
        Ok(_) => Before::File(second_name(path)?),
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
fn undo(done: Vec<Done>) {
    for Done {
        path,
        is_folder,
        before,
    } in done.into_iter().rev()
    {
        // It is the folder that was put there a moment ago.
        if is_folder {
            let _ = fs::remove_dir_all(&path);
        }
        let _ = match before {
            Before::File(before) => before.persist(&path).map_err(|error| error.error),
            Before::Folder(aside) => fs::rename(aside.path().join(ASIDE), &path),
            Before::Nothing if is_folder => Ok(()),
            Before::Nothing => fs::remove_file(&path),
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

/// Nothing may stand there, or a folder of ours.
fn check_folder(path: &Path, is_ours: impl Fn(&str) -> bool) -> Result<(), WriteStop> {
    let failed = |cause| WriteStop::File {
        path: path.to_owned(),
        cause,
    };
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(metadata) => {
            let what = match metadata.is_file() {
                true => "a file",
                false => what_it_is(&metadata),
            };
            return Err(WriteStop::NotAFile {
                path: path.to_owned(),
                what,
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(failed(cause)),
    }
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().map_err(failed)?.is_file();
        if !is_file || !is_ours(&name) {
            return Err(WriteStop::NotOurs {
                path: path.to_owned(),
                entry: name,
            });
        }
    }
    Ok(())
}

fn what_it_is(metadata: &Metadata) -> &'static str {
    match metadata.file_type() {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_symlink() => "a symbolic link",
        _ => "a device, pipe or socket",
    }
}

/// Makes a folder beside `path`, under a hidden name, for owner and group only.
fn folder_beside(path: &Path) -> io::Result<TempDir> {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o750));
    builder.tempdir_in(folder_of(path))
}

/// The folder that a path is in.
fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Makes a file in the folder of `path` under a name that is hidden and tells whose it is: `.plan.csv.x7Qp2a.tmp`. Readable by
/// owner and group only, since names of customers are personal data.
fn beside<T>(path: &Path, make: impl FnOnce(&Builder<'_, '_>, &Path) -> io::Result<T>) -> io::Result<T> {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    let folder = folder_of(path);
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
