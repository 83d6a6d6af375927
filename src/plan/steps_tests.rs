//! Every sentence of every step, for each role of a partner and each channel, as people read it.
//!
//! `steps_tests.txt` beside this file has them all; `BLESS=1 cargo test --lib plan::steps` writes it anew: read the difference
//! before you commit it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::Path,
};

use super::tests::{World, day, plan_with};
use super::*;
use crate::{config::Role, recognise::tables::OfferRule, rules::StepCase};

type Scene = fn(&mut World);

/// What a customer may be in: together they reach every row of the tables of steps.
const SCENES: [(&str, Scene); 11] = [
    (
        "nothing is known of the customer, and licences must be reassigned",
        |w| {
            cold(w);
            reassign(w, "CFQ7TTC0LDPB:0001");
        },
    ),
    ("all is there", |_| {}),
    ("everything is asked for already", |w| {
        cold(w);
        reassign(w, "CFQ7TTC0LDPB:0001");
        // What cannot be transferred is for review where a transfer of it is reported.
        let is_csp = w.first().channel == Some(Channel::Csp);
        let steps = StepKind::ALL
            .iter()
            .filter(|&&step| step != StepKind::RequestTransfer || is_csp);
        for &step in steps {
            w.report(step, Progress::Requested, "2026-11-20");
        }
    }),
    ("it is the last day of the term", |w| w.as_of = day("2027-01-31")),
    ("it renewed two days ago", |w| {
        w.first().term_start = Some(day("2026-11-19"));
    }),
    ("its three years began before the extended service term", |w| {
        w.first().term = Some(Term::THREE_YEARS);
        w.first().term_start = Some(day("2024-02-01"));
        w.first().state = Some(State::Pending);
    }),
    (
        "its three years began before the extended service term, and end on the day after a Saturday",
        |w| {
            w.as_of = day("2027-01-30");
            w.first().term = Some(Term::THREE_YEARS);
            w.first().term_start = Some(day("2024-02-01"));
        },
    ),
    ("it is in its extended service term", |w| {
        w.first().state = Some(State::Extended)
    }),
    (
        "old and new licences exclude each other, with many of them, in a country with registration numbers",
        |w| {
            w.customer.country = "HU".parse().ok();
            w.first().seats = Some(Seats(40));
            w.first().offer_mut().offer_id = Some("CFQ7TTC0LGZW:0001".into());
            reassign(w, "CFQ7TTC0LH18:0001");
            w.first().billing_plan = Some(BillingPlan::Triennial);
        },
    ),
    ("it is one of a month", |w| {
        w.first().term = Some(Term::MONTH);
        w.first().term_start = None;
    }),
    ("a person must decide", |w| w.first().seats = None),
];

fn cold(w: &mut World) {
    w.customer.relationship = None;
    w.customer.agreement_accepted = None;
    w.customer.delegated_rights = None;
}

fn reassign(w: &mut World, target: &str) {
    let source = w.first().offer.offer_id.clone().unwrap_or_default();
    w.tables.offers.push(OfferRule {
        source_offer: source,
        target_offer: target.into(),
        target_term: None,
        licences: None,
        valid_from: None,
        valid_until: None,
        reason: "asked for".into(),
        row: 2,
    });
}

#[test]
fn steps_are_told_in_whole_sentences() {
    let mut told: BTreeMap<(StepKind, Owner, String), BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    let mut reached = BTreeSet::new();
    let mut all = 0;
    for &role in Role::ALL {
        for &channel in Channel::ALL.iter().filter(|&&channel| channel != Channel::Own) {
            for (_, scene) in SCENES {
                let plan = plan_with(|w| {
                    w.config.partner.role = role;
                    w.first().channel = Some(channel);
                    scene(w);
                });
                all = plan.texts.steps.all().len();
                for step in plan.step_refs.iter() {
                    reached.insert(step.rule);
                    let step = plan.step(step).unwrap();
                    let roles = told.entry((step.kind, step.owner, step.detail)).or_default();
                    roles.entry(role.as_str()).or_default().insert(channel.as_str());
                }
            }
        }
    }
    let mut text = String::new();
    for ((kind, owner, detail), roles) in &told {
        let _ = writeln!(text, "{kind}, by {owner}");
        for (role, channels) in roles {
            let channels: Vec<&str> = channels.iter().copied().collect();
            let _ = writeln!(text, "    {role}: {}", channels.join(", "));
        }
        let _ = writeln!(text, "  {detail}\n");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/steps_tests.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&file).unwrap_or_default());
    assert!(!text.contains('{') && !text.contains('}'), "braces are filled");

    // Rows that no scene reaches: who vets a segment, what held before a day that is past, what stands for channels without a row.
    let rules = crate::rules::Rules::embedded().unwrap();
    let unread: Vec<String> = (0..all as u16)
        .filter(|number| !reached.contains(number))
        .filter_map(|number| rules.step_texts.step(number))
        .filter(|rule| {
            let vets = rule.row.step == StepKind::VetSegment;
            let general = rule.row.step == StepKind::EndSource && rule.row.channel.is_none();
            !vets && !general && rule.valid_until.is_none()
        })
        .map(|rule| format!("{} {:?}", rule.at, rule.row))
        .collect();
    assert!(unread.is_empty(), "{unread:#?}");
}

#[test]
fn who_vets_a_segment_differs() {
    let rules = crate::rules::Rules::embedded().unwrap();
    let owner = |cases: &[StepCase]| {
        let on = day("2026-11-21");
        let (_, rule) = rules
            .step_texts
            .find(StepKind::VetSegment, cases, Some(Channel::WebDirect), Role::Direct, on)
            .unwrap();
        (rule.row.owner, rule.row.sentence.as_str().to_owned())
    };
    let (who, how) = owner(&[StepCase::Nonprofit]);
    assert!(
        who == Owner::Customer && how.starts_with("register as a nonprofit with Microsoft"),
        "{how}"
    );
    let (who, how) = owner(&[StepCase::Education]);
    assert!(
        who == Owner::Partner && how.contains("qualification to Education"),
        "{how}"
    );
    let (who, how) = owner(&[StepCase::Government]);
    assert!(who == Owner::Partner && how.contains("validation code"), "{how}");
    let (who, how) = owner(&[StepCase::Requested, StepCase::Nonprofit]);
    assert!(who == Owner::MicrosoftSupport && how.contains("under way"), "{how}");
}

#[test]
fn a_step_stays_small() {
    let size = size_of::<super::StepRef>();
    assert!(size <= 20, "there are several to a row: {size}");
}

#[test]
fn what_a_step_counts_is_told_by_its_kind() {
    // One number says how many wait for a step, or which request it belongs to.
    assert!(!super::steps::SHARED.contains(&StepKind::RequestTransfer));
}
