//! What stops a move, and what must be there before one, alone and two at a time: neither hides the other.
//!
//! Every reason that keeps a subscription or asks a person is here, and every gate; a new one that is not fails the test. Two that
//! cannot be true of one subscription are said to exclude each other, and that is tested as well.

use rayon::prelude::*;

use super::*;
use crate::plan::dates::Gates;

const STANDARD: &str = "CFQ7TTC0LDPB:0001";

type Change = fn(&mut World);

/// Each reason by the ways in which it comes about: several where one does not go with every other reason.
const BLOCKERS: &[(Reason, &[Change])] = &[
    (Reason::AlreadyOurs, &[|w| w.first().seller_id = Some(id(77).into())]),
    (Reason::Trial, &[|w| w.first().trial = Some(true)]),
    (Reason::Free, &[|w| offer(w, "CFQ7TTC0LHZ0:0001")]),
    (Reason::NotSeatBased, &[|w| w.first().seat_based = Some(false)]),
    (
        Reason::OnHold,
        &[|w| {
            w.tables.holds.push(Hold {
                subject: Subject::Subscription(id(1)),
                action: Action::Review,
                until: w.as_of,
                owner: "".into(),
                reason: "".into(),
                row: 2,
            });
        }],
    ),
    (
        Reason::SourceDeleted,
        &[
            |w| (w.first().state, w.first().term_end) = (Some(State::Deleted), None),
            |w| {
                w.first().state = Some(State::Deleted);
                ends(w, "2026-11-20");
            },
            |w| {
                w.first().auto_renew = Some(false);
                ends(w, "2026-03-01");
            },
        ],
    ),
    (Reason::SourceCancelled, &[|w| w.first().state = Some(State::Deleted)]),
    (Reason::TermEndMissing, &[|w| w.first().term_end = None]),
    (
        Reason::TermEndUnreadable,
        &[
            |w| w.flaw(Flaw::TermEndUnreadable),
            |w| {
                w.flaw(Flaw::TermEndUnreadable);
                w.first().term_end = None;
            },
        ],
    ),
    (
        Reason::DateOrderUnknown,
        &[
            |w| w.flaw(Flaw::DateOrderUnknown),
            |w| {
                w.flaw(Flaw::DateOrderUnknown);
                w.first().term_end = None;
            },
        ],
    ),
    (Reason::IdDamaged, &[|w| w.flaw(Flaw::IdDamaged)]),
    (
        Reason::SeatsMissing,
        &[|w| w.flaw(Flaw::SeatsUnreadable), |w| w.first().seats = None],
    ),
    (
        Reason::ChannelUnknown,
        &[|w| w.flaw(Flaw::ChannelUnreadable), |w| w.first().channel = None],
    ),
    (Reason::StateUnknown, &[|w| w.flaw(Flaw::StateUnreadable)]),
    (Reason::ValueUnknown, &[|w| w.flaw(Flaw::ValueUnreadable)]),
    (Reason::Contradiction, &[|w| w.flaw(Flaw::Contradiction)]),
    (Reason::PossibleDuplicate, &[|w| w.flaw(Flaw::PossibleDuplicate)]),
    (Reason::StateAgainstEnd, &[|w| w.first().state = Some(State::Expired)]),
    (
        Reason::TermStartAfterEnd,
        &[
            |w| w.first().term_start = Some(day("2027-02-01")),
            |w| w.first().term_start = w.first().term_end.and_then(|end| end.0.succ_opt()),
        ],
    ),
    (Reason::RenewedSinceExport, &[|w| ends(w, "2026-11-20")]),
    (
        Reason::EndUnknown,
        &[
            |w| {
                (w.first().channel, w.first().auto_renew) = (Some(Channel::Ea), Some(false));
                ends(w, "2026-11-10");
            },
            // What is no longer sold would be transferred.
            |w| {
                (w.first().channel, w.first().auto_renew) = (Some(Channel::Ea), Some(false));
                ends(w, "2026-11-10");
                routed(w, Route::NewSubscription);
            },
        ],
    ),
    (
        Reason::RenewalUndone,
        &[|w| {
            w.first().term_start = Some(day("2026-11-15"));
            w.report(StepKind::UndoRenewal, Progress::Done, "2026-11-20");
        }],
    ),
    (
        Reason::TransferPending,
        &[|w| w.report(StepKind::RequestTransfer, Progress::Requested, "2026-11-12")],
    ),
    (Reason::CustomerUnknown, &[|w| w.flaw(Flaw::CustomerAmbiguous)]),
    (Reason::CountryMissing, &[|w| w.customer.country = None]),
    (Reason::RegionNone, &[|w| w.customer.country = "RU".parse().ok()]),
    (Reason::RegionMismatch, &[|w| w.customer.country = "US".parse().ok()]),
    (Reason::CloudMismatch, &[|w| w.customer.cloud = Some(Cloud::China)]),
    (
        Reason::SegmentMismatch,
        &[|w| w.customer.qualification = Some(Qualification::Government)],
    ),
    (Reason::OfferUnmapped, &[|w| offer(w, "CFQ7TTC0XXXX:0001")]),
    (Reason::OfferAmbiguous, &[|w| named(w, "Microsoft 365 A3")]),
    (
        Reason::OfferSuggested,
        &[|w| named(w, "Skype for Business Online (Plan 1)")],
    ),
    (
        Reason::OfferUnsure,
        &[|w| named(w, "Microsoft 365 Business Voice (without Calling Plan)")],
    ),
    (
        Reason::TargetEndOfSale,
        &[|w| ordered(w, "Project Online (Plan 1)", None)],
    ),
    (
        Reason::SeatCap,
        &[
            |w| w.first().seats = Some(Seats(301)),
            |w| {
                w.first().seats = Some(Seats(301));
                ordered(w, BASIC, None);
            },
        ],
    ),
    (
        Reason::SeatCapTogether,
        &[
            |w| w.first().seats = Some(Seats(160)),
            // As many of ours stand in the tenant already.
            |w| {
                w.first().seats = Some(Seats(160));
                ordered(w, STANDARD, None);
                w.add(2, |own| {
                    (own.channel, own.seats) = (Some(Channel::Own), Some(Seats(160)));
                    own.offer_mut().offer_id = Some(STANDARD.into());
                });
            },
        ],
    ),
    (
        Reason::SeatMinimum,
        &[|w| ordered(w, "Microsoft 365 E3 (500 seats min)_HUB", None)],
    ),
    (Reason::AddonWithoutBase, &[|w| w.first().base_id = Some(id(5).into())]),
    (
        Reason::ChannelTransferCheck,
        &[|w| {
            w.first().channel = Some(Channel::Ea);
            routed(w, Route::ChannelTransfer);
        }],
    ),
    (
        Reason::OfferLoss,
        &[|w| named(w, "Microsoft 365 Business Voice (without Calling Plan)")],
    ),
    (Reason::OwnTenant, &[|w| w.config.partner.ids.push(id(90))]),
    (
        Reason::TenantChange,
        &[|w| w.first().target_customer_id = Some(id(91).into())],
    ),
    (
        Reason::ResellerAgreement,
        &[|w| {
            w.config.partner.role = Role::IndirectReseller;
            w.config.partner.partner_agreement = Some(false);
        }],
    ),
    (
        Reason::TermNotSold,
        &[|w| ordered(w, "Microsoft 365 E3 (no Teams)", Some(Term::THREE_YEARS))],
    ),
    (
        Reason::TooManySubscriptions,
        &[|w| {
            w.config.rules.numbers.insert("tenant_subscriptions", 1);
        }],
    ),
    (
        Reason::RuleUnsure,
        &[
            // Data of what lapsed are sure to be there for fewer days than have passed.
            |w| {
                (w.first().state, w.first().auto_renew) = (Some(State::Expired), Some(false));
                ends(w, "2026-08-20");
            },
            // No row of the windows is for it.
            |w| (w.first().state, w.first().channel) = (Some(State::Extended), Some(Channel::Ea)),
        ],
    ),
];

/// A term of a year that ends on a day.
fn ends(w: &mut World, end: &str) {
    w.first().term_end = Some(TermEnd(day(end)));
    w.first().term_start = Some(day(end) - chrono::Days::new(364));
}

fn offer(w: &mut World, offer_id: &str) {
    w.first().offer_mut().offer_id = Some(offer_id.into());
}

fn named(w: &mut World, name: &str) {
    *w.first().offer_mut() = SourceOffer {
        name: Some(name.into()),
        ..SourceOffer::default()
    };
}

/// A row of the offers table for what it has, or one more target of the row that is there.
fn ordered(w: &mut World, target: &str, term: Option<Term>) {
    let offer = &w.first().offer;
    let source = offer.offer_id.clone().or(offer.name.clone()).unwrap();
    match w.tables.offers.iter_mut().find(|rule| rule.source_offer == source) {
        Some(rule) if rule.target_offer.contains(target) => {}
        Some(rule) => {
            rule.target_offer = format!("{};{target}", rule.target_offer).into();
            rule.target_term = rule.target_term.or(term);
        }
        None => w.tables.offers.push(OfferRule {
            target_term: term,
            ..ordered_instead(&source, target)
        }),
    }
}

fn routed(w: &mut World, route: Route) {
    w.tables.routes.push(RouteNote {
        channel: None,
        customer_id: None,
        seller_id: None,
        route,
        row: 2,
    });
}

/// The reasons when changes are made one after the other.
fn told(changes: &[Change]) -> (Action, Reasons) {
    let plan = plan_with(|w| changes.iter().for_each(|change| change(w)));
    let decision = decision_of(&plan, 1);
    (decision.action, decision.reasons)
}

#[test]
fn every_blocker_stops_alone() {
    let listed: Vec<Reason> = BLOCKERS.iter().map(|(reason, _)| *reason).collect();
    let stopping = Reason::ALL.iter().filter(|reason| reason.kind() != Action::Move);
    assert_eq!(
        listed,
        stopping.copied().collect::<Vec<_>>(),
        "each reason that stops, in order"
    );
    for (reason, ways) in BLOCKERS {
        for (way, change) in ways.iter().enumerate() {
            let (action, reasons) = told(&[*change]);
            assert!(reasons.has(*reason), "{reason}, way {way}: {reasons:?}");
            assert_eq!(action, reason.kind(), "{reason}, way {way}: {reasons:?}");
        }
    }
}

/// Whether some way of each shows both, whichever comes first.
fn go_together(first: &(Reason, &[Change]), second: &(Reason, &[Change])) -> bool {
    first.1.iter().any(|one| {
        second.1.iter().any(|other| {
            [[*one, *other], [*other, *one]].iter().any(|changes| {
                let (action, reasons) = told(changes);
                let both = reasons.has(first.0) && reasons.has(second.0);
                let keeps = [first.0, second.0].iter().any(|reason| reason.kind() == Action::Keep);
                both && action == if keeps { Action::Keep } else { Action::Review }
            })
        })
    })
}

/// Asked only of what moves otherwise.
const OF_MOVES: [Reason; 3] = [
    Reason::SeatCapTogether,
    Reason::AddonWithoutBase,
    Reason::TooManySubscriptions,
];

/// What became of a source: one of these.
const OUTCOMES: [Reason; 7] = [
    Reason::SourceDeleted,
    Reason::SourceCancelled,
    Reason::StateAgainstEnd,
    Reason::RenewedSinceExport,
    Reason::EndUnknown,
    Reason::RenewalUndone,
    Reason::RuleUnsure,
];

/// No target is settled: one of these.
const UNSETTLED: [Reason; 3] = [Reason::OfferUnmapped, Reason::OfferAmbiguous, Reason::OfferSuggested];

/// Asked of what is ordered.
const OF_ORDERS: [Reason; 4] = [
    Reason::TargetEndOfSale,
    Reason::SeatCap,
    Reason::SeatMinimum,
    Reason::TermNotSold,
];

/// Asked of a target that the catalogue has chosen.
const OF_THE_CHOICE: [Reason; 2] = [Reason::OfferUnsure, Reason::OfferLoss];

/// Why two reasons cannot both be true of one subscription; none: they can.
fn exclusion(one: Reason, other: Reason) -> Option<&'static str> {
    let both = |set: &[Reason]| set.contains(&one) && set.contains(&other);
    let across = |set: &[Reason], others: &[Reason]| {
        (set.contains(&one) && others.contains(&other)) || (set.contains(&other) && others.contains(&one))
    };
    let of_the_mapping = [
        &UNSETTLED[..],
        &OF_ORDERS,
        &OF_THE_CHOICE,
        &[Reason::SegmentMismatch, Reason::ChannelTransferCheck],
    ]
    .concat();
    let country = [Reason::CountryMissing, Reason::RegionNone, Reason::RegionMismatch];
    let of_no_end = [
        Reason::TermEndUnreadable,
        Reason::DateOrderUnknown,
        Reason::TermStartAfterEnd,
        Reason::SourceCancelled,
        Reason::StateAgainstEnd,
        Reason::RenewedSinceExport,
        Reason::EndUnknown,
        Reason::RenewalUndone,
        Reason::RuleUnsure,
    ];
    let by_notice = [Reason::RenewedSinceExport, Reason::ChannelTransferCheck];
    let cases = [
        (
            both(&by_notice),
            "what can only be transferred between channels ends by notice, and renews by nothing else",
        ),
        (
            OF_MOVES.contains(&one) || OF_MOVES.contains(&other),
            "asked only of what moves otherwise",
        ),
        (
            across(
                &[Reason::AlreadyOurs],
                &[&of_the_mapping[..], &[Reason::TransferPending]].concat(),
            ) || across(&[Reason::AlreadyOurs], &OUTCOMES[2..]),
            "what is ours is not planned",
        ),
        (both(&OUTCOMES), "one thing has become of it"),
        (across(&[Reason::TermEndMissing], &of_no_end), "judged by the term end"),
        (both(&country), "a tenant is in one country"),
        (
            both(&UNSETTLED)
                || across(&UNSETTLED, &OF_ORDERS)
                || across(&UNSETTLED, &OF_THE_CHOICE)
                || across(&UNSETTLED, &[Reason::SegmentMismatch]),
            "nothing is settled on, in one way",
        ),
        (
            across(&[Reason::Free], &UNSETTLED) || across(&[Reason::Free], &OF_THE_CHOICE),
            "it has one offer, and the free one has no successor",
        ),
        (
            across(&OF_THE_CHOICE, &OF_ORDERS),
            "chosen by the catalogue and not by the offers table; none that is chosen with a loss is capped",
        ),
        (
            across(
                &[Reason::ChannelTransferCheck],
                &[&OF_ORDERS[..], &OF_THE_CHOICE, &UNSETTLED[2..]].concat(),
            ),
            "a transfer takes what is there, and nothing is ordered",
        ),
    ];
    cases.iter().find(|(is_so, _)| *is_so).map(|(_, why)| *why)
}

#[test]
fn every_two_blockers_are_both_told() {
    let pairs: Vec<_> = (0..BLOCKERS.len())
        .flat_map(|first| (first + 1..BLOCKERS.len()).map(move |second| (&BLOCKERS[first], &BLOCKERS[second])))
        .collect();
    let wrong: Vec<String> = pairs
        .par_iter()
        .filter_map(|(first, second)| {
            let exclusion = exclusion(first.0, second.0);
            match (go_together(first, second), exclusion) {
                (true, None) | (false, Some(_)) => None,
                (true, Some(why)) => Some(format!("{} and {} go together, against: {why}", first.0, second.0)),
                (false, None) => Some(format!("{} and {}: one hides the other", first.0, second.0)),
            }
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each gate by what is missing, where nothing else is.
const GATES: &[(StepKind, Change)] = &[
    (StepKind::RequestRelationship, |w| w.customer.relationship = Some(false)),
    (StepKind::AcceptAgreement, |w| {
        w.customer.agreement_accepted = Some(Some(day("2023-03-31")))
    }),
    (StepKind::RequestDelegatedRights, |w| {
        w.customer.delegated_rights = Some(false);
        w.tables.offers.push(ordered_instead(BASIC, STANDARD));
    }),
    (StepKind::VetSegment, |w| {
        w.config.rules.extend.insert("vetting".into(), VETTED.1.clone());
    }),
];

/// Customers are vetted for other segments; here for all of them, so that nothing else changes.
static VETTED: LazyLock<(tempfile::TempDir, std::path::PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vetting.csv");
    let row = "segment,vetting,valid_from,valid_until,source,certainty\ncommercial,yes,2014-01-01,,a test,sure\n";
    std::fs::write(&path, row).unwrap();
    (folder, path)
});

#[test]
fn every_two_gates_are_both_asked_for_and_take_nothing_from_what_blocks() {
    // Taken apart whole, so that a new gate cannot be forgotten here.
    let Gates {
        relationship,
        agreement,
        delegated_rights,
        vetting,
    } = Gates::default();
    assert_eq!([relationship, agreement, delegated_rights, vetting].len(), GATES.len());
    for (at, (first, change)) in GATES.iter().enumerate() {
        for (second, other) in &GATES[at..] {
            let changes: &[Change] = if first == second {
                &[*change]
            } else {
                &[*change, *other]
            };
            let plan = plan_with(|w| changes.iter().for_each(|change| change(w)));
            assert_eq!(decision_of(&plan, 1).action, Action::Move, "{first} and {second}");
            for gate in [first, second] {
                assert!(
                    plan.steps().any(|step| step.kind == *gate),
                    "{first} and {second}: {gate}"
                );
            }
            let hidden: Vec<&str> = BLOCKERS
                .par_iter()
                .filter(|(reason, ways)| {
                    let shows = |way: &Change| told(&[changes, &[*way]].concat()).1.has(*reason);
                    !ways.iter().any(shows)
                })
                .map(|(reason, _)| reason.as_str())
                .collect();
            assert!(hidden.is_empty(), "{first} and {second}: {hidden:?}");
        }
    }
}
