//! Traces of the samples, whole, and of what words fit.

use std::{collections::BTreeMap, path::Path};

use super::{again::Again, subscription::SubscriptionTrail, *};
use crate::{
    config::Config,
    finding::Place,
    read::{self, Cell, ReadOptions, Rows, read_whole},
    recognise::{
        dates::read_date, rows::Shared, run::recognise_and, tables::read_tables, values, vocabulary::Vocabulary,
    },
};

fn samples() -> (Config, Vec<Input>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let config = Config::load(Some(&folder.join("seatshift.toml")), Path::new("")).unwrap();
    let (inputs, _) = read::expand(&[folder.join("exports").to_string_lossy().into_owned()]);
    (config, inputs)
}

/// Traces every subscription of the samples.
fn every_trace() -> (Config, Recognised, Vec<SubscriptionTrace>) {
    let (config, inputs) = samples();
    let tables = read_tables(&config.tables, &config.limits, &config.workbooks).unwrap();
    let mut vocabulary = Vocabulary::embedded();
    vocabulary.extend(&tables.headings).unwrap();
    let context = Context {
        config: &config,
        tables: &tables,
        vocabulary: &vocabulary,
        as_of: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        progress: &|_| {},
    };
    let reader: Reader<'_> = &|input, options, sink| read::read(input, options, &config.limits, &vocabulary, sink);
    let (recognised, trails, tables) = recognise_and(&inputs, &context, reader, &Shared::new(), |known| {
        let groups = 0..known.merged.len();
        groups
            .filter_map(|group| SubscriptionTrail::of(group, known))
            .collect::<Vec<_>>()
    });
    let wanted = trails.iter().flat_map(SubscriptionTrail::wanted).collect();
    let again = Again::read(&wanted, &tables, &inputs, &recognised.inputs, &context, reader);
    let mut traces: Vec<SubscriptionTrace> = trails.into_iter().map(|trail| trail.facts(&again)).collect();
    traces.sort_by(|a, b| a.subscription.order().cmp(&b.subscription.order()));
    drop(again);
    (config.clone(), recognised, traces)
}

/// Files read once more, by another way than the trace's.
struct Files(BTreeMap<Text, Vec<(Option<Text>, Rows)>>);

impl Files {
    fn text(&mut self, place: &Place, config: &Config) -> Option<(String, bool)> {
        let tables = self.0.entry(place.file.clone()).or_insert_with(|| {
            let input = Input::File(place.file.to_string().into());
            let (_, tables) = read_whole(&input, &ReadOptions::default(), &config.limits, &Vocabulary::embedded());
            tables.into_iter().map(|(head, rows)| (head.sheet, rows)).collect()
        });
        let (_, rows) = tables.iter().find(|(sheet, _)| *sheet == place.sheet)?;
        let row = rows.iter().find(|row| Some(row.number) == place.row)?;
        let cell = row.cell(place.column? as usize);
        Some((origin::as_it_stands(cell), matches!(cell, Cell::Text(_))))
    }
}

/// Whether a text can mean a value of a field, by functions that know nothing of traces.
fn means(field: Field, value: &str, text: &str) -> bool {
    let v = Vocabulary::embedded();
    let cell = Cell::Text(text);
    let is = |said: Option<String>| said.as_deref() == Some(value);
    match field {
        Field::SubscriptionId | Field::BaseId | Field::CustomerId | Field::SellerId | Field::TargetCustomerId => {
            Id::parse(text) == Id::parse(value)
        }
        Field::Seats | Field::AssignedSeats => is(values::seats(cell, &v).ok().flatten().map(|s| s.0.to_string())),
        Field::TermStart | Field::TermEnd | Field::AgreementAccepted => {
            let Ok(date) = value.parse::<NaiveDate>() else {
                return value == "no" && values::boolean(cell, &v) == Ok(Some(false));
            };
            let reading = read_date(cell, &v);
            use crate::config::DateOrder;
            DateOrder::ALL
                .iter()
                .any(|order| reading.in_order(*order) == Some(date))
        }
        Field::AutoRenew | Field::DelegatedRights => is(values::boolean(cell, &v)
            .ok()
            .flatten()
            .map(|b| if b { "yes" } else { "no" }.to_owned())),
        Field::Term => {
            let both = values::term_and_billing(cell, &v)
                .ok()
                .flatten()
                .and_then(|(term, _)| term);
            is(values::term(cell, &v).ok().flatten().or(both).map(|t| t.to_string()))
        }
        Field::State => {
            is(values::state(cell, &v).ok().flatten().map(|s| s.to_string()))
                || value == "deleted"
                || value == "expired"
        }
        Field::CustomerCountry => is(values::country(cell, &v).ok().flatten().map(|c| c.to_string())),
        Field::CustomerName | Field::OfferName => text.trim() == value,
        Field::CustomerDomain => text.trim().to_lowercase().ends_with(value),
        Field::OfferId => value.contains(text.trim().trim_start_matches('0')),
        _ => true,
    }
}

#[test]
fn every_fact_of_the_samples_has_a_source_that_says_it() {
    let (config, recognised, traces) = every_trace();
    assert_eq!(traces.len(), recognised.subscriptions.len());
    let mut files = Files(BTreeMap::new());
    let mut givers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut others = 0;
    for (trace, subscription) in traces.iter().zip(&recognised.subscriptions) {
        assert_eq!(trace.subscription, *subscription);
        assert!(
            trace.rows.iter().any(|row| row.place == subscription.place),
            "{trace:#?}"
        );
        for fact in &trace.facts {
            let Some(value) = &fact.value else {
                assert_eq!(fact.origin, None, "{} {fact:#?}", subscription.id);
                continue;
            };
            let origin = fact
                .origin
                .as_ref()
                .unwrap_or_else(|| panic!("{} {fact:#?}", subscription.id));
            *givers.entry(origin.giver.as_str()).or_default() += 1;
            match origin.giver {
                Giver::Cell => assert!(!origin.cells.is_empty(), "{} {fact:#?}", subscription.id),
                _ => assert!(origin.note.is_some(), "{} {fact:#?}", subscription.id),
            }
            let by_name = fact.field == Field::CustomerId && origin.note.is_some();
            let turned = matches!(fact.field, Field::Channel | Field::BaseId) && origin.note.is_some();
            for cell in &origin.cells {
                let (text, _) = files.text(&cell.place, &config).unwrap_or_else(|| panic!("{cell:#?}"));
                assert_eq!(text, cell.text, "{} {fact:#?}", subscription.id);
                let ok = by_name || turned || means(fact.field, value, &cell.text);
                assert!(ok, "{} {fact:#?}", subscription.id);
            }
            for other in &fact.others {
                others += 1;
                assert_ne!(other.standing, Standing::Counts, "{} {fact:#?}", subscription.id);
                let somewhere = !other.origin.cells.is_empty() || other.origin.note.is_some();
                assert!(somewhere, "{} {fact:#?}", subscription.id);
            }
        }
    }
    assert!(others > 100, "{others}");
    for giver in Giver::ALL {
        assert!(
            givers.contains_key(giver.as_str()),
            "no fact of the samples is from {giver}: {givers:?}"
        );
    }
}
