//! The same fifty subscriptions, kept in eighteen languages and written in five encodings, give the same plan.
//!
//! In: lists of subscriptions in our own words (`languages/*.csv`) and the words of each language as people use them in their
//! spreadsheets (`languages/words.csv`). Each list is written with headings, states, channels, yes and no, countries, terms and
//! dates of each language, under a title and above a total, as delimited text in several encodings and as workbooks, and planned
//! by the library. What comes must be what the list in our own words gives, but for `source_file`, `source_sheet` and
//! `source_row` (two customers' names are of the language too, so that a wrong encoding shows).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use chrono::{Datelike, NaiveDate};
use encoding_rs::{Encoding, GBK, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};
use rayon::prelude::*;
use seatshift::{
    config::Config,
    finding::Code,
    pipeline::{self, Night, Outcome, Request},
    plan::Reason,
    write::{Reports, Target},
};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;
#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/workbooks.rs"]
mod workbooks;

use running::Table;
use workbooks::{Sheet, Value};

/// Every channel, every state, every urgency; days beyond the twelfth in both columns of dates.
const SUBSCRIPTIONS: &str = include_str!("languages/subscriptions.csv");
/// No day beyond the twelfth, none that is its month's number too: only the language can tell which is which.
const EARLY: &str = include_str!("languages/early.csv");
/// What we call it, and what people do.
const WORDS: &str = include_str!("languages/words.csv");

/// How a language is written besides its words.
struct Writing {
    code: &'static str,
    code_page: &'static Encoding,
    delimiter: u8,
    /// Between thousands.
    thousands: &'static str,
    months: &'static str,
    date: fn(NaiveDate) -> String,
    /// Day, month in letters, year.
    long_date: fn(u32, &str, i32) -> String,
}

fn dotted(date: NaiveDate) -> String {
    date.format("%d.%m.%Y").to_string()
}

fn spaced(day: u32, month: &str, year: i32) -> String {
    format!("{day} {month} {year}")
}

fn slashed(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

fn dashed(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}

fn year_first(date: NaiveDate) -> String {
    date.format("%Y/%m/%d").to_string()
}

fn with_point(day: u32, month: &str, year: i32) -> String {
    format!("{day}. {month} {year}")
}

fn with_of(day: u32, month: &str, year: i32) -> String {
    format!("{day} de {month} de {year}")
}

/// The month is a number here.
fn with_marks(day: u32, month: &str, year: i32) -> String {
    format!("{year}年{month}月{day}日")
}

const WRITINGS: [Writing; 18] = [
    Writing {
        code: "hu",
        code_page: WINDOWS_1250,
        delimiter: b';',
        thousands: "\u{a0}",
        months: "január február március április május június július augusztus szeptember október november december",
        date: |date| date.format("%Y. %m. %d.").to_string(),
        long_date: |day, month, year| format!("{year}. {month} {day}."),
    },
    Writing {
        code: "pl",
        code_page: WINDOWS_1250,
        delimiter: b';',
        thousands: "\u{a0}",
        months: "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        date: dotted,
        long_date: spaced,
    },
    Writing {
        code: "tr",
        code_page: WINDOWS_1254,
        delimiter: b';',
        thousands: ".",
        months: "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
        date: dotted,
        long_date: spaced,
    },
    Writing {
        code: "sv",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: "\u{a0}",
        months: "januari februari mars april maj juni juli augusti september oktober november december",
        date: |date| date.to_string(),
        long_date: spaced,
    },
    Writing {
        code: "ru",
        code_page: WINDOWS_1251,
        delimiter: b';',
        thousands: "\u{a0}",
        months: "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        date: dotted,
        long_date: |day, month, year| format!("{day} {month} {year} г."),
    },
    Writing {
        code: "en",
        code_page: WINDOWS_1252,
        delimiter: b',',
        thousands: ",",
        months: "January February March April May June July August September October November December",
        date: |date| format!("{}/{}/{}", date.month(), date.day(), date.year()),
        long_date: |day, month, year| format!("{month} {day}, {year}"),
    },
    Writing {
        code: "de",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: ".",
        months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        date: dotted,
        long_date: with_point,
    },
    Writing {
        code: "fr",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: "\u{a0}",
        months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        date: slashed,
        long_date: spaced,
    },
    Writing {
        code: "es",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: ".",
        months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        date: slashed,
        long_date: with_of,
    },
    Writing {
        code: "pt",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: ".",
        months: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        date: slashed,
        long_date: with_of,
    },
    Writing {
        code: "it",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: ".",
        months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        date: slashed,
        long_date: spaced,
    },
    Writing {
        code: "nl",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: ".",
        months: "januari februari maart april mei juni juli augustus september oktober november december",
        date: dashed,
        long_date: spaced,
    },
    Writing {
        code: "cs",
        code_page: WINDOWS_1250,
        delimiter: b';',
        thousands: "\u{a0}",
        months: "ledna února března dubna května června července srpna září října listopadu prosince",
        date: |date| date.format("%-d. %-m. %Y").to_string(),
        long_date: with_point,
    },
    Writing {
        code: "ja",
        code_page: SHIFT_JIS,
        delimiter: b',',
        thousands: ",",
        months: "1 2 3 4 5 6 7 8 9 10 11 12",
        date: year_first,
        long_date: with_marks,
    },
    Writing {
        code: "zh",
        code_page: GBK,
        delimiter: b',',
        thousands: ",",
        months: "1 2 3 4 5 6 7 8 9 10 11 12",
        date: year_first,
        long_date: with_marks,
    },
    Writing {
        code: "da",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: ".",
        months: "januar februar marts april maj juni juli august september oktober november december",
        date: dashed,
        long_date: with_point,
    },
    Writing {
        code: "nb",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: "\u{a0}",
        months: "januar februar mars april mai juni juli august september oktober november desember",
        date: dotted,
        long_date: with_point,
    },
    Writing {
        code: "fi",
        code_page: WINDOWS_1252,
        delimiter: b';',
        thousands: "\u{a0}",
        months: "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
        date: |date| date.format("%-d.%-m.%Y").to_string(),
        long_date: with_point,
    },
];

/// A language: how it is written, and its words by what they are and what we call it.
struct Language {
    writing: &'static Writing,
    words: BTreeMap<(String, String), String>,
}

impl Language {
    fn all() -> Vec<Language> {
        WRITINGS.iter().map(Language::new).collect()
    }

    fn new(writing: &'static Writing) -> Language {
        let table = Table::parse(WORDS.as_bytes());
        let own = table.index(writing.code);
        let words = table
            .rows
            .iter()
            .map(|row| ((row[0].clone(), row[1].clone()), row[own].clone()));
        Language {
            writing,
            words: words.collect(),
        }
    }

    fn code(&self) -> &'static str {
        self.writing.code
    }

    /// The language's word; a word that the table does not have stays as it is.
    fn word(&self, what: &str, ours: &str) -> String {
        let key = (what.to_owned(), ours.to_owned());
        self.words.get(&key).map_or(ours, String::as_str).to_owned()
    }

    /// What the language calls the things of a kind, each with what we call it.
    fn named(&self, what: &str) -> Vec<(&str, &str)> {
        let of_kind = self.words.iter().filter(|((kind, _), _)| kind == what);
        of_kind
            .map(|((_, ours), theirs)| (theirs.as_str(), ours.as_str()))
            .collect()
    }

    /// One of our cells as people of the language write it.
    fn cell(&self, column: &str, ours: &str, cells: Cells) -> Value {
        if ours.is_empty() {
            return Value::Empty;
        }
        Value::Text(match column {
            "channel" | "state" | "term" => self.word(column, ours),
            "billing_plan" => self.word("billing", ours),
            "customer_country" => self.word("country", ours),
            "customer_name" => self.word("name", ours),
            "auto_renew" | "relationship" => self.word("boolean", ours),
            "note" => self.word("remark", ours),
            "seats" | "assigned_seats" => return self.number(ours.parse().unwrap(), cells),
            "term_start" | "term_end" if cells == Cells::Typed => return Value::from(day(ours)),
            "term_start" | "term_end" if cells == Cells::Text => (self.writing.date)(day(ours)),
            "term_start" | "term_end" | "agreement_accepted" => self.long_date(day(ours)),
            _ => ours.to_owned(),
        })
    }

    fn long_date(&self, date: NaiveDate) -> String {
        let month = self.writing.months.split(' ').nth(date.month0() as usize).unwrap();
        (self.writing.long_date)(date.day(), month, date.year())
    }

    fn number(&self, number: u32, cells: Cells) -> Value {
        match (cells, number) {
            (Cells::Typed, _) => Value::from(f64::from(number)),
            (_, 1000..) => Value::Text(format!(
                "{}{}{:03}",
                number / 1000,
                self.writing.thousands,
                number % 1000
            )),
            (_, _) => Value::Text(number.to_string()),
        }
    }

    /// A list of ours as people of the language keep it: a title, an empty row, headings, rows, a total.
    fn sheet(&self, ours: &str, cells: Cells) -> Vec<Vec<Value>> {
        let list = Table::parse(ours.as_bytes());
        let title = Value::Text(self.word("title", "List of subscriptions"));
        let headings = list
            .columns
            .iter()
            .map(|heading| Value::Text(self.word("heading", heading)));
        let mut sheet = vec![vec![title], vec![Value::Empty; list.columns.len()], headings.collect()];
        sheet.extend(list.rows.iter().map(|row| {
            let cell = |(column, ours): (&String, &String)| self.cell(column, ours, cells);
            list.columns.iter().zip(row).map(cell).collect()
        }));
        let mut total = vec![Value::Empty; list.columns.len()];
        total[0] = Value::Text(self.word("total", "Total"));
        let seats = list
            .column("seats")
            .iter()
            .map(|seats| seats.parse::<u32>().unwrap())
            .sum();
        total[list.index("seats")] = self.number(seats, cells);
        sheet.push(total);
        sheet
    }

    /// A list as delimited text.
    fn text(&self, ours: &str, delimiter: u8, cells: Cells) -> String {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        for row in self.sheet(ours, cells) {
            let text = |value: &Value| match value {
                Value::Text(text) => text.clone(),
                _ => String::new(),
            };
            writer.write_record(row.iter().map(text)).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }

    /// A list in every encoding and container that people have: a name, an extension, bytes.
    fn files(&self, ours: &str) -> Vec<(&'static str, &'static str, Vec<u8>)> {
        let text = self.text(ours, self.writing.delimiter, Cells::Text);
        let semicolons = self.text(ours, b';', Cells::Text);
        let (paged, _, lossy) = self.writing.code_page.encode(&semicolons);
        assert!(!lossy, "{}: a word is not in the code page", self.code());
        let wide = format!("\u{feff}{}", self.text(ours, b'\t', Cells::Text));
        let sheet = |cells| [Sheet::new("1", &self.sheet(ours, cells))];
        vec![
            ("utf-8", "csv", text.clone().into_bytes()),
            ("utf-8-bom", "csv", format!("\u{feff}{text}").into_bytes()),
            (
                "utf-16le",
                "txt",
                wide.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            ),
            ("code-page", "csv", paged.into_owned()),
            ("xlsx", "xlsx", workbooks::xlsx(&sheet(Cells::Typed))),
            ("xlsx-text", "xlsx", workbooks::xlsx(&sheet(Cells::Text))),
        ]
    }
}

/// How dates and numbers stand in a list.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cells {
    /// As the language writes them.
    Text,
    /// The same, with the months of the term in letters.
    Spelled,
    /// As a workbook's own dates and numbers.
    Typed,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What came of one file: the plan and the steps without places, the findings by code.
#[derive(Debug, Clone, PartialEq)]
struct Came {
    plan: Table,
    steps: Table,
    findings: BTreeMap<Code, usize>,
}

/// Plans a file, with settings; `names` of customers are put back to ours.
fn planned(folder: &Path, name: &str, bytes: &[u8], names: &[(&str, &str)], settings: &str) -> (Came, Outcome) {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    let text = format!("[partner]\ncountries = [\"HU\"]\n{settings}");
    let config = Config::parse(&text, Path::new("seatshift.toml")).unwrap();
    let target = Target::new(&folder.join(format!("{name}.plan.csv"))).unwrap();
    let request = Request {
        exports: &[path.to_str().unwrap().to_owned()],
        config: &config,
        as_of: day(running::AS_OF),
        target: Some(target.clone()),
        reports: Reports::none(),
        strict: false,
        previous: Default::default(),
        night: Night::default(),
    };
    let outcome = pipeline::run(&request, &()).unwrap_or_else(|stop| panic!("{name}: {stop}"));
    let without_places = |path: PathBuf| {
        let mut table = Table::read(&path);
        for cell in table.rows.iter_mut().flatten() {
            for (theirs, ours) in names {
                *cell = cell.replace(theirs, ours);
            }
        }
        table.without(&["source_file", "source_sheet", "source_row"])
    };
    let mut findings = BTreeMap::new();
    for finding in &outcome.findings {
        *findings.entry(finding.code).or_default() += 1;
    }
    // That a code page was guessed, and that a total was left out, is of the file.
    findings.remove(&Code::EncodingGuessed);
    findings.remove(&Code::TotalRowIgnored);
    let came = Came {
        plan: without_places(target.plan().to_owned()),
        steps: without_places(target.steps()),
        findings,
    };
    (came, outcome)
}

/// What a list in our own words gives.
fn expected(folder: &Path, ours: &str) -> (Came, Outcome) {
    let (came, outcome) = planned(folder, "ours.csv", ours.as_bytes(), &[], "");
    assert_eq!(came.plan.rows.len(), Table::parse(ours.as_bytes()).rows.len());
    (came, outcome)
}

/// Says where two plans differ: findings that only one has, and cells, subscription by subscription.
fn differences(name: &str, came: &Came, expected: &Came, outcome: &Outcome) -> Option<String> {
    if came == expected {
        return None;
    }
    let mut text = format!("{name}:\n");
    if came.findings != expected.findings {
        text += &format!(
            "  findings {:?}\n  in place of {:?}\n",
            came.findings, expected.findings
        );
    }
    let unexpected = |code: &Code| !expected.findings.contains_key(code);
    for finding in outcome
        .findings
        .iter()
        .filter(|finding| unexpected(&finding.code))
        .take(9)
    {
        text += &format!("  {finding}\n");
    }
    let id = came.plan.index("subscription_id");
    let mut shown = 0;
    for row in &came.plan.rows {
        let Some(expected) = expected.plan.rows.iter().find(|expected| expected[id] == row[id]) else {
            text += &format!("  {} is not expected\n", row[id]);
            continue;
        };
        for (index, column) in came.plan.columns.iter().enumerate() {
            if row[index] != expected[index] && shown < 12 {
                shown += 1;
                text += &format!(
                    "  {}: {column}: `{}` in place of `{}`\n",
                    row[id], row[index], expected[index]
                );
            }
        }
    }
    if came.plan == expected.plan {
        text += "  the plans are the same, the steps are not\n";
    }
    Some(text)
}

/// A list of one language in one file.
struct File<'a> {
    language: &'a Language,
    name: String,
    bytes: Vec<u8>,
}

/// Plans all files; every one must give what the list in our own words does.
fn assert_same(ours: &str, files: &[File<'_>], settings: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (expected, _) = expected(folder.path(), ours);
    let differing: Vec<String> = files
        .par_iter()
        .filter_map(|file| {
            let names = file.language.named("name");
            let (came, outcome) = planned(folder.path(), &file.name, &file.bytes, &names, settings);
            differences(&file.name, &came, &expected, &outcome)
        })
        .collect();
    let (shown, count) = (&differing[..differing.len().min(5)], differing.len());
    assert!(
        differing.is_empty(),
        "{count} of {} differ:\n{}",
        files.len(),
        shown.join("\n")
    );
}

/// A list in every encoding of every language.
fn encoded<'a>(ours: &str, languages: impl IntoIterator<Item = &'a Language>) -> Vec<File<'a>> {
    let of = |language: &'a Language| {
        language
            .files(ours)
            .into_iter()
            .map(move |(encoding, extension, bytes)| File {
                language,
                name: format!("{}-{encoding}.{extension}", language.code()),
                bytes,
            })
    };
    languages.into_iter().flat_map(of).collect()
}

#[test]
fn the_list_itself_shows_much() {
    let folder = tempfile::tempdir().unwrap();
    let (came, outcome) = expected(folder.path(), SUBSCRIPTIONS);
    let words = |column: &str| {
        let mut cells = came.plan.column(column);
        cells.sort_unstable();
        cells.dedup();
        cells.join(" ")
    };
    let channels = "csp csp-legacy ea mca-e mpsa open-value own web-direct web-direct-mosa";
    assert_eq!(words("source_channel"), channels);
    assert_eq!(words("customer_country"), "BR CZ DE FI FR HU JP KZ PL SE TR");
    assert_eq!(came.plan.rows.len(), 50);
    assert_eq!(words("action"), "keep move review");
    assert_eq!(words("urgency"), " lapsed late lost open planned");
    assert_eq!(words("route"), " new-subscription transfer");
    let unread = [
        Code::ValueUnknown,
        Code::DateUnreadable,
        Code::DateOrderUnknown,
        Code::SeatsUnreadable,
        Code::CountryUnknown,
        Code::OfferUnknown,
    ];
    assert!(outcome.findings.iter().all(|finding| !unread.contains(&finding.code)));
}

#[test]
fn eighteen_languages_in_five_encodings_give_one_plan() {
    let languages = Language::all();
    let files = encoded(SUBSCRIPTIONS, &languages);
    assert_eq!(files.len(), 18 * 6);
    assert_same(SUBSCRIPTIONS, &files, "");
}

#[test]
fn where_no_day_is_beyond_the_twelfth_the_language_decides() {
    let languages = Language::all();
    let deciding = languages.iter().filter(|language| language.code() != "en");
    assert_same(EARLY, &encoded(EARLY, deciding), "");
}

#[test]
fn english_does_not_decide_but_a_setting_does() {
    let languages = Language::all();
    let files = encoded(EARLY, languages.iter().filter(|language| language.code() == "en"));
    let folder = tempfile::tempdir().unwrap();
    for file in files.iter().filter(|file| !file.name.ends_with("-xlsx.xlsx")) {
        let (_, outcome) = planned(folder.path(), &file.name, &file.bytes, &[], "");
        for row in &outcome.plan.rows {
            let decision = &row.decision;
            assert!(decision.reasons.has(Reason::DateOrderUnknown), "{}: {row:?}", file.name);
            assert_eq!(decision.move_date, None, "{}", file.name);
        }
    }
    assert_same(EARLY, &files, "[[source]]\nmatch = \"en-*\"\ndate_order = \"mdy\"\n");
}

#[test]
fn months_may_stand_in_letters() {
    let languages = Language::all();
    for ours in [SUBSCRIPTIONS, EARLY] {
        let mut files = Vec::new();
        for language in &languages {
            let text = language.text(ours, language.writing.delimiter, Cells::Spelled);
            files.push(File {
                language,
                name: format!("{}-spelled.csv", language.code()),
                bytes: text.into_bytes(),
            });
        }
        assert_same(ours, &files, "");
    }
}

#[test]
fn every_format_of_workbook_gives_one_plan() {
    let languages = Language::all();
    let mut files = Vec::new();
    for language in &languages {
        for cells in [Cells::Typed, Cells::Text] {
            let sheet = Sheet::new("1", &language.sheet(SUBSCRIPTIONS, cells));
            files.extend(workbooks::all(&[sheet]).map(|(extension, bytes)| File {
                language,
                name: format!("{}-{cells:?}.{extension}", language.code()),
                bytes,
            }));
        }
    }
    assert_same(SUBSCRIPTIONS, &files, "");
}
