//! Which encoding a text has.
//!
//! In: the first bytes of a text, and lines with bytes beyond ASCII. Out: a [`Coding`], whether that is certain, and on what
//! evidence it was chosen. Windows and DOS code pages cannot be told apart by validity, since nearly every byte is defined in each:
//! what decides is under which of them headings are words we know, then under which the letters are those of one language
//! (`letters.csv`), then a statistical guess. The result depends on the bytes alone, never on the machine's locale.

use std::{borrow::Cow, sync::LazyLock};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

use super::{
    coding::{Coding, UTF8},
    container::utf16,
};

/// An encoding and why.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) coding: Coding,
    /// What it was chosen by; none, where it is certain.
    pub(super) evidence: Option<String>,
}

impl Choice {
    pub(super) fn certain(coding: Coding) -> Choice {
        Choice { coding, evidence: None }
    }
}

/// A byte order mark or the pattern of UTF-16.
pub(super) fn marked(head: &[u8]) -> Option<Coding> {
    Encoding::for_bom(head)
        .map(|(encoding, _)| encoding)
        .or_else(|| utf16(head))
        .map(Coding::Standard)
}

/// Whether the bytes are UTF-8, but for a sequence cut off at their end.
pub(super) fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// The letters of a language in an encoding.
struct Alphabet {
    coding: Coding,
    language: &'static str,
    letters: Vec<(char, char)>,
}

static ALPHABETS: LazyLock<Vec<Alphabet>> = LazyLock::new(|| {
    let lines = include_str!("letters.csv").lines().skip(1);
    lines.filter_map(alphabet).collect()
});

fn alphabet(line: &'static str) -> Option<Alphabet> {
    let mut cells = line.split(',');
    let coding = Coding::named(cells.next()?)?;
    let language = cells.next()?;
    let mut letters: Vec<(char, char)> = Vec::new();
    let mut characters = cells.next()?.chars().peekable();
    while let Some(first) = characters.next() {
        let last = match characters.next_if_eq(&'-') {
            Some(_) => characters.next()?,
            None => first,
        };
        letters.push((first, last));
    }
    Some(Alphabet {
        coding,
        language,
        letters,
    })
}

impl Alphabet {
    fn has(&self, c: char) -> bool {
        let small = c.to_lowercase().next().unwrap_or(c);
        self.letters
            .iter()
            .any(|(first, last)| (first..=last).contains(&&small))
    }
}

/// Whether the letters beyond ASCII of a word are all of one language that a code page is for; none: of any page.
pub(super) fn is_of_one_language(word: &str, page: Option<&'static Encoding>) -> bool {
    let letters = || word.chars().filter(|c| !c.is_ascii());
    ALPHABETS
        .iter()
        .filter(|alphabet| page.is_none_or(|page| alphabet.coding == Coding::Standard(page)))
        .any(|alphabet| letters().all(|c| alphabet.has(c)))
}

/// How well a text fits an alphabet: bytes of letters of it, less three times those that are none of it.
fn fit(text: &str, alphabet: &Alphabet) -> i64 {
    let width = if alphabet.coding.is_single_byte() { 1 } else { 2 };
    let mut score = 0;
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let after = characters.peek().copied().unwrap_or(' ');
        // Two marks of a wrong code page: a capital after a small letter, and scripts mixed in one word.
        let crooked = !c.is_ascii() && c.is_uppercase() && before.is_lowercase();
        if crooked || mixes(before, c) || mixes(c, before) {
            score -= 3;
        } else if !c.is_ascii() {
            let alone = !before.is_alphabetic() && !after.is_alphabetic();
            // A sign within a word is a letter in another code page.
            let within = before.is_alphabetic() && after.is_alphabetic() && !matches!(c, '’' | '‐'..='–' | '·');
            score += match () {
                () if c == '\u{fffd}' || ('\u{80}'..='\u{9f}').contains(&c) => -10,
                // A sign under one code page is a letter under another: only words tell.
                () if alone && (before.is_ascii_digit() || after.is_ascii_digit()) && c.is_alphabetic() => -1,
                () if is_neutral(c) && within => -3,
                () if is_neutral(c) || (c.is_alphabetic() && alone) => 0,
                () if alphabet.has(c) => width,
                () => -3 * width,
            };
        }
        before = c;
    }
    score
}

fn mixes(latin: char, other: char) -> bool {
    latin.is_ascii_alphabetic() && other > '\u{24f}' && other.is_alphabetic()
}

/// Signs that any language uses.
fn is_neutral(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '§' | '°' | '€' | '£' | '«' | '»' | '·' | '©' | '®' | '№' | '\u{2010}'..='\u{203a}' | '™'
    )
}

/// Chooses by evidence. `known` says how many headings a decoded text has.
pub(super) fn guess(sample: &[u8], known: impl Fn(&str) -> usize) -> Choice {
    let sample = &without_utf8(sample);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let statistical = Coding::Standard(detector.guess(None, Utf8Detection::Deny));
    let mut candidates: Vec<Coding> = Vec::new();
    for alphabet in ALPHABETS.iter() {
        // Multi-byte code pages fit texts of any other by accident: only where statistics suggest them.
        let plausible = alphabet.coding.is_single_byte() || alphabet.coding == statistical;
        if plausible && !candidates.contains(&alphabet.coding) {
            candidates.push(alphabet.coding);
        }
    }
    if !candidates.contains(&statistical) {
        candidates.push(statistical);
    }
    let judged = candidates.into_iter().enumerate().map(|(order, coding)| {
        let text = coding.decode(sample);
        let of_it = ALPHABETS.iter().filter(|alphabet| alphabet.coding == coding);
        let best = of_it
            .map(|alphabet| (fit(&text, alphabet), alphabet.language))
            .max_by_key(|(score, _)| *score);
        let (letters, language) = best.unwrap_or((0, ""));
        Judged {
            headings: known(&text),
            letters,
            statistical: coding == statistical,
            order: std::cmp::Reverse(order),
            coding,
            language,
            text,
        }
    });
    let mut judged: Vec<Judged<'_>> = judged.collect();
    judged.sort_by_key(|judged| std::cmp::Reverse(judged.rank()));
    match judged.split_first() {
        Some((best, others)) => Choice {
            coding: best.coding,
            evidence: Some(best.evidence(others)),
        },
        None => Choice::certain(UTF8),
    }
}

/// The lines without those that are UTF-8 beyond ASCII: where two files were put together, they say nothing of the other.
fn without_utf8(sample: &[u8]) -> Vec<u8> {
    let lines = sample.split_inclusive(|byte| *byte == b'\n');
    let others = lines.filter(|line| line.is_ascii() || std::str::from_utf8(line).is_err());
    others.flatten().copied().collect()
}

struct Judged<'a> {
    headings: usize,
    letters: i64,
    statistical: bool,
    order: std::cmp::Reverse<usize>,
    coding: Coding,
    language: &'static str,
    text: Cow<'a, str>,
}

impl Judged<'_> {
    fn rank(&self) -> (usize, i64, bool, std::cmp::Reverse<usize>) {
        (self.headings, self.letters, self.statistical, self.order)
    }

    fn evidence(&self, others: &[Judged<'_>]) -> String {
        let mut reasons = Vec::new();
        if self.headings > 0 {
            reasons.push(format!("{} headings are words we know with it", self.headings));
        }
        if self.letters > 0 {
            reasons.push(format!("its letters are {}", self.language));
        }
        if self.statistical {
            reasons.push("it is the likeliest by statistics".to_owned());
        }
        if reasons.is_empty() {
            reasons.push("nothing fits better".to_owned());
        }
        // Another that says something else, and as well.
        let rival = others
            .iter()
            .find(|other| (other.headings, other.letters) >= (self.headings, self.letters) && other.text != self.text);
        if let Some(rival) = rival {
            reasons.push(format!(
                "but `{}` fits as well and gives other letters",
                rival.coding.name()
            ));
        }
        reasons.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alphabet_is_read() {
        let lines = include_str!("letters.csv").lines().count() - 1;
        assert_eq!(ALPHABETS.len(), lines);
        assert!(ALPHABETS.iter().all(|alphabet| !alphabet.letters.is_empty()));
    }

    #[test]
    fn code_pages_are_told_by_their_letters() {
        for (label, text) in [
            (
                "windows-1250",
                "Ügyfél;Előfizetés;Lejárat dátuma\nTűzőgép Kft.;Üzleti;2026\nŐszi Bt.;Árvíztűrő;2026",
            ),
            (
                "windows-1250",
                "Klient;Subskrypcja\nŻółta Łódź;Usługa wygaśnie\nŚwierk;Miesięczna",
            ),
            (
                "windows-1254",
                "Müşteri;Abonelik;Bitiş tarihi\nIşık A.Ş.;İş Ortağı;2026\nGüneş;Yıllık;2026",
            ),
            ("windows-1251", "Клиент;Подписка;Дата окончания\nРомашка;Годовая;2026"),
            ("IBM866", "Клиент;Подписка;Дата окончания\nРомашка;Годовая;2026"),
            ("KOI8-R", "Клиент;Подписка;Дата окончания\nРомашка;Годовая;2026"),
            (
                "windows-1252",
                "Kund;Prenumeration;Utgår\nÅkeri Öst;Årlig;2026\nBjörk;Månad;2026",
            ),
            (
                "windows-1252",
                "Kunde;Verlängerung\nMüller GmbH;Jährlich\nGroß;Übersicht",
            ),
            ("windows-1253", "Πελάτης;Συνδρομή\nΑθήνα;Ετήσια"),
            (
                "Shift_JIS",
                "顧客名;サブスクリプション;有効期限\n株式会社みなと;年間;2026\n東京商事;月間;2026",
            ),
            (
                "GBK",
                "客户名称;订阅;到期日期\n北京公司;年度订阅;2026\n上海公司;月度;2026",
            ),
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost, "{label} has the letters");
            assert_eq!(guess(&bytes, |_| 0).coding.name(), encoding.name(), "{text}");
        }
    }

    #[test]
    fn signs_that_stand_alone_say_nothing() {
        for bytes in [
            &b"a,b\n4,5,\xa9\n"[..],
            b"id,price\n1,\xa312.30\n",
            b"Wind \x96 TIM,-12\xa0345\n",
        ] {
            assert_eq!(guess(bytes, |_| 0).coding.name(), "windows-1252");
        }
    }

    #[test]
    fn headings_outweigh_letters() {
        let bytes = encoding_rs::WINDOWS_1250.encode("Előfizetés").0.into_owned();
        let known = |text: &str| usize::from(text.starts_with("Előfizetés"));
        let choice = guess(&bytes, known);
        assert_eq!(choice.coding.name(), "windows-1250");
        assert!(choice.evidence.unwrap().contains("1 headings"));
    }

    #[test]
    fn utf8_may_be_cut_at_the_end_only() {
        assert!(is_utf8("é".as_bytes()));
        assert!(is_utf8(b"abc\xc3"));
        assert!(!is_utf8(b"\xe9l\n"));
    }
}
