//! A letter as a message to open in a mail program.
//!
//! In: subject and Markdown. Out: an `.eml` file (RFC 5322, MIME, UTF-8) with the text and the same as HTML, marked as a draft
//! (`X-Unsent`), without recipients: nobody has told us any. The same letter gives the same bytes.

use std::io;

use chrono::{NaiveDate, NaiveTime};
use mail_builder::{
    MessageBuilder,
    headers::{content_type::ContentType, date::Date, raw::Raw},
    mime::{BodyPart, MimePart},
};

use crate::config::{Partner, sha256};

/// The bytes of a message.
pub(super) fn message(
    subject: &str,
    markdown: &str,
    language: &str,
    partner: &Partner,
    as_of: NaiveDate,
) -> io::Result<Vec<u8>> {
    let digest = sha256(format!("{subject}\n{markdown}").as_bytes());
    let boundary = format!("seatshift-{}", digest.get(..24).unwrap_or_default());
    let html = html(markdown, language);
    let body = MimePart::new(
        ContentType::new("multipart/alternative").attribute("boundary", boundary),
        BodyPart::Multipart(vec![
            MimePart::new("text/plain", BodyPart::Text(markdown.into())),
            MimePart::new("text/html", BodyPart::Text(html.into())),
        ]),
    );
    let midnight = as_of.and_time(NaiveTime::MIN).and_utc().timestamp();
    let mut builder = MessageBuilder::new();
    if let Some(address) = address(partner) {
        let name = partner.name.as_deref().unwrap_or_default().to_owned();
        builder = builder.from((name, address));
    }
    builder
        .message_id(format!("{}@seatshift.invalid", digest.get(..32).unwrap_or_default()))
        .date(Date::new(midnight))
        .subject(subject)
        .header("Content-Language", Raw::new(language))
        .header("X-Unsent", Raw::new("1"))
        .body(body)
        .write_to_vec()
}

fn html(markdown: &str, language: &str) -> String {
    let mut html = format!("<!doctype html>\n<html lang=\"{language}\">\n<meta charset=\"utf-8\">\n<body>\n");
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(markdown));
    html.push_str("</body>\n</html>\n");
    html
}

/// The address among the words that say whom to ask.
fn address(partner: &Partner) -> Option<String> {
    let contact = partner.contact.as_deref()?;
    let words = contact.split([' ', ',', ';', '<', '>', '(', ')']);
    let is_address = |word: &&str| {
        let parts: Vec<&str> = word.split('@').collect();
        let plain = |part: &&str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
        };
        parts.len() == 2 && parts.iter().all(plain)
    };
    words.into_iter().find(is_address).map(str::to_owned)
}
