use std::{
    collections::BTreeMap,
    fs,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{
    fixtures::{empty_row, findings, full_row, plan, record},
    *,
};
use crate::{
    compare::{Ground, at_once, find},
    plan::{PlanRow, PlanTarget},
    saved::{PlanFile, PlanFileRow, restored},
};

fn settings() -> OutputSettings {
    OutputSettings::default()
}

fn written(plan: &Plan, settings: OutputSettings) -> String {
    let mut out = Vec::new();
    write_plan(plan, settings, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What a folder holds, by name.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_file());
    entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

fn target_in(folder: &Path) -> Target {
    Target::new(&folder.join("plan.csv")).unwrap()
}

#[test]
fn the_digest_is_of_all_bytes_however_they_come() {
    let bytes: Vec<u8> = (0..3 * APART as u32).map(|number| (number % 251) as u8).collect();
    let (mut pieces, mut whole) = (Digesting::new(Vec::new()), Digesting::new(Vec::new()));
    for piece in [10, APART, APART - 1, APART + 1] {
        pieces.write_all(&bytes[..piece]).unwrap();
        whole.write_all(&bytes[..piece]).unwrap();
    }
    for byte in bytes.chunks(7) {
        pieces.write_all(byte).unwrap();
    }
    whole.write_all(&bytes).unwrap();
    let (pieces, whole) = (pieces.finish(), whole.finish());
    assert_eq!(pieces, whole);
    let digest = Sha256::digest(&whole.0);
    assert_eq!(
        whole.1,
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    );
}

#[test]
fn what_cannot_be_written_is_told_however_much_it_is() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for count in [1, APART, 2 * APART] {
        let written = Digesting::new(Full).write_all(&vec![0; count]);
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}

#[test]
fn every_column_of_the_plan_is_filled_from_its_fact() {
    let text = written(&plan(), settings());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        PlanColumn::HEADINGS
    );
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let expected = [
        ("action", "move"),
        ("move_date", "2026-12-28"),
        ("next_step", "request-relationship"),
        ("next_step_by", "2026-12-14"),
        ("urgency", "late"),
        ("customer_id", "11111111-2222-3333-4444-555555555555"),
        ("customer_name", "'=Contoso, \"Kft.\""),
        ("customer_domain", "contoso.example"),
        ("customer_country", "HU"),
        ("subscription_id", "3b555118-da6a-4418-894f-7df1e2096870"),
        ("source_channel", "web-direct"),
        ("source_offer_id", "CFQ7TTC0LH18:0001"),
        ("source_offer", "Microsoft 365 Business Basic"),
        ("seats", "25"),
        ("assigned_seats", "20"),
        ("term", "P1Y"),
        ("billing_plan", "monthly"),
        ("term_end", "2026-12-31"),
        ("auto_renew", "yes"),
        ("route", "new-subscription"),
        ("mapping", "replacement"),
        ("target_offer_id", "CFQ7TTC0LHXJ:0001;CFQ7TTC0RM8K:0002"),
        ("target_offer", "Suite (no Teams);Teams"),
        ("target_seats", "25;25"),
        ("target_term", "P1Y;P1Y"),
        ("licences", "reassign"),
        ("loses", "teams: full to none;mail: 100 GB to 50 GB"),
        ("gains", "desktop apps"),
        ("window_opens", "2026-12-24"),
        ("window_closes", "2026-12-30"),
        ("relationship_by", "2026-12-14"),
        ("agreement_by", "2026-12-21"),
        ("request_by", "2026-11-23"),
        ("reassign_by", "2026-12-31"),
        ("end_source", "cancel-at-term-end"),
        ("end_source_by", "2026-12-30"),
        ("credit_enquiry", "customer"),
        ("overlap_days", "4"),
        ("currency", "EUR"),
        ("unit_price", "115.20;"),
        ("overlap_cost", ""),
        ("missed_cost", "1234.50"),
        ("reasons", "offer-from-table;as-soon-as-ready"),
        ("source_file", "exports/lista.xlsx"),
        ("source_sheet", "Munka1"),
        ("source_row", "7"),
    ];
    assert_eq!(expected.map(|(column, _)| column), PlanColumn::HEADINGS);
    for (column, cell) in expected {
        assert_eq!(rows[0][column], cell, "{column}");
    }
    let filled: Vec<(&str, &str)> = rows[1]
        .iter()
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(column, cell)| (column.as_str(), cell.as_str()))
        .collect();
    assert_eq!(
        filled,
        [
            ("action", "review"),
            ("source_file", "list.csv"),
            ("source_row", "2"),
            ("subscription_id", "'-5")
        ]
    );
}

#[test]
fn one_target_is_a_plain_number_and_an_absent_one_keeps_its_place() {
    let mut row = full_row();
    row.decision.targets = row.decision.targets.iter().take(1).cloned().collect();
    let mut second = full_row();
    second.decision.target_seats = None;
    let without_term = |(at, target): (usize, &PlanTarget)| PlanTarget {
        term: target.term.filter(|_| at == 0),
        ..target.clone()
    };
    second.decision.targets = second.decision.targets.iter().enumerate().map(without_term).collect();
    let plan = Plan {
        rows: vec![row, second],
        ..plan()
    };
    let text = written(&plan, settings());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(
        (rows[0]["target_seats"].as_str(), rows[0]["target_term"].as_str()),
        ("25", "P1Y")
    );
    assert_eq!(
        (rows[1]["target_seats"].as_str(), rows[1]["target_term"].as_str()),
        ("", "P1Y;")
    );
}

#[test]
fn the_settings_choose_delimiter_and_byte_order_mark() {
    let text = written(
        &plan(),
        OutputSettings {
            delimiter: ';',
            bom: true,
        },
    );
    assert!(text.starts_with("\u{feff}action;move_date;"));
    assert!(text.contains("\r\nmove;2026-12-28;"));
    assert!(text.contains(";\"offer-from-table;as-soon-as-ready\";"));
}

#[test]
fn the_companions_are_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let target = target_in(folder.path());
    write_all(
        &target,
        settings(),
        &plan(),
        &findings(),
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap();
    let files = contents(folder.path());
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["plan.csv", "plan.findings.csv", "plan.run.json", "plan.steps.csv"],
    );
    assert_eq!(
        String::from_utf8_lossy(&files["plan.findings.csv"]),
        "severity,code,file,sheet,row,heading,value,message,hint,subscription_id\r\n\
         warning,date-unreadable,exports/lista.xlsx,Munka1,9,Lejárat,'-31.06.2026,`-31.06.2026` is no date,\
         correct the cell,3b555118-da6a-4418-894f-7df1e2096870\r\n\
         note,file-skipped,exports/~$lista.xlsx,,,,,\"a lock file, left alone\",,\r\n"
    );
    let detail = plan().steps().next().unwrap().detail;
    let mut reader = csv::Reader::from_reader(files["plan.steps.csv"].as_slice());
    let columns = "due,step,owner,customer_id,customer_name,subscription_id,offer,seats,detail";
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>().join(","), columns);
    let cells = [
        "2026-12-14",
        "request-relationship",
        "partner",
        "11111111-2222-3333-4444-555555555555",
        "'=Contoso, \"Kft.\"",
        "",
        "",
        "",
        &detail,
    ];
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records, [csv::StringRecord::from(cells.to_vec())]);
}

#[test]
fn the_run_record_tells_the_digests_of_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    write_all(
        &target_in(folder.path()),
        settings(),
        &plan(),
        &findings(),
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap();
    let files = contents(folder.path());
    let run: serde_json::Value = serde_json::from_slice(&files["plan.run.json"]).unwrap();
    for name in ["plan.csv", "plan.findings.csv", "plan.steps.csv"] {
        let digest: String = Sha256::digest(&files[name])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(run["outputs"][name], digest.as_str(), "{name}");
    }
    let keys: Vec<&str> = run.as_object().unwrap().keys().map(String::as_str).collect();
    let documented = [
        "accepted",
        "accounting",
        "as_of",
        "catalog",
        "counts",
        "exit_code",
        "findings",
        "gone",
        "inputs",
        "limits",
        "mappings",
        "nightly",
        "outputs",
        "previous",
        "rules",
        "settings",
        "tables",
        "timing",
        "version",
    ];
    assert_eq!(keys, documented);
    assert_eq!((&run["as_of"], &run["exit_code"]), (&"2026-11-21".into(), &1.into()));
    assert_eq!(run["inputs"][0]["path"], "exports/lista.xlsx");
    assert_eq!(run["accounting"]["rows_read"], 3);
    assert_eq!(run["findings"]["date-unreadable"], 1);
    assert_eq!(run["timing"]["seconds"], 0.25);
}

#[test]
fn many_rows_come_out_in_their_order_whatever_the_threads() {
    // Several waves of chunks, whatever the threads.
    let count = (2 * 8 * CHUNKS_AT_ONCE * CHUNK + 7) as u32;
    let rows = (0..count).map(|number| {
        let mut row = empty_row();
        row.subscription.place = row.subscription.place.at_row(number);
        row
    });
    let plan = Plan {
        rows: rows.collect(),
        ..plan()
    };
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| written(&plan, settings()))
    };
    let one = on(1);
    assert!(one == on(8));
    let numbers = one
        .lines()
        .skip(1)
        .map(|line| line.rsplit(',').next().unwrap().parse::<u32>().unwrap());
    assert!(numbers.eq(0..count));
}

#[test]
fn a_folder_that_is_missing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let target = target_in(&folder.path().join("a/b"));
    write_all(
        &target,
        settings(),
        &plan(),
        &[],
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap();
    assert!(target.plan().is_file());
}

#[cfg(unix)]
#[test]
fn outputs_are_for_owner_and_group_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let target = target_in(folder.path());
    write_all(
        &target,
        settings(),
        &plan(),
        &findings(),
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap();
    for name in contents(folder.path()).keys() {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o137, 0, "{name}: {mode:o}");
    }
}

/// A stage over a folder with an old `a`, `b` and `c`, in which `b` can be spoilt before it is published.
fn publish_after(spoil: impl FnOnce(&Path)) -> (Result<(), WriteStop>, BTreeMap<String, Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    ["a", "b"]
        .iter()
        .for_each(|name| fs::write(folder.path().join(name), "old").unwrap());
    let mut stage = Stage::open(folder.path()).unwrap();
    for name in ["new", "a", "b", "c"] {
        stage
            .add(&folder.path().join(name), |out| out.write_all(b"fresh"))
            .unwrap();
    }
    spoil(folder.path());
    let result = stage.publish();
    (result, contents(folder.path()))
}

#[test]
fn a_rename_that_fails_undoes_those_before_it() {
    let (result, files) = publish_after(|folder| {
        fs::remove_file(folder.join("b")).unwrap();
        fs::create_dir(folder.join("b")).unwrap();
    });
    assert!(matches!(result, Err(WriteStop::File { .. })), "{result:?}");
    assert_eq!(files, BTreeMap::from([("a".to_owned(), b"old".to_vec())]));

    let (result, files) = publish_after(|_| {});
    assert!(result.is_ok());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a", "b", "c", "new"]);
    assert!(files.values().all(|content| content == b"fresh"));
}

/// Replaces a folder of letters and then the file `last`, which may fail. Gives what the folder holds then.
fn replace_letters(folder: &Path, letter: &str, break_it: impl FnOnce(&Path)) -> (Result<(), WriteStop>, Vec<String>) {
    let letters = folder.join("plan.letters");
    let mut stage = Stage::open(folder).unwrap();
    stage
        .add_folder(
            &letters,
            |name| name.ends_with(".md"),
            |place| place.add(letter, b"fresh"),
        )
        .unwrap();
    stage.add(&folder.join("last"), |out| out.write_all(b"fresh")).unwrap();
    break_it(&folder.join("last"));
    let published = stage.publish();
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    assert!(
        entries
            .map(|entry| entry.file_name())
            .all(|name| !name.to_string_lossy().starts_with('.')),
        "nothing is left behind"
    );
    let names = fs::read_dir(letters).map_or_else(
        |_| Vec::new(),
        |entries| {
            entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect()
        },
    );
    (published, names)
}

#[test]
fn a_folder_is_replaced_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let fails = |last: &Path| {
        let _ = fs::remove_file(last);
        fs::create_dir(last).unwrap();
    };
    let (failed, names) = replace_letters(folder.path(), "a.md", fails);
    assert!(failed.is_err() && names.is_empty(), "{names:?}");
    fs::remove_dir(folder.path().join("last")).unwrap();
    let (done, names) = replace_letters(folder.path(), "a.md", |_| {});
    assert_eq!((done.is_ok(), names), (true, vec!["a.md".to_owned()]));
    let (failed, names) = replace_letters(folder.path(), "b.md", fails);
    assert_eq!((failed.is_err(), names), (true, vec!["a.md".to_owned()]));
    fs::remove_dir(folder.path().join("last")).unwrap();
    let (done, names) = replace_letters(folder.path(), "b.md", |_| {});
    assert_eq!((done.is_ok(), names), (true, vec!["b.md".to_owned()]));
    // What a person put there stays.
    fs::write(folder.path().join("plan.letters/notes.txt"), "hers").unwrap();
    let mut stage = Stage::open(folder.path()).unwrap();
    let stop = stage.add_folder(
        &folder.path().join("plan.letters"),
        |name| name.ends_with(".md"),
        |_| Ok(()),
    );
    assert!(matches!(stop, Err(WriteStop::NotOurs { .. })), "{stop:?}");
}

#[test]
fn a_write_that_fails_leaves_the_old_and_no_litter() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.csv"), "old").unwrap();
    let mut stage = Stage::open(folder.path()).unwrap();
    stage
        .add(&folder.path().join("plan.csv"), |out| out.write_all(b"fresh"))
        .unwrap();
    let full = stage.add(&folder.path().join("plan.run.json"), |out| {
        out.write_all(b"half")?;
        Err(io::ErrorKind::StorageFull.into())
    });
    let told = full.unwrap_err().to_string();
    assert!(
        told.contains("plan.run.json: cannot be written: ") && told.contains("hint: make room"),
        "{told}"
    );
    drop(stage);
    assert_eq!(
        contents(folder.path()),
        BTreeMap::from([("plan.csv".to_owned(), b"old".to_vec())])
    );
}

#[test]
fn only_regular_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("plan.findings.csv")).unwrap();
    let target = target_in(folder.path());
    let stop = write_all(
        &target,
        settings(),
        &plan(),
        &findings(),
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap_err();
    assert!(matches!(stop, WriteStop::NotAFile { what: "a folder", .. }), "{stop}");
    assert!(contents(folder.path()).is_empty());

    assert!(matches!(
        Target::new(Path::new("out/..")),
        Err(WriteStop::NoFileName { .. })
    ));
    assert!(matches!(Target::new(Path::new("")), Err(WriteStop::NoFileName { .. })));
    for (path, hint) in [
        ("out/plan.xlsx", "name it out/plan.csv"),
        ("plan.JSON", "name it plan.csv"),
        ("plan.pdf", "name it plan.csv"),
    ] {
        let stop = Target::new(Path::new(path)).unwrap_err();
        assert!(matches!(stop, WriteStop::NotCsv { .. }), "{path}: {stop}");
        assert!(stop.to_string().contains(hint), "{stop}");
    }
    for path in ["plan", "plan.txt", "plan.2026-11-21", "plan.CSV"] {
        assert!(Target::new(Path::new(path)).is_ok(), "{path}");
    }
    #[cfg(unix)]
    {
        let elsewhere = folder.path().join("elsewhere.csv");
        fs::write(&elsewhere, "precious").unwrap();
        std::os::unix::fs::symlink(&elsewhere, folder.path().join("link.csv")).unwrap();
        let target = Target::new(&folder.path().join("link.csv")).unwrap();
        let stop = write_all(
            &target,
            settings(),
            &plan(),
            &[],
            Beside::default(),
            &mut record(),
            None,
        )
        .unwrap_err();
        assert!(
            matches!(
                stop,
                WriteStop::NotAFile {
                    what: "a symbolic link",
                    ..
                }
            ),
            "{stop}"
        );
        assert_eq!(fs::read(&elsewhere).unwrap(), b"precious");

        let target = Target::new(Path::new("/dev/null")).unwrap();
        let stop = write_all(
            &target,
            settings(),
            &plan(),
            &[],
            Beside::default(),
            &mut record(),
            None,
        )
        .unwrap_err();
        assert!(matches!(stop, WriteStop::NotAFile { .. }), "{stop}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_stops_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("out"), "a file").unwrap();
    let stop = write_all(
        &target_in(&folder.path().join("out")),
        settings(),
        &plan(),
        &[],
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap_err();
    assert!(matches!(stop, WriteStop::Folder { .. }), "{stop}");
}

#[test]
fn a_stopped_run_leaves_the_plan_and_the_next_good_one_tidies_up() {
    let folder = tempfile::tempdir().unwrap();
    let target = target_in(folder.path());
    write_all(
        &target,
        settings(),
        &plan(),
        &findings(),
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap();
    let before = contents(folder.path());

    let RunRecord {
        version,
        as_of,
        settings: used,
        tables,
        rules,
        inputs,
        accounting,
        findings: codes,
        limits,
        timing,
        ..
    } = record();
    let stopped = StoppedRecord {
        version,
        exit_code: 3,
        as_of,
        stopped: "no input could be read".to_owned(),
        nightly: Default::default(),
        tripped: Vec::new(),
        accepted: Vec::new(),
        settings: used,
        tables,
        rules,
        catalog: Vec::new(),
        inputs,
        accounting,
        findings: codes,
        limits,
        timing,
    };
    write_stopped(&target, settings(), &findings(), &stopped).unwrap();
    let after = contents(folder.path());
    let added: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    assert_eq!(added, ["plan.stopped.findings.csv", "plan.stopped.run.json"]);
    assert!(before.iter().all(|(name, content)| after[name] == *content));
    let run: serde_json::Value = serde_json::from_slice(&after["plan.stopped.run.json"]).unwrap();
    assert_eq!(
        (&run["exit_code"], &run["stopped"]),
        (&3.into(), &"no input could be read".into())
    );

    write_all(
        &target,
        settings(),
        &plan(),
        &findings(),
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap();
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn text_cells_come_back_from_what_was_written() {
    let mut row = full_row();
    row.subscription.customer_name = Some("'\t=a\r\n\"b\"".into());
    let text = written(
        &Plan {
            rows: vec![row],
            ..plan()
        },
        settings(),
    );
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let record = reader.records().next().unwrap().unwrap();
    assert_eq!(restored(&record[6]), "'\t=a\r\n\"b\"");
}

#[test]
fn a_plan_just_made_is_what_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.csv");
    let plan = plan();
    let findings = findings();
    let target = target_in(folder.path());
    write_all(
        &target,
        settings(),
        &plan,
        &findings,
        Beside::default(),
        &mut record(),
        None,
    )
    .unwrap();
    let read = SavedPlan::read(&path).unwrap();
    assert!(!read.rows.is_empty() && !read.steps.is_empty() && !read.findings.is_empty());
    assert_eq!(read.record.as_of, Some(plan.as_of));
    assert_eq!(saved(&plan, &findings, read.record.clone()), read);
}

#[test]
fn changes_stand_in_the_set_and_do_not_outlive_their_comparison() {
    let folder = tempfile::tempdir().unwrap();
    let target = target_in(folder.path());
    let (before, mut after) = (plan(), plan());
    after.rows[0].subscription.seats = Some(crate::terms::Seats(26));
    let rows = PlanRows(&before);
    let rows = (0..rows.count()).map(|place| rows.row(place).into_owned());
    let latest = PlanRows(&after);
    let found = crate::compare::find(crate::compare::at_once(rows), |_, _| (), &latest, Default::default()).unwrap();
    let context = crate::compare::Context {
        runs: &Default::default(),
        attention_days: 30,
        early_days: 31,
        redecided: None,
        gone: &[],
    };
    let changes = crate::compare::explain(found, &latest, &context);
    write_all(
        &target,
        settings(),
        &after,
        &[],
        Beside {
            changes: Some(&changes),
            reports: None,
        },
        &mut record(),
        None,
    )
    .unwrap();
    let written = String::from_utf8(contents(folder.path())["plan.changes.csv"].clone()).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 2, "{written}");
    // The customer's name would run as a formula, and does not.
    assert!(lines[1].contains("\"'=Contoso, \"\"Kft.\"\"\""), "{written}");
    assert!(lines[1].contains(",seats,25,26,unknown,"), "{written}");
    let run: serde_json::Value = serde_json::from_slice(&contents(folder.path())["plan.run.json"]).unwrap();
    let digest: String = Sha256::digest(&written)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(run["outputs"]["plan.changes.csv"], digest);
    write_all(&target, settings(), &after, &[], Beside::default(), &mut record(), None).unwrap();
    assert!(!contents(folder.path()).contains_key("plan.changes.csv"));
}

#[test]
fn a_plan_in_a_file_is_compared_as_one_that_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.csv");
    let ids = ["0a", "00b", "'c", "d", "ä"].map(|id| crate::terms::Id::parse(id).unwrap());
    let rows = |count: usize, seats: u32| -> Vec<PlanRow> {
        let numbered = (0..count).flat_map(|at| [(at, full_row()), (at, empty_row())]);
        let ids = ids.iter().cycle();
        let rows = numbered.zip(ids).map(|((at, mut row), id)| {
            row.subscription.id = crate::terms::Id::parse(&format!("{id}-{at}-{}", row.country.is_some())).unwrap();
            row.subscription.seats = (at % 7 != 0).then_some(crate::terms::Seats(seats));
            row
        });
        rows.collect()
    };
    let before = Plan {
        rows: rows(5000, 25),
        ..plan()
    };
    // Of the later plan the first is gone, some differ, some are new, the order is another.
    let mut later = rows(5010, 25);
    later.remove(0);
    later
        .iter_mut()
        .step_by(97)
        .for_each(|row| row.subscription.seats = Some(crate::terms::Seats(26)));
    later.rotate_left(1234);
    let after = Plan { rows: later, ..plan() };
    let ours = written(&before, settings());
    let marked = OutputSettings {
        bom: true,
        delimiter: ';',
    };
    let (head, _) = ours.split_once("\r\n").unwrap();
    let texts = [
        ours.clone(),
        written(&before, marked),
        ours.replace("2026-12-28", "28.12.2026"),
        ours.replace("\r\n", "\n"),
        ours.replace(",25,", ",025,"),
        format!("{head}\r\n"),
    ];
    let latest = PlanRows(&after);
    for text in texts {
        fs::write(&path, &text).unwrap();
        let read = SavedPlan::read(&path).unwrap();
        let mut file = PlanFile::open(&path).unwrap();
        let ground = |respelt| Ground {
            missing: read.missing.clone(),
            respelt,
            ..Ground::default()
        };
        for respelt in [false, true] {
            let (seen, there) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let told = |row: &PlanFileRow, is_there: bool| {
                assert!(!row.get(PlanColumn::SubscriptionId).is_empty());
                seen.fetch_add(1, Ordering::Relaxed);
                there.fetch_add(usize::from(is_there), Ordering::Relaxed);
            };
            let from_file = find(|rows| file.fill(rows), told, &latest, ground(respelt)).unwrap();
            let whole = find(at_once(read.rows.clone()), |_, _| (), &latest, ground(respelt)).unwrap();
            assert_eq!(from_file, whole);
            assert_eq!(seen.into_inner(), read.rows.len());
            assert_eq!(there.into_inner(), read.rows.len().saturating_sub(1));
            file = PlanFile::open(&path).unwrap();
        }
    }
    let ragged = ours
        .rfind("\r\nmove,")
        .map(|at| format!("{}\r\nmove\r\n", &ours[..at]))
        .unwrap();
    fs::write(&path, ragged).unwrap();
    let mut cut = PlanFile::open(&path).unwrap();
    let stop = find(
        |rows| cut.fill(rows),
        |_: &PlanFileRow, _| (),
        &latest,
        Ground::default(),
    )
    .unwrap_err();
    assert!(stop.to_string().contains("has 1 cells"), "{stop}");
}
