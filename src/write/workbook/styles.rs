//! How words that press are shown.
//!
//! A colour never says anything alone: the word stands in the cell, and what presses most is bold, so that a printout in black
//! and white reads as well.

use rust_xlsxwriter::{ConditionalFormatCell, ConditionalFormatCellRule, Format, FormatAlign};

/// Word, background, letters, whether it is bold.
const WORDS: [(&str, u32, u32, bool); 12] = [
    ("lost", 0x40_40_40, 0xFF_FF_FF, true),
    ("lapsed", 0xC0_39_2B, 0xFF_FF_FF, true),
    ("late", 0xF5_B7_41, 0x00_00_00, true),
    ("open", 0xFF_F2_B3, 0x00_00_00, false),
    ("planned", 0xE8_F1_E4, 0x00_00_00, false),
    ("overdue", 0xC0_39_2B, 0xFF_FF_FF, true),
    ("first thing", 0xC0_39_2B, 0xFF_FF_FF, true),
    ("today", 0xF5_B7_41, 0x00_00_00, true),
    ("error", 0xC0_39_2B, 0xFF_FF_FF, true),
    ("warning", 0xF5_B7_41, 0x00_00_00, true),
    ("review", 0xFF_F2_B3, 0x00_00_00, false),
    ("kept", 0xE6_E6_E6, 0x00_00_00, false),
];

/// A rule for each word that presses.
pub(super) fn pressing() -> impl Iterator<Item = ConditionalFormatCell> {
    WORDS.into_iter().map(|(word, background, letters, bold)| {
        let format = Format::new().set_background_color(background).set_font_color(letters);
        let format = if bold { format.set_bold() } else { format };
        ConditionalFormatCell::new()
            .set_rule(ConditionalFormatCellRule::EqualTo(word))
            .set_format(format)
    })
}

/// A heading of a table.
pub(super) fn heading() -> Format {
    text()
        .set_bold()
        .set_font_color(0xFF_FF_FF)
        .set_background_color(0x1F_4E_78)
}

/// A title above figures.
pub(super) fn title() -> Format {
    Format::new().set_bold().set_font_size(14)
}

/// A label beside a value.
pub(super) fn label() -> Format {
    Format::new().set_bold().set_align(FormatAlign::Top)
}

/// Text that may take several lines.
pub(super) fn wrapped() -> Format {
    Format::new().set_text_wrap().set_align(FormatAlign::Top)
}

/// A text in a table. What stands in one column keeps away from the next, whatever that holds.
pub(super) fn text() -> Format {
    Format::new()
        .set_align(FormatAlign::Left)
        .set_align(FormatAlign::Top)
        .set_indent(1)
}

/// A date in a table.
pub(super) fn date() -> Format {
    text().set_num_format("yyyy-mm-dd")
}

/// A number in a table.
pub(super) fn number() -> Format {
    Format::new()
        .set_align(FormatAlign::Right)
        .set_align(FormatAlign::Top)
        .set_indent(1)
}

/// An amount of money in a table.
pub(super) fn amount() -> Format {
    number().set_num_format("#,##0.00")
}
