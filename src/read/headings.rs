//! Rows to headings.
//!
//! In: the first rows of a sheet or a text. Out: which of them, one or two, are the headings of its first table, and what each
//! column is called. The headings are the row in which most cells are headings we know; a group row above it, or a heading
//! split over two rows, is joined with it where only the joined texts are headings we know. Rows below the headings of one table
//! never count for another: the first table begins first. Also tells, later on, whether a row begins a further table.

use std::borrow::Cow;

use super::{Cell, Row, Rows, Words};
use crate::terms::Text;

/// Rows in which headings are looked for.
pub(super) const SEARCHED: usize = 30;

/// The headings of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Headings {
    /// The index of their first row, and of the row after them.
    pub(super) first: usize,
    pub(super) after: usize,
    /// By column; empty where a column has none.
    pub(super) texts: Vec<Text>,
}

/// Finds the headings of the first table.
pub(super) fn search(rows: &Rows, words: &dyn Words) -> Option<Headings> {
    let rows: Vec<Candidate> = rows.iter().take(SEARCHED).map(Candidate::of).collect();
    let found = best(&rows, words)?;
    let end = first_data(&rows, found.first, words).unwrap_or(rows.len());
    let found = best(rows.get(..end)?, words).unwrap_or(found);
    let found = said_twice(found, &rows, words);
    Some(with_remarks(found, &rows, words))
}

/// A row that may be one of headings.
struct Candidate {
    texts: Vec<String>,
    /// Whether all its filled cells read like headings.
    is_worded: bool,
}

impl Candidate {
    fn of(row: Row<'_>) -> Candidate {
        Candidate {
            texts: row.cells().map(heading).collect(),
            is_worded: is_worded(row),
        }
    }

    fn filled(&self) -> Vec<&str> {
        let filled = self.texts.iter().map(String::as_str);
        filled.filter(|text| !text.is_empty()).collect()
    }

    fn text(&self, column: usize) -> &str {
        self.texts.get(column).map_or("", String::as_str)
    }

    fn is_sure(&self, words: &dyn Words) -> bool {
        self.is_worded && is_sure(&self.filled(), words)
    }
}

/// The row, or the two rows, with most headings we know; the earliest where they tie, one row before two, unless with the row
/// above it more of its cells say what their column holds: `Customer` over `ID` and `Name`.
fn best(rows: &[Candidate], words: &dyn Words) -> Option<Headings> {
    let mut most = 0;
    let mut found: Option<Headings> = None;
    for (first, row) in rows.iter().enumerate() {
        let known = known(&row.filled(), words);
        if known > most {
            most = known;
            found = Some(Headings {
                first,
                after: first + 1,
                texts: trimmed(row.texts.iter().map(String::as_str)),
            });
        }
    }
    for (first, pair) in rows.windows(2).enumerate() {
        let [upper, lower] = pair else { continue };
        let Some((texts, split)) = joined(upper, lower, words) else {
            continue;
        };
        let filled: Vec<&str> = texts
            .iter()
            .map(String::as_str)
            .filter(|text| !text.is_empty())
            .collect();
        let known = known(&filled, words);
        let is_better = |found: &Headings| match found.first {
            alone if alone == first => split,
            alone if alone == first + 1 && found.after == alone + 1 => {
                words.telling(&filled) > words.telling(&lower.filled())
            }
            _ => false,
        };
        if known > most || known == most && known > 0 && found.as_ref().is_some_and(is_better) {
            most = known;
            found = Some(Headings {
                first,
                after: first + 2,
                texts: trimmed(texts.iter().map(String::as_str)),
            });
        }
    }
    found
}

/// What two rows say together; none, where they are not the halves of headings. Also whether every cell of the lower one
/// makes a known heading with what stands above it.
fn joined(upper: &Candidate, lower: &Candidate, words: &dyn Words) -> Option<(Vec<String>, bool)> {
    let is_known = |text: &str| words.headings(&[text]) > 0;
    if !upper.is_worded || !lower.is_worded || lower.filled().len() < 2 {
        return None;
    }
    let repeated = |text: &str| lower.texts.iter().filter(|other| *other == text).count() > 1;
    let mut texts = Vec::new();
    let mut split = true;
    // The upper cell over these columns, and whether it made any of them a heading.
    let mut group = ("", true);
    for column in 0..upper.texts.len().max(lower.texts.len()) {
        let (own, low) = (upper.text(column), lower.text(column));
        if !own.is_empty() {
            if !group.1 {
                return None;
            }
            group = (own, is_known(own));
        }
        let mut both = format!("{} {low}", group.0);
        if !low.is_empty() && !group.0.is_empty() && !is_known(&both) {
            // `Licenses` over `Purchased`
            let turned = format!("{low} {}", group.0);
            if low != group.0 && is_known(&turned) {
                both = turned;
            }
        }
        texts.push(match (low.is_empty(), group.0.is_empty()) {
            (true, _) => own.to_owned(),
            (false, true) => low.to_owned(),
            _ if is_known(&both) => {
                group.1 = true;
                // What stands right above belongs to it; a group further left may have ended.
                if own.is_empty() && is_known(low) && !repeated(low) {
                    low.to_owned()
                } else {
                    both
                }
            }
            _ => {
                split = false;
                if is_known(low) { low.to_owned() } else { both }
            }
        });
    }
    group.1.then_some((texts, split))
}

/// Where the first table's rows begin, if the best headings are those of a later one: below sure headings stands a row of
/// values, and only then come the best.
fn first_data(rows: &[Candidate], best: usize, words: &dyn Words) -> Option<usize> {
    if !rows.get(best)?.is_sure(words) {
        return None;
    }
    let before = rows.get(..best)?;
    let first = before.iter().position(|row| row.is_sure(words))?;
    let values = |row: &Candidate| !row.is_worded && row.filled().len() > 1;
    let data = before.get(first..)?.iter().position(values)?;
    Some(first + data)
}

/// Headings that stand in two rows, each for itself: as people and as programs call them. A column is called by the row that
/// says more, and by the other where only that tells what it holds. Rows that do not agree are no such two.
fn said_twice(found: Headings, rows: &[Candidate], words: &dyn Words) -> Headings {
    if found.after != found.first + 1 {
        return found;
    }
    let tells = |text: &str| !text.is_empty() && words.telling(&[text]) > 0;
    let below = [Some(found.first), found.first.checked_sub(1)];
    let pairs = below
        .into_iter()
        .flatten()
        .filter_map(|first| Some((first, rows.get(first..first + 2)?)));
    for (first, pair) in pairs {
        let [upper, lower] = pair else { continue };
        let columns = 0..upper.texts.len().max(lower.texts.len());
        let both = columns.clone().map(|column| (upper.text(column), lower.text(column)));
        let both = both.filter(|(own, low)| tells(own) && tells(low));
        let (same, other): (Vec<_>, Vec<_>) = both.partition(|(own, low)| words.telling(&[own, low]) == 1);
        if !upper.is_worded || !lower.is_worded || same.len() < 2 || !other.is_empty() {
            continue;
        }
        let (better, worse) = if first == found.first {
            (upper, lower)
        } else {
            (lower, upper)
        };
        let text = |column| match (better.text(column), worse.text(column)) {
            (own, other) if own.is_empty() || !tells(own) && tells(other) => other,
            (own, _) => own,
        };
        return Headings {
            first,
            after: first + 2,
            texts: trimmed(columns.map(text)),
        };
    }
    found
}

/// A row of remarks below the headings, such as `(UTC)`, is one of them.
fn with_remarks(mut found: Headings, rows: &[Candidate], words: &dyn Words) -> Headings {
    let Some(row) = rows.get(found.after) else { return found };
    let filled = row.filled();
    let bracketed =
        |text: &&str| text.starts_with('(') && text.ends_with(')') || text.starts_with('[') && text.ends_with(']');
    if filled.len() < 2 || !filled.iter().all(bracketed) {
        return found;
    }
    found.after += 1;
    for (text, remark) in found.texts.iter_mut().zip(&row.texts) {
        let both = format!("{text} {remark}");
        if !remark.is_empty() && words.headings(&[&both]) > 0 {
            *text = both.into();
        }
    }
    found
}

fn trimmed<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Text> {
    let mut texts: Vec<Text> = texts.map(Text::from).collect();
    while texts.last().is_some_and(|last| last.is_empty()) {
        texts.pop();
    }
    texts
}

/// The columns in which tables begin that stand side by side under one row of headings, the first of them left out, each with
/// whether it was told by what the two are. Each must be sure of its headings by itself, and at least half of what a further one
/// says must have been said by the one before it: an empty column, or a word that stands twice, makes no second table of one. An
/// empty column between two tables that are nothing to each other parts them.
pub(super) fn beside(texts: &[Text], words: &dyn Words) -> Vec<(usize, bool)> {
    let block = |from: usize, to: usize| -> Vec<&str> {
        let cells = texts.get(from..to).unwrap_or_default().iter();
        cells.map(|text| &**text).filter(|text| !text.is_empty()).collect()
    };
    let says = |cells: &[&str]| words.telling(cells);
    let mut starts = Vec::new();
    let mut begun = 0;
    for column in 1..texts.len() {
        let text = |column: usize| texts.get(column).map_or("", |text| &**text);
        let is_again = |first: &str, other: usize| first.to_lowercase() == text(other).to_lowercase();
        let left = block(begun, column);
        let first = left.first().copied().unwrap_or("");
        let may_begin = text(column - 1).is_empty() || is_again(first, column);
        if text(column).is_empty() || !may_begin {
            continue;
        }
        let ends = |other: &usize| text(*other).is_empty() || is_again(text(column), *other);
        let right = block(column, (column + 1..texts.len()).find(ends).unwrap_or(texts.len()));
        let both: Vec<&str> = left.iter().chain(&right).copied().collect();
        let again = says(&left) + says(&right) - says(&both).min(says(&left) + says(&right));
        let repeats = is_sure(&left, words) && is_sure(&right, words) && 2 * again >= says(&right).max(1);
        let is_apart = !repeats && text(column - 1).is_empty() && words.are_apart(&left, &right);
        if repeats || is_apart {
            starts.push((column, is_apart));
            begun = column;
        }
    }
    starts
}

/// How many headings a row has; none, where that is too few to believe.
pub(super) fn known(cells: &[&str], words: &dyn Words) -> usize {
    let known = words.headings(cells);
    let enough = if cells.len() <= 2 { 1 } else { 2 };
    if known >= enough { known } else { 0 }
}

/// Whether so many cells are headings we know that the row can hardly be one of values.
fn is_sure(filled: &[&str], words: &dyn Words) -> bool {
    let known = words.headings(filled);
    match filled.len() {
        2 => known == 2,
        all => known >= 3 && known * 2 > all,
    }
}

/// Whether a row under headings is one of headings itself. Two cells alone are believed after a gap, or in a narrow table.
pub(super) fn begins_table(row: Row<'_>, width: usize, gap: bool, words: &dyn Words) -> bool {
    if !is_worded(row) {
        return false;
    }
    let row = Candidate::of(row);
    let filled = row.filled();
    (filled.len() > 2 || gap || width <= 3) && is_sure(&filled, words)
}

/// Whether all filled cells of a row are texts that read like headings. Cheap, since it is asked of every row.
fn is_worded(row: Row<'_>) -> bool {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    row.cells().all(|cell| match cell {
        Cell::Empty => true,
        Cell::Text(text) => {
            text.len() <= 200 && !text.trim_start().starts_with(|c: char| c.is_ascii_digit()) && digits(text) < 5
        }
        _ => false,
    })
}

/// A cell's text as a heading: blanks of all kinds are one blank, invisible characters are gone.
pub(super) fn heading(cell: Cell<'_>) -> String {
    let text = match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) | Cell::Error(text) => Cow::Borrowed(text),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::DateTime(at) => Cow::Owned(at.format("%Y-%m-%d").to_string()),
        Cell::Bool(truth) => Cow::Borrowed(if truth { "TRUE" } else { "FALSE" }),
    };
    let visible: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{super::table::tests::Known, *};

    const WORDS: Known = Known(&[
        "Subscription ID",
        "Customer ID",
        "Customer name",
        "Customer",
        "Offer",
        "Quantity",
        "Status",
        "Term end date",
        "Term Start",
        "Start",
    ]);

    fn searched(lines: &[&str]) -> Option<(usize, usize, String)> {
        let mut rows = Rows::default();
        for (number, line) in (1..).zip(lines) {
            line.split('|').for_each(|text| rows.push(Cell::Text(text)));
            rows.end_row(number);
        }
        let found = search(&rows, &WORDS)?;
        Some((found.first, found.after, found.texts.join("|")))
    }

    #[test]
    fn headings_stand_in_one_row_or_two() {
        for (lines, first, after, texts) in [
            // A group row says nothing that the headings below it do not say.
            (
                &["Subscription||Customer", "Subscription ID|Offer|Customer ID", "1|2|3"][..],
                1,
                2,
                "Subscription ID|Offer|Customer ID",
            ),
            (
                &[
                    "Subscription|Customer|Customer|Quantity|Term end",
                    "ID|ID|name||date",
                    "1|2|3|4|5",
                ],
                0,
                2,
                "Subscription ID|Customer ID|Customer name|Quantity|Term end date",
            ),
            (
                &["Subscription|Customer||Offer", "ID|ID|name|", "1|2|3|4"],
                0,
                2,
                "Subscription ID|Customer ID|Customer name|Offer",
            ),
            // What two groups have is told apart by the group.
            (
                &["|Customer|Term|", "Offer|ID|Start|End", "x|1|2|3"],
                0,
                2,
                "Offer|Customer ID|Term Start|Term End",
            ),
            // A filter above the table is no group.
            (
                &["Customer|Contoso|", "ID|Offer|Status", "1|x|y"],
                1,
                2,
                "ID|Offer|Status",
            ),
            // Values are no second half.
            (
                &["Customer|Offer|Status", "Acme|E Three|Active"],
                0,
                1,
                "Customer|Offer|Status",
            ),
            (
                &["Subscription ID|Offer|Term end date", "(GUID)||(UTC)", "1|2|3"],
                0,
                2,
                "Subscription ID|Offer|Term end date",
            ),
        ] {
            assert_eq!(searched(lines), Some((first, after, texts.to_owned())), "{lines:?}");
        }
    }

    #[test]
    fn a_group_says_what_id_and_name_do_not() {
        let words = crate::recognise::vocabulary::Vocabulary::embedded();
        let texts = |lines: [&str; 3]| {
            let mut rows = Rows::default();
            for (number, line) in (1..).zip(lines) {
                line.split('|').for_each(|text| rows.push(Cell::Text(text)));
                rows.end_row(number);
            }
            search(&rows, &words).map(|found| (found.after, found.texts.join("|")))
        };
        for (lines, after, expected) in [
            (
                [
                    "Customer||Subscription|||",
                    "Name|Tenant ID|ID|Product|Quantity|End date",
                    "a|b|c|d|5|f",
                ],
                2,
                "Customer Name|Tenant ID|Subscription ID|Product|Quantity|End date",
            ),
            (
                [
                    "Subscription ID|Product|Licenses||End date",
                    "||Purchased|Assigned|",
                    "a|b|5|4|c",
                ],
                2,
                "Subscription ID|Product|Licenses Purchased|Assigned|End date",
            ),
            (
                ["Name|ID|Quantity|End date", "Acme|x|5|c", "Acme|y|5|c"],
                1,
                "Name|ID|Quantity|End date",
            ),
        ] {
            assert_eq!(texts(lines), Some((after, expected.to_owned())), "{lines:?}");
        }
    }

    #[test]
    fn tables_that_are_nothing_to_each_other_are_parted_at_an_empty_column() {
        let words = crate::recognise::vocabulary::Vocabulary::embedded();
        let starts = |line: &str| beside(&line.split('|').map(Text::from).collect::<Vec<Text>>(), &words);
        let customers = "Customer ID|Customer name|Domain";
        let list = "Subscription ID|Product|Quantity|End date";
        let full = "Subscription ID|Customer ID|Product|Quantity|End date";
        let prices = "ProductTitle|ProductId|SkuId|SkuTitle|TermDuration|BillingPlan|Market|Currency|UnitPrice";
        for (line, expected) in [
            (format!("{customers}||{list}"), &[(4, true)][..]),
            (format!("{list}||{customers}"), &[(5, true)]),
            (
                "Kunde|Land||Abonnement-ID|Produkt|Menge|Enddatum".to_owned(),
                &[(3, true)],
            ),
            (format!("{customers}||{list}||{customers}"), &[(4, true), (9, true)]),
            (format!("{full}||{prices}"), &[(6, true)]),
            (format!("{full}||{full}"), &[(6, false)]),
            // One table: nothing between, a column without a heading among those of subscriptions, and a customer alone.
            (format!("{customers}|{list}"), &[]),
            ("Subscription ID|Customer ID||Product|Quantity|End date".to_owned(), &[]),
            (format!("{full}||Remarks"), &[]),
            (format!("Customer||{list}"), &[]),
        ] {
            assert_eq!(starts(&line), expected, "{line}");
        }
    }

    #[test]
    fn headings_may_be_said_twice() {
        let words = crate::recognise::vocabulary::Vocabulary::embedded();
        let texts = |lines: [&str; 4]| {
            let mut rows = Rows::default();
            for (number, line) in (1..).zip(lines) {
                line.split('|').for_each(|text| rows.push(Cell::Text(text)));
                rows.end_row(number);
            }
            search(&rows, &words).map(|found| (found.first, found.after, found.texts.join("|")))
        };
        let values = "Contoso|x|Office 365 E3|5|2027-02-28";
        for (upper, lower, first, after, expected) in [
            // The upper row says more; the lower one what the upper does not.
            (
                "Customer|Subscription ID|Product|How many|Term end date",
                "cust|sub_id|prod|qty|term_end",
                1,
                3,
                "Customer|Subscription ID|Product|qty|Term end date",
            ),
            (
                "cust|sub_id|prod|qty|term_end",
                "Customer|Subscription ID|Product|How many|Term end date",
                1,
                3,
                "Customer|Subscription ID|Product|qty|Term end date",
            ),
            // Other columns: an empty table and one below it.
            (
                "Customer|Subscription ID|Product|Quantity|Term end date",
                "Subscription ID|Product|Quantity|Term end date|Customer",
                1,
                2,
                "Customer|Subscription ID|Product|Quantity|Term end date",
            ),
        ] {
            let found = texts(["Report", upper, lower, values]);
            assert_eq!(found, Some((first, after, expected.to_owned())), "{upper} over {lower}");
        }
    }

    #[test]
    fn the_first_of_two_tables_comes_first() {
        let lines = [
            "Report",
            "Customer ID|Customer name|Status",
            "1|Acme|x",
            "Subscription ID|Customer ID|Offer|Quantity|Status",
            "1|2|3|4|5",
        ];
        assert_eq!(
            searched(&lines),
            Some((1, 2, "Customer ID|Customer name|Status".to_owned()))
        );
        let filter = ["Customer|1|", "Status|2", "Subscription ID|Offer|Quantity", "1|2|3"];
        assert_eq!(searched(&filter).map(|found| found.0), Some(2), "filters are no table");
    }
}
