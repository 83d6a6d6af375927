//! What a row says does not hang on the rows of its batch before it.

use super::{Estate, told};

/// Cells of a file with damage: what repeats is good here and bad there, alone and beside others.
const STATES: [&str; 6] = ["Active", "active ", "Suspended", "asleep", "-", ""];
const RENEWALS: [&str; 5] = ["true", "no", "perhaps", "", "#N/A"];
const TERMS: [&str; 6] = ["P1Y", "Annual", "1 év", "12", "P1X", ""];
const COUNTRIES: [&str; 6] = ["HU", "Magyarország", "hu", "n/a", "Atlantis", ""];
const OFFERS: [&str; 7] = [
    "CFQ7TTC0LH18:0001",
    "CFQ7TTC0LH18:1",
    "5.66890604832738E+17",
    "795f6fe0-cc4d-4773-b050-5dde4dc704c9",
    "#REF!",
    "n/a",
    "",
];
const NAMES: [&str; 4] = ["Microsoft 365 Business Basic", "Exchange Online (Plan 1)", "-", ""];
const CUSTOMERS: [&str; 4] = ["Contoso", "Contoso ", "n/a", ""];
const DOMAINS: [&str; 5] = [
    "contoso.example",
    "HTTPS://Contoso.Example/",
    "it@contoso.example",
    "contoso.example.",
    "",
];
const SEATS: [&str; 6] = ["5", "25,0", "1 234", "five", "0", ""];

#[test]
fn rows_say_the_same_alone_and_in_a_batch() {
    let mut text = "Customer ID,Customer name,Domain,Country,Subscription ID,Offer ID,Offer name,Quantity,Status,Auto renew,End date,Term\n".to_owned();
    for row in 0usize..600 {
        // Each column in a stride of its own, so that every pair of neighbours comes up.
        let pick = |words: &'static [&'static str], stride: usize| words[(row / stride + row * stride) % words.len()];
        let customer = format!("3b555118-da6a-4418-894f-7df1e20968{:02}", row % 7);
        let id = match row % 11 {
            0 => String::new(),
            1 => format!("{{A0000000-0000-4000-8000-{row:012}}}"),
            2 => format!("a0000000-0000-4000-8000-{row:011}"),
            _ => format!("a0000000-0000-4000-8000-{:012}", row / 2),
        };
        let cells = [
            if row % 5 == 0 { "" } else { &customer },
            pick(&CUSTOMERS, 3),
            pick(&DOMAINS, 2),
            pick(&COUNTRIES, 5),
            &id,
            pick(&OFFERS, 4),
            pick(&NAMES, 7),
            pick(&SEATS, 1),
            pick(&STATES, 6),
            pick(&RENEWALS, 3),
            if row % 9 == 0 { "31.06.2026" } else { "2027-03-31" },
            pick(&TERMS, 2),
        ];
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
        text.push_str(&quoted.join(","));
        text.push('\n');
    }
    let mut estate = Estate::default().file("list.csv", &text);
    let together = told(&estate.recognise());
    for batch in [1, 2, 17] {
        estate.batch = Some(batch);
        assert_eq!(told(&estate.recognise()), together, "{batch} rows at a time");
    }
}
