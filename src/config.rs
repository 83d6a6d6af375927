//! Settings: `seatshift.toml`.
//!
//! In: a file's text. Out: a [`Config`] in which every value is valid. Refuses unknown keys (naming the nearest right one),
//! unknown words and impossible numbers, all of them at once. Paths are relative to the file. Everything is optional.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use crate::{
    read::{Limits, Workbooks},
    terms::*,
};

mod keys;
mod nightly;
mod section;
mod sets;
mod stop;

pub use keys::known_keys;
pub(crate) use keys::sha256;
pub use nightly::Nightly;
pub use sets::Set;
pub use stop::{ConfigStop, Problem};

/// The file that is looked for in the working folder.
pub const FILE_NAME: &str = "seatshift.toml";

/// A commented settings file with every key, for people to start from.
pub const TEMPLATE: &str = include_str!("config/template.toml");

/// The settings of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Where it was read from; none: the defaults.
    pub path: Option<PathBuf>,
    /// SHA-256 of the file's bytes, lower-case hexadecimal; none: the defaults.
    pub digest: Option<String>,
    /// Who we are.
    pub partner: Partner,
    /// What exports do not say themselves; the first that matches counts.
    pub sources: Vec<SourceRule>,
    /// Tables of ours.
    pub tables: TablePaths,
    /// Numbers of the rules.
    pub rules: RuleSettings,
    /// How CSV is written.
    pub output: OutputSettings,
    /// What a file may cost.
    pub limits: Limits,
    /// Where workbooks are parsed; the caller's choice, no setting.
    pub workbooks: Workbooks,
    /// Microsoft's own files.
    pub catalog: CatalogSettings,
    /// How the calendar is written.
    pub ics: IcsSettings,
    /// How letters are written.
    pub letters: LetterSettings,
    /// What unattended runs are held to.
    pub nightly: Nightly,
    /// What the command line sets, in its order; laid over what the file says.
    pub set: Vec<Set>,
    /// The keys that file or command line state.
    pub stated: BTreeSet<String>,
}

worded! {
    /// Where the value of a setting comes from.
    StatedBy {
        /// The command line.
        CommandLine = "--set",
        /// The settings' file.
        File = "seatshift.toml",
        /// Nothing states it.
        Default = "default",
    }
}

impl Config {
    /// Where the value of a setting comes from, by its dotted key.
    pub fn stated_by(&self, key: &str) -> StatedBy {
        let within = |set: &Set| key == set.key || key.strip_prefix(&set.key).is_some_and(|rest| rest.starts_with('.'));
        if self.set.iter().any(within) {
            StatedBy::CommandLine
        } else if self.stated.contains(key) {
            StatedBy::File
        } else {
            StatedBy::Default
        }
    }

    /// Where the settings were read from, as findings show it; the file that is looked for where there is none.
    pub fn shown_path(&self) -> String {
        let path = self.path.as_ref();
        path.map_or_else(
            || FILE_NAME.to_owned(),
            |path| path.to_string_lossy().replace('\\', "/"),
        )
    }
}

/// Who we are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partner {
    /// Where we are authorised; regions follow.
    pub countries: Vec<Country>,
    /// Our tenant ids: what they sold is already ours.
    pub ids: Vec<Id>,
    /// How we take part in the program.
    pub role: Role,
    /// For an indirect reseller: whether the Microsoft Partner Agreement is signed.
    pub partner_agreement: Option<bool>,
    /// The national cloud we sell in.
    pub cloud: Option<Cloud>,
    /// The country whose holidays count; default the first of `countries`.
    pub home: Option<Country>,
    /// What we are called, as letters are signed.
    pub name: Option<Text>,
    /// Whom customers may ask: a name, an address, a telephone number.
    pub contact: Option<Text>,
    /// For an indirect reseller: the tenant id of the provider.
    pub provider: Option<Id>,
    /// The link that customers accept our relationship by, where it is another than the one built of `ids`.
    pub relationship_link: Option<Text>,
    /// Treat an unknown relationship as there.
    pub assume_relationship: bool,
    /// Treat an unknown agreement as accepted.
    pub assume_agreement: bool,
}

worded! {
    /// How a partner takes part in the program.
    #[derive(Default)]
    Role { #[default] Direct = "direct", IndirectProvider = "indirect-provider", IndirectReseller = "indirect-reseller" }
}

worded! {
    /// The order of day, month and year in a column of dates.
    DateOrder { Dmy = "dmy", Mdy = "mdy", Ymd = "ymd" }
}

/// A `[[source]]`: what an export's columns do not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceRule {
    /// Path pattern with `*`, `**` and captures such as `{customer_id}`, `{customer_name}`, `{customer_domain}`, `{country}`.
    /// Matched against the whole path as given and against its end. With a `#` it is matched against a sheet of a workbook, or a
    /// member of an archive: `book.xlsx#{customer_name}`.
    pub pattern: String,
    /// Channel of its subscriptions.
    pub channel: Option<Channel>,
    /// Customer of its subscriptions.
    pub customer_id: Option<CustomerId>,
    /// Customer's name.
    pub customer_name: Option<Text>,
    /// Customer's country.
    pub country: Option<Country>,
    /// What its customers are qualified as.
    pub segment: Option<Qualification>,
    /// Language of headings and values: `hu`, `pl`...
    pub language: Option<Text>,
    /// Encoding label.
    pub encoding: Option<String>,
    /// Delimiter.
    pub delimiter: Option<char>,
    /// The only sheet to read.
    pub sheet: Option<String>,
    /// Order of day and month in its dates.
    pub date_order: Option<DateOrder>,
}

/// Spreadsheets of ours, as absolute paths or relative to the working folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TablePaths {
    /// Which offer to order for which.
    pub offers: Option<PathBuf>,
    /// Holidays and blackouts; several where countries or kinds have files of their own.
    pub calendar: Vec<CalendarFile>,
    /// Exceptions.
    pub holds: Option<PathBuf>,
    /// What is requested or done.
    pub progress: Option<PathBuf>,
    /// Customers.
    pub customers: Option<PathBuf>,
    /// Further headings.
    pub headings: Option<PathBuf>,
    /// Further words of cells.
    pub words: Option<PathBuf>,
    /// Another route for a channel, a customer or a source partner.
    pub routes: Option<PathBuf>,
}

/// A calendar: a table, or an iCalendar file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    /// The country of the days that do not say one themselves; none: everywhere.
    pub country: Option<Country>,
    /// The file.
    pub path: PathBuf,
}

/// What `[rules]` says; what it leaves out stands in the rule tables.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleSettings {
    /// Numbers of the rules, by the name that they have in the table `numbers`: `lead.relationship`, `request_days`...
    pub numbers: BTreeMap<&'static str, u32>,
    /// Whether subscriptions under the older online agreement move at once (`asap`) rather than near the term end.
    pub mosa_asap: bool,
    /// Whether steps of customers avoid the holidays of their country.
    pub customer_holidays: bool,
    /// Files that replace an embedded rule table, by its name.
    pub replace: BTreeMap<String, PathBuf>,
    /// Files whose rows go before those of an embedded rule table, by its name.
    pub extend: BTreeMap<String, PathBuf>,
}

/// Microsoft's own files about offers, as absolute paths or relative to the working folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogSettings {
    /// Product names and service plan identifiers.
    pub service_plans: Vec<PathBuf>,
    /// New commerce price lists.
    pub price_list: Vec<PathBuf>,
    /// New commerce offer matrices.
    pub offer_matrix: Vec<PathBuf>,
    /// Legacy offer matrices with the sheet `NCE Mapping`.
    pub nce_mapping: Vec<PathBuf>,
    /// `CspOfferId,NceProductIdSkuId`: which new-commerce offer takes a legacy offer's place.
    pub overrides: Vec<PathBuf>,
    /// A tenant's `subscribedSkus`.
    pub subscribed_skus: Vec<PathBuf>,
    /// The market whose prices count for customers whose own the price list lacks.
    pub market: Option<Country>,
    /// The currency, where a market has prices in several.
    pub currency: Option<Text>,
    /// Days after which a file counts as old.
    pub max_age_days: u16,
}

impl CatalogSettings {
    /// The files of each setting, by its name, in the settings' order.
    pub fn files(&self) -> [(&'static str, &[PathBuf]); 6] {
        [
            ("service_plans", &self.service_plans),
            ("price_list", &self.price_list),
            ("offer_matrix", &self.offer_matrix),
            ("nce_mapping", &self.nce_mapping),
            ("overrides", &self.overrides),
            ("subscribed_skus", &self.subscribed_skus),
        ]
    }
}

impl Default for CatalogSettings {
    fn default() -> CatalogSettings {
        CatalogSettings {
            service_plans: Vec::new(),
            price_list: Vec::new(),
            offer_matrix: Vec::new(),
            nce_mapping: Vec::new(),
            overrides: Vec::new(),
            subscribed_skus: Vec::new(),
            market: None,
            currency: None,
            max_age_days: 60,
        }
    }
}

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputSettings {
    /// `,` or `;`.
    pub delimiter: char,
    /// Whether a byte order mark comes first.
    pub bom: bool,
}

impl Default for OutputSettings {
    fn default() -> OutputSettings {
        OutputSettings {
            delimiter: ',',
            bom: false,
        }
    }
}

/// How the calendar is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsSettings {
    /// Days before an event on which an alarm goes off; none: no alarms.
    pub alarm_days: Vec<u16>,
    /// The hour of these days.
    pub alarm_hour: u8,
}

impl Default for IcsSettings {
    fn default() -> IcsSettings {
        IcsSettings {
            alarm_days: Vec::new(),
            alarm_hour: 9,
        }
    }
}

/// How letters are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterSettings {
    /// The folder of templates that take the place of the built-in ones, or add a language.
    pub templates: Option<PathBuf>,
}
