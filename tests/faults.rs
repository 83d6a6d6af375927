//! Runs that are killed, and whose writes, syncs and renames fail.
//!
//! In: a plan of last night, tonight's export, and `strace`, which makes the n-th call of a kind fail or sends a signal with it.
//! Whatever happens, each file is last night's or tonight's, whole; a run that says that it failed has left last night's; the run
//! record tells whether the set belongs together; and the next run heals it and leaves no litter. Every point is tried with
//! `SEATSHIFT_FAULTS=all`, over 500 of them; otherwise a share. Where `strace` cannot be used the test says so and is skipped.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what a test cannot set up or read is a failed test; a test that is skipped says so"
)]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, ExitStatus},
};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{AS_OF, Table, code, run, said};

/// The files of a run that followed another.
const FILES: [&str; 5] = [
    "plan.csv",
    "plan.steps.csv",
    "plan.findings.csv",
    "plan.changes.csv",
    "plan.run.json",
];
/// Points that are tried unless all are asked for.
const SHARE: usize = 60;
/// Calls by which files are made, filled, put in their places and removed.
const CALLS: [&str; 13] = [
    "openat",
    "write",
    "fsync",
    "rename",
    "renameat",
    "renameat2",
    "linkat",
    "unlink",
    "ftruncate",
    "flock",
    "close",
    "mkdir",
    "statx",
];
/// Those of them that are made to fail, each with what a disk says.
const FAILURES: [(&str, &[&str]); 6] = [
    ("write", &["ENOSPC", "EIO", "EDQUOT", "EFBIG"]),
    ("fsync", &["EIO", "ENOSPC", "EDQUOT", "EROFS"]),
    ("rename", &["EIO", "ENOSPC", "EROFS", "EACCES"]),
    ("renameat", &["EIO", "ENOSPC", "EROFS", "EACCES"]),
    ("linkat", &["EIO", "EPERM", "ENOSPC", "EMLINK"]),
    ("ftruncate", &["EIO"]),
];

const ARGUMENTS: [&str; 9] = [
    "plan",
    "list.csv",
    "--as-of",
    AS_OF,
    "--threads",
    "1",
    "--quiet",
    "-o",
    "plan.csv",
];

/// One thing that happens to a run.
#[derive(Debug, Clone)]
struct Fault {
    call: &'static str,
    /// `signal=SIGKILL` or `error=EIO`.
    what: String,
    nth: usize,
}

fn list(rows: usize, seats: usize) -> String {
    let mut list =
        "Customer ID,Subscription ID,Channel,Country,Offer name,Seats,Term,Term start,Term end,Auto renew\n".to_owned();
    for row in 0..rows {
        list.push_str(&format!(
            "c0000000-0000-4000-8000-{:012},50000000-0000-4000-8000-{row:012},web-direct,HU,Visio Plan 2,{seats},P1Y,2026-03-01,2027-02-28,yes\n",
            row % 7
        ));
    }
    list
}

/// The files of a run.
type Set = BTreeMap<&'static str, Vec<u8>>;

fn set(folder: &Path) -> Set {
    FILES
        .iter()
        .map(|name| (*name, fs::read(folder.join(name)).unwrap()))
        .collect()
}

/// A run record without its timing.
fn untimed(bytes: &[u8]) -> serde_json::Value {
    let mut record: serde_json::Value = serde_json::from_slice(bytes).expect("a run record is whole");
    record.as_object_mut().unwrap().remove("timing");
    record
}

fn is_same(name: &str, one: &[u8], other: &[u8]) -> bool {
    match name.ends_with(".json") {
        true => untimed(one) == untimed(other),
        false => one == other,
    }
}

/// Whether the digests of the run record are those of the files.
fn belongs_together(set: &Set) -> bool {
    let record = untimed(&set["plan.run.json"]);
    let outputs = record["outputs"].as_object().unwrap();
    outputs.iter().all(|(name, digest)| {
        let own: String = Sha256::digest(&set[name.as_str()])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        digest.as_str() == Some(own.as_str())
    })
}

/// Last night's set and tonight's, and tonight's list, in a folder to copy from.
struct Nights {
    last: Set,
    tonight: Set,
    list: String,
}

impl Nights {
    fn new() -> Nights {
        let folder = tempfile::tempdir().unwrap();
        let plan = |list: &str| {
            fs::write(folder.path().join("list.csv"), list).unwrap();
            let ran = run(folder.path(), ARGUMENTS);
            assert_eq!(code(&ran), 0, "{}", said(&ran));
        };
        plan(&list(39, 4));
        plan(&list(40, 5));
        let last = set(folder.path());
        let list = list(42, 6);
        plan(&list);
        let tonight = set(folder.path());
        assert!(
            FILES
                .iter()
                .all(|name| !is_same(name, &last[name], &tonight[name]) || *name == "plan.findings.csv")
        );
        Nights { last, tonight, list }
    }

    /// A folder as it is before tonight's run.
    fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("list.csv"), &self.list).unwrap();
        for (name, bytes) in &self.last {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        fs::write(folder.path().join(".plan.csv.lock"), "").unwrap();
        folder
    }

    /// Whether a set is all of last night or all of tonight; every file must be one of both, and the plan comes after its companions.
    fn judged(&self, set: &Set, fault: &Fault) -> (bool, bool) {
        let same = |other: &Set| -> BTreeMap<&str, bool> {
            set.iter()
                .map(|(name, bytes)| (*name, is_same(name, bytes, &other[name])))
                .collect()
        };
        let (last, tonight) = (same(&self.last), same(&self.tonight));
        for name in FILES {
            assert!(last[name] || tonight[name], "{name} is torn by {fault:?}");
            let is_record = name == "plan.run.json";
            assert!(
                is_record || last["plan.csv"] || tonight[name],
                "tonight's plan stands beside last night's {name} by {fault:?}"
            );
        }
        (last.values().all(|same| *same), tonight.values().all(|same| *same))
    }
}

fn strace(folder: &Path, arguments: &[String]) -> std::io::Result<ExitStatus> {
    Command::new("strace")
        .args(["-f", "-qq", "--seccomp-bpf"])
        .args(arguments)
        .arg(env!("CARGO_BIN_EXE_seatshift"))
        .args(ARGUMENTS)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
}

/// How often a thread makes each call, at most; none where `strace` cannot be used.
fn counted(nights: &Nights) -> Option<BTreeMap<&'static str, usize>> {
    let folder = nights.folder();
    let log = folder.path().join("calls");
    let trace = format!("trace={}", CALLS.join(","));
    let arguments = ["-e", &trace, "-o", log.to_str().unwrap()].map(str::to_owned);
    match strace(folder.path(), &arguments) {
        Ok(status) if status.success() => {}
        other => {
            eprintln!("skipped: strace cannot be used here ({other:?})");
            return None;
        }
    }
    let mut counts: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let call = CALLS.iter().find(|call| {
            rest.trim_start()
                .strip_prefix(**call)
                .is_some_and(|rest| rest.starts_with('('))
        });
        if let Some(call) = call {
            *counts.entry((thread.to_owned(), call)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((_, call), count) in counts {
        let own = most.entry(call).or_insert(0);
        *own = count.max(*own);
    }
    Some(most)
}

/// Everything that can happen, and the share of it that is tried.
fn faults(counts: &BTreeMap<&'static str, usize>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (&call, &count) in counts {
        // Most of a program's opening and closing is done before it looks at its work: the end of it is what counts.
        let first = count.saturating_sub(60).max(1);
        for nth in first..=count {
            for what in ["signal=SIGKILL", "signal=SIGTERM", "signal=SIGINT", "signal=SIGHUP"] {
                faults.push(Fault {
                    call,
                    what: what.to_owned(),
                    nth,
                });
            }
        }
    }
    for (call, errors) in FAILURES {
        for nth in 1..=counts.get(call).copied().unwrap_or_default() {
            faults.extend(errors.iter().map(|error| Fault {
                call,
                what: format!("error={error}"),
                nth,
            }));
        }
    }
    if std::env::var("SEATSHIFT_FAULTS").is_ok_and(|asked| asked == "all") {
        assert!(faults.len() >= 500, "only {} points: {counts:?}", faults.len());
        return faults;
    }
    let step = (faults.len() / SHARE).max(1);
    // Every kind of call has its turn, and not the same points of each.
    faults.into_iter().step_by(step).collect()
}

fn temporary(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".tmp")).collect()
}

fn tried(nights: &Nights, fault: &Fault) {
    let folder = nights.folder();
    let inject = format!("inject={}:{}:when={}", fault.call, fault.what, fault.nth);
    let trace = format!("trace={}", fault.call);
    let arguments = ["-e", &trace, "-e", &inject, "-o", "/dev/null"].map(str::to_owned);
    let status = strace(folder.path(), &arguments).unwrap();
    let left = set(folder.path());
    let (is_last, is_tonight) = nights.judged(&left, fault);
    assert_eq!(
        belongs_together(&left),
        is_last || is_tonight,
        "the record tells of {fault:?}"
    );
    let is_killed = status.signal().is_some();
    assert_eq!(
        is_killed,
        fault.what == "signal=SIGKILL" && is_killed,
        "{status} by {fault:?}"
    );
    match status.code() {
        Some(0) => assert!(is_tonight, "{fault:?} returned 0, and not all is tonight's"),
        Some(ended @ (129 | 130 | 143)) => {
            let signal = match ended {
                129 => "signal=SIGHUP",
                130 => "signal=SIGINT",
                _ => "signal=SIGTERM",
            };
            assert_eq!(fault.what, signal);
            assert!(is_last || is_tonight, "{fault:?} left some of both");
        }
        Some(other) => assert!(is_last, "{fault:?} returned {other}, and not all is last night's"),
        None => {}
    }
    if !is_killed {
        assert_eq!(temporary(folder.path()), [""; 0], "litter of {fault:?}, {status}");
    }

    let healed = run(folder.path(), ARGUMENTS);
    assert_eq!(code(&healed), 0, "after {fault:?}: {}", said(&healed));
    assert_eq!(temporary(folder.path()), [""; 0], "litter after {fault:?}");
    let after = set(folder.path());
    assert!(belongs_together(&after), "after {fault:?}");
    assert_eq!(after["plan.csv"], nights.tonight["plan.csv"], "after {fault:?}");
    assert_eq!(
        after["plan.steps.csv"], nights.tonight["plan.steps.csv"],
        "after {fault:?}"
    );
    let codes = Table::parse(&after["plan.findings.csv"]);
    let tells = codes.column("code").contains(&"last-set-mixed");
    assert_eq!(
        tells,
        !(is_last || is_tonight),
        "the next run tells of a mixed set: {fault:?}"
    );
}

#[test]
fn every_file_is_whole_whenever_a_run_is_killed_or_its_disk_fails() {
    let nights = Nights::new();
    let Some(counts) = counted(&nights) else { return };
    let faults = faults(&counts);
    eprintln!("{} points of {counts:?}", faults.len());
    faults.par_iter().for_each(|fault| tried(&nights, fault));
}
