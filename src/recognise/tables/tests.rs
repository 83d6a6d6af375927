//! The tables of the settings, right and wrong.

use std::{fs, path::Path};

use super::*;
use crate::recognise::vocabulary::Kind;

const GUID: &str = "3b555118-da6a-4418-894f-7df1e2096870";
const OTHER: &str = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";

/// Reads tables given as name and content; every problem as `name: line: heading: message`.
fn read(contents: &[(&str, &str)]) -> Result<Tables, Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let mut paths = TablePaths::default();
    for (name, content) in contents {
        let path = dir.path().join(format!("{name}.csv"));
        fs::write(&path, content).unwrap();
        if *name == "calendar" {
            paths.calendar.push(CalendarFile { country: None, path });
            continue;
        }
        let slot = match *name {
            "offers" => &mut paths.offers,
            "holds" => &mut paths.holds,
            "progress" => &mut paths.progress,
            "customers" => &mut paths.customers,
            "headings" => &mut paths.headings,
            "words" => &mut paths.words,
            _ => &mut paths.routes,
        };
        *slot = Some(path);
    }
    read_tables(&paths, &Limits::default(), &Workbooks::default()).map_err(|problems| {
        let name = |file: &str| Path::new(file).file_stem().unwrap().to_string_lossy().into_owned();
        let row = |place: &Place| place.row.map(|row| format!(" {row}")).unwrap_or_default();
        let heading = |problem: &TableProblem| {
            problem
                .heading
                .as_deref()
                .map(|h| format!(" ({h})"))
                .unwrap_or_default()
        };
        problems
            .iter()
            .map(|p| format!("{}{}{}: {}", name(&p.place.file), row(&p.place), heading(p), p.message))
            .collect()
    })
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn right_tables_are_read() {
    let customers = format!(
        "customer_id,name,domain,country,segment,cloud,relationship,agreement_accepted,delegated_rights,language\r\n\
         {GUID},Contoso Kft.,Contoso.example,Hungary,commercial,,yes,2024-05-03,no,HU\r\n\
         ,Fabrikam,fabrikam.example,SE,nonprofit,global,no,no,,\r\n\
         {OTHER},,,,,,,,,\r\n"
    );
    let holds = format!(
        "subscription_id,customer_id,action,until,owner,reason\nABC-1,,keep,2026-12-31,Anna,merger\n,{GUID},review,2027-01-31,,audit\n"
    );
    let tables = read(&[
        (
            "offers",
            "source_offer,target_offer,target_term,licences,valid_from,valid_until,reason\n\
             Office 365 E3,CFQ7TTC0LF8R:0001;CFQ7TTC0LHT0:0001,P1Y,reassign,2026-01-01,,agreed\n\
             SPB,CFQ7TTC0LCHC:0002,,,,,\n",
        ),
        (
            "calendar",
            "date;country;kind;name\r\n2026-12-24;HU;blackout;Christmas Eve\r\n2026-12-25;;Holiday;Christmas\r\n",
        ),
        ("holds", &holds),
        (
            "progress",
            "subscription_id,customer_id,step,state,date,note,end_source\nabc-1,,order,done,2026-11-02,,\n\
             abc-1,,end-source,done,2026-11-03,by mail,Extended term\n",
        ),
        ("customers", &customers),
        (
            "headings",
            "Field,Heading,Language\nterm_end,Fin du contrat,fr\nseats,Sièges,\n-,Ignore me,\n",
        ),
        (
            "words",
            "kind,value,word,language\nstate,Active,Läuft noch,de\ncountry,hu,Magyarhon,hu\nterm,P1Y,egyesztendős,\ntotal,,Mindenestül,hu\n",
        ),
        (
            "routes",
            "channel,customer_id,seller_id,route\nea,,,new-subscription\n,,4711,Transfer\n",
        ),
    ])
    .unwrap();

    assert_eq!(tables.offers.len(), 2);
    assert_eq!(tables.offers[0].target_term, Some(Term::YEAR));
    assert_eq!(tables.offers[0].licences, Some(Licences::Reassign));
    assert_eq!(tables.offers[0].valid_from, Some(date("2026-01-01")));
    assert_eq!((tables.offers[0].row, tables.offers[1].row), (2, 3));
    assert_eq!(tables.offers[1].valid_until, None);

    assert_eq!(tables.calendar[0].kind, CalendarKind::Blackout);
    assert_eq!(tables.calendar[0].country.unwrap().as_str(), "HU");
    assert_eq!(
        (tables.calendar[1].country, tables.calendar[1].kind),
        (None, CalendarKind::Holiday)
    );

    assert_eq!(
        tables.holds[0].subject,
        Subject::Subscription(Id::parse("abc-1").unwrap())
    );
    assert_eq!(
        tables.holds[1].subject,
        Subject::Customer(CustomerId(GUID.parse().unwrap()))
    );
    assert_eq!(
        (tables.holds[0].until, &*tables.holds[0].reason),
        (date("2026-12-31"), "merger")
    );

    assert_eq!(tables.progress[0].step, StepKind::Order);
    assert_eq!(tables.progress[0].state, Progress::Done);
    assert_eq!(tables.progress[0].end_source, None);
    assert_eq!(tables.progress[1].end_source, Some(EndSource::ExtendedTerm));

    let [first, second, third] = &tables.customers[..] else {
        panic!()
    };
    assert_eq!(first.domain.as_deref(), Some("contoso.example"));
    assert_eq!(first.country.unwrap().as_str(), "HU");
    assert_eq!(first.agreement_accepted, Some(Some(date("2024-05-03"))));
    assert_eq!((first.relationship, first.delegated_rights), (Some(true), Some(false)));
    assert_eq!(first.language.as_deref(), Some("hu"));
    assert_eq!(
        (second.agreement_accepted, second.relationship),
        (Some(None), Some(false))
    );
    assert_eq!(third.agreement_accepted, None);

    assert_eq!(tables.headings.len(), 3);
    let words: Vec<_> = tables.words.iter().map(|word| (word.kind, word.value)).collect();
    assert_eq!(
        words,
        [
            (Kind::State, "active"),
            (Kind::Country, "HU"),
            (Kind::Term, "P1Y"),
            (Kind::Total, "")
        ]
    );
    assert_eq!(tables.routes[0].channel, Some(Channel::Ea));
    assert_eq!(
        (tables.routes[1].seller_id.as_ref(), tables.routes[1].route),
        (Id::parse("4711").as_ref(), Route::Transfer)
    );
    assert_eq!(
        tables.digests.keys().collect::<Vec<_>>(),
        [
            "calendar",
            "customers",
            "headings",
            "holds",
            "offers",
            "progress",
            "routes",
            "words"
        ]
    );
    assert!(tables.digests.values().all(|digest| digest.len() == 64));
}

#[test]
fn tables_that_are_not_named_are_empty() {
    assert_eq!(read(&[]).unwrap(), Tables::default());
}

#[test]
fn a_table_of_headings_alone_is_empty() {
    for (name, headings) in TABLE_HEADINGS {
        let tables = read(&[(name, &format!("{}\n", headings.join(",")))]).unwrap();
        assert_eq!(tables.digests.len(), 1, "{name}");
    }
}

#[test]
fn all_problems_of_all_tables_are_told_at_once() {
    let holds = format!(
        "subscription_id,customer_id,action,until,owner,reason\n\
         a,{GUID},keep,2026-12-31,,r\n\
         ,,keep,2026-12-31,,r\n\
         a,,move,,,\n\
         a,,kepp,never,,r\n\
         ,contoso,keep,31.06.2026,,r\n"
    );
    let problems = read(&[
        ("offers", "source_offer,target_ofer,reason\nx,y,z\n"),
        ("calendar", "date,kind,kind\n2026-12-24,holliday,\n#N/A,holiday,\n"),
        ("holds", &holds),
        (
            "progress",
            "subscription_id,step,state,end_source\na,order,done,cancel\na,end-source,done,transfer\na,end-source,done,later\n",
        ),
        (
            "routes",
            "channel,customer_id,seller_id,route\n,,,transfer\nea,,5.66E+17,shift\n",
        ),
        ("headings", "field,heading,language\nterm_emd,X,hungarian\n"),
        (
            "words",
            "kind,value,word,language\nstat,active,X,\nstate,activ,Y,hungarian\ntotal,sum,Z,\nstate,active,,\nstate,active,W,\nstate,expired,w,\n",
        ),
    ])
    .unwrap_err();
    let expected = [
        "calendar 1: `kind` stands over column B already",
        "calendar 2 (kind): `holliday` is none of the words that may stand here",
        "calendar 3 (date): `#N/A` is no date",
        "headings 2 (field): `term_emd` is no field",
        "headings 2 (language): `hungarian` is no language code",
        "holds 2 (subscription_id): names a subscription and a customer",
        "holds 3 (subscription_id): names neither subscription nor customer",
        "holds 4 (action): `move` is no action of a hold",
        "holds 4 (reason): is empty",
        "holds 4 (until): is empty",
        "holds 5 (action): `kepp` is no action we know",
        "holds 5 (until): `never` names no day",
        "holds 6 (customer_id): `contoso` is no tenant id",
        "holds 6 (until): `31.06.2026` is no date",
        "offers 1: `target_ofer` is no heading of the offers table",
        "offers 1: has no column `target_offer`",
        "progress 2 (end_source): says how a source was set to end, and this is no such step",
        "progress 3 (end_source): says how a source was set to end, and this is no such step",
        "progress 4 (end_source): `later` is none of the words that may stand here",
        "routes 2 (channel): says not what the route is for",
        "routes 3 (route): `shift` is none of the words that may stand here",
        "words 2 (kind): `stat` is none of the words that may stand here",
        "words 3 (language): `hungarian` is no language code",
        "words 3 (value): `activ` is no value of `state`",
        "words 4 (value): `sum` is no value of `total`",
        "words 5 (word): is empty",
        "words: `w` stands for two values of `state`",
        "routes 3 (seller_id): `5.66E+17` is a number in scientific notation: its last digits are lost",
    ];
    let mut problems = problems;
    problems.sort();
    let mut expected = expected.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(problems, expected);
}

#[test]
fn a_customer_is_told_of_once_and_by_name() {
    let content = format!(
        "customer_id,name,agreement_accepted,country\n{GUID},,yes,\n{},,,\n,,,HU\n{OTHER},,,Atlantis\n",
        GUID.to_uppercase()
    );
    assert_eq!(
        read(&[("customers", &content)]).unwrap_err(),
        [
            "customers 2 (agreement_accepted): says that the agreement is accepted, but not when",
            &format!("customers 3: `{GUID}` stands in row 2 already"),
            "customers 4 (customer_id): names no customer",
            "customers 5 (country): `Atlantis` is no country we know",
        ]
    );
}

#[test]
fn dates_must_be_plain() {
    let calendar = |dates: &[&str]| {
        let rows: String = dates.iter().map(|date| format!("{date},holiday\n")).collect();
        read(&[("calendar", &format!("date,kind\n{rows}"))]).map(|tables| {
            tables
                .calendar
                .iter()
                .map(|day| day.date.to_string())
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(
        calendar(&["24.12.2026", "3.04.2026"]).unwrap(),
        ["2026-12-24", "2026-04-03"]
    );
    assert_eq!(
        calendar(&["12/24/2026", "3/4/2026"]).unwrap(),
        ["2026-12-24", "2026-03-04"]
    );
    let problems = calendar(&["2026-12-24", "3/4/2026", "4/5/2026"]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("calendar 3 (date): day and month cannot be told apart"),
        "{problems:?}"
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let paths = TablePaths {
        offers: Some("no/such/offers.csv".into()),
        ..TablePaths::default()
    };
    let problems = read_tables(&paths, &Limits::default(), &Workbooks::default()).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].to_string().starts_with("no/such/offers.csv: "),
        "{}",
        problems[0]
    );

    let problems = read(&[("routes", "a,b,c\n1,2,3\n"), ("offers", "")]).unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn the_nearest_word_is_named() {
    let words = ["valid_from", "valid_until", "reason"];
    assert_eq!(nearest("valid_form", words.into_iter()), "valid_from");
    assert_eq!(nearest("reson", words.into_iter()), "reason");
    assert_eq!(nearest("x", std::iter::empty()), "");
}

/// An iCalendar file with these lines of events.
fn ics(events: &[&str]) -> String {
    let events: String = events
        .iter()
        .map(|lines| {
            format!(
                "BEGIN:VEVENT\r\nUID:1\r\n{}\r\nEND:VEVENT\r\n",
                lines.replace('|', "\r\n")
            )
        })
        .collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n")
}

#[test]
fn a_calendar_may_be_an_icalendar_file() {
    let text = ics(&[
        "SUMMARY:Karácsony|DTSTART;VALUE=DATE:20261225|DTEND;VALUE=DATE:20261227",
        "SUMMARY:Leltár|CATEGORIES:Company,BLACKOUT|DTSTART;VALUE=DATE:20261230",
        "SUMMARY:Szen|DTSTART:20260403T000000Z|DTEND:20260404T000000Z",
        "SUMMARY:Called off|STATUS:CANCELLED|DTSTART;VALUE=DATE:20260601",
        "SUMMARY:Two days|DTSTART;VALUE=DATE:20260820|DURATION:P2D",
    ]);
    let tables = read(&[("calendar", &text)]).unwrap();
    let told: Vec<String> = tables
        .calendar
        .iter()
        .map(|day| format!("{} {}", day.date, day.kind))
        .collect();
    assert_eq!(
        told,
        [
            "2026-12-25 holiday",
            "2026-12-26 holiday",
            "2026-12-30 blackout",
            "2026-04-03 holiday",
            "2026-08-20 holiday",
            "2026-08-21 holiday",
        ]
    );
    assert_eq!(&*tables.calendar[0].name, "Karácsony");
    assert_eq!(tables.digests.keys().collect::<Vec<_>>(), ["calendar"]);
}

#[test]
fn days_that_come_back_every_year_are_written_out() {
    let days = |event: &str| -> Vec<String> {
        let tables = read(&[("calendar", &ics(&[event]))]).unwrap();
        assert!(tables.calendar.iter().all(|day| day.yearly));
        tables.calendar.iter().map(|day| day.date.to_string()).collect()
    };
    let first = |event: &str| days(event).into_iter().take(3).collect::<Vec<_>>();
    assert_eq!(
        first("DTSTART;VALUE=DATE:20241225|RRULE:FREQ=YEARLY"),
        ["2024-12-25", "2025-12-25", "2026-12-25"]
    );
    assert_eq!(
        days("DTSTART;VALUE=DATE:20241225|RRULE:FREQ=YEARLY;INTERVAL=2;COUNT=2;BYMONTH=12;BYMONTHDAY=25"),
        ["2024-12-25", "2026-12-25"]
    );
    assert_eq!(
        days("DTSTART;VALUE=DATE:20241225|RRULE:FREQ=YEARLY;UNTIL=20261225T000000Z|EXDATE;VALUE=DATE:20251225"),
        ["2024-12-25", "2026-12-25"]
    );
    assert_eq!(
        first("DTSTART;VALUE=DATE:20251127|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
        ["2025-11-27", "2026-11-26", "2027-11-25"]
    );
    assert_eq!(
        first("DTSTART;VALUE=DATE:20250526|RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"),
        ["2025-05-26", "2026-05-25", "2027-05-31"]
    );
    // The leap day comes in leap years.
    assert_eq!(
        first("DTSTART;VALUE=DATE:20240229|RRULE:FREQ=YEARLY"),
        ["2024-02-29", "2028-02-29", "2032-02-29"]
    );
}

#[test]
fn what_an_icalendar_file_cannot_say_stops_the_run() {
    let wrong = |text: &str| read(&[("calendar", text)]).unwrap_err().join("|");
    for (event, told) in [
        (
            "SUMMARY:Weekly|DTSTART;VALUE=DATE:20261225|RRULE:FREQ=WEEKLY",
            "`Weekly`: `RRULE:FREQ=WEEKLY` is no rule",
        ),
        (
            "SUMMARY:Easter|DTSTART;VALUE=DATE:20260405|RRULE:FREQ=YEARLY;BYEASTER=0",
            "`Easter`: `RRULE:",
        ),
        (
            "SUMMARY:Meeting|DTSTART:20261225T090000Z",
            "`Meeting`: `20261225T090000Z` is no whole day",
        ),
        (
            "SUMMARY:Odd|DTSTART;VALUE=DATE:20260231",
            "`Odd`: `20260231` is no date",
        ),
        (
            "SUMMARY:Long|DTSTART;VALUE=DATE:20260101|DTEND;VALUE=DATE:20290101",
            "`Long`: lasts 1096 days",
        ),
        (
            "SUMMARY:Back|DTSTART;VALUE=DATE:20260102|DTEND;VALUE=DATE:20260101",
            "`Back`: lasts -1 days",
        ),
        (
            "SUMMARY:More|DTSTART;VALUE=DATE:20260102|RDATE;VALUE=DATE:20260105",
            "`More`: `RDATE:20260105`",
        ),
        (
            "DTSTART;VALUE=DATE:nonsense",
            "`an event without a name`: `nonsense` is no date",
        ),
    ] {
        let problems = wrong(&ics(&[event]));
        assert!(problems.contains(told), "{event}: {problems}");
    }
    let whole = ics(&["DTSTART;VALUE=DATE:20261225"]);
    let cut = &whole[..whole.len() - 20];
    assert!(wrong(cut).contains("cut or broken"));
    assert!(wrong("BEGIN:VCALENDAR").contains("cut or broken"));
    // However it is cut or damaged, it is read or told, and nothing else.
    for end in 0..whole.len() {
        if whole.is_char_boundary(end) {
            let _ = read(&[("calendar", &whole[..end])]);
        }
    }
}

#[test]
fn calendars_of_several_countries_keep_theirs() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str, country: Option<&str>| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        CalendarFile {
            country: country.map(|code| code.parse().unwrap()),
            path,
        }
    };
    let paths = TablePaths {
        calendar: vec![
            file(
                "all.csv",
                "date,country,kind\n2026-12-25,,holiday\n2026-06-06,SE,holiday\n",
                None,
            ),
            file("hu.ics", &ics(&["DTSTART;VALUE=DATE:20261023"]), Some("HU")),
            file("pl.csv", "date,kind\n2026-11-11,holiday\n", Some("PL")),
        ],
        ..TablePaths::default()
    };
    let tables = read_tables(&paths, &Limits::default(), &Workbooks::default()).unwrap();
    let told: Vec<String> = tables
        .calendar
        .iter()
        .map(|day| {
            format!(
                "{} {}",
                day.date,
                day.country.map_or_else(String::new, |country| country.to_string())
            )
        })
        .collect();
    assert_eq!(told, ["2026-12-25 ", "2026-06-06 SE", "2026-10-23 HU", "2026-11-11 PL"]);
    assert_eq!(
        tables.digests.keys().collect::<Vec<_>>(),
        ["calendar", "calendar 2 HU", "calendar 3 PL"]
    );
}
