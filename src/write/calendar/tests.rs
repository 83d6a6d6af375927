use std::io::BufReader;

use ical::{IcalParser, parser::ical::component::IcalEvent};

use super::*;
use crate::{config::Config, recognise::tables::Tables, write::fixtures::day};

fn step(due: &str, step: &str, id: &str, name: &str, subscription: &str) -> Row<StepColumn> {
    Row::new([
        due,
        step,
        "partner",
        id,
        name,
        subscription,
        "Offer",
        "5",
        "order 5, then; \"look\"",
    ])
}

fn plan(steps: Vec<Row<StepColumn>>) -> SavedPlan {
    SavedPlan {
        steps,
        ..SavedPlan::default()
    }
}

fn written(plan: &SavedPlan, as_of: &str, previous: Option<&str>) -> String {
    let text = "[ics]\nalarm_days = [1, 0]\nalarm_hour = 9";
    let config = Config::parse(text, "seatshift.toml".as_ref()).unwrap();
    let tables = Tables::default();
    let view = View::new(day(as_of), &config, &tables);
    let mut out = Vec::new();
    write_calendar(plan, &view, previous, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The events as another library reads them.
fn events(text: &str) -> Vec<IcalEvent> {
    let mut calendars: Vec<_> = IcalParser::new(BufReader::new(text.as_bytes()))
        .map(Result::unwrap)
        .collect();
    assert_eq!(calendars.len(), 1);
    calendars.remove(0).events
}

fn value(event: &IcalEvent, key: &str) -> String {
    let found: Vec<_> = event
        .properties
        .iter()
        .filter(|property| property.name == key)
        .collect();
    assert_eq!(found.len(), 1, "{key} of {event:?}");
    found[0].value.clone().unwrap()
}

fn steps() -> Vec<Row<StepColumn>> {
    vec![
        step(
            "2026-12-01",
            "order",
            "c1",
            "Contoso, \"Kft.\"; <script>alert(1)</script>",
            "s1",
        ),
        step(
            "2026-12-01",
            "order",
            "c1",
            "Contoso, \"Kft.\"; <script>alert(1)</script>",
            "s2",
        ),
        step(
            "2026-12-02",
            "order",
            "c1",
            "Contoso, \"Kft.\"; <script>alert(1)</script>",
            "s3",
        ),
        step(
            "2026-12-01",
            "verify",
            "c1",
            "Contoso, \"Kft.\"; <script>alert(1)</script>",
            "s1",
        ),
        step("2026-12-01", "order", "c2", "=cmd|' /C calc'!A0\r\nX-EVIL:1", "s4"),
        step("", "decide", "c2", "", "s5"),
    ]
}

#[test]
fn one_event_for_each_customer_step_and_day() {
    let text = written(&plan(steps()), "2026-11-21", None);
    let events = events(&text);
    assert_eq!(events.len(), 5);
    let summaries: Vec<String> = events.iter().map(|event| value(event, "SUMMARY")).collect();
    assert!(
        summaries.contains(&r#"order: Contoso\, "Kft."\; <script>alert(1)</script> (2)"#.to_owned()),
        "{summaries:?}"
    );
    let both = events
        .iter()
        .find(|event| value(event, "SUMMARY").ends_with("(2)"))
        .unwrap();
    let description = value(both, "DESCRIPTION");
    assert!(
        description.contains("s1") && description.contains("s2"),
        "{description}"
    );
    assert!(
        events
            .iter()
            .all(|event| event.properties.iter().all(|property| property.name != "X-EVIL"))
    );
}

#[test]
fn every_event_is_what_the_standard_demands() {
    let text = written(&plan(steps()), "2026-11-21", None);
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    assert!(
        text.split("\r\n")
            .all(|line| line.len() <= 75 && !line.contains(['\r', '\n']))
    );
    for event in events(&text) {
        assert!(value(&event, "UID").ends_with("@seatshift"));
        assert_eq!(value(&event, "DTSTAMP"), "20261121T000000Z");
        let begins = NaiveDate::parse_from_str(&value(&event, "DTSTART"), "%Y%m%d").unwrap();
        let ends = NaiveDate::parse_from_str(&value(&event, "DTEND"), "%Y%m%d").unwrap();
        assert_eq!(begins.succ_opt(), Some(ends));
        assert_eq!(value(&event, "STATUS"), "CONFIRMED");
        let triggers: Vec<String> = event
            .alarms
            .iter()
            .flat_map(|alarm| &alarm.properties)
            .filter(|property| property.name == "TRIGGER")
            .map(|property| property.value.clone().unwrap())
            .collect();
        assert_eq!(
            triggers,
            ["-PT15H", "PT9H"],
            "nine o'clock the day before, and on the day"
        );
    }
    let alarms = text.matches("BEGIN:VALARM").count();
    assert_eq!(
        (alarms, text.matches("DTSTAMP").count()),
        (10, 5),
        "an alarm has no stamp"
    );
}

#[test]
fn what_is_as_it_was_stays_byte_for_byte() {
    let first = written(&plan(steps()), "2026-11-21", None);
    assert_eq!(written(&plan(steps()), "2026-11-21", None), first);
    assert_eq!(written(&plan(steps()), "2026-11-22", Some(&first)), first);
}

#[test]
fn what_changes_keeps_its_uid_and_gets_a_higher_sequence() {
    let first = written(&plan(steps()), "2026-11-21", None);
    let mut changed = steps();
    changed.push(step("2026-12-02", "order", "c1", "Contoso", "s9"));
    let second = written(&plan(changed.clone()), "2026-11-22", Some(&first));
    let of = |text: &str| -> BTreeMap<String, u32> {
        let events = events(text);
        let pairs = events
            .iter()
            .map(|event| (value(event, "UID"), value(event, "SEQUENCE").parse().unwrap()));
        pairs.collect()
    };
    let (before, after) = (of(&first), of(&second));
    assert!(before.keys().eq(after.keys()));
    let higher = before.iter().filter(|(uid, sequence)| after[*uid] > **sequence);
    assert_eq!(higher.count(), 1);
    // Twice in one day, or for an earlier day, the number grows as well.
    let third = written(&plan(steps()), "2026-11-20", Some(&second));
    assert!(of(&third).iter().all(|(uid, sequence)| *sequence >= after[uid]));
    assert_ne!(of(&third), after);
}

#[test]
fn what_is_gone_is_cancelled_until_its_day_has_passed() {
    let first = written(&plan(steps()), "2026-11-21", None);
    let fewer = plan(steps().split_off(4));
    let second = written(&fewer, "2026-11-25", Some(&first));
    let status = |text: &str| -> Vec<(String, String)> {
        let events = events(text);
        let pairs = events
            .iter()
            .map(|event| (value(event, "DTSTART"), value(event, "STATUS")));
        pairs.collect()
    };
    let cancelled = status(&second)
        .into_iter()
        .filter(|(_, status)| status == "CANCELLED")
        .count();
    assert_eq!((events(&second).len(), cancelled), (5, 3));
    let higher: Vec<u32> = events(&second)
        .iter()
        .filter(|event| value(event, "STATUS") == "CANCELLED")
        .map(|event| value(event, "SEQUENCE").parse().unwrap())
        .collect();
    assert_eq!(higher, [sequence(day("2026-11-25")); 3]);
    // Once cancelled it stays as it is, and what comes back is confirmed again.
    assert_eq!(written(&fewer, "2026-11-26", Some(&second)), second);
    let back = written(&plan(steps()), "2026-11-25", Some(&second));
    assert!(status(&back).iter().all(|(_, status)| status == "CONFIRMED"));
    assert!(
        events(&back)
            .iter()
            .any(|event| value(event, "SEQUENCE").parse::<u32>().unwrap() > higher[0])
    );
    // After its day it is no longer told: of the three, one is of this day still.
    assert_eq!(events(&written(&fewer, "2026-12-02", Some(&second))).len(), 3);
}

#[test]
fn a_calendar_of_somebody_else_counts_as_none() {
    let first = written(&plan(steps()), "2026-11-21", None);
    for text in [
        "",
        "no calendar",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ] {
        assert_eq!(written(&plan(steps()), "2026-11-21", Some(text)), first);
    }
}

/// A row of the plan that steps may belong to.
fn subscription(id: &str, cells: &[(PlanColumn, &str)]) -> Row<PlanColumn> {
    use crate::saved::Columns;
    let mut texts = vec![""; PlanColumn::ALL.len()];
    texts[PlanColumn::SubscriptionId.index()] = id;
    cells.iter().for_each(|(column, text)| texts[column.index()] = text);
    Row::new(texts)
}

#[test]
fn titles_say_how_pressing_a_step_is() {
    let of = |step_kind: &str, due: &str, cells: &[(PlanColumn, &str)]| {
        let mut plan = plan(vec![step(due, step_kind, "c1", "Contoso", "s1")]);
        plan.rows = vec![subscription("s1", cells)];
        let events = events(&written(&plan, "2026-11-21", None));
        let [event] = events.as_slice() else {
            panic!("{events:?}")
        };
        (value(event, "SUMMARY"), value(event, "PRIORITY"), value(event, "UID"))
    };
    let (quiet, priority, uid) = of("order", "2026-12-01", &[]);
    assert_eq!((quiet.as_str(), priority.as_str()), ("order: Contoso", "5"));
    let urgency = |word| (PlanColumn::Urgency, word);
    let ends = |word| (PlanColumn::EndSource, word);
    for (kind, due, cells, title) in [
        ("order", "2026-11-20", vec![], "OVERDUE order: Contoso"),
        ("order", "2026-12-01", vec![urgency("late")], "LATE order: Contoso"),
        ("order", "2026-12-01", vec![urgency("lapsed")], "LAPSED order: Contoso"),
        (
            "decide",
            "",
            vec![
                (PlanColumn::Action, "review"),
                (PlanColumn::TermEnd, "2027-01-31"),
                urgency("lapsed"),
            ],
            "TODAY decide: Contoso",
        ),
        ("decide", "2026-06-01", vec![urgency("lost")], "(lost) decide: Contoso"),
        (
            "order",
            "2026-12-01",
            vec![(PlanColumn::WindowCloses, "2026-12-01")],
            "LAST WORKING DAY order: Contoso",
        ),
        (
            "order",
            "2026-12-01",
            vec![(PlanColumn::WindowCloses, "2026-12-02")],
            "order: Contoso",
        ),
        (
            "end-source",
            "2026-12-01",
            vec![ends("cancel-at-term-end")],
            "LAST WORKING DAY end-source: Contoso",
        ),
        ("end-source", "2026-12-01", vec![ends("cancel")], "end-source: Contoso"),
        (
            "undo-renewal",
            "2026-12-01",
            vec![],
            "LAST WORKING DAY undo-renewal: Contoso",
        ),
    ] {
        let (came, priority, own) = of(kind, due, &cells);
        assert_eq!(came, title);
        let marked = title.starts_with(|first: char| !first.is_lowercase());
        assert_eq!(priority != "5", marked, "{title} {priority}");
        // The title says more; the event is the same.
        if (kind, due) == ("order", "2026-12-01") {
            assert_eq!(own, uid, "{title}");
        }
    }
}

#[test]
fn an_event_that_becomes_overdue_is_updated_and_not_doubled() {
    let mut plan = plan(vec![step("2026-11-24", "order", "c1", "Contoso", "s1")]);
    plan.rows = vec![subscription("s1", &[])];
    let before = written(&plan, "2026-11-21", None);
    let after = written(&plan, "2026-11-25", Some(&before));
    let (before, after) = (events(&before), events(&after));
    assert_eq!(after.len(), 1);
    assert_eq!(value(&before[0], "UID"), value(&after[0], "UID"));
    let sequence = |event: &IcalEvent| value(event, "SEQUENCE").parse::<u32>().unwrap();
    assert!(sequence(&before[0]) < sequence(&after[0]));
    assert_eq!(value(&after[0], "SUMMARY"), "OVERDUE order: Contoso");
}

#[test]
fn a_step_without_a_day_stands_on_the_day_it_was_first_seen_on() {
    let undated = plan(vec![step("", "decide", "c1", "Contoso", "s1")]);
    let first = written(&undated, "2026-11-21", None);
    let listed = events(&first);
    assert_eq!(listed.len(), 1);
    assert_eq!(value(&listed[0], "DTSTART"), "20261121");
    assert_eq!(written(&undated, "2026-11-22", Some(&first)), first, "a quiet night");
}
