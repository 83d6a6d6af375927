//! Each room by itself, on 20,000 generated subscriptions: `cargo bench`.
//!
//! Whole runs, with time and memory, are measured by `benches/whole.sh`.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use divan::{Bencher, counter::ItemsCount};
use seatshift::{
    catalog::{Catalog, evidence::Evidence},
    config::Config,
    plan::{self, Plan},
    read::{self, Input, Interest, Limits, ReadOptions, Rows, Sink, TableHead},
    recognise::{self, Recognised, tables::Tables, vocabulary::Vocabulary},
    rules::{Calendars, Rules},
    write,
};

const ROWS: u64 = 20_000;
const OFFERS: [&str; 4] = [
    "CFQ7TTC0LH18:0001",
    "CFQ7TTC0LDPB:0001",
    "CFQ7TTC0LFLX:0001",
    "CFQ7TTC0LH16:0001",
];
const CHANNELS: [&str; 4] = ["csp", "web-direct", "ea", "web-direct-mosa"];

fn main() {
    divan::main();
}

fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default()
}

/// The same export every time, as text.
fn export() -> Input {
    Input::Bytes {
        name: "export.csv".into(),
        bytes: Arc::from(text().into_bytes()),
    }
}

/// The same as a workbook.
fn workbook() -> Input {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(text().lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            // A sheet of a fixed shape has room for all of them.
            let _ = match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number),
                Err(_) => sheet.write_string(row, column, cell),
            };
        }
    }
    Input::Bytes {
        name: "export.xlsx".into(),
        bytes: Arc::from(book.save_to_buffer().unwrap_or_default()),
    }
}

/// Five subscriptions to a customer, ends over two years.
fn text() -> String {
    let mut text = String::from(
        "Customer ID,Customer name,Country,Subscription ID,Offer ID,Quantity,Status,Auto renew,Start date,End date,Term,Channel\r\n",
    );
    for row in 0..ROWS {
        let end = as_of() + Days::new(row * 37 % 730);
        let start = end - Days::new(364);
        let (offer, channel) = (OFFERS[row as usize % 4], CHANNELS[row as usize / 4 % 4]);
        let customer = row / 5;
        text += &format!(
            "00000000-0000-4000-8000-{customer:012},Customer {customer},HU,10000000-0000-4000-8000-{row:012},{offer},{},Active,true,{start},{end},P1Y,{channel}\r\n",
            1 + row % 200
        );
    }
    text
}

fn config() -> Config {
    let mut config = Config::default();
    config.partner.countries = "HU".parse().into_iter().collect();
    config.partner.assume_relationship = true;
    config.partner.assume_agreement = true;
    config
}

/// Counts rows and forgets them.
struct Counting(usize);

impl Sink for Counting {
    fn table(&mut self, _: &TableHead) -> Interest {
        Interest::Read
    }

    fn rows(&mut self, rows: Rows) {
        self.0 += rows.len();
    }
}

fn recognised(vocabulary: &Vocabulary) -> Recognised {
    let (config, tables) = (config(), Tables::default());
    let context = recognise::Context {
        config: &config,
        tables: &tables,
        vocabulary,
        as_of: as_of(),
        progress: &|_| {},
    };
    recognise::recognise(&[export()], &context)
}

fn planned(recognised: Recognised, rules: &Rules, catalog: &Catalog) -> Plan {
    let (config, tables, calendar) = (config(), Tables::default(), Calendars::default());
    let context = plan::Context {
        as_of: as_of(),
        config: &config,
        tables: &tables,
        rules,
        calendars: &calendar,
        catalog,
        evidence: &Evidence::none(as_of()),
    };
    plan::plan(recognised.subscriptions, &recognised.customers, &context)
}

#[divan::bench]
fn reads(bencher: Bencher<'_, '_>) {
    reads_an(export, bencher);
}

#[divan::bench]
fn reads_xlsx(bencher: Bencher<'_, '_>) {
    reads_an(workbook, bencher);
}

fn reads_an(input: fn() -> Input, bencher: Bencher<'_, '_>) {
    let (input, vocabulary) = (input(), Vocabulary::embedded());
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let mut counting = Counting(0);
        read::read(
            &input,
            &ReadOptions::default(),
            &Limits::default(),
            &vocabulary,
            &mut counting,
        );
        counting.0
    });
}

#[divan::bench]
fn reads_and_recognises(bencher: Bencher<'_, '_>) {
    let vocabulary = Vocabulary::embedded();
    bencher.counter(ItemsCount::new(ROWS)).bench(|| recognised(&vocabulary));
}

#[divan::bench]
fn decides(bencher: Bencher<'_, '_>) {
    let vocabulary = Vocabulary::embedded();
    let (Ok(rules), catalog) = (Rules::embedded(), Catalog::embedded()) else {
        return;
    };
    bencher
        .counter(ItemsCount::new(ROWS))
        .with_inputs(|| recognised(&vocabulary))
        .bench_values(|recognised| planned(recognised, &rules, &catalog));
}

#[divan::bench]
fn writes(bencher: Bencher<'_, '_>) {
    let vocabulary = Vocabulary::embedded();
    let (Ok(rules), catalog) = (Rules::embedded(), Catalog::embedded()) else {
        return;
    };
    let plan = planned(recognised(&vocabulary), &rules, &catalog);
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let mut bytes = Vec::new();
        write::write_plan(&plan, config().output, &mut bytes).map(|()| bytes.len())
    });
}
