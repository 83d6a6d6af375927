//! The rules that were tried, for people, and the rows of the rule tables that answered.
//!
//! In: a trail, the rule tables. Out: a line for each rule in order; neighbours of one answer without more to say share a line. Rows are
//! numbered, and told once at the end.

use std::fmt::Write;

use seatshift::{
    plan::{Answer, MappingTrail, Part, Trail, Tried},
    rules::{RuleRow, RuleTable, Used},
};

use super::{
    super::{
        lines::{LINE, padded, width, wrapped},
        rules::standing,
        shown::{FAINT, In, STRONG, tame},
    },
    decision::line,
};

/// Columns of a rule's name, and of its answer.
const RULE: usize = 24;
const ANSWER: usize = 11;

/// The row of the rule tables that answered.
pub(super) fn row_of<'a>(used: &Used, tables: &'a [RuleTable]) -> Option<&'a RuleRow> {
    let at = used.row?;
    let table = tables.iter().find(|table| table.name == used.table)?;
    table.rows.iter().find(|row| row.at == at)
}

/// Every rule with its answer, then the rows that answered.
pub(super) fn rules(text: &mut String, trail: &Trail, tables: &[RuleTable]) {
    let _ = writeln!(text, "\n{}", In(STRONG, "Rules tried, in their order"));
    let mut rest = trail.tried.as_slice();
    while let [first, others @ ..] = rest {
        let alike = others.iter().take_while(|other| shares(first, other)).count();
        let (group, after) = rest.split_at(1 + alike);
        rest = after;
        match group {
            [one] => single(text, one, trail),
            several => {
                let names: Vec<&str> = several.iter().map(|one| one.rule).collect();
                let start = format!("  {}", padded(&format!("({} rules)", names.len()), RULE));
                let said = format!("{}: {}", names.join(", "), first.why);
                let said = said.trim_end_matches(": ");
                let start = format!("{start}{}", padded(word(first), ANSWER));
                text.push_str(&wrapped(&start, 2 + RULE + ANSWER, said));
            }
        }
    }
    let _ = writeln!(text, "\n{}", In(STRONG, "Rows of the rule tables that answered"));
    for (number, used) in trail.used.iter().enumerate() {
        let start = format!("  {} ", padded(&format!("[{}]", number + 1), 4));
        match row_of(used, tables) {
            Some(row) => {
                let (says, from) = (row.said(), standing(row));
                // The sentence of a step stands among the steps, with its particulars.
                let says = says
                    .split_once(", sentence ")
                    .map_or(says.as_str(), |(before, _)| before);
                let said = format!("{}: {}", used.table, tame(says));
                // Numbers are short and many.
                let in_one_line = format!("{start}{said}; {}", tame(&from));
                if used.table == "numbers" && width(&in_one_line) <= LINE {
                    let _ = writeln!(text, "{in_one_line}");
                    continue;
                }
                text.push_str(&wrapped(&start, 7, &said));
                let from = wrapped("       ", 7, &tame(&from));
                let _ = writeln!(text, "{}", In(FAINT, from.trim_end()));
            }
            None => text.push_str(&wrapped(&start, 7, &format!("{}: no row fits", used.table))),
        }
    }
}

/// Whether two neighbours can share a line.
fn shares(first: &Tried, other: &Tried) -> bool {
    let plain = |one: &Tried| one.answer != Answer::Matched && one.rows.is_empty() && one.part == Part::Eligibility;
    plain(first) && plain(other) && first.answer == other.answer && first.why == other.why
}

fn word(tried: &Tried) -> &'static str {
    match (tried.part, tried.answer) {
        (_, Answer::NotAsked) => "not asked",
        (Part::Gate, Answer::Matched) => "missing",
        (Part::Gate, Answer::NotMatched) => "there",
        (_, Answer::Matched) => "matched",
        (_, Answer::NotMatched) => "no",
    }
}

fn single(text: &mut String, tried: &Tried, trail: &Trail) {
    let rule = match tried.part {
        Part::Gate => format!("gate {}", tried.rule),
        Part::Route | Part::Window | Part::Eligibility => tried.rule.to_owned(),
    };
    let answer = padded(word(tried), ANSWER);
    let answer = match tried.answer {
        Answer::Matched => In(STRONG, answer).to_string(),
        Answer::NotMatched | Answer::NotAsked => answer,
    };
    let start = format!("  {}{answer}", padded(&rule, RULE));
    let mut said = tame(&tried.why);
    if tried.part == Part::Eligibility && tried.answer == Answer::Matched && !tried.on_the_row {
        said.push_str(" (weaker than the action, so not among its reasons)");
    }
    let numbers: Vec<String> = tried
        .rows
        .iter()
        .filter_map(|used| trail.used.iter().position(|other| other == used))
        .map(|number| format!("[{}]", number + 1))
        .collect();
    if !numbers.is_empty() {
        let _ = write!(said, " {}", numbers.join(" "));
    }
    text.push_str(&wrapped(&start, 2 + RULE + ANSWER, said.trim_start()));
}

/// What the mapping rests on.
pub(super) fn mapping(text: &mut String, mapping: &MappingTrail) {
    let _ = writeln!(text, "\n{}", In(STRONG, "How the target was found"));
    line(text, "the source is", &tame(&mapping.source));
    line(text, "mapping", &format!("{}, {}", mapping.kind, mapping.certainty));
    for evidence in &mapping.evidence {
        line(text, "rests on", &tame(evidence));
    }
    for message in &mapping.contradicts {
        line(text, "but", &format!("{}; the file counts", tame(message)));
    }
    for one in &mapping.considered {
        let name = if one.taken { "taken" } else { "not taken" };
        let id = one
            .offer_id
            .as_ref()
            .map(|id| format!(" ({})", tame(id)))
            .unwrap_or_default();
        line(text, name, &format!("{}{id}: {}", tame(&one.name), tame(&one.why)));
    }
}
