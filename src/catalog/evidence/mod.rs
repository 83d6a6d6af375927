//! Microsoft's own files about offers, as better evidence than the embedded catalogue.
//!
//! In: the files that `[catalog]` of the settings names. Out: [`Evidence`]: what they say, how old each is, what to tell about them;
//! and through [`Evidence::judge`] a mapping that rests on them. Refuses, before any export is read, a file that cannot be read or
//! is of another kind; a row that makes no sense is a finding. Holds that the answer does not depend on the order of files or
//! rows, and that no file's own time is asked: a file is as old as its content or its name says.

mod amount;
mod bridge;
mod families;
mod file;
mod judge;
mod matrix;
mod newest;
mod prices;
mod service_plans;
mod subscribed;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

pub use amount::Amount;
pub use judge::PlanComparison;

use self::{
    bridge::Bridge,
    families::Families,
    file::{Kind, Means, Record, Source, Unusable, read_file},
    matrix::Matrix,
    prices::{Asked, Lines, PriceList},
    service_plans::PlanTable,
    subscribed::Subscribed,
};
use super::{Offer, spelling::IdText};
use crate::{
    config::CatalogSettings,
    finding::{Code, Finding, Place, put_in_order},
    read::{Limits, ReadOptions, Workbooks},
    recognise::vocabulary::Vocabulary,
    terms::*,
};

/// What Microsoft's own files say of offers.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The day that counts as today.
    today: NaiveDate,
    settings: CatalogSettings,
    files: Vec<Source>,
    families: Families,
    plans: PlanTable,
    prices: PriceList,
    matrix: Matrix,
    sheet: Bridge,
    overrides: Bridge,
    subscribed: Subscribed,
    /// What to tell about the files, sorted by [`Finding::order`].
    findings: Vec<Finding>,
}

/// One of Microsoft's files, as a run record names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EvidenceFile {
    /// The setting that names it.
    pub setting: &'static str,
    /// Path as given.
    pub path: Text,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Rows read.
    pub rows: u64,
    /// How new it says it is.
    #[serde(serialize_with = "iso")]
    pub date: Option<NaiveDate>,
}

fn iso<S: Serializer>(date: &Option<NaiveDate>, s: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => s.collect_str(date),
        None => s.serialize_none(),
    }
}

/// A price for a whole term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitPrice {
    /// For one seat and the whole term.
    pub amount: Amount,
    /// The list's currency.
    pub currency: Text,
}

impl Evidence {
    /// Without any file.
    pub fn none(today: NaiveDate) -> Evidence {
        Evidence {
            today,
            settings: CatalogSettings::default(),
            files: Vec::new(),
            families: Families::embedded(),
            plans: PlanTable::default(),
            prices: PriceList::default(),
            matrix: Matrix::default(),
            sheet: Bridge::default(),
            overrides: Bridge::default(),
            subscribed: Subscribed::default(),
            findings: Vec::new(),
        }
    }

    /// Reads every file that the settings name.
    ///
    /// # Errors
    /// Each file that cannot be read or is of another kind, with a hint.
    pub fn load(
        settings: &CatalogSettings,
        limits: &Limits,
        workbooks: &Workbooks,
        today: NaiveDate,
    ) -> Result<Evidence, Vec<String>> {
        let mut evidence = Evidence {
            settings: settings.clone(),
            ..Evidence::none(today)
        };
        let mut problems = Vec::new();
        let vocabulary = Vocabulary::embedded();
        let means = Means {
            limits,
            options: ReadOptions {
                workbooks: workbooks.clone(),
                ..ReadOptions::default()
            },
            vocabulary: &vocabulary,
        };
        for (setting, paths) in settings.files() {
            let mut paths = paths.to_vec();
            paths.sort();
            paths.dedup();
            for path in paths {
                if let Err(unusable) = evidence.read(setting, &path, &means) {
                    let Unusable { path, message, hint } = unusable;
                    let message = message.trim_end_matches("; it was not read");
                    problems.push(format!("{path}: {message}\n  hint: {hint}"));
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        evidence.settle();
        Ok(evidence)
    }

    fn read(&mut self, setting: &'static str, path: &std::path::Path, means: &Means<'_>) -> Result<(), Unusable> {
        let kind: &'static Kind = match setting {
            "service_plans" => &service_plans::KIND,
            "price_list" => &prices::KIND,
            "offer_matrix" => &matrix::KIND,
            "nce_mapping" => &bridge::SHEET,
            "overrides" => &bridge::LIST,
            _ => &subscribed::KIND,
        };
        let number = self.files.len();
        let date = file::name_date(&path.to_string_lossy(), means.vocabulary);
        let mut lines = Lines::default();
        let mut findings = Vec::new();
        let mut each = |record: &Record<'_>, findings: &mut Vec<Finding>| match setting {
            "service_plans" => self.plans.add(record, number, date, findings),
            "price_list" => lines.add(record, number, findings),
            "offer_matrix" => self.matrix.add(record, number, date, findings),
            "nce_mapping" => self.sheet.add(record, number, date, findings),
            "overrides" => self.overrides.add(record, number, date, findings),
            _ => self.subscribed.add(record, number, date, findings),
        };
        let mut source = read_file(path, kind, means, &mut findings, &mut each)?;
        let place = Place::file(source.path.clone());
        let newest = self.prices.take(lines, self.today, &mut |row, heading| {
            let message = "holds a date that cannot be read; the row was left out";
            let hint = "get the file again; the other rows were used";
            findings.push(Finding::new(Code::CatalogRowDamaged, place.at_row(row), message, hint).heading(heading));
        });
        source.date = source.date.max(newest);
        self.files.push(source);
        self.findings.append(&mut findings);
        Ok(())
    }

    /// What can be said once all files are read.
    fn settle(&mut self) {
        let hint = "get the file again, or say which is right in the offers table";
        for (item, number, row) in self.matrix.settle() {
            let message = format!("`{item}` provisions different SKUs in two rows; neither was used");
            let place = self.place(number).at_row(row);
            self.findings
                .push(Finding::new(Code::CatalogRowDamaged, place, message, hint).value(item));
        }
        let mut torn = Vec::new();
        for bridge in [&self.sheet, &self.overrides] {
            for (offer, items, number, row) in bridge.torn() {
                let items: Vec<&str> = items.iter().map(String::as_str).collect();
                let message = format!("`{offer}` has two answers, {}; neither was used", items.join(" and "));
                let place = self.place(number).at_row(row);
                torn.push(Finding::new(Code::CatalogRowDamaged, place, message, hint).value(offer.to_string()));
            }
        }
        self.findings.append(&mut torn);
        let old: Vec<Finding> = self.files.iter().filter_map(|source| self.old(source)).collect();
        self.findings.extend(old);
        put_in_order(&mut self.findings);
        self.findings.dedup();
    }

    fn old(&self, source: &Source) -> Option<Finding> {
        let place = Place::file(source.path.clone());
        let Some(date) = source.date else {
            let ours = source.setting == bridge::LIST.setting;
            let message = "does not say how old it is, in its content or its name; it was used";
            let hint = "put the day it was made in its name: `...-2026-11-20.csv`";
            return (!ours).then(|| Finding::new(Code::CatalogFileOld, place, message, hint));
        };
        let age = self.today.signed_duration_since(date).num_days();
        let most = i64::from(self.settings.max_age_days);
        (age > most && source.setting != bridge::LIST.setting).then(|| {
            let message = format!("is of {date}, {age} days ago; it was used");
            let hint = format!("get the current one; `max_age_days` of [catalog] is {most}");
            Finding::new(Code::CatalogFileOld, place, message, hint).value(date.to_string())
        })
    }

    fn place(&self, number: usize) -> Place {
        Place::file(
            self.files
                .get(number)
                .map_or_else(|| "".into(), |source| source.path.clone()),
        )
    }

    /// A file as evidence names it: its name and date.
    fn shown(&self, number: usize) -> String {
        let Some(source) = self.files.get(number) else {
            return String::new();
        };
        let name = source.path.rsplit('/').next().unwrap_or(&source.path);
        match source.date {
            Some(date) => format!("{name} of {date}"),
            None => format!("{name}, undated"),
        }
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What to tell about the files.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The files read, sorted by setting and path.
    pub fn files(&self) -> Vec<EvidenceFile> {
        let mut files: Vec<EvidenceFile> = self
            .files
            .iter()
            .map(|source| EvidenceFile {
                setting: source.setting,
                path: source.path.clone(),
                sha256: source.sha256.clone(),
                rows: source.rows,
                date: source.date,
            })
            .collect();
        files.sort();
        files
    }

    /// The files that know an offer, each with its date: the matrix, the price list, the service plans.
    pub fn known_of(&self, offer: &Offer) -> Vec<String> {
        let mut known = Vec::new();
        let item = offer.item.as_deref();
        if let Some((_, file, _)) = item.and_then(|item| self.matrix.row(item)) {
            known.push(format!("offer matrix ({})", self.shown(file)));
        }
        if let Some(file) =
            item.and_then(|item| self.prices.file(item, self.settings.market, offer.segment, self.today))
        {
            known.push(format!("price list ({})", self.shown(file)));
        }
        if let Some(sku) = offer.sku_id.and_then(|sku| self.plans.of(sku)) {
            known.push(format!("service plans ({})", self.shown(sku.file())));
        }
        known
    }

    /// Whether there is a price list.
    pub fn has_prices(&self) -> bool {
        !self.prices.is_empty()
    }

    /// The market whose prices count for a customer's country.
    fn market(&self, country: Option<Country>) -> Option<Country> {
        country
            .filter(|own| self.prices.has_market(*own))
            .or(self.settings.market)
    }

    /// What one seat of an item costs for a whole term.
    ///
    /// # Errors
    /// Why there is no such price, in words.
    pub fn unit_price(
        &self,
        item: &str,
        segment: Segment,
        term: Term,
        country: Option<Country>,
    ) -> Result<UnitPrice, &'static str> {
        let Some(market) = self.market(country) else {
            return Err("the price list has no prices for the customer's country: set `market` in [catalog]");
        };
        let Some(IdText::Item(item)) = IdText::read(item) else {
            return Err("it is ordered by an id that price lists do not have");
        };
        let price = self.prices.price(&Asked {
            item: &item,
            market,
            segment,
            term,
            currency: self.settings.currency.as_ref(),
            on: self.today,
        })?;
        Ok(UnitPrice {
            amount: price.amount,
            currency: price.currency,
        })
    }
}
