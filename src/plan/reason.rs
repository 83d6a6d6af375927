//! Why a plan row is as it is.
//!
//! In: rules that match. Out: their reasons, as a set small enough for every row of an estate.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::terms::{Action, worded};

macro_rules! reasons {
    ($($variant:ident = $word:literal, $kind:ident, $meaning:literal;)+) => {
        worded! {
            /// A code on a plan row that says why it is so, in the order in which the rules are tried.
            Reason { $(#[doc = $meaning] $variant = $word),+ }
        }
        impl Reason {
            /// The action it leads to; `move` for those that only explain a move. A hold's is what the hold says.
            pub const fn kind(self) -> Action {
                match self { $(Reason::$variant => Action::$kind),+ }
            }
            /// What it means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Reason::$variant => $meaning),+ }
            }
        }
    };
}

reasons! {
    AlreadyOurs = "already-ours", Keep, "it is in our CSP already";
    Trial = "trial", Keep, "a trial cannot be carried over: buy a paid subscription, and let the trial lapse; with its renewal left on it may become a paid year";
    Free = "free", Keep, "a free offer: there is nothing to move";
    NotSeatBased = "not-seat-based", Keep, "not licensed by seat (Azure, software, SaaS): it moves by other ways";
    OnHold = "on-hold", Review, "a hold of the holds table applies";
    SourceDeleted = "source-deleted", Review, "the source is deleted or past its data retention: nothing is left to move";
    SourceCancelled = "source-cancelled", Review, "the source is cancelled or deleted before its term end: users may have service still, or data is kept for days only; ask today";
    TermEndMissing = "term-end-missing", Review, "no export says when the term ends";
    TermEndUnreadable = "term-end-unreadable", Review, "the term end could not be read";
    DateOrderUnknown = "date-order-unknown", Review, "day and month of the term end cannot be told apart";
    IdDamaged = "id-damaged", Review, "a spreadsheet has damaged an identifier";
    SeatsMissing = "seats-missing", Review, "the number of licences is missing or could not be read";
    ChannelUnknown = "channel-unknown", Review, "nothing says where the customer bought it";
    StateUnknown = "state-unknown", Review, "the state is a word we do not know";
    ValueUnknown = "value-unknown", Review, "auto-renew, end instruction or term is a word we do not know";
    Contradiction = "contradiction", Review, "two exports, or two cells of one, say different things about it";
    PossibleDuplicate = "possible-duplicate", Review, "the customer has the same offer under another id: it may be the same licences, or its target already";
    StateAgainstEnd = "state-against-end", Review, "its state says that it has ended, its term end that it runs on: one of them is wrong, or it was ended early";
    TermStartAfterEnd = "term-start-after-end", Review, "its term begins after it ends: one of the two days is wrong";
    RenewedSinceExport = "renewed-since-export", Review, "its term end has passed and it renews itself: the export is older than the renewal";
    EndUnknown = "end-unknown", Review, "its term has ended, no export shows it as ended and nobody reports the notice: it may be in its grace, go on by the month in a paid extended term, or be renewed; ask the licensing partner which, and whether it is told to end";
    RenewalUndone = "renewal-undone", Review, "its renewal is reported as undone: service stops at once then, and data is kept for days only; see what is left of it, and order its target now unless it is there";
    TransferPending = "transfer-pending", Review, "a transfer of it is asked for or approved, but it is too late for one or its route is another: never a second purchase while it may complete";
    CustomerUnknown = "customer-unknown", Review, "no tenant id, or two customers claim it";
    CountryMissing = "country-missing", Review, "the tenant's country is unknown";
    RegionNone = "region-none", Review, "the tenant's country is in no CSP region";
    RegionMismatch = "region-mismatch", Review, "the tenant's country is in none of our regions";
    CloudMismatch = "cloud-mismatch", Review, "the tenant is in another national cloud";
    SegmentMismatch = "segment-mismatch", Review, "the target may not be sold to this customer's segment";
    OfferUnmapped = "offer-unmapped", Review, "no target offer is known";
    OfferAmbiguous = "offer-ambiguous", Review, "the source offer has several readings";
    OfferSuggested = "offer-suggested", Review, "the target offer is only a suggestion";
    OfferUnsure = "offer-unsure", Review, "the target offer rests on a source that is not certain";
    TargetEndOfSale = "target-end-of-sale", Review, "the target may no longer be bought";
    SeatCap = "seat-cap", Review, "more seats than the offer allows";
    SeatCapTogether = "seat-cap-together", Review, "more seats than the offer allows in one tenant while both copies run: end or reduce the source first, or ask for a transfer";
    SeatMinimum = "seat-minimum", Review, "fewer seats than the offer requires";
    AddonWithoutBase = "addon-without-base", Review, "the base of this add-on neither moves in time nor stays";
    ChannelTransferCheck = "channel-transfer-check", Review, "only a channel transfer would keep the offer";
    OfferLoss = "offer-loss", Review, "the replacement loses something in mail, files, identity or telephony";
    OwnTenant = "own-tenant", Review, "the customer is our own tenant";
    TenantChange = "tenant-change", Review, "the target tenant is another one: data must be migrated";
    ResellerAgreement = "reseller-agreement", Review, "we are an indirect reseller without the partner agreement";
    TermNotSold = "term-not-sold", Review, "the target is not sold for this term and number of seats";
    TooManySubscriptions = "too-many-subscriptions", Review, "the tenant would exceed the most subscriptions it may have";
    RuleUnsure = "rule-unsure", Review, "the dates rest on a rule whose source is not certain";
    OfferFromTable = "offer-from-table", Move, "the target comes from the offers table";
    SeatCapFamily = "seat-cap-family", Move, "more seats over all offers of its family than one tenant may have by Microsoft's policy";
    TermChanged = "term-changed", Move, "the source's term is not sold: the nearest one is ordered";
    RenewedLately = "renewed-lately", Move, "it renewed within the last days: the renewal can still be undone";
    Early = "early", Move, "no business day in the window: the last one before it";
    NoBusinessDay = "no-business-day", Move, "no business day to move on: the day itself was taken";
    AsSoonAsReady = "as-soon-as-ready", Move, "the recommended day cannot be met any more: the move follows as soon as everything is ready";
    Wave = "wave", Move, "it waits for a later wave: no more of a tenant's subscriptions may run twice at once than is safe";
    TransferMissed = "transfer-missed", Move, "too late for a transfer: planned as a new subscription";
    WindowMissed = "window-missed", Move, "too late for the window";
    NoticeMissed = "notice-missed", Move, "the day for the notice of non-renewal has passed";
    AutoRenewRisk = "auto-renew-risk", Move, "it may renew itself for another term before the move";
    ServiceStops = "service-stops", Move, "the source is set to cancel at its term end, before the move: service stops then, unless it is set to the extended service term first";
    ServiceDown = "service-down", Move, "users have no service until the move";
}

/// Some reasons, each once; they come in the order in which the rules are tried.
///
/// A bit each, in bytes: a number of so many bits may only stand at every sixteenth byte, and would leave holes in every row.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Reasons([u8; size_of::<u128>()]);

const _: () = assert!(Reason::ALL.len() <= u128::BITS as usize);

impl Reasons {
    fn bits(self) -> u128 {
        u128::from_le_bytes(self.0)
    }

    /// Adds one.
    pub fn add(&mut self, reason: Reason) {
        self.0 = (self.bits() | 1 << reason as u32).to_le_bytes();
    }

    /// Takes one away.
    pub fn remove(&mut self, reason: Reason) {
        self.0 = (self.bits() & !(1 << reason as u32)).to_le_bytes();
    }

    /// Whether it is among them.
    pub fn has(self, reason: Reason) -> bool {
        self.bits() & (1 << reason as u32) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.bits() == 0
    }

    /// They, in order.
    pub fn iter(self) -> impl Iterator<Item = Reason> + Clone {
        let mut left = self.bits();
        std::iter::from_fn(move || {
            let reason = *Reason::ALL.get(left.trailing_zeros() as usize)?;
            // The lowest goes.
            left &= left - 1;
            Some(reason)
        })
    }
}

impl Extend<Reason> for Reasons {
    fn extend<I: IntoIterator<Item = Reason>>(&mut self, reasons: I) {
        reasons.into_iter().for_each(|reason| self.add(reason));
    }
}

impl FromIterator<Reason> for Reasons {
    fn from_iter<I: IntoIterator<Item = Reason>>(reasons: I) -> Reasons {
        let mut all = Reasons::default();
        all.extend(reasons);
        all
    }
}

impl<const N: usize> From<[Reason; N]> for Reasons {
    fn from(reasons: [Reason; N]) -> Reasons {
        reasons.into_iter().collect()
    }
}

impl<const N: usize> PartialEq<[Reason; N]> for Reasons {
    fn eq(&self, reasons: &[Reason; N]) -> bool {
        *self == Reasons::from(*reasons)
    }
}

impl fmt::Debug for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Reasons {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_found_again_in_its_order() {
        let mut reasons: Reasons = Reason::ALL.iter().rev().copied().collect();
        assert_eq!(reasons.iter().collect::<Vec<_>>(), Reason::ALL);
        assert!(Reason::ALL.iter().all(|&reason| reasons.has(reason)));
        reasons.remove(Reason::Trial);
        assert!(!reasons.has(Reason::Trial));
        assert_eq!(reasons.iter().count(), Reason::ALL.len() - 1);
        assert!(Reasons::default().is_empty() && Reasons::default().iter().next().is_none());
    }

    #[test]
    fn reasons_stand_once_in_order_however_they_are_added() {
        let reasons = Reasons::from([Reason::Early, Reason::Trial, Reason::Early]);
        assert_eq!(reasons, [Reason::Trial, Reason::Early]);
        assert_ne!(reasons, [Reason::Trial]);
        assert_eq!(format!("{reasons:?}"), "[Trial, Early]");
        assert_eq!(serde_json::to_string(&reasons).unwrap(), r#"["trial","early"]"#);
    }
}
