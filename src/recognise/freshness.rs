//! How new an export is, by what it says itself.
//!
//! In: a file's name, the rows above its headings. Out: a date, where one stands there in plain sight: `2026-11-20`, `20261120`,
//! `2026-11`, `202611` (the first of the month). The file's own time is never asked: a copy would change the plan.

use chrono::NaiveDate;

/// The freshness of a table: a date above its headings, else one in the file's name (folders do not count).
pub(crate) fn freshness_of<'a>(above: impl Iterator<Item = &'a str>, path: &str) -> Option<NaiveDate> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    above.filter_map(date_in).max().or_else(|| date_in(name))
}

/// The latest date that a text holds in plain sight.
fn date_in(text: &str) -> Option<NaiveDate> {
    let runs = numbers(text);
    let mut latest: Option<NaiveDate> = None;
    for (index, &(digits, joined)) in runs.iter().enumerate() {
        let number = |digits: &str| digits.parse::<u32>().ok();
        let next = runs
            .get(index + 1)
            .filter(|(digits, joined)| *joined && digits.len() == 2)
            .map(|(digits, _)| *digits);
        let after = runs
            .get(index + 2)
            .filter(|(digits, joined)| *joined && digits.len() == 2)
            .map(|(digits, _)| *digits);
        let date = match (digits.len(), next, after) {
            _ if joined && index > 0 => None,
            (8, _, _) => part(digits, 0, 4)
                .zip(part(digits, 4, 6))
                .zip(part(digits, 6, 8))
                .and_then(|((y, m), d)| civil(y, m, d)),
            (6, _, _) => part(digits, 0, 4)
                .zip(part(digits, 4, 6))
                .and_then(|(y, m)| civil(y, m, 1)),
            (4, Some(month), Some(day)) => number(digits)
                .zip(number(month))
                .zip(number(day))
                .and_then(|((y, m), d)| civil(y, m, d)),
            (4, Some(month), None) => number(digits).zip(number(month)).and_then(|(y, m)| civil(y, m, 1)),
            _ => None,
        };
        latest = latest.max(date);
    }
    latest
}

/// The runs of digits of a text, and whether a hyphen, an underscore or a full stop alone joins each to the one before.
fn numbers(text: &str) -> Vec<(&str, bool)> {
    let mut runs = Vec::new();
    let mut end_of_last: Option<usize> = None;
    let mut start: Option<usize> = None;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        match (c.is_ascii_digit() && at < text.len(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let between = end_of_last.and_then(|end| text.get(end..from));
                let joined = matches!(between, Some("-" | "_" | "." | ". "));
                runs.push((text.get(from..at).unwrap_or_default(), joined));
                end_of_last = Some(at);
                start = None;
            }
            _ => {}
        }
    }
    runs
}

fn part(digits: &str, from: usize, to: usize) -> Option<u32> {
    digits.get(from..to)?.parse().ok()
}

/// A date of this century.
fn civil(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    let year = i32::try_from(year).ok().filter(|year| (2000..2100).contains(year))?;
    NaiveDate::from_ymd_opt(year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_found_in_plain_sight_only() {
        for (text, expected) in [
            ("exports-2026-11-20.csv", Some((2026, 11, 20))),
            ("20261120_web.xlsx", Some((2026, 11, 20))),
            ("recon 2026_11.csv", Some((2026, 11, 1))),
            ("202611-Cloud.xlsx", Some((2026, 11, 1))),
            ("Generated 2026-11-20 10:15", Some((2026, 11, 20))),
            ("Export 2026. 11. 20.", Some((2026, 11, 20))),
            ("2026-10-01 to 2026-10-31", Some((2026, 10, 31))),
            ("20.11.2026.csv", None),
            ("customer 123456.csv", None),
            ("invoice-99991231", None),
            ("list.csv", None),
        ] {
            let expected = expected.and_then(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d));
            assert_eq!(date_in(text), expected, "{text}");
        }
    }

    #[test]
    fn the_title_goes_before_the_name_and_folders_do_not_count() {
        let date = |d| NaiveDate::from_ymd_opt(2026, 11, d);
        let title = ["As of 2026-11-03"];
        assert_eq!(freshness_of(title.into_iter(), "a-2026-11-20.csv"), date(3));
        assert_eq!(freshness_of(std::iter::empty(), "2026-11-20/a.csv"), None);
        assert_eq!(freshness_of(std::iter::empty(), "x/a-2026-11-20.csv"), date(20));
    }
}
