//! Headings that say when a term is renewed, not when it ends.
//!
//! In: a heading of a column of term ends. Out: whether its dates are those of a renewal. Programs differ in whether that is the
//! last paid day or the first of the next term. The reading is the day before, which is right or a day early: what must be done
//! before a term ends is then done in time either way, while a day late would let it renew.

use std::sync::LazyLock;

use hashbrown::HashSet;

use crate::recognise::vocabulary::fold;

const RENEWAL_HEADINGS: &str = include_str!("renewal_headings.csv");

static HEADINGS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let headings = RENEWAL_HEADINGS.lines().skip(1);
    headings.filter_map(|line| line.split(',').next().map(fold)).collect()
});

/// Whether the dates under this heading are those of a renewal.
pub fn means_renewal(heading: &str) -> bool {
    HEADINGS.contains(&fold(heading))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognise::{Field, vocabulary::Vocabulary};

    #[test]
    fn renewals_are_told_from_ends() {
        for heading in [
            "Renewal Date",
            "RENEWAL_DATE",
            "Verlängerungsdatum",
            "Yenıleme tarıhı",
            "更新日",
        ] {
            assert!(means_renewal(heading), "{heading}");
        }
        for heading in ["End date", "Auto renew", "Term end", ""] {
            assert!(!means_renewal(heading), "{heading}");
        }
    }

    #[test]
    fn no_heading_of_a_renewal_means_something_else() {
        let v = Vocabulary::embedded();
        for line in RENEWAL_HEADINGS.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 3, "{line}");
            let found = v.heading(cells[0]).map(|found| found.field);
            assert!(matches!(found, None | Some(Field::TermEnd)), "{line}: {found:?}");
        }
    }
}
