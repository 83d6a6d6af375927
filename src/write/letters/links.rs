//! The links by which a customer accepts.
//!
//! In: the settings' `[partner]`, a day. Out: the link to our relationship, where the ids it is made of are known, and the one to
//! the customer agreement. The forms of links are Microsoft's: they stand in a dated table.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    config::{Partner, Role},
    terms::Id,
};

const TABLE: &str = include_str!("links.csv");

/// The links of a letter.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Links {
    pub(super) relationship: Option<String>,
    agreement: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Form {
    link: String,
    role: String,
    url: String,
    valid_from: NaiveDate,
    valid_until: Option<NaiveDate>,
}

impl Links {
    /// None is known.
    pub(super) fn none() -> Links {
        Links {
            relationship: None,
            agreement: None,
        }
    }

    /// Both are known.
    pub(super) fn sample() -> Links {
        Links {
            relationship: Some("https://example.com/relationship".to_owned()),
            agreement: Some("https://example.com/agreement".to_owned()),
        }
    }

    pub(super) fn new(partner: &Partner, on: NaiveDate) -> Links {
        let form = |link: &str| {
            let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
            let mut forms = reader.deserialize().filter_map(Result::ok);
            let fits = |form: &Form| {
                form.link == link
                    && (form.role == "any" || form.role == partner.role.as_str())
                    && form.valid_from <= on
                    && form.valid_until.is_none_or(|until| on <= until)
            };
            forms.find(fits).map(|form| form.url)
        };
        let given = partner.relationship_link.as_deref().map(str::to_owned);
        Links {
            relationship: given.or_else(|| relationship(partner, &form("relationship")?)),
            agreement: form("agreement"),
        }
    }
}

/// The link with our ids in their places; none where one of them is unknown.
fn relationship(partner: &Partner, form: &str) -> Option<String> {
    let tenant = partner.ids.iter().find_map(Id::guid)?;
    let digits = |id: &&Id| id.guid().is_none() && id.to_string().bytes().all(|byte| byte.is_ascii_digit());
    let number = partner.ids.iter().find(digits).map(ToString::to_string);
    let url = form
        .replace("{partner}", &tenant.to_string())
        .replace("{number}", number.as_deref().unwrap_or("0"));
    match partner.role {
        Role::IndirectReseller => {
            let provider = partner.provider.as_ref().and_then(Id::guid)?;
            Some(url.replace("{provider}", &provider.to_string()))
        }
        Role::Direct | Role::IndirectProvider => Some(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(role: Role, ids: &[&str], provider: Option<&str>) -> Partner {
        Partner {
            role,
            ids: ids.iter().filter_map(|id| Id::parse(id)).collect(),
            provider: provider.and_then(Id::parse),
            ..Partner::default()
        }
    }

    fn link(partner: &Partner) -> Option<String> {
        Links::new(partner, "2026-11-21".parse().unwrap()).relationship
    }

    #[test]
    fn links_are_made_of_our_ids() {
        let (ours, provider) = (
            "5fa8e113-0781-5709-b01c-aac30d9f0dd1",
            "11111111-2222-3333-4444-555555555555",
        );
        let direct = link(&partner(Role::Direct, &["6543210", ours], None)).unwrap();
        assert_eq!(
            direct,
            format!(
                "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship&partnerId={ours}&msppId=6543210&DAP=false#/BillingAccounts/partner-invitation"
            )
        );
        let reseller = link(&partner(Role::IndirectReseller, &[ours], Some(provider))).unwrap();
        assert!(
            reseller.contains("IndirectResellerRelationship")
                && reseller.contains(provider)
                && reseller.contains("msppId=0")
        );
        assert_eq!(link(&partner(Role::IndirectReseller, &[ours], None)), None);
        assert_eq!(link(&partner(Role::Direct, &["6543210"], None)), None);
        let given = Partner {
            relationship_link: Some("https://example.com/x".into()),
            ..Partner::default()
        };
        assert_eq!(link(&given).as_deref(), Some("https://example.com/x"));
    }

    #[test]
    fn every_role_has_a_link_and_there_is_one_to_the_agreement() {
        let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
        let forms: Vec<Form> = reader.deserialize().map(Result::unwrap).collect();
        for role in Role::ALL {
            assert!(
                forms
                    .iter()
                    .any(|form| form.link == "relationship" && form.role == role.as_str()),
                "{role}"
            );
        }
        assert!(
            Links::new(&Partner::default(), "2026-11-21".parse().unwrap())
                .agreement
                .is_some()
        );
    }
}
