//! Cells that hold a word.
//!
//! In: a cell and the vocabulary. Out: what the word stands for in its column. Refuses every word that `words.csv` does not
//! list for that column.

use std::str::FromStr;

use super::{Content, Unreadable, content, is_nothing};
use crate::{
    read::Cell,
    recognise::vocabulary::{Kind, Vocabulary},
    terms::*,
};

/// A cell's meaning among the words of a kind, each of which stands for a `T`.
fn word<T: FromStr>(cell: Cell<'_>, kind: Kind, v: &Vocabulary, why: &'static str) -> Result<Option<T>, Unreadable> {
    let digits;
    let text = match content(cell) {
        Content::Nothing => return Ok(None),
        Content::Text(text) => text,
        Content::Number(number) if number.fract() == 0.0 && (0.0..1e6).contains(&number) => {
            digits = format!("{number:.0}");
            &digits
        }
        Content::Bool(true) => "true",
        Content::Bool(false) => "false",
        Content::Number(_) | Content::Other => return Err(Unreadable { why }),
    };
    match plain_code(text).and_then(|text| v.word(kind, text)).map(str::parse) {
        Some(Ok(value)) => Ok(Some(value)),
        _ if is_nothing(text, v) => Ok(None),
        _ => Err(Unreadable { why }),
    }
}

/// A text to look up: where it has no letters, a whole number as it stood or as a spreadsheet writes it (`1.0`); no other, since
/// marks between digits do not count when words are compared.
fn plain_code(text: &str) -> Option<&str> {
    if text.chars().any(char::is_alphabetic) {
        return Some(text);
    }
    let text = text.trim().trim_start_matches('\'');
    let whole = text
        .strip_suffix(".0")
        .or_else(|| text.strip_suffix(",0"))
        .unwrap_or(text);
    whole.bytes().all(|b| b.is_ascii_digit()).then_some(whole)
}

/// Yes or no, on or off.
pub fn boolean(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<bool>, Unreadable> {
    match cell {
        Cell::Text(text) if matches!(text.trim(), "✓" | "✔" | "☑") => Ok(Some(true)),
        _ => word(cell, Kind::Boolean, v, "is neither yes nor no"),
    }
}

/// A truth value that a column's own words may say as well.
fn truth(cell: Cell<'_>, kind: Kind, v: &Vocabulary, why: &'static str) -> Result<Option<bool>, Unreadable> {
    match word(cell, kind, v, why) {
        Ok(Some(value)) => Ok(Some(value)),
        _ => boolean(cell, v).map_err(|_| Unreadable { why }),
    }
}

/// Whether it is licensed by seat, where a product type says that it is not; any other product type says nothing.
pub fn seat_based(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<bool>, Unreadable> {
    Ok(match content(cell) {
        Content::Text(text) => v.word(Kind::ProductType, text).and_then(|word| word.parse().ok()),
        _ => None,
    })
}

/// Whether it is a trial: yes, no, `Trial`, `Próbaverzió`.
pub fn trial(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<bool>, Unreadable> {
    truth(cell, Kind::Trial, v, "does not say whether it is a trial")
}

/// Whether it is an add-on: yes, no, `Add-on`, `Base`.
pub fn addon(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<bool>, Unreadable> {
    truth(cell, Kind::Addon, v, "does not say whether it is an add-on")
}

/// Whether the customer has a reseller relationship with us: yes, no, `Cloud Reseller`.
pub fn relationship(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<bool>, Unreadable> {
    truth(cell, Kind::Relationship, v, "is no reseller relationship we know")
}

/// The state that an export shows; a trial is active.
pub fn state(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<State>, Unreadable> {
    let read = word(cell, Kind::State, v, "is no state we know");
    match (&read, trial_state(cell, v)) {
        (Err(_), Ok(Some(true))) => Ok(Some(State::Active)),
        _ => read,
    }
}

/// Whether the state that an export shows is that of a trial; any other state says nothing of it.
pub fn trial_state(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<bool>, Unreadable> {
    Ok(match content(cell) {
        Content::Text(text) if text.chars().any(char::is_alphabetic) => v
            .word(Kind::Trial, text)
            .and_then(|word| word.parse().ok())
            .filter(|is_trial| *is_trial),
        _ => None,
    })
}

/// Where it was bought.
pub fn channel(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Channel>, Unreadable> {
    word(cell, Kind::Channel, v, "is no channel we know")
}

/// How it is billed.
pub fn billing_plan(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<BillingPlan>, Unreadable> {
    word(cell, Kind::Billing, v, "is no billing plan we know")
}

/// What the customer is qualified as.
pub fn qualification(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Qualification>, Unreadable> {
    word(cell, Kind::Qualification, v, "is no segment we know")
}

/// The audience an offer is sold to.
pub fn segment(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Segment>, Unreadable> {
    word(cell, Kind::Qualification, v, "is no segment we know")
}

/// The national cloud of a tenant.
pub fn cloud(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Cloud>, Unreadable> {
    word(cell, Kind::Cloud, v, "is no national cloud we know")
}

/// What the source is set to do at its term end.
pub fn end_instruction(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<EndInstruction>, Unreadable> {
    word(
        cell,
        Kind::EndInstruction,
        v,
        "does not say what happens at the term end",
    )
}

/// A step of a plan.
pub fn step(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<StepKind>, Unreadable> {
    word(cell, Kind::Step, v, "is no step we know")
}

/// How far a step has come.
pub fn progress(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Progress>, Unreadable> {
    word(cell, Kind::Progress, v, "is neither requested nor done")
}

/// What a person asks for.
pub fn action(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Action>, Unreadable> {
    word(cell, Kind::Action, v, "is no action we know")
}

/// A country: its two letters, or its name.
pub fn country(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Country>, Unreadable> {
    // `n/a` has the letters of Namibia.
    if matches!(cell, Cell::Text(text) if text.trim().chars().any(|c| c.is_ascii_punctuation()) && is_nothing(text, v))
    {
        return Ok(None);
    }
    word(cell, Kind::Country, v, "is no country we know")
}

const NO_TERM: Unreadable = Unreadable {
    why: "is no term we know",
};

/// The length of a term: `P1Y`, `Annual`, `1 év`, `36 months`; a bare 12 or 36 counts months.
pub fn term(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<Term>, Unreadable> {
    match word(cell, Kind::Term, v, NO_TERM.why) {
        Err(unreadable) => match cell {
            Cell::Text(text) => counted_term(text, v).map(Some).ok_or(unreadable),
            _ => Err(unreadable),
        },
        read => read,
    }
}

/// An ISO duration, or a number with the word for months or years behind it.
fn counted_term(text: &str, v: &Vocabulary) -> Option<Term> {
    if let Ok(term) = text.parse() {
        return Some(term);
    }
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .filter(|&end| (1..=2).contains(&end))?;
    let (number, unit) = text.split_at(end);
    let months = match v.word(Kind::TermUnit, unit)? {
        "year" => 12,
        _ => 1,
    };
    let number: u16 = number.parse().ok().filter(|&number| number > 0)?;
    number.checked_mul(months).map(Term)
}

/// A term and a billing plan, either of which may be absent.
pub type TermAndBilling = (Option<Term>, Option<BillingPlan>);

/// Term and billing in one cell: `One-Year commitment for monthly billing`, `Annual term, Monthly billing`, `P1Y:Annual`. Either
/// may be absent, but not both.
pub fn term_and_billing(cell: Cell<'_>, v: &Vocabulary) -> Result<Option<TermAndBilling>, Unreadable> {
    const WHY: Unreadable = Unreadable {
        why: "is no term with a billing plan we know",
    };
    let text = match content(cell) {
        Content::Nothing => return Ok(None),
        Content::Text(text) if is_nothing(text, v) => return Ok(None),
        Content::Text(text) => text.to_lowercase(),
        _ => return Err(WHY),
    };
    let parts = text.split_once("commitment for").or_else(|| {
        let mark = text.find([',', ':', '/', ';', '|'])?;
        Some((&text[..mark], &text[mark + 1..]))
    });
    let Some((before, after)) = parts else {
        return term(Cell::Text(&text), v)
            .map_err(|_| WHY)
            .map(|term| term.map(|term| (Some(term), None)));
    };
    let before = before
        .trim()
        .trim_end_matches("commitment")
        .trim_end_matches("term")
        .trim();
    let after = after.trim().trim_end_matches("billing").trim();
    let term = term(Cell::Text(before), v).map_err(|_| WHY)?;
    let plan = match billing_plan(Cell::Text(after), v) {
        Ok(plan) => plan,
        // Several plans the subscription may be billed by: the term is certain, the plan is not said.
        Err(_)
            if after
                .split('/')
                .all(|part| matches!(billing_plan(Cell::Text(part.trim()), v), Ok(Some(_)))) =>
        {
            None
        }
        Err(_) => return Err(WHY),
    };
    match (term, plan) {
        (None, None) => Ok(None),
        either => Ok(Some(either)),
    }
}

#[cfg(test)]
mod tests;
