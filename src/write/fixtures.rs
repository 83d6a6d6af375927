//! Plans made by hand, for the tests of this room.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::{
    catalog::evidence::Amount,
    finding::{Accounting, Code, Finding, Place},
    plan::{Capabilities, Costs, Decision, Plan, PlanRow, PlanTarget, Reason, Reasons, ShownOffer, StepRef, Texts},
    read::{FileReport, Limits},
    recognise::{InputRecord, SourceOffer, Subscription},
    rules::{Conditions, StepTexts},
    terms::*,
};

use super::{RunRecord, Timing};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn tenant() -> CustomerId {
    CustomerId("11111111-2222-3333-4444-555555555555".parse().unwrap())
}

fn bare(id: &str) -> Subscription {
    Subscription {
        id: Id::parse(id).unwrap(),
        customer_id: None,
        customer_name: None,
        customer_domain: None,
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
    }
}

/// A row with nothing but what it must have.
pub(crate) fn empty_row() -> PlanRow {
    PlanRow {
        subscription: bare("-5"),
        country: None,
        source_offer: Arc::default(),
        decision: Decision::bare(Action::Review, Reasons::default()),
    }
}

/// A row with something in every column.
pub(crate) fn full_row() -> PlanRow {
    let mut row = empty_row();
    row.subscription = Subscription {
        customer_id: Some(tenant()),
        customer_name: Some("=Contoso, \"Kft.\"".into()),
        customer_domain: Some("contoso.example".into()),
        channel: Some(Channel::WebDirect),
        seats: Some(Seats(25)),
        assigned_seats: Some(Seats(20)),
        term: Some(Term::YEAR),
        billing_plan: Some(BillingPlan::Monthly),
        term_end: Some(TermEnd(day("2026-12-31"))),
        auto_renew: Some(true),
        place: Place {
            file: "exports/lista.xlsx".into(),
            sheet: Some("Munka1".into()),
            row: Some(7),
            column: None,
        },
        ..bare("3B555118-DA6A-4418-894F-7DF1E2096870")
    };
    row.country = "HU".parse().ok();
    row.source_offer = Arc::new(ShownOffer {
        id: Some("CFQ7TTC0LH18:0001".into()),
        name: Some("Microsoft 365 Business Basic".into()),
    });
    let target = |id: &str, name: &str| PlanTarget {
        offer_id: id.into(),
        offer: name.into(),
        term: Some(Term::YEAR),
        billing: None,
    };
    row.decision = Decision {
        action: Action::Move,
        reasons: [Reason::OfferFromTable, Reason::AsSoonAsReady].into(),
        move_date: Some(day("2026-12-28")),
        next_step: Some(StepKind::RequestRelationship),
        next_step_by: Some(day("2026-12-14")),
        urgency: Some(Urgency::Late),
        route: Some(Route::NewSubscription),
        mapping: Some(MappingKind::Replacement),
        targets: [
            target("CFQ7TTC0LHXJ:0001", "Suite (no Teams)"),
            target("CFQ7TTC0RM8K:0002", "Teams"),
        ]
        .into_iter()
        .collect(),
        target_seats: Some(Seats(25)),
        at_once: false,
        licences: Some(Licences::Reassign),
        capabilities: Some(Box::new(Capabilities {
            loses: vec!["teams: full to none".into(), "mail: 100 GB to 50 GB".into()],
            gains: vec!["desktop apps".into()],
        })),
        window_opens: Some(day("2026-12-24")),
        window_closes: Some(day("2026-12-30")),
        relationship_by: Some(day("2026-12-14")),
        agreement_by: Some(day("2026-12-21")),
        request_by: Some(day("2026-11-23")),
        reassign_by: Some(day("2026-12-31")),
        end_source: Some(EndSource::CancelAtTermEnd),
        end_source_by: Some(day("2026-12-30")),
        credit_enquiry: Some(CreditEnquiry::Customer),
        overlap_days: Some(4),
        costs: Some(Box::new(Costs {
            currency: Some("EUR".into()),
            unit_prices: vec![Amount::read("115.2"), None],
            overlap: None,
            missed: Amount::read("1234.5"),
        })),
    };
    row
}

pub(crate) fn plan() -> Plan {
    Plan {
        mappings: Vec::new(),
        as_of: day("2026-11-21"),
        rows: vec![full_row(), empty_row()],
        step_refs: [StepRef {
            due: Some(day("2026-12-14")),
            kind: StepKind::RequestRelationship,
            rule: 0,
            conditions: Conditions::default(),
            requested: false,
            row: 0,
            number: Some(std::num::NonZeroU32::MIN),
        }]
        .into_iter()
        .collect(),
        findings: Vec::new(),
        texts: Texts {
            steps: StepTexts::one(StepKind::RequestRelationship, "send the link; {waits}"),
            self_service_licences: 25,
            transfer_items: 25,
            request_days: 30,
            requests: Vec::new(),
        },
    }
}

pub(crate) fn findings() -> Vec<Finding> {
    let place = Place {
        file: "exports/lista.xlsx".into(),
        sheet: Some("Munka1".into()),
        row: Some(9),
        column: Some(5),
    };
    vec![
        Finding::new(
            Code::DateUnreadable,
            place,
            "`-31.06.2026` is no date",
            "correct the cell",
        )
        .heading("Lejárat")
        .value("-31.06.2026")
        .subscription("3b555118-da6a-4418-894f-7df1e2096870"),
        Finding::new(
            Code::FileSkipped,
            Place::file("exports/~$lista.xlsx"),
            "a lock file, left alone",
            "",
        ),
    ]
}

pub(crate) fn record() -> RunRecord {
    let file = FileReport {
        bytes: 12,
        sha256: Some("ab".repeat(32)),
        rows: 3,
        ..FileReport::new("exports/lista.xlsx")
    };
    RunRecord {
        mappings: Vec::new(),
        version: "0.1.0",
        exit_code: 1,
        as_of: day("2026-11-21"),
        settings: None,
        tables: [("holds".to_owned(), "cd".repeat(32))].into(),
        rules: Vec::new(),
        catalog: Vec::new(),
        inputs: vec![InputRecord {
            file,
            tables: Vec::new(),
        }],
        accounting: Accounting {
            rows_read: 3,
            subscriptions: 2,
            rejected: 1,
            ..Accounting::default()
        },
        counts: Default::default(),
        findings: [(Code::DateUnreadable, 1)].into(),
        limits: Limits::default(),
        nightly: Default::default(),
        previous: None,
        gone: Vec::new(),
        accepted: Vec::new(),
        outputs: Default::default(),
        timing: Timing { seconds: 0.25 },
    }
}
