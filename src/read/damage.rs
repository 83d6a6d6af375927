//! Letters that were lost before the text reached us.
//!
//! In: every record of a text. Out: one finding for each kind of damage, with the first line that shows it and how many do.
//! What leaves marks: U+FFFD in place of a letter, `?` in place of a letter (`?rs?gi`), UTF-8 that was read as a Windows code
//! page (`ElĹ‘fizetĂ©s`), a code page that was read as another (`tûzõgép`, `Ïîäïèñêà`), bytes of another encoding than the
//! rest of the file has, control characters and NUL. Nothing is repaired: the same damage may have more than one origin.

use std::sync::LazyLock;

use encoding_rs::{Encoding, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};

use super::encoding::is_of_one_language;
use crate::{
    finding::{Code, Finding, Place},
    terms::Text,
};

#[derive(Debug, Default)]
struct Sign {
    records: u64,
    first: Option<(u32, Text)>,
}

/// Lines of two encodings in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mixed {
    /// Most of it is UTF-8.
    OtherInUtf8,
    /// Some of it is UTF-8, and was read as a code page with the rest.
    Utf8InOther,
}

/// Collects the signs of damage.
#[derive(Debug, Default)]
pub(super) struct Damage {
    mixed: Option<Mixed>,
    replaced: Sign,
    questioned: Sign,
    /// Words that end in `?`, which may be questions.
    asked: Sign,
    is_many_asked: bool,
    /// Whether there is a letter beyond ASCII.
    is_lettered: bool,
    misread: Sign,
    reread: Sign,
    nul: Sign,
    control: Sign,
}

impl Damage {
    pub(super) fn new(mixed: Option<Mixed>) -> Damage {
        Damage {
            mixed,
            ..Damage::default()
        }
    }

    /// Looks at a record.
    pub(super) fn look(&mut self, record: &str, line: u32) {
        if record.contains('?') {
            self.questioned
                .note(words(record).find(|word| is_questioned(word)), line);
            let asked = words(record).find(|word| is_asked(word));
            let other = |(_, first): &(u32, Text)| asked.is_some_and(|word| word != &**first);
            self.is_many_asked |= self.asked.first.as_ref().is_some_and(other);
            self.asked.note(asked, line);
        }
        if !record.is_ascii() {
            self.is_lettered = true;
            let mut found = [None; 4];
            for word in lettered_words(record) {
                let is: [fn(&str) -> bool; 4] = [is_replaced, has_control, is_misread, is_reread];
                for (found, is) in found.iter_mut().zip(is) {
                    if found.is_none() && is(word) {
                        *found = Some(word);
                    }
                }
            }
            let signs = [
                &mut self.replaced,
                &mut self.control,
                &mut self.misread,
                &mut self.reread,
            ];
            signs
                .into_iter()
                .zip(found)
                .for_each(|(sign, word)| sign.note(word, line));
        }
        if record.as_bytes().contains(&0) {
            self.nul.note(Some(record.trim_matches('\0')), line);
        }
    }

    /// What was found.
    pub(super) fn findings(&self, place: &Place) -> Vec<Finding> {
        // Several words that end so, in several rows and no letter beyond ASCII: no questions.
        let all_asked = self.is_many_asked && self.asked.records > 2 && !self.is_lettered;
        let questioned = match self.questioned.records == 0 && all_asked {
            true => &self.asked,
            false => &self.questioned,
        };
        let replaced = match self.mixed {
            Some(Mixed::OtherInUtf8) => "is not UTF-8, as the rest of the file is: two encodings are mixed",
            _ => "holds U+FFFD in place of a letter",
        };
        let misread = match self.mixed {
            Some(Mixed::Utf8InOther) => "is UTF-8, and the rest of the file is not: two encodings are mixed",
            _ => "is UTF-8 that was read as a Windows code page and saved so",
        };
        let told = [
            (&self.replaced, replaced),
            (questioned, "holds `?` in place of a letter"),
            (&self.misread, misread),
            (
                &self.reread,
                "is text of one Windows code page that was read as another and saved so",
            ),
            (&self.control, "holds a control character in place of a sign or letter"),
            (&self.nul, "stands in a line that holds NUL bytes"),
        ];
        let finding = |(sign, what): &(&Sign, &str)| {
            let (line, word) = sign.first.clone()?;
            let also = match sign.records {
                1 => String::new(),
                more => format!(", in {more} rows"),
            };
            let message = format!("`{word}` {what}{also}; the text is taken as it is");
            let hint = "export the file again as CSV UTF-8 or .xlsx";
            Some(Finding::new(Code::TextDamaged, place.at_row(line), message, hint).value(word))
        };
        told.iter().filter_map(finding).collect()
    }
}

impl Sign {
    fn note(&mut self, word: Option<&str>, line: u32) {
        let Some(word) = word else { return };
        self.records += 1;
        if self.first.is_none() {
            let short: String = word.chars().take(60).collect();
            self.first = Some((line, short.into()));
        }
    }
}

/// What bytes of a Windows code page become when they are read as Latin 1.
fn is_control(c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c) && c != '\u{85}'
}

fn has_control(word: &str) -> bool {
    word.contains(is_control)
}

fn is_replaced(word: &str) -> bool {
    word.contains('\u{fffd}')
}

fn is_between_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '|' | '"')
}

fn words(record: &str) -> impl Iterator<Item = &str> {
    record.split(is_between_words)
}

/// The words that have a character beyond ASCII. Most of a record has none: only what is around one is taken apart.
fn lettered_words(record: &str) -> impl Iterator<Item = &str> {
    const PLAIN: usize = 32;
    let bytes = record.as_bytes();
    let ends = |byte: &u8| byte.is_ascii() && is_between_words(char::from(*byte));
    let mut done = 0;
    let around = std::iter::from_fn(move || {
        let (_, rest) = bytes.split_at_checked(done)?;
        let plain = rest.chunks(PLAIN).take_while(|chunk| chunk.is_ascii()).count() * PLAIN;
        let at = plain + rest.get(plain..)?.iter().position(|byte| !byte.is_ascii())?;
        let (before, after) = rest.split_at_checked(at)?;
        let start = done + before.iter().rposition(ends).map_or(0, |end| end + 1);
        done += at + after.iter().position(ends).unwrap_or(after.len());
        record.get(start..done)
    });
    around.flat_map(words).filter(|word| !word.is_ascii())
}

/// A `?` with a letter right after it, in no address.
fn is_questioned(word: &str) -> bool {
    let address = word.contains(['/', '=', '&', '\\', '@', '<', '*']);
    !address
        && word.contains('?')
        && word
            .split('?')
            .skip(1)
            .any(|after| after.starts_with(char::is_alphabetic))
}

/// A letter with a `?` after it that ends the word.
fn is_asked(word: &str) -> bool {
    let before = word.strip_suffix('?').unwrap_or_default();
    before.len() > 2 && before.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The code pages that UTF-8 is misread as.
const PAGES: [&Encoding; 4] = [WINDOWS_1252, WINDOWS_1250, WINDOWS_1251, WINDOWS_1254];

/// For each character up to U+2122 its byte in each page; 0: it has none.
static BYTES: LazyLock<Vec<[u8; 4]>> = LazyLock::new(|| {
    let mut table = vec![[0; 4]; 0x2123];
    for (page, encoding) in PAGES.iter().enumerate() {
        for byte in 0x80..=0xffu8 {
            let single = [byte];
            let decoded = encoding.decode_without_bom_handling(&single).0;
            let slot = decoded.chars().next().and_then(|c| table.get_mut(c as usize));
            if let Some(slot) = slot.and_then(|bytes| bytes.get_mut(page)) {
                *slot = byte;
            }
        }
    }
    table
});

/// Whether all letters beyond ASCII, taken back to bytes of one page, are UTF-8 of letters or signs.
fn is_misread(word: &str) -> bool {
    !word.is_ascii() && (0..PAGES.len()).any(|page| is_misread_as(word, page))
}

fn is_misread_as(word: &str, page: usize) -> bool {
    let mut left = 0;
    for c in word.chars() {
        let byte = match c {
            c if c.is_ascii() => 0,
            c => match BYTES.get(c as usize).and_then(|bytes| bytes.get(page)) {
                None | Some(0) => return false,
                Some(&byte) => byte,
            },
        };
        match (left, byte) {
            (0, 0) => {}
            // Latin letters, Cyrillic ones, punctuation: pairs of other blocks are likelier by chance.
            (0, 0xc2..=0xc5 | 0xc8 | 0xc9 | 0xd0 | 0xd1) => left = 1,
            (0, 0xe2) => left = 2,
            (1.., 0x80..=0xbf) => left -= 1,
            _ => return false,
        }
    }
    left == 0
}

/// Whether the letters are those of no language as they stand, and are those of one if the word was of another code page and
/// read as windows-1252 (`tûzõgép`, `Us³uga`, `Ïîäïèñêà`).
fn is_reread(word: &str) -> bool {
    let latin = |c: char| ('\u{a1}'..='\u{ff}').contains(&c);
    if word.is_ascii() || !word.chars().all(|c| c.is_ascii() || latin(c)) {
        return false;
    }
    let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
    // Signs alone say nothing, nor do signs that end a word (`m²`).
    let mut before = ' ';
    let mut characters = word.chars().peekable();
    let mut lettered = false;
    while let Some(c) = characters.next() {
        let within = before.is_alphabetic() && characters.peek().is_some_and(|after| after.is_alphabetic());
        lettered |= latin(c) && (c > '\u{bf}' || within && !matches!(c, '·' | '\u{ad}' | '´'));
        before = c;
    }
    if !lettered || is_of_one_language(word, None) {
        return false;
    }
    let bytes = WINDOWS_1252.encode(word).0;
    let is_of = |page: &'static Encoding| {
        let text = page.decode_without_bom_handling(&bytes).0;
        text.chars().all(|c| c.is_alphanumeric() || c == '-') && is_of_one_language(&text, Some(page))
    };
    let cyrillic = word.chars().count() > 3 && word.chars().all(latin);
    is_of(WINDOWS_1250) || is_of(WINDOWS_1254) || cyrillic && is_of(WINDOWS_1251)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_words_are_known() {
        for word in ["?rs?gi", "M?ller", "T?z?g?p", "El?fizet?s"] {
            assert!(is_questioned(word), "{word}");
        }
        for word in ["https://example.com/?id=1", "renew?", "?", "a?b=c", "Why?1"] {
            assert!(!is_questioned(word), "{word}");
        }
        for text in [
            "Előfizetés",
            "Geschäftskunde",
            "Müller",
            "Dönüş",
            "Ortağı",
            "Łódź",
            "Подписка",
            "“quoted”",
            "Größe",
        ] {
            for encoding in PAGES {
                let misread = encoding.decode_without_bom_handling(text.as_bytes());
                assert!(
                    misread.1 || is_misread(&misread.0),
                    "{text} as {}: {}",
                    encoding.name(),
                    misread.0
                );
            }
            assert!(!is_misread(text), "{text}");
        }
        for word in [
            "Øvrigt",
            "ÅÄÖ",
            "Żółw",
            "DOĞRU",
            "ЁЛКА",
            "naïve",
            "ÎLE",
            "Ú",
            "株式会社",
            "“Å”",
            "Ó–",
        ] {
            assert!(!is_misread(word), "{word}");
        }
    }

    #[test]
    fn a_code_page_read_as_another_is_known() {
        for word in [
            "tûzõgép",
            "Iþýklar",
            "Müþteri",
            "Çaðrý",
            "Güneþli",
            "Ïîäïèñêà",
            "Ðîìàøêà",
            "Us³uga",
            "¯ó³ta",
            "ORTAÐI",
        ] {
            let known = is_reread(word);
            // What may be Icelandic is left alone.
            let left = ["Iþýklar", "ORTAÐI"].contains(&word);
            assert_eq!(known, !left, "{word}");
        }
        for word in [
            "Elõfizetés",
            "Müller",
            "São",
            "Camões",
            "août",
            "Señor",
            "maður",
            "Þór",
            "naïve",
            "Ångström",
            "Größe",
            "10×20",
            "Øst",
            "Łódź",
            "Подписка",
            "Citroën",
            "Žižkov",
            "«été»",
            "À",
            "ÄÖÜ",
            "äöüß",
            "ÅÄÖÅ",
            "éèêë",
        ] {
            assert!(!is_reread(word), "{word}");
        }
    }

    #[test]
    fn words_beyond_ascii_are_found_wherever_they_stand() {
        let plain = "x".repeat(31);
        for record in [
            "é",
            "Łódź & Söhne,1;Ö|\"Ä\"",
            "a,b,c é\u{a0}b\u{2003}ñ c",
            "é,é",
            "a\u{b}é\u{c}b\u{85}c",
            &format!("{plain}é {plain}{plain} {plain}ő"),
            &format!("{plain} {plain} é"),
        ] {
            let expected: Vec<&str> = words(record).filter(|word| !word.is_ascii()).collect();
            assert_eq!(lettered_words(record).collect::<Vec<&str>>(), expected, "{record}");
        }
        assert_eq!(lettered_words(&plain).next(), None);
    }

    #[test]
    fn words_that_end_in_a_question_mark_are_damaged_together() {
        for (records, expected) in [
            (&["Auto renew?,x", "1,yes", "2,no"][..], 0),
            (&["Renew?,x", "1,yes?", "2,yes?"], 1),
            (&["Quantit?,x", "Caff?,2", "Citt?,3"], 1),
            (&["Quantità,x", "Perché?,2", "Davvero?,3", "Sicuro?,4"], 0),
        ] {
            let mut damage = Damage::default();
            (1..).zip(records).for_each(|(line, record)| damage.look(record, line));
            assert_eq!(damage.findings(&Place::file("a.csv")).len(), expected, "{records:?}");
        }
    }

    #[test]
    fn each_kind_is_told_once() {
        let mut damage = Damage::default();
        damage.look("1,Acme,ok", 2);
        damage.look("1,\"M?ller, K?ln\",x", 3);
        damage.look("1,\u{fffd}rs\u{fffd}gi", 4);
        damage.look("2,B\u{fffd}la", 5);
        let findings = damage.findings(&Place::file("a.csv"));
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[0].place.row, Some(4));
        assert!(findings[0].message.contains("in 2 rows"));
        assert_eq!(findings[1].value.as_deref(), Some("M?ller"));
    }
}
