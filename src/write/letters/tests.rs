use std::{collections::BTreeMap as Map, fs, path::Path};

use mail_parser::MessageParser;

use super::*;
use crate::{
    config::Config,
    recognise::tables::{CustomerNote, Tables},
    saved::Columns,
    write::{Reports, fixtures::day, write_reports},
};

const ID: &str = "11111111-2222-3333-4444-555555555555";
const SETTINGS: &str = "[partner]\nname = \"Kárpát-Felhő Kft.\"\nids = [\"5fa8e113-0781-5709-b01c-aac30d9f0dd1\", \"6543210\"]\n\
    contact = \"Kovács Anna, licencek@karpat-felho.example, +36 1 555 0100\"\n";

fn row(cells: &[(PlanColumn, &str)]) -> Row<PlanColumn> {
    let given: Map<PlanColumn, &str> = cells.iter().copied().collect();
    let text = |column: &PlanColumn| match (given.get(column), column) {
        (Some(text), _) => text,
        (None, PlanColumn::CustomerId) => ID,
        (None, PlanColumn::CustomerName) => "Contoso & Társa <Kft.>",
        (None, PlanColumn::CustomerDomain) => "contoso.example",
        (None, _) => "",
    };
    Row::new(PlanColumn::ALL.iter().map(text))
}

fn moving(id: &str, offer: &str, target: &str, rest: &[(PlanColumn, &str)]) -> Row<PlanColumn> {
    let mut cells = vec![
        (PlanColumn::Action, "move"),
        (PlanColumn::SubscriptionId, id),
        (PlanColumn::SourceOffer, offer),
        (PlanColumn::TargetOffer, target),
        (PlanColumn::MoveDate, "2027-01-04"),
        (PlanColumn::TermEnd, "2027-01-07"),
        (PlanColumn::Seats, "12345"),
        (PlanColumn::Route, "new-subscription"),
        (PlanColumn::Licences, "keep"),
    ];
    cells.extend_from_slice(rest);
    row(&cells)
}

fn step(due: &str, step: &str, owner: &str, subscription: &str) -> Row<StepColumn> {
    Row::new([due, step, owner, ID, "Contoso & Társa <Kft.>", subscription])
}

/// A plan in which a customer is asked for everything.
fn plan() -> SavedPlan {
    SavedPlan {
        rows: vec![
            moving(
                "s1",
                "Microsoft 365 E3",
                "Microsoft 365 E3",
                &[(PlanColumn::Route, "transfer"), (PlanColumn::EndSource, "transfer")],
            ),
            moving(
                "s2",
                "Microsoft 365 Business Standard",
                "Microsoft 365 Business Standard",
                &[(PlanColumn::EndSource, "cancel-at-term-end")],
            ),
            moving(
                "s3",
                "Office 365 E3",
                "Office 365 E3 (no Teams);Microsoft Teams Enterprise",
                &[
                    (PlanColumn::EndSource, "auto-renew-off"),
                    (PlanColumn::Licences, "reassign"),
                    (PlanColumn::Seats, "1"),
                ],
            ),
            moving(
                "s4",
                "Visio Plan 2",
                "Visio Plan 2",
                &[(PlanColumn::EndSource, "extended-term")],
            ),
            moving(
                "s5",
                "Project Plan 3",
                "Planner and Project Plan 3",
                &[(PlanColumn::EndSource, "cancel")],
            ),
            row(&[
                (PlanColumn::Action, "review"),
                (PlanColumn::SubscriptionId, "s6"),
                (PlanColumn::SourceOffer, "Office 365 E1 Plus"),
                (PlanColumn::TargetOffer, "Office 365 E1"),
                (PlanColumn::TermEnd, "2027-03-31"),
                (PlanColumn::NextStepBy, "2027-02-01"),
                (PlanColumn::Reasons, "offer-loss;early"),
            ]),
        ],
        steps: vec![
            step("2026-12-14", "request-relationship", "partner", ""),
            step("2026-12-18", "accept-agreement", "customer", ""),
            step("2026-11-02", "request-delegated-rights", "partner", ""),
            step("2026-12-11", "approve-transfer", "source-partner", "s1"),
            step("2026-11-24", "undo-renewal", "customer", "s2"),
            step("2026-12-28", "enquire-credit", "customer", "s5"),
            step("2027-01-06", "end-source", "customer", "s2"),
            step("2027-01-06", "end-source", "customer", "s3"),
            step("2027-01-06", "end-source", "customer", "s4"),
            step("2027-01-05", "end-source", "customer", "s5"),
            step("2027-01-15", "cancel-extended-term", "customer", "s4"),
            step("2027-01-07", "reassign", "customer", "s3"),
            step("2027-01-04", "order", "partner", "s2"),
            step("2027-01-04", "verify", "partner", "s2"),
        ],
        ..SavedPlan::default()
    }
}

fn tables(language: Option<&str>, country: &str) -> Tables {
    Tables {
        customers: vec![CustomerNote {
            id: ID.parse().ok().map(CustomerId),
            country: country.parse().ok(),
            language: language.map(Into::into),
            ..CustomerNote::default()
        }],
        ..Tables::default()
    }
}

/// The files of the folder of letters, by name.
fn written(plan: &SavedPlan, settings: &str, tables: &Tables) -> Map<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.letters");
    let config = Config::parse(settings, Path::new("seatshift.toml")).unwrap();
    let view = View::new(day("2026-11-21"), &config, tables);
    let reports = Reports {
        letters: Some(path.clone()),
        ..Reports::none()
    };
    write_reports(&reports, plan, &view).unwrap();
    let entries = fs::read_dir(path).unwrap().map(Result::unwrap);
    let named = |entry: fs::DirEntry| {
        (
            entry.file_name().into_string().unwrap(),
            fs::read(entry.path()).unwrap(),
        )
    };
    entries.map(named).collect()
}

fn text(files: &Map<String, Vec<u8>>, ending: &str) -> String {
    String::from_utf8(files[&format!("{ID}.{ending}")].clone()).unwrap()
}

#[test]
fn letters_read_as_they_should_in_every_language() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/write/letters/golden");
    for (language, country) in [
        ("de", "DE"),
        ("en", "GB"),
        ("hu", "HU"),
        ("pl", "PL"),
        ("ru", "KZ"),
        ("sv", "SE"),
        ("tr", "TR"),
    ] {
        let came = text(&written(&plan(), SETTINGS, &tables(Some(language), country)), "md");
        let path = golden.join(format!("{language}.md"));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(&golden).unwrap();
            fs::write(&path, &came).unwrap();
        }
        assert_eq!(came, fs::read_to_string(path).unwrap(), "{language}");
    }
}

#[test]
fn a_draft_opens_in_mail_programs() {
    let files = written(&plan(), SETTINGS, &tables(Some("hu"), "HU"));
    let draft = &files[&format!("{ID}.eml")];
    assert!(draft.is_ascii(), "everything else is encoded");
    assert!(
        String::from_utf8_lossy(draft)
            .split("\r\n")
            .all(|line| line.len() <= 78 && !line.contains('\n'))
    );
    let message = MessageParser::default().parse(draft.as_slice()).unwrap();
    assert_eq!(message.subject(), Some("Microsoft-előfizetései: teendők (mielőbb)"));
    assert_eq!(message.header_raw("X-Unsent").map(str::trim), Some("1"));
    assert_eq!(
        message
            .from()
            .and_then(|from| from.first())
            .and_then(|from| from.address()),
        Some("licencek@karpat-felho.example")
    );
    assert!(message.to().is_none());
    assert_eq!(
        message.date().map(|date| date.to_rfc3339()).as_deref(),
        Some("2026-11-21T00:00:00Z")
    );
    let markdown = text(&files, "md");
    let plain = message.body_text(0).unwrap();
    assert!(markdown.ends_with(&plain.replace("\r\n", "\n")), "{plain}");
    let html = message.body_html(0).unwrap();
    assert!(
        html.contains("<h2>")
            && html.contains("<li>")
            && html.contains("partnerId=5fa8e113-0781-5709-b01c-aac30d9f0dd1")
    );
    assert!(html.contains("Contoso &amp; Társa &lt;Kft.&gt;"), "{html}");
}

#[test]
fn names_are_text_whatever_they_are() {
    let mut plan = plan();
    for (index, name) in [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0\n# x",
        "[a](https://evil.example)",
    ]
    .iter()
    .enumerate()
    {
        let id = format!("2222222{index}-2222-3333-4444-555555555555");
        plan.rows.push(moving(
            &format!("t{index}"),
            name,
            name,
            &[(PlanColumn::CustomerId, &id), (PlanColumn::CustomerName, name)],
        ));
        plan.steps
            .push(Row::new(["2026-12-14", "request-relationship", "partner", &id, name]));
    }
    let files = written(&plan, SETTINGS, &tables(None, "HU"));
    assert_eq!(files.len(), 9, "{:?}", files.keys());
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("2222222")) {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            !text.contains("<script>")
                && !text.contains("href=\"https://evil")
                && !text.contains("href=3D\"https://evil"),
            "{name}"
        );
        assert!(!text.lines().any(|line| line.starts_with("# x")), "{name}");
    }
    let list = String::from_utf8(files["letters.csv"].clone()).unwrap();
    assert!(list.contains("'=cmd"), "{list}");
    assert!(list.starts_with("file,customer_id,customer_name,language,deadline,subject\r\n"));
}

#[test]
fn who_is_asked_for_nothing_gets_no_letter() {
    let quiet = SavedPlan {
        steps: vec![step("2027-01-04", "order", "partner", "s2")],
        rows: plan().rows.into_iter().take(5).collect(),
        ..SavedPlan::default()
    };
    assert_eq!(
        written(&quiet, "", &Tables::default()).len(),
        1,
        "nothing but an empty list"
    );
}

#[test]
fn a_letter_that_had_to_be_in_english_is_told() {
    let config = Config::default();
    let templates = Templates::load(None).unwrap();
    for (language, country, told) in [
        (Some("hu"), "HU", 0),
        (None, "HU", 0),
        (Some("fr"), "FR", 1),
        (None, "FR", 1),
    ] {
        let tables = tables(language, country);
        let view = View::new(day("2026-11-21"), &config, &tables);
        let findings = findings(&plan(), &view, &templates);
        assert_eq!(findings.len(), told, "{language:?} {country}");
        assert!(findings.iter().all(|finding| finding.code == Code::LetterLanguage));
    }
}

#[test]
fn without_our_ids_the_link_is_promised() {
    let letter = text(&written(&plan(), "", &tables(Some("en"), "GB")), "md");
    assert!(letter.contains("We will send you the link."), "{letter}");
    assert!(letter.contains("Please reply to this message."));
    assert!(!letter.contains("partnerId"));
}
