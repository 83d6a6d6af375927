//! The tables' rows to entries and indices.
//!
//! In: the texts of the tables. Out: a [`Catalog`], and every problem by table and line. Offers are sorted by key, twins
//! included, before anything points at them. A row with a cell that cannot be read is left out, and named.

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    Offer,
    compare::{Capabilities, Families},
    offers::{Catalog, Days, Entry, NameRow, Retirement, Sources, TWIN, Tail},
    row::{Row, rows},
    sale::read_countries,
    spelling::fold_part_number,
};
use crate::{recognise::vocabulary::fold, terms::*};

/// Whom an offer licenses, where the table does not say otherwise.
const USER: &str = "user";

impl Catalog {
    /// Reads the tables; every problem is named by table and line, and its row left out.
    pub(super) fn load(sources: &Sources<'_>) -> (Catalog, Vec<String>) {
        let mut catalog = Catalog::default();
        let mut problems = Vec::new();
        catalog.families = Families::load(
            &rows("capabilities.csv", sources.capabilities, &mut problems),
            &mut problems,
        );
        catalog.load_offers(&rows("offers.csv", sources.offers, &mut problems), &mut problems);
        catalog.load_ids(&rows("offer_ids.csv", sources.offer_ids, &mut problems), &mut problems);
        catalog.load_names(&rows("names.csv", sources.names, &mut problems), &mut problems);
        catalog.load_tails(&rows("suffixes.csv", sources.suffixes, &mut problems), &mut problems);
        catalog.load_retirements(
            &rows("retirements.csv", sources.retirements, &mut problems),
            &mut problems,
        );
        catalog.load_pauses(&rows("sale_pauses.csv", sources.pauses, &mut problems), &mut problems);
        catalog.load_conflicts(&rows("conflicts.csv", sources.conflicts, &mut problems), &mut problems);
        catalog.settle();
        (catalog, problems)
    }

    /// Brings what is found together into one order, whatever that of the rows was.
    fn settle(&mut self) {
        let indices = self
            .by_guid
            .values_mut()
            .chain(self.by_item.values_mut())
            .chain(self.by_product.values_mut())
            .chain(self.by_part_number.values_mut());
        indices.for_each(|found| {
            found.sort_unstable();
            found.dedup();
        });
        for rows in self.by_name.values_mut() {
            rows.sort_by(|a, b| {
                let key = |row: &NameRow| (row.entry, !row.english, row.loose, row.days);
                key(a).cmp(&key(b)).then_with(|| a.source.cmp(&b.source))
            });
        }
        for rows in self.retirements.values_mut() {
            rows.sort_by(|a, b| (a.days, &a.source).cmp(&(b.days, &b.source)));
        }
        self.conflicts.sort();
        for entry in self.entries.iter_mut().filter(|entry| entry.offer.pauses.len() > 1) {
            Arc::make_mut(&mut entry.offer).pauses.sort();
        }
        self.index_words();
    }

    fn load_offers(&mut self, rows: &[Row], problems: &mut Vec<String>) {
        let mut read: Vec<(Entry, Days, Vec<String>, Option<Text>)> = Vec::new();
        for row in rows {
            let Some((entry, days, bases)) = self.read_offer(row, problems) else {
                continue;
            };
            let twin = nonprofit_twin(&entry);
            let original = entry.offer.key.clone();
            read.push((entry, days, bases.clone(), None));
            if let Some(twin) = twin {
                read.push((twin, days, bases, Some(original)));
            }
        }
        read.sort_by(|a, b| a.0.offer.key.cmp(&b.0.offer.key));
        for (index, (entry, ..)) in read.iter().enumerate() {
            if self.by_key.insert(entry.offer.key.clone(), index).is_some() {
                problems.push(format!("offers.csv: `{}` stands twice", entry.offer.key));
            }
        }
        let keyed: Vec<(Text, Capabilities, bool)> = read
            .iter()
            .map(|(entry, _, bases, _)| (entry.offer.key.clone(), entry.capabilities.clone(), bases.is_empty()))
            .collect();
        for (index, (mut entry, days, bases, original)) in read.into_iter().enumerate() {
            entry.twin_of = original.and_then(|key| self.by_key.get(&key).copied());
            entry.twin = self.by_key.get(format!("{}{TWIN}", entry.offer.key).as_str()).copied();
            let mut offer = (*entry.offer).clone();
            offer.addon_of = self.bases(&offer.key, &bases, &keyed, problems);
            entry.offer = Arc::new(offer);
            self.index_offer(index, &entry, days);
            self.entries.push(entry);
        }
    }

    fn read_offer(&self, row: &Row, problems: &mut Vec<String>) -> Option<(Entry, Days, Vec<String>)> {
        let (segment, licenses) = row
            .text("segment")
            .split_once(':')
            .unwrap_or((row.text("segment"), USER));
        let offer = Offer {
            key: row.required("key", problems)?,
            name: row.required("name", problems)?,
            sku_id: row.parse("sku_id", problems, |text| Uuid::try_parse(text).ok()),
            sku_part_number: row.optional("sku_part_number"),
            item: row.optional("item"),
            segment: segment
                .parse()
                .map_err(|error| row.problem("segment", problems, &error))
                .ok()?,
            cloud: row
                .text("cloud")
                .parse()
                .map_err(|error| row.problem("cloud", problems, &error))
                .ok()?,
            addon_of: None,
            teams: row.parse("teams", problems, read_yes),
            free: row.yes("free", false, problems),
            seat_based: row.yes("seat_based", true, problems),
            seat_cap: row.parse("seat_cap", problems, |text| text.parse().ok().map(Seats)),
            cap_family: row.optional("cap_family"),
            seat_minimum: row.parse("seat_minimum", problems, |text| text.parse().ok().map(Seats)),
            terms: row.parse("terms", problems, read_terms).unwrap_or_default(),
            sold_from: row.parse("sold_from", problems, read_date),
            sold_until: row.parse("sold_until", problems, read_date),
            pauses: Vec::new(),
            certainty: row.certainty(problems),
            source: row.required("source", problems)?,
        };
        let capabilities = self.families.read(row.text("capabilities")).unwrap_or_else(|tier| {
            row.problem("capabilities", problems, &tier);
            Capabilities::default()
        });
        let bases = row
            .text("addon_of")
            .split(';')
            .filter(|base| !base.is_empty())
            .map(str::to_owned)
            .collect();
        let entry = Entry {
            offer: Arc::new(offer),
            licenses: licenses.into(),
            capabilities,
            twin_of: None,
            twin: None,
        };
        Some((entry, row.days(problems), bases))
    }

    /// The keys that an add-on's cell stands for: keys, and `has:FAMILY` for every offer with that capability.
    fn bases(
        &self,
        key: &str,
        cell: &[String],
        keyed: &[(Text, Capabilities, bool)],
        problems: &mut Vec<String>,
    ) -> Option<Vec<Text>> {
        if cell.is_empty() {
            return None;
        }
        let mut bases: Vec<Text> = Vec::new();
        for base in cell {
            let before = bases.len();
            match base.strip_prefix("has:").and_then(|family| self.families.index(family)) {
                Some(family) => bases.extend(
                    keyed
                        .iter()
                        .filter(|(other, has, _)| &**other != key && has.tier(family) > 0)
                        .map(|x| x.0.clone()),
                ),
                None => {
                    let twin = format!("{base}{TWIN}");
                    bases.extend(
                        keyed
                            .iter()
                            .filter(|x| *x.0 == **base || *x.0 == *twin)
                            .map(|x| x.0.clone()),
                    );
                }
            }
            if bases.len() == before {
                problems.push(format!(
                    "offers.csv: `{key}` is an add-on of `{base}`, which is no key and no capability"
                ));
            }
        }
        bases.sort_unstable();
        bases.dedup();
        Some(bases)
    }

    fn index_offer(&mut self, index: usize, entry: &Entry, days: Days) {
        let offer = &entry.offer;
        if let Some(sku_id) = offer.sku_id {
            self.by_guid.entry(sku_id).or_default().push(index);
        }
        if let Some(item) = &offer.item {
            self.by_item.entry(item.to_string()).or_default().push(index);
            if let Some((product, _)) = item.split_once(':') {
                self.by_product.entry(product.to_owned()).or_default().push(index);
            }
        }
        if let Some(part_number) = &offer.sku_part_number {
            self.by_part_number
                .entry(fold_part_number(part_number))
                .or_default()
                .push(index);
        }
        if entry.twin_of.is_none() {
            self.add_name(NameRow {
                text: offer.name.clone(),
                entry: index,
                days,
                english: true,
                loose: false,
                source: offer.source.clone(),
            });
        }
    }

    fn add_name(&mut self, row: NameRow) {
        let days = row.days;
        let ends = days.until.and_then(|until| until.succ_opt());
        for first in [days.from, ends].into_iter().flatten() {
            if let Err(at) = self.eras.binary_search(&first) {
                self.eras.insert(at, first);
            }
        }
        self.by_name.entry(fold(&row.text)).or_default().push(row);
    }

    fn load_ids(&mut self, rows: &[Row], problems: &mut Vec<String>) {
        for row in rows {
            let Some(index) = self.key_of(row, problems) else {
                continue;
            };
            match Uuid::try_parse(row.text("id")) {
                Ok(guid) => self.by_guid.entry(guid).or_default().push(index),
                Err(_) => self
                    .by_product
                    .entry(row.text("id").to_owned())
                    .or_default()
                    .push(index),
            }
        }
    }

    fn load_names(&mut self, rows: &[Row], problems: &mut Vec<String>) {
        for row in rows {
            let (Some(entry), Some(name), Some(source)) = (
                self.key_of(row, problems),
                row.required("name", problems),
                row.required("source", problems),
            ) else {
                continue;
            };
            let english = row.text("language") == "en";
            self.add_name(NameRow {
                text: name,
                entry,
                days: row.days(problems),
                english,
                loose: row.yes("loose", false, problems),
                source,
            });
        }
    }

    fn load_tails(&mut self, rows: &[Row], problems: &mut Vec<String>) {
        for row in rows {
            let Some(text) = row.required("text", problems) else {
                continue;
            };
            let tail = match row.text("means") {
                "term" => Tail::Term,
                means => {
                    let (segment, licenses) = means.split_once(':').unwrap_or((means, ""));
                    let licenses = (!licenses.is_empty()).then(|| licenses.into());
                    match segment.parse() {
                        Ok(segment) => Tail::Segment(segment, licenses),
                        Err(error) => {
                            row.problem("means", problems, &error);
                            continue;
                        }
                    }
                }
            };
            self.tails.insert(fold(&text), tail);
        }
    }

    fn load_retirements(&mut self, rows: &[Row], problems: &mut Vec<String>) {
        for row in rows {
            let (Some(index), Some(source)) = (self.key_of(row, problems), row.required("source", problems)) else {
                continue;
            };
            let mut successors = Vec::new();
            for alternative in row.text("successors").split('|').filter(|text| !text.is_empty()) {
                let keys: Option<Vec<usize>> = alternative
                    .split('+')
                    .map(|key| self.by_key.get(key).copied())
                    .collect();
                match keys {
                    Some(keys) => successors.push(keys),
                    None => row.problem("successors", problems, &format!("`{alternative}` has no offer")),
                }
            }
            let days = Days {
                from: row.parse("retired", problems, read_date),
                until: row.parse("valid_until", problems, read_date),
            };
            let certainty = row.certainty(problems);
            self.retirements.entry(index).or_default().push(Retirement {
                countries: row.parse("countries", problems, read_countries).unwrap_or_default(),
                days,
                successors,
                source,
                certainty,
            });
        }
    }

    pub(super) fn key_of(&self, row: &Row, problems: &mut Vec<String>) -> Option<usize> {
        let index = self.by_key.get(row.text("key")).copied();
        if index.is_none() {
            row.problem("key", problems, &format!("`{}` has no offer", row.text("key")));
        }
        index
    }
}

/// The offer that a nonprofit gets the same product under; none for what is free or not sold to companies.
fn nonprofit_twin(entry: &Entry) -> Option<Entry> {
    let offer = &entry.offer;
    if offer.segment != Segment::Commercial || offer.cloud != Cloud::Global || offer.free || !offer.seat_based {
        return None;
    }
    let twin = Offer {
        key: format!("{}{TWIN}", offer.key).into(),
        segment: Segment::Nonprofit,
        item: None,
        terms: Vec::new(),
        certainty: offer.certainty.max(Certainty::Likely),
        ..(**offer).clone()
    };
    Some(Entry {
        offer: Arc::new(twin),
        ..entry.clone()
    })
}

fn read_yes(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn read_date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// `P1M:1;P1Y:1;P3Y:100`, the shortest first.
fn read_terms(text: &str) -> Option<Vec<(Term, Seats)>> {
    text.split(';')
        .map(|one| {
            let (term, seats) = one.split_once(':')?;
            Some((term.parse().ok()?, Seats(seats.parse().ok()?)))
        })
        .collect()
}
