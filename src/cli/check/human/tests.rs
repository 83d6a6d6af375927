use seatshift::{
    finding::{Code, Place},
    read::{Container, FileReport},
    recognise::{KindCertainty, LanguageCertainty, RecognisedBy},
    terms::Text,
};

use super::*;

fn sample(value: &str, row: u32) -> Sample {
    Sample {
        value: Text::from(value),
        row,
    }
}

fn checked() -> Checked {
    let accounting = Accounting {
        rows_read: 33,
        subscriptions: 30,
        merged: 2,
        ignored: 1,
        ..Accounting::default()
    };
    let table = TableRecord {
        sheet: Some("Abonnements".into()),
        header_row: 4,
        kind: "vocabulary".into(),
        certainty: KindCertainty {
            by: RecognisedBy::Vocabulary,
            name: "a list of subscriptions".into(),
            headings: 3,
            known: 3,
            rests_on: vec!["Abonnement-ID".into(), "Enddatum".into()],
            missing: vec!["customer_id".into(), "offer_name".into(), "seats".into()],
        },
        language: Some("de".into()),
        language_certainty: LanguageCertainty {
            by_setting: false,
            headings: 3,
            known: 3,
        },
        hidden: true,
        as_of: None,
        samples: vec![
            vec![sample("10c31b03-a292-5c11-a27f-bd2132c5d7a6", 5), sample("顧客", 6)],
            Vec::new(),
            Vec::new(),
        ],
        columns: vec![
            ("Abonnement-ID".into(), Some("subscription_id".into())),
            ("Enddatum".into(), Some("term_end".into())),
            ("Notiz".into(), None),
        ],
        dates: vec![DateColumn {
            heading: "Enddatum".into(),
            order: "dmy".into(),
            because: "`31.12.2026` (B5) fits no other order".to_owned(),
        }],
        accounting,
    };
    let workbook = FileReport {
        bytes: 12_345,
        container: Some(Container::Xlsx),
        sheets: 2,
        ..FileReport::new("exports/contoso-de.xlsx")
    };
    let text = FileReport {
        bytes: 1,
        container: Some(Container::Text),
        encoding: Some("windows-1250".into()),
        delimiter: Some('\t'),
        refused: true,
        ..FileReport::new("exports/lista.csv")
    };
    Checked {
        inputs: vec![
            InputRecord {
                file: workbook,
                tables: vec![table],
            },
            InputRecord {
                file: text,
                tables: Vec::new(),
            },
        ],
        accounting,
        findings: vec![
            Finding::new(
                Code::NoHeadings,
                Place::file("exports/lista.csv"),
                "no row looks like headings",
                "name them",
            ),
            Finding::new(Code::FileUnreadable, Place::file("gone.csv"), "is not there", ""),
        ],
        verdict: Verdict::Look,
    }
}

#[test]
fn each_file_is_explained() {
    let expected = "\
exports/contoso-de.xlsx
  xlsx, 12,345 bytes, 2 sheets
  sheet \"Abonnements\" (hidden): a list of subscriptions; headings in row 4, language de by 3 of 3
    headings
    likely, by the words of `Abonnement-ID`, `Enddatum`; no export we know by name; 3 of 3 headings
      known; no column for `customer_id`, `offer_name`, `seats`
      A  Abonnement-ID  subscription_id  A5 `10c31b03-a292-5c11-a27f-bd2132c5d7a6`, `顧客`
      B  Enddatum       term_end         empty
      C  Notiz          not used
    dates of Enddatum: day, month, year, because `31.12.2026` (B5) fits no other order
    33 rows = 30 subscriptions + 2 merged + 1 ignored

exports/lista.csv
  text, 1 byte, windows-1250 (chosen by evidence), delimiter tab, not read
  error no-headings (1): no row of the file looks like headings we know
    the file: no row looks like headings
      hint: name them

error file-unreadable (1): the file could not be opened or read
  gone.csv: is not there
Together
  2 files: 33 rows = 30 subscriptions + 2 merged + 1 ignored
  a row was rejected or a file not read: see the errors above
";
    assert_eq!(
        anstream::adapter::strip_str(&report(&checked(), "", false, false)).to_string(),
        expected
    );
}

#[test]
fn quiet_leaves_findings_and_values_fit_their_room() {
    let text = report(&checked(), "", true, false);
    let text = anstream::adapter::strip_str(&text).to_string();
    assert!(!text.contains("contoso-de") && !text.contains("Together"), "{text}");
    assert!(
        text.contains("exports/lista.csv") && text.contains("gone.csv"),
        "{text}"
    );
    let long = [sample(&"x".repeat(80), 2), sample("y", 3)];
    let shown = values(&long, "A", 20, 2).unwrap();
    assert!(width(&shown) <= 20 && shown.ends_with("…`"), "{shown}");
    assert_eq!(values(&[], "A", 20, 2), None);
}
