//! How a text ends: whether its last row is whole.
//!
//! In: each record of a text, and whether a line end closes it. Out: whether the last one was cut off. A cut leaves no line end,
//! too few cells, or a shortened last cell. What no program writes so, a last cell shorter than all of a column whose cells are
//! equally long, is a cut. A number or day that is shorter than all above it, of whatever lengths, may be half of one. Where the last
//! cell may be whole, only a note can be given, since many files lack the last line end.

use super::record::Splitter;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Whole,
    /// The last one, without a line end; nothing else speaks for a cut.
    Open,
    /// The same, and its last cell, with a number or a day, is shorter than all above it: the cell is not to be used.
    Short,
    /// Cut off: not to be used.
    Cut,
}

/// Rows whose last cells must be of one length, before a shorter one counts as cut.
const ENOUGH: u32 = 3;

/// Last cells that must all be longer than that of the open row, before it counts as short.
const SEVERAL: u32 = 2;

/// What is known of the rows so far.
#[derive(Debug)]
pub(super) struct Ending {
    /// Whether the text is known to break off.
    breaks_off: bool,
    /// Cells of the row before; 0 for a blank one.
    before: usize,
    /// Records that a line end closed.
    ended: u32,
    /// Bytes of the last cells, while they are all of one length, and how many there were.
    length: Option<usize>,
    same: u32,
    /// The shortest of the last cells that say something, in rows as wide as the one before, and how many there were.
    shortest: usize,
    filled: u32,
}

impl Ending {
    pub(super) fn new(breaks_off: bool) -> Ending {
        Ending {
            breaks_off,
            before: 0,
            ended: 0,
            length: None,
            same: 0,
            shortest: usize::MAX,
            filled: 0,
        }
    }

    /// Whether the last record can only be judged once the number of headings is known.
    pub(super) fn asks_for_width(&self, splitter: &Splitter) -> bool {
        self.before > splitter.fields.len()
    }

    /// Judges the next record; `width` is the number of headings.
    pub(super) fn judge(&mut self, ended: bool, splitter: &Splitter, text: &str, width: usize) -> Verdict {
        let fields = splitter.fields.len();
        let length = splitter.fields.last().map_or(0, |field| field.end - field.start);
        if ended {
            let blank = fields == 1 && length == 0;
            // The first row is mostly one of headings.
            if self.ended > 0 && !blank {
                let alike = fields == self.before && self.length.is_none_or(|known| known == length);
                self.same = if alike { self.same.saturating_add(1) } else { 0 };
                self.length = Some(length);
                if fields != self.before {
                    (self.shortest, self.filled) = (usize::MAX, 0);
                }
                if length > 0 {
                    self.shortest = self.shortest.min(length);
                    self.filled = self.filled.saturating_add(1);
                }
            }
            self.before = if blank { 0 } else { fields };
            self.ended = self.ended.saturating_add(1);
            return Verdict::Whole;
        }
        let narrow = fields < self.before && fields < width && self.before >= width;
        let shortened = fields == self.before && self.same >= ENOUGH && self.length.is_some_and(|known| length < known);
        // A quote that closes it says that it is whole.
        let last = splitter.fields.last().filter(|field| !field.quoted);
        let counts = last
            .and_then(|field| text.get(field.start..field.end))
            .is_some_and(|text| text.contains(|c: char| c.is_ascii_digit()));
        let shorter = fields == self.before && self.filled >= SEVERAL && length < self.shortest;
        match self.ended {
            _ if self.breaks_off || narrow || shortened => Verdict::Cut,
            0 => Verdict::Whole,
            _ if counts && shorter => Verdict::Short,
            _ => Verdict::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::record::{Split, Splitter},
        *,
    };

    fn last(text: &str, width: usize) -> Verdict {
        let mut splitter = Splitter::new(b',');
        let mut ending = Ending::new(false);
        let mut rest = text;
        let mut verdict = Verdict::Whole;
        while let Split::Record { used, ended, .. } = splitter.split(rest.as_bytes(), true) {
            verdict = ending.judge(ended, &splitter, rest, width);
            rest = &rest[used..];
        }
        verdict
    }

    #[test]
    fn a_last_row_is_whole_open_or_cut() {
        for (text, expected) in [
            ("id,end\n1,2026\n2,2027\n3,2028\n4,2029\n", Verdict::Whole),
            ("id,end\n1,2026\n2,2027\n3,2028\n4,2029", Verdict::Open),
            ("id,end\n1,2026\n2,2027\n3,2028\n4,20", Verdict::Cut),
            ("id,end\n1,2026\n2,2027\n3,2028\n4,", Verdict::Cut),
            ("id,end\n1,2026\n2,2027\n3,2028\n4", Verdict::Cut),
            ("id,end\n1,active\n2,on\n3,disabled\n4,act", Verdict::Open),
            ("id,end\n1,\n2,x\n3,\n4,", Verdict::Open),
            ("id,end\n1,2026\n2,2027\n3,2028\n\nTotal", Verdict::Open),
            ("id,end\n1,2027.12.15\n2,2027.11.5\n3,2027.12.1", Verdict::Open),
            ("id,end\n1,2027.12.15\n2,2027.11.30\n3,2027.12.1", Verdict::Short),
            ("id,seats\n1,125\n2,1250\n3,12", Verdict::Short),
            ("id,seats\n1,125\n2,1250\n3,\"12\"", Verdict::Open),
            ("id,seats\n1,125\n2,12\n3,25", Verdict::Open),
            ("id,seats\n1,125\n2,25\n3,300", Verdict::Open),
            ("id,end", Verdict::Whole),
        ] {
            assert_eq!(last(text, 2), expected, "{text:?}");
        }
    }
}
