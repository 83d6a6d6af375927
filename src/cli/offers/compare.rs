//! `seatshift offers compare`: what users keep, lose and gain, as a consultant would say it.

use std::{fmt::Write, sync::Arc};

use seatshift::{
    catalog::{Change, Comparison, Effect, Lookup, Offer, Reading, evidence::PlanComparison},
    pipeline::Offers,
    terms::{Licences, Segment},
};
use serde_json::{Value, json};

use super::{
    super::{
        arguments::Compare,
        screen::Screen,
        shown::{BAD, FAINT, In, STRONG, tame},
    },
    give, with,
};

/// Columns that a line may take.
const WIDTH: usize = 100;

pub(super) fn run(command: &Compare, screen: &Screen) -> u8 {
    with(&command.about, screen, |config, offers| {
        let mut found = Vec::new();
        let mut problems = String::new();
        for text in std::iter::once(&command.source).chain(&command.targets) {
            match the_one(&offers, text) {
                Ok(offer) => found.push(offer),
                Err(problem) => problems.push_str(&problem),
            }
        }
        let Some((source, targets)) = found.split_first().filter(|_| problems.is_empty()) else {
            screen.tell(&problems);
            return 1;
        };
        let comparison = offers.catalog.compare(source, targets);
        let skus: Vec<_> = targets.iter().map(|target| target.sku_id).collect();
        let plans = offers.evidence.compare_plans(source.sku_id, &skus, None);
        let shown = match command.json {
            true => super::json(as_json(&comparison, plans.as_ref()), &config),
            false => report(&comparison, plans.as_ref()),
        };
        give(&shown, 0, screen)
    })
}

/// The offer that a text means: the only one, or the only commercial one.
fn the_one(offers: &Offers, text: &str) -> Result<Arc<Offer>, String> {
    let shown = tame(text);
    match offers.catalog.find(text) {
        Lookup::Found(readings) => {
            let commercial = readings
                .iter()
                .filter(|reading| reading.offer.segment == Segment::Commercial);
            let commercial: Vec<&Reading> = commercial.collect();
            match (readings.as_slice(), commercial.as_slice()) {
                ([one], _) => Ok(Arc::clone(&one.offer)),
                (_, [one]) => Ok(Arc::clone(&one.offer)),
                _ => {
                    let keys: Vec<&str> = readings.iter().map(|reading| &*reading.offer.key).collect();
                    Err(format!(
                        "`{shown}` may mean several offers\n  hint: name one of {}\n",
                        keys.join(", ")
                    ))
                }
            }
        }
        Lookup::Alike(readings) => {
            let names: Vec<&str> = readings.iter().map(|reading| &*reading.offer.name).collect();
            Err(format!(
                "no offer is called `{shown}`\n  hint: there are {}\n",
                names.join(", ")
            ))
        }
        Lookup::Nothing(near) => {
            let hint = match near.is_empty() {
                true => "`seatshift offers find` shows what is known".to_owned(),
                false => format!("did you mean {}", near.join(" or ")),
            };
            Err(format!("no offer is called `{shown}`\n  hint: {hint}\n"))
        }
    }
}

fn report(comparison: &Comparison, plans: Option<&PlanComparison>) -> String {
    let mut report = String::new();
    let names: Vec<&str> = comparison.targets.iter().map(|target| &*target.name).collect();
    let title = format!("From {} to {}", comparison.source.name, names.join(" and "));
    let _ = writeln!(report, "{}", In(STRONG, title));
    for offer in &comparison.unknown {
        let line = format!(
            "What {} does is not known here, so nothing is said of what changes.",
            offer.name
        );
        paragraph(&mut report, "", &line);
    }
    loses(&mut report, comparison);
    for (effect, words) in [(Effect::Gains, "Users gain"), (Effect::Keeps, "Users keep")] {
        let changes: Vec<&Change> = comparison.of(effect).collect();
        if !changes.is_empty() {
            heading(&mut report, words);
            for change in changes {
                gained(&mut report, change);
            }
        }
    }
    if comparison.unknown.is_empty() && comparison.changes.iter().all(|change| change.effect == Effect::Keeps) {
        let _ = writeln!(report, "\nNothing changes for users.");
    }
    if let Some(plans) = plans {
        by_plan(&mut report, plans);
    }
    if !comparison.conditions.is_empty() {
        heading(&mut report, "Mind as well");
        for condition in &comparison.conditions {
            paragraph(&mut report, "- ", condition);
        }
    }
    heading(
        &mut report,
        match comparison.licences {
            Licences::Keep => "Licences stay as they are",
            Licences::Reassign => "Licences must be reassigned, in this order",
        },
    );
    for (number, step) in comparison.order.iter().enumerate() {
        paragraph(&mut report, &format!("{}. ", number + 1), step);
    }
    report
}

/// Losses, those that touch data first.
fn loses(report: &mut String, comparison: &Comparison) {
    let mut changes: Vec<&Change> = comparison.of(Effect::Loses).collect();
    if changes.is_empty() {
        return;
    }
    changes.sort_by_key(|change| (!change.data, !change.critical, change.title.clone()));
    heading(report, "Users lose");
    for change in changes {
        let before = change.before.as_deref().unwrap_or_default();
        let what = match &change.after {
            Some(after) => format!("{before}, down to {after}"),
            None => before.to_owned(),
        };
        let _ = writeln!(report, "  {}: {what}", In(STRONG, &change.title));
        for means in &change.means {
            paragraph(report, "    ", means);
        }
        if let Some(precaution) = &change.precaution {
            let _ = write!(report, "    {} ", In(BAD, "data:"));
            paragraph(report, "", &format!("first {precaution}"));
        }
    }
}

fn gained(report: &mut String, change: &Change) {
    let after = change.after.as_deref().unwrap_or_default();
    let text = match (&change.before, change.effect) {
        (Some(before), Effect::Gains) => format!("{}: {after}, instead of {before}", change.title),
        _ => format!("{}: {after}", change.title),
    };
    paragraph(report, "  ", &text);
}

fn by_plan(report: &mut String, plans: &PlanComparison) {
    heading(report, &format!("By service plan, from {}", plans.rests_on.join(", ")));
    if let Some(doubtful) = &plans.doubtful {
        paragraph(report, "  ", &format!("not to be relied on: {doubtful}"));
    }
    for (words, names) in [("loses", &plans.loses), ("gains", &plans.gains)] {
        for name in names {
            let _ = writeln!(report, "  {words}  {}", tame(name));
        }
    }
    if plans.loses.is_empty() && plans.gains.is_empty() {
        let _ = writeln!(report, "  {}", In(FAINT, "no plan that matters differs"));
    }
}

fn heading(report: &mut String, words: &str) {
    let _ = writeln!(report, "\n{}", In(STRONG, words));
}

/// Text in lines of a readable width, the first after a mark, the others below its text.
fn paragraph(report: &mut String, mark: &str, text: &str) {
    let indent = mark.chars().count();
    let mut line = String::from(mark);
    let mut length = indent;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if length > indent && length + 1 + width > WIDTH {
            let _ = writeln!(report, "{line}");
            line = " ".repeat(indent);
            length = indent;
        }
        if length > indent {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += width;
    }
    let _ = writeln!(report, "{line}");
}

fn as_json(comparison: &Comparison, plans: Option<&PlanComparison>) -> Value {
    let changes: Vec<Value> = comparison.changes.iter().map(change_json).collect();
    let keys = |offers: &[Arc<Offer>]| offers.iter().map(|offer| offer.key.to_string()).collect::<Vec<_>>();
    let plans = plans.map(|plans| {
        json!({
            "loses": plans.loses,
            "gains": plans.gains,
            "rests_on": plans.rests_on,
            "doubtful": plans.doubtful,
        })
    });
    json!({
        "source": comparison.source.key,
        "targets": keys(&comparison.targets),
        "unknown": keys(&comparison.unknown),
        "changes": changes,
        "conditions": comparison.conditions,
        "licences": comparison.licences.as_str(),
        "order": comparison.order,
        "plans": plans,
    })
}

fn change_json(change: &Change) -> Value {
    json!({
        "family": change.family,
        "title": change.title,
        "effect": change.effect.as_str(),
        "before": change.before,
        "after": change.after,
        "means": change.means,
        "precaution": change.precaution,
        "touches_data": change.data,
        "critical": change.critical,
    })
}
