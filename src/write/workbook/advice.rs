//! What a person can do about a reason for review.

use crate::plan::Reason;

const TABLE: &str = include_str!("../advice.csv");

/// What to do about each reason.
pub(super) struct Advice(Vec<(String, String)>);

impl Advice {
    /// The embedded table.
    pub(super) fn embedded() -> Advice {
        let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
        Advice(reader.deserialize().filter_map(Result::ok).collect())
    }

    /// What to do about a reason; empty for one that needs nothing.
    pub(super) fn of(&self, reason: &str) -> &str {
        let found = self.0.iter().find(|(code, _)| code == reason);
        found.map_or("", |(_, advice)| advice)
    }
}

/// What a reason means; the code itself where a later version wrote it.
pub(super) fn meaning(code: &str) -> &str {
    code.parse::<Reason>().map_or(code, |reason| reason.meaning())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Action;

    #[test]
    fn every_reason_for_review_has_advice_and_no_other() {
        let advice = Advice::embedded();
        for reason in Reason::ALL {
            let is_review = reason.kind() == Action::Review;
            assert_eq!(!advice.of(reason.as_str()).is_empty(), is_review, "{reason}");
        }
        let reviews = Reason::ALL.iter().filter(|reason| reason.kind() == Action::Review);
        assert_eq!(advice.0.len(), reviews.count());
    }
}
