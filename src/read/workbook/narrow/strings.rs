//! Texts that cells share.
//!
//! In: the part of a workbook that holds them. Out: the texts by their number, in one buffer. Refuses a table that claims more
//! texts than its part could hold.

use std::io::Read;

use memchr::memmem;

use super::{
    Unusual,
    tags::{Opened, Tags, local},
    text,
    window::Window,
};

/// Shared texts, one after the other.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Those of a part of this size.
    pub(super) fn of(part: &mut dyn Read, size: u64) -> Result<Strings, Unusual> {
        let mut strings = Strings::default();
        strings.read(part, size)?;
        Ok(strings)
    }

    pub(super) fn len(&self) -> u64 {
        self.ends.len() as u64
    }

    pub(super) fn get(&self, index: u64) -> Option<&str> {
        let index = usize::try_from(index).ok()?;
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start as usize..end as usize)
    }

    fn read(&mut self, part: &mut dyn Read, size: u64) -> Result<(), Unusual> {
        let mut window = Window::new(part);
        let mut begun = false;
        while window.more()? {
            // What ends with a text is at hand whole.
            let whole = memmem::rfind(window.bytes(), b"</si>").map(|at| at + "</si>".len());
            let end = memmem::rfind(window.bytes(), b"</sst>").map(|at| at + "</sst>".len());
            let Some(end) = end.or(whole) else { continue };
            let mut tags = Tags::new(window.text(end)?);
            if !begun {
                claims(&mut tags, size)?;
                begun = true;
            }
            if self.texts(&mut tags)? {
                return Ok(());
            }
            window.done(end);
        }
        Err(Unusual)
    }

    /// Takes texts to the end of what is at hand; says whether that is the end of all.
    fn texts(&mut self, tags: &mut Tags<'_>) -> Result<bool, Unusual> {
        loop {
            tags.blanks();
            if tags.is_done() {
                return Ok(false);
            }
            if tags.eat("</sst>") {
                return Ok(true);
            }
            if !tags.eat("<si/>") {
                tags.expect("<si>")?;
                match text::plain(tags, "</t></si>") {
                    Some(plain) => self.text.push_str(plain),
                    None => drop(text::rich(tags, "</si>", &mut self.text)?),
                }
            }
            self.ends.push(u32::try_from(self.text.len()).map_err(|_| Unusual)?);
        }
    }
}

/// Passes over the tag that stands before the texts.
fn claims(tags: &mut Tags<'_>, size: u64) -> Result<(), Unusual> {
    tags.prolog()?;
    tags.expect("<sst")?;
    loop {
        match tags.attribute()? {
            Ok((name, value)) if local(name) == "uniqueCount" => {
                let claimed: u64 = value.parse().map_err(|_| Unusual)?;
                // The shortest of them is `<si/>`; small tables may be wrong about themselves.
                if name != "uniqueCount" || claimed > (size / 5).max(1 << 16) {
                    return Err(Unusual);
                }
            }
            Ok(_) => {}
            Err(Opened::Full) => return Ok(()),
            Err(Opened::Empty) => return Err(Unusual),
        }
    }
}
