//! A date is read as it was meant, or not at all.
//!
//! Columns of generated dates, written as locales write them, mixed, and half converted by a spreadsheet; and texts of any kind.

use chrono::Datelike;
use proptest::prelude::*;

use super::*;
use crate::{read::Cell, recognise::vocabulary::Vocabulary};

type Write = fn(i32, u32, u32) -> String;

/// How locales write dates: language, form.
#[rustfmt::skip]
const LOCALES: &[(&str, Write)] = &[
    ("en", |y, m, d| format!("{m}/{d}/{y}")),
    ("en", |y, m, d| format!("{m}/{d}/{:02}", y % 100)),
    ("en", |y, m, d| format!("{m:02}/{d:02}/{y} 12:00:00 AM")),
    ("en", |y, m, d| format!("{d:02}/{m:02}/{y}")),
    ("en", |y, m, d| format!("{y}-{m:02}-{d:02}")),
    ("en", |y, m, d| format!("{y}/{m:02}/{d:02}")),
    ("hu", |y, m, d| format!("{y}. {m:02}. {d:02}.")),
    ("hu", |y, m, d| format!("{y}.\u{a0}{m:02}.\u{a0}{d:02}. 0:00:00")),
    ("pl", |y, m, d| format!("{d}.{m:02}.{y}")),
    ("tr", |y, m, d| format!("{d:02}.{m:02}.{y}")),
    ("sv", |y, m, d| format!("{y}-{m:02}-{d:02} kl. 14:00")),
    ("ru", |y, m, d| format!("{d:02}.{m:02}.{y} г.")),
    ("de", |y, m, d| format!("{d}.{m}.{y}")),
    ("de", |y, m, d| format!("{d:02}.{m:02}.{:02}", y % 100)),
    ("fr", |y, m, d| format!("{d:02}/{m:02}/{y}")),
    ("es", |y, m, d| format!("{d}/{m}/{:02}", y % 100)),
    ("nl", |y, m, d| format!("{d}-{m}-{y}")),
    ("cs", |y, m, d| format!("{d}. {m}. {y}")),
    ("it", |y, m, d| format!("{d:02}/{m:02}/{:02}", y % 100)),
    ("ja", |y, m, d| format!("{y}年{m}月{d}日")),
    ("zh", |y, m, d| format!("{y}/{m}/{d}")),
    ("ko", |y, m, d| format!("{y}. {m}. {d}.")),
    ("ko", |y, m, d| format!("{:02}. {m}. {d}.", y % 100)),
    ("th", |y, m, d| format!("{d}/{m}/{}", y + 543)),
    ("", |y, m, d| format!("{y}-{m:02}-{d:02}T23:59:59.9999999Z")),
    ("", |y, m, d| format!("{y}{m:02}{d:02}")),
];

fn dates(least: usize) -> impl Strategy<Value = Vec<NaiveDate>> {
    let first = NaiveDate::from_ymd_opt(2015, 1, 1).unwrap();
    prop::collection::vec((0u64..7000).prop_map(move |days| first + Days::new(days)), least..10)
}

fn readings(cells: &[String], v: &Vocabulary) -> Vec<DateReading> {
    cells.iter().map(|cell| read_date(Cell::Text(cell), v)).collect()
}

/// What a column comes to, cell by cell.
fn column(readings: &[DateReading], setting: Option<DateOrder>, language: Option<&str>) -> (Decision, Vec<InColumn>) {
    let mut evidence = DateColumnEvidence::default();
    for (row, reading) in (2..).zip(readings) {
        evidence.add(*reading, row);
    }
    let (decision, _) = evidence.decide(setting, language);
    let mixed = evidence.mixed(setting);
    let read = readings.iter().map(|reading| in_column(*reading, decision, mixed));
    (decision, read.collect())
}

fn date_of(read: InColumn) -> Option<NaiveDate> {
    match read {
        InColumn::Date(date) => date,
        InColumn::LeftOut | InColumn::Unreadable(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every date that a column gives is the one that was written, whether its language is known or not.
    #[test]
    fn a_column_of_any_locale_is_read_right_or_not_at_all(dates in dates(1)) {
        let v = Vocabulary::embedded();
        for (language, write) in LOCALES {
            let cells: Vec<String> = dates.iter().map(|date| write(date.year(), date.month(), date.day())).collect();
            for spoken in [None, Some(*language)] {
                let (decision, read) = column(&readings(&cells, &v), None, spoken);
                for ((read, date), cell) in read.into_iter().zip(&dates).zip(&cells) {
                    match read {
                        InColumn::Date(read) => prop_assert_eq!(read, Some(*date), "{} {:?}", cell, spoken),
                        InColumn::LeftOut => prop_assert_eq!(decision, Decision::Unknown, "{}", cell),
                        InColumn::Unreadable(why) => prop_assert!(false, "{} {:?}", cell, why),
                    }
                }
            }
        }
    }

    /// Beside a date with the year first, a year of two digits is read only where no other number of its date may be one.
    #[test]
    fn two_digits_of_a_year_beside_years_first_are_never_guessed(dates in dates(2), last: bool, full: bool) {
        let v = Vocabulary::embedded();
        let (head, short) = dates.split_first().unwrap();
        let mut cells = vec![format!("{}.{:02}.{:02}", head.year(), head.month(), head.day())];
        cells.extend(full.then(|| format!("{:02}.{:02}.{}", head.day(), head.month(), head.year())));
        let before = cells.len();
        cells.extend(short.iter().map(|date| match last {
            true => format!("{:02}.{:02}.{:02}", date.day(), date.month(), date.year() % 100),
            false => format!("{:02}.{:02}.{:02}", date.year() % 100, date.month(), date.day()),
        }));
        let readings = readings(&cells, &v);
        let (decision, read) = column(&readings, None, None);
        prop_assume!(decision != Decision::Order(DateOrder::Ymd));
        for (reading, read) in readings.into_iter().zip(read).skip(before) {
            let mut fitting = reading.orders().into_iter().filter_map(|order| reading.in_order(order));
            let first = fitting.next();
            if fitting.any(|date| Some(date) != first) {
                prop_assert_eq!(date_of(read), None, "{:?}", cells);
            }
        }
    }

    /// A column that holds two orders, each shown by some cell, gives no date that depends on one.
    #[test]
    fn mixed_orders_give_no_dates(dates in dates(2), cut in 1usize..9) {
        let v = Vocabulary::embedded();
        let cut = cut.min(dates.len() - 1);
        let write = |(index, date): (usize, &NaiveDate)| match index < cut {
            true => format!("{:02}/{:02}/{}", date.day(), date.month(), date.year()),
            false => format!("{:02}/{:02}/{}", date.month(), date.day(), date.year()),
        };
        let shown = |dates: &[NaiveDate]| dates.iter().any(|date| date.day() > 12);
        prop_assume!(shown(&dates[..cut]) && shown(&dates[cut..]));
        let cells: Vec<String> = dates.iter().enumerate().map(write).collect();
        for language in [None, Some("de"), Some("en"), Some("hu")] {
            let (decision, read) = column(&readings(&cells, &v), None, language);
            prop_assert_eq!(decision, Decision::Unknown);
            for (read, date) in read.into_iter().zip(&dates) {
                let is_same_in_both = date.day() == date.month();
                prop_assert_eq!(date_of(read), Some(*date).filter(|_| is_same_in_both));
            }
        }
    }

    /// A column that a spreadsheet has half converted gives no date, whatever language or settings say.
    #[test]
    fn half_converted_columns_give_no_dates(dates in dates(2), printed: bool, separator in "[/.-]") {
        let v = Vocabulary::embedded();
        let converted = |date: &NaiveDate| {
            // the spreadsheet takes the month for the day, where it can
            let swapped = NaiveDate::from_ymd_opt(date.year(), date.day(), date.month())?;
            Some(if printed { DateReading::YearFirst(swapped) } else { DateReading::Typed(swapped) })
        };
        let left = |date: &NaiveDate| {
            let text = format!("{}{separator}{}{separator}{}", date.month(), date.day(), date.year());
            read_date(Cell::Text(&text), &v)
        };
        let has_both = dates.iter().any(|date| date.day() <= 12) && dates.iter().any(|date| date.day() > 12);
        prop_assume!(has_both);
        let cells: Vec<DateReading> = dates.iter().map(|date| converted(date).unwrap_or_else(|| left(date))).collect();
        for setting in [None, Some(DateOrder::Mdy), Some(DateOrder::Dmy)] {
            for language in [None, Some("de"), Some("hu"), Some("en")] {
                let (decision, read) = column(&cells, setting, language);
                prop_assert_eq!(decision, Decision::HalfConverted);
                prop_assert!(read.into_iter().all(|read| read == InColumn::LeftOut));
            }
        }
    }

    /// Day, month and year of every date that a text gives stand in the text.
    #[test]
    fn no_date_is_invented(text in "([0-9]{1,4}|[./-]| |, |\\. | de |May|máj|мая|maja|年|月|日|T|10:30|Z){3,9}") {
        let v = Vocabulary::embedded();
        let reading = read_date(Cell::Text(&text), &v);
        let told_of = matches!(reading, DateReading::Instant { .. } | DateReading::Serial(_)) || reading.is_buddhist();
        prop_assume!(!told_of);
        let numbers: Vec<i32> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|run| !run.is_empty() && run.len() < 9)
            .flat_map(|run| {
                let parts = [run.get(..4), run.get(4..6), run.get(6..8)];
                let parts = parts.into_iter().flatten().filter(|_| run.len() == 8);
                parts.chain([run]).map(|run| run.parse().unwrap()).collect::<Vec<i32>>()
            })
            .collect();
        let has_month = text.contains("May") || text.contains("máj") || text.contains("мая") || text.contains("maja");
        for order in DateOrder::ALL {
            let Some(date) = reading.in_order(*order) else { continue };
            prop_assert!(numbers.contains(&(date.day() as i32)), "{} {}", text, date);
            prop_assert!(numbers.contains(&(date.month() as i32)) || has_month, "{} {}", text, date);
            prop_assert!(numbers.contains(&date.year()) || numbers.contains(&(date.year() % 100)), "{} {}", text, date);
        }
    }
}
