//! Each kind of file with its quirks, and what a mapping makes of them. The files are written here, in Microsoft's formats.

use std::{fs, path::PathBuf};

use uuid::Uuid;

use super::*;
use crate::{
    catalog::{Catalog, MapQuery, Mapping},
    recognise::SourceOffer,
};

const STANDARD_SKU: &str = "f245ecc8-75af-4f8e-b61f-27d8114de5f3";
const PREMIUM_SKU: &str = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";
const E3_SKU: &str = "6fd2c87f-b296-42f0-b197-1e91e994b900";
const E1_SKU: &str = "18181a46-0d4e-45cd-891e-60aabd171b4e";

const PLAN_1: &str = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";
const PLAN_2: &str = "efb87545-963c-4e0d-99df-69c6916d9eb0";
const FOUNDATION: &str = "113feb6c-3fe4-4440-bddc-54d774bf0318";
const APPS: &str = "43de0ff5-c92c-492b-9116-175376d08c38";
const PLANNER: &str = "b737dad2-2f6c-4c65-90e3-ca563267e8b9";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

struct Files {
    folder: tempfile::TempDir,
    settings: CatalogSettings,
}

impl Files {
    fn new() -> Files {
        Files {
            folder: tempfile::tempdir().unwrap(),
            settings: CatalogSettings::default(),
        }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn load(&self) -> Evidence {
        Evidence::load(
            &self.settings,
            &Limits::default(),
            &crate::read::Workbooks::default(),
            day("2026-11-21"),
        )
        .unwrap()
    }

    fn problems(&self) -> Vec<String> {
        Evidence::load(
            &self.settings,
            &Limits::default(),
            &crate::read::Workbooks::default(),
            day("2026-11-21"),
        )
        .unwrap_err()
    }
}

fn codes(evidence: &Evidence) -> Vec<Code> {
    evidence.findings().iter().map(|finding| finding.code).collect()
}

const PLANS_HEAD: &str =
    "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\r\n";

/// Office 365 E3 and E1 in Microsoft's format, with its quirks: no-break spaces and tabs in keys, a row twice, glued plan names,
/// capital ids, a comma in a string id.
fn plan_rows() -> String {
    format!(
        "Office 365 E3,ENTERPRISEPACK,{E3_SKU}\u{a0},EXCHANGE_S_FOUNDATION,{FOUNDATION},Exchange Foundation\r\n\
         Office 365 E3,ENTERPRISEPACK\t,{E3_SKU},EXCHANGE_S_ENTERPRISE,{},Exchange Online (Plan 2)\r\n\
         Office 365 E3,ENTERPRISEPACK,{E3_SKU},OFFICESUBSCRIPTION,{APPS},Microsoft 365 Apps for enterprise\r\n\
         Office 365 E3,ENTERPRISEPACK,{E3_SKU},OFFICESUBSCRIPTION,{APPS},Microsoft 365 Apps for enterprise\r\n\
         Office 365 E3,ENTERPRISEPACK,{E3_SKU},RMS_S_ENTERPRISE),{PLANNER},Microsoft Planner\r\n\
         Office 365 E1,STANDARDPACK,{},EXCHANGE_S_FOUNDATION PBI_PREMIUM_EM1_ADDON,{FOUNDATION},Exchange Foundation\r\n\
         Office\u{a0}365\u{a0}E1,STANDARDPACK,{E1_SKU},EXCHANGE_S_STANDARD,{PLAN_1},Exchange Online (Plan 1)\r\n\
         Caf\u{e9},\"A_min_1,000_B\",420c7602-7f70-4895-9394-d3d679ea36f,X,{PLANNER},Caf\u{e9} Planner\r\n",
        PLAN_2.to_uppercase(),
        E1_SKU.to_uppercase(),
    )
}

fn e3_to_e1(evidence: &Evidence) -> PlanComparison {
    let sku = |text: &str| text.parse().ok();
    evidence.compare_plans(sku(E3_SKU), &[sku(E1_SKU)], None).unwrap()
}

#[test]
fn losses_and_gains_by_plan_are_exact_in_both_encodings() {
    let text = format!("{PLANS_HEAD}{}", plan_rows());
    let utf8 = format!("\u{feff}{text}").into_bytes();
    let (cp1252, _, lost) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!lost);
    for bytes in [utf8, cp1252.into_owned()] {
        let mut files = Files::new();
        files.settings.service_plans = vec![files.write("service-plans-2026-11-01.csv", bytes)];
        let evidence = files.load();
        let plans = e3_to_e1(&evidence);
        let expected = [
            "Exchange Online (Plan 2)",
            "Microsoft 365 Apps for enterprise",
            "Microsoft Planner",
        ];
        assert_eq!(plans.loses.iter().map(|name| &**name).collect::<Vec<_>>(), expected);
        assert_eq!((plans.gains.len(), plans.critical, plans.doubtful), (0, true, None));
        assert_eq!(
            plans.rests_on,
            ["service plans (service-plans-2026-11-01.csv of 2026-11-01)"]
        );
        let damaged: Vec<&Finding> = evidence
            .findings()
            .iter()
            .filter(|finding| finding.code == Code::CatalogRowDamaged)
            .collect();
        assert_eq!(damaged.len(), 1, "the id with a digit missing");
        assert_eq!(damaged[0].place.row, Some(9));
    }
}

#[test]
fn order_of_rows_and_files_is_nothing() {
    let rows = plan_rows();
    let mut lines: Vec<&str> = rows.split_inclusive("\r\n").collect();
    let mut files = Files::new();
    files.settings.service_plans = vec![files.write("a-2026-11-01.csv", format!("\u{feff}{PLANS_HEAD}{rows}"))];
    let forward = files.load();
    lines.reverse();
    let (first, second) = lines.split_at(3);
    let mut split = Files::new();
    split.settings.service_plans = [("b-2026-11-01.csv", first), ("a-2026-11-01.csv", second)]
        .map(|(name, part)| split.write(name, format!("\u{feff}{PLANS_HEAD}{}", part.concat())))
        .to_vec();
    let backward = split.load();
    split.settings.service_plans.reverse();
    for other in [backward, split.load()] {
        let (one, two) = (e3_to_e1(&forward), e3_to_e1(&other));
        assert_eq!((one.loses, one.gains), (two.loses, two.gains));
    }
}

#[test]
fn an_old_row_of_a_suite_decides_nothing() {
    let recent = [
        "db4d623d-b514-490b-b7ef-8885eee514de",
        "c4b8c31a-fb44-4c65-9837-a21f55fcabda",
    ];
    let rows: String = recent
        .iter()
        .map(|plan| format!("Office 365 E3,ENTERPRISEPACK,{E3_SKU},NEW,{plan},New\r\n"))
        .collect();
    let mut files = Files::new();
    let text = format!("{PLANS_HEAD}{}{rows}", plan_rows().replace('\u{e9}', "e"));
    files.settings.service_plans = vec![files.write("service-plans-2026-11-01.csv", text)];
    assert!(e3_to_e1(&files.load()).doubtful.is_some());
}

#[test]
fn the_newest_file_counts_and_old_ones_are_told() {
    let mut files = Files::new();
    let row = |plan: &str| format!("{PLANS_HEAD}Office 365 E3,ENTERPRISEPACK,{E3_SKU},X,{plan},Plan\r\n");
    files.settings.service_plans = vec![
        files.write("plans-2026-11-01.csv", row(PLAN_1)),
        files.write("plans-2025-01-01.csv", row(PLAN_2)),
        files.write("plans.csv", row(PLANNER)),
    ];
    let evidence = files.load();
    let plans = &evidence.plans.of(E3_SKU.parse().unwrap()).unwrap().said;
    assert_eq!(plans.iter().map(Uuid::to_string).collect::<Vec<_>>(), [PLAN_1]);
    assert_eq!(codes(&evidence), [Code::CatalogFileOld, Code::CatalogFileOld]);
    files.settings.max_age_days = 3650;
    assert_eq!(codes(&files.load()), [Code::CatalogFileOld], "the one without a date");
}

#[test]
fn a_file_of_another_kind_stops_the_run() {
    let mut files = Files::new();
    let wrong = files.write("prices.csv", format!("{PLANS_HEAD}{}", plan_rows()));
    files.settings.price_list = vec![wrong, files.folder.path().join("missing.csv")];
    files.settings.offer_matrix =
        vec![files.write("matrix.xls", "<html><table><tr><td>ProductId</td></tr></table></html>")];
    let problems = files.problems();
    assert_eq!(problems.len(), 3, "{problems:#?}");
    assert!(
        problems.iter().all(|problem| problem.contains("\n  hint: ")),
        "{problems:#?}"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("is no new commerce price list")),
        "{problems:#?}"
    );
}

const PRICES_HEAD: &str = "ChangeIndicator,ProductTitle,ProductId,SkuId,SkuTitle,Publisher,SkuDescription,UnitOfMeasure,TermDuration,BillingPlan,Market,Currency,UnitPrice,EffectiveStartDate,EffectiveEndDate,Tags,ERP Price,Segment\r\n";

fn price_row(
    sku: &str,
    term: &str,
    billing: &str,
    market_currency: &str,
    price: &str,
    days: &str,
    rest: &str,
) -> String {
    let (tags, segment) = rest.split_once('|').unwrap();
    format!(
        "Unchanged,Business Standard,CFQ7TTC0LDPB,{sku},Business Standard,Microsoft,,,{term},{billing},{market_currency},{price},{days},{tags},99,{segment}\r\n"
    )
}

const ALWAYS: &str = "2024-05-01T00:00:00.0000000Z,9999-11-30T23:59:59.0000000Z";
const ITEM: &str = "CFQ7TTC0LDPB:0001";

fn priced(files: &mut Files) -> Evidence {
    let rows = [
        price_row("1", "P1Y", "Annual", "HU,EUR", "115.2", ALWAYS, "License|Commercial"),
        price_row(
            "0001",
            "P1Y",
            "Annual",
            "HU,EUR",
            "120.00",
            "2026-10-01T00:00:00Z,9999-11-30T23:59:59Z",
            "License|Commercial",
        ),
        price_row(
            "0001",
            "P1Y",
            "Annual",
            "HU,EUR",
            "130",
            "2027-01-01T00:00:00Z,9999-11-30T23:59:59Z",
            "License|Commercial",
        ),
        price_row("0001", "P1Y", "Monthly", "HU,EUR", "10", ALWAYS, "License|Commercial"),
        price_row(
            "0001",
            "P1M",
            "Monthly",
            "HU,EUR",
            "12",
            "1753-01-01T00:00:00Z,9999-11-30T23:59:59Z",
            "License|Commercial",
        ),
        price_row("0001", "P1Y", "Annual", "SE,SEK", "1300", ALWAYS, "License|Commercial"),
        price_row("0001", "P1Y", "Annual", "SE,EUR", "116", ALWAYS, "License|Commercial"),
        price_row(
            "0002",
            "P1M",
            "None",
            "HU,EUR",
            "0",
            ALWAYS,
            "License; Trial|Commercial",
        ),
        price_row("0011", "P1Y", "Annual", "HU,EUR", "30", ALWAYS, "License|Charity"),
        price_row("0001", "P1Y", "Annual", "HU,EUR", "free", ALWAYS, "License|Commercial"),
    ];
    files.settings.price_list = vec![files.write(
        "HU-November-2026-pricelist.csv",
        format!("{PRICES_HEAD}{}", rows.concat()),
    )];
    files.load()
}

#[test]
fn the_latest_price_in_effect_counts() {
    let mut files = Files::new();
    let evidence = priced(&mut files);
    let price = |item: &str, segment, term, country: &str| {
        evidence
            .unit_price(item, segment, term, country.parse().ok())
            .map(|price| format!("{} {}", price.amount, price.currency))
    };
    let commercial = Segment::Commercial;
    assert_eq!(price(ITEM, commercial, Term::YEAR, "HU").as_deref(), Ok("120.00 EUR"));
    assert_eq!(price(ITEM, commercial, Term::MONTH, "HU").as_deref(), Ok("12.00 EUR"));
    assert_eq!(
        price("CFQ7TTC0LDPB/11", Segment::Nonprofit, Term::YEAR, "HU").as_deref(),
        Ok("30.00 EUR")
    );
    assert!(price(ITEM, commercial, Term::THREE_YEARS, "HU").is_err());
    assert!(
        price(ITEM, commercial, Term::YEAR, "SE")
            .unwrap_err()
            .contains("currency")
    );
    assert!(
        price(ITEM, commercial, Term::YEAR, "PL")
            .unwrap_err()
            .contains("market")
    );
    assert_eq!(codes(&evidence), [Code::CatalogRowDamaged]);
    assert_eq!(
        evidence.files()[0].date,
        Some(day("2026-11-01")),
        "the name is newer than the last price"
    );
    files.settings.currency = Some("SEK".into());
    files.settings.market = "SE".parse().ok();
    let evidence = files.load();
    let swedish = evidence
        .unit_price(ITEM, commercial, Term::YEAR, "PL".parse().ok())
        .unwrap();
    assert_eq!(
        (swedish.amount.to_string().as_str(), &*swedish.currency),
        ("1300.00", "SEK")
    );
}

#[test]
fn dates_of_the_american_kind_and_twins_are_understood() {
    let head = "ProductTitle,ProductId,SkuId,SkuTitle,Publisher,SkuDescription,UnitOfMeasure,TermDuration,BillingPlan,Market,Currency,UnitPrice,PricingTierRangeMin,PricingTierRangeMax,EffectiveStartDate,EffectiveEndDate,Tags,ERP Price\r\n";
    let row = |price: &str, from: &str, until: &str| {
        format!(
            "\"T\",\"CFQ7TTC0LDPB\",\"0001\",\"T\",\"M\",\"\",\"\",\"P1Y\",\"Annual\",\"HU\",\"EUR\",\"{price}\",\"\",\"\",\"{from}\",\"{until}\",\"License\",\"144\"\r\n"
        )
    };
    let mut files = Files::new();
    let rows = row("100", "2/1/2019 12:00:00 AM", "11/30/9999 11:59:59 PM")
        + &row("110", "11/4/2026 8:35:31 PM", "11/30/9999 11:59:59 PM");
    files.settings.price_list = vec![files.write("2026-11-hu.csv", format!("{head}{rows}"))];
    let evidence = files.load();
    let price = evidence.unit_price(ITEM, Segment::Commercial, Term::YEAR, "HU".parse().ok());
    assert_eq!(price.unwrap().amount.to_string(), "110.00");
    assert_eq!(evidence.files()[0].date, Some(day("2026-11-04")));
    let twice = rows.clone() + &row("111", "11/4/2026 8:35:31 PM", "11/30/9999 11:59:59 PM");
    files.settings.price_list = vec![files.write("2026-11-hu.csv", format!("{head}{twice}"))];
    let price = files
        .load()
        .unit_price(ITEM, Segment::Commercial, Term::YEAR, "HU".parse().ok());
    assert!(price.unwrap_err().contains("two prices"));
}

const MATRIX_HEAD: &str = "\"ProductTitle\",\"ProductId\",\"SkuId\",\"SkuTitle\",\"ProvisioningId\",\"ProvisioningString\",\"MinLicenses\",\"MaxLicenses\",\"AssetOwnershipLimit\",\"AssetOwnershipLimitType\",\"ProductSkuPreRequisites\",\"ProductSkuConversion\",\"Description\",\"AllowedCountries\"\r\n";

fn matrix_row(item: &str, title: &str, sku: &str, countries: &str) -> String {
    let (product, number) = item.split_once(':').unwrap();
    format!(
        "\"T\",\"{product}\",\"{number}\",\"{title}\",\"{sku}\",\"S\",\"1\",\"300\",\"2\",\"ConcurrentCount\",\"\",\"CFQ7TTC0LDPB/0001,CFQ7TTC0LF8Q/0001\",\"\",\"{countries}\"\r\n"
    )
}

fn map(evidence: &Evidence, source: SourceOffer, country: &str) -> Mapping {
    let catalog = Catalog::embedded();
    let on = day("2026-11-21");
    let resolution = catalog.resolve(&source, on);
    let query = MapQuery {
        source: &source,
        resolution: &resolution,
        qualification: None,
        country: country.parse().ok(),
        route: Route::NewSubscription,
        term: Some(Term::YEAR),
        seats: Some(Seats(10)),
        on,
    };
    evidence.judge(&catalog, &query, None, catalog.map(&query, &[]))
}

fn of_sku(sku: &str) -> SourceOffer {
    SourceOffer {
        sku_id: Some(sku.into()),
        ..SourceOffer::default()
    }
}

#[test]
fn what_provisions_the_same_sku_is_the_same_even_of_offers_nobody_knows() {
    let unknown = "a6d18b68-0000-4000-8000-000000000001";
    let mut files = Files::new();
    let rows = matrix_row("CFQ7TTC0ZZZZ:0001", "Copilot bundle", unknown, "HU;SE")
        + &matrix_row("CFQ7TTC0ZZZZ:0002", "Copilot bundle Trial", unknown, "HU;SE");
    files.settings.offer_matrix = vec![files.write("offermatrix-2026-11-01.csv", format!("{MATRIX_HEAD}{rows}"))];
    let evidence = files.load();
    let mapping = map(&evidence, of_sku(unknown), "HU");
    assert_eq!(mapping.kind, MappingKind::Same);
    assert_eq!(&*mapping.targets[0].offer_id, "CFQ7TTC0ZZZZ:0001");
    assert_eq!(mapping.targets[0].offer.as_ref().unwrap().seat_cap, Some(Seats(300)));
    assert!(
        mapping
            .evidence
            .contains("offer matrix (offermatrix-2026-11-01.csv of 2026-11-01)"),
        "{}",
        mapping.evidence
    );
    assert_eq!(
        map(&evidence, of_sku(unknown), "PL").kind,
        MappingKind::Unmapped,
        "not sold in that country"
    );
}

#[test]
fn several_that_provision_one_sku_are_for_a_person() {
    let unknown = "a6d18b68-0000-4000-8000-000000000001";
    let mut files = Files::new();
    let rows = matrix_row("CFQ7TTC0ZZZZ:0001", "Bundle", unknown, "")
        + &matrix_row("CFQ7TTC0ZZZZ:0003", "Bundle B", unknown, "");
    files.settings.offer_matrix = vec![files.write("offermatrix-2026-11-01.csv", format!("{MATRIX_HEAD}{rows}"))];
    let evidence = files.load();
    let mapping = map(&evidence, of_sku(unknown), "HU");
    assert_eq!((mapping.kind, mapping.targets.len()), (MappingKind::Ambiguous, 2));
    let bought = SourceOffer {
        offer_id: Some("CFQ7TTC0ZZZZ:3".into()),
        ..of_sku(unknown)
    };
    let mapping = map(&evidence, bought, "HU");
    assert_eq!(
        (mapping.kind, &*mapping.targets[0].offer_id),
        (MappingKind::Same, "CFQ7TTC0ZZZZ:0003")
    );
}

#[test]
fn the_matrix_wins_over_the_catalogue_and_it_is_told() {
    let mut files = Files::new();
    let rows = matrix_row("CFQ7TTC0LDPB:0001", "Wrong", PREMIUM_SKU, "")
        + &matrix_row("CFQ7TTC0YYYY:0001", "Business Standard", STANDARD_SKU, "");
    files.settings.offer_matrix = vec![files.write("offermatrix-2026-11-01.csv", format!("{MATRIX_HEAD}{rows}"))];
    let mapping = map(&files.load(), of_sku(STANDARD_SKU), "HU");
    assert_eq!(
        (mapping.kind, &*mapping.targets[0].offer_id),
        (MappingKind::Same, "CFQ7TTC0YYYY:0001")
    );
    assert_eq!(mapping.contradicts.len(), 1, "{:?}", mapping.contradicts);
}

#[test]
fn rows_of_one_item_that_disagree_are_left_out() {
    let mut files = Files::new();
    let rows = matrix_row(ITEM, "Business Standard", STANDARD_SKU, "")
        + &matrix_row(ITEM, "Business Standard", PREMIUM_SKU, "");
    files.settings.offer_matrix = vec![files.write("offermatrix-2026-11-01.csv", format!("{MATRIX_HEAD}{rows}"))];
    let evidence = files.load();
    assert_eq!(codes(&evidence), [Code::CatalogRowDamaged]);
    assert!(evidence.matrix.row(ITEM).is_none());
}

#[test]
fn what_the_price_list_lacks_is_not_sold() {
    let mut files = Files::new();
    let evidence = priced(&mut files);
    let standard = map(&evidence, of_sku(STANDARD_SKU), "HU");
    assert_eq!((standard.kind, standard.end_of_sale), (MappingKind::Same, false));
    assert!(
        standard
            .evidence
            .contains("price list (HU-November-2026-pricelist.csv of 2026-11-01)"),
        "{}",
        standard.evidence
    );
    let premium = map(&evidence, of_sku(PREMIUM_SKU), "HU");
    assert!(premium.end_of_sale && premium.contradicts.len() == 1);
    let elsewhere = map(&evidence, of_sku(PREMIUM_SKU), "PL");
    assert!(!elsewhere.end_of_sale, "the list says nothing of that market");
}

#[test]
fn a_legacy_offer_follows_the_sheet_only_where_the_sku_is_proven() {
    let legacy = "11111111-2222-4333-8444-555555555555";
    let source = || SourceOffer {
        offer_id: Some(legacy.into()),
        ..SourceOffer::default()
    };
    let mut files = Files::new();
    let sheet = format!(
        "Offer Display Name,Durable Offer ID,Provisioning ID,Modern Product ID/SKU ID,Migration enabled\r\nOld,{legacy},{PREMIUM_SKU},CFQ7TTC0XXXX/1,Yes\r\nGone,{STANDARD_SKU},,,No\r\n"
    );
    files.settings.nce_mapping = vec![files.write("All_202611_legacy.csv", sheet)];
    let mapping = map(&files.load(), source(), "HU");
    assert_eq!(
        (mapping.kind, &*mapping.targets[0].offer_id),
        (MappingKind::Suggested, "CFQ7TTC0XXXX:0001")
    );
    let rows = matrix_row("CFQ7TTC0XXXX:0001", "New", PREMIUM_SKU, "");
    files.settings.offer_matrix = vec![files.write("offermatrix-2026-11-01.csv", format!("{MATRIX_HEAD}{rows}"))];
    let mapping = map(&files.load(), source(), "HU");
    assert_eq!(
        (mapping.kind, &*mapping.targets[0].offer_id),
        (MappingKind::Same, "CFQ7TTC0XXXX:0001")
    );
    let list = format!("cspofferid;NceProductIdSkuId;Note\r\n{legacy};cfq7ttc0ldpb:1;ours\r\n");
    files.settings.overrides = vec![files.write("overrides.csv", list)];
    let mapping = map(&files.load(), source(), "HU");
    assert!(mapping.from_table && mapping.kind == MappingKind::Replacement);
    assert_eq!(&*mapping.targets[0].offer_id, ITEM);
    // What the catalogue knows of losses is said of the user's own list too.
    let premium = "61795cab-2abd-43f6-88e9-c9adae5746e0";
    let list = format!("CspOfferId,NceProductIdSkuId\r\n{premium},CFQ7TTC0LH18:0001\r\n");
    files.settings.overrides = vec![files.write("overrides.csv", list)];
    let known = SourceOffer {
        offer_id: Some(premium.into()),
        ..SourceOffer::default()
    };
    let mapping = map(&files.load(), known, "HU");
    assert!(mapping.from_table && mapping.critical_loss);
    assert!(
        mapping.loses.iter().any(|loss| loss.contains("archive mailbox")),
        "{:?}",
        mapping.loses
    );
}

#[test]
fn two_answers_for_a_legacy_offer_are_none() {
    let mut files = Files::new();
    let list = format!(
        "CspOfferId,NceProductIdSkuId\r\n{STANDARD_SKU},CFQ7TTC0LDPB:0001\r\n{STANDARD_SKU},CFQ7TTC0LDPB:0002\r\nx,CFQ7TTC0LDPB:0002\r\n"
    );
    files.settings.overrides = vec![files.write("overrides.csv", list)];
    let evidence = files.load();
    assert_eq!(codes(&evidence), [Code::CatalogRowDamaged, Code::CatalogRowDamaged]);
    assert!(evidence.overrides.item(STANDARD_SKU.parse().unwrap()).is_none());
}

#[test]
fn the_plans_that_a_tenant_really_has_go_before_the_table() {
    let tenant = "99999999-8888-4777-8666-555555555555";
    let mut files = Files::new();
    let text = format!("{PLANS_HEAD}{}", plan_rows().replace('\u{e9}', "e"));
    files.settings.service_plans = vec![files.write("service-plans-2026-11-01.csv", text)];
    let live = format!(
        "AccountId,SkuId,SkuPartNumber,ServicePlans\r\n{tenant},{E3_SKU},ENTERPRISEPACK,{PLAN_1};{PLANNER}\r\n,{E1_SKU},X,{PLAN_1}\r\n{tenant},{E1_SKU},STANDARDPACK,Microsoft.Graph.PowerShell.Models.MicrosoftGraphServicePlanInfo[]\r\n"
    );
    files.settings.subscribed_skus = vec![files.write("skus-2026-11-20.csv", live)];
    let evidence = files.load();
    let whose = Some(CustomerId(tenant.parse().unwrap()));
    let plans = evidence
        .compare_plans(E3_SKU.parse().ok(), &[E1_SKU.parse().ok()], whose)
        .unwrap();
    assert_eq!(
        plans.loses.iter().map(|name| &**name).collect::<Vec<_>>(),
        ["Microsoft Planner"]
    );
    assert!(!plans.critical);
    let told: Vec<&str> = evidence.findings().iter().map(|finding| &*finding.message).collect();
    assert_eq!(
        told.iter().filter(|message| message.contains("name of a type")).count(),
        1,
        "{told:#?}"
    );
    assert_eq!(
        told.iter().filter(|message| message.contains("no tenant")).count(),
        1,
        "{told:#?}"
    );
}

/// A workbook as the legacy offer matrix is: the item in column Q under a heading nobody foretold, other sheets before it.
#[test]
fn the_sheet_is_found_in_a_workbook_and_its_item_in_column_q() {
    let legacy = "11111111-2222-4333-8444-555555555555";
    let mut files = Files::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["Office_Dynamics_Windows_Intune", "NCE Mapping", "Legacy Deprecated"] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        for (column, heading) in ["Offer Display Name", "Durable Offer ID", "Duration"]
            .iter()
            .enumerate()
        {
            sheet.write(0, column as u16, *heading).unwrap();
        }
        sheet.write(1, 0, "Old").unwrap();
        sheet.write(1, 1, legacy).unwrap();
        let item = if name == "NCE Mapping" {
            "CFQ7TTC0LDPB/0001"
        } else {
            "CFQ7TTC0LCHC/0002"
        };
        sheet.write(0, 16, "Something new").unwrap();
        sheet.write(1, 16, item).unwrap();
    }
    let path = files
        .folder
        .path()
        .join("All_202611_legacy_license_offermatrix_sheets.xlsx");
    book.save(&path).unwrap();
    files.settings.nce_mapping = vec![path];
    let evidence = files.load();
    let (item, _) = evidence.sheet.item(legacy.parse().unwrap()).unwrap();
    assert_eq!(item, ITEM);
    assert_eq!(codes(&evidence), []);
}

#[test]
fn any_container_and_encoding_will_do() {
    let text = format!("{PLANS_HEAD}{}", plan_rows().replace('\u{e9}', "e"));
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, text.as_bytes()).unwrap();
    for (name, bytes) in [
        ("plans-2026-11-01.csv", utf16),
        ("plans-2026-11-01.csv.gz", gzip.finish().unwrap()),
    ] {
        let mut files = Files::new();
        files.settings.service_plans = vec![files.write(name, bytes)];
        assert_eq!(e3_to_e1(&files.load()).loses.len(), 3, "{name}");
    }
}

/// What the user's table orders, judged by service plan.
#[test]
fn a_mapping_says_exactly_which_plans_are_lost_and_what_it_rests_on() {
    let mut files = Files::new();
    let text = format!("{PLANS_HEAD}{}", plan_rows().replace('\u{e9}', "e"));
    files.settings.service_plans = vec![files.write("service-plans-2026-11-01.csv", text)];
    let evidence = files.load();
    let catalog = Catalog::embedded();
    let source = of_sku(E3_SKU);
    let on = day("2026-11-21");
    let resolution = catalog.resolve(&source, on);
    let query = MapQuery {
        source: &source,
        resolution: &resolution,
        qualification: None,
        country: None,
        route: Route::NewSubscription,
        term: Some(Term::YEAR),
        seats: Some(Seats(10)),
        on,
    };
    let rule = crate::recognise::tables::OfferRule {
        source_offer: E3_SKU.into(),
        target_offer: "CFQ7TTC0LF8Q:0001".into(),
        target_term: None,
        licences: None,
        valid_from: None,
        valid_until: None,
        reason: "smaller".into(),
        row: 2,
    };
    let by_table = catalog.map(&query, &[rule]);
    let judged = evidence.judge(&catalog, &query, None, by_table.clone());
    let expected = [
        "Exchange Online (Plan 2)",
        "Microsoft 365 Apps for enterprise",
        "Microsoft Planner",
    ];
    assert_eq!(judged.loses.iter().map(|name| &**name).collect::<Vec<_>>(), expected);
    assert!(judged.critical_loss && judged.gains.is_empty() && judged.from_table);
    assert_eq!(judged.targets, by_table.targets, "the user's own target stays");
    assert!(
        judged
            .evidence
            .ends_with("service plans (service-plans-2026-11-01.csv of 2026-11-01)"),
        "{}",
        judged.evidence
    );
    // The same found by the catalogue as an equivalent is vetoed, for a person to judge.
    let equivalent = Mapping {
        kind: MappingKind::Equivalent,
        from_table: false,
        used: None,
        loses: Vec::new(),
        ..by_table
    };
    assert_eq!(
        evidence.judge(&catalog, &query, None, equivalent).kind,
        MappingKind::Suggested
    );
    let transfer = MapQuery {
        route: Route::Transfer,
        ..query
    };
    let as_it_is = catalog.map(&transfer, &[]);
    assert_eq!(evidence.judge(&catalog, &transfer, None, as_it_is.clone()), as_it_is);
}

/// A list that does not say whom its rows are for opens no segment: the item's title does.
#[test]
fn an_item_for_others_is_never_the_same() {
    let unknown = "a6d18b68-0000-4000-8000-000000000001";
    let mut files = Files::new();
    let rows = matrix_row("CFQ7TTC0ZZZZ:0011", "Bundle (Nonprofit Staff Pricing)", unknown, "");
    files.settings.offer_matrix = vec![files.write("offermatrix-2026-11-01.csv", format!("{MATRIX_HEAD}{rows}"))];
    let head = PRICES_HEAD.replace(",Segment", "");
    let row =
        price_row("0011", "P1Y", "Annual", "HU,EUR", "30", ALWAYS, "License|").replace("CFQ7TTC0LDPB", "CFQ7TTC0ZZZZ");
    let row = row.replace(",99,", ",99");
    files.settings.price_list = vec![files.write("HU-November-2026-pricelist.csv", format!("{head}{row}"))];
    let evidence = files.load();
    assert_eq!(map(&evidence, of_sku(unknown), "HU").kind, MappingKind::Unmapped);
    let charity = SourceOffer {
        segment: Some(Segment::Nonprofit),
        ..of_sku(unknown)
    };
    assert_eq!(map(&evidence, charity, "HU").kind, MappingKind::Same);
}

#[test]
fn a_row_of_no_market_or_of_an_unknown_segment_is_left_out() {
    let mut files = Files::new();
    let rows = [
        price_row("0001", "P1Y", "Annual", "World,EUR", "1", ALWAYS, "License|Commercial"),
        price_row("0001", "P1Y", "Annual", "HU,", "1", ALWAYS, "License|Commercial"),
        price_row("0001", "P1Y", "Annual", "HU,EUR", "1", ALWAYS, "License|Somebody"),
    ];
    files.settings.price_list = vec![files.write(
        "HU-November-2026-pricelist.csv",
        format!("{PRICES_HEAD}{}", rows.concat()),
    )];
    let evidence = files.load();
    assert_eq!(codes(&evidence), [Code::CatalogRowDamaged; 3]);
    assert!(!evidence.has_prices());
}
