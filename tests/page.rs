//! The page holds every cell of a plan, and nothing of it can leave its place. What it looks like is tested in `tests/page`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a page that is not as expected is a failed test"
)]

use std::{collections::BTreeMap, fs, path::Path};

use chrono::NaiveDate;
use seatshift::{
    config::Config,
    saved::{Columns, FindingColumn, PlanColumn, Row, SavedPlan, StepColumn},
    write::{View, write_page},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/running.rs"]
mod running;

/// Texts that would run, or break out, where a page took them for more than text.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "</script><img src=x onerror=alert(1)>",
    "a\u{2028}b\u{2029}c",
    "{{script}} {{policy}}",
    "<!--<script>",
    "'\"><svg onload=alert(1)>",
    "\u{1}a \u{1}\u{1}b",
    "</noscript></title></style>",
];

fn page(plan: &SavedPlan) -> String {
    let config = Config::default();
    let view = View {
        as_of: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        config: &config,
        calendar: Vec::new(),
        customers: BTreeMap::new(),
    };
    let mut page = Vec::new();
    write_page(plan, &view, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// The text between two others, which stand once each after one another.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after}")).0
}

fn block(page: &str, id: &str) -> Value {
    let before = format!("<script type=\"application/json\" id=\"{id}\">");
    serde_json::from_str(between(page, &before, "</script>")).unwrap()
}

/// The rows of a table of the page, each the texts of its columns, by the columns' names.
fn rows(cells: &Value, table: &str) -> Vec<BTreeMap<String, String>> {
    const DIGITS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    let table = &cells[table];
    let mut rows = vec![BTreeMap::new(); usize::try_from(table["rows"].as_u64().unwrap()).unwrap()];
    for column in table["columns"].as_array().unwrap() {
        let pool = &cells["pools"][column["pool"].as_str().unwrap()];
        let width = usize::try_from(column["width"].as_u64().unwrap()).unwrap();
        let digits = column["digits"].as_str().unwrap();
        assert_eq!(digits.len(), width * rows.len());
        for (place, row) in rows.iter_mut().enumerate() {
            let own = &digits[place * width..(place + 1) * width];
            let number = own
                .chars()
                .fold(0, |number, digit| number * 64 + DIGITS.find(digit).unwrap());
            let name = column["name"].as_str().unwrap().to_owned();
            row.insert(name, pool[number].as_str().unwrap().to_owned());
        }
    }
    rows
}

/// A sentence with what its signs stand for.
fn said(sentence: &str, repeated: impl Fn(usize) -> String) -> String {
    let mut said = String::new();
    let mut characters = sentence.chars();
    while let Some(character) = characters.next() {
        match (character, (character == '\u{1}').then(|| characters.next()).flatten()) {
            ('\u{1}', Some('\u{1}')) => said.push('\u{1}'),
            ('\u{1}', Some(sign)) => said.push_str(&repeated(sign as usize - 'a' as usize)),
            (character, _) => said.push(character),
        }
    }
    said
}

/// That every cell of a plan, its steps and its findings can be read from its page.
fn holds_every_cell(plan: &SavedPlan, page: &str) {
    let cells = block(page, "cells");
    let signs = block(page, "about")["signs"].clone();
    let sign = |of: &str, number: usize| signs[of][number].as_str().unwrap().to_owned();
    let shown = rows(&cells, "plan");
    assert_eq!(shown.len(), plan.rows.len());
    for (row, shown) in plan.rows.iter().zip(&shown) {
        row.cells()
            .for_each(|(column, cell)| assert_eq!(shown[column.as_str()], cell));
    }
    let steps = rows(&cells, "steps");
    assert_eq!(steps.len(), plan.steps.len());
    for (step, shown_step) in plan.steps.iter().zip(&steps) {
        let of = shown
            .iter()
            .rfind(|row| row["subscription_id"] == step.get(StepColumn::SubscriptionId));
        for (column, cell) in step.cells() {
            let detail = column == StepColumn::Detail;
            let repeated = |number| of.unwrap()[&sign("step", number)].clone();
            let text = &shown_step[column.as_str()];
            assert_eq!(if detail { said(text, repeated) } else { text.clone() }, cell);
        }
    }
    let findings = rows(&cells, "findings");
    assert_eq!(findings.len(), plan.findings.len());
    for (finding, shown) in plan.findings.iter().zip(&findings) {
        for (column, cell) in finding.cells() {
            let sentence = matches!(column, FindingColumn::Message | FindingColumn::Hint);
            let text = &shown[column.as_str()];
            let repeated = |number| shown[&sign("finding", number)].clone();
            assert_eq!(if sentence { said(text, repeated) } else { text.clone() }, cell);
        }
    }
}

/// A plan whose texts are all one, but for its dates.
fn hostile(text: &str) -> SavedPlan {
    let cells = |date: bool| if date { "2026-11-23" } else { text };
    fn row<'a, C: Columns>(cells: impl Fn(bool) -> &'a str) -> Row<C> {
        let all = C::ALL.iter();
        Row::new(all.map(|column| cells(column.holds() == seatshift::saved::Holds::Date)))
    }
    let mut plan = SavedPlan {
        rows: vec![row(cells)],
        steps: vec![row(cells)],
        findings: vec![row(cells)],
        ..SavedPlan::default()
    };
    plan.record.version = text.to_owned();
    plan.record.accounting.insert(text.to_owned(), 1);
    plan
}

#[test]
fn every_cell_of_the_samples_is_in_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = running::planning(["samples/exports"], folder.path());
    arguments.push("--html".to_owned());
    let output = running::run(&running::repository(), arguments);
    assert_eq!(running::code(&output), 0, "{}", running::said(&output));
    let plan = SavedPlan::read(&folder.path().join("plan.csv")).unwrap();
    assert!(plan.rows.len() > 100 && plan.steps.len() > 100 && plan.findings.len() > 100);
    let written = fs::read_to_string(folder.path().join("plan.html")).unwrap();
    holds_every_cell(&plan, &written);
    let about = block(&written, "about");
    assert_eq!(about["exports"], "samples/exports");
    assert_eq!(about["settings"], "samples/seatshift.toml");
    assert_eq!(about["accounting"]["subscriptions"], plan.rows.len());
    assert!(
        about["calendar"]
            .as_array()
            .unwrap()
            .iter()
            .any(|day| day[1] == "blackout")
    );
}

#[test]
fn no_text_of_a_plan_leaves_its_place() {
    let tags = |page: &str| {
        let lower = page.to_lowercase();
        [
            "<script",
            "</script",
            "<!--",
            "<img",
            "<svg",
            "</noscript",
            "</style",
            "</title",
        ]
        .map(|tag| lower.matches(tag).count())
    };
    let plain = tags(&page(&hostile("plain")));
    for text in HOSTILE {
        let plan = hostile(text);
        let page = page(&plan);
        assert_eq!(tags(&page), plain, "{text}");
        assert!(
            !page.contains(['\u{2028}', '\u{2029}']) || !text.contains('\u{2028}') || {
                // Only where it is text of the part without scripts.
                let (still, rest) = page.split_once("</noscript>").unwrap();
                still.contains('\u{2028}') && !rest.contains(['\u{2028}', '\u{2029}'])
            }
        );
        holds_every_cell(&plan, &page);
    }
}

#[test]
fn the_policy_names_our_style_and_script_and_nothing_else() {
    let page = page(&hostile("plain"));
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let digest = |text: &str| {
        let hex: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        base64(&hex)
    };
    let style = between(&page, "<style>", "</style>");
    let script = between(&page, "<script>", "</script>");
    assert!(style.len() > 1000 && script.len() > 1000);
    assert!(
        policy.contains(&format!("style-src 'sha256-{}';", digest(style))),
        "{policy}"
    );
    assert!(
        policy.contains(&format!("script-src 'sha256-{}';", digest(script))),
        "{policy}"
    );
    assert!(policy.starts_with("default-src 'none'; "));
    for loose in ["unsafe", "http", "*", "connect-src", "frame-src"] {
        assert!(!policy.contains(loose), "{loose}");
    }
    // What the policy of an older browser may not stop, the script does not do.
    for sink in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "import(",
        "XMLHttpRequest",
    ] {
        assert!(!script.contains(sink), "{sink}");
    }
    let addresses = page.matches("://").count();
    assert_eq!(addresses, page.matches("http://www.w3.org/2000/svg").count());
}

/// Base 64 of bytes in hexadecimal, by bits.
fn base64(hex: &str) -> String {
    let bits: String = hex
        .chars()
        .map(|digit| format!("{:04b}", digit.to_digit(16).unwrap()))
        .collect();
    let letters: Vec<char> = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/'])
        .collect();
    let letter = |bits: &[u8]| {
        let bits = format!("{:0<6}", std::str::from_utf8(bits).unwrap());
        letters[usize::from_str_radix(&bits, 2).unwrap()]
    };
    let encoded: String = bits.as_bytes().chunks(6).map(letter).collect();
    format!("{encoded}{}", "=".repeat((4 - encoded.len() % 4) % 4))
}

#[test]
fn a_plan_has_one_page() {
    let plan = hostile("Contoso");
    assert_eq!(page(&plan), page(&plan.clone()));
    assert_eq!(base64(""), "");
    assert_eq!(base64("666f6f62"), "Zm9vYg==");
}

#[test]
fn a_page_read_back_is_that_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = running::planning(["samples/exports/istanbul"], folder.path());
    arguments.push("--html".to_owned());
    assert_eq!(running::code(&running::run(&running::repository(), arguments)), 0);
    let path = |name: &str| folder.path().join(name);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let again = [
        "report",
        &text(&path("plan.csv")),
        &format!("--html={}", text(&path("again.html"))),
        "--config",
        "samples/seatshift.toml",
    ]
    .map(str::to_owned);
    let output = running::run(&running::repository(), again);
    assert_eq!(running::code(&output), 0, "{}", running::said(&output));
    assert_eq!(
        fs::read(path("plan.html")).unwrap(),
        fs::read(path("again.html")).unwrap()
    );
}

#[test]
fn a_plan_of_nothing_has_a_page() {
    let page = page(&SavedPlan::default());
    assert!(rows(&block(&page, "cells"), "plan").is_empty());
    assert!(page.contains("Due until 2026-11-27: 0"));
    assert_eq!(
        PlanColumn::ALL.len(),
        block(&page, "about")["columns"]["plan"].as_array().unwrap().len()
    );
}
