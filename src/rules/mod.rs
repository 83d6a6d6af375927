//! Microsoft's program as dated tables, and the calendar.
//!
//! In: the embedded tables (`*.csv` beside this file), the user's that replace or extend them, dates. Out: dates, routes,
//! permissions. Code here holds no date, country or number of Microsoft's: each stands in a table row with its validity, source
//! and certainty. A row is chosen by the day it is asked for; where no row is valid on that day, the one whose validity begins
//! next. Refuses tables that do not parse, naming table, line and column.

mod calendar;
mod day;
mod lifecycle;
mod listing;
mod market;
mod people;
mod route;
mod surcharge;
mod table;
mod window;

pub use calendar::Calendar;
pub use day::{DayRef, shift};
pub use lifecycle::{AgreementRule, ExtendedTerm, LifecycleCase, LifecycleState};
pub use listing::{RuleRow, RuleTable, tables};
pub use market::{Cloud as CloudRule, Market, SegmentRule};
pub use people::StepRule;
pub use route::{OfferSale, RouteRule};
pub use surcharge::{Follows, Surcharge};
pub use table::{Dated, RowAt, RuleProblem, TABLE_NAMES, Used, embedded_text};
pub use window::{ChannelRule, Window, WindowCase};

use std::{collections::BTreeMap, fs, path::PathBuf};

use chrono::NaiveDate;

use crate::{config::RuleSettings, terms::*};
use table::{Heard, Rows, read};

/// All rule tables.
#[derive(Debug, Clone)]
pub struct Rules {
    regions: BTreeMap<Country, Vec<Dated<Market>>>,
    clouds: Vec<Dated<CloudRule>>,
    segments: Vec<Dated<SegmentRule>>,
    vetting: Vec<Dated<(Segment, bool)>>,
    channels: Vec<Dated<ChannelRule>>,
    routes: Vec<Dated<RouteRule>>,
    windows: Vec<Dated<Window>>,
    lifecycles: Vec<Dated<LifecycleState>>,
    extended_terms: Vec<Dated<ExtendedTerm>>,
    agreements: Vec<Dated<AgreementRule>>,
    steps: Vec<Dated<StepRule>>,
    surcharges: Vec<Dated<Surcharge>>,
    heard: Heard,
}

impl Rules {
    /// The embedded tables.
    ///
    /// # Errors
    /// Never, as long as the test of the embedded tables passes.
    pub fn embedded() -> Result<Rules, Vec<RuleProblem>> {
        Rules::load(&RuleSettings::default())
    }

    /// The embedded tables, with those of the settings in their place or added to them.
    ///
    /// # Errors
    /// Every table that is not known, cannot be read or does not parse, with its place.
    pub fn load(settings: &RuleSettings) -> Result<Rules, Vec<RuleProblem>> {
        let (texts, problems) = texts_of(settings);
        let mut rows = Rows {
            texts: &texts,
            problems,
        };
        let rules = Rules {
            regions: by_country(read(&mut rows, "regions", Market::parse)),
            clouds: read(&mut rows, "clouds", CloudRule::parse),
            segments: read(&mut rows, "segments", SegmentRule::parse),
            vetting: read(&mut rows, "vetting", |row| {
                Ok((row.word("segment")?, row.yes("vetting")?))
            }),
            channels: read(&mut rows, "channels", ChannelRule::parse),
            routes: read(&mut rows, "routes", RouteRule::parse),
            windows: read(&mut rows, "windows", Window::parse),
            lifecycles: read(&mut rows, "lifecycles", LifecycleState::parse),
            extended_terms: read(&mut rows, "extended_terms", ExtendedTerm::parse),
            agreements: read(&mut rows, "agreements", AgreementRule::parse),
            steps: read(&mut rows, "steps", StepRule::parse),
            surcharges: read(&mut rows, "surcharges", Surcharge::parse),
            heard: Heard::default(),
        };
        if rows.problems.is_empty() {
            Ok(rules)
        } else {
            Err(rows.problems)
        }
    }

    /// The same rules, remembering which rows are asked for from now on.
    pub fn listening(&self) -> Rules {
        Rules {
            heard: Heard::listening(),
            ..self.clone()
        }
    }

    /// The rows that were asked for since the last time, each once, in order; nothing unless the rules are
    /// [listening](Rules::listening).
    pub fn heard(&self) -> Vec<Used> {
        self.heard.take()
    }

    /// The CSP region that a country belongs to on a day; none: it is in no region.
    pub fn region(&self, country: Country, on: NaiveDate) -> Option<&Dated<Market>> {
        let rows = self.regions.get(&country);
        self.heard
            .note("regions", rows.and_then(|rows| table::valid(rows.iter(), on)))
    }

    /// The national cloud that a domain gives away, by its ending.
    pub fn cloud_of_domain(&self, domain: &str, on: NaiveDate) -> Option<Cloud> {
        let rows = self.clouds.iter().filter(|rule| rule.row.fits(domain));
        self.heard
            .note("clouds", table::valid(rows, on))
            .map(|rule| rule.row.cloud)
    }

    /// Whether a customer so qualified may buy offers of a segment.
    pub fn may_buy(&self, qualification: Qualification, segment: Segment, on: NaiveDate) -> bool {
        let rows = self
            .segments
            .iter()
            .filter(|r| r.row.qualification == qualification && r.row.segment == segment);
        self.heard
            .note("segments", table::valid(rows, on))
            .is_some_and(|rule| rule.row.allowed)
    }

    /// Whether offers of a segment need a customer that was vetted for it.
    pub fn needs_vetting(&self, segment: Segment, on: NaiveDate) -> bool {
        let rows = self.vetting.iter().filter(|r| r.row.0 == segment);
        self.heard
            .note("vetting", table::valid(rows, on))
            .is_some_and(|rule| rule.row.1)
    }

    /// What is special about a channel; none for `own`, and for a channel that a replaced table left out.
    pub fn channel(&self, channel: Channel, on: NaiveDate) -> Option<&Dated<ChannelRule>> {
        let rows = self.channels.iter().filter(|r| r.row.channel == channel);
        self.heard.note("channels", table::nearest(rows, on))
    }

    /// The route by channel, state, term and whether the source offer is sold in CSP: the first row that fits.
    pub fn route(
        &self,
        channel: Channel,
        state: Option<State>,
        term: Option<Term>,
        sale: OfferSale,
        on: NaiveDate,
    ) -> Option<&Dated<RouteRule>> {
        let rows = self
            .routes
            .iter()
            .filter(|rule| rule.row.fits(channel, state, term, sale));
        self.heard.note("routes", table::valid(rows, on))
    }

    /// The window of a channel and route in a case.
    pub fn window(&self, channel: Channel, route: Route, case: WindowCase, on: NaiveDate) -> Option<&Dated<Window>> {
        let rows = self.windows.iter().filter(|r| r.row.fits(channel, route, case));
        self.heard.note("windows", table::nearest(rows, on))
    }

    /// The state of a channel's subscription so many days after its term end, in a case; none: past its data retention.
    pub fn lifecycle(
        &self,
        channel: Channel,
        case: LifecycleCase,
        day: i64,
        on: NaiveDate,
    ) -> Option<&Dated<LifecycleState>> {
        let rows = self.lifecycles.iter().filter(|r| r.row.fits(channel, case, day));
        self.heard.note("lifecycles", table::nearest(rows, on))
    }

    /// Whether the lifecycle table has rows for a channel in a case.
    pub fn has_lifecycle(&self, channel: Channel, case: LifecycleCase) -> bool {
        self.lifecycles
            .iter()
            .any(|r| r.row.channel == channel && r.row.case == case)
    }

    /// Whether the paid extended service term follows a term that began and ends on these days; an unknown beginning counts
    /// as late enough.
    pub fn extended_term_applies(&self, channel: Channel, began: Option<NaiveDate>, ends: NaiveDate) -> bool {
        let rows = self.extended_terms.iter().filter(|r| r.row.channel == channel);
        self.heard
            .note("extended_terms", table::nearest(rows, ends))
            .is_some_and(|rule| rule.row.applies(began, ends))
    }

    /// Whether a customer agreement accepted on a day still counts on another.
    pub fn agreement_counts(&self, accepted: NaiveDate, on: NaiveDate) -> bool {
        self.heard
            .note("agreements", table::valid(self.agreements.iter(), on))
            .is_none_or(|rule| accepted >= rule.row.accepted_from)
    }

    /// Who does a step for a channel, and with which portal role.
    pub fn step(&self, step: StepKind, channel: Option<Channel>, on: NaiveDate) -> Option<&StepRule> {
        let fitting = |wanted: Option<Channel>| {
            table::nearest(
                self.steps
                    .iter()
                    .filter(move |r| r.row.step == step && r.row.channel == wanted),
                on,
            )
        };
        let found = channel
            .and_then(|channel| fitting(Some(channel)))
            .or_else(|| fitting(None));
        self.heard.note("steps", found).map(|rule| &rule.row)
    }

    /// What a term that nobody wanted costs, for a channel; none: nothing follows by itself there.
    pub fn surcharge(
        &self,
        channel: Channel,
        follows: Follows,
        has_monthly: bool,
        on: NaiveDate,
    ) -> Option<&Dated<Surcharge>> {
        let rows = self
            .surcharges
            .iter()
            .filter(|rule| rule.row.fits(channel, follows, has_monthly));
        self.heard.note("surcharges", table::nearest(rows, on))
    }

    /// Every country of the regions table with its names, for whoever reads countries out of cells.
    pub fn countries(&self) -> impl Iterator<Item = (Country, &str)> {
        self.regions
            .iter()
            .flat_map(|(&country, rows)| rows.iter().map(move |r| (country, &*r.row.name)))
    }
}

fn by_country(rows: Vec<Dated<Market>>) -> BTreeMap<Country, Vec<Dated<Market>>> {
    let mut map: BTreeMap<Country, Vec<Dated<Market>>> = BTreeMap::new();
    for row in rows {
        map.entry(row.row.country).or_default().push(row);
    }
    map
}

/// The texts of each table, with the file that each is from.
type Texts = BTreeMap<&'static str, Vec<(String, String)>>;

/// Each table's texts, with the file that each is from; and what is wrong with those that settings name.
fn texts_of(settings: &RuleSettings) -> (Texts, Vec<RuleProblem>) {
    let mut problems = Vec::new();
    let mut texts: Texts = TABLE_NAMES
        .iter()
        .map(|&name| (name, vec![(format!("{name}.csv"), embedded_text(name).to_owned())]))
        .collect();
    for (replace, named) in [(true, &settings.replace), (false, &settings.extend)] {
        for (name, path) in named {
            let Some(slot) = texts.get_mut(name.as_str()) else {
                problems.push(RuleProblem::unknown_table(name));
                continue;
            };
            match table_text(path) {
                Ok(text) if replace => *slot = vec![(path.display().to_string(), text)],
                Ok(text) => slot.push((path.display().to_string(), text)),
                Err(problem) => problems.push(problem),
            }
        }
    }
    (texts, problems)
}

fn table_text(path: &PathBuf) -> Result<String, RuleProblem> {
    fs::read_to_string(path).map_err(|error| RuleProblem::unreadable(path, &error))
}

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
