//! Dates as exports write them, and the orders that their columns come to.

use proptest::prelude::*;

use super::*;
use crate::{read::Cell, recognise::vocabulary::Vocabulary};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn read(text: &str) -> DateReading {
    read_date(Cell::Text(text), &Vocabulary::embedded())
}

#[test]
fn a_year_of_two_digits_beside_years_first_is_left_out() {
    for cells in [
        ["2027.01.15", "15.05.2027", "28.01.27"],
        ["2027.01.15", "15.05.2027", "27.01.15"],
        ["2027-01-15", "05/15/2027", "27/01/15"],
    ] {
        let mut evidence = DateColumnEvidence::default();
        for (row, cell) in (2..).zip(cells) {
            evidence.add(read(cell), row);
        }
        let (decision, _) = evidence.decide(None, None);
        let last = in_column(read(cells[2]), decision, evidence.mixed(None));
        assert!(
            matches!(last, InColumn::Unreadable(_) | InColumn::LeftOut),
            "{cells:?}: {last:?}"
        );
        let first = in_column(read(cells[0]), decision, evidence.mixed(None));
        assert_eq!(first, InColumn::Date(NaiveDate::from_ymd_opt(2027, 1, 15)));
    }
}

#[test]
fn a_reading_is_small() {
    assert_eq!(size_of::<DateReading>(), 8);
}

#[test]
fn certain_dates_are_read_in_every_spelling() {
    let may = day(2021, 5, 3);
    for text in [
        "2021-05-03",
        " 2021-05-03\u{a0}",
        "'2021-05-03",
        "2021. 05. 03.",
        "2021.\u{a0}05.\u{a0}03.",
        "2021.05.03.",
        "2021. 5. 3.",
        "2021. 05. 03. 0:00:00",
        "2021. 05. 03. du. 2:00",
        "2021/5/3",
        "2021/05/03",
        "2021-05-03 00:00:00",
        "2021-05-03 kl. 14:00",
        "2021-05-03T00:00:00Z",
        "2021-05-03T21:28:18.4786844Z",
        "2021-05-03T19:29:38.037",
        "2021-05-03T06: 41: 12Z",
        "2021-05-03 19:49:35Z",
        "2021-05-03T24:00:00",
        "2021-05-03T24:00:00Z",
        "20210503",
        "20210503T000000Z",
        "2021-05-03T14:00:00+02:00",
        "2021-05-04T00:30:00+02:00",
        "2021-05-04 01:30 +0200",
        "2021-05-02T23:30:00-04:00",
        "2021-05-03 00:00:00 +00:00",
        "2021-05-03 12:00 (UTC)",
        "May 3, 2021",
        "May 3, 2021 12:00:00 AM",
        "3 May 2021",
        "3-May-21",
        "03-may-2021",
        "Monday, May 3, 2021",
        "3rd May 2021",
        "2021. máj. 3.",
        "2021. május 3.",
        "2021. május 3-ig",
        "2021. 5. 3. de. 10:00",
        "2021년 5월 3일",
        "2021. 5. 3. 오후 2:00",
        "2021年5月3日 14:00",
        "mar. 3 mai 2021",
        "mar 3 de mayo de 2021",
        "3 พ.ค. 2564",
        "3 พฤษภาคม 2564",
        "2564-05-03",
        "2021-05-03T06: 41: 12Z",
        "1620000000",
        "1620000000.0",
        "1620000000000",
        "/Date(1620000000000)/",
        "2021-05-03 (No Renewal)",
        "2021-05-03 (Active)",
        "2021-05-03 – No Renewal",
        "May 3, 2021 12:00:00 AM (Do not renew)",
        "Cancels 3 May 2021",
        "3 maj 2021",
        "3 maja 2021 r.",
        "3 Mayıs 2021",
        "3 MAYIS 2021",
        "den 3 maj 2021",
        "3 мая 2021 г.",
        "до 3 мая 2021",
        "3. Mai 2021",
        "3 mai 2021",
        "3 de mayo de 2021",
        "3 de mai. de 2021",
        "3 mei 2021",
        "3. května 2021",
        "3 maggio 2021",
        "2021年5月3日",
        "２０２１年５月３日",
        "2021年5月3日 午後2:00",
        "44319",
        "44319.0",
        "44319,75",
    ] {
        assert_eq!(resolve(read(text), None), Ok(Some(may)), "{text}: {:?}", read(text));
    }
    let v = Vocabulary::embedded();
    let at = may.and_hms_opt(23, 59, 59).unwrap();
    assert_eq!(read_date(Cell::DateTime(at), &v), DateReading::Typed(may));
    assert_eq!(read_date(Cell::Number(44319.75), &v), DateReading::Serial(may));
    assert_eq!(read_date(Cell::Number(20_210_503.0), &v), DateReading::YearFirst(may));
    // The instant's UTC date is the last paid day.
    let evening = DateReading::Instant {
        date: day(2021, 5, 12),
        minute: 22 * 60,
    };
    assert_eq!(read("2021-05-12T22:00:00Z"), evening);
    assert_eq!(read("2021-05-13T00:00:00+02:00"), evening);
}

#[test]
fn numbers_alone_wait_for_their_column() {
    for (text, dmy, mdy, ymd) in [
        ("03/04/2026", Some(day(2026, 4, 3)), Some(day(2026, 3, 4)), None),
        ("3.04.2026", Some(day(2026, 4, 3)), Some(day(2026, 3, 4)), None),
        ("3. 4. 2026", Some(day(2026, 4, 3)), Some(day(2026, 3, 4)), None),
        ("3-4-2026", Some(day(2026, 4, 3)), Some(day(2026, 3, 4)), None),
        ("3 4 2026", Some(day(2026, 4, 3)), Some(day(2026, 3, 4)), None),
        ("13/05/2021", Some(day(2021, 5, 13)), None, None),
        ("05/13/2021 00:00:00", None, Some(day(2021, 5, 13)), None),
        ("5/13/2021 12:00:00 AM", None, Some(day(2021, 5, 13)), None),
        ("05/13/2021 00:00:00 +00:00", None, Some(day(2021, 5, 13)), None),
        ("13.05.2021 00:30:00 +02:00", Some(day(2021, 5, 12)), None, None),
        ("13.05.2021 г.", Some(day(2021, 5, 13)), None, None),
        ("5/3/21", Some(day(2021, 3, 5)), Some(day(2021, 5, 3)), None),
        ("21-05-03", Some(day(2003, 5, 21)), None, Some(day(2021, 5, 3))),
        ("3/5/2564", Some(day(2021, 5, 3)), Some(day(2021, 3, 5)), None),
        ("29/02/2567", Some(day(2024, 2, 29)), None, None),
    ] {
        let reading = read(text);
        assert!(reading.is_numeric(), "{text}: {reading:?}");
        assert_eq!(reading.in_order(DateOrder::Dmy), dmy, "{text}");
        assert_eq!(reading.in_order(DateOrder::Mdy), mdy, "{text}");
        assert_eq!(reading.in_order(DateOrder::Ymd), ymd, "{text}");
        assert!(resolve(reading, None).is_err(), "{text}");
    }
    assert_eq!(resolve(read("05/05/2026"), None), Ok(Some(day(2026, 5, 5))));
    assert_eq!(resolve(read("03/03/10"), None), Ok(Some(day(2010, 3, 3))));
}

#[test]
fn what_is_no_end_is_told_apart() {
    let v = Vocabulary::embedded();
    for text in [
        "-",
        "n/a",
        "Never expires",
        "Never Expires",
        "Soha nem jár le",
        "Бессрочно",
        "Ніколи",
        "unbefristet",
        "0001-01-01",
        "0001-01-01T00:00:00",
        "01/01/0001 00:00:00",
        "1/1/1753",
        "11/30/9999 23:59",
        "9999-11-30T23:59:59.0000000Z",
        "31.12.9999",
        "31/12/99",
        "31-Dec-99",
        "01/01/01",
        "31.12.2099",
        "2099-12-31",
        "2199-01-01",
        "253402300799",
        "253402214400000",
        "-62135596800",
    ] {
        assert_eq!(read(text), DateReading::NoEnd, "{text}");
    }
    let zero = day(1899, 12, 30).and_hms_opt(0, 0, 0).unwrap();
    assert_eq!(read_date(Cell::DateTime(zero), &v), DateReading::NoEnd);
    assert_eq!(read_date(Cell::Empty, &v), DateReading::Empty);
    assert_eq!(read("\u{200b}"), DateReading::Empty);
}

#[test]
fn what_is_no_date_is_refused() {
    let v = Vocabulary::embedded();
    for text in [
        "31.06.2026",
        "2026-13-01",
        "2026-02-30",
        "2025-02-29",
        "29.02.2025",
        "0/5/2026",
        "2026-05",
        "May 2026",
        "5/2026",
        "soon",
        "25",
        "1000000",
        "#N/A",
        "#######",
        "3/5/2464",
        "3/5/64",
        "03/05/71",
        "3-May-64",
        "1400/2/13",
        "۱۴۰۰/۲/۱۳",
        "๓/๕/๒๕๖๔",
        "2021-W18-7",
        "2021-W18",
        "25640503",
        "2026-05-03 (perhaps)",
        "2026-05-03 or later",
        "162000000",
        "5000000000",
        "1.62E+09",
        "3 Mar 2021 May",
        "2025-05-03 - 2026-05-03",
        "2026-05-03 25:00",
        "2026-05-03 10:61",
        "2026-05-03T10:00:00+99:00",
        "3/5-2026",
        "3//5/2026",
        "-3/5/2026",
        "3 May June 2026",
        "令和3年5月3日",
        "99999999999999999999",
        "System.DateTime",
        "12:30",
        "1 2 3 4",
    ] {
        assert_eq!(read(text), DateReading::Unreadable, "{text}");
    }
    for cell in [
        Cell::Bool(true),
        Cell::Error("#REF!"),
        Cell::Number(25.0),
        Cell::Number(f64::NAN),
        Cell::Number(-1.0),
    ] {
        assert_eq!(read_date(cell, &v), DateReading::Unreadable, "{cell:?}");
    }
}

#[test]
fn what_is_the_matter_is_said() {
    let v = Vocabulary::embedded();
    for (text, why) in [
        ("31.06.2026", "is no day of the calendar"),
        ("2026-02-30", "is no day of the calendar"),
        ("29. února 2025", "is no day of the calendar"),
        ("2026-13-01T00:00:00Z", "is no day of the calendar"),
        ("31/13/26", "is no day of the calendar near our years"),
        ("3/5/64", "is no day of the calendar near our years"),
        ("2021-W18-7", "is a week, not a day"),
        ("May 2026", "is a month without a day"),
        ("2026-05", "is a month without a day"),
        ("1400/2/13", "has a year of another calendar"),
        (
            "۱۴۰۰/۲/۱۳",
            "is written in digits of another script, perhaps of another calendar",
        ),
        ("soon", "is no date we can read"),
        ("2026-05-03 (perhaps)", "is no date we can read"),
        ("25", "is no date we can read"),
    ] {
        assert_eq!(read(text), DateReading::Unreadable, "{text}");
        assert_eq!(why_unreadable(Cell::Text(text), &v), why, "{text}");
    }
    assert_eq!(why_unreadable(Cell::Bool(true), &v), "is no date we can read");
}

#[test]
fn the_words_beside_a_date_are_kept() {
    use crate::terms::{EndInstruction, State};
    let v = Vocabulary::embedded();
    for (text, expected) in [
        ("2026-05-03 (No Renewal)", Some(Remark::AtEnd(EndInstruction::Cancel))),
        ("2026-05-03 Suspended", Some(Remark::State(State::Suspended))),
        ("2026-05-03", None),
        ("May 3, 2026", None),
        ("No Renewal", None),
    ] {
        assert_eq!(remark(Cell::Text(text), &v), expected, "{text}");
    }
}

fn conventions(cells: &[&str]) -> Vec<u32> {
    let evidence = evidence(cells);
    evidence
        .conventions(None)
        .iter()
        .map(|convention| convention.row)
        .collect()
}

#[test]
fn conventions_are_told_of() {
    assert_eq!(conventions(&["2021-05-03", "03.05.2021"]), [] as [u32; 0]);
    assert_eq!(conventions(&["-", "44319", "44320"]), [3]);
    assert_eq!(conventions(&["3/5/2564", "13/5/2564"]), [2]);
    // local midnights, in summer and winter
    assert_eq!(conventions(&["2021-05-12T22:00:00Z", "2021-12-12T23:00:00Z"]), [2]);
    assert_eq!(conventions(&["2021-05-13T00:00:00+02:00"]), [2]);
    assert_eq!(
        conventions(&["2021-05-12T22:00:00Z", "2021-12-12T00:00:00Z"]),
        [] as [u32; 0]
    );
    assert_eq!(
        conventions(&["2021-05-12T22:00:00Z", "2021-12-12T20:00:00Z"]),
        [] as [u32; 0]
    );
    assert_eq!(
        conventions(&["2021-05-12T23:59:59Z", "2021-12-12T22:10:00Z"]),
        [] as [u32; 0]
    );
}

#[test]
fn years_of_two_calendars_are_not_certain() {
    let cells = ["3/5/2564", "13/5/2021", "2564-05-03"];
    let evidence = evidence(&cells);
    let (decision, _) = evidence.decide(None, None);
    let mixed = evidence.mixed(None);
    assert!(mixed.calendars);
    assert!(evidence.conventions(None).is_empty());
    let read = cells.map(|cell| in_column(read(cell), decision, mixed));
    assert!(matches!(
        read,
        [
            InColumn::Unreadable(_),
            InColumn::Date(Some(_)),
            InColumn::Unreadable(_)
        ]
    ));
}

#[test]
fn a_column_says_what_would_settle_it() {
    for (cells, why, remedy) in [
        (
            &["03/04/2026", "05/06/2026"][..],
            "`dmy` and `mdy` fit all its 2 dates in numbers, such as row 2 `03/04/2026`, and none is past the twelfth of its month",
            "a date past the twelfth of its month would settle it: correct or add one, or say `date_order`",
        ),
        (
            &["13/05/2026", "05/13/2026"],
            "no order fits every cell: row 3 `05/13/2026` is not `dmy`, row 2 `13/05/2026` is not `mdy`",
            "the column mixes two orders",
        ),
        (
            &["10/11/12"],
            "fit row 2 `10/11/12`, its only date in numbers",
            "a year of four digits",
        ),
        (
            &["03.04.2026", "05/13/2026"],
            "the points in row 2 `03.04.2026` speak for the day first",
            "correct the cell that is wrong",
        ),
    ] {
        let evidence = evidence(cells);
        let (decision, because) = evidence.decide(None, None);
        assert_eq!(decision, Decision::Unknown, "{cells:?}");
        assert!(because.contains(why), "{because}");
        assert!(evidence.remedy(None).contains(remedy), "{}", evidence.remedy(None));
    }
}

fn evidence(cells: &[&str]) -> DateColumnEvidence {
    let mut evidence = DateColumnEvidence::default();
    for (row, text) in (2..).zip(cells) {
        let reading = match text.strip_prefix("typed ") {
            Some(date) => DateReading::Typed(date.parse().unwrap()),
            None => read(text),
        };
        evidence.add(reading, row);
    }
    evidence
}

#[test]
fn a_column_is_decided_by_all_its_cells() {
    use DateOrder::{Dmy, Mdy, Ymd};
    use Decision::{HalfConverted, Order, Unknown, Unneeded};
    type Case<'a> = (&'a [&'a str], Option<DateOrder>, Option<&'a str>, Decision);
    #[rustfmt::skip]
    let cases: &[Case<'_>] = &[
        (&[], None, None, Unneeded),
        (&["2026-05-03", "-", "May 3, 2021"], None, None, Unneeded),
        (&["05/05/2026", "7/7/2026"], None, None, Unneeded),
        (&["03/04/2026", "13/05/2026"], None, None, Order(Dmy)),
        (&["03/04/2026", "05/13/2026"], None, None, Order(Mdy)),
        (&["03/04/2026", "05/13/2026"], Some(Dmy), Some("de"), Order(Mdy)),
        (&["03/04/2026"], None, None, Unknown),
        (&["03/04/2026"], None, Some("en"), Unknown),
        (&["03/04/2026"], None, Some("hu"), Unknown),
        (&["03/04/2026"], None, Some("pl"), Order(Dmy)),
        (&["03/04/2026"], Some(Mdy), Some("pl"), Order(Mdy)),
        (&["03/04/2026"], Some(Ymd), Some("pl"), Unknown),
        (&["03.04.2026"], None, None, Order(Dmy)),
        (&["03.04.2026"], None, Some("hu"), Order(Dmy)),
        (&["03.04.2026"], Some(Mdy), None, Order(Mdy)),
        (&["13/05/2026", "05/13/2026"], None, None, Unknown),
        (&["13/05/2026", "05/13/2026"], None, Some("de"), Unknown),
        (&["13/05/2026", "05/13/2026"], Some(Dmy), None, Order(Dmy)),
        (&["03.04.2026", "05/13/2026"], None, None, Unknown),
        (&["03.04.2026", "05/13/2026"], Some(Mdy), None, Order(Mdy)),
        (&["31.06.2026", "03.04.2026"], None, None, Order(Dmy)),
        (&["21-05-03", "26-05-04"], None, Some("sv"), Order(Ymd)),
        (&["26-05-13", "27-05-04"], None, None, Order(Ymd)),
        (&["13/05/26", "04/06/27"], None, None, Order(Dmy)),
        (&["13/05/26", "14/06/27"], None, None, Unknown),
        (&["5/13/26", "5/4/27"], None, None, Order(Mdy)),
        (&["typed 2026-05-03", "5/13/2026"], None, None, HalfConverted),
        (&["typed 2026-05-03", "5/13/2026"], Some(Mdy), Some("pl"), HalfConverted),
        (&["typed 2026-05-03", "13.05.2026", "31.12.2026"], None, Some("de"), HalfConverted),
        (&["typed 2026-05-03", "13.05.2026", "03.12.2026"], None, None, Order(Dmy)),
        (&["2026-03-05", "5/13/2026"], None, Some("sv"), HalfConverted),
        (&["2026-11-01", "15.10.2026"], None, None, Order(Dmy)),
        (&["2026-03-05", "2026-03-25", "5/13/2026"], None, None, Order(Mdy)),
        (&["2026-03-05T00:00:00Z", "5/13/2026"], None, None, Order(Mdy)),
        (&["typed 2026-05-03", "typed 2026-05-23"], None, None, Unneeded),
    ];
    for (cells, setting, language, expected) in cases {
        let (decision, why) = evidence(cells).decide(*setting, *language);
        assert_eq!(decision, *expected, "{cells:?} {setting:?} {language:?}: {why}");
        assert!(!why.is_empty());
    }
}

#[test]
fn the_deciding_cell_is_named() {
    for (cells, words) in [
        (&["03/04/2026", "13/05/2026"][..], "row 3 `13/05/2026`"),
        (&["03/04/2026"], "row 2 `03/04/2026`"),
        (&["03.04.2026"], "row 2 `03.04.2026`"),
        (
            &["13/05/2026", "05/13/2026"],
            "row 3 `05/13/2026` is not `dmy`, row 2 `13/05/2026` is not `mdy`",
        ),
        (
            &["typed 2026-05-03", "5/13/2026"],
            "row 2 holds a real date and row 3 `05/13/2026` is text",
        ),
    ] {
        let (_, why) = evidence(cells).decide(None, None);
        assert!(why.contains(words), "{cells:?}: {why}");
    }
}

fn written(date: NaiveDate, order: DateOrder, separator: char) -> String {
    use chrono::Datelike;
    let (year, month, day) = (date.year(), date.month(), date.day());
    match order {
        DateOrder::Dmy => format!("{day}{separator}{month:02}{separator}{year}"),
        DateOrder::Mdy => format!("{month}{separator}{day:02}{separator}{year}"),
        DateOrder::Ymd => format!("{year}{separator}{month:02}{separator}{day:02}"),
    }
}

fn dates() -> impl Strategy<Value = Vec<NaiveDate>> {
    prop::collection::vec((0u64..7000).prop_map(|days| day(2015, 1, 1) + Days::new(days)), 1..12)
}

fn any_cell() -> impl Strategy<Value = DateReading> {
    let order = prop::sample::select(DateOrder::ALL);
    let separator = prop::sample::select(vec!['.', '/', '-', ' ']);
    prop_oneof![
        (0u64..7000, order, separator).prop_map(|(days, order, separator)| read(&written(
            day(2015, 1, 1) + Days::new(days),
            order,
            separator
        ))),
        (1u8..32, 1u8..13, 0u8..60).prop_map(|(a, b, c)| read(&format!("{a:02}/{b:02}/{c:02}"))),
        (0u64..7000).prop_map(|days| DateReading::Typed(day(2015, 1, 1) + Days::new(days))),
        Just(DateReading::Unreadable),
    ]
}

proptest! {
    /// A column that reads in two orders is never decided without a word from a person, a language or a point.
    #[test]
    fn two_readings_are_never_chosen_between(dates in dates(), month_first: bool, slash: bool) {
        let order = if month_first { DateOrder::Mdy } else { DateOrder::Dmy };
        let cells: Vec<String> = dates.iter().map(|date| written(*date, order, if slash { '/' } else { '-' })).collect();
        let mut evidence = DateColumnEvidence::default();
        for (row, cell) in (2..).zip(&cells) {
            evidence.add(read(cell), row);
        }
        let readable = |order: DateOrder| cells.iter().all(|cell| read(cell).in_order(order).is_some());
        let same = cells.iter().all(|cell| read(cell).in_order(DateOrder::Dmy) == read(cell).in_order(DateOrder::Mdy));
        let both = readable(DateOrder::Dmy) && readable(DateOrder::Mdy);
        let expected = match (both, same) {
            (true, true) => Decision::Unneeded,
            (true, false) => Decision::Unknown,
            (false, _) => Decision::Order(order),
        };
        prop_assert_eq!(evidence.decide(None, None).0, expected);
        prop_assert_eq!(evidence.decide(None, Some("en")).0, expected);
        if both && !same {
            prop_assert_eq!(evidence.decide(Some(order), None).0, Decision::Order(order));
            prop_assert_eq!(evidence.decide(None, Some("ru")).0, Decision::Order(DateOrder::Dmy));
        }
    }

    /// Whatever is decided reads every cell as it was meant.
    #[test]
    fn a_decided_column_gives_its_dates_back(dates in dates(), order in prop::sample::select(DateOrder::ALL)) {
        let mut evidence = DateColumnEvidence::default();
        let readings: Vec<DateReading> = dates.iter().map(|date| read(&written(*date, order, '/'))).collect();
        for (row, reading) in (2..).zip(&readings) {
            evidence.add(*reading, row);
        }
        let decided = match evidence.decide(None, None).0 {
            Decision::Order(order) => Some(order),
            Decision::Unneeded => None,
            _ => return Ok(()),
        };
        for (reading, date) in readings.iter().zip(&dates) {
            prop_assert_eq!(resolve(*reading, decided), Ok(Some(*date)));
        }
    }

    /// The evidence does not depend on which thread saw which cell, nor on the order in which the parts are put together.
    #[test]
    fn evidence_merges_in_any_order(cells in prop::collection::vec(any_cell(), 0..20), cut in 0usize..20, other in 0usize..20) {
        let rows: Vec<(u32, DateReading)> = (2..).zip(cells).collect();
        let part = |rows: &[(u32, DateReading)]| {
            let mut part = DateColumnEvidence::default();
            rows.iter().for_each(|&(row, reading)| part.add(reading, row));
            part
        };
        let (low, high) = (cut.min(other).min(rows.len()), cut.max(other).min(rows.len()));
        let (a, b, c) = (part(&rows[..low]), part(&rows[low..high]), part(&rows[high..]));
        let whole = part(&rows);
        for order in [[&a, &b, &c], [&c, &a, &b], [&b, &c, &a], [&c, &b, &a]] {
            let mut merged = DateColumnEvidence::default();
            order.iter().for_each(|part| merged.merge(part));
            prop_assert_eq!(&merged, &whole);
        }
        let mut right = b.clone();
        right.merge(&c);
        let mut grouped = a.clone();
        grouped.merge(&right);
        prop_assert_eq!(grouped.decide(None, None), whole.decide(None, None));
    }

    /// No text makes the reader fail.
    #[test]
    fn any_text_is_read(text in "\\PC{0,40}", digits in "[0-9./: TZ+,-]{0,30}") {
        let _ = read(&text);
        let _ = read(&digits);
    }

    /// Every day of twenty years is read from the forms that keep it certain.
    #[test]
    fn certain_forms_keep_their_day(days in 0u64..7300) {
        let date = day(2015, 1, 1) + Days::new(days);
        for form in ["%Y-%m-%d", "%Y. %m. %d.", "%Y/%-m/%-d", "%-d %B %Y", "%d-%b-%y", "%Y-%m-%dT23:59:59Z", "%Y%m%d"] {
            let text = date.format(form).to_string();
            prop_assert_eq!(resolve(read(&text), None), Ok(Some(date)), "{}", text);
        }
    }
}
