//! Findings: what a person should know about an input row, a file or a rule.
//!
//! Collected, never thrown, never printed where they arise. Each has a code (all are listed here), a severity, a place, the
//! offending value, what was done instead and a hint. The other kind of trouble, a *stop*, is an error type of the room it
//! comes from.

use std::{borrow::Cow, fmt};

use serde::Serialize;

use crate::terms::{CustomerId, Text, worded};

worded! {
    /// How much a finding matters.
    Severity {
        /// Something was not read, or is about to be lost: the run exits with 1.
        Error = "error",
        /// A row needs a person, or a fact was left out.
        Warning = "warning",
        /// Worth knowing; nothing is wrong with the plan.
        Note = "note",
    }
}

macro_rules! codes {
    ($($variant:ident = $word:literal, $severity:ident, $meaning:literal;)+) => {
        worded! {
            /// What a finding is about.
            Code { $(#[doc = $meaning] $variant = $word),+ }
        }
        impl Code {
            /// The severity of this code's findings.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),+ }
            }
            /// What the code means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning),+ }
            }
        }
    };
}

codes! {
    AsOfBefore = "as-of-before", Error, "the plan would be for an earlier day than the last one";
    Shrink = "shrink", Error, "much of what the last plan had is missing";
    CustomerGone = "customer-gone", Error, "a customer with many subscriptions has vanished";
    SourceEmpty = "source-empty", Error, "an export or source that gave rows last time gives none";
    ExportWorse = "export-worse", Error, "an export that was fine last time is refused, damaged or loses rows";
    ExportRepeated = "export-repeated", Error, "an export has a new name and last time's content";
    ExportOld = "export-old", Error, "an export is older than the settings allow";
    ExportGrowing = "export-growing", Error, "an export was still being written";
    ColumnLost = "column-lost", Error, "an export has no column any more for what it told last time";
    FileUnreadable = "file-unreadable", Error, "the file could not be opened or read";
    FileRefused = "file-refused", Error, "the file is of a container we do not read, such as an encrypted workbook, a web page or a PDF";
    KindRefused = "kind-refused", Error, "the file is an export of something else, such as users or usage";
    FileDamaged = "file-damaged", Error, "the file ends or breaks in the middle; rows before the damage were read";
    LimitExceeded = "limit-exceeded", Error, "the file is over one of the limits";
    NoHeadings = "no-headings", Error, "no row of the file looks like headings we know";
    QuoteUnclosed = "quote-unclosed", Error, "a quote is opened and never closed, so rows after it cannot be told apart";
    RowUnidentified = "row-unidentified", Error, "the row names neither a subscription nor a customer with an offer; it was rejected";
    RowTooLong = "row-too-long", Error, "the row has more filled cells than there are headings; it was rejected, since its values may stand under the wrong heading";
    CellBeyondHeadings = "cell-beyond-headings", Warning, "the row has a filled cell beyond the last heading; it is for review, since its values may stand under the wrong heading";
    CellsTooMany = "cells-too-many", Warning, "the row has more cells than the others, empty at its end; it is for review, since its values may stand under the wrong heading";
    RowTooShort = "row-too-short", Warning, "the row has fewer cells than there are headings; the missing ones count as empty";
    QuoteStray = "quote-stray", Warning, "a quote stands where none belongs, so cells of the row may have been cut in the wrong places";
    DelimiterMixed = "delimiter-mixed", Warning, "lines of the file have another delimiter than others; each was read by its own";
    TablesApart = "tables-apart", Warning, "a list of customers and a list of subscriptions stand side by side, and nothing says which rows belong together; no subscription was given a customer from them";
    FileEmpty = "file-empty", Warning, "the file has headings and no rows, or nothing at all";
    TextDamaged = "text-damaged", Warning, "letters were lost before the file reached us";
    HeadingRepeated = "heading-repeated", Warning, "two columns mean the same; the first that has a value is used";
    DateUnreadable = "date-unreadable", Warning, "the cell holds no date we can read";
    DateOrderUnknown = "date-order-unknown", Warning, "day and month cannot be told apart in this column";
    DateHalfConverted = "date-half-converted", Warning, "the column mixes real dates with texts that a spreadsheet could not convert, so its real dates are probably swapped";
    SeatsUnreadable = "seats-unreadable", Warning, "the cell holds no number of licences";
    ValueUnknown = "value-unknown", Warning, "the cell holds a word we do not know for this column";
    IdDamaged = "id-damaged", Warning, "a spreadsheet has damaged this identifier";
    CellError = "cell-error", Warning, "the cell holds a spreadsheet error in place of a value";
    Contradiction = "contradiction", Warning, "two rows of one subscription say different things";
    StateAgainstEnd = "state-against-end", Warning, "the state says that a subscription has ended, the term end or what follows it that it has not";
    TermStartAfterEnd = "term-start-after-end", Warning, "the term begins after it ends";
    CustomerAmbiguous = "customer-ambiguous", Warning, "two customers fit this row";
    PossibleDuplicate = "possible-duplicate", Warning, "a row without an id may tell of licences that another subscription of the customer has";
    CustomerUnknown = "customer-unknown", Warning, "no customer with a tenant id fits this row";
    OfferUnknown = "offer-unknown", Warning, "the catalogue does not know this offer";
    OfferTargetUnknown = "offer-target-unknown", Warning, "the offers table names a target that the catalogue does not know";
    TermUnknown = "term-unknown", Warning, "nothing says how long the term is; it is planned as a new subscription, for a term to be chosen";
    ChannelUnknown = "channel-unknown", Warning, "nothing says where the subscriptions of an export were bought";
    CountryMissing = "country-missing", Warning, "nothing says in which country the customer's tenant is";
    ColumnMissing = "column-missing", Warning, "a list has no column that we know for ids, licences or term ends";
    ColumnElsewhere = "column-elsewhere", Note, "a list has no column that we know for ids, licences or term ends, and other rows say them of all its subscriptions";
    SourceUnused = "source-unused", Warning, "a `[[source]]` of the settings fits no export";
    OfferUnmapped = "offer-unmapped", Warning, "the catalogue knows this offer, but none to order for it";
    OfferAmbiguous = "offer-ambiguous", Warning, "the offer's name stands for several offers";
    OfferDisagrees = "offer-disagrees", Warning, "the offer's id and its name are two different offers; the id counts";
    OfferRowKeeps = "offer-row-keeps", Warning, "a row of the offers table keeps licences between two SKUs; users have nothing until the new licences are assigned";
    OfferRowTied = "offer-row-tied", Warning, "two rows of the offers table fit equally well";
    CalendarYearMissing = "calendar-year-missing", Warning, "the calendar table has no holiday in a year that the plan reaches";
    CalendarEmpty = "calendar-empty", Warning, "the calendar has no holiday that counts for us";
    SubscriptionsDoubled = "subscriptions-doubled", Warning, "more subscriptions of one tenant would run twice than is safe at once, so that they move in waves";
    PartnerCountriesUnset = "partner-countries-unset", Warning, "the settings do not say where we are authorised to sell";
    CountryUnknown = "country-unknown", Warning, "the cell holds no country we know";
    CatalogFileOld = "catalog-file-old", Warning, "one of Microsoft's own files is old, or does not say how old it is";
    CatalogRowDamaged = "catalog-row-damaged", Warning, "a row of one of Microsoft's own files makes no sense; it was left out";
    CatalogFileDisagrees = "catalog-file-disagrees", Warning, "one of Microsoft's own files contradicts the built-in catalogue; the file counts";
    SubscriptionGoneDue = "subscription-gone-due", Error, "a subscription of an earlier plan, whose term ends within `attention_days`, is in no export any more, and none of ours has taken its place";
    SubscriptionGoneSoon = "subscription-gone-soon", Warning, "a subscription of an earlier plan, whose term ends soon, has ended, or nobody knows when, is in no export any more, and none of ours has taken its place";
    PreviousUnreadable = "previous-unreadable", Warning, "the plan being replaced cannot be read, so nothing was compared";
    GuardsBlind = "guards-blind", Warning, "nothing is known of the last run's exports or plan, so that some guards could not look";
    SubscriptionGone = "subscription-gone", Note, "a subscription of an earlier plan is in no export any more";
    SubscriptionBack = "subscription-back", Note, "a subscription that was gone is in an export again, or one of ours has taken its place";
    GuardAccepted = "guard-accepted", Note, "a guard tripped, and the command line let it through";
    LastSetMixed = "last-set-mixed", Note, "the files of an earlier run do not belong together: its plan or a companion is not as its run record says";
    PriceMissing = "price-missing", Note, "the price list has no price for an offer to order, so its costs are not worked out";
    SheetHidden = "sheet-hidden", Note, "a hidden sheet was read";
    RowsHidden = "rows-hidden", Note, "rows that are hidden or filtered out were read";
    SheetIgnored = "sheet-ignored", Note, "a sheet, or a file in an archive, holds no table of ours";
    FileSkipped = "file-skipped", Note, "a lock file or hidden file was left alone";
    EncodingGuessed = "encoding-guessed", Note, "the code page was chosen by evidence";
    TotalRowIgnored = "total-row-ignored", Note, "a total was left out";
    NoteRowIgnored = "note-row-ignored", Note, "a note below the table was left out";
    HeadingRowIgnored = "heading-row-ignored", Note, "a repeated row of headings was left out";
    TableBegins = "table-begins", Note, "another table begins below the first or beside it; its rows were read under its own headings";
    LastCellShort = "last-cell-short", Warning, "the last row has no line end, and its last cell is shorter than all above it, so it may have been cut; the cell was not used";
    LastRowOpen = "last-row-open", Note, "the last row has no line end: the file may have been cut within its last cell";
    RowIgnored = "row-ignored", Note, "the source marks this row as a duplicate or as no subscription";
    RowsMerged = "rows-merged", Note, "several rows tell of one subscription and were merged";
    DateConvention = "date-convention", Note, "the dates of a column were read by a convention: days counted from 1900, Buddhist years, instants of a local midnight";
    DateOfRenewal = "date-of-renewal", Warning, "the term ends of a column are days of renewal; the day before each was taken for the last paid one";
    IdRepaired = "id-repaired", Note, "a spreadsheet dropped zeros of an identifier, and they were put back";
    SourceCapture = "source-capture", Warning, "what a `[[source]]` pattern takes out of a path is not what its name says";
    CustomerResolved = "customer-resolved", Note, "the customer was found by its domain or name";
    AutoRenewUnknown = "auto-renew-unknown", Note, "nothing says whether the subscription renews itself; it counts as renewing";
    TermStartUnknown = "term-start-unknown", Note, "the start of a term is unknown, so the extended service term is taken to apply";
    RelationshipUnknown = "relationship-unknown", Note, "nothing says whether the customer has accepted our reseller relationship; it counts as missing";
    AgreementUnknown = "agreement-unknown", Note, "nothing says when the customer accepted the customer agreement; it counts as missing";
    DelegatedRightsUnknown = "delegated-rights-unknown", Note, "nothing says whether we have delegated rights; they count as missing";
    SegmentUnknown = "segment-unknown", Note, "nothing says which segment the customer is of; the commercial offers were taken";
    VettingUnknown = "vetting-unknown", Note, "nothing says whether the customer is vetted for the offer's segment; it counts as not vetted";
    TargetFound = "target-found", Note, "an export of ours already has the target subscription";
    RuleUnsure = "rule-unsure", Note, "the plan rests on a rule whose source is not certain";
    HoldLost = "hold-lost", Error, "a hold that held something in the earlier plan fits no subscription any more";
    HoldExpired = "hold-expired", Note, "a hold has ended";
    HoldUnused = "hold-unused", Warning, "a hold fits no subscription";
    OfferRowUnused = "offer-row-unused", Note, "a row of the offers table fits no subscription";
    LetterLanguage = "letter-language", Warning, "there is no template of a customer's language, so its letter is in English";
    LetterIncomplete = "letter-incomplete", Warning, "letters to customers lack a name, a recipient, whom to ask, or a link";
    ProgressToCome = "progress-to-come", Warning, "a row of the progress table tells of a day that is still to come";
    AgreementToCome = "agreement-to-come", Warning, "a customer's agreement is accepted on a day that is still to come; it counts as not accepted";
    ChannelLeftOver = "channel-left-over", Note, "subscriptions are of a kind of which hardly any is left";
    RegistrationNumberNeeded = "registration-number-needed", Note, "customers in this country need a company registration number in Partner Center before anything can be ordered";
    ProgressContradicted = "progress-contradicted", Warning, "an export says otherwise than a row of the progress table";
    ProgressUndated = "progress-undated", Warning, "a row of the progress table tells of a target without the day on which it began";
    ProgressUnfit = "progress-unfit", Warning, "a row of the progress table tells of what cannot be so: a transfer of what nobody can transfer, or another end than by notice";
    ProgressUnused = "progress-unused", Note, "a row of the progress table fits no subscription or customer";
}

/// Where something stands: a file, perhaps a sheet, a row and a column in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Path as given.
    pub file: Text,
    /// Sheet, in a workbook.
    pub sheet: Option<Text>,
    /// 1-based row of the sheet, or line of the text file.
    pub row: Option<u32>,
    /// 0-based column.
    pub column: Option<u32>,
}

impl Place {
    /// Whether its sheet is a file in an archive, as the archive's name says.
    pub fn is_in_archive(&self) -> bool {
        self.sheet.is_some() && self.file.to_ascii_lowercase().ends_with(".zip")
    }

    /// A whole file.
    pub fn file(path: impl Into<Text>) -> Place {
        Place {
            file: path.into(),
            ..Place::default()
        }
    }

    /// The same file and sheet, another row.
    pub fn at_row(&self, row: u32) -> Place {
        Place {
            row: Some(row),
            column: None,
            ..self.clone()
        }
    }

    /// The same row, with a column.
    pub fn at_column(&self, column: u32) -> Place {
        Place {
            column: Some(column),
            ..self.clone()
        }
    }
}

/// A 0-based column as a spreadsheet names it: `A`, `Z`, `AA`.
pub fn column_name(column: u32) -> String {
    let mut name = Vec::new();
    let mut rest = column;
    loop {
        name.push(b'A' + (rest % 26) as u8);
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    name.reverse();
    String::from_utf8(name).unwrap_or_default()
}

impl fmt::Display for Place {
    /// `contoso-de.xlsx, sheet "Abonnements", F214`, `list.csv, line 12`, or `pack.zip, file "list.csv", line 12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        let sheet = self.sheet.as_ref().filter(|_| !self.is_in_archive());
        match (&self.sheet, sheet) {
            (_, Some(sheet)) => write!(f, ", sheet \"{sheet}\"")?,
            (Some(member), None) => write!(f, ", file \"{member}\"")?,
            (None, None) => {}
        }
        match (sheet, self.row, self.column) {
            (Some(_), Some(row), Some(column)) => write!(f, ", {}{row}", column_name(column)),
            (Some(_), Some(row), None) => write!(f, ", row {row}"),
            (None, Some(row), Some(column)) => write!(f, ", line {row}, column {}", column + 1),
            (None, Some(row), None) => write!(f, ", line {row}"),
            (_, None, Some(column)) => write!(f, ", column {}", column_name(column)),
            (_, None, None) => Ok(()),
        }
    }
}

/// One thing to tell the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about; carries the severity.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// The column's heading, where a cell is meant.
    pub heading: Option<Text>,
    /// The value as it stood.
    pub value: Option<Text>,
    /// The customer, where all of one is meant: what is told begins with it.
    pub customer_id: Option<CustomerId>,
    /// What we found and did instead: lower case, no full stop. See [`Finding::told`].
    pub message: Cow<'static, str>,
    /// What the person can do; most often a text of ours, which is not kept for each.
    pub hint: Cow<'static, str>,
    /// The subscription, where one is meant.
    pub subscription_id: Option<Text>,
}

impl Finding {
    /// A finding without heading, value, customer and subscription.
    pub fn new(
        code: Code,
        place: Place,
        message: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Finding {
        Finding {
            code,
            place,
            heading: None,
            value: None,
            customer_id: None,
            message: message.into(),
            hint: hint.into(),
            subscription_id: None,
        }
    }

    /// With the heading of the column that the value stands in.
    pub fn heading(mut self, heading: impl Into<Text>) -> Finding {
        self.heading = Some(heading.into());
        self
    }

    /// With the value as it stood.
    pub fn value(mut self, value: impl Into<Text>) -> Finding {
        self.value = Some(value.into());
        self
    }

    /// With the subscription it is about.
    pub fn subscription(mut self, id: impl Into<Text>) -> Finding {
        self.subscription_id = Some(id.into());
        self
    }

    /// With the customer, all of whom is meant.
    pub fn customer(mut self, id: CustomerId) -> Finding {
        self.customer_id = Some(id);
        self
    }

    /// The whole message.
    pub fn told(&self) -> Cow<'_, str> {
        match self.customer_id {
            Some(id) => Cow::Owned(format!("customer `{id}`: {}", self.message)),
            None => Cow::Borrowed(&self.message),
        }
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The order in which findings are listed: errors first, then by code and place; total, so that the same findings are
    /// always listed alike.
    pub fn order(&self) -> impl Ord + '_ {
        (
            self.severity(),
            self.code,
            &self.place,
            &self.subscription_id,
            &self.heading,
            &self.value,
            self.customer_id,
            &self.message,
            &self.hint,
        )
    }
}

/// Puts findings in their order. All lists are sorted here, since each way of sorting is code of its own; where they are, since there may
/// be one for each row.
pub fn put_in_order(findings: &mut [Finding]) {
    findings.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
}

impl fmt::Display for Finding {
    /// The place, the value and what was done; then the hint on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(heading) = &self.heading {
            write!(f, " ({heading})")?;
        }
        write!(f, ": {}", self.told())?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

/// How the rows of all inputs were accounted for. No row is lost: see [`Accounting::balances`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Accounting {
    /// Rows below the headings of every table that was read, blank ones left out.
    pub rows_read: u64,
    /// First rows of subscriptions: their number is the number of subscriptions.
    pub subscriptions: u64,
    /// Rows merged into a subscription that another row began.
    pub merged: u64,
    /// Rows of customer lists.
    pub customers: u64,
    /// Rows of reference tables (prices, offers).
    pub reference: u64,
    /// Rows that name no subscription; each has an error finding.
    pub rejected: u64,
    /// Totals, notes, repeated headings; each has a finding.
    pub ignored: u64,
}

impl Accounting {
    /// Whether every row read went somewhere.
    pub fn balances(&self) -> bool {
        self.rows_read
            == self.subscriptions + self.merged + self.customers + self.reference + self.rejected + self.ignored
    }
}

impl std::ops::AddAssign for Accounting {
    fn add_assign(&mut self, other: Accounting) {
        self.rows_read += other.rows_read;
        self.subscriptions += other.subscriptions;
        self.merged += other.merged;
        self.customers += other.customers;
        self.reference += other.reference;
        self.rejected += other.rejected;
        self.ignored += other.ignored;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_a_spreadsheet_does() {
        for (column, name) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (52, "BA"),
            (701, "ZZ"),
            (702, "AAA"),
            (16383, "XFD"),
        ] {
            assert_eq!(column_name(column), name);
        }
    }

    #[test]
    fn a_finding_reads_as_place_value_hint() {
        let place = Place {
            file: "contoso-de.xlsx".into(),
            sheet: Some("Abonnements".into()),
            row: Some(214),
            column: Some(5),
        };
        let finding = Finding::new(
            Code::DateUnreadable,
            place,
            "`31.06.2026` is not a date",
            "correct the cell",
        )
        .heading("Enddatum");
        assert_eq!(
            finding.to_string(),
            "contoso-de.xlsx, sheet \"Abonnements\", F214 (Enddatum): `31.06.2026` is not a date\n  hint: correct the cell"
        );
    }

    #[test]
    fn a_finding_about_a_customer_names_it_first() {
        let id = CustomerId(uuid::Uuid::from_u128(7));
        let finding = Finding::new(Code::SegmentUnknown, Place::file("a.csv"), "is unknown", "");
        assert_eq!(finding.told(), "is unknown");
        let finding = finding.customer(id);
        assert_eq!(finding.told(), format!("customer `{id}`: is unknown"));
        assert_eq!(finding.to_string(), format!("a.csv: customer `{id}`: is unknown"));
    }
}
