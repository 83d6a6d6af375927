//! One small, realistic table of each kind.

use super::*;
use crate::recognise::Flaw;

fn end(subscription: &Subscription) -> Option<NaiveDate> {
    subscription.term_end.map(|TermEnd(date)| date)
}

fn kind(recognised: &Recognised) -> &str {
    &recognised.inputs[0].tables[0].kind
}

#[test]
fn the_batch_migration_tool_tells_what_is_and_not_what_is_wished() {
    let newest = "PartnerTenantId,IndirectResellerMpnId,CustomerName,CustomerTenantId,LegacySubscriptionId,LegacySubscriptionName,LegacyProductName,ExpirationDate,AutoRenewEnabled,MigrationEligible,NcePsa,CurrentTerm,CurrentBillingPlan,CurrentSeatCount,StartNewTermInNce,Term,BillingPlan,SeatCount,CustomTermEndDate,AddOn,BaseSubscriptionId,MigrationIneligibilityReason";
    let row = format!(
        "{PARTNER},,Contoso,{CONTOSO},{SUB_A},Contoso E3,Office 365 E3,05/13/2027 00:00:00,True,True,CFQ7TTC0LF8R:0001:CFQ7TTC0K971,P1Y,Monthly,25,False,P3Y,Annual,99,06/30/2027 00:00:00,True,{SUB_B},"
    );
    let recognised = Estate::default()
        .file("subscriptions.csv", &format!("{newest}\n{row}\n"))
        .recognise();
    assert_eq!(kind(&recognised), "bam-subscriptions");
    let subscription = only(&recognised);
    assert_eq!(end(subscription), Some(date(2027, 5, 13)));
    assert_eq!(subscription.seats, Some(Seats(25)));
    assert_eq!(subscription.term, Some(Term::YEAR));
    assert_eq!(subscription.billing_plan, Some(BillingPlan::Monthly));
    assert_eq!(subscription.auto_renew, Some(true));
    assert_eq!(subscription.channel, Some(Channel::CspLegacy));
    assert_eq!(subscription.offer.name.as_deref(), Some("Office 365 E3"));
    assert_eq!(subscription.offer.offer_id, None);
    assert_eq!(subscription.addon, Some(true));
    assert_eq!(subscription.base_id.as_deref(), Id::parse(SUB_B).as_ref());
    assert_eq!(subscription.seller_id.as_deref(), Id::parse(PARTNER).as_ref());
    assert_eq!(subscription.customer_name.as_deref(), Some("Contoso"));
    assert!(subscription.flaws.is_empty());
    assert_eq!(codes(&recognised), []);

    let scheduled = "PartnerTenantId,IndirectResellerMpnId,CustomerName,CustomerTenantId,LegacySubscriptionId,LegacySubscriptionName,LegacyProductName,ExpirationDate,AutoRenewEnabled,AddOn,BaseSubscriptionId,MigrationEligible,NcePsa,CurrentTerm,CurrentBillingPlan,CurrentSeatCount,StartNewTermInNce,Term,BillingPlan,SeatCount,CustomTermEndDate,TargetDate,MigrateOnRenewal,MigrationIneligibilityReason";
    let row = format!(
        "{PARTNER},,Contoso,{CONTOSO},{SUB_A},x,Office 365 E3,05/13/2027 00:00:00,True,True,{SUB_B},True,CFQ7TTC0LF8R:0001:CFQ7TTC0K971,P1Y,Monthly,25,False,P3Y,Annual,99,06/30/2027 00:00:00,01/02/2027 00:00:00,True,"
    );
    let again = Estate::default()
        .file("subscriptions.csv", &format!("{scheduled}\n{row}\n"))
        .recognise();
    assert_eq!(end(only(&again)), Some(date(2027, 5, 13)));
    assert_eq!(only(&again).seats, Some(Seats(25)));
    let oldest = newest
        .replace("AutoRenewEnabled,", "")
        .replace("CustomTermEndDate,", "");
    let row = format!(
        "{PARTNER},,Contoso,{CONTOSO},{SUB_A},x,Office 365 E3,05/13/2027 00:00:00,True,CFQ7TTC0LF8R:0001:CFQ7TTC0K971,P1Y,Monthly,25,False,P3Y,Annual,99,False,,"
    );
    let again = Estate::default()
        .file("subscriptions.csv", &format!("{oldest}\n{row}\n"))
        .recognise();
    assert_eq!(only(&again).auto_renew, None);
    assert_eq!(only(&again).seats, Some(Seats(25)));
}

#[test]
fn new_commerce_subscriptions_of_the_batch_migration_tool() {
    let text = format!(
        "PartnerTenantId,IndirectResellerMpnId,CustomerName,CustomerTenantId,SubscriptionId,SubscriptionName,ProductName,ExpirationDate,Psa,Term,BillingPlan,SeatCount,MigratedFromSubscriptionId\n{PARTNER},,Contoso,{CONTOSO},{SUB_A},E3,Microsoft 365 E3,05/13/2027 00:00:00,CFQ7TTC0LFLX:0001:CFQ7TTC0K971,P1Y,Annual,12,\n"
    );
    let mut estate = Estate::default().file("ncesubscriptions.csv", &text);
    let recognised = estate.recognise();
    assert_eq!(kind(&recognised), "bam-ncesubscriptions");
    let subscription = only(&recognised);
    assert_eq!(
        subscription.offer.offer_id.as_deref(),
        Some("CFQ7TTC0LFLX:0001:CFQ7TTC0K971")
    );
    assert_eq!(subscription.channel, Some(Channel::Csp));
    assert_eq!(subscription.billing_plan, Some(BillingPlan::Annual));
    estate.config.partner.ids = Id::parse(PARTNER).into_iter().collect();
    assert_eq!(only(&estate.recognise()).channel, Some(Channel::Own));
}

#[test]
fn powershell_and_the_api_tell_legacy_by_the_offers_id() {
    let text = format!(
        "AutoRenewEnabled,BillingCycle,CommitmentEndDate,EntitlementId,FriendlyName,IsTrial,OfferId,OfferName,ParentSubscriptionId,PartnerId,Quantity,Status,SubscriptionId,TermDuration,UnitType\nTrue,Monthly,2027-05-13 00:00:00,,Our E3,False,796b6b5f-613c-4e24-a17c-eba730d49c02,Office 365 E3,,1234567,25,Active,{SUB_A},,Licenses\n"
    );
    let recognised = Estate::default().file("subs.csv", &text).recognise();
    assert_eq!(kind(&recognised), "get-partnercustomersubscription");
    assert_eq!(only(&recognised).channel, Some(Channel::CspLegacy));
    assert_eq!(only(&recognised).offer.name.as_deref(), Some("Office 365 E3"));
    assert_eq!(only(&recognised).state, Some(State::Active));
    assert_eq!(only(&recognised).trial, Some(false));

    let text = format!(
        "id,offerId,entitlementId,offerName,friendlyName,quantity,unitType,creationDate,effectiveStartDate,commitmentEndDate,status,autoRenewEnabled,billingCycle,isTrial,termDuration\n{SUB_A},CFQ7TTC0LFLX:0001:CFQ7TTC0K971,,Microsoft 365 E3,E3,25,Licenses,2021-10-15T21:28:18.4786844Z,2021-10-15T00:00:00Z,2027-10-14T00:00:00Z,active,true,monthly,false,P1Y\n"
    );
    let recognised = Estate::default().file("dump.csv", &text).recognise();
    assert_eq!(kind(&recognised), "partner-center-api");
    assert_eq!(only(&recognised).channel, Some(Channel::Csp));
    assert_eq!(end(only(&recognised)), Some(date(2027, 10, 14)));
    assert_eq!(only(&recognised).term, Some(Term::YEAR));
}

#[test]
fn graph_dates_are_term_ends_only_while_active() {
    let head = "CommerceSubscriptionId,CreatedDateTime,Id,IsTrial,NextLifecycleDateTime,OcpSubscriptionId,OwnerTenantId,SkuId,SkuPartNumber,Status,TotalLicenses";
    let sku = "05e9a617-0261-4cee-bb44-138d3ef5d965";
    let text = format!(
        "{head}\n{SUB_A},2024-05-14T00:00:00Z,dir-1,False,2027-05-13T00:00:00Z,,{PARTNER},{sku},SPE_E3,Enabled,25\n{SUB_B},2024-05-14T00:00:00Z,dir-2,False,2026-12-13T00:00:00Z,,,{sku},SPE_E3,Suspended,5\n"
    );
    let recognised = Estate::default().file("graph.csv", &text).recognise();
    assert_eq!(kind(&recognised), "graph-companysubscription");
    let [a, b] = &recognised.subscriptions[..] else {
        panic!()
    };
    assert_eq!((end(a), a.channel), (Some(date(2027, 5, 13)), Some(Channel::Csp)));
    assert_eq!(a.seller_id.as_deref(), Id::parse(PARTNER).as_ref());
    assert_eq!(a.offer.sku_id.as_deref(), Some(sku));
    assert_eq!(a.offer.sku_part_number.as_deref(), Some("SPE_E3"));
    assert_eq!((end(b), b.channel, b.state), (None, None, Some(State::Suspended)));
}

#[test]
fn portal_customers_and_subscriptions_are_joined_by_the_path() {
    let estate = Estate::default()
        .file("Customers.csv", &format!("Microsoft ID,Company name,Primary domain name,Relationship\n{CONTOSO},Contoso,contoso.example,Cloud Reseller\n"))
        .file("exports/contoso.example/subs.csv", &format!("Subscription ID,Subscription,Quantity,Status,Reseller\n{SUB_A},Microsoft 365 E3,25,Active,1234567\n"))
        .source(SourceRule {
            pattern: "exports/{customer_domain}/*.csv".into(),
            channel: Some(Channel::WebDirect),
            ..SourceRule::default()
        });
    let recognised = estate.recognise();
    let subscription = only(&recognised);
    assert_eq!(
        subscription.customer_id.map(|id| id.to_string()).as_deref(),
        Some(CONTOSO)
    );
    assert_eq!(subscription.customer_name.as_deref(), Some("Contoso"));
    assert_eq!(subscription.channel, Some(Channel::WebDirect));
    assert_eq!(recognised.customers[0].relationship, Some(true));
    assert_eq!(recognised.accounting.customers, 1);
    assert_eq!(codes(&recognised), [Code::CustomerResolved]);
}

const NCE: &str = "PartnerId,CustomerId,CustomerName,CustomerDomainName,CustomerCountry,OrderDate,ProductId,SkuId,AvailabilityId,SkuName,ProductName,ChargeType,UnitPrice,Quantity,Subtotal,SubscriptionId,ChargeStartDate,ChargeEndDate,TermAndBillingCycle,BillableQuantity,SubscriptionStartDate,SubscriptionEndDate";

fn nce(kind: &str, quantity: &str, subtotal: &str, from: &str, until: &str) -> String {
    format!(
        "{PARTNER},{CONTOSO},Contoso,contoso.example,HU,5/14/2026,CFQ7TTC0LFLX,1,CFQ7TTC0K971,Microsoft 365 E3,Microsoft 365 E3,{kind},10,{quantity},{subtotal},{SUB_A},{from},{until},One-Year commitment for monthly billing,{quantity},5/14/2026,5/13/2027\n"
    )
}

#[test]
fn licences_come_from_the_right_charge_and_are_never_added_up() {
    let rows = [
        nce("new", "20", "200", "5/14/2026", "6/13/2026"),
        nce("addQuantity", "5", "30", "5/20/2026", "6/13/2026"),
        nce("CycleCharge", "25", "250", "6/14/2026", "7/13/2026"),
        nce("customerCredit", "25", "-250", "6/20/2026", "7/13/2026"),
        nce("cycleCharge", "'25.0", "-250", "7/20/2026", "7/21/2026"),
    ];
    let recognised = Estate::default()
        .file("recon.csv", &format!("{NCE}\n{}", rows.concat()))
        .recognise();
    assert_eq!(kind(&recognised), "recon-nce");
    let subscription = only(&recognised);
    assert_eq!(subscription.seats, Some(Seats(25)));
    assert_eq!(end(subscription), Some(date(2027, 5, 13)));
    assert_eq!(subscription.term_start, Some(date(2026, 5, 14)));
    assert_eq!(
        subscription.offer.offer_id.as_deref(),
        Some("CFQ7TTC0LFLX:0001:CFQ7TTC0K971")
    );
    assert_eq!(subscription.term, Some(Term::YEAR));
    assert_eq!(subscription.channel, Some(Channel::Csp));
    assert!(subscription.flaws.is_empty(), "{}", told(&recognised));
    assert_eq!(recognised.accounting.merged, 4);
    assert_eq!(codes(&recognised), [Code::RowsMerged, Code::IdRepaired]);
    let repaired = &finding(&recognised, Code::IdRepaired).message;
    assert!(
        repaired.contains("`1` has lost zeros") && repaired.ends_with("; 5 rows of this column"),
        "{repaired}"
    );
    assert_eq!(
        recognised.customers[0]
            .country
            .map(|country| country.to_string())
            .as_deref(),
        Some("HU")
    );
}

#[test]
fn a_change_after_the_last_full_charge_leaves_the_licences_unknown() {
    let rows = [
        nce("cycleCharge", "25", "250", "6/14/2026", "7/13/2026"),
        nce("addQuantity", "5", "50", "6/20/2026", "7/13/2026"),
    ];
    let estate = Estate::default().file("recon.csv", &format!("{NCE}\n{}", rows.concat()));
    let recognised = estate.recognise();
    assert_eq!(only(&recognised).seats, None);
    assert!(only(&recognised).flaws.has(Flaw::SeatsUnreadable));
    assert!(
        finding(&recognised, Code::SeatsUnreadable)
            .message
            .contains("addQuantity")
    );
    // a source of more standing settles it
    let portal =
        format!("Subscription ID,Subscription,Quantity,Status,Reseller\n{SUB_A},Microsoft 365 E3,30,Active,1234567\n");
    let recognised = estate.file("subs.csv", &portal).recognise();
    assert_eq!(only(&recognised).seats, Some(Seats(30)));
    assert!(only(&recognised).flaws.is_empty(), "{}", told(&recognised));
    assert_eq!(only(&recognised).place.file.as_str(), "subs.csv");
    // what went is a change too
    let rows = [
        nce("cycleCharge", "3", "30", "6/14/2026", "7/13/2026"),
        nce("removeQuantity", "'-1.0000", "'-10.00", "6/14/2026", "7/13/2026"),
    ];
    let recognised = Estate::default()
        .file("recon.csv", &format!("{NCE}\n{}", rows.concat()))
        .recognise();
    assert_eq!(only(&recognised).seats, None);
    let rows = format!(
        "{}{}",
        rows.concat(),
        nce("CycleCharge", "2", "20", "6/14/2026", "7/13/2026")
    );
    let recognised = Estate::default()
        .file("recon.csv", &format!("{NCE}\n{rows}"))
        .recognise();
    assert_eq!(only(&recognised).seats, Some(Seats(2)), "{}", told(&recognised));
    // a cancelled one is gone
    let rows = [
        nce("new", "25", "250", "6/14/2026", "7/13/2026"),
        nce("cancelImmediate", "25", "-250", "6/15/2026", "7/13/2026"),
    ];
    let recognised = Estate::default()
        .file("recon.csv", &format!("{NCE}\n{}", rows.concat()))
        .recognise();
    assert_eq!(only(&recognised).state, Some(State::Deleted));
}

#[test]
fn legacy_reconciliation_is_known_by_the_portals_id() {
    let head = "PartnerId,CustomerId,CustomerName,MPNID,ResellerMPNID,OrderId,SubscriptionId,SyndicationPartnerSubscriptionNumber,OfferId,DurableOfferId,OfferName,SubscriptionStartDate,SubscriptionEndDate,ChargeStartDate,ChargeEndDate,ChargeType,UnitPrice,Quantity,Amount,TotalOtherDiscount,Subtotal,Tax,TotalForCustomer,Currency,DomainName,SubscriptionName,SubscriptionDescription,BillingCycleType";
    let row = |kind: &str, quantity: &str, amount: &str, month: u32| {
        format!(
            "{PARTNER},{CONTOSO},Contoso,1,2,566890604832738111,usCBMgAAAAAAAAIA,{SUB_A},C0D2,796b6b5f-613c-4e24-a17c-eba730d49c02,Office 365 E3,2/1/2026 0:00,1/31/2027 23:59,{month}/1/2026 0:00,{month}/28/2026 23:59,{kind},6.82,{quantity},{amount},0,{amount},0,0,EUR,contoso.example,Office 365 E3,Office 365 E3,Monthly\n"
        )
    };
    let rows = [
        row("Purchase fee", "10", "68", 2),
        row("Cycle fee", "12", "80", 3),
        row("Prorate fees when cancel", "2", "-3", 3),
    ];
    let recognised = Estate::default()
        .file("recon.csv", &format!("{head}\n{}", rows.concat()))
        .recognise();
    assert_eq!(kind(&recognised), "recon-legacy");
    let subscription = only(&recognised);
    assert_eq!(Some(&subscription.id), Id::parse(SUB_A).as_ref());
    assert_eq!(subscription.seats, Some(Seats(12)));
    assert_eq!(end(subscription), Some(date(2027, 1, 31)));
    assert_eq!(subscription.channel, Some(Channel::CspLegacy));
}

#[test]
fn the_latest_month_of_insights_counts_and_marked_copies_do_not() {
    let head = "PGAMpnID,SubscriptionId,SubscriptionStartDate,SubscriptionEndDate,SubscriptionState,Month,IsAutoRenew,CustomerName,CustomerTenantId,CustomerMarket,Product,IsDuplicateRowForPGA,AvailableSeatsEOP,AvailableSeats";
    let row = |month: &str, seats: u32, copy: u32| {
        format!(
            "1,{SUB_A},2026-02-01,2027-01-31,Active,{month},Yes,Contoso,{CONTOSO},Hungary,Microsoft 365 E3,{copy},{seats},-3\n"
        )
    };
    let rows = [
        row("2026-09-01", 10, 0),
        row("2026-11-01", 30, 0),
        row("2026-10-01", 20, 0),
        row("2026-12-01", 99, 1),
    ];
    let recognised = Estate::default()
        .file("insights.csv", &format!("{head}\n{}", rows.concat()))
        .recognise();
    assert_eq!(kind(&recognised), "insights-subscriptions");
    assert_eq!(only(&recognised).seats, Some(Seats(30)));
    assert_eq!(only(&recognised).auto_renew, Some(true));
    assert_eq!(recognised.accounting.ignored, 1);
    assert_eq!(codes(&recognised), [Code::RowIgnored, Code::RowsMerged]);
}

#[test]
fn cloudblue_writes_a_dash_for_nothing() {
    let head = "Asset ID,Provider Name,Provider ID,Marketplace Name,Subscription ID,External Subscription ID,External Customer ID,Customer Name,Connection Type,Domain,Offer ID,Offer Name,Status,Microsoft Status,Microsoft Auto Renew,CBC Creation Date,Microsoft Creation Date,Microsoft Commitment End Date,Licenses,Microsoft Licenses,Error details";
    let text = format!(
        "{head}\nAS-1,P,PA-1,MP,{SUB_A},77,88,Contoso,production,contoso.example,CFQ7TTC0LFLX:0001,Microsoft 365 E3,active,active,-,-,2026-01-02,2027-01-01,3,25,-\n"
    );
    let recognised = Estate::default().file("audit.csv", &text).recognise();
    assert_eq!(kind(&recognised), "cloudblue-audit");
    let subscription = only(&recognised);
    assert_eq!(subscription.seats, Some(Seats(25)));
    assert_eq!(subscription.auto_renew, None);
    assert_eq!(subscription.customer_domain.as_deref(), Some("contoso.example"));
    assert_eq!(codes(&recognised), [Code::CustomerUnknown]);
}

#[test]
fn the_licences_export_takes_its_customer_from_the_settings() {
    let text = "Product Title,Total Licenses,Expired Licenses,Assigned licenses\nMicrosoft 365 E3,25,0,20\nVisio Plan 2,0,3,1\n";
    let estate = Estate::default()
        .file(&format!("licences/{CONTOSO}.csv"), text)
        .source(SourceRule {
            pattern: "licences/{customer_id}.csv".into(),
            ..SourceRule::default()
        });
    let recognised = estate.recognise();
    assert_eq!(kind(&recognised), "m365-licenses");
    assert_eq!(recognised.subscriptions.len(), 2, "{}", told(&recognised));
    for subscription in &recognised.subscriptions {
        assert!(subscription.id.to_string().starts_with("no-id:"), "{}", subscription.id);
        assert!(subscription.customer_id.is_some() && subscription.term_end.is_none());
    }
    let expired = recognised
        .subscriptions
        .iter()
        .find(|s| s.state == Some(State::Expired))
        .unwrap();
    assert_eq!(
        (expired.seats, expired.offer.name.as_deref()),
        (Some(Seats(3)), Some("Visio Plan 2"))
    );
    // without the setting nobody says whose they are
    let stranger = Estate::default().file("licences.csv", text).recognise();
    assert_eq!(stranger.accounting.rejected, 2);
}

#[test]
fn hand_kept_lists_are_read_by_vocabulary() {
    let text = format!(
        "Ügyfél;Bérlőazonosító;Előfizetés-azonosító;Termék;Licencek száma;Lejárat;Állapot;Automatikus megújítás\nKék Kft.;{CONTOSO};{SUB_A};Microsoft 365 E3;25;2027. 05. 03.;Aktív;igen\n"
    );
    let recognised = Estate::default().file("lista.csv", &text).recognise();
    assert_eq!(kind(&recognised), "vocabulary", "{}", told(&recognised));
    assert_eq!(recognised.inputs[0].tables[0].language.as_deref(), Some("hu"));
    let subscription = only(&recognised);
    assert_eq!(end(subscription), Some(date(2027, 5, 3)));
    assert_eq!(
        (subscription.seats, subscription.auto_renew),
        (Some(Seats(25)), Some(true))
    );
    assert_eq!(subscription.channel, None);
}

#[test]
fn exports_of_something_else_are_refused_by_name_and_strangers_told_of() {
    let recognised = Estate::default()
        .file(
            "users.csv",
            "Display name,User principal name,Licenses,Object Id\nA,b@c.example,E3,1\n",
        )
        .recognise();
    assert_eq!(codes(&recognised), [Code::KindRefused]);
    assert!(finding(&recognised, Code::KindRefused).message.contains("users export"));
    let recognised = Estate::default()
        .file("prices.csv", "Colour,Weight\nred,1\n")
        .recognise();
    assert_eq!(codes(&recognised), [Code::NoHeadings]);
    let recognised = Estate::default()
        .sheet("book.xlsx", "Notes", "Colour,Weight\nred,1\n")
        .sheet(
            "book.xlsx",
            "List",
            &format!(
                "Microsoft ID,Company name,Primary domain name,Relationship\n{CONTOSO},Contoso,contoso.example,\n"
            ),
        )
        .recognise();
    assert_eq!(codes(&recognised), [Code::SheetIgnored]);
    let recognised = Estate::default()
        .file(
            "matrix.csv",
            "ProductTitle,ProductId,SkuId,SkuTitle,ProvisioningId\nE3,CFQ,1,E3,x\nE5,CFQ,1,E5,y\n",
        )
        .recognise();
    assert_eq!(recognised.accounting.reference, 2);
    assert_eq!(recognised.subscriptions.len(), 0);
}

/// The field that each heading of a list was used for.
fn fields(recognised: &Recognised) -> Vec<(&str, &str)> {
    let columns = recognised.inputs[0].tables[0].columns.iter();
    columns
        .map(|(heading, field)| (&**heading, field.as_deref().unwrap_or("")))
        .collect()
}

#[test]
fn what_is_of_something_else_is_not_taken_for_the_subscriptions() {
    let strangers = [
        "Payment status",
        "Order status",
        "Status (invoice)",
        "Connect Subscription Status",
        "Invoice date",
        "Birth date",
        "Date",
        "Last login date",
        "Trial end date",
        "Warranty expiry date",
        "Product ID/SKU ID",
        "Customer/Reseller",
        "Start date / End date",
        "Seats / Assigned seats",
        "Quantity (invoice)",
        "Order quantity",
        "Account manager",
        "Customer group",
        "Customer since",
        "Unit price",
        "ID",
        "Name",
        "Type",
        "Termin",
        "Statusdatum",
        "Kundennummer (intern)",
        "Enddatum Wartung",
    ];
    let headings = format!("Subscription ID,Product,Licenses,{}", strangers.join(","));
    let row = format!("{SUB_A},Office 365 E3,25{}", ",2026-10-14".repeat(strangers.len()));
    let recognised = Estate::default()
        .file("list.csv", &format!("{headings}\n{row}\n"))
        .recognise();
    let bound: Vec<_> = fields(&recognised)
        .into_iter()
        .skip(3)
        .filter(|(_, field)| !field.is_empty())
        .collect();
    assert_eq!(bound, []);
    assert_eq!(end(only(&recognised)), None);
}

#[test]
fn of_two_headings_of_a_field_the_specific_one_counts() {
    let of = |headings: &str, row: &str| {
        Estate::default()
            .file("list.csv", &format!("{headings}\n{row}\n"))
            .recognise()
    };
    let headings = "Status,Subscription status,Subscription ID,Product,Licenses,End date,Subscription end date";
    let agreeing = of(
        headings,
        &format!("Active,Active,{SUB_A},Office 365 E3,25,2027-05-13,2027-05-13"),
    );
    assert_eq!(only(&agreeing).state, Some(State::Active));
    assert!(only(&agreeing).flaws.is_empty());
    let of_code = |recognised: &Recognised, code| codes(recognised).into_iter().filter(|known| *known == code).count();
    assert_eq!(of_code(&agreeing, Code::HeadingRepeated), 2);
    assert_eq!(of_code(&agreeing, Code::Contradiction), 0);
    // What the general one says is not lost: that they differ is for a person.
    let differing = of(
        headings,
        &format!("Active,Suspended,{SUB_A},Office 365 E3,25,2026-11-30,2027-05-13"),
    );
    let subscription = only(&differing);
    assert_eq!(
        (subscription.state, end(subscription)),
        (Some(State::Suspended), Some(date(2027, 5, 13)))
    );
    assert!(subscription.flaws.has(Flaw::Contradiction));
    assert_eq!(of_code(&differing, Code::Contradiction), 2);
    // An empty one says nothing.
    let half = of(headings, &format!("Active,-,{SUB_A},Office 365 E3,25,2027-05-13,"));
    assert_eq!(
        (only(&half).state, end(only(&half))),
        (Some(State::Active), Some(date(2027, 5, 13)))
    );
    assert!(only(&half).flaws.is_empty());
    let german = of(
        "Status;Abonnementstatus;Abonnement-ID;Produkt;Anzahl",
        &format!("Aktiv;Gesperrt;{SUB_A};Office 365 E3;25"),
    );
    assert_eq!(only(&german).state, Some(State::Suspended));
}

#[test]
fn a_spare_column_counts_where_the_better_one_is_empty() {
    let headings = "id,offerId,offerName,quantity,commitmentEndDate,commitmentEndDateTime,status";
    let rows = [
        format!("{SUB_A},,Office 365 E3,25,2027-05-13T00:00:00Z,2027-05-14T23:59:59Z,active"),
        format!("{SUB_B},,Office 365 E3,25,,2027-05-14T23:59:59Z,active"),
    ];
    let recognised = Estate::default()
        .file("dump.csv", &format!("{headings}\n{}\n", rows.join("\n")))
        .recognise();
    let ends: Vec<_> = recognised.subscriptions.iter().map(end).collect();
    assert_eq!(ends, [Some(date(2027, 5, 13)), Some(date(2027, 5, 14))]);
    assert!(!codes(&recognised).contains(&Code::HeadingRepeated));
}

#[test]
fn a_state_that_means_a_trial_says_so_in_every_language() {
    let table = include_str!("../words.csv");
    let words = table
        .lines()
        .filter_map(|line| line.strip_prefix("trial,true,")?.split(',').next());
    let words: Vec<&str> = words.collect();
    assert!(words.contains(&"In trial") && words.contains(&"Próbaverzió") && words.contains(&"試用"));
    for word in words {
        let text = format!("Subscription ID,Channel,Offer name,Seats,State\n{SUB_A},csp,Visio Plan 2,5,{word}\n");
        let recognised = Estate::default().file("subs.csv", &text).recognise();
        let one = only(&recognised);
        assert_eq!((one.trial, one.state), (Some(true), Some(State::Active)), "{word}");
        assert!(
            codes(&recognised).iter().all(|code| *code != Code::ValueUnknown),
            "{word}"
        );
    }
    let text = format!("Subscription ID,Channel,Offer name,Seats,State\n{SUB_A},csp,Visio Plan 2,5,Paid\n");
    let recognised = Estate::default().file("subs.csv", &text).recognise();
    assert_eq!((only(&recognised).trial, only(&recognised).state), (None, None));
}
