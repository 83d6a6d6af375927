//! Kinds of exports.
//!
//! In: a table's headings and what the vocabulary makes of them. Out: the [`Kind`] of the table: what its rows are (its
//! role), how far they are trusted (its rank), the channel they imply, and what each heading means in it, where that is not
//! what the vocabulary would say. The kinds are data (`kinds.csv`, `kind_headings.csv`); the one with the most headings in its
//! signature that fits a table is taken. A table that fits none is read by vocabulary alone, where it has enough to go by.
//! Refuses, by name, exports that tell of something else.

use std::sync::LazyLock;

use hashbrown::HashSet;

use super::{Field, vocabulary::fold};
use crate::terms::Channel;

const KINDS: &str = include_str!("kinds.csv");
const HEADINGS: &str = include_str!("kind_headings.csv");

/// What the rows of a kind of export are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// One row a subscription (and perhaps a month).
    Subscriptions,
    /// One row a charge.
    Charges,
    /// One row a customer.
    Customers,
    /// Prices, offers: nothing of a customer's.
    Reference,
    /// Something else; the file is refused by name.
    Refused,
}

impl Role {
    fn parse(word: &str) -> Option<Role> {
        match word {
            "subscriptions" => Some(Role::Subscriptions),
            "charges" => Some(Role::Charges),
            "customers" => Some(Role::Customers),
            "reference" => Some(Role::Reference),
            "refused" => Some(Role::Refused),
            _ => None,
        }
    }
}

/// What a heading means in a kind of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A field.
    Field(Field),
    /// A field, where the cell of a better column is empty.
    Spare(Field),
    /// What was charged: only its sign counts.
    Amount,
    /// Nothing for us.
    Unused,
}

/// One requirement of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Need {
    /// A heading of this folded text.
    Heading(String),
    /// A heading in any language that means this.
    Field(Field),
}

/// A kind of export.
#[derive(Debug)]
pub(super) struct Kind {
    /// Its word in records.
    pub(super) word: &'static str,
    /// What its rows are.
    pub(super) role: Role,
    /// How far its facts go before those of other kinds; more is better.
    pub(super) rank: u8,
    /// The channel of its subscriptions, where nothing else says.
    pub(super) channel: Option<Channel>,
    /// What to call it.
    pub(super) name: &'static str,
    /// What to give instead.
    pub(super) hint: &'static str,
    max_columns: Option<usize>,
    /// Alternative signatures: all of one must be there.
    signatures: Vec<Vec<Need>>,
    headings: Vec<Described>,
}

/// A heading that exports of a kind have.
#[derive(Debug)]
struct Described {
    text: &'static str,
    folded: String,
    meaning: Use,
}

impl Kind {
    /// Whether nobody described it: a list of subscriptions that is read by the words of its headings.
    pub(super) fn is_vocabulary(&self) -> bool {
        self.word == BY_VOCABULARY.word
    }

    /// Whether somebody described it: it has signatures, and says what its headings mean.
    pub(super) fn is_described(&self) -> bool {
        !self.signatures.is_empty()
    }

    /// What this kind says of a folded heading; none: ask the vocabulary.
    pub(super) fn meaning(&self, folded: &str) -> Option<Use> {
        self.headings
            .iter()
            .find(|known| known.folded == folded)
            .map(|known| known.meaning)
    }

    /// The columns by which a table was told to be of this kind.
    pub(super) fn told_by(&self, folded: &[String], fields: &[Option<Field>]) -> Vec<usize> {
        let column_of = |need: &Need| match need {
            Need::Heading(heading) => folded.iter().position(|known| known == heading),
            Need::Field(field) => fields.iter().position(|known| *known == Some(*field)),
        };
        let mut told: Vec<usize> = self
            .fitting(folded, fields)
            .map_or_else(Vec::new, |needs| needs.iter().filter_map(column_of).collect());
        told.sort_unstable();
        told
    }

    /// The headings of this kind for fields that a table does not have, one a field; those that change nothing in a plan left out.
    pub(super) fn lacking(&self, has: impl Fn(Field) -> bool) -> Vec<&'static str> {
        let mut fields: Vec<Field> = Vec::new();
        let mut lacking = Vec::new();
        for known in &self.headings {
            if let Use::Field(field) | Use::Spare(field) = known.meaning
                && !has(field)
                && !fields.contains(&field)
                && !OF_LITTLE_USE.contains(&field)
            {
                fields.push(field);
                lacking.push(known.text);
            }
        }
        lacking
    }

    /// Its longest signature that is complete.
    fn fitting(&self, folded: &[String], fields: &[Option<Field>]) -> Option<&[Need]> {
        let columns = folded.iter().filter(|heading| !heading.is_empty()).count();
        if self.max_columns.is_some_and(|most| columns > most) {
            return None;
        }
        let met = |need: &Need| match need {
            Need::Heading(heading) => folded.contains(heading),
            Need::Field(field) => fields.contains(&Some(*field)),
        };
        let complete = self.signatures.iter().filter(|needs| needs.iter().all(met));
        complete.max_by_key(|needs| needs.len()).map(Vec::as_slice)
    }

    /// How many headings of its best signature are there; none if no signature is complete.
    fn fit(&self, folded: &[String], fields: &[Option<Field>]) -> Option<usize> {
        self.fitting(folded, fields).map(<[Need]>::len)
    }
}

/// Fields whose absence nobody need be told of.
const OF_LITTLE_USE: [Field; 6] = [
    Field::Note,
    Field::FriendlyName,
    Field::SubscriptionAlias,
    Field::MigratedFromId,
    Field::CreatedDate,
    Field::SellerName,
];

static TABLE: LazyLock<Vec<Kind>> = LazyLock::new(load);

static ALL_HEADINGS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let kinds = TABLE.iter().flat_map(|kind| &kind.headings);
    kinds.map(|heading| heading.folded.as_str()).collect()
});

/// Whether exports of some kind have a heading of this folded text.
pub(super) fn is_heading(folded: &str) -> bool {
    ALL_HEADINGS.contains(folded)
}

/// Read by vocabulary alone: one row a subscription.
static BY_VOCABULARY: Kind = Kind::plain("vocabulary", Role::Subscriptions, 30, "a list of subscriptions");
/// Read by vocabulary alone: one row a charge.
static CHARGES_BY_VOCABULARY: Kind = Kind::plain("vocabulary-charges", Role::Charges, 30, "a list of charges");
/// Read by vocabulary alone: one row a customer.
static CUSTOMERS_BY_VOCABULARY: Kind = Kind::plain("customer-list", Role::Customers, 40, "a list of customers");

impl Kind {
    const fn plain(word: &'static str, role: Role, rank: u8, name: &'static str) -> Kind {
        Kind {
            word,
            role,
            rank,
            channel: None,
            name,
            hint: "",
            max_columns: None,
            signatures: Vec::new(),
            headings: Vec::new(),
        }
    }
}

/// The kind of a table, by its headings (folded) and the vocabulary's meaning of each; `has_customer`: the customer is known
/// without a column. None: not a table of ours.
pub(super) fn kind_of(folded: &[String], fields: &[Option<Field>], has_customer: bool) -> Option<&'static Kind> {
    let mut best: Option<(usize, &Kind)> = None;
    for kind in TABLE.iter() {
        if let Some(fit) = kind.fit(folded, fields)
            && best.is_none_or(|(most, _)| fit > most)
        {
            best = Some((fit, kind));
        }
    }
    best.map(|(_, kind)| kind)
        .or_else(|| by_vocabulary(fields, has_customer))
}

const WHOSE: [Field; 3] = [Field::CustomerId, Field::CustomerName, Field::CustomerDomain];

/// What a list of customers does not say.
const OF_A_SUBSCRIPTION: [Field; 14] = [
    Field::SubscriptionId,
    Field::OfferId,
    Field::ProductId,
    Field::SkuId,
    Field::SkuPartNumber,
    Field::OfferName,
    Field::FriendlyName,
    Field::Seats,
    Field::AssignedSeats,
    Field::Term,
    Field::TermEnd,
    Field::TermStart,
    Field::NextLifecycleDate,
    Field::State,
];

fn any(fields: &[Option<Field>], wanted: &[Field]) -> bool {
    wanted.iter().any(|field| fields.contains(&Some(*field)))
}

/// Whether headings of these fields are those of a list of customers and of nothing else.
pub(super) fn lists_customers(fields: &[Option<Field>]) -> bool {
    any(fields, &WHOSE) && fields.len() > 1 && !any(fields, &OF_A_SUBSCRIPTION)
}

/// Headings of a part of a row, folded, and the vocabulary's meaning of each.
pub(super) type Half = (Vec<String>, Vec<Option<Field>>);

/// Whether two parts of a row of headings are those of two tables: one lists subscriptions without saying whose they are and the
/// other customers and nothing else, or each is a table by itself, and their rows are something else. In one table a row of the
/// one would give its customer to whatever stands beside it.
pub(super) fn are_apart(left: &Half, right: &Half) -> bool {
    let names_customers = |half: &Half| any(&half.1, &WHOSE);
    let lists_subscriptions = |half: &Half| matches!(kind_of(&half.0, &half.1, true), Some(kind) if matches!(kind.role, Role::Subscriptions | Role::Charges));
    let gives =
        |one: &Half, other: &Half| lists_subscriptions(one) && !names_customers(one) && lists_customers(&other.1);
    let kind = |half: &Half| match kind_of(&half.0, &half.1, false)?.role {
        Role::Charges => Some(Role::Subscriptions),
        role => Some(role),
    };
    let are_others = || kind(left).zip(kind(right)).is_some_and(|(left, right)| left != right);
    gives(left, right) || gives(right, left) || are_others()
}

fn by_vocabulary(fields: &[Option<Field>], has_customer: bool) -> Option<&'static Kind> {
    use Field::*;
    let any = |wanted: &[Field]| wanted.iter().any(|field| fields.contains(&Some(*field)));
    let customer = any(&[CustomerId, CustomerName, CustomerDomain]);
    let offer = any(&[OfferId, ProductId, SkuId, SkuPartNumber, OfferName, FriendlyName]);
    let date = any(&[TermEnd, NextLifecycleDate, TermStart]);
    let measure = any(&[Seats]) || date;
    // An id and what is to be known of it is enough: such a list is kept beside an export that lacks it.
    if measure && (any(&[SubscriptionId]) || (customer || has_customer) && offer) {
        let charges = any(&[ChargeType]) && any(&[SubscriptionId]);
        return Some(if charges {
            &CHARGES_BY_VOCABULARY
        } else {
            &BY_VOCABULARY
        });
    }
    let lists_customers = any(&[CustomerId]) && any(&[CustomerName, CustomerDomain]);
    (lists_customers && !offer && !measure && !any(&[SubscriptionId])).then_some(&CUSTOMERS_BY_VOCABULARY)
}

/// The records of an embedded table without its heading row. A record that does not parse is left out; a test sees to it that
/// there is none.
fn records(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| match line.split_once(",\"") {
        Some((plain, quoted)) => plain.split(',').chain([quoted.trim_end_matches('"')]).collect(),
        None => line.split(',').collect(),
    })
}

fn load() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = records(KINDS).filter_map(|record| parse_kind(&record)).collect();
    for record in records(HEADINGS) {
        let [word, group, heading, meaning] = record[..] else {
            continue;
        };
        let Some(kind) = kinds.iter_mut().find(|kind| kind.word == word) else {
            continue;
        };
        let need = match heading.strip_prefix("field:") {
            Some(field) => field.parse().ok().map(Need::Field),
            None => Some(Need::Heading(fold(heading))),
        };
        if let (Some(group), Some(need)) = (group.bytes().next(), need) {
            let index = usize::from(group.saturating_sub(b'a'));
            if kind.signatures.len() <= index {
                kind.signatures.resize_with(index + 1, Vec::new);
            }
            if let Some(signature) = kind.signatures.get_mut(index) {
                signature.push(need);
            }
        }
        if let (false, Some(meaning)) = (heading.starts_with("field:"), parse_use(meaning)) {
            let folded = fold(heading);
            if kind.meaning(&folded).is_none() {
                kind.headings.push(Described {
                    text: heading,
                    folded,
                    meaning,
                });
            }
        }
    }
    kinds
}

fn parse_kind(record: &[&'static str]) -> Option<Kind> {
    let &[
        word,
        role,
        rank,
        channel,
        max_columns,
        _from,
        _until,
        _source,
        name,
        hint,
    ] = record
    else {
        return None;
    };
    Some(Kind {
        role: Role::parse(role)?,
        rank: rank.parse().ok()?,
        channel: channel.parse().ok(),
        max_columns: max_columns.parse().ok(),
        hint,
        ..Kind::plain(word, Role::Refused, 0, name)
    })
}

fn parse_use(meaning: &str) -> Option<Use> {
    match meaning {
        "" => None,
        "-" => Some(Use::Unused),
        "amount" => Some(Use::Amount),
        field => match field.strip_suffix('?') {
            Some(field) => field.parse().ok().map(Use::Spare),
            None => field.parse().ok().map(Use::Field),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(headings: &[&str]) -> Option<&'static str> {
        let folded: Vec<String> = headings.iter().map(|heading| fold(heading)).collect();
        let fields = vec![None; folded.len()];
        kind_of(&folded, &fields, false).map(|kind| kind.word)
    }

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(
            TABLE.len(),
            KINDS.lines().count() - 1,
            "a row of kinds.csv was not read"
        );
        for record in records(HEADINGS) {
            assert_eq!(record.len(), 4, "{record:?}");
            assert!(TABLE.iter().any(|kind| kind.word == record[0]), "{record:?}");
            let is_field = record[2].strip_prefix("field:");
            assert!(
                is_field.is_none_or(|field| field.parse::<Field>().is_ok()),
                "{record:?}"
            );
            let known = record[3].is_empty() && is_field.is_some() || parse_use(record[3]).is_some();
            assert!(known, "{record:?}");
        }
        for kind in TABLE.iter() {
            assert!(!kind.signatures.is_empty(), "{} has no signature", kind.word);
            assert!(kind.signatures.iter().all(|needs| needs.len() >= 2), "{}", kind.word);
            assert_eq!(kind.role == Role::Refused, !kind.hint.is_empty(), "{}", kind.word);
            for heading in &kind.headings {
                let same = |other: &&Described| other.folded == heading.folded;
                assert_eq!(
                    kind.headings.iter().filter(same).count(),
                    1,
                    "{} {heading:?}",
                    kind.word
                );
            }
        }
    }

    #[test]
    fn each_known_header_is_its_kind() {
        for (header, word) in [
            (
                "PartnerTenantId,IndirectResellerMpnId,CustomerName,CustomerTenantId,LegacySubscriptionId,LegacySubscriptionName,LegacyProductName,ExpirationDate,MigrationEligible,NcePsa,CurrentTerm,CurrentBillingPlan,CurrentSeatCount,StartNewTermInNce,Term,BillingPlan,SeatCount,AddOn,BaseSubscriptionId,MigrationIneligibilityReason",
                "bam-subscriptions",
            ),
            (
                "PartnerTenantId,CustomerName,CustomerTenantId,SubscriptionId,SubscriptionName,ProductName,ExpirationDate,Psa,Term,BillingPlan,SeatCount,MigratedFromSubscriptionId",
                "bam-ncesubscriptions",
            ),
            (
                "PartnerTenantId,CustomerName,LegacySubscriptionId,ExpirationDate,AddOn,MigrationStatus,NCESeatCount,BatchId,MigrationId",
                "bam-results",
            ),
            ("TenantId,Domain,CompanyName", "bam-customers"),
            (
                "Microsoft ID,Company name,Primary domain name,Relationship",
                "partner-center-customers",
            ),
            (
                "Subscription ID,Subscription,Quantity,Status,Reseller",
                "partner-center-subscriptions",
            ),
            (
                "CommerceSubscriptionId,CreatedDateTime,Id,IsTrial,NextLifecycleDateTime,OcpSubscriptionId,OwnerId,OwnerTenantId,OwnerType,ServiceStatus,SkuId,SkuPartNumber,Status,TotalLicenses",
                "graph-companysubscription",
            ),
            (
                "Product Title,Total Licenses,Expired Licenses,Assigned licenses",
                "m365-licenses",
            ),
            (
                "id,offerId,entitlementId,offerName,friendlyName,quantity,unitType,commitmentEndDate,status,autoRenewEnabled,termDuration",
                "partner-center-api",
            ),
            (
                "ChangeIndicator,ProductTitle,ProductId,SkuId,SkuTitle,Publisher,SkuDescription,UnitOfMeasure,TermDuration,BillingPlan,Market,Currency,UnitPrice",
                "nce-price-list",
            ),
            ("Display name,User principal name,Object Id,Licenses", "m365-users"),
            ("Date-Time,Affected customer,Action,Partner user", "activity-log"),
        ] {
            let headings: Vec<&str> = header.split(',').collect();
            assert_eq!(kind(&headings), Some(word), "{header}");
        }
        assert_eq!(kind(&["Name", "Price", "Colour"]), None);
    }
}
