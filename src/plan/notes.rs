//! Findings of deciding: what was taken to be so because nothing says otherwise, and what is wrong with offers and tables.
//!
//! In: the estate and its decisions. Out: findings. What is about a customer is said once, at the first of its subscriptions.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use chrono::{Datelike, NaiveDate};

use super::{
    Decision, Reason, StepRef,
    at_once::Tally,
    contradictions::of_facts,
    decide::Decided,
    estate::Estate,
    known::term_start_of,
    of_many::{OfMany, OfferRows},
};
use crate::{
    catalog::{NOT_KEPT, Resolution},
    finding::{Code, Finding, Place},
    recognise::{
        Subscription,
        tables::{ProgressNote, Subject},
    },
    rules::{MarketData, NumberName},
    runs::{RUN, in_turn},
    terms::*,
};

pub(super) fn about(
    code: Code,
    subscription: &Subscription,
    message: String,
    hint: impl Into<Cow<'static, str>>,
) -> Finding {
    Finding::new(code, subscription.place.clone(), message, hint).subscription(subscription.id.to_string())
}

/// Findings that rows give rise to, one by one and together, and what their decisions have of the user's offers table.
pub(super) fn of_rows(estate: &Estate<'_>, decided: &[Decided]) -> (Vec<Finding>, OfferRows) {
    let of_run = |run: Range<usize>| {
        let (mut findings, mut of_many) = (Vec::new(), OfMany::default());
        for index in run {
            let decided = &decided[index];
            let subscription = &estate.subscriptions[index];
            of_row(estate, index, decided, &mut findings);
            of_many.add(estate, subscription, decided);
        }
        (findings, of_many)
    };
    let (mut findings, mut of_many) = (Vec::new(), OfMany::default());
    in_turn(decided.len(), RUN, of_run, |(mut of_run, others)| {
        findings.append(&mut of_run);
        of_many = std::mem::take(&mut of_many).and(others);
    });
    findings.extend(estate.by_customer(&|customer, rows, findings| {
        findings.extend(of_customer(estate, decided, customer, rows.clone()));
        findings.extend(doubled(estate, decided, customer, rows));
    }));
    let offers = of_many.told(estate, &mut findings);
    (findings, offers)
}

fn of_row(estate: &Estate<'_>, index: usize, decided: &Decided, findings: &mut Vec<Finding>) {
    let subscription = &estate.subscriptions[index];
    findings.extend(of_report(estate, subscription, &decided.decision));
    if decided.decision.action != Action::Keep {
        let resolution = estate.resolution(index);
        // What the offers table or Microsoft's own files have found needs no name that the catalogue knows.
        let found = decided.offer_row().is_some()
            || (decided.decision.mapping.is_some_and(is_settled) && !matches!(resolution, Resolution::Known { .. }));
        if !found {
            findings.extend(of_offer(subscription, resolution, estate.alike(index)));
        }
        findings.extend(of_unmapped(subscription, resolution, decided));
        findings.extend(of_unsure_rules(subscription, decided));
        findings.extend(of_facts(estate.context, subscription, decided));
    }
    if decided.decision.action == Action::Move {
        findings.extend(of_assumptions(estate, subscription, decided));
    }
}

fn is_settled(kind: MappingKind) -> bool {
    matches!(
        kind,
        MappingKind::Same | MappingKind::Equivalent | MappingKind::Replacement
    )
}

/// A tenant whose moves go in waves, or of which more subscriptions run twice than is safe at once all the same.
fn doubled(estate: &Estate<'_>, decided: &[Decided], customer: CustomerId, rows: Range<usize>) -> Option<Finding> {
    let most = estate.context.rules.number(NumberName::Doubled, estate.context.as_of) as usize;
    let waits = |index: &usize| decided[*index].imposed.wave.is_some();
    let waits: Vec<usize> = rows.clone().filter(waits).collect();
    if waits.is_empty() && rows.len() <= most {
        return None;
    }
    let doubles = |&index: &usize| waits.binary_search(&index).is_ok() || estate.both(index, &decided[index]).is_some();
    let rows: Vec<usize> = rows.filter(doubles).collect();
    let place = rows.iter().map(|&index| &estate.subscriptions[index].place).min()?;
    let last = waits
        .iter()
        .filter_map(|&index| decided[index].decision.move_date)
        .max();
    let mut tally = Tally::default();
    let both = rows.iter().filter_map(|&index| estate.both(index, &decided[index]));
    both.for_each(|(from, until)| tally.add(1, Some(from), Some(until)));
    let at_once = tally.done().most().filter(|(count, _)| *count > most as u64);
    let (message, hint) = match (at_once, last) {
        (Some((count, day)), _) => (
            format!("{count} subscriptions run twice on {day}; more than {most} may be refused"),
            "let some sources end before the next targets are ordered, or ask for the moves one by one",
        ),
        (None, Some(last)) => (
            format!(
                "{} subscriptions are to move, and no more than {most} may run twice at once, nor all together exceed what a tenant may have; {} for a later wave, the last until {last}",
                rows.len(),
                match waits.len() {
                    1 => "one of them waits".to_owned(),
                    count => format!("{count} of them wait"),
                }
            ),
            "check what waits: where an extended term bridges the time it is paid by the month, and `window-missed` or `service-stops` says where none does",
        ),
        (None, None) => return None,
    };
    Some(Finding::new(Code::SubscriptionsDoubled, place.clone(), message, hint).customer(customer))
}

fn of_offer(subscription: &Subscription, resolution: &Resolution, alike: Option<&Text>) -> Option<Finding> {
    let offer = &subscription.offer;
    let shown = [&offer.offer_id, &offer.sku_id, &offer.sku_part_number, &offer.name]
        .into_iter()
        .flatten()
        .next()?
        .clone();
    Some(match resolution {
        Resolution::Known { disagrees: None, .. } => return None,
        Resolution::Known {
            offer: known,
            by,
            disagrees: Some(other),
        } => {
            let name = offer.name.clone().unwrap_or_else(|| other.name.clone());
            let message = format!(
                "`{name}` is {}, but its {by} is {}; the {by} counts",
                other.name, known.name
            );
            about(
                Code::OfferDisagrees,
                subscription,
                message,
                "correct the row if the name is right",
            )
            .value(name)
        }
        Resolution::Ambiguous(readings) => {
            let names: Vec<&str> = readings.iter().map(|reading| &*reading.name).collect();
            let message = format!("`{shown}` may be {}; the row is for review", names.join(" or "));
            about(
                Code::OfferAmbiguous,
                subscription,
                message,
                "name the target in the `offers` table of the settings, or export with the offer's id",
            )
            .value(shown)
        }
        Resolution::Unknown => {
            let message = format!("`{shown}` is no offer that the catalogue knows; the row is for review");
            let hint: Cow<'static, str> = match alike {
                Some(name) => format!("name the target in the `offers` table of the settings; is it {name}?").into(),
                None => "name the target in the `offers` table of the settings".into(),
            };
            about(Code::OfferUnknown, subscription, message, hint).value(shown)
        }
    })
}

fn of_unmapped(subscription: &Subscription, resolution: &Resolution, decided: &Decided) -> Option<Finding> {
    let Resolution::Known { offer, .. } = resolution else {
        return None;
    };
    if decided.offer_row().is_some() || !decided.decision.reasons.has(Reason::OfferUnmapped) {
        return None;
    }
    // Where other customers could order it, it must be said that these cannot.
    let whom = match offer.segment {
        Segment::Commercial => String::new(),
        segment => format!(" for {segment} customers"),
    };
    let message = format!(
        "`{}`{whom} is known, but no offer to order for it; the row is for review",
        offer.name
    );
    Some(
        about(
            Code::OfferUnmapped,
            subscription,
            message,
            "name the target in the `offers` table of the settings",
        )
        .value(offer.name.clone()),
    )
}

fn of_unsure_rules(subscription: &Subscription, decided: &Decided) -> Option<Finding> {
    let unsure = [Reason::EndUnknown, Reason::RuleUnsure, Reason::ChannelTransferCheck];
    let reason = decided.decision.reasons.iter().find(|reason| unsure.contains(reason))?;
    let message = format!("{}; the row is for review", reason.meaning());
    let hint = match subscription.channel {
        Some(Channel::Csp | Channel::CspLegacy) => "ask Microsoft or the source partner, then decide",
        Some(Channel::Ea | Channel::Mpsa | Channel::OpenValue) => "ask Microsoft or the licensing partner, then decide",
        _ => "ask Microsoft, then decide",
    };
    Some(about(Code::RuleUnsure, subscription, message, hint))
}

/// What is reported of the end of a source and cannot count: an export shows another one, or it ends by notice.
fn of_report(estate: &Estate<'_>, subscription: &Subscription, decision: &Decision) -> Option<Finding> {
    let set_to = estate.standing_of(subscription).set_to?;
    let ends_by_notice = decision.end_source == Some(EndSource::DoNotRenew) || decision.reasons.has(Reason::EndUnknown);
    if ends_by_notice && matches!(set_to, EndSource::AutoRenewOff | EndSource::ExtendedTerm) {
        let message =
            format!("the progress table says that it is set to `{set_to}`, but it ends by notice: that is not counted");
        let hint = "report `do-not-renew` once the licensing partner has confirmed the notice";
        return Some(about(Code::ProgressUnfit, subscription, message, hint).value(set_to.to_string()));
    }
    let shown = subscription.end_instruction?;
    let differs = matches!(
        (set_to, shown),
        (EndSource::ExtendedTerm, EndInstruction::Cancel) | (EndSource::CancelAtTermEnd, EndInstruction::Extended)
    );
    let message =
        format!("the progress table says that it is set to `{set_to}`, but the export shows `{shown}`, which counts");
    let hint = "export again if the export is older than the report, else correct the row";
    differs.then(|| about(Code::ProgressContradicted, subscription, message, hint).value(shown.to_string()))
}

fn of_assumptions(estate: &Estate<'_>, subscription: &Subscription, decided: &Decided) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rules = estate.context.rules;
    let ends_by_renewal = matches!(
        decided.decision.end_source,
        Some(EndSource::CancelAtTermEnd | EndSource::AutoRenewOff | EndSource::ExtendedTerm | EndSource::DoNotRenew)
    );
    let is_reported = estate.standing_of(subscription).set_to.is_some();
    if subscription.auto_renew.is_none() && subscription.end_instruction.is_none() && ends_by_renewal && !is_reported {
        let message = "nothing says whether it renews itself; it counts as renewing".to_owned();
        findings.push(about(
            Code::AutoRenewUnknown,
            subscription,
            message,
            "add a column with the auto-renew setting",
        ));
    }
    let three_years = subscription.term == Some(Term::THREE_YEARS) && subscription.term_start.is_none();
    if let (true, Some(channel), Some(end)) = (three_years, subscription.channel, subscription.term_end)
        && rules.extended_term_applies(channel, None, end.0)
    {
        let message =
            "the start of its three-year term is unknown; the extended service term is taken to apply".to_owned();
        findings.push(about(
            Code::TermStartUnknown,
            subscription,
            message,
            "add a column with the term's start",
        ));
    }
    if let (Some(start), None, Some(channel), Some(end)) = (
        subscription.term_start,
        term_start_of(subscription),
        subscription.channel,
        subscription.term_end,
    ) && rules.extended_term_applies(channel, None, end.0)
        && !rules.extended_term_applies(channel, Some(start), end.0)
    {
        let message = format!(
            "`{start}` cannot be the start of the term that ends on {}; the extended service term is taken to apply",
            end.0
        );
        findings.push(
            about(
                Code::TermStartUnknown,
                subscription,
                message,
                "give the start of the current term, not the day of the first purchase",
            )
            .value(start.to_string()),
        );
    }
    let asked_for = decided.decision.targets.iter().any(|target| target.term.is_none());
    if subscription.channel == Some(Channel::Csp) && asked_for {
        let message =
            "nothing says how long its term is; it is planned as a new subscription, not as a transfer".to_owned();
        findings.push(about(
            Code::TermUnknown,
            subscription,
            message,
            "add a column with the term, such as P1Y, or with the first day of the term",
        ));
    }
    if decided.imposed.ordered.is_some() || decided.imposed.transferred {
        let message = "an export of ours already has its target; nothing is ordered again".to_owned();
        findings.push(about(
            Code::TargetFound,
            subscription,
            message,
            "check that it is the target, then end the source",
        ));
    }
    findings
}

/// What is unknown of a customer whose subscriptions move, once, at the first of them that lacks it.
fn of_customer(estate: &Estate<'_>, decided: &[Decided], customer: CustomerId, rows: Range<usize>) -> Vec<Finding> {
    let place = |index: usize| &estate.subscriptions[index].place;
    let mut first: BTreeMap<Code, usize> = BTreeMap::new();
    for index in rows {
        unknown_of_customer(estate, index, &decided[index], |code| {
            let kept = first.entry(code).or_insert(index);
            if place(index) < place(*kept) {
                *kept = index;
            }
        });
    }
    let told = first.into_iter().map(|(code, index)| {
        let hint = match code {
            Code::CountryMissing => "say it in the customers table, or as `country` of a [[source]] setting",
            Code::RegistrationNumberNeeded => "enter it in the customer's account in Partner Center",
            Code::SegmentUnknown => "say `segment` in the customers table, or in a [[source]] setting for the file",
            Code::VettingUnknown => "once it is vetted, report the step `vet-segment` in the progress table",
            _ => "say so in the customers table, or report the step in the progress table",
        };
        Finding::new(code, place(index).clone(), code.meaning(), hint).customer(customer)
    });
    told.collect()
}

/// Tells what is unknown of the customer of a subscription that moves.
fn unknown_of_customer(estate: &Estate<'_>, index: usize, decided: &Decided, mut say: impl FnMut(Code)) {
    let Some(customer) = estate.customer(index) else {
        return;
    };
    if decided.decision.reasons.has(Reason::CountryMissing) && decided.decision.action == Action::Review {
        say(Code::CountryMissing);
    }
    if decided.decision.action != Action::Move {
        return;
    }
    if customer.qualification.is_none() && is_by_default(estate, index, decided) {
        say(Code::SegmentUnknown);
    }
    let reassign = decided.decision.licences == Some(Licences::Reassign);
    for (missing, unknown, code) in [
        (
            decided.gates.relationship,
            customer.relationship.is_none(),
            Code::RelationshipUnknown,
        ),
        (
            decided.gates.agreement,
            customer.agreement_accepted.is_none(),
            Code::AgreementUnknown,
        ),
        (
            decided.gates.delegated_rights && reassign,
            customer.delegated_rights.is_none(),
            Code::DelegatedRightsUnknown,
        ),
        (decided.gates.vetting, true, Code::VettingUnknown),
        (
            orders(decided) && wants_registration_number(estate, customer.country),
            true,
            Code::RegistrationNumberNeeded,
        ),
    ] {
        if missing && unknown {
            say(code);
        }
    }
}

fn orders(decided: &Decided) -> bool {
    let decision = &decided.decision;
    decision.route == Some(Route::NewSubscription) && decided.imposed.ordered.is_none()
}

fn wants_registration_number(estate: &Estate<'_>, country: Option<Country>) -> bool {
    let (rules, as_of) = (estate.context.rules, estate.context.as_of);
    country.is_some_and(|country| {
        let mut data = rules.market_data(country, as_of);
        data.any(|rule| rule.row.data == MarketData::RegistrationNumber)
    })
}

/// Whether the offer to order is the commercial one only because nothing says otherwise: what the customer has is sold to other
/// segments too, and neither its id nor a word of the export tells which it is.
fn is_by_default(estate: &Estate<'_>, index: usize, decided: &Decided) -> bool {
    let Resolution::Known { offer, by, .. } = estate.resolution(index) else {
        return false;
    };
    let is_chosen = decided.offer_row().is_some() || decided.decision.route != Some(Route::NewSubscription);
    let is_stated = *by == "offer id" || estate.subscriptions[index].offer.segment.is_some();
    !is_chosen && !is_stated && estate.context.catalog.has_other_segments(offer)
}

/// Findings about the user's tables and settings.
pub(super) fn of_tables(
    estate: &Estate<'_>,
    decided: &[Decided],
    offer_rows: &OfferRows,
    steps: &[StepRef],
) -> Vec<Finding> {
    let (config, tables) = (estate.context.config, estate.context.tables);
    let file = |path: &Option<std::path::PathBuf>, name: &str| {
        path.as_ref()
            .map_or_else(|| name.to_owned(), |path| path.to_string_lossy().replace('\\', "/"))
    };
    let mut findings = estate.reports.told(
        &file(&config.tables.holds, "holds.csv"),
        &file(&config.tables.progress, "progress.csv"),
    );
    let offers = file(&config.tables.offers, "offers.csv");
    let OfferRows { used, tied, misspelt } = offer_rows;
    for rows in tied {
        let list: Vec<String> = rows.iter().map(u32::to_string).collect();
        let message = format!(
            "rows {} fit the same offer equally well; none of them is used",
            list.join(", ")
        );
        let place = Place::file(offers.clone()).at_row(rows[0]);
        findings.push(Finding::new(
            Code::OfferRowTied,
            place,
            message,
            "delete one, or give them different dates",
        ));
    }
    for rule in tables.offers.iter().filter(|rule| misspelt.contains(&rule.row)) {
        let message = format!(
            "`{}` is no offer that the catalogue knows; nothing is ordered by this row",
            rule.target_offer
        );
        let place = Place::file(offers.clone()).at_row(rule.row);
        let hint = "correct the name, or give the offer's id such as CFQ7TTC0LH18:0001";
        findings.push(Finding::new(Code::OfferTargetUnknown, place, message, hint).value(rule.target_offer.clone()));
    }
    for rule in &tables.offers {
        let place = || Place::file(offers.clone()).at_row(rule.row);
        if used.contains(&rule.row) {
            let kept = estate.context.catalog.not_kept(rule);
            findings.extend(kept.map(|message| Finding::new(Code::OfferRowKeeps, place(), message, NOT_KEPT)));
        } else if !tied.iter().any(|rows| rows.contains(&rule.row)) {
            let offer = &rule.source_offer;
            let (message, hint) = match rule.valid_until.filter(|until| *until < estate.context.as_of) {
                Some(until) => (
                    format!("`{offer}` ended on {until}, so that it fits no subscription any more"),
                    "delete the row, or give it a later end",
                ),
                None => (
                    format!("`{offer}` fits no subscription of this run"),
                    "check the offer and the dates, or delete the row",
                ),
            };
            findings.push(Finding::new(Code::OfferRowUnused, place(), message, hint));
        }
    }
    findings.extend(of_calendars(estate, decided, steps));
    findings.extend(of_transfers(estate, &file(&config.tables.progress, "progress.csv")));
    if config.partner.countries.is_empty() && !estate.subscriptions.is_empty() {
        let place = Place::file(config.shown_path());
        let message = "the settings do not say where we may sell; every customer's region counts as none of ours";
        findings.push(Finding::new(
            Code::PartnerCountriesUnset,
            place,
            message,
            "set `countries` in [partner]",
        ));
    }
    findings
}

/// Transfers that are reported of what was bought where none can be transferred.
fn of_transfers(estate: &Estate<'_>, file: &str) -> Vec<Finding> {
    let tells = |note: &&ProgressNote| matches!(note.step, StepKind::RequestTransfer | StepKind::ApproveTransfer);
    let notes: Vec<&ProgressNote> = estate.context.tables.progress.iter().filter(tells).collect();
    if notes.is_empty() {
        return Vec::new();
    }
    let mut channels: BTreeMap<&Subject, BTreeSet<Channel>> =
        notes.iter().map(|note| (&note.subject, BTreeSet::new())).collect();
    for subscription in estate.subscriptions {
        let subjects = [
            Some(Subject::Subscription(subscription.id.clone())),
            subscription.customer_id.map(Subject::Customer),
        ];
        for subject in subjects.iter().flatten() {
            if let (Some(of), Some(channel)) = (channels.get_mut(subject), subscription.channel) {
                of.insert(channel);
            }
        }
    }
    let unfit = notes.into_iter().filter_map(|note| {
        let of = channels.get(&note.subject)?;
        let may = of.contains(&Channel::Csp) || of.contains(&Channel::Own);
        let channel = of.first().filter(|_| !may)?;
        let becomes = match note.subject {
            Subject::Subscription(_) => "while it may complete, the row is for review",
            Subject::Customer(_) => "it counts for nothing",
        };
        let message = format!(
            "`{}` is reported, but what it is about was bought as `{channel}`, which cannot be transferred; {becomes}",
            note.step
        );
        let hint = "correct the id or the channel, or delete the row if there is no such request";
        Some(Finding::new(
            Code::ProgressUnfit,
            Place::file(file).at_row(note.row),
            message,
            hint,
        ))
    });
    unfit.collect()
}

/// Calendars that lack a year that the plan reaches, and one without any holiday.
fn of_calendars(estate: &Estate<'_>, decided: &[Decided], steps: &[StepRef]) -> Vec<Finding> {
    let (config, calendars) = (estate.context.config, estate.context.calendars);
    let Some(file) = config.tables.calendar.first() else {
        return Vec::new();
    };
    let place = Place::file(file.path.to_string_lossy().replace('\\', "/"));
    if !calendars.ours().has_holidays() && !estate.subscriptions.is_empty() {
        let message = "has no holiday that counts for us; every weekday counts as a business day";
        let hint = "add holidays without a country, or of the country that `home` in [partner] names";
        return vec![Finding::new(Code::CalendarEmpty, place, message, hint)];
    }
    let moves = decided.iter().filter_map(|decided| decided.decision.move_date);
    let due = steps.iter().filter_map(|step| step.due);
    let years: BTreeSet<i32> = moves.chain(due).map(|day: NaiveDate| day.year()).collect();
    let missing = years
        .into_iter()
        .flat_map(|year| calendars.missing(year).into_iter().map(move |whose| (year, whose)));
    missing
        .map(|(year, whose)| {
            let whose = whose.map_or_else(String::new, |country| format!(" for customers in {country}"));
            let message = format!(
                "there is no holiday in {year}{whose}, which the plan reaches; every weekday of it counts as a business day"
            );
            let hint = "add the holidays of that year";
            Finding::new(Code::CalendarYearMissing, place.clone(), message, hint)
        })
        .collect()
}
