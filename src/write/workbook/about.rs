//! The sheet *About*: what the plan rests on, and what it does not look at.

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::{STEPS, sheet::Limits, styles};
use crate::{
    rules::{TABLE_NAMES, embedded_text},
    saved::{SavedPlan, neutralised},
    write::View,
};

/// What no plan of ours looks at.
const NOT_CHECKED: [&str; 5] = [
    "Nothing was looked up in Partner Center or a customer's tenant: the plan is as good as the exports it was made of.",
    "Whether an offer is available to this customer on the day of the order, promotions and prices but those of the price list.",
    "Whether a customer can pay, owes anything, or has signed anything else than what the exports and tables say.",
    "Data that lives outside the tenant, and services that are not licensed by seat.",
    "A move date is a recommendation: who orders looks at the source subscription once more on that day.",
];

pub(super) fn add(book: &mut Workbook, plan: &SavedPlan, view: &View<'_>, limits: &Limits) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name("About")?;
    sheet.set_column_width(0, 30)?;
    sheet.set_column_width(1, 70)?;
    sheet.set_column_width(2, 84)?;
    let mut lines = Lines { sheet, row: 0 };
    lines.title(&format!("Plan for {}", view.as_of))?;
    let record = &plan.record;
    let made_for = record.as_of.map_or_else(|| "unknown".to_owned(), |day| day.to_string());
    lines.pair("plan made for", &made_for, "")?;
    lines.pair(
        "seen on",
        &view.as_of.to_string(),
        "what counts as today on these sheets",
    )?;
    let version = match record.version.as_str() {
        "" => "unknown",
        version => version,
    };
    lines.pair("made by", &format!("seatshift {version}"), "")?;
    if let Some(settings) = &record.settings {
        let path = settings.path.as_deref().unwrap_or("the defaults");
        let sha256 = settings.sha256.as_deref().map(digest).unwrap_or_default();
        lines.pair("settings", path, &sha256)?;
        for set in &settings.set {
            lines.pair("set for this run", set, "")?;
        }
    }
    lines.section("Inputs")?;
    for input in &record.inputs {
        let sha256 = input.sha256.as_deref().map(digest).unwrap_or_default();
        lines.pair(&format!("{} bytes", input.bytes), &input.path, &sha256)?;
    }
    if record.inputs.is_empty() {
        lines.pair("unknown", "the run record was not beside the plan", "")?;
    }
    lines.section("Rows")?;
    for (name, count) in &record.accounting {
        lines.number(name, *count)?;
    }
    lines.section("Tables of yours")?;
    for (name, sha256) in &record.tables {
        lines.pair(name, "", &digest(sha256))?;
    }
    lines.section("Rules")?;
    if record.version == env!("CARGO_PKG_VERSION") {
        for name in TABLE_NAMES {
            let newest = newest(name).unwrap_or_default();
            let source = format!("newest source: {}", newest.1);
            lines.pair(name, &format!("newest rule valid from {}", newest.0), &source)?;
        }
    } else {
        let text = "another version made the plan: its rules may differ from this one's";
        lines.pair("built-in tables", text, "")?;
    }
    lines.section("What was not checked")?;
    for text in NOT_CHECKED {
        lines.pair("", text, "")?;
    }
    lines.section("How to read this workbook")?;
    lines.pair("headings", "each has a note that says what it means", "")?;
    let text =
        "a text that a spreadsheet would run begins with ', as in plan.csv; taking one ' away gives the text back";
    lines.pair("texts", text, "")?;
    lines.pair("colours", "repeat what the word in the cell says", "")?;
    if limits.cut > 0 {
        let text = format!(
            "{} texts are longer than Excel allows and end in …; plan.csv has them whole",
            limits.cut
        );
        lines.pair("cut", &text, "")?;
    }
    if let Some(more @ 1..) = plan.steps.len().checked_sub(STEPS) {
        let text = format!("the sheet Steps has the first {STEPS} by day; plan.steps.csv has the other {more} too");
        lines.pair("steps", &text, "")?;
    }
    if limits.further_sheets > 0 {
        let text = "a list has more rows than an Excel sheet: it goes on in the sheet of the same name with a number";
        lines.pair("continued", text, "")?;
    }
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_footer("&L&F&R&P / &N");
    Ok(())
}

fn digest(sha256: &str) -> String {
    format!("SHA-256 {sha256}")
}

/// The latest `valid_from` of a rule table, and its row's source.
fn newest(table: &str) -> Option<(String, String)> {
    let mut reader = csv::Reader::from_reader(embedded_text(table).as_bytes());
    let headings = reader.headers().ok()?.clone();
    let place = |name: &str| headings.iter().position(|heading| heading == name);
    let (from, source) = (place("valid_from")?, place("source")?);
    let rows = reader.records().filter_map(Result::ok);
    rows.filter_map(|row| Some((row.get(from)?.to_owned(), row.get(source)?.to_owned())))
        .max()
}

/// Lines under way of a sheet.
struct Lines<'s> {
    sheet: &'s mut Worksheet,
    row: u32,
}

impl Lines<'_> {
    fn title(&mut self, text: &str) -> Result<(), XlsxError> {
        self.sheet
            .write_string_with_format(self.row, 0, text, &styles::title())?;
        self.row += 2;
        Ok(())
    }

    fn section(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet
            .write_string_with_format(self.row, 0, text, &styles::label())?;
        self.row += 1;
        Ok(())
    }

    fn pair(&mut self, label: &str, text: &str, more: &str) -> Result<(), XlsxError> {
        let lines = text.chars().count().div_ceil(70).clamp(1, 20);
        self.sheet.set_row_height(self.row, 15.0 * lines as f64)?;
        for (column, text) in [(0, label), (1, text), (2, more)] {
            // Names of files are somebody else's words as well.
            let text = neutralised(text);
            if !text.is_empty() {
                let shown: String = text.chars().take(8_000).collect();
                self.sheet
                    .write_string_with_format(self.row, column, shown, &styles::wrapped())?;
            }
        }
        self.row += 1;
        Ok(())
    }

    fn number(&mut self, label: &str, number: u64) -> Result<(), XlsxError> {
        self.sheet.write_string(self.row, 0, label)?;
        // More rows than a number of a spreadsheet can count do not fit into any file.
        self.sheet.write_number(self.row, 1, number as f64)?;
        self.row += 1;
        Ok(())
    }
}
