//! Subscriptions that are gone without a trace, as findings, night after night.
//!
//! In: what changed, and what was gone before. Out: a finding for each that is in no export any more and that none of ours has taken
//! the place of, and what the next night is to remember. It matters more the nearer its term end is: an error within
//! `attention_days` before it, a warning within three times as many or when it has passed, else a note. It is told every night until
//! it is back, shows as ours, or its data is kept no longer. A note it is where a hold says that a person knows; once only where
//! nothing was to be done, or where its source has a new one like it.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Months, NaiveDate};

use super::{ChangeKind, Changes, Latest, Pair, influence::has, traces::Trace};
use crate::{
    finding::{Code, Finding, Place},
    recognise::tables::{Hold, Subject},
    rules::Rules,
    runs::gathered,
    saved::{PlanColumn, Row, SavedGone},
    terms::{Action, Channel, CustomerId, Id, Term, Text},
};

/// How many times `attention_days` before the term end a person should look.
const EARLIER: i64 = 3;

/// A subscription that was gone before, and what is known of it tonight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    /// The date of the first plan that had it no more.
    pub since: Option<NaiveDate>,
    /// Its last row, as far as it is remembered; where it is back, tonight's.
    pub row: Row<PlanColumn>,
    /// What has become of it.
    pub fate: Fate,
}

/// What has become of a subscription that was gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is in an export again.
    Back,
    /// Ours under this id has taken its place.
    Ours(Text),
    /// Its source has one like it under this id.
    Successor(Text),
    /// It is gone still.
    Gone,
    /// The earlier plan has it all the same: what became of it is among the changes.
    Listed,
}

impl Recalled {
    pub(super) fn settle(&mut self, trace: Option<Trace>) {
        match trace {
            Some(Trace::Ours(id)) => self.fate = Fate::Ours(id),
            Some(Trace::Successor(id)) => self.fate = Fate::Successor(id),
            None => {}
        }
    }

    fn id(&self) -> &str {
        self.row.get(PlanColumn::SubscriptionId)
    }
}

/// What was gone before and what of it is back; each subscription once, the one that is gone longest.
pub(super) fn recalled(gone: &[SavedGone], pairs: &[Pair], latest: &(impl Latest + ?Sized)) -> Vec<Recalled> {
    let mut by_id: BTreeMap<&str, &SavedGone> = BTreeMap::new();
    for gone in gone.iter().filter(|gone| !gone.id().is_empty()) {
        let known = by_id.entry(gone.id()).or_insert(gone);
        if gone.since < known.since {
            *known = gone;
        }
    }
    if by_id.is_empty() {
        return Vec::new();
    }
    let is_back = |place: usize| {
        let id = latest.id(place);
        by_id.contains_key(&*id).then(|| (id.into_owned(), place))
    };
    let back = gathered(latest.count(), |run| run.filter_map(is_back).collect());
    let back: HashMap<String, usize> = back.into_iter().collect();
    let only_old = pairs.iter().filter(|pair| pair.new.is_none());
    let listed: HashSet<&str> = only_old
        .filter_map(|pair| Some(pair.old.as_ref()?.get(PlanColumn::SubscriptionId)))
        .collect();
    let recall = |(id, gone): (&str, &SavedGone)| match back.get(id) {
        Some(&place) => Recalled {
            since: gone.since,
            row: latest.row(place).into_owned(),
            fate: Fate::Back,
        },
        None => Recalled {
            since: gone.since,
            row: gone.row(),
            fate: if listed.contains(id) { Fate::Listed } else { Fate::Gone },
        },
    };
    by_id.into_iter().map(recall).collect()
}

/// What findings of subscriptions that are gone rest on.
pub struct Watch<'a> {
    /// The date of the later plan.
    pub as_of: NaiveDate,
    /// Days before the term end from which it is pressing.
    pub attention_days: u16,
    /// Where the earlier plan is.
    pub plan: &'a str,
    /// Say for how long data is kept.
    pub rules: &'a Rules,
    /// Say what a person knows.
    pub holds: &'a [Hold],
}

/// What there is to tell of subscriptions that are gone.
#[derive(Debug, Default)]
pub struct Watched {
    /// A finding for each.
    pub findings: Vec<Finding>,
    /// What the next night is to remember.
    pub gone: Vec<SavedGone>,
    /// What rows of tables may be about though no export names it.
    pub subjects: HashSet<Subject>,
    /// What a hold held in the earlier plan of what has changed or is gone.
    pub held: HashSet<Subject>,
}

impl Changes {
    /// What there is to tell of each subscription that is gone without a trace, or was.
    pub fn watched(&self, watch: &Watch<'_>) -> Watched {
        let stayed = self.changed.iter().filter(|changed| changed.kind != ChangeKind::Moved);
        let held = stayed.filter_map(|changed| changed.old.as_ref());
        let held = held.filter(|row| has(row, "on-hold")).flat_map(subjects).flatten();
        let mut watched = Watched {
            held: held.collect(),
            ..Watched::default()
        };
        let holds = holds(watch.holds);
        let before: HashMap<&str, &Recalled> = self.recalled.iter().map(|known| (known.id(), known)).collect();
        for changed in self.changed.iter().filter(|changed| changed.kind == ChangeKind::Gone) {
            let Some(row) = &changed.old else { continue };
            let id = row.get(PlanColumn::SubscriptionId);
            let since = before.get(id).and_then(|known| known.since);
            let entry = Entry {
                row,
                since: since.unwrap_or(watch.as_of),
                is_new: true,
                successor: changed.successor.as_ref(),
            };
            watched.add(&entry, watch, &holds);
        }
        for known in &self.recalled {
            let since = known.since.unwrap_or(watch.as_of);
            let entry = |successor| Entry {
                row: &known.row,
                since,
                is_new: false,
                successor,
            };
            match &known.fate {
                Fate::Listed => {}
                Fate::Gone => watched.add(&entry(None), watch, &holds),
                Fate::Successor(other) => watched.add(&entry(Some(other)), watch, &holds),
                Fate::Back => watched.findings.push(back(known, since, None, watch.plan)),
                Fate::Ours(other) => watched.findings.push(back(known, since, Some(other), watch.plan)),
            }
        }
        watched
    }
}

/// One that is gone.
struct Entry<'a> {
    row: &'a Row<PlanColumn>,
    since: NaiveDate,
    /// Whether the earlier plan had it.
    is_new: bool,
    /// Another like it, which its source has.
    successor: Option<&'a Text>,
}

impl Watched {
    fn add(&mut self, entry: &Entry<'_>, watch: &Watch<'_>, holds: &HashMap<&Subject, Vec<&Hold>>) {
        let row = entry.row;
        let subjects = subjects(row);
        let hold = hold(holds, &subjects, watch.as_of);
        self.subjects.extend(subjects.into_iter().flatten());
        let is_held = has(row, "on-hold");
        let is_idle = row.get(PlanColumn::Action) == Action::Keep.as_str() && !is_held;
        let is_last = watch.as_of > watched_until(row, entry.since, watch);
        let is_once = is_idle || entry.successor.is_some() || is_last;
        if !is_once {
            self.gone.push(SavedGone::new(Some(entry.since), row));
        }
        let end = row.date(PlanColumn::TermEnd);
        let left = end.map(|end| (end - watch.as_of).num_days());
        let code = match hold.is_some() || is_idle || entry.successor.is_some() {
            true => Code::SubscriptionGone,
            false => code(left, watch.attention_days),
        };
        let id = row.get(PlanColumn::SubscriptionId);
        let gone = match entry.is_new {
            true => "is in no export any more".to_owned(),
            false => format!("has been in no export since the plan for {}", entry.since),
        };
        let trace = match entry.successor {
            Some(other) => format!("; `{other}` has the same customer, offer and channel"),
            None => ", and none of ours has taken its place".to_owned(),
        };
        let ends = match (end, left) {
            (Some(end), Some(left)) if left >= 0 => format!("; its term ends on {end}, in {left} days"),
            (Some(end), _) => format!("; its term ended on {end}"),
            (None, _) => "; its term end is not known".to_owned(),
        };
        let moves = row.date(PlanColumn::MoveDate);
        let moves = moves.map_or_else(String::new, |day| format!(", it was to move on {day}"));
        let known = hold.map_or_else(String::new, |hold| {
            format!("; a hold says until {} that a person knows", hold.until)
        });
        let hint = match (is_once, hold.is_some()) {
            (true, _) => "ask where it went, or give the export that has it; this is the last time it is told",
            (false, true) => "delete the row of the holds table once somebody is to look again",
            (false, false) => {
                "ask where it went, or give the export that has it; it is told every night, until the holds table has `keep` for it"
            }
        };
        let message = format!("`{id}` {gone}{trace}{ends}{moves}{known}");
        let finding = Finding::new(code, place(row, watch.plan), message, hint);
        self.findings.push(finding.subscription(id));
    }
}

fn code(left: Option<i64>, attention_days: u16) -> Code {
    let attention = i64::from(attention_days);
    match left {
        Some(left) if (0..=attention).contains(&left) => Code::SubscriptionGoneDue,
        Some(left) if left <= EARLIER * attention => Code::SubscriptionGoneSoon,
        None => Code::SubscriptionGoneSoon,
        Some(_) => Code::SubscriptionGone,
    }
}

/// The last day on which something of a subscription may be left: its data is kept for so long after the term end. Where that is not
/// known, a term cannot have ended later than a whole one after the subscription was gone.
fn watched_until(row: &Row<PlanColumn>, since: NaiveDate, watch: &Watch<'_>) -> NaiveDate {
    let term = row.get(PlanColumn::Term).parse().unwrap_or(Term::THREE_YEARS);
    let end = row.date(PlanColumn::TermEnd);
    let end = end.or_else(|| since.checked_add_months(Months::new(u32::from(term.0))));
    let channel: Option<Channel> = row.get(PlanColumn::SourceChannel).parse().ok();
    let kept = watch.rules.longest_kept(channel);
    end.and_then(|end| end.checked_add_days(kept)).unwrap_or(NaiveDate::MAX)
}

fn back(known: &Recalled, since: NaiveDate, ours: Option<&Text>, plan: &str) -> Finding {
    let id = known.id();
    let message = match ours {
        Some(other) => {
            format!("`{id}`, in no export since the plan for {since}, is ours now: `{other}` has taken its place")
        }
        None => format!("`{id}` is in an export again; it was in none since the plan for {since}"),
    };
    Finding::new(Code::SubscriptionBack, place(&known.row, plan), message, "").subscription(id)
}

/// Where a row stands, or stood last.
fn place(row: &Row<PlanColumn>, plan: &str) -> Place {
    Place {
        file: match row.get(PlanColumn::SourceFile) {
            "" => plan.into(),
            file => file.into(),
        },
        sheet: Some(row.get(PlanColumn::SourceSheet))
            .filter(|sheet| !sheet.is_empty())
            .map(Into::into),
        row: row.get(PlanColumn::SourceRow).parse().ok(),
        column: None,
    }
}

/// What a row of a table must name to be about a subscription: itself, then its customer.
fn subjects(row: &Row<PlanColumn>) -> [Option<Subject>; 2] {
    let customer = Id::parse(row.get(PlanColumn::CustomerId)).and_then(|id| id.guid());
    [
        Id::parse(row.get(PlanColumn::SubscriptionId)).map(Subject::Subscription),
        customer.map(|id| Subject::Customer(CustomerId(id))),
    ]
}

fn holds(holds: &[Hold]) -> HashMap<&Subject, Vec<&Hold>> {
    let mut by_subject: HashMap<&Subject, Vec<&Hold>> = HashMap::new();
    for hold in holds {
        by_subject.entry(&hold.subject).or_default().push(hold);
    }
    by_subject
}

/// The hold that says that a person knows. The subscription's own goes before its customer's, a later row before an earlier one.
fn hold<'a>(
    holds: &HashMap<&Subject, Vec<&'a Hold>>,
    subjects: &[Option<Subject>; 2],
    as_of: NaiveDate,
) -> Option<&'a Hold> {
    let of = |subject: &Subject| {
        let mut holds = holds.get(subject)?.iter().rev();
        holds.find(|hold| as_of <= hold.until).copied()
    };
    let hold = subjects.iter().flatten().find_map(of)?;
    (hold.action == Action::Keep).then_some(hold)
}
