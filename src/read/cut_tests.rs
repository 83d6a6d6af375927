//! Texts that were cut off or have a stray quote: at many places, each of which must be told.

use super::*;

/// Numbers without rhyme, the same every time.
struct Places(u64);

impl Places {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// An export of a thousand rows: names with commas, quotes and line ends in them; its last column is none of fixed length.
fn export(newline: &str, quoted: bool) -> String {
    let names = [
        "Acme Ltd",
        "Müller, Söhne & Co",
        "The \"Old\" Mill",
        "Árvíztűrő Kft.",
        "two\nlines",
    ];
    let products = [
        "Microsoft 365 Business Premium",
        "Office 365 E3",
        "Exchange Online (Plan 1)",
        "",
    ];
    let cell = |text: &str| match quoted || text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let mut text = ["id", "name", "offer", "quantity", "end", "note"].map(cell).join(",") + newline;
    for row in 1..=1000 {
        let cells = [
            format!("5d1e0000-0000-4000-8000-{row:012}"),
            names[row % 5].to_owned(),
            products[row % 4].to_owned(),
            (row * 7 % 300).to_string(),
            format!("2027-{:02}-{:02}", row % 12 + 1, row % 28 + 1),
            ["active", "suspended", ""][row % 3].to_owned(),
        ];
        text.push_str(&(cells.map(|text| cell(&text)).join(",") + newline));
    }
    text
}

#[test]
fn a_cut_that_is_not_at_the_end_of_a_row_is_told() {
    let mut places = Places(7);
    for (newline, quoted) in [("\n", false), ("\r\n", false), ("\r\n", true)] {
        let text = export(newline, quoted);
        let whole = Got::of(&text);
        assert_eq!((whole.codes(), whole.report.rows), (vec![], 1000));
        let all = whole.rows();
        for _ in 0..334 {
            let at = 1 + places.below(text.len() - 1);
            let content = &text.as_bytes()[..at];
            let got = Got::of(content);
            // Between CR and LF the row is whole.
            let at_row_end = content.ends_with(b"\n") || content.ends_with(b"\r");
            let codes = got.codes();
            let told = [
                "file-damaged",
                "quote-unclosed",
                "last-row-open",
                "last-cell-short",
                "no-headings",
                "file-empty",
            ];
            assert_eq!(
                codes.iter().any(|code| told.contains(code)),
                !at_row_end || in_quotes(content),
                "{codes:?} at {at}"
            );
            // No row that was handed on is another than that of the whole text, but for an open one.
            let sure = got.report.rows as usize - usize::from(codes.contains(&"last-row-open") && got.report.rows > 0);
            let last = got.kept.batches.iter().flat_map(Rows::iter).nth(sure.saturating_sub(1));
            let told = last.map(|row| {
                (
                    row.number,
                    row.cells().map(headings::heading).collect::<Vec<_>>().join("|"),
                )
            });
            assert_eq!(
                told.filter(|_| sure > 0).as_ref(),
                all.get(sure.wrapping_sub(1)),
                "at {at}"
            );
        }
    }
}

/// Whether the text ends within a quoted cell. No cell of ours has a quote but in quotes.
fn in_quotes(content: &[u8]) -> bool {
    content.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

#[test]
fn a_stray_quote_anywhere_names_the_line_where_it_opens() {
    let text = export("\r\n", false);
    let mut places = Places(11);
    // Where a cell begins that is not quoted: there a stray quote opens.
    let mut inside = false;
    let mut begins = Vec::new();
    let mut line = 1;
    for (at, pair) in text.as_bytes().windows(2).enumerate() {
        inside ^= pair[0] == b'"';
        line += u32::from(pair[0] == b'\n');
        if !inside && matches!(pair[0], b',' | b'\n') && !matches!(pair[1], b'"' | b',' | b'\r') {
            begins.push((at + 1, line));
        }
    }
    for _ in 0..100 {
        let (at, line) = begins[places.below(begins.len())];
        let mut stray = text.clone();
        stray.insert(at, '"');
        let got = Got::of(&stray);
        // It closes at the next quote: on its line, which only cuts cells wrongly there, or on a later one.
        let told: Vec<(&str, Option<u32>)> = got
            .report
            .findings
            .iter()
            .map(|finding| (finding.code.as_str(), finding.place.row))
            .collect();
        let closes_on_its_line = text[at..].split('\n').next().unwrap_or("").contains('"');
        let code = if closes_on_its_line {
            "quote-stray"
        } else {
            "quote-unclosed"
        };
        assert!(
            told.contains(&(code, Some(line))) || closes_on_its_line && told.contains(&("quote-unclosed", Some(line))),
            "{told:?}, not line {line}"
        );
    }
}

#[test]
fn endless_texts_are_told_by_their_limit() {
    let head = "id,name,end\n1,Acme,2026\n";
    let long = "x".repeat(3 << 20);
    for (content, name) in [
        (format!("{head}2,{long}\n"), "record_bytes"),
        (format!("{head}2,\"{long}\",x\n"), "record_bytes"),
        (format!("{head}{}\n", ",".repeat(1 << 20)), "columns"),
        (format!("{head}2,{}\n", &long[..(1 << 20) + 1]), "cell_bytes"),
    ] {
        let got = Got::of(&content);
        let told = got.codes();
        assert!(
            got.report.refused && got.report.findings[0].place.row == Some(3),
            "{name}: {told:?}"
        );
        assert!(
            got.report.findings[0].hint.contains(name) || told == ["quote-unclosed"],
            "{name}: {told:?}"
        );
    }
    // Empty rows and columns by the thousand are no limit's business.
    let wide = format!(
        "id,name,end{}\n{}",
        ",".repeat(16_000),
        format!("1,Acme,2026{}\n", ",".repeat(16_000)).repeat(300)
    );
    let got = Got::of(wide + &format!("{}\n", ",".repeat(16_000)).repeat(300));
    assert_eq!((got.codes(), got.report.rows), (vec![], 300));
}

#[test]
fn line_ends_of_all_kinds_and_nul_bytes() {
    let got = Got::of("id,name,end\r1,a,b\n2,c,d\r\n3,e,f\r4,g,h\n");
    assert_eq!(
        got.rows(),
        rows(&[(2, "1|a|b"), (3, "2|c|d"), (4, "3|e|f"), (5, "4|g|h")])
    );
    let mut content = "id,name,end\n".to_owned();
    (0..2000).for_each(|row| content.push_str(&format!("{row},Acme,2026\n")));
    let clean = Got::of(&content);
    assert_eq!(clean.codes(), Vec::<&str>::new());
    let got = Got::of(content.clone() + "7,Ac\0me,2026\n");
    assert_eq!((got.codes(), got.line()), (vec!["text-damaged"], Some(2002)));
    let got = Got::of(content + &"\0".repeat(5000));
    assert_eq!(got.codes(), ["file-damaged"]);
    assert_eq!(got.report.rows, 2000, "what is filled up with NUL is no row");
}

#[test]
fn quotes_may_follow_a_blank() {
    let got =
        Got::of("id, \"name\", end\n\"1\", \"Acme Ltd\", 2026\n2, \"The \"\"Old\"\" Mill\",\t\"x\" \n3, 5\" disk, y\n");
    let texts: Vec<String> = got.rows().into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        texts,
        ["1|Acme Ltd|2026", "2|\"The \"\"Old\"\" Mill\"|x", "3|5\" disk|y"],
        "{:?}",
        got.report
    );
    let headings = &got.kept.heads[0].headings;
    assert_eq!(
        headings.iter().map(|text| &**text).collect::<Vec<_>>(),
        ["id", "name", "end"]
    );
    // A delimiter inside of them cuts the cell, which is told.
    let got = Got::of("id, \"name\", end\n1, \"Acme, Ltd\", 2026\n");
    assert_eq!(got.codes(), ["quote-stray"]);
}
