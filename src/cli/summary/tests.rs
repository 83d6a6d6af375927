use chrono::NaiveDate;
use seatshift::{
    config::Config,
    finding::Place,
    pipeline::Verdict,
    plan::{Counts, Decision, Plan, PlanRow},
    recognise::{SourceOffer, Subscription},
    terms::*,
};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn row(id: &str, action: Action, reasons: &[Reason]) -> PlanRow {
    PlanRow {
        subscription: Subscription {
            id: Id::parse(id).unwrap(),
            customer_id: None,
            customer_name: Some("Canary Ltd".into()),
            customer_domain: Some("canary.example".into()),
            target_customer_id: None,
            channel: None,
            seller_id: None,
            offer: SourceOffer::default().into(),
            seat_based: None,
            trial: None,
            addon: None,
            base_id: None,
            seats: None,
            assigned_seats: None,
            term: None,
            billing_plan: None,
            term_start: None,
            term_end: None,
            auto_renew: None,
            end_instruction: None,
            state: None,
            flaws: Default::default(),
            place: Place::file("list.csv").at_row(2),
        },
        country: None,
        source_offer: Default::default(),
        decision: Decision::bare(action, reasons.iter().copied().collect()),
    }
}

fn moving(id: &str, on: &str, urgency: Urgency, reasons: &[Reason]) -> PlanRow {
    let mut row = row(id, Action::Move, reasons);
    row.decision.move_date = Some(day(on));
    row.decision.urgency = Some(urgency);
    row.decision.next_step = Some(StepKind::RequestRelationship);
    row.decision.next_step_by = Some(day(on) - chrono::Days::new(14));
    row
}

fn outcome() -> Outcome {
    let mut stops = moving("no-id:a1", "2026-11-27", Urgency::Late, &[Reason::ServiceStops]);
    stops.decision.end_source = Some(EndSource::ExtendedTerm);
    stops.decision.end_source_by = Some(day("2026-11-24"));
    let mut rows = vec![
        stops,
        moving("no-id:b1", "2026-11-30", Urgency::Late, &[Reason::AsSoonAsReady]),
    ];
    rows.extend((0..6).map(|number| moving(&format!("no-id:c{number}"), "2026-12-01", Urgency::Lapsed, &[])));
    rows.extend((0..80).map(|number| moving(&format!("planned-{number}"), "2027-01-12", Urgency::Planned, &[])));
    rows.push(row("ours", Action::Keep, &[Reason::AlreadyOurs]));
    rows.push(row("held", Action::Keep, &[Reason::OnHold]));
    rows.push(row(
        "who",
        Action::Review,
        &[Reason::CustomerUnknown, Reason::OfferUnmapped],
    ));
    rows.push(row(
        "what",
        Action::Review,
        &[Reason::OfferUnmapped, Reason::OfferFromTable],
    ));
    let place = |line| Place::file("exports/lista.csv").at_row(line).at_column(5);
    let mut findings = vec![Finding::new(
        Code::RowUnidentified,
        Place::file("exports/lista.csv").at_row(3),
        "names nothing",
        "name it",
    )];
    findings.extend((10..15).map(|line| {
        Finding::new(
            Code::DateUnreadable,
            place(line),
            "`31.06.2026` is no date",
            "correct the cell",
        )
        .heading("Lejárat")
    }));
    findings.push(Finding::new(
        Code::FileSkipped,
        Place::file("~$lista.xlsx"),
        "a lock file",
        "",
    ));
    let plan = Plan {
        as_of: day("2026-11-21"),
        rows,
        ..Plan::default()
    };
    Outcome {
        counts: plan.counts(),
        plan,
        findings,
        accounting: Accounting {
            rows_read: 1234,
            subscriptions: 92,
            merged: 1100,
            customers: 40,
            reference: 0,
            rejected: 1,
            ignored: 1,
        },
        verdict: Verdict::Look,
        target: Some(Target::new("out/plan.csv".as_ref()).unwrap()),
        changes: None,
        reports: Reports::none(),
        older: Vec::new(),
        unkept: None,
    }
}

fn bare(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn the_summary_reads_at_a_glance() {
    let expected = "\
error row-unidentified (1): the row names neither a subscription nor a customer with an offer; it was rejected
  exports/lista.csv, line 3: names nothing
    hint: name it
warning date-unreadable (5): the cell holds no date we can read
  exports/lista.csv, line 10, column 6 (Lejárat): `31.06.2026` is no date
    hint: correct the cell
  exports/lista.csv, line 11, column 6 (Lejárat): `31.06.2026` is no date
    hint: correct the cell
  exports/lista.csv, line 12, column 6 (Lejárat): `31.06.2026` is no date
    hint: correct the cell
  and 2 more

Plan for 2026-11-21
  1,234 rows read = 92 subscriptions + 1,100 merged + 40 customers + 0 reference + 1 rejected + 1 ignored
  92 subscriptions = 88 move + 2 keep + 2 review

Service stops at the term end, before the move, unless this is done by then: 1
  2026-11-24  end-source extended-term  no-id:a1

Late: a deadline has passed, service is still safe: 1
  2026-11-16  request-relationship      no-id:b1

Past the term end or cancelled, recoverable: 6
  2026-11-17  request-relationship      no-id:c0
  2026-11-17  request-relationship      no-id:c1
  2026-11-17  request-relationship      no-id:c2
  2026-11-17  request-relationship      no-id:c3
  2026-11-17  request-relationship      no-id:c4
  and 1 more

Moves by week (!: late)
  2026-11-16        0
  2026-11-23        1  !
  2026-11-30        7  !!!!
  2026-12-07        0
  2026-12-14        0
  2026-12-21        0
  2026-12-28        0
  2027-01-04        0
  2027-01-11       80  ########################################
  2027-01-18        0
  2027-01-25        0
  2027-02-01        0

For a person to decide: 2
        2  offer-unmapped            no target offer is known
        1  customer-unknown          no tenant id, or two customers claim it
  a row may have several reasons

Kept: 2
        1  already-ours              it is in our CSP already
        1  on-hold                   a hold of the holds table applies

Findings: 1 error, 5 warnings, 1 note

Files
  out/plan.csv  what to do with each subscription, and when
  out/plan.steps.csv  who does what by when
  out/plan.findings.csv  what was found in the exports
  out/plan.run.json  what was read, by which rules

A person must look: 1 error, 1 row rejected
";
    let text = of_run(&outcome(), "", false, Bars::Plain);
    assert_eq!(bare(&text), expected);
    assert!(text.len() > expected.len(), "styles are there to be stripped");
    assert!(!text.contains("anary"), "customers are not named");
}

#[test]
fn notes_are_told_when_asked_for() {
    assert!(!of_run(&outcome(), "", false, Bars::Plain).contains("a lock file"));
    assert!(bare(&of_run(&outcome(), "", true, Bars::Plain)).contains("note file-skipped (1): "));
}

#[test]
fn an_empty_plan_has_no_empty_sections() {
    let nothing = Outcome {
        plan: Plan {
            texts: Default::default(),
            as_of: day("2026-11-21"),
            ..Plan::default()
        },
        findings: Vec::new(),
        accounting: Accounting {
            rows_read: 1,
            customers: 1,
            ..Accounting::default()
        },
        counts: Counts::default(),
        verdict: Verdict::Done,
        target: None,
        changes: None,
        reports: Reports::none(),
        older: Vec::new(),
        unkept: None,
    };
    let expected = "\
Plan for 2026-11-21
  1 row read = 0 subscriptions + 0 merged + 1 customers + 0 reference + 0 rejected + 0 ignored
  0 subscriptions = 0 move + 0 keep + 0 review

Findings: 0 errors, 0 warnings, 0 notes
";
    assert_eq!(bare(&of_run(&nothing, "", false, Bars::Plain)), expected);
}

#[test]
fn weeks_have_bars_and_distant_ones_share_a_line() {
    let days = [
        "2026-11-16",
        "2026-11-21",
        "2026-11-23",
        "2027-02-07",
        "2027-02-08",
        "2028-01-01",
    ];
    let rows = days.iter().enumerate().map(|(index, date)| {
        let urgency = if index == 1 { Urgency::Late } else { Urgency::Planned };
        moving(&format!("s-{index}"), date, urgency, &[])
    });
    let plan = Plan {
        rows: rows.collect(),
        ..outcome().plan
    };
    let mut text = String::new();
    weeks::chart(&mut text, &plan, Bars::Plain);
    let lines: Vec<String> = bare(&text).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 14, "{text}");
    assert_eq!(lines[0], "Moves by week (!: late)");
    assert_eq!(lines[1], "  2026-11-16        2  !#");
    assert_eq!(lines[2], "  2026-11-23        1  #");
    assert_eq!(lines[3], "  2026-11-30        0");
    assert_eq!(lines[12], "  2027-02-01        1  #");
    assert_eq!(lines[13], "  later             2");
    let mut blocks = String::new();
    weeks::chart(&mut blocks, &plan, Bars::Blocks);
    assert!(bare(&blocks).contains("  2026-11-16        2  ██\n"), "{blocks}");
}

#[test]
fn bars_are_drawn_to_scale_where_they_would_be_too_long() {
    let many = (0..400).map(|index| moving(&format!("a-{index}"), "2026-12-01", Urgency::Planned, &[]));
    let few = (0..5).map(|index| moving(&format!("b-{index}"), "2026-12-08", Urgency::Planned, &[]));
    let plan = Plan {
        rows: many.chain(few).collect(),
        ..outcome().plan
    };
    let mut text = String::new();
    weeks::chart(&mut text, &plan, Bars::Plain);
    let bars = |day: &str| {
        let line = text.lines().find(|line| line.contains(day)).unwrap();
        line.matches('#').count()
    };
    assert_eq!((bars("2026-11-30"), bars("2026-12-07")), (40, 1));
}

#[test]
fn a_stop_tells_why_and_where_more_is() {
    let stop = Stop::NothingRead {
        findings: outcome().findings,
        record: Some("out/plan.stopped.run.json".into()),
    };
    let text = bare(&of_stop(&stop, false));
    assert!(text.starts_with("error row-unidentified (1)"), "{text}");
    assert!(
        text.ends_with(
            "stopped: no export could be read: there is nothing to plan, so the last plan was left as it is\n  \
             hint: see the findings; check the paths, and whether these are lists of subscriptions\n  \
             see out/plan.stopped.run.json\n"
        ),
        "{text}"
    );
}

#[test]
fn problems_are_all_told_and_counted() {
    let cause = Config::parse("[output]\nbon = true\n[rule]\n", "seatshift.toml".as_ref()).unwrap_err();
    assert_eq!(
        bare(&of_stop(&Stop::Settings { cause }, false)),
        "seatshift.toml, line 2: unknown key `output.bon`\n  hint: nearest is `bom`\n\
         seatshift.toml, line 3: unknown key `rule`\n  hint: nearest is `rules`\n\
         stopped: 2 problems in settings and tables: nothing was read or written\n"
    );
}

#[test]
fn nothing_in_a_finding_steers_the_terminal() {
    let evil = Finding::new(
        Code::FileUnreadable,
        Place::file("a\u{1b}[2J\n.csv"),
        "b\u{202e}",
        "c\r",
    );
    let text = bare(&findings(&[evil], false));
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    assert!(!text.contains('\u{202e}'));
}

#[test]
fn what_keeps_service_is_told_with_the_last_day_for_it() {
    let told = |by: &str| {
        let mut row = moving("no-id:a1", "2026-12-01", Urgency::Late, &[Reason::ServiceStops]);
        row.subscription.term_end = Some(TermEnd(day("2026-11-30")));
        row.decision.end_source = Some(EndSource::ExtendedTerm);
        row.decision.end_source_by = Some(day(by));
        row.decision.window_closes = Some(day("2026-11-29"));
        let plan = Plan {
            as_of: day("2026-11-28"),
            rows: vec![row],
            ..Plan::default()
        };
        let mut text = String::new();
        pressing::lists(&mut text, &plan);
        bare(&text)
    };
    // The day for it is today; or it has passed, while the last day of the window has not.
    assert!(told("2026-11-28").contains("2026-11-28  end-source extended-term  no-id:a1\n"));
    let passed = "2026-11-27  end-source extended-term  no-id:a1  still possible until 2026-11-29\n";
    assert!(told("2026-11-27").contains(passed), "{}", told("2026-11-27"));
}

#[test]
fn what_renews_is_told_before_what_is_late_with_the_days_of_the_plan() {
    let mut plan = outcome().plan;
    plan.as_of = day("2026-11-21");
    let mut renews = moving("no-id:d1", "2026-11-23", Urgency::Late, &[Reason::AutoRenewRisk]);
    renews.decision.end_source = Some(EndSource::ExtendedTerm);
    renews.decision.end_source_by = Some(day("2026-11-20"));
    renews.decision.window_closes = Some(day("2026-11-21"));
    plan.rows.push(renews);
    let mut text = String::new();
    pressing::lists(&mut text, &plan);
    let (renewing, late) = (
        text.find("Renews for another term").unwrap(),
        text.find("Late:").unwrap(),
    );
    assert!(renewing < late, "{text}");
    assert!(
        text.contains("  2026-11-20  end-source extended-term  no-id:d1  still possible until 2026-11-21"),
        "{text}"
    );
}
