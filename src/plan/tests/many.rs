//! Many subscriptions of many customers: more than one thread takes at a time.

use std::collections::BTreeMap;

use super::*;

/// Subscriptions over several runs, of customers of whom some stand across the border of one and one is large; every twentieth
/// has none.
fn estate() -> (Vec<Subscription>, Vec<Customer>) {
    let count = 3 * crate::runs::RUN as u32 + 100;
    let guid = |number: u32, salt: u128| uuid::Uuid::from_u128(u128::from(number).wrapping_mul(salt) % (1 << 100));
    let customer_id = |number: u32| CustomerId(guid(number + 1, 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
    let of =
        |number: u32| (!number.is_multiple_of(20)).then(|| customer_id(if number < 200 { 0 } else { number % 731 }));
    // Those of the large customer end on one day, and no cap is on their seats.
    let is_large = |number: u32| number < 200;
    let offer = |number: u32| SourceOffer {
        offer_id: Some(if is_large(number) { E3 } else { BASIC }.into()),
        ..SourceOffer::default()
    };
    let ends = |number: u32| {
        day("2026-12-01") + chrono::Days::new(if is_large(number) { 50 } else { u64::from(number % 100) })
    };
    let one = |number: u32| {
        let is_csp = number.is_multiple_of(3);
        Subscription {
            id: Id::Guid(guid(number + 1, 0xD6E8_FEB8_6659_FD93_0F4E_7C15_94D0_49BB)),
            customer_id: of(number),
            channel: Some(if is_csp { Channel::Csp } else { Channel::WebDirect }),
            seller_id: is_csp.then(|| id(80 + (number % 2) as u8).into()),
            offer: offer(number).into(),
            seats: Some(Seats(number % 100 + 1)),
            term_end: Some(TermEnd(ends(number))),
            ..subscription(1)
        }
    };
    let subscriptions: Vec<Subscription> = (0..count).map(one).collect();
    let customers = (0..731).map(|number| Customer {
        id: customer_id(number),
        relationship: Some(number % 2 == 0),
        ..world().customer
    });
    (subscriptions, customers.collect())
}

fn planned(subscriptions: Vec<Subscription>, customers: &[Customer], threads: usize) -> Plan {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| world().with_context(|context| plan(subscriptions, customers, context)))
}

#[test]
fn neither_threads_nor_the_order_of_inputs_matter_over_many_runs() {
    let (subscriptions, customers) = estate();
    let one = planned(subscriptions.clone(), &customers, 1);
    let mut turned = subscriptions.clone();
    turned.rotate_left(subscriptions.len() / 3);
    turned.reverse();
    let other = planned(turned, &customers, 8);
    let said = |plan: &Plan| -> Vec<(Subscription, Decision)> {
        let rows = plan.rows.iter();
        rows.map(|row| (row.subscription.clone(), row.decision.clone()))
            .collect()
    };
    assert!(said(&one) == said(&other));
    assert_eq!(one.step_refs, other.step_refs);
    assert_eq!(one.texts.requests, other.texts.requests);
    assert_eq!(one.findings, other.findings);
    assert_eq!(one.mappings, other.mappings);
    assert_eq!(one.rows.len(), subscriptions.len());
    let has = |action: Action| one.rows.iter().any(|row| row.decision.action == action);
    assert!(has(Action::Move) && has(Action::Review));
    assert!(
        one.findings
            .iter()
            .any(|finding| finding.code == Code::SubscriptionsDoubled)
    );
}

#[test]
fn rows_and_steps_stand_in_their_order_and_those_of_a_customer_once() {
    let (subscriptions, customers) = estate();
    let plan = planned(subscriptions, &customers, 2);
    let rows = plan.rows.iter().map(|row| {
        let day = row.decision.move_date;
        (day.is_none(), day, row.subscription.customer_id, &row.subscription.id)
    });
    assert!(rows.is_sorted_by(|a, b| a < b));
    let steps = plan.steps().map(|step| {
        let id = step.subscription_id.clone();
        (step.due, step.kind, step.customer_id, id)
    });
    assert!(steps.is_sorted());
    // Whoever moves and has no relationship asks for it once, at the first of its rows in the plan.
    let lacks = |row: &&PlanRow| {
        let id = row.subscription.customer_id;
        let customer = customers.iter().find(|customer| Some(customer.id) == id);
        row.decision.action == Action::Move && customer.is_some_and(|customer| customer.relationship == Some(false))
    };
    let mut asked: BTreeMap<CustomerId, (usize, u32)> = BTreeMap::new();
    for (place, row) in plan.rows.iter().enumerate().filter(|(_, row)| lacks(row)) {
        let first = asked.entry(row.subscription.customer_id.unwrap()).or_insert((place, 0));
        first.1 += 1;
    }
    let requests = plan
        .step_refs
        .iter()
        .filter(|step| step.kind == StepKind::RequestRelationship);
    let told: BTreeMap<CustomerId, (usize, u32)> = requests
        .clone()
        .map(|step| {
            let place = step.row as usize;
            let customer = plan.rows[place].subscription.customer_id.unwrap();
            (customer, (place, step.shared().unwrap().get()))
        })
        .collect();
    assert!(asked.len() > 100);
    assert_eq!(told, asked);
    assert_eq!(requests.count(), asked.len());
    // Every other step is told of the row that it was made for.
    let own = plan.step_refs.iter().filter(|step| step.shared().is_none());
    for step in own {
        let decision = &plan.rows[step.row as usize].decision;
        let day = match step.kind {
            StepKind::Order => decision.move_date,
            StepKind::RequestTransfer => decision.request_by,
            StepKind::Decide => decision.next_step_by,
            StepKind::EndSource => decision.end_source_by,
            _ => step.due,
        };
        assert_eq!(step.due, day, "{step:?}");
    }
}
