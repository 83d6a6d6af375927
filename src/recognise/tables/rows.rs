//! The rows of each table of ours.
//!
//! In: a record. Out: what it says; where anything in it is wrong, a problem and perhaps no row. One function a table.

use super::{
    super::vocabulary::{Kind, OwnWord, values},
    CalendarDay, CustomerNote, Hold, OfferRule, ProgressNote, RouteNote, nearest,
    record::Record,
};
use crate::{
    recognise::{Field, values as cells},
    terms::*,
};

pub(super) fn offer(record: &mut Record<'_>) -> Option<OfferRule> {
    let source_offer = record.text("source_offer");
    let target_offer = record.text("target_offer");
    let source_offer = record.required("source_offer", source_offer);
    let target_offer = record.required("target_offer", target_offer);
    let rule = OfferRule {
        target_term: record.value("target_term", cells::term, "write P1M, P1Y or P3Y"),
        licences: record.word("licences"),
        valid_from: record.date_or_none("valid_from"),
        valid_until: record.date_or_none("valid_until"),
        reason: record.text("reason").unwrap_or_default(),
        row: record.number(),
        source_offer: source_offer?,
        target_offer: target_offer?,
    };
    if let (Some(from), Some(until)) = (rule.valid_from, rule.valid_until)
        && from > until
    {
        record.problem(
            "valid_until",
            format!("`{until}` is before `{from}`"),
            "exchange the dates",
        );
    }
    Some(rule)
}

pub(super) fn calendar_day(record: &mut Record<'_>) -> Option<CalendarDay> {
    let date = record.required_date("date");
    let kind = record.word("kind");
    let kind = record.required("kind", kind);
    Some(CalendarDay {
        country: record.value("country", cells::country, "write two letters, such as HU"),
        name: record.text("name").unwrap_or_default(),
        date: date?,
        kind: kind?,
        yearly: false,
    })
}

pub(super) fn hold(record: &mut Record<'_>) -> Option<Hold> {
    let subject = record.subject();
    let action = record.value("action", cells::action, "write `keep` or `review`");
    let action = record.required("action", action);
    if action == Some(Action::Move) {
        record.problem("action", "`move` is no action of a hold", "write `keep` or `review`");
    }
    let until = record.required_date("until");
    let owner = record.text("owner").unwrap_or_default();
    let reason = record.text("reason");
    let reason = record.required("reason", reason);
    Some(Hold {
        subject: subject?,
        action: action?,
        until: until?,
        owner,
        reason: reason?,
        row: record.number(),
    })
}

pub(super) fn progress_note(record: &mut Record<'_>) -> Option<ProgressNote> {
    let subject = record.subject();
    let steps = StepKind::ALL
        .iter()
        .map(|step| step.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let step = record.value("step", cells::step, &format!("the steps are {steps}"));
    let step = record.required("step", step);
    let state = record.value("state", cells::progress, "write `requested` or `done`");
    let state = record.required("state", state);
    let end_source = record.word("end_source");
    if end_source == Some(EndSource::Transfer) || (end_source.is_some() && step != Some(StepKind::EndSource)) {
        record.problem(
            "end_source",
            "says how a source was set to end, and this is no such step",
            "leave the cell empty",
        );
    }
    Some(ProgressNote {
        date: record.date_or_none("date"),
        end_source,
        note: record.text("note").unwrap_or_default(),
        row: record.number(),
        subject: subject?,
        step: step?,
        state: state?,
    })
}

pub(super) fn customer(record: &mut Record<'_>) -> Option<CustomerNote> {
    const YES_OR_NO: &str = "write `yes` or `no`";
    let before = record.problems.len();
    let segments = Qualification::ALL
        .iter()
        .map(|word| word.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let clouds = Cloud::ALL
        .iter()
        .map(|word| word.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let email = record.text("email");
    let note = CustomerNote {
        id: record.customer_id("customer_id"),
        name: record.text("name"),
        domain: record.text("domain").map(|domain| domain.to_lowercase().into()),
        country: record.value("country", cells::country, "write two letters, such as HU"),
        qualification: record.value("segment", cells::qualification, &format!("the segments are {segments}")),
        cloud: record.value("cloud", cells::cloud, &format!("the clouds are {clouds}")),
        relationship: record.value("relationship", cells::relationship, YES_OR_NO),
        agreement_accepted: agreement(record),
        delegated_rights: record.value("delegated_rights", cells::boolean, YES_OR_NO),
        language: record.text("language").map(|language| language.to_lowercase().into()),
        email: address_in(&email),
        email_cell: email,
        row: record.number(),
    };
    let nameless = note.id.is_none() && note.name.is_none() && note.domain.is_none();
    if nameless && record.problems.len() == before {
        record.problem(
            "customer_id",
            "names no customer",
            "fill `customer_id`, `domain` or `name`",
        );
    }
    Some(note)
}

/// The one address that letters go to, as it stands or with a name before it; none where there are several or what is written is
/// none, which is told where a letter would go there.
fn address_in(cell: &Option<Text>) -> Option<Text> {
    let mut words = cell
        .as_deref()?
        .split([' ', ',', ';', '<', '>'])
        .filter(|word| word.contains('@'));
    let only = words.next().filter(|_| words.next().is_none())?;
    is_address(only).then(|| only.into())
}

/// Whether a word is an e-mail address that needs no quotes.
pub(crate) fn is_address(word: &str) -> bool {
    let parts: Vec<&str> = word.split('@').collect();
    let plain = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_+'&".contains(&byte))
    };
    parts.len() == 2 && parts.iter().all(plain)
}

/// When the customer accepted the agreement: a date, or `no` for one that is known not to have.
fn agreement(record: &mut Record<'_>) -> Option<Option<chrono::NaiveDate>> {
    const HEADING: &str = "agreement_accepted";
    match record.yes_or_no(HEADING) {
        Some(false) => Some(None),
        Some(true) => {
            record.problem(
                HEADING,
                "says that the agreement is accepted, but not when",
                "write the date as YYYY-MM-DD",
            );
            None
        }
        None => record.date(HEADING)?.map(Some),
    }
}

/// The code of the language that a row's word is of.
fn language(record: &mut Record<'_>) -> Option<Text> {
    let language = record.text("language")?.to_lowercase();
    if !(matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_lowercase())) {
        record.problem(
            "language",
            format!("`{language}` is no language code"),
            "write two letters, such as hu, or nothing",
        );
    }
    Some(language.into())
}

/// A word of cells. Its language is checked and says where it comes from; a word means the same in all languages.
pub(super) fn word(record: &mut Record<'_>) -> Option<OwnWord> {
    language(record);
    let word = record.text("word");
    let word = record.required("word", word);
    let kind = record.text("kind");
    let kind = record.required("kind", kind)?;
    let kind: Kind = match kind.to_lowercase().replace(['-', ' '], "_").parse() {
        Ok(kind) => kind,
        Err(UnknownWord { known, word }) => {
            let near = nearest(&word, known.iter().copied());
            let hint = format!(
                "did you mean `{near}`; the kinds are {}; the README says what each is about",
                known.join(", ")
            );
            record.problem(
                "kind",
                format!("`{kind}` is none of the words that may stand here"),
                hint,
            );
            return None;
        }
    };
    let text = record.text("value").unwrap_or_default();
    let values = values(kind);
    let Some(value) = values.iter().find(|value| value.eq_ignore_ascii_case(&text)) else {
        let hint = match values[..] {
            [""] => "leave it empty: the word says all".to_owned(),
            _ => {
                let near = nearest(&text, values.iter().copied());
                format!("did you mean `{near}`; the values are {}", values.join(", "))
            }
        };
        record.problem("value", format!("`{text}` is no value of `{kind}`"), hint);
        return None;
    };
    Some(OwnWord {
        kind,
        value,
        word: word?,
    })
}

pub(super) fn heading(record: &mut Record<'_>) -> Option<(Text, Text, Option<Text>)> {
    let field = record.text("field");
    let field = record.required("field", field);
    let heading = record.text("heading");
    let heading = record.required("heading", heading);
    let language = language(record);
    let field = field?;
    if &*field != "-" && field.parse::<Field>().is_err() {
        let near = nearest(&field, Field::ALL.iter().map(|field| field.as_str()));
        let fields = Field::ALL
            .iter()
            .map(|field| field.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        record.problem(
            "field",
            format!("`{field}` is no field"),
            format!("did you mean `{near}`; the fields are {fields}"),
        );
        return None;
    }
    Some((field, heading?, language))
}

pub(super) fn route(record: &mut Record<'_>) -> Option<RouteNote> {
    let before = record.problems.len();
    let channels = Channel::ALL
        .iter()
        .map(|word| word.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let channel = record.value("channel", cells::channel, &format!("the channels are {channels}"));
    let customer_id = record.customer_id("customer_id");
    let seller_id = record.id("seller_id");
    let route = record.word("route");
    let route = record.required("route", route);
    if channel.is_none() && customer_id.is_none() && seller_id.is_none() && record.problems.len() == before {
        record.problem(
            "channel",
            "says not what the route is for",
            "fill `channel`, `customer_id` or `seller_id`",
        );
    }
    Some(RouteNote {
        channel,
        customer_id,
        seller_id,
        route: route?,
        row: record.number(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_where_there_is_one() {
        for (cell, address) in [
            ("a@x.example", Some("a@x.example")),
            ("Anna Kovács <a@x.example>", Some("a@x.example")),
            ("a@x.example; b@x.example", None),
            ("info@bücher.example", None),
            ("none", None),
        ] {
            assert_eq!(address_in(&Some(cell.into())).as_deref(), address, "{cell}");
        }
        assert_eq!(address_in(&None), None);
    }
}
