//! Rows to tables: the search for the headings, then batches.
//!
//! In: the rows of a sheet or a text, cell by cell. Out: through the [`Sink`], a table's head, then its rows in batches of
//! at most [`BATCH_ROWS`], [`BATCH_TEXT`] or [`BATCH_CELLS`]; then perhaps the next table beside or below it, with headings of its
//! own. No row is handed on before the headings it stands under are found, and none under those of another table.

use super::{
    Cell, Epoch, Interest, Row, Rows, Sink, TableHead, Words,
    headings::{self, Headings, SEARCHED, begins_table, heading},
    one_table::is_one_table,
};
use crate::terms::Text;

const BATCH_ROWS: usize = 4096;
const BATCH_TEXT: usize = 1 << 20;
const BATCH_CELLS: usize = 1 << 20;

/// What the rows so far came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// No row that is not blank.
    Nothing,
    /// Rows, but none of headings; the first of them, shortened.
    NoHeadings { row: u32, text: String },
    /// A table, whose rows the sink did not want.
    Unwanted,
    /// A table.
    Table,
}

impl Found {
    /// What two parts of a file came to: the better of both, the earlier where they are alike.
    pub(super) fn or(self, other: Found) -> Found {
        let rank = |found: &Found| match found {
            Found::Nothing => 0,
            Found::NoHeadings { .. } => 1,
            Found::Unwanted => 2,
            Found::Table => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// The tables of a sheet or a text under way.
pub(super) struct Tabling<'a> {
    words: &'a dyn Words,
    sheet: Option<Text>,
    hidden: bool,
    epoch: Option<Epoch>,
    /// Whether empty cells at the end of a row were written by somebody.
    counts_cells: bool,
    held: Rows,
    state: State,
    /// What to go back to, where a row that began another table turns out not to.
    resume: State,
    /// The best that the tables so far came to.
    found: Found,
    /// The headings of the current table, and the row of the first half of those that take two.
    headings: Vec<Text>,
    upper: Vec<String>,
    /// Tables that stand beside the current one, and where it ends.
    beside: Vec<Beside>,
    /// Bytes of text that wait for the end of the current table.
    pub(super) waiting: u64,
    /// Number of the last row that is not blank.
    last: u32,
    /// Rows handed on.
    pub(super) rows: u64,
    /// Number of headings, once they are known; 0 before.
    pub(super) width: usize,
}

/// A table to the right of the current one. Its rows wait until that is through, since tables come one after the other.
struct Beside {
    head: TableHead,
    /// Its columns.
    columns: std::ops::Range<usize>,
    batches: Vec<Rows>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Searching,
    Reading,
    /// The table's rows are not wanted; another may follow.
    Skipping,
    /// No headings were found, or nothing more is wanted.
    Done,
}

impl<'a> Tabling<'a> {
    pub(super) fn new(words: &'a dyn Words, sheet: Option<Text>, hidden: bool) -> Tabling<'a> {
        Tabling {
            words,
            sheet,
            hidden,
            epoch: None,
            counts_cells: false,
            held: Rows::default(),
            state: State::Searching,
            resume: State::Done,
            found: Found::Nothing,
            headings: Vec::new(),
            upper: Vec::new(),
            beside: Vec::new(),
            waiting: 0,
            last: 0,
            rows: 0,
            width: 0,
        }
    }

    /// Of a workbook that counts its days from here.
    pub(super) fn counting_from(self, epoch: Option<Epoch>) -> Tabling<'a> {
        Tabling { epoch, ..self }
    }

    /// Of a text, where a delimiter too many shows as an empty cell at the end of the row.
    pub(super) fn counting_cells(self) -> Tabling<'a> {
        Tabling {
            counts_cells: true,
            ..self
        }
    }

    /// The next cell of the row under way.
    pub(super) fn cell(&mut self, cell: Cell<'_>) {
        self.held.push(cell);
    }

    /// Ends the row under way. Answers whether more rows are wanted.
    pub(super) fn end_row(&mut self, number: u32, sink: &mut dyn Sink) -> Interest {
        if self.held.end_row(number) {
            self.take_row(number, sink);
            if self.state == State::Searching && self.held.len() >= SEARCHED {
                self.settle(sink);
            }
        }
        match self.state {
            State::Done => Interest::Skip,
            _ => Interest::Read,
        }
    }

    /// Judges the row held last.
    fn take_row(&mut self, number: u32, sink: &mut dyn Sink) {
        let gap = number > self.last.saturating_add(1);
        self.last = number;
        if matches!(self.state, State::Reading | State::Skipping) && sink.splits() && self.begins(gap) {
            let row = self.held.take_last();
            self.hand_on(sink);
            self.held = row;
            self.resume = self.state;
            self.state = State::Searching;
        }
        if self.state != State::Searching {
            self.part();
        }
        match self.state {
            State::Reading if is_full(&self.held) => self.hand_on(sink),
            State::Skipping => self.held.clear(),
            State::Searching | State::Reading | State::Done => {}
        }
    }

    /// Gives the tables beside the current one their cells of the row held last.
    fn part(&mut self) {
        let Some(first) = self.beside.first().map(|beside| beside.columns.start) else {
            return;
        };
        let whole = self.held.take_last();
        let Some(row) = whole.last() else { return };
        self.held.copy_columns(row, 0..first);
        for beside in &mut self.beside {
            if beside.batches.last().is_none_or(is_full) {
                beside.batches.push(Rows::default());
            }
            if let Some(batch) = beside.batches.last_mut() {
                let before = batch.text_len();
                batch.copy_columns(row, beside.columns.clone());
                self.waiting += (batch.text_len() - before) as u64;
            }
        }
    }

    /// Hands on the tables beside the current one, which is through.
    fn hand_on_beside(&mut self, sink: &mut dyn Sink) {
        self.waiting = 0;
        for beside in std::mem::take(&mut self.beside) {
            if sink.table(&beside.head) == Interest::Skip {
                self.found = self.found.clone().or(Found::Unwanted);
                continue;
            }
            self.found = Found::Table;
            for batch in beside.batches.into_iter().filter(|batch| !batch.is_empty()) {
                self.rows += batch.len() as u64;
                sink.rows(batch);
            }
        }
    }

    /// Whether the row held last has headings of another table.
    fn begins(&self, gap: bool) -> bool {
        let Some(row) = self.held.last() else { return false };
        // The upper one of headings that take two rows, which stand here again.
        if !self.upper.is_empty() && row.cells().map(heading).eq(self.upper.iter().cloned()) {
            return true;
        }
        if !begins_table(row, self.width, gap, self.words) {
            return false;
        }
        // The same headings again are a row that is left out, not a table.
        let repeats = |(column, cell): (usize, Cell<'_>)| {
            let text = heading(cell);
            let own = self.headings.get(column).map_or("", |own| &**own);
            text.is_empty() || text == own || text.to_lowercase() == own.to_lowercase()
        };
        self.state == State::Skipping || !row.cells().enumerate().all(repeats)
    }

    /// Forgets the row under way.
    pub(super) fn drop_row(&mut self) {
        self.held.drop_row();
    }

    /// Decides on the headings with the rows at hand. Between rows only.
    pub(super) fn settle(&mut self, sink: &mut dyn Sink) {
        if self.state != State::Searching {
            return;
        }
        let Some(found) = headings::search(&self.held, self.words) else {
            self.state = self.resume;
            if !self.beside.is_empty() {
                let rows = std::mem::take(&mut self.held);
                for row in rows.iter() {
                    self.held.copy(row);
                    self.part();
                }
            }
            return;
        };
        self.hand_on_beside(sink);
        let rows = std::mem::take(&mut self.held);
        let mut head = self.head(&rows, &found);
        (self.width, self.headings) = (head.headings.len(), head.headings.clone());
        if sink.splits() {
            self.beside = beside(&mut head, &rows, found.after, self.words);
        }
        let interest = sink.table(&head);
        (self.state, self.found) = match interest {
            Interest::Read => (State::Reading, Found::Table),
            Interest::Skip if !sink.splits() => (State::Done, Found::Unwanted),
            Interest::Skip => (State::Skipping, self.found.clone().or(Found::Unwanted)),
        };
        self.last = head.header_row;
        for row in rows.iter().skip(found.after) {
            self.held.copy(row);
            self.take_row(row.number, sink);
        }
    }

    fn head(&mut self, rows: &Rows, found: &Headings) -> TableHead {
        let texts = |row: Row<'_>| row.cells().map(heading).collect::<Vec<String>>();
        let mut above = Vec::new();
        for row in rows.iter().take(found.first) {
            let filled = texts(row).into_iter().filter(|text| !text.is_empty());
            above.push((row.number, filled.collect()));
        }
        let takes_two = found.after > found.first + 1;
        self.upper = match rows.iter().nth(found.first) {
            Some(row) if takes_two => texts(row),
            _ => Vec::new(),
        };
        TableHead {
            sheet: self.sheet.clone(),
            hidden: self.hidden,
            header_row: rows
                .iter()
                .nth(found.after.saturating_sub(1))
                .map_or(0, |row| row.number),
            headings: found.texts.clone(),
            cells: self.counts_cells.then(|| usual_cells(rows, found)),
            epoch: self.epoch,
            above,
            is_apart: false,
        }
    }

    fn hand_on(&mut self, sink: &mut dyn Sink) {
        if self.state == State::Reading && !self.held.is_empty() {
            self.rows += self.held.len() as u64;
            // The next batch is about as large.
            let next = self.held.same_room();
            sink.rows(std::mem::replace(&mut self.held, next));
        }
    }

    /// Hands on what is left.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Found {
        // Each round takes the headings of one table away.
        while self.state == State::Searching {
            self.settle(sink);
        }
        self.hand_on(sink);
        self.hand_on_beside(sink);
        match (&self.found, self.held.iter().next()) {
            (Found::Nothing, Some(row)) => Found::NoHeadings {
                row: row.number,
                text: shown(row),
            },
            _ => self.found.clone(),
        }
    }
}

/// Whether a batch has rows enough.
fn is_full(rows: &Rows) -> bool {
    rows.len() >= BATCH_ROWS || rows.text_len() >= BATCH_TEXT || rows.cells_len() >= BATCH_CELLS
}

/// Takes the tables that stand beside the first one out of a head.
fn beside(head: &mut TableHead, rows: &Rows, after: usize, words: &dyn Words) -> Vec<Beside> {
    let mut starts = headings::beside(&head.headings, words);
    if let [(start, true)] = starts[..]
        && is_one_table(&head.headings, (0..start, start..usize::MAX), rows, after, words)
    {
        starts.clear();
    }
    let Some(&(first, is_apart)) = starts.first() else {
        return Vec::new();
    };
    let parts_the_next = |index: usize| starts.get(index + 1).is_some_and(|&(_, is_apart)| is_apart);
    let whole = std::mem::take(&mut head.headings);
    // How many cells a row has is known of the whole row only.
    head.cells = None;
    head.is_apart = is_apart;
    let ends = starts.iter().skip(1).map(|&(start, _)| start).chain([whole.len()]);
    let beside = starts
        .iter()
        .zip(ends)
        .enumerate()
        .map(|(index, (&(start, is_apart), end))| {
            let blank = std::iter::repeat_n(Text::from(""), start);
            let own = whole.get(start..end).unwrap_or_default().iter().cloned();
            Beside {
                head: TableHead {
                    headings: trimmed(blank.chain(own)),
                    is_apart: is_apart || parts_the_next(index),
                    ..head.clone()
                },
                // What stands beyond the last heading is the last table's.
                columns: start..if end == whole.len() { usize::MAX } else { end },
                batches: Vec::new(),
            }
        });
    let beside = beside.collect();
    head.headings = trimmed(whole.get(..first).unwrap_or_default().iter().cloned());
    beside
}

fn trimmed(texts: impl Iterator<Item = Text>) -> Vec<Text> {
    let mut texts: Vec<Text> = texts.collect();
    while texts.last().is_some_and(|last| last.is_empty()) {
        texts.pop();
    }
    texts
}

/// How many cells a row has: as many as the headings' row, or as most of the rows below it, whichever is more.
fn usual_cells(rows: &Rows, found: &Headings) -> u32 {
    let lengths = || rows.iter().skip(found.after).map(|row| row.len());
    let often = |length: usize| lengths().filter(|other| *other == length).count();
    let usual = lengths().max_by_key(|length| (often(*length), std::cmp::Reverse(*length)));
    let headings = rows
        .iter()
        .nth(found.after.saturating_sub(1))
        .map_or(0, |row| row.len());
    usual.unwrap_or(0).max(headings) as u32
}

/// A row as a message quotes it: some eighty characters.
fn shown(row: Row<'_>) -> String {
    let cells: Vec<String> = row.cells().map(heading).filter(|text| !text.is_empty()).collect();
    let text = cells.join(" | ");
    match text.char_indices().nth(80) {
        None => text,
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Knows these headings.
    pub(in crate::read) struct Known(pub(in crate::read) &'static [&'static str]);

    impl Words for Known {
        fn headings(&self, cells: &[&str]) -> usize {
            self.0.iter().filter(|word| cells.contains(word)).count()
        }
    }

    /// Keeps everything.
    #[derive(Default)]
    pub(in crate::read) struct Kept {
        pub(in crate::read) heads: Vec<TableHead>,
        pub(in crate::read) batches: Vec<Rows>,
        pub(in crate::read) unwanted: bool,
        pub(in crate::read) whole: bool,
    }

    impl Sink for Kept {
        fn table(&mut self, head: &TableHead) -> Interest {
            self.heads.push(head.clone());
            if self.unwanted { Interest::Skip } else { Interest::Read }
        }

        fn rows(&mut self, rows: Rows) {
            self.batches.push(rows);
        }

        fn splits(&self) -> bool {
            !self.whole
        }
    }

    fn table(rows: &[&[&str]], kept: &mut dyn Sink) -> Found {
        let mut tabling = Tabling::new(&Known(&["id", "name", "end"]), None, false);
        for (number, row) in (1..).zip(rows) {
            row.iter().for_each(|text| tabling.cell(Cell::Text(text)));
            if tabling.end_row(number, kept) == Interest::Skip {
                break;
            }
        }
        tabling.finish(kept)
    }

    #[test]
    fn headings_are_found_below_titles() {
        let mut kept = Kept::default();
        let rows: &[&[&str]] = &[
            &["Report", "", ""],
            &["", ""],
            &["name", "of", "all"],
            &["\u{feff} id\u{a0}", "na\u{200b}me", "end", "", ""],
            &["1", "Acme", "x"],
            &["id", "name", "end"],
        ];
        assert_eq!(table(rows, &mut kept), Found::Table);
        let head = &kept.heads[0];
        assert_eq!(head.header_row, 4, "the earliest of two that tie");
        assert_eq!(
            head.headings.iter().map(|text| &**text).collect::<Vec<_>>(),
            ["id", "name", "end"]
        );
        assert_eq!(
            head.above,
            [
                (1, vec!["Report".to_owned()]),
                (3, vec!["name".into(), "of".into(), "all".into()])
            ]
        );
        let numbers: Vec<u32> = kept.batches[0].iter().map(|row| row.number).collect();
        assert_eq!(numbers, [5, 6]);
    }

    #[test]
    fn a_table_below_another_has_its_own_headings() {
        let first: &[&str] = &["id", "name", "end"];
        let below: &[&str] = &["name", "end", "id"];
        let values: &[&str] = &["a", "b", "3"];
        for (between, more) in [(1, 1), (1, 100), (100, 1), (5000, 5000)] {
            let mut rows = vec![first];
            rows.resize(1 + between, values);
            rows.extend([&["Title"][..], first, values, below]);
            rows.resize(rows.len() + more, values);
            let mut kept = Kept::default();
            assert_eq!(table(&rows, &mut kept), Found::Table);
            let heads: Vec<(u32, String)> = kept
                .heads
                .iter()
                .map(|head| (head.header_row, head.headings.join("|")))
                .collect();
            let second = between as u32 + 5;
            assert_eq!(
                heads,
                [(1, "id|name|end".to_owned()), (second, "name|end|id".to_owned())]
            );
            let mut numbers: Vec<u32> = Vec::new();
            for batch in &kept.batches {
                let of_batch: Vec<u32> = batch.iter().map(|row| row.number).collect();
                assert!(of_batch.iter().all(|row| *row < second) || of_batch.iter().all(|row| *row > second));
                numbers.extend(of_batch);
            }
            let expected: Vec<u32> = (2..=rows.len() as u32).filter(|row| *row != second).collect();
            assert_eq!(numbers, expected, "no row is lost: {between} {more}");
        }
    }

    #[test]
    fn a_table_beside_another_has_its_own_rows() {
        let head: &[&str] = &["id", "name", "end", "", "id", "name", "end"];
        let both: &[&str] = &["a", "b", "3", "", "c", "d", "4"];
        let left: &[&str] = &["e", "f", "5"];
        let right: &[&str] = &["", "", "", "", "g", "h", "6", "beyond"];
        let mut rows = vec![head, both];
        rows.resize(5000, left);
        rows.extend([right, &["name", "end", "id"], both]);
        let mut kept = Kept::default();
        assert_eq!(table(&rows, &mut kept), Found::Table);
        let heads: Vec<(u32, String)> = kept
            .heads
            .iter()
            .map(|head| (head.header_row, head.headings.join("|")))
            .collect();
        let beside = (1, "||||id|name|end".to_owned());
        assert_eq!(
            heads,
            [(1, "id|name|end".to_owned()), beside, (5002, "name|end|id".to_owned())]
        );
        let numbers: Vec<Vec<u32>> = kept
            .batches
            .iter()
            .map(|batch| batch.iter().map(|row| row.number).collect())
            .collect();
        assert_eq!(numbers.iter().map(Vec::len).collect::<Vec<_>>(), [4096, 903, 2, 1]);
        assert_eq!(numbers[2], [2, 5001]);
        let cells: Vec<Cell<'_>> = kept.batches[2].iter().nth(1).unwrap().cells().skip(4).collect();
        assert_eq!(cells, ["g", "h", "6", "beyond"].map(Cell::Text));

        // Without an empty column, three of them; and what is one table.
        for (head, tables) in [
            (&["id", "name", "end", "id", "name", "end", "id", "name", "end"][..], 3),
            (&["id", "name", "", "id", "name"][..], 2),
            (&["id", "", "name", "end"][..], 1),
            (&["id", "name", "end", "", "x", "y", "id"][..], 1),
            (&["id", "name", "end", "id"][..], 1),
        ] {
            let mut kept = Kept::default();
            table(&[head, head], &mut kept);
            assert_eq!(kept.heads.len(), tables, "{head:?}");
            let mut kept = Kept {
                whole: true,
                ..Kept::default()
            };
            table(&[head, head], &mut kept);
            assert_eq!(kept.heads.len(), 1, "in a table of ours");
        }
    }

    #[test]
    fn values_that_are_words_begin_no_table() {
        let rows: &[&[&str]] = &[
            &["id", "name", "end", "x"],
            &["name", "end"],
            &["1", "name", "end", "id"],
            &["q", "w", "id", "z"],
        ];
        let mut kept = Kept::default();
        table(rows, &mut kept);
        assert_eq!((kept.heads.len(), kept.batches[0].len()), (1, 3));
        let mut kept = Kept {
            whole: true,
            ..Kept::default()
        };
        table(
            &[&["id", "name", "end"], &["end", "name", "id"], &["1", "2", "3"]],
            &mut kept,
        );
        assert_eq!(
            (kept.heads.len(), kept.batches[0].len()),
            (1, 2),
            "not in a table of ours"
        );
    }

    #[test]
    fn few_words_are_no_headings() {
        let mut kept = Kept::default();
        let found = table(&[&["id", "x", "y"], &["1", "2", "3"]], &mut kept);
        assert_eq!(
            found,
            Found::NoHeadings {
                row: 1,
                text: "id | x | y".into()
            }
        );
        assert_eq!(
            table(&[&["id", "x"], &["1", "2"]], &mut kept),
            Found::Table,
            "one of two is enough"
        );
        assert_eq!(table(&[&[""]], &mut kept), Found::Nothing);
    }

    #[test]
    fn batches_are_bounded_and_refused_tables_stop() {
        let mut kept = Kept::default();
        let row: &[&str] = &["1", "x", "y"];
        let mut rows: Vec<&[&str]> = vec![&["id", "name", "end"]];
        rows.resize(9001, row);
        table(&rows, &mut kept);
        assert_eq!(
            kept.batches.iter().map(Rows::len).collect::<Vec<_>>(),
            [4096, 4096, 808]
        );
        let mut kept = Kept {
            unwanted: true,
            ..Kept::default()
        };
        assert_eq!(table(&rows, &mut kept), Found::Unwanted);
        assert!(kept.batches.is_empty());
    }
}
