//! `seatshift offers find`: every offer that a name or id may mean.

use std::fmt::Write;

use chrono::NaiveDate;
use seatshift::{
    catalog::{Lookup, Offer, Pause, Reading, Retired},
    pipeline::Offers,
};
use serde_json::{Value, json};

use super::{
    super::{
        arguments::Find,
        day_or_today,
        screen::Screen,
        shown::{FAINT, In, STRONG, many, tame},
    },
    give, with,
};

pub(super) fn run(command: &Find, screen: &Screen) -> u8 {
    with(&command.about, screen, |config, offers| {
        let text = command.text.join(" ");
        let on = day_or_today(command.about.as_of);
        let lookup = offers.catalog.find(&text);
        let code = u8::from(!matches!(lookup, Lookup::Found(_)));
        let shown = match command.json {
            true => super::json(as_json(&text, &lookup), &config),
            false => report(&text, &lookup, &offers, on),
        };
        give(&shown, code, screen)
    })
}

fn report(text: &str, lookup: &Lookup, offers: &Offers, on: NaiveDate) -> String {
    let mut report = String::new();
    let text = tame(text);
    let readings = match lookup {
        Lookup::Found(readings) => {
            if readings.len() > 1 {
                let count = many(readings.len() as u64, "offer", "offers");
                let _ = writeln!(report, "`{text}` may mean {count}\n");
            }
            readings
        }
        Lookup::Alike(readings) => {
            let _ = writeln!(
                report,
                "no offer is called `{text}`; these have its words in their name\n"
            );
            readings
        }
        Lookup::Nothing(near) => {
            let _ = writeln!(report, "no offer is called `{text}`, and none has that id");
            if !near.is_empty() {
                let _ = writeln!(report, "  hint: did you mean {}", near.join(" or "));
            }
            return report;
        }
    };
    for (number, reading) in readings.iter().enumerate() {
        if number > 0 {
            report.push('\n');
        }
        of_reading(&mut report, reading, offers, on);
    }
    report
}

fn of_reading(report: &mut String, reading: &Reading, offers: &Offers, on: NaiveDate) {
    let offer = &reading.offer;
    let _ = writeln!(report, "{}  {}", In(STRONG, &offer.name), In(FAINT, &offer.key));
    let mut line = |what: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(report, "  {what:12} {text}");
        }
    };
    line("found by", &reading.by);
    line("order as", offer.item.as_deref().unwrap_or("not known here"));
    let sku = offer.sku_id.map(|id| id.to_string()).unwrap_or_default();
    let sku = [sku.as_str(), offer.sku_part_number.as_deref().unwrap_or_default()];
    line("SKU", sku.join("  ").trim());
    let legacy: Vec<String> = reading.legacy_ids.iter().map(ToString::to_string).collect();
    line("legacy ids", &legacy.join(", "));
    line("for", &whom(offer));
    line("terms", &terms(offer));
    line("seats", &seats(offer));
    line("sale", &sale(offer, on));
    for pause in &offer.pauses {
        line("not sold", &not_sold(pause));
    }
    if let Some(retired) = &reading.retirement {
        line("followed by", &followed(retired));
    }
    line("certainty", &format!("{}: {}", offer.certainty, offer.source));
    let files = offers.evidence.known_of(offer);
    if !files.is_empty() {
        line("in files", &files.join(", "));
    }
}

fn whom(offer: &Offer) -> String {
    let mut whom = format!("{} customers", offer.segment);
    if offer.cloud != seatshift::terms::Cloud::Global {
        let _ = write!(whom, ", cloud {}", offer.cloud);
    }
    if let Some(bases) = &offer.addon_of {
        let some: Vec<&str> = bases.iter().take(3).map(|base| &**base).collect();
        let more = if bases.len() > some.len() { " and others" } else { "" };
        let _ = write!(whom, "; an add-on of {}{more}", some.join(", "));
    }
    if !offer.seat_based {
        whom.push_str("; not licensed by seat");
    }
    if offer.free {
        whom.push_str("; free or a trial");
    }
    whom
}

fn terms(offer: &Offer) -> String {
    let terms = offer.terms.iter().map(|(term, least)| match least.0 {
        0 | 1 => term.to_string(),
        least => format!("{term} from {least} seats"),
    });
    terms.collect::<Vec<_>>().join(", ")
}

fn seats(offer: &Offer) -> String {
    let cap = offer.seat_cap.map(|cap| format!("at most {}", cap.0));
    let least = offer.seat_minimum.map(|least| format!("at least {}", least.0));
    [least, cap].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn sale(offer: &Offer, on: NaiveDate) -> String {
    match (offer.sold_from, offer.sold_until) {
        (_, Some(until)) if until < on => format!("ended on {until}"),
        (_, Some(until)) => format!("until {until}"),
        (Some(from), None) if from > on => format!("from {from}"),
        (Some(from), None) => format!("since {from}"),
        (None, None) if offer.item.is_some() => "yes".to_owned(),
        (None, None) => String::new(),
    }
}

fn not_sold(pause: &Pause) -> String {
    let countries: Vec<&str> = pause.countries.iter().map(|country| country.as_str()).collect();
    let place = match (countries.is_empty(), pause.elsewhere) {
        (true, _) => "anywhere".to_owned(),
        (false, true) => format!("outside {}", countries.join(" ")),
        (false, false) => format!("in {}", countries.join(" ")),
    };
    let from = pause.from.map(|from| format!(" from {from}")).unwrap_or_default();
    let until = pause.until.map(|until| format!(" to {until}")).unwrap_or_default();
    format!("{place}{from}{until}")
}

fn followed(retired: &Retired) -> String {
    let together = |offers: &Vec<std::sync::Arc<Offer>>| {
        let names: Vec<&str> = offers.iter().map(|offer| &*offer.name).collect();
        names.join(" + ")
    };
    let since = match (retired.from, retired.until) {
        (None, None) => String::new(),
        (Some(from), None) => format!(", since {from}"),
        (None, Some(until)) => format!(", until {until}"),
        (Some(from), Some(until)) => format!(", from {from} to {until}"),
    };
    let successors = match retired.successors.as_slice() {
        [] => "nothing".to_owned(),
        successors => successors.iter().map(together).collect::<Vec<_>>().join(", or "),
    };
    format!("{successors}{since} ({}: {})", retired.certainty, retired.source)
}

fn as_json(text: &str, lookup: &Lookup) -> Value {
    let readings = |readings: &[Reading]| readings.iter().map(reading_json).collect::<Vec<_>>();
    match lookup {
        Lookup::Found(found) => json!({ "text": text, "found": readings(found) }),
        Lookup::Alike(alike) => json!({ "text": text, "found": [], "alike": readings(alike) }),
        Lookup::Nothing(near) => json!({ "text": text, "found": [], "nearest": near }),
    }
}

fn reading_json(reading: &Reading) -> Value {
    let offer = &reading.offer;
    let retirement = reading.retirement.as_ref().map(|retired| {
        let successors: Vec<Vec<&str>> = retired
            .successors
            .iter()
            .map(|offers| offers.iter().map(|offer| &*offer.key).collect())
            .collect();
        json!({
            "from": retired.from.map(|day| day.to_string()),
            "until": retired.until.map(|day| day.to_string()),
            "successors": successors,
            "certainty": retired.certainty.as_str(),
            "source": retired.source,
        })
    });
    json!({
        "key": offer.key,
        "name": offer.name,
        "by": reading.by,
        "item": offer.item,
        "sku_id": offer.sku_id.map(|id| id.to_string()),
        "sku_part_number": offer.sku_part_number,
        "legacy_ids": reading.legacy_ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "segment": offer.segment.as_str(),
        "cloud": offer.cloud.as_str(),
        "addon_of": offer.addon_of,
        "terms": offer.terms.iter().map(|(term, _)| term.to_string()).collect::<Vec<_>>(),
        "seat_cap": offer.seat_cap.map(|seats| seats.0),
        "seat_minimum": offer.seat_minimum.map(|seats| seats.0),
        "sold_from": offer.sold_from.map(|day| day.to_string()),
        "sold_until": offer.sold_until.map(|day| day.to_string()),
        "certainty": offer.certainty.as_str(),
        "source": offer.source,
        "retirement": retirement,
    })
}
