//! What is written, and what is not.
//!
//! In: small exports, and places that cannot be written. Customers and offers whose names a spreadsheet would run as formulas
//! come out neutralised in every file; columns stand in the documented order; the CSV is RFC 4180 with `\r\n`; files are for
//! owner and group only. Wrong arguments write nothing, and an output that cannot be written leaves the old plan.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use seatshift::saved::{PlanColumn, neutralised, restored};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{AS_OF, Table, code, planning, program, repository, said};

/// The documented columns, in their order.
const PLAN: &str = "action,move_date,next_step,next_step_by,urgency,\
    customer_id,customer_name,customer_domain,customer_country,subscription_id,\
    source_channel,source_offer_id,source_offer,seats,assigned_seats,term,billing_plan,term_end,auto_renew,\
    route,mapping,target_offer_id,target_offer,target_seats,target_term,\
    licences,loses,gains,\
    window_opens,window_closes,relationship_by,agreement_by,request_by,reassign_by,end_source,end_source_by,\
    credit_enquiry,overlap_days,currency,unit_price,overlap_cost,missed_cost,reasons,source_file,source_sheet,source_row";
const STEPS: &str = "due,step,owner,customer_id,customer_name,subscription_id,offer,seats,detail";
const FINDINGS: &str = "severity,code,file,sheet,row,heading,value,message,hint,subscription_id";

/// What spreadsheets run, and what looks like it to some of them.
const RUN: [&str; 14] = [
    "=cmd|' /C calc'!A0",
    "+x",
    "-x",
    "@x",
    "\tx",
    "\rx",
    "\u{ff1d}1+1",
    "\u{ff0b}x",
    "\u{ff0d}x",
    "\u{ff20}x",
    "'=1+1",
    "=HYPERLINK(\"http://evil.example\",\"look; here, \")",
    "\u{200b}=1",
    "\"=1\"",
];

/// A list of one customer and one subscription for each text: as the customer's name, as an offer nobody knows, as a state.
fn list(texts: &[&str]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record([
            "Customer",
            "Tenant ID",
            "Country",
            "Subscription ID",
            "Channel",
            "Product",
            "Licenses",
            "Term",
            "Start date",
            "End date",
            "Auto-renew",
            "Status",
        ])
        .unwrap();
    for (index, text) in texts.iter().enumerate() {
        let customer = format!("{index:08x}-1111-4222-8333-444455556666");
        let rows = [
            ("Microsoft 365 Business Standard", "Active"),
            (*text, "Active"),
            ("Power BI Pro", *text),
        ];
        for (number, (offer, state)) in rows.into_iter().enumerate() {
            let id = format!("{index:08x}-aaaa-4bbb-8ccc-{number:012x}");
            writer
                .write_record([
                    *text,
                    customer.as_str(),
                    "HU",
                    id.as_str(),
                    "web-direct",
                    offer,
                    "5",
                    "1 year",
                    "2026-03-01",
                    "2027-02-28",
                    "yes",
                    state,
                ])
                .unwrap();
        }
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Plans a list in a folder of its own, with the settings given.
fn planned(list: &str, settings: &str) -> (tempfile::TempDir, i32, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.csv"), list).unwrap();
    fs::write(
        folder.path().join("seatshift.toml"),
        format!("[partner]\ncountries = [\"HU\"]\n{settings}"),
    )
    .unwrap();
    let output = running::run(
        folder.path(),
        ["plan", "list.csv", "--as-of", AS_OF, "-o", "out/plan.csv"],
    );
    let (code, said) = (code(&output), said(&output));
    (folder, code, said)
}

/// Whether a spreadsheet would run a cell.
fn would_run(cell: &str) -> bool {
    let begins = |text: &str| {
        text.starts_with([
            '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
        ])
    };
    let visible = cell.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\u{200b}' | '\u{feff}'));
    begins(cell) || begins(visible)
}

#[test]
fn no_cell_runs_as_a_formula() {
    let (folder, code, said) = planned(&list(&RUN), "");
    assert_eq!(code, 0, "{said}");
    let read = |name: &str| Table::read(&folder.path().join("out").join(name));
    let (plan, steps, findings) = (read("plan.csv"), read("plan.steps.csv"), read("plan.findings.csv"));
    assert_eq!(plan.rows.len(), RUN.len() * 3);
    for table in [&plan, &steps, &findings] {
        for cell in table.rows.iter().flatten() {
            assert!(!would_run(cell), "{cell:?}");
        }
    }
    // And what was written comes back, but for blanks and invisible characters around it.
    let seen =
        |cells: Vec<&str>| -> BTreeSet<String> { cells.into_iter().map(|cell| restored(cell).to_owned()).collect() };
    let names = seen(plan.column("customer_name"));
    let known = |seen: &BTreeSet<String>, text: &str| {
        let bare = |text: &str| {
            text.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}')
                .to_owned()
        };
        seen.iter().any(|own| bare(own) == bare(text))
    };
    for text in RUN {
        assert!(known(&names, text), "{text:?} is no customer of the plan: {names:?}");
        assert!(
            known(&seen(steps.column("customer_name")), text),
            "{text:?} is no customer of the steps"
        );
        assert!(
            known(&seen(findings.column("value")), text),
            "{text:?} is no value of the findings"
        );
        assert!(neutralised(text).starts_with('\''), "{text:?}");
    }
}

#[test]
fn columns_stand_in_the_documented_order() {
    assert_eq!(PlanColumn::HEADINGS.join(","), PLAN);
    let (folder, ..) = planned(&list(&["Contoso"]), "");
    for (name, columns) in [
        ("plan.csv", PLAN),
        ("plan.steps.csv", STEPS),
        ("plan.findings.csv", FINDINGS),
    ] {
        let text = fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        assert_eq!(text.split("\r\n").next(), Some(columns), "{name}");
    }
    let (folder, ..) = planned(&list(&["Contoso"]), "[output]\ndelimiter = \";\"\nbom = true\n");
    for (name, columns) in [
        ("plan.csv", PLAN),
        ("plan.steps.csv", STEPS),
        ("plan.findings.csv", FINDINGS),
    ] {
        let text = fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        let columns = format!("\u{feff}{}", columns.replace(',', ";"));
        assert_eq!(text.split("\r\n").next(), Some(columns.as_str()), "{name}");
    }
}

/// Reads CSV as RFC 4180 has it, and nothing else: no bare quotes, no bare line ends, every record as long as the first.
fn strictly(bytes: &[u8], delimiter: char) -> Result<Vec<Vec<String>>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let mut records = vec![Vec::new()];
    let mut rest = text;
    while !rest.is_empty() {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => {
                let end = rest
                    .find([delimiter, '\r', '\n', '"'])
                    .ok_or("no line end at the end")?;
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        records.last_mut().unwrap().push(cell);
        rest = match (after.strip_prefix(delimiter), after.strip_prefix("\r\n")) {
            (Some(next), _) => next,
            (None, Some(next)) => {
                records.push(Vec::new());
                next
            }
            (None, None) => {
                return Err(format!(
                    "after a cell: {:?}",
                    after.chars().take(20).collect::<String>()
                ));
            }
        };
    }
    match records.pop() {
        Some(last) if last.is_empty() => {}
        _ => return Err("the last record has no line end".to_owned()),
    }
    match records.iter().all(|record| record.len() == records[0].len()) {
        true => Ok(records),
        false => Err("records of different lengths".to_owned()),
    }
}

/// A cell's text up to the quote that closes it, and what comes after.
fn quoted_cell(text: &str) -> Result<(String, &str), String> {
    let mut cell = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"').ok_or("a quote is not closed")?;
        cell.push_str(before);
        match after.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                rest = next;
            }
            None => return Ok((cell, after)),
        }
    }
}

#[test]
fn csv_is_rfc_4180() {
    let nasty = [
        "say \"hi\"",
        "a,b;c|d",
        "two\nlines",
        "two\r\nlines",
        "\"",
        ",",
        "tab\tinside",
        "Žluťoučký kůň 漢字 🦊",
    ];
    for (settings, delimiter) in [("", ','), ("[output]\ndelimiter = \";\"\n", ';')] {
        let (folder, code, said) = planned(&list(&nasty), settings);
        assert_eq!(code, 0, "{said}");
        for name in ["plan.csv", "plan.steps.csv", "plan.findings.csv"] {
            let bytes = fs::read(folder.path().join("out").join(name)).unwrap();
            let records = strictly(&bytes, delimiter).unwrap_or_else(|problem| panic!("{name}: {problem}"));
            assert!(records.len() > nasty.len(), "{name}");
        }
    }
    // The samples as well, and the strict reader agrees with the usual one.
    let out = tempfile::tempdir().unwrap();
    assert_eq!(
        code(&running::run(&repository(), planning(["samples/exports"], out.path()))),
        0
    );
    for name in ["plan.csv", "plan.steps.csv", "plan.findings.csv"] {
        let bytes = fs::read(out.path().join(name)).unwrap();
        let table = Table::parse(&bytes);
        let mut records = strictly(&bytes, ',').unwrap_or_else(|problem| panic!("{name}: {problem}"));
        assert_eq!(records.remove(0), table.columns, "{name}");
        assert_eq!(records, table.rows, "{name}");
    }
    for broken in [
        "a,b\n",
        "a,b",
        "a,\"b\r\n",
        "a,b\"c\r\n",
        "a,\"b\"c\r\n",
        "a,b\r\nc\r\n",
    ] {
        assert!(strictly(broken.as_bytes(), ',').is_err(), "{broken:?}");
    }
}

#[cfg(unix)]
#[test]
fn files_are_for_owner_and_group() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, ..) = planned(&list(&["Contoso"]), "");
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in running::FILES {
        assert_eq!(mode(folder.path().join("out").join(name)), 0o640, "{name}");
    }
    assert_eq!(mode(folder.path().join("out")), 0o750);
    // Replacing one that everybody could read narrows it.
    let plan = folder.path().join("out/plan.csv");
    fs::set_permissions(&plan, fs::Permissions::from_mode(0o666)).unwrap();
    let output = running::run(
        folder.path(),
        ["plan", "list.csv", "--as-of", AS_OF, "-o", "out/plan.csv"],
    );
    assert_eq!(code(&output), 0);
    assert_eq!(mode(plan), 0o640);
}

/// The names in a folder, and their contents.
fn contents(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let bytes = fs::read(&path).ok();
            (path, bytes)
        })
        .collect();
    entries.sort();
    entries
}

#[test]
fn wrong_arguments_settings_and_tables_write_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("list.csv"), list(&["Contoso"])).unwrap();
    fs::write(at("plan.csv"), "last night's").unwrap();
    fs::write(at("unknown.toml"), "[partner]\ncountry = [\"HU\"]\n").unwrap();
    fs::write(at("broken.toml"), "[partner\n").unwrap();
    fs::write(at("missing-table.toml"), "[tables]\nholds = \"no-such.csv\"\n").unwrap();
    fs::write(at("bad-table.toml"), "[tables]\nholds = \"holds.csv\"\n").unwrap();
    fs::write(at("holds.csv"), "subscription_id,until\nx,some day\n").unwrap();
    let before = contents(folder.path());
    for arguments in [
        &["plan"][..],
        &["plan", "list.csv", "--as-of", "21.11.2026"],
        &["plan", "list.csv", "--as-of", "2026-02-30"],
        &["plan", "list.csv", "--threads", "0"],
        &["plan", "list.csv", "--no-such"],
        &["plan", "list.csv", "--config", "nowhere.toml"],
        &["plan", "list.csv", "--config", "unknown.toml"],
        &["plan", "list.csv", "--config", "broken.toml"],
        &["plan", "list.csv", "--config", "missing-table.toml"],
        &["plan", "list.csv", "--config", "bad-table.toml"],
        &["plan", "list.csv", "-o", ".."],
        &["paln", "list.csv"],
    ] {
        let output = running::run(folder.path(), arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
        assert!(contents(folder.path()) == before, "{arguments:?} wrote something");
    }
}

/// A folder with a list and last night's four files.
fn last_night() -> tempfile::TempDir {
    let (folder, code, said) = planned(&list(&["Contoso"]), "");
    assert_eq!(code, 0, "{said}");
    for name in running::FILES {
        fs::write(folder.path().join("out").join(name), old(name)).unwrap();
    }
    folder
}

/// Begins as a file of ours does, and says no more.
fn old(name: &str) -> String {
    let head = match name {
        "plan.csv" => "action,subscription_id",
        "plan.steps.csv" => "due,step",
        "plan.findings.csv" => "severity,code",
        _ => "{",
    };
    format!("{head},last night's {name}")
}

fn again(folder: &Path) -> std::process::Output {
    running::run(folder, ["plan", "list.csv", "--as-of", AS_OF, "-o", "out/plan.csv"])
}

/// Which of last night's files are as they were.
fn kept(folder: &Path) -> Vec<&'static str> {
    let is_old = |name: &&str| fs::read_to_string(folder.join("out").join(name)).is_ok_and(|text| text == old(name));
    running::FILES.into_iter().filter(is_old).collect()
}

#[test]
fn a_folder_in_the_place_of_a_file_leaves_the_old_plan() {
    for taken in running::FILES {
        let folder = last_night();
        let path = folder.path().join("out").join(taken);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let output = again(folder.path());
        assert_eq!(code(&output), 3, "{taken}: {}", said(&output));
        assert!(said(&output).contains(taken), "{}", said(&output));
        let others: Vec<&str> = running::FILES.into_iter().filter(|name| *name != taken).collect();
        assert_eq!(kept(folder.path()), others, "{taken}");
        let names: BTreeSet<String> = fs::read_dir(folder.path().join("out"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let expected =
            running::FILES
                .into_iter()
                .chain([".plan.csv.lock", "plan.stopped.run.json", "plan.stopped.findings.csv"]);
        assert_eq!(
            names,
            expected.map(str::to_owned).collect(),
            "{taken}: something is left over"
        );

        // What is in the way gone, all is written and what told of the stop is gone.
        fs::remove_dir(&path).unwrap();
        assert_eq!(code(&again(folder.path())), 0);
        assert!(kept(folder.path()).is_empty());
        assert!(!folder.path().join("out/plan.stopped.run.json").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_is_not_followed() {
    for taken in running::FILES {
        let folder = last_night();
        let path = folder.path().join("out").join(taken);
        fs::remove_file(&path).unwrap();
        fs::write(folder.path().join("precious"), "precious").unwrap();
        std::os::unix::fs::symlink("../precious", &path).unwrap();
        assert_eq!(code(&again(folder.path())), 3, "{taken}");
        assert_eq!(
            fs::read_to_string(folder.path().join("precious")).unwrap(),
            "precious",
            "{taken}"
        );
        assert_eq!(kept(folder.path()).len(), 3, "{taken}");
    }
}

/// Somebody who owns nothing.
#[cfg(unix)]
const NOBODY: u32 = 65_534;

#[cfg(unix)]
#[test]
fn a_read_only_folder_leaves_the_old_plan() {
    use std::os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    };
    let folder = last_night();
    let out = folder.path().join("out");
    let mut command = program(folder.path());
    command.args(["plan", "list.csv", "--as-of", AS_OF, "-o", "out/plan.csv"]);
    let permit = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    permit(&out, 0o550);
    if fs::write(out.join("probe"), "").is_ok() {
        // The superuser may write anywhere, so somebody else runs the program.
        permit(folder.path(), 0o755);
        for (path, _) in contents(folder.path()).into_iter().chain(contents(&out)) {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    match command.output() {
        Ok(output) => assert_eq!(code(&output), 3, "{}", said(&output)),
        // Somebody else may not reach the program where it was built: there is nothing to see.
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied),
    }
    assert_eq!(kept(folder.path()), running::FILES);
    permit(&out, 0o750);
}

#[test]
fn an_output_that_cannot_be_written_is_code_3() {
    let folder = last_night();
    // A file where the folder should be; on Linux also a file system that takes no files.
    let mut places = vec!["list.csv/plan.csv", "list.csv/below/plan.csv"];
    if Path::new("/proc/version").exists() {
        places.push("/proc/plan.csv");
        places.push("/proc/below/plan.csv");
    }
    for place in places {
        let before = contents(folder.path());
        let output = running::run(folder.path(), ["plan", "list.csv", "--as-of", AS_OF, "-o", place]);
        assert_eq!(code(&output), 3, "{place}: {}", said(&output));
        assert!(contents(folder.path()) == before, "{place}");
    }
    assert_eq!(kept(folder.path()), running::FILES);
}

#[test]
fn nothing_to_read_leaves_the_old_plan() {
    let folder = last_night();
    fs::write(folder.path().join("list.csv"), "nothing,that,is,a,list\n1,2,3,4,5\n").unwrap();
    for exports in ["list.csv", "no-such.csv", "no-such/*.csv"] {
        let output = running::run(folder.path(), ["plan", exports, "--as-of", AS_OF, "-o", "out/plan.csv"]);
        assert_eq!(code(&output), 3, "{exports}: {}", said(&output));
        assert_eq!(kept(folder.path()), running::FILES, "{exports}");
        assert!(folder.path().join("out/plan.stopped.run.json").is_file(), "{exports}");
    }
}

#[test]
fn standard_output_gets_the_plan_alone() {
    let folder = last_night();
    let output = program(folder.path())
        .args(["plan", "list.csv", "--as-of", AS_OF, "-o", "-"])
        .output()
        .unwrap();
    assert_eq!(code(&output), 0);
    assert_eq!(kept(folder.path()), running::FILES);
    assert_eq!(code(&again(folder.path())), 0);
    assert_eq!(output.stdout, fs::read(folder.path().join("out/plan.csv")).unwrap());
    assert!(!folder.path().join("plan.csv").exists());
}

#[test]
fn the_run_record_says_which_rules_the_settings_override() {
    let folder = last_night();
    let heading = "country,region,name,valid_from,valid_until,source,certainty\n";
    let rows = "HU,MECEE,Hungary,2026-06-01,,a letter,sure\n";
    fs::write(folder.path().join("regions.csv"), format!("{heading}{rows}")).unwrap();
    let settings = "[rules]\nrequest_days = 20\n[rules.extend]\nregions = \"regions.csv\"\n";
    fs::write(folder.path().join("ours.toml"), settings).unwrap();
    let arguments = [
        "plan",
        "list.csv",
        "--config",
        "ours.toml",
        "--as-of",
        AS_OF,
        "-o",
        "out/plan.csv",
    ];
    let output = running::run(folder.path(), arguments);
    assert!(code(&output) < 2, "{}", said(&output));
    let run: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/plan.run.json")).unwrap()).unwrap();
    let [number, regions] = run["rules"].as_array().unwrap().as_slice() else {
        panic!("{}", run["rules"])
    };
    assert_eq!(
        (&number["table"], &number["setting"]),
        (&"numbers".into(), &"rules.request_days".into())
    );
    assert_eq!(
        (&number["rows"][0], &number["instead_of"][0]),
        (&"20".into(), &"30".into())
    );
    assert_eq!(
        (&regions["table"], &regions["setting"]),
        (&"regions".into(), &"rules.extend".into())
    );
    assert_eq!(regions["rows"][0], "HU,MECEE,Hungary,2026-06-01,,a letter,sure");
    assert!(
        regions["instead_of"][0]
            .as_str()
            .unwrap()
            .starts_with("HU,EUR,Hungary,")
    );
    assert_eq!(regions["sha256"], run["tables"]["rules.extend.regions"]);
}
