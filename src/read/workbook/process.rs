//! Our own process for one workbook: its outside.
//!
//! In: an open workbook, limits, how to start ourselves. Out: the events of its stream, or why there are none. Whatever the
//! process does, this side goes on: it waits no longer than the limit, reads no more than a bounded piece at a time, and leaves
//! no process behind. A stream without its closing frame, or of a process that failed, counts for nothing.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    path::PathBuf,
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    thread,
    time::{Duration, Instant},
};

use super::{
    event::{Event, Failure, Next},
    frames::{self, Unusable},
};
use crate::read::{Container, Limits, source::Stored};

/// How workbooks are parsed.
///
/// What parses them was not written for hostile files: some make it ask for more memory than there is, some never let it end,
/// and neither can be caught within one process. A program that reads other people's files wants [`Workbooks::Child`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Workbooks {
    /// In this process: quick, and only as safe as the files are. `memory_bytes`, `cpu_seconds` and `wall_seconds` do not hold.
    #[default]
    InProcess,
    /// Each in a process of its own, which is started by this command and held to the limits: on Linux those of memory and time,
    /// on other Unix systems those of time, elsewhere that of waiting.
    Child(ChildCommand),
}

/// A program that hands what follows these arguments to [`parse_workbook`](crate::read::parse_workbook).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildCommand {
    /// The program.
    pub program: PathBuf,
    /// Its first arguments.
    pub arguments: Vec<OsString>,
}

/// Why a process gave nothing that can be used.
#[derive(Debug)]
pub(super) enum Death {
    /// It could not be started.
    Unstarted(io::Error),
    /// It went over a limit of this name.
    Over(&'static str),
    /// It ended, or said something, that is not as agreed.
    Died(String),
}

/// Parses a workbook in a process of its own.
pub(super) fn parse(
    command: &ChildCommand,
    stored: &Stored<'_>,
    container: Container,
    wanted: Option<&str>,
    limits: &Limits,
    take: &mut dyn FnMut(Event<'_>) -> Next,
) -> Result<Result<(), Failure>, Death> {
    let limits_told = serde_json::to_string(limits).map_err(|error| Death::Unstarted(error.into()))?;
    let mut start = Command::new(&command.program);
    start
        .args(&command.arguments)
        .arg(container.as_str())
        .arg(limits_told)
        .args(wanted)
        // Its second thread would set aside room for an allocator of its own, which counts as used.
        .env("MALLOC_ARENA_MAX", "1");
    start.stdout(Stdio::piped()).stderr(Stdio::piped());
    start.stdin(match stored {
        Stored::Bytes(_) => Stdio::piped(),
        Stored::File(_) => stored.rewound().map_err(Death::Unstarted)?.into(),
    });
    let child = start.spawn().map_err(Death::Unstarted)?;
    thread::scope(|scope| {
        let mut process = Process {
            child,
            left: Duration::from_secs(limits.wall_seconds),
            late: false,
        };
        let started = process.listen(scope, stored);
        let (pieces, last_words) = match started {
            Ok(started) => started,
            Err(error) => {
                process.kill();
                return Err(Death::Unstarted(error));
            }
        };
        let told = frames::read(Pieces::new(pieces, &mut process), limits, take);
        // A stream that broke off is that of a process about to end, which will say how.
        if process.late || matches!(told, Err(Unusable::Garbled(_))) {
            process.kill();
        }
        let status = process.ended();
        let words = last_words.recv().unwrap_or_default();
        judge(told, status, process.late, &words)
    })
}

/// What came of a process, by its stream, its end and its last words.
fn judge(
    told: Result<Result<(), Failure>, Unusable>,
    status: io::Result<ExitStatus>,
    late: bool,
    words: &str,
) -> Result<Result<(), Failure>, Death> {
    if late {
        return Err(Death::Over("wall_seconds"));
    }
    let status = status.map_err(|error| Death::Died(error.to_string()))?;
    match told {
        Ok(ended) if status.success() => return Ok(ended),
        Err(Unusable::Garbled(how)) => return Err(Death::Died(format!("what it told was not understood: {how}"))),
        Ok(_) | Err(Unusable::Read(_)) => {}
    }
    match signal(status) {
        // Rust says so before it aborts; the numbers are those of every Unix.
        Some(6) if words.contains("memory allocation") => Err(Death::Over("memory_bytes")),
        Some(24) => Err(Death::Over("cpu_seconds")),
        Some(9) => Err(Death::Died("it was killed, perhaps because memory ran out".into())),
        Some(signal) => Err(Death::Died(format!("it died of signal {signal}"))),
        None => Err(Death::Died("it ended before it was done".into())),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// A process under way.
struct Process {
    child: Child,
    /// How much longer it may keep us waiting.
    left: Duration,
    late: bool,
}

/// Bytes of one piece of a stream.
const PIECE: usize = 1 << 16;

impl Process {
    /// Starts to read what it says, on threads of their own, and to feed it what is in memory.
    fn listen<'scope>(
        &mut self,
        scope: &'scope thread::Scope<'scope, '_>,
        stored: &'scope Stored<'_>,
    ) -> io::Result<(Receiver<Vec<u8>>, Receiver<String>)> {
        let none = || io::Error::from(io::ErrorKind::BrokenPipe);
        if let (Stored::Bytes(bytes), Some(mut input)) = (stored, self.child.stdin.take()) {
            // A process that stops listening shows in what it says.
            thread::Builder::new().spawn_scoped(scope, move || drop(input.write_all(bytes)))?;
        }
        let output = self.child.stdout.take().ok_or_else(none)?;
        let (sender, pieces) = mpsc::sync_channel(4);
        thread::Builder::new().spawn_scoped(scope, move || pass_on(output, &sender))?;
        let error = self.child.stderr.take().ok_or_else(none)?;
        let (sender, words) = mpsc::sync_channel(1);
        thread::Builder::new().spawn_scoped(scope, move || drop(sender.send(last_words(error))))?;
        Ok((pieces, words))
    }

    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
    }

    /// How it ended; it has closed its output, so that it has little left to do.
    fn ended(&mut self) -> io::Result<ExitStatus> {
        let mut pause = Duration::from_micros(50);
        while self.left > Duration::ZERO {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(pause);
            self.left = self.left.saturating_sub(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        self.late = true;
        self.kill();
        self.child.wait()
    }
}

/// Passes a stream on, piece by piece, until nobody wants more.
fn pass_on(mut output: impl Read, pieces: &SyncSender<Vec<u8>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = match output.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(read) if read > 0 => read,
            _ => return,
        };
        piece.truncate(read);
        if pieces.send(piece).is_err() {
            return;
        }
    }
}

/// The first words of what it says on standard error; the rest is read and forgotten.
fn last_words(mut error: ChildStderr) -> String {
    let mut words = Vec::new();
    let _ = error.by_ref().take(4096).read_to_end(&mut words);
    let _ = io::copy(&mut error, &mut io::sink());
    String::from_utf8_lossy(&words).into_owned()
}

/// A stream as it arrives, for as long as we wait. Time in which we ourselves are busy does not count.
struct Pieces<'p> {
    pieces: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
    process: &'p mut Process,
}

impl<'p> Pieces<'p> {
    fn new(pieces: Receiver<Vec<u8>>, process: &'p mut Process) -> Pieces<'p> {
        Pieces {
            pieces,
            piece: Vec::new(),
            at: 0,
            process,
        }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.piece.len() {
            let begun = Instant::now();
            let next = self.pieces.recv_timeout(self.process.left);
            self.process.left = self.process.left.saturating_sub(begun.elapsed());
            match next {
                Ok(piece) => (self.piece, self.at) = (piece, 0),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {
                    self.process.late = true;
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
        }
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if let (Some(into), Some(from)) = (into.get_mut(..count), rest.get(..count)) {
            into.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}
