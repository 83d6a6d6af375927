//! The columns of `plan.csv`, `plan.steps.csv`, `plan.findings.csv` and `plan.changes.csv`, in their order, with what each holds and says.
//!
//! The one place that knows them: what writes a plan, what reads one back and what shows one to people use these.

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Words or identifiers.
    Text,
    /// A date, `YYYY-MM-DD`.
    Date,
    /// A number.
    Number,
    /// Items joined with `;`.
    List,
}

/// The columns of one of our files.
pub trait Columns: Copy + Eq + Sized + 'static {
    /// All of them, in their order.
    const ALL: &'static [Self];

    /// The heading.
    fn as_str(self) -> &'static str;

    /// What its cells are.
    fn holds(self) -> Holds;

    /// What it says, in a sentence.
    fn meaning(self) -> &'static str;

    /// Its place among all.
    fn index(self) -> usize;
}

macro_rules! columns {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal, $holds:ident, $meaning:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $meaning] $variant),+ }

        impl $name {
            /// The headings, in their order.
            pub const HEADINGS: &'static [&'static str] = &[$($word),+];
        }

        impl Columns for $name {
            const ALL: &'static [$name] = &[$($name::$variant),+];

            fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            fn holds(self) -> Holds {
                match self { $($name::$variant => Holds::$holds),+ }
            }

            fn meaning(self) -> &'static str {
                match self { $($name::$variant => $meaning),+ }
            }

            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

columns! {
    /// A column of `plan.csv`.
    PlanColumn {
        Action = "action", Text, "move, keep (nothing to do) or review (a person must decide); reasons says why";
        MoveDate = "move_date", Date, "the day the target subscription starts, or the transfer completes";
        NextStep = "next_step", Text, "the earliest step that is not done";
        NextStepBy = "next_step_by", Date, "its day";
        Urgency = "urgency", Text, "planned; open: today is inside the window, or on a review row within attention_days (30) of the term end, or no term end is known; late: a deadline has passed, the term end has not; lapsed: past the term end, recoverable; lost";
        CustomerId = "customer_id", Text, "the customer's tenant id";
        CustomerName = "customer_name", Text, "its name";
        CustomerDomain = "customer_domain", Text, "its domain";
        CustomerCountry = "customer_country", Text, "the tenant's country";
        SubscriptionId = "subscription_id", Text, "the id, or no-id: and a digest where the export has none";
        SourceChannel = "source_channel", Text, "where it was bought";
        SourceOfferId = "source_offer_id", Text, "what the customer has: the id as exported";
        SourceOffer = "source_offer", Text, "its name";
        Seats = "seats", Number, "licences bought";
        AssignedSeats = "assigned_seats", Number, "licences in use";
        Term = "term", Text, "P1M, P1Y, P3Y";
        BillingPlan = "billing_plan", Text, "monthly, annual, ...";
        TermEnd = "term_end", Date, "the last paid day, inclusive, UTC";
        AutoRenew = "auto_renew", Text, "yes, no; empty: unknown, and counts as yes";
        Route = "route", Text, "transfer (CSP to CSP, keeps term and assignments), new-subscription, channel-transfer";
        Mapping = "mapping", Text, "how the target was found: same, equivalent, replacement, suggested, ambiguous, unmapped";
        TargetOfferId = "target_offer_id", List, "what to order; several are joined with ;. Where it is not known how to order a candidate, what else tells it";
        TargetOffer = "target_offer", List, "its name";
        TargetSeats = "target_seats", List, "seats to order";
        TargetTerm = "target_term", List, "term to order";
        Licences = "licences", Text, "keep: users need nothing; reassign: the new licences must be assigned";
        Loses = "loses", List, "what users lose";
        Gains = "gains", List, "what users gain";
        WindowOpens = "window_opens", Date, "first day on which the move is safe";
        WindowCloses = "window_closes", Date, "last day";
        RelationshipBy = "relationship_by", Date, "ask for the reseller relationship by this day; empty: it is there or asked for";
        AgreementBy = "agreement_by", Date, "ask for the Microsoft Customer Agreement by this day";
        RequestBy = "request_by", Date, "send the transfer request by this day";
        ReassignBy = "reassign_by", Date, "reassign licences by this day";
        EndSource = "end_source", Text, "how the source ends: cancel-at-term-end, auto-renew-off, extended-term, cancel, do-not-renew, transfer";
        EndSourceBy = "end_source_by", Date, "see to it by this day; empty: it is done";
        CreditEnquiry = "credit_enquiry", Text, "who asks Microsoft about a credit: partner or customer";
        OverlapDays = "overlap_days", Number, "days paid twice";
        Currency = "currency", Text, "the price list's currency; this and the next three are empty without a price list";
        UnitPrice = "unit_price", List, "what one seat of the target costs for the whole term";
        OverlapCost = "overlap_cost", Number, "what the days paid twice cost: seats x price / days of the term x days";
        MissedCost = "missed_cost", Number, "what follows if the window is missed: a month of the extended service term with its surcharge, or another term";
        Reasons = "reasons", List, "why the row is as it is";
        SourceFile = "source_file", Text, "where the row comes from";
        SourceSheet = "source_sheet", Text, "its sheet";
        SourceRow = "source_row", Number, "its row or line";
    }
}

columns! {
    /// A column of `plan.steps.csv`.
    StepColumn {
        Due = "due", Date, "by this day; empty: nothing says by when, so first thing";
        Step = "step", Text, "what";
        Owner = "owner", Text, "who: partner, customer, source-partner, licensing-partner or microsoft-support";
        CustomerId = "customer_id", Text, "the customer's tenant id";
        CustomerName = "customer_name", Text, "its name";
        SubscriptionId = "subscription_id", Text, "the subscription; empty: the step is for the customer as a whole";
        Offer = "offer", Text, "the offer";
        Seats = "seats", Number, "licences";
        Detail = "detail", Text, "what to do, in one sentence";
    }
}

columns! {
    /// A column of `plan.findings.csv`.
    FindingColumn {
        Severity = "severity", Text, "error: something was not read; warning: a person should look; note: worth knowing";
        Code = "code", Text, "what it is about";
        File = "file", Text, "where: the file";
        Sheet = "sheet", Text, "its sheet";
        Row = "row", Number, "its row or line";
        Heading = "heading", Text, "the column's heading";
        Value = "value", Text, "the value as it stood";
        Message = "message", Text, "what was found, and what was done instead";
        Hint = "hint", Text, "what a person can do";
        SubscriptionId = "subscription_id", Text, "the subscription, where one is meant";
    }
}

columns! {
    /// A column of `plan.changes.csv`.
    ChangeColumn {
        Change = "change", Text, "new; gone: in no export any more; moved: it shows as ours now; changed";
        Loss = "loss", Text, "due-soon: gone or changed for the worse, and its day is near; later: the same, and there is time; empty: no loss";
        Due = "due", Date, "the day it hangs on: the next step, the move or the term end, whichever comes first";
        SubscriptionId = "subscription_id", Text, "the subscription";
        CustomerId = "customer_id", Text, "the customer's tenant id";
        CustomerName = "customer_name", Text, "its name";
        Offer = "offer", Text, "what the customer has";
        Field = "field", Text, "the column of plan.csv that changed; empty for a subscription that is new, gone or moved";
        Old = "old", Text, "what stood there";
        New = "new", Text, "what stands there now";
        Cause = "cause", Text, "export, table (a table, a rule table, the settings, a file of Microsoft's or the program), date (one was crossed), several (which of them cannot be told), unknown (nothing is recorded of the earlier run)";
        Detail = "detail", Text, "which fact, table or date";
    }
}
