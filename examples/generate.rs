//! Writes a large export, for measuring: `generate csv|xlsx ROWS FILE`.
//!
//! The rows are the same for the same number: customers with five subscriptions on average, ten offers, every channel,
//! term ends over two years.

use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write},
    process::ExitCode,
};

use chrono::{Days, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

const HEADINGS: [&str; 14] = [
    "Customer ID",
    "Customer name",
    "Domain",
    "Country",
    "Subscription ID",
    "Offer ID",
    "Offer name",
    "Quantity",
    "Status",
    "Auto renew",
    "Start date",
    "End date",
    "Term",
    "Channel",
];

const OFFERS: [(&str, &str); 10] = [
    ("CFQ7TTC0LH18:0001", "Microsoft 365 Business Basic"),
    ("CFQ7TTC0LDPB:0001", "Microsoft 365 Business Standard"),
    ("CFQ7TTC0LCHC:0002", "Microsoft 365 Business Premium"),
    ("CFQ7TTC0LH1G:0001", "Microsoft 365 Apps for business"),
    ("CFQ7TTC0LFLX:0001", "Microsoft 365 E3"),
    ("CFQ7TTC0LFLZ:0002", "Microsoft 365 E5"),
    ("CFQ7TTC0LH16:0001", "Exchange Online (Plan 1)"),
    ("CFQ7TTC0LHSF:0001", "Power BI Pro"),
    ("CFQ7TTC0HD33:0003", "Visio Plan 1"),
    ("CFQ7TTC0LF8R:0001", "Office 365 E3"),
];

const CHANNELS: [&str; 6] = ["csp", "web-direct", "ea", "mca-e", "web-direct-mosa", "open-value"];
const COUNTRIES: [&str; 8] = ["HU", "PL", "SE", "DE", "GB", "FR", "TR", "US"];

/// A row's facts.
struct Row {
    customer: u64,
    country: &'static str,
    subscription: u64,
    offer: (&'static str, &'static str),
    seats: u64,
    auto_renew: bool,
    start: NaiveDate,
    end: NaiveDate,
    channel: &'static str,
}

/// A well-mixed number for each index (splitmix64), so that neighbours differ and runs agree.
fn mixed(index: u64) -> u64 {
    let mut z = index.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn guid(kind: u64, number: u64) -> String {
    let (high, low) = (mixed(kind * 1_000_003 + number), mixed(number ^ (kind << 40)));
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

fn row(index: u64, rows: u64, first: NaiveDate) -> Row {
    let random = mixed(index);
    let customer = random % (rows / 5).max(1);
    let end = first + Days::new((random >> 20) % 730);
    Row {
        customer,
        country: COUNTRIES[(mixed(customer) % 8) as usize],
        subscription: index,
        offer: OFFERS[(random >> 8) as usize % OFFERS.len()],
        seats: 1 + (random >> 12) % 250,
        auto_renew: random & 64 == 0,
        start: end - Days::new(364),
        end,
        channel: CHANNELS[(random >> 16) as usize % CHANNELS.len()],
    }
}

fn csv(rows: u64, first: NaiveDate, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(out, "{}\r", HEADINGS.join(","))?;
    for index in 0..rows {
        let row = row(index, rows, first);
        writeln!(
            out,
            "{},\"Customer {}, Ltd\",customer{}.example,{},{},{},{},{},Active,{},{},{},P1Y,{}\r",
            guid(1, row.customer),
            row.customer,
            row.customer,
            row.country,
            guid(2, row.subscription),
            row.offer.0,
            row.offer.1,
            row.seats,
            if row.auto_renew { "true" } else { "false" },
            row.start,
            row.end,
            row.channel
        )?;
    }
    Ok(out.flush()?)
}

fn xlsx(rows: u64, first: NaiveDate, path: &str) -> Result<(), Box<dyn Error>> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (column, heading) in HEADINGS.iter().enumerate() {
        sheet.write_string(0, column as u16, *heading)?;
    }
    for index in 0..rows {
        let row = row(index, rows, first);
        let line = index as u32 + 1;
        let name = format!("Customer {}, Ltd", row.customer);
        let domain = format!("customer{}.example", row.customer);
        let (customer, subscription) = (guid(1, row.customer), guid(2, row.subscription));
        for (column, text) in [
            (0, customer.as_str()),
            (1, &name),
            (2, &domain),
            (3, row.country),
            (4, &subscription),
            (5, row.offer.0),
            (6, row.offer.1),
            (8, "Active"),
            (12, "P1Y"),
            (13, row.channel),
        ] {
            sheet.write_string(line, column, text)?;
        }
        sheet.write_number(line, 7, row.seats as f64)?;
        sheet.write_boolean(line, 9, row.auto_renew)?;
        for (column, day) in [(10, row.start), (11, row.end)] {
            sheet.write_datetime_with_format(line, column, &ExcelDateTime::parse_from_str(&day.to_string())?, &date)?;
        }
    }
    Ok(workbook.save(path)?)
}

fn generate(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [kind, rows, path] = arguments else {
        return Err("usage: generate csv|xlsx ROWS FILE".into());
    };
    let rows: u64 = rows.parse()?;
    let first = NaiveDate::from_ymd_opt(2026, 8, 1).ok_or("no such day")?;
    match kind.as_str() {
        "csv" => csv(rows, first, &mut BufWriter::with_capacity(1 << 20, File::create(path)?)),
        "xlsx" => xlsx(rows, first, path),
        other => Err(format!("`{other}` is neither csv nor xlsx").into()),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match generate(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "generate: {error}");
            ExitCode::from(2)
        }
    }
}
