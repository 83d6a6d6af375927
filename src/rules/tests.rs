#[cfg(test)]
mod tests {
    use super::*;

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
                assert!(rules.step(step, Some(channel), today).is_some(), "{channel} {step}");
            }
        }
    }

    #[test]
    fn segments_follow_the_matrix() {
        let rules = Rules::embedded().unwrap();
        let today = day("2026-11-21");
        assert!(rules.may_buy(Qualification::Nonprofit, Segment::Commercial, today));
        assert!(!rules.may_buy(Qualification::Commercial, Segment::Nonprofit, today));
        assert!(!rules.may_buy(Qualification::Government, Segment::Commercial, today));
        for &qualification in Qualification::ALL {
            assert!(
                Segment::ALL.iter().any(|&s| rules.may_buy(qualification, s, today)),
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
}
