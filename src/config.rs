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
    /// Holidays and blackouts.
    pub calendar: Option<PathBuf>,
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

/// Days that a gate takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateDays {
    /// The reseller relationship.
    pub relationship: u16,
    /// The reseller relationship, where the source is an Enterprise Agreement.
    pub relationship_ea: u16,
    /// The customer agreement.
    pub agreement: u16,
    /// Delegated rights.
    pub delegated_rights: u16,
    /// Vetting of a segment.
    pub vetting: u16,
    /// Approval of a transfer by the source partner; sets what is possible, never a deadline.
    pub approval: u16,
}

/// Numbers of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSettings {
    /// Days that deadlines allow.
    pub lead: GateDays,
    /// Days it takes at the very least.
    pub least: GateDays,
    /// Days before the window opens by which a review row should be decided.
    pub decide_days: u16,
    /// Days before the term end from which a review row is pressing.
    pub attention_days: u16,
    /// Days before the move by which a credit is enquired about.
    pub credit_days: u16,
    /// How far before the window a business day is looked for.
    pub early_days: u16,
    /// Days after which an unanswered transfer request lapses.
    pub request_days: u16,
    /// Days, the first included, in which a purchase or renewal can be undone.
    pub undo_days: u16,
    /// Most subscriptions of a tenant.
    pub tenant_subscriptions: u32,
    /// Whether subscriptions under the older online agreement move at once (`asap`) rather than near the term end.
    pub mosa_asap: bool,
    /// Files that replace an embedded rule table, by its name.
    pub replace: BTreeMap<String, PathBuf>,
    /// Files whose rows are added to an embedded rule table, by its name.
    pub extend: BTreeMap<String, PathBuf>,
}

impl Default for RuleSettings {
    fn default() -> RuleSettings {
        RuleSettings {
            lead: GateDays {
                relationship: 14,
                relationship_ea: 90,
                agreement: 7,
                delegated_rights: 7,
                vetting: 30,
                approval: 0,
            },
            least: GateDays {
                relationship: 1,
                relationship_ea: 1,
                agreement: 1,
                delegated_rights: 1,
                vetting: 10,
                approval: 3,
            },
            decide_days: 21,
            attention_days: 30,
            credit_days: 7,
            early_days: 31,
            request_days: 30,
            undo_days: 7,
            tenant_subscriptions: 300,
            mosa_asap: false,
            replace: BTreeMap::new(),
            extend: BTreeMap::new(),
        }
    }
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
