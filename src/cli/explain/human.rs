//! What is told of a subscription or a customer, for people; its facts and their cells.
//!
//! In: an answer. Out: the decision first, then why, then lines of at most 100 columns where the words allow it. The rows that tell of a subscription are numbered, and
//! each fact says which row gives it, the cell and its text, then what other rows say; facts that nothing says are named at the end.

use std::fmt::Write;

use seatshift::{
    config::Config,
    finding::{Finding, Place, column_name},
    pipeline::{Explained, Told},
    plan::{Answer as PlanAnswer, Part, Step, Tried},
    recognise::{
        Standing,
        trace::{
            Answer, CustomerTrace, Giver, Match, OUR_TABLE, Origin, Other, SourceCell, SubscriptionTrace, TracedFact,
        },
    },
    terms::{Action, StepKind, TermEnd, Text},
};

use super::{
    super::{
        lines::{LINE, moved, padded, shortened, width, wrapped},
        shown::{FAINT, In, STRONG, many, tame},
        summary,
        withheld::{LEFT_OUT, is_id},
    },
    days,
    decision::{self, ToDo},
    rules,
};

/// Columns of a fact's name, and of its value.
const NAME: usize = 19;
const VALUE: usize = 36;
/// Columns before where a fact comes from.
const INDENT: usize = 2 + NAME + VALUE + 2;
/// What else rows say of a fact that is shown.
const OTHERS: usize = 3;
/// Columns of a cell's text.
const TEXT: usize = 60;

/// What a word fits.
pub(super) fn report(explained: &Explained, config: &Config, utf8: bool) -> String {
    match &explained.answer {
        Answer::Subscription(trace) => {
            let mut text = heading(trace);
            if let [told] = explained.told.as_slice() {
                let steps = steps_of(told, &explained.shared_steps);
                decision::decision(&mut text, told, explained.as_of, config, &contested(trace));
                decision::next_step(&mut text, steps.first());
                decision::steps(&mut text, "Steps", &steps);
                days::days(&mut text, told, &explained.days, utf8);
                decision::sums(&mut text, told, &explained.days, config);
                decision::what_ifs(&mut text, told, explained.as_of);
                if let Some(mapping) = &told.trail.mapping {
                    rules::mapping(&mut text, mapping);
                }
                rules::rules(&mut text, &told.trail, &explained.tables);
            } else {
                decision::what_if_set(&mut text, config);
            }
            subscription(&mut text, trace, &explained.findings);
            text
        }
        Answer::Customer(trace) => customer(trace, explained, config),
        Answer::Several(several) => {
            let mut text = format!("{}\n", In(STRONG, "Several fit"));
            listed(&mut text, several);
            text.push_str("  hint: give the tenant id of one\n");
            text
        }
        Answer::Nothing(_) => String::new(),
    }
}

/// That nothing fits, and what is near.
/// This is for standard error: without `verbose` customers are named by their ids alone.
pub(super) fn not_found(word: &str, answer: &Answer, verbose: bool) -> String {
    let word = tame(word);
    let mut text = format!("`{word}` is no subscription's id and no customer's id, domain or name in these exports\n");
    match answer {
        Answer::Nothing(near) if !near.is_empty() => {
            text.push_str("  hint: did you mean one of these\n");
            if verbose {
                listed(&mut text, near);
            } else {
                near.iter().for_each(|one| text.push_str(&discreetly(one)));
                text.push_str("  customers are named with --verbose\n");
            }
        }
        _ => text.push_str("  hint: nothing is like it; check the exports and the settings as they were given\n"),
    }
    text
}

/// What is near, by an id that can be nothing else.
fn discreetly(near: &Match) -> String {
    let id = near.subscription_id.as_ref().map(ToString::to_string);
    let id = id.or_else(|| near.customer_id.map(|id| id.to_string()));
    let id = id.filter(|id| is_id(id)).unwrap_or_else(|| LEFT_OUT.to_owned());
    let what = if near.subscription_id.is_some() {
        "a subscription"
    } else {
        "a customer"
    };
    format!("  {}  {what}\n", padded(&id, 36))
}

/// The facts of which rows of the same standing say different things: `term_end 2027-03-31 or 2027-04-30`.
fn contested(trace: &SubscriptionTrace) -> Vec<String> {
    let of_fact = |fact: &TracedFact| {
        let taken = fact.value.clone();
        let mut said: Vec<String> = taken.iter().map(|value| tame(value)).collect();
        for other in fact.others.iter().filter(|other| other.standing == Standing::Equal) {
            let value = tame(&other.value);
            if !said.contains(&value) {
                said.push(value);
            }
        }
        (said.len() > 1).then(|| format!("{} {}", fact.field, said.join(" or ")))
    };
    trace.facts.iter().filter_map(of_fact).collect()
}

/// What is to be done for a subscription, first what is due first: its own steps, and those of its customer that it waits for.
fn steps_of<'a>(told: &'a Told, shared: &'a [Step]) -> Vec<ToDo<'a>> {
    let shared = shared.iter().filter(|step| waits(told, step));
    let mut steps: Vec<ToDo<'_>> = shared
        .map(|step| ToDo {
            step,
            own_day: decision::day_of(&told.row.decision, step.kind).filter(|day| Some(*day) != step.due),
        })
        .chain(told.steps.iter().map(|step| ToDo { step, own_day: None }))
        .collect();
    steps.sort_by_key(|to_do| (to_do.step.due, to_do.step.kind));
    steps
}

/// Whether a step of the customer as a whole is one that a subscription waits for.
fn waits(told: &Told, step: &Step) -> bool {
    let gate = match step.kind {
        StepKind::RequestRelationship => "relationship",
        StepKind::AcceptAgreement => "agreement",
        StepKind::RequestDelegatedRights => "delegated-rights",
        StepKind::VetSegment => "vetting",
        _ => return false,
    };
    let is_missing =
        |tried: &Tried| tried.part == Part::Gate && tried.rule == gate && tried.answer == PlanAnswer::Matched;
    let moves = told.row.decision.action == Action::Move;
    // The day is that of the customer's subscription that needs it first.
    moves && step.customer_id == told.row.subscription.customer_id && told.trail.tried.iter().any(is_missing)
}

fn heading(trace: &SubscriptionTrace) -> String {
    let subscription = &trace.subscription;
    let id = subscription.id.to_string();
    let mut text = String::new();
    let _ = writeln!(text, "{} {}", In(STRONG, "Subscription"), tame(&id));
    let of = subscription
        .customer_name
        .as_ref()
        .or(subscription.customer_domain.as_ref());
    let about = [
        subscription.offer.name.as_deref().map(tame),
        subscription
            .seats
            .map(|seats| many(u64::from(seats.0), "licence", "licences")),
        of.map(|of| format!("of {}", tame(of))),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    if !about.is_empty() {
        text.push_str(&wrapped("  ", 2, &about.join(", ")));
    }
    text
}

fn subscription(text: &mut String, trace: &SubscriptionTrace, findings: &[Finding]) {
    let id = trace.subscription.id.to_string();
    let mut sources = Sources::default();
    let _ = writeln!(text, "\n{}", In(STRONG, "Rows that tell of it, most standing first"));
    for row in &trace.rows {
        let mut what = vec![format!("{}, rank {}", row.kind, row.rank)];
        what.extend(row.as_of.map(|date| format!("as of {date}")));
        what.extend(row.charge.as_ref().map(|charge| format!("charge `{}`", tame(charge))));
        sources.list(text, &row.place, &what.join(", "));
    }
    sources.others(text, &trace.facts);
    facts(text, &trace.facts, &sources);
    let own = |finding: &&Finding| finding.subscription_id.as_deref() == Some(id.as_str());
    let own: Vec<Finding> = findings.iter().filter(own).cloned().collect();
    if !own.is_empty() {
        let _ = writeln!(text, "\n{}", In(STRONG, "Findings"));
        text.push_str(&moved(&summary::findings(&own, true), 2));
    }
}

fn customer(trace: &CustomerTrace, explained: &Explained, config: &Config) -> String {
    let mut text = String::new();
    let stranger = trace.subscriptions.first();
    let name = match &trace.customer {
        Some(customer) => customer.name.clone().or_else(|| customer.domain.clone()),
        None => stranger.and_then(|one| one.customer_name.clone().or_else(|| one.customer_domain.clone())),
    };
    let id = trace.customer.as_ref().map(|customer| customer.id.to_string());
    let name = name.map(|name| tame(&name)).or(id).unwrap_or_default();
    let _ = writeln!(text, "{} {name}", In(STRONG, "Customer"));
    decision::what_if_set(&mut text, config);
    gates(&mut text, &explained.told);
    let shared: Vec<ToDo<'_>> = explained
        .shared_steps
        .iter()
        .map(|step| ToDo { step, own_day: None })
        .collect();
    decision::steps(&mut text, "Steps of the customer as a whole", &shared);
    match trace.customer {
        Some(_) => {
            let mut sources = Sources::default();
            sources.others(&mut text, &trace.facts);
            facts(&mut text, &trace.facts, &sources);
        }
        None => text.push_str("  no tenant id is known for it\n"),
    }
    let count = many(trace.subscriptions.len() as u64, "subscription", "subscriptions");
    let _ = writeln!(text, "\n{}", In(STRONG, count));
    if explained.told.is_empty() {
        listed(&mut text, &trace.subscriptions);
    } else {
        briefly(&mut text, &explained.told, &explained.shared_steps);
    }
    if !trace.subscriptions.is_empty() {
        text.push_str("  hint: give the id of one to see where its facts come from, and why the plan says so\n");
    }
    text
}

/// What must be there before the customer's subscriptions move.
fn gates(text: &mut String, told: &[Told]) {
    // Steps are asked of what moves; where nothing does, it is told what would be asked for.
    let moves = |told: &&Told| told.row.decision.action == Action::Move;
    let any = told.iter().any(|told| moves(&told));
    let tried = told.iter().filter(|told| !any || moves(told));
    let tried = tried.flat_map(|told| &told.trail.tried);
    let gates: Vec<&Tried> = tried.filter(|tried| tried.part == Part::Gate).collect();
    let mut names: Vec<&str> = Vec::new();
    for gate in &gates {
        if !names.contains(&gate.rule) {
            names.push(gate.rule);
        }
    }
    if names.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", In(STRONG, "What must be there before a move"));
    for name in names {
        let own = gates.iter().filter(|gate| gate.rule == name);
        let missing = own.clone().filter(|gate| gate.answer == PlanAnswer::Matched).count() as u64;
        let gate = own
            .clone()
            .find(|gate| gate.answer == PlanAnswer::Matched)
            .or(own.clone().next());
        let why = gate.map(|gate| gate.why.clone()).unwrap_or_default();
        let asked = own.clone().any(|gate| gate.answer != PlanAnswer::NotAsked);
        let said = match missing {
            0 if !asked => format!("not asked for: {why}"),
            0 => format!("there: {why}"),
            missing => format!("missing for {}: {why}", many(missing, "subscription", "subscriptions")),
        };
        decision::line(text, name, &said);
    }
}

/// The plan's rows of a customer, in the order of the plan.
fn briefly(text: &mut String, told: &[Told], shared: &[Step]) {
    for one in told {
        let row = &one.row;
        let decision = &row.decision;
        let offer = row.source_offer.name.as_ref().or(row.source_offer.id.as_ref());
        let what = [
            Some(In(STRONG, decision.action).to_string()),
            decision.move_date.map(|date| format!("on {}", decision::day(date))),
            decision.urgency.map(|urgency| urgency.to_string()),
            offer.map(|offer| tame(offer)),
            row.subscription
                .seats
                .map(|seats| many(u64::from(seats.0), "licence", "licences")),
            row.subscription.term_end.map(|TermEnd(date)| format!("to {date}")),
        ];
        let what: Vec<String> = what.into_iter().flatten().collect();
        let start = format!("  {}  ", padded(&tame(&row.subscription.id.to_string()), 36));
        text.push_str(&wrapped(&start, 40, &what.join(", ")));
        let reasons: Vec<&str> = decision.reasons.iter().map(|reason| reason.as_str()).collect();
        let steps = steps_of(one, shared);
        let next = steps.first().map(|next| format!("next step {}", next.briefly()));
        let more: Vec<String> = (!reasons.is_empty())
            .then(|| reasons.join(", "))
            .into_iter()
            .chain(next)
            .collect();
        if !more.is_empty() {
            text.push_str(&wrapped(&" ".repeat(40), 40, &more.join("; ")));
        }
    }
}

/// The rows that facts come from, numbered from 1.
#[derive(Default)]
struct Sources(Vec<Place>);

impl Sources {
    /// Numbers a row and lists it.
    fn list(&mut self, text: &mut String, place: &Place, what: &str) {
        self.0.push(place.clone());
        let start = format!("  {:>2}  ", self.0.len());
        text.push_str(&wrapped(&start, 6, &tame(&place.to_string())));
        if !what.is_empty() {
            let _ = writeln!(text, "      {}", In(FAINT, what));
        }
    }

    /// Numbers and lists the rows that tell of the customer only.
    fn others(&mut self, text: &mut String, facts: &[TracedFact]) {
        let told = |fact: &TracedFact| {
            let (same, different) = parted(fact);
            let others = same.into_iter().take(OTHERS).chain(different.into_iter().take(OTHERS));
            let origins = fact.origin.iter().chain(others.map(|other| &other.origin));
            origins.cloned().collect::<Vec<_>>()
        };
        let mut is_first = true;
        for origin in facts.iter().flat_map(told) {
            if origin.giver != Giver::Cell || self.0.contains(&origin.place) || origin.place.row.is_none() {
                continue;
            }
            if is_first {
                let _ = writeln!(text, "\n{}", In(STRONG, "Rows that tell of its customer"));
                is_first = false;
            }
            let what = if origin.note.as_deref() == Some(OUR_TABLE) {
                OUR_TABLE
            } else {
                ""
            };
            self.list(text, &origin.place, what);
        }
    }

    /// Some rows by their numbers, in order, then how many more there are; none where there is none.
    fn names(&self, places: &[&Place]) -> Option<String> {
        let mut numbers: Vec<usize> = places
            .iter()
            .filter_map(|place| self.0.iter().position(|row| row == *place))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let shown: Vec<String> = numbers.iter().map(|number| (number + 1).to_string()).collect();
        let rows = if shown.len() == 1 { "row" } else { "rows" };
        match (places.len().saturating_sub(numbers.len()), shown.is_empty()) {
            (_, true) => None,
            (0, _) => Some(format!("{rows} {}", shown.join(", "))),
            (more, _) => Some(format!("{rows} {} and {more} more", shown.join(", "))),
        }
    }

    /// A row by its number, else by its place.
    fn name(&self, place: &Place) -> String {
        match self.0.iter().position(|row| row == place) {
            Some(at) => format!("row {}", at + 1),
            None => tame(&place.to_string()),
        }
    }
}

fn facts(text: &mut String, facts: &[TracedFact], rows: &Sources) {
    let _ = writeln!(text, "\n{}", In(STRONG, "Facts"));
    for fact in facts {
        let Some(value) = &fact.value else {
            if !fact.others.is_empty() {
                let _ = writeln!(text, "  {}none was taken", padded(fact.field.as_str(), NAME));
                others(text, fact, rows);
            }
            continue;
        };
        let start = format!("  {}", padded(fact.field.as_str(), NAME));
        let shown = shortened(&tame(value), LINE - NAME - 2);
        let origin = fact
            .origin
            .as_ref()
            .map_or_else(String::new, |origin| origin_of(origin, value, rows));
        // What does not fit beside the value stands below it, further left where a path needs the room.
        let longest = origin.split(' ').map(width).max().unwrap_or(0);
        let indent = if longest > LINE - INDENT { 2 + NAME + 2 } else { INDENT };
        let is_beside = indent == INDENT && width(&shown) <= VALUE;
        let start = match is_beside {
            true => format!("{start}{}", padded(&shown, VALUE + 2)),
            false => {
                let _ = writeln!(text, "{start}{shown}");
                " ".repeat(indent)
            }
        };
        text.push_str(&wrapped(&start, indent, &origin));
        others(text, fact, rows);
    }
    let silent: Vec<&str> = facts
        .iter()
        .filter(|fact| fact.value.is_none() && fact.others.is_empty())
        .map(|fact| fact.field.as_str())
        .collect();
    if !silent.is_empty() {
        let start = format!("  {}", padded("nothing says", NAME));
        text.push_str(&wrapped(&start, 2 + NAME, &silent.join(", ")));
    }
}

/// What else rows say: those that agree by number, the others one by one.
fn others(text: &mut String, fact: &TracedFact, rows: &Sources) {
    let indent = " ".repeat(INDENT);
    let (same, different) = parted(fact);
    let same: Vec<&Place> = same.iter().map(|other| &other.origin.place).collect();
    if let Some(agreeing) = rows.names(&same) {
        text.push_str(&wrapped(&indent, INDENT + 2, &format!("the same: {agreeing}")));
    }
    for other in different.iter().take(OTHERS) {
        let why = match other.standing {
            Standing::Counts => "not taken",
            Standing::Equal => "of the same standing",
            Standing::Older => "older",
            Standing::LowerRank => "trusted less",
            Standing::OtherCharge => "another charge",
        };
        let line = format!(
            "but {} ({why}): {}",
            tame(&other.value),
            origin_of(&other.origin, &other.value, rows)
        );
        text.push_str(&wrapped(&indent, INDENT + 2, &line));
    }
    if different.len() > OTHERS {
        let _ = writeln!(text, "{indent}and {} more say otherwise", different.len() - OTHERS);
    }
}

/// What other rows say: those that agree, and the others. That all rows of a file agree goes without saying.
fn parted(fact: &TracedFact) -> (Vec<&Other>, Vec<&Other>) {
    let in_a_row = |other: &&Other| other.origin.place.row.is_some() || Some(&other.value) != fact.value.as_ref();
    fact.others
        .iter()
        .filter(in_a_row)
        .partition(|other| Some(&other.value) == fact.value.as_ref())
}

/// Where a value comes from, in words.
fn origin_of(origin: &Origin, value: &str, rows: &Sources) -> String {
    let note = origin.note.as_deref().filter(|note| *note != OUR_TABLE).map(tame);
    if origin.giver != Giver::Cell {
        return note.unwrap_or_default();
    }
    let mut said = match origin.cells.is_empty() {
        true => rows.name(&origin.place),
        false => {
            let cells: Vec<String> = origin.cells.iter().map(|cell| cell_of(cell, value)).collect();
            format!("{}, {}", rows.name(&origin.place), cells.join("; "))
        }
    };
    if let Some(note) = note {
        said = format!("{said}; {note}");
    }
    said
}

/// A cell with its heading and its text, where that is not the value itself.
fn cell_of(cell: &SourceCell, value: &str) -> String {
    let column = cell.place.column.map(column_name).unwrap_or_default();
    let address = cell.place.row.map_or(column.clone(), |row| format!("{column}{row}"));
    let text = cell.text.trim();
    let text = match text == value {
        true => ", as it stands".to_owned(),
        false => format!(" `{}`", shortened(&tame(text), TEXT)),
    };
    format!("{address} ({}){text}", tame(&cell.heading))
}

/// Subscriptions or customers, one a line.
fn listed(text: &mut String, list: &[Match]) {
    for one in list {
        let id = one.subscription_id.as_ref().map(ToString::to_string);
        let id = id
            .or_else(|| one.customer_id.map(|id| id.to_string()))
            .unwrap_or_default();
        let shown = |text: &Option<Text>| text.as_deref().map(tame);
        let what = match one.subscription_id {
            Some(_) => [
                shown(&one.offer_name),
                one.seats.map(|seats| many(u64::from(seats.0), "licence", "licences")),
                one.term_end.map(|TermEnd(date)| format!("to {date}")),
            ],
            None => [
                shown(&one.customer_name),
                shown(&one.customer_domain),
                Some("a customer".to_owned()),
            ],
        };
        let what: Vec<String> = what.into_iter().flatten().collect();
        let start = format!("  {}  ", padded(&tame(&id), 36));
        text.push_str(&wrapped(&start, 40, &what.join(", ")));
    }
}

#[cfg(test)]
mod tests;
