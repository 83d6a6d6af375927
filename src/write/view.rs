//! What a report needs to know besides the plan.
//!
//! In: the settings and the tables they name. Out: a [`View`]: who we are, which days count for us, what is known of customers.
//! The same for a plan just made and for one read back.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    config::Config,
    recognise::tables::{CalendarDay, CustomerNote, Tables},
    terms::CustomerId,
};

/// What a report needs to know besides the plan.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// The date that counts as today.
    pub as_of: NaiveDate,
    /// The settings.
    pub config: &'a Config,
    /// Days of the calendar table that count for us, those without a country and those of our home, sorted by date.
    pub calendar: Vec<&'a CalendarDay>,
    /// The customers table, by tenant id.
    pub customers: BTreeMap<CustomerId, &'a CustomerNote>,
}

impl<'a> View<'a> {
    /// A plan as seen on a day.
    pub fn new(as_of: NaiveDate, config: &'a Config, tables: &'a Tables) -> View<'a> {
        let partner = &config.partner;
        let home = partner.home.or(partner.countries.first().copied());
        let counts = |day: &&CalendarDay| day.country.is_none() || day.country == home;
        let mut calendar: Vec<&CalendarDay> = tables.calendar.iter().filter(counts).collect();
        calendar.sort_by(|a, b| (a.date, a.kind, &a.name).cmp(&(b.date, b.kind, &b.name)));
        let customers = tables.customers.iter();
        View {
            as_of,
            config,
            calendar,
            customers: customers.filter_map(|note| Some((note.id?, note))).collect(),
        }
    }
}
