//! What the words mean, and that their tables are canonical.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    embedded::{COUNTRIES, HEADINGS, LANGUAGES, MONTHS, WORDS, records},
    folding::spellings,
    *,
};
use crate::{read::Words, terms::*};

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
    assert_eq!(v.heading("FIN DU CONTRAT").unwrap().languages, ["fr".into()]);
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

/// The languages that the vocabulary promises.
const PROMISED: [&str; 18] = [
    "cs", "da", "de", "en", "es", "fi", "fr", "hu", "it", "ja", "nb", "nl", "pl", "pt", "ru", "sv", "tr", "zh",
];

#[test]
fn every_language_names_every_field_of_a_list() {
    let named: BTreeSet<(&str, &str)> = records(HEADINGS).map(|record| (record[2], record[0])).collect();
    let mut missing = Vec::new();
    for language in PROMISED {
        for field in [
            Field::SubscriptionId,
            Field::CustomerId,
            Field::CustomerName,
            Field::CustomerDomain,
            Field::CustomerCountry,
            Field::OfferName,
            Field::Seats,
            Field::AssignedSeats,
            Field::TermStart,
            Field::TermEnd,
            Field::Term,
            Field::BillingPlan,
            Field::AutoRenew,
            Field::EndInstruction,
            Field::State,
            Field::Channel,
            Field::SellerId,
            Field::SellerName,
            Field::Segment,
            Field::Trial,
            Field::Addon,
            Field::Relationship,
            Field::AgreementAccepted,
            Field::DelegatedRights,
            Field::Note,
        ] {
            if !named.contains(&(language, field.as_str())) {
                missing.push(format!("{language}: {field}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_language_has_a_word_for_every_value() {
    let said: BTreeSet<(&str, &str, &str)> = records(WORDS)
        .map(|record| (record[3], record[0], record[1]))
        .chain(records(MONTHS).map(|record| (record[2], "month", record[0])))
        .collect();
    let any = |kind: Kind, value: &str| {
        let words = records(WORDS).filter(|record| record[0] == kind.as_str() && record[1] == value);
        words.count() > 0
    };
    let mut missing = Vec::new();
    for kind in [
        Kind::Addon,
        Kind::Billing,
        Kind::Boolean,
        Kind::Channel,
        Kind::EndInstruction,
        Kind::Progress,
        Kind::Qualification,
        Kind::Relationship,
        Kind::State,
        Kind::Term,
        Kind::TermUnit,
        Kind::Trial,
        Kind::Empty,
        Kind::Never,
        Kind::Total,
        Kind::Unit,
        Kind::Month,
    ] {
        for value in values(kind) {
            // Names of Microsoft's programs, which are not translated, and joined values.
            let everywhere = matches!(value, "mpsa" | "open-value" | "mca-e" | "web-direct-mosa" | "none");
            for language in PROMISED {
                let of_language = said.contains(&(language, kind.as_str(), value));
                let numbered = kind == Kind::Month && language == "ja";
                if !of_language && !numbered && !(everywhere && any(kind, value)) && !value.contains('+') {
                    missing.push(format!("{language}: {kind} {value}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
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
fn tables_are_sorted_and_plain() {
    for (name, table, columns) in [
        ("headings.csv", HEADINGS, 4),
        ("words.csv", WORDS, 5),
        ("countries.csv", COUNTRIES, 4),
        ("months.csv", MONTHS, 4),
        ("languages.csv", LANGUAGES, 4),
    ] {
        let lines: Vec<&str> = table.lines().skip(1).collect();
        for pair in lines.windows(2) {
            assert!(pair[0] < pair[1], "{name}: `{}` stands before `{}`", pair[0], pair[1]);
        }
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), columns, "{name}: `{line}`");
            assert!(
                cells.iter().all(|cell| cell.trim() == *cell && !cell.contains('"')),
                "{name}: `{line}`"
            );
            assert!(!cells[columns - 1].is_empty(), "{name}: `{line}` names no source");
        }
    }
}

#[test]
fn a_heading_means_one_thing() {
    let codes: BTreeSet<&str> = records(LANGUAGES).map(|record| record[0]).collect();
    let mut fields = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for record in records(HEADINGS) {
        let (field, heading, language) = (record[0], record[1], record[2]);
        assert!(field == "-" || field.parse::<Field>().is_ok(), "`{field}` is no field");
        assert!(
            language.is_empty() || codes.contains(language),
            "`{language}` is no language"
        );
        let folded = fold(heading);
        assert!(!folded.is_empty(), "`{heading}`");
        for spelling in spellings(heading, language) {
            assert_eq!(
                *fields.entry(spelling).or_insert(field),
                field,
                "`{heading}` has two fields"
            );
        }
        assert!(
            seen.insert((folded, language)),
            "`{heading}` stands twice in `{language}`"
        );
    }
}

/// Whether a word's value is one that its kind's readers take.
fn value_is_valid(kind: Kind, value: &str) -> bool {
    match kind {
        Kind::Action => value.parse::<Action>().is_ok(),
        Kind::Addon | Kind::Boolean | Kind::ProductType | Kind::Relationship | Kind::Trial => {
            value.parse::<bool>().is_ok()
        }
        Kind::Billing => value.parse::<BillingPlan>().is_ok(),
        Kind::Channel => value.parse::<Channel>().is_ok(),
        Kind::Cloud => value.parse::<Cloud>().is_ok(),
        Kind::Country => value.parse::<Country>().is_ok() && value.len() == 2,
        Kind::DateMark => matches!(value, "year" | "month" | "day"),
        Kind::EndInstruction => value.parse::<EndInstruction>().is_ok(),
        Kind::HalfDay => matches!(value, "am" | "pm"),
        Kind::Month => value.parse().is_ok_and(|month: u32| (1..=12).contains(&month)),
        Kind::Progress => value.parse::<Progress>().is_ok(),
        Kind::Qualification => value.parse::<Qualification>().is_ok(),
        Kind::State => value.parse::<State>().is_ok(),
        Kind::Step => value.parse::<StepKind>().is_ok(),
        Kind::Term => value.parse::<Term>().is_ok(),
        Kind::TermUnit => matches!(value, "month" | "year"),
        Kind::DateNoise
        | Kind::Empty
        | Kind::HeadingNoise
        | Kind::Never
        | Kind::SentinelYear
        | Kind::TimeNoise
        | Kind::Total
        | Kind::Unit => value.is_empty(),
    }
}

#[test]
fn a_word_of_a_kind_means_one_thing() {
    let mut values: BTreeMap<(Kind, String), &str> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let words = records(WORDS).map(|record| (record[0].parse().unwrap(), record[1], record[2], record[3]));
    let countries = records(COUNTRIES).map(|record| (Kind::Country, record[0], record[1], record[2]));
    let months = records(MONTHS).map(|record| (Kind::Month, record[0], record[1], record[2]));
    assert!(records(WORDS).all(|record| !matches!(record[0], "country" | "month")));
    for (kind, value, word, language) in words.chain(countries).chain(months) {
        assert!(value_is_valid(kind, value), "{kind}: `{value}`");
        let folded = fold(word);
        assert!(!folded.is_empty(), "{kind}: `{word}`");
        assert!(
            language.is_empty() || matches!(language, "ko" | "uk") || embedded::language(language).is_some(),
            "`{language}` is no language"
        );
        for spelling in spellings(word, language) {
            let first = *values.entry((kind, spelling)).or_insert(value);
            assert_eq!(first, value, "{kind}: `{word}` means two things");
        }
        assert!(
            seen.insert((kind, folded, language)),
            "{kind}: `{word}` stands twice in `{language}`"
        );
    }
}

#[test]
fn every_word_of_ours_is_a_word_of_its_kind() {
    let v = Vocabulary::embedded();
    fn check<T: std::fmt::Display>(v: &Vocabulary, kind: Kind, all: &[T]) {
        for value in all {
            assert_eq!(v.word(kind, &value.to_string()), Some(&*value.to_string()), "{kind}");
        }
    }
    check(&v, Kind::Action, Action::ALL);
    check(&v, Kind::Billing, BillingPlan::ALL);
    check(&v, Kind::Channel, Channel::ALL);
    check(&v, Kind::Cloud, Cloud::ALL);
    check(&v, Kind::EndInstruction, EndInstruction::ALL);
    check(&v, Kind::Progress, Progress::ALL);
    check(&v, Kind::Qualification, Qualification::ALL);
    check(&v, Kind::State, State::ALL);
    check(&v, Kind::Step, StepKind::ALL);
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
