//! Our own process for one workbook: its inside.
//!
//! In: what the workbook is, the limits, a sheet perhaps, as arguments; its bytes on standard input. Out: its events on standard
//! output, as [`frames`] has them. Before it looks at the input it gives up what it does not need and the system lets it give up:
//! memory and time over the limits, files, other processes and more threads, rights. Where the pipe breaks, or the process that
//! started it ends, so does this one.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    process::ExitCode,
    sync::OnceLock,
    thread,
};

use super::{
    event::{Event, Failure, Next},
    frames,
    helper::Helper,
    parse::{parse, tell_xlsx},
    telling::Telling,
};
use crate::read::{Container, Limits, quiet::quietly};

/// Parses the workbook on standard input, as the arguments say.
pub fn parse_workbook(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match serve(arguments.into_iter().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody listens, or somebody else called us: there is no one to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(arguments: Vec<OsString>) -> io::Result<()> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
    let mut texts = arguments.iter().map(|argument| argument.to_str());
    let container: Container = texts
        .next()
        .flatten()
        .and_then(|word| word.parse().ok())
        .ok_or_else(wrong)?;
    let limits: Limits = serde_json::from_str(texts.next().flatten().ok_or_else(wrong)?).map_err(io::Error::other)?;
    let wanted = texts.next().flatten();
    confine(&limits)?;
    let held = OnceLock::new();
    thread::scope(|scope| {
        let mut helper = Helper::begin(scope);
        start_no_more()?;
        let mut bytes = Vec::new();
        let most = limits.file_bytes.saturating_add(1);
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
        let bytes: &Vec<u8> = held.get_or_init(|| bytes);
        // Told at once: where nobody listens, whoever started us ended before we asked to end with them.
        let mut frames = frames::Writer::new(io::stdout().lock());
        frames.flush()?;
        tell(frames, |emit| {
            parse(bytes, container, wanted, &limits, &mut helper, emit)
        })
    })
}

/// Tells what a parser emits, and how it ended.
fn tell<W: Write>(
    mut frames: frames::Writer<W>,
    parse: impl FnOnce(&mut dyn FnMut(Event<'_>) -> Next) -> Result<(), Failure>,
) -> io::Result<()> {
    let parsed = quietly(|| {
        parse(&mut |event| {
            if frames.event(&event).is_err() {
                // The pipe is broken: whoever asked has gone.
                std::process::exit(1);
            }
            Next::Go
        })
    });
    frames.close(&parsed.unwrap_or_else(|| Err(Failure::Damaged("it cannot be made sense of".into()))))
}

/// What our own process tells of an XLSX workbook: as it reads it, without anybody's help, and with nothing read narrowly. For tests,
/// which hold the ones against the other.
#[doc(hidden)]
pub fn all_ways_of_xlsx(bytes: &[u8], limits: &Limits) -> [Vec<u8>; 3] {
    thread::scope(|scope| {
        [Some(Helper::begin(scope)), Some(Helper::default()), None].map(|mut narrowly| {
            let mut told = Vec::new();
            let frames = frames::Writer::new(&mut told);
            // A vector takes everything.
            let _ = tell(frames, |emit| {
                tell_xlsx(bytes, None, &mut Telling::new(limits, emit), narrowly.as_mut())
            });
            told
        })
    })
}

/// A limit that is already lower stays.
#[cfg(unix)]
fn lower(resource: rustix::process::Resource, value: u64, hard: u64) -> io::Result<()> {
    use rustix::process::{Rlimit, getrlimit, setrlimit};

    let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let limit = Rlimit {
        current: Some(value.min(most)),
        maximum: Some(hard.min(most)),
    };
    Ok(setrlimit(resource, limit)?)
}

/// Gives up what is not needed, but for the thread that is still to be begun.
#[cfg(unix)]
fn confine(limits: &Limits) -> io::Result<()> {
    use rustix::process::Resource;

    // The soft limit of time is told apart from other deaths, the hard one cannot be put off.
    lower(Resource::Cpu, limits.cpu_seconds, limits.cpu_seconds.saturating_add(2))?;
    lower(Resource::Core, 0, 0)?;
    // Standard input, output and error stay open; nothing can be opened besides.
    lower(Resource::Nofile, 3, 3)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        lower(Resource::As, limits.memory_bytes, limits.memory_bytes)?;
        rustix::thread::set_no_new_privs(true)?;
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    }
    Ok(())
}

/// Nothing to be given up on this system.
#[cfg(not(unix))]
fn confine(_: &Limits) -> io::Result<()> {
    Ok(())
}

/// From here on no process and no thread can be started.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn start_no_more() -> io::Result<()> {
    lower(rustix::process::Resource::Nproc, 0, 0)
}

/// Other systems have no such limit of a process alone.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn start_no_more() -> io::Result<()> {
    Ok(())
}
