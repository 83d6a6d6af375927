//! Markup that data cannot leave.
//!
//! In: texts of anybody. Out: HTML text, JSON that may stand in a script block, and the policy that names our style and script
//! by their digests. Holds that no text given to it can end an element, open one, or start a comment.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;
use sha2::{Digest, Sha256};

/// A template's texts, each with the mark that follows it: `a{{b}}c` gives `("a", "b")` and `("c", "")`.
pub(super) fn parts(template: &str) -> Vec<(&str, &str)> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once("{{") {
        let Some((mark, after)) = after.split_once("}}") else {
            break;
        };
        parts.push((text, mark));
        rest = after;
    }
    parts.push((rest, ""));
    parts
}

/// What the page may load and run: its own style and script, and nothing else from anywhere.
pub(super) fn policy(style: &str, script: &str) -> String {
    let style = digest(style);
    let script = digest(script);
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// The SHA-256 of a text in base 64.
fn digest(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |sextet: u32| char::from(LETTERS.get((sextet & 63) as usize).copied().unwrap_or(b'='));
    let mut encoded = String::new();
    for chunk in Sha256::digest(text.as_bytes()).chunks(3) {
        let group = (0..3).fold(0, |group, index| {
            group << 8 | u32::from(chunk.get(index).copied().unwrap_or(0))
        });
        for place in 0..4 {
            let padding = place > chunk.len();
            encoded.push(if padding {
                '='
            } else {
                letter(group >> (18 - 6 * place))
            });
        }
    }
    encoded
}

/// A text as HTML text or the value of an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Writes a value as JSON that cannot end the script block it stands in.
pub(super) fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, InScript);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

struct InScript;

impl Formatter for InScript {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (before, from) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            let mut characters = from.chars();
            if let Some(character) = characters.next() {
                write!(out, "\\u{:04x}", u32::from(character))?;
            }
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}
