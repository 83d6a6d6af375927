//! Whose the subscriptions of an export without a customer column are.

use super::*;
use crate::recognise::{Flaw, tables::CustomerNote};

const PORTAL: &str = "Subscription ID,Subscription,Quantity,Status,Reseller";

fn portal(n: u32) -> String {
    format!("{PORTAL}\na0000000-0000-4000-8000-00000000000{n},Microsoft 365 E3,25,Active,1\n")
}

fn rule(pattern: &str) -> SourceRule {
    SourceRule {
        pattern: pattern.into(),
        ..SourceRule::default()
    }
}

fn customer(id: &str, name: &str, domain: Option<&str>) -> CustomerNote {
    CustomerNote {
        id: Id::parse(id).and_then(|id| id.guid()).map(CustomerId),
        name: Some(name.into()),
        domain: domain.map(Text::from),
        row: 2,
        ..CustomerNote::default()
    }
}

/// The customers of the subscriptions, in the order of their ids.
fn ids(recognised: &Recognised) -> Vec<Option<String>> {
    let id = |subscription: &Subscription| subscription.customer_id.map(|id| id.to_string());
    let mut subscriptions: Vec<&Subscription> = recognised.subscriptions.iter().collect();
    subscriptions.sort_by(|a, b| a.id.cmp(&b.id));
    subscriptions.into_iter().map(id).collect()
}

#[test]
fn paths_name_the_customer_by_id_domain_or_name() {
    let mut estate = Estate::default()
        .file(&format!("in\\{}\\a.csv", CONTOSO.to_uppercase()), &portal(1))
        .file("in/fabrikam.example/b.csv", &portal(2))
        .file("in/Contoso Kft/c.csv", &portal(3))
        .source(rule("in/{customer_id}/*.csv"));
    estate.tables.customers = vec![
        customer(CONTOSO, "Contoso Kft.", None),
        customer(FABRIKAM, "Fabrikam", Some("fabrikam.example")),
    ];
    let recognised = estate.recognise();
    assert_eq!(
        ids(&recognised),
        [CONTOSO, FABRIKAM, CONTOSO].map(|id| Some(id.to_owned())),
        "{}",
        told(&recognised)
    );
    let captures: Vec<String> = recognised
        .findings
        .iter()
        .filter(|finding| finding.code == Code::SourceCapture)
        .map(ToString::to_string)
        .collect();
    assert_eq!(captures.len(), 2);
    assert!(
        captures[0].starts_with("in/Contoso Kft/c.csv: `Contoso Kft` stands where the settings expect `{customer_id}`"),
        "{captures:?}"
    );
}

#[test]
fn each_sheet_can_be_a_customers() {
    let estate = Estate::default()
        .sheet("book.xlsx", "Contoso", &portal(1))
        .sheet("book.xlsx", "Fabrikam", &portal(2));
    let nobody = estate.recognise();
    assert_eq!(ids(&nobody), [None, None]);
    let hint = &finding(&nobody, Code::CustomerUnknown).hint;
    assert!(hint.contains("file.xlsx#{customer_name}"), "{hint}");
    let mut estate = estate.source(rule("book.xlsx#{customer_name}"));
    estate.tables.customers = vec![
        customer(CONTOSO, "Contoso", None),
        customer(FABRIKAM, "Fabrikam", Some("fabrikam.example")),
    ];
    assert_eq!(
        ids(&estate.recognise()),
        [CONTOSO, FABRIKAM].map(|id| Some(id.to_owned()))
    );
}

#[test]
fn a_row_that_names_another_customer_than_the_settings_is_for_review() {
    let list = "Subscription ID,Customer tenant ID,Customer name,Customer domain,Offer name,Quantity";
    let read = |row: &str, rule: SourceRule| {
        let estate = Estate::default()
            .file("in/a.csv", &format!("{list}\n{SUB_A},{row},Microsoft 365 E3,5\n"))
            .source(rule);
        let recognised = estate.recognise();
        let told = recognised
            .findings
            .iter()
            .any(|finding| finding.code == Code::CustomerAmbiguous && finding.place.column.is_some());
        assert_eq!(only(&recognised).flaws.has(Flaw::CustomerAmbiguous), told);
        told
    };
    let by_id = || SourceRule {
        customer_id: Id::parse(CONTOSO).and_then(|id| id.guid()).map(CustomerId),
        ..rule("in/*")
    };
    let by_name = || SourceRule {
        customer_name: Some("Contoso".into()),
        ..rule("in/*")
    };
    assert!(read(&format!("{FABRIKAM},Fabrikam,"), by_id()));
    assert!(!read(&format!("{CONTOSO},Fabrikam,"), by_id()));
    assert!(!read(",Contoso,", by_id()));
    assert!(read(",Fabrikam,", by_name()));
    assert!(!read(",CONTOSO Kft.,", by_name()));
    assert!(!read(",,contoso.example", by_name()));
}

#[test]
fn a_name_is_not_taken_for_a_customer_of_another_domain() {
    let list = "Subscription ID,Customer name,Customer domain,Offer name,Quantity";
    let read = |rows: &str, known: Option<&str>| {
        let mut estate = Estate::default().file("a.csv", &format!("{list}\n{rows}"));
        estate.tables.customers = vec![customer(CONTOSO, "Contoso", known)];
        estate.recognise()
    };
    let row = |n: u32, domain: &str| format!("s-{n},Contoso,{domain},Microsoft 365 E3,5\n");
    let taken = |recognised: &Recognised| ids(recognised).iter().all(Option::is_some);
    assert!(taken(&read(&row(1, "contoso.example"), Some("contoso.example"))));
    assert!(taken(&read(&row(1, ""), Some("contoso.example"))));
    assert!(taken(&read(&row(1, "contoso.example"), None)));
    let other = read(&row(1, "other.example"), Some("contoso.example"));
    assert!(!taken(&other) && only(&other).flaws.has(Flaw::CustomerAmbiguous));
    let message = &finding(&other, Code::CustomerAmbiguous).message;
    assert!(
        message.contains("under `contoso.example`, and the row says `other.example`"),
        "{message}"
    );
    // two domains, and nobody knows which is the customer's
    let two = read(&(row(1, "one.example") + &row(2, "two.example")), None);
    assert_eq!(ids(&two), [None, None], "{}", told(&two));
}
