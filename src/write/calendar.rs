//! The steps as a calendar.
//!
//! In: a plan, a [`View`], and the calendar that stands there from the last time. Out: an iCalendar file (RFC 5545): one all-day
//! event for each customer, step, owner and day. An event's UID follows from these four, so that importing the file again updates
//! and never doubles. What is overdue, on its last working day or late says so in its title, which the UID does not depend on. An
//! event that is as it was keeps its DTSTAMP and SEQUENCE; one that has changed, or is gone before its day, gets a higher SEQUENCE
//! (and `STATUS:CANCELLED`). A step without a day stands on the day on which it was first seen, so that a quiet night changes
//! nothing. Asks no clock and draws no random number: times are those of the day the plan is seen on.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write},
};

use chrono::{Days, NaiveDate, NaiveTime};
use icalendar::{Alarm, Calendar, CalendarComponent, Component, Event, EventLike, EventStatus, Property};

use super::{
    View,
    reach::{Reach, Reaches, Turn},
};
use crate::{
    config::sha256,
    saved::{PlanColumn, Row, SavedPlan, StepColumn},
    terms::{EndSource, StepKind, Urgency},
};

/// Subscriptions that an event lists; all of them are in the steps' file.
const LISTED: usize = 40;
/// The last line.
const END: &str = "END:VCALENDAR\r\n";
/// Marks what an event says, to see whether it has changed.
const CONTENT: &str = "X-SEATSHIFT-CONTENT";

/// Writes the calendar. `previous` is the text of the calendar that it takes the place of; one that cannot be read counts as
/// none.
///
/// # Errors
/// Where it cannot be written.
pub fn write_calendar(
    plan: &SavedPlan,
    view: &View<'_>,
    previous: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut previous = previous.map(earlier).unwrap_or_default();
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//seatshift//seatshift//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("NAME", "seatshift"),
        ("X-WR-CALNAME", "seatshift"),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    let frame = calendar.to_string();
    let head = frame.strip_suffix(END).unwrap_or(&frame);
    out.write_all(head.as_bytes())?;
    // One event at a time, since there may be hundreds of thousands.
    let reaches = Reaches::new(plan, view.as_of);
    for (key, steps) in groups(plan) {
        let pressing = steps.iter().map(|step| Pressing::of(step, &reaches));
        let pressing = pressing.min().unwrap_or(Pressing::Planned);
        if let Some((uid, mut entry)) = entry(key, &steps, pressing, view.as_of) {
            let earlier = previous.remove(&uid);
            // A UID says whether there is a day: what has none now had none then.
            let [due, ..] = key;
            if let Some(stood) = earlier.as_ref().filter(|stood| due.is_empty() && !stood.is_cancelled()) {
                entry.day = stood.day;
            }
            entry.write(&uid, earlier.as_ref(), view, out)?;
        }
    }
    // What is past stays in people's calendars as it was.
    let mut gone: Vec<(String, Earlier<'_>)> = previous
        .into_iter()
        .filter(|(_, earlier)| earlier.day >= view.as_of)
        .collect();
    gone.sort_by(|(uid, one), (other_uid, other)| (one.day, uid).cmp(&(other.day, other_uid)));
    for (uid, earlier) in gone {
        if let Some(entry) = earlier.cancelled() {
            entry.write(&uid, Some(&earlier), view, out)?;
        }
    }
    out.write_all(END.as_bytes())
}

/// One event.
#[derive(Debug, Clone)]
struct Entry {
    day: NaiveDate,
    summary: String,
    description: String,
    owner: String,
    pressing: Pressing,
    is_cancelled: bool,
}

/// How pressing an event is, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pressing {
    /// It cannot wait for any day: nobody knows what is left of the subscription.
    Today,
    /// Its day has passed.
    Overdue,
    /// On the next working day it is too late: the source renews, stops, or the window closes.
    LastDay,
    /// The subscription has lapsed.
    Lapsed,
    /// Some deadline of the subscription has passed.
    Late,
    /// Nothing presses yet.
    Planned,
    /// Nothing is left to save.
    Lost,
}

impl Pressing {
    /// What stands before the title.
    fn mark(self) -> &'static str {
        match self {
            Pressing::Today => "TODAY ",
            Pressing::Overdue => "OVERDUE ",
            Pressing::LastDay => "LAST WORKING DAY ",
            Pressing::Lapsed => "LAPSED ",
            Pressing::Late => "LATE ",
            Pressing::Planned => "",
            Pressing::Lost => "(lost) ",
        }
    }

    /// As RFC 5545 counts: 1 is the highest, 5 the middle, 9 the lowest.
    fn priority(self) -> u32 {
        match self {
            Pressing::Today | Pressing::Overdue | Pressing::LastDay => 1,
            Pressing::Lapsed | Pressing::Late => 3,
            Pressing::Planned => 5,
            Pressing::Lost => 9,
        }
    }

    /// Of a step.
    fn of(step: &Row<StepColumn>, reaches: &Reaches<'_>) -> Pressing {
        let due = step.date(StepColumn::Due);
        let turn = reaches.turn(step);
        let Some(row) = reaches.row(step) else {
            return match turn == Turn::Overdue {
                true => Pressing::Overdue,
                false => Pressing::Planned,
            };
        };
        let is = |urgency: Urgency| row.get(PlanColumn::Urgency) == urgency.as_str();
        match () {
            () if reaches.of_row(row) == Reach::Lost => Pressing::Lost,
            () if due.is_none() && turn == Turn::Now => Pressing::Today,
            () if turn == Turn::Overdue => Pressing::Overdue,
            () if is_last_day(step, row, due) => Pressing::LastDay,
            () if is(Urgency::Lapsed) => Pressing::Lapsed,
            () if is(Urgency::Late) => Pressing::Late,
            () => Pressing::Planned,
        }
    }
}

/// Whether a step is too late on the next working day: a renewal can be stopped or undone no longer, or the window has closed.
fn is_last_day(step: &Row<StepColumn>, row: &Row<PlanColumn>, due: Option<NaiveDate>) -> bool {
    let closes = row.date(PlanColumn::WindowCloses);
    match step.get(StepColumn::Step).parse() {
        Ok(StepKind::UndoRenewal | StepKind::ApproveTransfer) => true,
        Ok(StepKind::EndSource) => {
            let end = row.get(PlanColumn::EndSource).parse();
            !matches!(end, Err(_) | Ok(EndSource::Cancel | EndSource::Transfer))
        }
        Ok(StepKind::Order) => due.zip(closes).is_some_and(|(due, closes)| due >= closes),
        _ => false,
    }
}

/// An event of the calendar that stood there.
#[derive(Debug, Clone)]
struct Earlier<'t> {
    day: NaiveDate,
    sequence: u32,
    stamp: &'t str,
    content: &'t str,
    /// The whole event, as it stands.
    text: &'t str,
}

impl Earlier<'_> {
    fn is_cancelled(&self) -> bool {
        self.text.contains("\r\nSTATUS:CANCELLED\r\n")
    }

    fn cancelled(&self) -> Option<Entry> {
        let calendar: Calendar = format!("BEGIN:VCALENDAR\r\n{}{END}", self.text).parse().ok()?;
        let event = calendar.components.iter().find_map(|component| match component {
            CalendarComponent::Event(event) => Some(event),
            _ => None,
        })?;
        let value = |key: &str| event.property_value(key).unwrap_or_default().to_owned();
        Some(Entry {
            day: self.day,
            summary: value("SUMMARY"),
            description: value("DESCRIPTION"),
            owner: value("CATEGORIES"),
            pressing: Pressing::Planned,
            is_cancelled: true,
        })
    }
}

impl Entry {
    /// A digest of all that is shown, by which a change is known.
    fn content(&self, view: &View<'_>) -> String {
        let alarms = &view.config.ics;
        let mut digest = sha256(
            format!(
                "{}\n{}\n{}\n{}\n{}\n{alarms:?}",
                self.day, self.summary, self.description, self.owner, self.is_cancelled
            )
            .as_bytes(),
        );
        digest.truncate(16);
        digest
    }

    fn write(&self, uid: &str, earlier: Option<&Earlier<'_>>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        let text = self.event(uid, earlier, view).try_into_string();
        out.write_all(without_stamps_of_alarms(&text.map_err(io::Error::other)?).as_bytes())
    }

    fn event(&self, uid: &str, earlier: Option<&Earlier<'_>>, view: &View<'_>) -> Event {
        let content = self.content(view);
        let today = Property::new("DTSTAMP", stamp(view.as_of));
        let unchanged = earlier.filter(|earlier| earlier.content == content);
        let (sequence, stamp) = match (unchanged, earlier) {
            (Some(same), _) => (same.sequence, Property::new("DTSTAMP", same.stamp)),
            (None, Some(other)) => (sequence(view.as_of).max(other.sequence.saturating_add(1)), today),
            (None, None) => (sequence(view.as_of), today),
        };
        let status = match self.is_cancelled {
            true => EventStatus::Cancelled,
            false => EventStatus::Confirmed,
        };
        let mut event = Event::new();
        event
            .uid(uid)
            .priority(self.pressing.priority())
            .sequence(sequence)
            .append_property(stamp)
            .starts(self.day)
            .ends(self.day.checked_add_days(Days::new(1)).unwrap_or(self.day))
            .summary(&self.summary)
            .description(&self.description)
            .status(status)
            .add_property("CATEGORIES", &self.owner)
            .add_property("TRANSP", "TRANSPARENT")
            .add_property("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
            .add_property(CONTENT, &content);
        if !self.is_cancelled {
            for days in &view.config.ics.alarm_days {
                event.alarm(self.alarm(uid, *days, view.config.ics.alarm_hour));
            }
        }
        event
    }

    /// An alarm so many days before, at an hour of that day: the event begins at midnight.
    fn alarm(&self, uid: &str, days: u16, hour: u8) -> Alarm {
        let hours = i64::from(hour) - 24 * i64::from(days);
        let mut alarm = Alarm::display(&self.summary, chrono::Duration::hours(hours));
        let sign = if hours < 0 { "-" } else { "" };
        alarm.append_property(Property::new("TRIGGER", format!("{sign}PT{}H", hours.abs())));
        alarm.append_property(Property::new("UID", format!("{days}-{uid}")));
        alarm
    }
}

/// The steps that are one event each: day, empty where there is none, customer's id or else its name, step and owner are the same.
fn groups(plan: &SavedPlan) -> BTreeMap<[&str; 5], Vec<&Row<StepColumn>>> {
    let mut groups: BTreeMap<[&str; 5], Vec<&Row<StepColumn>>> = BTreeMap::new();
    for step in &plan.steps {
        let id = step.get(StepColumn::CustomerId);
        let name = match id {
            "" => step.get(StepColumn::CustomerName),
            _ => "",
        };
        let [due, kind, owner] = [StepColumn::Due, StepColumn::Step, StepColumn::Owner].map(|column| step.get(column));
        // What is no day is none.
        let due = step.date(StepColumn::Due).map_or("", |_| due);
        groups.entry([due, id, name, kind, owner]).or_default().push(step);
    }
    groups
}

/// An event, and its UID.
fn entry(key: [&str; 5], steps: &[&Row<StepColumn>], pressing: Pressing, as_of: NaiveDate) -> Option<(String, Entry)> {
    let [_, id, _, kind, owner] = key;
    let first = steps.first()?;
    let customer = match first.get(StepColumn::CustomerName) {
        "" if id.is_empty() => "customer unknown",
        "" => id,
        name => name,
    };
    let many = match steps.len() {
        1 => String::new(),
        many => format!(" ({many})"),
    };
    let mut uid = sha256(key.join("\n").as_bytes());
    uid.truncate(32);
    let entry = Entry {
        day: first.date(StepColumn::Due).unwrap_or(as_of),
        summary: plain(&format!("{}{kind}: {customer}{many}", pressing.mark())),
        description: plain(&described(owner, steps)),
        owner: owner.to_owned(),
        pressing,
        is_cancelled: false,
    };
    Some((format!("{uid}@seatshift"), entry))
}

/// Who does it, and for each subscription what.
fn described(owner: &str, steps: &[&Row<StepColumn>]) -> String {
    let mut text = format!("who: {owner}\n");
    for step in steps.iter().take(LISTED) {
        let _ = write!(text, "\n- {}", step.get(StepColumn::Detail));
        let subscription = step.get(StepColumn::SubscriptionId);
        if !subscription.is_empty() {
            let _ = write!(text, "\n  {} {subscription}", step.get(StepColumn::Offer));
        }
    }
    if let Some(more @ 1..) = steps.len().checked_sub(LISTED) {
        let _ = write!(text, "\n\nand {more} more: see plan.steps.csv");
    }
    text
}

/// A text without what a calendar cannot hold.
fn plain(text: &str) -> String {
    let allowed = |character: &char| *character == '\n' || !character.is_control();
    text.replace("\r\n", "\n").chars().filter(allowed).collect()
}

/// Midnight of a day, in UTC.
fn stamp(day: NaiveDate) -> String {
    day.and_time(NaiveTime::MIN).format("%Y%m%dT%H%M%SZ").to_string()
}

/// A number that grows from day to day.
fn sequence(day: NaiveDate) -> u32 {
    let epoch = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or(day);
    u32::try_from(day.signed_duration_since(epoch).num_days()).unwrap_or_default()
}

/// The events of a calendar of ours, by UID.
fn earlier(text: &str) -> BTreeMap<String, Earlier<'_>> {
    let events = text.match_indices("BEGIN:VEVENT\r\n").filter_map(|(at, _)| {
        let text = text.get(at..)?;
        let end = text.find("END:VEVENT\r\n")? + "END:VEVENT\r\n".len();
        let text = text.get(..end)?;
        // Alarms have values of the same names; no line of text begins like this, since what is folded begins with a blank.
        let own = text.split("\r\nBEGIN:VALARM").next()?;
        let value = |name: &str| {
            own.split("\r\n")
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        };
        let earlier = Earlier {
            day: NaiveDate::parse_from_str(value("DTSTART;VALUE=DATE")?, "%Y%m%d").ok()?,
            sequence: value("SEQUENCE")?.parse().ok()?,
            stamp: value("DTSTAMP")?,
            content: value(CONTENT)?,
            text,
        };
        Some((value("UID")?.to_owned(), earlier))
    });
    events.collect()
}

/// The library stamps alarms with the time of day, which RFC 5545 has no place for and which differs from run to run.
fn without_stamps_of_alarms(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut is_alarm = false;
    for line in text.split_inclusive("\r\n") {
        match line {
            "BEGIN:VALARM\r\n" => is_alarm = true,
            "END:VALARM\r\n" => is_alarm = false,
            line if is_alarm && line.starts_with("DTSTAMP:") => continue,
            _ => {}
        }
        kept.push_str(line);
    }
    kept
}

#[cfg(test)]
mod tests;
