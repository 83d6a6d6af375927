//! The same fifty subscriptions in the shapes of many sources and in many containers give the same facts.
//!
//! In: the list of subscriptions in our own words (`languages/subscriptions.csv`). Each is written as the portal's API, its
//! analytics, PowerShell, Graph, the batch migration tool, reconciliation files, Insights and distributors would write it: with
//! their headings, dates, states and words, in several encodings and containers. What comes must be what our own list says, as
//! far as the source can say it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    io::{Cursor, Write},
    path::Path,
};

use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;
use seatshift::{
    config::Config,
    read::Input,
    recognise::{Context, Recognised, Subscription, recognise, tables::Tables, vocabulary::Vocabulary},
};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/workbooks.rs"]
mod workbooks;

use workbooks::{Sheet, Value};

const SUBSCRIPTIONS: &str = include_str!("languages/subscriptions.csv");

/// One subscription in our own words.
struct Ours {
    columns: csv::StringRecord,
    cells: csv::StringRecord,
}

impl Ours {
    fn all() -> Vec<Ours> {
        let mut reader = csv::Reader::from_reader(SUBSCRIPTIONS.as_bytes());
        let columns = reader.headers().unwrap().clone();
        let records = reader.records().map(|record| Ours {
            columns: columns.clone(),
            cells: record.unwrap(),
        });
        records.collect()
    }

    fn get(&self, column: &str) -> &str {
        &self.cells[self.columns.iter().position(|known| known == column).unwrap()]
    }

    fn day(&self, column: &str) -> NaiveDate {
        self.get(column).parse().unwrap()
    }

    fn is_yes(&self, column: &str) -> bool {
        self.get(column) == "yes"
    }

    /// The word that stands beside one of ours; empty where the source has none.
    fn word(&self, column: &str, words: &[(&'static str, &'static str)]) -> String {
        let found = words.iter().find(|(ours, _)| *ours == self.get(column));
        found.map_or_else(String::new, |(_, theirs)| (*theirs).to_owned())
    }
}

/// What stands in a column.
type InColumn = fn(&Ours) -> String;

/// How a source writes its rows.
struct Shape {
    kind: &'static str,
    columns: Vec<(&'static str, InColumn)>,
    /// The facts it states for certain, by our columns.
    says: &'static str,
    /// States that it has a word for.
    states: &'static str,
    channel: Option<&'static str>,
}

fn id(of: &Ours) -> String {
    of.get("subscription_id").to_owned()
}
fn shouted_id(of: &Ours) -> String {
    of.get("subscription_id").to_uppercase()
}
fn customer(of: &Ours) -> String {
    of.get("customer_id").to_owned()
}
fn name(of: &Ours) -> String {
    of.get("customer_name").to_owned()
}
fn domain(of: &Ours) -> String {
    of.get("customer_domain").to_owned()
}
fn country(of: &Ours) -> String {
    of.get("customer_country").to_owned()
}
fn offer(of: &Ours) -> String {
    of.get("offer_name").to_owned()
}
fn seats(of: &Ours) -> String {
    of.get("seats").to_owned()
}
/// As a program guards a number from a spreadsheet.
fn guarded_seats(of: &Ours) -> String {
    format!("'{}.0000", of.get("seats"))
}
fn assigned(of: &Ours) -> String {
    of.get("assigned_seats").to_owned()
}
fn term(of: &Ours) -> String {
    of.get("term").to_owned()
}
fn truth(of: &Ours) -> String {
    if of.is_yes("auto_renew") { "True" } else { "False" }.to_owned()
}
fn yes(of: &Ours) -> String {
    if of.is_yes("auto_renew") { "Yes" } else { "No" }.to_owned()
}
fn enabled(of: &Ours) -> String {
    if of.is_yes("auto_renew") { "Enabled" } else { "Disabled" }.to_owned()
}
fn iso_start(of: &Ours) -> String {
    of.get("term_start").to_owned()
}
fn iso_end(of: &Ours) -> String {
    of.get("term_end").to_owned()
}
fn utc_end(of: &Ours) -> String {
    format!("{}T00:00:00.0000000Z", of.get("term_end"))
}
fn local_end(of: &Ours) -> String {
    format!("{}T00:00:00", of.get("term_end"))
}
fn hungarian_end(of: &Ours) -> String {
    of.day("term_end").format("%Y. %m. %d. 0:00:00").to_string()
}
fn american(date: NaiveDate) -> String {
    format!("{}/{}/{} 0:00", date.month(), date.day(), date.year())
}
fn american_start(of: &Ours) -> String {
    american(of.day("term_start"))
}
fn american_end(of: &Ours) -> String {
    american(of.day("term_end"))
}
fn invariant_end(of: &Ours) -> String {
    of.day("term_end").format("%m/%d/%Y 00:00:00").to_string()
}
fn german_start(of: &Ours) -> String {
    of.day("term_start").format("%d.%m.%Y").to_string()
}
fn german_end(of: &Ours) -> String {
    of.day("term_end").format("%d.%m.%Y").to_string()
}
fn billing(of: &Ours) -> String {
    of.get("billing_plan").to_owned()
}
fn enumerated_billing(of: &Ours) -> String {
    of.word(
        "billing_plan",
        &[("monthly", "Monthly"), ("annual", "Annual"), ("triennial", "Triennial")],
    )
}
fn marketplace_billing(of: &Ours) -> String {
    of.word(
        "billing_plan",
        &[("monthly", "Monthly"), ("annual", "Annual"), ("triennial", "3-Year")],
    )
}
fn marketplace_term(of: &Ours) -> String {
    of.word("term", &[("P1M", "Monthly"), ("P1Y", "1-Year"), ("P3Y", "3-Year")])
}
fn term_and_billing(of: &Ours) -> String {
    let term = of.word(
        "term",
        &[("P1M", "One-Month"), ("P1Y", "One-Year"), ("P3Y", "Three-3 Years")],
    );
    let billing = of.word(
        "billing_plan",
        &[("monthly", "monthly"), ("annual", "yearly"), ("triennial", "3 Years")],
    );
    format!("{term} commitment for {billing} billing")
}
fn state(of: &Ours) -> String {
    of.get("state").to_owned()
}
fn shouted_state(of: &Ours) -> String {
    of.word(
        "state",
        &[
            ("active", "ACTIVE"),
            ("suspended", "SUSPENDED"),
            ("deleted", "DEPROVISIONED"),
        ],
    )
}
fn graph_state(of: &Ours) -> String {
    let words = [
        ("active", "Enabled"),
        ("expired", "Warning"),
        ("suspended", "Suspended"),
        ("deleted", "Deleted"),
        ("disabled", "LockedOut"),
    ];
    of.word("state", &words)
}
fn insights_state(of: &Ours) -> String {
    of.word("state", &[("active", "Active"), ("deleted", "Churned")])
}
fn numbered_state(of: &Ours) -> String {
    let words = [
        ("pending", "10"),
        ("active", "30"),
        ("expired", "50"),
        ("deleted", "70"),
        ("suspended", "80"),
    ];
    of.word("state", &words)
}
fn marketplace_state(of: &Ours) -> String {
    of.word(
        "state",
        &[
            ("active", "Active"),
            ("pending", "PendingManual"),
            ("deleted", "Cancelled"),
        ],
    )
}
fn nothing(_: &Ours) -> String {
    String::new()
}
fn dash(_: &Ours) -> String {
    "-".to_owned()
}
fn partner(_: &Ours) -> String {
    "4390934".to_owned()
}
fn level(_: &Ours) -> String {
    "cycleCharge".to_owned()
}
fn cycle_fee(_: &Ours) -> String {
    "Cycle fee".to_owned()
}
fn month(_: &Ours) -> String {
    "2026-11-01".to_owned()
}

fn shapes() -> Vec<Shape> {
    vec![
        Shape {
            kind: "partner-center-api",
            columns: vec![
                ("CustomerId", customer),
                ("CustomerName", name),
                ("id", id),
                ("offerId", nothing),
                ("offerName", offer),
                ("friendlyName", nothing),
                ("quantity", seats),
                ("unitType", |_| "Licenses".into()),
                ("commitmentEndDate", utc_end),
                ("status", state),
                ("autoRenewEnabled", truth),
                ("billingCycle", billing),
                ("termDuration", term),
                ("partnerId", partner),
                ("links.self.uri", nothing),
            ],
            says: "customer_id customer_name offer_name seats term billing_plan term_end auto_renew state",
            states: "active pending suspended expired disabled deleted",
            channel: Some("csp"),
        },
        Shape {
            kind: "get-partnercustomersubscription",
            columns: vec![
                ("TenantId", customer),
                ("SubscriptionId", shouted_id),
                ("OfferId", nothing),
                ("OfferName", offer),
                ("Quantity", seats),
                ("UnitType", |_| "Licenses".into()),
                ("CommitmentEndDate", hungarian_end),
                ("Status", state),
                ("AutoRenewEnabled", truth),
                ("BillingCycle", enumerated_billing),
                ("TermDuration", term),
                ("RefundOptions", |_| "System.String[]".into()),
            ],
            says: "customer_id offer_name seats term billing_plan term_end auto_renew state",
            states: "active pending suspended expired disabled deleted",
            channel: Some("csp"),
        },
        Shape {
            kind: "bam-subscriptions",
            columns: vec![
                ("PartnerTenantId", nothing),
                ("CustomerName", name),
                ("CustomerTenantId", customer),
                ("LegacySubscriptionId", shouted_id),
                ("LegacySubscriptionName", nothing),
                ("LegacyProductName", offer),
                ("ExpirationDate", invariant_end),
                ("AutoRenewEnabled", truth),
                ("MigrationEligible", truth),
                ("CurrentTerm", term),
                ("CurrentBillingPlan", enumerated_billing),
                ("CurrentSeatCount", seats),
                ("Term", |_| "P3Y".into()),
                ("BillingPlan", |_| "Annual".into()),
                ("SeatCount", |_| "9999".into()),
                ("AddOn", |_| "False".into()),
            ],
            says: "customer_id customer_name offer_name seats term billing_plan term_end auto_renew",
            states: "",
            channel: Some("csp-legacy"),
        },
        Shape {
            kind: "bam-ncesubscriptions",
            columns: vec![
                ("CustomerName", name),
                ("CustomerTenantId", customer),
                ("SubscriptionId", id),
                ("ProductName", offer),
                ("ExpirationDate", invariant_end),
                ("Psa", nothing),
                ("Term", term),
                ("BillingPlan", enumerated_billing),
                ("SeatCount", seats),
            ],
            says: "customer_id customer_name offer_name seats term billing_plan term_end",
            states: "",
            channel: Some("csp"),
        },
        Shape {
            kind: "graph-companysubscription",
            columns: vec![
                ("TenantId", customer),
                ("CommerceSubscriptionId", id),
                ("Product", offer),
                ("SkuPartNumber", nothing),
                ("NextLifecycleDateTime", utc_end),
                ("Status", graph_state),
                ("TotalLicenses", seats),
                ("IsTrial", |_| "False".into()),
                ("OwnerTenantId", nothing),
            ],
            says: "customer_id offer_name seats state",
            states: "active suspended expired disabled deleted",
            channel: None,
        },
        Shape {
            kind: "partner-center-analytics",
            columns: vec![
                ("customerTenantId", |of| customer(of).to_uppercase()),
                ("customerName", name),
                ("customerMarket", country),
                ("id", shouted_id),
                ("status", shouted_state),
                ("productName", offer),
                ("autoRenewEnabled", truth),
                ("commitmentEndDate", local_end),
                ("licenseCount", seats),
                ("billingCycleName", |of| enumerated_billing(of).to_uppercase()),
                ("churnRisk", nothing),
            ],
            says: "customer_id customer_name offer_name seats billing_plan term_end auto_renew state",
            states: "active suspended deleted",
            channel: Some("csp"),
        },
        Shape {
            kind: "recon-nce",
            columns: vec![
                ("PartnerId", nothing),
                ("CustomerId", customer),
                ("CustomerName", name),
                ("CustomerDomainName", domain),
                ("CustomerCountry", country),
                ("SkuName", offer),
                ("ChargeType", level),
                ("Quantity", guarded_seats),
                ("Subtotal", |_| "'10.5".into()),
                ("SubscriptionId", id),
                ("ChargeStartDate", american_start),
                ("ChargeEndDate", american_end),
                ("TermAndBillingCycle", term_and_billing),
                ("SubscriptionStartDate", american_start),
                ("SubscriptionEndDate", american_end),
            ],
            says: "customer_id customer_name customer_domain offer_name seats term billing_plan term_start term_end",
            states: "",
            channel: Some("csp"),
        },
        Shape {
            kind: "recon-nce",
            columns: vec![
                ("Customer_Id", customer),
                ("Customer Name", name),
                ("Sku Name", offer),
                ("CHARGE_TYPE", |_| "CYCLECHARGE".into()),
                ("Quantity", seats),
                ("Subtotal", |_| "10,50".into()),
                ("Subscription Id", id),
                ("Term And Billing Cycle", term_and_billing),
                ("Cost centre", |_| "4711".into()),
                ("Subscription Start Date", german_start),
                ("Subscription End Date", german_end),
            ],
            says: "customer_id customer_name offer_name seats term billing_plan term_start term_end",
            states: "",
            channel: Some("csp"),
        },
        Shape {
            kind: "recon-legacy",
            columns: vec![
                ("CustomerID", customer),
                ("CustomerName", name),
                ("OrderID", |_| "566890604832738111".into()),
                ("SubscriptionID", nothing),
                ("SyndicationPartnerSubscriptionNumber", shouted_id),
                ("DurableOfferId", nothing),
                ("OfferName", offer),
                ("SubscriptionStartDate", american_start),
                ("SubscriptionEndDate", american_end),
                ("ChargeType", cycle_fee),
                ("Quantity", seats),
                ("Subtotal", |_| "6.82".into()),
                ("DomainName", domain),
                ("BillingCycleType", enumerated_billing),
            ],
            says: "customer_id customer_name customer_domain offer_name seats billing_plan term_start term_end",
            states: "",
            channel: Some("csp-legacy"),
        },
        Shape {
            kind: "insights-subscriptions",
            columns: vec![
                ("PGAMpnID", partner),
                ("SubscriptionId", shouted_id),
                ("SubscriptionStartDate", iso_start),
                ("SubscriptionEndDate", iso_end),
                ("SubscriptionState", insights_state),
                ("Month", month),
                ("IsAutoRenew", yes),
                ("CustomerName", name),
                ("CustomerTenantId", customer),
                ("Product", offer),
                ("IsDuplicateRowForPGA", |_| "0".into()),
                ("AvailableSeatsEOP", seats),
                ("AvailableSeats", |_| "1".into()),
            ],
            says: "customer_id customer_name offer_name seats term_start term_end auto_renew state",
            states: "active deleted",
            channel: None,
        },
        Shape {
            kind: "cloudblue-missing",
            columns: vec![
                ("Microsoft Subscription ID\r\n", id),
                ("Customer ID\r\n", |_| "1000045".into()),
                ("Microsoft Customer ID\r\n", customer),
                ("Customer Domain\r\n", domain),
                ("Product Name\r\n", offer),
                ("Product ID\r\n", dash),
                ("Product SKU ID\r\n", dash),
                ("Quantity of licenses\r\n", seats),
                ("Microsoft Subscription Status\r\n", state),
                ("Auto-renewal Status\r\n", enabled),
                ("Subscription Commitment End Date.\r\n", iso_end),
                ("Error Details\r\n", dash),
            ],
            says: "customer_id customer_domain offer_name seats term_end auto_renew state",
            states: "active pending suspended expired disabled deleted",
            channel: Some("csp"),
        },
        Shape {
            kind: "cloudblue-audit",
            columns: vec![
                ("Asset ID", |_| "AS-1234-5678-9012".into()),
                ("Subscription ID", id),
                ("External Subscription ID", |_| "1000123".into()),
                ("Customer Name", name),
                ("Domain", domain),
                ("Offer ID", dash),
                ("Offer Name", offer),
                ("Status", |_| "active".into()),
                ("Microsoft Status", state),
                ("Microsoft Auto Renew", truth),
                ("Microsoft Commitment End Date", utc_end),
                ("Licenses", |_| "1".into()),
                ("Microsoft Licenses", seats),
            ],
            says: "customer_name customer_domain offer_name seats term_end auto_renew state",
            states: "active pending suspended expired disabled deleted",
            channel: Some("csp"),
        },
        Shape {
            kind: "cloudblue-commerce",
            columns: vec![
                ("SUBSCRIPTION_ACCOUNT_ID", |_| "1000045".into()),
                ("SUBSCRIPTION_ACCOUNT_NAME", name),
                ("SUBSCRIPTION_ ID", id),
                ("SUBSCRIPTION_PLAN_NAME", offer),
                ("SUBSCRIPTION_STATUS", numbered_state),
                ("SUBSCRIPTION_START_DATE_INT", |_| "1760486400".into()),
                ("SUBSCRIPTION_EXP_DATE_INT", |_| "1791936000".into()),
                ("SUBSCRIPTION_EXP_DATE", iso_end),
            ],
            says: "customer_name offer_name term_end state",
            states: "active pending suspended expired deleted",
            channel: None,
        },
        Shape {
            kind: "pax8",
            columns: vec![
                ("id", id),
                ("companyId", |_| "e9d0c1b2-1111-4222-8333-444455556666".into()),
                ("companyName", name),
                ("productId", |_| "6d5f4e3c-2222-4333-8444-555566667777".into()),
                ("productName", offer),
                ("quantity", seats),
                ("startDate", local_end),
                ("endDate", |_| String::new()),
                ("status", marketplace_state),
                ("billingTerm", marketplace_billing),
                ("commitment.term", marketplace_term),
                ("commitment.endDate", local_end),
            ],
            says: "customer_name offer_name seats term billing_plan term_end state",
            states: "active pending deleted",
            channel: Some("csp"),
        },
        Shape {
            kind: "streamone-ion",
            columns: vec![
                ("id", id),
                ("customerId", |_| "40123".into()),
                ("customerName", name),
                ("productId", |_| "MS-0A".into()),
                ("productName", offer),
                ("status", state),
                ("quantity", seats),
                ("startDate", |_| "2019-03-14".into()),
                ("endDate", iso_end),
                ("renewalDate", |of| of.day("term_end").succ_opt().unwrap().to_string()),
                ("billingPeriod", billing),
            ],
            says: "customer_name offer_name seats billing_plan term_end state",
            states: "active pending suspended expired disabled deleted",
            channel: Some("csp"),
        },
        Shape {
            kind: "insight-ccx",
            columns: vec![
                ("Customer Name", name),
                ("Product Name", offer),
                ("Product Type", |_| "License".into()),
                ("Product ID/SKU ID", nothing),
                ("ID", nothing),
                ("Vendor ID", id),
                ("Status", state),
                ("Licenses", seats),
                ("Auto Renew Date", |of| american(of.day("term_end").succ_opt().unwrap())),
            ],
            says: "customer_name offer_name seats term_end state",
            states: "active pending suspended expired disabled deleted",
            channel: Some("csp"),
        },
        Shape {
            kind: "partner-invoice",
            columns: vec![
                ("CustomerId", customer),
                ("CustomerName", name),
                ("CustomerDomainName", domain),
                ("PartnerInvoiceNumber", |_| "INV-1".into()),
                ("SkuName", offer),
                ("ChargeType", level),
                ("Quantity", seats),
                ("PartnerSubTotal", |_| "497.50".into()),
                ("SubscriptionId", id),
                ("Term", term),
                ("BillingCycle", enumerated_billing),
            ],
            says: "customer_id customer_name customer_domain offer_name seats term billing_plan",
            states: "",
            channel: Some("csp"),
        },
        Shape {
            kind: "vocabulary",
            columns: vec![
                ("Abonnement-ID", id),
                ("Mandanten-ID", customer),
                ("Kunde", name),
                ("Produkt", offer),
                ("Anzahl Lizenzen", seats),
                ("Zugewiesen", assigned),
                ("Laufzeit", term),
                ("Abrechnung", billing),
                ("Startdatum", german_start),
                ("Enddatum", german_end),
                ("Automatische Verlängerung", |of| {
                    if of.is_yes("auto_renew") {
                        "ja".into()
                    } else {
                        "nein".into()
                    }
                }),
                ("Status", state),
                ("Bezugsweg", |of| of.get("channel").into()),
            ],
            says: "customer_id customer_name offer_name seats assigned_seats term billing_plan term_start term_end auto_renew state channel",
            states: "active pending suspended expired disabled deleted",
            channel: None,
        },
    ]
}

impl Shape {
    fn rows(&self, ours: &[Ours]) -> Vec<Vec<String>> {
        let headings = self.columns.iter().map(|(heading, _)| (*heading).to_owned()).collect();
        let row = |of: &Ours| self.columns.iter().map(|(_, write)| write(of)).collect();
        std::iter::once(headings).chain(ours.iter().map(row)).collect()
    }

    fn text(&self, ours: &[Ours], delimiter: u8) -> String {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        for row in self.rows(ours) {
            writer.write_record(row).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }

    /// In every encoding and container: a name and bytes.
    fn files(&self, ours: &[Ours]) -> Vec<(&'static str, Vec<u8>)> {
        let text = self.text(ours, b',');
        let tabbed = format!("\u{feff}{}", self.text(ours, b'\t'));
        let sheet: Vec<Vec<Value>> = self
            .rows(ours)
            .iter()
            .map(|row| row.iter().map(|cell| Value::from(&**cell)).collect())
            .collect();
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive
            .start_file("export.csv", zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
        vec![
            ("utf-8.csv", text.into_bytes()),
            (
                "utf-8-bom-semicolons.csv",
                format!("\u{feff}{}", self.text(ours, b';')).into_bytes(),
            ),
            ("utf-16.txt", tabbed.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("text.zip", archive.finish().unwrap().into_inner()),
            ("workbook.xlsx", workbooks::xlsx(&[Sheet::new("Export", &sheet)])),
        ]
    }
}

fn recognised(name: &str, bytes: Vec<u8>) -> Recognised {
    let (config, tables, vocabulary) = (
        Config::parse("", Path::new("seatshift.toml")).unwrap(),
        Tables::default(),
        Vocabulary::embedded(),
    );
    let context = Context {
        config: &config,
        tables: &tables,
        vocabulary: &vocabulary,
        as_of: "2026-11-21".parse().unwrap(),
        progress: &|_| {},
    };
    let input = Input::Bytes {
        name: name.into(),
        bytes: bytes.into(),
    };
    recognise(&[input], &context)
}

/// A fact of a subscription, in our own words.
fn fact(of: &Subscription, column: &str) -> String {
    let text = match column {
        "customer_id" => of.customer_id.map(|id| id.to_string()),
        "customer_name" => of.customer_name.as_deref().map(str::to_owned),
        "customer_domain" => of.customer_domain.as_deref().map(str::to_owned),
        "offer_name" => of.offer.name.as_deref().map(str::to_owned),
        "seats" => of.seats.map(|seats| seats.0.to_string()),
        "assigned_seats" => of.assigned_seats.map(|seats| seats.0.to_string()),
        "term" => of.term.map(|term| term.to_string()),
        "billing_plan" => of.billing_plan.map(|plan| plan.to_string()),
        "term_start" => of.term_start.map(|date| date.to_string()),
        "term_end" => of.term_end.map(|end| end.0.to_string()),
        "auto_renew" => of.auto_renew.map(|renews| if renews { "yes" } else { "no" }.to_owned()),
        "state" => of.state.map(|state| state.to_string()),
        "channel" => of.channel.map(|channel| channel.to_string()),
        _ => panic!("{column}"),
    };
    text.unwrap_or_default()
}

/// Where what came differs from our own list.
fn differences(shape: &Shape, ours: &[Ours], came: &Recognised) -> Vec<String> {
    let mut differing = Vec::new();
    let kind = came.inputs[0].tables.first().map(|table| table.kind.to_string());
    if kind.as_deref() != Some(shape.kind) {
        differing.push(format!("read as {kind:?}"));
    }
    if came.subscriptions.len() != ours.len() {
        differing.push(format!("{} subscriptions", came.subscriptions.len()));
    }
    for (subscription, of) in came.subscriptions.iter().zip(ours) {
        if subscription.id.to_string() != of.get("subscription_id") {
            differing.push(format!(
                "`{}` in place of `{}`",
                subscription.id,
                of.get("subscription_id")
            ));
        }
        if !subscription.flaws.is_empty() {
            differing.push(format!("{}: {:?}", subscription.id, subscription.flaws));
        }
        if let Some(channel) = shape.channel
            && fact(subscription, "channel") != channel
        {
            differing.push(format!(
                "{}: channel {}",
                subscription.id,
                fact(subscription, "channel")
            ));
        }
        for column in shape.says.split_whitespace() {
            let is_said = column != "state" || shape.states.split(' ').any(|state| state == of.get("state"));
            let came = fact(subscription, column);
            if is_said && came != of.get(column) {
                differing.push(format!(
                    "{}: {column} `{came}` in place of `{}`",
                    subscription.id,
                    of.get(column)
                ));
            }
        }
    }
    differing
}

#[test]
fn fifty_subscriptions_in_every_shape_and_container_give_the_same_facts() {
    let ours = Ours::all();
    assert_eq!(ours.len(), 50);
    let shapes = shapes();
    let files: Vec<(&Shape, &str, Vec<u8>)> = shapes
        .iter()
        .flat_map(|shape| {
            shape
                .files(&ours)
                .into_iter()
                .map(move |(name, bytes)| (shape, name, bytes))
        })
        .collect();
    assert!(files.len() >= 90, "{}", files.len());
    let differing: Vec<String> = files
        .into_par_iter()
        .filter_map(|(shape, name, bytes)| {
            let came = recognised(name, bytes);
            let differing = differences(shape, &ours, &came);
            let findings = came.findings.iter().take(3).map(|finding| finding.to_string());
            let findings = findings.collect::<Vec<_>>().join("\n    ");
            (!differing.is_empty()).then(|| {
                format!(
                    "{} {name}: {}\n    {findings}",
                    shape.kind,
                    differing[..differing.len().min(4)].join(", ")
                )
            })
        })
        .collect();
    assert!(
        differing.is_empty(),
        "{} differ:\n{}",
        differing.len(),
        differing.join("\n")
    );
}

/// Graph's next change of state is the term's end while the subscription is active, and only then.
#[test]
fn the_next_change_of_state_is_the_terms_end_only_while_active() {
    let ours = Ours::all();
    let shapes = shapes();
    let graph = shapes
        .iter()
        .find(|shape| shape.kind == "graph-companysubscription")
        .unwrap();
    let came = recognised("graph.csv", graph.text(&ours, b',').into_bytes());
    for (subscription, of) in came.subscriptions.iter().zip(&ours) {
        let expected = if of.get("state") == "active" {
            of.get("term_end")
        } else {
            ""
        };
        assert_eq!(fact(subscription, "term_end"), expected, "{}", subscription.id);
    }
}

/// A number without a date's format, or written as text, counts from where its workbook does.
#[test]
fn numbers_of_days_count_from_their_workbooks_epoch() {
    let day = NaiveDate::from_ymd_opt(2027, 5, 3).unwrap();
    let since_1900 = (day - NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_days() as f64;
    let id = |number: u32| Value::from(&*format!("0f8fad5b-d9cb-469f-a165-70867728950{number}"));
    for (is_1904, number) in [(false, since_1900), (true, since_1900 - 1462.0)] {
        let list = [
            ["Subscription ID", "Product", "Quantity", "End date"]
                .map(Value::from)
                .to_vec(),
            vec![id(1), "Office 365 E3".into(), 5.0.into(), number.into()],
            vec![id(2), "Office 365 E3".into(), 5.0.into(), (number + 0.25).into()],
            vec![
                id(3),
                "Office 365 E3".into(),
                5.0.into(),
                number.to_string().as_str().into(),
            ],
            vec![id(4), "Office 365 E3".into(), 5.0.into(), day.into()],
        ];
        let sheet = Sheet::new("Lista", &list);
        let sheet = if is_1904 { sheet.since_1904() } else { sheet };
        for (format, content) in workbooks::all(&[sheet]) {
            let came = recognised(format, content);
            let ends: Vec<String> = came.subscriptions.iter().map(|of| fact(of, "term_end")).collect();
            assert_eq!(ends, ["2027-05-03"; 4], "{format} {is_1904}");
            let column = &came.inputs[0].tables[0].dates[0];
            let since = if is_1904 {
                "counted from 1904"
            } else {
                "counted from 1900"
            };
            assert!(column.because.contains(since), "{format}: {}", column.because);
            let told = came.findings.iter().filter(|finding| finding.message.contains(since));
            assert_eq!(told.map(|finding| &*finding.hint).collect::<Vec<_>>(), [""], "{format}");
        }
    }
}
