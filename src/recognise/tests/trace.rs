//! Which cell, setting or kind of export each fact is said to come from.

use super::*;
use crate::{
    config::SourceRule,
    recognise::{
        Field, Standing,
        tables::CustomerNote,
        trace::{Answer, Giver, SubscriptionTrace, TracedFact, trace_with},
    },
};

impl Estate {
    fn trace(&self, word: &str) -> Answer {
        let (recognised, answer) = self.with_inputs(|inputs, context| {
            trace_with(inputs, context, word, &|input, _, sink| self.deliver(input, sink))
        });
        assert_eq!(told(&recognised), told(&self.recognise()), "a trace changes nothing");
        answer
    }

    fn traced(&self, word: &str) -> SubscriptionTrace {
        match self.trace(word) {
            Answer::Subscription(trace) => *trace,
            other => panic!("{other:#?}"),
        }
    }
}

fn fact(trace: &SubscriptionTrace, field: Field) -> &TracedFact {
    trace.facts.iter().find(|fact| fact.field == field).unwrap()
}

/// Value, giver, cells (`file A2 text`) or note, in one line.
fn line(trace: &SubscriptionTrace, field: Field) -> String {
    let fact = fact(trace, field);
    let Some(origin) = &fact.origin else {
        return "-".to_owned();
    };
    let cells = origin.cells.iter().map(|cell| {
        let letter = crate::finding::column_name(cell.place.column.unwrap());
        format!(
            "{} {letter}{} `{}`",
            cell.place.file,
            cell.place.row.unwrap(),
            cell.text
        )
    });
    let mut parts: Vec<String> = cells.collect();
    parts.extend(origin.note.clone());
    format!(
        "{} {} {}",
        fact.value.as_deref().unwrap_or("?"),
        origin.giver,
        parts.join(", ")
    )
}

#[test]
fn each_way_to_a_fact_is_named() {
    let rule = |pattern: &str| SourceRule {
        pattern: pattern.into(),
        channel: Some(Channel::Csp),
        country: "HU".parse().ok(),
        ..SourceRule::default()
    };
    let list = format!(
        "Subscription ID,Product ID,SKU ID,Quantity,Seller ID,Base subscription ID,Term end\n\
         {SUB_A},CFQ7TTC0LH18,1,5,{PARTNER},,13.05.2027\n{SUB_B},{CONTOSO},,7,,{{{SUB_A}}},14.05.2027\n"
    );
    let mut estate = Estate::default()
        .file("in/{x}/list.csv", &list)
        .file(
            "admin.csv",
            "Product Title,Total Licenses,Expired Licenses,Assigned licenses,Customer\nVisio Plan 2,0,3,0,Contoso\n",
        )
        .source(rule("in/{customer_name}/*.csv"));
    estate.config.partner.ids = vec![Id::parse(PARTNER).unwrap()];
    let trace = estate.traced(&SUB_A.to_uppercase());
    for (field, expected) in [
        (Field::SubscriptionId, format!("{SUB_A} cell in/{{x}}/list.csv A2 `{SUB_A}`")),
        (
            Field::OfferId,
            "CFQ7TTC0LH18:0001 cell in/{x}/list.csv B2 `CFQ7TTC0LH18`, in/{x}/list.csv C2 `1`, put together from its parts"
                .to_owned(),
        ),
        (
            Field::Channel,
            format!("own cell in/{{x}}/list.csv E2 `{PARTNER}`, the seller is one of `ids` under [partner]"),
        ),
        (Field::TermEnd, "2027-05-13 cell in/{x}/list.csv G2 `13.05.2027`".to_owned()),
        (Field::CustomerName, "{x} setting [[source]] `in/{customer_name}/*.csv` in seatshift.toml".to_owned()),
        (Field::AutoRenew, "-".to_owned()),
    ] {
        assert_eq!(line(&trace, field), expected);
    }
    let trace = estate.traced(SUB_B);
    assert_eq!(
        line(&trace, Field::Channel),
        "csp setting [[source]] `in/{customer_name}/*.csv` in seatshift.toml"
    );
    assert!(line(&trace, Field::BaseId).ends_with(&format!("F3 `{{{SUB_A}}}`")));
    let nameless = estate.traced("contoso");
    assert!(
        line(&nameless, Field::SubscriptionId)
            .ends_with("made the row has no id: a digest of its customer, its offer and its ordinal")
    );
    assert_eq!(
        line(&nameless, Field::Seats),
        "3 cell admin.csv C2 `3`, all its licences are past their term end"
    );
    assert_eq!(
        line(&nameless, Field::State),
        "expired cell admin.csv C2 `3`, all its licences are past their term end"
    );
}

#[test]
fn of_charges_the_one_that_states_the_licences_is_named() {
    let head = "CustomerId,SubscriptionId,SkuName,ChargeType,Quantity,ChargeStartDate,ChargeEndDate,TermAndBillingCycle,SubscriptionEndDate";
    let row = |kind: &str, quantity: &str, start: &str| {
        format!(
            "{CONTOSO},{SUB_A},Visio Plan 2,{kind},{quantity},{start},2026-10-31,One-Year commitment for monthly billing,2027-02-28\n"
        )
    };
    let text = [
        format!("{head}\n"),
        row("new", "3", "2026-10-01"),
        row("cycleFee", "2", "2026-10-01"),
        row("removeQuantity", "-1", "2026-10-01"),
        row("cancelImmediate", "-2", "2026-10-20"),
    ];
    let trace = Estate::default().file("recon.csv", &text.concat()).traced(SUB_A);
    assert_eq!(trace.rows.len(), 4);
    assert_eq!(line(&trace, Field::Seats), "2 cell recon.csv E3 `2`");
    assert_eq!(
        line(&trace, Field::State),
        "deleted cell recon.csv D5 `cancelImmediate`, a charge ends it"
    );
    assert_eq!(
        line(&trace, Field::BillingPlan),
        "monthly cell recon.csv H2 `One-Year commitment for monthly billing`"
    );
    assert_eq!(
        line(&trace, Field::Channel).split(' ').take(2).collect::<Vec<_>>(),
        ["csp", "kind"]
    );
    let others: Vec<(&str, Standing)> = fact(&trace, Field::Seats)
        .others
        .iter()
        .map(|other| (other.value.as_str(), other.standing))
        .collect();
    assert_eq!(others, [("3", Standing::OtherCharge)]);
}

#[test]
fn what_gave_way_says_why() {
    let head = "Subscription ID,Customer name,Offer name,Quantity,End date";
    let list = |seats: u32, end: &str| format!("{head}\n{SUB_A},Contoso,Microsoft 365 E3,{seats},{end}\n");
    let portal =
        format!("Subscription ID,Subscription,Quantity,Status,Reseller\n{SUB_A},Microsoft 365 E3,40,Active,1\n");
    let mut estate = Estate::default()
        .file("a-2026-11-20.csv", &list(30, "2027-05-13"))
        .file("b-2026-10-20.csv", &list(20, "2026-05-13"))
        .file("c-2026-11-20.csv", &list(30, "2027-04-13"))
        .file("portal.csv", &portal);
    estate.tables.customers = vec![CustomerNote {
        id: Id::parse(CONTOSO).and_then(|id| id.guid()).map(CustomerId),
        name: Some("Contoso".into()),
        row: 2,
        ..CustomerNote::default()
    }];
    let trace = estate.traced(SUB_A);
    let said = |field| {
        let fact = fact(&trace, field);
        let others = fact
            .others
            .iter()
            .map(|other| format!("{} {} {}", other.value, other.standing, other.origin.cells[0].place));
        others.collect::<Vec<String>>()
    };
    assert_eq!(line(&trace, Field::Seats), "40 cell portal.csv C2 `40`");
    assert_eq!(
        said(Field::Seats),
        [
            "30 lower-rank c-2026-11-20.csv, line 2, column 4",
            "30 lower-rank a-2026-11-20.csv, line 2, column 4",
            "20 lower-rank b-2026-10-20.csv, line 2, column 4",
        ]
    );
    assert_eq!(
        line(&trace, Field::TermEnd),
        "2027-04-13 cell c-2026-11-20.csv E2 `2027-04-13`"
    );
    assert_eq!(
        said(Field::TermEnd),
        [
            "2027-05-13 equal a-2026-11-20.csv, line 2, column 5",
            "2026-05-13 older b-2026-10-20.csv, line 2, column 5",
        ]
    );
    assert!(line(&trace, Field::CustomerId).contains("c-2026-11-20.csv B2 `Contoso`, the only customer of that name"));
    assert_eq!(
        fact(&trace, Field::CustomerName).origin.as_ref().unwrap().giver,
        Giver::Cell
    );
}

#[test]
fn what_the_merge_takes_from_no_row_shows_what_they_say() {
    let head = "Subscription ID,Customer name,Offer name,Quantity,Start date,Renewal date";
    let list = |start: &str| format!("{head}\n{SUB_A},Contoso,Visio Plan 2,1,{start},2027-05-14\n");
    let trace = Estate::default()
        .file("a.csv", &list("2026-05-14"))
        .file("b.csv", &list("2026-05-20"))
        .traced(SUB_A);
    let start = fact(&trace, Field::TermStart);
    assert_eq!((&start.value, &start.origin), (&None, &None));
    let others: Vec<&str> = start.others.iter().map(|other| other.value.as_str()).collect();
    assert_eq!(others, ["2026-05-14", "2026-05-20"]);
    assert_eq!(
        line(&trace, Field::TermEnd),
        "2027-05-13 cell a.csv F2 `2027-05-14`, the day before it renews"
    );
}

#[test]
fn a_row_joined_for_want_of_an_id_says_so() {
    let licences = "Product Title,Total Licenses,Expired Licenses,Assigned licenses,Customer tenant ID\n";
    let licences = format!("{licences}Visio Plan 2,5,0,4,{CONTOSO}\n");
    let list = format!("Subscription ID,Customer tenant ID,Offer name,Quantity\n{SUB_A},{CONTOSO},Visio Plan 2,5\n");
    let trace = Estate::default()
        .file("admin.csv", &licences)
        .file("list.csv", &list)
        .traced(SUB_A);
    assert_eq!(trace.rows.len(), 2);
    assert_eq!(line(&trace, Field::AssignedSeats), "4 cell admin.csv D2 `4`");
    let notes = fact(&trace, Field::SubscriptionId)
        .others
        .iter()
        .map(|other| other.origin.note.as_deref());
    let joined = "the row has no id: its customer, offer and licences are those of this one";
    assert_eq!(notes.collect::<Vec<_>>(), [Some(joined)]);
}

#[test]
fn words_fit_one_several_or_what_is_near() {
    let head = "Subscription ID,Customer tenant ID,Customer name,Customer domain,Offer name,Quantity";
    let list = format!(
        "{head}\n{SUB_A},{CONTOSO},Kék Tűz Kft.,kektuz.example,Microsoft 365 E3,1\n\
         {SUB_B},{CONTOSO},Kék Tűz Kft.,kektuz.example,Microsoft 365 E3,1\n\
         s-3,{FABRIKAM},Twin,,Microsoft 365 E3,1\ns-4,{PARTNER},Twin,,Microsoft 365 E3,1\ns-5,,Stranger,,Visio Plan 2,1\n"
    );
    let estate = Estate::default().file("a.csv", &list);
    for word in ["kek tuz kft", "KEKTUZ.example", &CONTOSO.to_uppercase()] {
        let Answer::Customer(trace) = estate.trace(word) else {
            panic!("{word}")
        };
        assert_eq!(trace.subscriptions.len(), 2, "{word}");
    }
    assert!(matches!(estate.trace("twin"), Answer::Several(several) if several.len() == 2));
    assert_eq!(estate.traced("stranger").subscription.id.to_string(), "s-5");
    assert_eq!(estate.traced(FABRIKAM).subscription.id.to_string(), "s-3");
    // A part of what nothing fits whole.
    assert!(matches!(estate.trace("tuz"), Answer::Customer(trace) if trace.subscriptions.len() == 2));
    for (word, nearest) in [("kek tuzz", "Kék Tűz Kft."), ("strangr", "Stranger")] {
        let Answer::Nothing(near) = estate.trace(word) else {
            panic!("{word}")
        };
        assert_eq!(near[0].customer_name.as_deref(), Some(nearest), "{word}");
    }
    assert_eq!(estate.trace("§"), Answer::Nothing(Vec::new()));
}
