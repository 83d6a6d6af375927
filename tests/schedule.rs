//! The samples of schedulers: each is what its scheduler reads, runs a command that there is, and treats the exit codes right.
//!
//! In: `samples/schedule`. The commands are run in a folder of their own; scripts around them are run with a program in our place
//! that returns each code. What a machine does not have (`systemd-analyze`, `python3`) is said and skipped.

#![cfg(unix)]
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
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use quick_xml::{Reader, events::Event};
use saphyr::{LoadableYamlNode, Yaml};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{code, program, repository, said};

fn sample(name: &str) -> String {
    fs::read_to_string(repository().join("samples/schedule").join(name)).unwrap()
}

/// Runs the arguments of a sample, its exports and folders being ours.
fn planned(name: &str, arguments: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("exports")).unwrap();
    let list = "Customer ID,Subscription ID,Channel,Country,Offer name,Seats,Term,Term start,Term end,Auto renew\n\
                c0000000-0000-4000-8000-000000000001,50000000-0000-4000-8000-000000000001,web-direct,HU,Visio Plan 2,5,P1Y,2026-03-01,2027-02-28,yes\n";
    fs::write(folder.path().join("exports/list.csv"), list).unwrap();
    fs::write(
        folder.path().join("seatshift.toml"),
        "[partner]\ncountries = [\"HU\"]\n",
    )
    .unwrap();
    let words: Vec<String> = arguments
        .split_whitespace()
        .map(|word| match word {
            "/srv/exports" | "/exports" | "D:\\exports" => "exports".to_owned(),
            path if path.starts_with("/run/") => "seatshift.prom".to_owned(),
            word => word.replace('\\', "/"),
        })
        .collect();
    let ran = program(folder.path()).args(&words).output().unwrap();
    assert_eq!(code(&ran), 0, "{name}: {words:?}: {}", said(&ran));
    for written in ["plan/plan.csv", "plan/plan.run.json", "history"] {
        assert!(folder.path().join(written).exists(), "{name}: {written}");
    }
}

/// The keys of a unit's sections.
fn unit(text: &str) -> BTreeMap<String, String> {
    let mut section = String::new();
    let mut keys = BTreeMap::new();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => section = name.to_owned(),
            None => {
                let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
                let before = keys.insert(format!("{section}.{key}"), value.to_owned());
                assert_eq!(before, None, "{line} stands twice");
            }
        }
    }
    keys
}

#[test]
fn the_systemd_units_are_hardened_and_know_that_1_is_done() {
    let service = unit(&sample("seatshift.service"));
    for (key, value) in [
        ("Service.Type", "oneshot"),
        ("Service.SuccessExitStatus", "1"),
        ("Service.NoNewPrivileges", "yes"),
        ("Service.ProtectSystem", "strict"),
        ("Service.PrivateNetwork", "yes"),
        ("Service.CapabilityBoundingSet", ""),
        ("Service.SystemCallFilter", "@system-service"),
    ] {
        assert_eq!(service.get(key).map(String::as_str), Some(value), "{key}");
    }
    let start = &service["Service.ExecStart"];
    planned("seatshift.service", start.split_once(' ').unwrap().1);
    let timer = unit(&sample("seatshift.timer"));
    assert!(timer["Timer.OnCalendar"].ends_with(" UTC"));
    assert_eq!(timer["Timer.Persistent"], "true");
}

#[test]
fn systemd_itself_finds_nothing_wrong_with_the_units() {
    let folder = tempfile::tempdir().unwrap();
    // The program must be there for the unit to be right.
    let service = sample("seatshift.service").replace("/usr/local/bin/seatshift", env!("CARGO_BIN_EXE_seatshift"));
    fs::write(folder.path().join("seatshift.service"), service).unwrap();
    fs::write(folder.path().join("seatshift.timer"), sample("seatshift.timer")).unwrap();
    let verified = Command::new("systemd-analyze")
        .arg("verify")
        .args(["./seatshift.service", "./seatshift.timer"])
        .current_dir(folder.path())
        .output();
    let Ok(verified) = verified else {
        eprintln!("skipped: there is no systemd-analyze here");
        return;
    };
    let told = String::from_utf8_lossy(&verified.stderr).into_owned() + &String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success(), "{told}");
    assert!(!told.contains("seatshift."), "{told}");
    let calendar = unit(&sample("seatshift.timer"))["Timer.OnCalendar"].clone();
    let calendar = Command::new("systemd-analyze")
        .args(["calendar", &calendar])
        .output()
        .unwrap();
    assert!(
        calendar.status.success(),
        "{}",
        String::from_utf8_lossy(&calendar.stderr)
    );
}

/// Runs a script of a sample with a program in our place that returns a code.
fn with_code(script: &str, returned: u8) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let stand_in = folder.path().join("seatshift");
    fs::write(&stand_in, format!("#!/bin/sh\nexit {returned}\n")).unwrap();
    fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755)).unwrap();
    let own = folder.path().to_str().unwrap();
    let script = script
        .replace("/var/lib/seatshift", own)
        .replace("/dev/termination-log", "message");
    let path = format!("{own}:{}", std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .output();
    (output.unwrap(), folder)
}

/// What follows `seatshift plan` in a line, up to the end of the command.
fn command(text: &str) -> String {
    let start = text.find("seatshift plan ").unwrap() + "seatshift ".len();
    let end = text[start..].find([';', '\n']).map_or(text.len(), |end| start + end);
    text[start..end].to_owned()
}

#[test]
fn the_line_of_cron_prints_only_when_somebody_must_look() {
    let text = sample("seatshift.cron");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let line = lines.iter().find(|line| line.contains("seatshift plan")).unwrap();
    assert!(lines.contains(&"CRON_TZ=UTC"));
    let fields: Vec<&str> = line.splitn(7, ' ').collect();
    assert_eq!(fields[..6], ["30", "2", "*", "*", "*", "seatshift"]);
    // Cron makes a new line of `%`.
    assert!(!line.contains('%'));
    planned("seatshift.cron", &command(fields[6]));
    for (returned, prints) in [(0, false), (1, true), (2, false), (3, false)] {
        let (output, _folder) = with_code(fields[6], returned);
        assert_eq!(output.status.code(), Some(i32::from(returned)));
        assert_eq!(!output.stdout.is_empty(), prints, "{returned}");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_windows_task_is_well_formed() {
    let text = sample("seatshift-task.xml");
    let mut reader = Reader::from_str(&text);
    let mut path: Vec<String> = Vec::new();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}")) {
            Event::Start(start) => path.push(start.name().as_ref().to_owned()),
            Event::Text(text) => {
                let words = text.trim().to_owned();
                if !words.is_empty() {
                    texts.insert(path.join("/"), words);
                }
            }
            Event::End(_) => drop(path.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(path.is_empty());
    assert_eq!(texts["Task/Settings/MultipleInstancesPolicy"], "IgnoreNew");
    assert_eq!(texts["Task/Principals/Principal/RunLevel"], "LeastPrivilege");
    assert!(texts["Task/Triggers/CalendarTrigger/StartBoundary"].ends_with('Z'));
    planned("seatshift-task.xml", &texts["Task/Actions/Exec/Arguments"]);
}

#[test]
fn the_cron_job_of_kubernetes_succeeds_where_a_plan_was_made() {
    let text = sample("kubernetes-cronjob.yaml");
    let documents = Yaml::load_from_str(&text).unwrap();
    let [job] = documents.as_slice() else {
        panic!("one document")
    };
    assert_eq!(job["kind"].as_str(), Some("CronJob"));
    let spec = &job["spec"];
    assert_eq!(spec["concurrencyPolicy"].as_str(), Some("Forbid"));
    assert_eq!(spec["timeZone"].as_str(), Some("Etc/UTC"));
    assert_eq!(spec["jobTemplate"]["spec"]["backoffLimit"].as_integer(), Some(0));
    let pod = &spec["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(pod["restartPolicy"].as_str(), Some("Never"));
    let container = &pod["containers"][0];
    assert_eq!(
        container["securityContext"]["readOnlyRootFilesystem"].as_bool(),
        Some(true)
    );
    assert_eq!(container["command"][0].as_str(), Some("/bin/sh"));
    let script = container["args"][0].as_str().unwrap();
    planned("kubernetes-cronjob.yaml", &command(script));
    for (returned, expected) in [(0, 0), (1, 0), (2, 2), (3, 3)] {
        let (output, folder) = with_code(script, returned);
        assert_eq!(output.status.code(), Some(expected), "{returned}");
        assert_eq!(folder.path().join("message").exists(), returned == 1, "{returned}");
    }
}

#[test]
fn the_task_of_airflow_is_python_and_knows_the_codes() {
    let text = sample("airflow_dag.py");
    assert!(text.contains("if code not in (0, 1):") && text.contains("AirflowFailException"));
    let list = text.split_once("COMMAND = [").unwrap().1.split_once(']').unwrap().0;
    let words: Vec<&str> = list.split('"').skip(1).step_by(2).skip(1).collect();
    planned("airflow_dag.py", &words.join(" "));
    let script = "import ast, sys; ast.parse(open(sys.argv[1]).read())";
    let file = repository().join("samples/schedule/airflow_dag.py");
    match Command::new("python3").args(["-c", script]).arg(file).output() {
        Ok(parsed) => assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr)),
        Err(error) => eprintln!("skipped: there is no python3 here ({error})"),
    }
}

#[test]
fn every_sample_stands_in_the_page_and_on_it_nothing_else() {
    let page = sample("README.md");
    let folder = repository().join("samples/schedule");
    let files = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let named = |name: &str| page.contains(&format!("`{name}`"));
    assert!(files.filter(|name| name != "README.md").all(|name| named(&name)));
    let in_table = page.lines().filter(|line| line.starts_with("| `"));
    let names = in_table.flat_map(|line| line.split('|').nth(1).unwrap().split('`').skip(1).step_by(2));
    assert!(
        names
            .map(|name| folder.join(name))
            .all(|path: std::path::PathBuf| Path::is_file(&path))
    );
}
