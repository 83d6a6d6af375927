//! What a list lacks and other exports say.
//!
//! In: the findings of lists that lack a column, each with its table and field; the facts, and the subscriptions merged of them. Out:
//! the findings: a note where the fact is there for every subscription of the list, else the warning, with how many are left
//! without it. Refuses to call a list made up for of which one subscription still lacks the fact, or that tells of none.

use hashbrown::HashMap;

use super::{Field, Subscription, facts::Fact, identity::Groups, merge::Merged, nameless::is_of_our_making};
use crate::finding::{Code, Finding};

/// A column that a list lacks, and the finding of it.
#[derive(Debug, Clone)]
pub(super) struct Lacking {
    pub(super) field: Field,
    pub(super) finding: Finding,
}

/// The subscriptions of a list, and how many of them have no such fact from anywhere.
#[derive(Debug, Default, Clone, Copy)]
struct Left {
    subscriptions: u64,
    without: u64,
    /// The group that was counted last: rows of one subscription count once.
    last: Option<usize>,
}

/// Judges what lists lack, given with the number of their table, now that all is merged.
pub(super) fn judge(
    lacking: Vec<(u32, Lacking)>,
    facts: &[Fact],
    groups: &Groups,
    merged: &[Option<Merged>],
) -> Vec<Finding> {
    if lacking.is_empty() {
        return Vec::new();
    }
    let left = left(&lacking, facts, groups, merged);
    let of = |table: u32, field: Field| left.get(&(table, field)).copied().unwrap_or_default();
    let told = lacking
        .into_iter()
        .map(|(table, lacks)| told(lacks.finding, of(table, lacks.field)));
    told.collect()
}

fn left(
    lacking: &[(u32, Lacking)],
    facts: &[Fact],
    groups: &Groups,
    merged: &[Option<Merged>],
) -> HashMap<(u32, Field), Left> {
    let mut fields: HashMap<u32, Vec<Field>> = HashMap::new();
    for (table, lacks) in lacking {
        fields.entry(*table).or_default().push(lacks.field);
    }
    let mut left: HashMap<(u32, Field), Left> = HashMap::new();
    for (group, (members, merged)) in groups.members.iter().zip(merged).enumerate() {
        let Some(Merged { subscription, .. }) = merged else {
            continue;
        };
        for fact in members.iter().filter_map(|&index| facts.get(index as usize)) {
            for &field in fields.get(&fact.table).into_iter().flatten() {
                let left = left.entry((fact.table, field)).or_default();
                if left.last.replace(group) != Some(group) {
                    left.subscriptions += 1;
                    left.without += u64::from(is_missing(subscription, field));
                }
            }
        }
    }
    left
}

/// Whether nothing that was read says this of a subscription.
fn is_missing(subscription: &Subscription, field: Field) -> bool {
    match field {
        Field::SubscriptionId => is_of_our_making(&subscription.id),
        Field::Seats => subscription.seats.is_none(),
        _ => subscription.term_end.is_none(),
    }
}

fn told(finding: Finding, left: Left) -> Finding {
    let Left {
        subscriptions, without, ..
    } = left;
    let number = match subscriptions {
        1 => "its one subscription".to_owned(),
        many => format!("all its {many} subscriptions"),
    };
    match without {
        0 if subscriptions > 0 => Finding {
            code: Code::ColumnElsewhere,
            message: format!("{}; other rows say it of {number}", finding.message).into(),
            hint: "".into(),
            ..finding
        },
        without if without < subscriptions => Finding {
            message: format!(
                "{}; nothing else says it of {without} of its {subscriptions} subscriptions",
                finding.message
            )
            .into(),
            ..finding
        },
        _ => finding,
    }
}
