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
const LAPSED: &str = "aaaaaaaa-2222-3333-4444-555555555555";
const DOWN: &str = "bbbbbbbb-2222-3333-4444-555555555555";
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

/// Cells of a subscription whose term has ended.
fn lapsed<'a>(seats: &'a str, term_end: &'a str, closes: &'a str, reasons: &'a str) -> [(PlanColumn, &'a str); 6] {
    [
        (PlanColumn::Urgency, "lapsed"),
        (PlanColumn::Seats, seats),
        (PlanColumn::TermEnd, term_end),
        (PlanColumn::WindowCloses, closes),
        (PlanColumn::Reasons, reasons),
        (PlanColumn::MoveDate, "2026-11-24"),
    ]
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
                &[
                    (PlanColumn::EndSource, "cancel-at-term-end"),
                    (PlanColumn::OverlapDays, "4"),
                ],
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
                &[
                    (PlanColumn::EndSource, "extended-term"),
                    (PlanColumn::MoveDate, "2027-01-11"),
                    (PlanColumn::Reasons, "as-soon-as-ready;window-missed;service-stops"),
                ],
            ),
            moving(
                "s5",
                "Project Plan 3",
                "Planner and Project Plan 3",
                &[(PlanColumn::EndSource, "cancel")],
            ),
            moving(
                LAPSED,
                "Exchange Online (Plan 1)",
                "Exchange Online (Plan 1)",
                &lapsed("5", "2026-11-10", "2026-12-10", ""),
            ),
            moving(
                DOWN,
                "Exchange Online (Plan 1)",
                "Exchange Online (Plan 1)",
                &lapsed("40", "2026-09-30", "2027-01-28", "service-down"),
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
            step("2027-01-07", "reassign", "customer", LAPSED),
            step("2027-01-07", "reassign", "customer", DOWN),
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
    let plain = message.body_text(0).unwrap();
    assert!(plain.contains("Ügyfél: Contoso & Társa <Kft.>"), "{plain}");
    let marks = ["**", "# ", "\\", "</"];
    assert!(marks.iter().all(|mark| !plain.contains(mark)), "{plain}");
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
        // What a mail program or a browser makes of it; the plain part of a message shows a name as it stands.
        let (markup, plain) = match MessageParser::default().parse(bytes) {
            Some(message) if name.ends_with(".eml") => (
                message.body_html(0).unwrap().into_owned(),
                message.body_text(0).unwrap().into_owned(),
            ),
            _ => (String::from_utf8_lossy(bytes).into_owned(), String::new()),
        };
        assert!(
            !markup.contains("<script>") && !markup.contains("href=\"https://evil"),
            "{name}: {markup}"
        );
        assert!(!plain.contains("<https://evil"), "{name}: {plain}");
        assert!(
            ![&markup, &plain]
                .iter()
                .any(|text| text.lines().any(|line| line.starts_with("# x"))),
            "{name}"
        );
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
        let of_language = findings.iter().filter(|finding| finding.code == Code::LetterLanguage);
        assert_eq!(of_language.count(), told, "{language:?} {country}");
    }
}

#[test]
fn without_our_ids_the_link_is_promised() {
    let letter = text(&written(&plan(), "", &tables(Some("en"), "GB")), "md");
    assert!(letter.contains("We will send you the link."), "{letter}");
    assert!(letter.contains("Please reply to this message."));
    assert!(!letter.contains("partnerId"));
}

/// The line of each template that says that subscriptions go on.
const GOES_ON: [(&str, &str, &str); 7] = [
    ("de", "DE", "oben genannten Tagen weiter"),
    ("en", "GB", "keep running until"),
    ("hu", "HU", "napokig működnek tovább"),
    ("pl", "PL", "do dni podanych powyżej"),
    ("ru", "KZ", "до указанных выше дней"),
    ("sv", "SE", "de dagar som anges ovan"),
    ("tr", "TR", "belirtilen günlere kadar çalışmaya devam eder"),
];

#[test]
fn what_has_lapsed_is_not_told_to_go_on() {
    let only = |id: &str| {
        let mut plan = plan();
        plan.rows.retain(|row| row.get(PlanColumn::SubscriptionId) == id);
        plan
    };
    for (language, country, goes_on) in GOES_ON {
        let letter = |plan: &SavedPlan| text(&written(plan, SETTINGS, &tables(Some(language), country)), "md");
        assert!(letter(&only("s3")).contains(goes_on), "{language}");
        for id in [LAPSED, DOWN] {
            assert!(!letter(&only(id)).contains(goes_on), "{language}");
        }
        // Of several, those are named that do.
        assert!(letter(&plan()).contains(goes_on), "{language}");
        assert_ne!(
            letter(&plan()).lines().find(|line| line.contains(goes_on)),
            letter(&only("s3")).lines().find(|line| line.contains(goes_on)),
            "{language}"
        );
    }
    let english = tables(Some("en"), "GB");
    let letter = |id: &str| text(&written(&only(id), SETTINGS, &english), "md");
    assert!(letter(LAPSED).contains("has ended; it keeps working until 10 December 2026 at the latest"));
    assert!(letter(DOWN).contains("without access to e-mail and files until the new subscription is active"));
    assert!(letter("s4").contains("is set to end on 7 January 2027"));
}

#[test]
fn days_paid_twice_are_told() {
    let letter = text(&written(&plan(), SETTINGS, &tables(Some("en"), "GB")), "md");
    let told = "Until 7 January 2027 both subscriptions run, and both are paid.";
    assert_eq!(letter.matches(told).count(), 1, "{letter}");
}

#[test]
fn subscriptions_of_one_offer_can_be_told_apart() {
    let letter = |plan: &SavedPlan| text(&written(plan, SETTINGS, &tables(Some("en"), "GB")), "md");
    let both = letter(&plan());
    for line in [
        "    - Exchange Online (Plan 1), licences: 5, paid until 10 November 2026, ID aaaaaaaa…: by 7 January 2027",
        "    - Exchange Online (Plan 1), licences: 40, paid until 30 September 2026, ID bbbbbbbb…: by 7 January 2027",
        "- **Exchange Online (Plan 1)** (licences: 5), ID aaaaaaaa…, paid until 10 November 2026:",
    ] {
        assert!(both.lines().any(|own| own == line), "{line}\n{both}");
    }
    // One alone needs no more than its name.
    let mut plan = plan();
    plan.rows.retain(|row| row.get(PlanColumn::SubscriptionId) != DOWN);
    assert!(letter(&plan).contains("    - Exchange Online (Plan 1): by 7 January 2027"));
    // Ids that begin alike stand whole.
    let alike = "aaaaaaaa-9999-3333-4444-555555555555";
    plan.rows.push(moving(alike, "Exchange Online (Plan 1)", "x", &[]));
    assert!(letter(&plan).contains(&format!("ID {alike}")), "{}", letter(&plan));
}

#[test]
fn what_letters_lack_is_told() {
    let templates = Templates::load(None).unwrap();
    let told = |plan: &SavedPlan, settings: &str, emails: &[Option<&str>]| -> Vec<String> {
        let config = Config::parse(settings, Path::new("seatshift.toml")).unwrap();
        let note = |(index, email): (usize, &Option<&str>)| CustomerNote {
            id: format!("{}1111111-2222-3333-4444-555555555555", index + 1)
                .parse()
                .ok()
                .map(CustomerId),
            language: Some("en".into()),
            email: email.map(Into::into),
            email_cell: email.map(Into::into),
            ..CustomerNote::default()
        };
        let tables = Tables {
            customers: emails.iter().enumerate().map(note).collect(),
            ..Tables::default()
        };
        let view = View::new(day("2026-11-21"), &config, &tables);
        let findings = findings(plan, &view, &templates);
        assert!(findings.iter().all(|finding| finding.code == Code::LetterIncomplete));
        findings.iter().map(|finding| finding.told().into_owned()).collect()
    };
    assert_eq!(
        told(&plan(), SETTINGS, &[Some("a@contoso.example")]),
        Vec::<String>::new()
    );
    assert_eq!(
        told(&plan(), SETTINGS, &[None]),
        ["no letter has a recipient: the customers table has no e-mail address"]
    );
    assert_eq!(
        told(&plan(), SETTINGS, &[None, Some("a@other.example")]),
        [format!(
            "the letter to customer `{ID}` has no recipient: its e-mail address is unknown"
        )]
    );
    assert_eq!(told(&plan(), "", &[Some("a@contoso.example")]).len(), 3, "of ourselves");
    let mut nameless = plan();
    for row in &mut nameless.rows {
        *row = Row::new(row.cells().map(|(column, text)| match column {
            PlanColumn::CustomerName => "",
            _ => text,
        }));
    }
    assert_eq!(
        told(&nameless, SETTINGS, &[Some("a@contoso.example")]),
        [format!(
            "the letter to customer `{ID}` names nobody: its name is unknown"
        )]
    );
}

#[test]
fn a_known_address_is_the_recipient() {
    let mut tables = tables(Some("en"), "GB");
    for note in &mut tables.customers {
        note.email = Some("licences@contoso.example".into());
    }
    let files = written(&plan(), SETTINGS, &tables);
    let draft = MessageParser::default()
        .parse(files[&format!("{ID}.eml")].as_slice())
        .unwrap();
    let to = draft.to().and_then(|to| to.first()).and_then(|to| to.address());
    assert_eq!(to, Some("licences@contoso.example"));
}

/// A letter in English about one customer's rows and steps.
fn english(rows: Vec<Row<PlanColumn>>, steps: Vec<Row<StepColumn>>) -> String {
    let plan = SavedPlan {
        rows,
        steps,
        ..SavedPlan::default()
    };
    text(&written(&plan, SETTINGS, &tables(Some("en"), "GB")), "md")
}

#[test]
fn a_renewal_that_a_person_must_look_at_is_named_and_not_asserted() {
    let renewed = row(&[
        (PlanColumn::Action, "review"),
        (PlanColumn::SubscriptionId, "s1"),
        (PlanColumn::SourceOffer, "Visio Plan 2"),
        (PlanColumn::TermEnd, "2026-11-17"),
        (PlanColumn::Reasons, "renewed-since-export"),
        (PlanColumn::Urgency, "lapsed"),
    ]);
    let letter = english(
        vec![renewed],
        vec![step("2026-11-24", "undo-renewal", "customer", "s1")],
    );
    assert!(
        letter.contains("- As far as we know, these subscriptions have just renewed."),
        "{letter}"
    );
    assert!(letter.contains("    - Visio Plan 2: by 24 November 2026"), "{letter}");
    assert!(letter.contains("Contoso & Társa"), "{letter}");
}

#[test]
fn what_is_suspended_is_not_said_to_run() {
    let suspended = [
        (PlanColumn::Reasons, "service-down"),
        (PlanColumn::MoveDate, "2026-11-23"),
        (PlanColumn::OverlapDays, "40"),
    ];
    let running = moving("s2", "Visio Plan 2", "Visio Plan 2", &[]);
    let rows = vec![
        moving("s1", "Microsoft 365 E5", "Microsoft 365 E5", &suspended),
        running,
    ];
    let letter = english(rows, vec![step("2027-01-05", "reassign", "customer", "s1")]);
    assert!(letter.contains("without access"), "{letter}");
    assert!(!letter.contains("both subscriptions run"), "{letter}");
    assert!(letter.contains("that work today keep running"), "{letter}");
}

#[test]
fn what_goes_on_month_by_month_is_not_said_to_have_ended_and_to_run() {
    let extended = [
        (PlanColumn::Urgency, "lapsed"),
        (PlanColumn::TermEnd, "2026-11-10"),
        (PlanColumn::MoveDate, "2026-11-21"),
        (PlanColumn::OverlapDays, "4"),
        (PlanColumn::EndSource, "cancel"),
    ];
    let rows = vec![moving("s1", "Visio Plan 2", "Visio Plan 2", &extended)];
    let letter = english(rows, vec![step("2026-11-24", "end-source", "customer", "s1")]);
    let told = "ended on 10 November 2026; since then it has continued month by month (extended service term). Until 24 November \
                2026 both subscriptions run";
    assert!(letter.contains(told), "{letter}");
    assert!(!letter.contains("paid until 10"), "{letter}");
    assert!(!letter.contains("has ended"), "{letter}");
}

#[test]
fn what_goes_wrong_tomorrow_is_asked_first() {
    let row = |id, end| moving(id, "Visio Plan 2", "Visio Plan 2", &[(PlanColumn::EndSource, end)]);
    let letter = english(
        vec![row("s1", "extended-term"), row("s2", "cancel")],
        vec![
            step("2026-11-10", "request-relationship", "partner", ""),
            step("2026-12-18", "accept-agreement", "customer", ""),
            step("2026-11-22", "end-source", "customer", "s1"),
            step("2026-12-01", "end-source", "customer", "s2"),
        ],
    );
    let asked: Vec<&str> = letter
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    let words = [
        "extended service term",
        "reseller relationship",
        "please cancel the old one",
        "Customer Agreement",
    ];
    for (line, words) in asked.iter().zip(words) {
        assert!(line.contains(words), "{words}: {letter}");
    }
    assert_eq!(asked.len(), words.len());
}

#[test]
fn each_thing_asked_of_the_present_partner_is_named() {
    let rows = vec![moving("s1", "Power BI Pro", "Power BI Pro", &[])];
    let steps = vec![
        step("2026-12-11", "approve-transfer", "source-partner", "s1"),
        step("2026-12-01", "end-source", "source-partner", "s1"),
    ];
    let letter = english(rows, steps);
    let asked = "    - Power BI Pro (end the old subscription): by 1 December 2026\n    - Power BI Pro (approve the transfer): by \
                 11 December 2026\n";
    assert!(letter.contains(asked), "{letter}");
}

#[test]
fn an_address_that_cannot_be_read_is_told_where_a_letter_goes_there() {
    let mut tables = tables(Some("en"), "GB");
    for note in &mut tables.customers {
        note.email_cell = Some("a@x.example; b@x.example".into());
    }
    let config = Config::parse(SETTINGS, Path::new("seatshift.toml")).unwrap();
    let view = View::new(day("2026-11-21"), &config, &tables);
    let told = findings(&plan(), &view, &Templates::load(None).unwrap());
    let told: Vec<&str> = told.iter().map(|finding| &*finding.message).collect();
    let message =
        format!("the letter to customer `{ID}` has no recipient: `a@x.example; b@x.example` is not one e-mail address");
    assert_eq!(told, [message]);
}
