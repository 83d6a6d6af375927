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
mod number;
mod order;
mod overrides;
mod people;
mod route;
mod surcharge;
mod table;
mod target;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod values_tests;
mod window;
mod wording;

pub use calendar::{Calendar, Calendars};
pub use day::{DayRef, shift};
pub use lifecycle::{AgreementRule, ExtendedTerm, LifecycleCase, LifecycleState};
pub use listing::{RuleRow, RuleTable, tables};
pub use market::{Cloud as CloudRule, Market, SegmentRule, VettingRule};
pub use number::{NumberName, NumberRule};
pub use order::{AddonMinimum, BillingRule, Leftover, MarketData, MarketDataRule, ShortGrace, UndoWindow};
pub use overrides::Override;
pub use people::{Condition, Conditions, StepCase, StepNote, StepRule, StepTexts};
pub use route::{OfferSale, RouteRule};
pub use surcharge::{Follows, Surcharge};
pub use table::{Dated, RowAt, RuleProblem, TABLE_NAMES, Used, embedded_text, key_columns};
pub use target::SourceTerm;
pub use window::{ChannelRule, Window, WindowCase};
pub use wording::{Placeholder, Wording};

use std::{collections::BTreeMap, fs, path::Path};

use chrono::{Days, NaiveDate};

use crate::{
    config::{Role, RuleSettings},
    terms::*,
};
use number::Numbers;
use table::{Heard, Rows, RuleFile, read};

/// All rule tables, and what the settings put in their place.
#[derive(Debug, Clone)]
pub struct Rules {
    regions: BTreeMap<Country, Vec<Dated<Market>>>,
    clouds: Vec<Dated<CloudRule>>,
    segments: Vec<Dated<SegmentRule>>,
    vetting: Vec<Dated<VettingRule>>,
    channels: Vec<Dated<ChannelRule>>,
    routes: Vec<Dated<RouteRule>>,
    windows: Vec<Dated<Window>>,
    lifecycles: Vec<Dated<LifecycleState>>,
    extended_terms: Vec<Dated<ExtendedTerm>>,
    agreements: Vec<Dated<AgreementRule>>,
    surcharges: Vec<Dated<Surcharge>>,
    undo_windows: Vec<Dated<UndoWindow>>,
    billing: Vec<Dated<BillingRule>>,
    addon_minimums: Vec<Dated<AddonMinimum>>,
    short_grace: Vec<Dated<ShortGrace>>,
    leftovers: Vec<Dated<Leftover>>,
    market_data: Vec<Dated<MarketDataRule>>,
    numbers: Numbers,
    /// Who does which step, and in which words.
    pub step_texts: StepTexts,
    /// Whether subscriptions under the older online agreement move at once.
    pub mosa_asap: bool,
    /// What the settings put in the place of our rules, sorted.
    pub overrides: Vec<Override>,
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

    /// The embedded tables, with those of the settings in their place or before them: of two rows that fit the user's counts.
    ///
    /// # Errors
    /// Every table that is not known, cannot be read or does not parse, with its place.
    pub fn load(settings: &RuleSettings) -> Result<Rules, Vec<RuleProblem>> {
        let (files, problems) = files_of(settings);
        let mut overrides: Vec<Override> = files
            .iter()
            .flat_map(|(name, files)| {
                let replaces = settings.replace.contains_key(*name);
                let theirs = files.iter().filter(|file| !file.embedded);
                theirs.map(move |file| overrides::of_file(name, replaces, file))
            })
            .collect();
        let mut rows = Rows {
            files: &files,
            problems,
        };
        let before = rows.problems.len();
        let numbers = read(&mut rows, "numbers", NumberRule::parse);
        // A table that could not be read has been told of; that it has no numbers is no news then.
        let readable = rows.problems.len() == before;
        overrides.extend(overrides::of_numbers(&settings.numbers, numbers.iter()));
        overrides.sort();
        let mut rules = Rules {
            regions: by_country(read(&mut rows, "regions", Market::parse)),
            clouds: read(&mut rows, "clouds", CloudRule::parse),
            segments: read(&mut rows, "segments", SegmentRule::parse),
            vetting: read(&mut rows, "vetting", VettingRule::parse),
            channels: read(&mut rows, "channels", ChannelRule::parse),
            routes: read(&mut rows, "routes", RouteRule::parse),
            windows: read(&mut rows, "windows", Window::parse),
            lifecycles: read(&mut rows, "lifecycles", LifecycleState::parse),
            extended_terms: read(&mut rows, "extended_terms", ExtendedTerm::parse),
            agreements: read(&mut rows, "agreements", AgreementRule::parse),
            surcharges: read(&mut rows, "surcharges", Surcharge::parse),
            undo_windows: read(&mut rows, "undo_windows", UndoWindow::parse),
            billing: read(&mut rows, "billing", BillingRule::parse),
            addon_minimums: read(&mut rows, "addon_minimums", AddonMinimum::parse),
            short_grace: read(&mut rows, "short_grace", ShortGrace::parse),
            leftovers: read(&mut rows, "leftovers", Leftover::parse),
            market_data: read(&mut rows, "market_data", MarketDataRule::parse),
            step_texts: StepTexts::new(
                read(&mut rows, "steps", StepRule::parse),
                read(&mut rows, "step_notes", StepNote::parse),
            ),
            numbers: Numbers::new(numbers, &settings.numbers, readable, &mut rows.problems),
            mosa_asap: settings.mosa_asap,
            overrides,
            heard: Heard::default(),
        };
        if let Some(&days) = settings.numbers.get("undo_days") {
            rules.set_undo_days(days);
        }
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

    /// The settings say for every channel that has such a window how long it is.
    fn set_undo_days(&mut self, days: u32) {
        let before: Vec<String> = self
            .undo_windows
            .iter()
            .filter(|row| row.row.days != days)
            .map(|row| row.at.to_string())
            .collect();
        for row in &mut self.undo_windows {
            *row = number::set(UndoWindow {
                days,
                ..row.row.clone()
            });
        }
        if !before.is_empty() {
            self.overrides.push(Override {
                table: "undo_windows".to_owned(),
                setting: "rules.undo_days".to_owned(),
                file: None,
                sha256: None,
                rows: vec![days.to_string()],
                instead_of: before,
            });
            self.overrides.sort();
        }
    }

    /// A number on a day, with the row that says it.
    pub fn number_rule(&self, name: NumberName, on: NaiveDate) -> Option<&Dated<NumberRule>> {
        self.heard.note("numbers", self.numbers.on(name, on))
    }

    /// A number on a day.
    pub fn number(&self, name: NumberName, on: NaiveDate) -> u32 {
        self.number_rule(name, on).map_or(0, |rule| rule.row.value)
    }

    /// A number of days.
    pub fn days(&self, name: NumberName, on: NaiveDate) -> i64 {
        self.number(name, on).into()
    }

    /// The CSP region that a country belongs to on a day; none: it is in no region.
    pub fn region(&self, country: Country, on: NaiveDate) -> Option<&Dated<Market>> {
        let rows = self.regions.get(&country);
        self.heard
            .note("regions", rows.and_then(|rows| table::valid(rows.iter(), on)))
    }

    /// The national cloud that a domain gives away, by its ending.
    pub fn cloud_of_domain(&self, domain: &str, on: NaiveDate) -> Option<&Dated<CloudRule>> {
        let rows = self.clouds.iter().filter(|rule| rule.row.fits(domain));
        self.heard.note("clouds", table::valid(rows, on))
    }

    /// Whether a customer so qualified may buy offers of a segment; none: no.
    pub fn may_buy(
        &self,
        qualification: Qualification,
        segment: Segment,
        on: NaiveDate,
    ) -> Option<&Dated<SegmentRule>> {
        let rows = self
            .segments
            .iter()
            .filter(|r| r.row.qualification == qualification && r.row.segment == segment);
        self.heard.note("segments", table::nearest(rows, on))
    }

    /// Whether offers of a segment need a customer that was vetted for it.
    pub fn vetting(&self, segment: Segment, on: NaiveDate) -> Option<&Dated<VettingRule>> {
        self.heard.note(
            "vetting",
            table::nearest(self.vetting.iter().filter(|r| r.row.segment == segment), on),
        )
    }

    /// What is special about a channel; none for `own`, and for a channel that a replaced table left out.
    pub fn channel(&self, channel: Channel, on: NaiveDate) -> Option<&Dated<ChannelRule>> {
        self.heard.note(
            "channels",
            table::nearest(self.channels.iter().filter(|r| r.row.channel == channel), on),
        )
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
        self.heard
            .note("windows", self.nearest_window(channel, route, case, on))
    }

    /// The last day for the notice that a source is not to be renewed; none: it needs none. It is asked for a decision alone, so that no explanation tells of its row.
    pub fn notice_by(
        &self,
        channel: Channel,
        route: Route,
        as_of: NaiveDate,
        term_end: NaiveDate,
    ) -> Option<NaiveDate> {
        let window = self.nearest_window(channel, route, WindowCase::Exempt, term_end.max(as_of))?;
        let by = window
            .row
            .end_by
            .filter(|_| window.row.end_source == EndSource::DoNotRenew)?;
        Some(by.on(as_of, term_end))
    }

    /// The day that is best for an order where nothing else is known: the one of a window without the extended service term. It
    /// only chooses among dated rows, so that no explanation tells of it.
    pub fn best_order_day(&self, channel: Channel, as_of: NaiveDate, term_end: NaiveDate) -> NaiveDate {
        let on = term_end.max(as_of);
        let window = self.nearest_window(channel, Route::NewSubscription, WindowCase::Exempt, on);
        window.map_or(as_of, |window| window.row.recommended.on(as_of, term_end))
    }

    fn nearest_window(
        &self,
        channel: Channel,
        route: Route,
        case: WindowCase,
        on: NaiveDate,
    ) -> Option<&Dated<Window>> {
        table::nearest(self.windows.iter().filter(|r| r.row.fits(channel, route, case)), on)
    }

    /// The state of a channel's subscription so many days after its term end, in a case; none: past its data retention.
    pub fn lifecycle(
        &self,
        channel: Channel,
        case: LifecycleCase,
        day: i64,
        on: NaiveDate,
    ) -> Option<&Dated<LifecycleState>> {
        self.heard.note(
            "lifecycles",
            table::nearest(self.lifecycles.iter().filter(|r| r.row.fits(channel, case, day)), on),
        )
    }

    /// For how many days after a term end something of a subscription may be left, in any case of its channel; of any channel, where
    /// that is not known.
    pub fn longest_kept(&self, channel: Option<Channel>) -> Days {
        let of = |row: &&Dated<LifecycleState>| channel.is_none_or(|channel| row.row.channel == channel);
        let days = self.lifecycles.iter().filter(of).filter_map(|row| row.row.until_day);
        Days::new(u64::try_from(days.max().unwrap_or_default()).unwrap_or_default())
    }

    /// Whether the lifecycle table has rows for a channel in a case.
    pub fn has_lifecycle(&self, channel: Channel, case: LifecycleCase) -> bool {
        self.lifecycles
            .iter()
            .any(|r| r.row.channel == channel && r.row.case == case)
    }

    /// To which terms of a channel the paid extended service term applies, by the day on which they end.
    pub fn extended_term(&self, channel: Channel, ends: NaiveDate) -> Option<&Dated<ExtendedTerm>> {
        self.heard.note(
            "extended_terms",
            table::nearest(self.extended_terms.iter().filter(|r| r.row.channel == channel), ends),
        )
    }

    /// Whether the paid extended service term follows a term that began and ends on these days; an unknown beginning counts
    /// as late enough.
    pub fn extended_term_applies(&self, channel: Channel, began: Option<NaiveDate>, ends: NaiveDate) -> bool {
        self.extended_term(channel, ends)
            .is_some_and(|rule| rule.row.applies(began, ends))
    }

    /// From when on an acceptance of the customer agreement counts, for what is done on a day; none: all count.
    pub fn agreement(&self, on: NaiveDate) -> Option<&Dated<AgreementRule>> {
        self.heard.note("agreements", table::valid(self.agreements.iter(), on))
    }

    /// Whether a customer agreement accepted on a day still counts on another.
    pub fn agreement_counts(&self, accepted: NaiveDate, on: NaiveDate) -> bool {
        self.agreement(on).is_none_or(|rule| accepted >= rule.row.accepted_from)
    }

    /// In how many days a purchase or renewal can be undone; none: not at all. The country's own row goes before that for any.
    pub fn undo_window(&self, channel: Channel, country: Option<Country>, on: NaiveDate) -> Option<&Dated<UndoWindow>> {
        let of = |wanted: Option<Country>| {
            let rows = self
                .undo_windows
                .iter()
                .filter(move |r| r.row.channel == channel && r.row.country == wanted);
            table::nearest(rows, on)
        };
        let found = country.and_then(|country| of(Some(country))).or_else(|| of(None));
        self.heard.note("undo_windows", found)
    }

    /// Whether a term of an offer may be billed so: the offer's own row before that for any.
    pub fn billing(&self, term: Term, offer: &str, plan: BillingPlan, on: NaiveDate) -> Option<&Dated<BillingRule>> {
        let of = |wanted: Option<&str>| {
            let fits = |r: &&Dated<BillingRule>| {
                (r.row.term, r.row.offer.as_deref(), r.row.plan) == (term, wanted, plan) && r.is_valid(on)
            };
            self.billing.iter().find(fits)
        };
        self.heard.note("billing", of(Some(offer)).or_else(|| of(None)))
    }

    /// The fewest licences of an add-on, by its base's; none: no such rule.
    pub fn addon_minimum(&self, offer: &str, on: NaiveDate) -> Option<&Dated<AddonMinimum>> {
        self.heard.note(
            "addon_minimums",
            table::nearest(self.addon_minimums.iter().filter(|r| &*r.row.offer == offer), on),
        )
    }

    /// Whether a channel keeps an offer for a shorter time than others after its term end.
    pub fn short_grace(&self, channel: Channel, offer: &str, on: NaiveDate) -> Option<&Dated<ShortGrace>> {
        let rows = self
            .short_grace
            .iter()
            .filter(|r| r.row.channel == channel && &*r.row.offer == offer);
        self.heard.note("short_grace", table::nearest(rows, on))
    }

    /// Whether subscriptions of a channel are exceptions by now.
    pub fn leftover(&self, channel: Channel, on: NaiveDate) -> Option<&Dated<Leftover>> {
        self.heard.note(
            "leftovers",
            table::valid(self.leftovers.iter().filter(|r| r.row.channel == channel), on),
        )
    }

    /// What customers of a country must be known by before anything can be ordered.
    pub fn market_data(&self, country: Country, on: NaiveDate) -> impl Iterator<Item = &Dated<MarketDataRule>> {
        self.market_data
            .iter()
            .filter(move |r| r.row.country == country && r.is_valid(on))
    }

    /// Who does a step and how, in its cases (most special first), with the row's number for [`StepTexts::step`].
    pub fn step(
        &self,
        step: StepKind,
        cases: &[StepCase],
        channel: Option<Channel>,
        partner: Role,
        on: NaiveDate,
    ) -> Option<(u16, &Dated<StepRule>)> {
        let (number, rule) = self.step_texts.find(step, cases, channel, partner, on)?;
        self.heard.note("steps", Some(rule));
        Some((number, rule))
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

    /// Every country that is in a region until further notice, with its names, for whoever reads countries out of cells.
    pub fn countries(&self) -> impl Iterator<Item = (Country, &str)> {
        self.regions.iter().flat_map(|(&country, rows)| {
            let now = rows.iter().filter(|row| row.valid_until.is_none());
            now.map(move |r| (country, &*r.row.name))
        })
    }
}

fn by_country(rows: Vec<Dated<Market>>) -> BTreeMap<Country, Vec<Dated<Market>>> {
    let mut map: BTreeMap<Country, Vec<Dated<Market>>> = BTreeMap::new();
    for row in rows {
        map.entry(row.row.country).or_default().push(row);
    }
    map
}

/// The files that make up each table, the user's before ours, and what is wrong with those that settings name.
fn files_of(settings: &RuleSettings) -> (BTreeMap<&'static str, Vec<RuleFile>>, Vec<RuleProblem>) {
    let mut problems = Vec::new();
    let embedded = |name: &&'static str| {
        let file = RuleFile {
            name: format!("{name}.csv"),
            text: embedded_text(name).to_owned(),
            embedded: true,
        };
        (*name, vec![file])
    };
    let mut files: BTreeMap<&'static str, Vec<RuleFile>> = TABLE_NAMES.iter().map(embedded).collect();
    for (replaces, named) in [(true, &settings.replace), (false, &settings.extend)] {
        for (name, path) in named {
            let Some(slot) = files.get_mut(name.as_str()) else {
                problems.push(RuleProblem::unknown_table(name));
                continue;
            };
            match rule_file(path) {
                Ok(file) => {
                    if replaces {
                        slot.clear();
                    }
                    slot.insert(0, file);
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
    (files, problems)
}

fn rule_file(path: &Path) -> Result<RuleFile, RuleProblem> {
    let text = fs::read_to_string(path).map_err(|error| RuleProblem::unreadable(path, &error))?;
    Ok(RuleFile {
        name: path.to_string_lossy().replace('\\', "/"),
        text,
        embedded: false,
    })
}
