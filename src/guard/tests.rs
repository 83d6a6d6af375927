use super::*;
use crate::{
    read::FileReport,
    saved::{SavedInput, SavedInputTable},
};

fn tonight<'a>(config: &'a Config, plan: &'a Plan, inputs: &'a [InputRecord], rows_read: u64) -> Tonight<'a> {
    Tonight {
        config,
        as_of: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        inputs,
        accounting: Accounting {
            rows_read,
            ..Accounting::default()
        },
        findings: &[],
        plan,
        shown_plan: "plan.csv",
    }
}

fn last(record: SavedRecord) -> Option<Last> {
    Some(Last {
        record: Some(record),
        ..Last::default()
    })
}

fn rows(rows_read: u64) -> SavedRecord {
    SavedRecord {
        accounting: [("rows_read".to_owned(), rows_read)].into(),
        ..SavedRecord::default()
    }
}

fn guards(tripped: &[Tripped]) -> Vec<Guard> {
    tripped.iter().map(|tripped| tripped.guard).collect()
}

#[test]
fn the_percentage_is_strict_and_begins_where_it_is_set_to() {
    let (config, plan) = (Config::default(), Plan::default());
    for (before, now, trips) in [
        (100, 80, false),
        (100, 79, true),
        (99, 1, false),
        (1000, 800, false),
        (1000, 799, true),
        (200, 100, true),
        (200, 20, true),
        (100, 81, false),
        (100, 200, false),
        (0, 0, false),
    ] {
        let tripped = tripped(&tonight(&config, &plan, &[], now), last(rows(before)).as_ref(), None);
        assert_eq!(!tripped.is_empty(), trips, "{before} to {now}");
    }
    let mut config = Config::default();
    config.nightly.shrink_percent = 0;
    let quiet = tripped(&tonight(&config, &plan, &[], 1), last(rows(1000)).as_ref(), None);
    assert!(quiet.is_empty(), "0 switches it off");
}

#[test]
fn without_a_last_run_no_comparison_is_made() {
    let (config, plan) = (Config::default(), Plan::default());
    assert!(tripped(&tonight(&config, &plan, &[], 0), None, None).is_empty());
    let unreadable = Last::default();
    assert!(tripped(&tonight(&config, &plan, &[], 0), Some(&unreadable), None).is_empty());
}

fn input(path: &str, rows: u64, refused: bool, rejected: u64, sha256: &str) -> InputRecord {
    let mut table = crate::recognise::TableRecord {
        sheet: None,
        header_row: 1,
        kind: "vocabulary".into(),
        certainty: crate::recognise::KindCertainty {
            by: crate::recognise::RecognisedBy::Vocabulary,
            name: "".into(),
            headings: 0,
            known: 0,
            rests_on: Vec::new(),
            missing: Vec::new(),
        },
        language: None,
        language_certainty: Default::default(),
        hidden: false,
        as_of: NaiveDate::from_ymd_opt(2026, 11, 1),
        columns: Vec::new(),
        samples: Vec::new(),
        dates: Vec::new(),
        accounting: Accounting::default(),
    };
    table.accounting.rejected = rejected;
    InputRecord {
        file: FileReport {
            rows,
            refused,
            sha256: Some(sha256.to_owned()),
            ..FileReport::new(path)
        },
        tables: vec![table],
    }
}

fn was(path: &str, rows: u64, refused: bool, rejected: u64, sha256: &str) -> SavedInput {
    SavedInput {
        path: path.to_owned(),
        rows,
        refused,
        sha256: Some(sha256.to_owned()),
        tables: vec![SavedInputTable {
            accounting: [("rejected".to_owned(), rejected)].into(),
            ..SavedInputTable::default()
        }],
        ..SavedInput::default()
    }
}

#[test]
fn each_export_is_looked_at() {
    let (config, plan) = (Config::default(), Plan::default());
    let of = |before: SavedInput, now: InputRecord| {
        let record = SavedRecord {
            inputs: vec![before],
            ..SavedRecord::default()
        };
        guards(&tripped(
            &tonight(&config, &plan, &[now], 0),
            last(record).as_ref(),
            None,
        ))
    };
    let fine = || was("in/a.csv", 10, false, 1, "x");
    assert_eq!(of(fine(), input("in/a.csv", 9, false, 1, "y")), []);
    assert_eq!(of(fine(), input("in/a.csv", 0, false, 0, "y")), [Guard::SourceEmpty]);
    assert_eq!(of(fine(), input("in/b.csv", 9, false, 0, "y")), [Guard::SourceEmpty]);
    assert_eq!(of(fine(), input("in/a.csv", 9, false, 2, "y")), [Guard::ExportWorse]);
    assert_eq!(
        of(fine(), input("in/a.csv", 9, true, 0, "y")),
        [Guard::SourceEmpty, Guard::ExportWorse]
    );
    assert_eq!(of(fine(), input("in/a.csv", 10, false, 1, "x")), []);
    // Another date in the name is the same export; its content should be another.
    let dated = || was("in/a-2026-11-20.csv", 10, false, 0, "x");
    assert_eq!(of(dated(), input("in/a-2026-11-21.csv", 9, false, 0, "y")), []);
    assert_eq!(
        of(dated(), input("in/a-2026-11-21.csv", 10, false, 0, "x")),
        [Guard::ExportRepeated]
    );
    // What was no good before is no reason to stop now.
    let bad = was("in/a.csv", 0, true, 0, "x");
    assert_eq!(of(bad, input("in/a.csv", 0, true, 0, "y")), []);
}

#[test]
fn a_source_of_the_settings_that_dries_up_is_told() {
    let text = "[[source]]\nmatch = \"web/{customer_id}/*.csv\"\n[nightly]\nmax_age_days = 19\n";
    let config = Config::parse(text, "seatshift.toml".as_ref()).unwrap();
    let plan = Plan::default();
    let record = SavedRecord {
        inputs: vec![
            was("web/one/a.csv", 4, false, 0, "x"),
            was("other.csv", 4, false, 0, "z"),
        ],
        ..SavedRecord::default()
    };
    let now = [input("other.csv", 4, false, 0, "z")];
    let tripped = tripped(&tonight(&config, &plan, &now, 0), last(record).as_ref(), None);
    assert_eq!(
        guards(&tripped),
        [Guard::SourceEmpty, Guard::SourceEmpty, Guard::ExportOld]
    );
    assert!(
        tripped.iter().any(|tripped| tripped
            .message
            .contains("[[source]] `web/{customer_id}/*.csv` gave 4 rows")),
        "{tripped:?}"
    );
    assert!(
        tripped
            .iter()
            .any(|tripped| tripped.message.contains("20 days old; up to 19 pass"))
    );
}

#[test]
fn every_guard_has_a_code_of_its_name_and_a_flag() {
    for &guard in Guard::ALL {
        assert_eq!(guard.code().as_str(), guard.as_str());
        let finding = Tripped::new(guard, "a.csv", "figures").finding(false, 1);
        assert!(finding.hint.contains(&format!("--accept {guard}")), "{}", finding.hint);
    }
}

#[test]
fn a_column_that_is_gone_is_told_by_its_heading() {
    let plan = Plan::default();
    let columns = |headings: &[(&str, &str)]| -> Vec<(String, Option<String>)> {
        let column = |(heading, field): &(&str, &str)| {
            let field = Some((*field).to_owned()).filter(|field| !field.is_empty());
            ((*heading).to_owned(), field)
        };
        headings.iter().map(column).collect()
    };
    let was_with = |path: &str, headings: &[(&str, &str)]| {
        let mut input = was(path, 9, false, 0, "x");
        input.tables[0].columns = columns(headings);
        input
    };
    let is_with = |path: &str, headings: &[(&str, &str)]| {
        let mut input = input(path, 9, false, 0, "y");
        let columns = columns(headings).into_iter();
        input.tables[0].columns = columns
            .map(|(heading, field)| (heading.as_str().into(), field.map(|field| field.as_str().into())))
            .collect();
        input
    };
    let all = [
        ("Id", "subscription_id"),
        ("Tenant", "customer_id"),
        ("Customer", "customer_name"),
        ("Offer", "offer_name"),
        ("SKU", "sku_id"),
        ("Seats", "seats"),
        ("End", "term_end"),
        ("Renew", "auto_renew"),
        ("Price", ""),
    ];
    let without =
        |heading: &str| -> Vec<(&str, &str)> { all.iter().filter(|(own, _)| *own != heading).copied().collect() };
    let of = |config: &Config, before: Vec<SavedInput>, now: InputRecord| {
        let record = SavedRecord {
            inputs: before,
            ..SavedRecord::default()
        };
        tripped(&tonight(config, &plan, &[now], 0), last(record).as_ref(), None)
    };
    let config = Config::default();
    for (heading, trips) in [
        ("Id", true),
        ("Tenant", true),
        ("Seats", true),
        ("End", true),
        ("Renew", true),
        // The id is there still; the offer is known by another column; nothing is read of a price.
        ("Customer", false),
        ("Offer", false),
        ("SKU", false),
        ("Price", false),
    ] {
        let told = of(
            &config,
            vec![was_with("a.csv", &all)],
            is_with("a.csv", &without(heading)),
        );
        assert_eq!(guards(&told), vec![Guard::ColumnLost; usize::from(trips)], "{heading}");
        assert!(told.iter().all(|told| told.message.contains(heading)), "{told:?}");
    }
    // A heading of another name that tells the same is no loss.
    let mut renamed = without("End");
    renamed.push(("Last day", "term_end"));
    assert!(of(&config, vec![was_with("a.csv", &all)], is_with("a.csv", &renamed)).is_empty());
    // Another date in the name is the same export; of several that had it all count.
    let dated = |day: &str, headings: &[(&str, &str)]| was_with(&format!("a-2026-11-{day}.csv"), headings);
    let now = || is_with("a-2026-11-21.csv", &without("End"));
    assert_eq!(
        guards(&of(&config, vec![dated("20", &all)], now())),
        [Guard::ColumnLost]
    );
    let some = vec![dated("19", &without("End")), dated("20", &all)];
    assert!(of(&config, some, now()).is_empty());
    let mut allowed = Config::default();
    allowed.nightly.allow_lost_columns = true;
    assert!(of(&allowed, vec![dated("20", &all)], now()).is_empty());
}

#[test]
fn one_export_that_loses_most_of_its_rows_is_told_within_a_larger_plan() {
    let (config, plan) = (Config::default(), Plan::default());
    for (before, now, trips) in [(100, 80, false), (100, 79, true), (99, 40, false)] {
        let record = SavedRecord {
            inputs: vec![was("big.csv", 5000, false, 0, "x"), was("a.csv", before, false, 0, "y")],
            ..SavedRecord::default()
        };
        let inputs = [
            input("big.csv", 5000, false, 0, "x"),
            input("a.csv", now, false, 0, "z"),
        ];
        let told = tripped(&tonight(&config, &plan, &inputs, 0), last(record).as_ref(), None);
        assert_eq!(
            guards(&told),
            vec![Guard::Shrink; usize::from(trips)],
            "{before} to {now}"
        );
        assert!(told.iter().all(|told| &*told.file == "a.csv"), "{told:?}");
    }
}
