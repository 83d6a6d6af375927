//! Messages to customers who must accept or decide something.
//!
//! In: a plan, a [`View`], templates. Out: a folder with a message for each such customer, as Markdown and as a draft for a mail
//! program, named by tenant id, and a list of them. Written in the customer's language where there is a template of it; that
//! another had to do is a finding. Nothing is sent. A customer without a tenant id gets none: it is for review.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use chrono::{Days, NaiveDate};
use minijinja::Value;
use serde::Serialize;

mod lacks;
mod language;
mod links;
mod message;
mod named;
mod plain;
mod template;

use super::{View, cell::Line, folder::Folder};
use crate::{
    finding::{Code, Finding, Place},
    plan::Reason,
    saved::{PlanColumn, Row, SavedPlan, StepColumn},
    terms::{Action, CustomerId, Owner, StepKind},
};
use language::{Choice, Tongue, choose};
use links::Links;
pub(crate) use template::Templates;

/// The list of letters.
const LIST: &str = "letters.csv";
const LIST_COLUMNS: [&str; 6] = [
    "file",
    "customer_id",
    "customer_name",
    "language",
    "deadline",
    "subject",
];

/// What a letter says, as templates see it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Letter {
    partner: Sender,
    customer: Recipient,
    links: Links,
    deadline: By,
    moves: Vec<Move>,
    decisions: Vec<ToDecide>,
    todos: Vec<Todo>,
    running: Running,
}

#[derive(Debug, Clone, Serialize)]
struct Sender {
    name: Option<String>,
    contact: Option<Value>,
}

#[derive(Debug, Clone, Serialize)]
struct Recipient {
    id: String,
    name: String,
    domain: Option<String>,
}

/// A day by which something is due; late where it has passed.
#[derive(Debug, Clone, Serialize)]
struct By {
    by: Value,
    late: bool,
}

/// A subscription of the customer.
#[derive(Debug, Clone, Serialize)]
struct Named {
    offer: String,
    seats: Option<Value>,
    term_end: Option<Value>,
    /// Whether another of the customer's goes by the same name, so that more must be said.
    twin: bool,
    /// As much of its id as tells it from the others.
    id: Option<String>,
    state: Service,
}

/// Whether users can work with a subscription that the customer still has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Service {
    /// They can.
    Runs,
    /// They can, until its term ends before the new one begins.
    Stops,
    /// Its paid term has ended.
    Ended,
    /// Its term has ended, and it goes on month by month.
    Extended,
    /// They may be without service until the new one begins.
    Down,
}

/// Which of the customer's subscriptions go on until the days that the letter names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Running {
    All,
    Some,
    None,
}

#[derive(Debug, Clone, Serialize)]
struct Move {
    #[serde(flatten)]
    named: Named,
    target: String,
    date: Value,
    route: String,
    licences: String,
    /// The last day on which source and target are both paid.
    both_until: Option<Value>,
    /// For how long what has ended keeps working.
    until: Option<Value>,
}

#[derive(Debug, Clone, Serialize)]
struct ToDecide {
    #[serde(flatten)]
    named: Named,
    target: Option<String>,
}

/// Something to do, for the customer as a whole or for the subscriptions named.
#[derive(Debug, Clone, Serialize)]
struct Todo {
    kind: String,
    #[serde(flatten)]
    by: By,
    items: Vec<Item>,
}

#[derive(Debug, Clone, Serialize)]
struct Item {
    #[serde(flatten)]
    named: Named,
    /// What of several things is asked of the present partner.
    part: Option<&'static str>,
    #[serde(flatten)]
    by: By,
}

impl Letter {
    /// A letter in which everything stands, and one with nothing that may be absent.
    fn samples() -> [Letter; 2] {
        let by = |late| By {
            by: "2027-01-04".into(),
            late,
        };
        let some = |text: &str| Some(text.to_owned());
        let named = |state| Named {
            offer: "Visio Plan 1".to_owned(),
            seats: Some("5".into()),
            term_end: Some("2027-01-07".into()),
            twin: true,
            id: some("11111111…"),
            state,
        };
        let todo = |kind: &str| Todo {
            kind: kind.to_owned(),
            by: by(false),
            items: vec![Item {
                named: named(Service::Runs),
                part: Some("approve"),
                by: by(true),
            }],
        };
        let moved = |route: &str, licences: &str, state| Move {
            named: named(state),
            target: "Visio Plan 2".to_owned(),
            date: "2027-01-04".into(),
            route: route.to_owned(),
            licences: licences.to_owned(),
            both_until: Some("2027-01-07".into()),
            until: Some("2027-02-06".into()),
        };
        let nothing = Letter {
            partner: Sender {
                name: None,
                contact: None,
            },
            customer: Recipient {
                id: "11111111-2222-3333-4444-555555555555".to_owned(),
                name: "Contoso".to_owned(),
                domain: None,
            },
            links: Links::none(),
            deadline: by(true),
            moves: Vec::new(),
            decisions: Vec::new(),
            running: Running::None,
            todos: Vec::new(),
        };
        let everything = Letter {
            partner: Sender {
                name: some("Partner"),
                contact: Some("Anna".into()),
            },
            customer: Recipient {
                domain: some("contoso.example"),
                ..nothing.customer.clone()
            },
            links: Links::sample(),
            deadline: by(false),
            moves: vec![
                moved("transfer", "keep", Service::Runs),
                moved("new-subscription", "reassign", Service::Stops),
                moved("new-subscription", "keep", Service::Ended),
                moved("new-subscription", "keep", Service::Extended),
                moved("new-subscription", "keep", Service::Down),
            ],
            decisions: vec![ToDecide {
                named: named(Service::Ended),
                target: some("Visio Plan 2"),
            }],
            running: Running::Some,
            todos: KINDS.iter().map(|kind| todo(kind)).collect(),
        };
        [everything, nothing]
    }
}

/// What a customer may be asked to do; what is due on one day is asked in this order.
pub(super) const KINDS: [&str; 12] = [
    "relationship",
    "agreement",
    "rights",
    "seller",
    "undo-renewal",
    "credit",
    "cancel-at-term-end",
    "auto-renew-off",
    "extended-term",
    "cancel",
    "cancel-extended-term",
    "reassign",
];

/// What of a subscription goes wrong by itself when it is not done by its day, days before which it is asked first.
const HARD: [&str; 4] = ["undo-renewal", "cancel-at-term-end", "auto-renew-off", "extended-term"];
const HARD_DAYS: u64 = 3;

/// By when something is asked, of which subscription, and what of several things it is.
type Asked<'a> = (Option<NaiveDate>, Option<&'a Row<PlanColumn>>, Option<&'static str>);

/// A customer that is written to.
struct Addressee<'a> {
    id: CustomerId,
    choice: Choice,
    moves: Vec<&'a Row<PlanColumn>>,
    decisions: Vec<&'a Row<PlanColumn>>,
    /// What neither moves nor is for the customer to decide, and of which something is asked.
    others: Vec<&'a Row<PlanColumn>>,
    /// Kind of what is asked, day and row, in the order of [`KINDS`].
    asked: BTreeMap<usize, Vec<Asked<'a>>>,
}

impl Addressee<'_> {
    fn rows(&self) -> impl Iterator<Item = &Row<PlanColumn>> {
        self.moves.iter().chain(&self.decisions).chain(&self.others).copied()
    }

    fn first(&self, column: PlanColumn) -> &str {
        let mut texts = self.rows().map(|row| row.get(column));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The address to write to.
    fn email<'v>(&self, view: &'v View<'_>) -> Option<&'v str> {
        view.customers.get(&self.id)?.email.as_deref()
    }

    /// The earliest day of anything that is asked.
    fn deadline(&self) -> Option<NaiveDate> {
        let decisions = self.decisions.iter().map(|row| row.date(PlanColumn::NextStepBy));
        let asked = self.asked.values().flatten().map(|(by, ..)| *by);
        decisions.chain(asked).flatten().min()
    }
}

/// A finding for each letter that is in English because nothing else would do, and for what letters lack.
pub(crate) fn findings(plan: &SavedPlan, view: &View<'_>, templates: &Templates) -> Vec<Finding> {
    let table = view.config.tables.customers.as_ref();
    let place = table.map_or_else(
        || view.config.shown_path(),
        |path| path.to_string_lossy().replace('\\', "/"),
    );
    let addressees = addressees(plan, view, templates);
    let told = addressees.iter().filter_map(|addressee| {
        let why = addressee.choice.fallback.as_ref()?;
        let message = format!("the letter to customer `{}` is in English: {why}", addressee.id.0);
        let hint = "give its language in the customers table, or a template of that language in [letters] templates";
        Some(
            Finding::new(Code::LetterLanguage, Place::file(place.as_str()), message, hint)
                .value(addressee.id.0.to_string()),
        )
    });
    let mut findings: Vec<Finding> = told.collect();
    lacks::tell(&addressees, view, &place, &mut findings);
    findings
}

/// Writes the letters and their list.
pub(super) fn write_letters(
    plan: &SavedPlan,
    view: &View<'_>,
    templates: &Templates,
    folder: &mut Folder,
) -> io::Result<()> {
    let mut tongues: BTreeMap<(String, String), Tongue> = BTreeMap::new();
    let mut list = Vec::new();
    let mut head = Line::begin(&mut list, view.config.output.delimiter);
    LIST_COLUMNS.iter().for_each(|column| head.text(column));
    head.end();
    for addressee in addressees(plan, view, templates) {
        let choice = &addressee.choice;
        let tongue = tongues
            .entry((choice.language.clone(), choice.country.clone()))
            .or_insert_with(|| Tongue::new(choice));
        let letter = letter(&addressee, view, tongue);
        let written = templates.write(&choice.language, &letter).map_err(io::Error::other)?;
        let file = addressee.id.0.to_string();
        let partner = &view.config.partner;
        let draft = message::Draft {
            subject: &written.subject,
            markdown: &written.text,
            language: &choice.language,
            to: addressee.email(view),
        };
        let draft = draft.bytes(partner, view.as_of)?;
        folder.add(&format!("{file}.md"), marked(&written).as_bytes())?;
        folder.add(&format!("{file}.eml"), &draft)?;
        let mut line = Line::begin(&mut list, view.config.output.delimiter);
        line.text(&format!("{file}.md"));
        line.guid(Some(addressee.id.0));
        line.text(addressee.first(PlanColumn::CustomerName));
        line.text(&choice.language);
        line.date(addressee.deadline());
        line.text(&written.subject);
        line.end();
    }
    folder.add(LIST, &list)
}

/// Whether a name is one of those that letters have: of a folder with others, nothing is taken away.
pub(crate) fn is_ours(name: &str) -> bool {
    let stem = name.strip_suffix(".md").or_else(|| name.strip_suffix(".eml"));
    name == LIST || stem.is_some_and(|stem| stem.len() == 36 && stem.parse::<uuid::Uuid>().is_ok())
}

/// A letter with its subject above it.
fn marked(written: &template::Written) -> String {
    format!("Subject: {}\n\n{}", written.subject, written.text)
}

/// The customers that must accept or decide something, by tenant id.
fn addressees<'a>(plan: &'a SavedPlan, view: &View<'_>, templates: &Templates) -> Vec<Addressee<'a>> {
    let mut addressees: BTreeMap<CustomerId, Addressee<'a>> = BTreeMap::new();
    let mut by_subscription: BTreeMap<&str, &Row<PlanColumn>> = BTreeMap::new();
    for row in &plan.rows {
        let Ok(id) = row.get(PlanColumn::CustomerId).parse() else {
            continue;
        };
        let id = CustomerId(id);
        let addressee = addressees.entry(id).or_insert_with(|| {
            let note = view.customers.get(&id);
            let country = note.and_then(|note| note.country).map(|country| country.to_string());
            let country = country.unwrap_or_else(|| row.get(PlanColumn::CustomerCountry).to_owned());
            let language = note.and_then(|note| note.language.as_deref());
            Addressee {
                id,
                choice: choose(language, &country, templates.languages()),
                moves: Vec::new(),
                decisions: Vec::new(),
                others: Vec::new(),
                asked: BTreeMap::new(),
            }
        });
        if row.get(PlanColumn::Action) == Action::Move.as_str() {
            addressee.moves.push(row);
        } else if row.get(PlanColumn::Action) == Action::Review.as_str() && only_the_customer_can_decide(row) {
            addressee.decisions.push(row);
        }
        by_subscription.insert(row.get(PlanColumn::SubscriptionId), row);
    }
    for step in &plan.steps {
        let Ok(id) = step.get(StepColumn::CustomerId).parse() else {
            continue;
        };
        let Some(addressee) = addressees.get_mut(&CustomerId(id)) else {
            continue;
        };
        let row = by_subscription.get(step.get(StepColumn::SubscriptionId)).copied();
        let Some((kind, part)) = asked(step, row) else { continue };
        if let Some(row) = row.filter(|row| !addressee.rows().any(|known| std::ptr::eq(known, *row))) {
            addressee.others.push(row);
        }
        let asked = addressee.asked.entry(kind).or_default();
        asked.push((step.date(StepColumn::Due), row, part));
    }
    let mut addressees: Vec<Addressee<'a>> = addressees.into_values().collect();
    addressees.retain(|addressee| !addressee.asked.is_empty() || !addressee.decisions.is_empty());
    addressees
}

/// Whether nothing but a loss stands in the way, so that the customer has to say what it wants.
fn only_the_customer_can_decide(row: &Row<PlanColumn>) -> bool {
    let reviews: BTreeSet<Reason> = row
        .list(PlanColumn::Reasons)
        .filter_map(|code| code.parse::<Reason>().ok())
        .filter(|reason| reason.kind() == Action::Review)
        .collect();
    reviews == BTreeSet::from([Reason::OfferLoss])
}

/// The place among [`KINDS`] of what a step asks of the customer, and what of several things it is; none for what is others'
/// business.
fn asked(step: &Row<StepColumn>, row: Option<&Row<PlanColumn>>) -> Option<(usize, Option<&'static str>)> {
    let owner: Owner = step.get(StepColumn::Owner).parse().ok()?;
    let kind: StepKind = step.get(StepColumn::Step).parse().ok()?;
    let kind = match (kind, owner) {
        (StepKind::RequestRelationship, _) => "relationship",
        (StepKind::AcceptAgreement, _) => "agreement",
        (StepKind::RequestDelegatedRights, _) => "rights",
        (
            StepKind::ApproveTransfer | StepKind::EndSource | StepKind::CancelExtendedTerm,
            Owner::SourcePartner | Owner::LicensingPartner,
        ) => "seller",
        (StepKind::UndoRenewal, Owner::Customer) => "undo-renewal",
        (StepKind::EnquireCredit, Owner::Customer) => "credit",
        (StepKind::EndSource, Owner::Customer) => row?.get(PlanColumn::EndSource),
        (StepKind::CancelExtendedTerm, Owner::Customer) => "cancel-extended-term",
        (StepKind::Reassign, Owner::Customer) => "reassign",
        _ => return None,
    };
    let part = match step.get(StepColumn::Step).parse().ok()? {
        StepKind::ApproveTransfer => "approve",
        StepKind::CancelExtendedTerm => "cancel-extended-term",
        _ => "end",
    };
    let place = KINDS.iter().position(|known| *known == kind)?;
    Some((place, (kind == "seller").then_some(part)))
}

fn letter(addressee: &Addressee<'_>, view: &View<'_>, tongue: &Tongue) -> Letter {
    let partner = &view.config.partner;
    // A day is ours: its dot does not begin a list.
    let written = |day: Option<NaiveDate>| {
        let text = day.map_or_else(String::new, |day| tongue.date(day));
        Value::from_safe_string(text)
    };
    let by = |day: Option<NaiveDate>| By {
        by: written(day),
        late: day.is_none_or(|day| day < view.as_of),
    };
    let date = |day: Option<NaiveDate>| day.map(|day| written(Some(day)));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let names = named::Names::new(addressee.rows());
    let named = |row: &Row<PlanColumn>| Named {
        offer: named::offer(row).to_owned(),
        seats: some(row.get(PlanColumn::Seats)).map(|seats| Value::from_safe_string(tongue.number(&seats))),
        term_end: date(row.date(PlanColumn::TermEnd)),
        twin: names.has_twin(row),
        id: names.id(row),
        state: named::service(row, view.as_of),
    };
    let mut todos: Vec<(&usize, &Vec<Asked<'_>>)> = addressee.asked.iter().collect();
    todos.sort_by_key(|(kind, asked)| pressing(**kind, asked, view.as_of));
    let todos = todos.into_iter().filter_map(|(kind, asked)| {
        let mut asked = asked.clone();
        asked.sort_by_key(|(day, ..)| *day);
        let mut items: Vec<Item> = Vec::new();
        let mut told: Vec<(named::Key<'_>, Option<NaiveDate>, Option<&str>)> = Vec::new();
        for (day, row, part) in &asked {
            let Some(row) = row else { continue };
            // What would be the same line twice is one.
            let line = (names.key(row), *day, *part);
            if !told.contains(&line) {
                told.push(line);
                items.push(Item {
                    named: named(row),
                    part: *part,
                    by: by(*day),
                });
            }
        }
        Some(Todo {
            kind: (*KINDS.get(*kind)?).to_owned(),
            by: by(asked.iter().filter_map(|(day, ..)| *day).min()),
            items,
        })
    });
    Letter {
        partner: Sender {
            name: partner.name.as_deref().map(str::to_owned),
            // Our own words: an address in them may be a link.
            contact: partner
                .contact
                .as_deref()
                .map(|contact| Value::from_safe_string(contact.to_owned())),
        },
        customer: Recipient {
            id: addressee.id.0.to_string(),
            name: some(addressee.first(PlanColumn::CustomerName)).unwrap_or_else(|| addressee.id.0.to_string()),
            domain: some(addressee.first(PlanColumn::CustomerDomain)),
        },
        links: Links::new(partner, view.as_of),
        deadline: by(addressee.deadline()),
        moves: addressee
            .moves
            .iter()
            .map(|row| Move {
                named: named(row),
                target: target(row),
                date: written(row.date(PlanColumn::MoveDate)),
                route: row.get(PlanColumn::Route).to_owned(),
                licences: row.get(PlanColumn::Licences).to_owned(),
                both_until: date(named::both_until(row).filter(|_| named::service(row, view.as_of) != Service::Down)),
                until: date(named::until(row, view.as_of)),
            })
            .collect(),
        decisions: addressee
            .decisions
            .iter()
            .map(|row| ToDecide {
                named: named(row),
                target: some(&target(row)),
            })
            .collect(),
        todos: todos.collect(),
        running: named::running(addressee.moves.iter().chain(&addressee.decisions).copied(), view.as_of),
    }
}

/// The order of what is asked: what goes wrong by itself in the next days, then by day, what is overdue as of today.
fn pressing(kind: usize, asked: &[Asked<'_>], as_of: NaiveDate) -> (bool, NaiveDate, usize) {
    let day = asked
        .iter()
        .filter_map(|(day, ..)| *day)
        .min()
        .unwrap_or(as_of)
        .max(as_of);
    let is_hard = KINDS.get(kind).is_some_and(|kind| HARD.contains(kind));
    let soon = as_of.checked_add_days(Days::new(HARD_DAYS)).unwrap_or(as_of);
    (!(is_hard && day <= soon), day, kind)
}

/// What would be ordered.
fn target(row: &Row<PlanColumn>) -> String {
    let offers: Vec<&str> = row.list(PlanColumn::TargetOffer).collect();
    offers.join(" + ")
}

#[cfg(test)]
mod tests;
