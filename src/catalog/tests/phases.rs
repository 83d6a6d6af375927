//! Within a phase no mapping changes.

use chrono::Days;

use super::*;
use crate::terms::Seats;

/// Asks for the offers of the catalogue, some by id and some by name, on both sides of every turn.
#[test]
fn questions_of_one_phase_have_one_answer() {
    let catalog = Catalog::embedded();
    let rules = [OfferRule {
        source_offer: "Microsoft 365 E3".into(),
        target_offer: "Microsoft 365 E5".into(),
        target_term: None,
        licences: None,
        valid_from: Some(day("2026-12-05")),
        valid_until: Some(day("2027-02-03")),
        reason: "a test".into(),
        row: 2,
    }];
    let (phases, book) = (catalog.phases(&rules), catalog.rule_book(&rules));
    let first = day("2018-01-01");
    let days: Vec<NaiveDate> = (0..1500).map(|step| first + Days::new(step * 3)).collect();
    let seats = [
        None,
        Some(Seats(1)),
        Some(Seats(2)),
        Some(Seats(9)),
        Some(Seats(10)),
        Some(Seats(301)),
    ];
    let countries = [
        Some("HU"),
        Some("US"),
        Some("DE"),
        None,
        Some("CN"),
        Some("FR"),
        Some("JP"),
    ];
    let (mut same, mut turns) = (0, 0);
    for (number, offer) in catalog.offers().enumerate().step_by(5) {
        let source = match number % 2 {
            0 => named(&offer.name),
            _ => SourceOffer {
                sku_part_number: offer.sku_part_number.clone(),
                name: Some(offer.name.clone()),
                ..SourceOffer::default()
            },
        };
        let resolution = catalog.resolve(&source, day(TODAY));
        let ask = |on: NaiveDate, seats: Option<Seats>, country: Option<Country>| {
            let query = MapQuery {
                source: &source,
                resolution: &resolution,
                qualification: None,
                country,
                route: Route::NewSubscription,
                term: Some([Term::MONTH, Term::YEAR, Term::THREE_YEARS][number % 3]),
                seats,
                on,
            };
            catalog.map_by(&query, &book)
        };
        let mut known: Vec<(Phase, Mapping)> = Vec::new();
        for (step, &on) in days.iter().enumerate().skip(number % 7).step_by(7) {
            let seats = seats[step % seats.len()];
            let country = countries[step / 7 % countries.len()].and_then(|code| code.parse().ok());
            let (phase, answer) = (phases.of(on, seats, country), ask(on, seats, country));
            match known.iter().find(|(other, _)| *other == phase) {
                Some((_, before)) => {
                    assert_eq!(*before, answer, "{} on {on}, {seats:?}, {country:?}", offer.key);
                    same += 1;
                }
                None => {
                    turns += usize::from(known.iter().any(|(_, before)| *before != answer));
                    known.push((phase, answer));
                }
            }
        }
    }
    assert!(same > 1000 && turns > 10, "{same} {turns}");
}

#[test]
fn a_phase_ends_with_the_last_day_of_a_row() {
    let rule = |from: &str, until: &str| OfferRule {
        source_offer: "x".into(),
        target_offer: "y".into(),
        target_term: None,
        licences: None,
        valid_from: Some(day(from)),
        valid_until: Some(day(until)),
        reason: "a test".into(),
        row: 2,
    };
    let phases = Catalog::default().phases(&[rule("2026-12-05", "2026-12-09")]);
    let of = |on: &str| phases.of(day(on), None, None);
    assert_eq!(of("2026-12-05"), of("2026-12-09"));
    assert_ne!(of("2026-12-04"), of("2026-12-05"));
    assert_ne!(of("2026-12-09"), of("2026-12-10"));
    assert_ne!(of("2026-12-04"), of("2026-12-10"));
}

#[test]
fn countries_that_the_same_rows_name_are_one_market() {
    let phases = Catalog::embedded().phases(&[]);
    let of = |code: &str| phases.of(day(TODAY), None, Some(code.parse().unwrap()));
    assert_eq!(of("HU"), of("DE"));
    assert_eq!(of("US"), of("JP"));
    assert_ne!(of("HU"), of("US"));
    assert_ne!(of("HU"), phases.of(day(TODAY), None, None));
    assert_ne!(of("US"), phases.of(day(TODAY), None, None));
}
