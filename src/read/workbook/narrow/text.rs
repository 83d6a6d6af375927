//! Text as XML and spreadsheets write it.
//!
//! In: what stands between two tags. Out: the text it means: entities, ends of lines, and the escapes by which spreadsheets
//! write letters that XML cannot hold. Refuses entities of the file's own.

use memchr::{memchr3, memmem};
use quick_xml::{escape::resolve_xml_entity, events::BytesRef};

use super::{
    Unusual,
    tags::{Opened, Tags, has_whole_entities},
};

/// What stands in rich text beside its texts: how they look.
const LOOKS: &[&str] = &[
    "b",
    "charset",
    "color",
    "condense",
    "extend",
    "family",
    "i",
    "outline",
    "phoneticPr",
    "r",
    "rFont",
    "rPr",
    "scheme",
    "shadow",
    "strike",
    "sz",
    "u",
    "vertAlign",
];

/// Adds what a raw text means. Blanks at its ends are left out, where they are not to be kept.
pub(super) fn add(raw: &str, keeps_blanks: bool, into: &mut String) -> Result<(), Unusual> {
    if is_plain(raw) {
        into.push_str(if keeps_blanks { raw } else { trimmed(raw) });
        return Ok(());
    }
    let mut plain = String::with_capacity(raw.len());
    resolve(raw, &mut plain)?;
    unescape(if keeps_blanks { &plain } else { trimmed(&plain) }, into);
    Ok(())
}

/// A text without any looks, up to its end tag and that of what it stands in, if it is there as it is meant.
pub(super) fn plain<'x>(tags: &mut Tags<'x>, end: &str) -> Option<&'x str> {
    let begun = tags.mark();
    let raw = if tags.eat("<t>") { tags.text().ok() } else { None };
    let raw = raw.filter(|raw| is_plain(raw) && tags.eat(end));
    if raw.is_none() {
        tags.back_to(begun);
    }
    raw.map(trimmed)
}

/// Whether a text has nothing that stands for something else.
fn is_plain(raw: &str) -> bool {
    memchr3(b'&', b'\r', b'_', raw.as_bytes()).is_none()
}

fn trimmed(text: &str) -> &str {
    let bytes = text.as_bytes();
    if bytes.first() > Some(&b' ') && bytes.last() > Some(&b' ') {
        return text;
    }
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// Resolves entities and makes one of each end of a line.
pub(super) fn resolve(raw: &str, into: &mut String) -> Result<(), Unusual> {
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\r']) {
        let (before, after) = rest.split_at_checked(at).ok_or(Unusual)?;
        into.push_str(before);
        if let Some(after) = after.strip_prefix('\r') {
            into.push('\n');
            rest = after.strip_prefix('\n').unwrap_or(after);
            continue;
        }
        let (name, after) = after
            .strip_prefix('&')
            .and_then(|after| after.split_once(';'))
            .ok_or(Unusual)?;
        match resolve_xml_entity(name) {
            Some(text) => into.push_str(text),
            None => match BytesRef::new(name).resolve_char_ref() {
                Ok(Some(letter)) => into.push(letter),
                _ => return Err(Unusual),
            },
        }
        rest = after;
    }
    into.push_str(rest);
    Ok(())
}

/// Adds a text, with each `_x000D_` in it as the letter of that number in UTF-16.
fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    // The first half of a letter that takes two.
    while let Some((before, unit, after)) = escape(rest) {
        into.push_str(before);
        rest = after;
        let second = if (0xd800..0xdc00).contains(&unit) {
            escape(after).filter(|(between, unit, _)| between.is_empty() && (0xdc00..0xe000).contains(unit))
        } else {
            None
        };
        let units = match second {
            Some((_, second, after)) => {
                rest = after;
                &[unit, second][..]
            }
            None => &[unit][..],
        };
        into.extend(
            char::decode_utf16(units.iter().copied()).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
    }
    into.push_str(rest);
}

/// The first escape of a text: what stands before it, its number, what follows.
fn escape(text: &str) -> Option<(&str, u16, &str)> {
    memmem::find_iter(text.as_bytes(), "_x").find_map(|at| {
        let (digits, close) = (text.get(at + 2..at + 6)?, text.get(at + 6..at + 7)?);
        let is_one = close == "_" && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let unit = u16::from_str_radix(digits, 16).ok().filter(|_| is_one)?;
        Some((text.get(..at)?, unit, text.get(at + 7..)?))
    })
}

/// Adds the texts of rich text, up to its end tag; says whether it has any. How it is said is no part of it.
pub(super) fn rich(tags: &mut Tags<'_>, end: &str, into: &mut String) -> Result<bool, Unusual> {
    let (mut depth, mut any, mut is_said) = (0u32, false, false);
    loop {
        tags.blanks();
        if tags.eat(end) {
            return if depth == 0 { Ok(any) } else { Err(Unusual) };
        }
        if tags.eat("</") {
            let name = tags.name()?;
            tags.expect(">")?;
            is_said &= name != "rPh";
            depth = depth.checked_sub(1).ok_or(Unusual)?;
            continue;
        }
        tags.expect("<")?;
        let name = tags.name()?;
        match name {
            "t" => {
                any = true;
                let (raw, keeps_blanks) = text(tags)?;
                match is_said {
                    false => add(raw, keeps_blanks, into)?,
                    true if has_whole_entities(raw) => {}
                    true => return Err(Unusual),
                }
                continue;
            }
            "rPh" => is_said = true,
            look if LOOKS.contains(&look) => {}
            _ => return Err(Unusual),
        }
        match tags.skip_attributes()? {
            Opened::Full => depth += 1,
            Opened::Empty => is_said &= name != "rPh",
        }
    }
}

/// A text's raw content, from behind its tag's name through its end tag; and whether its blanks are to be kept.
fn text<'x>(tags: &mut Tags<'x>) -> Result<(&'x str, bool), Unusual> {
    let mut space = None;
    loop {
        match tags.attribute()? {
            Ok(("xml:space", value)) if space.is_none() => space = Some(value),
            Ok(_) => return Err(Unusual),
            Err(Opened::Empty) => return Ok(("", true)),
            Err(Opened::Full) => break,
        }
    }
    let raw = tags.text()?;
    tags.expect("</t>")?;
    Ok((raw, space == Some("preserve")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(raw: &str, keeps_blanks: bool) -> Option<String> {
        let mut text = String::new();
        add(raw, keeps_blanks, &mut text).ok().map(|()| text)
    }

    #[test]
    fn texts_mean_what_the_other_reader_says() {
        for (raw, meant) in [
            (" a b\n", "a b"),
            ("\u{a0}a", "\u{a0}a"),
            ("Tom &amp; Jerry&#33;&#x21;", "Tom & Jerry!!"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("&#10;a", "a"),
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("__x0041__x_x0042_", "_A_xB"),
            ("_xD83D__xDCF7_ _xD83D_ _xDCF7_", "\u{1f4f7} \u{fffd} \u{fffd}"),
            ("_x00é_ _x004_ _X0041_", "_x00é_ _x004_ _X0041_"),
            ("a_b", "a_b"),
        ] {
            assert_eq!(plain(raw, false).as_deref(), Some(meant), "{raw}");
        }
        assert_eq!(plain(" a ", true).as_deref(), Some(" a "));
        for odd in ["&own;", "&", "&#;", "&#xFFFFFFFF;", "a&b&amp;"] {
            assert_eq!(plain(odd, false), None, "{odd}");
        }
    }

    #[test]
    fn rich_text_is_one_text() {
        let rich = |xml: &str| {
            let mut text = String::new();
            let any = rich(&mut Tags::new(xml), "</si>", &mut text).ok()?;
            Some((text, any))
        };
        for (xml, meant, any) in [
            ("<t>a</t></si>", "a", true),
            ("</si>", "", false),
            ("<t/></si>", "", true),
            ("<t xml:space=\"preserve\"> a </t></si>", " a ", true),
            (
                "<r><rPr><b/><sz val=\"11\"/></rPr><t>Con</t></r>\n<r><t> toso</t></r><phoneticPr fontId=\"1\"/></si>",
                "Contoso",
                true,
            ),
            ("<t>東京</t><rPh sb=\"0\" eb=\"2\"><t>とう</t></rPh></si>", "東京", true),
            ("<rPh/><t>a</t></si>", "a", true),
        ] {
            assert_eq!(rich(xml), Some((meant.to_owned(), any)), "{xml}");
        }
        for odd in [
            "<t>a</t>",
            "<t>a<b/></t></si>",
            "<t><![CDATA[a]]></t></si>",
            "<x:t>a</x:t></si>",
            "<v>1</v></si>",
            "a</si>",
            "<r><t>a</t></si>",
            "</r><t>a</t></si>",
            "<rPh><t>&</t></rPh></si>",
            "<t xml:lang=\"en\">a</t></si>",
        ] {
            assert_eq!(rich(odd), None, "{odd}");
        }
    }
}
