//! All exports to all subscriptions.
//!
//! In: the inputs and what a run knows. Out: [`Recognised`]. Files are read in parallel, rows within a file too; everything
//! after that works on facts sorted by content and place, so that the result does not depend on threads or on the order of
//! files and rows. Keeps the first promise: each table's accounting, and their sum, must balance.

use std::sync::atomic::AtomicUsize;

use hashbrown::HashMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::{
    InputRecord, Recognised, Subscription,
    elsewhere::{self, Lacking},
    everybody::everybody,
    facts::{CustomerRow, Fact},
    file::{FileResult, Reader, recognise_file},
    identity::{Groups, group, name_the_nameless},
    merge::{Merged, Merging},
    nameless::{customer_of, join_nameless},
    rows::Shared,
    source::Source,
    stand_together,
    table::Table,
    tables::Tables,
    vocabulary::Vocabulary,
};
use crate::{
    config::Config,
    finding::{Accounting, Code, Finding, Place, put_in_order},
    read::{self, FileReport, Input, ReadOptions, Sink},
    runs::{are_in_order, indices_of, of_each, of_runs},
    terms::*,
};

/// Subscriptions whose rows are looked up together: they lie about in memory, and come sooner when they are asked for at once.
const AT_A_GLANCE: usize = 16;

/// What a run knows before it looks at any export.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The tables of ours.
    pub tables: &'a Tables,
    /// The words of headings and cells.
    pub vocabulary: &'a Vocabulary,
    /// The date the plan is made for.
    pub as_of: NaiveDate,
    /// Told how many more rows were read; called from many threads.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Reads and recognises all inputs.
///
/// The caller must check [`Accounting::balances`]: a run whose rows do not add up is to be stopped.
pub fn recognise(inputs: &[Input], context: &Context<'_>) -> Recognised {
    recognise_with(inputs, context, &reader(context))
}

/// Reads and recognises all inputs, and keeps what stands first in each column that is used: see [`super::TableRecord::samples`].
pub fn recognise_with_samples(inputs: &[Input], context: &Context<'_>) -> Recognised {
    recognise_and(inputs, context, &reader(context), &Shared::with_samples(), |_| ()).0
}

/// Reads inputs as the settings have it: under their limits, and each workbook where they say.
pub(super) fn reader<'a>(
    context: &'a Context<'_>,
) -> impl Fn(&Input, &ReadOptions, &mut dyn Sink) -> FileReport + Sync + 'a {
    |input, options, sink| {
        let options = ReadOptions {
            workbooks: context.config.workbooks.clone(),
            ..options.clone()
        };
        read::read(input, &options, &context.config.limits, context.vocabulary, sink)
    }
}

/// Recognises what a reader hands on.
pub(super) fn recognise_with(inputs: &[Input], context: &Context<'_>, reader: Reader<'_>) -> Recognised {
    recognise_and(inputs, context, reader, &Shared::new(), |_| ()).0
}

/// Recognises what a reader hands on, and asks everything that is known before it is let go.
pub(super) fn recognise_and<T>(
    inputs: &[Input],
    context: &Context<'_>,
    reader: Reader<'_>,
    shared: &Shared,
    ask: impl FnOnce(&Known<'_>) -> T,
) -> (Recognised, T, Vec<Table>) {
    let mut inputs = inputs.to_vec();
    inputs.sort();
    inputs.dedup();
    let in_flight = AtomicUsize::new(0);
    let files = of_each(&inputs, |input| {
        recognise_file(input, reader, context, shared, &in_flight)
    });
    put_together(files, context, ask)
}

/// All that is known when every subscription is merged.
pub(super) struct Known<'a> {
    pub(super) merging: &'a Merging<'a>,
    pub(super) groups: &'a Groups,
    /// By group.
    pub(super) merged: &'a [Option<Merged>],
}

/// A finding for each `[[source]]` that fits none of the exports.
fn unused_sources(inputs: &[InputRecord], config: &Config) -> Vec<Finding> {
    let sheets = |input: &InputRecord| input.tables.iter().filter_map(|table| table.sheet.clone()).collect();
    let files: Vec<(Text, Vec<Text>)> = inputs
        .iter()
        .map(|input| (input.file.path.clone(), sheets(input)))
        .collect();
    let unused = Source::unused(&files, config).into_iter();
    unused
        .map(|pattern| {
            let message = format!("`{pattern}` in a [[source]] fits no export of this run");
            let hint = match pattern.contains('#') {
                true => "compare it with the sheets' names; a `#` stands between file and sheet",
                false => "compare it with the paths as they were given; `**` stands for any folders",
            };
            Finding::new(Code::SourceUnused, Place::file(config.shown_path()), message, hint)
        })
        .collect()
}

/// Everything that was read, table by table.
#[derive(Default)]
struct Estate {
    facts: Vec<Fact>,
    lists: Vec<CustomerRow>,
    tables: Vec<Table>,
    accounting: Vec<Accounting>,
    findings: Vec<Finding>,
    /// What lists lack, with the number of their table.
    lacking: Vec<(u32, Lacking)>,
    inputs: Vec<InputRecord>,
    /// For each input the tables of its record: first number, how many.
    spans: Vec<(usize, usize)>,
}

impl Estate {
    fn add(&mut self, file: FileResult) {
        let first = self.tables.len();
        let mut records: Vec<_> = file.tables.iter().map(super::settle::Settled::record).collect();
        self.spans.push((first, records.len()));
        for settled in file.tables {
            let number = self.tables.len() as u32;
            let mut facts = settled.facts;
            // All facts of a table know the same number of it.
            if facts.first().is_some_and(|fact| fact.table != number) {
                facts.iter_mut().for_each(|fact| fact.table = number);
            }
            match self.facts.is_empty() {
                true => self.facts = facts,
                false => self.facts.append(&mut facts),
            }
            self.lists.extend(
                settled
                    .customers
                    .into_iter()
                    .map(|row| CustomerRow { table: number, ..row }),
            );
            self.accounting.push(settled.accounting);
            self.findings.extend(settled.findings);
            self.lacking
                .extend(settled.lacking.into_iter().map(|lacks| (number, lacks)));
            self.tables.push(settled.table);
        }
        self.findings.extend(file.findings);
        records.extend(file.others);
        self.inputs.push(InputRecord {
            file: file.report,
            tables: records,
        });
    }
}

fn put_together<T>(
    mut files: Vec<FileResult>,
    context: &Context<'_>,
    ask: impl FnOnce(&Known<'_>) -> T,
) -> (Recognised, T, Vec<Table>) {
    files.sort_by(|a, b| a.report.path.cmp(&b.report.path));
    let mut estate = Estate::default();
    for file in files {
        estate.add(file);
    }
    estate.findings.extend(unused_sources(&estate.inputs, context.config));
    let place = |fact: &Fact| (fact.table, fact.row);
    // Nearly always they come so, table by table.
    if !are_in_order(&estate.facts, |a, b| place(a) <= place(b)) {
        estate.facts.sort_unstable_by_key(place);
    }
    if !indices_of(&estate.facts, |fact| fact.id.is_none()).is_empty() {
        let places = nameless_places(&estate);
        let findings = name_the_nameless(&mut estate.facts, &estate.tables);
        estate.findings.extend(findings);
        name_findings(&mut estate, &places);
    }

    let customers = || {
        let (directory, findings) = everybody(&estate.tables, &estate.facts, &estate.lists, context);
        let customers = directory.customers();
        (directory, findings, customers)
    };
    let ((directory, findings, customers), mut groups) = rayon::join(customers, || group(&estate.facts));
    estate.findings.extend(findings);
    let (findings, has_joined) = join_nameless(&mut estate.facts, &groups, &estate.tables, &directory);
    estate.findings.extend(findings);
    if has_joined {
        groups = group(&estate.facts);
    }
    let groups = groups.in_order(&estate.facts, |fact| customer_of(fact, &directory));
    let merging = Merging {
        facts: &estate.facts,
        tables: &estate.tables,
        directory: &directory,
        customers: &customers,
        partner: &context.config.partner.ids,
    };
    let mut merged: Vec<Option<Merged>> = (0..groups.members.len())
        .into_par_iter()
        .map(|group| {
            if group.is_multiple_of(AT_A_GLANCE) {
                let next = (group..group + AT_A_GLANCE).filter_map(|group| groups.members.get(group));
                next.flatten().for_each(|&index| merging.look_at(index));
            }
            merging.merge(groups.members.get(group)?)
        })
        .collect();
    name_bases(&mut merged, &groups);
    let answer = ask(&Known {
        merging: &merging,
        groups: &groups,
        merged: &merged,
    });
    let tables = std::mem::take(&mut estate.tables);
    // It is many small texts: they are given back beside what follows.
    rayon::spawn(|| drop(directory));
    (finish(estate, customers, groups, merged), answer, tables)
}

fn finish(
    mut estate: Estate,
    customers: Vec<super::Customer>,
    groups: Groups,
    mut merged: Vec<Option<Merged>>,
) -> Recognised {
    for (counts, told_of) in account(&estate.facts, &groups, &merged, estate.accounting.len()) {
        for (table, (subscriptions, merged)) in estate.accounting.iter_mut().zip(counts) {
            table.subscriptions += subscriptions;
            table.merged += merged;
        }
        for group in told_of {
            if let Some(Some(merged)) = merged.get_mut(group) {
                estate.findings.append(&mut merged.findings);
            }
        }
    }
    let lacking = std::mem::take(&mut estate.lacking);
    let told = elsewhere::judge(lacking, &estate.facts, &groups, &merged);
    estate.findings.extend(told);
    // Facts are as large as subscriptions: they are let go before those are put in order.
    let facts = std::mem::take(&mut estate.facts);
    let subscriptions = || -> Vec<Subscription> {
        // Each in the room of what it was merged in, of which some is left.
        let merged = merged.into_iter();
        let mut subscriptions: Vec<_> = merged.filter_map(|merged| Some(merged?.subscription)).collect();
        subscriptions.shrink_to_fit();
        subscriptions
    };
    let ((), mut subscriptions) = rayon::join(|| drop((facts, groups)), subscriptions);
    stand_together(&mut subscriptions);

    estate.findings.extend(merged_notes(&estate));
    let mut accounting = Accounting::default();
    for (record, &(first, count)) in estate.inputs.iter_mut().zip(&estate.spans) {
        for (table, counted) in record
            .tables
            .iter_mut()
            .zip(estate.accounting.iter().skip(first).take(count))
        {
            debug_assert!(counted.balances(), "{counted:?} of {:?}", record.file.path);
            table.accounting = *counted;
            accounting += *counted;
        }
    }
    debug_assert_eq!(accounting.subscriptions, subscriptions.len() as u64);
    put_in_order(&mut estate.findings);
    Recognised {
        subscriptions,
        customers,
        accounting,
        findings: estate.findings,
        inputs: estate.inputs,
    }
}

/// For each table how many subscriptions its rows began, and how many of its rows were merged into others'.
type Counts = Vec<(u64, u64)>;

/// What became of the rows of each table, and of which groups something is told, in runs of groups.
fn account(facts: &[Fact], groups: &Groups, merged: &[Option<Merged>], tables: usize) -> Vec<(Counts, Vec<usize>)> {
    of_runs(merged.len(), |run| {
        let mut counts = vec![(0, 0); tables];
        let mut told_of = Vec::new();
        for group in run {
            let Some(Some(merged)) = merged.get(group) else {
                continue;
            };
            if let Some((subscriptions, _)) = counts.get_mut(merged.begun_in as usize) {
                *subscriptions += 1;
            }
            let members = groups.members.get(group).unwrap_or_default();
            for &index in members.iter().filter(|&&index| index != merged.begun_by) {
                let table = facts.get(index as usize).map_or(0, |fact| fact.table as usize);
                if let Some((_, merged)) = counts.get_mut(table) {
                    *merged += 1;
                }
            }
            told_of.extend((!merged.findings.is_empty()).then_some(group));
        }
        (counts, told_of)
    })
}

/// Calls the bases of add-ons by the ids that their subscriptions go by, where an add-on knows another.
fn name_bases(merged: &mut [Option<Merged>], groups: &Groups) {
    // Of most estates no subscription names a base that is there.
    if groups.of_bases.is_empty() {
        return;
    }
    let id_of = |&group: &u32| Some(merged.get(group as usize)?.as_ref()?.subscription.id.clone());
    let ids: HashMap<&Id, Id> = groups
        .of_bases
        .iter()
        .filter_map(|(base, group)| Some((base, id_of(group)?)))
        .collect();
    for Merged { subscription, .. } in merged.iter_mut().flatten() {
        if let Some(base) = &mut subscription.base_id
            && let Some(id) = ids.get(&**base)
        {
            **base = id.clone();
        }
        if subscription.base_id.as_deref() == Some(&subscription.id) {
            subscription.base_id = None;
        }
    }
}

/// One note for each file whose rows were merged into subscriptions that other rows began.
fn merged_notes(estate: &Estate) -> Vec<Finding> {
    let count_of = |&(first, count): &(usize, usize)| -> u64 {
        estate
            .accounting
            .iter()
            .skip(first)
            .take(count)
            .map(|table| table.merged)
            .sum()
    };
    let files = estate
        .inputs
        .iter()
        .zip(&estate.spans)
        .map(|(input, span)| (input, count_of(span)));
    files
        .filter(|(_, count)| *count > 0)
        .map(|(input, count)| {
            let (rows, were) = if count == 1 {
                ("row tells", "it was")
            } else {
                ("rows tell", "they were")
            };
            let message = format!("{count} {rows} of subscriptions that another row began; {were} merged into them");
            Finding::new(Code::RowsMerged, Place::file(input.file.path.clone()), message, "")
        })
        .collect()
}

/// A row by its place.
type RowPlace = (Text, Option<Text>, u32);

/// The places of the rows that have no id yet, with the index of their fact; none where tables stand side by side, so that a
/// place tells of two.
fn nameless_places(estate: &Estate) -> HashMap<RowPlace, Option<usize>> {
    let nameless = estate.facts.iter().enumerate().filter(|(_, fact)| fact.id.is_none());
    let place = |(index, fact): (usize, &Fact)| {
        let table = estate.tables.get(fact.table as usize)?;
        Some(((table.place.file.clone(), table.place.sheet.clone(), fact.row), index))
    };
    let mut places = HashMap::new();
    for (place, index) in nameless.filter_map(place) {
        let known = places.entry(place).or_insert(Some(index));
        *known = known.filter(|known| *known == index);
    }
    places
}

/// Names the subscription in the findings about rows that had no id when they were read.
fn name_findings(estate: &mut Estate, places: &HashMap<RowPlace, Option<usize>>) {
    for finding in &mut estate.findings {
        let about_column = matches!(finding.code, Code::DateOrderUnknown | Code::DateHalfConverted);
        let (None, Some(row), false) = (&finding.subscription_id, finding.place.row, about_column) else {
            continue;
        };
        let place = (finding.place.file.clone(), finding.place.sheet.clone(), row);
        let fact = places
            .get(&place)
            .copied()
            .flatten()
            .and_then(|index| estate.facts.get(index));
        finding.subscription_id = fact.and_then(|fact| fact.id.as_ref()).map(|id| id.to_string().into());
    }
}
