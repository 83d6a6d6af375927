//! The sheet *Summary*: the plan in figures, with charts.

use std::{cmp::Reverse, collections::BTreeMap, fmt::Display};

use chrono::Datelike;
use rust_xlsxwriter::{Chart, ChartDataLabel, ChartType, Workbook, Worksheet, XlsxError};

use super::{advice::meaning, styles};
use crate::{
    plan::Reason,
    saved::{PlanColumn, Row, SavedPlan},
    terms::{Action, Route, Urgency},
    write::View,
};

const NAME: &str = "Summary";
/// Rows between the beginnings of two charts.
const CHART_ROWS: u32 = 17;

/// Months that have a bar of their own.
const MONTHS: i32 = 18;

/// Labels with their counts.
type Figures = Vec<(String, u32)>;

/// The figures of a plan.
pub(super) struct Summary {
    months: Figures,
    status: Figures,
    routes: Figures,
    /// How many are for a person to decide, and by reason.
    reviews: (u32, Figures),
    /// The same of those that are kept.
    keeps: (u32, Figures),
}

impl Summary {
    pub(super) fn of(plan: &SavedPlan) -> Summary {
        Summary {
            months: by_month(plan),
            status: by_status(plan),
            routes: by_route(plan),
            reviews: by_reason(plan, Action::Review),
            keeps: by_reason(plan, Action::Keep),
        }
    }

    /// Adds the sheet.
    pub(super) fn add(&self, book: &mut Workbook, view: &View<'_>) -> Result<(), XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(NAME)?;
        sheet.set_column_width(0, 30)?;
        sheet.set_column_width(1, 12)?;
        sheet.set_column_width(2, 60)?;
        sheet.write_string_with_format(0, 0, format!("Plan for {}", view.as_of), &styles::title())?;
        let mut row = 2;
        for (index, (title, figures, kind)) in (0..).zip([
            ("Moves by month", &self.months, ChartType::Column),
            ("Subscriptions by status", &self.status, ChartType::Bar),
            ("Moves by route", &self.routes, ChartType::Bar),
        ]) {
            let first = row + 1;
            row = figures_at(sheet, row, title, figures)?;
            if !figures.is_empty() {
                let chart = chart(title, kind, first, row - 2);
                sheet.insert_chart(1 + index * CHART_ROWS, 4, &chart)?;
            }
        }
        for (title, (rows, figures)) in [("For a person to decide", &self.reviews), ("Kept", &self.keeps)] {
            let first = row + 1;
            // The terminal and the page count the same way.
            row = figures_at(sheet, row, &format!("{title}: {rows}, by reason"), figures)?;
            for (at, (reason, _)) in (first..).zip(figures) {
                sheet.write_string_with_format(at, 2, meaning(reason), &styles::text())?;
            }
            if figures.iter().map(|(_, count)| count).sum::<u32>() > *rows {
                sheet.write_string_with_format(
                    first - 1,
                    2,
                    "a subscription may have several reasons",
                    &styles::text(),
                )?;
            }
        }
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 1);
        sheet.set_print_area(0, 0, row.max(CHART_ROWS * 3), 13)?;
        sheet.set_footer("&L&F&R&P / &N");
        Ok(())
    }
}

/// Writes figures below a title. Gives the row where the next may begin.
fn figures_at(sheet: &mut Worksheet, row: u32, title: &str, figures: &Figures) -> Result<u32, XlsxError> {
    sheet.write_string_with_format(row, 0, title, &styles::label())?;
    let mut row = row + 1;
    for (label, count) in figures {
        sheet.write_string(row, 0, label)?;
        sheet.write_number(row, 1, *count)?;
        row += 1;
    }
    if figures.is_empty() {
        sheet.write_string(row, 0, "none")?;
        row += 1;
    }
    Ok(row + 1)
}

fn chart(title: &str, kind: ChartType, first: u32, last: u32) -> Chart {
    let mut chart = Chart::new(kind);
    chart
        .add_series()
        .set_categories((NAME, first, 0, last, 0))
        .set_values((NAME, first, 1, last, 1))
        .set_data_label(ChartDataLabel::new().show_value())
        .set_format(
            rust_xlsxwriter::ChartFormat::new()
                .set_solid_fill(rust_xlsxwriter::ChartSolidFill::new().set_color(0x1F_4E_78)),
        )
        .set_gap(60);
    chart.title().set_name(title);
    chart.legend().set_hidden();
    chart.set_width(560).set_height(320);
    chart.set_alt_text(format!("{title}: the figures stand in the columns A and B"));
    if kind == ChartType::Bar {
        // The first label stands on top, as in the cells.
        chart.y_axis().set_reverse();
        chart.x_axis().set_major_gridlines(false).set_hidden(true);
    }
    chart
}

/// Moves in every month from the first on, those without any included.
fn by_month(plan: &SavedPlan) -> Figures {
    let mut months: BTreeMap<i32, u32> = BTreeMap::new();
    let moves = of_action(plan, Action::Move);
    for day in moves.filter_map(|row| row.date(PlanColumn::MoveDate)) {
        *months.entry(day.year() * 12 + day.month0() as i32).or_default() += 1;
    }
    let (Some((&first, _)), Some((&last, _))) = (months.first_key_value(), months.last_key_value()) else {
        return Vec::new();
    };
    let last = last.min(first + MONTHS - 1);
    let mut figures: Figures = (first..=last)
        .map(|month| {
            let label = format!("{}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1);
            (label, months.get(&month).copied().unwrap_or_default())
        })
        .collect();
    let later: u32 = months.range(last + 1..).map(|(_, moves)| moves).sum();
    if later > 0 {
        figures.push(("later".to_owned(), later));
    }
    figures
}

/// Subscriptions by action, those that move by urgency as well.
fn by_status(plan: &SavedPlan) -> Figures {
    let moves = counted(plan, Action::Move, PlanColumn::Urgency, Urgency::ALL);
    let moves = moves.map(|(urgency, count)| (format!("move, {urgency}"), count));
    let is = |action: Action| of_action(plan, action).count();
    let rest = [Action::Review, Action::Keep].map(|action| (action.to_string(), as_count(is(action))));
    moves.chain(rest).filter(|(_, count)| *count > 0).collect()
}

fn by_route(plan: &SavedPlan) -> Figures {
    let routes = counted(plan, Action::Move, PlanColumn::Route, Route::ALL);
    let routes = routes.map(|(route, count)| (route.to_string(), count));
    routes.filter(|(_, count)| *count > 0).collect()
}

/// How many rows of an action have each word in a column.
fn counted<'a, W: Copy + Display>(
    plan: &SavedPlan,
    action: Action,
    column: PlanColumn,
    words: &'a [W],
) -> impl Iterator<Item = (W, u32)> + 'a {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in of_action(plan, action) {
        *counts.entry(row.get(column)).or_default() += 1;
    }
    let counts: Vec<u32> = words
        .iter()
        .map(|word| as_count(counts.get(word.to_string().as_str()).copied().unwrap_or_default()))
        .collect();
    words.iter().copied().zip(counts)
}

fn of_action(plan: &SavedPlan, action: Action) -> impl Iterator<Item = &Row<PlanColumn>> {
    let is_of = move |row: &&Row<PlanColumn>| row.get(PlanColumn::Action) == action.as_str();
    plan.rows.iter().filter(is_of)
}

fn as_count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many rows an action has, and how many of them each reason that led to it, the most first.
fn by_reason(plan: &SavedPlan, action: Action) -> (u32, Figures) {
    let mut rows = 0;
    let mut counts: BTreeMap<(usize, &str), u32> = BTreeMap::new();
    for row in of_action(plan, action) {
        rows += 1;
        for code in row.list(PlanColumn::Reasons) {
            let rank = Reason::ALL.iter().position(|known| known.as_str() == code);
            let reason = rank.and_then(|rank| Reason::ALL.get(rank));
            // Of a reason of a later version nobody knows what it leads to; a hold leads to what it says.
            if reason.is_none_or(|reason| reason.kind() == action || *reason == Reason::OnHold) {
                *counts.entry((rank.unwrap_or(usize::MAX), code)).or_default() += 1;
            }
        }
    }
    let mut counts: Vec<((usize, &str), u32)> = counts.into_iter().collect();
    counts.sort_by_key(|&((rank, _), count)| (Reverse(count), rank));
    let figures = counts.into_iter().map(|((_, code), count)| (code.to_owned(), count));
    (rows, figures.collect())
}
