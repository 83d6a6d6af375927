//! `seatshift history`: how plans went from night to night.
//!
//! In: the folder that `plan --history` fills. Out: a line for each week or night, or what the nights said of one subscription, on
//! standard output, for people or as one JSON document. A week is told by its last night that can be read. Nights that cannot be
//! read are named on standard error, and the rest is told.

use std::{collections::BTreeMap, fmt::Write};

use chrono::{Datelike, Days, NaiveDate};
use rayon::prelude::*;
use seatshift::{
    saved::{Nights, NightsStop, PlanColumn, Row},
    terms::Id,
};
use serde::Serialize;

use super::{
    arguments::{History, Span},
    check::pretty,
    lines::padded,
    screen::Screen,
    shown::{grouped, tame},
};

/// Days from a night on in which a move counts as due.
const DUE: Days = Days::new(7);

pub(super) fn run(command: &History, screen: &Screen) -> u8 {
    let nights = match Nights::of(&command.folder) {
        Ok(nights) => nights,
        Err(stop) => {
            screen.tell(&format!("{stop}\n"));
            return if matches!(stop, NightsStop::Empty { .. }) { 2 } else { 3 };
        }
    };
    let mut reader = Reader::of(&nights);
    let told = match &command.subscription {
        Some(id) => one(&mut reader, id, command.json),
        None => Some(trend(&mut reader, command.by, command.json)),
    };
    for damage in reader.damaged.values() {
        screen.tell(&format!("{damage}\n"));
    }
    if reader.good == 0 {
        return 3;
    }
    match told {
        Some(text) => screen.give_or_tell(&text).max(u8::from(!reader.damaged.is_empty())),
        None => {
            let id = command.subscription.as_deref().unwrap_or_default();
            let folder = command.folder.display();
            screen.tell(&format!(
                "{folder}: no night has the subscription `{}`\n  hint: give its id as `plan.csv` has it\n",
                tame(id)
            ));
            2
        }
    }
}

/// Reads nights, and keeps which could not be read.
struct Reader<'a> {
    nights: &'a Nights,
    good: usize,
    damaged: BTreeMap<NaiveDate, NightsStop>,
}

impl Reader<'_> {
    fn of(nights: &Nights) -> Reader<'_> {
        Reader {
            nights,
            good: 0,
            damaged: BTreeMap::new(),
        }
    }

    /// Looks whether nights can be read that are not told of.
    fn check(&mut self, nights: &[NaiveDate]) {
        let all = self.nights;
        let check = |&night: &NaiveDate| Some((night, all.check(night).err()?));
        let damaged: Vec<(NaiveDate, NightsStop)> = nights.par_iter().filter_map(check).collect();
        self.damaged.extend(damaged);
    }

    /// The plan of a night; none where it cannot be read.
    fn plan(&mut self, night: NaiveDate) -> Option<Vec<Row<PlanColumn>>> {
        match self.nights.plan(night) {
            Ok(plan) => {
                self.good += 1;
                Some(plan)
            }
            Err(damage) => {
                self.damaged.insert(night, damage);
                None
            }
        }
    }
}

/// The figures of a night.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Figures {
    night: String,
    subscriptions: u64,
    #[serde(rename = "move")]
    moves: u64,
    keep: u64,
    review: u64,
    /// Moves whose day is within the next seven.
    due: u64,
    /// Moves of which a deadline has passed.
    late: u64,
    /// Past the term end.
    lapsed: u64,
    lost: u64,
}

fn figures(night: NaiveDate, plan: &[Row<PlanColumn>]) -> Figures {
    let mut figures = Figures {
        night: night.to_string(),
        subscriptions: plan.len() as u64,
        ..Figures::default()
    };
    let end = night.checked_add_days(DUE).unwrap_or(night);
    for row in plan {
        match row.get(PlanColumn::Action) {
            "move" => {
                figures.moves += 1;
                let day = row.date(PlanColumn::MoveDate);
                figures.due += u64::from(day.is_some_and(|day| (night..end).contains(&day)));
            }
            "keep" => figures.keep += 1,
            _ => figures.review += 1,
        }
        match row.get(PlanColumn::Urgency) {
            "late" => figures.late += 1,
            "lapsed" => figures.lapsed += 1,
            "lost" => figures.lost += 1,
            _ => {}
        }
    }
    figures
}

fn trend(reader: &mut Reader<'_>, by: Span, json: bool) -> String {
    let days: Vec<NaiveDate> = reader.nights.days().collect();
    let mut trend = Vec::new();
    let mut week_told = None;
    let mut untold = Vec::new();
    for night in days.into_iter().rev() {
        let week = (night.iso_week().year(), night.iso_week().week());
        if by == Span::Week && week_told == Some(week) {
            untold.push(night);
            continue;
        }
        if let Some(plan) = reader.plan(night) {
            week_told = Some(week);
            trend.push(figures(night, &plan));
        }
    }
    trend.reverse();
    reader.check(&untold);
    if json {
        return pretty(&serde_json::json!({ "nights": trend }));
    }
    let mut text = match by {
        Span::Week => "Weeks, each by its last night\n".to_owned(),
        Span::Night => "Nights\n".to_owned(),
    };
    let columns = [
        "night",
        "subscriptions",
        "move",
        "keep",
        "review",
        "due",
        "late",
        "lapsed",
        "lost",
    ];
    let _ = writeln!(text, "  {}", line(columns.map(str::to_owned)));
    for figures in trend {
        let numbers = [
            figures.subscriptions,
            figures.moves,
            figures.keep,
            figures.review,
            figures.due,
            figures.late,
            figures.lapsed,
            figures.lost,
        ];
        let [a, b, c, d, e, f, g, h] = numbers.map(grouped);
        let _ = writeln!(text, "  {}", line([figures.night, a, b, c, d, e, f, g, h]));
    }
    text.push_str("due: moves within seven days of that night\n");
    text
}

fn line(cells: [String; 9]) -> String {
    let [night, subscriptions, rest @ ..] = cells;
    let rest = rest.map(|cell| format!("{cell:>8}")).concat();
    format!("{}{subscriptions:>15}{rest}", padded(&night, 10))
}

/// What nights one after the other said alike of a subscription.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Said {
    from: String,
    until: String,
    /// None: it was not in the plan.
    said: Option<Words>,
}

/// What a night said of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Words {
    action: String,
    move_date: String,
    urgency: String,
    next_step: String,
    next_step_by: String,
    term_end: String,
    reasons: String,
}

impl Words {
    fn of(row: &Row<PlanColumn>) -> Words {
        let cell = |column| row.get(column).to_owned();
        Words {
            action: cell(PlanColumn::Action),
            move_date: cell(PlanColumn::MoveDate),
            urgency: cell(PlanColumn::Urgency),
            next_step: cell(PlanColumn::NextStep),
            next_step_by: cell(PlanColumn::NextStepBy),
            term_end: cell(PlanColumn::TermEnd),
            reasons: cell(PlanColumn::Reasons),
        }
    }

    fn is_late(&self) -> bool {
        matches!(self.urgency.as_str(), "late" | "lapsed" | "lost")
    }
}

fn one(reader: &mut Reader<'_>, id: &str, json: bool) -> Option<String> {
    let wanted = Id::parse(id);
    let is_it = |row: &&Row<PlanColumn>| {
        let own = row.get(PlanColumn::SubscriptionId);
        own == id || (wanted.is_some() && Id::parse(own) == wanted)
    };
    let mut all: Vec<Said> = Vec::new();
    let nights = reader.nights;
    for night in nights.days() {
        let Some(plan) = reader.plan(night) else { continue };
        let said = plan.iter().find(is_it).map(Words::of);
        match all.last_mut() {
            Some(last) if last.said == said => last.until = night.to_string(),
            _ => all.push(Said {
                from: night.to_string(),
                until: night.to_string(),
                said,
            }),
        }
    }
    let first = |wanted: &dyn Fn(&Words) -> bool| {
        let found = all.iter().find(|said| said.said.as_ref().is_some_and(wanted));
        found.map(|said| said.from.clone())
    };
    let (appeared, late) = (first(&|_| true)?, first(&Words::is_late));
    if json {
        let document = serde_json::json!({
            "subscription_id": id,
            "first_seen": appeared,
            "first_late": late,
            "nights": all,
        });
        return Some(pretty(&document));
    }
    let mut text = format!("Subscription {}\n", tame(id));
    let _ = writeln!(text, "  first seen  {appeared}");
    let _ = writeln!(text, "  first late  {}", late.as_deref().unwrap_or("never"));
    text.push_str("\nWhat the nights said\n");
    for said in all.iter().skip_while(|said| said.said.is_none()) {
        let words = said.said.as_ref().map_or_else(|| "not in the plan".to_owned(), told);
        let span = match said.from == said.until {
            true => said.from.clone(),
            false => format!("{} to {}", said.from, said.until),
        };
        let _ = writeln!(text, "  {}  {}", padded(&span, 24), tame(&words));
    }
    Some(text)
}

fn told(words: &Words) -> String {
    let parts = [
        ("", &words.action),
        (" on ", &words.move_date),
        (", ", &words.urgency),
        (", ", &words.next_step),
        (" by ", &words.next_step_by),
        (", term end ", &words.term_end),
        (", because ", &words.reasons),
    ];
    let filled = parts.iter().filter(|(_, word)| !word.is_empty());
    filled.map(|(before, word)| format!("{before}{word}")).collect()
}
