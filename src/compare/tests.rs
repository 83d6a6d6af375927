use std::collections::HashMap;

use chrono::NaiveDate;

use super::*;
use crate::{
    finding::Code,
    recognise::tables::{Hold, Subject},
    rules::Rules,
    saved::{SavedInput, SavedRecord},
    terms::{Action, CustomerId, Id},
};

use PlanColumn as P;

type Cells<'a> = &'a [(P, &'a str)];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A row that moves on 2026-12-28, with some cells otherwise.
fn row(id: &str, cells: Cells<'_>) -> Row<P> {
    let usual = [
        (P::Action, "move"),
        (P::MoveDate, "2026-12-28"),
        (P::NextStep, "order"),
        (P::NextStepBy, "2026-12-28"),
        (P::Urgency, "planned"),
        (P::CustomerId, "c1"),
        (P::SubscriptionId, id),
        (P::SourceChannel, "web-direct"),
        (P::SourceOfferId, "CFQ7TTC0LCHC:0002"),
        (P::SourceOffer, "Microsoft 365 Business Premium"),
        (P::Seats, "10"),
        (P::Term, "P1Y"),
        (P::TermEnd, "2026-12-31"),
        (P::TargetOfferId, "CFQ7TTC0LCHC:0002"),
        (P::TargetOffer, "Microsoft 365 Business Premium"),
        (P::TargetSeats, "10"),
        (P::WindowOpens, "2026-12-24"),
        (P::WindowCloses, "2026-12-30"),
        (P::SourceFile, "list.csv"),
        (P::SourceRow, "2"),
    ];
    let value = |column: &P| {
        let own = cells.iter().chain(&usual).find(|(named, _)| named == column);
        own.map_or("", |(_, value)| *value)
    };
    Row::new(P::ALL.iter().map(value))
}

fn runs(exports: &[&str], tables: &[Altered], to: &str) -> Runs {
    Runs {
        known: true,
        from: Some(day("2026-11-20")),
        to: Some(day(to)),
        exports: exports.iter().map(|name| (*name).to_owned()).collect(),
        tables: tables.to_vec(),
    }
}

fn changes_with(old: &[Row<P>], new: &[Row<P>], runs: &Runs, redecided: Option<&HashMap<String, Row<P>>>) -> Changes {
    let ground = Ground {
        dated: runs.dates().is_some(),
        ..Ground::default()
    };
    let found = find(at_once(old.to_vec()), |_, _| (), new, ground).unwrap();
    let context = Context {
        runs,
        attention_days: 30,
        early_days: 31,
        redecided,
        gone: &[],
    };
    explain(found, new, &context)
}

fn changes(old: &[Row<P>], new: &[Row<P>], runs: &Runs) -> Changes {
    changes_with(old, new, runs, None)
}

/// What is told of what is gone.
fn watched(changes: &Changes, holds: &[Hold]) -> Watched {
    changes.watched(&Watch {
        as_of: changes.runs.to.unwrap(),
        attention_days: 30,
        plan: "plan.csv",
        rules: &Rules::embedded().unwrap(),
        holds,
    })
}

/// What is told of what was gone before, where the plan goes from some rows to others.
fn recalled(gone: &[SavedGone], old: &[Row<P>], new: &[Row<P>], to: &str, holds: &[Hold]) -> Watched {
    let found = find(at_once(old.to_vec()), |_, _| (), new, Ground::default()).unwrap();
    let runs = runs(&["list.csv"], &[], to);
    let context = Context {
        runs: &runs,
        attention_days: 30,
        early_days: 31,
        redecided: None,
        gone,
    };
    watched(&explain(found, new, &context), holds)
}

/// What is remembered of a row on the night on which it is gone.
fn remembered(cells: Cells<'_>, as_of: &str) -> Vec<SavedGone> {
    watched(&changes(&[row("a", cells)], &[], &runs(&["list.csv"], &[], as_of)), &[]).gone
}

fn codes(told: &Watched) -> Vec<Code> {
    told.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn what_is_gone_is_told_every_night_until_nothing_of_it_is_left() {
    let mut gone = remembered(&[(P::TermEnd, "2027-03-31")], "2026-11-21");
    assert_eq!(gone.len(), 1);
    // Its data is kept for 120 days after the term end at the most.
    for (night, code, is_last) in [
        ("2026-11-22", Code::SubscriptionGone, false),
        ("2026-12-31", Code::SubscriptionGoneSoon, false),
        ("2027-03-01", Code::SubscriptionGoneDue, false),
        ("2027-03-31", Code::SubscriptionGoneDue, false),
        ("2027-04-01", Code::SubscriptionGoneSoon, false),
        ("2027-07-29", Code::SubscriptionGoneSoon, false),
        ("2027-07-30", Code::SubscriptionGoneSoon, true),
    ] {
        let told = recalled(&gone, &[], &[], night, &[]);
        assert_eq!(codes(&told), [code], "{night}");
        let finding = &told.findings[0];
        assert!(
            finding.message.contains("since the plan for 2026-11-21"),
            "{}",
            finding.message
        );
        assert_eq!(finding.hint.contains("the last time"), is_last, "{night}");
        assert_eq!(told.gone.is_empty(), is_last, "{night}");
        gone = told.gone;
    }
    assert!(recalled(&gone, &[], &[], "2027-07-31", &[]).findings.is_empty());
    // What is gone long after its end is told on that night alone.
    assert!(remembered(&[(P::TermEnd, "2026-06-30")], "2026-11-21").is_empty());
    // Nobody knows when it ends: not later than a whole term from now.
    let unknown = remembered(&[(P::TermEnd, "")], "2026-11-21");
    let last = |night| recalled(&unknown, &[], &[], night, &[]).gone.is_empty();
    assert!(!last("2028-03-20") && last("2028-03-22"));
    // Nothing was to be done; but what a person held back for a time is not lost for that.
    assert!(remembered(&[(P::Action, "keep")], "2026-11-21").is_empty());
    assert_eq!(
        remembered(&[(P::Action, "keep"), (P::Reasons, "on-hold")], "2026-11-21").len(),
        1
    );
}

#[test]
fn what_comes_back_or_shows_as_ours_is_told_so_and_forgotten() {
    let gone = remembered(&[], "2026-11-21");
    let told = recalled(&gone, &[], &[row("a", &[])], "2026-11-25", &[]);
    assert_eq!(codes(&told), [Code::SubscriptionBack]);
    assert!(told.gone.is_empty());
    let ours = row(
        "o",
        &[
            (P::SourceChannel, "own"),
            (P::TermEnd, "2027-12-27"),
            (P::Action, "keep"),
        ],
    );
    let told = recalled(&gone, &[], std::slice::from_ref(&ours), "2027-01-02", &[]);
    assert_eq!(codes(&told), [Code::SubscriptionBack]);
    assert!(told.findings[0].message.contains("`o` has taken its place"));
    assert!(told.gone.is_empty());
    // Ours that was there before may stand for another: what it had has been looked at.
    let told = recalled(
        &gone,
        std::slice::from_ref(&ours),
        std::slice::from_ref(&ours),
        "2027-01-02",
        &[],
    );
    assert_eq!((codes(&told), told.gone.len()), (vec![Code::SubscriptionGoneSoon], 1));
    let grown = |seats| {
        row(
            "o",
            &[(P::SourceChannel, "own"), (P::TermEnd, "2027-12-27"), (P::Seats, seats)],
        )
    };
    for (seats, code) in [("19", Code::SubscriptionGoneSoon), ("20", Code::SubscriptionBack)] {
        let told = recalled(&gone, std::slice::from_ref(&ours), &[grown(seats)], "2027-01-02", &[]);
        assert_eq!(codes(&told), [code], "{seats}");
    }
    // It stands for one of two.
    let both = [
        gone.clone(),
        watched(&changes(&[row("b", &[])], &[], &runs(&[], &[], "2026-11-21")), &[]).gone,
    ]
    .concat();
    let told = recalled(&both, &[], &[ours], "2027-01-02", &[]);
    assert_eq!(codes(&told), [Code::SubscriptionBack, Code::SubscriptionGoneSoon]);
    assert_eq!(told.gone.len(), 1);
}

#[test]
fn a_hold_says_that_a_person_knows_for_as_long_as_it_lasts() {
    let gone = remembered(&[(P::CustomerId, "c0000000-0000-4000-8000-000000000001")], "2026-11-21");
    let hold = |subject, action, until| Hold {
        subject,
        action,
        until: day(until),
        owner: "Anna".into(),
        reason: "cancelled by the customer".into(),
        row: 2,
    };
    let own = || Subject::Subscription(Id::parse("a").unwrap());
    let customer = || Subject::Customer(CustomerId("c0000000-0000-4000-8000-000000000001".parse().unwrap()));
    let of = |holds: &[Hold]| codes(&recalled(&gone, &[], &[], "2026-12-10", holds))[0];
    assert_eq!(of(&[]), Code::SubscriptionGoneDue);
    assert_eq!(of(&[hold(own(), Action::Keep, "2026-12-10")]), Code::SubscriptionGone);
    assert_eq!(
        of(&[hold(customer(), Action::Keep, "2026-12-10")]),
        Code::SubscriptionGone
    );
    assert_eq!(
        of(&[hold(own(), Action::Keep, "2026-12-09")]),
        Code::SubscriptionGoneDue
    );
    assert_eq!(
        of(&[hold(own(), Action::Review, "2026-12-31")]),
        Code::SubscriptionGoneDue
    );
    let both = [
        hold(customer(), Action::Keep, "2026-12-31"),
        hold(own(), Action::Review, "2026-12-31"),
    ];
    assert_eq!(of(&both), Code::SubscriptionGoneDue);
    let told = recalled(
        &gone,
        &[],
        &[],
        "2026-12-10",
        &[hold(own(), Action::Keep, "2026-12-31")],
    );
    assert_eq!(told.gone, gone, "it is remembered: the hold may end");
    assert!(told.subjects.contains(&own()) && told.subjects.contains(&customer()));
}

/// The cause of the one change of a column.
fn cause(changes: &Changes, column: P) -> (Cause, String) {
    let found: Vec<&Field> = changes
        .lines()
        .map(|(_, field)| field)
        .filter(|field| field.column == Some(column))
        .collect();
    match found.as_slice() {
        [field] => (field.cause, field.detail.to_string()),
        _ => panic!("{column:?}: {changes:#?}"),
    }
}

fn progress() -> Altered {
    Altered::Table("progress".to_owned())
}

const SEATS: Cells<'static> = &[(P::Seats, "12"), (P::TargetSeats, "12")];

#[test]
fn equal_plans_have_no_changes_whatever_their_order() {
    let old = [row("a", &[]), row("b", &[]), row("c", &[])];
    let new = [row("c", &[]), row("a", &[]), row("b", &[])];
    let nothing = changes(&old, &new, &runs(&["list.csv"], &[], "2026-11-21"));
    assert!(nothing.is_empty());
    assert_eq!(nothing.counted, Counted::default());
}

#[test]
fn what_stands_elsewhere_and_what_follows_the_date_is_counted() {
    let waits = |move_date, row_number| {
        row(
            "a",
            &[
                (P::MoveDate, move_date),
                (P::Reasons, "as-soon-as-ready"),
                (P::SourceRow, row_number),
            ],
        )
    };
    let later = runs(&["list.csv"], &[], "2026-11-21");
    let counted = changes(&[waits("2026-11-23", "2")], &[waits("2026-11-24", "9")], &later);
    assert!(counted.is_empty());
    assert_eq!((counted.counted.following, counted.counted.elsewhere), (1, 0));
    let counted = changes(&[waits("2026-11-23", "2")], &[waits("2026-11-23", "9")], &later);
    assert_eq!((counted.counted.following, counted.counted.elsewhere), (0, 1));
    // On the same date nothing follows it.
    let same = runs(&["list.csv"], &[], "2026-11-20");
    let listed = changes(&[waits("2026-11-23", "2")], &[waits("2026-11-24", "2")], &same);
    assert_eq!(cause(&listed, P::MoveDate).0, Cause::Export);
    // That it waits from now on is a change.
    let listed = changes(&[row("a", &[])], &[waits("2026-12-29", "2")], &later);
    assert!(
        cause(&listed, P::Reasons)
            .1
            .contains("a fact that plan.csv does not show")
    );
}

#[test]
fn a_single_difference_between_the_runs_is_the_cause() {
    let (old, new) = ([row("a", &[])], [row("a", &[(P::EndSourceBy, "2026-12-29")])]);
    for (runs, wanted) in [
        (runs(&["list.csv"], &[], "2026-11-20"), Cause::Export),
        (runs(&[], &[progress()], "2026-11-20"), Cause::Table),
        (runs(&[], &[Altered::Settings], "2026-11-20"), Cause::Table),
        (runs(&[], &[], "2026-11-21"), Cause::Date),
        (runs(&[], &[], "2026-11-20"), Cause::Unknown),
        (Runs::default(), Cause::Unknown),
    ] {
        assert_eq!(cause(&changes(&old, &new, &runs), P::EndSourceBy).0, wanted, "{runs:?}");
    }
}

#[test]
fn no_date_and_no_report_changes_a_fact() {
    let runs = runs(
        &["list.csv"],
        &[progress(), Altered::Table("rules.replace.windows".to_owned())],
        "2026-11-21",
    );
    let changes = changes(&[row("a", &[])], &[row("a", SEATS)], &runs);
    assert_eq!(cause(&changes, P::Seats), (Cause::Export, "list.csv".to_owned()));
    assert_eq!(
        cause(&changes, P::TargetSeats),
        (Cause::Export, "seats: 10 -> 12".to_owned())
    );
}

#[test]
fn what_cannot_be_told_apart_names_all_that_it_may_be() {
    let runs = runs(&["list.csv"], &[progress()], "2026-12-24");
    let new = row("a", &[(P::Urgency, "open"), (P::EndSourceBy, "2026-12-29")]);
    let (several, detail) = cause(&changes(&[row("a", &[])], &[new], &runs), P::EndSourceBy);
    assert_eq!(several, Cause::Several);
    for named in ["list.csv", "the table `progress`", "the window opened on 2026-12-24"] {
        assert!(detail.contains(named), "{named}: {detail}");
    }
}

#[test]
fn a_table_is_ruled_out_where_nothing_changed_that_it_acts_through() {
    let table = |name: &str| Altered::Table(name.to_owned());
    let cells: Cells<'_> = &[(P::Loses, "mail")];
    for (name, reaches) in [
        ("progress", false),
        ("holds", false),
        ("routes", false),
        ("calendar", false),
        ("offers", true),
        ("customers", true),
        ("rules.extend.segments", true),
        ("words", true),
    ] {
        let runs = runs(&["list.csv"], &[table(name)], "2026-11-20");
        let wanted = if reaches { Cause::Several } else { Cause::Export };
        let changes = changes(&[row("a", &[])], &[row("a", cells)], &runs);
        assert_eq!(cause(&changes, P::Loses).0, wanted, "{name}");
    }
}

#[test]
fn an_urgency_alone_hangs_on_the_date_and_a_hold_ends_by_itself() {
    let opened = runs(&["list.csv"], &[], "2026-12-24");
    let changes_of = changes(&[row("a", &[])], &[row("a", &[(P::Urgency, "open")])], &opened);
    assert_eq!(
        cause(&changes_of, P::Urgency),
        (Cause::Date, "the window opened on 2026-12-24".to_owned())
    );
    let held = row("a", &[(P::Action, "keep"), (P::Reasons, "on-hold")]);
    let ended = changes(&[held], &[row("a", &[])], &runs(&["list.csv"], &[], "2026-11-21"));
    assert_eq!(cause(&ended, P::Action), (Cause::Date, "a hold ended".to_owned()));
}

#[test]
fn inputs_decided_for_the_earlier_date_tell_the_date_from_the_rest() {
    let runs = runs(&["list.csv"], &[], "2026-12-29");
    let new = row(
        "a",
        &[(P::Urgency, "late"), (P::EndSourceBy, "2026-12-29"), (P::Gains, "x")],
    );
    let then = row("a", &[(P::EndSourceBy, "2026-12-29"), (P::Gains, "y")]);
    let redecided = HashMap::from([("a".to_owned(), then)]);
    let changes = changes_with(&[row("a", &[])], &[new], &runs, Some(&redecided));
    assert_eq!(cause(&changes, P::Urgency).0, Cause::Date);
    assert_eq!(cause(&changes, P::EndSourceBy).0, Cause::Export);
    assert_eq!(cause(&changes, P::Gains).0, Cause::Several);
}

#[test]
fn losses_that_are_due_soon_come_first_and_the_order_is_total() {
    let old = [
        row(
            "far",
            &[
                (P::TermEnd, "2027-08-01"),
                (P::MoveDate, "2027-07-29"),
                (P::NextStepBy, "2027-07-29"),
            ],
        ),
        row("near", &[(P::NextStepBy, "2026-12-10")]),
        row("seats", &[]),
        row("worse", &[]),
        row("kept", &[(P::Action, "keep")]),
        row("ours", &[]),
    ];
    let new = [
        row("seats", SEATS),
        row("worse", &[(P::Urgency, "late"), (P::NextStepBy, "2026-11-19")]),
        row("new", &[(P::CustomerId, "c2")]),
        row("ours", &[(P::SourceChannel, "own"), (P::Action, "keep")]),
    ];
    let runs = runs(&["list.csv"], &[], "2026-11-21");
    let told = |changes: &Changes| -> Vec<(String, ChangeKind, Option<Loss>)> {
        let told = |changed: &Changed| (changed.get(P::SubscriptionId).to_owned(), changed.kind, changed.loss);
        changes.changed.iter().map(told).collect()
    };
    let first = changes(&old, &new, &runs);
    let wanted = [
        ("worse", ChangeKind::Changed, Some(Loss::DueSoon)),
        ("near", ChangeKind::Gone, Some(Loss::DueSoon)),
        ("far", ChangeKind::Gone, Some(Loss::Later)),
        ("kept", ChangeKind::Gone, None),
        ("seats", ChangeKind::Changed, None),
        ("new", ChangeKind::New, None),
        ("ours", ChangeKind::Moved, None),
    ];
    assert_eq!(told(&first), wanted.map(|(id, kind, loss)| (id.to_owned(), kind, loss)));
    let (mut old, mut new) = (old.to_vec(), new.to_vec());
    old.reverse();
    new.reverse();
    assert_eq!(changes(&old, &new, &runs).changed, first.changed);
}

/// What is said of subscriptions that are gone, where ours are these.
fn gone(old: &[Row<P>], ours: &[Cells<'_>]) -> Vec<(String, ChangeKind)> {
    let ours: Vec<Row<P>> = ours
        .iter()
        .enumerate()
        .map(|(number, cells)| {
            let own = [
                (P::SourceChannel, "own"),
                (P::Action, "keep"),
                (P::Reasons, "already-ours"),
            ];
            row(&format!("own-{number}"), &[*cells, &own].concat())
        })
        .collect();
    let changes = changes(old, &ours, &runs(&["list.csv"], &[], "2026-12-30"));
    let gone = changes.changed.iter().filter(|changed| changed.old.is_some());
    gone.map(|changed| (changed.get(P::SubscriptionId).to_owned(), changed.kind))
        .collect()
}

#[test]
fn a_subscription_of_ours_takes_the_place_of_what_is_gone() {
    // It began on 2026-12-28.
    let began: Cells<'_> = &[(P::TermEnd, "2027-12-27")];
    let one = [row("a", &[])];
    assert_eq!(gone(&one, &[began]), [("a".to_owned(), ChangeKind::Moved)]);
    for (why, cells) in [
        (
            "another customer",
            &[(P::CustomerId, "c2"), (P::TermEnd, "2027-12-27")][..],
        ),
        ("fewer licences", &[(P::Seats, "9"), (P::TermEnd, "2027-12-27")]),
        (
            "another offer",
            &[
                (P::SourceOfferId, "CFQ7TTC0LH18:0001"),
                (P::SourceOffer, "Basic"),
                (P::TermEnd, "2027-12-27"),
            ],
        ),
        (
            "it began more than `early_days` before the window",
            &[(P::TermEnd, "2027-11-21")],
        ),
    ] {
        assert_eq!(gone(&one, &[cells]), [("a".to_owned(), ChangeKind::Gone)], "{why}");
    }
    // The window opens on 2026-12-24, and a move may be 31 days before it; the plan goes by the same.
    let early: Cells<'_> = &[(P::TermEnd, "2027-11-22")];
    assert_eq!(gone(&one, &[early]), [("a".to_owned(), ChangeKind::Moved)]);
    // A window that is open whatever the day has been so for the source's term, which began on 2026-01-01.
    let open = [row("a", &[(P::WindowOpens, ""), (P::MoveDate, "2026-11-23")])];
    assert_eq!(
        gone(&open, &[&[(P::TermEnd, "2026-12-31")]]),
        [("a".to_owned(), ChangeKind::Moved)]
    );
    for (end, kind) in [("2027-01-15", ChangeKind::Moved), ("2026-12-15", ChangeKind::Gone)] {
        assert_eq!(gone(&open, &[&[(P::TermEnd, end)]]), [("a".to_owned(), kind)], "{end}");
    }
    // A transfer keeps the term; where the beginning is not known, that it is new must do; an id may be written otherwise.
    for cells in [
        &[(P::TermEnd, "2026-12-31")][..],
        &[(P::TermEnd, ""), (P::Term, "")],
        &[
            (P::SourceOfferId, "cfq7ttc0lchc/2"),
            (P::SourceOffer, ""),
            (P::TermEnd, "2027-12-27"),
        ],
    ] {
        assert_eq!(gone(&one, &[cells]), [("a".to_owned(), ChangeKind::Moved)], "{cells:?}");
    }
}

#[test]
fn ours_stands_for_no_more_licences_than_it_has() {
    let two = [row("a", &[]), row("b", &[])];
    let with = |seats| -> Vec<ChangeKind> {
        let cells: Cells<'_> = &[(P::Seats, seats), (P::TermEnd, "2027-12-27")];
        let mut kinds: Vec<ChangeKind> = gone(&two, &[cells]).into_iter().map(|(_, kind)| kind).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(with("19"), [ChangeKind::Gone, ChangeKind::Moved]);
    assert_eq!(with("20"), [ChangeKind::Moved, ChangeKind::Moved]);
}

#[test]
fn two_targets_are_both_needed() {
    let cells: Cells<'_> = &[
        (P::SourceOfferId, "X:1"),
        (P::SourceOffer, "Old suite"),
        (P::TargetOfferId, "A:1;B:1"),
        (P::TargetOffer, "Suite;Teams"),
        (P::TargetSeats, "10;10"),
    ];
    let suite: Cells<'_> = &[
        (P::SourceOfferId, "A:0001"),
        (P::SourceOffer, "Suite"),
        (P::TermEnd, "2027-12-27"),
    ];
    let teams: Cells<'_> = &[
        (P::SourceOfferId, "B:0001"),
        (P::SourceOffer, "Teams"),
        (P::TermEnd, "2027-12-27"),
    ];
    let old = [row("a", cells)];
    assert_eq!(gone(&old, &[suite]), [("a".to_owned(), ChangeKind::Gone)]);
    assert_eq!(gone(&old, &[suite, teams]), [("a".to_owned(), ChangeKind::Moved)]);
}

#[test]
fn a_new_one_of_the_source_is_a_trace() {
    let renewed = row("b", &[(P::TermEnd, "2027-12-31")]);
    let runs = runs(&["list.csv"], &[], "2026-12-30");
    let changes = changes(&[row("a", &[])], &[renewed], &runs);
    let gone = changes
        .changed
        .iter()
        .find(|changed| changed.kind == ChangeKind::Gone)
        .unwrap();
    assert_eq!(gone.successor.as_deref(), Some("b"));
    let told = watched(&changes, &[]);
    assert_eq!(told.findings[0].code, Code::SubscriptionGone);
    assert!(told.gone.is_empty(), "it went somewhere, which is told once");
}

#[test]
fn what_is_gone_matters_more_the_nearer_its_end_is() {
    for (end, code) in [
        ("2026-11-20", Code::SubscriptionGoneSoon),
        ("2026-11-21", Code::SubscriptionGoneDue),
        ("2026-12-21", Code::SubscriptionGoneDue),
        ("2026-12-22", Code::SubscriptionGoneSoon),
        ("2027-02-19", Code::SubscriptionGoneSoon),
        ("2027-02-20", Code::SubscriptionGone),
        ("", Code::SubscriptionGoneSoon),
    ] {
        let runs = runs(&["list.csv"], &[], "2026-11-21");
        let of = |action| {
            let old = row("a", &[(P::TermEnd, end), (P::Action, action)]);
            let told = watched(&changes(&[old], &[], &runs), &[]);
            told.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        assert_eq!((of("move"), of("review")), (vec![code], vec![code]), "{end}");
        assert_eq!(of("keep"), [Code::SubscriptionGone], "{end}");
    }
}

#[test]
fn exports_differ_by_content_and_by_name() {
    let record = |inputs: &[(&str, Option<&str>)]| SavedRecord {
        as_of: Some(day("2026-11-20")),
        inputs: inputs
            .iter()
            .map(|(path, digest)| SavedInput {
                path: (*path).to_owned(),
                sha256: digest.map(str::to_owned),
                ..SavedInput::default()
            })
            .collect(),
        ..SavedRecord::default()
    };
    let differ = |old: &[(&str, Option<&str>)], new: &[(&str, Option<&str>)]| -> Vec<String> {
        Runs::new(Some(&record(old)), Some(&record(new)))
            .exports
            .into_iter()
            .collect()
    };
    let a = ("a.csv", Some("1"));
    assert!(differ(&[a, ("b.csv", Some("2"))], &[("b.csv", Some("2")), a]).is_empty());
    assert_eq!(differ(&[a], &[("a.csv", Some("2"))]), ["a.csv"]);
    assert_eq!(differ(&[a], &[("c.csv", Some("1"))]), ["a.csv", "c.csv"]);
    assert_eq!(differ(&[a], &[]), ["a.csv"]);
    // What nobody could digest is like nothing.
    assert_eq!(differ(&[("-", None)], &[("-", None)]), ["-"]);
    assert!(!Runs::new(None, Some(&record(&[]))).known);
    assert!(!Runs::new(Some(&SavedRecord::default()), Some(&record(&[]))).known);
}

#[test]
fn ours_that_was_there_before_hides_nothing_that_has_no_window() {
    let ours = |id| {
        let cells = [
            (P::SourceChannel, "own"),
            (P::Action, "keep"),
            (P::Reasons, "already-ours"),
            (P::TermEnd, "2027-03-31"),
        ];
        row(id, &cells)
    };
    let kind = |cells: Cells<'_>, is_there_before: bool| {
        let before = is_there_before.then(|| ours("o"));
        let old: Vec<Row<P>> = [row("a", cells)].into_iter().chain(before).collect();
        let changes = changes(&old, &[ours("o")], &runs(&["list.csv"], &[], "2026-12-30"));
        let gone = changes.changed.iter().find(|changed| changed.old.is_some());
        gone.unwrap().kind
    };
    let no_window = (P::WindowOpens, "");
    let no_target = [(P::TargetOfferId, ""), (P::TargetOffer, "")];
    let held = [
        &no_target[..],
        &[no_window, (P::Action, "keep"), (P::Reasons, "on-hold")],
    ]
    .concat();
    assert_eq!(kind(&held, true), ChangeKind::Gone);
    assert_eq!(kind(&held, false), ChangeKind::Gone, "what is kept goes nowhere");
    let review = [&no_target[..], &[no_window, (P::Action, "review")]].concat();
    assert_eq!(kind(&review, true), ChangeKind::Gone);
    assert_eq!(kind(&review, false), ChangeKind::Moved);
    assert_eq!(kind(&[no_window], true), ChangeKind::Moved, "the plan named its offer");
}

#[test]
fn a_row_that_has_lost_its_day_hangs_on_the_one_it_had() {
    let later = runs(&["list.csv"], &[], "2026-12-20");
    let lost = [
        (P::Action, "review"),
        (P::MoveDate, ""),
        (P::NextStep, "decide"),
        (P::NextStepBy, ""),
        (P::TermEnd, ""),
        (P::Urgency, ""),
    ];
    for end in ["", "2027-12-31"] {
        let lost = [&lost[..4], &[(P::TermEnd, end)]].concat();
        let changes = changes(&[row("a", &[])], &[row("a", &lost)], &later);
        let changed = &changes.changed[0];
        assert_eq!(
            (changed.due, changed.loss),
            (Some(day("2026-12-28")), Some(Loss::DueSoon))
        );
    }
    // What is kept is no more urgent.
    let kept = [&lost[1..], &[(P::Action, "keep")]].concat();
    let changes = changes(&[row("a", &[])], &[row("a", &kept)], &later);
    assert_eq!(changes.changed[0].due, None);
}

#[test]
fn a_later_row_is_paired_once_though_zeros_are_lost() {
    let paired = |old: &[Row<P>], new: &[Row<P>]| -> Vec<(String, ChangeKind)> {
        let ground = Ground {
            dated: true,
            respelt: true,
            ..Ground::default()
        };
        let found = find(at_once(old.to_vec()), |_, _| (), new, ground).unwrap();
        let runs = runs(&["list.csv"], &[], "2026-11-21");
        let context = Context {
            runs: &runs,
            attention_days: 30,
            early_days: 31,
            redecided: None,
            gone: &[],
        };
        let changes = explain(found, new, &context);
        let told = changes.changed.iter();
        told.map(|changed| (changed.get(P::SubscriptionId).to_owned(), changed.kind))
            .collect()
    };
    let visio = |id| {
        row(
            id,
            &[(P::SourceOfferId, "X:1"), (P::SourceOffer, "Visio"), (P::Seats, "12")],
        )
    };
    let gone = |id: &str| vec![(id.to_owned(), ChangeKind::Gone)];
    // Its own id goes before the one that a spreadsheet may have made of another, in either order.
    assert_eq!(
        paired(&[visio("0012"), row("12", &[])], &[row("12", &[])]),
        gone("0012")
    );
    assert_eq!(
        paired(&[row("12", &[]), visio("0012")], &[row("12", &[])]),
        gone("0012")
    );
    assert_eq!(paired(&[visio("12")], &[visio("0012")]), []);
    // Of two that it may be it is the one that it is like.
    assert_eq!(paired(&[row("12", &[]), visio("012")], &[visio("0012")]), gone("12"));
}

#[test]
fn only_exports_that_a_row_stands_in_are_its_cause() {
    let review: Cells<'_> = &[(P::Action, "review"), (P::SourceFile, "b.csv")];
    let all = runs(&["a.csv", "b.csv", "c.csv", "list.csv"], &[], "2026-11-20");
    let changes = changes(&[row("a", &[])], &[row("a", review)], &all);
    let (_, detail) = cause(&changes, P::Action);
    assert_eq!(detail, "a fact that plan.csv does not show; b.csv, list.csv");
}
