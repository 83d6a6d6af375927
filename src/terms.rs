//! The words of the field as types.
//!
//! Parsed once, at the edge; everything after `recognise` works on these and never on a cell's text.
//! Dates are UTC civil dates; a term end is the last paid day, inclusive.

use std::{fmt, str::FromStr};

use arcstr::ArcStr;
use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// A shared text: names, offers and paths repeat in an estate, so they are kept once.
pub type Text = ArcStr;

/// Declares an enum whose variants are written as fixed words, in plans and in tables alike.
macro_rules! worded {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the word says it")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every variant, in declaration order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that plans and tables use.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::terms::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $name::ALL.iter().copied().find(|v| v.as_str() == text).ok_or_else(|| $crate::terms::UnknownWord {
                    word: text.to_owned(),
                    known: $name::ALL.iter().map(|v| v.as_str()).collect(),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.as_str()) }
        }
    };
}
pub(crate) use worded;

/// A word that is none of those a setting or a table column allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is none of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was written.
    pub word: String,
    /// What may be written.
    pub known: Vec<&'static str>,
}

/// An identifier: a GUID in any spelling, else a text compared without case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// A GUID; written lower-case with hyphens.
    Guid(Uuid),
    /// Anything else, as it stood but for blanks around it and its case (lower).
    Text(Text),
}

impl Id {
    /// Reads an identifier; blanks, NBSP, zero-width characters around it, braces and `urn:uuid:` do not matter.
    /// Empty text is no identifier.
    pub fn parse(text: &str) -> Option<Id> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}'));
        if text.is_empty() {
            return None;
        }
        Some(match Uuid::try_parse(text) {
            Ok(guid) => Id::Guid(guid),
            Err(_) => Id::Text(text.to_lowercase().into()),
        })
    }

    /// The GUID, where it is one.
    pub fn guid(&self) -> Option<Uuid> {
        match self {
            Id::Guid(guid) => Some(*guid),
            Id::Text(_) => None,
        }
    }

    /// Whether it is written so.
    pub fn is(&self, text: &str) -> bool {
        match self {
            Id::Guid(guid) => text == &*guid.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()),
            Id::Text(own) => text == &**own,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Guid(guid) => guid.as_hyphenated().fmt(f),
            Id::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A customer's tenant id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerId(pub Uuid);

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl Serialize for CustomerId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A number of licences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Seats(pub u32);

/// The last paid day, inclusive, a UTC civil date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TermEnd(pub NaiveDate);

/// Adds a date to a text as `YYYY-MM-DD`; years of other than four digits as the calendar library writes them.
pub fn push_date(out: &mut Vec<u8>, date: NaiveDate) {
    let Ok(year @ 0..=9999) = u32::try_from(date.year()) else {
        return out.extend_from_slice(date.to_string().as_bytes());
    };
    let digit = |number: u32| b'0' + (number % 10) as u8;
    let (month, day) = (date.month(), date.day());
    out.extend_from_slice(&[
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
    ]);
}

/// The date that a text says as [`push_date`] writes it, or in a way that the calendar library reads.
pub fn date_of(text: &str) -> Option<NaiveDate> {
    let digits = |digits: &[u8]| {
        digits.iter().try_fold(0, |number: u32, digit| {
            let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'));
            Some(number * 10 + digit?)
        })
    };
    let ours = || match *text.as_bytes() {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
            let year = i32::try_from(digits(&[y1, y2, y3, y4])?).ok()?;
            NaiveDate::from_ymd_opt(year, digits(&[m1, m2])?, digits(&[d1, d2])?)
        }
        _ => None,
    };
    ours().or_else(|| text.parse().ok())
}

/// An ISO 3166 alpha-2 country code, upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl FromStr for Country {
    type Err = ();
    /// Two ASCII letters in any case; whether there is such a country is for the regions table to say.
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.trim().as_bytes() {
            &[a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Country([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(()),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

/// How long a term lasts, in months: 1, 12 and 36 are what new commerce sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(pub u16);

impl Term {
    /// `P1M`.
    pub const MONTH: Term = Term(1);
    /// `P1Y`.
    pub const YEAR: Term = Term(12);
    /// `P3Y`.
    pub const THREE_YEARS: Term = Term(36);

    /// Whole years where it has them, else months.
    const fn number_and_unit(self) -> (u16, char) {
        match self.0 > 0 && self.0.is_multiple_of(12) {
            true => (self.0 / 12, 'Y'),
            false => (self.0, 'M'),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = self.number_and_unit();
        write!(f, "P{number}{unit}")
    }
}

/// Adds a term to a text as [`Term`] is shown.
pub fn push_term(out: &mut Vec<u8>, term: Term) {
    let (number, unit) = term.number_and_unit();
    out.push(b'P');
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    out.push(unit as u8);
}

impl FromStr for Term {
    type Err = ();
    /// An ISO 8601 duration of whole months or years: `P1M`, `P1Y`, `P36M`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim().to_ascii_uppercase();
        let rest = text.strip_prefix('P').ok_or(())?;
        let (digits, months) = match rest.strip_suffix('Y') {
            Some(digits) => (digits, 12),
            None => (rest.strip_suffix('M').ok_or(())?, 1),
        };
        if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        let number: u16 = digits.parse().map_err(|_| ())?;
        match number {
            0 => Err(()),
            number => number.checked_mul(months).map(Term).ok_or(()),
        }
    }
}

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

worded! {
    /// Where the customer bought the subscription.
    Channel {
        /// CSP, new commerce, another partner.
        Csp = "csp",
        /// CSP, before new commerce.
        CspLegacy = "csp-legacy",
        /// Online from Microsoft under the Microsoft Customer Agreement.
        WebDirect = "web-direct",
        /// Online from Microsoft under the older Microsoft Online Subscription Agreement.
        WebDirectMosa = "web-direct-mosa",
        /// Through a Microsoft seller under the Microsoft Customer Agreement.
        McaE = "mca-e",
        /// Enterprise Agreement.
        Ea = "ea",
        /// Microsoft Products and Services Agreement, Select Plus.
        Mpsa = "mpsa",
        /// Open Value.
        OpenValue = "open-value",
        /// Already ours.
        Own = "own",
    }
}

worded! {
    /// How a subscription is billed.
    BillingPlan { Monthly = "monthly", Annual = "annual", Triennial = "triennial", OneTime = "one-time", None = "none" }
}

worded! {
    /// The audience an offer is sold to.
    Segment { Commercial = "commercial", Nonprofit = "nonprofit", Education = "education", Government = "government" }
}

worded! {
    /// What a customer is qualified as; decides which offer segments it may buy.
    Qualification {
        Commercial = "commercial",
        Nonprofit = "nonprofit",
        Education = "education",
        Government = "government",
        StateOwned = "state-owned",
        EducationStateOwned = "education+state-owned",
        GovernmentStateOwned = "government+state-owned",
    }
}

worded! {
    /// The national cloud a tenant lives in.
    Cloud { Global = "global", Gcch = "gcc-high", Dod = "dod", China = "china", Germany = "germany" }
}

worded! {
    /// The state the export shows for a subscription.
    State {
        Active = "active",
        /// Ordered, not provisioned yet.
        Pending = "pending",
        /// Past the term end, service still runs: Expired, Warning, In Grace.
        Expired = "expired",
        /// In the paid extended service term.
        Extended = "extended",
        /// Stopped by a person or for lack of payment, inside or past the term.
        Suspended = "suspended",
        /// Past the term end, users have no service, data is kept.
        Disabled = "disabled",
        /// Gone.
        Deleted = "deleted",
    }
}

worded! {
    /// What the source does at its term end, as set by a person in the portal.
    EndInstruction { Renew = "renew", Extended = "extended", Cancel = "cancel" }
}

worded! {
    /// How a subscription gets into our CSP.
    Route {
        /// CSP to CSP: keeps term and assignments.
        Transfer = "transfer",
        /// Order in our CSP; the source ends.
        NewSubscription = "new-subscription",
        /// Enterprise Agreement renewed to CSP.
        ChannelTransfer = "channel-transfer",
    }
}

worded! {
    /// How the target offer was found, best first.
    MappingKind {
        Same = "same", Equivalent = "equivalent", Replacement = "replacement",
        Suggested = "suggested", Ambiguous = "ambiguous", Unmapped = "unmapped",
    }
}

worded! {
    /// What becomes of the users' licences.
    Licences { Keep = "keep", Reassign = "reassign" }
}

worded! {
    /// What we recommend for a subscription.
    Action { Move = "move", Keep = "keep", Review = "review" }
}

worded! {
    /// One thing somebody does by a date; declared in dependency order.
    StepKind {
        Decide = "decide",
        UndoRenewal = "undo-renewal",
        RequestRelationship = "request-relationship",
        AcceptAgreement = "accept-agreement",
        RequestDelegatedRights = "request-delegated-rights",
        VetSegment = "vet-segment",
        EnquireCredit = "enquire-credit",
        RequestTransfer = "request-transfer",
        ApproveTransfer = "approve-transfer",
        Order = "order",
        Verify = "verify",
        Reassign = "reassign",
        EndSource = "end-source",
        CancelExtendedTerm = "cancel-extended-term",
    }
}

worded! {
    /// Who does a step.
    Owner {
        Partner = "partner", Customer = "customer", SourcePartner = "source-partner",
        LicensingPartner = "licensing-partner", MicrosoftSupport = "microsoft-support",
        /// The indirect provider of a partner who cannot order itself.
        Provider = "provider",
    }
}

worded! {
    /// How pressing a row is.
    Urgency { Planned = "planned", Open = "open", Late = "late", Lapsed = "lapsed", Lost = "lost" }
}

worded! {
    /// How the source subscription ends.
    EndSource {
        CancelAtTermEnd = "cancel-at-term-end", AutoRenewOff = "auto-renew-off", ExtendedTerm = "extended-term",
        Cancel = "cancel", DoNotRenew = "do-not-renew", Transfer = "transfer",
    }
}

worded! {
    /// Who asks Microsoft's billing support about a credit.
    CreditEnquiry { Partner = "partner", Customer = "customer" }
}

worded! {
    /// How far a step has come, as people report it.
    Progress { Requested = "requested", Done = "done" }
}

worded! {
    /// How sure a fact of a rule or catalogue table is.
    Certainty {
        /// Read in Microsoft's own text.
        Sure = "sure",
        /// Microsoft's text in part, or several third parties that agree.
        Likely = "likely",
        /// One third party, inference or a contradiction: leads to review, never to a confident date.
        Unsure = "unsure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_the_calendar_library_reads_them() {
        let mut written = Vec::new();
        for date in NaiveDate::from_ymd_opt(1999, 12, 1).unwrap().iter_days().take(2000) {
            written.clear();
            push_date(&mut written, date);
            assert_eq!(date_of(std::str::from_utf8(&written).unwrap()), Some(date));
        }
        for text in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-1-5",
            "2026-01-05 ",
            "+2026-01-05",
            "+026-01-05",
            "2026- 1- 5",
            "2026/01/05",
            "20260105",
            "-001-01-01",
            "0000-01-01",
            "9999-12-31",
            "+12026-01-05",
            "2026-01-0x",
            "２026-1-5",
        ] {
            assert_eq!(date_of(text), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn an_id_is_what_it_is_written_as() {
        for text in [
            "0045316C-22fa-09bf-d113-493a15b1a7e6",
            "{0045316c-22fa-09bf-d113-493a15b1a7e6}",
            "AB-1",
            "é",
        ] {
            let id = Id::parse(text).unwrap();
            assert!(id.is(&id.to_string()), "{text}");
            assert!(!id.is(&text.to_uppercase()), "{text}");
            assert!(!id.is(""));
        }
    }

    #[test]
    fn ids_do_not_depend_on_spelling() {
        let plain = Id::parse("3b555118-da6a-4418-894f-7df1e2096870");
        assert!(plain.as_ref().is_some_and(|id| id.guid().is_some()));
        for spelling in [
            " 3B555118-DA6A-4418-894F-7DF1E2096870 ",
            "{3b555118-da6a-4418-894f-7df1e2096870}",
            "urn:uuid:3b555118-da6a-4418-894f-7df1e2096870",
            "\u{a0}3b555118da6a4418894f7df1e2096870\u{200b}",
        ] {
            assert_eq!(Id::parse(spelling), plain, "{spelling}");
        }
        assert_eq!(Id::parse(" \u{a0}"), None);
        assert_eq!(Id::parse("usCBMgAAAA"), Id::parse("USCBMgaaaa"));
    }

    #[test]
    fn terms_are_read_and_written_alike() {
        for (text, months, written) in [
            ("P1M", 1, "P1M"),
            ("p12m", 12, "P1Y"),
            ("P3Y", 36, "P3Y"),
            ("P6Y", 72, "P6Y"),
        ] {
            assert_eq!(text.parse(), Ok(Term(months)));
            assert_eq!(Term(months).to_string(), written);
        }
        for text in ["", "P", "PM", "P0M", "1Y", "P-1M", "P1D", "P9999Y", "P+1M"] {
            assert!(text.parse::<Term>().is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_words_name_the_known() {
        let error = "direct".parse::<Channel>().unwrap_err();
        assert!(error.to_string().contains("web-direct-mosa"));
    }
}
