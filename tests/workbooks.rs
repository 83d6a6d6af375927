//! Workbooks in processes of their own: the same rows as in one process, and an answer whatever the process does.
//!
//! In: workbooks of each format, hostile ones, and programs that are no parser of ours. Out: rows, or a refusal that names its
//! reason, in time.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    fs::File,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use seatshift::read::{
    self, ChildCommand, FileReport, Input, Interest, Limits, ReadOptions, Rows, Sink, TableHead, Words, Workbooks,
};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/workbooks.rs"]
mod workbooks;

use workbooks::{Sheet, Value, all, changed, xlsx};

struct Known;

impl Words for Known {
    fn headings(&self, cells: &[&str]) -> usize {
        ["id", "name"].iter().filter(|word| cells.contains(word)).count()
    }
}

#[derive(Default)]
struct Kept(Vec<String>);

impl Sink for Kept {
    fn table(&mut self, head: &TableHead) -> Interest {
        let headings = head.headings.join("|");
        self.0.push(format!("{:?} {:?} {headings}", head.epoch, head.sheet));
        match head.headings.iter().any(|heading| &**heading == "unwanted") {
            true => Interest::Skip,
            false => Interest::Read,
        }
    }

    fn rows(&mut self, rows: Rows) {
        for row in rows.iter() {
            self.0
                .push(format!("{} {:?}", row.number, row.cells().collect::<Vec<_>>()));
        }
    }
}

fn ours() -> Workbooks {
    Workbooks::Child(ChildCommand {
        program: env!("CARGO_BIN_EXE_seatshift").into(),
        arguments: vec!["parse-workbook".into()],
    })
}

/// A process that does something else.
fn shell(script: &str) -> Workbooks {
    Workbooks::Child(ChildCommand {
        program: "/bin/sh".into(),
        arguments: vec!["-c".into(), script.into()],
    })
}

fn read(input: &Input, workbooks: Workbooks, limits: &Limits) -> (FileReport, Vec<String>) {
    let mut kept = Kept::default();
    let options = ReadOptions {
        workbooks,
        ..ReadOptions::default()
    };
    let report = read::read(input, &options, limits, &Known, &mut kept);
    (report, kept.0)
}

fn bytes(content: &[u8]) -> Input {
    Input::Bytes {
        name: "in".into(),
        bytes: content.into(),
    }
}

fn sheets() -> Vec<Sheet> {
    let day = NaiveDate::from_ymd_opt(2026, 5, 3).unwrap();
    let mut list = vec![vec!["id".into(), "name".into(), "end".into()]];
    for number in 0..3000 {
        let name = format!("Tűzőgép {number}");
        let name = if number % 3 == 0 { "" } else { name.as_str() };
        list.push(vec![f64::from(number).into(), name.into(), day.into()]);
        list.push(vec![true.into(), Value::NotAvailable]);
    }
    let unwanted = [
        vec!["id".into(), "name".into(), "unwanted".into()],
        vec!["1".into(), "x".into()],
    ];
    vec![
        Sheet::new("Lista", &list).merged(&[(1, 1, 4)]).hidden_rows(&[7]),
        Sheet::new("Else", &unwanted).hidden(),
        Sheet::new("Cover", &[vec!["Welcome".into()]]),
    ]
}

#[test]
fn a_child_tells_what_this_process_would() {
    let folder = tempfile::tempdir().unwrap();
    let since_1904: Vec<Sheet> = sheets().into_iter().map(Sheet::since_1904).collect();
    for (format, content) in all(&sheets()).into_iter().chain(all(&since_1904)) {
        let limits = Limits::default();
        let here = read(&bytes(&content), Workbooks::InProcess, &limits);
        assert_eq!(here.0.rows, 6000, "{format}: {:?}", here.0.findings);
        assert_eq!(
            here.0.findings,
            read(&bytes(&content), ours(), &limits).0.findings,
            "{format}"
        );
        assert_eq!(here, read(&bytes(&content), ours(), &limits), "{format}");
        let path = folder.path().join(format);
        std::fs::write(&path, &content).unwrap();
        let (report, rows) = read(&Input::File(path), ours(), &limits);
        assert_eq!((report.rows, rows), (6000, here.1), "{format}");

        let mut few = limits;
        few.cells = 100;
        let (report, _) = read(&bytes(&content), ours(), &few);
        assert!(
            report.refused && report.findings[0].hint.contains("`cells`"),
            "{format}"
        );
        let cut = bytes(&content[..content.len() * 6 / 10]);
        assert!(read(&cut, ours(), &limits).0.refused, "{format}");
    }
}

#[test]
fn a_sheet_that_is_not_there_is_told_from_a_child() {
    let content = xlsx(&sheets());
    let options = ReadOptions {
        sheet: Some("Mäy".into()),
        workbooks: ours(),
        ..ReadOptions::default()
    };
    let report = read::read(
        &bytes(&content),
        &options,
        &Limits::default(),
        &Known,
        &mut Kept::default(),
    );
    let finding = &report.findings[0];
    assert_eq!(finding.message, "has no sheet `Mäy`; the workbook was not read");
    assert_eq!(finding.hint, "set `sheet` to one of `Lista`, `Else`, `Cover`");
}

/// What a child of ours says of a small workbook, to be said again by others.
fn said(content: &[u8]) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("said");
    let limits = serde_json::to_string(&Limits::default()).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_seatshift"))
        .args(["parse-workbook", "xlsx", &limits])
        .stdin(Stdio::piped())
        .stdout(File::create(&path).unwrap())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(content).unwrap();
    assert!(child.wait().unwrap().success());
    let bytes = std::fs::read(&path).unwrap();
    (folder, path, bytes)
}

#[test]
fn a_stream_counts_only_when_all_of_it_is_right() {
    let list = [vec!["id".into(), "name".into()], vec![1.0.into(), "x".into()]];
    let content = xlsx(&[Sheet::new("Lista", &list)]);
    let (_folder, path, right) = said(&content);
    let say = format!("cat {}", path.display());
    let answer = |script: &str| read(&bytes(&content), shell(script), &Limits::default());
    assert_eq!(answer(&say).0.rows, 1, "what is right counts");
    assert!(
        answer(&format!("{say}; exit 1")).0.refused,
        "but not of a process that failed"
    );

    let flipped = |at: usize| {
        let mut bytes = right.clone();
        bytes[at] ^= 0x80;
        bytes
    };
    let (counts, end) = (right.len() - 24, right.len());
    let mut wrong: Vec<Vec<u8>> = (0..end).step_by(3).map(|length| right[..length].to_vec()).collect();
    wrong.push([&right[..], b"Z"].concat());
    wrong.push([&right[..], &right[..]].concat());
    wrong.extend((0..26).chain(counts..end).step_by(2).map(flipped));
    for (number, bytes) in wrong.iter().enumerate() {
        std::fs::write(&path, bytes).unwrap();
        assert!(answer(&say).0.refused, "{number}");
    }
    // A value may be another one, as a workbook may hold another.
    for at in (26..counts).step_by(3) {
        std::fs::write(&path, flipped(at)).unwrap();
        let (report, _) = answer(&say);
        assert!(report.findings.len() < 3, "{at}: {:?}", report.findings);
    }
}

#[test]
fn whatever_a_process_does_there_is_an_answer() {
    let content = xlsx(&sheets());
    let limits = Limits {
        wall_seconds: 2,
        ..Limits::default()
    };
    for (script, code, message) in [
        ("exit 0", "file-unreadable", "ended before it was done"),
        (
            "echo garbage is what this is, not a stream",
            "file-unreadable",
            "not understood",
        ),
        ("exec cat /dev/zero", "file-unreadable", "not understood"),
        ("exec sleep 100", "limit-exceeded", "took over 2 s"),
        ("exec >&-; exec sleep 100", "limit-exceeded", "took over 2 s"),
        ("exec cat /dev/zero >&2", "limit-exceeded", "took over 2 s"),
        ("kill -SEGV $$", "file-unreadable", "signal 11"),
        ("kill -XCPU $$", "limit-exceeded", "over 60 s of computing"),
        ("kill -KILL $$", "file-unreadable", "killed"),
        (
            "echo memory allocation of 9 bytes failed >&2; kill -ABRT $$",
            "limit-exceeded",
            "ran out of memory",
        ),
    ] {
        let begun = Instant::now();
        let (report, _) = read(&bytes(&content), shell(script), &limits);
        assert!(begun.elapsed() < Duration::from_secs(8), "{script}");
        assert!(report.refused, "{script}");
        let finding = &report.findings[0];
        assert_eq!(finding.code.as_str(), code, "{script}: {}", finding.message);
        assert!(finding.message.contains(message), "{script}: {}", finding.message);
        assert!(!finding.message.contains('\n'), "{script}");
    }
    let none = Workbooks::Child(ChildCommand {
        program: "/nowhere/at/all".into(),
        arguments: Vec::new(),
    });
    let (report, _) = read(&bytes(&content), none, &limits);
    assert!(
        report.findings[0]
            .message
            .contains("no process for it could be started")
    );
}

#[test]
fn memory_and_time_are_limited() {
    let text = "x".repeat(60 << 20);
    let list = [vec!["id".into(), "name".into()], vec![1.0.into(), "marker".into()]];
    let small = xlsx(&[Sheet::new("Lista", &list)]);
    let large = changed(&small, "xl/sharedStrings.xml", |bytes| {
        let bytes = String::from_utf8_lossy(bytes).replace("marker", &text);
        bytes.into_bytes()
    });
    let limits = Limits {
        memory_bytes: 100 << 20,
        ratio: 10_000,
        ..Limits::default()
    };
    assert_eq!(read(&bytes(&small), ours(), &limits).0.rows, 1);
    let (report, _) = read(&bytes(&large), ours(), &limits);
    assert!(
        report.findings[0].hint.contains("`memory_bytes`"),
        "{:?}",
        report.findings
    );

    let far = workbooks::ods(&[Sheet::new("Lista", &list)]);
    let far = changed(&far, "content.xml", |bytes| {
        let cell = "<table:table-cell table:number-columns-repeated=\"16000\" office:value-type=\"string\">\
                    <text:p>x</text:p></table:table-cell>";
        let rows =
            format!("<table:table-row table:number-rows-repeated=\"1000000\">{cell}</table:table-row></table:table>");
        String::from_utf8_lossy(bytes)
            .replace("</table:table>", &rows)
            .into_bytes()
    });
    let limits = Limits {
        cells: 1 << 40,
        cpu_seconds: 1,
        ..Limits::default()
    };
    let (report, _) = read(&bytes(&far), ours(), &limits);
    assert!(
        report.findings[0].hint.contains("`cpu_seconds`"),
        "{:?}",
        report.findings
    );
}

#[test]
fn every_command_parses_workbooks_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let text = "x".repeat(60 << 20);
    let list = [
        vec!["Subscription ID".into(), "Offer name".into()],
        vec![1.0.into(), "marker".into()],
    ];
    let large = changed(&xlsx(&[Sheet::new("Lista", &list)]), "xl/sharedStrings.xml", |bytes| {
        String::from_utf8_lossy(bytes).replace("marker", &text).into_bytes()
    });
    std::fs::write(folder.path().join("large.xlsx"), large).unwrap();
    for command in [
        &["plan"][..],
        &["check"],
        &["explain", "contoso"],
        &["offers", "map", "--from"],
    ] {
        let ran = Command::new(env!("CARGO_BIN_EXE_seatshift"))
            .args(command)
            .args([
                "large.xlsx",
                "--set",
                "limits.memory_bytes=104857600",
                "--set",
                "limits.ratio=10000",
            ])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = [ran.stdout, ran.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(ran.status.code(), Some(3), "{command:?}: {said}");
        assert!(said.contains("`memory_bytes`"), "{command:?}: {said}");
    }
}

#[test]
fn a_child_ends_when_nobody_listens() {
    let content = xlsx(&sheets());
    let limits = serde_json::to_string(&Limits::default()).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_seatshift"))
        .args(["parse-workbook", "xlsx", &limits])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(&content).unwrap();
    assert!(!child.wait().unwrap().success());
}
