//! A letter as a message to open in a mail program.
//!
//! In: subject, Markdown, the recipient where one is known. Out: an `.eml` file (RFC 5322, MIME, UTF-8) with the text as
//! plain words and as HTML, marked as a draft (`X-Unsent`). The same letter gives the same bytes.

use std::io;

use chrono::{NaiveDate, NaiveTime};
use mail_builder::{
    MessageBuilder,
    headers::{content_type::ContentType, date::Date, raw::Raw},
    mime::{BodyPart, MimePart},
};

use super::plain::plain;
use crate::{
    config::{Partner, sha256},
    recognise::tables::is_address,
};

/// A message that nobody has sent.
pub(super) struct Draft<'a> {
    pub(super) subject: &'a str,
    pub(super) markdown: &'a str,
    pub(super) language: &'a str,
    /// The recipient's address, where one is known.
    pub(super) to: Option<&'a str>,
}

impl Draft<'_> {
    /// The bytes of the message.
    pub(super) fn bytes(&self, partner: &Partner, as_of: NaiveDate) -> io::Result<Vec<u8>> {
        let Draft {
            subject,
            markdown,
            language,
            to,
        } = *self;
        let digest = sha256(format!("{subject}\n{markdown}").as_bytes());
        let boundary = format!("seatshift-{}", digest.get(..24).unwrap_or_default());
        let html = html(markdown, language);
        let body = MimePart::new(
            ContentType::new("multipart/alternative").attribute("boundary", boundary),
            BodyPart::Multipart(vec![
                MimePart::new("text/plain", BodyPart::Text(plain(markdown).into())),
                MimePart::new("text/html", BodyPart::Text(html.into())),
            ]),
        );
        let midnight = as_of.and_time(NaiveTime::MIN).and_utc().timestamp();
        let mut builder = MessageBuilder::new();
        if let Some(to) = to.filter(|to| is_address(to)) {
            builder = builder.to(to.to_owned());
        }
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
    let mut words = contact.split([' ', ',', ';', '<', '>', '(', ')']);
    words.find(|word| is_address(word)).map(str::to_owned)
}
