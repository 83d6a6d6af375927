//! Every row of every table on the days at which it begins and ends to count, and what users put in their place.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::*;
use crate::config::Role;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn embedded_tables_load() {
    let rules = Rules::embedded().unwrap();
    let today = day("2026-11-21");
    for (country, region) in [
        ("HU", "EUR"),
        ("TR", "MECEE"),
        ("PR", "LATAM"),
        ("ZA", "MECEE"),
        ("GB", "EUR"),
        ("GU", "USA"),
    ] {
        let market = rules.region(country.parse().unwrap(), today).unwrap();
        assert_eq!(&*market.row.region, region, "{country}");
    }
    for country in ["RU", "BY", "CU", "KP"] {
        assert!(rules.region(country.parse().unwrap(), today).is_none(), "{country}");
    }
}

#[test]
fn every_channel_but_own_has_its_rules() {
    let rules = Rules::embedded().unwrap();
    let today = day("2026-11-21");
    for &channel in Channel::ALL.iter().filter(|&&c| c != Channel::Own) {
        assert!(rules.channel(channel, today).is_some(), "{channel}");
        let route = rules
            .route(channel, Some(State::Active), Some(Term::MONTH), OfferSale::Sold, today)
            .unwrap()
            .row
            .route;
        assert_eq!(route, Route::NewSubscription, "{channel}");
        assert!(
            rules.window(channel, route, WindowCase::Exempt, today).is_some(),
            "{channel}"
        );
        assert!(rules.has_lifecycle(channel, LifecycleCase::Exempt), "{channel}");
        for &step in StepKind::ALL {
            let found = rules.step_texts.find(step, &[], Some(channel), Role::Direct, today);
            let cases = [
                StepCase::CancelAtTermEnd,
                StepCase::AutoRenewOff,
                StepCase::Cancel,
                StepCase::DoNotRenew,
            ];
            let special = cases.iter().all(|case| {
                rules
                    .step_texts
                    .find(step, &[*case], Some(channel), Role::Direct, today)
                    .is_some()
            });
            assert!(found.is_some() && special, "{channel} {step}");
        }
    }
}

#[test]
fn segments_follow_the_matrix() {
    let rules = Rules::embedded().unwrap();
    let today = day("2026-11-21");
    let may_buy = |qualification, segment| rules.may_buy(qualification, segment, today).unwrap().row.allowed;
    assert!(may_buy(Qualification::Nonprofit, Segment::Commercial));
    assert!(!may_buy(Qualification::Commercial, Segment::Nonprofit));
    assert!(!may_buy(Qualification::Government, Segment::Commercial));
    for &qualification in Qualification::ALL {
        assert!(
            Segment::ALL.iter().any(|&s| may_buy(qualification, s)),
            "{qualification}"
        );
    }
}

#[test]
fn a_broken_table_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("windows.csv");
    fs::write(&path, "channel,route,case,opens,closes,recommended,end_source,end_by,request_by,approve_by,valid_from,valid_until,source,certainty\ncsp,sideways,any,E-x,,,,,,,2020-01-01,,s,sure\n").unwrap();
    let mut settings = RuleSettings::default();
    settings.replace.insert("windows".into(), path);
    settings.extend.insert("windoes".into(), PathBuf::from("x.csv"));
    let problems = Rules::load(&settings).unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(
        texts.iter().any(|t| t.contains("line 2") && t.contains("sideways")),
        "{texts:?}"
    );
    assert!(
        texts.iter().any(|t| t.contains("windoes") && t.contains("`windows`")),
        "{texts:?}"
    );
}

fn before(day: NaiveDate) -> NaiveDate {
    shift(day, -1)
}

/// Asks for each row of a table on the first day on which it is true, on its last, and on the days around: it answers from the first
/// to the last, and not on others; before its first only where nothing is true then and the table looks ahead.
fn each_row<'a, T: 'a>(
    name: &str,
    looks_ahead: bool,
    rows: impl Iterator<Item = &'a Dated<T>>,
    ask: impl Fn(&T, NaiveDate) -> Option<&'a Dated<T>>,
) -> String {
    let mut count = 0;
    for row in rows {
        count += 1;
        let place = &row.at;
        let answers = |on: NaiveDate| ask(&row.row, on).is_some_and(|found| std::ptr::eq(found, row));
        assert!(answers(row.valid_from), "{place}: not on its first day");
        assert!(
            answers(row.valid_until.unwrap_or(day("2099-12-31"))),
            "{place}: not on its last day"
        );
        if let Some(until) = row.valid_until {
            assert!(!answers(shift(until, 1)), "{place}: still on the day after its last");
        }
        let ahead = answers(before(row.valid_from));
        let other = ask(&row.row, before(row.valid_from)).is_some_and(|found| found.is_valid(before(row.valid_from)));
        assert!(
            !ahead || (looks_ahead && !other),
            "{place}: on the day before its first"
        );
    }
    assert!(count > 0, "{name} is empty");
    name.to_owned()
}

#[test]
fn every_row_of_every_table_counts_from_its_first_day_to_its_last() {
    let rules = Rules::embedded().unwrap();
    let r = &rules;
    let tables: BTreeSet<String> = [
        each_row("addon_minimums", true, r.addon_minimums.iter(), |row, on| {
            r.addon_minimum(&row.offer, on)
        }),
        each_row("agreements", false, r.agreements.iter(), |_, on| r.agreement(on)),
        each_row("billing", false, r.billing.iter(), |row, on| {
            r.billing(row.term, row.offer.as_deref().unwrap_or("any other"), row.plan, on)
        }),
        each_row("channels", true, r.channels.iter(), |row, on| {
            r.channel(row.channel, on)
        }),
        each_row("clouds", false, r.clouds.iter(), |row, on| {
            r.cloud_of_domain(&format!("x.{}", row.domain_suffix), on)
        }),
        each_row("extended_terms", true, r.extended_terms.iter(), |row, on| {
            r.extended_term(row.channel, on)
        }),
        each_row("leftovers", false, r.leftovers.iter(), |row, on| {
            r.leftover(row.channel, on)
        }),
        each_row("lifecycles", true, r.lifecycles.iter(), |row, on| {
            r.lifecycle(row.channel, row.case, row.from_day, on)
        }),
        each_row("market_data", false, r.market_data.iter(), |row, on| {
            r.market_data(row.country, on).find(|found| found.row.data == row.data)
        }),
        each_row("numbers", true, r.numbers.all(), |row, on| r.number_rule(row.name, on)),
        each_row("regions", false, r.regions.values().flatten(), |row, on| {
            r.region(row.country, on)
        }),
        each_row("routes", false, r.routes.iter(), |row, on| {
            let state = row.state.unwrap_or(State::Suspended);
            r.route(
                row.channel,
                Some(state),
                row.least_term,
                row.sale.unwrap_or(OfferSale::Sold),
                on,
            )
        }),
        each_row("segments", true, r.segments.iter(), |row, on| {
            r.may_buy(row.qualification, row.segment, on)
        }),
        each_row("short_grace", true, r.short_grace.iter(), |row, on| {
            r.short_grace(row.channel, &row.offer, on)
        }),
        each_row("step_notes", false, r.step_texts.all_notes().iter(), |row, on| {
            let mut only = Conditions::default();
            only.insert(row.condition, true);
            r.step_texts.notes(row.step, row.channel, only, on).next()
        }),
        each_row("steps", true, r.step_texts.all().iter(), |row, on| {
            let case = row.case.as_slice();
            let partner = row.partner.unwrap_or(Role::Direct);
            let found = r.step_texts.find(row.step, case, row.channel, partner, on);
            found.map(|(_, rule)| rule)
        }),
        each_row("surcharges", true, r.surcharges.iter(), |row, on| {
            r.surcharge(row.channel, row.follows, row.monthly.unwrap_or(true), on)
        }),
        each_row("undo_windows", true, r.undo_windows.iter(), |row, on| {
            r.undo_window(row.channel, row.country, on)
        }),
        each_row("vetting", true, r.vetting.iter(), |row, on| r.vetting(row.segment, on)),
        each_row("windows", true, r.windows.iter(), |row, on| {
            r.window(row.channel, row.route, row.case.unwrap_or(WindowCase::Exempt), on)
        }),
    ]
    .into();
    let all: BTreeSet<String> = TABLE_NAMES.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(tables, all, "each table is asked");
}

#[test]
fn every_state_after_the_end_holds_from_its_first_day_to_its_last() {
    let rules = Rules::embedded().unwrap();
    let on = day("2027-01-31");
    for row in &rules.lifecycles {
        let LifecycleState {
            channel,
            case,
            from_day,
            until_day,
            ..
        } = row.row;
        let holds = |day: i64| {
            rules
                .lifecycle(channel, case, day, on)
                .is_some_and(|found| std::ptr::eq(found, row))
        };
        assert!(!holds(from_day - 1) && holds(from_day), "{}: its first day", row.at);
        match until_day {
            Some(until) => assert!(holds(until) && !holds(until + 1), "{}: its last day", row.at),
            None => assert!(holds(from_day + 3650), "{}: has no last day", row.at),
        }
    }
}

#[test]
fn dates_that_changed_the_program() {
    let rules = Rules::embedded().unwrap();
    let extended = |began: &str, ends: &str| rules.extended_term_applies(Channel::Csp, Some(day(began)), day(ends));
    assert!(!extended("2025-03-31", "2026-05-04") && extended("2025-04-01", "2026-05-04"));
    assert!(!extended("2025-04-01", "2026-05-03"));
    let counts = |accepted: &str, on: &str| rules.agreement_counts(day(accepted), day(on));
    assert!(counts("2023-03-31", "2025-10-06") && !counts("2023-03-31", "2025-10-07"));
    assert!(counts("2023-04-01", "2025-10-07"));
    let region = |country: &str, on: &str| {
        let market = rules.region(country.parse().unwrap(), day(on))?;
        Some(market.row.region.to_string())
    };
    let told = |country: &str| [region(country, "2023-08-16"), region(country, "2023-08-17")];
    assert_eq!(told("GU"), [Some("AUS".into()), Some("USA".into())]);
    assert_eq!(told("AS"), [Some("NZL".into()), Some("USA".into())]);
    assert_eq!(told("BY"), [Some("MECEE".into()), None]);
    assert_eq!(told("RU"), [Some("RUS".into()), None]);
    assert_eq!(told("CN"), [None, Some("CHN".into())]);
    assert_eq!(told("HU"), [Some("EUR".into()), Some("EUR".into())]);
    let agreement = |role: Role, on: &str| {
        let found = rules
            .step_texts
            .find(StepKind::AcceptAgreement, &[], Some(Channel::Csp), role, day(on));
        found.unwrap().1.row.sentence.as_str().to_owned()
    };
    assert!(agreement(Role::Direct, "2026-01-04").contains("so that we attest it in Partner Center"));
    assert!(agreement(Role::Direct, "2026-01-05").contains("no longer takes our word"));
    assert!(agreement(Role::IndirectReseller, "2026-01-05").contains("we cannot attest it"));
}

fn settings_with(name: &str, replaces: bool, text: &str) -> (RuleSettings, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ours.csv");
    fs::write(&path, text).unwrap();
    let mut settings = RuleSettings::default();
    let slot = if replaces {
        &mut settings.replace
    } else {
        &mut settings.extend
    };
    slot.insert(name.into(), path);
    (settings, folder)
}

const REGION: &str = "country,region,name,valid_from,valid_until,source,certainty\n";

#[test]
fn the_users_row_wins_while_it_is_true_and_the_run_can_say_so() {
    let ours = format!("{REGION}HU,MECEE,Hungary,2026-06-01,2026-12-31,a letter,sure\n");
    let (settings, _folder) = settings_with("regions", false, &ours);
    let rules = Rules::load(&settings).unwrap();
    let region = |on: &str| &*rules.region("HU".parse().unwrap(), day(on)).unwrap().row.region;
    assert_eq!(
        [
            region("2026-05-31"),
            region("2026-06-01"),
            region("2026-12-31"),
            region("2027-01-01")
        ],
        ["EUR", "MECEE", "MECEE", "EUR"]
    );
    let [told] = rules.overrides.as_slice() else {
        panic!("{:?}", rules.overrides)
    };
    assert_eq!(
        (told.table.as_str(), told.setting.as_str()),
        ("regions", "rules.extend")
    );
    assert_eq!(told.rows, ["HU,MECEE,Hungary,2026-06-01,2026-12-31,a letter,sure"]);
    assert!(
        told.instead_of.len() == 1 && told.instead_of[0].starts_with("HU,EUR,"),
        "{:?}",
        told.instead_of
    );
    assert_eq!(told.sha256.as_deref().map(str::len), Some(64));
}

#[test]
fn a_replaced_table_has_no_row_of_ours() {
    let ours = format!("{REGION}HU,EUR,Hungary,2026-06-01,,a letter,sure\n");
    let (settings, _folder) = settings_with("regions", true, &ours.replace(',', ";"));
    let rules = Rules::load(&settings).unwrap();
    assert!(rules.region("PL".parse().unwrap(), day("2026-11-21")).is_none());
    let told = &rules.overrides[0];
    assert_eq!((told.setting.as_str(), told.rows.len()), ("rules.replace", 1));
    assert!(told.instead_of.len() > 200);
}

#[test]
fn numbers_come_from_the_settings_before_the_table() {
    let mut settings = RuleSettings::default();
    settings
        .numbers
        .extend([("lead.relationship", 21), ("request_days", 30), ("undo_days", 5)]);
    let rules = Rules::load(&settings).unwrap();
    let on = day("2026-11-21");
    assert_eq!(rules.days(NumberName::LeadRelationship, on), 21);
    assert_eq!(rules.days(NumberName::LeadAgreement, on), 7);
    assert_eq!(
        rules
            .undo_window(Channel::WebDirect, "CL".parse().ok(), on)
            .unwrap()
            .row
            .days,
        5
    );
    assert!(rules.undo_window(Channel::Ea, None, on).is_none());
    let said: Vec<&str> = rules.overrides.iter().map(|told| told.setting.as_str()).collect();
    // What is set to what the table says anyway overrides nothing.
    assert_eq!(said, ["rules.lead.relationship", "rules.undo_days"]);
    assert_eq!(
        (&*rules.overrides[0].rows, &*rules.overrides[0].instead_of),
        (["21".to_owned()].as_slice(), ["14".to_owned()].as_slice())
    );
}

#[test]
fn rows_that_cannot_both_be_true_are_refused_and_so_are_wrong_columns() {
    let wrong = |name: &str, text: &str| {
        let (settings, _folder) = settings_with(name, false, text);
        let problems = Rules::load(&settings).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let twice = format!("{REGION}HU,EUR,Hungary,2026-01-01,2026-06-01,a,sure\nHU,MECEE,Hungary,2026-06-01,,b,sure\n");
    assert!(wrong("regions", &twice).contains("line 3: says of the same days something else than line 2"));
    let backwards = format!("{REGION}HU,EUR,Hungary,2026-06-01,2026-05-31,a,sure\n");
    assert!(wrong("regions", &backwards).contains("`2026-05-31` is before `2026-06-01`"));
    let told = wrong("regions", &twice.replacen("region", "reegion", 1));
    assert!(
        told.contains("`reegion` is no column of the table `regions`")
            && told.contains("the column `region` is missing"),
        "{told}"
    );
    let steps = embedded_text("steps").lines().next().unwrap();
    let row = "order,any,any,any,partner,Sales agent,order {what},2026-01-01,,a,sure";
    assert!(wrong("steps", &format!("{steps}\n{row}\n")).contains("nothing fills `{what}`"));
    let short = "name,value,unit,valid_from,valid_until,source,certainty\nlead.vetting,-1,days,2026-01-01,,a,sure\n";
    assert!(wrong("numbers", short).contains("`-1` is not from 0 to"));
    let (settings, _folder) = settings_with("numbers", true, &short.replace("-1", "1"));
    let problems = Rules::load(&settings).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|problem| problem.to_string().contains("has no number `lead.relationship`")),
        "{problems:?}"
    );
}

#[test]
fn a_row_says_where_it_stands() {
    let rules = Rules::embedded().unwrap();
    let window = rules
        .window(Channel::Csp, Route::Transfer, WindowCase::Exempt, day("2026-11-21"))
        .unwrap();
    let line = window.at.line as usize;
    let text = embedded_text("windows").lines().nth(line - 1).unwrap();
    assert!(text.starts_with("csp,transfer,any,"), "{text}");
    assert_eq!(window.at.to_string(), format!("windows, line {line}"));
}

#[test]
fn every_offer_that_a_table_names_is_known() {
    let catalog = crate::catalog::Catalog::embedded();
    for name in ["addon_minimums", "billing", "short_grace"] {
        let mut reader = csv::Reader::from_reader(embedded_text(name).as_bytes());
        let place = reader
            .headers()
            .unwrap()
            .iter()
            .position(|heading| heading == "offer")
            .unwrap();
        for record in reader.records() {
            let offer = record.unwrap()[place].to_owned();
            assert!(offer == "any" || catalog.offer(&offer).is_some(), "{name}: `{offer}`");
        }
    }
}

#[test]
fn the_template_shows_the_numbers_of_the_table() {
    let shown = crate::config::TEMPLATE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.is_empty() && !setting.starts_with(' ') => setting,
            _ => line,
        });
    let text: String = shown.collect::<Vec<_>>().join("\n");
    let config = crate::config::Config::parse(&text, "seatshift.toml".as_ref()).unwrap();
    let rules = Rules::load(&config.rules).unwrap();
    let mut changed: Vec<&str> = rules.overrides.iter().map(|told| told.setting.as_str()).collect();
    // One number for all is not what the table says: there a country has another.
    changed.retain(|setting| *setting != "rules.undo_days");
    assert!(changed.is_empty(), "{changed:?}");
    let mut named: BTreeSet<&str> = config.rules.numbers.keys().copied().collect();
    assert!(named.remove("undo_days"));
    let numbers: BTreeSet<&str> = NumberName::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(named, numbers, "every number is a setting");
}
