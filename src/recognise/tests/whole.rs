//! From bytes to subscriptions, through the reader.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::*;
use crate::recognise::recognise;

pub(super) fn bytes(name: &str, content: &[u8]) -> Input {
    Input::Bytes {
        name: name.into(),
        bytes: Arc::from(content),
    }
}

#[test]
fn a_hungarian_list_in_its_code_page_beside_a_portal_export() {
    let list = format!(
        "Havi lista;;;;\r\nBérlőazonosító;Ügyfél;Előfizetés-azonosító;Licencek száma;Lejárat\r\n\
         {CONTOSO};Kék Tűz Kft.;{SUB_A};25;2027. 05. 03.\r\nÖsszesen;;;25;\r\n"
    );
    let (list, _, _) = encoding_rs::WINDOWS_1250.encode(&list);
    let portal =
        format!("Subscription ID,Subscription,Quantity,Status,Reseller\n{SUB_A},Microsoft 365 E3,25,Active,1\n");
    let inputs = [bytes("lista.csv", &list), bytes("subs.csv", portal.as_bytes())];
    let (config, tables, vocabulary) = (Config::default(), Tables::default(), Vocabulary::embedded());
    let rows = AtomicU64::new(0);
    let context = Context {
        config: &config,
        tables: &tables,
        vocabulary: &vocabulary,
        as_of: date(2026, 11, 21),
        progress: &|more| {
            rows.fetch_add(more, Ordering::Relaxed);
        },
    };
    let recognised = recognise(&inputs, &context);
    let subscription = only(&recognised);
    assert_eq!(subscription.customer_name.as_deref(), Some("Kék Tűz Kft."));
    assert_eq!(subscription.term_end, Some(TermEnd(date(2027, 5, 3))));
    assert_eq!(subscription.offer.name.as_deref(), Some("Microsoft 365 E3"));
    assert_eq!(subscription.channel, Some(Channel::Csp));
    assert!(subscription.flaws.is_empty(), "{}", told(&recognised));
    assert!(recognised.accounting.balances());
    assert_eq!((recognised.accounting.rows_read, recognised.accounting.ignored), (3, 1));
    assert_eq!(rows.into_inner(), 3);
    assert_eq!(finding(&recognised, Code::TotalRowIgnored).place.row, Some(4));
}
