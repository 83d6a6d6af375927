//! A folder of files that appears whole or not at all.
//!
//! In: files by name, and the place of the folder. Out: a folder beside that place, which then takes the place of the one that
//! stands there: in one step where the system can exchange two names (Linux), else in two. Refuses to replace a folder that holds
//! anything which we did not write.

use std::{
    ffi::OsString,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, TempDir};

use super::{
    WriteStop,
    stage::{Before, or_here, sync_folder, what_it_is},
};
use crate::config::sha256;

/// A folder under way.
pub(super) struct Folder {
    path: PathBuf,
    listing: Vec<(String, String)>,
}

impl Folder {
    /// A folder that is there and empty.
    pub(super) fn new(path: &Path) -> Folder {
        Folder {
            path: path.to_owned(),
            listing: Vec::new(),
        }
    }

    /// Writes a file of the folder.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
        let mut file = options.open(self.path.join(name))?;
        file.write_all(bytes)?;
        file.sync_data()?;
        self.listing.push((name.to_owned(), sha256(bytes)));
        Ok(())
    }

    /// The SHA-256 of the list of its files, as `sha256sum *` writes it.
    pub(super) fn digest(mut self) -> String {
        let _ = sync_folder(&self.path);
        self.listing.sort();
        let lines = self.listing.iter().map(|(name, digest)| format!("{digest}  {name}\n"));
        sha256(lines.collect::<String>().as_bytes())
    }
}

/// Makes a folder beside `path`, under a hidden name, for owner and group only.
pub(super) fn beside(path: &Path) -> io::Result<TempDir> {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o750));
    builder.tempdir_in(or_here(path.parent().unwrap_or(Path::new(""))))
}

/// Nothing may stand there, or a folder of ours.
pub(super) fn check(path: &Path, is_ours: impl Fn(&str) -> bool) -> Result<(), WriteStop> {
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

/// Puts a folder in the place of what stands at `path`. Gives what stood there, which vanishes with the answer.
pub(super) fn replace(new: TempDir, path: &Path) -> io::Result<Before> {
    match fs::symlink_metadata(path) {
        // Exchanged, the temporary name is that of the old folder.
        Ok(_) if exchanged(new.path(), path) => return Ok(Before::Folder(new)),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::rename(new.path(), path)?;
            let _ = new.keep();
            return Ok(Before::Nothing);
        }
        Err(error) => return Err(error),
    }
    let old = beside(path)?;
    fs::remove_dir(old.path())?;
    fs::rename(path, old.path())?;
    if let Err(error) = fs::rename(new.path(), path) {
        let _ = fs::rename(old.path(), path);
        return Err(error);
    }
    let _ = new.keep();
    Ok(Before::Folder(old))
}

/// Exchanges two names, where the system can.
#[cfg(target_os = "linux")]
fn exchanged(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchanged(_one: &Path, _other: &Path) -> bool {
    false
}
