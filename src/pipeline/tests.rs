use std::path::Path;

use super::*;
use crate::{
    terms::{Action, Urgency},
    write::fixtures::{day, empty_row, findings, full_row, plan},
};

fn request<'a>(config: &'a Config, folder: &Path, strict: bool) -> Request<'a> {
    let target = Some(Target::new(&folder.join("plan.csv")).unwrap());
    Request {
        exports: &[],
        config,
        as_of: day("2026-11-21"),
        target,
        reports: Reports::none(),
        strict,
        previous: Previous::default(),
        night: Night::default(),
    }
}

fn conclude(request: &Request<'_>, read: Read, plan: Plan, observer: &dyn Observer) -> Result<Outcome, Stop> {
    let tables = Tables::default();
    let view = View::new(request.as_of, request.config, &tables);
    super::conclude(request, read, plan, &view, observer)
}

fn read(subscriptions: u64, findings: Vec<Finding>) -> Read {
    let accounting = Accounting {
        rows_read: subscriptions + 1,
        subscriptions,
        merged: 1,
        ..Accounting::default()
    };
    Read {
        last: None,
        tables: BTreeMap::new(),
        rules: Vec::new(),
        catalog: Vec::new(),
        inputs: Vec::new(),
        accounting,
        findings,
        compared: Default::default(),
    }
}

fn run_record(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

struct Slow;

impl Observer for Slow {
    fn elapsed(&self) -> Duration {
        Duration::from_millis(1500)
    }
}

#[test]
fn a_good_run_writes_all_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::parse("", Path::new("seatshift.toml")).unwrap();
    let request = request(&config, folder.path(), false);
    let outcome = conclude(&request, read(2, findings()), plan(), &Slow).unwrap();
    assert_eq!((outcome.verdict, outcome.verdict.exit_code()), (Verdict::Done, 0));
    assert_eq!(
        outcome.counts.actions,
        [(Action::Move, 1), (Action::Keep, 0), (Action::Review, 1)].into()
    );
    let run = run_record(&folder.path().join("plan.run.json"));
    assert_eq!(run["exit_code"], 0);
    assert_eq!(run["timing"]["seconds"], 1.5);
    assert_eq!(run["settings"]["path"], "seatshift.toml");
    assert_eq!(run["counts"]["actions"]["move"], 1);
    assert_eq!(run["counts"]["reasons"]["as-soon-as-ready"], 1);
    assert_eq!(run["counts"]["urgencies"]["late"], 1);
    assert_eq!(run["findings"]["date-unreadable"], 1);
}

#[test]
fn the_findings_of_all_parts_stand_in_one_order() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::default();
    let late = Finding::new(
        Code::RowUnidentified,
        Place::file("a.csv").at_row(2),
        "names nothing",
        "",
    );
    let plan = Plan {
        findings: vec![late],
        ..plan()
    };
    let outcome = conclude(&request(&config, folder.path(), false), read(2, findings()), plan, &()).unwrap();
    let codes: Vec<Code> = outcome.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::RowUnidentified, Code::DateUnreadable, Code::FileSkipped]);
    assert_eq!((outcome.verdict, outcome.verdict.exit_code()), (Verdict::Look, 1));
    assert_eq!(run_record(&folder.path().join("plan.run.json"))["exit_code"], 1);
}

#[test]
fn a_strict_run_counts_pressing_rows_for_review() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::default();
    for (urgency, verdict) in [
        (None, Verdict::Done),
        (Some(Urgency::Planned), Verdict::Done),
        (Some(Urgency::Open), Verdict::Look),
        (Some(Urgency::Lapsed), Verdict::Look),
        (Some(Urgency::Lost), Verdict::Look),
    ] {
        let mut row = empty_row();
        row.decision.urgency = urgency;
        let plan = Plan {
            rows: vec![full_row(), row],
            ..plan()
        };
        let strict = conclude(
            &request(&config, folder.path(), true),
            read(2, Vec::new()),
            plan.clone(),
            &(),
        )
        .unwrap();
        assert_eq!(strict.verdict, verdict, "{urgency:?}");
        let lenient = conclude(&request(&config, folder.path(), false), read(2, Vec::new()), plan, &()).unwrap();
        assert_eq!(lenient.verdict, Verdict::Done, "{urgency:?}");
    }
}

/// Runs into a stop over a good plan; gives the stop, having checked that the plan is as it was.
fn stop(read: Read, plan: Plan) -> (Stop, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::default();
    let request = request(&config, folder.path(), false);
    fs::write(folder.path().join("plan.csv"), "last night's").unwrap();
    let stop = conclude(&request, read, plan, &()).unwrap_err();
    assert_eq!(
        fs::read_to_string(folder.path().join("plan.csv")).unwrap(),
        "last night's"
    );
    assert!(!folder.path().join("plan.run.json").exists());
    assert!(folder.path().join("plan.stopped.findings.csv").is_file());
    let record = run_record(stop.record().expect("a record of the stop"));
    assert_eq!(record["exit_code"], 3);
    (stop, record)
}

#[test]
fn a_run_without_a_row_leaves_last_nights_plan() {
    let nothing = Read {
        accounting: Accounting::default(),
        ..read(0, findings())
    };
    let (stop, record) = stop(nothing, Plan::default());
    assert!(matches!(stop, Stop::NothingRead { .. }) && stop.exit_code() == 3);
    assert_eq!(stop.findings().len(), 2);
    assert_eq!(record["stopped"], "no export gave a row");
}

#[test]
fn rows_that_do_not_add_up_stop_the_run() {
    let mut lost = read(2, Vec::new());
    lost.accounting.rows_read += 1;
    assert!(matches!(stop(lost, plan()).0, Stop::Unaccounted { .. }));
    assert!(matches!(
        stop(read(3, Vec::new()), plan()).0,
        Stop::Unaccounted {
            subscriptions: 3,
            planned: 2,
            ..
        }
    ));
}

#[test]
fn an_output_that_cannot_be_written_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::default();
    fs::create_dir(folder.path().join("plan.steps.csv")).unwrap();
    let stop = conclude(
        &request(&config, folder.path(), false),
        read(2, Vec::new()),
        plan(),
        &(),
    )
    .unwrap_err();
    assert!(matches!(stop, Stop::Output { .. }) && stop.exit_code() == 3, "{stop}");
    assert!(
        run_record(stop.record().unwrap())["stopped"]
            .as_str()
            .is_some_and(|why| why.contains("plan.steps.csv"))
    );
    assert!(!folder.path().join("plan.csv").exists());
}

#[test]
fn without_a_target_nothing_is_written() {
    let config = Config::default();
    let request = Request {
        target: None,
        ..request(&config, Path::new("nowhere"), false)
    };
    let outcome = conclude(&request, read(2, Vec::new()), plan(), &()).unwrap();
    assert!(outcome.target.is_none() && !Path::new("nowhere").exists());
    let nothing = Read {
        accounting: Accounting::default(),
        ..read(0, Vec::new())
    };
    assert!(matches!(
        conclude(&request, nothing, Plan::default(), &()),
        Err(Stop::NothingRead { record: None, .. })
    ));
}

#[test]
fn what_is_ours_is_no_export() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(crate::config::FILE_NAME);
    let text = "[tables]\nholds = \"holds.csv\"\noffers = \"offers.csv\"\n[rules.extend]\nregions = \"regions.csv\"\n";
    fs::write(&path, text).unwrap();
    for name in [
        "holds.csv",
        "regions.csv",
        "plan.csv",
        "plan.stopped.findings.csv",
        "export.csv",
    ] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let config = Config::load(Some(&path), Path::new("")).unwrap();
    let target = Target::new(&folder.path().join("plan.csv")).unwrap();
    let found = ours(&config, Some(&target), &Reports::none());
    let names: Vec<String> = found
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "holds.csv",
            "plan.csv",
            "plan.stopped.findings.csv",
            "regions.csv",
            "seatshift.toml"
        ]
    );

    let inputs = ["export.csv", "./plan.csv", "holds.csv"].map(|name| Input::File(folder.path().join(name)));
    let (exports, skipped) = without_ours(inputs.to_vec(), &found);
    assert_eq!(exports, inputs[..1]);
    assert!(
        skipped.iter().all(|finding| finding.code == Code::FileSkipped) && skipped.len() == 2,
        "{skipped:?}"
    );
}

#[test]
fn every_table_of_ours_has_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("regions.csv"), "abc").unwrap();
    let mut rules = RuleSettings::default();
    rules
        .extend
        .insert("regions".to_owned(), folder.path().join("regions.csv"));
    let tables = Tables {
        digests: [("holds".to_owned(), "00".to_owned())].into(),
        ..Tables::default()
    };
    let digests = digests(&tables, &rules);
    assert_eq!(digests.keys().collect::<Vec<_>>(), ["holds", "rules.extend.regions"]);
    assert!(digests["rules.extend.regions"].starts_with("ba7816bf8f01cfea"));
}

#[test]
fn what_the_command_line_sets_is_in_the_record_and_the_digest_is_the_files() {
    let path = Path::new("seatshift.toml");
    let plain = Config::parse("[rules]\nundo_days = 6\n", path).unwrap();
    let sets = ["rules.lead.relationship=21".to_owned(), "rules.mosa = asap".to_owned()];
    let config = Config::parse_with("[rules]\nundo_days = 6\n", path, &sets).unwrap();
    let alone = Config {
        path: None,
        digest: None,
        ..Config::parse_with("", path, &sets).unwrap()
    };
    for (config, digest) in [(&config, plain.digest.clone()), (&alone, None)] {
        let folder = tempfile::tempdir().unwrap();
        let request = request(config, folder.path(), false);
        conclude(&request, read(2, findings()), plan(), &()).unwrap();
        let settings = &run_record(&folder.path().join("plan.run.json"))["settings"];
        assert_eq!(
            settings["set"],
            serde_json::json!(["rules.lead.relationship=21", "rules.mosa=asap"])
        );
        assert_eq!(settings["sha256"].as_str().map(str::to_owned), digest);
    }
}
