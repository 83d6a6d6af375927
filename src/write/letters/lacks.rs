//! What letters lack before they can be sent.
//!
//! In: who is written to, a [`View`]. Out: findings: a customer whose name or e-mail address nobody states, and what is missing of
//! ourselves: our name, whom to ask, the ids that the link to our relationship is made of. What is missing everywhere is told once.

use std::borrow::Cow;

use super::{Addressee, KINDS, Links};
use crate::{
    finding::{Code, Finding, Place},
    saved::PlanColumn,
    write::View,
};

/// Adds a finding for each thing that is missing.
pub(super) fn tell(addressees: &[Addressee<'_>], view: &View<'_>, place: &str, findings: &mut Vec<Finding>) {
    if addressees.is_empty() {
        return;
    }
    let told = |place: &str, message: String, hint: Cow<'static, str>| {
        Finding::new(Code::LetterIncomplete, Place::file(place), message, hint)
    };
    let has_addresses = view.customers.values().any(|note| note.email_cell.is_some());
    for addressee in addressees {
        let id = addressee.id.0;
        let missing: Vec<&str> = [
            ("name", addressee.first(PlanColumn::CustomerName).is_empty()),
            ("email", has_addresses && addressee.email(view).is_none()),
        ]
        .into_iter()
        .filter_map(|(what, is_missing)| is_missing.then_some(what))
        .collect();
        if !missing.is_empty() {
            let note = view.customers.get(&addressee.id);
            let unread = note.and_then(|note| note.email_cell.as_deref());
            let message = match missing.as_slice() {
                ["email"] if let Some(cell) = unread => {
                    format!("the letter to customer `{id}` has no recipient: `{cell}` is not one e-mail address")
                }
                ["name"] => format!("the letter to customer `{id}` names nobody: its name is unknown"),
                ["email"] => format!("the letter to customer `{id}` has no recipient: its e-mail address is unknown"),
                _ => format!("the letter to customer `{id}` names nobody and has no recipient"),
            };
            let hint = format!("give its {} in the customers table", missing.join(" and "));
            findings.push(told(place, message, hint.into()).value(id.to_string()));
        }
    }
    if !has_addresses {
        let message = "no letter has a recipient: the customers table has no e-mail address";
        findings.push(told(
            place,
            message.to_owned(),
            "give `email` in the customers table, or address each draft".into(),
        ));
    }
    let partner = &view.config.partner;
    let asks_for_relationship = addressees.iter().any(|addressee| {
        let kinds = addressee.asked.keys().filter_map(|kind| KINDS.get(*kind));
        kinds.copied().any(|kind| kind == "relationship")
    });
    let link = Links::new(partner, view.as_of).relationship;
    for (missing, message, hint) in [
        (
            partner.name.is_none(),
            "letters are signed by nobody: our name is unknown",
            "set `name` in [partner]",
        ),
        (
            partner.contact.is_none(),
            "letters do not say whom to ask",
            "set `contact` in [partner]",
        ),
        (
            asks_for_relationship && link.is_none(),
            "letters promise the link to our relationship, since it cannot be made",
            "set our tenant id in `ids` of [partner], or `relationship_link`",
        ),
    ] {
        if missing {
            findings.push(told(&view.config.shown_path(), message.to_owned(), hint.into()));
        }
    }
}
