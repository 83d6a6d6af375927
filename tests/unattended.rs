//! What an unattended run promises: one run at a time, nothing half done when it is ended, exports that are at rest, no name on
//! standard error, figures and a log that machines can read, and a history.
//!
//! In: small exports, in folders of their own. What a machine does not allow (a file system of its own) is said and skipped.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what a test cannot set up or read is a failed test; a test that is skipped says so"
)]

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{AS_OF, FILES, Table, code, program, run, said};

const HEAD: &str = "Customer ID,Customer,Domain,Subscription ID,Channel,Country,Offer name,Seats,Term,Term start,Term end,Auto renew\n";

fn row(customer: usize, subscription: usize) -> String {
    format!(
        "c0000000-0000-4000-8000-{customer:012},Contoso {customer},contoso{customer}.example,\
         50000000-0000-4000-8000-{subscription:012},web-direct,HU,Visio Plan 2,5,P1Y,2026-03-01,2027-02-28,yes\n"
    )
}

fn list(rows: impl IntoIterator<Item = usize>) -> String {
    let rows = rows
        .into_iter()
        .map(|subscription| row(subscription % 10, subscription));
    HEAD.to_owned() + &rows.collect::<String>()
}

const PLAN: [&str; 6] = ["plan", "list.csv", "--as-of", AS_OF, "-o", "out/plan.csv"];

/// A folder with a list, and a plan of it.
fn planned(rows: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), list(0..rows)).unwrap();
    let ran = run(folder.path(), PLAN);
    assert_eq!(code(&ran), 0, "{}", said(&ran));
    folder
}

/// The names in a folder, but for what changed since the plan before, which a first plan does not have.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "plan.changes.csv").collect()
}

/// What a finished run leaves, and nothing else.
fn tidy() -> BTreeSet<String> {
    FILES
        .iter()
        .chain(&[".plan.csv.lock"])
        .map(|name| (*name).to_owned())
        .collect()
}

/// What a run that was stopped leaves besides.
const STOPPED: [&str; 2] = ["plan.stopped.run.json", "plan.stopped.findings.csv"];

/// What a run that a signal ended leaves, where there was a plan.
fn ended() -> BTreeSet<String> {
    let mut names = tidy();
    names.extend(STOPPED.map(str::to_owned));
    names
}

fn contents(folder: &Path) -> Vec<Vec<u8>> {
    FILES.iter().map(|name| fs::read(folder.join(name)).unwrap()).collect()
}

/// A run that holds the lock and waits for its list on standard input.
fn waiting(folder: &Path) -> Child {
    let child = program(folder)
        .args(["plan", "-", "--as-of", AS_OF, "-o", "out/plan.csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let own = format!("process {} on ", child.id());
    wait_until(|| fs::read_to_string(folder.join("out/.plan.csv.lock")).is_ok_and(|text| text.starts_with(&own)));
    child
}

/// Whether a process for workbooks has given up what it does not need, and is at work.
fn is_at_work(pid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let cpu = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The 14th field: ticks of its own computing.
    let ticks = cpu
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.split(' ').nth(11))
        .and_then(|ticks| ticks.parse::<u64>().ok());
    status.contains("NoNewPrivs:\t1") && ticks.is_some_and(|ticks| ticks > 2)
}

/// Waits for something that must come about; gives up after far longer than it can take.
#[track_caller]
fn wait_until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("it never came about");
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()
}

#[test]
fn a_second_run_says_who_is_at_work_and_a_killed_one_is_in_nobodys_way() {
    let folder = planned(3);
    let before = contents(&folder.path().join("out"));
    let mut first = waiting(folder.path());
    let second = run(folder.path(), PLAN);
    assert_eq!(code(&second), 3);
    let told = said(&second);
    assert!(
        told.contains("another run is at work") && told.contains(&format!("process {} on ", first.id())),
        "{told}"
    );
    assert_eq!(contents(&folder.path().join("out")), before);
    assert_eq!(
        names(&folder.path().join("out")),
        tidy(),
        "it writes nothing beside another's plan"
    );
    // A plan of another name is nobody else's business.
    let other = run(
        folder.path(),
        ["plan", "list.csv", "--as-of", AS_OF, "-o", "out/other.csv"],
    );
    assert_eq!(code(&other), 0, "{}", said(&other));

    first.kill().unwrap();
    first.wait().unwrap();
    let third = run(folder.path(), PLAN);
    assert_eq!(code(&third), 0, "{}", said(&third));
}

#[test]
fn a_signal_ends_a_run_with_its_code_and_leaves_all_as_it_was() {
    let folder = planned(3);
    let mut before = contents(&folder.path().join("out"));
    for (signal, expected) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let mut child = waiting(folder.path());
        // Its list stays open, so that nothing but the signal ends it.
        let list = child.stdin.take();
        // A moment after it has the lock a run knows what it would leave, and waits for its list.
        thread::sleep(Duration::from_millis(300));
        kill_process(pid(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(list);
        assert_eq!(output.status.code(), Some(expected), "{signal:?}");
        assert!(said(&output).contains("ended by SIG"), "{}", said(&output));
        assert_eq!(contents(&folder.path().join("out")), before);
        // Whoever gives Ctrl-C is there and sees it.
        let tells = signal != Signal::INT;
        assert_eq!(names(&folder.path().join("out")), if tells { ended() } else { tidy() });
        if tells {
            let record = fs::read(folder.path().join("out/plan.stopped.run.json")).unwrap();
            let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
            assert_eq!(record["exit_code"], expected);
            assert_eq!(record["as_of"], AS_OF);
            assert!(
                record["stopped"].as_str().unwrap().starts_with("ended by SIG"),
                "{record}"
            );
            assert!(record["timing"]["seconds"].as_f64().unwrap() >= 0.0);
        }
        let next = run(folder.path(), PLAN);
        assert_eq!(code(&next), 0, "{}", said(&next));
        assert_eq!(names(&folder.path().join("out")), tidy(), "a good run takes it away");
        // Its record differs by the time it took.
        before = contents(&folder.path().join("out"));
    }
}

#[test]
fn a_run_that_never_had_the_lock_leaves_nothing_when_it_is_ended() {
    let folder = planned(3);
    let before = contents(&folder.path().join("out"));
    let mut holder = waiting(folder.path());
    let second = run(folder.path(), PLAN);
    assert_eq!(code(&second), 3);
    assert_eq!(names(&folder.path().join("out")), tidy());
    // The folder is another one by now: nothing is written to it.
    fs::rename(folder.path().join("out"), folder.path().join("away")).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    kill_process(pid(&holder), Signal::TERM).unwrap();
    assert_eq!(holder.wait().unwrap().code(), Some(143));
    assert!(names(&folder.path().join("out")).is_empty());
    assert_eq!(contents(&folder.path().join("away")), before);
}

/// The processes that a process has started.
fn children(of: u32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    texts
        .flat_map(|text| {
            text.split_whitespace()
                .map(|pid| pid.parse().unwrap())
                .collect::<Vec<i32>>()
        })
        .collect()
}

/// Whether a process has ended: a zombie has.
fn has_ended(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
}

/// A process for a workbook has the one thread that unpacks for it, can start nothing else, open nothing, and get no more rights.
fn assert_confined(process: i32) {
    let about = Path::new("/proc").join(process.to_string());
    let limits = fs::read_to_string(about.join("limits")).unwrap();
    for (limit, expected) in [
        ("Max processes", "0"),
        ("Max open files", "3"),
        ("Max core file size", "0"),
    ] {
        let line = limits.lines().find_map(|line| line.strip_prefix(limit)).unwrap();
        let both: Vec<&str> = line.split_whitespace().take(2).collect();
        assert_eq!(both, [expected; 2], "{limit}");
    }
    let threads: Vec<_> = fs::read_dir(about.join("task")).unwrap().collect();
    assert_eq!(threads.len(), 2);
    for thread in threads {
        let status = fs::read_to_string(thread.unwrap().path().join("status")).unwrap();
        assert!(status.lines().any(|line| line == "NoNewPrivs:\t1"), "{status}");
    }
}

#[test]
fn a_run_that_is_ended_takes_its_processes_for_workbooks_with_it() {
    if !Path::new("/proc/self/task").exists() {
        eprintln!("skipped: this system does not tell which processes a process has started");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Big enough for its process to be met at work.
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory().unwrap();
    for row in 0..150_000u32 {
        for column in 0..8u16 {
            sheet.write_string(row, column, format!("cell {row} {column}")).unwrap();
        }
    }
    workbook.save(folder.path().join("list.xlsx")).unwrap();
    for signal in [Signal::TERM, Signal::KILL] {
        let mut parent = program(folder.path())
            .args(["plan", "list.xlsx", "--as-of", AS_OF, "-o", "out/plan.csv"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut child = 0;
        wait_until(|| {
            child = children(parent.id()).first().copied().unwrap_or_default();
            child != 0 && is_at_work(child)
        });
        // Held still, so that it cannot end by itself.
        kill_process(Pid::from_raw(child).unwrap(), Signal::STOP).unwrap();
        assert_confined(child);
        kill_process(pid(&parent), signal).unwrap();
        let status = parent.wait().unwrap();
        assert_eq!(status.code(), (signal == Signal::TERM).then_some(143), "{status}");
        wait_until(|| has_ended(child));
        let mut expected: BTreeSet<String> = [".plan.csv.lock".to_owned()].into();
        if signal == Signal::TERM {
            expected.extend(STOPPED.map(str::to_owned));
        }
        assert_eq!(names(&folder.path().join("out")), expected);
        STOPPED
            .iter()
            .for_each(|name| drop(fs::remove_file(folder.path().join("out").join(name))));
    }
}

#[test]
fn what_a_killed_run_left_is_swept_and_nothing_else() {
    let folder = planned(3);
    let out = folder.path().join("out");
    let ours = [
        ".plan.csv.x7Qp2a.tmp",
        ".plan.run.json.AAAAAA.tmp",
        ".plan.steps.csv.012345.tmp",
    ];
    let others = [
        ".plan.csv.x7Qp2.tmp",
        ".other.csv.x7Qp2a.tmp",
        "plan.csv.x7Qp2a.tmp",
        ".plan.csv.x7Qp2a.tmp2",
    ];
    for name in ours.iter().chain(&others) {
        fs::write(out.join(name), "half").unwrap();
    }
    let ran = run(folder.path(), PLAN);
    assert_eq!(code(&ran), 0, "{}", said(&ran));
    let mut expected = tidy();
    expected.extend(others.map(str::to_owned));
    assert_eq!(names(&out), expected);
}

#[test]
fn an_export_that_grows_while_it_is_read_holds_the_plan_back() {
    let folder = planned(3);
    let before = contents(&folder.path().join("out"));
    let path = folder.path().join("list.csv");
    fs::write(&path, list(0..20_000)).unwrap();
    let is_done = AtomicBool::new(false);
    let ran = thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = File::options().append(true).open(&path).unwrap();
            let mut next = 20_000;
            while !is_done.load(Ordering::Relaxed) {
                file.write_all(row(1, next).as_bytes()).unwrap();
                next += 1;
                thread::sleep(Duration::from_micros(200));
            }
        });
        let ran = run(folder.path(), PLAN);
        is_done.store(true, Ordering::Relaxed);
        ran
    });
    assert_eq!(code(&ran), 3, "{}", said(&ran));
    assert!(said(&ran).contains("export-growing"), "{}", said(&ran));
    assert_eq!(contents(&folder.path().join("out")), before);
    // At rest it is read.
    let after = run(folder.path(), PLAN);
    assert_eq!(code(&after), 0, "{}", said(&after));
}

/// Plans a list against the plan of another.
fn night(folder: &Path, rows: impl IntoIterator<Item = usize>, more: &[&str]) -> (i32, String) {
    fs::write(folder.join("list.csv"), list(rows)).unwrap();
    let ran = run(folder, PLAN.iter().chain(more));
    (code(&ran), said(&ran))
}

#[test]
fn a_mass_change_is_held_back_and_let_through_once() {
    for left in [20, 100, 158] {
        let folder = planned(200);
        let out = folder.path().join("out");
        let before = contents(&out);
        let (code, told) = night(folder.path(), 0..left, &[]);
        assert_eq!(code, 3, "{left}: {told}");
        assert_eq!(contents(&out), before, "{left}");
        assert_eq!(Table::read(&out.join("plan.held.csv")).rows.len(), left);
        let record: serde_json::Value =
            serde_json::from_slice(&fs::read(out.join("plan.stopped.run.json")).unwrap()).unwrap();
        assert_eq!(record["exit_code"], 3);
        assert_eq!(record["tripped"][0]["guard"], "shrink");
        assert!(record["tripped"][0]["message"].as_str().unwrap().contains("last time"));
        // A guard of another name lets nothing through.
        assert_eq!(night(folder.path(), 0..left, &["--accept", "customer-gone"]).0, 3);
        let (code, told) = night(folder.path(), 0..left, &["--accept", "shrink"]);
        assert_eq!(code, 0, "{left}: {told}");
        assert_eq!(names(&out), tidy(), "what was held is gone");
        let record: serde_json::Value = serde_json::from_slice(&fs::read(out.join("plan.run.json")).unwrap()).unwrap();
        assert_eq!(record["accepted"][0]["guard"], "shrink");
        assert!(
            record["accepted"]
                .as_array()
                .unwrap()
                .iter()
                .all(|accepted| accepted["guard"] == "shrink")
        );
        // Once: the next one is compared with what was let through.
        assert_eq!(night(folder.path(), 0..left, &[]).0, 0, "{left}");
    }
}

#[test]
fn a_small_change_passes_and_so_does_growth() {
    let folder = planned(200);
    for rows in [162, 200, 200, 1000, 801] {
        let (code, told) = night(folder.path(), 0..rows, &[]);
        assert_eq!(code, 0, "{rows}: {told}");
    }
    // Below the percentage, but five hundred are gone.
    let folder = planned(3000);
    let (code, told) = night(folder.path(), 501..3100, &[]);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("501 of the last plan's 3000 subscriptions are gone"),
        "{told}"
    );
}

#[test]
fn a_customer_that_vanishes_holds_the_plan_back() {
    // Ten customers; number 7 has 21 of 210 subscriptions.
    let folder = planned(210);
    let (code, told) = night(folder.path(), (0..210).filter(|number| number % 10 != 7), &[]);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("customer-gone (1)") && told.contains("had 21 subscriptions"),
        "{told}"
    );
    // One of 20 may go.
    let folder = planned(200);
    let (code, told) = night(folder.path(), (0..200).filter(|number| number % 10 != 7), &[]);
    assert_eq!(code, 0, "{told}");
}

#[test]
fn an_empty_list_and_one_that_breaks_leave_the_last_plan() {
    let folder = planned(30);
    let before = contents(&folder.path().join("out"));
    for list in [
        String::new(),
        HEAD.to_owned(),
        format!("{HEAD}\"never closed"),
        "\u{0}\u{1}\u{2}".to_owned(),
    ] {
        fs::write(folder.path().join("list.csv"), &list).unwrap();
        let ran = run(folder.path(), PLAN);
        assert_eq!(code(&ran), 3, "{list:?}: {}", said(&ran));
        assert_eq!(contents(&folder.path().join("out")), before, "{list:?}");
    }
}

#[test]
fn normal_nights_stop_nobody() {
    // A year of small changes: some come, some go, names carry the date.
    let folder = tempfile::tempdir().unwrap();
    let mut first = 0;
    for number in 0..40u64 {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(number * 9);
        let name = format!("exports/list-{day}.csv");
        let _ = fs::remove_dir_all(folder.path().join("exports"));
        fs::create_dir(folder.path().join("exports")).unwrap();
        first += usize::try_from(number % 4).unwrap();
        fs::write(
            folder.path().join(&name),
            list(first..first + 150 + usize::try_from(number % 7).unwrap()),
        )
        .unwrap();
        let ran = run(
            folder.path(),
            [
                "plan",
                "exports",
                "--quiet",
                "--as-of",
                &day.to_string(),
                "-o",
                "out/plan.csv",
            ],
        );
        assert_eq!(code(&ran), 0, "{day}: {}", said(&ran));
    }
}

/// Runs a script in a name space of its own, where it may mount; none where the machine does not allow that.
fn mounting(script: &str, folder: &Path) -> Option<String> {
    let output = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-euc",
            script,
            "sh",
            env!("CARGO_BIN_EXE_seatshift"),
        ])
        .current_dir(folder)
        .output();
    match output {
        Ok(output) if output.status.success() => Some(String::from_utf8(output.stdout).unwrap()),
        other => {
            eprintln!("skipped: no file system can be mounted here ({other:?})");
            None
        }
    }
}

#[test]
fn a_full_disk_and_a_read_only_one_leave_the_last_plan() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), list(0..20)).unwrap();
    fs::write(folder.path().join("longer.csv"), list(0..2000)).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    // What each run returns, and what the folder holds: first one that fits, then one on a full disk, then on a read-only one.
    let script = "
        mount -t tmpfs -o size=160k none out
        plan() { code=0; \"$program\" plan \"$1\" --as-of 2026-11-21 -o out/plan.csv >>said 2>&1 || code=$?; echo \"exit $code\"; }
        digest() { cat out/plan*.csv out/plan.run.json | sha256sum; ls -A out | tr '\\n' ' '; echo; }
        program=$1
        plan list.csv; digest
        cp list.csv short.csv; cp longer.csv list.csv
        plan list.csv; rm -f out/plan.stopped.*; digest
        cp short.csv list.csv
        mount -o remount,ro out
        plan list.csv; digest
        umount out
        plan list.csv
    ";
    let Some(told) = mounting(script, folder.path()) else {
        return;
    };
    let said = fs::read_to_string(folder.path().join("said")).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    let [
        first,
        digest,
        listed,
        full,
        digest_full,
        listed_full,
        locked,
        digest_locked,
        listed_locked,
        new,
    ] = lines[..]
    else {
        panic!("{told}\n{said}")
    };
    assert_eq!(
        (first, full, locked, new),
        ("exit 0", "exit 3", "exit 3", "exit 0"),
        "{said}"
    );
    assert_eq!((digest_full, digest_locked), (digest, digest));
    assert_eq!((listed_full, listed_locked), (listed, listed), "no litter");
    assert!(
        said.contains("make room") && said.contains("cannot be locked"),
        "{said}"
    );
}

#[test]
fn a_folder_that_is_replaced_under_a_run_gets_nothing() {
    let folder = planned(3);
    let out = folder.path().join("out");
    let mut child = waiting(folder.path());
    fs::rename(&out, folder.path().join("gone")).unwrap();
    fs::create_dir(&out).unwrap();
    child.stdin.take().unwrap().write_all(list(0..3).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("no longer the one"), "{}", said(&output));
    assert!(names(&out).is_empty());
    assert_eq!(names(&folder.path().join("gone")), tidy());
}

#[test]
fn files_are_narrow_whatever_the_umask_and_metrics_are_for_all() {
    use std::os::unix::fs::PermissionsExt;
    for (umask, expected) in [("000", 0o640), ("077", 0o600)] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("list.csv"), list(0..3)).unwrap();
        let script = "umask $1; shift; exec \"$@\"";
        let ran = Command::new("sh")
            .args(["-c", script, "sh", umask, env!("CARGO_BIN_EXE_seatshift")])
            .args(PLAN)
            .args(["--history", "nights", "--metrics", "seatshift.prom"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(code(&ran), 0, "{}", said(&ran));
        for below in ["out", "nights"] {
            for name in names(&folder.path().join(below)) {
                let mode = fs::metadata(folder.path().join(below).join(&name))
                    .unwrap()
                    .permissions()
                    .mode();
                assert_eq!(mode & 0o777, expected, "{below}/{name} under {umask}");
            }
        }
        let mode = fs::metadata(folder.path().join("seatshift.prom"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(
            mode & 0o777,
            0o644,
            "metrics hold no names, and another user reads them"
        );
    }
}

/// The samples of a text in the Prometheus format, by name and labels; every line is checked.
fn samples(text: &str) -> Vec<(String, String, f64)> {
    let is_name = |name: &str| {
        let mut characters = name.chars();
        characters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    let mut typed = BTreeSet::new();
    let mut samples = Vec::new();
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && kind == "gauge", "{line}");
            assert!(typed.insert(name.to_owned()), "a type stands once: {line}");
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && !help.is_empty() && !typed.contains(name), "{line}");
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series
                .split_once('{')
                .map_or((series, ""), |(name, rest)| (name, rest.strip_suffix('}').unwrap()));
            assert!(is_name(name) && typed.contains(name), "{line}");
            for label in labels.split(',').filter(|label| !label.is_empty()) {
                let (label, word) = label.split_once('=').unwrap();
                let word = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap();
                assert!(is_name(label) && !word.contains(['"', '\\']), "{line}");
            }
            samples.push((name.to_owned(), labels.to_owned(), value.parse().unwrap()));
        }
    }
    let series: BTreeSet<(&String, &String)> = samples.iter().map(|(name, labels, _)| (name, labels)).collect();
    assert_eq!(series.len(), samples.len(), "no series twice");
    samples
}

#[test]
fn metrics_are_written_whatever_becomes_of_a_run() {
    let folder = planned(200);
    let metrics = ["--metrics", "seatshift.prom"];
    let read = || samples(&fs::read_to_string(folder.path().join("seatshift.prom")).unwrap());
    let value = |samples: &[(String, String, f64)], wanted: &str, labels: &str| {
        let found = samples.iter().find(|(name, own, _)| name == wanted && own == labels);
        found.map(|(_, _, value)| *value)
    };
    assert_eq!(night(folder.path(), 0..200, &metrics).0, 0);
    let good = read();
    assert_eq!(value(&good, "seatshift_exit_code", ""), Some(0.0));
    assert_eq!(value(&good, "seatshift_rows", "fate=\"subscription\""), Some(200.0));
    let subscriptions: f64 = good
        .iter()
        .filter(|(name, ..)| name == "seatshift_subscriptions")
        .map(|(_, _, value)| value)
        .sum();
    assert!((subscriptions - 200.0).abs() < 0.5);
    assert!(value(&good, "seatshift_duration_seconds", "").is_some());
    let success = value(&good, "seatshift_last_success_timestamp_seconds", "");
    assert!(success.is_some());
    let check = |expected: f64, held: f64| {
        let bad = read();
        assert_eq!(value(&bad, "seatshift_exit_code", ""), Some(expected));
        assert_eq!(value(&bad, "seatshift_last_success_timestamp_seconds", ""), success);
        assert_eq!(value(&bad, "seatshift_guard_tripped", "guard=\"shrink\""), Some(held));
    };
    assert_eq!(night(folder.path(), 0..20, &metrics).0, 3);
    check(3.0, 1.0);
    fs::write(folder.path().join("seatshift.toml"), "wrong = 1\n").unwrap();
    assert_eq!(night(folder.path(), 0..200, &metrics).0, 2);
    check(2.0, 0.0);
    fs::remove_file(folder.path().join("seatshift.toml")).unwrap();
    let unwritable = night(folder.path(), 0..200, &["--metrics", "list.csv/x.prom"]);
    assert_eq!(
        unwritable.0, 1,
        "the plan is there, its figures are not: {}",
        unwritable.1
    );
}

#[test]
fn a_log_is_one_event_a_line_and_takes_the_summarys_place() {
    let folder = planned(200);
    let events = |rows: std::ops::Range<usize>, more: &[&str]| -> (i32, Vec<serde_json::Value>) {
        let (code, told) = night(folder.path(), rows, &[&["--log", "json"], more].concat());
        let events = told
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")));
        (code, events.collect())
    };
    let of =
        |events: &[serde_json::Value], message: &str| events.iter().filter(|event| event["message"] == message).count();
    let (code, good) = events(0..200, &[]);
    assert_eq!(
        (code, of(&good, "export read"), of(&good, "plan written")),
        (0, 1, 1),
        "{good:?}"
    );
    assert!(
        good.iter()
            .all(|event| event["timestamp"].is_string() && event["level"].is_string())
    );
    let (code, held) = events(0..20, &[]);
    assert_eq!((code, of(&held, "guard tripped")), (3, 2), "{held:?}");
    assert!(
        held.iter()
            .any(|event| event["guard"] == "shrink" && event["level"] == "ERROR")
    );
    let (code, quiet) = events(0..200, &["--quiet"]);
    assert_eq!((code, quiet.len()), (0, 0), "{quiet:?}");
    let (_, text) = night(folder.path(), 0..200, &["--log", "text"]);
    assert!(
        text.lines()
            .all(|line| line.contains(" INFO ") || line.contains(" WARN ")),
        "{text}"
    );
    let mut unknown = program(folder.path());
    let ran = unknown
        .args(PLAN)
        .args(["--log", "text"])
        .env("SEATSHIFT_LOG", "loud")
        .output()
        .unwrap();
    assert_eq!(code_of(&ran), 2);
    // And a closed standard error is nobody's concern.
    let mut child = program(folder.path())
        .args(PLAN)
        .args(["--log", "json"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut child = program(folder.path())
        .args(PLAN)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn code_of(output: &std::process::Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn a_history_tells_the_trend_and_what_each_night_said() {
    let folder = tempfile::tempdir().unwrap();
    let plan = |day: &str, rows: std::ops::Range<usize>| {
        fs::write(folder.path().join("list.csv"), list(rows)).unwrap();
        let ran = run(
            folder.path(),
            [
                "plan",
                "list.csv",
                "--as-of",
                day,
                "-o",
                "plan.csv",
                "--history",
                "nights",
            ],
        );
        // One that is gone near its term end is for a person to look at.
        assert!(code(&ran) <= 1, "{}", said(&ran));
    };
    fs::write(
        folder.path().join("seatshift.toml"),
        "[nightly]\nhistory_nights = 4\n[partner]\ncountries = [\"HU\"]\n",
    )
    .unwrap();
    for (day, rows) in [
        ("2026-11-18", 0..3),
        ("2026-11-19", 0..3),
        ("2026-11-20", 0..4),
        ("2026-11-23", 0..4),
        ("2027-02-20", 1..4),
    ] {
        plan(day, rows);
    }
    let nights = folder.path().join("nights");
    let kept: BTreeSet<String> = ["2026-11-19", "2026-11-20", "2026-11-23", "2027-02-20"]
        .iter()
        .flat_map(|day| [format!("{day}.plan.csv.gz"), format!("{day}.run.json.gz")])
        .collect();
    assert_eq!(names(&nights), kept, "four nights are kept");
    let mut text = Vec::new();
    let packed = File::open(nights.join("2027-02-20.plan.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut text).unwrap();
    assert_eq!(text, fs::read(folder.path().join("plan.csv")).unwrap());

    let json = |arguments: &[&str]| -> serde_json::Value {
        let ran = run(folder.path(), ["history", "nights", "--json"].iter().chain(arguments));
        assert_eq!(code(&ran), 0, "{}", said(&ran));
        serde_json::from_slice(&ran.stdout).unwrap()
    };
    let trend = json(&["--by", "night"]);
    let subscriptions: Vec<u64> = trend["nights"]
        .as_array()
        .unwrap()
        .iter()
        .map(|night| night["subscriptions"].as_u64().unwrap())
        .collect();
    assert_eq!(subscriptions, [3, 4, 4, 3]);
    assert_eq!(trend["nights"][3]["late"], 3, "{trend}");
    assert_eq!(trend["nights"][3]["due"], 3, "{trend}");
    // 19 and 20 November are of one week.
    let weeks: Vec<String> = json(&[])["nights"]
        .as_array()
        .unwrap()
        .iter()
        .map(|night| night["night"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(weeks, ["2026-11-20", "2026-11-23", "2027-02-20"]);

    let one = json(&["--subscription", "{50000000-0000-4000-8000-000000000003}"]);
    assert_eq!(
        (&one["first_seen"], &one["first_late"]),
        (&"2026-11-20".into(), &"2027-02-20".into()),
        "{one}"
    );
    assert_eq!(one["nights"][0]["said"], serde_json::Value::Null);
    assert_eq!(one["nights"][1]["from"], "2026-11-20");
    assert_eq!(
        one["nights"][1]["until"], "2026-11-23",
        "nights that say the same are told together"
    );
    let ran = run(
        folder.path(),
        [
            "history",
            "nights",
            "--subscription",
            "50000000-0000-4000-8000-000000000003",
        ],
    );
    let told = String::from_utf8(ran.stdout).unwrap();
    assert!(
        told.contains("first late  2027-02-20") && told.contains("2026-11-20 to 2026-11-23"),
        "{told}"
    );
    for (arguments, expected, word) in [
        (
            &["history", "nights", "--subscription", "nobody"][..],
            2,
            "no night has",
        ),
        (&["history", "."], 2, "holds no night"),
        (&["history", "nowhere"], 3, "cannot be read"),
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!(
            (code(&ran), said(&ran).contains(word)),
            (expected, true),
            "{}",
            said(&ran)
        );
    }
    // Of a damaged night the others are told all the same; a week is told by the night before it.
    fs::write(nights.join("2026-11-20.plan.csv.gz"), "no gzip").unwrap();
    let id = "50000000-0000-4000-8000-000000000002";
    for (arguments, good) in [
        (&[][..], &["2026-11-19", "2026-11-23", "2027-02-20"][..]),
        (&["--by", "night"], &["2026-11-19", "2026-11-23", "2027-02-20"]),
        (&["--json"], &["2026-11-19", "2026-11-23", "2027-02-20"]),
        (&["--subscription", id], &["2026-11-19", "2027-02-20"]),
        (&["--subscription", id, "--json"], &["2026-11-19", "2027-02-20"]),
    ] {
        let ran = run(folder.path(), ["history", "nights"].iter().chain(arguments));
        let told = String::from_utf8(ran.stdout.clone()).unwrap();
        assert_eq!(code(&ran), 1, "{arguments:?}: {}", said(&ran));
        assert!(good.iter().all(|night| told.contains(night)), "{told}");
        assert!(!told.contains("2026-11-20"), "{told}");
        let named = "nights/2026-11-20.plan.csv.gz: cannot be read: ";
        assert!(
            said(&ran).contains(named) && said(&ran).contains("hint: "),
            "{}",
            said(&ran)
        );
    }
    for day in ["2026-11-19", "2026-11-23", "2027-02-20"] {
        fs::write(nights.join(format!("{day}.plan.csv.gz")), "no gzip").unwrap();
    }
    let ran = run(folder.path(), ["history", "nights"]);
    assert_eq!((code(&ran), ran.stdout.len()), (3, 0), "{}", said(&ran));
}

#[test]
fn an_output_never_takes_the_place_of_another_file() {
    let folder = planned(3);
    let at = |name: &str| folder.path().join(name);
    fs::write(at("seatshift.toml"), "[partner]\ncountries = [\"HU\"]\n").unwrap();
    fs::write(at("empty.prom"), "").unwrap();
    fs::create_dir(at("full")).unwrap();
    fs::write(at("full/list.csv"), list(0..3)).unwrap();
    let files = || {
        let beside = names(&at("out")).into_iter().map(|name| format!("out/{name}"));
        let named = ["seatshift.toml", "list.csv", "empty.prom", "full/list.csv"];
        let all: Vec<String> = beside.chain(named.map(str::to_owned)).collect();
        all.into_iter()
            .map(|name| (fs::read(at(&name)).unwrap(), name))
            .collect::<Vec<_>>()
    };
    let before = files();
    let stops = |arguments: &[&str], word: &str| {
        let ran = run(folder.path(), arguments);
        let told = said(&ran);
        assert_eq!(code(&ran), 2, "{arguments:?}: {told}");
        assert!(told.contains(word) && told.contains("hint: "), "{arguments:?}: {told}");
        assert_eq!(told.matches("hint: ").count(), 1, "it is said once: {told}");
        assert_eq!(files(), before, "{arguments:?}");
    };
    let companions = [
        "plan.csv",
        "plan.findings.csv",
        "plan.steps.csv",
        "plan.changes.csv",
        "plan.run.json",
        "plan.held.csv",
        "plan.stopped.run.json",
        "plan.stopped.findings.csv",
        ".plan.csv.lock",
    ];
    for name in companions {
        let metrics = format!("out/{name}");
        stops(
            &[&PLAN[..], &["--metrics", &metrics]].concat(),
            "overwritten by `--metrics`",
        );
        for flag in ["--html", "--xlsx", "--ics", "--letters"] {
            let report = format!("{flag}=./out/../out/{name}");
            let word = format!("overwritten by `{flag}`");
            stops(&[&PLAN[..], &[report.as_str()]].concat(), &word);
            stops(&["report", "out/plan.csv", report.as_str()], &word);
        }
    }
    for metrics in ["list.csv", "seatshift.toml", "empty.prom"] {
        stops(
            &[&PLAN[..], &["--metrics", metrics]].concat(),
            "overwritten by `--metrics`",
        );
    }
    for (one, other) in [
        ("--html=x", "--xlsx=x"),
        ("--html=x", "--metrics=x"),
        ("--ics=x/y.ics", "--letters=x"),
        ("--html=out/plan.xlsx", "--xlsx"),
    ] {
        stops(&[&PLAN[..], &[one, other]].concat(), "overwritten by `--");
    }
    stops(
        &["report", "out/plan.csv", "--html=seatshift.toml"],
        "settings or tables",
    );
    for arguments in [
        &["--history", "list.csv"][..],
        &["--history", "out/plan.csv"],
        &["--history", "out/plan.held.csv"],
        &["--history", "new", "--letters=new"],
    ] {
        stops(
            &[&PLAN[..], arguments].concat(),
            "`--history` needs a folder of its own",
        );
    }
    let full = ["plan", "full", "--as-of", AS_OF, "-o", "out/plan.csv"];
    for argument in ["--history=full", "--letters=full"] {
        stops(&[&full[..], &[argument]].concat(), "holds the export full/list.csv");
    }
}

#[test]
fn folders_of_ours_may_lie_among_exports() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), list(0..3)).unwrap();
    let arguments = [
        "plan",
        ".",
        "--as-of",
        AS_OF,
        "-o",
        "out/plan.csv",
        "--letters",
        "--history=nights",
    ];
    for _ in 0..2 {
        let ran = run(folder.path(), arguments);
        assert_eq!(code(&ran), 0, "{}", said(&ran));
    }
}

#[test]
fn a_history_that_cannot_be_written_stops_the_run_before_the_plan_is_replaced() {
    let folder = planned(3);
    let before = contents(&folder.path().join("out"));
    let (code, told) = night(folder.path(), 0..4, &["--history", "list.csv"]);
    assert_eq!(code, 2, "{told}");
    assert_eq!(contents(&folder.path().join("out")), before);
    let (code, told) = night(folder.path(), 0..4, &["--history", "list.csv/nights"]);
    assert_eq!(code, 3, "{told}");
    assert_eq!(contents(&folder.path().join("out")), before);
}
