//! Zip archives: workbooks, and texts that were packed.
//!
//! In: bytes that begin as a zip archive. Out: its tables. The central directory is judged first, against the limits on parts,
//! sizes and ratio, before anything is unpacked: what unpacks to more than it declares is an error of the zip reader. Texts are
//! read one after the other in the order of their names, each a table whose sheet is the member's name.

use std::io::Read;

use zip::{ZipArchive, result::ZipError};

use super::{
    Container, Job, RATIO_FROM, Refusal, Sink,
    container::{self, Archive, ENCRYPTED, Kind},
    directory, refuse,
    source::{Content, ReadSeek, Stored},
    table::Found,
    text::TextJob,
    workbook,
};
use crate::finding::{Code, Finding, Place};

/// Reads an archive by what is in it.
pub(super) fn read(job: &mut Job<'_>, stored: &Stored<'_>, sink: &mut dyn Sink) -> Result<Found, Refusal> {
    let reader = stored.reader().map_err(|error| job.unreadable(error))?;
    let mut archive = ZipArchive::new(reader).map_err(|_| damaged(job))?;
    let members = preflight(job, &mut archive)?;
    let start = archive.central_directory_start();
    let names: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
    let kind = container::archive(&names, &mimetype(&mut archive));
    drop(archive);
    let reader = stored.reader().map_err(|error| job.unreadable(error))?;
    if let Some(name) = directory::repeated_name(reader, start).map_err(|_| damaged(job))? {
        let message = format!("holds two parts of the name `{name}`; it was not read, since either may be meant");
        let hint = "open it and save it again, or fetch the file again";
        return Err(refuse(Code::FileUnreadable, job.place(), message, hint));
    }
    match kind {
        Archive::Refused(refused) => Err(job.refused(refused)),
        Archive::Xlsx => workbook::read(job, stored, Container::Xlsx, sink),
        Archive::Xlsb => workbook::read(job, stored, Container::Xlsb, sink),
        Archive::Ods => workbook::read(job, stored, Container::Ods, sink),
        Archive::Files => texts(job, stored, members, sink),
    }
}

struct Member {
    name: String,
    index: usize,
    encrypted: bool,
}

fn damaged(job: &Job<'_>) -> Refusal {
    let message = "cannot be read: the archive is damaged or cut off";
    refuse(Code::FileUnreadable, job.place(), message, "fetch the file again")
}

/// Checks the central directory against the limits; gives the members that are files, by name.
fn preflight(job: &Job<'_>, archive: &mut ZipArchive<Box<dyn ReadSeek + '_>>) -> Result<Vec<Member>, Refusal> {
    let limits = job.limits;
    if archive.len() as u64 > limits.parts {
        return Err(job.over(job.place(), "parts", limits.parts, "parts"));
    }
    let mut members = Vec::new();
    let (mut packed, mut unpacked) = (0u64, 0u64);
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|_| damaged(job))?;
        if member.size() > limits.part_bytes {
            return Err(job.over(
                job.place(),
                "part_bytes",
                limits.part_bytes,
                "bytes in one unpacked part",
            ));
        }
        packed = packed.saturating_add(member.compressed_size());
        unpacked = unpacked.saturating_add(member.size());
        if !member.is_dir() {
            let name = member
                .name()
                .map_or_else(|_| format!("member {index}"), |name| name.into_owned());
            members.push(Member {
                name,
                index,
                encrypted: member.encrypted(),
            });
        }
    }
    if unpacked > limits.unpacked_bytes {
        return Err(job.over(job.place(), "unpacked_bytes", limits.unpacked_bytes, "unpacked bytes"));
    }
    if unpacked > RATIO_FROM && unpacked > packed.saturating_mul(limits.ratio) {
        return Err(job.over(job.place(), "ratio", limits.ratio, "unpacked bytes for each packed one"));
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

/// What the member `mimetype` says, as OpenDocument has it.
fn mimetype(archive: &mut ZipArchive<Box<dyn ReadSeek + '_>>) -> String {
    let mut text = String::new();
    if let Ok(member) = archive.by_name("mimetype") {
        // A mimetype that cannot be read is none.
        let _ = member.take(100).read_to_string(&mut text);
    }
    text
}

fn texts(job: &mut Job<'_>, stored: &Stored<'_>, members: Vec<Member>, sink: &mut dyn Sink) -> Result<Found, Refusal> {
    job.report.container = Some(Container::Zip);
    let mut all = Found::Nothing;
    let mut ignored = Vec::new();
    let mut refused: Vec<Finding> = Vec::new();
    for member in members {
        let place = Place {
            sheet: Some(member.name.as_str().into()),
            ..job.place()
        };
        if member.encrypted {
            let mut refusal = job.refused(ENCRYPTED);
            refusal.place = place;
            return Err(refusal);
        }
        // What macOS and Windows add to archives.
        if member.name.starts_with("__MACOSX/")
            || member.name.ends_with(".DS_Store")
            || member.name.ends_with("Thumbs.db")
        {
            continue;
        }
        let content = Content::Member(stored, member.index);
        let head = match content.head(8192) {
            Ok(head) => head,
            Err(error) => return Err(unpackable(place, &error)),
        };
        if let Some(what) = no_text(&head) {
            let message = format!("is {what}, inside an archive; it was not read");
            let hint = "unpack the archive and give the files in it";
            refused.push(Finding::new(Code::FileRefused, place, message, hint));
            continue;
        }
        let limit = ("file_bytes", job.limits.file_bytes);
        let text = TextJob {
            job,
            content,
            member: Some(member.name.as_str().into()),
            limit,
        };
        let found = text.read(sink)?;
        if let Found::NoHeadings { text, .. } = &found {
            let message =
                format!("the file in the archive holds no table of ours; it begins with `{text}` and was left out");
            ignored.push(Finding::new(Code::SheetIgnored, place, message, ""));
        }
        all = all.or(found);
    }
    // Of an archive of nothing else, this says why it was not read.
    if all == Found::Nothing
        && let Some(last) = refused.pop()
    {
        job.report.findings.append(&mut refused);
        return Err(Box::new(last));
    }
    job.report.findings.append(&mut refused);
    if !matches!(all, Found::NoHeadings { .. }) {
        job.report.findings.append(&mut ignored);
    }
    Ok(all)
}

/// What a member is, where it is no text.
fn no_text(head: &[u8]) -> Option<&'static str> {
    match container::kind(head) {
        Kind::Text => None,
        Kind::Refused(refused) => Some(refused.what),
        Kind::Gzip | Kind::Zip => Some("a workbook or archive"),
        Kind::Ole => Some("a workbook"),
    }
}

fn unpackable(place: Place, error: &std::io::Error) -> Refusal {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ZipError>());
    match inner {
        Some(ZipError::CompressionMethodNotSupported(_)) => {
            let message = "is packed in a way we do not read";
            refuse(
                Code::FileRefused,
                place,
                message,
                "unpack the archive and give the files in it",
            )
        }
        _ => refuse(
            Code::FileUnreadable,
            place,
            format!("cannot be unpacked: {error}"),
            "fetch the file again",
        ),
    }
}
