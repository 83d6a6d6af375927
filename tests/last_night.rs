//! What the plan of last night is good for: it may have been opened in a spreadsheet, its record may be gone, a report may be
//! made of it while a run is at work, and figures and history tell of a night whatever ended it.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    fs,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{AS_OF, Table, code, program, run, said};

const HEAD: &str =
    "Customer ID,Customer,Subscription ID,Channel,Country,Offer name,Seats,Term,Term start,Term end,Auto renew\n";

/// A subscription of the list; its id is `id`, its term ends on this day of May.
fn row(id: &str, seats: u32, day: u32) -> String {
    format!(
        "c0000000-0000-4000-8000-000000000001,Árvíztűrő,{id},web-direct,HU,Visio Plan 2,{seats},P1Y,2026-03-01,2027-05-{day:02},yes\n"
    )
}

fn plan_of(folder: &Path, rows: &[String], as_of: &str, more: &[&str]) -> (i32, String) {
    fs::write(folder.join("list.csv"), HEAD.to_owned() + &rows.concat()).unwrap();
    fs::write(folder.join("seatshift.toml"), "[partner]\ncountries = [\"HU\"]\n").unwrap();
    let usual = ["plan", "list.csv", "--as-of", as_of, "-o", "out/plan.csv"];
    let ran = run(folder, usual.iter().chain(more));
    (code(&ran), said(&ran))
}

fn nine() -> Vec<String> {
    (10..19).map(|day| row(&format!("00{day}"), day, day)).collect()
}

/// The plan as a spreadsheet saves it: another delimiter, dates in its own way, zeros before numbers dropped.
fn saved_again(plan: &Path, delimiter: u8, date: &dyn Fn(&str, &str, &str) -> String) {
    let mut from = csv::ReaderBuilder::new().has_headers(false).from_path(plan).unwrap();
    let mut to = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    for record in from.records() {
        let record = record.unwrap();
        let respelt = record.iter().map(|cell| {
            let parts: Vec<&str> = cell.split('-').collect();
            match parts[..] {
                [year, month, day] if cell.len() == 10 && year.len() == 4 => date(year, month, day),
                _ if !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()) => {
                    cell.trim_start_matches('0').to_owned()
                }
                _ => cell.to_owned(),
            }
        });
        to.write_record(respelt.collect::<Vec<String>>()).unwrap();
    }
    let text = String::from_utf8(to.into_inner().unwrap()).unwrap();
    fs::write(plan, format!("\u{feff}{text}")).unwrap();
}

#[test]
fn a_plan_that_a_spreadsheet_has_saved_is_compared_as_it_was() {
    let bare = |number: &str| number.trim_start_matches('0').to_owned();
    type Write<'a> = &'a dyn Fn(&str, &str, &str) -> String;
    let ways: [(u8, Write<'_>); 5] = [
        (b';', &|year, month, day| format!("{year}. {month}. {day}.")),
        (b';', &|year, month, day| format!("{day}.{month}.{year}")),
        (b',', &|year, month, day| {
            format!("{}/{}/{year}", bare(month), bare(day))
        }),
        (b';', &|year, month, day| format!("{day}/{month}/{year}")),
        (b',', &|year, month, day| format!("{year}-{month}-{day}")),
    ];
    for (number, (delimiter, date)) in ways.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        assert_eq!(plan_of(folder.path(), &nine(), AS_OF, &[]).0, 0);
        fs::copy(out.join("plan.csv"), folder.path().join("as-written.csv")).unwrap();
        saved_again(&out.join("plan.csv"), delimiter, date);
        let diff = run(folder.path(), ["diff", "out/plan.csv", "as-written.csv", "--exit-code"]);
        assert_eq!(code(&diff), 0, "{number}: {}", String::from_utf8_lossy(&diff.stdout));
        let turned = run(folder.path(), ["diff", "as-written.csv", "out/plan.csv", "--exit-code"]);
        assert_eq!(
            code(&turned),
            0,
            "{number}: {}",
            String::from_utf8_lossy(&turned.stdout)
        );
        // One subscription has more licences: that is all that is told.
        let mut rows = nine();
        rows[3] = row("0013", 99, 13);
        let (code, told) = plan_of(folder.path(), &rows, AS_OF, &[]);
        assert_eq!(code, 0, "{told}");
        let changes = Table::read(&out.join("plan.changes.csv"));
        let fields: Vec<&str> = changes.column("field");
        assert!(
            fields.contains(&"seats") && fields.iter().all(|field| field.ends_with("seats")),
            "{number}: {fields:?}"
        );
    }
}

#[test]
fn a_plan_whose_dates_can_be_read_in_two_ways_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let early: Vec<String> = (1..4).map(|day| row(&format!("s{day}"), 5, day + 4)).collect();
    assert_eq!(plan_of(folder.path(), &early, AS_OF, &[]).0, 0);
    let plan = folder.path().join("out/plan.csv");
    saved_again(&plan, b',', &|year, month, _| format!("{month}/05/{year}"));
    for arguments in [
        &["diff", "out/plan.csv", "out/plan.csv"][..],
        &[
            "plan",
            "list.csv",
            "--as-of",
            AS_OF,
            "-o",
            "other/plan.csv",
            "--previous",
            "out/plan.csv",
        ],
        &["report", "out/plan.csv", "--ics"],
    ] {
        let ran = run(folder.path(), arguments);
        let told = said(&ran);
        assert!(code(&ran) >= 2, "{told}");
        assert!(
            told.contains("out/plan.csv: is no plan") && told.contains("can be read in two") && told.contains("hint: "),
            "{told}"
        );
    }
    // The one that is being replaced holds nobody up; the guards still count it.
    let (code, told) = plan_of(folder.path(), &early, AS_OF, &[]);
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("previous-unreadable (1)") && !told.contains("guards-blind"),
        "{told}"
    );
}

#[test]
fn what_guards_could_not_look_at_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    assert!(
        !plan_of(folder.path(), &nine(), AS_OF, &[]).1.contains("guards-blind"),
        "the first night misses nothing"
    );
    assert!(!plan_of(folder.path(), &nine(), AS_OF, &[]).1.contains("guards-blind"));
    let by_record = "the guards `source-empty`, `export-worse`, `column-lost`, `export-repeated`, `as-of-before`";
    for (damage, words) in [
        (
            &(|| fs::remove_file(out.join("plan.run.json")).unwrap()) as &dyn Fn(),
            "`plan.run.json` is not there, so ",
        ),
        (
            &|| fs::write(out.join("plan.run.json"), "{").unwrap(),
            "`plan.run.json` cannot be read (",
        ),
        (
            &|| fs::write(out.join("plan.run.json"), "{}").unwrap(),
            "`plan.run.json` tells of no export, so ",
        ),
    ] {
        damage();
        let (code, told) = plan_of(folder.path(), &nine(), AS_OF, &[]);
        assert_eq!(code, 0, "{told}");
        assert!(
            told.contains("guards-blind (1)") && told.contains(words) && told.contains(by_record),
            "{told}"
        );
        assert!(!told.contains("`customer-gone`"), "that one looks at the plan: {told}");
    }
    fs::remove_file(out.join("plan.csv")).unwrap();
    let told = plan_of(folder.path(), &nine(), AS_OF, &[]).1;
    assert!(
        told.contains("`plan.csv` is not there, so the guards `customer-gone`"),
        "{told}"
    );
    // Whatever is compared, the guards look at the plan that is being replaced.
    for previous in ["none", "as-written.csv"] {
        fs::copy(out.join("plan.csv"), folder.path().join("as-written.csv")).unwrap();
        let told = plan_of(folder.path(), &nine(), AS_OF, &["--previous", previous]).1;
        assert!(!told.contains("guards-blind"), "{told}");
        let set = ["--previous", previous, "--set", "nightly.gone_subscriptions=2"];
        assert_eq!(plan_of(folder.path(), &nine()[2..], AS_OF, &set).0, 3);
    }
}

#[test]
fn where_nothing_could_be_read_no_hint_offers_to_let_it_through() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(plan_of(folder.path(), &nine(), AS_OF, &[]).0, 0);
    let (code, told) = plan_of(folder.path(), &[], AS_OF, &[]);
    assert_eq!(code, 3);
    assert!(
        told.contains("source-empty (1)") && !told.contains("--accept"),
        "{told}"
    );
    assert!(
        told.contains("no export gave a row tonight, so there is no plan to let through"),
        "{told}"
    );
}

#[test]
fn what_is_shown_of_a_change_for_the_worse_is_what_is_worse() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let row = |seats: &str, end: &str| {
        format!(
            "c0000000-0000-4000-8000-000000000001,Contoso,s1,web-direct,HU,Visio Plan 2,{seats},P1Y,2026-03-01,{end},yes\n"
        )
    };
    // It is known now how many licences it has, and it need not be decided any more; but its term ends sooner.
    assert_eq!(plan_of(folder.path(), &[row("", "2026-12-20")], AS_OF, &[]).0, 0);
    fs::copy(out.join("plan.csv"), folder.path().join("before.csv")).unwrap();
    let (_, told) = plan_of(folder.path(), &[row("5", "2026-12-10")], AS_OF, &[]);
    let changes = Table::read(&out.join("plan.changes.csv"));
    assert!(
        changes.column("loss").contains(&"due-soon") && changes.column("field").contains(&"action"),
        "{told}"
    );
    let worse = "term_end: 2026-12-20 -> 2026-12-10";
    let line = told.lines().find(|line| line.contains("  s1  ")).unwrap();
    assert!(line.contains(worse) && !line.contains("action"), "{told}");
    for (format, first) in [("markdown", format!("| {worse}; ")), ("human", worse.to_owned())] {
        let ran = run(
            folder.path(),
            ["diff", "before.csv", "out/plan.csv", "--format", format],
        );
        let text = String::from_utf8(ran.stdout).unwrap();
        let action = text.find("action: ").unwrap();
        assert!(text.find(&first).is_some_and(|place| place < action), "{text}");
    }
}

/// A run that holds the lock and waits for its list on standard input.
fn waiting(folder: &Path, more: &[&str]) -> Child {
    let child = program(folder)
        .args(["plan", "-", "--as-of", AS_OF, "-o", "out/plan.csv"])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let own = format!("process {} on ", child.id());
    let has_lock = || fs::read_to_string(folder.join("out/.plan.csv.lock")).is_ok_and(|text| text.starts_with(&own));
    for _ in 0..3000 {
        if has_lock() {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert!(has_lock(), "it never took the lock");
    child
}

#[test]
fn figures_tell_that_a_signal_ended_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = ["--metrics", "seatshift.prom"];
    assert_eq!(plan_of(folder.path(), &nine(), AS_OF, &metrics).0, 0);
    let read = || fs::read_to_string(folder.path().join("seatshift.prom")).unwrap();
    let value = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map(str::to_owned)
    };
    let success = value(&read(), "seatshift_last_success_timestamp_seconds");
    assert!(success.is_some());
    for (signal, expected) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let child = waiting(folder.path(), &metrics);
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(expected), "{}", said(&output));
        let text = read();
        assert_eq!(value(&text, "seatshift_exit_code"), Some(expected.to_string()));
        assert_eq!(value(&text, "seatshift_last_success_timestamp_seconds"), success);
        assert!(value(&text, "seatshift_last_run_timestamp_seconds") >= success);
    }
    let names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("prom"))
        .collect();
    assert_eq!(names, ["seatshift.prom"], "no litter");
    // Figures that would take the place of something else are not written by a signal either.
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let ran = run(
        folder.path(),
        ["plan", "-", "-o", "out/plan.csv", "--metrics", "mine.txt"],
    );
    assert_eq!(code(&ran), 2);
    assert_eq!(fs::read_to_string(folder.path().join("mine.txt")).unwrap(), "mine");
}

#[test]
fn a_report_beside_a_plan_says_who_is_at_work_on_it() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(plan_of(folder.path(), &nine(), AS_OF, &[]).0, 0);
    let mut run_under_way = waiting(folder.path(), &[]);
    let report = |html: &str| run(folder.path(), ["report", "out/plan.csv", html]);
    for html in ["--html", "--html=out/page.html", "--html=./out/../out/page.html"] {
        let ran = report(html);
        let told = said(&ran);
        assert_eq!(code(&ran), 3, "{told}");
        let holder = format!("process {} on ", run_under_way.id());
        assert!(
            told.contains("another run is at work") && told.contains(&holder),
            "{told}"
        );
    }
    assert!(!folder.path().join("out/plan.html").exists());
    assert_eq!(code(&report("--html=elsewhere.html")), 0, "elsewhere it meets nobody");
    run_under_way.kill().unwrap();
    run_under_way.wait().unwrap();
    let ran = report("--html");
    assert_eq!(code(&ran), 0, "{}", said(&ran));
    // In a folder where nothing can be written, a report that goes elsewhere needs no lock.
    assert_eq!(code(&report("--html=elsewhere.html")), 0);
}

#[test]
fn every_damaged_night_is_named_whatever_the_form() {
    let folder = tempfile::tempdir().unwrap();
    let days = ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-20"];
    for day in days {
        assert!(plan_of(folder.path(), &nine(), day, &["--history", "nights"]).0 <= 1);
    }
    let night = |day: &str| folder.path().join(format!("nights/{day}.plan.csv.gz"));
    let whole = fs::read(night(days[0])).unwrap();
    fs::write(night(days[0]), &whole[..whole.len() / 2]).unwrap();
    fs::write(night(days[2]), "no gzip").unwrap();
    for form in [&[][..], &["--by", "night"], &["--json"]] {
        let ran = run(folder.path(), ["history", "nights"].iter().chain(form));
        let told = said(&ran);
        assert_eq!(code(&ran), 1, "{told}");
        let places = [days[0], days[2]].map(|day| told.find(&format!("{day}.plan.csv.gz: cannot be read: ")));
        assert!(places[0].is_some() && places[0] < places[1], "{form:?}: {told}");
        assert!(!told.contains(days[1]) && !told.contains(days[3]), "{told}");
    }
}

#[test]
fn what_is_not_ours_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("out")).unwrap();
    let notes = "what somebody wrote\n";
    for (name, more) in [
        ("out/plan.csv", &[][..]),
        ("out/plan.steps.csv", &[]),
        ("out/plan.changes.csv", &[]),
        ("notes.html", &["--html=notes.html"]),
        ("notes.xlsx", &["--xlsx=notes.xlsx"]),
        ("notes.ics", &["--ics=notes.ics"]),
    ] {
        fs::write(at(name), notes).unwrap();
        let (code, told) = plan_of(folder.path(), &nine(), AS_OF, more);
        assert_eq!(code, 2, "{name}: {told}");
        assert!(
            told.contains("is no output of ours") && told.contains("choose another name"),
            "{told}"
        );
        assert_eq!(fs::read_to_string(at(name)).unwrap(), notes);
        fs::remove_file(at(name)).unwrap();
        assert!(!at("out/plan.run.json").exists(), "nothing was written");
    }
    // What a run wrote the next one replaces, and so does a report.
    let all = ["--html=notes.html", "--xlsx=notes.xlsx", "--ics=notes.ics"];
    for _ in 0..2 {
        let (code, told) = plan_of(folder.path(), &nine(), AS_OF, &all);
        assert_eq!(code, 0, "{told}");
    }
    let report = |more: &[&str]| run(folder.path(), ["report", "out/plan.csv"].iter().chain(more));
    assert_eq!(code(&report(&all)), 0);
    fs::write(at("other.html"), notes).unwrap();
    assert_eq!(code(&report(&["--html=other.html"])), 2);
    assert_eq!(fs::read_to_string(at("other.html")).unwrap(), notes);
}

#[test]
fn a_column_that_is_gone_overnight_holds_the_plan() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(plan_of(folder.path(), &nine(), AS_OF, &[]).0, 0);
    let plan = fs::read(folder.path().join("out/plan.csv")).unwrap();
    let headless = |column: &str| {
        let list = fs::read_to_string(folder.path().join("list.csv")).unwrap();
        fs::write(folder.path().join("list.csv"), list.replacen(column, "Column1", 1)).unwrap();
    };
    headless("Term end");
    let again = |more: &[&str]| {
        let usual = ["plan", "list.csv", "--as-of", AS_OF, "-o", "out/plan.csv"];
        let ran = run(folder.path(), usual.iter().chain(more));
        (code(&ran), said(&ran))
    };
    let (code, told) = again(&[]);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("(term_end)") && told.contains("--accept column-lost"),
        "{told}"
    );
    assert_eq!(fs::read(folder.path().join("out/plan.csv")).unwrap(), plan);
    let (code, told) = again(&["--accept", "column-lost"]);
    assert!(code <= 1, "{told}");
    // The night after it is as it was.
    let (code, told) = again(&[]);
    assert!(code <= 1, "{told}");
}

#[test]
fn a_hold_that_fits_nothing_any_more_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let night = |rows: &[String], as_of: &str| {
        fs::write(
            folder.path().join("holds.csv"),
            "subscription_id,customer_id,action,until,owner,reason\n0010,,keep,2027-12-31,Anna,wait\n0098,,keep,2027-12-31,Anna,wait\n",
        )
        .unwrap();
        fs::write(folder.path().join("list.csv"), HEAD.to_owned() + &rows.concat()).unwrap();
        fs::write(
            folder.path().join("seatshift.toml"),
            "[partner]\ncountries = [\"HU\"]\n[tables]\nholds = \"holds.csv\"\n",
        )
        .unwrap();
        let ran = run(
            folder.path(),
            ["plan", "list.csv", "--as-of", as_of, "-o", "out/plan.csv"].iter(),
        );
        (code(&ran), said(&ran))
    };
    let (code, told) = night(&nine(), AS_OF);
    assert_eq!(code, 0, "{told}");
    let findings = fs::read_to_string(folder.path().join("out/plan.findings.csv")).unwrap();
    assert_eq!(findings.matches(",hold-unused,").count(), 1, "{findings}");
    // Its id is another tonight, and the plan would move it.
    let mut renamed = nine();
    renamed[0] = row("0099", 10, 10);
    let (code, told) = night(&renamed, AS_OF);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("hold-lost (1)") && told.contains("hold-unused (1)"),
        "{told}"
    );
}
