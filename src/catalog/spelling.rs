//! The spellings in which exports give an offer's id.
//!
//! In: a cell's text. Out: an [`IdText`], the same for every spelling of one id: a GUID with braces, blanks or a billing code
//! behind it; `CFQ7TTC0LH18:0001` with `/`, `-`, `_`, an availability, a market, a term, or a price sheet's words around it; a
//! SKU of which a spreadsheet left `1`; a string id in any case, with blanks inside. Repairs only what can be repaired without
//! loss: leading zeros of an all-digit SKU. Two different GUIDs in one cell are no id.

use uuid::Uuid;

use crate::terms::Id;

/// How every new-commerce product id begins, and how long it is.
const PRODUCT_START: &str = "CFQ7";
const PRODUCT_LENGTH: usize = 12;
/// How long the SKU behind it is.
const SKU_LENGTH: usize = 4;
/// How long a GUID with hyphens is.
const GUID_LENGTH: usize = 36;

/// An offer's id, whatever its spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum IdText {
    /// A legacy offer id or a provisioned SKU id.
    Guid(Uuid),
    /// Product and SKU: `CFQ7TTC0LH18:0001`.
    Item(String),
    /// The product alone.
    Product(String),
    /// A string id, folded; or anything else.
    PartNumber(String),
}

impl IdText {
    /// Reads a cell; none where it is empty.
    pub(super) fn read(text: &str) -> Option<IdText> {
        let id = Id::parse(text)?;
        Some(match id.guid().or_else(|| guid_within(text)) {
            Some(guid) => IdText::Guid(guid),
            None => item_within(text).unwrap_or_else(|| IdText::PartNumber(fold_part_number(text))),
        })
    }
}

/// A string id as it is compared: without case and blanks. Other marks stay: `MCOPSTN5` and `MCOPSTN_5` are two.
pub(super) fn fold_part_number(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The one GUID that stands by itself within the text.
fn guid_within(text: &str) -> Option<Uuid> {
    let mut found = None;
    let mut at = 0;
    while let Some(window) = text.get(at..).filter(|rest| rest.len() >= GUID_LENGTH) {
        let begins = !text
            .get(..at)
            .is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric()));
        let guid = window
            .get(..GUID_LENGTH)
            .filter(|_| begins)
            .and_then(|text| Uuid::try_parse(text).ok());
        let ends = !window
            .get(GUID_LENGTH..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
        if let Some(guid) = guid.filter(|_| ends) {
            if found.is_some_and(|other| other != guid) {
                return None;
            }
            found = Some(guid);
        }
        at += window.chars().next().map_or(1, char::len_utf8);
    }
    found
}

/// The first product id that stands by itself within the text, with its SKU where one follows.
fn item_within(text: &str) -> Option<IdText> {
    let text = text.to_ascii_uppercase();
    let start = text.match_indices(PRODUCT_START).map(|(at, _)| at).find(|&at| {
        !text
            .get(..at)
            .is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric()))
            && text
                .get(at..at + PRODUCT_LENGTH)
                .is_some_and(|product| product.bytes().all(|b| b.is_ascii_alphanumeric()))
            && !text
                .get(at + PRODUCT_LENGTH..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()))
    })?;
    let product = text.get(start..start + PRODUCT_LENGTH)?;
    let rest = text.get(start + PRODUCT_LENGTH..)?;
    Some(match sku_behind(rest) {
        Some(sku) => IdText::Item(format!("{product}:{sku}")),
        None => IdText::Product(product.to_owned()),
    })
}

/// The SKU behind a product id: four letters and digits that begin with a digit; after `:` or `/` also fewer digits, of which a
/// spreadsheet took the leading zeros.
fn sku_behind(rest: &str) -> Option<String> {
    let rest = rest.strip_prefix("/SKUS").unwrap_or(rest).trim_start();
    let cut = rest.starts_with([':', '/']);
    let rest = rest.trim_start_matches([':', '/', '-', '_']).trim_start();
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let sku = rest.get(..length)?;
    let digits = !sku.is_empty() && sku.bytes().all(|b| b.is_ascii_digit());
    if sku.len() == SKU_LENGTH && sku.starts_with(|c: char| c.is_ascii_digit()) {
        Some(sku.to_owned())
    } else if digits && cut && sku.len() < SKU_LENGTH {
        Some(format!("{sku:0>SKU_LENGTH$}"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> Option<IdText> {
        Some(IdText::Item(text.to_owned()))
    }

    #[test]
    fn items_do_not_depend_on_spelling() {
        for (spelling, expected) in [
            ("CFQ7TTC0LH18:0001", "CFQ7TTC0LH18:0001"),
            (" cfq7ttc0lh18:0001\u{a0}", "CFQ7TTC0LH18:0001"),
            ("CFQ7TTC0LDPB/0001", "CFQ7TTC0LDPB:0001"),
            ("CFQ7TTC0LF8S:0002:CFQ7TTC0KSVV", "CFQ7TTC0LF8S:0002"),
            ("CFQ7TTC0LH18:0001:Commercial", "CFQ7TTC0LH18:0001"),
            ("US:CFQ7TTC0HDK0:000D", "CFQ7TTC0HDK0:000D"),
            ("CFQ7TTC0LCHC-0002-P1Y-12M", "CFQ7TTC0LCHC:0002"),
            ("P1M:CFQ7TTC0LH16:0001:1:", "CFQ7TTC0LH16:0001"),
            ("MSCSP_CFQ7TTC0LH16-0001_FR_EUR_1_720_8640", "CFQ7TTC0LH16:0001"),
            ("CFQ7TTC0LH18:1", "CFQ7TTC0LH18:0001"),
            ("CFQ7TTC0LFLX/21", "CFQ7TTC0LFLX:0021"),
            ("CFQ7TTC0LH18 : 1", "CFQ7TTC0LH18:0001"),
            ("/products/CFQ7TTC0LH18/skus/000P/availabilities/X", "CFQ7TTC0LH18:000P"),
            ("cfq7ttc0lgzt:001d", "CFQ7TTC0LGZT:001D"),
        ] {
            assert_eq!(IdText::read(spelling), item(expected), "{spelling}");
        }
    }

    #[test]
    fn what_is_no_sku_leaves_the_product() {
        for spelling in [
            "CFQ7TTC0LDPB",
            "CFQ7TTC0LDPB - A/M",
            "CFQ7TTC0LDPB-P1Y",
            "CFQ7TTC0LDPB:P",
            "CFQ7TTC0LDPB-1",
        ] {
            assert_eq!(
                IdText::read(spelling),
                Some(IdText::Product("CFQ7TTC0LDPB".into())),
                "{spelling}"
            );
        }
    }

    #[test]
    fn guids_do_not_depend_on_spelling() {
        let plain = "2b3b8d2d-10aa-4be4-b5fd-7f2feb0c3091";
        let guid = Some(IdText::Guid(Uuid::parse_str(plain).unwrap()));
        for spelling in [
            plain.to_uppercase(),
            format!("{{{plain}}}"),
            plain.replace('-', ""),
            format!("{plain}-M"),
            format!("{plain} - A/M"),
            format!("/v1/offers/{plain}?country=DE"),
            format!("\u{a0}{plain}\u{200b}"),
        ] {
            assert_eq!(IdText::read(&spelling), guid, "{spelling}");
        }
    }

    #[test]
    fn damaged_or_double_guids_are_no_guids() {
        for text in [
            "3b555118-dad6a-4418-894f-7df1e2096870",
            "500 b6a2a-7a50-4f40-b5f9-160e5b8c2f48",
            "2b3b8d2d-10aa-4be4-b5fd-7f2feb0c3091/06ebc4ee-1bb5-47dd-8120-11324bc54e06",
            "x2b3b8d2d-10aa-4be4-b5fd-7f2feb0c3091",
        ] {
            assert!(matches!(IdText::read(text), Some(IdText::PartNumber(_))), "{text}");
        }
        assert_eq!(IdText::read(" \u{a0} "), None);
    }

    #[test]
    fn string_ids_keep_their_marks() {
        let folded = Some(IdText::PartNumber("o365_w/noteamsbundle_m3".into()));
        for spelling in ["O365_w/no Teams\u{a0}Bundle_M3", " o365_W/NOTEAMS Bundle_m3\t"] {
            assert_eq!(IdText::read(spelling), folded);
        }
        assert_ne!(IdText::read("MCOPSTN5"), IdText::read("MCOPSTN_5"));
    }

    #[test]
    fn text_of_any_letters_is_read_without_failing() {
        for text in [
            "ÅÄÖ Microsoft 365 ﷽ 测试 тест — 40 znaków żółć aaaaaaaaaaa",
            "CFQ7",
            "CFQ7é7TTC0LH18:0001",
            "ſCFQ7TTC0LH18",
        ] {
            assert!(IdText::read(text).is_some());
        }
    }
}
