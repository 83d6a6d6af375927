//! Why one subscription is decided as it is.
//!
//! In: the estate with its decisions, one of them. Out: a [`Trail`]: each rule in the order in which it is tried, with its answer, why,
//! and the table rows that answered; the dates as sums; what the mapping rests on. What matched is what the decision itself found,
//! and the rows are those that it was given: it is decided once more by rules that listen. The words beside are asked of the same
//! facts. A nightly run makes none of this.

use super::{
    Reason,
    dates::{Arithmetic, DateLine, Gates, Number, NumberFrom, Skipped, arithmetic, closed},
    decide::{Decided, decide},
    eligibility::all_matches,
    estate::Estate,
    known::{Context, Known, Planned},
    steps::steps_of,
};
use crate::{
    catalog::{Considered, Resolution},
    rules::{NumberName, Used, WindowCase, shift},
    terms::*,
};

mod why;

/// Why a subscription is decided as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// The subscription.
    pub id: Id,
    /// Each rule, in the order in which it is tried.
    pub tried: Vec<Tried>,
    /// The dates as sums; none where there are none.
    pub dates: Option<Arithmetic>,
    /// What the mapping rests on; none where nothing is mapped.
    pub mapping: Option<MappingTrail>,
    /// Every row of the rule tables that was asked for, each once.
    pub used: Vec<Used>,
}

/// A rule that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What it is part of.
    pub part: Part,
    /// The rule: a reason, or what it decides.
    pub rule: &'static str,
    /// Its answer.
    pub answer: Answer,
    /// Whether it stands among the reasons of the row; what is weaker than the action does not.
    pub on_the_row: bool,
    /// Why, in a few words; empty where the answer says it.
    pub why: String,
    /// The rows of the rule tables that answered.
    pub rows: Vec<Used>,
}

worded! {
    /// What rules are for, in the order in which they are tried.
    Part { Route = "route", Window = "window", Eligibility = "eligibility", Gate = "gate" }
}

worded! {
    /// What a rule answers.
    Answer {
        /// It is so; of a gate: it is missing.
        Matched = "matched",
        /// It is not so; of a gate: it is there.
        NotMatched = "did-not-match",
        /// Something that it needs is not there, or it is about something else.
        NotAsked = "not-asked",
    }
}

/// What a mapping rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingTrail {
    /// How the target was found.
    pub kind: MappingKind,
    /// Which offer the source is, by which of its texts; or that it has several readings or none.
    pub source: String,
    /// Rows of the catalogue and files, each with source and date, in the order in which they counted.
    pub evidence: Vec<String>,
    /// How sure that is.
    pub certainty: Certainty,
    /// Where Microsoft's own files contradict the catalogue.
    pub contradicts: Vec<Text>,
    /// The offers that were looked at.
    pub considered: Vec<Considered>,
}

/// The trail of one subscription.
pub(super) fn trail_of(estate: &Estate<'_>, index: usize, all: &[Decided]) -> Option<Trail> {
    let decided = all.get(index)?;
    let rules = estate.context.rules.listening();
    let context = Context {
        rules: &rules,
        ..*estate.context
    };
    let known = Known {
        context: &context,
        ..estate.known(index, &decided.imposed)
    };
    let planned = known.planned();
    let matched = match &planned {
        Some(planned) => all_matches(&known, planned),
        None => all_matches(&known, &Planned::nothing()),
    };
    // What costs and steps ask for, beside what was asked for already.
    let again = decide(&known);
    steps_of(&known, &again, &mut Vec::new());
    let used = rules.heard();
    let dates = planned.as_ref().and_then(|planned| sums(&known, planned, decided));
    let view = View {
        estate,
        index,
        known: &known,
        planned: planned.as_ref(),
        sums: dates.as_ref(),
        decided,
        all,
        used: &used,
    };
    let mut tried = view.route();
    tried.extend(view.window());
    tried.extend(Reason::ALL.iter().map(|&reason| {
        let on_the_row = decided.decision.reasons.has(reason);
        view.reason(reason, matched.has(reason) || on_the_row, on_the_row)
    }));
    tried.extend(view.gates());
    Some(Trail {
        id: known.subscription.id.clone(),
        tried,
        mapping: planned.as_ref().and_then(|planned| view.mapping(planned)),
        dates,
        used: used.clone(),
    })
}

/// What the words of a trail are made from.
struct View<'a> {
    estate: &'a Estate<'a>,
    index: usize,
    known: &'a Known<'a>,
    planned: Option<&'a Planned>,
    sums: Option<&'a Arithmetic>,
    decided: &'a Decided,
    /// The decisions of all subscriptions.
    all: &'a [Decided],
    used: &'a [Used],
}

/// The dates as sums; none where there are none or the row keeps what it has.
fn sums(known: &Known<'_>, planned: &Planned, decided: &Decided) -> Option<Arithmetic> {
    let dates = planned.dates.as_ref()?;
    let mapping = planned.mapping.as_ref()?;
    let query = known.date_query(known.subscription.channel?, planned.route, mapping, planned.gates)?;
    let context = known.context;
    let reported: Vec<(&'static str, chrono::NaiveDate)> = known
        .standing
        .ordered_on
        .map(|day| ("the day of the order, as reported", day))
        .into_iter()
        .collect();
    let calendars = context.calendars;
    let by = (context.rules, calendars.ours(), calendars.of(known.country()));
    let mut sums = arithmetic(&query, dates, by, &reported);
    match decided.decision.action {
        Action::Move => {}
        // A row for review has no day of its own: which it would have is for what would change the answer to say.
        Action::Review => {
            let shown = ["A", "E", "start", "window_opens", "window_closes", "undo_renewal_by"];
            sums.lines.retain(|line| shown.contains(&line.name));
            if known.is_cut_short() {
                sums.lines.retain(|line| !line.name.starts_with("window_"));
            }
            sums.lines.extend(decided.decision.next_step_by.and_then(|by| {
                let (base, from) = known.decide_from(planned)?;
                let days = context.rules.days(NumberName::Decide, context.as_of);
                let days_after = by.iter_days().skip(1).take_while(|day| *day <= shift(from, -days));
                let skipped = days_after.filter_map(|day| {
                    Some(Skipped {
                        day,
                        why: closed(calendars.ours(), day)?,
                    })
                });
                let skipped: Vec<Skipped> = skipped.collect();
                let counted = match base.starts_with('E') {
                    true => format!("{base}-{days}"),
                    false => format!("{base} - {days}"),
                };
                let setting = Number {
                    days,
                    from: NumberFrom::Setting("rules.decide_days"),
                };
                let notice = base.strip_prefix("E-").and_then(|days| days.parse().ok());
                let notice = notice.map(|days| Number {
                    days,
                    from: NumberFrom::Table("windows"),
                });
                Some(DateLine {
                    name: "next_step_by",
                    day: by,
                    sum: Some(if skipped.is_empty() {
                        counted
                    } else {
                        format!("prev({counted})")
                    }),
                    numbers: notice.into_iter().chain([setting]).collect(),
                    skipped: skipped.into_iter().rev().collect(),
                })
            }));
        }
        Action::Keep => sums.lines.retain(|line| ["A", "E", "start"].contains(&line.name)),
    }
    Some(sums)
}

impl View<'_> {
    /// Delegated rights: they only matter where licences are reassigned.
    fn delegated_rights(&self, missing: bool) -> Tried {
        let mapping = self.planned.and_then(|planned| planned.mapping.as_ref());
        let reassigns = mapping.is_some_and(|mapping| mapping.licences == Some(Licences::Reassign));
        let (answer, why) = match (missing, reassigns) {
            (false, _) => (Answer::NotMatched, "they are there, or no longer needed"),
            (true, true) => (Answer::Matched, "none or unknown, and licences must be reassigned"),
            (true, false) => (Answer::NotAsked, "no licence is reassigned"),
        };
        tried(Part::Gate, "delegated-rights", answer, why.to_owned(), Vec::new())
    }

    /// The rows of some tables that answered.
    fn rows(&self, tables: &[&str]) -> Vec<Used> {
        let of_tables = |used: &&Used| tables.contains(&used.table);
        self.used.iter().filter(of_tables).copied().collect()
    }

    fn route(&self) -> Vec<Tried> {
        let rows = self.rows(&["routes"]);
        let subscription = self.known.subscription;
        let Some(planned) = self.planned else {
            let why = match subscription.channel {
                _ if self.known.is_ours() => "it is ours already",
                None => "the channel is unknown",
                Some(_) => "no row of the routes fits",
            };
            return vec![tried(Part::Route, "route", Answer::NotAsked, why.to_owned(), rows)];
        };
        let state = subscription.state.unwrap_or(State::Active);
        let term = self.known.term();
        let facts = format!(
            "{}, {state}, {}",
            subscription.channel.map(Channel::as_str).unwrap_or_default(),
            match (subscription.term, term) {
                (Some(term), _) => term.to_string(),
                (None, Some(term)) => format!("{term} by its first and last day"),
                (None, None) => "term unknown".to_owned(),
            },
        );
        let by_user = rows.is_empty();
        let why = match (planned.transfer_missed, by_user) {
            (true, _) => format!("{facts}: a transfer, but it is too late for one: {}", planned.route),
            (false, true) => format!("{}, by the routes table of the settings", planned.route),
            (false, false) => format!("{facts}: {}", planned.route),
        };
        vec![tried(Part::Route, "route", Answer::Matched, why, rows)]
    }

    fn window(&self) -> Vec<Tried> {
        let Some(sums) = self.sums else {
            let why = match self.planned {
                None => "there is no route",
                Some(_) => "there is no term end",
            };
            return vec![tried(
                Part::Window,
                "window",
                Answer::NotAsked,
                why.to_owned(),
                Vec::new(),
            )];
        };
        let subscription = self.known.subscription;
        let began = super::known::term_start_of(subscription);
        let began = match (began, subscription.term_start) {
            (Some(day), _) => format!("the term began on {day}"),
            (None, Some(day)) => format!("{day} cannot be the start of this term, which is unknown"),
            (None, None) => "the start of the term is unknown".to_owned(),
        };
        let end = subscription.term_end.map(|end| end.0.to_string()).unwrap_or_default();
        let extended = tried(
            Part::Window,
            "extended-term",
            if sums.extended_applies {
                Answer::Matched
            } else {
                Answer::NotMatched
            },
            format!(
                "{began}, it ends on {end}: the paid extended service term {}",
                if sums.extended_applies {
                    "follows"
                } else {
                    "does not follow"
                }
            ),
            self.rows(&["extended_terms"]),
        );
        let case = match (sums.in_extended, sums.window_case) {
            (true, _) => "it is in its extended service term",
            (false, Some(WindowCase::Extended)) => {
                "the window of its channel and route where the extended service term follows"
            }
            (false, Some(WindowCase::Exempt)) => {
                "the window of its channel and route where no extended service term follows"
            }
            (false, Some(case)) => case.as_str(),
            (false, None) => "the window of its channel and route",
        };
        let windows = self.rows(&["windows"]);
        let found = windows.iter().any(|used| used.row.is_some());
        let window = tried(
            Part::Window,
            "window",
            if found { Answer::Matched } else { Answer::NotMatched },
            if found {
                case.to_owned()
            } else {
                "no window is known".to_owned()
            },
            windows,
        );
        let mut all = vec![extended, window];
        let lifecycle = self.rows(&["lifecycles"]);
        if !lifecycle.is_empty() {
            let found = lifecycle.iter().any(|used| used.row.is_some());
            let dates = self.planned.and_then(|planned| planned.dates.as_ref());
            let down = dates.is_some_and(|dates| dates.reasons.has(Reason::ServiceDown));
            let until = dates.and_then(|dates| dates.window_closes);
            let until = until.map_or_else(String::new, |day| format!(" until {day}"));
            let why = match (found, down) {
                (true, false) => format!("past the term end: on the day of the move users still work{until}"),
                (true, true) => {
                    format!("past the term end: on the day of the move users have no service, and data is kept{until}")
                }
                (false, _) => "past the term end: data is no longer kept on the day of the move".to_owned(),
            };
            let answer = if found { Answer::Matched } else { Answer::NotMatched };
            all.push(tried(Part::Window, "lifecycle", answer, why, lifecycle));
        }
        all
    }

    fn reason(&self, reason: Reason, matched: bool, on_the_row: bool) -> Tried {
        let not_asked = (!matched).then(|| self.not_asked(reason)).flatten();
        let (answer, why) = match (matched, not_asked) {
            (true, _) => (Answer::Matched, self.why(reason, true)),
            (false, Some(why)) => (Answer::NotAsked, why.to_owned()),
            (false, None) => (Answer::NotMatched, self.why(reason, false)),
        };
        let mut rows = match answer {
            Answer::NotAsked => Vec::new(),
            Answer::Matched | Answer::NotMatched => self.rows(why::tables_of(reason)),
        };
        // The tenant's country is asked first, ours after it.
        if reason == Reason::RegionNone {
            rows.truncate(1);
        }
        Tried {
            on_the_row,
            ..tried(Part::Eligibility, reason.as_str(), answer, why, rows)
        }
    }

    fn gates(&self) -> Vec<Tried> {
        let Some(planned) = self.planned else {
            return Vec::new();
        };
        let Gates {
            relationship,
            agreement,
            delegated_rights,
            vetting,
        } = planned.gates;
        let gate = |rule: &'static str, missing: bool, why: String, tables: &[&str]| {
            let answer = if missing { Answer::Matched } else { Answer::NotMatched };
            tried(Part::Gate, rule, answer, why, self.rows(tables))
        };
        vec![
            gate("relationship", relationship, self.relationship(), &["channels"]),
            gate("agreement", agreement, self.agreement(), &["agreements"]),
            self.delegated_rights(delegated_rights),
            match self.has_target() || vetting {
                true => gate("vetting", vetting, self.vetting(vetting), &["vetting"]),
                false => {
                    let why = "no target that the catalogue knows".to_owned();
                    tried(Part::Gate, "vetting", Answer::NotAsked, why, Vec::new())
                }
            },
        ]
    }

    fn mapping(&self, planned: &Planned) -> Option<MappingTrail> {
        let mapping = planned.mapping.as_ref()?;
        let source = match self.known.resolution {
            Resolution::Known { offer, by, disagrees } => {
                let other = disagrees
                    .as_ref()
                    .map(|other| format!("; its name is that of {}, which does not count", other.name))
                    .unwrap_or_default();
                format!("{}, known by its {by}{other}", offer.name)
            }
            Resolution::Ambiguous(readings) => {
                let names: Vec<&str> = readings.iter().map(|offer| &*offer.name).collect();
                format!("may be {}", names.join(" or "))
            }
            Resolution::Unknown => match self.estate.alike(self.index) {
                Some(name) => format!("no offer that the catalogue knows; most like it is {name}"),
                None => "no offer that the catalogue knows".to_owned(),
            },
        };
        let query = self.known.map_query(planned.route);
        Some(MappingTrail {
            kind: mapping.kind,
            source,
            evidence: parts(&mapping.evidence),
            certainty: mapping.certainty,
            contradicts: mapping.contradicts.clone(),
            considered: self
                .known
                .context
                .catalog
                .considered(&query, self.known.offer_rules, mapping),
        })
    }
}

fn tried(part: Part, rule: &'static str, answer: Answer, why: String, rows: Vec<Used>) -> Tried {
    Tried {
        part,
        rule,
        answer,
        on_the_row: false,
        why,
        rows,
    }
}

/// The parts of evidence: it is joined by semicolons, but a source in parentheses may have some of its own.
fn parts(evidence: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_i32;
    for character in evidence.chars() {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        match (character, parts.last_mut()) {
            (';', _) if depth <= 0 => parts.push(String::new()),
            (other, Some(last)) => last.push(other),
            (_, None) => {}
        }
    }
    let parts = parts.iter().map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}
