//! A letter as plain text, for mail programs that show no HTML.
//!
//! In: Markdown. Out: the same words, without marks: headings and paragraphs apart, list items with `-` or their number, indented
//! by their depth, links as their address where their words say something else.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The words of a text in Markdown.
pub(super) fn plain(markdown: &str) -> String {
    let mut text = Plain::default();
    Parser::new(markdown).for_each(|event| text.take(event));
    let mut plain = text.text.trim().to_owned();
    plain.push('\n');
    plain
}

/// A text under way.
#[derive(Debug, Default)]
struct Plain {
    text: String,
    /// The number of the next item of each list that is open; none where items have no number.
    lists: Vec<Option<u64>>,
    /// The address of the link that is open, and where its words begin.
    link: Option<(String, usize)>,
}

impl Plain {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::List(first)) => self.lists.push(first),
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
                self.apart();
            }
            Event::Start(Tag::Item) => self.item(),
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph) => self.apart(),
            Event::Start(Tag::Link { dest_url, .. }) => self.link = Some((dest_url.into_string(), self.text.len())),
            Event::End(TagEnd::Link) => {
                if let Some((address, begins)) = self.link.take()
                    && self.text.get(begins..) != Some(&address)
                {
                    self.text.push_str(&format!(" <{address}>"));
                }
            }
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                self.text.push_str(&words);
            }
            Event::SoftBreak | Event::HardBreak => {
                self.text.push('\n');
                self.text.push_str(&"  ".repeat(self.lists.len()));
            }
            _ => {}
        }
    }

    fn item(&mut self) {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push_str(&"  ".repeat(self.lists.len().saturating_sub(1)));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.text.push_str(&format!("{number}. "));
                *number += 1;
            }
            _ => self.text.push_str("- "),
        }
    }

    /// Leaves an empty line.
    fn apart(&mut self) {
        let kept = self.text.trim_end().len();
        self.text.truncate(kept);
        self.text.push_str("\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_gone_and_words_stay() {
        let markdown = "# A \\& B\n\nThe **new** one:\n\n- one\n  more\n- two:\n    - deep\n\n1. See <https://a.example/b>\n2. [Here](https://c.example)\n";
        assert_eq!(
            plain(markdown),
            "A & B\n\nThe new one:\n\n- one\n  more\n- two:\n  - deep\n\n1. See https://a.example/b\n2. Here <https://c.example>\n"
        );
    }
}
