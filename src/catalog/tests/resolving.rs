//! Texts as exports have them, and the offers they mean.

use super::*;

/// `readings.csv`: field, text, the day, the keys of all readings.
#[test]
fn each_text_has_its_reading() {
    let catalog = Catalog::embedded();
    let mut reader = csv::Reader::from_reader(include_str!("readings.csv").as_bytes());
    let mut wrong = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        let text: Option<Text> = Some(record[1].into());
        let source = match &record[0] {
            "offer_id" => SourceOffer {
                offer_id: text,
                ..SourceOffer::default()
            },
            "sku_id" => SourceOffer {
                sku_id: text,
                ..SourceOffer::default()
            },
            "sku_part_number" => SourceOffer {
                sku_part_number: text,
                ..SourceOffer::default()
            },
            _ => SourceOffer {
                name: text,
                ..SourceOffer::default()
            },
        };
        let found = keys(&catalog.resolve(&source, day(&record[2])));
        if found != record[3] {
            wrong.push(format!(
                "{} `{}` on {}: `{found}`, not `{}`",
                &record[0], &record[1], &record[2], &record[3]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_segment_chooses_among_offers_of_one_sku() {
    let catalog = Catalog::embedded();
    let of = |segment: Option<Segment>| {
        let sku_id = Some("05e9a617-0261-4cee-bb44-138d3ef5d965".into());
        keys(&catalog.resolve(
            &SourceOffer {
                sku_id,
                segment,
                ..SourceOffer::default()
            },
            day(TODAY),
        ))
    };
    assert_eq!(of(None), "m365-e3");
    assert_eq!(of(Some(Segment::Commercial)), "m365-e3");
    assert_eq!(of(Some(Segment::Nonprofit)), "m365-e3@nonprofit");
    assert_eq!(of(Some(Segment::Government)), "m365-e3");
    // An item is of one segment, whoever bought it.
    let item = SourceOffer {
        segment: Some(Segment::Nonprofit),
        ..with_offer_id("CFQ7TTC0LFLX:0001")
    };
    assert_eq!(keys(&catalog.resolve(&item, day(TODAY))), "m365-e3");
    let name = SourceOffer {
        segment: Some(Segment::Nonprofit),
        ..named("Microsoft 365 E3")
    };
    assert_eq!(keys(&catalog.resolve(&name, day(TODAY))), "m365-e3@nonprofit");
}

#[test]
fn ids_win_over_names_and_say_so() {
    let catalog = Catalog::embedded();
    let both = |id: &str, name: &str| {
        let source = SourceOffer {
            name: Some(name.into()),
            ..with_offer_id(id)
        };
        match catalog.resolve(&source, day(TODAY)) {
            Resolution::Known { offer, by, disagrees } => {
                assert_eq!(by, "offer id");
                (offer.key.to_string(), disagrees.map(|offer| offer.key.to_string()))
            }
            other => panic!("{other:?}"),
        }
    };
    let (spb, standard) = ("CFQ7TTC0LCHC:0002", "CFQ7TTC0LDPB:0001");
    assert_eq!(
        both(spb, "Office 365 Business Premium").1.as_deref(),
        Some("m365-business-standard")
    );
    assert_eq!(
        both(standard, "Office 365 Business Premium"),
        ("m365-business-standard".into(), None)
    );
    // Names of any time and loose ones agree, unknown ones say nothing.
    assert_eq!(both(spb, "Microsoft 365 Business").1, None);
    assert_eq!(both(spb, "Business Premium").1, None);
    assert_eq!(both("CFQ7TTC0LH05:0001", "Microsoft 365 F1").1, None);
    assert_eq!(both(spb, "Our standard workplace").1, None);
    assert_eq!(
        both("CFQ7TTC0LFLX:0001", "Microsoft 365 E3 (no Teams)").1.as_deref(),
        Some("m365-e3-no-teams")
    );
    assert_eq!(
        both("CFQ7TTC0LFLX:0001", "Microsoft 365 E3 (Nonprofit Staff Pricing)")
            .1
            .as_deref(),
        Some("m365-e3@nonprofit")
    );
}

#[test]
fn ids_that_contradict_each_other_are_told() {
    let catalog = Catalog::embedded();
    let source = SourceOffer {
        sku_id: Some("06ebc4ee-1bb5-47dd-8120-11324bc54e06".into()),
        ..with_offer_id("CFQ7TTC0LFLX:0001")
    };
    match catalog.resolve(&source, day(TODAY)) {
        Resolution::Known { offer, disagrees, .. } => {
            assert_eq!(&*offer.key, "m365-e3");
            assert_eq!(disagrees.map(|offer| offer.key.to_string()).as_deref(), Some("m365-e5"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_product_alone_needs_another_text() {
    let catalog = Catalog::embedded();
    let resolve = |source: &SourceOffer| keys(&catalog.resolve(source, day(TODAY)));
    let product = with_offer_id("CFQ7TTC0LDPB - A/M");
    assert!(matches!(
        catalog.resolve(&product, day(TODAY)),
        Resolution::Ambiguous(_)
    ));
    assert_eq!(
        resolve(&product),
        "m365-business-standard;m365-business-standard-no-teams"
    );
    let with_name = SourceOffer {
        name: Some("Microsoft 365 Business Standard".into()),
        ..product.clone()
    };
    assert_eq!(resolve(&with_name), "m365-business-standard");
    let with_part = SourceOffer {
        sku_part_number: Some("O365_BUSINESS_PREMIUM".into()),
        ..product.clone()
    };
    assert_eq!(resolve(&with_part), "m365-business-standard");
    let contradicted = SourceOffer {
        name: Some("Microsoft 365 E5".into()),
        ..product
    };
    assert!(matches!(
        catalog.resolve(&contradicted, day(TODAY)),
        Resolution::Ambiguous(_)
    ));
    // One known SKU of a product need not be the one.
    assert!(matches!(
        catalog.resolve(&with_offer_id("CFQ7TTC0LF8R"), day(TODAY)),
        Resolution::Ambiguous(_)
    ));
}

#[test]
fn an_unknown_id_is_not_overruled_by_a_name() {
    let catalog = Catalog::embedded();
    let resolve = |source: SourceOffer| keys(&catalog.resolve(&source, day(TODAY)));
    let name = named("Microsoft 365 E3");
    // Another SKU of the product, another SKU id, another string id: not what the name says.
    assert_eq!(
        resolve(SourceOffer {
            offer_id: Some("CFQ7TTC0LFLX:0042".into()),
            ..name.clone()
        }),
        ""
    );
    let sku_id = Some("11111111-2222-4333-8444-555555555555".into());
    assert_eq!(
        resolve(SourceOffer {
            sku_id: sku_id.clone(),
            ..name.clone()
        }),
        ""
    );
    assert_eq!(
        resolve(SourceOffer {
            sku_part_number: Some("SPE_E3_X".into()),
            ..name.clone()
        }),
        ""
    );
    // A legacy offer has many ids, and a distributor its own.
    assert_eq!(
        resolve(SourceOffer {
            offer_id: sku_id,
            ..name.clone()
        }),
        "m365-e3"
    );
    assert_eq!(
        resolve(SourceOffer {
            offer_id: Some("DIST-4711".into()),
            ..name
        }),
        "m365-e3"
    );
    // Where the catalogue has no id of that kind, any may be its.
    let conferencing = named("Microsoft 365 Audio Conferencing");
    let with_item = SourceOffer {
        offer_id: Some("CFQ7TTC0ABCD:0001".into()),
        ..conferencing
    };
    assert_eq!(resolve(with_item), "audio-conferencing");
}

#[test]
fn texts_in_the_wrong_column_are_found() {
    let catalog = Catalog::embedded();
    let resolve = |source: SourceOffer| keys(&catalog.resolve(&source, day(TODAY)));
    assert_eq!(resolve(with_offer_id("ENTERPRISEPACK")), "office-365-e3");
    assert_eq!(resolve(with_offer_id("Microsoft 365 E3")), "m365-e3");
    assert_eq!(resolve(named("6fd2c87f-b296-42f0-b197-1e91e994b900")), "office-365-e3");
    assert_eq!(
        resolve(with_part_number("c7df2760-2c81-4ef7-b578-5b5392b571df")),
        "office-365-e5"
    );
    assert_eq!(resolve(SourceOffer::default()), "");
}
