//! One realistic file of every source that we know of, and what we make of it.
//!
//! In: the files of `sources/`, each written from the headings of its source with values as that source writes them; those under
//! `sources/customers/` are of one customer, whose tenant id is the folder's name. Out: for each the kind, by what it was told,
//! the field of each heading, the subscriptions and customers, the findings, as `sources/facts.txt` has them. `BLESS=1` writes
//! that file; look at what changes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
    fs,
    path::Path,
};

use seatshift::{
    config::Config,
    finding::Code,
    read::Input,
    recognise::{
        Context, Customer, Flaw, Recognised, Subscription, TableRecord, recognise, tables::Tables,
        vocabulary::Vocabulary,
    },
};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/workbooks.rs"]
mod workbooks;

use workbooks::{Sheet, Value};

const FACTS: &str = "tests/sources/facts.txt";
const SETTINGS: &str = "[[source]]\nmatch = \"sources/customers/{customer_id}/*\"\n";
/// The kinds of exports, and those that nobody described.
const KINDS: &str = include_str!("../src/recognise/kinds.csv");
const BY_VOCABULARY: [&str; 3] = ["vocabulary", "vocabulary-charges", "customer-list"];

/// Recognises one input, with settings.
fn recognised(input: Input, settings: &str) -> Recognised {
    let config = Config::parse(settings, Path::new("seatshift.toml")).unwrap();
    let (tables, vocabulary) = (Tables::default(), Vocabulary::embedded());
    let context = Context {
        config: &config,
        tables: &tables,
        vocabulary: &vocabulary,
        as_of: "2026-05-15".parse().unwrap(),
        progress: &|_| {},
    };
    recognise(&[input], &context)
}

fn of_bytes(name: &str, bytes: Vec<u8>) -> Recognised {
    let input = Input::Bytes {
        name: name.into(),
        bytes: bytes.into(),
    };
    recognised(input, "")
}

/// Every file of the folder, by its path from `tests/sources`.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new("tests/sources").to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension != "txt") {
                let within = path.strip_prefix("tests/sources").unwrap();
                files.push(within.to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    files.sort();
    files
}

fn recognised_file(file: &str) -> Recognised {
    recognised(Input::File(Path::new("tests/sources").join(file)), SETTINGS)
}

/// What came of a file, as people can compare it.
fn told(file: &str) -> String {
    let recognised = recognised_file(file);
    let mut text = format!("== {file}\n");
    for input in &recognised.inputs {
        for table in &input.tables {
            tell_table(&mut text, table);
        }
    }
    for subscription in &recognised.subscriptions {
        tell_subscription(&mut text, subscription);
    }
    for customer in &recognised.customers {
        tell_customer(&mut text, customer);
    }
    let accounting = &recognised.accounting;
    assert!(accounting.balances(), "{file}: {accounting:?}");
    for finding in &recognised.findings {
        if finding.code != Code::SourceUnused && finding.code != Code::CustomerUnknown {
            let place = finding.place.to_string();
            let place = place.rsplit('/').next().unwrap();
            let _ = writeln!(text, "{} {place}: {}", finding.code, finding.told());
        }
    }
    text + "\n"
}

fn tell_table(text: &mut String, table: &TableRecord) {
    let certainty = &table.certainty;
    let _ = writeln!(
        text,
        "{}, by {}, {} of {} headings known",
        table.kind, certainty.by, certainty.known, certainty.headings
    );
    for (what, headings) in [("rests on", &certainty.rests_on), ("lacks", &certainty.missing)] {
        if !headings.is_empty() {
            let _ = writeln!(text, "  {what} {}", headings.join(", "));
        }
    }
    for (heading, field) in &table.columns {
        if let Some(field) = field {
            let _ = writeln!(text, "  {heading} = {field}");
        }
    }
}

/// `key value` where there is one.
fn part(text: &mut String, key: &str, value: Option<impl Display>) {
    if let Some(value) = value {
        let _ = write!(text, " {key}={value}");
    }
}

fn tell_subscription(text: &mut String, of: &Subscription) {
    let _ = write!(text, "subscription {}", of.id);
    part(text, "customer", of.customer_id);
    part(text, "name", of.customer_name.as_ref());
    part(text, "domain", of.customer_domain.as_ref());
    part(text, "channel", of.channel);
    part(text, "seller", of.seller_id.as_ref());
    part(text, "offer", of.offer.offer_id.as_ref());
    part(text, "sku", of.offer.sku_id.as_ref());
    part(text, "part", of.offer.sku_part_number.as_ref());
    part(text, "called", of.offer.name.as_ref());
    part(text, "seats", of.seats.map(|seats| seats.0));
    part(text, "assigned", of.assigned_seats.map(|seats| seats.0));
    part(text, "term", of.term);
    part(text, "billing", of.billing_plan);
    part(text, "start", of.term_start);
    part(text, "end", of.term_end.map(|end| end.0));
    part(text, "renews", of.auto_renew);
    part(text, "state", of.state);
    part(text, "trial", of.trial.filter(|trial| *trial));
    part(text, "addon", of.addon.filter(|addon| *addon));
    part(text, "base", of.base_id.as_ref());
    part(text, "by-seat", of.seat_based);
    if !of.flaws.is_empty() {
        let flaws: Vec<String> = of.flaws.iter().map(|flaw: Flaw| format!("{flaw:?}")).collect();
        let _ = write!(text, " flaws={}", flaws.join(";"));
    }
    text.push('\n');
}

fn tell_customer(text: &mut String, of: &Customer) {
    let _ = write!(text, "customer {}", of.id);
    part(text, "name", of.name.as_ref());
    part(text, "domain", of.domain.as_ref());
    part(text, "country", of.country);
    part(text, "relationship", of.relationship);
    text.push('\n');
}

#[test]
fn every_source_is_read_for_what_it_is() {
    let came: String = files().iter().map(|file| told(file)).collect();
    if std::env::var_os("BLESS").is_some() {
        fs::write(FACTS, &came).unwrap();
    }
    let expected = fs::read_to_string(FACTS).unwrap_or_default().replace("\r\n", "\n");
    let (came, expected): (Vec<&str>, Vec<&str>) = (came.lines().collect(), expected.lines().collect());
    let differing = came.iter().zip(&expected).position(|(came, expected)| came != expected);
    let at = differing.unwrap_or(came.len().min(expected.len()));
    let file = came[..at].iter().rev().find(|line| line.starts_with("== "));
    assert!(
        came == expected,
        "{}: `{}` in place of `{}`; BLESS=1 writes {FACTS}",
        file.unwrap_or(&""),
        came.get(at).unwrap_or(&""),
        expected.get(at).unwrap_or(&"")
    );
}

#[test]
fn every_kind_has_a_file() {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files() {
        for table in recognised_file(&file).inputs.iter().flat_map(|input| &input.tables) {
            seen.entry(table.kind.to_string()).or_default().push(file.clone());
        }
    }
    let described = KINDS.lines().skip(1).filter_map(|line| line.split(',').next());
    for kind in described.chain(BY_VOCABULARY) {
        let files = seen.get(kind).unwrap_or_else(|| panic!("no file of {kind}"));
        assert!(
            files
                .iter()
                .any(|file| file.rsplit('/').next().unwrap().starts_with(kind)),
            "{kind}: {files:?}"
        );
    }
}

/// A refused file names what it is and what to give instead; it is not lost in silence.
#[test]
fn refused_kinds_are_named_with_what_to_give_instead() {
    let refused = KINDS.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let kind = cells.next()?;
        (cells.next()? == "refused").then_some(kind)
    });
    let files = files();
    for kind in refused {
        let of_kind: Vec<&String> = files.iter().filter(|file| file.starts_with(kind)).collect();
        assert!(!of_kind.is_empty(), "no file of {kind}");
        for file in of_kind {
            let recognised = recognised_file(file);
            let mut findings = recognised.findings.iter();
            let finding = findings.find(|finding| finding.code == Code::KindRefused);
            let finding = finding.unwrap_or_else(|| panic!("{file} is not refused"));
            assert!(!finding.hint.is_empty(), "{kind}");
            assert!(recognised.subscriptions.is_empty(), "{kind}");
        }
    }
}

/// The two grid exports of the portal, as its documentation translates their headings, some of them by machine.
const PORTAL: [(&str, &str); 15] = [
    (
        "en",
        "Microsoft ID|Company name|Primary domain name|Relationship|Subscription ID|Subscription|Quantity|Status|Reseller",
    ),
    (
        "hu",
        "Microsoft ID|Cég neve|Elsődleges tartománynév|Kapcsolat|Előfizetés-azonosító|Előfizetés|Mennyiség|Állapot|Viszonteladó",
    ),
    (
        "pl",
        "Identyfikator firmy Microsoft|Nazwa firmy|Nazwa domeny podstawowej|Relacja|Identyfikator subskrypcji|Subskrypcja|Ilość|Stan|Odsprzedawca",
    ),
    (
        "tr",
        "MICROSOFT kimliği|Şirket adı|Birincil etki alanı adı|İlişki|ABONELIK kimliği|Abonelik|Miktar|Durum|Satıcı",
    ),
    (
        "sv",
        "Microsoft-ID|Företags namn|Primärt domän namn|Relation|Prenumerations-ID|Prenumeration|Antal|Status|Åter försäljare",
    ),
    (
        "ru",
        "Идентификатор Майкрософт|Название организации|Имя основного домена|Связь|Идентификатор подписки|Подписка|Количество|Состояние|Торговый посредник",
    ),
    (
        "de",
        "Microsoft-ID|Firmenname|Primärer Domänenname|Beziehung|Abonnement-ID|Abonnement|Menge|Status|Händler",
    ),
    (
        "fr",
        "ID Microsoft|Nom (de la société)|Nom de domaine principal|Relation|ID d’abonnement|Abonnement|Quantité|État|Revendeur",
    ),
    (
        "es",
        "Identificador de Microsoft|Nombre de la empresa|Nombre de dominio principal|Relación|Id. de suscripción|Suscripción|Cantidad|Status|Revendedor",
    ),
    (
        "pt",
        "ID da Microsoft|Nome da empresa|Nome de domínio primário|Relacionamento|ID da assinatura|Assinatura|Quantidade|Status|Revendedor",
    ),
    (
        "it",
        "ID Microsoft|Nome società|Nome di dominio primario|Relazione|ID sottoscrizione|Sottoscrizione|Quantità|Stato|Rivenditore",
    ),
    (
        "nl",
        "Micro soft-id|Bedrijfs naam|Primaire domein naam|Relatie|Abonnements-id|Abonnement|Aantal|Status|Wederverkoper",
    ),
    (
        "cs",
        "ID Microsoftu|Název společnosti|Název primární domény|Vztah|ID předplatného|Předplatné|Množství|Stav|Prodejce",
    ),
    (
        "ja",
        "Microsoft ID|会社名|プライマリ ドメイン名|関係|サブスクリプション ID|サブスクリプション|数量|状態|リセラー",
    ),
    ("zh", "Microsoft ID|公司名称|主域名|关系|订阅 ID|订阅|数量|状态|经销商"),
];

#[test]
fn the_portals_exports_are_known_in_every_language_of_its_documentation() {
    for (language, headings) in PORTAL {
        let headings: Vec<&str> = headings.split('|').collect();
        let quoted = |cells: &[&str]| {
            cells
                .iter()
                .map(|cell| format!("\"{cell}\""))
                .collect::<Vec<_>>()
                .join(",")
        };
        let (customers, subscriptions) = headings.split_at(4);
        let tenant = "7c0b3e1a-52d4-4b7e-9a61-3f0c2f1d8e01";
        let text = format!(
            "{}\r\n{}\r\n",
            quoted(customers),
            quoted(&[
                tenant,
                "Alföldi Malom Kft.",
                "alfoldimalom.onmicrosoft.com",
                "Cloud Reseller"
            ])
        );
        let recognised = of_bytes("Customers.csv", text.into_bytes());
        let table = &recognised.inputs[0].tables[0];
        assert_eq!(&*table.kind, "partner-center-customers", "{language}");
        let customer = &recognised.customers[0];
        assert_eq!(customer.relationship, Some(true), "{language}");
        assert_eq!(customer.name.as_deref(), Some("Alföldi Malom Kft."), "{language}");
        assert_eq!(
            customer.domain.as_deref(),
            Some("alfoldimalom.onmicrosoft.com"),
            "{language}"
        );

        let text = format!(
            "{}\r\n{}\r\n",
            quoted(subscriptions),
            quoted(&[
                "9E2D4B10-6F3C-4A8B-8D71-2C5E0F9A1001",
                "Office 365 E3",
                "25",
                "Active",
                "4390934"
            ])
        );
        let recognised = of_bytes("subscriptions.csv", text.into_bytes());
        let table = &recognised.inputs[0].tables[0];
        assert_eq!(&*table.kind, "partner-center-subscriptions", "{language}");
        let subscription = &recognised.subscriptions[0];
        let told = (
            subscription.seats.map(|seats| seats.0),
            subscription.offer.name.as_deref(),
        );
        assert_eq!(told, (Some(25), Some("Office 365 E3")), "{language}");
        assert!(
            subscription.state.is_some() && subscription.flaws.is_empty(),
            "{language}"
        );
    }
}

/// A sheet of texts.
fn sheet(name: &str, rows: &[&str]) -> Sheet {
    let cells = |row: &&str| row.split('|').map(|cell| Value::Text(cell.to_owned())).collect();
    Sheet::new(name, &rows.iter().map(cells).collect::<Vec<Vec<Value>>>())
}

/// The distributor's reports as workbooks: headings end in a line break, one in a full stop, and are spelt otherwise.
#[test]
fn a_reports_workbook_is_the_same_as_its_text() {
    let headings = "Microsoft Subscription ID\r\n|Customer ID\r\n|Customer External ID\r\n|Microsoft Customer ID\r\n|Customer Domain\r\n|\
        Reseller MPN ID\r\n|Product Name\r\n|Product ID\r\n|Product SKU ID\r\n|Quantity of licenses\r\n|Microsoft subscription status\r\n|\
        Auto-renewal status\r\n|Subscription Commitment End Date.\r\n|Subscription creation date\r\n|Error details\r\n";
    let row = "9e2d4b10-6f3c-4a8b-8d71-2c5e0f9a1001|1000045|-|7c0b3e1a-52d4-4b7e-9a61-3f0c2f1d8e01|alfoldimalom.onmicrosoft.com|4390934|\
        Microsoft 365 Business Premium|CFQ7TTC0LCHC|0002|25|Active|Enabled|2026-10-14|2025-10-15|-";
    let bytes = workbooks::xlsx(&[sheet("Data", &[headings, row])]);
    let recognised = of_bytes("missing.xlsx", bytes);
    assert_eq!(&*recognised.inputs[0].tables[0].kind, "cloudblue-missing");
    let text = recognised_file("cloudblue-missing.csv");
    let (one, other) = (&recognised.subscriptions[0], &text.subscriptions[0]);
    assert_eq!(one.id, other.id);
    assert_eq!(
        (one.seats, one.term_end, one.auto_renew),
        (other.seats, other.term_end, other.auto_renew)
    );
    assert_eq!(
        (&one.offer, one.state, one.customer_id),
        (&other.offer, other.state, other.customer_id)
    );
}

/// Legacy price lists have a sheet a currency; legacy offer matrices one that maps offers to new commerce.
#[test]
fn every_sheet_of_a_reference_workbook_is_reference() {
    let prices = "A/C/D/U|Valid-From Date|ValidToDate|Offer Display Name|Offer ID|License Agreement Type|Purchase Unit|\
        Secondary License Type|End Customer Type|List Price|ERP Price|Material";
    let price = "UNC|2022-04-01||Office 365 E1|91FD106F-4B2C-4938-95AC-F54F74E9A239|Corporate|1 Month(s)|Non-Specific|Corporate|6.7|8.4|";
    let offers = "Offer Display Name|Durable Offer ID|Duration|Billing Frequency|Min Seat Count|Max Seat Count|DependsOn|CanConvertTo|OfferURI";
    let mapping = "Offer Display Name|Durable Offer ID|Duration|Billing Frequency|Min Seat Count|Max Seat Count|Product ID/Sku ID|Migration enabled";
    let offer = "Office 365 E1|91FD106F-4B2C-4938-95AC-F54F74E9A239|1 Year|Monthly|1|10000000|CFQ7TTC0LF8Q/0001|Yes";
    for (name, sheets, kind) in [
        (
            "prices.xlsx",
            vec![
                sheet("EUR", &[prices, price]),
                sheet("SEK", &[prices, price]),
                sheet("NOK", &[prices, price]),
            ],
            "legacy-price-list",
        ),
        (
            "offers.xlsx",
            vec![
                sheet("Office_Dynamics_Windows_Intune", &[offers, offer]),
                sheet("NCE Mapping", &[mapping, offer]),
            ],
            "legacy-offer-matrix",
        ),
    ] {
        let recognised = of_bytes(name, workbooks::xlsx(&sheets));
        let kinds: Vec<&str> = recognised.inputs[0].tables.iter().map(|table| &*table.kind).collect();
        assert_eq!(kinds, vec![kind; sheets.len()]);
        assert_eq!(recognised.accounting.reference, sheets.len() as u64);
        assert!(recognised.subscriptions.is_empty());
    }
}

/// Nothing is needed but an id or a customer, an offer, and licences or a date; with less it is no list of subscriptions.
#[test]
fn a_list_nobody_described_is_read_where_it_has_enough() {
    let id = ("Subscription ID", "9e2d4b10-6f3c-4a8b-8d71-2c5e0f9a1001");
    let customer = ("Customer", "Alföldi Malom Kft.");
    let offer = ("Product", "Office 365 E3");
    let seats = ("Licenses", "25");
    let end = ("Expiry", "2026-10-14");
    let other = ("Remark", "x");
    for (columns, is_read) in [
        (vec![id, offer, seats], true),
        (vec![id, offer, end], true),
        (vec![customer, offer, seats], true),
        (vec![customer, offer, end], true),
        // what an export lacks, kept beside it
        (vec![id, end], true),
        (vec![id, seats], true),
        (vec![id, offer, other], false),
        (vec![customer, offer, other], false),
        (vec![customer, seats, end], false),
        (vec![offer, seats, end], false),
        (vec![id, customer, other], false),
    ] {
        let line = |of: fn(&(&'static str, &'static str)) -> &'static str| {
            columns.iter().map(of).collect::<Vec<_>>().join(",")
        };
        let text = format!("{}\n{}\n", line(|column| column.0), line(|column| column.1));
        let recognised = of_bytes("list.csv", text.clone().into_bytes());
        assert_eq!(recognised.subscriptions.len(), usize::from(is_read), "{text}");
    }
}
