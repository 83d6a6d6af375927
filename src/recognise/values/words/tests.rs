//! Every word of a column, in every language.

use std::fmt::Debug;

use super::*;

type Reader<T> = fn(Cell<'_>, &Vocabulary) -> Result<Option<T>, Unreadable>;

/// Checks that each text of a `;` list is read as the value.
fn check<T: PartialEq + Debug + Clone>(read: Reader<T>, cases: &[(&str, T)]) {
    let v = Vocabulary::embedded();
    for (texts, expected) in cases {
        for text in texts.split(';') {
            assert_eq!(read(Cell::Text(text), &v), Ok(Some(expected.clone())), "{text}");
        }
    }
    for nothing in [
        Cell::Empty,
        Cell::Text("-"),
        Cell::Text("n/a"),
        Cell::Text("\u{200b} "),
        Cell::Text("—"),
    ] {
        assert_eq!(read(nothing, &v), Ok(None), "{nothing:?}");
    }
    for unread in [
        Cell::Text("frobnicated"),
        Cell::Text("#N/A"),
        Cell::Error("#N/A"),
        Cell::Number(4711.0),
    ] {
        assert!(read(unread, &v).is_err(), "{unread:?}");
    }
}

#[test]
fn truth_is_read_in_every_language() {
    check(
        boolean,
        &[
            (
                "True;TRUE;1;Yes;Igen;IGAZ;Tak;PRAWDA;Evet;DOĞRU;Ja;SANT;Да;ИСТИНА;WAHR;VRAI;on;Enabled;✓",
                true,
            ),
            (
                "False;0;No;Nem;HAMIS;Nie;FAŁSZ;Hayır;YANLIŞ;Nej;FALSKT;Нет;ЛОЖЬ;FALSCH;off;disabled;Wył.",
                false,
            ),
        ],
    );
    let v = Vocabulary::embedded();
    assert_eq!(boolean(Cell::Bool(true), &v), Ok(Some(true)));
    assert_eq!(boolean(Cell::Number(0.0), &v), Ok(Some(false)));
    assert!(boolean(Cell::Number(0.5), &v).is_err());
    check(
        trial,
        &[("Trial;yes;Próbaverzió;Deneme;Testversion", true), ("no;Paid", false)],
    );
    check(addon, &[("[\"Add-on\"];True;Bővítmény", true), ("False;Base", false)]);
    check(
        relationship,
        &[("Cloud Reseller;yes;Viszonteladó", true), ("no", false)],
    );
}

#[test]
fn states_are_read_in_every_language() {
    check(
        state,
        &[
            (
                "active;Enabled;Aktív;Aktywny;Aktywna;Etkin;Aktiva;Активна;30;Trial;PendingCancel",
                State::Active,
            ),
            ("Pending;10;WaitingForDetails;Függőben", State::Pending),
            (
                "Warning;Expired;In Grace;Lejárt;Wygasła;Süresi dolmuş;Utgånget;Истек срок действия;Abgelaufen;50;40",
                State::Expired,
            ),
            (
                "Suspended;80;Felfüggesztve;Zawieszona;Askıya alındı;Приостановлена",
                State::Suspended,
            ),
            (
                "Disabled;LockedOut;Wyłączona;Devre dışı;Inaktiverat;Отключена;Deaktiviert",
                State::Disabled,
            ),
            (
                "Deleted;Avetablerat;Usunięta;Silindi;Удалена;DEPROVISIONED;Churned;Cancelled;60;70",
                State::Deleted,
            ),
        ],
    );
    assert_eq!(
        state(Cell::Number(30.0), &Vocabulary::embedded()),
        Ok(Some(State::Active))
    );
}

#[test]
fn channels_are_read_in_every_language() {
    check(
        channel,
        &[
            ("csp;CSP NCE;New commerce;Inny CSP", Channel::Csp),
            ("csp-legacy;Legacy CSP", Channel::CspLegacy),
            (
                "Web Direct;Direkt von Microsoft;Közvetlenül a Microsofttól",
                Channel::WebDirect,
            ),
            ("MOSA;Microsoft Online Subscription Agreement", Channel::WebDirectMosa),
            ("MCA-E", Channel::McaE),
            (
                "EA;Enterprise Agreement;Nagyvállalati szerződés;Umowa Enterprise;Kurumsal Anlaşma;Enterprise-avtal",
                Channel::Ea,
            ),
            ("MPSA;Select Plus", Channel::Mpsa),
            ("Open Value;OVS", Channel::OpenValue),
            ("own;Saját;Eigener CSP", Channel::Own),
        ],
    );
    let v = Vocabulary::embedded();
    for two_meanings in ["MCA", "Open", "Microsoft Customer Agreement"] {
        assert!(channel(Cell::Text(two_meanings), &v).is_err(), "{two_meanings}");
    }
}

#[test]
fn terms_and_billing_are_read_in_every_language() {
    check(
        term,
        &[
            (
                "P1M;Monthly;1 month;One-Month;havi;1 hónap;miesięczny;aylık;1 mån;1 месяц;monatlich",
                Term::MONTH,
            ),
            (
                "P1Y;P12M;Annual;1 Year;12 months;12;éves;1 év;1 rok;yıllık;1 år;1 год;1 Jahr;One-Year",
                Term::YEAR,
            ),
            (
                "P3Y;36;3 years;Triennial;3 év;3 lata;3 yıl;3 år;3 года;3 Jahre;36 Monate;36 hónap;36 мес.",
                Term::THREE_YEARS,
            ),
            ("6 months", Term(6)),
        ],
    );
    let v = Vocabulary::embedded();
    for unread in ["1", "3", "0 months", "999 years", "P0Y"] {
        assert!(term(Cell::Text(unread), &v).is_err(), "{unread}");
    }
    assert_eq!(term(Cell::Number(12.0), &v), Ok(Some(Term::YEAR)));
    check(
        billing_plan,
        &[
            (
                "Monthly;havi;miesięcznie;Aylık;månadsvis;Ежемесячно;Monatlich",
                BillingPlan::Monthly,
            ),
            (
                "Annual;yearly;upfront;éves;rocznie;Yıllık;årsvis;Ежегодно;jährlich",
                BillingPlan::Annual,
            ),
            ("Triennial;3 years", BillingPlan::Triennial),
            ("OneTime;one_time", BillingPlan::OneTime),
            ("None", BillingPlan::None),
        ],
    );
    let both = |term, plan| Ok(Some((Some(term), Some(plan))));
    for (text, expected) in [
        (
            "One-Year commitment for monthly billing",
            both(Term::YEAR, BillingPlan::Monthly),
        ),
        (
            "One-Year commitment for yearly billing",
            both(Term::YEAR, BillingPlan::Annual),
        ),
        (
            "One-Month commitment for monthly billing",
            both(Term::MONTH, BillingPlan::Monthly),
        ),
        (
            "Three-3 Years commitment for 3 Years billing",
            both(Term::THREE_YEARS, BillingPlan::Triennial),
        ),
        (
            "One-Year commitment for monthly/yearly billing",
            Ok(Some((Some(Term::YEAR), None))),
        ),
        ("Annual term, Monthly billing", both(Term::YEAR, BillingPlan::Monthly)),
        ("P1Y:Annual", both(Term::YEAR, BillingPlan::Annual)),
        ("1 év / havi", both(Term::YEAR, BillingPlan::Monthly)),
        ("P3Y", Ok(Some((Some(Term::THREE_YEARS), None)))),
        ("-", Ok(None)),
    ] {
        assert_eq!(term_and_billing(Cell::Text(text), &v), expected, "{text}");
    }
    for unread in ["forever, monthly", "One-Year commitment for fun"] {
        assert!(term_and_billing(Cell::Text(unread), &v).is_err(), "{unread}");
    }
}

#[test]
fn customers_words_are_read() {
    check(
        qualification,
        &[
            ("Commercial;Kereskedelmi", Qualification::Commercial),
            ("Nonprofit;Charity;Gemeinnützig", Qualification::Nonprofit),
            ("Education;Oktatás;EDU", Qualification::Education),
            ("Government;GCC;Behörde", Qualification::Government),
            ("StateOwnedEntity", Qualification::StateOwned),
        ],
    );
    check(
        segment,
        &[("Commercial", Segment::Commercial), ("Academic", Segment::Education)],
    );
    assert!(segment(Cell::Text("state-owned"), &Vocabulary::embedded()).is_err());
    check(
        cloud,
        &[
            ("Global;AzureCloud", Cloud::Global),
            ("GCC High", Cloud::Gcch),
            ("21Vianet", Cloud::China),
        ],
    );
    check(
        end_instruction,
        &[
            ("Renews to new term", EndInstruction::Renew),
            ("Renews to Extended Service Term", EndInstruction::Extended),
            ("Cancels at end of term", EndInstruction::Cancel),
        ],
    );
    check(
        country,
        &[
            (
                "HU;hu;Hungary;Magyarország;Węgry;Macaristan;Ungern;Венгрия;Ungarn",
                "HU".parse().unwrap(),
            ),
            (
                "GB;UK;United Kingdom;Großbritannien;Storbritannien",
                "GB".parse().unwrap(),
            ),
            ("TR;Türkiye;Turkey;Törökország;TÜRKIYE", "TR".parse().unwrap()),
            ("CZ;Czechia;Czech Republic", "CZ".parse().unwrap()),
        ],
    );
    assert_eq!(
        country(Cell::Text("NA"), &Vocabulary::embedded()),
        Ok("NA".parse().ok())
    );
    assert!(country(Cell::Text("XX"), &Vocabulary::embedded()).is_err());
}

#[test]
fn words_of_our_own_tables_are_read() {
    check(
        step,
        &[
            ("order", StepKind::Order),
            (
                "Request-Relationship;request relationship",
                StepKind::RequestRelationship,
            ),
        ],
    );
    check(
        progress,
        &[("requested", Progress::Requested), ("Done;kész", Progress::Done)],
    );
    check(action, &[("keep", Action::Keep), ("Review", Action::Review)]);
}
