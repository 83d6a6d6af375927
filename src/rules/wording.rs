//! The wording of a step: a sentence with braces to fill.
//!
//! In: a sentence as a table has it. Out: its parts, so that whoever fills the braces need not look for them each time. Refuses a
//! brace that nothing fills.

use std::ops::Range;

use crate::terms::*;

worded! {
    /// What may stand in braces in a sentence.
    Placeholder {
        Batch = "batch",
        Due = "due",
        FullTermEnd = "full_term_end",
        Id = "id",
        MonthEnd = "month_end",
        MoveDate = "move_date",
        Offer = "offer",
        Order = "order",
        Reasons = "reasons",
        RequestDays = "request_days",
        Seats = "seats",
        SelfServiceLicences = "self_service_licences",
        TermEnd = "term_end",
        TransferItems = "transfer_items",
        Waits = "waits",
        WindowCloses = "window_closes",
    }
}

/// A sentence of a table, taken apart at its braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    text: Text,
    parts: Box<[(Range<usize>, Option<Placeholder>)]>,
}

impl Wording {
    /// Takes a sentence apart.
    pub(super) fn parse(text: &str) -> Result<Wording, String> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(open) = text.get(at..).and_then(|rest| rest.find('{')).map(|open| at + open) {
            let inside = text.get(open + 1..).unwrap_or_default();
            let name = inside.split('}').next().unwrap_or(inside);
            let placeholder = name.parse().map_err(|_| unfilled(name))?;
            parts.push((at..open, Some(placeholder)));
            at = (open + name.len() + 2).min(text.len());
        }
        parts.push((at..text.len(), None));
        Ok(Wording {
            text: text.into(),
            parts: parts.into(),
        })
    }

    /// As its table has it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its parts in order: a text, and what fills the braces after it.
    pub fn parts(&self) -> impl Iterator<Item = (&str, Option<Placeholder>)> {
        let part = |(text, filled): &(Range<usize>, _)| (self.text.get(text.clone()).unwrap_or_default(), *filled);
        self.parts.iter().map(part)
    }
}

fn unfilled(name: &str) -> String {
    let known: Vec<String> = Placeholder::ALL.iter().map(|name| format!("`{{{name}}}`")).collect();
    let known = known.join(", ");
    format!("`sentence`: nothing fills `{{{name}}}`; there are {known}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_taken_apart_at_its_braces() {
        let wording = Wording::parse("order {order} by {due}").unwrap();
        let parts: Vec<_> = wording.parts().collect();
        let expected = [
            ("order ", Some(Placeholder::Order)),
            (" by ", Some(Placeholder::Due)),
            ("", None),
        ];
        assert_eq!(parts, expected);
        assert_eq!(wording.as_str(), "order {order} by {due}");
        let plain = Wording::parse("wait").unwrap();
        assert_eq!(plain.parts().collect::<Vec<_>>(), [("wait", None)]);
        let open = Wording::parse("wait until {due").unwrap();
        assert_eq!(open.parts().last(), Some(("", None)));
    }

    #[test]
    fn a_brace_that_nothing_fills_is_refused() {
        let problem = Wording::parse("order {what}").unwrap_err();
        assert!(
            problem.contains("nothing fills `{what}`; there are `{batch}`, "),
            "{problem}"
        );
    }
}
