//! What the README says is so.
//!
//! In: `README.md`. The command that it gives for a plan is run as it stands, in the package's folder, but for `cargo run` (the
//! program is here already) and for where the plan goes. The table of the plan's columns must be the headings that are written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{collections::BTreeSet, fs};

use seatshift::saved::{ChangeColumn, PlanColumn};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{FILES, Table, code, repository, run, said};

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).unwrap()
}

/// The lines of the fenced blocks of a shell, prompts and continued lines resolved.
fn commands(readme: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut inside = None;
    let mut begun = String::new();
    for line in readme.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = match inside {
                Some(_) => None,
                None => Some(language.trim().to_owned()),
            };
            continue;
        }
        let prompt = line.starts_with("$ ");
        let is_command = match inside.as_deref() {
            Some("sh" | "shell" | "bash") => true,
            Some("console") => prompt || !begun.is_empty(),
            _ => false,
        };
        if !is_command {
            continue;
        }
        begun.push_str(line.strip_prefix("$ ").unwrap_or(line));
        if let Some(unfinished) = begun.strip_suffix('\\') {
            begun = unfinished.to_owned();
            continue;
        }
        commands.push(std::mem::take(&mut begun));
    }
    commands
}

#[test]
fn commands_are_found() {
    let text = "```sh\ncargo test\n\nseatshift plan a \\\n  -o b\n```\nnot one\n```text\nnor this\n```\n```console\n$ ls\nfile\n```\n";
    assert_eq!(commands(text), ["cargo test", "", "seatshift plan a   -o b", "ls"]);
}

#[test]
fn the_two_commands_stand_there_and_the_plan_is_written() {
    let commands = commands(&readme());
    assert!(
        commands.iter().any(|command| command.trim() == "cargo test"),
        "no `cargo test`: {commands:#?}"
    );
    let plans: Vec<&str> = commands
        .iter()
        .filter_map(|command| command.trim().strip_prefix("cargo run --release -- "))
        .filter(|arguments| arguments.starts_with("plan "))
        .collect();
    assert!(!plans.is_empty(), "no plan: {commands:#?}");
    for plan in plans {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments: Vec<String> = plan.split_whitespace().map(str::to_owned).collect();
        let output = arguments
            .iter()
            .position(|argument| argument == "-o")
            .expect("it says where the plan goes");
        let named = arguments[output + 1].rsplit('/').next().unwrap();
        assert_eq!(named, "plan.csv");
        arguments[output + 1] = folder.path().join(named).to_str().unwrap().to_owned();
        let ran = run(&repository(), &arguments);
        assert_eq!(code(&ran), 0, "{plan}: {}", said(&ran));
        for name in FILES {
            assert!(folder.path().join(name).is_file(), "{name}");
        }
        assert_eq!(
            Table::read(&folder.path().join("plan.csv")).columns,
            PlanColumn::HEADINGS
        );
    }
}

/// The commands of the fenced consoles, each with the lines that it says.
fn consoles(readme: &str) -> Vec<(String, Vec<String>)> {
    let mut consoles: Vec<(String, Vec<String>)> = Vec::new();
    let mut is_inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            is_inside = line == "```console";
        } else if let (true, Some(command)) = (is_inside, line.strip_prefix("$ ")) {
            consoles.push((command.to_owned(), Vec::new()));
        } else if let (true, Some((_, said))) = (is_inside, consoles.last_mut()) {
            said.push(line.to_owned());
        }
    }
    consoles
}

#[test]
fn what_check_explain_and_diff_say_stands_there() {
    let consoles = consoles(&readme());
    for wanted in ["seatshift check ", "seatshift explain ", "seatshift diff "] {
        let shown = consoles.iter().filter(|(command, _)| command.starts_with(wanted));
        let mut count = 0;
        for (command, said) in shown {
            count += 1;
            let arguments: Vec<String> = command.split_whitespace().skip(1).map(str::to_owned).collect();
            let ran = run(&repository(), &arguments);
            let came = String::from_utf8_lossy(&ran.stdout).into_owned();
            assert_eq!(code(&ran), 0, "{command}");
            assert_eq!(came.lines().collect::<Vec<_>>(), *said, "{command}");
        }
        assert!(count > 0, "no `{wanted}`");
    }
}

#[test]
fn what_the_first_plan_says_stands_there() {
    let consoles = consoles(&readme());
    let (command, said) = consoles
        .iter()
        .find(|(command, _)| command.starts_with("seatshift plan "))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.csv").to_string_lossy().into_owned();
    let arguments = command.split_whitespace().skip(1);
    let arguments: Vec<String> = arguments
        .map(|word| {
            if word == "plan.csv" {
                plan.clone()
            } else {
                word.to_owned()
            }
        })
        .collect();
    let ran = run(&repository(), &arguments);
    let came = String::from_utf8_lossy(&ran.stderr).into_owned();
    // Each line, in its order; `...` stands for lines that are left out.
    let mut lines = came.lines();
    for line in said.iter().filter(|line| *line != "...") {
        assert!(
            lines.any(|came| came == line),
            "`{line}` is not said, or not there:\n{came}"
        );
    }
    assert!(said.len() > 20, "{said:?}");
}

/// The names of all objects in a JSON document.
fn names(value: &serde_json::Value, into: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(object) => {
            for (name, value) in object {
                into.insert(name.clone());
                names(value, into);
            }
        }
        serde_json::Value::Array(array) => array.iter().for_each(|value| names(value, into)),
        _ => {}
    }
}

#[test]
fn the_json_of_check_explain_and_diff_parses_and_its_names_stand_there() {
    let readme = readme();
    let id = "aaf67d77-e1cd-56ed-8e68-127d46127a98";
    let mut found = BTreeSet::new();
    for command in [
        &["check", "samples/exports", "--json"][..],
        &["check", "samples/exports", "--json", "--subscription", id],
        &["explain", "bursztyn", "samples/exports", "--json"],
        &["explain", "muellersoehne.example", "samples/exports", "--json"],
        &[
            "diff",
            "tests/cases/diff/old/plan.csv",
            "tests/cases/diff/new/plan.csv",
            "--format",
            "json",
        ],
    ] {
        let settings = ["--config", "samples/seatshift.toml"];
        let settings = settings.iter().filter(|_| command[0] != "diff");
        let ran = run(&repository(), command.iter().chain(settings));
        let document: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
        names(&document, &mut found);
        match (document.get("found").and_then(|found| found.as_str()), code(&ran)) {
            (None, 0) if command[0] == "diff" => assert!(!document["changes"].as_array().unwrap().is_empty()),
            (None, 0) => assert_eq!(document["files"].as_array().unwrap().len(), 25),
            (Some("subscription" | "customer"), 0) | (Some("nothing"), 2) => {}
            other => panic!("{command:?}: {other:?}"),
        }
    }
    let missing: Vec<&String> = found
        .iter()
        .filter(|name| !readme.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "not in the README: {missing:?}");
}

/// The words in backticks of the first cell of each row of the first table below a heading.
fn first_cells(readme: &str, heading: &str) -> Vec<String> {
    let below = readme
        .lines()
        .skip_while(|line| line.replace('`', "").trim() != heading)
        .skip(1)
        .take_while(|line| !line.starts_with('#'));
    let table = below
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'));
    table
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_table_of_columns_is_what_is_written() {
    assert_eq!(first_cells(&readme(), "### plan.csv"), PlanColumn::HEADINGS);
    assert_eq!(first_cells(&readme(), "### plan.changes.csv"), ChangeColumn::HEADINGS);
}

/// The console blocks of commands about offers: arguments, and what stands below.
fn offers_shown(readme: &str) -> Vec<(Vec<String>, String)> {
    let blocks = readme.split("```console\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split("\n```").next());
    let shown = blocks.filter_map(|block| {
        let (command, output) = block.split_once('\n')?;
        let arguments = command.strip_prefix("$ seatshift offers ")?;
        let arguments = std::iter::once("offers").chain(arguments.split_whitespace());
        Some((arguments.map(str::to_owned).collect(), output.to_owned()))
    });
    shown.collect()
}

#[test]
fn what_is_shown_of_offers_is_what_comes() {
    let shown = offers_shown(&readme());
    assert!(shown.len() >= 2);
    let folder = tempfile::tempdir().unwrap();
    for (arguments, output) in shown {
        let ran = run(folder.path(), &arguments);
        assert_eq!(code(&ran), 0, "{}", said(&ran));
        assert_eq!(
            String::from_utf8_lossy(&ran.stdout).trim_end(),
            output.trim_end(),
            "{arguments:?}"
        );
    }
}

#[test]
fn every_kind_of_word_is_named() {
    let readme = readme();
    let unnamed: Vec<&str> = seatshift::recognise::vocabulary::Kind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .filter(|kind| !readme.contains(&format!("`{kind}`")))
        .collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}
