//! Whose a subscription is.
//!
//! In: the rows of one subscription, the directory. Out: its customer's id, name and domain. Rows that name two tenants are
//! a flaw whatever their rank; rows that name none are looked up by domain and name, and exactly one customer must fit.

use std::collections::BTreeSet;

use super::{Group, by_standing};
use crate::{
    finding::{Code, Finding, Place},
    recognise::{
        Field, Flaw, Subscription,
        customers::Found,
        everybody::listed,
        facts::{CustomerFacts, Fact},
        trail::Spoken,
    },
    terms::*,
};

impl Group<'_> {
    /// Whose it is. All rows count, whatever their rank: two tenants on one subscription are for a person to sort out.
    pub(super) fn customer(&mut self, subscription: &mut Subscription, members: &[u32]) {
        let merging = self.merging;
        let mut said: Vec<&Fact> = members
            .iter()
            .filter_map(|&index| merging.facts.get(index as usize))
            .collect();
        said.sort_by(|a, b| by_standing((merging.rank(a), a), (merging.rank(b), b)));
        let first = said.iter().find(|fact| fact.customer.id.is_some());
        self.tell_trail_of(Field::CustomerId, &said, |customer| customer.id);
        subscription.customer_id = first.and_then(|fact| fact.customer.id);
        let rival = said
            .iter()
            .find(|fact| fact.customer.id.is_some() && fact.customer.id != subscription.customer_id);
        if let (Some(first), Some(rival)) = (first, rival) {
            let (place, heading) = merging.cell(rival, &[Field::CustomerId]);
            let id = rival.customer.id.map(|id| id.to_string()).unwrap_or_default();
            let mine = first.customer.id.map(|id| id.to_string()).unwrap_or_default();
            let message = format!(
                "`{id}` here, but `{mine}` in {}",
                merging.cell(first, &[Field::CustomerId]).0
            );
            let hint = "find out which tenant the subscription belongs to and correct the other row";
            self.tell_of_customer(Code::CustomerAmbiguous, place, heading, Some(id.into()), message, hint);
        }
        if first.is_none() {
            self.resolve(subscription, &said);
        }
        let known = subscription.customer_id.and_then(|id| {
            let at = merging.customers.binary_search_by_key(&id, |customer| customer.id);
            merging.customers.get(at.ok()?)
        });
        // What rows say counts only where nobody else knows: the directory has heard of the rows too.
        let name = known.and_then(|customer| customer.name.clone());
        subscription.customer_name =
            name.or_else(|| self.first_of_customer(Field::CustomerName, &said, |customer| customer.name.clone()));
        let domain = known.and_then(|customer| customer.domain.clone());
        subscription.customer_domain =
            domain.or_else(|| self.first_of_customer(Field::CustomerDomain, &said, |customer| customer.domain.clone()));
        let own = subscription.customer_id.map(|CustomerId(id)| Id::Guid(id));
        subscription.target_customer_id = subscription
            .target_customer_id
            .take()
            .filter(|id| Some(&**id) != own.as_ref());
    }

    /// What the row of most standing says of its customer.
    fn first_of_customer<T: Spoken>(
        &mut self,
        field: Field,
        said: &[&Fact],
        get: fn(&CustomerFacts) -> Option<T>,
    ) -> Option<T> {
        self.tell_trail_of(field, said, get);
        said.iter().find_map(|fact| get(&fact.customer))
    }

    /// Tells the trail, if there is one, that the first row that says something of its customer counts.
    fn tell_trail_of<T: Spoken>(&mut self, field: Field, said: &[&Fact], get: fn(&CustomerFacts) -> Option<T>) {
        let (Some(trail), merging) = (&mut self.trail, self.merging) else {
            return;
        };
        let rows: Vec<(u8, &Fact)> = said.iter().map(|&fact| (merging.rank(fact), fact)).collect();
        if let Some(at) = rows.iter().position(|(_, fact)| get(&fact.customer).is_some()) {
            trail.chosen(field, &rows, at, |fact| Some(get(&fact.customer)?.spoken()));
        }
    }

    /// Looks for a customer that is known by domain or name alone. Rows that find two find none.
    fn resolve(&mut self, subscription: &mut Subscription, said: &[&Fact]) {
        let merging = self.merging;
        let found = said.iter().map(|fact| (*fact, merging.directory.find(&fact.customer)));
        let mut found = found.filter(|(_, found)| *found != Found::Nobody);
        let (by, mut first) = match found.next() {
            Some((fact, first)) => (Some(fact), first),
            None => (said.first().copied(), Found::Nobody),
        };
        if let Found::One(id, word) = &first {
            let others = found.filter_map(|(_, found)| match found {
                Found::One(other, _) => Some(other),
                _ => None,
            });
            let all: BTreeSet<CustomerId> = others.chain([*id]).collect();
            if all.len() > 1 {
                first = Found::Several(all, word.clone());
            }
        }
        let found = first;
        let Some(fact) = by else {
            return;
        };
        let word = match &found {
            Found::One(_, word) | Found::Several(_, word) | Found::Doubtful(_, word, _) => Some(word.clone()),
            Found::Nobody => fact.customer.domain.clone().or_else(|| fact.customer.name.clone()),
        };
        let fields = match &word {
            Some(_) if word == fact.customer.domain => [Field::CustomerDomain, Field::CustomerName, Field::CustomerId],
            Some(_) => [Field::CustomerName, Field::CustomerDomain, Field::CustomerId],
            None => [Field::CustomerId, Field::CustomerName, Field::CustomerDomain],
        };
        let (place, heading) = merging.cell(fact, &fields);
        match found {
            Found::One(id, word) => {
                subscription.customer_id = Some(id);
                if let Some(trail) = &mut self.trail {
                    trail.found_by = Some((fact.table, fact.row, word.clone()));
                }
                let message = format!("`{word}` is known as the customer `{id}`, which was taken");
                self.tell_of_customer(Code::CustomerResolved, place, heading, Some(word), message, "");
            }
            Found::Several(ids, word) => {
                let ids: Vec<String> = ids.iter().take(3).map(|id| format!("`{id}`")).collect();
                let message = format!("`{word}` fits {}; none was taken", ids.join(" and "));
                let hint = "give the customer's tenant id, in the export or in the customers table";
                self.tell_of_customer(Code::CustomerAmbiguous, place, heading, Some(word), message, hint);
            }
            Found::Doubtful(id, word, domains) => {
                let domain = fact.customer.domain.as_deref().unwrap_or("");
                let message = format!(
                    "`{word}` is known as the customer `{id}`, but under {}, and the row says `{domain}`; it was not taken",
                    listed(&domains)
                );
                let hint = "if it is the same customer, give it a row with this domain and its tenant id in the customers table";
                self.tell_of_customer(Code::CustomerAmbiguous, place, heading, Some(word), message, hint);
            }
            Found::Nobody => {
                let message = match &word {
                    Some(word) => format!("no customer with a tenant id is known as `{word}`"),
                    None => "nothing says whose subscription it is".to_owned(),
                };
                let hint = match (&word, &place.sheet) {
                    (None, Some(_)) => {
                        "say `customer_id` in a [[source]] setting for the file; where each sheet is one customer's, `match = \"file.xlsx#{customer_name}\"`"
                    }
                    _ => {
                        "add the customer to the customers table, or say `customer_id` in a [[source]] setting for the file"
                    }
                };
                self.tell_of_customer(Code::CustomerUnknown, place, heading, word, message, hint);
            }
        }
    }

    fn tell_of_customer(
        &mut self,
        code: Code,
        place: Place,
        heading: Option<Text>,
        value: Option<Text>,
        message: String,
        hint: &'static str,
    ) {
        if code == Code::CustomerAmbiguous {
            self.flaws.add(Flaw::CustomerAmbiguous);
        }
        let mut finding = Finding::new(code, place, message, hint).subscription(self.id.to_string());
        finding.heading = heading;
        finding.value = value;
        self.findings.push(finding);
    }
}
