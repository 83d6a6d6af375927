use seatshift::{
    finding::{Code, Place},
    read::{Container, FileReport},
    recognise::{DateColumn, KindCertainty, RecognisedBy},
};

use super::*;

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
  sheet \"Abonnements\": no kind of export we know, so read by the words of its headings; headings in row 4, language de
      A  Abonnement-ID  subscription_id
      B  Enddatum       term_end
      C  Notiz          not used
    dates of Enddatum: dmy, because `31.12.2026` (B5) fits no other order
    33 rows = 30 subscriptions + 2 merged + 1 ignored

exports/lista.csv
  text, 1 byte, windows-1250 (chosen by evidence), delimiter tab, not read
  error no-headings (1): no row of the file looks like headings we know
    exports/lista.csv: no row looks like headings
      hint: name them

error file-unreadable (1): the file could not be opened or read
  gone.csv: is not there
Together
  33 rows = 30 subscriptions + 2 merged + 1 ignored
  a row was rejected or a file not read: see the errors above
";
    assert_eq!(
        anstream::adapter::strip_str(&report(&checked(), false)).to_string(),
        expected
    );
}
