//! What the words mean.

mod tables;

use super::*;
use crate::read::Words;

#[test]
fn folding_drops_what_spelling_varies_in() {
    for (text, folded) in [
        ("Subscription_ID", "subscriptionid"),
        ("Företags namn", "foretagsnamn"),
        ("BİTİŞ TARİHİ", "bitistarihi"),
        ("Bitiş Tarihi", "bitistarihi"),
        ("ABONELIK kimliği", "abonelikkimligi"),
        ("ılIİ", "ilii"),
        ("Odsprzedawca łódź", "odsprzedawcalodz"),
        ("Größe", "grosse"),
        ("GRÖẞE", "grosse"),
        ("Před\u{a0}platné\r\n", "predplatne"),
        ("Срок действия (ёй)", "срокдеиствияеи"),
        ("Ｓｔａｔｕｓ", "status"),
        ("Status¹ ▲", "status"),
        ("Microsoft™ ID®", "microsoftid"),
        ("サブスクリプション ID", &fold("ｻﾌﾞｽｸﾘﾌﾟｼｮﾝ ID")),
        ("\u{feff}Id", "id"),
        ("Udløbsdato", "udlobsdato"),
        ("SIDSTE ÅR", "sidstear"),
        ("Prøveperiode på år", "proveperiodepaar"),
        ("Ændringsdato", "aendringsdato"),
        ("Päättymispäivä", "paattymispaiva"),
        ("PŘÍŠTÍ OBNOVENÍ", "pristiobnoveni"),
        ("Œuvre", "oeuvre"),
        ("Açık İŞLEM", "acikislem"),
        ("ＩＤ１２３", "id123"),
        ("ﾗｲｾﾝｽ数", &fold("ライセンス数")),
        ("ﾌﾟﾗｲﾏﾘ ﾄﾞﾒｲﾝ名", &fold("プライマリ ドメイン名")),
        ("订阅　ID：", "订阅id"),
        ("Identificación n.º 5", "identificacionno5"),
        ("– • –", ""),
    ] {
        assert_eq!(fold(text), folded, "{text}");
        assert_eq!(fold(&fold(text)), fold(text), "{text}");
    }
}

#[test]
fn headings_are_known_in_every_language() {
    let v = Vocabulary::embedded();
    for (heading, field, language) in [
        ("Subscription ID", Field::SubscriptionId, "en"),
        ("Előfizetés-azonosító", Field::SubscriptionId, "hu"),
        ("ELOFIZETES AZONOSITO", Field::SubscriptionId, "hu"),
        ("ABONELIK kimliği", Field::SubscriptionId, "tr"),
        ("Идентификатор подписки", Field::SubscriptionId, "ru"),
        ("サブスクリプション ID", Field::SubscriptionId, "ja"),
        ("Åter försäljare", Field::SellerId, "sv"),
        ("Återförsäljare", Field::SellerId, "sv"),
        ("Lejárat (dátuma)", Field::TermEnd, "hu"),
        ("Data wygaśnięcia", Field::TermEnd, "pl"),
        ("BİTİŞ TARİHİ", Field::TermEnd, "tr"),
        ("Utgångsdatum", Field::TermEnd, "sv"),
        ("Дата окончания (срока действия)", Field::TermEnd, "ru"),
        ("Laufzeitende", Field::TermEnd, "de"),
        ("Date d'expiration", Field::TermEnd, "fr"),
        ("Licencek száma", Field::Seats, "hu"),
        ("Liczba licencji", Field::Seats, "pl"),
        ("Lisans sayısı", Field::Seats, "tr"),
        ("Antal licenser", Field::Seats, "sv"),
        ("Количество лицензий", Field::Seats, "ru"),
        ("Anzahl Lizenzen", Field::Seats, "de"),
        ("Quantity Of Licenses", Field::Seats, "en"),
        ("Quantity of licenses\r\n", Field::Seats, "en"),
        ("Subscription Commitment End Date.", Field::TermEnd, ""),
        ("customerTenantId", Field::CustomerId, ""),
        ("commitmentEndDate", Field::TermEnd, ""),
        ("Szerződés típusa", Field::Channel, "hu"),
    ] {
        let found = v.heading(heading).unwrap_or_else(|| panic!("{heading}"));
        assert_eq!((found.field, found.exact), (field, true), "{heading}");
        assert!(
            found.languages.iter().any(|known| **known == *language),
            "{heading}: {:?}",
            found.languages
        );
    }
    for unknown in ["", "UnitPrice", "Name", "Frobnication", "Last seen"] {
        assert_eq!(v.heading(unknown), None, "{unknown}");
    }
}

#[test]
fn a_heading_of_several_parts_needs_all_of_them() {
    let v = Vocabulary::embedded();
    for (heading, field) in [
        ("Lejárat / Expiry", Some(Field::TermEnd)),
        ("End date (UTC)", Some(Field::TermEnd)),
        ("Enddatum [TT.MM.JJJJ]", Some(Field::TermEnd)),
        ("End date (DD/MM/YYYY)", Some(Field::TermEnd)),
        ("Licencek (db)", Some(Field::Seats)),
        ("Status\nÁllapot", Some(Field::State)),
        ("Lejárat - Expiry", Some(Field::TermEnd)),
        ("終了日（UTC）", Some(Field::TermEnd)),
        ("到期日期【必填】", Some(Field::TermEnd)),
        ("ライセンス数／数量", Some(Field::Seats)),
        ("状态：Status", Some(Field::State)),
        ("Udløbsdato (DD-MM-ÅÅÅÅ)", Some(Field::TermEnd)),
        ("終了日（前回）", None),
        ("開始日～終了日", None),
        ("契約終了日までの日数", None),
        ("客户订阅数量备注", None),
        ("Start date / End date", None),
        ("End date (previous)", None),
        ("Price / Quantity", None),
        ("(UTC)", None),
    ] {
        let found = v.heading(heading);
        assert_eq!(found.map(|found| found.field), field, "{heading}");
        assert!(found.is_none_or(|found| !found.exact), "{heading}");
    }
}

#[test]
fn headings_of_a_row_are_counted_once() {
    let v = Vocabulary::embedded();
    assert_eq!(
        v.headings(&[
            "Subscription ID",
            "subscription_id",
            "Status",
            "Contoso",
            "",
            "UnitPrice"
        ]),
        3
    );
}

#[test]
fn totals_are_known() {
    let v = Vocabulary::embedded();
    for word in [
        "Total",
        "Összesen:",
        "Razem",
        "TOPLAM",
        "Summa",
        "Итого:",
        "Summe",
        "Gesamt",
        "Celkem",
        "Yhteensä",
        "I alt:",
        "合計",
        "总计",
        "總計",
        "Total général",
        "Totale complessivo",
        "Totaal",
        "Suma total",
        "Soma",
    ] {
        assert!(v.is_total(word), "{word}");
    }
    for word in ["Total Wine GmbH", "Gesamtschule", ""] {
        assert!(!v.is_total(word), "{word}");
    }
}

#[test]
fn the_users_headings_win() {
    let mut v = Vocabulary::embedded();
    let row =
        |field: &str, heading: &str, language: Option<&str>| (field.into(), heading.into(), language.map(Into::into));
    v.extend(&[
        row("term_end", "Fin du contrat", Some("fr")),
        row("-", "Renewal date", None),
        row("seats", "Status", None),
    ])
    .unwrap();
    assert_eq!(v.heading("FIN DU CONTRAT").unwrap().field, Field::TermEnd);
    assert_eq!(v.heading("FIN DU CONTRAT").unwrap().languages, [Text::from("fr")]);
    assert_eq!(v.heading("Renewal date"), None);
    assert_eq!(v.heading("Status").unwrap().field, Field::Seats);

    let before = format!("{v:?}").len();
    let problems = v
        .extend(&[
            row("term_emd", "X", None),
            row("seats", "--", None),
            row("seats", "Y", None),
            row("term", "y", None),
        ])
        .unwrap_err();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].contains("`term_end`"), "{problems:?}");
    assert_eq!(
        format!("{v:?}").len(),
        before,
        "nothing is added where anything is wrong"
    );
}

#[test]
fn the_users_words_win() {
    let mut v = Vocabulary::embedded();
    let row = |kind, value, word: &str| OwnWord {
        kind,
        value,
        word: word.into(),
    };
    v.extend_words(&[
        row(Kind::State, "active", "Läuft noch"),
        row(Kind::State, "suspended", "Expired"),
        row(Kind::HeadingNoise, "", "brutto"),
        row(Kind::Total, "", "Mindenestül"),
    ])
    .unwrap();
    assert_eq!(v.word(Kind::State, "LÄUFT NOCH"), Some("active"));
    assert_eq!(v.word(Kind::Boolean, "Läuft noch"), None);
    assert_eq!(v.word(Kind::State, "expired"), Some("suspended"));
    assert_eq!(v.heading("Quantity (brutto)").unwrap().field, Field::Seats);
    assert!(v.is_total("Mindenestül:"));
    let before = format!("{v:?}").len();
    let problems = v
        .extend_words(&[
            row(Kind::State, "active", "--"),
            row(Kind::State, "active", "X"),
            row(Kind::State, "expired", "x"),
        ])
        .unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(format!("{v:?}").len(), before);
}

#[test]
fn letters_that_a_keyboard_lacks_may_be_spelled_out() {
    let v = Vocabulary::embedded();
    for (heading, field) in [
        ("Verlaengerungsdatum", Field::TermEnd),
        ("Gueltig bis", Field::TermEnd),
        ("Udloebsdato", Field::TermEnd),
        ("Udlobsdato", Field::TermEnd),
        ("Loepetid", Field::Term),
        ("Paattymispaiva", Field::TermEnd),
        ("Foretag", Field::CustomerName),
        ("Foeretag", Field::CustomerName),
    ] {
        assert_eq!(v.heading(heading).map(|found| found.field), Some(field), "{heading}");
    }
    assert_eq!(v.word(Kind::Month, "Maerz"), Some("03"));
    assert_eq!(v.word(Kind::Country, "Oesterreich"), Some("AT"));
    assert_eq!(v.word(Kind::TermUnit, "maaneder"), Some("month"));
}

#[test]
fn languages_have_their_order_of_dates() {
    for (code, order) in [
        ("hu", Some(DateOrder::Ymd)),
        ("sv", Some(DateOrder::Ymd)),
        ("ja", Some(DateOrder::Ymd)),
        ("pl", Some(DateOrder::Dmy)),
        ("de", Some(DateOrder::Dmy)),
        ("zh", Some(DateOrder::Ymd)),
        ("da", Some(DateOrder::Dmy)),
        ("nb", Some(DateOrder::Dmy)),
        ("no", Some(DateOrder::Dmy)),
        ("fi", Some(DateOrder::Dmy)),
        ("cs", Some(DateOrder::Dmy)),
        ("en", None),
    ] {
        assert_eq!(language(code).unwrap().date_order, order, "{code}");
    }
    assert_eq!(language("xx"), None);
}
