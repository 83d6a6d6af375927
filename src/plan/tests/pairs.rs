//! What stops a move, and what must be there before one, two at a time: neither hides the other.

use super::*;

/// What stops a move, and what must be there before one, two at a time: neither hides the other.
#[test]
fn blockers_and_gates_in_pairs() {
    type Change = fn(&mut World);
    let blockers: &[(Reason, Change)] = &[
        (Reason::RegionMismatch, |w| w.customer.country = "US".parse().ok()),
        (Reason::CloudMismatch, |w| w.customer.cloud = Some(Cloud::China)),
        (Reason::OwnTenant, |w| w.config.partner.ids.push(id(90))),
        (Reason::TenantChange, |w| w.first().target_customer_id = Some(id(91))),
        (Reason::SegmentMismatch, |w| {
            w.customer.qualification = Some(Qualification::Government);
            w.first().offer.segment = Some(Segment::Commercial);
        }),
        (Reason::SourceCancelled, |w| w.first().state = Some(State::Deleted)),
        (Reason::SeatCap, |w| w.first().seats = Some(Seats(301))),
        (Reason::TooManySubscriptions, |w| {
            w.config.rules.numbers.insert("tenant_subscriptions", 1);
        }),
        (Reason::AddonWithoutBase, |w| w.first().base_id = Some(id(5))),
        (Reason::ResellerAgreement, |w| {
            w.config.partner.role = Role::IndirectReseller;
            w.config.partner.partner_agreement = Some(false);
        }),
        (Reason::TermEndMissing, |w| w.first().term_end = None),
        (Reason::ChannelUnknown, |w| w.first().channel = None),
        (Reason::Contradiction, |w| w.flaw(Flaw::Contradiction)),
        (Reason::IdDamaged, |w| w.flaw(Flaw::IdDamaged)),
    ];
    // What other subscriptions impose is asked of moves only; without channel or term end there is no mapping or window.
    let asked_of_moves = [Reason::TooManySubscriptions, Reason::AddonWithoutBase];
    let of_the_mapping = [Reason::SegmentMismatch, Reason::SeatCap];
    for (first, change) in blockers {
        for (second, other) in blockers {
            let plan = plan_with(|w| {
                change(w);
                other(w);
            });
            let decision = decision_of(&plan, 1);
            assert_eq!(decision.action, Action::Review, "{first} and {second}");
            for reason in [first, second] {
                let alone = first == second;
                let skipped = !alone
                    && (asked_of_moves.contains(reason)
                        || (of_the_mapping.contains(reason) && [first, second].contains(&&Reason::ChannelUnknown))
                        // Without a term end nobody can say that it is cut short: it is deleted.
                        || (*reason == Reason::SourceCancelled && [first, second].contains(&&Reason::TermEndMissing)));
                assert!(
                    skipped || decision.reasons.contains(reason),
                    "{first} and {second}: {:?}",
                    decision.reasons
                );
            }
        }
    }
    // Customers are vetted for other segments; here for all of them, so that nothing else changes.
    static VETTED: LazyLock<(tempfile::TempDir, std::path::PathBuf)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vetting.csv");
        let row = "segment,vetting,valid_from,valid_until,source,certainty\ncommercial,yes,2014-01-01,,a test,sure\n";
        std::fs::write(&path, row).unwrap();
        (folder, path)
    });
    let gates: &[(StepKind, Change)] = &[
        (StepKind::VetSegment, |w| {
            w.config.rules.extend.insert("vetting".into(), VETTED.1.clone());
        }),
        (StepKind::RequestRelationship, |w| w.customer.relationship = Some(false)),
        (StepKind::AcceptAgreement, |w| {
            w.customer.agreement_accepted = Some(Some(day("2023-03-31")))
        }),
        (StepKind::RequestDelegatedRights, |w| {
            w.customer.delegated_rights = Some(false);
            w.tables.offers.push(ordered_instead(BASIC, "CFQ7TTC0LDPB:0001"));
        }),
    ];
    for (first, change) in gates {
        for (second, other) in gates {
            let both = |w: &mut World| {
                change(w);
                if first != second {
                    other(w);
                }
            };
            let plan = plan_with(both);
            assert_eq!(decision_of(&plan, 1).action, Action::Move, "{first} and {second}");
            for gate in [first, second] {
                assert!(
                    plan.steps().any(|step| step.kind == *gate),
                    "{first} and {second}: {gate}"
                );
            }
            // A gate takes nothing away from what blocks.
            for (reason, blocks) in blockers {
                let plan = plan_with(|w| {
                    both(w);
                    blocks(w);
                });
                let decision = decision_of(&plan, 1);
                assert!(
                    decision.reasons.contains(reason),
                    "{first}, {second} and {reason}: {:?}",
                    decision.reasons
                );
            }
        }
    }
}
