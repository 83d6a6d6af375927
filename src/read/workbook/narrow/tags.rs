//! The tags and texts of a piece of XML, as programs write it.
//!
//! In: a piece that is at hand whole. Out: what stands next in it. Knows start tags with attributes in quotes, end tags without
//! blanks, and text; all else, of which XML has much, is unusual. Whatever this accepts, a lenient reader of XML reads alike.

use memchr::{memchr, memchr3};

use super::Unusual;

/// A piece of XML and how far it was read.
pub(super) struct Tags<'x> {
    text: &'x str,
    at: usize,
}

/// How a start tag ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// What stands in the element follows.
    Full,
    /// There is nothing in it, and no end tag.
    Empty,
}

impl<'x> Tags<'x> {
    pub(super) fn new(text: &'x str) -> Tags<'x> {
        Tags { text, at: 0 }
    }

    fn rest(&self) -> &'x [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Where we are, to go back to.
    pub(super) fn mark(&self) -> usize {
        self.at
    }

    pub(super) fn back_to(&mut self, mark: usize) {
        self.at = mark;
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Passes over this, if it stands here.
    pub(super) fn eat(&mut self, what: &str) -> bool {
        let there = self.rest().starts_with(what.as_bytes());
        if there {
            self.at += what.len();
        }
        there
    }

    /// Passes over this, which must stand here.
    pub(super) fn expect(&mut self, what: &str) -> Result<(), Unusual> {
        if self.eat(what) { Ok(()) } else { Err(Unusual) }
    }

    /// Passes over blanks; says whether there were any.
    pub(super) fn blanks(&mut self) -> bool {
        let begun = self.at;
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.rest().first() {
            self.at += 1;
        }
        self.at > begun
    }

    fn slice(&self, length: usize) -> Result<&'x str, Unusual> {
        self.text.get(self.at..self.at + length).ok_or(Unusual)
    }

    /// The text up to the next tag, which must follow. Entities in it are whole.
    pub(super) fn text(&mut self) -> Result<&'x str, Unusual> {
        let end = memchr(b'<', self.rest()).ok_or(Unusual)?;
        let text = self.slice(end)?;
        self.at += end;
        Ok(text)
    }

    /// Passes over text that means nothing to us.
    pub(super) fn skip_text(&mut self) -> Result<(), Unusual> {
        let text = self.text()?;
        if has_whole_entities(text) { Ok(()) } else { Err(Unusual) }
    }

    /// A name, of a tag or of an attribute: letters, digits, and what may stand between them.
    pub(super) fn name(&mut self) -> Result<&'x str, Unusual> {
        let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.');
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_of_name(byte)).unwrap_or(rest.len());
        let name = self.slice(length)?;
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return Err(Unusual);
        }
        self.at += length;
        Ok(name)
    }

    /// Passes over what may stand before the first tag.
    pub(super) fn prolog(&mut self) -> Result<(), Unusual> {
        self.eat("\u{feff}");
        if self.eat("<?xml") {
            loop {
                self.blanks();
                if self.eat("?>") {
                    break;
                }
                let name = self.name()?;
                let value = self.value()?;
                if name == "encoding" && !value.eq_ignore_ascii_case("utf-8") {
                    return Err(Unusual);
                }
            }
        }
        self.blanks();
        Ok(())
    }

    /// The next attribute of a start tag; or how the tag ends.
    pub(super) fn attribute(&mut self) -> Result<Result<(&'x str, &'x str), Opened>, Unusual> {
        let apart = self.blanks();
        if self.eat(">") {
            return Ok(Err(Opened::Full));
        }
        if self.eat("/>") {
            return Ok(Err(Opened::Empty));
        }
        if !apart {
            return Err(Unusual);
        }
        let name = self.name()?;
        Ok(Ok((name, self.value()?)))
    }

    /// An attribute's value, and what stands before it.
    fn value(&mut self) -> Result<&'x str, Unusual> {
        self.expect("=")?;
        let quote = match self.rest().first() {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(Unusual),
        };
        self.at += 1;
        let ends = |byte: &u8| *byte == quote || matches!(byte, b'<' | b'>');
        let end = self.rest().iter().position(ends).ok_or(Unusual)?;
        let value = self.slice(end)?;
        self.at += end;
        if self.rest().first() != Some(&quote) {
            return Err(Unusual);
        }
        self.at += 1;
        Ok(value)
    }

    /// The value of the next attribute, if it begins as told: with a blank, its name, and `="`.
    pub(super) fn quoted(&mut self, begins: &str) -> Option<&'x str> {
        let rest = self.rest().strip_prefix(begins.as_bytes())?;
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'<' | b'>' | b'&'))?;
        if rest.get(end) != Some(&b'"') {
            return None;
        }
        let value = self.text.get(self.at + begins.len()..self.at + begins.len() + end)?;
        self.at += begins.len() + end + 1;
        Some(value)
    }

    /// Passes over the attributes of a start tag that mean nothing to us.
    pub(super) fn skip_attributes(&mut self) -> Result<Opened, Unusual> {
        loop {
            if let Err(opened) = self.attribute()? {
                return Ok(opened);
            }
        }
    }
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Whether each `&` has its `;`.
pub(super) fn has_whole_entities(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(start) = memchr(b'&', rest) {
        rest = rest.get(start + 1..).unwrap_or_default();
        match memchr3(b';', b'&', b'<', rest) {
            Some(end) if rest.get(end) == Some(&b';') => rest = rest.get(end + 1..).unwrap_or_default(),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_come_one_by_one() {
        let mut tags = Tags::new(" r=\"A1\"  x14:s='2>' />");
        assert_eq!(tags.attribute().unwrap(), Ok(("r", "A1")));
        assert!(tags.attribute().is_err(), "a tag that seems to end");
        let mut tags = Tags::new(" r=\"A1\"\n x14:s='\"' />text");
        assert_eq!(tags.attribute().unwrap(), Ok(("r", "A1")));
        assert_eq!(tags.attribute().unwrap(), Ok(("x14:s", "\"")));
        assert_eq!(tags.attribute().unwrap(), Err(Opened::Empty));
        assert!(tags.text().is_err() && !tags.is_done());
        for odd in [
            "r=\"A1\">",
            " r>",
            " r = \"1\">",
            " r=1>",
            " r=\"1\"s=\"2\">",
            " r=\"<\">",
            " ?>",
            " é=\"1\">",
        ] {
            assert!(Tags::new(odd).skip_attributes().is_err(), "{odd}");
        }
    }

    #[test]
    fn a_quoted_attribute_is_read_or_left() {
        let mut tags = Tags::new(" r=\"A1\" t=\"a&amp;b\">");
        assert_eq!(tags.quoted(" s=\""), None);
        assert_eq!(tags.quoted(" r=\""), Some("A1"));
        assert_eq!(tags.quoted(" t=\""), None);
        assert_eq!(tags.attribute().unwrap(), Ok(("t", "a&amp;b")));
        assert_eq!(Tags::new(" r=\"A1").quoted(" r=\""), None);
    }

    #[test]
    fn entities_are_whole_or_none() {
        assert!(["", "a&amp;b", "&#10;", "&;&x;"].into_iter().all(has_whole_entities));
        assert!(!["&", "a&amp", "&a&b;", "&amp;&"].into_iter().any(has_whole_entities));
    }
}
