//! What users keep, lose and gain, in words.

use super::*;

fn compare(source: &str, targets: &[&str]) -> Comparison {
    let catalog = Catalog::embedded();
    let offer = |key: &str| Arc::clone(catalog.offer(key).unwrap());
    let targets: Vec<_> = targets.iter().map(|key| offer(key)).collect();
    catalog.compare(&offer(source), &targets)
}

fn of(comparison: &Comparison, effect: Effect) -> Vec<&str> {
    comparison.of(effect).map(|change| &*change.family).collect()
}

#[test]
fn a_larger_offer_only_gains() {
    let comparison = compare("m365-business-standard", &["m365-business-premium"]);
    assert_eq!(of(&comparison, Effect::Loses), Vec::<&str>::new());
    assert_eq!(
        of(&comparison, Effect::Gains),
        [
            "archive",
            "devices",
            "endpoint-protection",
            "identity",
            "information-protection",
            "mail-protection",
            "windows"
        ]
    );
    assert_eq!(
        of(&comparison, Effect::Keeps),
        ["apps", "files", "mailbox", "sites", "teams"]
    );
    assert_eq!(comparison.licences, Licences::Reassign);
    assert!(!comparison.touches_data() && !comparison.is_critical());
    assert!(comparison.conditions.is_empty(), "{:?}", comparison.conditions);
}

#[test]
fn a_smaller_offer_says_what_its_losses_mean() {
    let comparison = compare("office-365-e3", &["office-365-e1"]);
    assert_eq!(
        of(&comparison, Effect::Loses),
        ["apps", "archive", "compliance", "files", "mailbox", "sites"]
    );
    assert!(comparison.touches_data() && comparison.is_critical());
    let mail = comparison
        .of(Effect::Loses)
        .find(|change| &*change.family == "mailbox")
        .unwrap();
    assert!(mail.data && mail.critical);
    assert_eq!(
        words(&mail.means),
        ["a mailbox over 50 GB can no longer send or receive, and holds and unlimited archives end"]
    );
    assert_eq!(
        mail.precaution.as_deref(),
        Some("bring each mailbox under 50 GB, and export what is on hold")
    );
    let sentences = comparison.words_for_customer();
    assert_eq!(
        sentences[0],
        "Users have Office apps in the browser instead of Office apps for the desktop (enterprise: shared computers, Access, \
         Publisher): Word, Excel, PowerPoint and Outlook on the desktop go read-only and must be removed; the apps no longer run \
         on shared computers, terminal servers or under group policies."
            .replace("; the apps no longer run on shared computers, terminal servers or under group policies", "")
    );
    assert_eq!(
        sentences.last().unwrap(),
        "Users keep filtering of spam and malware; Teams chats and meetings."
    );
}

#[test]
fn what_goes_altogether_is_told_once() {
    let comparison = compare("office-365-e3", &["m365-apps-enterprise"]);
    let mail = comparison
        .of(Effect::Loses)
        .find(|change| &*change.family == "mailbox")
        .unwrap();
    assert_eq!(
        words(&mail.means),
        ["mail stops, and the mailbox is deleted 30 days later"]
    );
    assert_eq!(
        (mail.after.as_deref(), mail.precaution.as_deref()),
        (None, Some("export mailboxes or make them shared"))
    );
}

#[test]
fn several_targets_count_together() {
    let alone = compare("office-365-e3", &["office-365-e3-no-teams"]);
    assert_eq!(of(&alone, Effect::Loses), ["teams"]);
    let both = compare("office-365-e3", &["office-365-e3-no-teams", "teams-enterprise"]);
    assert_eq!(
        (of(&both, Effect::Loses), of(&both, Effect::Gains)),
        (Vec::new(), Vec::new())
    );
    assert_eq!(both.licences, Licences::Reassign);
}

#[test]
fn losing_numbers_touches_data() {
    let comparison = compare("m365-e5", &["m365-e3"]);
    let touching: Vec<&str> = comparison
        .changes
        .iter()
        .filter(|change| change.data)
        .map(|change| &*change.family)
        .collect();
    assert_eq!(touching, ["audio-conferencing", "compliance", "phone"]);
}

#[test]
fn the_same_sku_keeps_what_is_assigned() {
    let comparison = compare("m365-e3", &["m365-e3"]);
    assert_eq!((comparison.licences, comparison.order.len()), (Licences::Keep, 2));
    // The nonprofit offer provisions the same SKU, but is not the same offer.
    let nonprofit = compare("m365-e3@nonprofit", &["m365-e3"]);
    assert_eq!(nonprofit.licences, Licences::Reassign);
    assert!(
        nonprofit.conditions[0].contains("sold to commercial customers"),
        "{:?}",
        nonprofit.conditions
    );
}

#[test]
fn new_licences_come_before_old_ones_go() {
    let order = |source: &str, target: &str| compare(source, &[target]).order;
    let position = |order: &[Text], part: &str| order.iter().position(|step| step.contains(part));
    let plain = order("m365-business-basic", "m365-business-standard");
    let (seats, group, assign) = (
        position(&plain, "a free seat").unwrap(),
        position(&plain, "where a group").unwrap(),
        position(&plain, "only then take").unwrap(),
    );
    assert!(seats < group && group < assign, "{plain:?}");
    // Plans that exclude each other are changed at once; mailboxes of plan 1 and 2 are not.
    let swap = order("office-365-e3", "office-365-e1");
    assert!(
        position(&swap, "in one change").is_some() && position(&swap, "only then take").is_none(),
        "{swap:?}"
    );
    assert!(
        position(&swap, "Plan 1 and Plan 2 may stand on one user").is_some(),
        "{swap:?}"
    );
    assert_eq!(position(&swap, "first, since data is at stake"), Some(0));
    let exchange = order("exchange-online-plan-1", "exchange-online-plan-2");
    assert!(position(&exchange, "only then take").is_some(), "{exchange:?}");
}

#[test]
fn nothing_is_said_of_what_is_not_known() {
    let comparison = compare("office-365-e3", &["universal-print"]);
    assert_eq!(comparison.unknown.len(), 1);
    assert!(comparison.changes.is_empty());
    assert!(comparison.words_for_customer()[0].contains("Universal Print"));
}

#[test]
fn what_else_is_not_alike_is_said() {
    let comparison = compare("office-365-e3", &["m365-business-premium"]);
    assert_eq!(
        words(&comparison.conditions),
        ["Microsoft 365 Business Premium takes at most 300 seats"]
    );
    let eea = compare("m365-e3", &["m365-e3-eea-no-teams"]);
    assert!(eea.conditions[0].contains("`eea`"), "{:?}", eea.conditions);
}
