//! The new commerce price list: what is sold where, to whom, for which term, at what price.
//!
//! In: price lists of any month and layout (with and without change indicator and segment, US or ISO dates, sentinels of the years
//! 1753 and 9999, overlapping rows, several currencies). Out: [`PriceList`], asked by item, market, segment and day. Of the rows
//! in effect on the day the one that began last counts; two of one beginning and different prices are no price. Trials are
//! never sold to be kept. Refuses a row without item, term or price. The rows' order never matters.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    amount::Amount,
    file::{Column, Kind, Record},
    matrix::item_of,
};
use crate::{
    config::DateOrder,
    finding::Finding,
    recognise::dates::{DateColumnEvidence, DateReading, Decision, resolve},
    terms::*,
};

pub(super) const KIND: Kind = Kind {
    setting: "price_list",
    what: "new commerce price list",
    sheet: None,
    columns: &[
        Column {
            name: "change",
            headings: &["ChangeIndicator"],
            required: false,
        },
        Column {
            name: "product",
            headings: &["ProductId"],
            required: true,
        },
        Column {
            name: "sku",
            headings: &["SkuId"],
            required: true,
        },
        Column {
            name: "title",
            headings: &["SkuTitle"],
            required: false,
        },
        Column {
            name: "term",
            headings: &["TermDuration"],
            required: true,
        },
        Column {
            name: "billing",
            headings: &["BillingPlan"],
            required: true,
        },
        Column {
            name: "market",
            headings: &["Market"],
            required: true,
        },
        Column {
            name: "currency",
            headings: &["Currency"],
            required: true,
        },
        Column {
            name: "price",
            headings: &["UnitPrice"],
            required: true,
        },
        Column {
            name: "from",
            headings: &["EffectiveStartDate"],
            required: false,
        },
        Column {
            name: "until",
            headings: &["EffectiveEndDate"],
            required: false,
        },
        Column {
            name: "tags",
            headings: &["Tags"],
            required: false,
        },
        Column {
            name: "segment",
            headings: &["Segment"],
            required: false,
        },
    ],
};

/// How often a term is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Billing {
    Monthly,
    Annual,
    /// All three years at once.
    Triennial,
}

/// One row of a price list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Price {
    market: Country,
    currency: Text,
    segment: Option<Segment>,
    term: Term,
    billing: Option<Billing>,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    amount: Amount,
    file: usize,
}

/// A row whose dates wait for the whole column.
struct Undated {
    price: Price,
    item: String,
    from: DateReading,
    until: DateReading,
    row: u32,
}

/// All price lists.
#[derive(Debug, Clone, Default)]
pub(super) struct PriceList {
    by_item: BTreeMap<String, BTreeSet<Price>>,
    markets: BTreeSet<Country>,
    segments: BTreeSet<Segment>,
    /// Whether every row says whom it is for.
    unsegmented: bool,
}

/// What a price list says of an offer's sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sale {
    /// It is sold today.
    Sold,
    /// The list is of this market and segment, and does not have it.
    NotSold,
    /// No list is of this market or segment.
    Unknown,
}

/// A price for a whole term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TermPrice {
    pub(super) amount: Amount,
    pub(super) currency: Text,
}

/// A file under way.
#[derive(Default)]
pub(super) struct Lines {
    rows: Vec<Undated>,
    from: DateColumnEvidence,
    until: DateColumnEvidence,
}

impl Lines {
    pub(super) fn add(&mut self, record: &Record<'_>, file: usize, findings: &mut Vec<Finding>) {
        let (product, sku) = (record.text("product"), record.text("sku"));
        let Some(item) = item_of(&product, &sku) else {
            findings.push(record.damaged("ProductId", &format!("{product}:{sku}"), "is no product and SKU"));
            return;
        };
        // A row that was taken out of the list says what is no longer sold; a trial is nothing to keep.
        let gone = ["deleted", "removed", "del"].contains(&record.text("change").to_lowercase().as_str());
        let tags = record.text("tags").to_lowercase();
        let is_trial = tags.split(';').any(|tag| tag.trim() == "trial");
        let unlimited = record.text("term").is_empty();
        if gone || is_trial || unlimited {
            return;
        }
        let (term, price) = (record.text("term"), record.text("price"));
        let Ok(length) = term.parse::<Term>() else {
            findings.push(record.damaged("TermDuration", &term, "is no term"));
            return;
        };
        let Some(amount) = Amount::read(&price) else {
            findings.push(record.damaged("UnitPrice", &price, "is no price"));
            return;
        };
        let (market, currency, stated) = (record.text("market"), record.text("currency"), record.text("segment"));
        let Ok(market) = market.parse::<Country>() else {
            findings.push(record.damaged("Market", &market, "is no market"));
            return;
        };
        if currency.is_empty() {
            findings.push(record.damaged("Currency", &currency, "is no currency"));
            return;
        }
        let segment = segment(&stated);
        // Lists of the older layout do not say whom a row is for; a word that we do not know says it to others.
        if segment.is_none() && !stated.is_empty() {
            findings.push(record.damaged("Segment", &stated, "is no segment that we know"));
            return;
        }
        let (from, until) = (record.date("from"), record.date("until"));
        self.from.add(from, record.row_number());
        self.until.add(until, record.row_number());
        let price = Price {
            market,
            currency: currency.to_uppercase().into(),
            segment,
            term: length,
            billing: billing(&record.text("billing")),
            from: None,
            until: None,
            amount,
            file,
        };
        self.rows.push(Undated {
            price,
            item,
            from,
            until,
            row: record.row_number(),
        });
    }
}

/// The order in which such lists have always been written, where no cell decides.
const WRITTEN: DateOrder = DateOrder::Mdy;

impl PriceList {
    /// Takes in a whole file, its dates decided. Gives the latest day, up to today, on which a price came into effect.
    pub(super) fn take(
        &mut self,
        lines: Lines,
        today: NaiveDate,
        damaged: &mut dyn FnMut(u32, &'static str),
    ) -> Option<NaiveDate> {
        let order = |evidence: &DateColumnEvidence| match evidence.decide(Some(WRITTEN), None).0 {
            Decision::Order(order) => Some(order),
            Decision::Unknown | Decision::HalfConverted | Decision::Unneeded => None,
        };
        let (from_order, until_order) = (order(&lines.from), order(&lines.until));
        let mut newest = None;
        for line in lines.rows {
            let (Ok(from), Ok(until)) = (resolve(line.from, from_order), resolve(line.until, until_order)) else {
                damaged(line.row, "EffectiveStartDate");
                continue;
            };
            let price = Price {
                from,
                until,
                ..line.price
            };
            newest = newest.max(from.filter(|from| *from <= today));
            self.markets.insert(price.market);
            self.segments.extend(price.segment);
            self.unsegmented |= price.segment.is_none();
            self.by_item.entry(line.item).or_default().insert(price);
        }
        newest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_item.is_empty()
    }

    /// Whether a list has prices of a market.
    pub(super) fn has_market(&self, market: Country) -> bool {
        self.markets.contains(&market)
    }

    fn rows(
        &self,
        item: &str,
        market: Option<Country>,
        segment: Segment,
        on: NaiveDate,
    ) -> impl Iterator<Item = &Price> {
        self.by_item.get(item).into_iter().flatten().filter(move |price| {
            market.is_none_or(|wanted| price.market == wanted)
                && price.segment.is_none_or(|own| own == segment)
                && price.from.is_none_or(|from| from <= on)
                && price.until.is_none_or(|until| on <= until)
        })
    }

    /// Whether an item is sold to a segment in a market on a day.
    pub(super) fn sale(&self, item: &str, market: Option<Country>, segment: Segment, on: NaiveDate) -> Sale {
        if self.rows(item, market, segment, on).next().is_some() {
            return Sale::Sold;
        }
        let of_market = market.is_none_or(|market| self.markets.contains(&market));
        let of_segment = self.segments.contains(&segment) || (self.unsegmented && segment == Segment::Commercial);
        match of_market && of_segment && !self.is_empty() {
            true => Sale::NotSold,
            false => Sale::Unknown,
        }
    }

    /// Whether an item is for a segment; none where the list does not say whom it is for.
    pub(super) fn is_for(&self, item: &str, segment: Segment) -> Option<bool> {
        let mut stated = self
            .by_item
            .get(item)?
            .iter()
            .filter_map(|price| price.segment)
            .peekable();
        stated.peek()?;
        Some(stated.any(|own| own == segment))
    }

    /// The terms an item is sold for, the shortest first.
    pub(super) fn terms(&self, item: &str, market: Option<Country>, segment: Segment, on: NaiveDate) -> BTreeSet<Term> {
        self.rows(item, market, segment, on).map(|price| price.term).collect()
    }

    /// The file a row of the item stands in.
    pub(super) fn file(&self, item: &str, market: Option<Country>, segment: Segment, on: NaiveDate) -> Option<usize> {
        self.rows(item, market, segment, on).map(|price| price.file).min()
    }

    /// The price of a whole term, paid at once: what is paid in parts is listed by the part in some lists and whole in others.
    pub(super) fn price(&self, asked: &Asked<'_>) -> Result<TermPrice, &'static str> {
        let whole = match asked.term {
            Term::MONTH => Billing::Monthly,
            Term::YEAR => Billing::Annual,
            Term::THREE_YEARS => Billing::Triennial,
            _ => return Err("new commerce has no such term"),
        };
        let rows: Vec<&Price> = self
            .rows(asked.item, Some(asked.market), asked.segment, asked.on)
            .filter(|price| price.term == asked.term && price.billing == Some(whole))
            .collect();
        let currencies: BTreeSet<&Text> = rows.iter().map(|price| &price.currency).collect();
        let currency = match (asked.currency, currencies.len()) {
            (_, 0) => return Err("the price list has no price for the whole term"),
            (_, 1) => currencies.first().copied(),
            (Some(wanted), _) => currencies.get(wanted).copied(),
            (None, _) => return Err("the price list has prices in several currencies: set `currency` in [catalog]"),
        };
        let Some(currency) = currency else {
            return Err("the price list has no price in the currency of the settings");
        };
        let mut rows: Vec<&Price> = rows.into_iter().filter(|price| price.currency == *currency).collect();
        rows.sort_by_key(|price| (price.from, price.until.is_none(), price.until));
        let Some(last) = rows.last() else {
            return Err("the price list has no price for the whole term");
        };
        let twins = rows
            .iter()
            .filter(|price| (price.from, price.until) == (last.from, last.until));
        let amounts: BTreeSet<Amount> = twins.map(|price| price.amount).collect();
        match amounts.len() {
            1 => Ok(TermPrice {
                amount: last.amount,
                currency: currency.clone(),
            }),
            _ => Err("the price list has two prices for the same days"),
        }
    }
}

/// What a price is asked for.
pub(super) struct Asked<'a> {
    pub(super) item: &'a str,
    pub(super) market: Country,
    pub(super) segment: Segment,
    pub(super) term: Term,
    pub(super) currency: Option<&'a Text>,
    pub(super) on: NaiveDate,
}

/// The segment that a price list names.
fn segment(text: &str) -> Option<Segment> {
    match text.to_lowercase().as_str() {
        "commercial" => Some(Segment::Commercial),
        "education" => Some(Segment::Education),
        "charity" | "nonprofit" | "non-profit" => Some(Segment::Nonprofit),
        "government" => Some(Segment::Government),
        _ => None,
    }
}

fn billing(text: &str) -> Option<Billing> {
    match text.to_lowercase().as_str() {
        "monthly" => Some(Billing::Monthly),
        "annual" | "yearly" => Some(Billing::Annual),
        "triennial" | "onetime" | "one-time" => Some(Billing::Triennial),
        _ => None,
    }
}
