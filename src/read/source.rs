//! Where the bytes of an input come from, as often as they are needed.
//!
//! In: an [`Input`]. Out: passes over its bytes as stored, or over what a gzip file or an archive's member unpacks to. A file
//! is opened once and read by that handle, so that a replaced file cannot give half of each. Refuses what is no regular file.

use std::{
    cell::Cell,
    fs::{File, Metadata},
    io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write},
    time::SystemTime,
};

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::Input;

/// Bytes as stored.
#[derive(Debug)]
pub(super) enum Stored<'a> {
    File(File),
    Bytes(&'a [u8]),
}

/// A reader that can be positioned.
pub(crate) trait ReadSeek: BufRead + Seek {}
impl<T: BufRead + Seek> ReadSeek for T {}

/// A writer that can be positioned: of one kind for all archives, since each kind has the packing compiled for it.
pub(crate) trait WriteSeek: Write + Seek {}
impl<T: Write + Seek> WriteSeek for T {}

/// The usual troubles in words that are the same on every system.
fn in_our_words(error: io::Error) -> io::Error {
    let words = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file",
        io::ErrorKind::PermissionDenied => "we have no right to read it",
        _ => return error,
    };
    io::Error::new(error.kind(), words)
}

/// Size, time and number of an open file, and of what its path leads to, if anything.
pub(super) type State = (OfFile, Option<OfFile>);
type OfFile = (u64, Option<SystemTime>, u64);

fn of_metadata(metadata: &Metadata) -> OfFile {
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let number = 0;
    (metadata.len(), metadata.modified().ok(), number)
}

impl Stored<'_> {
    pub(super) fn open(input: &Input) -> io::Result<Stored<'_>> {
        match input {
            Input::Bytes { bytes, .. } => Ok(Stored::Bytes(bytes)),
            Input::File(path) => {
                // Asked before opening: opening a pipe would wait for its writer.
                if !std::fs::metadata(path).map_err(in_our_words)?.is_file() {
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
                }
                Ok(Stored::File(File::open(path).map_err(in_our_words)?))
            }
        }
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        match self {
            Stored::File(file) => Ok(file.metadata()?.len()),
            Stored::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// What tells whether the file has changed since: its size and time, and whether its path still leads to it.
    pub(super) fn state(&self, input: &Input) -> Option<State> {
        let (Stored::File(file), Input::File(path)) = (self, input) else {
            return None;
        };
        Some((
            of_metadata(&file.metadata().ok()?),
            std::fs::metadata(path).ok().map(|now| of_metadata(&now)),
        ))
    }

    /// A reader from the start; one at a time.
    pub(super) fn reader(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        match self {
            Stored::Bytes(bytes) => Ok(Box::new(Cursor::new(*bytes))),
            Stored::File(file) => {
                let mut file: &File = file;
                file.seek(SeekFrom::Start(0))?;
                Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
            }
        }
    }

    /// The open file from its start, for another process to read; bytes in memory have none.
    pub(super) fn rewound(&self) -> io::Result<File> {
        match self {
            Stored::Bytes(_) => Err(io::ErrorKind::Unsupported.into()),
            Stored::File(file) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                Ok(file)
            }
        }
    }

    /// Whether [`Stored::digest`] leaves other readers where they are.
    pub(super) const READS_APART: bool = cfg!(unix);

    /// Length and digest (lower-case hexadecimal) of the bytes.
    pub(super) fn digest(&self) -> io::Result<(u64, String)> {
        match self {
            Stored::Bytes(bytes) => digest_of(*bytes),
            Stored::File(file) => digest_of(Apart { file, at: 0 }),
        }
    }
}

fn digest_of(bytes: impl Read) -> io::Result<(u64, String)> {
    let mut tally = Tally::new(BufReader::with_capacity(1 << 18, bytes));
    io::copy(&mut tally, &mut io::sink())?;
    Ok(tally.finish())
}

/// A file read by place.
struct Apart<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Apart<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, into, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Counts and digests what is read through it.
pub(super) struct Tally<R> {
    inner: R,
    digest: Sha256,
    bytes: u64,
}

impl<R: Read> Tally<R> {
    pub(super) fn new(inner: R) -> Tally<R> {
        Tally {
            inner,
            digest: Sha256::new(),
            bytes: 0,
        }
    }

    /// Length and digest of everything read so far.
    pub(super) fn finish(self) -> (u64, String) {
        let digest = self.digest.finalize();
        (self.bytes, digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl<R: Read> Read for Tally<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.digest.update(into.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        Ok(read)
    }
}

/// The members of a gzip file, one after the other.
struct Members<'a> {
    member: Option<GzDecoder<Box<dyn ReadSeek + 'a>>>,
    followed: &'a Cell<bool>,
}

impl Read for Members<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let Some(mut rest) = self.member.take().map(GzDecoder::into_inner) else {
                break;
            };
            match rest.fill_buf()?.first() {
                Some(0x1f) => self.member = Some(GzDecoder::new(rest)),
                // Some programs fill a block up with NUL bytes.
                _ => self.followed.set(!is_padding(&mut rest)?),
            }
        }
        Ok(0)
    }
}

fn is_padding(rest: &mut dyn BufRead) -> io::Result<bool> {
    loop {
        let bytes = rest.fill_buf()?;
        if bytes.is_empty() {
            return Ok(true);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        let length = bytes.len();
        rest.consume(length);
    }
}

/// One text, in whatever it is wrapped.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content<'a> {
    /// The stored bytes are the text.
    Plain(&'a Stored<'a>),
    /// They are gzip, of one or several members; says whether something else follows the last of them.
    Gzip(&'a Stored<'a>, &'a Cell<bool>),
    /// The text is a member of a zip archive.
    Member(&'a Stored<'a>, usize),
}

impl Content<'_> {
    /// One pass over the text from its start.
    pub(super) fn pass<T>(&self, work: impl FnOnce(&mut dyn Read) -> T) -> io::Result<T> {
        match self {
            Content::Plain(stored) => Ok(work(&mut stored.reader()?)),
            Content::Gzip(stored, followed) => Ok(work(&mut Members {
                member: Some(GzDecoder::new(stored.reader()?)),
                followed,
            })),
            Content::Member(stored, index) => {
                let mut archive = ZipArchive::new(stored.reader()?)?;
                let mut member = archive.by_index(*index)?;
                Ok(work(&mut member))
            }
        }
    }

    /// The first bytes.
    pub(super) fn head(&self, length: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        let read = self.pass(|reader| reader.take(length).read_to_end(&mut head))?;
        // What is cut or corrupt after its first bytes shows in the survey, with what was before it.
        match read {
            Err(error) if head.is_empty() => Err(error),
            _ => Ok(head),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_pass_gives_the_same_bytes() {
        let mut members = gzip(b"id,name\n");
        members.extend(gzip(b"1,Acme\n"));
        let stored = Stored::Bytes(&members);
        let followed = Cell::new(false);
        let content = Content::Gzip(&stored, &followed);
        for _ in 0..2 {
            assert_eq!(content.head(100).unwrap(), b"id,name\n1,Acme\n");
        }
        assert_eq!(content.head(3).unwrap(), b"id,");
        for (rest, follows) in [
            (&b""[..], false),
            (&[0; 70_000], false),
            (b"garbage", true),
            (b"\0\0x", true),
        ] {
            let bytes = [&members, rest].concat();
            let (stored, followed) = (Stored::Bytes(&bytes), Cell::new(false));
            let content = Content::Gzip(&stored, &followed);
            assert_eq!(content.head(100).unwrap(), b"id,name\n1,Acme\n");
            assert_eq!(followed.get(), follows, "{}", rest.len());
        }
    }

    #[test]
    fn the_digest_is_of_the_stored_bytes() {
        let (bytes, digest) = Stored::Bytes(b"abc").digest().unwrap();
        assert_eq!(bytes, 3);
        assert_eq!(
            digest,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = Stored::open(&Input::File(folder.path().into())).unwrap_err();
        assert_eq!(error.to_string(), "not a regular file");
    }
}
