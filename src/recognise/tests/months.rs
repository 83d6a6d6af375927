//! Files with many rows a subscription, as they come: two months of charges, months of analytics.

use super::*;

const NCE: &str = "PartnerId,CustomerId,CustomerName,CustomerDomainName,CustomerCountry,InvoiceNumber,MPNID,ResellerMPNID,OrderId,OrderDate,ProductId,SkuId,AvailabilityId,SkuName,ProductName,ChargeType,UnitPrice,Quantity,Subtotal,TaxTotal,Total,Currency,PriceAdjustmentDescription,PublisherName,PublisherId,SubscriptionDescription,SubscriptionId,ChargeStartDate,ChargeEndDate,TermAndBillingCycle,EffectiveUnitPrice,UnitType,AlternateId,BillableQuantity,BillingFrequency,PricingCurrency,PCToBCExchangeRate,PCToBCExchangeRateDate,MeterDescription,ReservationOrderId,CreditReasonCode,SubscriptionStartDate,SubscriptionEndDate,ReferenceID,ProductQualifiers,PromotionID";

/// One charge: subscription, type, quantity, subtotal, charge dates, order date, term.
#[derive(Clone, Copy)]
struct Charge<'a>(u32, &'a str, &'a str, &'a str, [&'a str; 2], &'a str, [&'a str; 2]);

fn nce(charges: &[Charge<'_>]) -> String {
    let row = |Charge(n, kind, quantity, subtotal, [from, until], ordered, [start, end]): &Charge<'_>| {
        format!(
            "{PARTNER},{CONTOSO},Contoso,contoso.example,HU,G1,4321567,,\"0ET2qaZ, 6dc5\",{ordered},CFQ7TTC0LFLX,0001,CFQ7TTC0K971,Microsoft 365 E3,Microsoft 365 E3,{kind},32,{quantity},{subtotal},0,{subtotal},EUR,,Microsoft,,E3,a0000000-0000-4000-8000-00000000000{n},{from},{until},One-Year commitment for monthly billing,32,Licenses,6dc5c039750a,{quantity},Monthly,USD,1,,,,,{start},{end},,,"
        )
    };
    let rows: Vec<String> = charges.iter().map(row).collect();
    format!("{NCE}\n{}\n", rows.join("\n"))
}

fn october() -> Vec<Charge<'static>> {
    let (month, year) = (["10/1/2026", "10/31/2026"], ["2/14/2026", "2/13/2027"]);
    let mid = ["10/13/2026", "10/31/2026"];
    vec![
        Charge(1, "cycleCharge", "20", "640", month, "2/14/2026", year),
        Charge(1, "addQuantity", "5", "97.5", mid, "10/13/2026", year),
        Charge(2, "new", "10", "320", mid, "10/13/2026", ["10/13/2026", "10/12/2027"]),
        Charge(
            2,
            "removeQuantity",
            "-2",
            "-60",
            ["10/15/2026", "10/31/2026"],
            "10/15/2026",
            ["10/13/2026", "10/12/2027"],
        ),
        Charge(
            3,
            "cycleCharge",
            "7",
            "224",
            month,
            "1/1/2026",
            ["1/1/2026", "12/31/2026"],
        ),
        Charge(
            3,
            "cancelImmediate",
            "-7",
            "-112",
            ["10/16/2026", "10/31/2026"],
            "10/16/2026",
            ["1/1/2026", "12/31/2026"],
        ),
        Charge(
            4,
            "cycleCharge",
            "3",
            "96",
            month,
            "11/1/2025",
            ["11/1/2025", "10/31/2026"],
        ),
    ]
}

fn november() -> Vec<Charge<'static>> {
    let (month, year) = (["11/1/2026", "11/30/2026"], ["2/14/2026", "2/13/2027"]);
    vec![
        Charge(1, "CYCLECHARGE", "25", "800", month, "10/13/2026", year),
        Charge(1, "customerCredit", "1", "-10", month, "11/2/2026", year),
        Charge(
            2,
            "cycleCharge",
            "8",
            "256",
            month,
            "10/15/2026",
            ["10/13/2026", "10/12/2027"],
        ),
        Charge(4, "renew", "4", "128", month, "11/1/2026", ["11/1/2026", "10/31/2027"]),
        Charge(
            4,
            "credit",
            "-3",
            "-6",
            ["10/1/2026", "10/31/2026"],
            "11/3/2026",
            ["11/1/2025", "10/31/2026"],
        ),
    ]
}

fn seats(recognised: &Recognised) -> Vec<(Option<u32>, Option<State>, Option<NaiveDate>)> {
    let facts = |s: &Subscription| (s.seats.map(|seats| seats.0), s.state, s.term_end.map(|end| end.0));
    recognised.subscriptions.iter().map(facts).collect()
}

#[test]
fn two_months_of_new_commerce_charges_give_the_latest_level() {
    let (october, november) = (october(), november());
    assert_eq!(october.len() + november.len(), 12);
    let expected = [
        (Some(25), None, Some(date(2027, 2, 13))),
        (Some(8), None, Some(date(2027, 10, 12))),
        (Some(7), Some(State::Deleted), Some(date(2026, 12, 31))),
        (Some(4), None, Some(date(2027, 10, 31))),
    ];
    let two = Estate::default()
        .file("recon-2026-10.csv", &nce(&october))
        .file("recon-2026-11.csv", &nce(&november))
        .recognise();
    assert_eq!(seats(&two), expected, "{}", told(&two));
    assert_eq!((two.accounting.subscriptions, two.accounting.merged), (4, 8));
    // in one file, in any order
    let mut all = [november, october].concat();
    for _ in 0..all.len() {
        all.rotate_left(1);
        let one = Estate::default().file("recon.csv", &nce(&all)).recognise();
        assert_eq!(seats(&one), expected, "{}", told(&one));
    }
}

#[test]
fn a_month_that_ends_with_a_change_leaves_the_licences_open() {
    let recognised = Estate::default()
        .file("recon-2026-10.csv", &nce(&october()))
        .recognise();
    let unknown = |n: usize| {
        (
            seats(&recognised)[n].0,
            recognised.subscriptions[n].flaws.iter().count(),
        )
    };
    assert_eq!(unknown(0), (None, 1), "{}", told(&recognised));
    assert_eq!(unknown(1), (None, 1));
    assert_eq!(unknown(3), (Some(3), 0));
}

#[test]
fn legacy_charges_of_two_months_are_joined_in_any_case() {
    let head = "PartnerId,CustomerId,CustomerName,MPNID,ResellerMPNID,OrderId,SubscriptionId,SyndicationPartnerSubscriptionNumber,OfferId,DurableOfferId,OfferName,SubscriptionStartDate,SubscriptionEndDate,ChargeStartDate,ChargeEndDate,ChargeType,UnitPrice,Quantity,Amount,TotalOtherDiscount,Subtotal,Tax,TotalForCustomer,Currency,DomainName,SubscriptionName,SubscriptionDescription,BillingCycleType";
    let row = |syndication: &str, from: &str, until: &str, kind: &str, quantity: &str, amount: &str| {
        format!(
            "{PARTNER},{CONTOSO},Contoso,4321567,,566890604832738111,usCBMgAAAAAAAAIA,{syndication},X,031c9e47-4802-4248-838e-778fb1d2cc05,Office 365 Business Premium,2/1/2026 0:00,1/31/2027 23:59,{from},{until},{kind},6.82,{quantity},{amount},0,{amount},0,{amount},EUR,contoso.example,E3,,Monthly\n"
        )
    };
    let october = [
        row(SUB_A, "10/1/2026 0:00", "10/31/2026 23:59", "Cycle fee", "10", "68.2"),
        row(
            SUB_A,
            "10/13/2026 0:00",
            "10/31/2026 23:59",
            "Prorate fees when cancel",
            "-10",
            "-40",
        ),
        row(
            SUB_A,
            "10/13/2026 0:00",
            "10/31/2026 23:59",
            "Cycle instance prorate",
            "12",
            "48",
        ),
    ];
    let november = [
        row(
            &SUB_A.to_uppercase(),
            "11/1/2026 0:00",
            "11/30/2026 23:59",
            "Cycle fee",
            "12",
            "81.84",
        ),
        row(
            &format!("{{{SUB_A}}}"),
            "10/1/2026 0:00",
            "10/31/2026 23:59",
            "Activation fee",
            "1",
            "0",
        ),
    ];
    let recognised = Estate::default()
        .file("a.csv", &format!("{head}\n{}", october.concat()))
        .file("b.csv", &format!("{head}\n{}", november.concat()))
        .recognise();
    let subscription = only(&recognised);
    assert_eq!(subscription.seats, Some(Seats(12)), "{}", told(&recognised));
    assert_eq!(subscription.term_end, Some(TermEnd(date(2027, 1, 31))));
    assert!(subscription.flaws.is_empty());
}

#[test]
fn the_newest_month_of_insights_counts_whatever_the_order() {
    let head = "SubscriptionId,SubscriptionStartDate,SubscriptionEndDate,SubscriptionState,Month,IsAutoRenew,CustomerName,CustomerTenantId,CustomerMarket,Product,IsDuplicateRowForPGA,AvailableSeatsEOP,AvailableSeats";
    let row = |month: &str, level: u32, change: i32, copy: u32| {
        format!(
            "{SUB_A},2026-02-14,2027-02-13,Active,{month},Yes,Contoso,{CONTOSO},Hungary,Microsoft 365 E3,{copy},{level},{change}"
        )
    };
    let mut rows = [
        row("2026-09-01", 10, 10, 0),
        row("2026-10-01", 25, 15, 0),
        row("2026-10-01", 99, 15, 1),
        row("2026-11-01", 20, -5, 0),
        row("2026-11-01", 20, -5, 1),
    ];
    for _ in 0..rows.len() {
        rows.rotate_left(1);
        let recognised = Estate::default()
            .file("insights.csv", &format!("{head}\n{}\n", rows.join("\n")))
            .recognise();
        assert_eq!(only(&recognised).seats, Some(Seats(20)), "{}", told(&recognised));
        assert!(only(&recognised).flaws.is_empty());
        assert_eq!(recognised.accounting.ignored, 2);
        assert_eq!(
            codes(&recognised)
                .iter()
                .filter(|code| **code == Code::RowIgnored)
                .count(),
            2
        );
    }
}

#[test]
fn the_three_ids_of_graph_are_one_subscription() {
    let graph = "CommerceSubscriptionId,CreatedDateTime,Id,IsTrial,NextLifecycleDateTime,OcpSubscriptionId,OwnerTenantId,SkuId,SkuPartNumber,Status,TotalLicenses";
    let directory = "d1000000-0000-4000-8000-000000000001";
    let text = |status: &str| {
        format!(
            "{graph}\n{SUB_A},2026-02-14T09:10:11Z,{directory},False,2027-02-13T00:00:00Z,{SUB_B},{PARTNER},05e9a617-0261-4cee-bb44-138d3ef5d965,SPE_E3,{status},25\n"
        )
    };
    let by = |id: &str| {
        format!(
            "Subscription ID,Customer tenant ID,Offer name,Quantity,Auto renew\n{id},{CONTOSO},Microsoft 365 E3,25,no\n"
        )
    };
    for id in [SUB_A, SUB_B, directory] {
        let recognised = Estate::default()
            .file("graph.csv", &text("Enabled"))
            .file("list.csv", &by(&format!("{{{}}}", id.to_uppercase())))
            .recognise();
        let subscription = only(&recognised);
        assert_eq!(subscription.auto_renew, Some(false));
        assert_eq!(subscription.term_end, Some(TermEnd(date(2027, 2, 13))));
        assert_eq!(subscription.channel, Some(Channel::Csp));
        assert_eq!(subscription.seller_id.as_deref(), Id::parse(PARTNER).as_ref());
    }
    for status in ["Warning", "Suspended", "LockedOut"] {
        let recognised = Estate::default().file("graph.csv", &text(status)).recognise();
        assert_eq!(only(&recognised).term_end, None, "{status}");
    }
}

#[test]
fn a_month_without_a_day_says_which_row_is_newer() {
    let head = "PGAMpnID,SubscriptionId,SubscriptionEndDate,Month,CustomerTenantId,Product,AvailableSeatsEOP";
    for months in [["2026-09", "2026-10", "2026-08"], ["Sep 2026", "Oct 2026", "Aug 2026"]] {
        let row = |(month, seats): (&str, u32)| format!("1,{SUB_A},2027-05-13,{month},{CONTOSO},E3,{seats}\n");
        let rows: String = months.into_iter().zip([10, 12, 9]).map(row).collect();
        let recognised = Estate::default().file("i.csv", &format!("{head}\n{rows}")).recognise();
        assert_eq!(only(&recognised).seats, Some(Seats(12)), "{}", told(&recognised));
        assert!(only(&recognised).flaws.is_empty(), "{}", told(&recognised));
        assert!(!codes(&recognised).contains(&Code::DateUnreadable));
    }
}

#[test]
fn american_months_say_which_row_is_newer_and_how_the_other_dates_are_written() {
    let head = "PGAMpnID,SubscriptionId,SubscriptionEndDate,Month,CustomerTenantId,Product,AvailableSeatsEOP";
    let row = |(month, seats): (&str, u32)| format!("1,{SUB_A},2/5/2027,{month},{CONTOSO},E3,{seats}\n");
    let rows: String = [("9/1/2026", 10), ("11/1/2026", 12), ("10/1/2026", 9)]
        .map(row)
        .concat();
    let recognised = Estate::default().file("i.csv", &format!("{head}\n{rows}")).recognise();
    let subscription = only(&recognised);
    assert_eq!(subscription.seats, Some(Seats(12)), "{}", told(&recognised));
    assert_eq!(subscription.term_end, Some(TermEnd(date(2027, 2, 5))));
    assert!(subscription.flaws.is_empty(), "{}", told(&recognised));

    // Where the months show nothing, it is said that they were left out.
    let rows: String = [("1/2/2026", 10), ("2/1/2026", 12)].map(row).concat();
    let recognised = Estate::default().file("i.csv", &format!("{head}\n{rows}")).recognise();
    let told_of_months = recognised
        .findings
        .iter()
        .filter(|finding| finding.heading.as_deref() == Some("Month"))
        .map(|finding| finding.code);
    assert_eq!(told_of_months.collect::<Vec<_>>(), [Code::DateOrderUnknown]);
    assert!(only(&recognised).flaws.has(crate::recognise::Flaw::Contradiction));
}
