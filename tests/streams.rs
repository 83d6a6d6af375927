//! What the cases of `tests/cases` cannot show: standard input, an empty folder, and output too long to keep beside them.

#![allow(clippy::unwrap_used, reason = "a command that cannot be run is a failed test")]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const EXPORT: &str = "Customer ID,Subscription ID,Channel,Offer name,Seats,Term,Term start,Term end,Auto renew\n\
    c0000000-0000-4000-8000-000000000001,50000000-0000-4000-8000-000000000001,web-direct,Visio Plan 2,5,P1Y,2026-03-01,2027-02-28,yes\n";

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_seatshift"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that asks for nothing may end before it is written to.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn a_list_on_standard_input_gives_the_plan_alone_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(
        folder.path(),
        &["plan", "-", "-o", "-", "--as-of", "2026-11-21"],
        EXPORT,
    );
    let plan = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert_eq!(plan.lines().count(), 2, "{plan}");
    assert!(plan.starts_with("action,move_date,"), "{plan}");
    assert!(plan.contains("50000000-0000-4000-8000-000000000001"), "{plan}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
fn nothing_on_standard_input_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["plan", "-", "-o", "-", "--as-of", "2026-11-21"], "");
    assert!(output.stdout.is_empty(), "a plan of nothing is no plan");
    assert_ne!(output.status.code(), Some(2));
}

#[test]
fn an_empty_folder_stops_the_run_and_leaves_the_last_plan() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("exports")).unwrap();
    fs::write(folder.path().join("plan.csv"), "action,subscription_id,customer_id\n").unwrap();
    let output = run(folder.path(), &["plan", "exports", "--as-of", "2026-11-21"], "");
    assert_eq!(output.status.code(), Some(3));
    let kept = fs::read_to_string(folder.path().join("plan.csv")).unwrap();
    assert_eq!(kept, "action,subscription_id,customer_id\n");
    assert!(folder.path().join("plan.stopped.run.json").exists());
    assert!(folder.path().join("plan.stopped.findings.csv").exists());
}

#[test]
fn completions_and_the_manual_page_are_written_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, word) in [
        (&["completions", "bash"][..], "_seatshift"),
        (&["completions", "powershell"], "seatshift"),
        (&["man"], ".TH"),
    ] {
        let output = run(folder.path(), arguments, "");
        // A manual page writes a hyphen as `\\-`.
        let text = String::from_utf8(output.stdout).unwrap().replace("\\-", "-");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(text.contains(word), "{arguments:?}");
        assert!(text.contains("--as-of"), "{arguments:?} know every option");
        assert!(output.stderr.is_empty(), "{arguments:?}");
    }
}
